/**
 * Which references are live across calls that may collect (step 2 of roots.ts).
 *
 * `scanBody` walks a body once. It tells where collections may happen, and writes down as a row of numbers what matters to
 * liveness: uses and definitions of references, the collecting calls, and the control flow between them. Most code does not
 * deal with references at all and leaves nothing in that row, and `liveAcross` goes over the row as often as loops need,
 * instead of over the tree.
 */

import { assertNever } from '../../diagnostics/assert.ts';
import { stmtOperands } from '../build.ts';
import type { Collecting } from '../calls.ts';
import type { Expr, Func, Stmt, Type } from '../ir.ts';
import * as Op from '../op.ts';

export const isRoot = (type: Type | undefined): boolean => type === 'ref' || type === 'cell';

/** A call that may collect. */
export interface Site {
  readonly call: Expr;
  /** It stands in a branch (of the innermost loop around it, if there is one). */
  readonly inBranch: boolean;
  readonly inLoop: boolean;
}

export interface Scan {
  /** The expressions and statements during whose evaluation a collection may happen. */
  readonly marks: ReadonlySet<Expr | Stmt>;
  /** Those, and the ones with statements or with global variables that move into memory in them: what a rebuilding has to visit. */
  readonly active: ReadonlySet<Expr | Stmt>;
  /** Whether a global variable that moves into memory is read or assigned. */
  readonly usesMoved: boolean;
  /** Whether an operand may lie on the operand stack during a collection, or one node with a call stands in two places. */
  readonly needsBinding: boolean;
  /** Collecting calls, each before those in its arguments. */
  readonly sites: readonly Site[];
  /** What matters to liveness in the order of evaluation: a kind and, above its bits, a number. */
  readonly events: readonly number[];
  /** Where the events of each statement of the body begin. */
  readonly starts: readonly number[];
  /** The labels of the loops. */
  readonly loopLabels: readonly number[];
  /** Which locals are assigned something that may be a reference into the heap, and which are assigned at all. */
  readonly dynamic: Uint8Array;
  readonly assigned: Uint8Array;
}

// Kinds of events.
const KIND_BITS = 4;
const KIND = 15;
/** A local is read, or its value lies on the operand stack. */
const USE = 0;
/** A local is assigned. */
const DEFINE = 1;
/** A site, by its number. */
const SITE = 2;
/** The ends of a condition, of the first and of the second branch. */
const IF = 3;
const ELSE = 4;
const END_IF = 5;
/** The end of a block to whose label something jumps. */
const END_BLOCK = 6;
/** The ends of a loop, by its number. */
const LOOP = 7;
const END_LOOP = 8;
/** Control may go to a label. */
const JUMP = 9;
/** Control does not go on. */
const DEAD = 10;

// What `expr` and `stmt` tell of a node.
const COLLECTS = 1;
const ACTIVE = 2;

// One scan at a time: what it has found so far is the module's, so that no closures are made for every function.
let collecting: Collecting;
let moved: ReadonlySet<string>;
let locals: readonly Type[] = [];
let marks = new Set<Expr | Stmt>();
let active = new Set<Expr | Stmt>();
let usesMoved = false;
let needsBinding = false;
let sites: Site[] = [];
let events: number[] = [];
let count = 0;
let dynamic = new Uint8Array(0);
let assigned = new Uint8Array(0);
/** Labels that something jumps to. */
let jumped: boolean[] = [];
/** The labels of the loops so far. */
let loopLabels: number[] = [];
let inBranch = false;
let inLoop = false;

