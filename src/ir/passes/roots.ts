/**
 * Makes references visible to the collector. WebAssembly hides locals and operands, so every reference (`ref`, `cell`)
 * that is live across a call that may collect gets a slot of 8 bytes in a frame on a shadow stack in memory. The
 * collector does not move objects, so slots are only written, never read back.
 *
 * Steps, for each function that has such calls:
 * 1. references on WebAssembly's operand stack during such a call are bound to locals first (`bindTemporaries`);
 * 2. liveness over the structured code finds what is live across each such call (`liveAcross`);
 * 3. `placeSlots` decides where it is written. As a rule the function makes a frame at entry, stores every definition of
 *    such a local to its slot, too, and takes the frame down at every return; slots that might be seen before they are
 *    first written are zeroed at entry. A call that is seldom made (the slow path of an inlined allocation) or the only
 *    one of its function has a small frame of its own around it, so that other paths pay nothing.
 * Global variables that hold references move into memory, to the upper end of the shadow stack.
 */
import {
  as,
  assigns,
  copyFunc,
  fallsThrough,
  get,
  i32,
  type Mapper,
  mapExpr,
  mapSame,
  mapStmt,
  num,
  operands,
  set,
  someStmt,
  stmtOperands,
  walk,
} from '../build.ts';
import { type Collecting, collectingFuncs, noReturnFuncs } from '../calls.ts';
import { factsOf } from '../facts.ts';
import type { Expr, Func, Module, Stmt, Type } from '../ir.ts';
import { COLLECT, ROOT_GLOBAL, STACK_POINTER } from '../names.ts';

type Get = Extract<Expr, { op: 'get' }>;

const isRoot = (type: Type | undefined): boolean => type === 'ref' || type === 'cell';

/** Bytes of a slot: a cell. */
const SLOT = 8;

export interface RootOptions {
  /** The function that collects (default `rt.collect`); tests have their own. */
  readonly collect?: string;
}

/** Slots of a frame from which on one instruction zeroes all of it: it is a call in the engine, so few are cheaper one by one. */
const MANY_SLOTS = 32;

/** Adds frames to the functions that need them. A module that cannot collect comes back as it is. */
export function addRoots(module: Module, options: RootOptions = {}): Module {
  const collect = options.collect ?? COLLECT;
  if (!module.funcs.has(collect) && !module.imports.has(collect)) return module;
  const noReturn = noReturnFuncs(module);
  const collecting = collectingFuncs(module, noReturn, collect);
  const inMemory = new Set<string>();
  for (const global of module.globals.values()) {
    if (global.mutable && isRoot(global.type)) inMemory.add(global.name);
  }
  const funcs = new Map<string, Func>();
  let frames = false;
  for (const func of module.funcs.values()) {
    const { references } = factsOf(func);
    const names = references.some((e) => (e.op === 'global' || e.op === 'setGlobal') && inMemory.has(e.name));
    const moved = names ? moveGlobals(func, inMemory) : func;
    const collects = references.some((e) => e.op !== 'setGlobal' && isCollectingCall(e, collecting));
    const rooted = collects ? rootFunc(moved, collecting) : moved;
    if (rooted !== moved) frames = true;
    funcs.set(func.name, rooted);
  }
  const globals = new Map(module.globals);
  if (frames) globals.set(STACK_POINTER, { name: STACK_POINTER, type: 'i32', mutable: true, init: 0 });
  return { ...module, funcs, globals };
}

/** Accesses to global variables that are roots become accesses to memory. */
function moveGlobals(func: Func, inMemory: ReadonlySet<string>): Func {
  const address = (name: string): Expr => ({ op: 'data', type: 'i32', name: ROOT_GLOBAL + name });
  const expr = (e: Expr): Expr => {
    if (e.op === 'global' && inMemory.has(e.name)) {
      const code = e.type === 'ref' ? 'i32.load' : 'i64.load';
      return { op: 'load', type: e.type, code, addr: address(e.name), offset: 0 };
    }
    return e.op === 'get' || e.op === 'const' ? e : mapExpr(e, mapper);
  };
  const body = (list: readonly Stmt[]): readonly Stmt[] => mapSame(list, stmt);
  const stmt = (s: Stmt): Stmt => {
    if (s.op === 'setGlobal' && inMemory.has(s.name)) {
      const value = expr(s.value);
      // The upper half of a reference's cell is zero from the start.
      const code = value.type === 'ref' ? 'i32.store' : 'i64.store';
      return { op: 'store', code, addr: address(s.name), offset: 0, value };
    }
    return mapStmt(s, mapper);
  };
  const mapper: Mapper = { expr, body };
  const moved = body(func.body);
  return moved === func.body ? func : { ...func, body: moved };
}

