/**
 * Grammar of expressions (LANGUAGE §2, §2.1): operators by precedence climbing, postfix chains, primaries.
 * Queries, matches and the data statements are in parser-query.ts.
 */
import type { BinaryOp, Block, Expr, FieldInit, Name, UnaryOp } from './ast.ts';
import { END, FLOAT, INT, NAME, STRING } from './lexer.ts';
import {
  atQuery,
  parseFetch,
  parseGenerate,
  parseLoad,
  parseLogicQuery,
  parseMatch,
  parseQuery,
  parseSave,
} from './parser-query.ts';
import {
  accept,
  acceptWord,
  at,
  attempt,
  atWord,
  enter,
  expect,
  expectClose,
  fail,
  failExpected,
  grow,
  here,
  isAbort,
  newId,
  type Parser,
  parseName,
  report,
  spanFrom,
  startsLine,
  tokenSpan,
} from './parser-state.ts';
import { parseBlock } from './parser-stmt.ts';
import { atType, parseCastType, parseEffects, parseParams, parseResult, parseTypeParams } from './parser-types.ts';

/** Binding strength of the binary operators, weakest first; all are left-associative (LANGUAGE §2.1). */
const LEVEL: ReadonlyMap<string, number> = new Map([
  ['union', 1],
  ['except', 1],
  ['intersect', 1],
  ['??', 2],
  ['||', 3],
  ['&&', 4],
  ['==', 5],
  ['!=', 5],
  ['in', 5],
  ['<', 6],
  ['<=', 6],
  ['>', 6],
  ['>=', 6],
  ['+', 7],
  ['-', 7],
  ['*', 8],
  ['/', 8],
  ['%', 8],
]);

/** `expr : unary { op ["all"] unary }` */
export function parseExpr(p: Parser): Expr {
  enter(p);
  const outer = p.height;
  p.height = 0;
  const start = here(p);
  const expr = binaryRest(p, parseUnary(p), start, 1);
  p.height = Math.max(outer, p.height + 1);
  p.depth--;
  return expr;
}

/** An expression whose first primary has been parsed already. */
export function parseExprFrom(p: Parser, primary: Expr, start: number): Expr {
  return binaryRest(p, postfixRest(p, primary, start), start, 1);
}

/** An expression inside brackets of some kind, where a `{` cannot open the body of a statement. */
export function parseInner(p: Parser): Expr {
  const inHead = p.inHead;
  p.inHead = false;
  const expr = parseExpr(p);
  p.inHead = inHead;
  return expr;
}

/** Level of the operator at the cursor; 0 if there is none. Words are operators only if an operand follows. */
function operatorLevel(p: Parser, tag: string): number {
  if (tag !== NAME) {
    return LEVEL.get(tag) ?? 0;
  }
  const word = p.tokens.value[p.pos];
  if (word === 'union' || word === 'except' || word === 'intersect') {
    return atOperand(p, at(p, 'all', 1) ? 2 : 1) && !atArguments(p, 1) ? 1 : 0;
  }
  return 0;
}

/**
 * True if the `(` that is `ahead` places further on opens the arguments of a call, not an operand: no single expression
 * fills it. So in `f(x) union(a, b)` a function called union is called by a second statement.
 */
function atArguments(p: Parser, ahead: number): boolean {
  if (!at(p, '(', ahead)) {
    return false;
  }
  const open = p.pos + ahead;
  const known = p.wordCalls.get(open);
  if (known !== undefined) {
    return known;
  }
  const { pos, height, emptyLiteral } = p;
  const errors = p.diagnostics.length;
  p.pos = open + 1;
  const isCall = attempt(p, parseInner) === undefined || !at(p, ')');
  Object.assign(p, { pos, height, emptyLiteral });
  p.diagnostics.length = errors;
  p.wordCalls.set(open, isCall);
  return isCall;
}

