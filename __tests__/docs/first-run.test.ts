/** docs/first-run.md quotes what is really printed: the same steps, in this process, against the stand-in for GitHub. */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { firstMissing, quotedBlocks } from '../../scripts/quoted.mjs';
import { main } from '../../src/action/entry.ts';
import { variable } from '../../src/action/inputs.ts';
import { type FakeGithub, startFakeGithub } from '../fake-github/server.ts';

const page = readFileSync('docs/first-run.md', 'utf8');
const program = /```mochi\n([\s\S]*?)```/.exec(page)![1]!;
const config = /```toml\n([\s\S]*?)```/.exec(readFileSync('README.md', 'utf8'))![1]!;
const blocks = quotedBlocks(page);

const here = process.cwd();
let dir: string;
let github: FakeGithub;
beforeAll(async () => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'first-run-')));
  github = await startFakeGithub({ repository: 'octo/hello' });
});
afterAll(async () => {
  process.chdir(here);
  await github.close();
  rmSync(dir, { recursive: true });
});

function put(path: string, text: string): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), text);
}

/** Runs the action as a runner would; gives the log with the summary after it, and the exit status. */
async function act(inputs: Record<string, string>, ref = 'refs/heads/main'): Promise<{ log: string; status: number }> {
  process.chdir(dir);
  let log = '';
  let summary = '';
  const given = Object.entries(inputs).map(([name, value]) => [variable(name), value]);
  const env = {
    GITHUB_WORKSPACE: dir,
    GITHUB_REPOSITORY: 'octo/hello',
    GITHUB_EVENT_NAME: 'push',
    GITHUB_REF: ref,
    [variable('api-url')]: github.url,
    [variable('github-token')]: 'a-token-for-tests',
    ...Object.fromEntries(given),
  };
  const status = await main({
    env,
    write: (text) => void (log += text),
    output: async () => {},
    summary: async (markdown) => void (summary += markdown),
    secret: async () => {},
    addPath: async () => {},
  });
  process.chdir(here);
  return { log: `${log}${summary}`, status };
}

/** Compares every block that quotes this run. */
function agrees(run: string, log: string): void {
  const quoted = blocks.filter((block) => block.run === run);
  expect(quoted.length, `blocks that quote ${run}`).toBeGreaterThan(0);
  for (const { lines } of quoted) expect(firstMissing(lines, log), log).toBeUndefined();
}

// Eight runs of the action, one of which makes all eight targets.
it('quotes every step as it is', { timeout: 600_000 }, async () => {
  put('src/main.mochi', program);
  const check = await act({});
  expect(check.status).toBe(0);
  agrees('check', check.log);

  put('src/main.mochi', program.replace('== 8', '== 9'));
  put('src/typo.mochi', 'let total = 1\nprint(totl)\n');
  const mistakes = await act({});
  expect(mistakes.status).toBe(1);
  agrees('check-mistakes', mistakes.log);
  rmSync(join(dir, 'src/typo.mochi'));

  put('src/main.mochi', program.replace(/expect .*/, 'while true { }'));
  const endless = await act({ 'test-timeout': '0.5' });
  expect(endless.status).toBe(1);
  agrees('check-endless', endless.log);

  put('src/main.mochi', program);
  put('mochi.toml', config);
  const tag = await act({}, 'refs/tags/v1.2.4');
  expect([tag.status, github.requests]).toEqual([1, []]);
  agrees('release-tag', tag.log);

  github.deny = true;
  const permissions = await act({ targets: 'host' }, 'refs/tags/v1.2.3');
  github.deny = false;
  expect(permissions.status).toBe(1);
  agrees('release-permissions', permissions.log);

  const typo = await act({ comand: 'release' }, 'refs/tags/v1.2.3');
  expect(typo.status).toBe(2);
  agrees('release-typo', typo.log);

  const release = await act({}, 'refs/tags/v1.2.3');
  expect(release.status).toBe(0);
  agrees('release', release.log);

  github.requests.length = 0;
  const again = await act({}, 'refs/tags/v1.2.3');
  expect([again.status, github.requests.length]).toEqual([0, 1]);
  agrees('release-again', again.log);
});

it('is checked in every block', () => {
  const known = ['check', 'check-mistakes', 'check-endless', 'release-tag', 'release-permissions', 'release-typo'];
  expect(blocks.map((block) => block.run)).toEqual([...known, 'release', 'release-again']);
  const indented = page.match(/^(?! {4}).*\n\n {4}/gm)?.length;
  expect(indented).toBe(blocks.length);
});

it('finds what is missing, in order', () => {
  const log = 'one\n::error file=a,line=2,title=t::first%0A  second\n⚙  two\n';
  expect(firstMissing(['one', 'a, line 2 t', 'first', 'second', 'two'], log)).toBeUndefined();
  expect(firstMissing(['two', 'one'], log)).toBe('one');
  expect(firstMissing(['f…t'], log)).toBeUndefined();
  expect(firstMissing(['f…x'], log)).toBe('f…x');
});
