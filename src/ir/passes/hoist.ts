/**
 * Reads that a loop need not repeat: lengths and element buffers of lists (and fields of other objects) that nothing in the
 * loop changes, and elements at an index that stays the same (the row of a matrix). They are read before the loop into
 * locals.
 *
 * What makes that safe:
 * - An address in a `ref` local of the user's code is that of an object, or 0, where zeros can be read. So such a read never
 *   traps, and may be done although the loop would not have come to it.
 * - A call on a rare path that may grow a list (`list_set_slow` in the branch of an index out of range) is followed by the same
 *   reads again. A call or store that may change what is read, and is not that rare, keeps it in the loop.
 * - A word of an object always holds the same type, so a store of another width does not change it. Stores to elements
 *   do not change headers.
 * - An element that cannot be read before the loop (its index is out of range) is still asked for where the program does,
 *   which fails there.
 */

import {
  addLocal,
  copyFunc,
  get,
  i64,
  listMapper,
  type Mapper,
  mapExpr,
  mapLists,
  mapStmt,
  num,
  operands,
  set,
  stmtOperands,
  usesLeft,
  walk,
  zero,
} from '../build.ts';
import { noReturnFuncs, returnsLike, writingFuncs } from '../calls.ts';
import { factsOf } from '../facts.ts';
import type { Expr, Func, Module, Stmt, Type } from '../ir.ts';
import * as Op from '../op.ts';
import { mayTrap } from '../ops.ts';

/** Values that one loop may have in locals: more would not stay in registers. */
const MOST_VALUES = 16;
/** Calls after which the values are read again: each is more code. */
const MOST_RELOADS = 6;

type Get = Extract<Expr, { op: typeof Op.get }>;
type Load = Extract<Expr, { op: typeof Op.load }>;
type Loop = Extract<Stmt, { op: typeof Op.loop }>;

/** Hoists in the functions of the user (what the library has inlined into them included). */
export function hoistModule(module: Module): Module {
  let effects: Effects | undefined;
  const funcs = new Map<string, Func>();
  for (const func of module.funcs.values()) {
    if (func.display === undefined || !factsOf(func).hasLoop) {
      funcs.set(func.name, func);
      continue;
    }
    effects ??= callEffects(module);
    funcs.set(func.name, hoistFunc(func, effects));
  }
  return { ...module, funcs };
}

// ---- what calls change

/**
 * What a call may change of objects that exist: nothing; the header of a list, and elements of one width in bytes
 * (but only by writing one or adding some); anything.
 */
type Effect = { readonly kind: 'none' } | { readonly kind: 'list'; readonly width: number } | { readonly kind: 'any' };
type Effects = (e: Extract<Expr, { op: typeof Op.call }>) => Effect;

const NONE: Effect = { kind: 'none' };
const ANY: Effect = { kind: 'any' };
/** What the functions that write to a list on its rare paths change. */
const LIST_SLOW = new Map<string, Effect>();
for (const [kind, width] of [
  ['bool', 1],
  ['i64', 8],
  ['f64', 8],
  ['ref', 4],
  ['cell', 8],
] as const) {
  for (const name of ['set', 'append']) LIST_SLOW.set(`rt.list_${name}_slow$${kind}`, { kind: 'list', width });
}

function callEffects(module: Module): Effects {
  const noReturn = noReturnFuncs(module);
  const writes = writingFuncs(module, noReturn);
  return ({ func }) => (writes(func) ? (LIST_SLOW.get(func) ?? ANY) : NONE);
}

// ---- what a loop changes

interface Changes {
  readonly assigned: ReadonlySet<number>;
  /** Words of headers that are stored to: offset and bytes. */
  readonly words: readonly { readonly offset: number; readonly bytes: number }[];
  /** Widths of elements that are stored. */
  readonly elements: ReadonlySet<number>;
  /** Calls after which headers of lists must be read again. */
  readonly reloads: number;
}

const WIDTH: Record<string, number> = {
  'i32.store': 4,
  'i32.store8': 1,
  'i32.store16': 2,
  'i64.store': 8,
  'i64.store32': 4,
  'f64.store': 8,
};

