/**
 * The payload of an executable: the precompiled program and what the launcher must know about it. The launcher reads it
 * in launcher/src/payload.rs. All numbers are little-endian, on every target:
 *
 *      0  magic    8 bytes  7f "MOCHI" 0d 1a
 *      8  version  u32      2
 *     12  header   u32      bytes up to the program (a multiple of 64)
 *     16  length   u64      bytes of the whole payload
 *     24  digest   32 bytes SHA-256 of bytes 0 to 24 and 56 to the end
 *     56  seal    128 bytes the checksum of the file around the payload (seal.ts), in the target's byte order
 *    184  records: tag u32, length u32, that many bytes, zeros up to a multiple of 4; tag 0 ends them
 *         tag 6 which parts of the file are sealed (u32 offset and u32 length of each; this record is the first),
 *         1 engine version, 2 target, 3 a directory (again for each), 4 a variable (likewise), 5 line table
 *     header: the .cwasm; then the magic again, so that even a lost zero byte at the end is noticed
 *
 * The operating system maps it with the executable: as a segment of its own (ELF, Mach-O) or a section (PE).
 */
import { createHash } from 'node:crypto';
import { userError } from '../diagnostics/user-error.ts';
import type { Target } from '../toolchain/targets.ts';
import { addElfPayload, ELF_PARTS, findElfPayload } from './elf.ts';
import { alignUp, wrongLauncher } from './layout.ts';
import { addMachoPayload, findMachoPayload, MACHO_PARTS } from './macho.ts';
import { addPePayload, findPePayload, PE_PARTS } from './pe.ts';
import { type Part, SEAL_SIZE, sealOf } from './seal.ts';

/** What the program may do beyond computing, printing and reading its input. */
export interface Capabilities {
  /** Directories it may open: `PATH`, or `HOST::GUEST` when the program knows the directory by another name. */
  readonly dirs: readonly string[];
  /** Environment variables it may read. */
  readonly env: readonly string[];
}

export interface Payload {
  /** What `wasmtime compile` made for the target. */
  readonly cwasm: Uint8Array;
  /** The content of the module's custom section `mochi.lines`, for stack traces. */
  readonly lines?: Uint8Array;
  readonly capabilities: Capabilities;
  /** The version of wasmtime that compiled the program, such as `48.0.0`. */
  readonly engine: string;
}

export interface PayloadInfo extends Payload {
  readonly target: string;
  /** SHA-256 of the payload without its digest field, in hexadecimal digits, as recorded. */
  readonly digest: string;
  /** The parts of the file that the seal covers. */
  readonly sealed: readonly Part[];
  readonly seal: Uint8Array;
  /** Whether the recorded digest is right and, in an executable, the seal. */
  readonly intact: boolean;
}

export const PAYLOAD_MAGIC = Uint8Array.of(0x7f, 0x4d, 0x4f, 0x43, 0x48, 0x49, 0x0d, 0x1a);
const VERSION = 2;
const DIGEST_AT = 24;
const SEAL_AT = 56;
const RECORDS_AT = SEAL_AT + SEAL_SIZE;
/** The program begins at a multiple of this: the alignment of a cache line, enough for every constant in the code. */
const PROGRAM_ALIGNMENT = 64;
const TAG = { end: 0, engine: 1, target: 2, dir: 3, env: 4, lines: 5, sealed: 6 } as const;

const TEXT = new TextEncoder();
const UNTEXT = new TextDecoder('utf-8', { fatal: true });

function digestOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes.subarray(0, DIGEST_AT)).update(bytes.subarray(SEAL_AT)).digest();
}

/**
 * Encodes a payload for a target, by the target's name, with room for the places of so many sealed parts; what they are, and the
 * seal, is only known when everything else has its place in the file (`sealExecutable`).
 */