function rootFunc(func: Func, collecting: Collecting): Func {
  const before = marksOf(func, collecting);
  if (before.calls.size === 0) return func;
  const bound = bindTemporaries(func, before.calls);
  // Binding rebuilds nodes: mark them anew.
  const marks = bound === func ? before : marksOf(bound, collecting);
  const sites = liveAcross(bound, marks, collecting);
  if (sites.size === 0) return func;
  const { inFrame, around } = placeSlots(bound, sites, marks.calls);
  return addFrames(bound, sites, inFrame, around, marks);
}

const isCollectingCall = (e: Expr, collecting: Collecting): boolean =>
  e.op === 'call' ? collecting.func(e.func) : e.op === 'callIndirect' && collecting.indirect(e);

/** What one walk over a body finds for the steps. */
interface Marks {
  /** The expressions and statements during whose evaluation a collection may happen. */
  readonly calls: ReadonlySet<Expr | Stmt>;
  /** The expressions that hold statements. */
  readonly holders: ReadonlySet<Expr>;
  /** For each local 1 if it is assigned something else than constants and static data. */
  readonly dynamic: Uint8Array;
}

function marksOf(func: Func, collecting: Collecting): Marks {
  const calls = new Set<Expr | Stmt>();
  const holders = new Set<Expr>();
  const dynamic = new Uint8Array(func.locals.length).fill(1, 0, func.params.length);
  // The results of the walk over an expression: whether it may collect, and whether it holds statements.
  const COLLECTS = 1;
  const HOLDS = 2;
  const expr = (e: Expr): number => {
    let found = 0;
    switch (e.op) {
      case 'get':
      case 'const':
      case 'global':
      case 'data':
        return 0;
      case 'num':
        found = exprs(e.args);
        break;
      case 'load':
        found = expr(e.addr);
        break;
      case 'as':
        found = expr(e.value);
        break;
      case 'call':
      case 'callIndirect':
        found = exprs(operands(e));
        if (isCollectingCall(e, collecting)) found |= COLLECTS;
        break;
      case 'seq':
        found = HOLDS | expr(e.value);
        if (list(e.body)) found |= COLLECTS;
        break;
      default:
        found = exprs(operands(e));
    }
    if (found & COLLECTS) calls.add(e);
    if (found & HOLDS) holders.add(e);
    return found;
  };
  const exprs = (parts: readonly Expr[]): number => {
    let found = 0;
    for (let i = 0; i < parts.length; i++) found |= expr(parts[i]!);
    return found;
  };
  const list = (stmts: readonly Stmt[]): boolean => {
    let found = false;
    for (let i = 0; i < stmts.length; i++) if (stmt(stmts[i]!)) found = true;
    return found;
  };
  const stmt = (s: Stmt): boolean => {
    let found = false;
    switch (s.op) {
      case 'set':
        if (!isStatic(s.value)) dynamic[s.local] = 1;
        found = (expr(s.value) & COLLECTS) !== 0;
        break;
      case 'if':
        found = (expr(s.cond) & COLLECTS) !== 0;
        if (list(s.then)) found = true;
        if (list(s.else)) found = true;
        break;
      case 'block':
      case 'loop':
        found = list(s.body);
        break;
      default:
        found = (exprs(stmtOperands(s)) & COLLECTS) !== 0;
    }
    if (found) calls.add(s);
    return found;
  };
  list(func.body);
  return { calls, holders, dynamic };
}

// ---- 1. operands

/** A value that is no reference into the heap or is held by a local anyway. */
function isHeld(e: Expr): boolean {
  if (e.op === 'as') return isHeld(e.value);
  return e.op === 'const' || e.op === 'data' || e.op === 'funcIndex' || e.op === 'get';
}

/** Whether evaluating the expression leaves a reference on the operand stack that no local holds. */
function isLoose(e: Expr): boolean {
  if (e.op === 'as' && !isRoot(e.type)) return isLoose(e.value);
  if (e.op === 'num') return e.args.some(isLoose);
  return isRoot(e.type) && !isHeld(e);
}

