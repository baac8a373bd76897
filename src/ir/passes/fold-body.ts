/**
 * Folding of one body: constants, dead branches, and locals that are only names for values.
 *
 * What it relies on: a local that has one assignment in the whole function keeps its value wherever that assignment
 * dominates, that is in the rest of its statement list and in everything nested there.
 */

import {
  as,
  get,
  hasStmts,
  i32,
  type Mapper,
  mapExpr,
  mapSame,
  mapStmt,
  num,
  stmtOperands,
  walkStmts,
} from '../build.ts';
import { factsOf } from '../facts.ts';
import type { Expr, Func, Stmt } from '../ir.ts';
import * as Op from '../op.ts';
import { mayTrap } from '../ops.ts';
import { assignsAnyOf, isPure, isTimeless, replaceIn, substituteFirst } from './fold-forward.ts';
import { foldBinary, foldUnary, isBoolean, negate, truth } from './fold-num.ts';

/** What is known about the rest of the module. */
export interface Facts {
  /** Functions that never return. */
  readonly noReturn: ReadonlySet<string>;
  /** Globals that never change. */
  readonly globals: ReadonlyMap<string, Expr>;
}

// Statements of the lists that are being folded, each list's above those of the one around it: most come out as they were, and
// no array is made then.
const stack: Stmt[] = [];
let top = 0;
// What the ends of these lists must forget: locals as they are, `~local` for those known not to be zero.
const marks: number[] = [];
let marked = 0;

function pushAll(stmts: readonly Stmt[]): void {
  for (let i = 0; i < stmts.length; i++) stack[top++] = stmts[i]!;
}

/** Takes what lies above `base`. */
function taken(base: number): Stmt[] {
  const stmts = stack.slice(base, top);
  top = base;
  return stmts;
}

const SURE = 1;
const OPEN = 2;
const ONE = i32(1);
const ZERO = i32(0);

/** The local that a value is, re-typed or not. */
function localOf(e: Expr): number | undefined {
  const { op } = e;
  if (op === Op.get) return e.local;
  return op === Op.as ? localOf(e.value) : undefined;
}

/** The local that a condition tests for zero. */
function zeroTest(e: Expr): number | undefined {
  if (e.op !== Op.num) return undefined;
  const { code } = e;
  return code === 'i32.eqz' || code === 'i64.eqz' ? localOf(e.args[0]!) : undefined;
}

/** Pure, and cheap enough to be evaluated when it need not be. */
function isCheap(e: Expr, depth = 2): boolean {
  if (e.op === Op.get || e.op === Op.const || e.op === Op.data) return true;
  if (depth === 0) return false;
  if (e.op === Op.num) return !mayTrap(e.code) && e.args.every((arg) => isCheap(arg, depth - 1));
  return e.op === Op.as && isCheap(e.value, depth);
}

// What is known of the function that is being folded. It is the module's, so that no closures are made for every function; what
// lists have found out is forgotten at their ends, so that the arrays of one function do for the next.
let known: Facts = { noReturn: new Set(), globals: new Map() };
let params = 0;
/** Assignments of each local. */
let sets: readonly number[] = [];
/** Reads of each local, more of them where one takes the place of another. */
let gets: number[] = [];
/** What a local with one assignment stands for, where that assignment dominates. */
const values: (Expr | undefined)[] = [];
/** Locals that keep their value as far as the current list goes. */
const settled: number[] = [];
/** Locals that are known not to be zero as far as the current list goes: SURE, or OPEN to an assignment. */
const nonZero: number[] = [];
/** How many they are, and how many of them OPEN. */
let facts = 0;
let open = 0;
/** How many `seq`s have been met: an expression without any has nothing to hoist. */
let seqs = 0;
/** Jumps to each label. */
const jumps: number[] = [];
const mapper: Mapper = { expr, body };

