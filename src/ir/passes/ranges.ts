/**
 * Range analysis: what numbers a local can hold, at every point of a function, and what follows from it: checks that cannot
 * fail go away (overflow of a loop's counter, the negative case of an index), divisions of what is not negative become
 * unsigned ones.
 *
 * An abstract interpretation of the structured code with intervals (interval.ts). Conditions narrow what their branches see;
 * the states of all jumps to a label meet where it is. A loop is run until what its locals hold at its head is stable: a bound
 * that grows goes to the next of a few thresholds, then to the end of its type (widening: Cousot and Cousot 1977). The last run
 * is the one whose simplified statements are kept.
 *
 * Two relations beside the intervals: a local is a copy of another, or a sum or difference of two; both until one of the
 * locals is assigned. The sum makes it possible to recognise the test of checked arithmetic, after which the sum is exact.
 */

import { copyFunc, i32, type Mapper, mapSame, mapStmt, num, walk, walkStmts } from '../build.ts';
import { noReturnFuncs } from '../calls.ts';
import { holdsLoop } from '../facts.ts';
import type { Expr, Func, Module, Stmt } from '../ir.ts';
import * as Op from '../op.ts';
import { INSTRUCTIONS } from '../ops.ts';
import type { Interval } from './interval.ts';
import * as iv from './interval.ts';
import { assume, decide, rangeOf } from './ranges-cond.ts';
import { constantRange, fullOf, isSimple, loaded, strength, transfer, UNSIGNED, widen } from './ranges-num.ts';
import {
  assign,
  begin,
  current,
  type Difference,
  logLength,
  meet,
  origin,
  relate,
  relations,
  renew,
  restore,
  since,
  trailLength,
  unassign,
  undo,
  unrelate,
} from './ranges-state.ts';

type Num = Extract<Expr, { op: typeof Op.num }>;
type Block = Extract<Stmt, { op: typeof Op.block }>;
type Loop = Extract<Stmt, { op: typeof Op.loop }>;

/** Runs of a loop's body before its bounds go to the ends of their types. */
const RUNS = 5;
/** Statements looked at in one function, those of nested loops each time: beyond it loops know nothing. */
const MOST_STEPS = 30_000;
const MUL_SLOW = 'rt.int_mul_slow';

/** Simplifies by ranges in the functions of the user that have loops, all or those chosen. */
export function rangesModule(module: Module, chosen: (func: Func) => boolean = () => true): Module {
  let known: Set<string> | undefined;
  const funcs = new Map<string, Func>();
  for (const func of module.funcs.values()) {
    if (func.display === undefined || !chosen(func) || !holdsLoop(func)) {
      funcs.set(func.name, func);
      continue;
    }
    known ??= noReturnFuncs(module);
    funcs.set(func.name, rangesFunc(func, known));
  }
  return { ...module, funcs };
}

interface Target {
  /** Where in the trail of changes the block or loop began. */
  readonly start: number;
  readonly states: Difference[];
}

/** What is known of a loop. */
interface LoopFacts {
  /** What it assigns. */
  readonly locals: readonly number[];
  /** What these hold at its head, as it was found in a run of the loop around it; empty before the first. */
  readonly invariant: Interval[];
}

// The function that is looked at.
let localTypes: Func['locals'] = [];
let noReturn: ReadonlySet<string> = new Set();
/** The blocks and loops around the present point, by label and in order. */
let targets: Target[] = [];
const open: Target[] = [];
let loops: LoopFacts[] = [];
/** Whether control comes to the present point. */
let reachable = true;
let steps = 0;

// What there is to say of the expression that `expr` gave last: its range, if that was wanted, and whether it is simple
// (see `isSimple`).
let range: Interval = iv.FULL;
let isPlain = true;

function rangesFunc(func: Func, known: ReadonlySet<string>): Func {
  begin(func);
  localTypes = func.locals;
  noReturn = known;
  targets = [];
  loops = [];
  open.length = 0;
  reachable = true;
  steps = 0;
  const body = list(func.body);
  return body === func.body ? func : copyFunc(func, body);
}

// ---- values

