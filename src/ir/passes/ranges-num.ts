/** What single instructions make of intervals, and small questions about expressions: the tables of range analysis (ranges.ts). */

import { num } from '../build.ts';
import type { Expr, Type } from '../ir.ts';
import * as Op from '../op.ts';
import { type Instruction, mayTrap } from '../ops.ts';
import type { Interval } from './interval.ts';
import * as iv from './interval.ts';

type Num = Extract<Expr, { op: typeof Op.num }>;

/** All that a local of a type may hold. */
export const fullOf = (type: Type): Interval => (type === 'i32' || type === 'ref' ? iv.FULL_I32 : iv.FULL);

const LOADED = new Map<string, Interval>([
  ['i32.load8_u', { lo: 0, hi: 255 }],
  ['i32.load8_s', { lo: -128, hi: 127 }],
  ['i32.load16_u', { lo: 0, hi: 65535 }],
  ['i32.load16_s', { lo: -32768, hi: 32767 }],
  ['i64.load8_u', { lo: 0, hi: 255 }],
  ['i64.load16_u', { lo: 0, hi: 65535 }],
  ['i64.load32_u', { lo: 0, hi: iv.MAX_U32 }],
  ['i64.load32_s', { lo: iv.MIN_I32, hi: iv.MAX_I32 }],
]);

/** What a list has at most (elems_new in list.mochi). */
const MOST_LENGTH = 2 ** 30;
const LENGTH: Interval = { lo: 0, hi: MOST_LENGTH };

/** The range of what is loaded. */
export const loaded = (e: Extract<Expr, { op: typeof Op.load }>): Interval =>
  e.length ? LENGTH : (LOADED.get(e.code) ?? fullOf(e.type));

/** The range of a constant. */
export const constantRange = (e: Extract<Expr, { op: typeof Op.const }>): Interval =>
  e.type === 'f64' ? floatConst(Number(e.value)) : iv.constant(e.value);

export const UNSIGNED: Record<string, Num['code']> = {
  'i64.div_s': 'i64.div_u',
  'i64.rem_s': 'i64.rem_u',
  'i32.div_s': 'i32.div_u',
  'i32.rem_s': 'i32.rem_u',
};

export const OPPOSITE: Record<string, string> = {
  eq: 'ne',
  ne: 'eq',
  lt_s: 'ge_s',
  ge_s: 'lt_s',
  gt_s: 'le_s',
  le_s: 'gt_s',
  lt_u: 'ge_u',
  ge_u: 'lt_u',
  gt_u: 'le_u',
  le_u: 'gt_u',
};
export const not = (outcome: 0 | 1 | undefined): 0 | 1 | undefined =>
  outcome === undefined ? undefined : outcome === 0 ? 1 : 0;
export const less = (a: Interval, b: Interval): 0 | 1 | undefined => (a.hi < b.lo ? 1 : a.lo >= b.hi ? 0 : undefined);

/** Locals and constants, and arithmetic on them that does not trap: evaluated without any effect. */
export function isSimple(e: Expr): boolean {
  switch (e.op) {
    case Op.get:
    case Op.const:
    case Op.data:
      return true;
    case Op.num:
      for (let i = 0; i < e.args.length; i++) if (!isSimple(e.args[i]!)) return false;
      return !mayTrap(e.code);
    case Op.as:
      return isSimple(e.value);
    case Op.load:
      return isSimple(e.addr);
    case Op.seq:
      return e.body.every((s) => s.op === Op.keep && isSimple(s.value)) && isSimple(e.value);
    default:
      return false;
  }
}

export const isOperand = (e: Expr): boolean => e.op === Op.get || e.op === Op.const;

const floatConst = (value: number): Interval => (Number.isFinite(value) ? { lo: value, hi: value } : iv.FULL);

const LOW = [0, -1, iv.MIN_I32];
const HIGH = [iv.MAX_I32, iv.MAX_U32, iv.NEAR];
/** The next bounds to try at a loop's head. */
export function widen(at: Interval, back: Interval, type: Type, run: number): Interval {
  const full = fullOf(type);
  let { lo, hi } = at;
  if (back.lo < lo) lo = Math.max(full.lo, (run === 0 ? LOW.find((x) => x <= back.lo) : undefined) ?? full.lo);
  if (back.hi > hi) hi = Math.min(full.hi, (run === 0 ? HIGH.find((x) => x >= back.hi) : undefined) ?? full.hi);
  return { lo, hi };
}

