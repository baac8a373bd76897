/**
 * Groups of which only the key, the count and aggregates are asked for: they keep no rows. Each aggregate is a field of the group
 * that every row of the group adds to, so neither lists nor merged rows are made.
 *
 * That holds when the group's variable occurs in `having`, `sort by` and `select` only as `g.key`, `g.count`, a field of the key,
 * `count(g)`, or in `sum`, `avg`, `min`, `max`, `count`, `exists` of `from x in g [where …] select …` over ints or floats, and
 * when what such an aggregate evaluates is total, but for sums, differences and products of ints, and no clause writes
 * (query-effects.ts). What leaves 64 bits is marked, and fails where the program asks for the aggregate.
 */

import { BOOL, FLOAT, INT, maskOf, reprOf } from '../../check/nodes.ts';
import type { QueryPlan, Sym } from '../../check/program.ts';
import type { Expr as Ast, QueryExpr } from '../../syntax/ast.ts';
import type { Expr, Stmt, Type } from '../ir.ts';
import * as Op from '../op.ts';
import { numericOp, orderOp } from '../ops.ts';
import {
  collect,
  emit,
  type Fn,
  f64,
  get,
  hold,
  i32,
  i64,
  type Layout,
  load,
  newLabel,
  newLocal,
  num,
  rt,
  seq,
  store,
  typeOf,
} from './context.ts';
import { coerce, toFloat64, type Value } from './convert.ts';
import { lowerExpr, nodeOf, symRead } from './expr.ts';
import { splitAnd } from './free-names.ts';
import { bindSym } from './lower.ts';
import { isTotal, queryEffects, WRITES } from './query-effects.ts';
import { condition } from './stmt.ts';

/** One aggregate of a group's rows. */
interface Accumulator {
  readonly name: 'sum' | 'avg' | 'min' | 'max' | 'count';
  readonly type: 'i64' | 'f64';
  /** The variable that stands for the row, and what is aggregated; undefined for the rows themselves. */
  readonly row: Sym | undefined;
  readonly select: Ast | undefined;
  readonly where: readonly Ast[];
  /** Fields of the group: the total, how many rows passed `where`, what has left 64 bits: OVER_TOTAL, or the operation. */
  readonly total: string;
  readonly passed: string | undefined;
  readonly over: string | undefined;
  /** The operations of `select` that may leave 64 bits, by their number less OVER_TOTAL + 1. */
  readonly operations: Ast[];
}

const OVER_TOTAL = 1;

export interface Accumulators {
  readonly all: readonly Accumulator[];
}

type Call = Extract<Ast, { kind: 'call' }>;

const AGGREGATES: ReadonlySet<string> = new Set(['sum', 'avg', 'min', 'max', 'count', 'exists']);

/**
 * The aggregates that stand for the rows of a query's groups; undefined when the rows themselves are needed. Gives the group
 * type its fields, and the calls that read them their meaning.
 */
export function accumulatorsOf(fn: Fn, q: QueryExpr, plan: QueryPlan): Accumulators | undefined {
  const known = fn.lo.accumulators.get(plan);
  if (known) return known;
  const group = plan.groupSym!;
  if (group.captured || fn.lo.layouts.has(plan.group!) || queryEffects(fn, q) & WRITES) return undefined;
  const found = new Map<string, Accumulator>();
  const reads = new Map<number, (fn: Fn) => Expr>();
  const rows = new Set<Sym>();
  const isGroup = (e: Ast): boolean => {
    const ref = e.kind === 'name' ? fn.info.refs.get(e.id) : undefined;
    return ref?.kind === 'var' && ref.sym === group;
  };
  const allowed = (x: unknown): boolean => {
    if (typeof x !== 'object' || x === null) return true;
    if (Array.isArray(x)) return x.every(allowed);
    const e = x as Ast;
    if (e.kind === 'name') return !isGroup(e);
    if (e.kind === 'field' && isGroup(e.target)) return !e.optional && !HIDDEN.has(e.name.text);
    if (e.kind === 'call') {
      const read = aggregate(fn, plan, e, isGroup, found, rows);
      if (read) {
        reads.set(e.id, read);
        return true;
      }
    }
    return Object.values(x).every(allowed);
  };
  const fits = [q.group!.having, q.sort, q.select].every(allowed);
  if (!fits) {
    for (const r of rows) fn.virtualRows.delete(r);
    return undefined;
  }
  const accumulators: Accumulators = { all: [...found.values()] };
  fn.lo.accumulators.set(plan, accumulators);
  for (const [id, read] of reads) fn.accumulated.set(id, read);
  setFields(fn, plan, accumulators);
  return accumulators;
}

