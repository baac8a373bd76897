/**
 * Grouping (LANGUAGE 6.4): groups in a hash table, in the order of their first appearance.
 *
 * Keys of ints, texts and bools, alone or several, are hashed and compared as they are; a group and its key are only made when
 * a row starts it. Other keys are found by their rendering, which is what makes keys the same key.
 *
 * A group keeps its rows, unless only aggregates of them are asked for (query-stream.ts).
 */

import { BOOL, elemNode, INT, MAP, maskOf, type Node, NULL, reprOf, STR, STRUCT } from '../../check/nodes.ts';
import type { QueryPlan, StructInfo } from '../../check/program.ts';
import type { Expr as Ast, QueryExpr } from '../../syntax/ast.ts';
import type { Expr, Stmt } from '../ir.ts';
import * as Op from '../op.ts';
import {
  alloc,
  asI32,
  collect,
  ELEMENT,
  emit,
  type FieldSlot,
  type Fn,
  get,
  header,
  hold,
  i32,
  i64,
  KIND,
  type Layout,
  layoutOf,
  load,
  newLabel,
  newLocal,
  nullRef,
  num,
  rt,
  seq,
  store,
  stringData,
  structsOf,
  typeOf,
} from './context.ts';
import { coerce, equal, exactlyTrue, toCell, toText, type Value, zero } from './convert.ts';
import { fieldOf, lowerPlaced, nodeOf, symRead, value } from './expr.ts';
import { isTotal } from './query-effects.ts';
import { joined, keysHash } from './query-join.ts';
import { bindRow, countLoop, length, listLocal, push, type Rows } from './query-rows.ts';
import { type Accumulators, accumulate, accumulatorsOf, startAccumulators } from './query-stream.ts';

/** A key that is being looked for: its parts in locals, and how the key value is made of them. */
interface Key {
  readonly parts: readonly Value[];
  /** Where the parts are in the key record; undefined when the one part is the key. */
  readonly record: { readonly layout: Layout; readonly slots: readonly FieldSlot[] } | undefined;
}

/** Runs `emitRow` for each group that passes `having`, with the group's variable bound. */
export function grouped(fn: Fn, q: QueryExpr, plan: QueryPlan, emitRow: () => void): void {
  const accumulators = accumulatorsOf(fn, q, plan);
  const layout = layoutOf(fn.lo, plan.group!);
  const groups: Rows = { list: listLocal(fn, plan.groupSym!.node), elem: plan.groupSym!.node };
  const index = keysAreTyped(fn, q, plan) ? hashIndex(fn, layout, groups) : textIndex(fn);
  const total = q.group!.keys.every((k) => isTotal(fn, k));
  joined(fn, q, plan, total, () => {
    const key = keyOf(fn, q, plan, layout);
    const object = newLocal(fn, 'ref');
    index(key, object, (made) => {
      const value = hold(fn, made.ir);
      emit(fn, {
        op: Op.set,
        local: object,
        value: alloc(layout.size, header(KIND.STRUCT, { typeId: layout.typeId })),
      });
      const slot = layout.slots.get('key')!;
      emit(fn, store(slot.repr, get(fn, object), slot.offset, coerce(fn, value, made.node, slot.node)));
      startGroup(fn, object, layout, accumulators);
      push(fn, groups.list, groups.elem, get(fn, object));
    });
    const count = layout.slots.get('count')!.offset;
    const before = hold(fn, load('i64', get(fn, object), count));
    if (accumulators) accumulate(fn, plan, accumulators, object, layout, before);
    else addItem(fn, plan, object, layout);
    emit(fn, store('i64', get(fn, object), count, num('i64', 'i64.add', before, i64(1n))));
  });
  countLoop(fn, hold(fn, length(fn, groups)), (i, next) => {
    bindRow(fn, plan.groupSym!, groups, i);
    const { having } = q.group!;
    if (having) {
      const passed = exactlyTrue(value(fn, having));
      emit(fn, { op: Op.brIf, label: next, cond: num('i32', 'i32.eqz', passed) });
    }
    emitRow();
  });
}

