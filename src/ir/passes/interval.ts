/**
 * Intervals of integers, for range analysis (value range propagation: Harrison 1977; Patterson, "Accurate static branch
 * prediction by value range propagation", PLDI 1995). Bounds are doubles, which are much cheaper than bigints: exact up to
 * 2^53, rounded outwards up to 2^61, and beyond only the ends of 64 bits and their neighbours are told apart:
 *
 *     -Infinity  -2^63          NEAR   2^63 - 2
 *     -NEAR      -2^63 + 1      Infinity 2^63 - 1
 *
 * A lower bound is rounded down to one of these, an upper bound up. Values of i32 are read as signed and have exact bounds.
 */

export interface Interval {
  readonly lo: number;
  readonly hi: number;
}

export const NEAR = 2 ** 63 - 1024;
const LARGE = 2 ** 61;
const EXACT = 2 ** 53;
const HALF = EXACT / 2;
// A minus before a constant that is no small integer would make a new number each time.
const LEAST_LARGE = -LARGE;
const LEAST_EXACT = -EXACT;
const LEAST_HALF = -HALF;
/** What a product in doubles stays below if it fits 64 bits for sure. */
const MOST_PRODUCT = 2 ** 63 * (1 - 2 ** -50);
export const MAX_U32 = 2 ** 32 - 1;
export const MIN_I32 = -(2 ** 31);
export const MAX_I32 = 2 ** 31 - 1;

export const FULL: Interval = { lo: -Infinity, hi: Infinity };
export const FULL_I32: Interval = { lo: MIN_I32, hi: MAX_I32 };
export const BIT: Interval = { lo: 0, hi: 1 };
export const ZERO: Interval = { lo: 0, hi: 0 };

/** An upper bound that can be kept, not below `x`, which was computed in doubles. */
function up(x: number): number {
  if (x <= EXACT) return x < LEAST_EXACT ? Math.max(LEAST_LARGE, x * (1 - 2 ** -51)) : Math.ceil(x);
  const y = x * (1 + 2 ** -51);
  return y > LARGE ? Infinity : y;
}
const down = (x: number): number => -up(-x);

/** An interval from bounds that were computed in doubles. */
export const interval = (lo: number, hi: number): Interval => ({ lo: down(lo), hi: up(hi) });

/** The intervals of the most frequent constants. */
const SMALL: readonly Interval[] = Array.from({ length: 64 }, (_, n) => ({ lo: n, hi: n }));

/** The interval of one number. */
export function constant(value: number | bigint): Interval {
  const near = Number(value);
  if (near >= 0 && near < SMALL.length) return SMALL[near]!;
  if (typeof value === 'number' || (near <= EXACT && near >= LEAST_EXACT)) return { lo: near, hi: near };
  const v = BigInt.asIntN(64, value);
  const max = (1n << 63n) - 1n;
  const x = Number(v);
  if (Math.abs(x) <= EXACT) return { lo: x, hi: x };
  if (v === max) return { lo: Infinity, hi: Infinity };
  if (v === -max - 1n) return { lo: -Infinity, hi: -Infinity };
  if (x > LARGE) return { lo: v === max - 1n ? NEAR : LARGE, hi: NEAR };
  if (x < LEAST_LARGE) return { lo: -NEAR, hi: v === -max ? -NEAR : LEAST_LARGE };
  return interval(x, x);
}

export const isWhole = ({ lo, hi }: Interval): boolean => lo === -Infinity && hi === Infinity;

export function join(a: Interval, b: Interval): Interval {
  return { lo: Math.min(a.lo, b.lo), hi: Math.max(a.hi, b.hi) };
}

/** The bound after `x` (upwards), for x < y makes x <= before(y). */
export function before(x: number): number {
  if (x === Infinity) return NEAR;
  if (x === NEAR) return NEAR;
  if (x === -NEAR || x === -Infinity) return -Infinity;
  return Math.abs(x) > EXACT ? x : x - 1;
}
export const after = (x: number): number => -before(-x);

/** An exact result, and whether it may lie outside of 64 bits. `exact` is the part inside. */
export interface Checked {
  readonly exact: Interval;
  readonly overflows: boolean;
}

const OVERFLOWING: Checked = { exact: FULL, overflows: true };

/** Whether the sum of two upper bounds may pass 2^63 - 1. */
function passes(a: number, b: number): boolean {
  if (a <= 0 || b <= 0 || (a <= LARGE && b <= LARGE)) return false;
  return !((a === NEAR && b <= 1) || (b === NEAR && a <= 1));
}