/** The range of the result of `e`, which is what `instruction` says, for operands in `a` and `b`. */
export function transfer(e: Num, { operation, isComparison }: Instruction, a: Interval, b: Interval): Interval {
  if (isComparison) return iv.BIT;
  const { type } = e;
  if (type === 'f64') {
    if (e.code === 'f64.convert_i64_s' || e.code === 'f64.convert_i32_s') {
      return { lo: Math.max(a.lo, -(2 ** 63)), hi: Math.min(a.hi, 2 ** 63) };
    }
    return iv.FULL;
  }
  const whole = type === 'i32' || type === 'ref' ? iv.FULL_I32 : iv.FULL;
  switch (operation) {
    case 'add':
      // Most sums of 64 bits are of what may be anything.
      return whole === iv.FULL && (a === whole || b === whole) ? whole : kept(iv.add(a, b), whole);
    case 'or':
    case 'xor':
      return a.lo >= 0 && b.lo >= 0 ? { lo: 0, hi: iv.mask(Math.max(a.hi, b.hi)) } : whole;
    case 'shl':
    case 'shr_u':
    case 'shr_s':
      return shifted(operation, a, b, whole);
    case 'wrap_i64':
      return a.lo >= iv.MIN_I32 && a.hi <= iv.MAX_I32 ? a : whole;
    case 'and':
      if (a.lo >= 0 && b.lo >= 0) return { lo: 0, hi: Math.min(a.hi, b.hi) };
      return a.lo >= 0 ? { lo: 0, hi: a.hi } : b.lo >= 0 ? { lo: 0, hi: b.hi } : whole;
    case 'sub':
      return kept(iv.sub(a, b), whole);
    case 'mul':
      return kept(iv.mul(a, b), whole);
    case 'extend_i32_s':
      return a;
    case 'extend_i32_u':
      return a.lo >= 0 ? a : { lo: 0, hi: iv.MAX_U32 };
    case 'div_s':
      return b.lo >= 1 ? iv.divide(a, b) : whole;
    case 'div_u':
      return a.lo >= 0 && b.lo >= 1 ? iv.divide(a, b) : whole;
    case 'rem_s':
      return iv.remainder(a, b);
    case 'rem_u':
      return a.lo >= 0 && b.lo >= 0 ? iv.remainder(a, b) : whole;
    case 'clz':
    case 'ctz':
    case 'popcnt':
      return { lo: 0, hi: whole === iv.FULL ? 64 : 32 };
    default:
      // A comparison of floats.
      return e.code.startsWith('f64') ? iv.BIT : whole;
  }
}

/** An exact result, or the whole type if it may lie outside of that. */
function kept({ exact, overflows }: iv.Checked, whole: Interval): Interval {
  if (overflows || (whole === iv.FULL_I32 && (exact.lo < iv.MIN_I32 || exact.hi > iv.MAX_I32))) return whole;
  return exact;
}

function shifted(operation: 'shl' | 'shr_u' | 'shr_s', a: Interval, b: Interval, whole: Interval): Interval {
  const bits = whole === iv.FULL ? 64 : 32;
  const by = b.lo === b.hi && b.lo >= 0 && b.lo < bits ? b.lo : undefined;
  if (operation === 'shl') {
    return by === undefined || by > 60 ? whole : kept(iv.mul(a, { lo: 2 ** by, hi: 2 ** by }), whole);
  }
  if (a.lo >= 0) return by === undefined ? { lo: 0, hi: a.hi } : iv.divide(a, { lo: 2 ** by, hi: 2 ** by });
  if (operation === 'shr_s' || by === undefined || by === 0) return whole;
  return iv.interval(0, 2 ** (bits - by) - 1);
}

/** Division and remainder by powers of two, of numbers that are not negative. */
export function strength(e: Num): Expr | undefined {
  const [x, y] = e.args;
  if (y?.op !== Op.const) return undefined;
  const divisor = BigInt(y.value);
  if (divisor <= 0n || (divisor & (divisor - 1n)) !== 0n) return undefined;
  const power = BigInt(divisor.toString(2).length - 1);
  const value = (n: bigint): Expr => ({ op: Op.const, type: 'i64', value: n });
  return e.code === 'i64.rem_u' ? num('i64.and', x!, value(divisor - 1n)) : num('i64.shr_u', x!, value(power));
}
