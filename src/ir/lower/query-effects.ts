/**
 * What evaluating an expression may do besides giving its value: the one place that says which clauses of a query may be
 * evaluated at another time, more often, or not at all (LANGUAGE 14.5: effects come in the order of the clauses).
 *
 * An expression is *total* when it does none of it: it cannot stop the program and nobody can see that it was evaluated. Total
 * are literals, variables, fields of structs that cannot be nil, comparisons and logic on them, arithmetic that cannot fail
 * (with floats, but not the division; not with ints, which may overflow), and some built-ins. Running out of memory or stack
 * does not count.
 */
import { BOOL, FLOAT, INT, intKeyed, LIST, MAP, maskOf, NULL, STR, STRUCT } from '../../check/nodes.ts';
import type { FunInfo, QueryPlan } from '../../check/program.ts';
import type { Expr as Ast, Block, QueryExpr, Stmt } from '../../syntax/ast.ts';
import { walkTree } from '../../syntax/walk.ts';
import { type Fn, structsOf } from './context.ts';

/** It may stop the program with an error. */
export const FAILS = 1;
/** It prints, reads, or otherwise touches the world outside. */
export const ACTS = 2;
/** It assigns a variable that others see, an element or a field. */
export const WRITES = 4;
const ALL = FAILS | ACTS | WRITES;

/** Built-ins that never fail on arguments of these kinds. */
const TOTAL_BUILTINS: Readonly<Record<string, number>> = {
  len: STR | LIST | MAP,
  count: STR | LIST | MAP,
  exists: LIST | MAP,
  str: INT | FLOAT | BOOL | STR,
  string: INT | FLOAT | BOOL | STR,
  lower: STR,
  upper: STR,
  trim: STR,
  float: INT | FLOAT,
  to_float: INT | FLOAT,
};
const ACTING_BUILTINS = new Set(['print', 'json', 'input', 'now', 'mem']);

/** Whether an expression can be evaluated at another time, or not at all, without a difference. */
export function isTotal(fn: Fn, e: Ast): boolean {
  return effectsOf(fn, e) === 0;
}

/** What evaluating an expression of the function that is being lowered may do: a union of FAILS, ACTS and WRITES. */
export function effectsOf(fn: Fn, e: Ast): number {
  return exprEffects(fn, e);
}

/** What the clauses of a query may do, its sources included. */
export function queryEffects(fn: Fn, q: QueryExpr): number {
  let found = 0;
  for (const e of clauses(q)) found |= exprEffects(fn, e);
  return found;
}

function clauses(q: QueryExpr): Ast[] {
  const found: (Ast | undefined)[] = [
    ...q.froms.map((f) => f.source),
    ...q.joins.flatMap((j) => [j.source, j.on]),
    q.where,
    ...(q.group?.keys ?? []),
    q.group?.having,
    q.sort,
    q.select,
  ];
  return found.filter((e) => e !== undefined);
}

function mask(fn: Fn, e: Ast): number {
  const node = fn.info.nodes.get(e.id);
  return node ? maskOf(node) : ~0;
}

