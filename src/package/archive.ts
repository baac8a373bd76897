import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { ZipFile } from 'yazl';

/** One file of an archive. `path` is relative to the archive's top folder, with `/` between its parts. */
export interface ArchiveEntry {
  readonly path: string;
  readonly data: Uint8Array;
  /** Executable files get mode 0755, the others 0644. */
  readonly executable: boolean;
}

export type ArchiveFormat = 'tar.gz' | 'zip';

/** The date given to files when neither SOURCE_DATE_EPOCH nor a commit says one: 2000-01-01T00:00:00Z, in seconds. */
export const FALLBACK_EPOCH = 946_684_800;

/** The dates a zip entry can hold, 1980 to 2107, less a day at each end: yazl compares with the ends in local time. */
const ZIP_FIRST = 315_619_200;
const ZIP_LAST = 4_354_732_798;

const byPath = (a: ArchiveEntry, b: ArchiveEntry): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);

/**
 * Makes an archive whose bytes depend on nothing but its arguments: entries sorted by path, one top folder,
 * owner 0:0, modes 0755 and 0644, every date `epoch` (seconds since 1970, UTC).
 * A path that is absolute, empty, double or leads out of the top folder throws: names are the caller's, not a user's.
 */
export async function makeArchive(
  format: ArchiveFormat,
  topFolder: string,
  entries: readonly ArchiveEntry[],
  epoch: number,
): Promise<Uint8Array> {
  const sorted = [...entries].sort(byPath);
  for (const [i, entry] of sorted.entries()) {
    if (!isSafePath(entry.path)) throw new Error(`archive entry with an unsafe path: ${JSON.stringify(entry.path)}`);
    if (sorted[i + 1]?.path === entry.path) throw new Error(`archive entry given twice: ${entry.path}`);
  }
  return format === 'zip' ? makeZip(topFolder, sorted, epoch) : makeTarGz(topFolder, sorted, epoch);
}

/** Is `path` relative, with `/` between parts that are neither empty, `.` nor `..`? */
export function isSafePath(path: string): boolean {
  return !/[\\\0:]/.test(path) && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** The folders that hold the entries, parents first: archives list them so that unpacking never guesses a mode. */
function foldersOf(topFolder: string, entries: readonly ArchiveEntry[]): string[] {
  const folders = new Set([topFolder]);
  for (const { path } of entries) {
    const parts = path.split('/').slice(0, -1);
    for (let i = 1; i <= parts.length; i++) folders.add(`${topFolder}/${parts.slice(0, i).join('/')}`);
  }
  return [...folders].sort();
}

async function makeTarGz(topFolder: string, entries: readonly ArchiveEntry[], epoch: number): Promise<Uint8Array> {
  const tar = pack();
  const bytes = buffer(tar);
  const common = { uid: 0, gid: 0, uname: '', gname: '', mtime: new Date(epoch * 1000) };
  for (const name of foldersOf(topFolder, entries)) tar.entry({ ...common, name, type: 'directory', mode: 0o755 });
  for (const { path, data, executable } of entries) {
    const header = { ...common, name: `${topFolder}/${path}`, mode: executable ? 0o755 : 0o644, size: data.length };
    tar.entry(header, Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  }
  tar.finalize();
  const gz = gzipSync(await bytes, { level: 9 });
  gz[9] = 0xff; // RFC 1952, OS "unknown": zlib writes the building machine's
  return gz;
}

async function makeZip(topFolder: string, entries: readonly ArchiveEntry[], epoch: number): Promise<Uint8Array> {
  const zip = new ZipFile();
  // Without the extended time stamp an entry's date is the DOS one only, which has no zone and is read as is.
  const common = { mtime: utcAsLocal(Math.min(Math.max(epoch, ZIP_FIRST), ZIP_LAST)), forceDosTimestamp: true };
  for (const name of foldersOf(topFolder, entries)) zip.addEmptyDirectory(name, { ...common, mode: 0o40755 });
  for (const { path, data, executable } of entries) {
    const mode = executable ? 0o100755 : 0o100644;
    const options = { ...common, mode, compress: true, compressionLevel: 9 };
    zip.addBuffer(Buffer.from(data.buffer, data.byteOffset, data.byteLength), `${topFolder}/${path}`, options);
  }
  zip.end();
  return buffer(zip.outputStream);
}

/**
 * A date whose local fields are its UTC fields. yazl writes local fields, so an archive would otherwise depend on the
 * machine's time zone; shifting the instant instead would still fail in the hour that summer time skips.
 */
function utcAsLocal(seconds: number): Date {
  const date = new Date(seconds * 1000);
  return Object.assign(date, {
    getFullYear: () => date.getUTCFullYear(),
    getMonth: () => date.getUTCMonth(),
    getDate: () => date.getUTCDate(),
    getHours: () => date.getUTCHours(),
    getMinutes: () => date.getUTCMinutes(),
    getSeconds: () => date.getUTCSeconds(),
  });
}
