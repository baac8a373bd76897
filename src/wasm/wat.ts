/**
 * Prints a module in the WebAssembly text format (core specification 6) for people to read (`--emit wat`); wasmtime and
 * other tools read it back.
 */
import { ByteReader } from './bytes.ts';
import type { FuncType, WasmModule } from './module.ts';
import { ALIGNMENT, INSTRUCTIONS, VAL_TYPE_OF_CODE } from './opcodes.ts';

/** The text of a module. Throws a RangeError if a function's code is not well-formed. */
export function printWat(module: WasmModule): string {
  const funcNames = [...module.imports, ...module.funcs].map((f) => identifier(f.name));
  const globalNames = module.globals.map((g) => identifier(g.name));
  const out: string[] = ['(module'];
  module.types.forEach((type, i) => {
    out.push(`  (type $t${i} (func${signature(type)}))`);
  });
  module.imports.forEach((f, i) => {
    out.push(`  (import ${quote(f.module)} ${quote(f.field)} (func ${funcNames[i]} (type $t${f.type})))`);
  });
  if (module.memoryPages !== undefined) out.push(`  (memory $memory ${module.memoryPages})`);
  if (module.table.length > 0) {
    const size = module.table.length + 1;
    out.push(`  (table $table ${size} ${size} funcref)`);
  }
  module.globals.forEach((g, i) => {
    const type = g.mutable ? `(mut ${g.type})` : g.type;
    out.push(
      `  (global ${globalNames[i]} ${type} (${g.type}.const ${g.type === 'f64' ? float(Number(g.init)) : BigInt(g.init)}))`,
    );
  });
  for (const e of module.exports) {
    out.push(`  (export ${quote(e.name)} (${e.kind} ${e.kind === 'func' ? funcNames[e.index] : '$memory'}))`);
  }
  if (module.table.length > 0) {
    out.push(`  (elem (i32.const 1) func ${module.table.map((index) => funcNames[index]).join(' ')})`);
  }
  const imported = module.imports.length;
  module.funcs.forEach((f, i) => {
    const type = module.types[f.type]!;
    const names = (local: number): string => `$${local}`;
    const params = type.params.map((t, p) => ` (param ${names(p)} ${t})`).join('');
    const results = type.results.map((t) => ` (result ${t})`).join('');
    out.push(`  (func ${funcNames[imported + i]} (type $t${f.type})${params}${results}`);
    let local = type.params.length;
    for (const run of f.locals) {
      for (let n = 0; n < run.count; n++) out.push(`    (local ${names(local++)} ${run.type})`);
    }
    printCode(f.code, { module, funcNames, globalNames }, out);
    out.push('  )');
  });
  for (const segment of module.data) {
    out.push(`  (data (i32.const ${segment.address}) "${Array.from(segment.bytes, escapeByte).join('')}")`);
  }
  out.push(')');
  return `${out.join('\n')}\n`;
}

interface Names {
  readonly module: WasmModule;
  readonly funcNames: readonly string[];
  readonly globalNames: readonly string[];
}

function printCode(code: Uint8Array, names: Names, out: string[]): void {
  const input = new ByteReader(code);
  let depth = 2;
  while (!input.done) {
    let opcode = input.u8();
    if (opcode === 0xfc) opcode = 0xfc00 + input.u32();
    const instruction = INSTRUCTIONS.get(opcode);
    if (!instruction) throw new RangeError(`unknown opcode 0x${opcode.toString(16)}`);
    const { name, immediate } = instruction;
    if (name === 'end' || name === 'else') depth--;
    if (name === 'end' && depth < 2) return;
    const indent = '  '.repeat(depth);
    let text: string = name;
    switch (immediate) {
      case 'none':
        break;
      case 'block': {
        const type = VAL_TYPE_OF_CODE.get(input.u8());
        if (type) text += ` (result ${type})`;
        break;
      }
      case 'label':
        text += ` ${input.u32()}`;
        break;
      case 'labels':
        for (let n = input.u32(); n >= 0; n--) text += ` ${input.u32()}`;
        break;
      case 'func':
        text += ` ${names.funcNames[input.u32()]}`;
        break;
      case 'indirect':
        text += ` (type $t${input.u32()})`;
        input.u8();
        break;
      case 'local':
        text += ` $${input.u32()}`;
        break;
      case 'global':
        text += ` ${names.globalNames[input.u32()]}`;
        break;
      case 'mem': {
        const align = input.u32();
        const offset = input.u32();
        if (offset !== 0) text += ` offset=${offset}`;
        if (align !== ALIGNMENT.get(name)) text += ` align=${2 ** align}`;
        break;
      }
      case 'zero':
        input.u8();
        break;
      case 'zero2':
        input.u8();
        input.u8();
        break;
      case 's32':
        text += ` ${input.s32()}`;
        break;
      case 's64':
        text += ` ${input.s64()}`;
        break;
      case 'f64':
        text += ` ${float(input.f64())}`;
        break;
    }
    out.push(indent + text);
    if (name === 'block' || name === 'loop' || name === 'if' || name === 'else') depth++;
  }
}

const signature = (type: FuncType): string =>
  type.params.map((t) => ` (param ${t})`).join('') + type.results.map((t) => ` (result ${t})`).join('');

/** A name as an identifier of the text format: other characters become `_` and their code. */
function identifier(name: string): string {
  return `$${name.replace(/[^\w!#$%&'*+./:<=>?@\\^`|~-]/g, (c) => `_${c.codePointAt(0)!.toString(16)}_`)}`;
}

const quote = (text: string): string => `"${Array.from(new TextEncoder().encode(text), escapeByte).join('')}"`;

function escapeByte(byte: number): string {
  return byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c
    ? String.fromCharCode(byte)
    : `\\${byte.toString(16).padStart(2, '0')}`;
}

function float(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return Object.is(value, -0) ? '-0' : String(value);
}