/** Folds the body of a function; the same one if nothing changed. */
export function foldBody(func: Func, module: Facts): readonly Stmt[] {
  const { sets: assigned, gets: read } = factsOf(func);
  known = module;
  params = func.params.length;
  sets = assigned;
  gets = read.slice();
  while (values.length < func.locals.length) {
    values.push(undefined);
    settled.push(0);
    nonZero.push(0);
  }
  top = 0;
  // There is something to forget only if a fold did not come to its end.
  forget(0);
  for (let i = 0; i < params; i++) {
    if (sets[i] !== 0) continue;
    settled[i] = 1;
    marks[marked++] = i;
  }
  const folded = body(func.body);
  forget(0);
  return folded;
}

// Half of all nodes are constants and locals that stand for themselves. Nothing is called for them: the places that most
// of them are in look at an operand first.
function expr(e: Expr): Expr {
  switch (e.op) {
    case Op.num: {
      const { args } = e;
      const a = args[0]!;
      const b = args[1];
      const left = a.op === Op.const || (a.op === Op.get && !values[a.local]) ? a : expr(a);
      if (!b) return foldUnary(left === a ? e : { ...e, args: [left] }, left);
      const right = b.op === Op.const || (b.op === Op.get && !values[b.local]) ? b : expr(b);
      return foldBinary(left === a && right === b ? e : { ...e, args: [left, right] }, left, right);
    }
    case Op.get: {
      const value = values[e.local];
      if (!value) return e;
      const source = value.op === Op.as ? value.value : value;
      if (source.op === Op.get) gets[source.local]!++;
      return value;
    }
    case Op.load: {
      const before = e.addr;
      const addr = before.op === Op.get && !values[before.local] ? before : expr(before);
      if (addr.op === Op.num) {
        const moved = intoOffset(addr, e.offset);
        if (moved) return { ...e, ...moved };
      }
      return addr === before ? e : { ...e, addr };
    }
    case Op.call: {
      const args = mapSame(e.args, expr);
      return args === e.args ? e : { ...e, args };
    }
    case Op.as: {
      const before = e.value;
      const value = before.op === Op.get && !values[before.local] ? before : expr(before);
      if (value.type === e.type || value.op === Op.as || value.op === Op.const) return as(e.type, value);
      return value === before ? e : { ...e, value };
    }
    case Op.const:
    case Op.data:
      return e;
    case Op.global:
      return known.globals.get(e.name) ?? e;
    case Op.seq:
      seqs++;
      return foldSeq(e);
    case Op.if: {
      const cond = expr(e.cond);
      if (cond.op === Op.const) return expr(Number(cond.value) === 0 ? e.else : e.then);
      return foldIf(e, cond, expr(e.then), expr(e.else));
    }
    case Op.select: {
      const yes = expr(e.then);
      const no = expr(e.else);
      const cond = expr(e.cond);
      if (cond.op === Op.const && isPure(yes) && isPure(no)) return Number(cond.value) === 0 ? no : yes;
      return cond === e.cond && yes === e.then && no === e.else ? e : { ...e, cond, then: yes, else: no };
    }
    default:
      return mapExpr(e, mapper);
  }
}

function foldSeq(e: Extract<Expr, { op: typeof Op.seq }>): Expr {
  const base = marked;
  const before = folds(e.body);
  const value = expr(e.value);
  // Only now is it known how often the value uses what the body has assigned.
  const stmts = forward(before);
  forget(base);
  if (stmts.length === 0) return value;
  const last = stmts[stmts.length - 1]!;
  if (last.op === Op.set && gets[last.local] === 1 && sets[last.local] === 1) {
    const direct = replaceIn(value, last.local, last.value);
    if (direct) return stmts.length === 1 ? direct : { ...e, body: stmts.slice(0, -1), value: direct };
  }
  if (value.op === Op.seq) return { ...value, body: [...stmts, ...value.body] };
  return stmts === e.body && value === e.value ? e : { ...e, body: stmts, value };
}

