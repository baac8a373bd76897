import { join } from 'node:path';
import { assertNever } from '../diagnostics/assert.ts';
import { EXIT, isUserError, userError } from '../diagnostics/user-error.ts';
import type { PlannedAsset, ReleasePlan } from './plan.ts';
import { isTransient, type ReleasePort } from './port.ts';
import { type Decision, incomplete, type RemoteAsset, type RemoteRelease, reconcile, type Step } from './reconcile.ts';

/** Uploads that run at once. */
const UPLOADS_AT_ONCE = 4;
/** Attempts of one upload, and of making the draft. */
const ATTEMPTS = 5;
/** Times the steps are worked out anew when the release is not as planned after them. */
const ROUNDS = 3;

export type ReleaseEvent =
  | { readonly kind: 'created'; readonly url: string }
  | { readonly kind: 'withdrawn'; readonly url: string }
  | { readonly kind: 'deleted'; readonly name: string; readonly why: 'leftover' | 'different' | 'stale' }
  | {
      readonly kind: 'uploaded';
      readonly name: string;
      readonly size: number;
      readonly done: number;
      readonly of: number;
    }
  | {
      readonly kind: 'retry';
      readonly name: string;
      readonly attempt: number;
      readonly reason: string;
      readonly seconds: number;
    }
  | { readonly kind: 'kept'; readonly names: readonly string[] }
  | { readonly kind: 'foreign'; readonly names: readonly string[] }
  | { readonly kind: 'verified'; readonly count: number }
  | { readonly kind: 'published'; readonly url: string };

export interface ApplyOptions {
  /** The folder that holds the plan's assets. */
  readonly dir: string;
  readonly onEvent?: (event: ReleaseEvent) => void;
  /** Waits so many seconds; tests pass one that does not. */
  readonly sleep?: (seconds: number) => Promise<void>;
  /** A number from 0 up to 1, for the jitter. */
  readonly random?: () => number;
}

export interface ReleaseResult {
  readonly id: number;
  readonly url: string;
  readonly published: boolean;
  /** Did this run change anything on GitHub? */
  readonly changed: boolean;
  readonly assets: readonly RemoteAsset[];
}

/**
 * Brings GitHub to the plan: draft, upload, compare every remote digest, publish. Safe to repeat after any interruption.
 * Throws a UserError when the plan and what is published contradict (exit 1), when the digests do not match in the end
 * (exit 3: the release stays a draft) or when GitHub cannot be reached (exit 4).
 */
export async function applyRelease(
  plan: ReleasePlan,
  port: ReleasePort,
  options: ApplyOptions,
): Promise<ReleaseResult> {
  const emit = options.onEvent ?? (() => {});
  let changed = false;
  let createdHere: number | undefined;
  const deleted = new Set<number>();
  /** The releases that were there before this run made any, once the answer to making one was lost. */
  let beforeLoss: ReadonlySet<number> | undefined;
  let announced = false;
  let wanted = plan;
  let reason = '';
  for (let round = 0, creations = 1; round < ROUNDS; ) {
    if (beforeLoss) await deleteDoubles(plan, port, beforeLoss, deleted);
    const { decision, releases } = await decide(wanted, port, createdHere, deleted);
    if (decision.kind === 'problem') {
      const { code, message, fix } = decision.problem;
      throw userError(code, message, fix);
    }
    const { steps, release: existing } = decision;
    if (!announced) {
      announced = true;
      if (decision.kept.length > 0) emit({ kind: 'kept', names: decision.kept.map((asset) => asset.name) });
      if (decision.foreign.length > 0) emit({ kind: 'foreign', names: decision.foreign.map((asset) => asset.name) });
    }
    if (existing && steps.length === 0) return result(existing, changed);

    let release = existing;
    if (!release) {
      // From here on a draft is one of this run's, even when the answer to making it is lost: no reason to fail.
      wanted = { ...plan, onExisting: plan.onExisting === 'fail' ? 'reconcile' : plan.onExisting };
      try {
        release = await port.createDraft(plan);
      } catch (error) {
        beforeLoss ??= new Set(releases.map((other) => other.id));
        await pause('the release', creations++, error, options);
        continue;
      }
      changed = true;
      emit({ kind: 'created', url: release.url });
      createdHere = release.id;
      const known = new Set(releases.map((other) => other.id));
      // Another run for the same tag may have done the same meanwhile: look once more, one of the drafts wins.
      if (await losesRace(plan, port, release.id, known)) {
        deleted.add(release.id);
        createdHere = undefined;
        continue;
      }
    }
    round++;
    const outcome = await perform(plan, port, options, release, steps, createdHere === release.id);
    changed ||= outcome.changed;
    if (outcome.kind === 'done') return result(outcome.release, changed);
    if (outcome.kind === 'gave-way') {
      deleted.add(release.id);
      createdHere = undefined;
      reason = 'was made by another run too';
    } else reason = outcome.reason;
  }
  throw userError(
    'E420',
    `the release of ${plan.tag} is not what was to be uploaded after ${ROUNDS} rounds: it ${reason}`,
    'run the job again; the release was left a draft',
    EXIT.verification,
  );
}

