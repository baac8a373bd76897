/** A small release in a folder, and runs of it against the fake GitHub. */
import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ApplyOptions, applyRelease, type ReleaseResult } from '../../src/release/apply.ts';
import { type GithubOptions, githubPort } from '../../src/release/github.ts';
import type { PlannedAsset, ReleasePlan } from '../../src/release/plan.ts';
import type { FakeGithub } from '../fake-github/server.ts';

export const TOKEN = 'a-token-for-tests';

export interface Scenario {
  readonly dir: string;
  readonly plan: ReleasePlan;
}

/** Writes `count` files of about `size` bytes and a SHA256SUMS; gives the folder and the plan to release them. */
export function makeScenario(count: number, size: number, more: Partial<ReleasePlan> = {}): Scenario {
  const dir = mkdtempSync(join(tmpdir(), 'fake-release-'));
  const assets: PlannedAsset[] = [];
  const put = (name: string, content: Buffer) => {
    writeFileSync(join(dir, name), content);
    assets.push({ name, size: content.length, digest: `sha256:${createHash('sha256').update(content).digest('hex')}` });
  };
  for (let i = 0; i < count; i++) put(`hello-1.2.3-${String(i).padStart(3, '0')}.bin`, Buffer.alloc(size + i, i + 1));
  put('SHA256SUMS', Buffer.from(assets.map((a) => `${a.digest.slice(7)}  ${a.name}\n`).join('')));
  const plan: ReleasePlan = {
    tag: 'v1.2.3',
    packageName: 'hello',
    version: '1.2.3',
    title: 'hello 1.2.3',
    commit: null,
    draft: false,
    prerelease: false,
    makeLatest: 'legacy',
    notes: { kind: 'generate' },
    onExisting: 'reconcile',
    assets,
    ...more,
  };
  return { dir, plan };
}

/** One run of the release, with waits a thousandth as long. */
export function runRelease(
  { plan, dir }: Scenario,
  fake: FakeGithub,
  more: Partial<ApplyOptions> & { readonly port?: Partial<GithubOptions> } = {},
): Promise<ReleaseResult> {
  const port = githubPort({
    token: TOKEN,
    apiUrl: fake.url,
    repository: 'octo/hello',
    userAgent: 'tests',
    secondMs: 1,
    ...more.port,
  });
  const sleep = (seconds: number): Promise<void> => new Promise((wake) => setTimeout(wake, seconds));
  return applyRelease(plan, port, { dir, sleep, ...more });
}

/** What is wrong with the releases of the plan's tag, as the server has them; undefined when it is exactly as planned. */
export function whatIsWrong({ plan }: Scenario, fake: FakeGithub, draft = plan.draft): string | undefined {
  const mine = fake.releases.filter((release) => release.tag_name === plan.tag);
  const [release] = mine;
  if (release === undefined || mine.length > 1) return `${mine.length} releases`;
  if (release.draft !== draft) return release.draft ? 'a draft' : 'published';
  const want = plan.assets.map((asset) => `${asset.name} ${asset.size} ${asset.digest} uploaded`).sort();
  const have = release.assets.map((asset) => `${asset.name} ${asset.size} ${asset.digest} ${asset.state}`).sort();
  return JSON.stringify(have) === JSON.stringify(want) ? undefined : `assets: ${have.join(', ')}`;
}
