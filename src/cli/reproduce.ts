import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, userError } from '../diagnostics/user-error.ts';
import { CHECKSUMS_FILE, sha256File } from '../package/checksums.ts';
import { type Manifest, parseManifest } from '../package/manifest.ts';
import { verifyDir } from '../package/verify.ts';
import { loadInputs } from '../project/project.ts';
import { downloadAssets, findRelease, readChecksums } from '../project/tasks-release.ts';
import { reproduce } from '../project/tasks-reproduce.ts';
import { last } from './arguments.ts';
import { type GithubFlags, openGithub } from './github.ts';
import { type Output, printDiagnostics, printJson, recordsOf } from './output.ts';
import { isTag } from './verify.ts';
import { getWasmtime, type WasmtimeFlags } from './wasmtime.ts';

interface ReproduceFlags extends WasmtimeFlags, GithubFlags {
  readonly outDir?: string | string[];
}

/** `reproduce`: builds a release again, as its manifest says, and compares every digest. */
export async function reproduceRelease(inputs: readonly string[], flags: ReproduceFlags, out: Output): Promise<number> {
  const [what, ...sources] = inputs;
  if (what === undefined) {
    throw userError('E100', 'reproduce takes a folder or a tag', 'Write: mochi-wasm reproduce v1.2.3', EXIT.usage);
  }
  const scratch = await mkdtemp(join(tmpdir(), 'mochi-reproduce-'));
  try {
    const { manifest, digests } = await readReleased(what, join(scratch, 'released'), flags, out);
    const project = await loadInputs(sources);
    const wasmtime = () => getWasmtime(flags, out, 'compile', manifest.wasmtime.version);
    const outDir = last(flags.outDir) ?? join(scratch, 'built');
    const { files, hints, programs } = await reproduce(project, manifest, digests, wasmtime, {
      outDir,
      onProgress: (done, of, name) => out.progress(`${name} (${done} of ${of})`),
    });
    const broken = programs.filter((program) => program.wasm === undefined);
    if (broken.length > 0) {
      if (out.json) {
        const diagnostics = await Promise.all(broken.map((one) => recordsOf(one.diagnostics, one.sources)));
        printJson(out, { ok: false, diagnostics: diagnostics.flat() });
      } else for (const one of broken) await printDiagnostics(out, one.diagnostics, one.sources);
      return EXIT.failed;
    }
    const differing = files.filter((file) => file.status !== 'same');
    const { name, version } = manifest;
    if (out.json) {
      printJson(out, { ok: differing.length === 0, name, version, files, hints });
      return differing.length === 0 ? EXIT.ok : EXIT.verification;
    }
    if (differing.length === 0) {
      if (!out.quiet) out.print(`${name} ${version}: built again, all ${files.length} files have the same digests\n`);
      return EXIT.ok;
    }
    for (const file of files) if (!out.quiet) out.print(`${file.status.padEnd(9)}  ${file.name}\n`);
    throw userError(
      'E320',
      `${differing.length} of ${files.length} files of ${name} ${version} are not the same when built again`,
      hints.length > 0 ? hints.join('; ') : 'check that the sources are those of the release, and the version of Node',
      EXIT.verification,
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The manifest and the digests of all files of a folder, or of a release on GitHub, of which only two are downloaded. */
async function readReleased(
  what: string,
  folder: string,
  flags: ReproduceFlags,
  out: Output,
): Promise<{ manifest: Manifest; digests: Map<string, string> }> {
  if (!(await isTag(what))) {
    const { manifest, files } = await verifyDir(what);
    return { manifest, digests: new Map(files.map((file) => [file.name, file.sha256])) };
  }
  const { port } = await openGithub(flags, out, 'read');
  const release = await findRelease(what, port);
  await downloadAssets(release, port, folder, (name) => name === CHECKSUMS_FILE || name.endsWith('-manifest.json'));
  const digests = await readChecksums(folder);
  const name = [...digests.keys()].find((one) => one.endsWith('-manifest.json'));
  const path = join(folder, name ?? '');
  if (name === undefined || (await sha256File(path).catch(() => '')) !== digests.get(name)) {
    throw userError(
      'E316',
      `${release.url} has no manifest with the digest it should have`,
      'verify it',
      EXIT.verification,
    );
  }
  const parsed = parseManifest(await readFile(path, 'utf8'));
  if ('problem' in parsed) {
    throw userError(
      'E316',
      `${name} is not a manifest: ${parsed.problem}`,
      'use a newer mochi-wasm',
      EXIT.verification,
    );
  }
  digests.set(CHECKSUMS_FILE, await sha256File(join(folder, CHECKSUMS_FILE)));
  return { manifest: parsed.manifest, digests };
}
