import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bigInstance, integers, type Operand, type Operation, type Rational, rational } from './bigs.ts';

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** n / d in lowest terms. */
function reduced(n: bigint, d: bigint): Rational {
  const g = d < 0n ? -gcd(n, d) : gcd(n, d);
  return rational(n / g, d / g);
}

const order = (a: bigint, b: bigint): bigint => (a < b ? -1n : a > b ? 1n : 0n);
const integer = fc.oneof(fc.bigInt(-20n, 20n), fc.bigInt(-(2n ** 63n), 2n ** 63n), integers(fc.nat(12)));
const ratio = fc.tuple(integer, integer).map(([n, d]) => reduced(n, d === 0n ? 1n : d));

/** The exact value of a float. */
function exact(x: number): Rational {
  let [value, den] = [x, 1n];
  while (!Number.isInteger(value)) {
    value *= 2;
    den *= 2n;
  }
  return reduced(BigInt(value), den);
}

/** The nearest float, if it is not below 2^-1022, from a quotient of 66 or 67 bits. */
function nearest({ num, den }: Rational): number {
  const size = num < 0n ? -num : num;
  const shift = 66 - (size.toString(2).length - den.toString(2).length);
  const above = size << BigInt(Math.max(shift, 0));
  const below = den << BigInt(Math.max(-shift, 0));
  // An odd last bit stands for what is cut off.
  const q = Number(((above / below) << 1n) | (above % below === 0n ? 0n : 1n));
  const half = Math.trunc((shift + 1) / 2);
  return (num < 0n ? -q : q) / 2 ** half / 2 ** (shift + 1 - half);
}

for (const [how, options] of [
  ['', {}],
  [', collecting at every allocation', { gcStress: true }],
  [', not optimised', { optimise: false }],
] as const) {
  describe(`rationals${how}`, async () => {
    const r = await bigInstance(options);
    const runs = { numRuns: how === '' ? 400 : 60 };

    it('calculate exactly, in lowest terms', () => {
      fc.assert(
        fc.property(ratio, ratio, (a, b) => {
          expect(r.op('cell_add', a, b)).toEqual(reduced(a.num * b.den + b.num * a.den, a.den * b.den));
          expect(r.op('cell_sub', a, b)).toEqual(reduced(a.num * b.den - b.num * a.den, a.den * b.den));
          expect(r.op('cell_mul', a, b)).toEqual(reduced(a.num * b.num, a.den * b.den));
          if (b.num !== 0n) expect(r.op('cell_div', a, b)).toEqual(reduced(a.num * b.den, a.den * b.num));
          expect(r.op('cell_neg', a)).toEqual(rational(-a.num, a.den));
          expect(r.op('cell_abs', a)).toEqual(rational(a.num < 0n ? -a.num : a.num, a.den));
          expect(r.op('rat_num', a)).toBe(a.num);
          expect(r.op('rat_denom', a)).toBe(a.den);
          expect(r.op('cell_truthy', a)).toBe(a.num !== 0n);
        }),
        runs,
      );
    });

    it('are reduced when they are made', () => {
      fc.assert(
        fc.property(integer, integer, integer, (n, d, common) => {
          if (d === 0n || common === 0n) return;
          expect(r.op('rat_new', n * common, d * common)).toEqual(reduced(n, d));
        }),
        runs,
      );
    });

    it('calculate with integers', () => {
      fc.assert(
        fc.property(ratio, integer, (a, i) => {
          expect(r.op('cell_add', i, a)).toEqual(reduced(a.num + i * a.den, a.den));
          expect(r.op('cell_sub', a, i)).toEqual(reduced(a.num - i * a.den, a.den));
          expect(r.op('cell_mul', i, a)).toEqual(reduced(a.num * i, a.den));
          if (i !== 0n) expect(r.op('cell_div', a, i)).toEqual(reduced(a.num, a.den * i));
          if (a.num !== 0n) expect(r.op('cell_div', i, a)).toEqual(reduced(i * a.den, a.num));
        }),
        runs,
      );
    });

    it('compare with each other and with integers', () => {
      fc.assert(
        fc.property(ratio, ratio, integer, (a, b, i) => {
          const ab = order(a.num * b.den, b.num * a.den);
          const ai = order(a.num, i * a.den);
          expect(r.op('cell_compare', a, b)).toBe(ab);
          expect(r.op('cell_lt', a, b)).toBe(ab < 0n);
          expect(r.op('cell_eq', a, b)).toBe(ab === 0n);
          expect(r.op('cell_compare', a, i)).toBe(ai);
          expect(r.op('cell_compare', i, a)).toBe(-ai);
          expect(r.op('cell_same', a, a)).toBe(true);
          expect(r.op('same_hash', a, a)).toBe(true);
          expect(r.op('cell_eq', rational(i, 1n), i)).toBe(true);
          expect(r.op('cell_same', rational(i, 1n), i)).toBe(false);
        }),
        runs,
      );
    });

    it('print as a/b and come back', () => {
      fc.assert(
        fc.property(ratio, (a) => {
          const text = `${a.num}/${a.den}`;
          expect(r.op('value_str', a)).toBe(text);
          expect(r.op('value_show', a)).toBe(text);
          expect(r.op('json_str', a)).toBe(`"${text}"`);
          expect(r.op('cell_as_rat', text)).toEqual(a);
        }),
        runs,
      );
    });
  });
}

