/** Runs one program both ways, by the reference interpreter and compiled, and says where they differ. */
import { type CompileOptions, compile } from '../../src/compiler.ts';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { parse } from '../../src/syntax/parser.ts';
import { sourceFile } from '../../src/syntax/source.ts';
import { Exit, wasi } from '../runtime/harness.ts';
import { Discard, interpret, type Reference } from './interpreter.ts';
import { reduce } from './reduce.ts';

export interface Compiled {
  readonly out: string;
  readonly err: string;
  readonly status: number;
}

/** How a program fares: `agree`, `discard` (it proves nothing), or a difference in one line. */
export type Verdict = { readonly kind: 'agree' | 'discard' | 'differ'; readonly what: string };

const OVERFLOW = 'integer overflow (declare the variable as bigint)';

/** What the reference interpreter makes of a program; undefined when it is of no use. */
export function reference(text: string): Reference | undefined {
  const { program, diagnostics } = parse(sourceFile('fuzz.mochi', text), 0, { next: 1 });
  if (diagnostics.some((d) => d.severity === 'error')) throw new Error(`not a program: ${diagnostics[0]?.title}`);
  try {
    return interpret(program);
  } catch (e) {
    if (e instanceof Discard) return undefined;
    throw e;
  }
}

/** Compiles a program and runs it in this process. */
export function runCompiled(text: string, options: Partial<CompileOptions>): Compiled {
  const result = compile([{ path: 'fuzz.mochi', text }], { mode: 'run', verify: true, ...options });
  if (!result.wasm) {
    const errors = result.diagnostics.filter((d: Diagnostic) => d.severity === 'error');
    return { out: '', err: errors.map((d) => `${d.code} ${d.title}`).join('\n'), status: 2 };
  }
  const system = wasi();
  const instance = new WebAssembly.Instance(new WebAssembly.Module(result.wasm), system.imports);
  system.attach(instance.exports['memory'] as WebAssembly.Memory);
  let status = 0;
  let trap = '';
  try {
    (instance.exports['_start'] as () => void)();
  } catch (e) {
    if (e instanceof Exit) status = e.status;
    else {
      status = 1;
      trap = e instanceof Error ? e.message : String(e);
    }
  }
  const err = system.stderr();
  // A failing program says why and traps on purpose; any other trap is the compiler's fault.
  return { out: system.stdout(), err: status === 1 && err === '' ? `trap: ${trap}` : err, status };
}

/** Compares a compiled run with what is right. */
export function judge(want: Reference, got: Compiled): Verdict {
  const differ = (what: string): Verdict => ({ kind: 'differ', what });
  if (got.status === 2) return differ(`rejected: ${got.err}`);
  if (got.err === `error: ${OVERFLOW}\n`) {
    if (want.overflowAt === undefined) return differ('overflows where no int leaves 64 bits');
    const enough = got.out.length >= want.overflowAt && want.out.startsWith(got.out);
    return enough ? { kind: 'agree', what: 'overflow' } : differ(`overflows elsewhere: ${firstDifference(want, got)}`);
  }
  if (got.out !== want.out) return differ(`prints ${firstDifference(want, got)}`);
  const err = want.error === undefined ? '' : `error: ${want.error}\n`;
  if (got.err !== err) return differ(`fails with ${JSON.stringify(got.err)}, not ${JSON.stringify(err)}`);
  const status = want.error === undefined ? 0 : 1;
  return got.status === status ? { kind: 'agree', what: '' } : differ(`status ${got.status}, not ${status}`);
}

function firstDifference(want: Reference, got: Compiled): string {
  const right = want.out.split('\n');
  const lines = got.out.split('\n');
  const i = right.findIndex((line, n) => line !== lines[n]);
  return `${JSON.stringify(lines[i])}, not ${JSON.stringify(right[i])} (line ${i + 1}) ${got.err.trim()}`;
}

/** The ways in which every program is compiled. */
export const VARIANTS: readonly (readonly [string, Partial<CompileOptions>])[] = [
  ['optimised', {}],
  ['optimiser off', { optimise: false }],
  ['GC stress', { gcStress: true }],
];

/** Runs a program by the reference interpreter and compiled in each of the given ways. */
export function check(text: string, variants = VARIANTS): Verdict {
  const want = reference(text);
  if (!want) return { kind: 'discard', what: '' };
  let note = '';
  for (const [name, options] of variants) {
    let got: Compiled;
    try {
      got = runCompiled(text, options);
    } catch (e) {
      const [line = ''] = (e instanceof Error ? e.message : String(e)).split('\n').slice(0, 2);
      return { kind: 'differ', what: `${name}: the compiler fails: ${line}` };
    }
    const verdict = judge(want, got);
    if (verdict.kind === 'differ') return { kind: 'differ', what: `${name}: ${verdict.what}` };
    note ||= verdict.what;
  }
  return { kind: 'agree', what: note };
}

/** The way in which a program differs, without what depends on the program. */
export function differenceClass(what: string): string {
  const error = /error: .*/.exec(what)?.[0] ?? '';
  return `${what.replace(/["'`].*/, '')} ${error.replace(/".*"/, '')}`.replace(/\d+/g, 'N');
}

/** Makes a differing program smaller as long as it differs in the same way. */
export function minimise(text: string, what: string): string {
  const variant = VARIANTS.filter(([name]) => what.startsWith(`${name}:`));
  const wanted = differenceClass(what);
  return reduce(text, (candidate) => {
    try {
      const verdict = check(candidate, variant);
      return verdict.kind === 'differ' && differenceClass(verdict.what) === wanted;
    } catch {
      return false;
    }
  });
}