/** The expression simplified; sets `isPlain`, and `range` if it is wanted, which that of an address or an argument is not. */
function expr(e: Expr, isWanted = false): Expr {
  switch (e.op) {
    case Op.get: {
      const { local } = e;
      range = current[local]!;
      isPlain = true;
      if (relations[local] === undefined) return e;
      const from = origin(local);
      return from !== local && localTypes[from] === e.type ? { ...e, local: from } : e;
    }
    case Op.num:
      return numeric(e, isWanted);
    case Op.const:
      if (isWanted) range = constantRange(e);
      isPlain = true;
      return e;
    case Op.call: {
      if (e.func === MUL_SLOW) return slowProduct(e);
      const args = mapSame(e.args, expr);
      if (isWanted) range = fullOf(e.type ?? 'i64');
      isPlain = false;
      if (noReturn.has(e.func)) reachable = false;
      return args === e.args ? e : { ...e, args };
    }
    case Op.load: {
      const addr = expr(e.addr);
      if (isWanted) range = loaded(e);
      return addr === e.addr ? e : { ...e, addr };
    }
    case Op.as: {
      const isKept = isWanted && (e.type === 'i32' || e.type === 'i64');
      const value = expr(e.value, isKept);
      if (isWanted && !isKept) range = fullOf(e.type);
      return value === e.value ? e : { ...e, value };
    }
    case Op.if:
      return choice(e, isWanted);
    case Op.select:
      return select(e);
    case Op.seq: {
      const body = list(e.body);
      const value = expr(e.value, isWanted);
      isPlain &&= isKeeping(body);
      return body === e.body && value === e.value ? e : { ...e, body, value };
    }
    case Op.callIndirect: {
      const args = mapSame(e.args, expr);
      const target = expr(e.target);
      range = fullOf(e.type ?? 'i64');
      isPlain = false;
      return args === e.args && target === e.target ? e : { ...e, args, target };
    }
    case Op.memoryGrow: {
      const pages = expr(e.pages);
      range = iv.FULL_I32;
      isPlain = false;
      return pages === e.pages ? e : { ...e, pages };
    }
    default:
      if (isWanted) range = fullOf(e.type);
      isPlain = e.op === Op.data;
      return e;
  }
}

function numeric(e: Num, isWanted: boolean): Expr {
  const { args, code } = e;
  const x = args[0]!;
  const y = args[1];
  const instruction = INSTRUCTIONS.get(code)!;
  const { mayTrap } = instruction;
  /** The instruction may turn out to be something else. */
  const isOpen = instruction.isComparison || mayTrap || code === 'f64.eq';
  const isNeeded = isWanted || isOpen;
  // Most operands are locals that are no copies: nothing is called for them.
  let left = x;
  let a: Interval;
  if (x.op === Op.get && relations[x.local] === undefined) {
    a = current[x.local]!;
    isPlain = true;
  } else {
    left = expr(x, isNeeded);
    a = range;
  }
  let b = iv.FULL;
  let right = y;
  if (y !== undefined) {
    if (y.op === Op.get && relations[y.local] === undefined) b = current[y.local]!;
    else if (y.op === Op.const) b = isNeeded ? constantRange(y) : b;
    else {
      const isLeftPlain = isPlain;
      right = expr(y, isNeeded);
      b = range;
      isPlain &&= isLeftPlain;
    }
  }
  const mapped = left === x && right === y ? e : { ...e, args: right === undefined ? [left] : [left, right] };
  if (!isOpen) {
    if (isWanted) range = transfer(mapped, instruction, a, b);
    return mapped;
  }
  if (mayTrap) return division(mapped, a, b);
  const decided = isPlain ? decide(mapped, a, b) : undefined;
  if (decided === undefined) {
    range = iv.BIT;
    return mapped;
  }
  range = { lo: decided, hi: decided };
  return i32(decided);
}

/** An instruction that may trap, for operands in `a` and `b`: of what is not negative it is another one. */
function division(e: Num, a: Interval, b: Interval): Expr {
  const unsigned = a.lo >= 0 && b.lo >= 0 ? UNSIGNED[e.code] : undefined;
  const mapped = unsigned ? { ...e, code: unsigned } : e;
  range = transfer(mapped, INSTRUCTIONS.get(mapped.code)!, a, b);
  const cheap = mapped.code === 'i64.div_u' || mapped.code === 'i64.rem_u' ? strength(mapped) : undefined;
  isPlain &&= cheap !== undefined;
  return cheap ?? mapped;
}

