/**
 * The loops of a query over its sources (LANGUAGE 6, items 1 to 3).
 *
 * Sources make nested loops in their order. Three things make them fewer:
 * - conjuncts of `where` run in the loop of the last source that they speak of;
 * - a source whose rows are chosen by an equality with the rows before it is put into a hash table once, and looked up
 *   (Knuth, "The Art of Computer Programming", volume 3, section 6.4: chaining), instead of being walked for every row;
 * - a `right` or `outer` join, which needs all rows before it at once, collects them as columns unless they are one list.
 * What may run at another time than written is decided by query-effects.ts.
 */

import type { LoadExpr } from '../../check/infer-io.ts';
import { BOOL, elemNode, FLOAT, INT, LIST, maskOf, NULL, reprOf, STR } from '../../check/nodes.ts';
import type { QueryPlan, Sym } from '../../check/program.ts';
import type { Expr as Ast, FromClause, JoinClause, QueryExpr } from '../../syntax/ast.ts';
import type { Expr, Stmt } from '../ir.ts';
import * as Op from '../op.ts';
import {
  asI32,
  collect,
  emit,
  type Fn,
  get,
  hold,
  i32,
  load,
  newLabel,
  newLocal,
  num,
  rt,
  seq,
  store,
} from './context.ts';
import { toCell, toFloat64, type Value } from './convert.ts';
import { nodeOf, symRead, value } from './expr.ts';
import { mentions, splitAnd } from './free-names.ts';
import { readRows, readsByRow } from './io.ts';
import { effectsOf, FAILS, isTotal, queryEffects, WRITES } from './query-effects.ts';
import { bindNil, bindRow, countLoop, length, listLocal, push, type Rows, rowsOf, whenAll } from './query-rows.ts';
import { condition } from './stmt.ts';

/** One source of a query: a `from` or a `join`. */
interface Level {
  readonly clause: FromClause;
  readonly join: JoinClause | undefined;
  readonly sym: Sym;
  /** The names of the variables before it. */
  readonly before: readonly string[];
  /** The conjuncts of `on`. */
  readonly on: readonly Ast[];
  /** Conjuncts of `where` that run here. */
  readonly filters: Ast[];
  /** Variables that are not nil where `on` is evaluated, although a join may bind them to nil. */
  readonly solid: ReadonlySet<Sym>;
}

/** Rows before a join, all at once: of one source, or tuples as columns. */
interface Tuples {
  readonly count: Expr;
  readonly bind: (index: Expr) => void;
  readonly bindNil: () => void;
}

/** The way through the candidates for a match; they are numbered from 1, and 0 is the end. */
interface Cursor {
  readonly start: Expr;
  readonly next: (at: Expr) => Expr;
}

/** A hash table over rows or tuples. */
interface HashTable {
  readonly table: number;
  readonly mask: Expr;
  readonly count: Expr;
  readonly keys: readonly KeyPair[];
}

interface KeyPair {
  readonly inner: Ast;
  readonly outer: Ast;
  /** The outer side is total. */
  readonly sure: boolean;
}

/** The loops of one query. */
interface Loops {
  readonly fn: Fn;
  readonly levels: readonly Level[];
  /** No clause writes what another reads: rows can be hashed, conditions moved. */
  readonly steady: boolean;
  /** Sources that are evaluated before the loops. */
  readonly hoisted: Map<Level, Rows>;
  /** The first source is read from a file row by row, and no row is kept. */
  stream: boolean;
  readonly tables: Map<Level, HashTable>;
}

/**
 * The nested loops of `from` and `join`, with `body` in the innermost for the rows that pass `where`.
 *
 * @param total whether `body` is total
 */
export function joined(fn: Fn, q: QueryExpr, plan: QueryPlan, total: boolean, body: () => void): void {
  const loops: Loops = {
    fn,
    levels: levelsOf(fn, q, plan),
    steady: (queryEffects(fn, q) & WRITES) === 0,
    hoisted: new Map(),
    stream: false,
    tables: new Map(),
  };
  const load = hoistSources(loops);
  const rest = pushDown(loops, q);
  if (load) readSource(loops, load, total && rest.length === 0);
  for (const level of loops.levels) hashRows(loops, level);
  produce(loops, loops.levels.length, () => whenAll(fn, rest, body));
  for (const t of loops.tables.values()) emit(fn, { op: Op.keep, value: get(fn, t.table) });
}

