/** What hoisting takes out of loops, and that programs do the same with it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Module } from '../../src/ir/ir.ts';
import { lintModule } from '../../src/ir/lint.ts';
import { foldModule } from '../../src/ir/passes/fold.ts';
import { hoistModule } from '../../src/ir/passes/hoist.ts';
import { inlineModule } from '../../src/ir/passes/inline.ts';
import { addRoots } from '../../src/ir/passes/roots.ts';
import { printFunc } from '../../src/ir/print.ts';
import { reach } from '../../src/ir/reach.ts';
import { emitModule } from '../../src/wasm/emit.ts';
import { encodeModule } from '../../src/wasm/encode.ts';
import { moduleOf, textAfter } from './helpers.ts';

const RUNS = Number(process.env.MOCHI_PASS_RUNS ?? 120);

/** Lists as in the run-time library; memory for growing comes from a static area. */
const LISTS = `
var acc: i64 = 0
var room: i32 = 0
fun fail_index(i: i64, len: i64) {
  acc = acc * 1000 + i * 10 + len
  unreachable()
}
/// inline
fun list_len(xs: ref): i64 { return load32u_64(xs, 4) }
/// inline
fun list_get<T>(xs: ref, i: i64): T {
  let len = load32u_64(xs, 4)
  var at = i
  if ge_u(at, len) {
    at = i + len
    if ge_u(at, len) { fail_index(i, len) }
  }
  return load(load32(xs, 12) + i32(at) * sizeof(T), 8)
}
/// inline
fun list_set<T>(xs: ref, i: i64, v: T) {
  if lt_u(i, load32u_64(xs, 4)) {
    store(load32(xs, 12) + i32(i) * sizeof(T), 8, v)
  } else {
    list_set_slow(xs, i, v)
  }
}
/// noinline
fun list_set_slow<T>(xs: ref, i: i64, v: T) {
  let len = load32u_64(xs, 4)
  if i < 0 && i + len >= 0 {
    store(load32(xs, 12) + i32(i + len) * sizeof(T), 8, v)
    return
  }
  if i != len || len >= 8 { fail_index(i, len) }
  let buffer = static_area("room", 65536) + room
  room = room + 80
  if room > 65000 { unreachable() }
  memory_copy(buffer + 8, load32(xs, 12) + 8, i32(len) * sizeof(T))
  // The old elements must not be read any more.
  memory_fill(load32(xs, 12) + 8, 0, i32(len) * sizeof(T))
  store32(xs, 12, buffer)
  store32(xs, 4, i32(len) + 1)
  store(buffer + i32(i) * sizeof(T), 8, v)
}
/// inline
fun list_push<T>(xs: ref, v: T) {
  let len = load32(xs, 4)
  store(load32(xs, 12) + len * sizeof(T), 8, v)
  store32(xs, 4, len + 1)
}
/// noinline
fun sum_of(xs: ref): i64 {
  var sum: i64 = 0
  for i in 0..list_len(xs) { sum = sum + list_get<i64>(xs, i) }
  return sum
}
/// noinline
fun clear(xs: ref) { store32(xs, 4, 1) }
`;

const hoisted = (source: string): string =>
  textAfter(LISTS + source, 'f', [inlineModule, foldModule, reach, hoistModule], { user: ['f'] });

