import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findFiles, globToRegExp } from '../../src/project/glob.ts';

describe('globToRegExp', () => {
  it.each([
    ['*.mochi', 'a.mochi', true],
    ['*.mochi', 'd/a.mochi', false],
    ['**/*.mochi', 'a.mochi', true],
    ['**/*.mochi', 'd/e/a.mochi', true],
    ['src/**', 'src/d/a', true],
    ['src/**/x', 'src/x', true],
    ['src/**/x', 'src/yx', false],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['{a,b*}.x', 'bb.x', true],
    ['{a,b*}.x', 'c.x', false],
    ['a.c', 'abc', false],
    ['a+(b)[c]', 'a+(b)[c]', true],
    ['{open', '{open', true],
  ])('%s on %s: %s', (pattern, path, matches) => {
    expect(globToRegExp(pattern).test(path)).toBe(matches);
  });

  it('takes any text: one without special characters matches itself', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const pattern = globToRegExp(text);
        if (!/[*?{},]/.test(text)) expect(pattern.test(text)).toBe(true);
      }),
    );
  });
});

describe('findFiles', () => {
  it('finds files in folders, but not in hidden ones, in node_modules or through links', async () => {
    const root = mkdtempSync(join(tmpdir(), 'glob-test-'));
    try {
      for (const path of [
        'b_test.mochi',
        'd/a_test.mochi',
        'd/x.mochi',
        '.git/c_test.mochi',
        'node_modules/m/c_test.mochi',
      ]) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), '');
      }
      symlinkSync(root, join(root, 'd', 'loop'));
      expect(await findFiles(root, ['**/*_test.mochi'])).toEqual(['b_test.mochi', 'd/a_test.mochi']);
      expect(await findFiles(root, ['./d/*.mochi', 'none'])).toEqual(['d/a_test.mochi', 'd/x.mochi']);
      await expect(findFiles(join(root, 'none'), ['*'])).rejects.toMatchObject({ code: 'E201' });
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
