/** The commands `build`, `package` and `release`: files in a folder, and from there to GitHub. */
import { join, resolve } from 'node:path';
import { renderGithub } from '../diagnostics/render.ts';
import { EXIT, userError } from '../diagnostics/user-error.ts';
import type { Manifest } from '../package/manifest.ts';
import { loadInputs, type Project } from '../project/project.ts';
import { versionOfTag } from '../release/plan.ts';
import { annotate } from '../report/annotations.ts';
import { count } from '../report/sizes.ts';
import { checkSummary, releaseSummary } from '../report/summary.ts';
import { parseTargets, TARGETS } from '../toolchain/targets.ts';
import { artifactName, packageStem, type Upload, uploadArtifacts } from './artifacts.ts';
import { checkProject, summaryOf } from './check.ts';
import { readToken } from './inputs.ts';
import { configured, type Job, type LazyWasmtime, matrix, placedSources } from './job.ts';

/** The folder for the pages of `wasmtime explore`. */
const EXPLORED = 'explore';

interface Made {
  readonly manifest: Manifest;
  /** The folder that a changelog is looked for in. */
  readonly root: string;
  /** The pages in EXPLORED. */
  readonly pages: readonly string[];
}

/** Makes the folder of a release, or merges those that other jobs made, tries and uploads it; gives the exit status. */
export async function makeAndRelease(job: Job, wasmtime: LazyWasmtime): Promise<number> {
  const { runner, inputs, context, command } = job;
  const tag = inputs.tag ?? context.tag;
  if (command === 'release' && tag === undefined) {
    throw userError(
      'E606',
      'there is no tag to release',
      'run on a tag push, or give the input tag, for example v1.2.3',
    );
  }
  const made = inputs.from.length > 0 ? await merged(job, tag) : await built(job, wasmtime, tag);
  if (made === undefined) return EXIT.failed;
  const { manifest, root, pages } = made;
  const dist = resolve(inputs.distDir);
  await runner.output('version', manifest.version);
  await runner.output('dist-dir', dist);
  await runner.output('manifest', join(dist, `${packageStem(manifest)}-manifest.json`));
  await runner.output('checksums-file', join(dist, 'SHA256SUMS'));
  await runner.output('matrix', matrix(TARGETS.filter(({ name }) => manifest.targets.some((t) => t.name === name))));

  if (inputs.smokeTest !== 'none' && inputs.emit.exe && command !== 'build') {
    const { smokeTest } = await import('../project/tasks-try.ts');
    const engine = () => wasmtime({ wasmtime: manifest.wasmtime.version });
    const trials = await smokeTest(engine, dist, manifest, inputs.smokeTest, runner.env);
    for (const { target, program, detail } of trials) runner.write(`tried ${program} on ${target}: ${detail}\n`);
  }

  const { verifyDir } = await import('../package/verify.ts');
  const { files } = await verifyDir(dist);
  if (command === 'release') {
    await release(job, manifest, dist, tag ?? '', root);
  } else {
    await runner.output('assets', assetList(files.map((f) => ({ ...f, url: '', digest: `sha256:${f.sha256}` }))));
    await runner.summary(releaseSummary({ manifest, state: 'packaged' }));
  }
  // A release has the files for everybody; as an artifact of the run they are there twice, so only when asked for.
  if (command === 'release' && inputs.uploadArtifacts === 'auto') return EXIT.ok;
  const name = artifactName(manifest);
  const epoch = manifest.sourceDateEpoch;
  const uploads: Upload[] = [{ name, folder: dist, files: files.map((file) => file.name), epoch }];
  if (pages.length > 0) uploads.push({ name: `explore-${name}`, folder: resolve(EXPLORED), files: pages, epoch });
  await uploadArtifacts(runner, inputs.uploadArtifacts, context, uploads);
  return EXIT.ok;
}

/** Puts together what other jobs packaged and tested; needs no sources. */
async function merged({ runner, inputs }: Job, tag: string | undefined): Promise<Made> {
  const { findParts, mergePackages } = await import('../package/merge.ts');
  const parts = await findParts(inputs.from);
  const manifest = await mergePackages(parts, { outDir: inputs.distDir, tag });
  const names = manifest.targets.map((target) => target.name).join(', ');
  runner.write(`merged ${count(parts.length, 'package')} of ${manifest.name} ${manifest.version}: ${names}\n`);
  return { manifest, root: '.', pages: [] };
}

