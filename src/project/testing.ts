/** Runs a file's tests: one module, one process a test, so that no test sees what another did. */
import { availableParallelism } from 'node:os';
import type { Wasmtime } from '../toolchain/install.ts';
import { type RunResult, runModule } from '../toolchain/run.ts';
import { type Built, buildOneOfMany, buildProgram } from './build.ts';
import { TEST_TIMEOUT } from './timeout.ts';

export interface TestResult {
  readonly name: string;
  readonly line: number;
  readonly ok: boolean;
  /** Why it failed: the error's text, without `error: `. */
  readonly message?: string;
  /** The lines after the message: the stack trace. */
  readonly trace?: string;
  /** What the test itself printed. */
  readonly output?: string;
  /** How long its process lived, in milliseconds. */
  readonly milliseconds: number;
}

/** How much a test may print, in bytes: what it prints is kept in memory and shown when it fails. */
const MAX_OUTPUT = 16 * 1024 * 1024;

export interface FileResult {
  readonly file: string;
  readonly built: Built;
  /** Empty too when the file does not compile. */
  readonly tests: readonly TestResult[];
}

export interface TestOptions {
  readonly strict?: boolean;
  readonly gcStress?: boolean;
  readonly root?: string;
  /** Only tests whose name contains this. */
  readonly filter?: string;
  /** Folders the programs may open, and variables they may read. */
  readonly dirs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A file that cannot be read does not keep other files from being tested: it is told as one that does not compile. */
  readonly oneOfMany?: boolean;
  /** After so many seconds a test is ended and has failed: `TEST_TIMEOUT` unless given; 0 for no limit. */
  readonly timeout?: number;
  /** Called before a file's first test, and after each test, in order. */
  readonly onFile?: (file: string, built: Built) => void;
  readonly onTest?: (file: string, test: TestResult) => void;
  readonly notice?: (text: string) => void;
}

/**
 * Compiles `path` in test mode and runs its tests, several at a time, reporting them in their order. `wasmtime` is only
 * asked for when there is a test to run. Throws UserErrors as buildProgram() and runModule() do.
 */
export async function testFile(
  path: string,
  wasmtime: () => Promise<Wasmtime>,
  options: TestOptions = {},
): Promise<FileResult> {
  const built = await (options.oneOfMany ? buildOneOfMany : buildProgram)(path, {
    mode: 'test',
    strict: options.strict,
    gcStress: options.gcStress,
    root: options.root,
  });
  const { wasm, lineTable, shown } = built;
  const wanted = built.tests
    .map((test, index) => ({ ...test, index }))
    .filter((test) => options.filter === undefined || test.name.includes(options.filter));
  if (wasm === undefined || wanted.length === 0) return { file: shown, built, tests: [] };
  options.onFile?.(shown, built);
  const wt = await wasmtime();
  const timeout = options.timeout ?? TEST_TIMEOUT;
  const running = new Map<number, Promise<TestResult & { interrupted?: NodeJS.Signals }>>();
  const start = (position: number): void => {
    const test = wanted[position];
    if (test === undefined || running.has(position)) return;
    const { dirs, env, notice } = options;
    const run = runModule(wt, {
      wasm,
      lineTable,
      args: [String(test.index)],
      name: shown,
      dirs,
      env,
      notice,
      stdin: 'ignore',
      stdout: 'capture',
      stderr: 'capture',
      timeoutMs: timeout * 1000,
      maxOutput: MAX_OUTPUT,
    }).then((result) => {
      const ok = result.status === 0 && result.stopped === undefined;
      return {
        name: test.name,
        line: test.line,
        ok,
        milliseconds: result.milliseconds,
        ...(result.stdout.length > 0 ? { output: result.stdout.toString('utf8') } : {}),
        ...(ok ? {} : failure(result, timeout)),
        ...(result.interrupted === undefined ? {} : { interrupted: result.interrupted }),
      };
    });
    // Awaited in order below; a failure of a later one must not count as unhandled meanwhile.
    run.catch(() => undefined);
    running.set(position, run);
  };
  const tests: TestResult[] = [];
  const ahead = Math.min(availableParallelism(), 8);
  // The first fills the compile cache for the others.
  start(0);
  for (let i = 0; i < wanted.length; i++) {
    const { interrupted, ...result } = await running.get(i)!;
    running.delete(i);
    if (interrupted !== undefined) {
      // The signal was for this process as well, which had handed it on: it ends when no test is left to hand it to.
      await Promise.allSettled(running.values());
      process.kill(process.pid, interrupted);
    }
    tests.push(result);
    for (let next = i + 1; next <= i + ahead; next++) start(next);
    options.onTest?.(shown, result);
  }
  return { file: shown, built, tests };
}

function failure({ stderr, status, signal, stopped }: RunResult, timeout: number): { message: string; trace?: string } {
  if (stopped === 'timeout') return { message: `did not end within ${timeout} s and was stopped` };
  if (stopped === 'output') return { message: `printed more than ${MAX_OUTPUT / 1024 / 1024} MiB and was stopped` };
  const lines = stderr.toString('utf8').replace(/\n$/, '').split('\n');
  const at = lines.findLastIndex((line) => line.startsWith('error: '));
  if (at < 0) return { message: signal === undefined ? `exit status ${status}` : `ended by ${signal}` };
  const trace = lines.slice(at + 1).join('\n');
  return { message: lines[at]!.slice('error: '.length), ...(trace === '' ? {} : { trace }) };
}
