/** Keeps V8's code for this program between runs, as TypeScript's compiler does for itself. */
import module from 'node:module';
import { join } from 'node:path';
import { cacheRoot } from '../toolchain/files.ts';

/**
 * Lets Node keep the code that V8 makes of this program's files, and use it in later runs: parsing and compiling them is a
 * tenth of a command's time. To be called before the files of a command are loaded. Node checks that an entry was made by the
 * same V8 from the same file. Not done where it cannot pay, on machines for one job (`CI`), nor in a folder that was named
 * (`MOCHI_WASM_CACHE`): that may come from somebody else, and these entries have no digest. Nothing happens before Node 22.1,
 * with NODE_DISABLE_COMPILE_CACHE=1, or where the folder cannot be written.
 */
export function keepCode(env: NodeJS.ProcessEnv = process.env): void {
  if (env.CI || env.MOCHI_WASM_CACHE) return;
  module.enableCompileCache?.(join(cacheRoot(env), 'code'));
}
