/**
 * Inlining of the user's functions. Their frames stay in stack traces: the line table tells them (wasm/lines.ts).
 *
 * It runs on the IR as it is lowered, before run-time functions are inlined, so sizes are those of the source. Inlined
 * are small functions, functions with a single call, and those that are given a function they call (so that the call
 * becomes direct, see devirtualise.ts). A small recursive function is inlined into itself a few times: the calls that
 * remain do the work of several.
 */

import { factsOf } from '../facts.ts';
import type { Expr, Func, Module } from '../ir.ts';
import * as Op from '../op.ts';
import { type Candidate, candidateOf, countUses, inlineInto, inlineWhere, type Policy } from './inline.ts';

/** Nodes up to which a function is inlined wherever it is called. */
const TINY = 16;
/** Nodes up to which a function is inlined in loops and in functions that may themselves be called in loops. */
const SMALL = 60;
/** Nodes up to which a function is inlined that is given a function to call. */
const HIGHER_ORDER = 160;
/** Nodes up to which a function with a single call is inlined. */
const SINGLE = 300;
/** Nodes by which inlining may make a function grow. */
const GROWTH = 3000;
/** Nodes up to which a function is inlined into itself, and up to which it may grow by that. */
const RECURSIVE = 150;
const RECURSIVE_GROWTH = 600;

/** Inlines functions of the user in a module that `reach` has made; what nothing calls any more stays until the next. */
export function inlineUser(module: Module): Module {
  const uses = countUses(module);
  const policy: Policy = {
    eligible: (func) => func.display !== undefined && func.inline !== 'never',
    wanted: (callee, call, { caller, loops }) => {
      if (callee.selfCalls > 0 || caller.display === undefined) return false;
      const { nodes } = callee;
      if (nodes <= TINY) return true;
      if (nodes <= SINGLE && uses.get(callee.func.name) === 1) return true;
      if (nodes <= SMALL && (loops > 0 || (uses.get(caller.name) ?? 0) > 1)) return true;
      return nodes <= HIGHER_ORDER && call.args.some((arg) => isClosure(arg)) && factsOf(callee.func).hasIndirectCall;
    },
    growth: GROWTH,
  };
  const inlined = inlineWhere(module, policy);
  const funcs = new Map<string, Func>();
  for (const func of inlined.funcs.values()) {
    funcs.set(func.name, policy.eligible(func) ? unrollRecursion(func) : func);
  }
  return { ...inlined, funcs };
}

/** A recursive function with its calls of itself inlined, as often as its size allows. */
function unrollRecursion(func: Func): Func {
  const original = candidateOf(func);
  if (original.selfCalls === 0 || original.nodes > RECURSIVE) return func;
  const policy: Policy = { eligible: () => true, wanted: () => true, growth: Number.POSITIVE_INFINITY };
  let inner: Candidate = original;
  for (;;) {
    const unrolled = candidateOf(inlineInto(func, (name) => (name === func.name ? inner : undefined), policy));
    if (unrolled.nodes > RECURSIVE_GROWTH) return inner.func;
    inner = unrolled;
  }
}

/** Whether an expression makes a closure or is one without captures. */
function isClosure(e: Expr): boolean {
  if (e.op === Op.data) return e.name.startsWith('closure:');
  return e.op === Op.seq && e.body.some((s) => s.op === Op.store && s.value.op === Op.funcIndex);
}
