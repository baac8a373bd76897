/**
 * A reference interpreter of the part of Mochi that the generator writes, straight from LANGUAGE section 4: it walks the
 * syntax tree, with the host's big integers, numbers, texts and maps for values. It shares only the parser with the
 * compiler. Ints have no bounds here; where one leaves 64 bits is noted, since a compiled program may stop there.
 */
import type { Accessor, Expr, FunDecl, IfStmt, Program, Stmt, TypeExpr } from '../../src/syntax/ast.ts';
import { evaluate, field, index, int, matching, truthy } from './evaluate.ts';
import { big, dict, list, type Scope, type Struct, sortedKeys, type Value, type Variable } from './values.ts';

/** A run-time error of the program. */
export class MochiError extends Error {}

/** The program costs too much or does what the language leaves open: it proves nothing. */
export class Discard extends Error {}

export interface Reference {
  readonly out: string;
  /** The message of the run-time error that ended it. */
  readonly error?: string;
  /** How much had been printed when an int first left 64 bits: from there on an overflow error is right, too. */
  readonly overflowAt?: number;
}

export type Completion = 'break' | 'continue' | { readonly value: Value } | undefined;

export interface TypeInfo {
  readonly fields: readonly { readonly name: string; readonly type: TypeExpr }[];
  readonly methods: readonly FunDecl[];
}

export interface Interpreter {
  readonly globals: Scope;
  readonly types: Map<string, TypeInfo>;
  readonly aliases: Map<string, TypeExpr>;
  out: string[];
  outLength: number;
  steps: number;
  depth: number;
  overflowAt: number | undefined;
}

const MAX_STEPS = 60_000;
const MAX_OUT = 200_000;

/** Runs a program; throws `Discard` when it is of no use. */
export function interpret(program: Program): Reference {
  const globals: Scope = { variables: new Map(), parent: undefined };
  const it: Interpreter = {
    globals,
    types: new Map(),
    aliases: new Map(),
    out: [],
    outLength: 0,
    steps: 0,
    depth: 0,
    overflowAt: undefined,
  };
  let error: string | undefined;
  try {
    runBlock(it, program.body, globals);
  } catch (e) {
    if (!(e instanceof MochiError)) throw e;
    error = e.message;
  }
  return {
    out: it.out.join(''),
    ...(error === undefined ? {} : { error }),
    ...(it.overflowAt === undefined ? {} : { overflowAt: it.overflowAt }),
  };
}

export function write(it: Interpreter, s: string): void {
  it.out.push(s);
  it.outLength += s.length;
  if (it.outLength > MAX_OUT) throw new Discard('prints too much');
}

export function step(it: Interpreter): void {
  if (++it.steps > MAX_STEPS) throw new Discard('too many steps');
}

export function lookup(scope: Scope, name: string): Variable | undefined {
  for (let s: Scope | undefined = scope; s; s = s.parent) {
    const v = s.variables.get(name);
    if (v) return v;
  }
  return undefined;
}

export const inner = (scope: Scope): Scope => ({ variables: new Map(), parent: scope });

export function declare(scope: Scope, name: string, value: Value, type?: TypeExpr): void {
  scope.variables.set(name, { value, type });
}

// ---- statements

export function runBlock(it: Interpreter, body: readonly Stmt[], scope: Scope): Completion {
  for (const s of body) hoist(it, s, scope);
  for (const s of body) {
    const done = run(it, s, scope);
    if (done) return done;
  }
  return undefined;
}

function hoist(it: Interpreter, s: Stmt, scope: Scope): void {
  if (s.kind === 'fun') {
    declare(scope, s.name.text, {
      kind: 'closure',
      params: s.params,
      result: s.result,
      body: { block: s.body },
      scope,
      bound: [],
    });
  } else if (s.kind === 'type') {
    const fields = (all: readonly { readonly name: { readonly text: string }; readonly type: TypeExpr }[]) =>
      all.map((f) => ({ name: f.name.text, type: f.type }));
    switch (s.body.kind) {
      case 'struct':
        it.types.set(s.name.text, { fields: fields(s.body.fields), methods: s.body.methods });
        break;
      case 'union':
        for (const v of s.body.variants) it.types.set(v.name.text, { fields: fields(v.fields), methods: [] });
        break;
      case 'alias':
        it.aliases.set(s.name.text, s.body.type);
        break;
    }
  }
}

