/**
 * Lowering of queries (LANGUAGE section 6): nested loops over unboxed rows, hash joins where the condition has an equality
 * between the two sides, grouping by hash in the order of first appearance, a stable sort by keys computed once a row.
 */
import { ANY, elemNode, find, INT, LIST, MAP, maskOf, type Node, NULL, reprOf, STR, STRUCT } from '../check/nodes.ts';
import type { QueryPlan, StructInfo, Sym } from '../check/program.ts';
import type { Expr as Ast, JoinClause, QueryExpr } from '../syntax/ast.ts';
import { mentions, splitAnd } from './free-names.ts';
import type { Expr, Stmt } from './ir.ts';
import { bindSym } from './lower.ts';
import { aggregateOf } from './lower-builtin.ts';
import {
  alloc,
  asI32,
  collect,
  ELEMENT,
  emit,
  type Fn,
  get,
  header,
  hold,
  i32,
  i64,
  KIND,
  layoutOf,
  load,
  newLabel,
  newLocal,
  num,
  rt,
  seq,
  store,
  stringData,
  typeOf,
} from './lower-context.ts';
import { coerce, exactlyTrue, toCell, toInt, toText, type Value, zero } from './lower-convert.ts';
import { fieldOf, lowerExpr, lowerPlaced, nodeOf, symRead, value } from './lower-expr.ts';
import { condition, shareValue } from './lower-stmt.ts';

const END = 0x7fff_ffff_ffff_ffffn;

/** A source of rows, evaluated: a list in a local, and what its elements are. */
interface Rows {
  readonly list: number;
  readonly elem: Node;
}

/** Lowers a query. The value is in the representation of the query's node. */
export function lowerQuery(fn: Fn, q: QueryExpr): Expr {
  const plan = fn.info.queries.get(q.id)!;
  const node = nodeOf(fn, q);
  const resultList = plan.aggregateList ?? node;
  const elem = elemNode(fn.lo.solver, resultList);
  return seq(fn, () => {
    const results = listLocal(fn, elem);
    const keyNode = q.sort ? nodeOf(fn, q.sort) : undefined;
    const keys = keyNode ? listLocal(fn, keyNode) : undefined;
    const select = plan.aggregate ? (q.select as Extract<Ast, { kind: 'call' }>).args[0]! : q.select;
    const emitRow = (): void => {
      if (q.sort && keys !== undefined && keyNode) push(fn, keys, keyNode, lowerPlaced(fn, q.sort));
      push(fn, results, elem, coerce(fn, lowerPlaced(fn, select), nodeOf(fn, select), elem, select.span));
    };
    const filtered = (then: () => void) => (): void => {
      if (!q.where) {
        then();
        return;
      }
      const body = collect(fn, then);
      emit(fn, { op: 'if', cond: condition(fn, q.where), then: body, else: [] });
    };
    if (q.group) grouped(fn, q, plan, filtered, emitRow);
    else joined(fn, q, plan, filtered(emitRow));
    let list: Expr = get(fn, results);
    if (keys !== undefined) list = rt('ref', 'list_sort_by', [list, get(fn, keys)], q.span);
    if (q.distinct) list = rt('ref', 'list_distinct', [list], q.span);
    if (q.skip) list = rt('ref', 'list_slice', [list, toInt(value(fn, q.skip), q.skip.span), i64(END)], q.span);
    if (q.take) list = rt('ref', 'list_slice', [list, i64(0n), toInt(value(fn, q.take), q.take.span)], q.span);
    if (plan.aggregate) return aggregateOf(plan.aggregate, { ir: list, node: resultList }, node, q.span);
    return list;
  });
}

/** Whether a query only selects rows, so that an aggregate of it needs no list of them. */
export function isPlainQuery(fn: Fn, e: Ast): e is QueryExpr {
  if (e.kind !== 'query' || e.group || e.sort || e.skip || e.take || e.distinct) return false;
  return fn.info.queries.get(e.id)!.aggregate === undefined;
}

