/** Lowering of built-in functions (LANGUAGE section 5). */

import {
  ANY,
  BIG,
  elemNode,
  FLOAT,
  FUN,
  find,
  INT,
  LIST,
  MAP,
  maskOf,
  type Node,
  NULL,
  reprOf,
  STR,
} from '../../check/nodes.ts';
import type { Expr as Ast } from '../../syntax/ast.ts';
import type { Expr } from '../ir.ts';
import * as Op from '../op.ts';
import { numericOp, orderOp } from '../ops.ts';
import type { Call } from './call.ts';
import { isNextOf } from './char.ts';
import { callClosure } from './closure.ts';
import {
  asI32,
  collect,
  ELEMENT,
  elemRepr,
  emit,
  type Fn,
  f64,
  get,
  hold,
  i32,
  i64,
  isPure,
  layoutOf,
  load,
  newLabel,
  newLocal,
  nullCell,
  num,
  rt,
  seq,
  stringData,
  typeOf,
} from './context.ts';
import {
  box,
  coerce,
  isNull,
  isNumberOrNil,
  toCell,
  toFloat64,
  toInt,
  toStr,
  toText,
  unbox,
  type Value,
  zero,
} from './convert.ts';
import {
  elementNode,
  indexOf,
  lowerBefore,
  lowerExpr,
  lowerIn,
  lowerPlaced,
  mapValueNode,
  nodeOf,
  value,
} from './expr.ts';
import { forEachRow, isPlainQuery } from './query.ts';
import { groupOf } from './query-rows.ts';
import { coerceToElem } from './stmt.ts';

type Rule = (fn: Fn, e: Call, node: Node) => Expr;

const kindsOf = (v: Value): number => maskOf(v.node) & ~NULL;
const isRef = (v: Value): boolean => reprOf(v.node) === 'ref';
/** An argument; a query's group stands for the list of its items. */
const arg = (fn: Fn, e: Call, i: number): Value => {
  const v = { ir: lowerBefore(fn, e.args[i]!, e.args.slice(i + 1)), node: nodeOf(fn, e.args[i]!) };
  const group = groupOf(v.node);
  if (!group) return v;
  const items = layoutOf(fn.lo, group).slots.get('items')!;
  return { ir: load('ref', v.ir, items.offset), node: items.node };
};
const strArg = (fn: Fn, e: Call, i: number): Expr => toStr(arg(fn, e, i), e.args[i]!.span);
const intArg = (fn: Fn, e: Call, i: number): Expr => toInt(arg(fn, e, i), e.args[i]!.span);

/** Lowers a call of a built-in. */
export function lowerBuiltin(fn: Fn, e: Call, name: string): Expr {
  const rule = RULES.get(name);
  if (!rule) throw new Error(`built-in ${name} has no lowering`);
  const accumulated = fn.accumulated.get(e.id);
  if (accumulated) return accumulated(fn);
  if (AGGREGATES.has(name)) {
    const node = nodeOf(fn, e);
    const fused = aggregateQuery(fn, e, name);
    // The representation differs only where the inference allows for kinds that the selected value never has.
    if (fused && fused.type === typeOf(reprOf(node))) return fused;
  }
  return rule(fn, e, nodeOf(fn, e));
}

const AGGREGATES: ReadonlySet<string> = new Set(['sum', 'avg', 'min', 'max', 'count', 'exists']);

/** A list of the node's kind: a statically known one as it is, anything else converted at run time. */
function listArg(fn: Fn, e: Call, i: number): Value {
  const v = arg(fn, e, i);
  if (isRef(v) && kindsOf(v) === LIST) return v;
  return { ir: rt('ref', 'cell_list', [toCell(v)], e.args[i]!.span), node: v.node };
}

function print(fn: Fn, e: Call): Expr {
  return seq(fn, () => {
    const simple = e.args.every(
      (a) => a.kind === 'name' || a.kind === 'int' || a.kind === 'string' || a.kind === 'float',
    );
    const values = e.args.map((a) => {
      const v = value(fn, a);
      return e.args.length > 1 && !simple ? { ir: hold(fn, v.ir), node: v.node } : v;
    });
    const trims = values.length >= 3;
    if (trims) emit(fn, { op: Op.do, value: rt(undefined, 'out_mark', []) });
    values.forEach((v, i) => {
      if (i > 0) emit(fn, { op: Op.do, value: rt(undefined, 'out_space', []) });
      emit(fn, { op: Op.do, value: printOne(v) });
    });
    if (trims) emit(fn, { op: Op.do, value: rt(undefined, 'out_trim', []) });
    emit(fn, { op: Op.do, value: rt(undefined, 'out_newline', []) });
    return nullCell;
  });
}

