/** Inference of statements. */
import type { Span } from '../diagnostics/diagnostic.ts';
import type { Block, Expr, IfStmt, Stmt, TypeExpr } from '../syntax/ast.ts';
import { type Ctx, checkDeclared, errorAt, newSym, noted, unsupported, useSym } from './context.ts';
import { addFacts, conditionFacts, dropFacts, factsAfter, loopFacts, NO_FACTS } from './facts.ts';
import { instanceOf } from './infer.ts';
import { inferExpr } from './infer-expr.ts';
import { inferAs, walkFetch } from './infer-io.ts';
import { elementsOf, fieldSym, readField, readIndex, writeField, writeIndex } from './infer-place.ts';
import { ANY, FUN, INT, LIST, MAP, NULL, STR, STRUCT } from './nodes.ts';
import type { Sym } from './program.ts';
import { bind, childScope, lookup, type NamedFun, nearest, type Scope, type TypeTable, visibleNames } from './scope.ts';
import { checkTypeNames } from './type-names.ts';
import { allowedBy, declNode } from './types.ts';

export function walkStmts(ctx: Ctx, body: readonly Stmt[], scope: Scope, top: boolean): void {
  let declares = false;
  for (let i = 0; i < body.length; i++) {
    const stmt = body[i]!;
    if (stmt.kind === 'fun') {
      declares = true;
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
      bind(scope, stmt.name.text, { kind: 'fun', named });
    }
  }
  const facts = ctx.facts.length;
  for (let i = 0; i < body.length; i++) {
    const stmt = body[i]!;
    walkStmt(ctx, stmt, scope, top);
    if (stmt.kind === 'if') addFacts(ctx, factsAfter(stmt, scope, body, i + 1));
  }
  dropFacts(ctx, facts);
  if (!declares) return;
  // Functions of this block, also when nothing calls them, so that their errors are found.
  for (const stmt of body) {
    if (stmt.kind !== 'fun') continue;
    const binding = scope.names.get(stmt.name.text);
    if (binding?.kind === 'fun' && binding.named.decl === stmt) {
      if (stmt.typeParams.length > 0) continue;
      const instance = instanceOf(ctx, binding.named, scope.fun);
      scope.fun.funs = noted(scope.fun.funs, stmt.id, instance);
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
    case 'for':
      walkFor(ctx, stmt, scope);
      return;
    case 'break':
    case 'continue':
      if (ctx.loopDepth === 0) {
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
    default:
      walkForeign(ctx, stmt, scope, top);
  }
}

type StmtOf<K extends Stmt['kind']> = Extract<Stmt, { kind: K }>;

function walkFor(ctx: Ctx, stmt: StmtOf<'for'>, scope: Scope): void {
  const { solver } = ctx;
  const fun = scope.fun;
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
  const sym = newSym(ctx, inner, stmt.name.text, stmt.name.span, node, true);
  fun.syms.set(stmt.id, sym);
  const facts = stmt.end ? NO_FACTS : loopFacts(stmt.iter, sym, scope, stmt.body);
  const before = addFacts(ctx, facts);
  walkLoopBody(ctx, stmt.body, inner);
  dropFacts(ctx, before);
}

/** The parts of the language that this version does not compile, and `update` and `fetch`. */
function walkForeign(ctx: Ctx, stmt: Stmt, scope: Scope, top: boolean): void {
  switch (stmt.kind) {
    case 'import':
      unsupported(ctx, stmt.lang ? `import of ${stmt.lang.text} packages` : 'import of Mochi packages', stmt.span);
      declareForeign(ctx, stmt.alias?.text ?? stmt.path.split('/').at(-1)!, stmt.span, scope, top);
      return;
    case 'externType':
      unsupported(ctx, '`extern` declarations', stmt.span);
      return;
    case 'externVar':
    case 'externFun':
    case 'externObject':
      unsupported(ctx, '`extern` declarations', stmt.span);
      declareForeign(ctx, typeof stmt.name === 'string' ? stmt.name : stmt.name.text, stmt.span, scope, top);
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

/** The name of something that is not compiled: its uses would only say again what has been said. */
function declareForeign(ctx: Ctx, name: string, span: Span, scope: Scope, top: boolean): void {
  const first = name.split('.')[0]!;
  if (!lookup(scope, first)) newSym(ctx, scope, first, span, ctx.solver.node(ANY), true, top);
}

const PLAIN_VALUES = new Set(['int', 'float', 'bool', 'string', 'list', 'map', 'struct', 'unary', 'cast', 'slice']);

/** Whether an expression's form shows that it is no function. */
function isPlainValue(e: Expr): boolean {
  return PLAIN_VALUES.has(e.kind);
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

function walkLoopBody(ctx: Ctx, body: Block, scope: Scope): void {
  scope.fun.loops++;
  ctx.loopDepth++;
  walkBlock(ctx, body, scope);
  ctx.loopDepth--;
}

function walkIf(ctx: Ctx, stmt: IfStmt, scope: Scope): void {
  inferExpr(ctx, stmt.cond, scope);
  let before = addFacts(ctx, conditionFacts(stmt.cond, true, scope, stmt.then.body));
  walkBlock(ctx, stmt.then, scope);
  dropFacts(ctx, before);
  const otherwise = stmt.else;
  if (!otherwise) return;
  const region = 'kind' in otherwise ? [otherwise] : otherwise.body;
  before = addFacts(ctx, conditionFacts(stmt.cond, false, scope, region));
  if ('kind' in otherwise) walkIf(ctx, otherwise, scope);
  else walkBlock(ctx, otherwise, scope);
  dropFacts(ctx, before);
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
      if (i < last) node = readIndex(ctx, base, index, key, false);
      else writeIndex(ctx, base, index, inferExpr(ctx, stmt.value, scope), key);
    } else if (i < last) node = readField(ctx, base, a.name.text);
    else writeField(ctx, base, a.name.text, inferExpr(ctx, stmt.value, scope), a.span);
    if (i < last) scope.fun.steps = noted(scope.fun.steps, a, node);
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
  scope.fun.updates = noted(scope.fun.updates, stmt, { list: binding.sym, row: undefined as unknown as Sym });
  const inner = childScope(scope, scope.fun);
  const node = solver.node();
  elementsOf(ctx, binding.sym.node, node);
  const row = newSym(ctx, inner, ' row', stmt.name.span, node, true);
  scope.fun.updates = noted(scope.fun.updates, stmt, { list: binding.sym, row });
  const fields = new Set<string>();
  for (const s of [...ctx.types.structs.values(), ...ctx.shapes]) for (const f of s.fields) fields.add(f.name);
  for (const f of fields) bind(inner, f, { kind: 'rowField', row, name: f });
  if (stmt.where) inferExpr(ctx, stmt.where, inner);
  if (stmt.set.kind !== 'map') return;
  for (const { key, value } of stmt.set.entries) {
    if (key.kind === 'string') writeField(ctx, node, key.value, inferExpr(ctx, value, inner), key.span);
    else errorAt(ctx, 'T078', '`set` needs the names of fields', key.span, 'Write `set { field: value }`.');
  }
}
