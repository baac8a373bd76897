/** From IR to a WebAssembly module: encodes function bodies and collects where in the source they come from. */

import { assertNever } from '../diagnostics/assert.ts';
import { fallsThrough } from '../ir/build.ts';
import { countLocals, factsOf } from '../ir/facts.ts';
import type { Expr, Func, Module, Position, Stmt, Type } from '../ir/ir.ts';
import { type Layout, layOut } from '../ir/link.ts';
import { STACK_POINTER } from '../ir/names.ts';
import * as Op from '../ir/op.ts';
import { WASM_TYPE } from '../ir/ops.ts';
import { floatBytes } from './bytes.ts';
import type { FuncType, WasmFunc, WasmGlobal, WasmModule } from './module.ts';
import { ACCESS, NUMERIC, OP, VAL_TYPE_CODE, type ValType } from './opcodes.ts';

/** A place in a function's code that has a source position: offset from the function's first instruction. */
export interface CodePosition {
  readonly offset: number;
  readonly span: Position;
}

export interface Emitted {
  readonly module: WasmModule;
  /** For every function (imports not counted): the IR function and its positions. */
  readonly funcs: readonly { readonly func: Func; readonly positions: readonly CodePosition[] }[];
  readonly layout: Layout;
}

interface Tables {
  readonly layout: Layout;
  readonly funcIndex: ReadonlyMap<string, number>;
  readonly globalIndex: ReadonlyMap<string, number>;
  readonly tableIndex: ReadonlyMap<string, number>;
  readonly typeIndex: (params: readonly Type[], result: Type | undefined) => number;
}

const EMPTY_BLOCK = 0x40;

// The opcodes of the most frequent instructions.
const LOCAL_GET = OP['local.get'];
const LOCAL_SET = OP['local.set'];
const LOCAL_TEE = OP['local.tee'];
const I32_CONST = OP['i32.const'];
const I32_ADD = NUMERIC.get('i32.add')!;
const I32_EQZ = NUMERIC.get('i32.eqz')!;

/** Emits a linked module. The module must be well formed (see ir/lint.ts). */
export function emitModule(module: Module): Emitted {
  const layout = layOut(module);
  const types: FuncType[] = [];
  const typeIndexes = new Map<string, number>();
  const typeIndex = (params: readonly Type[], result: Type | undefined): number => {
    const wasm = params.map((t) => WASM_TYPE[t]);
    const key = `${wasm.join()}>${result ? WASM_TYPE[result] : ''}`;
    let index = typeIndexes.get(key);
    if (index === undefined) {
      index = types.push({ params: wasm, results: result ? [WASM_TYPE[result]] : [] }) - 1;
      typeIndexes.set(key, index);
    }
    return index;
  };
  const imports = [...module.imports.values()].map((f) => ({
    name: f.name,
    module: f.module,
    field: f.field,
    type: typeIndex(f.params, f.result),
  }));
  const funcIndex = new Map<string, number>();
  for (const name of module.imports.keys()) funcIndex.set(name, funcIndex.size);
  for (const name of module.funcs.keys()) funcIndex.set(name, funcIndex.size);
  const globals: WasmGlobal[] = [];
  const globalIndex = new Map<string, number>();
  for (const global of module.globals.values()) {
    globalIndex.set(global.name, globals.length);
    const init = global.name === STACK_POINTER ? layout.stackPointer : global.init;
    globals.push({ name: global.name, type: WASM_TYPE[global.type], mutable: global.mutable, init });
  }
  const tableIndex = new Map(layout.table.map((name, i) => [name, i + 1]));
  tables = { layout, funcIndex, globalIndex, tableIndex, typeIndex };

  at = 0;
  const wasmFuncs: WasmFunc[] = [];
  const funcs: { func: Func; positions: CodePosition[] }[] = [];
  for (const func of module.funcs.values()) {
    const { locals, code, positions } = emitFunc(func);
    wasmFuncs.push({ name: func.name, type: typeIndex(func.params, func.result), locals, code });
    funcs.push({ func, positions });
  }
  const exports = [...module.exports].map(([name, func]) => ({
    name,
    kind: 'func' as const,
    index: funcIndex.get(func)!,
  }));
  return {
    module: {
      types,
      imports,
      funcs: wasmFuncs,
      table: layout.table.map((name) => funcIndex.get(name)!),
      memoryPages: layout.pages,
      globals,
      exports: [{ name: 'memory', kind: 'memory', index: 0 }, ...exports],
      data: layout.segments,
    },
    funcs,
    layout,
  };
}