/** Runs `body` for every row that a plain query selects, with the selected value. */
export function forEachRow(fn: Fn, q: QueryExpr, body: (selected: Value) => void): void {
  const plan = fn.info.queries.get(q.id)!;
  joined(fn, q, plan, () => {
    const row = () => body({ ir: lowerPlaced(fn, q.select), node: nodeOf(fn, q.select) });
    if (!q.where) {
      row();
      return;
    }
    const then = collect(fn, row);
    emit(fn, { op: 'if', cond: condition(fn, q.where), then, else: [] });
  });
}

function listLocal(fn: Fn, elem: Node): number {
  const local = newLocal(fn, 'ref');
  emit(fn, { op: 'set', local, value: rt('ref', 'list_new', [i32(ELEMENT[reprOf(elem)].kind), i32(0)]) });
  return local;
}

function push(fn: Fn, list: number, elem: Node, v: Expr): void {
  emit(fn, { op: 'do', value: rt(undefined, `list_push$${ELEMENT[reprOf(elem)].suffix}`, [get(fn, list), v]) });
}

// ---- sources

/** Evaluates a source into a list: a group gives its items, a map its keys, a string its characters. */
function rowsOf(fn: Fn, source: Ast): Rows {
  const v = value(fn, source);
  const kinds = maskOf(v.node) & ~NULL;
  const list = newLocal(fn, 'ref');
  const set = (ir: Expr): void => emit(fn, { op: 'set', local: list, value: ir });
  if (reprOf(v.node) === 'ref') {
    if (kinds === LIST) {
      set(v.ir);
      return { list, elem: elemNode(fn.lo.solver, v.node) };
    }
    const group = groupOf(v.node);
    if (group) {
      const slot = layoutOf(fn.lo, group).slots.get('items')!;
      set(load('ref', v.ir, slot.offset));
      return { list, elem: elemNode(fn.lo.solver, slot.node) };
    }
    if (kinds === MAP) {
      set(rt('ref', 'map_keys', [v.ir]));
      const key = find(v.node).key;
      return { list, elem: fn.lo.solver.node(key && maskOf(key) === INT ? INT : STR) };
    }
    if (kinds === STR) {
      set(rt('ref', 'str_chars', [v.ir]));
      return { list, elem: fn.lo.solver.node(STR) };
    }
  }
  // The kind of the list is known only at run time: its elements as cells.
  set(rt('ref', 'list_convert', [rt('ref', 'cell_keys', [toCell(v)], source.span), i32(ELEMENT.cell.kind)]));
  return { list, elem: fn.lo.solver.node(ANY) };
}

/** The group type of a node that can only be a group. */
export function groupOf(node: Node): StructInfo | undefined {
  if ((maskOf(node) & ~NULL) !== STRUCT) return undefined;
  const structs = [...(find(node).structs ?? [])];
  return structs.length === 1 && structs[0]!.isGroup ? structs[0] : undefined;
}

/** Whether evaluating a source once, before the loops, is the same as evaluating it for every row. */
function hoistable(source: Ast, names: readonly string[]): boolean {
  return isSimple(source) && !names.some((n) => mentions(source, n));
}

function isSimple(e: Ast): boolean {
  switch (e.kind) {
    case 'name':
    case 'int':
    case 'string':
      return true;
    case 'field':
      return isSimple(e.target);
    default:
      return false;
  }
}

// ---- loops

/** A counting loop `for i in from..<to`; the body gets the index. `next` is where a `continue` goes. */
function countLoop(fn: Fn, to: Expr, body: (index: Expr, next: number, out: number) => void): void {
  const index = newLocal(fn, 'i32');
  emit(fn, { op: 'set', local: index, value: i32(0) });
  const out = newLabel(fn);
  const again = newLabel(fn);
  const next = newLabel(fn);
  const inner = collect(fn, () => {
    emit(fn, { op: 'brIf', label: out, cond: num('i32', 'i32.ge_s', get(fn, index), to) });
    const code = collect(fn, () => body(get(fn, index), next, out));
    emit(fn, { op: 'block', label: next, body: code });
    emit(fn, { op: 'set', local: index, value: num('i32', 'i32.add', get(fn, index), i32(1)) });
    emit(fn, { op: 'br', label: again });
  });
  emit(fn, { op: 'block', label: out, body: [{ op: 'loop', label: again, body: inner }] });
}

