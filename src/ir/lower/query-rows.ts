/** The rows of a query: its sources as lists, loops over them, and row variables. */

import {
  ANY,
  elemNode,
  find,
  INT,
  LIST,
  MAP,
  maskOf,
  type Node,
  NULL,
  reprOf,
  STR,
  STRUCT,
} from '../../check/nodes.ts';
import type { StructInfo, Sym } from '../../check/program.ts';
import type { Expr as Ast } from '../../syntax/ast.ts';
import type { Expr } from '../ir.ts';
import * as Op from '../op.ts';
import {
  asI32,
  collect,
  ELEMENT,
  emit,
  type Fn,
  get,
  i32,
  layoutOf,
  load,
  newLabel,
  newLocal,
  num,
  rt,
} from './context.ts';
import { coerce, toCell, zero } from './convert.ts';
import { value } from './expr.ts';
import { bindSym } from './lower.ts';
import { condition, shareValue } from './stmt.ts';

/** A source of rows, evaluated: a list in a local, and what its elements are. */
export interface Rows {
  readonly list: number;
  readonly elem: Node;
}

export function listLocal(fn: Fn, elem: Node): number {
  const local = newLocal(fn, 'ref');
  emit(fn, { op: Op.set, local, value: rt('ref', 'list_new', [i32(ELEMENT[reprOf(elem)].kind), i32(0)]) });
  return local;
}

export function push(fn: Fn, list: number, elem: Node, v: Expr): void {
  emit(fn, { op: Op.do, value: rt(undefined, `list_push$${ELEMENT[reprOf(elem)].suffix}`, [get(fn, list), v]) });
}

// ---- sources

/** Evaluates a source into a list: a group gives its items, a map its keys, a string its characters. */
export function rowsOf(fn: Fn, source: Ast): Rows {
  const v = value(fn, source);
  const kinds = maskOf(v.node) & ~NULL;
  const list = newLocal(fn, 'ref');
  const set = (ir: Expr): void => emit(fn, { op: Op.set, local: list, value: ir });
  if (reprOf(v.node) === 'ref') {
    if (kinds === LIST) {
      set(v.ir);
      return { list, elem: elemNode(fn.lo.solver, v.node) };
    }
    const group = groupOf(v.node);
    if (group) {
      const slot = layoutOf(fn.lo, group).slots.get('items')!;
      set(load('ref', v.ir, slot.offset));
      return { list, elem: elemNode(fn.lo.solver, slot.node) };
    }
    if (kinds === MAP) {
      set(rt('ref', 'map_keys', [v.ir]));
      const key = find(v.node).key;
      return { list, elem: fn.lo.solver.node(key && maskOf(key) === INT ? INT : STR) };
    }
    if (kinds === STR) {
      set(rt('ref', 'str_chars', [v.ir]));
      return { list, elem: fn.lo.solver.node(STR) };
    }
  }
  // The kind of the list is known only at run time: its elements as cells.
  set(rt('ref', 'list_convert', [rt('ref', 'cell_keys', [toCell(v)], source.span), i32(ELEMENT.cell.kind)]));
  return { list, elem: fn.lo.solver.node(ANY) };
}

/** The group type of a node that can only be a group. */
export function groupOf(node: Node): StructInfo | undefined {
  if ((maskOf(node) & ~NULL) !== STRUCT) return undefined;
  const structs = [...(find(node).structs ?? [])];
  return structs.length === 1 && structs[0]!.isGroup ? structs[0] : undefined;
}

// ---- loops

/** A counting loop `for i in from..<to`; the body gets the index. `next` is where a `continue` goes. */
export function countLoop(fn: Fn, to: Expr, body: (index: Expr, next: number, out: number) => void): void {
  const index = newLocal(fn, 'i32');
  emit(fn, { op: Op.set, local: index, value: i32(0) });
  const out = newLabel(fn);
  const again = newLabel(fn);
  const next = newLabel(fn);
  const inner = collect(fn, () => {
    emit(fn, { op: Op.brIf, label: out, cond: num('i32', 'i32.ge_s', get(fn, index), to) });
    const code = collect(fn, () => body(get(fn, index), next, out));
    emit(fn, { op: Op.block, label: next, body: code });
    emit(fn, { op: Op.set, local: index, value: num('i32', 'i32.add', get(fn, index), i32(1)) });
    emit(fn, { op: Op.br, label: again });
  });
  emit(fn, { op: Op.block, label: out, body: [{ op: Op.loop, label: again, body: inner }] });
}

export function length(fn: Fn, rows: Rows): Expr {
  return { op: Op.load, type: 'i32', code: 'i32.load', addr: get(fn, rows.list), offset: 4 };
}

/** Row `index` of a source, without a bounds check. */
export function rowAt(fn: Fn, rows: Rows, index: Expr): Expr {
  const repr = reprOf(rows.elem);
  const { size } = ELEMENT[repr];
  const buffer = asI32(load('ref', get(fn, rows.list), 12));
  const scaled = size === 1 ? index : num('i32', 'i32.shl', index, i32(Math.log2(size)));
  const read = load(repr, num('i32', 'i32.add', buffer, scaled), 8);
  return maskOf(rows.elem) & LIST ? shareValue(read) : read;
}

export function bindRow(fn: Fn, sym: Sym, rows: Rows, index: Expr): void {
  bindSym(fn, sym, coerce(fn, rowAt(fn, rows, index), rows.elem, sym.node), undefined);
}

export function bindNil(fn: Fn, sym: Sym): void {
  bindSym(fn, sym, zero(sym.node), undefined);
}

export function whenAll(fn: Fn, conditions: readonly Ast[], body: () => void): void {
  const [first, ...rest] = conditions;
  if (!first) {
    body();
    return;
  }
  const then = collect(fn, () => whenAll(fn, rest, body));
  emit(fn, { op: Op.if, cond: condition(fn, first), then, else: [] });
}
