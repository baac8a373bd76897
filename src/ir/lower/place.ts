/** Assignment to elements and fields: `xs[i].f["k"] = v`. */

import { find, intKeyed, keyNode, LIST, MAP, maskOf, type Node, NULL, reprOf, STRUCT } from '../../check/nodes.ts';
import type { Sym } from '../../check/program.ts';
import type { Span } from '../../diagnostics/diagnostic.ts';
import type { Accessor, Expr as Ast, Stmt as AstStmt } from '../../syntax/ast.ts';
import type { Expr } from '../ir.ts';
import * as Op from '../op.ts';
import {
  ELEMENT,
  emit,
  type Fn,
  get,
  hold,
  layoutOf,
  newLocal,
  rt,
  store,
  stringData,
  structsOf,
  typeOf,
} from './context.ts';
import { coerce, notNull, toCell, toInt, toText, type Value } from './convert.ts';
import {
  elementNode,
  fieldOf,
  indexOf,
  lowerExpr,
  lowerPlaced,
  mapValueNode,
  mayGrowIn,
  nodeOf,
  symRead,
} from './expr.ts';
import { growthDuring } from './list-growth.ts';
import { shareValue } from './stmt.ts';

type Assign = Extract<AstStmt, { kind: 'assign' }>;

/** Lowers an assignment with a path. */
export function assignPath(fn: Fn, sym: Sym, s: Assign): void {
  let base: Value = { ir: symRead(fn, sym), node: sym.node };
  const last = s.path.length - 1;
  for (let i = 0; i < last; i++) base = step(fn, base, s.path[i]!);
  const target = s.path[last]!;
  const field = recordKey(base, target);
  if (field !== undefined) assignField(fn, base, field, s, target.span);
  else if (target.kind === 'index') assignIndex(fn, base, target.index, s, target.span);
  else assignField(fn, base, target.name.text, s, target.span);
}

/** The field that a constant text key of a record is. */
function recordKey(base: Value, a: Accessor): string | undefined {
  if (a.kind !== 'index' || a.index.kind !== 'string') return undefined;
  return reprOf(base.node) === 'ref' && (maskOf(base.node) & ~NULL) === STRUCT ? a.index.value : undefined;
}

function step(fn: Fn, base: Value, a: Accessor): Value {
  const field = recordKey(base, a);
  if (field !== undefined) {
    const node = fn.info.steps.get(a)!;
    return { ir: fieldOf(fn, base, field, node, a.span), node };
  }
  if (a.kind === 'index') {
    const index: Value = { ir: lowerExpr(fn, a.index), node: nodeOf(fn, a.index) };
    const node = fn.info.steps.get(a)!;
    return { ir: indexOf(fn, base, index, node, a.span), node };
  }
  const node = fn.info.steps.get(a)!;
  return { ir: fieldOf(fn, base, a.name.text, node, a.span), node };
}

/** `base[index] = append(base[index], v)` written with simple operands: the list there may grow in place. */
function growsItself(fn: Fn, s: Assign): Ast | undefined {
  const { value } = s;
  if (value.kind !== 'call') return undefined;
  const plan = fn.info.calls.get(value.id);
  if (plan?.kind !== 'builtin' || (plan.name !== 'append' && plan.name !== 'push')) return undefined;
  const path: Accessor[] = [];
  let e: Ast = value.args[0]!;
  while (e.kind === 'index' || e.kind === 'field') {
    if (e.optional) return undefined;
    path.unshift(
      e.kind === 'index'
        ? { kind: 'index', index: e.index, span: e.span }
        : { kind: 'field', name: e.name, span: e.span },
    );
    e = e.target;
  }
  if (e.kind !== 'name' || e.name !== s.name.text || path.length !== s.path.length) return undefined;
  for (let i = 0; i < path.length; i++) {
    const a = path[i]!;
    const b = s.path[i]!;
    if (a.kind === 'field' && b.kind === 'field' && a.name.text === b.name.text) continue;
    if (a.kind === 'index' && b.kind === 'index' && sameSimple(a.index, b.index)) continue;
    return undefined;
  }
  return mayGrowIn(fn, value.args[0]!, [value.args[1]!]) ? undefined : value.args[1]!;
}