function length(fn: Fn, rows: Rows): Expr {
  return { op: 'load', type: 'i32', code: 'i32.load', addr: get(fn, rows.list), offset: 4 };
}

/** Row `index` of a source, without a bounds check. */
function rowAt(fn: Fn, rows: Rows, index: Expr): Expr {
  const repr = reprOf(rows.elem);
  const { size } = ELEMENT[repr];
  const buffer = asI32(load('ref', get(fn, rows.list), 12));
  const scaled = size === 1 ? index : num('i32', 'i32.shl', index, i32(Math.log2(size)));
  const read = load(repr, num('i32', 'i32.add', buffer, scaled), 8);
  return maskOf(rows.elem) & LIST ? shareValue(read) : read;
}

function bindRow(fn: Fn, sym: Sym, rows: Rows, index: Expr): void {
  bindSym(fn, sym, coerce(fn, rowAt(fn, rows, index), rows.elem, sym.node), undefined);
}

function bindNil(fn: Fn, sym: Sym): void {
  bindSym(fn, sym, zero(sym.node), undefined);
}

/** The nested loops of `from` and `join`, with `body` in the innermost. */
function joined(fn: Fn, q: QueryExpr, plan: QueryPlan, body: () => void): void {
  const single = q.joins.length === 1 && q.froms.length === 1 ? q.joins[0]! : undefined;
  if (single && (single.side === 'right' || single.side === 'outer')) {
    const left = rowsOf(fn, q.froms[0]!.source);
    const right = rowsOf(fn, single.source);
    if (single.side === 'right') rightJoin(fn, plan, left, right, single, body);
    else outerJoin(fn, plan, left, right, single, body);
    return;
  }
  const names: string[] = [];
  const hoisted = new Map<Ast, Rows>();
  const tables = new Map<JoinClause, HashTable>();
  for (const c of [...q.froms, ...q.joins]) {
    if (names.length > 0 && hoistable(c.source, names)) hoisted.set(c.source, rowsOf(fn, c.source));
    names.push(c.name.text);
  }
  for (const [i, j] of q.joins.entries()) {
    const rows = hoisted.get(j.source);
    const before = names.slice(0, q.froms.length + i);
    const table = rows && hashTable(fn, plan.rows[q.froms.length + i]!, rows, j, before);
    if (table) tables.set(j, table);
  }
  const level = (depth: number): void => {
    if (depth < q.froms.length) {
      const from = q.froms[depth]!;
      const rows = hoisted.get(from.source) ?? rowsOf(fn, from.source);
      const count = hold(fn, length(fn, rows));
      countLoop(fn, count, (index) => {
        bindRow(fn, plan.rows[depth]!, rows, index);
        level(depth + 1);
      });
      return;
    }
    const join = q.joins[depth - q.froms.length];
    if (!join) {
      body();
      return;
    }
    const sym = plan.rows[depth]!;
    const rows = hoisted.get(join.source) ?? rowsOf(fn, join.source);
    const inner = () => level(depth + 1);
    // With several joins `right` is taken as inner and `outer` as left (LANGUAGE 6.2).
    if (join.side === 'left' || join.side === 'outer') leftJoin(fn, sym, rows, join, tables.get(join), inner);
    else innerJoin(fn, sym, rows, join, tables.get(join), inner);
  };
  level(0);
}

function innerJoin(
  fn: Fn,
  sym: Sym,
  rows: Rows,
  join: JoinClause,
  table: HashTable | undefined,
  body: () => void,
): void {
  if (table) {
    probe(fn, table, (index) => {
      bindRow(fn, sym, rows, index);
      whenAll(fn, table.rest, body);
    });
    return;
  }
  const count = hold(fn, length(fn, rows));
  countLoop(fn, count, (index) => {
    bindRow(fn, sym, rows, index);
    whenAll(fn, [join.on], body);
  });
}

