/** One run of the action, and what its commands have in common. */
import { relative, resolve, sep } from 'node:path';
import type { Built } from '../project/build.ts';
import { loadFolder, type Project } from '../project/project.ts';
import type { Wasmtime } from '../toolchain/install.ts';
import type { Target } from '../toolchain/targets.ts';
import type { Context } from './context.ts';
import type { Command, Inputs } from './inputs.ts';
import type { Runner } from './runner.ts';

export interface Job {
  readonly runner: Runner;
  readonly inputs: Inputs;
  readonly context: Context;
  readonly command: Exclude<Command, 'auto'>;
}

/** Gives wasmtime, which is got once, when it is first needed. */
export type LazyWasmtime = (project?: Pick<Project, 'wasmtime'>) => Promise<Wasmtime>;

/** The project of the input `config`. */
export function configured(config: string): Promise<Project> {
  return loadFolder(resolve(config, '..'), config);
}

/** A path as seen from the working directory, as the repository sees it: what annotations need. */
export function inRepository({ context }: Job, path: string): string {
  return relative(context.workspace, resolve(path)).split(sep).join('/');
}

export function placedSources(job: Job, built: Built): { path: string; text: string }[] {
  return built.sources.map(({ path, text }) => ({ path: inRepository(job, path), text }));
}

/** For `fromJSON` in a workflow's matrix: one row a target that can be tried, on its runner or under an emulator. */
export function matrix(targets: readonly Pick<Target, 'name' | 'runner' | 'emulator'>[]): string {
  const rows = targets.flatMap(({ name, runner, emulator }) => {
    const machine = runner ?? (emulator === null ? undefined : 'ubuntu-24.04');
    return machine === undefined
      ? []
      : [{ target: name, runner: machine, emulator: runner === null ? emulator : null }];
  });
  return JSON.stringify({ include: rows });
}
