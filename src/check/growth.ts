/**
 * Growth analysis: which int arithmetic may exceed 64 bits and so carries on as big integers.
 *
 * An overflow that this analysis does not foresee is a run-time error, never a wrap; what it does foresee is slower, since
 * such values are cells. So it looks for the few forms in which programs really get there: variables that feed on
 * themselves in a loop and grow exponentially (factorials, powers, Fibonacci numbers), and functions that multiply by their
 * own result. A value that is reduced by `%` or `/` on the way is taken to be bounded, and so are the digits of a number
 * put together. A product that is reduced at once, `(a * b) % m`, needs no big integer: `int_mul_rem` takes it.
 */
import type { Expr } from '../syntax/ast.ts';
import { type Assignment, type Body, bodyOf, createFlows, type Loop, membersOf } from './growth-flow.ts';
import { INT, maskOf } from './nodes.ts';
import type { CallPlan, CheckedProgram, FunInfo, Sym } from './program.ts';

/** Factors by which digits are put together: `x * 10 + d` stays as long as the text is. */
const DIGIT_BASES: ReadonlySet<bigint> = new Set([2n, 8n, 10n, 16n]);

/** The ids of the binary expressions whose results may be big. */
export function growingSites(program: CheckedProgram): Set<number> {
  const sites = new Set<number>();
  const flows = createFlows(program);
  for (const fun of allFuns(program)) {
    // Only what goes around a loop or comes out of the function's own calls feeds on itself.
    if (fun.loops === 0 && !fun.callsItself) continue;
    const body = bodyOf(program, fun);
    const whole = body.assignments.filter((a) => !a.part);
    if (fun.loops > 0) recurrences(fun, whole, sites);
    if (fun.callsItself) recursion(fun, whole, body.returns, sites);
    if (fun.loops > 0) throughCalls(fun, body, flows, sites);
  }
  return sites;
}

function allFuns(program: CheckedProgram): Set<FunInfo> {
  const found = new Set<FunInfo>();
  const visit = (f: FunInfo): void => {
    if (found.has(f)) return;
    found.add(f);
    f.funs.forEach(visit);
    f.calls.forEach(visitCall);
  };
  const visitCall = (c: CallPlan): void => {
    if (c.kind === 'direct' || c.kind === 'partial') visit(c.fun);
  };
  visit(program.main);
  for (const s of program.structs) for (const m of s.methods.values()) visit(m);
  return found;
}

/** A variable as a term of a sum: how often it is in it (2 stands for any factor above 1). */
interface Term {
  readonly sym: Sym;
  readonly times: number;
}

/**
 * Variables that feed on themselves in a loop and grow by more than a constant step: the assignments of the loop are a
 * graph from variable to variable; a cycle through a sum that counts its members twice, or through a product, grows
 * exponentially. A loop whose condition bounds the variable (`while x < n`) does not let it.
 */
function recurrences(fun: FunInfo, assignments: readonly Assignment[], sites: Set<number>): void {
  for (const a of assignments) {
    const loop = a.loops.at(-1);
    if (!loop || !isInt(a.sym)) continue;
    const all = termsOf(fun, a.value);
    if (timesOf(all) < 2 || isBounded(fun, a.loops, a.sym)) continue;
    const inLoop = assignments.filter((b) => b.loops.includes(loop) && isInt(b.sym));
    if (inLoop.some((b) => isReduction(fun, b.value, b.sym) && b.sym === a.sym)) continue;
    const members = (sym: Sym) =>
      sym === a.sym || (reaches(fun, inLoop, sym, a.sym) && reaches(fun, inLoop, a.sym, sym));
    const terms = all.filter((t) => members(t.sym));
    if (timesOf(terms) < 2 || isDigitStep(fun, a, members)) continue;
    if (terms.some((t) => isBounded(fun, a.loops, t.sym))) continue;
    // Variables that the loop declares begin anew in every round: one of another place has to carry the value over.
    const carries = (sym: Sym) => !inLoop.some((b) => b.declares && b.sym === sym);
    if (!carries(a.sym) && !inLoop.some((b) => carries(b.sym) && members(b.sym))) continue;
    addArithmetic(a.value, sites);
  }
}

function timesOf(terms: readonly Term[]): number {
  return terms.reduce((n, t) => n + t.times, 0);
}

function isInt(sym: Sym): boolean {
  return maskOf(sym.node) === INT;
}

/** The variables that an expression is made of by `+`, `-` and `*`. */
function termsOf(fun: FunInfo, e: Expr): readonly Term[] {
  const terms: Term[] = [];
  addTerms(fun, e, 1, terms);
  return terms;
}

function addTerms(fun: FunInfo, e: Expr, times: number, out: Term[]): void {
  if (e.kind === 'binary') {
    const { op, left, right } = e;
    if (op !== '+' && op !== '-' && op !== '*') return;
    const each = op !== '*' || isUnit(left) || isUnit(right) ? times : times * 2;
    addTerms(fun, left, each, out);
    addTerms(fun, right, each, out);
    return;
  }
  const sym = variable(fun, e);
  if (sym) out.push({ sym, times });
}

function isUnit(e: Expr): boolean {
  return e.kind === 'int' && (e.value === 1n || e.value === 0n);
}

function variable(fun: FunInfo, e: Expr): Sym | undefined {
  const ref = e.kind === 'name' ? fun.refs.get(e.id) : undefined;
  return ref?.kind === 'var' ? ref.sym : undefined;
}

