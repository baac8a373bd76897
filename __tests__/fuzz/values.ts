/**
 * Values of the reference interpreter and what does not depend on a program: rendering (LANGUAGE 4.3), equality and order
 * (4.5, 14.6). Nothing of it is shared with the compiler or its run-time library.
 */
import type { Expr, FunDecl, Param, TypeExpr } from '../../src/syntax/ast.ts';

/** An `int` is a bigint, a `float` a number, a `string` a string; nil is null. */
export type Value = null | bigint | number | boolean | string | Big | List | Dict | Struct | Group | Closure;

/** A value declared `bigint`, which may exceed 64 bits. */
export interface Big {
  readonly kind: 'big';
  readonly value: bigint;
}

export interface List {
  readonly kind: 'list';
  items: Value[];
}

/** A map; the keys are texts or ints. */
export interface Dict {
  readonly kind: 'dict';
  readonly entries: Map<string | bigint, Value>;
}

export interface Struct {
  readonly kind: 'struct';
  readonly name: string;
  readonly fields: Map<string, Value>;
  readonly methods: readonly FunDecl[];
}

/** What `group by … into g` makes. */
export interface Group {
  readonly kind: 'group';
  readonly key: Value;
  readonly items: List;
}

export interface Closure {
  readonly kind: 'closure';
  readonly params: readonly Param[];
  readonly result: TypeExpr | undefined;
  readonly body: { readonly block: FunDecl['body'] } | { readonly expr: Expr };
  readonly scope: Scope;
  /** Arguments of a partial application. */
  readonly bound: readonly Value[];
}

/** A variable. Closures share it. */
export interface Variable {
  value: Value;
  readonly type: TypeExpr | undefined;
}

export interface Scope {
  readonly variables: Map<string, Variable>;
  readonly parent: Scope | undefined;
}

export const list = (items: Value[]): List => ({ kind: 'list', items });
export const dict = (): Dict => ({ kind: 'dict', entries: new Map() });
export const big = (value: bigint): Big => ({ kind: 'big', value });

/** A number of any type as the host's; undefined for anything else. */
export function numeric(v: Value): bigint | number | undefined {
  if (typeof v === 'bigint' || typeof v === 'number') return v;
  if (typeof v === 'object' && v?.kind === 'big') return v.value;
  return undefined;
}

const compareTexts = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** The keys of a map in the order of their texts. */
export function sortedKeys(d: Dict): (string | bigint)[] {
  return [...d.entries.keys()].sort((a, b) => compareTexts(String(a), String(b)));
}

/** Digits and decimal exponent of the shortest text of a float. */
function decimal(x: number): { negative: boolean; digits: string; exponent: number } {
  const [mantissa = '', exponent = '0'] = Math.abs(x).toExponential().split('e');
  return { negative: x < 0 || Object.is(x, -0), digits: mantissa.replace('.', ''), exponent: Number(exponent) };
}

