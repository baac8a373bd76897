/** Conversions between representations, equality, truth, rendering: what every part of lowering needs. */

import {
  BOOL,
  FLOAT,
  FUN,
  INT,
  LIST,
  MAP,
  maskOf,
  type Node,
  NULL,
  NUMERIC,
  reprOf,
  STR,
  STRUCT,
} from '../../check/nodes.ts';
import type { Span } from '../../diagnostics/diagnostic.ts';
import type { Expr } from '../ir.ts';
import * as Op from '../op.ts';
import { orderOp } from '../ops.ts';
import {
  asI32,
  type Fn,
  f64,
  hold,
  i32,
  i64,
  isPure,
  KIND,
  nullCell,
  nullRef,
  num,
  rt,
  seq,
  stringData,
} from './context.ts';

/** A value and what is known of it. */
export interface Value {
  readonly ir: Expr;
  readonly node: Node;
}

/** The object kind that a reference of these kinds points to; 0 for a closure's or when unknown. */
function objectKind(mask: number): number {
  switch (mask & ~NULL) {
    case STR:
      return KIND.STRING;
    case LIST:
      return KIND.LIST;
    case MAP:
      return KIND.MAP;
    case STRUCT:
      return KIND.STRUCT;
    case FUN:
      return KIND.CLOSURE;
    default:
      return 0;
  }
}

/** Brings a value into the representation of another place. */
export function coerce(fn: Fn, value: Expr, from: Node, to: Node, span?: Span): Expr {
  if (from === to) return value;
  const a = reprOf(from);
  const b = reprOf(to);
  if (a === b) {
    if (a === 'cell' && toFloat(from, to)) return rt('cell', 'cell_int_to_float', [value]);
    return value;
  }
  if (b === 'cell') {
    if (a === 'i64' && toFloat(from, to)) return box(num('f64', 'f64.convert_i64_s', value), 'f64');
    return box(value, a);
  }
  switch (a) {
    case 'i64':
      if (b === 'f64') return num('f64', 'f64.convert_i64_s', value);
      break;
    case 'cell':
      return unbox(value, to, span);
    default:
      break;
  }
  // Kinds that never meet: the value cannot arrive here, but it must still be evaluated.
  return seq(fn, () => {
    fn.out.push({ op: Op.do, value });
    return zero(to);
  });
}

function toFloat(from: Node, to: Node): boolean {
  return (maskOf(from) & INT) !== 0 && (maskOf(to) & INT) === 0 && (maskOf(to) & FLOAT) !== 0;
}

/** An unboxed value as a cell. */
export function box(value: Expr, repr: 'bool' | 'i64' | 'f64' | 'ref' | 'cell'): Expr {
  switch (repr) {
    case 'cell':
      return value;
    case 'ref':
      if (value.op === Op.const) return nullCell;
      return { op: Op.as, type: 'cell', value: num('i64', 'i64.extend_i32_u', asI32(value)) };
    case 'bool':
      return rt('cell', 'cell_of_bool', [value]);
    case 'i64':
      if (value.op === Op.const && typeof value.value === 'bigint') {
        const v = value.value;
        if (v >= -(1n << 49n) && v < 1n << 49n) {
          return { op: Op.const, type: 'cell', value: BigInt.asIntN(64, (0xfffcn << 48n) | BigInt.asUintN(50, v)) };
        }
      }
      return rt('cell', 'cell_of_i64', [value]);
    case 'f64':
      return rt('cell', 'cell_of_f64', [value]);
  }
}

/** The value of a cell that inference says is of the target's kind; checked where it could be nil. */
export function unbox(value: Expr, to: Node, span?: Span): Expr {
  if (value.op === Op.const && value.value === 0n && reprOf(to) === 'ref') return nullRef;
  switch (reprOf(to)) {
    case 'cell':
      return value;
    case 'i64':
      return rt('i64', 'cell_int', [value], span);
    case 'f64':
      return rt('f64', 'cell_float', [value], span);
    case 'bool':
      return rt('i32', 'cell_bool', [value], span);
    case 'ref':
      return rt('ref', 'cell_ref', [value, i32(objectKind(maskOf(to)))], span);
  }
}

