/**
 * Queries over small tables. Conditions may fail (all in the same way, so that the order of rows does not matter) or have an
 * effect (only where the language fixes the order); ties are many, so that sorting must be stable.
 */
import { fresh } from './expressions.ts';
import { names, type Scenario } from './scenarios.ts';
import { emit, type Gen } from './types.ts';

const maybe = (g: Gen, text: string): string => (g.random.one(2) ? text : '');
const few = (g: Gen): number => g.random.below(4);

interface Tables {
  readonly items: string;
  readonly others: string;
}

/** Two tables: items with `id`, `k`, `d` (sometimes 0), `w`, `s`, `xs`; others with `k`, `v`, `t`. As structs or as maps. */
function tables(g: Gen): Tables {
  const { items, others, Item, Other } = names(g, 'items', 'others', 'Item', 'Other');
  const r = g.random;
  const structs = r.one(2);
  const row = (type: string, fields: Record<string, string>): string => {
    const text = Object.entries(fields).map(([k, v]) => (structs ? `${k}: ${v}` : `"${k}": ${v}`));
    return structs ? `${type}{${text.join(', ')}}` : `{${text.join(', ')}}`;
  };
  const words = ['"a"', '"b"', '"é"', '""', '"ab"'];
  const item = (_: unknown, i: number): string =>
    row(Item, {
      id: String(i),
      k: String(few(g)),
      d: String(r.one(6) ? 0 : 1 + few(g)),
      w: r.pick(['0.5', '2.0', '1.25', '-1.5']),
      s: r.pick(words),
      xs: `[${Array.from({ length: few(g) }, () => few(g)).join(', ')}]`,
    });
  const other = (): string => row(Other, { k: String(few(g)), v: String(few(g) * 10), t: r.pick(words) });
  if (structs) {
    emit(g, `type ${Item} {\nid: int\nk: int\nd: int\nw: float\ns: string\nxs: list<int>\n}`);
    emit(g, `type ${Other} {\nk: int\nv: int\nt: string\n}`);
  }
  // An empty list of maps would have no fields.
  emit(
    g,
    `var ${items}${structs ? `: list<${Item}>` : ''} = [${Array.from({ length: (structs ? 0 : 1) + r.below(8) }, item).join(', ')}]`,
  );
  emit(
    g,
    `let ${others}${structs ? `: list<${Other}>` : ''} = [${Array.from({ length: (structs ? 0 : 1) + r.below(6) }, other).join(', ')}]`,
  );
  return { items, others };
}

/** A condition of an item row; it may divide by zero unless a test before it prevents that. */
function condition(g: Gen, x: string): string {
  const r = g.random;
  const safe = (): string =>
    r.pick([
      `${x}.k > ${few(g)}`,
      `${x}.k == ${few(g)}`,
      `${x}.s != "b"`,
      `${x}.s < "b"`,
      `len(${x}.xs) > ${few(g)}`,
      `${few(g)} in ${x}.xs`,
      `${x}.w * 2 > ${x}.d`,
      `!(${x}.id == 2)`,
    ]);
  const risky = r.pick([`10 / ${x}.d > 2`, `7 % ${x}.d == 1`, `${x}.k / ${x}.d < 2`]);
  return r.pick([
    safe(),
    `${safe()} && ${safe()}`,
    `(${safe()} || ${safe()})`,
    `${x}.d != 0 && ${risky}`,
    `${safe()} && ${x}.d > 0 && ${risky}`,
    `(${x}.d == 0 || ${risky})`,
    r.one(3) ? `${safe()} && ${risky}` : safe(),
  ]);
}

const value = (g: Gen, x: string): string =>
  g.random.pick([
    `${x}.id`,
    `${x}.k * 10 + ${x}.id`,
    `${x}.s`,
    `${x}.w`,
    `[${x}.id, ${x}.k]`,
    `{"id": ${x}.id, "s": ${x}.s}`,
  ]);

const key = (g: Gen, x: string): string =>
  g.random.pick([
    `${x}.k`,
    `-${x}.k`,
    `${x}.s`,
    `${x}.w`,
    `[${x}.k, ${x}.d]`,
    `[${x}.s, ${x}.s]`,
    `${x}.k % 2`,
    `len(${x}.xs)`,
    `${x}.xs`,
    `{"k": ${x}.k, "s": ${x}.s}`,
  ]);

/** What may follow the order: parts of the result, empty and too long ones, too. */
const part = (g: Gen): string =>
  g.random.pick([
    '',
    '',
    `take ${few(g)}`,
    `skip ${few(g)}`,
    `skip ${few(g)} take ${few(g)}`,
    'take 100',
    'skip 50',
    'take 1',
  ]);

