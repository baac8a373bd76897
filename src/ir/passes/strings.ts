/**
 * Strings of the program as a list of texts: a static STRING object has a header of 24 bytes, most of which say nothing new, and
 * an ordinary program has 80 of them, the messages of the run-time library included. The module holds the texts only, each behind
 * a byte with its length; the headers lie in memory that is zero at first, and `_start` fills them in (`strings_begin` in
 * src/runtime/string.mochi, under a microsecond).
 *
 *     &"str:key"  →  &"strings:headers" + 24 * 5
 *
 * It comes last, so that the other passes still see which string is meant. Strings that are not ASCII, or longer than 255 bytes,
 * stay as they are.
 */
import { i32, type Mapper, mapExpr, mapSame, mapStmt, num } from '../build.ts';
import { factsOf } from '../facts.ts';
import type { Datum, Expr, Func, Module, Stmt } from '../ir.ts';

/** Bytes of a STRING object before its text (docs/values.md). */
const HEADER = 24;
const LONGEST = 255;
/** Strings from which on the code that fills in the headers pays. */
const FEWEST = 8;

const HEADERS = 'strings:headers';
const TEXTS = 'strings:texts';
const START = '_start';
export const BEGIN = 'rt.strings_begin';

/** Whether a datum is a string whose header its length tells. */
function isPackable({ name, bytes }: Datum): boolean {
  if (!name.startsWith('str:') && !name.startsWith('strb:')) return false;
  const header = new DataView(bytes.buffer, bytes.byteOffset);
  const length = header.getUint32(4, true);
  return length <= LONGEST && header.getUint32(8, true) === length;
}

/** Packs the strings of a program; `begin` gives the function that fills in their headers. */
export function packStrings(module: Module, begin: () => Func): Module {
  const start = module.funcs.get(START);
  const packed = [...module.data.values()].filter(isPackable);
  if (!start || packed.length < FEWEST) return module;
  const places = new Map(packed.map(({ name }, i) => [name, i * HEADER]));

  const texts = new Uint8Array(packed.reduce((sum, { bytes }) => sum + 1 + bytes.length - HEADER, 0));
  let at = 0;
  for (const { bytes } of packed) {
    texts[at] = bytes.length - HEADER;
    texts.set(bytes.subarray(HEADER), at + 1);
    at += 1 + bytes.length - HEADER;
  }
  const data = new Map<string, Datum>();
  for (const datum of module.data.values()) if (!places.has(datum.name)) data.set(datum.name, moved(datum, places));
  data.set(TEXTS, { name: TEXTS, align: 1, bytes: texts, relocs: [] });
  data.set(HEADERS, { name: HEADERS, align: 4, bytes: new Uint8Array(packed.length * HEADER), relocs: [] });

  const expr = (e: Expr): Expr => {
    if (e.op === 'get' || e.op === 'const') return e;
    const place = e.op === 'data' ? places.get(e.name) : undefined;
    if (place === undefined) return mapExpr(e, mapper);
    const address = num('i32.add', { op: 'data', type: 'i32', name: HEADERS }, i32(place));
    return e.type === 'ref' ? { op: 'as', type: 'ref', value: address } : address;
  };
  const stmt = (s: Stmt): Stmt => mapStmt(s, mapper);
  const mapper: Mapper = { expr, body: (list) => mapSame(list, stmt) };
  const funcs = new Map<string, Func>();
  for (const func of module.funcs.values()) {
    const uses = factsOf(func).references.some((e) => e.op === 'data' && places.has(e.name));
    funcs.set(func.name, uses ? { ...func, body: mapper.body(func.body) } : func);
  }
  const args: Expr[] = [
    { op: 'data', type: 'i32', name: HEADERS },
    { op: 'data', type: 'i32', name: TEXTS },
    i32(packed.length),
  ];
  const { body: rest } = funcs.get(START)!;
  const call: Stmt = { op: 'do', value: { op: 'call', type: undefined, func: BEGIN, args } };
  funcs.set(START, { ...start, body: [call, ...rest] });
  funcs.set(BEGIN, begin());
  return { ...module, funcs, data };
}

/** A datum with the addresses of packed strings in it. */
function moved(datum: Datum, places: ReadonlyMap<string, number>): Datum {
  if (!datum.relocs.some((r) => 'data' in r && places.has(r.data))) return datum;
  const bytes = datum.bytes.slice();
  const view = new DataView(bytes.buffer);
  const relocs = datum.relocs.map((r) => {
    const place = 'data' in r ? places.get(r.data) : undefined;
    if (place === undefined) return r;
    view.setUint32(r.at, view.getUint32(r.at, true) + place, true);
    return { at: r.at, data: HEADERS };
  });
  return { ...datum, bytes, relocs };
}
