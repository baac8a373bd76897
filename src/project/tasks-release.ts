/** Releasing for the command line and the action: verify the folder, plan, and bring GitHub to the plan. */
import { readFile } from 'node:fs/promises';
import { userError } from '../diagnostics/user-error.ts';
import { type VerifiedDir, verifyDir } from '../package/verify.ts';
import { applyRelease, type ReleaseEvent, type ReleaseResult } from '../release/apply.ts';
import { type OnExisting, planRelease, type ReleaseNotes, type ReleasePlan } from '../release/plan.ts';
import type { ReleasePort } from '../release/port.ts';
import { fileError } from '../toolchain/files.ts';

export interface ReleaseOptions {
  /** A folder that the package command made. */
  readonly dir: string;
  readonly tag: string;
  readonly title?: string;
  readonly commit?: string | null;
  readonly draft: boolean;
  readonly prerelease: boolean | 'auto';
  readonly makeLatest: boolean | 'auto';
  /** `generate`, `none` or the path of a Markdown file. */
  readonly notes: string;
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
    notes: await readNotes(options.notes),
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

async function readNotes(notes: string): Promise<ReleaseNotes> {
  if (notes === 'generate') return { kind: 'generate' };
  if (notes === 'none') return { kind: 'text', body: '' };
  try {
    return { kind: 'text', body: await readFile(notes, 'utf8') };
  } catch (error) {
    throw fileError(error, 'read', notes);
  }
}
