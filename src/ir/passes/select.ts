/**
 * If-conversion: an `if` that does nothing but give an integer local another value becomes a `select`, for which the code
 * generator has a conditional move. A minimum (`if a < best { best = a }`) or a flag from a comparison is a branch that no
 * processor predicts well; a value that is at hand costs less than one wrong guess. Floats stay: there is no such
 * instruction for them. (Allen, Kennedy, Porterfield, Warren: Conversion of control dependence to data dependence, POPL 1983.)
 */

import { assigns, copyFunc, get, listMapper, mapLists, mapStmt, reads, walkExpr } from '../build.ts';
import { returnsLike } from '../calls.ts';
import { factsOf } from '../facts.ts';
import type { Expr, Func, Module, Stmt } from '../ir.ts';
import * as Op from '../op.ts';

type If = Extract<Stmt, { op: typeof Op.if }>;
type Assignment = Extract<Stmt, { op: typeof Op.set }>;

/** Converts in the functions of the user. */
export function selectModule(module: Module): Module {
  const funcs = new Map<string, Func>();
  for (const func of module.funcs.values()) {
    funcs.set(func.name, func.display === undefined ? func : convert(func));
  }
  return { ...module, funcs };
}

function convert(func: Func): Func {
  const { nesting } = factsOf(func);
  const converted = (stmts: readonly Stmt[]): readonly Stmt[] => {
    let out: Stmt[] | undefined;
    for (let i = 0; i < stmts.length; i++) {
      const s = stmts[i]!;
      let mapped: Stmt = s;
      if (nesting.has(s)) mapped = mapStmt(s, lists);
      else if (s.op === Op.if || s.op === Op.block || s.op === Op.loop) mapped = mapLists(s, converted);
      const chosen = mapped.op === Op.if ? choose(func, mapped) : undefined;
      if (chosen || mapped !== s) out ??= stmts.slice(0, i);
      if (chosen) assign(out!, chosen);
      else out?.push(mapped);
    }
    return out ?? stmts;
  };
  const lists = listMapper(converted);
  const body = converted(func.body);
  if (body === func.body) return func;
  const after = copyFunc(func, body);
  returnsLike(func, after);
  return after;
}

/** Puts the assignment of a choice at the end of the statements before it. */
function assign(out: Stmt[], { local, value, keeps }: Choice): void {
  // A constant that only this choice still reads.
  const at = out.findLastIndex((before) => before.op !== Op.keep);
  const last = out[at];
  const { cond, then, else: other } = value;
  if (last?.op === Op.set && last.local === local && last.value.op === Op.const && other.op === Op.get) {
    if (other.local === local && !reads(cond, local) && !reads(then, local)) {
      out.splice(at, 1);
      out.push({ op: Op.set, local, value: { ...value, else: last.value } }, ...keeps);
      return;
    }
  }
  out.push({ op: Op.set, local, value }, ...keeps);
}

interface Choice {
  readonly local: number;
  readonly value: Extract<Expr, { op: typeof Op.select }>;
  /** References that the branches kept alive. */
  readonly keeps: readonly Stmt[];
}

function choose(func: Func, { cond, then, else: otherwise }: If): Choice | undefined {
  const first = onlyAssignment(then);
  const other = onlyAssignment(otherwise);
  if (!first || other === undefined) return undefined;
  const { local } = first;
  const type = func.locals[local]!;
  if (type !== 'i32' && type !== 'i64') return undefined;
  if (other && other.local !== local) return undefined;
  const value: Expr = other ? other.value : get(local, type);
  if (!isCheap(first.value) || !isCheap(value)) return undefined;
  if (assignsWhatItReads(cond, first.value) || assignsWhatItReads(cond, value)) return undefined;
  const keeps = [...then, ...otherwise].filter(isKeep);
  return { local, value: { op: Op.select, type, cond, then: first.value, else: value }, keeps };
}

const isKeep = (s: Stmt): boolean => s.op === Op.keep && s.value.op === Op.get;

/** The assignment that is all that a list does, but for keeping; null if it does nothing, undefined if it does more. */
function onlyAssignment(stmts: readonly Stmt[]): Assignment | null | undefined {
  let found: Assignment | null = null;
  for (const s of stmts) {
    if (isKeep(s)) continue;
    if (found || s.op !== Op.set) return undefined;
    found = s;
  }
  return found;
}

const QUICK: ReadonlySet<string> = new Set(
  ['add', 'sub', 'and', 'or', 'xor'].flatMap((operation) => [`i32.${operation}`, `i64.${operation}`]),
);

/** A local, a constant, or one quick instruction on them. */
function isCheap(e: Expr): boolean {
  const isLeaf = (part: Expr): boolean => part.op === Op.get || part.op === Op.const;
  return isLeaf(e) || (e.op === Op.num && QUICK.has(e.code) && e.args.every(isLeaf));
}

function assignsWhatItReads(cond: Expr, value: Expr): boolean {
  let found = false;
  walkExpr(value, (e) => {
    if (e.op === Op.get && assigns(cond, e.local)) found = true;
  });
  return found;
}
