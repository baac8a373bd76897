/**
 * Language tests are programs: `__tests__/lang/<feature>/name.mochi`, with what they print in `name.out` and, where they
 * fail, the diagnostics or the run-time error in `name.err` (then the exit status is 1). `name.in` is their input.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CompileOptions, compile } from '../../src/compiler.ts';
import { renderText } from '../../src/diagnostics/render.ts';
import { ensureWasmtime, type Wasmtime } from '../../src/toolchain/install.ts';
import { runModule } from '../../src/toolchain/run.ts';

export const LANG = fileURLToPath(new URL('.', import.meta.url));

export interface LangTest {
  /** Path below `__tests__/lang`. */
  readonly name: string;
  readonly path: string;
}

export interface Outcome {
  readonly out: string;
  readonly err: string;
  readonly status: number;
}

/** Every language test, sorted by name. */
export function langTests(): LangTest[] {
  return readdirSync(LANG, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.mochi'))
    .sort()
    .map((name) => ({ name, path: join(LANG, name) }));
}

let wasmtime: Promise<Wasmtime> | undefined;

/** The pinned wasmtime, installed once a process. */
export function theWasmtime(): Promise<Wasmtime> {
  wasmtime ??= ensureWasmtime({});
  return wasmtime;
}

/** Compiles and runs one test under wasmtime. */
export async function runLang(test: LangTest, options: Partial<CompileOptions> = {}): Promise<Outcome> {
  const source = { path: basename(test.path), text: readFileSync(test.path, 'utf8') };
  const compiled = compile([source], { mode: 'run', verify: true, ...options });
  const { diagnostics } = compiled;
  const shown = diagnostics.length ? renderText(diagnostics, [source], { colour: false }) : '';
  if (!compiled.wasm) return { out: '', err: shown, status: 1 };
  const input = test.path.replace(/\.mochi$/, '.in');
  const result = await runModule(await theWasmtime(), {
    wasm: compiled.wasm,
    ...(compiled.lineTable ? { lineTable: compiled.lineTable } : {}),
    name: basename(test.path, '.mochi'),
    env: { MOCHI_NOW_SEED: '1' },
    stdin: existsSync(input) ? readFileSync(input) : 'ignore',
    stdout: 'capture',
    stderr: 'capture',
  });
  return {
    out: steady(result.stdout.toString('utf8')),
    err: shown + steady(result.stderr.toString('utf8')),
    status: result.status,
  };
}

/** The text with `N` for the figures that differ from run to run: what benches measure, and how deep the stack is. */
function steady(text: string): string {
  return text
    .replace(/"(duration_us|memory_bytes)": \d+/g, '"$1": N')
    .replace(/^(error: stack overflow\n(?: {2}at .*\n)*) {2}\.\.\. \d+ more$/m, '$1  ... N more');
}

/** The files that hold what a test is expected to do. */
export function expectationFiles(test: LangTest): { out: string; err: string } {
  return { out: test.path.replace(/\.mochi$/, '.out'), err: test.path.replace(/\.mochi$/, '.err') };
}

/** What a test is expected to do. Warnings are part of `.err`; a test fails at run time when its `.err` has an error. */
export function expected(test: LangTest): Outcome {
  const files = expectationFiles(test);
  const read = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  const err = read(files.err);
  return { out: read(files.out), err, status: /^error/m.test(err) ? 1 : 0 };
}

export function shortName(path: string): string {
  return relative(LANG, path);
}
