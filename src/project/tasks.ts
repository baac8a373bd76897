/** Checking a project, for the action and the command line: compile every source, run every test. Nothing here prints. */
import type { Wasmtime } from '../toolchain/install.ts';
import type { Built } from './build.ts';
import { buildPrograms } from './build-many.ts';
import { type TestResult, testFile } from './testing.ts';

export interface CheckOptions {
  /** Report as errors what only warns otherwise. */
  readonly strict?: boolean;
  /** The folder that the line tables' paths are relative to. */
  readonly root?: string;
  /** Run the tests of the files that compile. */
  readonly test: boolean;
  readonly dirs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Seconds that a test may take, as testFile() takes them. */
  readonly timeout?: number;
  readonly onFile?: (file: CheckedFile) => void;
  readonly notice?: (text: string) => void;
}

/** One source after compiling it and running its tests. */
export interface CheckedFile {
  /** As it is shown to the user. */
  readonly file: string;
  /** Compiled in mode `run`. */
  readonly built: Built;
  /** Empty when it does not compile, has no tests, or they were not to be run. */
  readonly tests: readonly TestResult[];
}

/** Did the file compile, and did all of its tests pass? */
export function isGood({ built, tests }: CheckedFile): boolean {
  return built.wasm !== undefined && tests.every((test) => test.ok);
}

/**
 * Compiles every file and runs its tests under wasmtime, which is asked for only when there is a test to run. A file that fails
 * or cannot be read does not stop the others.
 */
export async function checkFiles(
  paths: readonly string[],
  wasmtime: () => Promise<Wasmtime>,
  options: CheckOptions,
): Promise<CheckedFile[]> {
  const files: CheckedFile[] = [];
  const { strict, root, dirs, env, timeout, notice } = options;
  for await (const built of buildPrograms(paths, { mode: 'run', strict, root }, { tolerant: true })) {
    const path = paths[files.length]!;
    const runs = options.test && built.wasm !== undefined && built.tests.length > 0;
    const tests = runs ? (await testFile(path, wasmtime, { strict, root, dirs, env, timeout, notice })).tests : [];
    const file = { file: built.shown, built, tests };
    files.push(file);
    options.onFile?.(file);
  }
  return files;
}

/** The place of the innermost frame in a stack trace, `  at NAME (FILE:LINE:COL)`. */
export function firstFrame(trace: string | undefined): { file: string; line: number; col: number } | undefined {
  const match = /^ {2}at .* \((.+):(\d+):(\d+)\)$/m.exec(trace ?? '');
  return match ? { file: match[1]!, line: Number(match[2]), col: Number(match[3]) } : undefined;
}
