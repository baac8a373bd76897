/** The reference interpreter's queries (LANGUAGE section 6): rows are scopes, clauses make lists of rows of lists of rows. */
import type { Expr, QueryExpr } from '../../src/syntax/ast.ts';
import { distinct, evaluate, int, items, slice, truthy } from './evaluate.ts';
import { declare, type Interpreter, inner } from './interpreter.ts';
import { callBuiltin, keyMap } from './library.ts';
import { compare, type Group, list, type Scope, sortedKeys, text, type Value } from './values.ts';

const AGGREGATES: ReadonlySet<string> = new Set(['sum', 'avg', 'min', 'max', 'count']);

/** What a query walks. */
function rowsOf(v: Value): readonly Value[] {
  if (typeof v === 'string') return [...v];
  if (typeof v === 'object' && v?.kind === 'dict') return sortedKeys(v);
  return items(v);
}

function extend(row: Scope, name: string, value: Value): Scope {
  const scope = inner(row);
  declare(scope, name, value);
  return scope;
}

export function evaluateQuery(it: Interpreter, q: QueryExpr, outer: Scope): Value {
  let rows: Scope[] = [outer];
  for (const f of q.froms) {
    rows = rows.flatMap((row) => rowsOf(evaluate(it, f.source, row)).map((v) => extend(row, f.name.text, v)));
  }
  for (const j of q.joins) rows = join(it, q, j, rows, outer);
  if (q.where) {
    const { where } = q;
    rows = rows.filter((row) => truthy(evaluate(it, where, row)));
  }
  if (q.group) rows = grouped(it, q, q.group, rows, outer);
  if (q.sort) {
    const { sort } = q;
    rows = rows
      .map((row) => ({ row, key: evaluate(it, sort, row) }))
      .sort((a, b) => compare(a.key, b.key))
      .map(({ row }) => row);
  }
  const bound = (e: Expr | undefined): bigint | undefined => e && int(evaluate(it, e, outer));
  const skip = bound(q.skip);
  const take = bound(q.take);
  const aggregate = q.group ? undefined : aggregateOf(q.select);
  let out = rows.map((row) => evaluate(it, aggregate ? aggregate.argument : q.select, row));
  if (skip !== undefined) out = items(slice(list(out), skip, BigInt(out.length)));
  if (take !== undefined) out = items(slice(list(out), 0n, take));
  if (q.distinct) out = distinct(out);
  return aggregate ? callBuiltin(it, aggregate.name, [list(out)]) : list(out);
}

/** `sum(x)` and the like as the whole `select` make the query one value. */
function aggregateOf(e: Expr): { name: string; argument: Expr } | undefined {
  if (e.kind !== 'call' || e.callee.kind !== 'name' || !AGGREGATES.has(e.callee.name)) return undefined;
  const argument = e.args[0];
  return argument && argument.kind !== 'query' ? { name: e.callee.name, argument } : undefined;
}

function join(
  it: Interpreter,
  q: QueryExpr,
  j: QueryExpr['joins'][number],
  rows: readonly Scope[],
  outer: Scope,
): Scope[] {
  const right = rowsOf(evaluate(it, j.source, outer));
  const name = j.name.text;
  const pair = (row: Scope, v: Value): Scope | undefined => {
    const both = extend(row, name, v);
    return truthy(evaluate(it, j.on, both)) ? both : undefined;
  };
  const alone = (v: Value): Scope => {
    const nothing = q.froms.reduce((s, f) => extend(s, f.name.text, null), outer);
    return extend(nothing, name, v);
  };
  const out: Scope[] = [];
  if (j.side === 'right') {
    for (const v of right) {
      const found = rows.map((row) => pair(row, v)).filter((s) => s !== undefined);
      out.push(...(found.length > 0 ? found : [alone(v)]));
    }
    return out;
  }
  const matched = new Set<number>();
  for (const row of rows) {
    let any = false;
    right.forEach((v, i) => {
      const both = pair(row, v);
      if (!both) return;
      any = true;
      matched.add(i);
      out.push(both);
    });
    if (!any && j.side !== 'inner') out.push(extend(row, name, null));
  }
  if (j.side === 'outer') {
    right.forEach((v, i) => {
      if (!matched.has(i)) out.push(alone(v));
    });
  }
  return out;
}

/** One row per group, in the order in which their keys first came. */
function grouped(
  it: Interpreter,
  q: QueryExpr,
  group: NonNullable<QueryExpr['group']>,
  rows: readonly Scope[],
  outer: Scope,
): Scope[] {
  const groups = new Map<string, Group>();
  const names = [...q.froms, ...q.joins].map((f) => f.name.text);
  const [only, ...others] = names;
  for (const row of rows) {
    const parts = group.keys.map((k, i): [string, Value] => [keyName(k, i), evaluate(it, k, row)]);
    const key = parts.length === 1 ? parts[0]![1] : keyMap(parts);
    const identity = text(key);
    let g = groups.get(identity);
    if (!g) {
      g = { kind: 'group', key, items: list([]) };
      groups.set(identity, g);
    }
    const variable = (name: string): Value => find(row, name);
    g.items.items.push(
      others.length === 0 ? variable(only!) : keyMap(names.map((name) => [name, variable(name)] as const)),
    );
  }
  const scopes = [...groups.values()].map((g) => extend(outer, group.into.text, g));
  return group.having ? scopes.filter((s) => truthy(evaluate(it, group.having!, s))) : scopes;
}

const keyName = (e: Expr, i: number): string => (e.kind === 'field' ? e.name.text : `k${i + 1}`);

function find(row: Scope, name: string): Value {
  for (let s: Scope | undefined = row; s; s = s.parent) {
    const v = s.variables.get(name);
    if (v) return v.value;
  }
  return null;
}