function sameSimple(a: Ast, b: Ast): boolean {
  switch (a.kind) {
    case 'name':
      return b.kind === 'name' && a.name === b.name;
    case 'int':
      return b.kind === 'int' && a.value === b.value;
    case 'string':
      return b.kind === 'string' && a.value === b.value;
    case 'binary':
      return b.kind === 'binary' && a.op === b.op && sameSimple(a.left, b.left) && sameSimple(a.right, b.right);
    case 'index':
      return b.kind === 'index' && sameSimple(a.target, b.target) && sameSimple(a.index, b.index);
    case 'field':
      return b.kind === 'field' && a.name.text === b.name.text && sameSimple(a.target, b.target);
    default:
      return false;
  }
}

/** Whether the list that is written to may be grown, where it is, by what the indexes and the value call. */
function targetMayGrow(fn: Fn, s: Assign): boolean {
  const sym = fn.info.syms.get(s.id)!;
  return [s.value, ...s.path.flatMap((a) => (a.kind === 'index' ? [a.index] : []))].some((e) => {
    const growth = growthDuring(fn.info, e, fn.lo.growth);
    if (s.path.length > 1) return growth.places || growth.unknown;
    return growth.vars.has(sym) || (growth.unknown && (sym.captured || sym.global));
  });
}

function assignIndex(fn: Fn, base: Value, index: Ast, s: Assign, span: Span): void {
  const mask = maskOf(base.node);
  const kinds = mask & ~NULL;
  const item = growsItself(fn, s);
  if (reprOf(base.node) === 'ref' && kinds === LIST) {
    const list = hold(fn, targetMayGrow(fn, s) ? shareValue(base.ir) : base.ir);
    const at = hold(fn, toInt({ ir: lowerExpr(fn, index), node: nodeOf(fn, index) }, index.span));
    const elem = elementNode(fn, base.node);
    const repr = reprOf(elem);
    const { suffix } = ELEMENT[repr];
    const value =
      item && repr === 'ref' && (maskOf(elem) & ~NULL) === LIST
        ? grown(fn, rt('ref', 'list_get$ref', [list, at], span), elem, item, s)
        : coerce(fn, lowerPlaced(fn, s.value), nodeOf(fn, s.value), elem, s.value.span);
    emit(fn, { op: Op.do, value: rt(undefined, `list_set$${suffix}`, [list, at, value], span) });
    return;
  }
  if (reprOf(base.node) === 'ref' && kinds === MAP) {
    const map = hold(fn, base.ir);
    const key = hold(fn, mapKey(base.node, { ir: lowerExpr(fn, index), node: nodeOf(fn, index) }, index.span));
    storeEntry(fn, base.node, map, key, s, item, span);
    return;
  }
  const held = hold(fn, toCell(base));
  const at = hold(fn, toCell({ ir: lowerExpr(fn, index), node: nodeOf(fn, index) }));
  const value = toCell({ ir: lowerPlaced(fn, s.value), node: nodeOf(fn, s.value) });
  emit(fn, { op: Op.do, value: rt(undefined, 'cell_index_set', [held, at, value], span) });
}

function grown(fn: Fn, list: Expr, node: Node, item: Ast, s: Assign): Expr {
  const elem = elementNode(fn, node);
  const value = coerce(fn, lowerPlaced(fn, item), nodeOf(fn, item), elem, item.span);
  return rt('ref', `list_append_owned$${ELEMENT[reprOf(elem)].suffix}`, [list, value], s.value.span);
}

/** A key in the representation of the map's keys. */
export function mapKey(map: Node, key: Value, span?: Span): Expr {
  if (intKeyed(map)) return toInt(key, span);
  return toText(key);
}

