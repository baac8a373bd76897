/** Inference of queries (LANGUAGE section 6): row variables, groups, merged rows, what the query gives. */
import type { Expr, QueryExpr } from '../syntax/ast.ts';
import { BUILTINS } from './builtins.ts';
import { type Ctx, newSym, noteAnonymous, noted } from './context.ts';
import { inferExpr } from './infer-expr.ts';
import { elementsOf } from './infer-place.ts';
import { BOOL, elemNode, find, INT, LIST, maskOf, type Node, NULL } from './nodes.ts';
import type { QueryPlan, StructInfo, Sym } from './program.ts';
import { bind, childScope, lookup, type Scope } from './scope.ts';
import { newStruct } from './types.ts';

/** The aggregate built-ins that make a query give one value when they are its whole `select`. */
const AGGREGATES = new Set(['sum', 'avg', 'min', 'max', 'count']);

export function inferQuery(ctx: Ctx, q: QueryExpr, outer: Scope): Node {
  const { solver } = ctx;
  const fun = outer.fun;
  let scope = childScope(outer, fun);
  const rows: Sym[] = [];
  const bindRow = (name: { text: string; span: QueryExpr['span'] }, source: Node, id: number): Sym => {
    const node = solver.node();
    elementsOf(ctx, source, node);
    scope = childScope(scope, fun);
    const sym = newSym(ctx, scope, name.text, name.span, node, true);
    fun.syms.set(id, sym);
    return sym;
  };
  for (const f of q.froms) rows.push(bindRow(f.name, inferExpr(ctx, f.source, scope), f.id));
  for (const j of q.joins) {
    // What needs all rows before it at once cannot depend on one of them.
    const atOnce = j.side === 'right' || j.side === 'outer';
    const sym = bindRow(j.name, inferExpr(ctx, j.source, atOnce ? outer : scope), j.id);
    if (j.side === 'left' || j.side === 'outer') solver.add(sym.node, NULL);
    if (atOnce) for (const r of rows) solver.add(r.node, NULL);
    rows.push(sym);
    inferExpr(ctx, j.on, scope);
  }
  if (q.where) inferExpr(ctx, q.where, scope);
  const plan: QueryPlan = {
    rows,
    group: undefined,
    merged: undefined,
    groupSym: undefined,
    aggregate: undefined,
    keyRecord: undefined,
  };
  if (q.group) {
    scope = inferGroup(ctx, q.group, plan, scope, outer);
    if (q.group.having) inferExpr(ctx, q.group.having, scope);
  }
  if (q.sort) inferExpr(ctx, q.sort, scope);
  for (const e of [q.skip, q.take]) if (e) inferExpr(ctx, e, outer);
  fun.queries = noted(fun.queries, q.id, plan);
  const aggregate = aggregateOf(q, scope);
  if (aggregate) {
    plan.aggregate = aggregate.name;
    const list = solver.node(LIST);
    solver.flow(inferExpr(ctx, aggregate.arg, scope), elemNode(solver, list));
    plan.aggregateList = list;
    const result = solver.node();
    BUILTINS.get(aggregate.name)!.infer(solver, [list], result);
    return result;
  }
  const result = solver.node(LIST);
  solver.flow(inferExpr(ctx, q.select, scope), elemNode(solver, result));
  return result;
}

