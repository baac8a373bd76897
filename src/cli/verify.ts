import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, userError } from '../diagnostics/user-error.ts';
import { type VerifiedDir, verifyDir } from '../package/verify.ts';
import { type GithubFlags, openGithub } from './github.ts';
import { bytes, type Output, printJson } from './output.ts';

/** `verify`: checks a folder that `package` made, or a release by its tag, which is downloaded for it. */
export async function verify(inputs: readonly string[], flags: GithubFlags, out: Output): Promise<number> {
  const [what, ...others] = inputs;
  if (what === undefined || others.length > 0) {
    throw userError('E100', 'verify takes one folder or tag', 'Write: mochi-wasm verify out', EXIT.usage);
  }
  if (!(await isTag(what))) return report(await verifyDir(what), out);
  const { verifyRelease } = await import('../project/tasks-release.ts');
  const { port, repository } = await openGithub(flags, out, 'read');
  const folder = await mkdtemp(join(tmpdir(), 'mochi-verify-'));
  try {
    const got = await verifyRelease(what, port, folder, (asset) => out.progress(`downloaded ${asset.name}`));
    if (got.foreign.length > 0) out.notice(`not made by mochi-wasm and not checked: ${got.foreign.join(', ')}`);
    return report(got.verified, out, {
      repository,
      url: got.release.url,
      draft: got.release.draft,
      foreign: got.foreign,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Is this a tag rather than a folder? A folder that exists comes first; a tag ends in a version. */
export async function isTag(text: string): Promise<boolean> {
  if (await stat(text).catch(() => undefined)) return false;
  return /(?:^|[-/@])v?\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]*)?$/.test(text);
}

function report(
  { manifest, files }: VerifiedDir,
  out: Output,
  more: { readonly url?: string; readonly [key: string]: unknown } = {},
): number {
  const { name, version } = manifest;
  if (out.json) printJson(out, { ok: true, name, version, files, ...more });
  else if (!out.quiet) {
    const size = files.reduce((sum, file) => sum + file.size, 0);
    const where = more.url === undefined ? '' : ` (${more.url})`;
    out.print(`${name} ${version}${where}: ${files.length} files, ${bytes(size)}, all digests as listed\n`);
  }
  return EXIT.ok;
}
