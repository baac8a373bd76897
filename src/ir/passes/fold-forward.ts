/**
 * Substitution of a value for the one read of a local, which is the first thing that what follows evaluates (or evaluates
 * behind nothing that minds), and what moving an evaluation depends on.
 */

import { assigns, mapStmt, stmtOperands, walkExpr } from '../build.ts';
import type { Expr, Stmt } from '../ir.ts';
import * as Op from '../op.ts';
import { mayTrap } from '../ops.ts';

/** True if evaluating the expression has no effect that anybody can see; loads count as such. */
export function isPure(e: Expr): boolean {
  switch (e.op) {
    case Op.const:
    case Op.get:
    case Op.global:
    case Op.data:
    case Op.funcIndex:
    case Op.memorySize:
      return true;
    case Op.num:
      if (mayTrap(e.code)) return false;
      for (let i = 0; i < e.args.length; i++) if (!isPure(e.args[i]!)) return false;
      return true;
    case Op.as:
      return isPure(e.value);
    case Op.load:
      return isPure(e.addr);
    case Op.if:
    case Op.select:
      return isPure(e.cond) && isPure(e.then) && isPure(e.else);
    default:
      return false;
  }
}

/** True if evaluating it has no effect and the value depends on nothing but locals. */
export function isTimeless(e: Expr): boolean {
  switch (e.op) {
    case Op.const:
    case Op.get:
    case Op.data:
    case Op.funcIndex:
      return true;
    case Op.num:
      if (mayTrap(e.code)) return false;
      for (let i = 0; i < e.args.length; i++) if (!isTimeless(e.args[i]!)) return false;
      return true;
    case Op.as:
      return isTimeless(e.value);
    case Op.if:
    case Op.select:
      return isTimeless(e.cond) && isTimeless(e.then) && isTimeless(e.else);
    default:
      return false;
  }
}

/** The statement with the first thing it evaluates, a get of the local, replaced; undefined if that is something else. */
export function substituteFirst(s: Stmt, local: number, value: Expr): Stmt | undefined {
  switch (s.op) {
    case Op.set:
    case Op.setGlobal:
    case Op.do:
    case Op.switch:
    case Op.return: {
      const direct = s.value && replaceIn(s.value, local, value);
      return direct && ({ ...s, value: direct } as Stmt);
    }
    case Op.if:
    case Op.brIf: {
      const cond = replaceIn(s.cond, local, value);
      return cond && { ...s, cond };
    }
    case Op.store: {
      const parts = replaceFirst([s.addr, s.value], local, value);
      return parts && { ...s, addr: parts[0]!, value: parts[1]! };
    }
    case Op.memoryCopy:
    case Op.memoryFill: {
      const replaced = replaceFirst(stmtOperands(s), local, value);
      let i = 0;
      return replaced && mapStmt(s, { expr: () => replaced[i++]!, body: (b) => b });
    }
    default:
      return undefined;
  }
}

function replaceFirst(parts: readonly Expr[], local: number, value: Expr): Expr[] | undefined {
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (part.op === Op.const) continue;
    const found = replaceIn(part, local, value);
    if (found) {
      const out = parts.slice();
      out[i] = found;
      return out;
    }
    if (!mayPass(part, value)) return undefined;
  }
  return undefined;
}

/** Whether `value` may be evaluated after `part` instead of before it. */
function mayPass(part: Expr, value: Expr): boolean {
  const { op } = part;
  if (op === Op.get) return !assigns(value, part.local);
  if (op === Op.const || op === Op.data || op === Op.funcIndex) return true;
  return isTimeless(value) && (isPure(part) || !assignsAny(part, value));
}

/** Whether `part` assigns a local that one of the first `count` values reads. */
export function assignsAnyOf(part: Expr, values: readonly Expr[], count: number): boolean {
  for (let i = 0; i < count; i++) if (assignsAny(part, values[i]!)) return true;
  return false;
}

/** Whether `part` assigns a local that `value` reads. */
function assignsAny(part: Expr, value: Expr): boolean {
  let found = false;
  walkExpr(value, (e) => {
    if (e.op === Op.get && assigns(part, e.local)) found = true;
  });
  return found;
}

export function replaceIn(e: Expr, local: number, value: Expr): Expr | undefined {
  switch (e.op) {
    case Op.get:
      return e.local === local ? value : undefined;
    case Op.as: {
      const inner = replaceIn(e.value, local, value);
      return inner && { ...e, value: inner };
    }
    case Op.load: {
      const inner = replaceIn(e.addr, local, value);
      return inner && { ...e, addr: inner };
    }
    case Op.num:
    case Op.call: {
      const args = replaceFirst(e.args, local, value);
      return args && { ...e, args };
    }
    case Op.if: {
      const cond = replaceIn(e.cond, local, value);
      return cond && { ...e, cond };
    }
    case Op.select: {
      const parts = replaceFirst([e.then, e.else, e.cond], local, value);
      return parts && { ...e, then: parts[0]!, else: parts[1]!, cond: parts[2]! };
    }
    default:
      return undefined;
  }
}
