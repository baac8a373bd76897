import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { download } from '../../src/toolchain/download.ts';
import { sha256 } from '../../src/toolchain/files.ts';
import { serve, type TestServer } from './server.ts';

const body = Buffer.alloc(300_000, 'mochi');
const digest = sha256(body);
let folder: string;
let file: string;
let server: TestServer;
let failures = 1;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'download-test-'));
  file = join(folder, 'file');
  failures = 1;
  server = await serve({
    '/good': (_, response) => response.end(body),
    '/moved': (_, response) => response.writeHead(302, { location: '/good' }).end(),
    '/broken': (_, response) => {
      response.writeHead(200, { 'content-length': body.length });
      response.write(body.subarray(0, 1000), () => response.destroy());
    },
    '/flaky': (_, response) => (failures-- > 0 ? response.writeHead(503).end() : response.end(body)),
    '/forbidden': (_, response) => response.writeHead(403).end(),
    '/silent': () => undefined,
  });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

it('keeps a file with the right digest', async () => {
  await download(`${server.url}/good`, file, { sha256: digest.toUpperCase() });
  expect(sha256(readFileSync(file))).toBe(digest);
});

it('follows a redirection', async () => {
  await download(`${server.url}/moved`, file, { sha256: digest });
  expect(sha256(readFileSync(file))).toBe(digest);
});

it('tries again after a failure that may pass', async () => {
  await download(`${server.url}/flaky`, file, { sha256: digest });
  expect(server.requests).toEqual(['/flaky', '/flaky']);
});

const refusals: [string, Partial<Parameters<typeof download>[2]>, object, number][] = [
  ['/good', { sha256: '0'.repeat(64) }, { code: 'E114', exit: 3, message: expect.stringContaining(digest) }, 1],
  ['/broken', { retries: 1 }, { code: 'E113', exit: 4, message: expect.stringContaining('of 300000 bytes') }, 2],
  ['/missing', {}, { code: 'E112', exit: 4, message: expect.stringContaining('404') }, 1],
  ['/forbidden', {}, { code: 'E111', exit: 4 }, 1],
  ['/silent', { connectTimeoutMs: 100 }, { code: 'E111', exit: 4, message: expect.stringContaining('no answer') }, 1],
];
it.each(refusals)('%s %o: keeps nothing and says why', async (path, options, error, requests) => {
  await expect(download(server.url + path, file, { sha256: digest, ...options })).rejects.toMatchObject(error);
  expect(existsSync(file)).toBe(false);
  expect(server.requests.length).toBe(requests);
});

it('says that nobody listens', async () => {
  await server.close();
  await expect(download(`${server.url}/good`, file, { sha256: digest })).rejects.toMatchObject({
    code: 'E111',
    exit: 4,
    message: expect.stringContaining('ECONNREFUSED'),
  });
});

it('says that the file cannot be written', async () => {
  const path = join(folder, 'no', 'such', 'folder');
  await expect(download(`${server.url}/good`, path, { sha256: digest })).rejects.toMatchObject({
    code: 'E204',
    exit: 1,
  });
});
