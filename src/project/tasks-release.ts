/** Releasing for the command line and the action: verify the folder, plan, and bring GitHub to the plan. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { EXIT, userError } from '../diagnostics/user-error.ts';
import { ASSET_NAME, CHECKSUMS_FILE, parseChecksums } from '../package/checksums.ts';
import { type VerifiedDir, verifyDir } from '../package/verify.ts';
import { applyRelease, type ReleaseEvent, type ReleaseResult } from '../release/apply.ts';
import { changelogSection, changelogVersions, LONGEST_NOTES } from '../release/notes.ts';
import { type OnExisting, planRelease, type ReleaseNotes, type ReleasePlan } from '../release/plan.ts';
import type { ReleasePort } from '../release/port.ts';
import type { RemoteAsset, RemoteRelease } from '../release/reconcile.ts';
import { fileError, makeFolder } from '../toolchain/files.ts';

export interface ReleaseOptions {
  /** A folder that the package command made. */
  readonly dir: string;
  readonly tag: string;
  readonly title?: string;
  readonly commit?: string | null;
  readonly draft: boolean;
  readonly prerelease: boolean | 'auto';
  readonly makeLatest: boolean | 'auto';
  /**
   * `generate` (GitHub does), `none`, `changelog` (the version's section of CHANGELOG.md) or the path of a Markdown file, of
   * which only that section is taken when it is called CHANGELOG.
   */
  readonly notes: string;
  /** The folder that CHANGELOG.md is in; the current one unless given. */
  readonly root?: string;
  readonly onExisting: OnExisting;
}

/**
 * Verifies the folder and makes the plan of its release; reads no token and no network. Throws a UserError when the folder
 * does not verify (exit 3), or when tag and version contradict.
 */
export async function planProject(options: ReleaseOptions): Promise<{ plan: ReleasePlan; verified: VerifiedDir }> {
  const verified = await verifyDir(options.dir);
  const { name, version } = verified.manifest;
  const made = planRelease({
    tag: options.tag,
    packageName: name,
    version,
    title: options.title,
    commit: options.commit ?? null,
    draft: options.draft,
    prerelease: options.prerelease,
    makeLatest: options.makeLatest,
    notes: await readNotes(options, name, version),
    onExisting: options.onExisting,
    assets: verified.files.map((file) => ({ name: file.name, size: file.size, digest: `sha256:${file.sha256}` })),
  });
  if ('problem' in made) throw userError(made.problem.code, made.problem.message, made.problem.fix);
  return { plan: made.plan, verified };
}

/** Verifies, plans and releases; see `applyRelease` for what it throws. */
export async function releaseProject(
  options: ReleaseOptions,
  port: ReleasePort,
  onEvent?: (event: ReleaseEvent) => void,
): Promise<{ plan: ReleasePlan; verified: VerifiedDir; result: ReleaseResult }> {
  const { plan, verified } = await planProject(options);
  const result = await applyRelease(plan, port, { dir: options.dir, onEvent });
  return { plan, verified, result };
}

/** The notes that the options ask for. Throws UserErrors for a file that is not there and a changelog without the version. */
export async function readNotes(
  { notes, root }: Pick<ReleaseOptions, 'notes' | 'root'>,
  name: string,
  version: string,
): Promise<ReleaseNotes> {
  if (notes === 'generate') return { kind: 'generate' };
  if (notes === 'none') return { kind: 'text', body: '' };
  const path = notes === 'changelog' ? await findChangelog(root ?? '.') : notes;
  const text = await readFile(path, 'utf8').catch((error) => {
    throw fileError(error, 'read', path);
  });
  const body = CHANGELOG.test(basename(path)) ? changelogSection(text, version, name) : text;
  if (body === undefined) {
    const versions = changelogVersions(text, name);
    const known =
      versions.length === 0 ? 'for any version' : `for ${version}, only for ${versions.slice(0, 5).join(', ')}`;
    throw userError('E405', `${path} has no section ${known}`, `add a heading such as: ## [${version}]`);
  }
  if (body.length > LONGEST_NOTES) {
    throw userError(
      'E406',
      `the notes are ${body.length} characters long, and GitHub takes ${LONGEST_NOTES}`,
      `shorten ${path}, or set notes to none`,
    );
  }
  return { kind: 'text', body };
}

