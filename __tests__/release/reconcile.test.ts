import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isUserError } from '../../src/diagnostics/user-error.ts';
import { applyRelease } from '../../src/release/apply.ts';
import type { OnExisting, PlannedAsset, ReleasePlan } from '../../src/release/plan.ts';
import { compare, type RemoteAsset, type RemoteRelease, reconcile } from '../../src/release/reconcile.ts';
import { Crash, type Fault, fakeGithub, remote, uploaded } from './fake-port.ts';

const asset = (name: string, letter = name): PlannedAsset => ({
  name,
  size: name.length,
  digest: `sha256:${Buffer.from(letter).toString('hex').padEnd(64, '0').slice(0, 64)}`,
});
const A = asset('hello-1.2.3-a.tar.gz');
const B = asset('hello-1.2.3.wasm');
const SUMS = asset('SHA256SUMS');
const ASSETS = [A, B, SUMS];

function plan(overrides: Partial<ReleasePlan> = {}): ReleasePlan {
  return {
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
    assets: ASSETS,
    ...overrides,
  };
}

/** The steps' kinds, with the file's name where there is one. */
function stepsOf(of: ReleasePlan, releases: RemoteRelease[]): string[] | string {
  const decision = reconcile(of, releases);
  if (decision.kind === 'problem') return decision.problem.code;
  return decision.steps.map((step) => ('asset' in step ? `${step.kind} ${step.asset.name}` : step.kind));
}

const all = ASSETS.map((a, i) => uploaded(i + 1, a));
const wrong = uploaded(9, B, { digest: 'sha256:other' });

describe('reconcile', () => {
  it.each<[string, RemoteRelease[], Partial<ReleasePlan>, string[] | string]>([
    [
      'nothing',
      [],
      {},
      ['create-draft', `upload ${A.name}`, `upload ${B.name}`, 'upload SHA256SUMS', 'verify', 'publish'],
    ],
    ['nothing, to stay a draft', [], { draft: true, assets: [SUMS] }, ['create-draft', 'upload SHA256SUMS', 'verify']],
    ['a complete draft', [remote({ id: 1, assets: all })], {}, ['verify', 'publish']],
    ['a complete draft, to stay one', [remote({ id: 1, assets: all })], { draft: true }, []],
    [
      'a draft with a broken upload',
      [remote({ id: 1, assets: [all[0]!, uploaded(5, B, { state: 'starter' }), all[2]!] })],
      {},
      [`delete ${B.name}`, `upload ${B.name}`, 'verify', 'publish'],
    ],
    [
      'a draft with other contents',
      [remote({ id: 1, assets: [all[0]!, wrong, all[2]!] })],
      {},
      [`delete ${B.name}`, `upload ${B.name}`, 'verify', 'publish'],
    ],
    [
      'a draft with a stale file of ours and one of somebody else',
      [
        remote({
          id: 1,
          assets: [...all, uploaded(7, asset('hello-1.2.3-old.zip')), uploaded(8, asset('manual.pdf'))],
        }),
      ],
      {},
      ['delete hello-1.2.3-old.zip', 'verify', 'publish'],
    ],
    [
      'the same, to be replaced',
      [remote({ id: 1, assets: [...all, uploaded(8, asset('manual.pdf'))] })],
      { onExisting: 'replace' },
      ['delete manual.pdf', 'verify', 'publish'],
    ],
    ['the finished release', [remote({ id: 1, draft: false, assets: all })], {}, []],
    ['the finished immutable release', [remote({ id: 1, draft: false, immutable: true, assets: all })], {}, []],
    ['a published release with other contents', [remote({ id: 1, draft: false, assets: [wrong] })], {}, 'E413'],
    [
      'the same, to be replaced',
      [remote({ id: 1, draft: false, assets: [all[0]!, wrong, all[2]!] })],
      { onExisting: 'replace' },
      ['withdraw', `delete ${B.name}`, `upload ${B.name}`, 'verify', 'publish'],
    ],
    [
      'an immutable release with other contents, to be replaced',
      [remote({ id: 1, draft: false, immutable: true, assets: [wrong] })],
      { onExisting: 'replace' },
      'E412',
    ],
    [
      'an empty release that somebody published',
      [remote({ id: 1, draft: false })],
      {},
      [`upload ${A.name}`, `upload ${B.name}`, 'upload SHA256SUMS', 'verify'],
    ],
    ['two drafts', [remote({ id: 1 }), remote({ id: 2 })], {}, 'E410'],
    ['any release when none may be', [remote({ id: 1, assets: all })], { onExisting: 'fail' }, 'E411'],
    [
      'releases of other tags',
      [remote({ id: 1, tag: 'v1.2.2' })],
      { assets: [SUMS], onExisting: 'fail' },
      ['create-draft', 'upload SHA256SUMS', 'verify', 'publish'],
    ],
  ])('%s', (_, releases, overrides, expected) => {
    expect(stepsOf(plan(overrides), releases)).toEqual(expected);
  });

  it('lists the releases when there are several', () => {
    const decision = reconcile(plan(), [remote({ id: 1 }), remote({ id: 2, draft: false })]);
    expect(decision).toMatchObject({
      kind: 'problem',
      problem: { message: expect.stringMatching(/releases\/1 \(draft\), .*releases\/2 \(published\)/) },
    });
  });

  it('says what a published release has otherwise', () => {
    const decision = reconcile(plan(), [remote({ id: 1, draft: false, assets: [wrong, all[2]!] })]);
    const problem = decision.kind === 'problem' ? decision.problem : undefined;
    expect(problem?.message).toContain(`has other contents for ${B.name} and lacks ${A.name}`);
    expect(problem?.fix).toContain('bump the version');
  });
});

