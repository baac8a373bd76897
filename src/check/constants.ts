/** Ints that are known at once: where arithmetic on them leaves 64 bits, it is done with big integers. */
import type { Expr } from '../syntax/ast.ts';

/** More bits than this are not worked out here; that many do not fit anyway. */
const MAX_EXPONENT = 64n;

const fits = (n: bigint): boolean => BigInt.asIntN(64, n) === n;

/** The value of an expression made of int literals; undefined for any other. */
export function constantInt(e: Expr): bigint | undefined {
  if (e.kind === 'int') return e.value;
  if (e.kind === 'unary' && e.op === '-') {
    const n = constantInt(e.operand);
    return n === undefined ? undefined : -n;
  }
  if (e.kind !== 'binary' || (e.op !== '+' && e.op !== '-' && e.op !== '*')) return undefined;
  const a = constantInt(e.left);
  const b = a === undefined ? undefined : constantInt(e.right);
  if (a === undefined || b === undefined) return undefined;
  return e.op === '+' ? a + b : e.op === '-' ? a - b : a * b;
}

/** Whether an expression is made of int literals and its value does not fit 64 bits. */
export function isLargeConstant(e: Expr): boolean {
  const n = constantInt(e);
  return n !== undefined && !fits(n);
}

/** Whether `pow(a, b)` of ints may exceed 64 bits, for all that can be seen of its arguments. */
export function powerMayBeLarge(a: Expr, b: Expr): boolean {
  const base = constantInt(a);
  const exponent = constantInt(b);
  if (exponent !== undefined && exponent < 2n) return false;
  if (base !== undefined && base >= -1n && base <= 1n) return false;
  if (base === undefined || exponent === undefined) return true;
  return exponent > MAX_EXPONENT || !fits(base ** exponent);
}