/** Whether control may leave the expression before its value is there. */
const jumps = (e: Expr): boolean =>
  someStmt(e, (s) => s.op === 'br' || s.op === 'brIf' || s.op === 'switch' || s.op === 'return');

function localOf(e: Expr): number | undefined {
  if (e.op === 'as') return localOf(e.value);
  return e.op === 'get' ? e.local : undefined;
}

/** Binds references that would lie on the operand stack during a collecting call to locals, keeping the order of evaluation. */
function bindTemporaries(func: Func, calls: ReadonlySet<Expr | Stmt>): Func {
  const out = copyFunc(func);
  const temporary = (type: Type): number => out.locals.push(type) - 1;

  /** A value bound to a local; of a number made of references, the references. */
  const hold = (e: Expr, overwritten: (local: number) => boolean, prefix: Stmt[]): Expr => {
    if (e.op === 'const' || e.op === 'data' || e.op === 'funcIndex') return e;
    if (e.op === 'get' && !overwritten(e.local)) return e;
    // A reference made of a number is bound as the reference that it is.
    if (e.op === 'as' && (isRoot(e.value.type) || !isRoot(e.type)))
      return as(e.type, hold(e.value, overwritten, prefix));
    if (e.op === 'num' && isLoose(e)) {
      const inner = e.args.map((arg, i) => {
        const rest = e.args.slice(i + 1);
        const changed = (local: number): boolean => overwritten(local) || rest.some((part) => assigns(part, local));
        return hold(arg, changed, prefix);
      });
      return { ...e, args: inner };
    }
    const t = temporary(e.type!);
    prefix.push(set(t, e));
    return get(t, e.type!);
  };

  /** The operands with those bound that must be; `prefix` gets the bindings. */
  const bind = (parts: readonly Expr[], originals: readonly Expr[], prefix: Stmt[]): Expr[] => {
    let lastCollecting = -1;
    originals.forEach((part, i) => {
      if (calls.has(part)) lastCollecting = i;
    });
    const result = parts.slice();
    let lastLoose = -1;
    for (let i = 0; i < lastCollecting; i++) {
      const local = localOf(parts[i]!);
      const overwritten =
        local !== undefined && isRoot(out.locals[local]) && parts.slice(i + 1).some((part) => assigns(part, local));
      if (isLoose(parts[i]!) || overwritten) lastLoose = i;
    }
    for (let i = 0; i <= lastLoose; i++) {
      const later = parts.slice(i + 1);
      result[i] = hold(parts[i]!, (local) => later.some((part) => assigns(part, local)), prefix);
    }
    return result;
  };

  const seen = new Set<Expr>();
  const expr = (e: Expr): Expr => {
    if (!calls.has(e)) return e;
    let mapped = mapExpr(e, mapper);
    // Each call is looked up by its identity below: one node must not stand in two places.
    if (mapped === e && seen.has(e)) mapped = { ...e };
    seen.add(e);
    const before = operands(e);
    if (e.op === 'if' || e.op === 'seq' || before.length < 2) return mapped;
    const parts = operands(mapped);
    const prefix: Stmt[] = [];
    const bound = bind(parts, before, prefix);
    if (prefix.length === 0) return mapped;
    return { op: 'seq', type: mapped.type!, body: prefix, value: withOperands(mapped, bound) };
  };
  const body = (list: readonly Stmt[]): readonly Stmt[] => {
    let result: Stmt[] | undefined;
    list.forEach((s, i) => {
      const prefix: Stmt[] = [];
      const mapped = stmt(s, prefix);
      if (!result && (mapped !== s || prefix.length > 0)) result = list.slice(0, i);
      result?.push(...prefix, mapped);
    });
    return result ?? list;
  };
  const stmt = (s: Stmt, prefix: Stmt[]): Stmt => {
    if (!calls.has(s)) return s;
    // A call without a result is a statement of its own: bind its operands before it.
    if (s.op === 'do' && s.value.type === undefined) {
      let call = mapExpr(s.value, mapper);
      if (call === s.value && seen.has(call)) call = { ...call };
      seen.add(s.value);
      const bound = bind(operands(call), operands(s.value), prefix);
      if (prefix.length === 0) return call === s.value ? s : { op: 'do', value: call };
      return { op: 'do', value: withOperands(call, bound) };
    }
    const mapped = mapStmt(s, mapper);
    if (mapped.op === 'store') {
      const [addr, value] = bind(stmtOperands(mapped), stmtOperands(s), prefix);
      return prefix.length > 0 ? { ...mapped, addr: addr!, value: value! } : mapped;
    }
    if (mapped.op === 'memoryCopy') {
      const [to, from, bytes] = bind(stmtOperands(mapped), stmtOperands(s), prefix);
      return prefix.length > 0 ? { ...mapped, to: to!, from: from!, bytes: bytes! } : mapped;
    }
    if (mapped.op === 'memoryFill') {
      const [to, byte, bytes] = bind(stmtOperands(mapped), stmtOperands(s), prefix);
      return prefix.length > 0 ? { ...mapped, to: to!, byte: byte!, bytes: bytes! } : mapped;
    }
    return mapped;
  };
  const mapper: Mapper = { expr, body };
  const rebuilt = body(func.body);
  if (rebuilt === func.body) return func;
  out.body = rebuilt;
  return out;
}