/** What a loop may change; undefined if that is too much to know anything. */
function changesOf(loop: Loop, effects: Effects, isBuffer: (local: number) => boolean): Changes | undefined {
  const assigned = new Set<number>();
  const words: { offset: number; bytes: number }[] = [];
  const elements = new Set<number>();
  let reloads = 0;
  /** Branches of an `if` around the present point: calls in them are rare. */
  let branches = 0;

  // These are true if what they have found is too much, and go no further then.
  const some = (all: readonly Expr[]): boolean => {
    for (let i = 0; i < all.length; i++) {
      const e = all[i]!;
      if (e.op !== Op.get && e.op !== Op.const && expr(e)) return true;
    }
    return false;
  };
  const expr = (e: Expr): boolean => {
    switch (e.op) {
      case Op.get:
      case Op.const:
        return false;
      case Op.num:
        return some(e.args);
      case Op.load:
        return expr(e.addr);
      case Op.as:
        return expr(e.value);
      case Op.call: {
        const effect = effects(e);
        if (effect.kind === 'any') return true;
        if (effect.kind === 'list') {
          if (branches === 0) return true;
          reloads++;
          elements.add(effect.width);
        }
        return some(e.args);
      }
      case Op.callIndirect:
        return true;
      case Op.if: {
        if (expr(e.cond)) return true;
        branches++;
        const isHopeless = expr(e.then) || expr(e.else);
        branches--;
        return isHopeless;
      }
      case Op.seq:
        return list(e.body) || expr(e.value);
      default:
        return some(operands(e));
    }
  };
  const list = (stmts: readonly Stmt[]): boolean => {
    for (let i = 0; i < stmts.length; i++) if (stmt(stmts[i]!)) return true;
    return false;
  };
  const stmt = (s: Stmt): boolean => {
    switch (s.op) {
      case Op.set:
        assigned.add(s.local);
        return expr(s.value);
      case Op.store: {
        const bytes = WIDTH[s.code]!;
        if (s.addr.type === 'ref') words.push({ offset: s.offset, bytes });
        else if (isElementAddress(s.addr, isBuffer)) elements.add(bytes);
        else return true;
        return expr(s.addr) || expr(s.value);
      }
      case Op.if: {
        if (expr(s.cond)) return true;
        branches++;
        const isHopeless = list(s.then) || list(s.else);
        branches--;
        return isHopeless;
      }
      case Op.block:
      case Op.loop:
        return list(s.body);
      case Op.memoryCopy:
      case Op.memoryFill:
        return true;
      default:
        return some(stmtOperands(s));
    }
  };
  return list(loop.body) || reloads > MOST_RELOADS ? undefined : { assigned, words, elements, reloads };
}

/** An address of an element: a buffer that was read from a list, with or without something added. */
function isElementAddress(e: Expr, isBuffer: (local: number) => boolean): boolean {
  const base = e.op === Op.num && e.code === 'i32.add' ? e.args[0]! : e;
  const value = base.op === Op.seq ? base.value : base;
  if (value.op === Op.get) return isBuffer(value.local);
  return value.op === Op.load && value.code === 'i32.load' && value.offset === 12 && value.addr.type === 'ref';
}

// ---- the pass

/** Loads of words of an object. */
const WORD_LOADS: ReadonlySet<string> = new Set(['i32.load', 'i64.load', 'i64.load32_u', 'f64.load']);
const LOAD_WIDTH: Record<string, number> = { 'i32.load8_u': 1, 'i32.load': 4, 'i64.load': 8, 'f64.load': 8 };

/** An index of the list in local `base`, counted from the beginning, and the list's length. */
interface Index {
  readonly base: number;
  readonly index: Get;
  readonly length: Get;
}

const same = (a: Expr, b: Expr): boolean =>
  (a.op === Op.get && b.op === Op.get && a.local === b.local) ||
  (a.op === Op.const && b.op === Op.const && a.value === b.value);

/** What a condition `at >= x` (unsigned) compares the local with. */
function compared(cond: Expr, at: number): Expr | undefined {
  if (cond.op !== Op.num || cond.code !== 'i64.ge_u') return undefined;
  const [left, right] = cond.args;
  return left!.op === Op.get && left!.local === at ? right : undefined;
}

interface Value {
  readonly local: number;
  /** How it is read; `depends` on values before it in the list. */
  readonly source: Expr;
}

