import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** The name of the checksum file of a release. */
export const CHECKSUMS_FILE = 'SHA256SUMS';

/** What a release's file names are made of; anything else is renamed by GitHub on upload. */
export const ASSET_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/;

/** SHA-256 of a file, read in pieces: memory stays flat whatever its size. */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/**
 * The text of a SHA256SUMS file (GNU coreutils' format): one `DIGEST  NAME` line a file, sorted by name, LF.
 * Takes name → digest. A name outside `ASSET_NAME` throws.
 */
export function formatChecksums(digests: ReadonlyMap<string, string>): string {
  const names = [...digests.keys()].sort();
  for (const name of names) if (!ASSET_NAME.test(name)) throw new Error(`not a release file name: ${name}`);
  return names.map((name) => `${digests.get(name)}  ${name}\n`).join('');
}

/**
 * Reads a SHA256SUMS file: `DIGEST  NAME` or `DIGEST *NAME` lines, LF or CRLF. Gives name → digest, or the number of the first line
 * (from 1) that is malformed, names a path or names a file a second time.
 */
export function parseChecksums(text: string): { digests: Map<string, string> } | { badLine: number } {
  const digests = new Map<string, string>();
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const [i, line] of lines.entries()) {
    const [, digest, name] = /^([0-9a-fA-F]{64}) [ *]([^\r]+)\r?$/.exec(line) ?? [];
    if (!digest || !name || !ASSET_NAME.test(name) || digests.has(name)) return { badLine: i + 1 };
    digests.set(name, digest.toLowerCase());
  }
  return { digests };
}
