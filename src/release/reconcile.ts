import type { PlannedAsset, Problem, ReleasePlan } from './plan.ts';

/** An asset as GitHub has it. An upload that broke leaves one in state `starter`. */
export interface RemoteAsset {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  readonly state: 'uploaded' | 'starter';
  /** `sha256:…`, or null from servers too old to say it. */
  readonly digest: string | null;
  readonly url: string;
}

/** A release as GitHub has it. */
export interface RemoteRelease {
  readonly id: number;
  readonly tag: string;
  readonly draft: boolean;
  readonly prerelease: boolean;
  /** An immutable release's tag and assets can never change. */
  readonly immutable: boolean;
  readonly url: string;
  readonly uploadUrl: string;
  readonly assets: readonly RemoteAsset[];
}

export type Step =
  | { readonly kind: 'create-draft' }
  /** Turns a published release back into a draft, so that nobody downloads it half replaced. */
  | { readonly kind: 'withdraw'; readonly release: number }
  | { readonly kind: 'delete'; readonly asset: RemoteAsset; readonly why: 'leftover' | 'different' | 'stale' }
  | { readonly kind: 'upload'; readonly asset: PlannedAsset }
  /** List the release again: every planned asset must be there, uploaded, with its digest. */
  | { readonly kind: 'verify' }
  | { readonly kind: 'publish' };

export type Decision =
  | {
      readonly kind: 'steps';
      /** The release to work on; undefined when the first step creates it. */
      readonly release: RemoteRelease | undefined;
      /** In order; empty when the release is as planned already. Uploads that follow each other may run at once. */
      readonly steps: readonly Step[];
      /** Assets that match already. */
      readonly kept: readonly RemoteAsset[];
      /** Assets that are neither planned nor ours: left alone, and reported. */
      readonly foreign: readonly RemoteAsset[];
    }
  | { readonly kind: 'problem'; readonly problem: Problem };

/**
 * What leads from the releases GitHub has for the plan's tag to the plan. Pure, and the only place that decides.
 * Invariants, which hold wherever the steps are interrupted: `publish` comes after `verify`; an asset that is complete
 * is deleted or replaced only while its release is a draft; an immutable release is never touched.
 */
export function reconcile(plan: ReleasePlan, releases: readonly RemoteRelease[]): Decision {
  const matches = releases.filter((release) => release.tag === plan.tag);
  const release = matches[0];
  if (matches.length > 1) {
    const list = matches.map((r) => `${r.url} (${r.draft ? 'draft' : 'published'})`).join(', ');
    return problem(
      'E410',
      `${matches.length} releases have the tag ${plan.tag}: ${list}`,
      'delete all but one of them',
    );
  }
  if (!release) {
    const uploads = plan.assets.map((asset): Step => ({ kind: 'upload', asset }));
    return steps(undefined, [{ kind: 'create-draft' }, ...uploads, { kind: 'verify' }, ...publish(plan)], [], []);
  }
  if (plan.onExisting === 'fail') {
    const state = release.draft ? 'draft' : 'published release';
    return problem(
      'E411',
      `a ${state} with the tag ${plan.tag} exists: ${release.url}`,
      'delete it, or set on-existing to reconcile',
    );
  }

  const found = compare(plan, release);
  const uploads = found.missing.map((asset): Step => ({ kind: 'upload', asset }));
  const remove = (assets: readonly RemoteAsset[], why: 'leftover' | 'different' | 'stale'): Step[] =>
    assets.map((asset) => ({ kind: 'delete', asset, why }));

  if (release.draft) {
    const stale = plan.onExisting === 'replace' ? [...found.stale, ...found.foreign] : found.stale;
    const changes = [
      ...remove(found.leftover, 'leftover'),
      ...remove(found.different, 'different'),
      ...remove(stale, 'stale'),
      ...uploads,
    ];
    // A draft that stays one and is complete needs no further look; one about to be published always gets it.
    const check: Step[] = changes.length > 0 || !plan.draft ? [{ kind: 'verify' }] : [];
    return steps(
      release,
      [...changes, ...check, ...publish(plan)],
      found.same,
      plan.onExisting === 'replace' ? [] : found.foreign,
    );
  }

  if (found.missing.length === 0) return steps(release, [], found.same, [...found.stale, ...found.foreign]);
  if (release.immutable) {
    return problem(
      'E412',
      `${release.url} is immutable and ${describe(found)}`,
      'bump the version: an immutable release cannot be changed',
    );
  }
  if (found.different.length === 0) {
    // Somebody published an empty release by hand, as GitHub's own page invites to: fill it.
    return steps(release, [...remove(found.leftover, 'leftover'), ...uploads, { kind: 'verify' }], found.same, [
      ...found.stale,
      ...found.foreign,
    ]);
  }
  if (plan.onExisting !== 'replace') {
    return problem(
      'E413',
      `${release.url} is published and ${describe(found)}`,
      'bump the version, or set on-existing to replace if nobody has downloaded it yet',
    );
  }
  return steps(
    release,
    [
      { kind: 'withdraw', release: release.id },
      ...remove(found.leftover, 'leftover'),
      ...remove(found.different, 'different'),
      ...remove([...found.stale, ...found.foreign], 'stale'),
      ...uploads,
      { kind: 'verify' },
      ...publish(plan),
    ],
    found.same,
    [],
  );
}

