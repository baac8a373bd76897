/**
 * `sort by` with `skip` and `take` (LANGUAGE 6.5 and 6.6).
 *
 * Each row's key is kept in a list beside the rows, a list literal of several in a list each, so that keys stay unboxed; then all
 * lists are put into the order of the keys at once (src/runtime/sets.mochi).
 *
 * When only the first k rows are wanted, the lists never hold more than about 2 k: when they are full they are sorted and cut
 * to k, and from then on a row whose key is not below the k-th one is left out at once. Each accepted row costs O(log k)
 * comparisons, amortised, and equal keys keep their order because later rows lose.
 */

import { FLOAT, INT, maskOf, type Node, NULL, reprOf, STR } from '../../check/nodes.ts';
import type { Expr as Ast, QueryExpr } from '../../syntax/ast.ts';
import type { Expr } from '../ir.ts';
import * as Op from '../op.ts';
import {
  asI32,
  collect,
  ELEMENT,
  emit,
  type Fn,
  get,
  hold,
  i32,
  i64,
  load,
  newLabel,
  newLocal,
  num,
  rt,
  seq,
  typeOf,
} from './context.ts';
import { isNumberOrNil, toCell, toInt, type Value } from './convert.ts';
import { lowerPlaced, nodeOf, value } from './expr.ts';
import { isTotal, queryEffects, WRITES } from './query-effects.ts';
import { listLocal, push } from './query-rows.ts';

const MOST = 0x7fff_ffff;

/** A sort of the rows that a query gives. */
export interface Sort {
  /** Adds a row: `select` gives the value that it has in the result. */
  readonly add: (select: Ast, lower: () => Expr) => void;
  /** Sorts what was added. */
  readonly finish: () => void;
}

/** Begins to sort rows into the list `results` of elements `elem`. */
export function startSort(fn: Fn, q: QueryExpr, results: number, elem: Node): Sort {
  const keys = q.sort!.kind === 'list' && q.sort!.items.length > 0 ? q.sort!.items : [q.sort!];
  const columns = keys.map((k) => ({ key: k, node: nodeOf(fn, k), list: listLocal(fn, nodeOf(fn, k)) }));
  const lists = newLocal(fn, 'ref');
  emit(fn, { op: Op.set, local: lists, value: rt('ref', 'list_new', [i32(ELEMENT.ref.kind), i32(keys.length + 1)]) });
  for (const list of [...columns.map((c) => c.list), results]) {
    emit(fn, { op: Op.do, value: rt(undefined, 'list_add', [get(fn, lists), get(fn, list)]) });
  }
  const sort = (limit: Expr): void => {
    const sorted =
      columns.length === 1
        ? rt(undefined, sortOf(columns[0]!.node), [get(fn, lists), limit])
        : rt(undefined, `rows_sort_${columns.every((c) => isPlain(c.node)) ? 'plain_' : ''}columns`, [
            get(fn, lists),
            i32(keys.length),
            limit,
          ]);
    emit(fn, { op: Op.do, value: sorted });
  };
  const limit = limitOf(fn, q);
  if (!limit) {
    return {
      add: (_select, lower) => {
        for (const c of columns) push(fn, c.list, c.node, lowerPlaced(fn, c.key));
        push(fn, results, elem, lower());
      },
      finish: () => sort(i32(MOST)),
    };
  }
  // Twice as many rows as are wanted, at least 64.
  const wide = num('i32', 'i32.lt_u', limit, i32(0x1fff_ffff));
  const room = newLocal(fn, 'i32');
  const twice = num('i32', 'i32.shl', limit, i32(1));
  emit(fn, {
    op: Op.set,
    local: room,
    value: { op: Op.select, type: 'i32', cond: wide, then: twice, else: i32(MOST) },
  });
  const few = num('i32', 'i32.lt_u', get(fn, room), i32(64));
  emit(fn, { op: Op.if, cond: few, then: [{ op: Op.set, local: room, value: i32(64) }], else: [] });
  const cut = newLocal(fn, 'i32');
  emit(fn, { op: Op.set, local: cut, value: i32(0) });
  const last = columns.map((c) => newLocal(fn, typeOf(reprOf(c.node))));
  const add = (select: Ast, lower: () => Expr): void => {
    const held = columns.map((c): Value => ({ ir: hold(fn, lowerPlaced(fn, c.key)), node: c.node }));
    // A select that may fail or do something is evaluated for every row.
    const early = isTotal(fn, select) ? undefined : hold(fn, lower());
    const skip = newLabel(fn);
    const body = collect(fn, () => {
      dropBehind(fn, held, last, get(fn, cut), skip);
      columns.forEach((c, i) => {
        push(fn, c.list, c.node, held[i]!.ir);
      });
      push(fn, results, elem, early ?? lower());
      const full = collect(fn, () => {
        sort(limit);
        columns.forEach((c, i) => {
          emit(fn, { op: Op.set, local: last[i]!, value: lastOf(fn, c.list, c.node) });
        });
        emit(fn, { op: Op.set, local: cut, value: i32(1) });
      });
      const count: Expr = { op: Op.load, type: 'i32', code: 'i32.load', addr: get(fn, results), offset: 4 };
      emit(fn, { op: Op.if, cond: num('i32', 'i32.ge_u', count, get(fn, room)), then: full, else: [] });
    });
    emit(fn, { op: Op.block, label: skip, body });
  };
  return { add, finish: () => sort(limit) };
}

