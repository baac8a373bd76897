/** Integers of any size and rationals of the run-time library, as operands and results of functions under test. */
import fc from 'fast-check';
import { type InstanceOptions, type RuntimeInstance, runtimeInstance } from './harness.ts';

/** Operations of `test_op`, by number. */
const OPERATIONS = {
  cell_add: 'return cell_add(a, b)',
  cell_sub: 'return cell_sub(a, b)',
  cell_mul: 'return cell_mul(a, b)',
  cell_div: 'return cell_div(a, b)',
  cell_rem: 'return cell_rem(a, b)',
  cell_neg: 'return cell_neg(a)',
  cell_abs: 'return cell_abs(a)',
  cell_pow: 'return cell_pow(a, b)',
  cell_min2: 'return cell_min2(a, b)',
  cell_max2: 'return cell_max2(a, b)',
  square: 'return cell_mul(a, a)',
  big_add: 'return big_add(a, b)',
  big_sub: 'return big_sub(a, b)',
  big_mul: 'return big_mul(a, b)',
  big_div: 'return big_div(a, b)',
  big_rem: 'return big_rem(a, b)',
  big_neg: 'return big_neg(a)',
  big_abs: 'return big_abs(a)',
  big_gcd: 'return big_gcd(a, b)',
  big_compare: 'return cell_of_i64(i64(big_compare(a, b)))',
  big_sign: 'return cell_of_i64(i64(big_sign(a)))',
  big_shift_left: 'return big_shift_left(a, cell_int(b))',
  cell_compare: 'return cell_of_i64(i64(cell_compare(a, b)))',
  cell_lt: 'return cell_of_bool(cell_lt(a, b))',
  cell_eq: 'return cell_of_bool(cell_eq(a, b))',
  cell_same: 'return cell_of_bool(cell_same(a, b))',
  cell_truthy: 'return cell_of_bool(cell_truthy(a))',
  same_hash: 'return cell_of_bool(cell_hash(a) == cell_hash(b))',
  cell_as_big: 'return cell_as_big(a)',
  cell_as_int: 'return cell_of_i64(cell_as_int(a))',
  cell_int: 'return cell_of_i64(cell_int(a))',
  cell_as_float: 'return cell_of_f64(cell_as_float(a))',
  cell_float: 'return cell_of_f64(cell_float(a))',
  value_str: 'return cell(value_str(a))',
  value_show: 'return cell(value_show(a))',
  json_str: 'return cell(json_str(a))',
  cell_type_name: 'return cell(cell_type_name(a))',
  cell_as_rat: 'return cell_as_rat(a)',
  rat_new: 'return rat_new(a, b)',
  rat_num: 'return rat_num(a)',
  rat_denom: 'return rat_denom(a)',
  list_sum: 'return cell_sum(cell(test_list(a, b)))',
  list_min: 'return cell_min(cell(test_list(a, b)))',
  list_max: 'return cell_max(cell(test_list(a, b)))',
  list_text: 'return cell(value_str(cell(test_list(a, b))))',
  list_distinct: 'return cell_of_i64(list_len(list_distinct(test_list(a, b))))',
  list_sorted: 'return test_least(test_list(a, b))',
  map_text: 'return test_map(a, b)',
} as const;

export type Operation = keyof typeof OPERATIONS;

const DRIVER = `
let TEST_INTEGER = 0
let TEST_CELL = 1
let TEST_TEXT = 2
let TEST_RAT = 3

/// An operand that the test has written: +0 one of TEST_*, +4 limbs (negative for a negative number) or bytes,
/// +8 the limbs or the cell; a text is an object from +8 on.
fun test_area(place: i32): i32 {
  return static_area("operands", 262144) + shl(place, 16)
}

fun test_operand(place: i32): cell {
  let p = test_area(place)
  let how = load32(p, 0)
  if how == TEST_CELL { return loadcell(p, 8) }
  if how == TEST_TEXT { return cell(ref(p + 8)) }
  if how == TEST_RAT { return rat_new(test_integer(p), test_integer(test_area(place + 2))) }
  return test_integer(p)
}

fun test_integer(p: i32): cell {
  let count = load32(p, 4)
  let n = if count < 0 { 0 - count } else { count }
  let r = big_new(n)
  memory_copy(r + 8, p + 8, shl(n, 2))
  return big_trim(r, n, count < 0)
}

fun test_list(a: cell, b: cell): ref {
  let list = list_new(ELEM_CELL, 0)
  list_push(list, a)
  list_push(list, b)
  list_push(list, b)
  return list
}

fun test_least(list: ref): cell {
  let lists = list_new(ELEM_REF, 1)
  list_push(lists, list)
  rows_sort<cell>(lists, 1)
  return list_get_cell(list, 0)
}

fun test_map(a: cell, b: cell): cell {
  let m = map_new(0, ELEM_CELL)
  cell_index_set(cell(m), a, b)
  return cell_index(cell(m), a)
}

fun test_op(op: i32): cell {
  let a = test_operand(0)
  let b = test_operand(1)
${Object.values(OPERATIONS)
  .map((body, i) => `  if op == ${i} { ${body} }\n`)
  .join('')}  return none
}
`;

export interface Rational {
  readonly num: bigint;
  readonly den: bigint;
}

export type Operand = bigint | number | boolean | null | string | Rational;

export const rational = (num: bigint, den: bigint): Rational => ({ num, den });

export interface BigInstance extends RuntimeInstance {
  /** The result of an operation; checks that it has the one representation of its value. */
  op(name: Operation, a: Operand, b?: Operand): Operand;
}

