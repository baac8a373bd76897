/** A project from `init` to a published release that is installed, verified and built again, with the machine's own tools. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capture } from '../../src/toolchain/process.ts';
import { type FakeGithub, startFakeGithub } from '../fake-github/server.ts';
import { MAIN } from './cli.ts';

const TOKEN = 'a-token-for-tests';
let dir: string;
let fake: FakeGithub;

/** The command line in a process of its own; not spawnSync, since the server answers in this one. */
async function run(args: string[], env: Record<string, string> = {}, cwd = dir) {
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(GITHUB|GH|ACTIONS)_/.test(name)));
  const done = await capture(process.execPath, [MAIN, ...args], {
    cwd,
    env: { ...clean, GITHUB_API_URL: fake.url, GITHUB_REPOSITORY: 'octo/hello', ...env },
  });
  return { status: done.status, out: done.stdout.toString(), err: done.stderr.toString() };
}

const git = (...args: string[]): string =>
  execFileSync('git', args, {
    cwd: join(dir, 'hello'),
    env: {
      ...process.env,
      GIT_AUTHOR_NAME: 'a',
      GIT_AUTHOR_EMAIL: 'a@example.com',
      GIT_COMMITTER_NAME: 'a',
      GIT_COMMITTER_EMAIL: 'a@example.com',
      GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
    },
  }).toString();

