/** Grammar of statements and declarations (LANGUAGE §2). */
import type {
  Accessor,
  AgentItem,
  Block,
  Expr,
  FieldDecl,
  FunDecl,
  IfStmt,
  LogicPred,
  Name,
  Stmt,
  TypeBody,
  Variant,
} from './ast.ts';
import { END, NAME, STRING } from './lexer.ts';
import {
  atOperand,
  parseExpr,
  parseExprFrom,
  parseHead,
  parseIfRest,
  parseInits,
  parseMapRest,
  parseWith,
} from './parser-expr.ts';
import { parsePred } from './parser-query.ts';
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
  grow,
  here,
  isAbort,
  newId,
  type Parser,
  parseName,
  parseText,
  report,
  spanFrom,
  synchronise,
  tokenSpan,
} from './parser-state.ts';
import {
  parseEffects,
  parseField,
  parseFields,
  parseParams,
  parseResult,
  parseType,
  parseTypeParams,
} from './parser-types.ts';

// ---- blocks

/** `block : "{" { stmt } "}"`; `what` says whose: "of the function". */
export function parseBlock(p: Parser, what: string): Block {
  const open = p.pos;
  expect(p, '{', 'P001', `before the body ${what}`);
  return parseBlockRest(p, open);
}

/** An expression that has been parsed and turns out to start the first statement of a block. */
interface FirstExpr {
  readonly expr: Expr;
  readonly start: number;
}

/** A block after its `{`, which is the token `open`. */
export function parseBlockRest(p: Parser, open: number, first?: FirstExpr): Block {
  enter(p);
  const inHead = p.inHead;
  p.inHead = false;
  p.openBlocks.push(open);
  const body: Stmt[] = [];
  if (first !== undefined) {
    body.push(finishExprStmt(p, first.expr, first.start));
  }
  parseStatements(p, body, '}', parseStmt);
  if (!at(p, '}')) {
    failExpected(p, 'P001', '`}` at the end of the block');
  }
  p.pos++;
  p.openBlocks.pop();
  p.inHead = inHead;
  p.depth--;
  return { body, span: spanFrom(p, p.tokens.start[open]!) };
}

/** `{ stmt }` up to the closing mark or the end; an error in one statement does not keep the next from being parsed. */
export function parseStatements<T>(p: Parser, out: (T | Stmt)[], close: string, parse: (p: Parser) => T): void {
  const { depth } = p;
  const open = p.openBlocks.length;
  while (!at(p, close) && !at(p, END)) {
    const from = p.pos;
    const outer = p.height;
    p.height = 0;
    try {
      out.push(parse(p));
      p.height = Math.max(outer, p.height);
    } catch (thrown) {
      if (!isAbort(thrown)) {
        throw thrown;
      }
      p.depth = depth;
      p.height = outer;
      p.inHead = false;
      p.openBlocks.length = open;
      synchronise(p, from);
      const span = spanFrom(p, p.tokens.start[from]!);
      out.push({ kind: 'expr', expr: { kind: 'error', id: newId(p), span }, span });
      if (at(p, '}') && close !== '}') {
        p.pos++;
      }
    }
  }
}

// ---- statements

/** True at the contextual words that start a statement: `bench`, `model` and `update`. */
export function atContextualStatement(p: Parser): boolean {
  switch (p.tokens.value[p.pos]) {
    case 'bench':
      return at(p, NAME) && at(p, STRING, 1) && at(p, '{', 2);
    case 'model':
      return at(p, NAME) && at(p, NAME, 1) && at(p, '{', 2);
    case 'update':
      return at(p, NAME) && at(p, NAME, 1) && atWord(p, 'set', 2);
    default:
      return false;
  }
}

/**
 * ```
 * stmt : test | bench | expect | agent | stream | model | import | typedecl | extern | fact | rule | on | emit
 *      | let | var | assign | fun | return | if | while | for | break | continue | fetchstmt | update | exprstmt
 * ```
 */
