import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  argument,
  instanceWithRoots,
  KINDS,
  type Kind,
  readCell,
  readList,
  staticString,
  type Value,
  writeList,
} from './values.ts';

const WORDS = ['', 'a', 'b', 'ab', 'abc', 'abcdefgh', 'abcdefghi', 'abcdefgi', 'z', 'é', 'zz\0'];

/** Elements that lists of each kind hold in these tests. */
const ELEMENTS: Record<Kind, fc.Arbitrary<Value>> = {
  bool: fc.boolean(),
  i64: fc.oneof(fc.bigInt(-3n, 5n), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)),
  f64: fc.oneof(fc.constantFrom(0, -0, 1, 1.5, -2), fc.double({ noNaN: true })),
  ref: fc.constantFrom(...WORDS, null),
  cell: fc.oneof(fc.bigInt(-3n, 3n), fc.constantFrom<Value>(0.5, 1, 'a', 'b', '', null, true, false)),
};
const ELEMENT_NAMES = [
  'list_get',
  'list_set',
  'list_push',
  'list_append',
  'list_append_owned',
  'list_contains',
] as const;

const NAMES = [
  'list_new',
  'list_slice',
  'list_step',
  'list_concat',
  'list_reverse',
  'list_range',
  'list_convert',
  'rows_sort_numbers',
  'rows_sort_columns',
  'rows_sort_plain_columns',
  'list_distinct',
  'list_union',
  'list_union_all',
  'list_except',
  'list_intersect',
  'list_len',
  'share',
  'flush',
  ...KINDS.map((kind) => `rows_sort$${kind}`),
  ...KINDS.flatMap((kind) => ELEMENT_NAMES.map((name) => `${name}$${kind}`)),
];

const anyKind = fc.constantFrom(...KINDS);
const kindAndList = anyKind.chain((kind) =>
  fc.record({ kind: fc.constant(kind), values: fc.array(ELEMENTS[kind], { maxLength: 40, size: 'max' }) }),
);
const index = fc.oneof(fc.integer({ min: -50, max: 50 }).map(BigInt), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n));

function clamp(i: bigint, length: number): number {
  const at = i < 0n ? i + BigInt(length) : i;
  return Number(at < 0n ? 0n : at > BigInt(length) ? BigInt(length) : at);
}

