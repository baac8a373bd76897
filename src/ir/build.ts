/** Constructors, walkers and small analyses of IR trees that passes share. */

import { assertNever } from '../diagnostics/assert.ts';
import type { Datum, Expr, Func, NumericOp, Stmt, Type } from './ir.ts';
import * as Op from './op.ts';
import { NUMERIC_SIGNATURES } from './ops.ts';

type Get = Extract<Expr, { op: typeof Op.get }>;
type Const = Extract<Expr, { op: typeof Op.const }>;

// More than half of a program's nodes read a local or are small numbers. Nodes never change, so there is one of each: what
// walks of a program wait for is memory.
const GETS: Readonly<Record<Type, Get[]>> = { i32: [], i64: [], f64: [], ref: [], cell: [] };
const MOST_GETS = 1000;
const I32S: Const[] = [];
const I64S: Const[] = [];
const LEAST_SHARED = -16;
const MOST_SHARED = 256;

/** A read of a local. */
export function get(local: number, type: Type): Get {
  if (local >= MOST_GETS) return { op: Op.get, type, local };
  const gets = GETS[type];
  return (gets[local] ??= { op: Op.get, type, local });
}

export function i32(value: number): Const {
  if (value < LEAST_SHARED || value > MOST_SHARED) return { op: Op.const, type: 'i32', value: value | 0 };
  return (I32S[value - LEAST_SHARED] ??= { op: Op.const, type: 'i32', value: value | 0 });
}

export function i64(value: number | bigint): Const {
  if (value < LEAST_SHARED || value > MOST_SHARED) return { op: Op.const, type: 'i64', value: BigInt(value) };
  return (I64S[Number(value) - LEAST_SHARED] ??= { op: Op.const, type: 'i64', value: BigInt(value) });
}

export const set = (local: number, value: Expr): Stmt => ({ op: Op.set, local, value });

/** The zero of a type: 0, null. */
export function zero(type: Type): Expr {
  return { op: Op.const, type, value: type === 'i64' || type === 'cell' ? 0n : 0 };
}

/** A numeric instruction. */
export function num(code: NumericOp, ...args: Expr[]): Expr {
  return { op: Op.num, type: NUMERIC_SIGNATURES.get(code)!.result, code, args };
}

/** Re-types a value without code, if it is not of the type already. */
export function as(type: Type, value: Expr): Expr {
  if (value.type === type) return value;
  if (value.op === Op.const || value.op === Op.as) return { ...(value.op === Op.as ? value : value), type } as Expr;
  return { op: Op.as, type, value };
}

/** A new local of a function that is being built; gives its index. */
export function addLocal(func: { locals: Type[] }, type: Type): number {
  return func.locals.push(type) - 1;
}

// ---- static data

const TEXT = new TextEncoder();
const STRING_KIND = 1;
const STRING_HEADER_BYTES = 24;

