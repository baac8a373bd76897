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
  type Mapper,
  mapExpr,
  mapLists,
  mapSame,
  mapStmt,
  operands,
  reads,
  stmtOperands,
  usesLeft,
  walkStmts,
} from '../build.ts';
import { noReturnFuncs, writingFuncs } from '../calls.ts';
import { type Facts, factsOf } from '../facts.ts';
import type { Expr, Func, Module, Stmt } from '../ir.ts';
import * as Op from '../op.ts';
import { Numbering } from './numbering.ts';

const isUser = (func: Func): boolean => func.display !== undefined;

type Get = Extract<Expr, { op: typeof Op.get }>;

/** Removes repeated computations in the functions of the user (what the library has inlined into them included). */
export function cseModule(module: Module, chosen: (func: Func) => boolean = isUser): Module {
  const failing = noReturnFuncs(module);
  noReturn = (name) => failing.has(name);
  writes = writingFuncs(module, failing);
  numbers = new Numbering();
  leave(0, 0);
  const funcs = new Map<string, Func>();
  for (const func of module.funcs.values()) funcs.set(func.name, chosen(func) ? cseFunc(func) : func);
  return { ...module, funcs };
}

// What is known about the module.
let noReturn: (name: string) => boolean = () => false;
let writes: (name: string) => boolean = () => true;
let numbers = new Numbering();

// One function at a time is looked at: what is known of it is the module's, so that no closures are made for each.
let locals: Func['locals'] = [];
let params = 0;
let sets: Facts['sets'] = [];
let gets: Facts['gets'] = [];
let nesting: Facts['nesting'] = new Set();
/** The locals that hold computations, by the number of the computation. */
const available: (Get | undefined)[] = [];
/** The numbers of conditions that are known to be false. */
const falsehoods = new Set<number>();
/** The computations and conditions (by the negative number) that the lists around the present point have made known. */
const learned: number[] = [];
/** What becomes unknown when a local is assigned. */
const users = new Map<number, number[]>();
/** The same for loads, by what they read; and how many there are. */
const loads: readonly number[][] = [[], [], [], [], []];
let loadCount = 0;
/** Other names of locals; and of which locals there are some, in the lists around the present point. */
const names: (Get | undefined)[] = [];
const named: number[] = [];
/** Locals that have been assigned in what has been visited: the only assignment of most is behind where they are read. */
let done: boolean[] = [];

function cseFunc(func: Func): Func {
  ({ sets, gets, nesting } = factsOf(func));
  locals = func.locals;
  params = func.params.length;
  done = [];
  if (users.size > 0) users.clear();
  writeAll();
  const body = list(func.body);
  return body === func.body ? func : copyFunc(func, body);
}

// ---- what is available

function learn(e: Expr, key: number, fact?: Get): void {
  if (fact === undefined) falsehoods.add(-key);
  else available[key] = fact;
  learned.push(key);
  depends(e, key);
}

function forget(key: number): void {
  if (key < 0) falsehoods.delete(-key);
  else available[key] = undefined;
}

/** Forgets what was learned and named since. */
function leave(firstLearned: number, firstNamed: number): void {
  while (learned.length > firstLearned) forget(learned.pop()!);
  while (named.length > firstNamed) names[named.pop()!] = undefined;
}

/** Notes what the value of an expression that has a key depends on. */
function depends(e: Expr, key: number): void {
  switch (e.op) {
    case Op.num:
      for (let i = 0; i < e.args.length; i++) depends(e.args[i]!, key);
      return;
    case Op.get: {
      const { local } = e;
      // Most locals are not assigned any more.
      if (sets[local] === 0 || (sets[local] === 1 && done[local])) return;
      const keys = users.get(local);
      if (keys) keys.push(key);
      else users.set(local, [key]);
      return;
    }
    case Op.as:
      depends(e.value, key);
      return;
    case Op.load:
      loads[wordOf(e.code)]!.push(key);
      loadCount++;
      depends(e.addr, key);
      return;
    case Op.seq:
      for (const s of e.body) if (s.op === Op.keep) depends(s.value, key);
      depends(e.value, key);
      return;
    default:
  }
}

function assign(local: number): void {
  const keys = users.size === 0 ? undefined : users.get(local);
  if (!keys) return;
  for (const key of keys) forget(key);
  users.delete(local);
}

/** Forgets the loads of a kind of word. */
function write(word: number): void {
  const keys = loads[word]!;
  if (keys.length === 0) return;
  for (let i = 0; i < keys.length; i++) forget(keys[i]!);
  loadCount -= keys.length;
  keys.length = 0;
}

/** Forgets all loads. */
function writeAll(): void {
  for (let word = 0; word < loads.length && loadCount > 0; word++) write(word);
}

function writesIn(s: Stmt): void {
  if (s.op === Op.store) write(wordOf(s.code));
  else if (s.op === Op.memoryCopy || s.op === Op.memoryFill) writeAll();
}

function writesOf(e: Expr): void {
  if (e.op === Op.callIndirect || e.op === Op.memoryGrow || (e.op === Op.call && writes(e.func))) writeAll();
}

// ---- expressions

