/**
 * Executables for Windows (Microsoft PE and COFF specification). The payload becomes a section `.mochi`, readable and
 * executable, which the launcher finds in its own section table. Signing tools append their certificates after it.
 */
import type { Target } from '../toolchain/targets.ts';
import { alignUp, wrongLauncher } from './layout.ts';
import type { Sealer } from './seal.ts';

const SECTION_HEADER_SIZE = 40;
const SECTION_NAME = '.mochi';
/** The section of the launcher that checks the file, and how much of it is that check: launcher/src/os/windows/callback.rs. */
const CHECK_NAME = '.check';
const CHECK_SIZE = 8192;
/** IMAGE_SCN_CNT_CODE | IMAGE_SCN_MEM_EXECUTE | IMAGE_SCN_MEM_READ */
const CHARACTERISTICS = 0x60000020;
const MACHINE: Partial<Record<Target['arch'], number>> = { x86_64: 0x8664, aarch64: 0xaa64 };
/** The index of the certificate table among the data directories. */
const CERTIFICATES = 4;

interface Section {
  readonly name: string;
  readonly virtualSize: number;
  readonly rawSize: number;
  readonly rawAt: number;
}

interface Pe {
  readonly view: DataView;
  /** The COFF header, after the signature. */
  readonly coffAt: number;
  readonly optionalAt: number;
  readonly tableAt: number;
  readonly sections: readonly Section[];
}

/** Reads the section table; undefined when the file is not a whole PE32+ file. */
function readPe(bytes: Uint8Array): Pe | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 0x40) return undefined;
  const signatureAt = view.getUint32(0x3c, true);
  const coffAt = signatureAt + 4;
  const optionalAt = coffAt + 20;
  if (optionalAt + 112 > bytes.length || view.getUint32(signatureAt, true) !== 0x4550) return undefined;
  if (view.getUint16(optionalAt, true) !== 0x20b) return undefined;
  const tableAt = optionalAt + view.getUint16(coffAt + 16, true);
  const count = view.getUint16(coffAt + 2, true);
  if (tableAt + count * SECTION_HEADER_SIZE > bytes.length) return undefined;
  const sections = Array.from({ length: count }, (_, i): Section => {
    const at = tableAt + i * SECTION_HEADER_SIZE;
    return {
      name: Buffer.from(bytes.subarray(at, at + 8))
        .toString('latin1')
        .replace(/\0+$/, ''),
      virtualSize: view.getUint32(at + 8, true),
      rawSize: view.getUint32(at + 16, true),
      rawAt: view.getUint32(at + 20, true),
    };
  });
  return { view, coffAt, optionalAt, tableAt, sections };
}

/** The checksum of the optional header: a folded 16-bit sum of the whole file, with its own field as zero, plus its length. */
function checksum(bytes: Uint8Array, fieldAt: number): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    if (i >= fieldAt && i < fieldAt + 4) continue;
    sum += bytes[i]! | ((bytes[i + 1] ?? 0) << 8);
    sum = (sum & 0xffff) + (sum >>> 16);
  }
  return (sum + bytes.length) >>> 0;
}

/** Makes the 64-bit words of the launcher's check add up to 0, by the first of them: the launcher looks at that before it runs it. */
function balanceCheck(file: Uint8Array, sections: readonly Section[]): void {
  const section = sections.find((s) => s.name === CHECK_NAME);
  if (!section || section.rawSize < CHECK_SIZE) return;
  const view = new DataView(file.buffer, file.byteOffset + section.rawAt, CHECK_SIZE);
  let sum = 0n;
  for (let at = 8; at < CHECK_SIZE; at += 8) sum += view.getBigUint64(at, true);
  view.setBigUint64(0, BigInt.asUintN(64, -sum), true);
}

/** The file is sealed but for the payload and what signing changes: the checksum and the place of the certificates. */
export const PE_PARTS = 4;

/** Puts an encoded payload into a launcher and seals the result; see the head of this file. */
export function addPePayload(
  launcher: Uint8Array,
  arch: Target['arch'],
  payload: Uint8Array,
  seal: Sealer,
): Uint8Array {
  const pe = readPe(launcher);
  if (!pe) throw wrongLauncher('it is not a whole 64-bit PE file');
  const { view, coffAt, optionalAt, tableAt, sections } = pe;
  const machine = view.getUint16(coffAt, true);
  if (machine !== MACHINE[arch]) throw wrongLauncher(`it is for PE machine 0x${machine.toString(16)}, not for ${arch}`);
  if (sections.some((s) => s.name === SECTION_NAME)) throw wrongLauncher('it has a program inside already');
  const directories = view.getUint32(optionalAt + 108, true);
  if (directories > CERTIFICATES && view.getUint32(optionalAt + 112 + 8 * CERTIFICATES, true) !== 0) {
    throw wrongLauncher('it is signed; sign the executable instead');
  }
  const sectionAlignment = view.getUint32(optionalAt + 32, true);
  const fileAlignment = view.getUint32(optionalAt + 36, true);
  const imageSize = view.getUint32(optionalAt + 56, true);
  const headersSize = view.getUint32(optionalAt + 60, true);
  const newAt = tableAt + sections.length * SECTION_HEADER_SIZE;
  if (newAt + SECTION_HEADER_SIZE > headersSize) throw wrongLauncher('its headers have no room for a section');

  const address = alignUp(imageSize, sectionAlignment);
  const offset = alignUp(launcher.length, fileAlignment);
  const out = new Uint8Array(offset + alignUp(payload.length, fileAlignment));
  out.set(launcher);
  out.set(payload, offset);
  const header = new DataView(out.buffer, newAt, SECTION_HEADER_SIZE);
  out.fill(0, newAt, newAt + SECTION_HEADER_SIZE);
  out.set(Buffer.from(SECTION_NAME, 'latin1'), newAt);
  header.setUint32(8, payload.length, true);
  header.setUint32(12, address, true);
  header.setUint32(16, alignUp(payload.length, fileAlignment), true);
  header.setUint32(20, offset, true);
  header.setUint32(36, CHARACTERISTICS, true);
  balanceCheck(out, sections);
  const outView = new DataView(out.buffer);
  outView.setUint16(coffAt + 2, sections.length + 1, true);
  outView.setUint32(optionalAt + 56, alignUp(address + payload.length, sectionAlignment), true);
  const certificatesAt = optionalAt + 112 + 8 * CERTIFICATES;
  const bounds = [
    0,
    optionalAt + 64,
    optionalAt + 68,
    certificatesAt,
    certificatesAt + 8,
    offset,
    offset + payload.length,
  ];
  const part = (i: number) => ({ offset: bounds[i]!, length: (bounds[i + 1] ?? out.length) - bounds[i]! });
  seal(out, offset, [part(0), part(2), part(4), part(6)]);
  outView.setUint32(optionalAt + 64, checksum(out, optionalAt + 64), true);
  return out;
}

/** The bytes of the payload's section. */
export function findPePayload(
  exe: Uint8Array,
  isPayload: (bytes: Uint8Array, at: number) => boolean,
): Uint8Array | undefined {
  const found = readPe(exe)?.sections.find((s) => s.name === SECTION_NAME && isPayload(exe, s.rawAt));
  return found && exe.subarray(found.rawAt, found.rawAt + Math.min(found.virtualSize, found.rawSize));
}
