import { describe, expect, it } from 'vitest';
import {
  compareVersions,
  type PlanInput,
  planRelease,
  previousTag,
  tagsFor,
  versionOfTag,
} from '../../src/release/plan.ts';

const asset = (name: string) => ({ name, size: 1, digest: `sha256:${'a'.repeat(64)}` });
const input = (overrides: Partial<PlanInput> = {}): PlanInput => ({
  tag: 'v1.2.3',
  packageName: 'hello',
  version: '1.2.3',
  draft: false,
  prerelease: 'auto',
  makeLatest: 'auto',
  notes: { kind: 'generate' },
  onExisting: 'reconcile',
  assets: [asset('z'), asset('SHA256SUMS'), asset('a')],
  ...overrides,
});

function plan(overrides: Partial<PlanInput> = {}) {
  const made = planRelease(input(overrides));
  if ('problem' in made) throw new Error(made.problem.message);
  return made.plan;
}

describe('planRelease', () => {
  it('sorts the assets, SHA256SUMS last', () => {
    expect(plan().assets.map((a) => a.name)).toEqual(['a', 'z', 'SHA256SUMS']);
  });

  it.each([
    ['1.2.3', 'auto', false, 'legacy'],
    ['1.2.3-rc.1', 'auto', true, 'false'],
    ['1.2.3-rc.1', false, false, 'legacy'],
    ['1.2.3+build.5', 'auto', false, 'legacy'],
    ['0.1.0', true, true, 'false'],
  ] as const)('%s with prerelease %s', (version, prerelease, expected, latest) => {
    expect(plan({ version, tag: `v${version}`, prerelease })).toMatchObject({
      prerelease: expected,
      makeLatest: latest,
    });
  });

  it('takes every documented spelling of a tag, and reads the version back from it', () => {
    for (const tag of tagsFor('hello', '1.2.3')) {
      expect(plan({ tag }).tag).toBe(tag);
      expect(versionOfTag(tag, 'hello')).toBe('1.2.3');
    }
  });

  it.each(['v1.2', 'nightly', 'other-v1.2.3', 'v01.2.3', 'vv1.2.3'])('finds no version in the tag %s', (tag) => {
    expect(versionOfTag(tag, 'hello')).toBeUndefined();
  });

  it.each<[Partial<PlanInput>, string, string]>([
    [{ version: '1.2' }, 'E401', 'not a semantic version'],
    [{ tag: 'v1.2.4' }, 'E402', 'names version 1.2.4, but the package'],
    [{ tag: 'nightly' }, 'E402', 'does not name version 1.2.3'],
    [{ assets: [asset('SHA256SUMS'), asset('a'), asset('a')] }, 'E403', 'called a'],
    [{ assets: [asset('a')] }, 'E404', 'no SHA256SUMS'],
  ])('refuses %j', (overrides, code, text) => {
    expect(planRelease(input(overrides))).toMatchObject({
      problem: { code, message: expect.stringContaining(text), fix: expect.stringMatching(/./) },
    });
  });
});

describe('compareVersions', () => {
  it('orders as semver.org does', () => {
    const order = [
      '0.9.0',
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
      '1.2.0',
      '1.10.0',
      '10.0.0',
    ];
    for (const [i, a] of order.entries()) {
      for (const [j, b] of order.entries())
        expect(Math.sign(compareVersions(a, b)), `${a} ${b}`).toBe(Math.sign(i - j));
    }
    expect(compareVersions('1.0.0+a', '1.0.0+b')).toBe(0);
  });
});

describe('previousTag', () => {
  const tags = [
    'hello-v1.0.0',
    'hello-v1.10.0',
    'hello-v1.9.0',
    'hello-v2.0.0-rc.1',
    'bye-v1.9.9',
    'v1.9.9',
    'hello-vNext',
  ];

  it.each([
    ['hello-v2.0.0', '2.0.0', 'hello-v1.10.0'],
    ['hello-v1.10.0', '1.10.0', 'hello-v1.9.0'],
    ['hello-v2.0.0-rc.2', '2.0.0-rc.2', 'hello-v2.0.0-rc.1'],
    ['hello-v1.0.0', '1.0.0', undefined],
    ['v2.0.0', '2.0.0', undefined],
  ])('of %s', (tag, version, expected) => expect(previousTag(plan({ tag, version }), tags)).toBe(expected));
});