function levelsOf(fn: Fn, q: QueryExpr, plan: QueryPlan): Level[] {
  const clauses: (FromClause | JoinClause)[] = [...q.froms, ...q.joins];
  const solid = new Set<Sym>();
  return clauses.map((clause, i) => {
    const join = i >= q.froms.length ? (clause as JoinClause) : undefined;
    const sym = plan.rows[i]!;
    if (hasSolidRows(fn, clause.source)) solid.add(sym);
    const level: Level = {
      clause,
      join,
      sym,
      before: clauses.slice(0, i).map((c) => c.name.text),
      on: join ? splitAnd(join.on) : [],
      filters: [],
      solid: new Set(solid),
    };
    if (join?.side === 'right' || join?.side === 'outer') for (const r of plan.rows.slice(0, i)) solid.delete(r);
    if (join?.side === 'left' || join?.side === 'outer') solid.delete(sym);
    return level;
  });
}

/** Whether no row of a source is nil. */
function hasSolidRows(fn: Fn, source: Ast): boolean {
  const node = nodeOf(fn, source);
  return (maskOf(node) & ~NULL) === LIST && (maskOf(elemNode(fn.lo.solver, node)) & NULL) === 0;
}

/** Whether a part of `on` is total. */
function isTotalOn(fn: Fn, level: Level, e: Ast): boolean {
  return onEffects(fn, level, e) === 0;
}

function onEffects(fn: Fn, level: Level, e: Ast): number {
  for (const sym of level.solid) fn.solidRows.add(sym);
  const effects = effectsOf(fn, e);
  for (const sym of level.solid) fn.solidRows.delete(sym);
  return effects;
}

/**
 * Evaluates, before all loops, the sources that are the same for every row; the first always is. Only a `load` that can give its
 * rows one by one is left for readSource: it is the result then.
 */
function hoistSources({ fn, levels, steady, hoisted }: Loops): LoadExpr | undefined {
  const isOuter = (level: Level) => level.join?.side === 'right' || level.join?.side === 'outer';
  const { source } = levels[0]!.clause;
  const load = source.kind === 'load' && readsByRow(source) && steady && !levels.some(isOuter) ? source : undefined;
  for (const level of levels) {
    const { source } = level.clause;
    const first = level === levels[0];
    if (first && load) continue;
    const same = isPlace(source) && steady && !level.before.some((n) => mentions(source, n));
    if (first || isOuter(level) || same) hoisted.set(level, rowsOf(fn, source));
  }
  return load;
}

/**
 * Reads the first source from its file. Where all that happens to a row is total, an error in a later row comes first in any
 * case: then the loops can run as rows are read, and none is kept. Else the rows that pass the conditions on them are kept.
 */
function readSource(loops: Loops, load: LoadExpr, total: boolean): void {
  const { fn, levels, hoisted } = loops;
  const [first, ...others] = levels;
  if (total && others.every((l) => hoisted.has(l) || isTotal(fn, l.clause.source)) && !others.some(mayFail)) {
    loops.stream = true;
    return;
  }
  function mayFail(level: Level): boolean {
    return level.on.some((c) => !isTotalOn(fn, level, c));
  }
  const { rows, next } = readRows(fn, load);
  const found: Rows = { list: rows, elem: elemNode(fn.lo.solver, nodeOf(fn, load)) };
  readLoop(fn, next, () => {
    if (first!.filters.length === 0) return;
    bindLast(fn, first!, found);
    const drop = newLabel(fn);
    const test = collect(fn, () => {
      const keep = newLabel(fn);
      const inner = collect(fn, () => {
        for (const c of first!.filters)
          emit(fn, { op: Op.brIf, label: keep, cond: num('i32', 'i32.eqz', condition(fn, c)) });
        emit(fn, { op: Op.br, label: drop });
      });
      emit(fn, { op: Op.block, label: keep, body: inner });
      emit(fn, { op: Op.do, value: rt(undefined, 'rows_drop', [get(fn, rows)]) });
    });
    emit(fn, { op: Op.block, label: drop, body: test });
  });
  first!.filters.length = 0;
  hoisted.set(first!, found);
}

