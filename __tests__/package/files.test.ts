import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeDir } from '../../src/package/files.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'package-files-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

it('replaces a package as a whole', async () => {
  const out = join(dir, 'a', 'out');
  await writeDir(
    out,
    new Map([
      ['SHA256SUMS', text('old')],
      ['x', text('x')],
    ]),
    0,
  );
  await writeDir(out, new Map([['SHA256SUMS', text('new')]]), 0);
  expect(readdirSync(out)).toEqual(['SHA256SUMS']);
  expect(readdirSync(join(dir, 'a'))).toEqual(['out']);
});

it('leaves a folder with other files alone', async () => {
  writeFileSync(join(dir, 'mine'), 'mine');
  await expect(writeDir(dir, new Map(), 0)).rejects.toMatchObject({ code: 'E302' });
  expect(readdirSync(dir)).toEqual(['mine']);
});

it.runIf(process.platform !== 'win32').each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'leaves nothing behind, and the package of before, when %s ends it',
  async (signal) => {
    mkdirSync(join(dir, 'out'));
    writeFileSync(join(dir, 'out', 'SHA256SUMS'), 'before');
    const script = fileURLToPath(new URL('write-slowly.ts', import.meta.url));
    const child = spawn(process.execPath, [script, join(dir, 'out')], { stdio: 'inherit' });
    const ended = new Promise<NodeJS.Signals | null>((resolve) => child.on('close', (_code, by) => resolve(by)));
    // Until it is in the middle of writing.
    const begun = () => readdirSync(dir).some((name) => name.startsWith('.out.new-'));
    while (!begun()) await sleep(5);
    child.kill(signal);
    expect(await ended).toBe(signal);
    expect(readdirSync(dir)).toEqual(['out']);
    expect(readFileSync(join(dir, 'out', 'SHA256SUMS'), 'utf8')).toBe('before');
  },
);
