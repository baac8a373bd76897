/** Runs the command line in its own process, from the sources or as it is shipped. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The command line's entry. */
export const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** The command line as it is shipped. */
export const DIST = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export interface CliResult {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

export function cli(
  args: readonly string[],
  options: { cwd: string; input?: string | Uint8Array; env?: Record<string, string>; main?: string },
): CliResult {
  const env: NodeJS.ProcessEnv = { ...process.env, ...options.env };
  delete env.NO_COLOR;
  const done = spawnSync(process.execPath, [options.main ?? MAIN, ...args], {
    cwd: options.cwd,
    input: options.input ?? '',
    env,
  });
  return { status: done.status, out: done.stdout.toString(), err: done.stderr.toString() };
}
