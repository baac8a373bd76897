/**
 * What all grammar functions of the parser share: the token cursor, error reports and recovery.
 *
 * A grammar function that cannot go on reports a diagnostic and throws `abort`; the nearest statement list catches it,
 * skips to where a statement may start (`synchronise`) and continues, so a file yields several errors.
 */
import type { Diagnostic, Label, Span } from '../diagnostics/diagnostic.ts';
import type { Name } from './ast.ts';
import { END, FLOAT, INT, NAME, RESERVED, STRING, type Tokens } from './lexer.ts';

/**
 * How deeply constructs (parentheses, blocks, list literals, types...) may nest, and how high the tree of one
 * expression may grow: `a + b + c` and `f()()()` add a level with every operator. Every stage walks the tree by
 * recursion on a stack of about 1 MB, and these bounds keep the deepest tree well within it; beyond them is P090.
 * (The highest tree in some 9,600 real programs has 57 levels.)
 */
const MAX_NESTING = 200;
const MAX_OPERATORS = 500;

/** After this many errors in one file the rest of the file is not parsed. */
const MAX_ERRORS = 50;

export interface Parser {
  readonly tokens: Tokens;
  readonly tag: string[];
  readonly text: string;
  readonly file: number;
  readonly ids: { next: number };
  readonly diagnostics: Diagnostic[];
  /** Index of the current token; the last token is the end marker. */
  pos: number;
  depth: number;
  /** A bound of the height of what has been parsed of the current expression or statement. */
  height: number;
  /** True directly inside the head of `if`, `while`, `for` or `match`, where a `{` may open the body. */
  inHead: boolean;
  /** In a head: the last `name {}` that was taken for a struct literal, -1 if none. */
  emptyLiteral: number;
  /** Positions of names whose `{}` turned out to be a body. */
  readonly notLiteral: Set<number>;
  /** Whether the `(` at a position, after `union`, `except` or `intersect`, opens the arguments of a call. */
  readonly wordCalls: Map<number, boolean>;
  /** The `{` of the blocks that are still open, innermost last. */
  readonly openBlocks: number[];
}

const ABORT = { abort: 'the rest of this statement cannot be parsed' };
const STOP = { stop: 'too many errors' };

export function isAbort(thrown: unknown): boolean {
  return thrown === ABORT;
}

export function isStop(thrown: unknown): boolean {
  return thrown === STOP;
}

// ---- the cursor

/** True if the token `ahead` places further on has this tag. */
export function at(p: Parser, tag: string, ahead = 0): boolean {
  return p.tag[p.pos + ahead] === tag;
}

/** True if the token is the contextual word: a name of that text. */
export function atWord(p: Parser, word: string, ahead = 0): boolean {
  const i = p.pos + ahead;
  return p.tag[i] === NAME && p.tokens.value[i] === word;
}

/** Consumes the token if it has this tag. */
export function accept(p: Parser, tag: string): boolean {
  if (p.tag[p.pos] !== tag) {
    return false;
  }
  p.pos++;
  return true;
}

export function acceptWord(p: Parser, word: string): boolean {
  if (!atWord(p, word)) {
    return false;
  }
  p.pos++;
  return true;
}

/** Where the current token starts. */
export function here(p: Parser): number {
  return p.tokens.start[p.pos]!;
}

/** The span from an offset to the end of the last consumed token. */
export function spanFrom(p: Parser, start: number): Span {
  return { file: p.file, start, end: p.pos > 0 ? Math.max(start, p.tokens.end[p.pos - 1]!) : start };
}

/** The span of a token, the current one by default. */
export function tokenSpan(p: Parser, index = p.pos): Span {
  return { file: p.file, start: p.tokens.start[index]!, end: p.tokens.end[index]! };
}

export function newId(p: Parser): number {
  return p.ids.next++;
}

/** True if the token is the first on its line. */
export function startsLine(p: Parser, ahead = 0): boolean {
  return p.tokens.first[p.pos + ahead] === 1;
}

