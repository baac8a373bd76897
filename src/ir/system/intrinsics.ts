/** The intrinsics of the system dialect: calls that are instructions, memory accesses or constants of the module. */

import type { Expr as SynExpr } from '../../syntax/ast.ts';
import { as, num } from '../build.ts';
import type { Expr, LoadOp, NumericOp, Stmt, StoreOp, Type } from '../ir.ts';
import { HEAP_BASE, STACK_BASE, STACK_POINTER, TYPE_TABLE } from '../names.ts';
import * as Op from '../op.ts';
import {
  type Body,
  bad,
  common,
  condition,
  constantOf,
  expect,
  isWord,
  lowerExpr,
  namedType,
  pair,
  type Typed,
} from './body.ts';
import { constant, irType, type SysType } from './types.ts';

type Call = Extract<SynExpr, { kind: 'call' }>;
type Intrinsic = (body: Body, call: Call, want: SysType | undefined) => Typed | Stmt;

/** Bytes of a value of the type in memory. */
export function sizeOf(type: SysType): number {
  return type === 'bool' ? 1 : type === 'i32' || type === 'ref' ? 4 : 8;
}

const KINDS: SysType[] = ['bool', 'i64', 'f64', 'ref', 'cell'];

/** The element kind of a type: 0 bool, 1 i64, 2 f64, 3 ref, 4 cell. */
export function kindOf(type: SysType): number {
  return KINDS.indexOf(type);
}

const LOADS: Record<SysType, LoadOp> = {
  bool: 'i32.load8_u',
  i32: 'i32.load',
  ref: 'i32.load',
  i64: 'i64.load',
  cell: 'i64.load',
  f64: 'f64.load',
};
const STORES: Record<SysType, StoreOp> = {
  bool: 'i32.store8',
  i32: 'i32.store',
  ref: 'i32.store',
  i64: 'i64.store',
  cell: 'i64.store',
  f64: 'f64.store',
};

function args(body: Body, call: Call, count: number): readonly SynExpr[] {
  if (call.args.length !== count) {
    const name = call.callee.kind === 'name' ? call.callee.name : 'it';
    bad(body, call.span, `${name} takes ${count} arguments, not ${call.args.length}`);
  }
  return call.args;
}

/** An i32 or ref operand: an address or a count. */
function word(body: Body, e: SynExpr): Expr {
  const value = lowerExpr(body, e, 'i32');
  if (!isWord(value.t)) bad(body, e.span, `is ${value.t}, but i32 or ref is needed`);
  return value.e;
}

function address(body: Body, base: SynExpr, offset: SynExpr): { addr: Expr; offset: number } {
  const known = constantOf(body, offset);
  if (known === undefined) return bad(body, offset.span, 'an offset must be a constant; add to the address instead');
  const addr = word(body, base);
  if (known >= 0n) return { addr, offset: Number(known) };
  return { addr: num('i32.add', as('i32', addr), constant('i32', known)), offset: 0 };
}

function load(code: LoadOp, t: SysType, more: { readonly length?: true } = {}): Intrinsic {
  return (body, call) => {
    const [base, offset] = args(body, call, 2);
    return { e: { op: Op.load, type: irType(t), code, ...address(body, base!, offset!), ...more }, t };
  };
}

function store(code: StoreOp, t: SysType): Intrinsic {
  return (body, call) => {
    const [base, offset, value] = args(body, call, 3);
    return { op: Op.store, code, ...address(body, base!, offset!), value: expect(body, value!, t).e };
  };
}

/** Binary instruction on i32 (ref mixes in) or i64. */
function binary(op: string, comparison = false): Intrinsic {
  return (body, call, want) => {
    const [left, right] = args(body, call, 2);
    const hint = comparison || want === 'cell' ? undefined : want === 'ref' || want === 'bool' ? 'i32' : want;
    const [a, b] = pair(body, left!, right!, hint === 'f64' ? undefined : hint);
    const t = common(body, call.span, a, b);
    if (t === 'f64' || t === 'cell') return bad(body, call.span, `operands are ${t}, but i32 or i64 is needed`);
    const w = isWord(t) ? 'i32' : 'i64';
    const bool = comparison || (t === 'bool' && /^(and|or|xor)$/.test(op));
    return { e: num(`${w}.${op}` as NumericOp, as(w, a.e), as(w, b.e)), t: bool ? 'bool' : w };
  };
}

function unaryInt(make: (w: 'i32' | 'i64', e: Expr) => Expr): Intrinsic {
  return (body, call, want) => {
    const [operand] = args(body, call, 1);
    const value = lowerExpr(body, operand!, want === 'i64' ? 'i64' : 'i32');
    if (!isWord(value.t) && value.t !== 'i64') return bad(body, call.span, `operand is ${value.t}, not i32 or i64`);
    const w = isWord(value.t) ? 'i32' : 'i64';
    return { e: make(w, as(w, value.e)), t: w };
  };
}

