/**
 * Dynamic values for tests: a model in TypeScript of what values mean (LANGUAGE, "Values and run-time semantics"), and
 * the same values in an instance of the run-time library.
 */

import fc from 'fast-check';
import { byteOrder, stringDatum, stringDatumName } from '../../src/ir/build.ts';
import type { Datum } from '../../src/ir/ir.ts';
import { STACK_POINTER } from '../../src/ir/names.ts';
import * as Op from '../../src/ir/op.ts';
import { type InstanceOptions, type RuntimeInstance, runtimeInstance } from './harness.ts';

/** A struct type: name and fields with their element kinds. */
export interface StructType {
  readonly name: string;
  /** A record has no name: it is a map with known keys. */
  readonly record?: boolean;
  readonly fields: readonly { readonly name: string; readonly kind: Kind }[];
}

export const KINDS = ['bool', 'i64', 'f64', 'ref', 'cell'] as const;
export type Kind = (typeof KINDS)[number];

export type Value =
  | null
  | boolean
  /** An int. */
  | bigint
  /** A float. */
  | number
  | string
  | { readonly list: readonly Value[]; readonly kind: Kind }
  /** Keys are all strings or all ints. */
  | { readonly map: readonly (readonly [string | bigint, Value])[]; readonly kind: Kind }
  | { readonly struct: number; readonly values: readonly Value[] };

/** Their fields are in the order of the names, as in descriptors. */
export const STRUCTS: readonly StructType[] = [
  { name: 'Empty', fields: [] },
  {
    name: 'P',
    fields: [
      { name: 'Age', kind: 'f64' },
      { name: '_', kind: 'bool' },
      { name: 'any', kind: 'cell' },
      { name: 'name', kind: 'ref' },
      { name: 'zeta', kind: 'i64' },
    ],
  },
  { name: 'Q', fields: [{ name: 'next', kind: 'cell' }] },
  {
    name: '',
    record: true,
    fields: [
      { name: 'a', kind: 'i64' },
      { name: 'b', kind: 'cell' },
    ],
  },
  {
    name: '',
    record: true,
    fields: [
      { name: 'a', kind: 'cell' },
      { name: 'b', kind: 'f64' },
    ],
  },
];

const SIZES: Record<Kind, number> = { bool: 1, i64: 8, f64: 8, ref: 4, cell: 8 };

/** Offsets of a struct's fields, and its size. */
function layout(type: StructType): { offsets: number[]; size: number } {
  let size = 4;
  const offsets = type.fields.map((field) => {
    const bytes = SIZES[field.kind];
    const at = Math.ceil(size / bytes) * bytes;
    size = at + bytes;
    return at;
  });
  return { offsets, size: Math.ceil(size / 8) * 8 };
}

function descriptor(
  type: StructType,
  texts: Set<string>,
): { bytes: Uint8Array; relocs: { at: number; data: string }[] } {
  const { offsets, size } = layout(type);
  const bytes = new Uint8Array(16 + 12 * type.fields.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, size, true);
  view.setUint32(8, type.fields.length, true);
  const before = type.fields.filter((field) => byteOrder(field.name, '__name') < 0).length;
  view.setUint32(12, (type.record ? 4 : 0) + before * 256, true);
  const relocs = [{ at: 4, data: stringDatumName(type.name) }];
  texts.add(type.name);
  type.fields.forEach((field, i) => {
    relocs.push({ at: 16 + 12 * i, data: stringDatumName(field.name) });
    texts.add(field.name);
    view.setUint32(20 + 12 * i, offsets[i]!, true);
    view.setUint32(24 + 12 * i, KINDS.indexOf(field.kind), true);
  });
  return { bytes, relocs };
}