/** The node with other operands, in the order of `operands`. */
function withOperands(e: Expr, parts: readonly Expr[]): Expr {
  switch (e.op) {
    case 'num':
    case 'call':
      return { ...e, args: parts };
    case 'callIndirect':
      return { ...e, args: parts.slice(0, -1), target: parts.at(-1)! };
    case 'select':
      return { ...e, then: parts[0]!, else: parts[1]!, cond: parts[2]! };
    default:
      throw new Error(`${e.op} has fewer than two operands`);
  }
}

// ---- 2. liveness

/** A set of small integers. */
type Bits = Uint32Array;

function union(into: Bits, from: Bits): boolean {
  let changed = false;
  for (let i = 0; i < into.length; i++) {
    const merged = into[i]! | from[i]!;
    if (merged >>> 0 !== into[i]) {
      into[i] = merged;
      changed = true;
    }
  }
  return changed;
}

/**
 * For each collecting call the locals of reference types that are live across it (calls without are left out). A local
 * that only ever holds constants and static data needs no slot.
 */
function liveAcross(
  func: Func,
  { calls, dynamic }: Marks,
  collecting: Collecting,
): ReadonlyMap<Expr, readonly number[]> {
  const sites = new Map<Expr, Bits>();
  const candidates: number[] = [];
  for (let i = 0; i < func.locals.length; i++) if (isRoot(func.locals[i]) && dynamic[i]) candidates.push(i);
  if (candidates.length === 0) return new Map();
  const bit = new Int32Array(func.locals.length).fill(-1);
  candidates.forEach((local, i) => {
    bit[local] = i;
  });
  const words = (candidates.length + 31) >> 5;
  const targets = new Map<number, Bits>();
  /** What was live at the head of a loop in the last round over it: where the next round begins. */
  const heads = new Map<Stmt, Bits>();
  let live: Bits = new Uint32Array(words);

  const use = (local: number): void => {
    const at = bit[local]!;
    if (at >= 0) live[at >> 5]! |= 1 << (at & 31);
  };
  /** References that the value on the operand stack may be made of. */
  const holders = (e: Expr): void => {
    if (e.op === 'get') use(e.local);
    else if (e.op === 'as') holders(e.value);
    else if (e.op === 'num' || e.op === 'select') for (const part of operands(e)) holders(part);
  };
  const several = (parts: readonly Expr[]): void => {
    const end = parts.length - 1;
    let last = end;
    while (last > 0 && !calls.has(parts[last]!)) last--;
    // Operands already evaluated stay in use while later ones are evaluated.
    for (let i = 0; i < last; i++) holders(parts[i]!);
    for (let i = end; i >= 0; i--) expr(parts[i]!);
  };
  const expr = (e: Expr): void => {
    switch (e.op) {
      case 'get':
        use(e.local);
        return;
      case 'const':
      case 'data':
      case 'global':
        return;
      case 'num':
        several(e.args);
        return;
      case 'load':
        expr(e.addr);
        return;
      case 'as':
        expr(e.value);
        return;
      case 'call':
      case 'callIndirect':
        if (isCollectingCall(e, collecting)) {
          const across = sites.get(e);
          if (across) union(across, live);
          else sites.set(e, live.slice());
        }
        several(operands(e));
        return;
      case 'if': {
        const after = live;
        live = after.slice();
        expr(e.else);
        const other = live;
        live = after;
        expr(e.then);
        union(live, other);
        expr(e.cond);
        return;
      }
      case 'seq':
        expr(e.value);
        list(e.body);
        return;
      default:
        several(operands(e));
    }
  };
  const list = (stmts: readonly Stmt[]): void => {
    for (let i = stmts.length - 1; i >= 0; i--) stmt(stmts[i]!);
  };
  const dead = (): void => {
    live = new Uint32Array(words);
  };
  const jump = (label: number): void => {
    const target = targets.get(label);
    if (target) union(live, target);
  };
  const stmt = (s: Stmt): void => {
    switch (s.op) {
      case 'set': {
        const at = bit[s.local]!;
        if (at >= 0) live[at >> 5]! &= ~(1 << (at & 31));
        expr(s.value);
        return;
      }
      case 'if': {
        const after = live;
        live = after.slice();
        list(s.else);
        const other = live;
        live = after;
        list(s.then);
        union(live, other);
        expr(s.cond);
        return;
      }
      case 'block':
        targets.set(s.label, live.slice());
        list(s.body);
        targets.delete(s.label);
        return;
      case 'loop': {
        const after = live;
        const head = heads.get(s) ?? new Uint32Array(words);
        heads.set(s, head);
        do {
          targets.set(s.label, head);
          live = after.slice();
          list(s.body);
        } while (union(head, live));
        targets.delete(s.label);
        return;
      }
      case 'br':
        dead();
        jump(s.label);
        return;
      case 'brIf':
        jump(s.label);
        expr(s.cond);
        return;
      case 'switch':
        dead();
        for (const label of s.labels) jump(label);
        jump(s.otherwise);
        expr(s.value);
        return;
      case 'return':
        dead();
        if (s.value) expr(s.value);
        return;
      case 'unreachable':
        dead();
        return;
      case 'do':
      case 'keep':
      case 'setGlobal':
        expr(s.value);
        return;
      default:
        several(stmtOperands(s));
    }
  };
  list(func.body);
  const result = new Map<Expr, readonly number[]>();
  for (const [call, across] of sites) {
    const locals: number[] = [];
    for (let word = 0; word < words; word++) {
      // Of many candidates few are live: only their bits are looked at.
      for (let rest = across[word]!; rest !== 0; rest &= rest - 1) {
        locals.push(candidates[word * 32 + 31 - Math.clz32(rest & -rest)]!);
      }
    }
    if (locals.length > 0) result.set(call, locals);
  }
  return result;
}

