/** The reference interpreter's expressions. */
import type { Expr, MatchArm, TypeExpr } from '../../src/syntax/ast.ts';
import {
  alias,
  convert,
  Discard,
  declare,
  fieldType,
  type Interpreter,
  inner,
  lookup,
  MochiError,
  outOfRange,
  runBlock,
  step,
} from './interpreter.ts';
import { callBuiltin, isBuiltin } from './library.ts';
import { evaluateQuery } from './query.ts';
import {
  big,
  type Closure,
  compare,
  dict,
  equal,
  list,
  numeric,
  type Scope,
  type Struct,
  type Value,
} from './values.ts';

const MAX_DEPTH = 300;
const MAX_BITS = 4_000;
const MAX_ITEMS = 5_000;
const INT_MIN = -(2n ** 63n);
const INT_MAX = 2n ** 63n - 1n;

/** `false`, 0, "", [], {} and nil are false. */
export function truthy(v: Value): boolean {
  if (typeof v !== 'object') return Boolean(v);
  if (v?.kind === 'list') return v.items.length > 0;
  if (v?.kind === 'dict') return v.entries.size > 0;
  return v !== null;
}

export function int(v: Value): bigint {
  const n = numeric(v);
  if (typeof n !== 'bigint') throw new Error(`an int is needed, not ${typeof v}`);
  return n;
}

/** The elements of a list or group; nil is empty. */
export function items(v: Value): Value[] {
  if (v === null) return [];
  if (typeof v === 'object' && v.kind === 'list') return v.items;
  if (typeof v === 'object' && v.kind === 'group') return v.items.items;
  throw new Error('a list is needed');
}

export function str(v: Value): string {
  if (typeof v !== 'string') throw new Error('a string is needed');
  return v;
}

/** An int that arithmetic gave; notes when it leaves 64 bits. */
export function bounded(it: Interpreter, n: bigint): bigint {
  if (n < INT_MIN || n > INT_MAX) {
    it.overflowAt ??= it.outLength;
    if (n.toString(16).length * 4 > MAX_BITS) throw new Discard('a number too long');
  }
  return n;
}

export function finite(x: number): number {
  if (!Number.isFinite(x)) throw new Discard('not a finite number');
  return x;
}

export function evaluate(it: Interpreter, e: Expr, scope: Scope): Value {
  step(it);
  switch (e.kind) {
    case 'int':
    case 'float':
    case 'bool':
    case 'string':
      return e.value;
    case 'none':
      return null;
    case 'name':
      return name(it, e.name, scope);
    case 'unary': {
      const v = evaluate(it, e.operand, scope);
      if (e.op === '!') return !truthy(v);
      if (v === null) return null;
      if (typeof v === 'number') return -v;
      if (typeof v === 'object') return big(-int(v));
      return bounded(it, -int(v));
    }
    case 'binary':
      return binary(it, e, scope);
    case 'call':
      return call(it, e, scope);
    case 'index':
      return index(evaluate(it, e.target, scope), evaluate(it, e.index, scope));
    case 'slice': {
      const target = evaluate(it, e.target, scope);
      const start = e.start ? int(evaluate(it, e.start, scope)) : 0n;
      const end = e.end ? int(evaluate(it, e.end, scope)) : INT_MAX;
      return slice(target, start, end);
    }
    case 'field': {
      const target = evaluate(it, e.target, scope);
      return field(target, e.name.text);
    }
    case 'cast':
      return cast(it, evaluate(it, e.value, scope), e.type);
    case 'struct':
      return struct(
        it,
        e.name.text,
        e.fields.map((f) => [f.name.text, evaluate(it, f.value, scope)]),
      );
    case 'list':
      return list(e.items.map((x) => evaluate(it, x, scope)));
    case 'map': {
      const m = dict();
      for (const { key, value } of e.entries) {
        const k = evaluate(it, key, scope);
        m.entries.set(typeof k === 'bigint' ? k : str(k), evaluate(it, value, scope));
      }
      return m;
    }
    case 'lambda':
      return {
        kind: 'closure',
        params: e.params,
        result: e.result,
        body: e.block ? { block: e.block } : { expr: e.expr! },
        scope,
        bound: [],
      };
    case 'if':
      if (evaluate(it, e.cond, scope) === true) return evaluate(it, e.then, scope);
      return e.else ? evaluate(it, e.else, scope) : null;
    case 'match': {
      const arm = matching(it, e, scope);
      if (!arm) return null;
      if (arm.body.kind === 'expr') return evaluate(it, arm.body.expr, arm.scope);
      if (runBlock(it, arm.body.block.body, inner(arm.scope))) throw new Error('a match expression is left');
      return null;
    }
    case 'query':
      return evaluateQuery(it, e, scope);
    default:
      throw new Error(`the reference interpreter knows no ${e.kind}`);
  }
}