/**
 * Lists and reconciles. The list may show a long release's assets in part, so unless it settles the matter the
 * release is read again by itself.
 */
async function decide(
  plan: ReleasePlan,
  port: ReleasePort,
  createdHere: number | undefined,
  deleted: ReadonlySet<number>,
): Promise<{ decision: Decision; releases: RemoteRelease[] }> {
  let releases = (await port.list(plan.tag)).filter((release) => !deleted.has(release.id));
  // The list is a moment behind: a draft made in this run may not be in it yet.
  if (createdHere !== undefined && !releases.some((r) => r.id === createdHere))
    releases = [await port.get(createdHere)];
  releases = await Promise.all(releases.map((release) => withDigests(plan, port, release)));
  const first = reconcile(plan, releases);
  const release = first.kind === 'steps' ? first.release : releases.length === 1 ? releases[0] : undefined;
  if (!release || (first.kind === 'steps' && first.steps.length === 0)) return { decision: first, releases };
  const whole = await withDigests(plan, port, await port.get(release.id));
  return { decision: reconcile(plan, [whole]), releases: [whole] };
}

/** Fills in the digests that an old server does not say. */
async function withDigests(plan: ReleasePlan, port: ReleasePort, release: RemoteRelease): Promise<RemoteRelease> {
  const sizes = new Map(plan.assets.map((asset) => [asset.name, asset.size]));
  const assets: RemoteAsset[] = [];
  for (const asset of release.assets) {
    const unknown = asset.digest === null && asset.state === 'uploaded' && sizes.get(asset.name) === asset.size;
    assets.push(unknown ? { ...asset, digest: await port.digestOf(asset) } : asset);
  }
  return { ...release, assets };
}

/**
 * After two runs each made a draft for the same tag, one of them stays: the published one, else the older (the smaller id).
 * Gives true when ours, which this run made, is the other: it is deleted, and the run goes on with the one that stays.
 * `known` were there before and have nothing to do with it.
 */
async function losesRace(
  plan: ReleasePlan,
  port: ReleasePort,
  ours: number,
  known: ReadonlySet<number>,
): Promise<boolean> {
  const others = (await port.list(plan.tag)).filter((other) => other.id !== ours && !known.has(other.id));
  if (!others.some((other) => !other.draft || other.id < ours)) return false;
  await port.deleteRelease(ours);
  return true;
}

/**
 * After lost answers there may be several drafts: of those that were not there before, all but the oldest are deleted, as far
 * as they are empty. (A run at the same time that made one of them gives way to the oldest as well.)
 */
async function deleteDoubles(
  plan: ReleasePlan,
  port: ReleasePort,
  before: ReadonlySet<number>,
  deleted: Set<number>,
): Promise<void> {
  const made = (await port.list(plan.tag)).filter((release) => !before.has(release.id) && !deleted.has(release.id));
  const oldest = Math.min(...made.map((release) => release.id));
  for (const { id, draft, assets } of made) {
    if (id === oldest || !draft || assets.length > 0) continue;
    await port.deleteRelease(id);
    deleted.add(id);
  }
}

type Outcome =
  | { readonly kind: 'done'; readonly release: RemoteRelease; readonly changed: boolean }
  | { readonly kind: 'again'; readonly reason: string; readonly changed: boolean }
  /** Another run made a release for the same tag: this one's draft is deleted. */
  | { readonly kind: 'gave-way'; readonly changed: boolean };

async function perform(
  plan: ReleasePlan,
  port: ReleasePort,
  options: ApplyOptions,
  release: RemoteRelease,
  steps: readonly Step[],
  madeHere: boolean,
): Promise<Outcome> {
  const emit = options.onEvent ?? (() => {});
  const uploads = steps.flatMap((step) => (step.kind === 'upload' ? [step.asset] : []));
  let current = release;
  let changed = false;
  let uploaded = false;
  for (const step of steps) {
    switch (step.kind) {
      case 'create-draft':
        changed = true;
        break;
      case 'withdraw':
        await port.withdraw(step.release);
        changed = true;
        emit({ kind: 'withdrawn', url: release.url });
        break;
      case 'delete':
        await port.deleteAsset(step.asset.id);
        changed = true;
        emit({ kind: 'deleted', name: step.asset.name, why: step.why });
        break;
      case 'upload':
        // All uploads follow each other: the first of them runs them all.
        if (!uploaded) await uploadAll(plan, port, options, release, uploads);
        uploaded = true;
        changed = true;
        break;
      case 'verify': {
        current = await withDigests(plan, port, await port.get(release.id));
        const reason = incomplete(plan, current);
        if (reason !== undefined) return { kind: 'again', reason, changed };
        emit({ kind: 'verified', count: plan.assets.length });
        // The list is a moment behind: another run's draft may be in it only now.
        if (madeHere && (await losesRace(plan, port, release.id, NONE))) return { kind: 'gave-way', changed: true };
        break;
      }
      case 'publish': {
        const published = await publish(plan, port, release.id, current, madeHere);
        if (published === 'gave-way') return { kind: 'gave-way', changed: true };
        current = published;
        changed = true;
        emit({ kind: 'published', url: current.url });
        break;
      }
      default:
        assertNever(step);
    }
  }
  return { kind: 'done', release: current, changed };
}

