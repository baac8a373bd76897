/**
 * The line table of a program: which source line a module offset belongs to. It is the content of the custom section
 * `mochi.lines` and is copied into executables, where the launcher reads it. All numbers are LEB128; docs/values.md has the format.
 */
import { ByteReader, ByteWriter } from './bytes.ts';

export interface LineRow {
  /** Offset from the beginning of the .wasm file. */
  readonly offset: number;
  readonly line: number;
  readonly col: number;
  /** The inlined call that the code is part of: an index into the function's `sites` and 1, or 0 for its own code. */
  readonly site: number;
}

/** A call that was inlined: its frame exists only here. */
export interface LineSite {
  /** The function that was called. */
  readonly name: string;
  /** Where its code is: an index into `files`. */
  readonly file: number;
  /** The position of the call. */
  readonly line: number;
  readonly col: number;
  /** The inlined call that this call is part of, as in `LineRow`; less than the site's own number. */
  readonly site: number;
}

export interface LineFunc {
  readonly name: string;
  /** Index into `files`; -1 hides the function (run-time library). */
  readonly file: number;
  /** Where the function's body begins, as an offset from the beginning of the .wasm file. */
  readonly start: number;
  readonly sites: readonly LineSite[];
  /** By ascending offset. */
  readonly rows: readonly LineRow[];
}

/** A frame of a stack trace. */
export interface LinePlace {
  readonly name: string;
  readonly file: string;
  readonly line: number;
  readonly col: number;
}

export interface LineTable {
  readonly files: readonly string[];
  /** By ascending start. */
  readonly funcs: readonly LineFunc[];
}

const VERSION = 2;

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
    if (func.file < 0) continue;
    out.u32(func.sites.length);
    for (const site of func.sites) {
      out.name(site.name);
      out.u32(site.file);
      out.u32(site.line);
      out.u32(site.col);
      out.u32(site.site);
    }
    out.u32(func.rows.length);
    let offset = func.start;
    let line = 0;
    let col = 0;
    for (const row of func.rows) {
      out.u32(row.offset - offset);
      out.u32(zigzag(row.line - line));
      out.u32(zigzag(row.col - col));
      if (func.sites.length > 0) out.u32(row.site);
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
    const sites: LineSite[] = [];
    const rows: LineRow[] = [];
    if (file >= 0) {
      const sitesAhead = (): number => {
        const site = input.u32();
        if (site > sites.length) throw new RangeError(`line table names inlined call ${site} of ${sites.length}`);
        return site;
      };
      for (let r = input.u32(); r > 0; r--) {
        const site = { name: input.name(), file: input.u32(), line: input.u32(), col: input.u32(), site: sitesAhead() };
        if (site.file >= files.length) throw new RangeError(`line table names file ${site.file} of ${files.length}`);
        sites.push(site);
      }
      let offset = start;
      let line = 0;
      let col = 0;
      for (let r = input.u32(); r > 0; r--) {
        offset += input.u32();
        line += unzigzag(input.u32());
        col += unzigzag(input.u32());
        rows.push({ offset, line, col, site: sites.length > 0 ? sitesAhead() : 0 });
      }
    }
    funcs.push({ name, file, start, sites, rows });
  }
  if (!input.done) throw new RangeError('line table has bytes after its end');
  return { files, funcs };
}

/**
 * The frames at a module offset, innermost first: the row is the last one at or before it (else the first) in the last
 * function that starts at or before it; inlined calls that it is part of come before the function itself. Empty for
 * hidden functions and for offsets before all functions.
 */
export function lookup(table: LineTable, offset: number): LinePlace[] {
  const func = lastAtOrBefore(table.funcs, offset, (f) => f.start);
  if (!func || func.file < 0) return [];
  const row = lastAtOrBefore(func.rows, offset, (r) => r.offset) ?? func.rows[0];
  const places: LinePlace[] = [];
  let at = row ?? { line: 0, col: 0, site: 0 };
  while (at.site > 0) {
    const site = func.sites[at.site - 1]!;
    places.push({ name: site.name, file: table.files[site.file] ?? '', line: at.line, col: at.col });
    at = site;
  }
  places.push({ name: func.name, file: table.files[func.file] ?? '', line: at.line, col: at.col });
  return places;
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
