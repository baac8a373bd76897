/**
 * Runs modules of the typed IR without WebAssembly: every function becomes a JavaScript function, straight from what
 * src/ir/ir.ts says of each node. An `i32` or `ref` is a number from -2^31 to 2^31 - 1, an `i64` or `cell` a bigint of
 * 64 bits, an `f64` a number; memory is a DataView. Of the compiler it uses only the layout of memory (src/ir/link.ts).
 *
 * A module can be run at any point between `reach` and the end: before the root pass nothing is ever collected, since
 * only that pass tells the collector what is alive.
 */

import { assertNever } from '../../src/diagnostics/assert.ts';
import type { Expr, Func, Module, Stmt, Type } from '../../src/ir/ir.ts';
import { layOut } from '../../src/ir/link.ts';
import { COLLECT, STACK_POINTER } from '../../src/ir/names.ts';
import * as Op from '../../src/ir/op.ts';
import { WASM_TYPE } from '../../src/ir/ops.ts';
import { numericCode, RUNTIME_SUPPORT } from './ir-numeric.ts';

/** Rounds of loops that a program may make. */
export const FUEL = 50_000_000;
const PAGE = 65_536;
const MAX_BYTES = 1 << 30;

/** What WebAssembly calls a trap; `reason` is in its words. */
export class Trap extends Error {}

/** The program does not end. */
export class OutOfFuel extends Error {}

export interface IrMemory {
  readonly buffer: ArrayBuffer;
}

/** A module as JavaScript; it can be run often. */
export interface IrProgram {
  /** What `Function` is made of. */
  readonly code: string;
  /**
   * Runs an exported function. Traps throw `Trap`; what imported functions throw comes out as it is.
   *
   * @param imports by module and field, as for WebAssembly.Instance
   * @param attach is given the memory before anything runs
   */
  run(
    name: string,
    args: readonly (number | bigint)[],
    imports: WebAssembly.Imports,
    attach?: (memory: IrMemory) => void,
  ): number | bigint | undefined;
}

/** Translates a module as it is now: passes may change it afterwards. */
export function translate(module: Module): IrProgram {
  const layout = layOut(module);
  const names = new Map<string, string>();
  for (const name of module.imports.keys()) names.set(name, `i${names.size}`);
  for (const name of module.funcs.keys()) names.set(name, `f${names.size}`);
  const globals = new Map<string, string>();
  const lines: string[] = ['"use strict";', RUNTIME_SUPPORT];
  for (const global of module.globals.values()) {
    const init = global.name === STACK_POINTER ? layout.stackPointer : global.init;
    globals.set(global.name, `g${globals.size}`);
    lines.push(`let ${globals.get(global.name)} = ${constant(global.type, init)};`);
  }
  for (const f of module.imports.values()) {
    lines.push(`const ${names.get(f.name)} = imports[${JSON.stringify(f.module)}][${JSON.stringify(f.field)}];`);
  }
  const context: Context = {
    func: (name) => known(names, name),
    global: (name) => (globals.has(name) ? known(globals, name) : constant('i32', layout.stackPointer)),
    address: (name) => constant('i32', layout.address(name)),
    index: (name) => constant('i32', layout.table.indexOf(name) + 1),
  };
  const collects = module.globals.has(STACK_POINTER);
  for (const func of module.funcs.values()) {
    const body = func.name === COLLECT && !collects ? { ...func, body: [] } : func;
    lines.push(functionCode(body, context));
  }
  lines.push(`const table = [null, ${layout.table.map((name) => known(names, name)).join(', ')}];`);
  const signatures = layout.table.map((name) => {
    const f = module.funcs.get(name) ?? module.imports.get(name)!;
    return JSON.stringify(signature(f.params, f.result));
  });
  lines.push(`const signatures = ["", ${signatures.join(', ')}];`);
  const exports = [...module.exports].map(([name, func]) => `${JSON.stringify(name)}: ${known(names, func)}`);
  lines.push(`return {${exports.join(', ')}};`);
  const code = lines.join('\n');
  let make: ((...args: unknown[]) => Record<string, (...args: unknown[]) => number | bigint | undefined>) | undefined;
  return {
    code,
    run(name, args, imports, attach) {
      make ??= new Function('memory', 'imports', 'Trap', 'OutOfFuel', 'fuel', code) as NonNullable<typeof make>;
      const memory = new ArrayBuffer(layout.pages * PAGE, { maxByteLength: MAX_BYTES });
      for (const { address, bytes } of layout.segments) new Uint8Array(memory).set(bytes, address);
      attach?.({ buffer: memory });
      const instance = make(memory, imports, Trap, OutOfFuel, FUEL);
      try {
        return instance[name]!(...args);
      } catch (e) {
        throw e instanceof RangeError ? new Trap(/call stack/.test(e.message) ? 'call stack exhausted' : e.message) : e;
      }
    },
  };
}

