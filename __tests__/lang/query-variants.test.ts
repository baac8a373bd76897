/**
 * Random queries, each over typed rows, over rows in `list<any>` and over maps, against a plain evaluator of the rules (LANGUAGE 6):
 * nested loops over all combinations. The same rows come out in the same order, whatever is hashed, moved, or not made.
 */
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/compiler.ts';
import { Exit, wasi } from '../runtime/harness.ts';

type Row = { id: number; k: number; s: string; v: number };
type Tuple = Record<string, Row | undefined>;
type Field = keyof Row;
type Side = 'from' | 'join' | 'left join' | 'right join' | 'outer join';

/** A condition as text, and as what it means. */
interface Condition {
  readonly text: string;
  readonly holds: (t: Tuple) => boolean;
}

interface Source {
  readonly name: string;
  readonly table: string;
  readonly side: Side;
  readonly on: readonly Condition[];
}

/** Mulberry32 (Tommy Ettinger): a small generator, so that the tests are the same every time. */
function generator(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  };
}

const tables: Record<string, Row[]> = {};
const pick = generator(7);
for (const [name, count] of [
  ['as', 9],
  ['bs', 7],
  ['cs', 12],
  ['none_', 0],
] as const) {
  tables[name] = Array.from({ length: count }, (_, id) => ({
    id,
    k: pick(5),
    s: ['x', 'y', 'zz', ''][pick(4)]!,
    v: pick(200) - 100,
  }));
}

const text = (v: unknown): string => (v === undefined ? 'nil' : typeof v === 'string' ? JSON.stringify(v) : `${v}`);

