import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT, type UserError, userError } from '../diagnostics/user-error.ts';
import { CHECKSUMS_FILE, parseChecksums, sha256File } from './checksums.ts';
import { type Manifest, parseManifest } from './manifest.ts';

export interface VerifiedFile {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
}

export interface VerifiedDir {
  readonly manifest: Manifest;
  readonly manifestFile: string;
  /** Every file of the folder, SHA256SUMS too, sorted by name. */
  readonly files: readonly VerifiedFile[];
}

/**
 * Checks a folder that `package` made: every file that SHA256SUMS lists is there with its digest, the manifest says the
 * same, and there is nothing else. Throws a UserError (exit 3) that names the first files that are wrong.
 */
export async function verifyDir(dir: string): Promise<VerifiedDir> {
  const names = await listFolder(dir);
  if (!names.includes(CHECKSUMS_FILE)) {
    throw failed('E310', `${dir} has no ${CHECKSUMS_FILE}`, 'give a folder that the package command made');
  }
  const sumsPath = join(dir, CHECKSUMS_FILE);
  const parsed = parseChecksums(await readFile(sumsPath, 'utf8'));
  if ('badLine' in parsed) {
    throw failed('E311', `${sumsPath}:${parsed.badLine} is not a line of a SHA256SUMS file`, AGAIN);
  }
  const { digests } = parsed;

  const missing = [...digests.keys()].filter((name) => !names.includes(name));
  if (missing.length > 0) throw failed('E312', `${dir} lacks ${listed(missing)}`, AGAIN);
  const extra = names.filter((name) => name !== CHECKSUMS_FILE && !digests.has(name));
  if (extra.length > 0) {
    throw failed('E313', `${dir} holds ${listed(extra)}, which ${CHECKSUMS_FILE} does not list`, AGAIN);
  }

  const files: VerifiedFile[] = [];
  const wrong: string[] = [];
  for (const name of names) {
    const path = join(dir, name);
    const info = await stat(path);
    const digest = info.isFile() ? await sha256File(path) : undefined;
    if (digest === undefined || (name !== CHECKSUMS_FILE && digest !== digests.get(name))) wrong.push(name);
    else files.push({ name, size: info.size, sha256: digest });
  }
  if (wrong.length > 0) {
    throw failed('E314', `the digest of ${listed(wrong)} in ${dir} is not the one in ${CHECKSUMS_FILE}`, AGAIN);
  }

  const manifests = names.filter((name) => name.endsWith('-manifest.json'));
  const manifestFile = manifests[0];
  if (manifestFile === undefined || manifests.length > 1) {
    throw failed('E315', `${dir} has ${manifests.length} manifests instead of one`, AGAIN);
  }
  const read = parseManifest(await readFile(join(dir, manifestFile), 'utf8'));
  if ('problem' in read) throw failed('E316', `${join(dir, manifestFile)} is not a manifest: ${read.problem}`, AGAIN);
  const difference = compareManifest(read.manifest, files, manifestFile);
  if (difference !== undefined) throw failed('E317', `${join(dir, manifestFile)}: ${difference}`, AGAIN);
  return { manifest: read.manifest, manifestFile, files };
}

const AGAIN = 'make the folder again with the package command, or download it again';

/** How the manifest and the files differ, or undefined. */
function compareManifest(manifest: Manifest, files: readonly VerifiedFile[], own: string): string | undefined {
  const there = new Map(files.map((file) => [file.name, file]));
  const described = new Set([own, CHECKSUMS_FILE]);
  for (const entry of manifest.files) {
    const file = there.get(entry.name);
    if (!file) return `it describes ${entry.name}, which is not there`;
    if (file.sha256 !== entry.sha256) return `it gives another digest for ${entry.name}`;
    if (file.size !== entry.size) return `it gives another size for ${entry.name}`;
    described.add(entry.name);
    const program = entry.role === 'wasm' && manifest.programs.find((p) => p.name === entry.program);
    if (program && program.wasm.sha256 !== entry.sha256) return `its program ${program.name} is not ${entry.name}`;
  }
  const silent = files.find((file) => !described.has(file.name));
  if (silent) return `it does not describe ${silent.name}`;
  const lost = manifest.targets.find((target) => target.archive !== null && !described.has(target.archive));
  if (lost) return `its target ${lost.name} has an archive ${lost.archive} that it does not describe`;
  return undefined;
}

async function listFolder(dir: string): Promise<string[]> {
  try {
    return (await readdir(dir)).sort();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw userError('E318', `there is no folder ${dir}`, 'give the folder that the package command made');
    }
    throw error;
  }
}

function listed(names: readonly string[]): string {
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return `${names.slice(0, 3).join(', ')}${more}`;
}

function failed(code: string, message: string, fix: string): UserError {
  return userError(code, message, fix, EXIT.verification);
}