function sumUp(a: number, b: number): number {
  if (a <= LARGE && a >= LEAST_LARGE && b <= LARGE && b >= LEAST_LARGE) return up(a + b);
  // One bound is beyond what is kept: only small differences from the end are known.
  if (a === Infinity && b <= -1) return NEAR;
  if (b === Infinity && a <= -1) return NEAR;
  if (a === NEAR && b <= 0) return NEAR;
  if (b === NEAR && a <= 0) return NEAR;
  const most = Math.max(a, b);
  return Math.abs(most) <= LARGE ? up(LEAST_LARGE + most) : most < 0 ? LEAST_LARGE : Infinity;
}

export function add(a: Interval, b: Interval): Checked {
  if (a === FULL && b === FULL) return OVERFLOWING;
  if (a.lo >= LEAST_HALF && b.lo >= LEAST_HALF && a.hi <= HALF && b.hi <= HALF) {
    return { exact: { lo: a.lo + b.lo, hi: a.hi + b.hi }, overflows: false };
  }
  const overflows = passes(a.hi, b.hi) || passes(-a.lo, -b.lo);
  return { exact: { lo: -sumUp(-a.lo, -b.lo), hi: sumUp(a.hi, b.hi) }, overflows };
}

export function sub(a: Interval, b: Interval): Checked {
  if (a === FULL && b === FULL) return OVERFLOWING;
  // -(-2^63) is one more than the largest: the sum with it may pass where the bound does not show it.
  if (b.lo === -Infinity) {
    const overflows = a.hi >= 0;
    return { exact: { lo: -sumUp(-a.lo, b.hi), hi: Infinity }, overflows: overflows || passes(-a.lo, b.hi) };
  }
  return add(a, { lo: -b.hi, hi: b.lo === -NEAR ? Infinity : -b.lo });
}

export function mul(a: Interval, b: Interval): Checked {
  if ((a === FULL && b.hi > 0) || (b === FULL && a.hi > 0)) return OVERFLOWING;
  if (b.lo === b.hi && b.lo >= 0 && b.lo <= MAX_U32) {
    // Shifts are such products.
    const low = a.lo * b.lo;
    const high = a.hi * b.lo;
    if (low >= LEAST_EXACT && high <= EXACT) return { exact: { lo: low, hi: high }, overflows: false };
  }
  const p = product(a.lo, b.lo);
  const q = product(a.lo, b.hi);
  const r = product(a.hi, b.lo);
  const s = product(a.hi, b.hi);
  const lo = Math.min(p, q, r, s);
  const hi = Math.max(p, q, r, s);
  return { exact: interval(lo, hi), overflows: hi >= MOST_PRODUCT || lo <= -MOST_PRODUCT };
}

const product = (x: number, y: number): number => (x === 0 || y === 0 ? 0 : x * y);

/** Division rounded toward zero by a positive number. */
export function divide(a: Interval, b: Interval): Interval {
  const least = Math.max(1, b.lo);
  return {
    lo: a.lo >= 0 ? quotient(a.lo, b.hi, false) : -quotient(-a.lo, least, true),
    hi: a.hi >= 0 ? quotient(a.hi, least, true) : -quotient(-a.hi, b.hi, false),
  };
}

/** Of numbers that are not negative; rounded up or down. */
function quotient(x: number, y: number, upwards: boolean): number {
  if (y === 1) return x;
  if (y === Infinity || y === NEAR) return upwards ? x : 0;
  const value = Math.min(x, 2 ** 63) / y;
  if (x <= EXACT) return Math.floor(value);
  return upwards ? up(value * (1 + 2 ** -50)) : Math.floor(value * (1 - 2 ** -50));
}

/** Remainder with the sign of the dividend, by a number that is not 0. */
export function remainder(a: Interval, b: Interval): Interval {
  const most = Math.max(Math.abs(b.lo), Math.abs(b.hi));
  const bound = most === Infinity ? Infinity : before(most);
  return {
    lo: a.lo >= 0 ? 0 : Math.max(a.lo, -bound),
    hi: a.hi <= 0 ? 0 : Math.min(a.hi, bound),
  };
}

/** The smallest number of the form 2^k - 1 that is not below x. */
export function mask(x: number): number {
  if (x > LARGE) return Infinity;
  let m = 1;
  while (m - 1 < x) m *= 2;
  return m > EXACT ? up(m) : m - 1;
}