function name(it: Interpreter, text: string, scope: Scope): Value {
  const variable = lookup(scope, text);
  if (variable) return variable.value;
  if (it.types.has(text)) return struct(it, text, []);
  if (text === 'nil' || text === 'null') return null;
  throw new Error(`no variable ${text}`);
}

/** A struct; fields come by name, converted to their types. */
function struct(it: Interpreter, typeName: string, given: readonly (readonly [string, Value])[]): Struct {
  const info = it.types.get(typeName);
  if (!info) throw new Error(`no type ${typeName}`);
  const made: Struct = { kind: 'struct', name: typeName, fields: new Map(), methods: info.methods };
  for (const { name: f } of info.fields) made.fields.set(f, null);
  for (const [f, v] of given) made.fields.set(f, convert(it, v, fieldType(it, made, f)));
  return made;
}

function binary(it: Interpreter, e: Extract<Expr, { kind: 'binary' }>, scope: Scope): Value {
  const a = evaluate(it, e.left, scope);
  switch (e.op) {
    case '&&':
      return truthy(a) ? evaluate(it, e.right, scope) : a;
    case '||':
      return truthy(a) ? a : evaluate(it, e.right, scope);
    case '??':
      return a === null ? evaluate(it, e.right, scope) : a;
    default:
  }
  const b = evaluate(it, e.right, scope);
  switch (e.op) {
    case '==':
      return equal(a, b);
    case '!=':
      return !equal(a, b);
    case '<':
      return ordered(a, b) && compare(a, b) < 0;
    case '<=':
      return ordered(a, b) && compare(a, b) <= 0;
    case '>':
      return ordered(a, b) && compare(a, b) > 0;
    case '>=':
      return ordered(a, b) && compare(a, b) >= 0;
    case 'in':
      return contains(b, a);
    case 'union':
      return list(distinct([...items(a), ...items(b)]));
    case 'union all':
      return list([...items(a), ...items(b)]);
    case 'except':
      return list(items(a).filter((x) => !items(b).some((y) => equal(x, y, true))));
    case 'intersect':
      return list(distinct(items(b).filter((x) => items(a).some((y) => equal(x, y, true)))));
    default:
      return arithmetic(it, e.op, a, b);
  }
}

const ordered = (a: Value, b: Value): boolean => a !== null && b !== null;

/** The first of equal elements. */
export function distinct(values: readonly Value[]): Value[] {
  const kept: Value[] = [];
  for (const v of values) if (!kept.some((k) => equal(k, v, true))) kept.push(v);
  return kept;
}

export function contains(container: Value, x: Value): boolean {
  if (typeof container === 'string') return container.includes(str(x));
  if (typeof container === 'object' && container?.kind === 'dict') {
    return container.entries.has(typeof x === 'bigint' ? x : str(x));
  }
  return items(container).some((y) => equal(x, y, true));
}

export function arithmetic(it: Interpreter, op: '+' | '-' | '*' | '/' | '%', a: Value, b: Value): Value {
  if (a === null || b === null) return null;
  if (op === '+') {
    if (typeof a === 'string' && typeof b === 'string') {
      if (a.length + b.length > MAX_ITEMS * 4) throw new Discard('a text too long');
      return a + b;
    }
    if (typeof a === 'object' && a.kind === 'list') {
      if (a.items.length > MAX_ITEMS) throw new Discard('a list too long');
      return list([...a.items, ...items(b)]);
    }
  }
  const x = numeric(a);
  const y = numeric(b);
  if (x === undefined || y === undefined) throw new Error(`no ${op} of these values`);
  if (typeof x === 'number' || typeof y === 'number') return floatArithmetic(op, Number(x), Number(y));
  const result = wholeArithmetic(op, x, y);
  return typeof a === 'object' || typeof b === 'object' ? big(checkedLength(result)) : bounded(it, result);
}