const SOURCES = {
  'test-cells.mochi': `
var test_stack: ref = 0

fun test_stack_pointer(): i32 {
  return stack_pointer()
}

fun test_reset() {
  if test_stack == 0 { test_stack = list_new(ELEM_CELL, 1024) }
  memory_fill(load32(test_stack, 12) + 8, 0, 8192)
  store32(test_stack, 4, 0)
}

fun test_push(c: cell): cell {
  list_push(test_stack, c)
  return c
}

fun test_push_int(v: i64): cell {
  return test_push(cell_of_i64(v))
}

fun test_push_float(x: f64): cell {
  return test_push(cell_of_f64(x))
}

fun test_push_copy(s: ref): cell {
  return test_push(cell(str_copy(load32(s, 12), load32(s, 4), load32(s, 8))))
}

fun test_pop(): cell {
  let n = load32(test_stack, 4) - 1
  let c = list_get<cell>(test_stack, i64(n))
  store32(test_stack, 4, n)
  return c
}

fun test_list(kind: i32, count: i32): cell {
  let size = elem_size(kind)
  let list = list_new(kind, count)
  store32(list, 4, count)
  for i in 0..count {
    cell_store(list_at(list, count - 1 - i, size) + 8, kind, test_pop())
  }
  return test_push(cell(list))
}

fun test_map(key_kind: i32, kind: i32, count: i32): cell {
  let m = map_new(key_kind, kind)
  for i in 0..count {
    let value = test_pop()
    let key = test_pop()
    cell_store(if key_kind == 0 { map_put_str(m, ref(key)) } else { map_put_i64(m, cell_int(key)) }, kind, value)
  }
  return test_push(cell(m))
}

fun test_struct(id: i32): cell {
  let d = load32(type_table() + shl(id, 2), 0)
  let s = alloc_zero(load32(d, 0), or(KIND_STRUCT, shl(id, 16)))
  let count = load32(d, 8)
  for i in 0..count {
    let field = d + 16 + (count - 1 - i) * 12
    cell_store(s + load32(field, 4), load32(field, 8), test_pop())
  }
  return test_push(cell(s))
}
`,
};

export interface CellInstance extends RuntimeInstance {
  /** Forgets all values made so far. */
  reset(): void;
  /** Makes a value; it lives until `reset`. */
  make(value: Value): bigint;
  /** Keeps a cell until `reset`. */
  keep(cell: bigint): bigint;
  /** What a cell holds. */
  read(cell: bigint): Value;
}

