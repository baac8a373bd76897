/**
 * Pieces of programs as people write them, with random parts: what passes look for, and what they must not take for it. The
 * rest of the generator puts statements together that know nothing of each other; here they work on the same lists, maps
 * and functions. Mostly an access is just inside its bounds, sometimes just outside.
 */
import { expr, fresh, quote, TEXTS } from './expressions.ts';
import { functionScenarios } from './scenarios-functions.ts';
import { characterScenarios, objectScenarios } from './scenarios-objects.ts';
import { queryScenarios } from './scenarios-queries.ts';
import { BOOL, emit, type Gen, INT } from './types.ts';

export type Scenario = (g: Gen) => void;

/** One piece, complete with its own variables; it prints what it has computed. */
export function scenario(g: Gen): void {
  // Types are declared at the top level.
  const types = g.blocks === 0 ? 1 : 0;
  const family = g.random.weighted<readonly Scenario[]>([
    [5, LISTS],
    [3, ROWS],
    [3, ALIASES],
    [3, NUMBERS],
    [3, STRINGS],
    [3, MAPS],
    [2 * types, STRUCTS],
    [5, functionScenarios],
    [5 * types, queryScenarios],
    [4 * types, objectScenarios],
    [3, characterScenarios],
  ]);
  g.random.pick(family)(g);
}

/** Names for the variables of a piece. */
export function names<K extends string>(g: Gen, ...keys: K[]): Record<K, string> {
  return Object.fromEntries(keys.map((k) => [k, fresh(g, k)])) as Record<K, string>;
}

/** Mostly nothing, sometimes one more or less. */
const off = (g: Gen): string => (g.random.one(6) ? g.random.pick([' + 1', ' + 1', ' - 1']) : '');
const small = (g: Gen): number => g.random.below(10) - 2;
export const ints = (g: Gen, n: number): string => Array.from({ length: n }, () => small(g)).join(', ');
const size = (g: Gen): number => 2 + g.random.below(5);
/** An int of a few variables. */
const some = (g: Gen, ...locals: string[]): string =>
  g.random.one(3) ? expr(g, INT, 1) : `(${g.random.pick(locals)} ${g.random.pick(['+', '*', '-'])} ${small(g)})`;
const maybe = (g: Gen, text: string): string => (g.random.one(2) ? text : '');

// ---- lists and their bounds