function printOne(v: Value): Expr {
  switch (maskOf(v.node)) {
    case STR:
      return rt(undefined, 'out_str', [v.ir]);
    case INT:
      return rt(undefined, 'out_i64', [v.ir]);
    case FLOAT:
      return rt(undefined, 'out_f64', [v.ir]);
    case STR | NULL:
      return rt(undefined, 'out_str_or_nil', [v.ir]);
    case INT | NULL:
      return rt(undefined, 'out_i64_or_nil', [v.ir]);
    case FLOAT | NULL:
      return rt(undefined, 'out_f64_or_nil', [v.ir]);
    default:
      return reprOf(v.node) === 'bool' ? rt(undefined, 'out_bool', [v.ir]) : rt(undefined, 'out_cell', [toCell(v)]);
  }
}

function len(fn: Fn, e: Call): Expr {
  const v = arg(fn, e, 0);
  if (isRef(v)) {
    switch (kindsOf(v)) {
      case STR:
        return rt('i64', 'str_len', [v.ir]);
      case LIST:
        return rt('i64', 'list_len', [v.ir]);
      case MAP:
        return rt('i64', 'map_len', [v.ir]);
      default:
        break;
    }
  }
  return rt('i64', 'cell_len', [toCell(v)], e.span);
}

function append(fn: Fn, e: Call, node: Node): Expr {
  const list = arg(fn, e, 0);
  if (isRef(list) && kindsOf(list) === LIST) {
    const { suffix } = ELEMENT[elemRepr(fn.lo, node)];
    return rt('ref', `list_append$${suffix}`, [list.ir, coerceToElem(fn, e.args[1]!, node)], e.span);
  }
  const item = toCell({ ir: lowerPlaced(fn, e.args[1]!), node: nodeOf(fn, e.args[1]!) });
  const kind = i32(ELEMENT[elemRepr(fn.lo, node)].kind);
  // The result is a list of the kind that the inference expects of it.
  return rt(
    'ref',
    'list_convert',
    [rt('ref', 'cell_list', [rt('cell', 'cell_append', [toCell(list), item], e.span)]), kind],
    e.span,
  );
}

function substring(fn: Fn, e: Call): Expr {
  const s = strArg(fn, e, 0);
  if (e.args.length > 2 && isNextOf(e.args[1], e.args[2]) && maskOf(nodeOf(fn, e.args[1]!)) === INT)
    return rt('ref', 'str_char_slice', [s, intArg(fn, e, 1)], e.span);
  const start = intArg(fn, e, 1);
  const end = e.args.length > 2 ? intArg(fn, e, 2) : i64(0x7fff_ffff_ffff_ffffn);
  return rt('ref', 'str_slice', [s, start, end], e.span);
}

function slice(fn: Fn, e: Call, node: Node): Expr {
  const v = arg(fn, e, 0);
  const start = intArg(fn, e, 1);
  const end = e.args.length > 2 ? intArg(fn, e, 2) : i64(0x7fff_ffff_ffff_ffffn);
  if (isRef(v) && kindsOf(v) === LIST) return rt('ref', 'list_slice', [v.ir, start, end], e.span);
  if (isRef(v) && kindsOf(v) === STR) return rt('ref', 'str_slice', [v.ir, start, end], e.span);
  return unbox(rt('cell', 'cell_slice', [toCell(v), start, end], e.span), node, e.span);
}

function reverse(fn: Fn, e: Call, node: Node): Expr {
  const v = arg(fn, e, 0);
  if (isRef(v) && kindsOf(v) === LIST) return rt('ref', 'list_reverse', [v.ir], e.span);
  if (isRef(v) && kindsOf(v) === STR) return rt('ref', 'str_reverse', [v.ir], e.span);
  return unbox(rt('cell', 'cell_reverse', [toCell(v)], e.span), node, e.span);
}

