/**
 * Type nodes of the whole-program inference.
 *
 * A node says what kinds of value a place (a variable, an expression, the elements of some lists) may hold: a set of kinds
 * as a bit mask, plus nodes for what containers hold. Values flow from node to node: kinds of scalars are joined along the
 * flow, contents of containers are unified (containers are references, so both ends see each other's writes).
 * This is Steensgaard's unification for contents ("Points-to Analysis in Almost Linear Time", POPL 1996) with subset
 * constraints for the outermost kind.
 */
import type { StructInfo } from './program.ts';

/** Kinds of value; a node's mask is a union of them. */
export const NULL = 1;
export const INT = 2;
export const BIG = 4;
export const FLOAT = 8;
export const BOOL = 16;
export const STR = 32;
export const LIST = 64;
export const MAP = 128;
export const STRUCT = 256;
export const FUN = 512;
/** A rational number (`bigrat`). */
export const RAT = 1024;
export const NUMERIC = INT | BIG | FLOAT | RAT;
/** Every kind: what data from outside the program may be. */
export const ANY = 2047;

export interface FunShape {
  readonly params: readonly Node[];
  readonly result: Node;
}

export interface Node {
  forward: Node | undefined;
  mask: number;
  /** Kinds given from outside constraints: what masks begin with when a late conversion makes them start over. */
  given: number;
  /** `float`: an int that flows in becomes a float (a place declared `float`). */
  conv: 'float' | undefined;
  elem: Node | undefined;
  key: Node | undefined;
  val: Node | undefined;
  /** Function values that may be here, by how many parameters they take. */
  funs: Map<number, FunShape> | undefined;
  structs: Set<StructInfo> | undefined;
  /** The last of the constraints that read it: they are a ring, so that two of them are joined by an exchange. */
  deps: Dep | undefined;
}

/** A constraint in the ring of a node that it reads. */
interface Dep {
  next: Dep;
  readonly constraint: Constraint;
}

/** A flow from one node to another, or a function to run; it is itself in the ring of the first node that it reads. */
interface Constraint extends Dep {
  readonly from: Node | undefined;
  readonly to: Node | undefined;
  readonly run: (() => void) | undefined;
  queued: boolean;
}

export interface Solver {
  /** A new node that may hold the kinds of `mask`. */
  node(mask?: number): Node;
  /** Values of `from` may arrive in `to`. */
  flow(from: Node, to: Node): void;
  /** Makes two nodes one. */
  unify(a: Node, b: Node): void;
  /** Runs `fn` now and whenever one of the nodes changes; `fn` only adds (flows, masks, unifications). */
  when(nodes: readonly Node[], fn: () => void): void;
  /** Adds kinds to a node (inside `when`, or as a source at any time). */
  add(node: Node, mask: number): void;
  addStruct(node: Node, info: StructInfo): void;
  setFloat(node: Node): void;
  setFun(node: Node, shape: FunShape): void;
  /** Every node made so far, unified ones too. */
  nodes(): readonly Node[];
  /** Adds kinds to `result` if nothing turns out to arrive in `from`: after all else is solved. */
  otherwise(from: Node, result: Node, mask: number): void;
  /** Runs constraints until nothing changes. */
  solve(): void;
}

/** The representative of a node. */
export function find(node: Node): Node {
  let root = node;
  while (root.forward) root = root.forward;
  while (node.forward) {
    const next = node.forward;
    node.forward = root;
    node = next;
  }
  return root;
}

/** The kinds that a place may hold. */
export function maskOf(node: Node): number {
  return node.forward === undefined ? node.mask : find(node).mask;
}

