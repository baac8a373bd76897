/** The part of the WebAssembly JavaScript interface that tests use (TypeScript has it only in its DOM library). */
declare namespace WebAssembly {
  type Imports = Record<string, Record<string, unknown>>;
  interface Memory {
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  interface Instance {
    readonly exports: Record<string, unknown>;
  }
  type Module = object;
  /** A module that is compiled once for many instances. */
  interface Compiled {
    readonly compiled: unique symbol;
  }
  class RuntimeError extends Error {}
  function instantiate(bytes: Uint8Array, imports?: Imports): Promise<{ instance: Instance; module: Module }>;
  function instantiate(module: Compiled, imports?: Imports): Promise<Instance>;
  function compile(bytes: Uint8Array): Promise<Compiled>;
  function validate(bytes: Uint8Array): boolean;
}