/** The fields of a new group but its key. Every field must be set: memory is not cleared. */
function startGroup(fn: Fn, object: number, layout: Layout, accumulators: Accumulators | undefined): void {
  emit(fn, store('i64', get(fn, object), layout.slots.get('count')!.offset, i64(0n)));
  if (accumulators) {
    startAccumulators(fn, object, layout, accumulators);
    return;
  }
  const items = layout.slots.get('items')!;
  // Before the list is made: making it may collect.
  emit(fn, store('ref', get(fn, object), items.offset, nullRef));
  emit(fn, store('bool', get(fn, object), layout.slots.get('__group__')!.offset, i32(1)));
  const kind = ELEMENT[reprOf(elemNode(fn.lo.solver, items.node))].kind;
  emit(fn, store('ref', get(fn, object), items.offset, rt('ref', 'list_new', [i32(kind), i32(0)])));
}

function addItem(fn: Fn, plan: QueryPlan, object: number, layout: Layout): void {
  const items = layout.slots.get('items')!;
  const node = elemNode(fn.lo.solver, items.node);
  const item = hold(fn, itemValue(fn, plan, node));
  const list = load('ref', get(fn, object), items.offset);
  emit(fn, { op: Op.do, value: rt(undefined, `list_push$${ELEMENT[reprOf(node)].suffix}`, [list, item]) });
}

// ---- keys

/** The parts of a grouping's key: several keys, or the entries of a record, or the key itself. */
function keyParts(fn: Fn, q: QueryExpr, plan: QueryPlan): { record: StructInfo | undefined; parts: readonly Ast[] } {
  const { keys } = q.group!;
  const [first] = keys;
  if (plan.keyRecord) return { record: plan.keyRecord, parts: keys };
  if (first!.kind !== 'map') return { record: undefined, parts: keys };
  const record = fn.info.records.get(first!.id);
  const names = new Set(first!.entries.map((x) => (x.key.kind === 'string' ? x.key.value : '')));
  if (!record || names.size !== record.fields.length || names.size !== first!.entries.length) {
    return { record: undefined, parts: keys };
  }
  const entry = (name: string): Ast =>
    first!.entries.find((x) => x.key.kind === 'string' && x.key.value === name)!.value;
  return first!.entries.every((x, i) => x.key.kind === 'string' && record.fields[i]?.name === x.key.value)
    ? { record, parts: record.fields.map((f) => entry(f.name)) }
    : { record: undefined, parts: keys };
}

/** Whether the parts of a key are the same exactly when they are rendered alike, and can be hashed as they are. */
function keysAreTyped(fn: Fn, q: QueryExpr, plan: QueryPlan): boolean {
  return keyParts(fn, q, plan).parts.every((p) => {
    const mask = maskOf(nodeOf(fn, p));
    return mask === INT || mask === STR || mask === BOOL;
  });
}

/** The key of the rows bound now. */
function keyOf(fn: Fn, q: QueryExpr, plan: QueryPlan, layout: Layout): Key {
  const { record, parts } = keyParts(fn, q, plan);
  const values = parts.map((p): Value => ({ ir: hold(fn, lowerPlaced(fn, p)), node: nodeOf(fn, p) }));
  if (!record) {
    const slot = layout.slots.get('key')!;
    const [only] = values;
    return { parts: [{ ir: coerce(fn, only!.ir, only!.node, slot.node), node: slot.node }], record: undefined };
  }
  const fields = layoutOf(fn.lo, record);
  const slots = fields.order;
  const named = slots.map((s, i): Value => ({ ir: coerce(fn, values[i]!.ir, values[i]!.node, s.node), node: s.node }));
  return { parts: named, record: { layout: fields, slots } };
}

