/**
 * Generators of syntax trees such as the parser makes, for property tests. Left out is what the grammar cannot say:
 * a statement or match arm that starts with a bracket or a minus after one that ends in an expression, a bare `return`
 * before another statement, names that are operators or clauses in the places where they follow an expression.
 */
import fc from 'fast-check';
import type {
  AgentItem,
  Block,
  Expr,
  FieldDecl,
  FieldInit,
  FunDecl,
  IfStmt,
  MatchArm,
  Name,
  Param,
  Pattern,
  Program,
  Stmt,
  TypeDecl,
  TypeExpr,
} from '../../src/syntax/ast.ts';

const span = { file: 0, start: 0, end: 0 };
const place = { id: 0, span };

const word = fc.constantFrom(
  'a',
  'b',
  'xs',
  'p',
  'Node',
  'T',
  'x1',
  'π',
  '🍣',
  '_',
  'list',
  'where',
  'take',
  'left',
  'distinct',
);
const name: fc.Arbitrary<Name> = word.map((text) => ({ text, span }));
const text = fc.string({ unit: 'binary', maxLength: 6 });
const path = fc.string({ unit: 'binary', minLength: 1, maxLength: 6 });

/** An object without the keys whose value is undefined, as the parser makes them. */
function compact<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as T;
}

function maybe<T>(arb: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(arb, { nil: undefined });
}

function few<T>(arb: fc.Arbitrary<T>, minLength = 0): fc.Arbitrary<T[]> {
  return fc.array(arb, { minLength, maxLength: Math.max(minLength, 3) });
}

function record<T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return (fc.record(model) as fc.Arbitrary<T>).map(compact);
}

// ---- types

const type: fc.Arbitrary<TypeExpr> = fc.letrec<{ type: TypeExpr }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'type' },
    word.map((n): TypeExpr => ({ kind: 'name', name: n, span })),
    fc.record({ name: word, args: few(tie('type'), 1) }).map((t): TypeExpr => ({ kind: 'generic', ...t, span })),
    fc
      .record({ params: few(tie('type')), result: maybe(tie('type')) })
      .map((t): TypeExpr => compact({ kind: 'fun', ...t, span })),
    few(fc.record({ name, type: tie('type') })).map((fields): TypeExpr => ({ kind: 'record', fields, span })),
    tie('type')
      // `fun(): T?` is a function with an optional result.
      .filter((inner) => inner.kind !== 'option' && (inner.kind !== 'fun' || inner.result === undefined))
      .map((inner): TypeExpr => ({ kind: 'option', inner, span })),
  ),
})).type;

const field: fc.Arbitrary<FieldDecl> = fc.record({ name, type });
const param: fc.Arbitrary<Param> = record<Param>({ id: fc.constant(0), name, type: maybe(type) });
const signature = { typeParams: few(name), params: few(param), result: maybe(type), effects: few(name) };

// ---- literals and patterns

const int: fc.Arbitrary<Expr> = fc
  .bigInt({ min: 0n, max: 2n ** 63n - 1n })
  .map((value) => ({ kind: 'int', value, ...place }));
const float: fc.Arbitrary<Expr> = fc
  .double({ min: 0, noNaN: true, noDefaultInfinity: true })
  .filter((value) => !Object.is(value, -0))
  .map((value) => ({ kind: 'float', value, ...place }));
const string: fc.Arbitrary<Expr> = text.map((value) => ({ kind: 'string', value, ...place }));
const bytes: fc.Arbitrary<Expr> = fc.uint8Array({ maxLength: 5 }).map((tail) => {
  const raw = Uint8Array.of(0xff, ...tail);
  const value = new TextDecoder('utf-8', { ignoreBOM: true }).decode(raw);
  return { kind: 'string', value, bytes: raw, ...place };
});
const literal: fc.Arbitrary<Expr> = fc.oneof(
  int,
  float,
  string,
  bytes,
  fc.boolean().map((value): Expr => ({ kind: 'bool', value, ...place })),
  fc.constant<Expr>({ kind: 'none', ...place }),
);

/** What a statement may start with: no word of a clause that the statement before it could have. */
const plain = fc.constantFrom('a', 'b', 'xs', 'take', 'distinct');
const variable: fc.Arbitrary<Expr> = word.map((n) => ({ kind: 'name', name: n, ...place }));

const pattern: fc.Arbitrary<Pattern> = fc.letrec<{ pattern: Pattern }>((tie) => ({
  pattern: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'pattern' },
    literal.map((value): Pattern => ({ kind: 'literal', value, span })),
    name.map((n): Pattern => (n.text === '_' ? { kind: 'wildcard', span } : { kind: 'name', name: n, span })),
    fc
      .record({ name, args: few(fc.record({ id: fc.constant(0), pattern: tie('pattern') })) })
      .map((p): Pattern => ({ kind: 'variant', ...p, span })),
  ),
})).pattern;

