import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readContext, resolveCommand } from '../../src/action/context.ts';

let dir: string;
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), 'event-'))));
afterAll(() => rmSync(dir, { recursive: true }));

/** The environment of a run, as a runner makes it. */
function environment(event: string, ref: string, payload: unknown, more: Record<string, string> = {}) {
  const file = join(dir, `${event}.json`);
  writeFileSync(file, typeof payload === 'string' ? payload : JSON.stringify(payload));
  return {
    GITHUB_EVENT_NAME: event,
    GITHUB_EVENT_PATH: file,
    GITHUB_REF: ref,
    GITHUB_REPOSITORY: 'octo/hello',
    ...more,
  };
}

const pull = (repository: string | null) => ({
  action: 'synchronize',
  pull_request: { head: { repo: repository === null ? null : { full_name: repository } } },
});

describe('auto, from what a runner says', () => {
  it.each([
    ['push', 'refs/tags/v1.2.3', {}, 'release'],
    ['push', 'refs/tags/hello/v1.2.3', {}, 'release'],
    ['push', 'refs/tags/hello-v1.2.3-rc.1', {}, 'release'],
    ['push', 'refs/tags/nightly', {}, 'check'],
    ['push', 'refs/tags/v1', {}, 'check'],
    ['push', 'refs/heads/main', {}, 'check'],
    ['push', 'refs/heads/v1.2.3', {}, 'check'],
    ['release', 'refs/tags/v1.2.3', { action: 'published' }, 'release'],
    ['release', 'refs/tags/v1.2.3', { action: 'created' }, 'release'],
    ['release', 'refs/tags/v1.2.3', { action: 'edited' }, 'check'],
    ['release', 'refs/tags/v1.2.3', { action: 'deleted' }, 'check'],
    ['release', 'refs/tags/v1.2.3', { action: 'unpublished' }, 'check'],
    ['pull_request', 'refs/pull/7/merge', pull('octo/hello'), 'check'],
    ['pull_request', 'refs/pull/7/merge', pull('someone/hello'), 'check'],
    ['pull_request_target', 'refs/heads/main', pull('someone/hello'), 'check'],
    ['merge_group', 'refs/heads/gh-readonly-queue/main/pr-7', {}, 'check'],
    ['workflow_dispatch', 'refs/tags/v1.2.3', {}, 'check'],
    ['schedule', 'refs/heads/main', {}, 'check'],
  ])('%s of %s with %j is %s', async (event, ref, payload, command) => {
    expect(resolveCommand('auto', await readContext(environment(event, ref, payload)))).toBe(command);
  });
});

describe('the origin of a run', () => {
  it.each([
    [pull('octo/hello'), {}, undefined],
    [pull('someone/hello'), {}, 'fork'],
    // The fork was deleted since.
    [pull(null), {}, 'fork'],
    [pull('octo/hello'), { GITHUB_ACTOR: 'dependabot[bot]' }, 'dependabot'],
  ])('%j %j is %s', async (payload, more, origin) => {
    const context = await readContext(environment('pull_request', 'refs/pull/7/merge', payload, more));
    expect(context.origin).toBe(origin);
  });

  it('is unknown, and no reason to fail, without a readable event', async () => {
    expect((await readContext(environment('pull_request', '', 'not JSON'))).origin).toBeUndefined();
    expect((await readContext(environment('pull_request', '', 'null'))).origin).toBeUndefined();
    expect((await readContext({ GITHUB_EVENT_PATH: join(dir, 'missing') })).origin).toBeUndefined();
  });
});

describe('GitHub Enterprise Server', () => {
  it.each([
    [undefined, false],
    ['https://github.com', false],
    ['https://octo.ghe.com', false],
    ['http://x.localhost:8080', false],
    ['https://git.example.com', true],
    ['https://github.com.example.com', true],
  ])('%s: %s', async (url, expected) => {
    const context = await readContext(url === undefined ? {} : { GITHUB_SERVER_URL: url });
    expect(context.enterpriseServer).toBe(expected);
  });
});