/** The key as one value. */
function keyValue(fn: Fn, key: Key): Value {
  if (!key.record) return key.parts[0]!;
  const { layout, slots } = key.record;
  const node = fn.lo.solver.node();
  fn.lo.solver.addStruct(node, layout.info);
  const ir = seq(fn, () => {
    const object = newLocal(fn, 'ref');
    emit(fn, { op: Op.set, local: object, value: alloc(layout.size, header(KIND.STRUCT, { typeId: layout.typeId })) });
    for (const [i, s] of slots.entries()) emit(fn, store(s.repr, get(fn, object), s.offset, key.parts[i]!.ir));
    return get(fn, object);
  });
  return { ir, node };
}

/** Finds the group of a key, or has `make` set `object` to a new one of the key's value. */
type Index = (key: Key, object: number, make: (key: Value) => void) => void;

/** Groups by the hash of their keys (src/runtime/join.mochi). */
function hashIndex(fn: Fn, layout: Layout, groups: Rows): Index {
  const table = newLocal(fn, 'ref');
  emit(fn, { op: Op.set, local: table, value: rt('ref', 'groups_new', []) });
  const i32Load = (addr: Expr, offset: number): Expr => ({ op: Op.load, type: 'i32', code: 'i32.load', addr, offset });
  return (key, object, make) => {
    const hash = hold(fn, keysHash(key.parts.map((value) => ({ value, kinds: maskOf(value.node) }))));
    const base = asI32(get(fn, table));
    const at = newLocal(fn, 'i32');
    const mask = hold(fn, num('i32', 'i32.sub', i32Load(base, 4), i32(8)));
    const wrap = (offset: Expr): Expr => num('i32', 'i32.and', offset, mask);
    emit(fn, { op: Op.set, local: at, value: wrap(num('i32', 'i32.shl', hash, i32(3))) });
    const found = newLabel(fn);
    const missing = newLabel(fn);
    const again = newLabel(fn);
    const next = newLabel(fn);
    const slot = (): Expr => num('i32', 'i32.add', asI32(get(fn, table)), get(fn, at));
    const search = collect(fn, () => {
      emit(fn, { op: Op.set, local: object, value: load('ref', slot(), 8) });
      emit(fn, { op: Op.brIf, label: missing, cond: num('i32', 'i32.eqz', asI32(get(fn, object))) });
      const compare = collect(fn, () => {
        emit(fn, { op: Op.brIf, label: next, cond: num('i32', 'i32.ne', i32Load(slot(), 12), hash) });
        for (const same of sameKey(fn, key, object, layout)) {
          emit(fn, { op: Op.brIf, label: next, cond: num('i32', 'i32.eqz', same) });
        }
        emit(fn, { op: Op.br, label: found });
      });
      emit(fn, { op: Op.block, label: next, body: compare });
      emit(fn, { op: Op.set, local: at, value: wrap(num('i32', 'i32.add', get(fn, at), i32(8))) });
      emit(fn, { op: Op.br, label: again });
    });
    const whole = collect(fn, () => {
      emit(fn, { op: Op.block, label: missing, body: [{ op: Op.loop, label: again, body: search }] });
      make(keyValue(fn, key));
      emit(fn, { op: Op.store, code: 'i32.store', addr: slot(), offset: 8, value: asI32(get(fn, object)) });
      emit(fn, { op: Op.store, code: 'i32.store', addr: slot(), offset: 12, value: hash });
      // At most half full.
      const full = num('i32', 'i32.ge_u', num('i32', 'i32.shl', length(fn, groups), i32(4)), mask);
      const grow: Stmt = { op: Op.set, local: table, value: rt('ref', 'groups_grow', [get(fn, table)]) };
      emit(fn, { op: Op.if, cond: full, then: [grow], else: [] });
    });
    emit(fn, { op: Op.block, label: found, body: whole });
  };
}

/** The comparisons that say whether a group has the key. */
function sameKey(fn: Fn, key: Key, object: number, layout: Layout): Expr[] {
  const slot = layout.slots.get('key')!;
  const { record } = key;
  if (!record) {
    const known: Value = { ir: load(slot.repr, get(fn, object), slot.offset), node: slot.node };
    return [equal(fn, known, key.parts[0]!)];
  }
  const whole = slot.repr === 'cell' ? undefined : load('ref', get(fn, object), slot.offset);
  return record.slots.map((s, i) => {
    // A reference in a cell is in its low half.
    const base = whole ?? { op: Op.load, type: 'ref', code: 'i32.load', addr: get(fn, object), offset: slot.offset };
    return equal(fn, { ir: load(s.repr, base as Expr, s.offset), node: s.node }, key.parts[i]!);
  });
}