// ---- errors

/** Reports an error; one per place in the text. */
export function report(
  p: Parser,
  code: string,
  title: string,
  span: Span,
  hint?: string,
  others: readonly Label[] = [],
): void {
  const last = p.diagnostics.at(-1);
  if (last?.labels[0]?.span.start === span.start) {
    return;
  }
  const labels = [{ span }, ...others];
  p.diagnostics.push(
    hint === undefined ? { severity: 'error', code, title, labels } : { severity: 'error', code, title, labels, hint },
  );
  if (p.diagnostics.length >= MAX_ERRORS) {
    throw STOP;
  }
}

/** Reports an error and gives up on the statement. */
export function fail(
  p: Parser,
  code: string,
  title: string,
  span: Span,
  hint?: string,
  others: readonly Label[] = [],
): never {
  report(p, code, title, span, hint, others);
  throw ABORT;
}

/** Gives up on the statement for a reason that has been reported. */
export function giveUp(): never {
  throw ABORT;
}

/** The current token for a message. */
export function describe(p: Parser): string {
  const value = p.tokens.value[p.pos];
  switch (p.tag[p.pos]) {
    case END:
      return 'the end of the file';
    case STRING:
      return 'a string';
    case INT:
    case FLOAT:
      return `the number \`${String(value)}\``;
    case NAME:
      return `\`${String(value)}\``;
    default:
      return `\`${p.tag[p.pos]!}\``;
  }
}

/** "expected WHAT, found TOKEN" at the current token. */
export function failExpected(p: Parser, code: string, what: string, hint?: string): never {
  const others: Label[] = [];
  if (p.tag[p.pos] === END) {
    const open = p.openBlocks.at(-1);
    if (open !== undefined) {
      others.push({ span: tokenSpan(p, open), text: 'this block is still open' });
    }
  }
  return fail(p, code, `expected ${what}, found ${describe(p)}`, tokenSpan(p), hint ?? continuationHint(p), others);
}

/** Why a line that looks like a statement of its own did not become one. */
function continuationHint(p: Parser): string | undefined {
  for (let i = p.pos; i > 0 && i > p.pos - 40; i--) {
    const tag = p.tag[i]!;
    if (p.tokens.first[i] === 1) {
      return tag === '-' || tag === '(' || tag === '['
        ? `a line that starts with \`${tag}\` continues the expression before it; newlines and \`;\` separate nothing`
        : undefined;
    }
  }
  return undefined;
}

/** Consumes the token or fails. `what` says where it is missing: "after the arguments". */
export function expect(p: Parser, tag: string, code: string, what: string, hint?: string): void {
  if (p.tag[p.pos] !== tag) {
    failExpected(p, code, `\`${tag}\` ${what}`, hint);
  }
  p.pos++;
}

/** Consumes a closing bracket or fails, pointing out the bracket at offset `open` if it is on another line. */
export function expectClose(p: Parser, tag: string, code: string, what: string, open: number): void {
  if (p.tag[p.pos] === tag) {
    p.pos++;
    return;
  }
  const title = `expected \`${tag}\` ${what}, found ${describe(p)}`;
  const others: Label[] = [];
  if (p.text.slice(open, here(p)).includes('\n')) {
    others.push({ span: { file: p.file, start: open, end: open + 1 }, text: 'opened here' });
  }
  fail(p, code, title, tokenSpan(p), continuationHint(p), others);
}

/** Consumes a contextual word or fails. */
export function expectWord(p: Parser, word: string, what: string): void {
  if (!acceptWord(p, word)) {
    failExpected(p, 'P999', `\`${word}\` ${what}`);
  }
}

