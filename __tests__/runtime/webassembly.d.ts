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
  class RuntimeError extends Error {}
  function instantiate(bytes: Uint8Array, imports?: Imports): Promise<{ instance: Instance; module: Module }>;
  function validate(bytes: Uint8Array): boolean;
}
