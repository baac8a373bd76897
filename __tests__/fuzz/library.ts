/** The reference interpreter's built-in functions (LANGUAGE section 5). */
import {
  apply,
  arithmetic,
  bounded,
  contains,
  distinct,
  finite,
  index,
  int,
  items,
  parseInt64,
  slice,
  str,
  toFloat,
  toInt,
} from './evaluate.ts';
import { Discard, type Interpreter, MochiError, write } from './interpreter.ts';
import { big, compare, dict, jsonText, list, numeric, printed, sortedKeys, text, type Value } from './values.ts';

type Builtin = (it: Interpreter, args: readonly Value[]) => Value;

const MAX_LENGTH = 4_000n;

/** The sum of numbers: an int unless one is a float. */
export function sum(it: Interpreter, values: readonly Value[]): Value {
  return values.reduce((a, b) => arithmetic(it, '+', a, b ?? 0n), 0n);
}

/** The least by `sign` 1, the greatest by -1; of nothing 0. */
function extreme(values: readonly Value[], sign: number): Value {
  const [head, ...rest] = values;
  if (head === undefined) return 0n;
  return rest.reduce<Value>((best, v) => (compare(v, best) * sign < 0 ? v : best), head);
}

function average(values: readonly Value[]): Value {
  if (values.length === 0) return 0;
  return finite(values.reduce((a: number, v) => a + toFloat(v), 0) / values.length);
}

function range(args: readonly Value[]): Value {
  const numbers = args.map(int);
  const [from, to] = numbers.length === 1 ? [0n, numbers[0]!] : [numbers[0]!, numbers[1]!];
  const stride = numbers[2] ?? 1n;
  if (stride === 0n) throw new MochiError('range step must not be 0');
  const out: Value[] = [];
  for (let i = from; stride > 0n ? i < to : i > to; i += stride) {
    if (out.push(i) > MAX_LENGTH) throw new Discard('a range too long');
  }
  return list(out);
}

function length(v: Value): bigint {
  if (typeof v === 'string') return BigInt([...v].length);
  if (typeof v === 'object' && v?.kind === 'dict') return BigInt(v.entries.size);
  return BigInt(items(v).length);
}

/** Keys of a map in order. */
function keys(v: Value): Value[] {
  if (typeof v !== 'object' || v?.kind !== 'dict') throw new Error('keys of no map');
  return sortedKeys(v);
}

function round(x: Value): Value {
  if (typeof x !== 'number') return x;
  return x < 0 ? -Math.round(-x) : Math.round(x);
}

function power(it: Interpreter, a: Value, b: Value): Value {
  const exponent = int(b);
  if (exponent < 0n || exponent > 200n) throw new Discard('a power of that kind');
  return bounded(it, int(a) ** exponent);
}

function print(it: Interpreter, args: readonly Value[]): Value {
  const line = args.map(printed).join(' ');
  write(it, `${args.length >= 3 ? line.trim() : line}\n`);
  return null;
}

function padStart(s: string, n: bigint, pad: string): string {
  const missing = Number(n) - [...s].length;
  if (missing <= 0) return s;
  const unit = [...(pad || ' ')];
  return Array.from({ length: missing }, (_, i) => unit[i % unit.length]).join('') + s;
}

function repeat(s: string, n: bigint): string {
  if (n > MAX_LENGTH) throw new Discard('a text too long');
  return n > 0n ? s.repeat(Number(n)) : '';
}

function indexOf(s: string, part: string): bigint {
  const at = s.indexOf(part);
  return at < 0 ? -1n : BigInt([...s.slice(0, at)].length);
}

const BUILTINS: Readonly<Record<string, Builtin>> = {
  print,
  json: (it, [v = null]) => {
    write(it, `${jsonText(v)}\n`);
    return v;
  },
  len: (_, [v = null]) => length(v),
  count: (_, [v = null]) => length(v),
  append: (_, [xs = null, v = null]) => list([...items(xs), v]),
  push: (_, [xs = null, v = null]) => list([...items(xs), v]),
  str: (_, [v = null]) => text(v),
  int: (it, [v = null]) => toInt(it, v),
  float: (_, [v = null]) => toFloat(v),
  substring: (_, [s = null, a = null, b = null]) => slice(str(s), int(a), int(b)),
  slice: (_, [s = null, a = null, b = null]) => slice(s, int(a), int(b)),
  upper: (_, [s = null]) => str(s).toUpperCase(),
  lower: (_, [s = null]) => str(s).toLowerCase(),
  padStart: (_, [s = null, n = null, p = null]) => padStart(str(s), int(n), str(p)),
  reverse: (_, [v = null]) => (typeof v === 'string' ? [...v].reverse().join('') : list([...items(v)].reverse())),
  contains: (_, [s = null, x = null]) => contains(s, x),
  indexOf: (_, [s = null, x = null]) => indexOf(str(s), str(x)),
  split: (_, [s = null, x = null]) => list(str(s).split(str(x))),
  join: (_, [xs = null, x = null]) => items(xs).map(text).join(str(x)),
  trim: (_, [s = null]) => str(s).trim(),
  repeat: (_, [s = null, n = null]) => repeat(str(s), int(n)),
  parseIntStr: (it, [s = null]) => parseInt64(it, str(s)),
  sum: (it, [xs = null]) => sum(it, items(xs)),
  avg: (_, [xs = null]) => average(items(xs)),
  min: (_, args) => extreme(args.length === 1 ? items(args[0] ?? null) : args, 1),
  max: (_, args) => extreme(args.length === 1 ? items(args[0] ?? null) : args, -1),
  exists: (_, [xs = null]) => length(xs) > 0n,
  keys: (_, [m = null]) => list(keys(m)),
  values: (_, [m = null]) => list(keys(m).map((k) => index(m, k))),
  first: (_, [xs = null]) => items(xs)[0] ?? null,
  distinct: (_, [xs = null]) => list(distinct(items(xs))),
  concat: (_, args) => list(args.flatMap(items)),
  range: (_, args) => range(args),
  reduce: (it, [xs = null, f = null, init = null]) => items(xs).reduce((acc, x) => apply(it, f, [acc, x]), init),
  abs: (it, [x = null]) => {
    if (typeof x === 'number') return Math.abs(x);
    const n = int(x);
    const size = n < 0n ? -n : n;
    return typeof x === 'object' ? big(size) : bounded(it, size);
  },
  ceil: (_, [x = null]) => Math.ceil(Number(numeric(x))),
  floor: (_, [x = null]) => Math.floor(Number(numeric(x))),
  round: (_, [x = null]) => round(x),
  pow: (it, [a = null, b = null]) => power(it, a, b),
  panic: (_, [message = null]) => {
    throw new MochiError(text(message));
  },
};

export function isBuiltin(name: string): boolean {
  return Object.hasOwn(BUILTINS, name);
}

export function callBuiltin(it: Interpreter, name: string, args: readonly Value[]): Value {
  return BUILTINS[name]!(it, args);
}

/** The map of a multi-part key. */
export function keyMap(parts: readonly (readonly [string, Value])[]): Value {
  const m = dict();
  for (const [k, v] of parts) m.entries.set(k, v);
  return m;
}
