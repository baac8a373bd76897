import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { components } from '@octokit/openapi-types';
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isUserError } from '../../src/diagnostics/user-error.ts';
import { applyRelease } from '../../src/release/apply.ts';
import { type GithubOptions, githubPort, uploadUrlFor } from '../../src/release/github.ts';
import type { PlannedAsset, ReleasePlan } from '../../src/release/plan.ts';
import { isTransient } from '../../src/release/port.ts';
import { remote } from './fake-port.ts';

const API = 'https://api.example.com';
const UPLOADS = 'https://uploads.example.com';
const REPO = '/repos/octo/hello';
const TOKEN = 'a-token-for-tests';

type RawAsset = Pick<
  components['schemas']['release-asset'],
  'id' | 'name' | 'size' | 'state' | 'digest' | 'browser_download_url'
>;

const rawAsset = (id: number, name: string, more: Partial<RawAsset> = {}): RawAsset => ({
  id,
  name,
  size: 3,
  state: 'uploaded',
  digest: `sha256:${'a'.repeat(64)}`,
  browser_download_url: `https://example.com/${name}`,
  ...more,
});

const rawRelease = (id: number, more: Partial<components['schemas']['release']> = {}) => ({
  id,
  tag_name: 'v1.2.3',
  draft: true,
  prerelease: false,
  html_url: `https://example.com/octo/hello/releases/${id}`,
  upload_url: `${UPLOADS}${REPO}/releases/${id}/assets{?name,label}`,
  assets: [],
  ...more,
});

const notices: string[] = [];
const port = (more: Partial<GithubOptions> = {}) =>
  githubPort({
    token: TOKEN,
    apiUrl: API,
    repository: 'octo/hello',
    userAgent: 'tests',
    secondMs: 1,
    onNotice: (text) => notices.push(text),
    ...more,
  });

const PLAN: ReleasePlan = {
  tag: 'v1.2.3',
  packageName: 'hello',
  version: '1.2.3',
  title: 'hello 1.2.3',
  commit: 'c0ffee',
  draft: false,
  prerelease: true,
  makeLatest: 'false',
  notes: { kind: 'generate' },
  onExisting: 'reconcile',
  assets: [],
};

