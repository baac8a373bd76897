/** A thread that compiles what it is sent (build-many.ts). */
import { parentPort, workerData } from 'node:worker_threads';
import type { CompileOptions, CompileResult } from '../compiler.ts';
import type { SourceFile } from '../diagnostics/diagnostic.ts';
import { keepCode } from './code-cache.ts';
import { loadCompiler } from './compiler.ts';

export interface CompileJob {
  readonly source: SourceFile;
  readonly options: CompileOptions;
}

/** What a result is without its functions; undefined when the compiler failed, which the main thread finds out again. */
export type CompileAnswer = Omit<CompileResult, 'ir' | 'wat' | 'program'> | undefined;

/** What a thread is told when it starts. */
export interface ThreadStart {
  /** Whether V8's code is kept between runs. */
  readonly keepsCode: boolean;
}

if ((workerData as ThreadStart).keepsCode) keepCode();
const { compile } = await loadCompiler();

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