/** An instance with big integers and rationals. */
export async function bigInstance(options: InstanceOptions = {}): Promise<BigInstance> {
  const names = ['test_op', 'test_area'];
  const sources = { ...options.sources, 'test-bigs.mochi': DRIVER };
  const r = await runtimeInstance(names, { bigInts: true, bigRats: true, ...options, sources });
  const numbers = new Map(Object.keys(OPERATIONS).map((name, i) => [name, i]));
  return {
    ...r,
    op(name, a, b = null) {
      writeOperand(r, 0, a);
      writeOperand(r, 1, b);
      return readCell(r, BigInt.asUintN(64, r.call['test_op']!(numbers.get(name))));
    },
  };
}

function writeOperand(r: RuntimeInstance, place: number, value: Operand): void {
  const at: number = r.call['test_area']!(place);
  const view = r.view();
  switch (typeof value) {
    case 'bigint':
      view.setUint32(at, 0, true);
      writeInteger(view, at, value);
      return;
    case 'string': {
      const bytes = new TextEncoder().encode(value);
      if (bytes.length > 65_000) throw new Error('the text is too long');
      view.setUint32(at, 2, true);
      const words = [1, bytes.length, bytes.length, at + 32, 0, 0];
      for (const [i, word] of words.entries()) view.setUint32(at + 8 + i * 4, word, true);
      new Uint8Array(r.memory.buffer).set(bytes, at + 32);
      return;
    }
    case 'number':
    case 'boolean':
      view.setUint32(at, 1, true);
      if (typeof value === 'boolean') view.setBigUint64(at + 8, 0x0001_0000_0000_0000n + (value ? 1n : 0n), true);
      else {
        view.setFloat64(at + 8, value, true);
        view.setBigUint64(at + 8, view.getBigUint64(at + 8, true) + 0x0002_0000_0000_0000n, true);
      }
      return;
    case 'object':
      if (value === null) {
        view.setUint32(at, 1, true);
        view.setBigUint64(at + 8, 0n, true);
        return;
      }
      view.setUint32(at, 3, true);
      writeInteger(view, at, value.num);
      writeInteger(view, r.call['test_area']!(place + 2), value.den);
  }
}

function writeInteger(view: DataView, at: number, value: bigint): void {
  let rest = value < 0n ? -value : value;
  const hex = rest.toString(16);
  const count = Math.ceil(hex.length / 8);
  if (count > 16_000) throw new Error('the number is too large');
  rest = 0n;
  for (let i = 0; i < count; i++) {
    const end = hex.length - i * 8;
    view.setUint32(at + 8 + i * 4, Number.parseInt(hex.slice(Math.max(0, end - 8), end), 16), true);
  }
  view.setInt32(at + 4, value < 0n ? -count : count, true);
}

const SMALL = 2n ** 49n;
const INT64 = 2n ** 63n;

function readCell(r: RuntimeInstance, cell: bigint): Operand {
  if (cell === 0n) return null;
  if (cell >> 50n === 0x3fffn) return BigInt.asIntN(50, cell);
  if (cell >> 48n === 1n) return (cell & 1n) === 1n;
  const view = r.view();
  if (cell >> 32n !== 0n) {
    const bits = new DataView(new ArrayBuffer(8));
    bits.setBigUint64(0, cell - 0x0002_0000_0000_0000n);
    return bits.getFloat64(0);
  }
  const at = Number(cell);
  const kind = view.getUint8(at);
  if (kind === 1) return r.text(at)!;
  if (kind === 11) {
    const value = view.getBigInt64(at + 8, true);
    if (value >= -SMALL && value < SMALL) throw new Error(`${value} should be an inline int`);
    return value;
  }
  if (kind === 14) {
    const num = readCell(r, view.getBigUint64(at + 8, true)) as bigint;
    const den = readCell(r, view.getBigUint64(at + 16, true)) as bigint;
    if (den <= 0n) throw new Error('the denominator is not positive');
    return { num, den };
  }
  if (kind !== 10) throw new Error(`an object of kind ${kind}`);
  const signed = view.getInt32(at + 4, true);
  const count = Math.abs(signed);
  let hex = '';
  for (let i = 0; i < count; i++)
    hex =
      view
        .getUint32(at + 8 + i * 4, true)
        .toString(16)
        .padStart(8, '0') + hex;
  if (hex.startsWith('00000000')) throw new Error('a leading limb is 0');
  const size = BigInt(`0x${hex}`);
  const value = signed < 0 ? -size : size;
  if (value >= -INT64 && value < INT64) throw new Error(`${value} should be an int`);
  return value;
}

/** Integers whose limbs are random, all zeros or all ones: carries and corrections of quotients are rare otherwise. */
export function integers(limbs: fc.Arbitrary<number>): fc.Arbitrary<bigint> {
  const limb = fc.constantFrom('random', 'random', 'zeros', 'ones');
  return fc
    .tuple(limbs, fc.boolean(), fc.array(fc.tuple(limb, fc.nat(40)), { minLength: 1, maxLength: 6 }), fc.nat())
    .map(([count, negative, runs, seed]) => {
      let state = BigInt(seed);
      let hex = '1';
      for (let i = 0, run = 0, left = runs[0]![1]; i < count; i++) {
        if (left-- <= 0) {
          run = (run + 1) % runs.length;
          left = runs[run]![1];
        }
        state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
        const random = (state >> 32n).toString(16).padStart(8, '0');
        hex += { random, zeros: '00000000', ones: 'ffffffff' }[runs[run]![0]];
      }
      // The leading 1 lies in a limb of its own; without it the highest limb is one of the others.
      const value = BigInt(`0x${seed % 2 ? hex : `0${hex.slice(1)}`}`);
      return negative ? -value : value;
    });
}