/** Whether the value of one variable gets into another by the assignments of a loop. */
function reaches(fun: FunInfo, assignments: readonly Assignment[], from: Sym, to: Sym, seen = new Set<Sym>()): boolean {
  for (const a of assignments) {
    if (seen.has(a.sym) || !termsOf(fun, a.value).some((t) => t.sym === from)) continue;
    if (a.sym === to) return true;
    seen.add(a.sym);
    if (reaches(fun, assignments, a.sym, to, seen)) return true;
  }
  return false;
}

/** `x * 10 + digit`. */
function isDigitStep(fun: FunInfo, a: Assignment, members: (sym: Sym) => boolean): boolean {
  const e = a.value;
  if (e.kind !== 'binary' || (e.op !== '+' && e.op !== '-')) return false;
  const product = e.left.kind === 'binary' && e.left.op === '*' ? e.left : e.right;
  const digit = product === e.left ? e.right : e.left;
  if (product.kind !== 'binary' || product.op !== '*') return false;
  const constant = product.left.kind === 'int' ? product.left : product.right;
  if (constant.kind !== 'int' || !DIGIT_BASES.has(constant.value)) return false;
  return !termsOf(fun, digit).some((t) => members(t.sym));
}

/** `x % m` or `x / k` anywhere in what is assigned to it. */
function isReduction(fun: FunInfo, e: Expr, sym: Sym): boolean {
  if (e.kind !== 'binary') return false;
  if (e.op === '%' || e.op === '/') return termsOf(fun, e.left).some((t) => t.sym === sym);
  return isReduction(fun, e.left, sym) || isReduction(fun, e.right, sym);
}

/** Whether a loop goes on only while the variable is below something. */
function isBounded(fun: FunInfo, loops: readonly Loop[], sym: Sym): boolean {
  const below = (e: Expr): boolean => {
    if (e.kind !== 'binary') return false;
    if (e.op === '&&') return below(e.left) || below(e.right);
    if (e.op === '<' || e.op === '<=') return termsOf(fun, e.left).some((t) => t.sym === sym);
    if (e.op === '>' || e.op === '>=') return termsOf(fun, e.right).some((t) => t.sym === sym);
    return false;
  };
  return loops.some((l) => l.kind === 'while' && below(l.cond));
}

/**
 * Variables that feed on themselves by way of functions: `m = multiply(m, m)` where `multiply` adds up products of its
 * arguments' elements, `n = step(n)` where `step` doubles. The same growth, and the same bounds, as in `recurrences`.
 */
function throughCalls(fun: FunInfo, body: Body, flows: ReturnType<typeof createFlows>, sites: Set<number>): void {
  for (const a of body.assignments) {
    const loop = a.loops.at(-1);
    if (!loop || a.part || !flows.callsFunction(fun, a.value)) continue;
    const inLoop = body.assignments.filter((b) => b.loops.includes(loop));
    const members = membersOf(flows, fun, inLoop, a.sym);
    if (![...flows.of(fun, a.value).keys()].some((sym) => members.has(sym))) continue;
    if (inLoop.some((b) => b.sym === a.sym && isReduction(fun, b.value, b.sym))) continue;
    if ([...members].some((sym) => isBounded(fun, a.loops, sym))) continue;
    for (const site of flows.growth(fun, a.value, members)) sites.add(site);
  }
}

/** Marks the sums and products of an expression. */
function addArithmetic(e: Expr, sites: Set<number>): void {
  if (e.kind !== 'binary' || (e.op !== '+' && e.op !== '-' && e.op !== '*')) return;
  sites.add(e.id);
  addArithmetic(e.left, sites);
  addArithmetic(e.right, sites);
}

/** A function that multiplies by its own result: `return n * f(n - 1)`, also by way of variables. */
function recursion(
  fun: FunInfo,
  assignments: readonly Assignment[],
  returns: readonly Expr[],
  sites: Set<number>,
): void {
  if (fun.kind !== 'named' || maskOf(fun.result) !== INT) return;
  const own = new Set<Sym>();
  const isOwn = (e: Expr): boolean => {
    const sym = variable(fun, e);
    if (sym) return own.has(sym);
    if (e.kind === 'call') return callsSelf(fun, e);
    return e.kind === 'binary' && (e.op === '+' || e.op === '-' || e.op === '*') && (isOwn(e.left) || isOwn(e.right));
  };
  for (let grew = true; grew; ) {
    grew = false;
    for (const a of assignments) {
      if (isInt(a.sym) && !own.has(a.sym) && isOwn(a.value)) {
        own.add(a.sym);
        grew = true;
      }
    }
  }
  const visit = (e: Expr): void => {
    if (e.kind === 'if') {
      visit(e.then);
      if (e.else) visit(e.else);
      return;
    }
    if (e.kind !== 'binary' || e.op === '%' || e.op === '/') return;
    if (e.op === '*' && (isOwn(e.left) || isOwn(e.right))) {
      const other = isOwn(e.left) ? e.right : e.left;
      if (other.kind !== 'int' || !DIGIT_BASES.has(other.value)) sites.add(e.id);
    }
    visit(e.left);
    visit(e.right);
  };
  for (const e of returns) visit(e);
}

function callsSelf(fun: FunInfo, e: Expr): boolean {
  if (e.kind !== 'call') return false;
  const plan = fun.calls.get(e.id);
  return plan?.kind === 'direct' && plan.fun === fun;
}
