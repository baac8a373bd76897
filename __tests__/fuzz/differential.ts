/**
 * Differential testing (McKeeman, "Differential Testing for Software", 1998): runs one program in every way there is and
 * says where they differ, and which stage of the compiler is the first to change what the program means.
 *
 * What is right comes from the reference interpreter, which walks the syntax tree. The IR before the first pass must mean
 * the same; the IR after the last pass and the compiled modules must behave exactly as the IR before the first pass does.
 */
import type { CompileOptions } from '../../src/compiler.ts';
import type { Func, Module } from '../../src/ir/ir.ts';
import type { Reference } from './interpreter.ts';
import { reduce } from './reduce.ts';
import { type Built, build, type Outcome, Rejected, reference, runIr, runWasm, type Stage } from './run.ts';

/** How a program fares: `agree`, `discard` (it proves nothing), or a difference in one line. */
export type Verdict = { readonly kind: 'agree' | 'discard'; readonly what: string } | Difference;

export interface Difference {
  readonly kind: 'differ';
  readonly what: string;
  /** The variant that shows it. */
  readonly variant: string;
}

export type Variant = readonly [name: string, options: Partial<CompileOptions>];

/** The ways in which every program is compiled. The first checks the IR after every pass, which takes a third of the time. */
export const VARIANTS: readonly Variant[] = [
  ['optimised', { verify: true }],
  ['optimiser off', { optimise: false }],
  ['GC stress', { gcStress: true }],
];

const OVERFLOW = 'integer overflow (declare the variable as bigint)';

/** Compares a run with what is right; gives the difference, or undefined. */
export function judge(want: Reference, got: Outcome): string | undefined {
  if (got.err === `error: ${OVERFLOW}\n`) {
    if (want.overflowAt === undefined) return 'overflows where no int leaves 64 bits';
    if (got.out.length >= want.overflowAt && want.out.startsWith(got.out)) return undefined;
    return `overflows elsewhere: ${firstDifference(want.out, got)}`;
  }
  if (got.out !== want.out) return `prints ${firstDifference(want.out, got)}`;
  const err = want.error === undefined ? '' : `error: ${want.error}\n`;
  if (got.err !== err) return `fails with ${JSON.stringify(got.err)}, not ${JSON.stringify(err)}`;
  const status = want.error === undefined ? 0 : 1;
  return got.status === status ? undefined : `status ${got.status}, not ${status}`;
}

/** The difference between two runs that must be the same, or undefined. */
function unlike(want: Outcome, got: Outcome): string | undefined {
  if (got.out !== want.out) return `prints ${firstDifference(want.out, got)}`;
  if (got.err !== want.err) return `fails with ${JSON.stringify(got.err)}, not ${JSON.stringify(want.err)}`;
  if (want.trace && got.trace && got.trace.join() !== want.trace.join()) {
    return `fails at ${JSON.stringify(got.trace)}, not ${JSON.stringify(want.trace)}`;
  }
  return got.status === want.status ? undefined : `status ${got.status}, not ${want.status}`;
}

function firstDifference(want: string, got: Outcome): string {
  const right = want.split('\n');
  const lines = got.out.split('\n');
  const i = right.findIndex((line, n) => line !== lines[n]);
  return `${JSON.stringify(lines[i])}, not ${JSON.stringify(right[i])} (line ${i + 1}) ${got.err.trim()}`;
}

/**
 * Runs a program in every way. Every variant has the same IR before the first pass, but for the collector that comes with
 * it, so that one is run once.
 */
export function check(text: string, variants: readonly Variant[] = VARIANTS): Verdict {
  const want = reference(text);
  if (!want) return { kind: 'discard', what: '' };
  let first: Outcome | undefined;
  let optimised: Outcome | undefined;
  for (const [variant, options] of variants) {
    const differ = (what: string): Verdict => ({ kind: 'differ', what: `${variant}: ${what}`, variant });
    let built: Built;
    try {
      built = build(text, options);
    } catch (e) {
      const line = firstLines(e);
      return differ(e instanceof Rejected ? `rejected: ${line}` : `the compiler fails: ${line}`);
    }
    if (!first) {
      first = runIr(built.stages[0]!.module);
      const wrong = judge(want, first);
      if (wrong) return differ(`the IR before all passes ${wrong}`);
      const passes = unlike(first, runIr(built.stages.at(-1)!.module));
      if (passes) return differ(`the IR after all passes ${passes}`);
    }
    const run = runWasm(built);
    const module = unlike(first, run) ?? (optimised && unlike(optimised, run));
    if (module) return differ(`the module ${module}`);
    optimised ??= run;
  }
  return { kind: 'agree', what: want.error ?? '' };
}

