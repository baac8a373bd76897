/** A thread that compiles what it is sent (build-many.ts). */
import { parentPort } from 'node:worker_threads';
import { type CompileOptions, type CompileResult, compile } from '../compiler.ts';
import type { SourceFile } from '../diagnostics/diagnostic.ts';

export interface CompileJob {
  readonly source: SourceFile;
  readonly options: CompileOptions;
}

/** What a result is without its functions; undefined when the compiler failed, which the main thread finds out again. */
export type CompileAnswer = Omit<CompileResult, 'ir' | 'wat' | 'program'> | undefined;

parentPort?.on('message', ({ source, options }: CompileJob) => {
  parentPort!.postMessage(answer(source, options));
});

function answer(source: SourceFile, options: CompileOptions): CompileAnswer {
  try {
    const { wasm, lineTable, diagnostics, tests } = compile([source], options);
    return { wasm, lineTable, diagnostics, tests };
  } catch {
    return undefined;
  }
}