function whenAll(fn: Fn, conditions: readonly Ast[], body: () => void): void {
  const [first, ...rest] = conditions;
  if (!first) {
    body();
    return;
  }
  const then = collect(fn, () => whenAll(fn, rest, body));
  emit(fn, { op: 'if', cond: condition(fn, first), then, else: [] });
}

/** Matches of a row, then the row once with nil if there was none: one more round of the loop, so that the body is there once. */
function leftJoin(
  fn: Fn,
  sym: Sym,
  rows: Rows,
  join: JoinClause,
  table: HashTable | undefined,
  body: () => void,
): void {
  const matched = newLocal(fn, 'i32');
  emit(fn, { op: 'set', local: matched, value: i32(0) });
  const guarded = (index: Expr, last: Expr, rest: readonly Ast[], next: number, out: number): void => {
    const real = collect(fn, () => {
      bindRow(fn, sym, rows, index);
      for (const c of rest) emit(fn, { op: 'brIf', label: next, cond: num('i32', 'i32.eqz', condition(fn, c)) });
      emit(fn, { op: 'set', local: matched, value: i32(1) });
    });
    const missing = collect(fn, () => {
      emit(fn, { op: 'brIf', label: out, cond: get(fn, matched) });
      bindNil(fn, sym);
    });
    emit(fn, { op: 'if', cond: last, then: missing, else: real });
    body();
  };
  if (table) {
    const index = newLocal(fn, 'i32');
    const out = newLabel(fn);
    const again = newLabel(fn);
    const next = newLabel(fn);
    emit(fn, { op: 'set', local: index, value: firstMatch(fn, table) });
    const inner = collect(fn, () => {
      const code = collect(fn, () =>
        guarded(get(fn, index), num('i32', 'i32.lt_s', get(fn, index), i32(0)), table.rest, next, out),
      );
      emit(fn, { op: 'block', label: next, body: code });
      emit(fn, { op: 'brIf', label: out, cond: num('i32', 'i32.lt_s', get(fn, index), i32(0)) });
      emit(fn, { op: 'set', local: index, value: nextMatch(fn, table, get(fn, index)) });
      emit(fn, { op: 'br', label: again });
    });
    emit(fn, { op: 'block', label: out, body: [{ op: 'loop', label: again, body: inner }] });
    return;
  }
  const count = hold(fn, length(fn, rows));
  countLoop(fn, num('i32', 'i32.add', count, i32(1)), (index, next, out) => {
    guarded(index, num('i32', 'i32.eq', index, count), [join.on], next, out);
  });
}

/** Right-major: for each right row its left matches in order, or the row once with left nil. */
function rightJoin(fn: Fn, plan: QueryPlan, left: Rows, right: Rows, join: JoinClause, body: () => void): void {
  const [l, r] = plan.rows as [Sym, Sym];
  const rightCount = hold(fn, length(fn, right));
  const leftCount = hold(fn, length(fn, left));
  countLoop(fn, rightCount, (i) => {
    bindRow(fn, r, right, i);
    const matched = newLocal(fn, 'i32');
    emit(fn, { op: 'set', local: matched, value: i32(0) });
    countLoop(fn, num('i32', 'i32.add', leftCount, i32(1)), (j, next, out) => {
      const missing = collect(fn, () => {
        emit(fn, { op: 'brIf', label: out, cond: get(fn, matched) });
        bindNil(fn, l);
      });
      const real = collect(fn, () => {
        bindRow(fn, l, left, j);
        emit(fn, { op: 'brIf', label: next, cond: num('i32', 'i32.eqz', condition(fn, join.on)) });
        emit(fn, { op: 'set', local: matched, value: i32(1) });
      });
      emit(fn, { op: 'if', cond: num('i32', 'i32.eq', j, leftCount), then: missing, else: real });
      body();
    });
  });
}

