import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CODES, explain } from '../../src/diagnostics/codes.ts';

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