let dir: string;
beforeEach(() => {
  nock.disableNetConnect();
  notices.length = 0;
  dir = mkdtempSync(join(tmpdir(), 'release-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
  const pending = nock.pendingMocks();
  nock.cleanAll();
  nock.enableNetConnect();
  expect(pending).toEqual([]);
});

function file(name: string, content: string | Buffer): { asset: PlannedAsset; path: string } {
  const path = join(dir, name);
  writeFileSync(path, content);
  const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
  return { asset: { name, size: content.length, digest }, path };
}

const thrownBy = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => undefined).catch((error) => error);

describe('listing', () => {
  it('finds drafts by walking all pages', async () => {
    const others = Array.from({ length: 100 }, (_, i) => rawRelease(i + 10, { tag_name: `v0.${i}.0` }));
    nock(API)
      .get(`${REPO}/releases`)
      .query({ per_page: '100' })
      .reply(200, others, { link: `<${API}${REPO}/releases?per_page=100&page=2>; rel="next"` })
      .get(`${REPO}/releases`)
      .query({ per_page: '100', page: '2' })
      .reply(200, [rawRelease(1, { assets: [rawAsset(5, 'x') as never] }), rawRelease(2, { tag_name: 'v1.2.30' })]);
    const found = await port().list('v1.2.3');
    expect(found).toMatchObject([{ id: 1, draft: true, immutable: false, assets: [{ id: 5, state: 'uploaded' }] }]);
  });

  it('lists all assets of a release, and takes an unknown state for a broken upload', async () => {
    const first = Array.from({ length: 100 }, (_, i) => rawAsset(i, `f${i}`));
    nock(API)
      .get(`${REPO}/releases/1`)
      .reply(200, rawRelease(1, { immutable: true }))
      .get(`${REPO}/releases/1/assets`)
      .query({ per_page: '100' })
      .reply(200, first, { link: `<${API}${REPO}/releases/1/assets?per_page=100&page=2>; rel="next"` })
      .get(`${REPO}/releases/1/assets`)
      .query({ per_page: '100', page: '2' })
      .reply(200, [rawAsset(200, 'last', { state: 'starter' as never, digest: null })]);
    const release = await port().get(1);
    expect(release.assets.length).toBe(101);
    expect(release.immutable).toBe(true);
    expect(release.assets.at(-1)).toMatchObject({ state: 'starter', digest: null });
  });

  it('tries again after a 502, and gives up with exit 4', async () => {
    nock(API).get(`${REPO}/releases`).query(true).reply(502).get(`${REPO}/releases`).query(true).reply(200, []);
    expect(await port().list('v1.2.3')).toEqual([]);
    nock(API).get(`${REPO}/releases`).query(true).times(4).reply(500);
    expect(await thrownBy(port().list('v1.2.3'))).toMatchObject({ code: 'E435', exit: 4 });
  });

  it('reports a broken connection as the network, not as a bug', async () => {
    nock(API).get(`${REPO}/releases`).query(true).times(4).replyWithError('getaddrinfo ENOTFOUND api.example.com');
    const error = await thrownBy(port().list('v1.2.3'));
    expect(error).toMatchObject({ code: 'E435', exit: 4, message: expect.stringContaining('ENOTFOUND') });
  });
});

describe('writing', () => {
  it('creates a draft at the commit with generated notes', async () => {
    let sent: unknown;
    nock(API)
      .post(`${REPO}/releases`, (body) => {
        sent = body;
        return true;
      })
      .matchHeader('authorization', `token ${TOKEN}`)
      .reply(201, rawRelease(1));
    expect(await port().createDraft(PLAN)).toMatchObject({ id: 1, draft: true });
    expect(sent).toEqual({
      tag_name: 'v1.2.3',
      name: 'hello 1.2.3',
      draft: true,
      prerelease: true,
      target_commitish: 'c0ffee',
      generate_release_notes: true,
    });
  });

  it('never repeats the creation by itself', async () => {
    nock(API).post(`${REPO}/releases`).reply(502);
    expect(isTransient(await thrownBy(port().createDraft(PLAN)))).toBe(true);
  });

  it('publishes with the flags of the plan', async () => {
    nock(API)
      .patch(`${REPO}/releases/1`, { draft: false, prerelease: true, make_latest: 'false' })
      .reply(200, rawRelease(1, { draft: false }));
    expect(await port().publish(1, PLAN)).toMatchObject({ draft: false });
  });

  it('takes what is gone for deleted', async () => {
    nock(API).delete(`${REPO}/releases/assets/5`).reply(404).delete(`${REPO}/releases/1`).reply(404);
    await port().deleteAsset(5);
    await port().deleteRelease(1);
  });
});

describe('uploading', () => {
  const release = remote({ id: 1, uploadUrl: `${UPLOADS}${REPO}/releases/1/assets{?name,label}` });

  it('sends the file with its length and kind to the upload host', async () => {
    const bytes = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0xff, 0xfe, 0x80]);
    const { asset, path } = file('hello.wasm', bytes);
    let body = '';
    nock(UPLOADS)
      .post(`${REPO}/releases/1/assets`, (sent) => {
        body = typeof sent === 'string' ? sent : JSON.stringify(sent);
        return true;
      })
      .query({ name: 'hello.wasm' })
      .matchHeader('content-type', 'application/wasm')
      .matchHeader('content-length', '8')
      .matchHeader('authorization', `token ${TOKEN}`)
      .reply(201, rawAsset(9, 'hello.wasm'));
    expect(await port().upload(release, asset, path)).toMatchObject({ id: 9 });
    expect(body).toBe(bytes.toString('hex'));
  });

  it.each([
    ['a 502', 502, undefined],
    ['a taken name', 422, { message: 'Validation Failed', errors: [{ code: 'already_exists', field: 'name' }] }],
  ])('calls for another look after %s, and does not repeat by itself', async (_, status, body) => {
    const { asset, path } = file('a', 'abc');
    nock(UPLOADS).post(`${REPO}/releases/1/assets`).query(true).reply(status, body);
    expect(isTransient(await thrownBy(port().upload(release, asset, path)))).toBe(true);
  });

  it('calls for another look after a broken connection', async () => {
    const { asset, path } = file('a', 'abc');
    nock(UPLOADS).post(`${REPO}/releases/1/assets`).query(true).replyWithError('socket hang up');
    expect(isTransient(await thrownBy(port().upload(release, asset, path)))).toBe(true);
  });

  it.each([
    ['another host', 'https://evil.example.net/x{?name,label}'],
    ['another scheme', 'http://uploads.example.com/x{?name,label}'],
    ['a host that only begins alike', 'https://uploads.example.com.evil.net/x'],
  ])('sends the token to no other address: %s', (_, uploadUrl) => {
    const error = thrown(() => uploadUrlFor(API, remote({ id: 1, uploadUrl }), 'a'));
    expect(error).toMatchObject({ code: 'E432' });
  });

  it('knows the upload address of GitHub Enterprise Server and of github.com', () => {
    const on = (api: string, uploadUrl: string) => uploadUrlFor(api, remote({ id: 1, uploadUrl }), 'a+b');
    const path = '/repos/o/r/releases/1/assets';
    expect(on('https://ghe.example.org/api/v3', `https://ghe.example.org/api/uploads${path}{?name,label}`)).toBe(
      `https://ghe.example.org/api/uploads${path}?name=a%2Bb`,
    );
    expect(on('https://api.github.com', `https://uploads.github.com${path}{?name,label}`)).toContain(
      'uploads.github.com',
    );
  });
});

