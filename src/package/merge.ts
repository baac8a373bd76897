/** Putting together what several jobs packaged, each for targets of its own, as if one job had made it all. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type UserError, userError } from '../diagnostics/user-error.ts';
import { fileError, sha256 } from '../toolchain/files.ts';
import { TARGETS } from '../toolchain/targets.ts';
import { seal } from './assemble.ts';
import { CHECKSUMS_FILE } from './checksums.ts';
import { writeDir } from './files.ts';
import { type InstallableArchive, type InstallerKind, installerKindOf, makeInstallers } from './installers.ts';
import type { Manifest, ManifestFile, ManifestTarget } from './manifest.ts';
import { verifyDir } from './verify.ts';

/** A package that was verified, and where it is. */
export interface Part {
  readonly dir: string;
  readonly manifest: Manifest;
}

export interface MergeOptions {
  readonly outDir: string;
  /** The tag of the release, when it is not the one that the parts name. */
  readonly tag?: string;
}

/**
 * The packages that `places` hold: each is one, or has one in every folder in it, as actions/download-artifact lays them out.
 * Throws a UserError for a folder without a package.
 */
export async function findParts(places: readonly string[]): Promise<string[]> {
  const parts: string[] = [];
  for (const place of places) {
    const entries = await readdir(place, { withFileTypes: true }).catch((error) => {
      throw fileError(error, 'read', place);
    });
    if (entries.some((entry) => entry.name === CHECKSUMS_FILE)) {
      parts.push(place);
      continue;
    }
    const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => join(place, entry.name));
    if (folders.length === 0) throw noPackage(place);
    for (const folder of folders.sort()) {
      if (!(await readdir(folder)).includes(CHECKSUMS_FILE)) throw noPackage(folder);
      parts.push(folder);
    }
  }
  return parts;
}

function noPackage(place: string): UserError {
  return userError(
    'E323',
    `${place} holds no package: it has no ${CHECKSUMS_FILE}, nor folders that have one`,
    'name the folders that the package command made, and nothing else',
  );
}

/**
 * Merges packages of the same programs, version, commit and settings for different targets into `outDir`, which they replace as a whole
 * or not at all. Every part is verified first. The bytes are those that packaging for all of these targets at once gives:
 * what is in several parts must be equal, and installers, which hold the digests of every archive, are made anew.
 * Throws UserErrors: a part that does not verify (exit 3), parts that do not belong together.
 */
export async function mergePackages(dirs: readonly string[], options: MergeOptions): Promise<Manifest> {
  const parts: Part[] = [];
  for (const dir of dirs) {
    const { manifest } = await verifyDir(dir).catch((error: unknown) => {
      throw explainOverwritten(error, dir);
    });
    parts.push({ dir, manifest });
  }
  const { manifest, taken } = mergeManifests(parts, options.tag);
  const files = new Map<string, Uint8Array>();
  for (const entry of manifest.files) {
    const bytes = taken.texts.get(entry.name) ?? (await readFile(join(taken.from.get(entry.name)!, entry.name)));
    // The part was verified a moment ago, and nothing must have come between.
    if (sha256(bytes) !== entry.sha256) throw new Error(`${entry.name} changed while it was read`);
    files.set(entry.name, bytes);
  }
  seal(files, manifest);
  await writeDir(options.outDir, files, manifest.sourceDateEpoch);
  return manifest;
}

/** Artifacts that were unpacked over each other have one SHA256SUMS for the files of many. */
function explainOverwritten(error: unknown, dir: string): unknown {
  const { code, message, exit } = error as UserError;
  if (!['E312', 'E313', 'E314', 'E315'].includes(code)) return error;
  return userError(
    code,
    message,
    `keep each package in a folder of its own (actions/download-artifact without merge-multiple), and do not change what is in ${dir}`,
    exit,
  );
}

interface Merged {
  readonly manifest: Manifest;
  /** Where each file is: in the folder of a part, or made anew. */
  readonly taken: { readonly from: ReadonlyMap<string, string>; readonly texts: ReadonlyMap<string, Uint8Array> };
}

