/** Fetching one file over HTTP(S) with its digest, for the wasmtime archives. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import * as http from 'node:http';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EXIT, isUserError, userError } from '../diagnostics/user-error.ts';
import { checkDigest, errorCode, fileError } from './files.ts';

export interface DownloadOptions {
  /** The SHA-256 that the file must have, in hexadecimal digits. */
  readonly sha256: string;
  /** How long the first byte of an answer may take, in milliseconds; 5,000 unless given. */
  readonly connectTimeoutMs?: number;
  /** How long the download may stand still, in milliseconds; 60,000 unless given. */
  readonly idleTimeoutMs?: number;
  /** How often a failure that may pass is tried again; 2 unless given. */
  readonly retries?: number;
}

let proxySet = false;

/** Makes fetch honour HTTP_PROXY and its like on versions of Node that can. */
function useProxy(): void {
  if (proxySet) return;
  proxySet = true;
  const named = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].some((name) => process.env[name]);
  const set = (http as { setGlobalProxyFromEnv?: () => unknown }).setGlobalProxyFromEnv;
  if (named && set) set();
}

function unreachable(url: string, why: string, cause?: unknown): Error {
  return userError(
    'E111',
    `cannot download ${url}: ${why}`,
    'Check the network, or give a mirror (--wasmtime-url) or a wasmtime on this machine (--wasmtime PATH).',
    EXIT.network,
    { cause },
  );
}

/**
 * Downloads `url` to the file `path` and checks its digest. On any error the file is removed. Throws UserErrors: E111
 * (cannot be reached, exit 4), E112 (refused by the server, exit 4), E113 (the download broke off, exit 4), E114 (wrong
 * digest, exit 3). Failures that may pass are tried again after a pause; a wrong digest and 4xx answers are not.
 */
export async function download(url: string, path: string, options: DownloadOptions): Promise<void> {
  useProxy();
  const retries = options.retries ?? 2;
  for (let attempt = 0; ; attempt++) {
    try {
      await attemptDownload(url, path, options);
      return;
    } catch (error) {
      await rm(path, { force: true });
      const again = isUserError(error) && error.code === 'E113';
      if (!again || attempt >= retries) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** attempt));
    }
  }
}

async function attemptDownload(url: string, path: string, options: DownloadOptions): Promise<void> {
  const control = new AbortController();
  const connect = options.connectTimeoutMs ?? 5_000;
  const idle = options.idleTimeoutMs ?? 60_000;
  let timer = setTimeout(() => control.abort(), connect);
  let answer: Response;
  try {
    answer = await fetch(url, { signal: control.signal, redirect: 'follow' });
  } catch (error) {
    clearTimeout(timer);
    if (control.signal.aborted) throw unreachable(url, `no answer within ${connect / 1000} s`, error);
    const cause = error instanceof Error ? error.cause : undefined;
    throw unreachable(url, errorCode(cause) ?? (cause instanceof Error ? cause.message : String(error)), error);
  }
  clearTimeout(timer);
  if (!answer.ok || answer.body === null) {
    await answer.body?.cancel();
    const text = `the server answered ${answer.status}${answer.statusText ? ` ${answer.statusText}` : ''}`;
    if (answer.status >= 500) {
      throw userError('E113', `cannot download ${url}: ${text}`, 'Try again later, or give a mirror.', EXIT.network);
    }
    // A proxy that lets nothing through answers 403 or 407 in the server's place.
    if (answer.status === 403 || answer.status === 407) throw unreachable(url, text);
    throw userError('E112', `cannot download ${url}: ${text}`, 'Check the address and the version.', EXIT.network);
  }
  const expected = Number(answer.headers.get('content-length') ?? Number.NaN);
  const encoded = answer.headers.get('content-encoding') !== null;
  const hash = createHash('sha256');
  let received = 0;
  const watch = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      clearTimeout(timer);
      timer = setTimeout(() => control.abort(), idle);
      received += chunk.length;
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const brokeOff = (cause?: unknown) =>
    userError(
      'E113',
      `the download of ${url} broke off after ${received}${Number.isNaN(expected) ? '' : ` of ${expected}`} bytes`,
      'Try again; nothing was kept.',
      EXIT.network,
      { cause },
    );
  try {
    await pipeline(Readable.fromWeb(answer.body as never), watch, createWriteStream(path), { signal: control.signal });
  } catch (error) {
    const known = fileError(error, 'write', path);
    throw isUserError(known) ? known : brokeOff(error);
  } finally {
    clearTimeout(timer);
  }
  if (!encoded && !Number.isNaN(expected) && received !== expected) throw brokeOff();
  checkDigest(url, hash.digest('hex'), options.sha256);
}
