/** The compiler for all who compile files: loaded when it is needed, and run with V8's settings for it. */
import { fileURLToPath } from 'node:url';
import type { CompileOptions, CompileResult } from '../compiler.ts';
import type { SourceFile } from '../diagnostics/diagnostic.ts';
import { countWork, requireKept, usesKeptCode } from './code-cache.ts';
import { compilingSeldom } from './engine.ts';

type Compiler = typeof import('../compiler.ts');

/** Set in dist/, where the compiler is a file of its own (scripts/build.mjs). */
declare const BUNDLED: true | undefined;

let loaded: Compiler | undefined;

/** compile() of the compiler, which is loaded now if it is not yet. */
export async function compileSources(sources: readonly SourceFile[], options: CompileOptions): Promise<CompileResult> {
  const compiler = await loadCompiler();
  const result = compilingSeldom(() => compiler.compile(sources, options), !usesKeptCode());
  countWork(result.wasm?.length ?? 0);
  return result;
}

/** The compiler itself, for threads: V8's settings are the process's. */
export async function loadCompiler(): Promise<Compiler> {
  if (typeof BUNDLED === 'undefined') return import('../compiler.ts');
  loaded ??= compilingSeldom(() => requireKept(fileURLToPath(new URL('./compiler.cjs', import.meta.url))) as Compiler);
  return loaded;
}
