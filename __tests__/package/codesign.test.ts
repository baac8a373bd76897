import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { checkMachoSignature, signMacho } from '../../src/package/codesign.ts';
import { readMacho } from '../../src/package/macho.ts';
import { machoLauncher } from './executable-fixtures.ts';

test('the signature is what XNU reads: a SuperBlob with one CodeDirectory for all pages', () => {
  const file = signMacho(machoLauncher(0x0100000c, true), 'hello');
  const macho = readMacho(file)!;
  const command = macho.commands.find((c) => c.kind === 0x1d)!;
  const at = macho.view.getUint32(command.at + 8, true);
  expect(at % 16).toBe(0);
  expect(at + macho.view.getUint32(command.at + 12, true)).toBe(file.length);
  const blob = Buffer.from(file.subarray(at));
  expect(blob.readUInt32BE(0)).toBe(0xfade0cc0);
  expect(blob.readUInt32BE(8)).toBe(1);
  const directory = blob.subarray(blob.readUInt32BE(16));
  expect(directory.readUInt32BE(0)).toBe(0xfade0c02);
  expect(directory.readUInt32BE(8)).toBe(0x20400);
  expect(directory.readUInt32BE(12)).toBe(0x20002);
  const [hashes, name] = [directory.readUInt32BE(16), directory.readUInt32BE(20)];
  expect(directory.subarray(name, hashes).toString()).toBe('hello\0');
  const [pages, limit] = [directory.readUInt32BE(28), directory.readUInt32BE(32)];
  expect(limit).toBe(at);
  expect(pages).toBe(Math.ceil(at / 4096));
  expect([...directory.subarray(36, 40)]).toEqual([32, 2, 0, 12]);
  expect(directory.readBigUInt64BE(72)).toBe(0x4000n);
  expect(directory.readBigUInt64BE(80)).toBe(1n);
  for (let i = 0; i < pages; i++) {
    const page = file.subarray(4096 * i, Math.min(limit, 4096 * (i + 1)));
    const hash = directory.subarray(hashes + 32 * i, hashes + 32 * (i + 1));
    expect(createHash('sha256').update(page).digest().equals(hash)).toBe(true);
  }
  expect(blob.readUInt32BE(4)).toBe(20 + hashes + 32 * pages);
});

test('an unsigned file gets the load command', () => {
  const unsigned = machoLauncher(0x01000007, false);
  expect(checkMachoSignature(unsigned)).toBe('it has no signature');
  expect(checkMachoSignature(signMacho(unsigned, 'x'))).toBeUndefined();
});
