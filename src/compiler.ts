/**
 * The compiler as a pure function: Mochi sources in, a WebAssembly module and diagnostics out. Nothing here or below
 * touches files, processes or the clock.
 */
import { checkProgram } from './check/infer.ts';
import { ANY, BIG, RAT } from './check/nodes.ts';
import type { CheckedProgram } from './check/program.ts';
import type { Diagnostic, SourceFile, Span } from './diagnostics/diagnostic.ts';
import type { Module } from './ir/ir.ts';
import { lowerProgram } from './ir/lower/lower.ts';
import { printModule } from './ir/print.ts';
import { reach } from './ir/reach.ts';
import { loadLibrary } from './ir/system/library.ts';
import type { Runtime } from './ir/system/system.ts';
import { LIBRARY } from './runtime/sources.generated.ts';
import type { Program } from './syntax/ast.ts';
import { parse } from './syntax/parser.ts';
import { lineMap, position, sourceFile } from './syntax/source.ts';
import type { LineTable } from './wasm/lines.ts';
import { compileIr } from './wasm/pipeline.ts';

export interface CompileOptions {
  /** `run`: tests run inline; `test`: the module runs the test whose index is its first argument. */
  readonly mode: 'run' | 'test';
  /** Run the optimising passes (default true). */
  readonly optimise?: boolean;
  /** Collect garbage at every allocation: for tests of the compiler. */
  readonly gcStress?: boolean;
  /** Report as errors what only warns otherwise. */
  readonly strict?: boolean;
  /** Check the IR after every pass. */
  readonly verify?: boolean;
  /** Write a name section (default true in test mode, for readable traps of the engine's own tools). */
  readonly names?: boolean;
  /** Is shown the IR after every pass, for tests of the compiler (see CompileIrOptions). */
  readonly observe?: (pass: string, module: Module) => void;
}

export interface CompileResult {
  /** Missing when there are errors. */
  readonly wasm?: Uint8Array;
  readonly lineTable?: LineTable;
  readonly diagnostics: readonly Diagnostic[];
  readonly tests: readonly { readonly name: string; readonly span: Span }[];
  readonly program?: Program;
  /** The IR before passes, and the final one, as text. */
  readonly ir?: () => string;
  readonly wat?: () => string;
}

/**
 * Compiles a program.
 *
 * @param sources the program's files; the first holds its top level
 * @returns the module unless a diagnostic is an error; diagnostics come in source order
 */
export function compile(sources: readonly SourceFile[], options: CompileOptions): CompileResult {
  const diagnostics: Diagnostic[] = [];
  const files = sources.map((s) => sourceFile(s.path, s.text));
  const main = files[0];
  if (!main) throw new Error('compile needs at least one source');
  const ids = { next: 1 };
  const parsed = parse(main, 0, ids);
  diagnostics.push(...parsed.diagnostics);
  const done = (more: Partial<CompileResult> = {}): CompileResult => ({
    tests: [],
    program: parsed.program,
    ...more,
    diagnostics: sorted(options.strict ? diagnostics.map(asError) : diagnostics),
  });
  if (hasErrors(diagnostics)) return done();
  const whole: Span = { file: 0, start: 0, end: main.text.length };
  const checked = checkProgram(parsed.program.body, whole, (d) => diagnostics.push(d), {
    strict: options.strict ?? false,
  });
  const tests = checked.tests.map(({ name, span }) => ({ name, span }));
  if (hasErrors(diagnostics) || (options.strict && diagnostics.length > 0)) return done({ tests });
  const module = lowerProgram(checked, {
    mode: options.mode,
    text: (span) => files[span.file]!.text.slice(span.start, span.end),
  });
  const before = () => printModule(module);
  const maps = files.map((f) => lineMap(f.text));
  const kinds = kindsOf(checked);
  const library = (ascii: boolean): Runtime =>
    loadLibrary(LIBRARY, {
      gcStress: options.gcStress ?? false,
      bigInts: (kinds & (BIG | RAT)) !== 0,
      bigRats: (kinds & RAT) !== 0,
      ascii,
    });
  const ascii = files.every((f) => !NOT_ASCII.test(f.text));
  let runtime = library(ascii);
  let reached = reach(module, runtime);
  // What is read may be any text.
  if (ascii && reached.imports.has('rt.fd_read')) {
    runtime = library(false);
    reached = reach(module, runtime);
  }
  const compiled = compileIr(module, runtime, {
    reached,
    optimise: options.optimise ?? true,
    verify: options.verify ?? false,
    names: options.names ?? options.mode === 'test',
    ...(options.observe ? { observe: options.observe } : {}),
    lines: {
      fileNames: files.map((f) => f.path),
      position(span) {
        const { line, col } = position(maps[span.file]!, span.start);
        return { file: span.file, line, col };
      },
    },
  });
  return done({
    tests,
    wasm: compiled.wasm,
    lineTable: compiled.lineTable,
    wat: compiled.wat,
    ir: () => `${before()}\n;; after all passes\n${compiled.ir()}`,
  });
}

/** A character that is not ASCII, or an escape sequence that may be one. */
const NOT_ASCII = /[^\t\n\r -~]|\\[0-7xuU]/;

/** The kinds that the program's values may be of; values from outside, of any kind, do not count. */
function kindsOf(program: CheckedProgram): number {
  const nodes = program.solver.nodes();
  let kinds = 0;
  for (let i = 0; i < nodes.length; i++) {
    const { forward, mask } = nodes[i]!;
    if (forward === undefined && mask !== ANY) kinds |= mask;
  }
  return kinds;
}

function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((d) => d.severity === 'error');
}

function asError(d: Diagnostic): Diagnostic {
  return d.severity === 'error' ? d : { ...d, severity: 'error' };
}

function sorted(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...diagnostics].sort((a, b) => {
    const x = a.labels[0]!.span;
    const y = b.labels[0]!.span;
    return x.file - y.file || x.start - y.start;
  });
}
