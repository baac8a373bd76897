/** Inlining of the user's functions: which, and that stack traces still have their frames. */
import { describe, expect, it } from 'vitest';
import { foldModule } from '../../src/ir/passes/fold.ts';
import { inlineUser } from '../../src/ir/passes/inline-user.ts';
import { reach } from '../../src/ir/reach.ts';
import { textAfter } from './helpers.ts';

const inlined = (source: string, user: readonly string[]): string =>
  textAfter(source, 'f', [inlineUser, reach, foldModule], { user });

const CALLS = (text: string): number => text.match(/\(rt\.\w+/g)?.length ?? 0;

describe('inlining of user functions', () => {
  it('takes small functions, their early returns become branches', () => {
    expect(
      inlined(
        `
fun larger(a: i64, b: i64): i64 {
  if a > b { return a }
  return b
}
fun f(a: i64, b: i64): i64 { return larger(larger(a, b), 7) }`,
        ['f', 'larger'],
      ),
    ).toMatchInlineSnapshot(`
      "func rt.f(a.0: i64, b.1: i64): i64 as "f" {
        local a.2: i64
        a.2 = (if (i64.gt_s a.0 b.1) a.0 b.1)
        return (if (i64.gt_s a.2 7:i64) a.2 7:i64)
      }"
    `);
  });

  it('keeps the order of arguments with effects', () => {
    const text = inlined(
      `
fun note(p: ref, v: i64): i64 {
  store64(i32(p), 0, v)
  return v
}
fun less(a: i64, b: i64): i64 { return b - a }
fun f(p: ref): i64 { return less(note(p, 1), note(p, 2)) }`,
      ['f', 'less', 'note'],
    );
    expect(text).toMatchInlineSnapshot(`
      "func rt.f(p.0: ref): i64 as "f" {
        local a.1: i64
        local b.2: i64
        i64.store (as i32 p.0) 1:i64
        i64.store (as i32 p.0) 2:i64
        return 1:i64
      }"
    `);
  });

  it('inlines a small recursive function into itself, within bounds', () => {
    const text = inlined(
      `
fun f(n: i64): i64 {
  if n < 2 { return n }
  return f(n - 1) + f(n - 2)
}`,
      ['f'],
    );
    const calls = CALLS(text);
    expect(calls).toBeGreaterThan(4);
    expect(calls).toBeLessThan(40);
  });

  it('leaves large functions with several calls alone', () => {
    const steps = Array.from({ length: 40 }, (_, i) => `  t = t * a + ${i}`).join('\n');
    const text = inlined(
      `
fun large(a: i64): i64 {
  var t = a
${steps}
  return t
}
fun f(a: i64): i64 { return large(a) + large(a + 1) }`,
      ['f', 'large'],
    );
    expect(CALLS(text)).toBe(2);
  });
});
