import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/compiler.ts';
import { CODES, explain } from '../../src/diagnostics/codes.ts';
import { EXAMPLES } from '../../src/diagnostics/examples.ts';

const root = join(import.meta.dirname, '../../src');

describe('codes', () => {
  it('are all explained', () => {
    const missing = new Set<string>();
    let found = 0;
    for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.endsWith('codes.ts')) {
        continue;
      }
      for (const [, code] of readFileSync(join(root, file), 'utf8').matchAll(/['"`]([EPTN]\d{3})['"`]/g)) {
        found++;
        if (!CODES.has(code!)) {
          missing.add(`${code} (${file})`);
        }
      }
    }
    expect(found).toBeGreaterThan(50);
    expect([...missing].sort()).toEqual([]);
  });

  it('are explained in a sentence', () => {
    for (const [code, text] of CODES) {
      expect(code).toMatch(/^[EPTN]\d{3}$/);
      expect(text, code).toMatch(/^[^\n]{15,140}\.$/);
    }
  });

  it('are found in any case', () => {
    expect(explain(' t008\n')).toBe(CODES.get('T008'));
    expect(explain('X1')).toBeUndefined();
  });
});

describe('examples', () => {
  const codesOf = (text: string): string[] =>
    compile([{ path: 'a.mochi', text: `${text}\n` }], { mode: 'run' }).diagnostics.map((d) => d.code);

  it.each([...EXAMPLES])('of %s get it when wrong, and nothing when right', (code, { wrong, right }) => {
    expect([codesOf(wrong)[0], codesOf(right)]).toEqual([code, []]);
  });

  it('are there for every code that a program can get', () => {
    const given = new Set<string>();
    for (const folder of ['check', 'ir', 'syntax']) {
      for (const file of readdirSync(join(root, folder), { encoding: 'utf8', recursive: true })) {
        if (!file.endsWith('.ts')) continue;
        const text = readFileSync(join(root, folder, file), 'utf8');
        for (const [, code] of text.matchAll(/['"`]([PTN]\d{3})['"`]/g)) given.add(code!);
      }
    }
    // P090 needs a program that nests deeper than anybody reads, T071 one that would need itself at ever larger types.
    const without = ['P090', 'T071'];
    expect([...given].filter((code) => !EXAMPLES.has(code)).sort()).toEqual(without);
    expect([...EXAMPLES.keys()].filter((code) => !given.has(code))).toEqual([]);
  });
});