function known(names: ReadonlyMap<string, string>, name: string): string {
  const found = names.get(name);
  if (found === undefined) throw new Error(`the module has no ${name}`);
  return found;
}

function signature(params: readonly Type[], result: Type | undefined): string {
  return `${params.map((t) => WASM_TYPE[t]).join()}>${result ? WASM_TYPE[result] : ''}`;
}

function constant(type: Type, value: number | bigint): string {
  switch (WASM_TYPE[type]) {
    case 'i32':
      return `(${Number(BigInt.asIntN(32, BigInt(value)))})`;
    case 'i64':
      return `(${BigInt.asIntN(64, BigInt(value))}n)`;
    case 'f64':
      return Object.is(value, -0) ? '(-0)' : `(${Number(value)})`;
  }
}

interface Context {
  readonly func: (name: string) => string;
  readonly global: (name: string) => string;
  readonly address: (name: string) => string;
  readonly index: (func: string) => string;
}

const LOADS: Readonly<Record<Extract<Expr, { op: typeof Op.load }>['code'], (at: string) => string>> = {
  'i32.load': (at) => `view.getInt32(${at}, true)`,
  'i32.load8_u': (at) => `view.getUint8(${at})`,
  'i32.load8_s': (at) => `view.getInt8(${at})`,
  'i32.load16_u': (at) => `view.getUint16(${at}, true)`,
  'i32.load16_s': (at) => `view.getInt16(${at}, true)`,
  'i64.load': (at) => `view.getBigInt64(${at}, true)`,
  'i64.load8_u': (at) => `BigInt(view.getUint8(${at}))`,
  'i64.load16_u': (at) => `BigInt(view.getUint16(${at}, true))`,
  'i64.load32_u': (at) => `BigInt(view.getUint32(${at}, true))`,
  'i64.load32_s': (at) => `BigInt(view.getInt32(${at}, true))`,
  'f64.load': (at) => `view.getFloat64(${at}, true)`,
};

const STORES: Readonly<Record<Extract<Stmt, { op: typeof Op.store }>['code'], (at: string, value: string) => string>> =
  {
    'i32.store': (at, v) => `view.setInt32(${at}, ${v}, true)`,
    'i32.store8': (at, v) => `view.setInt8(${at}, ${v})`,
    'i32.store16': (at, v) => `view.setInt16(${at}, ${v}, true)`,
    'i64.store': (at, v) => `view.setBigInt64(${at}, ${v}, true)`,
    'i64.store32': (at, v) => `view.setInt32(${at}, Number(BigInt.asIntN(32, ${v})), true)`,
    'f64.store': (at, v) => `view.setFloat64(${at}, ${v}, true)`,
  };

/** A value that nothing evaluated after it can change. */
const isStable = (text: string): boolean => /^(?:\(-?\d[\w.+-]*\)|t\d+)$/.test(text);

