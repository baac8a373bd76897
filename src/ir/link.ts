/**
 * Lays out memory: [0, 16) zero, the shadow stack, static data, then the heap. The shadow stack lies lowest so that its
 * underflow leaves memory and traps by itself; its upper end holds the global variables that are roots.
 */

import { factsOf } from './facts.ts';
import type { Datum, Module } from './ir.ts';
import { HEAP_BASE, ROOT_GLOBAL, STACK_BASE, STACK_POINTER, TYPE_TABLE } from './names.ts';
import * as Op from './op.ts';

export interface Layout {
  /** Address of a `data` name. Throws if there is none. */
  readonly address: (name: string) => number;
  /** Functions of the table, from index 1 on. */
  readonly table: readonly string[];
  /** Initial value of the stack pointer. */
  readonly stackPointer: number;
  readonly stackBase: number;
  readonly heapBase: number;
  readonly pages: number;
  /** Initial content of memory, by ascending address; zeros between and after are left out. */
  readonly segments: readonly { readonly address: number; readonly bytes: Uint8Array }[];
}

export const STACK_BYTES = 16 * 1024 * 1024;
const PAGE = 65536;
/** A run of zeros this long is cheaper as a gap between two segments. */
const MIN_GAP = 12;

const align = (value: number, to: number): number => Math.ceil(value / to) * to;

/** The layout of a module; global variables in memory are those that the root pass has named (`root:NAME`). */
export function layOut(module: Module): Layout {
  const tableIndexes = new Map<string, number>();
  const table: string[] = [];
  const inTable = (func: string): number => {
    let index = tableIndexes.get(func);
    if (index === undefined) {
      table.push(func);
      index = table.length;
      tableIndexes.set(func, index);
    }
    return index;
  };
  const rootGlobals: string[] = [];
  const addresses = new Map<string, number>();
  for (const func of module.funcs.values()) {
    for (const e of factsOf(func).references) {
      if (e.op === Op.funcIndex) inTable(e.func);
      else if (e.op === Op.data && e.name.startsWith(ROOT_GLOBAL) && !addresses.has(e.name)) {
        addresses.set(e.name, 0);
        rootGlobals.push(e.name);
      }
    }
  }
  for (const datum of module.data.values()) {
    for (const reloc of datum.relocs) if ('func' in reloc) inTable(reloc.func);
  }

  const stackBase = 16 + (module.globals.has(STACK_POINTER) ? STACK_BYTES : 0) + rootGlobals.length * 8;
  const stackPointer = stackBase - rootGlobals.length * 8;
  rootGlobals.forEach((name, i) => {
    addresses.set(name, stackPointer + i * 8);
  });

  // Data that is all zero comes last: it needs no bytes in the file.
  const zeroed: Datum[] = [];
  const filled: Datum[] = [];
  for (const datum of module.data.values()) {
    if (datum.within) continue;
    (datum.relocs.length === 0 && isZero(datum.bytes) ? zeroed : filled).push(datum);
  }
  let end = stackBase;
  for (const datum of [...filled, ...zeroed]) {
    end = align(end, datum.align);
    addresses.set(datum.name, end);
    end += datum.bytes.length;
  }
  for (const { name, within } of module.data.values()) {
    if (within) addresses.set(name, addresses.get(within.data)! + within.at);
  }
  const heapBase = align(end, 16);
  addresses.set(HEAP_BASE, heapBase);
  addresses.set(STACK_BASE, stackBase);
  if (!addresses.has(TYPE_TABLE)) addresses.set(TYPE_TABLE, 0);

  const address = (name: string): number => {
    const found = addresses.get(name);
    if (found === undefined) throw new Error(`no datum ${name}`);
    return found;
  };

  const first = stackPointer;
  const last = filled.at(-1);
  const image = new Uint8Array(last ? address(last.name) + last.bytes.length - first : rootGlobals.length * 8);
  const view = new DataView(image.buffer);
  for (const name of rootGlobals) {
    const global = module.globals.get(name.slice(ROOT_GLOBAL.length));
    if (global) view.setBigUint64(address(name) - first, BigInt.asUintN(64, BigInt(global.init)), true);
  }
  for (const datum of filled) {
    const at = address(datum.name) - first;
    image.set(datum.bytes, at);
    for (const reloc of datum.relocs) {
      const value = 'data' in reloc ? address(reloc.data) : inTable(reloc.func);
      view.setUint32(at + reloc.at, view.getUint32(at + reloc.at, true) + value, true);
    }
  }
  return {
    address: (name) => address(name),
    table,
    stackPointer,
    stackBase,
    heapBase,
    pages: Math.max(1, Math.ceil(heapBase / PAGE)),
    segments: segmentsOf(image, first),
  };
}

function isZero(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}

function segmentsOf(image: Uint8Array, base: number): { address: number; bytes: Uint8Array }[] {
  const segments: { address: number; bytes: Uint8Array }[] = [];
  let start = -1;
  let lastUsed = -1;
  for (let i = 0; i < image.length; i++) {
    if (image[i] === 0) continue;
    if (start >= 0 && i - lastUsed > MIN_GAP) {
      segments.push({ address: base + start, bytes: image.slice(start, lastUsed + 1) });
      start = -1;
    }
    if (start < 0) start = i;
    lastUsed = i;
  }
  if (start >= 0) segments.push({ address: base + start, bytes: image.slice(start, lastUsed + 1) });
  return segments;
}
