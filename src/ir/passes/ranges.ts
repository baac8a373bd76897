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
import { copyFunc, mapSame, mapStmt, num, walk, walkStmts } from '../build.ts';
import { noReturnFuncs } from '../calls.ts';
import { factsOf } from '../facts.ts';
import type { Expr, Func, Module, Stmt } from '../ir.ts';
import { operationOf } from '../ops.ts';
import type { Interval } from './interval.ts';
import * as iv from './interval.ts';
import {
  floatConst,
  fullOf,
  isComparison,
  isOperand,
  isSimple,
  jumps,
  LOADED,
  less,
  not,
  OPPOSITE,
  strength,
  transfer,
  UNSIGNED,
  widen,
} from './ranges-num.ts';

type Num = Extract<Expr, { op: 'num' }>;
type Loop = Extract<Stmt, { op: 'loop' }>;

/** Runs of a loop's body before its bounds go to the ends of their types. */
const RUNS = 5;
/** Statements looked at in one function, those of nested loops each time: beyond it loops know nothing. */
const MOST_STEPS = 30_000;

/** Simplifies by ranges in the functions of the user that have loops, all or those chosen. */
export function rangesModule(module: Module, chosen: (func: Func) => boolean = () => true): Module {
  let noReturn: Set<string> | undefined;
  const funcs = new Map<string, Func>();
  for (const func of module.funcs.values()) {
    if (func.display === undefined || !factsOf(func).hasLoop || !chosen(func)) {
      funcs.set(func.name, func);
      continue;
    }
    noReturn ??= noReturnFuncs(module);
    const known = noReturn;
    funcs.set(
      func.name,
      rangesFunc(func, (name) => known.has(name)),
    );
  }
  return { ...module, funcs };
}

/** What changed since some point: the locals with what they hold now. */
type Difference = Map<number, Interval>;

interface Target {
  /** Where in the trail the block or loop began. */
  readonly mark: number;
  readonly states: Difference[];
}