function foldIf(e: Extract<Expr, { op: typeof Op.if }>, full: Expr, yes: Expr, no: Expr): Expr {
  const cond = decide(truth(full));
  if (cond.op === Op.const) return Number(cond.value) === 0 ? no : yes;
  if (e.type === 'i32' && isBoolean(full)) {
    const yesIs = yes.op === Op.const ? yes.value : undefined;
    const noIs = no.op === Op.const ? no.value : undefined;
    if (yesIs === 1 && noIs === 0) return full;
    if (yesIs === 0 && noIs === 1) return negate(full);
    if (noIs === 0 && isBoolean(yes) && isCheap(yes)) return num('i32.and', full, yes);
    if (yesIs === 1 && isBoolean(no) && isCheap(no)) return num('i32.or', full, no);
  }
  return cond === e.cond && yes === e.then && no === e.else ? e : { ...e, cond, then: yes, else: no };
}

/** Ends what a list has found out. */
function forget(base: number): void {
  while (marked > base) {
    const local = marks[--marked]!;
    if (local < 0) doubt(~local);
    else {
      values[local] = undefined;
      settled[local] = 0;
    }
  }
}

function learnNonZero(local: number | undefined): void {
  if (local === undefined || nonZero[local]) return;
  // What has had its only assignment keeps its value longer than this is known.
  nonZero[local] = settled[local] ? SURE : OPEN;
  if (!settled[local]) open++;
  facts++;
  marks[marked++] = ~local;
}

/** Forgets that a local is not zero. */
function doubt(local: number): void {
  if (!nonZero[local]) return;
  if (nonZero[local] === OPEN) open--;
  nonZero[local] = 0;
  facts--;
}

/** A condition, 1 if it is a local known not to be zero. */
function decide(cond: Expr): Expr {
  if (facts === 0) return cond;
  const local = localOf(cond);
  if (local !== undefined && nonZero[local]) return ONE;
  const zero = zeroTest(cond);
  return zero !== undefined && nonZero[zero] ? ZERO : cond;
}

function body(stmts: readonly Stmt[], notZero?: number): readonly Stmt[] {
  if (stmts.length === 0) return stmts;
  const base = marked;
  if (notZero !== undefined) learnNonZero(notZero);
  const out = forward(folds(stmts));
  if (marked > base) forget(base);
  return out;
}

/**
 * Whether control may get past a folded statement: in folded lists only the last one can stop it, and a folded block has
 * jumps to its end.
 */
function goesOn(s: Stmt): boolean {
  switch (s.op) {
    case Op.br:
    case Op.switch:
    case Op.return:
    case Op.unreachable:
      return false;
    case Op.do:
      return !(s.value.op === Op.call && known.noReturn.has(s.value.func));
    case Op.if:
      return s.else.length === 0 || endGoesOn(s.then) || endGoesOn(s.else);
    case Op.loop:
      return endGoesOn(s.body);
    default:
      return true;
  }
}

function endGoesOn(stmts: readonly Stmt[]): boolean {
  return stmts.length === 0 || goesOn(stmts[stmts.length - 1]!);
}

/** Forgets what was known of locals that the statement assigns. */
function unlearn(s: Stmt): void {
  if (s.op === Op.set || s.op === Op.if || s.op === Op.block || s.op === Op.loop || stmtOperands(s).some(hasStmts)) {
    walkStmts([s], (inner) => {
      if (inner.op === Op.set) doubt(inner.local);
    });
  }
}

/** Folds a statement list that something follows: nothing is substituted yet. What its end must forget is marked. */
function folds(stmts: readonly Stmt[]): readonly Stmt[] {
  const base = top;
  let same = true;
  for (let i = 0; i < stmts.length; i++) {
    const s = stmts[i]!;
    const before = top;
    if (open > 0) unlearn(s);
    stmt(s);
    if (top === before) {
      same = false;
      continue;
    }
    const last = stack[top - 1]!;
    if (last !== s || top !== before + 1) same = false;
    const { op } = last;
    if (op === Op.set || op === Op.store || op === Op.brIf || goesOn(last)) continue;
    if (op === Op.do) {
      const span = last.value.op === Op.call ? last.value.span : undefined;
      if (stmts[i + 1]?.op === Op.unreachable && i + 2 === stmts.length) continue;
      stack[top++] = { op: Op.unreachable, span };
      same = false;
    }
    if (i + 1 < stmts.length) same = false;
    break;
  }
  if (!same) return taken(base);
  top = base;
  return stmts;
}