/** A random query: its text, and the lines that it should print. */
function query(next: (n: number) => number): { text: string; lines: string[] } {
  const sources: Source[] = [];
  const nullable = new Set<string>();
  const read = (name: string, field: Field) => `${name}${nullable.has(name) ? '?' : ''}.${field}`;
  const field = (): Field => (['k', 's', 'id'] as const)[next(3)]!;
  const compareTo = (name: string, joined: ReadonlySet<string>): Condition => {
    const f: Field = next(2) ? 'k' : 'v';
    const limit = next(4);
    if (nullable.has(name) && !joined.has(name)) {
      return next(2)
        ? { text: `${name}?.k != ${limit}`, holds: (t) => t[name]?.k !== limit }
        : { text: `${name} != nil`, holds: (t) => t[name] !== undefined };
    }
    return next(2)
      ? { text: `${name}.${f} > ${limit}`, holds: (t) => t[name]![f] > limit }
      : { text: `${name}.k + 1 != ${limit}`, holds: (t) => t[name]!.k + 1 !== limit };
  };
  const equal = (a: string, b: string, f: Field): Condition => ({
    text: next(2) ? `${read(a, f)} == ${read(b, f)}` : `${read(b, f)} == ${read(a, f)}`,
    holds: (t) => t[a]?.[f] === t[b]?.[f],
  });
  const count = 1 + next(3);
  const froms = 1 + next(count);
  for (let i = 0; i < count; i++) {
    const name = 'abc'[i]!;
    const table = next(12) === 0 ? 'none_' : ['as', 'bs', 'cs'][next(3)]!;
    const side: Side = i < froms ? 'from' : (['join', 'left join', 'right join', 'outer join'] as const)[next(4)]!;
    const on: Condition[] = [];
    if (side !== 'from') {
      const other = sources[next(sources.length)]!.name;
      const parts = next(4);
      if (parts !== 0) on.push(equal(other, name, field()));
      if (parts === 2) on.push(equal(other, name, field()));
      if (parts !== 1) on[next(2) ? 'push' : 'unshift'](compareTo(next(2) ? other : name, new Set([name])));
    }
    if (side === 'right join' || side === 'outer join') for (const s of sources) nullable.add(s.name);
    if (side === 'left join' || side === 'outer join') nullable.add(name);
    sources.push({ name, table, side, on });
  }
  const names = sources.map((s) => s.name);
  const where: Condition[] = [];
  for (let i = next(4); i > 0; i--) {
    const a = names[next(count)]!;
    where.push(next(2) && count > 1 ? equal(a, names[next(count)]!, field()) : compareTo(a, new Set()));
  }
  let rows = combine(sources).filter((t) => where.every((c) => c.holds(t)));
  const clauses = sources.map((s) => {
    const on = s.side === 'from' ? '' : ` on ${s.on.map((c) => c.text).join(' && ')}`;
    return `${s.side} ${s.name} in ${s.table}${on}`;
  });
  if (where.length > 0) clauses.push(`where ${where.map((c) => c.text).join(' && ')}`);
  const shown = names.flatMap((n) => (['id', 's'] as const).map((f) => ({ n, f })));
  const values = (t: Tuple) => shown.map(({ n, f }) => text(t[n]?.[f]));
  const limits = (sorted: boolean): { text: string; cut: <T>(all: T[]) => T[] } => {
    if (next(2)) return { text: '', cut: (all) => all };
    const take = next(5);
    const skip = next(3);
    return { text: ` skip ${skip} take ${take}${sorted ? '' : ''}`, cut: (all) => all.slice(skip).slice(0, take) };
  };
  const grouped = next(2);
  if (!grouped) {
    const by = names.filter((n) => !nullable.has(n));
    const sort = by.length > 0 && next(2) === 1;
    if (sort) {
      const [n, m] = [by[next(by.length)]!, by[next(by.length)]!];
      clauses.push(next(2) ? `sort by ${n}.k` : `sort by [${n}.s, 0 - ${m}.v]`);
      const keys = clauses.at(-1)!.includes('[') ? (t: Tuple) => [t[n]!.s, -t[m]!.v] : (t: Tuple) => [t[n]!.k];
      rows = stable(rows, keys);
    }
    const cut = limits(sort);
    const select = shown.map(({ n, f }) => read(n, f)).join(', ');
    return {
      text: `for r in ${clauses.join(' ')}${cut.text} select [${select}] { print(r) }`,
      lines: cut.cut(rows).map((t) => `[${values(t).join(', ')}]`),
    };
  }
  // Groups by one or two fields, with aggregates of rows that cannot be nil.
  const solid = names.filter((n) => !nullable.has(n));
  const key = names[next(count)]!;
  const keys: Field[] = next(2) ? ['s'] : ['k', 's'];
  const groups = new Map<string, Tuple[]>();
  for (const t of rows) {
    const id = JSON.stringify(keys.map((f) => text(t[key]?.[f])));
    const known = groups.get(id);
    if (known) known.push(t);
    else groups.set(id, [t]);
  }
  const of = solid[next(Math.max(1, solid.length))];
  const x = (f: Field) => (count === 1 ? `x.${f}` : `x.${of}.${f}`);
  const least = next(3);
  const parts = ['str(count(g))'];
  const want: ((g: Tuple[]) => number)[] = [(g) => g.length];
  if (of !== undefined) {
    parts.push(`str(sum(from x in g select ${x('v')}))`, `str(max(from x in g select ${x('v')}))`);
    want.push((g) => g.reduce((n, t) => n + t[of]!.v, 0));
    want.push((g) => Math.max(...g.map((t) => t[of]!.v)));
    parts.push(`str(count(from x in g where ${x('k')} > ${least} select x))`);
    want.push((g) => g.filter((t) => t[of]!.k > least).length);
    parts.push(`str(sum(from x in g where ${x('k')} > ${least} && ${x('s')} != "x" select ${x('v')} * 2))`);
    want.push((g) => g.reduce((n, t) => n + (t[of]!.k > least && t[of]!.s !== 'x' ? 2 * t[of]!.v : 0), 0));
  }
  const having = next(2);
  let found = [...groups.values()];
  if (having) found = found.filter((g) => g.length > 1);
  const sorted = next(2);
  if (sorted) found = stable(found, (g) => [-g.length]);
  const cut = limits(sorted === 1);
  return {
    text:
      `for r in ${clauses.join(' ')} group by ${keys.map((f) => read(key, f)).join(', ')} into g` +
      `${having ? ' having count(g) > 1' : ''}${sorted ? ' sort by 0 - count(g)' : ''}${cut.text} select [${parts.join(', ')}] { print(r) }`,
    lines: cut.cut(found).map((g) => `[${want.map((w) => `"${w(g)}"`).join(', ')}]`),
  };
}