// ---- from any state, with any faults

const assetState = fc.constantFrom<('absent' | 'right' | 'wrong' | 'starter' | 'unknown')[]>(
  'absent',
  'right',
  'wrong',
  'starter',
  'unknown',
);
const releaseState = fc.record({
  assets: fc.tuple(assetState, assetState, assetState),
  stale: fc.boolean(),
  foreign: fc.boolean(),
  draft: fc.boolean(),
  immutable: fc.boolean(),
});
const faultList = fc.array(fc.constantFrom<Fault[]>('before', 'after', 'starter', 'crash', 'corrupt'), {
  maxLength: 3,
});
const scenario = fc.record({
  remote: fc.option(releaseState, { nil: undefined }),
  onExisting: fc.constantFrom<OnExisting[]>('reconcile', 'replace', 'fail'),
  draft: fc.boolean(),
  upload: faultList,
  create: fc.array(fc.constantFrom<Fault[]>('before', 'after', 'crash'), { maxLength: 2 }),
  crashAt: fc.record({
    get: fc.nat(3),
    delete: fc.nat(3),
    publish: fc.nat(2),
    withdraw: fc.nat(2),
    list: fc.nat(3),
  }),
});

function remoteFrom(state: {
  assets: string[];
  stale: boolean;
  foreign: boolean;
  draft: boolean;
  immutable: boolean;
}): { release: RemoteRelease; contents: [number, string][] } {
  const assets: RemoteAsset[] = [];
  const contents: [number, string][] = [];
  for (const [i, kind] of state.assets.entries()) {
    const want = ASSETS[i]!;
    if (kind === 'right') assets.push(uploaded(i + 1, want));
    if (kind === 'wrong') assets.push(uploaded(i + 1, want, { digest: 'sha256:other' }));
    if (kind === 'starter') assets.push(uploaded(i + 1, want, { state: 'starter', digest: null }));
    if (kind === 'unknown') {
      assets.push(uploaded(i + 1, want, { digest: null }));
      contents.push([i + 1, want.digest]);
    }
  }
  if (state.stale) assets.push(uploaded(50, asset('hello-1.2.3-old.zip')));
  if (state.foreign) assets.push(uploaded(51, asset('manual.pdf')));
  const immutable = state.immutable && !state.draft;
  return { release: remote({ id: 7, draft: state.draft, immutable, assets }), contents };
}

