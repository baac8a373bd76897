/**
 * Executables for Linux (ELF, System V ABI chapters 4 and 5). The launcher has a note `Mochi` (type 1) with a slot of 16
 * bytes. Packaging appends the payload, page-aligned, turns the program header of that note into one that maps the
 * payload readable and executable, and writes into the slot how far the payload lies from the note's start and how long it
 * is. Nothing else moves, so neither code nor offsets change. A section `.mochi` tells tools such as `strip` that the bytes
 * are needed.
 */
import type { Target } from '../toolchain/targets.ts';
import { alignUp, wrongLauncher } from './layout.ts';

const PT_LOAD = 1;
const PT_NOTE = 4;
const READ_EXECUTE = 5;
const HEADER_SIZE = 64;
const PROGRAM_HEADER_SIZE = 56;
const SECTION_HEADER_SIZE = 64;
const SHT_PROGBITS = 1;
const SHF_ALLOC = 2;
const SHF_EXECINSTR = 4;
const MACHINE: Record<Target['arch'], number> = { x86_64: 62, aarch64: 183, riscv64gc: 243, s390x: 22 };
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
  readonly sectionsAt: number;
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
  const sectionsAt = u64(40);
  if (sectionsAt + view.getUint16(60, little) * SECTION_HEADER_SIZE > bytes.length) return undefined;
  return { view, little, machine: view.getUint16(18, little), tableAt, segments, sectionsAt };
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

/**
 * The section headers and their names, with one more section, as bytes to be put at `at`. Empty when the launcher has no
 * section headers.
 */
function withSection(bytes: Uint8Array, elf: Elf, at: number, segment: Segment): Uint8Array {
  const { view, little } = elf;
  const count = view.getUint16(60, little);
  if (count === 0) return new Uint8Array(0);
  const namesIndex = view.getUint16(62, little);
  // Not slice(): of a Buffer that would be no copy.
  const oldTable = new Uint8Array(bytes.subarray(elf.sectionsAt, elf.sectionsAt + count * SECTION_HEADER_SIZE));
  const names = new DataView(oldTable.buffer, namesIndex * SECTION_HEADER_SIZE);
  const namesAt = Number(names.getBigUint64(24, little));
  const oldNames = bytes.subarray(namesAt, namesAt + Number(names.getBigUint64(32, little)));
  const added = new Uint8Array(SECTION_HEADER_SIZE);
  const section = new DataView(added.buffer);
  section.setUint32(0, oldNames.length, little);
  section.setUint32(4, SHT_PROGBITS, little);
  const words = [SHF_ALLOC | SHF_EXECINSTR, segment.address, segment.offset, segment.fileSize];
  for (const [i, word] of words.entries()) section.setBigUint64(8 + 8 * i, BigInt(word), little);
  section.setBigUint64(48, BigInt(segment.alignment), little);
  const newNames = Buffer.concat([oldNames, Buffer.from('.mochi\0', 'latin1')]);
  names.setBigUint64(24, BigInt(at + oldTable.length + added.length), little);
  names.setBigUint64(32, BigInt(newNames.length), little);
  return Buffer.concat([oldTable, added, newNames]);
}

/** Puts an encoded payload into a launcher; see the head of this file. */
export function addElfPayload(launcher: Uint8Array, arch: Target['arch'], payload: Uint8Array): Uint8Array {
  const elf = readElf(launcher);
  if (!elf) throw wrongLauncher('it is not a whole 64-bit ELF file');
  if (elf.machine !== MACHINE[arch]) throw wrongLauncher(`it is for ELF machine ${elf.machine}, not for ${arch}`);
  const notes = elf.segments.filter((s) => s.type === PT_NOTE);
  const note = notes.find((s) => findSlot(launcher, elf, s) !== undefined);
  const slot = note && findSlot(launcher, elf, note);
  if (!note || slot === undefined) throw wrongLauncher('it has no free place for a program');

  const page = PAGE[arch];
  const offset = alignUp(launcher.length, page);
  const end = Math.max(...elf.segments.filter((s) => s.type === PT_LOAD).map((s) => s.address + s.memorySize));
  const address = alignUp(end, page);
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
  const rest = elf.segments.filter((s) => s !== note);
  const last = rest.findLastIndex((s) => s.type === PT_LOAD);
  const segments = [...rest.slice(0, last + 1), segment, ...rest.slice(last + 1)];

  const sectionsAt = alignUp(offset + payload.length, 8);
  const sections = withSection(launcher, elf, sectionsAt, segment);
  const out = new Uint8Array(sections.length > 0 ? sectionsAt + sections.length : offset + payload.length);
  out.set(launcher);
  out.set(payload, offset);
  const view = new DataView(out.buffer);
  if (sections.length > 0) {
    out.set(sections, sectionsAt);
    view.setBigUint64(40, BigInt(sectionsAt), elf.little);
    view.setUint16(60, view.getUint16(60, elf.little) + 1, elf.little);
  }
  for (const [i, s] of segments.entries()) writeSegment(view, elf.little, elf.tableAt + i * PROGRAM_HEADER_SIZE, s);
  const slotAddress = note.address + (slot - note.offset);
  view.setBigInt64(slot + 20, BigInt(address - slotAddress), true);
  view.setBigUint64(slot + 28, BigInt(payload.length), true);
  return out;
}

/** The bytes from a payload's start on, where one is mapped. */
export function findElfPayload(
  exe: Uint8Array,
  isPayload: (bytes: Uint8Array, at: number) => boolean,
): Uint8Array | undefined {
  const found = readElf(exe)?.segments.find((s) => s.type === PT_LOAD && isPayload(exe, s.offset));
  return found && exe.subarray(found.offset, found.offset + found.fileSize);
}