/** A value that is no reference into the heap and never becomes one. */
function isStatic(e: Expr): boolean {
  if (e.op === 'as') return isStatic(e.value);
  return e.op === 'const' || e.op === 'data';
}

// ---- 3. frames

type ReturnStmt = Extract<Stmt, { op: 'return' }>;

/** References that one call may save by itself; with more, the function's frame is smaller code. */
const MAX_AROUND = 3;

/**
 * Divides what must be saved between the function's frame and frames around single calls. Such a call stands in a
 * branch, calls the run-time library (whose rare paths they are) and has few references to save besides those that are in
 * the function's frame anyway.
 */
function placeSlots(
  func: Func,
  sites: ReadonlyMap<Expr, readonly number[]>,
  calls: ReadonlySet<Expr | Stmt>,
): { inFrame: ReadonlySet<number>; around: ReadonlyMap<Expr, readonly number[]> } {
  const inFrame = new Set<number>();
  const seldom: Expr[] = [];
  const visit = (e: Expr, inBranch: boolean): void => {
    if (!calls.has(e)) return;
    const live = sites.get(e);
    if (live) {
      const isLibrary = e.op === 'call' && e.func.startsWith('rt.');
      const alone = sites.size === 1 && !inLoop;
      const plain = operands(e).every((arg) => !jumps(arg) && !live.some((local) => assigns(arg, local)));
      if (((inBranch && isLibrary) || alone) && plain) seldom.push(e);
      else for (const local of live) inFrame.add(local);
    }
    if (e.op === 'if') {
      visit(e.cond, inBranch);
      visit(e.then, true);
      visit(e.else, true);
      return;
    }
    if (e.op === 'seq') list(e.body, inBranch);
    for (const part of operands(e)) visit(part, inBranch);
  };
  let inLoop = false;
  const list = (stmts: readonly Stmt[], inBranch: boolean): void => {
    for (const s of stmts) {
      if (!calls.has(s)) continue;
      for (const part of stmtOperands(s)) visit(part, inBranch);
      if (s.op === 'if') {
        list(s.then, true);
        list(s.else, true);
      } else if (s.op === 'block') list(s.body, inBranch);
      else if (s.op === 'loop') {
        const outer = inLoop;
        inLoop = true;
        // What a branch around the loop means for one run of it, it does not mean for its many rounds.
        list(s.body, false);
        inLoop = outer;
      }
    }
  };
  list(func.body, false);
  const extra = (e: Expr): number[] => sites.get(e)!.filter((local) => !inFrame.has(local));
  for (const e of seldom) {
    const locals = extra(e);
    if (locals.length > MAX_AROUND) for (const local of locals) inFrame.add(local);
  }
  const around = new Map<Expr, readonly number[]>();
  for (const e of seldom) {
    const locals = extra(e);
    if (locals.length > 0) around.set(e, locals);
  }
  return { inFrame, around };
}

