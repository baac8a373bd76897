import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runtimeInstance } from './harness.ts';
import { instanceWithRoots, readList } from './values.ts';

const NAMES = [
  'str_concat',
  'str_len',
  'str_index',
  'str_slice',
  'str_eq',
  'str_compare',
  'str_hash',
  'str_contains',
  'str_index_of',
  'str_starts_with',
  'str_split',
  'str_join',
  'str_trim',
  'str_repeat',
  'str_pad_start',
  'str_upper',
  'str_lower',
  'str_reverse',
  'str_chars',
  'str_code',
  'str_from_code',
  'str_of_bytes',
  'str_key',
  'str_key_at',
  'str_key_slice',
  'str_key_of_byte',
  'str_key_of_char',
  'str_char_slice',
  'str_at',
  'str_next',
  'str_slice_int',
];

/** Code points of a text that may hold lone halves of surrogate pairs: those are replaced, as UTF-8 has none. */
const wellFormed = (text: string): string => Buffer.from(text).toString();

const word = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('a', 'b', 'é', '€', '😀', ' ', '\t'), maxLength: 40 }),
  fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 300 }),
  fc.string({ unit: 'binary', maxLength: 20 }).map(wellFormed),
);
const bound = fc.oneof(fc.integer({ min: -320, max: 320 }).map(BigInt), fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n));

function clamp(i: bigint, length: number): number {
  const k = i < 0n ? i + BigInt(length) : i;
  return Number(k < 0n ? 0n : k > BigInt(length) ? BigInt(length) : k);
}

/** The code points as decoding steps: a byte that begins no well-formed sequence is one by itself. */
function steps(bytes: Uint8Array): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const width = [4, 3, 2, 1].find((n) => n === 1 || isOnePoint(bytes.subarray(at, at + n), n))!;
    out.push(bytes.subarray(at, at + width));
    at += width;
  }
  return out;
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
function isOnePoint(bytes: Uint8Array, width: number): boolean {
  if (bytes.length !== width) return false;
  try {
    const text = strict.decode(bytes);
    return [...text].length === 1;
  } catch {
    return false;
  }
}