/** Fields of a group that keeps its rows. */
const HIDDEN = new Set(['items', '__group__', '__name']);

/** The group type has a field for each part of its aggregates instead of the rows. Their names are no identifiers. */
function setFields(fn: Fn, plan: QueryPlan, { all }: Accumulators): void {
  const { fields, byName } = plan.group!;
  for (const name of ['items', '__group__']) {
    fields.splice(
      fields.findIndex((f) => f.name === name),
      1,
    );
    byName.delete(name);
  }
  const add = (name: string | undefined, kind: number): void => {
    if (name === undefined) return;
    const field = { name, node: fn.lo.solver.node(kind), type: undefined };
    fields.push(field);
    byName.set(name, field);
  };
  for (const a of all) {
    add(a.total, a.type === 'f64' ? FLOAT : INT);
    add(a.passed, INT);
    add(a.over, BOOL);
  }
}

/** A call that aggregates the rows of the group: how it reads its value. Undefined for any other call. */
function aggregate(
  fn: Fn,
  plan: QueryPlan,
  e: Call,
  isGroup: (e: Ast) => boolean,
  found: Map<string, Accumulator>,
  rows: Set<Sym>,
): ((fn: Fn) => Expr) | undefined {
  const call = fn.info.calls.get(e.id);
  const arg = e.args[0];
  if (call?.kind !== 'builtin' || !arg || e.args.length !== 1) return undefined;
  const name = call.name === 'len' && isGroup(arg) ? 'count' : call.name;
  const result = typeOf(reprOf(fn.info.nodes.get(e.id)!));
  const groupField = (field: string) => (f: Fn) => load('i64', symRead(f, plan.groupSym!), slotOf(f, plan, field));
  if (isGroup(arg) && name === 'count') return result === 'i64' ? groupField('count') : undefined;
  if (!AGGREGATES.has(name)) return undefined;
  let select: Ast | undefined;
  let where: readonly Ast[] = [];
  let row: Sym | undefined;
  let kind: number;
  if (isGroup(arg)) {
    if (plan.merged) return undefined;
    kind = maskOf(plan.rows[0]!.node);
  } else {
    const inner = plainOver(arg, isGroup);
    if (!inner) return undefined;
    row = fn.info.queries.get(inner.id)!.rows[0]!;
    if (row.captured) return undefined;
    if (plan.merged) {
      fn.virtualRows.set(row, plan.rows);
      rows.add(row);
    }
    select = inner.select;
    where = inner.where ? splitAnd(inner.where) : [];
    if (!where.every((c) => isTotal(fn, c)) || !canDefer(fn, select)) return undefined;
    kind = maskOf(fn.info.nodes.get(select.id)!);
  }
  const counts = name === 'count' || name === 'exists';
  if (counts ? select && !isTotal(fn, select) : kind !== INT && kind !== FLOAT) return undefined;
  const type = !counts && kind === FLOAT ? 'f64' : 'i64';
  const wanted: Type = name === 'exists' ? 'i32' : name === 'count' ? 'i64' : name === 'avg' ? 'f64' : type;
  if (result !== wanted) return undefined;
  const own = counts ? 'count' : (name as Accumulator['name']);
  if (own === 'count' && where.length === 0) {
    return name === 'count' ? groupField('count') : () => i32(1);
  }
  const id = `${own} ${source(own === 'count' ? undefined : select, row)} ${where.map((c) => source(c, row)).join('&')}`;
  let a = found.get(id);
  if (!a) {
    const n = found.size;
    const sums = (own === 'sum' || own === 'avg') && type === 'i64';
    a = {
      name: own,
      type,
      row,
      select,
      where,
      total: `#total${n}`,
      passed: own !== 'count' && where.length > 0 ? `#passed${n}` : undefined,
      over: sums || (select && !isTotal(fn, select)) ? `#over${n}` : undefined,
      operations: [],
    };
    found.set(id, a);
  }
  const accumulator = a;
  return (f) => readAccumulator(f, plan, accumulator, name, e.span);
}

/** `from x in g [where …] select …`, and nothing more. */
function plainOver(e: Ast, isGroup: (e: Ast) => boolean): QueryExpr | undefined {
  if (e.kind !== 'query' || e.froms.length !== 1 || e.joins.length > 0 || !isGroup(e.froms[0]!.source))
    return undefined;
  if (e.group || e.sort || e.skip || e.take || e.distinct) return undefined;
  const { select } = e;
  return select.kind === 'call' && select.callee.kind === 'name' && AGGREGATES.has(select.callee.name) ? undefined : e;
}

