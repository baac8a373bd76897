/**
 * Whole-program inference: names, types and representations in one walk.
 *
 * Statements and expressions are walked once per function instance; what each expression may hold becomes constraints
 * between nodes (nodes.ts), solved at the end. Declared types are lower bounds: a variable declared `int` into which a nil
 * can flow is a nullable int, not an error (types guide, they do not promise). What cannot be right is reported by
 * rules.ts once the solution is known.
 */
import type { Diagnostic, Span } from '../diagnostics/diagnostic.ts';
import type { Block, Expr, FunDecl, IfStmt, Param, Pattern, Stmt, TypeBody, TypeExpr } from '../syntax/ast.ts';
import { growingSites } from './growth.ts';
import { inferExpr } from './infer-expr.ts';
import { inferAs, walkFetch } from './infer-io.ts';
import { mergedField } from './infer-query.ts';
import {
  createSolver,
  elemNode,
  FUN,
  find,
  INT,
  keyNode,
  LIST,
  MAP,
  maskOf,
  type Node,
  NULL,
  type Solver,
  STR,
  STRUCT,
  valNode,
} from './nodes.ts';
import type { CheckedProgram, FunInfo, Lambda, StructInfo, Sym, TestInfo } from './program.ts';
import { applyRules, type Check } from './rules.ts';
import { childScope, lookup, type NamedFun, nearest, type Scope, type TypeTable, visibleNames } from './scope.ts';
import { type Allowed, allowedBy, collectTypes, declNode, fillTypes, type TypeContext, typeText } from './types.ts';

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
  /** Things to verify when the solution is known. */
  readonly checks: Check[];
  report(d: Diagnostic): void;
  /** Runs at the end of the block now being walked: bodies of named functions see all its names. */
  defer(fn: () => void): void;
  nextFun(): number;
  /** How many instances of generic functions are being made inside one another. */
  depth: number;
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
    captures: new Set(),
    capturedFuns: new Set(),
    asValue: false,
    self: more.self,
    fieldSyms: new Map(),
    nodes: new Map(),
    refs: new Map(),
    calls: new Map(),
    syms: new Map(),
    funs: new Map(),
    patterns: new Map(),
    queries: new Map(),
    updates: new Map(),
    records: new Map(),
    inputs: new Map(),
    steps: new Map(),
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
  scope.names.set(name, { kind: 'var', sym });
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
    f.captures.add(sym);
    // A named function's closure is made where it is declared: before the variable, if that comes later.
    if (f.kind === 'named' && f.span.start < sym.span.start) sym.capturedEarly = true;
  }
}

// ---- program

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
    for (const f of info.fields) scope.names.set(f.name, { kind: 'field', struct: info, name: f.name, method: fun });
    for (const other of methods)
      scope.names.set(other.name.text, { kind: 'method', struct: info, name: other.name.text });
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

// ---- functions

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
  outer.fun.funs.set(lambda.id, fun);
  return fun;
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

// ---- statements

function walkStmts(ctx: Ctx, body: readonly Stmt[], scope: Scope, top: boolean): void {
  for (const stmt of body) {
    if (stmt.kind === 'fun') {
      const named: NamedFun = { decl: stmt, scope, parent: scope.fun, instance: undefined };
      const before = scope.names.get(stmt.name.text);
      if (before?.kind === 'fun' && top) {
        ctx.report({
          severity: 'warning',
          code: 'T072',
          title: `function \`${stmt.name.text}\` is declared twice; the last declaration counts`,
          labels: [{ span: stmt.name.span }, { span: before.named.decl.name.span, text: 'first declared here' }],
        });
      }
      scope.names.set(stmt.name.text, { kind: 'fun', named });
    }
  }
  // Functions of this block, also when nothing calls them, so that their errors are found.
  for (const stmt of body) walkStmt(ctx, stmt, scope, top);
  for (const stmt of body) {
    if (stmt.kind !== 'fun') continue;
    const binding = scope.names.get(stmt.name.text);
    if (binding?.kind === 'fun' && binding.named.decl === stmt) {
      if (stmt.typeParams.length === 0) scope.fun.funs.set(stmt.id, instanceOf(ctx, binding.named, scope.fun));
    }
  }
}