/** Continues `left` with the operators that bind at least as strongly as `minimum`. */
function binaryRest(p: Parser, first: Expr, start: number, minimum: number): Expr {
  let left = first;
  for (;;) {
    const tag = p.tag[p.pos]!;
    const level = operatorLevel(p, tag);
    if (level < minimum || level === 0) {
      return left;
    }
    grow(p);
    const opSpan = tokenSpan(p);
    let op = (tag === NAME ? p.tokens.value[p.pos] : tag) as BinaryOp;
    p.pos++;
    if (at(p, '=') && p.tokens.start[p.pos] === opSpan.end && level >= 7) {
      fail(
        p,
        'P999',
        `Mochi has no \`${op}=\``,
        { ...opSpan, end: opSpan.end + 1 },
        `write the variable twice, as in \`x = x ${op} 1\``,
      );
    }
    if (accept(p, 'all') && op === 'union') {
      op = 'union all';
    }
    const rightStart = here(p);
    const right = binaryRest(p, parseUnary(p), rightStart, level + 1);
    left = { kind: 'binary', id: newId(p), op, left, right, opSpan, span: spanFrom(p, start) };
  }
}

/** `unary : { "-" | "!" } postfix` */
function parseUnary(p: Parser): Expr {
  const first = p.pos;
  const tag = p.tag[first];
  if (tag !== '-' && tag !== '!') {
    return postfixRest(p, parsePrimary(p), p.tokens.start[first]!);
  }
  while (at(p, '-') || at(p, '!')) {
    p.pos++;
  }
  const start = here(p);
  const last = p.pos;
  let operand = postfixRest(p, parsePrimary(p), start);
  grow(p, last - first);
  for (let i = last - 1; i >= first; i--) {
    const span = spanFrom(p, p.tokens.start[i]!);
    operand = { kind: 'unary', id: newId(p), op: p.tag[i] as UnaryOp, operand, span };
  }
  return operand;
}

/** True if an expression can start at the token `ahead` places further on. */
export function atOperand(p: Parser, ahead = 0): boolean {
  switch (p.tag[p.pos + ahead]) {
    case NAME:
    case INT:
    case FLOAT:
    case STRING:
    case 'true':
    case 'false':
    case 'none':
    case '(':
    case '[':
    case '{':
    case '-':
    case '!':
    case 'if':
    case 'match':
    case 'generate':
    case 'fetch':
    case 'load':
    case 'save':
      return true;
    case 'fun':
      return !at(p, NAME, ahead + 1);
    default:
      return false;
  }
}

// ---- postfix

/**
 * ```
 * postfix : primary { "(" [ expr { "," expr } ] ")" | "?" "." IDENT | "?" "[" expr "]" | "[" index "]"
 *                   | "." IDENT | "as" type }
 * ```
 */
function postfixRest(p: Parser, primary: Expr, start: number): Expr {
  let target = primary;
  for (;;) {
    switch (p.tag[p.pos]) {
      case '(': {
        const args = parseArgs(p);
        target = { kind: 'call', id: newId(p), callee: target, args, span: spanFrom(p, start) };
        break;
      }
      case '[':
        target = parseIndex(p, target, start);
        break;
      case '.': {
        p.pos++;
        const name = parseName(p, 'a field name after `.`', at(p, NAME) ? 'P030' : 'P055');
        target = { kind: 'field', id: newId(p), target, name, optional: false, span: spanFrom(p, start) };
        break;
      }
      case '?':
        target = parseOptional(p, target, start);
        break;
      case NAME:
        if (p.tokens.value[p.pos] !== 'as' || !atType(p, 1)) {
          return target;
        }
        p.pos++;
        target = { kind: 'cast', id: newId(p), value: target, type: parseCastType(p), span: spanFrom(p, start) };
        break;
      default:
        return target;
    }
    grow(p);
  }
}

/** `"?" "." IDENT | "?" "[" expr "]"` */
function parseOptional(p: Parser, target: Expr, start: number): Expr {
  p.pos++;
  if (accept(p, '.')) {
    const name = parseName(p, 'a field name after `?.`', 'P055');
    return { kind: 'field', id: newId(p), target, name, optional: true, span: spanFrom(p, start) };
  }
  if (accept(p, '[')) {
    const index = parseInner(p);
    expect(p, ']', 'P999', 'after the index');
    return { kind: 'index', id: newId(p), target, index, optional: true, span: spanFrom(p, start) };
  }
  return failExpected(p, 'P999', '`.` or `[` after `?`', 'there is no `a ? b : c`: write `if a then b else c`');
}