/** The left join's order first, then the right rows without a match, with left nil. */
function outerJoin(fn: Fn, plan: QueryPlan, left: Rows, right: Rows, join: JoinClause, body: () => void): void {
  const [l, r] = plan.rows as [Sym, Sym];
  const rightCount = hold(fn, length(fn, right));
  const leftCount = hold(fn, length(fn, left));
  const seen = newLocal(fn, 'ref');
  emit(fn, { op: 'set', local: seen, value: rt('ref', 'list_new', [i32(ELEMENT.bool.kind), i32(0)]) });
  countLoop(fn, rightCount, () => {
    emit(fn, { op: 'do', value: rt(undefined, 'list_push$bool', [get(fn, seen), i32(0)]) });
  });
  const seenAt = (index: Expr): Expr => num('i32', 'i32.add', asI32(load('ref', get(fn, seen), 12)), index);
  // Rounds of left rows, and one more for the right rows that are left over.
  countLoop(fn, num('i32', 'i32.add', leftCount, i32(1)), (i) => {
    const matched = newLocal(fn, 'i32');
    emit(fn, { op: 'set', local: matched, value: i32(0) });
    const over = num('i32', 'i32.eq', i, leftCount);
    const bindLeft = collect(fn, () => bindRow(fn, l, left, i));
    const noLeft = collect(fn, () => bindNil(fn, l));
    emit(fn, { op: 'if', cond: over, then: noLeft, else: bindLeft });
    countLoop(fn, num('i32', 'i32.add', rightCount, i32(1)), (j, next, out) => {
      const last = num('i32', 'i32.eq', j, rightCount);
      const missing = collect(fn, () => {
        emit(fn, { op: 'brIf', label: out, cond: num('i32', 'i32.or', get(fn, matched), over) });
        bindNil(fn, r);
      });
      const real = collect(fn, () => {
        bindRow(fn, r, right, j);
        const leftOver = collect(fn, () => {
          emit(fn, { op: 'brIf', label: next, cond: load('bool', seenAt(j), 8) });
        });
        const match = collect(fn, () => {
          emit(fn, { op: 'brIf', label: next, cond: num('i32', 'i32.eqz', condition(fn, join.on)) });
          emit(fn, { op: 'set', local: matched, value: i32(1) });
          emit(fn, store('bool', seenAt(j), 8, i32(1)));
        });
        emit(fn, { op: 'if', cond: over, then: leftOver, else: match });
      });
      emit(fn, { op: 'if', cond: last, then: missing, else: real });
      body();
    });
  });
}

// ---- hash joins

/** Rows of the right side by key: a map from key to the first row, and for each row the next with the same key. */
interface HashTable {
  readonly heads: number;
  readonly nexts: number;
  readonly key: Ast;
  readonly suffix: 'i64' | 'str';
  /** What is left of the condition. */
  readonly rest: readonly Ast[];
}

/** A hash table over the right side when the condition has an equality between it and the rows before. */
function hashTable(fn: Fn, sym: Sym, rows: Rows, join: JoinClause, before: readonly string[]): HashTable | undefined {
  const parts = splitAnd(join.on);
  const right = join.name.text;
  const at = parts.findIndex((p) => {
    if (p.kind !== 'binary' || p.op !== '==') return false;
    return sides(fn, p, right, before) !== undefined;
  });
  if (at < 0) return undefined;
  // What stands before the equality may guard it: then the key must not be able to fail.
  const chosen = parts[at] as Extract<Ast, { kind: 'binary' }>;
  if (at > 0 && (readsNil(fn, chosen.left) || readsNil(fn, chosen.right))) return undefined;
  const { inner, outer } = sides(fn, chosen, right, before)!;
  const suffix = maskOf(nodeOf(fn, inner)) === INT ? 'i64' : 'str';
  const heads = newLocal(fn, 'ref');
  const nexts = newLocal(fn, 'ref');
  const count = hold(fn, length(fn, rows));
  emit(fn, {
    op: 'set',
    local: heads,
    value: rt('ref', 'map_new', [i32(suffix === 'i64' ? 1 : 0), i32(ELEMENT.i64.kind)]),
  });
  emit(fn, {
    op: 'set',
    local: nexts,
    value: rt('ref', 'list_range', [i64(0n), num('i64', 'i64.extend_i32_s', count), i64(1n)]),
  });
  // From the last row to the first, so that chains run in the order of the rows.
  countLoop(fn, count, (i) => {
    const index = hold(fn, num('i32', 'i32.sub', num('i32', 'i32.sub', count, i32(1)), i));
    bindRow(fn, sym, rows, index);
    const key = hold(fn, lowerExpr(fn, inner));
    const found = newLocal(fn, 'i32');
    emit(fn, { op: 'set', local: found, value: rt('i32', `map_find_${suffix}`, [get(fn, heads), key]) });
    const previous: Expr = {
      op: 'if',
      type: 'i64',
      cond: get(fn, found),
      then: load('i64', get(fn, found), 0),
      else: i64(-1n),
    };
    emit(fn, store('i64', nextSlot(fn, nexts, index), 8, previous));
    const entry = newLocal(fn, 'i32');
    emit(fn, { op: 'set', local: entry, value: rt('i32', `map_put_${suffix}`, [get(fn, heads), key]) });
    emit(fn, store('i64', get(fn, entry), 0, num('i64', 'i64.extend_i32_s', index)));
  });
  return { heads, nexts, key: outer, suffix, rest: parts.filter((_, i) => i !== at) };
}