/** Walks the statements of a block in a scope of its own making. */
export function walkStatements(ctx: Ctx, body: readonly Stmt[], scope: Scope): void {
  walkStmts(ctx, body, scope, false);
}

function walkBlock(ctx: Ctx, block: Block, scope: Scope): void {
  walkStmts(ctx, block.body, childScope(scope, scope.fun), false);
}

function walkStmt(ctx: Ctx, stmt: Stmt, scope: Scope, top: boolean): void {
  const { solver } = ctx;
  const fun = scope.fun;
  switch (stmt.kind) {
    case 'let': {
      const node = declNode(ctx.typeCtx, stmt.type, scope.typeArgs);
      if (stmt.type) checkTypeNames(ctx, stmt.type, scope);
      if (stmt.value) {
        const value = inferAs(ctx, stmt.value, stmt.type, scope);
        solver.flow(value, node);
        checkDeclared(ctx, value, stmt.type, stmt.value.span, 'T008', scope);
      } else if (!stmt.type) {
        errorAt(ctx, 'T000', '`let` needs a type or a value', stmt.span, 'Write `let x = …` or `let x: int`.');
      } else {
        // The zero value of a struct, a function or `any` is nil.
        if (!hasZero(ctx, stmt.type)) solver.add(node, NULL);
      }
      const allowed = allowedBy(ctx.types, stmt.type, scope.typeArgs);
      // `let x: int` without a value gets it later.
      const mutable = stmt.mutable || !stmt.value;
      const maybeFun = allowed ? (allowed.mask & FUN) !== 0 : !stmt.value || !isPlainValue(stmt.value);
      fun.syms.set(stmt.id, newSym(ctx, scope, stmt.name.text, stmt.name.span, node, mutable, top, allowed, maybeFun));
      return;
    }
    case 'assign':
      walkAssign(ctx, stmt, scope);
      return;
    case 'fun':
    case 'type':
      return;
    case 'return': {
      if (fun.kind === 'main') {
        errorAt(
          ctx,
          'T073',
          '`return` outside of a function',
          stmt.span,
          'Remove it, or put the code into a function.',
        );
        return;
      }
      if (stmt.value) {
        const value = inferExpr(ctx, stmt.value, scope);
        solver.flow(value, fun.result);
        const declared = fun.decl?.result ?? fun.lambda?.result;
        checkDeclared(ctx, value, declared, stmt.value.span, 'T010', scope);
      } else solver.add(fun.result, NULL);
      return;
    }
    case 'if':
      walkIf(ctx, stmt, scope);
      return;
    case 'while':
      inferExpr(ctx, stmt.cond, scope);
      walkLoopBody(ctx, stmt.body, childScope(scope, fun));
      return;
    case 'for': {
      const source = inferExpr(ctx, stmt.iter, scope);
      const inner = childScope(scope, fun);
      const node = solver.node();
      if (stmt.end) {
        const end = inferExpr(ctx, stmt.end, scope);
        solver.add(node, INT);
        ctx.checks.push({
          kind: 'kind',
          node: source,
          mask: INT,
          span: stmt.iter.span,
          code: 'T023',
          title: 'a range needs int bounds',
        });
        ctx.checks.push({
          kind: 'kind',
          node: end,
          mask: INT,
          span: stmt.end.span,
          code: 'T023',
          title: 'a range needs int bounds',
        });
      } else {
        elementsOf(ctx, source, node);
        ctx.checks.push({
          kind: 'kind',
          node: source,
          mask: LIST | MAP | STR | STRUCT,
          span: stmt.iter.span,
          code: 'T022',
          title: 'cannot iterate over',
        });
      }
      fun.syms.set(stmt.id, newSym(ctx, inner, stmt.name.text, stmt.name.span, node, true));
      walkLoopBody(ctx, stmt.body, inner);
      return;
    }
    case 'break':
    case 'continue':
      if (loops(ctx) === 0) {
        errorAt(
          ctx,
          'T045',
          `\`${stmt.kind}\` outside of a loop`,
          stmt.span,
          'It can only stand in the body of `for` or `while`.',
        );
      }
      return;
    case 'expr':
      inferExpr(ctx, stmt.expr, scope);
      return;
    case 'expect':
      inferExpr(ctx, stmt.expr, scope);
      return;
    case 'test':
    case 'bench':
      walkBlock(ctx, stmt.body, scope);
      return;
    case 'import':
      unsupported(ctx, stmt.lang ? `import of ${stmt.lang.text} packages` : 'import of Mochi packages', stmt.span);
      return;
    case 'externType':
    case 'externVar':
    case 'externFun':
    case 'externObject':
      unsupported(ctx, '`extern` declarations', stmt.span);
      return;
    case 'update':
      walkUpdate(ctx, stmt, scope);
      return;
    case 'fetch':
      walkFetch(ctx, stmt, scope, top);
      return;
    case 'fact':
    case 'rule':
      unsupported(ctx, 'logic programming (`fact`, `rule`)', stmt.span);
      return;
    case 'stream':
    case 'on':
    case 'emit':
      unsupported(ctx, 'streams (`stream`, `on`, `emit`)', stmt.span);
      return;
    case 'agent':
      unsupported(ctx, '`agent`', stmt.span);
      return;
    case 'model':
      unsupported(ctx, '`model`', stmt.span);
      return;
  }
}

