import type { PlannedAsset, ReleasePlan } from './plan.ts';
import type { RemoteAsset, RemoteRelease } from './reconcile.ts';

/** What releasing needs of GitHub: small, so that a fake of it is. Every function may throw a UserError. */
export interface ReleasePort {
  /** All releases with this tag, drafts too, each with the assets the list shows. */
  list(tag: string): Promise<RemoteRelease[]>;
  /** One release with all its assets, by listing them page by page. */
  get(id: number): Promise<RemoteRelease>;
  /** One attempt. Throws `Transient` when another attempt may succeed. */
  createDraft(plan: ReleasePlan): Promise<RemoteRelease>;
  /** One attempt, with a fresh body. Throws `Transient` when another attempt may succeed. */
  upload(release: RemoteRelease, asset: PlannedAsset, path: string): Promise<RemoteAsset>;
  /** An asset that is gone already is deleted. */
  deleteAsset(id: number): Promise<void>;
  /** A release that is gone already is deleted. */
  deleteRelease(id: number): Promise<void>;
  withdraw(id: number): Promise<void>;
  publish(id: number, plan: ReleasePlan): Promise<RemoteRelease>;
  /** The asset's digest as `sha256:…`, by downloading it: for servers that do not say it. */
  digestOf(asset: RemoteAsset): Promise<string>;
  /** Writes the asset's contents to a file. */
  download(asset: RemoteAsset, path: string): Promise<void>;
}

/** A write that failed in a way that another attempt may mend, once one has looked whether it took effect. */
export interface Transient extends Error {
  readonly name: 'Transient';
  /** Seconds the server asked to wait, when it did. */
  readonly retryAfter: number | undefined;
}

/** Makes a Transient from the error that caused it. */
export function transient(cause: Error, retryAfter?: number): Transient {
  const error = new Error(cause.message, { cause });
  return Object.assign(error, { name: 'Transient' as const, retryAfter });
}

/** Tells a Transient from any other thrown value. */
export function isTransient(value: unknown): value is Transient {
  return value instanceof Error && value.name === 'Transient';
}
