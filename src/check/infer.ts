/**
 * Whole-program inference: names, types and representations in one walk.
 *
 * Statements and expressions are walked once per function instance; what each expression may hold becomes constraints
 * between nodes (nodes.ts), solved at the end. Declared types are lower bounds: a variable declared `int` into which a nil
 * can flow is a nullable int, not an error (types guide, they do not promise). What cannot be right is reported by
 * rules.ts once the solution is known.
 */
import type { Diagnostic, Span } from '../diagnostics/diagnostic.ts';
import type { Block, FunDecl, Param, Stmt } from '../syntax/ast.ts';
import { type Ctx, checkDeclared, errorAt, newFun, newSym, noted, notRecord } from './context.ts';
import { canFallThrough } from './control.ts';
import { growingSites } from './growth.ts';
import { inferExpr } from './infer-expr.ts';
import { walkStmts } from './infer-stmt.ts';
import { createSolver, MAP, type Node, NULL } from './nodes.ts';
import type { CheckedProgram, FunInfo, Lambda, StructInfo, TestInfo } from './program.ts';
import { applyRules } from './rules.ts';
import { bind, childScope, type NamedFun, type Scope } from './scope.ts';
import { checkFieldTypes, checkTypeNames } from './type-names.ts';
import { allowedBy, collectTypes, declNode, fillTypes } from './types.ts';

export interface CheckOptions {
  readonly strict: boolean;
}

/**
 * Checks a program and infers the representation of everything in it.
 *
 * A map literal whose keys are all constant is taken for a record: an unnamed struct. Where that turns out wrong (a key
 * that is not constant, a loop over it, a meeting with a real map) the program is inferred again with that literal as a map.
 */
export function checkProgram(
  body: readonly Stmt[],
  span: Span,
  report: (d: Diagnostic) => void,
  options: CheckOptions,
): CheckedProgram {
  const mapSites = new Set<number>();
  let growing: ReadonlySet<number> | undefined;
  for (;;) {
    const found: Diagnostic[] = [];
    const { program, notRecords } = checkOnce(
      body,
      span,
      (d) => found.push(d),
      options,
      mapSites,
      growing ?? new Set(),
    );
    const before = mapSites.size;
    for (const site of notRecords) mapSites.add(site);
    if (mapSites.size > before) continue;
    if (!growing) {
      growing = growingSites(program);
      if (growing.size > 0) continue;
    }
    for (const d of found) report(d);
    return program;
  }
}

function checkOnce(
  body: readonly Stmt[],
  span: Span,
  report: (d: Diagnostic) => void,
  options: CheckOptions,
  mapSites: ReadonlySet<number>,
  growing: ReadonlySet<number>,
): { program: CheckedProgram; notRecords: ReadonlySet<number> } {
  const solver = createSolver();
  let funs = 0;
  const types = collectTypes(body, report);
  let deferred: (() => void)[] = [];
  const seen = new Set<string>();
  const ctx: Ctx = {
    solver,
    types,
    typeCtx: { solver, table: types },
    main: undefined as unknown as FunInfo,
    globals: [],
    strict: options.strict,
    growing,
    shapes: [],
    mapSites,
    notRecords: new Set(),
    facts: [],
    checks: [],
    report(d) {
      // Instances of one generic function would say the same thing again.
      const s = d.labels[0]!.span;
      const key = `${d.code}:${s.file}:${s.start}:${d.title}`;
      if (!seen.has(key)) {
        seen.add(key);
        report(d);
      }
    },
    defer(fn) {
      deferred.push(fn);
    },
    nextFun: () => funs++,
    depth: 0,
    loopDepth: 0,
  };
  const main = newFun(ctx, 'main', 'main', span, undefined, solver.node(NULL));
  (ctx as { main: FunInfo }).main = main;
  fillTypes(ctx.typeCtx);
  const scope = childScope(undefined, main);
  const tests: TestInfo[] = [];
  for (const decl of types.decls.values()) {
    checkFieldTypes(ctx, decl.body, scope);
    if (decl.body.kind === 'struct') declareMethods(ctx, types.structs.get(decl.name.text)!, decl.body.methods, scope);
  }
  for (const stmt of body) if (stmt.kind === 'test') tests.push({ name: stmt.name, span: stmt.span, stmt });
  walkStmts(ctx, body, scope, true);
  while (deferred.length) {
    const batch = deferred;
    deferred = [];
    for (const fn of batch) fn();
  }
  solver.solve();
  findMapsAmongRecords(ctx);
  if (ctx.notRecords.size === 0) applyRules(ctx);
  const program = { main, body, structs: [...types.structs.values()], globals: ctx.globals, tests, types, solver };
  return { program, notRecords: ctx.notRecords };
}

/** Places where records and maps meet. */
function findMapsAmongRecords(ctx: Ctx): void {
  if (ctx.shapes.length === 0) return;
  for (const n of ctx.solver.nodes()) {
    if (n.forward || !(n.mask & MAP) || !n.structs) continue;
    for (const s of n.structs) if (s.anonymous) notRecord(ctx, s);
  }
}

