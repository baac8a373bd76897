/** Runs a module under wasmtime: stdin and stdout are the program's own, traps are told in Mochi terms. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { userError } from '../diagnostics/user-error.ts';
import type { LineTable } from '../wasm/lines.ts';
import { precompileCached, quietEnv } from './compile.ts';
import { runArgs } from './flags.ts';
import type { Wasmtime } from './install.ts';
import { requireHost } from './targets.ts';
import { reportMarker, splitAtMarker, wordReport } from './trap.ts';

export interface RunOptions {
  readonly wasm: Uint8Array;
  /** Where the code came from; without it a trap is told in the engine's words (others' modules). */
  readonly lineTable?: LineTable;
  /** What the program sees as its arguments after its own name. */
  readonly args?: readonly string[];
  /** What the program sees as its own name (argv[0]). */
  readonly name?: string;
  /** The variables the program may read; nothing else of the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folders the program may open: a path, or HOST::GUEST. */
  readonly dirs?: readonly string[];
  /** The program's stdin: this process's own unless given; bytes are piped in. */
  readonly stdin?: 'inherit' | 'ignore' | Uint8Array;
  /** Where stdout goes: this process's own unless given. */
  readonly stdout?: 'inherit' | 'ignore' | 'capture';
  /** Where stderr goes: this process's own unless given. */
  readonly stderr?: 'inherit' | 'capture';
  /** After so many milliseconds the program is ended. */
  readonly timeoutMs?: number;
  /** When so many bytes have been captured the program is ended; the rest is not kept. */
  readonly maxOutput?: number;
  readonly notice?: (text: string) => void;
}

export interface RunResult {
  /** The exit status: the program's own, 1 after a Mochi error, 134 after a trap of a module without a line table. */
  readonly status: number;
  /** The signal that ended it, if one did (then the status is 128 + its number). */
  readonly signal?: NodeJS.Signals;
  /** Why the program was ended before its own end. */
  readonly stopped?: 'timeout' | 'output';
  /** The signal that this process got meanwhile and handed on: it was to end, too. */
  readonly interrupted?: NodeJS.Signals;
  /** What was captured; empty otherwise. */
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** How long the process lived, in milliseconds. */
  readonly milliseconds: number;
}

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * Compiles the module for this machine (through the cache) and runs it to its end. Signals that reach this process are
 * handed on. Throws a UserError when the module cannot be compiled or wasmtime cannot be started.
 */
export async function runModule(wt: Wasmtime, options: RunOptions): Promise<RunResult> {
  const { path } = await precompileCached(wt, options.wasm, requireHost(), { notice: options.notice });
  const args = ['run', '--allow-precompiled', ...runArgs()];
  if (options.name !== undefined) args.push('--argv0', options.name);
  for (const dir of options.dirs ?? []) args.push('--dir', dir);
  for (const [name, value] of Object.entries(options.env ?? {})) args.push('--env', `${name}=${value}`);
  args.push('--', path, ...(options.args ?? []));
  const started = performance.now();
  const stdin = options.stdin ?? 'inherit';
  const child = spawn(wt.runner, args, {
    stdio: [
      stdin === 'inherit' || stdin === 'ignore' ? stdin : 'pipe',
      options.stdout === 'capture' ? 'pipe' : (options.stdout ?? 'inherit'),
      'pipe',
    ],
    env: quietEnv(),
    windowsHide: true,
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  let stopped: RunResult['stopped'];
  const stop = (why: 'timeout' | 'output') => {
    stopped ??= why;
    child.kill('SIGKILL');
  };
  let captured = 0;
  const keep = (list: Buffer[], chunk: Buffer) => {
    const room = (options.maxOutput ?? Number.POSITIVE_INFINITY) - captured;
    captured += chunk.length;
    if (room > 0) list.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    if (chunk.length > room) stop('output');
  };
  const timer = options.timeoutMs && setTimeout(() => stop('timeout'), options.timeoutMs);
  child.stdout?.on('data', (chunk: Buffer) => keep(out, chunk));
  const pass = (chunk: Buffer) => {
    if (options.stderr === 'capture') keep(err, chunk);
    else process.stderr.write(chunk);
  };
  const filter = splitAtMarker(reportMarker(path), pass);
  child.stderr?.on('data', (chunk: Buffer) => filter.push(chunk));
  if (child.stdin !== null && stdin instanceof Uint8Array) {
    // A program that ends without reading all of its input is no error.
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
  }
  let interrupted: NodeJS.Signals | undefined;
  const forward = FORWARDED.map((signal) => {
    const handler = () => {
      interrupted = signal;
      child.kill(signal);
    };
    process.on(signal, handler);
    return () => process.off(signal, handler);
  });
  // However this process ends, the program does not go on alone.
  const end = () => child.kill('SIGKILL');
  process.on('exit', end);
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.on('error', (error) =>
      reject(
        userError('E122', `cannot start ${wt.runner}: ${error.message}`, 'Remove the cache folder and try again.'),
      ),
    );
    child.on('close', (status, died) => resolve([status, died]));
  }).finally(() => {
    if (timer) clearTimeout(timer);
    for (const off of forward) off();
    process.off('exit', end);
  });
  const report = filter.end();
  const worded = report === undefined || code === 0 ? undefined : wordReport(report, options.lineTable);
  if (worded !== undefined) pass(Buffer.from(worded.text));
  const status = worded?.status ?? code ?? 128 + (signal === null ? 0 : (constants.signals[signal] ?? 0));
  return {
    status,
    ...(signal === null ? {} : { signal }),
    ...(stopped === undefined ? {} : { stopped }),
    ...(interrupted === undefined ? {} : { interrupted }),
    stdout: Buffer.concat(out),
    stderr: Buffer.concat(err),
    milliseconds: performance.now() - started,
  };
}