for (const gcStress of [false, true]) {
  const runs = { numRuns: gcStress ? 40 : 200 };
  describe(gcStress ? 'lists, collecting at every allocation' : 'lists', async () => {
    const r = await instanceWithRoots(NAMES, { gcStress });
    const { call, keep } = r;
    const make = (kind: Kind, values: readonly Value[], slot = 1): number => keep(slot, writeList(r, kind, values));
    const result = (ref: number): Value[] | null => readList(r, keep(9, ref));

    it('behave as arrays under sequences of operations', () => {
      const operation = fc.record({
        name: fc.constantFrom('get', 'set', 'push', 'append', 'owned', 'share', 'append over'),
        at: fc.integer({ min: -60, max: 60 }),
        pick: fc.nat(),
      });
      fc.assert(
        fc.property(
          kindAndList,
          fc.array(operation, { maxLength: 60, size: 'max' }),
          ({ kind, values }, operations) => {
            const pool: Value[] = values.length > 0 ? [...values] : kind === 'ref' || kind === 'cell' ? ['a'] : [];
            if (pool.length === 0) return;
            let list = make(kind, values);
            let model = [...values];
            let shared = false;
            for (const { name, at, pick } of operations) {
              const value = pool[pick % pool.length]!;
              const arg = argument(r, kind, value);
              if (name === 'get') {
                if (at >= -model.length && at < model.length) {
                  expect(call[`list_get$${kind}`]!(list, BigInt(at))).toBe(argument(r, kind, model.at(at)!));
                }
              } else if (name === 'set') {
                const grows = kind === 'ref' || kind === 'cell';
                if (at < -model.length || at > (grows ? model.length + 20 : model.length)) continue;
                const i = at < 0 ? at + model.length : at;
                while (model.length < i) model.push(null);
                model[i] = value;
                call[`list_set$${kind}`]!(list, BigInt(at), arg);
              } else if (name === 'push') {
                model.push(value);
                call[`list_push$${kind}`]!(list, arg);
              } else if (name === 'append') {
                expect(result(call[`list_append$${kind}`]!(list, arg))).toEqual([...model, value]);
              } else if (name === 'share') {
                expect(call['share']!(list)).toBe(list);
                shared = true;
              } else {
                const longer: number = call[`list_append_owned$${kind}`]!(list, arg);
                expect(longer === list).toBe(!shared);
                shared = false;
                list = keep(1, longer);
                model = [...model, value];
              }
              expect(readList(r, list)).toEqual(model);
            }
          },
        ),
        runs,
      );
    });

    it('slice, step and reverse', () => {
      fc.assert(
        fc.property(kindAndList, index, index, fc.integer({ min: -4, max: 4 }), ({ kind, values }, a, b, step) => {
          const list = make(kind, values);
          const part = values.slice(clamp(a, values.length), clamp(b, values.length));
          expect(result(call['list_slice']!(list, a, b))).toEqual(part);
          expect(result(call['list_reverse']!(list))).toEqual([...values].reverse());
          if (step === 0) return;
          const order = step < 0 ? [...part].reverse() : part;
          expect(result(call['list_step']!(list, a, b, BigInt(step)))).toEqual(
            order.filter((_, i) => i % Math.abs(step) === 0),
          );
          expect(readList(r, list)).toEqual(values);
        }),
        runs,
      );
    });

    it('step by steps longer than the list', () => {
      const list = make('i64', [1n, 2n, 3n]);
      expect(result(call['list_step']!(list, 0n, 3n, 2n ** 62n))).toEqual([1n]);
      expect(result(call['list_step']!(list, 0n, 3n, -(2n ** 63n)))).toEqual([3n]);
    });

    it('concatenate', () => {
      fc.assert(
        fc.property(
          anyKind.chain((kind) => fc.tuple(fc.constant(kind), fc.array(ELEMENTS[kind]), fc.array(ELEMENTS[kind]))),
          ([kind, xs, ys]) => {
            const a = make(kind, xs);
            const b = make(kind, ys, 2);
            expect(result(call['list_concat']!(a, b))).toEqual([...xs, ...ys]);
            expect(result(call['list_concat']!(a, 0))).toEqual(xs);
            expect(result(call['list_concat']!(0, b))).toEqual(ys);
          },
        ),
        runs,
      );
    });

    it('make ranges', () => {
      const small = fc.integer({ min: -100, max: 100 });
      fc.assert(
        fc.property(
          small,
          small,
          fc.integer({ min: -9, max: 9 }).filter((n) => n !== 0),
          (a, b, step) => {
            const model: bigint[] = [];
            for (let i = a; step > 0 ? i < b : i > b; i += step) model.push(BigInt(i));
            expect(result(call['list_range']!(BigInt(a), BigInt(b), BigInt(step)))).toEqual(model);
          },
        ),
        runs,
      );
      const low = -(2n ** 63n);
      const high = 2n ** 63n - 1n;
      expect(result(call['list_range']!(low, high, high))).toEqual([low, -1n, high - 1n]);
      expect(result(call['list_range']!(high, low, low))).toEqual([high, -1n]);
    });

    it('read null as an empty list', () => {
      expect(call['list_len']!(0)).toBe(0n);
      expect(result(call['list_append$i64']!(0, 7n))).toEqual([7n]);
      expect(result(call['list_append_owned$ref']!(0, 0))).toEqual([null]);
      expect(call['list_slice']!(0, 0n, 1n)).toBe(0);
      expect(call['list_concat']!(0, 0)).toBe(0);
      expect(call['list_contains$i64']!(0, 7n)).toBe(0);
    });

    it('find elements by type and value', () => {
      fc.assert(
        fc.property(
          kindAndList,
          anyKind.chain((k) => fc.tuple(fc.constant(k), ELEMENTS[k])),
          (list, [kind, value]) => {
            const expected = list.values.some(
              (v) => typeof v === typeof value && v === value && (v !== null || value === null),
            );
            const found = call[`list_contains$${kind}`]!(make(list.kind, list.values), argument(r, kind, value));
            expect(found).toBe(expected ? 1 : 0);
          },
        ),
        runs,
      );
    });

    it('sort stably', () => {
      const bytewise = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
      const order = (a: Value, b: Value): number =>
        typeof a === 'string' ? bytewise(a, b as string) : a! < b! ? -1 : a! > b! ? 1 : 0;
      const sortable = fc.constantFrom<Kind>('bool', 'i64', 'f64', 'ref', 'cell').chain((kind) => {
        const element: fc.Arbitrary<Value> =
          kind === 'ref'
            ? fc.oneof(fc.constantFrom(...WORDS), fc.constantFrom(...WORDS.map((w) => `abcdefgh${w}`)))
            : kind === 'cell'
              ? fc.oneof(fc.bigInt(-20n, 20n), fc.constantFrom(0.5, 1, 2.25))
              : ELEMENTS[kind];
        return fc.record({ kind: fc.constant(kind), values: fc.array(element, { maxLength: 70, size: 'max' }) });
      });
      fc.assert(
        fc.property(sortable, ({ kind, values }) => {
          const places = values.map((_, i) => BigInt(i));
          const sorted = [...places].sort((i, j) => order(values[Number(i)]!, values[Number(j)]!) || Number(i - j));
          const sorts: readonly [name: string, ...more: number[]][] = [
            [`rows_sort$${kind}`],
            ['rows_sort$cell'],
            ...(kind === 'cell' ? [['rows_sort_numbers'] as [string]] : []),
            ['rows_sort_columns', 1],
            ['rows_sort_plain_columns', 1],
          ];
          for (const [name, ...more] of sorts) {
            const keys = make(kind, values);
            const rows = make('i64', places, 2);
            const lists = keep(3, call['list_new']!(3, 2));
            call['list_push$ref']!(lists, keys);
            call['list_push$ref']!(lists, rows);
            call[name]!(lists, ...more, 60);
            expect(readList(r, keys)).toEqual([...values].sort(order).slice(0, 60));
            expect(readList(r, rows)).toEqual(sorted.slice(0, 60));
          }
        }),
        runs,
      );
    });

    it('convert their elements', () => {
      fc.assert(
        fc.property(kindAndList, ({ kind, values }) => {
          const list = make(kind, values);
          const cells = keep(2, call['list_convert']!(list, 4));
          const normal = values.map((v) => (Object.is(v, -0) ? -0 : v));
          expect(readList(r, cells)).toEqual(normal);
          if (kind !== 'cell') expect(result(call['list_convert']!(cells, KINDS.indexOf(kind)))).toEqual(values);
        }),
        runs,
      );
      const ints = make('i64', [1n, -2n, 2n ** 60n]);
      expect(result(call['list_convert']!(ints, 2))).toEqual([1, -2, 2 ** 60]);
    });

    it('are sets when asked', () => {
      const same = (a: Value, b: Value): boolean => typeof a === typeof b && (a === b || (a === 0 && b === 0));
      const has = (xs: readonly Value[], v: Value): boolean => xs.some((x) => same(x, v));
      const distinct = (xs: readonly Value[]): Value[] => xs.filter((v, i) => !has(xs.slice(0, i), v));
      fc.assert(
        fc.property(kindAndList, kindAndList, (one, other) => {
          const a = make(one.kind, one.values);
          const b = make(other.kind, other.values, 2);
          const [xs, ys] = [one.values, other.values];
          const plain = (list: Value[] | null): unknown => list?.map((v) => (Object.is(v, -0) ? 0 : v));
          expect(plain(result(call['list_distinct']!(a)))).toEqual(plain(distinct(xs)));
          expect(plain(result(call['list_union']!(a, b)))).toEqual(plain(distinct([...xs, ...ys])));
          expect(plain(result(call['list_union_all']!(a, b)))).toEqual(plain([...xs, ...ys]));
          expect(plain(result(call['list_except']!(a, b)))).toEqual(plain(xs.filter((v) => !has(ys, v))));
          expect(plain(result(call['list_intersect']!(a, b)))).toEqual(plain(distinct(ys.filter((v) => has(xs, v)))));
        }),
        runs,
      );
    });
  });
}

