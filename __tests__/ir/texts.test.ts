/** Concatenations of several pieces, and headers of texts read before loops. */
import { describe, expect, it } from 'vitest';
import type { Module } from '../../src/ir/ir.ts';
import { concatModule } from '../../src/ir/passes/concat.ts';
import { textsModule } from '../../src/ir/passes/texts.ts';
import { printFunc } from '../../src/ir/print.ts';
import { moduleOf } from './helpers.ts';

const LIBRARY = `
var log: ref = 0
/// noinline
fun str_concat(a: ref, b: ref): ref { return a }
/// noinline
fun int_str(v: i64): ref { return ref(i32(v)) }
/// noinline
fun str_code_at(s: ref, i: i64): i32 { return load32(s, 4) }
/// noinline
fun next(s: ref): ref { return s }
`;

function textOf(pass: (module: Module) => Module, source: string): string {
  return printFunc(pass(moduleOf(LIBRARY + source, ['f'], ['f'])).funcs.get('rt.f')!);
}

describe('concatenations', () => {
  it('take two pieces at a time, numbers without a text of their own', () => {
    expect(
      textOf(
        concatModule,
        `fun f(a: ref, b: ref, n: i64): ref {
  return str_concat(str_concat(str_concat(str_concat(a, b), int_str(n)), int_str(n + 1)), int_str(n + 2))
}`,
      ),
    ).toMatchInlineSnapshot(`
      "func rt.f(a.0: ref, b.1: ref, n.2: i64): ref as "f" {
        return (rt.str_cat_int (rt.str_cat_int (rt.str_cat_str_int a.0 b.1 n.2 0) (i64.add n.2 1:i64) 0) (i64.add n.2 2:i64) 0)
      }"
    `);
  });

  it('say when a variable grows', () => {
    expect(
      textOf(
        concatModule,
        `fun f(a: ref, n: i64): ref {
  var s = a
  s = str_concat(s, a)
  s = str_concat(str_concat(s, int_str(n)), a)
  s = str_concat(a, s)
  log = str_concat(log, s)
  return s
}`,
      ),
    ).toMatchInlineSnapshot(`
      "func rt.f(a.0: ref, n.1: i64): ref as "f" {
        local s.2: ref
        s.2 = a.0
        s.2 = (rt.str_cat s.2 a.0 1)
        s.2 = (rt.str_cat_int_str s.2 n.1 a.0 1)
        s.2 = (rt.str_concat a.0 s.2)
        @rt.log = (rt.str_cat @rt.log s.2 1)
        return s.2
      }"
    `);
  });

  it('keep the order of evaluation, also of pieces that are concatenations', () => {
    expect(
      textOf(
        concatModule,
        `fun f(a: ref, n: i64): ref {
  return str_concat(str_concat(next(a), str_concat(int_str(n), str_concat(a, a))), next(str_concat(a, int_str(n))))
}`,
      ),
    ).toMatchInlineSnapshot(`
      "func rt.f(a.0: ref, n.1: i64): ref as "f" {
        return (rt.str_cat_two (rt.next a.0) (rt.str_concat (rt.int_str n.1) (rt.str_concat a.0 a.0)) (rt.next (rt.str_cat_int a.0 n.1 0)) 0)
      }"
    `);
  });
});

describe('texts in loops', () => {
  it('have their header read before the innermost loop', () => {
    expect(
      textOf(
        textsModule,
        `fun f(s: ref, n: i64): i64 {
  var total: i64 = 0
  var i: i64 = 0
  while i < n {
    var j: i64 = 0
    while j < n {
      total = total + i64(str_code_at(s, j))
      j = j + 1
    }
    i = i + i64(str_code_at(s, i))
  }
  return total
}`,
      ),
    ).toMatchInlineSnapshot(`
      "func rt.f(s.0: ref, n.1: i64): i64 as "f" {
        local total.2: i64
        local i.3: i64
        local j.4: i64
        local $5: i32
        local $6: i32
        total.2 = 0:i64
        i.3 = 0:i64
        block L0 {
          loop L1 {
            br L0 if (i64.ge_s i.3 n.1)
            j.4 = 0:i64
            block L2 {
              $5 = (rt.str_plain s.0)
              $6 = (rt.str_data s.0)
              loop L3 {
                br L2 if (i64.ge_s j.4 n.1)
                total.2 = (i64.add total.2 (i64.extend_i32_s (rt.str_code_at_in s.0 j.4 $5 $6)))
                j.4 = (i64.add j.4 1:i64)
                br L3
              }
            }
            i.3 = (i64.add i.3 (i64.extend_i32_s (rt.str_code_at s.0 i.3)))
            br L1
          }
        }
        return total.2
      }"
    `);
  });

  it('are read each time when the loop assigns them', () => {
    const source = (change: string) => `fun f(a: ref, n: i64): i32 {
  var s = a
  var total = 0
  while total < 100 {
    total = total + str_code_at(s, n)
    ${change}
  }
  return total
}`;
    expect(textOf(textsModule, source('s = next(s)'))).not.toContain('_in');
    expect(textOf(textsModule, source('let t = next(s)'))).toContain('(rt.str_code_at_in s.2 n.1 ');
  });
});