function exprEffects(fn: Fn, e: Ast): number {
  const all = (parts: readonly (Ast | undefined)[]): number =>
    parts.reduce((found, p) => (p ? found | exprEffects(fn, p) : found), 0);
  switch (e.kind) {
    case 'int':
    case 'float':
    case 'bool':
    case 'string':
    case 'none':
    case 'lambda':
      return 0;
    case 'name': {
      const ref = fn.info.refs.get(e.id);
      // A merged row that is not made has no value.
      if (ref?.kind === 'var' && fn.virtualRows.has(ref.sym)) return FAILS;
      return ref?.kind === 'keyField' && maskOf(ref.key) !== STRUCT ? FAILS : 0;
    }
    case 'unary': {
      const inner = exprEffects(fn, e.operand);
      if (e.op === '!' || e.operand.kind === 'int' || mask(fn, e.operand) === FLOAT) return inner;
      return inner | FAILS;
    }
    case 'binary':
      return all([e.left, e.right]) | operatorEffects(fn, e);
    case 'call':
      return callEffects(fn, e) | all(e.args);
    case 'index':
      return all([e.target, e.index]) | (isEntry(fn, e) ? 0 : FAILS);
    case 'slice':
      return all([e.target, e.start, e.end, e.step]) | FAILS;
    case 'field':
      return virtualField(fn, e) ? 0 : exprEffects(fn, e.target) | (isField(fn, e) ? 0 : FAILS);
    case 'cast': {
      const inner = exprEffects(fn, e.value);
      const kind = mask(fn, e.value);
      return kind === mask(fn, e) || (kind === INT && mask(fn, e) === FLOAT) ? inner : inner | FAILS;
    }
    case 'struct':
      return all(e.fields.map((f) => f.value));
    case 'list':
      return all(e.items);
    case 'map':
      return all(e.entries.map((x) => x.value)) | (e.entries.every((x) => x.key.kind === 'string') ? 0 : ALL);
    case 'if':
      return all([e.cond, e.then, e.else]);
    case 'match': {
      const arms = e.arms.map((a) => (a.body.kind === 'expr' ? exprEffects(fn, a.body.expr) : ALL));
      return arms.reduce((found, a) => found | a, exprEffects(fn, e.value) | FAILS);
    }
    case 'query':
      return queryEffects(fn, e) | FAILS;
    case 'load':
      return ACTS | FAILS | all([e.with]);
    default:
      return ALL;
  }
}

function operatorEffects(fn: Fn, e: Extract<Ast, { kind: 'binary' }>): number {
  const l = mask(fn, e.left);
  const r = mask(fn, e.right);
  const number = (m: number) => m === INT || m === FLOAT;
  switch (e.op) {
    case '&&':
    case '||':
    case '??':
    case '==':
    case '!=':
      return 0;
    case '<':
    case '<=':
    case '>':
    case '>=':
      return (number(l) && number(r)) || (l === STR && r === STR) ? 0 : FAILS;
    case 'in':
      return r === LIST || (r === STR && l === STR) || (r === MAP && l === STR) ? 0 : FAILS;
    case '+':
      if (l === STR && r === STR) return 0;
      return number(l) && number(r) && (l | r) & FLOAT ? 0 : FAILS;
    case '-':
    case '*':
      return number(l) && number(r) && (l | r) & FLOAT ? 0 : FAILS;
    case '/':
      return number(l) && number(r) && e.right.kind === 'float' && e.right.value !== 0 ? 0 : FAILS;
    default:
      return FAILS;
  }
}

/** A field of something that is a struct with such a field, or an entry of a map. */
function isField(fn: Fn, e: Extract<Ast, { kind: 'field' }>): boolean {
  const node = fn.info.nodes.get(e.target.id);
  const kinds = node ? maskOf(node) & ~(isSolid(fn, e.target) ? NULL : 0) : 0;
  if (node && kinds === MAP) return !intKeyed(node);
  if (!node || kinds !== STRUCT) return false;
  return structsOf(node).every((s) => s.byName.has(e.name.text) && !s.methods.has(e.name.text));
}

/** A row variable that is known not to be nil here. */
function isSolid(fn: Fn, e: Ast): boolean {
  const ref = e.kind === 'name' ? fn.info.refs.get(e.id) : undefined;
  return ref?.kind === 'var' && fn.solidRows.has(ref.sym);
}

/** An entry of a map, or a field of a record, that may be missing but cannot be asked for in vain. */
function isEntry(fn: Fn, e: Extract<Ast, { kind: 'index' }>): boolean {
  const node = fn.info.nodes.get(e.target.id);
  if (!node) return false;
  if (maskOf(node) === MAP) return mask(fn, e.index) === (intKeyed(node) ? INT : STR) && !fn.info.present.has(e.id);
  const key = e.index;
  return maskOf(node) === STRUCT && key.kind === 'string' && structsOf(node).every((s) => s.byName.has(key.value));
}

