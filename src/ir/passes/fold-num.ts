/** Evaluates numeric instructions on constants and simplifies them by algebra. */

import { i32, i64 } from '../build.ts';
import type { Expr, NumericOp, Type } from '../ir.ts';
import { isLinkerAddress } from '../names.ts';
import * as Op from '../op.ts';
import { numericOp, operationOf } from '../ops.ts';

type Num = Extract<Expr, { op: typeof Op.num }>;
type Const = Extract<Expr, { op: typeof Op.const }>;

const bool = (value: boolean): Expr => i32(value ? 1 : 0);

/** The address of a static datum, which is not zero. */
function isDatum(e: Expr): boolean {
  if (e.op === Op.as) return isDatum(e.value);
  return e.op === Op.data && !isLinkerAddress(e.name);
}

/** Comparisons with their negation. */
const INVERSE = new Map<string, NumericOp>();
const PAIRS = [
  ['eq', 'ne'],
  ['lt_s', 'ge_s'],
  ['gt_s', 'le_s'],
  ['lt_u', 'ge_u'],
  ['gt_u', 'le_u'],
] as const;
for (const t of ['i32', 'i64'] as const) {
  for (const [a, b] of PAIRS) {
    INVERSE.set(numericOp(t, a), numericOp(t, b));
    INVERSE.set(numericOp(t, b), numericOp(t, a));
  }
}
INVERSE.set('f64.eq', 'f64.ne').set('f64.ne', 'f64.eq');

/** Instructions whose result is 0 or 1. */
const BOOLEAN = new Set(codes('eqz eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u'));
for (const name of ['eq', 'ne', 'lt', 'gt', 'le', 'ge']) BOOLEAN.add(`f64.${name}`);
const BITWISE = new Set(['i32.and', 'i32.or', 'i32.xor']);
const COMMUTATIVE = new Set(codes('add mul and or xor eq ne'));

/** The 32- and 64-bit instructions of the given names. */
function codes(names: string): string[] {
  return names.split(' ').flatMap((name) => [`i32.${name}`, `i64.${name}`]);
}

/** True if the value can only be 0 or 1. */
export function isBoolean(e: Expr): boolean {
  switch (e.op) {
    case Op.const:
      return e.type === 'i32' && (e.value === 0 || e.value === 1);
    case Op.num:
      return BOOLEAN.has(e.code) || (BITWISE.has(e.code) && e.args.every(isBoolean));
    case Op.if:
    case Op.select:
      return isBoolean(e.then) && isBoolean(e.else);
    case Op.seq:
      return isBoolean(e.value);
    default:
      return false;
  }
}

/** The negation of a condition, as short as possible. */
export function negate(e: Expr): Expr {
  if (e.op === Op.num) {
    const code = INVERSE.get(e.code);
    if (code) return { ...e, code };
    if (e.code === 'i32.eqz' && isBoolean(e.args[0]!)) return e.args[0]!;
  }
  if (e.op === Op.const) return bool(Number(e.value) === 0);
  if (isDatum(e)) return bool(false);
  return { op: Op.num, type: 'i32', code: 'i32.eqz', args: [e] };
}

/** A condition, of which only whether it is zero matters, as short as possible. */
export function truth(e: Expr): Expr {
  if (e.op !== Op.num) return e;
  const a = e.args[0]!;
  const { code } = e;
  if (code === 'i32.ne') {
    const b = e.args[1]!;
    if (isZero(b)) return isDatum(a) ? bool(true) : truth(a);
    if (isZero(a)) return truth(b);
  } else if (code === 'i32.eqz' && a.op === Op.num && a.code === 'i32.eqz') return truth(a.args[0]!);
  return e;
}

const isZero = (e: Expr): boolean => e.op === Op.const && e.type !== 'f64' && (e.value === 0 || e.value === 0n);

/** The simplest expression of the same value that is found; the operands are simple already. */
export function foldNum(e: Num): Expr {
  const a = e.args[0]!;
  const b = e.args[1];
  return b ? foldBinary(e, a, b) : foldUnary(e, a);
}

const retype = (e: Expr, type: Type): Expr => (e.type === type ? e : ({ ...e, type } as Expr));

/** As `foldNum`, for an instruction with the one operand `a`. */
export function foldUnary(e: Num, a: Expr): Expr {
  if (a.op === Op.const) {
    const value = evaluate(e.code, a, undefined);
    if (value) return retype(value, e.type);
  }
  if (e.code === 'i32.eqz') {
    const negated = negate(a);
    return negated.op === Op.num && negated.code === e.code && negated.args[0] === a ? e : negated;
  }
  if (a.op !== Op.num) return e;
  const inner = a.args[0]!;
  if (e.code === 'i32.wrap_i64' && (a.code === 'i64.extend_i32_s' || a.code === 'i64.extend_i32_u')) {
    return { op: Op.as, type: e.type, value: inner };
  }
  if (e.code === 'i64.reinterpret_f64' && a.code === 'f64.reinterpret_i64')
    return { op: Op.as, type: e.type, value: inner };
  if (e.code === 'f64.reinterpret_i64' && a.code === 'i64.reinterpret_f64') return inner;
  return e;
}

