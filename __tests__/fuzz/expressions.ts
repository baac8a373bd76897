/** Expressions of a wanted type. Compound ones come in parentheses. */
import { aggregate, queryList } from './queries.ts';
import {
  ANY,
  anyType,
  BIG,
  BOOL,
  type Callable,
  FLOAT,
  type Gen,
  INT,
  isPlain,
  isScalar,
  type Local,
  listOf,
  mapOf,
  plainType,
  STRING,
  same,
  scalarType,
  structOf,
  type Type,
  typeText,
  visible,
} from './types.ts';

type Make = () => string;
type Choices = [number, Make][];

export const TEXTS = [
  '',
  'a',
  'ab',
  'b',
  ' x ',
  'é',
  'naïve',
  '日本',
  '🍣',
  'aé🍣z',
  'Ünï',
  'ж',
  'x,y',
  '12',
  '-7',
  'q"t',
];
const EDGES = [
  '9223372036854775807',
  '4611686018427387904',
  '4294967296',
  '2147483647',
  '3037000500',
  '1000000007',
  '562949953421312',
  '999999999999',
];
const FLOATS = [
  '0.0',
  '1.0',
  '0.5',
  '2.5',
  '1.25',
  '3.0',
  '100.0',
  '0.1',
  '1e6',
  '123456.789',
  '1e-7',
  '0.00001',
  '1e21',
];

export const quote = (s: string): string => `"${s.replace(/["\\]/g, (c) => `\\${c}`)}"`;

export function fresh(g: Gen, prefix: string): string {
  return `${prefix}${g.next++}`;
}

/** An expression of a type. */
export function expr(g: Gen, t: Type, depth: number): string {
  const r = g.random;
  if (depth <= 0 || r.one(4)) return atom(g, t, depth);
  const choices = [...compound(g, t, depth), ...general(g, t, depth)];
  if (choices.length === 0) return atom(g, t, depth);
  return r.weighted(choices)();
}

/** An expression where a type is declared: an int will do for a float, as for the elements of a literal. */
export function placed(g: Gen, t: Type, depth: number): string {
  const r = g.random;
  if (t.k === 'float' && r.one(5)) return expr(g, INT, depth);
  if (t.k === 'list' && t.of.k === 'float' && r.one(4)) return `[1, ${expr(g, FLOAT, 1)}, ${expr(g, INT, 1)}]`;
  return expr(g, t, depth);
}

/** A variable, else a literal. */
export function atom(g: Gen, t: Type, depth = 0): string {
  const known = visible(g).filter((l) => same(l.type, t));
  if (known.length > 0 && !g.random.one(3)) return g.random.pick(known).name;
  return literal(g, t, depth);
}

export function local(g: Gen, test: (l: Local) => boolean): Local | undefined {
  const found = visible(g).filter(test);
  return found.length > 0 ? g.random.pick(found) : undefined;
}

export function literal(g: Gen, t: Type, depth: number): string {
  const r = g.random;
  switch (t.k) {
    case 'int':
      if (r.one(40)) return r.pick(EDGES);
      if (r.one(8)) return `(-${1 + r.below(20)})`;
      return String(r.one(6) ? r.below(1000) : r.below(10));
    case 'float':
      return r.one(8) ? `(-${r.pick(FLOATS)})` : r.pick(FLOATS);
    case 'bool':
      return r.pick(['true', 'false']);
    case 'string':
      return quote(r.pick(TEXTS));
    case 'bigint':
      return `(${literal(g, INT, 0)} as bigint)`;
    case 'any':
      return anyValue(g, depth - 1);
    case 'list': {
      const n = r.below(4) + (r.one(5) ? 0 : 1);
      return `[${Array.from({ length: n }, () => expr(g, t.of, depth - 2)).join(', ')}]`;
    }
    case 'map': {
      const n = r.below(4);
      const keys = r.shuffled(t.key.k === 'int' ? ['1', '2', '10', '-3', '33'] : ['"a"', '"b"', '"é"', '"k1"', '"ab"']);
      const entries = keys.slice(0, n).map((k) => `${k}: ${expr(g, t.of, depth - 2)}`);
      return `{${entries.join(', ')}}`;
    }
    case 'struct': {
      const fields = r.shuffled(structOf(g, t.name).fields);
      return `${t.name}{${fields.map((f) => `${f.name}: ${placed(g, f.type, depth - 1)}`).join(', ')}}`;
    }
    case 'union': {
      const { variants } = g.unions.find((u) => u.name === t.name)!;
      const small = variants.filter((v) => v.fields.every((f) => f.type.k !== 'union'));
      const v = r.pick(depth > 0 ? variants : small);
      if (v.fields.length === 0) return v.name;
      const args = v.fields.map((f) => expr(g, f.type, depth - 1));
      return r.one(2)
        ? `${v.name}(${args.join(', ')})`
        : `${v.name}{${v.fields.map((f, i) => `${f.name}: ${args[i]}`).join(', ')}}`;
    }
    case 'fun':
      return lambda(g, t, depth);
  }
}