/** A source, or a field of a source, of a merged row that is not made (query-stream.ts). */
function virtualField(fn: Fn, e: Extract<Ast, { kind: 'field' }>): boolean {
  if (e.target.kind !== 'name') return false;
  const ref = fn.info.refs.get(e.target.id);
  const rows = ref?.kind === 'var' ? fn.virtualRows.get(ref.sym) : undefined;
  if (!rows) return false;
  return rows.some((r) => r.name === e.name.text) || mergedSources(rows, e.name.text).length > 0;
}

/** The sources of a merged row that are structs with a field of that name; none unless all sources are structs. */
export function mergedSources(rows: QueryPlan['rows'], name: string): QueryPlan['rows'] {
  if (rows.some((r) => (maskOf(r.node) & ~NULL) !== STRUCT)) return [];
  return rows.filter((r) => structsOf(r.node).some((s) => s.byName.has(name)));
}

function callEffects(fn: Fn, e: Extract<Ast, { kind: 'call' }>): number {
  const plan = fn.info.calls.get(e.id);
  switch (plan?.kind) {
    case 'construct':
    case 'partial':
      return 0;
    case 'builtin': {
      if (plan.name === 'reduce') return ALL;
      if (ACTING_BUILTINS.has(plan.name)) return ACTS | FAILS;
      const kinds = TOTAL_BUILTINS[plan.name];
      const arg = e.args.length === 1 ? mask(fn, e.args[0]!) : 0;
      return kinds !== undefined && arg !== 0 && (arg & ~kinds) === 0 ? 0 : FAILS;
    }
    case 'direct':
      return FAILS | functionEffects(fn, plan.fun);
    case 'method': {
      const target = e.callee.kind === 'field' ? e.callee.target : undefined;
      const kinds = target ? mask(fn, target) : ALL;
      return target && (kinds & ~(STR | LIST | MAP)) === 0 ? exprEffects(fn, target) | FAILS : ALL;
    }
    default:
      return ALL;
  }
}

/** What calling a function may do: what it and the functions that it reaches do themselves. */
function functionEffects(fn: Fn, fun: FunInfo): number {
  const known = fn.lo.effects.get(fun);
  if (known !== undefined) return known;
  const seen = new Set([fun]);
  let found = 0;
  for (const f of seen) {
    const own = ownEffects(f);
    found |= own.effects;
    for (const callee of own.callees) seen.add(callee);
  }
  fn.lo.effects.set(fun, found);
  return found;
}

/** What a function does by itself, and whom it calls. */
function ownEffects(f: FunInfo): { effects: number; callees: Set<FunInfo> } {
  const callees = new Set<FunInfo>();
  let effects = 0;
  const body: Block | Ast | undefined = f.decl?.body ?? f.lambda?.block ?? f.lambda?.expr;
  walkTree(body, (node) => {
    switch (node.kind) {
      case 'fun':
      case 'lambda':
        // It counts when it is called.
        return false;
      case 'call': {
        const plan = f.calls.get(node.id!);
        if (plan?.kind === 'direct') callees.add(plan.fun);
        else if (plan?.kind === 'builtin') {
          if (ACTING_BUILTINS.has(plan.name)) effects |= ACTS;
          if (plan.name === 'reduce') effects |= ALL;
        } else if (plan?.kind !== 'construct' && plan?.kind !== 'partial') effects |= ALL;
        break;
      }
      case 'assign': {
        const sym = f.syms.get(node.id!);
        const path = (node as Extract<Stmt, { kind: 'assign' }>).path;
        if (path.length > 0 || !sym || sym.owner !== f || sym.global || sym.captured) effects |= WRITES;
        break;
      }
      case 'load':
      case 'save':
      case 'fetch':
      case 'generate':
      case 'update':
      case 'emit':
      case 'bench':
      case 'test':
      case 'expect':
        effects |= ALL;
        break;
      default:
    }
    return true;
  });
  return { effects, callees };
}
