/** Keeps V8's code for this program between runs, as TypeScript's compiler does for itself. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import module, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { cacheRoot, writeAtomic } from '../toolchain/files.ts';
import { compilingSeldom } from './engine.ts';

/** An entry: the SHA-256 of the file, that of the code, the work of the run that made it (32 bits), then the code. */
const DIGEST_BYTES = 32;
const HEADER_BYTES = 2 * DIGEST_BYTES + 4;

/** Where code is kept; undefined for not at all. */
let folder: string | undefined;

interface Kept {
  readonly script: Script;
  readonly entry: string;
  /** The digest of the file. */
  readonly source: Buffer;
  /** The work of the run whose code was used; 0 for none. */
  readonly before: number;
  /** The work of this run. */
  work: number;
}
let kept: Kept | undefined;

/**
 * Lets V8's code for this program's files be kept, and used in later runs: parsing and compiling it is a sixth of a command's
 * time. To be called before the files of a command are loaded. Not done where it cannot pay, on machines for one job (`CI`), nor
 * in a folder that was named (`MOCHI_WASM_CACHE`): that may come from somebody else, and what is in an
 * entry is run. Nothing happens with NODE_DISABLE_COMPILE_CACHE=1, or where the folder cannot be written.
 */
export function keepCode(env: NodeJS.ProcessEnv = process.env, where = join(cacheRoot(env), 'code')): void {
  if (env.CI || env.MOCHI_WASM_CACHE || env.NODE_DISABLE_COMPILE_CACHE) return;
  folder = where;
  module.enableCompileCache?.(folder);
}

/**
 * What the CommonJS file exports, as require() gives it; with the code that V8 made of it in an earlier run, where that is kept.
 * Node's own cache holds what was compiled when a file was loaded; this one holds the functions that ran, too, most of which V8
 * compiles when they are first called. (An entry is used for the same file and the same V8 only, and not if it is damaged.)
 */
export function requireKept(path: string): unknown {
  const require = createRequire(path);
  if (folder === undefined) return require(path);
  const bytes = readFileSync(path);
  const source = sha256(bytes);
  const entry = join(folder, `compiler-${process.version}-${process.arch}.code`);
  const earlier = readEntry(entry, source);
  // What CommonJS wraps files in. All of them are ASCII (scripts/build.mjs).
  const wrapped = `(function(exports,require,module,__filename,__dirname){${bytes.toString('latin1')}\n})`;
  const script = new Script(wrapped, { filename: path, cachedData: earlier?.code });
  kept = { script, entry, source, before: script.cachedDataRejected === false ? earlier!.work : 0, work: 0 };
  const made = { exports: {} };
  script.runInThisContext()(made.exports, require, made, path, dirname(path));
  return made.exports;
}

/** Whether code is kept. */
export function keepsCode(): boolean {
  return folder !== undefined;
}

function readEntry(path: string, source: Buffer): { readonly code: Buffer; readonly work: number } | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return undefined;
  }
  const code = bytes.subarray(HEADER_BYTES);
  if (code.length === 0 || !bytes.subarray(0, DIGEST_BYTES).equals(source)) return undefined;
  if (!bytes.subarray(DIGEST_BYTES, 2 * DIGEST_BYTES).equals(sha256(code))) return undefined;
  return { code, work: bytes.readUInt32LE(2 * DIGEST_BYTES) };
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** Whether the file was loaded with code of an earlier run. */
export function usesKeptCode(): boolean {
  return kept !== undefined && kept.before > 0;
}

/** Counts work (bytes of .wasm made) done with the file that was loaded: more of it runs more of the file's functions. */
export function countWork(bytes: number): void {
  if (kept) kept.work += bytes;
}

/** Keeps the code of this run, if none was or that of a run with much less to do; to be called when the command is done. */
export async function saveCode(): Promise<void> {
  if (!kept || kept.work <= 2 * kept.before) return;
  const { script, entry, source, work } = kept;
  const code = compilingSeldom(() => script.createCachedData());
  const size = Buffer.alloc(4);
  size.writeUInt32LE(Math.min(work, 0xffffffff));
  // A cache is an extra: where it cannot be written there is none.
  await writeAtomic(entry, Buffer.concat([source, sha256(code), size, code]), 0o600).catch(() => undefined);
}