function float(op: string, count: number): Intrinsic {
  return (body, call) => ({
    e: num(`f64.${op}` as NumericOp, ...args(body, call, count).map((arg) => expect(body, arg, 'f64').e)),
    t: 'f64',
  });
}

/** A conversion to `to`; `code` gives the instruction for the operand's type, '' for none. */
function convert(to: SysType, codes: Partial<Record<SysType, NumericOp | ''>>): Intrinsic {
  return (body, call) => {
    const [operand] = args(body, call, 1);
    const known = constantOf(body, operand!);
    if (known !== undefined) return { e: constant(to, known), t: to };
    const value = lowerExpr(body, operand!);
    const code = value.t === to ? '' : codes[value.t];
    if (code === undefined) return bad(body, call.span, `cannot convert ${value.t} to ${to}`);
    const operandType = irType(value.t);
    const plain = operandType === 'cell' ? 'i64' : operandType === 'ref' ? 'i32' : operandType;
    return { e: as(irType(to), code ? num(code, as(plain, value.e)) : value.e), t: to };
  };
}

/** An intrinsic without arguments. */
const nullary =
  (result: Typed | Stmt): Intrinsic =>
  (body, call) => {
    args(body, call, 0);
    return result;
  };

const linkerAddress = (name: string): Intrinsic => nullary({ e: { op: Op.data, type: 'i32', name }, t: 'i32' });