/** Whether an expression's form shows that it is no function. */
function isPlainValue(e: Expr): boolean {
  return ['int', 'float', 'bool', 'string', 'list', 'map', 'struct', 'unary', 'cast', 'slice'].includes(e.kind);
}

/** Whether a declared type has a zero value other than nil. */
export function hasZero(ctx: { types: TypeTable }, t: TypeExpr): boolean {
  switch (t.kind) {
    case 'name': {
      const alias = ctx.types.aliases.get(t.name);
      if (alias) return hasZero(ctx, alias);
      return ['int', 'int64', 'float', 'bigint', 'bigrat', 'string', 'bool', 'list', 'map'].includes(t.name);
    }
    case 'generic':
      return t.name === 'list' || t.name === 'map';
    case 'record':
      return true;
    default:
      return false;
  }
}

const loopDepth = new WeakMap<Ctx, number>();
function loops(ctx: Ctx): number {
  return loopDepth.get(ctx) ?? 0;
}
function walkLoopBody(ctx: Ctx, body: Block, scope: Scope): void {
  const depth = loops(ctx);
  loopDepth.set(ctx, depth + 1);
  walkBlock(ctx, body, scope);
  loopDepth.set(ctx, depth);
}

function walkIf(ctx: Ctx, stmt: IfStmt, scope: Scope): void {
  inferExpr(ctx, stmt.cond, scope);
  walkBlock(ctx, stmt.then, scope);
  if (!stmt.else) return;
  if ('kind' in stmt.else) walkIf(ctx, stmt.else, scope);
  else walkBlock(ctx, stmt.else, scope);
}

/** What `for x in source` binds. */
export function elementsOf(ctx: Ctx, source: Node, to: Node): void {
  const { solver } = ctx;
  const key = keyNode(solver, source);
  solver.when([source, key], () => {
    const mask = maskOf(source);
    if (mask & LIST) solver.flow(elemNode(solver, source), to);
    if (mask & STR) solver.add(to, STR);
    if (mask & MAP) solver.add(to, maskOf(key) === INT ? INT : STR);
    if (mask & STRUCT) {
      for (const s of find(source).structs ?? []) {
        if (s.isGroup) solver.flow(elemNode(solver, s.byName.get('items')!.node), to);
        else {
          solver.add(to, STR);
          if (s.anonymous) notRecord(ctx, s);
        }
      }
    }
  });
}

