/** Sizes of the programs at another commit, for the changes in the job summary. */
import { compileSources } from '../project/compiler.ts';
import { recordedPath } from '../project/source.ts';
import { capture } from '../toolchain/process.ts';

export interface BaselineOptions {
  /** The folder that line tables are relative to. */
  readonly root: string;
  readonly strict: boolean;
}

/**
 * Compiles `paths` (as seen from the current folder) as they were at the commit that `ref` names, from git's objects; the
 * work tree is not touched. Gives the bytes of each .wasm by path, without those that were not there or did not compile;
 * one sentence instead when git does not know the commit: a comparison is an extra, and no reason to fail.
 */
export async function baselineAt(
  ref: string,
  paths: readonly string[],
  { root, strict }: BaselineOptions,
): Promise<ReadonlyMap<string, number> | string> {
  const found = await capture('git', ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]);
  const commit = found.stdout.toString('utf8').trim();
  if (found.status !== 0 || commit === '') {
    return (
      `git knows no commit ${ref} here, so sizes are not compared. ` +
      'In a pull request give actions/checkout fetch-depth: 2 and this action baseline: HEAD^1'
    );
  }
  const sizes = new Map<string, number>();
  for (const path of paths) {
    const shown = await capture('git', ['show', `${commit}:./${path}`]);
    if (shown.status !== 0) continue;
    const text = shown.stdout.toString('utf8');
    const { wasm } = await compileSources([{ path: recordedPath(path, root), text }], { mode: 'run', strict });
    if (wasm) sizes.set(path, wasm.length);
  }
  return sizes;
}