/** A loop as long as a reader gives rows. */
function readLoop(fn: Fn, next: Expr, body: () => void): void {
  const out = newLabel(fn);
  const again = newLabel(fn);
  const round = collect(fn, () => {
    emit(fn, { op: Op.brIf, label: out, cond: num('i32', 'i32.eqz', next) });
    body();
    emit(fn, { op: Op.br, label: again });
  });
  emit(fn, { op: Op.block, label: out, body: [{ op: Op.loop, label: again, body: round }] });
}

function bindLast(fn: Fn, level: Level, rows: Rows): void {
  bindRow(fn, level.sym, rows, hold(fn, num('i32', 'i32.sub', length(fn, rows), i32(1))));
}

/** Makes the hash table of a source that is chosen from by equality. */
function hashRows({ fn, steady, hoisted, tables }: Loops, level: Level): void {
  const rows = hoisted.get(level);
  const side = level.join?.side ?? 'inner';
  if (level.before.length === 0 || !rows || !steady || side === 'right') return;
  const name = level.clause.name.text;
  const keys = equalities(fn, level, [name], level.before, side === 'inner');
  if (keys.length === 0) return;
  // Of the source of an inner join only rows that pass can match.
  const own = side === 'inner' ? level.filters.filter((c) => !level.before.some((n) => mentions(c, n))) : [];
  for (const c of own) level.filters.splice(level.filters.indexOf(c), 1);
  tables.set(level, buildTable(fn, tuplesOf(fn, level, rows), keys, own));
}

function isPlace(e: Ast): boolean {
  return e.kind === 'name' || e.kind === 'string' || (e.kind === 'field' && isPlace(e.target));
}

/**
 * Gives the conjuncts of `where` to the first level where they can run; those that must stay last are the result.
 * A conjunct moves only if it is total and nothing that is skipped by it, before it in the order of the clauses, could fail
 * or be noticed; and not to before a join that may bind its variables to nil.
 */
function pushDown({ fn, levels, steady, hoisted }: Loops, q: QueryExpr): Ast[] {
  const parts = q.where ? splitAnd(q.where) : [];
  if (!steady) return parts;
  let floor = 0;
  levels.forEach((level, i) => {
    const side = level.join?.side;
    if (side === 'right' || side === 'outer') floor = i;
    if (i > 0 && !hoisted.has(level) && !isTotal(fn, level.clause.source)) floor = i;
    if (level.on.some((c) => !isTotalOn(fn, level, c))) floor = i;
  });
  for (const [at, c] of parts.entries()) {
    if (!isTotal(fn, c)) return parts.slice(at);
    let deepest = floor;
    levels.forEach((level, i) => {
      if (mentions(c, level.clause.name.text)) deepest = Math.max(deepest, i);
    });
    levels[deepest]!.filters.push(c);
  }
  return [];
}

/** Runs `body` for every combination of rows of the first `depth` levels. */
function produce(loops: Loops, depth: number, body: () => void): void {
  const { fn, levels, hoisted, tables } = loops;
  const level = levels[depth - 1];
  if (!level) {
    body();
    return;
  }
  const inner = (): void => whenAll(fn, level.filters, body);
  if (depth === 1 && loops.stream) {
    const load = level.clause.source as LoadExpr;
    const { rows, next } = readRows(fn, load);
    const one: Rows = { list: rows, elem: elemNode(fn.lo.solver, nodeOf(fn, load)) };
    readLoop(fn, next, () => {
      bindLast(fn, level, one);
      emit(fn, { op: Op.do, value: rt(undefined, 'rows_drop', [get(fn, rows)]) });
      inner();
    });
    return;
  }
  const side = level.join?.side ?? 'inner';
  const table = tables.get(level);
  if (side === 'right' || side === 'outer') {
    const left = collectTuples(loops, depth - 1);
    const right = tuplesOf(fn, level, hoisted.get(level)!);
    if (side === 'right') rightJoin(loops, level, left, right, inner);
    else outerJoin(fn, level, left, right, table, inner);
    return;
  }
  produce(loops, depth - 1, () => {
    const rows = hoisted.get(level) ?? rowsOf(fn, level.clause.source);
    if (side === 'left') {
      const right = tuplesOf(fn, level, rows);
      matchLoop(fn, level.on, table ? hashed(fn, table) : sequential(right), right, undefined, inner);
    } else if (table) probe(fn, table, level, rows, inner);
    else {
      const count = hold(fn, length(fn, rows));
      countLoop(fn, count, (index) => {
        bindRow(fn, level.sym, rows, index);
        whenAll(fn, level.on, inner);
      });
    }
  });
}

