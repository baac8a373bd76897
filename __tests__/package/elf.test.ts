import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addElfPayload } from '../../src/package/elf.ts';
import { elfLauncher, recorder } from './executable-fixtures.ts';

interface Segment {
  type: number;
  flags: number;
  offset: number;
  address: number;
  fileSize: number;
  memorySize: number;
  alignment: number;
}

function segmentsOf(bytes: Uint8Array, little: boolean): Segment[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const u64 = (at: number): number => Number(view.getBigUint64(at, little));
  return [0, 1, 2].map((i) => {
    const at = 64 + 56 * i;
    return {
      type: view.getUint32(at, little),
      flags: view.getUint32(at + 4, little),
      offset: u64(at + 8),
      address: u64(at + 16),
      fileSize: u64(at + 32),
      memorySize: u64(at + 40),
      alignment: u64(at + 48),
    };
  });
}

const MACHINES = [
  ['x86_64', 62, true, 0x1000],
  ['aarch64', 183, true, 0x10000],
  ['riscv64gc', 243, true, 0x1000],
  ['s390x', 22, false, 0x1000],
] as const;

test.each(MACHINES)('%s: the payload is a segment of its own, behind all others', (arch, machine, little, page) => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 20000 }),
      fc.boolean(),
      fc.nat(200),
      (payload, notesFirst, cut) => {
        const launcher = elfLauncher(machine, little, notesFirst);
        const dataSize = 64 + 56 * ((notesFirst ? 1 : 0) + 1) + 32;
        new DataView(launcher.buffer).setBigUint64(dataSize, BigInt(0x800 - cut), little);
        const { seal, sealed } = recorder();
        const exe = addElfPayload(launcher, arch, payload, seal);
        const segments = segmentsOf(exe, little);
        expect(segments.map((s) => s.type)).toEqual([1, 1, 1]);
        const [code, data] = segmentsOf(launcher, little).filter((s) => s.type === 1);
        expect(segments.slice(0, 2)).toEqual([code, { ...data, fileSize: 0x1000 }]);
        const added = segments[2]!;
        // Right behind the launcher's data, which is filled up to a page.
        const end = 0x1000 + 0x800 - cut;
        expect(added).toMatchObject({ flags: 5, offset: 0x2000, fileSize: payload.length, alignment: page });
        expect(added.memorySize).toBe(added.fileSize);
        expect(added.offset % page).toBe(added.address % page);
        expect(added.address - (added.address % page)).toBe(Math.ceil((0x2000 + 0x1900) / page) * page);
        expect(Buffer.compare(exe.subarray(end, 0x2000), new Uint8Array(0x2000 - end))).toBe(0);
        expect(Buffer.compare(exe.subarray(0x2000), payload)).toBe(0);
        expect(sealed).toEqual([[0x2000, [{ offset: 0, length: 0x2000 }]]]);

        // The slot leads from the note's own address to the payload's; nothing else has changed.
        const slotAt = Buffer.from(launcher).indexOf('Mochi') - 12;
        const view = new DataView(exe.buffer);
        expect(slotAt + Number(view.getBigInt64(slotAt + 20, true))).toBe(added.address);
        expect(Number(view.getBigUint64(slotAt + 28, true))).toBe(payload.length);
        const same = exe.slice(0, end);
        same.set(launcher.subarray(64, 64 + 3 * 56), 64);
        same.set(launcher.subarray(slotAt + 20, slotAt + 36), slotAt + 20);
        expect(Buffer.compare(same, launcher.subarray(0, end))).toBe(0);
      },
    ),
    { numRuns: 50 },
  );
});

test.each(MACHINES)('%s: section headers are left out', (arch, machine, little) => {
  const exe = addElfPayload(elfLauncher(machine, little, false, true), arch, new Uint8Array(777).fill(1), () => {});
  const view = new DataView(exe.buffer);
  expect(view.getBigUint64(40, little)).toBe(0n);
  expect([view.getUint16(60, little), view.getUint16(62, little)]).toEqual([0, 0]);
  expect(Buffer.from(exe).includes('.shstrtab')).toBe(false);
});

test('a launcher without the note, or of another machine, is refused', () => {
  const launcher = elfLauncher(62);
  const nameAt = Buffer.from(launcher).indexOf('Mochi');
  launcher[nameAt] = 0x6d;
  expect(() => addElfPayload(launcher, 'x86_64', new Uint8Array(1), () => {})).toThrow(/no free place/);
  expect(() => addElfPayload(elfLauncher(62), 'aarch64', new Uint8Array(1), () => {})).toThrow(/ELF machine 62/);
});
