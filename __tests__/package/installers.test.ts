import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeArchive } from '../../src/package/archive.ts';
import { INSTALLER_KINDS, type InstallerInput, makeInstallers } from '../../src/package/installers.ts';
import { sha256 } from '../../src/toolchain/files.ts';
import { TARGETS } from '../../src/toolchain/targets.ts';

const EPOCH = 1_767_225_600;
const SOURCE = { repository: 'https://github.com/octo/hello', tag: 'v1.2.3' };
/** What stands for the program of a target: a script that says what it is. */
const program = (target: string) => `#!/bin/sh\necho "hello from ${target}"\n`;

let dir: string;
let input: InstallerInput;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'installers-'));
  mkdirSync(join(dir, 'release'));
  const archives = [];
  for (const { name: target, os, arch, exeSuffix } of TARGETS) {
    const format = os === 'windows' ? 'zip' : 'tar.gz';
    const file = `hello-1.2.3-${target}.${format}`;
    const executables = [`hello${exeSuffix}`, `bye${exeSuffix}`];
    const entries = executables.map((path) => ({ path, data: Buffer.from(program(target)), executable: true }));
    const data = await makeArchive(format, `hello-1.2.3-${target}`, entries, EPOCH);
    writeFileSync(join(dir, 'release', file), data);
    archives.push({ target, os, arch, file, sha256: sha256(data), executables });
  }
  input = { name: 'hello', version: '1.2.3', source: SOURCE, archives };
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const SHELLS = [['sh'], ['dash'], ['busybox', 'sh'], ['bash', '--posix']].filter(
  ([command, ...args]) => spawnSync(command!, [...args, '-c', ':']).status === 0,
);
const unix = process.platform !== 'win32';

function script(): string {
  const path = join(dir, 'install.sh');
  writeFileSync(path, makeInstallers(['sh'], input).get('install.sh')!);
  return path;
}

function install(shell: readonly string[], args: readonly string[], env: Record<string, string> = {}) {
  const [command, ...before] = shell;
  const done = spawnSync(command!, [...before, script(), ...args], {
    env: { PATH: process.env.PATH, HOME: join(dir, 'home'), ...env },
  });
  return { status: done.status, out: done.stdout.toString(), err: done.stderr.toString() };
}

