/** What the numeric instructions of the IR take and give. */
import type { Type } from './ir.ts';

/** WebAssembly's view of a type. */
export type Wasm = 'i32' | 'i64' | 'f64';

export const WASM_TYPE: Record<Type, Wasm> = { i32: 'i32', i64: 'i64', f64: 'f64', ref: 'i32', cell: 'i64' };

export interface NumericSignature {
  readonly params: readonly Wasm[];
  readonly result: Wasm;
}

const table = new Map<string, NumericSignature>();

for (const t of ['i32', 'i64'] as const) {
  for (const op of 'add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr'.split(' ')) {
    table.set(`${t}.${op}`, { params: [t, t], result: t });
  }
  for (const op of 'eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u'.split(' ')) {
    table.set(`${t}.${op}`, { params: [t, t], result: 'i32' });
  }
  for (const op of 'clz ctz popcnt extend8_s extend16_s'.split(' ')) {
    table.set(`${t}.${op}`, { params: [t], result: t });
  }
  table.set(`${t}.eqz`, { params: [t], result: 'i32' });
  for (const op of 'trunc_f64_s trunc_f64_u trunc_sat_f64_s trunc_sat_f64_u'.split(' ')) {
    table.set(`${t}.${op}`, { params: ['f64'], result: t });
  }
  for (const sign of ['s', 'u']) table.set(`f64.convert_${t}_${sign}`, { params: [t], result: 'f64' });
}
for (const op of 'add sub mul div min max copysign'.split(' ')) {
  table.set(`f64.${op}`, { params: ['f64', 'f64'], result: 'f64' });
}
for (const op of 'eq ne lt gt le ge'.split(' ')) table.set(`f64.${op}`, { params: ['f64', 'f64'], result: 'i32' });
for (const op of 'abs neg ceil floor trunc nearest sqrt'.split(' ')) {
  table.set(`f64.${op}`, { params: ['f64'], result: 'f64' });
}
table.set('i64.extend32_s', { params: ['i64'], result: 'i64' });
table.set('i32.wrap_i64', { params: ['i64'], result: 'i32' });
table.set('i64.extend_i32_s', { params: ['i32'], result: 'i64' });
table.set('i64.extend_i32_u', { params: ['i32'], result: 'i64' });
table.set('i64.reinterpret_f64', { params: ['f64'], result: 'i64' });
table.set('f64.reinterpret_i64', { params: ['i64'], result: 'f64' });

/** Signatures of all numeric instructions, by name. */
export const NUMERIC_SIGNATURES: ReadonlyMap<string, NumericSignature> = table;

const TRAPPING = new Set([...table.keys()].filter((code) => /\.(div_[su]|rem_[su]|trunc_f64_[su])$/.test(code)));

/** True if the instruction may trap. */
export function mayTrap(code: string): boolean {
  return TRAPPING.has(code);
}
