import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BigInstance, bigInstance, integers, type Operand, type Operation } from './bigs.ts';
import { runtimeInstance, runtimeSources } from './harness.ts';

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;
const OVERFLOW = 'error: integer overflow (declare the variable as bigint)\n';

const edges = fc.constantFrom(
  ...[0n, 1n, 2n ** 31n, 2n ** 32n, 2n ** 49n, 2n ** 50n, 2n ** 63n, 2n ** 64n, 2n ** 96n, 10n ** 18n].flatMap((n) => [
    n - 1n,
    n,
    n + 1n,
    1n - n,
    -n,
    -1n - n,
  ]),
);
const small = fc.oneof(edges, fc.bigInt(-100n, 100n), fc.bigInt(MIN, MAX), integers(fc.nat(8)));
const medium = integers(fc.nat(300));
const large = integers(fc.integer({ min: 300, max: 4000 }));
const any = fc.oneof(
  { weight: 4, arbitrary: small },
  { weight: 3, arbitrary: medium },
  { weight: 1, arbitrary: large },
);

const abs = (a: bigint): bigint => (a < 0n ? -a : a);
const order = (a: bigint, b: bigint): bigint => (a < b ? -1n : a > b ? 1n : 0n);

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [abs(a), abs(b)];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** The float next to an integer: Number() rounds half to even. */
const toFloat = (a: bigint): number => Number(a);

/** Checks the operations of two integers. */
function checkAll(r: BigInstance, a: bigint, b: bigint): void {
  for (const family of ['cell', 'big']) {
    const op = (name: string): Operand => r.op(`${family}_${name}` as Operation, a, b);
    expect(op('add')).toBe(a + b);
    expect(op('sub')).toBe(a - b);
    expect(op('mul')).toBe(a * b);
    expect(op('neg')).toBe(-a);
    expect(op('abs')).toBe(abs(a));
    expect(op('compare')).toBe(order(a, b));
    if (b !== 0n) {
      expect(op('div')).toBe(a / b);
      expect(op('rem')).toBe(a % b);
    }
  }
  expect(r.op('square', a)).toBe(a * a);
  expect(r.op('big_sign', a)).toBe(order(a, 0n));
  expect(r.op('cell_lt', a, b)).toBe(a < b);
  expect(r.op('cell_eq', a, b)).toBe(a === b);
  expect(r.op('cell_same', a, b)).toBe(a === b);
  expect(r.op('cell_min2', a, b)).toBe(a < b ? a : b);
  expect(r.op('cell_max2', a, b)).toBe(a > b ? a : b);
  expect(r.op('cell_truthy', a)).toBe(a !== 0n);
}

for (const [how, options] of [
  ['', {}],
  [', collecting at every allocation', { gcStress: true }],
  [', not optimised', { optimise: false }],
] as const) {
  const runs = (n: number): { numRuns: number } => ({ numRuns: how === '' ? n : Math.ceil(n / 5) });
  describe(`big integers${how}`, async () => {
    const r = await bigInstance(options);

    it('calculate exactly', () => {
      fc.assert(
        fc.property(any, any, (a, b) => checkAll(r, a, b)),
        runs(400),
      );
      fc.assert(
        fc.property(small, small, (a, b) => checkAll(r, a, b)),
        runs(1000),
      );
    });

    it('divide what is almost a multiple', () => {
      fc.assert(
        fc.property(any, any, fc.constantFrom(-1n, 0n, 1n), (b, q, rest) => {
          if (b === 0n) return;
          const a = b * q + rest;
          if (abs(a) >= 2n ** 500_000n) return;
          expect(r.op('big_div', a, b)).toBe(a / b);
          expect(r.op('big_rem', a, b)).toBe(a % b);
        }),
        runs(300),
      );
    });

    it('are equal to themselves in another object, with equal hashes', () => {
      fc.assert(
        fc.property(any, any, (a, b) => {
          expect(r.op('cell_eq', a, a)).toBe(true);
          expect(r.op('cell_same', a, a)).toBe(true);
          expect(r.op('big_compare', a, a)).toBe(0n);
          expect(r.op('same_hash', a, a)).toBe(true);
          expect(r.op('list_distinct', a, b)).toBe(a === b ? 1n : 2n);
          expect(r.op('list_sorted', a, b)).toBe(a < b ? a : b);
          expect(r.op('map_text', a, b)).toBe(b);
        }),
        runs(100),
      );
    });

    it('become text and come back', () => {
      fc.assert(
        fc.property(any, (a) => {
          expect(r.op('value_str', a)).toBe(String(a));
          expect(r.op('cell_as_big', String(a))).toBe(a);
        }),
        runs(500),
      );
      for (let e = 0; e < 9000; e = e < 400 ? e + 1 : e * 2 + 1) {
        for (const d of [-1n, 0n, 1n]) {
          const a = 10n ** BigInt(e) + d;
          expect(r.op('value_str', a)).toBe(String(a));
          expect(r.op('cell_as_big', String(a))).toBe(a);
          expect(r.op('value_str', -(2n ** BigInt(e)) + d)).toBe(String(-(2n ** BigInt(e)) + d));
        }
      }
    });

    it('are read with signs and leading zeros', () => {
      fc.assert(
        fc.property(medium, fc.nat(1000), (a, zeros) => {
          const text = `${'0'.repeat(zeros)}${abs(a)}`;
          expect(r.op('cell_as_big', `+${text}`)).toBe(abs(a));
          expect(r.op('cell_as_big', `-${text}`)).toBe(-abs(a));
        }),
        runs(100),
      );
      expect(r.op('cell_as_big', '0'.repeat(5000))).toBe(0n);
    });

    it('have the greatest common divisor', () => {
      fc.assert(
        fc.property(small, integers(fc.nat(60)), integers(fc.nat(60)), (a, b, c) => {
          expect(r.op('big_gcd', a * b, a * c)).toBe(gcd(a * b, a * c));
          expect(r.op('big_gcd', b, c)).toBe(gcd(b, c));
        }),
        runs(100),
      );
    });

    it('have powers', () => {
      fc.assert(
        fc.property(fc.oneof(small, fc.bigInt(-20n, 20n)), fc.nat(200), (a, n) => {
          expect(r.op('cell_pow', a, BigInt(n))).toBe(a ** BigInt(n));
          expect(r.op('big_shift_left', a, BigInt(n))).toBe(a << BigInt(n));
        }),
        runs(200),
      );
      for (const a of [2n, -2n, 3n]) expect(r.op('cell_pow', a, -3n)).toBe(0n);
      expect(r.op('cell_pow', -1n, -3n)).toBe(-1n);
      expect(r.op('cell_pow', 1n, -4n)).toBe(1n);
      expect(r.op('cell_pow', 0n, 0n)).toBe(1n);
      expect(r.op('cell_pow', 0n, 5n)).toBe(0n);
      expect(r.op('cell_pow', 2n ** 62n, 1000n)).toBe(2n ** 62_000n);
    });
  });
}