/** The groups of a query: what they hold goes into its plan, their scope is the result. */
function inferGroup(
  ctx: Ctx,
  group: NonNullable<QueryExpr['group']>,
  plan: QueryPlan,
  rowScope: Scope,
  outer: Scope,
): Scope {
  const { solver } = ctx;
  const keyNodes = group.keys.map((k) => inferExpr(ctx, k, rowScope));
  const item = plan.rows.length === 1 ? plan.rows[0]!.node : solver.node();
  if (plan.rows.length > 1) {
    plan.merged = anonymous(
      'row',
      plan.rows.map((r) => ({ name: r.name, node: r.node })),
    );
    plan.merged.mergedOf = plan.rows.map((r) => r.name);
    noteAnonymous(ctx, plan.merged);
    solver.addStruct(item, plan.merged);
  }
  const items = solver.node(LIST);
  solver.unify(elemNode(solver, items), item);
  let key = keyNodes[0]!;
  if (keyNodes.length > 1) {
    plan.keyRecord = anonymous(
      'key',
      keyNames(group.keys).map((name, i) => ({ name, node: keyNodes[i]! })),
    );
    noteAnonymous(ctx, plan.keyRecord);
    key = solver.node();
    solver.addStruct(key, plan.keyRecord);
  }
  plan.group = anonymous('group', [
    { name: '__group__', node: solver.node(BOOL) },
    { name: 'count', node: solver.node(INT) },
    { name: 'items', node: items },
    { name: 'key', node: key },
  ]);
  plan.group.isGroup = true;
  noteAnonymous(ctx, plan.group);
  const groupNode = solver.node();
  solver.addStruct(groupNode, plan.group);
  const scope = childScope(outer, outer.fun);
  plan.groupSym = newSym(ctx, scope, group.into.text, group.into.span, groupNode, true);
  plan.groupSym.group = plan.group;
  // The fields of the key can be named by themselves.
  const first = group.keys[0]!;
  const exposed =
    keyNodes.length > 1
      ? keyNames(group.keys)
      : first.kind === 'map'
        ? first.entries.flatMap((x) => (x.key.kind === 'string' ? [x.key.value] : []))
        : [];
  for (const name of exposed) bind(scope, name, { kind: 'keyField', sym: plan.groupSym, key, name });
  bind(scope, group.into.text, { kind: 'var', sym: plan.groupSym });
  return scope;
}

/** `select sum(e)` and the like, unless the name is the program's own or the argument is itself a query. */
export function aggregateOf(q: QueryExpr, scope: Scope): { name: string; arg: Expr } | undefined {
  const s = q.select;
  if (q.group || s.kind !== 'call' || s.callee.kind !== 'name' || s.args.length !== 1) return undefined;
  if (!AGGREGATES.has(s.callee.name) || lookup(scope, s.callee.name) || s.args[0]!.kind === 'query') return undefined;
  return { name: s.callee.name, arg: s.args[0]! };
}

/** What the keys of several are called in `g.key`: by their field or variable, else (or when that is taken) k1, k2. */
function keyNames(keys: readonly Expr[]): string[] {
  const names: string[] = [];
  for (const [i, e] of keys.entries()) {
    const own = e.kind === 'field' ? e.name.text : e.kind === 'name' ? e.name : undefined;
    names.push(own === undefined || names.includes(own) ? `k${i + 1}` : own);
  }
  return names;
}

/** An unnamed struct with the given fields. */
export function anonymous(name: string, fields: readonly { name: string; node: Node }[]): StructInfo {
  const info = newStruct(name, undefined, { file: 0, start: 0, end: 0 }, true);
  for (const f of fields) {
    if (info.byName.has(f.name)) continue;
    const field = { name: f.name, node: f.node, type: undefined };
    info.fields.push(field);
    info.byName.set(f.name, field);
  }
  return info;
}

/** The node of a row's variable in a merged row, or of a field of one of its sources; undefined when none has it. */
export function mergedField(ctx: Ctx, info: StructInfo, name: string, to: Node): boolean {
  let found = false;
  for (const varName of info.mergedOf ?? []) {
    const node = info.byName.get(varName)!.node;
    const done = new Set<StructInfo>();
    ctx.solver.when([node], () => {
      for (const s of find(node).structs ?? []) {
        const f = s.byName.get(name);
        if (!f || done.has(s)) continue;
        done.add(s);
        ctx.solver.flow(f.node, to);
      }
      if (maskOf(node) & NULL) ctx.solver.add(to, NULL);
    });
    found = true;
  }
  return found;
}
