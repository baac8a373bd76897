import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type DataProgram, dataProgram } from './data-program.ts';

const pieces = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: fc.constantFrom(...'-:# "\'\\[]{},&*!|>?%@`~\n\t=<.0ay'), maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.constantFrom(
    'true',
    'Null',
    'yes',
    '~',
    '1',
    '1.5',
    '0x1f',
    '.inf',
    '2020-01-01',
    '1:20',
    'a: b',
    '- a',
    'a\n',
    '\na',
    '---',
  ),
);
const value = fc.letrec<{ value: unknown; record: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, 0, -1),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    text,
    fc.array(tie('value'), { maxLength: 4 }),
    tie('record'),
  ),
  record: fc.dictionary(text, tie('value'), { minKeys: 1, maxKeys: 5, noNullPrototype: true }),
})).record;

function sorted(v: unknown): unknown {
  if (Array.isArray(v)) return v.map(sorted);
  if (v === null || typeof v !== 'object') return v;
  const keys = Object.keys(v).sort();
  return keys.map((k) => [k, sorted((v as Record<string, unknown>)[k])]);
}

describe('YAML', () => {
  let fromJson: DataProgram;
  let toJson: DataProgram;
  beforeAll(async () => {
    fromJson = await dataProgram('save load as any with { format: "json" } with { format: "yaml" }');
    toJson = await dataProgram('save load as any with { format: "yaml" } with { format: "json" }');
  });

  it('is read as it is written', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 4 }), pieces, async (rows, sizes) => {
        const input = JSON.stringify(rows);
        const yaml = await fromJson.run(input);
        expect(yaml.error).toBe('');
        const back = await toJson.run(yaml.out, sizes);
        expect(back.error, yaml.out).toBe('');
        const want: unknown = rows.length === 1 ? rows[0] : rows;
        expect(sorted(JSON.parse(back.out)), yaml.out).toEqual(sorted(JSON.parse(JSON.stringify(want))));
      }),
      { numRuns: 200 },
    );
  });

  it('is a superset of JSON on one line', async () => {
    const plain = fc.letrec<{ value: unknown; record: Record<string, unknown> }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom(null, true, 12, -1.5, 'a', 'x: y', '# no'),
        fc.array(tie('value'), { maxLength: 3 }),
        tie('record'),
      ),
      record: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), tie('value'), {
        minKeys: 1,
        maxKeys: 4,
        noNullPrototype: true,
      }),
    })).record;
    await fc.assert(
      fc.asyncProperty(fc.array(plain, { minLength: 2, maxLength: 3 }), pieces, async (rows, sizes) => {
        const result = await toJson.run(JSON.stringify(rows), sizes);
        expect(result.error).toBe('');
        expect(sorted(JSON.parse(result.out))).toEqual(sorted(JSON.parse(JSON.stringify(rows))));
      }),
    );
  });

  const read = async (yaml: string): Promise<unknown> => {
    const result = await toJson.run(yaml);
    expect(result.error).toBe('');
    return JSON.parse(result.out);
  };

  it('has documents, comments and directives around it', async () => {
    expect(await read('')).toEqual([]);
    expect(await read('# nothing\n\n')).toEqual([]);
    expect(await read('%YAML 1.2\n---\na: 1 # one\n# two\n...\nrest')).toEqual({ a: 1 });
    expect(await read('--- # doc\na: 1\n---\nb: 2\n')).toEqual({ a: 1 });
    expect(await read('---\n- a: 1\n- a: 2\n')).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it('has scalars of several lines', async () => {
    expect(await read('a: |\n  x\n   y\n\n  z\n\n\nb: >\n  x\n  y\n\n  z\n   k\n  l\n')).toEqual({
      a: 'x\n y\n\nz\n',
      b: 'x y\nz\n k\nl\n',
    });
    expect(await read('a: |-\n  x\n\nb: |+\n  x\n\nc: >-\n\n  x\n  y\nd: |2\n    x\n')).toEqual({
      a: 'x',
      b: 'x\n\n',
      c: '\nx y',
      d: '  x\n',
    });
    expect(await read("a: one\n  two\n\n  three\nb: \"x\n  y\n\n  z \\\n  w\"\nc: 'it''s\n  so'\n")).toEqual({
      a: 'one two\nthree',
      b: 'x y\nz w',
      c: "it's so",
    });
    expect(await read('a: |\n  x')).toEqual({ a: 'x' });
    expect(await read('a: |\r\n  x\r\n  y\r\nb: z\r\n')).toEqual({ a: 'x\ny\n', b: 'z' });
  });

  it('has plain scalars with indicators inside', async () => {
    expect(await read('a: x#y # z\nb: http://x:1/?q=[1]\nc: a - b\nd: -x\ne: ?x\nf: "q" \n')).toEqual({
      a: 'x#y',
      b: 'http://x:1/?q=[1]',
      c: 'a - b',
      d: '-x',
      e: '?x',
      f: 'q',
    });
    expect(await read('{a: [x y, \'z\', "w", {b: c d, e: }, ], f: -1,\n g: a:b}')).toEqual({
      a: ['x y', 'z', 'w', { b: 'c d', e: null }],
      f: -1,
      g: 'a:b',
    });
  });

  it('has lists at the column of their key, and collections behind dashes', async () => {
    expect(await read('a:\n- 1\n- - 2\n  - 3\n-\n  b: 4\n  c:\n    - 5\nd:\n')).toEqual({
      a: [1, [2, 3], { b: 4, c: [5] }],
      d: null,
    });
  });

  it('says what is wrong, and where', async () => {
    const error = async (yaml: string) =>
      (await toJson.run(yaml)).error.replace(/^error: /, '').replace(/ \("standard input", line (\d+)\)\n$/, ' @$1');
    expect(await error('a: 1\n  b: 2\n')).toBe('this line is indented more than what it follows @2');
    expect(await error('a: 1\nb\n')).toBe('here should be a key and a colon @2');
    expect(await error('a: &x 1\n')).toBe('anchors, aliases, tags and explicit keys of YAML are not read @1');
    expect(await error('a:\n  - *x\n')).toBe('anchors, aliases, tags and explicit keys of YAML are not read @2');
    expect(await error('a: "x\n\n')).toBe('a quoted YAML string does not end @1');
    expect(await error('a: [1, 2\n')).toBe('a YAML list or map in brackets is not right @2');
    expect(await error('a: "\\q"\n')).toBe('an escape that YAML does not have @1');
    expect(await error('a:\n\t- 1\n')).toBe('tabs cannot indent YAML @2');
    expect(await error('a: "x" y\n')).toBe('this does not belong to the YAML value before it @1');
    expect(await error('a: - 1\n')).toBe('the items of a list begin on a line of their own @1');
    expect(await error('- 1\n')).toBe('cannot cast int to map @1');
  });
});
