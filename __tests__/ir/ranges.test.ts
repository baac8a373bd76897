/** What range analysis, splitting, if-conversion and rotation make of loops. */

import { describe, expect, it } from 'vitest';
import type { Expr } from '../../src/ir/ir.ts';
import * as Op from '../../src/ir/op.ts';
import { cseModule } from '../../src/ir/passes/cse.ts';
import { foldModule } from '../../src/ir/passes/fold.ts';
import { inlineModule } from '../../src/ir/passes/inline.ts';
import { add, constant, divide, FULL, mul, NEAR, remainder, sub } from '../../src/ir/passes/interval.ts';
import { rangesModule } from '../../src/ir/passes/ranges.ts';
import { isSimple } from '../../src/ir/passes/ranges-num.ts';
import { rotateModule } from '../../src/ir/passes/rotate.ts';
import { selectModule } from '../../src/ir/passes/select.ts';
import { splitModule } from '../../src/ir/passes/split.ts';
import { reach } from '../../src/ir/reach.ts';
import { textAfter } from './helpers.ts';

const LIBRARY = `
fun fail_index(i: i64, len: i64) { unreachable() }
fun fail_overflow() { unreachable() }
/// inline
fun int_add(a: i64, b: i64): i64 {
  let r = a + b
  if and(xor(a, r), xor(b, r)) < 0 { fail_overflow() }
  return r
}
/// inline
fun list_get<T>(buffer: i32, len: i64, i: i64): T {
  var at = i
  if ge_u(at, len) {
    at = i + len
    if ge_u(at, len) { fail_index(i, len) }
  }
  return load(buffer + i32(at) * sizeof(T), 8)
}
`;

const passes = [inlineModule, foldModule, reach, rangesModule, foldModule];
const ranged = (
  source: string,
  more: readonly ((m: Parameters<typeof foldModule>[0]) => ReturnType<typeof foldModule>)[] = [],
) => textAfter(LIBRARY + source, 'f', [...passes, ...more], { user: ['f'] });

describe('intervals', () => {
  it('know the ends of 64 bits', () => {
    const one = constant(1n);
    const below = { lo: 0, hi: NEAR };
    expect(add(below, one)).toEqual({ exact: { lo: 1, hi: Infinity }, overflows: false });
    expect(add(FULL, one).overflows).toBe(true);
    expect(add(below, constant(2n)).overflows).toBe(true);
    expect(sub(constant(0n), FULL).overflows).toBe(true);
    expect(sub(constant(0n), { lo: -NEAR, hi: 5 })).toEqual({ exact: { lo: -5, hi: Infinity }, overflows: false });
    expect(constant(-(1n << 63n))).toEqual({ lo: -Infinity, hi: -Infinity });
  });

  it('multiply and divide outwards', () => {
    expect(mul({ lo: -3, hi: 2 }, { lo: -5, hi: 7 })).toEqual({ exact: { lo: -21, hi: 15 }, overflows: false });
    expect(mul({ lo: 0, hi: 2 ** 31 }, { lo: 0, hi: 2 ** 31 }).overflows).toBe(false);
    expect(mul({ lo: 0, hi: 2 ** 32 }, { lo: 0, hi: 2 ** 31 }).overflows).toBe(true);
    expect(divide({ lo: -7, hi: 9 }, { lo: 2, hi: 4 })).toEqual({ lo: -3, hi: 4 });
    expect(remainder({ lo: -100, hi: 5 }, { lo: 3, hi: 10 })).toEqual({ lo: -9, hi: 5 });
  });
});