/** A value for a variable of type any: of any plain type, or nil. */
export function anyValue(g: Gen, depth: number): string {
  if (g.random.one(8)) return 'nil';
  return expr(g, g.random.one(3) ? plainType(g) : scalarType(g), depth);
}

function lambda(g: Gen, t: Extract<Type, { k: 'fun' }>, depth: number): string {
  const params = t.params.map((type) => ({ name: fresh(g, 'p'), type, assignable: false }));
  const { locals, pure } = g;
  g.locals = [...locals, ...params];
  // Its body runs who knows how often.
  g.pure = true;
  const body = expr(g, t.result, Math.min(depth - 1, 2));
  g.locals = locals;
  g.pure = pure;
  return `(fun(${params.map((p) => `${p.name}: ${typeText(p.type)}`).join(', ')}): ${typeText(t.result)} => ${body})`;
}

/** A call of a function, with fuel where it needs some. */
export function call(g: Gen, f: Callable, depth: number): string {
  const args = f.params.map((p, i) =>
    i === 0 && f.fuel !== undefined ? String(g.random.below(f.fuel + 1)) : placed(g, p, depth - 1),
  );
  return `${f.name}(${args.join(', ')})`;
}

/** What gives a value of any type: calls, fields, elements, choices. */
function general(g: Gen, t: Type, depth: number): Choices {
  const r = g.random;
  const d = depth - 1;
  const out: Choices = [];
  const plain = isPlain(g, t);
  out.push([2, () => `(if ${expr(g, BOOL, d)} then ${expr(g, t, d)} else ${expr(g, t, d)})`]);
  if (!g.pure) {
    const functions = g.callables.filter((f) => same(f.result, t));
    if (functions.length > 0) out.push([6, () => call(g, r.pick(functions), depth)]);
    const closures = visible(g).filter((l) => l.type.k === 'fun' && same(l.type.result, t));
    if (closures.length > 0) {
      out.push([
        4,
        () => {
          const f = r.pick(closures);
          return f.type.k === 'fun' ? `${f.name}(${f.type.params.map((p) => expr(g, p, d)).join(', ')})` : '';
        },
      ]);
    }
  }
  if (g.generic) {
    out.push([1, () => `same(${expr(g, t, d)})`]);
    out.push([1, () => `choose(${expr(g, BOOL, d)}, ${expr(g, t, d)}, ${expr(g, t, d)})`]);
  }
  out.push(...applications(g, t, d));
  const structs = g.structs.flatMap((s) =>
    s.fields.filter((f) => same(f.type, t)).map((f) => [s.name, f.name] as const),
  );
  if (structs.length > 0) {
    out.push([
      3,
      () => {
        const [name, f] = r.pick(structs);
        return `${atom(g, { k: 'struct', name }, 1)}.${f}`;
      },
    ]);
  }
  const lists = visible(g).filter((l) => l.type.k === 'list' && same(l.type.of, t));
  if (lists.length > 0) {
    const xs = r.pick(lists).name;
    out.push([
      4,
      () => {
        const other = expr(g, t, d);
        return `(if len(${xs}) > 0 then ${xs}[${expr(g, INT, d - 1)} % len(${xs})] else ${other})`;
      },
    ]);
    if (!g.pure) out.push([1, () => `${xs}[${r.pick(['0', '1', '-1', '2', '-2'])}]`]);
  }
  const maps = visible(g).filter((l) => l.type.k === 'map' && same(l.type.of, t));
  if (maps.length > 0 && plain && t.k !== 'any') {
    const m = r.pick(maps);
    const key = m.type.k === 'map' ? m.type.key : STRING;
    out.push([3, () => `(${m.name}[${expr(g, key, d - 1)}] ?? ${expr(g, t, d)})`]);
  }
  const union = local(g, (l) => l.type.k === 'union');
  if (union) out.push([3, () => matchUnion(g, union, t, d)]);
  if (r.one(3)) {
    out.push([
      1,
      () => `(match ${expr(g, INT, d)} { 0 => ${expr(g, t, d)} 1 => ${expr(g, t, d)} _ => ${expr(g, t, d)} })`,
    ]);
    out.push([
      1,
      () => `(match ${expr(g, STRING, d)} { "a" => ${expr(g, t, d)} "" => ${expr(g, t, d)} _ => ${expr(g, t, d)} })`,
    ]);
  }
  const known = visible(g).filter((l) => l.type.k === 'any' && l.type.was && same(l.type.was, t));
  if (known.length > 0 && t.k !== 'struct' && t.k !== 'union') {
    out.push([4, () => `(${r.pick(known).name} as ${typeText(t)})`]);
  }
  return out;
}

