/** What lowering carries around: the module being made, the function being made, layouts, static data. */

import { elemNode, find, maskOf, type Node, NULL, type Repr, reprOf, type Solver } from '../../check/nodes.ts';
import type { CheckedProgram, FunInfo, QueryPlan, StructInfo, Sym } from '../../check/program.ts';
import type { Span } from '../../diagnostics/diagnostic.ts';
import { byteOrder, i32, i64, get as read, stringDatum, stringDatumName } from '../build.ts';
import type { Datum, Expr, Func, Module, Stmt, Type } from '../ir.ts';
import { runtimeName } from '../names.ts';
import * as Op from '../op.ts';
import type { ListGrowth } from './list-growth.ts';
import type { Accumulators } from './query-stream.ts';

/** Object kinds (docs/values.md). */
export const KIND = {
  STRING: 1,
  LIST: 5,
  MAP: 6,
  STRUCT: 7,
  CLOSURE: 8,
  BOX: 9,
} as const;

/** Element kinds by representation: the number in headers, the size in memory, the suffix of generic run-time functions. */
export const ELEMENT: Readonly<Record<Repr, { kind: number; size: number; suffix: string }>> = {
  bool: { kind: 0, size: 1, suffix: 'bool' },
  i64: { kind: 1, size: 8, suffix: 'i64' },
  f64: { kind: 2, size: 8, suffix: 'f64' },
  ref: { kind: 3, size: 4, suffix: 'ref' },
  cell: { kind: 4, size: 8, suffix: 'cell' },
};

/** The IR type of a representation. */
export function typeOf(repr: Repr): Type {
  return repr === 'bool' ? 'i32' : repr;
}

export interface FieldSlot {
  readonly name: string;
  readonly offset: number;
  readonly repr: Repr;
  readonly node: Node;
}

export interface Layout {
  readonly info: StructInfo;
  readonly typeId: number;
  readonly size: number;
  readonly slots: ReadonlyMap<string, FieldSlot>;
  readonly order: readonly FieldSlot[];
}

/** Where a variable lives in the function being lowered. */
export type Place =
  | { readonly kind: 'local'; readonly local: number; readonly repr: Repr }
  /** A heap box that closures share; `local` holds the reference to it. */
  | { readonly kind: 'box'; readonly local: number; readonly repr: Repr }
  | { readonly kind: 'global'; readonly name: string; readonly repr: Repr };

export interface Lowering {
  readonly program: CheckedProgram;
  readonly module: Module;
  readonly solver: Solver;
  /** Functions to lower, in the order in which they were first needed. */
  readonly queue: FunInfo[];
  readonly queued: Set<FunInfo>;
  readonly layouts: Map<StructInfo, Layout>;
  readonly descriptors: string[];
  readonly globals: Map<Sym, string>;
  readonly borrowed: ReadonlySet<Sym>;
  readonly growth: ReadonlyMap<FunInfo, ListGrowth>;
  /** What calling a function may do, as far as it was asked for (query-effects.ts). */
  readonly effects: Map<FunInfo, number>;
  /** Queries whose groups keep aggregates instead of rows. */
  readonly accumulators: Map<QueryPlan, Accumulators>;
  readonly text: (span: Span) => string;
  readonly mode: 'run' | 'test';
  counter: number;
}

/** One function being lowered. */
export interface Fn {
  readonly lo: Lowering;
  readonly info: FunInfo;
  readonly locals: Type[];
  readonly localNames: (string | undefined)[];
  readonly places: Map<Sym, Place>;
  /** Closures of nested functions made in this frame, and of enclosing ones captured by it. */
  readonly closures: Map<FunInfo, number>;
  /** Statements go here. */
  out: Stmt[];
  labels: number;
  /** Where a call of the function by itself in tail position goes instead, and the locals of the parameters. */
  tail: { readonly label: number; readonly params: readonly number[] } | undefined;
  /** Row variables that stand for a merged row that is not made: its sources. */
  readonly virtualRows: Map<Sym, readonly Sym[]>;
  /** Row variables that cannot be nil in the condition that is being looked at (query-effects.ts). */
  readonly solidRows: Set<Sym>;
  /** Calls that read an aggregate of a group: how. */
  readonly accumulated: Map<number, (fn: Fn) => Expr>;
  readonly loops: { readonly breakLabel: number; readonly continueLabel: number }[];
}

// ---- IR construction

export { i32, i64 };
export const f64 = (value: number): Expr => ({ op: Op.const, type: 'f64', value });
export const nullCell: Expr = { op: Op.const, type: 'cell', value: 0n };
export const nullRef: Expr = { op: Op.const, type: 'ref', value: 0 };

export function num(type: Type, code: Extract<Expr, { op: typeof Op.num }>['code'], ...args: Expr[]): Expr {
  return { op: Op.num, type, code, args };
}

