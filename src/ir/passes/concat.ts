/**
 * Concatenation of several texts at once. `a + b + c` makes one string instead of two, `str(n)` in it none: its digits are
 * written where they belong. `s = s + x` tells the library that the text grows, so that it leaves room behind it.
 *
 * Works on the functions of the user before the library's are inlined, where these operations are calls of known names.
 */

import { i32, type Mapper, mapExpr, mapSame, mapStmt } from '../build.ts';
import { factsOf } from '../facts.ts';
import type { Expr, Func, Module, Stmt } from '../ir.ts';
import * as Op from '../op.ts';

const CONCAT = 'rt.str_concat';
const INT_TEXT = 'rt.int_str';

/** Joins concatenations in the functions of the user. */
export function concatModule(module: Module): Module {
  if (!module.funcs.has(CONCAT)) return module;
  const funcs = new Map<string, Func>();
  for (const func of module.funcs.values()) {
    const rebuilt = func.display !== undefined && callsConcat(func) ? body(func.body) : func.body;
    funcs.set(func.name, rebuilt === func.body ? func : { ...func, body: rebuilt });
  }
  return { ...module, funcs };
}

const callsConcat = (func: Func): boolean =>
  factsOf(func).references.some((e) => e.op === Op.call && e.func === CONCAT);

/** The operands of a chain of concatenations, from left to right. */
function pieces(e: Expr): Expr[] {
  if (e.op !== Op.call || e.func !== CONCAT) return [e];
  return [...pieces(e.args[0]!), e.args[1]!];
}

const expr = (e: Expr): Expr => {
  if (e.op === Op.get || e.op === Op.const) return e;
  return e.op === Op.call && e.func === CONCAT ? joined(e, false) : mapExpr(e, mapper);
};

/** The functions for one more piece, and for two: of texts (s) and numbers (i). */
const CAT: Readonly<Record<string, string>> = {
  s: 'rt.str_cat',
  i: 'rt.str_cat_int',
  ss: 'rt.str_cat_two',
  si: 'rt.str_cat_str_int',
  is: 'rt.str_cat_int_str',
};

function joined(e: Expr, grows: boolean): Expr {
  const [first, ...rest] = pieces(e);
  let text = expr(first!);
  let kinds = '';
  let args: Expr[] = [];
  const flush = (): void => {
    if (kinds === '') return;
    text =
      kinds === 's' && !grows
        ? { op: Op.call, type: 'ref', func: CONCAT, args: [text, ...args] }
        : { op: Op.call, type: 'ref', func: CAT[kinds]!, args: [text, ...args, i32(grows ? 1 : 0)] };
    kinds = '';
    args = [];
  };
  for (const p of rest) {
    const number = p.op === Op.call && p.func === INT_TEXT ? p.args[0]! : undefined;
    const kind = number ? 'i' : 's';
    if (CAT[kinds + kind] === undefined) flush();
    kinds += kind;
    args.push(expr(number ?? p));
  }
  flush();
  return text;
}

const body = (list: readonly Stmt[]): readonly Stmt[] => mapSame(list, stmt);

const stmt = (s: Stmt): Stmt => {
  if ((s.op === Op.set || s.op === Op.setGlobal) && s.value.op === Op.call && s.value.func === CONCAT) {
    const first = pieces(s.value)[0]!;
    const grows =
      s.op === Op.set
        ? first.op === Op.get && first.local === s.local
        : first.op === Op.global && first.name === s.name;
    return { ...s, value: joined(s.value, grows) };
  }
  return mapStmt(s, mapper);
};

const mapper: Mapper = { expr, body };