describe('large lists', () => {
  it('keep their elements while they grow', async () => {
    const r = await instanceWithRoots(['list_new', 'list_push$i64', 'list_get$i64', 'list_push$cell', 'list_get$cell']);
    const ints = r.keep(1, writeList(r, 'i64', []));
    const cells = r.keep(2, writeList(r, 'cell', []));
    const n = 300_000;
    for (let i = 0; i < n; i++) {
      r.call['list_push$i64']!(ints, BigInt(i * i));
      if (i % 3 === 0) r.call['list_push$cell']!(cells, argument(r, 'cell', BigInt(i)));
    }
    for (let i = 0; i < n; i += 7) expect(r.call['list_get$i64']!(ints, BigInt(i))).toBe(BigInt(i * i));
    for (let i = 0; i < n / 3; i += 7) {
      expect(readCell(r, r.call['list_get$cell']!(cells, BigInt(i)))).toBe(BigInt(i * 3));
    }
  });

  it('sort and become sets in about linear time', async () => {
    const r = await instanceWithRoots(['list_new', 'list_push$ref', 'rows_sort$i64', 'list_distinct', 'list_except']);
    const n = 200_000;
    const values = Array.from({ length: n }, (_, i) => BigInt((i * 7919) % n));
    const list = r.keep(1, writeList(r, 'i64', values));
    const lists = r.keep(2, r.call['list_new']!(3, 1));
    r.call['list_push$ref']!(lists, list);
    r.call['rows_sort$i64']!(lists, n);
    expect(readList(r, list)!.every((v, i) => v === BigInt(i))).toBe(true);
    expect(readList(r, r.keep(3, r.call['list_distinct']!(list)))).toHaveLength(n);
    expect(readList(r, r.keep(4, r.call['list_except']!(list, list)))).toEqual([]);
  });
});

