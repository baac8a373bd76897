import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Exit, type InstanceOptions, type RuntimeInstance, runtimeInstance } from './harness.ts';

const OUT = ['out_str', 'out_i64', 'out_bool', 'out_space', 'out_newline', 'out_mark', 'out_trim', 'flush', 'finish'];

const output = (options: InstanceOptions = {}): Promise<RuntimeInstance> => runtimeInstance([...OUT, 'quiet'], options);

const SPACES = [' ', '\t', '\n', '\r', '\u0085', '\u00a0', '\u1680', '\u2003', '\u2028', '\u202f', '\u205f', '\u3000'];

describe('output', () => {
  it('prints ints as they are', async () => {
    const r = await output();
    let printed = '';
    fc.assert(
      fc.property(fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.bigInt(-100n, 100n)), (n) => {
        r.call['out_i64']!(n);
        r.call['out_space']!();
        r.call['flush']!();
        printed += `${n} `;
        expect(r.stdout()).toBe(printed);
      }),
    );
  });

  it('prints ints at powers of ten and at the ends of the range', async () => {
    const numbers = [0n, -(2n ** 63n), 2n ** 63n - 1n];
    for (let p = 1n; p < 2n ** 63n; p *= 10n) numbers.push(p, p - 1n, -p, 1n - p);
    const r = await output();
    for (const n of numbers) {
      r.call['out_i64']!(n);
      r.call['out_newline']!();
    }
    r.call['finish']!(0);
    expect(r.stdout()).toBe(numbers.map((n) => `${n}\n`).join(''));
  });

  it('prints more than its buffer holds, in order', async () => {
    const texts = ['', 'a', 'x'.repeat(1000), 'y'.repeat(32_768), 'z'.repeat(70_001), '€'.repeat(11_000)];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...texts), { maxLength: 12 }), fc.boolean(), async (parts, bool) => {
        const r = await output();
        const refs = new Map(texts.map((text) => [text, r.string(text)]));
        for (const part of parts) {
          r.call['out_str']!(refs.get(part));
          r.call['out_i64']!(12_345n);
          r.call['out_bool']!(bool ? 1 : 0);
          r.call['out_newline']!();
        }
        r.call['finish']!(0);
        expect(r.stdout()).toBe(parts.map((part) => `${part}12345${bool}\n`).join(''));
      }),
      { numRuns: 15 },
    );
  });

  it('prints a null string as nil', async () => {
    const r = await output();
    r.call['out_str']!(0);
    r.call['flush']!();
    expect(r.stdout()).toBe('nil');
  });

  it('trims marked lines', async () => {
    const part = fc.oneof(fc.constantFrom(...SPACES), fc.constantFrom('a', 'é', 'bc', '\u200b', '😀', '\u00a1', ' x '));
    const r = await output();
    let printed = '';
    fc.assert(
      fc.property(fc.array(fc.array(part, { maxLength: 6 }), { minLength: 1, maxLength: 4 }), (words) => {
        r.call['out_mark']!();
        words.forEach((word, i) => {
          if (i > 0) r.call['out_space']!();
          for (const piece of word) r.call['out_str']!(known(r, piece));
        });
        r.call['out_trim']!();
        r.call['out_newline']!();
        r.call['flush']!();
        const white = `(?:${SPACES.map((s) => s).join('|')})`;
        const line = words.map((word) => word.join('')).join(' ');
        printed += `${line.replace(new RegExp(`^${white}+`), '').replace(new RegExp(`${white}+$`), '')}\n`;
        expect(r.stdout()).toBe(printed);
      }),
    );
  });

  it('trims marked lines that are longer than the buffer', async () => {
    const blank = ' '.repeat(9000);
    const word = `${'w'.repeat(20_000)} ${'v'.repeat(20_000)}`;
    for (const [parts, line] of [
      [[blank, word, blank], word],
      [[blank, blank, blank, blank, word, blank], word],
      [[word, blank, word], `${word}${blank}${word}`],
      [[blank, 'x', blank, 'y', blank, 'z', blank, 'a', blank], `x${blank}y${blank}z${blank}a`],
      [[blank, blank, blank, blank, blank], ''],
    ] as const) {
      const r = await output();
      r.call['out_str']!(known(r, 'before '));
      r.call['out_mark']!();
      for (const text of parts) r.call['out_str']!(known(r, text));
      r.call['out_trim']!();
      r.call['out_newline']!();
      r.call['finish']!(0);
      expect(r.stdout()).toBe(`before ${line}\n`);
    }
  });

  it('is discarded while it is quiet', async () => {
    const r = await output();
    r.call['out_str']!(known(r, 'one '));
    r.call['quiet']!(1);
    for (let i = 0; i < 5; i++) r.call['out_str']!(known(r, 'x'.repeat(20_000)));
    r.call['quiet']!(0);
    r.call['out_str']!(known(r, 'two'));
    r.call['finish']!(0);
    expect(r.stdout()).toBe('one two');
  });

  it('exits with the status it is given', async () => {
    const r = await output();
    r.call['out_str']!(known(r, 'done'));
    expect(() => r.call['finish']!(3)).toThrow(new Exit(3));
    expect(r.stdout()).toBe('done');
  });

  it('ends quietly when nobody reads it', async () => {
    for (const errno of [64, 8]) {
      const r = await output({ writeError: () => errno });
      r.call['out_str']!(known(r, 'lost'));
      expect(() => r.call['flush']!()).toThrow(new Exit(1));
      expect(r.stderr()).toBe('');
    }
  });

  it('reports other errors', async () => {
    const r = await output({ writeError: (fd) => (fd === 1 ? 29 : 0) });
    r.call['out_str']!(known(r, 'lost'));
    expect(() => r.call['flush']!()).toThrow(new Exit(1));
    expect(r.stderr()).toBe('error: cannot write to standard output\n');
  });

  it('tries again when it was interrupted', async () => {
    let left = 3;
    const r = await output({ writeError: () => (left-- > 0 ? 27 : 0) });
    r.call['out_str']!(known(r, 'there'));
    r.call['flush']!();
    expect(r.stdout()).toBe('there');
  });
});

