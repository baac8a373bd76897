// Runs the official WASI test suite (the repository WebAssembly/wasi-testsuite, branch prod/testsuite-base) as executables:
//
//   node launcher/wasi-testsuite.mjs SUITE [TARGET [EMULATOR…]] [--wasmtime FILE]
//
// Every wasm32-wasip1 program is packaged for the target with the directory, variables and arguments that its description
// names, and run; beside it the same program under `wasmtime run`, of this machine or, with --wasmtime, of the target, under the
// same emulator. Prints a line for each, and exits with 1 when a program fails that passes under wasmtime. The emulator is the one
// of matrix.json unless given; none for the machine's own target. The suite is told what Windows cannot do, by the variables it has for that.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findLauncher } from '../src/package/launchers.ts';
import { makeExecutable } from '../src/package/payload.ts';
import { precompile } from '../src/toolchain/compile.ts';
import { ensureWasmtime } from '../src/toolchain/install.ts';
import { hostTarget, parseTargets } from '../src/toolchain/targets.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { wasmtime: { type: 'string' } } });
const [folder, name, ...given] = positionals;
if (!folder) {
  console.error('usage: node launcher/wasi-testsuite.mjs SUITE [TARGET [EMULATOR…]] [--wasmtime FILE]');
  process.exit(2);
}
const suite = resolve(folder);
const host = hostTarget();
const target = name ? parseTargets(name)[0] : host;
const emulator = given.length > 0 ? given : target.name !== host?.name && target.emulator ? [target.emulator] : [];
const wasmtime = await ensureWasmtime();
const launcher = await findLauncher(target);
if (!launcher) throw new Error(`there is no launcher for ${target.name}`);
const run = values.wasmtime ? [...emulator, resolve(values.wasmtime), 'run'] : [wasmtime.path, 'run'];
/** What the file system of Windows cannot do: links to nothing, and directories in the place of others. */
const WINDOWS = { NO_DANGLING_FILESYSTEM: '1', NO_RENAME_DIR_TO_EMPTY_DIR: '1' };

/** Runs a command in a copy of the test's folder; gives undefined when all is as described, else what is not. */
function attempt(test, command, args, environment) {
  const work = mkdtempSync(join(tmpdir(), 'wasi-testsuite-'));
  try {
    if (test.root) cpSync(join(test.folder, test.root), join(work, test.root), { recursive: true });
    const done = spawnSync(command, args, { cwd: work, env: environment, timeout: 120_000, input: '' });
    if (done.error) return done.error.message;
    if (done.status !== test.exit_code) {
      const why = done.stderr.toString().trim().split('\n').find((l) => l.length > 0) ?? '';
      return `status ${done.status ?? done.signal}: ${why.slice(0, 160)}`;
    }
    if (test.stdout !== undefined && done.stdout.toString() !== test.stdout) return 'wrong output';
    return undefined;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const programs = globSync('tests/*/testsuite/wasm32-wasip1/*.wasm', { cwd: suite }).sort();
const scratch = mkdtempSync(join(tmpdir(), 'wasi-testsuite-exe-'));
const count = { passed: 0, failed: 0, worse: 0, wasmtime: 0 };
for (const program of programs) {
  const file = join(suite, program);
  const description = file.replace(/\.wasm$/, '.json');
  const read = existsSync(description) ? JSON.parse(readFileSync(description, 'utf8')) : {};
  const test = { args: [], exit_code: 0, ...read, folder: dirname(file) };
  // Only its Rust programs know them; others would find variables that their description does not name.
  test.env = { ...(target.os === 'windows' && program.startsWith('tests/rust/') ? WINDOWS : {}), ...read.env };
  const dirs = test.root ? [`${test.root}::/`] : [];
  const wasm = readFileSync(file);
  const cwasm = await precompile(wasmtime, wasm, target);
  const capabilities = { dirs, env: Object.keys(test.env) };
  const exe = join(scratch, `${basename(program, '.wasm')}${target.exeSuffix}`);
  writeFileSync(exe, makeExecutable(launcher.bytes, target, { cwasm, capabilities, engine: wasmtime.version }));
  chmodSync(exe, 0o755);
  const environment = { PATH: process.env.PATH, HOME: process.env.HOME, WINEDEBUG: '-all', WINEPREFIX: process.env.WINEPREFIX };
  const [command, ...before] = [...emulator, exe];
  const own = attempt(test, command, [...before, ...test.args], { ...environment, ...test.env });
  const options = [...dirs.flatMap((d) => ['--dir', d]), ...Object.entries(test.env).flatMap(([k, v]) => ['--env', `${k}=${v}`])];
  const theirs = attempt(test, run[0], [...run.slice(1), ...options, file, ...test.args], environment);
  rmSync(exe);
  count[own ? 'failed' : 'passed']++;
  if (!theirs) count.wasmtime++;
  if (own && !theirs) count.worse++;
  const words = (problem) => (problem ? `FAILED (${problem})` : 'passed');
  console.log(`${program.split('/')[1]}/${basename(program, '.wasm')}: ${words(own)}; wasmtime run: ${words(theirs)}`);
}
rmSync(scratch, { recursive: true, force: true });
console.log(`${target.name}: ${count.passed} of ${programs.length} passed, ${count.wasmtime} under wasmtime run`);
process.exit(count.worse > 0 ? 1 : 0);