function tuplesOf(fn: Fn, level: Level, rows: Rows): Tuples {
  return {
    count: hold(fn, length(fn, rows)),
    bind: (index) => bindRow(fn, level.sym, rows, index),
    bindNil: () => bindNil(fn, level.sym),
  };
}

/** All rows of the first `depth` levels: the list itself when it is one without a filter, else a column a variable. */
function collectTuples(loops: Loops, depth: number): Tuples {
  const { fn, hoisted } = loops;
  const levels = loops.levels.slice(0, depth);
  const [first] = levels;
  if (levels.length === 1 && first!.filters.length === 0) return tuplesOf(fn, first!, hoisted.get(first!)!);
  const columns = levels.map((l): Rows => ({ list: listLocal(fn, l.sym.node), elem: l.sym.node }));
  produce(loops, depth, () => {
    levels.forEach((l, i) => {
      push(fn, columns[i]!.list, l.sym.node, symRead(fn, l.sym));
    });
  });
  return {
    count: hold(fn, length(fn, columns[0]!)),
    bind: (index) => {
      for (const [i, l] of levels.entries()) bindRow(fn, l.sym, columns[i]!, index);
    },
    bindNil: () => {
      for (const l of levels) bindNil(fn, l.sym);
    },
  };
}

// ---- joins

/** Runs `body` for each row of a table that matches the rows bound now. */
function probe(fn: Fn, table: HashTable, level: Level, rows: Rows, body: () => void): void {
  const cursor = hashed(fn, table);
  walk(fn, cursor, false, (at) => {
    bindRow(fn, level.sym, rows, num('i32', 'i32.sub', at, i32(1)));
    whenAll(fn, level.on, body);
  });
}

/**
 * Matches of the rows bound now, then the rows once with nil if there was none: one more round of the loop, so that the body
 * is there once. `over` are rounds for the candidates that never matched, with `seen` a byte for each.
 */
function matchLoop(
  fn: Fn,
  on: readonly Ast[],
  cursor: Cursor,
  right: Tuples,
  over: { readonly cond: Expr; readonly seen: (at: Expr) => Expr } | undefined,
  body: () => void,
): void {
  const matched = newLocal(fn, 'i32');
  emit(fn, { op: Op.set, local: matched, value: i32(0) });
  walk(fn, cursor, true, (at, next, out) => {
    const missing = collect(fn, () => {
      const none = over ? num('i32', 'i32.or', get(fn, matched), over.cond) : get(fn, matched);
      emit(fn, { op: Op.brIf, label: out, cond: none });
      right.bindNil();
    });
    const match = (): void => {
      right.bind(num('i32', 'i32.sub', at, i32(1)));
      for (const c of on) emit(fn, { op: Op.brIf, label: next, cond: num('i32', 'i32.eqz', condition(fn, c)) });
      emit(fn, { op: Op.set, local: matched, value: i32(1) });
      if (over) emit(fn, store('bool', over.seen(at), 7, i32(1)));
    };
    const real = collect(fn, () => {
      if (!over) {
        match();
        return;
      }
      const leftOver = collect(fn, () => {
        emit(fn, { op: Op.brIf, label: next, cond: load('bool', over.seen(at), 7) });
        right.bind(num('i32', 'i32.sub', at, i32(1)));
      });
      emit(fn, { op: Op.if, cond: over.cond, then: leftOver, else: collect(fn, match) });
    });
    emit(fn, { op: Op.if, cond: num('i32', 'i32.eqz', at), then: missing, else: real });
    body();
  });
}

