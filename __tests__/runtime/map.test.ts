import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instanceWithRoots, KINDS, type Kind, readList, staticString, type Value } from './values.ts';

const NAMES = [
  'map_new',
  'map_put_i64',
  'map_put_str',
  'map_find_i64',
  'map_find_str',
  'map_len',
  'map_keys',
  'map_values',
  'map_key_at',
  'str_concat',
];

type Key = bigint | string;
const compareBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const textOrder = (a: Key, b: Key): number => compareBytes(String(a), String(b));

const intKey = fc.oneof(
  fc.bigInt(-20n, 20n),
  fc.integer({ min: 0, max: 40 }).map((n) => BigInt(n) << 40n),
  fc.integer({ min: 0, max: 18 }).map((n) => 10n ** BigInt(n)),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
);
const WORDS = ['', 'a', 'b', 'c', 'ab', 'abc', 'abcdefgh', 'abcdefghi', 'abcdefgh\0', 'é', '😀', ...'defghijklmnop'];

for (const gcStress of [false, true]) {
  describe(gcStress ? 'maps, collecting at every allocation' : 'maps', async () => {
    const r = await instanceWithRoots(NAMES, { gcStress });
    const { call, keep } = r;
    const runs = { numRuns: gcStress ? 40 : 200 };

    function put(map: number, key: Key, value: bigint): void {
      const at: number =
        typeof key === 'bigint' ? call['map_put_i64']!(map, key) : call['map_put_str']!(map, text(key));
      r.view().setBigInt64(at, value, true);
    }

    function find(map: number, key: Key): bigint | undefined {
      const at: number =
        typeof key === 'bigint' ? call['map_find_i64']!(map, key) : call['map_find_str']!(map, text(key));
      return at === 0 ? undefined : r.view().getBigInt64(at, true);
    }

    /** Half of the keys are fresh objects, so that finding them must compare text. */
    let fresh = 0;
    function text(key: string): number {
      const known = staticString(r, key);
      if (key === '' || fresh++ % 2 === 0) return known;
      const first = [...key][0]!;
      return keep(3, call['str_concat']!(staticString(r, first), staticString(r, key.slice(first.length))));
    }

    function behavesAsMap(keyKind: 0 | 1, operations: readonly { key: Key; put: boolean; keys: boolean }[]): void {
      const map: number = keep(1, call['map_new']!(keyKind, KINDS.indexOf('i64')));
      const model = new Map<Key, bigint>();
      operations.forEach(({ key, put: write, keys }, i) => {
        expect(find(map, key)).toBe(model.get(key));
        if (write) {
          model.set(key, BigInt(i));
          put(map, key, BigInt(i));
          expect(find(map, key)).toBe(BigInt(i));
        }
        expect(call['map_len']!(map)).toBe(BigInt(model.size));
        if (keys) {
          const sorted = [...model.keys()].sort(textOrder);
          const list: number = call['map_keys']!(map);
          expect(readList(r, list)).toEqual(sorted);
          expect(call['map_keys']!(map)).toBe(list);
          expect(readList(r, keep(2, call['map_values']!(map)))).toEqual(sorted.map((k) => model.get(k)));
        }
      });
      for (const [key, value] of model) expect(find(map, key)).toBe(value);
    }

    const operations = <T extends Key>(key: fc.Arbitrary<T>): fc.Arbitrary<{ key: T; put: boolean; keys: boolean }[]> =>
      fc.array(fc.record({ key, put: fc.boolean(), keys: fc.nat(7).map((n) => n === 0) }), {
        maxLength: 120,
        size: 'max',
      });

    it('with int keys behave as maps', () => {
      fc.assert(
        fc.property(operations(intKey), (steps) => behavesAsMap(1, steps)),
        runs,
      );
    });

    it('with string keys behave as maps', () => {
      fc.assert(
        fc.property(operations(fc.constantFrom(...WORDS)), (steps) => behavesAsMap(0, steps)),
        runs,
      );
    });

    it('keep the order of insertion', () => {
      fc.assert(
        fc.property(fc.array(fc.constantFrom(...WORDS)), (keys) => {
          const map: number = keep(1, call['map_new']!(0, 1));
          for (const key of keys) put(map, key, 0n);
          const found = [...new Set(keys)].map((_, i) => r.text(Number(call['map_key_at']!(map, i))));
          expect(found).toEqual([...new Set(keys)]);
        }),
        runs,
      );
    });

    it('hold values of every kind', () => {
      const samples: Record<Kind, number> = { bool: 1, i64: 8, f64: 8, ref: 4, cell: 8 };
      for (const kind of KINDS) {
        const map: number = keep(1, call['map_new']!(1, KINDS.indexOf(kind)));
        const expected: Value[] = [];
        for (let i = 10; i < 40; i++) {
          const at: number = call['map_put_i64']!(map, BigInt(i));
          const view = r.view();
          expect(view.getBigInt64(at, true)).toBe(0n);
          if (kind === 'f64') view.setFloat64(at, i / 2, true);
          else if (kind === 'ref') view.setUint32(at, staticString(r, WORDS[i % 7]!), true);
          else if (kind === 'cell') view.setBigUint64(at, 0x0001_0000_0000_0000n + BigInt(i % 2), true);
          else if (samples[kind] === 1) view.setUint8(at, i % 2);
          else view.setBigInt64(at, BigInt(i), true);
          expected.push(
            { bool: i % 2 === 1, i64: BigInt(i), f64: i / 2, ref: WORDS[i % 7]!, cell: i % 2 === 1 }[kind] as Value,
          );
        }
        expect(readList(r, keep(2, call['map_values']!(map)))).toEqual(expected);
      }
    });

    it('that are null are empty', () => {
      expect(call['map_len']!(0)).toBe(0n);
      expect(call['map_find_i64']!(0, 5n)).toBe(0);
      expect(call['map_find_str']!(0, staticString(r, 'a'))).toBe(0);
      expect(readList(r, call['map_keys']!(0))).toEqual([]);
      expect(readList(r, call['map_values']!(0))).toEqual([]);
    });
  });
}

