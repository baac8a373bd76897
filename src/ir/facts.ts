/**
 * What a body holds, found in one walk and kept as long as the body lives: most passes ask the same few questions of every
 * function, and most bodies are the same from one pass to the next. (Bodies never change; a pass that changes something
 * makes a new one.)
 */

import { hasLoop as hasLoopIn, walkStmts } from './build.ts';
import type { Expr, Func, Stmt } from './ir.ts';
import * as Op from './op.ts';

/** A node that names something of the module, or calls. */
export type Reference =
  | Extract<
      Expr,
      { op: typeof Op.call | typeof Op.callIndirect | typeof Op.funcIndex | typeof Op.data | typeof Op.global }
    >
  | Extract<Stmt, { op: typeof Op.setGlobal }>;

export interface Facts {
  /** Statements and expressions. */
  readonly nodes: number;
  /** Every node that names something or calls, in the order of `walk`. */
  readonly references: readonly Reference[];
  /** The direct calls outside of loops. */
  readonly callsOutsideLoops: readonly Extract<Expr, { op: typeof Op.call }>[];
  readonly hasReturn: boolean;
  readonly hasLoop: boolean;
  readonly hasIndirectCall: boolean;
  /** It stores, copies or fills memory, or makes it larger. */
  readonly writesMemory: boolean;
  /** The largest label of a block or loop, or -1. */
  readonly maxLabel: number;
  /** How often each local is read and assigned; locals beyond the end are not at all. */
  readonly gets: readonly number[];
  readonly sets: readonly number[];
  /** Statements in which, at whatever depth, an expression holds statements other than `keep`. */
  readonly nesting: ReadonlySet<Stmt>;
  /** Loops that hold loops. */
  readonly outerLoops: ReadonlySet<Stmt>;
}

const known = new WeakMap<readonly Stmt[], Facts>();

/** The facts of a function's body. */
export function factsOf(func: Func): Facts {
  const { body } = func;
  let facts = known.get(body);
  if (!facts) {
    facts = collect(body, func.locals.length);
    known.set(body, facts);
  }
  return facts;
}

/** Visits the statements of a function, each before its parts, but for a `keep` in an expression. */
export function forEachStmt(func: Func, visit: (s: Stmt) => void): void {
  const { nesting } = factsOf(func);
  const each = (stmts: readonly Stmt[]): void => {
    for (let i = 0; i < stmts.length; i++) {
      const s = stmts[i]!;
      if (nesting.has(s)) walkStmts([s], visit);
      else {
        visit(s);
        if (s.op === Op.block || s.op === Op.loop) each(s.body);
        else if (s.op === Op.if) {
          each(s.then);
          each(s.else);
        }
      }
    }
  };
  each(func.body);
}

/** Of bodies that name and call what another body does: that one's facts. */
const alike = new WeakMap<readonly Stmt[], Facts>();

/** What the function names and calls, in any number and order. */
export function referencesOf(func: Func): readonly Reference[] {
  return (known.get(func.body) ?? alike.get(func.body) ?? factsOf(func)).references;
}

/** Notes that `after` names and calls what `func` does. */
export function refersLike(func: Func, after: Func): void {
  alike.set(after.body, factsOf(func));
}

/** Whether a function has a loop, without all the other facts if they are not known: a first loop is soon found. */
export function holdsLoop(func: Func): boolean {
  return known.get(func.body)?.hasLoop ?? hasLoopIn(func.body);
}

/** Reads and assignments of a function's locals, as arrays that the caller may change. */
export function countLocals(func: Func): { readonly gets: Uint32Array; readonly sets: Uint32Array } {
  const facts = factsOf(func);
  const gets = new Uint32Array(func.locals.length);
  const sets = new Uint32Array(func.locals.length);
  gets.set(facts.gets);
  sets.set(facts.sets);
  return { gets, sets };
}

// One walk at a time: what it has found so far is the module's, so that no closures are called for every node.
let nodes = 0;
let references: Reference[] = [];
let callsOutsideLoops: Extract<Expr, { op: typeof Op.call }>[] = [];
let loops = 0;
let hasReturn = false;
let hasIndirectCall = false;
let writesMemory = false;
let maxLabel = -1;
let gets: number[] = [];
let sets: number[] = [];
/** For most bodies, which hold none. */
const NONE: Set<Stmt> = new Set();
let nesting = NONE;
let nested = 0;
let outerLoops = NONE;
let loopsSeen = 0;

