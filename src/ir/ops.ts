/** What the numeric instructions of the IR take and give. */
import type { NumericOp, Type } from './ir.ts';
import { interned } from './names.ts';

/** WebAssembly's view of a type. */
export type Wasm = 'i32' | 'i64' | 'f64';

export const WASM_TYPE: Record<Type, Wasm> = { i32: 'i32', i64: 'i64', f64: 'f64', ref: 'i32', cell: 'i64' };

export interface NumericSignature {
  readonly params: readonly Wasm[];
  readonly result: Wasm;
}

/** By name; a plain object, whose keys are strings that literals equal by identity. */
const table: Record<string, NumericSignature> = {};

for (const t of ['i32', 'i64'] as const) {
  for (const op of 'add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr'.split(' ')) {
    table[`${t}.${op}`] = { params: [t, t], result: t };
  }
  for (const op of 'eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u'.split(' ')) {
    table[`${t}.${op}`] = { params: [t, t], result: 'i32' };
  }
  for (const op of 'clz ctz popcnt extend8_s extend16_s'.split(' ')) {
    table[`${t}.${op}`] = { params: [t], result: t };
  }
  table[`${t}.eqz`] = { params: [t], result: 'i32' };
  for (const op of 'trunc_f64_s trunc_f64_u trunc_sat_f64_s trunc_sat_f64_u'.split(' ')) {
    table[`${t}.${op}`] = { params: ['f64'], result: t };
  }
  for (const sign of ['s', 'u']) table[`f64.convert_${t}_${sign}`] = { params: [t], result: 'f64' };
}
for (const op of 'add sub mul div min max copysign'.split(' ')) {
  table[`f64.${op}`] = { params: ['f64', 'f64'], result: 'f64' };
}
for (const op of 'eq ne lt gt le ge'.split(' ')) table[`f64.${op}`] = { params: ['f64', 'f64'], result: 'i32' };
for (const op of 'abs neg ceil floor trunc nearest sqrt'.split(' ')) {
  table[`f64.${op}`] = { params: ['f64'], result: 'f64' };
}
table['i64.extend32_s'] = { params: ['i64'], result: 'i64' };
table['i32.wrap_i64'] = { params: ['i64'], result: 'i32' };
table['i64.extend_i32_s'] = { params: ['i32'], result: 'i64' };
table['i64.extend_i32_u'] = { params: ['i32'], result: 'i64' };
table['i64.reinterpret_f64'] = { params: ['f64'], result: 'i64' };
table['f64.reinterpret_i64'] = { params: ['i64'], result: 'f64' };

/** Signatures of all numeric instructions, by name. */
export const NUMERIC_SIGNATURES: ReadonlyMap<string, NumericSignature> = new Map(Object.entries(table));

/** The instruction `operation` on a type: the same string as a literal of that name. */
export function numericOp(type: Wasm, operation: string): NumericOp {
  const known = NUMERIC_OPS.get(type)!.get(operation);
  if (known === undefined) throw new Error(`no instruction ${type}.${operation}`);
  return known;
}

/** The comparison `lt`, `le`, `gt` or `ge` of numbers of a type, ints as signed ones. */
export function orderOp(type: Wasm, order: string): NumericOp {
  return numericOp(type, type === 'f64' ? order : `${order}_s`);
}

/** What an instruction does, without the type that it begins with: `lt_s` of `i64.lt_s`. */
export function operationOf(code: NumericOp): string {
  return INSTRUCTIONS.get(code)!.operation;
}

/** True if the instruction may trap. */
export function mayTrap(code: NumericOp): boolean {
  return INSTRUCTIONS.get(code)!.mayTrap;
}

/** What passes ask of an instruction. */
export interface Instruction {
  /** What it does, without its type. */
  readonly operation: string;
  readonly mayTrap: boolean;
  /** It compares integers, or one with 0. */
  readonly isComparison: boolean;
}

const NUMERIC_OPS = new Map<Wasm, Map<string, NumericOp>>([
  ['i32', new Map()],
  ['i64', new Map()],
  ['f64', new Map()],
]);
/** All instructions by name. */
export const INSTRUCTIONS = new Map<NumericOp, Instruction>();
for (const code of NUMERIC_SIGNATURES.keys() as Iterable<NumericOp>) {
  const operation = interned(code.slice(4));
  NUMERIC_OPS.get(code.slice(0, 3) as Wasm)!.set(operation, code);
  INSTRUCTIONS.set(code, {
    operation,
    mayTrap: /^(div_[su]|rem_[su]|trunc_f64_[su])$/.test(operation),
    isComparison: /^i(32|64)\.(eq|ne|[lg][te]_[su]|eqz)$/.test(code),
  });
}