export function parseStmt(p: Parser): Stmt {
  const start = here(p);
  switch (p.tag[p.pos]) {
    case 'let':
    case 'var':
      return parseLet(p);
    case NAME:
      return atContextualStatement(p) ? parseContextual(p) : parseExprStmt(p);
    case 'return':
      return parseReturn(p);
    case 'if':
      return parseIfStmt(p);
    case 'while': {
      p.pos++;
      const cond = parseHead(p);
      const body = parseBlock(p, 'of the loop');
      return { kind: 'while', cond, body, span: spanFrom(p, start) };
    }
    case 'for':
      return parseFor(p);
    case 'break':
    case 'continue':
      return { kind: p.tag[p.pos++] as 'break' | 'continue', span: spanFrom(p, start) };
    case 'fun':
      return at(p, NAME, 1) || !atLambda(p) ? parseFun(p, start, false) : parseExprStmt(p);
    case 'export':
      return parseExport(p);
    case 'type':
      return parseTypeDecl(p);
    case 'expect': {
      p.pos++;
      const expr = parseExpr(p);
      return { kind: 'expect', expr, span: spanFrom(p, start) };
    }
    case 'test':
      return parseTest(p, 'test');
    case 'import':
      return parseImport(p);
    case 'extern':
      return parseExtern(p);
    case 'fact': {
      p.pos++;
      const pred = parsePred(p);
      return { kind: 'fact', pred, span: spanFrom(p, start) };
    }
    case 'rule':
      return parseRule(p);
    case 'stream':
      return parseStream(p);
    case 'agent':
      return parseAgent(p);
    case 'on':
      return parseOn(p);
    case 'emit': {
      p.pos++;
      const stream = parseName(p, 'a stream name');
      const fields = parseInits(p, 'fields');
      return { kind: 'emit', stream, fields, span: spanFrom(p, start) };
    }
    case 'fetch':
      return parseFetchStmt(p);
    default:
      return atOperand(p) ? parseExprStmt(p) : failStatement(p);
  }
}

function parseReturn(p: Parser): Stmt {
  const start = here(p);
  p.pos++;
  if (!atOperand(p)) {
    return { kind: 'return', span: spanFrom(p, start) };
  }
  const value = parseExpr(p);
  return { kind: 'return', value, span: spanFrom(p, start) };
}

function atLambda(p: Parser): boolean {
  return at(p, '(', 1) || at(p, '<', 1);
}

/** The current token cannot start a statement: says so. */
function failStatement(p: Parser): never {
  switch (p.tag[p.pos]) {
    case '}':
      return fail(p, 'P053', 'this `}` closes nothing', tokenSpan(p), 'remove it, or look for a missing `{` above');
    case ')':
    case ']':
      return fail(
        p,
        'P052',
        `this \`${p.tag[p.pos]!}\` closes nothing`,
        tokenSpan(p),
        'remove it, or look for a bracket too many above',
      );
    case 'else':
      return fail(
        p,
        'P999',
        'this `else` belongs to no `if`',
        tokenSpan(p),
        '`else` follows the `}` of an `if` directly',
      );
    case 'package':
      return fail(p, 'P999', '`package` is not the first statement', tokenSpan(p), 'move it to the top of the file');
    case ',':
      return failExpected(
        p,
        'P999',
        'a statement',
        'commas separate items in brackets; one `let` declares one variable',
      );
    default:
      return failExpected(p, 'P999', 'a statement');
  }
}

/** `( "let" | "var" ) IDENT [ ":" type ] [ "=" expr ]` */
function parseLet(p: Parser): Stmt {
  const start = here(p);
  const doc = p.tokens.docs.get(p.pos);
  const mutable = p.tag[p.pos++] === 'var';
  const word = mutable ? 'var' : 'let';
  const name = parseName(p, `a variable name after \`${word}\``, 'P031');
  const type = accept(p, ':') ? parseType(p) : undefined;
  const value = accept(p, '=') ? parseExpr(p) : undefined;
  if (value && !type && doc === undefined) {
    // The usual form, without the cost of putting it together.
    return { kind: 'let', id: newId(p), mutable, name, value, span: spanFrom(p, start) };
  }
  return {
    kind: 'let',
    id: newId(p),
    mutable,
    name,
    ...(type && { type }),
    ...(value && { value }),
    ...(doc !== undefined && { doc }),
    span: spanFrom(p, start),
  };
}

