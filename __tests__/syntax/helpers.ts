/** One-line checks of the parser, in the manner of esbuild's: what a text is printed as, and where it goes wrong. */
import { expect } from 'vitest';
import type { Program } from '../../src/syntax/ast.ts';
import { dumpAst } from '../../src/syntax/dump.ts';
import { type ParseResult, parse } from '../../src/syntax/parser.ts';
import { printProgram } from '../../src/syntax/printer.ts';
import { lineMap, position, sourceFile } from '../../src/syntax/source.ts';

export function parseText(text: string): ParseResult {
  return parse(sourceFile('test.mochi', text), 0, { next: 0 });
}

/** `CODE line:col` for each diagnostic. */
export function errorsOf(text: string): string[] {
  const map = lineMap(text);
  return parseText(text).diagnostics.map((d) => {
    const { line, col } = position(map, d.labels[0]!.span.start);
    return `${d.code} ${line}:${col}`;
  });
}

/** The text parses without errors and is printed as `output` (without the last newline). */
export function expectPrinted(text: string, output: string): void {
  expect(errorsOf(text)).toEqual([]);
  expect(printProgram(parseText(text).program)).toBe(`${output}\n`);
}

/** The text parses without errors and its tree is `(program OUTPUT)`, layout aside. */
export function expectTree(text: string, output: string): void {
  expect(errorsOf(text)).toEqual([]);
  const squeeze = (s: string): string => s.replace(/\s+/g, ' ').trim();
  expect(squeeze(dumpAst(parseText(text).program))).toBe(`(program ${squeeze(output)})`);
}

/** The first error is this one, at this place. */
export function expectParseError(text: string, code: string, line: number, col: number): void {
  expect(errorsOf(text)[0] ?? 'no error').toBe(`${code} ${line}:${col}`);
}

/** A tree without what differs between two texts of the same meaning: spans and ids. */
export function withoutPlaces(program: Program): unknown {
  const strip = (value: unknown): unknown => {
    if (value === null || typeof value !== 'object' || value instanceof Uint8Array) {
      return value;
    }
    if (Array.isArray(value)) {
      return value.map(strip);
    }
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => key !== 'span' && key !== 'opSpan' && key !== 'id')
        .map(([key, inner]) => [key, strip(inner)]),
    );
  };
  return strip(program);
}
