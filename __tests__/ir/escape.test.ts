/** Objects that do not escape their function, and those that do. */
import { describe, expect, it } from 'vitest';
import { escapeModule } from '../../src/ir/passes/escape.ts';
import { foldModule } from '../../src/ir/passes/fold.ts';
import { textAfter } from './helpers.ts';

const LIBRARY = `
/// noinline
fun alloc(size: i32, header: i32): ref { return ref(size + header) }
/// noinline
fun use(p: ref): i64 { return load64(p, 8) }
`;

const local = (source: string): string =>
  textAfter(LIBRARY + source, 'f', [foldModule, escapeModule, foldModule], { user: ['f'] });
const allocations = (source: string): number => local(source).match(/rt\.alloc/g)?.length ?? 0;

describe('escape analysis', () => {
  it('puts the fields of an object into locals', () => {
    expect(
      local(`
fun f(a: i64): i64 {
  let p = alloc(24, 65543)
  store64(p, 8, a)
  store64(p, 16, 5)
  store64(p, 8, load64(p, 8) * load64(p, 16))
  return load64(p, 8) + i64_u(load16u(p, 2))
}`),
    ).toMatchInlineSnapshot(`
      "func rt.f(a.0: i64): i64 as "f" {
        local p.1: ref
        local p.2: i64
        local p.3: i64
        p.2 = a.0
        p.2 = (i64.mul p.2 5:i64)
        return (i64.add p.2 1:i64)
      }"
    `);
  });

  it('copies the fields where a variable gets one object after the other', () => {
    expect(
      local(`
fun f(n: i64): i64 {
  let first = alloc(16, 65543)
  store64(first, 8, 1)
  var p = first
  var i: i64 = 0
  while i < n {
    let x = load64(p, 8)
    let next = alloc(16, 65543)
    store64(next, 8, x + i)
    p = next
    i = i + 1
  }
  return load64(p, 8)
}`),
    ).toMatchInlineSnapshot(`
      "func rt.f(n.0: i64): i64 as "f" {
        local first.1: ref
        local p.2: ref
        local i.3: i64
        local x.4: i64
        local next.5: ref
        local p.6: i64
        local first.7: i64
        local next.8: i64
        p.6 = 1:i64
        i.3 = 0:i64
        block L0 {
          loop L1 {
            br L0 if (i64.ge_s i.3 n.0)
            p.6 = (i64.add p.6 i.3)
            i.3 = (i64.add i.3 1:i64)
            br L1
          }
        }
        return p.6
      }"
    `);
  });

  it('leaves objects that are handed on, stored, or changed through another name', () => {
    expect(
      allocations(`
fun f(a: i64): i64 {
  let p = alloc(16, 65543)
  store64(p, 8, a)
  return use(p)
}`),
    ).toBe(1);
    expect(
      allocations(`
fun f(a: ref): i64 {
  let p = alloc(16, 65543)
  store64(p, 8, 4)
  storeref(a, 8, p)
  return load64(p, 8)
}`),
    ).toBe(1);
    expect(
      allocations(`
fun f(n: i64): i64 {
  let p = alloc(16, 65543)
  store64(p, 8, 4)
  var q = p
  if n > 3 {
    let r = alloc(16, 65543)
    store64(r, 8, 5)
    q = r
  }
  store64(q, 8, 6)
  return load64(p, 8)
}`),
    ).toBe(2);
  });

  it('leaves objects whose fields are accessed in several widths', () => {
    expect(
      allocations(`
fun f(a: i64): i64 {
  let p = alloc(16, 65543)
  store64(p, 8, a)
  return i64_u(load32(p, 12))
}`),
    ).toBe(1);
  });
});
