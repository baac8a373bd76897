/** Files of the tool's own: where its cache is, whole-or-nothing writing, digests, and file errors in plain words. */
import { createHash, randomBytes, webcrypto } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { EXIT, type UserError, userError } from '../diagnostics/user-error.ts';
import { removeOnSignal } from './cleanup.ts';

/**
 * The folder for downloads and compiled code: MOCHI_WASM_CACHE, else the operating system's place for caches
 * (XDG_CACHE_HOME or ~/.cache, ~/Library/Caches, %LOCALAPPDATA%) with `mochi-wasm` in it.
 */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env, platform: string = process.platform): string {
  if (env.MOCHI_WASM_CACHE) return env.MOCHI_WASM_CACHE;
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'mochi-wasm', 'cache');
  if (platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'mochi-wasm');
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'mochi-wasm');
}

/** A name beside `path` that nobody else uses, for writing before a rename. */
export function temporaryName(path: string): string {
  return `${path}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
}

/**
 * Makes a folder and those above it that are missing. Not mkdir's own `recursive`: it never ends where the system takes no new
 * folders and says that the parent is missing, as below /proc. Throws the system's errors, ENOTDIR for a file that is in the way.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const parent = dirname(path);
    if (errorCode(error) === 'ENOENT' && parent !== path) {
      await makeFolder(parent);
      await mkdir(path).catch(async (again) => {
        if (errorCode(again) !== 'EEXIST' || !(await isFolder(path))) throw again;
      });
      return;
    }
    // A folder that exists is reported in other ways, too: EISDIR for a root, EPERM for a drive, EROFS below a read-only mount.
    if (await isFolder(path)) return;
    throw errorCode(error) === 'EEXIST' ? Object.assign(error as Error, { code: 'ENOTDIR' }) : error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
}

/**
 * Writes a whole file or nothing: under a temporary name in the same folder, which is made if it is missing, then
 * renamed. A device or a pipe (/dev/null, /dev/stdout, a FIFO) is written to and stays what it is. Throws a UserError when the
 * folder cannot be written or the disk is full.
 */
export async function writeAtomic(path: string, data: Uint8Array | string, mode = 0o644): Promise<void> {
  const before = await stat(path).catch(() => undefined);
  if (before && !before.isFile() && !before.isDirectory()) {
    await writeFile(path, data).catch((error: unknown) => {
      throw fileError(error, 'write', path);
    });
    return;
  }
  const temporary = temporaryName(path);
  const keep = removeOnSignal(temporary);
  try {
    await makeFolder(dirname(path));
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(data);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fileError(error, 'write', path);
  } finally {
    keep();
  }
}

/** SHA-256 of bytes, in hexadecimal digits. */
export function sha256(data: Uint8Array | string): string {
  return createHash('sha256').update(data).digest('hex');
}

/** From this size on it pays to hash off the main thread. */
const LARGE = 8_000_000;

/** SHA-256 of a file, in hexadecimal digits; of a large file worked out off the main thread. */
export async function sha256File(path: string): Promise<string> {
  const data = await readFile(path);
  if (data.length < LARGE) return sha256(data);
  const digest = await webcrypto.subtle.digest('SHA-256', data);
  return Buffer.from(digest).toString('hex');
}

/** Throws a UserError E114 (exit 3) unless the two SHA-256 digests are equal. */
export function checkDigest(what: string, actual: string, expected: string): void {
  if (actual.toLowerCase() === expected.toLowerCase()) return;
  throw userError(
    'E114',
    `${what} has SHA-256 ${actual}, but ${expected.toLowerCase()} is expected`,
    'Nothing was kept. If you gave the digest, check it; if not, the file is not the published one: do not use it.',
    EXIT.verification,
  );
}

/** The system's error code of a thrown value, such as ENOENT. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

const FILE_ERRORS: Readonly<Record<string, readonly [code: string, problem: string, fix: string]>> = {
  ENOENT: ['E201', 'it does not exist', 'Check the spelling and the current folder.'],
  EACCES: ['E202', 'permission denied', 'Change its permissions or choose another place.'],
  EPERM: ['E202', 'permission denied', 'Change its permissions or choose another place.'],
  EROFS: ['E202', 'the file system is read-only', 'Choose another place.'],
  ENOSPC: ['E203', 'no space is left on the device', 'Free some space or choose another place.'],
  EFBIG: ['E203', 'the file is larger than the system allows', 'Raise the limit (ulimit -f) or choose another place.'],
  EDQUOT: ['E203', 'the disk quota is used up', 'Free some space or choose another place.'],
  ENOTDIR: ['E204', 'a part of the path is not a folder', 'Choose another path.'],
  EEXIST: ['E204', 'a file is in the way', 'Remove it or choose another path.'],
  EISDIR: ['E204', 'it is a folder', 'Name a file.'],
  ENAMETOOLONG: ['E204', 'the name is too long', 'Choose a shorter one.'],
  ELOOP: ['E204', 'its symbolic links go in a circle', 'Choose another path.'],
  EINVAL: ['E204', 'the system does not take such a name there', 'Choose another path.'],
  EBUSY: ['E204', 'another program uses it', 'End that program, or choose another path.'],
  EIO: ['E202', 'the device reports an error', 'Choose another place.'],
  EMFILE: ['E205', 'too many files are open', 'Raise the limit (ulimit -n) and try again.'],
};

/** What ENOENT means for writing: everything above the path was to be made. */
const NO_FOLDER = ['E204', 'the system does not let a folder above it be made', 'Choose another place.'] as const;

/** Turns a file system error into a UserError; every other value is returned as it is. */
export function fileError(error: unknown, verb: 'read' | 'write', path: string): UserError | unknown {
  const system = errorCode(error) ?? '';
  const known = verb === 'write' && system === 'ENOENT' ? NO_FOLDER : FILE_ERRORS[system];
  if (known === undefined) return error;
  const [code, problem, fix] = known;
  return userError(code, `cannot ${verb} ${path}: ${problem}`, fix, 1, { cause: error });
}
