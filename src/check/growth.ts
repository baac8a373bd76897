/**
 * Growth analysis: which int arithmetic may exceed 64 bits and so carries on as big integers.
 *
 * An overflow that this analysis does not foresee is a run-time error, never a wrap; what it does foresee is slower, since
 * such values are cells. So it looks for the few forms in which programs really get there: a variable multiplied by a
 * variable in a loop (factorials, powers), a function that multiplies by its own result, and sums that feed on each other
 * (Fibonacci). A value that is reduced by `%` or `/` on the way is taken to be bounded, and so is one that grows by a
 * constant factor (digits, hashes).
 */
import type { Block, Expr, IfStmt, Stmt } from '../syntax/ast.ts';
import { INT, maskOf } from './nodes.ts';
import type { CheckedProgram, FunInfo, Sym } from './program.ts';

type Binary = Extract<Expr, { kind: 'binary' }>;

interface Assignment {
  readonly sym: Sym;
  readonly value: Expr;
  /** The innermost loop around it. */
  readonly loop: object | undefined;
}

/** The ids of the binary expressions whose results may be big. */
export function growingSites(program: CheckedProgram): Set<number> {
  const sites = new Set<number>();
  for (const fun of allFuns(program)) {
    const body = fun === program.main ? program.body : (fun.decl?.body.body ?? fun.lambda?.block?.body ?? []);
    const assignments: Assignment[] = [];
    collectAssignments(fun, body, undefined, assignments);
    products(fun, assignments, sites);
    sums(fun, assignments, sites);
    recursion(fun, body, sites);
  }
  return sites;
}

function allFuns(program: CheckedProgram): Set<FunInfo> {
  const found = new Set<FunInfo>();
  const visit = (f: FunInfo): void => {
    if (found.has(f)) return;
    found.add(f);
    for (const g of f.funs.values()) visit(g);
    for (const c of f.calls.values()) if (c.kind === 'direct' || c.kind === 'partial') visit(c.fun);
  };
  visit(program.main);
  for (const s of program.structs) for (const m of s.methods.values()) visit(m);
  return found;
}

function collectAssignments(fun: FunInfo, body: readonly Stmt[], loop: object | undefined, out: Assignment[]): void {
  const block = (b: Block, l: object | undefined) => collectAssignments(fun, b.body, l, out);
  for (const s of body) {
    switch (s.kind) {
      case 'assign': {
        const sym = fun.syms.get(s.id);
        if (sym && s.path.length === 0) out.push({ sym, value: s.value, loop });
        break;
      }
      case 'let': {
        const sym = fun.syms.get(s.id);
        if (sym && s.value && loop) out.push({ sym, value: s.value, loop });
        break;
      }
      case 'if': {
        let at: IfStmt | Block | undefined = s;
        while (at) {
          if ('kind' in at) {
            block(at.then, loop);
            at = at.else;
          } else {
            block(at, loop);
            at = undefined;
          }
        }
        break;
      }
      case 'while':
      case 'for':
        block(s.body, s);
        break;
      case 'test':
      case 'bench':
        block(s.body, loop);
        break;
      default:
        break;
    }
  }
}

/** `x = x * y` in a loop, where x is nowhere reduced. */
function products(fun: FunInfo, assignments: readonly Assignment[], sites: Set<number>): void {
  for (const a of assignments) {
    if (!a.loop || !isInt(a.sym)) continue;
    if (assignments.some((b) => b.sym === a.sym && isReduction(fun, b.value, a.sym))) continue;
    for (const product of productsOf(fun, a.value, a.sym)) sites.add(product.id);
  }
}

function isInt(sym: Sym): boolean {
  return maskOf(sym.node) === INT;
}

/** The multiplications of a variable with something that is not constant, below sums and products only. */
function productsOf(fun: FunInfo, e: Expr, sym: Sym): Binary[] {
  if (e.kind !== 'binary') return [];
  if (e.op === '+' || e.op === '-') return [...productsOf(fun, e.left, sym), ...productsOf(fun, e.right, sym)];
  if (e.op !== '*') return [];
  const left = reads(fun, e.left, sym);
  const right = reads(fun, e.right, sym);
  if (!left && !right) return [];
  const other = left ? e.right : e.left;
  if (other.kind === 'int' || other.kind === 'float') return [];
  // The inner products of a chain grow too.
  return [e, ...productsOf(fun, e.left, sym), ...productsOf(fun, e.right, sym)];
}