function checkedLength(n: bigint): bigint {
  if (n.toString(16).length * 4 > MAX_BITS) throw new Discard('a number too long');
  return n;
}

function floatArithmetic(op: string, x: number, y: number): number {
  switch (op) {
    case '+':
      return finite(x + y);
    case '-':
      return finite(x - y);
    case '*':
      return finite(x * y);
    default:
      if (y === 0) throw new MochiError('division by zero');
      return finite(op === '/' ? x / y : x % y);
  }
}

function wholeArithmetic(op: string, x: bigint, y: bigint): bigint {
  switch (op) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    default:
      if (y === 0n) throw new MochiError('division by zero');
      return op === '/' ? x / y : x % y;
  }
}

export function index(target: Value, at: Value): Value {
  if (target === null) return null;
  if (typeof target === 'object' && target.kind === 'dict') {
    return target.entries.get(typeof at === 'bigint' ? at : str(at)) ?? null;
  }
  const text = typeof target === 'string';
  const all: readonly Value[] = text ? [...target] : items(target);
  const i = int(at);
  const n = BigInt(all.length);
  const position = i < 0n ? i + n : i;
  if (position < 0n || position >= n) throw outOfRange(text ? 'string' : 'list', i, n);
  return all[Number(position)] ?? null;
}

/** `target[start:end]`: negative bounds count from the end, all are clamped. */
export function slice(target: Value, start: bigint, end: bigint): Value {
  const text = typeof target === 'string';
  const all: readonly Value[] = text ? [...target] : items(target);
  const n = BigInt(all.length);
  const clamp = (i: bigint): number => {
    const p = i < 0n ? i + n : i;
    return Number(p < 0n ? 0n : p > n ? n : p);
  };
  const from = clamp(start);
  const part = all.slice(from, Math.max(from, clamp(end)));
  return text ? part.join('') : list(part);
}

export function field(target: Value, f: string): Value {
  if (typeof target !== 'object' || target === null) throw new Error(`no field ${f}`);
  switch (target.kind) {
    case 'struct':
      return target.fields.get(f) ?? null;
    case 'dict':
      return target.entries.get(f) ?? null;
    case 'group':
      if (f === 'key') return target.key;
      if (f === 'items') return target.items;
      if (f === 'count') return BigInt(target.items.items.length);
      // The parts of a key of several parts.
      return field(target.key, f);
    default:
      throw new Error(`no field ${f}`);
  }
}

/** Decimal text of an int, nothing around it. */
export function parseInt64(it: Interpreter, s: string): bigint {
  if (!/^[+-]?[0-9]+$/.test(s)) throw new MochiError(`cannot cast "${s}" to int`);
  return bounded(it, BigInt(s.replace(/^\+/, '')));
}

export function toInt(it: Interpreter, v: Value): bigint {
  if (v === null) return 0n;
  if (typeof v === 'string') return parseInt64(it, v);
  const n = numeric(v);
  if (n === undefined) throw new Error('no int');
  if (typeof n === 'bigint') return bounded(it, n);
  if (Math.abs(n) >= 2 ** 63) throw new Discard('a float beyond 64 bits');
  return BigInt(Math.trunc(n));
}

export function toFloat(v: Value): number {
  if (v === null) return 0;
  if (typeof v === 'string') return Number(v);
  return Number(numeric(v));
}

/** `value as T`. */
function cast(it: Interpreter, value: Value, declared: TypeExpr): Value {
  const type = alias(it, declared);
  if (type?.kind === 'generic' && typeof value === 'object' && value !== null) {
    const [first = declared, second = declared] = type.args;
    if (value.kind === 'list') return list(value.items.map((v) => cast(it, v, first)));
    if (value.kind === 'dict') {
      const copy = dict();
      for (const [k, v] of value.entries) copy.entries.set(k, cast(it, v, second));
      return copy;
    }
    return value;
  }
  if (type?.kind !== 'name') return value;
  switch (type.name) {
    case 'int':
      return toInt(it, value);
    case 'float':
      return toFloat(value);
    case 'bigint':
      return big(typeof value === 'object' ? int(value) : toInt(it, value));
    default:
      break;
  }
  const info = it.types.get(type.name);
  if (!info || typeof value !== 'object' || value?.kind !== 'dict') return value;
  const given = info.fields.map(({ name: f, type: t }): [string, Value] => {
    const v = value.entries.get(f);
    if (v === undefined) throw new MochiError(`missing field ${f} for ${type.name}`);
    return [f, cast(it, v, t)];
  });
  return struct(it, type.name, given);
}