describe.runIf(unix)('install.sh', () => {
  it('is tried with at least one shell', () => expect(SHELLS.length).toBeGreaterThan(0));

  it.each(SHELLS.map((shell) => [shell.join(' '), shell] as const))('installs for a user, with %s', (_, shell) => {
    const { status, out, err } = install(shell, ['--from', join(dir, 'release'), '--target', 'aarch64-linux']);
    expect([err, status]).toEqual(['', 0]);
    const bin = join(dir, 'home', '.local', 'bin');
    expect(readdirSync(bin).sort()).toEqual(['bye', 'hello']);
    expect(statSync(join(bin, 'hello')).mode & 0o777).toBe(0o755);
    expect(spawnSync(join(bin, 'hello')).stdout.toString()).toBe('hello from aarch64-linux\n');
    expect(out).toContain(`installed ${bin}/hello (1.2.3)`);
    expect(out).toContain(`${bin} is not in PATH`);
  });

  it.each(SHELLS.map((shell) => [shell.join(' '), shell] as const))(
    'picks the target of the machine, with %s',
    (_, shell) => {
      const fake = join(dir, 'fake');
      mkdirSync(fake);
      for (const [os, machine, target] of [
        ['Linux', 'x86_64', 'x86_64-linux'],
        ['Linux', 'aarch64', 'aarch64-linux'],
        ['Linux', 'riscv64', 'riscv64gc-linux'],
        ['Linux', 's390x', 's390x-linux'],
        ['Darwin', 'arm64', 'aarch64-macos'],
        ['Darwin', 'x86_64', 'x86_64-macos'],
      ]) {
        writeFileSync(join(fake, 'uname'), `#!/bin/sh\ncase "$1" in -s) echo ${os};; -m) echo ${machine};; esac\n`);
        chmodSync(join(fake, 'uname'), 0o755);
        const to = join(dir, 'to here');
        const env = { PATH: `${fake}:${process.env.PATH}:${to}` };
        const { status, out, err } = install(shell, ['--from', join(dir, 'release'), '--to', to], env);
        // BusyBox's shell may prefer its own uname: then this machine's target is the right answer.
        if (shell[0] === 'busybox' && err.includes('no executable')) continue;
        expect([err, status]).toEqual(['', 0]);
        expect(out).not.toContain('is not in PATH');
        const said = spawnSync(join(to, 'hello')).stdout.toString();
        if (shell[0] !== 'busybox') expect(said).toBe(`hello from ${target}\n`);
        else expect(said).toMatch(/^hello from \S+-(linux|macos)\n$/);
      }
    },
  );

  it('downloads, and fails when that breaks off', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/gone/hello-1.2.3-x86_64-linux.tar.gz') response.writeHead(404).end('not found');
      else if (request.url?.startsWith('/short/')) {
        response.writeHead(200, { 'content-length': 100_000 });
        response.write('begin', () => response.destroy());
      } else response.end(readFileSync(join(dir, 'release', request.url!.split('/').at(-1)!)));
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const run = async (from: string) => {
      // Not spawnSync: the server answers in this process.
      const { capture } = await import('../../src/toolchain/process.ts');
      const args = [script(), '--from', from, '--target', 'x86_64-linux', '--to', join(dir, 'bin')];
      return capture('sh', args);
    };
    try {
      expect(await run(`${base}/ok`)).toMatchObject({ status: 0 });
      expect(readdirSync(join(dir, 'bin')).sort()).toEqual(['bye', 'hello']);
      rmSync(join(dir, 'bin'), { recursive: true });
      for (const from of ['gone', 'short']) {
        const { status, stderr } = await run(`${base}/${from}`);
        expect(status).toBe(1);
        expect(stderr.toString()).toContain(`cannot get ${base}/${from}/hello-1.2.3-x86_64-linux.tar.gz`);
        expect(readdirSync(join(dir, 'bin'))).toEqual([]);
      }
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }, 240_000);

  it('installs nothing whose digest is another', () => {
    const file = join(dir, 'release', 'hello-1.2.3-x86_64-linux.tar.gz');
    const data = readFileSync(file);
    data[data.length - 5]! ^= 1;
    writeFileSync(file, data);
    for (const shell of SHELLS) {
      const to = join(dir, 'bin');
      const { status, err } = install(shell, ['--from', join(dir, 'release'), '--target', 'x86_64-linux', '--to', to]);
      expect(status).toBe(1);
      expect(err).toMatch(
        /^install\.sh: hello-1\.2\.3-x86_64-linux\.tar\.gz has the digest .*: nothing was installed\n$/,
      );
      expect(readdirSync(to)).toEqual([]);
    }
  });

  it('replaces an older version, and leaves it when it fails', () => {
    const to = join(dir, 'bin');
    mkdirSync(to);
    writeFileSync(join(to, 'hello'), 'old');
    const args = ['--to', to, '--target', 'x86_64-linux', '--from'];
    expect(install(['sh'], [...args, join(dir, 'nowhere')]).status).toBe(1);
    expect(readFileSync(join(to, 'hello'), 'utf8')).toBe('old');
    expect(install(['sh'], [...args, join(dir, 'release')]).status).toBe(0);
    expect(readFileSync(join(to, 'hello'), 'utf8')).toBe(program('x86_64-linux'));
  });

  it.each([
    [['--target', 'x86_64-windows'], /no executable of hello 1\.2\.3 for x86_64-windows, only for x86_64-linux /],
    [['--target'], /--target needs a value/],
    [['--sudo'], /unknown option --sudo/],
  ])('refuses %j', (args, message) => {
    for (const shell of SHELLS) {
      expect(install(shell, args)).toMatchObject({ status: 1, err: expect.stringMatching(message) });
    }
    expect(existsSync(join(dir, 'home'))).toBe(false);
  });

  it('does nothing when its download breaks off anywhere', () => {
    const text = makeInstallers(['sh'], input).get('install.sh')!;
    const lines = text.split('\n');
    // Every cut after a line, and some within lines; all must do nothing but may complain.
    for (let cut = 1; cut < lines.length - 2; cut += 3) {
      const part = lines.slice(0, cut).join('\n');
      writeFileSync(join(dir, 'cut.sh'), part);
      const env = { PATH: process.env.PATH, HOME: join(dir, 'home') };
      spawnSync('sh', [join(dir, 'cut.sh'), '--from', join(dir, 'release'), '--target', 'x86_64-linux'], { env });
      expect(existsSync(join(dir, 'home')), `cut after line ${cut}`).toBe(false);
    }
  });
});

