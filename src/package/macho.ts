/**
 * Executables for macOS (Mach-O, <mach-o/loader.h>). The payload becomes the section `__payload` of a segment `__MOCHI`,
 * readable and executable, inserted before `__LINKEDIT`, whose contents move back by whole pages; then the file gets a
 * fresh ad-hoc signature, without which no arm64 Mac starts it.
 */
import { createHash } from 'node:crypto';
import type { Target } from '../toolchain/targets.ts';
import { signMacho } from './codesign.ts';
import { alignUp, wrongLauncher } from './layout.ts';
import type { Sealer } from './seal.ts';

const LC_SYMTAB = 0x2;
const LC_DYSYMTAB = 0xb;
const LC_SEGMENT_64 = 0x19;
const LC_UUID = 0x1b;
export const LC_CODE_SIGNATURE = 0x1d;
const LC_DYLD_INFO = 0x22;
const LC_DYLD_INFO_ONLY = 0x80000022;
/**
 * Commands whose offset, at byte 8, points into `__LINKEDIT`: signature, split info, function starts, data in code,
 * signing requirements, optimisation hints, exports trie, chained fixups, atom info.
 */
const LINKEDIT_DATA = new Set([LC_CODE_SIGNATURE, 0x1e, 0x26, 0x29, 0x2b, 0x2e, 0x80000033, 0x80000034, 0x36]);
const HEADER_SIZE = 32;
const SEGMENT_SIZE = 72;
const SECTION_SIZE = 80;
const SEGMENT = '__MOCHI';
const SECTION = '__payload';
const CPU: Partial<Record<Target['arch'], number>> = { x86_64: 0x01000007, aarch64: 0x0100000c };
const READ_EXECUTE = 5;

export interface Command {
  readonly kind: number;
  readonly size: number;
  readonly at: number;
  /** The segment's name, when it is one. */
  readonly segment: string;
}

/** A Mach-O file and its load commands. */
export interface Macho {
  readonly view: DataView;
  readonly cpu: number;
  readonly commands: readonly Command[];
  /** Where the load commands end. */
  readonly commandsEnd: number;
}

function nameAt(bytes: Uint8Array, at: number): string {
  return Buffer.from(bytes.subarray(at, at + 16))
    .toString('latin1')
    .replace(/\0.*$/s, '');
}

/** Reads the load commands; undefined when the file is not a whole thin 64-bit Mach-O file. */
export function readMacho(bytes: Uint8Array): Macho | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_SIZE || view.getUint32(0, true) !== 0xfeedfacf) return undefined;
  const commandsEnd = HEADER_SIZE + view.getUint32(20, true);
  const commands: Command[] = [];
  let at = HEADER_SIZE;
  for (let n = view.getUint32(16, true); n > 0; n--) {
    if (at + 8 > bytes.length) return undefined;
    const kind = view.getUint32(at, true);
    const size = view.getUint32(at + 4, true);
    if (size < 8 || at + size > Math.min(commandsEnd, bytes.length)) return undefined;
    commands.push({ kind, size, at, segment: kind === LC_SEGMENT_64 ? nameAt(bytes, at + 8) : '' });
    at += size;
  }
  return { view, cpu: view.getUint32(4, true), commands, commandsEnd };
}

