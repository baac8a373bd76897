import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ASSET_NAME, formatChecksums, parseChecksums, sha256File } from '../../src/package/checksums.ts';

const A = 'a'.repeat(64);
const B = '0123456789abcdef'.repeat(4);

describe('SHA256SUMS', () => {
  it('is sorted, with two spaces and LF', () => {
    const digests = new Map([
      ['b.wasm', A],
      ['a.wasm', B],
      ['B.wasm', A],
    ]);
    expect(formatChecksums(digests)).toBe(`${A}  B.wasm\n${B}  a.wasm\n${A}  b.wasm\n`);
  });

  it('reads back what it writes, and CRLF, and the binary mark', () => {
    const names = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,30}$/);
    const digest = fc.stringMatching(/^[0-9a-f]{64}$/);
    fc.assert(
      fc.property(fc.dictionary(names, digest), (object) => {
        const map = new Map(Object.entries(object));
        const text = formatChecksums(map);
        for (const variant of [text, text.replaceAll('\n', '\r\n'), text.replaceAll('  ', ' *')]) {
          const parsed = parseChecksums(variant);
          expect('digests' in parsed && new Map([...parsed.digests].sort())).toEqual(new Map([...map].sort()));
        }
      }),
    );
  });

  it.each([
    ['no digest', 'x  a\n', 1],
    ['a path', `${A}  a\n${A}  ../b\n`, 2],
    ['a name twice', `${A}  a\n${B}  a\n`, 2],
    ['an empty line', `${A}  a\n\n${B}  b\n`, 2],
    ['one space', `${A} a\n`, 1],
  ])('names the line of %s', (_, text, badLine) => {
    expect(parseChecksums(text)).toEqual({ badLine });
  });

  it('refuses a name that no release file has', () => {
    expect(() => formatChecksums(new Map([['a b', A]]))).toThrow('a b');
    expect(ASSET_NAME.test('.hidden')).toBe(false);
  });

  it("satisfies the machine's sha256sum", async () => {
    const dir = mkdtempSync(join(tmpdir(), 'sums-'));
    writeFileSync(join(dir, 'one.bin'), 'one');
    writeFileSync(join(dir, 'two.bin'), Buffer.alloc(200_000, 7));
    const digests = new Map<string, string>();
    for (const name of ['one.bin', 'two.bin']) digests.set(name, await sha256File(join(dir, name)));
    writeFileSync(join(dir, 'SHA256SUMS'), formatChecksums(digests));
    const [tool, args] = process.platform === 'darwin' ? ['shasum', ['-a', '256']] : ['sha256sum', []];
    const out = execFileSync(tool as string, [...(args as string[]), '-c', 'SHA256SUMS'], {
      cwd: dir,
      encoding: 'utf8',
    });
    expect(out).toBe('one.bin: OK\ntwo.bin: OK\n');
  });
});
