import { randomBytes } from 'node:crypto';
import { renameSync } from 'node:fs';
import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { userError } from '../diagnostics/user-error.ts';
import { removeOnSignal } from '../toolchain/cleanup.ts';
import { errorCode, fileError, makeFolder } from '../toolchain/files.ts';
import { CHECKSUMS_FILE } from './checksums.ts';

/**
 * Makes `outDir` hold exactly `files` (name → bytes, names without folders), all or nothing: they are written to a new
 * folder beside it that then takes its place. A folder that exists is replaced when it is empty or holds a release made
 * before (it has a SHA256SUMS); any other is left alone and a UserError is thrown. Every file is dated `epoch` (seconds since
 * 1970), so that what is zipped of them later does not depend on when they were made.
 */
export async function writeDir(outDir: string, files: ReadonlyMap<string, Uint8Array>, epoch: number): Promise<void> {
  const target = resolve(outDir);
  const suffix = `${process.pid}-${randomBytes(4).toString('hex')}`;
  const fresh = join(dirname(target), `.${basename(target)}.new-${suffix}`);
  const old = join(dirname(target), `.${basename(target)}.old-${suffix}`);
  const keep = removeOnSignal(fresh);
  try {
    const before = await replaceable(outDir);
    await makeFolder(dirname(target));
    await mkdir(fresh);
    for (const [name, bytes] of files) {
      await writeFile(join(fresh, name), bytes);
      await utimes(join(fresh, name), epoch, epoch);
    }
    // Not awaited: a signal between the two would leave the folder under its other name.
    if (before !== undefined) renameSync(target, old);
    try {
      renameSync(fresh, target);
    } catch (error) {
      if (before !== undefined) renameSync(old, target);
      throw error;
    }
  } catch (error) {
    throw fileError(error, 'write', outDir);
  } finally {
    keep();
    for (const leftover of [fresh, old]) await rm(leftover, { recursive: true, force: true }).catch(() => undefined);
  }
}

/**
 * What is in a folder that a package may replace; undefined when there is none. Throws a UserError for one that holds something else, and the
 * system's errors.
 */
export async function replaceable(outDir: string): Promise<string[] | undefined> {
  const before = await listIfThere(resolve(outDir));
  if (before === undefined || before.length === 0 || before.includes(CHECKSUMS_FILE)) return before;
  throw userError(
    'E302',
    `${outDir} is not empty and was not made by this command`,
    'choose another folder, or delete that one',
  );
}

async function listIfThere(dir: string): Promise<string[] | undefined> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