function declareMethods(ctx: Ctx, info: StructInfo, methods: readonly FunDecl[], outer: Scope): void {
  for (const m of methods) {
    const result = declNode(ctx.typeCtx, m.result, undefined);
    if (!m.result) ctx.solver.add(result, 0);
    const fun = newFun(ctx, 'method', `${info.name}.${m.name.text}`, m.span, ctx.main, result, { decl: m, self: info });
    info.methods.set(m.name.text, fun);
    const scope = childScope(outer, fun);
    for (const f of info.fields) bind(scope, f.name, { kind: 'field', struct: info, name: f.name, method: fun });
    for (const other of methods) bind(scope, other.name.text, { kind: 'method', struct: info, name: other.name.text });
    const inner = childScope(scope, fun);
    declareParams(ctx, fun, m.params, inner);
    checkTypeNames(ctx, m.result, inner);
    ctx.defer(() => walkBody(ctx, fun, m.body, inner, m.result !== undefined));
  }
}

function declareParams(ctx: Ctx, fun: FunInfo, params: readonly Param[], scope: Scope): void {
  for (const p of params) {
    const node = declNode(ctx.typeCtx, p.type, scope.typeArgs);
    const declared = allowedBy(ctx.types, p.type, scope.typeArgs);
    checkTypeNames(ctx, p.type, scope);
    const sym = newSym(ctx, scope, p.name.text, p.name.span, node, true, false, declared);
    fun.params.push(sym);
    fun.syms.set(p.id, sym);
  }
}

function walkBody(ctx: Ctx, fun: FunInfo, body: Block, scope: Scope, declaredResult: boolean): void {
  walkStmts(ctx, body.body, scope, false);
  fun.fallsThrough = canFallThrough(body.body);
  if (fun.fallsThrough) ctx.solver.add(fun.result, NULL);
  else if (!declaredResult) ctx.solver.add(fun.result, 0);
}

/** The instance of a named function to use at a place: the one there is, or a new one of a generic function. */
export function instanceOf(ctx: Ctx, named: NamedFun, from: FunInfo): FunInfo {
  if (named.instance) return named.instance;
  const generic = named.decl.typeParams.length > 0;
  if (generic) {
    // Inside its own body a generic function is the instance being walked.
    for (let f: FunInfo | undefined = from; f; f = f.parent) if (f.decl === named.decl) return f;
  }
  const typeArgs = new Map<string, Node>(named.scope.typeArgs ?? []);
  for (const t of named.decl.typeParams) typeArgs.set(t.text, ctx.solver.node());
  const scope = childScope(named.scope, undefined as unknown as FunInfo, typeArgs);
  const result = declNode(ctx.typeCtx, named.decl.result, typeArgs);
  const fun = newFun(ctx, 'named', named.decl.name.text, named.decl.span, named.parent, result, { decl: named.decl });
  (scope as { fun: FunInfo }).fun = fun;
  if (!generic) named.instance = fun;
  declareParams(ctx, fun, named.decl.params, scope);
  checkTypeNames(ctx, named.decl.result, scope);
  const walk = () => walkBody(ctx, fun, named.decl.body, scope, named.decl.result !== undefined);
  if (generic) {
    if (ctx.depth > 40) {
      errorAt(
        ctx,
        'T071',
        `generic function \`${named.decl.name.text}\` uses itself at ever new types`,
        named.decl.name.span,
      );
      return fun;
    }
    ctx.depth++;
    walk();
    ctx.depth--;
  } else ctx.defer(walk);
  return fun;
}

export function walkLambda(ctx: Ctx, lambda: Lambda, outer: Scope): FunInfo {
  const typeArgs = new Map<string, Node>(outer.typeArgs ?? []);
  for (const t of lambda.typeParams) typeArgs.set(t.text, ctx.solver.node());
  const result = declNode(ctx.typeCtx, lambda.result, typeArgs);
  const fun = newFun(ctx, 'lambda', `${outer.fun.display}.fun`, lambda.span, outer.fun, result, { lambda });
  const scope = childScope(outer, fun, typeArgs);
  // A lambda runs later: what is known here need not hold then.
  const facts = ctx.facts.splice(0);
  declareParams(ctx, fun, lambda.params, scope);
  checkTypeNames(ctx, lambda.result, scope);
  fun.asValue = true;
  if (lambda.expr) {
    const value = inferExpr(ctx, lambda.expr, scope);
    ctx.solver.flow(value, result);
    checkDeclared(ctx, value, lambda.result, lambda.expr.span, 'T010', scope);
    fun.fallsThrough = false;
  } else {
    const body = lambda.block ?? { body: [], span: lambda.span };
    walkBody(ctx, fun, body, scope, lambda.result !== undefined);
  }
  ctx.facts.push(...facts);
  outer.fun.funs = noted(outer.fun.funs, lambda.id, fun);
  return fun;
}
