/**
 * Characters as numbers. A program that looks at a text character by character (`let c = s[i]`, `for c in s`) mostly compares
 * them with literals of one ASCII character. No string is needed for that: the local, or the parameter of a function
 * that only does so, holds the character's key instead, and the comparisons are those of integers.
 *
 * The key of a string is twice its first byte, and one more when the string is longer than a byte; -2 when it is empty, 512 for
 * nil. So `key == 2 * code` tells whether it is the ASCII character `code`, and keys are ordered as the strings are
 * against strings of one ASCII character (docs/values.md).
 *
 * Works on the functions of the user after calls between them are inlined and before those of the run-time library are, where
 * such operations are calls of known names.
 */

import { addLocal, get, i32, type Mapper, mapExpr, mapStmt, num, set, walkStmts } from '../build.ts';
import { factsOf } from '../facts.ts';
import type { Expr, Func, Module, NumericOp, Stmt } from '../ir.ts';
import * as Op from '../op.ts';

type Call = Extract<Expr, { op: typeof Op.call }>;

/** Functions that give a string of one character, with those that give its key. */
const KEY_OF: ReadonlyMap<string, string> = new Map([
  ['rt.str_index', 'rt.str_key_at'],
  ['rt.str_at', 'rt.str_key_of_byte'],
  ['rt.str_char_slice', 'rt.str_key_slice'],
]);
/** Comparisons of the first argument with one ASCII character. */
const IS_CHAR = 'rt.str_is_char';
const ORDER_CHAR = 'rt.str_order_char';
const EQUAL = 'rt.str_eq';
const TO_INT = 'rt.str_int';
/** Without any of these functions there is nothing to do. */
const IMPROVABLE = [IS_CHAR, ORDER_CHAR, EQUAL, TO_INT];
const ORDERS = /^i32\.(?:eq|ne|lt_s|le_s|gt_s|ge_s)$/;

const isUser = (func: Func): boolean => func.display !== undefined;

/** What a function does with a local. */
interface Uses {
  /** Comparisons with a character. */
  tests: number;
  /** Parameters it is passed to. */
  readonly passed: { readonly func: string; readonly index: number }[];
}

/** The locals of a function that are compared or passed on. */
type LocalUses = ReadonlyMap<number, Uses>;

/** Replaces strings of one character by their keys, wherever a program only compares them. */
export function charsModule(module: Module): Module {
  if (!IMPROVABLE.some((name) => module.funcs.has(name))) return module;
  const all = new Map<string, LocalUses>();
  for (const func of module.funcs.values()) if (isUser(func)) all.set(func.name, usesOf(func));
  const keyed = keyedParams(module, all);
  /** What a function calls if there is anything to do in it. */
  const wanted = new Set(IMPROVABLE);
  for (const key of keyed) wanted.add(key.slice(key.indexOf(' ') + 1));
  const funcs = new Map<string, Func>();
  for (const func of module.funcs.values()) {
    const isConcerned = isUser(func) && factsOf(func).references.some((e) => e.op === Op.call && wanted.has(e.func));
    funcs.set(func.name, isConcerned ? rewrite(func, all.get(func.name)!, keyed) : func);
  }
  return { ...module, funcs };
}

/** `int(s[a:b])`: the slice, of which no string need be made. */
function sliceOfInt(e: Call): Call | undefined {
  if (e.func !== TO_INT) return undefined;
  const text = e.args[0]!;
  return text.op === Op.call && text.func === 'rt.str_slice' ? text : undefined;
}

/** The character that a call compares its first argument with, as its key. */
function testedKey(e: Call): number | undefined {
  if (e.func === IS_CHAR || e.func === ORDER_CHAR) {
    const code = e.args[1]!;
    return code.op === Op.const ? Number(code.value) * 2 : undefined;
  }
  if (e.func !== EQUAL) return undefined;
  const other = e.args[1]!;
  if (other.op !== Op.data || !/^str:[\0-\x7f]$/.test(other.name)) return undefined;
  return other.name.charCodeAt(4) * 2;
}

function usesOf(func: Func): LocalUses {
  const uses = new Map<number, Uses>();
  const of = (local: number): Uses => {
    let found = uses.get(local);
    if (!found) {
      found = { tests: 0, passed: [] };
      uses.set(local, found);
    }
    return found;
  };
  for (const e of factsOf(func).references) {
    if (e.op !== Op.call) continue;
    const { args } = e;
    const first = args[0];
    if (first?.op === Op.get && testedKey(e) !== undefined) of(first.local).tests++;
    else {
      for (let index = 0; index < args.length; index++) {
        const arg = args[index]!;
        if (arg.op === Op.get) of(arg.local).passed.push({ func: e.func, index });
      }
    }
  }
  return uses;
}

/** The locals that are never anything but a string of one character. */
function characters(func: Func): ReadonlySet<number> {
  const found = new Set<number>();
  const others = new Set<number>();
  walkStmts(func.body, (s) => {
    if (s.op === Op.set) (s.value.op === Op.call && KEY_OF.has(s.value.func) ? found : others).add(s.local);
  });
  for (const local of others) found.delete(local);
  return found;
}

const place = (func: string, index: number): string => `${index} ${func}`;