/** Whether a variable occurs in an expression below arithmetic only (not in an index, a call or under `%` and `/`). */
function reads(fun: FunInfo, e: Expr, sym: Sym): boolean {
  if (e.kind === 'name') {
    const ref = fun.refs.get(e.id);
    return ref?.kind === 'var' && ref.sym === sym;
  }
  if (e.kind === 'binary' && (e.op === '*' || e.op === '+' || e.op === '-')) {
    return reads(fun, e.left, sym) || reads(fun, e.right, sym);
  }
  return false;
}

/** `x % m` or `x / k` anywhere in what is assigned to it. */
function isReduction(fun: FunInfo, e: Expr, sym: Sym): boolean {
  if (e.kind !== 'binary') return false;
  if (e.op === '%' || e.op === '/') return reads(fun, e.left, sym);
  return isReduction(fun, e.left, sym) || isReduction(fun, e.right, sym);
}

/** Sums of two variables that feed on each other in one loop: `c = a + b; a = b; b = c`. */
function sums(fun: FunInfo, assignments: readonly Assignment[], sites: Set<number>): void {
  for (const a of assignments) {
    const { value, loop } = a;
    if (!loop || value.kind !== 'binary' || value.op !== '+' || !isInt(a.sym)) continue;
    const left = variable(fun, value.left);
    const right = variable(fun, value.right);
    if (!left || !right) continue;
    const inLoop = assignments.filter((b) => b.loop === loop);
    if (inLoop.some((b) => isReduction(fun, b.value, b.sym))) continue;
    if (feeds(fun, inLoop, a.sym, left) && feeds(fun, inLoop, a.sym, right)) sites.add(value.id);
  }
}

function variable(fun: FunInfo, e: Expr): Sym | undefined {
  const ref = e.kind === 'name' ? fun.refs.get(e.id) : undefined;
  return ref?.kind === 'var' ? ref.sym : undefined;
}

/** Whether the value of one variable gets into another by plain assignments (or is it). */
function feeds(fun: FunInfo, assignments: readonly Assignment[], from: Sym, to: Sym, seen = new Set<Sym>()): boolean {
  if (from === to) return true;
  if (seen.has(to)) return false;
  seen.add(to);
  return assignments.some((a) => {
    if (a.sym !== to) return false;
    const source = variable(fun, a.value);
    return source !== undefined && feeds(fun, assignments, from, source, seen);
  });
}

/** `return n * f(n - 1)`: the function's own result as a factor. */
function recursion(fun: FunInfo, body: readonly Stmt[], sites: Set<number>): void {
  if (fun.kind !== 'named' || maskOf(fun.result) !== INT) return;
  const visit = (e: Expr): void => {
    if (e.kind !== 'binary') {
      if (e.kind === 'if') {
        visit(e.then);
        if (e.else) visit(e.else);
      }
      return;
    }
    if (e.op === '%' || e.op === '/') return;
    if (e.op === '*' && (callsSelf(fun, e.left) || callsSelf(fun, e.right))) {
      const other = callsSelf(fun, e.left) ? e.right : e.left;
      if (other.kind !== 'int') sites.add(e.id);
    }
    visit(e.left);
    visit(e.right);
  };
  const walk = (stmts: readonly Stmt[]): void => {
    for (const s of stmts) {
      if (s.kind === 'return' && s.value) visit(s.value);
      if (s.kind === 'while' || s.kind === 'for') walk(s.body.body);
      let at: IfStmt | Block | undefined = s.kind === 'if' ? s : undefined;
      while (at) {
        if ('kind' in at) {
          walk(at.then.body);
          at = at.else;
        } else {
          walk(at.body);
          at = undefined;
        }
      }
    }
  };
  walk(body);
}

function callsSelf(fun: FunInfo, e: Expr): boolean {
  if (e.kind !== 'call') return false;
  const plan = fun.calls.get(e.id);
  return plan?.kind === 'direct' && plan.fun === fun;
}