export function createSolver(): Solver {
  const queue: Constraint[] = [];
  let head = 0;
  const all: Node[] = [];
  const constraints: Constraint[] = [];
  /** How many of the constraints have run or are queued. */
  let begun = 0;
  const defaults: { readonly from: Node; readonly result: Node; readonly mask: number }[] = [];
  let running = false;
  let late = false;

  function node(mask = 0): Node {
    const n: Node = {
      forward: undefined,
      mask,
      given: mask,
      conv: undefined,
      elem: undefined,
      key: undefined,
      val: undefined,
      funs: undefined,
      structs: undefined,
      deps: undefined,
    };
    all.push(n);
    return n;
  }

  function touch(n: Node): void {
    const last = n.deps;
    if (last === undefined) return;
    let dep = last;
    do {
      dep = dep.next;
      const c = dep.constraint;
      if (!c.queued) {
        c.queued = true;
        queue.push(c);
      }
    } while (dep !== last);
  }

  function add(target: Node, mask: number): void {
    const n = target.forward === undefined ? target : find(target);
    if (!running) n.given |= mask;
    let m = mask;
    if (m & INT && n.conv === 'float') m = (m & ~INT) | FLOAT;
    const before = n.mask;
    if ((before | m) !== before) {
      n.mask = before | m;
      if (n.deps !== undefined) touch(n);
    }
  }

  function addStruct(target: Node, info: StructInfo): void {
    const n = find(target);
    n.structs ??= new Set();
    if (!n.structs.has(info)) {
      n.structs.add(info);
      touch(n);
    }
    add(n, STRUCT);
  }

  function setFloat(target: Node): void {
    const n = find(target);
    if (n.conv === 'float') return;
    n.conv = 'float';
    if (n.mask & INT) {
      n.mask = (n.mask & ~INT) | FLOAT;
      late = true;
      touch(n);
    }
  }

  function setFun(target: Node, shape: FunShape): void {
    const n = find(target);
    add(n, FUN);
    addShape(n, shape);
  }

  function addShape(n: Node, shape: FunShape): void {
    n.funs ??= new Map();
    const known = n.funs.get(shape.params.length);
    if (!known) {
      n.funs.set(shape.params.length, shape);
      touch(n);
    } else if (known !== shape) {
      known.params.forEach((p, i) => {
        unify(p, shape.params[i]!);
      });
      unify(known.result, shape.result);
    }
  }

  function unify(left: Node, right: Node): void {
    const a = find(left);
    const b = find(right);
    if (a === b) return;
    b.forward = a;
    const { elem, key, val, funs, structs, deps, conv } = b;
    const before = a.mask;
    a.given |= b.given;
    if (deps !== undefined) {
      if (a.deps !== undefined) {
        const first = deps.next;
        deps.next = a.deps.next;
        a.deps.next = first;
      }
      a.deps = deps;
      b.deps = undefined;
    }
    if (a.mask !== b.mask || structs || funs || elem || key || val) {
      a.mask |= b.mask;
      touch(a);
    }
    if (structs) {
      a.structs ??= new Set();
      for (const s of structs) a.structs.add(s);
    }
    if (conv || a.conv) {
      const needs = (before | b.mask) & INT;
      a.conv = 'float';
      if (needs) {
        a.mask = (a.mask & ~INT) | FLOAT;
        late = true;
        touch(a);
      }
    }
    if (elem) {
      if (a.elem) unify(a.elem, elem);
      else a.elem = elem;
    }
    if (key) {
      const root = find(a);
      if (root.key) unify(root.key, key);
      else root.key = key;
    }
    if (val) {
      const root = find(a);
      if (root.val) unify(root.val, val);
      else root.val = val;
    }
    for (const shape of funs?.values() ?? []) addShape(find(a), shape);
  }

  function link(from: Node, to: Node): void {
    let a = find(from);
    let b = find(to);
    if (a === b) return;
    const { mask } = a;
    add(b, mask);
    if ((mask & (LIST | MAP | STRUCT | FUN)) === 0) return;
    if (a.mask & LIST) {
      unify(elemOf(b), elemOf(a));
      a = find(a);
      b = find(b);
    }
    if (a.mask & MAP) {
      unify(keyOf(b), keyOf(a));
      unify(valOf(find(b)), valOf(find(a)));
      a = find(a);
      b = find(b);
    }
    if (a.mask & STRUCT && a.structs) {
      for (const s of a.structs) addStruct(b, s);
    }
    if (a.mask & FUN) for (const shape of [...(a.funs?.values() ?? [])]) addShape(find(b), shape);
  }

  function elemOf(n: Node): Node {
    const root = find(n);
    root.elem ??= node();
    return root.elem;
  }
  function keyOf(n: Node): Node {
    const root = find(n);
    root.key ??= node();
    return root.key;
  }
  function valOf(n: Node): Node {
    const root = find(n);
    root.val ??= node();
    return root.val;
  }

  /** Puts a constraint into the ring of a node that it reads. */
  function read(n: Node, dep: Dep): void {
    const last = n.deps;
    if (last !== undefined) {
      dep.next = last.next;
      last.next = dep;
    }
    n.deps = dep;
  }

  function constrain(
    source: Node,
    from: Node | undefined,
    to: Node | undefined,
    run: (() => void) | undefined,
  ): Constraint {
    const c = { next: undefined, constraint: undefined, from, to, run, queued: true } as unknown as Constraint;
    c.next = c;
    (c as { constraint: Constraint }).constraint = c;
    read(source.forward === undefined ? source : find(source), c);
    constraints.push(c);
    if (running) queue.push(c);
    return c;
  }

  function when(nodes: readonly Node[], fn: () => void): void {
    const constraint = constrain(nodes[0]!, undefined, undefined, fn);
    for (let i = 1; i < nodes.length; i++) {
      const dep = { next: undefined as unknown as Dep, constraint };
      dep.next = dep;
      read(find(nodes[i]!), dep);
    }
  }

  function run(c: Constraint): void {
    c.queued = false;
    if (c.run === undefined) link(c.from!, c.to!);
    else c.run();
  }

  function drain(): void {
    // Those made by the walk, in its order, come before all that they touch.
    if (begun === 0) {
      const made = constraints.length;
      while (begun < made) run(constraints[begun++]!);
    }
    while (head < queue.length) {
      run(queue[head++]!);
      if (head > 4096 && head * 2 > queue.length) {
        queue.splice(0, head);
        head = 0;
      }
    }
    queue.length = 0;
    head = 0;
  }

  function solve(): void {
    running = true;
    settle();
    for (let changed = true; changed; ) {
      changed = false;
      for (const { from, result, mask } of defaults) {
        if (maskOf(from) !== 0 || (maskOf(result) & mask) === mask) continue;
        add(result, mask);
        changed = true;
      }
      if (changed) settle();
    }
    running = false;
  }

  function settle(): void {
    drain();
    // An int that reached readers before its place turned out to be declared float has left traces: start the masks over.
    for (let round = 0; late && round < 20; round++) {
      late = false;
      for (const n of all) n.mask = 0;
      for (const n of all) if (!n.forward) add(n, n.given);
      for (const n of all) {
        if (!n.forward && n.structs) add(n, STRUCT);
        if (!n.forward && n.funs) add(n, FUN);
      }
      for (const c of constraints) {
        if (!c.queued) {
          c.queued = true;
          queue.push(c);
        }
      }
      drain();
    }
  }

  function flow(from: Node, to: Node): void {
    if (from !== to) constrain(from, from, to, undefined);
  }

  const otherwise = (from: Node, result: Node, mask: number): void => {
    defaults.push({ from, result, mask });
  };

  return { node, flow, unify, when, otherwise, add, addStruct, setFloat, setFun, nodes: () => all, solve };
}

