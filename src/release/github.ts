import { createHash } from 'node:crypto';
import { createWriteStream, openAsBlob } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import { Octokit } from '@octokit/rest';
import { EXIT, isUserError, type UserError, userError } from '../diagnostics/user-error.ts';
import { previousTag, type ReleasePlan } from './plan.ts';
import { type ReleasePort, transient } from './port.ts';
import type { RemoteAsset, RemoteRelease } from './reconcile.ts';
import { fetchBlob } from './upload.ts';

export interface GithubOptions {
  /** Without one, published releases of public repositories can be read. */
  readonly token: string | undefined;
  /** For example `https://api.github.com`, or `https://HOST/api/v3` on GitHub Enterprise Server. */
  readonly apiUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly userAgent: string;
  /** Why the token may lack rights: told in the error about missing ones. */
  readonly origin?: 'fork' | 'dependabot' | undefined;
  /** Notices about waiting for a rate limit. */
  readonly onNotice?: (text: string) => void;
  /** Milliseconds that the plugins take for a second of waiting; tests make it small. */
  readonly secondMs?: number;
}

/** The longest wait for a rate limit, in seconds: a job that sleeps longer costs more than it saves. */
const LONGEST_WAIT = 600;
const PER_PAGE = 100;

const ThrottledOctokit = Octokit.plugin(retry, throttling);

/**
 * The releases of one repository, over Octokit with its retry and throttling plugins. The token goes to the API's origin
 * and to that API's own upload host, and nowhere else.
 */
export function githubPort(options: GithubOptions): ReleasePort {
  const [owner = '', repo = ''] = options.repository.split('/');
  const apiUrl = options.apiUrl.replace(/\/+$/, '');
  const secondMs = options.secondMs ?? 1000;
  const notice = options.onNotice ?? (() => {});
  const mayWait = (what: string) => (seconds: number, _: unknown, __: unknown, retries: number) => {
    if (retries >= 3 || seconds > LONGEST_WAIT) return false;
    notice(`GitHub's ${what} is reached: waiting ${seconds} s`);
    return true;
  };
  const pace = burst(secondMs) as unknown as ThrottlingGroup;
  const octokit = new ThrottledOctokit({
    auth: options.token,
    baseUrl: apiUrl,
    userAgent: options.userAgent,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    request: { fetch: fetchWhole },
    retry: { retryAfterBaseValue: secondMs },
    throttle: {
      retryAfterBaseValue: secondMs,
      write: pace,
      notifications: pace,
      onRateLimit: mayWait('rate limit'),
      onSecondaryRateLimit: mayWait('secondary rate limit'),
    },
  });
  const at = { owner, repo };
  const explain = (error: unknown, doing: string, write: boolean): unknown => toUserError(error, doing, write, options);
  const run = async <T>(doing: string, write: boolean, call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      throw explain(error, doing, write);
    }
  };
  const gone = async (call: () => Promise<unknown>): Promise<void> => {
    try {
      await call();
    } catch (error) {
      if (statusOf(error) !== 404) throw error;
    }
  };

  /**
   * The notes of a new release. In a repository of several packages GitHub would compare with the last release of any of them:
   * the one to compare with is found here.
   */
  const notesOf = async (plan: ReleasePlan): Promise<{ body: string } | { generate_release_notes: true }> => {
    if (plan.notes.kind === 'text') return { body: plan.notes.body };
    if (!plan.tag.startsWith(plan.packageName)) return { generate_release_notes: true };
    return run('generate the notes', true, async () => {
      const releases = await octokit.paginate(octokit.rest.repos.listReleases, { ...at, per_page: PER_PAGE });
      const tags = releases.filter((release) => !release.draft).map((release) => release.tag_name);
      const previous = previousTag(plan, tags);
      if (previous === undefined) return { generate_release_notes: true };
      const { data } = await octokit.rest.repos.generateReleaseNotes({
        ...at,
        tag_name: plan.tag,
        previous_tag_name: previous,
        ...(plan.commit === null ? {} : { target_commitish: plan.commit }),
      });
      return { body: data.body };
    });
  };

  const contentOf = async (asset: RemoteAsset): Promise<AsyncIterable<Uint8Array>> => {
    const response = await octokit.rest.repos.getReleaseAsset({
      ...at,
      asset_id: asset.id,
      headers: { accept: 'application/octet-stream' },
      request: { parseSuccessResponseBody: false },
    });
    return response.data as unknown as AsyncIterable<Uint8Array>;
  };

  return {
    list: (tag) =>
      run('list the releases', false, async () => {
        const found: RemoteRelease[] = [];
        for await (const page of octokit.paginate.iterator(octokit.rest.repos.listReleases, {
          ...at,
          per_page: PER_PAGE,
        })) {
          for (const release of page.data) if (release.tag_name === tag) found.push(toRelease(release));
        }
        return found;
      }),

    get: (id) =>
      run('read the release', false, async () => {
        const { data } = await octokit.rest.repos.getRelease({ ...at, release_id: id });
        const parameters = { ...at, release_id: id, per_page: PER_PAGE };
        const assets = await octokit.paginate(octokit.rest.repos.listReleaseAssets, parameters);
        return toRelease({ ...data, assets });
      }),

    createDraft: async (plan) => {
      const notes = await notesOf(plan);
      try {
        const { data } = await octokit.rest.repos.createRelease({
          ...at,
          tag_name: plan.tag,
          name: plan.title,
          draft: true,
          prerelease: plan.prerelease,
          ...(plan.commit === null ? {} : { target_commitish: plan.commit }),
          ...notes,
          // A repeated POST could make a second draft: the caller lists again before it repeats.
          request: { retries: 0 },
        });
        return toRelease(data);
      } catch (error) {
        if ((statusOf(error) ?? 0) >= 500) throw transient(error as Error, retryAfterOf(error));
        throw explain(error, 'create the release', true);
      }
    },

    upload: async (release, asset, path) => {
      const url = uploadUrlFor(apiUrl, release, asset.name);
      try {
        const body = await openAsBlob(path);
        const { data } = await octokit.request<RawAsset>({
          method: 'POST',
          url,
          data: body,
          headers: { 'content-type': contentTypeOf(asset.name) },
          request: { retries: 0, fetch: fetchBlob },
        });
        return toAsset(data);
      } catch (error) {
        const status = statusOf(error);
        if (status === 422 && hasErrorCode(error, 'already_exists')) throw transient(error as Error);
        if (status !== undefined && (status >= 500 || status === 408))
          throw transient(error as Error, retryAfterOf(error));
        throw explain(error, `upload ${asset.name}`, true);
      }
    },

    deleteAsset: (id) =>
      run('delete an asset', true, () => gone(() => octokit.rest.repos.deleteReleaseAsset({ ...at, asset_id: id }))),

    deleteRelease: (id) =>
      run('delete the draft', true, () => gone(() => octokit.rest.repos.deleteRelease({ ...at, release_id: id }))),

    withdraw: (id) =>
      run('make the release a draft again', true, async () => {
        await octokit.rest.repos.updateRelease({ ...at, release_id: id, draft: true });
      }),

    publish: (id, plan) =>
      run('publish the release', true, async () => {
        const { data } = await octokit.rest.repos.updateRelease({
          ...at,
          release_id: id,
          draft: false,
          prerelease: plan.prerelease,
          make_latest: plan.makeLatest,
        });
        return toRelease(data);
      }),

    digestOf: (asset) =>
      run(`download ${asset.name}`, false, async () => {
        const hash = createHash('sha256');
        for await (const chunk of await contentOf(asset)) hash.update(chunk);
        return `sha256:${hash.digest('hex')}`;
      }),

    download: (asset, path) =>
      run(`download ${asset.name}`, false, async () => {
        const chunks = await contentOf(asset);
        await pipeline(chunks, createWriteStream(path));
      }),
  };
}