/** Groups by the rendering of their keys. */
function textIndex(fn: Fn): Index {
  const index = newLocal(fn, 'ref');
  emit(fn, { op: Op.set, local: index, value: rt('ref', 'map_new', [i32(0), i32(ELEMENT.ref.kind)]) });
  return (key, object, make) => {
    const made = keyValue(fn, key);
    const whole: Value = { ir: hold(fn, made.ir), node: made.node };
    const text = hold(fn, toText(whole));
    const entry = newLocal(fn, 'i32');
    emit(fn, { op: Op.set, local: entry, value: rt('i32', 'map_find_str', [get(fn, index), text]) });
    const add = collect(fn, () => {
      make(whole);
      emit(fn, { op: Op.set, local: entry, value: rt('i32', 'map_put_str', [get(fn, index), text]) });
      emit(fn, store('ref', get(fn, entry), 0, get(fn, object)));
    });
    const reuse: Stmt[] = [{ op: Op.set, local: object, value: load('ref', get(fn, entry), 0) }];
    emit(fn, { op: Op.if, cond: get(fn, entry), then: reuse, else: add });
  };
}

// ---- items

/** What a group collects of the rows bound now: the row, or a merged row of all of them. */
function itemValue(fn: Fn, plan: QueryPlan, node: Node): Expr {
  if (!plan.merged) return coerce(fn, symRead(fn, plan.rows[0]!), plan.rows[0]!.node, node);
  const layout = layoutOf(fn.lo, plan.merged);
  return seq(fn, () => {
    const object = newLocal(fn, 'ref');
    emit(fn, { op: Op.set, local: object, value: alloc(layout.size, header(KIND.STRUCT, { typeId: layout.typeId })) });
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

/** A source of a merged row: its name and value. */
export type MergedSource = Value & { readonly name: string };

/** A field of a merged row object that is none of its variables. */
export function mergedFieldOf(
  fn: Fn,
  object: Expr,
  info: StructInfo,
  name: string,
  node: Node,
  span: QueryExpr['span'],
): Expr {
  const layout = layoutOf(fn.lo, info);
  const sources = info.mergedOf!.map((v): MergedSource => {
    const s = layout.slots.get(v)!;
    return { name: v, ir: load(s.repr, object, s.offset), node: s.node };
  });
  return fieldOfSources(fn, sources, name, node, span);
}

/** A field of the first source that has it (LANGUAGE 6.4). */
export function fieldOfSources(
  fn: Fn,
  all: readonly MergedSource[],
  name: string,
  node: Node,
  span: QueryExpr['span'],
): Expr {
  const sources = all.filter((s) => {
    if (maskOf(s.node) & MAP) return true;
    return structsOf(s.node).some((x) => x.byName.has(name));
  });
  const first = sources[0];
  if (!first) return zero(node);
  if (sources.length === 1 || (maskOf(first.node) & ~NULL) === STRUCT) {
    if (!(maskOf(first.node) & NULL)) return fieldOf(fn, first, name, node, span);
    return seq(fn, () => {
      const held = hold(fn, first.ir);
      const some =
        reprOf(first.node) === 'ref'
          ? asI32(held)
          : num('i32', 'i64.ne', { op: Op.as, type: 'i64', value: held }, i64(0n));
      return {
        op: Op.if,
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
      const has = rt('i32', 'cell_has_key', [toCell(s), stringData(fn.lo, name)]);
      result = {
        op: Op.if,
        type: typeOf(reprOf(node)),
        cond: has,
        then: fieldOf(fn, s, name, node, span),
        else: result,
      };
    }
    return result;
  });
}