function expr(e: Expr): Expr {
  switch (e.op) {
    case Op.get:
      return names[e.local] ?? e;
    case Op.const:
    case Op.data:
      return e;
    case Op.num: {
      const args = mapSame(e.args, expr);
      return args === e.args ? e : { ...e, args };
    }
    case Op.load: {
      const { addr: before } = e;
      const addr = before.op === Op.get && named.length === 0 ? before : expr(before);
      const mapped = addr === before ? e : { ...e, addr };
      if (loadCount === 0) return mapped;
      const key = numbers.of(mapped);
      const known = key === 0 ? undefined : available[key];
      return known && known.type === mapped.type ? known : mapped;
    }
    case Op.call: {
      const args = mapSame(e.args, expr);
      if (loadCount > 0 && writes(e.func)) writeAll();
      return args === e.args ? e : { ...e, args };
    }
    default: {
      const mapped = mapExpr(e, MAPPER);
      if (loadCount > 0) writesOf(mapped);
      return mapped;
    }
  }
}

// ---- statements

function list(stmts: readonly Stmt[]): readonly Stmt[] {
  const firstLearned = learned.length;
  const firstNamed = named.length;
  let out: Stmt[] | undefined;
  for (let i = 0; i < stmts.length; i++) {
    const s = stmts[i]!;
    // As long as no local has another name and no load is known, an expression without statements stays as it is.
    const isInert = named.length === 0 && loadCount === 0 && !nesting.has(s);
    let mapped: Stmt;
    switch (s.op) {
      case Op.set: {
        const { local, value: before } = s;
        const value = isInert || before.op === Op.const ? before : expr(before);
        done[local] = true;
        const known = assigned(local, before, value);
        if (known && usesLeft(stmts, i + 1, stmts.length, local, gets[local]!) === 0) {
          names[local] = known;
          named.push(local);
          out ??= stmts.slice(0, i);
          continue;
        }
        mapped = value === before ? s : { ...s, value };
        break;
      }
      case Op.if:
      case Op.brIf: {
        const tested = (isInert ? inLists(s) : mapStmt(s, MAPPER)) as typeof s;
        const { cond } = tested;
        const test = numbers.of(cond);
        if (test !== 0 && falsehoods.has(test)) {
          out ??= stmts.slice(0, i);
          if (tested.op === Op.if) out.push(...tested.else);
          continue;
        }
        mapped = tested;
        if (test === 0 || (tested.op === Op.if && fallsThrough(tested.then, noReturn))) break;
        // Its branches may have assigned what it depends on.
        if (!assignsOperand(s, cond)) learn(cond, -test);
        break;
      }
      default:
        if (s.op === Op.loop && learned.length > 0) ahead(s.body);
        mapped = isInert ? inLists(s) : mapStmt(s, MAPPER);
        if (loadCount > 0) writesIn(mapped);
    }
    if (mapped !== s) out ??= stmts.slice(0, i);
    out?.push(mapped);
  }
  leave(firstLearned, firstNamed);
  return out ?? stmts;
}
const MAPPER: Mapper = { expr, body: list };

/** A statement whose expressions stay as they are. */
function inLists(s: Stmt): Stmt {
  return s.op === Op.if || s.op === Op.block || s.op === Op.loop ? mapLists(s, list) : s;
}

/** Notes an assignment of a value; gives the local that the value is in already, if there is one. */
function assigned(local: number, before: Expr, value: Expr): Get | undefined {
  assign(local);
  if (sets[local] !== 1) return undefined;
  const { op } = value;
  if (op === Op.get) return before.op === Op.load ? value : undefined;
  if ((op !== Op.num && op !== Op.load) || local < params) return undefined;
  const key = numbers.of(value);
  if (key === 0) return undefined;
  const type = locals[local]!;
  const known = available[key];
  if (known && known.type === type) return known;
  learn(value, key, get(local, type));
  return undefined;
}

/** Whether a test, or what is done when it succeeds, assigns what the condition depends on. */
function assignsOperand(s: Stmt, cond: Expr): boolean {
  if (s.op === Op.brIf && !nesting.has(s)) return false;
  let found = false;
  walkStmts([s], (inner) => {
    if (inner.op === Op.set && reads(cond, inner.local)) found = true;
  });
  return found;
}

// ---- loops

/** Forgets what a loop assigns and writes. */
function ahead(body: readonly Stmt[]): void {
  if (users.size > 0) {
    walkStmts(body, (s) => {
      if (s.op === Op.set) assign(s.local);
    });
  }
  writesAhead(body);
}

function writesAhead(body: readonly Stmt[]): void {
  for (let i = 0; i < body.length && loadCount > 0; i++) {
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
}

function writesAheadOf(e: Expr): void {
  switch (e.op) {
    case Op.get:
    case Op.const:
      return;
    case Op.num:
      writesAheadIn(e.args);
      return;
    case Op.load:
      writesAheadOf(e.addr);
      return;
    default:
      writesOf(e);
      if (e.op === Op.seq) writesAhead(e.body);
      writesAheadIn(operands(e));
  }
}

function writesAheadIn(parts: readonly Expr[]): void {
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (part.op !== Op.get && part.op !== Op.const) writesAheadOf(part);
  }
}

/** What kind of word an access touches, by its width and whether it is a float: an index of `loads`. */
function wordOf(code: string): number {
  let word = words.get(code);
  if (word === undefined) {
    const narrow = /(?:load|store)(8|16|32)/.exec(code);
    word = WORDS.indexOf(code.startsWith('f64') ? 'float' : narrow ? narrow[1]! : code.startsWith('i64') ? '64' : '32');
    words.set(code, word);
  }
  return word;
}
const WORDS = ['8', '16', '32', '64', 'float'];
const words = new Map<string, number>();