/** A call of a run-time function; `type` undefined: no result. */
export function rt(type: Type | undefined, name: string, args: readonly Expr[], span?: Span): Expr {
  const func = runtimeName(name);
  return span ? { op: Op.call, type, func, args, span } : { op: Op.call, type, func, args };
}

export function get(fn: Fn, local: number): Expr {
  return read(local, fn.locals[local]!);
}

export function newLocal(fn: Fn, type: Type, name?: string): number {
  fn.locals.push(type);
  fn.localNames.push(name);
  return fn.locals.length - 1;
}

export function newLabel(fn: Fn): number {
  return fn.labels++;
}

/** The global variable that holds a variable of the program's top level, if functions use it. */
export function globalOf(fn: Fn, sym: Sym): string | undefined {
  return sym.global ? fn.lo.globals.get(sym) : undefined;
}

export function emit(fn: Fn, stmt: Stmt): void {
  fn.out.push(stmt);
}

/** Evaluates for effect, in a statement. */
export function emitDo(fn: Fn, value: Expr): void {
  if (value.op === Op.const || value.op === Op.get) return;
  if (value.op === Op.seq) {
    fn.out.push(...value.body);
    emitDo(fn, value.value);
    return;
  }
  fn.out.push({ op: Op.do, value });
}

/** Collects the statements that `body` emits. */
export function collect(fn: Fn, body: () => void): Stmt[] {
  const outer = fn.out;
  fn.out = [];
  body();
  const inner = fn.out;
  fn.out = outer;
  return inner;
}

/** An expression made of statements and a value. */
export function seq(fn: Fn, build: () => Expr): Expr {
  let value: Expr | undefined;
  const body = collect(fn, () => {
    value = build();
  });
  if (body.length === 0) return value!;
  return { op: Op.seq, type: value!.type!, body, value: value! };
}

/** Whether an expression can be evaluated later, or twice, without a difference. */
export function isPure(e: Expr): boolean {
  return e.op === Op.const || e.op === Op.data || e.op === Op.funcIndex;
}

/** Puts a value into a fresh local unless it is a constant, and returns an expression to read it any number of times. */
export function hold(fn: Fn, value: Expr): Expr {
  if (isPure(value)) return value;
  const local = newLocal(fn, value.type!);
  emit(fn, { op: Op.set, local, value });
  return get(fn, local);
}

export function load(repr: Repr, addr: Expr, offset: number): Expr {
  switch (repr) {
    case 'bool':
      return { op: Op.load, type: 'i32', code: 'i32.load8_u', addr, offset };
    case 'i64':
      return { op: Op.load, type: 'i64', code: 'i64.load', addr, offset };
    case 'f64':
      return { op: Op.load, type: 'f64', code: 'f64.load', addr, offset };
    case 'ref':
      return { op: Op.load, type: 'ref', code: 'i32.load', addr, offset };
    case 'cell':
      return { op: Op.load, type: 'cell', code: 'i64.load', addr, offset };
  }
}

export function store(repr: Repr, addr: Expr, offset: number, value: Expr): Stmt {
  switch (repr) {
    case 'bool':
      return { op: Op.store, code: 'i32.store8', addr, offset, value };
    case 'i64':
    case 'cell':
      return { op: Op.store, code: 'i64.store', addr, offset, value };
    case 'f64':
      return { op: Op.store, code: 'f64.store', addr, offset, value };
    case 'ref':
      return { op: Op.store, code: 'i32.store', addr, offset, value };
  }
}

export function asI32(e: Expr): Expr {
  return e.type === 'i32' ? e : { op: Op.as, type: 'i32', value: e };
}

export function header(kind: number, more: { element?: number; key?: number; typeId?: number } = {}): number {
  return kind | ((more.element ?? 0) << 8) | ((more.key ?? 0) << 12) | ((more.typeId ?? 0) << 16);
}

/** Allocates an object and stores its header (the run-time library does). The span is for running out of memory. */
export function alloc(size: number, head: number, span?: Span): Expr {
  return rt('ref', 'alloc', [i32(size), i32(head | 0)], span);
}

// ---- static data

/** A static STRING object with the given text, or bytes that are not valid text. */
export function stringData(lo: Lowering, text: string, raw?: Uint8Array): Expr {
  const name = stringDatumName(raw ?? text);
  if (!lo.module.data.has(name)) addData(lo, stringDatum(raw ?? text));
  return { op: Op.data, type: 'ref', name };
}

export function addData(lo: Lowering, datum: Datum): void {
  lo.module.data.set(datum.name, datum);
}

// ---- layouts

/** The memory layout of a struct; gives it its type id and descriptor on first use. */
export function layoutOf(lo: Lowering, info: StructInfo): Layout {
  const known = lo.layouts.get(info);
  if (known) return known;
  // Variants of one union get neighbouring ids.
  for (const s of info.union ? info.union.variants : [info]) makeLayout(lo, s);
  return lo.layouts.get(info)!;
}