/** The call that multiplies when the product may not fit; its result is checked. */
function slowProduct(e: Extract<Expr, { op: typeof Op.call }>): Expr {
  const ranges: Interval[] = [];
  const args = mapSame(e.args, (arg) => {
    const after = expr(arg, true);
    ranges.push(range);
    return after;
  });
  range = iv.mul(ranges[0]!, ranges[1]!).exact;
  isPlain = false;
  if (noReturn.has(e.func)) reachable = false;
  return args === e.args ? e : { ...e, args };
}

function choice(e: Extract<Expr, { op: typeof Op.if }>, isWanted: boolean): Expr {
  const cond = expr(e.cond);
  if (cond.op === Op.const) return expr(Number(cond.value) === 0 ? e.else : e.then, isWanted);
  const isPlainCond = isPlain;
  const start = trailLength;
  const before = logLength;
  enter(cond, isPlainCond, true);
  const yes = expr(e.then, isWanted);
  const isPlainThen = isPlain;
  const whenTrue = reachable ? range : undefined;
  const then = leaveThen(start, before);
  const second = logLength;
  enter(cond, isPlainCond, false);
  const no = expr(e.else, isWanted);
  const whenFalse = reachable ? range : undefined;
  leaveElse(start, second, then);
  if (isWanted)
    range = whenTrue && whenFalse ? iv.join(whenTrue, whenFalse) : (whenTrue ?? whenFalse ?? fullOf(e.type));
  isPlain = false;
  if (no.op === Op.call && no.func === MUL_SLOW && yes.op === Op.num && yes.code === 'i64.mul' && isPlainCond) {
    const exact = product(yes.args[0]!, yes.args[1]!);
    range = exact.exact;
    if (!exact.overflows) {
      isPlain = isPlainThen;
      return yes;
    }
    const simple = simpleProductTest(yes.args[0]!, yes.args[1]!);
    if (simple) return { ...e, cond: simple, then: yes, else: no };
  }
  return cond === e.cond && yes === e.then && no === e.else ? e : { ...e, cond, then: yes, else: no };
}

function select(e: Extract<Expr, { op: typeof Op.select }>): Expr {
  const yes = expr(e.then, true);
  const isPlainThen = isPlain;
  let whenTrue = range;
  const no = expr(e.else, true);
  const isPlainElse = isPlain;
  let whenFalse = range;
  const cond = expr(e.cond);
  if (cond.op === Op.const) {
    const known = Number(cond.value) !== 0;
    isPlain = known ? isPlainElse : isPlainThen;
    if (isPlain) {
      // The value that is left out has no effect.
      isPlain = known ? isPlainThen : isPlainElse;
      range = known ? whenTrue : whenFalse;
      return known ? yes : no;
    }
  }
  const start = trailLength;
  assume(cond, isPlain, true);
  if (yes.op === Op.get) whenTrue = current[yes.local]!;
  undo(start);
  assume(cond, isPlain, false);
  if (no.op === Op.get) whenFalse = current[no.local]!;
  undo(start);
  range = iv.join(whenTrue, whenFalse);
  isPlain = false;
  return cond === e.cond && yes === e.then && no === e.else ? e : { ...e, cond, then: yes, else: no };
}

function isKeeping(body: readonly Stmt[]): boolean {
  for (const s of body) if (s.op !== Op.keep || !isSimple(s.value)) return false;
  return true;
}

function product(a: Expr, b: Expr): iv.Checked {
  if (!isSimple(a) || !isSimple(b)) return { exact: iv.FULL, overflows: true };
  return iv.mul(rangeOf(a), rangeOf(b));
}

/** A cheaper test for a product that fits, when one factor is not negative and the other a positive constant. */
function simpleProductTest(a: Expr, b: Expr): Expr | undefined {
  if (a.op === Op.const) return simpleProductTest(b, a);
  if (a.op !== Op.get || current[a.local]!.lo < 0) return undefined;
  if (b.op === Op.const && BigInt(b.value) > 0n) {
    const most = ((1n << 63n) - 1n) / BigInt(b.value);
    return num('i64.le_u', a, { op: Op.const, type: 'i64', value: most });
  }
  if (b.op !== Op.get || current[b.local]!.lo < 0) return undefined;
  const bits = num('i64.or', a, b);
  return num('i64.eqz', num('i64.shr_u', bits, { op: Op.const, type: 'i64', value: 31n }));
}