function hoistFunc(original: Func, effects: Effects): Func {
  const func = copyFunc(original);
  const buffers = new Set<number>();
  const isBuffer = (local: number): boolean => buffers.has(local);
  const { sets, nesting, outerLoops } = factsOf(func);
  /** Reads of each local: kept up to date within loops, for nothing asks about those of a loop that is in no other one. */
  const gets = factsOf(func).gets.slice();
  let loopsAround = 0;

  const fresh = (type: Type): Get => {
    const local = addLocal(func, type);
    func.localNames?.push(undefined);
    return get(local, type);
  };

  const list = (stmts: readonly Stmt[]): readonly Stmt[] => {
    let out: Stmt[] | undefined;
    for (let i = 0; i < stmts.length; i++) {
      const s = stmts[i]!;
      if (s.op === Op.loop) {
        const made = loop(s);
        if (made) out ??= stmts.slice(0, i);
        if (made) out!.push(...made);
        else out?.push(s);
        continue;
      }
      let mapped: Stmt = s;
      if (nesting.has(s)) mapped = mapStmt(s, lists);
      else if (s.op === Op.if || s.op === Op.block) mapped = mapLists(s, list);
      if (mapped !== s) out ??= stmts.slice(0, i);
      out?.push(mapped);
    }
    return out ?? stmts;
  };
  const lists = listMapper(list);

  /**
   * A loop with what is read before it, or undefined if it stays as it is. Loops in it come first: their share matters
   * most.
   */
  const loop = (s: Loop): Stmt[] | undefined => {
    loopsAround++;
    const inner = list(s.body);
    loopsAround--;
    const current: Loop = inner === s.body ? s : { ...s, body: inner };
    const same = current === s ? undefined : [current];
    const changes = changesOf(current, effects, isBuffer);
    if (!changes || (changes.reloads > 0 && outerLoops.has(s))) return same;
    const before: Stmt[] = [];
    const body = hoistLoop(current, changes, before);
    if (body === current.body) return same;
    if (loopsAround > 0) {
      count(current.body, -1);
      count(body, 1);
      count(before, 1);
    }
    return [...before, { ...current, body }];
  };
  const count = (stmts: readonly Stmt[], times: number): void => {
    walk(stmts, (e) => {
      if (e.op === Op.get) gets[e.local] = (gets[e.local] ?? 0) + times;
    });
  };

  const hoistLoop = (s: Loop, changes: Changes, before: Stmt[]): readonly Stmt[] => {
    const assigned = new Set(changes.assigned);
    let current = moveSteady(s.body, assigned, before);
    const values: Value[] = [];
    const cache = new Map<string, Get>();
    /** Locals of the loop that are names for a value. */
    const names = new Map<number, Get>();
    /** The objects that words were read from. */
    const owners = new Map<number, number>();
    const indexes = new Map<number, Index>();
    /** Values that reading again does not change. */
    const lasting = new Set<number>();
    const mineToName = new Set<number>();

    const steady = (e: Expr): boolean => e.op === Op.const || (e.op === Op.get && !assigned.has(e.local));
    const resolve = (e: Expr): Expr => (e.op === Op.get ? (names.get(e.local) ?? e) : e);
    const value = (key: string, type: Type, source: () => Expr): Get | undefined => {
      const known = cache.get(key);
      if (known) return known;
      if (values.length >= MOST_VALUES) return undefined;
      const from = source();
      const made = fresh(type);
      values.push({ local: made.local, source: from });
      cache.set(key, made);
      mineToName.add(made.local);
      return made;
    };
    /** The local for a word of an object that does not change. */
    const word = (load: Load, base: Get): Expr | undefined => {
      const { code, type, offset } = load;
      const bytes = code === 'f64.load' || code === 'i64.load' ? 8 : 4;
      const end = offset + bytes;
      if (changes.words.some((w) => w.offset < end && offset < w.offset + w.bytes)) return undefined;
      const made = value(`${base.local} ${code} ${type} ${offset}`, type, () => ({ ...load, addr: base }));
      if (!made) return undefined;
      owners.set(made.local, base.local);
      if (code !== 'i32.load' || type !== 'i32') return made;
      // It may be an address into what the object holds.
      if (offset === 12) buffers.add(made.local);
      return { op: Op.seq, type, body: [{ op: Op.keep, value: base }], value: made };
    };
    /**
     * The element of a list at an index that stays the same. It is read before the loop if it exists; the test in the loop,
     * which fails if it does not, comes before every use.
     */
    const element = (load: Load): Get | undefined => {
      const bytes = LOAD_WIDTH[load.code];
      if (bytes === undefined || changes.elements.has(bytes) || load.addr.op !== Op.num || load.offset !== 8) return;
      const [buffer, offset] = load.addr.args as [Expr, Expr];
      if (load.addr.code !== 'i32.add' || buffer.op !== Op.seq || buffer.value.op !== Op.get) return;
      const wrapped = offset.op === Op.num && offset.code === 'i32.shl' ? offset.args[0]! : offset;
      const index = wrapped.op === Op.num && wrapped.code === 'i32.wrap_i64' ? wrapped.args[0]! : undefined;
      const known = index?.op === Op.get ? indexes.get(index.local) : undefined;
      if (!known || owners.get(buffer.value.local) !== known.base) return;
      const made = value(`${known.base} ${load.code} ${load.type} ${known.index.local}`, load.type, () => ({
        op: Op.if,
        type: load.type,
        cond: inRange(known),
        then: load,
        else: zero(load.type),
      }));
      if (made) lasting.add(made.local);
      return made;
    };
    const inRange = ({ index, length }: Index): Expr => num('i64.lt_u', index, length);
    /**
     * The two statements by which `list_get` makes an index count from the beginning, and tests it. For an index that stays the
     * same this is done before the loop.
     */
    const position = (stmts: readonly Stmt[], i: number): Stmt[] | undefined => {
      const start = stmts[i]!;
      if (start.op !== Op.set || sets[start.local] !== 2) return;
      const test = stmts[i + 1];
      if (test?.op !== Op.if || test.else.length > 0) return;
      const [negative, fail] = test.then;
      if (test.then.length !== 2 || negative!.op !== Op.set || fail!.op !== Op.if) return;
      const at = start.local;
      const from = resolve(start.value);
      const length = resolve(compared(test.cond, at) ?? start.value);
      const inner = compared(fail!.cond, at);
      if (!steady(from) || length.op !== Op.get || !inner) return;
      const base = owners.get(length.local);
      const sum = rewrite(negative!.value);
      if (base === undefined || negative!.local !== at || sum.op !== Op.num || sum.code !== 'i64.add') return;
      if (!same(sum.args[0]!, from) || !same(sum.args[1]!, length) || !same(resolve(inner), length)) return;
      if (!usedBeforeChange(stmts, i + 2, at, gets[at]! - 2)) return;
      const key = from.op === Op.get ? `local ${from.local}` : `${(from as { value: bigint }).value}`;
      const index = value(`${base} at ${key}`, 'i64', () => ({
        op: Op.select,
        type: 'i64',
        cond: num('i64.lt_s', from, i64(0)),
        then: num('i64.add', from, length),
        else: from,
      }));
      if (!index) return;
      const known = { base, index, length };
      indexes.set(index.local, known);
      names.set(at, index);
      return [{ op: Op.if, cond: num('i64.ge_u', index, length), then: rewriteList(fail!.then), else: [] }];
    };

    const rewrite = (e: Expr): Expr => {
      if (e.op === Op.get) return resolve(e);
      if (e.op === Op.load) {
        const base = e.addr.op === Op.get ? (resolve(e.addr) as Get) : undefined;
        if (base && base.type === 'ref' && WORD_LOADS.has(e.code) && steady(base)) {
          const made = word(e, base);
          if (made) return made;
        }
        const mapped = mapExpr(e, rewriting);
        return (mapped.op === Op.load && element(mapped)) || mapped;
      }
      return mapExpr(e, rewriting);
    };
    const rewriteList = (stmts: readonly Stmt[]): readonly Stmt[] => {
      const mine: number[] = [];
      let out: Stmt[] | undefined;
      for (let i = 0; i < stmts.length; i++) {
        const s = stmts[i]!;
        const test = position(stmts, i);
        if (test) {
          mine.push((s as { local: number }).local);
          out ??= stmts.slice(0, i);
          out.push(...test);
          i++;
          continue;
        }
        const mapped = mapStmt(s, rewriting);
        if (mapped !== s) out ??= stmts.slice(0, i);
        out?.push(mapped);
        if (mapped.op !== Op.set || sets[mapped.local] !== 1) continue;
        const from = mapped.value.op === Op.seq ? mapped.value.value : mapped.value;
        if (from.op !== Op.get || from.type !== func.locals[mapped.local] || !mineToName.has(from.local)) continue;
        if (!lasting.has(from.local) && !usedBeforeChange(stmts, i + 1, mapped.local, gets[mapped.local]!)) continue;
        names.set(mapped.local, from);
        mine.push(mapped.local);
      }
      for (const local of mine) names.delete(local);
      return out ?? stmts;
    };
    const rewriting: Mapper = { expr: rewrite, body: rewriteList };
    /** Whether the uses of a local come before anything that may change what it was read from. */
    const usedBeforeChange = (stmts: readonly Stmt[], start: number, local: number, uses: number): boolean => {
      let end = stmts.length;
      if (changes.reloads > 0) {
        end = start;
        while (end < stmts.length && !changesLists(stmts[end]!)) end++;
      }
      return usesLeft(stmts, start, end, local, uses) === 0;
    };
    const changesLists = (s: Stmt): boolean => {
      let found = false;
      walk([s], (e) => {
        if (e.op === Op.call && effects(e).kind === 'list') found = true;
      });
      return found;
    };
    current = rewriteList(current);
    if (values.length === 0) return current;
    const read = values.map((v) => set(v.local, v.source));
    before.push(...read);
    return changes.reloads === 0 ? current : reloading(current, effects, read, fresh);
  };

  /** Moves to before the loop what is computed from locals alone that the loop does not assign. */
  const moveSteady = (stmts: readonly Stmt[], assigned: Set<number>, before: Stmt[]): readonly Stmt[] => {
    const move = (inner: readonly Stmt[]): readonly Stmt[] => {
      let out: Stmt[] | undefined;
      for (let i = 0; i < inner.length; i++) {
        const s = inner[i]!;
        if (s.op === Op.set && sets[s.local] === 1 && s.local >= func.params.length && isSteady(s.value, assigned)) {
          // All its uses come after it.
          if (usesLeft(inner, i + 1, inner.length, s.local, gets[s.local]!) === 0) {
            assigned.delete(s.local);
            before.push(s);
            out ??= inner.slice(0, i);
            continue;
          }
        }
        const mapped = s.op === Op.if || s.op === Op.block || s.op === Op.loop ? mapLists(s, move) : s;
        if (mapped !== s) out ??= inner.slice(0, i);
        out?.push(mapped);
      }
      return out ?? inner;
    };
    return move(stmts);
  };

  const body = list(func.body);
  if (body === original.body) return original;
  func.body = body;
  returnsLike(original, func);
  return func;
}