function contains(fn: Fn, e: Call): Expr {
  return seq(fn, () => {
    const container: Value = { ir: hold(fn, lowerExpr(fn, e.args[0]!)), node: nodeOf(fn, e.args[0]!) };
    return lowerIn(fn, arg(fn, e, 1), container, e.span);
  });
}

function conversion(cellName: string): Rule {
  return (fn, e, node) => {
    const v = arg(fn, e, 0);
    if (cellName === 'cell_as_int') {
      if (maskOf(node) & BIG) return unbox(rt('cell', 'cell_as_big', [toCell(v)], e.span), node, e.span);
      if (maskOf(v.node) === INT) return v.ir;
      if (maskOf(v.node) === FLOAT) return rt('i64', 'float_to_int', [v.ir], e.span);
      if (maskOf(v.node) === STR) return rt('i64', 'str_int', [v.ir], e.span);
      return rt('i64', cellName, [toCell(v)], e.span);
    }
    if (maskOf(v.node) === INT || maskOf(v.node) === FLOAT) return toFloat64(v);
    if (maskOf(v.node) === STR) return rt('f64', 'str_float', [v.ir], e.span);
    return rt('f64', cellName, [toCell(v)], e.span);
  };
}

/** An aggregate of a list, as the whole `select` of a query. */
export function aggregateOf(fn: Fn, name: string, list: Value, node: Node, span: Call['span']): Expr {
  switch (name) {
    case 'count':
      return rt('i64', 'list_len', [list.ir]);
    case 'avg':
      return avgOf(fn, list, span);
    case 'sum':
      return sumOf(fn, list, node, span);
    default:
      return extremeOf(fn, name, list, node, span);
  }
}

/** How the elements of a list are kept when it is known to hold numbers only (`cell`: or nils). */
function numbersOf(fn: Fn, list: Value): 'i64' | 'f64' | 'cell' | undefined {
  if (!isRef(list) || kindsOf(list) !== LIST) return undefined;
  const elem = elementNode(fn, list.node);
  const repr = reprOf(elem);
  if (repr === 'i64' || repr === 'f64') return repr;
  return repr === 'cell' && isNumberOrNil(elem) ? repr : undefined;
}

function avgOf(fn: Fn, list: Value, span: Call['span']): Expr {
  const repr = numbersOf(fn, list);
  return repr ? rt('f64', `list_avg$${repr}`, [list.ir]) : rt('f64', 'cell_avg', [toCell(list)], span);
}

function sumOf(fn: Fn, list: Value, node: Node, span: Call['span']): Expr {
  const repr = numbersOf(fn, list);
  if (repr && repr === reprOf(node)) {
    return rt(repr, repr === 'cell' ? 'list_sum_numbers' : `list_sum_${repr}`, [list.ir], span);
  }
  const cell = rt('cell', 'cell_sum', [toCell(list)], span);
  return maskOf(node) === FLOAT ? rt('f64', 'cell_float', [cell]) : unbox(cell, node, span);
}

function extremeOf(fn: Fn, which: string, list: Value, node: Node, span: Call['span']): Expr {
  const repr = numbersOf(fn, list);
  if (repr && repr !== 'cell' && repr === reprOf(node)) {
    return rt(repr, `list_extreme_${repr}`, [list.ir, i32(which === 'min' ? -1 : 1)]);
  }
  const cell = rt('cell', `cell_${which}`, [toCell(list)], span);
  return maskOf(node) === FLOAT ? rt('f64', 'cell_float', [cell]) : unbox(cell, node, span);
}

/** `min` and `max` of a list, or of several arguments. */
function extreme(which: 'min' | 'max'): Rule {
  return (fn, e, node) => {
    if (e.args.length === 2 && maskOf(node) === INT && e.args.every((a) => maskOf(nodeOf(fn, a)) === INT)) {
      return rt('i64', `int_${which}`, [lowerExpr(fn, e.args[0]!), lowerExpr(fn, e.args[1]!)]);
    }
    if (e.args.length > 1) {
      return seq(fn, () => {
        let best = toCell(arg(fn, e, 0));
        for (let i = 1; i < e.args.length; i++)
          best = rt('cell', `cell_${which}2`, [hold(fn, best), toCell(arg(fn, e, i))], e.span);
        return unbox(best, node, e.span);
      });
    }
    return extremeOf(fn, which, arg(fn, e, 0), node, e.span);
  };
}