/** The name of the datum of a static string; equal strings have equal names, so they exist once in a program. */
export function stringDatumName(text: string | Uint8Array): string {
  return typeof text === 'string'
    ? `str:${text}`
    : `strb:${Array.from(text, (b) => b.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * A static STRING object (docs/values.md): header, byte length, code-point count, address of the bytes (which follow),
 * no owner, no hash yet. `text` is UTF-8 bytes or well-formed text.
 */
export function stringDatum(text: string | Uint8Array): Datum {
  const utf8 = typeof text === 'string' ? TEXT.encode(text) : text;
  const name = stringDatumName(text);
  const bytes = new Uint8Array(STRING_HEADER_BYTES + utf8.length);
  const view = new DataView(bytes.buffer);
  const points = codePoints(utf8);
  view.setUint32(0, STRING_KIND, true);
  view.setUint32(4, utf8.length, true);
  view.setUint32(8, points, true);
  view.setUint32(12, STRING_HEADER_BYTES, true);
  bytes.set(utf8, STRING_HEADER_BYTES);
  return { name, align: 4, bytes, relocs: [{ at: 12, data: name }] };
}

/** The order of two texts by their UTF-8 bytes, which is that of their code points: negative, 0 or positive. */
export function byteOrder(a: string, b: string): number {
  const x = TEXT.encode(a);
  const y = TEXT.encode(b);
  for (let i = 0; i < x.length && i < y.length; i++) if (x[i] !== y[i]) return x[i]! - y[i]!;
  return x.length - y.length;
}

/** The number of code points as the run-time library counts them (utf8.mochi): a byte that is part of none counts as one. */
function codePoints(bytes: Uint8Array): number {
  const step = (at: number): number => {
    const first = bytes[at]!;
    const width = first < 0xc2 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 1;
    if (width === 1 || at + width > bytes.length) return 1;
    const second = bytes[at + 1]!;
    const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) return 1;
    for (let i = 2; i < width; i++) if ((bytes[at + i]! & 0xc0) !== 0x80) return 1;
    return width;
  };
  let points = 0;
  for (let at = 0; at < bytes.length; at += step(at)) points++;
  return points;
}

// ---- walking

/** The operand expressions of an expression in evaluation order (a `seq` has its body before its value: not here). */
export function operands(e: Expr): readonly Expr[] {
  switch (e.op) {
    case Op.const:
    case Op.get:
    case Op.global:
    case Op.funcIndex:
    case Op.data:
    case Op.memorySize:
      return NONE;
    case Op.num:
    case Op.call:
      return e.args;
    case Op.callIndirect:
      return [...e.args, e.target];
    case Op.as:
      return [e.value];
    case Op.load:
      return [e.addr];
    case Op.if:
      return [e.cond, e.then, e.else];
    case Op.select:
      return [e.then, e.else, e.cond];
    case Op.seq:
      return [e.value];
    case Op.memoryGrow:
      return [e.pages];
    default:
      return assertNever(e);
  }
}
const NONE: readonly Expr[] = [];

/** The expressions of a statement in evaluation order (not of its nested statements). */
export function stmtOperands(s: Stmt): readonly Expr[] {
  switch (s.op) {
    case Op.set:
    case Op.setGlobal:
    case Op.do:
    case Op.keep:
    case Op.switch:
      return [s.value];
    case Op.store:
      return [s.addr, s.value];
    case Op.if:
    case Op.brIf:
      return [s.cond];
    case Op.return:
      return s.value ? [s.value] : NONE;
    case Op.memoryCopy:
      return [s.to, s.from, s.bytes];
    case Op.memoryFill:
      return [s.to, s.byte, s.bytes];
    case Op.block:
    case Op.loop:
    case Op.br:
    case Op.unreachable:
      return NONE;
    default:
      return assertNever(s);
  }
}

type OnExpr = (e: Expr) => void;
type OnStmt = (s: Stmt) => void;

/** Visits every statement and expression of a list, each before its parts. */
export function walk(body: readonly Stmt[], onExpr: OnExpr | undefined, onStmt?: OnStmt): void {
  // Many passes begin with a walk: no arrays of operands are made here.
  for (let i = 0; i < body.length; i++) {
    const s = body[i]!;
    onStmt?.(s);
    switch (s.op) {
      case Op.set:
      case Op.do:
      case Op.setGlobal:
      case Op.keep:
      case Op.switch:
        walkExpr(s.value, onExpr, onStmt);
        break;
      case Op.store:
        walkExpr(s.addr, onExpr, onStmt);
        walkExpr(s.value, onExpr, onStmt);
        break;
      case Op.if:
        walkExpr(s.cond, onExpr, onStmt);
        walk(s.then, onExpr, onStmt);
        walk(s.else, onExpr, onStmt);
        break;
      case Op.block:
      case Op.loop:
        walk(s.body, onExpr, onStmt);
        break;
      case Op.brIf:
        walkExpr(s.cond, onExpr, onStmt);
        break;
      case Op.return:
        if (s.value) walkExpr(s.value, onExpr, onStmt);
        break;
      case Op.memoryCopy:
      case Op.memoryFill:
        for (const e of stmtOperands(s)) walkExpr(e, onExpr, onStmt);
        break;
      default:
    }
  }
}

/** Visits an expression and everything in it, each before its parts. */
export function walkExpr(e: Expr, onExpr: OnExpr | undefined, onStmt?: OnStmt): void {
  onExpr?.(e);
  // Cases are compared in turn: half of all expressions are of the first two.
  switch (e.op) {
    case Op.get:
    case Op.const:
      break;
    case Op.num:
    case Op.call: {
      const { args } = e;
      for (let i = 0; i < args.length; i++) walkExpr(args[i]!, onExpr, onStmt);
      break;
    }
    case Op.load:
      walkExpr(e.addr, onExpr, onStmt);
      break;
    case Op.as:
      walkExpr(e.value, onExpr, onStmt);
      break;
    case Op.if:
      walkExpr(e.cond, onExpr, onStmt);
      walkExpr(e.then, onExpr, onStmt);
      walkExpr(e.else, onExpr, onStmt);
      break;
    case Op.select:
      walkExpr(e.then, onExpr, onStmt);
      walkExpr(e.else, onExpr, onStmt);
      walkExpr(e.cond, onExpr, onStmt);
      break;
    case Op.seq:
      walk(e.body, onExpr, onStmt);
      walkExpr(e.value, onExpr, onStmt);
      break;
    case Op.callIndirect:
      for (const arg of e.args) walkExpr(arg, onExpr, onStmt);
      walkExpr(e.target, onExpr, onStmt);
      break;
    case Op.memoryGrow:
      walkExpr(e.pages, onExpr, onStmt);
      break;
    default:
  }
}

/** Visits the statements of a list and those inside its expressions, each before its parts. */
export function walkStmts(body: readonly Stmt[], onStmt: OnStmt): void {
  walk(body, undefined, onStmt);
}

/** True if there are statements in the expression. */
export function hasStmts(e: Expr): boolean {
  switch (e.op) {
    case Op.get:
    case Op.const:
      return false;
    case Op.num:
    case Op.call: {
      const { args } = e;
      for (let i = 0; i < args.length; i++) if (hasStmts(args[i]!)) return true;
      return false;
    }
    case Op.seq:
      return true;
    case Op.as:
      return hasStmts(e.value);
    case Op.load:
      return hasStmts(e.addr);
    case Op.if:
    case Op.select:
      return hasStmts(e.cond) || hasStmts(e.then) || hasStmts(e.else);
    case Op.callIndirect:
      return hasStmts(e.target) || e.args.some(hasStmts);
    case Op.memoryGrow:
      return hasStmts(e.pages);
    default:
      return false;
  }
}

/** True if there is a statement in the expression for which `test` is true. */
export function someStmt(e: Expr, test: (s: Stmt) => boolean): boolean {
  if (!hasStmts(e)) return false;
  let found = false;
  walkExpr(e, undefined, (s) => {
    found ||= test(s);
  });
  return found;
}

/** Whether evaluating the expression assigns the local. */
export function assigns(e: Expr, local: number): boolean {
  return someStmt(e, (s) => s.op === Op.set && s.local === local);
}

/** Whether the expression reads the local. */
export function reads(e: Expr, local: number): boolean {
  let found = false;
  walkExpr(e, (part) => {
    if (part.op === Op.get && part.local === local) found = true;
  });
  return found;
}

/** How `mapExpr` and `mapStmt` rebuild: what becomes of the parts of a node. */
export interface Mapper {
  readonly expr: (e: Expr) => Expr;
  readonly body: (body: readonly Stmt[]) => readonly Stmt[];
}

/** An array with each element mapped; the same array if nothing changed. */
export function mapSame<T>(items: readonly T[], f: (item: T) => T): readonly T[] {
  let out: T[] | undefined;
  for (let i = 0; i < items.length; i++) {
    const before = items[i]!;
    const after = f(before);
    if (after === before) continue;
    // A copy of just that size: a push onto an empty array makes room for 17.
    out ??= items.slice();
    out[i] = after;
  }
  return out ?? items;
}

/** Rebuilds an expression with its parts mapped, in evaluation order; the same node if nothing changed. */
export function mapExpr(e: Expr, m: Mapper): Expr {
  switch (e.op) {
    case Op.get:
    case Op.const:
      return e;
    case Op.num:
    case Op.call: {
      const before = e.args;
      const args = mapSame(before, m.expr);
      return args === before ? e : { ...e, args };
    }
    case Op.load: {
      const before = e.addr;
      const addr = m.expr(before);
      return addr === before ? e : { ...e, addr };
    }
    case Op.as: {
      const before = e.value;
      const value = m.expr(before);
      return value === before ? e : { ...e, value };
    }
    case Op.global:
    case Op.data:
    case Op.funcIndex:
    case Op.memorySize:
      return e;
    case Op.if: {
      const cond = m.expr(e.cond);
      const yes = m.expr(e.then);
      const no = m.expr(e.else);
      return cond === e.cond && yes === e.then && no === e.else ? e : { ...e, cond, then: yes, else: no };
    }
    case Op.select: {
      const yes = m.expr(e.then);
      const no = m.expr(e.else);
      const cond = m.expr(e.cond);
      return cond === e.cond && yes === e.then && no === e.else ? e : { ...e, cond, then: yes, else: no };
    }
    case Op.seq: {
      const body = m.body(e.body);
      const value = m.expr(e.value);
      return body === e.body && value === e.value ? e : { ...e, body, value };
    }
    case Op.callIndirect: {
      const args = mapSame(e.args, m.expr);
      const target = m.expr(e.target);
      return args === e.args && target === e.target ? e : { ...e, args, target };
    }
    case Op.memoryGrow: {
      const pages = m.expr(e.pages);
      return pages === e.pages ? e : { ...e, pages };
    }
    default:
      return assertNever(e);
  }
}

/** Rebuilds a statement with its parts mapped, in evaluation order; the same node if nothing changed. */
export function mapStmt(s: Stmt, m: Mapper): Stmt {
  switch (s.op) {
    case Op.set:
    case Op.do:
    case Op.setGlobal:
    case Op.keep:
    case Op.switch: {
      const before = s.value;
      const value = m.expr(before);
      return value === before ? s : { ...s, value };
    }
    case Op.store: {
      const addr = m.expr(s.addr);
      const value = m.expr(s.value);
      return addr === s.addr && value === s.value ? s : { ...s, addr, value };
    }
    case Op.if: {
      const cond = m.expr(s.cond);
      const yes = m.body(s.then);
      const no = m.body(s.else);
      return cond === s.cond && yes === s.then && no === s.else ? s : { ...s, cond, then: yes, else: no };
    }
    case Op.brIf: {
      const cond = m.expr(s.cond);
      return cond === s.cond ? s : { ...s, cond };
    }
    case Op.block:
    case Op.loop: {
      const body = m.body(s.body);
      return body === s.body ? s : { ...s, body };
    }
    case Op.return: {
      if (!s.value) return s;
      const value = m.expr(s.value);
      return value === s.value ? s : { ...s, value };
    }
    case Op.memoryCopy: {
      const to = m.expr(s.to);
      const from = m.expr(s.from);
      const bytes = m.expr(s.bytes);
      return to === s.to && from === s.from && bytes === s.bytes ? s : { ...s, to, from, bytes };
    }
    case Op.memoryFill: {
      const to = m.expr(s.to);
      const byte = m.expr(s.byte);
      const bytes = m.expr(s.bytes);
      return to === s.to && byte === s.byte && bytes === s.bytes ? s : { ...s, to, byte, bytes };
    }
    case Op.br:
    case Op.unreachable:
      return s;
    default:
      return assertNever(s);
  }
}

/** A mapper of the statement lists that are in expressions and statements. */
export function listMapper(body: Mapper['body']): Mapper {
  const mapper: Mapper = { expr: (e) => (hasStmts(e) ? mapExpr(e, mapper) : e), body };
  return mapper;
}

/** Rebuilds a statement with the lists that it holds mapped, not looking into expressions; the same one if nothing changed. */
export function mapLists(
  s: Extract<Stmt, { op: typeof Op.if | typeof Op.block | typeof Op.loop }>,
  body: Mapper['body'],
): Stmt {
  if (s.op === Op.if) {
    const yes = body(s.then);
    const no = body(s.else);
    return yes === s.then && no === s.else ? s : { ...s, then: yes, else: no };
  }
  const inner = body(s.body);
  return inner === s.body ? s : { ...s, body: inner };
}

// ---- analyses

/** True if any jump of the list goes to the label. */
export function jumpsTo(body: readonly Stmt[], label: number): boolean {
  if (endJumpsTo(body, label)) return true;
  let found = false;
  walkStmts(body, (s) => {
    if ((s.op === Op.br || s.op === Op.brIf) && s.label === label) found = true;
    else if (s.op === Op.switch && (s.otherwise === label || s.labels.includes(label))) found = true;
  });
  return found;
}

/** Whether a jump at the end of the list, where most are, goes to the label. */
function endJumpsTo(body: readonly Stmt[], label: number): boolean {
  const last = body.at(-1);
  if (last?.op === Op.br) return last.label === label;
  return last?.op === Op.if && (endJumpsTo(last.then, label) || endJumpsTo(last.else, label));
}

/**
 * False if execution cannot go on after the list: it ends in a jump, a return, `unreachable`, an endless loop, or a call
 * of a function for which `noReturn` is true.
 */
export function fallsThrough(body: readonly Stmt[], noReturn?: (func: string) => boolean): boolean {
  for (let i = 0; i < body.length; i++) if (!stmtFallsThrough(body[i]!, noReturn)) return false;
  return true;
}

function stmtFallsThrough(s: Stmt, noReturn?: (func: string) => boolean): boolean {
  switch (s.op) {
    case Op.set:
    case Op.store:
      return true;
    case Op.do:
      return !(noReturn && s.value.op === Op.call && noReturn(s.value.func));
    case Op.br:
    case Op.switch:
    case Op.return:
    case Op.unreachable:
      return false;
    case Op.if:
      return s.else.length === 0 || fallsThrough(s.then, noReturn) || fallsThrough(s.else, noReturn);
    case Op.block:
      return fallsThrough(s.body, noReturn) || jumpsTo(s.body, s.label);
    case Op.loop:
      return fallsThrough(s.body, noReturn);
    default:
      return true;
  }
}

/** How many of the `uses` of a local are not in the statements from `start` to before `end`; it goes no further than to 0. */
export function usesLeft(stmts: readonly Stmt[], start: number, end: number, local: number, uses: number): number {
  let left = uses;
  const use = (e: Expr): void => {
    if (e.op === Op.get && e.local === local) left--;
  };
  for (let i = start; i < end && left > 0; i++) walk([stmts[i]!], use);
  return left;
}

/** A copy of a function whose locals and body a pass may change. */
export function copyFunc(func: Func, body: readonly Stmt[] = func.body): Func {
  return { ...func, locals: func.locals.slice(), localNames: func.localNames?.slice(), body };
}

/** Whether there is a loop in a body. */
export function hasLoop(body: readonly Stmt[]): boolean {
  // Few loops are in expressions: those are looked at last.
  for (const s of body) {
    if (s.op === Op.loop) return true;
    if (s.op === Op.block ? hasLoop(s.body) : s.op === Op.if && (hasLoop(s.then) || hasLoop(s.else))) return true;
  }
  return body.some((s) => stmtOperands(s).some((e) => someStmt(e, (inner) => inner.op === Op.loop)));
}
