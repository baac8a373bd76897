/** Objects that could live in locals, and characters that could be numbers: when they can, and when something is in the way. */
import { fresh, quote } from './expressions.ts';
import { ints, names, type Scenario } from './scenarios.ts';
import { emit, type Gen } from './types.ts';

const small = (g: Gen): number => g.random.below(9) - 2;
const maybe = (g: Gen, text: string): string => (g.random.one(2) ? text : '');

/** A struct type with fields of several sizes; gives its name and a text that makes one. */
function pointType(g: Gen): { type: string; make: (x: string, y: string) => string } {
  const type = fresh(g, 'P');
  emit(g, `type ${type} {\nx: int\ny: int\nok: bool\nw: float\n}`);
  return {
    type,
    make: (x, y) =>
      `${type}{x: ${x}, y: ${y}, ok: ${g.random.pick(['true', 'false'])}, w: ${g.random.pick(['0.5', '2'])}}`,
  };
}

export const objectScenarios: readonly Scenario[] = [
  function carried(g) {
    const { type, make } = pointType(g);
    const { p, q, i, kept } = names(g, 'p', 'q', 'i', 'kept');
    const swap = g.random.pick([
      make(`${p}.y`, `${p}.x + ${i}`),
      make(`${p}.x - ${p}.y`, `${p}.x`),
      make(`${q}.x`, `${p}.y`),
    ]);
    const out = g.random.pick([
      '',
      '',
      `${kept} = append(${kept}, ${p})`,
      `if ${i} == 2 {\n${kept} = append(${kept}, ${q})\n}`,
      `print(${p})`,
    ]);
    emit(
      g,
      `var ${kept}: list<${type}> = []
      var ${p} = ${make(String(small(g)), String(small(g)))}
      var ${q} = ${g.random.pick([p, make('1', '2')])}
      for ${i} in 0..${3 + g.random.below(4)} {
      ${g.random.pick([`${p} = ${swap}`, `${q} = ${p}\n${p} = ${swap}`, `if ${i} % 2 == 0 {\n${p} = ${swap}\n} else {\n${q} = ${p}\n}`, `${p}.x = ${p}.x + ${q}.y`])}
      ${maybe(g, `${q}.y = ${q}.y + ${p}.x`)}
      ${maybe(g, `${p}.ok = ${q}.ok && ${p}.x > 0\n${p}.w = ${p}.w * ${q}.x`)}
      ${out}
      }
      print(${p}.x, ${p}.y, ${p}.ok, ${p}.w, ${q}.x, ${q}.y)
      print(${p}.x == ${q}.x, len(${kept}))`,
    );
  },
  function givenAndTaken(g) {
    const { type, make } = pointType(g);
    const { f, h, p, i, acc } = names(g, 'f', 'h', 'p', 'i', 'acc');
    emit(
      g,
      `fun ${f}(a: ${type}, n: int): ${type} {
      ${g.random.pick([
        `return ${make('a.x + n', 'a.y')}`,
        `a.x = a.x + n\nreturn a`,
        `if n % 2 == 0 {\nreturn a\n}\nreturn ${make('n', 'a.x')}`,
        `var b = a\nb.y = n\nreturn ${make('b.y', 'a.y')}`,
      ])}
      }
      fun ${h}(a: ${type}): int {
      ${g.random.pick(['return a.x * 10 + a.y', 'if a.ok {\nreturn a.x\n}\nreturn a.y', 'a.y = a.y + 1\nreturn a.y'])}
      }
      var ${p} = ${make('1', '2')}
      var ${acc} = 0
      for ${i} in 0..5 {
      ${g.random.pick([`${p} = ${f}(${p}, ${i})`, `let old = ${p}\n${p} = ${f}(${p}, ${i})\n${acc} = ${acc} + old.x`, `${f}(${p}, ${i})`, `${acc} = ${acc} + ${f}(${p}, ${i}).y`])}
      ${acc} = ${acc} * 2 + ${h}(${g.random.pick([p, p, `${f}(${p}, 1)`, make(i, '3')])})
      }
      print(${acc}, ${p}.x, ${p}.y)`,
    );
  },
  function perhapsNone(g) {
    const { type, make } = pointType(g);
    const { p, i, xs } = names(g, 'p', 'i', 'xs');
    emit(
      g,
      `var ${xs} = [${make('1', '5')}, ${make('2', '6')}, ${make('3', '7')}]
      for ${i} in 0..4 {
      var ${p}: ${type} = nil
      if ${i} % ${1 + g.random.below(3)} == ${g.random.below(2)} {
      ${p} = ${g.random.pick([make(i, '1'), `${xs}[${i} % 3]`])}
      ${maybe(g, `${p}.y = 50`)}
      }
      if ${p} != nil {
      print(${i}, ${p}.x, ${p}.y)
      }
      }
      print(${xs})`,
    );
  },
  function pairs(g) {
    const { f, a, b, i, t } = names(g, 'f', 'a', 'b', 'i', 't');
    emit(
      g,
      `fun ${f}(a: int, b: int): list<int> {
      ${g.random.pick(['return [b, a]', 'return [a + b, a]', 'if a > b {\nreturn [a]\n}\nreturn [b, a, 1]', 'var out = [a, b]\nout[0] = out[1] + 1\nreturn out'])}
      }
      var ${a} = ${small(g)}
      var ${b} = ${small(g)}
      for ${i} in 0..5 {
      let ${t} = ${f}(${a}, ${b})
      ${a} = ${t}[0]
      ${b} = ${t}[${g.random.one(4) ? '1' : '-1'}] + ${i}
      ${maybe(g, `if len(${t}) == 3 {\n${t}[2] = ${a}\n}`)}
      }
      print(${a}, ${b})`,
    );
  },
  function boxes(g) {
    const { n, add, get, i, fs } = names(g, 'n', 'add', 'get', 'i', 'fs');
    emit(
      g,
      `for ${i} in 0..3 {
      var ${n} = ${i}
      let ${add} = fun(k: int): int {
      ${n} = ${n} + k
      return ${n}
      }
      let ${get} = fun(): int => ${n} * 10
      ${g.random.pick([`print(${add}(1), ${get}(), ${add}(${get}()))`, `${n} = 5\nprint(${get}(), ${add}(2), ${n})`, `let ${fs} = [${add}, ${add}]\nprint(${fs}[0](1), ${fs}[1](1), ${get}())`])}
      ${maybe(g, `if ${n} > 3 {\n${n} = 0\n}\nprint(${get}())`)}
      }`,
    );
  },
  function chosenFunction(g) {
    const { a, b, pick, run, i } = names(g, 'a', 'b', 'pick', 'run', 'i');
    emit(
      g,
      `fun ${a}(x: int): int {
      return x + ${small(g)}
      }
      fun ${b}(x: int): int {
      if x > 2 {
      return x * 2
      }
      return ${small(g)}
      }
      fun ${run}(f: fun(int): int, n: int): int {
      var s = n
      for k in 0..3 {
      s = ${g.random.pick(['f(s)', 's + f(k)', 'f(f(s) - k)'])}
      ${maybe(g, `if s > 1000 {\nreturn s % 1000\n}`)}
      }
      return s
      }
      for ${i} in 0..4 {
      var ${pick} = ${a}
      ${g.random.pick([`if ${i} % 2 == 0 {\n${pick} = ${b}\n}`, `${pick} = fun(x: int): int => x - ${i}`, ''])}
      print(${run}(${pick}, ${i}), ${run}(${b}, ${i}), ${run}(fun(x: int): int => ${g.random.pick([`x * ${i}`, `${a}(x) - 1`, `${run}(${b}, x)`])}, 1))
      }`,
    );
  },
  function smallLists(g) {
    const { d, i, k, acc, x } = names(g, 'd', 'i', 'k', 'acc', 'x');
    emit(
      g,
      `var ${acc} = 0
      for ${i} in 0..4 {
      let ${d} = [${i}, ${small(g)}, ${i} * 2]
      for ${k} in 0..3${g.random.one(8) ? ' + 1' : ''} {
      ${acc} = ${acc} * 3 + ${d}[${k}]
      ${maybe(g, `${d}[${k}] = ${acc} % 5`)}
      }
      for ${x} in [[1, 0], [0, 1], [-1, ${i}]] {
      ${acc} = ${acc} + ${x}[0] * ${x}[1]
      }
      }
      print(${acc}, [${ints(g, 3)}][1] + ${acc})`,
    );
  },
];