/** The manifest of the whole, by the manifests of its parts. Throws a UserError when they do not belong together. */
export function mergeManifests(parts: readonly Part[], tag?: string): Merged {
  const [first] = parts;
  if (first === undefined) throw userError('E323', 'there is nothing to merge', 'name the folders that package made');
  for (const part of parts) requireSame(first, part);
  const source = first.manifest.source && { ...first.manifest.source, ...(tag === undefined ? {} : { tag }) };

  const entries = new Map<string, ManifestFile>();
  const from = new Map<string, string>();
  const kinds = new Set<InstallerKind>();
  // A bill of materials lists the launcher only where there are executables: that of such a part is the whole's.
  const made = (part: Part): boolean => part.manifest.targets.some((target) => target.archive !== null);
  for (const part of [...parts].sort((a, b) => Number(made(b)) - Number(made(a)))) {
    for (const entry of part.manifest.files) {
      if (entry.role === 'installer') {
        const kind = installerKindOf(entry.name, part.manifest.name);
        if (kind !== undefined) kinds.add(kind);
        continue;
      }
      const other = entries.get(entry.name);
      if (other === undefined) {
        entries.set(entry.name, entry);
        from.set(entry.name, part.dir);
      } else if (other.sha256 !== entry.sha256 && !(entry.role === 'sbom' && !made(part))) {
        throw apart(from.get(entry.name)!, part.dir, `their ${entry.name} differ`);
      }
    }
  }

  const targets = mergeTargets(parts);
  const texts = new Map<string, Uint8Array>();
  if (source) {
    const { name, version, license, description } = first.manifest;
    const archives = targets.flatMap((target) => installable(target, entries));
    for (const [file, text] of makeInstallers([...kinds], { name, version, source, archives, license, description })) {
      const bytes = Buffer.from(text);
      texts.set(file, bytes);
      entries.set(file, { name: file, role: 'installer', size: bytes.length, sha256: sha256(bytes) });
    }
  }
  const files = [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { manifest: { ...first.manifest, ...(source ? { source } : {}), targets, files }, taken: { from, texts } };
}

/** What all parts must have alike, by the words for it. */
const ALIKE = {
  name: 'name',
  version: 'version',
  license: 'license',
  description: 'description',
  generator: 'version of mochi-wasm',
  source: 'repository, tag or commit',
  sourceDateEpoch: 'date (source-date-epoch)',
  wasmtime: 'version of wasmtime',
  programs: 'programs',
} as const satisfies Partial<Record<keyof Manifest, string>>;

function requireSame(a: Part, b: Part): void {
  for (const [key, words] of Object.entries(ALIKE) as [keyof typeof ALIKE, string][]) {
    const [one, other] = [JSON.stringify(a.manifest[key]), JSON.stringify(b.manifest[key])];
    if (one === other) continue;
    const short = [one, other].every((text) => text === undefined || text.length < 80);
    throw apart(a.dir, b.dir, `they differ in ${words}${short ? `: ${one ?? 'none'} and ${other ?? 'none'}` : ''}`);
  }
}

function apart(a: string, b: string, why: string): UserError {
  return userError(
    'E322',
    `${a} and ${b} are not parts of one package: ${why}`,
    'package all of them from the same commit, with the same version of this action and the same settings but targets and emit',
  );
}

/** The targets of all parts, in the table's order; an executable of one part counts more than none in another. */
function mergeTargets(parts: readonly Part[]): ManifestTarget[] {
  const order = (name: string): number => TARGETS.findIndex((target) => target.name === name);
  const merged = new Map<string, { target: ManifestTarget; dir: string }>();
  for (const { dir, manifest } of parts) {
    for (const target of manifest.targets) {
      const before = merged.get(target.name);
      if (before === undefined || before.target.archive === null) merged.set(target.name, { target, dir });
      else if (target.archive !== null && JSON.stringify(target) !== JSON.stringify(before.target)) {
        throw apart(before.dir, dir, `their executables for ${target.name} differ`);
      }
    }
  }
  return [...merged.values()].map((one) => one.target).sort((a, b) => order(a.name) - order(b.name));
}

/** The archive of a target as the installers need to know it. */
function installable(target: ManifestTarget, entries: ReadonlyMap<string, ManifestFile>): InstallableArchive[] {
  const archive = entries.get(target.archive ?? '');
  const known = TARGETS.find((one) => one.name === target.name);
  if (archive === undefined || known === undefined) return [];
  return [
    {
      target: target.name,
      os: known.os,
      arch: known.arch,
      file: archive.name,
      sha256: archive.sha256,
      executables: Object.values(target.executables).flatMap((exe) => (exe.status === 'made' ? [exe.path] : [])),
    },
  ];
}
