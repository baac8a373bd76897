/** Runs a compiled program that reads data from its input, with the input arriving in pieces of any size. */
import { compile } from '../../src/compiler.ts';
import { wasi } from './harness.ts';

export interface DataProgram {
  /** What the program prints for an input; `pieces` are the sizes in which it arrives, over and over. */
  run(input: string | Uint8Array, pieces?: readonly number[]): Promise<DataOutcome>;
}

export interface DataOutcome {
  readonly out: string;
  /** What it says on standard error when it fails. */
  readonly error: string;
}

/** ENOENT's number is not needed here: a program without folders finds none. */
const ERRNO_BADF = 8;

/** Compiles a program once; every run has a fresh instance. */
export async function dataProgram(text: string, options: { gcStress?: boolean } = {}): Promise<DataProgram> {
  const compiled = compile([{ path: 'data.mochi', text }], { mode: 'run', verify: true, ...options });
  if (!compiled.wasm) throw new Error(compiled.diagnostics.map((d) => `${d.code} ${d.title}`).join('\n'));
  const module = await WebAssembly.compile(compiled.wasm);
  return {
    async run(input, pieces = [1 << 20]) {
      const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input;
      const system = wasi({ stdin: bytes });
      const calls = system.imports['wasi_snapshot_preview1'] as Record<string, (...args: number[]) => number>;
      let memory: WebAssembly.Memory | undefined;
      let turn = 0;
      const imports = {
        wasi_snapshot_preview1: {
          ...calls,
          fd_read(fd: number, vectors: number, count: number, read: number): number {
            const view = new DataView(memory!.buffer);
            const most = Math.max(1, pieces[turn++ % pieces.length]!);
            view.setUint32(vectors + 4, Math.min(most, view.getUint32(vectors + 4, true)), true);
            return calls['fd_read']!(fd, vectors, count, read);
          },
          fd_prestat_get: () => ERRNO_BADF,
          fd_prestat_dir_name: () => ERRNO_BADF,
          path_open: () => ERRNO_BADF,
          fd_close: () => 0,
        },
      };
      const instance = await WebAssembly.instantiate(module, imports as unknown as WebAssembly.Imports);
      memory = instance.exports['memory'] as WebAssembly.Memory;
      system.attach(memory);
      try {
        (instance.exports['_start'] as () => void)();
      } catch (trap) {
        if (system.stderr() === '') throw trap;
      }
      return { out: system.stdout(), error: system.stderr() };
    },
  };
}
