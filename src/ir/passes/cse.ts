/**
 * Common subexpressions: a local that is computed again from the same locals becomes another name for the first one, and a
 * failure that was ruled out before is not tested for again. Inlined index arithmetic (`xs[i - 1]` in several places)
 * makes both. The code generator finds equal values, too, but not that a test of them has been made; and later passes
 * see one index instead of many.
 *
 * A computation is available in the rest of its statement list and in everything nested there, until one of its operands
 * is assigned. Only locals with one assignment take part.
 *
 * A load is available until something may have written what it read. A word of an object always holds the same type, so only a
 * store of the same width and kind does that (type-based alias analysis: Diwan, McKinley, Moss, PLDI 1998), or a call that
 * writes.
 */

import {
  copyFunc,
  fallsThrough,
  get,
  hasStmts,
  type Mapper,
  mapExpr,
  mapStmt,
  operands,
  stmtOperands,
  walk,
  walkStmts,
} from '../build.ts';
import { noReturnFuncs, writingFuncs } from '../calls.ts';
import { factsOf } from '../facts.ts';
import type { Expr, Func, Module, Stmt } from '../ir.ts';
import * as Op from '../op.ts';
import { Numbering } from './numbering.ts';

const isUser = (func: Func): boolean => func.display !== undefined;

type Get = Extract<Expr, { op: typeof Op.get }>;

/** Removes repeated computations in the functions of the user (what the library has inlined into them included). */
export function cseModule(module: Module, chosen: (func: Func) => boolean = isUser): Module {
  const noReturn = noReturnFuncs(module);
  const writes = writingFuncs(module, noReturn);
  const context: Context = { noReturn: (name) => noReturn.has(name), writes, numbers: new Numbering() };
  const funcs = new Map<string, Func>();
  for (const func of module.funcs.values()) funcs.set(func.name, chosen(func) ? cseFunc(func, context) : func);
  return { ...module, funcs };
}

/** What is known about the module. */
interface Context {
  readonly noReturn: (name: string) => boolean;
  readonly writes: (name: string) => boolean;
  readonly numbers: Numbering;
}