function rounding(op: 'ceil' | 'floor'): Rule {
  return (fn, e) => num('f64', numericOp('f64', op), toFloat64(arg(fn, e, 0), e.span));
}

function round(fn: Fn, e: Call, node: Node): Expr {
  const v = arg(fn, e, 0);
  if (maskOf(v.node) === INT && e.args.length === 1) return v.ir;
  const digits = e.args.length > 1 ? intArg(fn, e, 1) : i64(0n);
  if (reprOf(node) === 'cell') return rt('cell', 'cell_round', [toCell(v), digits], e.span);
  return rt('f64', 'round_digits', [toFloat64(v, e.span), digits], e.span);
}

function pow(fn: Fn, e: Call, node: Node): Expr {
  const a = arg(fn, e, 0);
  const b = arg(fn, e, 1);
  if (maskOf(a.node) === INT && maskOf(b.node) === INT && maskOf(node) === INT)
    return rt('i64', 'int_pow', [a.ir, b.ir], e.span);
  if (reprOf(node) === 'f64') return rt('f64', 'float_pow', [toFloat64(a, e.span), toFloat64(b, e.span)], e.span);
  return unbox(rt('cell', 'cell_pow', [toCell(a), toCell(b)], e.span), node, e.span);
}

function abs(fn: Fn, e: Call, node: Node): Expr {
  const v = arg(fn, e, 0);
  if (maskOf(v.node) === INT) return rt('i64', 'int_abs', [v.ir], e.span);
  if (maskOf(v.node) === FLOAT) return num('f64', 'f64.abs', v.ir);
  return unbox(rt('cell', 'cell_abs', [toCell(v)], e.span), node, e.span);
}

const keys = (fn: Fn, e: Call): Expr => keysOf(arg(fn, e, 0), e.span);

function keysOf(v: Value, span: Call['span']): Expr {
  // The run-time library keeps the sorted keys: the program gets its own copy.
  const own = (list: Expr) => rt('ref', 'list_slice', [list, i64(0n), i64(0x7fff_ffff_ffff_ffffn)]);
  if (isRef(v) && kindsOf(v) === MAP) return own(rt('ref', 'map_keys', [v.ir]));
  return own(rt('ref', 'cell_keys', [toCell(v)], span));
}

const values = (fn: Fn, e: Call, node: Node): Expr => valuesOf(fn, arg(fn, e, 0), node, e.span);

function valuesOf(fn: Fn, v: Value, node: Node, span: Call['span']): Expr {
  if (isRef(v) && kindsOf(v) === MAP) return rt('ref', 'map_values', [v.ir]);
  return rt(
    'ref',
    'list_convert',
    [rt('ref', 'cell_values', [toCell(v)], span), i32(ELEMENT[elemRepr(fn.lo, node)].kind)],
    span,
  );
}

function first(fn: Fn, e: Call, node: Node): Expr {
  const v = arg(fn, e, 0);
  if (isRef(v) && kindsOf(v) === LIST) {
    const elem = elementNode(fn, v.node);
    return seq(fn, () => {
      const list = hold(fn, v.ir);
      const has: Expr = { op: Op.load, type: 'i32', code: 'i32.load', addr: list, offset: 4 };
      const item = coerce(fn, load(reprOf(elem), asI32(load('ref', list, 12)), 8), elem, node);
      return { op: Op.if, type: typeOf(reprOf(node)), cond: has, then: item, else: zero(node) };
    });
  }
  return unbox(rt('cell', 'cell_first', [toCell(v)], e.span), node, e.span);
}

function concat(fn: Fn, e: Call, node: Node): Expr {
  return e.args
    .slice(1)
    .reduce(
      (left, a) => rt('ref', 'list_concat', [left, coerce(fn, lowerExpr(fn, a), nodeOf(fn, a), node, a.span)], e.span),
      e.args.length === 1
        ? rt('ref', 'list_concat', [
            coerce(fn, lowerExpr(fn, e.args[0]!), nodeOf(fn, e.args[0]!), node),
            rt('ref', 'list_new', [i32(ELEMENT[elemRepr(fn.lo, node)].kind), i32(0)]),
          ])
        : coerce(fn, lowerExpr(fn, e.args[0]!), nodeOf(fn, e.args[0]!), node, e.args[0]!.span),
    );
}

