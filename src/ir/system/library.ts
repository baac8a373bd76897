/**
 * The run-time library as prebuilt IR. `scripts/embed-runtime.mjs` lowers src/runtime/*.mochi once (system.ts) and writes
 * a line of text for every function, instance, import and global variable (library-encode.ts); here a line is decoded when
 * somebody asks for its name. What a program does not use costs it a look at one line's name.
 *
 * Functions are inlined into each other and folded already, except those that will be inlined wherever they are called:
 * these are only inlined into.
 *
 * A line is `KIND NAME fields…`, its numbers in base 91:
 *
 *     f NAME PARAMS:RESULT ATTRIBUTES LOCALS LOCAL-NAMES REFERENCES CODE [TAB data as JSON]
 *     x NAME PARAMS:RESULT
 *     v NAME TYPE INITIAL-VALUE
 *
 * A function that differs with the module's switches has lines for variants, named `NAME#SWITCHES` (see lineNames).
 */

import { get, i32, i64, stringDatum } from '../build.ts';
import type { Datum, Expr, Func, Global, LoadOp, NumericOp, Stmt, StoreOp, Type } from '../ir.ts';
import { runtimeName } from '../names.ts';
import * as Op from '../op.ts';
import { NUMERIC_SIGNATURES } from '../ops.ts';
import type { Runtime, RuntimeOptions } from './system.ts';
import { irType, type Signature, type SysType } from './types.ts';

const WASI_MODULE = 'wasi_snapshot_preview1';

/** Types by the letter and the number that stand for them. */
export const TYPE_LETTERS: Readonly<Record<string, SysType>> = {
  i: 'i32',
  l: 'i64',
  d: 'f64',
  r: 'ref',
  c: 'cell',
  b: 'bool',
};
export const TYPES: readonly Type[] = ['i32', 'i64', 'f64', 'ref', 'cell'];
export const LOADS: readonly LoadOp[] = [
  'i32.load',
  'i64.load',
  'f64.load',
  'i32.load8_u',
  'i32.load8_s',
  'i32.load16_u',
  'i32.load16_s',
  'i64.load8_u',
  'i64.load16_u',
  'i64.load32_u',
  'i64.load32_s',
];
export const STORES: readonly StoreOp[] = [
  'i32.store',
  'i64.store',
  'f64.store',
  'i32.store8',
  'i32.store16',
  'i64.store32',
];
export const NUMERIC: readonly NumericOp[] = [...NUMERIC_SIGNATURES.keys()] as NumericOp[];

/** What a node of the code begins with. */
export const EXPR = {
  get: 0,
  num: 1,
  i32: 2,
  i64: 3,
  ref: 4,
  cell: 5,
  /** A constant whose value is among the references, as text. */
  wide: 6,
  call: 7,
  load: 8,
  as: 9,
  global: 10,
  data: 11,
  if: 12,
  select: 13,
  funcIndex: 14,
  memorySize: 15,
  memoryGrow: 16,
  seq: 17,
  /** The load of a list's length. */
  length: 18,
  callIndirect: 19,
} as const;
export const STMT = {
  set: 0,
  setGlobal: 1,
  store: 2,
  do: 3,
  if: 4,
  block: 5,
  loop: 6,
  br: 7,
  brIf: 8,
  return: 9,
  returnNothing: 10,
  unreachable: 11,
  memoryCopy: 12,
  memoryFill: 13,
  keep: 14,
  switch: 15,
} as const;

/** The datum that a line says: a text, bytes in hexadecimal, or an area of zeros. */
export type DatumText =
  | string
  | { readonly hex: string }
  | { readonly name: string; readonly align: number; readonly size: number };

/** How the module's switches are written in names of variants; empty when all are off. */
export function switches(options: RuntimeOptions): string {
  const bigRats = options.bigInts && options.bigRats;
  const { gcStress, ascii, bigInts } = options;
  return `${gcStress ? 'g' : ''}${ascii ? 'a' : ''}${bigInts ? 'b' : ''}${bigRats ? 'r' : ''}`;
}

/** The names of the lines that may hold the variant of a function for some switches: the first one that there is does. */
export function lineNames(name: string, switchesOn: string): string[] {
  // Without one switch after the other, the first of them kept longest.
  let sets = [switchesOn];
  const all = new Set(sets);
  while (sets.length > 0) {
    sets = sets.flatMap((set) => [...set].map((_, i) => set.slice(0, set.length - 1 - i) + set.slice(set.length - i)));
    for (const set of sets) all.add(set);
  }
  return [...all].map((set) => (set === '' ? name : `${name}#${set}`));
}

/** Base 91: printable characters without the backslash. One below `SHORT` is the number; else it is the high part. */
export const FIRST = 35;
export const BACKSLASH = 92;
export const BASE = 91;
export const SHORT = 70;

const TEXT = new TextEncoder();
const indexes = new Map<string, Map<string, string>>();

/** The lines of a library by name. */
function index(library: string): Map<string, string> {
  let lines = indexes.get(library);
  if (!lines) {
    lines = new Map();
    for (const line of library.split('\n')) lines.set(line.slice(2, line.indexOf(' ', 2)), line);
    indexes.set(library, lines);
  }
  return lines;
}