/** The parameters that are compared only, here or where they are passed on to: an optimistic fixpoint. */
function keyedParams(module: Module, all: ReadonlyMap<string, LocalUses>): ReadonlySet<string> {
  const fixed = new Set(module.exports.values());
  for (const func of module.funcs.values()) {
    for (const e of factsOf(func).references) if (e.op === Op.funcIndex) fixed.add(e.func);
  }
  for (const datum of module.data.values()) {
    for (const reloc of datum.relocs) if ('func' in reloc) fixed.add(reloc.func);
  }
  const found = new Map<string, Uses>();
  for (const func of module.funcs.values()) {
    if (fixed.has(func.name) || !isUser(func)) continue;
    const { gets, sets } = factsOf(func);
    for (const [local, uses] of all.get(func.name)!) {
      if (func.params[local] !== 'ref' || sets[local]! > 0) continue;
      if (gets[local] === uses.tests + uses.passed.length) found.set(place(func.name, local), uses);
    }
  }
  for (let changed = true; changed; ) {
    changed = false;
    for (const [key, uses] of found) {
      if (uses.passed.every(({ func, index }) => found.has(place(func, index)))) continue;
      found.delete(key);
      changed = true;
    }
  }
  return new Set(found.keys());
}

function rewrite(original: Func, uses: LocalUses, keyed: ReadonlySet<string>): Func {
  const func: Func = { ...original, locals: original.locals.slice(), localNames: original.localNames?.slice() };
  const params = original.params.slice();
  /** The local with the key of the string that a local stands for; the local itself when nothing else needs the string. */
  const keys = new Map<number, number>();
  let changed = false;
  const { gets } = factsOf(original);
  const chars = characters(original);
  for (let local = 0; local < original.locals.length; local++) {
    const u = uses.get(local);
    if (!u) continue;
    if (local < params.length) {
      if (!keyed.has(place(original.name, local))) continue;
      params[local] = 'i32';
      func.locals[local] = 'i32';
      keys.set(local, local);
      changed = true;
      continue;
    }
    if (func.locals[local] !== 'ref' || !chars.has(local)) continue;
    const wanted = u.tests + u.passed.filter(({ func: name, index }) => keyed.has(place(name, index))).length;
    if (wanted === 0) continue;
    if (wanted === gets[local]) {
      func.locals[local] = 'i32';
      keys.set(local, local);
    } else if (wanted > 1) {
      keys.set(local, addLocal(func, 'i32'));
      func.localNames?.push(undefined);
    }
  }

  const keyOf = (e: Expr): Expr | undefined => {
    if (e.op === Op.get) {
      const local = keys.get(e.local);
      return local === undefined ? undefined : get(local, 'i32');
    }
    if (e.op !== Op.call) return undefined;
    const name = KEY_OF.get(e.func);
    return name === undefined ? undefined : { ...e, type: 'i32', func: name, args: e.args.map(expr) };
  };
  /** A comparison of a string with a character, as one of keys. */
  const test = (e: Expr, code: NumericOp): Expr | undefined => {
    const wanted = e.op === Op.call ? testedKey(e) : undefined;
    const key = wanted === undefined ? undefined : keyOf((e as Call).args[0]!);
    if (!key) return undefined;
    changed = true;
    return num(code, key, i32(wanted!));
  };
  const expr = (e: Expr): Expr => {
    if (e.op === Op.get || e.op === Op.const) return e;
    if (e.op === Op.num && ORDERS.test(e.code)) {
      const [left, right] = e.args as [Expr, Expr];
      if (left.op === Op.call && left.func === ORDER_CHAR && right.op === Op.const && right.value === 0) {
        const found = test(left, e.code);
        if (found) return found;
      }
    }
    if (e.op === Op.call) {
      const slice = sliceOfInt(e);
      if (slice) {
        changed = true;
        return { ...e, func: 'rt.str_slice_int', args: slice.args.map(expr) };
      }
      const found = test(e, e.func === ORDER_CHAR ? 'i32.sub' : 'i32.eq');
      if (found) return found;
      if (e.args.some((_, i) => keyed.has(place(e.func, i)))) {
        changed = true;
        const args = e.args.map((arg, i) => {
          if (!keyed.has(place(e.func, i))) return expr(arg);
          return keyOf(arg) ?? ({ op: Op.call, type: 'i32', func: 'rt.str_key', args: [expr(arg)] } satisfies Expr);
        });
        return { ...e, args };
      }
    }
    return mapExpr(e, mapper);
  };
  const body = (list: readonly Stmt[]): readonly Stmt[] => {
    let out: Stmt[] | undefined;
    list.forEach((s, i) => {
      const key = s.op === Op.set ? keys.get(s.local) : undefined;
      if (s.op !== Op.set || key === undefined) {
        const mapped = mapStmt(s, mapper);
        if (mapped !== s) out ??= list.slice(0, i);
        out?.push(mapped);
        return;
      }
      out ??= list.slice(0, i);
      changed = true;
      if (key === s.local) out.push(set(key, keyOf(s.value)!));
      else {
        const known: Expr = { op: Op.call, type: 'i32', func: 'rt.str_key_of_char', args: [get(s.local, 'ref')] };
        out.push(mapStmt(s, mapper), set(key, known));
      }
    });
    return out ?? list;
  };
  const mapper: Mapper = { expr, body };
  const rebuilt = body(original.body);
  return changed ? { ...func, params, body: rebuilt } : original;
}
