/** The binary encoder (WebAssembly core specification 5.5). */
import { ByteWriter, sizeU32 } from './bytes.ts';
import type { FuncType, WasmModule } from './module.ts';
import { OP, VAL_TYPE_CODE, type ValType } from './opcodes.ts';

export interface EncodeOptions {
  /** Writes the name section (functions only). */
  readonly names?: boolean;
  /**
   * Gives the content of custom sections that come last. It is called when the offsets in the file are known: where the
   * body of function i (imports not counted) and its first instruction begin.
   */
  readonly customs?: (
    bodyOffsets: readonly number[],
    codeOffsets: readonly number[],
  ) => readonly { readonly name: string; readonly bytes: Uint8Array }[];
}

/** Encodes a module; the same module gives the same bytes. */
export function encodeModule(module: WasmModule, options: EncodeOptions = {}): { bytes: Uint8Array } {
  const out = new ByteWriter(4096);
  const part = new ByteWriter(4096);
  out.bytes(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));

  /** Writes a section from what `fill` puts into `part`; returns the file offset of its content. */
  const section = (id: number, fill: (w: ByteWriter) => void): number => {
    part.truncate(0);
    fill(part);
    out.u8(id);
    out.u32(part.length);
    const at = out.length;
    out.bytes(part.view());
    return at;
  };

  if (module.types.length > 0) {
    section(1, (w) => {
      w.u32(module.types.length);
      for (const type of module.types) writeFuncType(w, type);
    });
  }
  if (module.imports.length > 0) {
    section(2, (w) => {
      w.u32(module.imports.length);
      for (const item of module.imports) {
        w.name(item.module);
        w.name(item.field);
        w.u8(0);
        w.u32(item.type);
      }
    });
  }
  if (module.funcs.length > 0) {
    section(3, (w) => {
      w.u32(module.funcs.length);
      for (const func of module.funcs) w.u32(func.type);
    });
  }
  if (module.table.length > 0) {
    section(4, (w) => {
      w.u32(1);
      w.u8(0x70);
      w.u8(1);
      w.u32(module.table.length + 1);
      w.u32(module.table.length + 1);
    });
  }
  const pages = module.memoryPages;
  if (pages !== undefined) {
    section(5, (w) => {
      w.u32(1);
      w.u8(0);
      w.u32(pages);
    });
  }
  if (module.globals.length > 0) {
    section(6, (w) => {
      w.u32(module.globals.length);
      for (const global of module.globals) {
        w.u8(VAL_TYPE_CODE[global.type]);
        w.u8(global.mutable ? 1 : 0);
        writeConst(w, global.type, global.init);
        w.u8(OP.end);
      }
    });
  }
  if (module.exports.length > 0) {
    section(7, (w) => {
      w.u32(module.exports.length);
      for (const item of module.exports) {
        w.name(item.name);
        w.u8(item.kind === 'func' ? 0 : 2);
        w.u32(item.index);
      }
    });
  }
  if (module.table.length > 0) {
    section(9, (w) => {
      w.u32(1);
      w.u32(0);
      writeConst(w, 'i32', 1);
      w.u8(OP.end);
      w.u32(module.table.length);
      for (const index of module.table) w.u32(index);
    });
  }
  const bodyOffsets: number[] = [];
  const codeOffsets: number[] = [];
  if (module.funcs.length > 0) {
    const at = section(10, (w) => {
      w.u32(module.funcs.length);
      for (const func of module.funcs) {
        let localsSize = sizeU32(func.locals.length);
        for (const run of func.locals) localsSize += sizeU32(run.count) + 1;
        w.u32(localsSize + func.code.length);
        bodyOffsets.push(w.length);
        w.u32(func.locals.length);
        for (const run of func.locals) {
          w.u32(run.count);
          w.u8(VAL_TYPE_CODE[run.type]);
        }
        codeOffsets.push(w.length);
        w.bytes(func.code);
      }
    });
    for (let i = 0; i < bodyOffsets.length; i++) {
      bodyOffsets[i]! += at;
      codeOffsets[i]! += at;
    }
  }
  if (module.data.length > 0) {
    section(11, (w) => {
      w.u32(module.data.length);
      for (const segment of module.data) {
        w.u32(0);
        writeConst(w, 'i32', segment.address);
        w.u8(OP.end);
        w.u32(segment.bytes.length);
        w.bytes(segment.bytes);
      }
    });
  }
  if (options.names) {
    section(0, (w) => {
      w.name('name');
      const names = new ByteWriter(1024);
      const all = [...module.imports, ...module.funcs];
      names.u32(all.length);
      all.forEach((func, index) => {
        names.u32(index);
        names.name(func.name);
      });
      w.u8(1);
      w.u32(names.length);
      w.bytes(names.view());
    });
  }
  for (const custom of options.customs?.(bodyOffsets, codeOffsets) ?? []) {
    section(0, (w) => {
      w.name(custom.name);
      w.bytes(custom.bytes);
    });
  }
  return { bytes: out.finish() };
}

function writeFuncType(w: ByteWriter, type: FuncType): void {
  w.u8(0x60);
  w.u32(type.params.length);
  for (const param of type.params) w.u8(VAL_TYPE_CODE[param]);
  w.u32(type.results.length);
  for (const result of type.results) w.u8(VAL_TYPE_CODE[result]);
}

/** Writes a constant instruction. */
export function writeConst(w: ByteWriter, type: ValType, value: number | bigint): void {
  switch (type) {
    case 'i32':
      w.u8(OP['i32.const']);
      w.s32(Number(value));
      return;
    case 'i64':
      w.u8(OP['i64.const']);
      w.s64(BigInt(value));
      return;
    case 'f64':
      w.u8(OP['f64.const']);
      w.f64(Number(value));
      return;
  }
}
