// What the benchmarks share: compiling the three versions of a kernel, and measuring runs of them.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from '../src/compiler.ts';
import { compileArgs, runArgs } from '../src/toolchain/flags.ts';
import { ensureWasmtime } from '../src/toolchain/install.ts';
import { hostTarget } from '../src/toolchain/targets.ts';

export const HERE = fileURLToPath(new URL('.', import.meta.url));
/** Where everything that is compiled goes, until the end of the process. */
export const WORK = mkdtempSync(join(tmpdir(), 'mochi-wasm-bench-'));
process.on('exit', () => rmSync(WORK, { recursive: true, force: true }));

/** Go's collector helps itself to every processor; its CPU time is smallest with one. */
const ENVIRONMENT = { ...process.env, GOMAXPROCS: '1', RUST_BACKTRACE: '0' };

/** The tools; `gcc` and `go` are undefined when they are not installed. */
export async function tools() {
  const wasmtime = await ensureWasmtime();
  await wasmtime.verifyCompiler();
  const version = (command, args) => {
    try {
      return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0];
    } catch {
      return undefined;
    }
  };
  const gcc = version('gcc', ['--version']);
  if (gcc === undefined) throw new Error('the benchmarks need gcc: install it, and Go if you want to compare with it');
  buildMeasure();
  return { wasmtime, gcc, go: version('go', ['version']) };
}

/** Compiles the helper that run() uses. */
export function buildMeasure() {
  execFileSync('gcc', ['-O2', '-o', join(WORK, 'measure'), join(HERE, 'measure.c')]);
}

/** Runs a program once: { us, kb, status, output }. `us` is CPU time, `kb` peak memory. */
export function run(command, options = {}) {
  const out = join(WORK, 'stdout');
  const env = { ...ENVIRONMENT, ...options.env, ...(options.limit ? { MEASURE_LIMIT: String(options.limit) } : {}) };
  const text = execFileSync(join(WORK, 'measure'), [out, ...command], { encoding: 'utf8', env });
  const [us, kb, status] = text.trim().split(' ').map(Number);
  return { us, kb, status, output: readFileSync(out, 'utf8') };
}

/** Compiles a C file with gcc -O2; gives the command that runs it. */
export function buildC(file, name) {
  const to = join(WORK, `${name}-c`);
  execFileSync('gcc', ['-O2', '-o', to, file, '-lm'], { stdio: ['ignore', 'inherit', 'inherit'] });
  return [to];
}

/** Compiles a Go file; gives the command that runs it. */
export function buildGo(file, name) {
  const to = join(WORK, `${name}-go`);
  execFileSync('go', ['build', '-o', to, file], { stdio: ['ignore', 'inherit', 'inherit'] });
  return [to];
}

/** Compiles Mochi to a module, with our own compiler. */
export function compileMochi(file, text = readFileSync(file, 'utf8')) {
  const result = compile([{ path: file, text }], { mode: 'run' });
  if (!result.wasm) {
    throw new Error(`${file}: ${result.diagnostics.map((d) => `${d.code} ${d.title}`).join('; ')}`);
  }
  return result;
}

/**
 * Makes machine code of a module with wasmtime; gives the command that runs it. `extra` are more arguments of
 * `wasmtime compile`, to try other settings of the engine.
 */
export function buildWasm({ wasmtime }, wasm, name, extra = []) {
  const from = join(WORK, `${name}.wasm`);
  const to = join(WORK, `${name}.cwasm`);
  writeFileSync(from, wasm);
  const target = ['--target', hostTarget().wasmtimeTarget];
  const env = { ...process.env, RUST_BACKTRACE: '0' };
  execFileSync(wasmtime.path, ['compile', ...compileArgs(), ...extra, ...target, '-o', to, from], { env });
  // Settings other than the usual ones need the large executable: the small one refuses their code.
  const runner = extra.length === 0 ? wasmtime.runner : wasmtime.path;
  return [runner, 'run', '--allow-precompiled', ...runArgs(), ...extra, to];
}

/** A program that does nothing, in each language and under each variant of the engine: what starting costs. */
export function buildEmpty(installed, variants = []) {
  const folder = join(WORK, 'empty');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'empty.c'), '#include <stdio.h>\nint main(void) { printf("0\\n"); }\n');
  writeFileSync(join(folder, 'empty.go'), 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println(0) }\n');
  const { wasm } = compileMochi('empty.mochi', 'print(0)\n');
  return {
    c: buildC(join(folder, 'empty.c'), 'empty'),
    ...(installed.go ? { go: buildGo(join(folder, 'empty.go'), 'empty') } : {}),
    mochi: buildWasm(installed, wasm, 'empty'),
    ...Object.fromEntries(variants.map((v) => [v.name, buildWasm(installed, wasm, `empty-${v.name}`, v.args)])),
  };
}

/**
 * Runs each command `rounds` times, interleaved, and gives the least CPU time and the least peak memory of each.
 * `commands` is { name: command }. Throws unless all print the same in every round.
 */
export function interleave(commands, rounds, options = {}) {
  const best = {};
  let expected;
  for (let round = 0; round < rounds; round++) {
    for (const [name, command] of Object.entries(commands)) {
      const got = run(command, options);
      if (got.status !== 0) throw new Error(`${command.join(' ')} ended with status ${got.status}`);
      expected ??= got.output;
      if (got.output !== expected) {
        throw new Error(`${name} printed ${got.output.trim()}, the first one ${expected.trim()}`);
      }
      const known = best[name];
      best[name] = known ? { us: Math.min(known.us, got.us), kb: Math.min(known.kb, got.kb) } : got;
    }
  }
  return { best, output: expected };
}

export const geometricMean = (values) =>
  values.length === 0 ? Number.NaN : Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length);

export const fixed = (value, digits = 2) => (value === undefined || Number.isNaN(value) ? '–' : value.toFixed(digits));

/** Lines of a Markdown table; numbers to the right. */
export function table(head, rows, left = 1) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i < left ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** The same table for a terminal. */
export function plain(head, rows, left = 1) {
  const widths = head.map((h, i) => Math.max(h.length, ...rows.map((r) => r[i].length)));
  const line = (cells) => cells.map((c, i) => (i < left ? c.padEnd(widths[i]) : c.padStart(widths[i]))).join('  ');
  return [head, ...rows].map(line).join('\n');
}
