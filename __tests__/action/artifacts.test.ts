import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { artifactName, type Upload, uploadArtifacts } from '../../src/action/artifacts.ts';
import type { Context } from '../../src/action/context.ts';
import type { Runner } from '../../src/action/runner.ts';
import type { Manifest } from '../../src/package/manifest.ts';
import { TARGETS } from '../../src/toolchain/targets.ts';
import { type FakeArtifacts, startArtifacts } from './fake-artifacts.ts';

let service: FakeArtifacts;
let folder: string;
let log: string;

beforeEach(async () => {
  service = await startArtifacts();
  folder = mkdtempSync(join(tmpdir(), 'artifacts-'));
  log = '';
  // The client reads the process's own environment.
  for (const [name, value] of Object.entries({ ...service.env, GITHUB_SERVER_URL: 'https://github.com' })) {
    vi.stubEnv(name, value);
  }
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await service.close();
  rmSync(folder, { recursive: true });
});

const context = (enterpriseServer = false) => ({ enterpriseServer }) as Context;
const runner = (env: Record<string, string> = service.env): Runner => ({
  env,
  write: (text) => void (log += text),
  output: async () => {},
  summary: async () => {},
  secret: async () => {},
  addPath: async () => {},
});

function files(): Upload {
  writeFileSync(join(folder, 'a.txt'), 'first\n');
  writeFileSync(join(folder, 'b.txt'), 'second\n');
  return { name: 'hello-1.2.3', folder, files: ['a.txt', 'b.txt'], epoch: 1_700_000_000 };
}

describe('uploading', () => {
  it('makes an archive that holds the files', async () => {
    await uploadArtifacts(runner(), 'auto', context(), [files()]);
    const zip = service.artifacts.get('hello-1.2.3');
    expect(zip?.subarray(0, 4).toString('latin1')).toBe('PK\u0003\u0004');
    expect(zip?.includes('a.txt')).toBe(true);
    expect(log).toMatch(/^uploaded the artifact hello-1\.2\.3, \d+ B$/m);
    expect(log).not.toContain('secret-signature');
  });

  it('gives the same bytes for the same files, whenever they were written', async () => {
    const upload = files();
    await uploadArtifacts(runner(), true, context(), [upload]);
    utimesSync(join(folder, 'a.txt'), 1, 1_600_000_000);
    await uploadArtifacts(runner(), true, context(), [{ ...upload, name: 'again' }]);
    expect(service.artifacts.get('again')?.equals(service.artifacts.get('hello-1.2.3')!)).toBe(true);
  });

  it('holds the files in the order in which they are named', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `file${(i * 17) % 40}.txt`);
    for (const name of names) writeFileSync(join(folder, name), name);
    await uploadArtifacts(runner(), true, context(), [{ ...files(), files: names }]);
    const zip = service.artifacts.get('hello-1.2.3')!.toString('latin1');
    // Local file headers: the name is behind 30 bytes.
    const found = [...zip.matchAll(/PK\u0003\u0004.{26}(file\d+\.txt)/gs)].map((match) => match[1]);
    expect(found).toEqual(names);
  });

  it('replaces what an earlier attempt of the run left', async () => {
    await uploadArtifacts(runner(), true, context(), [files()]);
    const first = service.artifacts.get('hello-1.2.3');
    const again = files();
    writeFileSync(join(folder, 'a.txt'), 'changed\n');
    await uploadArtifacts(runner(), true, context(), [again]);
    expect(service.artifacts.size).toBe(1);
    expect(service.artifacts.get('hello-1.2.3')?.equals(first!)).toBe(false);
  });

  it('says what to do when the service refuses', async () => {
    service.deny = true;
    await expect(uploadArtifacts(runner(), true, context(), [files()])).rejects.toMatchObject({
      code: 'E608',
      message: expect.stringContaining('cannot upload the artifact hello-1.2.3'),
      fix: expect.stringContaining('upload-artifacts'),
    });
  });

  it('is left out when it is not wanted, or where there is no service', async () => {
    await uploadArtifacts(runner(), false, context(), [files()]);
    await uploadArtifacts(runner({}), 'auto', context(), [files()]);
    expect([service.artifacts.size, log]).toEqual([0, '']);
  });

  it('is left out on GitHub Enterprise Server, with a notice', async () => {
    await uploadArtifacts(runner(), true, context(true), [files()]);
    expect(service.artifacts.size).toBe(0);
    expect(log).toMatch(/^::notice title=artifacts::GitHub Enterprise Server does not take/);
  });
});

describe('the name of an artifact', () => {
  const manifest = (targets: readonly { name: string }[]) =>
    ({ name: 'hello', version: '1.0.0+5', targets }) as Manifest;

  it('is the package for all targets, and names them when it has only some', () => {
    expect(artifactName(manifest(TARGETS))).toBe('hello-1.0.0-5');
    expect(artifactName(manifest(TARGETS.slice(0, 1)))).toBe('hello-1.0.0-5-x86_64-linux');
    expect(artifactName(manifest(TARGETS.slice(2, 4)))).toBe('hello-1.0.0-5-riscv64gc-linux-s390x-linux');
  });
});
