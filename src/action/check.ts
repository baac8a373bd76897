/** The command `check`: every program compiled, every test run, told as annotations and as a summary. */
import { join } from 'node:path';
import { diagnosticRecords, renderGithub } from '../diagnostics/render.ts';
import { EXIT, isUserError, userError } from '../diagnostics/user-error.ts';
import { findFiles } from '../project/glob.ts';
import { findSources, loadFiles, loadInputs, type Project } from '../project/project.ts';
import { type CheckedFile, checkFiles, firstFrame, isGood } from '../project/tasks.ts';
import { annotate, annotateTests } from '../report/annotations.ts';
import { count, formatSize } from '../report/sizes.ts';
import { checkSummary } from '../report/summary.ts';
import { parseTargets } from '../toolchain/targets.ts';
import type { Inputs } from './inputs.ts';
import { configured, inRepository, type Job, type LazyWasmtime, matrix, placedSources } from './job.ts';
import type { Runner } from './runner.ts';

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
  if (!project) {
    return findSources([], 'sources').catch((error: unknown) => {
      if (!isUserError(error) || error.code !== 'E210') throw error;
      const fix = 'have actions/checkout run before, and check the inputs working-directory and sources';
      throw userError(error.code, error.message, fix);
    });
  }
  const all = await findFiles(project.root, ['**/*.mochi']);
  return { ...project, tests: all.map((path) => join(project.root, path)) };
}

/** Compiles and tests what the inputs name; gives the exit status. */
export async function check(job: Job, wasmtime: LazyWasmtime): Promise<number> {
  const project = await sourcesOf(job.inputs);
  const { files, good } = await checkProject(job, project, wasmtime);
  await job.runner.summary(checkSummary(summaryOf(job, files, await baseline(job, project))));
  await job.runner.output('matrix', matrix(parseTargets(job.inputs.targets ?? 'default')));
  return good ? EXIT.ok : EXIT.failed;
}

/** Compiles and tests; annotates what failed and sets the outputs about tests. */
export async function checkProject(
  job: Job,
  project: Project,
  wasmtime: LazyWasmtime,
): Promise<{ files: CheckedFile[]; good: boolean }> {
  const { runner, inputs } = job;
  const { root, capabilities } = project;
  const files = await checkFiles(project.tests, () => wasmtime(project), {
    strict: inputs.strict,
    root,
    test: inputs.test,
    timeout: inputs.testTimeout,
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

export function summaryOf(job: Job, files: readonly CheckedFile[], before?: ReadonlyMap<string, number>) {
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
