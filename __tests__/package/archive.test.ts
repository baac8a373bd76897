import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { extract } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { type ArchiveEntry, isSafePath, makeArchive } from '../../src/package/archive.ts';

const EPOCH = 1_772_957_733; // 2026-03-08T08:15:33Z
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const ENTRIES: ArchiveEntry[] = [
  { path: 'hello', data: bytes('#!/bin/sh\necho hi\n'), executable: true },
  { path: 'docs/README.md', data: bytes('# Hello\n'), executable: false },
  { path: 'LICENSE', data: bytes(''), executable: false },
];

async function untar(gz: Uint8Array): Promise<{ header: Record<string, unknown>; data: string }[]> {
  const found: { header: Record<string, unknown>; data: string }[] = [];
  const tar = extract();
  tar.end(gunzipSync(gz));
  for await (const entry of tar) {
    let data = '';
    for await (const chunk of entry) data += chunk;
    found.push({ header: entry.header as unknown as Record<string, unknown>, data });
  }
  return found;
}

describe('.tar.gz', () => {
  it('holds sorted entries of one folder with fixed owners, modes and dates', async () => {
    const found = await untar(await makeArchive('tar.gz', 'hello-1.0', ENTRIES, EPOCH));
    expect(found.map((entry) => [entry.header.name, entry.header.mode, entry.data])).toEqual([
      ['hello-1.0', 0o755, ''],
      ['hello-1.0/docs', 0o755, ''],
      ['hello-1.0/LICENSE', 0o644, ''],
      ['hello-1.0/docs/README.md', 0o644, '# Hello\n'],
      ['hello-1.0/hello', 0o755, '#!/bin/sh\necho hi\n'],
    ]);
    for (const { header } of found) {
      expect(header).toMatchObject({ uid: 0, gid: 0, uname: '', gname: '', mtime: new Date(EPOCH * 1000) });
    }
  });

  it("is unpacked by the machine's tar", async () => {
    const dir = mkdtempSync(join(tmpdir(), 'archive-'));
    writeFileSync(join(dir, 'a.tar.gz'), await makeArchive('tar.gz', 'top', ENTRIES, EPOCH));
    execFileSync('tar', ['-xzf', 'a.tar.gz'], { cwd: dir });
    expect(readFileSync(join(dir, 'top/docs/README.md'), 'utf8')).toBe('# Hello\n');
    if (process.platform !== 'win32') expect(statSync(join(dir, 'top/hello')).mode & 0o777).toBe(0o755);
    expect(statSync(join(dir, 'top/hello')).mtimeMs).toBe(EPOCH * 1000);
  });

  it('says nothing of the machine in its gzip header', async () => {
    const gz = await makeArchive('tar.gz', 'top', ENTRIES, EPOCH);
    expect([...gz.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 0xff]);
  });
});

describe('.zip', () => {
  it('has the central directory it should, whatever the time zone', async () => {
    const zip = await makeArchive('zip', 'top', ENTRIES, EPOCH);
    expect(readZip(zip)).toEqual([
      { name: 'top/', mode: 0o40755, date: '2026-03-08 08:15:32', size: 0 },
      { name: 'top/docs/', mode: 0o40755, date: '2026-03-08 08:15:32', size: 0 },
      { name: 'top/LICENSE', mode: 0o100644, date: '2026-03-08 08:15:32', size: 0 },
      { name: 'top/docs/README.md', mode: 0o100644, date: '2026-03-08 08:15:32', size: 8 },
      { name: 'top/hello', mode: 0o100755, date: '2026-03-08 08:15:32', size: 18 },
    ]);
    const before = process.env.TZ;
    try {
      for (const zone of ['America/New_York', 'Pacific/Kiritimati', 'Asia/Kathmandu', 'Pacific/Pago_Pago']) {
        process.env.TZ = zone;
        // 02:30 on that day does not exist in New York; the others are the ends of what a zip can say.
        for (const epoch of [EPOCH, 1_772_937_000, 0, 2 ** 33]) {
          process.env.TZ = zone;
          const there = await makeArchive('zip', 'top', ENTRIES, epoch);
          process.env.TZ = 'UTC';
          const here = await makeArchive('zip', 'top', ENTRIES, epoch);
          expect(Buffer.compare(here, there), `${zone} ${epoch}`).toBe(0);
        }
      }
    } finally {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    }
  });
});

const entryArbitrary = fc.record({
  path: fc.stringMatching(/^[a-zA-Z0-9_.-]{1,20}(\/[a-zA-Z0-9_.-]{1,20}){0,2}$/).filter(isSafePath),
  data: fc.uint8Array({ maxLength: 300 }),
  executable: fc.boolean(),
});

describe('any archive', () => {
  it('does not depend on the order of its entries, and gives back what was put in', async () => {
    const entries = fc.uniqueArray(entryArbitrary, { selector: (e) => e.path, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(entries, fc.integer({ min: 0, max: 4_000_000_000 }), async (list, epoch) => {
        const files = list.filter((e) => !list.some((other) => other.path.startsWith(`${e.path}/`)));
        for (const format of ['tar.gz', 'zip'] as const) {
          const one = await makeArchive(format, 'top', files, epoch);
          const two = await makeArchive(format, 'top', [...files].reverse(), epoch);
          expect(Buffer.compare(one, two)).toBe(0);
          if (format === 'zip') {
            const names = readZip(one)
              .filter((e) => e.size > 0 || !e.name.endsWith('/'))
              .map((e) => e.name);
            expect(names.sort()).toEqual(files.map((e) => `top/${e.path}`).sort());
          } else {
            const found = (await untar(one)).filter((e) => e.header.type === 'file');
            expect(found.map((e) => e.header.name).sort()).toEqual(files.map((e) => `top/${e.path}`).sort());
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it.each(['../x', '/x', 'a//b', 'a/./b', '', 'a/..', 'C:x', 'a\\b'])('refuses the path %j', async (path) => {
    const entry = { path, data: new Uint8Array(), executable: false };
    await expect(makeArchive('zip', 'top', [entry], EPOCH)).rejects.toThrow('unsafe path');
  });

  it('refuses a path given twice', async () => {
    const entry = { path: 'a', data: new Uint8Array(), executable: false };
    await expect(makeArchive('tar.gz', 'top', [entry, entry], EPOCH)).rejects.toThrow('given twice');
  });
});

/** The central directory of a zip file (APPNOTE 4.3.12), read here by hand so that the writer is not its own judge. */
function readZip(zip: Uint8Array): { name: string; mode: number; date: string; size: number }[] {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength);
  let end = zip.length - 22;
  while (view.getUint32(end, true) !== 0x06054b50) end--;
  let at = view.getUint32(end + 16, true);
  const entries = [];
  for (let n = view.getUint16(end + 10, true); n > 0; n--) {
    expect(view.getUint32(at, true)).toBe(0x02014b50);
    const time = view.getUint16(at + 12, true);
    const date = view.getUint16(at + 14, true);
    const two = (value: number): string => String(value).padStart(2, '0');
    const nameLength = view.getUint16(at + 28, true);
    entries.push({
      name: Buffer.from(zip.subarray(at + 46, at + 46 + nameLength)).toString(),
      mode: view.getUint32(at + 38, true) >>> 16,
      date:
        `${(date >> 9) + 1980}-${two((date >> 5) & 15)}-${two(date & 31)} ` +
        `${two(time >> 11)}:${two((time >> 5) & 63)}:${two((time & 31) * 2)}`,
      size: view.getUint32(at + 24, true),
    });
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}