function range(fn: Fn, e: Call): Expr {
  const list = ((): Expr => {
    if (e.args.length === 1) return rt('ref', 'list_range', [i64(0n), intArg(fn, e, 0), i64(1n)], e.span);
    const step = e.args.length > 2 ? intArg(fn, e, 2) : i64(1n);
    return rt('ref', 'list_range', [intArg(fn, e, 0), intArg(fn, e, 1), step], e.span);
  })();
  return list;
}

/** `reduce(xs, f, init)`: f(acc, x) over the elements, in a loop. */
function reduce(fn: Fn, e: Call, node: Node): Expr {
  return seq(fn, () => {
    const source = listArg(fn, e, 0);
    const list = hold(fn, source.ir);
    const f = arg(fn, e, 1);
    const closure = hold(fn, isRef(f) ? f.ir : rt('ref', 'cell_ref', [toCell(f), i32(8)], e.span));
    const acc = newLocal(fn, typeOf(reprOf(node)));
    emit(fn, { op: Op.set, local: acc, value: coerce(fn, lowerPlaced(fn, e.args[2]!), nodeOf(fn, e.args[2]!), node) });
    const shape = find(f.node).funs?.get(2);
    if (!shape) {
      emit(fn, {
        op: Op.do,
        value: rt(undefined, 'fail', [stringData(fn.lo, 'reduce needs a function of two parameters')], e.span),
      });
      return get(fn, acc);
    }
    const n = newLocal(fn, 'i64');
    const i = newLocal(fn, 'i64');
    emit(fn, { op: Op.set, local: n, value: rt('i64', 'list_len', [list]) });
    emit(fn, { op: Op.set, local: i, value: i64(0n) });
    const out = newLabel(fn);
    const again = newLabel(fn);
    const elem = elemNode(fn.lo.solver, source.node);
    const cellNode = fn.lo.solver.node(ANY);
    const known = isRef(source) && kindsOf(source) === LIST;
    const body = collect(fn, () => {
      emit(fn, { op: Op.brIf, label: out, cond: num('i32', 'i64.ge_s', get(fn, i), get(fn, n)) });
      const item = known
        ? coerce(
            fn,
            rt(typeOf(reprOf(elem)), `list_get$${ELEMENT[reprOf(elem)].suffix}`, [list, get(fn, i)]),
            elem,
            shape.params[1]!,
          )
        : coerce(fn, rt('cell', 'list_get_cell', [list, get(fn, i)]), cellNode, shape.params[1]!);
      const args = [coerce(fn, get(fn, acc), node, shape.params[0]!), item];
      const next = callClosure(fn, closure, args, shape.params, shape.result, e.span);
      emit(fn, { op: Op.set, local: acc, value: coerce(fn, next, shape.result, node) });
      emit(fn, { op: Op.set, local: i, value: num('i64', 'i64.add', get(fn, i), i64(1n)) });
      emit(fn, { op: Op.br, label: again });
    });
    emit(fn, { op: Op.block, label: out, body: [{ op: Op.loop, label: again, body }] });
    return get(fn, acc);
  });
}

function fails(fn: Fn, e: Call, node: Node): Expr {
  return seq(fn, () => {
    emit(fn, { op: Op.do, value: rt(undefined, 'panic', [toText(arg(fn, e, 0))], e.span) });
    return zero(node);
  });
}

function sum(fn: Fn, e: Call, node: Node): Expr {
  return sumOf(fn, arg(fn, e, 0), node, e.span);
}

/**
 * `sum`, `avg`, `min`, `max`, `count` and `exists` of a query that only selects numbers: an accumulator in its loops, no
 * list. Undefined where that does not apply.
 */