/** A 64-bit number of a command. */
export function u64(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

/** Where the first section's contents begin: load commands may grow up to there. */
function firstContent({ view, commands }: Macho): number {
  const offsets = commands
    .filter((c) => c.kind === LC_SEGMENT_64)
    .flatMap((c) =>
      Array.from({ length: view.getUint32(c.at + 64, true) }, (_, i) => c.at + SEGMENT_SIZE + i * SECTION_SIZE),
    )
    .map((section) => view.getUint32(section + 48, true));
  return Math.min(...offsets.filter((offset) => offset > 0));
}

/**
 * The contents of all segments are sealed but for the payload and `__LINKEDIT`, which signing tools rewrite, as they do the load
 * commands. Those two are what the system reads before it starts the program, and what only the signature covers.
 */
export const MACHO_PARTS = 2;

/** Puts an encoded payload into a launcher, seals and signs the result; see the head of this file. */
export function addMachoPayload(
  launcher: Uint8Array,
  arch: Target['arch'],
  payload: Uint8Array,
  seal: Sealer,
): Uint8Array {
  const macho = readMacho(launcher);
  if (!macho) throw wrongLauncher('it is not a whole 64-bit Mach-O file');
  if (macho.cpu !== CPU[arch])
    throw wrongLauncher(`it is for Mach-O CPU type 0x${macho.cpu.toString(16)}, not for ${arch}`);
  if (macho.commands.some((c) => c.segment === SEGMENT)) throw wrongLauncher('it has a program inside already');
  const linkedit = macho.commands.find((c) => c.segment === '__LINKEDIT');
  if (!linkedit) throw wrongLauncher('it has no segment __LINKEDIT');
  const added = SEGMENT_SIZE + SECTION_SIZE;
  // One more command for a signature may follow.
  if (macho.commandsEnd + added + 16 > firstContent(macho))
    throw wrongLauncher('its headers have no room for a segment');

  const page = arch === 'aarch64' ? 0x4000 : 0x1000;
  const shift = alignUp(payload.length, page);
  const address = u64(macho.view, linkedit.at + 24);
  const offset = u64(macho.view, linkedit.at + 40);
  const out = new Uint8Array(launcher.length + shift);
  out.set(launcher.subarray(0, offset));
  out.set(payload, offset);
  out.set(launcher.subarray(offset), offset + shift);
  moveLinkedit(new DataView(out.buffer), macho, linkedit, shift);

  // The new command stands before __LINKEDIT's: segments are in the order of their addresses.
  out.copyWithin(linkedit.at + added, linkedit.at, macho.commandsEnd);
  out.fill(0, linkedit.at, linkedit.at + added);
  const view = new DataView(out.buffer, linkedit.at);
  view.setUint32(0, LC_SEGMENT_64, true);
  view.setUint32(4, added, true);
  out.set(Buffer.from(SEGMENT, 'latin1'), linkedit.at + 8);
  view.setBigUint64(24, BigInt(address), true);
  view.setBigUint64(32, BigInt(shift), true);
  view.setBigUint64(40, BigInt(offset), true);
  view.setBigUint64(48, BigInt(shift), true);
  view.setUint32(56, READ_EXECUTE, true);
  view.setUint32(60, READ_EXECUTE, true);
  view.setUint32(64, 1, true);
  out.set(Buffer.from(SECTION, 'latin1'), linkedit.at + SEGMENT_SIZE);
  out.set(Buffer.from(SEGMENT, 'latin1'), linkedit.at + SEGMENT_SIZE + 16);
  view.setBigUint64(SEGMENT_SIZE + 32, BigInt(address), true);
  view.setBigUint64(SEGMENT_SIZE + 40, BigInt(payload.length), true);
  view.setUint32(SEGMENT_SIZE + 48, offset, true);
  view.setUint32(SEGMENT_SIZE + 52, Math.log2(page), true);
  const header = new DataView(out.buffer);
  header.setUint32(16, macho.commands.length + 1, true);
  header.setUint32(20, macho.commandsEnd - HEADER_SIZE + added, true);
  const contents = firstContent(macho);
  seal(out, offset, [
    { offset: contents, length: offset - contents },
    { offset: offset + payload.length, length: shift - payload.length },
  ]);
  return signMacho(renewUuid(out, payload), machoIdentifier(out.subarray(offset, offset + payload.length)));
}

/** The name of an executable in its signature: that of its payload as it stands in the file. */
export function machoIdentifier(payload: Uint8Array): string {
  return `mochi-${createHash('sha256').update(payload).digest('hex').slice(0, 16)}`;
}

/** Adds `shift` to every file offset that points into `__LINKEDIT`, and to that segment's own place. */
function moveLinkedit(view: DataView, macho: Macho, linkedit: Command, shift: number): void {
  const move = (at: number): void => {
    const offset = view.getUint32(at, true);
    if (offset !== 0) view.setUint32(at, offset + shift, true);
  };
  for (const c of macho.commands) {
    const fields =
      c.kind === LC_SYMTAB
        ? [8, 16]
        : c.kind === LC_DYSYMTAB
          ? [32, 40, 48, 56, 64, 72]
          : c.kind === LC_DYLD_INFO || c.kind === LC_DYLD_INFO_ONLY
            ? [8, 16, 24, 32, 40]
            : LINKEDIT_DATA.has(c.kind)
              ? [8]
              : [];
    for (const field of fields) move(c.at + field);
  }
  view.setBigUint64(linkedit.at + 24, BigInt(u64(view, linkedit.at + 24) + shift), true);
  view.setBigUint64(linkedit.at + 40, BigInt(u64(view, linkedit.at + 40) + shift), true);
}

/** Gives the executable a UUID of its own (macOS tells programs apart by it), made from the payload. */
function renewUuid(bytes: Uint8Array, payload: Uint8Array): Uint8Array {
  const command = readMacho(bytes)?.commands.find((c) => c.kind === LC_UUID);
  if (!command) return bytes;
  const uuid = createHash('sha256')
    .update(bytes.subarray(command.at + 8, command.at + 24))
    .update(payload)
    .digest();
  uuid[6] = (uuid[6]! & 0x0f) | 0x30;
  uuid[8] = (uuid[8]! & 0x3f) | 0x80;
  bytes.set(uuid.subarray(0, 16), command.at + 8);
  return bytes;
}

/** The bytes of the payload's section. */
export function findMachoPayload(
  exe: Uint8Array,
  isPayload: (bytes: Uint8Array, at: number) => boolean,
): Uint8Array | undefined {
  const macho = readMacho(exe);
  const command = macho?.commands.find((c) => c.segment === SEGMENT);
  if (!macho || !command || command.size < SEGMENT_SIZE + SECTION_SIZE) return undefined;
  const offset = macho.view.getUint32(command.at + SEGMENT_SIZE + 48, true);
  const size = u64(macho.view, command.at + SEGMENT_SIZE + 40);
  return isPayload(exe, offset) ? exe.subarray(offset, offset + size) : undefined;
}
