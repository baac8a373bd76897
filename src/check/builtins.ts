/** Built-in functions: how many arguments they take and what kinds their results have (LANGUAGE section 5). */
import {
  ANY,
  BIG,
  BOOL,
  elemNode,
  FLOAT,
  find,
  INT,
  keyNode,
  LIST,
  MAP,
  maskOf,
  type Node,
  NULL,
  NUMERIC,
  type Solver,
  STR,
  STRUCT,
  valNode,
} from './nodes.ts';

export interface Builtin {
  readonly min: number;
  readonly max: number;
  /** Adds constraints between the arguments and the result. */
  readonly infer: (s: Solver, args: readonly Node[], result: Node) => void;
}

const gives =
  (mask: number) =>
  (s: Solver, _args: readonly Node[], result: Node): void =>
    s.add(result, mask);

/** The result is a fresh list with the elements of the argument's. */
function sameElements(s: Solver, args: readonly Node[], result: Node): void {
  const from = args[0]!;
  s.when([from], () => {
    const mask = maskOf(from);
    if (mask & LIST) {
      s.add(result, LIST);
      s.unify(elemNode(s, result), elemNode(s, from));
    }
    if (mask & STR) s.add(result, STR);
    if (mask & NULL) s.add(result, NULL);
  });
}

function appendTo(s: Solver, args: readonly Node[], result: Node): void {
  s.add(result, LIST);
  const [from, value] = args as [Node, Node];
  s.when([from], () => {
    if (maskOf(from) & LIST) s.unify(elemNode(s, result), elemNode(s, from));
  });
  s.flow(value, elemNode(s, result));
}

/** An element of a list, or a value of several arguments. */
function extreme(s: Solver, args: readonly Node[], result: Node): void {
  if (args.length > 1) {
    for (const a of args) s.flow(a, result);
    return;
  }
  const elem = elemNode(s, args[0]!);
  s.when([elem], () => {
    const mask = maskOf(elem);
    // The extreme of an empty list is 0 for numbers and nil for strings.
    if (!mask) return;
    if (mask === FLOAT) s.add(result, FLOAT);
    else if (mask && !(mask & ~(STR | NULL))) s.add(result, STR | NULL);
    else s.add(result, mask | INT);
  });
  s.otherwise(elem, result, INT);
}

function sum(s: Solver, args: readonly Node[], result: Node): void {
  const from = args[0]!;
  const elem = elemNode(s, from);
  s.when([elem], () => {
    s.add(result, maskOf(elem) & NUMERIC);
    if (maskOf(elem) & ~(NUMERIC | NULL)) s.add(result, INT);
  });
  s.when([from], () => {
    // Of something that is no list.
    if (maskOf(from) & ~(LIST | NULL)) s.add(result, INT);
  });
  s.otherwise(elem, result, INT);
}

function numericResult(kinds: (mask: number) => number) {
  return (s: Solver, args: readonly Node[], result: Node): void => {
    s.when([args[0]!], () => {
      const mask = maskOf(args[0]!);
      if (mask) s.add(result, kinds(mask));
    });
  };
}

function keysOf(s: Solver, args: readonly Node[], result: Node): void {
  const from = args[0]!;
  s.add(result, LIST);
  s.when([from, keyNode(s, from)], () => {
    const key = maskOf(keyNode(s, from));
    if (maskOf(from) & MAP) s.add(elemNode(s, result), key === INT ? INT : STR);
    if (maskOf(from) & STRUCT) s.add(elemNode(s, result), STR);
  });
}

function valuesOf(s: Solver, args: readonly Node[], result: Node): void {
  const from = args[0]!;
  s.add(result, LIST);
  s.when([from], () => {
    if (maskOf(from) & MAP) s.unify(elemNode(s, result), valNode(s, from));
  });
}

function firstOf(s: Solver, args: readonly Node[], result: Node): void {
  const from = args[0]!;
  s.add(result, NULL);
  s.when([from], () => {
    if (maskOf(from) & LIST) s.flow(elemNode(s, from), result);
    if (maskOf(from) & STR) s.add(result, STR);
  });
}

function concat(s: Solver, args: readonly Node[], result: Node): void {
  s.add(result, LIST);
  for (const a of args) {
    s.when([a], () => {
      if (maskOf(a) & LIST) s.unify(elemNode(s, result), elemNode(s, a));
      if (maskOf(a) & STR) s.add(result, STR);
    });
  }
}

function identity(s: Solver, args: readonly Node[], result: Node): void {
  s.flow(args[0]!, result);
}

/** `reduce(xs, f, init)`: f(acc, x). */
function reduce(s: Solver, args: readonly Node[], result: Node): void {
  const [from, fn, init] = args as [Node, Node, Node];
  s.flow(init, result);
  s.when([from, fn], () => {
    const shape = find(fn).funs?.get(2);
    if (!shape) return;
    s.flow(result, shape.params[0]!);
    if (maskOf(from) & LIST) s.flow(elemNode(s, from), shape.params[1]!);
    s.flow(shape.result, result);
  });
}

