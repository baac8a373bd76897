import { describe, expect, it } from 'vitest';
import { compileArgs, FLAGS, launcherConfig, runArgs } from '../../src/toolchain/flags.ts';

describe('the flags table', () => {
  it('gives the arguments of wasmtime compile: only what changes code', () => {
    expect(compileArgs().join(' ')).toBe(
      '-W concurrency-support=n -W threads=n -W component-model=n -W gc-support=n -W exceptions=n -O memory-init-cow=n',
    );
  });

  it('gives runs the same settings and the limits of a run', () => {
    expect(runArgs().slice(0, compileArgs().length)).toEqual(compileArgs());
    expect(runArgs().join(' ')).toContain('-W max-wasm-stack=67108864 -D max-backtrace=4096');
  });

  it('tells the launcher every setting exactly once', () => {
    const { without, config } = launcherConfig();
    expect(without).toEqual(['component-model', 'component-model-async', 'gc', 'threads']);
    expect(config).toEqual({ max_wasm_stack: 67_108_864, memory_init_cow: false, wasm_backtrace_max_frames: 4096 });
    expect(FLAGS.length).toBe(8);
  });
});
