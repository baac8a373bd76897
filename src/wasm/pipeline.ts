/** The way of a program from IR to bytes: passes in order, then linking, emission and encoding. */
import type { Span } from '../diagnostics/diagnostic.ts';
import { factsOf } from '../ir/facts.ts';
import type { Func, Inlined, Module } from '../ir/ir.ts';
import { lintModule } from '../ir/lint.ts';
import { charsModule } from '../ir/passes/chars.ts';
import { concatModule } from '../ir/passes/concat.ts';
import { cseModule } from '../ir/passes/cse.ts';
import { devirtualise } from '../ir/passes/devirtualise.ts';
import { escapeModule } from '../ir/passes/escape.ts';
import { foldLocally, foldModule } from '../ir/passes/fold.ts';
import { hoistModule } from '../ir/passes/hoist.ts';
import { inlineModule, inlineSingle } from '../ir/passes/inline.ts';
import { inlineUser } from '../ir/passes/inline-user.ts';
import { rangesModule } from '../ir/passes/ranges.ts';
import { addRoots } from '../ir/passes/roots.ts';
import { rotateModule } from '../ir/passes/rotate.ts';
import { selectModule } from '../ir/passes/select.ts';
import { settleOutput } from '../ir/passes/settle.ts';
import { splitModule } from '../ir/passes/split.ts';
import { BEGIN, packStrings } from '../ir/passes/strings.ts';
import { textsModule } from '../ir/passes/texts.ts';
import { printModule } from '../ir/print.ts';
import { reach } from '../ir/reach.ts';
import type { Runtime } from '../ir/system/system.ts';
import { irType } from '../ir/system/types.ts';
import { type Emitted, emitModule } from './emit.ts';
import { encodeModule } from './encode.ts';
import { encodeLines, type LineFunc, type LineRow, type LineSite, type LineTable } from './lines.ts';
import { printWat } from './wat.ts';

/** How spans become lines: display names of the files, and 1-based line and column of a span's start. */
export interface SourcePositions {
  readonly fileNames: readonly string[];
  readonly position: (span: Span) => { readonly file: number; readonly line: number; readonly col: number };
}

export interface CompileIrOptions {
  readonly optimise: boolean;
  /** Checks the module after every pass; problems throw. */
  readonly verify?: boolean;
  /** Writes names of functions into the module. */
  readonly names?: boolean;
  /** Is shown the module after every pass; passes change functions in place, so it must take what it needs at once. */
  readonly observe?: (pass: string, module: Module) => void;
  readonly lines: SourcePositions;
  /** What reach() gives for the module and the library, if that is known. */
  readonly reached?: Module;
}

export interface CompiledIr {
  readonly wasm: Uint8Array;
  readonly lineTable: LineTable;
  /** Text of the final IR, after all passes. */
  readonly ir: () => string;
  /** The module in the WebAssembly text format. */
  readonly wat: () => string;
}

/** Rounds of inlining and making calls direct: a closure that a closure has captured needs one more. */
const CALL_ROUNDS = 3;

/** Rounds of escape analysis: what an object in locals has held may be free then. */
const ESCAPE_ROUNDS = 3;

const isUser = (func: Func): boolean => func.display !== undefined;
const isLooping = (func: Func): boolean => isUser(func) && factsOf(func).hasLoop;

/** Tells the functions whose bodies are not those that they had in an earlier state of the module. */
const changedSince =
  (earlier: Module) =>
  (func: Func): boolean =>
    func.body !== earlier.funcs.get(func.name)!.body;

