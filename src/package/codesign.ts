/**
 * Ad-hoc code signatures of Mach-O files: an embedded signature SuperBlob with one CodeDirectory that holds a SHA-256 of
 * every page of the file (XNU, osfmk/kern/cs_blobs.h, where numbers are big-endian). It says nothing about who made the
 * file, only that it is whole; linkers write the same, and signing tools replace it.
 */
import { createHash } from 'node:crypto';
import { alignUp, wrongLauncher } from './layout.ts';
import {
  type Command,
  findMachoPayload,
  LC_CODE_SIGNATURE,
  type Macho,
  machoIdentifier,
  readMacho,
  u64,
} from './macho.ts';

const MAGIC_EMBEDDED_SIGNATURE = 0xfade0cc0;
const MAGIC_CODE_DIRECTORY = 0xfade0c02;
const SLOT_CODE_DIRECTORY = 0;
/** With the fields of the executable segment, which arm64 wants. */
const VERSION = 0x20400;
/** CS_ADHOC | CS_LINKER_SIGNED: tools may replace it without being forced. */
const FLAGS = 0x20002;
const HASH_SHA256 = 2;
const HASH_SIZE = 32;
const PAGE_SHIFT = 12;
const CODE_DIRECTORY_SIZE = 88;
const SUPER_BLOB_SIZE = 12;
const INDEX_SIZE = 8;
/** CS_EXECSEG_MAIN_BINARY */
const MAIN_BINARY = 1;

/** Signs a Mach-O file in place of any signature that it has. `identifier` names the program in the signature. */
export function signMacho(file: Uint8Array, identifier: string): Uint8Array {
  const unsigned = withoutSignature(file);
  const macho = readMacho(unsigned);
  const text = macho?.commands.find((c) => c.segment === '__TEXT');
  const linkedit = macho?.commands.find((c) => c.segment === '__LINKEDIT');
  const command = macho?.commands.find((c) => c.kind === LC_CODE_SIGNATURE);
  if (!macho || !text || !linkedit || !command) throw wrongLauncher('it lacks the segments that a signature needs');

  const codeSize = alignUp(unsigned.length, 16);
  const name = Buffer.from(`${identifier}\0`, 'utf8');
  const pages = Math.ceil(codeSize / (1 << PAGE_SHIFT));
  const hashesAt = CODE_DIRECTORY_SIZE + name.length;
  const directorySize = hashesAt + pages * HASH_SIZE;
  const blobSize = SUPER_BLOB_SIZE + INDEX_SIZE + directorySize;
  const signatureSize = alignUp(blobSize, 16);

  const out = new Uint8Array(codeSize + signatureSize);
  out.set(unsigned);
  const view = new DataView(out.buffer);
  view.setUint32(command.at + 8, codeSize, true);
  view.setUint32(command.at + 12, signatureSize, true);
  resizeLinkedit(view, macho, linkedit, out.length);

  const blob = new DataView(out.buffer, codeSize);
  const words = [MAGIC_EMBEDDED_SIGNATURE, blobSize, 1, SLOT_CODE_DIRECTORY, SUPER_BLOB_SIZE + INDEX_SIZE];
  for (const [i, word] of words.entries()) blob.setUint32(4 * i, word);
  const directoryAt = codeSize + SUPER_BLOB_SIZE + INDEX_SIZE;
  const directory = new DataView(out.buffer, directoryAt);
  const fields = [
    MAGIC_CODE_DIRECTORY,
    directorySize,
    VERSION,
    FLAGS,
    hashesAt,
    CODE_DIRECTORY_SIZE,
    0,
    pages,
    codeSize,
  ];
  for (const [i, word] of fields.entries()) directory.setUint32(4 * i, word);
  out.set([HASH_SIZE, HASH_SHA256, 0, PAGE_SHIFT], directoryAt + 36);
  directory.setBigUint64(64, BigInt(u64(view, text.at + 40)));
  directory.setBigUint64(72, BigInt(u64(view, text.at + 48)));
  directory.setBigUint64(80, BigInt(MAIN_BINARY));
  out.set(name, directoryAt + CODE_DIRECTORY_SIZE);
  for (let i = 0; i < pages; i++) {
    const page = out.subarray(i << PAGE_SHIFT, Math.min(codeSize, (i + 1) << PAGE_SHIFT));
    out.set(createHash('sha256').update(page).digest(), directoryAt + hashesAt + i * HASH_SIZE);
  }
  return out;
}

/** Cuts a signature off and keeps its load command, or appends that command where there is none. */
function withoutSignature(file: Uint8Array): Uint8Array {
  const macho = readMacho(file);
  if (!macho) throw wrongLauncher('it is not a whole 64-bit Mach-O file');
  const command = macho.commands.find((c) => c.kind === LC_CODE_SIGNATURE);
  if (command) return file.subarray(0, macho.view.getUint32(command.at + 8, true));
  const out = new Uint8Array(file);
  const view = new DataView(out.buffer);
  view.setUint32(macho.commandsEnd, LC_CODE_SIGNATURE, true);
  view.setUint32(macho.commandsEnd + 4, 16, true);
  view.setUint32(16, macho.commands.length + 1, true);
  view.setUint32(20, view.getUint32(20, true) + 16, true);
  return out;
}

/** Makes `__LINKEDIT` reach to the end of the file. */
function resizeLinkedit(view: DataView, macho: Macho, linkedit: Command, fileSize: number): void {
  const size = fileSize - u64(view, linkedit.at + 40);
  const page = macho.cpu === 0x0100000c ? 0x4000 : 0x1000;
  view.setBigUint64(linkedit.at + 48, BigInt(size), true);
  view.setBigUint64(linkedit.at + 32, BigInt(alignUp(size, page)), true);
}

/**
 * What is wrong with a Mach-O file's ad-hoc signature; undefined when it is, byte for byte, the one that packaging makes for this
 * file. A file without a payload may have any name in it. Signatures by other tools hold more than this knows of.
 */
export function checkMachoSignature(file: Uint8Array): string | undefined {
  const macho = readMacho(file);
  const command = macho?.commands.find((c) => c.kind === LC_CODE_SIGNATURE);
  if (!macho || !command) return 'it has no signature';
  const at = macho.view.getUint32(command.at + 8, true);
  const size = macho.view.getUint32(command.at + 12, true);
  if (at < macho.commandsEnd || at + size > file.length) return 'the signature is cut off';
  const nameAt = at + SUPER_BLOB_SIZE + INDEX_SIZE + CODE_DIRECTORY_SIZE;
  const payload = findMachoPayload(file, () => true);
  const recorded = Buffer.from(file.subarray(nameAt)).toString('utf8').split('\0', 1)[0]!;
  const identifier = payload ? machoIdentifier(payload) : recorded;
  let right: Uint8Array;
  try {
    right = signMacho(file, identifier);
  } catch (error) {
    return (error as Error).message;
  }
  if (Buffer.compare(right, file) === 0) return undefined;
  const wrong = right.findIndex((byte, i) => byte !== file[i]);
  if (wrong < 0) return 'something follows the signature';
  const page = Math.floor((wrong - nameAt - Buffer.byteLength(identifier) - 1) / HASH_SIZE);
  const isHash = page >= 0 && page < Math.ceil(at / (1 << PAGE_SHIFT));
  return isHash ? `page ${page} does not match its hash` : 'the signature is not the one of this file';
}