/** Substitutes values that are used once, by the very next statement, before anything else is evaluated. */
function forward(stmts: readonly Stmt[]): readonly Stmt[] {
  let out: Stmt[] | undefined;
  for (let i = stmts.length - 2; i >= 0; i--) {
    // A substitution further back has moved only what is behind it.
    const s = stmts[i]!;
    if (s.op !== Op.set) continue;
    const { local, value } = s;
    const once = gets[local] === 1 && sets[local] === 1;
    if (value.op === Op.num && value.code === 'i64.add') {
      const test = out ? out[i + 1]! : stmts[i + 1]!;
      const cond = test.op === Op.if || test.op === Op.brIf ? overflowTest(local, value, test.cond) : undefined;
      if (cond) {
        out ??= stmts.slice();
        out[i + 1] = { ...test, cond } as Stmt;
      }
    }
    if (!once) continue;
    const next = substituteFirst(out ? out[i + 1]! : stmts[i + 1]!, local, value);
    if (!next) continue;
    out ??= stmts.slice();
    out.splice(i, 2, next);
  }
  return out ?? stmts;
}

function jump(label: number): void {
  jumps[label] = (jumps[label] ?? 0) + 1;
}

/** Folds the first expression of a statement; what that begins with goes before the statement. */
function flat(e: Expr): Expr {
  const { op } = e;
  if (op === Op.const || (op === Op.get && !values[e.local])) return e;
  const before = seqs;
  const value = expr(e);
  return seqs === before ? value : hoist(value);
}

function stmt(s: Stmt): void {
  switch (s.op) {
    case Op.set: {
      const { local, value: before } = s;
      const value = flat(before);
      if (gets[local] === 0) {
        effects(value);
        return;
      }
      if (value.op === Op.get && value.local === local) return;
      if (sets[local] === 1 && local >= params) {
        settled[local] = 1;
        marks[marked++] = local;
        if (isSettled(value)) values[local] = value;
      }
      stack[top++] = value === before ? s : { ...s, value };
      return;
    }
    case Op.store: {
      const before = seqs;
      let addr = expr(s.addr);
      let value = expr(s.value);
      if (seqs !== before) [addr, value] = hoistAll([addr, value]) as [Expr, Expr];
      const moved = intoOffset(addr, s.offset);
      if (moved) stack[top++] = { ...s, ...moved, value };
      else stack[top++] = addr === s.addr && value === s.value ? s : { ...s, addr, value };
      return;
    }
    case Op.if: {
      const cond = decide(truth(flat(s.cond)));
      if (cond.op === Op.const) {
        // The labels of the branch that goes away are not jumped to from elsewhere.
        pushAll(body(Number(cond.value) === 0 ? s.else : s.then));
        return;
      }
      const zero = zeroTest(cond);
      const yes = body(s.then, localOf(cond));
      const no = s.else.length === 0 ? s.else : body(s.else, zero);
      if (zero !== undefined && !endGoesOn(yes)) learnNonZero(zero);
      if (yes.length === 0 && no.length === 0) {
        effects(cond);
      } else if (yes.length === 0) {
        pushIf({ op: Op.if, cond: negate(cond), then: no, else: [] });
      } else if (cond === s.cond && yes === s.then && no === s.else) pushIf(s);
      else pushIf({ op: Op.if, cond, then: yes, else: no });
      return;
    }
    case Op.do: {
      const before = s.value;
      const value = flat(before);
      if ((before.op === Op.call || before.op === Op.callIndirect) && value.op === before.op) {
        stack[top++] = value === before ? s : { ...s, value };
      } else effects(value);
      return;
    }
    case Op.brIf: {
      const cond = decide(truth(flat(s.cond)));
      if (cond.op === Op.const) {
        if (Number(cond.value) === 0) return;
        jump(s.label);
        stack[top++] = { op: Op.br, label: s.label };
        return;
      }
      jump(s.label);
      learnNonZero(zeroTest(cond));
      stack[top++] = cond === s.cond ? s : { ...s, cond };
      return;
    }
    case Op.block: {
      const outer = jumps[s.label];
      jumps[s.label] = 0;
      let inner = body(s.body);
      const last = inner.at(-1);
      if (last?.op === Op.br && last.label === s.label) {
        inner = inner.slice(0, -1);
        jumps[s.label]!--;
      }
      const used = jumps[s.label]!;
      jumps[s.label] = outer ?? 0;
      if (used === 0) pushAll(inner);
      else stack[top++] = inner === s.body ? s : { ...s, body: inner };
      return;
    }
    case Op.loop: {
      const outer = jumps[s.label];
      jumps[s.label] = 0;
      const inner = body(s.body);
      const used = jumps[s.label]!;
      jumps[s.label] = outer ?? 0;
      if (used === 0) pushAll(inner);
      else stack[top++] = inner === s.body ? s : { ...s, body: inner };
      return;
    }
    case Op.br:
      jump(s.label);
      stack[top++] = s;
      return;
    case Op.keep: {
      const value = expr(s.value);
      if (value.op === Op.const || value.op === Op.data) return;
      stack[top++] = value === s.value ? s : { ...s, value };
      return;
    }
    case Op.switch:
      for (const label of s.labels) jump(label);
      jump(s.otherwise);
      stack[top++] = mapStmt(s, mapper);
      return;
    case Op.return:
    case Op.setGlobal: {
      if (!s.value) {
        stack[top++] = s;
        return;
      }
      const value = flat(s.value);
      if (s.op === Op.setGlobal && known.globals.has(s.name)) effects(value);
      else stack[top++] = value === s.value ? s : { ...s, value };
      return;
    }
    default:
      stack[top++] = mapStmt(s, mapper);
  }
}

