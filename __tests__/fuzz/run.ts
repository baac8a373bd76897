/** The ways to run a program: by the reference interpreter, as IR at any point of the way, and compiled. */
import { type CompileOptions, compile } from '../../src/compiler.ts';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import type { Func, Module } from '../../src/ir/ir.ts';
import { parse } from '../../src/syntax/parser.ts';
import { sourceFile } from '../../src/syntax/source.ts';
import { type LineTable, lookup } from '../../src/wasm/lines.ts';
import { Exit, type Wasi, wasi } from '../runtime/harness.ts';
import { Discard, interpret, type Reference } from './interpreter.ts';
import { OutOfFuel, Trap, translate } from './ir-interpreter.ts';

/** More than the reference interpreter lets a program have. */
const MAX_FRAMES = 2000;

/** What a run prints and how it ends. */
export interface Outcome {
  readonly out: string;
  /** What it writes to standard error; ends with `trap: …` when it traps without having said why. */
  readonly err: string;
  readonly status: number;
  /** Where it fails, innermost call first: what a stack trace shows. Only modules know. */
  readonly trace?: readonly string[];
}

/** The IR after a pass. */
export interface Stage {
  readonly pass: string;
  readonly module: Module;
}

export interface Built {
  readonly wasm: Uint8Array;
  readonly lineTable: LineTable;
  /** From `reach` to the last pass. */
  readonly stages: readonly Stage[];
}

/** The program is rejected by the compiler. */
export class Rejected extends Error {}

/** What the reference interpreter makes of a program; undefined when it is of no use. */
export function reference(text: string): Reference | undefined {
  const { program, diagnostics } = parse(sourceFile('fuzz.mochi', text), 0, { next: 1 });
  if (diagnostics.some((d) => d.severity === 'error')) throw new Error(`not a program: ${diagnostics[0]?.title}`);
  try {
    return interpret(program);
  } catch (e) {
    if (e instanceof Discard) return undefined;
    throw e;
  }
}

/** Compiles a program and keeps the IR of the way. */
export function build(text: string, options: Partial<CompileOptions> = {}): Built {
  const stages: Stage[] = [];
  const result = compile([{ path: 'fuzz.mochi', text }], {
    mode: 'run',
    ...options,
    observe(pass, module) {
      options.observe?.(pass, module);
      stages.push({ pass, module: copy(module) });
    },
  });
  if (!result.wasm || !result.lineTable) {
    const errors = result.diagnostics.filter((d: Diagnostic) => d.severity === 'error');
    throw new Rejected(errors.map((d) => `${d.code} ${d.title}`).join('\n'));
  }
  return { wasm: result.wasm, lineTable: result.lineTable, stages };
}

/** A copy that passes leave alone: they give functions new bodies and more locals, but do not change trees. */
function copy(module: Module): Module {
  const funcs = [...module.funcs].map(([name, f]): [string, Func] => [name, { ...f, locals: [...f.locals] }]);
  return {
    funcs: new Map(funcs),
    imports: new Map(module.imports),
    globals: new Map(module.globals),
    data: new Map(module.data),
    exports: new Map(module.exports),
  };
}

/** Runs a module of WebAssembly in this process. */
export function runWasm({ wasm, lineTable }: Built): Outcome {
  const system = wasi();
  const instance = new WebAssembly.Instance(new WebAssembly.Module(wasm), system.imports);
  system.attach(instance.exports['memory'] as WebAssembly.Memory);
  return outcome(system, instance.exports['_start'] as () => void, lineTable);
}

/** The places of a program that the frames of the engine's own stack trace stand for. */
function trace(e: Error, table: LineTable): string[] {
  const offsets = [...(e.stack ?? '').matchAll(/wasm-function\[\d+\]:(0x[0-9a-f]+)/g)].map((m) => Number(m[1]));
  return offsets.flatMap((offset) => (lookup(table, offset) ?? []).map((p) => `${p.name} ${p.line}:${p.col}`));
}

/** Runs IR by the IR interpreter. */
export function runIr(module: Module): Outcome {
  const system = wasi();
  const program = translate(module);
  return outcome(system, () => {
    program.run('_start', [], system.imports, (memory) => system.attach(memory as WebAssembly.Memory));
  });
}

function outcome(system: Wasi, start: () => void, table?: LineTable): Outcome {
  let status = 0;
  let trap = '';
  let places: string[] | undefined;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = MAX_FRAMES;
  try {
    start();
  } catch (e) {
    if (e instanceof Exit) status = e.status;
    else if (e instanceof OutOfFuel) return { out: system.stdout(), err: 'trap: the program does not end', status: 1 };
    else if (!isTrap(e)) throw e;
    else {
      status = 1;
      trap = e.message === 'unreachable' ? e.message : 'other than unreachable';
      places = table && trace(e, table);
    }
  } finally {
    Error.stackTraceLimit = limit;
  }
  const err = system.stderr();
  // A failing program says why and traps on purpose; any other trap is the compiler's fault.
  const said = status === 0 || trap === '' || (trap === 'unreachable' && err !== '');
  return {
    out: system.stdout(),
    err: said ? err : `${err}trap: ${trap}`,
    status,
    ...(places ? { trace: places } : {}),
  };
}

function isTrap(e: unknown): e is Error {
  return e instanceof Trap || e instanceof WebAssembly.RuntimeError || e instanceof RangeError;
}
