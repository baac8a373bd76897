import { spawn } from 'node:child_process';

/** What a finished program left behind; `status` is null when it could not be started or died by a signal. */
export interface Finished {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Why it could not be started, such as ENOENT. */
  readonly error?: NodeJS.ErrnoException;
}

/** Runs a program to its end with no stdin and collects its output; never throws. */
export function capture(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; timeoutMs?: number } = {},
): Promise<Finished> {
  return new Promise((resolve) => {
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: options.env ?? process.env,
      cwd: options.cwd,
      timeout: options.timeoutMs,
      windowsHide: true,
    });
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    const finish = (status: number | null, signal: NodeJS.Signals | null, error?: NodeJS.ErrnoException) =>
      resolve({ status, signal, stdout: Buffer.concat(out), stderr: Buffer.concat(err), error });
    child.on('error', (error) => finish(null, null, error));
    child.on('close', (status, signal) => finish(status, signal));
  });
}
