/**
 * Which lists a call may grow in place.
 *
 * A list that is held for the time of a call only, as an argument or operand, need not be marked as shared (borrow.ts) unless
 * the call may grow it where it came from: `xs = append(xs, v)` on a variable that the function shares with its caller, or
 * `p.xs = append(p.xs, v)` on an element or field. Fixpoint over the call graph.
 */
import type { CallPlan, FunInfo, Sym } from '../../check/program.ts';
import type { Expr, Stmt } from '../../syntax/ast.ts';
import { walkTree } from '../../syntax/walk.ts';

/** What a function, and everything it calls, may grow. */
export interface ListGrowth {
  /** Variables that are grown. */
  readonly vars: Set<Sym>;
  /** Elements or fields are grown. */
  places: boolean;
  /** It calls what is not known here. */
  unknown: boolean;
}

interface Effects extends ListGrowth {
  readonly callees: Set<FunInfo>;
}

/** What each of the given functions may grow. */
export function listGrowth(funs: readonly FunInfo[]): Map<FunInfo, ListGrowth> {
  const all = new Map<FunInfo, Effects>();
  for (const f of funs) all.set(f, ownEffects(f));
  for (let changed = true; changed; ) {
    changed = false;
    for (const e of all.values()) {
      for (const callee of e.callees) {
        const other = all.get(callee);
        if (!other) e.unknown = true;
        else if (add(e, other)) changed = true;
      }
    }
  }
  return all;
}

function add(to: ListGrowth, from: ListGrowth): boolean {
  const before = to.vars.size;
  for (const v of from.vars) to.vars.add(v);
  const places = from.places && !to.places;
  const unknown = from.unknown && !to.unknown;
  if (places) to.places = true;
  if (unknown) to.unknown = true;
  return places || unknown || to.vars.size > before;
}

/** What evaluating an expression of function f may grow. */
export function growthDuring(f: FunInfo, e: Expr, known: ReadonlyMap<FunInfo, ListGrowth>): ListGrowth {
  const result = effects(f, e);
  for (const callee of result.callees) {
    const other = known.get(callee);
    if (other) add(result, other);
    else result.unknown = true;
  }
  return result;
}

/** What f does itself, without what its callees do. */
function ownEffects(f: FunInfo): Effects {
  const part = f.decl?.body ?? f.lambda?.block ?? f.lambda?.expr;
  // The calls of its own are noted there, all but those that are aggregates of queries.
  if (!part || f.queries.size > 0 || hasAppend(f)) return effects(f, part);
  const found: Effects = { vars: new Set(), places: false, unknown: false, callees: new Set() };
  f.calls.forEach((plan) => {
    notePlan(plan, found);
  });
  return found;
}

function hasAppend(f: FunInfo): boolean {
  let found = false;
  f.calls.forEach((plan) => {
    if (plan.kind === 'builtin' && (plan.name === 'append' || plan.name === 'push')) found = true;
  });
  return found;
}

/** What a part of f's body does itself, without what its callees do. Functions inside it count when they are called. */
function effects(f: FunInfo, part: unknown): Effects {
  const found: Effects = { vars: new Set(), places: false, unknown: false, callees: new Set() };
  walkTree(part, (node) => {
    if (node.kind === 'fun' || node.kind === 'lambda') return false;
    if (node.kind === 'call') notePlan(f.calls.get(node.id!), found);
    if (node.kind === 'assign') {
      const { id, path, value } = node as Extract<Stmt, { kind: 'assign' }>;
      if (isAppend(f, value)) {
        const sym = f.syms.get(id);
        if (path.length > 0 || !sym) found.places = true;
        else found.vars.add(sym);
      }
    }
    return true;
  });
  return found;
}

function notePlan(plan: CallPlan | undefined, found: Effects): void {
  switch (plan?.kind) {
    case 'direct':
      found.callees.add(plan.fun);
      return;
    case 'builtin':
      if (plan.name === 'reduce') found.unknown = true;
      return;
    case 'partial':
    case 'construct':
      return;
    case 'value':
    case 'method':
    case undefined:
      found.unknown = true;
      return;
  }
}

function isAppend(f: FunInfo, call: Expr): boolean {
  if (call.kind !== 'call') return false;
  const plan = f.calls.get(call.id);
  return plan?.kind === 'builtin' && (plan.name === 'append' || plan.name === 'push');
}

/** Whether the list that an expression reads from its place may be grown there. */
export function mayGrow(f: FunInfo, place: Expr, growth: ListGrowth): boolean {
  switch (place.kind) {
    case 'name': {
      const ref = f.refs.get(place.id);
      if (ref?.kind !== 'var') return false;
      return growth.vars.has(ref.sym) || (growth.unknown && (ref.sym.captured || ref.sym.global));
    }
    case 'index':
    case 'field':
      return growth.places || growth.unknown;
    default:
      return growth.unknown || growth.places || growth.vars.size > 0;
  }
}