// ---- branches

// The two branches of a condition are both done from the same state; the state after them is where they meet.

function enter(cond: Expr, isPlainCond: boolean, outcome: boolean): void {
  assume(cond, isPlainCond, outcome);
  reachable = true;
}

/** Ends the first branch: gives its state, if control comes to its end, and goes back to the state before it. */
function leaveThen(start: number, before: number): Difference | undefined {
  const state = reachable ? since(start) : undefined;
  undo(start);
  if (state) unrelate(before);
  else unassign(before);
  return state;
}

/** Ends the second branch, and brings it together with the state of the first. */
function leaveElse(start: number, before: number, then: Difference | undefined): void {
  if (!reachable) {
    undo(start);
    unassign(before);
    if (then) restore(then);
    reachable = then !== undefined;
  } else if (then) {
    const state = since(start);
    undo(start);
    unrelate(before);
    meet([then, state]);
  }
}

function jump(label: number): void {
  const { states, start } = targets[label]!;
  states.push(since(start));
}

function enterTarget(label: number): Target {
  const target: Target = { start: trailLength, states: [] };
  targets[label] = target;
  open.push(target);
  return target;
}

// ---- statements

/** What stands for the statement for which `stmt` gave undefined. */
let instead: readonly Stmt[] = [];
const NONE: readonly Stmt[] = [];

function list(stmts: readonly Stmt[]): readonly Stmt[] {
  if (stmts.length === 0) return stmts;
  let out: Stmt[] | undefined;
  // What is not reached stays as it is; another pass removes it.
  let i = 0;
  for (; i < stmts.length && reachable; i++) {
    const s = stmts[i]!;
    const mapped = stmt(s);
    if (mapped !== s) out ??= stmts.slice(0, i);
    if (out === undefined) continue;
    if (mapped !== undefined) out.push(mapped);
    else for (const other of instead) out.push(other);
  }
  if (out !== undefined) for (; i < stmts.length; i++) out.push(stmts[i]!);
  return withoutDead(out ?? stmts);
}

/** A list that ends the function needs no values that nothing in it reads. */
function withoutDead(stmts: readonly Stmt[]): readonly Stmt[] {
  const op = stmts[stmts.length - 1]?.op;
  if (op !== Op.unreachable && op !== Op.return) return stmts;
  let first = 0;
  while (first < stmts.length && !isValue(stmts[first]!)) first++;
  return first === stmts.length ? stmts : withoutDeadFrom(stmts, first);
}

function withoutDeadFrom(stmts: readonly Stmt[], first: number): readonly Stmt[] {
  const read = new Set<number>();
  let jumps = false;
  let out: Stmt[] | undefined;
  for (let i = stmts.length - 1; i >= first; i--) {
    const s = stmts[i]!;
    if (s.op === Op.set && !read.has(s.local) && isValue(s)) {
      out ??= stmts.slice();
      out.splice(i, 1);
      continue;
    }
    // There are jumps in these for sure.
    if (s.op === Op.block || s.op === Op.loop) break;
    walk(
      [s],
      (e) => {
        if (e.op === Op.get) read.add(e.local);
      },
      (inner) => {
        if (inner.op === Op.br || inner.op === Op.brIf || inner.op === Op.switch) jumps = true;
      },
    );
    if (jumps) break;
  }
  return out ?? stmts;
}

const isValue = (s: Stmt): boolean => s.op === Op.set && isSimple(s.value);

/** The statement simplified; undefined if what is in `instead` stands for it. */
function stmt(s: Stmt): Stmt | undefined {
  steps++;
  switch (s.op) {
    case Op.set: {
      const value = expr(s.value, true);
      assign(s.local, range);
      if (value.op === Op.get || value.op === Op.num) relate(s.local, value);
      return value === s.value ? s : { ...s, value };
    }
    case Op.if:
      return conditional(s);
    case Op.br:
      jump(s.label);
      reachable = false;
      return s;
    case Op.brIf:
      return conditionalJump(s);
    case Op.block:
      return block(s);
    case Op.loop:
      return loop(s);
    case Op.switch: {
      const value = expr(s.value);
      for (const label of new Set([...s.labels, s.otherwise])) jump(label);
      reachable = false;
      return value === s.value ? s : { ...s, value };
    }
    case Op.do:
    case Op.keep: {
      const value = expr(s.value);
      return value === s.value ? s : { ...s, value };
    }
    case Op.unreachable:
      reachable = false;
      return s;
    case Op.return: {
      const mapped = mapStmt(s, MAPPER);
      reachable = false;
      return mapped;
    }
    default:
      return mapStmt(s, MAPPER);
  }
}
const MAPPER: Mapper = { expr, body: list };

