import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../src/action/entry.ts';
import { variable } from '../../src/action/inputs.ts';
import type { OutputName, Runner } from '../../src/action/runner.ts';
import { verifyDir } from '../../src/package/verify.ts';
import { type FakeGithub, startFakeGithub } from '../fake-github/server.ts';

const PROGRAM = `fun double(n: int): int {
  return n * 2
}

print(double(21))

test "doubles" {
  expect double(4) == 8
}
`;
const CONFIG = '[package]\nname = "hello"\nversion = "1.2.3"\n\n[wasm]\nmain = "main.mochi"\n';

const here = process.cwd();
let dir: string;
let github: FakeGithub;

beforeEach(async () => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'action-')));
  github = await startFakeGithub({ repository: 'octo/hello' });
});
afterEach(async () => {
  process.chdir(here);
  await github.close();
  rmSync(dir, { recursive: true });
});

function put(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), text);
  }
}

interface Ran {
  status: number;
  log: string;
  summary: string;
  outputs: Partial<Record<OutputName, string>>;
  secrets: string[];
  paths: string[];
}

/** Runs the action as a runner would, in `dir`. */
async function act(inputs: Record<string, string>, env: Record<string, string> = {}): Promise<Ran> {
  process.chdir(dir);
  const ran: Ran = { status: -1, log: '', summary: '', outputs: {}, secrets: [], paths: [] };
  const given = Object.entries(inputs).map(([name, value]) => [variable(name), value]);
  const runner: Runner = {
    env: {
      GITHUB_WORKSPACE: dir,
      GITHUB_REPOSITORY: 'octo/hello',
      GITHUB_EVENT_NAME: 'push',
      GITHUB_REF: 'refs/heads/main',
      [variable('api-url')]: github.url,
      [variable('github-token')]: 'a-token-for-tests',
      ...env,
      ...Object.fromEntries(given),
    },
    write: (text) => void (ran.log += text.replace(/^::add-matcher::.*\n/, '')),
    output: async (name, value) => void (ran.outputs[name] = String(value)),
    summary: async (markdown) => void (ran.summary += markdown),
    secret: async (value) => void ran.secrets.push(value),
    addPath: async (folder) => void ran.paths.push(folder),
  };
  ran.status = await main(runner);
  return ran;
}

const TAG = { GITHUB_REF: 'refs/tags/v1.2.3' };
/** What is fast enough to make in every test. */
const QUICK = { targets: 'host', emit: 'wasm,cwasm' };

