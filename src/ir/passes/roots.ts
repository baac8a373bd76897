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
  hasStmts,
  i32,
  type Mapper,
  mapExpr,
  mapStmt,
  num,
  operands,
  set,
  someStmt,
  stmtOperands,
} from '../build.ts';
import { type Collecting, collectingFuncs, noReturnFuncs } from '../calls.ts';
import { referencesOf } from '../facts.ts';
import type { Expr, Func, Module, Stmt, Type } from '../ir.ts';
import { COLLECT, ROOT_GLOBAL, STACK_POINTER } from '../names.ts';
import * as Op from '../op.ts';
import { firstInFrame, isRoot, liveAcross, type Scan, type Site, scanBody } from './roots-live.ts';

type Get = Extract<Expr, { op: typeof Op.get }>;
type SetStmt = Extract<Stmt, { op: typeof Op.set }>;
type ReturnStmt = Extract<Stmt, { op: typeof Op.return }>;
/** For each site the locals that are live across it. */
type LiveLocals = readonly (readonly number[])[];

/** Bytes of a slot: a cell. */
const SLOT = 8;

const STACK_TOP: Expr = { op: Op.global, type: 'i32', name: STACK_POINTER };

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
    const references = referencesOf(func);
    let concerns = false;
    for (let i = 0; i < references.length && !concerns; i++) {
      const e = references[i]!;
      if (e.op === Op.call) concerns = collecting.funcs.has(e.func);
      else if (e.op === Op.global || e.op === Op.setGlobal) concerns = inMemory.has(e.name);
      else concerns = e.op === Op.callIndirect && collecting.indirect(e);
    }
    const rooted = concerns ? rootFunc(func, collecting, inMemory) : undefined;
    if (rooted?.hasFrames) frames = true;
    funcs.set(func.name, rooted?.func ?? func);
  }
  const globals = new Map(module.globals);
  if (frames) globals.set(STACK_POINTER, { name: STACK_POINTER, type: 'i32', mutable: true, init: 0 });
  return { ...module, funcs, globals };
}

/** A function with frames where it needs them, and its global variables that are roots in memory. */
function rootFunc(
  func: Func,
  collecting: Collecting,
  inMemory: ReadonlySet<string>,
): { func: Func; hasFrames: boolean } {
  let scan = scanBody(func, collecting, inMemory);
  let bound = func;
  if (scan.needsBinding) {
    bound = bindTemporaries(func, scan.marks);
    // Binding rebuilds nodes: mark the calls anew.
    if (bound !== func) scan = scanBody(bound, collecting, inMemory);
  }
  const live = liveAcross(bound, scan);
  if (live.some((across) => across.length > 0)) {
    return { func: addFrames(bound, scan, live, inMemory), hasFrames: true };
  }
  if (!scan.usesMoved) return { func, hasFrames: false };
  begin(func.locals, bound === func ? scan : scanBody(func, collecting, inMemory), new Map(), inMemory);
  return { func: { ...func, body: rebuildList(func.body) }, hasFrames: false };
}

// ---- 1. operands

/** A value that is no reference into the heap or is held by a local anyway. */
function isHeld(e: Expr): boolean {
  if (e.op === Op.as) return isHeld(e.value);
  return e.op === Op.const || e.op === Op.data || e.op === Op.funcIndex || e.op === Op.get;
}

/** Whether evaluating the expression leaves a reference on the operand stack that no local holds. */
function isLoose(e: Expr): boolean {
  if (e.op === Op.as && !isRoot(e.type)) return isLoose(e.value);
  if (e.op === Op.num) return e.args.some(isLoose);
  return isRoot(e.type) && !isHeld(e);
}

/** Whether control may leave the expression before its value is there. */
const jumps = (e: Expr): boolean =>
  someStmt(e, (s) => s.op === Op.br || s.op === Op.brIf || s.op === Op.switch || s.op === Op.return);

function localOf(e: Expr): number | undefined {
  if (e.op === Op.as) return localOf(e.value);
  return e.op === Op.get ? e.local : undefined;
}