/** The library that `encodeLibrary` has written as text. */
export function loadLibrary(library: string, options: RuntimeOptions): Runtime {
  const lines = index(library);
  const suffixes = lineNames('', switches(options));
  const funcs = new Map<string, Func>();
  const data = new Map<string, Datum>();

  const keyOf = (name: string): string => (name.startsWith('rt.') ? name.slice(3) : name);
  const lineOf = (name: string): string => {
    const key = keyOf(name);
    let line: string | undefined;
    for (const suffix of suffixes) line ??= lines.get(key + suffix);
    if (!line) throw new Error(`the run-time library has no ${key} (asked for as ${name})`);
    return line;
  };
  const signature = (name: string): Signature => {
    const [kind, , types, attributes] = lineOf(name).split(' ', 4) as [string, string, string, string?];
    if (kind === 'v') throw new Error(`${name} is not a function of the run-time library`);
    const [params, result] = types.split(':') as [string, string];
    return {
      params: Array.from(params, (letter) => TYPE_LETTERS[letter]!),
      result: TYPE_LETTERS[result],
      noReturn: kind === 'f' && attributes!.includes('r'),
    };
  };

  return {
    has(name) {
      const line = lines.get(keyOf(name));
      return line !== undefined && !line.startsWith('v');
    },
    signature,
    need(name) {
      const key = keyOf(name);
      let func = funcs.get(key);
      if (!func) {
        func = decodeFunc(lineOf(name), runtimeName(key), (datum) => data.set(datum.name, datum));
        funcs.set(key, func);
      }
      return func;
    },
    importFunc(name) {
      const key = keyOf(name);
      if (!lines.get(key)?.startsWith('x')) return undefined;
      const { params, result } = signature(key);
      return {
        name: runtimeName(key),
        module: WASI_MODULE,
        field: key,
        params: params.map(irType),
        result: result && irType(result),
      };
    },
    global(name) {
      const [kind, key, letter, init] = lineOf(name).split(' ') as [string, string, string, string];
      if (kind !== 'v') throw new Error(`${name} is not a variable of the library`);
      const type = irType(TYPE_LETTERS[letter]!);
      return { name: runtimeName(key), type, mutable: true, init: numberOf(type, init) } satisfies Global;
    },
    datum(name) {
      const datum = data.get(name);
      if (!datum) throw new Error(`the run-time library has no datum ${name}`);
      return datum;
    },
  };
}

/** The value that a constant or a variable of a type has as text. */
function numberOf(type: Type, text: string): number | bigint {
  return type === 'i64' || type === 'cell' ? BigInt(text) : Number(text);
}

function datumOf(text: DatumText): Datum {
  if (typeof text === 'string') return stringDatum(text);
  if ('hex' in text)
    return stringDatum(Uint8Array.from(text.hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)));
  return { name: text.name, align: text.align, bytes: new Uint8Array(text.size), relocs: [] };
}

// ---- decoding; one function at a time, so the state is the module's

/** The code's characters. */
let code: Uint8Array;
let at = 0;
let locals: Type[] = [];
let names: string[] = [];
let datumNames: string[] = [];

function decodeFunc(line: string, name: string, addDatum: (datum: Datum) => void): Func {
  const tab = line.indexOf('\t');
  const fields = (tab < 0 ? line : line.slice(0, tab)).split(' ');
  const [params, result] = fields[2]!.split(':') as [string, string];
  const attributes = fields[3]!;
  locals = Array.from(fields[4]!, (letter) => irType(TYPE_LETTERS[letter]!));
  const localNames = fields[5] === '' ? [] : fields[5]!.split(',').map((text) => text || undefined);
  names = fields[6]!.split(',');
  datumNames = [];
  if (tab >= 0) {
    for (const text of JSON.parse(line.slice(tab + 1)) as DatumText[]) {
      const datum = datumOf(text);
      addDatum(datum);
      datumNames.push(datum.name);
    }
  }
  code = TEXT.encode(fields[7]);
  at = 0;
  const body = list();
  return {
    name,
    params: Array.from(params, (letter) => irType(TYPE_LETTERS[letter]!)),
    result: result === '' ? undefined : irType(TYPE_LETTERS[result]!),
    locals,
    localNames,
    body,
    ...(attributes.includes('f') ? { folded: body } : {}),
    ...(attributes.includes('i') ? { inline: 'always' } : attributes.includes('n') ? { inline: 'never' } : {}),
  };
}

function digit(): number {
  const c = code[at++]!;
  return c > BACKSLASH ? c - FIRST - 1 : c - FIRST;
}

/** A number from 0 on. */
function number(): number {
  const c = code[at++]!;
  const first = c > BACKSLASH ? c - FIRST - 1 : c - FIRST;
  if (first < SHORT) return first;
  let value = 0;
  for (let digits = first - SHORT + 2; digits > 0; digits--) value = value * BASE + digit();
  return value;
}