function walkAssign(ctx: Ctx, stmt: Extract<Stmt, { kind: 'assign' }>, scope: Scope): void {
  const { solver } = ctx;
  const name = stmt.name.text;
  const binding = lookup(scope, name);
  let sym: Sym | undefined;
  if (binding?.kind === 'var') sym = binding.sym;
  else if (binding?.kind === 'field') sym = fieldSym(ctx, binding);
  if (!sym) {
    const near = nearest(name, visibleNames(scope));
    errorAt(
      ctx,
      'T001',
      `assignment to undeclared variable: ${name}`,
      stmt.name.span,
      near ? `Did you mean \`${near}\`?` : `Declare it first: \`var ${name} = …\`.`,
    );
    inferExpr(ctx, stmt.value, scope);
    for (const a of stmt.path) if (a.kind === 'index') inferExpr(ctx, a.index, scope);
    return;
  }
  useSym(scope.fun, sym);
  scope.fun.syms.set(stmt.id, sym);
  if (stmt.path.length === 0) {
    const value = inferExpr(ctx, stmt.value, scope);
    if (!sym.mutable) {
      ctx.report({
        severity: ctx.strict ? 'error' : 'warning',
        code: 'T024',
        title: `cannot assign to \`${name}\` (immutable)`,
        labels: [{ span: stmt.name.span }, { span: sym.span, text: 'declared with `let` here' }],
        hint: `Declare it with \`var\`: \`var ${name} = …\`.`,
      });
    }
    sym.assignments++;
    solver.flow(value, sym.node);
    if (sym.declared) {
      const what = `cannot assign to \`${name}\``;
      ctx.checks.push({
        kind: 'declared',
        node: value,
        allowed: sym.declared,
        span: stmt.value.span,
        code: 'T009',
        what,
      });
    }
    return;
  }
  let node = sym.node;
  const last = stmt.path.length - 1;
  stmt.path.forEach((a, i) => {
    const base = node;
    if (a.kind === 'index') {
      const index = inferExpr(ctx, a.index, scope);
      const key = a.index.kind === 'string' ? a.index.value : undefined;
      if (i < last) node = readIndex(ctx, base, index, key);
      else writeIndex(ctx, base, index, inferExpr(ctx, stmt.value, scope), key);
    } else if (i < last) node = readField(ctx, base, a.name.text);
    else writeField(ctx, base, a.name.text, inferExpr(ctx, stmt.value, scope), a.span);
    if (i < last) scope.fun.steps.set(a, node);
  });
}

/** `update xs set { f: e } where c`: the fields of the element are variables in both. */
function walkUpdate(ctx: Ctx, stmt: Extract<Stmt, { kind: 'update' }>, scope: Scope): void {
  const { solver } = ctx;
  const name = stmt.name.text;
  const binding = lookup(scope, name);
  if (binding?.kind !== 'var') {
    const near = nearest(name, visibleNames(scope));
    errorAt(ctx, 'T002', `undefined variable: ${name}`, stmt.name.span, near ? `Did you mean \`${near}\`?` : undefined);
    return;
  }
  useSym(scope.fun, binding.sym);
  scope.fun.updates.set(stmt, { list: binding.sym, row: undefined as unknown as Sym });
  const inner = childScope(scope, scope.fun);
  const node = solver.node();
  elementsOf(ctx, binding.sym.node, node);
  const row = newSym(ctx, inner, ' row', stmt.name.span, node, true);
  scope.fun.updates.set(stmt, { list: binding.sym, row });
  const fields = new Set<string>();
  for (const s of [...ctx.types.structs.values(), ...ctx.shapes]) for (const f of s.fields) fields.add(f.name);
  for (const f of fields) inner.names.set(f, { kind: 'rowField', row, name: f });
  if (stmt.where) inferExpr(ctx, stmt.where, inner);
  if (stmt.set.kind !== 'map') return;
  for (const { key, value } of stmt.set.entries) {
    if (key.kind === 'string') writeField(ctx, node, key.value, inferExpr(ctx, value, inner), key.span);
    else errorAt(ctx, 'T078', '`set` needs the names of fields', key.span, 'Write `set { field: value }`.');
  }
}

