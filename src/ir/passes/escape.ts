/**
 * Escape analysis: an object that nobody but its function can see lives in locals, a field in each, and is not allocated
 * at all (scalar replacement; Choi, Gupta, Serrano, Sreedhar, Midkiff: "Escape analysis for Java", OOPSLA 1999, of which
 * this is the form within one function). It runs after the user's functions have been inlined, so structs that small
 * functions take and give, closures whose calls have become direct, and boxes of variables that only such closures share
 * are what it finds.
 *
 * An object does not escape if the locals that hold it are used for nothing but reading and writing its fields, testing
 * it for null, and copying it to each other. Locals that objects are copied between get copies of the fields, which
 * nobody can tell from the object itself as long as fields are only written where it is made.
 */

import { as, get, i32, type Mapper, mapExpr, mapStmt, num, walk } from '../build.ts';
import { factsOf, forEachStmt, type Reference } from '../facts.ts';
import type { Expr, Func, LoadOp, Module, Stmt, StoreOp, Type } from '../ir.ts';
import * as Op from '../op.ts';

/** Allocates an object: its size in bytes and its header word (docs/values.md). */
const ALLOC = 'rt.alloc';
const HEADER_BYTES = 4;

type Load = Extract<Expr, { op: typeof Op.load }>;
type Store = Extract<Stmt, { op: typeof Op.store }>;
type Get = Extract<Expr, { op: typeof Op.get }>;

interface Field {
  readonly type: Type;
  readonly bytes: number;
}

/** Locals between which objects are copied. */
interface Group {
  readonly locals: number[];
  /** The header of all the objects; undefined until the first is found. */
  header: number | undefined;
  escapes: boolean;
  /** Whether a field is written elsewhere than where an object is made. */
  written: boolean;
  readonly fields: Map<number, Field>;
}

/** A local that holds an object: its group, and the locals for the fields by their offset. */
interface Holder {
  readonly group: Group;
  readonly fields: ReadonlyMap<number, number>;
}

/** How many bytes an access reads or writes, if it is one that a local can stand for. */
const WIDTH: Partial<Record<LoadOp | StoreOp, number>> = {
  'i32.load': 4,
  'i32.store': 4,
  'i64.load': 8,
  'i64.store': 8,
  'f64.load': 8,
  'f64.store': 8,
  'i32.load8_u': 1,
  'i32.store8': 1,
};

/** Puts objects that do not escape into locals in the user's functions; the same module if there are none. */
export function escapeModule(module: Module): Module {
  let changed = false;
  const funcs = new Map<string, Func>();
  for (const func of module.funcs.values()) {
    const result = func.display === undefined ? func : escapeFunc(func);
    if (result !== func) changed = true;
    funcs.set(func.name, result);
  }
  return changed ? { ...module, funcs } : module;
}

function escapeFunc(func: Func): Func {
  if (!factsOf(func).references.some((e) => allocated(e) !== undefined)) return func;
  const groups = groupsOf(func);
  if (groups.length === 0) return func;
  const locals = func.locals.slice();
  const localNames = locals.map((_, i) => func.localNames?.[i]);
  const holders = new Map<number, Holder>();
  for (const group of groups) {
    for (const object of group.locals) {
      const fields = new Map<number, number>();
      for (const [offset, { type }] of group.fields) {
        const local = locals.push(type) - 1;
        localNames[local] = localNames[object];
        fields.set(offset, local);
      }
      holders.set(object, { group, fields });
    }
  }

  const holderOf = (e: Expr): Holder | undefined => (e.op === Op.get ? holders.get(e.local) : undefined);
  const expr = (e: Expr): Expr => {
    if (e.op === Op.get || e.op === Op.const) return e;
    if (e.op === Op.load) {
      const object = holderOf(e.addr);
      if (object) {
        const part = headerPart(e, object.group.header!);
        return part ?? get(object.fields.get(e.offset)!, e.type);
      }
    }
    const tested = nullTest(e);
    return tested && holderOf(tested) ? i32(0) : mapExpr(e, mapper);
  };
  const body = (list: readonly Stmt[]): readonly Stmt[] => {
    let out: Stmt[] | undefined;
    for (let i = 0; i < list.length; i++) {
      const s = list[i]!;
      const direct = ofObjects(s);
      const mapped = direct ? undefined : mapStmt(s, mapper);
      if (mapped !== s) out ??= list.slice(0, i);
      if (mapped) out?.push(mapped);
      else out!.push(...direct!);
    }
    return out ?? list;
  };
  /** What becomes of a statement that only has to do with objects; undefined for any other. */
  const ofObjects = (s: Stmt): readonly Stmt[] | undefined => {
    if (s.op === Op.set) {
      const from = holderOf(s.value);
      const to = holders.get(s.local);
      if (to) return from ? copyFields(from, to) : [];
      return from && [];
    }
    if (s.op === Op.store) {
      const object = holderOf(s.addr);
      if (!object) return undefined;
      const value = expr(s.value);
      const local = object.fields.get(s.offset)!;
      return [{ op: Op.set, local, value: s.code === 'i32.store8' ? num('i32.and', value, i32(255)) : value }];
    }
    return s.op === Op.keep && holderOf(s.value) ? [] : undefined;
  };
  const mapper: Mapper = { expr, body };
  return { ...func, locals, localNames, body: body(func.body) };
}