/** `"(" [ expr { "," expr } ] ")"` */
function parseArgs(p: Parser): Expr[] {
  const open = here(p);
  p.pos++;
  const args: Expr[] = [];
  if (!at(p, ')')) {
    do {
      if (at(p, ')')) {
        report(p, 'P051', 'a comma after the last argument', tokenSpan(p, p.pos - 1), 'remove the comma');
        break;
      }
      args.push(parseInner(p));
    } while (nextItem(p, ')', 'arguments'));
  }
  expectClose(p, ')', 'P052', 'after the arguments', open);
  return args;
}

/** Consumes a comma between items. A forgotten one, with the next item on the same line, is reported as P051. */
function nextItem(p: Parser, close: string, what: string): boolean {
  if (accept(p, ',')) {
    return true;
  }
  if (!at(p, close) && atOperand(p) && !startsLine(p)) {
    report(
      p,
      'P051',
      `expected \`,\` or \`${close}\`, found the next item`,
      tokenSpan(p),
      `separate ${what} with commas`,
    );
    return true;
  }
  return false;
}

/** `"[" ( expr | [expr] ":" [expr] [ ":" [expr] ] ) "]"`, with at least one expression (P060). */
function parseIndex(p: Parser, target: Expr, start: number): Expr {
  const open = here(p);
  p.pos++;
  const first = at(p, ':') || at(p, ']') ? undefined : parseInner(p);
  if (first !== undefined && accept(p, ']')) {
    return { kind: 'index', id: newId(p), target, index: first, optional: false, span: spanFrom(p, start) };
  }
  let end: Expr | undefined;
  let step: Expr | undefined;
  if (accept(p, ':')) {
    end = at(p, ':') || at(p, ']') ? undefined : parseInner(p);
    if (accept(p, ':')) {
      step = at(p, ']') ? undefined : parseInner(p);
    }
  }
  expectClose(p, ']', 'P999', 'after the index', open);
  if (first === undefined && end === undefined && step === undefined) {
    const hint = 'write `xs[i]` for an element, or a slice with a bound: `xs[1:]`, `xs[:3]`, `xs[1:3]`';
    report(p, 'P060', 'there is nothing between these brackets', spanFrom(p, open), hint);
  }
  const span = spanFrom(p, start);
  return {
    kind: 'slice',
    id: newId(p),
    target,
    ...(first && { start: first }),
    ...(end && { end }),
    ...(step && { step }),
    span,
  };
}

// ---- primaries

/**
 * ```
 * primary : structlit | query | "query" pred | ifexpr | IDENT | listlit | maplit | funexpr | match | generate
 *         | fetch | load | save | INT | FLOAT | STRING | "true" | "false" | "none" | "(" expr ")"
 * ```
 */
function parsePrimary(p: Parser): Expr {
  const i = p.pos;
  switch (p.tag[i]) {
    case NAME: {
      const next = p.tag[i + 1];
      if (next === '{' && atStructLiteral(p)) {
        return parseStruct(p);
      }
      if (next === NAME) {
        if (atWord(p, 'from') && atQuery(p)) {
          return parseQuery(p);
        }
        if (atWord(p, 'query') && at(p, '(', 2) && !startsLine(p, 1)) {
          return parseLogicQuery(p);
        }
      }
      p.pos++;
      return { kind: 'name', id: newId(p), name: p.tokens.value[i] as string, span: tokenSpan(p, i) };
    }
    case INT:
      p.pos++;
      return { kind: 'int', id: newId(p), value: p.tokens.value[i] as bigint, span: tokenSpan(p, i) };
    case FLOAT:
      p.pos++;
      return { kind: 'float', id: newId(p), value: p.tokens.value[i] as number, span: tokenSpan(p, i) };
    case STRING: {
      p.pos++;
      const bytes = p.tokens.bytes.get(i);
      const value = p.tokens.value[i] as string;
      const span = tokenSpan(p, i);
      return bytes
        ? { kind: 'string', id: newId(p), value, bytes, span }
        : { kind: 'string', id: newId(p), value, span };
    }
    case 'true':
    case 'false':
      p.pos++;
      return { kind: 'bool', id: newId(p), value: p.tag[i] === 'true', span: tokenSpan(p, i) };
    case 'none':
      p.pos++;
      return { kind: 'none', id: newId(p), span: tokenSpan(p, i) };
    case '(': {
      const start = here(p);
      p.pos++;
      const expr = parseInner(p);
      expectClose(p, ')', 'P052', 'after the expression', start);
      return expr;
    }
    case '[':
      return parseList(p);
    case '{': {
      const start = here(p);
      p.pos++;
      return parseMapRest(p, start, undefined);
    }
    case 'if':
      return parseIf(p);
    case 'fun':
      return parseLambda(p);
    case 'match':
      return parseMatch(p);
    case 'generate':
      return parseGenerate(p);
    case 'fetch':
      return parseFetch(p);
    case 'load':
      return parseLoad(p);
    case 'save':
      return parseSave(p);
    default:
      return failExpected(p, 'P999', 'an expression', expressionHint(p));
  }
}

