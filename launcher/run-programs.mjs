// Runs every language test and example as an executable of a target, natively or under an emulator, and compares what it does:
//
//   node launcher/run-programs.mjs [TARGET [EMULATOR…]] [--only PART_OF_NAME]
//
// The emulator is the one of matrix.json unless given; none for the machine's own target. Language tests must do what their .out and
// .err files say, examples what they do under wasmtime. Prints what differs and a summary, and exits with 1 if anything does.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { expected, foldersFor, langTests, steady } from '../__tests__/lang/harness.ts';
import { compile } from '../src/compiler.ts';
import { renderText } from '../src/diagnostics/render.ts';
import { findLauncher } from '../src/package/launchers.ts';
import { makeExecutable } from '../src/package/payload.ts';
import { precompile } from '../src/toolchain/compile.ts';
import { ensureWasmtime } from '../src/toolchain/install.ts';
import { hostTarget, parseTargets } from '../src/toolchain/targets.ts';
import { encodeLines } from '../src/wasm/lines.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { only: { type: 'string', default: '' } } });
const [name, ...given] = positionals;
const host = hostTarget();
const target = name ? parseTargets(name)[0] : host;
const emulator = given.length > 0 ? given : target.name !== host?.name && target.emulator ? [target.emulator] : [];
const launcher = await findLauncher(target);
if (!launcher) throw new Error(`there is no launcher for ${target.name}`);
const wasmtime = await ensureWasmtime();
const root = fileURLToPath(new URL('..', import.meta.url));
const cli = join(root, 'src', 'cli', 'main.ts');
const scratch = mkdtempSync(join(tmpdir(), 'mochi-run-programs-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
/** wine shows the files of this machine as drive Z:. */
const wine = target.os === 'windows' && host?.os !== 'windows';
/** They set PWD, which wine keeps to itself. */
const impossible = new Set(wine ? ['io/fetch.mochi', 'io/paths.mochi'] : []);
const hostPath = (path) => (wine ? `Z:${path.replaceAll('/', '\\')}` : path);

/** Runs a command to its end. */
function run(command, args, { input, env = {}, cwd = scratch } = {}) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, WINEDEBUG: '-all', ...env }, timeout: 300_000 });
    const out = [];
    const err = [];
    child.stdout.on('data', (bytes) => out.push(bytes));
    child.stderr.on('data', (bytes) => err.push(bytes));
    child.stdin.on('error', () => {}); // the program may end without having read it
    child.stdin.end(input);
    child.on('error', (error) => done({ out: '', err: error.message, status: -1 }));
    child.on('close', (status, signal) =>
      done({ out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString(), status: status ?? signal }),
    );
  });
}

/** Runs one language test as an executable; gives what it was to do and what it did. */
async function languageTest(test, number) {
  const want = expected(test);
  const source = { path: basename(test.path), text: readFileSync(test.path, 'utf8') };
  const compiled = compile([source], { mode: 'run' });
  const shown = compiled.diagnostics.length ? renderText(compiled.diagnostics, [source], { colour: false }) : '';
  if (!compiled.wasm) return undefined;
  const files = test.name.startsWith(`io${sep}`);
  const made = join(scratch, `made-${number}`);
  if (files) mkdirSync(made);
  const env = { MOCHI_NOW_SEED: '1', ...(files ? { MOCHI_ROOT: '/root-of-tests', PWD: '/here/below' } : {}) };
  const dirs = (files ? foldersFor(test, made) : []).map((pair) => {
    const [from, to] = pair.split('::');
    return `${hostPath(from)}::${to}`;
  });
  const cwasm = await precompile(wasmtime, compiled.wasm, target);
  const lines = compiled.lineTable && encodeLines(compiled.lineTable);
  const capabilities = { dirs, env: Object.keys(env) };
  const exe = join(scratch, `${number}-${basename(test.path, '.mochi')}${target.exeSuffix}`);
  writeFileSync(exe, makeExecutable(launcher.bytes, target, { cwasm, lines, capabilities, engine: wasmtime.version }), {
    mode: 0o755,
  });
  const input = test.path.replace(/\.mochi$/, '.in');
  const [command, ...args] = [...emulator, exe];
  const got = await run(command, args, { env, input: existsSync(input) ? readFileSync(input) : '' });
  rmSync(exe);
  return { want, got: { out: steady(got.out), err: shown + steady(got.err), status: got.status } };
}

/** Builds an example for the target and runs it; it is to do what it does under wasmtime. */
async function example(path, input) {
  const exe = join(scratch, `example-${basename(path, '.mochi')}${target.exeSuffix}`);
  const node = process.execPath;
  const build = await run(node, [cli, 'build', join(root, path), '--emit', 'exe', '--targets', target.name, '--out', exe]);
  if (build.status !== 0) return { want: { status: 0 }, got: build };
  const { err: _, ...want } = await run(node, [cli, 'run', join(root, path), '--quiet'], { input });
  const [command, ...args] = [...emulator, exe];
  const { err, ...got } = await run(command, args, { input });
  return { want: { ...want, err: '' }, got: { ...got, err } };
}

const tests = langTests().filter((test) => test.name.includes(values.only) && !impossible.has(test.name));
const jobs = tests.map((test, number) => ({ name: test.name, work: () => languageTest(test, number) }));
if ('examples'.includes(values.only)) {
  const csv = readFileSync(join(root, 'examples/inventory/movements.csv'));
  jobs.push({ name: 'examples/hello.mochi', work: () => example('examples/hello.mochi', '') });
  jobs.push({ name: 'examples/inventory', work: () => example('examples/inventory', csv) });
}
const count = { same: 0, different: 0, 'not compiled': 0 };
let next = 0;
async function worker() {
  for (let i = next++; i < jobs.length; i = next++) {
    const result = await jobs[i].work();
    if (!result) {
      count['not compiled']++;
      continue;
    }
    const { want, got } = result;
    const wrong = ['out', 'err', 'status'].filter((key) => want[key] !== got[key]);
    count[wrong.length === 0 ? 'same' : 'different']++;
    if (wrong.length === 0) continue;
    console.log(`${jobs[i].name}: differs`);
    for (const key of wrong) {
      console.log(`  ${key}: ${JSON.stringify(got[key]).slice(0, 600)}\n  instead of ${JSON.stringify(want[key]).slice(0, 600)}`);
    }
  }
}
await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, worker));
console.log(
  `${target.name}${emulator.length > 0 ? ` under ${basename(emulator[0])}` : ''}: ${count.same} programs do what they should, ` +
    `${count.different} do not; ${count['not compiled']} are about compile-time errors` +
    (impossible.size > 0 ? `; left out: ${[...impossible].join(', ')}` : ''),
);
process.exitCode = count.different > 0 ? 1 : 0;
