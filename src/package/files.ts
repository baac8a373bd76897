import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { isUserError, userError } from '../diagnostics/user-error.ts';
import { CHECKSUMS_FILE } from './checksums.ts';

/**
 * What a file system's refusal means to a user: a UserError for a full disk, missing rights and the like; any other
 * value is given back as it is. `doing` completes "could not …".
 */
export function explainFsError(error: unknown, doing: string): unknown {
  if (isUserError(error) || !(error instanceof Error)) return error;
  const fixes: Record<string, string> = {
    ENOSPC: 'the disk is full: free some room, or write to another disk',
    EDQUOT: 'the disk quota is used up: free some room, or write to another disk',
    EACCES: 'you have no right to write there: choose another folder',
    EPERM: 'you have no right to write there: choose another folder',
    EROFS: 'that file system is read-only: choose another folder',
    ENOTDIR: 'a part of that path is a file: choose another folder',
    EEXIST: 'a file of that name is in the way: choose another folder',
    ENAMETOOLONG: 'choose a shorter name',
  };
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const fix = fixes[code];
  return fix === undefined ? error : userError('E301', `could not ${doing} (${code})`, fix, 1, { cause: error });
}

/**
 * Makes `outDir` hold exactly `files` (name → bytes, names without folders), all or nothing: they are written to a new
 * folder beside it that then takes its place. A folder that exists is replaced when it is empty or holds a release made
 * before (it has a SHA256SUMS); any other is left alone and a UserError is thrown.
 */
export async function writeDir(outDir: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const target = resolve(outDir);
  const suffix = `${process.pid}-${randomBytes(4).toString('hex')}`;
  const fresh = join(dirname(target), `.${basename(target)}.new-${suffix}`);
  const old = join(dirname(target), `.${basename(target)}.old-${suffix}`);
  try {
    const before = await listIfThere(target);
    if (before !== undefined && before.length > 0 && !before.includes(CHECKSUMS_FILE)) {
      throw userError(
        'E302',
        `${outDir} is not empty and was not made by this command`,
        'choose another folder, or delete that one',
      );
    }
    await mkdir(dirname(target), { recursive: true });
    await mkdir(fresh);
    for (const [name, bytes] of files) await writeFile(join(fresh, name), bytes);
    if (before !== undefined) await rename(target, old);
    try {
      await rename(fresh, target);
    } catch (error) {
      if (before !== undefined) await rename(old, target);
      throw error;
    }
  } catch (error) {
    throw explainFsError(error, `write ${outDir}`);
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}

async function listIfThere(dir: string): Promise<string[] | undefined> {
  try {
    return await readdir(dir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