const has = (command: string, ...args: string[]): boolean => !spawnSync(command, args).error;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'release-e2e-'));
  fake = await startFakeGithub({ keep: 1 << 26, immutable: true });
  expect(await run(['init', 'hello'])).toMatchObject({ status: 0, err: '' });
  writeFileSync(join(dir, 'hello', 'CHANGELOG.md'), '# Changelog\n\n## [0.1.0]\n\n- The first.\n');
  git('init', '-q', '-b', 'main');
  git('config', 'core.autocrlf', 'false');
  git('add', '-A');
  git('commit', '-q', '-m', 'The first');
  const made = await run([
    'package',
    'hello',
    '--out-dir',
    'out',
    '--targets',
    'host,x86_64-linux,x86_64-windows',
    '--quiet',
  ]);
  expect(made).toMatchObject({ status: 0, err: '' });
});
afterAll(async () => {
  await fake.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('init', () => {
  it('makes a project that checks and whose test passes, and never overwrites', async () => {
    expect(await run(['test', 'hello'])).toMatchObject({ status: 0, out: expect.stringContaining('... ok') });
    expect(await run(['check', 'hello'])).toMatchObject({ status: 0 });
    expect(await run(['init', 'hello'])).toMatchObject({ status: 1, err: expect.stringContaining('E216') });
    expect(await run(['init', 'x', '--name', '../x'])).toMatchObject({
      status: 2,
      err: expect.stringContaining('E303'),
    });
    expect(readdirSync(dir).sort()).toEqual(['hello', 'out']);
  });
});

describe('plan', () => {
  it('needs neither a token nor the network', async () => {
    fake.requests.length = 0;
    const { status, out } = await run([
      'plan',
      'out',
      '--json',
      '--notes',
      'hello/CHANGELOG.md',
      '--prerelease',
      'true',
    ]);
    expect(status).toBe(0);
    expect(JSON.parse(out).plan).toMatchObject({
      tag: 'v0.1.0',
      commit: git('rev-parse', 'HEAD').trim(),
      prerelease: true,
      makeLatest: 'false',
      notes: { kind: 'text', body: '- The first.' },
    });
    expect(fake.requests).toEqual([]);
  });

  it.each([
    [['--tag', 'v9.9.9'], 1, /E402.*names version 9\.9\.9/],
    [['--notes', 'changelog'], 1, /E405.*there is no CHANGELOG/],
    [['--prerelease', 'maybe'], 2, /--prerelease cannot be 'maybe'/],
  ])('refuses %j', async (args, status, message) => {
    expect(await run(['plan', 'out', ...args])).toMatchObject({ status, err: expect.stringMatching(message) });
  });
});

describe('release', () => {
  it('needs a token, and says how to get one', async () => {
    expect(await run(['release', 'out'])).toMatchObject({
      status: 1,
      err: expect.stringMatching(/E437[\s\S]*GITHUB_TOKEN/),
    });
    expect(await run(['release', 'out', '--dry-run'])).toMatchObject({ status: 0 });
    expect(fake.releases).toEqual([]);
  });

  it('publishes, and changes nothing when it runs again', async () => {
    const env = { GITHUB_TOKEN: TOKEN };
    const args = ['release', 'out', '--notes', 'hello/CHANGELOG.md', '--json'];
    const first = await run(args, env);
    expect(first.status, first.err).toBe(0);
    expect(JSON.parse(first.out)).toMatchObject({ ok: true, tag: 'v0.1.0', published: true, changed: true });
    expect(fake.releases).toMatchObject([{ tag_name: 'v0.1.0', draft: false, body: '- The first.' }]);
    expect([...fake.tokens]).toEqual([`token ${TOKEN}`]);
    fake.requests.length = 0;
    fake.uploadedBytes = 0;
    expect(JSON.parse((await run(args, env)).out)).toMatchObject({ changed: false });
    expect([fake.requests.length, fake.uploadedBytes]).toEqual([1, 0]);
    const remote = await run(['plan', 'out', '--remote'], env);
    expect(remote.out).toContain('Nothing to do.');
  });

  it('verifies by its tag, without a token', async () => {
    expect(await run(['verify', 'v0.1.0'])).toMatchObject({
      status: 0,
      out: expect.stringContaining('all digests as listed'),
    });
    expect(await run(['verify', 'v0.2.0'])).toMatchObject({ status: 1, err: expect.stringContaining('E438') });
    const asset = fake.releases[0]!.assets.find((one) => one.name.endsWith('.wasm'))!;
    const content = fake.contentOf(asset)!;
    content[20]! ^= 1;
    expect(await run(['verify', 'v0.1.0'])).toMatchObject({ status: 3, err: expect.stringContaining(asset.name) });
    content[20]! ^= 1;
  });

  it('is what the tools of the machine take for whole', async () => {
    const folder = join(dir, 'downloaded');
    mkdirSync(folder);
    for (const asset of fake.releases[0]!.assets) {
      const response = await fetch(asset.browser_download_url);
      writeFileSync(join(folder, asset.name), Buffer.from(await response.arrayBuffer()));
    }
    const files = readdirSync(folder);
    let tools = 0;
    const tool = (command: string, ...args: string[]): string => {
      tools++;
      return execFileSync(command, args, { cwd: folder }).toString();
    };
    if (has('sha256sum')) expect(tool('sha256sum', '-c', 'SHA256SUMS').match(/: OK$/gm)?.length).toBe(files.length - 1);
    if (has('shasum'))
      expect(tool('shasum', '-a', '256', '-c', 'SHA256SUMS').match(/: OK$/gm)?.length).toBe(files.length - 1);
    const tar = files.find((file) => file.endsWith('x86_64-linux.tar.gz'));
    if (tar !== undefined && has('tar')) {
      const top = 'hello-0.1.0-x86_64-linux';
      expect(
        tool('tar', '-tzf', tar)
          .split('\n')
          .map((line) => line.replace(/\/$/, '')),
      ).toEqual(expect.arrayContaining([top, `${top}/hello`, `${top}/hello.wasm`]));
    }
    const zip = files.find((file) => file.endsWith('.zip'));
    if (zip !== undefined && has('unzip', '-v')) expect(tool('unzip', '-tq', zip)).toMatch(/No errors/);
    expect(tools).toBeGreaterThan(0);
  });

  it.runIf(process.platform === 'linux' && process.arch === 'x64')('installs from the release', async () => {
    const script = join(dir, 'install.sh');
    const base = `${fake.url}/octo/hello/releases/download/v0.1.0`;
    writeFileSync(script, await (await fetch(`${base}/install.sh`)).text());
    const to = join(dir, 'bin');
    expect(await capture('sh', [script, '--to', to, '--from', base])).toMatchObject({ status: 0 });
    expect(execFileSync(join(to, 'hello')).toString()).toBe('Hello, world!\n');
  });
});

describe('reproduce', () => {
  it('gives identical digests from a clean clone, and tells what differs from other sources', async () => {
    execFileSync('git', ['clone', '-q', join(dir, 'hello'), join(dir, 'clone')]);
    const same = await run(['reproduce', 'v0.1.0', 'clone', '--json']);
    expect(same.status, same.err).toBe(0);
    const report: { files: { status: string; name: string }[] } = JSON.parse(same.out);
    expect(report.files.length).toBe(fake.releases[0]!.assets.length);
    expect(new Set(report.files.map((file) => file.status))).toEqual(new Set(['same']));
    expect(await run(['reproduce', 'out', 'clone', '--quiet'])).toMatchObject({ status: 0, out: '' });

    const main = join(dir, 'clone', 'src', 'main.mochi');
    writeFileSync(main, readFileSync(main, 'utf8').replace('"Hello!"', '"Hi!"'));
    const other = await run(['reproduce', 'v0.1.0', 'clone']);
    expect(other.status).toBe(3);
    expect(other.err).toMatch(/E320.*\n.*made at the commit/);
    expect(other.out).toMatch(/different +hello-0\.1\.0\.wasm/);
  });
});

describe('doctor', () => {
  it('finds what is needed here, and says what is missing', async () => {
    const { status, out } = await run(['doctor', '--json'], {}, join(dir, 'hello'));
    const report: { ok: boolean; findings: { name: string; status: string; fix?: string }[] } = JSON.parse(out);
    expect([status, report.ok]).toEqual([0, true]);
    const found = new Map(report.findings.map((finding) => [finding.name, finding]));
    expect(found.get('a program')?.status).toBe('ok');
    expect(found.get('project')?.status).toBe('ok');
    expect(found.get('token')).toMatchObject({ status: 'missing', fix: expect.stringContaining('release') });
    const broken = await run(['doctor', '--wasmtime', 'none'], {}, join(dir, 'hello'));
    expect(broken).toMatchObject({ status: 1, out: expect.stringMatching(/bad +wasmtime/) });
  });
});

describe('explore', () => {
  it('makes a page for each program', async () => {
    const { status, out } = await run(['explore', 'hello', '--out-dir', 'pages', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(out).pages).toEqual([join('pages', 'hello.html')]);
    expect(readFileSync(join(dir, 'pages', 'hello.html'), 'utf8')).toMatch(/<html/i);
  });
});
