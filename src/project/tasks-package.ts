/** Packaging for the command line and the action: compile the programs, then assemble the folder of a release. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT, userError } from '../diagnostics/user-error.ts';
import { type ArchiveEntry, FALLBACK_EPOCH } from '../package/archive.ts';
import { assemble, type Emit, type ProgramInput } from '../package/assemble.ts';
import { replaceable } from '../package/files.ts';
import { DEFAULT_INSTALLERS, type InstallerKind, type ReleaseSource } from '../package/installers.ts';
import type { Manifest } from '../package/manifest.ts';
import { precompile } from '../toolchain/compile.ts';
import { fileError } from '../toolchain/files.ts';
import type { Wasmtime } from '../toolchain/install.ts';
import { capture } from '../toolchain/process.ts';
import type { Target } from '../toolchain/targets.ts';
import type { Built } from './build.ts';
import { buildPrograms } from './build-many.ts';
import type { Project } from './project.ts';

export interface PackageOptions {
  readonly targets: readonly Target[];
  readonly emit: Emit;
  readonly sbom: boolean;
  readonly outDir: string;
  /** The package's name: the project's unless given. */
  readonly name?: string;
  /** Report as errors what only warns otherwise. */
  readonly strict?: boolean;
  /** The release's version: the project's unless given, which `packageProject` needs when the project says none. */
  readonly version?: string;
  /** Seconds since 1970; see `sourceDateEpoch`. */
  readonly epoch: number;
  /** Where the release is published (`findSource`): without it no installers are made. */
  readonly source?: ReleaseSource;
  /** `DEFAULT_INSTALLERS` unless given. */
  readonly installers?: readonly InstallerKind[];
  readonly onProgress?: (done: number, of: number, what: string) => void;
}

export interface Packaged {
  /** Every program, compiled; their diagnostics are for the caller to show. */
  readonly programs: readonly Built[];
  /** Missing when one of the programs does not compile: then nothing was written. */
  readonly manifest?: Manifest;
}

/**
 * Compiles a project's programs and makes the folder of its release, whole or not at all. Throws UserErrors for files that
 * cannot be read or written, for names that cannot be, and when nothing says the version.
 */
export async function packageProject(
  project: Project,
  wasmtime: () => Promise<Wasmtime>,
  options: PackageOptions,
): Promise<Packaged> {
  const version = options.version ?? project.version;
  const packageName = options.name ?? project.name;
  if (version === undefined) {
    throw userError(
      'E307',
      `nothing says the version of ${packageName}`,
      'add version = "0.1.0" to [package] in mochi.toml, or release from a tag such as v0.1.0',
    );
  }
  // Before the work, which would be for nothing.
  await replaceable(options.outDir).catch((error) => {
    throw fileError(error, 'read', options.outDir);
  });
  const built: Built[] = [];
  const programs: ProgramInput[] = [];
  const paths = project.programs.map((program) => program.path);
  for await (const one of buildPrograms(paths, { mode: 'run', root: project.root, strict: options.strict })) {
    const { name } = project.programs[built.length]!;
    built.push(one);
    const { wasm, lineTable } = one;
    const { capabilities } = project;
    if (wasm) programs.push({ name, wasm, capabilities, ...(lineTable ? { lineTable } : {}) });
  }
  if (programs.length < built.length) return { programs: built };
  const wt = await wasmtime();
  const manifest = await assemble({
    name: packageName,
    version,
    programs,
    targets: options.targets,
    wasmtimeVersion: wt.version,
    precompile: (wasm, target) => precompile(wt, wasm, target),
    epoch: options.epoch,
    extraFiles: project.configFile === undefined ? [] : await documents(project.root),
    emit: options.emit,
    sbom: options.sbom,
    license: project.license,
    description: project.description,
    source: options.source,
    installers: options.installers ?? project.installers ?? DEFAULT_INSTALLERS,
    onProgress: options.onProgress,
    outDir: options.outDir,
  });
  return { programs: built, manifest };
}

/** The README and LICENSE files of a folder, for the archives; none is no error. */
async function documents(root: string): Promise<ArchiveEntry[]> {
  const names = await readdir(root).catch((error) => {
    throw fileError(error, 'read', root);
  });
  const wanted = names.filter((name) => /^(readme|licen[cs]e|copying|notice)(\.(md|txt|rst))?$/i.test(name)).sort();
  return Promise.all(wanted.map(async (path) => ({ path, data: await readFile(join(root, path)), executable: false })));
}

/**
 * The date for everything that is packaged, in seconds since 1970: `given` (SOURCE_DATE_EPOCH or an option), else the date of
 * the commit that `root` is at, else the first day of 2000. Throws a UserError (exit 2) for a value that is no whole number.
 */
export async function sourceDateEpoch(root: string, given: string | undefined): Promise<number> {
  if (given !== undefined && given !== '') {
    const seconds = Number(given);
    if (/^\d+$/.test(given) && Number.isSafeInteger(seconds) && seconds <= 8_589_934_591) return seconds;
    throw userError(
      'E306',
      `SOURCE_DATE_EPOCH is ${JSON.stringify(given)}, which is not a date in seconds`,
      'give whole seconds since 1970, for example the output of: git log -1 --format=%ct',
      EXIT.usage,
    );
  }
  const git = await capture('git', ['log', '-1', '--format=%ct'], { cwd: root });
  const seconds = Number(git.stdout.toString('utf8').trim());
  return git.status === 0 && Number.isSafeInteger(seconds) && seconds > 0 ? seconds : FALLBACK_EPOCH;
}
