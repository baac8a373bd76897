/** Inference of `load`, `save` and `fetch` (LANGUAGE section 8): what data from outside the program may be. */
import type { Expr, Name, Stmt, TypeExpr } from '../syntax/ast.ts';
import { type Ctx, errorAt, newSym, noted, unsupported } from './context.ts';
import { inferExpr } from './infer-expr.ts';
import {
  BIG,
  BOOL,
  elemNode,
  FLOAT,
  find,
  INT,
  keyNode,
  LIST,
  MAP,
  type Node,
  NULL,
  type Solver,
  STR,
  STRUCT,
  valNode,
} from './nodes.ts';
import type { StructInfo } from './program.ts';
import { nearest, type Scope, type TypeTable } from './scope.ts';
import { checkTypeNames } from './type-names.ts';
import { declNode, typeText } from './types.ts';

export type LoadExpr = Extract<Expr, { kind: 'load' }>;
export type SaveExpr = Extract<Expr, { kind: 'save' }>;
export type FetchExpr = Extract<Expr, { kind: 'fetch' }>;
export type FetchStmt = Extract<Stmt, { kind: 'fetch' }>;

/** The formats of files. */
export const FORMATS = ['csv', 'tsv', 'json', 'jsonl', 'yaml'] as const;
export type Format = (typeof FORMATS)[number];

/** What data files hold: anything but structs and functions. */
const DATA = NULL | INT | FLOAT | BOOL | STR | LIST | MAP;

/** A node for data without a type: what its lists and maps hold is like itself. */
export function anyNode(solver: Solver): Node {
  const n = solver.node(DATA);
  const root = find(n);
  root.elem = n;
  root.key = solver.node(STR);
  root.val = n;
  return n;
}

/** The type of a row: `load … as list<T>` means the same as `as T`. */
export function rowType(types: TypeTable, t: TypeExpr, depth = 0): TypeExpr {
  if (t.kind === 'name' && depth < 30) {
    const alias = types.aliases.get(t.name);
    if (alias) return rowType(types, alias, depth + 1);
  }
  return t.kind === 'generic' && t.name === 'list' && t.args.length === 1 ? resolveType(types, t.args[0]!) : t;
}

/** A type without the aliases at its outermost level. */
export function resolveType(types: TypeTable, t: TypeExpr, depth = 0): TypeExpr {
  const alias = t.kind === 'name' && depth < 30 ? types.aliases.get(t.name) : undefined;
  return alias ? resolveType(types, alias, depth + 1) : t;
}

const SCALARS = new Set(['int', 'int64', 'float', 'string', 'bool', 'bigint', 'bigrat']);

/** Whether data is converted to a type when it is read; other types (unions, `any`, functions) take data as it is. */
export function isTyped(types: TypeTable, t: TypeExpr): boolean {
  switch (t.kind) {
    case 'name':
      return SCALARS.has(t.name) || t.name === 'list' || t.name === 'map' || plainStruct(types, t.name) !== undefined;
    case 'generic':
      return (t.name === 'list' && t.args.length === 1) || (t.name === 'map' && t.args.length === 2);
    case 'record':
      return true;
    case 'option':
      return isTyped(types, resolveType(types, t.inner));
    case 'fun':
      return false;
  }
}

/** The struct type of a name, unless it is a variant of a union. */
export function plainStruct(types: TypeTable, name: string): StructInfo | undefined {
  const info = types.structs.get(name);
  return info && !info.union ? info : undefined;
}

/** Lets data of unknown kind into the places of a declared type that take any. */
function openPlaces(ctx: Ctx, type: TypeExpr | undefined, node: Node, seen: Set<StructInfo>): void {
  const { solver, types } = ctx;
  if (!type) {
    solver.flow(anyNode(solver), node);
    return;
  }
  const t = resolveType(types, type);
  if (!isTyped(types, t)) {
    solver.flow(anyNode(solver), node);
    return;
  }
  switch (t.kind) {
    case 'name': {
      if (t.name === 'list') solver.unify(elemNode(solver, node), anyNode(solver));
      if (t.name === 'map') {
        solver.add(keyNode(solver, node), STR);
        solver.unify(valNode(solver, node), anyNode(solver));
      }
      const struct = plainStruct(types, t.name);
      if (struct) openFields(ctx, struct, seen);
      return;
    }
    case 'generic':
      if (t.name === 'list') openPlaces(ctx, t.args[0], elemNode(solver, node), seen);
      else openPlaces(ctx, t.args[1], valNode(solver, node), seen);
      return;
    case 'record': {
      const struct = types.records.get(typeText(t));
      if (struct) openFields(ctx, struct, seen);
      return;
    }
    case 'option':
      solver.add(node, NULL);
      openPlaces(ctx, t.inner, node, seen);
      return;
    case 'fun':
      return;
  }
}