describe('check', () => {
  it('compiles and tests what it finds, and passes', async () => {
    put({ 'a.mochi': PROGRAM, 'sub/b.mochi': 'print("b")\n' });
    const ran = await act({});
    expect(ran.log).not.toContain('::error');
    expect(ran).toMatchObject({ status: 0, outputs: { 'tests-passed': '1', 'tests-failed': '0' } });
    expect(ran.summary).toContain('2 programs compiled, 1 of 1 test passed.');
  });

  it('annotates the line of a failed expectation and of an error, as seen from the repository', async () => {
    put({
      'app/bad.mochi': 'let x = 1\nlet y: int = "text"\n',
      'app/fails.mochi': 'let a = 1\n\ntest "sum" {\n  expect a + 1 == 3\n}\n',
    });
    const ran = await act({ 'working-directory': 'app' });
    expect(ran.status).toBe(1);
    expect(ran.log).toMatch(/^::error file=app\/bad\.mochi,line=2,/m);
    expect(ran.log).toMatch(/^::error file=app\/fails\.mochi,line=4,col=\d+,title=test sum::expect failed/m);
    expect(ran.outputs).toMatchObject({ 'tests-failed': '1' });
    expect(ran.summary).toContain('### Failed tests');
  });

  it.runIf(process.platform !== 'win32')('takes no workflow commands from the names of files and tests', async () => {
    put({ 'a\n::add-mask::b.mochi': 'test "t\\n::warning::x" { expect false }\n' });
    const { log, summary } = await act({});
    expect(log).toMatch(/^a\ufffd::add-mask::b\.mochi: /m);
    expect(log.match(/^::\S+/gm)).toEqual(['::error']);
    expect(summary).toContain('<summary><b>t ::warning::x</b> <code>a ::add-mask::b.mochi:1</code></summary>');
  });

  it('ends a test that never ends, on its line', async () => {
    put({ 'a.mochi': 'print(1)\n\ntest "spins" {\n  while true { }\n}\n' });
    const ran = await act({ 'test-timeout': '0.5' });
    expect(ran).toMatchObject({ status: 1, outputs: { 'tests-failed': '1' } });
    expect(ran.log).toContain(
      '::error file=a.mochi,line=3,col=1,title=test spins::did not end within 0.5 s and was stopped',
    );
  });

  it('tells a file that cannot be read at its place, and looks at the others', async () => {
    put({ 'a.mochi': '\0', 'b.mochi': PROGRAM });
    const ran = await act({});
    expect(ran).toMatchObject({ status: 1, outputs: { 'tests-passed': '1', 'tests-failed': '0' } });
    expect(ran.log).toMatch(/^::error file=a\.mochi,line=1,.*title=error\[E208\]::a\.mochi is not a text file/m);
    expect(ran.summary).toContain('1 of 2 programs did not compile, 1 of 1 test passed.');
    expect(ran.summary).toContain('**E208** a.mochi is not a text file');
  });

  it('takes globs, and says when none matches', async () => {
    put({ 'a.mochi': 'print(1)\n', 'b.mochi': 'let = broken\n' });
    expect((await act({ sources: 'a*.mochi' })).status).toBe(0);
    const none = await act({ sources: 'x/*.mochi' });
    expect(none.status).toBe(1);
    expect(none.log).toContain('no file matches x/*.mochi');
  });

  it('compares sizes with another commit, or says why it cannot', async () => {
    put({ 'a.mochi': 'print(1)\n' });
    const alone = await act({ baseline: 'HEAD^1' });
    expect(alone).toMatchObject({ status: 0, log: expect.stringContaining('::notice title=baseline::git knows no') });
    expect(alone.summary).not.toContain('Since');
    const git = (...args: string[]) =>
      spawnSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: dir });
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'first');
    put({ 'a.mochi': 'print([1, 2.5])\n', 'b.mochi': 'print(2)\n' });
    const { summary } = await act({ baseline: 'HEAD' });
    expect(summary).toContain('|  | Program | Size | Since <code>HEAD</code> | Tests |');
    expect(summary).toMatch(/a\.mochi<\/code> \| [\d.]+&nbsp;k?B \| \+[\d.]+&nbsp;k?B&nbsp;\(\+[\d.]+&nbsp;%\) \|/);
    expect(summary).toMatch(/b\.mochi<\/code> \| [\d.]+&nbsp;k?B \| new \|/);
  });

  it('needs no token', async () => {
    put({ 'a.mochi': 'print(1)\n' });
    const ran = await act({ 'github-token': '' }, { GITHUB_EVENT_NAME: 'pull_request' });
    expect(ran).toMatchObject({ status: 0, secrets: [] });
    expect(github.requests).toEqual([]);
  });

  it('gives the targets for a matrix', async () => {
    put({ 'a.mochi': 'print(1)\n' });
    const { outputs } = await act({ targets: 'x86_64-linux,s390x-linux' });
    expect(JSON.parse(outputs.matrix ?? '')).toEqual({
      include: [
        { target: 'x86_64-linux', runner: expect.any(String), emulator: null },
        { target: 's390x-linux', runner: expect.any(String), emulator: expect.stringContaining('qemu') },
      ],
    });
  });
});