const strings = new WeakMap<RuntimeInstance, Map<string, number>>();

function known(r: RuntimeInstance, text: string): number {
  const map = strings.get(r) ?? new Map<string, number>();
  strings.set(r, map);
  const at = map.get(text) ?? r.string(text);
  map.set(text, at);
  return at;
}

describe('input', () => {
  it('gives lines without their ends, then empty strings', async () => {
    const line = fc.oneof(
      fc.constantFrom('', 'a', 'two words', '\r', 'x\ry', 'été', '😀'),
      fc.integer({ min: 1, max: 60_000 }).map((n) => 'abcdefghij'.repeat(n / 10)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 8 }),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        async (lines, end, last) => {
          const text = lines.join(end) + (last ? end : '');
          const r = await runtimeInstance(['input'], { stdin: text });
          const expected = text.split('\n').map((l) => l.replace(/\r+$/, ''));
          for (const each of expected) expect(r.text(r.call['input']!())).toBe(each);
          expect(r.text(r.call['input']!())).toBe('');
          expect(r.text(r.call['input']!())).toBe('');
        },
      ),
      { numRuns: 60 },
    );
  });

  it('writes the output first', async () => {
    const r = await runtimeInstance(['input', 'out_str'], { stdin: 'x\n' });
    r.call['out_str']!(known(r, 'name? '));
    r.call['input']!();
    expect(r.stdout()).toBe('name? ');
  });

  it('counts code points', async () => {
    const r = await runtimeInstance(['input', 'str_len'], { stdin: 'a€😀\n' });
    expect(r.call['str_len']!(r.call['input']!())).toBe(3n);
  });
});

describe('clock and arguments', () => {
  it('is a generator of numbers when seeded', async () => {
    const seeded = async (env: Record<string, string>, count: number): Promise<bigint[]> => {
      const r = await runtimeInstance(['now'], { env });
      return Array.from({ length: count }, () => r.call['now']!());
    };
    expect(await seeded({ A: 'b', MOCHI_NOW_SEED: '1', Z: '' }, 3)).toEqual([
      1_015_568_748n,
      1_586_792_639n,
      321_897_341n,
    ]);
    expect(await seeded({ MOCHI_NOW_SEED: '0' }, 1)).toEqual([1_013_904_223n]);
  });

  it('is the clock when not seeded', async () => {
    const unseeded: Record<string, string>[] = [
      {},
      { MOCHI_NOW_SEEDS: '1' },
      { MOCHI_NOW_SEED: '' },
      { XMOCHI_NOW_SEED: '1' },
    ];
    for (const env of unseeded) {
      const r = await runtimeInstance(['now'], { env });
      const before = BigInt(Date.now()) * 1_000_000n;
      const now: bigint = r.call['now']!();
      expect(now).toBeGreaterThanOrEqual(before);
      expect(r.call['now']!()).toBeGreaterThanOrEqual(now);
    }
  });

  it('reads arguments as ints', async () => {
    const r = await runtimeInstance(['arg_i64'], { args: ['17', '-3', 'x', ''] });
    expect([1, 2, 3, 4, 5].map((n) => r.call['arg_i64']!(n))).toEqual([17n, -3n, 0n, 0n, 0n]);
  });
});

describe('errors', () => {
  const cases: [string, string, (r: RuntimeInstance) => unknown[], string][] = [
    ['fail', 'fail', (r) => [known(r, 'it broke')], 'it broke'],
    ['panic', 'panic', (r) => [known(r, 'told so')], 'told so'],
    ['fail_index', 'fail_index', () => [-7n, 3n], 'list index out of range: -7 (length 3)'],
    ['fail_str_index', 'fail_str_index', () => [9n, 3n], 'string index out of range: 9 (length 3)'],
    ['fail_div', 'fail_div', () => [], 'division by zero'],
    ['fail_overflow', 'fail_overflow', () => [], 'integer overflow (declare the variable as bigint)'],
    ['fail_null', 'fail_null', (r) => [known(r, 'list')], 'nil where a list is needed'],
    ['fail_cast of a string', 'fail_cast', (r) => [BigInt(known(r, 'x1')), known(r, 'int')], 'cannot cast "x1" to int'],
    ['fail_cast of an int', 'fail_cast', (r) => [-1n, known(r, 'string')], 'cannot cast int to string'],
    ['fail_cast of null', 'fail_cast', (r) => [0n, known(r, 'string')], 'cannot cast nil to string'],
  ];
  for (const [name, func, args, message] of cases) {
    it(`${name} writes its message after the output and traps`, async () => {
      const r = await runtimeInstance([func, 'out_str']);
      r.call['out_str']!(known(r, 'so far'));
      expect(() => r.call[func]!(...args(r))).toThrow(WebAssembly.RuntimeError);
      expect(r.stdout()).toBe('so far');
      expect(r.stderr()).toBe(`error: ${message}\n`);
    });
  }

  it('are written even when the output is quiet', async () => {
    const r = await runtimeInstance(['fail', 'quiet', 'out_str']);
    r.call['quiet']!(1);
    r.call['out_str']!(known(r, 'unseen'));
    expect(() => r.call['fail']!(known(r, 'seen'))).toThrow(WebAssembly.RuntimeError);
    expect(r.stdout()).toBe('');
    expect(r.stderr()).toBe('error: seen\n');
  });
});