describe('rationals and other values', async () => {
  const r = await bigInstance();
  const float = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.double({ min: -1000, max: 1000, noNaN: true }),
    fc.integer({ min: -1e6, max: 1e6 }).map((n) => n / 64),
  );

  it('hold floats exactly', () => {
    fc.assert(
      fc.property(float, (x) => {
        expect(r.op('cell_as_rat', x)).toEqual(exact(x));
        if (x !== 0) expect(r.op('cell_as_float', exact(x))).toBe(x);
        expect(r.op('cell_eq', exact(x), x)).toBe(true);
        expect(r.op('cell_same', exact(x), x)).toBe(false);
      }),
    );
  });

  it('become the nearest float', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          ratio,
          fc.tuple(integers(fc.nat(40)), integers(fc.nat(40))).map(([n, d]) => reduced(n, d || 1n)),
        ),
        (a) => {
          const x = nearest(a);
          if (Math.abs(x) >= 2 ** -1022 && Number.isFinite(x)) expect(r.op('cell_as_float', a)).toBe(x);
        },
      ),
    );
    expect(r.op('cell_as_float', rational(1n, 3n))).toBe(1 / 3);
    expect(r.op('cell_as_float', rational(-2n, 3n))).toBe(-2 / 3);
    expect(r.op('cell_as_float', rational(1n, 2n ** 1074n))).toBe(5e-324);
    expect(r.op('cell_as_float', rational(1n, 2n ** 1075n))).toBe(0);
    expect(r.op('cell_as_float', rational(3n, 2n ** 1076n))).toBe(5e-324);
    expect(r.op('cell_as_float', rational(1n, 10n ** 400n))).toBe(0);
    expect(r.op('cell_as_float', rational(-(10n ** 400n), 7n))).toBe(-Infinity);
  });

  it('compare with floats exactly', () => {
    fc.assert(
      fc.property(ratio, float, (a, x) => {
        const b = exact(x);
        const expected = order(a.num * b.den, b.num * a.den);
        expect(r.op('cell_compare', a, x)).toBe(expected);
        expect(r.op('cell_compare', x, a)).toBe(-expected);
      }),
    );
    expect(r.op('cell_lt', rational(1n, 3n), Infinity)).toBe(true);
    expect(r.op('cell_lt', -Infinity, rational(1n, 3n))).toBe(true);
    expect(r.op('cell_lt', rational(1n, 3n), Number.NaN)).toBe(false);
    expect(r.op('cell_eq', rational(1n, 3n), Number.NaN)).toBe(false);
  });

  it('make floats with floats, nil with nil', () => {
    expect(r.op('cell_add', rational(2n, 1n), 1.5)).toBe(3.5);
    expect(r.op('cell_mul', 0.5, rational(1n, 2n))).toBe(0.25);
    expect(r.op('cell_add', rational(2n, 1n), null)).toBe(null);
    expect(r.op('cell_add', rational(1n, 2n), true)).toEqual(rational(3n, 2n));
  });

  it('are made of ints, nil and text', () => {
    const cases: [Operand, bigint, bigint][] = [
      [3n, 3n, 1n],
      [2n ** 70n, 2n ** 70n, 1n],
      [null, 0n, 1n],
      ['12/-8', -3n, 2n],
      ['-12/8', -3n, 2n],
      ['0.25', 1n, 4n],
      ['-.5', -1n, 2n],
      ['7', 7n, 1n],
      ['5.', 5n, 1n],
    ];
    for (const [from, num, den] of cases) expect(r.op('cell_as_rat', from)).toEqual(rational(num, den));
    expect(r.op('cell_as_rat', rational(1n, 3n))).toEqual(rational(1n, 3n));
    expect(r.op('rat_num', 5n)).toBe(5n);
    expect(r.op('rat_denom', 2n ** 80n)).toBe(1n);
    expect(r.op('cell_as_int', rational(-7n, 2n))).toBe(-3n);
    expect(r.op('cell_as_big', rational(2n ** 70n, 3n))).toBe(2n ** 70n / 3n);
    expect(r.op('cell_type_name', rational(1n, 3n))).toBe('bigrat');
    expect(r.op('list_text', rational(1n, 2n), rational(3n, 1n))).toBe('[1/2 3/1 3/1]');
    expect(r.op('list_sum', rational(1n, 2n), 1n)).toEqual(rational(5n, 2n));
  });
});

describe('errors of rationals', () => {
  const half = rational(1n, 2n);
  const cases: [Operation, Operand, Operand, string][] = [
    ['cell_div', half, 0n, 'error: division by zero\n'],
    ['cell_div', half, rational(0n, 1n), 'error: division by zero\n'],
    ['rat_new', 1n, 0n, 'error: division by zero\n'],
    ['cell_rem', half, half, 'error: operator % cannot take bigrat and bigrat\n'],
    ['cell_as_rat', Number.NaN, null, 'error: cannot cast float to bigrat\n'],
    ['cell_as_rat', true, null, 'error: cannot cast bool to bigrat\n'],
    ['rat_num', 'x', null, 'error: string where an int is needed\n'],
    ...['', '1/0', '1/', '/2', '1/2/3', '.', '1.-5', 'x'].map((text): [Operation, Operand, Operand, string] => [
      'cell_as_rat',
      text,
      null,
      `error: cannot cast "${text}" to bigrat\n`,
    ]),
  ];
  it.each(cases)('%s of %s and %s', async (name, a, b, message) => {
    const r = await bigInstance();
    expect(() => r.op(name, a, b)).toThrow(WebAssembly.RuntimeError);
    expect(r.stderr()).toBe(message);
  });
});
