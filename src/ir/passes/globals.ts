/**
 * Global variables that never change: the run-time library has switches (output is trimmed, discarded, ...) that most
 * programs never touch. Knowing them lets `fold` drop the code behind them, which the smallest programs mostly consist of.
 *
 * The analysis is optimistic, like sparse conditional constant propagation (Wegman, Zadeck, TOPLAS 13(2), 1991): a
 * global keeps its initial value until an assignment of another value is found in code that is reachable under that
 * very assumption; what had been taken for unreachable is then visited after all.
 */

import { operands, stmtOperands } from '../build.ts';
import { factsOf, type Reference } from '../facts.ts';
import type { Expr, Func, Module, Stmt } from '../ir.ts';
import * as Op from '../op.ts';
import { foldNum } from './fold-num.ts';

type Const = Extract<Expr, { op: typeof Op.const }>;
type If = Extract<Expr | Stmt, { op: typeof Op.if }>;

/** A branch that has been decided, and whether that has been done again. */
interface Branch {
  readonly node: If;
  done: boolean;
}

/** The globals of a module that keep their initial value, as constants. */
export function constantGlobals(module: Module): Map<string, Const> {
  const constants = new Map<string, Const>();
  for (const g of module.globals.values()) constants.set(g.name, { op: Op.const, type: g.type, value: g.init });
  const visited = new Set<string>();
  /** Functions to visit: those without a branch to decide, of which all that they name counts, and those to walk. */
  const plain: Func[] = [];
  const branching: Func[] = [];
  /** Branches to decide again. */
  const again: Branch[] = [];
  /** The branches that were decided because a global does not change. */
  const waiting = new Map<string, Branch[]>();

  const func = (name: string): void => {
    if (visited.has(name)) return;
    const found = module.funcs.get(name);
    if (!found) return;
    visited.add(name);
    const isPlain = found.display !== undefined || found.folded === found.body;
    (isPlain && !factsOf(found).references.some((e) => e.op === Op.global) ? plain : branching).push(found);
  };
  const all = (references: readonly Reference[]): void => {
    for (const e of references) {
      if (e.op === Op.call || e.op === Op.funcIndex) func(e.func);
      else if (e.op === Op.setGlobal) assigned(e);
    }
  };
  /** Whether a function names anything that would be news. */
  const isNews = (e: Reference): boolean =>
    e.op === Op.call || e.op === Op.funcIndex
      ? !visited.has(e.func) && module.funcs.has(e.func)
      : e.op === Op.setGlobal && constants.has(e.name);
  const assigned = ({ name, value }: Extract<Stmt, { op: typeof Op.setGlobal }>): void => {
    const before = constants.get(name);
    if (before && !(value.op === Op.const && Object.is(value.value, before.value))) {
      constants.delete(name);
      again.push(...(waiting.get(name) ?? []));
    }
  };
  /** The value of an expression as far as constants and unchanged globals give it; `used` collects the globals. */
  const known = (e: Expr, used: string[]): Const | undefined => {
    switch (e.op) {
      case Op.const:
        return e;
      case Op.global:
        used.push(e.name);
        return constants.get(e.name);
      case Op.num: {
        const args: Expr[] = [];
        for (const arg of e.args) {
          const value = known(arg, used);
          if (!value) return undefined;
          args.push(value);
        }
        const value = foldNum({ ...e, args });
        return value.op === Op.const ? value : undefined;
      }
      case Op.if: {
        const cond = known(e.cond, used);
        return cond && known(Number(cond.value) === 0 ? e.else : e.then, used);
      }
      default:
        return undefined;
    }
  };
  /** Visits the branch that is taken as far as is known, and the other one when that changes. */
  const branch = (s: If): void => {
    const used: string[] = [];
    const value = known(s.cond, used);
    if (!value) {
      expr(s.cond);
      side(s.then);
      side(s.else);
      return;
    }
    side(Number(value.value) === 0 ? s.else : s.then);
    const decided: Branch = { node: s, done: false };
    for (const name of used) {
      const list = waiting.get(name);
      if (list) list.push(decided);
      else waiting.set(name, [decided]);
    }
  };
  const side = (branch: If['then']): void => {
    if ('op' in branch) expr(branch);
    else list(branch);
  };
  const expr = (e: Expr): void => {
    switch (e.op) {
      case Op.call:
        func(e.func);
        exprs(e.args);
        return;
      case Op.num:
        exprs(e.args);
        return;
      case Op.as:
        expr(e.value);
        return;
      case Op.load:
        expr(e.addr);
        return;
      case Op.if:
        branch(e);
        return;
      case Op.seq:
        list(e.body);
        expr(e.value);
        return;
      case Op.funcIndex:
        func(e.func);
        return;
      case Op.callIndirect:
      case Op.select:
      case Op.memoryGrow:
        exprs(operands(e));
        return;
      default:
    }
  };
  const exprs = (parts: readonly Expr[]): void => {
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      if (part.op !== Op.get && part.op !== Op.const) expr(part);
    }
  };
  const list = (stmts: readonly Stmt[]): void => {
    for (let i = 0; i < stmts.length; i++) {
      const s = stmts[i]!;
      switch (s.op) {
        case Op.set:
        case Op.do:
          expr(s.value);
          break;
        case Op.if:
          branch(s);
          break;
        case Op.block:
        case Op.loop:
          list(s.body);
          break;
        case Op.setGlobal:
          assigned(s);
          expr(s.value);
          break;
        default:
          exprs(stmtOperands(s));
      }
    }
  };

  for (const name of module.exports.values()) func(name);
  for (const datum of module.data.values()) {
    for (const reloc of datum.relocs) if ('func' in reloc) func(reloc.func);
  }
  // What need not be walked comes first: often it leaves nothing new for the others.
  for (;;) {
    const simple = plain.pop();
    if (simple) {
      all(factsOf(simple).references);
      continue;
    }
    const undecided = again.pop();
    if (undecided) {
      if (!undecided.done) branch(undecided.node);
      undecided.done = true;
      continue;
    }
    const walked = branching.pop();
    if (!walked) return constants;
    if (factsOf(walked).references.some(isNews)) list(walked.body);
  }
}
