/** From IR to a WebAssembly module: encodes function bodies and collects where in the source they come from. */
import { assertNever } from '../diagnostics/assert.ts';
import { fallsThrough } from '../ir/build.ts';
import { countLocals } from '../ir/facts.ts';
import type { Expr, Func, Module, Position, Stmt, Type } from '../ir/ir.ts';
import { type Layout, layOut } from '../ir/link.ts';
import { STACK_POINTER } from '../ir/names.ts';
import { WASM_TYPE } from '../ir/ops.ts';
import { ByteWriter } from './bytes.ts';
import { writeConst } from './encode.ts';
import type { FuncType, WasmFunc, WasmGlobal, WasmModule } from './module.ts';
import { ALIGNMENT, NUMERIC, OP, VAL_TYPE_CODE, type ValType } from './opcodes.ts';

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
  const tables: Tables = { layout, funcIndex, globalIndex, tableIndex, typeIndex };

  const wasmFuncs: WasmFunc[] = [];
  const funcs: { func: Func; positions: CodePosition[] }[] = [];
  for (const func of module.funcs.values()) {
    const { locals, code, positions } = emitFunc(func, tables);
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
  if (e.op === 'const') return Number(e.value);
  if (e.op === 'data') return layout.address(e.name);
  if (e.op === 'as') return addressOf(e.value, layout);
  if (e.op !== 'num' || e.code !== 'i32.add') return undefined;
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
  const hot = (list: number[]): number => list.reduce((sum, i) => sum + uses[i]!, 0) / list.length;
  const order = (['i32', 'i64', 'f64'] as const).filter((type) => byType[type].length > 0);
  const many = func.locals.length > 127;
  if (many) order.sort((a, b) => hot(byType[b]) - hot(byType[a]));
  for (const type of order) {
    const list = byType[type];
    if (many) list.sort((a, b) => uses[b]! - uses[a]! || a - b);
    for (const local of list) index[local] = next++;
    runs.push({ count: list.length, type });
  }
  return { index, runs };
}

