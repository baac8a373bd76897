/** Closures: environments, boxes of shared variables, functions as values, partial application. */

import { type Node, type Repr, reprOf } from '../../check/nodes.ts';
import type { FunInfo, Sym } from '../../check/program.ts';
import type { Span } from '../../diagnostics/diagnostic.ts';
import { get as read } from '../build.ts';
import type { Expr, Func, Stmt, Type } from '../ir.ts';
import * as Op from '../op.ts';
import {
  addData,
  addDescriptor,
  alloc,
  ELEMENT,
  emit,
  envFuns,
  type Fn,
  get,
  hasEnv,
  header,
  isBoxed,
  KIND,
  type Lowering,
  load,
  needFun,
  newLocal,
  nullCell,
  nullRef,
  placeFields,
  resultType,
  seq,
  store,
  typeOf,
} from './context.ts';

export interface EnvSlot {
  readonly name: string;
  readonly repr: Repr;
  readonly offset: number;
  readonly sym: Sym | undefined;
  readonly fun: FunInfo | undefined;
}

const FIRST_CAPTURE = 8;

/** What a function's environment holds and where. Captures start at +8, behind the header and the table index. */
export function envSlots(info: FunInfo): readonly EnvSlot[] {
  const slots = [
    ...[...info.captures].map((sym) => ({
      name: sym.name,
      repr: (isBoxed(sym) ? 'ref' : reprOf(sym.node)) as Repr,
      sym: sym as Sym | undefined,
      fun: undefined as FunInfo | undefined,
    })),
    ...envFuns(info).map((fun) => ({
      name: fun.display,
      repr: 'ref' as Repr,
      sym: undefined as Sym | undefined,
      fun: fun as FunInfo | undefined,
    })),
  ];
  return placeFields(slots).placed.map((s) => ({ ...s, offset: s.offset + 4 }));
}

const closureTypes = new WeakMap<Lowering, Map<string, { typeId: number; size: number }>>();

/** The type id and size of closures with these captures. */
function closureType(lo: Lowering, slots: readonly { repr: Repr; offset: number }[]): { typeId: number; size: number } {
  let known = closureTypes.get(lo);
  if (!known) {
    known = new Map();
    closureTypes.set(lo, known);
  }
  const key = slots.map((s) => `${s.repr}@${s.offset}`).join(',');
  let type = known.get(key);
  if (!type) {
    const end = slots.reduce((m, s) => Math.max(m, s.offset + ELEMENT[s.repr].size), FIRST_CAPTURE);
    const size = Math.ceil(end / 8) * 8;
    type = { typeId: addDescriptor(lo, 'fun', size, 2, slots), size };
    known.set(key, type);
  }
  return type;
}

// ---- boxes

/** Puts a variable that closures share by reference into a heap box. */
export function makeBox(fn: Fn, sym: Sym, value: Expr): void {
  const repr = reprOf(sym.node);
  const known = fn.places.get(sym);
  // A variable captured before its declaration was reached already has its box.
  if (known?.kind === 'box' && sym.capturedEarly) {
    emit(fn, store(repr, get(fn, known.local), 8, value));
    return;
  }
  const held = newLocal(fn, typeOf(repr));
  emit(fn, { op: Op.set, local: held, value });
  const local = known?.kind === 'box' ? known.local : newLocal(fn, 'ref', sym.name);
  emit(fn, { op: Op.set, local, value: alloc(16, header(KIND.BOX, { element: ELEMENT[repr].kind })) });
  emit(fn, store(repr, get(fn, local), 8, get(fn, held)));
  fn.places.set(sym, { kind: 'box', local, repr });
}

/** The box of a variable that is captured now; made empty if its declaration is still to come. */
function boxOf(fn: Fn, sym: Sym): Expr {
  const place = fn.places.get(sym);
  if (place?.kind === 'box') return get(fn, place.local);
  const repr = reprOf(sym.node);
  const local = newLocal(fn, 'ref', sym.name);
  emit(fn, { op: Op.set, local, value: alloc(16, header(KIND.BOX, { element: ELEMENT[repr].kind })) });
  emit(fn, {
    op: Op.store,
    code: 'i64.store',
    addr: get(fn, local),
    offset: 8,
    value: { op: Op.const, type: 'i64', value: 0n },
  });
  fn.places.set(sym, { kind: 'box', local, repr });
  return get(fn, local);
}

// ---- closures

/** A new closure object: the function's table index, then what it holds. */
function newClosure(
  fn: Fn,
  func: string,
  slots: readonly { readonly repr: Repr; readonly offset: number }[],
  values: readonly Expr[],
): Expr {
  const { typeId, size } = closureType(fn.lo, slots);
  const object = newLocal(fn, 'ref');
  emit(fn, { op: Op.set, local: object, value: alloc(size, header(KIND.CLOSURE, { typeId })) });
  emit(fn, {
    op: Op.store,
    code: 'i32.store',
    addr: get(fn, object),
    offset: 4,
    value: { op: Op.funcIndex, type: 'i32', func },
  });
  slots.forEach((s, i) => {
    emit(fn, store(s.repr, get(fn, object), s.offset, values[i]!));
  });
  return get(fn, object);
}

/** Makes the closure of a nested function or lambda. */
export function makeClosure(fn: Fn, info: FunInfo): Expr {
  const { lo } = fn;
  const slots = envSlots(info);
  if (slots.length === 0) return staticClosure(lo, info);
  return seq(fn, () => {
    const values = slots.map((s) => {
      if (s.fun) return fn.closures.has(s.fun) ? get(fn, fn.closures.get(s.fun)!) : nullRef;
      const sym = s.sym!;
      if (isBoxed(sym)) return boxOf(fn, sym);
      const place = fn.places.get(sym);
      if (place?.kind === 'local') return get(fn, place.local);
      throw new Error(`no place for captured variable ${sym.name} in ${fn.info.name}`);
    });
    return newClosure(fn, needFun(lo, info), slots, values);
  });
}