const LISTS: readonly Scenario[] = [
  function window(g) {
    const { xs, acc, i } = names(g, 'xs', 'acc', 'i');
    const shift = g.random.below(5) - 2;
    const first = Math.max(0, -shift) - (g.random.one(8) ? 1 : 0);
    const last = shift > 0 ? ` - ${shift}` : '';
    emit(
      g,
      `var ${xs} = [${ints(g, size(g) + 1)}]
      var ${acc} = 0
      for ${i} in ${first}..len(${xs})${last}${off(g)} {
      ${maybe(g, `if ${acc} > 50 {\nbreak\n}`)}
      ${acc} = ${acc} + ${xs}[${i}${shift === 0 ? '' : ` + ${shift}`}] * ${small(g)}
      ${maybe(g, `${xs}[${i}] = ${acc} % 7`)}
      }
      print(${acc}, ${xs})`,
    );
  },
  function backwards(g) {
    const { xs, acc, i } = names(g, 'xs', 'acc', 'i');
    const step = 1 + g.random.below(2);
    emit(
      g,
      `let ${xs} = [${ints(g, size(g) + 2)}]
      var ${acc} = 7
      var ${i} = len(${xs}) - ${g.random.one(8) ? 0 : 1}
      while ${i} >= ${g.random.pick([0, 0, -1, -2])} {
      ${acc} = (${acc} * 31 + ${xs}[${i}]) % 1009
      ${i} = ${i} - ${step}
      }
      print(${acc}, ${i})`,
    );
  },
  function counterMoves(g) {
    const { xs, acc, i } = names(g, 'xs', 'acc', 'i');
    emit(
      g,
      `let ${xs} = [${ints(g, size(g) + 3)}]
      var ${acc} = 0
      for ${i} in 0..len(${xs}) {
      if ${xs}[${i}] % 2 == 0 {
      ${i} = ${i} + ${g.random.pick(['1', '1', '2', '-0'])}
      }
      if ${i} < len(${xs})${off(g)} {
      ${acc} = ${acc} * 3 + ${xs}[${i}]
      }
      }
      print(${acc})`,
    );
  },
  function shrinks(g) {
    const { xs, acc, i } = names(g, 'xs', 'acc', 'i');
    const grow = g.random.pick([`${xs}[1:]`, `${xs}[:len(${xs}) - 1]`, `append(${xs}, ${i})`, `[${small(g)}]`]);
    const guard = g.random.one(6) ? 'true' : `${i} < len(${xs})`;
    emit(
      g,
      `var ${xs} = [${ints(g, size(g) + 2)}]
      var ${acc} = 0
      for ${i} in 0..len(${xs}) {
      if ${guard} {
      ${acc} = ${acc} + ${xs}[${i}]
      }
      if ${some(g, acc, i)} % 3 == 0 {
      ${xs} = ${grow}
      }
      }
      print(${acc}, ${xs}, len(${xs}))`,
    );
  },
  function whileShrinks(g) {
    const { xs, ys, i } = names(g, 'xs', 'ys', 'i');
    emit(
      g,
      `var ${xs} = [${ints(g, size(g) + 2)}]
      var ${ys}: list<int> = []
      var ${i} = 0
      while ${i} < len(${xs}) {
      if ${xs}[${i}] > ${small(g)} {
      ${xs} = ${g.random.pick([`${xs}[:len(${xs}) - 1]`, `${xs}[1:]`])}
      } else {
      ${ys} = append(${ys}, ${xs}[${i}${off(g)}])
      ${i} = ${i} + 1
      }
      }
      print(${xs}, ${ys})`,
    );
  },
  function table(g) {
    const { dp, i, n } = names(g, 'dp', 'i', 'n');
    const back = 1 + g.random.below(2);
    emit(
      g,
      `let ${n} = ${4 + g.random.below(6)}
      var ${dp}: list<int> = []
      for ${i} in 0..${n}${off(g)} {
      ${dp} = append(${dp}, ${g.random.pick(['0', '1', i])})
      }
      for ${i} in ${g.random.pick([back, back, 0, 1])}..${n} {
      ${dp}[${i}] = ${dp}[${i} - 1] + ${dp}[${i} - ${back}]${maybe(g, ` * ${small(g)}`)}
      }
      print(${dp})`,
    );
  },
  function sorting(g) {
    const { xs, i, j, t, n } = names(g, 'xs', 'i', 'j', 't', 'n');
    const flip = g.random.pick(['>', '<', '>=']);
    emit(
      g,
      `var ${xs} = [${ints(g, size(g) + 2)}]
      let ${n} = len(${xs})
      for ${i} in 0..${n} {
      for ${j} in 0..${n} - ${i} - 1${off(g)} {
      if ${xs}[${j}] ${flip} ${xs}[${j} + 1] {
      let ${t} = ${xs}[${j}]
      ${xs}[${j}] = ${xs}[${j} + 1]
      ${xs}[${j} + 1] = ${t}
      }
      }
      }
      print(${xs})`,
    );
  },
  function insertionSort(g) {
    const { xs, i, j, key } = names(g, 'xs', 'i', 'j', 'key');
    emit(
      g,
      `var ${xs} = [${ints(g, size(g) + 2)}]
      var ${i} = 1
      while ${i} < len(${xs}) {
      let ${key} = ${xs}[${i}]
      var ${j} = ${i} - 1
      while ${j} >= ${g.random.one(8) ? -1 : 0} && ${xs}[${j}] > ${key} {
      ${xs}[${j} + 1] = ${xs}[${j}]
      ${j} = ${j} - 1
      }
      ${xs}[${j} + 1] = ${key}
      ${i} = ${i} + 1
      }
      print(${xs})`,
    );
  },
  function sieve(g) {
    const { sieve, i, j, n, found } = names(g, 'sieve', 'i', 'j', 'n', 'found');
    emit(
      g,
      `let ${n} = ${10 + g.random.below(20)}
      var ${sieve}: list<bool> = []
      var ${i} = 0
      while ${i} <= ${n}${off(g)} {
      ${sieve} = append(${sieve}, true)
      ${i} = ${i} + 1
      }
      var ${found} = 0
      for ${i} in 2..${n} {
      if ${sieve}[${i}] {
      ${found} = ${found} + 1
      var ${j} = ${i} * ${i}
      while ${j} <= ${n} {
      ${sieve}[${j}] = false
      ${j} = ${j} + ${i}
      }
      }
      }
      print(${found})`,
    );
  },
  function search(g) {
    const { xs, lo, hi, mid, t, at } = names(g, 'xs', 'lo', 'hi', 'mid', 't', 'at');
    emit(
      g,
      `let ${xs} = [1, 3, 4, 7, 9, 12, 13]
      for ${t} in ${small(g)}..${8 + g.random.below(8)} {
      var ${lo} = 0
      var ${hi} = len(${xs}) - ${g.random.one(8) ? 0 : 1}
      var ${at} = -1
      while ${lo} <= ${hi} {
      let ${mid} = (${lo} + ${hi}) / 2
      if ${xs}[${mid}] == ${t} {
      ${at} = ${mid}
      break
      }
      if ${xs}[${mid}] < ${t} {
      ${lo} = ${mid} + 1
      } else {
      ${hi} = ${mid} - 1
      }
      }
      print(${t}, ${at})
      }`,
    );
  },
  function indirect(g) {
    const { xs, at, acc, i } = names(g, 'xs', 'at', 'acc', 'i');
    const n = size(g);
    const places = Array.from(
      { length: 5 },
      () => g.random.below(g.random.one(12) ? n + 1 : n) - (g.random.one(3) ? n : 0),
    );
    emit(
      g,
      `var ${xs} = [${ints(g, n)}]
      let ${at} = [${places.join(', ')}]
      var ${acc} = 0
      for ${i} in 0..len(${at}) {
      ${acc} = ${acc} + ${xs}[${at}[${i}]]
      ${xs}[${at}[${i}]] = ${some(g, acc, i)}
      }
      print(${acc}, ${xs})`,
    );
  },
  function throughCall(g) {
    const { xs, acc, i, drop } = names(g, 'xs', 'acc', 'i', 'drop');
    const how = g.random.pick([
      `${xs} = ${xs}[1:]`,
      `${xs} = append(${xs}, 9)`,
      `${xs}[0] = ${xs}[0] + 1`,
      `${xs} = [5]`,
    ]);
    const closure = g.random.one(2);
    emit(
      g,
      `var ${xs} = [${ints(g, size(g) + 2)}]
      ${closure ? `let ${drop} = fun(n: int): int {` : `fun ${drop}(n: int): int {`}
      if n % 2 == ${g.random.below(2)} {
      ${how}
      }
      return len(${xs})
      }
      var ${acc} = 0
      for ${i} in 0..len(${xs}) {
      ${acc} = ${acc} * 2 + ${drop}(${i})
      if ${i} < len(${xs})${off(g)} {
      ${acc} = ${acc} + ${xs}[${i}]
      }
      }
      print(${acc}, ${xs})`,
    );
  },
  function twoLists(g) {
    const { xs, ys, i, acc } = names(g, 'xs', 'ys', 'i', 'acc');
    const n = size(g);
    emit(
      g,
      `let ${xs} = [${ints(g, n)}]
      var ${ys} = [${ints(g, g.random.one(6) ? n - 1 : n)}]
      var ${acc} = 0.5
      var ${i} = 0
      while ${i} < len(${xs}) && ${expr(g, BOOL, 1)} == ${expr(g, BOOL, 1)} {
      ${acc} = ${acc} + ${xs}[${i}] * ${ys}[${i}]
      ${ys}[${i}] = ${xs}[${i}] - ${ys}[len(${ys}) - 1 - ${i}]
      ${i} = ${i} + 1
      }
      print(${acc}, ${ys})`,
    );
  },
];

// ---- lists of lists whose rows are replaced

const matrix = (g: Gen, n: number, m: number): string =>
  `[${Array.from({ length: n }, () => `[${ints(g, g.random.one(12) ? m - 1 : m)}]`).join(', ')}]`;

const ROWS: readonly Scenario[] = [
  function stencil(g) {
    const { m, i, j, acc } = names(g, 'm', 'i', 'j', 'acc');
    const width = g.random.pick([`len(${m}[0])`, `len(${m}[${i}])`, `len(${m}[-1])`]);
    emit(
      g,
      `var ${m} = ${matrix(g, size(g), size(g) + 1)}
      var ${acc} = 0
      for ${i} in ${g.random.pick([1, 1, 0])}..len(${m})${off(g)} {
      for ${j} in ${g.random.pick([1, 1, 0])}..${width}${g.random.pick(['', ' - 1', ' - 1'])} {
      ${acc} = ${acc} + ${m}[${i} - 1][${j}] - ${m}[${i}][${j} - 1]
      ${m}[${i}][${j}] = (${acc} + ${j}) % 100
      }
      }
      print(${acc}, ${m})`,
    );
  },
  function replaced(g) {
    const { m, i, j, acc, row } = names(g, 'm', 'i', 'j', 'acc', 'row');
    const row2 = g.random.pick([
      `[${ints(g, size(g))}]`,
      `append(${m}[${i}], ${acc})`,
      `${m}[(${i} + 1) % len(${m})]`,
      `${m}[${i}][1:]`,
      row,
    ]);
    const target = g.random.pick([
      `${m}[${i}] = ${row2}`,
      `${m}[0] = ${row2}`,
      `${m} = append(${m}, [${ints(g, 2)}])`,
      `${m} = [${row2}, ${row}]`,
    ]);
    const guard = g.random.one(8) ? `${j} < ${size(g)}` : `${i} < len(${m}) && ${j} < len(${m}[${i}])`;
    emit(
      g,
      `var ${m} = ${matrix(g, size(g), size(g))}
      let ${row} = [${ints(g, size(g))}]
      var ${acc} = 0
      for ${i} in 0..len(${m}) {
      for ${j} in 0..len(${m}[${i} % len(${m})]) {
      if ${guard} {
      ${acc} = ${acc} + ${m}[${i}][${j}]
      ${maybe(g, `${m}[${i}][${j}] = ${acc} % 11`)}
      }
      if ${some(g, i, j, acc)} % ${2 + g.random.below(3)} == 0 {
      ${target}
      }
      }
      }
      print(${acc}, ${m}, ${row})`,
    );
  },
  function rowVariable(g) {
    const { m, row, i, j, acc } = names(g, 'm', 'row', 'i', 'j', 'acc');
    emit(
      g,
      `var ${m} = ${matrix(g, size(g), size(g))}
      var ${acc} = 0
      var ${row} = ${m}[0]
      for ${i} in 0..len(${m}) {
      ${g.random.pick([`${row} = ${m}[${i}]`, `if ${i} % 2 == 1 {\n${row} = ${m}[${i}]\n}`, `${m}[${i}] = ${row}`])}
      for ${j} in 0..len(${row}) {
      ${row}[${j}] = ${row}[${j}] + ${some(g, i, j)}
      ${acc} = ${acc} * 3 + ${m}[${i}][${g.random.one(6) ? j : `${j} % len(${m}[${i}])`}]
      ${maybe(g, `if ${acc} % 5 == 0 {\n${row} = append(${row}, ${j})\n}`)}
      }
      }
      print(${acc} % 1000007, ${m}, ${row})`,
    );
  },
  function whileRows(g) {
    const { m, i, j, acc } = names(g, 'm', 'i', 'j', 'acc');
    emit(
      g,
      `var ${m} = ${matrix(g, size(g), size(g))}
      var ${acc} = 1
      var ${i} = 0
      while ${i} < len(${m}) {
      var ${j} = ${g.random.pick([0, 0, -1, -2])}
      while ${j} < len(${m}[${i}])${off(g)} {
      ${acc} = (${acc} * 7 + ${m}[${i}][${j}]) % 10007
      ${maybe(g, `if ${acc} % 3 == 0 {\n${m}[${i}] = ${m}[${i}][:${j} + 1]\n}`)}
      ${maybe(g, `if ${acc} % 4 == 0 {\n${m}[${i}] = append(${m}[${i}], ${acc})\n}\nif len(${m}[${i}]) > 9 {\nbreak\n}`)}
      ${j} = ${j} + 1
      }
      ${i} = ${i} + 1
      }
      print(${acc}, ${m})`,
    );
  },
  function build(g) {
    const { m, row, i, j, n } = names(g, 'm', 'row', 'i', 'j', 'n');
    const shared = g.random.one(3);
    emit(
      g,
      `let ${n} = ${size(g)}
      var ${m}: list<list<int>> = []
      var ${row}: list<int> = []
      for ${i} in 0..${n} {
      ${shared ? '' : `${row} = []`}
      for ${j} in 0..${n} {
      ${row} = append(${row}, ${some(g, i, j)})
      }
      ${m} = append(${m}, ${row})
      }
      for ${i} in 0..len(${m}) {
      ${m}[${i}][${i}${off(g)}] = -1
      }
      print(${m})`,
    );
  },
];

// ---- two names for one thing

const ALIASES: readonly Scenario[] = [
  function list(g) {
    const { a, b, c, i } = names(g, 'a', 'b', 'c', 'i');
    emit(
      g,
      `var ${a} = [${ints(g, size(g))}]
      var ${b} = ${a}
      let ${c} = ${g.random.pick([a, b, `${a}[0:]`, `append(${a}, 5)`, `${a} + []`])}
      for ${i} in 0..${2 + g.random.below(3)} {
      ${b}[${g.random.pick(['0', '-1', '1'])}] = ${some(g, i)}
      ${g.random.pick([`${a} = append(${a}, ${i})`, `${b} = append(${b}, ${i})`, `${a} = append(${b}, ${i})`, `${b} = ${a}`])}
      ${maybe(g, `${a}[0] = ${a}[0] * 2`)}
      ${maybe(g, `${c}[0] = len(${a})`)}
      }
      print(${a}, ${b}, ${c})`,
    );
  },
  function rows(g) {
    const { m, r, i } = names(g, 'm', 'r', 'i');
    emit(
      g,
      `var ${r} = [${ints(g, 2)}]
      var ${m} = [${r}, ${g.random.pick([r, `[${ints(g, 2)}]`])}, [${ints(g, 2)}]]
      for ${i} in 0..len(${m}) {
      ${m}[${i}][${g.random.pick(['0', '-1'])}] = ${some(g, i)}
      ${g.random.pick([`${m}[${i}] = append(${m}[${i}], ${i})`, `${r} = ${m}[${i}]`, `${m}[${i}] = ${r}`, `${r} = append(${r}, ${i})`])}
      ${r}[0] = ${r}[0] + 10
      }
      print(${m}, ${r})`,
    );
  },
  function held(g) {
    const { xs, kept, i, k } = names(g, 'xs', 'kept', 'i', 'k');
    emit(
      g,
      `var ${xs}: list<int> = [${ints(g, g.random.below(3))}]
      var ${kept}: list<list<int>> = []
      for ${i} in 0..${3 + g.random.below(8)} {
      ${xs} = append(${xs}, ${i})
      if ${i} % ${1 + g.random.below(3)} == 0 {
      ${kept} = append(${kept}, ${xs})
      ${maybe(g, `${xs}[0] = ${i} * 100`)}
      }
      }
      for ${k} in ${kept} {
      print(${k})
      }
      print(${xs})`,
    );
  },
  function parameter(g) {
    const { xs, f, i, out } = names(g, 'xs', 'f', 'i', 'out');
    emit(
      g,
      `fun ${f}(ys: list<int>, n: int): list<int> {
      ${g.random.pick(['ys[0] = ys[0] + n', 'var zs = ys\nzs[0] = n', 'var zs = append(ys, n)\nzs[0] = n', ''])}
      ${g.random.pick(['return append(ys, n)', 'return ys', 'return ys[0:]', 'if n > 1 {\nreturn append(ys, n)\n}\nreturn ys'])}
      }
      var ${xs} = [${ints(g, size(g))}]
      var ${out} = ${xs}
      for ${i} in 0..3 {
      ${g.random.pick([`${out} = ${f}(${out}, ${i})`, `${out} = ${f}(${xs}, ${i})`, `${xs} = ${f}(${out}, ${i})`])}
      ${maybe(g, `${out} = append(${out}, 77)`)}
      }
      print(${xs}, ${out})`,
    );
  },
];

// ---- numbers

const NUMBERS: readonly Scenario[] = [
  function power(g) {
    const { p, i } = names(g, 'p', 'i');
    emit(
      g,
      `var ${p} = ${g.random.pick([1, -1, 3, 7])}
      for ${i} in 1..${5 + g.random.below(60)} {
      ${p} = ${p} * ${g.random.pick(['2', '3', '10', '-3', i])}${maybe(g, ` + ${i}`)}
      }
      print(${p}, ${p} % 1000007, ${p} / 1000003)`,
    );
  },
  function fibonacci(g) {
    const { a, b, t, i } = names(g, 'a', 'b', 't', 'i');
    emit(
      g,
      `var ${a} = 0
      var ${b} = 1
      for ${i} in 0..${20 + g.random.below(90)} {
      let ${t} = ${a} + ${b}
      ${a} = ${b}
      ${b} = ${t}${maybe(g, ' % 1000000007')}
      }
      print(${a}, ${b})`,
    );
  },
  function nearTheEnd(g) {
    const { s, i } = names(g, 's', 'i');
    const room = g.random.below(12);
    const sign = g.random.one(2) ? '' : '-';
    emit(
      g,
      `var ${s} = ${sign === '' ? '' : '0 - '}${9223372036854775807n - BigInt(room)}
      for ${i} in 0..${g.random.below(14)} {
      ${s} = ${s} ${sign || '+'} ${g.random.pick(['1', '2', i])}
      }
      print(${s})`,
    );
  },
  function counterNearTheEnd(g) {
    const { s, i } = names(g, 's', 'i');
    const k = g.random.below(4);
    emit(
      g,
      `var ${s} = 0
      for ${i} in ${9223372036854775800n - BigInt(k)}..${9223372036854775807n - BigInt(g.random.below(4))} {
      ${s} = ${s} + (${i} ${g.random.pick(['- 9223372036854775000', '% 100', '/ 1000', '+ 3', '* 2', '- 1'])}) % 1000
      }
      print(${s})`,
    );
  },
  function squares(g) {
    const { s, i } = names(g, 's', 'i');
    const start = g.random.pick([3037000495, 46335, 0, -5, 2147483640, 2097148]);
    const body = g.random.pick([`${i} * ${i}`, `${i} * ${i} - ${i}`, `${i} * ${i} * ${i}`, `(${i} + 3) * (${i} - 3)`]);
    emit(
      g,
      `var ${s} = 0
      for ${i} in ${start}..${start + 4 + g.random.below(8)} {
      ${s} = (${s} + ${body}) % 1000000007
      }
      print(${s})`,
    );
  },
  function doubling(g) {
    const { n, steps } = names(g, 'n', 'steps');
    const limit = g.random.pick(['1000000', '4611686018427387904', '9223372036854775807', '3037000500']);
    emit(
      g,
      `var ${n} = ${1 + g.random.below(9)}
      var ${steps} = 0
      while ${n} < ${limit} && ${steps} < 100 {
      ${n} = ${g.random.pick([`${n} * 2`, `${n} + ${n}`, `${n} * ${n} + 1`, `${n} + ${n} / 2 + 1`, `${n} * 3 - 1`])}
      ${steps} = ${steps} + 1
      }
      print(${n}, ${steps})`,
    );
  },
  function collatz(g) {
    const { n, steps, s } = names(g, 'n', 'steps', 's');
    emit(
      g,
      `var ${steps} = 0
      for ${s} in 1..${3 + g.random.below(12)} {
      var ${n} = ${s}
      while ${n} != 1 {
      if ${n} % 2 == 0 {
      ${n} = ${n} / 2
      } else {
      ${n} = 3 * ${n} + 1
      }
      ${steps} = ${steps} + 1
      }
      }
      print(${steps})`,
    );
  },
  function smallest(g) {
    const { n, m } = names(g, 'n', 'm');
    emit(
      g,
      `let ${n} = 0 - 9223372036854775807 - ${g.random.pick(['1', '0', '1'])}
      var ${m} = ${n} ${g.random.pick(['/ 3', '% 10', '+ 1', '/ 2 * 2', '- 0'])}
      print(${n}, ${m}, ${g.random.pick([`${n} / 7`, `${n} % 7`, `abs(${m} + 5)`, `${n} < ${m}`, `0 - ${m}`, `${n} / (0 - 1)`, `${n} * (0 - 1)`, `-${n}`])})`,
    );
  },
  function digits(g) {
    const { n, s, d } = names(g, 'n', 's', 'd');
    emit(
      g,
      `var ${n} = ${g.random.pick(['9223372036854775807', '1234567890', '-98765', '0', '1000000007'])}
      var ${s} = 0
      var ${d} = 0
      while ${n} ${g.random.pick(['!=', '>', '>'])} 0 {
      ${s} = ${s} * 10 + ${n} % 10
      ${n} = ${n} / 10
      ${d} = ${d} + 1
      }
      print(${s}, ${d})`,
    );
  },
];

// ---- strings

const WORDS = ['banana', 'level', 'naïve été', 'aé🍣z日本', 'abcabcabc', '', 'x', 'Hello, World', 'a,b,,c'];
const word = (g: Gen): string => quote(g.random.one(3) ? g.random.pick(TEXTS) : g.random.pick(WORDS));

const STRINGS: readonly Scenario[] = [
  function characters(g) {
    const { s, n, i, c } = names(g, 's', 'n', 'i', 'c');
    const ch = quote(g.random.pick(['a', 'b', 'é', ' ', '🍣', 'aa', '']));
    emit(
      g,
      `let ${s} = ${word(g)}
      var ${n} = 0
      for ${i} in 0..len(${s})${off(g)} {
      let ${c} = ${s}[${i}]
      if ${g.random.pick([`${s}[${i}] == ${ch}`, `${c} == ${ch}`, `${ch} == ${c}`, `${c} != ${ch}`, `${s}[${i}] >= "a" && ${s}[${i}] <= "m"`, `${c} in "aeioué"`])} {
      ${n} = ${n} * 2 + ${i}
      } else if ${s}[${i}] < "Z" {
      ${n} = ${n} + 1
      }
      }
      print(${s}, ${n})`,
    );
  },
  function palindrome(g) {
    const { s, i, j, ok } = names(g, 's', 'i', 'j', 'ok');
    emit(
      g,
      `let ${s} = ${word(g)}
      var ${ok} = true
      var ${i} = 0
      var ${j} = len(${s}) - ${g.random.one(9) ? 0 : 1}
      while ${i} < ${j} {
      if ${s}[${i}] != ${s}[${j}] {
      ${ok} = false
      ${maybe(g, 'break')}
      }
      ${i} = ${i} + 1
      ${j} = ${j} - 1
      }
      print(${ok}, ${i}, ${j})`,
    );
  },
  function building(g) {
    const { s, t, kept, c } = names(g, 's', 't', 'kept', 'c');
    const add = g.random.pick([
      `${t} = ${t} + ${c}`,
      `${t} = ${c} + ${t}`,
      `${t} = ${t} + ${c} + ${t}`,
      `${t} = ${t} + upper(${c}) + "-"`,
    ]);
    emit(
      g,
      `let ${s} = ${word(g)}
      var ${t} = ${quote(g.random.pick(['', 'é', '<', 'long enough to be kept apart '.repeat(4)]))}
      var ${kept} = ${t}
      for ${c} in ${s} {
      ${add}
      ${maybe(g, `if ${c} == "a" {\n${kept} = ${t}\n}`)}
      if len(${t}) > 300 {
      break
      }
      }
      print(${t}, ${kept}, len(${t}), len(${kept}), ${kept} == ${t})
      ${maybe(g, `${kept} = ${kept} + "!"\nprint(${kept}, ${t})`)}`,
    );
  },
  function joined(g) {
    const { parts, s, i } = names(g, 'parts', 's', 'i');
    emit(
      g,
      `var ${parts}: list<string> = []
      var ${s} = ""
      for ${i} in 0..${3 + g.random.below(40)} {
      ${s} = ${s} + str(${i} * ${g.random.pick([1, 37, 1000003])}) ${maybe(g, '+ ","')}
      ${maybe(g, `if ${i} % 7 == 3 {\n${parts} = append(${parts}, ${s})\n}`)}
      ${maybe(g, `if ${i} % 11 == 5 {\n${s} = ${s}[1:]\n}`)}
      }
      print(${s}, len(${s}))
      print(${parts}, join(${parts}, "|"))`,
    );
  },
  function slices(g) {
    const { s, i, n } = names(g, 's', 'i', 'n');
    const k = 1 + g.random.below(3);
    emit(
      g,
      `let ${s} = ${word(g)} + ${word(g)}
      var ${n} = 0
      for ${i} in 0..len(${s})${maybe(g, ` - ${k - 1}`)} {
      if ${s}[${i}:${i} + ${k}] == ${g.random.pick([`${s}[0:${k}]`, '"an"', '"a"', 'reverse("na")'])} {
      ${n} = ${n} * 3 + 1
      }
      ${maybe(g, `if substring(${s}, ${i}, len(${s})) < ${s} {\n${n} = ${n} + 1\n}`)}
      }
      print(${n}, ${s}[-2:], ${s}[:${k}], ${s}[${k}:${k}])`,
    );
  },
  function counted(g) {
    const { s, m, c } = names(g, 's', 'm', 'c');
    emit(
      g,
      `let ${s} = ${word(g)} + "abcab"
      var ${m}: map<string, int> = {}
      for ${c} in ${s} {
      if ${c} in ${m} {
      ${m}[${c}] = ${m}[${c}] + 1
      } else {
      ${m}[${c}] = ${g.random.pick([1, 0])}
      }
      }
      for ${c} in ${m} {
      print(${c}, ${m}[${c}])
      }`,
    );
  },
];

// ---- maps

const MAPS: readonly Scenario[] = [
  function grows(g) {
    const { m, k, n } = names(g, 'm', 'k', 'n');
    emit(
      g,
      `var ${m} = {"a": ${small(g)}, "b": ${small(g)}, "é": 3}
      var ${n} = 0
      for ${k} in ${m} {
      ${m}[${k}] = ${m}[${k}] + ${some(g, n)}
      ${maybe(g, `${m}[${k} + "x"] = ${n}`)}
      ${n} = ${n} + 1
      }
      print(${m}, ${n}, len(${m}))`,
    );
  },
  function intKeys(g) {
    const { m, i, s, k } = names(g, 'm', 'i', 's', 'k');
    emit(
      g,
      `var ${m}: map<int, int> = {}
      for ${i} in ${small(g)}..${4 + g.random.below(16)} {
      ${m}[${i} * ${g.random.pick([1, 7, -3])} % ${5 + g.random.below(9)}] = ${g.random.pick([i, `(${m}[${i} % 5] ?? 0) + 1`, `(${m}[${i}] as int) + ${i}`])}
      }
      var ${s} = 0
      for ${k} in ${m} {
      ${s} = ${s} * 2 + ${k} * ${m}[${k}]
      ${maybe(g, `if ${k} == 2 {\n${m}[${k} + 100] = ${s}\n}`)}
      }
      print(${m}, ${s}, len(${m}), keys(${m}), values(${m}))`,
    );
  },
  function ofLists(g) {
    const { m, i, k } = names(g, 'm', 'i', 'k');
    emit(
      g,
      `var ${m}: map<string, list<int>> = {}
      for ${i} in 0..${4 + g.random.below(8)} {
      let ${k} = str(${i} % ${2 + g.random.below(3)})
      if ${k} in ${m} {
      ${g.random.pick([`${m}[${k}] = append(${m}[${k}], ${i})`, `${m}[${k}][0] = ${i}`, `${m}[${k}][len(${m}[${k}])] = ${i}`])}
      } else {
      ${m}[${k}] = [${i}]
      }
      }
      print(${m})`,
    );
  },
  function memo(g) {
    const { m, f } = names(g, 'm', 'f');
    const keyType = g.random.one(2) ? 'int' : 'string';
    const key = keyType === 'int' ? 'n' : 'str(n)';
    emit(
      g,
      `var ${m}: map<${keyType}, int> = {}
      fun ${f}(n: int): int {
      if n < 2 {
      return n
      }
      if ${key} in ${m} {
      return ${m}[${key}]
      }
      let v = (${f}(n - 1) + ${f}(n - ${g.random.pick([1, 2, 2])}) * ${1 + g.random.below(3)}) % 1000007
      ${m}[${key}] = v
      return v
      }
      print(${f}(${5 + g.random.below(20)}), len(${m}))`,
    );
  },
  function many(g) {
    const { m, i, hits } = names(g, 'm', 'i', 'hits');
    const key = g.random.pick([`str(${i} % 13)`, `"k" + str(${i})`, `"é" + str(${i} * ${i} % 17)`]);
    emit(
      g,
      `var ${m}: map<string, int> = {}
      var ${hits} = 0
      for ${i} in 0..${20 + g.random.below(40)} {
      if ${key} in ${m} {
      ${hits} = ${hits} + ${m}[${key}]
      }
      ${m}[${key}] = ${some(g, i, hits)}
      }
      print(${hits}, len(${m}), ${m}["k3"], ${m}["zz"] ?? -1)`,
    );
  },
];

// ---- structs

const STRUCTS: readonly Scenario[] = [
  function shared(g) {
    const { T, a, b, all, i } = names(g, 'T', 'a', 'b', 'all', 'i');
    emit(
      g,
      `type ${T} {
      n: int
      name: string
      xs: list<int>
      }
      var ${a} = ${T}{n: ${small(g)}, name: ${word(g)}, xs: [${ints(g, 2)}]}
      var ${b} = ${g.random.pick([a, `${T}{n: 1, name: "b", xs: ${a}.xs}`])}
      var ${all} = [${a}, ${b}, ${T}{n: 9, name: "c", xs: []}]
      for ${i} in 0..len(${all}) {
      ${all}[${i}].n = ${all}[${i}].n + ${some(g, i)}
      ${all}[${i}].xs = append(${all}[${i}].xs, ${i})
      ${g.random.pick([`${b} = ${all}[${i}]`, `${all}[${i}] = ${a}`, `${a}.xs[0] = ${i}`, `${b}.name = ${b}.name + "."`])}
      }
      print(${a}.n, ${b}.n, ${a} == ${b})
      print(${all}, ${a}, ${b})`,
    );
  },
  function walked(g) {
    const { T, all, p, s } = names(g, 'T', 'all', 'p', 's');
    emit(
      g,
      `type ${T} {
      v: int
      w: float
      }
      var ${all}: list<${T}> = [${T}{v: ${small(g)}, w: 1.5}, ${T}{v: ${small(g)}, w: 2}, ${T}{v: 3, w: 0.1}]
      var ${s} = 0.0
      for ${p} in ${all} {
      ${p}.v = ${p}.v * ${small(g)} + ${all}[0].v
      ${s} = ${s} + ${p}.v * ${p}.w
      ${maybe(g, `if ${p}.v > 3 {\n${all} = append(${all}, ${p})\n}`)}
      ${maybe(g, `if ${p}.v < 0 {\n${p} = ${T}{v: 100, w: 0.5}\n}\n${p}.w = ${p}.w + 1`)}
      }
      print(${s}, ${all})`,
    );
  },
  function tree(g) {
    const { T, Leaf, Node, make, total, n, x } = names(g, 'T', 'Leaf', 'Node', 'make', 'total', 'n', 'x');
    emit(
      g,
      `type ${T} = ${Leaf}(v: int) | ${Node}(l: ${T}, k: int, r: ${T})
      fun ${make}(d: int, k: int): ${T} {
      if d == 0 {
      return ${Leaf}(k)
      }
      return ${Node}(${make}(d - 1, k * 2), k, ${make}(d - 1, k * 2 + ${g.random.pick([1, 3])}))
      }
      fun ${total}(t: ${T}): int {
      return match t {
      ${Leaf}(v) => v
      ${Node}(l, k, r) => ${g.random.pick([`${total}(l) + k * ${total}(r)`, `${total}(r) - ${total}(l) + k`, `k % 7 + ${total}(l) + ${total}(r)`])}
      }
      }
      let ${x} = ${make}(${1 + g.random.below(4)}, 1)
      var ${n} = 0
      match ${x} {
      ${Leaf}(v) => {
      ${n} = v
      }
      ${Node}(l, k, r) => {
      ${n} = k + ${total}(r)
      }
      }
      print(${total}(${x}) % 1000007, ${n} % 1000007, ${x} == ${make}(2, 1))`,
    );
  },
];

/** All of them, to try them one by one. */
export const SCENARIOS: readonly Scenario[] = [
  ...[
    LISTS,
    ROWS,
    ALIASES,
    NUMBERS,
    STRINGS,
    MAPS,
    STRUCTS,
    functionScenarios,
    queryScenarios,
    objectScenarios,
    characterScenarios,
  ].flat(),
];
