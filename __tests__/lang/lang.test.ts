import { describe, expect, it } from 'vitest';
import { expected, langTests, runLang } from './harness.ts';

describe('language tests', () => {
  for (const test of langTests()) {
    it.concurrent(test.name, async () => {
      const want = expected(test);
      expect(want.out + want.err, 'a test needs a .out or .err file: run npm run accept').not.toBe('');
      expect(await runLang(test)).toEqual(want);
    });
  }
});

describe('language tests under GC stress', () => {
  for (const test of langTests()) {
    it.concurrent(test.name, async () => {
      expect(await runLang(test, { gcStress: true })).toEqual(expected(test));
    });
  }
});

describe('language tests with the optimiser off', () => {
  for (const test of langTests()) {
    it.concurrent(test.name, async () => {
      expect(await runLang(test, { optimise: false })).toEqual(expected(test));
    });
  }
});
