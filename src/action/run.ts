/** The action's commands: inputs to the same calls that the command line makes, results to outputs and summary. */
import http from 'node:http';
import { join, relative, resolve, sep } from 'node:path';
import { assertNever } from '../diagnostics/assert.ts';
import { diagnosticRecords, renderGithub } from '../diagnostics/render.ts';
import { EXIT, userError } from '../diagnostics/user-error.ts';
import type { Manifest } from '../package/manifest.ts';
import type { Built } from '../project/build.ts';
import { findFiles } from '../project/glob.ts';
import { findSources, loadFiles, loadFolder, loadInputs, type Project } from '../project/project.ts';
import { type CheckedFile, checkFiles, firstFrame, isGood } from '../project/tasks.ts';
import { versionOfTag } from '../release/plan.ts';
import { annotate, annotateTests } from '../report/annotations.ts';
import { count, formatSize } from '../report/sizes.ts';
import { checkSummary, releaseSummary } from '../report/summary.ts';
import { ensureWasmtime, type Wasmtime } from '../toolchain/install.ts';
import { parseTargets, type Target } from '../toolchain/targets.ts';
import { artifactName, packageStem, uploadArtifacts } from './artifacts.ts';
import type { Context } from './context.ts';
import { type Command, type Inputs, readToken } from './inputs.ts';
import { addMatcher, installCommand } from './root.ts';
import type { Runner } from './runner.ts';

export interface Job {
  readonly runner: Runner;
  readonly inputs: Inputs;
  readonly context: Context;
  readonly command: Exclude<Command, 'auto'>;
}

/** Runs a command of the action; gives the exit status and throws UserErrors. */
export async function run(job: Job): Promise<number> {
  const { inputs, command } = job;
  enterFolder(inputs.workingDirectory);
  useProxy(job);
  job.runner.write(addMatcher());
  const wasmtime = lazyWasmtime(job);
  switch (command) {
    case 'check':
      return check(job, wasmtime);
    case 'build':
    case 'package':
    case 'release':
      return makeAndRelease(job, wasmtime);
    case 'setup':
      return setup(job, wasmtime);
    case 'verify':
      return verify(job);
    default:
      return assertNever(command);
  }
}

function enterFolder(folder: string): void {
  try {
    process.chdir(folder);
  } catch {
    throw userError(
      'E604',
      `there is no folder ${folder} in ${process.cwd()}`,
      'check the input working-directory, and that actions/checkout ran before',
    );
  }
}

