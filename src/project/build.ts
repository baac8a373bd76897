/** From a program's file to a module: the compiler with files around it. */
import type { CompileResult } from '../compiler.ts';
import type { Diagnostic, SourceFile } from '../diagnostics/diagnostic.ts';
import { EXIT, isUserError, userError } from '../diagnostics/user-error.ts';
import { decodeLines, type LineTable } from '../wasm/lines.ts';
import { compileSources } from './compiler.ts';
import { readProgram, shownPath } from './source.ts';

export interface BuildOptions {
  readonly mode: 'run' | 'test';
  /** Report as errors what only warns otherwise. */
  readonly strict?: boolean;
  readonly optimise?: boolean;
  readonly gcStress?: boolean;
  /** The folder that the line table's paths are relative to; the current folder unless given. */
  readonly root?: string;
}

/** A program after compiling; `wasm` is missing when a diagnostic is an error. */
export interface Built {
  /** The file as it is shown to the user. */
  readonly shown: string;
  readonly wasm?: Uint8Array;
  readonly lineTable?: LineTable;
  readonly diagnostics: readonly Diagnostic[];
  /** For the renderers: the source with the path as it is shown. */
  readonly sources: readonly SourceFile[];
  readonly tests: readonly { readonly name: string; readonly line: number }[];
  /** The compiler's own result, with its printable stages; missing for a ready-made module and from other threads. */
  readonly result?: CompileResult;
}

/**
 * Reads and compiles one program. A ready-made .wasm is taken as it is, with its line table if it has one. Throws a
 * UserError when the file cannot be read or is no program; what is wrong in the program comes as diagnostics.
 */
export async function buildProgram(path: string, options: BuildOptions): Promise<Built> {
  const file = await readProgram(path, options.root);
  if (file.kind === 'wasm') {
    if (options.mode === 'test') {
      throw userError('E209', `${file.shown} is a compiled module: it has no tests`, 'Name the Mochi source.');
    }
    const { shown, bytes } = file;
    return { shown, wasm: bytes, lineTable: lineTableOf(bytes), diagnostics: [], sources: [], tests: [] };
  }
  const { root: _root, ...compileOptions } = options;
  const result = await compileSources([{ path: file.path, text: file.text }], compileOptions);
  return { ...builtFrom(file, result), result };
}

/** A program from its source and what the compiler made of it. */
export function builtFrom(
  { shown, text }: { readonly shown: string; readonly text: string },
  { wasm, lineTable, diagnostics, tests }: Omit<CompileResult, 'ir' | 'wat' | 'program'>,
): Built {
  return {
    shown,
    wasm,
    lineTable,
    diagnostics,
    sources: [{ path: shown, text }],
    tests: tests.map(({ name, span }) => ({ name, line: lineOf(text, span.start) })),
  };
}

/**
 * buildProgram() for one file of many: one that cannot be read or is no program is told like a mistake in its first line, and does not keep
 * the others from being looked at.
 */
export async function buildOneOfMany(path: string, options: BuildOptions): Promise<Built> {
  return buildProgram(path, options).catch((error: unknown) => unreadable(path, error));
}

/** What stands for a file that cannot be read or is no program; throws what is no such failure. */
export function unreadable(path: string, error: unknown): Built {
  if (!isUserError(error) || error.exit !== EXIT.failed) throw error;
  const shown = path === '-' ? '<stdin>' : shownPath(path);
  const { code, message, fix } = error;
  const labels = [{ span: { file: 0, start: 0, end: 0 } }];
  return {
    shown,
    diagnostics: [{ severity: 'error', code, title: message, labels, hint: fix }],
    sources: [{ path: shown, text: '' }],
    tests: [],
  };
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let i = text.indexOf('\n'); i >= 0 && i < offset; i = text.indexOf('\n', i + 1)) line++;
  return line;
}

/** The line table of a module that this compiler made; undefined for others' modules. */
export function lineTableOf(wasm: Uint8Array): LineTable | undefined {
  const content = customSection(wasm, 'mochi.lines');
  if (content === undefined) return undefined;
  try {
    return decodeLines(content);
  } catch {
    return undefined;
  }
}

/** The content of a module's first custom section with that name; undefined too when the module is malformed. */
export function customSection(wasm: Uint8Array, name: string): Uint8Array | undefined {
  let at = 8;
  const u32 = (): number => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = wasm[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  while (at < wasm.length) {
    const id = wasm[at++];
    const size = u32();
    const end = at + size;
    if (end > wasm.length) return undefined;
    if (id === 0) {
      const length = u32();
      const text = Buffer.from(wasm.subarray(at, at + length)).toString('utf8');
      if (text === name && at + length <= end) return wasm.subarray(at + length, end);
    }
    at = end;
  }
  return undefined;
}
