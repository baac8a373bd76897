// The compiler's own speed: `node bench/compile.mjs [--rounds N] [--json | --instructions]`. CPU time (all threads of a process) of loading the
// compiler and of compiling hello and programs of 100 to 1,000 lines in a process that has just started, with the code bundled as dist/ is, and
// of starting the CLI: the least of several rounds, in which the measurements take turns. Twice: in a first run, and in a later one, which
// finds the code that V8 made of the compiler in an earlier run, as the command line keeps it. `--instructions` counts the processor's
// instructions with valgrind instead, all on one thread: much the same number in every run, however busy the machine is.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { bundleCompiler, OPTIONS } from '../scripts/build.mjs';
import { buildMeasure, run, WORK } from './lib.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(HERE, '..');
const CHILD = join(HERE, 'compile-child.mjs');
const TASKS = ['hello', '100', '300', '1000'];

/** Writes the compiler and what loads it, made as the files of dist/ are; gives the path of the latter. */
async function bundle() {
  await bundleCompiler(join(WORK, 'compiler.cjs'));
  const outfile = join(WORK, 'host.mjs');
  const contents = "export * from './src/project/compiler.ts';\nexport * from './src/project/code-cache.ts';";
  const stdin = { contents, resolveDir: ROOT, loader: 'ts' };
  await build({ ...OPTIONS, splitting: false, define: { BUNDLED: 'true' }, stdin, outfile });
  return outfile;
}

/** A folder for V8's code. */
function folder(name) {
  const path = join(WORK, `code-${name}`);
  mkdirSync(path, { recursive: true });
  return path;
}

/** What the child says, for a first run (`kept` is '') or a later one (a folder that is filled now, if it is empty). */
function child(host, task, kept) {
  return JSON.parse(execFileSync(process.execPath, [CHILD, host, task, kept], { encoding: 'utf8' }));
}

/** Millions of instructions that a process takes to compile `task`, without what it takes to load the compiler. */
function instructions(host, task, kept) {
  const node = [process.execPath, '--single-threaded', '--hash-seed=1', '--random-seed=1', CHILD, host];
  // V8 with other settings has other code.
  if (kept) execFileSync(node[0], [...node.slice(1), '1000', kept]);
  const count = (what) => {
    const valgrind = ['--tool=cachegrind', '--cache-sim=no', '--cachegrind-out-file=/dev/null', '--smc-check=all-non-file'];
    const done = spawnSync('valgrind', [...valgrind, ...node, what, kept], { encoding: 'utf8' });
    const total = /I\s+refs:\s+([\d,]+)/.exec(done.stderr ?? '')?.[1];
    if (done.status !== 0 || !total) throw new Error(`valgrind is needed: ${done.error?.message ?? done.stderr}`);
    return Number(total.replaceAll(',', '')) / 1e6;
  };
  return count(task) - count('nothing');
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    instructions: { type: 'boolean', default: false },
  },
});
const host = await bundle();
if (values.instructions) {
  console.log('millions of instructions    first run   later runs');
  for (const task of TASKS) {
    const [first, later] = ['', folder('counted')].map((kept) => instructions(host, task, kept).toFixed(0));
    console.log(`${task.padEnd(26)}${first.padStart(11)}${later.padStart(13)}`);
  }
  process.exit();
}

const kept = folder('kept');
child(host, TASKS.at(-1), kept);
buildMeasure();
const hello = join(WORK, 'hello.mochi');
writeFileSync(hello, 'print("Hello")\n');
/** A command of the CLI; its caches are those of a user, whether or not this runs in CI. */
const cli = (env, ...args) => {
  return () => run([process.execPath, join(ROOT, 'dist/cli.js'), ...args], { env: { CI: '', MOCHI_WASM_CACHE: '', ...env } });
};
const none = { NODE_DISABLE_COMPILE_CACHE: '1' };
const own = { HOME: WORK, XDG_CACHE_HOME: WORK, LOCALAPPDATA: WORK };
const both = (measure) => ({ first: () => measure(none), later: () => measure(own) });
const commands = {
  '--version': (env) => cli(env, '--version')(),
  'check hello': (env) => cli(env, 'check', hello)(),
  'build hello': (env) => cli(env, 'build', hello, '--emit', 'wasm', '--out', join(WORK, 'hello.wasm'))(),
};
/** By row, what is measured for a first and for a later run: `us`, `load` too for compilations. */
const measures = {
  ...Object.fromEntries(TASKS.map((task) => [task, { first: () => child(host, task, ''), later: () => child(host, task, kept) }])),
  empty: { first: () => run([process.execPath, '-e', '0']) },
  ...(existsSync(join(ROOT, 'dist/cli.js'))
    ? Object.fromEntries(Object.entries(commands).map(([name, measure]) => [name, both(measure)]))
    : {}),
};
const report = {};
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [name, runs] of Object.entries(measures)) {
    report[name] ??= {};
    for (const [which, measure] of Object.entries(runs)) {
      const got = measure();
      const best = (report[name][which] ??= got);
      for (const time of ['us', 'load']) if (got[time] < best[time]) best[time] = got[time];
    }
  }
}
if (values.json) console.log(JSON.stringify(report));
else {
  const ms = (us) => (us === undefined ? '' : `${(us / 1000).toFixed(1)} ms`).padStart(12);
  const row = (label, first, later, wasm) => {
    console.log(`${label.padEnd(24)}${ms(first)}${ms(later)}${wasm === undefined ? '' : `${wasm} bytes of .wasm`.padStart(24)}`);
  };
  console.log(`CPU time${''.padEnd(16)}   first run  later runs`);
  row('load the compiler', report['1000'].first.load, report['1000'].later.load);
  for (const task of TASKS) {
    const { first, later } = report[task];
    row(task === 'hello' ? 'compile hello' : `compile ${first.lines} lines`, first.us, later.us, first.wasm);
  }
  const empty = report.empty.first.us;
  row('node, empty script', empty);
  for (const name of Object.keys(commands)) {
    if (report[name]) row(`cli.js ${name}`, report[name].first.us - empty, report[name].later.us - empty);
  }
  console.log('The last rows are without what an empty script takes.');
}
