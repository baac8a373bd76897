import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type DataProgram, dataProgram } from './data-program.ts';

// ---- the model: RFC 4180

interface Layout {
  readonly delimiter: string;
  readonly lineEnd: string;
  /** Quotes cells that do not need it, by turns. */
  readonly quotes: readonly boolean[];
  readonly lastEnd: boolean;
}

/** A table as text; cells that must be quoted are. */
function write(rows: readonly (readonly string[])[], layout: Layout): string {
  let turn = 0;
  const cell = (text: string, width: number): string => {
    const must = text.includes(layout.delimiter) || /["\r\n]/.test(text) || (width === 1 && text === '');
    const quoted = must || layout.quotes[turn++ % layout.quotes.length];
    return quoted ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = rows.map((row) => row.map((text) => cell(text, row.length)).join(layout.delimiter));
  return lines.join(layout.lineEnd) + (layout.lastEnd ? layout.lineEnd : '');
}

/** The records of a text that `save` has written. */
function read(text: string, delimiter: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let cell = '';
    if (text[at] === '"') {
      at++;
      while (text[at] !== '"' || text[at + 1] === '"') {
        if (text[at] === '"') at++;
        cell += text[at++];
      }
      at++;
    } else while (text[at] !== delimiter && text[at] !== '\n') cell += text[at++];
    row.push(cell);
    if (text[at++] === '\n') {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

const cellText = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.string({ unit: fc.constantFrom('"', ',', ';', '\n', '\r', 'a', ' ', '\t', 'é', '😀'), maxLength: 8 }),
  fc.constantFrom('', '0', '-12', 'a', ' '),
);
const table = fc
  .integer({ min: 1, max: 5 })
  .chain((width) =>
    fc.array(fc.array(cellText, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 }),
  );
const layouts = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|', 'x'),
  lineEnd: fc.constantFrom('\n', '\r\n'),
  quotes: fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
  lastEnd: fc.boolean(),
});
const pieces = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });

const READ = (delimiter: string) => `
let rows = load as map<string, string> with { header: false, delimiter: ${JSON.stringify(delimiter)} }
save rows with { format: "jsonl" }
`;

describe('load of CSV', () => {
  const readers = new Map<string, DataProgram>();
  beforeAll(async () => {
    for (const delimiter of [',', ';', '\t', '|', 'x']) readers.set(delimiter, await dataProgram(READ(delimiter)));
  });

  it('reads what the model writes, however it arrives', async () => {
    await fc.assert(
      fc.asyncProperty(table, layouts, pieces, async (rows, layout, sizes) => {
        // White space of a byte order mark at the beginning would be taken for one.
        fc.pre(!rows[0]![0]!.startsWith('\ufeff'));
        const result = await readers.get(layout.delimiter)!.run(write(rows, layout), sizes);
        const got = result.out
          .split('\n')
          .slice(0, -1)
          .map((line) => Object.entries(JSON.parse(line) as Record<string, string>));
        // A line end within a cell is a line feed.
        const want = rows.map((row) => row.map((text, i) => [`c${i}`, text.replaceAll('\r\n', '\n')]));
        expect(result.error).toBe('');
        expect(got).toEqual(want);
      }),
      { numRuns: 120 },
    );
  });

  it('reads records longer than its buffer', async () => {
    const long = 'long "cell"\n'.repeat(20_000);
    const layout = { delimiter: ',', lineEnd: '\n', quotes: [true], lastEnd: true };
    const rows = [
      ['a', long, 'b'],
      ['c', `${long}x`, 'd'],
      ['e', '', 'f'],
    ];
    const result = await readers.get(',')!.run(write(rows, layout), [30_000, 70_000, 1]);
    expect(
      result.out
        .split('\n')
        .slice(0, -1)
        .map((line) => Object.values(JSON.parse(line) as object)),
    ).toEqual(rows);
  });

  it('has no rows in an empty input, and skips empty lines', async () => {
    const reader = readers.get(',')!;
    for (const empty of ['', '\n', '\r\n\n\r\n', '\ufeff', '\ufeff\n']) {
      expect(await reader.run(empty, [1])).toEqual({ out: '', error: '' });
    }
    const result = await reader.run('\n\na,b\r\n\r\n\nc,d', [1]);
    expect(result.out).toBe('{"c0":"a","c1":"b"}\n{"c0":"c","c1":"d"}\n');
  });

  it('keeps quotes within cells that are not quoted', async () => {
    const result = await readers.get(',')!.run('a"b,c""\n');
    expect(result.out).toBe('{"c0":"a\\"b","c1":"c\\"\\""}\n');
  });

  it('says what is wrong with a file, and where', async () => {
    const reader = readers.get(',')!;
    const at = (line: number) => ` ("standard input", line ${line})\n`;
    expect((await reader.run('a,b\n\n1\n')).error).toBe(`error: a record of 1 cells where the first one has 2${at(3)}`);
    expect((await reader.run('a\n"x\n\ny')).error).toBe(`error: a quoted cell does not end${at(2)}`);
    expect((await reader.run('a\n"x"y')).error).toBe(`error: a quoted cell goes on behind its closing quote${at(2)}`);
  });
});