for (const gcStress of [false, true]) {
  describe(gcStress ? 'strings, collecting at every allocation' : 'strings', async () => {
    const runs = { numRuns: gcStress ? 60 : 400 };
    const r = await instanceWithRoots(NAMES, { gcStress });
    const { call, keep } = r;

    /** A fixed number of static strings is written again and again. */
    const slots = Array.from({ length: 8 }, () => r.string('x'.repeat(2000)));
    function put(slot: number, bytes: Uint8Array, points: number): number {
      const at = slots[slot]!;
      if (bytes.length > 2000) throw new Error('too long for a slot');
      r.view().setUint32(at + 4, bytes.length, true);
      r.view().setUint32(at + 8, points, true);
      r.view().setUint32(at + 20, 0, true);
      new Uint8Array(r.memory.buffer).set(bytes, at + 24);
      return at;
    }
    const str = (slot: number, text: string): number => put(slot, new TextEncoder().encode(text), [...text].length);

    /** The text of a result, after checking that its counts are right. */
    function text(at: number): string | undefined {
      if (at === 0) return undefined;
      const result = r.text(at)!;
      expect(r.view().getUint32(at + 8, true)).toBe([...result].length);
      return result;
    }

    it('concatenates', () => {
      fc.assert(
        fc.property(fc.array(word, { maxLength: 12 }), (words) => {
          let at = keep(1, str(0, ''));
          let expected = '';
          const seen: [number, string][] = [];
          for (const [i, w] of words.entries()) {
            at = keep(2 + (i % 12), call['str_concat']!(at, str(1, w)));
            expected += w;
            expect(text(at)).toBe(expected);
            // A copy of the slot's text, as the slot is written again.
            if (at === slots[1]) at = keep(2 + (i % 12), call['str_concat']!(str(2, w), str(0, '')));
            if (at === slots[2]) return;
            seen.push([at, expected]);
          }
          for (const [old, was] of seen) expect(text(old)).toBe(was);
        }),
        runs,
      );
      expect(call['str_concat']!(0, str(0, 'a'))).toBe(0);
      expect(call['str_concat']!(str(0, 'a'), 0)).toBe(0);
    });

    it('extends a buffer for one of several continuations only', () => {
      let at = keep(1, call['str_concat']!(str(0, 'x'.repeat(100)), str(1, 'y')));
      let expected = `${'x'.repeat(100)}y`;
      for (let i = 0; i < 300; i++) {
        const branch = keep(2, call['str_concat']!(at, str(0, `<${i}>`)));
        const next = keep(3, call['str_concat']!(at, str(0, `${i}`)));
        expect(text(branch)).toBe(`${expected}<${i}>`);
        expected += `${i}`;
        expect(text(next)).toBe(expected);
        at = keep(1, next);
      }
    });

    it('compares and hashes', () => {
      fc.assert(
        fc.property(word, word, (a, b) => {
          const [x, y] = [str(0, a), str(1, b)];
          const order = Buffer.compare(Buffer.from(a), Buffer.from(b));
          expect(call['str_eq']!(x, y)).toBe(a === b ? 1 : 0);
          expect(call['str_compare']!(x, y)).toBe(order);
          expect(call['str_compare']!(x, str(2, a))).toBe(0);
          expect(call['str_eq']!(x, str(2, a))).toBe(1);
          expect(call['str_hash']!(x)).toBe(call['str_hash']!(str(2, a)));
          expect(call['str_hash']!(x)).not.toBe(0);
        }),
        runs,
      );
      expect(call['str_eq']!(0, str(0, ''))).toBe(0);
      expect(call['str_eq']!(0, 0)).toBe(1);
      expect(call['str_compare']!(0, str(0, 'z'))).toBe(1);
      expect(call['str_compare']!(str(0, 'z'), 0)).toBe(-1);
    });

    it('has few collisions among short words', () => {
      const seen = new Set<number>();
      for (let i = 0; i < 5000; i++) seen.add(call['str_hash']!(str(0, `k${i}`)));
      expect(seen.size).toBeGreaterThan(4990);
    });

    it('indexes and slices by code points', () => {
      fc.assert(
        fc.property(word, bound, bound, (s, a, b) => {
          const points = [...s];
          const at = str(0, s);
          expect(call['str_len']!(at)).toBe(BigInt(points.length));
          expect(text(call['str_slice']!(at, a, b))).toBe(
            points.slice(clamp(a, points.length), Math.max(clamp(a, points.length), clamp(b, points.length))).join(''),
          );
          points.forEach((c, i) => {
            expect(text(call['str_index']!(at, BigInt(i)))).toBe(c);
            expect(text(call['str_index']!(at, BigInt(i - points.length)))).toBe(c);
          });
          // Backwards, as a scan is remembered.
          for (let i = points.length - 1; i >= 0; i--) expect(text(call['str_index']!(at, BigInt(i)))).toBe(points[i]);
          expect(call['str_slice']!(0, a, b)).toBe(0);
          // The slot is written again: the remembered scan of another text must not be used.
          call['str_index']!(str(1, '€€'), 1n);
        }),
        runs,
      );
    });

    it('gives the keys of characters, which are ordered as the strings are', () => {
      /** What src/ir/passes/chars.ts says a key is. */
      const key = (s: string): number => {
        const bytes = Buffer.from(s);
        return bytes.length === 0 ? -2 : bytes[0]! * 2 + (bytes.length > 1 ? 1 : 0);
      };
      // A character that is not ASCII has any key that is larger than those of ASCII.
      const like = (found: number, expected: number): void => {
        if (expected < 256) expect(found).toBe(expected);
        else expect(found).toBeGreaterThanOrEqual(256);
      };
      fc.assert(
        fc.property(word, bound, (s, i) => {
          const at = str(0, s);
          const points = [...s];
          expect(call['str_key']!(at)).toBe(key(s));
          points.forEach((c, k) => {
            like(call['str_key_at']!(at, BigInt(k)), key(c));
            like(call['str_key_at']!(at, BigInt(k - points.length)), key(c));
            like(call['str_key_of_char']!(call['str_index']!(at, BigInt(k))), key(c));
          });
          for (const k of [i, 0n, -1n, BigInt(points.length), BigInt(points.length - 1)]) {
            if (k === 2n ** 63n - 1n) continue;
            const next = clamp(k + 1n, points.length);
            const slice = points.slice(clamp(k, points.length), next).join('');
            like(call['str_key_slice']!(at, k), key(slice));
            expect(text(call['str_char_slice']!(at, k))).toBe(slice);
          }
        }),
        runs,
      );
      expect(call['str_key']!(0)).toBe(512);
      expect(call['str_key_slice']!(0, 0n)).toBe(512);
      expect(call['str_char_slice']!(0, 0n)).toBe(0);
      expect(call['str_key_of_char']!(str(0, 'ab'))).toBe(97 * 2 + 1);
    });

    it('walks over the characters', () => {
      fc.assert(
        fc.property(word, (s) => {
          const at = str(0, s);
          const end = Buffer.byteLength(s);
          const found: string[] = [];
          for (let p = 0; p < end; p = call['str_next']!(at, p)) {
            found.push(text(call['str_at']!(at, p))!);
            const first = Buffer.from(found.at(-1)!)[0]!;
            expect(call['str_key_of_byte']!(at, p)).toBe(first * 2);
          }
          expect(found).toEqual([...s]);
        }),
        runs,
      );
    });

    it('reads numbers in slices', () => {
      const number = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n);
      fc.assert(
        fc.property(word, number, fc.boolean(), word, (before, v, small, after) => {
          const digits = String(small ? v % 100_000n : v);
          const start = BigInt([...before].length);
          // The slot is written again: the remembered scan of another text must not be used.
          call['str_index']!(str(1, '€€'), 1n);
          const at = str(0, before + digits + after);
          expect(call['str_slice_int']!(at, start, start + BigInt(digits.length))).toBe(BigInt(digits));
        }),
        runs,
      );
      expect(call['str_slice_int']!(str(0, 'x007'), -3n, 2n ** 62n)).toBe(7n);
    });

    it('slices slices of strings of any kind', () => {
      fc.assert(
        fc.property(
          fc.array(word, { minLength: 1, maxLength: 8 }),
          fc.array(fc.tuple(bound, bound), { maxLength: 4 }),
          (words, cuts) => {
            let at = keep(1, call['str_repeat']!(str(0, words[0]!), 1n));
            let points = [...words[0]!];
            for (const w of words.slice(1)) {
              at = keep(1, call['str_concat']!(at, str(1, w)));
              if (at === slots[1]) return;
              points = points.concat([...w]);
            }
            for (const [a, b] of cuts) {
              at = keep(1, call['str_slice']!(at, a, b));
              points = points.slice(
                clamp(a, points.length),
                Math.max(clamp(a, points.length), clamp(b, points.length)),
              );
              expect(text(at)).toBe(points.join(''));
            }
          },
        ),
        runs,
      );
    });

    it('searches', () => {
      const part = fc.string({ unit: fc.constantFrom('a', 'b', 'é'), maxLength: 3 });
      fc.assert(
        fc.property(fc.string({ unit: fc.constantFrom('a', 'b', 'é'), maxLength: 30 }), part, (s, t) => {
          const [x, y] = [str(0, s), str(1, t)];
          expect(call['str_contains']!(x, y)).toBe(s.includes(t) ? 1 : 0);
          expect(call['str_index_of']!(x, y)).toBe(BigInt(s.indexOf(t)));
          expect(call['str_starts_with']!(x, y)).toBe(s.startsWith(t) ? 1 : 0);
          const parts = t === '' ? [...s] : s.split(t);
          const list = keep(1, call['str_split']!(x, y));
          expect(readList(r, list)).toEqual(parts);
          expect(text(call['str_join']!(list, str(2, '€')))).toBe(parts.join('€'));
          expect(text(call['str_join']!(list, y))).toBe(s);
        }),
        runs,
      );
      expect(call['str_contains']!(0, str(0, ''))).toBe(0);
      expect(call['str_index_of']!(str(0, 'a'), 0)).toBe(-1n);
      expect(readList(r, call['str_split']!(str(0, ''), str(1, ',')))).toEqual(['']);
      expect(readList(r, call['str_split']!(0, str(1, ',')))).toEqual([]);
      expect(text(call['str_join']!(0, str(1, ',')))).toBe('');
    });

    it('reverses, repeats, pads, takes apart', () => {
      fc.assert(
        fc.property(
          word,
          fc.integer({ min: -2, max: 9 }),
          word.filter((p) => [...p].length < 20),
          (s, n, pad) => {
            const points = [...s];
            expect(text(call['str_reverse']!(str(0, s)))).toBe([...points].reverse().join(''));
            expect(text(call['str_repeat']!(str(0, s), BigInt(n)))).toBe(s.repeat(Math.max(0, n)));
            const length = points.length + n;
            const fill = [...(pad || ' ').repeat(Math.max(0, n))].slice(0, Math.max(0, n)).join('');
            expect(text(call['str_pad_start']!(str(0, s), BigInt(length), str(1, pad)))).toBe(fill + s);
            expect(readList(r, call['str_chars']!(str(0, s)))).toEqual(points);
            expect(call['str_code']!(str(0, s))).toBe(BigInt(s.codePointAt(0) ?? 0));
            if (s) expect(text(call['str_from_code']!(BigInt(s.codePointAt(0)!)))).toBe(points[0]);
          },
        ),
        runs,
      );
      for (const bad of [-1n, 0xd800n, 0xdfffn, 0x110000n, 2n ** 40n]) {
        expect(text(call['str_from_code']!(bad))).toBe('\ufffd');
      }
      expect(call['str_repeat']!(0, 3n)).toBe(call['str_slice']!(str(0, 'a'), 1n, 1n));
    });

    it('trims white space of Unicode', () => {
      const space = fc.string({
        unit: fc.constantFrom(...' \t\n\v\f\r\u0085\u00a0\u1680\u2003\u2028\u205f\u3000'),
        maxLength: 4,
      });
      const inner = fc.string({ unit: fc.constantFrom('a', ' ', 'é', '\u200b', '\u0086', '😀'), maxLength: 5 });
      fc.assert(
        fc.property(space, inner, space, (before, s, after) => {
          expect(text(call['str_trim']!(str(0, before + s + after)))).toBe(
            s.replace(/^\p{White_Space}+|\p{White_Space}+$/gu, ''),
          );
        }),
        runs,
      );
    });

    it('maps case code point by code point', () => {
      const upper = (c: string): string => simpleCase(c, (x) => x.toUpperCase());
      const lower = (c: string): string => (c === 'İ' ? 'i' : simpleCase(c, (x) => x.toLowerCase()));
      const points: string[] = [];
      for (let cp = 0; cp < 0x1f000; cp += gcStress ? 97 : 1) {
        if (cp < 0xd800 || cp > 0xdfff) points.push(String.fromCodePoint(cp));
      }
      for (let i = 0; i < points.length; i += 400) {
        const part = points.slice(i, i + 400);
        expect(text(call['str_upper']!(str(0, part.join(''))))).toBe(part.map(upper).join(''));
        expect(text(call['str_lower']!(str(0, part.join(''))))).toBe(part.map(lower).join(''));
      }
      expect(text(call['str_upper']!(str(0, 'straße az{`AZ')))).toBe('STRAßE AZ{`AZ');
      expect(text(call['str_lower']!(str(0, 'STRASSE AZ[@az')))).toBe('strasse az[@az');
      expect(call['str_upper']!(0)).toBe(0);
    });

    /** The simple mapping of one code point: itself where the full mapping has several. */
    function simpleCase(c: string, full: (c: string) => string): string {
      const to = full(c);
      if ([...to].length === 1) return to;
      const cp = c.codePointAt(0)!;
      if (cp >= 0x1f80 && cp < 0x2000) {
        const title = [...Array(128).keys()].map((i) => String.fromCodePoint(0x1f80 + i));
        return title.find((t) => t !== c && t.toLowerCase() === c) ?? c;
      }
      return c;
    }

    it('counts stray bytes as code points and survives them everywhere', () => {
      const stray = fc.array(
        fc.oneof(
          fc.constantFrom(0x61, 0x80, 0xbf, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0xed, 0xa0, 0xff, 0xc0),
          fc.integer({ min: 0, max: 255 }),
        ),
        { maxLength: 30 },
      );
      const hex = (at: number): string =>
        Buffer.from(r.memory.buffer, r.view().getUint32(at + 12, true), r.view().getUint32(at + 4, true)).toString(
          'hex',
        );
      const hexes = (parts: Uint8Array[]): string => Buffer.concat(parts).toString('hex');
      fc.assert(
        fc.property(stray, stray, bound, bound, (first, second, a, b) => {
          const [x, y] = [Uint8Array.from(first), Uint8Array.from(second)];
          const whole = Uint8Array.from([...first, ...second]);
          const [px, py] = [put(0, x, steps(x).length), put(1, y, steps(y).length)];
          const at = keep(1, call['str_concat']!(px, py));
          const points = steps(whole);
          expect(hex(at)).toBe(hexes([whole]));
          expect(r.view().getUint32(at + 8, true)).toBe(points.length);
          const [from, to] = [clamp(a, points.length), clamp(b, points.length)];
          expect(hex(call['str_slice']!(at, a, b))).toBe(hexes(points.slice(from, Math.max(from, to))));
          points.forEach((p, i) => {
            expect(hex(call['str_index']!(at, BigInt(i)))).toBe(hexes([p]));
          });
          const reversed = keep(2, call['str_reverse']!(at));
          expect(hex(reversed)).toBe(hexes([...points].reverse()));
          expect(r.view().getUint32(reversed + 8, true)).toBe(steps(Buffer.concat([...points].reverse())).length);
          const twice = keep(2, call['str_repeat']!(at, 2n));
          expect(r.view().getUint32(twice + 8, true)).toBe(steps(Buffer.concat([whole, whole])).length);
          const copy = call['str_of_bytes']!(r.view().getUint32(at + 12, true), whole.length);
          expect(r.view().getUint32(copy + 8, true)).toBe(points.length);
          const list = keep(2, call['str_chars']!(at));
          expect(r.view().getUint32(list + 4, true)).toBe(points.length);
          expect(hex(call['str_join']!(list, str(3, '')))).toBe(hexes([whole]));
          call['str_trim']!(at);
          call['str_upper']!(at);
          call['str_lower']!(at);
          call['str_code']!(at);
        }),
        runs,
      );
    });
  });
}