describe('hashes', async () => {
  const r = await instanceWithRoots(['list_new', 'list_convert', 'map_new', 'map_put_str', 'ref_hash']);
  const { call, keep } = r;

  it('of equal lists are equal, whatever kind the lists are of', () => {
    fc.assert(
      fc.property(kindAndList, ({ kind, values }) => {
        const list = keep(1, writeList(r, kind, values));
        const cells = keep(2, call['list_convert']!(list, 4));
        expect(call['ref_hash']!(cells)).toBe(call['ref_hash']!(list));
        const other = values.map((v) => (Object.is(v, -0) ? 0 : v));
        expect(call['ref_hash']!(keep(3, writeList(r, kind, other)))).toBe(call['ref_hash']!(list));
      }),
    );
  });

  it('of points and of rows with equal sums differ', () => {
    const points = new Set<number>();
    const rows = new Set<number>();
    for (let x = 0n; x < 100n; x++) {
      for (let y = 0n; y < 100n; y++) points.add(call['ref_hash']!(keep(1, writeList(r, 'i64', [x, y]))));
    }
    for (let i = 0n; i < 5000n; i++) {
      const row: number = keep(1, call['map_new']!(0, 1));
      for (const [key, value] of [
        ['id', i],
        ['rest', 20_000n - i],
      ] as const) {
        const at: number = call['map_put_str']!(row, staticString(r, key));
        r.view().setBigInt64(at, value, true);
      }
      rows.add(call['ref_hash']!(row));
    }
    expect(points.size).toBeGreaterThan(9_990);
    expect(rows.size).toBeGreaterThan(4_990);
  });
});

describe('errors of lists', () => {
  const cases: [
    string,
    (call: Record<string, (...args: unknown[]) => unknown>, xs: number, refs: number) => unknown,
    string,
  ][] = [
    ['index at the end', (c, xs) => c['list_get$i64']!(xs, 3n), 'list index out of range: 3 (length 3)'],
    ['index far off', (c, xs) => c['list_get$i64']!(xs, 2n ** 62n), `list index out of range: ${2n ** 62n} (length 3)`],
    ['negative index', (c, xs) => c['list_get$i64']!(xs, -4n), 'list index out of range: -4 (length 3)'],
    [
      'smallest index',
      (c, xs) => c['list_get$i64']!(xs, -(2n ** 63n)),
      `list index out of range: ${-(2n ** 63n)} (length 3)`,
    ],
    ['index of null', (c) => c['list_get$i64']!(0, 0n), 'list index out of range: 0 (length 0)'],
    ['assignment to null', (c) => c['list_set$i64']!(0, 0n, 1n), 'nil where a list is needed'],
    ['negative assignment', (c, xs) => c['list_set$i64']!(xs, -4n, 1n), 'list index out of range: -4 (length 3)'],
    [
      'assignment beyond the end',
      (c, xs) => c['list_set$i64']!(xs, 5n, 1n),
      'assignment beyond the end of the list: index 5 (length 3)',
    ],
    ['huge assignment', (c, _, refs) => c['list_set$ref']!(refs, 2n ** 40n, 0), 'out of memory'],
    ['step 0', (c, xs) => c['list_step']!(xs, 0n, 1n, 0n), 'slice step must not be 0'],
    ['range step 0', (c) => c['list_range']!(0n, 1n, 0n), 'range step must not be 0'],
    ['huge range', (c) => c['list_range']!(0n, 2n ** 40n, 1n), 'out of memory'],
  ];
  for (const [name, run, message] of cases) {
    it(name, async () => {
      const r = await instanceWithRoots([
        'list_new',
        'list_get$i64',
        'list_set$i64',
        'list_set$ref',
        'list_step',
        'list_range',
      ]);
      const xs = r.keep(1, writeList(r, 'i64', [1n, 2n, 3n]));
      const refs = r.keep(2, writeList(r, 'ref', []));
      expect(() => run(r.call, xs, refs)).toThrow(WebAssembly.RuntimeError);
      expect(r.stderr()).toBe(`error: ${message}\n`);
    });
  }
});
