/** The smallest files of each format that packaging takes for a launcher: every field that matters, no code. */
import type { Part, Sealer } from '../../src/package/seal.ts';
import type { Target } from '../../src/toolchain/targets.ts';

/** A target for tests, by its name. */
export function target(name: string): Target {
  const [arch, os] = name.split('-');
  return { name, arch, os, exeSuffix: os === 'windows' ? '.exe' : '' } as unknown as Target;
}

/** A sealer that only notes what it is asked for. */
export function recorder() {
  const sealed: [payloadAt: number, parts: readonly Part[]][] = [];
  const seal: Sealer = (_, payloadAt, parts) => void sealed.push([payloadAt, parts]);
  return { seal, sealed };
}

/** An ELF launcher: two segments to load, one of notes with two foreign notes around the slot. */
export function elfLauncher(machine: number, little = true, notesFirst = false, withSections = false): Uint8Array {
  const notes: [name: string, size: number][] = [
    ['GNU\0', 16],
    ['Mochi\0', 16],
    ['GNU\0', 20],
  ];
  const noteBytes = notes.map(([name, size], i) => {
    const padded = Math.ceil(name.length / 4) * 4;
    const bytes = new Uint8Array(12 + padded + size);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, name.length, little);
    view.setUint32(4, size, little);
    view.setUint32(8, i === 1 ? 1 : 3, little);
    bytes.set(Buffer.from(name, 'latin1'), 12);
    return bytes;
  });
  const notesAt = 64 + 3 * 56;
  const notesSize = noteBytes.reduce((sum, b) => sum + b.length, 0);
  const bytes = new Uint8Array(0x1800);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, little ? 1 : 2, 1]);
  view.setUint16(16, 3, little);
  view.setUint16(18, machine, little);
  view.setBigUint64(32, 64n, little);
  view.setUint16(54, 56, little);
  view.setUint16(56, 3, little);
  const load = (offset: number, address: number, fileSize: number, memorySize: number, flags: number): number[] => [
    1,
    flags,
    offset,
    address,
    fileSize,
    memorySize,
    0x1000,
  ];
  const note = [4, 4, notesAt, notesAt, notesSize, notesSize, 4];
  const segments = [load(0, 0, 0x1000, 0x1000, 5), load(0x1000, 0x2000, 0x800, 0x1900, 6)];
  for (const [i, s] of (notesFirst ? [note, ...segments] : [...segments, note]).entries()) {
    const at = 64 + 56 * i;
    view.setUint32(at, s[0]!, little);
    view.setUint32(at + 4, s[1]!, little);
    for (const [k, word] of [s[2]!, s[3]!, s[3]!, s[4]!, s[5]!, s[6]!].entries()) {
      view.setBigUint64(at + 8 + 8 * k, BigInt(word), little);
    }
  }
  let at = notesAt;
  for (const b of noteBytes) {
    bytes.set(b, at);
    at += b.length;
  }
  for (let i = 0x1000; i < 0x1800; i++) bytes[i] = i & 0xff;
  return withSections ? addSections(bytes, little) : bytes;
}

/** Two section headers behind everything else: the empty one, and the names. */
function addSections(file: Uint8Array, little: boolean): Uint8Array {
  const names = Buffer.from('\0.shstrtab\0', 'latin1');
  const bytes = new Uint8Array(file.length + 128 + names.length);
  bytes.set(file);
  bytes.set(names, file.length + 128);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(40, BigInt(file.length), little);
  view.setUint16(58, 64, little);
  view.setUint16(60, 2, little);
  view.setUint16(62, 1, little);
  const header = file.length + 64;
  view.setUint32(header, 1, little);
  view.setUint32(header + 4, 3, little);
  view.setBigUint64(header + 24, BigInt(file.length + 128), little);
  view.setBigUint64(header + 32, BigInt(names.length), little);
  return bytes;
}

