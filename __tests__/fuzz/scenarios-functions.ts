/** Small functions in loops: what inlining must get right, and what closures see. */
import { expr, fresh } from './expressions.ts';
import { ints, names, type Scenario } from './scenarios.ts';
import { BOOL, emit, type Gen, INT } from './types.ts';

const small = (g: Gen): number => g.random.below(9) - 2;
const op = (g: Gen): string => g.random.pick(['+', '-', '*']);
const maybe = (g: Gen, text: string): string => (g.random.one(2) ? text : '');

/** The body of a function of two ints `a` and `b`, of a kind that programs have many of. */
function body(g: Gen, effect: string): string {
  const x = fresh(g, 'x');
  return g.random.pick([
    `return a ${op(g)} b`,
    `if a > b {\nreturn a\n}\nreturn b ${op(g)} ${small(g)}`,
    `if a % 2 == 0 {\n${effect}\nreturn b\n} else if b > ${small(g)} {\nreturn a\n}\nreturn ${small(g)}`,
    `a = a ${op(g)} b\nb = a ${op(g)} ${small(g)}\nreturn a - b`,
    `var ${x} = a\nwhile ${x} < b {\n${x} = ${x} + 2\n}\nreturn ${x}`,
    `for ${x} in 0..5 {\nif ${x} * a > b {\nreturn ${x}\n}\n${maybe(g, `if ${x} == 3 {\nbreak\n}`)}\n}\nreturn -1`,
    `let ${x} = a * 2\nif ${x} > 3 && b != ${small(g)} {\n${effect}\n}\nreturn ${x} + b`,
    `${effect}\nreturn if a < b then a * 3 else b`,
    `let ${x} = [a, b, ${small(g)}]\nreturn ${x}[${g.random.pick(['0', '-1', 'a % 3', 'b % 2', g.random.one(5) ? 'a' : '1'])}]`,
    `return a * b * ${g.random.pick(['1', '1', '1000003'])} ${op(g)} ${small(g)}`,
  ]);
}

