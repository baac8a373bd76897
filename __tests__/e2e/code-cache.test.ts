/** V8's code for the command line is kept between runs in the user's own cache, and nowhere else. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheRoot } from '../../src/toolchain/files.ts';
import { type CliResult, cli } from './cli.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'code-cache-test-'));
  writeFileSync(join(home, 'a.mochi'), 'print(1 + )\n');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** An environment in which the caches of the user are in `home`. */
const own = (): Record<string, string> => ({
  CI: '',
  MOCHI_WASM_CACHE: '',
  HOME: home,
  XDG_CACHE_HOME: home,
  LOCALAPPDATA: home,
});
const check = (env: Record<string, string>): CliResult => cli(['check', 'a.mochi'], { cwd: home, env });
const folder = (): string => join(cacheRoot({ XDG_CACHE_HOME: home, LOCALAPPDATA: home }), 'code');
const files = (): string[] =>
  readdirSync(folder(), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder(), name))
    .filter((path) => statSync(path).isFile());

describe.skipIf(!module.enableCompileCache || process.platform === 'darwin')('the code cache', () => {
  it('is filled by the first run, and later runs say the same', () => {
    const first = check(own());
    expect(first.status).toBe(1);
    expect(files().length).toBeGreaterThan(3);
    expect(check(own())).toEqual(first);
  });

  it('may be damaged', () => {
    const first = check(own());
    for (const path of files()) {
      const bytes = readFileSync(path);
      bytes.fill(0x55, bytes.length >> 1);
      writeFileSync(path, bytes);
    }
    expect(check(own())).toEqual(first);
  });

  it('is not made in CI, nor in a folder that was named', () => {
    check({ ...own(), CI: 'true' });
    expect(existsSync(folder())).toBe(false);
    const named = join(home, 'named');
    check({ ...own(), MOCHI_WASM_CACHE: named });
    expect(existsSync(folder())).toBe(false);
    expect(existsSync(join(named, 'code'))).toBe(false);
  });
});
