/**
 * Differential testing from the command line. See docs/fuzzing.md.
 *
 *     npm run fuzz -- --count 2000 --seed 1 [--jobs 2]   the programs of seeds 1 to 2000; exit status 1 on a difference
 *     npm run fuzz -- --seed 17                          one program: what differs, made smaller, and who is to blame
 *     npm run fuzz -- --file x.mochi [--keep]            the same for a program of yours (--keep: as it is)
 *     npm run fuzz -- --seed 17 --show                   the program itself
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { printFunc } from '../../src/ir/print.ts';
import { campaign } from './campaign.ts';
import { blame, check, type Difference, minimise } from './differential.ts';
import { generate } from './generator.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '1' },
    jobs: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    file: { type: 'string' },
    keep: { type: 'boolean', default: false },
    show: { type: 'boolean', default: false },
    ir: { type: 'boolean', default: false },
  },
});

const whole = (name: string, text: string): number => {
  const n = Number(text);
  if (!Number.isSafeInteger(n) || n < 0) throw new Error(`--${name} needs a whole number, not ${text}`);
  return n;
};
const seed = whole('seed', values.seed);
const count = whole('count', values.count);

/** Says what is known of a difference: the smallest program found, and the stage to blame. */
function explain(text: string, verdict: Difference): void {
  const small = values.keep ? text : minimise(text, verdict);
  const { guilty, previous, functions, before, after } = blame(small, verdict.variant);
  const place = previous === undefined ? '' : `, the one after ${previous}`;
  console.log(`${small}\nguilty: ${guilty}${place}${functions.length > 0 ? ` (in ${functions.join(', ')})` : ''}`);
  console.log(`difference: ${check(small).what}`);
  if (!values.ir) return;
  for (const name of functions) {
    for (const [when, module] of [
      ['before', before],
      ['after', after],
    ] as const) {
      const f = module?.funcs.get(name);
      if (f) console.log(`\n;; ${when} ${guilty}\n${printFunc(f)}`);
    }
  }
}

if (values.file !== undefined || (count === 1 && values.seed !== undefined)) {
  const text = values.file === undefined ? generate(seed) : readFileSync(values.file, 'utf8');
  if (values.show) console.log(text);
  const verdict = check(text);
  console.log(`${values.file ?? `seed ${seed}`}: ${verdict.kind}${verdict.what ? `: ${verdict.what}` : ''}`);
  if (verdict.kind === 'differ') {
    explain(text, verdict);
    process.exitCode = 1;
  }
} else {
  const started = performance.now();
  const totals = await campaign(seed, count, whole('jobs', values.jobs), (at, { what }) => {
    console.log(`seed ${at}: ${what}`);
  });
  const seconds = Math.round((performance.now() - started) / 1000);
  // One program of each kind of difference is made smaller.
  const kinds = new Map<string, number>();
  for (const { seed: at, verdict } of totals.differences) {
    if (verdict.kind !== 'differ' || verdict.what === 'does not end') continue;
    const kind = `${verdict.variant} ${verdict.what.replace(/["'\d].*/s, '')}`;
    if (kinds.has(kind)) continue;
    kinds.set(kind, at);
    console.log(`\n---- seed ${at}`);
    explain(generate(at), verdict);
  }
  const { programs, agreed, discarded, failing, differences } = totals;
  console.log(
    `seeds ${seed} to ${seed + count - 1}: ${programs} programs, ${agreed} agree (${failing} of them fail as they should), ` +
      `${discarded} discarded, ${differences.length} differ; ${seconds} s`,
  );
  if (differences.length > 0) process.exitCode = 1;
}