/** Keys of a map: an int stays an int while all keys are ints, anything else is text. */
export function flowKey(ctx: Ctx, from: Node, map: Node): void {
  const { solver } = ctx;
  const key = keyNode(solver, map);
  solver.when([from], () => {
    const m = maskOf(from);
    if (m & INT) solver.add(key, INT);
    if (m & ~INT) solver.add(key, STR);
  });
}

/** What `base[index]` may be; `key` is the index where it is a constant text. */
export function readIndex(ctx: Ctx, base: Node, index: Node, key?: string): Node {
  const { solver } = ctx;
  const result = solver.node();
  const done = new Set<StructInfo>();
  let flowedElem = false;
  let flowedVal = false;
  solver.when([base], () => {
    const mask = maskOf(base);
    if (mask & LIST && !flowedElem) {
      flowedElem = true;
      solver.flow(elemNode(solver, base), result);
    }
    if (mask & STR) solver.add(result, STR);
    if (mask & MAP) {
      if (!flowedVal) {
        flowedVal = true;
        flowKey(ctx, index, base);
        solver.flow(valNode(solver, base), result);
      }
      solver.add(result, NULL);
    }
    if (mask & STRUCT) {
      for (const s of find(base).structs ?? []) readStructIndex(ctx, s, key, done, result);
    }
  });
  return result;
}

function readStructIndex(ctx: Ctx, s: StructInfo, key: string | undefined, done: Set<StructInfo>, result: Node): void {
  const { solver } = ctx;
  if (done.has(s)) return;
  done.add(s);
  const field = key === undefined ? undefined : s.byName.get(key);
  if (field) solver.flow(field.node, result);
  else if (s.isGroup) solver.flow(elemNode(solver, s.byName.get('items')!.node), result);
  else {
    if (s.anonymous) notRecord(ctx, s);
    for (const f of s.fields) solver.flow(f.node, result);
    solver.add(result, NULL | STR);
  }
}

function writeIndex(ctx: Ctx, base: Node, index: Node, value: Node, key?: string): void {
  const { solver } = ctx;
  let flowedElem = false;
  let flowedVal = false;
  solver.when([base, index], () => {
    const mask = maskOf(base);
    if (mask & LIST && !flowedElem) {
      flowedElem = true;
      solver.flow(value, elemNode(solver, base));
    }
    if (mask & MAP && !flowedVal) {
      flowedVal = true;
      flowKey(ctx, index, base);
      solver.flow(value, valNode(solver, base));
    }
    if (mask & STRUCT) {
      for (const s of find(base).structs ?? []) {
        const field = key === undefined ? undefined : s.byName.get(key);
        if (field) solver.flow(value, field.node);
        else {
          if (s.anonymous) notRecord(ctx, s);
          for (const f of s.fields) solver.flow(value, f.node);
        }
      }
    }
  });
}

export function readField(ctx: Ctx, base: Node, name: string): Node {
  const { solver } = ctx;
  const result = solver.node();
  const done = new Set<StructInfo>();
  let flowedVal = false;
  solver.when([base], () => {
    const mask = maskOf(base);
    if (mask & STRUCT) {
      for (const s of find(base).structs ?? []) {
        if (done.has(s)) continue;
        done.add(s);
        const f = s.byName.get(name);
        if (f) solver.flow(f.node, result);
        else if (s.methods.has(name)) {
          const m = s.methods.get(name)!;
          m.asValue = true;
          solver.setFun(result, { params: m.params.map((p) => p.node), result: m.result });
        } else if (s.isGroup && keyField(s, name)) solver.flow(keyField(s, name)!, result);
        else if (s.mergedOf) mergedField(ctx, s, name, result);
        else solver.add(result, NULL);
      }
    }
    if (mask & MAP) {
      if (!flowedVal) {
        flowedVal = true;
        solver.add(keyNode(solver, base), STR);
        solver.flow(valNode(solver, base), result);
      }
      solver.add(result, NULL);
    }
  });
  return result;
}

