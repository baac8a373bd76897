/** The system dialect: what its programs do when they run, and which errors its checker reports. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkLibrary, createRuntime } from '../../src/ir/system/system.ts';
import { runtimeInstance } from '../runtime/harness.ts';

/** Compiles functions with and without optimisation and hands both to `check`. */
async function both(
  source: string,
  names: readonly string[],
  check: (r: Awaited<ReturnType<typeof runtimeInstance>>) => void,
  gcStress = false,
): Promise<void> {
  for (const optimise of [false, true]) {
    check(await runtimeInstance(names, { sources: { 'test.mochi': source }, replace: true, optimise, gcStress }));
  }
}

describe('values and operators', () => {
  it('compute like WebAssembly', async () => {
    const source = `
fun ints(a: i64, b: i64): i64 { return (a + b) * 3 - a / b + a % b }
fun bits32(a: i32, b: i32): i32 { return xor(shl(a, 3), rotl(or(a, 1), b)) + popcnt(and(a, b)) + clz(a) + ctz(b) }
fun unsigned(a: i32, b: i32): i32 { return div_u(a, b) + rem_u(a, b) + shr_u(a, 1) + shr_s(a, 1) }
fun floats(x: f64): f64 { return floor(x) + ceil(x) * sqrt(abs(x)) - trunc(x) / 2.0 + nearest(x) + fmin(x, 1.0) }
fun convert(x: f64): i64 { return trunc_sat(x) + i64(i32(7)) + i64_u(0 - i32(1)) + bits(f64(trunc_sat(x))) }
fun compare(a: i32, b: i32): i32 {
  var n = 0
  if a < b { n = n + 1 }
  if lt_u(a, b) { n = n + 2 }
  if a >= b && b != 0 || a == 7 { n = n + 4 }
  if !(a <= b) { n = n + 8 }
  return n
}
fun choose(a: i32): i64 { return if a > 3 then 1 else if a < 0 { 2 } else { select(a == 1, 3, 4) } }
`;
    await both(source, ['ints', 'bits32', 'unsigned', 'floats', 'convert', 'compare', 'choose'], ({ call: f }) => {
      fc.assert(
        fc.property(fc.integer(), fc.integer(), fc.double({ noNaN: true, min: -1e15, max: 1e15 }), (a, b, x) => {
          const [n, m] = [BigInt(a), BigInt(b === 0 ? 1 : b)];
          expect(f.ints!(n, m)).toBe(BigInt.asIntN(64, (n + m) * 3n - n / m + (n % m)));
          const ctz = b === 0 ? 32 : 31 - Math.clz32(b & -b);
          const ones = (a & b).toString(2).replace('-', '');
          const popcount = [...((a & b) >>> 0).toString(2)].filter((c) => c === '1').length;
          expect(ones).toBeDefined();
          const rotated = ((a | 1) << (b & 31)) | ((a | 1) >>> ((32 - (b & 31)) & 31));
          const whole = (b & 31) === 0 ? a | 1 : rotated;
          expect(f.bits32!(a, b)).toBe((((a << 3) ^ whole) + popcount + Math.clz32(a) + ctz) | 0);
          const d = b === 0 ? 5 : b;
          const [ua, ud] = [a >>> 0, d >>> 0];
          expect(f.unsigned!(a, d)).toBe((Math.floor(ua / ud) + (ua % ud) + (ua >>> 1) + (a >> 1)) | 0);
          const even = Math.round(x) % 1 === 0 && Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
          const expected =
            Math.floor(x) + Math.ceil(x) * Math.sqrt(Math.abs(x)) - Math.trunc(x) / 2 + even + Math.min(x, 1);
          expect(f.floats!(x)).toBe(expected);
          const view = new DataView(new ArrayBuffer(8));
          view.setFloat64(0, Math.trunc(x) + 0);
          const t = BigInt(Math.trunc(x));
          expect(f.convert!(x)).toBe(BigInt.asIntN(64, t + 7n + 0xffffffffn + view.getBigInt64(0)));
          const less = (a < b ? 1 : 0) + (a >>> 0 < b >>> 0 ? 2 : 0);
          expect(f.compare!(a, b)).toBe(less + ((a >= b && b !== 0) || a === 7 ? 4 : 0) + (a > b ? 8 : 0));
          expect(f.choose!(a)).toBe(a > 3 ? 1n : a < 0 ? 2n : a === 1 ? 3n : 4n);
        }),
        { numRuns: 200 },
      );
    });
  });

  it('give literals the type of their context', async () => {
    const source = `
let LIMIT = 4294967295
let WIDE: i64 = 0x7FFFFFFFFFFFFFFF
let BIT = shl(1, 63)
let HALF: f64 = -0.5
fun wrap(): i32 { return LIMIT }
fun same(a: i64): bool { return a == LIMIT }
fun wide(): i64 { return WIDE + 0 }
fun top(): i64 { return BIT }
fun half(): f64 { return HALF * 2 }
fun empty(c: cell): bool { return c == 0 }
`;
    await both(source, ['wrap', 'same', 'wide', 'top', 'half', 'empty'], ({ call: f }) => {
      expect(f.wrap!()).toBe(-1);
      expect(f.same!(4294967295n)).toBe(1);
      expect(f.wide!()).toBe((1n << 63n) - 1n);
      expect(f.top!()).toBe(-(1n << 63n));
      expect(f.half!()).toBe(-1);
      expect(f.empty!(0n)).toBe(1);
      expect(f.empty!(1n)).toBe(0);
    });
  });
});