function expressionHint(p: Parser): string | undefined {
  switch (p.tag[p.pos]) {
    case '+':
    case '-':
      return p.tag[p.pos - 1] === p.tag[p.pos] ? 'there is no `++` or `--`: write `x = x + 1`' : undefined;
    case '=':
      return '`=` assigns to a variable, element or field; to compare, write `==`';
    case END:
    case '}':
      return 'the expression before this is not complete';
    default:
      return undefined;
  }
}

/**
 * At `IDENT "{"`: a struct literal if a field or `}` follows. In the head of a statement `x {}` may also be the
 * variable x and an empty body; `parseHead` finds out which.
 */
function atStructLiteral(p: Parser): boolean {
  if (at(p, NAME, 2) && at(p, ':', 3)) {
    return true;
  }
  if (!at(p, '}', 2)) {
    return false;
  }
  if (p.inHead) {
    if (p.notLiteral.has(p.pos)) {
      return false;
    }
    p.emptyLiteral = p.pos;
  }
  return true;
}

/**
 * The expression in the head of `if`, `while`, `for` and `match`, before the `{` of the body. A `name {}` in it is read
 * as a struct literal; if then no body (nor `other`) follows, the last such literal was a variable and the body.
 */
export function parseHead(p: Parser, other?: string): Expr {
  const { inHead, emptyLiteral, pos, depth, height } = p;
  const errors = p.diagnostics.length;
  p.inHead = true;
  p.emptyLiteral = -1;
  let failure: unknown;
  let expr: Expr | undefined;
  try {
    expr = parseExpr(p);
  } catch (thrown) {
    if (!isAbort(thrown) || p.emptyLiteral < 0) {
      throw thrown;
    }
    failure = thrown;
  }
  const next = p.tag[p.pos];
  const complete = next === '{' || next === other;
  if (p.emptyLiteral >= 0 && (failure !== undefined || !complete)) {
    p.notLiteral.add(p.emptyLiteral);
    p.pos = pos;
    p.depth = depth;
    p.height = height;
    p.diagnostics.length = errors;
    p.inHead = true;
    expr = parseExpr(p);
  }
  p.inHead = inHead;
  p.emptyLiteral = emptyLiteral;
  return expr!;
}

/** `structlit : IDENT "{" [ IDENT ":" expr { "," IDENT ":" expr } [","] ] "}"` */
function parseStruct(p: Parser): Expr {
  const start = here(p);
  const name = parseName(p, 'a struct name');
  const fields = parseInits(p, 'fields');
  return { kind: 'struct', id: newId(p), name, fields, span: spanFrom(p, start) };
}

/** `"{" [ IDENT ":" expr { "," IDENT ":" expr } [","] ] "}"`; the commas are optional in a `model`. */
export function parseInits(p: Parser, what: string, commas = true): FieldInit[] {
  const open = here(p);
  expect(p, '{', 'P001', `before the ${what}`);
  const fields: FieldInit[] = [];
  while (!at(p, '}')) {
    const name = parseName(p, 'a field name');
    expect(p, ':', 'P999', `and a value after the field name \`${name.text}\``);
    fields.push({ name, value: parseInner(p) });
    if (!commas) {
      accept(p, ',');
    } else if (!nextItem(p, '}', what)) {
      break;
    }
  }
  expectClose(p, '}', 'P001', `after the ${what}`, open);
  return fields;
}

