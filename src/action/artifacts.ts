/** Uploading to the run's page, with names that tell what is in there and the same bytes for the same files. */
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { ArtifactClient } from '@actions/artifact';
import { EXIT, userError } from '../diagnostics/user-error.ts';
import type { Manifest } from '../package/manifest.ts';
import { annotate } from '../report/annotations.ts';
import { formatSize } from '../report/sizes.ts';
import { TARGETS } from '../toolchain/targets.ts';
import type { Context } from './context.ts';
import type { Inputs } from './inputs.ts';
import type { Runner } from './runner.ts';

/** `NAME-VERSION`, as all files of the package begin. */
export function packageStem({ name, version }: Manifest): string {
  return `${name}-${version.replaceAll('+', '-')}`;
}

/**
 * The artifact's name: the package's, and the targets unless it has all of them, so that the jobs of a matrix, each with
 * targets of its own, do not get in each other's way.
 */
export function artifactName(manifest: Manifest): string {
  const names = manifest.targets.map((target) => target.name);
  return names.length === TARGETS.length ? packageStem(manifest) : [packageStem(manifest), ...names].join('-');
}

export interface Upload {
  readonly name: string;
  readonly folder: string;
  /** Relative to the folder. */
  readonly files: readonly string[];
  /** The date of every file in the artifact, in seconds since 1970. */
  readonly epoch: number;
}

/** Uploads what `upload-artifacts` asks for; on GitHub Enterprise Server, which cannot take it, a notice says so. */
export async function uploadArtifacts(
  runner: Runner,
  wanted: Inputs['uploadArtifacts'],
  context: Context,
  uploads: readonly Upload[],
): Promise<void> {
  if (wanted === false || (wanted === 'auto' && !runner.env.ACTIONS_RUNTIME_TOKEN)) return;
  if (context.enterpriseServer) {
    const text = 'GitHub Enterprise Server does not take artifacts of this kind: nothing is uploaded';
    runner.write(annotate('notice', 'artifacts', text));
    return;
  }
  const { DefaultArtifactClient } = await import('@actions/artifact');
  await archiveInOrder();
  const client = new DefaultArtifactClient();
  for (const { name, folder, files, epoch } of uploads) {
    const paths = files.map((file) => join(folder, file));
    // The archive that the client makes records the times of the files.
    for (const path of paths) await utimes(path, epoch, epoch);
    try {
      const { size } = await upload(client, name, paths, folder);
      runner.write(`uploaded the artifact ${name}, ${formatSize(size ?? 0)}\n`);
    } catch (error) {
      throw userError(
        'E608',
        `cannot upload the artifact ${name}: ${error instanceof Error ? error.message : String(error)}`,
        'run the job again, or set upload-artifacts to false',
        EXIT.network,
      );
    }
  }
}

let isInOrder = false;

/**
 * Makes the client's archives hold the files in the order in which they are named: it has an archiver that asks for the states
 * of four files at once, and takes the files in the order of the answers.
 */
async function archiveInOrder(): Promise<void> {
  if (isInOrder) return;
  isInOrder = true;
  const { default: archiver } = await import('archiver');
  const { create } = archiver;
  archiver.create = (format, options) => create(format, { ...options, statConcurrency: 1 });
}

/** Uploads; an artifact of this name that an earlier attempt of the run left is replaced. */
async function upload(
  client: ArtifactClient,
  name: string,
  paths: string[],
  folder: string,
): Promise<{ size?: number }> {
  try {
    return await client.uploadArtifact(name, paths, folder);
  } catch (error) {
    if (!/\b409\b|already exists/.test(String(error))) throw error;
    await client.deleteArtifact(name);
    return client.uploadArtifact(name, paths, folder);
  }
}