/** A field of a group's key: groups by several keys show their fields themselves. */
export function keyField(group: StructInfo, name: string): Node | undefined {
  const key = find(group.byName.get('key')!.node);
  for (const s of key.structs ?? []) {
    const f = s.byName.get(name);
    if (f) return f.node;
  }
  return undefined;
}

function writeField(ctx: Ctx, base: Node, name: string, value: Node, span: Span): void {
  const { solver } = ctx;
  const done = new Set<StructInfo>();
  let flowedVal = false;
  solver.when([base], () => {
    const mask = maskOf(base);
    if (mask & STRUCT) {
      for (const s of find(base).structs ?? []) {
        if (done.has(s)) continue;
        done.add(s);
        const f = s.byName.get(name);
        if (f) solver.flow(value, f.node);
        else if (s.anonymous) notRecord(ctx, s);
      }
    }
    if (mask & MAP && !flowedVal) {
      flowedVal = true;
      solver.add(keyNode(solver, base), STR);
      solver.flow(value, valNode(solver, base));
    }
  });
  ctx.checks.push({ kind: 'field', node: base, name, span });
}

/** The local copy of a receiver's field inside a method (LANGUAGE 4.7). */
export function fieldSym(ctx: Ctx, binding: { struct: StructInfo; name: string; method: FunInfo }): Sym {
  let sym = binding.method.fieldSyms.get(binding.name);
  if (!sym) {
    const field = binding.struct.byName.get(binding.name)!;
    const node = ctx.solver.node();
    ctx.solver.flow(field.node, node);
    sym = {
      name: binding.name,
      node,
      span: binding.method.span,
      mutable: true,
      maybeFun: true,
      declared: allowedBy(ctx.types, field.type, undefined),
      owner: binding.method,
      topLevel: false,
      global: false,
      captured: false,
      group: undefined,
      assignments: 0,
      capturedEarly: false,
    };
    binding.method.fieldSyms.set(binding.name, sym);
  }
  return sym;
}

// ---- patterns

/** Resolves a pattern and binds what it binds. */
export function walkPattern(ctx: Ctx, pattern: Pattern, scope: Scope): void {
  const fun = scope.fun;
  switch (pattern.kind) {
    case 'wildcard':
      return;
    case 'literal':
      inferExpr(ctx, pattern.value, scope);
      fun.patterns.set(pattern, { kind: 'value', expr: pattern.value });
      return;
    case 'name': {
      const struct = ctx.types.structs.get(pattern.name.text);
      if (struct) {
        fun.patterns.set(pattern, { kind: 'variant', struct });
        return;
      }
      const expr: Expr = { kind: 'name', id: -1 - pattern.span.start, name: pattern.name.text, span: pattern.span };
      inferExpr(ctx, expr, scope);
      fun.patterns.set(pattern, { kind: 'value', expr });
      return;
    }
    case 'variant': {
      const struct = ctx.types.structs.get(pattern.name.text);
      if (!struct) {
        const near = nearest(pattern.name.text, ctx.types.structs.keys());
        errorAt(
          ctx,
          'T074',
          `unknown variant: ${pattern.name.text}`,
          pattern.name.span,
          near ? `Did you mean \`${near}\`?` : undefined,
        );
        for (const a of pattern.args) bindArg(ctx, a.pattern, a.id, ctx.solver.node(NULL), scope);
        return;
      }
      fun.patterns.set(pattern, { kind: 'variant', struct });
      if (pattern.args.length > struct.fields.length) {
        errorAt(
          ctx,
          'T075',
          `\`${struct.name}\` has ${struct.fields.length} field(s), the pattern names ${pattern.args.length}`,
          pattern.span,
        );
      }
      pattern.args.forEach((a, i) => {
        const field = struct.fields[i];
        bindArg(ctx, a.pattern, a.id, field ? field.node : ctx.solver.node(NULL), scope);
      });
      return;
    }
  }
}

