// What starting costs: a hello program as our executable beside others, interleaved on one processor:
//
//   node bench/startup.mjs [ROUNDS]          (200 unless given; npm run build is not needed)
//
// Compared are a static and a dynamic C program, and what is installed of Go, bun and deno; `wasmtime run` of the precompiled program,
// too. Linux only. Read the ratios: microseconds differ from machine to machine, above all between virtual ones.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { findLauncher } from '../src/package/launchers.ts';
import { makeExecutable } from '../src/package/payload.ts';
import { precompile } from '../src/toolchain/compile.ts';
import { encodeLines } from '../src/wasm/lines.ts';
import { runArgs } from '../src/toolchain/flags.ts';
import { ensureWasmtime } from '../src/toolchain/install.ts';
import { hostTarget } from '../src/toolchain/targets.ts';
import { compileMochi, HERE, plain, table, WORK } from './lib.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { markdown: { type: 'boolean', default: false } } });
const rounds = positionals[0] ?? '200';
const folder = join(WORK, 'startup');
mkdirSync(folder);
const at = (name) => join(folder, name);

/** Runs a compiler; undefined when it is not installed or fails. */
function attempt(command, args, result = at(args[args.indexOf('-o') + 1] ?? '')) {
  try {
    const env = { ...process.env, GO111MODULE: 'off' };
    execFileSync(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env });
    return [result];
  } catch {
    return undefined;
  }
}

execFileSync('gcc', ['-O2', '-o', at('startup'), join(HERE, 'startup.c')]);
writeFileSync(at('hello.c'), '#include <stdio.h>\nint main(void) { puts("Hello"); return 0; }\n');
writeFileSync(at('hello.go'), 'package main\n\nimport "fmt"\n\nfunc main() { fmt.Println("Hello") }\n');
writeFileSync(at('hello.js'), 'console.log("Hello");\n');

const wasmtime = await ensureWasmtime();
const target = hostTarget();
const launcher = await findLauncher(target);
if (!launcher) throw new Error('there is no launcher for this machine');
const { wasm, lineTable } = compileMochi('hello.mochi', 'print("Hello")\n');
const cwasm = await precompile(wasmtime, wasm, target);
const payload = { cwasm, lines: encodeLines(lineTable), capabilities: { dirs: [], env: [] }, engine: wasmtime.version };
writeFileSync(at('hello'), makeExecutable(launcher.bytes, target, payload));
chmodSync(at('hello'), 0o755);
writeFileSync(at('hello.cwasm'), cwasm);

const musl = attempt('musl-gcc', ['-O2', '-static', '-o', 'static', 'hello.c']);
const runCwasm = ['run', '--allow-precompiled', ...runArgs(), at('hello.cwasm')];
const commands = {
  [musl ? 'static C (musl)' : 'static C (glibc; there is no musl-gcc)']: musl ?? attempt('gcc', ['-O2', '-static', '-o', 'static', 'hello.c']),
  'our executable': [at('hello')],
  'dynamic C (glibc)': attempt('gcc', ['-O2', '-o', 'dynamic', 'hello.c']),
  Go: attempt('go', ['build', '-o', 'go', 'hello.go']),
  'wasmtime-min run': wasmtime.runner === wasmtime.path ? undefined : [wasmtime.runner, ...runCwasm],
  'wasmtime run': [wasmtime.path, ...runCwasm],
  bun: attempt('bun', ['run', 'hello.js'], 'bun') && ['bun', 'run', at('hello.js')],
  'bun --compile': attempt('bun', ['build', '--compile', '--outfile', at('bun'), 'hello.js'], at('bun')),
  deno: attempt('deno', ['run', 'hello.js'], 'deno') && ['deno', 'run', at('hello.js')],
  node: ['node', at('hello.js')],
};
const present = Object.entries(commands).filter(([, command]) => command);
const args = present.flatMap(([, command], i) => (i === 0 ? command : ['--', ...command]));
const lines = execFileSync(at('startup'), [rounds, ...args], { encoding: 'utf8' }).trim().split('\n');
const measured = new Map(present.map(([name], i) => [name, lines[i].split(' ').map(Number)]));
const [fixed] = measured.values();
const dynamic = measured.get('dynamic C (glibc)');
const ratio = (us, to) => (to ? (us / to).toFixed(2) : '–');
const rows = [...measured].map(([name, [min, median, cpu, faults, kb]]) => [
  name, min.toFixed(0), median.toFixed(0), cpu.toFixed(0), ratio(min, fixed[0]), ratio(min, dynamic?.[0]), ratio(median, fixed[1]), ratio(median, dynamic?.[1]), String(faults), String(kb),
]);
const head = ['', 'min µs', 'median µs', 'CPU µs', '× static C', '× dynamic C', 'median × static', 'median × dynamic', 'page faults', 'peak KB'];
console.log(`${rounds} rounds, interleaved`);
console.log((values.markdown ? table : plain)(head, rows));
