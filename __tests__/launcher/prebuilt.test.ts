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
    if (target.os === 'macos') expect(checkMachoSignature(exe)).toBeUndefined();
    // Nothing of the machine that built it.
    const text = Buffer.from(launcher!.bytes).toString('latin1');
    expect(text).not.toMatch(/\/home\/|\/root\/|\.cargo\/|index\.crates\.io/);
  },
);

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