/** An `if` whose branch only jumps is a conditional jump. */
function pushIf(s: Extract<Stmt, { op: typeof Op.if }>): void {
  const only = s.then[0]!;
  if (s.then.length === 1 && only.op === Op.br) {
    stack[top++] = { op: Op.brIf, label: only.label, cond: s.cond };
    pushAll(s.else);
  } else if (s.else.length === 1 && s.else[0]!.op === Op.br && endGoesOn(s.then)) {
    stack[top++] = { op: Op.brIf, label: s.else[0].label, cond: negate(s.cond) };
    pushAll(s.then);
  } else stack[top++] = s;
}

/** A value that may replace the local: a constant, or a local that does not change here either. */
function isSettled(e: Expr): boolean {
  switch (e.op) {
    case Op.num:
      // The linker makes one constant of it.
      return e.code === 'i32.add' && e.args[0]!.op === Op.data && e.args[1]!.op === Op.const;
    case Op.get:
      return settled[e.local] === 1;
    case Op.as:
      return isSettled(e.value);
    case Op.const:
    case Op.data:
    case Op.funcIndex:
      return true;
    default:
      return false;
  }
}

/**
 * Moves the statements that an expression begins with into the list before it, so that the names they define are known
 * to what follows: those of a leading `seq`, also of an operand with nothing but values of locals evaluated before it.
 */
function hoist(e: Expr): Expr {
  switch (e.op) {
    case Op.seq:
      pushAll(e.body);
      return hoist(e.value);
    case Op.as: {
      const value = hoist(e.value);
      return value === e.value ? e : { ...e, value };
    }
    case Op.load: {
      const addr = hoist(e.addr);
      return addr === e.addr ? e : { ...e, addr };
    }
    case Op.if: {
      const cond = hoist(e.cond);
      return cond === e.cond ? e : { ...e, cond };
    }
    case Op.num:
    case Op.call: {
      const args = hoistAll(e.args);
      return args === e.args ? e : { ...e, args };
    }
    default:
      return e;
  }
}

