/** Conditions in range analysis (ranges.ts): what decides them, and what their outcome says of locals. */

import { get } from '../build.ts';
import type { Expr } from '../ir.ts';
import * as Op from '../op.ts';
import { INSTRUCTIONS, operationOf } from '../ops.ts';
import type { Interval } from './interval.ts';
import * as iv from './interval.ts';
import { constantRange, fullOf, isOperand, isSimple, less, loaded, not, OPPOSITE, transfer } from './ranges-num.ts';
import { current, put, type Relation, relationOf, relations, sameLocal } from './ranges-state.ts';

type Num = Extract<Expr, { op: typeof Op.num }>;

/** The range of a simple expression (see `isSimple`). */
export function rangeOf(e: Expr): Interval {
  switch (e.op) {
    case Op.get:
      return current[e.local]!;
    case Op.const:
      return constantRange(e);
    case Op.num: {
      const a = rangeOf(e.args[0]!);
      const b = e.args.length === 2 ? rangeOf(e.args[1]!) : iv.FULL;
      const decided = decide(e, a, b);
      if (decided !== undefined) return { lo: decided, hi: decided };
      return transfer(e, INSTRUCTIONS.get(e.code)!, a, b);
    }
    case Op.load:
      return loaded(e);
    case Op.as: {
      const range = rangeOf(e.value);
      return e.type === 'i32' || e.type === 'i64' ? range : fullOf(e.type);
    }
    case Op.seq:
      return rangeOf(e.value);
    default:
      return fullOf(e.type ?? 'i64');
  }
}

// ---- outcomes that are known

/** 0 or 1 if the ranges of the operands of a simple condition, `a` and `b`, decide it; undefined of other instructions. */
export function decide(e: Num, a: Interval, b: Interval): 0 | 1 | undefined {
  const { code } = e;
  const { isComparison, operation } = INSTRUCTIONS.get(code)!;
  if (!isComparison) {
    // Only values whose ranges are known are in them for sure: others may be NaN.
    const isKnown = code === 'f64.eq' && a.hi - a.lo < Infinity && b.hi - b.lo < Infinity;
    return isKnown && (a.hi < b.lo || b.hi < a.lo) ? 0 : undefined;
  }
  if (code === 'i64.lt_s' || code === 'i64.gt_s') {
    const sum = overflowing(e);
    if (sum >= 0 && !checkedOf(relationOf(sum)!).overflows) return 0;
  }
  switch (operation) {
    case 'eqz':
      return a.lo > 0 || a.hi < 0 ? 0 : a.lo === 0 && a.hi === 0 ? 1 : undefined;
    case 'eq':
      return a.hi < b.lo || b.hi < a.lo ? 0 : undefined;
    case 'lt_s':
      return less(a, b);
    case 'ge_s':
      return not(less(a, b));
    case 'ge_u':
      return not(lessUnsigned(e, 0, a, b));
    case 'lt_u':
      return lessUnsigned(e, 0, a, b);
    case 'ne':
      return a.hi < b.lo || b.hi < a.lo ? 1 : undefined;
    case 'gt_s':
      return less(b, a);
    case 'le_s':
      return not(less(b, a));
    case 'gt_u':
      return lessUnsigned(e, 1, b, a);
    case 'le_u':
      return not(lessUnsigned(e, 1, b, a));
    default:
      return undefined;
  }
}

/** Whether the operand `e.args[first]`, which is in `a`, is below the other one, unsigned. */
function lessUnsigned(e: Num, first: 0 | 1, a: Interval, b: Interval): 0 | 1 | undefined {
  const known = a.lo >= 0 && b.lo >= 0 ? less(a, b) : undefined;
  if (known !== undefined) return known;
  // A sum of two numbers that are not negative is, unsigned, at least each of them.
  const x = e.args[first]!;
  const y = e.args[1 - first]!;
  if (x.op === Op.get && isOperand(y) && e.code.startsWith('i64')) {
    const sum = relationOf(x.local);
    if (sum?.kind === 'add' && (sameLocal(sum.left, y) || sameLocal(sum.right, y))) {
      if (rangeOf(sum.left).lo >= 0 && rangeOf(sum.right).lo >= 0) return 0;
    }
  }
  return undefined;
}