/** `if : "if" expr block [ "else" if | "else" block ]`, or an expression statement that starts with an if expression. */
function parseIfStmt(p: Parser): Stmt {
  const start = here(p);
  p.pos++;
  const cond = parseHead(p, 'then');
  if (at(p, 'then')) {
    return finishExprStmt(p, parseExprFrom(p, parseIfRest(p, start, cond), start), start);
  }
  // A chain of `else if` is a loop here, so that its length is no nesting; it is put together from its end.
  const arms = [{ start, cond, then: parseBlock(p, 'of the `if`') }];
  let rest: IfStmt | Block | undefined;
  while (accept(p, 'else')) {
    grow(p);
    const armStart = here(p);
    if (!accept(p, 'if')) {
      rest = parseBlock(p, 'of the `else`');
      break;
    }
    const armCond = parseHead(p);
    arms.push({ start: armStart, cond: armCond, then: parseBlock(p, 'of the `if`') });
  }
  const end = spanFrom(p, start).end;
  for (let i = arms.length - 1; ; i--) {
    const arm = arms[i]!;
    const { cond, then } = arm;
    const span = { file: p.file, start: arm.start, end };
    const stmt: IfStmt = rest ? { kind: 'if', cond, then, else: rest, span } : { kind: 'if', cond, then, span };
    if (i === 0) {
      return stmt;
    }
    rest = stmt;
  }
}

/** `for : "for" IDENT "in" expr [ ".." expr ] block` */
function parseFor(p: Parser): Stmt {
  const start = here(p);
  p.pos++;
  const name = parseName(p, 'a variable name after `for`');
  expect(p, 'in', 'P999', `after \`${name.text}\``, 'loops are written `for x in xs { }` or `for i in 0..10 { }`');
  const iter = parseHead(p, '..');
  const end = accept(p, '..') ? parseHead(p) : undefined;
  const body = parseBlock(p, 'of the loop');
  return end
    ? { kind: 'for', id: newId(p), name, iter, end, body, span: spanFrom(p, start) }
    : { kind: 'for', id: newId(p), name, iter, body, span: spanFrom(p, start) };
}

/** `exprstmt : expr` and `assign : IDENT { "[" expr "]" | "." IDENT } "=" expr` */
function parseExprStmt(p: Parser): Stmt {
  const start = here(p);
  return finishExprStmt(p, parseExpr(p), start);
}

/** The rest of a statement that starts with an expression. */
function finishExprStmt(p: Parser, expr: Expr, start: number): Stmt {
  if (!at(p, '=')) {
    return { kind: 'expr', expr, span: spanFrom(p, start) };
  }
  const path: Accessor[] = [];
  let target = expr;
  while ((target.kind === 'field' || target.kind === 'index') && !target.optional) {
    const span = { file: p.file, start: target.target.span.end, end: target.span.end };
    path.push(
      target.kind === 'field'
        ? { kind: 'field', name: target.name, span }
        : { kind: 'index', index: target.index, span },
    );
    target = target.target;
  }
  if (target.kind !== 'name') {
    fail(
      p,
      'P999',
      'this cannot be assigned to',
      expr.span,
      'assign to a variable, an element `xs[i]` or a field `p.x`; to compare, write `==`',
    );
  }
  p.pos++;
  const value = parseExpr(p);
  const name: Name = { text: target.name, span: target.span };
  return { kind: 'assign', id: newId(p), name, path: path.reverse(), value, span: spanFrom(p, start) };
}

