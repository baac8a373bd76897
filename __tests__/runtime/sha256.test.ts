import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataProgram } from './data-program.ts';

describe('sha256', () => {
  it('is the digest of the bytes', async () => {
    const program = await dataProgram('let s = input()\nfor b in sha256(s) { print(b) }');
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 200 }), async (text) => {
        fc.pre(!/[\r\n]/.test(text));
        const want = [...createHash('sha256').update(text).digest()];
        const result = await program.run(text);
        expect(result.out.split('\n').slice(0, -1).map(Number)).toEqual(want);
      }),
    );
  });
});
