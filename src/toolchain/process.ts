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

/** Runs a program to its end with no stdin and collects its output, or the first `keepBytes` of each stream; never throws. */
export function capture(
  command: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; timeoutMs?: number; keepBytes?: number } = {},
): Promise<Finished> {
  return new Promise((resolve) => {
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const keep = (list: Buffer[]) => {
      let room = options.keepBytes ?? Number.POSITIVE_INFINITY;
      return (chunk: Buffer) => {
        if (room > 0) list.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
        room -= chunk.length;
      };
    };
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: options.env ?? process.env,
      cwd: options.cwd,
      timeout: options.timeoutMs,
      windowsHide: true,
    });
    child.stdout.on('data', keep(out));
    child.stderr.on('data', keep(err));
    const finish = (status: number | null, signal: NodeJS.Signals | null, error?: NodeJS.ErrnoException) =>
      resolve({ status, signal, stdout: Buffer.concat(out), stderr: Buffer.concat(err), error });
    child.on('error', (error) => finish(null, null, error));
    child.on('close', (status, signal) => finish(status, signal));
  });
}