/** `( "test" | "bench" ) STRING block` */
function parseTest(p: Parser, kind: 'test' | 'bench'): Stmt {
  const start = here(p);
  p.pos++;
  const name = parseText(p, `the name of the ${kind}, a string`);
  const body = parseBlock(p, `of the ${kind}`);
  return { kind, name, body, span: spanFrom(p, start) };
}

/** `bench`, `"model" IDENT "{" { IDENT ":" expr } "}"` and `"update" IDENT "set" maplit [ "where" expr ]` */
function parseContextual(p: Parser): Stmt {
  const start = here(p);
  if (atWord(p, 'bench')) {
    return parseTest(p, 'bench');
  }
  if (acceptWord(p, 'model')) {
    const name = parseName(p, 'a model name');
    const fields = parseInits(p, 'settings', false);
    return { kind: 'model', name, fields, span: spanFrom(p, start) };
  }
  p.pos++;
  const name = parseName(p, 'a list variable');
  expectWord(p, 'set', 'after the list to update');
  const setStart = here(p);
  expect(p, '{', 'P001', 'and the new field values after `set`');
  const set = parseMapRest(p, setStart, undefined);
  const where = acceptWord(p, 'where') ? parseExpr(p) : undefined;
  return { kind: 'update', name, set, ...(where && { where }), span: spanFrom(p, start) };
}

/** `fetchstmt : "fetch" expr "into" IDENT [ "with" expr ]`, or an expression statement that starts with `fetch`. */
function parseFetchStmt(p: Parser): Stmt {
  const start = here(p);
  p.pos++;
  const url = parseExpr(p);
  if (acceptWord(p, 'into')) {
    const into = parseName(p, 'a variable name after `into`');
    const options = parseWith(p);
    return { kind: 'fetch', url, into, ...(options && { with: options }), span: spanFrom(p, start) };
  }
  const options = parseWith(p);
  const expr: Expr = {
    kind: 'fetch',
    id: newId(p),
    url,
    ...(options && { with: options }),
    span: spanFrom(p, start),
  };
  return finishExprStmt(p, parseExprFrom(p, expr, start), start);
}

// ---- declarations

/** `"export" fun` */
function parseExport(p: Parser): Stmt {
  const start = here(p);
  p.pos++;
  if (!at(p, 'fun')) {
    failExpected(p, 'P999', '`fun` after `export`', 'only functions can be exported');
  }
  return parseFun(p, start, true);
}

/** `fun : [ "export" ] "fun" IDENT [ "<" IDENT,+ ">" ] params [ ":" type ] [ "!" IDENT,+ ] block` */
function parseFun(p: Parser, start: number, exported: boolean): FunDecl {
  const doc = p.tokens.docs.get(exported ? p.pos - 1 : p.pos);
  p.pos++;
  const name = parseName(p, 'a function name');
  const typeParams = parseTypeParams(p);
  const params = parseParams(p);
  const result = parseResult(p);
  const effects = parseEffects(p);
  if (at(p, '=>')) {
    const hint = 'a named function has a body in braces: `{ return ... }`; `=>` is for `fun(x) => x`';
    fail(p, 'P011', `the body of the function \`${name.text}\` is not a block`, tokenSpan(p), hint);
  }
  const body = parseBlock(p, `of the function \`${name.text}\``);
  return {
    kind: 'fun',
    id: newId(p),
    name,
    exported,
    typeParams,
    params,
    ...(result && { result }),
    effects,
    body,
    ...(doc !== undefined && { doc }),
    span: spanFrom(p, start),
  };
}

/**
 * ```
 * typedecl : "type" IDENT ( [ "=" ] "{" { ( field | fun ) [","] } "}"      struct
 *                         | "=" variant { "|" variant }                    union
 *                         | "=" type )                                     alias
 * ```
 * A single variant is a union only if it has fields; `type A = B` is an alias.
 */