/** Right-major: for each right row its left matches in order, or the row once with left nil. */
function rightJoin({ fn, steady }: Loops, level: Level, left: Tuples, right: Tuples, body: () => void): void {
  const keys = steady ? equalities(fn, level, level.before, [level.clause.name.text], false) : [];
  const table = keys.length > 0 ? buildTable(fn, left, keys, []) : undefined;
  countLoop(fn, right.count, (i) => {
    right.bind(i);
    matchLoop(fn, level.on, table ? hashed(fn, table) : sequential(left), left, undefined, body);
  });
  if (table) emit(fn, { op: Op.keep, value: get(fn, table.table) });
}

/** The left join's order first, then the right rows without a match, with left nil. */
function outerJoin(
  fn: Fn,
  level: Level,
  left: Tuples,
  right: Tuples,
  table: HashTable | undefined,
  body: () => void,
): void {
  const seen = newLocal(fn, 'ref');
  emit(fn, { op: Op.set, local: seen, value: rt('ref', 'join_marks', [right.count]) });
  // Rounds of left rows, and one more for the right rows that are left over.
  countLoop(fn, num('i32', 'i32.add', left.count, i32(1)), (i) => {
    const over = hold(fn, num('i32', 'i32.eq', i, left.count));
    emit(fn, { op: Op.if, cond: over, then: collect(fn, left.bindNil), else: collect(fn, () => left.bind(i)) });
    const all = sequential(right);
    const some = table ? hashed(fn, table) : all;
    const cursor: Cursor = {
      start: table ? { op: Op.if, type: 'i32', cond: over, then: all.start, else: some.start } : all.start,
      next: (at) =>
        table ? { op: Op.if, type: 'i32', cond: over, then: all.next(at), else: some.next(at) } : all.next(at),
    };
    const mark = (at: Expr): Expr => num('i32', 'i32.add', asI32(get(fn, seen)), at);
    matchLoop(fn, level.on, cursor, right, { cond: over, seen: mark }, body);
  });
}

// ---- candidates

/** A loop over candidates; `last` adds a round with 0 at the end. */
function walk(fn: Fn, cursor: Cursor, last: boolean, round: (at: Expr, next: number, out: number) => void): void {
  const local = newLocal(fn, 'i32');
  emit(fn, { op: Op.set, local, value: cursor.start });
  const at = get(fn, local);
  const out = newLabel(fn);
  const again = newLabel(fn);
  const next = newLabel(fn);
  const atEnd: Stmt = { op: Op.brIf, label: out, cond: num('i32', 'i32.eqz', at) };
  const body = collect(fn, () => {
    if (!last) emit(fn, atEnd);
    emit(fn, { op: Op.block, label: next, body: collect(fn, () => round(at, next, out)) });
    if (last) emit(fn, atEnd);
    emit(fn, { op: Op.set, local, value: cursor.next(at) });
    emit(fn, { op: Op.br, label: again });
  });
  emit(fn, { op: Op.block, label: out, body: [{ op: Op.loop, label: again, body }] });
}

/** All rows, one after the other. */
function sequential(rows: Tuples): Cursor {
  return {
    start: num('i32', 'i32.ne', rows.count, i32(0)),
    next: (at) => ({
      op: Op.select,
      type: 'i32',
      cond: num('i32', 'i32.lt_u', at, rows.count),
      then: num('i32', 'i32.add', at, i32(1)),
      else: i32(0),
    }),
  };
}

/** The rows of a table whose hash is that of the rows bound now. */
function hashed(fn: Fn, t: HashTable): Cursor {
  const more = newLocal(fn, 'i32');
  const table = get(fn, t.table);
  const found = seq(fn, () => {
    const first = rt('i32', 'join_find', [table, t.mask, hashOf(fn, t.keys, (k) => k.outer)]);
    emit(fn, { op: Op.set, local: more, value: first });
    return num('i32', 'i32.and', get(fn, more), i32(0x7fff_ffff));
  });
  return {
    // Without rows no condition is evaluated.
    start: t.keys.every((k) => k.sure) ? found : { op: Op.if, type: 'i32', cond: t.count, then: found, else: i32(0) },
    next: (at) => ({
      op: Op.if,
      type: 'i32',
      cond: num('i32', 'i32.lt_s', get(fn, more), i32(0)),
      then: rt('i32', 'join_next', [table, t.mask, at]),
      else: i32(0),
    }),
  };
}

// ---- hash tables (src/runtime/join.mochi)