describe('load of CSV without a type', () => {
  it('makes numbers of what reads as numbers', async () => {
    const program = await dataProgram('save load as any with { header: false } with { format: "jsonl" }');
    const int = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const float = fc.double({ noNaN: true, noDefaultInfinity: true });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(int, float), { minLength: 1, maxLength: 20 }), pieces, async (rows, sizes) => {
        const text = rows.map(([i, x]) => `${i},${x},+${x < 0 ? 1 : x}\n`).join('');
        const lines = (await program.run(text, sizes)).out.split('\n');
        rows.forEach(([i, x], n) => {
          expect(lines[n]).toContain(`"c0":${i},`);
          const row = JSON.parse(lines[n]!) as { c1: number; c2: number };
          expect(row.c1).toBe(Number.isInteger(x) && Math.abs(x) < 1e18 ? x + 0 : x);
          expect(row.c2).toBe((x < 0 ? 1 : x) + 0);
        });
      }),
    );
  });

  it('leaves other texts alone', async () => {
    const program = await dataProgram('save load as any with { header: false } with { format: "jsonl" }');
    const texts = [
      '',
      ' 1',
      '1 ',
      '1_000',
      '0x10',
      '--1',
      '+',
      '-',
      '.',
      'e5',
      '1e',
      '1e+',
      '1.2.3',
      'inf',
      'NaN',
      '12a',
      'true',
    ];
    const result = await program.run(texts.map((text) => `k,${text}\n`).join(''));
    expect(
      result.out
        .split('\n')
        .slice(0, -1)
        .map((line) => (JSON.parse(line) as { c1: string }).c1),
    ).toEqual(texts);
    const numbers = await program.run('007,1.,.5,1e3,9223372036854775808\n');
    expect(JSON.parse(numbers.out)).toEqual({ c0: 7, c1: 1, c2: 0.5, c3: 1000, c4: 2 ** 63 });
  });
});

describe('load of CSV as a struct', () => {
  const TYPED = `
type Row { id: int, x: float, name: string, ok: bool, maybe: int? }
let rows = load as Row
for r in rows { print(r.id, r.x == 0.5, r.name, r.ok, r.maybe == nil) }
`;
  it('takes its columns from the header', async () => {
    const program = await dataProgram(TYPED);
    const row = fc.record({
      id: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      half: fc.boolean(),
      name: fc.stringMatching(/^[a-zé "]{1,9}[a-z]$/),
      ok: fc.boolean(),
      maybe: fc.option(fc.integer()),
    });
    const columns = fc.shuffledSubarray(['id', 'x', 'name', 'ok', 'other'], { minLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { maxLength: 10 }),
        columns,
        fc.boolean(),
        pieces,
        async (rows, names, maybe, sizes) => {
          const header = maybe ? [...names, 'maybe'] : names;
          const cells = rows.map((r) =>
            header.map((name) => {
              if (name === 'x') return r.half ? '0.5' : '1';
              if (name === 'maybe') return r.maybe === null ? '' : `${r.maybe}`;
              if (name === 'other') return 'nothing';
              return String(r[name as 'id' | 'name' | 'ok']);
            }),
          );
          const layout = { delimiter: ',', lineEnd: '\n', quotes: [false], lastEnd: true };
          const result = await program.run(write([header, ...cells], layout), sizes);
          const want = rows.map((r) => `${r.id} ${r.half} ${r.name} ${r.ok} ${!maybe || r.maybe === null}\n`);
          expect(result).toEqual({ out: want.join(''), error: '' });
        },
      ),
    );
  });

  it('says which field is missing, and which cell is wrong', async () => {
    const program = await dataProgram(TYPED);
    const at = (line: number) => ` ("standard input", line ${line})\n`;
    expect((await program.run('id,name,ok\n')).error).toBe(`error: missing field x for Row${at(1)}`);
    const row = async (text: string) => (await program.run(`id,x,name,ok,maybe\n1,1,a,true,\n${text}`)).error;
    expect(await row('a,1,b,true,')).toBe(`error: cannot cast "a" to int, field id${at(3)}`);
    expect(await row(',1,b,true,')).toBe(`error: cannot cast "" to int, field id${at(3)}`);
    expect(await row('1,one,b,true,')).toBe(`error: cannot cast "one" to float, field x${at(3)}`);
    expect(await row('1,1,b,yes,')).toBe(`error: cannot cast "yes" to bool, field ok${at(3)}`);
    expect(await row('1,1,b,true,x')).toBe(`error: cannot cast "x" to int, field maybe${at(3)}`);
    expect(await row('1e30,1,b,true,')).toBe(`error: a number is too large for int, field id${at(3)}`);
  });
});

describe('save of CSV', () => {
  it('writes what the model reads', async () => {
    const program = await dataProgram(
      'save load as any with { format: "jsonl" } with { header: true, delimiter: ";" }',
    );
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const width = rows[0]!.length;
        const input = rows.map(
          (row) => `${JSON.stringify(Object.fromEntries(row.map((text, i) => [`k${i}`, text])))}\n`,
        );
        const result = await program.run(input.join(''));
        expect(result.error).toBe('');
        expect(read(result.out, ';')).toEqual([[...Array(width).keys()].map((i) => `k${i}`), ...rows]);
      }),
      { numRuns: 120 },
    );
  });
});