function run(it: Interpreter, s: Stmt, scope: Scope): Completion {
  step(it);
  switch (s.kind) {
    case 'fun':
    case 'type':
      return undefined;
    case 'let': {
      const value = s.value ? evaluate(it, s.value, scope) : zero(it, s.type);
      declare(scope, s.name.text, convert(it, value, s.type), s.type);
      return undefined;
    }
    case 'assign':
      assign(it, s.name.text, s.path, s.value, scope);
      return undefined;
    case 'return':
      return { value: s.value ? evaluate(it, s.value, scope) : null };
    case 'if':
      return runIf(it, s, scope);
    case 'while':
      while (truthy(evaluate(it, s.cond, scope))) {
        step(it);
        const done = runBlock(it, s.body.body, inner(scope));
        if (done === 'break') break;
        if (typeof done === 'object') return done;
      }
      return undefined;
    case 'for':
      return runFor(it, s, scope);
    case 'break':
      return 'break';
    case 'continue':
      return 'continue';
    case 'expr':
      if (s.expr.kind === 'match') {
        const arm = matching(it, s.expr, scope);
        if (arm?.body.kind === 'block') return runBlock(it, arm.body.block.body, inner(arm.scope));
        if (arm) evaluate(it, arm.body.expr, arm.scope);
        return undefined;
      }
      evaluate(it, s.expr, scope);
      return undefined;
    case 'expect':
      if (evaluate(it, s.expr, scope) !== true) throw new Discard('a failing expect');
      return undefined;
    case 'update':
      runUpdate(it, s, scope);
      return undefined;
    default:
      throw new Error(`the reference interpreter knows no ${s.kind}`);
  }
}

function runIf(it: Interpreter, s: IfStmt, scope: Scope): Completion {
  if (truthy(evaluate(it, s.cond, scope))) return runBlock(it, s.then.body, inner(scope));
  if (!s.else) return undefined;
  return 'kind' in s.else ? runIf(it, s.else, scope) : runBlock(it, s.else.body, inner(scope));
}

function runFor(it: Interpreter, s: Extract<Stmt, { kind: 'for' }>, scope: Scope): Completion {
  const round = (value: Value): { done: Completion; scope: Scope } => {
    step(it);
    const own = inner(scope);
    declare(own, s.name.text, value);
    return { done: runBlock(it, s.body.body, inner(own)), scope: own };
  };
  const from = evaluate(it, s.iter, scope);
  if (s.end) {
    const end = int(evaluate(it, s.end, scope));
    for (let i = int(from); i < end; i++) {
      const { done, scope: own } = round(i);
      if (done === 'break') break;
      if (typeof done === 'object') return done;
      // The variable is the counter.
      i = int(own.variables.get(s.name.text)?.value ?? null);
    }
    return undefined;
  }
  const walk = (count: number, at: (i: number) => Value): Completion => {
    for (let i = 0; i < count; i++) {
      const { done } = round(at(i));
      if (done === 'break') break;
      if (typeof done === 'object') return done;
    }
    return undefined;
  };
  if (typeof from === 'string') {
    const chars = [...from];
    return walk(chars.length, (i) => chars[i] ?? null);
  }
  if (from === null) return undefined;
  if (typeof from === 'object' && from.kind === 'list') return walk(from.items.length, (i) => from.items[i] ?? null);
  if (typeof from === 'object' && from.kind === 'group') {
    return walk(from.items.items.length, (i) => from.items.items[i] ?? null);
  }
  if (typeof from === 'object' && from.kind === 'dict') {
    const keys = sortedKeys(from);
    return walk(keys.length, (i) => keys[i] ?? null);
  }
  throw new Error('nothing to walk');
}