/** Scans the body of a function; `inMemory` are the global variables that move into memory. */
export function scanBody(func: Func, calls: Collecting, inMemory: ReadonlySet<string>): Scan {
  collecting = calls;
  moved = inMemory;
  locals = func.locals;
  marks = new Set();
  active = new Set();
  usesMoved = false;
  needsBinding = false;
  sites = [];
  events = [];
  count = 0;
  dynamic = new Uint8Array(locals.length);
  assigned = new Uint8Array(locals.length);
  jumped = [];
  loopLabels = [];
  inBranch = false;
  inLoop = false;
  const { body } = func;
  const starts: number[] = [];
  for (let i = 0; i < body.length; i++) {
    starts.push(count);
    stmt(body[i]!);
  }
  events.length = count;
  return { marks, active, usesMoved, needsBinding, sites, events, starts, loopLabels, dynamic, assigned };
}

function emit(kind: number, of: number): void {
  events[count++] = (of << KIND_BITS) | kind;
}

function noted(node: Expr | Stmt, flags: number): number {
  if (flags === 0) return 0;
  active.add(node);
  if ((flags & COLLECTS) !== 0) {
    if (marks.has(node)) needsBinding = true;
    marks.add(node);
  }
  return flags;
}

function expr(e: Expr): number {
  switch (e.op) {
    case Op.get: {
      // The most frequent node: nothing is called for it.
      const { type } = e;
      if (type === 'ref' || type === 'cell') events[count++] = (e.local << KIND_BITS) | USE;
      return 0;
    }
    case Op.const:
    case Op.data:
    case Op.funcIndex:
    case Op.memorySize:
      return 0;
    case Op.num: {
      const flags = operandList(e.args);
      return flags === 0 ? 0 : noted(e, flags);
    }
    case Op.load: {
      const flags = expr(e.addr);
      return flags === 0 ? 0 : noted(e, flags);
    }
    case Op.as: {
      const flags = expr(e.value);
      return flags === 0 ? 0 : noted(e, flags);
    }
    case Op.call:
      return collecting.funcs.has(e.func) ? site(e, e.args) : noted(e, operandList(e.args));
    case Op.if:
      return noted(e, branches(e.cond, e.then, e.else));
    case Op.global:
      if (!moved.has(e.name)) return 0;
      usesMoved = true;
      return noted(e, ACTIVE);
    case Op.select:
      return noted(e, operandList([e.then, e.else, e.cond]));
    case Op.seq:
      return noted(e, ACTIVE | list(e.body) | expr(e.value));
    case Op.callIndirect: {
      const parts = [...e.args, e.target];
      return collecting.indirect(e) ? site(e, parts) : noted(e, operandList(parts));
    }
    case Op.memoryGrow:
      return noted(e, expr(e.pages));
    default:
      return assertNever(e);
  }
}

/** Operands in the order of evaluation. */
function operandList(parts: readonly Expr[]): number {
  let flags = 0;
  let lastCollecting = 0;
  const n = parts.length;
  for (let i = 0; i < n; i++) {
    const part = parts[i]!;
    // Numbers are frequent operands: nothing is called for them.
    if (part.op === Op.const) continue;
    const found = expr(part);
    if (found === 0) continue;
    flags |= found;
    if ((found & COLLECTS) !== 0) lastCollecting = i;
  }
  if (lastCollecting > 0) {
    needsBinding = true;
    // Operands already evaluated stay in use while later ones are evaluated.
    for (let i = 0; i < lastCollecting; i++) holders(parts[i]!);
  }
  return flags;
}

/** Uses the references that the value on the operand stack may be made of. */
function holders(e: Expr): void {
  if (e.op === Op.get) {
    if (isRoot(locals[e.local])) emit(USE, e.local);
  } else if (e.op === Op.as) holders(e.value);
  else if (e.op === Op.num) e.args.forEach(holders);
  else if (e.op === Op.select) [e.then, e.else, e.cond].forEach(holders);
}

function site(call: Expr, parts: readonly Expr[]): number {
  const number = sites.push({ call, inBranch, inLoop }) - 1;
  const flags = operandList(parts);
  emit(SITE, number);
  return noted(call, flags | COLLECTS);
}

