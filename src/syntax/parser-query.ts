/** Grammar of queries, matches, logic and the data expressions `generate`, `fetch`, `load`, `save` (LANGUAGE §2). */
import type { Expr, FromClause, JoinClause, LogicPred, LogicTerm, MatchArm, Name, Pattern, PatternArg } from './ast.ts';
import { END, FLOAT, INT, NAME, STRING } from './lexer.ts';
import {
  atOperand,
  parseExpr,
  parseExprFrom,
  parseHead,
  parseInits,
  parseKey,
  parseMapRest,
  parseWith,
} from './parser-expr.ts';
import {
  accept,
  acceptWord,
  at,
  atWord,
  enter,
  expect,
  expectWord,
  fail,
  failExpected,
  giveUp,
  here,
  isAbort,
  newId,
  type Parser,
  parseName,
  parseText,
  report,
  spanFrom,
  tokenSpan,
} from './parser-state.ts';
import { atContextualStatement, parseBlockRest } from './parser-stmt.ts';
import { parseType } from './parser-types.ts';

// ---- queries

/** True at `from IDENT in`, which starts a query; elsewhere `from` is an ordinary name. */
export function atQuery(p: Parser): boolean {
  return at(p, NAME, 1) && at(p, 'in', 2);
}

/**
 * ```
 * query : "from" IDENT "in" expr { "from" IDENT "in" expr }
 *         { [ "left" | "right" | "outer" ] "join" [ "from" ] IDENT "in" expr "on" expr }
 *         [ "where" expr ] [ "group" "by" expr { "," expr } "into" IDENT [ "having" expr ] ]
 *         [ ( "sort" | "order" ) "by" expr ] [ "skip" expr ] [ "take" expr ]
 *         "select" [ "distinct" ] expr
 * ```
 */
export function parseQuery(p: Parser): Expr {
  const start = here(p);
  const froms: FromClause[] = [];
  while (atWord(p, 'from') && (froms.length === 0 || atQuery(p))) {
    p.pos++;
    froms.push(parseBinding(p));
  }
  const joins: JoinClause[] = [];
  for (let side = joinSide(p); side !== undefined; side = joinSide(p)) {
    joins.push(parseJoin(p, side));
  }
  const where = acceptWord(p, 'where') ? parseExpr(p) : undefined;
  const group = atWord(p, 'group') && atWord(p, 'by', 1) ? parseGroup(p) : undefined;
  let sort: Expr | undefined;
  if ((atWord(p, 'sort') || atWord(p, 'order')) && atWord(p, 'by', 1)) {
    p.pos += 2;
    sort = parseExpr(p);
  }
  const skip = acceptWord(p, 'skip') ? parseExpr(p) : undefined;
  const take = acceptWord(p, 'take') ? parseExpr(p) : undefined;
  if (!acceptWord(p, 'select')) {
    failExpected(
      p,
      'P999',
      '`select` to end the query',
      'the clauses of a query come in this order: from, join, where, group by, sort by, skip, take, select',
    );
  }
  const distinct = atWord(p, 'distinct') && atOperand(p, 1);
  if (distinct) {
    p.pos++;
  }
  const select = parseExpr(p);
  return {
    kind: 'query',
    id: newId(p),
    froms,
    joins,
    ...(where && { where }),
    ...(group && { group }),
    ...(sort && { sort }),
    ...(skip && { skip }),
    ...(take && { take }),
    distinct,
    select,
    span: spanFrom(p, start),
  };
}

/** `IDENT "in" expr` */
function parseBinding(p: Parser): FromClause {
  const name = parseName(p, 'a variable name');
  expect(p, 'in', 'P999', `and a list after \`${name.text}\``);
  const source = parseExpr(p);
  return { id: newId(p), name, source };
}

function joinSide(p: Parser): JoinClause['side'] | undefined {
  if (atWord(p, 'join')) {
    return 'inner';
  }
  if (!atWord(p, 'join', 1)) {
    return undefined;
  }
  return (['left', 'right', 'outer'] as const).find((side) => atWord(p, side));
}

function parseJoin(p: Parser, side: JoinClause['side']): JoinClause {
  const start = here(p);
  p.pos += side === 'inner' ? 1 : 2;
  if (atWord(p, 'from') && at(p, NAME, 1)) {
    p.pos++;
  }
  const binding = parseBinding(p);
  expect(p, 'on', 'P999', 'and a condition after the joined list');
  const on = parseExpr(p);
  return { ...binding, side, on, span: spanFrom(p, start) };
}

function parseGroup(p: Parser): { id: number; keys: Expr[]; into: Name; having?: Expr } {
  p.pos += 2;
  const keys: Expr[] = [];
  do {
    keys.push(parseExpr(p));
  } while (accept(p, ','));
  expectWord(p, 'into', 'and a name for the group');
  const into = parseName(p, 'a name for the group');
  const having = acceptWord(p, 'having') ? parseExpr(p) : undefined;
  return { id: newId(p), keys, into, ...(having && { having }) };
}

// ---- match