function cseFunc(func: Func, { noReturn, writes, numbers }: Context): Func {
  const { sets, gets } = factsOf(func);
  /** Computations by their number, with the local that holds them; conditions known to be false by the negative number. */
  const available = new Map<number, Get | 'false'>();
  /** What becomes unknown when a local is assigned. */
  const users = new Map<number, number[]>();
  /** The same for loads, by what they read. */
  const loads = new Map<string, number[]>();
  const names = new Map<number, Get>();
  /** Locals that have been assigned in what has been visited: the only assignment of most is behind where they are read. */
  const done: boolean[] = [];
  /** Whether a loop may assign something that is available before it. */
  let mayAssign = false;

  const assign = (local: number): void => {
    const keys = users.get(local);
    if (!keys) return;
    for (const key of keys) available.delete(key);
    users.delete(local);
  };
  const learn = (e: Expr, key: number, fact: Get | 'false', mine: number[]): void => {
    available.set(key, fact);
    mine.push(key);
    depends(e, key);
  };
  /** Notes what the value of an expression that has a key depends on. */
  const depends = (e: Expr, key: number): void => {
    switch (e.op) {
      case Op.num:
        for (let i = 0; i < e.args.length; i++) depends(e.args[i]!, key);
        return;
      case Op.get:
        note(users, e.local, key);
        if (sets[e.local] !== 0 && !(sets[e.local] === 1 && done[e.local])) mayAssign = true;
        return;
      case Op.as:
        depends(e.value, key);
        return;
      case Op.load:
        note(loads, wordOf(e.code), key);
        depends(e.addr, key);
        return;
      case Op.seq:
        for (const s of e.body) if (s.op === Op.keep) depends(s.value, key);
        depends(e.value, key);
        return;
      default:
    }
  };
  /** Forgets the loads of a kind of word, or all. */
  const write = (kind?: string): void => {
    if (loads.size === 0) return;
    for (const loaded of kind === undefined ? [...loads.keys()] : [kind]) {
      const keys = loads.get(loaded);
      if (!keys) continue;
      for (const key of keys) available.delete(key);
      loads.delete(loaded);
    }
  };
  const writesIn = (s: Stmt): void => {
    if (s.op === Op.store) write(wordOf(s.code));
    else if (s.op === Op.memoryCopy || s.op === Op.memoryFill) write();
  };
  const writesOf = (e: Expr): void => {
    if (e.op === Op.callIndirect || e.op === Op.memoryGrow || (e.op === Op.call && writes(e.func))) write();
  };

  // Half of all nodes are constants and locals without another name: where most of these are, nothing is called for them.
  const expr = (e: Expr): Expr => {
    switch (e.op) {
      case Op.get:
        return names.get(e.local) ?? e;
      case Op.const:
      case Op.data:
        return e;
      case Op.num: {
        const args = exprs(e.args);
        return args === e.args ? e : { ...e, args };
      }
      case Op.load: {
        const { addr: before } = e;
        const addr = before.op === Op.get && names.size === 0 ? before : expr(before);
        const mapped = addr === before ? e : { ...e, addr };
        if (loads.size === 0) return mapped;
        const key = numbers.of(mapped);
        const known = key === 0 ? undefined : available.get(key);
        return known && known !== 'false' && known.type === mapped.type ? known : mapped;
      }
      case Op.call: {
        const args = exprs(e.args);
        if (loads.size > 0 && writes(e.func)) write();
        return args === e.args ? e : { ...e, args };
      }
      default: {
        const mapped = mapExpr(e, mapper);
        if (loads.size > 0) writesOf(mapped);
        return mapped;
      }
    }
  };
  /** Rewrites operands; the same array if nothing changed. */
  const exprs = (parts: readonly Expr[]): readonly Expr[] => {
    let out: Expr[] | undefined;
    for (let i = 0; i < parts.length; i++) {
      const before = parts[i]!;
      const after = before.op === Op.const || (before.op === Op.get && names.size === 0) ? before : expr(before);
      if (after !== before) out ??= parts.slice();
      if (out) out[i] = after;
    }
    return out ?? parts;
  };
  const list = (stmts: readonly Stmt[]): readonly Stmt[] => {
    const mine: number[] = [];
    const named: number[] = [];
    const out: Stmt[] = [];
    let isSame = true;
    for (let i = 0; i < stmts.length; i++) {
      const s = stmts[i]!;
      switch (s.op) {
        case Op.set: {
          const { local, value: before } = s;
          const value = before.op === Op.const ? before : expr(before);
          done[local] = true;
          const known = assigned(local, before, value, mine);
          if (known && usesIn(stmts, i + 1, local) === gets[local]) {
            names.set(local, known);
            named.push(local);
            isSame = false;
            continue;
          }
          if (value !== before) isSame = false;
          out.push(value === before ? s : { ...s, value });
          break;
        }
        case Op.if:
        case Op.brIf: {
          const mapped = mapStmt(s, mapper) as typeof s;
          const { cond } = mapped;
          const test = numbers.of(cond);
          if (test !== 0 && available.has(-test)) {
            isSame = false;
            if (mapped.op === Op.if) out.push(...mapped.else);
            continue;
          }
          out.push(mapped);
          if (mapped !== s) isSame = false;
          if (test === 0) continue;
          const isFalse = mapped.op === Op.brIf || !fallsThrough(mapped.then, noReturn);
          // Its branches may have assigned what it depends on.
          if (isFalse && !assignsOperand(s, cond)) learn(cond, -test, 'false', mine);
          break;
        }
        default: {
          if (s.op === Op.loop && available.size > 0) ahead(s.body);
          const mapped = mapStmt(s, mapper);
          if (loads.size > 0) writesIn(mapped);
          if (mapped !== s) isSame = false;
          out.push(mapped);
        }
      }
    }
    for (let i = 0; i < mine.length; i++) available.delete(mine[i]!);
    for (let i = 0; i < named.length; i++) names.delete(named[i]!);
    return isSame ? stmts : out;
  };
  /** Notes an assignment of a value; gives the local that the value is in already, if there is one. */
  const assigned = (local: number, before: Expr, value: Expr, mine: number[]): Get | undefined => {
    const { op } = value;
    const key = op === Op.num || op === Op.load ? numbers.of(value) : 0;
    assign(local);
    if (sets[local] !== 1) return undefined;
    if (op === Op.get) return before.op === Op.load ? value : undefined;
    if (key === 0 || local < func.params.length) return undefined;
    const type = func.locals[local]!;
    const known = available.get(key);
    if (known && known !== 'false' && known.type === type) return known;
    learn(value, key, get(local, type), mine);
    return undefined;
  };
  /** Forgets what a loop assigns and writes. */
  const ahead = (body: readonly Stmt[]): void => {
    if (mayAssign) {
      walkStmts(body, (s) => {
        if (s.op === Op.set) assign(s.local);
      });
    }
    writesAhead(body);
  };
  const writesAhead = (body: readonly Stmt[]): void => {
    for (let i = 0; i < body.length && loads.size > 0; i++) {
      const s = body[i]!;
      switch (s.op) {
        case Op.set:
        case Op.do:
          writesAheadOf(s.value);
          break;
        case Op.if:
          writesAheadOf(s.cond);
          writesAhead(s.then);
          writesAhead(s.else);
          break;
        case Op.block:
        case Op.loop:
          writesAhead(s.body);
          break;
        default: {
          writesIn(s);
          for (const e of stmtOperands(s)) writesAheadOf(e);
        }
      }
    }
  };
  const writesAheadOf = (e: Expr): void => {
    if (e.op === Op.get || e.op === Op.const) return;
    writesOf(e);
    if (e.op === Op.seq) writesAhead(e.body);
    const parts = operands(e);
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      if (part.op !== Op.get && part.op !== Op.const) writesAheadOf(part);
    }
  };
  const usesIn = (stmts: readonly Stmt[], start: number, local: number): number => {
    let uses = 0;
    for (let i = start; i < stmts.length; i++) {
      walk([stmts[i]!], (e) => {
        if (e.op === Op.get && e.local === local) uses++;
      });
    }
    return uses;
  };
  const mapper: Mapper = { expr, body: list };

  const body = list(func.body);
  return body === func.body ? func : copyFunc(func, body);
}

/** Adds a key to those of a local or of a kind of word. */
function note<K>(map: Map<K, number[]>, at: K, key: number): void {
  const keys = map.get(at);
  if (keys) keys.push(key);
  else map.set(at, [key]);
}

/** Whether a test, or what is done when it succeeds, assigns what the condition depends on. */
function assignsOperand(s: Stmt, cond: Expr): boolean {
  if (s.op === Op.brIf && !hasStmts(s.cond)) return false;
  const assigned = new Set<number>();
  walkStmts([s], (inner) => {
    if (inner.op === Op.set) assigned.add(inner.local);
  });
  let found = false;
  walk([{ op: Op.do, value: cond }], (e) => {
    if (e.op === Op.get && assigned.has(e.local)) found = true;
  });
  return found;
}

/** What kind of word an access touches: its width, and whether it is a float. */
function wordOf(code: string): string {
  let word = words.get(code);
  if (word === undefined) {
    const narrow = /(?:load|store)(8|16|32)/.exec(code);
    word = code.startsWith('f64') ? 'float' : narrow ? narrow[1]! : code.startsWith('i64') ? '64' : '32';
    words.set(code, word);
  }
  return word;
}
const words = new Map<string, string>();
