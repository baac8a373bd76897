/**
 * The parser of Mochi: recursive descent, a function a grammar rule with the rule above it.
 *
 * The grammar (LANGUAGE §2) lives in four files: parser-stmt.ts, parser-expr.ts, parser-query.ts, parser-types.ts;
 * what they share is in parser-state.ts. The few places that need to look far ahead are `name {}` in the head of a
 * statement (parseHead) and type arguments after `as` (parseCastType); both try each position at most once.
 */
import type { Diagnostic, SourceFile } from '../diagnostics/diagnostic.ts';
import type { Program, Stmt } from './ast.ts';
import { lex } from './lexer.ts';
import { at, isAbort, isStop, type Parser, parseName } from './parser-state.ts';
import { parseStatements, parseStmt } from './parser-stmt.ts';

export interface ParseResult {
  readonly program: Program;
  /** In the order of the text. */
  readonly diagnostics: Diagnostic[];
}

/**
 * Parses one source file. Never throws on bad input: errors come back as diagnostics (P0xx), and the program holds
 * what could be understood, with `error` expressions in place of the rest.
 *
 * @param source the text; a byte order mark has been dropped (see `sourceFile`)
 * @param file the number spans carry for this file
 * @param ids the counter for node ids, shared by all files of a compilation
 */
export function parse(source: SourceFile, file: number, ids: { next: number }): ParseResult {
  const tokens = lex(source.text, file);
  const p: Parser = {
    tokens,
    tag: tokens.tag,
    text: source.text,
    file,
    ids,
    diagnostics: [],
    pos: 0,
    depth: 0,
    height: 0,
    inHead: false,
    emptyLiteral: -1,
    notLiteral: new Set(),
    wordCalls: new Map(),
    openBlocks: [],
  };
  const body: Stmt[] = [];
  let packageName: string | undefined;
  try {
    packageName = parsePackage(p);
    parseStatements(p, body, '', parseStmt);
  } catch (thrown) {
    if (!isStop(thrown)) {
      throw thrown;
    }
  }
  const program: Program = { file, ...(packageName !== undefined && { packageName }), body };
  return { program, diagnostics: merge(tokens.diagnostics, p.diagnostics) };
}

/** `[ "package" IDENT ]` */
function parsePackage(p: Parser): string | undefined {
  if (!at(p, 'package')) {
    return undefined;
  }
  p.pos++;
  try {
    return parseName(p, 'a package name').text;
  } catch (thrown) {
    if (!isAbort(thrown)) {
      throw thrown;
    }
    return undefined;
  }
}

/**
 * The errors of the lexer and the parser in the order of the text. A string or comment that is never closed turns the
 * text into nonsense, so then only the lexer is heard.
 */
function merge(lexer: readonly Diagnostic[], parser: readonly Diagnostic[]): Diagnostic[] {
  if (lexer.some((d) => d.code === 'P040' || d.code === 'P042')) {
    return [...lexer];
  }
  const all = [...lexer, ...parser];
  return lexer.length > 0 ? all.sort((a, b) => start(a) - start(b)) : all;
}

function start(d: Diagnostic): number {
  return d.labels[0]?.span.start ?? 0;
}
