import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anyValue,
  canonical,
  cellInstance,
  compare,
  entries,
  equal,
  isList,
  isMap,
  isNumber,
  isStruct,
  type KINDS,
  STRUCTS,
  scalar,
  type Value,
} from './cell-model.ts';

const NAMES = [
  'cell_of_i64',
  'cell_of_f64',
  'cell_of_bool',
  'cell_int',
  'cell_float',
  'cell_bool',
  'cell_ref',
  'cell_as_int',
  'cell_as_float',
  'cell_as_str',
  'cell_as_bool',
  'cell_truthy',
  'cell_type_name',
  'cell_add',
  'cell_sub',
  'cell_mul',
  'cell_div',
  'cell_rem',
  'cell_neg',
  'cell_eq',
  'cell_same',
  'ref_eq',
  'cell_compare',
  'cell_lt',
  'cell_le',
  'cell_gt',
  'cell_ge',
  'cell_index',
  'cell_index_set',
  'cell_field',
  'cell_field_set',
  'cell_slice',
  'cell_len',
  'cell_in',
  'cell_append',
  'cell_keys',
  'cell_sum',
  'cell_avg',
  'cell_min',
  'cell_max',
  'list_get_cell',
];

const MIN = -(2n ** 63n);
const MAX = 2n ** 63n - 1n;
const fits = (v: bigint): boolean => v >= MIN && v <= MAX;

/** The result of an operator on two values; a string says which error it is. */
type Outcome = { value: Value } | 'overflow' | 'division' | 'operands';

function operate(op: '+' | '-' | '*' | '/' | '%', a: Value, b: Value): Outcome {
  if (op === '+' && typeof a === 'string' && typeof b === 'string') return { value: a + b };
  if (op === '+' && isList(a) && isList(b)) {
    return { value: { list: [...a.list, ...b.list], kind: a.kind === b.kind ? a.kind : 'cell' } };
  }
  if (a === null || b === null) return { value: null };
  const x = typeof a === 'boolean' ? BigInt(a) : a;
  const y = typeof b === 'boolean' ? BigInt(b) : b;
  if (!isNumber(x) || !isNumber(y)) return 'operands';
  if (typeof x === 'bigint' && typeof y === 'bigint') {
    if ((op === '/' || op === '%') && y === 0n) return 'division';
    const exact = { '+': () => x + y, '-': () => x - y, '*': () => x * y, '/': () => x / y, '%': () => x % y }[op]();
    return fits(exact) ? { value: exact } : 'overflow';
  }
  const [p, q] = [Number(x), Number(y)];
  if ((op === '/' || op === '%') && q === 0) return 'division';
  return { value: { '+': p + q, '-': p - q, '*': p * q, '/': p / q, '%': p % q }[op] };
}

const OPERATORS = { '+': 'cell_add', '-': 'cell_sub', '*': 'cell_mul', '/': 'cell_div', '%': 'cell_rem' } as const;

