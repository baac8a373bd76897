/**
 * Loop splitting: a counted loop becomes two. The first runs as long as every index it makes is known to be in its list, and has
 * no tests for that; the second is the loop as it was, and does the rest, which is nothing in most runs. So a failure happens in
 * the same round as ever. (Index set splitting: Midkiff, Moreira, Snir, "Optimizing array reference checking in Java programs",
 * IBM Systems Journal 37(3), 1998.)
 *
 *     loop { br out if (i >= n); if (i >=u len) { fail } ... i = i + 1; br }
 *
 *     if (i >= 0) {
 *       limit = min(n, len)
 *       block { loop { br if (i >= limit); ... i = i + 1; br } }
 *     }
 *     loop { as before }
 *
 * Without the failures and the calls that grow lists nothing in the first loop has to survive a call, lengths stay the same, and
 * no reference needs a slot for the collector. Only innermost loops, up to a size: the code is there twice.
 */

import {
  addLocal,
  copyFunc,
  fallsThrough,
  get,
  i64,
  listMapper,
  mapExpr,
  mapLists,
  mapStmt,
  num,
  set,
  walk,
  walkStmts,
} from '../build.ts';
import { noReturnFuncs, returnsLike } from '../calls.ts';
import { factsOf } from '../facts.ts';
import type { Expr, Func, Module, Stmt, Type } from '../ir.ts';
import * as Op from '../op.ts';
import { negate } from './fold-num.ts';

type Loop = Extract<Stmt, { op: typeof Op.loop }>;
type Get = Extract<Expr, { op: typeof Op.get }>;

/** Nodes of a loop's body up to which it is split. */
const LARGEST = 600;

/** Splits loops in the functions of the user. */
export function splitModule(module: Module): Module {
  let noReturn: Set<string> | undefined;
  const funcs = new Map<string, Func>();
  for (const func of module.funcs.values()) {
    let result = func;
    if (func.display !== undefined && factsOf(func).hasLoop) {
      noReturn ??= noReturnFuncs(module);
      const known = noReturn;
      result = splitFunc(func, (name) => known.has(name));
    }
    funcs.set(func.name, result);
  }
  return { ...module, funcs };
}

/** That `i + offset` is an index of a list of the given length. */
interface Need {
  readonly offset: bigint;
  readonly length: Expr;
}

/** That an index which the loop does not change is in a list. */
interface Steady {
  readonly index: Expr;
  readonly length: Expr;
}

