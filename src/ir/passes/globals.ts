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
import type { Expr, Module, Stmt } from '../ir.ts';
import { foldNum } from './fold-num.ts';

type Const = Extract<Expr, { op: 'const' }>;

/** The globals of a module that keep their initial value, as constants. */
export function constantGlobals(module: Module): Map<string, Const> {
  const constants = new Map<string, Const>();
  for (const g of module.globals.values()) constants.set(g.name, { op: 'const', type: g.type, value: g.init });
  const visited = new Set<string>();
  const queue: (() => void)[] = [];
  /** What is visited when a global turns out to change. */
  const waiting = new Map<string, (() => void)[]>();

  const func = (name: string): void => {
    const found = module.funcs.get(name);
    if (!found || visited.has(name)) return;
    visited.add(name);
    const { references } = factsOf(found);
    // Without a global in it there is no branch to decide: what it names is all that counts.
    if (found.display === undefined || references.some((e) => e.op === 'global')) queue.push(() => list(found.body));
    else queue.push(() => all(references));
  };
  const all = (references: readonly Reference[]): void => {
    for (const e of references) {
      if (e.op === 'call' || e.op === 'funcIndex') func(e.func);
      else if (e.op === 'setGlobal') assigned(e);
    }
  };
  const assigned = ({ name, value }: Extract<Stmt, { op: 'setGlobal' }>): void => {
    const before = constants.get(name);
    if (before && !(value.op === 'const' && Object.is(value.value, before.value))) {
      constants.delete(name);
      queue.push(...(waiting.get(name) ?? []));
    }
  };
  /** The value of an expression as far as constants and unchanged globals give it; `used` collects the globals. */
  const known = (e: Expr, used: Set<string>): Const | undefined => {
    switch (e.op) {
      case 'const':
        return e;
      case 'global':
        used.add(e.name);
        return constants.get(e.name);
      case 'num': {
        const args: Expr[] = [];
        for (const arg of e.args) {
          const value = known(arg, used);
          if (!value) return undefined;
          args.push(value);
        }
        const value = foldNum({ ...e, args });
        return value.op === 'const' ? value : undefined;
      }
      case 'if': {
        const cond = known(e.cond, used);
        return cond && known(Number(cond.value) === 0 ? e.else : e.then, used);
      }
      default:
        return undefined;
    }
  };
  /** Visits the branch that is taken as far as is known, and the other one when that changes. */
  const branch = (cond: Expr, yes: () => void, no: () => void): void => {
    const used = new Set<string>();
    const value = known(cond, used);
    if (!value) {
      expr(cond);
      yes();
      no();
      return;
    }
    (Number(value.value) === 0 ? no : yes)();
    let done = false;
    const again = (): void => {
      if (done) return;
      done = true;
      branch(cond, yes, no);
    };
    for (const name of used) {
      const list = waiting.get(name);
      if (list) list.push(again);
      else waiting.set(name, [again]);
    }
  };
  const expr = (e: Expr): void => {
    if (e.op === 'call' || e.op === 'funcIndex') func(e.func);
    if (e.op === 'if') {
      branch(
        e.cond,
        () => expr(e.then),
        () => expr(e.else),
      );
      return;
    }
    if (e.op === 'seq') list(e.body);
    const parts = operands(e);
    for (let i = 0; i < parts.length; i++) expr(parts[i]!);
  };
  const list = (stmts: readonly Stmt[]): void => {
    for (let i = 0; i < stmts.length; i++) stmt(stmts[i]!);
  };
  const stmt = (s: Stmt): void => {
    if (s.op === 'if') {
      branch(
        s.cond,
        () => list(s.then),
        () => list(s.else),
      );
      return;
    }
    if (s.op === 'setGlobal') assigned(s);
    const parts = stmtOperands(s);
    for (let i = 0; i < parts.length; i++) expr(parts[i]!);
    if (s.op === 'block' || s.op === 'loop') list(s.body);
  };

  for (const name of module.exports.values()) func(name);
  for (const datum of module.data.values()) {
    for (const reloc of datum.relocs) if ('func' in reloc) func(reloc.func);
  }
  for (let visit = queue.pop(); visit; visit = queue.pop()) visit();
  return constants;
}