function collect(body: readonly Stmt[], locals: number): Facts {
  nodes = 0;
  references = [];
  callsOutsideLoops = [];
  loops = 0;
  hasReturn = false;
  hasIndirectCall = false;
  writesMemory = false;
  maxLabel = -1;
  gets = new Array<number>(locals).fill(0);
  sets = new Array<number>(locals).fill(0);
  nesting = NONE;
  nested = 0;
  outerLoops = NONE;
  loopsSeen = 0;
  list(body);
  return {
    nodes,
    references,
    callsOutsideLoops,
    hasReturn,
    hasLoop: loopsSeen > 0,
    hasIndirectCall,
    writesMemory,
    maxLabel,
    gets,
    sets,
    nesting,
    outerLoops,
  };
}

function withStmt(set: Set<Stmt>, s: Stmt): Set<Stmt> {
  return set === NONE ? new Set([s]) : set.add(s);
}

function list(body: readonly Stmt[]): void {
  for (let i = 0; i < body.length; i++) {
    const s = body[i]!;
    const before = nested;
    nodes++;
    switch (s.op) {
      case Op.set:
        sets[s.local]!++;
        expr(s.value);
        break;
      case Op.store:
        writesMemory = true;
        expr(s.addr);
        expr(s.value);
        break;
      case Op.do:
      case Op.keep:
      case Op.switch:
        expr(s.value);
        break;
      case Op.setGlobal:
        references.push(s);
        expr(s.value);
        break;
      case Op.if:
        expr(s.cond);
        list(s.then);
        list(s.else);
        break;
      case Op.block:
        if (s.label > maxLabel) maxLabel = s.label;
        list(s.body);
        break;
      case Op.loop: {
        const seen = ++loopsSeen;
        if (s.label > maxLabel) maxLabel = s.label;
        loops++;
        list(s.body);
        loops--;
        if (loopsSeen !== seen) outerLoops = withStmt(outerLoops, s);
        break;
      }
      case Op.brIf:
        expr(s.cond);
        break;
      case Op.return:
        hasReturn = true;
        if (s.value) expr(s.value);
        break;
      case Op.memoryCopy:
        writesMemory = true;
        expr(s.to);
        expr(s.from);
        expr(s.bytes);
        break;
      case Op.memoryFill:
        writesMemory = true;
        expr(s.to);
        expr(s.byte);
        expr(s.bytes);
        break;
      default:
    }
    if (nested !== before) nesting = withStmt(nesting, s);
  }
}

/** Parts of a node. Most of them read a local or are constants: nothing is called for those. */
function parts(all: readonly Expr[]): void {
  for (let i = 0; i < all.length; i++) {
    const e = all[i]!;
    if (e.op === Op.get) {
      nodes++;
      gets[e.local]!++;
    } else if (e.op === Op.const) nodes++;
    else expr(e);
  }
}

function expr(whole: Expr): void {
  let e = whole;
  nodes++;
  // Down to what is not the only part of a node.
  while (e.op === Op.load || e.op === Op.as) {
    e = e.op === Op.load ? e.addr : e.value;
    nodes++;
  }
  switch (e.op) {
    case Op.get:
      gets[e.local]!++;
      return;
    case Op.const:
      return;
    case Op.num:
      parts(e.args);
      return;
    case Op.call:
      references.push(e);
      if (loops === 0) callsOutsideLoops.push(e);
      parts(e.args);
      return;
    case Op.global:
    case Op.data:
    case Op.funcIndex:
      references.push(e);
      return;
    case Op.if:
      expr(e.cond);
      expr(e.then);
      expr(e.else);
      return;
    case Op.select:
      expr(e.then);
      expr(e.else);
      expr(e.cond);
      return;
    case Op.seq:
      for (let i = 0; i < e.body.length; i++) if (e.body[i]!.op !== Op.keep) nested++;
      list(e.body);
      expr(e.value);
      return;
    case Op.callIndirect:
      references.push(e);
      hasIndirectCall = true;
      parts(e.args);
      expr(e.target);
      return;
    case Op.memoryGrow:
      writesMemory = true;
      expr(e.pages);
      return;
    default:
  }
}
