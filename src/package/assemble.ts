import { availableParallelism } from 'node:os';
import packageJson from '../../package.json' with { type: 'json' };
import { userError } from '../diagnostics/user-error.ts';
import { sha256 } from '../toolchain/files.ts';
import type { Target } from '../toolchain/targets.ts';
import { encodeLines, type LineTable } from '../wasm/lines.ts';
import { type ArchiveEntry, type ArchiveFormat, makeArchive } from './archive.ts';
import { ASSET_NAME, CHECKSUMS_FILE, formatChecksums } from './checksums.ts';
import { writeDir } from './files.ts';
import { type InstallableArchive, type InstallerKind, makeInstallers, type ReleaseSource } from './installers.ts';
import { findLauncher, type Launcher } from './launchers.ts';
import {
  formatManifest,
  type Manifest,
  type ManifestExecutable,
  type ManifestFile,
  type ManifestTarget,
} from './manifest.ts';
import { type Capabilities, makeExecutable } from './payload.ts';
import { makeSbom } from './sbom.ts';

/** One program of the package; most packages have one, of the package's own name. */
export interface ProgramInput {
  readonly name: string;
  readonly wasm: Uint8Array;
  readonly lineTable?: LineTable;
  readonly capabilities: Capabilities;
}

/** What to make beside the manifest and SHA256SUMS. `exe` makes the archives, one a target. */
export interface Emit {
  readonly wasm: boolean;
  readonly cwasm: boolean;
  readonly exe: boolean;
}

export interface AssembleInput {
  readonly name: string;
  readonly version: string;
  readonly programs: readonly ProgramInput[];
  readonly targets: readonly Target[];
  /** Version of the wasmtime that `precompile` runs. */
  readonly wasmtimeVersion: string;
  /** Makes the .cwasm of a program for a target. */
  readonly precompile: (wasm: Uint8Array, target: Target) => Promise<Uint8Array>;
  /** The launcher for a target, or undefined when there is none; `findLauncher` unless given. */
  readonly launcherFor?: (target: Target) => Promise<Launcher | undefined>;
  /** Seconds since 1970: the date of every file in the archives. */
  readonly epoch: number;
  /** Files that every archive holds beside the programs, such as README and LICENSE. */
  readonly extraFiles?: readonly ArchiveEntry[];
  /** Where the release is published; without it no installer can be made. */
  readonly source?: ReleaseSource;
  /** The installers to make, where there is something to install. */
  readonly installers?: readonly InstallerKind[];
  /** What the package is, in a sentence, for the installers that say it. */
  readonly description?: string;
  readonly emit: Emit;
  readonly sbom: boolean;
  /** SPDX expression of the package's licence. */
  readonly license?: string;
  readonly onProgress?: (done: number, of: number, what: string) => void;
}

/** The version of this tool. */
export const GENERATOR_VERSION: string = packageJson.version;

/** Names without the characters that a release's file names cannot have (`+` of build metadata). */
function fileVersion(version: string): string {
  return version.replaceAll('+', '-');
}

/** The beginning of the names of a program's files: `hello-1.2.3`, or `tools-1.2.3-hello` in a package called otherwise. */
export function stem(packageName: string, version: string, program: string): string {
  const base = `${packageName}-${fileVersion(version)}`;
  return program === packageName ? base : `${base}-${program}`;
}

/** The archive of a target: `hello-1.2.3-x86_64-linux.tar.gz`, for Windows `.zip`. */
export function archiveName(packageName: string, version: string, target: Target): string {
  return `${packageName}-${fileVersion(version)}-${target.name}.${formatFor(target)}`;
}

function formatFor(target: Target): ArchiveFormat {
  return target.os === 'windows' ? 'zip' : 'tar.gz';
}

/**
 * Makes all files of a release in memory: executables for the targets there are launchers for, archives, .wasm, .cwasm,
 * SBOM, manifest and SHA256SUMS. Gives name → bytes and the manifest, which says for every target and program whether there
 * is an executable and why not. Equal input gives equal bytes. Writes nothing.
 */
