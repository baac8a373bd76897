/** Common subexpressions: what goes away, and that programs do the same without it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Module } from '../../src/ir/ir.ts';
import { cseModule } from '../../src/ir/passes/cse.ts';
import { foldModule } from '../../src/ir/passes/fold.ts';
import { inlineModule } from '../../src/ir/passes/inline.ts';
import { addRoots } from '../../src/ir/passes/roots.ts';
import { printModule } from '../../src/ir/print.ts';
import { reach } from '../../src/ir/reach.ts';
import { textAfter } from './helpers.ts';
import { programs, run } from './programs.ts';

const RUNS = Number(process.env.MOCHI_PASS_RUNS ?? 120);

const shared = (source: string): string =>
  textAfter(source, 'f', [inlineModule, foldModule, cseModule], { user: ['f'] });

const CHECKED = `
/// inline
fun less(a: i64, b: i64): i64 {
  let r = a - b
  if r > a { unreachable() }
  return r
}`;

describe('common subexpressions', () => {
  it('computes and tests an index once', () => {
    expect(
      shared(`${CHECKED}
fun f(p: ref, i: i64): i64 {
  let a = load64(i32(p) + i32(less(i, 1)), 0)
  let b = load64(i32(p) + i32(less(i, 1)), 8)
  if a > b { return load64(i32(p) + i32(less(i, 1)), 16) }
  return a + b
}`),
    ).toMatchInlineSnapshot(`
      "func rt.f(p.0: ref, i.1: i64): i64 as "f" {
        local a.2: i64
        local b.3: i64
        local r.4: i64
        local r.5: i64
        local r.6: i64
        r.4 = (i64.add i.1 -1:i64)
        if (i64.gt_s r.4 i.1) {
          unreachable
        }
        a.2 = (i64.load (i32.add (as i32 p.0) (i32.wrap_i64 r.4)))
        b.3 = (i64.load+8 (i32.add (as i32 p.0) (i32.wrap_i64 r.4)))
        if (i64.gt_s a.2 b.3) {
          return (i64.load+16 (i32.add (as i32 p.0) (i32.wrap_i64 r.4)))
        }
        return (i64.add a.2 b.3)
      }"
    `);
  });

  it('computes again after an operand has changed', () => {
    const text = shared(`${CHECKED}
fun f(p: ref, n: i64): i64 {
  var i = n
  var sum: i64 = 0
  while i > 0 {
    sum = sum + load64(i32(p) + i32(less(i, 1)), 0)
    i = i + 5
    sum = sum + load64(i32(p) + i32(less(i, 1)), 0)
  }
  return sum
}`);
    expect(text.match(/\(i64.add i\.2 -1:i64\)/g)).toHaveLength(2);
  });

  it('does not take what only one branch has computed', () => {
    const text = shared(`${CHECKED}
fun f(i: i64, n: i64): i64 {
  var sum: i64 = 0
  if n > 3 { sum = sum + less(i, 1) * less(i, 1) }
  return sum + less(i, 1) * less(i, 1)
}`);
    expect(text.match(/\(i64.add i\.0 -1:i64\)/g)).toHaveLength(2);
  });

  const user = (module: Module): Module => {
    const funcs = new Map(module.funcs);
    for (const [name, func] of funcs) if (/^(run|f\d)$/.test(name)) funcs.set(name, { ...func, display: name });
    return { ...module, funcs };
  };
  for (const [name, before] of Object.entries({
    alone: (m: Module) => m,
    'after inlining and folding': (m: Module) => foldModule(reach(inlineModule(m))),
  })) {
    it(`keeps what a program does (${name})`, { timeout: 600_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(programs, async (module) => {
          const plain = reach(module);
          const after = reach(addRoots(cseModule(user(before(plain)))));
          const [expected, got] = [await run(plain, false), await run(after, true)];
          if (got.lost.length > 0 || got.events.join() !== expected.events.join())
            throw new Error(`${printModule(plain)}=== AFTER\n${printModule(after)}`);
        }),
        { numRuns: RUNS },
      );
    });
  }
});