/** Methods, and functions out of structures. */
function applications(g: Gen, t: Type, d: number): Choices {
  if (g.pure) return [];
  const out: Choices = [];
  const give = (params: readonly Type[]): string => params.map((p) => placed(g, p, d - 1)).join(', ');
  for (const l of visible(g)) {
    if (l.type.k === 'struct') {
      const s = structOf(g, l.type.name);
      for (const m of s.methods) {
        if (same(m.result, t)) out.push([3, () => `${l.name}.${m.name}(${give([m.param])})`]);
      }
      for (const { name, type: f } of s.fields) {
        if (f.k === 'fun' && same(f.result, t)) out.push([3, () => `${l.name}.${name}(${give(f.params)})`]);
      }
    }
    if (l.type.k === 'list' && l.type.of.k === 'fun' && same(l.type.of.result, t)) {
      const { params } = l.type.of;
      out.push([3, () => `(if len(${l.name}) > 0 then ${l.name}[-1](${give(params)}) else ${expr(g, t, d)})`]);
    }
  }
  return out;
}

function matchUnion(g: Gen, u: Local, t: Type, depth: number): string {
  const r = g.random;
  const { variants } = g.unions.find((x) => x.name === (u.type.k === 'union' ? u.type.name : ''))!;
  const { locals } = g;
  const covered = r.one(3) ? variants.slice(0, -1) : variants;
  const arms = r.shuffled(covered).map((v) => {
    const binds = v.fields.map((f) => ({ name: r.one(5) ? '_' : fresh(g, 'b'), type: f.type, assignable: false }));
    g.locals = [...locals, ...binds.filter((b) => b.name !== '_')];
    const value = expr(g, t, depth - 1);
    g.locals = locals;
    const pattern = v.fields.length > 0 ? `${v.name}(${binds.map((b) => b.name).join(', ')})` : v.name;
    return `${pattern} => ${value}`;
  });
  if (covered.length < variants.length) arms.push(`_ => ${expr(g, t, depth - 1)}`);
  return `(match ${u.name} { ${arms.join(' ')} })`;
}

