/**
 * Folding: constants, dead branches, and locals that are only names for values (fold-body.ts). It runs before and after
 * inlining, whose substituted arguments make most of the constants.
 */

import { noReturnFuncs } from '../calls.ts';
import { factsOf } from '../facts.ts';
import type { Func, Module, Stmt } from '../ir.ts';
import * as Op from '../op.ts';
import { type Facts, foldBody } from './fold-body.ts';
import { constantGlobals } from './globals.ts';

/** Folds all functions of a module, in two rounds: a third would find next to nothing. */
export function foldModule(module: Module): Module {
  return foldWith(module, constantGlobals(module), () => true, 2);
}

/**
 * Folds without looking for globals that never change: those of a whole program are constants after its first folding,
 * and those of the library alone may be set by what is compiled with it. (Functions of the library that a program gets as
 * they come from here need not be folded again, unless it never changes one of their globals.) One round does between other
 * passes.
 */
export function foldLocally(module: Module, chosen: (func: Func) => boolean, rounds = 1): Module {
  return foldWith(module, new Map(), chosen, rounds);
}

function foldWith(module: Module, globals: Facts['globals'], chosen: (func: Func) => boolean, rounds: number): Module {
  const facts: Facts = { noReturn: noReturnFuncs(module), globals };
  const funcs = new Map<string, Func>();
  for (const func of module.funcs.values()) {
    funcs.set(func.name, chosen(func) && needsFolding(func, facts) ? foldFunc(func, facts, rounds) : func);
  }
  return { ...module, funcs };
}

/** Bodies in which folding has found nothing to do, with the functions that were known never to return. */
const settledBodies = new WeakMap<readonly Stmt[], ReadonlySet<string>>();

/** Whether folding a function may change it: not if that has been done, and nothing has become known since. */
function needsFolding(func: Func, { noReturn, globals }: Facts): boolean {
  const { body } = func;
  const before = func.folded === body ? undefined : settledBodies.get(body);
  if (before === undefined && func.folded !== body) return true;
  const { references } = factsOf(func);
  for (let i = 0; i < references.length; i++) {
    const e = references[i]!;
    if (e.op === Op.global || e.op === Op.setGlobal) {
      if (globals.has(e.name)) return true;
    } else if (before !== undefined && e.op === Op.call && noReturn.has(e.func) && !before.has(e.func)) return true;
  }
  return false;
}

/** Folds one function. */
function foldFunc(func: Func, facts: Facts, rounds: number): Func {
  let current = func;
  for (let round = 0; round < rounds; round++) {
    const body = foldBody(current, facts);
    if (body === current.body) {
      settledBodies.set(body, facts.noReturn);
      break;
    }
    // Passes that add locals copy them first.
    current = { ...current, body };
  }
  return current;
}