function addFrames(
  func: Func,
  sites: ReadonlyMap<Expr, readonly number[]>,
  inFrame: ReadonlySet<number>,
  around: ReadonlyMap<Expr, readonly number[]>,
  { calls, holders }: Marks,
): Func {
  const out = copyFunc(func);
  const addLocal = (type: Type): number => out.locals.push(type) - 1;
  const slots = new Map([...inFrame].sort((a, b) => a - b).map((local, i) => [local, i * SLOT]));
  const size = slots.size * SLOT;
  const frame = size > 0 ? get(addLocal('i32'), 'i32') : undefined;
  let inside = true;
  let callFrame: Get | undefined;
  let result: number | undefined;

  const lower = (pointer: Get, bytes: number): Stmt[] => [
    set(pointer.local, num('i32.sub', { op: 'global', type: 'i32', name: STACK_POINTER }, i32(bytes))),
    { op: 'setGlobal', name: STACK_POINTER, value: pointer },
  ];
  const raise = (pointer: Get, bytes: number): Stmt => ({
    op: 'setGlobal',
    name: STACK_POINTER,
    value: num('i32.add', pointer, i32(bytes)),
  });
  const save = (pointer: Get, offset: number, local: number): Stmt => {
    const type = out.locals[local]!;
    const value = type === 'ref' ? num('i64.extend_i32_u', as('i32', get(local, type))) : as('i64', get(local, type));
    return { op: 'store', code: 'i64.store', addr: pointer, offset, value };
  };
  /** The statements before and after a call that has a frame of its own. */
  const wrap = (locals: readonly number[]): { before: Stmt[]; after: Stmt } => {
    callFrame ??= get(addLocal('i32'), 'i32');
    const pointer = callFrame;
    const bytes = locals.length * SLOT;
    return {
      before: [...lower(pointer, bytes), ...locals.map((local, i) => save(pointer, i * SLOT, local))],
      // Not from the local: an argument may hold another such call.
      after: {
        op: 'setGlobal',
        name: STACK_POINTER,
        value: num('i32.add', { op: 'global', type: 'i32', name: STACK_POINTER }, i32(bytes)),
      },
    };
  };

  const expr = (e: Expr): Expr => {
    if (e.op === 'get' || e.op === 'const' || !(calls.has(e) || holders.has(e))) return e;
    const mapped = mapExpr(e, mapper);
    const own = around.get(e);
    if (!own || mapped.type === undefined) return mapped;
    const { before, after } = wrap(own);
    const t = addLocal(mapped.type);
    return {
      op: 'seq',
      type: mapped.type,
      body: [...before, set(t, mapped), after],
      value: get(t, mapped.type),
    };
  };
  const body = (list: readonly Stmt[]): readonly Stmt[] => {
    let changed: Stmt[] | undefined;
    list.forEach((s, i) => {
      const replaced = stmt(s);
      if (!changed && !(replaced.length === 1 && replaced[0] === s)) changed = list.slice(0, i);
      changed?.push(...replaced);
    });
    return changed ?? list;
  };
  const stmt = (s: Stmt): Stmt[] => {
    const own = s.op === 'do' && s.value.type === undefined ? around.get(s.value) : undefined;
    const mapped = mapStmt(s, mapper);
    if (own) {
      const { before, after } = wrap(own);
      return [...before, mapped, after];
    }
    if (mapped.op === 'return' && frame && inside) return beforeReturn(s, mapped, frame);
    if (mapped.op === 'set' && frame && slots.has(mapped.local)) {
      return [mapped, save(frame, slots.get(mapped.local)!, mapped.local)];
    }
    return [mapped];
  };
  const beforeReturn = (original: Stmt, mapped: ReturnStmt, pointer: Get): Stmt[] => {
    const before = original.op === 'return' ? original.value : undefined;
    const { value } = mapped;
    const restore = raise(pointer, size);
    // The frame can go first if nothing collects after that, or only the function called last: callees root their
    // parameters themselves.
    const isCall = before?.op === 'call' || before?.op === 'callIndirect';
    const late = before && calls.has(before) && !(isCall && !operands(before).some((part) => calls.has(part)));
    if (!value || !late) return [restore, mapped];
    result ??= addLocal(value.type!);
    return [set(result, value), restore, { op: 'return', value: get(result, value.type!) }];
  };

  const mapper: Mapper = { expr, body };
  if (!frame) {
    out.body = body(func.body);
    return out;
  }
  // Statements before the first that needs the frame (early exits, mostly) run without it. But a parameter that is
  // assigned may be dead by then, and its object gone: it is saved while it is known to be alive.
  let first = func.body.findIndex((s) => needsFrame(s, sites, inFrame));
  if (first < 0 || assignsParameter(func, inFrame)) first = 0;
  // So may one be that only code reads which control never reaches.
  else if (func.params.some((_, local) => inFrame.has(local))) {
    const collected = func.body.findIndex((s) => calls.has(s) && !isEarlyExit(s, calls));
    if (collected >= 0 && collected < first) first = collected;
  }
  inside = false;
  const early = body(func.body.slice(0, first));
  inside = true;
  const rebuilt = body(func.body.slice(first));
  const entry = lower(frame, size);
  const stored = storedFirst(func.body.slice(first), calls);
  const zeroed = [...slots.keys()].filter((local) => local >= func.params.length && !stored.has(local));
  const fill = zeroed.length >= MANY_SLOTS;
  if (fill) {
    entry.push({ op: 'memoryFill', to: frame, byte: i32(0), bytes: i32(size) });
  }
  for (const [local, offset] of slots) {
    if (local < func.params.length) entry.push(save(frame, offset, local));
    else if (!stored.has(local) && !fill) {
      const zero: Expr = { op: 'const', type: 'i64', value: 0n };
      entry.push({ op: 'store', code: 'i64.store', addr: frame, offset, value: zero });
    }
  }
  const end = func.result === undefined && fallsThrough(rebuilt) ? [raise(frame, size)] : [];
  out.body = [...early, ...entry, ...rebuilt, ...end];
  return out;
}

