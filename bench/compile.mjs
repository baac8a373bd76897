// The compiler's own speed: `node bench/compile.mjs [--rounds N] [--json | --instructions]`. CPU time (all threads of a process) of compiling
// hello and programs of 100 to 1,000 lines in a process that has just started, with the code bundled as dist/ is, and of
// starting the CLI: the least of several rounds, in which the measurements take turns. `--instructions` counts the processor's
// instructions with valgrind instead, all on one thread: the same number in every run, however busy the machine is.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { buildMeasure, run, WORK } from './lib.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(HERE, '..');
const SIZES = [100, 300, 1000];

/** A program of about `lines` lines, none of them like another: functions over numbers, lists, maps, texts and structs. */
export function program(lines) {
  const out = [
    'type Point { x: int, y: int, name: string }',
    'type Shape = Circle(r: float) | Box(w: float, h: float)',
  ];
  for (let n = 0; out.length < lines; n++) {
    out.push(
      `fun sum${n}(xs: list<int>, k: int): int {`,
      '  var total = 0',
      '  for x in xs {',
      `    if x % ${(n % 7) + 2} == 0 { total = total + x * k } else { total = total - x }`,
      '  }',
      '  return total',
      '}',
      `fun text${n}(n: int): string {`,
      `  var s = "part ${n}:"`,
      '  for i in 0..n { s = s + " " + str(i * n) }',
      '  return s',
      '}',
      `fun area${n}(s: Shape): float {`,
      '  return match s {',
      `    Circle(r) => r * r * ${n}.5`,
      `    Box(w, h) => w * h + ${n}.25`,
      '  }',
      '}',
      `fun count${n}(words: list<string>): map<string, int> {`,
      '  var m: map<string, int> = {}',
      '  for w in words {',
      '    if w in m { m[w] = m[w] + 1 } else { m[w] = 1 }',
      '  }',
      '  return m',
      '}',
      `let p${n} = Point { x: ${n}, y: sum${n}([${n}, 2, 3], ${n + 1}), name: text${n}(3) }`,
      `let c${n} = count${n}(["a", "b", "a", p${n}.name])`,
      `let big${n} = from q in [p${n}] where q.x > ${n % 3} select q.y`,
      `print(p${n}.y, area${n}(Circle { r: 2.0 }), len(c${n}), len(big${n}))`,
    );
  }
  return `${out.join('\n')}\n`;
}

/** Writes the compiler as one file, made as the files of dist/ are; gives its path. */
async function bundleCompiler() {
  const { build } = await import('esbuild');
  const { OPTIONS } = await import('../scripts/build.mjs');
  const outfile = join(WORK, 'compiler.mjs');
  const contents = "export * from './src/compiler.ts';\nexport * from './src/project/engine.ts';";
  await build({ ...OPTIONS, splitting: false, stdin: { contents, resolveDir: ROOT, loader: 'ts' }, outfile });
  return outfile;
}

/** Millions of instructions that a process of this file takes to compile `what`, without what it takes to load the compiler. */
function instructions(compiler, what) {
  const count = (task) => {
    const valgrind = ['--tool=cachegrind', '--cache-sim=no', '--cachegrind-out-file=/dev/null', '--smc-check=all-non-file'];
    const node = [process.execPath, '--single-threaded', '--hash-seed=1', '--random-seed=1', join(HERE, 'compile.mjs')];
    const done = spawnSync('valgrind', [...valgrind, ...node, '--child', task, compiler], { encoding: 'utf8' });
    const total = /I\s+refs:\s+([\d,]+)/.exec(done.stderr ?? '')?.[1];
    if (done.status !== 0 || !total) throw new Error(`valgrind is needed: ${done.error?.message ?? done.stderr}`);
    return Number(total.replaceAll(',', '')) / 1e6;
  };
  return count(what) - count('nothing');
}

if (process.argv[2] === '--child') {
  // A process of its own: what the first compilation takes, with nothing warm.
  const { compile, compileSeldom } = await import(pathToFileURL(process.argv[4]).href);
  compileSeldom(process.version);
  const what = process.argv[3];
  const text = what === 'hello' ? 'print("Hello")\n' : program(Number(what));
  const before = process.cpuUsage();
  const { wasm, diagnostics } =
    what === 'nothing' ? { wasm: '' } : compile([{ path: 'bench.mochi', text }], { mode: 'run' });
  const { user, system } = process.cpuUsage(before);
  if (wasm === undefined) throw new Error(diagnostics.map((d) => `${d.code} ${d.title}`).join('; '));
  console.log(JSON.stringify({ us: user + system, wasm: wasm.length, lines: text.split('\n').length - 1 }));
} else if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
      instructions: { type: 'boolean', default: false },
    },
  });
  const compiler = await bundleCompiler();
  if (values.instructions) {
    for (const what of ['hello', ...SIZES.map(String)]) {
      console.log(`${what.padStart(5)} ${instructions(compiler, what).toFixed(0).padStart(6)} million instructions`);
    }
    process.exit();
  }
  const compiled = (what) => () =>
    JSON.parse(execFileSync(process.execPath, [join(HERE, 'compile.mjs'), '--child', what, compiler], { encoding: 'utf8' }));
  buildMeasure();
  const started = (...args) => {
    return () => run([process.execPath, ...args.map((arg) => (arg.endsWith('.js') ? join(ROOT, arg) : arg))]);
  };
  const hello = join(WORK, 'hello.mochi');
  writeFileSync(hello, 'print("Hello")\n');
  const cli = 'dist/cli.js';
  const measures = {
    hello: compiled('hello'),
    ...Object.fromEntries(SIZES.map((lines) => [`lines${lines}`, compiled(String(lines))])),
    empty: started('-e', '0'),
    ...(existsSync(join(ROOT, cli))
      ? {
          version: started(cli, '--version'),
          check: started(cli, 'check', hello),
          build: started(cli, 'build', hello, '--emit', 'wasm', '--out', join(WORK, 'hello.wasm')),
        }
      : {}),
  };
  const report = {};
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [name, measure] of Object.entries(measures)) {
      const got = measure();
      if (!report[name] || got.us < report[name].us) report[name] = got;
    }
  }
  if (values.json) console.log(JSON.stringify(report));
  else {
    const row = (label, r) => {
      const size = r.wasm === undefined ? '' : `${r.wasm} bytes of .wasm`.padStart(24);
      console.log(`${label.padEnd(26)}${`${(r.us / 1000).toFixed(1)} ms`.padStart(10)}${size}`);
    };
    row('compile hello', report.hello);
    for (const lines of SIZES) row(`compile ${report[`lines${lines}`].lines} lines`, report[`lines${lines}`]);
    row('node, empty script', report.empty);
    for (const [name, label] of [
      ['version', '--version'],
      ['check', 'check hello'],
      ['build', 'build hello'],
    ]) {
      if (!report[name]) continue;
      row(`${cli} ${label}`, { us: report[name].us - report.empty.us });
    }
    console.log('The last rows are without what an empty script takes.');
  }
}
