/**
 * Which parameters only borrow their argument.
 *
 * `xs = append(xs, v)` grows a list in place when nobody else can see it; a list that a second place may hold is marked as
 * shared. Passing a list to a function that only reads it, writes its elements, or hands it on to such functions makes no
 * second holder: its parameter is borrowed and the caller need not mark the list. Optimistic fixpoint over the call graph.
 */
import { LIST, maskOf } from '../../check/nodes.ts';
import type { FunInfo, Sym } from '../../check/program.ts';
import type { Block, Expr, IfStmt, Stmt } from '../../syntax/ast.ts';

/** Built-ins that hand their first argument on as a value. */
const KEEPING_BUILTINS = new Set(['collect', 'json']);

/** The parameters of the given functions that only borrow. */
export function borrowedParams(funs: Iterable<FunInfo>): Set<Sym> {
  const all = [...funs];
  const borrowed = new Set<Sym>();
  for (const f of all) {
    if (f.kind !== 'named') continue;
    for (const p of f.params) if (maskOf(p.node) & LIST && !p.captured && p.assignments === 0) borrowed.add(p);
  }
  const walk: Walk = { f: all[0]!, borrowed, changed: true };
  while (walk.changed && borrowed.size > 0) {
    walk.changed = false;
    for (const f of all) {
      if (!f.params.some((p) => borrowed.has(p))) continue;
      walk.f = f;
      stmts(walk, f.decl?.body.body ?? f.lambda?.block?.body ?? []);
    }
  }
  return borrowed;
}

interface Walk {
  /** The function whose body is walked. */
  f: FunInfo;
  /** The parameters that only borrow, as far as is known. */
  readonly borrowed: Set<Sym>;
  changed: boolean;
}

/** A parameter's value may get a second holder. */
function keep(w: Walk, sym: Sym): void {
  if (w.borrowed.delete(sym)) w.changed = true;
}

function stmts(w: Walk, body: readonly Stmt[]): void {
  for (let i = 0; i < body.length; i++) stmt(w, body[i]!);
}

function block(w: Walk, b: Block): void {
  stmts(w, b.body);
}

function stmt(w: Walk, s: Stmt): void {
  switch (s.kind) {
    case 'let':
      if (s.value) expr(w, s.value, true);
      return;
    case 'assign':
      for (const a of s.path) if (a.kind === 'index') expr(w, a.index, false);
      expr(w, s.value, true);
      return;
    case 'return':
      if (s.value) expr(w, s.value, true);
      return;
    case 'if':
      ifStmt(w, s);
      return;
    case 'while':
      expr(w, s.cond, false);
      block(w, s.body);
      return;
    case 'for':
      expr(w, s.iter, false);
      if (s.end) expr(w, s.end, false);
      block(w, s.body);
      return;
    case 'expr':
    case 'expect':
      expr(w, s.expr, false);
      return;
    case 'test':
    case 'bench':
      block(w, s.body);
      return;
    default:
      return;
  }
}

function ifStmt(w: Walk, s: IfStmt): void {
  expr(w, s.cond, false);
  block(w, s.then);
  if (!s.else) return;
  if ('kind' in s.else) ifStmt(w, s.else);
  else block(w, s.else);
}

/** Walks an expression; `kept` says that its value gets a second holder. */
function expr(w: Walk, e: Expr, kept: boolean): void {
  switch (e.kind) {
    case 'name': {
      const ref = w.f.refs.get(e.id);
      if (kept && ref?.kind === 'var') keep(w, ref.sym);
      return;
    }
    case 'unary':
      return expr(w, e.operand, false);
    case 'binary': {
      const passes = e.op === '&&' || e.op === '||' || e.op === '??';
      expr(w, e.left, kept && passes);
      expr(w, e.right, kept && passes);
      return;
    }
    case 'call': {
      const plan = w.f.calls.get(e.id);
      if (plan?.kind === 'direct') {
        e.args.forEach((a, i) => {
          const p = plan.fun.params[i];
          expr(w, a, !(p && w.borrowed.has(p)));
        });
        return;
      }
      if (plan?.kind === 'builtin') {
        e.args.forEach((a, i) => {
          const stored = (plan.name === 'append' || plan.name === 'push' || plan.name === 'reduce') && i > 0;
          expr(w, a, stored || (i === 0 && KEEPING_BUILTINS.has(plan.name)));
        });
        return;
      }
      if (plan?.kind === 'method' && e.callee.kind === 'field') {
        expr(w, e.callee.target, false);
        for (const a of e.args) expr(w, a, true);
        return;
      }
      expr(w, e.callee, false);
      for (const a of e.args) expr(w, a, true);
      return;
    }
    case 'index':
      expr(w, e.target, false);
      expr(w, e.index, false);
      return;
    case 'slice':
      expr(w, e.target, false);
      for (const p of [e.start, e.end, e.step]) if (p) expr(w, p, false);
      return;
    case 'field':
      return expr(w, e.target, false);
    case 'cast':
      return expr(w, e.value, kept);
    case 'struct':
      for (const x of e.fields) expr(w, x.value, true);
      return;
    case 'list':
      for (const x of e.items) expr(w, x, true);
      return;
    case 'map':
      for (const x of e.entries) {
        expr(w, x.key, false);
        expr(w, x.value, true);
      }
      return;
    case 'if':
      expr(w, e.cond, false);
      expr(w, e.then, kept);
      if (e.else) expr(w, e.else, kept);
      return;
    case 'match':
      expr(w, e.value, true);
      for (const a of e.arms) {
        if (a.body.kind === 'expr') expr(w, a.body.expr, kept);
        else block(w, a.body.block);
      }
      return;
    default:
      return;
  }
}
