/**
 * The one table of engine settings: it gives the arguments of `wasmtime compile` and `wasmtime run`, and says what
 * the launcher's Config must hold. A .cwasm is refused by an engine whose settings differ in anything that changes
 * code, so nothing else may hand settings to wasmtime.
 */

/** Bytes of stack that WebAssembly frames may take; ordinary frames of a Mochi program take 50 to 500 bytes. */
export const MAX_WASM_STACK = 64 * 1024 * 1024;

/**
 * How many frames of a trap's backtrace are captured, so that those not shown can be counted. Each costs a look-up:
 * all 700,000 of an endless recursion would take longer than the recursion did.
 */
export const COUNTED_FRAMES = 4096;

/** How many Mochi frames of a stack trace are printed. */
export const SHOWN_FRAMES = 20;

interface Flag {
  /** The letter of wasmtime's option group. */
  readonly group: 'W' | 'O' | 'C' | 'D';
  readonly name: string;
  readonly value: string;
  /** Whether the setting changes compiled code (both commands need it) or only a run. */
  readonly when: 'code' | 'run';
  /**
   * How the launcher has it: by being built without the crate's feature of that kind, or by a method of Config with
   * the same value.
   */
  readonly launcher: { readonly without: string } | { readonly method: string };
}

/**
 * The features that are off are those a Mochi program never uses and that a small engine is built without; a default
 * .cwasm would be refused there.
 */
export const FLAGS: readonly Flag[] = [
  { group: 'W', name: 'concurrency-support', value: 'n', when: 'code', launcher: { without: 'component-model-async' } },
  { group: 'W', name: 'threads', value: 'n', when: 'code', launcher: { without: 'threads' } },
  { group: 'W', name: 'component-model', value: 'n', when: 'code', launcher: { without: 'component-model' } },
  { group: 'W', name: 'gc-support', value: 'n', when: 'code', launcher: { without: 'gc' } },
  { group: 'W', name: 'exceptions', value: 'n', when: 'code', launcher: { without: 'gc' } },
  // Mapping the initial memory pays for large ones that many instances share; one start is faster with a copy.
  { group: 'O', name: 'memory-init-cow', value: 'n', when: 'code', launcher: { method: 'memory_init_cow' } },
  {
    group: 'W',
    name: 'max-wasm-stack',
    value: String(MAX_WASM_STACK),
    when: 'run',
    launcher: { method: 'max_wasm_stack' },
  },
  {
    group: 'D',
    name: 'max-backtrace',
    value: String(COUNTED_FRAMES),
    when: 'run',
    launcher: { method: 'wasm_backtrace_max_frames' },
  },
];

const args = (flags: readonly Flag[]): string[] =>
  flags.flatMap((flag) => [`-${flag.group}`, `${flag.name}=${flag.value}`]);

/** The arguments of `wasmtime compile` that fix the code's settings (the target comes on top). */
export function compileArgs(): string[] {
  return args(FLAGS.filter((flag) => flag.when === 'code'));
}

/** The arguments of `wasmtime run` for a .cwasm made with compileArgs(). */
export function runArgs(): string[] {
  return args(FLAGS);
}

/** What the launcher needs: crate features that must be absent, and Config methods with their values. */
export function launcherConfig(): { without: string[]; config: Record<string, number | boolean> } {
  const without = new Set<string>();
  const config: Record<string, number | boolean> = {};
  for (const { launcher, value } of FLAGS) {
    if ('without' in launcher) without.add(launcher.without);
    else config[launcher.method] = value === 'n' ? false : Number(value);
  }
  return { without: [...without].sort(), config };
}