describe('hoisting', () => {
  it('reads a row, its length and its buffer before the loop', () => {
    expect(
      hoisted(`
fun f(rows: ref, i: i64, n: i64): i64 {
  var sum: i64 = 0
  for j in 0..n { sum = sum + list_get<i64>(list_get<ref>(rows, i), j) }
  return sum
}`),
    ).toMatchInlineSnapshot(`
      "func rt.f(rows.0: ref, i.1: i64, n.2: i64): i64 as "f" {
        local sum.3: i64
        local j.4: i64
        local $5: i64
        local len.6: i64
        local at.7: i64
        local xs.8: ref
        local len.9: i64
        local at.10: i64
        local $11: i64
        local $12: i64
        local $13: i32
        local $14: ref
        local $15: i64
        local $16: i32
        sum.3 = 0:i64
        j.4 = 0:i64
        block L0 {
          $11 = (i64.load32_u+4 rows.0)
          $12 = (select (i64.lt_s i.1 0:i64) (i64.add i.1 $11) i.1)
          $13 = (i32.load+12 rows.0)
          $14 = (if (i64.lt_u $12 $11) (i32.load+8:ref (i32.add {
            keep rows.0
            -> $13
          } (i32.shl (i32.wrap_i64 $12) 2))) 0:ref)
          $15 = (i64.load32_u+4 $14)
          $16 = (i32.load+12 $14)
          loop L2 {
            br L0 if (i64.ge_s j.4 n.2)
            len.6 = $11
            if (i64.ge_u $12 $11) {
              @rt.acc = (i64.add (i64.add (i64.mul @rt.acc 1000:i64) (i64.mul i.1 10:i64)) $11)
              unreachable
            }
            xs.8 = $14
            len.9 = $15
            at.10 = j.4
            if (i64.ge_u at.10 $15) {
              at.10 = (i64.add j.4 $15)
              if (i64.ge_u at.10 $15) {
                @rt.acc = (i64.add (i64.add (i64.mul @rt.acc 1000:i64) (i64.mul j.4 10:i64)) $15)
                unreachable
              }
            }
            sum.3 = (i64.add sum.3 (i64.load+8 (i32.add {
              keep $14
              -> $16
            } (i32.shl (i32.wrap_i64 at.10) 3))))
            j.4 = (i64.add j.4 1:i64)
            br L2
          }
        }
        return sum.3
      }"
    `);
  });

  it('reads again after a rare call that may grow a list', () => {
    expect(
      hoisted(`
fun f(xs: ref, n: i64) {
  for j in 0..n { list_set<i64>(xs, j, j) }
}`),
    ).toMatchInlineSnapshot(`
      "func rt.f(xs.0: ref, n.1: i64) as "f" {
        local j.2: i64
        local $3: i64
        local $4: i64
        local $5: i32
        j.2 = 0:i64
        block L0 {
          $4 = (i64.load32_u+4 xs.0)
          $5 = (i32.load+12 xs.0)
          loop L2 {
            br L0 if (i64.ge_s j.2 n.1)
            if (i64.lt_u j.2 $4) {
              i64.store+8 (i32.add {
                keep xs.0
                -> $5
              } (i32.shl (i32.wrap_i64 j.2) 3)) j.2
            } else {
              do (rt.list_set_slow$i64 xs.0 j.2 j.2)
              $4 = (i64.load32_u+4 xs.0)
              $5 = (i32.load+12 xs.0)
            }
            j.2 = (i64.add j.2 1:i64)
            br L2
          }
        }
      }"
    `);
  });

  it('leaves in the loop what the loop changes', () => {
    const text = hoisted(`
fun f(xs: ref, ys: ref, n: i64): i64 {
  var sum: i64 = 0
  for j in 0..n {
    list_push<i64>(ys, j)
    sum = sum + list_get<i64>(xs, 3)
  }
  return sum
}`);
    const loop = text.slice(text.indexOf('loop L'));
    // Pushing changes a length, and stores an element that may be the one at 3; buffers stay.
    expect(loop).toContain('i64.load32_u+4 xs.0');
    expect(loop).toContain('i64.load+8');
    expect(loop).not.toContain('i32.load+12');
  });

  it('does nothing in a loop with calls that may change anything, but may around those that only read', () => {
    const body = (call: string): string => `
fun f(xs: ref, n: i64): i64 {
  var sum: i64 = 0
  for j in 0..n {
    ${call}
    sum = sum + list_get<i64>(xs, j)
  }
  return sum
}`;
    const inLoop = (call: string): string => {
      const text = hoisted(body(call));
      return text.slice(text.indexOf('loop L'));
    };
    expect(inLoop('clear(xs)')).toContain('i32.load+12 xs.0');
    expect(inLoop('sum = sum + sum_of(xs)')).not.toContain('i32.load+12 xs.0');
  });

  it('does not change what was read before a list grew', () => {
    const text = hoisted(`
fun f(xs: ref, n: i64): i64 {
  var sum: i64 = 0
  for j in 0..n {
    let size = list_len(xs)
    list_set<i64>(xs, j, sum)
    sum = sum + size
  }
  return sum
}`);
    expect(text).toMatch(/sum\.2 = \(i64\.add sum\.2 size\.\d+\)/);
  });

  it('leaves functions of the library alone', () => {
    const source = `${LISTS}fun f(xs: ref): i64 { return sum_of(xs) }`;
    const module = hoistModule(foldModule(inlineModule(moduleOf(source, ['f']))));
    expect(printFunc(module.funcs.get('rt.sum_of')!)).toContain('(i32.load+12 xs.0)');
  });
});

// ---- random programs over three lists of numbers, and a list of them

const lists = ['xs', 'ys', 'row'];
const numbers = fc.constantFrom('i', 'i', 'j', 'k', 'm', 'i - 1', 'i64(1)', 'i64(-1)');