for (const gcStress of [false, true]) {
  describe(gcStress ? 'cells, collecting at every allocation' : 'cells', async () => {
    const r = await cellInstance(NAMES, { gcStress });
    const { call, make, read, keep } = r;
    const runs = { numRuns: gcStress ? 100 : 1000 };

    function property<T extends [Value, ...Value[]]>(
      values: { [K in keyof T]: fc.Arbitrary<T[K]> },
      check: (cells: { [K in keyof T]: bigint }, ...values: T) => void,
    ): void {
      fc.assert(
        fc.property(fc.tuple(...values), (tuple) => {
          r.reset();
          check(tuple.map(make) as { [K in keyof T]: bigint }, ...(tuple as T));
        }),
        runs,
      );
    }

    it('represents every value once', () => {
      property([scalar], ([c], v) => {
        if (typeof v === 'bigint') {
          expect(call['cell_int']!(c)).toBe(v);
          expect(read(call['cell_of_i64']!(v))).toBe(v);
          const small = v >= -(2n ** 49n) && v < 2n ** 49n;
          expect(BigInt.asUintN(64, c) >> 50n === 0x3fffn).toBe(small);
        } else if (typeof v === 'number') {
          expect(call['cell_float']!(c)).toBe(v);
          expect(call['cell_of_f64']!(v)).toBe(c);
        } else if (typeof v === 'boolean') {
          expect(call['cell_bool']!(c)).toBe(Number(v));
          expect(call['cell_of_bool']!(Number(v))).toBe(c);
        } else if (typeof v === 'string') {
          expect(r.text(call['cell_ref']!(c, 1))).toBe(v);
        } else {
          expect(call['cell_ref']!(c, 1)).toBe(0);
          expect(call['cell_ref']!(c, 5)).toBe(0);
        }
      });
      const view = new DataView(new ArrayBuffer(8));
      view.setBigUint64(0, 0xfff8_dead_beef_0001n);
      expect(BigInt.asUintN(64, call['cell_of_f64']!(view.getFloat64(0)))).toBe(0x7ffa_0000_0000_0000n);
    });

    it('reads back what it made', () => {
      property([anyValue], ([c], v) => {
        expect(read(c)).toEqual(canonical(v));
      });
    });

    it.each(Object.entries(OPERATORS))('calculates with %s', (op, name) => {
      const interesting = fc.oneof({ weight: 5, arbitrary: scalar }, { weight: 1, arbitrary: anyValue });
      property([interesting, interesting], ([a, b], x, y) => {
        const outcome = operate(op as keyof typeof OPERATORS, x, y);
        if (typeof outcome === 'string') expect(() => call[name]!(a, b)).toThrow(WebAssembly.RuntimeError);
        else expect(read(keep(call[name]!(a, b)))).toEqual(canonical(outcome.value));
      });
    });

    const listed = (v: Value): readonly Value[] => (isList(v) ? v.list : []);

    it('negates', () => {
      property([scalar], ([c], v) => {
        if (v === null) expect(call['cell_neg']!(c)).toBe(0n);
        else if (typeof v === 'string' || v === MIN)
          expect(() => call['cell_neg']!(c)).toThrow(WebAssembly.RuntimeError);
        else expect(read(call['cell_neg']!(c))).toEqual(typeof v === 'boolean' ? -BigInt(v) : -v);
      });
    });

    it('knows equal values', () => {
      const twin = anyValue.map((v): Value => variation(v));
      for (const second of [anyValue, twin]) {
        property([anyValue, second], ([a, b], x, y) => {
          expect(call['cell_eq']!(a, b)).toBe(Number(equal(x, y, false)));
          expect(call['cell_same']!(a, b)).toBe(Number(equal(x, y, true)));
        });
      }
      fc.assert(
        fc.property(anyValue, (v) => {
          r.reset();
          const [a, b, c] = [make(v), make(v), make(variation(v))];
          expect(call['cell_eq']!(a, b)).toBe(Number(equal(v, v, false)));
          expect(call['cell_same']!(a, b)).toBe(Number(equal(v, v, true)));
          expect(call['cell_eq']!(a, c)).toBe(Number(equal(v, variation(v), false)));
          expect(call['cell_same']!(c, a)).toBe(Number(equal(v, variation(v), true)));
          if (isList(v) || isMap(v) || isStruct(v) || typeof v === 'string') {
            expect(call['ref_eq']!(Number(a), Number(b))).toBe(Number(equal(v, v, false)));
          }
        }),
        runs,
      );
    });

    /** The same value with ints for whole floats and the other way round, int keys for their texts, lists of cells. */
    function variation(v: Value): Value {
      if (typeof v === 'bigint' && v > -1000n && v < 1000n) return Number(v);
      if (typeof v === 'number' && Number.isInteger(v) && Math.abs(v) < 1e15) return BigInt(v);
      if (isList(v)) return { list: v.list.map(variation), kind: 'cell' };
      if (isMap(v)) {
        const ints = v.map.length > 0 && v.map.every(([k]) => /^(0|-?[1-9]\d{0,9})$/.test(String(k)));
        const map = v.map.map(([k, x]) => [ints ? BigInt(k) : String(k), variation(x)] as const);
        return { map: map.reverse(), kind: 'cell' };
      }
      return v;
    }

    it('orders any two values', () => {
      property([anyValue, anyValue], ([a, b], x, y) => {
        expect(Math.sign(call['cell_compare']!(a, b))).toBe(Math.sign(compare(x, y)));
      });
      property([anyValue], ([a], v) => {
        const b = make(variation(v));
        const expected = Math.sign(compare(v, variation(v)));
        expect(call['cell_compare']!(a, b)).toBe(expected);
        expect(call['cell_compare']!(b, a) + expected).toBe(0);
      });
    });

    it('compares with < <= > >=', () => {
      property([anyValue, anyValue], ([a, b], x, y) => {
        const p = typeof x === 'boolean' && isNumber(y) ? BigInt(x) : x;
        const q = typeof y === 'boolean' && isNumber(x) ? BigInt(y) : y;
        let order: number | undefined = compare(p, q);
        const kind = (v: Value): string =>
          isNumber(v) ? 'number' : isList(v) ? 'list' : isMap(v) ? 'map' : isStruct(v) ? 'struct' : typeof v;
        if (p === null || q === null || kind(p) !== kind(q)) order = undefined;
        if (Number.isNaN(p) || Number.isNaN(q)) order = undefined;
        expect(call['cell_lt']!(a, b)).toBe(Number(order !== undefined && order < 0));
        expect(call['cell_le']!(a, b)).toBe(Number(order !== undefined && order <= 0));
        expect(call['cell_gt']!(a, b)).toBe(Number(order !== undefined && order > 0));
        expect(call['cell_ge']!(a, b)).toBe(Number(order !== undefined && order >= 0));
      });
    });

    it('knows what is true', () => {
      property([anyValue], ([c], v) => {
        let truthy = v !== false && v !== 0 && v !== 0n && v !== '' && v !== null;
        if (isList(v)) truthy = v.list.length > 0;
        if (isMap(v)) truthy = v.map.length > 0;
        expect(call['cell_truthy']!(c)).toBe(Number(truthy));
      });
    });

    it('names types', () => {
      property([anyValue], ([c], v) => {
        let name =
          typeof v === 'bigint' ? 'int' : typeof v === 'number' ? 'float' : typeof v === 'boolean' ? 'bool' : typeof v;
        if (v === null) name = 'nil';
        if (isList(v)) name = 'list';
        if (isMap(v)) name = 'map';
        if (isStruct(v)) name = STRUCTS[v.struct]!.name || 'map';
        expect(r.text(call['cell_type_name']!(c))).toBe(name);
      });
    });

    it('indexes lists, strings, maps and structs', () => {
      const key = fc.oneof(
        fc.bigInt(-6n, 6n),
        scalar.filter((v) => typeof v === 'string' || typeof v === 'bigint'),
      );
      property([anyValue, key as fc.Arbitrary<Value>], ([c, i], v, k) => {
        const index = (): Value => read(call['cell_index']!(c, i));
        if (v === null) {
          expect(index()).toBe(null);
        } else if (isMap(v) || (isStruct(v) && typeof k === 'string')) {
          const found = entries(v).find(([key]) => key === String(k));
          if (!found) expect(index()).toBe(null);
          else
            expect(call['cell_same']!(call['cell_index']!(c, i), make(found[1]))).toBe(
              Number(equal(found[1], found[1], true)),
            );
          expect(call['cell_in']!(i, c)).toBe(found ? 1 : 0);
          if (typeof k === 'string')
            expect(call['cell_field']!(c, Number(i)) === 0n).toBe(found === undefined || found[1] === null);
        } else if (typeof k === 'bigint' && (typeof v === 'string' || isList(v))) {
          const all: readonly Value[] = typeof v === 'string' ? [...v] : v.list;
          const at = k < 0n ? k + BigInt(all.length) : k;
          if (at < 0n || at >= BigInt(all.length)) expect(index).toThrow(WebAssembly.RuntimeError);
          else
            expect(call['cell_same']!(call['cell_index']!(c, i), make(all[Number(at)]!))).toBe(
              Number(equal(all[Number(at)]!, all[Number(at)]!, true)),
            );
        } else {
          expect(index).toThrow(WebAssembly.RuntimeError);
        }
      });
    });

    it('slices and measures', () => {
      const at = fc.bigInt(-6n, 6n) as fc.Arbitrary<Value>;
      property([anyValue, at, at], ([c], v, a, b) => {
        if (isList(v) || typeof v === 'string') {
          const all: readonly Value[] = typeof v === 'string' ? [...v] : v.list;
          const part = all.slice(Number(a), Number(b) === 0 && Number(b) < 0 ? undefined : Number(b));
          const slice = keep(call['cell_slice']!(c, a, b));
          expect(call['cell_len']!(slice)).toBe(BigInt(part.length));
          const expected: Value =
            typeof v === 'string' ? part.join('') : { list: part, kind: isList(v) ? v.kind : 'cell' };
          expect(call['cell_compare']!(slice, make(expected))).toBe(0);
          expect(call['cell_len']!(c)).toBe(BigInt(all.length));
        } else if (isMap(v) || isStruct(v)) {
          expect(call['cell_len']!(c)).toBe(BigInt(entries(v).length));
        } else if (v === null) {
          expect(call['cell_slice']!(c, a, b)).toBe(0n);
          expect(call['cell_len']!(c)).toBe(0n);
        } else {
          expect(() => call['cell_len']!(c)).toThrow(WebAssembly.RuntimeError);
          expect(() => call['cell_slice']!(c, a, b)).toThrow(WebAssembly.RuntimeError);
        }
      });
    });

    it('finds elements', () => {
      property([anyValue, anyValue], ([c, x], v, e) => {
        if (isList(v)) {
          expect(call['cell_in']!(x, c)).toBe(Number(v.list.some((item) => equal(item, e, true))));
          for (const item of v.list) expect(call['cell_in']!(make(item), c)).toBe(Number(equal(item, item, true)));
        } else if (typeof v === 'string') {
          expect(call['cell_in']!(x, c)).toBe(Number(typeof e === 'string' && v.includes(e)));
        } else if (v === null) {
          expect(call['cell_in']!(x, c)).toBe(0);
        }
      });
    });

    it('walks', () => {
      property([anyValue], ([c], v) => {
        const keys = (): Value => read(BigInt(call['cell_keys']!(c)));
        if (isList(v)) expect(call['cell_keys']!(c)).toBe(Number(c));
        else if (typeof v === 'string') expect(keys()).toEqual({ list: [...v], kind: 'ref' });
        else if (v === null) expect(keys()).toEqual({ list: [], kind: 'cell' });
        else if (isStruct(v)) expect(keys()).toEqual({ list: entries(v).map(([k]) => k), kind: 'ref' });
        else if (isMap(v)) expect(listed(keys()).map(String)).toEqual(entries(v).map(([k]) => k));
        else expect(keys).toThrow(WebAssembly.RuntimeError);
      });
    });

    it('appends', () => {
      property([anyValue, anyValue], ([c, x], v, e) => {
        if (v !== null && !isList(v)) {
          expect(() => call['cell_append']!(c, x)).toThrow(WebAssembly.RuntimeError);
          return;
        }
        const before = isList(v) ? v.list : [];
        const after = keep(call['cell_append']!(c, x));
        expect(call['cell_len']!(after)).toBe(BigInt(before.length + 1));
        expect(call['cell_len']!(c)).toBe(BigInt(before.length));
        [...before, e].forEach((item, i) => {
          expect(call['cell_same']!(call['list_get_cell']!(Number(after), BigInt(i)), make(item))).toBe(
            Number(equal(item, item, true)),
          );
        });
      });
    });

    it('assigns to elements', () => {
      const index = fc.bigInt(-5n, 6n) as fc.Arbitrary<Value>;
      property([anyValue, index, scalar], ([c, i, x], v, k, e) => {
        if (!isList(v) || typeof k !== 'bigint') return;
        const length = BigInt(v.list.length);
        const at = k < 0n ? k + length : k;
        const assign = (): void => call['cell_index_set']!(c, i, x);
        if (
          at < 0n ||
          (at > length && v.kind !== 'cell' && v.kind !== 'ref') ||
          !mayStore(v.kind, v.list[Number(at)] ?? null, e)
        ) {
          expect(assign).toThrow(WebAssembly.RuntimeError);
          return;
        }
        assign();
        const expected = [...v.list];
        for (let j = length; j < at; j++) expected[Number(j)] = null;
        expected[Number(at)] = v.kind === 'f64' && typeof e === 'bigint' ? Number(e) : e;
        expect(call['cell_compare']!(c, make({ list: expected, kind: v.kind }))).toBe(0);
      });
    });

    function mayStore(kind: (typeof KINDS)[number], old: Value, v: Value): boolean {
      if (kind === 'bool') return typeof v === 'boolean';
      if (kind === 'i64') return typeof v === 'bigint';
      if (kind === 'f64') return isNumber(v);
      if (kind === 'ref') return v === null || (typeof v === 'string' && (old === null || typeof old === 'string'));
      return true;
    }

    it('assigns to entries and fields', () => {
      const key = scalar.filter((v) => typeof v === 'string' || typeof v === 'bigint');
      property([anyValue.filter((v) => isMap(v) && v.kind === 'cell'), key, anyValue], ([c, k, x], v, name, e) => {
        const ints = isMap(v) && typeof v.map[0]?.[0] === 'bigint';
        if (ints && typeof name === 'string') return;
        call['cell_index_set']!(c, k, x);
        expect(call['cell_index']!(c, k)).toBe(x);
        const expected = entries(v).filter(([old]) => old !== String(name));
        expect(call['cell_len']!(c)).toBe(BigInt(expected.length + 1));
        for (const [old, item] of expected) {
          expect(call['cell_same']!(call['cell_index']!(c, make(old)), make(item))).toBe(
            Number(equal(item, item, true)),
          );
        }
        if (typeof name === 'string') {
          call['cell_field_set']!(c, Number(k), make(e));
          expect(call['cell_same']!(call['cell_field']!(c, Number(k)), x)).toBe(Number(equal(e, e, true)));
        }
      });
      r.reset();
      const p = make({ struct: 1, values: [2.5, true, null, 'x', 1n] });
      const field = (name: string): number => Number(make(name));
      call['cell_field_set']!(p, field('zeta'), make(7n));
      call['cell_field_set']!(p, field('Age'), make(8n));
      call['cell_index_set']!(p, make('_'), make(false));
      call['cell_field_set']!(p, field('any'), make('any'));
      call['cell_field_set']!(p, field('name'), make(null));
      expect(read(p)).toEqual({ struct: 1, values: [8, false, 'any', null, 7n] });
      expect(read(call['cell_field']!(p, field('__name')))).toBe('P');
      expect(call['cell_field']!(p, field('nothing'))).toBe(0n);
    });

    it('adds up, averages, finds extremes', () => {
      const numbers = fc.array(
        fc.oneof(
          fc.bigInt(-1000n, 1000n),
          fc.integer({ min: -9, max: 9 }).map((n) => n / 2),
          fc.constant(null),
        ),
        { maxLength: 6 },
      );
      const lists = numbers.map((list): Value => ({ list, kind: 'cell' }));
      property([lists], ([c], v) => {
        const values = listed(v).filter(isNumber);
        const float = values.some((x) => typeof x === 'number');
        const sum = values.reduce((s: number, x) => s + Number(x), 0);
        expect(read(call['cell_sum']!(c))).toBe(float ? sum : BigInt(sum));
        expect(call['cell_avg']!(c)).toBe(values.length ? sum / values.length : 0);
        const least = Math.min(...values.map(Number));
        const most = Math.max(...values.map(Number));
        const show = (x: number): Value => (values.length === 0 ? 0n : float ? x : BigInt(x));
        expect(Number(read(call['cell_min']!(c)))).toBe(Number(show(least)));
        expect(typeof read(call['cell_max']!(c))).toBe(typeof show(most));
        expect(Number(read(call['cell_max']!(c)))).toBe(Number(show(most)));
      });
      r.reset();
      const words: Value = { list: ['b', 'é', 'a'], kind: 'ref' };
      expect(read(call['cell_min']!(make(words)))).toBe('a');
      expect(read(call['cell_max']!(make(words)))).toBe('é');
      expect(read(call['cell_sum']!(make({ list: ['1', '2.5', 'x'], kind: 'ref' })))).toBe(3.5);
      expect(call['cell_avg']!(make({ list: ['1', '2'], kind: 'ref' }))).toBe(1.5);
      const group: Value = {
        map: [
          ['items', { list: [1n, 2n], kind: 'i64' }],
          ['key', 'k'],
        ],
        kind: 'cell',
      };
      expect(read(call['cell_sum']!(make(group)))).toBe(3n);
      for (const name of ['cell_sum', 'cell_min', 'cell_max']) expect(read(call[name]!(0n))).toBe(0n);
      expect(call['cell_avg']!(0n)).toBe(0);
    });

    it('casts', () => {
      const numeric = fc.oneof(scalar, fc.constantFrom<Value>('12', '-7', '1.5', '1e3', '99999999999999999999'));
      property([numeric], ([c], v) => {
        const whole = (): bigint => call['cell_as_int']!(c);
        const float = (): number => call['cell_as_float']!(c);
        if (v === null) expect([whole(), float()]).toEqual([0n, 0]);
        else if (typeof v === 'bigint') expect([whole(), float()]).toEqual([v, Number(v)]);
        else if (typeof v === 'number') {
          expect(float()).toBe(v);
          if (v >= -(2 ** 63) && v < 2 ** 63) expect(whole()).toBe(BigInt(Math.trunc(v)));
          else expect(whole).toThrow(WebAssembly.RuntimeError);
        } else if (typeof v === 'string') {
          const isInt = /^[+-]?\d+$/.test(v) && fits(BigInt(v.replace('+', '')));
          if (isInt) expect(whole()).toBe(BigInt(v.replace('+', '')));
          else expect(whole).toThrow(WebAssembly.RuntimeError);
          if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(v) && Number.isFinite(Number(v)))
            expect(float()).toBe(Number(v));
          else expect(float).toThrow(WebAssembly.RuntimeError);
        } else {
          expect(whole).toThrow(WebAssembly.RuntimeError);
          expect(float).toThrow(WebAssembly.RuntimeError);
        }
        if (typeof v === 'string' || v === null) expect(BigInt(call['cell_as_str']!(c))).toBe(c);
        else expect(() => call['cell_as_str']!(c)).toThrow(WebAssembly.RuntimeError);
        if (typeof v === 'boolean') expect(call['cell_as_bool']!(c)).toBe(Number(v));
        else expect(() => call['cell_as_bool']!(c)).toThrow(WebAssembly.RuntimeError);
      });
    });
  });
}

