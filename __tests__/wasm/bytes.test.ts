import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader, ByteWriter, sizeU32 } from '../../src/wasm/bytes.ts';

const written = (write: (w: ByteWriter) => void): Uint8Array => {
  const w = new ByteWriter(1);
  write(w);
  return w.finish();
};

describe('LEB128', () => {
  it('writes the examples of the DWARF and WebAssembly specifications', () => {
    expect([...written((w) => w.u32(624485))]).toEqual([0xe5, 0x8e, 0x26]);
    expect([...written((w) => w.s32(-123456))]).toEqual([0xc0, 0xbb, 0x78]);
    expect([...written((w) => w.s64(-1n))]).toEqual([0x7f]);
    expect([...written((w) => w.s32(64))]).toEqual([0xc0, 0x00]);
    expect([...written((w) => w.s32(-64))]).toEqual([0x40]);
  });

  it('reads what it wrote, in as few bytes as possible', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const bytes = written((w) => w.u32(value));
        expect(bytes.length).toBe(sizeU32(value));
        expect(bytes.length).toBe(Math.max(1, Math.ceil(BigInt(value).toString(2).length / 7)));
        const input = new ByteReader(bytes);
        expect(input.u32()).toBe(value);
        expect(input.done).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.integer(), (value) => {
        expect(new ByteReader(written((w) => w.s32(value))).s32()).toBe(value);
      }),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }), (value) => {
        const bytes = written((w) => w.s64(value));
        expect(new ByteReader(bytes).s64()).toBe(value);
        expect(bytes.length).toBeLessThanOrEqual(10);
      }),
    );
  });

  it('takes 64-bit values modulo 2^64', () => {
    expect(new ByteReader(written((w) => w.s64((1n << 64n) - 1n))).s64()).toBe(-1n);
  });

  it('refuses truncated and over-long numbers', () => {
    expect(() => new ByteReader(Uint8Array.of(0x80)).u32()).toThrow(RangeError);
    expect(() => new ByteReader(new Uint8Array(12).fill(0x80)).u32()).toThrow(RangeError);
    expect(() => new ByteReader(new Uint8Array(12).fill(0x80)).s64()).toThrow(RangeError);
    expect(() => new ByteReader(Uint8Array.of(3, 65)).name()).toThrow(RangeError);
  });
});

describe('other values', () => {
  it('round-trip floats bit by bit and names', () => {
    fc.assert(
      fc.property(fc.double(), fc.string({ unit: 'grapheme' }), (value, text) => {
        const bytes = written((w) => {
          w.f64(value);
          w.name(text);
        });
        const input = new ByteReader(bytes);
        expect(input.f64()).toBe(value);
        expect(input.name()).toBe(text);
      }),
    );
  });

  it('truncate what was written', () => {
    const w = new ByteWriter();
    for (const byte of [1, 2, 3]) w.u8(byte);
    w.truncate(2);
    w.u8(7);
    expect([...w.finish()]).toEqual([1, 2, 7]);
  });
});