/** A number whose sign is its lowest bit. */
function signed(): number {
  const value = number();
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

const typeAt = (): Type => TYPES[number()]!;
const nameAt = (): string => names[number()]!;

function exprs(count: number): Expr[] {
  // Most have one or two; a push onto an empty array makes room for 17.
  if (count === 0) return [];
  if (count === 1) return [expr()];
  const out = [expr(), expr()];
  for (let i = 2; i < count; i++) out.push(expr());
  return out;
}

function expr(): Expr {
  const tag = digit();
  switch (tag) {
    case EXPR.get: {
      const local = number();
      return get(local, locals[local]!);
    }
    case EXPR.num: {
      const op = NUMERIC[number()]!;
      const { params, result } = NUMERIC_SIGNATURES.get(op)!;
      return { op: Op.num, type: result, code: op, args: exprs(params.length) };
    }
    case EXPR.i32:
      return i32(signed());
    case EXPR.i64:
      return i64(signed());
    case EXPR.ref:
      return { op: Op.const, type: 'ref', value: signed() };
    case EXPR.cell:
      return { op: Op.const, type: 'cell', value: BigInt(signed()) };
    case EXPR.wide: {
      const type = typeAt();
      return { op: Op.const, type, value: numberOf(type, nameAt()) };
    }
    case EXPR.call: {
      const type = TYPES[number() - 1];
      const func = runtimeName(nameAt());
      return { op: Op.call, type, func, args: exprs(number()) };
    }
    case EXPR.load: {
      const type = typeAt();
      const op = LOADS[number()]!;
      const offset = number();
      return { op: Op.load, type, code: op, addr: expr(), offset };
    }
    case EXPR.length: {
      const offset = number();
      return { op: Op.load, type: 'i64', code: 'i64.load32_u', addr: expr(), offset, length: true };
    }
    case EXPR.as:
      return { op: Op.as, type: typeAt(), value: expr() };
    case EXPR.global:
      return { op: Op.global, type: typeAt(), name: runtimeName(nameAt()) };
    case EXPR.data: {
      const type = typeAt() as 'i32' | 'ref';
      const which = number();
      // Addresses that the linker knows are named, like globals.
      const name = which % 2 === 0 ? datumNames[which / 2]! : runtimeName(names[(which - 1) / 2]!);
      return { op: Op.data, type, name };
    }
    case EXPR.if: {
      const type = typeAt();
      return { op: Op.if, type, cond: expr(), then: expr(), else: expr() };
    }
    case EXPR.select: {
      const type = typeAt();
      return { op: Op.select, type, cond: expr(), then: expr(), else: expr() };
    }
    case EXPR.funcIndex:
      return { op: Op.funcIndex, type: 'i32', func: runtimeName(nameAt()) };
    case EXPR.callIndirect: {
      const type = TYPES[number() - 1];
      const count = number();
      const params = Array.from({ length: count }, typeAt);
      return { op: Op.callIndirect, type, params, target: expr(), args: exprs(count) };
    }
    case EXPR.memorySize:
      return { op: Op.memorySize, type: 'i32' };
    case EXPR.memoryGrow:
      return { op: Op.memoryGrow, type: 'i32', pages: expr() };
    case EXPR.seq: {
      const type = typeAt();
      return { op: Op.seq, type, body: list(), value: expr() };
    }
    default:
      throw new Error(`the run-time library is damaged: expression ${tag}`);
  }
}

function list(): Stmt[] {
  const out: Stmt[] = [];
  for (let count = number(); count > 0; count--) out.push(stmt());
  return out;
}

function stmt(): Stmt {
  const tag = digit();
  switch (tag) {
    case STMT.set: {
      const local = number();
      return { op: Op.set, local, value: expr() };
    }
    case STMT.setGlobal:
      return { op: Op.setGlobal, name: runtimeName(nameAt()), value: expr() };
    case STMT.store: {
      const op = STORES[number()]!;
      const offset = number();
      return { op: Op.store, code: op, addr: expr(), offset, value: expr() };
    }
    case STMT.do:
      return { op: Op.do, value: expr() };
    case STMT.if:
      return { op: Op.if, cond: expr(), then: list(), else: list() };
    case STMT.block:
      return { op: Op.block, label: number(), body: list() };
    case STMT.loop:
      return { op: Op.loop, label: number(), body: list() };
    case STMT.br:
      return { op: Op.br, label: number() };
    case STMT.brIf: {
      const label = number();
      return { op: Op.brIf, label, cond: expr() };
    }
    case STMT.return:
      return { op: Op.return, value: expr() };
    case STMT.returnNothing:
      return { op: Op.return };
    case STMT.unreachable:
      return { op: Op.unreachable };
    case STMT.memoryCopy:
      return { op: Op.memoryCopy, to: expr(), from: expr(), bytes: expr() };
    case STMT.memoryFill:
      return { op: Op.memoryFill, to: expr(), byte: expr(), bytes: expr() };
    case STMT.keep:
      return { op: Op.keep, value: expr() };
    case STMT.switch: {
      const otherwise = number();
      const labels: number[] = [];
      for (let count = number(); count > 0; count--) labels.push(number());
      return { op: Op.switch, value: expr(), labels, otherwise };
    }
    default:
      throw new Error(`the run-time library is damaged: statement ${tag}`);
  }
}
