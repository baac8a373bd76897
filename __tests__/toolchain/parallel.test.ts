import { describe, expect, it } from 'vitest';
import { semaphore } from '../../src/toolchain/parallel.ts';

describe('semaphore', () => {
  it('runs at most so many jobs at once, in order, and goes on after failures', async () => {
    const limit = semaphore(2);
    const begun: number[] = [];
    const ends: (() => void)[] = [];
    const job = (n: number) => () => {
      begun.push(n);
      return new Promise<number>((resolve, reject) => {
        ends[n] = () => (n === 1 ? reject(new Error('one')) : resolve(n));
      });
    };
    const all = Promise.allSettled([0, 1, 2, 3].map((n) => limit(job(n))));
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    await settle();
    expect(begun).toEqual([0, 1]);
    ends[1]!();
    await settle();
    expect(begun).toEqual([0, 1, 2]);
    ends[0]!();
    await settle();
    expect(begun).toEqual([0, 1, 2, 3]);
    ends[2]!();
    ends[3]!();
    expect((await all).map((one) => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    await expect(limit(() => Promise.resolve('free again'))).resolves.toBe('free again');
  });
});
