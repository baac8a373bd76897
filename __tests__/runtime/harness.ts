/** Runs functions of the run-time library in Node's WebAssembly, with a small WASI that captures what is written. */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { emptyModule, type Module } from '../../src/ir/ir.ts';
import * as Op from '../../src/ir/op.ts';
import { createRuntime, type Runtime } from '../../src/ir/system/system.ts';
import { compileIr } from '../../src/wasm/pipeline.ts';

const STATIC_BYTES = 256 * 1024;
const FOLDER = fileURLToPath(new URL('../../src/runtime/', import.meta.url));

/** The library's sources as they are on disk now. */
export function runtimeSources(): Record<string, string> {
  const sources: Record<string, string> = {};
  for (const name of readdirSync(FOLDER)
    .filter((file) => file.endsWith('.mochi'))
    .sort()) {
    sources[name] = readFileSync(FOLDER + name, 'utf8');
  }
  return sources;
}

export class Exit extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}

export interface WasiOptions {
  readonly stdin?: string | Uint8Array;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What fd_write returns for a file (0: it works). */
  readonly writeError?: (fd: number) => number;
}

export interface Wasi {
  readonly imports: WebAssembly.Imports;
  attach(memory: WebAssembly.Memory): void;
  stdout(): string;
  stderr(): string;
}

/** WASI preview 1 as far as the run-time library uses it. `proc_exit` throws `Exit`. */
export function wasi(options: WasiOptions = {}): Wasi {
  let memory: WebAssembly.Memory;
  const view = (): DataView => new DataView(memory.buffer);
  const written: Record<number, Uint8Array[]> = { 1: [], 2: [] };
  const stdin = typeof options.stdin === 'string' ? new TextEncoder().encode(options.stdin) : options.stdin;
  let stdinAt = 0;
  const text = (fd: number): string => Buffer.concat(written[fd] ?? []).toString('utf8');
  const strings = (items: readonly string[]) => {
    const encoded = items.map((item) => new TextEncoder().encode(`${item}\0`));
    return {
      sizes(countAt: number, bytesAt: number): number {
        view().setUint32(countAt, encoded.length, true);
        view().setUint32(
          bytesAt,
          encoded.reduce((n, e) => n + e.length, 0),
          true,
        );
        return 0;
      },
      get(table: number, bytes: number): number {
        let at = bytes;
        encoded.forEach((item, i) => {
          view().setUint32(table + i * 4, at, true);
          new Uint8Array(memory.buffer).set(item, at);
          at += item.length;
        });
        return 0;
      },
    };
  };
  const args = strings(['program', ...(options.args ?? [])]);
  const env = strings(Object.entries(options.env ?? {}).map(([k, v]) => `${k}=${v}`));
  return {
    attach: (m) => {
      memory = m;
    },
    stdout: () => text(1),
    stderr: () => text(2),
    imports: {
      wasi_snapshot_preview1: {
        fd_write(fd: number, vectors: number, count: number, writtenAt: number): number {
          const error = options.writeError?.(fd) ?? 0;
          if (error) return error;
          let total = 0;
          for (let i = 0; i < count; i++) {
            const at = view().getUint32(vectors + i * 8, true);
            const length = view().getUint32(vectors + i * 8 + 4, true);
            written[fd]?.push(new Uint8Array(memory.buffer.slice(at, at + length)));
            total += length;
          }
          view().setUint32(writtenAt, total, true);
          return 0;
        },
        fd_read(_fd: number, vectors: number, _count: number, readAt: number): number {
          const at = view().getUint32(vectors, true);
          const length = view().getUint32(vectors + 4, true);
          const part = (stdin ?? new Uint8Array()).subarray(stdinAt, stdinAt + length);
          new Uint8Array(memory.buffer).set(part, at);
          stdinAt += part.length;
          view().setUint32(readAt, part.length, true);
          return 0;
        },
        proc_exit(status: number): never {
          throw new Exit(status);
        },
        clock_time_get(_clock: number, _precision: bigint, at: number): number {
          view().setBigUint64(at, BigInt(Date.now()) * 1_000_000n, true);
          return 0;
        },
        random_get(at: number, length: number): number {
          new Uint8Array(memory.buffer, at, length).fill(7);
          return 0;
        },
        environ_sizes_get: env.sizes,
        environ_get: env.get,
        args_sizes_get: args.sizes,
        args_get: args.get,
      },
    },
  };
}

