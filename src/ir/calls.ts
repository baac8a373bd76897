/** What calls do, over the whole call graph: which never return, which may collect. */

import { fallsThrough } from './build.ts';
import { factsOf, referencesOf } from './facts.ts';
import type { Expr, Func, Module, Stmt, Type } from './ir.ts';
import { COLLECT, MAIN } from './names.ts';
import * as Op from './op.ts';

/** Stands for what an indirect call may reach: the functions of the table that take and give the same types. */
export function tableOf(params: readonly Type[], result: Type | undefined): string {
  return `(table ${params.join(' ')}:${result ?? ''})`;
}

/** Whether a function with this body returns, found once: what its callees do does not change from pass to pass. */
const returning = new WeakMap<readonly Stmt[], boolean>();

/** Notes that `after` returns if `before` does, for passes that change no more than what is computed. */
export function returnsLike(before: Func, after: Func): void {
  const known = returning.get(before.body);
  if (known !== undefined) returning.set(after.body, known);
}

/**
 * The functions that never return: they end in a trap on every path. A run-time failure is such a function, so that the
 * code after a failed check counts as unreachable.
 */
export function noReturnFuncs(module: Module): Set<string> {
  const found = new Set<string>();
  const candidates: Func[] = [];
  for (const func of module.funcs.values()) {
    // Only a few bytes of the entry point hang on the top level, which is often the largest of all functions.
    if (func.name === MAIN) continue;
    const before = returning.get(func.body);
    if (before === false) found.add(func.name);
    else if (before === undefined) {
      if (factsOf(func).hasReturn) returning.set(func.body, true);
      else candidates.push(func);
    }
  }
  const isFound = (name: string): boolean => found.has(name);
  for (let changed = true; changed; ) {
    changed = false;
    for (const func of candidates) {
      if (found.has(func.name) || fallsThrough(func.body, isFound)) continue;
      found.add(func.name);
      changed = true;
    }
  }
  for (const func of candidates) returning.set(func.body, !found.has(func.name));
  return found;
}

type IndirectCall = Extract<Expr, { op: typeof Op.callIndirect }>;

export interface Collecting {
  /** Functions whose calls may collect garbage and then return. */
  readonly funcs: ReadonlySet<string>;
  /** So may an indirect call. */
  readonly indirect: (call: IndirectCall) => boolean;
}

/**
 * Which calls may collect garbage: those that reach `collect`, except that a call that never returns does not matter to
 * its caller, who has no more use for anything.
 */
export function collectingFuncs(module: Module, noReturn: ReadonlySet<string>, collect = COLLECT): Collecting {
  const callers = new Map<string, string[]>();
  const note = (callee: string, caller: string): void => {
    const list = callers.get(callee);
    if (list) list.push(caller);
    else callers.set(callee, [caller]);
  };
  const noteInTable = (name: string): void => {
    const { params, result } = module.funcs.get(name)!;
    note(name, tableOf(params, result));
  };
  for (const func of module.funcs.values()) {
    for (const e of referencesOf(func)) {
      if (e.op === Op.call) {
        if (!noReturn.has(e.func)) note(e.func, func.name);
      } else if (e.op === Op.callIndirect) note(tableOf(e.params, e.type), func.name);
      else if (e.op === Op.funcIndex) noteInTable(e.func);
    }
  }
  for (const datum of module.data.values()) {
    for (const reloc of datum.relocs) if ('func' in reloc) noteInTable(reloc.func);
  }
  const found = new Set<string>([collect]);
  const queue = [collect];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    for (const caller of callers.get(name) ?? []) {
      if (found.has(caller)) continue;
      found.add(caller);
      queue.push(caller);
    }
  }
  for (const name of noReturn) found.delete(name);
  return {
    funcs: found,
    indirect: (call) => found.has(tableOf(call.params, call.type)),
  };
}

/** Functions that write into new objects and the collector's own tables only. */
const ALLOCATING: ReadonlySet<string> = new Set(
  ['alloc', 'alloc_zero', 'alloc_any', 'alloc_slow', 'collect', 'list_new', 'elems_new'].map((name) => `rt.${name}`),
);

/** Which functions may, before they return, write something that their caller can read; recursive ones count as writing. */
export function writingFuncs(module: Module, noReturn: ReadonlySet<string>): (name: string) => boolean {
  const known = new Map<string, boolean>();
  const writes = (name: string): boolean => {
    const before = known.get(name);
    if (before !== undefined) return before;
    if (noReturn.has(name) || ALLOCATING.has(name)) {
      known.set(name, false);
      return false;
    }
    known.set(name, true);
    const func = module.funcs.get(name);
    if (!func) return true;
    const { writesMemory, hasIndirectCall, references } = factsOf(func);
    const found = writesMemory || hasIndirectCall || references.some((e) => e.op === Op.call && writes(e.func));
    known.set(name, found);
    return found;
  };
  return writes;
}