const CHANGELOG = /^(?:changelog|changes|history)(?:\.(?:md|markdown|txt))?$/i;

async function findChangelog(root: string): Promise<string> {
  const names = await readdir(root).catch((error) => {
    throw fileError(error, 'read', root);
  });
  const found = names.sort().find((name) => CHANGELOG.test(name));
  if (found !== undefined) return join(root, found);
  throw userError('E405', `there is no CHANGELOG.md in ${root}`, 'write one, or set notes to generate');
}

/** The release of a tag, as GitHub has it; of several an error. Throws a UserError when there is none. */
export async function findRelease(tag: string, port: ReleasePort): Promise<RemoteRelease> {
  const found = await port.list(tag);
  const [release] = found;
  if (release === undefined) {
    throw userError('E438', `there is no release with the tag ${tag}`, 'check the tag and the repository');
  }
  if (found.length > 1) {
    const list = found.map(({ url, draft }) => `${url} (${draft ? 'draft' : 'published'})`).join(', ');
    throw userError('E410', `${found.length} releases have the tag ${tag}: ${list}`, 'delete all but one of them');
  }
  return port.get(release.id);
}

/** Downloads those assets of a release that `wanted` takes into the folder, four at a time. */
export async function downloadAssets(
  release: RemoteRelease,
  port: ReleasePort,
  dir: string,
  wanted: (name: string) => boolean,
  onAsset?: (asset: RemoteAsset) => void,
): Promise<void> {
  await makeFolder(dir);
  const queue = release.assets.filter((asset) => asset.state === 'uploaded' && wanted(asset.name));
  const worker = async (): Promise<void> => {
    for (let asset = queue.shift(); asset; asset = queue.shift()) {
      // A name of GitHub's is no path; checked all the same, since it says where to write.
      if (!ASSET_NAME.test(asset.name)) throw new Error(`an asset is called ${JSON.stringify(asset.name)}`);
      await port.download(asset, join(dir, asset.name));
      onAsset?.(asset);
    }
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}

/**
 * Downloads a release into `dir` and checks it as verifyDir() does. Files that SHA256SUMS does not list are somebody else's:
 * they are not downloaded, and their names are given.
 */
export async function verifyRelease(
  tag: string,
  port: ReleasePort,
  dir: string,
  onAsset?: (asset: RemoteAsset) => void,
): Promise<{ release: RemoteRelease; verified: VerifiedDir; foreign: string[] }> {
  const release = await findRelease(tag, port);
  await downloadAssets(release, port, dir, (name) => name === CHECKSUMS_FILE);
  const listed = new Set([CHECKSUMS_FILE, ...(await readChecksums(dir)).keys()]);
  await downloadAssets(release, port, dir, (name) => name !== CHECKSUMS_FILE && listed.has(name), onAsset);
  const foreign = release.assets.map(({ name }) => name).filter((name) => !listed.has(name));
  return { release, verified: await verifyDir(dir), foreign };
}

/** The digests that a folder's SHA256SUMS lists. Throws UserErrors (exit 3) as verifyDir() does. */
export async function readChecksums(dir: string): Promise<Map<string, string>> {
  const path = join(dir, CHECKSUMS_FILE);
  const text = await readFile(path, 'utf8').catch(() => {
    throw userError('E310', `there is no ${CHECKSUMS_FILE}`, 'release with mochi-wasm', EXIT.verification);
  });
  const parsed = parseChecksums(text);
  if ('digests' in parsed) return parsed.digests;
  throw userError(
    'E311',
    `${path}:${parsed.badLine} is not a line of a ${CHECKSUMS_FILE} file`,
    'release with mochi-wasm',
    EXIT.verification,
  );
}
