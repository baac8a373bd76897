/**
 * What range analysis (ranges.ts) knows at the point of a function where it is: the range of each local, and how locals
 * relate. One function at a time is looked at, so this is the module's and not made for each.
 */

import type { Expr, Func } from '../ir.ts';
import * as Op from '../op.ts';
import type { Interval } from './interval.ts';
import * as iv from './interval.ts';
import { isOperand } from './ranges-num.ts';

/** A local is a copy of another, or a sum or difference of two operands. */
export interface Relation {
  readonly kind: 'copy' | 'add' | 'sub';
  readonly left: Expr;
  readonly right: Expr;
  /** The versions of the local itself and of its operands for which it holds. */
  readonly self: number;
  readonly leftVersion: number;
  readonly rightVersion: number;
}

/** What a local holds now. */
interface Change {
  readonly local: number;
  readonly range: Interval;
}
/** What changed since some point. */
export type Difference = readonly Change[];
const UNCHANGED: Difference = [];

/** What each local holds. */
export const current: Interval[] = [];
/** What is known of each local, if its versions are still those. */
export const relations: (Relation | undefined)[] = [];
/** Of each local: changes with every assignment, and is set back only where assignments are taken back. */
const version: number[] = [];
let clock = 0;

// Changes of ranges as they were made, to be undone: local and what it held.
const trailLocal: number[] = [];
const trailWas: Interval[] = [];
/** Points in time to which `undo` goes back. */
export let trailLength = 0;

// The locals that were assigned, in order, with what was known before.
const logLocal: number[] = [];
const logVersion: number[] = [];
const logRelation: (Relation | undefined)[] = [];
/** Points in time from which `unassign` takes assignments back. */
export let logLength = 0;

// What `meet` has found: the locals that some state has, and of each its range in those states, their number, and the last.
const changed: number[] = [];
const joined: Interval[] = [];
const having: number[] = [];
const lastHaving: number[] = [];

/** Begins a function: its locals may hold anything. */
export function begin({ locals }: Func): void {
  for (let local = 0; local < locals.length; local++) {
    const type = locals[local]!;
    current[local] = type === 'i32' || type === 'ref' ? iv.FULL_I32 : iv.FULL;
    relations[local] = undefined;
    version[local] = 0;
    having[local] = 0;
  }
  clock = trailLength = logLength = 0;
}

// ---- ranges

export function put(local: number, range: Interval): void {
  const was = current[local]!;
  if (was === range || (was.lo === range.lo && was.hi === range.hi)) return;
  trailLocal[trailLength] = local;
  trailWas[trailLength++] = was;
  current[local] = range;
}

export function undo(to: number): void {
  while (trailLength > to) {
    trailLength--;
    current[trailLocal[trailLength]!] = trailWas[trailLength]!;
  }
}

/** The locals whose ranges were changed since, with what they hold now; one may be there more than once. */
export function since(from: number): Difference {
  if (trailLength === from) return UNCHANGED;
  const out: Change[] = new Array(trailLength - from);
  for (let i = from; i < trailLength; i++) {
    const local = trailLocal[i]!;
    out[i - from] = { local, range: current[local]! };
  }
  return out;
}

/** Sets the state to what holds in any of the states, at least one, which are relative to the present one. */
export function meet(states: readonly Difference[]): void {
  if (states.length === 1) {
    restore(states[0]!);
    return;
  }
  let changes = 0;
  for (let i = 0; i < states.length; i++) {
    const state = states[i]!;
    for (let j = 0; j < state.length; j++) {
      const { local, range } = state[j]!;
      if (having[local] === 0) {
        changed[changes++] = local;
        joined[local] = range;
      } else {
        joined[local] = iv.join(joined[local]!, range);
        if (lastHaving[local] === i) continue;
      }
      having[local]!++;
      lastHaving[local] = i;
    }
  }
  for (let i = 0; i < changes; i++) {
    const local = changed[i]!;
    const range = joined[local]!;
    put(local, having[local] === states.length ? range : iv.join(range, current[local]!));
    having[local] = 0;
  }
}

/** Makes the changes of a state, which is relative to the present one. */
export function restore(state: Difference): void {
  for (let i = 0; i < state.length; i++) put(state[i]!.local, state[i]!.range);
}

// ---- assignments

export function assign(local: number, range: Interval): void {
  logLocal[logLength] = local;
  logVersion[logLength] = version[local]!;
  logRelation[logLength++] = relations[local];
  version[local] = ++clock;
  relations[local] = undefined;
  put(local, range);
}

/** Ends the relations of what was assigned since: other paths that meet here have not assigned it. */
export function unrelate(from: number): void {
  for (let i = from; i < logLength; i++) version[logLocal[i]!] = ++clock;
}

/** Takes back assignments after which control does not come here. */
export function unassign(from: number): void {
  for (let i = logLength - 1; i >= from; i--) {
    const local = logLocal[i]!;
    version[local] = logVersion[i]!;
    relations[local] = logRelation[i];
  }
}

/** Forgets how a local relates to others: a loop may have assigned it. */
export function renew(local: number, range: Interval): void {
  version[local] = ++clock;
  put(local, range);
}

// ---- relations

/** Notes what the value that a local was just assigned says of it. */
export function relate(local: number, value: Expr): void {
  if (value.op === Op.get) {
    if (value.local === local) return;
    const versions = version[value.local]!;
    relations[local] = {
      kind: 'copy',
      left: value,
      right: value,
      self: version[local]!,
      leftVersion: versions,
      rightVersion: versions,
    };
  } else if (value.op === Op.num && (value.code === 'i64.add' || value.code === 'i64.sub')) {
    const left = value.args[0]!;
    const right = value.args[1]!;
    if (!isOperand(left) || !isOperand(right)) return;
    if ((left.op === Op.get && left.local === local) || (right.op === Op.get && right.local === local)) return;
    relations[local] = {
      kind: value.code === 'i64.add' ? 'add' : 'sub',
      left,
      right,
      self: version[local]!,
      leftVersion: left.op === Op.get ? version[left.local]! : 0,
      rightVersion: right.op === Op.get ? version[right.local]! : 0,
    };
  }
}

export function relationOf(local: number): Relation | undefined {
  const r = relations[local];
  if (r === undefined || r.self !== version[local]) return undefined;
  const { left, right } = r;
  if (left.op === Op.get && version[left.local] !== r.leftVersion) return undefined;
  if (right !== left && right.op === Op.get && version[right.local] !== r.rightVersion) return undefined;
  return r;
}

/** The local that a local is a copy of, or itself. */
export function origin(local: number): number {
  const r = relations[local] === undefined ? undefined : relationOf(local);
  return r !== undefined && r.kind === 'copy' && r.left.op === Op.get ? origin(r.left.local) : local;
}

/** Whether two expressions are the same constant, or copies of one local. */
export function sameLocal(a: Expr, b: Expr): boolean {
  if (a.op === Op.get) return b.op === Op.get && (a.local === b.local || origin(a.local) === origin(b.local));
  return a.op === Op.const && b.op === Op.const && a.type === b.type && a.value === b.value;
}
