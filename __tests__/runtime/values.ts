/** Lists and strings of the run-time library, built and read by tests through `runtimeInstance`. */
import { type InstanceOptions, type RuntimeInstance, runtimeInstance } from './harness.ts';

/** Element kinds of lists, in the order of their numbers. */
export const KINDS = ['bool', 'i64', 'f64', 'ref', 'cell'] as const;
export type Kind = (typeof KINDS)[number];
/** A list element as tests see it: bool, int, float, string or null, or raw cell bits. */
export type Value = boolean | bigint | number | string | null;

const ROOTS = `
var test_roots: ref = 0

fun test_keep(slot: i32, x: ref) {
  if test_roots == 0 {
    test_roots = list_new(ELEM_REF, 64)
    store32(test_roots, 4, 64)
  }
  storeref(load32(test_roots, 12) + slot * 4, 8, x)
}
`;

/** An instance with `keep(slot, ref)`, by which a test holds up to 64 objects; `keep(0, 0)` must come first. */
export async function instanceWithRoots(
  names: readonly string[],
  options: InstanceOptions = {},
): Promise<RuntimeInstance & { keep: (slot: number, ref: number) => number }> {
  const r = await runtimeInstance([...names, 'test_keep'], {
    ...options,
    sources: { ...options.sources, 'roots.mochi': ROOTS },
  });
  r.call['test_keep']!(0, 0);
  return {
    ...r,
    keep: (slot, ref) => {
      r.call['test_keep']!(slot, ref);
      return ref;
    },
  };
}

const SIZES = { bool: 1, i64: 8, f64: 8, ref: 4, cell: 8 } as const;

/** Cell bits of a small int, a float, a bool, null or an object's address. */
export function cellOf(r: RuntimeInstance, value: Value): bigint {
  switch (typeof value) {
    case 'bigint':
      return BigInt.asUintN(64, (0x3fffn << 50n) | BigInt.asUintN(50, value));
    case 'number': {
      const bits = new DataView(new ArrayBuffer(8));
      bits.setFloat64(0, value);
      return bits.getBigUint64(0) + 0x0002_0000_0000_0000n;
    }
    case 'boolean':
      return 0x0001_0000_0000_0000n + (value ? 1n : 0n);
    case 'string':
      return BigInt(staticString(r, value));
    case 'object':
      return 0n;
  }
}

/** What a cell holds; an address other than a string's or a boxed int's is given as `ref:N`. */
export function readCell(r: RuntimeInstance, bits: bigint): Value {
  const cell = BigInt.asUintN(64, bits);
  if (cell === 0n) return null;
  if (cell >> 32n === 0n) return objectOf(r, Number(cell));
  if (cell >> 50n === 0x3fffn) return BigInt.asIntN(50, cell);
  if (cell >> 48n === 1n) return (cell & 1n) === 1n;
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, cell - 0x0002_0000_0000_0000n);
  return view.getFloat64(0);
}

function objectOf(r: RuntimeInstance, at: number): Value {
  if (at === 0) return null;
  const kind = r.view().getUint8(at);
  if (kind === 1) return r.text(at)!;
  if (kind === 11) return r.view().getBigInt64(at + 8, true);
  return `ref:${at}`;
}

const strings = new WeakMap<RuntimeInstance, Map<string, number>>();

/** A static string, one for each text. */
export function staticString(r: RuntimeInstance, text: string): number {
  let known = strings.get(r);
  if (!known) {
    known = new Map();
    strings.set(r, known);
  }
  let at = known.get(text);
  if (at === undefined) {
    at = r.string(text);
    known.set(text, at);
  }
  return at;
}

/** The elements of a list; null for null. */
export function readList(r: RuntimeInstance, list: number): Value[] | null {
  if (list === 0) return null;
  const view = r.view();
  if (view.getUint8(list) !== 5) throw new Error(`not a list: ${list}`);
  const kind = KINDS[view.getUint8(list + 1) & 15]!;
  const length = view.getUint32(list + 4, true);
  if (length > view.getUint32(list + 8, true)) throw new Error('longer than its capacity');
  const data = view.getUint32(list + 12, true) + 8;
  const element = (at: number): Value => {
    switch (kind) {
      case 'bool':
        return view.getUint8(at) === 1;
      case 'i64':
        return view.getBigInt64(at, true);
      case 'f64':
        return view.getFloat64(at, true);
      case 'ref':
        return objectOf(r, view.getUint32(at, true));
      case 'cell':
        return readCell(r, view.getBigUint64(at, true));
    }
  };
  return Array.from({ length }, (_, i) => element(data + i * SIZES[kind]));
}

/** What a run-time function of the kind's instance takes for a value. */
export function argument(r: RuntimeInstance, kind: Kind, value: Value): bigint | number {
  switch (kind) {
    case 'bool':
      return value === true ? 1 : 0;
    case 'i64':
      return value as bigint;
    case 'f64':
      return value as number;
    case 'ref':
      return value === null ? 0 : staticString(r, value as string);
    case 'cell':
      return BigInt.asIntN(64, cellOf(r, value));
  }
}

/** A new list; `keep` it before anything else is allocated. Needs `list_new`. */
export function writeList(r: RuntimeInstance, kind: Kind, values: readonly Value[]): number {
  const args = values.map((value) => argument(r, kind, value));
  const list: number = r.call['list_new']!(KINDS.indexOf(kind), values.length);
  const view = r.view();
  view.setUint32(list + 4, values.length, true);
  const data = view.getUint32(list + 12, true) + 8;
  args.forEach((arg, i) => {
    const at = data + i * SIZES[kind];
    if (kind === 'bool') view.setUint8(at, arg as number);
    else if (kind === 'f64') view.setFloat64(at, arg as number, true);
    else if (kind === 'ref') view.setUint32(at, arg as number, true);
    else view.setBigInt64(at, arg as bigint, true);
  });
  return list;
}
