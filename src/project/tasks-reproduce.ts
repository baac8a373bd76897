/** Building a release again from its sources, as its manifest says it was built, and comparing digest by digest. */
import { userError } from '../diagnostics/user-error.ts';
import { GENERATOR_VERSION } from '../package/assemble.ts';
import { installerKindOf } from '../package/installers.ts';
import type { Manifest } from '../package/manifest.ts';
import { verifyDir } from '../package/verify.ts';
import type { Wasmtime } from '../toolchain/install.ts';
import { parseTargets } from '../toolchain/targets.ts';
import type { Built } from './build.ts';
import { commitOf } from './origin.ts';
import type { Project } from './project.ts';
import { packageProject } from './tasks-package.ts';

export interface ComparedFile {
  readonly name: string;
  readonly status: 'same' | 'different' | 'missing' | 'extra';
  /** SHA-256 in the release, and of what was built; null where there is none. */
  readonly released: string | null;
  readonly built: string | null;
}

export interface Reproduction {
  /** Every file of either, sorted by name; empty when a program does not compile. */
  readonly files: readonly ComparedFile[];
  /** What may explain differences: another version of this tool, another commit. */
  readonly hints: readonly string[];
  readonly programs: readonly Built[];
}

/**
 * Builds the project into `outDir` with the release's own version, date, targets, kinds of files, repository and tag, and compares
 * with `digests`: those of every file of the release, SHA256SUMS too. `wasmtime` must be of the manifest's version. Throws a UserError when the project has other
 * programs than the release.
 */
export async function reproduce(
  project: Project,
  manifest: Manifest,
  digests: ReadonlyMap<string, string>,
  wasmtime: () => Promise<Wasmtime>,
  options: { readonly outDir: string; readonly onProgress?: (done: number, of: number, what: string) => void },
): Promise<Reproduction> {
  const want = manifest.programs.map((program) => program.name).join(', ');
  const have = project.programs.map((program) => program.name).join(', ');
  if (want !== have) {
    throw userError('E321', `the release has the programs ${want}, the project has ${have}`, 'name the right project');
  }
  const roles = new Set(manifest.files.map((file) => file.role));
  const executables = manifest.targets.flatMap((target) => Object.values(target.executables));
  const { programs, manifest: made } = await packageProject(project, wasmtime, {
    targets: parseTargets(manifest.targets.map((target) => target.name).join(',')),
    emit: {
      wasm: roles.has('wasm'),
      cwasm: roles.has('cwasm'),
      exe: executables.some((one) => one.status === 'made' || one.reason.startsWith('there is no launcher')),
    },
    sbom: roles.has('sbom'),
    installers: manifest.files.flatMap((file) => {
      const kind = file.role === 'installer' ? installerKindOf(file.name, manifest.name) : undefined;
      return kind === undefined ? [] : [kind];
    }),
    name: manifest.name,
    version: manifest.version,
    epoch: manifest.sourceDateEpoch,
    source: manifest.source,
    outDir: options.outDir,
    onProgress: options.onProgress,
  });
  const hints = await explain(project, manifest);
  if (!made) return { files: [], hints, programs };
  const built = new Map((await verifyDir(options.outDir)).files.map((file) => [file.name, file.sha256]));
  const names = [...new Set([...digests.keys(), ...built.keys()])].sort();
  const files = names.map((name): ComparedFile => {
    const before = digests.get(name) ?? null;
    const now = built.get(name) ?? null;
    const status = before === null ? 'extra' : now === null ? 'missing' : before === now ? 'same' : 'different';
    return { name, status, released: before, built: now };
  });
  return { files, hints, programs };
}

async function explain(project: Project, manifest: Manifest): Promise<string[]> {
  const hints: string[] = [];
  const { version } = manifest.generator;
  if (version !== GENERATOR_VERSION) hints.push(`it was made by mochi-wasm ${version}, this is ${GENERATOR_VERSION}`);
  const commit = manifest.source?.commit;
  if (commit === undefined) return hints;
  const here = await commitOf(project.root);
  if (here === undefined) hints.push(`it was made at the commit ${commit}, and files here differ from their commit`);
  else if (here !== commit) hints.push(`it was made at the commit ${commit}, and this is ${here}`);
  return hints;
}