export const queryScenarios: readonly Scenario[] = [
  function filtered(g) {
    const { items } = tables(g);
    const x = fresh(g, 'q');
    emit(
      g,
      `print(from ${x} in ${items} where ${condition(g, x)} ${maybe(g, `sort by ${key(g, x)}`)} ${part(g)} select ${value(g, x)})
      print(from ${x} in ${items} sort by ${key(g, x)} ${part(g)} select ${x}.id)`,
    );
  },
  function largest(g) {
    const { items } = tables(g);
    const { x, top, i } = names(g, 'x', 'top', 'i');
    emit(
      g,
      `for ${i} in 0..4 {
      let ${top} = from ${x} in ${items} ${maybe(g, `where ${condition(g, x)}`)} sort by ${key(g, x)} ${maybe(g, `skip ${i}`)} take ${i} select {"id": ${x}.id, "k": ${x}.k}
      print(${top})
      if len(${top}) > 0 {
      print(${top}[0].id, ${top}[-1].k)
      }
      }`,
    );
  },
  function effects(g) {
    const { items } = tables(g);
    const { seen, x, f, h } = names(g, 'seen', 'x', 'f', 'h');
    emit(
      g,
      `var ${seen} = 0
      fun ${f}(n: int): bool {
      ${seen} = ${seen} * 3 + n
      ${maybe(g, 'print("f", n)')}
      return n % 2 == ${g.random.below(2)}
      }
      fun ${h}(n: int): int {
      ${seen} = ${seen} + 1
      return n
      }
      print(from ${x} in ${items} where ${g.random.pick([
        `${f}(${x}.id) && ${f}(${x}.k)`,
        `${x}.d > 0 && ${f}(${x}.id)`,
        `${f}(${x}.id) || 10 / (${x}.d + 1) > 2 && ${f}(${x}.d)`,
        `${h}(${x}.id) > ${x}.k && ${x}.k < 3`,
      ])} select ${x}.id)
      print(${seen})`,
    );
  },
  function joins(g) {
    const { items, others } = tables(g);
    const { x, y } = names(g, 'x', 'y');
    const side = g.random.pick(['', '', '', 'left ', 'right ', 'outer ']);
    const both = g.random.pick([
      `${x}.k == ${y}.k`,
      `${y}.k == ${x}.k`,
      `${x}.k == ${y}.k && ${x}.s == ${y}.t`,
      `${x}.s == ${y}.t`,
      `${x}.k < ${y}.k`,
      `${x}.k + 1 == ${y}.k`,
      `${x}.k == ${y}.k && ${y}.v > 10`,
    ]);
    if (side !== '') {
      emit(g, `print(from ${x} in ${items} ${side}join ${y} in ${others} on ${both} select {"l": ${x}, "r": ${y}})`);
      return;
    }
    const after = g.random.pick([
      condition(g, x),
      `${y}.v > ${few(g) * 10}`,
      `100 / ${y}.v > 3`,
      `${y}.v != 0 && 100 / ${y}.v > 4 && ${condition(g, x)}`,
      `${x}.id != ${y}.v`,
    ]);
    emit(
      g,
      `print(from ${x} in ${items} join ${y} in ${others} on ${both} ${g.random.one(3) ? '' : `where ${after}`} ${maybe(g, `sort by ${g.random.pick([key(g, x), `${y}.v`, `[${y}.t, ${x}.s]`])}`)} ${part(g)} select [${x}.id, ${y}.v])`,
    );
  },
  function crossed(g) {
    const { items, others } = tables(g);
    const { x, y, z } = names(g, 'x', 'y', 'z');
    emit(
      g,
      `print(from ${x} in ${items} from ${y} in ${g.random.pick([others, others, `${x}.xs`])} where ${condition(g, x)} select ${x}.id)
      print(from ${x} in ${items} from ${z} in ${x}.xs where ${g.random.pick([`${z} > 1`, `${z} != 0 && 6 / ${z} > 2`, `${z} == ${x}.k && ${x}.d != 0`])} ${maybe(g, `sort by ${z}`)} ${part(g)} select [${x}.id, ${z}])
      print(from ${x} in ${items} from ${y} in ${others} where ${x}.k == ${y}.k ${maybe(g, `&& ${condition(g, x)}`)} select ${x}.id * 100 + ${y}.v)`,
    );
  },
  function grouped(g) {
    const { items } = tables(g);
    const { x, gr, z } = names(g, 'x', 'gr', 'z');
    const by = g.random.pick([`${x}.k`, `${x}.s`, `${x}.k % 2`, `${x}.k, ${x}.s`, `${x}.w`]);
    const aggregate = g.random.pick([
      `count(${gr})`,
      `sum(from ${z} in ${gr} select ${z}.d)`,
      `sum(from ${z} in ${gr} select ${z}.w)`,
      `avg(from ${z} in ${gr} select ${z}.d)`,
      `min(from ${z} in ${gr} select ${z}.id)`,
      `max(from ${z} in ${gr} select ${z}.id)`,
      `min(from ${z} in ${gr} select ${z}.s)`,
      `max(from ${z} in ${gr} where ${z}.d > 1 select ${z}.id)`,
      `sum(from ${z} in ${gr} where ${z}.d != 0 && 6 / ${z}.d > 2 select ${z}.k * ${z}.d)`,
    ]);
    emit(
      g,
      `print(from ${x} in ${items} ${maybe(g, `where ${condition(g, x)}`)} group by ${by} into ${gr} ${g.random.one(4) ? `having count(${gr}) > ${few(g)}` : ''} ${maybe(g, `sort by ${g.random.pick([`-count(${gr})`, aggregate, `${gr}.key`])}`)} ${part(g)} select {"key": ${gr}.key, "n": count(${gr}), "v": ${aggregate}})
      print(from ${x} in ${items} group by ${x}.k into ${gr} select [${gr}.key, ${g.random.pick([`len(${gr}.items)`, `${gr}.items[0].id`, `${gr}.items[-1].s`, `sum(from ${z} in ${gr} select ${z}.k)`])}])`,
    );
  },
  function groupedJoin(g) {
    const { items, others } = tables(g);
    const { x, y, gr, z } = names(g, 'x', 'y', 'gr', 'z');
    emit(
      g,
      `print(from ${x} in ${items} join ${y} in ${others} on ${x}.k == ${y}.k ${maybe(g, `where ${g.random.pick([condition(g, x), `${y}.v > 0`])}`)} group by ${g.random.pick([`${x}.k`, `${y}.t`])} into ${gr} ${maybe(g, `sort by -count(${gr})`)} select {"k": ${gr}.key, "n": count(${gr}), "v": sum(from ${z} in ${gr} select ${z}.${g.random.pick([`${y}.v`, `${x}.d`])})})`,
    );
  },
  function aggregates(g) {
    const { items } = tables(g);
    const { x, i } = names(g, 'x', 'i');
    const f = g.random.pick(['sum', 'count', 'min', 'max', 'avg']);
    emit(
      g,
      `for ${i} in 0..3 {
      print(${g.random.pick([
        `from ${x} in ${items} where ${x}.k >= ${i} ${maybe(g, `&& ${condition(g, x)}`)} select ${f}(${x}.d)`,
        `${f}(from ${x} in ${items} where ${x}.k != ${i} select ${x}.d)`,
        `len(from ${x} in ${items} where ${condition(g, x)} select ${x})`,
        `exists(from ${x} in ${items} where ${x}.k == ${i} select ${x}.id)`,
        `from ${x} in ${items} ${part(g)} select ${f}(${x}.id)`,
      ])})
      }`,
    );
  },
  function sets(g) {
    const { items, others } = tables(g);
    const { a, b, x } = names(g, 'a', 'b', 'x');
    emit(
      g,
      `let ${a} = from ${x} in ${items} ${maybe(g, `where ${condition(g, x)}`)} select ${maybe(g, 'distinct ')}${x}.k
      let ${b} = from ${x} in ${others} select ${x}.k
      print(${a} union ${b}, ${a} union all ${b}, ${a} except ${b}, ${a} intersect ${b})
      print(from ${x} in ${items} select distinct ${g.random.pick([`${x}.s`, `[${x}.k, ${x}.d]`, `${x}.w`, `${x}.k % 2`])})
      print(from ${x} in ${a} where ${x} in ${b} sort by -${x} ${part(g)} select distinct ${x})`,
    );
  },
  function changed(g) {
    const { items } = tables(g);
    const { x, rows, i } = names(g, 'x', 'rows', 'i');
    emit(
      g,
      `for ${i} in 0..3 {
      let ${rows} = from ${x} in ${items} where ${x}.k == ${i} ${maybe(g, `&& ${condition(g, x)}`)} sort by ${key(g, x)} select ${x}
      for ${x} in ${rows} {
      ${x}.k = ${x}.k + ${1 + few(g)}
      ${maybe(g, `${x}.xs = append(${x}.xs, ${i})`)}
      }
      ${maybe(g, `${items} = ${items}[1:]`)}
      print(len(${rows}))
      }
      print(from ${x} in ${items} select [${x}.id, ${x}.k, len(${x}.xs)])`,
    );
  },
  function correlated(g) {
    const { items, others } = tables(g);
    const { x, y } = names(g, 'x', 'y');
    emit(
      g,
      `print(from ${x} in ${items} where ${g.random.pick([
        `exists(from ${y} in ${others} where ${y}.k == ${x}.k select ${y})`,
        `${x}.k in (from ${y} in ${others} select ${y}.k)`,
        `!(${x}.s in (from ${y} in ${others} where ${y}.v > 0 select ${y}.t))`,
        `count(from ${y} in ${others} where ${y}.k == ${x}.k select ${y}) > 1`,
        `${x}.d > min(from ${y} in ${others} select ${y}.k)`,
      ])} select [${x}.id, len(from ${y} in ${others} where ${y}.k <= ${x}.k select ${y}.v)])`,
    );
  },
];
