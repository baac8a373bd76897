import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AssembleInput, assemble } from '../../src/package/assemble.ts';
import { findParts, mergePackages } from '../../src/package/merge.ts';
import { verifyDir } from '../../src/package/verify.ts';
import { sha256 } from '../../src/toolchain/files.ts';
import { TARGETS, type Target, type TargetName } from '../../src/toolchain/targets.ts';
import { elfLauncher, peLauncher } from './executable-fixtures.ts';

const WASM = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** Launchers without any code, for three of the targets. */
async function launcherFor(target: Target): Promise<{ bytes: Uint8Array; sha256: string } | undefined> {
  const made: Partial<Record<TargetName, () => Uint8Array>> = {
    'x86_64-linux': () => elfLauncher(62),
    'aarch64-linux': () => elfLauncher(183),
    'x86_64-windows': () => peLauncher(0x8664),
  };
  const data = made[target.name]?.();
  return data && { bytes: data, sha256: sha256(data) };
}

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'merge-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Packages for these targets into a folder below `dir`, as a job would. */
async function make(
  folder: string,
  targets: readonly TargetName[],
  overrides: Partial<AssembleInput> = {},
): Promise<string> {
  const outDir = join(dir, folder);
  await assemble({
    name: 'hello',
    version: '1.2.3',
    programs: [{ name: 'hello', wasm: WASM, capabilities: { dirs: ['.'], env: ['HOME'] } }],
    targets: TARGETS.filter((target) => targets.includes(target.name)),
    wasmtimeVersion: '48.0.0',
    precompile: async (wasm, target) => new TextEncoder().encode(`${target.wasmtimeTarget} ${wasm.length}`),
    launcherFor,
    epoch: 1_700_000_000,
    emit: { wasm: true, cwasm: true, exe: true },
    sbom: true,
    license: 'MIT',
    description: 'Says hello',
    source: { repository: 'https://github.com/octo/hello', tag: 'v1.2.3' },
    installers: ['sh', 'ps1', 'homebrew', 'scoop'],
    ...overrides,
    outDir,
  });
  return outDir;
}

const contents = (folder: string): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, sha256(readFileSync(join(folder, name)))]));
const ALL: TargetName[] = TARGETS.map((target) => target.name);

