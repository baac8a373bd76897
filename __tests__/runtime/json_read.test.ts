import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type DataProgram, dataProgram } from './data-program.ts';

const pieces = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
const text = fc.string({ unit: 'binary', maxLength: 12 });
const value = fc.letrec<{ value: unknown; record: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, 0, -1, 1e300, 5e-324, 123456789012, '', 'a', '\u2028', '</script>&'),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    text,
    fc.array(tie('value'), { maxLength: 4 }),
    tie('record'),
  ),
  record: fc.dictionary(text, tie('value'), { maxKeys: 5, noNullPrototype: true }),
})).record;

/** JSON with white space anywhere and every character escaped that a turn says. */
function spell(v: unknown, turns: readonly number[]): string {
  let at = 0;
  const turn = () => turns[at++ % turns.length]!;
  const space = () => ['', ' ', '\n', '\t \r\n', ''][turn() % 5]!;
  const string = (s: string) => {
    const units = s.split('').map((c) => {
      const plain = JSON.stringify(c).slice(1, -1);
      return turn() % 3 ? plain : `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`;
    });
    return turn() % 2 ? JSON.stringify(s) : `"${units.join('')}"`;
  };
  const go = (x: unknown): string => {
    if (typeof x === 'string') return string(x);
    if (Array.isArray(x)) return `[${space()}${x.map(go).join(`${space()},${space()}`)}${space()}]`;
    if (x !== null && typeof x === 'object') {
      const members = Object.entries(x).map(([k, y]) => `${string(k)}${space()}:${space()}${go(y)}`);
      return `{${space()}${members.join(`,${space()}`)}${space()}}`;
    }
    return JSON.stringify(x);
  };
  return go(v);
}

/** The order in which keys are written: that of their UTF-8 bytes. */
function sorted(v: unknown): unknown {
  if (Array.isArray(v)) return v.map(sorted);
  if (v === null || typeof v !== 'object') return v;
  const order = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  const keys = Object.keys(v).sort(order);
  return keys.map((k) => [k, sorted((v as Record<string, unknown>)[k])]);
}

describe('load of JSON', () => {
  let json: DataProgram;
  let lines: DataProgram;
  beforeAll(async () => {
    json = await dataProgram('save load as any with { format: "json" } with { format: "json" }');
    lines = await dataProgram('save load as any with { format: "jsonl" } with { format: "jsonl" }');
  });

  it('reads what JSON.stringify writes, however it is spelled and arrives', async () => {
    const turns = fc.array(fc.nat(30), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 4 }), turns, pieces, async (rows, spelling, sizes) => {
        const result = await json.run(spell(rows, spelling), sizes);
        expect(result.error).toBe('');
        const want = rows.length === 1 ? rows[0] : rows;
        expect(sorted(JSON.parse(result.out))).toEqual(sorted(JSON.parse(JSON.stringify(want))));
      }),
      { numRuns: 150 },
    );
  });

  it('reads a row a line', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { maxLength: 6 }),
        pieces,
        fc.constantFrom('\n', '\r\n', '\n\n'),
        async (rows, sizes, end) => {
          const result = await lines.run(rows.map((row) => JSON.stringify(row) + end).join(''), sizes);
          const got = result.out.split('\n').slice(0, -1);
          expect(got.map((line) => sorted(JSON.parse(line)))).toEqual(
            rows.map((row) => sorted(JSON.parse(JSON.stringify(row)))),
          );
        },
      ),
    );
  });

  it('refuses what JSON.parse refuses', async () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      '\\u12',
      '1',
      '0',
      '-',
      '+',
      '.',
      'e',
      'tru',
      'true',
      'null',
      ' ',
      '\n',
      '\x01',
      'a',
    );
    const edit = fc.record({ at: fc.nat(200), remove: fc.nat(2), insert: fc.oneof(fc.constant(''), piece) });
    await fc.assert(
      fc.asyncProperty(value, edit, pieces, async (row, change, sizes) => {
        const whole = JSON.stringify(row);
        const at = change.at % (whole.length + 1);
        const input = whole.slice(0, at) + change.insert + whole.slice(at + change.remove);
        let parsed: unknown;
        try {
          parsed = JSON.parse(input);
        } catch {
          parsed = undefined;
        }
        const fits =
          parsed !== null &&
          typeof parsed === 'object' &&
          !Array.isArray(parsed) &&
          !JSON.stringify(parsed).includes('null');
        const result = await json.run(input, sizes);
        if (fits) expect(result.error).toBe('');
        else if (parsed === undefined && input.trim() !== '')
          expect(result.error, JSON.stringify(input)).toMatch(/^error: /);
      }),
      { numRuns: 250 },
    );
  });

  it('reads strings longer than its buffer, and deep data to a limit', async () => {
    const long = 'x\u00e9\\"'.repeat(60_000);
    const result = await json.run(JSON.stringify({ long }), [50_000, 1]);
    expect(JSON.parse(result.out)).toEqual({ long });
    const deep = (n: number) => `{"a":${'['.repeat(n)}${']'.repeat(n)}}`;
    expect((await json.run(deep(1500))).error).toBe('');
    expect((await json.run(deep(200_000))).error).toContain('nested too deeply');
  });

  it('makes one character of an escaped pair, and U+FFFD of half of one', async () => {
    const result = await json.run(
      '{"a":"\\ud83d\\ude00","b":"\\ud83d","c":"\\ude00x","d":"\\ud83d\\u0041","e":"\\ud83d\\ud83d\\ude00"}',
      [1],
    );
    expect(JSON.parse(result.out)).toEqual({ a: '😀', b: '\ufffd', c: '\ufffdx', d: '\ufffdA', e: '\ufffd😀' });
  });
});

