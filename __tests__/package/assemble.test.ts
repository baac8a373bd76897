import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { type AssembleInput, assemble, makeRelease } from '../../src/package/assemble.ts';
import { ManifestSchema, parseManifest } from '../../src/package/manifest.ts';
import { readPayload } from '../../src/package/payload.ts';
import { verifyDir } from '../../src/package/verify.ts';
import { sha256 } from '../../src/toolchain/files.ts';
import { TARGETS, type Target } from '../../src/toolchain/targets.ts';
import { elfLauncher, peLauncher } from './executable-fixtures.ts';

const WASM = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
/** Launchers for two of the targets, without any code. */
async function launcherFor(target: Target): Promise<{ bytes: Uint8Array; sha256: string } | undefined> {
  const made = { 'x86_64-linux': () => elfLauncher(62), 'x86_64-windows': () => peLauncher(0x8664) };
  const data = made[target.name as keyof typeof made]?.();
  return data && { bytes: data, sha256: sha256(data) };
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function input(overrides: Partial<AssembleInput> = {}): AssembleInput {
  return {
    name: 'hello',
    version: '1.2.3',
    programs: [{ name: 'hello', wasm: WASM, capabilities: { dirs: ['.'], env: ['HOME'] } }],
    targets: TARGETS,
    wasmtimeVersion: '48.0.0',
    precompile: async (wasm, target) => bytes(`${target.wasmtimeTarget} ${wasm.length}`),
    launcherFor,
    epoch: 1_700_000_000,
    extraFiles: [{ path: 'README.md', data: bytes('# hello\n'), executable: false }],
    emit: { wasm: true, cwasm: true, exe: true },
    sbom: true,
    ...overrides,
  };
}

let dir: string;
beforeEach(() => {
  dir = join(mkdtempSync(join(tmpdir(), 'assemble-')), 'dist');
  return () => rmSync(join(dir, '..'), { recursive: true });
});

describe('makeRelease', () => {
  it('names every file as documented', async () => {
    const { files } = await makeRelease(input());
    const targets = ['x86_64-linux', 'aarch64-linux', 'riscv64gc-linux', 's390x-linux'];
    const others = ['x86_64-macos', 'aarch64-macos', 'x86_64-windows', 'aarch64-windows'];
    expect([...files.keys()].sort()).toEqual(
      [
        'SHA256SUMS',
        'hello-1.2.3-manifest.json',
        'hello-1.2.3.cdx.json',
        'hello-1.2.3.wasm',
        'hello-1.2.3-x86_64-linux.tar.gz',
        'hello-1.2.3-x86_64-windows.zip',
        ...[...targets, ...others].map((t) => `hello-1.2.3-wasmtime48-${t}.cwasm`),
      ].sort(),
    );
  });

  it('says for every target whether there is an executable, and why not', async () => {
    const { manifest } = await makeRelease(input());
    const linux = manifest.targets.find((t) => t.name === 'x86_64-linux');
    expect(linux?.executables.hello).toMatchObject({ status: 'made', path: 'hello' });
    expect(linux?.archive).toBe('hello-1.2.3-x86_64-linux.tar.gz');
    const windows = manifest.targets.find((t) => t.name === 'x86_64-windows');
    expect(windows?.executables.hello).toMatchObject({ status: 'made', path: 'hello.exe' });
    const macos = manifest.targets.find((t) => t.name === 'x86_64-macos');
    expect(macos?.executables.hello).toEqual({ status: 'none', reason: 'there is no launcher for x86_64-macos' });
    expect(macos?.archive).toBeNull();
    expect(manifest.targets.map((t) => t.name)).toEqual(TARGETS.map((t) => t.name));
  });

  it('puts program, engine and capabilities into the executable, and it into the archive', async () => {
    const { files, manifest } = await makeRelease(input());
    const tar = gunzipSync(files.get('hello-1.2.3-x86_64-linux.tar.gz')!);
    const made = manifest.targets[0]?.executables.hello;
    if (made?.status !== 'made') throw new Error('no executable');
    const header = tar.indexOf('hello-1.2.3-x86_64-linux/hello\0');
    const exe = tar.subarray(header + 512, header + 512 + made.size);
    expect(sha256(exe)).toBe(made.sha256);
    expect(readPayload(exe)).toMatchObject({
      engine: '48.0.0',
      target: 'x86_64-linux',
      capabilities: { dirs: ['.'], env: ['HOME'] },
      intact: true,
    });
    expect(tar.includes('hello-1.2.3-x86_64-linux/README.md\0')).toBe(true);
    expect(tar.includes('hello-1.2.3-x86_64-linux/hello.wasm\0')).toBe(true);
  });

  it('gives the same bytes for the same input, and others for another date', async () => {
    const one = (await makeRelease(input())).files;
    const two = (await makeRelease(input())).files;
    expect([...two].map(([name, data]) => [name, sha256(data)])).toEqual(
      [...one].map(([name, data]) => [name, sha256(data)]),
    );
    const later = (await makeRelease(input({ epoch: 1_700_000_002 }))).files;
    const archive = 'hello-1.2.3-x86_64-linux.tar.gz';
    expect(sha256(later.get(archive)!)).not.toBe(sha256(one.get(archive)!));
    expect(sha256(later.get('hello-1.2.3.wasm')!)).toBe(sha256(WASM));
  });

  it('lists the launcher and its crates with their licences in the bill of materials, when there are executables', async () => {
    interface Component {
      purl?: string;
      licenses?: { expression: string }[];
      hashes?: unknown[];
    }
    interface Bom {
      components: Component[];
      dependencies: { ref: string; dependsOn?: string[] }[];
      serialNumber: string;
    }
    const bomOf = async (overrides: Parameters<typeof input>[0]): Promise<Bom> =>
      JSON.parse(Buffer.from((await makeRelease(input(overrides))).files.get('hello-1.2.3.cdx.json')!).toString());
    const whole = await bomOf({});
    const purls = whole.components.flatMap((c) => c.purl ?? []);
    expect(new Set(purls).size).toBe(purls.length);
    const crates = whole.components.filter((c) => c.purl?.startsWith('pkg:cargo/'));
    expect(crates.length).toBeGreaterThan(50);
    for (const crate of crates) expect(crate.licenses?.[0]?.expression, crate.purl).toMatch(/\w/);
    const needs = new Map(whole.dependencies.map((d) => [d.ref, d.dependsOn ?? []]));
    const launcher = purls.find((p) => p.startsWith('pkg:cargo/mochi-launcher@'))!;
    expect(needs.get('pkg:generic/hello@1.2.3')).toContain(launcher);
    expect(needs.get(launcher)!.some((p) => p.startsWith('pkg:cargo/cap-std@'))).toBe(true);
    for (const ref of [...needs.values()].flat()) expect(needs.has(ref), ref).toBe(true);

    const bare = await bomOf({ emit: { wasm: true, cwasm: false, exe: false } });
    expect(bare.components.some((c) => c.purl?.startsWith('pkg:cargo/mochi-launcher@'))).toBe(false);
    expect(bare.serialNumber).not.toBe(whole.serialNumber);
  });

  it('makes only what is asked for', async () => {
    let compiled = 0;
    const precompile = async (): Promise<Uint8Array> => {
      compiled++;
      return bytes('x');
    };
    const emit = { wasm: true, cwasm: false, exe: false };
    const { files } = await makeRelease(input({ emit, sbom: false, precompile }));
    expect([...files.keys()].sort()).toEqual(['SHA256SUMS', 'hello-1.2.3-manifest.json', 'hello-1.2.3.wasm']);
    expect(compiled).toBe(0);
  });

  it('names the files of several programs apart', async () => {
    const program = { wasm: WASM, capabilities: { dirs: [], env: [] } };
    const programs = ['hello', 'bye'].map((name) => ({ ...program, name }));
    const { files, manifest } = await makeRelease(input({ programs, targets: TARGETS.slice(0, 1) }));
    expect([...files.keys()]).toEqual(expect.arrayContaining(['hello-1.2.3.wasm', 'hello-1.2.3-bye.wasm']));
    expect(Object.keys(manifest.targets[0]!.executables)).toEqual(['hello', 'bye']);
  });

  it.each([
    [{ name: 'he llo' }, 'he llo'],
    [{ name: '.hidden' }, '.hidden'],
    [{ version: '1.0/2' }, '1.0/2'],
    [{ programs: [] }, 'no program'],
  ])('refuses %j', async (overrides, text) => {
    await expect(makeRelease(input(overrides))).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining(text),
    });
  });
});