export async function cellInstance(names: readonly string[], options: InstanceOptions = {}): Promise<CellInstance> {
  const r = await runtimeInstance(
    [
      ...names,
      'test_reset',
      'test_stack_pointer',
      'test_push',
      'test_push_int',
      'test_push_float',
      'test_push_copy',
      'test_list',
      'test_map',
      'test_struct',
      'map_keys',
      'map_find_cell',
      'map_value_cell',
      'flush',
    ],
    {
      ...options,
      sources: { ...options.sources, ...SOURCES },
      build(module) {
        module.funcs.set('test_unwind', {
          name: 'test_unwind',
          params: ['i32'],
          result: undefined,
          locals: ['i32'],
          body: [{ op: Op.setGlobal, name: STACK_POINTER, value: { op: Op.get, type: 'i32', local: 0 } }],
        });
        module.exports.set('test_unwind', 'test_unwind');
        const texts = new Set<string>();
        const table: Datum = {
          name: 'rt.type_table',
          align: 4,
          bytes: new Uint8Array(4 * STRUCTS.length),
          relocs: STRUCTS.map((_, i) => ({ at: 4 * i, data: `type${i}` })),
        };
        module.data.set(table.name, table);
        STRUCTS.forEach((type, i) => {
          module.data.set(`type${i}`, { name: `type${i}`, align: 4, ...descriptor(type, texts) });
        });
        for (const text of texts) {
          const datum = stringDatum(text);
          module.data.set(datum.name, datum);
        }
      },
    },
  );
  const { call } = r;
  const scratch = r.string('x'.repeat(4000));
  const stack: number = call['test_stack_pointer']!();
  call['test_reset']!();

  function reset(): void {
    // A trap has left its frames behind.
    call['test_unwind']!(stack);
    call['test_reset']!();
  }

  function make(value: Value): bigint {
    switch (typeof value) {
      case 'boolean':
        return call['test_push']!(0x0001_0000_0000_0000n + (value ? 1n : 0n));
      case 'bigint':
        return call['test_push_int']!(value);
      case 'number':
        return call['test_push_float']!(value);
      case 'string': {
        const bytes = new TextEncoder().encode(value);
        if (bytes.length > 4000) throw new Error('too long');
        r.view().setUint32(scratch + 4, bytes.length, true);
        r.view().setUint32(scratch + 8, [...value].length, true);
        new Uint8Array(r.memory.buffer).set(bytes, scratch + 24);
        return call['test_push_copy']!(scratch);
      }
      default:
        break;
    }
    if (value === null) return call['test_push']!(0n);
    if ('list' in value) {
      for (const item of value.list) make(item);
      return call['test_list']!(KINDS.indexOf(value.kind), value.list.length);
    }
    if ('map' in value) {
      for (const [key, item] of value.map) {
        make(key);
        make(item);
      }
      return call['test_map']!(
        typeof value.map[0]?.[0] === 'bigint' ? 1 : 0,
        KINDS.indexOf(value.kind),
        value.map.length,
      );
    }
    for (const item of value.values) make(item);
    return call['test_struct']!(value.struct);
  }

  function read(cell: bigint): Value {
    const bits = BigInt.asUintN(64, cell);
    if (bits === 0n) return null;
    if (bits >> 50n === 0x3fffn) return BigInt.asIntN(50, bits);
    if (bits >> 48n === 1n) return (bits & 1n) === 1n;
    if (bits >> 32n !== 0n) {
      const view = new DataView(new ArrayBuffer(8));
      view.setBigUint64(0, bits - 0x0002_0000_0000_0000n);
      return view.getFloat64(0);
    }
    return readObject(Number(bits));
  }

  function readSlot(at: number, kind: Kind): Value {
    const view = r.view();
    switch (kind) {
      case 'bool':
        return view.getUint8(at) === 1;
      case 'i64':
        return view.getBigInt64(at, true);
      case 'f64':
        return view.getFloat64(at, true);
      case 'ref': {
        const ref = view.getUint32(at, true);
        return ref === 0 ? null : readObject(ref);
      }
      case 'cell':
        return read(view.getBigUint64(at, true));
    }
  }

  function readObject(at: number): Value {
    const view = r.view();
    const kind = KINDS[view.getUint8(at + 1) & 15]!;
    switch (view.getUint8(at)) {
      case 1:
        return r.text(at)!;
      case 5: {
        const data = view.getUint32(at + 12, true) + 8;
        const length = view.getUint32(at + 4, true);
        return { list: Array.from({ length }, (_, i) => readSlot(data + i * SIZES[kind], kind)), kind };
      }
      case 6: {
        const keys = readObject(call['map_keys']!(at)) as { list: readonly (string | bigint)[] };
        const map = keys.list.map((key) => {
          const found: number = call['map_find_cell']!(at, make(key));
          return [key, read(call['map_value_cell']!(at, found))] as const;
        });
        return { map, kind };
      }
      case 7: {
        const type = view.getUint16(at + 2, true);
        const { offsets } = layout(STRUCTS[type]!);
        const values = STRUCTS[type]!.fields.map((field, i) => readSlot(at + offsets[i]!, field.kind));
        return { struct: type, values };
      }
      case 11:
        return view.getBigInt64(at + 8, true);
      default:
        throw new Error(`unknown kind ${view.getUint8(at)} at ${at}`);
    }
  }

  return { ...r, reset, make, keep: (cell) => call['test_push']!(cell), read };
}

// ---- random values

const int = fc.oneof(
  fc.bigInt(-5n, 5n),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  fc.constantFrom(2n ** 49n, 2n ** 49n - 1n, -(2n ** 49n), -(2n ** 49n) - 1n, 2n ** 53n + 1n),
);
const float = fc.oneof(
  fc.constantFrom(0, -0, 1, -2, 1.5, 2 ** 53, 2 ** 63, -(2 ** 63), 1e300, Number.POSITIVE_INFINITY, Number.NaN),
  fc.integer({ min: -5, max: 5 }),
  fc.double(),
);
const text = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'ab', '1', '-2', '01', 'é', '__name'),
  fc.string({ maxLength: 10 }),
);

/** Ints, floats, bools, strings, nil. */
export const scalar: fc.Arbitrary<Value> = fc.oneof(int, float, text, fc.boolean(), fc.constant(null));

function items(kind: Kind, any: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  switch (kind) {
    case 'bool':
      return fc.boolean();
    case 'i64':
      return int;
    case 'f64':
      return float;
    case 'ref':
      return fc.oneof(text, fc.constant(null));
    case 'cell':
      return any;
  }
}