/** A value of any node as a cell. */
export function toCell(v: Value): Expr {
  return box(v.ir, reprOf(v.node));
}

/** The zero value of a representation. */
export function zero(node: Node): Expr {
  switch (reprOf(node)) {
    case 'bool':
      return i32(0);
    case 'i64':
      return i64(0n);
    case 'f64':
      return f64(0);
    case 'ref':
      return nullRef;
    case 'cell':
      return nullCell;
  }
}

/** A value as an i64, with a run-time check where it may be something else. */
export function toInt(v: Value, span?: Span): Expr {
  switch (reprOf(v.node)) {
    case 'i64':
      return v.ir;
    case 'bool':
      return num('i64', 'i64.extend_i32_u', v.ir);
    case 'f64':
      return rt('i64', 'float_to_int', [v.ir], span);
    case 'cell':
      return rt('i64', 'cell_int', [v.ir], span);
    case 'ref':
      return rt('i64', 'cell_int', [toCell(v)], span);
  }
}

/** A numeric value as f64. */
export function toFloat64(v: Value, span?: Span): Expr {
  switch (reprOf(v.node)) {
    case 'f64':
      return v.ir;
    case 'i64':
      return num('f64', 'f64.convert_i64_s', v.ir);
    case 'bool':
      return num('f64', 'f64.convert_i32_s', v.ir);
    default:
      return rt('f64', 'cell_float', [toCell(v)], span);
  }
}

/** A value as text, as `str` renders it. */
export function toText(v: Value): Expr {
  const mask = maskOf(v.node);
  if (mask === STR) return v.ir;
  switch (mask) {
    case INT:
      return rt('ref', 'int_str', [v.ir]);
    case FLOAT:
      return rt('ref', 'float_str', [v.ir]);
    case BOOL:
      return rt('ref', 'bool_str', [v.ir]);
    case INT | NULL:
      return rt('ref', 'i64_or_nil_str', [v.ir]);
    case FLOAT | NULL:
      return rt('ref', 'f64_or_nil_str', [v.ir]);
    case STR | NULL:
      return rt('ref', 'str_or_nil_str', [v.ir]);
    default:
      return rt('ref', 'value_str', [toCell(v)]);
  }
}

/** A value that must be a string. */
export function toStr(v: Value, span?: Span): Expr {
  if (reprOf(v.node) === 'ref' && maskOf(v.node) & STR) return v.ir;
  return rt('ref', 'cell_ref', [toCell(v), i32(KIND.STRING)], span);
}

/** The truth of a value (LANGUAGE 4.9): i32. */
export function truth(v: Value): Expr {
  switch (reprOf(v.node)) {
    case 'bool':
      return v.ir;
    case 'i64':
      return num('i32', 'i64.ne', v.ir, i64(0n));
    case 'f64':
      return num('i32', 'f64.ne', v.ir, f64(0));
    default:
      return rt('i32', 'cell_truthy', [toCell(v)]);
  }
}

/** Whether a value is exactly `true`: i32. */
export function exactlyTrue(v: Value): Expr {
  if (reprOf(v.node) === 'bool') return v.ir;
  const cell = toCell(v);
  return num('i32', 'i64.eq', { op: Op.as, type: 'i64', value: cell }, i64(0x0001_0000_0000_0001n));
}

const NUMBER = INT | FLOAT;

/** Whether a place holds numbers, bools and nil only: operators on such cells need nothing that texts and lists need. */
export function isNumberOrNil(node: Node): boolean {
  const mask = maskOf(node);
  return mask !== 0 && (mask & ~(NUMERIC | BOOL | NULL)) === 0;
}

/** A number that may be nil: in `op`, a test whether it is (undefined: it never is) and the number if it is not. */
export interface NilableNumber {
  readonly type: 'i64' | 'f64';
  readonly isNil: Expr | undefined;
  readonly number: Expr;
}

