import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import matrix from '../../matrix.json' with { type: 'json' };
import { isUserError } from '../../src/diagnostics/user-error.ts';
import { checkMachoSignature } from '../../src/package/codesign.ts';
import { findLauncher } from '../../src/package/launchers.ts';
import { makeExecutable, readPayload } from '../../src/package/payload.ts';
import { TARGETS } from '../../src/toolchain/targets.ts';

const folder = fileURLToPath(new URL('../../launcher/prebuilt', import.meta.url));
const launchers = matrix.launchers as Record<string, { sha256: string; size: number }>;

test('there is a launcher for every target, and no other', () => {
  const names = TARGETS.map((t) => t.name).sort();
  expect(Object.keys(launchers).sort()).toEqual(names);
  expect(
    readdirSync(folder)
      .filter((f) => f.endsWith('.br'))
      .sort(),
  ).toEqual(names.map((n) => `${n}.br`));
});

test.each(TARGETS.map((t) => [t.name, t] as const))(
  '%s: has the recorded digest, takes a program, is small',
  async (name, target) => {
    const launcher = await findLauncher(target);
    expect(launcher?.sha256).toBe(launchers[name]?.sha256);
    expect(launcher?.bytes.length).toBe(launchers[name]?.size);
    expect(launcher!.bytes.length).toBeLessThan(name === 'x86_64-linux' ? 1_000_000 : 1_700_000);
    const cwasm = new Uint8Array(100_000).map((_, i) => (i * 31) >> 3);
    const payload = { cwasm, capabilities: { dirs: ['.'], env: [] }, engine: matrix.wasmtime.default };
    const exe = makeExecutable(launcher!.bytes, target, payload);
    expect(Buffer.compare(readPayload(exe).cwasm, cwasm)).toBe(0);
    expect(readPayload(exe).intact).toBe(true);
    if (target.os === 'linux') checkWalk(exe);
    if (target.os === 'windows') checkCallback(exe);
    if (target.os === 'macos') expect(checkMachoSignature(exe)).toBeUndefined();
    // Nothing of the machine that built it.
    const text = Buffer.from(launcher!.bytes).toString('latin1');
    expect(text).not.toMatch(/\/home\/|\/root\/|\.cargo\/|index\.crates\.io/);
  },
);

/** The walk of launcher/src/os/entry.rs over the segments of an executable: each gives the bytes from where the last ended up to its own end. */
function checkWalk(exe: Uint8Array): void {
  const view = new DataView(exe.buffer, exe.byteOffset);
  const little = exe[5] === 1;
  const u64 = (at: number): number => Number(view.getBigUint64(at, little));
  const segments = Array.from({ length: view.getUint16(56, little) }, (_, i) => u64(32) + 56 * i)
    .filter((at) => view.getUint32(at, little) === 1)
    .map((at) => ({
      writable: (view.getUint32(at + 4, little) & 2) !== 0,
      offset: u64(at + 8),
      address: u64(at + 16),
      size: u64(at + 32),
      memory: u64(at + 40),
    }));
  let done = 0;
  for (const [i, next] of segments.entries()) {
    expect(next.offset % 4096).toBe(next.address % 4096);
    const last = segments[i - 1];
    if (!last) {
      expect(next.offset).toBe(0);
      continue;
    }
    const end = last.offset + last.size;
    const cut = Math.max(end - (end % 64), next.offset - (next.offset % 4096));
    // What is read behind the end of the one before is in its last page, and no page of zeros.
    expect(cut).toBeGreaterThanOrEqual(done);
    expect(cut).toBeLessThanOrEqual(last.memory > last.size ? end : Math.ceil(end / 4096) * 4096);
    expect(next.offset).toBeGreaterThanOrEqual(end - (end % 64));
    done = cut;
  }
  const payload = segments.at(-1)!;
  expect(payload.writable).toBe(false);
  expect([payload.offset % 64, payload.offset + payload.size]).toEqual([0, exe.length]);
  // The data before it ends with a page of the file, which the kernel leaves alone; and the check stands in the file's first pages.
  const data = segments.at(-2)!;
  expect([data.writable, (data.offset + data.size) % 4096]).toEqual([true, 0]);
  expect(u64(24) - segments[0]!.address).toBeLessThan(8192);
}

/**
 * What launcher/src/os/windows/callback.rs needs of an executable: the first callback of the loader is the launcher's own, and the code of the
 * check stands alone in its section, between two pages of zeros, with words that add up to 0.
 */
function checkCallback(exe: Uint8Array): void {
  const view = new DataView(exe.buffer, exe.byteOffset);
  const coff = view.getUint32(0x3c, true) + 4;
  const optional = coff + 20;
  const sections = Array.from({ length: view.getUint16(coff + 2, true) }, (_, i) => {
    const at = optional + view.getUint16(coff + 16, true) + 40 * i;
    const [size, address, rawSize, raw] = [8, 12, 16, 20].map((field) => view.getUint32(at + field, true));
    const name = Buffer.from(exe.subarray(at, at + 8)).toString('latin1');
    return { name, size: size!, address: address!, rawSize: rawSize!, raw: raw! };
  });
  const base = Number(view.getBigUint64(optional + 24, true));
  const within = (address: number) => sections.find((s) => address >= s.address && address < s.address + s.size)!;
  const u64 = (address: number): number =>
    Number(view.getBigUint64(address - within(address).address + within(address).raw, true));
  const callbacks = u64(view.getUint32(optional + 112 + 72, true) + 24) - base;
  const [first, second] = [u64(callbacks) - base, u64(callbacks + 8) - base];
  for (const callback of [first, second]) expect(within(callback).name).toBe('.text\0\0\0');

  const check = sections.find((s) => s.name === '.check\0\0')!;
  const bytes = exe.subarray(check.raw, check.raw + Math.min(check.size, check.rawSize));
  let sum = 0n;
  for (let at = 0; at < 8192; at += 8) sum += view.getBigUint64(check.raw + at, true);
  expect(BigInt.asUintN(64, sum)).toBe(0n);
  expect(bytes.findIndex((byte, at) => at >= 8 && byte !== 0)).toBeGreaterThanOrEqual(4096);
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1;
  expect(end).toBeLessThanOrEqual(8192);
  expect(bytes.length - end).toBeGreaterThanOrEqual(4096);
}

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'prebuilt-test-'));
  mkdirSync(join(root, 'launcher', 'prebuilt'), { recursive: true });
  mkdirSync(join(root, 'launcher', 'target'), { recursive: true });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('a changed or damaged one is refused; without one, the machine’s own build is taken', async () => {
  const target = TARGETS[0]!;
  expect(await findLauncher(target, root)).toBeUndefined();
  writeFileSync(join(root, 'launcher', 'target', target.name), 'own build');
  expect(Buffer.from((await findLauncher(target, root))!.bytes).toString()).toBe('own build');
  const good = readFileSync(join(folder, `${target.name}.br`));
  for (const bad of [
    brotliCompressSync(Buffer.from('another launcher')),
    good.subarray(0, 1000),
    Buffer.from('not brotli'),
  ]) {
    writeFileSync(join(root, 'launcher', 'prebuilt', `${target.name}.br`), bad);
    const error = await findLauncher(target, root).catch((e: unknown) => e);
    expect(isUserError(error) && error.code).toBe('E505');
    expect(isUserError(error) && error.exit).toBe(3);
  }
});