describe('errors', () => {
  const denied = { message: 'Resource not accessible by integration' };

  it.each([
    [403, undefined, 'permissions:\n      contents: write'],
    [404, undefined, 'permissions:\n      contents: write'],
    [403, 'fork', 'from a fork'],
    [403, 'dependabot', 'Dependabot'],
  ] as const)('a %i on a write names the permission to add (%s)', async (status, origin, text) => {
    nock(API).post(`${REPO}/releases`).reply(status, denied);
    const error = await thrownBy(port({ origin }).createDraft(PLAN));
    expect(error).toMatchObject({ code: 'E431', fix: expect.stringContaining(text) });
  });

  it('a 404 on a read names the repository, a 401 the token', async () => {
    nock(API).get(`${REPO}/releases`).query(true).reply(404, { message: 'Not Found' });
    expect(await thrownBy(port().list('v1'))).toMatchObject({
      code: 'E434',
      message: expect.stringContaining('octo/hello'),
    });
    nock(API).get(`${REPO}/releases`).query(true).reply(401, { message: 'Bad credentials' });
    expect(await thrownBy(port().list('v1'))).toMatchObject({ code: 'E430' });
  });

  it('waits for a secondary rate limit, with a notice', async () => {
    const limited = { message: 'You have exceeded a secondary rate limit' };
    nock(API)
      .post(`${REPO}/releases`)
      .reply(403, limited, { 'retry-after': '2' })
      .post(`${REPO}/releases`)
      .reply(201, rawRelease(1));
    expect(await port().createDraft(PLAN)).toMatchObject({ id: 1 });
    expect(notices).toEqual([expect.stringContaining('waiting 2 s')]);
  });

  it('does not wait an hour, and does not call a rate limit a missing permission', async () => {
    const reset = String(Math.floor(Date.now() / 1000) + 3600);
    nock(API)
      .post(`${REPO}/releases`)
      .reply(403, { message: 'API rate limit exceeded' }, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset });
    expect(await thrownBy(port().createDraft(PLAN))).toMatchObject({ code: 'E433', exit: 4 });
  });

  it('says nothing of the token', async () => {
    nock(API).post(`${REPO}/releases`).reply(403, denied);
    const error = await thrownBy(port().createDraft(PLAN));
    expect(isUserError(error) && `${error.message}${error.fix}`).not.toContain(TOKEN);
  });
});

describe('a whole release', () => {
  it('makes list, draft, uploads, a look at every digest, and publication', async () => {
    const one = file('hello-1.2.3.wasm', 'wasm');
    const sums = file('SHA256SUMS', 'sums');
    const assets = [one.asset, sums.asset];
    const raw = assets.map((a, i) => rawAsset(i + 1, a.name, { size: a.size, digest: a.digest }));
    nock(API)
      .get(`${REPO}/releases`)
      .query(true)
      .times(3)
      .reply(200, [])
      .post(`${REPO}/releases`)
      .reply(201, rawRelease(1))
      .get(`${REPO}/releases/1`)
      .reply(200, rawRelease(1))
      .get(`${REPO}/releases/1/assets`)
      .query(true)
      .reply(200, raw)
      .patch(`${REPO}/releases/1`)
      .reply(200, rawRelease(1, { draft: false }));
    for (const a of raw) nock(UPLOADS).post(`${REPO}/releases/1/assets`).query({ name: a.name }).reply(201, a);
    const result = await applyRelease({ ...PLAN, assets }, port(), { dir });
    expect(result).toMatchObject({ id: 1, published: true, changed: true });
    expect(result.assets.map((a) => a.digest)).toEqual(assets.map((a) => a.digest));
  });

  it('works out the digest itself where the server does not say it', async () => {
    const sums = file('SHA256SUMS', 'sums');
    const raw = rawAsset(4, 'SHA256SUMS', { size: 4, digest: null });
    nock(API)
      .get(`${REPO}/releases`)
      .query(true)
      .reply(200, [rawRelease(1, { draft: false, assets: [raw as never] })])
      .get(`${REPO}/releases/assets/4`)
      .matchHeader('accept', 'application/octet-stream')
      .reply(200, 'sums', { 'content-type': 'application/octet-stream' });
    const result = await applyRelease({ ...PLAN, assets: [sums.asset] }, port(), { dir });
    expect(result).toMatchObject({ changed: false, published: true });
  });
});

function thrown(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return undefined;
}
