import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { fetchBlob } from '../../src/release/upload.ts';

async function withServer<T>(listener: RequestListener, job: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(listener);
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  try {
    return await job(`http://127.0.0.1:${(server.address() as AddressInfo).port}/x?name=a`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
const body = new Blob([new Uint8Array(3_000_000).fill(7)]);

describe('fetchBlob', () => {
  it('sends the whole body with its length, and gives the answer', async () => {
    await withServer(
      (request, response) => {
        let size = 0;
        request.on('data', (chunk: Buffer) => {
          size += chunk.length;
        });
        request.on('end', () => {
          const { method, headers } = request;
          response.setHeader('x-kind', ['one', 'two']);
          response
            .writeHead(201)
            .end(JSON.stringify({ method, size, length: headers['content-length'], type: headers['content-type'] }));
        });
      },
      async (url) => {
        const response = await fetchBlob(url, { method: 'POST', body, headers: { 'content-type': 'text/plain' } });
        expect(response.status).toBe(201);
        expect(response.headers.get('x-kind')).toBe('one, two');
        expect(await response.json()).toEqual({
          method: 'POST',
          size: 3_000_000,
          length: '3000000',
          type: 'text/plain',
        });
      },
    );
  });

  it('gives a refusal that comes before all is sent', async () => {
    await withServer(
      (_, response) => response.writeHead(413, { connection: 'close' }).end('too large'),
      async (url) => {
        const response = await fetchBlob(url, { method: 'POST', body });
        expect([response.status, await response.text()]).toEqual([413, 'too large']);
      },
    );
  });

  it.each<[string, RequestListener]>([
    ['before an answer', (request) => request.socket.destroy()],
    [
      'in the answer',
      (request, response) => {
        request.resume().on('end', () => {
          response.writeHead(201, { 'content-length': 100 });
          response.write('{', () => response.destroy());
        });
      },
    ],
    [
      'by a redirect',
      (request, response) => void request.resume().on('end', () => response.writeHead(307, { location: '/y' }).end()),
    ],
  ])('fails when it breaks off %s', async (_, listener) => {
    await withServer(listener, (url) => expect(fetchBlob(url, { method: 'POST', body })).rejects.toThrow());
  });
});