function makeLayout(lo: Lowering, info: StructInfo): void {
  if (lo.layouts.has(info)) return;
  const fields = info.fields.map((f) => ({ name: f.name, node: f.node, repr: reprOf(f.node) }));
  const { placed, size } = placeFields(fields);
  const slots = new Map(placed.map((s) => [s.name, s]));
  const typeId = lo.descriptors.length + 1;
  lo.layouts.set(info, { info, typeId, size, slots, order: placed });
  // Whoever shows a struct finds the fields in the order of their names, and is told where `__name` comes.
  const sorted = [...placed].sort((a, b) => byteOrder(a.name, b.name));
  const before = sorted.filter((f) => byteOrder(f.name, '__name') < 0).length;
  const flags = (info.anonymous ? 4 : info.union ? 1 : 0) + before * 256;
  addDescriptor(lo, info.anonymous ? '' : info.name, size, flags, sorted);
}

/** Packs fields behind the 4-byte header: 4-byte ones, then bools, then 8-byte ones. */
export function placeFields<T extends { repr: Repr }>(
  fields: readonly T[],
): { placed: (T & { offset: number })[]; size: number } {
  let offset = 4;
  const at = new Map<T, number>();
  for (const f of fields) if (f.repr === 'ref') offset = put(f, offset, 4);
  for (const f of fields) if (f.repr === 'bool') offset = put(f, offset, 1);
  for (const f of fields) if (ELEMENT[f.repr].size === 8) offset = put(f, offset, 8);
  function put(f: T, from: number, size: number): number {
    const start = Math.ceil(from / size) * size;
    at.set(f, start);
    return start + size;
  }
  return { placed: fields.map((f) => ({ ...f, offset: at.get(f)! })), size: Math.max(8, Math.ceil(offset / 4) * 4) };
}

/** Adds a type descriptor (docs/values.md) and returns its type id. */
export function addDescriptor(
  lo: Lowering,
  name: string,
  size: number,
  flags: number,
  slots: readonly { name?: string; offset: number; repr: Repr }[],
): number {
  const id = lo.descriptors.length + 1;
  const key = `type:${id}`;
  const bytes = new Uint8Array(16 + slots.length * 12);
  const view = new DataView(bytes.buffer);
  const relocs: { at: number; data: string }[] = [];
  view.setUint32(0, size, true);
  const nameData = stringData(lo, name);
  if (nameData.op === Op.data) relocs.push({ at: 4, data: nameData.name });
  view.setUint32(8, slots.length, true);
  view.setUint32(12, flags, true);
  slots.forEach((s, i) => {
    const at = 16 + i * 12;
    if (s.name !== undefined) {
      const data = stringData(lo, s.name);
      if (data.op === Op.data) relocs.push({ at, data: data.name });
    }
    view.setUint32(at + 4, s.offset, true);
    view.setUint32(at + 8, ELEMENT[s.repr].kind, true);
  });
  addData(lo, { name: key, align: 4, bytes, relocs });
  lo.descriptors.push(key);
  return id;
}

// ---- functions

/** Needs a function lowered; returns its IR name. */
export function needFun(lo: Lowering, info: FunInfo): string {
  if (!lo.queued.has(info)) {
    lo.queued.add(info);
    lo.queue.push(info);
  }
  return info.name;
}

/** Whether a function needs an environment: it captures variables, or uses a nested function that does. */
export function hasEnv(info: FunInfo): boolean {
  if (info.kind === 'lambda' || info.captures.size > 0) return true;
  return info.capturedFuns.size > 0 && reaches(info, new Set());
}

function reaches(info: FunInfo, seen: Set<FunInfo>): boolean {
  if (seen.has(info)) return false;
  seen.add(info);
  if (info.captures.size > 0) return true;
  for (const f of info.capturedFuns) if (reaches(f, seen)) return true;
  return false;
}

/** The nested functions whose closures a function must be given. */
export function envFuns(info: FunInfo): FunInfo[] {
  return [...info.capturedFuns].filter((f) => f !== info && f.kind === 'named' && reaches(f, new Set()));
}

/** What a function returns in the IR; nothing when its value can only be nil. */
export function resultType(node: Node): Type | undefined {
  return isUnit(node) ? undefined : typeOf(reprOf(node));
}

export function isUnit(node: Node): boolean {
  return (maskOf(node) & ~NULL) === 0;
}

/** What a variable that closures share by reference needs: a box. */
export function isBoxed(sym: Sym): boolean {
  return sym.captured && (sym.assignments > 0 || sym.capturedEarly);
}

export function elemRepr(lo: Lowering, list: Node): Repr {
  return reprOf(elemNode(lo.solver, list));
}

export function structsOf(node: Node): StructInfo[] {
  return [...(find(node).structs ?? [])];
}

export function finishFunc(
  fn: Fn,
  name: string,
  params: readonly Type[],
  result: Type | undefined,
  body: Stmt[],
): Func {
  return {
    name,
    display: fn.info.display,
    span: fn.info.span,
    params,
    result,
    locals: fn.locals,
    localNames: fn.localNames,
    body,
  };
}