describe('load of JSON as a struct', () => {
  const TYPED = `
type Item { name: string, count: int }
type Order { id: int, items: list<Item>, by: map<string, float>, next: Order?, any: any, big: list<list<int>> }
let rows = load as Order with { format: "json" }
save rows with { format: "json" }
`;
  const item = fc.record({ name: text, count: fc.maxSafeInteger() });
  const order = fc.letrec<{ order: unknown }>((tie) => ({
    order: fc.record({
      id: fc.maxSafeInteger(),
      items: fc.array(item, { maxLength: 3 }),
      by: fc.dictionary(text, fc.double({ noNaN: true, noDefaultInfinity: true }), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
      next: fc.option(tie('order'), { maxDepth: 2, depthSize: 'small' }),
      any: value,
      big: fc.array(fc.array(fc.maxSafeInteger(), { maxLength: 3 }), { maxLength: 3 }),
    }),
  })).order;
  let program: DataProgram;
  beforeAll(async () => {
    program = await dataProgram(TYPED);
  });

  /** A struct as it is written: with its type's name. */
  function named(v: unknown, type: string): unknown {
    if (v === null) return null;
    const { items, next, ...rest } = v as { items: object[]; next: unknown };
    if (type === 'Item') return { __name: 'Item', ...(v as object) };
    return { __name: 'Order', ...rest, items: items.map((i) => named(i, 'Item')), next: named(next ?? null, 'Order') };
  }

  it('makes the values of its fields', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(order, { minLength: 2, maxLength: 4 }), pieces, async (rows, sizes) => {
        const result = await program.run(JSON.stringify(rows), sizes);
        expect(result.error).toBe('');
        const want: unknown = JSON.parse(JSON.stringify(rows.map((row) => named(row, 'Order'))));
        expect(sorted(JSON.parse(result.out))).toEqual(sorted(want));
      }),
      { numRuns: 80 },
    );
  });

  it('says what does not fit', async () => {
    const good = { id: 1, items: [], by: {}, any: 1, big: [] };
    const error = async (change: object) => {
      const row: Record<string, unknown> = { ...good, ...change };
      for (const key of Object.keys(row)) if (row[key] === undefined) delete row[key];
      return (await program.run(JSON.stringify([row]))).error;
    };
    const at = ' ("standard input", line 1)\n';
    expect(await error({})).toBe('');
    expect(await error({ id: undefined })).toBe(`error: missing field id for Order${at}`);
    expect(await error({ items: [{ name: 'x' }] })).toBe(`error: missing field count for Item${at}`);
    expect(await error({ id: 'x' })).toBe(`error: cannot cast "x" to int, field id${at}`);
    expect(await error({ id: '12' })).toBe('');
    expect(await error({ id: null })).toBe('');
    expect(await error({ id: [] })).toBe(`error: cannot cast list to int, field id${at}`);
    expect(await error({ id: true })).toBe(`error: cannot cast bool to int, field id${at}`);
    expect(await error({ items: null })).toBe(`error: cannot cast nil to list, field items${at}`);
    expect(await error({ items: [3] })).toBe(`error: cannot cast float to Item, field items${at}`);
    expect(await error({ items: [{ name: 3, count: 1 }] })).toBe(`error: cannot cast float to string, field name${at}`);
    expect(await error({ by: [] })).toBe(`error: cannot cast list to map, field by${at}`);
    expect(await error({ next: 'x' })).toBe(`error: cannot cast "x" to Order, field next${at}`);
    expect(await error({ big: [[1e30]] })).toBe(`error: a number is too large for int, field big${at}`);
  });

  it('notices missing fields of structs with many', async () => {
    const names = [...Array(70).keys()].map((i) => `f${i}`);
    const wide = await dataProgram(`type Wide { ${names.map((n) => `${n}: int`).join(', ')} }
print(len(load as Wide with { format: "jsonl" }))`);
    const row = Object.fromEntries(names.map((n, i) => [n, i]));
    expect((await wide.run(`${JSON.stringify(row)}\n${JSON.stringify(row)}`)).out).toBe('2\n');
    for (const missing of ['f0', 'f64', 'f69']) {
      const { [missing]: _, ...rest } = row;
      expect((await wide.run(JSON.stringify(rest))).error).toContain(`missing field ${missing} for Wide`);
    }
  });
});