const statement: fc.Arbitrary<string> = fc.letrec<{ stmt: string; list: string }>((tie) => ({
  stmt: fc.oneof(
    { depthSize: 'small' },
    fc.tuple(fc.constantFrom(...lists), numbers).map(([x, i]) => `acc = acc * 31 + list_get<i64>(${x}, ${i})`),
    fc.tuple(numbers, numbers).map(([i, j]) => `acc = acc * 7 + list_get<i64>(list_get<ref>(rows, ${i}), ${j})`),
    numbers.map((i) => `row = list_get<ref>(rows, ${i})`),
    fc
      .tuple(fc.constantFrom(...lists), numbers, fc.constantFrom('acc', 'j', 'i64(3)'))
      .map(([x, i, v]) => `list_set<i64>(${x}, ${i}, ${v})`),
    fc.tuple(numbers, fc.constantFrom(...lists)).map(([i, x]) => `list_set<ref>(rows, ${i}, ${x})`),
    fc.constantFrom(...lists).map((x) => `if list_len(${x}) < 8 { list_push<i64>(${x}, acc) }`),
    fc.constantFrom(...lists).map((x) => `m = list_len(${x})`),
    fc
      .tuple(fc.constantFrom(...lists), tie('list'))
      .map(([x, body]) => `let size = list_len(${x})\n${body}\nacc = acc + size`)
      .map((text) => `if n > 0 {\n${text}\n}`),
    fc.tuple(fc.constantFrom('i', 'j', 'm'), tie('list')).map(([i, body]) => `if ${i} != 1 {\n${body}\n}`),
    fc.constantFrom(...lists).map((x) => `acc = acc + sum_of(${x})`),
    fc.constantFrom('if acc < 0 { break }', 'if acc == 5 { continue }'),
    fc
      .tuple(fc.constantFrom('i', 'j'), fc.constantFrom('n', 'i64(4)', 'list_len(xs)'), tie('list'))
      .map(([i, n, body]) => `for ${i} in 0..${n} {\n${body}\n}`),
  ),
  list: fc.array(tie('stmt') as fc.Arbitrary<string>, { maxLength: 5 }).map((all) => all.join('\n')),
})).list;

const program = fc.tuple(statement, statement, fc.integer({ min: -2, max: 3 })).map(
  ([outer, inner, k]) => `${LISTS}
fun result(): i64 { return acc }
fun f(xs: ref, ys: ref, zs: ref, rows: ref, i: i64, k: i64, n: i64): i64 {
  let j: i64 = 1
  var m: i64 = 0
  var row = zs
  for i in 0..n {
    ${outer.replaceAll('\n', '\n    ')}
    for j in 0..n {
      ${inner.replaceAll('\n', '\n      ')}
    }
  }
  return acc
}
/// noinline
fun make(xs: ref, buffer: i32, len: i32) {
  store32(xs, 4, len)
  store32(xs, 12, buffer)
}
fun main(): i64 {
  let xs = ref(static_area("xs", 16))
  let ys = ref(static_area("ys", 16))
  let zs = ref(static_area("zs", 16))
  let rows = ref(static_area("rows", 16))
  make(xs, static_area("bx", 160), 3)
  make(ys, static_area("by", 160), 3)
  make(zs, static_area("bz", 160), 3)
  make(rows, static_area("br", 160), 0)
  for i in i64(0)..3 { list_set<i64>(xs, i, i * 5 + 1) }
  list_push<ref>(rows, xs)
  list_push<ref>(rows, zs)
  list_push<ref>(rows, xs)
  return f(xs, ys, zs, rows, 1, ${k}, 3)
}`,
);

/** What a program computes, up to where it fails. */
async function run(module: Module): Promise<string> {
  const problems = lintModule(module);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const { bytes } = encodeModule(emitModule(module).module);
  const { instance } = await WebAssembly.instantiate(bytes);
  const { main, result } = instance.exports as Record<string, () => bigint>;
  try {
    return `${main!()}`;
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    return `fails after ${result!()}`;
  }
}

describe('hoisting in random programs', () => {
  it('keeps what a program does', { timeout: 600_000 }, async () => {
    let changed = 0;
    await fc.assert(
      fc.asyncProperty(program, async (source) => {
        const plain = reach(foldModule(reach(inlineModule(moduleOf(source, ['main', 'result'], ['f'])))));
        const after = hoistModule(plain);
        if (after.funcs.get('rt.f') !== plain.funcs.get('rt.f')) changed++;
        const [expected, got] = [await run(plain), await run(addRoots(after))];
        if (got !== expected) throw new Error(`${expected} became ${got}\n${printFunc(after.funcs.get('rt.f')!)}`);
      }),
      { numRuns: RUNS },
    );
    expect(changed).toBeGreaterThan(RUNS / 4);
  });
});
