/** The synchronous constructors of the WebAssembly JavaScript interface; the rest is declared beside the run-time tests. */
declare namespace WebAssembly {
  const Module: new (bytes: Uint8Array) => Module;
  const Instance: new (module: Module, imports?: Imports) => Instance;
}