export async function makeRelease(
  input: AssembleInput,
): Promise<{ files: Map<string, Uint8Array>; manifest: Manifest }> {
  checkNames(input);
  const { name, version, programs, targets, emit, epoch } = input;
  const major = Number.parseInt(input.wasmtimeVersion, 10);
  const launcherFor = input.launcherFor ?? findLauncher;
  const files = new Map<string, Uint8Array>();
  const entries: ManifestFile[] = [];
  const add = (file: Omit<ManifestFile, 'size' | 'sha256'>, bytes: Uint8Array): void => {
    if (files.has(file.name)) throw new Error(`two files of the release are called ${file.name}`);
    files.set(file.name, bytes);
    entries.push({ name: file.name, role: file.role, size: bytes.length, sha256: sha256(bytes), ...optional(file) });
  };

  if (emit.wasm) {
    for (const program of programs) {
      add({ name: `${stem(name, version, program.name)}.wasm`, role: 'wasm', program: program.name }, program.wasm);
    }
  }

  let done = 0;
  const perTarget = await mapLimit(targets, Math.min(availableParallelism(), 4), async (target) => {
    const made = await makeTarget(input, target, await launcherFor(target));
    input.onProgress?.(++done, targets.length, target.name);
    return made;
  });
  const manifestTargets: ManifestTarget[] = [];
  const archives: InstallableArchive[] = [];
  for (const [i, target] of targets.entries()) {
    const { cwasms, executables, archive } = perTarget[i]!;
    if (emit.cwasm) {
      for (const [program, bytes] of cwasms) {
        const file = `${stem(name, version, program)}-wasmtime${major}-${target.name}.cwasm`;
        add({ name: file, role: 'cwasm', target: target.name, program }, bytes);
      }
    }
    const archiveFile = archive && archiveName(name, version, target);
    if (archiveFile) {
      add({ name: archiveFile, role: 'archive', target: target.name }, archive);
      const { os, arch } = target;
      const paths = Object.values(executables).flatMap((exe) => (exe.status === 'made' ? [exe.path] : []));
      archives.push({
        target: target.name,
        os,
        arch,
        file: archiveFile,
        sha256: sha256(archive),
        executables: paths,
      });
    }
    const { wasmtimeTarget, tier, testedBy } = target;
    manifestTargets.push({
      name: target.name,
      wasmtimeTarget,
      tier,
      testedBy,
      archive: archiveFile ?? null,
      executables,
    });
  }

  if (input.sbom) {
    const digests = new Map(programs.map((p) => [`${p.name}.wasm`, sha256(p.wasm)]));
    const { license, wasmtimeVersion } = input;
    const sbom = makeSbom({
      name,
      version,
      generatorVersion: GENERATOR_VERSION,
      wasmtimeVersion,
      epoch,
      programs: digests,
      executables: archives.length > 0,
      license,
    });
    add({ name: `${stem(name, version, name)}.cdx.json`, role: 'sbom' }, Buffer.from(sbom));
  }
  if (input.source) {
    const { source, license, description } = input;
    const made = makeInstallers(input.installers ?? [], { name, version, source, archives, license, description });
    for (const [file, text] of made) add({ name: file, role: 'installer' }, Buffer.from(text));
  }

  const manifest: Manifest = {
    schema: 1,
    name,
    version,
    ...(input.license ? { license: input.license } : {}),
    ...(input.description ? { description: input.description } : {}),
    generator: { name: 'mochi-wasm', version: GENERATOR_VERSION },
    ...(input.source ? { source: input.source } : {}),
    sourceDateEpoch: epoch,
    wasmtime: { version: input.wasmtimeVersion, major },
    programs: programs.map(({ name, wasm, capabilities: { dirs, env } }) => ({
      name,
      dirs: [...dirs],
      env: [...env],
      wasm: { size: wasm.length, sha256: sha256(wasm) },
    })),
    targets: manifestTargets,
    files: entries.sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
  seal(files, manifest);
  return { files, manifest };
}

/** Adds to the files of a release, which `manifest` describes, the manifest itself and SHA256SUMS. */
export function seal(files: Map<string, Uint8Array>, manifest: Manifest): void {
  const { name, version } = manifest;
  const digests = new Map(manifest.files.map((entry) => [entry.name, entry.sha256]));
  const bytes = Buffer.from(formatManifest(manifest));
  const manifestName = `${stem(name, version, name)}-manifest.json`;
  files.set(manifestName, bytes);
  digests.set(manifestName, sha256(bytes));
  files.set(CHECKSUMS_FILE, Buffer.from(formatChecksums(digests)));
}

/**
 * Makes all files of a release (`makeRelease`) and puts them into `outDir`, which they replace as a whole or not at all.
 * Throws a UserError for names that no release file can have, for a folder that is not empty and not ours, for a full disk.
 */
export async function assemble(input: AssembleInput & { readonly outDir: string }): Promise<Manifest> {
  const { files, manifest } = await makeRelease(input);
  await writeDir(input.outDir, files, input.epoch);
  return manifest;
}

interface TargetProducts {
  readonly cwasms: ReadonlyMap<string, Uint8Array>;
  readonly executables: Record<string, ManifestExecutable>;
  readonly archive: Uint8Array | undefined;
}

async function makeTarget(
  input: AssembleInput,
  target: Target,
  launcher: Launcher | undefined,
): Promise<TargetProducts> {
  const { name, version, programs, emit } = input;
  const cwasms = new Map<string, Uint8Array>();
  const executables: Record<string, ManifestExecutable> = {};
  const inArchive: ArchiveEntry[] = [...(input.extraFiles ?? [])];
  for (const program of programs) {
    const none = !emit.exe
      ? 'executables were not asked for'
      : launcher
        ? undefined
        : `there is no launcher for ${target.name}`;
    const cwasm = emit.cwasm || none === undefined ? await input.precompile(program.wasm, target) : undefined;
    if (cwasm) cwasms.set(program.name, cwasm);
    if (none !== undefined || !launcher || !cwasm) {
      executables[program.name] = { status: 'none', reason: none ?? 'it was not compiled' };
      continue;
    }
    const { capabilities, lineTable } = program;
    const lines = lineTable && encodeLines(lineTable);
    const payload = { cwasm, capabilities, engine: input.wasmtimeVersion, ...(lines ? { lines } : {}) };
    const data = makeExecutable(launcher.bytes, target, payload);
    const path = `${program.name}${target.exeSuffix}`;
    executables[program.name] = { status: 'made', path, size: data.length, sha256: sha256(data) };
    inArchive.push({ path, data, executable: true });
    inArchive.push({ path: `${program.name}.wasm`, data: program.wasm, executable: false });
  }
  const top = `${name}-${fileVersion(version)}-${target.name}`;
  const archive = emit.exe && launcher ? await makeArchive(formatFor(target), top, inArchive, input.epoch) : undefined;
  return { cwasms, executables, archive };
}

function checkNames({ name, version, programs }: AssembleInput): void {
  for (const one of [name, fileVersion(version), ...programs.map((p) => p.name)]) {
    if (!ASSET_NAME.test(one)) {
      throw userError(
        'E303',
        `${JSON.stringify(one)} cannot be part of a release file's name`,
        'use letters, digits, ".", "_" and "-" only, and begin with a letter or a digit',
      );
    }
  }
  const seen = new Set<string>();
  for (const program of programs) {
    // Windows and macOS do not tell capitals from small letters.
    const key = program.name.toLowerCase();
    if (seen.has(key)) {
      throw userError('E304', `two programs are called ${program.name}`, 'give each [[wasm.bin]] its own name');
    }
    seen.add(key);
  }
  if (programs.length === 0) {
    throw userError(
      'E305',
      'there is no program to package',
      'name one: main = "src/main.mochi" in mochi.toml\'s [wasm]',
    );
  }
}

function optional(file: { target?: string; program?: string }): { target?: string; program?: string } {
  return {
    ...(file.target === undefined ? {} : { target: file.target }),
    ...(file.program === undefined ? {} : { program: file.program }),
  };
}

/** `Promise.all(list.map(job))` with at most `limit` jobs under way. */
async function mapLimit<T, R>(list: readonly T[], limit: number, job: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < list.length; i = next++) results[i] = await job(list[i]!);
  };
  await Promise.all(Array.from({ length: Math.min(limit, list.length) }, worker));
  return results;
}
