/** Makes machine code of WebAssembly with `wasmtime compile`, and keeps it in a cache addressed by content. */
import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { isUserError, userError } from '../diagnostics/user-error.ts';
import { fileError, makeFolder, sha256, temporaryName } from './files.ts';
import { compileArgs } from './flags.ts';
import type { Wasmtime } from './install.ts';
import { semaphore } from './parallel.ts';
import { capture } from './process.ts';
import type { Target } from './targets.ts';

/** An entry of the cache: the file, its bytes, and whether it was there already. */
export interface Compiled {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly cacheHit: boolean;
}

export interface PrecompileOptions {
  /** Told that a damaged entry of the cache was found. */
  readonly notice?: (text: string) => void;
  /** Called when wasmtime has to do it, at the moment that it begins. */
  readonly onStart?: () => void;
}

/** Entries that nobody used for so long are removed, in milliseconds. */
const KEEP = 14 * 24 * 3_600_000;
/** How often old entries are looked for, in milliseconds. */
const PRUNE_EVERY = 24 * 3_600_000;

/**
 * The machine code (.cwasm) of a module for a target. The same module, flags, version and target give the same bytes.
 * Throws a UserError when the module is not valid or the cache cannot be written.
 */
export async function precompile(
  wt: Wasmtime,
  wasm: Uint8Array,
  target: Target,
  onStart?: () => void,
): Promise<Uint8Array> {
  return (await precompileCached(wt, wasm, target, { onStart })).bytes;
}

/** What may be compiled at once in this process: wasmtime itself uses several threads for a large module. */
const limit = semaphore(Math.min(availableParallelism(), 4));
/** Compilations under way, by the folder of their entry. */
const underWay = new Map<string, Promise<Compiled>>();

/**
 * Like precompile(), and tells where the file is, so that it can be run. An entry is cwasm/KEY/DIGEST.cwasm: KEY is the
 * digest of everything that goes in (module, wasmtime, flags, target), DIGEST of what came out. A damaged entry is made anew, and `notice` is told.
 * Two who want the same at once get one compilation.
 */
export async function precompileCached(
  wt: Wasmtime,
  wasm: Uint8Array,
  target: Target,
  options: PrecompileOptions = {},
): Promise<Compiled> {
  const root = join(wt.cacheDir, 'cwasm');
  const input = [sha256(wasm), wt.identity, wt.version, target.wasmtimeTarget, ...compileArgs()].join('\n');
  const folder = join(root, sha256(input).slice(0, 40));
  const same = underWay.get(folder);
  if (same) return same;
  const made = findEntry(folder, options.notice).then(
    (found) => found ?? limit(() => compileInto(folder, root, wt, wasm, target, options.onStart)),
  );
  underWay.set(folder, made);
  try {
    return await made;
  } finally {
    underWay.delete(folder);
  }
}

async function compileInto(
  folder: string,
  root: string,
  wt: Wasmtime,
  wasm: Uint8Array,
  target: Target,
  onStart: (() => void) | undefined,
): Promise<Compiled> {
  onStart?.();
  await wt.verifyCompiler();
  await pruneOccasionally(root);
  const work = temporaryName(folder);
  try {
    await makeFolder(work);
    const from = join(work, 'in.wasm');
    const to = join(work, 'out.cwasm');
    await writeFile(from, wasm);
    const args = ['compile', ...compileArgs(), '--target', target.wasmtimeTarget, '-o', to, from];
    const run = await capture(wt.path, args, { env: quietEnv() });
    if (run.status !== 0) throw refused(run.error?.message ?? run.stderr.toString('utf8'), run.signal, target);
    const bytes = await readFile(to);
    const path = join(folder, `${sha256(bytes)}.cwasm`);
    await makeFolder(folder);
    await rename(to, path);
    return { path, bytes, cacheHit: false };
  } catch (error) {
    throw isUserError(error) ? error : fileError(error, 'write', root);
  } finally {
    await rm(work, { recursive: true, force: true }).catch(() => undefined);
  }
}

async function findEntry(folder: string, notice?: (text: string) => void): Promise<Compiled | undefined> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((n) => n.endsWith('.cwasm'))) {
    const path = join(folder, name);
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes !== undefined && `${sha256(bytes)}.cwasm` === name) {
      const now = new Date();
      // The time tells when the entry was last used; a cache that cannot be written is still good for reading.
      await utimes(folder, now, now).catch(() => undefined);
      return { path, bytes, cacheHit: true };
    }
    notice?.('a damaged entry of the cache is compiled again');
    await rm(path, { force: true }).catch(() => undefined);
  }
  return undefined;
}

function refused(text: string, signal: NodeJS.Signals | null, target: Target): Error {
  if (/No space left on device|os error 28/.test(text)) {
    return userError('E203', 'cannot write compiled code: no space is left on the device', 'Free some space.');
  }
  const first = text
    .split('\n')
    .map((line) => line.replace(/^Error: /, '').trim())
    .filter((line) => line !== '' && line !== 'Caused by:')
    .slice(0, 3)
    .join(': ');
  const why = signal === null ? first : `wasmtime was ended by ${signal}`;
  return userError(
    'E121',
    `wasmtime cannot compile the module for ${target.name}: ${why}`,
    'If mochi-wasm made the module, please report this as a bug.',
  );
}

/** The environment for wasmtime itself: without the settings that make it print its own stack. */
export function quietEnv(): NodeJS.ProcessEnv {
  return { ...process.env, RUST_BACKTRACE: '0', RUST_LIB_BACKTRACE: '0' };
}

/** Once a day removes entries not used for two weeks, and what interrupted runs left. */
async function pruneOccasionally(root: string): Promise<void> {
  const stamp = join(root, '.pruned');
  const last = await stat(stamp).catch(() => undefined);
  if (last !== undefined && last.mtimeMs > Date.now() - PRUNE_EVERY) return;
  try {
    await makeFolder(dirname(stamp));
    await writeFile(stamp, '');
    for (const name of await readdir(root)) {
      const path = join(root, name);
      const age = Date.now() - (await stat(path)).mtimeMs;
      const limit = name.endsWith('.tmp') ? 3_600_000 : KEEP;
      if (name !== '.pruned' && age > limit) await rm(path, { recursive: true, force: true });
    }
  } catch {
    // Another process may be at it; the next day's run will do it.
  }
}