function emitFunc(
  func: Func,
  tables: Tables,
): { locals: { count: number; type: ValType }[]; code: Uint8Array; positions: CodePosition[] } {
  const w = new ByteWriter(256);
  const { index, runs } = numberLocals(func);
  const positions: CodePosition[] = [];
  /** Labels of the open blocks, outermost first; -1 for an `if`. */
  const labels: number[] = [];
  /** The last `local.set`: where it begins, where it ends, its local. */
  let setAt = -1;
  let setEnd = -1;
  let setLocal = -1;

  const mark = (span: Position | undefined): void => {
    if (span && func.display !== undefined) positions.push({ offset: w.length, span });
  };
  const depth = (label: number): number => {
    const at = labels.lastIndexOf(label);
    if (at < 0) throw new Error(`${func.name}: no label ${label}`);
    return labels.length - 1 - at;
  };
  const memory = (code: string, offset: number): void => {
    w.instruction(OP[code as keyof typeof OP], ALIGNMENT.get(code)!);
    w.u32(offset);
  };
  const opcode = (code: number): void => {
    if (code > 0xff) {
      w.u8(0xfc);
      w.u32(code & 0xff);
    } else w.u8(code);
  };

  function expr(e: Expr): void {
    switch (e.op) {
      case 'get': {
        const local = index[e.local]!;
        if (setEnd === w.length && setLocal === local) {
          w.patch(setAt, OP['local.tee']);
          setEnd = -1;
          return;
        }
        w.instruction(OP['local.get'], local);
        return;
      }
      case 'const':
        writeConst(w, WASM_TYPE[e.type], e.value);
        return;
      case 'num':
        if (e.code === 'i32.add') {
          const at = addressOf(e, tables.layout);
          if (at !== undefined) {
            writeConst(w, 'i32', at);
            return;
          }
        }
        exprs(e.args);
        opcode(NUMERIC.get(e.code)!);
        return;
      case 'load':
        expr(e.addr);
        memory(e.code, e.offset);
        return;
      case 'call':
        exprs(e.args);
        mark(e.span);
        w.instruction(OP.call, tables.funcIndex.get(e.func)!);
        return;
      case 'as':
        expr(e.value);
        return;
      case 'global': {
        const at = tables.globalIndex.get(e.name);
        if (at === undefined) {
          // Without frames the stack pointer never moves.
          writeConst(w, 'i32', tables.layout.stackPointer);
          return;
        }
        w.instruction(OP['global.get'], at);
        return;
      }
      case 'data':
        writeConst(w, 'i32', tables.layout.address(e.name));
        return;
      case 'if':
        expr(e.cond);
        w.instruction(OP.if, VAL_TYPE_CODE[WASM_TYPE[e.type]]);
        labels.push(-1);
        expr(e.then);
        w.u8(OP.else);
        expr(e.else);
        w.u8(OP.end);
        labels.pop();
        return;
      case 'seq':
        body(e.body);
        expr(e.value);
        return;
      case 'select':
        expr(e.then);
        expr(e.else);
        expr(e.cond);
        w.u8(OP.select);
        return;
      case 'callIndirect':
        exprs(e.args);
        expr(e.target);
        mark(e.span);
        if (tables.tableIndex.size === 0) {
          // No function is ever a value, so there is no table: what is called here is null.
          w.u8(OP.unreachable);
          return;
        }
        w.instruction(OP.call_indirect, tables.typeIndex(e.params, e.type));
        w.u8(0);
        return;
      case 'funcIndex':
        writeConst(w, 'i32', tables.tableIndex.get(e.func)!);
        return;
      case 'memorySize':
        w.instruction(OP['memory.size'], 0);
        return;
      case 'memoryGrow':
        expr(e.pages);
        w.instruction(OP['memory.grow'], 0);
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
      case 'set': {
        expr(s.value);
        setLocal = index[s.local]!;
        setAt = w.length;
        w.instruction(OP['local.set'], setLocal);
        setEnd = w.length;
        return;
      }
      case 'setGlobal':
        expr(s.value);
        w.instruction(OP['global.set'], tables.globalIndex.get(s.name)!);
        return;
      case 'store':
        expr(s.addr);
        expr(s.value);
        memory(s.code, s.offset);
        return;
      case 'do':
        expr(s.value);
        if (s.value.type !== undefined) w.u8(OP.drop);
        return;
      case 'keep':
        if (s.value.op === 'get' || s.value.op === 'const') return;
        expr(s.value);
        w.u8(OP.drop);
        return;
      case 'if': {
        const swap = s.then.length === 0 && s.else.length > 0;
        expr(s.cond);
        if (swap) w.u8(NUMERIC.get('i32.eqz')!);
        w.instruction(OP.if, EMPTY_BLOCK);
        labels.push(-1);
        body(swap ? s.else : s.then);
        if (!swap && s.else.length > 0) {
          w.u8(OP.else);
          body(s.else);
        }
        w.u8(OP.end);
        labels.pop();
        return;
      }
      case 'block':
      case 'loop':
        w.instruction(s.op === 'block' ? OP.block : OP.loop, EMPTY_BLOCK);
        labels.push(s.label);
        body(s.body);
        w.u8(OP.end);
        labels.pop();
        return;
      case 'br':
        w.instruction(OP.br, depth(s.label));
        return;
      case 'brIf':
        expr(s.cond);
        w.instruction(OP.br_if, depth(s.label));
        return;
      case 'switch':
        expr(s.value);
        w.instruction(OP.br_table, s.labels.length);
        for (const label of s.labels) w.u32(depth(label));
        w.u32(depth(s.otherwise));
        return;
      case 'return':
        if (s.value) expr(s.value);
        w.u8(OP.return);
        return;
      case 'unreachable':
        mark(s.span);
        w.u8(OP.unreachable);
        return;
      case 'memoryCopy':
        expr(s.to);
        expr(s.from);
        copySize(s.bytes);
        opcode(OP['memory.copy']);
        w.u8(0);
        w.u8(0);
        return;
      case 'memoryFill':
        expr(s.to);
        expr(s.byte);
        expr(s.bytes);
        opcode(OP['memory.fill']);
        w.u8(0);
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
    const size = e.op === 'const' ? Number(e.value) : 0;
    if (size < 16 || size > 128) return expr(e);
    for (const part of [size - 8, 8]) writeConst(w, WASM_TYPE.i32, part);
    opcode(NUMERIC.get('i32.add')!);
  }

  /** Statements at whose end the function returns: a `return` there needs no instruction. */
  function tail(list: readonly Stmt[]): void {
    const last = list.at(-1);
    for (let i = 0; i < list.length - 1; i++) stmt(list[i]!);
    if (!last) return;
    if (last.op === 'return') {
      if (last.value) expr(last.value);
    } else if (last.op === 'if' && last.then.length > 0 && !(func.result && fallsThrough([last]))) {
      expr(last.cond);
      w.instruction(OP.if, func.result ? VAL_TYPE_CODE[WASM_TYPE[func.result]] : EMPTY_BLOCK);
      labels.push(-1);
      tail(last.then);
      if (last.else.length > 0 && !(last.else.length === 1 && last.else[0]!.op === 'return' && !func.result)) {
        w.u8(OP.else);
        tail(last.else);
      }
      w.u8(OP.end);
      labels.pop();
    } else {
      stmt(last);
      // Control cannot get here, but validation does not see it for these.
      if (func.result && (last.op === 'block' || last.op === 'loop' || last.op === 'if' || last.op === 'do')) {
        w.u8(OP.unreachable);
      }
    }
  }

  tail(func.body);
  w.u8(OP.end);
  return { locals: runs, code: w.finish(), positions };
}