function bindArg(ctx: Ctx, pattern: Pattern, id: number, field: Node, scope: Scope): void {
  if (pattern.kind === 'name' && !ctx.types.structs.get(pattern.name.text)) {
    const node = ctx.solver.node();
    ctx.solver.flow(field, node);
    scope.fun.syms.set(id, newSym(ctx, scope, pattern.name.text, pattern.name.span, node, true));
  } else walkPattern(ctx, pattern, scope);
}

// ---- reachability

/** Whether control can reach the end of a list of statements (conservative: true when unsure). */
export function canFallThrough(body: readonly Stmt[]): boolean {
  for (const s of body) {
    switch (s.kind) {
      case 'return':
      case 'break':
      case 'continue':
        return false;
      case 'if':
        if (s.else && !ifFalls(s)) return false;
        break;
      case 'while':
        if (s.cond.kind === 'bool' && s.cond.value && !hasBreak(s.body.body)) return false;
        break;
      case 'expr':
        if (s.expr.kind === 'call' && s.expr.callee.kind === 'name' && s.expr.callee.name === 'panic') return false;
        break;
      default:
        break;
    }
  }
  return true;
}

function ifFalls(s: IfStmt): boolean {
  if (canFallThrough(s.then.body)) return true;
  if (!s.else) return true;
  return 'kind' in s.else ? ifFalls(s.else) : canFallThrough(s.else.body);
}

function hasBreak(body: readonly Stmt[]): boolean {
  return body.some((s) => {
    if (s.kind === 'break') return true;
    if (s.kind === 'if') return ifHasBreak(s);
    return false;
  });
}
function ifHasBreak(s: IfStmt): boolean {
  if (hasBreak(s.then.body)) return true;
  if (!s.else) return false;
  return 'kind' in s.else ? ifHasBreak(s.else) : hasBreak(s.else.body);
}

// ---- type names

const KNOWN_TYPES = new Set([
  'int',
  'int64',
  'float',
  'bigint',
  'bigrat',
  'string',
  'bool',
  'unit',
  'any',
  'list',
  'map',
  'void',
  'number',
  'object',
]);

/** Warns of unknown type names in a type's declaration. */
function checkFieldTypes(ctx: Ctx, body: TypeBody, scope: Scope): void {
  switch (body.kind) {
    case 'struct':
      for (const f of body.fields) checkTypeNames(ctx, f.type, scope);
      return;
    case 'union':
      for (const v of body.variants) for (const f of v.fields) checkTypeNames(ctx, f.type, scope);
      return;
    case 'alias':
      checkTypeNames(ctx, body.type, scope);
      return;
  }
}

/** Warns of type names that nothing declares: they mean `any`. */
export function checkTypeNames(ctx: Ctx, t: TypeExpr | undefined, scope: Scope): void {
  switch (t?.kind) {
    case undefined:
      return;
    case 'option':
      checkTypeNames(ctx, t.inner, scope);
      return;
    case 'fun':
      for (const p of t.params) checkTypeNames(ctx, p, scope);
      checkTypeNames(ctx, t.result, scope);
      return;
    case 'record':
      for (const f of t.fields) checkTypeNames(ctx, f.type, scope);
      return;
    case 'generic':
      for (const a of t.args) checkTypeNames(ctx, a, scope);
      break;
    case 'name':
      break;
  }
  const { name } = t;
  if (KNOWN_TYPES.has(name) || ctx.types.decls.has(name) || ctx.types.structs.has(name)) return;
  if (scope.typeArgs?.has(name) || /^[A-Z]$/.test(name)) return;
  const near = nearest(name, [...KNOWN_TYPES, ...ctx.types.decls.keys()]);
  warnAt(
    ctx,
    'T025',
    `unknown type: ${typeText(t)}; it is taken as any`,
    t.span,
    near ? `Did you mean \`${near}\`?` : undefined,
  );
}
