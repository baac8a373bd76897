import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkMachoSignature, signMacho } from '../../src/package/codesign.ts';
import { addMachoPayload, readMacho, u64 } from '../../src/package/macho.ts';
import { machoLauncher, recorder } from './executable-fixtures.ts';

const KINDS = [
  ['x86_64', 0x01000007, false, 0x1000],
  ['aarch64', 0x0100000c, true, 0x4000],
] as const;

test.each(KINDS)(
  '%s: the payload is a segment before __LINKEDIT, which moves as a whole',
  (arch, cpu, signed, page) => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40000 }), (payload) => {
        const launcher = machoLauncher(cpu, signed);
        const { seal, sealed } = recorder();
        const exe = addMachoPayload(launcher, arch, payload, seal);
        const macho = readMacho(exe)!;
        const shift = Math.ceil(payload.length / page) * page;
        const segment = (name: string): number => macho.commands.find((c) => c.segment === name)!.at;
        expect(macho.commands.map((c) => c.segment).filter(Boolean)).toEqual(['__TEXT', '__MOCHI', '__LINKEDIT']);

        const mochi = segment('__MOCHI');
        const numbers = [24, 32, 40, 48].map((at) => u64(macho.view, mochi + at));
        expect(numbers).toEqual([0x100000000 + page, shift, page, shift]);
        expect(macho.view.getUint32(mochi + 60, true)).toBe(5);
        expect(u64(macho.view, mochi + 72 + 40)).toBe(payload.length);
        expect(Buffer.compare(exe.subarray(page, page + payload.length), payload)).toBe(0);

        expect(sealed).toEqual([
          [
            page,
            [
              { offset: page - 0x100, length: 0x100 },
              { offset: page + payload.length, length: shift - payload.length },
            ],
          ],
        ]);

        const linkedit = segment('__LINKEDIT');
        expect(u64(macho.view, linkedit + 24)).toBe(0x100000000 + page + shift);
        expect(u64(macho.view, linkedit + 40)).toBe(page + shift);
        expect(page + shift + u64(macho.view, linkedit + 48)).toBe(exe.length);
        // What the linker wrote there, up to the old signature, is found at the moved offsets.
        const field = (kind: number, at: number): number =>
          macho.view.getUint32(macho.commands.find((c) => c.kind === kind)!.at + at, true);
        expect(field(0x80000022, 8)).toBe(page + shift);
        expect(field(0x80000022, 40)).toBe(page + shift + 0x40);
        expect(field(0x80000022, 16)).toBe(0);
        expect(field(0x2, 8)).toBe(page + shift + 0x80);
        expect(field(0x2, 16)).toBe(page + shift + 0x100);
        expect(field(0xb, 56)).toBe(page + shift + 0x180);
        expect(field(0x26, 8)).toBe(page + shift + 0x1c0);
        const kept = launcher.subarray(page, page + 0x300);
        expect(Buffer.compare(exe.subarray(page + shift, page + shift + kept.length), kept)).toBe(0);
        expect(checkMachoSignature(exe)).toBeUndefined();
      }),
      { numRuns: 40 },
    );
  },
);

test.each(KINDS)('%s: every changed bit of a signed file is noticed, in the signature too', (arch, cpu, signed) => {
  const exe = addMachoPayload(machoLauncher(cpu, signed), arch, new Uint8Array(5000).fill(7), () => {});
  expect(checkMachoSignature(exe)).toBeUndefined();
  const { view, commands } = readMacho(exe)!;
  const signatureAt = view.getUint32(commands.find((c) => c.kind === 0x1d)!.at + 8, true);
  const changed = exe.slice();
  for (let at = signatureAt; at < exe.length; at++) {
    changed[at]! ^= 1 << (at % 8);
    expect(checkMachoSignature(changed), `at ${at}`).toBeDefined();
    changed[at] = exe[at]!;
  }
  fc.assert(
    fc.property(fc.nat(exe.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = exe.slice();
      changed[at]! ^= change;
      expect(checkMachoSignature(changed)).toBeDefined();
    }),
  );
  expect(checkMachoSignature(exe.subarray(0, exe.length - 1))).toBe('the signature is cut off');
  expect(checkMachoSignature(Buffer.concat([exe, Uint8Array.of(0)]))).toBe('something follows the signature');
});

test('signing again replaces the signature and gives the same bytes', () => {
  const exe = addMachoPayload(machoLauncher(0x0100000c, true), 'aarch64', new Uint8Array(100), () => {});
  const identifier = Buffer.from(exe)
    .toString('latin1')
    .match(/mochi-[0-9a-f]{16}/)![0];
  expect(Buffer.compare(signMacho(exe, identifier), exe)).toBe(0);
  expect(checkMachoSignature(signMacho(exe, 'another name'))).toBe('the signature is not the one of this file');
});

test('programs get different UUIDs, of version 3', () => {
  const uuid = (fill: number): string => {
    const exe = addMachoPayload(machoLauncher(0x0100000c, true), 'aarch64', new Uint8Array(100).fill(fill), () => {});
    const at = readMacho(exe)!.commands.find((c) => c.kind === 0x1b)!.at + 8;
    return Buffer.from(exe.subarray(at, at + 16)).toString('hex');
  };
  expect(uuid(1)).not.toBe(uuid(2));
  expect(uuid(1)).toMatch(/^.{12}3.{3}[89ab]/);
});
