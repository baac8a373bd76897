/**
 * Where launchers come from: those for all targets are kept in launcher/prebuilt/, brotli-compressed, with their digests
 * in matrix.json; failing that, the one that `npm run launcher` built for the machine's own target.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import matrix from '../../matrix.json' with { type: 'json' };
import { EXIT, userError } from '../diagnostics/user-error.ts';
import type { Target } from '../toolchain/targets.ts';

export interface Launcher {
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes, in hexadecimal digits. */
  readonly sha256: string;
}

/** The digests that matrix.json records; part of the bundle, so that changed files on disk cannot change them. */
const RECORDED: Readonly<Record<string, { readonly sha256: string } | undefined>> =
  (matrix as { launchers?: Record<string, { sha256: string }> }).launchers ?? {};

/** The project's own folder: the nearest one above this file (or the bundle made of it) that holds matrix.json. */
function projectRoot(): string | undefined {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'matrix.json'))) {
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
  return folder;
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * The launcher for a target, or undefined when there is none. `root` is the project's folder, found by itself unless
 * given. Throws a UserError when a prebuilt launcher has not the digest that matrix.json records.
 */
export async function findLauncher(target: Target, root = projectRoot()): Promise<Launcher | undefined> {
  if (root === undefined) return undefined;
  const packed = await readIfThere(join(root, 'launcher', 'prebuilt', `${target.name}.br`));
  if (packed) {
    const bytes = await promisify(brotliDecompress)(packed).catch(() => new Uint8Array());
    const digest = sha256(bytes);
    if (digest === RECORDED[target.name]?.sha256) return { bytes, sha256: digest };
    throw userError(
      'E505',
      `the prebuilt launcher for ${target.name} does not have the digest that matrix.json records`,
      'Get a fresh copy of mochi-wasm; somebody or something has changed this one.',
      EXIT.verification,
    );
  }
  const own = await readIfThere(join(root, 'launcher', 'target', `${target.name}${target.exeSuffix}`));
  return own && { bytes: own, sha256: sha256(own) };
}
