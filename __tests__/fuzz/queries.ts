/** Queries. What they evaluate can neither fail nor have an effect, so that its order does not matter. */
import { atom, expr, fresh, literal, local } from './expressions.ts';
import {
  BOOL,
  FLOAT,
  type Gen,
  INT,
  isPlain,
  isScalar,
  type Local,
  listOf,
  plainType,
  STRING,
  structOf,
  type Type,
} from './types.ts';

/** Makes text while the generator is pure; what is declared meanwhile goes away. */
function inQuery<T>(g: Gen, make: () => T): T {
  const { locals, pure } = g;
  g.pure = true;
  const out = make();
  g.locals = locals;
  g.pure = pure;
  return out;
}

/** A source of rows: a variable or a literal; gives the rows' type. */
function source(g: Gen, depth: number, plain = false): { text: string; of: Type } {
  const r = g.random;
  const known = local(g, (l) => l.type.k === 'list' && l.type.of.k !== 'any' && (!plain || isPlain(g, l.type)));
  if (known?.type.k === 'list' && !r.one(3)) return { text: known.name, of: known.type.of };
  if (r.one(10)) return { text: expr(g, STRING, depth - 1), of: STRING };
  const map = local(g, (l) => l.type.k === 'map');
  if (map?.type.k === 'map' && r.one(4)) return { text: map.name, of: map.type.key };
  const of = plainType(g);
  return { text: literal(g, listOf(of), depth), of };
}

function bind(g: Gen, type: Type): Local {
  const l = { name: fresh(g, 'q'), type, assignable: false };
  g.locals = [...g.locals, l];
  return l;
}

/** `from … where …`, with the row variables left in scope. */
function rows(g: Gen, depth: number): string {
  const r = g.random;
  const first = source(g, depth);
  // What is joined is evaluated once, outside the rows.
  const third = r.one(5) ? source(g, depth) : undefined;
  let text = `from ${bind(g, first.of).name} in ${first.text}`;
  if (r.one(5)) {
    const second = source(g, depth);
    text += ` from ${bind(g, second.of).name} in ${second.text}`;
  }
  if (third) {
    const left = r.pick(g.locals.filter((l) => l.name.startsWith('q')));
    const right = bind(g, third.of);
    const on =
      left.type.k === right.type.k && isScalar(left.type) ? `${left.name} == ${right.name}` : expr(g, BOOL, depth - 1);
    text += ` join ${right.name} in ${third.text} on ${on}`;
  }
  if (r.one(2)) text += ` where ${expr(g, BOOL, depth - 1)}`;
  return text;
}

function order(g: Gen, depth: number, slices: boolean): string {
  const r = g.random;
  let text = '';
  if (r.one(3)) text += ` sort by ${expr(g, r.pick([INT, STRING, BOOL, FLOAT, listOf(INT)]), depth - 1)}`;
  if (slices && r.one(6)) text += ` skip ${r.below(3)}`;
  if (slices && r.one(6)) text += ` take ${r.below(4)}`;
  return text;
}

/** A query that gives a list of a type. */
export function queryList(g: Gen, of: Type, depth: number): string {
  return inQuery(g, () => {
    const distinct = isScalar(of) && g.random.one(5) ? 'distinct ' : '';
    if (g.random.one(4)) {
      const text = groups(g, depth);
      return `(${text} select ${distinct}${expr(g, of, depth - 1)})`;
    }
    const text = rows(g, depth) + order(g, depth, distinct === '');
    return `(${text} select ${distinct}${notAggregate(expr(g, of, depth - 1))})`;
  });
}

/** An aggregate as the whole `select` would make one value of the query. */
const notAggregate = (e: string): string => (/^(sum|avg|min|max|count)\(/.test(e) ? `[${e}][0]` : e);

/** `from … group by … into g …`: key and count of the group are left in scope as expressions. */
function groups(g: Gen, depth: number): string {
  const r = g.random;
  const outside = g.locals;
  let text = rows(g, depth);
  const variables = g.locals.slice(outside.length);
  const keyType = r.pick([INT, STRING, BOOL]);
  const key = expr(g, keyType, depth);
  const second = r.one(4) ? `, ${notField(expr(g, INT, depth))}` : '';
  g.locals = outside;
  const name = fresh(g, 'g');
  const keyName = second ? `${name}.key.k1` : `${name}.key`;
  text += ` group by ${second ? notField(key) : key}${second} into ${name}`;
  const items = variables.length === 1 ? { name: `${name}.items`, type: listOf(variables[0]!.type) } : undefined;
  // As if they were variables: the generator uses names only as text.
  g.locals = [
    ...outside,
    { name: keyName, type: keyType, assignable: false },
    ...(second ? [{ name: `${name}.key.k2`, type: INT, assignable: false }] : []),
    ...(items ? [{ ...items, assignable: false }] : []),
    { name: `count(${name})`, type: INT, assignable: false },
    { name: `len(${name}.items)`, type: INT, assignable: false },
  ];
  if (r.one(3)) text += ` having count(${name}) > ${r.below(3)}`;
  if (r.one(2)) text += ` sort by ${r.pick([keyName, `-count(${name})`, expr(g, INT, 1)])}`;
  return text;
}

/** A part of a key is named by its field or variable; anything else by its place. */
const notField = (e: string): string => (/^[a-z][\w.]*$/.test(e) ? `[${e}][0]` : e);

/** A query whose `select` is an aggregate. */
export function aggregate(g: Gen, t: Type, depth: number): string {
  return inQuery(g, () => {
    const text = rows(g, depth);
    const inner = expr(g, t, depth - 1);
    // A query alone would not make the whole an aggregate.
    const value = inner.startsWith('(from') ? `(0 + ${inner})` : inner;
    if (t.k === 'int') return `(${text} select ${g.random.pick(['sum', 'count', 'min', 'max'])}(${value}))`;
    return `(0.0 + (${text} select ${g.random.pick(['sum', 'avg'])}(${value})))`;
  });
}

/** A join that leaves rows without partner: a list of maps to print. */
export function sidedJoin(g: Gen, depth: number): string {
  return inQuery(g, () => {
    const r = g.random;
    const a = source(g, depth, true);
    const of = isScalar(a.of) ? a.of : plainType(g);
    const right = atom(g, listOf(of), depth);
    const x = bind(g, a.of);
    const y = bind(g, of);
    const on = isScalar(of) && r.one(2) ? `${x.name} == ${y.name}` : joinOn(g, x, y, depth);
    const side = r.pick(['left', 'right', 'outer']);
    return `(from ${x.name} in ${a.text} ${side} join ${y.name} in ${right} on ${on} select {"l": ${x.name}, "r": ${y.name}})`;
  });
}

/** A condition of both sides. */
function joinOn(g: Gen, x: Local, y: Local, depth: number): string {
  const part = (l: Local): string => {
    if (l.type.k === 'int' || l.type.k === 'string') return `len(str(${l.name}))`;
    if (l.type.k === 'struct') {
      const f = structOf(g, l.type.name).fields.find((c) => c.type.k === 'int');
      if (f) return `${l.name}.${f.name}`;
    }
    return l.type.k === 'list' ? `len(${l.name})` : expr(g, INT, Math.min(depth, 1));
  };
  return `${part(x)} % 3 == ${part(y)} % 3`;
}