function openFields(ctx: Ctx, struct: StructInfo, seen: Set<StructInfo>): void {
  if (seen.has(struct)) return;
  seen.add(struct);
  for (const f of struct.fields) openPlaces(ctx, f.type, f.node, seen);
}

/** A node for data that is read as a type. */
function inputNode(ctx: Ctx, type: TypeExpr, scope: Scope): Node {
  const node = declNode(ctx.typeCtx, type, scope.typeArgs);
  openPlaces(ctx, type, node, new Set());
  return node;
}

/** Type parameters are not known when data is read. */
function refuseTypeParameter(ctx: Ctx, type: TypeExpr, scope: Scope, what: string): void {
  if (type.kind === 'name' && scope.typeArgs?.has(type.name)) unsupported(ctx, `${what} a type parameter`, type.span);
}

/** `load P as T with O`: a list of T. */
export function inferLoad(ctx: Ctx, e: LoadExpr, scope: Scope): Node {
  const { solver } = ctx;
  const result = solver.node(LIST);
  const type = rowType(ctx.types, e.type);
  checkTypeNames(ctx, type, scope);
  refuseTypeParameter(ctx, type, scope, '`load` as');
  inferFileOptions(ctx, e.with, scope);
  const row = elemNode(solver, result);
  if (isTyped(ctx.types, type)) solver.unify(row, inputNode(ctx, type, scope));
  else {
    solver.add(row, MAP);
    solver.add(keyNode(solver, row), STR);
    solver.unify(valNode(solver, row), anyNode(solver));
  }
  return result;
}

/** `save E to P with O`. */
export function inferSave(ctx: Ctx, e: SaveExpr, scope: Scope): Node {
  const value = inferExpr(ctx, e.value, scope);
  ctx.checks.push({
    kind: 'kind',
    node: value,
    mask: LIST | MAP | STRUCT,
    span: e.value.span,
    code: 'T079',
    title: '`save` needs rows: a list of maps or structs',
  });
  inferFileOptions(ctx, e.with, scope);
  return ctx.solver.node(NULL);
}

const FILE_OPTIONS: ReadonlyMap<string, number> = new Map([
  ['format', STR],
  ['header', BOOL],
  ['delimiter', STR],
]);

function inferFileOptions(ctx: Ctx, options: Expr | undefined, scope: Scope): void {
  if (!options) return;
  if (options.kind !== 'map') {
    const node = inferExpr(ctx, options, scope);
    ctx.checks.push({
      kind: 'kind',
      node,
      mask: MAP | STRUCT,
      span: options.span,
      code: 'T079',
      title: 'options are a map',
    });
    return;
  }
  for (const { key, value } of options.entries) {
    const node = inferExpr(ctx, value, scope);
    const mask = key.kind === 'string' ? FILE_OPTIONS.get(key.value) : undefined;
    if (key.kind !== 'string' || mask === undefined) {
      const near = key.kind === 'string' ? nearest(key.value, FILE_OPTIONS.keys()) : undefined;
      const hint = near ? `Did you mean \`${near}\`?` : 'There are format, header and delimiter.';
      errorAt(ctx, 'T079', 'there is no such option of `load` and `save`', key.span, hint);
      continue;
    }
    const title = `the option \`${key.value}\` is ${mask === STR ? 'a string' : 'true or false'}`;
    ctx.checks.push({ kind: 'kind', node, mask, span: value.span, code: 'T079', title });
    if (value.kind === 'string') checkOption(ctx, key.value, value);
  }
}