function storeEntry(fn: Fn, mapNode: Node, map: Expr, key: Expr, s: Assign, item: Ast | undefined, span: Span): void {
  const val = mapValueNode(fn, mapNode);
  const repr = reprOf(val);
  const suffix = intKeyed(mapNode) ? 'i64' : 'str';
  let value: Expr;
  if (item && repr === 'ref' && (maskOf(val) & ~NULL) === LIST) {
    const found = newLocal(fn, 'i32');
    emit(fn, { op: Op.set, local: found, value: rt('i32', `map_find_${suffix}`, [map, key]) });
    const current: Expr = {
      op: Op.if,
      type: 'ref',
      cond: get(fn, found),
      then: { op: Op.load, type: 'ref', code: 'i32.load', addr: get(fn, found), offset: 0 },
      else: { op: Op.const, type: 'ref', value: 0 },
    };
    value = grown(fn, current, val, item, s);
  } else value = coerce(fn, lowerPlaced(fn, s.value), nodeOf(fn, s.value), val, s.value.span);
  const held = hold(fn, value);
  const entry = newLocal(fn, 'i32');
  emit(fn, { op: Op.set, local: entry, value: rt('i32', `map_put_${suffix}`, [map, key], span) });
  emit(fn, store(repr, get(fn, entry), 0, held));
  emit(fn, { op: Op.keep, value: map });
}

function assignField(fn: Fn, base: Value, name: string, s: Assign, span: Span): void {
  const mask = maskOf(base.node);
  const kinds = mask & ~NULL;
  if (reprOf(base.node) === 'ref' && kinds === STRUCT) {
    const structs = structsOf(base.node);
    const slots = structs.map((x) => layoutOf(fn.lo, x).slots.get(name));
    const first = slots[0];
    if (
      first &&
      slots.every((x) => x && x.offset === first.offset && x.repr === first.repr && sameNode(x.node, first.node))
    ) {
      const object = hold(fn, mask & NULL ? notNull(fn, base.ir, `nil has no field \`${name}\``, span) : base.ir);
      const item = growsItself(fn, s);
      const value =
        item && first.repr === 'ref' && (maskOf(first.node) & ~NULL) === LIST
          ? grown(
              fn,
              { op: Op.load, type: 'ref', code: 'i32.load', addr: object, offset: first.offset },
              first.node,
              item,
              s,
            )
          : coerce(fn, lowerPlaced(fn, s.value), nodeOf(fn, s.value), first.node, s.value.span);
      const held = newLocal(fn, typeOf(first.repr));
      emit(fn, { op: Op.set, local: held, value });
      emit(fn, store(first.repr, object, first.offset, get(fn, held)));
      return;
    }
  }
  if (reprOf(base.node) === 'ref' && kinds === MAP && !intKeyed(base.node)) {
    keyNode(fn.lo.solver, base.node);
    const map = hold(fn, base.ir);
    storeEntry(fn, base.node, map, stringData(fn.lo, name), s, growsItself(fn, s), span);
    return;
  }
  const held = hold(fn, toCell(base));
  const value = toCell({ ir: lowerPlaced(fn, s.value), node: nodeOf(fn, s.value) });
  emit(fn, { op: Op.do, value: rt(undefined, 'cell_field_set', [held, stringData(fn.lo, name), value], span) });
}

/** Stores a computed value into a field of a struct or map. */
export function writeFieldOf(fn: Fn, base: Value, name: string, v: Value, span: Span): void {
  const kinds = maskOf(base.node) & ~NULL;
  const structs = structsOf(base.node);
  const slot = structs.length === 1 ? layoutOf(fn.lo, structs[0]!).slots.get(name) : undefined;
  if (reprOf(base.node) === 'ref' && kinds === STRUCT && slot) {
    const object = hold(
      fn,
      maskOf(base.node) & NULL ? notNull(fn, base.ir, `nil has no field \`${name}\``, span) : base.ir,
    );
    emit(fn, store(slot.repr, object, slot.offset, coerce(fn, v.ir, v.node, slot.node, span)));
    return;
  }
  const held = hold(fn, toCell(base));
  emit(fn, { op: Op.do, value: rt(undefined, 'cell_field_set', [held, stringData(fn.lo, name), toCell(v)], span) });
}

function sameNode(a: Node, b: Node): boolean {
  return find(a) === find(b) || reprOf(a) === reprOf(b);
}