/**
 * fetch, but an answer in JSON that breaks off fails like a connection that does; Octokit alone would hand on what arrived of
 * it as text, as if that were the answer.
 */
async function fetchWhole(url: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  if (response.body === null || !/^application\/json\b/.test(response.headers.get('content-type') ?? ''))
    return response;
  const body = await response.arrayBuffer();
  const { status, statusText, headers } = response;
  return new Response(body.byteLength === 0 ? null : body, { status, statusText, headers });
}

/** The fields of GitHub's answers that are read. */
interface RawAsset {
  id: number;
  name: string;
  size: number;
  state: string;
  digest?: string | null;
  browser_download_url: string;
}

interface RawRelease {
  id: number;
  tag_name: string;
  draft: boolean;
  prerelease: boolean;
  immutable?: boolean;
  html_url: string;
  upload_url: string;
  assets: RawAsset[];
}

function toAsset(raw: RawAsset): RemoteAsset {
  const { id, name, size, digest, browser_download_url } = raw;
  const state = raw.state === 'uploaded' ? 'uploaded' : 'starter';
  return { id, name, size, state, digest: digest ?? null, url: browser_download_url };
}

function toRelease(raw: RawRelease): RemoteRelease {
  return {
    id: raw.id,
    tag: raw.tag_name,
    draft: raw.draft,
    prerelease: raw.prerelease,
    immutable: raw.immutable ?? false,
    url: raw.html_url,
    uploadUrl: raw.upload_url,
    assets: raw.assets.map(toAsset),
  };
}

/**
 * Where an asset is uploaded to. The release names the URL; it is taken only when it is on the API's origin or on the upload
 * host that belongs to it (`api.X` → `uploads.X`), so that the token cannot be sent elsewhere.
 */
export function uploadUrlFor(apiUrl: string, release: RemoteRelease, name: string): string {
  const api = new URL(apiUrl);
  const url = new URL(release.uploadUrl.replace(/\{[^}]*\}$/, ''));
  const uploadHost = api.host.replace(/^api\./, 'uploads.');
  if (url.protocol !== api.protocol || (url.host !== api.host && url.host !== uploadHost)) {
    throw userError(
      'E432',
      `the release's upload address ${url.origin} does not belong to the API ${api.origin}`,
      'check api-url: the token is sent to that API only',
    );
  }
  url.search = '';
  url.searchParams.set('name', name);
  return url.href;
}

