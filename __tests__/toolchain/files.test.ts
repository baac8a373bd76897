import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheRoot, fileError, makeFolder, sha256, sha256File, writeAtomic } from '../../src/toolchain/files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'files-test-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('cacheRoot', () => {
  it.each([
    [{ MOCHI_WASM_CACHE: '/a/b', XDG_CACHE_HOME: '/x' }, 'linux', '/a/b'],
    [{ XDG_CACHE_HOME: '/x' }, 'linux', '/x/mochi-wasm'],
    [{ LOCALAPPDATA: '/l' }, 'win32', join('/l', 'mochi-wasm', 'cache')],
  ])('%o on %s is %s', (env, platform, expected) => {
    expect(cacheRoot(env, platform)).toBe(expected);
  });

  it('is in the home folder otherwise', () => {
    expect(cacheRoot({}, 'linux')).toMatch(/\.cache[\\/]mochi-wasm$/);
    expect(cacheRoot({}, 'darwin')).toMatch(/Library[\\/]Caches[\\/]mochi-wasm$/);
  });
});

describe('makeFolder', () => {
  it('makes what is missing, and takes what is there', async () => {
    const path = join(folder, 'a', 'b', 'c');
    await Promise.all([makeFolder(path), makeFolder(path), makeFolder(join(path, 'd'))]);
    await makeFolder(path);
    expect(readdirSync(path)).toEqual(['d']);
    await makeFolder(resolve('/'));
  });

  it('refuses where a file is in the way', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(makeFolder(join(folder, 'file'))).rejects.toMatchObject({ code: 'ENOTDIR' });
    await expect(makeFolder(join(folder, 'file', 'x'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it.runIf(existsSync('/proc/self'))('ends where the system takes no folders', async () => {
    await expect(makeFolder('/proc/nothing/x/y')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(writeAtomic('/proc/nothing/x', 'text')).rejects.toMatchObject({
      code: 'E204',
      message: 'cannot write /proc/nothing/x: the system does not let a folder above it be made',
    });
  });
});

describe('writeAtomic', () => {
  it('makes folders, replaces files and leaves no temporary name', async () => {
    const path = join(folder, 'a', 'b', 'file');
    await writeAtomic(path, 'one');
    await writeAtomic(path, 'two', 0o755);
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(statSync(path).mode & 0o100).toBe(0o100);
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['file']);
  });

  it.skipIf(process.platform === 'win32')('writes into a pipe, which stays one', async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const reader = readFile(path, 'utf8');
    await writeAtomic(path, 'through');
    expect(statSync(path).isFIFO()).toBe(true);
    expect(await reader).toBe('through');
    expect(readdirSync(folder)).toEqual(['pipe']);
  });

  it('refuses a path below a file, and leaves the file', async () => {
    writeFileSync(join(folder, 'file'), 'x');
    await expect(writeAtomic(join(folder, 'file', 'inner'), 'y')).rejects.toMatchObject({
      name: 'UserError',
      code: 'E204',
    });
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('x');
  });

  it('leaves nothing when the name is a folder', async () => {
    await writeAtomic(join(folder, 'dir', 'x'), '');
    await expect(writeAtomic(join(folder, 'dir'), 'y')).rejects.toMatchObject({ name: 'UserError' });
    expect(readdirSync(folder)).toEqual(['dir']);
  });

  it.each([
    ['ENOSPC', 'E203', 'cannot write out/x: no space is left on the device'],
    ['EACCES', 'E202', 'cannot write out/x: permission denied'],
    ['EROFS', 'E202', 'cannot write out/x: the file system is read-only'],
  ])('words %s', (system, code, message) => {
    expect(fileError(Object.assign(new Error(system), { code: system }), 'write', 'out/x')).toMatchObject({
      code,
      message,
    });
  });
});

describe('digests', () => {
  it('are those of FIPS 180-2 for abc', async () => {
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    writeFileSync(join(folder, 'abc'), 'abc');
    expect(sha256('abc')).toBe(abc);
    expect(await sha256File(join(folder, 'abc'))).toBe(abc);
  });
});

it('fileError leaves other errors alone', () => {
  const error = new Error('other');
  expect(fileError(error, 'read', 'x')).toBe(error);
});