/** Values of all kinds, nested. */
export const anyValue: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 4, arbitrary: scalar },
    {
      weight: 2,
      arbitrary: fc
        .constantFrom(...KINDS)
        .chain((kind) => fc.array(items(kind, tie('value')), { maxLength: 4 }).map((list) => ({ list, kind }))),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.constantFrom(...KINDS), fc.boolean()).chain(([kind, ints]) =>
        fc
          .uniqueArray(fc.tuple(ints ? (int as fc.Arbitrary<string | bigint>) : text, items(kind, tie('value'))), {
            maxLength: 4,
            selector: ([key]) => key,
          })
          .map((map) => ({ map, kind })),
      ),
    },
    {
      weight: 1,
      arbitrary: fc
        .nat({ max: STRUCTS.length - 1 })
        .chain((struct) =>
          fc
            .tuple(...STRUCTS[struct]!.fields.map((field) => items(field.kind, tie('value'))))
            .map((values) => ({ struct, values })),
        ),
    },
  ),
})).value;

// ---- the model

export const isList = (v: Value): v is Extract<Value, { list: unknown }> =>
  typeof v === 'object' && v !== null && 'list' in v;
export const isMap = (v: Value): v is Extract<Value, { map: unknown }> =>
  typeof v === 'object' && v !== null && 'map' in v;
export const isStruct = (v: Value): v is Extract<Value, { struct: unknown }> =>
  typeof v === 'object' && v !== null && 'struct' in v;
/** A map, or a record. */
const isRecord = (v: Value): boolean => isMap(v) || (isStruct(v) && STRUCTS[v.struct]!.record === true);
export const isNumber = (v: Value): v is bigint | number => typeof v === 'bigint' || typeof v === 'number';

const bytewise = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** The entries of a map or struct by key, in the order of the keys. */
export function entries(v: Value): [string, Value][] {
  const out: [string, Value][] = [];
  if (isMap(v)) for (const [key, item] of v.map) out.push([String(key), item]);
  if (isStruct(v)) {
    const type = STRUCTS[v.struct]!;
    if (!type.record) out.push(['__name', type.name]);
    type.fields.forEach((field, i) => {
      out.push([field.name, v.values[i]!]);
    });
  }
  return out.sort(([a], [b]) => bytewise(a, b));
}

/** The same value with the entries of maps in the order of their keys. */
export function canonical(v: Value): Value {
  if (isList(v)) return { ...v, list: v.list.map(canonical) };
  if (isStruct(v)) return { ...v, values: v.values.map(canonical) };
  if (!isMap(v)) return v;
  const map = v.map.map(([key, x]) => [key, canonical(x)] as const);
  return { ...v, map: map.sort(([a], [b]) => bytewise(String(a), String(b))) };
}

/** `==`, or with `strict` what `in` and distinct use. */
export function equal(a: Value, b: Value, strict: boolean): boolean {
  if (isNumber(a) && isNumber(b)) return (!strict || typeof a === typeof b) && a <= b && a >= b;
  if (isList(a) && isList(b)) {
    return a.list.length === b.list.length && a.list.every((x, i) => equal(x, b.list[i]!, strict));
  }
  if ((isRecord(a) && isRecord(b)) || (isStruct(a) && isStruct(b))) {
    const [x, y] = [entries(a), entries(b)];
    return x.length === y.length && x.every(([key, v], i) => key === y[i]![0] && equal(v, y[i]![1], strict));
  }
  return a === b;
}

/** The order for sorting: negative, 0 or positive. */
export function compare(a: Value, b: Value): number {
  const rank = (v: Value): number => {
    if (typeof v === 'boolean') return 0;
    if (isNumber(v)) return 1;
    if (typeof v === 'string') return 2;
    if (v === null) return 9;
    return isList(v) ? 3 : isRecord(v) ? 4 : 5;
  };
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (isNumber(a) && isNumber(b)) {
    if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
    return a < b ? -1 : a > b ? 1 : 0;
  }
  if (typeof a === 'boolean') return Number(a) - Number(b);
  if (typeof a === 'string') return bytewise(a, b as string);
  if (isList(a) && isList(b)) return inOrder(a.list, b.list, compare);
  return inOrder(entries(a), entries(b), ([x, v], [y, w]) => bytewise(x, y) || compare(v, w));
}

function inOrder<T>(a: readonly T[], b: readonly T[], order: (x: T, y: T) => number): number {
  for (const [i, x] of a.entries()) {
    if (i >= b.length) return 1;
    const o = order(x, b[i]!);
    if (o !== 0) return o;
  }
  return a.length - b.length;
}