function copyFields(from: Holder, to: Holder): Stmt[] {
  return [...to.fields].map(([offset, local]) => {
    const { type } = to.group.fields.get(offset)!;
    return { op: Op.set, local, value: get(from.fields.get(offset)!, type) };
  });
}

/** The groups of locals that hold nothing but objects which do not escape. */
function groupsOf(func: Func): Group[] {
  const { gets } = factsOf(func);
  const candidates = copied(func, gets);
  if (candidates.length === 0) return [];
  const stores = candidates.some((group) => group.locals.length > 1) ? storesOfMade(func) : NONE;
  const groups = new Map<number, Group>();
  /** How they are used: every use that is found to be harmless is taken off the number of all uses. */
  const uses = new Map<Group, number>();
  for (const group of candidates) {
    let all = 0;
    for (const local of group.locals) {
      groups.set(local, group);
      all += gets[local] ?? 0;
    }
    uses.set(group, all);
  }
  const harmless = (e: Get): void => {
    const group = groups.get(e.local);
    if (group) uses.set(group, uses.get(group)! - 1);
  };
  const access = (a: Load | Store, type: Type): void => {
    const group = a.addr.op === Op.get ? groups.get(a.addr.local) : undefined;
    if (!group) return;
    harmless(a.addr as Get);
    if (a.op === Op.load && headerPart(a, group.header!)) return;
    const bytes = WIDTH[a.code];
    const known = group.fields.get(a.offset);
    if (bytes === undefined || a.offset < HEADER_BYTES || (known && (known.type !== type || known.bytes !== bytes))) {
      group.escapes = true;
    } else if (!known) group.fields.set(a.offset, { type, bytes });
    if (a.op === Op.store && !stores.has(a)) group.written = true;
  };
  walk(
    func.body,
    (e) => {
      if (e.op === Op.load) access(e, e.type);
      else if (e.op === Op.num) {
        const tested = nullTest(e);
        if (tested) harmless(tested);
      }
    },
    (s) => {
      if (s.op === Op.store) access(s, s.value.type!);
      else if ((s.op === Op.keep || (s.op === Op.set && copies(s, groups, gets))) && s.value.op === Op.get)
        harmless(s.value);
    },
  );
  return candidates.filter(
    (group) =>
      !group.escapes && uses.get(group) === 0 && !(group.written && group.locals.length > 1) && !overlap(group.fields),
  );
}