export function encodePayload(target: string, payload: Payload, parts = 0): Uint8Array {
  const records: [tag: number, value: Uint8Array][] = [
    [TAG.sealed, new Uint8Array(8 * parts)],
    [TAG.engine, TEXT.encode(payload.engine)],
    [TAG.target, TEXT.encode(target)],
    ...payload.capabilities.dirs.map((dir): [number, Uint8Array] => [TAG.dir, TEXT.encode(dir)]),
    ...payload.capabilities.env.map((name): [number, Uint8Array] => [TAG.env, TEXT.encode(name)]),
  ];
  if (payload.lines) records.push([TAG.lines, payload.lines]);
  records.push([TAG.end, new Uint8Array(0)]);
  const size = records.reduce((sum, [, value]) => sum + 8 + alignUp(value.length, 4), 0);
  const header = alignUp(RECORDS_AT + size, PROGRAM_ALIGNMENT);
  const bytes = new Uint8Array(header + payload.cwasm.length + PAYLOAD_MAGIC.length);
  const view = new DataView(bytes.buffer);
  bytes.set(PAYLOAD_MAGIC);
  view.setUint32(8, VERSION, true);
  view.setUint32(12, header, true);
  view.setBigUint64(16, BigInt(bytes.length), true);
  let at = RECORDS_AT;
  for (const [tag, value] of records) {
    view.setUint32(at, tag, true);
    view.setUint32(at + 4, value.length, true);
    bytes.set(value, at + 8);
    at += 8 + alignUp(value.length, 4);
  }
  bytes.set(payload.cwasm, header);
  bytes.set(PAYLOAD_MAGIC, header + payload.cwasm.length);
  bytes.set(digestOf(bytes), DIGEST_AT);
  return bytes;
}

/**
 * Seals an executable: writes which parts of the file are sealed, their checksum and then the payload's digest into the payload
 * at `payloadAt`, which was encoded with room for that many parts. Nothing in those parts or in the payload may change afterwards.
 */
export function sealExecutable(file: Uint8Array, payloadAt: number, parts: readonly Part[]): void {
  const view = new DataView(file.buffer, file.byteOffset + payloadAt);
  if (view.getUint32(RECORDS_AT + 4, true) !== 8 * parts.length)
    throw new Error('the payload has no room for this seal');
  for (const [i, { offset, length }] of parts.entries()) {
    view.setUint32(RECORDS_AT + 8 + 8 * i, offset, true);
    view.setUint32(RECORDS_AT + 12 + 8 * i, length, true);
  }
  file.set(sealOf(file, parts, isLittleEndian(file)), payloadAt + SEAL_AT);
  const length = Number(view.getBigUint64(16, true));
  file.set(digestOf(file.subarray(payloadAt, payloadAt + length)), payloadAt + DIGEST_AT);
}

/** All targets are, but for ELF files that say otherwise. */
function isLittleEndian(file: Uint8Array): boolean {
  return formatOf(file) !== 'elf' || file[5] === 1;
}

function damaged(what: string): Error {
  return userError('E501', `this executable is damaged: ${what}`, 'Copy, download or package it again.');
}