const NONE: ReadonlySet<number> = new Set();

/** Publishes. A failure may be a lost answer, or another run that was faster: the release is looked at before it counts. */
async function publish(
  plan: ReleasePlan,
  port: ReleasePort,
  id: number,
  verified: RemoteRelease,
  madeHere: boolean,
): Promise<RemoteRelease | 'gave-way'> {
  try {
    const published = await port.publish(id, plan);
    // The addresses of a draft's assets end with it.
    const urls = new Map(published.assets.map((asset) => [asset.id, asset.url]));
    const assets = verified.assets.map((asset) => ({ ...asset, url: urls.get(asset.id) ?? asset.url }));
    return { ...published, assets };
  } catch (error) {
    // When looking fails as well, the first failure tells more.
    const unknown = () => undefined;
    const now = await port.get(id).catch(unknown);
    if (now && !now.draft && incomplete(plan, await withDigests(plan, port, now)) === undefined) return now;
    if (now?.draft && madeHere && (await losesRace(plan, port, id, NONE).catch(unknown))) return 'gave-way';
    throw error;
  }
}

/** Uploads four at a time, SHA256SUMS (the last of the plan) alone after the others. The first failure stops the rest. */
async function uploadAll(
  plan: ReleasePlan,
  port: ReleasePort,
  options: ApplyOptions,
  release: RemoteRelease,
  assets: readonly PlannedAsset[],
): Promise<void> {
  const last = plan.assets.at(-1);
  const queue = assets.filter((asset) => asset !== last);
  let done = 0;
  let failed = false;
  const one = async (asset: PlannedAsset): Promise<void> => {
    await uploadOne(port, options, release, asset);
    done++;
    options.onEvent?.({ kind: 'uploaded', name: asset.name, size: asset.size, done, of: assets.length });
  };
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next && !failed; next = queue.shift()) {
      try {
        await one(next);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const settled = await Promise.allSettled(Array.from({ length: UPLOADS_AT_ONCE }, worker));
  for (const outcome of settled) if (outcome.status === 'rejected') throw outcome.reason;
  if (last && assets.includes(last)) await one(last);
}

/**
 * One asset, several attempts. After a failure the release is listed again: the upload may have arrived all the same, or
 * another run's for the same tag. Only what is broken or different is deleted before another attempt.
 */
async function uploadOne(
  port: ReleasePort,
  options: ApplyOptions,
  release: RemoteRelease,
  asset: PlannedAsset,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await port.upload(release, asset, join(options.dir, asset.name));
      return;
    } catch (error) {
      if (isTransient(error)) await pause(asset.name, attempt, error, options);
      else if (!isUserError(error)) throw error;
      const listed = await port.get(release.id).catch((second) => {
        throw isTransient(error) ? second : error;
      });
      const there = listed.assets.filter((other) => other.name === asset.name);
      for (const other of there) {
        if (other.state === 'uploaded' && other.size === asset.size) {
          const digest = other.digest ?? (await port.digestOf(other));
          if (digest === asset.digest) return;
        }
        if (isTransient(error)) await port.deleteAsset(other.id);
      }
      if (!isTransient(error)) throw error;
    }
  }
}

/**
 * Waits before another attempt: exponential backoff with jitter (1, 2, 4, 8 seconds, of which between a half and all),
 * or what the server asks for. Throws `error` when it is not transient, and a UserError (exit 4) after the last attempt.
 */
async function pause(name: string, attempt: number, error: unknown, options: ApplyOptions): Promise<void> {
  if (!isTransient(error)) throw error;
  if (attempt === ATTEMPTS) {
    throw userError(
      'E421',
      `${name} could not be uploaded in ${attempt} attempts: ${error.message}`,
      'run the job again: what was uploaded is kept, and nothing is published before all is there',
      EXIT.network,
      { cause: error },
    );
  }
  const sleep = options.sleep ?? ((seconds) => new Promise((wake) => setTimeout(wake, seconds * 1000)));
  const random = options.random ?? Math.random;
  const seconds = Math.max(error.retryAfter ?? 0, 2 ** (attempt - 1) * (0.5 + random() / 2));
  options.onEvent?.({ kind: 'retry', name, attempt, reason: error.message, seconds });
  await sleep(seconds);
}

function result(release: RemoteRelease, changed: boolean): ReleaseResult {
  const { id, url, draft, assets } = release;
  return { id, url, published: !draft, changed, assets };
}