function nextSlot(fn: Fn, nexts: number, index: Expr): Expr {
  return num('i32', 'i32.add', asI32(load('ref', get(fn, nexts), 12)), num('i32', 'i32.shl', index, i32(3)));
}

/** The side of an equality that speaks of the joined row only, and the other that speaks of the rows before. */
function sides(
  fn: Fn,
  e: Extract<Ast, { kind: 'binary' }>,
  right: string,
  before: readonly string[],
): { inner: Ast; outer: Ast } | undefined {
  const onlyRight = (x: Ast) => mentions(x, right) && !before.some((n) => mentions(x, n)) && isAccess(x);
  const onlyLeft = (x: Ast) => !mentions(x, right) && isAccess(x);
  const pair =
    onlyRight(e.left) && onlyLeft(e.right)
      ? { inner: e.left, outer: e.right }
      : onlyRight(e.right) && onlyLeft(e.left)
        ? { inner: e.right, outer: e.left }
        : undefined;
  if (!pair) return undefined;
  const a = maskOf(nodeOf(fn, pair.inner));
  const b = maskOf(nodeOf(fn, pair.outer));
  return a === b && (a === INT || a === STR) ? pair : undefined;
}

/** Whether an access goes through something that may be nil. */
function readsNil(fn: Fn, e: Ast): boolean {
  if (e.kind !== 'field' && e.kind !== 'index') return false;
  return (maskOf(nodeOf(fn, e.target)) & NULL) !== 0 || e.kind === 'index' || readsNil(fn, e.target);
}

/** Plain access to fields and elements: it can be evaluated at another time. */
function isAccess(e: Ast): boolean {
  switch (e.kind) {
    case 'name':
    case 'int':
    case 'string':
      return true;
    case 'field':
      return isAccess(e.target);
    case 'index':
      return isAccess(e.target) && isAccess(e.index);
    default:
      return false;
  }
}

function firstMatch(fn: Fn, t: HashTable): Expr {
  return seq(fn, () => {
    const key = lowerExpr(fn, t.key);
    const found = newLocal(fn, 'i32');
    emit(fn, { op: 'set', local: found, value: rt('i32', `map_find_${t.suffix}`, [get(fn, t.heads), key]) });
    const row = num('i32', 'i32.wrap_i64', load('i64', get(fn, found), 0));
    return { op: 'if', type: 'i32', cond: get(fn, found), then: row, else: i32(-1) };
  });
}

function nextMatch(fn: Fn, t: HashTable, index: Expr): Expr {
  return num('i32', 'i32.wrap_i64', load('i64', nextSlot(fn, t.nexts, index), 8));
}

/** Runs `body` for each row whose key equals that of the rows bound now. */
function probe(fn: Fn, t: HashTable, body: (index: Expr) => void): void {
  const index = newLocal(fn, 'i32');
  emit(fn, { op: 'set', local: index, value: firstMatch(fn, t) });
  const out = newLabel(fn);
  const again = newLabel(fn);
  const inner = collect(fn, () => {
    emit(fn, { op: 'brIf', label: out, cond: num('i32', 'i32.lt_s', get(fn, index), i32(0)) });
    body(get(fn, index));
    emit(fn, { op: 'set', local: index, value: nextMatch(fn, t, get(fn, index)) });
    emit(fn, { op: 'br', label: again });
  });
  emit(fn, { op: 'block', label: out, body: [{ op: 'loop', label: again, body: inner }] });
}

