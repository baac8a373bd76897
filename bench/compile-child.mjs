// The measured process of compile.mjs: `compile-child.mjs HOST TASK [FOLDER]` compiles once, with nothing loaded but what dist/ would load.
// HOST is the bundle that loads and runs the compiler, TASK `nothing`, `hello` or a number of lines, FOLDER where V8's code is kept between runs.
import { pathToFileURL } from 'node:url';

/** A program of about `lines` lines, none of them like another: functions over numbers, lists, maps, texts and structs. */
function program(lines) {
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

const [host, task, folder] = process.argv.slice(2);
const { compileSources, keepCode, loadCompiler, saveCode } = await import(pathToFileURL(host).href);
if (folder) keepCode({}, folder);
const start = process.cpuUsage();
await loadCompiler();
const load = process.cpuUsage(start);
const text = task === 'hello' ? 'print("Hello")\n' : program(Number(task));
const before = process.cpuUsage();
const { wasm, diagnostics } =
  task === 'nothing' ? { wasm: '' } : await compileSources([{ path: 'bench.mochi', text }], { mode: 'run' });
const used = process.cpuUsage(before);
if (wasm === undefined) throw new Error(diagnostics.map((d) => `${d.code} ${d.title}`).join('; '));
// Written before the code is kept: that is no part of compiling, and done in the first run only.
const us = ({ user, system }) => user + system;
console.log(JSON.stringify({ us: us(used), load: us(load), wasm: wasm.length, lines: text.split('\n').length - 1 }));
await saveCode();