/** The type of the numbers in a place that holds ints or floats, and perhaps nil; undefined for other places. */
function numberType(node: Node): 'i64' | 'f64' | undefined {
  const kinds = maskOf(node) & ~NULL;
  return kinds === INT ? 'i64' : kinds === FLOAT ? 'f64' : undefined;
}

/** A place's value, in a local or constant, as a number that may be nil; undefined if it may be something else. */
export function nilableNumber(v: Value): NilableNumber | undefined {
  const type = numberType(v.node);
  if (!type) return undefined;
  if (!(maskOf(v.node) & NULL)) return { type, isNil: undefined, number: v.ir };
  const isNil = num('i32', 'i64.eqz', { op: Op.as, type: 'i64', value: v.ir });
  return { type, isNil, number: rt(type, type === 'i64' ? 'cell_int' : 'cell_float', [v.ir]) };
}

/**
 * Whether the kinds of two operands are those of numbers of which at least one is a float and at least one may be nil. (Two ints
 * are best calculated with as cells.)
 */
export function areNilableFloats(a: Node, b: Node): boolean {
  const both = maskOf(a) | maskOf(b);
  return numberType(a) !== undefined && numberType(b) !== undefined && (both & NULL) !== 0 && (both & FLOAT) !== 0;
}

const asFloat = (n: NilableNumber): Expr => (n.type === 'f64' ? n.number : num('f64', 'f64.convert_i64_s', n.number));

/** A number that may be nil, evaluated. */
function heldNumber(fn: Fn, v: Value): NilableNumber {
  return heldEntry(fn, v.ir) ?? nilableNumber({ ir: hold(fn, v.ir), node: v.node })!;
}

/**
 * The float of a map's entry, which is nil when the entry is not there, without a cell of it: the value is read also where there
 * is no entry, as it is 0 at the address 0.
 */
function heldEntry(fn: Fn, read: Expr): NilableNumber | undefined {
  const { body, value } = read.op === Op.seq ? read : { body: [], value: read };
  if (value.op !== Op.if || value.cond.op !== Op.get || value.else !== nullCell) return undefined;
  if (value.then.op !== Op.call || value.then.func !== 'rt.cell_of_f64') return undefined;
  const found = value.then.args[0]!;
  if (found.op !== Op.load || found.offset !== 0) return undefined;
  if (found.addr.op !== Op.get || found.addr.local !== value.cond.local) return undefined;
  fn.out.push(...body);
  return { type: 'f64', isNil: num('i32', 'i32.eqz', value.cond), number: hold(fn, found) };
}

/** What `use` makes of two numbers as floats; `otherwise` when one of them is nil. Both are evaluated, left to right. */
export function withFloats(fn: Fn, a: Value, b: Value, otherwise: Expr, use: (a: Expr, b: Expr) => Expr): Expr {
  return seq(fn, () => {
    const x = heldNumber(fn, a);
    const y = heldNumber(fn, b);
    const tests = [x, y].flatMap(({ isNil }) => (isNil ? [isNil] : []));
    const cond = tests.reduce((one, other) => num('i32', 'i32.or', one, other));
    return { op: Op.if, type: otherwise.type!, cond, then: otherwise, else: use(asFloat(x), asFloat(y)) };
  });
}