/** Tests, compiles and packages; undefined when a program does not compile or a test fails. */
async function built(job: Job, wasmtime: LazyWasmtime, tag: string | undefined): Promise<Made | undefined> {
  const { runner, inputs, command } = job;
  const project = inputs.config === undefined ? await loadInputs([]) : await configured(inputs.config);
  const version = releaseVersion(project, tag, command);
  const targets = parseTargets(inputs.targets ?? project.targets);
  const { packageProject, sourceDateEpoch } = await import('../project/tasks-package.ts');
  const { findSource } = await import('../project/origin.ts');
  const { name, root } = project;
  // What can be wrong is looked at before the work, which would be for nothing.
  const epoch = await sourceDateEpoch(root, inputs.sourceDateEpoch);
  if (command === 'release' && version !== undefined) {
    const { readNotes } = await import('../project/tasks-release.ts');
    await readNotes({ notes: inputs.notes, root }, name, version);
  }
  if (command === 'release' && inputs.command === 'auto') {
    runner.write(`the tag ${tag} makes this a release; command: check would only check\n`);
  }

  if (inputs.test && command !== 'build') {
    const { files, good } = await checkProject(job, project, wasmtime);
    if (!good) {
      await runner.summary(checkSummary(summaryOf(job, files)));
      runner.write(annotate('error', 'nothing was packaged', 'a program does not compile or a test fails'));
      return undefined;
    }
  }

  // Another tag than the release's, such as `nightly`, is not where the package will be found.
  const where = { name, version: version ?? '', ...(command === 'release' ? { tag } : {}) };
  const source = version === undefined ? undefined : await findSource(root, runner.env, where);
  const { programs, manifest } = await packageProject(project, () => wasmtime(project), {
    targets,
    emit: inputs.emit,
    sbom: inputs.sbom,
    strict: inputs.strict,
    outDir: inputs.distDir,
    version,
    source,
    epoch,
    onProgress: (done, of, what) => runner.write(`made ${what} (${done} of ${of})\n`),
  });
  if (!manifest) {
    for (const one of programs) runner.write(renderGithub(one.diagnostics, placedSources(job, one)));
    return undefined;
  }
  for (const target of manifest.targets) {
    for (const [program, exe] of Object.entries(target.executables)) {
      if (exe.status === 'none' && inputs.emit.exe) {
        runner.write(annotate('warning', target.name, `no executable of ${program}: ${exe.reason}`));
      }
    }
  }
  const pages: string[] = [];
  if (inputs.explore) {
    const { exploreProgram } = await import('../project/tasks-try.ts');
    for (const [i, { wasm }] of programs.entries()) {
      const name = project.programs[i]?.name ?? 'program';
      if (!wasm) continue;
      runner.write(`made ${await exploreProgram(await wasmtime(project), name, wasm, EXPLORED)}\n`);
      pages.push(`${name}.html`);
    }
  }
  return { manifest, root, pages };
}

/** The version to package: the tag's and the project's must agree where both say one. */
function releaseVersion(project: Project, tag: string | undefined, command: Job['command']): string | undefined {
  const { name, version, configFile = 'mochi.toml' } = project;
  const ofTag = tag === undefined ? undefined : versionOfTag(tag, name);
  if (command === 'release' && tag !== undefined && (ofTag === undefined || (version ?? ofTag) !== ofTag)) {
    const says = version === undefined ? `${name} is released by tags such as v1.2.3` : `${configFile} says ${version}`;
    throw userError(
      'E402',
      ofTag === undefined
        ? `the tag ${tag} names no version of ${name}, and ${says}`
        : `the tag ${tag} names version ${ofTag}, but ${says}`,
      ofTag === undefined
        ? `push the tag v${version ?? '1.2.3'}, or have the workflow run for tags of ${name} only`
        : `set version = "${ofTag}" in [package], or push the tag v${version}`,
    );
  }
  return version ?? ofTag ?? (command === 'build' ? '0.0.0' : undefined);
}

/** Releases the folder, or in a dry run tells what it would release. */
async function release(job: Job, manifest: Manifest, dir: string, tag: string, root: string): Promise<void> {
  const { runner, inputs, context } = job;
  const { planProject, releaseProject } = await import('../project/tasks-release.ts');
  const options = {
    dir,
    tag,
    title: inputs.name,
    commit: context.sha ?? null,
    draft: inputs.draft,
    prerelease: inputs.prerelease,
    makeLatest: inputs.makeLatest,
    notes: inputs.notes,
    root,
    onExisting: inputs.onExisting,
  };
  await runner.output('tag', options.tag);
  if (inputs.dryRun) {
    const { plan } = await planProject(options);
    const list = plan.assets.map(({ name, size, digest }) => ({ name, size, digest, url: '' }));
    await runner.output('assets', assetList(list));
    await runner.output('published', false);
    await runner.output('changed', false);
    runner.write(`dry run: ${count(list.length, 'file')} would be released as ${plan.tag}\n`);
    await runner.summary(releaseSummary({ manifest, tag: plan.tag, state: 'dry run' }));
    return;
  }
  const token = readToken(runner.env);
  await runner.secret(token);
  if (!/^[^/]+\/[^/]+$/.test(context.repository)) {
    throw userError(
      'E607',
      'there is no repository to release in',
      'run in a workflow, where GITHUB_REPOSITORY is set',
    );
  }
  const { githubPort } = await import('../release/github.ts');
  const { describeEvent } = await import('../report/progress.ts');
  const { GENERATOR_VERSION } = await import('../package/assemble.ts');
  const port = githubPort({
    token,
    apiUrl: inputs.apiUrl,
    repository: context.repository,
    userAgent: `mochi-wasm/${GENERATOR_VERSION}`,
    origin: context.origin,
    onNotice: (text) => runner.write(annotate('notice', 'GitHub', text)),
  });
  const { result, plan } = await releaseProject(options, port, (event) => {
    const line = describeEvent(event);
    runner.write(event.kind === 'foreign' ? annotate('warning', 'release', line) : `${line}\n`);
  });
  const planned = new Set(plan.assets.map((asset) => asset.name));
  await runner.output('assets', assetList(result.assets.filter((asset) => planned.has(asset.name))));
  await runner.output('release-id', result.id);
  await runner.output('release-url', result.url);
  await runner.output('published', result.published);
  await runner.output('changed', result.changed);
  const state = !result.published ? 'draft' : result.changed ? 'published' : 'unchanged';
  await runner.summary(releaseSummary({ manifest, tag: plan.tag, url: result.url, state }));
}

function assetList(assets: readonly { name: string; url: string; size: number; digest: string | null }[]): string {
  return JSON.stringify(assets.map(({ name, url, size, digest }) => ({ name, url, size, digest })));
}
