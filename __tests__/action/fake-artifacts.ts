/** GitHub's artifact service and blob storage, as far as an upload needs them, as a real HTTP server. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface FakeArtifacts {
  readonly url: string;
  /** What was uploaded and finished: the artifact's name and its archive. */
  readonly artifacts: Map<string, Buffer>;
  /** Refuse everything. */
  deny: boolean;
  /** The variables that a runner gives to an action for its uploads. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const SERVICE = '/twirp/github.actions.results.api.v1.ArtifactService/';

/** Starts the service on a free port of this machine. */
export async function startArtifacts(): Promise<FakeArtifacts> {
  const blobs = new Map<string, Buffer>();
  const blocks = new Map<string, Buffer>();
  const artifacts = new Map<string, Buffer>();
  const state = { deny: false };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
    const body = await buffer(request);
    const answer = (status: number, value: unknown): void =>
      void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (url.pathname.startsWith(SERVICE)) {
      if (!request.headers.authorization?.startsWith('Bearer ')) return answer(401, { msg: 'no token' });
      if (state.deny) return answer(403, { msg: 'not today' });
      const {
        name,
        name_filter: nameFilter,
        ...ids
      } = JSON.parse(body.toString('utf8')) as {
        name: string;
        name_filter?: string;
      };
      const method = url.pathname.slice(SERVICE.length);
      if (method === 'CreateArtifact') {
        if (artifacts.has(name)) return answer(409, { msg: 'an artifact with this name already exists on the run' });
        const blob = `/blobs/${encodeURIComponent(name)}`;
        return answer(200, { ok: true, signed_upload_url: `${url.origin}${blob}?sig=secret-signature` });
      }
      if (method === 'FinalizeArtifact') {
        const blob = blobs.get(`/blobs/${encodeURIComponent(name)}`);
        if (!blob) return answer(404, { msg: 'nothing was uploaded' });
        artifacts.set(name, blob);
        return answer(200, { ok: true, artifact_id: String(artifacts.size) });
      }
      if (method === 'ListArtifacts') {
        const names = [...artifacts.keys()].filter((one) => !nameFilter || one === nameFilter);
        const listed = names.map((one) => ({
          ...ids,
          name: one,
          database_id: '1',
          size: '1',
          created_at: new Date(0),
        }));
        return answer(200, { artifacts: listed });
      }
      if (method === 'DeleteArtifact') {
        artifacts.delete(name);
        return answer(200, { ok: true, artifact_id: '1' });
      }
      return answer(404, { msg: `no method ${method}` });
    }
    if (request.method === 'GET') {
      // Not GitHub's own way to download, but enough for a stand-in of actions/download-artifact.
      const zip = artifacts.get(decodeURIComponent(url.pathname.slice('/artifacts/'.length)));
      if (url.pathname === '/artifacts')
        response.writeHead(200).end([...artifacts.keys()].map((n) => `${n}\n`).join(''));
      else if (zip) response.writeHead(200).end(zip);
      else answer(404, { msg: 'not found' });
      return;
    }
    if (request.method === 'PUT' && url.searchParams.get('comp') === 'block') {
      blocks.set(`${url.pathname} ${url.searchParams.get('blockid')}`, body);
    } else if (request.method === 'PUT' && url.searchParams.get('comp') === 'blocklist') {
      const ids = [...body.toString('utf8').matchAll(/<Latest>([^<]*)<\/Latest>/g)].map((m) => m[1]);
      blobs.set(url.pathname, Buffer.concat(ids.map((id) => blocks.get(`${url.pathname} ${id}`) ?? Buffer.alloc(0))));
    } else if (request.method === 'PUT') {
      blobs.set(url.pathname, body);
    } else {
      return answer(404, { msg: 'not found' });
    }
    response.writeHead(201, { etag: '"0x1"', 'last-modified': new Date(0).toUTCString() }).end();
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return Object.assign(state, {
    url,
    artifacts,
    env: {
      ACTIONS_RESULTS_URL: `${url}/`,
      ACTIONS_RUNTIME_TOKEN: `${part({ alg: 'none' })}.${part({ scp: 'Actions.Results:run-1:job-1' })}.${part({})}`,
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  });
}