describe('setup', () => {
  it('lets the following steps call wasmtime and mochi-wasm', async () => {
    put({ 'a.mochi': 'print(1)\n' });
    const ran = await act({ command: 'setup' }, { RUNNER_TEMP: join(dir, 'temp dir') });
    expect(ran).toMatchObject({ status: 0, outputs: { 'wasmtime-version': expect.stringMatching(/^48\./) } });
    const [wasmtime, commands] = ran.paths as [string, string];
    expect(readdirSync(wasmtime).join(' ')).toContain('wasmtime');
    const windows = process.platform === 'win32';
    const command = join(commands, windows ? 'mochi-wasm.cmd' : 'mochi-wasm');
    const { stdout } = spawnSync(windows ? `"${command}"` : command, ['--version'], {
      encoding: 'utf8',
      shell: windows,
    });
    expect(stdout).toContain('mochi-wasm');
  });
});

describe('package', () => {
  it('makes a folder that verifies', async () => {
    put({ 'mochi.toml': CONFIG, 'main.mochi': PROGRAM });
    const ran = await act({ command: 'package', ...QUICK });
    expect(ran.log).not.toContain('::error');
    expect(ran).toMatchObject({ status: 0, outputs: { version: '1.2.3', 'dist-dir': join(dir, 'dist-release') } });
    const { manifest } = await verifyDir(join(dir, 'dist-release'));
    expect(manifest.name).toBe('hello');
    expect(JSON.parse(ran.outputs.assets ?? '[]').length).toBe(readdirSync(join(dir, 'dist-release')).length);
    expect((await act({ command: 'verify' })).status).toBe(0);
    writeFileSync(join(dir, 'dist-release', 'hello-1.2.3.wasm'), 'evil');
    expect((await act({ command: 'verify' })).status).toBe(3);
  });

  it('packages nothing when a test fails', async () => {
    put({ 'mochi.toml': CONFIG, 'main.mochi': `${PROGRAM}\ntest "no" { expect false }\n` });
    const ran = await act({ command: 'package', ...QUICK });
    expect(ran.status).toBe(1);
    expect(ran.log).toContain('nothing was packaged');
    expect(readdirSync(dir)).toEqual(['main.mochi', 'mochi.toml']);
  });
});

describe('packages of several jobs', () => {
  const PARTS = { emit: 'wasm,cwasm,exe', 'smoke-test': 'none' };

  it('are merged and released as if one job had made them, without the sources', async () => {
    put({ 'mochi.toml': CONFIG, 'main.mochi': PROGRAM });
    const make = (name: string, targets: string) =>
      act({ command: 'package', ...PARTS, targets, 'dist-dir': `parts/hello-1.2.3-${name}` }, TAG);
    for (const name of ['s390x-linux', 'x86_64-linux']) expect((await make(name, name)).log).not.toContain('::error');
    expect((await act({ command: 'package', ...PARTS, targets: 's390x-linux,x86_64-linux' }, TAG)).status).toBe(0);
    const whole = readFileSync(join(dir, 'dist-release', 'SHA256SUMS'), 'utf8');
    for (const name of ['mochi.toml', 'main.mochi', 'dist-release']) rmSync(join(dir, name), { recursive: true });

    const ran = await act({ from: 'parts', 'smoke-test': 'none' }, TAG);
    expect(ran.log).toContain('merged 2 packages of hello 1.2.3: x86_64-linux, s390x-linux');
    expect(ran).toMatchObject({ status: 0, outputs: { published: 'true', version: '1.2.3', tag: 'v1.2.3' } });
    expect(readFileSync(join(dir, 'dist-release', 'SHA256SUMS'), 'utf8')).toBe(whole);
    expect(github.releases[0]?.assets.map((asset) => asset.name)).toContain('hello-1.2.3-s390x-linux.tar.gz');
  });

  it('are merged into a package when no tag was pushed', async () => {
    put({ 'mochi.toml': CONFIG, 'main.mochi': PROGRAM });
    await act({ command: 'package', ...QUICK, 'dist-dir': 'parts/a' });
    const ran = await act({ from: 'parts/a', 'smoke-test': 'none' });
    expect(ran).toMatchObject({ status: 0, summary: expect.stringContaining('is packaged') });
    expect(github.requests).toEqual([]);
  });

  it('must be for the tag, and are not for a check', async () => {
    put({ 'mochi.toml': CONFIG, 'main.mochi': PROGRAM });
    await act({ command: 'package', ...QUICK, 'dist-dir': 'parts/a' });
    const other = await act({ from: 'parts', 'smoke-test': 'none' }, { GITHUB_REF: 'refs/tags/v1.2.4' });
    expect(other).toMatchObject({ status: 1, log: expect.stringContaining('title=E402::') });
    const check = await act({ from: 'parts', command: 'check' });
    expect(check).toMatchObject({ status: 2, log: expect.stringContaining('the input from does not go with') });
  });
});