/** A condition and two branches, which are expressions or statements. */
function branches(cond: Expr, yes: Expr | readonly Stmt[], no: Expr | readonly Stmt[]): number {
  let flags = expr(cond);
  const outer = inBranch;
  inBranch = true;
  const before = count;
  emit(IF, 0);
  flags |= 'op' in yes ? expr(yes) : list(yes);
  emit(ELSE, 0);
  flags |= 'op' in no ? expr(no) : list(no);
  if (count === before + 2) count = before;
  else emit(END_IF, 0);
  inBranch = outer;
  return flags;
}

function list(stmts: readonly Stmt[]): number {
  let flags = 0;
  const n = stmts.length;
  for (let i = 0; i < n; i++) flags |= stmt(stmts[i]!);
  return flags;
}

function stmt(s: Stmt): number {
  switch (s.op) {
    case Op.set: {
      const { local, value } = s;
      const flags = expr(value);
      if (isRoot(locals[local])) {
        if (!isStatic(value)) dynamic[local] = 1;
        assigned[local] = 1;
        emit(DEFINE, local);
      }
      return flags === 0 ? 0 : noted(s, flags);
    }
    case Op.store: {
      const addr = expr(s.addr);
      const value = expr(s.value);
      if ((value & COLLECTS) !== 0) {
        needsBinding = true;
        holders(s.addr);
      }
      return noted(s, addr | value);
    }
    case Op.do:
    case Op.keep:
      return noted(s, expr(s.value));
    case Op.if:
      return noted(s, branches(s.cond, s.then, s.else));
    case Op.brIf: {
      const flags = expr(s.cond);
      jump(s.label);
      return noted(s, flags);
    }
    case Op.block: {
      const flags = list(s.body);
      if (jumped[s.label]) emit(END_BLOCK, s.label);
      return noted(s, flags);
    }
    case Op.loop:
      return noted(s, loop(s.label, s.body));
    case Op.br:
      jump(s.label);
      emit(DEAD, 0);
      return 0;
    case Op.switch: {
      const flags = expr(s.value);
      for (const label of s.labels) jump(label);
      jump(s.otherwise);
      emit(DEAD, 0);
      return noted(s, flags);
    }
    case Op.return: {
      const flags = s.value ? expr(s.value) : 0;
      emit(DEAD, 0);
      return noted(s, flags);
    }
    case Op.setGlobal: {
      let flags = expr(s.value);
      if (moved.has(s.name)) {
        usesMoved = true;
        flags |= ACTIVE;
      }
      return noted(s, flags);
    }
    case Op.unreachable:
      emit(DEAD, 0);
      return 0;
    default:
      return noted(s, operandList(stmtOperands(s)));
  }
}

function loop(label: number, body: readonly Stmt[]): number {
  const outerBranch = inBranch;
  const outerLoop = inLoop;
  // What a branch around the loop means for one run of it, it does not mean for its many rounds.
  inBranch = false;
  inLoop = true;
  const number = loopLabels.push(label) - 1;
  emit(LOOP, number);
  const flags = list(body);
  emit(END_LOOP, number);
  inBranch = outerBranch;
  inLoop = outerLoop;
  return flags;
}

function jump(label: number): void {
  jumped[label] = true;
  emit(JUMP, label);
}

function isStatic(e: Expr): boolean {
  if (e.op === Op.as) return isStatic(e.value);
  return e.op === Op.const || e.op === Op.data;
}

/** A set of small integers: of the local with the number i among those that may need slots, bit i. */
type Bits = number[];

function union(into: Bits, from: Bits): boolean {
  let changed = false;
  for (let i = 0; i < into.length; i++) {
    const before = into[i]!;
    const merged = before | from[i]!;
    if (merged !== before) {
      into[i] = merged;
      changed = true;
    }
  }
  return changed;
}

/**
 * For each site the locals of reference types that are live across it, in ascending order. A local that only ever holds
 * constants and static data needs no slot.
 */