/** The groups of locals that hold nothing but objects made here, and copies of them, that are not known to escape. */
function copied(func: Func, gets: readonly number[]): Group[] {
  const groups = new Map<number, Group>();
  const groupOf = (local: number): Group => {
    let group = groups.get(local);
    if (!group) {
      group = { locals: [local], header: undefined, escapes: false, written: false, fields: new Map() };
      groups.set(local, group);
    }
    return group;
  };
  /**
   * Locals that hold something else, or are stored, returned or passed on: most objects that escape are found out without a walk
   * over all uses.
   */
  const exposed = new Uint8Array(func.locals.length).fill(1, 0, func.params.length);
  const { references } = factsOf(func);
  for (let k = 0; k < references.length; k++) {
    const e = references[k]!;
    if (e.op !== Op.call) continue;
    for (let i = 0; i < e.args.length; i++) {
      const arg = e.args[i]!;
      if (arg.op === Op.get) exposed[arg.local] = 1;
    }
  }
  forEachStmt(func, (s) => {
    if ((s.op === Op.store || s.op === Op.return) && s.value?.op === Op.get) exposed[s.value.local] = 1;
    if (s.op !== Op.set || func.locals[s.local] !== 'ref' || !gets[s.local]) return;
    const header = allocated(s.value);
    if (header !== undefined) {
      const group = groupOf(s.local);
      if (group.header !== undefined && group.header !== header) group.escapes = true;
      group.header = header;
    } else if (s.value.op === Op.get) unite(groups, groupOf(s.local), groupOf(s.value.local));
    else exposed[s.local] = 1;
  });
  return [...new Set(groups.values())].filter(
    (group) => group.header !== undefined && !group.escapes && !group.locals.some((local) => exposed[local]),
  );
}

/** Whether an assignment copies an object within its group, or to where nobody reads it. */
function copies(
  s: Extract<Stmt, { op: typeof Op.set }>,
  groups: ReadonlyMap<number, Group>,
  gets: readonly number[],
): boolean {
  if (!gets[s.local]) return true;
  return s.value.op === Op.get && groups.get(s.local) === groups.get(s.value.local);
}

/** Makes one group of two. */
function unite(groups: Map<number, Group>, a: Group, b: Group): void {
  if (a === b) return;
  if (a.header !== undefined && b.header !== undefined && a.header !== b.header) a.escapes = true;
  a.header ??= b.header;
  a.escapes ||= b.escapes;
  for (const local of b.locals) {
    a.locals.push(local);
    groups.set(local, a);
  }
}

/** The stores that give a new object its fields: those directly behind its allocation. */
function storesOfMade(func: Func): ReadonlySet<Stmt> {
  const stores = new Set<Stmt>();
  const list = (stmts: readonly Stmt[]): void => {
    for (let i = 0; i < stmts.length; i++) {
      const s = stmts[i]!;
      if (s.op !== Op.set || allocated(s.value) === undefined) continue;
      for (let k = i + 1; k < stmts.length; k++) {
        const next = stmts[k]!;
        if (next.op !== Op.store || next.addr.op !== Op.get || next.addr.local !== s.local) break;
        stores.add(next);
      }
    }
  };
  list(func.body);
  walk(
    func.body,
    (e) => {
      if (e.op === Op.seq) list(e.body);
    },
    (s) => {
      if (s.op === Op.block || s.op === Op.loop) list(s.body);
      else if (s.op === Op.if) {
        list(s.then);
        list(s.else);
      }
    },
  );
  return stores;
}
const NONE: ReadonlySet<Stmt> = new Set();

/** The header of the object that an expression allocates. */
function allocated(e: Expr | Reference): number | undefined {
  if (e.op !== Op.call || e.func !== ALLOC) return undefined;
  const header = e.args[1]!;
  return header.op === Op.const ? Number(header.value) : undefined;
}

/** The object whose being null an expression tests: `i32.eqz` of it. */
function nullTest(e: Expr): Get | undefined {
  if (e.op !== Op.num || e.code !== 'i32.eqz') return undefined;
  const tested = e.args[0]!.op === Op.as ? e.args[0]!.value : e.args[0]!;
  return tested.op === Op.get && tested.type === 'ref' ? tested : undefined;
}

/** What a load of a part of the header gives. */
function headerPart(e: Load, header: number): Expr | undefined {
  return e.code === 'i32.load16_u' && e.offset === 2 ? as(e.type, i32(header >>> 16)) : undefined;
}

function overlap(fields: ReadonlyMap<number, Field>): boolean {
  let end = 0;
  for (const [offset, { bytes }] of [...fields].sort(([a], [b]) => a - b)) {
    if (offset < end) return true;
    end = offset + bytes;
  }
  return false;
}