describe('release', () => {
  it('packages, drafts, uploads, verifies and publishes on a tag push, and then finds nothing to do', async () => {
    put({ 'mochi.toml': CONFIG, 'main.mochi': PROGRAM });
    const ran = await act(QUICK, TAG);
    expect(ran.log).not.toContain('::error');
    expect(ran).toMatchObject({
      status: 0,
      secrets: ['a-token-for-tests'],
      outputs: { published: 'true', changed: 'true', tag: 'v1.2.3', version: '1.2.3' },
    });
    const [release] = github.releases;
    expect(release).toMatchObject({ tag_name: 'v1.2.3', draft: false });
    const { files } = await verifyDir(join(dir, 'dist-release'));
    const remote = new Map(release!.assets.map((asset) => [asset.name, asset.digest]));
    expect(remote).toEqual(new Map(files.map((file) => [file.name, `sha256:${file.sha256}`])));
    const kinds = github.requests.map((r) => r.replace(/\?.*/, '').replace(/\d+/, 'N'));
    expect(kinds.at(-1)).toBe('PATCH /repos/octo/hello/releases/N');
    expect(github.tokens).toEqual(new Set(['token a-token-for-tests']));
    expect(ran.summary).toContain('is published');

    github.requests.length = 0;
    const again = await act(QUICK, TAG);
    expect(again).toMatchObject({ status: 0, outputs: { published: 'true', changed: 'false' } });
    expect(github.requests.length).toBe(1);
  });

  it('says in the manifest and in the installers where the release is', async () => {
    put({ 'mochi.toml': CONFIG, 'main.mochi': PROGRAM, 'CHANGELOG.md': '# Changes\n\n## 1.2.3\n\nFirst.\n' });
    const ran = await act({ ...QUICK, emit: 'wasm,cwasm,exe', 'smoke-test': 'none', notes: 'changelog' }, TAG);
    expect(ran.log).not.toContain('::error');
    const { manifest } = await verifyDir(join(dir, 'dist-release'));
    expect(manifest.source).toMatchObject({ repository: 'https://github.com/octo/hello', tag: 'v1.2.3' });
    expect(github.releases[0]?.assets.map((asset) => asset.name)).toContain('install.sh');
    expect(github.releases[0]?.body?.trim()).toBe('First.');
  });

  it('leaves a draft when asked to', async () => {
    put({ 'mochi.toml': CONFIG, 'main.mochi': PROGRAM });
    const ran = await act({ ...QUICK, draft: 'true' }, TAG);
    expect(ran).toMatchObject({ status: 0, outputs: { published: 'false', changed: 'true' } });
    expect(github.releases).toMatchObject([{ draft: true }]);
  });

  it('talks to nobody in a dry run, and needs no token', async () => {
    put({ 'mochi.toml': CONFIG, 'main.mochi': PROGRAM });
    const ran = await act({ ...QUICK, 'dry-run': 'true', 'github-token': '' }, TAG);
    expect(ran.log).not.toContain('::error');
    expect(ran).toMatchObject({ status: 0, secrets: [], outputs: { published: 'false', changed: 'false' } });
    expect(github.requests).toEqual([]);
  });

  it('refuses before any work when the tag and mochi.toml contradict', async () => {
    put({ 'mochi.toml': CONFIG, 'main.mochi': PROGRAM });
    const ran = await act(QUICK, { GITHUB_REF: 'refs/tags/v2.0.0' });
    expect(ran.status).toBe(1);
    expect(ran.log).toBe(
      '::error title=E402::the tag v2.0.0 names version 2.0.0, but mochi.toml says 1.2.3%0A' +
        'set version = "2.0.0" in [package], or push the tag v1.2.3\n',
    );
  });

  it.each([
    [{ notes: 'nofile.md' }, 'cannot read nofile.md'],
    [{ notes: 'changelog' }, 'there is no CHANGELOG.md'],
    [{ 'source-date-epoch': 'yesterday' }, 'SOURCE_DATE_EPOCH is "yesterday"'],
    [{ 'api-url': 'nowhere' }, 'the input api-url is "nowhere"'],
  ])('refuses %j before any work', async (inputs, words) => {
    put({ 'mochi.toml': CONFIG, 'main.mochi': PROGRAM });
    const ran = await act(inputs as Record<string, string>, TAG);
    expect(ran.log).toContain(words);
    expect(ran.log.split('\n').length).toBe(2);
    expect(readdirSync(dir).sort()).toEqual(['main.mochi', 'mochi.toml']);
  });

  it('refuses before any work when the tag is of something else', async () => {
    put({ 'mochi.toml': CONFIG, 'main.mochi': PROGRAM });
    const ran = await act({ command: 'release' }, { GITHUB_REF: 'refs/tags/other-v1.2.3' });
    expect(ran).toMatchObject({ status: 1, outputs: {} });
    expect(ran.log).toContain('the tag other-v1.2.3 names no version of hello, and mochi.toml says 1.2.3%0A');
  });

  it('names the permission that is missing', async () => {
    put({ 'mochi.toml': CONFIG, 'main.mochi': PROGRAM });
    github.deny = true;
    const ran = await act({ ...QUICK, test: 'false' }, TAG);
    expect(ran.status).toBe(1);
    expect(ran.log).toContain('permissions:%0A      contents: write');
  });

  it('takes the version from the tag when mochi.toml says none', async () => {
    put({ 'mochi.toml': '[package]\nname = "hello"\n[wasm]\nmain = "main.mochi"\n', 'main.mochi': PROGRAM });
    const ran = await act({ ...QUICK, 'dry-run': 'true' }, { GITHUB_REF: 'refs/tags/v3.0.0-rc.1' });
    expect(ran).toMatchObject({ status: 0, outputs: { version: '3.0.0-rc.1' } });
  });
});

describe('what goes wrong before', () => {
  it.each([
    [{ 'working-directory': 'nowhere' }, 1, 'there is no folder nowhere'],
    [{ comand: 'check' }, 2, 'did you mean command?'],
    [{ targets: 'x86-linux', command: 'package' }, 2, "did you mean 'x86_64-linux'"],
    [{ command: 'release' }, 1, 'there is no tag to release'],
    [{ config: 'other.toml' }, 1, 'there is no file other.toml'],
    [{ prerelease: 'no' }, 2, 'did you mean false?'],
    [{ test: 'on' }, 2, 'did you mean true?'],
  ])('%j', async (inputs, status, text) => {
    put({ 'mochi.toml': CONFIG, 'main.mochi': PROGRAM });
    const ran = await act(inputs as Record<string, string>);
    expect(ran.status).toBe(status);
    expect(ran.log).toContain(text);
    expect(ran.log.split('\n').length).toBe(2);
  });

  it('an empty folder', async () => {
    const ran = await act({});
    expect(ran.status).toBe(1);
    expect(ran.log).toContain('no file called *.mochi%0Ahave actions/checkout run before');
  });
});
