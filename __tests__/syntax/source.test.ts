import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineMap, lineStart, lineText, position, sourceFile } from '../../src/syntax/source.ts';

describe('places in a source', () => {
  it('drops one byte order mark', () => {
    expect(sourceFile('a', '\ufeffx').text).toBe('x');
    expect(sourceFile('a', '\ufeff\ufeffx').text).toBe('\ufeffx');
  });

  it('counts code points, and a tab as one', () => {
    const map = lineMap('a\n\t🍣é = 1\n');
    expect(position(map, 0)).toEqual({ line: 1, col: 1 });
    expect(position(map, 1)).toEqual({ line: 1, col: 2 });
    expect(position(map, 3)).toEqual({ line: 2, col: 2 });
    expect(position(map, 5)).toEqual({ line: 2, col: 3 });
    expect(position(map, 6)).toEqual({ line: 2, col: 4 });
    expect(position(map, 99)).toEqual({ line: 3, col: 1 });
  });

  it('gives lines without their ends', () => {
    const map = lineMap('one\r\ntwo\n\nlast');
    expect([0, 1, 2, 3, 4, 5].map((line) => lineText(map, line))).toEqual(['', 'one', 'two', '', 'last', '']);
    expect(lineStart(map, 2)).toBe(5);
    expect(lineStart(map, 9)).toBe(14);
  });

  it('agrees with counting by hand', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '\n', '\t', '🍣', 'é') }), fc.nat(30), (text, at) => {
        const offset = Math.min(at, text.length);
        // In the middle of a surrogate pair there is no place.
        fc.pre(!/[\udc00-\udfff]/.test(text[offset] ?? ''));
        const lines = text.slice(0, offset).split('\n');
        expect(position(lineMap(text), offset)).toEqual({ line: lines.length, col: [...lines.at(-1)!].length + 1 });
      }),
    );
  });
});