/** IDENT; `what` is what the name is for: "a function name". */
export function parseName(p: Parser, what: string, code = 'P030'): Name {
  const i = p.pos;
  if (p.tag[i] !== NAME) {
    const word = p.tag[i]!;
    if (RESERVED.has(word)) {
      const again = word === 'let' || word === 'var';
      fail(
        p,
        again ? 'P056' : code,
        `\`${word}\` cannot be ${what}`,
        tokenSpan(p),
        again ? `remove the \`${word}\`` : `\`${word}\` is a reserved word: choose another name, such as \`${word}_\``,
      );
    }
    failExpected(p, code, what);
  }
  p.pos++;
  return { text: p.tokens.value[i] as string, span: tokenSpan(p, i) };
}

/** STRING, its value. */
export function parseText(p: Parser, what: string): string {
  if (p.tag[p.pos] !== STRING) {
    failExpected(p, 'P999', what);
  }
  return p.tokens.value[p.pos++] as string;
}

// ---- nesting

/** Goes one level deeper, or fails with P090. Callers do `p.depth--` when they are through. */
export function enter(p: Parser): void {
  if (++p.depth > MAX_NESTING) {
    report(
      p,
      'P090',
      `more than ${MAX_NESTING} constructs are nested here`,
      tokenSpan(p),
      'split the program into functions and variables',
    );
    throw STOP;
  }
}

/** Counts an operator on top of what has been parsed, or fails with P090. */
export function grow(p: Parser, operators = 1): void {
  p.height += operators;
  if (p.height > MAX_OPERATORS) {
    report(
      p,
      'P090',
      `more than ${MAX_OPERATORS} operators are applied on top of each other here`,
      tokenSpan(p),
      'split the expression with variables, or use a list and a loop',
    );
    throw STOP;
  }
}

/** Runs a grammar function; if it fails, everything is as before, without an error, and the result is undefined. */
export function attempt<T>(p: Parser, rule: (p: Parser) => T): T | undefined {
  const { pos, depth, height, inHead, emptyLiteral } = p;
  const errors = p.diagnostics.length;
  const open = p.openBlocks.length;
  try {
    return rule(p);
  } catch (thrown) {
    if (thrown !== ABORT) {
      throw thrown;
    }
    Object.assign(p, { pos, depth, height, inHead, emptyLiteral });
    p.diagnostics.length = errors;
    p.openBlocks.length = open;
    return undefined;
  }
}

// ---- recovery

/** Reserved words that start a statement. */
const STATEMENT_WORDS: ReadonlySet<string> = new Set(
  (
    'test expect agent on stream emit type fun extern import return break continue let var if for while export fact ' +
    'rule package'
  ).split(' '),
);

/**
 * After an error in the statement that began at token `from`, moves to where the next one may start: a statement word or
 * name that is first on its line and outside the braces of the failed statement, the `}` that closes the block we are
 * in, or the end. Where braces do not match, indentation decides. Always makes progress.
 */
export function synchronise(p: Parser, from: number): void {
  if (p.pos <= from && p.tag[p.pos] !== END && p.tag[p.pos] !== '}') {
    p.pos = from + 1;
  }
  let braces = 0;
  for (let i = from; i < p.pos; i++) {
    braces += p.tag[i] === '{' ? 1 : p.tag[i] === '}' ? -1 : 0;
  }
  const margin = p.tokens.first[from] === 1 ? indentation(p, from) : 0;
  for (; ; p.pos++) {
    const tag = p.tag[p.pos]!;
    if (tag === END) {
      return;
    }
    if (tag === '{') {
      braces++;
    } else if (tag === '}') {
      if (braces <= 0 || (p.tokens.first[p.pos] === 1 && indentation(p, p.pos) < margin)) {
        return;
      }
      braces--;
    } else if (p.tokens.first[p.pos] === 1 && (tag === NAME || STATEMENT_WORDS.has(tag))) {
      const indent = braces <= 0 ? 0 : indentation(p, p.pos);
      if (braces <= 0 || indent < margin || (indent === margin && tag !== NAME)) {
        return;
      }
    }
  }
}

/** Number of characters before a token on its line. */
function indentation(p: Parser, index: number): number {
  const start = p.tokens.start[index]!;
  return start === 0 ? 0 : start - p.text.lastIndexOf('\n', start - 1) - 1;
}
