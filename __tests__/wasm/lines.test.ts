import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeLines, encodeLines, type LineTable, lookup } from '../../src/wasm/lines.ts';

const row = fc.record({
  gap: fc.nat(300),
  line: fc.integer({ min: 1, max: 1e6 }),
  col: fc.integer({ min: 1, max: 500 }),
});

const tables: fc.Arbitrary<LineTable> = fc
  .tuple(
    fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 4 }),
    fc.array(
      fc.record({ name: fc.string(), file: fc.nat(4), gap: fc.nat(100_000), rows: fc.array(row, { maxLength: 20 }) }),
      { maxLength: 20 },
    ),
  )
  .map(([files, raw]) => {
    let start = 0;
    const funcs = raw.map(({ name, file, gap, rows }) => {
      start += gap;
      let offset = start;
      const funcRows = rows.map((r) => {
        offset += r.gap;
        return { offset, line: r.line, col: r.col };
      });
      const index = (file % (files.length + 1)) - 1;
      const func = { name, file: index, start, rows: index < 0 ? [] : funcRows };
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
    expect(() => decodeLines(Uint8Array.of(2, 0, 0))).toThrow(/version 2/);
  });

  it('find the last row at or before an offset in the last function at or before it', () => {
    fc.assert(
      fc.property(tables, fc.nat(2_000_000), (table, offset) => {
        const func = table.funcs.filter((f) => f.start <= offset).at(-1);
        const found = lookup(table, offset);
        if (!func || func.file < 0) {
          expect(found).toBeUndefined();
          return;
        }
        const at = func.rows.filter((r) => r.offset <= offset).at(-1) ?? func.rows[0];
        expect(found).toEqual({
          name: func.name,
          file: table.files[func.file],
          line: at?.line ?? 0,
          col: at?.col ?? 0,
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
          rows: [
            { offset: 302, line: 3, col: 5 },
            { offset: 310, line: 2, col: 9 },
          ],
        },
        { name: '', file: -1, start: 320, rows: [] },
      ],
    };
    const text = [...new TextEncoder().encode('a.mochi')];
    expect([...encodeLines(table)]).toEqual([
      1,
      1,
      7,
      ...text,
      2,
      1,
      0x66,
      1,
      0xac,
      0x02,
      2,
      2,
      6,
      10,
      8,
      1,
      8,
      0,
      0,
      20,
      0,
    ]);
  });
});
