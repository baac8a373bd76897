/** Runs many programs in a thread of their own, so that one that never ends is found, too. */
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { check, type Verdict } from './differential.ts';
import { generate } from './generator.ts';

/** How long one program may take in all its ways. */
const PATIENCE_MS = 60_000;

interface Answer {
  readonly seed: number;
  readonly verdict: Verdict;
}

export interface Totals {
  readonly programs: number;
  readonly agreed: number;
  readonly discarded: number;
  /** Programs that ended with a run-time error, of those that agreed. */
  readonly failing: number;
  readonly differences: readonly Answer[];
}

/**
 * Checks the programs of the seeds from `first` on.
 *
 * @param jobs how many threads to use
 * @param found is called for each difference as soon as it is known
 */
export async function campaign(
  first: number,
  count: number,
  jobs: number,
  found: (seed: number, verdict: Verdict) => void,
): Promise<Totals> {
  let next = first;
  const answers: Answer[] = [];
  const note = (answer: Answer): void => {
    answers.push(answer);
    if (answer.verdict.kind === 'differ') found(answer.seed, answer.verdict);
  };
  const take = (): number | undefined => (next < first + count ? next++ : undefined);
  await Promise.all(Array.from({ length: Math.min(jobs, count) }, () => work(take, note)));
  const kinds = (kind: Verdict['kind']): Answer[] => answers.filter((a) => a.verdict.kind === kind);
  return {
    programs: answers.length,
    agreed: kinds('agree').length,
    discarded: kinds('discard').length,
    failing: kinds('agree').filter((a) => a.verdict.what !== '').length,
    differences: kinds('differ').sort((a, b) => a.seed - b.seed),
  };
}

/** Gives a thread one seed after the other; a thread that does not answer is replaced. */
async function work(take: () => number | undefined, note: (answer: Answer) => void): Promise<void> {
  let worker: Worker | undefined;
  for (let seed = take(); seed !== undefined; seed = take()) {
    worker ??= new Worker(fileURLToPath(import.meta.url), { resourceLimits: { stackSizeMb: 16 } });
    const answer = await ask(worker, seed);
    note(answer ?? { seed, verdict: { kind: 'differ', what: 'does not end', variant: 'optimised' } });
    if (answer) continue;
    await worker.terminate();
    worker = undefined;
  }
  await worker?.terminate();
}

/** The thread's answer; undefined when it has none in time. */
function ask(worker: Worker, seed: number): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    const done = (answer: Answer | undefined): void => {
      clearTimeout(timer);
      worker.off('message', done);
      worker.off('error', reject);
      resolve(answer);
    };
    const timer = setTimeout(done, PATIENCE_MS, undefined);
    worker.on('message', done);
    worker.on('error', reject);
    worker.postMessage(seed);
  });
}

if (!isMainThread && parentPort) {
  const port = parentPort;
  port.on('message', (seed: number) => {
    let verdict: Verdict;
    try {
      verdict = check(generate(seed));
    } catch (e) {
      const what = e instanceof Error ? (e.stack ?? e.message) : String(e);
      verdict = { kind: 'differ', what: `the test itself fails: ${what}`, variant: 'optimised' };
    }
    port.postMessage({ seed, verdict });
  });
}
