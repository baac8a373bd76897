/** Reading programs: Mochi sources and ready-made modules, with clear refusals of everything else. */
import { readFile, readlink, stat } from 'node:fs/promises';
import { basename, isAbsolute, relative, resolve, sep } from 'node:path';
import { userError } from '../diagnostics/user-error.ts';
import { errorCode, fileError } from '../toolchain/files.ts';

/** What a program's file held. */
export type ProgramFile =
  | { readonly kind: 'source'; readonly shown: string; readonly path: string; readonly text: string }
  | { readonly kind: 'wasm'; readonly shown: string; readonly bytes: Uint8Array };

/** A path as it is shown to the user: as given, with forward slashes and no leading `./`. */
export function shownPath(path: string): string {
  const slashes = path.split(sep).join('/');
  return slashes.replace(/^(?:\.\/)+(?=.)/, '');
}

/**
 * A path as it goes into a program's line table: relative to `root`, or only the name when the file is elsewhere, so
 * that a build does not depend on the machine it was made on.
 */
export function recordedPath(path: string, root: string): string {
  const inside = relative(resolve(root), resolve(path));
  if (inside === '' || inside.startsWith('..') || isAbsolute(inside)) return basename(path);
  return inside.split(sep).join('/');
}

/**
 * Reads a program: `-` is stdin, a file that begins like a WebAssembly module is one, everything else must be UTF-8
 * text. Throws a UserError for a missing or unreadable file, a folder, compiled code and text in another encoding.
 */
export async function readProgram(path: string, root = '.'): Promise<ProgramFile> {
  const shown = path === '-' ? '<stdin>' : shownPath(path);
  const bytes = path === '-' ? await readStdin() : await readWhole(path);
  if (isWasm(bytes)) return { kind: 'wasm', shown, bytes };
  if (bytes.length >= 4 && bytes.subarray(0, 4).toString('latin1') === '\x7fELF') {
    throw userError(
      'E207',
      `${shown} is machine code, not a Mochi program`,
      'Run an executable itself; a .cwasm can only be run from its .wasm or its source.',
    );
  }
  return {
    kind: 'source',
    shown,
    path: path === '-' ? 'stdin.mochi' : recordedPath(path, root),
    text: asText(bytes, shown),
  };
}

function isWasm(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && bytes[0] === 0 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d;
}

async function readWhole(path: string): Promise<Buffer> {
  try {
    if ((await stat(path)).isDirectory()) {
      throw userError('E206', `${shownPath(path)} is a folder, not a program`, 'Name a .mochi file in it.');
    }
    return await readFile(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') {
      const link = await readlink(path).catch(() => undefined);
      throw link === undefined
        ? userError('E201', `there is no file ${shownPath(path)}`, 'Check the spelling and the current folder.')
        : userError(
            'E201',
            `${shownPath(path)} is a symbolic link to ${link}, which does not exist`,
            'Remove the link, or make what it names.',
          );
    }
    throw fileError(error, 'read', shownPath(path));
  }
}

async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function asText(bytes: Uint8Array, shown: string): string {
  let text: string;
  try {
    // Also drops one leading byte order mark.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw notText(shown, `byte ${firstInvalid(bytes)} is not valid UTF-8`);
  }
  const zero = text.indexOf('\0');
  if (zero >= 0) throw notText(shown, `line ${text.slice(0, zero).split('\n').length} holds a zero byte`);
  return text;
}

function notText(shown: string, why: string): Error {
  return userError('E208', `${shown} is not a text file: ${why}`, 'Name a Mochi program, saved as UTF-8.');
}

/**
 * The offset of the first byte that is not part of valid UTF-8. Whether a prefix can be continued to valid text is
 * monotonous in its length, so the longest is found by halving; a sequence that it leaves open is the invalid one.
 */
function firstInvalid(bytes: Uint8Array): number {
  const valid = (end: number, stream: boolean) => {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, end), { stream });
      return true;
    } catch {
      return false;
    }
  };
  let low = 0;
  let high = bytes.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (valid(middle, true)) low = middle;
    else high = middle - 1;
  }
  while (!valid(low, false)) low--;
  return low;
}
