/**
 * Lowering of queries (LANGUAGE section 6): loops over unboxed rows with hash joins (query-join.ts), grouping by hash in the
 * order of first appearance (query-group.ts), a stable sort by keys computed once a row
 * (query-sort.ts).
 */
import { elemNode } from '../../check/nodes.ts';
import type { Expr as Ast, QueryExpr } from '../../syntax/ast.ts';
import type { Expr } from '../ir.ts';
import { aggregateOf } from './builtin.ts';
import { type Fn, get, i64, rt, seq } from './context.ts';
import { coerce, toInt, type Value } from './convert.ts';
import { lowerPlaced, nodeOf, value } from './expr.ts';
import { isTotal } from './query-effects.ts';
import { grouped } from './query-group.ts';
import { joined } from './query-join.ts';
import { listLocal, push } from './query-rows.ts';
import { startSort } from './query-sort.ts';

const END = 0x7fff_ffff_ffff_ffffn;

/** Lowers a query. The value is in the representation of the query's node. */
export function lowerQuery(fn: Fn, q: QueryExpr): Expr {
  const plan = fn.info.queries.get(q.id)!;
  const node = nodeOf(fn, q);
  const resultList = plan.aggregateList ?? node;
  const elem = elemNode(fn.lo.solver, resultList);
  return seq(fn, () => {
    const results = listLocal(fn, elem);
    const sort = q.sort ? startSort(fn, q, results, elem) : undefined;
    const select = plan.aggregate ? (q.select as Extract<Ast, { kind: 'call' }>).args[0]! : q.select;
    const selected = (): Expr => coerce(fn, lowerPlaced(fn, select), nodeOf(fn, select), elem, select.span);
    const emitRow = (): void => {
      if (sort) sort.add(select, selected);
      else push(fn, results, elem, selected());
    };
    if (q.group) grouped(fn, q, plan, emitRow);
    else joined(fn, q, plan, isTotal(fn, select) && (!q.sort || isTotal(fn, q.sort)), emitRow);
    sort?.finish();
    let list: Expr = get(fn, results);
    if (q.skip) list = rt('ref', 'list_slice', [list, toInt(value(fn, q.skip), q.skip.span), i64(END)], q.span);
    if (q.take) list = rt('ref', 'list_slice', [list, i64(0n), toInt(value(fn, q.take), q.take.span)], q.span);
    if (q.distinct) list = rt('ref', 'list_distinct', [list], q.span);
    if (plan.aggregate) return aggregateOf(fn, plan.aggregate, { ir: list, node: resultList }, node, q.span);
    return list;
  });
}

/** Whether a query only selects rows, so that an aggregate of it needs no list of them. */
export function isPlainQuery(fn: Fn, e: Ast): e is QueryExpr {
  if (e.kind !== 'query' || e.group || e.sort || e.skip || e.take || e.distinct) return false;
  return fn.info.queries.get(e.id)!.aggregate === undefined;
}

/** Runs `body` for every row that a plain query selects, with the selected value. */
export function forEachRow(fn: Fn, q: QueryExpr, body: (selected: Value) => void): void {
  const plan = fn.info.queries.get(q.id)!;
  joined(fn, q, plan, false, () => body({ ir: lowerPlaced(fn, q.select), node: nodeOf(fn, q.select) }));
}
