import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addPePayload } from '../../src/package/pe.ts';
import { peLauncher, recorder } from './executable-fixtures.ts';

/** The checksum as the specification's ImageHlp computes it: over 16-bit words, carries folded in, plus the length. */
function referenceChecksum(bytes: Uint8Array): number {
  const padded = Buffer.concat([bytes, Buffer.alloc(bytes.length % 2)]);
  let sum = 0n;
  for (let i = 0; i < padded.length; i += 2) {
    if (i !== 0x98 + 64 && i !== 0x98 + 66) sum += BigInt(padded.readUInt16LE(i));
  }
  while (sum > 0xffffn) sum = (sum & 0xffffn) + (sum >> 16n);
  return Number(sum) + bytes.length;
}

test.each([
  ['x86_64', 0x8664],
  ['aarch64', 0xaa64],
] as const)('%s: the payload is the last section, and the headers fit it', (arch, machine) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 9000 }), (payload) => {
      const launcher = peLauncher(machine);
      const { seal, sealed } = recorder();
      const exe = addPePayload(launcher, arch, payload, seal);
      const view = new DataView(exe.buffer);
      expect(view.getUint16(0x86, true)).toBe(3);
      const section = 0x98 + 240 + 80;
      expect(Buffer.from(exe.subarray(section, section + 8)).toString('latin1')).toBe('.mochi\0\0');
      const [virtualSize, address, rawSize, offset] = [8, 12, 16, 20].map((at) => view.getUint32(section + at, true));
      expect(virtualSize).toBe(payload.length);
      expect(address).toBe(0x3000);
      expect(rawSize! % 0x200).toBe(0);
      expect(offset! + rawSize!).toBe(exe.length);
      expect(view.getUint32(section + 36, true)).toBe(0x60000020);
      expect(view.getUint32(0x98 + 56, true)).toBe(0x3000 + Math.ceil(payload.length / 0x1000) * 0x1000);
      expect(view.getUint32(0x98 + 64, true)).toBe(referenceChecksum(exe));
      expect(Buffer.compare(exe.subarray(offset, offset! + payload.length), payload)).toBe(0);
      // Sealed is all but the payload, the checksum and the entry of the certificate table.
      const unsealed = [
        [0x98 + 64, 4],
        [0x98 + 112 + 32, 8],
        [offset!, payload.length],
      ];
      const parts = sealed.map(([, p]) => p)[0]!;
      const covered = new Uint8Array(exe.length);
      for (const { offset, length } of parts) covered.fill(1, offset, offset + length);
      for (const [at, size] of unsealed) covered.fill(2, at, at! + size!);
      expect(covered.indexOf(0)).toBe(-1);
      expect(parts.reduce((sum, p) => sum + p.length, 0)).toBe(exe.length - payload.length - 12);
      expect(Buffer.compare(exe.subarray(0x400, 0x800), launcher.subarray(0x400))).toBe(0);
    }),
    { numRuns: 50 },
  );
});

test('a signed launcher, one without room for a header, and another machine’s are refused', () => {
  const signed = peLauncher(0x8664);
  new DataView(signed.buffer).setUint32(0x98 + 112 + 32, 0x700, true);
  expect(() => addPePayload(signed, 'x86_64', new Uint8Array(1), () => {})).toThrow(/signed/);
  expect(() => addPePayload(peLauncher(0x8664, 15), 'x86_64', new Uint8Array(1), () => {})).toThrow(/no room/);
  expect(() => addPePayload(peLauncher(0x8664), 'aarch64', new Uint8Array(1), () => {})).toThrow(/0x8664/);
});