/** What the elements of a list node may be, made on demand. */
export function elemNode(solver: Solver, n: Node): Node {
  const root = find(n);
  root.elem ??= solver.node();
  return root.elem;
}
/** What the keys of a map node may be, made on demand. */
export function keyNode(solver: Solver, n: Node): Node {
  const root = find(n);
  root.key ??= solver.node();
  return root.key;
}
/** What the values of a map node may be, made on demand. */
export function valNode(solver: Solver, n: Node): Node {
  const root = find(n);
  root.val ??= solver.node();
  return root.val;
}

/** The function values that a call with so many arguments reaches: of that arity, else of the next one (partial application). */
export function shapeFor(n: Node, args: number): FunShape | undefined {
  const { funs } = find(n);
  if (!funs) return undefined;
  const exact = funs.get(args);
  if (exact) return exact;
  const arities = [...funs.keys()].sort((a, b) => a - b);
  return funs.get(arities.find((a) => a > args) ?? arities.at(-1)!);
}

/** How a place holds its value: unboxed where one kind is possible, else a cell. */
export type Repr = 'bool' | 'i64' | 'f64' | 'ref' | 'cell';

/** The representation that a node's kinds allow. */
export function reprOf(n: Node): Repr {
  const mask = n.forward === undefined ? n.mask : find(n).mask;
  switch (mask) {
    case INT:
      return 'i64';
    case FLOAT:
      return 'f64';
    case BOOL:
      return 'bool';
    default: {
      const kinds = mask & ~NULL;
      return kinds === STR || kinds === LIST || kinds === MAP || kinds === STRUCT || kinds === FUN ? 'ref' : 'cell';
    }
  }
}

/** Whether a map with these keys is keyed by ints (else by text). */
export function intKeyed(map: Node): boolean {
  const key = find(map).key;
  return key !== undefined && maskOf(key) === INT;
}

/** A readable name of what a node may hold, for messages. */
export function typeName(n: Node, depth = 0): string {
  const root = find(n);
  const mask = root.mask;
  if (depth > 4) return '…';
  const parts: string[] = [];
  if (mask & INT && !(mask & BIG)) parts.push('int');
  if (mask & BIG) parts.push('bigint');
  if (mask & RAT) parts.push('bigrat');
  if (mask & FLOAT) parts.push('float');
  if (mask & BOOL) parts.push('bool');
  if (mask & STR) parts.push('string');
  if (mask & LIST) parts.push(`list<${root.elem && maskOf(root.elem) ? typeName(root.elem, depth + 1) : 'any'}>`);
  if (mask & MAP) {
    const key = root.key && maskOf(root.key) ? typeName(root.key, depth + 1) : 'string';
    parts.push(`map<${key}, ${root.val && maskOf(root.val) ? typeName(root.val, depth + 1) : 'any'}>`);
  }
  if (mask & STRUCT) {
    const unions = new Set([...(root.structs ?? [])].map((s) => (s.anonymous ? 'map' : (s.union?.name ?? s.name))));
    parts.push(...unions);
  }
  if (mask & FUN) parts.push('fun');
  if (parts.length === 0) return mask & NULL ? 'nil' : 'any';
  if (parts.length > 3) return 'any';
  return mask & NULL && parts.length === 1 ? `${parts[0]}?` : parts.join(' | ');
}