/** As `foldNum`, for an instruction with the two operands `a` and `b`. */
export function foldBinary(e: Num, a: Expr, b: Expr): Expr {
  if (b.op === Op.const) {
    if (a.op === Op.const) {
      const value = evaluate(e.code, a, b);
      if (value) return retype(value, e.type);
    }
    return b.type === 'f64' ? e : foldRight(e, a, b);
  }
  return a.op === Op.const && COMMUTATIVE.has(e.code) ? foldBinary({ ...e, args: [b, a] }, b, a) : e;
}

/** What instructions do when their right operand is a constant; those that are not here do nothing special. */
const RIGHT = new Map<string, 'add' | 'sub' | 'zero' | 'and' | 'mul' | 'div' | 'eq' | 'ne'>();
for (const code of codes('or xor shl shr_s shr_u rotl rotr')) RIGHT.set(code, 'zero');
for (const code of codes('div_s div_u')) RIGHT.set(code, 'div');
for (const name of ['add', 'sub', 'and', 'mul', 'eq'] as const) for (const code of codes(name)) RIGHT.set(code, name);
RIGHT.set('i32.ne', 'ne');

/** An integer instruction with a constant right operand. */
function foldRight(e: Num, a: Expr, b: Const): Expr {
  const kind = RIGHT.get(e.code);
  switch (kind) {
    case undefined:
      break;
    case 'add':
      if (isZero(b)) return unchanged(e, a);
      if (a.op === Op.num && a.code === e.code) {
        const inner = a.args[1]!;
        if (inner.op === Op.const) return foldRight(e, a.args[0]!, sum(e.code, b, inner));
      }
      break;
    case 'sub': {
      if (isZero(b)) return unchanged(e, a);
      // One form for both, so that sums of constants meet.
      const wide = isWide(e.code);
      const negative = constant(wide, -signed(wide, b));
      return foldBinary({ ...e, code: wide ? 'i64.add' : 'i32.add', args: [a, negative] }, a, negative);
    }
    case 'zero':
      if (isZero(b)) return unchanged(e, a);
      break;
    case 'and':
      if (signed(isWide(e.code), b) === -1n) return unchanged(e, a);
      break;
    case 'div':
      if (signed(isWide(e.code), b) === 1n) return unchanged(e, a);
      break;
    case 'mul': {
      const wide = isWide(e.code);
      const n = signed(wide, b);
      if (n === 1n) return unchanged(e, a);
      if (n > 1n && (n & (n - 1n)) === 0n) {
        const shift = constant(wide, BigInt(n.toString(2).length - 1));
        return { ...e, code: wide ? 'i64.shl' : 'i32.shl', args: [a, shift] };
      }
      break;
    }
    case 'eq':
      if (!isZero(b)) break;
      if (isWide(e.code)) return { ...e, code: 'i64.eqz', args: [a] };
      return isBoolean(a) ? negate(a) : { ...e, code: 'i32.eqz', args: [a] };
    case 'ne':
      if (isZero(b) && isBoolean(a)) return unchanged(e, a);
      break;
    default:
  }
  return e.args[1] === b && e.args[0] === a ? e : { ...e, args: [a, b] };
}

const isWide = (code: NumericOp): boolean => code.charCodeAt(1) === 54; // i64

/** The value of a constant as an integer of 64 or 32 bits. */
const signed = (wide: boolean, { value }: Const): bigint =>
  wide ? BigInt.asIntN(64, BigInt(value)) : BigInt(Number(value) | 0);

const constant = (wide: boolean, n: bigint): Const =>
  (wide ? i64(BigInt.asIntN(64, n)) : i32(Number(BigInt.asIntN(32, n)))) as Const;

/** What two constants that are added one after the other add. */
function sum(code: NumericOp, a: Const, b: Const): Const {
  if (code === 'i32.add') return i32(Number(a.value) + Number(b.value)) as Const;
  return constant(true, BigInt(a.value) + BigInt(b.value));
}

/** The left operand as the result of an instruction that does nothing to it. */
const unchanged = (e: Num, a: Expr): Expr => (a.type === e.type ? a : { op: Op.as, type: e.type, value: a });

