import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addElfPayload } from '../../src/package/elf.ts';
import { elfLauncher } from './executable-fixtures.ts';

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
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 20000 }), fc.boolean(), (payload, notesFirst) => {
      const launcher = elfLauncher(machine, little, notesFirst);
      const exe = addElfPayload(launcher, arch, payload);
      const segments = segmentsOf(exe, little);
      expect(segments.map((s) => s.type)).toEqual([1, 1, 1]);
      expect(segments.slice(0, 2)).toEqual(segmentsOf(launcher, little).filter((s) => s.type === 1));
      const added = segments[2]!;
      expect(added).toMatchObject({ flags: 5, fileSize: payload.length, memorySize: payload.length, alignment: page });
      expect(added.offset % page).toBe(0);
      expect(added.address % page).toBe(0);
      expect(added.address).toBeGreaterThanOrEqual(0x2000 + 0x1900);
      expect(Buffer.compare(exe.subarray(added.offset), payload)).toBe(0);

      // The slot leads from the note's own address to the payload's; nothing else has changed.
      const slotAt = Buffer.from(launcher).indexOf('Mochi') - 12;
      const view = new DataView(exe.buffer);
      expect(slotAt + Number(view.getBigInt64(slotAt + 20, true))).toBe(added.address);
      expect(Number(view.getBigUint64(slotAt + 28, true))).toBe(payload.length);
      const same = exe.slice(0, launcher.length);
      same.set(launcher.subarray(64, 64 + 3 * 56), 64);
      same.set(launcher.subarray(slotAt + 20, slotAt + 36), slotAt + 20);
      expect(Buffer.compare(same, launcher)).toBe(0);
    }),
    { numRuns: 50 },
  );
});

test.each(MACHINES)('%s: the payload has a section header, so that strip keeps it', (arch, machine, little, page) => {
  const launcher = elfLauncher(machine, little, false, true);
  const payload = new Uint8Array(777).fill(1);
  const exe = addElfPayload(launcher, arch, payload);
  const view = new DataView(exe.buffer);
  const u64 = (at: number): number => Number(view.getBigUint64(at, little));
  expect(view.getUint16(60, little)).toBe(3);
  const table = u64(40);
  const names = table + 64;
  const text = (at: number): string => Buffer.from(exe.subarray(at, exe.indexOf(0, at))).toString('latin1');
  const nameOf = (header: number): string => text(u64(names + 24) + view.getUint32(header, little));
  expect(nameOf(names)).toBe('.shstrtab');
  expect(u64(names + 24) + u64(names + 32)).toBe(exe.length);
  const added = table + 128;
  expect(nameOf(added)).toBe('.mochi');
  expect([view.getUint32(added + 4, little), u64(added + 8), u64(added + 32), u64(added + 48)]).toEqual([
    1,
    6,
    777,
    page,
  ]);
  expect(Buffer.compare(exe.subarray(u64(added + 24), u64(added + 24) + 777), payload)).toBe(0);
  expect(u64(added + 16)).toBe(segmentsOf(exe, little)[2]!.address);
});

test('a launcher without the note, or of another machine, is refused', () => {
  const launcher = elfLauncher(62);
  const nameAt = Buffer.from(launcher).indexOf('Mochi');
  launcher[nameAt] = 0x6d;
  expect(() => addElfPayload(launcher, 'x86_64', new Uint8Array(1))).toThrow(/no free place/);
  expect(() => addElfPayload(elfLauncher(62), 'aarch64', new Uint8Array(1))).toThrow(/ELF machine 62/);
});