describe('assemble and verifyDir', () => {
  it('writes a folder that verifies', async () => {
    const manifest = await assemble({ ...input(), outDir: dir });
    const verified = await verifyDir(dir);
    expect(verified.manifest).toEqual(manifest);
    expect(verified.files.map((file) => file.name)).toEqual(readdirSync(dir).sort());
    expect(readdirSync(join(dir, '..'))).toEqual(['dist']);
    for (const name of readdirSync(dir)) expect(statSync(join(dir, name)).mtimeMs).toBe(1_700_000_000_000);
  });

  it('replaces a folder it made before, as a whole', async () => {
    await assemble({ ...input(), outDir: dir });
    await assemble({ ...input({ version: '1.2.4' }), outDir: dir });
    expect(existsSync(join(dir, 'hello-1.2.3.wasm'))).toBe(false);
    expect((await verifyDir(dir)).manifest.version).toBe('1.2.4');
  });

  it("leaves somebody else's folder alone", async () => {
    mkdirSync(dir);
    writeFileSync(join(dir, 'thesis.txt'), 'years of work');
    await expect(assemble({ ...input(), outDir: dir })).rejects.toMatchObject({ code: 'E302' });
    expect(readdirSync(dir)).toEqual(['thesis.txt']);
    expect(readdirSync(join(dir, '..'))).toEqual(['dist']);
  });

  it('leaves what was there when making the new one fails', async () => {
    await assemble({ ...input(), outDir: dir });
    const precompile = async (_: Uint8Array, target: Target): Promise<Uint8Array> => {
      throw new Error(`no ${target.name}`);
    };
    await expect(assemble({ ...input({ version: '2.0.0', precompile }), outDir: dir })).rejects.toThrow('no x86_64');
    expect((await verifyDir(dir)).manifest.version).toBe('1.2.3');
  });

  it('explains a path through a file', async () => {
    writeFileSync(dir, '');
    await expect(assemble({ ...input(), outDir: join(dir, 'x') })).rejects.toMatchObject({ name: 'UserError' });
    await expect(assemble({ ...input(), outDir: dir })).rejects.toMatchObject({ name: 'UserError' });
    expect(readFileSync(dir, 'utf8')).toBe('');
  });

  const wasm = 'hello-1.2.3.wasm';
  const manifestFile = 'hello-1.2.3-manifest.json';
  it.each<[string, string, () => void]>([
    ['a changed file', 'E314', () => writeFileSync(join(dir, wasm), 'evil')],
    ['a missing file', 'E312', () => rmSync(join(dir, wasm))],
    ['an extra file', 'E313', () => writeFileSync(join(dir, 'extra'), '')],
    ['no SHA256SUMS', 'E310', () => rmSync(join(dir, 'SHA256SUMS'))],
    ['a broken SHA256SUMS', 'E311', () => writeFileSync(join(dir, 'SHA256SUMS'), 'x')],
    ['no folder', 'E318', () => rmSync(dir, { recursive: true })],
    [
      'a folder in place of a file',
      'E314',
      () => {
        rmSync(join(dir, wasm));
        mkdirSync(join(dir, wasm));
      },
    ],
    ['a manifest that says otherwise', 'E317', () => rewrite((text) => text.replace(sha256(WASM), 'f'.repeat(64)))],
    ['a manifest that is none', 'E316', () => rewrite(() => '{}')],
    [
      'a file that the manifest is silent about',
      'E317',
      () => {
        writeFileSync(join(dir, 'zzz'), '');
        rewriteSums((text) => `${text}${sha256('')}  zzz\n`);
      },
    ],
  ])('verifyDir refuses %s with exit 3', async (_, code, damage) => {
    await assemble({ ...input(), outDir: dir });
    damage();
    const error = await verifyDir(dir).catch((thrown) => thrown);
    expect(error).toMatchObject({ name: 'UserError', code });
    expect(error.exit).toBe(code === 'E318' ? 1 : 3);
  });

  function rewriteSums(change: (text: string) => string): void {
    const path = join(dir, 'SHA256SUMS');
    writeFileSync(path, change(readFileSync(path, 'utf8')));
  }

  /** Changes the manifest and lists its new digest, as somebody would who wants to hide it. */
  function rewrite(change: (text: string) => string): void {
    const path = join(dir, manifestFile);
    const before = sha256(readFileSync(path));
    writeFileSync(path, change(readFileSync(path, 'utf8')));
    rewriteSums((text) => text.replace(before, sha256(readFileSync(path))));
  }
});

describe('the manifest', () => {
  it('reads back, and a wrong one names the field', async () => {
    const { manifest } = await makeRelease(input());
    expect(parseManifest(JSON.stringify(manifest))).toEqual({ manifest });
    expect(parseManifest('[')).toMatchObject({ problem: expect.stringContaining('not JSON') });
    const wrong = JSON.stringify({ ...manifest, wasmtime: { version: '48.0.0' } });
    expect(parseManifest(wrong)).toMatchObject({ problem: expect.stringContaining('wasmtime.major') });
  });

  it('has its schema published in docs/', async () => {
    const { z } = await import('zod');
    const published = JSON.parse(await readFile('docs/manifest.schema.json', 'utf8'));
    expect(published).toEqual(z.toJSONSchema(ManifestSchema));
  });
});
