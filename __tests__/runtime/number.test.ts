import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type RuntimeInstance, runtimeInstance } from './harness.ts';

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;
const int64 = fc.oneof(
  fc.bigInt(MIN, MAX),
  fc.bigInt(-100n, 100n),
  fc.bigInt(-(2n ** 32n), 2n ** 32n),
  fc.constantFrom(MIN, MIN + 1n, MAX, MAX - 1n, 2n ** 31n, -(2n ** 31n), 2n ** 32n, 3037000500n, -3037000500n),
);

const SOURCES = {
  'test-number.mochi': `
fun test_read_value(): i64 {
  return read_value
}

fun test_read_float_value(): f64 {
  return read_float_value
}
`,
};

/** Calls a function; the error message it fails with, if it does. A failed instance is of no more use. */
async function failure(name: string, args: (r: RuntimeInstance) => unknown[]): Promise<string> {
  const r = await runtimeInstance([name], { sources: SOURCES });
  expect(() => r.call[name]!(...args(r))).toThrow(WebAssembly.RuntimeError);
  return r.stderr();
}

const OVERFLOW = 'error: integer overflow (declare the variable as bigint)\n';
const DIVISION = 'error: division by zero\n';

describe('checked integers', async () => {
  const NAMES = [
    'int_add',
    'int_sub',
    'int_mul',
    'int_neg',
    'int_div',
    'int_rem',
    'int_div_any',
    'int_rem_any',
    'int_abs',
    'int_min',
    'int_max',
  ];
  const { call } = await runtimeInstance(NAMES);

  /** Runs a function on operands whose exact result is known; checks the result, or that it traps. */
  function check(name: string, args: bigint[], exact: bigint): void {
    if (exact >= MIN && exact <= MAX) expect(call[name]!(...args)).toBe(exact);
    else expect(() => call[name]!(...args)).toThrow(WebAssembly.RuntimeError);
  }

  it('gives the exact result or fails', () => {
    fc.assert(
      fc.property(int64, int64, (a, b) => {
        check('int_add', [a, b], a + b);
        check('int_sub', [a, b], a - b);
        check('int_mul', [a, b], a * b);
        check('int_neg', [a], -a);
        check('int_abs', [a], a < 0n ? -a : a);
        check('int_min', [a, b], a < b ? a : b);
        check('int_max', [a, b], a > b ? a : b);
        if (b !== 0n) {
          check('int_div', [a, b], a / b);
          check('int_rem', [a, b], a % b);
          check('int_div_any', [a, b], a / b);
          check('int_rem_any', [a, b], a % b);
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('tells what went wrong', async () => {
    expect(await failure('int_add', () => [MAX, 1n])).toBe(OVERFLOW);
    expect(await failure('int_sub', () => [MIN, 1n])).toBe(OVERFLOW);
    expect(await failure('int_mul', () => [MIN, -1n])).toBe(OVERFLOW);
    expect(await failure('int_mul', () => [-1n, MIN])).toBe(OVERFLOW);
    expect(await failure('int_neg', () => [MIN])).toBe(OVERFLOW);
    expect(await failure('int_div', () => [MIN, -1n])).toBe(OVERFLOW);
    expect(await failure('int_div', () => [1n, 0n])).toBe(DIVISION);
    expect(await failure('int_rem', () => [1n, 0n])).toBe(DIVISION);
    for (const a of [1n, -1n, MIN]) {
      expect(await failure('int_div_any', () => [a, 0n])).toBe(DIVISION);
      expect(await failure('int_rem_any', () => [a, 0n])).toBe(DIVISION);
    }
    expect(await failure('int_div_any', () => [MIN, -1n])).toBe(OVERFLOW);
    expect(await failure('float_div', () => [1, 0])).toBe(DIVISION);
    expect(await failure('float_rem', () => [1, -0])).toBe(DIVISION);
    expect(await failure('int_pow', () => [10n, 19n])).toBe(OVERFLOW);
    expect(await failure('int_pow', () => [0n, -1n])).toBe(DIVISION);
    expect(await failure('float_to_int', () => [2 ** 63])).toBe(OVERFLOW);
    expect(await failure('float_to_int', () => [Number.NaN])).toBe(OVERFLOW);
  });

  it('raises to powers', async () => {
    const r = await runtimeInstance(['int_pow']);
    fc.assert(
      fc.property(fc.bigInt(-12n, 12n), fc.bigInt(0n, 70n), (a, b) => {
        const exact = a ** b;
        if (exact >= MIN && exact <= MAX) expect(r.call['int_pow']!(a, b)).toBe(exact);
        else expect(() => r.call['int_pow']!(a, b)).toThrow(WebAssembly.RuntimeError);
      }),
    );
    expect(r.call['int_pow']!(1n, -5n)).toBe(1n);
    expect(r.call['int_pow']!(-1n, -5n)).toBe(-1n);
    expect(r.call['int_pow']!(-1n, -4n)).toBe(1n);
    expect(r.call['int_pow']!(7n, -1n)).toBe(0n);
    expect(r.call['int_pow']!(MIN, 1n)).toBe(MIN);
  });
});

describe('decimal text of ints', async () => {
  const r = await runtimeInstance(['int_str', 'read_int', 'test_read_value'], { sources: SOURCES });
  const scratch = r.string('x'.repeat(200));

  /** Puts a text into the one scratch string. */
  function text(value: string): number {
    const bytes = new TextEncoder().encode(value);
    r.view().setUint32(scratch + 4, bytes.length, true);
    r.view().setUint32(scratch + 8, [...value].length, true);
    new Uint8Array(r.memory.buffer).set(bytes, scratch + 24);
    return scratch;
  }

  function read(value: string, base: number): bigint | undefined {
    return r.call['read_int']!(text(value), BigInt(base)) ? r.call['test_read_value']!() : undefined;
  }

  it('writes and reads every int', () => {
    fc.assert(
      fc.property(int64, (v) => {
        expect(r.text(r.call['int_str']!(v))).toBe(String(v));
        expect(read(String(v), 10)).toBe(v);
      }),
      { numRuns: 3000 },
    );
    for (let i = 0n; i < 19n; i++) {
      for (const v of [10n ** i, 10n ** i - 1n, -(10n ** i), 1n - 10n ** i]) {
        expect(r.text(r.call['int_str']!(v))).toBe(String(v));
      }
    }
  });

  it('reads other bases', () => {
    fc.assert(
      fc.property(int64, fc.integer({ min: 2, max: 36 }), fc.boolean(), (v, base, upper) => {
        const digits = v.toString(base);
        expect(read(upper ? digits.toUpperCase() : digits, base)).toBe(v);
      }),
    );
  });

  it('is strict', () => {
    for (const good of ['0', '-0', '+5', '-007', '0000000000000000000000012'])
      expect(read(good, 10)).toBe(BigInt(good));
    const bad = ['', '-', '+', ' 5', '5 ', '5.5', '1e3', '--1', '0x10', 'é', '1_000', '9223372036854775808', ':', '/'];
    for (const text of [...bad, '-9223372036854775809', '99999999999999999999']) expect(read(text, 10)).toBe(undefined);
    expect(read('2', 2)).toBe(undefined);
    expect(read('g', 16)).toBe(undefined);
    expect(read('[', 36)).toBe(undefined);
    expect(read('`', 36)).toBe(undefined);
  });

  it('names the text that is no number', async () => {
    expect(await failure('str_int', (i) => [i.string(' 5')])).toBe('error: cannot cast " 5" to int\n');
    expect(await failure('str_float', (i) => [i.string('1.2.3')])).toBe('error: cannot cast "1.2.3" to float\n');
    expect(await failure('parse_int_base', (i) => [i.string('1'), 37n])).toBe(
      'error: the base of a number must be between 2 and 36\n',
    );
  });
});

// ---- floats

const view = new DataView(new ArrayBuffer(8));
function fromBits(bits: bigint): number {
  view.setBigUint64(0, bits);
  return view.getFloat64(0);
}
function toBits(x: number): bigint {
  view.setFloat64(0, x);
  return view.getBigUint64(0);
}

/** Shortest digits and the decimal exponent of the first one, by the host. */
function shortest(x: number): { digits: string; e: number } {
  const [mantissa, e] = Math.abs(x).toExponential().split('e');
  return { digits: mantissa!.replace('.', ''), e: Number(e) };
}

function fixed(digits: string, e: number): string {
  if (e < 0) return `0.${'0'.repeat(-e - 1)}${digits}`;
  if (digits.length <= e + 1) return digits + '0'.repeat(e + 1 - digits.length);
  return `${digits.slice(0, e + 1)}.${digits.slice(e + 1)}`;
}

function exponential(digits: string, e: number, width: number): string {
  const power = String(Math.abs(e)).padStart(width, '0');
  return `${digits[0]}${digits.length > 1 ? `.${digits.slice(1)}` : ''}e${e < 0 ? '-' : '+'}${power}`;
}

/** The three forms of a finite float (LANGUAGE, "Output formatting"). */
function forms(x: number): [top: string, inner: string, json: string] {
  const { digits, e } = shortest(x);
  const sign = x < 0 || Object.is(x, -0) ? '-' : '';
  const plain = fixed(digits, e);
  return [
    sign + (x !== 0 && (e < -4 || e >= 6) ? exponential(digits, e, 2) : plain),
    sign + (plain.includes('.') ? plain : `${plain}.0`),
    sign + (x !== 0 && (e < -6 || e >= 21) ? exponential(digits, e, 1) : plain),
  ];
}

/** A reproducible source of random bits (splitmix64). */
function randomBits(seed: bigint): () => bigint {
  let state = seed;
  return () => {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
    let z = state;
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return z ^ (z >> 31n);
  };
}

describe('floats', async () => {
  const NAMES = ['float_str', 'float_str_inner', 'float_str_json', 'read_float', 'test_read_float_value'];
  const r = await runtimeInstance([...NAMES, 'float_rem', 'float_pow', 'float_round', 'round_digits', 'float_to_int'], {
    sources: SOURCES,
  });
  const scratch = r.string('x'.repeat(2000));

  function text(value: string): number {
    const bytes = new TextEncoder().encode(value);
    r.view().setUint32(scratch + 4, bytes.length, true);
    r.view().setUint32(scratch + 8, bytes.length, true);
    new Uint8Array(r.memory.buffer).set(bytes, scratch + 24);
    return scratch;
  }

  function read(value: string): number | undefined {
    return r.call['read_float']!(text(value)) ? r.call['test_read_float_value']!() : undefined;
  }

  /** Compares without the cost of `expect` unless there is a difference. */
  function same(actual: unknown, expected: unknown, what: unknown): void {
    if (!Object.is(actual, expected)) expect({ of: what, is: actual }).toEqual({ of: what, is: expected });
  }

  function checkForms(x: number): void {
    const [top, inner, json] = forms(x);
    same(r.text(r.call['float_str']!(x)), top, x);
    same(r.text(r.call['float_str_inner']!(x)), inner, x);
    same(r.text(r.call['float_str_json']!(x)), json, x);
  }

  it('shows the table of the language', () => {
    const table: [number, string, string, string][] = [
      [3, '3', '3.0', '3'],
      [2.5, '2.5', '2.5', '2.5'],
      [1e6, '1e+06', '1000000.0', '1000000'],
      [1e20, '1e+20', '100000000000000000000.0', '100000000000000000000'],
      [1e21, '1e+21', '1000000000000000000000.0', '1e+21'],
      [0.00001, '1e-05', '0.00001', '0.00001'],
      [1e-7, '1e-07', '0.0000001', '1e-7'],
      [-0, '-0', '-0.0', '-0'],
      [0, '0', '0.0', '0'],
      [999999, '999999', '999999.0', '999999'],
      [100000, '100000', '100000.0', '100000'],
      [12345678.5, '1.23456785e+07', '12345678.5', '12345678.5'],
      [0.0001, '0.0001', '0.0001', '0.0001'],
      [1e-100, '1e-100', `0.${'0'.repeat(99)}1`, '1e-100'],
      [Number.NaN, 'NaN', 'NaN', 'null'],
      [Number.POSITIVE_INFINITY, '+Inf', '+Inf', 'null'],
      [Number.NEGATIVE_INFINITY, '-Inf', '-Inf', 'null'],
    ];
    for (const [x, top, inner, json] of table) {
      expect(r.text(r.call['float_str']!(x))).toBe(top);
      expect(r.text(r.call['float_str_inner']!(x))).toBe(inner);
      expect(r.text(r.call['float_str_json']!(x))).toBe(json);
    }
  });

  it('has the shortest digits of random bit patterns, and reads them back', () => {
    const next = randomBits(1n);
    for (let i = 0; i < 100_000; i++) {
      const x = fromBits(next());
      if (!Number.isFinite(x)) continue;
      const json = r.text(r.call['float_str_json']!(x))!;
      same(json, forms(x)[2], x);
      same(read(json), x, json);
    }
  });

  it('has them for every power of two and its neighbours', () => {
    for (let exponent = 0n; exponent < 2047n; exponent++) {
      for (const bits of [exponent << 52n, (exponent << 52n) + 1n, (exponent << 52n) - 1n]) {
        if (bits > 0n) checkForms(fromBits(bits));
      }
    }
  });

  it('has them for powers of ten and their neighbours', () => {
    for (let e = -323; e <= 308; e++) {
      const bits = toBits(Number(`1e${e}`));
      for (const near of [bits - 1n, bits, bits + 1n]) if (near > 0n) checkForms(fromBits(near));
    }
  });

  it('has them for subnormal numbers', () => {
    const next = randomBits(2n);
    for (let i = 0; i < 3000; i++) checkForms(fromBits((next() & 0xfffffffffffffn) >> (next() & 51n)));
  });

  it('has them for numbers people write', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: -12, max: 12 }), (n, e) => {
        const x = Number(`${n}e${e}`);
        checkForms(x);
        same(read(`${n}e${e}`), x, [n, e]);
      }),
      { numRuns: 5000 },
    );
  });

  it('reads what is near the middle of two floats', () => {
    const next = randomBits(3n);
    for (let i = 0; i < 300; i++) {
      const bits = next() & 0x7fefffffffffffffn;
      const middle = exactMiddle(bits);
      for (const number of [middle, `${middle}1`, middle.replace(/.$/, '4'), `${middle}${'0'.repeat(60)}1`]) {
        same(read(number), Number(number), number);
      }
    }
    const long = `1${'0'.repeat(1200)}e-1190`;
    expect(read(long)).toBe(Number(long));
    expect(read(`0.${'0'.repeat(1000)}1e1001`)).toBe(1);
  });

  /** The number halfway between a float and the next one, in full. */
  function exactMiddle(bits: bigint): string {
    const exponent = bits >> 52n;
    const fraction = bits & 0xfffffffffffffn;
    const significand = 2n * (exponent === 0n ? fraction : fraction + (1n << 52n)) + 1n;
    const power = (exponent === 0n ? 1n : exponent) - 1076n;
    if (power >= 0n) return `${significand << power}.0`;
    const digits = (significand * 5n ** -power).toString().padStart(Number(-power) + 1, '0');
    return `${digits.slice(0, Number(power))}.${digits.slice(Number(power))}`;
  }

  it('reads all forms of a number and nothing else', () => {
    const good = [
      '0',
      '-0',
      '1',
      '+1',
      '1.',
      '.5',
      '1e5',
      '1E+5',
      '1e-5',
      '1.5e0003',
      '000123.456000',
      '-1e-400',
      '0e999999999999',
    ];
    for (const number of good) same(read(number), Number(number), number);
    const limits = ['4.9e-324', '2.4703282292062327e-324', '2.4703282292062328e-324', '2.2250738585072011e-308'];
    for (const number of [...limits, '1.7976931348623158e308', '9007199254740993', '123456789012345678901234567890']) {
      same(read(number), Number(number), number);
    }
    const bad = [
      '',
      '.',
      '-',
      '+',
      'e5',
      '1e',
      '1e+',
      '1e5x',
      ' 1',
      '1 ',
      '1..2',
      '1.2.3',
      '0x1',
      'nan',
      'inf',
      '1_0',
      '1e400',
    ];
    for (const number of [...bad, '1.7976931348623159e308']) same(read(number), undefined, number);
  });

  it('has the remainder of C', () => {
    const next = randomBits(4n);
    for (let i = 0; i < 30_000; i++) {
      const [a, b] = [fromBits(next()), fromBits(next() >> (i % 3 === 0 ? 12n : 0n))];
      if (b !== 0) same(r.call['float_rem']!(a, b), a % b, [a, b]);
    }
    fc.assert(
      fc.property(fc.double(), fc.double(), fc.integer({ min: -50, max: 50 }), (a, b, c) => {
        if (b !== 0) same(r.call['float_rem']!(a, b), a % b, [a, b]);
        if (c !== 0) same(r.call['float_rem']!(a, c), a % c, [a, c]);
      }),
    );
  });

  it('raises to powers', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        fc.double({ min: -40, max: 40, noNaN: true }),
        (x, y) => {
          const [actual, expected] = [r.call['float_pow']!(x, y), x ** y];
          expect(Math.abs(actual - expected)).toBeLessThanOrEqual(Math.abs(expected) * 1e-14);
        },
      ),
    );
    const inf = Number.POSITIVE_INFINITY;
    const special = [0, -0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, inf, -inf, Number.NaN, 1e300, -1e300, 5e-324];
    for (const x of special) {
      for (const y of special) {
        // The host differs from C for 1 and -1.
        const expected = x === 1 || (x === -1 && Math.abs(y) === inf) ? 1 : x ** y;
        const actual = r.call['float_pow']!(x, y);
        if (Number.isFinite(expected) && expected !== 0) expect(actual / expected).toBeCloseTo(1, 12);
        else same(actual, expected, [x, y]);
      }
    }
    for (let n = -1074; n < 1024; n++) same(r.call['float_pow']!(2, n), 2 ** n, n);
  });

  it('rounds halves away from zero', () => {
    for (const [x, digits, expected] of [
      [2.5, 0, 3],
      [-2.5, 0, -3],
      [0.49999999999999994, 0, 0],
      [1.005, 2, 1],
      [2.675, 2, 2.68],
      [1234.5, -2, 1200],
      [15, -1, 20],
      [1e300, 5, 1e300],
      [1.5, 400, 1.5],
      [1.5, -400, 0],
      [2251799813685249.5, 0, 2251799813685250],
    ] as const) {
      same(r.call['round_digits']!(x, BigInt(digits)), expected, [x, digits]);
    }
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (x) => {
        const t = Math.trunc(x);
        same(r.call['float_round']!(x), Math.abs(x - t) >= 0.5 ? t + Math.sign(x) : t, x);
      }),
    );
  });

  it('truncates to ints', () => {
    expect(r.call['float_to_int']!(-2.7)).toBe(-2n);
    expect(r.call['float_to_int']!(-(2 ** 63))).toBe(MIN);
    expect(r.call['float_to_int']!(2 ** 62)).toBe(2n ** 62n);
  });
});
