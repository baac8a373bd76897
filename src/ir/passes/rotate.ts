/**
 * Loop rotation: a loop that tests at its top whether it goes on (`loop { br out if c; ...; br loop }`) tests once before and
 * then at its bottom, which is one jump instead of two in each round. The last pass over loops: the others expect the test at
 * the top.
 */

import { copyFunc, jumpsTo, listMapper, mapLists, mapStmt, operands } from '../build.ts';
import { returnsLike } from '../calls.ts';
import { factsOf, refersLike } from '../facts.ts';
import type { Expr, Func, Module, Stmt } from '../ir.ts';
import * as Op from '../op.ts';
import { negate } from './fold-num.ts';

type Loop = Extract<Stmt, { op: typeof Op.loop }>;

/** Nodes of a condition up to which it is there twice. */
const LARGEST = 12;

/** Rotates loops in all functions. */
export function rotateModule(module: Module): Module {
  const funcs = new Map<string, Func>();
  for (const func of module.funcs.values()) {
    const { hasLoop, nesting } = factsOf(func);
    const after = hasLoop ? rotateFunc(func, nesting) : func;
    funcs.set(func.name, after);
  }
  return { ...module, funcs };
}

function rotateFunc(func: Func, nesting: ReadonlySet<Stmt>): Func {
  /** `around` is the label of the block whose body the list is. */
  const rotated = (stmts: readonly Stmt[], around?: number): readonly Stmt[] => {
    let out: Stmt[] | undefined;
    for (let i = 0; i < stmts.length; i++) {
      const s = stmts[i]!;
      let mapped: Stmt = s;
      if (s.op === Op.block) {
        const body = rotated(s.body, s.label);
        if (body !== s.body) mapped = { ...s, body };
      } else if (nesting.has(s)) mapped = mapStmt(s, lists);
      else if (s.op === Op.if || s.op === Op.loop) mapped = mapLists(s, list);
      const end = i === stmts.length - 1 ? around : undefined;
      const made = mapped.op === Op.loop ? rotate(mapped, end, nesting.has(s)) : undefined;
      if (made || mapped !== s) out ??= stmts.slice(0, i);
      if (made) out!.push(...made);
      else out?.push(mapped);
    }
    return out ?? stmts;
  };
  const list = (inner: readonly Stmt[]): readonly Stmt[] => rotated(inner);
  const lists = listMapper(list);
  const body = rotated(func.body);
  if (body === func.body) return func;
  const after = copyFunc(func, body);
  returnsLike(func, after);
  refersLike(func, after);
  return after;
}

/**
 * The loop rotated; `around` is the label of the block that ends where the loop ends, and `isNesting` says whether there
 * are statements in expressions of it.
 */
function rotate(s: Loop, around: number | undefined, isNesting: boolean): Stmt[] | undefined {
  const { body, label } = s;
  const head = body[0];
  const last = body[body.length - 1];
  if (head?.op !== Op.brIf || head.label === label || last?.op !== Op.br || last.label !== label) return undefined;
  const rest = body.slice(1, -1);
  if (!isShort(head.cond) || (isNesting ? jumpsTo(rest, label) : hasJump(rest, label))) return undefined;
  const loop: Stmt = { ...s, body: [...rest, { op: Op.brIf, label, cond: negate(head.cond) }] };
  return head.label === around ? [head, loop] : [head, loop, { op: Op.br, label: head.label }];
}

/** Whether a jump of the list goes to the label, not looking into expressions. */
function hasJump(stmts: readonly Stmt[], label: number): boolean {
  for (const s of stmts) {
    switch (s.op) {
      case Op.set:
        break;
      case Op.if:
        if (hasJump(s.then, label) || hasJump(s.else, label)) return true;
        break;
      case Op.block:
      case Op.loop:
        if (hasJump(s.body, label)) return true;
        break;
      case Op.br:
      case Op.brIf:
        if (s.label === label) return true;
        break;
      case Op.switch:
        if (s.otherwise === label || s.labels.includes(label)) return true;
        break;
      default:
    }
  }
  return false;
}

/** Whether a condition is short, and nothing but a value. */
const isShort = (cond: Expr): boolean => nodesOf(cond) <= LARGEST;

/** The nodes of an expression; Infinity if there is more to it than a value. */
function nodesOf(e: Expr): number {
  switch (e.op) {
    case Op.seq:
    case Op.call:
    case Op.callIndirect:
    case Op.if:
    case Op.memoryGrow:
      return Infinity;
    default: {
      let nodes = 1;
      for (const part of operands(e)) nodes += nodesOf(part);
      return nodes;
    }
  }
}