/** The value of a sum of constants and static addresses. */
function addressOf(e: Expr, layout: Layout): number | undefined {
  if (e.op === Op.get) return undefined;
  if (e.op === Op.const) return Number(e.value);
  if (e.op === Op.data) return layout.address(e.name);
  if (e.op === Op.as) return addressOf(e.value, layout);
  if (e.op !== Op.num || e.code !== 'i32.add') return undefined;
  const left = addressOf(e.args[0]!, layout);
  const right = left === undefined ? undefined : addressOf(e.args[1]!, layout);
  return left === undefined || right === undefined ? undefined : (left + right) | 0;
}

/** Numbers the locals: parameters first, then runs of one type, the most used first; unused ones get no number. */
function numberLocals(func: Func): { index: Int32Array; runs: { count: number; type: ValType }[] } {
  const { gets: uses, sets } = countLocals(func);
  for (let i = 0; i < uses.length; i++) uses[i]! += sets[i]!;
  const index = new Int32Array(func.locals.length).fill(-1);
  const byType: Record<ValType, number[]> = { i32: [], i64: [], f64: [] };
  for (let i = 0; i < func.locals.length; i++) {
    if (i < func.params.length) index[i] = i;
    else if (uses[i]! > 0) byType[WASM_TYPE[func.locals[i]!]].push(i);
  }
  let next = func.params.length;
  const runs: { count: number; type: ValType }[] = [];
  const hot = (list: readonly number[]): number => {
    let sum = 0;
    for (let i = 0; i < list.length; i++) sum += uses[list[i]!]!;
    return sum / list.length;
  };
  const order = (['i32', 'i64', 'f64'] as const).filter((type) => byType[type].length > 0);
  const many = func.locals.length > 127;
  if (many) order.sort((a, b) => hot(byType[b]) - hot(byType[a]));
  for (const type of order) {
    const list = many ? mostUsedFirst(byType[type], uses) : byType[type];
    for (let i = 0; i < list.length; i++) index[list[i]!] = next++;
    runs.push({ count: list.length, type });
  }
  return { index, runs };
}

/** Locals by falling number of uses, then by their own. Numbers are sorted without calling back for each pair. */
function mostUsedFirst(list: readonly number[], uses: Uint32Array): number[] {
  const keys = new Float64Array(list.length);
  for (let i = 0; i < list.length; i++) keys[i] = list[i]! - uses[list[i]!]! * KEY_LOCALS;
  keys.sort();
  const sorted: number[] = [];
  for (let i = 0; i < keys.length; i++) sorted.push(((keys[i]! % KEY_LOCALS) + KEY_LOCALS) % KEY_LOCALS);
  return sorted;
}
const KEY_LOCALS = 2 ** 20;

// One function is emitted at a time: what that needs is the module's, so that no closures are made for every function and
// an instruction is written with as few calls as possible. The functions of a program follow each other in one buffer.
let tables: Tables;
let bytes = new Uint8Array(1 << 16);
/** Where the next byte is written. */
let at = 0;
/** How far the buffer has to reach: there is room for `BYTES_A_NODE` for every node of the function. */
let room = 0;
/** Where the function's code begins. */
let start = 0;
let index: Int32Array = new Int32Array(0);
let positions: CodePosition[] = [];
/** Whether stack traces show the function. */
let isShown = false;
/** Labels of the open blocks, outermost first; -1 for an `if`. */
let labels: number[] = [];
/** The last `local.set`: where it begins, where it ends, its local. */
let setAt = -1;
let setEnd = -1;
let setLocal = -1;

/** More than the bytes that any node makes (a 64-bit constant: 11), besides the labels of a `switch`. */
const BYTES_A_NODE = 16;

function emitFunc(func: Func): {
  locals: { count: number; type: ValType }[];
  code: Uint8Array;
  positions: CodePosition[];
} {
  const numbers = numberLocals(func);
  index = numbers.index;
  positions = [];
  isShown = func.display !== undefined;
  labels = [];
  setEnd = -1;
  room = at;
  reserve(BYTES_A_NODE * (factsOf(func).nodes + 1));
  start = at;
  tail(func.body, func.result);
  bytes[at++] = OP.end;
  return { locals: numbers.runs, code: bytes.slice(start, at), positions };
}

/** Makes room for some more bytes in the function. */
function reserve(count: number): void {
  room += count;
  if (room <= bytes.length) return;
  const larger = new Uint8Array(Math.max(room, 2 * bytes.length));
  larger.set(bytes.subarray(0, at));
  bytes = larger;
}

/** Unsigned LEB128 of a number below 2^32. */
function u32(value: number): void {
  let rest = value;
  while (rest > 0x7f) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[at++] = rest;
}

/** Signed LEB128 of a 32-bit number. */
function s32(value: number): void {
  let rest = value;
  while (rest < -64 || rest > 63) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest >>= 7;
  }
  bytes[at++] = rest & 0x7f;
}

