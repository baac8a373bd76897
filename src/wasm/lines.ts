/**
 * The line table of a program: which source line a module offset belongs to. It is the content of the custom section
 * `mochi.lines` and is copied into executables, where the launcher reads it (docs/values.md has the format).
 */
import { ByteReader, ByteWriter } from './bytes.ts';

export interface LineRow {
  /** Offset from the beginning of the .wasm file. */
  readonly offset: number;
  readonly line: number;
  readonly col: number;
}

export interface LineFunc {
  readonly name: string;
  /** Index into `files`; -1 hides the function (run-time library). */
  readonly file: number;
  /** Where the function's body begins, as an offset from the beginning of the .wasm file. */
  readonly start: number;
  /** By ascending offset. */
  readonly rows: readonly LineRow[];
}

export interface LineTable {
  readonly files: readonly string[];
  /** By ascending start. */
  readonly funcs: readonly LineFunc[];
}

const VERSION = 1;

const zigzag = (value: number): number => (value >= 0 ? value * 2 : -value * 2 - 1);
const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);

/** Encodes a table; functions and rows must be in ascending order of their offsets. */
export function encodeLines(table: LineTable): Uint8Array {
  const out = new ByteWriter(1024);
  out.u32(VERSION);
  out.u32(table.files.length);
  for (const file of table.files) out.name(file);
  out.u32(table.funcs.length);
  let previousStart = 0;
  for (const func of table.funcs) {
    out.name(func.name);
    out.u32(func.file + 1);
    out.u32(func.start - previousStart);
    previousStart = func.start;
    const rows = func.file < 0 ? [] : func.rows;
    out.u32(rows.length);
    let offset = func.start;
    let line = 0;
    let col = 0;
    for (const row of rows) {
      out.u32(row.offset - offset);
      out.u32(zigzag(row.line - line));
      out.u32(zigzag(row.col - col));
      offset = row.offset;
      line = row.line;
      col = row.col;
    }
  }
  return out.finish();
}

/** Decodes what encodeLines wrote. Throws a RangeError when the bytes are not a whole table of a known version. */
export function decodeLines(bytes: Uint8Array): LineTable {
  const input = new ByteReader(bytes);
  const version = input.u32();
  if (version !== VERSION) throw new RangeError(`line table version ${version} is not known`);
  const files: string[] = [];
  for (let n = input.u32(); n > 0; n--) files.push(input.name());
  const funcs: LineFunc[] = [];
  let start = 0;
  for (let n = input.u32(); n > 0; n--) {
    const name = input.name();
    const file = input.u32() - 1;
    if (file >= files.length) throw new RangeError(`line table names file ${file} of ${files.length}`);
    start += input.u32();
    const rows: LineRow[] = [];
    let offset = start;
    let line = 0;
    let col = 0;
    for (let r = input.u32(); r > 0; r--) {
      offset += input.u32();
      line += unzigzag(input.u32());
      col += unzigzag(input.u32());
      rows.push({ offset, line, col });
    }
    funcs.push({ name, file, start, rows });
  }
  if (!input.done) throw new RangeError('line table has bytes after its end');
  return { files, funcs };
}

/**
 * The place of a module offset: the last function that starts at or before it and in it the last row at or before it
 * (else its first). Undefined for hidden functions and for offsets before all functions.
 */
export function lookup(
  table: LineTable,
  offset: number,
): { name: string; file: string; line: number; col: number } | undefined {
  const func = lastAtOrBefore(table.funcs, offset, (f) => f.start);
  if (!func || func.file < 0) return undefined;
  const row = lastAtOrBefore(func.rows, offset, (r) => r.offset) ?? func.rows[0];
  return { name: func.name, file: table.files[func.file] ?? '', line: row?.line ?? 0, col: row?.col ?? 0 };
}

function lastAtOrBefore<T>(items: readonly T[], offset: number, key: (item: T) => number): T | undefined {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (key(items[middle]!) <= offset) low = middle + 1;
    else high = middle;
  }
  return items[low - 1];
}
