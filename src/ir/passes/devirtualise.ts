/**
 * Devirtualisation: a call of a function value whose closure is known calls its function directly, which lets it be
 * inlined, and what such a closure has captured is read from where it came from instead of from its environment.
 *
 * A closure is known where a local with a single assignment holds it and that assignment dominates: in the rest of its
 * statement list and in everything nested there. The pass runs after folding, which makes copies of locals one name.
 */

import { mapExpr, mapSame, mapStmt } from '../build.ts';
import { factsOf } from '../facts.ts';
import type { Expr, Func, Module, Stmt, Type } from '../ir.ts';
import * as Op from '../op.ts';

/** Where the table index of the function is in a closure (docs/values.md). */
const CODE = 4;

interface Closure {
  readonly func: string;
  /** What was captured, by offset, as far as it cannot change. */
  readonly captures: ReadonlyMap<number, Expr>;
}

/** Makes calls of known closures direct in the user's functions; the same module if there are none. */
export function devirtualise(module: Module): Module {
  const statics = new Map<string, Closure>();
  for (const [name, datum] of module.data) {
    const code = name.startsWith('closure:') ? datum.relocs.find((r) => r.at === CODE) : undefined;
    if (code && 'func' in code) statics.set(name, { func: code.func, captures: new Map() });
  }
  let changed = false;
  const funcs = new Map<string, Func>();
  for (const func of module.funcs.values()) {
    const body =
      func.display === undefined || !factsOf(func).hasIndirectCall ? func.body : rewrite(func, module, statics);
    if (body !== func.body) changed = true;
    funcs.set(func.name, body === func.body ? func : { ...func, body });
  }
  return changed ? { ...module, funcs } : module;
}

function rewrite(func: Func, module: Module, statics: ReadonlyMap<string, Closure>): readonly Stmt[] {
  const { sets } = factsOf(func);
  const known = new Map<number, Closure & { readonly captures: Map<number, Expr> }>();
  /** Locals that keep their value as far as the current list goes. */
  const settled = new Set<number>();
  for (let i = 0; i < func.params.length; i++) if (sets[i] === 0) settled.add(i);

  const closureOf = (e: Expr): Closure | undefined => {
    if (e.op === Op.as) return closureOf(e.value);
    if (e.op === Op.get) return known.get(e.local);
    return e.op === Op.data ? statics.get(e.name) : undefined;
  };
  /** A value that is the same wherever the closure is known. */
  const isStable = (e: Expr): boolean => {
    if (e.op === Op.as) return isStable(e.value);
    if (e.op === Op.const) return Number(e.value) !== 0; // a null may be a function that is declared later
    if (e.op === Op.data || e.op === Op.funcIndex) return true;
    return e.op === Op.get && settled.has(e.local);
  };
  const fits = (name: string, params: readonly Type[], result: Type | undefined): boolean => {
    const callee = module.funcs.get(name);
    return (
      callee !== undefined &&
      callee.result === result &&
      callee.params.length === params.length &&
      callee.params.every((type, i) => type === params[i])
    );
  };

  const forget = (learnt: readonly number[]): void => {
    for (const local of learnt) {
      known.delete(local);
      settled.delete(local);
    }
  };

  const expr = (e: Expr): Expr => {
    if (e.op === Op.load && (e.addr.op === Op.get || e.addr.op === Op.data)) {
      const captured = closureOf(e.addr)?.captures.get(e.offset);
      return captured && captured.type === e.type ? captured : e;
    }
    if (e.op === Op.seq) {
      const learnt: number[] = [];
      const body = list(e.body, learnt);
      const value = expr(e.value);
      forget(learnt);
      return body === e.body && value === e.value ? e : { ...e, body, value };
    }
    const mapped = mapExpr(e, { expr, body });
    if (mapped.op !== Op.callIndirect) return mapped;
    const { target, args, params, type, span } = mapped;
    const closure = target.op === Op.load && target.offset === CODE ? closureOf(target.addr) : undefined;
    return closure && fits(closure.func, params, type) ? { op: Op.call, type, func: closure.func, args, span } : mapped;
  };

  /** Notes what a statement says of the values that locals hold. */
  const learn = (s: Stmt, learnt: number[]): void => {
    if (s.op === Op.set) {
      if (sets[s.local] !== 1 || s.local < func.params.length) return;
      settled.add(s.local);
      learnt.push(s.local);
      const closure = closureOf(s.value);
      if (closure) known.set(s.local, { func: closure.func, captures: new Map(closure.captures) });
      return;
    }
    if (s.op !== Op.store || s.addr.op !== Op.get || sets[s.addr.local] !== 1) return;
    const { local } = s.addr;
    if (s.offset === CODE && s.value.op === Op.funcIndex) {
      known.set(local, { func: s.value.func, captures: new Map() });
      learnt.push(local);
    } else if (known.has(local) && isStable(s.value)) known.get(local)!.captures.set(s.offset, s.value);
  };
  const list = (stmts: readonly Stmt[], learnt: number[]): readonly Stmt[] =>
    mapSame(stmts, (s) => {
      const mapped = mapStmt(s, { expr, body });
      learn(mapped, learnt);
      return mapped;
    });
  const body = (stmts: readonly Stmt[]): readonly Stmt[] => {
    const learnt: number[] = [];
    const out = list(stmts, learnt);
    forget(learnt);
    return out;
  };

  return body(func.body);
}