function parseTypeDecl(p: Parser): Stmt {
  const start = here(p);
  const doc = p.tokens.docs.get(p.pos);
  p.pos++;
  const name = parseName(p, 'a type name');
  const equals = accept(p, '=');
  let body: TypeBody;
  if (at(p, '{')) {
    body = parseStructBody(p);
  } else if (!equals) {
    failExpected(p, 'P999', `\`{\` or \`=\` after the type name \`${name.text}\``);
  } else if (atVariants(p)) {
    const variants = [parseVariant(p)];
    while (accept(p, '|')) {
      variants.push(parseVariant(p));
    }
    body = { kind: 'union', variants };
  } else {
    if (at(p, '|')) {
      failExpected(p, 'P999', 'the first variant', 'remove the leading `|`');
    }
    body = { kind: 'alias', type: parseType(p) };
  }
  return { kind: 'type', id: newId(p), name, body, ...(doc !== undefined && { doc }), span: spanFrom(p, start) };
}

function parseStructBody(p: Parser): TypeBody {
  p.openBlocks.push(p.pos);
  p.pos++;
  const fields: FieldDecl[] = [];
  const methods: FunDecl[] = [];
  while (!at(p, '}')) {
    if (at(p, 'fun')) {
      methods.push(parseFun(p, here(p), false));
    } else if (at(p, END)) {
      failExpected(p, 'P001', '`}` at the end of the type');
    } else {
      fields.push(parseField(p));
    }
    accept(p, ',');
  }
  p.pos++;
  p.openBlocks.pop();
  return { kind: 'struct', fields, methods };
}

/** True if what follows `=` is a variant: a name with fields, or the first of several. */
function atVariants(p: Parser): boolean {
  if (!at(p, NAME)) {
    return false;
  }
  if (at(p, '|', 1)) {
    return true;
  }
  return (at(p, '(', 1) || at(p, '{', 1)) && (at(p, '}', 2) || at(p, ')', 2) || (at(p, NAME, 2) && at(p, ':', 3)));
}

/** `variant : IDENT [ "(" field { "," field } [","] ")" | "{" { field } "}" ]` */
function parseVariant(p: Parser): Variant {
  const name = parseName(p, 'a variant name');
  if (accept(p, '(')) {
    const fields = parseFields(p, ')');
    p.pos++;
    return { name, fields, form: 'paren' };
  }
  if (accept(p, '{')) {
    const fields = parseFields(p, '}');
    p.pos++;
    return { name, fields, form: 'brace' };
  }
  return { name, fields: [], form: 'none' };
}

const LANGUAGES: ReadonlySet<string> = new Set(['go', 'python', 'typescript', 'zig', 'lua', 'clj', 'clojure']);

/** `import : "import" [ IDENT ] STRING [ "as" IDENT ] [ "auto" ]` */
function parseImport(p: Parser): Stmt {
  const start = here(p);
  p.pos++;
  const lang = at(p, NAME) ? parseName(p, 'a language') : undefined;
  const path = parseText(p, 'the path to import, a string');
  const alias = acceptWord(p, 'as') ? parseName(p, 'a name for the import') : undefined;
  const auto = acceptWord(p, 'auto');
  const span = spanFrom(p, start);
  if (lang !== undefined && !LANGUAGES.has(lang.text)) {
    const hint = `one of ${[...LANGUAGES].join(', ')}; leave it out to import a Mochi package`;
    report(p, 'P064', `\`${lang.text}\` is not a language to import from`, span, hint);
  }
  return { kind: 'import', ...(lang && { lang }), path, ...(alias && { alias }), auto, span };
}

/**
 * ```
 * extern : "extern" ( "type" IDENT | ( "var" | "let" ) path ":" type | "fun" path params [ ":" type ] | "object" IDENT )
 * path   : IDENT { "." IDENT }
 * ```
 */
