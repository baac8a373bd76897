/** What the walk carries around: the solver, the tables it fills, and how it reports. */

import type { Diagnostic, Span } from '../diagnostics/diagnostic.ts';
import type { FunDecl, TypeExpr } from '../syntax/ast.ts';
import type { Fact } from './facts.ts';
import { find, type Node, type Solver } from './nodes.ts';
import type { FunInfo, Lambda, StructInfo, Sym } from './program.ts';
import type { Check } from './rules.ts';
import { bind, type Scope, type TypeTable } from './scope.ts';
import { type Allowed, allowedBy, type TypeContext } from './types.ts';

export interface Ctx {
  readonly solver: Solver;
  readonly types: TypeTable;
  readonly typeCtx: TypeContext;
  readonly main: FunInfo;
  readonly globals: Sym[];
  /** Report what only warns in loose mode as errors. */
  readonly strict: boolean;
  /** Arithmetic that may exceed 64 bits (growth.ts): found in earlier rounds. */
  readonly growing: ReadonlySet<number>;
  /** Shapes of records (map literals with constant keys). */
  readonly shapes: StructInfo[];
  /** Map literals that cannot be records, found in earlier rounds. */
  readonly mapSites: ReadonlySet<number>;
  /** Map literals that turn out in this round not to be records. */
  readonly notRecords: Set<number>;
  /** Keys known to be in maps at the place of the walk (facts.ts). */
  readonly facts: Fact[];
  /** Things to verify when the solution is known. */
  readonly checks: Check[];
  report(d: Diagnostic): void;
  /** Runs at the end of the block now being walked: bodies of named functions see all its names. */
  defer(fn: () => void): void;
  nextFun(): number;
  /** How many instances of generic functions are being made inside one another. */
  depth: number;
  /** How many loops are around the place of the walk. */
  loopDepth: number;
}

export function errorAt(ctx: Ctx, code: string, title: string, span: Span, hint?: string): void {
  ctx.report({ severity: 'error', code, title, labels: [{ span }], ...(hint ? { hint } : {}) });
}

export function warnAt(ctx: Ctx, code: string, title: string, span: Span, hint?: string): void {
  ctx.report({ severity: 'warning', code, title, labels: [{ span }], ...(hint ? { hint } : {}) });
}

/** Reports a part of the language that this version does not compile. */
export function unsupported(ctx: Ctx, what: string, span: Span): void {
  errorAt(
    ctx,
    'N001',
    `not supported yet: ${what}`,
    span,
    'This version of the compiler cannot compile this part of the language.',
  );
}

const NO_ENTRIES: ReadonlyMap<never, never> = new Map<never, never>();
const NO_MEMBERS: ReadonlySet<never> = new Set();

/** A table with one more entry: the table itself, unless it is the empty one. */
export function noted<K, V>(table: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return (table.size === 0 ? new Map<K, V>() : (table as Map<K, V>)).set(key, value);
}

/** A set with one more member: the set itself, unless it is the empty one. */
export function noting<T>(set: ReadonlySet<T>, member: T): ReadonlySet<T> {
  return (set.size === 0 ? new Set<T>() : (set as Set<T>)).add(member);
}

export function newFun(
  ctx: Ctx,
  kind: FunInfo['kind'],
  display: string,
  span: Span,
  parent: FunInfo | undefined,
  result: Node,
  more: { decl?: FunDecl; lambda?: Lambda; self?: StructInfo } = {},
): FunInfo {
  const id = ctx.nextFun();
  return {
    kind,
    name: kind === 'main' ? 'main' : `${display.replace(/[^A-Za-z0-9_.]/g, '_')}.${id}`,
    display,
    span,
    decl: more.decl,
    lambda: more.lambda,
    parent,
    params: [],
    result,
    fallsThrough: true,
    captures: NO_MEMBERS,
    capturedFuns: NO_MEMBERS,
    asValue: false,
    callsItself: false,
    loops: 0,
    self: more.self,
    fieldSyms: NO_ENTRIES,
    nodes: new Map(),
    refs: new Map(),
    calls: new Map(),
    syms: new Map(),
    funs: NO_ENTRIES,
    patterns: NO_ENTRIES,
    present: NO_MEMBERS,
    queries: NO_ENTRIES,
    updates: NO_ENTRIES,
    records: NO_ENTRIES,
    inputs: NO_ENTRIES,
    steps: NO_ENTRIES,
  };
}

export function newSym(
  ctx: Ctx,
  scope: Scope,
  name: string,
  span: Span,
  node: Node,
  mutable: boolean,
  topLevel = false,
  declared?: Allowed,
  maybeFun = true,
): Sym {
  const sym: Sym = {
    name,
    node,
    span,
    mutable,
    maybeFun,
    declared,
    owner: scope.fun,
    topLevel,
    global: false,
    captured: false,
    group: undefined,
    assignments: 0,
    capturedEarly: false,
  };
  bind(scope, name, { kind: 'var', sym });
  if (topLevel) ctx.globals.push(sym);
  return sym;
}

/** Notes that `fun` uses a variable: a global, its own, or one to capture through every function in between. */
export function useSym(fun: FunInfo, sym: Sym): void {
  if (sym.owner === fun) return;
  if (sym.topLevel) {
    sym.global = true;
    return;
  }
  sym.captured = true;
  for (let f: FunInfo | undefined = fun; f && f !== sym.owner; f = f.parent) {
    f.captures = noting(f.captures, sym);
    // A named function's closure is made where it is declared: before the variable, if that comes later.
    if (f.kind === 'named' && f.span.start < sym.span.start) sym.capturedEarly = true;
  }
}

/** Notes an unnamed struct. */
export function noteAnonymous(ctx: Ctx, info: StructInfo): void {
  ctx.shapes.push(info);
}

/** The literals of a record must be maps after all. */
export function notRecord(ctx: Ctx, info: StructInfo): void {
  for (const site of info.sites) ctx.notRecords.add(site);
}

/** What is used as a map in a way that needs to be one: its records become maps. */
export function needsMap(ctx: Ctx, node: Node): void {
  ctx.solver.when([node], () => {
    for (const s of find(node).structs ?? []) if (s.anonymous) notRecord(ctx, s);
  });
}

/** Notes that a value must be of a declared type as far as it is known: checked when the solution is there. */
export function checkDeclared(
  ctx: Ctx,
  node: Node,
  type: TypeExpr | undefined,
  span: Span,
  code: string,
  scope: Scope,
  what?: string,
): void {
  const allowed = allowedBy(ctx.types, type, scope.typeArgs);
  if (allowed) ctx.checks.push({ kind: 'declared', node, allowed, span, code, what });
}
