/** One file to publish. */
export interface PlannedAsset {
  readonly name: string;
  readonly size: number;
  /** As GitHub spells it: `sha256:` and 64 lower-case hexadecimal digits. */
  readonly digest: string;
}

/** What a release shall be, whatever is there already. Plain data: `reconcile` turns it into steps. */
export interface ReleasePlan {
  readonly tag: string;
  /** The package's name and version, by which leftovers of our own are told from files that somebody attached by hand. */
  readonly packageName: string;
  readonly version: string;
  readonly title: string;
  /** The commit a tag that does not exist yet is made at; GitHub ignores it for an existing tag. */
  readonly commit: string | null;
  /** Leave the release a draft. */
  readonly draft: boolean;
  readonly prerelease: boolean;
  /** GitHub's `make_latest`: `legacy` lets it decide by date and version. */
  readonly makeLatest: 'true' | 'false' | 'legacy';
  readonly notes: ReleaseNotes;
  readonly onExisting: OnExisting;
  readonly assets: readonly PlannedAsset[];
}

export type ReleaseNotes = { readonly kind: 'generate' } | { readonly kind: 'text'; readonly body: string };
export type OnExisting = 'reconcile' | 'replace' | 'fail';

/** Why there is no plan or no step: a sentence and its remedy. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly fix: string;
}

export interface PlanInput {
  readonly tag: string;
  readonly packageName: string;
  readonly version: string;
  readonly title?: string;
  readonly commit?: string | null;
  readonly draft: boolean;
  readonly prerelease: boolean | 'auto';
  readonly makeLatest: boolean | 'auto';
  readonly notes: ReleaseNotes;
  readonly onExisting: OnExisting;
  readonly assets: readonly PlannedAsset[];
}

/** SemVer 2.0.0's own regular expression (semver.org), with the pre-release part as its only group. */
const SEMVER =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/;

/** The tags that may stand for a version: plain, with a `v`, or in a repository of several packages with its name before. */
export function tagsFor(packageName: string, version: string): string[] {
  return [
    `v${version}`,
    version,
    `${packageName}-v${version}`,
    `${packageName}/v${version}`,
    `${packageName}@${version}`,
  ];
}

/**
 * The version a tag stands for (`v1.2.3`, `1.2.3`, `NAME-v1.2.3`, `NAME/v1.2.3`, `NAME@1.2.3`), when it is a semantic version.
 */
export function versionOfTag(tag: string, packageName: string): string | undefined {
  let rest = tag;
  for (const prefix of [`${packageName}-`, `${packageName}/`, `${packageName}@`]) {
    if (rest.startsWith(prefix)) {
      rest = rest.slice(prefix.length);
      break;
    }
  }
  if (rest.startsWith('v')) rest = rest.slice(1);
  return SEMVER.test(rest) ? rest : undefined;
}

/**
 * Of the tags in a repository of several packages, the one that a package's release follows: the highest version below that
 * of `tag`, a pre-release only before another one. Undefined when the tag has no package's name before its version (GitHub
 * then finds the tag itself), and for a package's first release. Pure.
 */
export function previousTag(plan: ReleasePlan, tags: readonly string[]): string | undefined {
  const { tag, packageName, version } = plan;
  const prefix = tag.slice(0, tag.length - version.length);
  if (!prefix.startsWith(packageName)) return undefined;
  const stable = !version.includes('-');
  let best: string | undefined;
  for (const other of tags) {
    const found = other.startsWith(prefix) ? other.slice(prefix.length) : '';
    if (!SEMVER.test(found) || compareVersions(found, version) >= 0) continue;
    if (stable && found.replace(/\+.*/, '').includes('-')) continue;
    if (best === undefined || compareVersions(found, best) > 0) best = found;
  }
  return best === undefined ? undefined : prefix + best;
}

/** The precedence of two semantic versions (semver.org, section 11): negative, zero or positive. Pure. */
export function compareVersions(a: string, b: string): number {
  const [coreA, preA] = splitVersion(a);
  const [coreB, preB] = splitVersion(b);
  for (let i = 0; i < 3; i++) if (coreA[i] !== coreB[i]) return compareNumbers(coreA[i]!, coreB[i]!);
  if (preA.length === 0 || preB.length === 0) return preB.length - preA.length;
  for (let i = 0; i < Math.max(preA.length, preB.length); i++) {
    const x = preA[i];
    const y = preB[i];
    if (x === undefined || y === undefined) return preA.length - preB.length;
    if (x === y) continue;
    const numericX = /^\d+$/.test(x);
    const numericY = /^\d+$/.test(y);
    if (numericX && numericY) return compareNumbers(x, y);
    if (numericX !== numericY) return numericX ? -1 : 1;
    return x < y ? -1 : 1;
  }
  return 0;
}

function splitVersion(version: string): [core: string[], pre: string[]] {
  const plain = version.replace(/\+.*$/, '');
  const dash = plain.indexOf('-');
  const core = dash < 0 ? plain : plain.slice(0, dash);
  return [core.split('.'), dash < 0 ? [] : plain.slice(dash + 1).split('.')];
}

/** Whole numbers without leading zeros, of any length. */
function compareNumbers(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Makes the plan of a release, or says why there can be none. Pure. */
export function planRelease(input: PlanInput): { plan: ReleasePlan } | { problem: Problem } {
  const { tag, packageName, version } = input;
  const match = SEMVER.exec(version);
  if (!match) {
    return problem(
      'E401',
      `${JSON.stringify(version)} is not a semantic version`,
      'use three numbers, for example 1.2.3',
    );
  }
  if (!tagsFor(packageName, version).includes(tag)) {
    const found = versionOfTag(tag, packageName);
    return problem(
      'E402',
      found === undefined
        ? `the tag ${JSON.stringify(tag)} does not name version ${version}`
        : `the tag ${JSON.stringify(tag)} names version ${found}, but the package's version is ${version}`,
      found === undefined
        ? `push a tag v${version}`
        : `set version = "${found}" in mochi.toml's [package], or push the tag v${version}`,
    );
  }
  const seen = new Set<string>();
  for (const { name } of input.assets) {
    if (seen.has(name)) return problem('E403', `two files of the release are called ${name}`, 'rename one of them');
    seen.add(name);
  }
  if (!seen.has('SHA256SUMS')) {
    return problem('E404', 'the release has no SHA256SUMS', 'make the files with the package command');
  }
  const prerelease = input.prerelease === 'auto' ? match[1] !== undefined : input.prerelease;
  return {
    plan: {
      tag,
      packageName,
      version,
      title: input.title ?? (tag.startsWith(packageName) ? tag : `${packageName} ${version}`),
      commit: input.commit ?? null,
      draft: input.draft,
      prerelease,
      makeLatest: input.makeLatest === 'auto' ? (prerelease ? 'false' : 'legacy') : input.makeLatest ? 'true' : 'false',
      notes: input.notes,
      onExisting: input.onExisting,
      assets: [...input.assets].sort(bySumsLast),
    },
  };
}

/** By name, SHA256SUMS last: who sees it on a release that is not a draft sees the files it lists too. */
function bySumsLast(a: PlannedAsset, b: PlannedAsset): number {
  const last = Number(a.name === 'SHA256SUMS') - Number(b.name === 'SHA256SUMS');
  return last !== 0 ? last : a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function problem(code: string, message: string, fix: string): { problem: Problem } {
  return { problem: { code, message, fix } };
}