export interface Comparison {
  /** Planned assets that GitHub has complete and equal. */
  readonly same: RemoteAsset[];
  /** Planned assets that are to be uploaded. */
  readonly missing: PlannedAsset[];
  /** Complete remote assets with a planned name and another digest. */
  readonly different: RemoteAsset[];
  /** Remote assets whose upload never ended. */
  readonly leftover: RemoteAsset[];
  /** Complete remote assets that are not planned and have a name this tool gives. */
  readonly stale: RemoteAsset[];
  /** Complete remote assets that are not planned and not ours. */
  readonly foreign: RemoteAsset[];
}

/** Sorts a release's assets by what they are to the plan. Pure. */
export function compare(plan: ReleasePlan, release: RemoteRelease): Comparison {
  const planned = new Map(plan.assets.map((asset) => [asset.name, asset]));
  const result: Comparison = { same: [], missing: [], different: [], leftover: [], stale: [], foreign: [] };
  const present = new Set<string>();
  for (const asset of release.assets) {
    const want = planned.get(asset.name);
    if (asset.state !== 'uploaded') result.leftover.push(asset);
    else if (!want) (isOurs(plan, asset.name) ? result.stale : result.foreign).push(asset);
    else if (asset.digest === want.digest && asset.size === want.size && !present.has(asset.name)) {
      result.same.push(asset);
      present.add(asset.name);
    } else result.different.push(asset);
  }
  for (const asset of plan.assets) if (!present.has(asset.name)) result.missing.push(asset);
  return result;
}

/** Is the release, listed again, complete? Gives the reason when it is not. Pure. */
export function incomplete(plan: ReleasePlan, release: RemoteRelease): string | undefined {
  const found = compare(plan, release);
  return found.missing.length + found.different.length + found.leftover.length === 0 ? undefined : describe(found);
}

function isOurs(plan: ReleasePlan, name: string): boolean {
  return (
    name.startsWith(`${plan.packageName}-${plan.version}`) || name === 'SHA256SUMS' || /^install\.(sh|ps1)$/.test(name)
  );
}

function describe(found: Comparison): string {
  const different = new Set(found.different.map((asset) => asset.name));
  const missing = found.missing.filter((asset) => !different.has(asset.name));
  const parts = [
    listed('has other contents for', [...different]),
    listed(
      'lacks',
      missing.map((asset) => asset.name),
    ),
    listed(
      'has a broken upload of',
      found.leftover.map((asset) => asset.name),
    ),
  ];
  return parts.filter((part) => part !== '').join(' and ');
}

function listed(verb: string, names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return `${verb} ${names.slice(0, 3).join(', ')}${more}`;
}

function publish(plan: ReleasePlan): Step[] {
  return plan.draft ? [] : [{ kind: 'publish' }];
}

function steps(
  release: RemoteRelease | undefined,
  list: readonly Step[],
  kept: readonly RemoteAsset[],
  foreign: readonly RemoteAsset[],
): Decision {
  return { kind: 'steps', release, steps: list, kept, foreign };
}

function problem(code: string, message: string, fix: string): Decision {
  return { kind: 'problem', problem: { code, message, fix } };
}