describe('statements', () => {
  it('loop, break and continue', async () => {
    const source = `
var total: i64 = 100
fun sum(n: i64): i64 {
  var s: i64
  for i in 0..n {
    if i % 3 == 0 { continue }
    if i > 20 { break }
    s = s + i
  }
  return s
}
fun nested(n: i32): i32 {
  var count = 0
  var i = 0
  while true {
    var j = 0
    while j < i {
      j = j + 1
      if j == 5 { break }
      count = count + 1
    }
    i = i + 1
    if i >= n { return count }
  }
}
fun bump(by: i64): i64 {
  total = total + by
  return total
}
`;
    await both(source, ['sum', 'nested', 'bump'], ({ call: f }) => {
      const sum = (n: number): bigint => {
        let s = 0;
        for (let i = 0; i < n && i <= 20; i++) if (i % 3 !== 0) s += i;
        return BigInt(s);
      };
      for (const n of [0, 1, 7, 21, 50]) expect(f.sum!(BigInt(n))).toBe(sum(n));
      expect(f.nested!(8)).toBe(0 + 1 + 2 + 3 + 4 + 4 + 4 + 4);
      expect(f.bump!(5n)).toBe(105n);
      expect(f.bump!(5n)).toBe(110n);
    });
  });

  it('trap on functions that never return, without code after them', async () => {
    const source = `
/// noreturn
fun stop() {
  unreachable()
}
fun fail_always(n: i32) {
  if n > 0 { stop() }
  stop()
}
fun checked(n: i32): i32 {
  if n >= 0 { return n }
  fail_always(n)
}
`;
    await both(source, ['checked'], ({ call: f }) => {
      expect(f.checked!(3)).toBe(3);
      expect(() => f.checked!(-1)).toThrow(WebAssembly.RuntimeError);
    });
  });
});

describe('memory', () => {
  it('loads and stores by type', async () => {
    const source = `
fun area(): i32 { return static_area("test", 64) }
fun round(x: i64, y: f64, b: bool): i64 {
  let p = area()
  store(p, 0, x)
  store(p, 8, y)
  store(p, 16, b)
  store8(p, 17, 0xFFF)
  store16(p + 2, 16, 0x18001)
  let back: i64 = load(p, 0)
  let y2: f64 = load(p, 8)
  let flag: bool = load(p, 16)
  if flag != b || y2 != y { return 0 }
  return back + i64(load8s(p, 17)) + i64(load16s(p, 18)) + i64(load8u(p + 24, -7))
}
fun copy(): i64 {
  let p = area()
  memory_fill(p, 0xAB, 16)
  memory_copy(p + 16, p, 8)
  return load64(p, 16)
}
`;
    await both(source, ['round', 'copy', 'area'], ({ call: f }) => {
      expect(f.round!(1000n, 2.5, 1)).toBe(1000n - 1n - 0x7fffn + 255n);
      expect(BigInt.asUintN(64, f.copy!())).toBe(0xababababababababn);
      expect(f.area!() % 8).toBe(0);
    });
  });

  it('lays strings out as static objects', async () => {
    const source = `
fun greeting(): ref { return "héllo" }
fun again(): ref { return "héllo" }
fun other(): ref { return "" }
`;
    await both(source, ['greeting', 'again', 'other'], (r) => {
      const at = r.call.greeting!();
      expect(r.call.again!()).toBe(at);
      expect(r.text(at)).toBe('héllo');
      const fields = [0, 4, 8, 12, 16, 20].map((offset) => r.view().getUint32(at + offset, true));
      expect(fields).toEqual([1, 6, 5, at + 24, 0, 0]);
      expect(r.text(r.call.other!())).toBe('');
    });
  });
});