// ---- expressions and statements

interface Tied {
  expr: Expr;
  stmt: Stmt;
  block: Block;
  fullBlock: Block;
  arm: MatchArm;
  fun: FunDecl;
  ifStmt: IfStmt;
  call: Expr;
}

const OPERATORS = [
  ...['*', '/', '%', '+', '-', '<', '<=', '>', '>=', '==', '!=', 'in', '&&', '||', '??'],
  ...['union', 'union all', 'except', 'intersect'],
] as (Expr & { kind: 'binary' })['op'][];

const logicPred = fc.record({
  name,
  terms: few(
    fc.oneof(
      word.map((n) => ({ kind: 'name' as const, name: n, span })),
      text.map((value) => ({ kind: 'string' as const, value, span })),
      fc.nat().map((n) => ({ kind: 'int' as const, value: BigInt(n), span })),
    ),
  ),
  span: fc.constant(span),
});

const doc = maybe(few(fc.constantFrom('Adds.', '', '  deeper', 'x / y'), 1).map((lines) => lines.join('\n')));

/** An expression of a kind, with the id and span that all have. */
function node<K extends Expr['kind']>(
  kind: K,
  model: {
    [P in keyof Omit<Extract<Expr, { kind: K }>, 'kind' | 'id' | 'span'>]: fc.Arbitrary<Extract<Expr, { kind: K }>[P]>;
  },
): fc.Arbitrary<Expr> {
  return fc
    .record(model as Record<string, fc.Arbitrary<unknown>>)
    .map((e) => compact({ kind, ...e, ...place }) as Expr);
}

/** A statement of a kind; `id` only where the tree has one. */
function stmtNode(kind: AgentItem['kind'], model: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Stmt> {
  return fc.record(model).map((s) => compact({ kind, ...s, span }) as unknown as Stmt);
}

const tied = fc.letrec<Tied>((tie: fc.LetrecTypedTie<Tied>) => {
  const expr = tie('expr');
  const init: fc.Arbitrary<FieldInit> = fc.record({ name, value: expr });
  const binding = { id: fc.constant(0), name, source: expr };
  const map: fc.Arbitrary<Expr> = node('map', { entries: few(fc.record({ key: expr, value: expr })) });
  return {
    call: node('call', { callee: plain.map((n): Expr => ({ kind: 'name', name: n, ...place })), args: few(expr) }),
    expr: fc.oneof(
      { maxDepth: 4, depthIdentifier: 'expr', withCrossShrink: true },
      literal,
      variable,
      node('unary', { op: fc.constantFrom('-', '!'), operand: expr }),
      node('binary', { op: fc.constantFrom(...OPERATORS), left: expr, right: expr, opSpan: fc.constant(span) }),
      node('call', { callee: expr, args: few(expr) }),
      node('index', { target: expr, index: expr, optional: fc.boolean() }),
      node('slice', { target: expr, start: expr, end: maybe(expr), step: maybe(expr) }),
      node('slice', { target: expr, start: maybe(expr), end: expr, step: maybe(expr) }),
      node('field', { target: expr, name, optional: fc.boolean() }),
      node('cast', { value: expr, type }),
      node('struct', { name, fields: few(init) }),
      node('list', { items: few(expr) }),
      map,
      node('lambda', { ...signature, block: tie('block'), expr: fc.constant(undefined) }),
      node('lambda', { ...signature, block: fc.constant(undefined), expr }),
      // Without a body a comma would continue the effects.
      node('lambda', {
        ...signature,
        effects: fc.constant([]),
        block: fc.constant(undefined),
        expr: fc.constant(undefined),
      }),
      node('if', { cond: expr, then: expr, else: maybe(expr) }),
      node('match', { value: expr, arms: few(tie('arm')) }),
      node('query', {
        froms: few(fc.record(binding), 1),
        joins: few(
          fc.record({
            ...binding,
            side: fc.constantFrom('inner', 'left', 'right', 'outer'),
            on: expr,
            span: fc.constant(span),
          }),
        ),
        where: maybe(expr),
        group: maybe(record({ id: fc.constant(0), keys: few(expr, 1), into: name, having: maybe(expr) })),
        sort: maybe(expr),
        skip: maybe(expr),
        take: maybe(expr),
        distinct: fc.boolean(),
        select: expr,
      }),
      node('logicQuery', { pred: logicPred }),
      node('generate', { what: name, fields: few(init) }),
      node('fetch', { url: expr, with: maybe(expr) }),
      node('load', { path: maybe(path), type, with: maybe(expr) }),
      node('save', { value: expr, path: maybe(path), with: maybe(expr) }),
    ),
    arm: fc
      .record({
        pattern,
        body: fc.oneof(
          expr.map((e) => ({ kind: 'expr' as const, expr: e })),
          tie('fullBlock').map((block) => ({ kind: 'block' as const, block })),
        ),
      })
      .map((arm) => ({ ...arm, span })),
    fullBlock: few(tie('stmt'), 1).map((body) => ({ body, span })),
    block: fc
      .record({ body: few(tie('stmt')), bare: fc.boolean() })
      .map(({ body, bare }) => ({ body: bare ? [...body, { kind: 'return' as const, span }] : body, span })),
    fun: record<FunDecl>({
      kind: fc.constant('fun'),
      id: fc.constant(0),
      name,
      exported: fc.boolean(),
      ...signature,
      body: tie('block'),
      doc,
      span: fc.constant(span),
    }),
    ifStmt: record<IfStmt>({
      kind: fc.constant('if'),
      cond: expr,
      then: tie('block'),
      else: maybe(fc.oneof({ maxDepth: 2 }, tie('block'), tie('ifStmt'))) as fc.Arbitrary<IfStmt | Block | undefined>,
      span: fc.constant(span),
    }),
    stmt: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'stmt', withCrossShrink: true },
      stmtNode('expr', { expr: tie('call') }),
      stmtNode('let', { id: fc.constant(0), mutable: fc.boolean(), name, type: maybe(type), value: maybe(expr), doc }),
      stmtNode('assign', {
        id: fc.constant(0),
        name: plain.map((t) => ({ text: t, span })),
        path: few(
          fc.oneof(
            fc.record({ kind: fc.constant('index'), index: expr, span: fc.constant(span) }),
            fc.record({ kind: fc.constant('field'), name, span: fc.constant(span) }),
          ),
        ),
        value: expr,
      }),
      stmtNode('return', { value: expr }),
      tie('ifStmt'),
      stmtNode('while', { cond: expr, body: tie('block') }),
      stmtNode('for', { id: fc.constant(0), name, iter: expr, end: maybe(expr), body: tie('block') }),
      stmtNode('break', {}),
      stmtNode('continue', {}),
      tie('fun'),
      stmtNode('expect', { expr }),
      stmtNode('test', { name: text, body: tie('block') }),
      stmtNode('bench', { name: text, body: tie('block') }),
      stmtNode('update', { name, set: map, where: maybe(expr) }),
      stmtNode('fetch', { url: expr, into: name, with: maybe(expr) }),
      stmtNode('on', { stream: name, alias: name, body: tie('block') }),
      stmtNode('emit', { stream: name, fields: few(init) }),
      stmtNode('model', { name, fields: few(init) }),
      stmtNode('agent', { name, body: few(tie('stmt')) }),
      stmtNode('agent', {
        name,
        body: few(stmtNode('intent', { name, params: few(param), result: maybe(type), body: tie('block') })),
      }),
    ),
  };
});