function aggregateQuery(fn: Fn, e: Call, name: string): Expr | undefined {
  const q = e.args[0];
  if (e.args.length !== 1 || !q || !isPlainQuery(fn, q)) return undefined;
  const mask = maskOf(nodeOf(fn, q.select));
  const counts = name === 'count' || name === 'exists';
  if (!counts && mask !== INT && mask !== FLOAT) return undefined;
  const type = mask === FLOAT ? 'f64' : 'i64';
  return seq(fn, () => {
    const count = newLocal(fn, 'i64');
    emit(fn, { op: Op.set, local: count, value: i64(0n) });
    const total = newLocal(fn, type);
    emit(fn, { op: Op.set, local: total, value: type === 'f64' ? f64(0) : i64(0n) });
    forEachRow(fn, q, (row) => {
      const more = num('i64', 'i64.add', get(fn, count), i64(1n));
      if (counts) {
        if (!isPure(row.ir) && row.ir.op !== Op.get) emit(fn, { op: Op.do, value: row.ir });
      } else if (name === 'sum' || name === 'avg') {
        const sum =
          type === 'f64'
            ? num('f64', 'f64.add', get(fn, total), row.ir)
            : rt('i64', 'int_add', [get(fn, total), row.ir], e.span);
        emit(fn, { op: Op.set, local: total, value: sum });
      } else {
        const value = hold(fn, row.ir);
        const order = name === 'min' ? 'lt' : 'gt';
        const beats = num('i32', orderOp(type === 'f64' ? 'f64' : 'i64', order), value, get(fn, total));
        const first = num('i32', 'i64.eqz', get(fn, count));
        const cond = num('i32', 'i32.or', first, beats);
        emit(fn, { op: Op.if, cond, then: [{ op: Op.set, local: total, value }], else: [] });
      }
      emit(fn, { op: Op.set, local: count, value: more });
    });
    switch (name) {
      case 'count':
        return get(fn, count);
      case 'exists':
        return num('i32', 'i64.ne', get(fn, count), i64(0n));
      case 'avg': {
        const sum = type === 'f64' ? get(fn, total) : num('f64', 'f64.convert_i64_s', get(fn, total));
        const mean = num('f64', 'f64.div', sum, num('f64', 'f64.convert_i64_s', get(fn, count)));
        return {
          op: Op.if,
          type: 'f64',
          cond: num('i32', 'i64.ne', get(fn, count), i64(0n)),
          then: mean,
          else: f64(0),
        };
      }
      default:
        return get(fn, total);
    }
  });
}

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>(
  Object.entries({
    print,
    len,
    count: len,
    append,
    push: append,
    str: (fn: Fn, e: Call) => toText(arg(fn, e, 0)),
    string: (fn: Fn, e: Call) => toText(arg(fn, e, 0)),
    int: conversion('cell_as_int'),
    float: conversion('cell_as_float'),
    to_float: conversion('cell_as_float'),
    substring,
    substr: substring,
    slice,
    upper: (fn: Fn, e: Call) => rt('ref', 'str_upper', [strArg(fn, e, 0)], e.span),
    lower: (fn: Fn, e: Call) => rt('ref', 'str_lower', [toText(arg(fn, e, 0))], e.span),
    padStart: (fn: Fn, e: Call) =>
      rt(
        'ref',
        'str_pad_start',
        [strArg(fn, e, 0), intArg(fn, e, 1), e.args.length > 2 ? strArg(fn, e, 2) : stringData(fn.lo, ' ')],
        e.span,
      ),
    reverse,
    contains,
    indexOf: (fn: Fn, e: Call) => {
      const v = arg(fn, e, 0);
      if (isRef(v) && kindsOf(v) === STR) return rt('i64', 'str_index_of', [v.ir, strArg(fn, e, 1)], e.span);
      return rt('i64', 'cell_index_of', [toCell(v), toCell(arg(fn, e, 1))], e.span);
    },
    split: (fn: Fn, e: Call) => rt('ref', 'str_split', [strArg(fn, e, 0), strArg(fn, e, 1)], e.span),
    join: (fn: Fn, e: Call) =>
      rt(
        'ref',
        'values_join',
        [listArg(fn, e, 0).ir, e.args.length > 1 ? strArg(fn, e, 1) : stringData(fn.lo, '')],
        e.span,
      ),
    trim: (fn: Fn, e: Call) => rt('ref', 'str_trim', [strArg(fn, e, 0)], e.span),
    repeat: (fn: Fn, e: Call) => rt('ref', 'str_repeat', [strArg(fn, e, 0), intArg(fn, e, 1)], e.span),
    parseIntStr: (fn: Fn, e: Call) =>
      rt('i64', 'parse_int_base', [strArg(fn, e, 0), e.args.length > 1 ? intArg(fn, e, 1) : i64(10n)], e.span),
    sum,
    avg: (fn: Fn, e: Call) => avgOf(fn, arg(fn, e, 0), e.span),
    min: extreme('min'),
    max: extreme('max'),
    exists: (fn: Fn, e: Call) => {
      const v = arg(fn, e, 0);
      if (isRef(v) && kindsOf(v) === LIST) return num('i32', 'i64.ne', rt('i64', 'list_len', [v.ir]), i64(0n));
      return rt('i32', 'cell_exists', [toCell(v)]);
    },
    keys,
    values,
    first,
    distinct: (fn: Fn, e: Call, node: Node) => {
      const v = listArg(fn, e, 0);
      const list = rt('ref', 'list_distinct', [v.ir], e.span);
      return reprOf(node) === 'cell' ? box(list, 'ref') : list;
    },
    concat,
    collect: (fn: Fn, e: Call, node: Node) => coerce(fn, lowerExpr(fn, e.args[0]!), nodeOf(fn, e.args[0]!), node),
    range,
    reduce,
    abs,
    ceil: rounding('ceil'),
    floor: rounding('floor'),
    round,
    pow,
    num: (fn: Fn, e: Call) => rt('cell', 'rat_num', [toCell(arg(fn, e, 0))], e.span),
    denom: (fn: Fn, e: Call) => rt('cell', 'rat_denom', [toCell(arg(fn, e, 0))], e.span),
    sha256: (fn: Fn, e: Call) => rt('ref', 'sha256', [toCell(arg(fn, e, 0))], e.span),
    now: () => rt('i64', 'now', []),
    mem: () => i64(0n),
    input: () => rt('ref', 'input', []),
    json: (fn: Fn, e: Call, node: Node) =>
      seq(fn, () => {
        const v = arg(fn, e, 0);
        const held: Value = { ir: hold(fn, v.ir), node: v.node };
        emit(fn, { op: Op.do, value: rt(undefined, 'json_out', [toCell(held)], e.span) });
        return coerce(fn, held.ir, held.node, node);
      }),
    to_json: (fn: Fn, e: Call) => rt('ref', 'json_str', [toCell(arg(fn, e, 0))], e.span),
    panic: fails,
    error: fails,
  }),
);