/** The local with a sum or difference whose overflow a condition tests, as checked arithmetic does it; -1 if it tests none. */
function overflowing({ code, args }: Num): number {
  const x = args[0]!;
  const y = args[1]!;
  if (x.op === Op.num) {
    if (code !== 'i64.lt_s' || x.code !== 'i64.and' || y.op !== Op.const || y.value !== 0n) return -1;
    const p = x.args[0]!;
    const q = x.args[1]!;
    if (p.op !== Op.num || q.op !== Op.num || p.code !== 'i64.xor' || q.code !== 'i64.xor') return -1;
    for (let i = 0; i < 4; i++) {
      const candidate = i < 2 ? p.args[i]! : q.args[i - 2]!;
      if (candidate.op !== Op.get) continue;
      const r = relationOf(candidate.local);
      if (r === undefined || r.kind === 'copy') continue;
      // (a ^ sum) & (b ^ sum), or (a ^ b) & (a ^ difference)
      const isSum = r.kind === 'add';
      const one = isSum ? candidate : r.right;
      const two = isSum ? r.right : r.left;
      const matches =
        (isPair(p, r.left, one) && isPair(q, two, candidate)) || (isPair(q, r.left, one) && isPair(p, two, candidate));
      if (matches) return candidate.local;
    }
    return -1;
  }
  if (x.op !== Op.get) return -1;
  const r = relationOf(x.local);
  if (r?.kind !== 'add' || r.right.op !== Op.const || !sameLocal(r.left, y)) return -1;
  const added = BigInt.asIntN(64, BigInt(r.right.value));
  return added !== 0n && added > 0n === (code === 'i64.lt_s') ? x.local : -1;
}

/** Whether the operands of an instruction are these two, in either order. */
function isPair({ args }: Num, a: Expr, b: Expr): boolean {
  const x = args[0]!;
  const y = args[1]!;
  return (sameLocal(x, a) && sameLocal(y, b)) || (sameLocal(x, b) && sameLocal(y, a));
}

function checkedOf({ kind, left, right }: Relation): iv.Checked {
  return kind === 'sub' ? iv.sub(rangeOf(left), rangeOf(right)) : iv.add(rangeOf(left), rangeOf(right));
}

// ---- what outcomes say

/** Narrows the state by a condition's outcome; `isPlain` says whether the condition is simple. */
export function assume(cond: Expr, isPlain: boolean, outcome: boolean): void {
  if (cond.op === Op.get) {
    const now = current[cond.local]!;
    if (!outcome) narrow(cond, 0, 0);
    else if (now.lo === 0) narrow(cond, 1, now.hi);
  } else if (cond.op === Op.if) {
    // Conjunctions and disjunctions.
    const { then, else: otherwise } = cond;
    if (otherwise.op === Op.const && Number(otherwise.value) === 0 && outcome) {
      assume(cond.cond, isSimple(cond.cond), true);
      if (isSimple(then)) assume(then, true, true);
    } else if (then.op === Op.const && Number(then.value) === 1 && !outcome) {
      assume(cond.cond, isSimple(cond.cond), false);
      if (isSimple(otherwise)) assume(otherwise, true, false);
    }
  } else if (cond.op === Op.num && isPlain) {
    // Statements in an operand may have assigned what another one reads: nothing is known of what is not simple.
    assumeSimple(cond, outcome);
  }
}

