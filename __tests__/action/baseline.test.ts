import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { baselineAt } from '../../src/action/baseline.ts';
import { buildProgram } from '../../src/project/build.ts';

const here = process.cwd();
let dir: string;
const git = (...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { encoding: 'utf8' });

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'baseline-')));
  process.chdir(dir);
  git('init', '-q', '-b', 'main');
});
afterEach(() => {
  process.chdir(here);
  rmSync(dir, { recursive: true });
});

describe('sizes at another commit', () => {
  it('are those of the programs as they were then, also below a working directory', async () => {
    mkdirSync('app/sub', { recursive: true });
    process.chdir('app');
    writeFileSync('a.mochi', 'print("a")\n');
    writeFileSync('sub/b.mochi', 'print([1, 2.5])\n');
    writeFileSync('broken.mochi', 'let = \n');
    git('add', '.');
    git('commit', '-qm', 'first');
    const paths = ['a.mochi', 'sub/b.mochi', 'broken.mochi', 'new.mochi'];
    const sizes = new Map<string, number>();
    for (const path of paths.slice(0, 2)) {
      sizes.set(path, (await buildProgram(path, { mode: 'run', root: '.' })).wasm!.length);
    }
    writeFileSync('a.mochi', 'print({"a": [1]})\n');
    writeFileSync('new.mochi', 'print(1)\n');
    git('add', '.');
    git('commit', '-qm', 'second');
    expect(await baselineAt('HEAD^1', paths, { root: '.', strict: false })).toEqual(sizes);
    expect(await baselineAt('main', paths.slice(0, 1), { root: '.', strict: false })).not.toEqual(
      new Map([...sizes].slice(0, 1)),
    );
  });

  it('are a sentence that says what to do when git does not know the commit', async () => {
    expect(await baselineAt('HEAD^1', ['a.mochi'], { root: '.', strict: false })).toContain('fetch-depth: 2');
    expect(await baselineAt('--upload-pack=x', [], { root: '.', strict: false })).toContain('git knows no commit');
  });
});