/** The constant that an instruction gives, or undefined if it traps or is not evaluated here. */
function evaluate(code: NumericOp, a: Const, b: Const | undefined): Expr | undefined {
  const op = operationOf(code);
  if (code.startsWith('f64')) return evaluateFloat(op, a, b);
  const wide = code.startsWith('i64');
  if (/^(wrap|extend_|trunc|reinterpret)/.test(op)) return convert(code, a);
  const width = wide ? 64 : 32;
  const bits = BigInt(width);
  const x = BigInt.asIntN(width, BigInt(a.value));
  const ux = BigInt.asUintN(width, x);
  const make = (n: bigint): Expr => (wide ? i64(BigInt.asIntN(64, n)) : i32(Number(BigInt.asIntN(32, n))));
  if (!b) {
    switch (op) {
      case 'eqz':
        return bool(x === 0n);
      case 'clz':
        return make(x === 0n ? bits : bits - BigInt(ux.toString(2).length));
      case 'ctz': {
        if (x === 0n) return make(bits);
        const text = ux.toString(2);
        return make(BigInt(text.length - 1 - text.lastIndexOf('1')));
      }
      case 'popcnt':
        return make(BigInt(ux.toString(2).replaceAll('0', '').length));
      case 'extend8_s':
        return make(BigInt.asIntN(8, x));
      case 'extend16_s':
        return make(BigInt.asIntN(16, x));
      case 'extend32_s':
        return make(BigInt.asIntN(32, x));
      default:
        return undefined;
    }
  }
  const y = BigInt.asIntN(width, BigInt(b.value));
  const uy = BigInt.asUintN(width, y);
  const shift = uy % bits;
  switch (op) {
    case 'add':
      return make(x + y);
    case 'sub':
      return make(x - y);
    case 'mul':
      return make(x * y);
    case 'div_s':
      return y === 0n || (y === -1n && ux === 1n << (bits - 1n)) ? undefined : make(x / y);
    case 'div_u':
      return y === 0n ? undefined : make(ux / uy);
    case 'rem_s':
      return y === 0n ? undefined : make(x % y);
    case 'rem_u':
      return y === 0n ? undefined : make(ux % uy);
    case 'and':
      return make(x & y);
    case 'or':
      return make(x | y);
    case 'xor':
      return make(x ^ y);
    case 'shl':
      return make(x << shift);
    case 'shr_s':
      return make(x >> shift);
    case 'shr_u':
      return make(ux >> shift);
    case 'rotl':
      return make((ux << shift) | (ux >> (bits - shift)));
    case 'rotr':
      return make((ux >> shift) | (ux << (bits - shift)));
    case 'eq':
      return bool(x === y);
    case 'ne':
      return bool(x !== y);
    case 'lt_s':
      return bool(x < y);
    case 'lt_u':
      return bool(ux < uy);
    case 'gt_s':
      return bool(x > y);
    case 'gt_u':
      return bool(ux > uy);
    case 'le_s':
      return bool(x <= y);
    case 'le_u':
      return bool(ux <= uy);
    case 'ge_s':
      return bool(x >= y);
    case 'ge_u':
      return bool(ux >= uy);
    default:
      return undefined;
  }
}

function convert(code: string, a: Const): Expr | undefined {
  switch (code) {
    case 'i32.wrap_i64':
      return i32(Number(BigInt.asIntN(32, BigInt(a.value))));
    case 'i64.extend_i32_s':
      return i64(BigInt(Number(a.value) | 0));
    case 'i64.extend_i32_u':
      return i64(BigInt(Number(a.value) >>> 0));
    case 'i64.reinterpret_f64': {
      const view = new DataView(new ArrayBuffer(8));
      view.setFloat64(0, Number(a.value));
      return Number.isNaN(Number(a.value)) ? undefined : i64(view.getBigInt64(0));
    }
    case 'i64.trunc_sat_f64_s': {
      const value = Math.trunc(Number(a.value));
      return Number.isSafeInteger(value) ? i64(BigInt(value)) : undefined;
    }
    default:
      return undefined;
  }
}

/** Floating point with the same rounding as WebAssembly; NaN results are left alone (their bits are not ours to choose). */
function evaluateFloat(op: string, a: Const, b: Const | undefined): Expr | undefined {
  const make = (value: number): Expr | undefined =>
    Number.isNaN(value) ? undefined : { op: Op.const, type: 'f64', value };
  if (op.startsWith('convert_i32_s')) return make(Number(a.value) | 0);
  if (op.startsWith('convert_i32_u')) return make(Number(a.value) >>> 0);
  if (op.startsWith('convert_i64_s')) return make(Number(BigInt.asIntN(64, BigInt(a.value))));
  if (a.type !== 'f64') return undefined;
  const x = Number(a.value);
  if (!b) {
    switch (op) {
      case 'neg':
        return make(-x);
      case 'abs':
        return make(Math.abs(x));
      case 'sqrt':
        return make(Math.sqrt(x));
      case 'floor':
        return make(Math.floor(x));
      case 'ceil':
        return make(Math.ceil(x));
      case 'trunc':
        return make(Math.trunc(x));
      default:
        return undefined;
    }
  }
  const y = Number(b.value);
  switch (op) {
    case 'add':
      return make(x + y);
    case 'sub':
      return make(x - y);
    case 'mul':
      return make(x * y);
    case 'div':
      return make(x / y);
    case 'eq':
      return bool(x === y);
    case 'ne':
      return bool(x !== y);
    case 'lt':
      return bool(x < y);
    case 'gt':
      return bool(x > y);
    case 'le':
      return bool(x <= y);
    case 'ge':
      return bool(x >= y);
    default:
      return undefined;
  }
}
