// The compiler's own speed: `node bench/compile.mjs [--rounds N] [--json]`. CPU time of compiling hello and 1,000 lines in a
// process that has just started, and of starting the CLI, each the least of several runs.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildMeasure, run } from './lib.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = join(HERE, '..');

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

if (process.argv[2] === '--child') {
  // A process of its own: what the first compilation takes, with nothing warm.
  const { compile } = await import('../src/compiler.ts');
  const text = process.argv[3] === 'hello' ? 'print("Hello")\n' : program(Number(process.argv[3]));
  const before = process.cpuUsage();
  const { wasm, diagnostics } = compile([{ path: 'bench.mochi', text }], { mode: 'run' });
  const { user, system } = process.cpuUsage(before);
  if (!wasm) throw new Error(diagnostics.map((d) => `${d.code} ${d.title}`).join('; '));
  console.log(JSON.stringify({ us: user + system, wasm: wasm.length, lines: text.split('\n').length - 1 }));
} else if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '5' }, json: { type: 'boolean', default: false } },
  });
  const rounds = Number(values.rounds);
  const least = (measure) => {
    let best;
    for (let i = 0; i < rounds; i++) {
      const got = measure();
      if (best === undefined || got.us < best.us) best = got;
    }
    return best;
  };
  const compiled = (what) => () =>
    JSON.parse(execFileSync(process.execPath, [join(HERE, 'compile.mjs'), '--child', what], { encoding: 'utf8' }));
  buildMeasure();
  const started = (args) => () => run([process.execPath, ...args]);
  const report = {
    hello: least(compiled('hello')),
    lines: least(compiled('1000')),
    empty: least(started(['-e', '0'])),
    cli: existsSync(join(ROOT, 'dist', 'cli.js'))
      ? least(started([join(ROOT, 'dist', 'cli.js'), '--version']))
      : undefined,
    source: least(started([join(ROOT, 'src', 'cli', 'main.ts'), '--version'])),
  };
  if (values.json) console.log(JSON.stringify(report));
  else {
    const ms = (r) => (r ? `${(r.us / 1000).toFixed(1)} ms` : 'not built');
    console.log(`compile hello           ${ms(report.hello)}  (${report.hello.wasm} bytes)`);
    console.log(`compile ${report.lines.lines} lines      ${ms(report.lines)}  (${report.lines.wasm} bytes)`);
    console.log(`start: empty script     ${ms(report.empty)}`);
    console.log(`start: dist/cli.js      ${ms(report.cli)}`);
    console.log(`start: src/cli/main.ts  ${ms(report.source)}`);
  }
}