const CHARS = ['"a"', '"b"', '"z"', '"0"', '"9"', '" "', '"é"', '"ab"', '""', '"🍣"', '"~"', '"A"'];
const char = (g: Gen): string => g.random.pick(CHARS);
const text = (g: Gen): string =>
  quote(g.random.pick(['ab12 zé', 'a1b2c3', '', 'éa🍣b', '2024-10-31', 'AbZ~ 09', 'zzz']));

/** A condition of a character. */
const about = (g: Gen, c: string): string =>
  g.random.pick([
    `${c} == ${char(g)}`,
    `${char(g)} == ${c}`,
    `${c} != ${char(g)}`,
    `${c} ${g.random.pick(['<', '<=', '>', '>='])} ${char(g)}`,
    `${char(g)} ${g.random.pick(['<', '<=', '>', '>='])} ${c}`,
    `${c} >= "a" && ${c} <= "z"`,
    `${c} >= "0" && ${c} <= "9"`,
    `${c} == "a" || ${c} == "é" || ${c} == ""`,
    `(${c} in "aé0")`,
    `!(${c} == ${char(g)})`,
  ]);

export const characterScenarios: readonly Scenario[] = [
  function classified(g) {
    const { s, c, i, n, last } = names(g, 's', 'c', 'i', 'n', 'last');
    emit(
      g,
      `let ${s} = ${text(g)} + ${text(g)}
      var ${n} = 0
      var ${last} = ${g.random.pick(['""', '"a"', '"xy"'])}
      for ${i} in 0..len(${s}) {
      ${g.random.pick([`let ${c} = ${s}[${i}]`, `let ${c} = ${s}[${i}:${i} + 1]`, `let ${c} = substring(${s}, ${i}, ${i} + 1)`, `var ${c} = ${s}[-1 - ${i}]`, `var ${c} = ${last}\nif ${i} > 2 {\n${c} = ${s}[${i}]\n}`])}
      if ${about(g, c)} {
      ${n} = ${n} * 2 + 1
      } else if ${about(g, c)} {
      ${n} = ${n} + 3
      ${maybe(g, `if ${last} == ${c} {\n${n} = ${n} + 100\n}`)}
      }
      ${maybe(g, `if ${c} >= "0" && ${c} <= "9" {\n${n} = ${n} + int(${c})\n}`)}
      ${maybe(g, `${last} = ${c}`)}
      ${maybe(g, `if ${n} > 40 {\nprint(${c})\n}`)}
      }
      print(${n}, ${about(g, last)})`,
    );
  },
  function parameter(g) {
    const { s, f, n, c } = names(g, 's', 'f', 'n', 'c');
    emit(
      g,
      `fun ${f}(ch: string): int {
      if ${about(g, 'ch')} {
      return 1
      }
      if ${about(g, 'ch')} {
      return 2
      }
      ${maybe(g, `if len(ch) > 1 {\nreturn 3\n}`)}
      return 0
      }
      let ${s} = ${text(g)}
      var ${n} = 0
      for ${c} in ${s} + "b" {
      ${n} = ${n} * 4 + ${f}(${c})
      }
      print(${n}, ${f}(""), ${f}("ab"), ${f}(${s}), ${f}(${char(g)}))`,
    );
  },
  function scanner(g) {
    const { s, i, out, word, v } = names(g, 's', 'i', 'out', 'word', 'v');
    emit(
      g,
      `let ${s} = ${text(g)} + " 12+3 " + ${text(g)}
      var ${out}: list<string> = []
      var ${i} = 0
      while ${i} < len(${s}) {
      if ${s}[${i}] >= "0" && ${s}[${i}] <= "9" {
      var ${v} = 0
      while ${g.random.one(6) ? '' : `${i} < len(${s}) && `}${s}[${i}] >= "0" && ${s}[${i}] <= "9" {
      ${v} = ${v} * 10 + (${s}[${i}] as int)
      ${i} = ${i} + 1
      }
      ${out} = append(${out}, str(${v}))
      continue
      }
      var ${word} = ""
      while ${i} < len(${s}) && ${about(g, `${s}[${i}]`)} {
      ${word} = ${word} + ${s}[${i}]
      ${i} = ${i} + 1
      }
      if ${word} == "" {
      ${i} = ${i} + 1
      } else {
      ${out} = append(${out}, ${word})
      }
      }
      print(${out})`,
    );
  },
  function fromElsewhere(g) {
    const { cs, m, c, n, i } = names(g, 'cs', 'm', 'c', 'n', 'i');
    emit(
      g,
      `let ${cs} = ["a", "", "é", "ab", "z", ${char(g)}]
      let ${m} = {"a": "b", "b": "", "é": "zz"}
      var ${n} = 0
      for ${i} in 0..len(${cs}) {
      ${g.random.pick([`let ${c} = ${cs}[${i}]`, `let ${c} = ${m}[${cs}[${i}]]`, `let ${c} = ${m}[${cs}[${i}]] ?? ${cs}[0]`, `var ${c} = "a"\nif ${i} > 2 {\n${c} = ${m}[${cs}[${i}]]\n}`])}
      if ${about(g, c).replace(/^\(.*\)$/, `${c} == "a"`)} {
      ${n} = ${n} * 3 + 1
      }
      if ${c} == ${char(g)} {
      ${n} = ${n} + 10
      }
      }
      print(${n})`,
    );
  },
];
