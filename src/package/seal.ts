/**
 * The seal of an executable: the checksum of the file around the payload, with which the launcher finds damage in itself. It is
 * Fletcher's (IEEE Transactions on Communications 30, 1982) over 32-bit words in sixteen lanes, in the byte order of the target,
 * and all lanes are kept; launcher/src/seal.rs computes the same at every start. It finds damage, which is random; against an
 * attacker only a signature helps.
 */
import { alignUp } from './layout.ts';

const LANES = 16;
/** Bytes are added in blocks of this size; the end of a part is filled up with zeros. */
export const SEAL_BLOCK = 4 * LANES;
export const SEAL_SIZE = 8 * LANES;

/** A part of a file. */
export interface Part {
  readonly offset: number;
  readonly length: number;
}

/** Writes the seal of these parts into the payload at `payloadAt`. */
export type Sealer = (file: Uint8Array, payloadAt: number, parts: readonly Part[]) => void;

/** The seal, `SEAL_SIZE` bytes, of parts of a file: the sums of the words of each lane, then the sums of these sums. */
export function sealOf(file: Uint8Array, parts: readonly Part[], littleEndian: boolean): Uint8Array {
  const first = new Uint32Array(LANES);
  const second = new Uint32Array(LANES);
  for (const { offset, length } of parts) {
    const bytes = file.subarray(offset, offset + length);
    const padded = new Uint8Array(alignUp(bytes.length, SEAL_BLOCK));
    padded.set(bytes);
    const view = new DataView(padded.buffer);
    for (let at = 0; at < padded.length; at += 4) {
      const lane = (at >> 2) % LANES;
      first[lane] = first[lane]! + view.getUint32(at, littleEndian);
      second[lane] = second[lane]! + first[lane]!;
    }
  }
  const seal = new Uint8Array(SEAL_SIZE);
  const view = new DataView(seal.buffer);
  for (const [i, sum] of [...first, ...second].entries()) view.setUint32(4 * i, sum, littleEndian);
  return seal;
}
