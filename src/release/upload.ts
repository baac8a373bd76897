/** Sending a file: as fetch does it, but at the pace of the network. */
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

/** A connection on which nothing moves for so many milliseconds is broken. */
const IDLE_MS = 300_000;

/**
 * A stand-in for fetch, for requests whose body is a Blob. fetch reads a body as fast as the disk gives it and keeps in memory what the
 * network has not taken: four uploads of 100 MB take 530 MB so, and 120 MB here. The response is whole when the promise is
 * fulfilled; it is rejected when the connection breaks, unless the server has answered before. Redirects are not followed.
 */
export async function fetchBlob(url: string | URL | Request, init: RequestInit = {}): Promise<Response> {
  const { body, method, headers, signal } = init;
  if (!(body instanceof Blob)) throw new TypeError('fetchBlob sends Blobs only');
  const to = new URL(String(url));
  const request = (to.protocol === 'https:' ? https : http).request(to, {
    method,
    headers: { ...Object.fromEntries(new Headers(headers)), 'content-length': body.size },
    ...(signal ? { signal } : {}),
  });
  request.setTimeout(IDLE_MS, () => request.destroy(new Error(`nothing moved for ${IDLE_MS / 1000} s`)));
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
    request.once('close', () => reject(new Error('the connection was closed before an answer came')));
  });
  const sent = pipeline(body.stream(), request);
  // An answer that comes before all is sent, a refusal, counts: what breaks after it does not.
  sent.catch(() => undefined);
  const response = await answered;
  const status = response.statusCode ?? 0;
  const data = await buffer(response);
  if (status >= 300 && status < 400) throw new Error(`the server redirects an upload to ${response.headers.location}`);
  const answerHeaders = new Headers();
  for (const [name, value] of Object.entries(response.headersDistinct)) {
    for (const one of value ?? []) answerHeaders.append(name, one);
  }
  return new Response(data.length === 0 ? null : new Uint8Array(data), { status, headers: answerHeaders });
}