describe('keys of maps', async () => {
  const { call, make, read } = await cellInstance(NAMES);

  it('are the same when their texts are', () => {
    const ints = make({
      map: [
        [1n, 'one'],
        [-2n, 'two'],
      ],
      kind: 'ref',
    });
    const strings = make({
      map: [
        ['1', 'one'],
        ['01', 'zero one'],
      ],
      kind: 'ref',
    });
    const get = (map: bigint, key: Value): Value => read(call['cell_index']!(map, make(key)));
    expect([get(ints, 1n), get(ints, '1'), get(ints, '-2')]).toEqual(['one', 'one', 'two']);
    expect([get(ints, '01'), get(ints, '+1'), get(ints, 'x'), get(ints, '')]).toEqual([null, null, null, null]);
    expect([get(strings, 1n), get(strings, '01'), get(strings, 2n)]).toEqual(['one', 'zero one', null]);
    call['cell_index_set']!(ints, make('7'), make('seven'));
    call['cell_index_set']!(strings, make(7n), make('seven'));
    expect([get(ints, 7n), get(strings, '7')]).toEqual(['seven', 'seven']);
  });
});

describe('errors of cells', () => {
  const list: Value = { list: [1n], kind: 'i64' };
  const strings: Value = { list: ['a'], kind: 'ref' };
  const map: Value = { map: [['a', 1n]], kind: 'i64' };
  const struct: Value = { struct: 2, values: [null] };
  it.each<[string, string, (Value | { raw: number | bigint })[]]>([
    ['cell_int', 'nil where an int is needed', [null]],
    ['cell_int', 'float where an int is needed', [1.5]],
    ['cell_float', 'string where a float is needed', ['x']],
    ['cell_bool', 'int where a bool is needed', [1n]],
    ['cell_ref', 'list where a string is needed', [list, { raw: 1 }]],
    ['cell_ref', 'int where a string is needed', [2n ** 60n, { raw: 1 }]],
    ['cell_ref', 'Q where a list is needed', [struct, { raw: 5 }]],
    ['cell_add', 'operator + cannot take string and int', ['a', 1n]],
    ['cell_sub', 'operator - cannot take list and list', [list, list]],
    ['cell_mul', 'integer overflow (declare the variable as bigint)', [2n ** 62n, 2n]],
    ['cell_add', 'integer overflow (declare the variable as bigint)', [MAX, 1n]],
    ['cell_div', 'division by zero', [1n, 0n]],
    ['cell_rem', 'division by zero', [1.5, 0]],
    ['cell_index', 'list index out of range: 1 (length 1)', [list, 1n]],
    ['cell_index', 'list index out of range: -2 (length 1)', [list, -2n]],
    ['cell_index', 'string index out of range: 2 (length 2)', ['ab', 2n]],
    ['cell_index', 'string index must be int, not string', ['ab', 'x']],
    ['cell_index', 'cannot index int', [3n, 'x']],
    ['cell_index', 'float where a map key (string or int) is needed', [map, 1.5]],
    ['cell_index_set', 'string where an int is needed', [list, 0n, 'x']],
    ['cell_index_set', 'list where a string is needed', [strings, 0n, list]],
    ['cell_index_set', 'int where an object is needed', [strings, 0n, 2n ** 60n]],
    ['cell_index_set', 'cannot assign to an element of nil', [null, 0n, 1n]],
    ['cell_field', 'list has no field x', [list, 'x']],
    ['cell_field_set', 'Q has no field x', [struct, 'x', 1n]],
    ['cell_field_set', 'nil has no field x', [null, 'x', 1n]],
    ['cell_slice', 'cannot slice bool', [true, { raw: 0n }, { raw: 1n }]],
    ['cell_len', 'cannot take the length of int', [3n]],
    ['cell_in', 'cannot look for an element in int', [1n, 1n]],
    ['cell_keys', 'cannot iterate over float', [1.5]],
    ['cell_append', 'string where a list is needed', ['x', 1n]],
    ['cell_sum', 'string where a list is needed', ['x']],
    ['str_join', 'list where a string is needed', [{ list: [list], kind: 'ref' }, ', ']],
    ['str_join', 'cannot cast int to an element of the list', [list, ', ']],
    ['cell_as_int', 'cannot cast "5.5" to int', ['5.5']],
    ['cell_as_str', 'cannot cast int to string', [5n]],
    ['cell_as_bool', 'cannot cast nil to bool', [null]],
    ['cell_as_float', 'cannot cast list to float', [list]],
  ])('%s: %s', async (name, message, values) => {
    const r = await cellInstance([name]);
    const args = values.map((v) => {
      if (typeof v === 'object' && v !== null && 'raw' in v) return v.raw;
      return r.make(v);
    });
    if (name.startsWith('cell_field') || name === 'str_join') args[1] = Number(args[1]);
    if (name === 'str_join') args[0] = Number(args[0]);
    expect(() => r.call[name]!(...args)).toThrow(WebAssembly.RuntimeError);
    expect(r.stderr()).toBe(`error: ${message}\n`);
  });
});