function contentTypeOf(name: string): string {
  if (name.endsWith('.tar.gz')) return 'application/gzip';
  if (name.endsWith('.zip')) return 'application/zip';
  if (name.endsWith('.wasm')) return 'application/wasm';
  if (name.endsWith('.json')) return 'application/json';
  if (/\.(sh|ps1)$/.test(name) || name === 'SHA256SUMS') return 'text/plain; charset=utf-8';
  return 'application/octet-stream';
}

/**
 * A pacer in place of the throttling plugin's own, which lets one write a second through: GitHub allows 80 requests a
 * minute that create content. Here 40 go at once and then one every 1.5 seconds, which never is more than 80 in any minute.
 */
function burst(secondMs: number): BottleneckGroup {
  const every = 1.5 * secondMs;
  const size = 40;
  let tokens = size;
  let last = Date.now();
  const take = async (): Promise<void> => {
    const now = Date.now();
    tokens = Math.min(size, tokens + (now - last) / every) - 1;
    last = now;
    if (tokens < 0) await new Promise((wake) => setTimeout(wake, -tokens * every));
  };
  return {
    key: () => ({
      schedule: async (_options, job) => {
        await take();
        return job();
      },
    }),
  };
}

/** The part of Bottleneck's groups that the throttling plugin uses. */
interface BottleneckGroup {
  key(id: string): { schedule(options: object, job: () => Promise<unknown>): Promise<unknown> };
}

/** The plugin's type names Bottleneck's whole class, of which it calls `key(id).schedule(options, job)` only. */
type ThrottlingGroup =
  NonNullable<Parameters<typeof throttling>[1]['throttle']> extends { write?: infer G } ? G : never;

interface HttpError extends Error {
  status: number;
  response?: { headers: Record<string, string | number | undefined>; data: unknown };
}

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && typeof (error as HttpError).status === 'number'
    ? (error as HttpError).status
    : undefined;
}

function headerOf(error: unknown, name: string): string | undefined {
  const value = (error as HttpError).response?.headers[name];
  return value === undefined ? undefined : String(value);
}

function retryAfterOf(error: unknown): number | undefined {
  const seconds = Number(headerOf(error, 'retry-after'));
  return seconds > 0 ? Math.min(seconds, LONGEST_WAIT) : undefined;
}

function hasErrorCode(error: unknown, code: string): boolean {
  const errors = ((error as HttpError).response?.data as { errors?: unknown } | undefined)?.errors;
  return Array.isArray(errors) && errors.some((one) => (one as { code?: unknown } | null)?.code === code);
}

/** What an HTTP error means to a user; anything that is not one is given back as it is. */
export function toUserError(
  error: unknown,
  doing: string,
  write: boolean,
  options: GithubOptions,
): UserError | unknown {
  const status = statusOf(error);
  if (isUserError(error) || status === undefined) return error;
  const { message } = error as HttpError;
  const repository = options.repository;
  const cause = { cause: error };
  if (
    status === 429 ||
    (status === 403 && (headerOf(error, 'x-ratelimit-remaining') === '0' || /rate limit/i.test(message)))
  ) {
    return userError(
      'E433',
      `could not ${doing}: GitHub's rate limit is reached`,
      'run the job again later; nothing is lost, it carries on where it stopped',
      EXIT.network,
      cause,
    );
  }
  if (status === 401) {
    return userError(
      'E430',
      `could not ${doing}: GitHub does not accept the token`,
      'check the input github-token',
      1,
      cause,
    );
  }
  if (write && (status === 403 || status === 404)) {
    return userError(
      'E431',
      `could not ${doing} in ${repository}: the token has no right to (HTTP ${status})`,
      permissionFix(options),
      1,
      cause,
    );
  }
  if (status === 404) {
    return userError(
      'E434',
      `could not ${doing}: ${repository} is not found at ${options.apiUrl}`,
      'check the repository, api-url, and that the token can read it',
      1,
      cause,
    );
  }
  if (status >= 500) {
    const what = (error as HttpError).response ? `GitHub answered ${status}` : message;
    return userError(
      'E435',
      `could not ${doing}: ${what}`,
      'run the job again later; nothing is lost, it carries on where it stopped',
      EXIT.network,
      cause,
    );
  }
  return userError('E436', `could not ${doing}: ${message}`, 'see what GitHub says about the request', 1, cause);
}

function permissionFix(options: GithubOptions): string {
  if (options.origin === 'fork') {
    return 'workflows of pull requests from a fork get a read-only token: release from a tag push in the repository itself';
  }
  if (options.origin === 'dependabot') {
    return "workflows that Dependabot starts get a read-only token: release from a person's tag push";
  }
  return 'add to the job in your workflow:\n    permissions:\n      contents: write';
}