/** Binds references that would lie on the operand stack during a collecting call to locals, keeping the order of evaluation. */
function bindTemporaries(func: Func, calls: ReadonlySet<Expr | Stmt>): Func {
  const out = copyFunc(func);
  const temporary = (type: Type): number => out.locals.push(type) - 1;

  /** A value bound to a local; of a number made of references, the references. */
  const hold = (e: Expr, overwritten: (local: number) => boolean, prefix: Stmt[]): Expr => {
    if (e.op === Op.const || e.op === Op.data || e.op === Op.funcIndex) return e;
    if (e.op === Op.get && !overwritten(e.local)) return e;
    // A reference made of a number is bound as the reference that it is.
    if (e.op === Op.as && (isRoot(e.value.type) || !isRoot(e.type)))
      return as(e.type, hold(e.value, overwritten, prefix));
    if (e.op === Op.num && isLoose(e)) {
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
    if (e.op === Op.if || e.op === Op.seq || before.length < 2) return mapped;
    const parts = operands(mapped);
    const prefix: Stmt[] = [];
    const bound = bind(parts, before, prefix);
    if (prefix.length === 0) return mapped;
    return { op: Op.seq, type: mapped.type!, body: prefix, value: withOperands(mapped, bound) };
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
    if (s.op === Op.do && s.value.type === undefined) {
      let call = mapExpr(s.value, mapper);
      if (call === s.value && seen.has(call)) call = { ...call };
      seen.add(s.value);
      const bound = bind(operands(call), operands(s.value), prefix);
      if (prefix.length === 0) return call === s.value ? s : { op: Op.do, value: call };
      return { op: Op.do, value: withOperands(call, bound) };
    }
    const mapped = mapStmt(s, mapper);
    if (mapped.op === Op.store) {
      const [addr, value] = bind(stmtOperands(mapped), stmtOperands(s), prefix);
      return prefix.length > 0 ? { ...mapped, addr: addr!, value: value! } : mapped;
    }
    if (mapped.op === Op.memoryCopy) {
      const [to, from, bytes] = bind(stmtOperands(mapped), stmtOperands(s), prefix);
      return prefix.length > 0 ? { ...mapped, to: to!, from: from!, bytes: bytes! } : mapped;
    }
    if (mapped.op === Op.memoryFill) {
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
    case Op.num:
    case Op.call:
      return { ...e, args: parts };
    case Op.callIndirect:
      return { ...e, args: parts.slice(0, -1), target: parts.at(-1)! };
    case Op.select:
      return { ...e, then: parts[0]!, else: parts[1]!, cond: parts[2]! };
    default:
      throw new Error(`a node of kind ${e.op} has fewer than two operands`);
  }
}

// ---- 3. frames

/** References that one call may save by itself; with more, the function's frame is smaller code. */
const MAX_AROUND = 3;

type Around = ReadonlyMap<Expr, readonly number[]>;

/**
 * Divides what must be saved between the function's frame and frames around single calls. Such a call stands in a
 * branch, calls the run-time library (whose rare paths they are) and has few references to save besides those that are in
 * the function's frame anyway.
 */
function placeSlots(sites: readonly Site[], live: LiveLocals): { inFrame: ReadonlySet<number>; around: Around } {
  const inFrame = new Set<number>();
  const seldom: number[] = [];
  const saving = live.reduce((sum, locals) => (locals.length > 0 ? sum + 1 : sum), 0);
  for (let i = 0; i < sites.length; i++) {
    const locals = live[i]!;
    if (locals.length === 0) continue;
    const { call, inBranch, inLoop } = sites[i]!;
    const isRare = inBranch && call.op === Op.call && call.func.startsWith('rt.');
    const isAlone = saving === 1 && !inLoop;
    if ((isRare || isAlone) && isPlain(call, locals)) seldom.push(i);
    else for (let k = 0; k < locals.length; k++) inFrame.add(locals[k]!);
  }
  const extra = (i: number): number[] => live[i]!.filter((local) => !inFrame.has(local));
  for (const i of seldom) {
    const locals = extra(i);
    if (locals.length > MAX_AROUND) for (const local of locals) inFrame.add(local);
  }
  const around = new Map<Expr, readonly number[]>();
  for (const i of seldom) {
    const locals = extra(i);
    if (locals.length > 0) around.set(sites[i]!.call, locals);
  }
  return { inFrame, around };
}

/** Whether evaluating the operands of a call neither jumps away nor assigns one of the locals. */
function isPlain(call: Expr, locals: readonly number[]): boolean {
  for (const part of operands(call)) {
    if (hasStmts(part) && (jumps(part) || locals.some((local) => assigns(part, local)))) return false;
  }
  return true;
}

function addFrames(func: Func, scan: Scan, live: LiveLocals, inMemory: ReadonlySet<string>): Func {
  const { inFrame, around } = placeSlots(scan.sites, live);
  const { marks } = scan;
  const out = copyFunc(func);
  begin(out.locals, scan, around, inMemory);
  const slots = [...inFrame].sort((a, b) => a - b);
  if (slots.length === 0) {
    out.body = rebuildList(func.body);
    return out;
  }
  const size = slots.length * SLOT;
  const pointer = get(out.locals.push('i32') - 1, 'i32');
  // Statements before the first that needs the frame (early exits, mostly) run without it. But a parameter that is
  // assigned may be dead by then, and its object gone: it is saved while it is known to be alive.
  let first = firstInFrame(scan, live, inFrame);
  const params = slots.filter((local) => local < func.params.length);
  if (first < 0 || params.some((local) => scan.assigned[local] === 1)) first = 0;
  // So may one be that only code reads which control never reaches.
  else if (params.length > 0) {
    const collected = func.body.findIndex((s) => marks.has(s) && !isEarlyExit(s, marks));
    if (collected >= 0 && collected < first) first = collected;
  }
  for (let i = 0; i < slots.length; i++) slotOf[slots[i]!] = i * SLOT;
  frame = pointer;
  const early = rebuildList(func.body.slice(0, first));
  frameBytes = size;
  const rest = func.body.slice(first);
  const rebuilt = rebuildList(rest);
  const entry = lower(pointer, size);
  const stored = storedFirst(rest, marks);
  const zeroed = slots.filter((local) => local >= func.params.length && !stored.has(local));
  const fill = zeroed.length >= MANY_SLOTS;
  if (fill) entry.push({ op: Op.memoryFill, to: pointer, byte: i32(0), bytes: i32(size) });
  for (let i = 0; i < slots.length; i++) {
    const local = slots[i]!;
    if (local < func.params.length) entry.push(save(pointer, i * SLOT, local));
    else if (!stored.has(local) && !fill) {
      const zero: Expr = { op: Op.const, type: 'i64', value: 0n };
      entry.push({ op: Op.store, code: 'i64.store', addr: pointer, offset: i * SLOT, value: zero });
    }
  }
  const end = func.result === undefined && fallsThrough(rebuilt) ? [raise(pointer, size)] : [];
  out.body = [...early, ...entry, ...rebuilt, ...end];
  return out;
}

// One function is rebuilt at a time: what that needs is the module's, so that no closures are made for every function.
let locals: Type[] = [];
/** What has to be visited besides the statements. */
let active: ReadonlySet<Expr | Stmt> = new Set();
let collecting: ReadonlySet<Expr | Stmt> = new Set();
let moved: ReadonlySet<string> = new Set();
let around: Around = new Map();
/** The offset of a local's slot in the frame of the function, or -1. */
let slotOf = new Int32Array(0);
let frame: Get | undefined;
/** The size of the frame, 0 before it is made. */
let frameBytes = 0;
/** Points to the frame of a single call. */
let callFrame: Get | undefined;
/** Holds what the function returns while its frame is taken down. */
let result: number | undefined;

/** Begins the rebuilding of a function whose locals are `own`. */
function begin(own: Type[], scan: Scan, frames: Around, inMemory: ReadonlySet<string>): void {
  locals = own;
  active = scan.active;
  collecting = scan.marks;
  moved = inMemory;
  around = frames;
  slotOf = new Int32Array(own.length).fill(-1);
  frame = undefined;
  frameBytes = 0;
  callFrame = undefined;
  result = undefined;
}

/** The statements that make a frame. */
function lower(pointer: Get, bytes: number): Stmt[] {
  return [
    set(pointer.local, num('i32.sub', STACK_TOP, i32(bytes))),
    { op: Op.setGlobal, name: STACK_POINTER, value: pointer },
  ];
}

/** Takes the frame down that lies at an address. */
function raise(pointer: Expr, bytes: number): Stmt {
  return { op: Op.setGlobal, name: STACK_POINTER, value: num('i32.add', pointer, i32(bytes)) };
}

function save(pointer: Get, offset: number, local: number): Stmt {
  const type = locals[local]!;
  const value = type === 'ref' ? num('i64.extend_i32_u', as('i32', get(local, type))) : as('i64', get(local, type));
  return { op: Op.store, code: 'i64.store', addr: pointer, offset, value };
}

/** The statements before a call that has a frame of its own. */
function saveAround(saved: readonly number[]): Stmt[] {
  callFrame ??= get(locals.push('i32') - 1, 'i32');
  const pointer = callFrame;
  return [...lower(pointer, saved.length * SLOT), ...saved.map((local, i) => save(pointer, i * SLOT, local))];
}

/** The statement after it. It does not use the local with the frame's address: an argument may hold another such call. */
const afterCall = (saved: readonly number[]): Stmt => raise(STACK_TOP, saved.length * SLOT);

function rebuildExpr(e: Expr): Expr {
  if (e.op === Op.get || e.op === Op.const || !active.has(e)) return e;
  if (e.op === Op.global) {
    const code = e.type === 'ref' ? 'i32.load' : 'i64.load';
    return { op: Op.load, type: e.type, code, addr: addressOf(e.name), offset: 0 };
  }
  const mapped = mapExpr(e, mapper);
  const saved = around.get(e);
  if (!saved || mapped.type === undefined) return mapped;
  const before = saveAround(saved);
  const t = locals.push(mapped.type) - 1;
  const value = get(t, mapped.type);
  return { op: Op.seq, type: mapped.type, body: [...before, set(t, mapped), afterCall(saved)], value };
}

function rebuildList(list: readonly Stmt[]): readonly Stmt[] {
  let out: Stmt[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const s = list[i]!;
    const { op } = s;
    // Other statements have no statements in them that matter.
    const mapped = op === Op.if || op === Op.block || op === Op.loop || active.has(s) ? rebuildStmt(s) : s;
    const saved = op === Op.do && s.value.type === undefined ? around.get(s.value) : undefined;
    const slot = op === Op.set ? slotOf[s.local]! : -1;
    const leaves = op === Op.return && frameBytes > 0;
    if (mapped !== s || saved || slot >= 0 || leaves) out ??= list.slice(0, i);
    if (saved) out!.push(...saveAround(saved), mapped, afterCall(saved));
    else if (slot >= 0) out!.push(mapped, save(frame!, slot, (mapped as SetStmt).local));
    else if (leaves) out!.push(...beforeReturn(s, mapped as ReturnStmt));
    else out?.push(mapped);
  }
  return out ?? list;
}

function rebuildStmt(s: Stmt): Stmt {
  if (s.op !== Op.setGlobal || !moved.has(s.name)) return mapStmt(s, mapper);
  const value = rebuildExpr(s.value);
  // The upper half of a reference's cell is zero from the start.
  const code = value.type === 'ref' ? 'i32.store' : 'i64.store';
  return { op: Op.store, code, addr: addressOf(s.name), offset: 0, value };
}

/** The address of a global variable that is in memory. */
const addressOf = (name: string): Expr => ({ op: Op.data, type: 'i32', name: ROOT_GLOBAL + name });

const mapper: Mapper = { expr: rebuildExpr, body: rebuildList };

/** A return from the function, which takes its frame down. */
function beforeReturn(original: ReturnStmt, mapped: ReturnStmt): Stmt[] {
  const before = original.value;
  const { value } = mapped;
  const restore = raise(frame!, frameBytes);
  // The frame can go first if nothing collects after that, or only the function called last: callees root their
  // parameters themselves.
  const isCall = before?.op === Op.call || before?.op === Op.callIndirect;
  const late = before && collecting.has(before) && !(isCall && !operands(before).some((part) => collecting.has(part)));
  if (!value || !late) return [restore, mapped];
  result ??= locals.push(value.type!) - 1;
  return [set(result, value), restore, { op: Op.return, value: get(result, value.type!) }];
}

/** Whether what may collect in a statement is a branch that control does not leave to what follows. */
function isEarlyExit(s: Stmt, calls: ReadonlySet<Expr | Stmt>): boolean {
  return s.op === Op.if && !calls.has(s.cond) && s.else.length === 0 && !fallsThrough(s.then);
}

/** Locals that are set before the first statement that may collect, on every path. */
function storedFirst(body: readonly Stmt[], calls: ReadonlySet<Expr | Stmt>): Set<number> {
  const stored = new Set<number>();
  for (const s of body) {
    if (calls.has(s)) break;
    if (s.op === Op.set) stored.add(s.local);
    else if (s.op !== Op.store && s.op !== Op.do && s.op !== Op.setGlobal && s.op !== Op.if && s.op !== Op.keep) break;
  }
  return stored;
}
