/**
 * Every fault at every step of a release, against a real HTTP server: each time the release is complete and verified, or there is a
 * clear error while it is a draft, and a run after the fault is over finishes it.
 */
import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { isUserError } from '../../src/diagnostics/user-error.ts';
import { FAULT_KINDS, type FaultKind, type FaultRule, type Operation } from '../fake-github/faults.ts';
import { type FakeGithub, type FakeRelease, startFakeGithub } from '../fake-github/server.ts';
import { makeScenario, runRelease, type Scenario, whatIsWrong } from './scenario.ts';

/** The operations of a release from nothing to published, with how often each is done. */
const STEPS: readonly [op: Operation, times: number][] = [
  ['list', 3],
  ['create', 1],
  ['upload', 6],
  ['get', 1],
  ['assets', 1],
  ['update', 1],
];
/** How many requests in a row fail: once, more often than is retried at once, and until the run gives up. */
const TIMES = [1, 3, 40];
const scenario = makeScenario(5, 700);
afterAll(() => rmSync(scenario.dir, { recursive: true, force: true }));

/** mulberry32: a small generator of numbers from 0 up to 1 with a seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Most of a run is waiting: so many go on at once. */
const AT_ONCE = 8;

async function forAll<T>(items: readonly T[], job: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await job(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Complains when a release becomes visible before all of its files are there. */
function watch(of: Scenario, wrong: string[]): (release: FakeRelease) => void {
  return (release) => {
    for (const asset of of.plan.assets) {
      const there = release.assets.filter((one) => one.name === asset.name);
      if (there.length !== 1 || there[0]!.digest !== asset.digest || there[0]!.state !== 'uploaded')
        wrong.push(`published without a whole ${asset.name}`);
    }
  };
}

type Ending = 'released' | 'error, draft or nothing, then released' | 'error, published and complete';

/** A run with the faults and, when it fails, one without. Gives how it ended; throws when a promise is broken. */
async function tryOut(
  of: Scenario,
  rules: FaultRule[],
  prepare?: (fake: FakeGithub) => Promise<void>,
): Promise<Ending> {
  const wrong: string[] = [];
  const fake = await startFakeGithub({ onPublish: watch(of, wrong) });
  try {
    await prepare?.(fake);
    const others = JSON.stringify(fake.releases.filter((release) => release.tag_name !== of.plan.tag));
    fake.counts.clear();
    fake.faults = rules;
    let ending: Ending = 'released';
    const error = await runRelease(of, fake).then(
      (result) => {
        expect(result.published).toBe(true);
        return undefined;
      },
      (reason: unknown) => reason,
    );
    if (error !== undefined) {
      if (!isUserError(error)) throw error;
      expect(error.message.length).toBeGreaterThan(20);
      expect(error.fix.length).toBeGreaterThan(20);
      const mine = fake.releases.filter((release) => release.tag_name === of.plan.tag);
      const published = mine.filter((release) => !release.draft);
      if (published.length > 0) expect(whatIsWrong(of, fake)).toBeUndefined();
      ending = published.length > 0 ? 'error, published and complete' : 'error, draft or nothing, then released';
      fake.faults = [];
      await runRelease(of, fake);
    }
    expect(whatIsWrong(of, fake)).toBeUndefined();
    expect(wrong).toEqual([]);
    expect(JSON.stringify(fake.releases.filter((release) => release.tag_name !== of.plan.tag))).toBe(others);
    return ending;
  } finally {
    await fake.close();
  }
}

/** Not every fault is possible everywhere: only lists are stale, and a name is taken without being listed only in uploads. */
function isPossible(op: Operation, kind: FaultKind): boolean {
  if (kind === 'stale') return op === 'list';
  return kind !== 'already-exists' || op === 'upload';
}

describe('every fault at every step', () => {
  const combinations = STEPS.flatMap(([op, count]) =>
    FAULT_KINDS.filter((kind) => isPossible(op, kind)).flatMap((kind) =>
      Array.from({ length: count }, (_, i) => TIMES.map((times) => ({ op, kind, from: i + 1, times }))).flat(),
    ),
  );

  it.each(FAULT_KINDS)('%s', async (kind) => {
    const endings = new Map<Ending, number>();
    const mine = combinations.filter((one) => one.kind === kind);
    await forAll(mine, async (rule) => {
      const ending = await tryOut(scenario, [{ ...rule }]).catch((error: Error) => {
        throw new Error(`${JSON.stringify(rule)}: ${error.message}`, { cause: error });
      });
      endings.set(ending, (endings.get(ending) ?? 0) + 1);
      // One fault, once, is never the user's business, whatever it is.
      if (rule.times === 1) expect(`${JSON.stringify(rule)} ${ending}`).toBe(`${JSON.stringify(rule)} released`);
    });
    expect([...endings.values()].reduce((a, b) => a + b, 0)).toBe(mine.length);
    // Only when nothing but the answer is lost, however often, can an error come after the publication.
    for (const ending of endings.keys())
      if (ending === 'error, published and complete') expect(['lost', 'starter', 'truncated']).toContain(kind);
  });
});

describe('several faults at once', () => {
  // Each seed: up to four rules anywhere, on a release from nothing, on a half-made draft, or among others' releases.
  const batches = Array.from({ length: 10 }, (_, i) => [i * 30, i * 30 + 29] as const);
  it.each(batches)('seeds %i to %i', { timeout: 240_000 }, async (first, last) => {
    const endings = new Map<Ending, number>();
    const seeds = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    await forAll(seeds, async (seed) => {
      const random = seeded(seed);
      const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
      const rules = Array.from({ length: 1 + Math.floor(random() * 4) }, (): FaultRule => {
        const [op, count] = pick([...STEPS, ['delete-asset', 3] as const, ['delete-release', 1] as const]);
        const kind = pick(FAULT_KINDS.filter((one) => isPossible(op, one)));
        return { op, kind, from: 1 + Math.floor(random() * count), times: pick([1, 1, 2, 3, 40]) };
      });
      const state = pick(['nothing', 'half a draft', 'others']);
      const shown = `seed ${seed}, ${state}: ${JSON.stringify(rules)}`;
      const ending = await tryOut(scenario, rules, async (fake) => {
        if (state === 'half a draft') {
          // An earlier run that broke off: some files whole, one broken, one of other contents.
          fake.faults = [
            { op: 'upload', kind: 'starter', from: 2, times: 1 },
            { op: 'upload', kind: '500', from: 3, times: 40 },
            { op: 'assets', kind: '500', from: 1, times: 40 },
          ];
          await runRelease(scenario, fake).catch(() => undefined);
          expect(fake.releases.length).toBe(1);
          fake.releases[0]!.assets[0]!.digest = `sha256:${'0'.repeat(64)}`;
        }
        if (state === 'others') {
          const other = { ...scenario, plan: { ...scenario.plan, tag: 'v1.2.2', version: '1.2.2' } };
          await runRelease(other, fake);
          await runRelease({ ...other, plan: { ...other.plan, tag: 'v1.2.30', draft: true } }, fake);
        }
        fake.faults = [];
      }).catch((error: Error) => {
        throw new Error(`${shown}: ${error.message}`, { cause: error });
      });
      endings.set(ending, (endings.get(ending) ?? 0) + 1);
    });
    expect([...endings.values()].reduce((a, b) => a + b, 0)).toBe(30);
    expect(endings.get('released')).toBeGreaterThan(0);
  });
});

describe('two runs at once for the same tag', () => {
  it.each([
    ['at the same moment', []],
    ['when the lists are behind', [{ op: 'list', kind: 'stale', from: 1, times: 4 }]],
    ['when answers are slow', [{ op: 'create', kind: 'slow', from: 1, times: 1 }]],
    ['when answers are lost', [{ op: 'create', kind: 'lost', from: 2, times: 1 }]],
  ] as [string, FaultRule[]][])('%s: one release, no asset twice', async (_, rules) => {
    for (let i = 0; i < 8; i++) {
      const wrong: string[] = [];
      const fake = await startFakeGithub({ onPublish: watch(scenario, wrong) });
      fake.faults = rules.map((rule) => ({ ...rule }));
      const runs = await Promise.allSettled([runRelease(scenario, fake), runRelease(scenario, fake)]);
      for (const run of runs) if (run.status === 'rejected' && !isUserError(run.reason)) throw run.reason;
      if (runs.every((run) => run.status === 'rejected') || whatIsWrong(scenario, fake) !== undefined) {
        // Nothing lost: the next run has only to finish it.
        await runRelease(scenario, fake);
      }
      expect(whatIsWrong(scenario, fake)).toBeUndefined();
      expect(wrong).toEqual([]);
      await fake.close();
    }
  });
});

describe('a finished release, run again', () => {
  it('takes one request and no upload', async () => {
    const fake = await startFakeGithub();
    const first = await runRelease(scenario, fake);
    expect(first.changed).toBe(true);
    fake.requests.length = 0;
    fake.uploadedBytes = 0;
    const second = await runRelease(scenario, fake);
    expect(second).toMatchObject({ published: true, changed: false, id: first.id });
    expect(fake.requests).toEqual(['GET /repos/octo/hello/releases?per_page=100']);
    expect(fake.uploadedBytes).toBe(0);
    await fake.close();
  });

  it('says what to do when the release is immutable and differs', async () => {
    const fake = await startFakeGithub({ immutable: true });
    await runRelease(scenario, fake);
    expect(await runRelease(scenario, fake)).toMatchObject({ changed: false });
    const other = makeScenario(5, 800);
    await expect(runRelease(other, fake)).rejects.toMatchObject({
      code: 'E412',
      fix: expect.stringContaining('bump the version'),
    });
    expect(whatIsWrong(scenario, fake)).toBeUndefined();
    rmSync(other.dir, { recursive: true });
    await fake.close();
  });
});

describe('large releases', () => {
  it('are listed page by page, among many others', async () => {
    const many = makeScenario(230, 10);
    const fake = await startFakeGithub({ assetsInList: 30 });
    for (let i = 0; i < 130; i++) {
      await fetch(`${fake.url}/repos/octo/hello/releases`, {
        method: 'POST',
        headers: { authorization: 'token other' },
        body: JSON.stringify({ tag_name: `v0.${i}.0` }),
      });
    }
    await runRelease(many, fake);
    expect(whatIsWrong(many, fake)).toBeUndefined();
    expect(fake.requests.filter((request) => /releases\/\d+\/assets\?per_page=100&page=3/.test(request)).length).toBe(
      1,
    );
    fake.uploadedBytes = 0;
    expect(await runRelease(many, fake)).toMatchObject({ changed: false });
    expect(fake.uploadedBytes).toBe(0);
    rmSync(many.dir, { recursive: true });
    await fake.close();
  });
});
