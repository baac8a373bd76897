/** docs/command-line.md describes the JSON of every command as it is. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cli } from '../e2e/cli.ts';

const page = readFileSync('docs/command-line.md', 'utf8');
const rows = [...page.matchAll(/^\| (.+?) \| ((?:`\w+`(?:, )?)+) \|$/gm)].map((m) => ({
  commands: m[1]!,
  keys: [...m[2]!.matchAll(/`(\w+)`/g)].map((k) => k[1]!),
}));

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'json-'));
  cli(['init', '.', '--name', 'hello', '--no-workflow'], { cwd });
  writeFileSync(join(cwd, 'bad.mochi'), 'print(y)\n');
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** What each row's command is called with; in this order, since some need what others made. */
const CALLS: [row: string, args: string[], status: number][] = [
  ['`init`', ['init', 'more'], 0],
  ['`build`', ['build', 'src/main.mochi', '--emit', 'wasm,exe', '--out-dir', 'made'], 0],
  ['`test`', ['test', 'src/main.mochi'], 0],
  ['`check`', ['check'], 1],
  ['`package`', ['package', '--targets', 'host', '--out-dir', 'out'], 0],
  ['`merge`', ['merge', 'out', '--out-dir', 'merged'], 0],
  ['`plan`, `release --dry-run`', ['plan', 'merged'], 0],
  ['`plan`, `release --dry-run`', ['release', 'merged', '--dry-run'], 0],
  ['`verify` of a folder', ['verify', 'merged'], 0],
  ['`reproduce`', ['reproduce', 'merged'], 0],
  ['`inspect` of a module', ['inspect', 'made/hello.wasm'], 0],
  ['`inspect` of an executable', ['inspect', process.platform === 'win32' ? 'made/hello.exe' : 'made/hello'], 0],
  ['`explore`', ['explore', 'src/main.mochi'], 0],
  ['`setup`', ['setup'], 0],
  ['`targets`', ['targets'], 0],
  ['`doctor`', ['doctor'], 0],
  ['`explain` of a code that programs get', ['explain', 'T002'], 0],
  ['`explain` of another code', ['explain', 'e402'], 0],
  ['any, when it cannot be done', ['verify', 'nowhere'], 1],
  ['any, when it cannot be done', ['build', '--nonsense'], 2],
  ['any, when it cannot be done', ['build', 'src/main.mochi', '--emit', 'wat', '--out', '-'], 2],
];

it.each(CALLS)('%s: %j', (row, args, status) => {
  if (row === '`inspect` of a module') cli(['build', '.', '--out', 'made/hello.wasm'], { cwd });
  if (row === '`inspect` of an executable') cli(['build', '.', '--emit', 'exe', '--out-dir', 'made'], { cwd });
  const documented = rows.find(({ commands }) => commands === row)?.keys;
  const ran = cli([...args, '--json'], { cwd });
  const result = JSON.parse(ran.out) as { ok: boolean };
  expect([ran.status, result.ok, Object.keys(result)]).toEqual([status, status === 0, documented]);
});

it('has a call for every row', () => {
  expect([...new Set(CALLS.map(([row]) => row))].sort()).toEqual(rows.map(({ commands }) => commands).sort());
});
