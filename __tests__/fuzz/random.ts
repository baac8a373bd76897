/** A small seeded source of random numbers (mulberry32), the same on every machine. */
export interface Random {
  /** From 0 to n - 1. */
  below(n: number): number;
  /** True once in `n` times. */
  one(n: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** One of the choices, by weight. */
  weighted<T>(choices: readonly (readonly [number, T])[]): T;
  shuffled<T>(items: readonly T[]): T[];
}

export function random(seed: number): Random {
  let state = seed >>> 0;
  const below = (n: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n);
  };
  return {
    below,
    one: (n) => below(n) === 0,
    pick: (items) => items[below(items.length)]!,
    weighted(choices) {
      let at = below(choices.reduce((n, [weight]) => n + weight, 0));
      for (const [weight, value] of choices) {
        at -= weight;
        if (at < 0) return value;
      }
      throw new Error('no choice');
    },
    shuffled(items) {
      const out = [...items];
      for (let i = out.length - 1; i > 0; i--) {
        const j = below(i + 1);
        [out[i], out[j]] = [out[j]!, out[i]!];
      }
      return out;
    },
  };
}