function compound(g: Gen, t: Type, depth: number): Choices {
  const d = depth - 1;
  switch (t.k) {
    case 'int':
      return intChoices(g, d);
    case 'float':
      return floatChoices(g, d);
    case 'bool':
      return boolChoices(g, d);
    case 'string':
      return stringChoices(g, d);
    case 'bigint':
      return bigChoices(g, d);
    case 'any':
      return [[3, () => anyValue(g, d)]];
    case 'list':
      return listChoices(g, t, d);
    default:
      return [[2, () => literal(g, t, depth)]];
  }
}

const safeDivisor = (g: Gen): string => String(1 + g.random.below(12));

function intChoices(g: Gen, d: number): Choices {
  const r = g.random;
  const e = (t: Type): string => expr(g, t, d);
  const divisor = (): string => (g.pure || !r.one(6) ? safeDivisor(g) : e(INT));
  const list = local(g, (l) => l.type.k === 'list' && l.type.of.k === 'int');
  const choices: Choices = [
    [7, () => `(${e(INT)} ${r.pick(['+', '-', '+', '-', '*'])} ${e(INT)})`],
    [2, () => `(${e(INT)} / ${divisor()})`],
    [3, () => `(${e(INT)} % ${divisor()})`],
    [2, () => `((${e(INT)} * ${e(INT)}) % ${r.pick([...EDGES, '97', '10'])})`],
    [1, () => `((${e(INT)} * ${e(INT)} + ${e(INT)}) % ${r.pick(['1000000007', '998244353', '17'])})`],
    [1, () => `(-${e(INT)})`],
    [1, () => `abs(${e(INT)})`],
    [1, () => `${r.pick(['min', 'max'])}(${e(INT)}, ${e(INT)})`],
    [2, () => `len(${e(r.pick([STRING, listOf(INT), listOf(STRING), mapOf(STRING, INT)]))})`],
    [1, () => `indexOf(${e(STRING)}, ${e(STRING)})`],
    [1, () => `(str(${e(INT)}) as int)`],
    [1, () => `int(${e(FLOAT)} % 1000.0)`],
    [1, () => `(first(${e(listOf(INT))}) as int)`],
    [1, () => `sum(${e(listOf(INT))})`],
    [1, () => `count(${e(listOf(STRING))})`],
    [1, () => aggregate(g, INT, d)],
    [1, () => `(nil as int)`],
  ];
  if (list) {
    choices.push([2, () => `${r.pick(['min', 'max', 'sum', 'len'])}(${list.name})`]);
    choices.push([1, () => reduce(g, list.name, d)]);
  }
  const map = local(g, (l) => l.type.k === 'map' && l.type.of.k === 'int');
  if (map?.type.k === 'map') {
    const { key } = map.type;
    choices.push([2, () => `(${map.name}[${expr(g, key, d - 1)}] as int)`]);
  }
  if (!g.pure) choices.push([1, () => `int(${r.one(4) ? e(STRING) : quote(String(r.below(5000)))})`]);
  return choices;
}

function reduce(g: Gen, xs: string, d: number): string {
  const a = fresh(g, 'a');
  const x = fresh(g, 'x');
  const { locals, pure } = g;
  g.locals = [...locals, { name: a, type: INT, assignable: false }, { name: x, type: INT, assignable: false }];
  g.pure = true;
  const body = expr(g, INT, d - 1);
  g.locals = locals;
  g.pure = pure;
  return `reduce(${xs}, fun(${a}: int, ${x}: int): int => (${a} + ${body}) % 1009, ${expr(g, INT, 0)})`;
}