/** The JavaScript of a function. Expressions with statements in them come apart: what they do first, then a value. */
function functionCode(func: Func, context: Context): string {
  let out: string[] = [];
  let temporaries = 0;
  const loops = new Set<number>();

  const temporary = (value: string): string => {
    if (isStable(value)) return value;
    const name = `t${temporaries++}`;
    out.push(`const ${name} = ${value};`);
    return name;
  };

  /** What `make` says, apart from its statements. */
  function apart(make: () => string): { before: string[]; value: string } {
    const outer = out;
    out = [];
    const value = make();
    const before = out;
    out = outer;
    return { before, value };
  }

  /** Operands from left to right. */
  function all(list: readonly Expr[]): string[] {
    const parts = list.map((e) => apart(() => expr(e)));
    const last = parts.findLastIndex((p) => p.before.length > 0);
    return parts.map(({ before, value }, i) => {
      out.push(...before);
      return i < last ? temporary(value) : value;
    });
  }

  const place = (address: string, offset: number): string => `(${address} >>> 0)${offset === 0 ? '' : ` + ${offset}`}`;

  function expr(e: Expr): string {
    switch (e.op) {
      case Op.const:
        return constant(e.type, e.value);
      case Op.get:
        return `l${e.local}`;
      case Op.global:
        return context.global(e.name);
      case Op.num:
        return numericCode(e.code, all(e.args));
      case Op.as:
        return expr(e.value);
      case Op.load:
        return LOADS[e.code](place(expr(e.addr), e.offset));
      case Op.call:
        return `${context.func(e.func)}(${all(e.args).join(', ')})`;
      case Op.callIndirect: {
        // The target is looked up when the arguments are there.
        const parts = all([...e.args, e.target]).map((value) => temporary(value));
        const target = parts.pop();
        return `indirect(${target}, ${JSON.stringify(signature(e.params, e.type))})(${parts.join(', ')})`;
      }
      case Op.funcIndex:
        return context.index(e.func);
      case Op.data:
        return context.address(e.name);
      case Op.if:
        return choice(e);
      case Op.select: {
        const [then, other, cond] = all([e.then, e.else, e.cond]).map((value) => temporary(value));
        return `(${cond} !== 0 ? ${then} : ${other})`;
      }
      case Op.seq:
        body(e.body);
        return expr(e.value);
      case Op.memorySize:
        return `(memory.byteLength / ${PAGE})`;
      case Op.memoryGrow:
        return `grow(${expr(e.pages)})`;
      default:
        return assertNever(e);
    }
  }

  function choice(e: Extract<Expr, { op: typeof Op.if }>): string {
    const cond = expr(e.cond);
    const then = apart(() => expr(e.then));
    const other = apart(() => expr(e.else));
    if (then.before.length + other.before.length === 0) return `(${cond} !== 0 ? ${then.value} : ${other.value})`;
    const name = `t${temporaries++}`;
    out.push(`let ${name};`, `if (${cond} !== 0) {`, ...then.before, `${name} = ${then.value};`);
    out.push('} else {', ...other.before, `${name} = ${other.value};`, '}');
    return name;
  }

  function body(list: readonly Stmt[]): void {
    for (const s of list) stmt(s);
  }

  const jump = (label: number): string => `${loops.has(label) ? 'continue' : 'break'} b${label};`;

  function stmt(s: Stmt): void {
    switch (s.op) {
      case Op.set: {
        const value = expr(s.value);
        out.push(`l${s.local} = ${value};`);
        return;
      }
      case Op.setGlobal: {
        const value = expr(s.value);
        out.push(`${context.global(s.name)} = ${value};`);
        return;
      }
      case Op.store: {
        const [address = '', value = ''] = all([s.addr, s.value]);
        out.push(`${STORES[s.code](place(address, s.offset), value)};`);
        return;
      }
      case Op.do:
      case Op.keep: {
        const value = expr(s.value);
        out.push(`${value};`);
        return;
      }
      case Op.if: {
        const cond = expr(s.cond);
        out.push(`if (${cond} !== 0) {`);
        body(s.then);
        out.push('} else {');
        body(s.else);
        out.push('}');
        return;
      }
      case Op.block:
        loops.delete(s.label);
        out.push(`b${s.label}: {`);
        body(s.body);
        out.push('}');
        return;
      case Op.loop:
        loops.add(s.label);
        out.push(`b${s.label}: for (;;) {`, 'if (--fuel < 0) throw new OutOfFuel();');
        body(s.body);
        out.push(`break b${s.label};`, '}');
        return;
      case Op.br:
        out.push(jump(s.label));
        return;
      case Op.brIf: {
        const cond = expr(s.cond);
        out.push(`if (${cond} !== 0) ${jump(s.label)}`);
        return;
      }
      case Op.switch: {
        const value = expr(s.value);
        out.push(`switch (${value} >>> 0) {`);
        s.labels.forEach((label, i) => {
          out.push(`case ${i}: ${jump(label)}`);
        });
        out.push(`default: ${jump(s.otherwise)}`, '}');
        return;
      }
      case Op.return: {
        const value = s.value ? expr(s.value) : '';
        out.push(`return ${value};`);
        return;
      }
      case Op.unreachable:
        out.push('throw new Trap("unreachable");');
        return;
      case Op.memoryCopy:
      case Op.memoryFill: {
        const isCopy = s.op === Op.memoryCopy;
        const operands = all([s.to, isCopy ? s.from : s.byte, s.bytes]);
        out.push(`${isCopy ? 'memoryCopy' : 'memoryFill'}(${operands.join(', ')});`);
        return;
      }
      default:
        assertNever(s);
    }
  }

  const zero = (t: Type): string => (WASM_TYPE[t] === 'i64' ? '0n' : '0');
  const own = func.locals.map((t, i) => `l${i} = ${zero(t)}`).slice(func.params.length);
  if (own.length > 0) out.push(`let ${own.join(', ')};`);
  body(func.body);
  const params = func.params.map((_, i) => `l${i}`).join(', ');
  return `function ${context.func(func.name)}(${params}) { // ${func.name.replace(/\s/g, ' ')}\n${out.join('\n')}\n}`;
}
