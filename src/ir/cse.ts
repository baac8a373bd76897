/**
 * Common subexpressions: a local that is computed again from the same locals becomes another name for the first one, and a
 * failure that was ruled out before is not tested for again. Inlined index arithmetic (`xs[i - 1]` in several places)
 * makes both. The code generator finds equal values, too, but not that a test of them has been made; and later passes
 * see one index instead of many.
 *
 * A computation is available in the rest of its statement list and in everything nested there, until one of its operands
 * is assigned. Only locals with one assignment take part.
 */
import { copyFunc, fallsThrough, mapExpr, mapStmt, walk, walkStmts } from './build.ts';
import { noReturnFuncs } from './calls.ts';
import { factsOf } from './facts.ts';
import type { Expr, Func, Module, Stmt } from './ir.ts';
import { mayTrap } from './ops.ts';

type Get = Extract<Expr, { op: 'get' }>;

/** Removes repeated computations in the functions of the user (what the library has inlined into them included). */
export function cseModule(module: Module): Module {
  const noReturn = noReturnFuncs(module);
  const funcs = new Map<string, Func>();
  for (const func of module.funcs.values()) {
    funcs.set(func.name, func.display === undefined ? func : cseFunc(func, (name) => noReturn.has(name)));
  }
  return { ...module, funcs };
}

function cseFunc(func: Func, noReturn: (name: string) => boolean): Func {
  const { sets, gets } = factsOf(func);
  /** Computations with the local that holds them, and conditions known to be false. */
  const available = new Map<string, Get | 'false'>();
  /** What becomes unknown when a local is assigned. */
  const users = new Map<number, string[]>();
  const names = new Map<number, Get>();

  const assign = (local: number): void => {
    const keys = users.get(local);
    if (!keys) return;
    for (const key of keys) available.delete(key);
    users.delete(local);
  };
  const learn = (e: Expr, key: string, fact: Get | 'false', mine: string[]): void => {
    available.set(key, fact);
    mine.push(key);
    walk([{ op: 'do', value: e }], (part) => {
      if (part.op !== 'get') return;
      const keys = users.get(part.local);
      if (keys) keys.push(key);
      else users.set(part.local, [key]);
    });
  };

  const expr = (e: Expr): Expr => {
    if (e.op === 'get') return names.get(e.local) ?? e;
    return mapExpr(e, { expr, body: list });
  };
  const list = (stmts: readonly Stmt[]): readonly Stmt[] => {
    const mine: string[] = [];
    const named: number[] = [];
    const out: Stmt[] = [];
    let isSame = true;
    for (let i = 0; i < stmts.length; i++) {
      const s = stmts[i]!;
      if (s.op === 'loop') {
        walkStmts(s.body, (inner) => {
          if (inner.op === 'set') assign(inner.local);
        });
      }
      const mapped = mapStmt(s, { expr, body: list });
      const test = mapped.op === 'if' || mapped.op === 'brIf' ? keyOf(mapped.cond) : undefined;
      if (test !== undefined && available.get(`?${test}`) === 'false') {
        isSame = false;
        if (mapped.op === 'if') out.push(...mapped.else);
        continue;
      }
      if (mapped.op === 'set') {
        const key = mapped.value.op === 'num' ? keyOf(mapped.value) : undefined;
        assign(mapped.local);
        if (key !== undefined && sets[mapped.local] === 1 && mapped.local >= func.params.length) {
          const type = func.locals[mapped.local]!;
          const known = available.get(key);
          if (known && known !== 'false' && known.type === type) {
            if (usesIn(stmts, i + 1, mapped.local) === gets[mapped.local]) {
              names.set(mapped.local, known);
              named.push(mapped.local);
              isSame = false;
              continue;
            }
          } else learn(mapped.value, key, { op: 'get', type, local: mapped.local }, mine);
        }
      }
      out.push(mapped);
      if (mapped !== s) isSame = false;
      if (test === undefined) continue;
      const isFalse = mapped.op === 'brIf' || (mapped.op === 'if' && !fallsThrough(mapped.then, noReturn));
      // Its branches may have assigned what it depends on.
      if (isFalse && !assignsOperand(s, mapped as { cond: Expr })) {
        learn((mapped as { cond: Expr }).cond, `?${test}`, 'false', mine);
      }
    }
    for (const key of mine) available.delete(key);
    for (const local of named) names.delete(local);
    return isSame ? stmts : out;
  };
  const usesIn = (stmts: readonly Stmt[], start: number, local: number): number => {
    let uses = 0;
    for (let i = start; i < stmts.length; i++) {
      walk([stmts[i]!], (e) => {
        if (e.op === 'get' && e.local === local) uses++;
      });
    }
    return uses;
  };

  const body = list(func.body);
  return body === func.body ? func : copyFunc(func, body);
}

function assignsOperand(s: Stmt, { cond }: { readonly cond: Expr }): boolean {
  const assigned = new Set<number>();
  walkStmts([s], (inner) => {
    if (inner.op === 'set') assigned.add(inner.local);
  });
  let found = false;
  walk([{ op: 'do', value: cond }], (e) => {
    if (e.op === 'get' && assigned.has(e.local)) found = true;
  });
  return found;
}

/** A text that equal computations from locals and constants share; undefined for anything else. */
function keyOf(e: Expr, depth = 3): string | undefined {
  switch (e.op) {
    case 'const':
      return `${e.type} ${Object.is(e.value, -0) ? '-0' : e.value}`;
    case 'get':
      return `$${e.local}`;
    case 'as':
      return keyOf(e.value, depth);
    case 'num': {
      if (depth === 0 || mayTrap(e.code)) return undefined;
      let text = `(${e.code}`;
      for (const arg of e.args) {
        const part = keyOf(arg, depth - 1);
        if (part === undefined) return undefined;
        text += ` ${part}`;
      }
      return `${text})`;
    }
    default:
      return undefined;
  }
}