describe('range analysis', () => {
  it('drops the overflow test of a counter and the case of a negative index', () => {
    expect(
      ranged(`
fun f(buffer: i32, len: i64, n: i64): i64 {
  var last: i64 = 0
  var i: i64 = 0
  while i < n {
    last = list_get<i64>(buffer, load_length(ref(buffer), 4), i)
    i = int_add(i, 1)
  }
  return last
}`),
    ).toMatchInlineSnapshot(`
      "func rt.f(buffer.0: i32, len.1: i64, n.2: i64): i64 as "f" {
        local last.3: i64
        local i.4: i64
        local len.5: i64
        local at.6: i64
        local r.7: i64
        last.3 = 0:i64
        i.4 = 0:i64
        block L0 {
          loop L1 {
            br L0 if (i64.ge_s i.4 n.2)
            if (i64.ge_u i.4 (i64.load32_u+4 (as ref buffer.0))) {
              unreachable
            }
            last.3 = (i64.load+8 (i32.add buffer.0 (i32.shl (i32.wrap_i64 i.4) 3)))
            i.4 = (i64.add i.4 1:i64)
            br L1
          }
        }
        return last.3
      }"
    `);
  });

  it('keeps both where the counter may be anything', () => {
    const text = ranged(`
fun f(buffer: i32, len: i64, i0: i64): i64 {
  var i = i0
  while i != 7 { i = int_add(i, list_get<i64>(buffer, load_length(ref(buffer), 4), i)) }
  return i
}`);
    expect(text).toContain('(i64.xor');
    expect(text.match(/ge_u/g)).toHaveLength(2);
  });

  it('divides what is not negative without signs', () => {
    expect(
      ranged(`
fun f(n: i64): i64 {
  var s: i64 = 0
  for i in 0..n { s = xor(s, i % 2 + i / 4 + i % 10) }
  return s
}`),
    ).toMatchInlineSnapshot(`
      "func rt.f(n.0: i64): i64 as "f" {
        local s.1: i64
        local i.2: i64
        local $3: i64
        s.1 = 0:i64
        i.2 = 0:i64
        block L0 {
          loop L2 {
            br L0 if (i64.ge_s i.2 n.0)
            s.1 = (i64.xor s.1 (i64.add (i64.add (i64.and i.2 1:i64) (i64.shr_u i.2 2:i64)) (i64.rem_u i.2 10:i64)))
            i.2 = (i64.add i.2 1:i64)
            br L2
          }
        }
        return s.1
      }"
    `);
  });
});

describe('splitting', () => {
  it('runs without tests as far as the indexes are in the list', () => {
    expect(
      ranged(
        `
fun f(buffer: i32, len: i64, n: i64): i64 {
  var sum: i64 = 0
  for i in 0..n {
    if i > 100 { return sum }
    sum = sum + list_get<i64>(buffer, len, i)
  }
  return sum
}`,
        [cseModule, splitModule, rangesModule, foldModule, rotateModule],
      ),
    ).toMatchInlineSnapshot(`
      "func rt.f(buffer.0: i32, len.1: i64, n.2: i64): i64 as "f" {
        local sum.3: i64
        local i.4: i64
        local $5: i64
        local at.6: i64
        local limit.7: i64
        sum.3 = 0:i64
        i.4 = 0:i64
        block L0 {
          limit.7 = len.1
          limit.7 = (select (i64.lt_s n.2 len.1) n.2 len.1)
          block L3 {
            br L3 if (i64.ge_s i.4 limit.7)
            loop L4 {
              if (i64.gt_s i.4 100:i64) {
                return sum.3
              }
              sum.3 = (i64.add sum.3 (i64.load+8 (i32.add buffer.0 (i32.shl (i32.wrap_i64 i.4) 3))))
              i.4 = (i64.add i.4 1:i64)
              br L4 if (i64.lt_s i.4 limit.7)
            }
          }
          br L0 if (i64.ge_s i.4 n.2)
          loop L2 {
            if (i64.gt_s i.4 100:i64) {
              return sum.3
            }
            if (i64.ge_u i.4 len.1) {
              unreachable
            }
            sum.3 = (i64.add sum.3 (i64.load+8 (i32.add buffer.0 (i32.shl (i32.wrap_i64 i.4) 3))))
            i.4 = (i64.add i.4 1:i64)
            br L2 if (i64.lt_s i.4 n.2)
          }
        }
        return sum.3
      }"
    `);
  });
});

describe('a simple expression', () => {
  const local = { op: Op.get, type: 'ref', local: 0 } as const;
  const kept = (value: Expr): Expr => ({ op: Op.seq, type: 'ref', body: [{ op: Op.keep, value }], value: local });
  it('may keep what a local refers to', () => expect(isSimple(kept(local))).toBe(true));
  it('does not keep what a call gives: the call has effects', () => {
    expect(isSimple(kept({ op: Op.call, type: 'ref', func: 'pick', args: [local] }))).toBe(false);
  });
});

describe('if-conversion', () => {
  it('makes a select of a minimum and of a flag', () => {
    expect(
      textAfter(
        `
fun f(a: i64, b: i64): i64 {
  var best = a
  if b < best { best = b }
  var cost: i64 = 1
  if a == b { cost = 0 }
  return best + cost
}`,
        'f',
        [foldModule, selectModule],
        { user: ['f'] },
      ),
    ).toMatchInlineSnapshot(`
      "func rt.f(a.0: i64, b.1: i64): i64 as "f" {
        local best.2: i64
        local cost.3: i64
        best.2 = a.0
        best.2 = (select (i64.lt_s b.1 best.2) b.1 best.2)
        cost.3 = (select (i64.eq a.0 b.1) 0:i64 1:i64)
        return (i64.add best.2 cost.3)
      }"
    `);
  });
});