export interface InstanceOptions extends WasiOptions {
  readonly gcStress?: boolean;
  readonly bigInts?: boolean;
  readonly bigRats?: boolean;
  readonly optimise?: boolean;
  /** More sources (path → text), or others in place of those on disk when `replace` is set. */
  readonly sources?: Readonly<Record<string, string>>;
  readonly replace?: boolean;
  /** Adds to the module before it is compiled. */
  readonly build?: (module: Module, runtime: Runtime) => void;
}

export interface RuntimeInstance {
  /** The asked-for functions: i64 and cell are bigint, the others number; bool is 0 or 1. */
  // biome-ignore lint/suspicious/noExplicitAny: the functions have all kinds of signatures
  readonly call: Record<string, (...args: any[]) => any>;
  readonly memory: WebAssembly.Memory;
  readonly wasm: Uint8Array;
  readonly ir: string;
  view(): DataView;
  /** What has been flushed to standard output and standard error. */
  stdout(): string;
  stderr(): string;
  /** The text of a STRING object; undefined for null. */
  text(ref: number): string | undefined;
  /** Makes a STRING object in static memory, which is never collected (256 KB in all). */
  string(text: string): number;
}

/**
 * Compiles functions of the library (`list_get$i64`, `str_concat`...) into one module and instantiates it. The module
 * is verified after every pass.
 */
export async function runtimeInstance(
  names: readonly string[],
  options: InstanceOptions = {},
): Promise<RuntimeInstance> {
  const sources = { ...(options.replace ? {} : runtimeSources()), ...options.sources };
  const runtime = createRuntime(sources, {
    gcStress: options.gcStress ?? false,
    bigInts: options.bigInts ?? false,
    bigRats: options.bigRats ?? false,
  });
  const module = emptyModule();
  for (const name of names) module.exports.set(name, `rt.${name}`);
  module.data.set('harness', { name: 'harness', align: 16, bytes: new Uint8Array(STATIC_BYTES), relocs: [] });
  module.funcs.set('harness', {
    name: 'harness',
    params: [],
    result: 'i32',
    locals: [],
    body: [{ op: Op.return, value: { op: Op.data, type: 'i32', name: 'harness' } }],
  });
  module.exports.set('harness', 'harness');
  options.build?.(module, runtime);
  const { wasm, ir } = compileIr(module, runtime, {
    optimise: options.optimise ?? true,
    verify: true,
    names: true,
    lines: { fileNames: [], position: () => ({ file: 0, line: 0, col: 0 }) },
  });
  const system = wasi(options);
  const { instance } = await WebAssembly.instantiate(wasm, system.imports);
  const memory = instance.exports['memory'] as WebAssembly.Memory;
  system.attach(memory);
  const call: RuntimeInstance['call'] = {};
  for (const name of module.exports.keys()) {
    call[name] = instance.exports[name] as RuntimeInstance['call'][string];
  }
  const area: number = call['harness']!();
  let used = 0;
  const view = (): DataView => new DataView(memory.buffer);
  return {
    call,
    memory,
    wasm,
    ir: ir(),
    view,
    stdout: system.stdout,
    stderr: system.stderr,
    text(ref) {
      if (ref === 0) return undefined;
      const length = view().getUint32(ref + 4, true);
      const at = view().getUint32(ref + 12, true);
      return Buffer.from(memory.buffer, at, length).toString('utf8');
    },
    string(text) {
      const bytes = new TextEncoder().encode(text);
      const size = (24 + bytes.length + 15) & ~15;
      if (used + size > STATIC_BYTES) throw new Error('no room for more static strings');
      const at = area + used;
      used += size;
      const v = view();
      v.setUint32(at, 1, true);
      v.setUint32(at + 4, bytes.length, true);
      v.setUint32(at + 8, [...text].length, true);
      v.setUint32(at + 12, at + 24, true);
      v.setUint32(at + 16, 0, true);
      v.setUint32(at + 20, 0, true);
      new Uint8Array(memory.buffer).set(bytes, at + 24);
      return at;
    },
  };
}