// ---- groups

function grouped(
  fn: Fn,
  q: QueryExpr,
  plan: QueryPlan,
  filtered: (then: () => void) => () => void,
  emitRow: () => void,
): void {
  const group = plan.group!;
  const layout = layoutOf(fn.lo, group);
  const slot = (name: string) => layout.slots.get(name)!;
  const keyNode = slot('key').node;
  const items = slot('items');
  const itemNode = elemNode(fn.lo.solver, items.node);
  const groups = newLocal(fn, 'ref');
  emit(fn, { op: 'set', local: groups, value: rt('ref', 'list_new', [i32(ELEMENT.ref.kind), i32(0)]) });
  // A key is found by its value when it is an int or a text, else by its rendering (LANGUAGE 6.4).
  const byInt = maskOf(keyNode) === INT;
  const byText = maskOf(keyNode) === STR;
  const suffix = byInt ? 'i64' : 'str';
  const index = newLocal(fn, 'ref');
  emit(fn, { op: 'set', local: index, value: rt('ref', 'map_new', [i32(byInt ? 1 : 0), i32(ELEMENT.ref.kind)]) });
  const addRow = (): void => {
    const key = hold(fn, keyValue(fn, q, plan, keyNode));
    const hash = hold(fn, byInt || byText ? key : toText({ ir: key, node: keyNode }));
    const found = newLocal(fn, 'i32');
    const object = newLocal(fn, 'ref');
    emit(fn, { op: 'set', local: found, value: rt('i32', `map_find_${suffix}`, [get(fn, index), hash]) });
    const make: Stmt[] = collect(fn, () => {
      const list = newLocal(fn, 'ref');
      emit(fn, { op: 'set', local: list, value: rt('ref', 'list_new', [i32(ELEMENT[reprOf(itemNode)].kind), i32(0)]) });
      emit(fn, { op: 'set', local: object, value: alloc(layout.size, header(KIND.STRUCT, { typeId: layout.typeId })) });
      emit(fn, store('bool', get(fn, object), slot('__group__').offset, i32(1)));
      emit(fn, store('i64', get(fn, object), slot('count').offset, i64(0n)));
      emit(fn, store('ref', get(fn, object), items.offset, get(fn, list)));
      emit(fn, store(slot('key').repr, get(fn, object), slot('key').offset, key));
      emit(fn, { op: 'do', value: rt(undefined, 'list_push$ref', [get(fn, groups), get(fn, object)]) });
      const entry = newLocal(fn, 'i32');
      emit(fn, { op: 'set', local: entry, value: rt('i32', `map_put_${suffix}`, [get(fn, index), hash]) });
      emit(fn, store('ref', get(fn, entry), 0, get(fn, object)));
    });
    const reuse: Stmt[] = [{ op: 'set', local: object, value: load('ref', get(fn, found), 0) }];
    emit(fn, { op: 'if', cond: get(fn, found), then: reuse, else: make });
    const item = hold(fn, itemValue(fn, plan, itemNode));
    const list = load('ref', get(fn, object), items.offset);
    emit(fn, { op: 'do', value: rt(undefined, `list_push$${ELEMENT[reprOf(itemNode)].suffix}`, [list, item]) });
    const count = load('i64', get(fn, object), slot('count').offset);
    emit(fn, store('i64', get(fn, object), slot('count').offset, num('i64', 'i64.add', count, i64(1n))));
  };
  joined(fn, q, plan, filtered(addRow));
  const rows: Rows = { list: groups, elem: plan.groupSym!.node };
  const count = hold(fn, length(fn, rows));
  countLoop(fn, count, (i, next) => {
    bindRow(fn, plan.groupSym!, rows, i);
    const { having } = q.group!;
    if (having) {
      const passed = exactlyTrue(value(fn, having));
      emit(fn, { op: 'brIf', label: next, cond: num('i32', 'i32.eqz', passed) });
    }
    emitRow();
  });
}