/** All combinations of rows, as the rules have them. */
function combine(sources: readonly Source[]): Tuple[] {
  let tuples: Tuple[] = [{}];
  for (const { name, table, side, on } of sources) {
    const rows = tables[table]!;
    const match = (t: Tuple, r: Row): boolean => on.every((c) => c.holds({ ...t, [name]: r }));
    const before = tuples;
    if (side === 'right join') {
      tuples = rows.flatMap((r) => {
        const found = before.filter((t) => match(t, r)).map((t): Tuple => ({ ...t, [name]: r }));
        return found.length > 0 ? found : [{ [name]: r }];
      });
      continue;
    }
    tuples = before.flatMap((t) => {
      const found = rows.filter((r) => match(t, r)).map((r): Tuple => ({ ...t, [name]: r }));
      return found.length === 0 && (side === 'left join' || side === 'outer join') ? [t] : found;
    });
    if (side === 'outer join') {
      tuples.push(...rows.filter((r) => !before.some((t) => match(t, r))).map((r): Tuple => ({ [name]: r })));
    }
  }
  return tuples;
}

function stable<T>(all: readonly T[], keys: (item: T) => readonly (string | number)[]): T[] {
  return [...all].sort((a, b) => {
    const x = keys(a);
    const y = keys(b);
    for (const [i, k] of x.entries()) if (k !== y[i]) return k < y[i]! ? -1 : 1;
    return 0;
  });
}

const PRELUDES: Record<string, string> = {
  typed: `type Row { id: int, k: int, s: string, v: int }
fun row(id: int, k: int, s: string, v: int): Row { return Row { id: id, k: k, s: s, v: v } }
var as_: list<Row> = []`,
  any: `fun row(id: int, k: int, s: string, v: int): any { return {"id": id, "k": k, "s": s, "v": v} }
var as_: list<any> = []`,
  maps: `fun row(id: int, k: int, s: string, v: int): map<string, any> {
  var m: map<string, any> = {}
  for name in ["id", "k", "s", "v"] { m[name] = if name == "s" { s } else { if name == "id" { id } else { if name == "k" { k } else { v } } } }
  return m
}
var as_: list<map<string, any>> = []`,
};

function program(prelude: string, queries: readonly { text: string }[]): string {
  const [types, first] = [prelude.slice(0, prelude.lastIndexOf('\n')), prelude.slice(prelude.lastIndexOf('\n') + 1)];
  const lists = Object.entries(tables).map(([name, rows]) => [
    first.replace('as_', name === 'as' ? 'rows_a' : name),
    ...rows.map((r) => {
      const list = name === 'as' ? 'rows_a' : name;
      return `${list} = append(${list}, row(${r.id}, ${r.k}, ${JSON.stringify(r.s)}, ${r.v}))`;
    }),
  ]);
  const body = queries.map((q, i) => `print("#${i}")\n${q.text.replaceAll(/\bin as\b/g, 'in rows_a')}`);
  return [types, ...lists.flat(), ...body, ''].join('\n');
}

function run(source: string, optimise: boolean): string {
  const { wasm, diagnostics } = compile([{ path: 'queries.mochi', text: source }], {
    mode: 'run',
    optimise,
    verify: true,
  });
  if (!wasm) throw new Error(`${diagnostics[0]?.title}\n${source}`);
  const host = wasi();
  const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm), host.imports);
  host.attach(instance.exports['memory'] as WebAssembly.Memory);
  try {
    (instance.exports['_start'] as () => void)();
  } catch (e) {
    if (!(e instanceof Exit) && !host.stderr()) throw e;
  }
  return host.stdout() + host.stderr();
}

describe('queries over typed and untyped rows', () => {
  for (const seed of [1, 2, 3, 4]) {
    const next = generator(seed * 1000);
    const queries = Array.from({ length: 24 }, () => query(next));
    const expected = `${queries.flatMap((q, i) => [`#${i}`, ...q.lines]).join('\n')}\n`;
    for (const [name, prelude] of Object.entries(PRELUDES)) {
      it(`${name}, seed ${seed}`, () => {
        const source = program(prelude, queries);
        const got = run(source, seed % 2 === 0);
        if (got !== expected) {
          const at = expected.split('\n').findIndex((l, i) => l !== got.split('\n')[i]);
          const number = expected
            .split('\n')
            .slice(0, at + 1)
            .reverse()
            .find((l) => l.startsWith('#'));
          expect(got.split('\n').slice(at - 2, at + 6), queries[Number(number?.slice(1))]?.text).toEqual(
            expected.split('\n').slice(at - 2, at + 6),
          );
        }
        expect(got).toBe(expected);
      });
    }
  }
});