function assumeSimple(cond: Num, outcome: boolean): void {
  const { code, args } = cond;
  const x = args[0]!;
  const y = args[1]!;
  switch (code) {
    case 'i32.eqz':
      // Of a condition or a number.
      if (x.op === Op.num || x.op === Op.get) assume(x, true, !outcome);
      return;
    case 'i64.eqz':
      if (outcome) narrow(x, 0, 0);
      else differ(x, iv.ZERO);
      return;
    case 'i32.and':
      if (outcome && isBit(x) && isBit(y)) {
        assume(x, true, true);
        assume(y, true, true);
      }
      return;
    case 'i32.or':
      if (!outcome) {
        assume(x, true, false);
        assume(y, true, false);
      }
      return;
    case 'i64.lt_s':
    case 'i64.gt_s': {
      if (outcome && x.op !== Op.get && y.op !== Op.get) return;
      const sum = overflowing(cond);
      if (sum < 0) break;
      if (outcome) return;
      const { exact } = checkedOf(relationOf(sum)!);
      narrow(get(sum, 'i64'), exact.lo, exact.hi);
      return;
    }
    default:
  }
  if ((x.op === Op.get || y?.op === Op.get) && INSTRUCTIONS.get(code)!.isComparison) compared(code, x, y, outcome);
}

const isBit = (e: Expr): boolean => {
  const { lo, hi } = rangeOf(e);
  return lo >= 0 && hi <= 1;
};

/** Narrows by the outcome of comparing two numbers. */
function compared(code: Num['code'], x: Expr, y: Expr, outcome: boolean): void {
  const operation = operationOf(code);
  switch (outcome ? operation : OPPOSITE[operation]) {
    case 'lt_s':
      below(x, y, true);
      return;
    case 'ge_s':
      below(y, x, false);
      return;
    case 'lt_u':
      belowUnsigned(x, y, true);
      return;
    case 'ge_u':
      belowUnsigned(y, x, false);
      return;
    case 'eq': {
      const other = rangeOf(y);
      narrow(x, other.lo, other.hi);
      const one = rangeOf(x);
      narrow(y, one.lo, one.hi);
      return;
    }
    case 'ne':
      differ(x, rangeOf(y));
      differ(y, rangeOf(x));
      return;
    case 'gt_s':
      below(y, x, true);
      return;
    case 'le_s':
      below(x, y, false);
      return;
    case 'le_u':
      belowUnsigned(x, y, false);
      return;
    case 'gt_u':
      belowUnsigned(y, x, true);
      return;
    default:
  }
}

function below(x: Expr, y: Expr, strict: boolean): void {
  const { hi } = rangeOf(y);
  const { lo } = rangeOf(x);
  narrow(x, -Infinity, strict ? iv.before(hi) : hi);
  narrow(y, strict ? iv.after(lo) : lo, Infinity);
}

function belowUnsigned(x: Expr, y: Expr, strict: boolean): void {
  const high = rangeOf(y);
  // What is below a number that is not negative is not negative itself.
  if (high.lo >= 0) narrow(x, 0, strict ? iv.before(high.hi) : high.hi);
  const low = rangeOf(x);
  if (low.lo >= 0 && high.lo >= 0) narrow(y, strict ? iv.after(low.lo) : low.lo, Infinity);
}

function differ(x: Expr, other: Interval): void {
  if (x.op !== Op.get || other.lo !== other.hi) return;
  const now = current[x.local]!;
  if (now.lo === other.lo) narrow(x, iv.after(now.lo), Infinity);
  else if (now.hi === other.hi) narrow(x, -Infinity, iv.before(now.hi));
}

/** Notes that a number is in an interval, if it is in a local. */
function narrow(x: Expr, least: number, most: number): void {
  if (x.op !== Op.get || (x.type !== 'i64' && x.type !== 'i32')) return;
  const now = current[x.local]!;
  const lo = least > now.lo ? least : now.lo;
  const hi = most < now.hi ? most : now.hi;
  // What cannot be is not reached; nothing is made of it.
  if (lo > hi) return;
  if (lo !== now.lo || hi !== now.hi) put(x.local, { lo, hi });
  const r = relations[x.local] === undefined ? undefined : relationOf(x.local);
  if (r?.kind === 'copy') narrow(r.left, least, most);
}