/** Whether keys are numbers, bools, texts or nil, not mixed with texts. */
const isPlain = (key: Node): boolean => isNumberOrNil(key) || (maskOf(key) & ~NULL) === STR;

/** The run-time function that sorts by one list of keys. */
function sortOf(key: Node): string {
  const repr = reprOf(key);
  if (repr === 'cell') return isNumberOrNil(key) ? 'rows_sort_numbers' : 'rows_sort$cell';
  // Objects are compared as values of any kind.
  return repr === 'ref' && !isPlain(key) ? 'rows_sort$cell' : `rows_sort$${ELEMENT[repr].suffix}`;
}

/** How many rows are wanted at all: `skip` and `take` together, at least 1; undefined when that is not known before the loops. */
function limitOf(fn: Fn, q: QueryExpr): Expr | undefined {
  if (!q.take) return undefined;
  const counts = [q.take, ...(q.skip ? [q.skip] : [])];
  if (queryEffects(fn, q) & WRITES) return undefined;
  if (!counts.every((c) => maskOf(nodeOf(fn, c)) === INT && isTotal(fn, c))) return undefined;
  const held = counts.map((c) => hold(fn, toInt(value(fn, c), c.span)));
  const limit = newLocal(fn, 'i32');
  emit(fn, { op: Op.set, local: limit, value: i32(MOST) });
  // Negative counts are taken from the end: then all rows are needed.
  const small = held
    .map((n) => num('i32', 'i64.lt_u', n, i64(0x1fff_ffffn)))
    .reduce((a, b) => num('i32', 'i32.and', a, b));
  const sum = num(
    'i32',
    'i32.wrap_i64',
    held.reduce((a, b) => num('i64', 'i64.add', a, b)),
  );
  const set = collect(fn, () => {
    emit(fn, { op: Op.set, local: limit, value: sum });
    const none = num('i32', 'i32.eqz', get(fn, limit));
    emit(fn, { op: Op.if, cond: none, then: [{ op: Op.set, local: limit, value: i32(1) }], else: [] });
  });
  emit(fn, { op: Op.if, cond: small, then: set, else: [] });
  return get(fn, limit);
}

/** Leaves for `skip` when the lists have been cut and the key is not below the last one of those kept. */
function dropBehind(fn: Fn, keys: readonly Value[], last: readonly number[], cut: Expr, skip: number): void {
  const keep = newLabel(fn);
  const body = collect(fn, () => {
    emit(fn, { op: Op.brIf, label: keep, cond: num('i32', 'i32.eqz', cut) });
    keys.forEach((k, i) => {
      const order = hold(fn, orderOf(k, { ir: get(fn, last[i]!), node: k.node }));
      emit(fn, { op: Op.brIf, label: keep, cond: num('i32', 'i32.lt_s', order, i32(0)) });
      if (i < keys.length - 1) emit(fn, { op: Op.brIf, label: skip, cond: num('i32', 'i32.gt_s', order, i32(0)) });
    });
    emit(fn, { op: Op.br, label: skip });
  });
  emit(fn, { op: Op.block, label: keep, body });
}

/** The order of two keys as sorting has it: negative, 0 or positive. */
function orderOf(a: Value, b: Value): Expr {
  switch (maskOf(a.node)) {
    case INT:
      return num('i32', 'i32.sub', num('i32', 'i64.gt_s', a.ir, b.ir), num('i32', 'i64.lt_s', a.ir, b.ir));
    case FLOAT:
      return rt('i32', 'float_order', [a.ir, b.ir]);
    case STR:
      return rt('i32', 'str_compare', [a.ir, b.ir]);
    default:
      return rt('i32', isNumberOrNil(a.node) ? 'number_compare' : 'cell_compare', [toCell(a), toCell(b)]);
  }
}

/** The last element of a list that is not empty. */
function lastOf(fn: Fn, list: number, node: Node): Expr {
  const repr = reprOf(node);
  return seq(fn, () => {
    const count: Expr = { op: Op.load, type: 'i32', code: 'i32.load', addr: get(fn, list), offset: 4 };
    const index = num('i32', 'i32.sub', count, i32(1));
    const offset = num('i32', 'i32.mul', index, i32(ELEMENT[repr].size));
    return load(repr, num('i32', 'i32.add', asI32(load('ref', get(fn, list), 12)), offset), 8);
  });
}