/** `a == b`: i32. Operands are evaluated left to right. */
export function equal(fn: Fn, a: Value, b: Value): Expr {
  const l = maskOf(a.node);
  const r = maskOf(b.node);
  const ra = reprOf(a.node);
  const rb = reprOf(b.node);
  if (l === NULL || r === NULL) {
    const other = l === NULL ? b : a;
    const known = l === NULL ? a : b;
    // The other side may be a call: evaluate both, compare one with nil.
    return seq(fn, () => {
      if (!isPure(known.ir)) fn.out.push({ op: Op.do, value: known.ir });
      return isNull(fn, other);
    });
  }
  if (l === r) {
    switch (l) {
      case INT:
        return num('i32', 'i64.eq', a.ir, b.ir);
      case FLOAT:
        return num('i32', 'f64.eq', a.ir, b.ir);
      case BOOL:
        return num('i32', 'i32.eq', a.ir, b.ir);
      default:
        break;
    }
  }
  if (l & NUMBER && r & NUMBER && !(l & ~NUMBER) && !(r & ~NUMBER) && ra !== 'cell' && rb !== 'cell') {
    return num('i32', 'f64.eq', toFloat64(a), toFloat64(b));
  }
  if (ra === 'ref' && rb === 'ref') {
    const kinds = (l | r) & ~NULL;
    if (kinds === STR) return rt('i32', 'str_eq', [a.ir, b.ir]);
    if (kinds === FUN) return num('i32', 'i32.eq', asI32(a.ir), asI32(b.ir));
    return rt('i32', 'ref_eq', [a.ir, b.ir]);
  }
  if (areNilableFloats(a.node, b.node) && !(l & r & NULL)) {
    return withFloats(fn, a, b, i32(0), (x, y) => num('i32', 'f64.eq', x, y));
  }
  const name = isNumberOrNil(a.node) || isNumberOrNil(b.node) ? 'number_eq' : 'cell_eq';
  return rt('i32', name, [toCell(a), toCell(b)]);
}

/** Whether a value is nil: i32. */
export function isNull(fn: Fn, v: Value): Expr {
  switch (reprOf(v.node)) {
    case 'ref':
      return num('i32', 'i32.eqz', asI32(v.ir));
    case 'cell':
      return num('i32', 'i64.eqz', { op: Op.as, type: 'i64', value: v.ir });
    default:
      return seq(fn, () => {
        if (v.ir.op !== Op.get && !isPure(v.ir)) fn.out.push({ op: Op.do, value: v.ir });
        return i32(0);
      });
  }
}

/** `a < b` and so on: i32. */
export function compare(fn: Fn, op: '<' | '<=' | '>' | '>=', a: Value, b: Value): Expr {
  const l = maskOf(a.node);
  const r = maskOf(b.node);
  const name = { '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge' }[op];
  if (l === INT && r === INT) return num('i32', orderOp('i64', name), a.ir, b.ir);
  const scalar = (m: number) => m === INT || m === FLOAT;
  if (scalar(l) && scalar(r)) return num('i32', orderOp('f64', name), toFloat64(a), toFloat64(b));
  if (l === STR && r === STR) return num('i32', orderOp('i32', name), rt('i32', 'str_compare', [a.ir, b.ir]), i32(0));
  if (areNilableFloats(a.node, b.node)) {
    return withFloats(fn, a, b, i32(0), (x, y) => num('i32', orderOp('f64', name), x, y));
  }
  const kind = isNumberOrNil(a.node) && isNumberOrNil(b.node) ? 'number' : 'cell';
  return rt('i32', `${kind}_${name}`, [toCell(a), toCell(b)]);
}

/** Runs a conversion on a nullable reference only when it is not nil. */
export function whenNotNull(fn: Fn, ref: Expr, then: (held: Expr) => Expr): Expr {
  return seq(fn, () => {
    const held = hold(fn, ref);
    const value = then(held);
    return { op: Op.if, type: value.type!, cond: asI32(held), then: value, else: nullOf(value) };
  });
}

function nullOf(e: Expr): Expr {
  switch (e.type) {
    case 'ref':
      return nullRef;
    case 'cell':
      return nullCell;
    case 'f64':
      return f64(0);
    case 'i64':
      return i64(0n);
    default:
      return i32(0);
  }
}

/** Stops with `message` when a reference is nil; gives the reference. */
export function notNull(fn: Fn, ref: Expr, message: string, span: Span): Expr {
  return seq(fn, () => {
    const held = hold(fn, ref);
    fn.out.push({
      op: Op.if,
      cond: num('i32', 'i32.eqz', asI32(held)),
      then: [{ op: Op.do, value: rt(undefined, 'fail', [stringData(fn.lo, message)], span) }],
      else: [],
    });
    return held;
  });
}