/** The built-ins by name. */
export const BUILTINS: ReadonlyMap<string, Builtin> = new Map<string, Builtin>(
  Object.entries({
    print: { min: 0, max: 1000, infer: gives(NULL) },
    len: { min: 1, max: 1, infer: gives(INT) },
    count: { min: 1, max: 1, infer: gives(INT) },
    append: { min: 2, max: 2, infer: appendTo },
    push: { min: 2, max: 2, infer: appendTo },
    str: { min: 1, max: 1, infer: gives(STR) },
    string: { min: 1, max: 1, infer: gives(STR) },
    int: { min: 1, max: 1, infer: gives(INT) },
    float: { min: 1, max: 1, infer: gives(FLOAT) },
    to_float: { min: 1, max: 1, infer: gives(FLOAT) },
    substring: { min: 2, max: 3, infer: gives(STR) },
    substr: { min: 2, max: 3, infer: gives(STR) },
    slice: { min: 2, max: 3, infer: sameElements },
    upper: { min: 1, max: 1, infer: gives(STR) },
    lower: { min: 1, max: 1, infer: gives(STR) },
    padStart: { min: 2, max: 3, infer: gives(STR) },
    reverse: { min: 1, max: 1, infer: sameElements },
    contains: { min: 2, max: 2, infer: gives(BOOL) },
    indexOf: { min: 2, max: 2, infer: gives(INT) },
    split: {
      min: 2,
      max: 2,
      infer: (s: Solver, _args: readonly Node[], result: Node) => {
        s.add(result, LIST);
        s.add(elemNode(s, result), STR);
      },
    },
    join: { min: 1, max: 2, infer: gives(STR) },
    trim: { min: 1, max: 1, infer: gives(STR) },
    repeat: { min: 2, max: 2, infer: gives(STR) },
    parseIntStr: { min: 1, max: 2, infer: gives(INT) },
    sum: { min: 1, max: 1, infer: sum },
    avg: { min: 1, max: 1, infer: gives(FLOAT) },
    min: { min: 1, max: 100, infer: extreme },
    max: { min: 1, max: 100, infer: extreme },
    exists: { min: 1, max: 1, infer: gives(BOOL) },
    keys: { min: 1, max: 1, infer: keysOf },
    values: { min: 1, max: 1, infer: valuesOf },
    first: { min: 1, max: 1, infer: firstOf },
    distinct: { min: 1, max: 1, infer: sameElements },
    concat: { min: 1, max: 100, infer: concat },
    collect: { min: 1, max: 1, infer: identity },
    range: {
      min: 1,
      max: 3,
      infer: (s: Solver, _args: readonly Node[], result: Node) => {
        s.add(result, LIST);
        s.add(elemNode(s, result), INT);
      },
    },
    reduce: { min: 3, max: 3, infer: reduce },
    abs: { min: 1, max: 1, infer: numericResult((m) => m & (NUMERIC | NULL) || INT) },
    ceil: { min: 1, max: 1, infer: gives(FLOAT) },
    floor: { min: 1, max: 1, infer: gives(FLOAT) },
    round: {
      min: 1,
      max: 2,
      infer: (s: Solver, args: readonly Node[], result: Node) => {
        s.when([args[0]!], () => s.add(result, maskOf(args[0]!) & INT ? (args.length === 1 ? INT : FLOAT) : 0));
        s.when([args[0]!], () => s.add(result, maskOf(args[0]!) & ~INT ? FLOAT : 0));
      },
    },
    pow: {
      min: 2,
      max: 2,
      infer: (s: Solver, args: readonly Node[], result: Node) => {
        s.when([args[0]!, args[1]!], () => {
          const mask = maskOf(args[0]!) | maskOf(args[1]!);
          if (maskOf(args[0]!) & BIG) s.add(result, BIG);
          else if (maskOf(args[0]!) & INT && maskOf(args[1]!) & INT) s.add(result, INT);
          if (mask & ~(INT | BIG)) s.add(result, FLOAT);
        });
      },
    },
    num: { min: 1, max: 1, infer: gives(BIG) },
    denom: { min: 1, max: 1, infer: gives(BIG) },
    sha256: {
      min: 1,
      max: 1,
      infer: (s: Solver, _args: readonly Node[], result: Node) => {
        s.add(result, LIST);
        s.add(elemNode(s, result), INT);
      },
    },
    now: { min: 0, max: 0, infer: gives(INT) },
    mem: { min: 0, max: 0, infer: gives(INT) },
    input: { min: 0, max: 1, infer: gives(STR) },
    eval: { min: 1, max: 1, infer: gives(ANY) },
    json: { min: 1, max: 1, infer: identity },
    to_json: { min: 1, max: 1, infer: gives(STR) },
    panic: { min: 1, max: 1, infer: gives(0) },
    error: { min: 1, max: 1, infer: gives(0) },
  }),
);

/** Methods of strings, lists and maps that are not fields: their results' kinds. */
export const VALUE_METHODS: ReadonlyMap<string, { kinds: number; result: number; args: number }> = new Map(
  Object.entries({
    contains: { kinds: STR | LIST | MAP, result: BOOL, args: 1 },
    starts_with: { kinds: STR, result: BOOL, args: 1 },
    padStart: { kinds: STR, result: STR, args: 2 },
  }),
);

/**
 * Methods of maps whose entries hold no functions, `m.get(k, otherwise)` and the like: how many arguments they take. A map of
 * functions, and a record with such a field, calls its own.
 */
export const MAP_METHODS: ReadonlyMap<string, { min: number; max: number }> = new Map(
  Object.entries({ keys: { min: 0, max: 0 }, values: { min: 0, max: 0 }, get: { min: 1, max: 2 } }),
);

/** What a method of a map gives. */
export function mapMethod(s: Solver, name: string, map: Node, args: readonly Node[], result: Node): void {
  if (name === 'keys') keysOf(s, [map], result);
  else if (name === 'values') valuesOf(s, [map], result);
  else {
    s.flow(valNode(s, map), result);
    s.add(result, NULL);
    if (args[1]) s.flow(args[1], result);
  }
}
