/** Makes a failing program smaller: leaves out statements, and puts parts of expressions in place of the whole. */
import type { Span } from '../../src/diagnostics/diagnostic.ts';
import { parse } from '../../src/syntax/parser.ts';
import { sourceFile } from '../../src/syntax/source.ts';

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

interface Node {
  readonly kind?: string;
  readonly span?: Span;
  readonly id?: number;
  readonly [key: string]: unknown;
}

const EXPRESSIONS = new Set(
  'int float bool string none name unary binary call index slice field cast struct list map lambda if match query'.split(
    ' ',
  ),
);
const LITERALS = ['0', '1', '""', '[]', 'true', 'nil'];

function isNode(x: unknown): x is Node {
  return typeof x === 'object' && x !== null && !(x instanceof Uint8Array);
}

function isExpression(n: Node): boolean {
  return n.span !== undefined && n.id !== undefined && n.kind !== undefined && EXPRESSIONS.has(n.kind);
}

/** The expressions directly below a node. */
function parts(n: Node): Node[] {
  const out: Node[] = [];
  const visit = (x: unknown): void => {
    if (Array.isArray(x)) for (const item of x) visit(item);
    else if (isNode(x)) {
      if (isExpression(x)) out.push(x);
      else for (const value of Object.values(x)) visit(value);
    }
  };
  for (const value of Object.values(n)) visit(value);
  return out;
}

/** The edits that may make a program smaller, the promising ones first. */
function edits(text: string): Edit[] {
  const { program } = parse(sourceFile('fuzz.mochi', text), 0, { next: 1 });
  const statements: Edit[] = [];
  const expressions: Edit[] = [];
  const visit = (x: unknown): void => {
    if (Array.isArray(x)) for (const item of x) visit(item);
    else if (isNode(x)) {
      if (Array.isArray(x['body'])) sequence(x['body'] as Node[]);
      if (isExpression(x)) shrink(x);
      for (const value of Object.values(x)) visit(value);
    }
  };
  const sequence = (body: Node[]): void => {
    for (let size = body.length; size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
      for (let i = 0; i + size <= body.length; i += size) {
        const first = body[i]?.span;
        const last = body[i + size - 1]?.span;
        if (first && last) statements.push({ start: first.start, end: last.end, text: '' });
      }
    }
    for (const s of body) {
      // The inside of a block in its place.
      for (const value of Object.values(s)) {
        if (!isNode(value) || !s.span || !Array.isArray(value['body'])) continue;
        const inside = value['body'] as Node[];
        const [from, to] = [inside[0]?.span, inside.at(-1)?.span];
        if (from && to) {
          statements.push({ start: s.span.start, end: s.span.end, text: text.slice(from.start, to.end) });
        }
      }
    }
  };
  const shrink = (e: Node): void => {
    const { start, end } = e.span!;
    const whole = text.slice(start, end);
    for (const p of parts(e)) expressions.push({ start, end, text: text.slice(p.span!.start, p.span!.end) });
    for (const l of LITERALS) if (l.length < whole.length) expressions.push({ start, end, text: l });
    if (e.kind !== 'list' && e.kind !== 'map' && e.kind !== 'call') return;
    for (const item of parts(e)) {
      const comma = /^\s*,\s*/.exec(text.slice(item.span!.end));
      if (comma) expressions.push({ start: item.span!.start, end: item.span!.end + comma[0].length, text: '' });
    }
  };
  visit(program);
  return [...statements, ...expressions.sort((a, b) => b.end - b.start - (a.end - a.start))];
}

/**
 * The smallest program found that still fails.
 *
 * @param fails whether a text is a program that fails in the same way
 * @param budget how many texts to try at most
 */
export function reduce(text: string, fails: (text: string) => boolean, budget = 3000): string {
  let best = text;
  let left = budget;
  for (let found = true; found && left > 0; ) {
    found = false;
    for (const { start, end, text: inserted } of edits(best)) {
      const next = tidy(best.slice(0, start) + inserted + best.slice(end));
      if (next.length >= best.length) continue;
      if (left-- <= 0) break;
      if (!fails(next)) continue;
      best = next;
      found = true;
      break;
    }
  }
  return best;
}

function tidy(text: string): string {
  return `${text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .join('\n')}\n`;
}
