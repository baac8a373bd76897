import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runtimeInstance } from './harness.ts';

const { call, stderr } = await runtimeInstance(['int_mul_rem', 'int_mul_add_rem', 'int_mul_add_rem_slow']);
const mulRem = call['int_mul_rem'] as (...args: bigint[]) => bigint;
const mulAddRem = call['int_mul_add_rem'] as (...args: bigint[]) => bigint;
const slow = call['int_mul_add_rem_slow'] as (...args: bigint[]) => bigint;

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;
/** Numbers of every length, and those beside a power of two. */
const int64 = fc.oneof(
  fc.bigInt({ min: MIN, max: MAX }),
  fc.bigInt({ min: MIN, max: MAX }).chain((v) => fc.integer({ min: 0, max: 63 }).map((shift) => v >> BigInt(shift))),
  fc
    .tuple(fc.integer({ min: 0, max: 62 }), fc.bigInt({ min: -2n, max: 2n }), fc.boolean())
    .map(([bit, delta, negative]) => ((negative ? -1n : 1n) * 2n ** BigInt(bit) + delta) as bigint),
  fc.constantFrom(MIN, MAX, MIN + 1n),
);
const divisor = int64.filter((m) => m !== 0n);

describe('products that are reduced at once', () => {
  test('(a * b) % m is exact', () => {
    fc.assert(
      fc.property(int64, int64, divisor, (a, b, m) => {
        expect(mulRem(a, b, m)).toBe((a * b) % m);
      }),
      { numRuns: 5000 },
    );
  });

  test('(a * b + c) % m is exact, on the short way and on the long one', () => {
    fc.assert(
      fc.property(int64, int64, int64, divisor, (a, b, c, m) => {
        const expected = (a * b + c) % m;
        expect(mulAddRem(a, b, c, m)).toBe(expected);
        expect(slow(a, b, c, m)).toBe(expected);
      }),
      { numRuns: 10_000 },
    );
  });

  test('the remainder by 0 fails', () => {
    expect(() => mulRem(3n, 4n, 0n)).toThrow();
    expect(stderr()).toContain('division by zero');
  });
});
