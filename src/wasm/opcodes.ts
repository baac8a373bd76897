/** Opcodes of WebAssembly 2.0 that the compiler emits (core specification 5.4 and appendix A.8). */

/** Value types as encoded. */
export type ValType = 'i32' | 'i64' | 'f64';
export const VAL_TYPE_CODE: Record<ValType, number> = { i32: 0x7f, i64: 0x7e, f64: 0x7c };
export const VAL_TYPE_OF_CODE: ReadonlyMap<number, ValType> = new Map([
  [0x7f, 'i32'],
  [0x7e, 'i64'],
  [0x7c, 'f64'],
]);

/** What follows an opcode. */
export type Immediate =
  | 'none'
  | 'block'
  | 'label'
  | 'labels'
  | 'func'
  | 'indirect'
  | 'local'
  | 'global'
  | 'mem'
  | 'zero'
  | 'zero2'
  | 's32'
  | 's64'
  | 'f64';

/** Opcodes with the prefix 0xFC are 0xFC00 + the number after the prefix. */
export const OP = {
  unreachable: 0x00,
  nop: 0x01,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  br_if: 0x0d,
  br_table: 0x0e,
  return: 0x0f,
  call: 0x10,
  call_indirect: 0x11,
  drop: 0x1a,
  select: 0x1b,
  'local.get': 0x20,
  'local.set': 0x21,
  'local.tee': 0x22,
  'global.get': 0x23,
  'global.set': 0x24,
  'i32.load': 0x28,
  'i64.load': 0x29,
  'f64.load': 0x2b,
  'i32.load8_s': 0x2c,
  'i32.load8_u': 0x2d,
  'i32.load16_s': 0x2e,
  'i32.load16_u': 0x2f,
  'i64.load8_u': 0x31,
  'i64.load16_u': 0x33,
  'i64.load32_s': 0x34,
  'i64.load32_u': 0x35,
  'i32.store': 0x36,
  'i64.store': 0x37,
  'f64.store': 0x39,
  'i32.store8': 0x3a,
  'i32.store16': 0x3b,
  'i64.store32': 0x3e,
  'memory.size': 0x3f,
  'memory.grow': 0x40,
  'i32.const': 0x41,
  'i64.const': 0x42,
  'f64.const': 0x44,
  'memory.copy': 0xfc0a,
  'memory.fill': 0xfc0b,
} as const;

const I_COMPARE = ['eqz', 'eq', 'ne', 'lt_s', 'lt_u', 'gt_s', 'gt_u', 'le_s', 'le_u', 'ge_s', 'ge_u'];
const F_COMPARE = ['eq', 'ne', 'lt', 'gt', 'le', 'ge'];
const I_ARITH = 'clz ctz popcnt add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr'.split(' ');
const F_ARITH = 'abs neg ceil floor trunc nearest sqrt add sub mul div min max copysign'.split(' ');

/** Numeric instructions (no immediates), by name. */
export const NUMERIC: ReadonlyMap<string, number> = new Map([
  ...run('i32', 0x45, I_COMPARE),
  ...run('i64', 0x50, I_COMPARE),
  ...run('f64', 0x61, F_COMPARE),
  ...run('i32', 0x67, I_ARITH),
  ...run('i64', 0x79, I_ARITH),
  ...run('f64', 0x99, F_ARITH),
  ['i32.wrap_i64', 0xa7],
  ['i32.trunc_f64_s', 0xaa],
  ['i32.trunc_f64_u', 0xab],
  ['i64.extend_i32_s', 0xac],
  ['i64.extend_i32_u', 0xad],
  ['i64.trunc_f64_s', 0xb0],
  ['i64.trunc_f64_u', 0xb1],
  ['f64.convert_i32_s', 0xb7],
  ['f64.convert_i32_u', 0xb8],
  ['f64.convert_i64_s', 0xb9],
  ['f64.convert_i64_u', 0xba],
  ['i64.reinterpret_f64', 0xbd],
  ['f64.reinterpret_i64', 0xbf],
  ['i32.extend8_s', 0xc0],
  ['i32.extend16_s', 0xc1],
  ['i64.extend8_s', 0xc2],
  ['i64.extend16_s', 0xc3],
  ['i64.extend32_s', 0xc4],
  ['i32.trunc_sat_f64_s', 0xfc02],
  ['i32.trunc_sat_f64_u', 0xfc03],
  ['i64.trunc_sat_f64_s', 0xfc06],
  ['i64.trunc_sat_f64_u', 0xfc07],
] as [string, number][]);

function run(type: string, first: number, names: readonly string[]): [string, number][] {
  return names.map((name, i) => [`${type}.${name}`, first + i]);
}

/** log2 of the natural alignment of a memory access. */
export const ALIGNMENT: ReadonlyMap<string, number> = new Map([
  ['i32.load', 2],
  ['i64.load', 3],
  ['f64.load', 3],
  ['i32.load8_s', 0],
  ['i32.load8_u', 0],
  ['i32.load16_s', 1],
  ['i32.load16_u', 1],
  ['i64.load8_u', 0],
  ['i64.load16_u', 1],
  ['i64.load32_s', 2],
  ['i64.load32_u', 2],
  ['i32.store', 2],
  ['i64.store', 3],
  ['f64.store', 3],
  ['i32.store8', 0],
  ['i32.store16', 1],
  ['i64.store32', 2],
]);

/** Of the instructions that access memory, opcode and alignment: `opcode + (alignment << 8)`. */
export const ACCESS: ReadonlyMap<string, number> = new Map(
  [...ALIGNMENT].map(([name, alignment]) => [name, OP[name as keyof typeof OP] + (alignment << 8)]),
);

const IMMEDIATES: Partial<Record<string, Immediate>> = {
  block: 'block',
  loop: 'block',
  if: 'block',
  br: 'label',
  br_if: 'label',
  br_table: 'labels',
  call: 'func',
  call_indirect: 'indirect',
  'local.get': 'local',
  'local.set': 'local',
  'local.tee': 'local',
  'global.get': 'global',
  'global.set': 'global',
  'memory.size': 'zero',
  'memory.grow': 'zero',
  'memory.fill': 'zero',
  'memory.copy': 'zero2',
  'i32.const': 's32',
  'i64.const': 's64',
  'f64.const': 'f64',
};

/** Every instruction by its code, for the printer. */
export const INSTRUCTIONS: ReadonlyMap<number, { readonly name: string; readonly immediate: Immediate }> = new Map([
  ...Object.entries(OP).map(
    ([name, code]) =>
      [code, { name, immediate: ALIGNMENT.has(name) ? 'mem' : (IMMEDIATES[name] ?? 'none') }] as [
        number,
        { name: string; immediate: Immediate },
      ],
  ),
  ...[...NUMERIC].map(
    ([name, code]) => [code, { name, immediate: 'none' }] as [number, { name: string; immediate: Immediate }],
  ),
]);