function conditional(s: Extract<Stmt, { op: typeof Op.if }>): Stmt | undefined {
  const cond = expr(s.cond);
  if (cond.op === Op.const) {
    // Its labels are used once, so it can stand here.
    instead = list(Number(cond.value) === 0 ? s.else : s.then);
    return undefined;
  }
  const isPlainCond = isPlain;
  const start = trailLength;
  const before = logLength;
  enter(cond, isPlainCond, true);
  const yes = list(s.then);
  const then = leaveThen(start, before);
  const second = logLength;
  enter(cond, isPlainCond, false);
  const no = list(s.else);
  leaveElse(start, second, then);
  if (yes.length === 0 && no.length === 0 && isPlainCond) {
    instead = NONE;
    return undefined;
  }
  return cond === s.cond && yes === s.then && no === s.else ? s : { ...s, cond, then: yes, else: no };
}

function conditionalJump(s: Extract<Stmt, { op: typeof Op.brIf }>): Stmt | undefined {
  const cond = expr(s.cond);
  if (cond.op === Op.const) {
    if (Number(cond.value) === 0) {
      instead = NONE;
      return undefined;
    }
    jump(s.label);
    reachable = false;
    return { op: Op.br, label: s.label };
  }
  const start = trailLength;
  assume(cond, isPlain, true);
  jump(s.label);
  undo(start);
  assume(cond, isPlain, false);
  return cond === s.cond ? s : { ...s, cond };
}

function block(s: Block): Stmt {
  const before = logLength;
  const { start, states } = enterTarget(s.label);
  const body = list(s.body);
  open.pop();
  if (states.length > 0) {
    unrelate(before);
    if (reachable) states.push(since(start));
    undo(start);
    meet(states);
    reachable = true;
  } else if (!reachable) undo(start);
  return body === s.body ? s : { ...s, body };
}

function loop(s: Loop): Stmt {
  const { locals, invariant } = loops[s.label] ?? { locals: assignedIn(s), invariant: [] };
  const start = trailLength;
  const lengths = open.map(({ states }) => states.length);
  const head: Interval[] = new Array(locals.length);
  for (let i = 0; i < locals.length; i++) {
    const now = current[locals[i]!]!;
    const was = invariant[i];
    head[i] = was ? iv.join(now, was) : now;
  }
  for (let run = 0; ; run++) {
    for (let i = 0; i < locals.length; i++) {
      const local = locals[i]!;
      if (run >= RUNS || steps > MOST_STEPS) head[i] = fullOf(localTypes[local]!);
      renew(local, head[i]!);
    }
    const { states } = enterTarget(s.label);
    const body = list(s.body);
    open.pop();
    let isStable = true;
    for (let j = 0; j < states.length; j++) {
      const state = states[j]!;
      for (let k = 0; k < state.length; k++) {
        const { local, range: back } = state[k]!;
        const i = locals.indexOf(local);
        if (i < 0 || (back.lo >= head[i]!.lo && back.hi <= head[i]!.hi)) continue;
        isStable = false;
        head[i] = widen(head[i]!, back, localTypes[local]!, run);
      }
    }
    if (isStable) {
      loops[s.label] = { locals, invariant: head };
      return body === s.body ? s : { ...s, body };
    }
    undo(start);
    reachable = true;
    for (let i = 0; i < open.length; i++) open[i]!.states.length = lengths[i]!;
  }
}

/** The locals that a loop assigns. */
function assignedIn(s: Loop): readonly number[] {
  const found = new Set<number>();
  walkStmts(s.body, (inner) => {
    if (inner.op === Op.set) found.add(inner.local);
  });
  return [...found];
}
