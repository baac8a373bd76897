/** V8's code for the command line is kept between runs in the user's own cache, and nowhere else. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheRoot } from '../../src/toolchain/files.ts';
import { type CliResult, cli, DIST } from './cli.ts';

/** A program that makes much more of the compiler run than `print(1)`. */
const LARGE = `
type Shape = Circle(r: float) | Box(w: float, h: float)
fun area(s: Shape): float { return match s { Circle(r) => r * r * 3.0  Box(w, h) => w * h } }
fun count(words: list<string>): map<string, int> {
  var m: map<string, int> = {}
  for w in words { if w in m { m[w] = m[w] + 1 } else { m[w] = 1 } }
  return m
}
let shapes = [Circle { r: 2.0 }, Box { w: 1.0, h: 3.0 }]
print(from s in shapes where area(s) > 3.5 sort by area(s) select area(s))
print(count(["a", "b", "a"]))
`;

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'code-cache-test-'));
  writeFileSync(join(home, 'wrong.mochi'), 'print(1 + )\n');
  writeFileSync(join(home, 'small.mochi'), 'print(1)\n');
  writeFileSync(join(home, 'large.mochi'), LARGE);
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
const run = (args: string[], env: Record<string, string>): CliResult => cli(args, { cwd: home, env, main: DIST });
const check = (env: Record<string, string>, file = 'large.mochi'): CliResult => run(['check', file], env);
const folder = (): string => join(cacheRoot({ XDG_CACHE_HOME: home, LOCALAPPDATA: home }), 'code');
const files = (): string[] =>
  readdirSync(folder(), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder(), name))
    .filter((path) => statSync(path).isFile());
/** The one entry that holds what V8 made of the compiler's functions. */
const compiler = (): Buffer => readFileSync(files().filter((path) => path.endsWith('.code'))[0]!);

describe.skipIf(process.platform === 'darwin')('the code cache', () => {
  it('is filled by the first run, and later runs say the same', () => {
    const wrong = check(own(), 'wrong.mochi');
    expect(wrong.status).toBe(1);
    const first = check(own());
    expect(first.status).toBe(0);
    expect(files().length).toBeGreaterThan(0);
    const made = compiler();
    expect(check(own())).toEqual(first);
    expect(check(own(), 'wrong.mochi')).toEqual(wrong);
    expect(compiler().equals(made)).toBe(true);
  });

  it('is made again by a run with much more to do', () => {
    check(own(), 'small.mochi');
    const small = compiler().length;
    check(own());
    const large = compiler().length;
    expect(large).toBeGreaterThan(small * 1.2);
    check(own(), 'small.mochi');
    expect(compiler().length).toBe(large);
  });

  it('is used by the threads that compile many files', () => {
    const names = Array.from({ length: 12 }, (_, i) => `many${i}.mochi`);
    for (const name of names) writeFileSync(join(home, name), LARGE);
    const many = (): CliResult => run(['check', ...names], own());
    const without = many();
    expect(without.status).toBe(0);
    check(own());
    expect(many()).toEqual(without);
  });

  it('may be damaged', () => {
    const first = check(own());
    const made = compiler();
    for (const path of files()) {
      const bytes = readFileSync(path);
      bytes.fill(0x55, bytes.length >> 1);
      writeFileSync(path, bytes);
    }
    expect(check(own())).toEqual(first);
    expect(compiler().length).toBeGreaterThan(made.length * 0.8);
    for (const path of files()) writeFileSync(path, '');
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