/** `update xs set {f: e} where c`: every expression sees the element as it was. */
function runUpdate(it: Interpreter, s: Extract<Stmt, { kind: 'update' }>, scope: Scope): void {
  const rows = lookup(scope, s.name.text)?.value;
  if (typeof rows !== 'object' || rows?.kind !== 'list' || s.set.kind !== 'map') throw new Error('update of no list');
  for (const row of rows.items) {
    if (typeof row !== 'object' || row?.kind !== 'struct') throw new Error('update of no struct');
    const own = inner(scope);
    for (const [name, value] of row.fields) declare(own, name, value);
    if (s.where && !truthy(evaluate(it, s.where, own))) continue;
    for (const { key, value } of s.set.entries) {
      if (key.kind !== 'string') throw new Error('update needs field names');
      row.fields.set(key.value, convert(it, evaluate(it, value, own), fieldType(it, row, key.value)));
    }
  }
}

export function fieldType(it: Interpreter, struct: Struct, name: string): TypeExpr | undefined {
  return it.types.get(struct.name)?.fields.find((f) => f.name === name)?.type;
}

function assign(it: Interpreter, name: string, path: readonly Accessor[], valueExpr: Expr, scope: Scope): void {
  const variable = lookup(scope, name);
  if (!variable) throw new Error(`no variable ${name}`);
  const last = path.at(-1);
  if (!last) {
    variable.value = convert(it, evaluate(it, valueExpr, scope), variable.type);
    return;
  }
  let target = variable.value;
  for (const a of path.slice(0, -1)) {
    target = a.kind === 'field' ? field(target, a.name.text) : index(target, evaluate(it, a.index, scope));
  }
  if (last.kind === 'field') {
    const value = evaluate(it, valueExpr, scope);
    if (typeof target !== 'object' || target === null) throw new Error('no field to assign');
    if (target.kind === 'dict') target.entries.set(last.name.text, value);
    else if (target.kind === 'struct') {
      target.fields.set(last.name.text, convert(it, value, fieldType(it, target, last.name.text)));
    } else throw new Error('no field to assign');
    return;
  }
  const at = evaluate(it, last.index, scope);
  const value = evaluate(it, valueExpr, scope);
  setIndex(target, at, value);
}

function setIndex(target: Value, at: Value, value: Value): void {
  if (typeof target !== 'object' || target === null) throw new Error('no element to assign');
  if (target.kind === 'dict') {
    target.entries.set(typeof at === 'bigint' ? at : String(at), value);
    return;
  }
  if (target.kind !== 'list') throw new Error('no element to assign');
  const i = int(at);
  const n = BigInt(target.items.length);
  const position = i < 0n ? i + n : i;
  if (position < 0n) throw outOfRange('list', i, n);
  if (position > n) throw new Discard('growth by more than one');
  target.items[Number(position)] = value;
}

export const outOfRange = (what: string, i: bigint, n: bigint): MochiError =>
  new MochiError(`${what} index out of range: ${i} (length ${n})`);

// ---- types

export function alias(it: Interpreter, t: TypeExpr | undefined): TypeExpr | undefined {
  return t?.kind === 'name' && it.aliases.has(t.name) ? alias(it, it.aliases.get(t.name)) : t;
}

/** What a declared type makes of a value: ints become floats or big, also as elements of a fresh list. */
export function convert(it: Interpreter, value: Value, declared: TypeExpr | undefined): Value {
  const type = alias(it, declared);
  if (type?.kind === 'name') {
    if (type.name === 'float' && typeof value === 'bigint') return Number(value);
    if (type.name === 'bigint' && typeof value === 'bigint') return big(value);
    return value;
  }
  if (type?.kind !== 'generic' || typeof value !== 'object' || value === null) return value;
  if (value.kind === 'list') {
    value.items.forEach((v, i) => {
      value.items[i] = convert(it, v, type.args[0]);
    });
  } else if (value.kind === 'dict') {
    for (const [k, v] of value.entries) value.entries.set(k, convert(it, v, type.args[1]));
  }
  return value;
}

/** The value of `var x: T` without an initialiser. */
function zero(it: Interpreter, declared: TypeExpr | undefined): Value {
  const type = alias(it, declared);
  const name = type?.kind === 'name' || type?.kind === 'generic' ? type.name : '';
  switch (name) {
    case 'int':
      return 0n;
    case 'bigint':
      return big(0n);
    case 'float':
      return 0;
    case 'string':
      return '';
    case 'bool':
      return false;
    case 'list':
      return list([]);
    case 'map':
      return dict();
    default:
      return null;
  }
}