describe('install.ps1', () => {
  const text = () => makeInstallers(['ps1'], input).get('install.ps1')!;

  it('holds the digests of the Windows archives, and of no others', () => {
    for (const { os, sha256, file } of input.archives) {
      expect(text().includes(`File = '${file}'; Digest = '${sha256}'`)).toBe(os === 'windows');
    }
    expect(text()).toContain("Programs = @('hello.exe', 'bye.exe')");
  });

  it('has balanced brackets and closed strings', () => {
    // Strings and comments out, then every bracket has its partner: what a parser complains of first.
    const code = text()
      .replace(/<#[\s\S]*?#>/g, '')
      .replace(/^\s*#.*$/gm, '')
      .replace(/'[^'\n]*'/g, 'S')
      .replace(/"(?:\$\([^()]*\)|[^"\n])*"/g, 'S');
    expect(code).not.toMatch(/['"]/);
    const open: string[] = [];
    for (const c of code) {
      if ('([{'.includes(c)) open.push(c);
      if (')]}'.includes(c)) expect(open.pop()).toBe({ ')': '(', ']': '[', '}': '{' }[c]);
    }
    expect(open).toEqual([]);
  });

  it('verifies before it unpacks, and unpacks before it moves', () => {
    const order = ['Get-FileHash', 'nothing was installed', 'Expand-Archive', 'Move-Item'].map((word) =>
      text().indexOf(word),
    );
    expect(order.every((at) => at > 0)).toBe(true);
    expect([...order].sort((a, b) => a - b)).toEqual(order);
  });
});

describe('the others', () => {
  it('are made only when there is something to install', () => {
    expect([...makeInstallers(INSTALLER_KINDS, input).keys()]).toEqual([
      'install.sh',
      'install.ps1',
      'hello.rb',
      'hello.json',
    ]);
    const windows = { ...input, archives: input.archives.filter((a) => a.os === 'windows') };
    expect([...makeInstallers(INSTALLER_KINDS, windows).keys()]).toEqual(['install.ps1', 'hello.json']);
    expect(makeInstallers(INSTALLER_KINDS, { ...input, archives: [] }).size).toBe(0);
  });

  it('make a Homebrew formula', () => {
    const formula = makeInstallers(['homebrew'], {
      ...input,
      name: 'hello-world',
      license: 'MIT',
      description: 'Says "hi" #{now}',
    });
    const text = formula.get('hello-world.rb')!;
    expect(text).toContain('class HelloWorld < Formula\n  desc "Says \\"hi\\" \\#{now}"\n');
    expect(text.match(/^ +on_(macos|linux|arm|intel) do$/gm)?.length).toBe(6);
    expect(text).toContain('bin.install "hello", "bye"');
    expect(text).not.toContain('s390x');
    const words = text.replace(/"(?:\\.|[^"\\])*"/g, 'S');
    expect(words.match(/\b(class|do|def)\b/g)?.length).toBe(words.match(/\bend\b/g)?.length);
  });

  it('make a Scoop manifest', () => {
    const text = makeInstallers(['scoop'], { ...input, source: { ...SOURCE, tag: 'hello/v1.2.3' } }).get('hello.json')!;
    expect(JSON.parse(text)).toMatchObject({
      version: '1.2.3',
      architecture: {
        '64bit': {
          url: 'https://github.com/octo/hello/releases/download/hello%2Fv1.2.3/hello-1.2.3-x86_64-windows.zip',
          extract_dir: 'hello-1.2.3-x86_64-windows',
        },
        arm64: { hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
      bin: ['hello.exe', 'bye.exe'],
    });
  });

  it.each(['https://github.com', 'javascript:alert(1)', "https://x/y';rm -rf /", 'file:///etc'])(
    'refuse the repository %s',
    (repository) => {
      expect(() => makeInstallers(['sh'], { ...input, source: { ...SOURCE, repository } })).toThrow(/not the address/);
    },
  );
});