/** Compiles a module; run-time functions (`rt.*`) that it calls come from `runtime`. */
export function compileIr(module: Module, runtime: Runtime, options: CompileIrOptions): CompiledIr {
  const check = (current: Module, pass: string): Module => {
    if (options.verify) {
      const problems = lintModule(current);
      if (problems.length > 0) throw new Error(`IR after ${pass}:\n${problems.join('\n')}`);
    }
    options.observe?.(pass, current);
    return current;
  };
  if (options.verify) {
    const problems = lintModule(module, {
      external: (name) => {
        if (!name.startsWith('rt.') || !runtime.has(name)) return undefined;
        const { params, result } = runtime.signature(name);
        return { params: params.map(irType), result: result && irType(result) };
      },
    });
    if (problems.length > 0) throw new Error(`IR before passes:\n${problems.join('\n')}`);
  }
  let current = check(options.reached ?? reach(module, runtime), 'reach');
  if (options.optimise) {
    for (let round = 0; round < CALL_ROUNDS; round++) {
      current = check(reach(inlineUser(current)), 'calls');
      const folded = check(foldLocally(current, isUser), 'fold');
      current = check(devirtualise(folded), 'devirtualise');
      if (current === folded) break;
    }
    for (let round = 0; round < ESCAPE_ROUNDS; round++) {
      const local = check(escapeModule(current), 'escape');
      if (local === current) break;
      current = check(foldLocally(local, isUser), 'fold');
    }
    current = check(reach(textsModule(concatModule(charsModule(current))), runtime), 'texts');
  }
  const settled = settleOutput(current);
  if (settled !== current) current = check(reach(settled, runtime), 'settle');
  if (options.optimise) {
    current = check(inlineModule(current), 'inline');
    current = check(inlineSingle(reach(current)), 'single calls');
    current = check(foldModule(reach(current)), 'fold');
    let folded = current;
    current = check(cseModule(reach(current)), 'common subexpressions');
    const isNew = changedSince(current);
    current = check(hoistModule(current), 'hoist');
    current = check(rangesModule(current), 'ranges');
    folded = current = check(foldLocally(current, changedSince(folded)), 'fold');
    // In a function that is the same as after the first time there is nothing left to find.
    const isNewLoop = (func: Func): boolean => isNew(func) && isLooping(func);
    current = check(cseModule(current, isNewLoop), 'common subexpressions');
    current = check(selectModule(current), 'select');
    const whole = current;
    current = check(splitModule(current), 'split');
    // Only the halves of a loop are news.
    current = check(rangesModule(current, changedSince(whole)), 'ranges');
    current = check(foldLocally(current, changedSince(folded)), 'fold');
    current = check(rotateModule(current), 'rotate');
  }
  current = check(addRoots(current), 'roots');
  current = check(
    packStrings(current, () => runtime.need(BEGIN)),
    'strings',
  );
  const { wasm, lineTable, emitted } = finish(current, options);
  return { wasm, lineTable, ir: () => printModule(current), wat: () => printWat(emitted.module) };
}

/** Links, emits and encodes a module that all passes have seen. */
export function finish(
  module: Module,
  options: { readonly lines: SourcePositions; readonly names?: boolean },
): { wasm: Uint8Array; lineTable: LineTable; emitted: Emitted } {
  const emitted = emitModule(module);
  let lineTable: LineTable = { files: [], funcs: [] };
  const { bytes } = encodeModule(emitted.module, {
    names: options.names ?? false,
    customs: (bodyOffsets, codeOffsets) => {
      lineTable = lineTableOf(emitted, bodyOffsets, codeOffsets, options.lines);
      return [{ name: 'mochi.lines', bytes: encodeLines(lineTable) }];
    },
  });
  return { wasm: bytes, lineTable, emitted };
}

function lineTableOf(
  emitted: Emitted,
  bodyOffsets: readonly number[],
  codeOffsets: readonly number[],
  lines: SourcePositions,
): LineTable {
  const funcs: LineFunc[] = [];
  emitted.funcs.forEach(({ func, positions }, i) => {
    const start = bodyOffsets[i]!;
    if (func.display === undefined) {
      // One entry does for a run of hidden functions.
      if (funcs.at(-1)?.file !== -1) funcs.push({ name: '', file: -1, start, sites: [], rows: [] });
      return;
    }
    const sites: LineSite[] = [];
    const known = new Map<Inlined, number>();
    /** The number of an inlined call whose code is in `file`. */
    const siteOf = (inlined: Inlined | undefined, file: number): number => {
      if (!inlined) return 0;
      let number = known.get(inlined);
      if (number === undefined) {
        const { call } = inlined;
        const at = lines.position(call);
        const site = siteOf(call.inlined, at.file);
        number = sites.push({ name: inlined.name, file, line: at.line, col: at.col, site });
        known.set(inlined, number);
      }
      return number;
    };
    const rows: LineRow[] = [];
    let file = func.span ? lines.position(func.span).file : -1;
    for (const { offset, span } of positions) {
      const at = lines.position(span);
      if (file < 0) file = at.file;
      const site = siteOf(span.inlined, at.file);
      const last = rows.at(-1);
      if (last && last.line === at.line && last.col === at.col && last.site === site) continue;
      rows.push({ offset: codeOffsets[i]! + offset, line: at.line, col: at.col, site });
    }
    if (rows.length === 0 && func.span) {
      const at = lines.position(func.span);
      rows.push({ offset: start, line: at.line, col: at.col, site: 0 });
    }
    funcs.push({ name: func.display, file, start, sites, rows });
  });
  return { files: [...lines.fileNames], funcs };
}
