/**
 * Language tests are programs: `__tests__/lang/<feature>/name.mochi`, with what they print in `name.out` and, where they
 * fail, the diagnostics or the run-time error in `name.err` (then the exit status is 1). `name.in` is their input. Programs in
 * `io` have their own folder as the current one, an empty folder `made` for what they write, and MOCHI_ROOT is `io/root`.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, sep } from 'node:path';
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
  const files = test.name.startsWith(`io${sep}`) ? mkdtempSync(join(tmpdir(), 'mochi-lang-')) : undefined;
  try {
    const result = await runModule(await theWasmtime(), {
      wasm: compiled.wasm,
      ...(compiled.lineTable ? { lineTable: compiled.lineTable } : {}),
      name: basename(test.path, '.mochi'),
      env: {
        MOCHI_NOW_SEED: '1',
        ...(files === undefined ? {} : { MOCHI_ROOT: '/root-of-tests', PWD: '/here/below' }),
      },
      dirs: files === undefined ? [] : foldersFor(test, files),
      stdin: existsSync(input) ? readFileSync(input) : 'ignore',
      stdout: 'capture',
      stderr: 'capture',
    });
    const text = (bytes: Buffer) => steady(bytes.toString('utf8'));
    return { out: text(result.stdout), err: shown + text(result.stderr), status: result.status };
  } finally {
    if (files !== undefined) rmSync(files, { recursive: true });
  }
}

/** The text with `N` for the figures that differ from run to run: what benches measure, and how deep the stack is. */
export function steady(text: string): string {
  return text
    .replace(/"(duration_us|memory_bytes)": \d+/g, '"$1": N')
    .replace(/^(error: stack overflow\n(?: {2}at .*\n)*) {2}\.\.\. \d+ more$/m, '$1  ... N more');
}

/** The folders of a test that reads and writes files, as HOST::GUEST. */
export function foldersFor(test: LangTest, made: string): string[] {
  const own = dirname(test.path);
  return [`${own}::.`, `${made}::made`, `${join(own, 'root')}::/root-of-tests`, `${join(own, 'beside')}::/here/beside`];
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
