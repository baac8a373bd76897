import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLines, encodeLines, type LineTable, lookup } from '../../src/wasm/lines.ts';

const row = fc.record({
  gap: fc.nat(300),
  line: fc.integer({ min: 1, max: 1e6 }),
  col: fc.integer({ min: 1, max: 500 }),
  site: fc.nat(100),
});

const site = fc.record({
  name: fc.string(),
  file: fc.nat(3),
  line: fc.integer({ min: 1, max: 1e6 }),
  col: fc.integer({ min: 1, max: 500 }),
  site: fc.nat(100),
});

const tables: fc.Arbitrary<LineTable> = fc
  .tuple(
    fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 4 }),
    fc.array(
      fc.record({
        name: fc.string(),
        file: fc.nat(4),
        gap: fc.nat(100_000),
        sites: fc.array(site, { maxLength: 4 }),
        rows: fc.array(row, { maxLength: 20 }),
      }),
      { maxLength: 20 },
    ),
  )
  .map(([files, raw]) => {
    let start = 0;
    const funcs = raw.map(({ name, file, gap, sites, rows }) => {
      start += gap;
      let offset = start;
      const funcRows = rows.map((r) => {
        offset += r.gap;
        return { offset, line: r.line, col: r.col, site: r.site % (sites.length + 1) };
      });
      const index = (file % (files.length + 1)) - 1;
      const funcSites = sites.map((c, i) => ({ ...c, file: c.file % files.length, site: c.site % (i + 1) }));
      const func = {
        name,
        file: index,
        start,
        sites: index < 0 ? [] : funcSites,
        rows: index < 0 ? [] : funcRows,
      };
      start = offset;
      return func;
    });
    return { files, funcs };
  });

describe('line tables', () => {
  it('decode to what was encoded', () => {
    fc.assert(
      fc.property(tables, (table) => {
        expect(decodeLines(encodeLines(table))).toEqual(table);
      }),
    );
  });

  it('are refused when cut short, extended or of another version', () => {
    fc.assert(
      fc.property(tables, fc.nat(), (table, cut) => {
        const bytes = encodeLines(table);
        expect(() => decodeLines(bytes.subarray(0, cut % bytes.length))).toThrow(RangeError);
        expect(() => decodeLines(Uint8Array.of(...bytes, 0))).toThrow(RangeError);
      }),
    );
    expect(() => decodeLines(Uint8Array.of(1, 0, 0))).toThrow(/version 1/);
  });

  it('find the last row at or before an offset in the last function at or before it', () => {
    fc.assert(
      fc.property(tables, fc.nat(2_000_000), (table, offset) => {
        const func = table.funcs.filter((f) => f.start <= offset).at(-1);
        const found = lookup(table, offset);
        if (!func || func.file < 0) {
          expect(found).toEqual([]);
          return;
        }
        const at = func.rows.filter((r) => r.offset <= offset).at(-1) ?? func.rows[0];
        let frame = at ?? { line: 0, col: 0, site: 0 };
        for (const place of found.slice(0, -1)) {
          const { name, file, ...call } = func.sites[frame.site - 1]!;
          expect(place).toEqual({ name, file: table.files[file], line: frame.line, col: frame.col });
          frame = call;
        }
        expect(frame.site).toBe(0);
        expect(found.at(-1)).toEqual({
          name: func.name,
          file: table.files[func.file],
          line: frame.line,
          col: frame.col,
        });
      }),
    );
  });

  it('have the documented bytes', () => {
    const table: LineTable = {
      files: ['a.mochi'],
      funcs: [
        {
          name: 'f',
          file: 0,
          start: 300,
          sites: [{ name: 'g', file: 0, line: 9, col: 4, site: 0 }],
          rows: [
            { offset: 302, line: 3, col: 5, site: 0 },
            { offset: 310, line: 2, col: 9, site: 1 },
          ],
        },
        { name: '', file: -1, start: 320, sites: [], rows: [] },
      ],
    };
    const bytes = (s: string) => [s.length, ...new TextEncoder().encode(s)];
    expect([...encodeLines(table)]).toEqual([
      2, // version
      ...[1, ...bytes('a.mochi')],
      2, // functions
      ...[...bytes('f'), 1, 0xac, 0x02],
      ...[1, ...bytes('g'), 0, 9, 4, 0],
      ...[2, 2, 6, 10, 0, 8, 1, 8, 1],
      ...[...bytes(''), 0, 20],
    ]);
    expect(lookup(table, 311)).toEqual([
      { name: 'g', file: 'a.mochi', line: 2, col: 9 },
      { name: 'f', file: 'a.mochi', line: 9, col: 4 },
    ]);
  });
});