describe('applyRelease', () => {
  it('ends in the planned release from any state, however often it is interrupted, and never publishes an incomplete one', async () => {
    const outcomes = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(scenario, async (s) => {
        const wanted = plan({ onExisting: s.onExisting, draft: s.draft });
        const before = s.remote && remoteFrom(s.remote);
        const fake = fakeGithub(before ? [before.release] : []);
        for (const [id, digest] of before?.contents ?? []) fake.contents.set(id, digest);
        fake.faults.set('upload', [...s.upload]);
        fake.faults.set('create', [...s.create]);
        for (const [kind, at] of Object.entries(s.crashAt)) {
          // The n-th call of the kind crashes; 0: none does. A fault list cannot skip, so the ones before are let through.
          if (at > 0) fake.faults.set(kind, [...Array(at - 1).fill(undefined), 'crash']);
        }
        const wasPublished = before?.release.draft === false;
        const publish = fake.port.publish;
        const port = {
          ...fake.port,
          publish: (id: number, p: ReleasePlan) => {
            const there = fake.releases.find((r) => r.id === id)!;
            const digests = new Map(there.assets.map((a) => [a.name, fake.contents.get(a.id) ?? a.digest]));
            for (const a of ASSETS) expect(digests.get(a.name), 'published incomplete').toBe(a.digest);
            expect(there.assets.some((a) => a.state === 'starter' || a.name === 'hello-1.2.3-old.zip')).toBe(false);
            return publish(id, p);
          },
        };
        let outcome = '';
        for (let attempt = 0; attempt < 12 && outcome === ''; attempt++) {
          // A release that a run of ours left behind is not the existing one that `fail` means.
          const p = attempt === 0 ? wanted : { ...wanted, onExisting: before ? s.onExisting : ('reconcile' as const) };
          try {
            const result = await applyRelease(p, port, { dir: '/nowhere', sleep: async () => {}, random: () => 0.5 });
            outcome = result.published ? 'published' : 'draft';
          } catch (error) {
            if (error instanceof Crash) continue;
            if (!isUserError(error)) throw error;
            if (error.exit === 1) outcome = error.code;
          }
        }
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        const mine = fake.releases.filter((r) => r.tag === 'v1.2.3');
        switch (outcome) {
          case 'published':
          case 'draft': {
            expect(mine.length).toBe(1);
            const found = compare(wanted, {
              ...mine[0]!,
              assets: mine[0]!.assets.map((a) => ({ ...a, digest: fake.contents.get(a.id) ?? a.digest })),
            });
            expect(found.missing).toEqual([]);
            expect(found.different).toEqual([]);
            if (s.remote?.foreign && s.onExisting !== 'replace') {
              expect(mine[0]!.assets.map((a) => a.name)).toContain('manual.pdf');
            }
            expect(mine[0]!.draft).toBe(outcome === 'draft');
            break;
          }
          case 'E411':
            expect(before && s.onExisting).toBe('fail');
            expect(mine).toEqual([before!.release]);
            break;
          case 'E412':
            expect(mine).toEqual([before!.release]);
            expect(before!.release.immutable).toBe(true);
            break;
          case 'E413':
            expect(wasPublished && s.onExisting).toBe('reconcile');
            expect(mine[0]!.draft).toBe(false);
            break;
          case 'E410':
            // A create whose answer was lost and that the list did not yet show would do this; the fake's list shows all.
            throw new Error('two releases were made');
          default:
            throw new Error('it never ended');
        }
      }),
      { numRuns: 1500 },
    );
    for (const outcome of ['published', 'draft', 'E411', 'E412', 'E413'])
      expect(outcomes.get(outcome), outcome).toBeGreaterThan(0);
  });

  it('needs one call to see that a release is finished', async () => {
    const fake = fakeGithub([remote({ id: 1, draft: false, assets: all })]);
    const result = await applyRelease(plan(), fake.port, { dir: '/nowhere' });
    expect(result).toMatchObject({ id: 1, published: true, changed: false });
    expect(fake.calls).toEqual(['list v1.2.3']);
  });

  it('uploads SHA256SUMS after all others, and reports every step', async () => {
    const fake = fakeGithub();
    const events: string[] = [];
    await applyRelease(plan(), fake.port, { dir: '/nowhere', onEvent: (event) => events.push(event.kind) });
    expect(fake.calls.filter((c) => c.startsWith('upload')).at(-1)).toBe('upload SHA256SUMS');
    expect(events).toEqual(['created', 'uploaded', 'uploaded', 'uploaded', 'verified', 'published']);
    expect(fake.calls.at(-1)).toMatch(/^publish/);
  });

  it('never has more than four uploads under way', async () => {
    const assets = [...Array.from({ length: 20 }, (_, i) => asset(`f${i}`)), SUMS];
    const fake = fakeGithub();
    let now = 0;
    let most = 0;
    const port = {
      ...fake.port,
      upload: async (...args: Parameters<typeof fake.port.upload>) => {
        most = Math.max(most, ++now);
        await new Promise((wake) => setImmediate(wake));
        now--;
        return fake.port.upload(...args);
      },
    };
    await applyRelease(plan({ assets }), port, { dir: '/nowhere' });
    expect(most).toBe(4);
  });

  it('gives up after five attempts, with the release still a draft', async () => {
    const fake = fakeGithub();
    fake.faults.set('upload', Array(30).fill('before'));
    const waits: number[] = [];
    const sleep = async (seconds: number): Promise<void> => void waits.push(seconds);
    const options = { dir: '/nowhere', sleep, random: () => 0.999 };
    await expect(applyRelease(plan({ assets: [SUMS] }), fake.port, options)).rejects.toMatchObject({
      code: 'E421',
      exit: 4,
    });
    expect(waits.map(Math.round)).toEqual([1, 2, 4, 8]);
    expect(fake.releases).toMatchObject([{ draft: true }]);
  });

  it('leaves one draft when two runs start at once', async () => {
    const fake = fakeGithub();
    const options = { dir: '/nowhere', sleep: async () => {}, random: () => 0.5 };
    const runs = await Promise.allSettled([
      applyRelease(plan(), fake.port, options),
      applyRelease(plan(), fake.port, options),
    ]);
    expect(runs.some((r) => r.status === 'fulfilled')).toBe(true);
    expect(fake.releases.length).toBe(1);
    expect(fake.releases[0]!.assets.map((a) => a.name).sort()).toEqual(ASSETS.map((a) => a.name).sort());
  });

  it('reports as exit 3 when the digests never match', async () => {
    const fake = fakeGithub();
    fake.faults.set('upload', Array(30).fill('corrupt'));
    const options = { dir: '/nowhere', sleep: async () => {} };
    await expect(applyRelease(plan(), fake.port, options)).rejects.toMatchObject({ code: 'E420', exit: 3 });
    expect(fake.releases).toMatchObject([{ draft: true }]);
  });
});