/** The key of the rows bound now: one value, or a record of several. */
function keyValue(fn: Fn, q: QueryExpr, plan: QueryPlan, node: Node): Expr {
  const { keys } = q.group!;
  if (!plan.keyRecord) return coerce(fn, lowerPlaced(fn, keys[0]!), nodeOf(fn, keys[0]!), node);
  const layout = layoutOf(fn.lo, plan.keyRecord);
  return seq(fn, () => {
    const values = keys.map((k) => hold(fn, lowerPlaced(fn, k)));
    const object = newLocal(fn, 'ref');
    emit(fn, { op: 'set', local: object, value: alloc(layout.size, header(KIND.STRUCT, { typeId: layout.typeId })) });
    layout.order.forEach((s, i) => {
      emit(fn, store(s.repr, get(fn, object), s.offset, coerce(fn, values[i]!, nodeOf(fn, keys[i]!), s.node)));
    });
    return get(fn, object);
  });
}

/** What a group collects of the rows bound now: the row, or a merged row of all of them. */
function itemValue(fn: Fn, plan: QueryPlan, node: Node): Expr {
  if (!plan.merged) return coerce(fn, symRead(fn, plan.rows[0]!), plan.rows[0]!.node, node);
  const layout = layoutOf(fn.lo, plan.merged);
  return seq(fn, () => {
    const object = newLocal(fn, 'ref');
    emit(fn, { op: 'set', local: object, value: alloc(layout.size, header(KIND.STRUCT, { typeId: layout.typeId })) });
    for (const sym of plan.rows) {
      const s = layout.slots.get(sym.name)!;
      emit(fn, store(s.repr, get(fn, object), s.offset, coerce(fn, symRead(fn, sym), sym.node, s.node)));
    }
    return coerce(fn, get(fn, object), structNode(fn, plan.merged!), node);
  });
}

function structNode(fn: Fn, info: StructInfo): Node {
  const n = fn.lo.solver.node();
  fn.lo.solver.addStruct(n, info);
  return n;
}

/** A field of a merged row that is none of its variables: the first source that has it (LANGUAGE 6.4). */
export function mergedFieldOf(
  fn: Fn,
  object: Expr,
  info: StructInfo,
  name: string,
  node: Node,
  span: QueryExpr['span'],
): Expr {
  const layout = layoutOf(fn.lo, info);
  const sources = info
    .mergedOf!.map((v) => layout.slots.get(v)!)
    .filter((s) => {
      const kinds = maskOf(s.node);
      if (kinds & MAP) return true;
      return [...(find(s.node).structs ?? [])].some((x) => x.byName.has(name));
    });
  const first = sources[0];
  if (!first) return zero(node);
  const read = load(first.repr, object, first.offset);
  if (sources.length === 1 || (maskOf(first.node) & ~NULL) === STRUCT) {
    const source = { ir: read, node: first.node };
    if (!(maskOf(first.node) & NULL)) return fieldOf(fn, source, name, node, span);
    return seq(fn, () => {
      const held = hold(fn, read);
      const some =
        reprOf(first.node) === 'ref'
          ? asI32(held)
          : num('i32', 'i64.ne', { op: 'as', type: 'i64', value: held }, i64(0n));
      return {
        op: 'if',
        type: typeOf(reprOf(node)),
        cond: some,
        then: fieldOf(fn, { ir: held, node: first.node }, name, node, span),
        else: zero(node),
      };
    });
  }
  // Rows of unknown keys: the first that has the key.
  return seq(fn, () => {
    let result: Expr = zero(node);
    for (const s of [...sources].reverse()) {
      const source = { ir: load(s.repr, object, s.offset), node: s.node };
      const has = rt('i32', 'cell_has_key', [toCell(source), stringData(fn.lo, name)]);
      result = {
        op: 'if',
        type: typeOf(reprOf(node)),
        cond: has,
        then: fieldOf(fn, source, name, node, span),
        else: result,
      };
    }
    return result;
  });
}
