/** A GitHub in memory behind the release port, which fails when told to. The upload's digest is the plan's. */
import type { PlannedAsset, ReleasePlan } from '../../src/release/plan.ts';
import { type ReleasePort, transient } from '../../src/release/port.ts';
import type { RemoteAsset, RemoteRelease } from '../../src/release/reconcile.ts';

/** How one call fails: before it takes effect, or after (its answer is lost). */
export type Fault = 'before' | 'after' | 'starter' | 'crash' | 'corrupt';

export interface FakeGithub {
  readonly port: ReleasePort;
  releases: RemoteRelease[];
  /** Every call that was made, such as `upload a.wasm`. */
  readonly calls: string[];
  /** What happens to calls of a kind, first to last; the rest succeed. */
  readonly faults: Map<string, Fault[]>;
  /** The digests that digestOf() says, by asset. */
  readonly contents: Map<number, string>;
}

/** A crash of the process itself: nothing catches it. */
export class Crash extends Error {}

export function fakeGithub(releases: RemoteRelease[] = []): FakeGithub {
  let nextId = 1000;
  const calls: string[] = [];
  const faults = new Map<string, Fault[]>();
  const contents = new Map<number, string>();
  const fake: FakeGithub = { port: undefined as unknown as ReleasePort, releases, calls, faults, contents };

  const find = (id: number): RemoteRelease => {
    const release = fake.releases.find((r) => r.id === id);
    if (!release) throw new Error(`no release ${id}`);
    return release;
  };
  const change = (id: number, more: Partial<RemoteRelease>): RemoteRelease => {
    const changed = { ...find(id), ...more };
    fake.releases = fake.releases.map((r) => (r.id === id ? changed : r));
    return changed;
  };
  const call = async <T>(kind: string, what: string | number, effect: (fault: Fault | undefined) => T): Promise<T> => {
    calls.push(`${kind} ${what}`);
    const fault = faults.get(kind)?.shift();
    if (fault === 'crash') throw new Crash(kind);
    if (fault === 'before') throw transient(new Error(`${kind} failed`));
    const result = effect(fault);
    if (fault === 'after' || fault === 'starter') throw transient(new Error(`${kind}: the answer was lost`));
    return result;
  };
  const port: ReleasePort = {
    list: (tag) => call('list', tag, () => fake.releases.filter((r) => r.tag === tag)),
    get: (id) => call('get', id, () => find(id)),
    createDraft: (plan) =>
      call('create', plan.tag, () => {
        const id = nextId++;
        const release = remote({ id, tag: plan.tag, draft: true, prerelease: plan.prerelease });
        fake.releases = [...fake.releases, release];
        return release;
      }),
    upload: (to, asset) =>
      call('upload', asset.name, (fault) => {
        const release = find(to.id);
        if (release.immutable) throw new Error('an immutable release was changed');
        if (release.assets.some((a) => a.name === asset.name)) throw transient(new Error('already_exists'));
        const digest = fault === 'corrupt' ? `sha256:${'0'.repeat(64)}` : asset.digest;
        const made = uploaded(nextId++, asset, {
          digest,
          ...(fault === 'starter' ? { state: 'starter', digest: null } : {}),
        });
        change(to.id, { assets: [...release.assets, made] });
        return made;
      }),
    deleteAsset: (id) =>
      call('delete', id, () => {
        const release = fake.releases.find((r) => r.assets.some((a) => a.id === id));
        if (release?.immutable) throw new Error('an immutable release was changed');
        if (release) change(release.id, { assets: release.assets.filter((a) => a.id !== id) });
      }),
    deleteRelease: (id) =>
      call('delete-release', id, () => {
        fake.releases = fake.releases.filter((r) => r.id !== id);
      }),
    withdraw: (id) =>
      call('withdraw', id, () => {
        change(id, { draft: true });
      }),
    publish: (id, plan: ReleasePlan) =>
      call('publish', id, () => change(id, { draft: false, prerelease: plan.prerelease })),
    digestOf: (asset) => call('digest', asset.name, () => contents.get(asset.id) ?? 'sha256:unknown'),
    download: () => Promise.reject(new Error('not needed here')),
  };
  return Object.assign(fake, { port });
}

export function remote(more: Partial<RemoteRelease> & { id: number }): RemoteRelease {
  return {
    tag: 'v1.2.3',
    draft: true,
    prerelease: false,
    immutable: false,
    url: `https://example.com/releases/${more.id}`,
    uploadUrl: `https://uploads.example.com/releases/${more.id}/assets{?name,label}`,
    assets: [],
    ...more,
  };
}

export function uploaded(id: number, asset: PlannedAsset, more: Partial<RemoteAsset> = {}): RemoteAsset {
  const { name, size, digest } = asset;
  return { id, name, size, digest, state: 'uploaded', url: `https://example.com/${name}`, ...more };
}