function checkOption(ctx: Ctx, name: string, value: Extract<Expr, { kind: 'string' }>): void {
  if (name === 'format' && !FORMATS.some((f) => f === value.value)) {
    const near = nearest(value.value, FORMATS);
    const hint = near ? `Did you mean \`${near}\`?` : `There are ${FORMATS.join(', ')}.`;
    errorAt(ctx, 'T079', `unknown format: ${value.value}`, value.span, hint);
  }
  if (name === 'delimiter' && delimiterByte(value.value) === undefined) {
    errorAt(
      ctx,
      'T079',
      'the delimiter must be one ASCII character, and no quote',
      value.span,
      'Write `delimiter: ";"`.',
    );
  }
}

/** The byte of a delimiter; undefined if it cannot be one. */
export function delimiterByte(text: string): number | undefined {
  const code = text.length === 1 ? text.charCodeAt(0) : 0;
  return code > 0 && code < 128 && !'"\n\r'.includes(text) ? code : undefined;
}

const FETCH_OPTIONS: ReadonlyMap<string, number> = new Map([
  ['method', STR],
  ['headers', MAP | STRUCT],
  ['query', MAP | STRUCT],
  ['timeout', INT | FLOAT | BIG],
]);

/** The address of a `fetch`, and the type of `fetch URL as T`, where `as` follows the address. */
export function fetchSource(e: FetchExpr | FetchStmt): { url: Expr; type: TypeExpr | undefined } {
  const { url } = e;
  if (url.kind !== 'cast' || (url.type.kind === 'name' && url.type.name === 'string')) return { url, type: undefined };
  return { url: url.value, type: url.type };
}

/** `fetch URL with O`: the decoded value, of `type` where one is declared for it. */
export function inferFetch(ctx: Ctx, e: FetchExpr | FetchStmt, type: TypeExpr | undefined, scope: Scope): Node {
  const source = fetchSource(e);
  const url = inferExpr(ctx, source.url, scope);
  ctx.checks.push({
    kind: 'kind',
    node: url,
    mask: STR,
    span: e.span,
    code: 'T028',
    title: 'the address of `fetch` must be a string',
  });
  const options = e.with;
  if (options?.kind === 'map') {
    for (const { key, value } of options.entries) {
      const node = inferExpr(ctx, value, scope);
      const mask = key.kind === 'string' ? FETCH_OPTIONS.get(key.value) : undefined;
      if (key.kind !== 'string' || mask === undefined) continue;
      const title = `the option \`${key.value}\` of \`fetch\` has the wrong type`;
      ctx.checks.push({ kind: 'kind', node, mask, span: value.span, code: 'T030', title });
    }
  } else if (options) {
    const node = inferExpr(ctx, options, scope);
    const title = 'the options of `fetch` must be a map';
    ctx.checks.push({ kind: 'kind', node, mask: MAP | STRUCT, span: e.span, code: 'T029', title });
  }
  const wanted = source.type ?? type;
  if (!wanted || !isTyped(ctx.types, resolveType(ctx.types, wanted))) return anyNode(ctx.solver);
  checkTypeNames(ctx, wanted, scope);
  refuseTypeParameter(ctx, wanted, scope, '`fetch` as');
  scope.fun.inputs = noted(scope.fun.inputs, 'id' in e ? e.id : intoId(e.into), wanted);
  return inputNode(ctx, wanted, scope);
}

/** Infers an expression where a type is declared for it: `fetch` decodes to that type. */
export function inferAs(ctx: Ctx, e: Expr, type: TypeExpr | undefined, scope: Scope): Node {
  if (e.kind !== 'fetch' || !type) return inferExpr(ctx, e, scope);
  const node = inferFetch(ctx, e, type, scope);
  scope.fun.nodes.set(e.id, node);
  return node;
}

/** `fetch URL into x with O`: declares x. */
export function walkFetch(ctx: Ctx, stmt: FetchStmt, scope: Scope, top: boolean): void {
  const node = inferFetch(ctx, stmt, undefined, scope);
  const id = intoId(stmt.into);
  scope.fun.nodes.set(id, node);
  scope.fun.syms.set(id, newSym(ctx, scope, stmt.into.text, stmt.into.span, node, true, top));
}

/** The id of the variable that `fetch … into` declares: the statement has none of its own. */
export function intoId(into: Name): number {
  return -1 - into.span.start;
}