function hoistAll(parts: readonly Expr[]): readonly Expr[] {
  let result: Expr[] | undefined;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (i > 0 && !isPure(part) && assignsAnyOf(part, parts, i)) break;
    const value = hoist(part);
    if (value !== part) {
      result ??= parts.slice();
      result[i] = value;
    }
    if (!isTimeless(value)) break;
  }
  return result ?? parts;
}

/**
 * The sign test by which checked addition finds an overflow, `((x ^ sum) & (y ^ sum)) < 0`, after `sum = x + constant`:
 * then one comparison of the sum with x does. Undefined if the condition is something else.
 */
function overflowTest(sum: number, value: Expr, cond: Expr): Expr | undefined {
  if (value.op !== Op.num || value.code !== 'i64.add' || cond.op !== Op.num || cond.code !== 'i64.lt_s')
    return undefined;
  const [x, constant] = value.args;
  const [sign, zero] = cond.args;
  if (x?.op !== Op.get || x.local === sum || constant?.op !== Op.const) return undefined;
  if (zero?.op !== Op.const || zero.value !== 0n || sign?.op !== Op.num || sign.code !== 'i64.and') return undefined;
  if (sign.args.some((side) => side.op !== Op.num || side.code !== 'i64.xor')) return undefined;
  const added = BigInt.asIntN(64, BigInt(constant.value));
  let sums = 0;
  let terms = 0;
  let constants = 0;
  let expected = added;
  for (const side of sign.args) {
    if (side.op !== Op.num || side.code !== 'i64.xor') return undefined;
    const hasSum = side.args.some((e) => e.op === Op.get && e.local === sum);
    for (const e of side.args) {
      if (e.op === Op.get && e.local === sum) sums++;
      else if (e.op === Op.get && e.local === x.local) terms++;
      else if (e.op === Op.const) {
        constants++;
        // x - k is x + -k, tested as (x ^ k) & (x ^ difference).
        expected = BigInt.asIntN(64, hasSum ? BigInt(e.value) : -BigInt(e.value));
      } else return undefined;
    }
  }
  const isSum = sums === 2 && terms === 1;
  const isDifference = sums === 1 && terms === 2;
  if (constants !== 1 || !(isSum || isDifference) || expected !== added || added === 0n) return undefined;
  if (added === -(1n << 63n)) return undefined;
  return num(added > 0n ? 'i64.lt_s' : 'i64.gt_s', get(sum, 'i64'), x);
}

/** Keeps of an expression what has effects. */
function effects(e: Expr): void {
  if (isPure(e)) return;
  switch (e.op) {
    case Op.seq:
      pushAll(e.body);
      effects(e.value);
      return;
    case Op.num:
      if (mayTrap(e.code)) break;
      for (const arg of e.args) effects(arg);
      return;
    case Op.as:
      effects(e.value);
      return;
    case Op.load:
      effects(e.addr);
      return;
    case Op.if: {
      const base = top;
      effects(e.then);
      const yes = taken(base);
      effects(e.else);
      const no = taken(base);
      stack[top++] = { op: Op.if, cond: e.cond, then: yes, else: no };
      return;
    }
    default:
  }
  stack[top++] = { op: Op.do, value: e };
}

/**
 * A constant added to the address of an object goes into the offset of the access. Only for references and static
 * addresses: their sum with a field's offset cannot wrap around.
 */
function intoOffset(addr: Expr, offset: number): { addr: Expr; offset: number } | undefined {
  if (addr.op !== Op.num || addr.code !== 'i32.add') return undefined;
  const constant = addr.args[1]!;
  if (constant.op !== Op.const || Number(constant.value) < 0) return undefined;
  const base = addr.args[0]!;
  const whole = base.op === Op.as ? base.value : base;
  if (whole.type !== 'ref' && whole.op !== Op.data) return undefined;
  return { addr: base, offset: offset + Number(constant.value) };
}
