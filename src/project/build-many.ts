/** Compiling many programs on several threads. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { type BuildOptions, type Built, buildOneOfMany, buildProgram, builtFrom, unreadable } from './build.ts';
import { keepsCode } from './code-cache.ts';
import type { CompileAnswer, CompileJob, ThreadStart } from './compile-worker.ts';
import { compileSeldom } from './engine.ts';
import { readProgram } from './source.ts';

/** Programs a thread must get: each begins with what the compiler's own start takes, that of some three programs. */
const PER_THREAD = 4;
const MOST_THREADS = 4;
/** How many programs a thread is ahead of what the caller has taken. */
const AHEAD = 2;

export interface Many {
  /** How many threads there may be. */
  readonly most?: number;
  /** Whether one that cannot be read leaves the others alone, as with buildOneOfMany(). */
  readonly tolerant?: boolean;
}

/**
 * Compiles programs as buildProgram() does and gives them in order. With enough of them other threads do it, one job at
 * a time, while the caller is busy with what it has got; then `result` is missing. What a thread cannot do is done here.
 */
export async function* buildPrograms(
  paths: readonly string[],
  options: BuildOptions,
  { most = Math.min(availableParallelism(), MOST_THREADS), tolerant = false }: Many = {},
): AsyncGenerator<Built> {
  const threads = Math.min(most, Math.floor(paths.length / PER_THREAD));
  if (threads < 2) {
    for (const path of paths) yield await (tolerant ? buildOneOfMany : buildProgram)(path, options);
    return;
  }
  compileSeldom(!keepsCode());
  const pool = Array.from({ length: threads }, startThread);
  const started: Promise<Built>[] = [];
  const start = (i: number): void => {
    const path = paths[i];
    if (path === undefined) return;
    const one = buildIn(pool[i % threads]!, path, options).catch((error: unknown) => {
      if (!tolerant) throw error;
      return unreadable(path, error);
    });
    // Awaited in order below; a failure of a later one must not count as unhandled meanwhile.
    one.catch(() => undefined);
    started[i] = one;
  };
  try {
    for (let i = 0; i < threads * AHEAD; i++) start(i);
    for (let i = 0; i < paths.length; i++) {
      yield await started[i]!;
      delete started[i];
      start(i + threads * AHEAD);
    }
  } finally {
    await Promise.all(pool.map((thread) => thread.end()));
  }
}

interface Thread {
  readonly compile: (job: CompileJob) => Promise<CompileAnswer>;
  readonly end: () => Promise<unknown>;
}

function startThread(): Thread {
  // Beside this file, as a source or in the bundle.
  const file = import.meta.url.endsWith('.ts') ? './compile-worker.ts' : './compile-worker.js';
  const workerData: ThreadStart = { keepsCode: keepsCode() };
  const worker = new Worker(new URL(file, import.meta.url), { workerData });
  const waiting: ((answer: CompileAnswer) => void)[] = [];
  let gone = false;
  worker.on('message', (answer: CompileAnswer) => waiting.shift()?.(answer));
  const lost = (): void => {
    gone = true;
    for (const resolve of waiting.splice(0)) resolve(undefined);
  };
  worker.on('error', lost);
  worker.on('exit', lost);
  return {
    compile: (job) =>
      new Promise((resolve) => {
        if (gone) resolve(undefined);
        else {
          waiting.push(resolve);
          worker.postMessage(job);
        }
      }),
    end: () => worker.terminate(),
  };
}

async function buildIn(thread: Thread, path: string, options: BuildOptions): Promise<Built> {
  const file = await readProgram(path, options.root);
  if (file.kind === 'wasm') return buildProgram(path, options);
  const { root: _root, ...compileOptions } = options;
  const source = { path: file.path, text: file.text };
  const answer = await thread.compile({ source, options: compileOptions });
  return answer === undefined ? buildProgram(path, options) : builtFrom(file, answer);
}