// ---- declarations of the top level

const typeDecl: fc.Arbitrary<TypeDecl> = record<TypeDecl>({
  kind: fc.constant('type'),
  id: fc.constant(0),
  name,
  body: fc.oneof(
    fc
      .record({ fields: few(field), methods: few(tied.fun.filter((f) => !f.exported)) })
      .map((body) => ({ kind: 'struct' as const, ...body })),
    fc
      .array(
        fc.oneof(
          name.map((n) => ({ name: n, fields: [], form: 'none' as const })),
          fc.record({ name, fields: few(field), form: fc.constantFrom('paren' as const, 'brace' as const) }),
        ),
        { minLength: 2, maxLength: 4 },
      )
      .map((variants) => ({ kind: 'union' as const, variants })),
    // A record after `=` is a struct.
    type
      .filter((t) => t.kind !== 'record' && !(t.kind === 'option' && t.inner.kind === 'record'))
      .map((t) => ({ kind: 'alias' as const, type: t })),
  ),
  doc,
  span: fc.constant(span),
});

const dotted = few(word, 1).map((words) => words.join('.'));

const topLevel: fc.Arbitrary<Stmt> = fc.oneof(
  tied.stmt,
  tied.stmt,
  typeDecl,
  stmtNode('import', {
    lang: maybe(fc.constantFrom('go', 'python').map((t) => ({ text: t, span }))),
    path: text,
    alias: maybe(name),
    auto: fc.boolean(),
  }),
  stmtNode('externType', { name }),
  stmtNode('externVar', { name: dotted, type }),
  stmtNode('externFun', { name: dotted, params: few(param), result: maybe(type) }),
  stmtNode('externObject', { name }),
  stmtNode('fact', { pred: logicPred }),
  stmtNode('rule', {
    head: logicPred,
    conditions: few(fc.oneof(logicPred, fc.record({ left: name, right: name, span: fc.constant(span) })), 1),
  }),
  stmtNode('stream', { name, fields: few(field) }),
);

export const program: fc.Arbitrary<Program> = record<Program>({
  file: fc.constant(0),
  packageName: maybe(word),
  body: fc.array(topLevel, { maxLength: 4 }),
});
