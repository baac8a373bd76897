/** The numeric instructions of the IR as JavaScript, and what the code of ir-interpreter.ts calls. */

type Code = (a: string, b: string) => string;

const wrap = (x: string): string => `BigInt.asIntN(64, ${x})`;
const unsigned = (x: string): string => `BigInt.asUintN(64, ${x})`;
const flag = (x: string): string => `(${x} ? 1 : 0)`;

const CODES = new Map<string, Code>();

const COMPARISONS = { eq: '===', ne: '!==', lt: '<', gt: '>', le: '<=', ge: '>=' };
for (const [name, op] of Object.entries(COMPARISONS)) {
  CODES.set(`f64.${name}`, (a, b) => flag(`${a} ${op} ${b}`));
  if (name === 'eq' || name === 'ne') {
    for (const t of ['i32', 'i64']) CODES.set(`${t}.${name}`, (a, b) => flag(`${a} ${op} ${b}`));
    continue;
  }
  for (const t of ['i32', 'i64']) CODES.set(`${t}.${name}_s`, (a, b) => flag(`${a} ${op} ${b}`));
  CODES.set(`i32.${name}_u`, (a, b) => flag(`${a} >>> 0 ${op} ${b} >>> 0`));
  CODES.set(`i64.${name}_u`, (a, b) => flag(`${unsigned(a)} ${op} ${unsigned(b)}`));
}

const I32: Readonly<Record<string, Code>> = {
  add: (a, b) => `(${a} + ${b} | 0)`,
  sub: (a, b) => `(${a} - ${b} | 0)`,
  mul: (a, b) => `Math.imul(${a}, ${b})`,
  div_s: (a, b) => `div32(${a}, ${b})`,
  div_u: (a, b) => `(Math.floor((${a} >>> 0) / divisor(${b} >>> 0)) | 0)`,
  rem_s: (a, b) => `(${a} % divisor(${b}) | 0)`,
  rem_u: (a, b) => `((${a} >>> 0) % divisor(${b} >>> 0) | 0)`,
  and: (a, b) => `(${a} & ${b})`,
  or: (a, b) => `(${a} | ${b})`,
  xor: (a, b) => `(${a} ^ ${b})`,
  shl: (a, b) => `(${a} << ${b})`,
  shr_s: (a, b) => `(${a} >> ${b})`,
  shr_u: (a, b) => `(${a} >>> ${b} | 0)`,
  rotl: (a, b) => `rotate32(${a}, ${b})`,
  rotr: (a, b) => `rotate32(${a}, -${b})`,
  eqz: (a) => flag(`${a} === 0`),
  clz: (a) => `Math.clz32(${a})`,
  ctz: (a) => `ctz32(${a})`,
  popcnt: (a) => `popcnt(BigInt(${a} >>> 0))`,
  extend8_s: (a) => `(${a} << 24 >> 24)`,
  extend16_s: (a) => `(${a} << 16 >> 16)`,
  wrap_i64: (a) => `Number(BigInt.asIntN(32, ${a}))`,
  trunc_f64_s: (a) => `trunc(${a}, -2147483648, 2147483648)`,
  trunc_f64_u: (a) => `(trunc(${a}, 0, 4294967296) | 0)`,
  trunc_sat_f64_s: (a) => `saturate(${a}, -2147483648, 2147483647)`,
  trunc_sat_f64_u: (a) => `(saturate(${a}, 0, 4294967295) | 0)`,
};

const I64: Readonly<Record<string, Code>> = {
  add: (a, b) => wrap(`${a} + ${b}`),
  sub: (a, b) => wrap(`${a} - ${b}`),
  mul: (a, b) => wrap(`${a} * ${b}`),
  div_s: (a, b) => `div64(${a}, ${b})`,
  div_u: (a, b) => wrap(`${unsigned(a)} / divisor(${unsigned(b)})`),
  rem_s: (a, b) => `(${a} % divisor(${b}))`,
  rem_u: (a, b) => wrap(`${unsigned(a)} % divisor(${unsigned(b)})`),
  and: (a, b) => `(${a} & ${b})`,
  or: (a, b) => `(${a} | ${b})`,
  xor: (a, b) => `(${a} ^ ${b})`,
  shl: (a, b) => wrap(`${a} << (${b} & 63n)`),
  shr_s: (a, b) => `(${a} >> (${b} & 63n))`,
  shr_u: (a, b) => wrap(`${unsigned(a)} >> (${b} & 63n)`),
  rotl: (a, b) => `rotate64(${a}, ${b})`,
  rotr: (a, b) => `rotate64(${a}, -${b})`,
  eqz: (a) => flag(`${a} === 0n`),
  clz: (a) => `clz64(${a})`,
  ctz: (a) => `ctz64(${a})`,
  popcnt: (a) => `BigInt(popcnt(${unsigned(a)}))`,
  extend8_s: (a) => `BigInt.asIntN(8, ${a})`,
  extend16_s: (a) => `BigInt.asIntN(16, ${a})`,
  extend32_s: (a) => `BigInt.asIntN(32, ${a})`,
  extend_i32_s: (a) => `BigInt(${a})`,
  extend_i32_u: (a) => `BigInt(${a} >>> 0)`,
  reinterpret_f64: (a) => `bitsOf(${a})`,
  trunc_f64_s: (a) => `BigInt(trunc(${a}, -9223372036854775808, 9223372036854775808))`,
  trunc_f64_u: (a) => wrap(`BigInt(trunc(${a}, 0, 18446744073709551616))`),
  trunc_sat_f64_s: (a) => `saturate64(${a}, -9223372036854775808n, 9223372036854775807n)`,
  trunc_sat_f64_u: (a) => wrap(`saturate64(${a}, 0n, 18446744073709551615n)`),
};