/** A PE launcher with two sections and room for more headers. */
export function peLauncher(machine: number, sections = 2): Uint8Array {
  const bytes = new Uint8Array(0x800);
  const view = new DataView(bytes.buffer);
  bytes.set([0x4d, 0x5a]);
  view.setUint32(0x3c, 0x80, true);
  view.setUint32(0x80, 0x4550, true);
  view.setUint16(0x84, machine, true);
  view.setUint16(0x86, sections, true);
  view.setUint16(0x94, 240, true);
  const optional = 0x98;
  view.setUint16(optional, 0x20b, true);
  view.setUint32(optional + 32, 0x1000, true);
  view.setUint32(optional + 36, 0x200, true);
  view.setUint32(optional + 56, 0x3000, true);
  view.setUint32(optional + 60, 0x400, true);
  view.setUint32(optional + 108, 16, true);
  for (let i = 0; i < sections; i++) {
    const at = optional + 240 + 40 * i;
    bytes.set(Buffer.from(i === 0 ? '.text' : '.data', 'latin1'), at);
    view.setUint32(at + 8, 0x123, true);
    view.setUint32(at + 12, 0x1000 * (i + 1), true);
    view.setUint32(at + 16, 0x200, true);
    view.setUint32(at + 20, 0x400 + 0x200 * i, true);
  }
  for (let i = 0x400; i < 0x800; i++) bytes[i] = (i * 7) & 0xff;
  return bytes;
}

/** A Mach-O launcher: __TEXT, __LINKEDIT with symbols, dyld info and function starts, a UUID; with a signature or without. */
export function machoLauncher(cpu: number, signed: boolean): Uint8Array {
  const page = cpu === 0x0100000c ? 0x4000 : 0x1000;
  const linkeditSize = 0x321;
  const bytes = new Uint8Array(page + linkeditSize);
  const view = new DataView(bytes.buffer);
  let at = 32;
  let count = 0;
  const command = (kind: number, size: number): number => {
    view.setUint32(at, kind, true);
    view.setUint32(at + 4, size, true);
    count++;
    at += size;
    return at - size;
  };
  const segment = (name: string, sections: number, numbers: number[], protection: number): number => {
    const c = command(0x19, 72 + 80 * sections);
    bytes.set(Buffer.from(name, 'latin1'), c + 8);
    for (const [i, n] of numbers.entries()) view.setBigUint64(c + 24 + 8 * i, BigInt(n), true);
    view.setUint32(c + 56, protection, true);
    view.setUint32(c + 60, protection, true);
    view.setUint32(c + 64, sections, true);
    return c;
  };
  const text = segment('__TEXT', 1, [0x100000000, page, 0, page], 5);
  bytes.set(Buffer.from('__text', 'latin1'), text + 72);
  bytes.set(Buffer.from('__TEXT', 'latin1'), text + 88);
  view.setUint32(text + 72 + 48, page - 0x100, true);
  segment('__LINKEDIT', 0, [0x100000000 + page, page, page, linkeditSize], 1);
  const dyld = command(0x80000022, 48);
  view.setUint32(dyld + 8, page, true);
  view.setUint32(dyld + 40, page + 0x40, true);
  const symbols = command(0x2, 24);
  view.setUint32(symbols + 8, page + 0x80, true);
  view.setUint32(symbols + 16, page + 0x100, true);
  const dynamic = command(0xb, 80);
  view.setUint32(dynamic + 56, page + 0x180, true);
  const starts = command(0x26, 16);
  view.setUint32(starts + 8, page + 0x1c0, true);
  const uuid = command(0x1b, 24);
  for (let i = 0; i < 16; i++) bytes[uuid + 8 + i] = i + 1;
  if (signed) {
    const signature = command(0x1d, 16);
    view.setUint32(signature + 8, page + 0x300, true);
    view.setUint32(signature + 12, 0x21, true);
  }
  view.setUint32(0, 0xfeedfacf, true);
  view.setUint32(4, cpu, true);
  view.setUint32(12, 2, true);
  view.setUint32(16, count, true);
  view.setUint32(20, at - 32, true);
  for (let i = 0; i < linkeditSize; i++) bytes[page + i] = (i * 13) & 0xff;
  return bytes;
}
