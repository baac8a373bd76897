/** The synchronous constructors of the WebAssembly JavaScript interface; the rest is declared beside the run-time tests. */
declare namespace WebAssembly {
  const Module: new (bytes: Uint8Array) => Module;
  const Instance: new (module: Module, imports?: Imports) => Instance;
}

/** A buffer that can grow (ECMAScript 2024). */
interface ArrayBufferConstructor {
  new (byteLength: number, options: { readonly maxByteLength: number }): ArrayBuffer;
}