const F64: Readonly<Record<string, Code>> = {
  add: (a, b) => `(${a} + ${b})`,
  sub: (a, b) => `(${a} - ${b})`,
  mul: (a, b) => `(${a} * ${b})`,
  div: (a, b) => `(${a} / ${b})`,
  min: (a, b) => `Math.min(${a}, ${b})`,
  max: (a, b) => `Math.max(${a}, ${b})`,
  copysign: (a, b) => `copysign(${a}, ${b})`,
  abs: (a) => `Math.abs(${a})`,
  neg: (a) => `(-${a})`,
  ceil: (a) => `Math.ceil(${a})`,
  floor: (a) => `Math.floor(${a})`,
  trunc: (a) => `Math.trunc(${a})`,
  nearest: (a) => `nearest(${a})`,
  sqrt: (a) => `Math.sqrt(${a})`,
  convert_i32_s: (a) => a,
  convert_i32_u: (a) => `(${a} >>> 0)`,
  convert_i64_s: (a) => `Number(${a})`,
  convert_i64_u: (a) => `Number(${unsigned(a)})`,
  reinterpret_i64: (a) => `ofBits(${a})`,
};

for (const [type, codes] of Object.entries({ i32: I32, i64: I64, f64: F64 })) {
  for (const [name, code] of Object.entries(codes)) CODES.set(`${type}.${name}`, code);
}

/** The JavaScript of a numeric instruction with the given operands. */
export function numericCode(op: string, operands: readonly string[]): string {
  const code = CODES.get(op);
  if (!code) throw new Error(`the IR interpreter knows no ${op}`);
  return code(operands[0] ?? '', operands[1] ?? '');
}

/** The helpers; they see `memory`, `Trap` and `table` of the module that they stand in. */
export const RUNTIME_SUPPORT = `
const view = new DataView(memory);
const scratch = new DataView(new ArrayBuffer(8));
const trap = (reason) => { throw new Trap(reason); };
function divisor(b) {
  if (b == 0) trap("integer divide by zero");
  return b;
}
function div32(a, b) {
  if (a === -2147483648 && b === -1) trap("integer overflow");
  return a / divisor(b) | 0;
}
function div64(a, b) {
  if (a === -9223372036854775808n && b === -1n) trap("integer overflow");
  return a / divisor(b);
}
const rotate32 = (a, n) => a << n | a >>> -n;
function rotate64(a, n) {
  const by = n & 63n;
  const bits = BigInt.asUintN(64, a);
  return BigInt.asIntN(64, bits << by | bits >> (64n - by));
}
const ctz32 = (a) => a === 0 ? 32 : 31 - Math.clz32(a & -a);
function clz64(a) {
  const bits = BigInt.asUintN(64, a);
  const high = Number(bits >> 32n);
  return BigInt(high !== 0 ? Math.clz32(high) : 32 + Math.clz32(Number(bits & 0xffffffffn)));
}
function ctz64(a) {
  const low = Number(BigInt.asIntN(32, a));
  return BigInt(low !== 0 ? ctz32(low) : 32 + ctz32(Number(BigInt.asIntN(32, a >> 32n))));
}
function popcnt(bits) {
  let n = 0;
  for (let b = bits; b !== 0n; b &= b - 1n) n++;
  return n;
}
function trunc(x, from, to) {
  if (x !== x) trap("invalid conversion to integer");
  const whole = Math.trunc(x);
  if (whole < from || whole >= to) trap("integer overflow");
  return whole === 0 ? 0 : whole;
}
const saturate = (x, from, to) => x !== x ? 0 : Math.trunc(Math.min(Math.max(x, from), to)) || 0;
function saturate64(x, from, to) {
  if (x !== x) return 0n;
  if (x >= Number(to)) return to;
  if (x <= Number(from)) return from;
  return BigInt(Math.trunc(x));
}
function copysign(a, b) {
  return Math.abs(a) * (b < 0 || Object.is(b, -0) ? -1 : 1);
}
function nearest(x) {
  const low = Math.floor(x);
  const part = x - low;
  const near = part < 0.5 ? low : part > 0.5 ? low + 1 : low % 2 === 0 ? low : low + 1;
  return copysign(x === x && Math.abs(x) < 2 ** 52 ? near : x, x);
}
function bitsOf(x) {
  scratch.setFloat64(0, x);
  return scratch.getBigInt64(0);
}
function ofBits(x) {
  scratch.setBigInt64(0, x);
  return scratch.getFloat64(0);
}
function indirect(index, wanted) {
  const f = table[index >>> 0];
  if (!f) trap(index >>> 0 < table.length ? "uninitialized table element" : "undefined element");
  if (signatures[index >>> 0] !== wanted) trap("indirect call type mismatch");
  return f;
}
function grow(pages) {
  const before = memory.byteLength / 65536;
  const bytes = (before + (pages >>> 0)) * 65536;
  if (bytes > memory.maxByteLength) return -1;
  memory.resize(bytes);
  return before;
}
function inBounds(at, bytes) {
  if (at + bytes > memory.byteLength) trap("out of bounds memory access");
}
function memoryCopy(to, from, bytes) {
  const n = bytes >>> 0;
  inBounds(to >>> 0, n);
  inBounds(from >>> 0, n);
  new Uint8Array(memory).copyWithin(to >>> 0, from >>> 0, (from >>> 0) + n);
}
function memoryFill(to, byte, bytes) {
  inBounds(to >>> 0, bytes >>> 0);
  new Uint8Array(memory).fill(byte, to >>> 0, (to >>> 0) + (bytes >>> 0));
}`;