export const functionScenarios: readonly Scenario[] = [
  function inLoop(g) {
    const { f, h, seen, acc, i } = names(g, 'f', 'h', 'seen', 'acc', 'i');
    emit(
      g,
      `var ${seen} = 0
      fun ${f}(a: int, b: int): int {
      ${body(g, `${seen} = ${seen} + 1`)}
      }
      fun ${h}(a: int, b: int): int {
      ${body(g, `${seen} = ${seen} * 2`)}
      }
      var ${acc} = ${small(g)}
      for ${i} in 0..${2 + g.random.below(7)} {
      ${g.random.pick([
        `${acc} = ${acc} + ${f}(${i}, ${acc} % 5) ${op(g)} ${h}(${i}, ${i})`,
        `${acc} = (${f}(${acc} % 7, ${h}(${i}, 2)) + ${i}) % 10007`,
        `if ${f}(${i}, ${small(g)}) > ${h}(2, ${i}) {\n${acc} = ${acc} + ${i}\n}`,
        `${acc} = ${h}(${f}(${i}, 1), ${f}(1, ${i})) + ${acc} % 100`,
      ])}
      }
      print(${acc}, ${seen})`,
    );
  },
  function argumentsInOrder(g) {
    const { log, t, f, i } = names(g, 'log', 't', 'f', 'i');
    emit(
      g,
      `var ${log}: list<int> = []
      fun ${t}(n: int): int {
      ${log} = append(${log}, n)
      ${maybe(g, `if n > 3 {\nprint("big", n)\n}`)}
      return n
      }
      fun ${f}(a: int, b: int, c: int): int {
      ${g.random.pick(['return a - b * c', 'if b > 2 {\nreturn a\n}\nreturn c', 'let d = c\na = b\nreturn a + d'])}
      }
      for ${i} in 0..${1 + g.random.below(4)} {
      print(${g.random.pick([
        `${f}(${t}(${i}), ${t}(${i} + 1), ${t}(${i} + 2))`,
        `${t}(1) - ${t}(${i}) * ${t}(3)`,
        `${f}(${t}(${i}), len(${log}), ${t}(2))`,
        `[${t}(${i}), len(${log}), ${t}(5)][${t}(1)]`,
        `${t}(${i}) > 1 && ${t}(2) > 1 || ${t}(3) == ${i}`,
        `${f}(len(${log}), ${t}(9), len(${log}))`,
      ])})
      }
      print(${log})`,
    );
  },
  function globalBetween(g) {
    const { x, f, i } = names(g, 'x', 'f', 'i');
    emit(
      g,
      `var ${x} = ${small(g)}
      fun ${f}(n: int): int {
      ${x} = ${x} ${op(g)} n
      ${g.random.pick([`return ${x}`, 'return n', `if ${x} > 5 {\n${x} = 0\nreturn 5\n}\nreturn ${x} + n`])}
      }
      for ${i} in 0..${2 + g.random.below(5)} {
      ${g.random.pick([`${x} = ${x} + ${f}(${i})`, `${x} = ${f}(${i}) + ${x}`, `print(${x}, ${f}(${i}), ${x})`, `${x} = ${f}(${x}) - ${f}(${x})`])}
      }
      print(${x})`,
    );
  },
  function recursion(g) {
    const { f, h, i } = names(g, 'f', 'h', 'i');
    const [text, last] = g.random.pick<readonly [string, number]>([
      [`if n < 2 {\nreturn n\n}\nreturn ${f}(n - 1) + ${f}(n - 2)`, 12],
      [`if n <= 0 {\nreturn ${small(g)}\n}\nreturn n ${op(g)} ${f}(n - 1)`, 15],
      [`if n % 3 == 0 {\nreturn n\n}\nlet k = ${f}(n + 1)\nreturn k * 2 - n`, 9],
      [`if n <= 1 {\nreturn 1\n}\nif n % 2 == 0 {\nreturn ${h}(n / 2)\n}\nreturn ${h}(3 * n + 1) + 1`, 12],
      [`if n == 0 {\nreturn 0\n}\nvar s = 0\nfor k in 0..n {\ns = s + ${f}(k) + 1\n}\nreturn s`, 7],
      [`if n <= 0 {\nreturn 1\n}\nreturn ${f}(n - 1) * n`, 28],
    ]);
    emit(
      g,
      `fun ${f}(n: int): int {
      ${text}
      }
      fun ${h}(n: int): int {
      ${g.random.pick([`return ${f}(n)`, `if n > 6 {\nreturn ${f}(n / 2)\n}\nreturn ${f}(n)`])}
      }
      for ${i} in 0..${last} {
      print(${i}, ${g.random.pick([f, h])}(${i}))
      }`,
    );
  },
  function tailCalls(g) {
    const { f, i } = names(g, 'f', 'i');
    emit(
      g,
      `fun ${f}(n: int, acc: int, xs: list<int>): int {
      if n == 0 {
      return acc + len(xs)
      }
      ${maybe(g, `if acc > 100 {\nreturn ${f}(n - 1, acc - 100, [])\n}`)}
      return ${f}(n - 1, ${g.random.pick(['acc + n', 'n', 'acc * 2 - n'])}, ${g.random.pick(['append(xs, acc)', 'xs', '[n, acc]'])})
      }
      for ${i} in 0..6 {
      print(${f}(${i}, ${i}, []))
      }`,
    );
  },
  function loopVariables(g) {
    const { fs, f, i, n } = names(g, 'fs', 'f', 'i', 'n');
    emit(
      g,
      `var ${fs}: list<fun(int): int> = []
      var ${n} = 1
      for ${i} in ${g.random.pick(['0..4', '[3, 1, 2]'])} {
      ${g.random.pick([`let k = ${i} * 2`, `var k = ${i}`, `var k = ${n}\nk = k + ${i}`])}
      ${fs} = append(${fs}, fun(x: int): int => ${g.random.pick([`x + ${i} + k`, `x * k + ${n}`, `${i} - x`])})
      ${maybe(g, `${n} = ${n} + ${i}`)}
      }
      ${maybe(g, `${n} = 50`)}
      for ${f} in ${fs} {
      print(${f}(10))
      }`,
    );
  },
  function counters(g) {
    const { make, a, b, i, total } = names(g, 'make', 'a', 'b', 'i', 'total');
    emit(
      g,
      `var ${total} = 0
      fun ${make}(start: int): fun(int): int {
      var n = start
      ${maybe(g, 'start = 100')}
      return fun(by: int): int {
      n = n + by
      ${total} = ${total} + ${g.random.pick(['n', 'start', '1'])}
      return n
      }
      }
      let ${a} = ${make}(1)
      let ${b} = ${g.random.pick([a, `${make}(10)`])}
      for ${i} in 0..4 {
      print(${a}(${i}) ${op(g)} ${b}(2), ${total})
      }`,
    );
  },
  function higherOrder(g) {
    const { apply, xs, k, out, each } = names(g, 'apply', 'xs', 'k', 'out', 'each');
    const stop = maybe(g, `if len(${out}) > 2 {\nbreak\n}`);
    emit(
      g,
      `fun ${apply}(xs: list<int>, f: fun(int): int): list<int> {
      var out: list<int> = []
      for x in xs {
      ${g.random.pick(['out = append(out, f(x))', 'if f(x) > 2 {\nout = append(out, x)\n}', 'out = append(out, f(f(x)))'])}
      }
      return out
      }
      var ${k} = ${small(g)}
      var ${xs} = [${ints(g, 4)}]
      let ${each} = fun(x: int): int {
      ${k} = ${k} + 1
      ${maybe(g, `if x > 3 {\nreturn ${k}\n}`)}
      return x ${op(g)} ${k}
      }
      var ${out}: list<list<int>> = []
      while len(${out}) < 4 {
      ${out} = append(${out}, ${apply}(${xs}, ${g.random.pick([each, `fun(x: int): int => x ${op(g)} ${k}`])}))
      ${stop}
      ${g.random.pick([`${xs} = ${out}[-1]`, `${k} = ${k} * 2`, ''])}
      }
      print(${out}, ${k})`,
    );
  },
  function nested(g) {
    const { f, i, acc } = names(g, 'f', 'i', 'acc');
    emit(
      g,
      `fun ${f}(n: int, xs: list<int>): int {
      var hits = 0
      fun note(k: int): int {
      hits = hits + 1
      ${g.random.pick(['return k * n', 'if k > n {\nreturn hits\n}\nreturn k', 'n = n + 1\nreturn n'])}
      }
      for x in xs {
      ${g.random.pick(['if note(x) > 4 {\nreturn hits * 100 + x\n}', 'hits = hits + note(x)', 'n = note(x) - n'])}
      }
      return hits + n
      }
      var ${acc} = 0
      for ${i} in 0..4 {
      ${acc} = ${acc} * 3 + ${f}(${i}, [${ints(g, 3)}])
      }
      print(${acc})`,
    );
  },
  function failing(g) {
    const { at, twice, xs, i, acc } = names(g, 'at', 'twice', 'xs', 'i', 'acc');
    const n = 3 + g.random.below(4);
    emit(
      g,
      `fun ${at}(ys: list<int>, k: int): int {
      ${g.random.pick(['return ys[k]', 'let v = ys[k]\nreturn v + 1', 'if k < 0 {\nreturn 0\n}\nreturn ys[k] * 2', 'return 100 / ys[k]', 'return 10 % (ys[k] - 2)'])}
      }
      fun ${twice}(ys: list<int>, k: int): int {
      return ${at}(ys, k) ${op(g)} ${at}(ys, ${g.random.pick(['k', 'k + 1', '-k', '0'])})
      }
      let ${xs} = [${ints(g, n)}]
      var ${acc} = 0
      for ${i} in 0..${n}${g.random.one(6) ? '' : ' - 1'} {
      if ${g.random.pick(['true', `${xs}[${i}] != 0`, `${xs}[${i}] > 0 && ${xs}[${i}] != 2`])} {
      ${acc} = ${acc} + ${g.random.pick([at, twice])}(${xs}, ${i})
      }
      }
      print(${acc})`,
    );
  },
  function conditions(g) {
    const { ok, i, n } = names(g, 'ok', 'i', 'n');
    emit(
      g,
      `var ${n} = 0
      fun ${ok}(k: int): bool {
      ${n} = ${n} + 1
      ${g.random.pick([`return k % 2 == 0`, `if k > 3 {\nreturn ${expr(g, BOOL, 1)}\n}\nreturn k != 1`, `return k > 1 && k < 5`])}
      }
      var ${i} = 0
      while ${g.random.pick([`${ok}(${i}) || ${i} < 3`, `${i} < 6 && !${ok}(${i} + 7)`, `!(${i} > 4 && ${ok}(${i}))`])} {
      ${i} = ${i} + 1
      if ${i} > 9 {
      break
      }
      ${maybe(g, `if ${ok}(${i}) == ${ok}(${n}) {\ncontinue\n}\n${n} = ${n} + 100`)}
      }
      print(${i}, ${n})`,
    );
  },
  function structures(g) {
    const { push, xs, m, i } = names(g, 'push', 'xs', 'm', 'i');
    emit(
      g,
      `var ${xs}: list<int> = []
      var ${m}: map<string, int> = {}
      fun ${push}(k: int): int {
      ${g.random.pick([`${xs} = append(${xs}, k)`, `${xs}[len(${xs})] = k`])}
      ${m}[str(k % 3)] = len(${xs})
      return ${g.random.pick(['k', `len(${m})`, `${xs}[0]`])}
      }
      for ${i} in 0..${2 + g.random.below(6)} {
      ${g.random.pick([`${push}(${i})`, `${xs}[0] = ${push}(${i}) + ${xs}[${g.random.pick(['0', '-1'])}]`, `${m}["z"] = ${push}(len(${xs}))`, `${xs} = append(${xs}, ${push}(${i}))`])}
      }
      print(${xs}, ${m})`,
    );
  },
  function texts(g) {
    const { pad, is, s, i, c } = names(g, 'pad', 'is', 's', 'i', 'c');
    emit(
      g,
      `fun ${is}(c: string): bool {
      ${g.random.pick(['return c >= "a" && c <= "z"', 'return c == "a" || c == "é"', 'if len(c) == 0 {\nreturn false\n}\nreturn c[0] != "b"'])}
      }
      fun ${pad}(s: string, n: int): string {
      var out = s
      while len(out) < n {
      out = ${g.random.pick(['"." + out', 'out + "é"', 'out + out + "x"'])}
      }
      return out
      }
      var ${s} = ""
      var ${i} = ${expr(g, INT, 0)} % 3
      for ${c} in "ab é zéBa" {
      if ${is}(${c}) {
      ${s} = ${s} + ${c}
      } else {
      ${s} = ${s} + ${pad}(${c}, ${i} % 4)
      }
      ${i} = ${i} + 1
      }
      print(${s}, len(${s}))`,
    );
  },
];
