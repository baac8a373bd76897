/** How large the module of a program is: a size only changes when the compiler does, so the bounds hold everywhere. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/compiler.ts';

/** Bytes of the module of a program, without names. */
function sizeOf(text: string): number {
  const { wasm, diagnostics } = compile([{ path: 'main.mochi', text }], { mode: 'run' });
  expect(diagnostics).toEqual([]);
  return wasm!.length;
}

const journeys = readFileSync(new URL('journeys.mochi', import.meta.url), 'utf8');

describe('the module of', () => {
  it('hello world has less than 1,024 bytes', () => {
    expect(sizeOf('print("Hello, world!")\n')).toBeLessThan(1024);
  });

  it('100 lines with maps, strings and floats has less than 24 KB', () => {
    expect(journeys.split('\n').length).toBeGreaterThan(100);
    expect(sizeOf(journeys)).toBeLessThan(24 * 1024);
  });

  it('a program with ASCII texts only carries no tables of Unicode', () => {
    const ascii = 'print(upper("abc"), lower("ABC"), ["abc"])\n';
    expect(sizeOf(ascii)).toBeLessThan(sizeOf(ascii.replaceAll('abc', 'äbc')) - 2000);
    // What is read may be any text.
    expect(sizeOf(`print(upper(input()))\n${ascii}`)).toBeGreaterThan(sizeOf(ascii) + 2000);
  });
});
