/** How V8 runs the compiler. */
import { setFlagsFromString } from 'node:v8';

/**
 * Settings with which V8 waits with its optimising compilers: a compilation is so short that most functions would be made fast
 * for a few more calls, on threads that count, too. What a large program calls very often is still worth it. Baseline code costs
 * next to nothing and is made at the first call: a tenth off the time of 300 or 1,000 lines. Counts of calls are settings of one
 * V8; others than Node 24's complain aloud about names they do not know.
 */
const SELDOM = isNode24()
  ? [
      '--always-sparkplug',
      '--invocation-count-for-maglev=20000',
      '--invocation-count-for-maglev-osr=2000',
      '--invocation-count-for-turbofan=100000',
      '--invocation-count-for-osr=5000',
    ]
  : ['--always-sparkplug', '--no-opt', '--no-maglev'];

/** V8's own settings. What other versions than Node 24's begin with is not known. */
const USUAL = isNode24()
  ? [
      '--no-always-sparkplug',
      '--invocation-count-for-maglev=400',
      '--invocation-count-for-maglev-osr=100',
      '--invocation-count-for-turbofan=3000',
      '--invocation-count-for-osr=500',
    ]
  : [];

function isNode24(): boolean {
  return process.version.startsWith('v24.');
}

/** Makes V8 compile seldom from now on, in all threads. */
export function compileSeldom(): void {
  SELDOM.forEach(setFlagsFromString);
}

/**
 * Runs `work` while V8 compiles seldom. Only as long as that: with other settings than its own V8 does not use the code that
 * Node brings for its own modules, and loading those takes more than twice as long.
 */
export function compilingSeldom<T>(work: () => T): T {
  compileSeldom();
  try {
    return work();
  } finally {
    USUAL.forEach(setFlagsFromString);
  }
}