export function liveAcross(func: Func, scan: Scan): readonly (readonly number[])[] {
  const candidates: number[] = [];
  /** The number of a local among the candidates, or -1. */
  const bit = new Int32Array(func.locals.length).fill(-1);
  for (let i = 0; i < func.locals.length; i++) {
    if ((i < func.params.length || scan.dynamic[i] === 1) && isRoot(func.locals[i])) bit[i] = candidates.push(i) - 1;
  }
  if (candidates.length === 0) return scan.sites.map(() => []);
  return solve(scan, bit, candidates).map((across) => (across ? membersOf(across, candidates) : []));
}

/** Goes over the events from the last to the first, and again over a loop as long as that finds something. */
function solve(scan: Scan, bit: Int32Array, candidates: readonly number[]): (Bits | undefined)[] {
  const { events } = scan;
  const words = (candidates.length + 31) >> 5;
  const across: (Bits | undefined)[] = scan.sites.map(() => undefined);
  /** What is live where a jump to a label goes to. */
  const targets: (Bits | undefined)[] = [];
  /** The same of a loop by its number: it is kept for when a loop around it has another round. */
  const heads: (Bits | undefined)[] = [];
  /** What is live behind the open branches and loops, and where the events of such a loop end. */
  const after: Bits[] = [];
  const ends: number[] = [];
  let live: Bits = new Array(words).fill(0);
  for (let at = events.length - 1; at >= 0; at--) {
    const event = events[at]!;
    const of = event >> KIND_BITS;
    switch (event & KIND) {
      case USE: {
        const number = bit[of]!;
        if (number >= 0) live[number >> 5]! |= 1 << (number & 31);
        break;
      }
      case DEFINE: {
        const number = bit[of]!;
        if (number >= 0) live[number >> 5]! &= ~(1 << (number & 31));
        break;
      }
      case SITE: {
        const known = across[of];
        if (known) union(known, live);
        else across[of] = live.slice();
        break;
      }
      case END_IF:
        after.push(live);
        live = live.slice();
        break;
      case ELSE: {
        const other = live;
        live = after.pop()!;
        after.push(other);
        break;
      }
      case IF:
        union(live, after.pop()!);
        break;
      case DEAD:
        live.fill(0);
        break;
      case JUMP: {
        const target = targets[of];
        if (target) union(live, target);
        break;
      }
      case END_BLOCK:
        targets[of] = live.slice();
        break;
      case END_LOOP: {
        let head = heads[of];
        if (!head) {
          head = new Array<number>(words).fill(0);
          heads[of] = head;
        }
        targets[scan.loopLabels[of]!] = head;
        after.push(live);
        ends.push(at);
        live = live.slice();
        break;
      }
      default: {
        // The head of a loop: another round if more is live there than the jumps to it have seen.
        const behind = after.at(-1)!;
        if (union(heads[of]!, live)) {
          live = behind.slice();
          at = ends.at(-1)!;
        } else {
          after.pop();
          ends.pop();
        }
      }
    }
  }
  return across;
}

function membersOf(bits: Bits, candidates: readonly number[]): number[] {
  const members: number[] = [];
  for (let i = 0; i < bits.length; i++) {
    for (let rest = bits[i]!; rest !== 0; rest &= rest - 1)
      members.push(candidates[i * 32 + 31 - Math.clz32(rest & -rest)]!);
  }
  return members;
}

/**
 * The first statement of the body that defines a local of the frame, or holds a site across which one is live; -1 if none
 * does.
 */
export function firstInFrame(
  { events, starts }: Scan,
  live: readonly (readonly number[])[],
  inFrame: ReadonlySet<number>,
): number {
  let next = 0;
  for (let at = 0; at < events.length; at++) {
    const kind = events[at]! & KIND;
    if (kind !== DEFINE && kind !== SITE) continue;
    const of = events[at]! >> KIND_BITS;
    if (kind === DEFINE ? !inFrame.has(of) : !live[of]!.some((local) => inFrame.has(local))) continue;
    while (next < starts.length && starts[next]! <= at) next++;
    return next - 1;
  }
  return -1;
}