/** `match : "match" expr "{" { pattern "=>" ( expr | block ) } "}"` */
export function parseMatch(p: Parser): Expr {
  const start = here(p);
  p.pos++;
  const value = parseHead(p);
  const open = p.pos;
  expect(p, '{', 'P001', 'before the arms of the match');
  const inHead = p.inHead;
  p.inHead = false;
  p.openBlocks.push(open);
  const arms: MatchArm[] = [];
  while (!at(p, '}')) {
    arms.push(parseArm(p));
    if (at(p, ',')) {
      report(
        p,
        'P051',
        'a comma after a match arm',
        tokenSpan(p),
        'the arms of a match follow each other without commas',
      );
      p.pos++;
    }
  }
  p.pos++;
  p.openBlocks.pop();
  p.inHead = inHead;
  return { kind: 'match', id: newId(p), value, arms, span: spanFrom(p, start) };
}

function parseArm(p: Parser): MatchArm {
  const start = here(p);
  const pattern = parsePattern(p);
  expect(p, '=>', 'P011', 'after the pattern');
  if (at(p, '}')) {
    fail(
      p,
      'P061',
      'this match arm has no result',
      spanFrom(p, start),
      'write an expression or a `{ ... }` block after `=>`',
    );
  }
  const body = at(p, '{') ? parseArmBody(p) : ({ kind: 'expr', expr: parseExpr(p) } as const);
  return { pattern, body, span: spanFrom(p, start) };
}

/** At `{` after `=>`: a map literal if it is `{}` or its first expression is followed by `:`, else a block. */
function parseArmBody(p: Parser): MatchArm['body'] {
  const start = here(p);
  const open = p.pos;
  p.pos++;
  if (at(p, '}')) {
    return { kind: 'expr', expr: parseExprFrom(p, parseMapRest(p, start, undefined), start) };
  }
  if (!atOperand(p) || at(p, 'if') || at(p, 'fetch') || atContextualStatement(p)) {
    return { kind: 'block', block: parseBlockRest(p, open) };
  }
  const keyStart = here(p);
  const first = parseKey(p);
  if (at(p, ':')) {
    return { kind: 'expr', expr: parseExprFrom(p, parseMapRest(p, start, first), start) };
  }
  return { kind: 'block', block: parseBlockRest(p, open, { expr: first, start: keyStart }) };
}

/**
 * ```
 * pattern : "_" | IDENT | IDENT "(" [ pattern { "," pattern } ] ")" | [ "-" ] ( INT | FLOAT ) | STRING
 *         | "true" | "false" | "none" | "(" pattern ")"
 * ```
 * Anything else before a `=>` is P063.
 */
function parsePattern(p: Parser): Pattern {
  const start = p.pos;
  const pattern = simplePattern(p);
  if (pattern !== undefined && at(p, '=>')) {
    return pattern;
  }
  return badPattern(p, start);
}

/** Reports what stands where a pattern should: P063 for another expression, else what is missing. */
function badPattern(p: Parser, start: number): never {
  const errors = p.diagnostics.length;
  const stopped = p.pos;
  p.pos = start;
  if (atOperand(p)) {
    try {
      parseExpr(p);
    } catch (thrown) {
      if (!isAbort(thrown)) {
        throw thrown;
      }
      giveUp();
    }
    if (at(p, '=>')) {
      p.diagnostics.length = errors;
      const span = spanFrom(p, p.tokens.start[start]!);
      fail(
        p,
        'P063',
        'this is not a pattern',
        span,
        'a pattern is a literal, a name, `_`, or a variant with names for its fields, such as `Node(left, right)`',
      );
    }
  } else {
    p.pos = start;
    failExpected(p, at(p, END) ? 'P001' : 'P999', 'a pattern or `}`');
  }
  p.pos = Math.max(stopped, start);
  return failExpected(p, 'P011', '`=>` after the pattern');
}

function simplePattern(p: Parser): Pattern | undefined {
  const start = here(p);
  switch (p.tag[p.pos]) {
    case NAME: {
      const name = parseName(p, 'a pattern');
      if (accept(p, '(')) {
        const args = patternArgs(p);
        return args && { kind: 'variant', name, args, span: spanFrom(p, start) };
      }
      return name.text === '_' ? { kind: 'wildcard', span: name.span } : { kind: 'name', name, span: name.span };
    }
    case INT:
    case FLOAT:
    case STRING:
    case 'true':
    case 'false':
    case 'none':
    case '-': {
      if (at(p, '-') && !at(p, INT, 1) && !at(p, FLOAT, 1)) {
        return undefined;
      }
      return { kind: 'literal', value: literal(p), span: spanFrom(p, start) };
    }
    case '(': {
      enter(p);
      p.pos++;
      const inner = simplePattern(p);
      p.depth--;
      return inner !== undefined && accept(p, ')') ? inner : undefined;
    }
    default:
      return undefined;
  }
}