describe('merging', () => {
  it('gives the bytes that packaging for all targets at once gives', async () => {
    const whole = await make('whole', ALL);
    // In no particular order, one part without an executable, and one target twice.
    const parts = [
      await make('parts/c', ['x86_64-windows', 'aarch64-windows']),
      await make('parts/a', ['s390x-linux']),
      await make('parts/b', ['x86_64-linux', 'aarch64-linux', 'riscv64gc-linux']),
      await make('parts/d', ['x86_64-macos', 'aarch64-macos', 'x86_64-linux']),
    ];
    const merged = join(dir, 'merged');
    await mergePackages(parts, { outDir: merged });
    expect(contents(merged)).toEqual(contents(whole));
    expect((await verifyDir(merged)).manifest.targets.map((target) => target.name)).toEqual(ALL);
    expect(readFileSync(join(merged, 'install.sh'), 'utf8')).toMatch(/x86_64-linux\)[\s\S]*aarch64-linux\)/);
  });

  it('puts executables of one job to the .cwasm of another', async () => {
    const whole = await make('whole', ['x86_64-linux']);
    const codeOnly = await make('code', ['x86_64-linux'], { emit: { wasm: true, cwasm: true, exe: false } });
    const exeOnly = await make('exe', ['x86_64-linux'], { emit: { wasm: false, cwasm: false, exe: true } });
    for (const parts of [
      [codeOnly, exeOnly],
      [exeOnly, codeOnly],
    ]) {
      const merged = join(dir, 'merged');
      await mergePackages(parts, { outDir: merged });
      expect(contents(merged)).toEqual(contents(whole));
    }
  });

  it('has the installers download from the tag that is released', async () => {
    const parts = [await make('a', ['x86_64-linux']), await make('b', ['aarch64-linux'])];
    const merged = join(dir, 'merged');
    const manifest = await mergePackages(parts, { outDir: merged, tag: 'hello-v1.2.3' });
    expect(manifest.source?.tag).toBe('hello-v1.2.3');
    expect(readFileSync(join(merged, 'install.sh'), 'utf8')).toContain('/releases/download/hello-v1.2.3');
  });

  it('may write over one of its parts', async () => {
    const parts = [await make('a', ['x86_64-linux']), await make('b', ['aarch64-linux'])];
    await mergePackages(parts, { outDir: parts[0]! });
    expect((await verifyDir(parts[0]!)).manifest.targets).toHaveLength(2);
  });

  const other = Uint8Array.of(...WASM, 0, 1, 0);
  it.each<[string, Partial<AssembleInput>, string]>([
    ['another version', { version: '1.2.4' }, 'they differ in version: "1.2.3" and "1.2.4"'],
    ['another date', { epoch: 1_700_000_001 }, 'they differ in date (source-date-epoch): 1700000000 and 1700000001'],
    ['another wasmtime', { wasmtimeVersion: '48.0.2' }, 'they differ in version of wasmtime'],
    [
      'another program',
      { programs: [{ name: 'hello', wasm: other, capabilities: { dirs: [], env: [] } }] },
      'programs',
    ],
    [
      'another commit',
      { source: { repository: 'https://github.com/octo/hello', tag: 'v1.2.3', commit: 'a'.repeat(40) } },
      'they differ in repository, tag or commit',
    ],
  ])('refuses %s, and writes nothing', async (_what, overrides, words) => {
    const parts = [await make('a', ['x86_64-linux']), await make('b', ['aarch64-linux'], overrides)];
    const merge = mergePackages(parts, { outDir: join(dir, 'merged') });
    await expect(merge).rejects.toMatchObject({ code: 'E322', exit: 1, message: expect.stringContaining(words) });
    expect(readdirSync(dir).sort()).toEqual(['a', 'b']);
  });

  it('refuses two executables of one target that differ', async () => {
    const extra = { path: 'README.md', data: WASM, executable: false };
    const parts = [await make('a', ['x86_64-linux']), await make('b', ['x86_64-linux'], { extraFiles: [extra] })];
    await expect(mergePackages(parts, { outDir: join(dir, 'merged') })).rejects.toMatchObject({
      code: 'E322',
      message: expect.stringContaining('their hello-1.2.3-x86_64-linux.tar.gz differ'),
    });
  });

  it('verifies every part', async () => {
    const parts = [await make('a', ['x86_64-linux']), await make('b', ['aarch64-linux'])];
    writeFileSync(join(parts[1]!, 'hello-1.2.3.wasm'), 'evil');
    await expect(mergePackages(parts, { outDir: join(dir, 'merged') })).rejects.toMatchObject({
      code: 'E314',
      exit: 3,
    });
  });

  it('says why artifacts that were unpacked over each other cannot be merged', async () => {
    const parts = [await make('a', ['x86_64-linux']), await make('b', ['aarch64-linux'])];
    const flat = join(dir, 'flat');
    for (const part of parts) cpSync(part, flat, { recursive: true });
    await expect(mergePackages(await findParts([flat]), { outDir: join(dir, 'merged') })).rejects.toMatchObject({
      code: 'E313',
      exit: 3,
      fix: expect.stringContaining('without merge-multiple'),
    });
  });
});

describe('findParts', () => {
  it('takes packages, and folders of packages', async () => {
    const [a, b, c] = [await make('x/b', ['x86_64-linux']), await make('x/a', ['s390x-linux']), await make('c', ALL)];
    expect(await findParts([join(dir, 'x'), c])).toEqual([b, a, c]);
  });

  it('refuses what holds none', async () => {
    await make('x/a', ['x86_64-linux']);
    mkdirSync(join(dir, 'x', 'explore'));
    mkdirSync(join(dir, 'empty'));
    for (const [place, named] of [
      ['x', join('x', 'explore')],
      ['empty', 'empty'],
    ]) {
      await expect(findParts([join(dir, place!)])).rejects.toMatchObject({
        code: 'E323',
        message: expect.stringContaining(`${join(dir, named!)} holds no package`),
      });
    }
    await expect(findParts([join(dir, 'nowhere')])).rejects.toMatchObject({ code: 'E201' });
  });
});