/** The text of an expression, for recognising equal ones: whatever the row is called. */
function source(e: Ast | undefined, row: Sym | undefined): string {
  return JSON.stringify(e ?? null, (key, v: unknown) => {
    if (key === 'id' || key === 'span' || key === 'opSpan') return undefined;
    if (key === 'name' && v === row?.name) return '#row';
    return typeof v === 'bigint' ? `${v}n` : v;
  });
}

function slotOf(fn: Fn, plan: QueryPlan, field: string): number {
  return fn.lo.layouts.get(plan.group!)!.slots.get(field)!.offset;
}

// ---- rows

/** The first values of a new group's aggregates. */
export function startAccumulators(fn: Fn, object: number, layout: Layout, { all }: Accumulators): void {
  const set = (field: string | undefined, value: Expr): void => {
    if (field === undefined) return;
    const slot = layout.slots.get(field)!;
    emit(fn, store(slot.repr, get(fn, object), slot.offset, value));
  };
  for (const a of all) {
    set(a.total, a.type === 'f64' ? f64(0) : i64(0n));
    set(a.passed, i64(0n));
    set(a.over, i32(0));
  }
}

/** Adds the rows bound now to a group that has `count` rows so far. */
export function accumulate(
  fn: Fn,
  plan: QueryPlan,
  { all }: Accumulators,
  object: number,
  layout: Layout,
  count: Expr,
): void {
  for (const a of all) {
    // A merged row is not made: its sources are read where they are (fn.virtualRows).
    if (a.row && !plan.merged) {
      const [from] = plan.rows;
      bindSym(fn, a.row, coerce(fn, symRead(fn, from!), from!.node, a.row.node), undefined);
    }
    const out = newLabel(fn);
    const add = collect(fn, () => {
      for (const c of a.where) emit(fn, { op: Op.brIf, label: out, cond: num('i32', 'i32.eqz', condition(fn, c)) });
      addTo(fn, plan, a, object, layout, count);
    });
    if (a.where.length > 0) emit(fn, { op: Op.block, label: out, body: add });
    else fn.out.push(...add);
  }
}

function addTo(fn: Fn, plan: QueryPlan, a: Accumulator, object: number, layout: Layout, count: Expr): void {
  const at = (field: string): number => layout.slots.get(field)!.offset;
  const total = (): Expr => load(a.type, get(fn, object), at(a.total));
  const setTotal = (value: Expr): void => emit(fn, store(a.type, get(fn, object), at(a.total), value));
  if (a.name === 'count') {
    setTotal(num('i64', 'i64.add', total(), i64(1n)));
    return;
  }
  const before = a.passed === undefined ? count : hold(fn, load('i64', get(fn, object), at(a.passed)));
  const mark = (what: number): Stmt[] => {
    const flag = load('bool', get(fn, object), at(a.over!));
    // The first failure is the one that counts.
    const set = store('bool', get(fn, object), at(a.over!), i32(what));
    return [{ op: Op.if, cond: num('i32', 'i32.eqz', flag), then: [set], else: [] }];
  };
  const failing = (e: Ast): Stmt[] => mark(OVER_TOTAL + a.operations.push(e));
  const value = hold(fn, a.select ? deferred(fn, a.select, failing) : symRead(fn, plan.rows[0]!));
  if (a.name === 'min' || a.name === 'max') {
    const order = a.name === 'min' ? 'lt' : 'gt';
    const beats = num('i32', orderOp(a.type === 'f64' ? 'f64' : 'i64', order), value, total());
    const first = num('i32', 'i64.eqz', before);
    emit(fn, {
      op: Op.if,
      cond: num('i32', 'i32.or', first, beats),
      then: collect(fn, () => setTotal(value)),
      else: [],
    });
  } else if (a.type === 'f64') setTotal(num('f64', 'f64.add', total(), value));
  else {
    const old = hold(fn, total());
    const sum = hold(fn, num('i64', 'i64.add', old, value));
    const signs = num('i64', 'i64.and', num('i64', 'i64.xor', old, sum), num('i64', 'i64.xor', value, sum));
    emit(fn, { op: Op.if, cond: num('i32', 'i64.lt_s', signs, i64(0n)), then: mark(OVER_TOTAL), else: [] });
    setTotal(sum);
  }
  if (a.passed !== undefined) {
    emit(fn, store('i64', get(fn, object), at(a.passed), num('i64', 'i64.add', before, i64(1n))));
  }
}

