/** As much of GitHub's releases API as a release needs, as a real HTTP server, for tests. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

interface Asset {
  id: number;
  name: string;
  size: number;
  state: 'uploaded';
  digest: string;
  browser_download_url: string;
}

interface Release {
  id: number;
  tag_name: string;
  draft: boolean;
  prerelease: boolean;
  html_url: string;
  upload_url: string;
  assets: Asset[];
}

export interface FakeServer {
  readonly url: string;
  readonly releases: Release[];
  /** Every request, such as `GET /repos/octo/hello/releases?per_page=100`. */
  readonly requests: string[];
  /** The authorisations that came. */
  readonly tokens: Set<string>;
  /** Refuse every write. */
  deny: boolean;
  close(): Promise<void>;
}

/** Starts the server on a free port of this machine. */
export async function startGithub(): Promise<FakeServer> {
  let nextId = 1;
  const state = { releases: [] as Release[], requests: [] as string[], tokens: new Set<string>(), deny: false };
  const find = (id: string | undefined): Release | undefined => state.releases.find((r) => r.id === Number(id));

  const answer = async (request: IncomingMessage, url: URL): Promise<[status: number, body: unknown]> => {
    const { method = '' } = request;
    if (method !== 'GET' && state.deny) return [403, { message: 'Resource not accessible by integration' }];
    const path = url.pathname.replace(/^\/repos\/octo\/hello\/releases/, '');
    const [, id] = /^\/(\d+)/.exec(path) ?? [];
    const release = find(id);
    if (path === '' && method === 'GET') return [200, state.releases];
    if (path === '' && method === 'POST') {
      const { tag_name, draft, prerelease } = JSON.parse((await buffer(request)).toString('utf8'));
      const made: Release = {
        id: nextId,
        tag_name,
        draft,
        prerelease,
        html_url: `https://example.com/octo/hello/releases/${nextId}`,
        upload_url: `${url.origin}/repos/octo/hello/releases/${nextId}/assets{?name,label}`,
        assets: [],
      };
      nextId++;
      state.releases.push(made);
      return [201, made];
    }
    if (!release) return [404, { message: 'Not Found' }];
    if (path.endsWith('/assets') && method === 'POST') {
      const name = url.searchParams.get('name') ?? '';
      const content = await buffer(request);
      if (release.assets.some((a) => a.name === name)) return [422, { errors: [{ code: 'already_exists' }] }];
      const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
      const asset: Asset = {
        id: nextId++,
        name,
        size: content.length,
        state: 'uploaded',
        digest,
        browser_download_url: `https://example.com/${name}`,
      };
      release.assets.push(asset);
      return [201, asset];
    }
    if (path.endsWith('/assets')) return [200, release.assets];
    if (method === 'GET') return [200, release];
    if (method === 'PATCH') {
      Object.assign(release, JSON.parse((await buffer(request)).toString('utf8')));
      return [200, release];
    }
    return [404, { message: 'Not Found' }];
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    state.requests.push(`${request.method} ${request.url}`);
    state.tokens.add(request.headers.authorization ?? '');
    const [status, body] = await answer(request, url);
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  });
}
