import { describe, expect, it } from 'vitest';
import { foldModule } from '../../src/ir/passes/fold.ts';
import { inlineModule, inlineSingle } from '../../src/ir/passes/inline.ts';
import { reach } from '../../src/ir/reach.ts';
import { textAfter } from './helpers.ts';

const folded = (source: string, name = 'f'): string => textAfter(source, name, [foldModule]);

describe('folding', () => {
  it('evaluates constants and drops dead branches', () => {
    expect(
      folded(`
let SIZE = 8
fun f(x: i32): i32 {
  let unused = x * 3
  let a = SIZE
  if a == 8 { return x * a + 0 }
  return x
}`),
    ).toMatchInlineSnapshot(`
      "func rt.f(x.0: i32): i32 {
        local unused.1: i32
        local a.2: i32
        return (i32.shl x.0 3)
      }"
    `);
  });

  it('turns conditions into jumps and combines cheap ones', () => {
    expect(
      folded(`
fun f(p: i32, n: i32): i32 {
  var i = 0
  while i < n && i != 7 {
    if load8u(p + i, 0) == 0 { break }
    i = i + 1
  }
  return i
}`),
    ).toMatchInlineSnapshot(`
      "func rt.f(p.0: i32, n.1: i32): i32 {
        local i.2: i32
        i.2 = 0
        block L0 {
          loop L1 {
            br L0 if (i32.eqz (i32.and (i32.lt_s i.2 n.1) (i32.ne i.2 7)))
            br L0 if (i32.eqz (i32.load8_u (i32.add p.0 i.2)))
            i.2 = (i32.add i.2 1)
            br L1
          }
        }
        return i.2
      }"
    `);
  });

  it('keeps effects of what is not used', () => {
    expect(
      folded(`
var count: i32 = 0
fun next(): i32 {
  count = count + 1
  return count
}
fun f(x: i32) {
  let a = next() + x / 2
  let b = load32(next(), 0)
}`),
    ).toMatchInlineSnapshot(`
      "func rt.f(x.0: i32) {
        local a.1: i32
        local b.2: i32
        do (rt.next)
        do (i32.div_s x.0 2)
        do (rt.next)
      }"
    `);
  });

  it('knows globals that never change and what only runs if they do', () => {
    const source = `
var verbose: i32 = 0
var level: i32 = 1
fun set_verbose() { verbose = 1 }
fun shout() {
  level = 2
  verbose = 2
}
fun f(): i32 {
  if verbose != 0 && level == 1 { shout() }
  return level
}`;
    expect(textAfter(source, 'f', [foldModule, reach])).toMatchInlineSnapshot(`
      "func rt.f(): i32 {
        return 1
      }"
    `);
    expect(textAfter(source, 'f', [foldModule], { exports: ['f', 'set_verbose'] })).toContain('@rt.verbose');
  });

  it('shortens overflow tests of constants', () => {
    const checked = (expr: string, test: string): string =>
      folded(`fun f(a: i64): i64 {\n  let r = ${expr}\n  if ${test} { unreachable() }\n  return r\n}`);
    expect(checked('a + 5', 'and(xor(a, r), xor(i64(5), r)) < 0')).toContain('if (i64.lt_s r.1 a.0)');
    expect(checked('a - 5', 'and(xor(a, i64(5)), xor(a, r)) < 0')).toContain('if (i64.gt_s r.1 a.0)');
    expect(checked('a + 5', 'and(xor(a, r), xor(i64(6), r)) < 0')).toContain('i64.xor');
    expect(checked('a - 5', 'and(xor(a, r), xor(i64(5), r)) < 0')).toContain('i64.xor');
  });

  it('does not test twice what cannot be null any more', () => {
    expect(
      folded(`
fun f(p: ref): i32 {
  if p == 0 { unreachable() }
  let a = load32(p, 4)
  if p == 0 { unreachable() }
  return a + load32(p, 8)
}`),
    ).toMatchInlineSnapshot(`
      "func rt.f(p.0: ref): i32 {
        local a.1: i32
        if (i32.eqz (as i32 p.0)) {
          unreachable
        }
        return (i32.add (i32.load+4 p.0) (i32.load+8 p.0))
      }"
    `);
  });

  it('forgets that when the local changes in a loop', () => {
    const text = folded(`
fun f(start: ref): i32 {
  var p = start
  var n = 0
  if p == 0 { unreachable() }
  while n < 10 {
    if p == 0 { return n }
    p = loadref(p, 4)
    n = n + 1
  }
  return n
}`);
    expect(text.match(/eqz \(as i32 p/g)).toHaveLength(2);
  });

  it('ends a path after a call that never returns', () => {
    expect(
      textAfter(
        `
fun stop(n: i32) {
  if n > 3 { unreachable() }
  unreachable()
}
fun f(n: i32): i32 {
  if n < 0 {
    stop(n)
    return 4
  }
  return n
}`,
        'f',
        [foldModule],
      ),
    ).toMatchInlineSnapshot(`
      "func rt.f(n.0: i32): i32 {
        if (i32.lt_s n.0 0) {
          do (rt.stop n.0)
          unreachable
        }
        return n.0
      }"
    `);
  });
});

describe('inlining', () => {
  const source = `
/// inline
fun at(xs: ref, i: i32): i32 {
  if lt_u(i, load32(xs, 4)) { return load32(xs + shl(i, 2), 8) }
  return slow(xs, i)
}
/// noinline
fun slow(xs: ref, i: i32): i32 { return 0 - i }
fun twice(n: i32): i32 { return n + n }
fun find(xs: ref, v: i32): i32 {
  var i = 0
  while i < load32(xs, 4) {
    if at(xs, i) == v { return i }
    i = i + 1
  }
  return -1
}
/// noinline
fun side(n: i32): i32 { return memory_grow(n) }
fun f(xs: ref): i32 { return at(xs, 3) }
fun g(n: i32): i32 { return twice(side(n)) }
fun h(xs: ref): i32 { return find(xs, side(1)) + 1 }
fun k(n: i32): i32 { return k(n - 1) + twice(n) }`;

  it('substitutes arguments and makes one expression of returns', () => {
    expect(textAfter(source, 'f', [inlineModule, foldModule])).toMatchInlineSnapshot(`
      "func rt.f(xs.0: ref): i32 {
        return (if (i32.lt_u 3 (i32.load+4 xs.0)) (i32.load+20 (as i32 xs.0)) (rt.slow xs.0 3))
      }"
    `);
  });

  it('keeps calls outside of loops in what is called once, unless they are as large as what they call or give numbers', () => {
    const start = `
/// inline
fun area(p: ref, w: i32): i32 {
  if load32(p, 4) > w && load32(p, 8) > w { return load32(p, 4) * load32(p, 8) + w }
  return load32(p, 12) - w
}
fun _start(p: ref, n: i32) {
  store32(p, 0, area(p, 1))
  for i in 0..n { store32(p, 0, area(p, 2)) }
}`;
    const text = textAfter(start, '_start', [
      (module) => inlineModule({ ...module, exports: new Map([['_start', 'rt._start']]) }),
    ]);
    expect(text.match(/rt\.area/g)).toHaveLength(1);
    expect(text).toContain('(rt.area p.0 1)');
    const other = start.replaceAll('_start', 'other');
    expect(textAfter(other, 'other', [inlineModule])).not.toContain('rt.area');
  });

  it('evaluates an argument once', () => {
    expect(textAfter(source, 'g', [inlineModule, foldModule])).toMatchInlineSnapshot(`
      "func rt.g(n.0: i32): i32 {
        local n.1: i32
        n.1 = (rt.side n.0)
        return (i32.add n.1 n.1)
      }"
    `);
  });

  it('inlines a function with one call, returns in loops becoming jumps', () => {
    expect(textAfter(source, 'h', [inlineModule, reach, inlineSingle, reach, foldModule])).toMatchInlineSnapshot(`
      "func rt.h(xs.0: ref): i32 {
        local v.1: i32
        local i.2: i32
        local $3: i32
        v.1 = (rt.side 1)
        block L2 {
          i.2 = 0
          block L0 {
            loop L1 {
              br L0 if (i32.ge_s i.2 (i32.load+4 xs.0))
              if (i32.eq (if (i32.lt_u i.2 (i32.load+4 xs.0)) (i32.load+8 (i32.add (as i32 xs.0) (i32.shl i.2 2))) (rt.slow xs.0 i.2)) v.1) {
                $3 = i.2
                br L2
              }
              i.2 = (i32.add i.2 1)
              br L1
            }
          }
          $3 = -1
        }
        return (i32.add $3 1)
      }"
    `);
  });

  it('leaves recursion and functions of the user alone', () => {
    expect(textAfter(source, 'k', [inlineModule, foldModule])).toContain('(rt.k (i32.add n.0 -1))');
    expect(textAfter(source, 'g', [inlineModule], { user: ['twice'] })).toContain('(rt.twice (rt.side n.0))');
  });
});