const firstLines = (e: unknown): string =>
  (e instanceof Error ? e.message : String(e)).split('\n').slice(0, 2).join(' ');

/** Which part of the compiler is to blame for a difference. */
export interface Blame {
  /** `lowering` (everything before the first pass, the run-time library included), the name of a pass, or `emission`. */
  readonly guilty: string;
  /** The pass before it: some passes run more than once. */
  readonly previous?: string;
  /** The functions that it must have changed for the difference to show; empty when that cannot be told. */
  readonly functions: readonly string[];
  /** The IR before and after, as far as there is any. */
  readonly before?: Module;
  readonly after?: Module;
}

/**
 * Finds the stage to blame for a difference that `check` has found: the IR is run after every pass, and the first run
 * that is unlike the one before it tells. For a pass, its changes are then taken back function by function.
 */
export function blame(text: string, variant: string, variants: readonly Variant[] = VARIANTS): Blame {
  const options = variants.find(([name]) => name === variant)![1];
  const want = reference(text);
  let built: Built;
  const seen: Stage[] = [];
  try {
    built = build(text, options);
  } catch (e) {
    if (e instanceof Rejected) return { guilty: 'checking', functions: [] };
    // The pass after the last one that came to its end.
    const after = /^IR after ([^:]+):/.exec(firstLines(e))?.[1];
    return { guilty: after ?? 'a stage that throws', functions: [] };
  }
  let last: Outcome | undefined;
  for (const stage of built.stages) {
    const now = runIr(stage.module);
    const before = seen.at(-1);
    if (!last || !before) {
      if (want && judge(want, now)) return { guilty: 'lowering', functions: [], after: stage.module };
    } else if (unlike(last, now)) {
      const functions = guiltyFunctions(before.module, stage.module, last);
      return { guilty: stage.pass, previous: before.pass, functions, before: before.module, after: stage.module };
    }
    last = now;
    seen.push(stage);
  }
  return { guilty: 'emission', functions: [], ...(seen.length > 0 ? { before: seen.at(-1)!.module } : {}) };
}

/** The functions whose new bodies are needed for a module to behave otherwise than `want`: a set that cannot be made smaller. */
function guiltyFunctions(before: Module, after: Module, want: Outcome): string[] {
  const changed = [...after.funcs.values()].filter((f) => before.funcs.get(f.name)?.body !== f.body);
  const differs = (some: readonly Func[]): boolean => {
    try {
      return unlike(want, runIr(mixed(before, after, some))) !== undefined;
    } catch {
      return false;
    }
  };
  if (!differs(changed) || differs([])) return [];
  let needed: Func[] = changed;
  for (let size = Math.ceil(needed.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let i = 0; i < needed.length; ) {
      const rest = needed.filter((_, n) => n < i || n >= i + size);
      if (rest.length < needed.length && differs(rest)) needed = rest;
      else i += size;
    }
  }
  return needed.map((f) => f.name);
}

/** The module before a pass, with some of the functions as they are after it. */
function mixed(before: Module, after: Module, some: readonly Func[]): Module {
  return {
    funcs: new Map([...after.funcs, ...before.funcs, ...some.map((f) => [f.name, f] as const)]),
    imports: new Map([...before.imports, ...after.imports]),
    globals: new Map([...before.globals, ...after.globals]),
    data: new Map([...before.data, ...after.data]),
    exports: before.exports,
  };
}

/** The way in which a program differs, without what depends on the program. */
export function differenceClass(what: string): string {
  const error = /error: .*/.exec(what)?.[0] ?? '';
  return `${what.replace(/["'`].*/, '')} ${error.replace(/".*"/, '')}`.replace(/\d+/g, 'N');
}

/**
 * Makes a differing program smaller as long as it differs in the same way.
 *
 * @param budget how many programs to try at most
 */
export function minimise(text: string, { what, variant }: Difference, budget?: number, variants = VARIANTS): string {
  // Stack traces differ between variants, so all of them are needed there.
  const own = what.includes(': the module fails at ') ? variants : variants.filter(([name]) => name === variant);
  const wanted = differenceClass(what);
  const fails = (candidate: string): boolean => {
    try {
      const found = check(candidate, own);
      return found.kind === 'differ' && differenceClass(found.what) === wanted;
    } catch {
      return false;
    }
  };
  return reduce(text, fails, budget);
}
