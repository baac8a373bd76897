/** The action's commands: inputs to the same calls that the command line makes, results to outputs and summary. */
import { join, resolve } from 'node:path';
import { assertNever } from '../diagnostics/assert.ts';
import { EXIT, userError } from '../diagnostics/user-error.ts';
import { loadInputs, type Project } from '../project/project.ts';
import { annotate } from '../report/annotations.ts';
import { count } from '../report/sizes.ts';
import { ensureWasmtime, type Wasmtime } from '../toolchain/install.ts';
import { check } from './check.ts';
import { configured, type Job, type LazyWasmtime } from './job.ts';
import { addMatcher, installCommand } from './root.ts';

/** Runs a command of the action; gives the exit status and throws UserErrors. */
export async function run(job: Job): Promise<number> {
  const { inputs, command } = job;
  enterFolder(inputs.workingDirectory);
  await useProxy(job);
  job.runner.write(addMatcher());
  const wasmtime = lazyWasmtime(job);
  switch (command) {
    case 'check':
      return check(job, wasmtime);
    case 'build':
    case 'package':
    case 'release':
      return (await import('./make.ts')).makeAndRelease(job, wasmtime);
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
async function useProxy({ runner }: Job): Promise<void> {
  if (!['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].some((name) => runner.env[name])) return;
  // Half of what a check costs before it works, so only where it is needed.
  const { default: http } = await import('node:http');
  const { setGlobalProxyFromEnv } = http as { setGlobalProxyFromEnv?: () => void };
  if (setGlobalProxyFromEnv) setGlobalProxyFromEnv();
  else runner.write(annotate('notice', 'proxy', 'the Node of this runner cannot use the proxy settings'));
}

// ---- wasmtime

/** Gets wasmtime once, when it is first needed, and sets the outputs that tell about it. */
function lazyWasmtime(job: Job): LazyWasmtime {
  let promise: Promise<Wasmtime> | undefined;
  return (project) => {
    promise ??= installWasmtime(job, project);
    return promise;
  };
}

async function installWasmtime(
  { runner, inputs }: Job,
  project: Pick<Project, 'wasmtime'> | undefined,
): Promise<Wasmtime> {
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

async function setup({ runner, inputs }: Job, wasmtime: LazyWasmtime): Promise<number> {
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

async function verify({ runner, inputs }: Job): Promise<number> {
  const { verifyDir } = await import('../package/verify.ts');
  const { manifest, files } = await verifyDir(inputs.distDir);
  runner.write(
    `${inputs.distDir} holds ${manifest.name} ${manifest.version}: ${count(files.length, 'file')}, all digests right\n`,
  );
  await runner.output('version', manifest.version);
  return EXIT.ok;
}