/** The value of an aggregate of the group bound now. */
function readAccumulator(fn: Fn, plan: QueryPlan, a: Accumulator, name: string, span: Ast['span']): Expr {
  return seq(fn, () => {
    const group = newLocal(fn, 'ref');
    emit(fn, { op: Op.set, local: group, value: symRead(fn, plan.groupSym!) });
    const object = get(fn, group);
    if (a.over !== undefined) {
      const flag = load('bool', object, slotOf(fn, plan, a.over));
      const fails = (what: number, where: Ast['span']): void => {
        const then: Stmt[] = [{ op: Op.do, value: rt(undefined, 'fail_overflow', [], where) }];
        emit(fn, { op: Op.if, cond: num('i32', 'i32.eq', flag, i32(what)), then, else: [] });
      };
      fails(OVER_TOTAL, span);
      for (const [i, e] of a.operations.entries()) fails(OVER_TOTAL + 1 + i, e.span);
    }
    const total = load(a.type, object, slotOf(fn, plan, a.total));
    if (name === 'exists') return num('i32', 'i64.ne', total, i64(0n));
    if (a.name !== 'avg') return total;
    const count = load('i64', object, slotOf(fn, plan, a.passed ?? 'count'));
    const sum = a.type === 'f64' ? total : num('f64', 'f64.convert_i64_s', total);
    const mean = num('f64', 'f64.div', sum, num('f64', 'f64.convert_i64_s', count));
    return { op: Op.if, type: 'f64', cond: num('i32', 'i64.ne', count, i64(0n)), then: mean, else: f64(0) };
  });
}

// ---- arithmetic that fails later

type Binary = Extract<Ast, { kind: 'binary' }>;

/** Sums, differences and products of ints (or of a float and an int). */
function isArithmetic(fn: Fn, e: Ast): e is Binary {
  if (e.kind !== 'binary' || (e.op !== '+' && e.op !== '-' && e.op !== '*')) return false;
  const kinds = [e, e.left, e.right].map((x) => maskOf(nodeOf(fn, x)));
  return (
    kinds.every((k) => k === INT || k === FLOAT) && (kinds[0] === FLOAT) === (kinds[1] === FLOAT || kinds[2] === FLOAT)
  );
}

/** Whether all that can go wrong with an expression is that an int leaves 64 bits. */
function canDefer(fn: Fn, e: Ast): boolean {
  return isTotal(fn, e) || (isArithmetic(fn, e) && canDefer(fn, e.left) && canDefer(fn, e.right));
}

/** The value of such an expression; `failing` gives what notes that an operation has none. */
function deferred(fn: Fn, e: Ast, failing: (e: Ast) => Stmt[]): Expr {
  if (isTotal(fn, e) || !isArithmetic(fn, e)) return lowerExpr(fn, e);
  const left: Value = { ir: hold(fn, deferred(fn, e.left, failing)), node: nodeOf(fn, e.left) };
  const right: Value = { ir: hold(fn, deferred(fn, e.right, failing)), node: nodeOf(fn, e.right) };
  const name = e.op === '+' ? 'add' : e.op === '-' ? 'sub' : 'mul';
  if (maskOf(nodeOf(fn, e)) === FLOAT) return num('f64', numericOp('f64', name), toFloat64(left), toFloat64(right));
  const [a, b] = [left.ir, right.ir];
  const result = hold(fn, num('i64', numericOp('i64', name), a, b));
  let failed: Expr;
  if (e.op === '*') {
    const small = (x: Expr): Expr => num('i64', 'i64.add', x, i64(0x8000_0000n));
    const high = num('i64', 'i64.shr_u', num('i64', 'i64.or', small(a), small(b)), i64(32n));
    const over = rt('i32', 'product_overflows', [a, b]);
    failed = { op: Op.if, type: 'i32', cond: num('i32', 'i64.eqz', high), then: i32(0), else: over };
  } else {
    const other = e.op === '+' ? num('i64', 'i64.xor', b, result) : num('i64', 'i64.xor', a, b);
    failed = num('i32', 'i64.lt_s', num('i64', 'i64.and', num('i64', 'i64.xor', a, result), other), i64(0n));
  }
  emit(fn, { op: Op.if, cond: failed, then: failing(e), else: [] });
  return result;
}