describe('big integers and other values', async () => {
  const r = await bigInstance();
  const float = fc.oneof(
    fc.double(),
    fc.double({ min: -1e25, max: 1e25 }),
    fc.constantFrom(2 ** 63, 2 ** 64, -(2 ** 63)),
  );

  it('become the nearest float', () => {
    const check = (a: bigint): void => {
      expect(r.op('cell_as_float', a)).toBe(toFloat(a));
      expect(r.op('cell_float', a)).toBe(toFloat(a));
    };
    fc.assert(fc.property(fc.oneof(small, integers(fc.nat(40))), check));
    // About the middle between two floats, and about the largest one.
    fc.assert(
      fc.property(fc.bigInt(2n ** 52n, 2n ** 53n), fc.nat(971), fc.constantFrom(-1n, 0n, 1n), (m, e, d) => {
        check((2n * m + 1n) * 2n ** BigInt(e) + d);
        check(-(2n * m + 1n) * 2n ** BigInt(e) + d);
      }),
    );
    check(2n ** 1024n - 2n ** 970n);
    check(2n ** 1024n - 2n ** 970n - 1n);
    check(-(2n ** 1024n));
    check(7n ** 5000n);
  });

  it('are the whole parts of floats', () => {
    fc.assert(
      fc.property(float, (x) => {
        if (Number.isFinite(x)) expect(r.op('cell_as_big', x)).toBe(BigInt(Math.trunc(x)));
      }),
    );
    expect(r.op('cell_as_big', null)).toBe(0n);
    expect(r.op('cell_as_big', 5n)).toBe(5n);
  });

  it('compare with floats exactly', () => {
    const check = (a: bigint, x: number): void => {
      expect(r.op('cell_lt', a, x)).toBe(a < x);
      expect(r.op('cell_lt', x, a)).toBe(x < a);
      // biome-ignore lint/suspicious/noDoubleEquals: numerically
      expect(r.op('cell_eq', a, x)).toBe(a == (x as unknown));
      // biome-ignore lint/suspicious/noDoubleEquals: numerically
      expect(r.op('cell_eq', x, a)).toBe(a == (x as unknown));
      expect(r.op('cell_same', a, x)).toBe(false);
    };
    fc.assert(
      fc.property(fc.oneof(small, integers(fc.nat(34))), float, (a, x) => {
        check(a, x);
        check(a, toFloat(a));
        if (Number.isFinite(x)) for (const d of [-1n, 0n, 1n]) check(BigInt(Math.trunc(x)) + d, x);
      }),
    );
    for (const x of [Number.NaN, Infinity, -Infinity, 0, -0])
      for (const a of [2n ** 64n, -(2n ** 64n), 0n]) check(a, x);
    expect(r.op('cell_compare', 2n ** 64n, Number.NaN)).toBe(-1n);
  });

  it('make floats with floats', () => {
    const a = 2n ** 70n + 1n;
    expect(r.op('cell_add', a, 0.5)).toBe(2 ** 70);
    expect(r.op('cell_sub', 0.5, a)).toBe(-(2 ** 70));
    expect(r.op('cell_mul', a, 0.5)).toBe(2 ** 69);
    expect(r.op('cell_div', a, 2)).toBe(2 ** 69);
    expect(r.op('cell_rem', a, 1024.5)).toBe(2 ** 70 % 1024.5);
  });

  it('give nil with nil, and take bools as 0 and 1', () => {
    for (const op of ['cell_add', 'cell_sub', 'cell_mul', 'cell_div', 'cell_rem'] as const) {
      expect(r.op(op, 2n ** 64n, null)).toBe(null);
      expect(r.op(op, null, 2n ** 64n)).toBe(null);
    }
    expect(r.op('cell_add', 2n ** 64n, true)).toBe(2n ** 64n + 1n);
    expect(r.op('cell_mul', false, 2n ** 64n)).toBe(0n);
    expect(r.op('cell_lt', true, 2n ** 64n)).toBe(true);
  });

  it('print as decimals everywhere', () => {
    const a = 2n ** 64n;
    expect(r.op('value_str', a)).toBe('18446744073709551616');
    expect(r.op('json_str', -a)).toBe('-18446744073709551616');
    expect(r.op('list_text', a, 1n)).toBe('[18446744073709551616 1 1]');
    expect(r.op('cell_type_name', a)).toBe('bigint');
    expect(r.op('cell_type_name', 1n)).toBe('int');
  });

  it('have sums, minima and maxima', () => {
    fc.assert(
      fc.property(small, small, (a, b) => {
        expect(r.op('list_sum', a, b)).toBe(a + b + b);
        expect(r.op('list_min', a, b)).toBe(a < b ? a : b);
        expect(r.op('list_max', a, b)).toBe(a > b ? a : b);
      }),
    );
    expect(r.op('list_max', 2n ** 64n, 0.5)).toBe(2 ** 64);
  });
});