// ---- calls

function call(it: Interpreter, e: Extract<Expr, { kind: 'call' }>, scope: Scope): Value {
  const args = (): Value[] => e.args.map((a) => evaluate(it, a, scope));
  const { callee } = e;
  if (callee.kind === 'name') {
    const variable = lookup(scope, callee.name);
    if (!variable && it.types.has(callee.name)) {
      const info = it.types.get(callee.name);
      return struct(
        it,
        callee.name,
        args().map((v, i) => [info?.fields[i]?.name ?? '', v]),
      );
    }
    if (!variable && isBuiltin(callee.name)) return callBuiltin(it, callee.name, args());
  }
  if (callee.kind === 'field') {
    const target = evaluate(it, callee.target, scope);
    const method = methodOf(it, target, callee.name.text);
    if (method) return apply(it, method, args());
    if (typeof target === 'string' || (typeof target === 'object' && target?.kind === 'list')) {
      const [x = null] = args();
      if (callee.name.text === 'starts_with') return str(target).startsWith(str(x));
      if (callee.name.text === 'contains') return contains(target, x);
    }
    return apply(it, field(target, callee.name.text), args());
  }
  const f = evaluate(it, callee, scope);
  return apply(it, f, args());
}

/** A method sees copies of its receiver's fields, then the program's functions and variables. */
function methodOf(it: Interpreter, target: Value, name: string): Closure | undefined {
  if (typeof target !== 'object' || target?.kind !== 'struct') return undefined;
  const decl = target.methods.find((m) => m.name.text === name);
  if (!decl) return undefined;
  const scope = inner(it.globals);
  for (const [f, v] of target.fields) declare(scope, f, v);
  return { kind: 'closure', params: decl.params, result: decl.result, body: { block: decl.body }, scope, bound: [] };
}

/** Calls a function; with too few arguments, gives the function of the rest. */
export function apply(it: Interpreter, f: Value, args: readonly Value[]): Value {
  if (typeof f !== 'object' || f?.kind !== 'closure') throw new Error('only functions can be called');
  const all = [...f.bound, ...args];
  if (all.length < f.params.length) return { ...f, bound: all };
  if (it.depth >= MAX_DEPTH) throw new Discard('too deep');
  it.depth++;
  const scope = inner(f.scope);
  f.params.forEach((p, i) => {
    declare(scope, p.name.text, convert(it, all[i] ?? null, p.type), p.type);
  });
  let value: Value = null;
  if ('expr' in f.body) value = evaluate(it, f.body.expr, scope);
  else {
    const done = runBlock(it, f.body.block.body, inner(scope));
    if (typeof done === 'object') value = done.value;
  }
  it.depth--;
  return convert(it, value, f.result);
}

// ---- match

/** The arm that a value selects, with what its pattern binds. */
export function matching(
  it: Interpreter,
  e: Extract<Expr, { kind: 'match' }>,
  scope: Scope,
): { readonly body: MatchArm['body']; readonly scope: Scope } | undefined {
  const value = evaluate(it, e.value, scope);
  for (const { pattern, body } of e.arms) {
    const own = inner(scope);
    switch (pattern.kind) {
      case 'wildcard':
        return { body, scope: own };
      case 'literal':
        if (equal(value, evaluate(it, pattern.value, scope))) return { body, scope: own };
        break;
      case 'name':
        if (isVariant(value, pattern.name.text)) return { body, scope: own };
        break;
      case 'variant': {
        if (!isVariant(value, pattern.name.text)) break;
        const fields = [...value.fields.values()];
        pattern.args.forEach((a, i) => {
          if (a.pattern.kind === 'name') declare(own, a.pattern.name.text, fields[i] ?? null);
        });
        return { body, scope: own };
      }
    }
  }
  return undefined;
}

function isVariant(v: Value, variant: string): v is Struct {
  return typeof v === 'object' && v?.kind === 'struct' && v.name === variant;
}
