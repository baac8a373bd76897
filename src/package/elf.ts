/**
 * Executables for Linux (ELF, System V ABI chapters 4 and 5). The launcher has a note `Mochi` (type 1) with a slot of 16
 * bytes. Packaging puts the payload behind the launcher's last segment, turns the program header of that note into one that maps
 * the payload readable and executable, and writes into the slot how far the payload lies from the note's start and how long it
 * is. Nothing else moves, so neither code nor offsets change. Section headers are left out: every byte of the file is then in a
 * segment and checked at the start, and `strip` refuses the file instead of making one that does not run.
 */
import type { Target } from '../toolchain/targets.ts';
import { alignUp, wrongLauncher } from './layout.ts';
import type { Sealer } from './seal.ts';

const PT_LOAD = 1;
const PT_NOTE = 4;
const READ_EXECUTE = 5;
const HEADER_SIZE = 64;
const PROGRAM_HEADER_SIZE = 56;
const MACHINE: Record<Target['arch'], number> = { x86_64: 62, aarch64: 183, riscv64gc: 243, s390x: 22 };
/** The least page size of all. */
const LEAST_PAGE = 0x1000;
/** Kernels for aarch64 may have pages of 64 KiB. */
const PAGE: Record<Target['arch'], number> = { x86_64: 0x1000, aarch64: 0x10000, riscv64gc: 0x1000, s390x: 0x1000 };

interface Segment {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly memorySize: number;
  readonly alignment: number;
}

interface Elf {
  readonly view: DataView;
  readonly little: boolean;
  readonly machine: number;
  readonly tableAt: number;
  readonly segments: readonly Segment[];
}

/** Reads the program headers; undefined when the file is not a whole 64-bit ELF file. */
function readElf(bytes: Uint8Array): Elf | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_SIZE || bytes[4] !== 2) return undefined;
  const little = bytes[5] === 1;
  const tableAt = Number(view.getBigUint64(32, little));
  const count = view.getUint16(56, little);
  if (tableAt + count * PROGRAM_HEADER_SIZE > bytes.length) return undefined;
  const u64 = (at: number): number => Number(view.getBigUint64(at, little));
  const segments = Array.from({ length: count }, (_, i): Segment => {
    const at = tableAt + i * PROGRAM_HEADER_SIZE;
    return {
      type: view.getUint32(at, little),
      flags: view.getUint32(at + 4, little),
      offset: u64(at + 8),
      address: u64(at + 16),
      fileSize: u64(at + 32),
      memorySize: u64(at + 40),
      alignment: u64(at + 48),
    };
  });
  return { view, little, machine: view.getUint16(18, little), tableAt, segments };
}

function writeSegment(view: DataView, little: boolean, at: number, segment: Segment): void {
  view.setUint32(at, segment.type, little);
  view.setUint32(at + 4, segment.flags, little);
  const words = [segment.offset, segment.address, segment.address, segment.fileSize, segment.memorySize];
  for (const [i, word] of [...words, segment.alignment].entries()) {
    view.setBigUint64(at + 8 + 8 * i, BigInt(word), little);
  }
}

/** The file offset of the note `Mochi` in a segment of notes. */
function findSlot(bytes: Uint8Array, elf: Elf, segment: Segment): number | undefined {
  const step = Math.max(4, segment.alignment);
  const end = Math.min(segment.offset + segment.fileSize, bytes.length);
  for (let at = segment.offset; at + 12 <= end; ) {
    const nameSize = elf.view.getUint32(at, elf.little);
    const size = elf.view.getUint32(at + 4, elf.little);
    const name = Buffer.from(bytes.subarray(at + 12, at + 12 + nameSize)).toString('latin1');
    if (name === 'Mochi\0' && size === 16 && elf.view.getUint32(at + 8, elf.little) === 1) return at;
    at = alignUp(at + 12 + nameSize, step);
    at = alignUp(at + size, step);
  }
  return undefined;
}

/** All of the file before the payload is sealed. */
export const ELF_PARTS = 1;

/**
 * Puts an encoded payload into a launcher and seals the result; see the head of this file. At the start the launcher finds the
 * file's bytes in memory, where its segments show them (launcher/src/os/entry.rs).
 */
export function addElfPayload(
  launcher: Uint8Array,
  arch: Target['arch'],
  payload: Uint8Array,
  seal: Sealer,
): Uint8Array {
  const elf = readElf(launcher);
  if (!elf) throw wrongLauncher('it is not a whole 64-bit ELF file');
  if (elf.machine !== MACHINE[arch]) throw wrongLauncher(`it is for ELF machine ${elf.machine}, not for ${arch}`);
  const notes = elf.segments.filter((s) => s.type === PT_NOTE);
  const note = notes.find((s) => findSlot(launcher, elf, s) !== undefined);
  const slot = note && findSlot(launcher, elf, note);
  if (!note || slot === undefined) throw wrongLauncher('it has no free place for a program');

  const page = PAGE[arch];
  const loaded = elf.segments.filter((s) => s.type === PT_LOAD);
  const data = loaded.reduce((a, b) => (a.offset + a.fileSize > b.offset + b.fileSize ? a : b));
  // The data's last page is filled up with zeros in the file, so that the kernel need not do it: of a truncated file it cannot, and
  // would end the process before it starts.
  const end = data.offset + data.fileSize;
  const offset = alignUp(end, LEAST_PAGE);
  const fileSize = offset - data.offset;
  const filled = { ...data, fileSize, memorySize: Math.max(data.memorySize, fileSize) };
  const launcherEnd = Math.max(...loaded.map((s) => s.address + s.memorySize), filled.address + filled.memorySize);
  const address = alignUp(launcherEnd, page) + (offset % page);
  const segment: Segment = {
    type: PT_LOAD,
    flags: READ_EXECUTE,
    offset,
    address,
    fileSize: payload.length,
    memorySize: payload.length,
    alignment: page,
  };
  // Segments to load must stand in ascending order of their addresses.
  const rest = elf.segments.filter((s) => s !== note).map((s) => (s === data ? filled : s));
  const last = rest.findLastIndex((s) => s.type === PT_LOAD);
  const segments = [...rest.slice(0, last + 1), segment, ...rest.slice(last + 1)];

  const out = new Uint8Array(offset + payload.length);
  out.set(launcher.subarray(0, end));
  out.set(payload, offset);
  const view = new DataView(out.buffer);
  view.setBigUint64(40, 0n, elf.little);
  view.setUint16(60, 0, elf.little);
  view.setUint16(62, 0, elf.little);
  for (const [i, s] of segments.entries()) writeSegment(view, elf.little, elf.tableAt + i * PROGRAM_HEADER_SIZE, s);
  const slotAddress = note.address + (slot - note.offset);
  view.setBigInt64(slot + 20, BigInt(address - slotAddress), true);
  view.setBigUint64(slot + 28, BigInt(payload.length), true);
  seal(out, offset, [{ offset: 0, length: offset }]);
  return out;
}

/** The bytes from a payload's start on, where one is mapped. */
export function findElfPayload(
  exe: Uint8Array,
  isPayload: (bytes: Uint8Array, at: number) => boolean,
): Uint8Array | undefined {
  for (const { type, offset, fileSize } of readElf(exe)?.segments ?? []) {
    if (type === PT_LOAD && isPayload(exe, offset)) return exe.subarray(offset, offset + fileSize);
  }
  return undefined;
}
