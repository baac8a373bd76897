/**
 * GitHub's releases as a real HTTP server, for tests: releases, assets with digests and states, immutability, pagination, rate
 * limits with their headers, and faults on demand. The shapes are those of GitHub's own description of its API.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { components, operations } from '@octokit/openapi-types';
import { type FaultKind, type FaultRule, type Operation, takeFault } from './faults.ts';

type Schemas = components['schemas'];
/** The published description lacks the state that a broken upload leaves. */
export type FakeAsset = Omit<Schemas['release-asset'], 'state'> & {
  state: Schemas['release-asset']['state'] | 'starter';
};
export type FakeRelease = Omit<Schemas['release'], 'assets'> & { assets: FakeAsset[] };
type CreateBody = NonNullable<operations['repos/create-release']['requestBody']>['content']['application/json'];
type UpdateBody = NonNullable<operations['repos/update-release']['requestBody']>['content']['application/json'];
type NotesBody = NonNullable<operations['repos/generate-release-notes']['requestBody']>['content']['application/json'];

export interface FakeOptions {
  readonly repository?: string;
  /** Publishing makes a release immutable, as the repository's setting does. */
  readonly immutable?: boolean;
  /** The most assets that a release shows in the list. */
  readonly assetsInList?: number;
  /** Contents up to so many bytes are kept and can be downloaded. */
  readonly keep?: number;
  /** Says no digests, as old servers do. */
  readonly noDigests?: boolean;
  /** Called just before a release becomes visible to everybody. */
  readonly onPublish?: (release: FakeRelease) => void;
}

export interface FakeGithub {
  readonly url: string;
  readonly releases: FakeRelease[];
  /** Every request, such as `GET /repos/octo/hello/releases?per_page=100`. */
  readonly requests: string[];
  /** The authorisations that came. */
  readonly tokens: Set<string>;
  /** What goes wrong; see faults.ts. Rules that have done so leave the list. */
  faults: FaultRule[];
  /** How often each operation was asked for. */
  readonly counts: Map<Operation, number>;
  /** Bytes of uploads that arrived, whole or not. */
  uploadedBytes: number;
  /** Refuse every write, as for a token without rights. */
  deny: boolean;
  /** The tag of the latest release, as far as publishing said so. */
  latest: string | undefined;
  contentOf(asset: FakeAsset): Buffer | undefined;
  close(): Promise<void>;
}

const PER_PAGE_MOST = 100;
/** What the clock of the server says at first; every change is a second later. */
const START = Date.UTC(2026, 0, 1);

const BOT: Schemas['simple-user'] = {
  login: 'github-actions[bot]',
  id: 41898282,
  node_id: 'U_1',
  avatar_url: 'https://example.com/bot.png',
  gravatar_id: '',
  url: 'https://example.com/users/bot',
  html_url: 'https://example.com/bot',
  followers_url: 'https://example.com/users/bot/followers',
  following_url: 'https://example.com/users/bot/following',
  gists_url: 'https://example.com/users/bot/gists',
  starred_url: 'https://example.com/users/bot/starred',
  subscriptions_url: 'https://example.com/users/bot/subscriptions',
  organizations_url: 'https://example.com/users/bot/orgs',
  repos_url: 'https://example.com/users/bot/repos',
  events_url: 'https://example.com/users/bot/events',
  received_events_url: 'https://example.com/users/bot/received_events',
  type: 'Bot',
  site_admin: false,
};

interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** Starts the server on a free port of this machine. */
export async function startFakeGithub(options: FakeOptions = {}): Promise<FakeGithub> {
  const repository = options.repository ?? 'octo/hello';
  const keep = options.keep ?? 1 << 20;
  const contents = new Map<number, Buffer>();
  /** Names that an upload under way has taken, by release. */
  const reserved = new Map<number, Set<string>>();
  let nextId = 1;
  let clock = START;
  let before: FakeRelease[] = [];
  const now = (): string => new Date((clock += 1000)).toISOString();

  const fake: FakeGithub = {
    url: '',
    releases: [],
    requests: [],
    tokens: new Set(),
    faults: [],
    counts: new Map(),
    uploadedBytes: 0,
    deny: false,
    latest: undefined,
    contentOf: (asset) => contents.get(asset.id),
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };

  const find = (id: number): FakeRelease | undefined => fake.releases.find((release) => release.id === id);
  const notFound: Reply = { status: 404, body: basicError('Not Found', 404) };
  const remember = (): void => {
    before = structuredClone(fake.releases);
  };

  function create(body: CreateBody, origin: string): Reply {
    const draft = body.draft ?? false;
    if (!draft && isTaken(body.tag_name)) return invalid('Release', 'already_exists', 'tag_name');
    remember();
    const id = nextId++;
    const base = `${origin}/repos/${repository}/releases`;
    const release: FakeRelease = {
      url: `${base}/${id}`,
      html_url: `${origin}/${repository}/releases/tag/untagged-${id}`,
      assets_url: `${base}/${id}/assets`,
      upload_url: `${base}/${id}/assets{?name,label}`,
      tarball_url: null,
      zipball_url: null,
      id,
      node_id: `RE_${id}`,
      tag_name: body.tag_name,
      target_commitish: body.target_commitish ?? 'main',
      name: body.name ?? null,
      body: body.generate_release_notes ? notesFor(body.tag_name) : (body.body ?? null),
      draft,
      prerelease: body.prerelease ?? false,
      immutable: false,
      created_at: now(),
      published_at: null,
      author: BOT,
      assets: [],
    };
    fake.releases.push(release);
    if (!draft) publish(release, body.make_latest);
    return { status: 201, body: release };
  }

  function isTaken(tag: string, except?: number): boolean {
    return fake.releases.some((release) => !release.draft && release.tag_name === tag && release.id !== except);
  }

  function publish(release: FakeRelease, makeLatest: string | undefined): void {
    options.onPublish?.(release);
    release.draft = false;
    // Only now the addresses have the tag in them.
    const { origin } = new URL(release.url);
    release.html_url = `${origin}/${repository}/releases/tag/${release.tag_name}`;
    for (const asset of release.assets) asset.browser_download_url = addressOf(release, asset.name);
    release.published_at = now();
    release.immutable = options.immutable ?? false;
    if (makeLatest === 'true' || (makeLatest !== 'false' && !release.prerelease)) fake.latest = release.tag_name;
  }

  function addressOf(release: FakeRelease, file: string): string {
    const { origin } = new URL(release.url);
    const tag = release.draft ? `untagged-${release.id}` : encodeURIComponent(release.tag_name);
    return `${origin}/${repository}/releases/download/${tag}/${file}`;
  }

  function update(release: FakeRelease, body: UpdateBody): Reply {
    const draft = body.draft ?? release.draft;
    if (release.immutable && draft) return invalid('Release', 'custom', 'draft');
    if (!draft && isTaken(body.tag_name ?? release.tag_name, release.id))
      return invalid('Release', 'already_exists', 'tag_name');
    remember();
    const { tag_name, target_commitish, name, body: notes, prerelease } = body;
    for (const [key, value] of Object.entries({ tag_name, target_commitish, name, body: notes, prerelease })) {
      if (value !== undefined) Object.assign(release, { [key]: value });
    }
    if (release.draft && !draft) publish(release, body.make_latest);
    else release.draft = draft;
    return { status: 200, body: release };
  }

  function notesFor(tag: string, previous?: string): string {
    return previous === undefined ? `What is new in ${tag}` : `What is new in ${tag} since ${previous}`;
  }

  async function upload(
    release: FakeRelease,
    name: string,
    request: IncomingMessage,
    fault: FaultKind | undefined,
  ): Promise<Reply | 'cut'> {
    const taken = reserved.get(release.id) ?? new Set();
    reserved.set(release.id, taken);
    const length = Number(request.headers['content-length']);
    const hash = createHash('sha256');
    const chunks: Buffer[] = [];
    let size = 0;
    const isFree = !taken.has(name) && !release.assets.some((asset) => asset.name === name);
    if (isFree) taken.add(name);
    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        hash.update(chunk);
        size += chunk.length;
        fake.uploadedBytes += chunk.length;
        if (length <= keep) chunks.push(chunk);
        if (fault === 'reset' && size >= length / 2) return 'cut';
      }
    } catch {
      return 'cut';
    } finally {
      if (isFree) taken.delete(name);
    }
    if (release.immutable)
      return { status: 422, body: basicError('Cannot upload assets to an immutable release.', 422) };
    if (!isFree || fault === 'already-exists') return invalid('ReleaseAsset', 'already_exists', 'name');
    if (!find(release.id)) return notFound;
    remember();
    const id = nextId++;
    const broken = fault === 'starter';
    const date = now();
    const origin = new URL(release.url).origin;
    const asset: FakeAsset = {
      url: `${origin}/repos/${repository}/releases/assets/${id}`,
      browser_download_url: addressOf(release, name),
      id,
      node_id: `RA_${id}`,
      name,
      label: '',
      state: broken ? 'starter' : 'uploaded',
      content_type: request.headers['content-type'] ?? 'application/octet-stream',
      size: broken ? 0 : size,
      digest: broken || options.noDigests ? null : `sha256:${hash.digest('hex')}`,
      download_count: 0,
      created_at: date,
      updated_at: date,
      uploader: BOT,
    };
    release.assets.push(asset);
    if (broken) return { status: 502, body: basicError('Bad Gateway', 502) };
    if (length <= keep) contents.set(id, Buffer.concat(chunks));
    return { status: 201, body: asset };
  }

  function removeAsset(id: number): Reply {
    const release = fake.releases.find((one) => one.assets.some((asset) => asset.id === id));
    if (!release) return notFound;
    if (release.immutable)
      return { status: 422, body: basicError('Cannot delete asset from an immutable release', 422) };
    remember();
    release.assets = release.assets.filter((asset) => asset.id !== id);
    return { status: 204 };
  }

  function removeRelease(id: number): Reply {
    const at = fake.releases.findIndex((release) => release.id === id);
    if (at < 0) return notFound;
    remember();
    fake.releases.splice(at, 1);
    return { status: 204 };
  }

  function page(url: URL, rows: readonly unknown[]): Reply {
    const perPage = Math.min(Number(url.searchParams.get('per_page') ?? 30), PER_PAGE_MOST);
    const at = Number(url.searchParams.get('page') ?? 1);
    const pages = Math.max(1, Math.ceil(rows.length / perPage));
    const link = (to: number, rel: string): string => {
      const other = new URL(url);
      other.searchParams.set('page', String(to));
      return `<${other.href}>; rel="${rel}"`;
    };
    const links = [
      ...(at > 1 ? [link(at - 1, 'prev'), link(1, 'first')] : []),
      ...(at < pages ? [link(at + 1, 'next'), link(pages, 'last')] : []),
    ];
    const headers = links.length > 0 ? { link: links.join(', ') } : undefined;
    return { status: 200, body: rows.slice((at - 1) * perPage, at * perPage), headers };
  }

  function list(url: URL, trusted: boolean, stale: boolean): Reply {
    const all = stale ? before : fake.releases;
    const shown = all
      .filter((release) => trusted || !release.draft)
      .sort((a, b) => (a.created_at < b.created_at ? 1 : -1))
      .map((release) => ({ ...release, assets: release.assets.slice(0, options.assetsInList) }));
    return page(url, shown);
  }

  /** What a request asks for, and how it is done; undefined for what the server does not know. */
  function route(
    request: IncomingMessage,
    url: URL,
  ): { op: Operation; run: (fault: FaultKind | undefined) => Reply | 'cut' | Promise<Reply | 'cut'> } | undefined {
    const method = request.method ?? 'GET';
    const trusted = request.headers.authorization !== undefined;
    const prefix = `/repos/${repository}/releases`;
    if (url.pathname.startsWith('/storage/')) {
      const data = contents.get(Number(url.pathname.slice('/storage/'.length)));
      return { op: 'download', run: () => (data ? { status: 200, body: data } : notFound) };
    }
    const [, tag, file] = new RegExp(`^/${repository}/releases/download/([^/]+)/([^/]+)$`).exec(url.pathname) ?? [];
    if (tag !== undefined && method === 'GET') {
      const release = fake.releases.find((one) => !one.draft && one.tag_name === decodeURIComponent(tag));
      const asset = release?.assets.find((one) => one.name === file);
      const data = asset && contents.get(asset.id);
      return { op: 'download', run: () => (data ? { status: 200, body: data } : notFound) };
    }
    if (!url.pathname.startsWith(prefix)) return undefined;
    const path = url.pathname.slice(prefix.length);
    if (path === '' && method === 'GET') return { op: 'list', run: (fault) => list(url, trusted, fault === 'stale') };
    if (path === '' && method === 'POST')
      return { op: 'create', run: async () => create((await json(request)) as CreateBody, url.origin) };
    if (path === '/generate-notes' && method === 'POST') {
      return {
        op: 'notes',
        run: async () => {
          const body = (await json(request)) as NotesBody;
          const notes: Schemas['release-notes-content'] = {
            name: body.tag_name,
            body: notesFor(body.tag_name, body.previous_tag_name),
          };
          return { status: 200, body: notes };
        },
      };
    }
    const [, assetId] = /^\/assets\/(\d+)$/.exec(path) ?? [];
    if (assetId !== undefined) {
      const id = Number(assetId);
      if (method === 'DELETE') return { op: 'delete-asset', run: () => removeAsset(id) };
      const asset = fake.releases.flatMap((release) => release.assets).find((one) => one.id === id);
      if (request.headers.accept === 'application/octet-stream')
        return {
          op: 'get-asset',
          run: () => (asset ? { status: 302, headers: { location: `${url.origin}/storage/${id}` } } : notFound),
        };
      return { op: 'get-asset', run: () => (asset ? { status: 200, body: asset } : notFound) };
    }
    const [, id, rest] = /^\/(\d+)(\/assets)?$/.exec(path) ?? [];
    if (id === undefined) return undefined;
    const release = find(Number(id));
    const visible = release !== undefined && (trusted || !release.draft) ? release : undefined;
    if (rest === '/assets') {
      if (method === 'GET') return { op: 'assets', run: () => (visible ? page(url, visible.assets) : notFound) };
      if (method !== 'POST') return undefined;
      const name = url.searchParams.get('name') ?? '';
      return { op: 'upload', run: (fault) => (visible ? upload(visible, name, request, fault) : notFound) };
    }
    if (method === 'GET') return { op: 'get', run: () => (visible ? { status: 200, body: visible } : notFound) };
    if (method === 'PATCH')
      return {
        op: 'update',
        run: async () => (visible ? update(visible, (await json(request)) as UpdateBody) : notFound),
      };
    if (method === 'DELETE') return { op: 'delete-release', run: () => removeRelease(Number(id)) };
    return undefined;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    fake.requests.push(`${request.method} ${request.url}`);
    if (request.headers.authorization) fake.tokens.add(request.headers.authorization);
    const found = route(request, url);
    if (!found) return send(response, notFound);
    const nth = (fake.counts.get(found.op) ?? 0) + 1;
    fake.counts.set(found.op, nth);
    const fault = takeFault(fake.faults, found.op, nth);
    const isWrite = request.method !== 'GET';
    if (isWrite && (request.headers.authorization === undefined || fake.deny)) {
      return refuse(request, response, {
        status: request.headers.authorization === undefined ? 401 : 403,
        body: basicError('Resource not accessible by integration', 403),
      });
    }
    switch (fault) {
      case 'reset':
        if (found.op === 'upload') break;
        request.socket.destroy();
        return;
      case '500':
        return refuse(request, response, { status: 500, body: basicError('Server Error', 500) });
      case 'rate-limit':
        return refuse(request, response, {
          status: 403,
          body: basicError('API rate limit exceeded for installation.', 403),
          headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.floor(Date.now() / 1000)) },
        });
      case 'secondary':
        return refuse(request, response, {
          status: nth % 2 === 0 ? 403 : 429,
          body: basicError('You have exceeded a secondary rate limit. Please wait a few minutes.', 403),
          headers: { 'retry-after': '1' },
        });
      case 'slow':
        await new Promise((wake) => setTimeout(wake, 15));
        break;
      default:
    }
    if (fault === 'already-exists' && found.op !== 'upload')
      return refuse(request, response, invalid('Release', 'already_exists', 'tag_name'));
    const reply = await found.run(fault);
    if (reply === 'cut' || fault === 'lost') request.socket.destroy();
    else if (fault === 'starter' && found.op !== 'upload')
      send(response, { status: 502, body: basicError('Bad Gateway', 502) });
    else send(response, reply, fault === 'truncated');
  }

  /** Answers a request whose body may not have arrived: all of it is taken first, as a proxy would. */
  function refuse(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
    request.on('end', () => send(response, reply)).resume();
  }

  function send(response: ServerResponse, { status, body, headers }: Reply, truncated = false): void {
    const data =
      body === undefined ? Buffer.alloc(0) : Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    response.writeHead(status, {
      'x-ratelimit-limit': '5000',
      'x-ratelimit-remaining': '4900',
      'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 3600),
      'content-length': data.length,
      ...(Buffer.isBuffer(body) ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      ...headers,
    });
    if (!truncated || data.length < 2) response.end(data);
    else response.write(data.subarray(0, data.length / 2), () => response.destroy());
  }

  const server = createServer((request, response) => {
    request.on('error', () => {});
    serve(request, response).catch((error: unknown) => {
      send(response, { status: 599, body: basicError(String(error), 599) });
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return Object.assign(fake, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

function basicError(message: string, status: number): Schemas['basic-error'] {
  return { message, status: String(status), documentation_url: 'https://docs.example.com/rest' };
}

function invalid(resource: string, code: string, field: string): Reply {
  const body: Schemas['validation-error'] = {
    message: 'Validation Failed',
    documentation_url: 'https://docs.example.com/rest',
    errors: [{ resource, code, field }],
  };
  return { status: 422, body };
}