function floatChoices(g: Gen, d: number): Choices {
  const r = g.random;
  const e = (t: Type): string => expr(g, t, d);
  return [
    [6, () => `(${e(FLOAT)} ${r.pick(['+', '-', '*'])} ${e(FLOAT)})`],
    [2, () => `(${e(FLOAT)} / ${g.pure || !r.one(6) ? r.pick(['2.0', '0.3', '7.0']) : e(FLOAT)})`],
    [1, () => `(${e(FLOAT)} % ${r.pick(['2.0', '0.3', '7.0'])})`],
    [1, () => `(${e(INT)} ${r.pick(['+', '-', '*'])} ${e(FLOAT)})`],
    [1, () => `(${e(FLOAT)} ${r.pick(['+', '-', '*'])} ${e(INT)})`],
    [1, () => `(-${e(FLOAT)})`],
    [1, () => `(${e(INT)} as float)`],
    [1, () => `float(${e(INT)})`],
    [1, () => `abs(${e(FLOAT)})`],
    [1, () => `${r.pick(['floor', 'ceil', 'round'])}(${e(FLOAT)})`],
    [1, () => `avg(${e(listOf(r.pick([INT, FLOAT])))})`],
    [1, () => `(0.0 + sum(${e(listOf(FLOAT))}))`],
    [1, () => `(0.0 + ${r.pick(['min', 'max'])}(${e(listOf(FLOAT))}))`],
    [1, () => aggregate(g, FLOAT, d)],
  ];
}

function boolChoices(g: Gen, d: number): Choices {
  const r = g.random;
  const e = (t: Type): string => expr(g, t, d);
  const compared =
    (t: Type): Make =>
    () =>
      `(${e(t)} ${r.pick(['<', '<=', '>', '>=', '==', '!='])} ${e(t)})`;
  return [
    [5, compared(INT)],
    [2, compared(FLOAT)],
    [3, compared(STRING)],
    [1, () => `(${e(INT)} ${r.pick(['<', '==', '>='])} ${e(FLOAT)})`],
    [
      3,
      () => {
        const t = plainType(g);
        return `(${e(t)} ${r.pick(['==', '!='])} ${e(t)})`;
      },
    ],
    [2, () => `(${e(BOOL)} && ${e(BOOL)})`],
    [2, () => `(${e(BOOL)} || ${e(BOOL)})`],
    [2, () => `(!${e(BOOL)})`],
    [
      2,
      () => {
        const t = scalarType(g);
        return `(${e(t)} in ${e(listOf(t))})`;
      },
    ],
    [1, () => `(${e(STRING)} in ${e(STRING)})`],
    [1, () => `(${e(STRING)} in ${e(mapOf(STRING, scalarType(g)))})`],
    [1, () => `(${e(INT)} in ${e(mapOf(INT, STRING))})`],
    [1, () => `contains(${e(STRING)}, ${e(STRING)})`],
    [1, () => `${atom(g, STRING)}.${r.pick(['contains', 'starts_with'])}(${e(STRING)})`],
    [1, () => `exists(${e(listOf(scalarType(g)))})`],
    [1, () => `(${e(ANY)} == ${e(ANY)})`],
    [1, () => `(${e(BIG)} ${r.pick(['<', '==', '>='])} ${e(BIG)})`],
  ];
}

function stringChoices(g: Gen, d: number): Choices {
  const r = g.random;
  const e = (t: Type): string => expr(g, t, d);
  const bound = (): string => r.pick([e(INT), '0', '1', '-1', '2']);
  const choices: Choices = [
    [6, () => `(${e(STRING)} + ${e(STRING)})`],
    [3, () => `str(${e(r.one(3) ? plainType(g) : scalarType(g))})`],
    [1, () => `${e(STRING)}[${bound()}:${bound()}]`],
    [1, () => `${e(STRING)}[:${bound()}]`],
    [1, () => `substring(${e(STRING)}, ${bound()}, ${bound()})`],
    [2, () => `${r.pick(['upper', 'lower', 'trim', 'reverse'])}(${e(STRING)})`],
    [1, () => `repeat(${e(STRING)}, ${r.below(4)})`],
    [1, () => `padStart(${e(STRING)}, ${r.below(8)}, ${e(STRING)})`],
    [1, () => `join(${e(listOf(STRING))}, ${e(STRING)})`],
    [1, () => `${r.pick(['min', 'max'])}(${e(STRING)}, ${e(STRING)})`],
  ];
  const s = local(g, (l) => l.type.k === 'string');
  if (s) {
    choices.push([2, () => `(if len(${s.name}) > 0 then ${s.name}[${e(INT)} % len(${s.name})] else ${e(STRING)})`]);
  }
  return choices;
}