describe('string memory', async () => {
  const r = await instanceWithRoots([...NAMES, 'collect']);

  it('appends in linear time and memory', () => {
    const x = r.string('0123456789');
    let at = r.keep(1, r.call['str_concat']!(x, x));
    const before = r.memory.buffer.byteLength;
    for (let i = 0; i < 200_000; i++) at = r.keep(1, r.call['str_concat']!(at, x));
    expect(r.call['str_len']!(at)).toBe(2_000_020n);
    // A copy at every step would have moved 200 GB.
    expect(r.memory.buffer.byteLength - before).toBeLessThan(40e6);
  });

  it('shares the bytes of long slices and copies short ones', () => {
    const long = r.keep(1, r.call['str_repeat']!(r.string('abcdefgh'), 1000n));
    const owner = (at: number): number => r.view().getUint32(at + 16, true);
    expect(owner(r.call['str_slice']!(long, 0n, 7000n))).toBe(long);
    expect(owner(r.call['str_slice']!(long, 0n, 1000n))).toBe(0);
    expect(r.call['str_slice']!(long, 0n, 8000n)).toBe(long);
  });
});

describe('string errors', () => {
  it.each([
    ['hello', 10n, 'string index out of range: 10 (length 5)'],
    ['hé', -3n, 'string index out of range: -3 (length 2)'],
    ['', 0n, 'string index out of range: 0 (length 0)'],
  ])('%j[%i]', async (s, i, message) => {
    const r = await runtimeInstance(['str_index']);
    expect(() => r.call['str_index']!(r.string(s), i)).toThrow(WebAssembly.RuntimeError);
    expect(r.stderr()).toBe(`error: ${message}\n`);
  });

  it('has no strings of 2 GB', async () => {
    const r = await runtimeInstance(['str_repeat']);
    expect(() => r.call['str_repeat']!(r.string('ab'), 2n ** 31n)).toThrow(WebAssembly.RuntimeError);
    expect(r.stderr()).toBe('error: out of memory\n');
  });
});