/** Whether a statement defines a local of the frame or collects while one is live. */
function needsFrame(s: Stmt, sites: ReadonlyMap<Expr, readonly number[]>, inFrame: ReadonlySet<number>): boolean {
  let found = false;
  walk(
    [s],
    (e) => {
      if (sites.get(e)?.some((local) => inFrame.has(local))) found = true;
    },
    (inner) => {
      if (inner.op === 'set' && inFrame.has(inner.local)) found = true;
    },
  );
  return found;
}

/** Whether what may collect in a statement is a branch that control does not leave to what follows. */
function isEarlyExit(s: Stmt, calls: ReadonlySet<Expr | Stmt>): boolean {
  return s.op === 'if' && !calls.has(s.cond) && s.else.length === 0 && !fallsThrough(s.then);
}

function assignsParameter(func: Func, inFrame: ReadonlySet<number>): boolean {
  return func.params.some((_, local) => inFrame.has(local) && factsOf(func).sets[local]! > 0);
}

/** Locals that are set before the first statement that may collect, on every path. */
function storedFirst(body: readonly Stmt[], calls: ReadonlySet<Expr | Stmt>): Set<number> {
  const stored = new Set<number>();
  for (const s of body) {
    if (calls.has(s)) break;
    if (s.op === 'set') stored.add(s.local);
    else if (s.op !== 'store' && s.op !== 'do' && s.op !== 'setGlobal' && s.op !== 'if' && s.op !== 'keep') break;
  }
  return stored;
}