function rangesFunc(func: Func, noReturn: (name: string) => boolean): Func {
  const current: Interval[] = func.locals.map(fullOf);
  /** Changes as they were made, to be undone: local and what it held. */
  const trail: { readonly local: number; readonly was: Interval }[] = [];
  /** Changes with every assignment, and is never set back. */
  const version = new Uint32Array(func.locals.length);
  const relations = new Map<number, Relation>();
  /** The locals that were assigned, in order, with what was known before. */
  const log: { readonly local: number; readonly version: number; readonly relation: Relation | undefined }[] = [];
  let clock = 0;
  const targets = new Map<number, Target>();
  const invariants = new Map<number, Map<number, Interval>>();
  const assigned = new Map<number, readonly number[]>();
  let reachable = true;
  let steps = 0;

  const put = (local: number, range: Interval): void => {
    const was = current[local]!;
    if (was.lo === range.lo && was.hi === range.hi) return;
    trail.push({ local, was });
    current[local] = range;
  };
  const undo = (mark: number): void => {
    while (trail.length > mark) {
      const { local, was } = trail.pop()!;
      current[local] = was;
    }
  };
  const since = (mark: number): Difference => {
    const out: Difference = new Map();
    for (let i = mark; i < trail.length; i++) out.set(trail[i]!.local, current[trail[i]!.local]!);
    return out;
  };
  /** Sets the state to what holds in any of the states, which are relative to the present one. */
  const meet = (states: readonly Difference[]): void => {
    reachable = states.length > 0;
    if (states.length === 1) {
      for (const [local, range] of states[0]!) put(local, range);
      return;
    }
    const locals = new Set<number>();
    for (const state of states) for (const local of state.keys()) locals.add(local);
    for (const local of locals) {
      let range: Interval | undefined;
      for (const state of states) {
        const other = state.get(local) ?? current[local]!;
        range = range ? iv.join(range, other) : other;
      }
      put(local, range!);
    }
  };
  /** Ends the relations of what was assigned since: other paths that meet here have not assigned it. */
  const unrelate = (since: number): void => {
    for (let i = since; i < log.length; i++) version[log[i]!.local] = ++clock;
  };
  /** Takes back assignments after which control does not come here. */
  const unassign = (since: number): void => {
    for (let i = log.length - 1; i >= since; i--) {
      const { local, version: before, relation } = log[i]!;
      version[local] = before;
      if (relation) relations.set(local, relation);
      else relations.delete(local);
    }
  };
  const assign = (local: number, range: Interval): void => {
    log.push({ local, version: version[local]!, relation: relations.get(local) });
    version[local] = ++clock;
    relations.delete(local);
    put(local, range);
  };

  // ---- values

  /** The range of the expression that `expr` gave last. */
  let range: Interval = iv.FULL;

  const sub = (e: Expr): { e: Expr; range: Interval } => {
    const after = expr(e);
    return { e: after, range };
  };

  const expr = (e: Expr): Expr => {
    switch (e.op) {
      case 'const':
        range = e.type === 'f64' ? floatConst(Number(e.value)) : iv.constant(e.value);
        return e;
      case 'get': {
        range = current[e.local]!;
        const local = origin(e.local);
        return local !== e.local && func.locals[local] === e.type ? { ...e, local } : e;
      }
      case 'num':
        return numeric(e);
      case 'as': {
        const value = expr(e.value);
        range = e.type === 'i32' || e.type === 'i64' ? range : fullOf(e.type);
        return value === e.value ? e : { ...e, value };
      }
      case 'load': {
        const addr = expr(e.addr);
        range = e.length ? { lo: 0, hi: MOST_LENGTH } : (LOADED[e.code] ?? fullOf(e.type));
        return addr === e.addr ? e : { ...e, addr };
      }
      case 'call': {
        const parts = e.args.map(sub);
        const args = mapSame(e.args, (arg) => parts[e.args.indexOf(arg)]!.e);
        range = e.func === MUL_SLOW ? iv.mul(parts[0]!.range, parts[1]!.range).exact : fullOf(e.type ?? 'i64');
        if (noReturn(e.func)) reachable = false;
        return args === e.args ? e : { ...e, args };
      }
      case 'callIndirect': {
        const args = mapSame(e.args, expr);
        const target = expr(e.target);
        range = fullOf(e.type ?? 'i64');
        return args === e.args && target === e.target ? e : { ...e, args, target };
      }
      case 'if':
        return choice(e);
      case 'select': {
        const yes = sub(e.then);
        const no = sub(e.else);
        const cond = expr(e.cond);
        const known = cond.op === 'const' ? Number(cond.value) !== 0 : undefined;
        if (known !== undefined && isSimple(known ? no.e : yes.e)) {
          range = known ? yes.range : no.range;
          return known ? yes.e : no.e;
        }
        const mark = trail.length;
        assume(cond, true);
        const whenTrue = yes.e.op === 'get' ? current[yes.e.local]! : yes.range;
        undo(mark);
        assume(cond, false);
        const whenFalse = no.e.op === 'get' ? current[no.e.local]! : no.range;
        undo(mark);
        range = iv.join(whenTrue, whenFalse);
        return cond === e.cond && yes.e === e.then && no.e === e.else ? e : { ...e, cond, then: yes.e, else: no.e };
      }
      case 'seq': {
        const body = list(e.body);
        const value = expr(e.value);
        return body === e.body && value === e.value ? e : { ...e, body, value };
      }
      case 'memoryGrow': {
        const pages = expr(e.pages);
        range = iv.FULL_I32;
        return pages === e.pages ? e : { ...e, pages };
      }
      default:
        range = fullOf(e.type);
        return e;
    }
  };

  const choice = (e: Extract<Expr, { op: 'if' }>): Expr => {
    const cond = expr(e.cond);
    if (cond.op === 'const') return expr(Number(cond.value) === 0 ? e.else : e.then);
    let yes = e.then;
    let no = e.else;
    const ranges: Interval[] = [];
    branch(
      cond,
      () => {
        yes = expr(e.then);
        if (reachable) ranges.push(range);
      },
      () => {
        no = expr(e.else);
        if (reachable) ranges.push(range);
      },
    );
    range = ranges.length === 0 ? fullOf(e.type) : ranges.length === 1 ? ranges[0]! : iv.join(ranges[0]!, ranges[1]!);
    if (no.op === 'call' && no.func === MUL_SLOW && yes.op === 'num' && yes.code === 'i64.mul' && isSimple(cond)) {
      const exact = product(yes.args[0]!, yes.args[1]!);
      range = exact.exact;
      if (!exact.overflows) return yes;
      const simple = simpleProductTest(yes.args[0]!, yes.args[1]!);
      if (simple) return { ...e, cond: simple, then: yes, else: no };
    }
    return cond === e.cond && yes === e.then && no === e.else ? e : { ...e, cond, then: yes, else: no };
  };

  const rangeOf = (e: Expr): Interval => {
    if (!isSimple(e)) return fullOf(e.type ?? 'i64');
    expr(e);
    return range;
  };
  const product = (a: Expr, b: Expr): iv.Checked => {
    if (!isSimple(a) || !isSimple(b)) return { exact: iv.FULL, overflows: true };
    return iv.mul(rangeOf(a), rangeOf(b));
  };
  /** A cheaper test for a product that fits, when one factor is not negative and the other a positive constant. */
  const simpleProductTest = (a: Expr, b: Expr): Expr | undefined => {
    if (a.op === 'const') return simpleProductTest(b, a);
    if (a.op !== 'get' || current[a.local]!.lo < 0) return undefined;
    if (b.op === 'const' && BigInt(b.value) > 0n) {
      const most = ((1n << 63n) - 1n) / BigInt(b.value);
      return num('i64.le_u', a, { op: 'const', type: 'i64', value: most });
    }
    if (b.op !== 'get' || current[b.local]!.lo < 0) return undefined;
    const bits = num('i64.or', a, b);
    return num('i64.eqz', num('i64.shr_u', bits, { op: 'const', type: 'i64', value: 31n }));
  };

  const numeric = (e: Num): Expr => {
    let a: Interval = iv.FULL;
    let b: Interval = iv.FULL;
    const args = mapSame(e.args, (arg) => {
      const after = expr(arg);
      if (arg === e.args[0]) a = range;
      if (arg === e.args[1]) b = range;
      return after;
    });
    if (e.args.length === 2 && e.args[0] === e.args[1]) b = a;
    let mapped: Num = args === e.args ? e : { ...e, args };
    const decided = decide(mapped, a, b);
    if (decided !== undefined && mapped.args.every(isSimple)) {
      range = { lo: decided, hi: decided };
      return { op: 'const', type: 'i32', value: decided };
    }
    if (a.lo >= 0 && b.lo >= 0) {
      const unsigned = UNSIGNED[mapped.code];
      if (unsigned) mapped = { ...mapped, code: unsigned };
    }
    range = transfer(mapped, a, b);
    return mapped.code === 'i64.div_u' || mapped.code === 'i64.rem_u' ? (strength(mapped) ?? mapped) : mapped;
  };

  /** 0 or 1 if the ranges of its operands decide a condition. */
  const decide = (e: Num, a: Interval, b: Interval): 0 | 1 | undefined => {
    const overflow = isSimple(e) ? overflowOf(e) : undefined;
    if (overflow && !overflow.checked.overflows) return 0;
    const name = operationOf(e.code);
    const is64 = e.code.startsWith('i64');
    if (e.code.startsWith('f64')) {
      // Only values whose ranges are known are in them for sure: others may be NaN.
      if (name === 'eq' && (a.hi < b.lo || b.hi < a.lo) && a.hi - a.lo < Infinity && b.hi - b.lo < Infinity) return 0;
      return undefined;
    }
    switch (name) {
      case 'eqz':
        return a.lo > 0 || a.hi < 0 ? 0 : a.lo === 0 && a.hi === 0 ? 1 : undefined;
      case 'eq':
        return a.hi < b.lo || b.hi < a.lo ? 0 : undefined;
      case 'ne':
        return a.hi < b.lo || b.hi < a.lo ? 1 : undefined;
      case 'lt_s':
        return less(a, b);
      case 'gt_s':
        return less(b, a);
      case 'ge_s':
        return not(less(a, b));
      case 'le_s':
        return not(less(b, a));
      case 'lt_u':
        return lessUnsigned(e.args[0]!, a, e.args[1]!, b, is64);
      case 'gt_u':
        return lessUnsigned(e.args[1]!, b, e.args[0]!, a, is64);
      case 'ge_u':
        return not(lessUnsigned(e.args[0]!, a, e.args[1]!, b, is64));
      case 'le_u':
        return not(lessUnsigned(e.args[1]!, b, e.args[0]!, a, is64));
      default:
        return undefined;
    }
  };

  const lessUnsigned = (x: Expr, a: Interval, y: Expr, b: Interval, is64: boolean): 0 | 1 | undefined => {
    const known = a.lo >= 0 && b.lo >= 0 ? less(a, b) : undefined;
    if (known !== undefined) return known;
    // A sum of two numbers that are not negative is, unsigned, at least each of them.
    if (is64 && x.op === 'get' && isOperand(y)) {
      const sum = relationOf(x.local);
      if (sum?.kind === 'add' && (sameLocal(sum.left, y) || sameLocal(sum.right, y))) {
        if (rangeOf(sum.left).lo >= 0 && rangeOf(sum.right).lo >= 0) return 0;
      }
    }
    return undefined;
  };

  // ---- relations

  const relate = (local: number, value: Expr): void => {
    if (value.op === 'get' && value.local !== local) {
      relations.set(local, {
        kind: 'copy',
        left: value,
        right: value,
        self: version[local]!,
        versions: [version[value.local]!, version[value.local]!],
      });
    } else if (value.op === 'num' && (value.code === 'i64.add' || value.code === 'i64.sub')) {
      const [left, right] = value.args as [Expr, Expr];
      if (!isOperand(left) || !isOperand(right)) return;
      if ((left.op === 'get' && left.local === local) || (right.op === 'get' && right.local === local)) return;
      const at = (e: Expr): number => (e.op === 'get' ? version[e.local]! : 0);
      relations.set(local, {
        kind: value.code === 'i64.add' ? 'add' : 'sub',
        left,
        right,
        self: version[local]!,
        versions: [at(left), at(right)],
      });
    }
  };
  const relationOf = (local: number): Relation | undefined => {
    const r = relations.get(local);
    if (!r || r.self !== version[local]) return undefined;
    if (r.left.op === 'get' && version[r.left.local] !== r.versions[0]) return undefined;
    if (r.right.op === 'get' && version[r.right.local] !== r.versions[1]) return undefined;
    return r;
  };
  const sameLocal = (a: Expr, b: Expr): boolean => {
    if (a.op === 'const' && b.op === 'const') return a.type === b.type && a.value === b.value;
    if (a.op !== 'get' || b.op !== 'get') return false;
    return origin(a.local) === origin(b.local);
  };
  const origin = (local: number): number => {
    const r = relationOf(local);
    return r?.kind === 'copy' && r.left.op === 'get' ? origin(r.left.local) : local;
  };

  /** The sum or difference whose overflow a condition tests, as checked arithmetic does it. */
  const overflowOf = (cond: Expr): { readonly result: number; readonly checked: iv.Checked } | undefined => {
    if (cond.op !== 'num' || (cond.code !== 'i64.lt_s' && cond.code !== 'i64.gt_s')) return undefined;
    const [x, y] = cond.args as [Expr, Expr];
    if (cond.code === 'i64.lt_s' && y.op === 'const' && y.value === 0n && x.op === 'num' && x.code === 'i64.and') {
      const [p, q] = x.args as [Expr, Expr];
      if (p.op !== 'num' || q.op !== 'num' || p.code !== 'i64.xor' || q.code !== 'i64.xor') return undefined;
      for (const candidate of [...p.args, ...q.args]) {
        if (candidate.op !== 'get') continue;
        const r = relationOf(candidate.local);
        if (!r || r.kind === 'copy') continue;
        const pairs = [p, q].map((side) => side.args as readonly [Expr, Expr]);
        const is = (pair: readonly [Expr, Expr], a: Expr, b: Expr): boolean =>
          (sameLocal(pair[0], a) && sameLocal(pair[1], b)) || (sameLocal(pair[0], b) && sameLocal(pair[1], a));
        const both = (a1: Expr, b1: Expr, a2: Expr, b2: Expr): boolean =>
          (is(pairs[0]!, a1, b1) && is(pairs[1]!, a2, b2)) || (is(pairs[1]!, a1, b1) && is(pairs[0]!, a2, b2));
        const matches =
          r.kind === 'add' ? both(r.left, candidate, r.right, candidate) : both(r.left, r.right, r.left, candidate);
        if (matches) return { result: candidate.local, checked: checkedOf(r) };
      }
      return undefined;
    }
    if (x.op === 'get') {
      const r = relationOf(x.local);
      if (r?.kind !== 'add' || r.right.op !== 'const' || !sameLocal(r.left, y)) return undefined;
      const added = BigInt.asIntN(64, BigInt(r.right.value));
      if (added !== 0n && added > 0n === (cond.code === 'i64.lt_s')) {
        return { result: x.local, checked: checkedOf(r) };
      }
    }
    return undefined;
  };
  const checkedOf = (r: Relation): iv.Checked => {
    const left = rangeOf(r.left);
    const right = rangeOf(r.right);
    return r.kind === 'sub' ? iv.sub(left, right) : iv.add(left, right);
  };

  // ---- conditions

  /** Narrows the state by a condition's outcome. */
  const assume = (cond: Expr, outcome: boolean): void => {
    if (cond.op === 'get') {
      const now = current[cond.local]!;
      if (!outcome) narrow(cond, { lo: 0, hi: 0 });
      else if (now.lo === 0) narrow(cond, { lo: 1, hi: now.hi });
      return;
    }
    if (cond.op === 'if') {
      // Conjunctions and disjunctions.
      if (cond.else.op === 'const' && Number(cond.else.value) === 0 && outcome) {
        assume(cond.cond, true);
        if (isSimple(cond.then)) assume(cond.then, true);
      } else if (cond.then.op === 'const' && Number(cond.then.value) === 1 && !outcome) {
        assume(cond.cond, false);
        if (isSimple(cond.else)) assume(cond.else, false);
      }
      return;
    }
    // Statements in an operand may have assigned what another one reads.
    if (cond.op !== 'num' || !isSimple(cond)) return;
    const overflow = overflowOf(cond);
    if (overflow) {
      if (!outcome) narrow({ op: 'get', type: 'i64', local: overflow.result }, overflow.checked.exact);
      return;
    }
    const [x, y] = cond.args as [Expr, Expr];
    switch (cond.code) {
      case 'i32.eqz':
        assumeZero(x, outcome);
        return;
      case 'i64.eqz':
        if (outcome) narrow(x, { lo: 0, hi: 0 });
        else differ(x, { lo: 0, hi: 0 });
        return;
      case 'i32.and':
        if (outcome && rangeOf(x).hi <= 1 && rangeOf(x).lo >= 0 && rangeOf(y).hi <= 1 && rangeOf(y).lo >= 0) {
          assume(x, true);
          assume(y, true);
        }
        return;
      case 'i32.or':
        if (!outcome) {
          assume(x, false);
          assume(y, false);
        }
        return;
      default:
    }
    if (cond.code.startsWith('f64') || y === undefined) return;
    const name = operationOf(cond.code);
    const relation = outcome ? name : OPPOSITE[name];
    switch (relation) {
      case 'eq':
        narrow(x, rangeOf(y));
        narrow(y, rangeOf(x));
        return;
      case 'ne':
        differ(x, rangeOf(y));
        differ(y, rangeOf(x));
        return;
      case 'lt_s':
        below(x, y, true);
        return;
      case 'le_s':
        below(x, y, false);
        return;
      case 'gt_s':
        below(y, x, true);
        return;
      case 'ge_s':
        below(y, x, false);
        return;
      case 'lt_u':
        belowUnsigned(x, y, true);
        return;
      case 'le_u':
        belowUnsigned(x, y, false);
        return;
      case 'gt_u':
        belowUnsigned(y, x, true);
        return;
      case 'ge_u':
        belowUnsigned(y, x, false);
        return;
      default:
    }
  };
  /** What `eqz x` says of a condition or a number. */
  const assumeZero = (x: Expr, isZero: boolean): void => {
    if (x.op === 'num' && (x.code === 'i32.eqz' || isComparison(x.code))) assume(x, !isZero);
    else if (x.op === 'if' || (x.op === 'num' && (x.code === 'i32.and' || x.code === 'i32.or'))) assume(x, !isZero);
    else if (x.op === 'get') assume(x, !isZero);
  };
  const below = (x: Expr, y: Expr, strict: boolean): void => {
    const high = rangeOf(y).hi;
    const low = rangeOf(x).lo;
    narrow(x, { lo: -Infinity, hi: strict ? iv.before(high) : high });
    narrow(y, { lo: strict ? iv.after(low) : low, hi: Infinity });
  };
  const belowUnsigned = (x: Expr, y: Expr, strict: boolean): void => {
    const high = rangeOf(y);
    // What is below a number that is not negative is not negative itself.
    if (high.lo >= 0) narrow(x, { lo: 0, hi: strict ? iv.before(high.hi) : high.hi });
    const low = rangeOf(x);
    if (low.lo >= 0 && high.lo >= 0) narrow(y, { lo: strict ? iv.after(low.lo) : low.lo, hi: Infinity });
  };
  const differ = (x: Expr, other: Interval): void => {
    if (other.lo !== other.hi) return;
    const now = rangeOf(x);
    if (now.lo === other.lo) narrow(x, { lo: iv.after(now.lo), hi: Infinity });
    else if (now.hi === other.hi) narrow(x, { lo: -Infinity, hi: iv.before(now.hi) });
  };
  const narrow = (x: Expr, to: Interval): void => {
    if (x.op !== 'get' || (x.type !== 'i64' && x.type !== 'i32')) return;
    const now = current[x.local]!;
    const lo = Math.max(now.lo, to.lo);
    const hi = Math.min(now.hi, to.hi);
    // What cannot be is not reached; nothing is made of it.
    if (lo > hi) return;
    put(x.local, { lo, hi });
    const r = relationOf(x.local);
    if (r?.kind === 'copy') narrow(r.left, to);
  };

  // ---- statements

  /** Does both branches of a condition from the present state; the state after it is where they meet. */
  const branch = (cond: Expr, yes: () => void, no: () => void): void => {
    const mark = trail.length;
    const states: Difference[] = [];
    const side = (outcome: boolean, work: () => void): void => {
      const assignments = log.length;
      assume(cond, outcome);
      reachable = true;
      work();
      if (reachable) states.push(since(mark));
      undo(mark);
      if (!reachable) unassign(assignments);
      else if (outcome || states.length > 1) unrelate(assignments);
    };
    side(true, yes);
    side(false, no);
    meet(states);
  };
  const jump = (label: number): void => {
    const target = targets.get(label)!;
    target.states.push(since(target.mark));
  };

  const list = (stmts: readonly Stmt[]): readonly Stmt[] => {
    const out: Stmt[] = [];
    let same = true;
    for (let i = 0; i < stmts.length; i++) {
      if (!reachable) {
        // Nothing of it is executed; another pass removes it.
        for (let j = i; j < stmts.length; j++) out.push(stmts[j]!);
        break;
      }
      const length = out.length;
      stmt(stmts[i]!, out);
      if (out.length !== length + 1 || out[length] !== stmts[i]) same = false;
    }
    const ended = withoutDead(out);
    return ended === out && same ? stmts : ended;
  };
  /** A list that ends the function needs no values that nothing in it reads. */
  const withoutDead = (stmts: Stmt[]): Stmt[] => {
    const last = stmts.at(-1);
    if (last?.op !== 'unreachable' && last?.op !== 'return') return stmts;
    const read = new Set<number>();
    let out = stmts;
    for (let i = stmts.length - 1; i >= 0; i--) {
      const s = stmts[i]!;
      if (jumps(s)) return out;
      if (s.op === 'set' && !read.has(s.local) && isSimple(s.value)) {
        if (out === stmts) out = stmts.slice();
        out.splice(i, 1);
        continue;
      }
      walk([s], (e) => {
        if (e.op === 'get') read.add(e.local);
      });
    }
    return out;
  };

  const stmt = (s: Stmt, out: Stmt[]): void => {
    steps++;
    switch (s.op) {
      case 'set': {
        const value = expr(s.value);
        const holds = range;
        assign(s.local, holds);
        relate(s.local, value);
        out.push(value === s.value ? s : { ...s, value });
        return;
      }
      case 'if': {
        const cond = expr(s.cond);
        if (cond.op === 'const') {
          // Its labels are used once, so it can stand here.
          out.push(...list(Number(cond.value) === 0 ? s.else : s.then));
          return;
        }
        let yes = s.then;
        let no = s.else;
        branch(
          cond,
          () => {
            yes = list(s.then);
          },
          () => {
            no = list(s.else);
          },
        );
        if (yes.length === 0 && no.length === 0 && isSimple(cond)) return;
        out.push(cond === s.cond && yes === s.then && no === s.else ? s : { ...s, cond, then: yes, else: no });
        return;
      }
      case 'block': {
        const target: Target = { mark: trail.length, states: [] };
        const assignments = log.length;
        targets.set(s.label, target);
        const body = list(s.body);
        if (target.states.length > 0) unrelate(assignments);
        if (reachable) target.states.push(since(target.mark));
        undo(target.mark);
        meet(target.states);
        targets.delete(s.label);
        out.push(body === s.body ? s : { ...s, body });
        return;
      }
      case 'loop':
        out.push(loop(s));
        return;
      case 'br':
        jump(s.label);
        reachable = false;
        out.push(s);
        return;
      case 'brIf': {
        const cond = expr(s.cond);
        if (cond.op === 'const') {
          if (Number(cond.value) === 0) return;
          jump(s.label);
          reachable = false;
          out.push({ op: 'br', label: s.label });
          return;
        }
        const mark = trail.length;
        assume(cond, true);
        jump(s.label);
        undo(mark);
        assume(cond, false);
        out.push(cond === s.cond ? s : { ...s, cond });
        return;
      }
      case 'switch': {
        const value = expr(s.value);
        for (const label of new Set([...s.labels, s.otherwise])) jump(label);
        reachable = false;
        out.push(value === s.value ? s : { ...s, value });
        return;
      }
      case 'return':
      case 'unreachable': {
        const mapped = mapStmt(s, { expr, body: list });
        reachable = false;
        out.push(mapped);
        return;
      }
      default:
        out.push(mapStmt(s, { expr, body: list }));
    }
  };

  const loop = (s: Loop): Stmt => {
    let locals = assigned.get(s.label);
    if (!locals) {
      const found = new Set<number>();
      walkStmts(s.body, (inner) => {
        if (inner.op === 'set') found.add(inner.local);
      });
      locals = [...found];
      assigned.set(s.label, locals);
    }
    const mark = trail.length;
    const outer = [...targets.values()].map((target) => ({ target, length: target.states.length }));
    const earlier = invariants.get(s.label);
    const head = new Map<number, Interval>();
    for (const local of locals) {
      const now = current[local]!;
      const was = earlier?.get(local);
      head.set(local, was ? iv.join(now, was) : now);
    }
    for (let run = 0; ; run++) {
      if (run >= RUNS || steps > MOST_STEPS) for (const local of locals) head.set(local, fullOf(func.locals[local]!));
      for (const local of locals) {
        version[local] = ++clock;
        put(local, head.get(local)!);
      }
      const target: Target = { mark: trail.length, states: [] };
      targets.set(s.label, target);
      const body = list(s.body);
      targets.delete(s.label);
      let stable = true;
      for (const state of target.states) {
        for (const local of locals) {
          const back = state.get(local);
          const at = head.get(local)!;
          if (!back || (back.lo >= at.lo && back.hi <= at.hi)) continue;
          stable = false;
          head.set(local, widen(at, back, func.locals[local]!, run));
        }
      }
      if (stable) {
        invariants.set(s.label, head);
        return body === s.body ? s : { ...s, body };
      }
      undo(mark);
      reachable = true;
      for (const { target: around, length } of outer) around.states.length = length;
    }
  };

  const body = list(func.body);
  return body === func.body ? func : copyFunc(func, body);
}

interface Relation {
  readonly kind: 'copy' | 'add' | 'sub';
  readonly left: Expr;
  readonly right: Expr;
  /** The versions of the local itself and of its operands for which it holds. */
  readonly self: number;
  readonly versions: readonly [number, number];
}

const MUL_SLOW = 'rt.int_mul_slow';
/** What a list has at most (elems_new in list.mochi). */
const MOST_LENGTH = 2 ** 30;