/** Methods of strings and containers: `s.contains(x)` and the like; undefined when the target has no such method. */
export function lowerValueMethod(fn: Fn, e: Call, name: string, target: Value, node: Node): Expr | undefined {
  const args = (i: number): Ast => e.args[i]!;
  switch (name) {
    case 'contains':
      if (!(kindsOf(target) & (STR | LIST | MAP)) || e.args.length !== 1) return undefined;
      return seq(fn, () => lowerIn(fn, value(fn, args(0)), { ir: hold(fn, target.ir), node: target.node }, e.span));
    case 'starts_with':
      // What holds no value at all, as an element of `[]`, has no kind, and what a method of it gives has none either.
      if (!(kindsOf(target) & STR) || e.args.length !== 1) return undefined;
      return rt('i32', 'str_starts_with', [toStr(target, e.span), toStr(value(fn, args(0)), args(0).span)], e.span);
    case 'padStart':
      if (!(kindsOf(target) & STR) || e.args.length !== 2) return undefined;
      return rt(
        'ref',
        'str_pad_start',
        [toStr(target, e.span), toInt(value(fn, args(0))), toStr(value(fn, args(1)))],
        e.span,
      );
    case 'keys':
      return isPlainMap(fn, target) && e.args.length === 0 ? keysOf(target, e.span) : undefined;
    case 'values':
      return isPlainMap(fn, target) && e.args.length === 0 ? valuesOf(fn, target, node, e.span) : undefined;
    case 'get': {
      if (!isPlainMap(fn, target) || e.args.length < 1 || e.args.length > 2) return undefined;
      return seq(fn, () => {
        const map: Value = { ir: hold(fn, target.ir), node: target.node };
        const entry = hold(fn, indexOf(fn, map, value(fn, args(0)), node, e.span));
        const other = e.args[1];
        if (!other) return entry;
        return {
          op: Op.if,
          type: typeOf(reprOf(node)),
          cond: isNull(fn, { ir: entry, node }),
          then: seq(fn, () => coerce(fn, lowerExpr(fn, other), nodeOf(fn, other), node)),
          else: entry,
        };
      });
    }
    default:
      return undefined;
  }
}

/** Whether a value is a map, if it is not nil, and none of its entries can be called. */
function isPlainMap(fn: Fn, v: Value): boolean {
  return isRef(v) && kindsOf(v) === MAP && !(maskOf(mapValueNode(fn, v.node)) & FUN);
}