/** A table of all rows for which `filters` hold, by the inner sides of the keys. */
function buildTable(fn: Fn, rows: Tuples, keys: readonly KeyPair[], filters: readonly Ast[]): HashTable {
  const mask = hold(fn, rt('i32', 'join_mask', [rows.count]));
  const table = newLocal(fn, 'ref');
  emit(fn, { op: Op.set, local: table, value: rt('ref', 'join_table', [rows.count, mask]) });
  countLoop(fn, rows.count, (i, next) => {
    // From the last row to the first, so that rows with one hash are found in their order.
    const at = hold(fn, num('i32', 'i32.sub', rows.count, i));
    rows.bind(num('i32', 'i32.sub', at, i32(1)));
    for (const c of filters) emit(fn, { op: Op.brIf, label: next, cond: num('i32', 'i32.eqz', condition(fn, c)) });
    const hash = hashOf(fn, keys, (k) => k.inner);
    emit(fn, { op: Op.do, value: rt(undefined, 'join_put', [get(fn, table), mask, at, hash]) });
  });
  return { table, mask, keys, count: rows.count };
}

/**
 * The equalities of a condition with one side that speaks of the inner rows only and one of the outer rows only. What stands
 * before one in `on` is not evaluated for rows that differ in it, so that must be total; so must the key of inner rows.
 */
function equalities(
  fn: Fn,
  level: Level,
  inner: readonly string[],
  outer: readonly string[],
  withFilters: boolean,
): KeyPair[] {
  const found: KeyPair[] = [];
  const speaksOf = (e: Ast, names: readonly string[]) => names.some((n) => mentions(e, n));
  const parts = withFilters ? [...level.on, ...level.filters] : level.on;
  for (const [at, c] of parts.entries()) {
    if (c.kind === 'binary' && c.op === '==') {
      for (const [x, y] of [
        [c.left, c.right],
        [c.right, c.left],
      ] as const) {
        const apart = speaksOf(x, inner) && !speaksOf(x, outer) && !speaksOf(y, inner);
        const effects = onEffects(fn, level, y);
        if (!apart || !isTotalOn(fn, level, x) || effects & ~FAILS || !hashable(fn, x, y)) continue;
        if (at > 0 && effects !== 0) continue;
        found.push({ inner: x, outer: y, sure: effects === 0 });
        break;
      }
    }
    if (!isTotalOn(fn, level, c)) break;
  }
  return found;
}

/** Whether values that are equal get equal hashes, and different ones mostly different hashes. */
function hashable(fn: Fn, x: Ast, y: Ast): boolean {
  const a = maskOf(nodeOf(fn, x));
  const b = maskOf(nodeOf(fn, y));
  return (a & ~NULL) !== 0 && (b & ~NULL) !== 0;
}

/** The hash of the values on one side of all keys. */
function hashOf(fn: Fn, keys: readonly KeyPair[], side: (k: KeyPair) => Ast): Expr {
  return keysHash(
    keys.map((k) => ({
      value: value(fn, side(k)),
      kinds: maskOf(nodeOf(fn, k.inner)) | maskOf(nodeOf(fn, k.outer)),
    })),
  );
}

/** A value that is compared by `==` with values of the given kinds. */
export interface Hashed {
  readonly value: Value;
  readonly kinds: number;
}

/** The hash of some values together: an i32. */
export function keysHash(keys: readonly Hashed[]): Expr {
  if (keys.length === 1) return keyHash(keys[0]!);
  const words = keys.map((k) => (k.kinds === INT ? k.value.ir : num('i64', 'i64.extend_i32_u', keyHash(k))));
  return rt('i32', 'key_hash_i64', [words.reduce((h, word) => rt('i64', 'key_join', [h, word]))]);
}

function keyHash({ value: v, kinds }: Hashed): Expr {
  if (kinds === INT) return rt('i32', 'key_hash_i64', [v.ir]);
  if ((kinds & ~(INT | FLOAT)) === 0) return rt('i32', 'key_hash_f64', [toFloat64(v)]);
  if ((kinds & ~NULL) === STR && reprOf(v.node) === 'ref') return rt('i32', 'key_hash_str', [v.ir]);
  if (kinds === BOOL) return v.ir;
  return rt('i32', 'key_hash_cell', [toCell(v)]);
}