function parseExtern(p: Parser): Stmt {
  const start = here(p);
  p.pos++;
  if (accept(p, 'type')) {
    const name = parseName(p, 'a type name');
    return { kind: 'externType', name, span: spanFrom(p, start) };
  }
  if (accept(p, 'var') || accept(p, 'let')) {
    const name = parsePath(p);
    expect(p, ':', 'P999', 'and a type after the variable name');
    const type = parseType(p);
    return { kind: 'externVar', name, type, span: spanFrom(p, start) };
  }
  if (accept(p, 'fun')) {
    const name = parsePath(p);
    const params = parseParams(p);
    const result = parseResult(p);
    return { kind: 'externFun', name, params, ...(result && { result }), span: spanFrom(p, start) };
  }
  expectWord(p, 'object', '(or `type`, `var`, `let`, `fun`) after `extern`');
  const name = parseName(p, 'an object name');
  return { kind: 'externObject', name, span: spanFrom(p, start) };
}

function parsePath(p: Parser): string {
  let path = parseName(p, 'a name').text;
  while (accept(p, '.')) {
    path += `.${parseName(p, 'a name after `.`', 'P055').text}`;
  }
  return path;
}

/** `rule : "rule" pred ":-" cond { "," cond }` with `cond : pred | IDENT "!=" IDENT` */
function parseRule(p: Parser): Stmt {
  const start = here(p);
  p.pos++;
  const head = parsePred(p);
  if (!at(p, ':') || !at(p, '-', 1) || p.tokens.end[p.pos] !== p.tokens.start[p.pos + 1]) {
    failExpected(p, 'P999', '`:-` after the head of the rule');
  }
  p.pos += 2;
  const conditions: (LogicPred | { left: Name; right: Name; span: LogicPred['span'] })[] = [];
  do {
    if (at(p, '!=', 1)) {
      const condStart = here(p);
      const left = parseName(p, 'a variable');
      p.pos++;
      const right = parseName(p, 'a variable after `!=`');
      conditions.push({ left, right, span: spanFrom(p, condStart) });
    } else {
      conditions.push(parsePred(p));
    }
  } while (accept(p, ','));
  return { kind: 'rule', head, conditions, span: spanFrom(p, start) };
}

/** `stream : "stream" IDENT "{" { field } "}"` */
function parseStream(p: Parser): Stmt {
  const start = here(p);
  p.pos++;
  const name = parseName(p, 'a stream name');
  expect(p, '{', 'P001', 'before the fields of the stream');
  const fields = parseFields(p, '}');
  p.pos++;
  return { kind: 'stream', name, fields, span: spanFrom(p, start) };
}

/** `agent : "agent" IDENT "{" { let | var | assign | on | intent } "}"`; other statements are for the checker. */
function parseAgent(p: Parser): Stmt {
  const start = here(p);
  p.pos++;
  const name = parseName(p, 'an agent name');
  const open = p.pos;
  expect(p, '{', 'P001', 'before the body of the agent');
  p.openBlocks.push(open);
  const body: AgentItem[] = [];
  parseStatements<AgentItem>(p, body, '}', parseAgentItem);
  if (!at(p, '}')) {
    failExpected(p, 'P001', '`}` at the end of the agent');
  }
  p.pos++;
  p.openBlocks.pop();
  return { kind: 'agent', name, body, span: spanFrom(p, start) };
}

/** `intent : "intent" IDENT params [ ":" type ] block`, or a statement. */
function parseAgentItem(p: Parser): AgentItem {
  if (!at(p, 'intent')) {
    return parseStmt(p);
  }
  const start = here(p);
  p.pos++;
  const name = parseName(p, 'an intent name');
  const params = parseParams(p);
  const result = parseResult(p);
  const body = parseBlock(p, 'of the intent');
  return { kind: 'intent', name, params, ...(result && { result }), body, span: spanFrom(p, start) };
}

/** `on : "on" IDENT "as" IDENT block` */
function parseOn(p: Parser): Stmt {
  const start = here(p);
  p.pos++;
  const stream = parseName(p, 'a stream name after `on`');
  expectWord(p, 'as', 'and a variable name after the stream name');
  const alias = parseName(p, 'a variable name');
  const body = parseBlock(p, 'of the handler');
  return { kind: 'on', stream, alias, body, span: spanFrom(p, start) };
}
