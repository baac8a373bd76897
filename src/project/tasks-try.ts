/** Trying what was packaged: the executables of this machine and of those it can emulate; and a look at their code. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, userError } from '../diagnostics/user-error.ts';
import type { Manifest } from '../package/manifest.ts';
import { removeOnSignal } from '../toolchain/cleanup.ts';
import { makeFolder } from '../toolchain/files.ts';
import { compileArgs } from '../toolchain/flags.ts';
import type { Wasmtime } from '../toolchain/install.ts';
import { capture } from '../toolchain/process.ts';
import { runModule } from '../toolchain/run.ts';
import { hostTarget, TARGETS, type Target } from '../toolchain/targets.ts';
import { lineTableOf } from './build.ts';

export interface Trial {
  readonly target: string;
  readonly program: string;
  /** `ok`: it did what the same .wasm does under wasmtime. */
  readonly status: 'ok' | 'skipped';
  readonly detail: string;
}

/** A program that has not ended after so many milliseconds counts as started. */
const PATIENCE = 60_000;

/**
 * Unpacks the archives of `dir` that this machine can run, runs each executable with no input and compares its exit status
 * and whether it printed with the same .wasm under wasmtime. `emulated` tries those that an emulator in PATH can run, too.
 * Throws a UserError (exit 3) when one of them behaves otherwise.
 */
export async function smokeTest(
  wasmtime: () => Promise<Wasmtime>,
  dir: string,
  manifest: Manifest,
  which: 'host' | 'emulated',
  env: Readonly<Record<string, string | undefined>>,
): Promise<Trial[]> {
  const trials: Trial[] = [];
  const host = hostTarget();
  for (const made of manifest.targets) {
    const target = TARGETS.find((t) => t.name === made.name);
    if (!target || made.archive === null) continue;
    const emulator = target.name === host?.name ? [] : which === 'emulated' ? await findEmulator(target) : undefined;
    if (!emulator) continue;
    const folder = await mkdtemp(join(tmpdir(), 'mochi-smoke-'));
    const keep = removeOnSignal(folder);
    try {
      const unpack = await capture('tar', ['-xf', join(dir, made.archive), '-C', folder, '--strip-components', '1']);
      if (unpack.status !== 0) {
        trials.push({ target: target.name, program: '', status: 'skipped', detail: 'tar cannot unpack the archive' });
        continue;
      }
      for (const [program, exe] of Object.entries(made.executables)) {
        if (exe.status === 'none') continue;
        const detail = await tryOne(wasmtime, folder, exe.path, program, emulator, manifest, env);
        trials.push({ target: target.name, program, status: 'ok', detail });
      }
    } finally {
      keep();
      await rm(folder, { recursive: true, force: true });
    }
  }
  return trials;
}

async function tryOne(
  wasmtime: () => Promise<Wasmtime>,
  folder: string,
  path: string,
  program: string,
  emulator: readonly string[],
  manifest: Manifest,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const command = [...emulator, join(folder, path)];
  const got = await capture(command[0]!, command.slice(1), { timeoutMs: PATIENCE, keepBytes: 1_000_000 });
  if (got.error) {
    throw differs(path, `it cannot be started: ${got.error.message}`);
  }
  if (got.signal === 'SIGTERM') return `still running after ${PATIENCE / 1000} s`;
  const wasm = await readFile(join(folder, `${program}.wasm`));
  const allowed = manifest.programs.find((p) => p.name === program);
  const want = await runModule(await wasmtime(), {
    wasm,
    lineTable: lineTableOf(wasm),
    name: program,
    dirs: allowed?.dirs,
    env: Object.fromEntries(
      (allowed?.env ?? []).flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])),
    ),
    stdin: 'ignore',
    stdout: 'capture',
    stderr: 'capture',
  });
  const status = got.status ?? `the signal ${got.signal}`;
  if (status !== want.status || got.stdout.length > 0 !== want.stdout.length > 0) {
    const first = got.stderr.toString('utf8').split('\n')[0] ?? '';
    const printed = got.stdout.length > 0 ? 'printed' : 'printed nothing';
    throw differs(path, `it ended with ${status} and ${printed}, under wasmtime with ${want.status} (${first})`);
  }
  return `exit status ${status}, as under wasmtime`;
}

function differs(path: string, how: string): Error {
  return userError(
    'E319',
    `the executable ${path} does not do what its .wasm does: ${how}`,
    'set smoke-test to none to package it all the same, and report it as a bug',
    EXIT.verification,
  );
}

/** The emulator's command for a target, if it is installed. */
async function findEmulator({ emulator }: Target): Promise<string[] | undefined> {
  if (emulator === null) return undefined;
  const found = await capture(emulator, ['--version']);
  return found.error ? undefined : [emulator];
}

/**
 * Writes `folder`/NAME.html, wasmtime's page of a program's WebAssembly beside its machine code; gives the path. Throws a UserError
 * when wasmtime cannot make it.
 */
export async function exploreProgram(wt: Wasmtime, name: string, wasm: Uint8Array, folder: string): Promise<string> {
  await makeFolder(folder);
  const page = join(folder, `${name}.html`);
  const from = join(folder, `.${name}.wasm`);
  try {
    await writeFile(from, wasm);
    await wt.verifyCompiler();
    const made = await capture(wt.path, ['explore', ...compileArgs(), '-o', page, from]);
    if (made.status === 0) return page;
    const why = made.stderr.toString('utf8').trim().split('\n')[0] ?? '';
    throw userError('E308', `wasmtime cannot explore ${name}: ${why}`, 'set the input explore to false');
  } finally {
    await rm(from, { force: true });
  }
}