/** `listlit : "[" [ expr { "," expr } [","] ] "]"` */
function parseList(p: Parser): Expr {
  const start = here(p);
  p.pos++;
  const items: Expr[] = [];
  while (!at(p, ']')) {
    items.push(parseInner(p));
    if (!nextItem(p, ']', 'list elements')) {
      break;
    }
  }
  expectClose(p, ']', 'P999', 'after the list elements', start);
  return { kind: 'list', id: newId(p), items, span: spanFrom(p, start) };
}

/**
 * `maplit : "{" [ expr ":" expr { "," expr ":" expr } [","] ] "}"`, after its `{`. With `firstKey` the first key has
 * been parsed as well. A key that is a bare name is the string of that name.
 */
export function parseMapRest(p: Parser, start: number, firstKey: Expr | undefined): Expr {
  const entries: { key: Expr; value: Expr }[] = [];
  let key = firstKey;
  while (key !== undefined || !at(p, '}')) {
    key ??= parseKey(p);
    expect(p, ':', 'P999', 'and a value after the map key', 'these braces hold a map, as in `{key: value}`');
    entries.push({ key, value: parseInner(p) });
    key = undefined;
    if (!nextItem(p, '}', 'map entries')) {
      break;
    }
  }
  expectClose(p, '}', 'P001', 'after the map entries', start);
  return { kind: 'map', id: newId(p), entries, span: spanFrom(p, start) };
}

/** A map key, or the first thing after a `{` that may turn out to be one. */
export function parseKey(p: Parser): Expr {
  if (at(p, NAME) && at(p, ':', 1)) {
    const name = parseName(p, 'a map key');
    return { kind: 'string', id: newId(p), value: name.text, span: name.span };
  }
  return parseInner(p);
}

/**
 * ```
 * ifexpr : "if" expr ( "{" expr "}" | "then" expr ) [ "else" ( ifexpr | "{" expr "}" | expr ) ]
 * ```
 */
function parseIf(p: Parser): Expr {
  const start = here(p);
  p.pos++;
  return parseIfRest(p, start, parseHead(p, 'then'));
}

/** An `if` expression after its condition. */
export function parseIfRest(p: Parser, start: number, cond: Expr): Expr {
  let then: Expr;
  if (accept(p, 'then')) {
    then = parseExpr(p);
  } else {
    expect(p, '{', 'P001', 'or `then` after the condition');
    then = parseInner(p);
    expect(p, '}', 'P001', 'after the expression');
  }
  if (!accept(p, 'else')) {
    return { kind: 'if', id: newId(p), cond, then, span: spanFrom(p, start) };
  }
  const otherwise = at(p, '{') ? parseBracedOrMap(p) : parseExpr(p);
  return { kind: 'if', id: newId(p), cond, then, else: otherwise, span: spanFrom(p, start) };
}

/** `"{" expr "}"`, or an expression that starts with a map literal. */
function parseBracedOrMap(p: Parser): Expr {
  const start = here(p);
  p.pos++;
  if (at(p, '}')) {
    return parseExprFrom(p, parseMapRest(p, start, undefined), start);
  }
  const first = parseKey(p);
  if (at(p, ':')) {
    return parseExprFrom(p, parseMapRest(p, start, first), start);
  }
  expect(p, '}', 'P001', 'after the expression');
  return first;
}

/**
 * ```
 * funexpr : "fun" [ "<" IDENT,+ ">" ] params [ ":" type ] [ "!" IDENT,+ ] ( block | "=>" expr | )
 * ```
 */
function parseLambda(p: Parser): Expr {
  const start = here(p);
  p.pos++;
  const typeParams: Name[] = parseTypeParams(p);
  const params = parseParams(p);
  const result = parseResult(p);
  const effects = parseEffects(p);
  let block: Block | undefined;
  let expr: Expr | undefined;
  if (at(p, '{')) {
    block = parseBlock(p, 'of the function');
  } else if (accept(p, '=>')) {
    expr = parseExpr(p);
  }
  const span = spanFrom(p, start);
  return {
    kind: 'lambda',
    id: newId(p),
    typeParams,
    params,
    ...(result && { result }),
    effects,
    ...(block && { block }),
    ...(expr && { expr }),
    span,
  };
}

/** `[ "with" expr ]` */
export function parseWith(p: Parser): Expr | undefined {
  return acceptWord(p, 'with') ? parseExpr(p) : undefined;
}
