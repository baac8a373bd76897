import { describe, expect, it } from 'vitest';
import { guard, last, list, unguard } from '../../src/cli/arguments.ts';
import { bytes, duration, table } from '../../src/cli/output.ts';

describe('the guard around the argument parser', () => {
  it('keeps words that look like numbers, and a lone dash', () => {
    for (const words of [['-'], ['1.10'], ['0x10'], ['--name=1.0'], ['a', '', '--x=']]) {
      const guarded = guard(words);
      expect(guarded.every((word) => word === '' || Number.isNaN(Number(word)))).toBe(true);
      expect(unguard(guarded.map((word) => word.replace(/^--[^=]+=/, '')))).toEqual(
        words.map((word) => word.replace(/^--[^=]+=/, '')),
      );
    }
  });

  it('leaves what follows -- alone', () => {
    expect(guard(['a', '--', '-', '1'])).toEqual(['a', '--', '-', '1']);
  });

  it('unmarks lists and objects', () => {
    expect(unguard({ a: guard(['-']), b: true })).toEqual({ a: ['-'], b: true });
  });
});

it('options may be repeated', () => {
  expect(list(undefined)).toEqual([]);
  expect(list('a')).toEqual(['a']);
  expect(last(['a', 'b'])).toBe('b');
  expect(last(undefined)).toBeUndefined();
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 KB'],
  [999_949, '999.9 KB'],
  [999_950, '1.0 MB'],
  [70_674_768, '70.7 MB'],
])('%d bytes are %s', (count, text) => {
  expect(bytes(count)).toBe(text);
});

it.each([
  [0.072, '72.0µs'],
  [1.24, '1.2ms'],
  [3450, '3.45s'],
])('%d ms are %s', (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

it('tables align their columns', () => {
  expect(
    table(
      [
        ['a', '1', ''],
        ['bcd', '22', 'x'],
      ],
      [1],
    ),
  ).toBe('a     1\nbcd  22  x\n');
});