/** All intrinsics by name; `Load` is how `load` arrives (it is a keyword of the language). */
export const INTRINSICS: ReadonlyMap<string, Intrinsic> = new Map<string, Intrinsic>([
  [
    'Load',
    (body, call, want) => {
      const [base, offset] = args(body, call, 2);
      if (!want) return bad(body, call.span, 'the type of this load is not known here; use load32, load64, loadref...');
      return { e: { op: Op.load, type: irType(want), code: LOADS[want], ...address(body, base!, offset!) }, t: want };
    },
  ],
  ['load8u', load('i32.load8_u', 'i32')],
  ['load8s', load('i32.load8_s', 'i32')],
  ['load16u', load('i32.load16_u', 'i32')],
  ['load16s', load('i32.load16_s', 'i32')],
  ['load32', load('i32.load', 'i32')],
  ['load64', load('i64.load', 'i64')],
  ['load32u_64', load('i64.load32_u', 'i64')],
  // The length of a list, whose range passes know.
  ['load_length', load('i64.load32_u', 'i64', { length: true })],
  ['loadf64', load('f64.load', 'f64')],
  ['loadref', load('i32.load', 'ref')],
  ['loadcell', load('i64.load', 'cell')],
  [
    'store',
    (body, call) => {
      const [base, offset, value] = args(body, call, 3);
      const { e, t } = lowerExpr(body, value!);
      return { op: Op.store, code: STORES[t], ...address(body, base!, offset!), value: e };
    },
  ],
  ['store8', store('i32.store8', 'i32')],
  ['store16', store('i32.store16', 'i32')],
  ['store32', store('i32.store', 'i32')],
  ['store64', store('i64.store', 'i64')],
  ['storef64', store('f64.store', 'f64')],
  ['storeref', store('i32.store', 'ref')],
  ['storecell', store('i64.store', 'cell')],

  ...['and', 'or', 'xor', 'shl', 'shr_s', 'shr_u', 'rotl', 'rotr', 'div_u', 'rem_u'].map(
    (op) => [op, binary(op)] as [string, Intrinsic],
  ),
  ...['lt_u', 'le_u', 'gt_u', 'ge_u'].map((op) => [op, binary(op, true)] as [string, Intrinsic]),
  ...(['clz', 'ctz', 'popcnt'] as const).map(
    (op) => [op, unaryInt((w, e) => num(`${w}.${op}`, e))] as [string, Intrinsic],
  ),
  ['not', unaryInt((w, e) => num(`${w}.xor`, e, constant(w, -1n)))],

  ['i64', convert('i64', { i32: 'i64.extend_i32_s', bool: 'i64.extend_i32_u', ref: 'i64.extend_i32_u', cell: '' })],
  ['i64_u', convert('i64', { i32: 'i64.extend_i32_u', bool: 'i64.extend_i32_u', ref: 'i64.extend_i32_u' })],
  ['i32', convert('i32', { i64: 'i32.wrap_i64', ref: '', bool: '' })],
  ['f64', convert('f64', { i32: 'f64.convert_i32_s', bool: 'f64.convert_i32_s', i64: 'f64.convert_i64_s' })],
  ['f64_u', convert('f64', { i32: 'f64.convert_i32_u', i64: 'f64.convert_i64_u' })],
  ['ref', convert('ref', { i32: '', cell: 'i32.wrap_i64' })],
  ['cell', convert('cell', { i64: '', ref: 'i64.extend_i32_u' })],
  ['trunc_sat', convert('i64', { f64: 'i64.trunc_sat_f64_s', i64: undefined })],
  ['bits', convert('i64', { f64: 'i64.reinterpret_f64' })],
  ['from_bits', convert('f64', { i64: 'f64.reinterpret_i64' })],

  ...['floor', 'ceil', 'trunc', 'nearest', 'sqrt', 'abs'].map((op) => [op, float(op, 1)] as [string, Intrinsic]),
  ['copysign', float('copysign', 2)],
  ['fmin', float('min', 2)],
  ['fmax', float('max', 2)],

  ['memory_size', nullary({ e: { op: Op.memorySize, type: 'i32' }, t: 'i32' })],
  [
    'memory_grow',
    (body, call) => ({ e: { op: Op.memoryGrow, type: 'i32', pages: word(body, args(body, call, 1)[0]!) }, t: 'i32' }),
  ],
  [
    'memory_copy',
    (body, call) => {
      const [to, from, bytes] = args(body, call, 3).map((arg) => word(body, arg));
      return { op: Op.memoryCopy, to: to!, from: from!, bytes: bytes! };
    },
  ],
  [
    'memory_fill',
    (body, call) => {
      const [to, byte, bytes] = args(body, call, 3).map((arg) => word(body, arg));
      return { op: Op.memoryFill, to: to!, byte: byte!, bytes: bytes! };
    },
  ],
  ['unreachable', nullary({ op: Op.unreachable })],
  [
    'keep',
    (body, call) => {
      const [operand] = args(body, call, 1);
      const { e, t } = lowerExpr(body, operand!);
      if (t !== 'ref' && t !== 'cell') bad(body, call.span, `keep takes a ref or a cell, not ${t}`);
      return { op: Op.keep, value: e };
    },
  ],
  [
    'select',
    (body, call, want) => {
      const [cond, yes, no] = args(body, call, 3);
      const c = condition(body, cond!);
      const [a, b] = pair(body, yes!, no!, want);
      const t = common(body, call.span, a, b);
      const type: Type = irType(t);
      return { e: { op: Op.select, type, cond: c, then: as(type, a.e), else: as(type, b.e) }, t };
    },
  ],
  [
    'sizeof',
    (body, call) => ({ e: constant('i32', BigInt(sizeOf(namedType(body, args(body, call, 1)[0]!)))), t: 'i32' }),
  ],
  [
    'kindof',
    (body, call) => ({ e: constant('i32', BigInt(kindOf(namedType(body, args(body, call, 1)[0]!)))), t: 'i32' }),
  ],
  ...['gc_stress', 'big_ints', 'big_rats', 'ascii'].map(
    (name) =>
      [name, (body) => ({ e: constant('i32', body.library.flags.get(name)!), t: 'i32' })] as [string, Intrinsic],
  ),
  [
    'function_index',
    (body, call) => {
      const [name] = args(body, call, 1);
      const slice = name!.kind === 'name' ? body.library.find(name!.name) : undefined;
      if (slice?.kind !== 'fun') return bad(body, call.span, 'function_index takes the name of a function');
      return { e: { op: Op.funcIndex, type: 'i32', func: `rt.${slice.name}` }, t: 'i32' };
    },
  ],
  [
    // Calls a function, which gives an i32, by its index.
    'call_index',
    (body, call) => {
      const [target, ...rest] = call.args.map((arg) => lowerExpr(body, arg, 'i32'));
      if (target?.t !== 'i32') return bad(body, call.span, 'call_index takes the index of a function');
      const params = rest.map((arg) => irType(arg.t));
      return {
        e: { op: Op.callIndirect, type: 'i32', params, target: target.e, args: rest.map((arg) => arg.e) },
        t: 'i32',
      };
    },
  ],
  ['heap_base', linkerAddress(HEAP_BASE)],
  ['stack_base', linkerAddress(STACK_BASE)],
  ['type_table', linkerAddress(TYPE_TABLE)],
  [
    'static_area',
    (body, call) => {
      const [name, size] = args(body, call, 2);
      const bytes = constantOf(body, size!);
      if (name!.kind !== 'string' || bytes === undefined || bytes <= 0n) {
        return bad(body, call.span, 'static_area takes a name ("...") and a constant number of bytes');
      }
      const area = { name: `area:${name!.value}`, align: 8, bytes: new Uint8Array(Number(bytes)), relocs: [] };
      return { e: { op: Op.data, type: 'i32', name: body.library.addDatum(area) }, t: 'i32' };
    },
  ],
  ['stack_pointer', nullary({ e: { op: Op.global, type: 'i32', name: STACK_POINTER }, t: 'i32' })],
]);
