/** The port against a real server: what a release looks like there in the end. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyRelease } from '../../src/project/tasks-release.ts';
import { githubPort } from '../../src/release/github.ts';
import type { ReleasePlan } from '../../src/release/plan.ts';
import { type FakeGithub, type FakeOptions, startFakeGithub } from '../fake-github/server.ts';
import { makeScenario, runRelease, type Scenario, TOKEN, whatIsWrong } from './scenario.ts';

let fake: FakeGithub;
let scenario: Scenario;
beforeEach(() => {
  scenario = makeScenario(3, 100);
});
afterEach(async () => {
  rmSync(scenario.dir, { recursive: true, force: true });
  await fake.close();
});

const release = (more: Partial<ReleasePlan> = {}) =>
  runRelease({ ...scenario, plan: { ...scenario.plan, ...more } }, fake);
const fresh = async (options: FakeOptions = {}): Promise<void> => {
  fake = await startFakeGithub(options);
};
const port = (token?: string) =>
  githubPort({ token, apiUrl: fake.url, repository: 'octo/hello', userAgent: 'tests', secondMs: 1 });

describe('a release', () => {
  it('says where its files are once it is published', async () => {
    await fresh();
    const result = await release();
    expect(result.url).toBe(`${fake.url}/octo/hello/releases/tag/v1.2.3`);
    for (const asset of result.assets) {
      expect(asset.url).toBe(`${fake.url}/octo/hello/releases/download/v1.2.3/${asset.name}`);
      expect(Buffer.from(await (await fetch(asset.url)).arrayBuffer())).toEqual(
        readFileSync(join(scenario.dir, asset.name)),
      );
    }
  });

  it('is the latest, unless it is a pre-release or another is to be', async () => {
    await fresh();
    await release();
    expect(fake.latest).toBe('v1.2.3');
    await release({ tag: 'v1.3.0-rc.1', version: '1.3.0-rc.1', prerelease: true, makeLatest: 'false' });
    expect(fake.latest).toBe('v1.2.3');
    await release({ tag: 'v1.1.9', version: '1.1.9', makeLatest: 'false' });
    expect(fake.latest).toBe('v1.2.3');
    await release({ tag: 'v1.2.4', version: '1.2.4', makeLatest: 'true' });
    expect(fake.latest).toBe('v1.2.4');
    expect(fake.releases.map((one) => one.prerelease)).toEqual([false, true, false, false]);
  });

  it.each([
    [{ kind: 'generate' } as const, 'What is new in v1.2.3'],
    [{ kind: 'text', body: '' } as const, ''],
    [{ kind: 'text', body: '# Hello\n' } as const, '# Hello\n'],
  ])('has the notes %j', async (notes, body) => {
    await fresh();
    await release({ notes });
    expect(fake.releases[0]!.body).toBe(body);
  });

  it('of one of several packages is compared with the one before of the same package', async () => {
    await fresh();
    await release({ tag: 'hello-v1.0.0', version: '1.0.0' });
    expect(fake.releases[0]!.body).toBe('What is new in hello-v1.0.0');
    await release({ tag: 'bye-v1.1.0', version: '1.1.0', packageName: 'bye' });
    await release({ tag: 'hello-v1.2.3' });
    expect(fake.releases.at(-1)!.body).toBe('What is new in hello-v1.2.3 since hello-v1.0.0');
  });

  it('that somebody drafted keeps its notes and files, and is published', async () => {
    await fresh();
    const body = JSON.stringify({ tag_name: 'v1.2.3', draft: true, name: 'By hand', body: 'Written by hand' });
    const headers = { authorization: 'token other' };
    await fetch(`${fake.url}/repos/octo/hello/releases`, { method: 'POST', headers, body });
    const manual = { method: 'POST', headers, body: 'pdf' };
    await fetch(`${fake.url}/repos/octo/hello/releases/1/assets?name=manual.pdf`, manual);
    await release();
    expect(fake.releases).toMatchObject([{ name: 'By hand', body: 'Written by hand', draft: false }]);
    expect(fake.releases[0]!.assets.map((asset) => asset.name)).toContain('manual.pdf');
  });

  it('is not begun by a token that may not', async () => {
    await fresh();
    fake.deny = true;
    await expect(release()).rejects.toMatchObject({ code: 'E431', fix: expect.stringContaining('contents: write') });
    expect(fake.releases).toEqual([]);
  });

  it('is made where the server says no digests, too', async () => {
    await fresh({ noDigests: true });
    await release();
    expect(fake.releases[0]!.draft).toBe(false);
    fake.uploadedBytes = 0;
    expect(await release()).toMatchObject({ changed: false });
    expect(fake.uploadedBytes).toBe(0);
  });

  it('can be downloaded without a token, but not while it is a draft', async () => {
    await fresh();
    await release({ draft: true });
    expect(whatIsWrong(scenario, fake, true)).toBeUndefined();
    const dir = mkdtempSync(join(tmpdir(), 'verify-'));
    await expect(verifyRelease('v1.2.3', port(), dir)).rejects.toMatchObject({ code: 'E438' });
    await release();
    const found = await port().list('v1.2.3');
    const sums = found[0]!.assets.find((asset) => asset.name === 'SHA256SUMS')!;
    await port().download(sums, join(dir, 'SHA256SUMS'));
    expect(readFileSync(join(dir, 'SHA256SUMS'))).toEqual(readFileSync(join(scenario.dir, 'SHA256SUMS')));
    // The files of this scenario have no manifest: they are downloaded, and then refused.
    await expect(verifyRelease('v1.2.3', port(TOKEN), dir)).rejects.toMatchObject({ code: 'E315', exit: 3 });
    rmSync(dir, { recursive: true });
  });
});