function bigChoices(g: Gen, d: number): Choices {
  const r = g.random;
  const e = (t: Type): string => expr(g, t, d);
  return [
    [4, () => `(${e(BIG)} ${r.pick(['+', '-', '*'])} ${e(BIG)})`],
    [2, () => `(${e(BIG)} ${r.pick(['+', '-', '*'])} ${e(INT)})`],
    [1, () => `(${e(INT)} ${r.pick(['+', '-', '*'])} ${e(BIG)})`],
    [1, () => `(${e(BIG)} ${r.pick(['/', '%'])} ${r.pick(['7', '1000000007', '(12345678901 as bigint)'])})`],
    [1, () => `(-${e(BIG)})`],
    [1, () => `(${e(INT)} as bigint)`],
  ];
}

function listChoices(g: Gen, t: Extract<Type, { k: 'list' }>, d: number): Choices {
  const r = g.random;
  const e = (x: Type): string => expr(g, x, d);
  const bound = (): string => r.pick([expr(g, INT, d - 1), '0', '1', '-1', '2']);
  const choices: Choices = [
    [3, () => literal(g, t, d + 1)],
    [3, () => `${r.pick(['append', 'append', 'push'])}(${e(t)}, ${e(t.of)})`],
    [2, () => `(${e(t)} + ${e(t)})`],
    [1, () => `concat(${e(t)}, ${e(t)})`],
    [2, () => `${atom(g, t, 1)}[${bound()}:${bound()}]`],
    [1, () => `reverse(${e(t)})`],
    [3, () => queryList(g, t.of, d)],
  ];
  if (isScalar(t.of)) {
    choices.push([1, () => `distinct(${e(t)})`]);
    choices.push([2, () => `(${e(t)} ${r.pick(['union', 'union all', 'except', 'intersect'])} ${e(t)})`]);
    const m = local(g, (l) => l.type.k === 'map' && same(l.type.of, t.of));
    if (m) choices.push([2, () => `values(${m.name})`]);
  }
  if (t.of.k === 'int') {
    choices.push([1, () => `range(${r.below(5)}, ${r.below(9)})`]);
    choices.push([1, () => `range(${r.below(9)}, ${r.below(5)}, -2)`]);
  }
  if (t.of.k === 'string') {
    choices.push([1, () => `split(${e(STRING)}, ${quote(r.pick([',', 'a', 'é', ' ']))})`]);
    const m = local(g, (l) => l.type.k === 'map' && l.type.key.k === 'string');
    if (m) choices.push([2, () => `keys(${m.name})`]);
  }
  return choices;
}

/** Something to print. */
export function printable(g: Gen, depth: number): string {
  const r = g.random;
  const l = local(g, (x) => isPlain(g, x.type));
  if (l && r.one(2)) return l.name;
  const m = local(g, (x) => x.type.k === 'map' && isPlain(g, x.type));
  if (m?.type.k === 'map' && r.one(4))
    return m.type.key.k === 'string' && r.one(3)
      ? `${m.name}.${r.pick(['a', 'b', 'k1'])}`
      : `${m.name}[${expr(g, m.type.key, 1)}]`;
  const numbers = local(g, (x) => x.type.k === 'any' && (x.type.was?.k === 'int' || x.type.was?.k === 'float'));
  if (numbers && r.one(3))
    return `(${numbers.name} ${r.pick(['+', '*', '-', '<', '=='])} ${expr(g, r.pick([INT, FLOAT]), 1)})`;
  const any = local(g, (x) => x.type.k === 'list' && isPlain(g, x.type));
  if (any && r.one(6)) return `first(${any.name})`;
  for (;;) {
    const t = anyType(g, 2);
    if (isPlain(g, t)) return expr(g, t, depth);
  }
}
