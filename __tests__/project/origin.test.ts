import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commitOf, findSource, repositoryUrl } from '../../src/project/origin.ts';

describe('repositoryUrl', () => {
  it.each([
    ['octo/hello', 'https://github.com/octo/hello'],
    ['https://github.com/octo/hello', 'https://github.com/octo/hello'],
    ['https://github.com/octo/hello.git', 'https://github.com/octo/hello'],
    ['https://user:secret@github.com/octo/hello.git', 'https://github.com/octo/hello'],
    ['git@github.com:octo/hello.git', 'https://github.com/octo/hello'],
    ['ssh://git@example.com:2222/octo/hello.git', 'https://example.com/octo/hello'],
    ['http://localhost:3000/octo/hello/', 'http://localhost:3000/octo/hello'],
    ['/srv/git/hello.git', undefined],
    ['../hello', undefined],
    ['C:\\hello', undefined],
    ["octo/hello'; rm -rf /", undefined],
    ['', undefined],
  ])('%s', (text, expected) => expect(repositoryUrl(text)).toBe(expected));

  it('takes the server of the environment', () => {
    expect(repositoryUrl('octo/hello', { GITHUB_SERVER_URL: 'https://git.example.com/' })).toBe(
      'https://git.example.com/octo/hello',
    );
  });
});

describe('findSource', () => {
  let dir: string;
  const git = (...args: string[]) => execFileSync('git', args, { cwd: dir }).toString().trim();
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'origin-'));
    git('init', '-q');
    writeFileSync(join(dir, 'a'), 'a');
    git('add', 'a');
    git('-c', 'user.name=a', '-c', 'user.email=a@example.com', 'commit', '-q', '-m', 'a');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const options = { name: 'hello', version: '1.2.3' };

  it('finds nothing where nothing says it', async () => {
    expect(await findSource(dir, {}, options)).toBeUndefined();
    await expect(findSource(dir, {}, { ...options, repository: 'hello' })).rejects.toMatchObject({ code: 'E309' });
  });

  it('takes the option, then the environment, then git', async () => {
    git('remote', 'add', 'origin', 'git@github.com:git/hello.git');
    const env = { GITHUB_REPOSITORY: 'env/hello' };
    const found = async (more: object, from: Record<string, string> = {}) =>
      (await findSource(dir, from, { ...options, ...more }))?.repository;
    expect(await found({})).toBe('https://github.com/git/hello');
    expect(await found({}, env)).toBe('https://github.com/env/hello');
    expect(await found({ repository: 'option/hello' }, env)).toBe('https://github.com/option/hello');
  });

  it('takes the tag that the workflow runs for when it is of this version', async () => {
    const tag = async (ref: string) =>
      (await findSource(dir, { GITHUB_REPOSITORY: 'o/r', GITHUB_REF: ref }, options))?.tag;
    expect(await tag('refs/tags/hello-v1.2.3')).toBe('hello-v1.2.3');
    expect(await tag('refs/tags/v1.2.4')).toBe('v1.2.3');
    expect(await tag('refs/heads/main')).toBe('v1.2.3');
  });

  it('names the commit only while nothing differs from it', async () => {
    expect(await commitOf(dir)).toBe(git('rev-parse', 'HEAD'));
    writeFileSync(join(dir, 'new'), 'not tracked');
    expect(await commitOf(dir)).toBe(git('rev-parse', 'HEAD'));
    writeFileSync(join(dir, 'a'), 'changed');
    expect(await commitOf(dir)).toBeUndefined();
  });
});
