/**
 * Growing byte buffer and reader with the number encodings of the WebAssembly binary format (LEB128, WebAssembly core
 * specification 5.2).
 */

const TEXT = new TextEncoder();
const UNTEXT = new TextDecoder('utf-8', { fatal: true });
const FLOAT = new DataView(new ArrayBuffer(8));
const FLOAT_BYTES = new Uint8Array(FLOAT.buffer);

/** The 8 bytes of a float, valid until the next call. */
export function floatBytes(value: number): Uint8Array {
  FLOAT.setFloat64(0, value, true);
  return FLOAT_BYTES;
}

/** An append-only byte buffer; positions are byte offsets from its start. */
export class ByteWriter {
  #bytes: Uint8Array;
  /** Bytes written so far. */
  length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
  }

  #room(count: number): void {
    const need = this.length + count;
    if (need <= this.#bytes.length) return;
    let size = this.#bytes.length * 2;
    while (size < need) size *= 2;
    const grown = new Uint8Array(size);
    grown.set(this.#bytes.subarray(0, this.length));
    this.#bytes = grown;
  }

  u8(value: number): void {
    if (this.length === this.#bytes.length) this.#room(1);
    this.#bytes[this.length++] = value;
  }

  /** Unsigned LEB128 of an integer in [0, 2^53). */
  u32(value: number): void {
    // Nearly all are small: the byte is written without a call.
    if (value <= 0x7f && this.length < this.#bytes.length) {
      this.#bytes[this.length++] = value;
      return;
    }
    let rest = value;
    while (rest > 0x7f) {
      // Not bit operations: the value may exceed 32 bits.
      this.u8((rest % 128) | 0x80);
      rest = Math.floor(rest / 128);
    }
    this.u8(rest);
  }

  /** Signed LEB128 of a 32-bit integer. */
  s32(value: number): void {
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
        this.u8(low);
        return;
      }
      this.u8(low | 0x80);
    }
  }

  /** Signed LEB128 of a 64-bit integer; the value is taken modulo 2^64. */
  s64(value: bigint): void {
    const small = Number(value);
    if (small >= -0x80000000 && small <= 0x7fffffff) {
      this.s32(small);
      return;
    }
    let rest = BigInt.asIntN(64, value);
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      if ((rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0)) {
        this.u8(low);
        return;
      }
      this.u8(low | 0x80);
    }
  }

  f64(value: number): void {
    this.bytes(floatBytes(value));
  }

  bytes(value: Uint8Array): void {
    this.#room(value.length);
    this.#bytes.set(value, this.length);
    this.length += value.length;
  }

  /** A vector of bytes: length, then UTF-8. */
  name(text: string): void {
    const utf8 = TEXT.encode(text);
    this.u32(utf8.length);
    this.bytes(utf8);
  }

  /** Drops everything from `position` on. */
  truncate(position: number): void {
    this.length = position;
  }

  /** A copy of what has been written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.length);
  }

  /** A view of what has been written, valid until the next write. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }
}

/** Bytes of the unsigned LEB128 of a value. */
export function sizeU32(value: number): number {
  let size = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 128)) size++;
  return size;
}

/** Reads what ByteWriter writes; throws a RangeError on truncated or over-long input. */
export class ByteReader {
  readonly bytes: Uint8Array;
  position: number;
  readonly end: number;

  constructor(bytes: Uint8Array, position = 0, end = bytes.length) {
    this.bytes = bytes;
    this.position = position;
    this.end = end;
  }

  get done(): boolean {
    return this.position >= this.end;
  }

  u8(): number {
    if (this.position >= this.end) throw new RangeError('unexpected end of bytes');
    return this.bytes[this.position++]!;
  }

  u32(): number {
    let result = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.u8();
      result += (byte & 0x7f) * scale;
      if (byte < 0x80) return result;
      scale *= 128;
    }
    throw new RangeError('LEB128 number too long');
  }

  s64(): bigint {
    let result = 0n;
    let shift = 0n;
    for (let i = 0; i < 10; i++) {
      const byte = this.u8();
      result |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
      if (byte < 0x80) return byte & 0x40 ? result - (1n << shift) : result;
    }
    throw new RangeError('LEB128 number too long');
  }

  s32(): number {
    return Number(this.s64());
  }

  f64(): number {
    for (let i = 0; i < 8; i++) FLOAT.setUint8(i, this.u8());
    return FLOAT.getFloat64(0, true);
  }

  take(count: number): Uint8Array {
    if (count > this.end - this.position) throw new RangeError('unexpected end of bytes');
    this.position += count;
    return this.bytes.subarray(this.position - count, this.position);
  }

  name(): string {
    return UNTEXT.decode(this.take(this.u32()));
  }
}