function patternArgs(p: Parser): PatternArg[] | undefined {
  const args: PatternArg[] = [];
  if (accept(p, ')')) {
    return args;
  }
  enter(p);
  let complete = true;
  do {
    const id = newId(p);
    const pattern = simplePattern(p);
    complete = pattern !== undefined;
    if (pattern !== undefined) {
      args.push({ id, pattern });
    }
  } while (complete && accept(p, ','));
  p.depth--;
  return complete && accept(p, ')') ? args : undefined;
}

/** A literal of a pattern, perhaps negative. */
function literal(p: Parser): Expr {
  const start = here(p);
  if (accept(p, '-')) {
    const operand = literal(p);
    return { kind: 'unary', id: newId(p), op: '-', operand, span: spanFrom(p, start) };
  }
  const i = p.pos++;
  const value = p.tokens.value[i];
  const span = tokenSpan(p, i);
  switch (p.tag[i]) {
    case INT:
      return { kind: 'int', id: newId(p), value: value as bigint, span };
    case FLOAT:
      return { kind: 'float', id: newId(p), value: value as number, span };
    case STRING: {
      const bytes = p.tokens.bytes.get(i);
      return { kind: 'string', id: newId(p), value: value as string, ...(bytes && { bytes }), span };
    }
    case 'none':
      return { kind: 'none', id: newId(p), span };
    default:
      return { kind: 'bool', id: newId(p), value: p.tag[i] === 'true', span };
  }
}

// ---- logic

/** `pred : IDENT "(" [ term { "," term } ] ")"` with `term : IDENT | STRING | INT` */
export function parsePred(p: Parser): LogicPred {
  const start = here(p);
  const name = parseName(p, 'a predicate name');
  expect(p, '(', 'P052', `after the predicate name \`${name.text}\``);
  const terms: LogicTerm[] = [];
  if (!at(p, ')')) {
    do {
      terms.push(parseTerm(p));
    } while (accept(p, ','));
  }
  expect(p, ')', 'P052', 'after the terms');
  return { name, terms, span: spanFrom(p, start) };
}

function parseTerm(p: Parser): LogicTerm {
  const i = p.pos;
  const value = p.tokens.value[i];
  const span = tokenSpan(p);
  switch (p.tag[i]) {
    case NAME:
      p.pos++;
      return { kind: 'name', name: value as string, span };
    case STRING:
      p.pos++;
      return { kind: 'string', value: value as string, span };
    case INT:
      p.pos++;
      return { kind: 'int', value: value as bigint, span };
    default:
      return failExpected(p, 'P999', 'a name, a string or an int');
  }
}

/** `"query" pred` */
export function parseLogicQuery(p: Parser): Expr {
  const start = here(p);
  p.pos++;
  const pred = parsePred(p);
  return { kind: 'logicQuery', id: newId(p), pred, span: spanFrom(p, start) };
}

// ---- data

/** `generate : "generate" IDENT "{" [ IDENT ":" expr { "," IDENT ":" expr } [","] ] "}"` */
export function parseGenerate(p: Parser): Expr {
  const start = here(p);
  p.pos++;
  const what = parseName(p, 'what to generate: `text`, `embedding` or a type', 'P999');
  const fields = parseInits(p, 'fields');
  return { kind: 'generate', id: newId(p), what, fields, span: spanFrom(p, start) };
}

/** `fetch : "fetch" expr [ "with" expr ]` */
export function parseFetch(p: Parser): Expr {
  const start = here(p);
  p.pos++;
  const url = parseExpr(p);
  const options = parseWith(p);
  return { kind: 'fetch', id: newId(p), url, ...(options && { with: options }), span: spanFrom(p, start) };
}

/** `load : "load" [ STRING ] "as" type [ "with" expr ]` */
export function parseLoad(p: Parser): Expr {
  const start = here(p);
  p.pos++;
  const path = at(p, STRING) ? parseText(p, 'a path') : undefined;
  expectWord(p, 'as', 'and a type');
  const type = parseType(p);
  const options = parseWith(p);
  const span = spanFrom(p, start);
  checkPath(p, path, start);
  return {
    kind: 'load',
    id: newId(p),
    ...(path !== undefined && { path }),
    type,
    ...(options && { with: options }),
    span,
  };
}

/** `save : "save" expr [ "to" STRING ] [ "with" expr ]` */
export function parseSave(p: Parser): Expr {
  const start = here(p);
  p.pos++;
  const value = parseExpr(p);
  let path: string | undefined;
  if (atWord(p, 'to') && at(p, STRING, 1)) {
    p.pos++;
    path = parseText(p, 'a path');
  }
  const options = parseWith(p);
  const span = spanFrom(p, start);
  checkPath(p, path, start);
  return {
    kind: 'save',
    id: newId(p),
    value,
    ...(path !== undefined && { path }),
    ...(options && { with: options }),
    span,
  };
}

/** P062: an empty path. */
function checkPath(p: Parser, path: string | undefined, start: number): void {
  if (path === '') {
    const hint = 'leave the path out to use standard input or output, or name a file';
    report(p, 'P062', 'the path is empty', spanFrom(p, start), hint);
  }
}