/** Decodes a payload; bytes after its end are ignored. Throws a UserError when it is cut short or not well-formed. */
export function decodePayload(mapped: Uint8Array): PayloadInfo {
  const view = new DataView(mapped.buffer, mapped.byteOffset, mapped.byteLength);
  if (mapped.length < SEAL_AT || !startsWithMagic(mapped, 0)) throw damaged('there is no program where it should be');
  const version = view.getUint32(8, true);
  const header = view.getUint32(12, true);
  const length = Number(view.getBigUint64(16, true));
  if (length > mapped.length) throw damaged('it is truncated');
  const end = length - PAYLOAD_MAGIC.length;
  if (header < RECORDS_AT || header > end) throw damaged('its header is impossible');
  const bytes = mapped.subarray(0, length);
  const digest = Buffer.from(bytes.subarray(DIGEST_AT, SEAL_AT)).toString('hex');
  const intact = digestOf(bytes).toString('hex') === digest;
  if (version !== VERSION && intact) {
    throw userError('E502', `payload format ${version} is not known`, 'Use a newer version of mochi-wasm.');
  }
  const dirs: string[] = [];
  const env: string[] = [];
  const sealed: Part[] = [];
  const found = { engine: '', target: '', lines: undefined as Uint8Array | undefined };
  const text = (value: Uint8Array): string => {
    try {
      return UNTEXT.decode(value);
    } catch {
      throw damaged('its header is impossible');
    }
  };
  for (let at = RECORDS_AT; at + 8 <= header; ) {
    const tag = view.getUint32(at, true);
    const size = view.getUint32(at + 4, true);
    if (tag === TAG.end) break;
    if (at + 8 + size > header) throw damaged('its header is impossible');
    const value = bytes.subarray(at + 8, at + 8 + size);
    if (tag === TAG.engine) found.engine = text(value);
    else if (tag === TAG.target) found.target = text(value);
    else if (tag === TAG.dir) dirs.push(text(value));
    else if (tag === TAG.env) env.push(text(value));
    else if (tag === TAG.lines) found.lines = value;
    else if (tag === TAG.sealed) {
      for (let i = 0; i + 8 <= size; i += 8) {
        sealed.push({ offset: view.getUint32(at + 8 + i, true), length: view.getUint32(at + 12 + i, true) });
      }
    }
    at += 8 + alignUp(size, 4);
  }
  const seal = bytes.subarray(SEAL_AT, RECORDS_AT);
  return { ...found, capabilities: { dirs, env }, cwasm: bytes.subarray(header, end), sealed, seal, digest, intact };
}

function startsWithMagic(bytes: Uint8Array, at: number): boolean {
  return PAYLOAD_MAGIC.every((byte, i) => bytes[at + i] === byte);
}

type Format = 'elf' | 'pe' | 'macho';

function formatOf(bytes: Uint8Array): Format {
  const first = [...bytes.subarray(0, 4)].map((b) => b.toString(16).padStart(2, '0')).join('');
  if (first === '7f454c46') return 'elf';
  if (first === 'cffaedfe') return 'macho';
  if (first.startsWith('4d5a')) return 'pe';
  throw userError(
    'E503',
    'this file is not an executable that mochi-wasm made (it is neither ELF nor PE nor Mach-O)',
    'Give the path of a packaged executable.',
  );
}

/**
 * Puts a program into a launcher. Takes the launcher's bytes, its target and the program; gives the bytes of the
 * executable, the same for the same input. On macOS the result carries a fresh ad-hoc signature. Throws a UserError when
 * the launcher is not one for this target.
 */
export function makeExecutable(launcher: Uint8Array, target: Target, payload: Payload): Uint8Array {
  const format = formatOf(launcher);
  const wanted: Format = target.os === 'linux' ? 'elf' : target.os === 'macos' ? 'macho' : 'pe';
  if (format !== wanted) throw wrongLauncher(`it is ${format}, the target needs ${wanted}`);
  const encode = (parts: number): Uint8Array => encodePayload(target.name, payload, parts);
  switch (format) {
    case 'elf':
      return addElfPayload(launcher, target.arch, encode(ELF_PARTS), sealExecutable);
    case 'pe':
      return addPePayload(launcher, target.arch, encode(PE_PARTS), sealExecutable);
    case 'macho':
      return addMachoPayload(launcher, target.arch, encode(MACHO_PARTS), sealExecutable);
  }
}

/** Reads the payload of an executable of any target. Throws a UserError when there is none or it is not well-formed. */
export function readPayload(exe: Uint8Array): PayloadInfo {
  const format = formatOf(exe);
  const finders = { elf: findElfPayload, pe: findPePayload, macho: findMachoPayload };
  const bytes = finders[format](exe, startsWithMagic);
  if (!bytes) throw damaged('it has no program inside');
  const info = decodePayload(bytes);
  const right = sealOf(exe, info.sealed, isLittleEndian(exe));
  return { ...info, intact: info.intact && Buffer.compare(right, info.seal) === 0 };
}
