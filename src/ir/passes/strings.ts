/**
 * Strings of the program as a list of texts: a static STRING object has a header of 24 bytes, most of which say nothing new, and
 * an ordinary program has 80 of them, the messages of the run-time library included. The module holds the texts only, each behind
 * a byte with its length; the headers lie in memory that is zero at first, and `_start` fills them in (`strings_begin` in
 * src/runtime/string.mochi, under a microsecond).
 *
 *     data "str:key" ...  →  data "str:key" at "strings:headers" + 120
 *
 * The code stays as it is: the linker knows where a datum within another lies. Strings that are not ASCII, or longer than 255
 * bytes, stay as they are.
 */

import { i32 } from '../build.ts';
import type { Datum, Expr, Func, Module, Stmt } from '../ir.ts';
import * as Op from '../op.ts';

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
  const texts = new Uint8Array(packed.reduce((sum, { bytes }) => sum + 1 + bytes.length - HEADER, 0));
  let at = 0;
  for (const { bytes } of packed) {
    texts[at] = bytes.length - HEADER;
    texts.set(bytes.subarray(HEADER), at + 1);
    at += 1 + bytes.length - HEADER;
  }
  const data = new Map(module.data);
  packed.forEach(({ name }, i) => {
    data.set(name, { name, align: 4, bytes: new Uint8Array(), relocs: [], within: { data: HEADERS, at: i * HEADER } });
  });
  data.set(TEXTS, { name: TEXTS, align: 1, bytes: texts, relocs: [] });
  data.set(HEADERS, { name: HEADERS, align: 4, bytes: new Uint8Array(packed.length * HEADER), relocs: [] });

  const args: Expr[] = [
    { op: Op.data, type: 'i32', name: HEADERS },
    { op: Op.data, type: 'i32', name: TEXTS },
    i32(packed.length),
  ];
  const call: Stmt = { op: Op.do, value: { op: Op.call, type: undefined, func: BEGIN, args } };
  const funcs = new Map(module.funcs);
  funcs.set(START, { ...start, body: [call, ...start.body] });
  funcs.set(BEGIN, begin());
  return { ...module, funcs, data };
}