describe('large maps', () => {
  const patterns: [string, (i: bigint) => bigint][] = [
    ['neighbours', (i) => i],
    ['multiples of a power of two', (i) => i << 32n],
    ['multiples of a million', (i) => i * 1_000_000n],
    ['pairs', (i) => ((i % 300n) << 32n) | (i / 300n)],
    ['negative numbers', (i) => -i * 65_536n],
  ];
  for (const [name, keyOf] of patterns) {
    it(`of ${name} find all keys`, async () => {
      const r = await instanceWithRoots(['map_new', 'map_put_i64', 'map_find_i64', 'map_len']);
      const map = r.keep(1, r.call['map_new']!(1, 1));
      const n = 60_000n;
      for (let i = 0n; i < n; i++) {
        const at: number = r.call['map_put_i64']!(map, keyOf(i));
        r.view().setBigInt64(at, i, true);
      }
      expect(r.call['map_len']!(map)).toBe(n);
      for (let i = 0n; i < n; i += 3n) {
        expect(r.view().getBigInt64(r.call['map_find_i64']!(map, keyOf(i)), true)).toBe(i);
      }
      expect(r.call['map_find_i64']!(map, keyOf(n))).toBe(0);
    });
  }
});

describe('errors of maps', () => {
  it('insertion into null', async () => {
    const r = await instanceWithRoots(['map_put_i64']);
    expect(() => r.call['map_put_i64']!(0, 1n)).toThrow(WebAssembly.RuntimeError);
    expect(r.stderr()).toBe('error: nil where a map is needed\n');
  });
  it('null as a key', async () => {
    const r = await instanceWithRoots(['map_new', 'map_put_str']);
    const map = r.keep(1, r.call['map_new']!(0, 1));
    expect(() => r.call['map_put_str']!(map, 0)).toThrow(WebAssembly.RuntimeError);
    expect(r.stderr()).toBe('error: nil where a map key is needed\n');
  });
});