function i32Const(value: number): void {
  bytes[at++] = I32_CONST;
  s32(value | 0);
}

function constant(type: Type, value: number | bigint): void {
  const wasm = WASM_TYPE[type];
  if (wasm === 'i32') i32Const(Number(value));
  else if (wasm === 'i64') {
    bytes[at++] = OP['i64.const'];
    const small = Number(value);
    if (small >= -0x80000000 && small <= 0x7fffffff) return s32(small);
    let rest = BigInt.asIntN(64, BigInt(value));
    while (rest < -64n || rest > 63n) {
      bytes[at++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    bytes[at++] = Number(rest & 0x7fn);
  } else {
    bytes[at++] = OP['f64.const'];
    bytes.set(floatBytes(Number(value)), at);
    at += 8;
  }
}

/** Opcodes above 0xff have a prefix. */
function opcode(code: number): void {
  if (code > 0xff) bytes[at++] = 0xfc;
  bytes[at++] = code & 0xff;
}

/** An access to memory. */
function access(code: string, offset: number): void {
  const both = ACCESS.get(code)!;
  bytes[at++] = both & 0xff;
  bytes[at++] = both >> 8;
  if (offset < 0x80) bytes[at++] = offset;
  else u32(offset);
}

function mark(span: Position | undefined): void {
  if (span && isShown) positions.push({ offset: at - start, span });
}

function depth(label: number): number {
  const open = labels.lastIndexOf(label);
  if (open < 0) throw new Error(`no label ${label}`);
  return labels.length - 1 - open;
}

function expr(e: Expr): void {
  switch (e.op) {
    case Op.get: {
      const local = index[e.local]!;
      if (setEnd === at && setLocal === local) {
        bytes[setAt] = LOCAL_TEE;
        setEnd = -1;
        return;
      }
      bytes[at++] = LOCAL_GET;
      if (local < 0x80) bytes[at++] = local;
      else u32(local);
      return;
    }
    case Op.num: {
      const { args, code } = e;
      if (code === 'i32.add') {
        const address = addressOf(e, tables.layout);
        if (address !== undefined) return i32Const(address);
      }
      expr(args[0]!);
      if (args.length > 1) expr(args[1]!);
      const instruction = NUMERIC.get(code)!;
      if (instruction > 0xff) opcode(instruction);
      else bytes[at++] = instruction;
      return;
    }
    case Op.const:
      constant(e.type, e.value);
      return;
    case Op.load:
      expr(e.addr);
      access(e.code, e.offset);
      return;
    case Op.call:
      exprs(e.args);
      mark(e.span);
      bytes[at++] = OP.call;
      u32(tables.funcIndex.get(e.func)!);
      return;
    case Op.as:
      expr(e.value);
      return;
    case Op.global: {
      const number = tables.globalIndex.get(e.name);
      // Without frames the stack pointer never moves.
      if (number === undefined) return i32Const(tables.layout.stackPointer);
      bytes[at++] = OP['global.get'];
      u32(number);
      return;
    }
    case Op.data:
      i32Const(tables.layout.address(e.name));
      return;
    case Op.if:
      expr(e.cond);
      bytes[at++] = OP.if;
      bytes[at++] = VAL_TYPE_CODE[WASM_TYPE[e.type]];
      labels.push(-1);
      expr(e.then);
      bytes[at++] = OP.else;
      expr(e.else);
      bytes[at++] = OP.end;
      labels.pop();
      return;
    case Op.seq:
      body(e.body);
      expr(e.value);
      return;
    case Op.select:
      expr(e.then);
      expr(e.else);
      expr(e.cond);
      bytes[at++] = OP.select;
      return;
    case Op.callIndirect:
      exprs(e.args);
      expr(e.target);
      mark(e.span);
      if (tables.tableIndex.size === 0) {
        // No function is ever a value, so there is no table: what is called here is null.
        bytes[at++] = OP.unreachable;
        return;
      }
      bytes[at++] = OP.call_indirect;
      u32(tables.typeIndex(e.params, e.type));
      bytes[at++] = 0;
      return;
    case Op.funcIndex:
      i32Const(tables.tableIndex.get(e.func)!);
      return;
    case Op.memorySize:
      bytes[at++] = OP['memory.size'];
      bytes[at++] = 0;
      return;
    case Op.memoryGrow:
      expr(e.pages);
      bytes[at++] = OP['memory.grow'];
      bytes[at++] = 0;
      return;
    default:
      assertNever(e);
  }
}

function exprs(list: readonly Expr[]): void {
  for (let i = 0; i < list.length; i++) expr(list[i]!);
}

function body(list: readonly Stmt[]): void {
  for (let i = 0; i < list.length; i++) stmt(list[i]!);
}

function stmt(s: Stmt): void {
  switch (s.op) {
    case Op.set: {
      expr(s.value);
      const local = index[s.local]!;
      setLocal = local;
      setAt = at;
      bytes[at++] = LOCAL_SET;
      if (local < 0x80) bytes[at++] = local;
      else u32(local);
      setEnd = at;
      return;
    }
    case Op.store:
      expr(s.addr);
      expr(s.value);
      access(s.code, s.offset);
      return;
    case Op.if: {
      const { then: yes, else: no } = s;
      const swap = yes.length === 0 && no.length > 0;
      expr(s.cond);
      if (swap) bytes[at++] = I32_EQZ;
      bytes[at++] = OP.if;
      bytes[at++] = EMPTY_BLOCK;
      labels.push(-1);
      body(swap ? no : yes);
      if (!swap && no.length > 0) {
        bytes[at++] = OP.else;
        body(no);
      }
      bytes[at++] = OP.end;
      labels.pop();
      return;
    }
    case Op.do:
      expr(s.value);
      if (s.value.type !== undefined) bytes[at++] = OP.drop;
      return;
    case Op.brIf:
      expr(s.cond);
      bytes[at++] = OP.br_if;
      u32(depth(s.label));
      return;
    case Op.br:
      bytes[at++] = OP.br;
      u32(depth(s.label));
      return;
    case Op.block:
    case Op.loop:
      bytes[at++] = s.op === Op.block ? OP.block : OP.loop;
      bytes[at++] = EMPTY_BLOCK;
      labels.push(s.label);
      body(s.body);
      bytes[at++] = OP.end;
      labels.pop();
      return;
    case Op.keep:
      if (s.value.op === Op.get || s.value.op === Op.const) return;
      expr(s.value);
      bytes[at++] = OP.drop;
      return;
    case Op.return:
      if (s.value) expr(s.value);
      bytes[at++] = OP.return;
      return;
    case Op.setGlobal:
      expr(s.value);
      bytes[at++] = OP['global.set'];
      u32(tables.globalIndex.get(s.name)!);
      return;
    case Op.switch:
      expr(s.value);
      reserve(5 * s.labels.length);
      bytes[at++] = OP.br_table;
      u32(s.labels.length);
      for (const label of s.labels) u32(depth(label));
      u32(depth(s.otherwise));
      return;
    case Op.unreachable:
      mark(s.span);
      bytes[at++] = OP.unreachable;
      return;
    case Op.memoryCopy:
      expr(s.to);
      expr(s.from);
      copySize(s.bytes);
      opcode(OP['memory.copy']);
      bytes[at++] = 0;
      bytes[at++] = 0;
      return;
    case Op.memoryFill:
      expr(s.to);
      expr(s.byte);
      expr(s.bytes);
      opcode(OP['memory.fill']);
      bytes[at++] = 0;
      return;
    default:
      assertNever(s);
  }
}

/**
 * The size of a copy. wasmtime 48 makes vector instructions of a copy of 16 to 128 bytes whose size is a constant, and fails on
 * riscv64, which need not have any. A sum is no constant to it at that point.
 */
function copySize(e: Expr): void {
  const size = e.op === Op.const ? Number(e.value) : 0;
  if (size < 16 || size > 128) return expr(e);
  i32Const(size - 8);
  i32Const(8);
  bytes[at++] = I32_ADD;
}

/** Statements at whose end the function returns: a `return` there needs no instruction. */
function tail(list: readonly Stmt[], result: Type | undefined): void {
  const last = list.at(-1);
  for (let i = 0; i < list.length - 1; i++) stmt(list[i]!);
  if (!last) return;
  if (last.op === Op.return) {
    if (last.value) expr(last.value);
  } else if (last.op === Op.if && last.then.length > 0 && !(result && fallsThrough([last]))) {
    expr(last.cond);
    bytes[at++] = OP.if;
    bytes[at++] = result ? VAL_TYPE_CODE[WASM_TYPE[result]] : EMPTY_BLOCK;
    labels.push(-1);
    tail(last.then, result);
    if (last.else.length > 0 && !(last.else.length === 1 && last.else[0]!.op === Op.return && !result)) {
      bytes[at++] = OP.else;
      tail(last.else, result);
    }
    bytes[at++] = OP.end;
    labels.pop();
  } else {
    stmt(last);
    // Control cannot get here, but validation does not see it for these.
    if (result && (last.op === Op.block || last.op === Op.loop || last.op === Op.if || last.op === Op.do)) {
      bytes[at++] = OP.unreachable;
    }
  }
}
