/** How V8 runs the compiler. */
import { setFlagsFromString } from 'node:v8';

/**
 * Settings with which V8 waits with its optimising compilers: a compilation is so short that most functions would be made fast
 * for a few more calls, on threads that count, too. What a large program calls very often is still worth it. Baseline code costs
 * next to nothing and is made as soon as a function has been called a few times, not later for several at once. Counts of calls
 * are settings of one V8; others than Node 24's complain aloud about names they do not know.
 */
const SELDOM = isNode24()
  ? [
      '--no-baseline-batch-compilation',
      '--invocation-count-for-maglev=20000',
      '--invocation-count-for-maglev-osr=2000',
      '--invocation-count-for-turbofan=100000',
      '--invocation-count-for-osr=5000',
    ]
  : ['--no-opt', '--no-maglev'];

/**
 * A setting for functions that V8 has not compiled in an earlier run: while it compiles one for its first call, baseline code
 * for all calls takes little more.
 */
const FRESH = '--always-sparkplug';

/** V8's own settings. What other versions than Node 24's begin with is not known, but for one. */
const USUAL = isNode24()
  ? [
      '--baseline-batch-compilation',
      '--invocation-count-for-maglev=400',
      '--invocation-count-for-maglev-osr=100',
      '--invocation-count-for-turbofan=3000',
      '--invocation-count-for-osr=500',
    ]
  : [];

function isNode24(): boolean {
  return process.version.startsWith('v24.');
}

/** Makes V8 compile seldom from now on, in all threads; `fresh` tells that it has no code of an earlier run. */
export function compileSeldom(fresh: boolean): void {
  SELDOM.forEach(setFlagsFromString);
  if (fresh) setFlagsFromString(FRESH);
}

/**
 * Runs `work` while V8 compiles seldom. Only as long as that: with other settings than its own V8 does not use the code that
 * Node brings for its own modules, and loading those takes more than twice as long.
 */
export function compilingSeldom<T>(work: () => T, fresh = false): T {
  compileSeldom(fresh);
  try {
    return work();
  } finally {
    if (fresh) setFlagsFromString(FRESH.replace('--', '--no-'));
    USUAL.forEach(setFlagsFromString);
  }
}