/** Has fetch honour HTTP_PROXY, HTTPS_PROXY and NO_PROXY, where this Node can. */
function useProxy({ runner }: Job): void {
  if (!['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].some((name) => runner.env[name])) return;
  const { setGlobalProxyFromEnv } = http as { setGlobalProxyFromEnv?: () => void };
  if (setGlobalProxyFromEnv) setGlobalProxyFromEnv();
  else runner.write(annotate('notice', 'proxy', 'the Node of this runner cannot use the proxy settings'));
}

// ---- wasmtime

/** Gets wasmtime once, when it is first needed, and sets the outputs that tell about it. */
function lazyWasmtime(job: Job): (project?: Project) => Promise<Wasmtime> {
  let promise: Promise<Wasmtime> | undefined;
  return (project) => {
    promise ??= installWasmtime(job, project);
    return promise;
  };
}

async function installWasmtime({ runner, inputs }: Job, project: Project | undefined): Promise<Wasmtime> {
  const { env } = runner;
  const folder = inputs.cache ? env.RUNNER_TOOL_CACHE : env.RUNNER_TEMP;
  const wt = await ensureWasmtime({
    version: inputs.wasmtimeVersion ?? project?.wasmtime,
    url: inputs.wasmtimeUrl,
    sha256: inputs.wasmtimeSha256,
    cacheDir: env.MOCHI_WASM_CACHE || (folder ? join(folder, 'mochi-wasm') : undefined),
    notice: (text) => runner.write(annotate('notice', 'wasmtime', text)),
    progress: (text) => runner.write(`${text}\n`),
  });
  await runner.output('wasmtime-version', wt.version);
  await runner.output('wasmtime-path', wt.path);
  await runner.output('cache-hit', wt.cacheHit);
  return wt;
}

async function setup({ runner, inputs }: Job, wasmtime: (project?: Project) => Promise<Wasmtime>): Promise<number> {
  const project =
    inputs.config === undefined ? await loadInputs([]).catch(() => undefined) : await configured(inputs.config);
  const wt = await wasmtime(project);
  await runner.addPath(resolve(wt.path, '..'));
  const commands = resolve(runner.env.RUNNER_TEMP || 'out', 'mochi-wasm-commands');
  await installCommand(commands);
  await runner.addPath(commands);
  runner.write(`wasmtime ${wt.version} is at ${wt.path}; it and mochi-wasm can be called by the following steps\n`);
  return EXIT.ok;
}

// ---- check

/** The project of the inputs, whose `tests` are the sources to check. */
async function sourcesOf(inputs: Inputs): Promise<Project> {
  const project = inputs.config === undefined ? undefined : await configured(inputs.config);
  if (inputs.sources.length > 0) {
    const root = project?.root ?? '.';
    const found = (await findFiles(root, inputs.sources)).map((path) => join(root, path));
    if (found.length === 0) {
      throw userError('E605', `no file matches ${inputs.sources.join(' ')}`, 'check the input sources');
    }
    const base = project ?? (await loadInputs([]).catch(() => undefined)) ?? loadFiles(found.slice(0, 1));
    return { ...base, tests: found };
  }
  if (!project) return findSources([], 'sources');
  const all = await findFiles(project.root, ['**/*.mochi']);
  return { ...project, tests: all.map((path) => join(project.root, path)) };
}

function configured(config: string): Promise<Project> {
  return loadFolder(resolve(config, '..'), config);
}

async function check(job: Job, wasmtime: (project?: Project) => Promise<Wasmtime>): Promise<number> {
  const project = await sourcesOf(job.inputs);
  const { files, good } = await checkProject(job, project, wasmtime);
  await job.runner.summary(checkSummary(summaryOf(job, files, await baseline(job, project))));
  await job.runner.output('matrix', matrix(parseTargets(job.inputs.targets ?? 'default')));
  return good ? EXIT.ok : EXIT.failed;
}

/** Compiles and tests; annotates what failed and sets the outputs about tests. */
async function checkProject(
  job: Job,
  project: Project,
  wasmtime: (project?: Project) => Promise<Wasmtime>,
): Promise<{ files: CheckedFile[]; good: boolean }> {
  const { runner, inputs } = job;
  const { root, capabilities } = project;
  const files = await checkFiles(project.tests, () => wasmtime(project), {
    strict: inputs.strict,
    root,
    test: inputs.test,
    dirs: capabilities.dirs,
    env: pick(runner.env, capabilities.env),
    notice: (text) => runner.write(annotate('notice', 'wasmtime', text)),
    onFile: (file) => {
      runner.write(`${describeFile(file)}\n`);
      runner.write(renderGithub(file.built.diagnostics, placedSources(job, file.built)));
      runner.write(annotateTests(failedTests(job, project, file)));
    },
  });
  const tests = files.flatMap((file) => file.tests);
  const failed = tests.filter((test) => !test.ok).length;
  await runner.output('tests-passed', tests.length - failed);
  await runner.output('tests-failed', failed);
  const broken = files.filter((file) => file.built.wasm === undefined).length;
  runner.write(
    `${count(files.length, 'program')}, ${broken} of them did not compile; ` +
      `${tests.length - failed} passed, ${failed} failed\n`,
  );
  return { files, good: files.every(isGood) };
}

function describeFile({ file, built, tests }: CheckedFile): string {
  // A file's name is chosen by whoever opened the pull request: it must not begin a line, where workflow commands are.
  const name = file.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '\ufffd');
  if (built.wasm === undefined) return `${name}: does not compile`;
  const size = formatSize(built.wasm.length);
  const failed = tests.filter((test) => !test.ok).length;
  return `${name}: ${size}${tests.length === 0 ? '' : `, ${tests.length - failed}/${tests.length} tests`}`;
}

/** A path as seen from the working directory, as the repository sees it: what annotations need. */
function inRepository({ context }: Job, path: string): string {
  return relative(context.workspace, resolve(path)).split(sep).join('/');
}

function placedSources(job: Job, built: Built): { path: string; text: string }[] {
  return built.sources.map(({ path, text }) => ({ path: inRepository(job, path), text }));
}

function failedTests(job: Job, project: Project, { file, tests }: CheckedFile) {
  return tests
    .filter((test) => !test.ok)
    .map((test) => {
      const frame = firstFrame(test.trace);
      const output = [test.message, test.trace].filter((part) => part !== undefined).join('\n');
      const place = frame
        ? { ...frame, file: inRepository(job, join(project.root, frame.file)) }
        : { file: inRepository(job, file), line: test.line, col: 1 };
      return { name: test.name, file: inRepository(job, file), output, place };
    });
}

/** The sizes to compare with, if any were asked for and can be had. */
async function baseline({ runner, inputs }: Job, project: Project): Promise<ReadonlyMap<string, number> | undefined> {
  if (inputs.baseline === undefined) return undefined;
  const { baselineAt } = await import('./baseline.ts');
  const found = await baselineAt(inputs.baseline, project.tests, { root: project.root, strict: inputs.strict });
  if (typeof found !== 'string') return found;
  runner.write(annotate('notice', 'baseline', found));
  return undefined;
}

function summaryOf(job: Job, files: readonly CheckedFile[], before?: ReadonlyMap<string, number>) {
  const project = { root: '.' } as Project;
  return {
    tested: job.inputs.test,
    blob: job.context.blob,
    baseline: before === undefined ? undefined : job.inputs.baseline,
    programs: files.map(({ file, built, tests }) => ({
      file: inRepository(job, file),
      ok: built.wasm !== undefined,
      wasmSize: built.wasm?.length,
      sizeBefore: before?.get(file),
      errors: built.diagnostics.filter((d) => d.severity === 'error').length,
      warnings: built.diagnostics.filter((d) => d.severity === 'warning').length,
      passed: tests.filter((test) => test.ok).length,
      failed: tests.filter((test) => !test.ok).length,
    })),
    diagnostics: files.flatMap((file) => diagnosticRecords(file.built.diagnostics, placedSources(job, file.built))),
    failedTests: files.flatMap((file) => failedTests(job, project, file)),
  };
}

function pick(env: Runner['env'], names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

/** For `fromJSON` in a workflow's matrix: one row a target that can be tried, on its runner or under an emulator. */
function matrix(targets: readonly Target[]): string {
  const rows = targets.flatMap(({ name, runner, emulator }) => {
    const machine = runner ?? (emulator === null ? undefined : 'ubuntu-24.04');
    return machine === undefined
      ? []
      : [{ target: name, runner: machine, emulator: runner === null ? emulator : null }];
  });
  return JSON.stringify({ include: rows });
}

// ---- build, package, release

/** The folder for the pages of `wasmtime explore`. */
const EXPLORED = 'explore';

async function makeAndRelease(job: Job, wasmtime: (project?: Project) => Promise<Wasmtime>): Promise<number> {
  const { runner, inputs, context, command } = job;
  const project = inputs.config === undefined ? await loadInputs([]) : await configured(inputs.config);
  const tag = inputs.tag ?? context.tag;
  const version = releaseVersion(project, tag, command);
  const targets = parseTargets(inputs.targets ?? project.targets);

  if (inputs.test && command !== 'build') {
    const { files, good } = await checkProject(job, project, wasmtime);
    if (!good) {
      await runner.summary(checkSummary(summaryOf(job, files)));
      runner.write(annotate('error', 'nothing was packaged', 'a program does not compile or a test fails'));
      return EXIT.failed;
    }
  }

  const { packageProject, sourceDateEpoch } = await import('../project/tasks-package.ts');
  const { findSource } = await import('../project/origin.ts');
  const { name, root } = project;
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
    epoch: await sourceDateEpoch(project.root, inputs.sourceDateEpoch),
    onProgress: (done, of, what) => runner.write(`made ${what} (${done} of ${of})\n`),
  });
  if (!manifest) {
    for (const built of programs) runner.write(renderGithub(built.diagnostics, placedSources(job, built)));
    return EXIT.failed;
  }
  const dist = resolve(inputs.distDir);
  const manifestFile = join(dist, `${packageStem(manifest)}-manifest.json`);
  for (const target of manifest.targets) {
    for (const [program, exe] of Object.entries(target.executables)) {
      if (exe.status === 'none' && inputs.emit.exe) {
        runner.write(annotate('warning', target.name, `no executable of ${program}: ${exe.reason}`));
      }
    }
  }
  await runner.output('version', manifest.version);
  await runner.output('dist-dir', dist);
  await runner.output('manifest', manifestFile);
  await runner.output('checksums-file', join(dist, 'SHA256SUMS'));
  await runner.output('matrix', matrix(targets));

  if (inputs.smokeTest !== 'none' && inputs.emit.exe && command !== 'build') {
    const { smokeTest } = await import('../project/tasks-try.ts');
    const trials = await smokeTest(() => wasmtime(project), dist, manifest, inputs.smokeTest, runner.env);
    for (const { target, program, detail } of trials) runner.write(`tried ${program} on ${target}: ${detail}\n`);
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

  if (command !== 'release') {
    const { verifyDir } = await import('../package/verify.ts');
    const { files } = await verifyDir(dist);
    await runner.output('assets', assetList(files.map((f) => ({ ...f, url: '', digest: `sha256:${f.sha256}` }))));
    await runner.summary(releaseSummary({ manifest, state: 'packaged' }));
    const name = artifactName(manifest);
    const epoch = manifest.sourceDateEpoch;
    await uploadArtifacts(runner, inputs.uploadArtifacts, context, [
      { name, folder: dist, files: files.map((file) => file.name), epoch },
      ...(pages.length === 0 ? [] : [{ name: `${name}-explore`, folder: resolve(EXPLORED), files: pages, epoch }]),
    ]);
    return EXIT.ok;
  }
  return release(job, manifest, dist, tag, root);
}

/** The version to package: the tag's and the project's must agree where both say one. */
function releaseVersion(project: Project, tag: string | undefined, command: Job['command']): string | undefined {
  const ofTag = tag === undefined ? undefined : versionOfTag(tag, project.name);
  if (command === 'release' && tag === undefined) {
    throw userError(
      'E606',
      'there is no tag to release',
      'run on a tag push, or give the input tag, for example v1.2.3',
    );
  }
  if (command === 'release' && ofTag !== undefined && project.version !== undefined && ofTag !== project.version) {
    throw userError(
      'E402',
      `the tag ${tag} names version ${ofTag}, but ${project.configFile} says ${project.version}`,
      `set version = "${ofTag}" in [package], or push the tag v${project.version}`,
    );
  }
  return project.version ?? ofTag ?? (command === 'build' ? '0.0.0' : undefined);
}

async function release(
  job: Job,
  manifest: Manifest,
  dir: string,
  tag: string | undefined,
  root: string,
): Promise<number> {
  const { runner, inputs, context } = job;
  const { planProject, releaseProject } = await import('../project/tasks-release.ts');
  const options = {
    dir,
    tag: tag ?? '',
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
    return EXIT.ok;
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
  return EXIT.ok;
}

function assetList(assets: readonly { name: string; url: string; size: number; digest: string | null }[]): string {
  return JSON.stringify(assets.map(({ name, url, size, digest }) => ({ name, url, size, digest })));
}

async function verify({ runner, inputs }: Job): Promise<number> {
  const { verifyDir } = await import('../package/verify.ts');
  const { manifest, files } = await verifyDir(inputs.distDir);
  runner.write(
    `${inputs.distDir} holds ${manifest.name} ${manifest.version}: ${count(files.length, 'file')}, all digests right\n`,
  );
  await runner.output('version', manifest.version);
  return EXIT.ok;
}