/** Cheap, and computed from nothing but locals that are not assigned. */
function isSteady(e: Expr, assigned: ReadonlySet<number>, depth = 2): boolean {
  if (e.op === Op.const || e.op === Op.data) return true;
  if (e.op === Op.get) return !assigned.has(e.local);
  if (depth === 0) return false;
  if (e.op === Op.num) return !mayTrap(e.code) && e.args.every((arg) => isSteady(arg, assigned, depth - 1));
  return e.op === Op.as && isSteady(e.value, assigned, depth);
}

/** The statements with the values read again after each call that may change a list. */
function reloading(
  stmts: readonly Stmt[],
  effects: Effects,
  read: readonly Stmt[],
  fresh: (type: Type) => Get,
): readonly Stmt[] {
  const changes = (e: Expr): boolean => e.op === Op.call && effects(e).kind === 'list';
  const expr = (e: Expr): Expr => {
    const mapped = mapExpr(e, { expr, body });
    if (!changes(e)) return mapped;
    const result = fresh(mapped.type!);
    return { op: Op.seq, type: mapped.type!, body: [set(result.local, mapped), ...read], value: result };
  };
  const body = (list: readonly Stmt[]): readonly Stmt[] =>
    list.flatMap((s) => {
      if (s.op === Op.do && s.value.type === undefined && changes(s.value)) {
        return [{ ...s, value: mapExpr(s.value, { expr, body }) }, ...read];
      }
      return [mapStmt(s, { expr, body })];
    });
  return body(stmts);
}