function plain(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return digits.padEnd(exponent + 1, '0');
  return `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

/** A float on its own: with an exponent from 1e6 on and below 1e-4. */
export function floatText(x: number): string {
  const { negative, digits, exponent } = decimal(x);
  const sign = negative ? '-' : '';
  if (x !== 0 && (exponent < -4 || exponent >= 6)) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    const size = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${digits[0]}${fraction}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  return sign + plain(digits, exponent);
}

/** A float in a container: never an exponent, always a point. */
function innerFloat(x: number): string {
  const { negative, digits, exponent } = decimal(x);
  const text = plain(digits, exponent);
  return (negative ? '-' : '') + (text.includes('.') ? text : `${text}.0`);
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\t': '\\t', '\r': '\\r', '"': '\\"', '\\': '\\\\' };

export function quoted(s: string): string {
  return `"${[...s].map((c) => ESCAPES[c] ?? c).join('')}"`;
}

/** The entries of a map or struct, as rendering sees them: by name, in order. */
function fieldsOf(v: Dict | Struct | Group): [string, Value][] {
  switch (v.kind) {
    case 'dict':
      return sortedKeys(v).map((k) => [String(k), v.entries.get(k) ?? null]);
    case 'group':
      throw new Error('groups are not rendered');
    case 'struct': {
      const all: [string, Value][] = [['__name', v.name], ...v.fields];
      for (const m of v.methods) all.push([m.name.text, null]);
      return all.sort((a, b) => compareTexts(a[0], b[0]));
    }
  }
}

/** What `print` shows of a value in a container. */
function inner(v: Value): string {
  if (typeof v === 'number') return innerFloat(v);
  if (typeof v === 'string') return quoted(v);
  return printed(v);
}

/** What `print` shows. */
export function printed(v: Value): string {
  if (v === null) return 'nil';
  if (typeof v === 'number') return floatText(v);
  if (typeof v !== 'object') return String(v);
  switch (v.kind) {
    case 'big':
      return String(v.value);
    case 'list':
      return `[${v.items.map(inner).join(', ')}]`;
    case 'closure':
      return 'nil';
    default:
      return `{${fieldsOf(v)
        .map(([k, x]) => `${quoted(k)}: ${inner(x)}`)
        .join(', ')}}`;
  }
}

/** What `str` gives. */
export function text(v: Value): string {
  if (v === null) return '<nil>';
  if (typeof v === 'number') return floatText(v);
  if (typeof v !== 'object') return String(v);
  switch (v.kind) {
    case 'big':
      return String(v.value);
    case 'list':
      return `[${v.items.map(text).join(' ')}]`;
    case 'closure':
      throw new Error('functions are not rendered');
    default:
      return `map[${fieldsOf(v)
        .map(([k, x]) => `${k}:${text(x)}`)
        .join(' ')}]`;
  }
}

/** What `json` prints: indented by two spaces, keys sorted, HTML escaped. */
export function jsonText(v: Value, indent = ''): string {
  if (v === null) return 'null';
  if (typeof v === 'number') return Object.is(v, -0) ? '-0' : String(v);
  if (typeof v === 'string') return jsonString(v);
  if (typeof v !== 'object') return String(v);
  const deeper = `${indent}  `;
  const lines = (items: string[], open: string, close: string): string =>
    items.length === 0 ? open + close : `${open}\n${items.map((item) => deeper + item).join(',\n')}\n${indent}${close}`;
  switch (v.kind) {
    case 'big':
      return String(v.value);
    case 'list':
      return lines(
        v.items.map((x) => jsonText(x, deeper)),
        '[',
        ']',
      );
    case 'closure':
      throw new Error('functions are not rendered');
    default:
      return lines(
        fieldsOf(v).map(([k, x]) => `${jsonString(k)}: ${jsonText(x, deeper)}`),
        '{',
        '}',
      );
  }
}

function jsonString(s: string): string {
  return JSON.stringify(s).replace(/[<>&]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function fieldMap(v: Value): Map<string | bigint, Value> | undefined {
  if (typeof v !== 'object' || v === null) return undefined;
  return v.kind === 'dict' ? v.entries : undefined;
}

/** Deep equality. `strict` tells 1 and 1.0 apart, as membership does. */
export function equal(a: Value, b: Value, strict = false): boolean {
  const x = numeric(a);
  const y = numeric(b);
  if (x !== undefined && y !== undefined) {
    // Ints and floats compare by their exact values; there is no NaN.
    return strict ? x === y : !(x < y || x > y);
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (a.kind === 'list' && b.kind === 'list') {
    return a.items.length === b.items.length && a.items.every((v, i) => equal(v, b.items[i] ?? null, strict));
  }
  const m = fieldMap(a);
  const n = fieldMap(b);
  if (m && n) {
    return m.size === n.size && [...m].every(([k, v]) => n.has(k) && equal(v, n.get(k) ?? null, strict));
  }
  if (a.kind === 'struct' && b.kind === 'struct') {
    return a.name === b.name && [...a.fields].every(([k, v]) => equal(v, b.fields.get(k) ?? null, strict));
  }
  return a === b;
}

/** The order of `sort by`, `min` and `max`: numbers numerically, texts bytewise, nil last, lists by elements, maps by the values of their keys. */
export function compare(a: Value, b: Value): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  const x = numeric(a);
  const y = numeric(b);
  if (x !== undefined && y !== undefined) return x < y ? -1 : x > y ? 1 : 0;
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  if (typeof a === 'object' && typeof b === 'object' && a.kind === 'list' && b.kind === 'list') {
    for (let i = 0; i < a.items.length && i < b.items.length; i++) {
      const c = compare(a.items[i] ?? null, b.items[i] ?? null);
      if (c !== 0) return c;
    }
    return a.items.length - b.items.length;
  }
  const m = fieldMap(a);
  const n = fieldMap(b);
  if (m && n) {
    for (const k of [...m.keys()].sort((x, y) => compareTexts(String(x), String(y)))) {
      if (!n.has(k)) throw new Error('no order between maps of different keys');
      const c = compare(m.get(k) ?? null, n.get(k) ?? null);
      if (c !== 0) return c;
    }
    return m.size - n.size;
  }
  throw new Error('no order between these values');
}