describe('generic functions', () => {
  const source = `
fun size<T>(x: T): i32 { return sizeof(T) * 10 + kindof(T) }
fun first<T>(p: i32): T { return load(p, 0) }
fun swap<A, B>(a: A, b: B): B { return b }
fun sizes(): i32 { return size(true) + size(f64(1)) * 100 }
fun chosen(): i64 { return first(static_area("zero", 8)) + first<i64>(static_area("zero", 8)) }
fun pair(x: i64): f64 { return swap(x, 2.5) }
fun text<T>(x: T): i64 {
  if kindof(T) == 1 { return x + 1 }
  if kindof(T) == 2 { return trunc_sat(x) } else { return 7 }
}
fun stressed(): i32 { return if gc_stress() == 1 { 1 } else { 2 } }
`;
  it('are instantiated by arguments, context or explicitly; branches on their types are chosen first', async () => {
    await both(source, ['sizes', 'chosen', 'pair', 'text$i64', 'text$f64', 'text$ref', 'stressed'], ({ call: f }) => {
      expect(f.sizes!()).toBe(10 + 82 * 100);
      expect(f.chosen!()).toBe(0n);
      expect(f.pair!(1n)).toBe(2.5);
      expect([f.text$i64!(4n), f.text$f64!(4.9), f.text$ref!(0)]).toEqual([5n, 4n, 7n]);
      expect(f.stressed!()).toBe(2);
    });
    await both(source, ['stressed'], ({ call: f }) => expect(f.stressed!()).toBe(1), true);
  });

  it('have signatures that tell bool from i32', () => {
    const runtime = createRuntime({ 'x.mochi': `${source}\nextern fun fd_close(fd: i32): i32\n` }, { gcStress: false });
    expect(runtime.signature('rt.swap$i64$bool')).toEqual({ params: ['i64', 'bool'], result: 'bool', noReturn: false });
    expect(runtime.importFunc('rt.fd_close')).toEqual({
      name: 'rt.fd_close',
      module: 'wasi_snapshot_preview1',
      field: 'fd_close',
      params: ['i32'],
      result: 'i32',
    });
    expect(runtime.has('fd_close')).toBe(true);
    expect(runtime.has('rt.text$i64')).toBe(true);
    expect(runtime.has('missing')).toBe(false);
    expect(() => runtime.need('missing')).toThrow(/no missing/);
    expect(() => runtime.need('text$i32')).toThrow(/i32 is no element type/);
    expect(() => runtime.need('text')).toThrow(/takes 1 types, not 0/);
  });
});

describe('errors of library sources', () => {
  const cases: [string, string][] = [
    ['fun f(): i64 {\n  return 1 + x\n}', 'a.mochi:2:14: unknown name x (in f)'],
    ['fun f(a: i32): i64 {\n  return a\n}', 'a.mochi:2:10: is i32, but i64 is needed; use i64(x) or i64_u(x) (in f)'],
    [
      'fun f(a: i64, b: i32): i64 {\n  return a + b\n}',
      'a.mochi:2:12: operands of different types: i64 and i32 (in f)',
    ],
    ['fun f(a: cell): cell {\n  return a + a\n}', 'cells have no arithmetic'],
    ['fun f(a: ref, b: ref): bool {\n  return a < b\n}', 'only == and !='],
    ['fun f() {\n  let x = load(0, 0)\n}', 'the type of this load is not known here'],
    ['fun f(n: i32) {\n  let x = load32(0, n)\n}', 'an offset must be a constant'],
    ['fun f(): i32 {\n  let x = 1\n}', 'can reach its end without returning a value'],
    ['fun f() {\n  let x = 1\n  x = 2\n}', 'a.mochi:3:3: x is declared with let (in f)'],
    ['fun f() {\n  let x = 1\n  let x = 2\n}', 'x is already declared in this block'],
    ['fun f() {\n  g(1)\n}', 'unknown function g'],
    ['fun f() {\n  f(1)\n}', 'f takes 0 arguments, not 1'],
    ['fun f() {\n  break\n}', 'break outside a loop'],
    ['fun f(): i32 {\n  return 4294967296\n}', '4294967296 does not fit i32'],
    ['fun f(x: int) {\n}', 'unknown type int'],
    ['fun f(x) {\n}', 'parameter x has no type'],
    ['fun f() {\n  let xs = [1]\n}', 'the system dialect has no list expression'],
    ['fun f() {\n  expect true\n}', 'the system dialect has no expect statement'],
    ['fun f() {\n  1 + 2\n}', 'an expression statement must be a call'],
    ['fun f() {\n  let = 3\n}', 'a.mochi:2:'],
    ['fun clz(x: i32) {\n}', 'clz is the name of an intrinsic'],
    ['fun f() {\n}\nfun f() {\n}', 'a.mochi:3:1: f is already declared in a.mochi (in f)'],
    ['let A = B\nlet B = A', 'needs itself'],
    ['fun g<T>(): T {\n  return load(0, 0)\n}\nfun f() {\n  g()\n}', 'cannot tell T of g'],
    ['fun g<T>(x: T) {\n}\nfun f(n: i32) {\n  g(n)\n}', 'T of g would be i32'],
  ];
  for (const [source, message] of cases) {
    it(`name the place: ${message}`, () => {
      const errors = checkLibrary({ 'a.mochi': source });
      if (message.includes('needs itself')) {
        const runtime = createRuntime({ 'a.mochi': `${source}\nfun f(): i32 { return A }` }, { gcStress: false });
        expect(() => runtime.need('f')).toThrow(message);
      } else expect(errors.join('\n')).toContain(message);
    });
  }

  it('are not reported for a library without errors', () => {
    expect(
      checkLibrary({ 'a.mochi': 'var g = 3\nextern fun fd_close(fd: i32): i32\nfun f<T>(x: T): T { return x }' }),
    ).toEqual([]);
  });
});