describe('results that nothing else refers to', async () => {
  const FUNCTIONS: Record<string, (s: string) => string> = {
    'str_slice(s, 1, -1)': (s) => [...s].slice(1, -1).join(''),
    'str_index(s, 1)': (s) => [...s][1]!,
    'str_upper(s)': (s) => s.toUpperCase(),
    'str_reverse(s)': (s) => [...s].reverse().join(''),
    'str_trim(s)': (s) => s.trim(),
    'str_repeat(s, 3)': (s) => s.repeat(3),
    'str_concat(s, s)': (s) => s + s,
    'str_concat(str_concat(s, "-"), s)': (s) => `${s}-${s}`,
    'str_pad_start(s, 90, str_concat("<", ">"))': (s) => s.padStart(90 + s.length - [...s].length, '<>'),
    'str_join(str_split(s, str_concat(",", "")), str_concat(";", ""))': (s) => s.split(',').join(';'),
    'str_join(str_chars(s), "")': (s) => s,
  };
  const entries = Object.entries(FUNCTIONS);
  const source = entries.map(
    ([body], i) =>
      `fun test_made_${i}(a: ref, b: ref): ref {\n  return ${body.replace(/\bs\b/g, 'str_concat(a, b)')}\n}\n`,
  );
  const r = await runtimeInstance(
    entries.map((_, i) => `test_made_${i}`),
    { gcStress: true, sources: { 'test-made.mochi': source.join('\n') } },
  );

  it.each(entries.map(([body, model], i) => [body, model, i] as const))('%s', (_, model, i) => {
    for (const [a, b] of [
      [' a,b', 'c,d '],
      ['é,€ ', ',😀'],
      ['x'.repeat(70), `,${'y'.repeat(70)}`],
    ] as const) {
      expect(r.text(r.call[`test_made_${i}`]!(r.string(a), r.string(b)))).toBe(model(a + b));
    }
  });
});