/** Declares a nested named function: its closure goes into a local, and into closures made earlier that use it. */
export function declareNested(fn: Fn, info: FunInfo): void {
  if (!hasEnv(info)) return;
  const closure = makeClosure(fn, info);
  const local = fn.closures.get(info) ?? newLocal(fn, 'ref', info.display);
  emit(fn, { op: Op.set, local, value: closure });
  const earlier = [...fn.closures.keys()];
  fn.closures.set(info, local);
  for (const other of earlier) {
    if (other === info || other.parent !== info.parent) continue;
    const slot = envSlots(other).find((s) => s.fun === info);
    if (slot) emit(fn, store('ref', get(fn, fn.closures.get(other)!), slot.offset, get(fn, local)));
  }
}

/** The closure of a function that captures nothing: a static object. */
function staticClosure(lo: Lowering, info: FunInfo): Expr {
  const name = hasEnv(info) ? needFun(lo, info) : valueWrapper(lo, info);
  const key = `closure:${name}`;
  if (!lo.module.data.has(key)) {
    const { typeId } = closureType(lo, []);
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setUint32(0, header(KIND.CLOSURE, { typeId }) >>> 0, true);
    addData(lo, { name: key, align: 4, bytes, relocs: [{ at: 4, func: name }] });
  }
  return { op: Op.data, type: 'ref', name: key };
}

/** A named function as a value. */
export function funValue(fn: Fn, info: FunInfo): Expr {
  if (hasEnv(info)) {
    const local = fn.closures.get(info);
    if (local === undefined) return makeClosure(fn, info);
    return get(fn, local);
  }
  return staticClosure(fn.lo, info);
}

/** A function with the closure convention (environment first) around one without. */
function valueWrapper(lo: Lowering, info: FunInfo): string {
  const target = needFun(lo, info);
  const name = `${target}$value`;
  if (!lo.module.funcs.has(name)) {
    const types = info.params.map((p) => typeOf(reprOf(p.node)));
    const args: Expr[] = types.map((type, i) => read(i + 1, type));
    addWrapper(lo, name, ['ref', ...types], resultType(info.result), [], {
      op: Op.call,
      type: resultType(info.result),
      func: target,
      args,
    });
  }
  return name;
}

function addWrapper(
  lo: Lowering,
  name: string,
  params: readonly Type[],
  result: Type | undefined,
  more: readonly Type[],
  value: Expr,
): void {
  const body: Stmt[] = result ? [{ op: Op.return, value }] : [{ op: Op.do, value }];
  const func: Func = { name, params, result, locals: [...params, ...more], body };
  lo.module.funcs.set(name, func);
}

/**
 * A closure that remembers the first arguments of a call: partial application of a function value.
 * The wrapper's environment holds the function and the arguments.
 */
export function partial(fn: Fn, closure: Expr, args: readonly Expr[], params: readonly Node[], result: Node): Expr {
  const { lo } = fn;
  const given = params.slice(0, args.length).map((n) => reprOf(n));
  const rest = params.slice(args.length).map((n) => typeOf(reprOf(n)));
  const resultOf = resultType(result);
  const fields: { repr: Repr; slot: number }[] = [{ repr: 'ref', slot: 0 }];
  given.forEach((repr, i) => {
    fields.push({ repr, slot: i + 1 });
  });
  const placed = placeFields(fields).placed.map((s) => ({ ...s, offset: s.offset + 4 }));
  const name = `partial$${given.join('_')}$${rest.join('_')}$${resultOf ?? 'unit'}`;
  if (!lo.module.funcs.has(name)) {
    const env: Expr = read(0, 'ref');
    const inner = load('ref', env, placed[0]!.offset);
    const callArgs: Expr[] = [
      inner,
      ...placed.slice(1).map((s) => load(s.repr, env, s.offset)),
      ...rest.map((type, i): Expr => read(i + 1, type)),
    ];
    addWrapper(lo, name, ['ref', ...rest], resultOf, [], {
      op: Op.callIndirect,
      type: resultOf,
      params: ['ref', ...given.map(typeOf), ...rest],
      target: { op: Op.load, type: 'i32', code: 'i32.load', addr: inner, offset: 4 },
      args: callArgs,
    });
  }
  return seq(fn, () => {
    const held = [closure, ...args].map((value) => {
      const local = newLocal(fn, value.type!);
      emit(fn, { op: Op.set, local, value });
      return get(fn, local);
    });
    return newClosure(fn, name, placed, held);
  });
}

/** Calls a closure; the arguments already have the representations of the parameters. Gives a cell nil for no result. */
export function callClosure(
  fn: Fn,
  closure: Expr,
  args: readonly Expr[],
  params: readonly Node[],
  result: Node,
  span: Span,
): Expr {
  const type = resultType(result);
  return seq(fn, () => {
    const held = newLocal(fn, 'ref');
    emit(fn, { op: Op.set, local: held, value: closure });
    const call: Expr = {
      op: Op.callIndirect,
      type,
      params: ['ref', ...params.map((p) => typeOf(reprOf(p)))],
      target: { op: Op.load, type: 'i32', code: 'i32.load', addr: get(fn, held), offset: 4 },
      args: [get(fn, held), ...args],
      span,
    };
    if (type) return call;
    emit(fn, { op: Op.do, value: call });
    return nullCell;
  });
}
