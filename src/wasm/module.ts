/**
 * The model of a WebAssembly module as the encoder and the text printer take it. Function bodies are already encoded
 * instructions (the emitter writes them directly, and the printer decodes them), everything else is plain data.
 */
import type { ValType } from './opcodes.ts';

export interface FuncType {
  readonly params: readonly ValType[];
  readonly results: readonly ValType[];
}

export interface WasmImport {
  readonly name: string;
  readonly module: string;
  readonly field: string;
  readonly type: number;
}

export interface WasmFunc {
  readonly name: string;
  /** Index into `types`. */
  readonly type: number;
  /** Locals after the parameters, as runs of one type. */
  readonly locals: readonly { readonly count: number; readonly type: ValType }[];
  /** Instructions, with the final `end`. */
  readonly code: Uint8Array;
}

export interface WasmGlobal {
  readonly name: string;
  readonly type: ValType;
  readonly mutable: boolean;
  readonly init: number | bigint;
}

export interface DataSegment {
  readonly address: number;
  readonly bytes: Uint8Array;
}

export interface WasmModule {
  readonly types: readonly FuncType[];
  readonly imports: readonly WasmImport[];
  readonly funcs: readonly WasmFunc[];
  /** Functions of the table from index 1 on (function indexes); index 0 stays null. Empty: no table. */
  readonly table: readonly number[];
  /** Minimal size in pages of 64 KiB; undefined: no memory. */
  readonly memoryPages?: number;
  readonly globals: readonly WasmGlobal[];
  readonly exports: readonly { readonly name: string; readonly kind: 'func' | 'memory'; readonly index: number }[];
  readonly data: readonly DataSegment[];
}