function splitFunc(original: Func, noReturn: (name: string) => boolean): Func {
  let func = original;
  const { maxLabel, nesting, outerLoops, sets, gets } = factsOf(original);
  let nextLabel = maxLabel + 1;

  const fresh = (type: Type, name: string | undefined): Get => {
    if (func === original) func = copyFunc(original);
    const local = addLocal(func, type);
    if (func.localNames) func.localNames[local] = name;
    return get(local, type);
  };
  const list = (stmts: readonly Stmt[]): readonly Stmt[] => {
    let out: Stmt[] | undefined;
    for (let i = 0; i < stmts.length; i++) {
      const s = stmts[i]!;
      const made = s.op === Op.loop && !outerLoops.has(s) ? split(s) : undefined;
      if (made) {
        out ??= stmts.slice(0, i);
        out.push(...made);
        continue;
      }
      let mapped: Stmt = s;
      if (nesting.has(s)) mapped = mapStmt(s, lists);
      else if (s.op === Op.if || s.op === Op.block || s.op === Op.loop) mapped = mapLists(s, list);
      if (mapped !== s) out ??= stmts.slice(0, i);
      out?.push(mapped);
    }
    return out ?? stmts;
  };
  const lists = listMapper(list);

  const split = (s: Loop): Stmt[] | undefined => {
    const head = s.body[0];
    const last = s.body[s.body.length - 1];
    if (head?.op !== Op.brIf || head.label === s.label || last?.op !== Op.br || last.label !== s.label)
      return undefined;
    const test = headOf(head.cond);
    if (!test || sizeOf(s.body) > LARGEST) return undefined;
    const rest = s.body.slice(1);
    const { counter, bound, inclusive, other } = test;
    const body: readonly Stmt[] = other ? [{ op: Op.brIf, label: head.label, cond: negate(other) }, ...rest] : rest;
    // What the fast loop assigns is known when it is made: tests that turn out to depend on that stay, in another try.
    let fast = fastBody(body, counter, noReturn, new Set());
    const banned = new Set<number>();
    const assigned = new Map<number, number>();
    for (;;) {
      assigned.clear();
      walkStmts(fast.body, (inner) => {
        if (inner.op === Op.set) assigned.set(inner.local, (assigned.get(inner.local) ?? 0) + 1);
      });
      const before = banned.size;
      for (const { length } of [...fast.needs, ...fast.steady]) {
        if (length.op === Op.get && assigned.has(length.local)) banned.add(length.local);
      }
      for (const { index } of fast.steady)
        if (index.op === Op.get && assigned.has(index.local)) banned.add(index.local);
      if (banned.size === before) break;
      fast = fastBody(body, counter, noReturn, banned);
    }
    const { needs, steady } = fast;
    const isSteady = (e: Expr): boolean => e.op === Op.const || (e.op === Op.get && !assigned.has(e.local));
    if (needs.length === 0 || !isSteady(bound) || assigned.get(counter.local) !== 1) return undefined;
    const step = stepOf(fast.body, counter.local);
    if (!step || !isSteady(step)) return undefined;

    const conditions: Expr[] = [];
    if (step.op === Op.const) {
      if (BigInt(step.value) <= 0n || BigInt(step.value) > 1n << 31n) return undefined;
    } else conditions.push(num('i64.ge_s', step, i64(0)));
    let least = needs[0]!.offset;
    for (const need of needs) if (need.offset < least) least = need.offset;
    conditions.push(num('i64.ge_s', counter, i64(-least)));
    for (const check of steady) {
      const cond = num('i64.lt_u', check.index, check.length);
      if (!conditions.some((known) => sameTest(known, cond))) conditions.push(cond);
    }

    const limit = fresh('i64', 'limit');
    const before: Stmt[] = [];
    const seen = new Set<string>();
    for (const { offset, length } of needs) {
      const key = `${offset} ${length.op === Op.get ? length.local : (length as { value: bigint }).value}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const end = offset === 0n ? length : num('i64.add', length, i64(-offset));
      if (before.length === 0) before.push(set(limit.local, end));
      else before.push(set(limit.local, least2(end, limit)));
    }
    const beyond = inclusive ? num('i64.add', bound, i64(1)) : bound;
    before.push(
      set(limit.local, { op: Op.select, type: 'i64', cond: num('i64.lt_s', bound, limit), then: beyond, else: limit }),
    );

    const out = nextLabel++;
    const again = nextLabel++;
    const copy = renamed(fast.body, s, again);
    const first: Stmt = {
      op: Op.block,
      label: out,
      body: [
        {
          op: Op.loop,
          label: again,
          body: [{ op: Op.brIf, label: out, cond: num('i64.ge_s', counter, limit) }, ...copy],
        },
      ],
    };
    const cond = conditions.reduce((all, one) => num('i32.and', all, one));
    return [{ op: Op.if, cond, then: [...before, first], else: [] }, s];
  };

  /** A copy of the fast loop's body with labels of its own, and with locals of its own for what is computed in one round. */
  const renamed = (stmts: readonly Stmt[], loop: Loop, again: number): readonly Stmt[] => {
    const labels = new Map<number, number>([[loop.label, again]]);
    const inLoop = new Map<number, number>();
    walk(loop.body, (e) => {
      if (e.op === Op.get) inLoop.set(e.local, (inLoop.get(e.local) ?? 0) + 1);
    });
    const locals = new Map<number, number>();
    walkStmts(stmts, (s) => {
      if (s.op === Op.block || s.op === Op.loop) labels.set(s.label, nextLabel++);
      if (s.op !== Op.set || sets[s.local] !== 1 || s.local < func.params.length) return;
      if ((inLoop.get(s.local) ?? 0) !== gets[s.local]) return;
      locals.set(s.local, fresh(func.locals[s.local]!, func.localNames?.[s.local]).local);
    });
    const label = (l: number): number => labels.get(l) ?? l;
    const expr = (e: Expr): Expr => {
      if (e.op === Op.get) return locals.has(e.local) ? { ...e, local: locals.get(e.local)! } : e;
      return mapExpr(e, { expr, body });
    };
    const body = (inner: readonly Stmt[]): readonly Stmt[] => inner.map(stmt);
    const stmt = (s: Stmt): Stmt => {
      const mapped = mapStmt(s, { expr, body });
      switch (mapped.op) {
        case Op.set:
          return { ...mapped, local: locals.get(mapped.local) ?? mapped.local };
        case Op.block:
        case Op.loop:
        case Op.br:
        case Op.brIf:
          return { ...mapped, label: label(mapped.label) };
        case Op.switch:
          return { ...mapped, labels: mapped.labels.map(label), otherwise: label(mapped.otherwise) };
        default:
          return mapped;
      }
    };
    return body(stmts);
  };

  const body = list(func.body);
  // There is a limit for each loop that was split.
  if (func === original) return original;
  func.body = body;
  returnsLike(original, func);
  return func;
}

const least2 = (a: Expr, b: Expr): Expr => ({
  op: Op.select,
  type: 'i64',
  cond: num('i64.lt_s', a, b),
  then: a,
  else: b,
});

const isLeaf = (e: Expr | undefined): boolean => e?.op === Op.get || e?.op === Op.const;
const sameLeaf = (a: Expr, b: Expr): boolean =>
  (a.op === Op.get && b.op === Op.get && a.local === b.local) ||
  (a.op === Op.const && b.op === Op.const && a.type === b.type && a.value === b.value);
const sameTest = (a: Expr, b: Expr): boolean =>
  a.op === Op.num && b.op === Op.num && a.code === b.code && a.args.every((arg, i) => sameLeaf(arg, b.args[i]!));

function sizeOf(body: readonly Stmt[]): number {
  let nodes = 0;
  walk(
    body,
    () => nodes++,
    () => nodes++,
  );
  return nodes;
}

interface Head {
  readonly counter: Get;
  readonly bound: Expr;
  /** The loop runs for the bound itself, too. */
  readonly inclusive: boolean;
  /** A second condition under which the loop goes on. */
  readonly other?: Expr;
}

/** What a condition to leave a loop says of a counter. */
function headOf(cond: Expr): Head | undefined {
  if (cond.op !== Op.num) return undefined;
  const [x, y] = cond.args;
  if ((cond.code === 'i64.ge_s' || cond.code === 'i64.gt_s') && x!.op === Op.get && isLeaf(y)) {
    return { counter: x!, bound: y!, inclusive: cond.code === 'i64.gt_s' };
  }
  if (cond.code !== 'i32.eqz') return undefined;
  // The loop goes on while both hold.
  const both = x!;
  const [one, other] =
    both.op === Op.num && both.code === 'i32.and'
      ? both.args
      : both.op === Op.if && both.else.op === Op.const && both.else.value === 0
        ? [both.cond, both.then]
        : [];
  const head = one && headOf(negate(one));
  return head && !head.other ? { ...head, other } : undefined;
}

/** What is added to the counter in each round. */
function stepOf(body: readonly Stmt[], counter: number): Expr | undefined {
  const at = body.findIndex((s) => s.op === Op.set && s.local === counter);
  const s = body[at];
  if (s?.op !== Op.set) return undefined;
  let value = s.value;
  if (value.op === Op.get) {
    const from = value.local;
    const made = body.slice(0, at).filter((before) => before.op === Op.set && before.local === from);
    const all: Stmt[] = [];
    walkStmts(body, (inner) => {
      if (inner.op === Op.set && inner.local === from) all.push(inner);
    });
    if (made.length !== 1 || all.length !== 1) return undefined;
    value = (made[0] as { value: Expr }).value;
  }
  if (value.op !== Op.num || value.code !== 'i64.add') return undefined;
  const [a, b] = value.args as [Expr, Expr];
  if (a.op === Op.get && a.local === counter && isLeaf(b)) return b;
  if (b.op === Op.get && b.local === counter && isLeaf(a)) return a;
  return undefined;
}

/** The body without the tests that the needs make unnecessary. */
function fastBody(
  stmts: readonly Stmt[],
  counter: Get,
  noReturn: (name: string) => boolean,
  banned: ReadonlySet<number>,
): { readonly body: readonly Stmt[]; readonly needs: readonly Need[]; readonly steady: readonly Steady[] } {
  const needs: Need[] = [];
  const steady: Steady[] = [];
  /** Locals that are the counter plus something at this point. */
  let offsets = new Map<number, bigint>([[counter.local, 0n]]);
  /** Locals that were assigned before this point. */
  const changed = new Set<number>();
  let depth = 0;

  const offsetOf = (e: Expr): bigint | undefined => {
    if (e.op === Op.get) return offsets.get(e.local);
    if (e.op !== Op.num || e.code !== 'i64.add' || e.args[1]!.op !== Op.const) return undefined;
    const base = offsetOf(e.args[0]!);
    const added = BigInt.asIntN(64, BigInt(e.args[1]!.value));
    const sum = base === undefined ? undefined : base + added;
    return sum === undefined || sum > 1n << 31n || sum < -(1n << 31n) ? undefined : sum;
  };
  /** Whether the condition is one that may be taken as true in the fast loop. */
  const inRange = (index: Expr, length: Expr): boolean => {
    if (!isLeaf(length) || (length.op === Op.get && banned.has(length.local))) return false;
    const offset = offsetOf(index);
    if (offset !== undefined) {
      const known = needs.some((need) => need.offset === offset && sameLeaf(need.length, length));
      // Code that is not reached in every round makes no need that would keep the fast loop from starting.
      if (!known && depth > 0 && !(offset >= 0n || needs.some((need) => need.offset <= offset))) return false;
      if (!known) needs.push({ offset, length });
      return true;
    }
    if (!isLeaf(index) || (index.op === Op.get && (changed.has(index.local) || banned.has(index.local)))) return false;
    const known = steady.some((check) => sameLeaf(check.index, index) && sameLeaf(check.length, length));
    if (!known && depth > 0) return false;
    if (!known) steady.push({ index, length });
    return true;
  };
  /** 1 or 0 if the condition is a test of an index that the fast loop need not make. */
  const decide = (cond: Expr, yes: readonly Stmt[], no: readonly Stmt[]): 0 | 1 | undefined => {
    if (cond.op !== Op.num || cond.args.length !== 2) return undefined;
    const [x, y] = cond.args as [Expr, Expr];
    if (cond.code === 'i64.ge_u' && isSlow(yes) && inRange(x, y)) return 0;
    if (cond.code === 'i64.lt_u' && isSlow(no) && inRange(x, y)) return 1;
    return undefined;
  };
  const isSlow = (part: readonly Stmt[]): boolean => {
    let found = false;
    walk(part, (e) => {
      if (e.op === Op.call) found = true;
    });
    return found || (part.length > 0 && !fallsThrough(part, noReturn));
  };

  const nested = <T>(work: () => T): T => {
    const outer = new Map(offsets);
    const mine = new Set<number>();
    const before = new Set(changed);
    depth++;
    const result = work();
    depth--;
    for (const local of changed) if (!before.has(local)) mine.add(local);
    // What the part has assigned is not known after it.
    offsets = new Map([...outer].filter(([local, offset]) => !mine.has(local) && offsets.get(local) === offset));
    return result;
  };
  const expr = (e: Expr): Expr => {
    if (e.op === Op.if) {
      const cond = expr(e.cond);
      const then = nested(() => expr(e.then));
      const otherwise = nested(() => expr(e.else));
      return cond === e.cond && then === e.then && otherwise === e.else ? e : { ...e, cond, then, else: otherwise };
    }
    return mapExpr(e, { expr, body: list });
  };
  const list = (items: readonly Stmt[]): readonly Stmt[] => {
    const out: Stmt[] = [];
    for (const s of items) {
      switch (s.op) {
        case Op.set: {
          const value = expr(s.value);
          const offset = offsetOf(value);
          changed.add(s.local);
          if (offset === undefined) offsets.delete(s.local);
          else offsets.set(s.local, offset);
          out.push(value === s.value ? s : { ...s, value });
          break;
        }
        case Op.if: {
          const cond = expr(s.cond);
          const known = decide(cond, s.then, s.else);
          if (known !== undefined) {
            out.push(...list(known ? s.then : s.else));
            break;
          }
          const then = nested(() => list(s.then));
          const otherwise = nested(() => list(s.else));
          out.push({ ...s, cond, then, else: otherwise });
          break;
        }
        case Op.block:
          out.push({ ...s, body: nested(() => list(s.body)) });
          break;
        default:
          out.push(mapStmt(s, { expr, body: (inner) => nested(() => list(inner)) }));
      }
    }
    return out;
  };
  const body = list(stmts);
  return { body, needs, steady };
}