describe('errors of big integers', () => {
  const BIG = 2n ** 64n;
  const cases: [Operation, Operand, Operand, string][] = [
    ['cell_div', BIG, 0n, 'error: division by zero\n'],
    ['cell_rem', BIG, 0n, 'error: division by zero\n'],
    ['big_div', 5n, 0n, 'error: division by zero\n'],
    ['big_rem', 5n, 0n, 'error: division by zero\n'],
    ['cell_div', BIG, 0, 'error: division by zero\n'],
    ['cell_pow', 0n, -1n, 'error: division by zero\n'],
    ['cell_int', BIG, null, OVERFLOW],
    ['cell_as_int', -BIG, null, OVERFLOW],
    ['cell_pow', 3n, 2n ** 50n, 'error: out of memory\n'],
    ['cell_pow', 2n, 2n ** 40n, 'error: out of memory\n'],
    ['cell_add', BIG, 'x', 'error: operator + cannot take bigint and string\n'],
    ['cell_as_big', Infinity, null, 'error: cannot cast float to bigint\n'],
    ['cell_as_big', true, null, 'error: cannot cast bool to bigint\n'],
    ...['', ' 5', '5.5', '-', '+', '1'.repeat(30).concat('x'), '--5'].map(
      (text): [Operation, Operand, Operand, string] => [
        'cell_as_big',
        text,
        null,
        `error: cannot cast "${text}" to bigint\n`,
      ],
    ),
  ];
  it.each(cases)('%s of %s and %s', async (name, a, b, message) => {
    const r = await bigInstance();
    expect(() => r.op(name, a, b)).toThrow(WebAssembly.RuntimeError);
    expect(r.stderr()).toBe(message);
  });
});

describe('programs without big integers', () => {
  it('fail on overflow and carry nothing of them', async () => {
    const NAMES = ['cell_add', 'cell_sub', 'cell_mul', 'cell_div', 'cell_rem', 'cell_neg', 'cell_eq', 'cell_compare'];
    const ALL = [
      ...NAMES,
      'cell_hash',
      'out_cell',
      'value_str',
      'json_str',
      'cell_as_int',
      'cell_as_float',
      'cell_sum',
    ];
    /** The functions of some source files that the module has. */
    const carried = (ir: string, ...files: string[]): string[] => {
      const sources = runtimeSources();
      const declared = files.flatMap((file) => [...sources[file]!.matchAll(/^fun (\w+)/gm)].map((match) => match[1]!));
      return declared.filter((name) => ir.includes(`\nfunc rt.${name}(`));
    };
    const without = await runtimeInstance([...ALL, 'int64_box']);
    expect(carried(without.ir, 'bigint.mochi', 'bigint_text.mochi', 'magnitude.mochi', 'bigrat.mochi')).toEqual([]);
    const ints = await runtimeInstance(ALL, { bigInts: true });
    expect(carried(ints.ir, 'magnitude.mochi')).toContain('mag_mul_karatsuba');
    expect(carried(ints.ir, 'bigrat.mochi')).toEqual([]);
    const box = BigInt(without.call['int64_box']!(MAX));
    expect(() => without.call['cell_add']!(box, box)).toThrow(WebAssembly.RuntimeError);
    expect(without.stderr()).toBe(OVERFLOW);
  });
});
