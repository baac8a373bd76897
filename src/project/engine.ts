/** How V8 runs this program. */
import { setFlagsFromString } from 'node:v8';

/**
 * Makes V8 wait with its optimising compilers: a compilation is so short that most functions would be made fast for a few
 * more calls, on threads that count, too. What a large program calls very often is still worth it. Baseline code costs next to
 * nothing and is made at the first call: a tenth off the time of 300 or 1,000 lines.
 * To be called once, when the process starts.
 */
export function compileSeldom(version: string): void {
  for (const flag of flags(version)) setFlagsFromString(flag);
}

/** Counts of calls are settings of one V8; others than Node 24's complain aloud about names they do not know. */
function flags(version: string): readonly string[] {
  if (!version.startsWith('v24.')) return ['--always-sparkplug', '--no-opt', '--no-maglev'];
  return [
    '--always-sparkplug',
    '--invocation-count-for-maglev=20000',
    '--invocation-count-for-maglev-osr=2000',
    '--invocation-count-for-turbofan=100000',
    '--invocation-count-for-osr=5000',
  ];
}
