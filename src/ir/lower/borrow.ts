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
  for (let changed = true; changed; ) {
    changed = false;
    const keep = (sym: Sym): void => {
      if (borrowed.delete(sym)) changed = true;
    };
    for (const f of all) {
      if (!f.params.some((p) => borrowed.has(p))) continue;
      const body = f.decl?.body.body ?? f.lambda?.block?.body ?? [];
      stmts(f, body, borrowed, keep);
    }
  }
  return borrowed;
}

type Keep = (sym: Sym) => void;

function stmts(f: FunInfo, body: readonly Stmt[], borrowed: ReadonlySet<Sym>, keep: Keep): void {
  for (const s of body) stmt(f, s, borrowed, keep);
}

function block(f: FunInfo, b: Block, borrowed: ReadonlySet<Sym>, keep: Keep): void {
  stmts(f, b.body, borrowed, keep);
}

function stmt(f: FunInfo, s: Stmt, borrowed: ReadonlySet<Sym>, keep: Keep): void {
  const kept = (e: Expr) => expr(f, e, true, borrowed, keep);
  const read = (e: Expr) => expr(f, e, false, borrowed, keep);
  switch (s.kind) {
    case 'let':
      if (s.value) kept(s.value);
      return;
    case 'assign':
      for (const a of s.path) if (a.kind === 'index') read(a.index);
      kept(s.value);
      return;
    case 'return':
      if (s.value) kept(s.value);
      return;
    case 'if':
      ifStmt(f, s, borrowed, keep);
      return;
    case 'while':
      read(s.cond);
      block(f, s.body, borrowed, keep);
      return;
    case 'for':
      read(s.iter);
      if (s.end) read(s.end);
      block(f, s.body, borrowed, keep);
      return;
    case 'expr':
    case 'expect':
      read(s.expr);
      return;
    case 'test':
    case 'bench':
      block(f, s.body, borrowed, keep);
      return;
    default:
      return;
  }
}

function ifStmt(f: FunInfo, s: IfStmt, borrowed: ReadonlySet<Sym>, keep: Keep): void {
  expr(f, s.cond, false, borrowed, keep);
  block(f, s.then, borrowed, keep);
  if (!s.else) return;
  if ('kind' in s.else) ifStmt(f, s.else, borrowed, keep);
  else block(f, s.else, borrowed, keep);
}

/** Walks an expression; `kept` says that its value gets a second holder. */
function expr(f: FunInfo, e: Expr, kept: boolean, borrowed: ReadonlySet<Sym>, keep: Keep): void {
  const go = (x: Expr, k: boolean) => expr(f, x, k, borrowed, keep);
  switch (e.kind) {
    case 'name': {
      const ref = f.refs.get(e.id);
      if (kept && ref?.kind === 'var') keep(ref.sym);
      return;
    }
    case 'unary':
      return go(e.operand, false);
    case 'binary': {
      const passes = e.op === '&&' || e.op === '||' || e.op === '??';
      go(e.left, kept && passes);
      go(e.right, kept && passes);
      return;
    }
    case 'call': {
      const plan = f.calls.get(e.id);
      if (plan?.kind === 'direct') {
        e.args.forEach((a, i) => {
          const p = plan.fun.params[i];
          go(a, !(p && borrowed.has(p)));
        });
        return;
      }
      if (plan?.kind === 'builtin') {
        e.args.forEach((a, i) => {
          const stored = (plan.name === 'append' || plan.name === 'push' || plan.name === 'reduce') && i > 0;
          go(a, stored || (i === 0 && KEEPING_BUILTINS.has(plan.name)));
        });
        return;
      }
      if (plan?.kind === 'method' && e.callee.kind === 'field') {
        go(e.callee.target, false);
        for (const a of e.args) go(a, true);
        return;
      }
      go(e.callee, false);
      for (const a of e.args) go(a, true);
      return;
    }
    case 'index':
      go(e.target, false);
      go(e.index, false);
      return;
    case 'slice':
      go(e.target, false);
      for (const p of [e.start, e.end, e.step]) if (p) go(p, false);
      return;
    case 'field':
      return go(e.target, false);
    case 'cast':
      return go(e.value, kept);
    case 'struct':
      for (const x of e.fields) go(x.value, true);
      return;
    case 'list':
      for (const x of e.items) go(x, true);
      return;
    case 'map':
      for (const x of e.entries) {
        go(x.key, false);
        go(x.value, true);
      }
      return;
    case 'if':
      go(e.cond, false);
      go(e.then, kept);
      if (e.else) go(e.else, kept);
      return;
    case 'match':
      go(e.value, true);
      for (const a of e.arms) {
        if (a.body.kind === 'expr') go(a.body.expr, kept);
        else block(f, a.body.block, borrowed, keep);
      }
      return;
    default:
      return;
  }
}
