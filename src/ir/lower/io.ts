/**
 * Lowering of `load`, `save` and `fetch` (LANGUAGE section 8).
 *
 * What data is read as is described to the run-time library by shapes, static tables (src/runtime/decode.mochi): it makes typed
 * structs row by row, straight from the text.
 */

import {
  delimiterByte,
  type FetchExpr,
  type FetchStmt,
  type Format,
  fetchSource,
  intoId,
  isTyped,
  type LoadExpr,
  plainStruct,
  resolveType,
  rowType,
  type SaveExpr,
} from '../../check/infer-io.ts';
import { elemNode, intKeyed, maskOf, type Node, NULL, reprOf, STR, valNode } from '../../check/nodes.ts';
import type { StructInfo } from '../../check/program.ts';
import { typeText } from '../../check/types.ts';
import type { Expr as Ast, TypeExpr } from '../../syntax/ast.ts';
import { stringDatumName } from '../build.ts';
import type { Datum, Expr } from '../ir.ts';
import * as Op from '../op.ts';
import {
  addData,
  ELEMENT,
  emit,
  type Fn,
  get,
  header,
  hold,
  i32,
  KIND,
  type Lowering,
  layoutOf,
  newLocal,
  nullCell,
  nullRef,
  rt,
  seq,
  stringData,
} from './context.ts';
import { coerce, toCell, toStr, truth, unbox } from './convert.ts';
import { nodeOf, value } from './expr.ts';
import { bindSym } from './lower.ts';

// ---- shapes

/** Kinds of shapes (src/runtime/decode.mochi). */
const SHAPE = {
  any: 0,
  int: 1,
  float: 2,
  bool: 3,
  string: 4,
  bigint: 5,
  bigrat: 6,
  list: 7,
  map: 8,
  struct: 9,
} as const;

type Reloc = { readonly at: number; readonly data: string };

/** A table of 32-bit words of which some are addresses. */
function table(lo: Lowering, name: string, words: readonly (number | string)[]): string {
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  const relocs: Reloc[] = [];
  words.forEach((word, i) => {
    if (typeof word === 'number') view.setUint32(i * 4, word >>> 0, true);
    else relocs.push({ at: i * 4, data: word });
  });
  const datum: Datum = { name, align: 4, bytes, relocs };
  addData(lo, datum);
  return name;
}

/** The name of the datum of a text. */
function textName(lo: Lowering, text: string): string {
  stringData(lo, text);
  return stringDatumName(text);
}

/** The shape of what is read as a type and kept in places of a node; gives the name of its datum. */
function shapeOf(fn: Fn, type: TypeExpr | undefined, node: Node, nullable = false): string {
  const { lo } = fn;
  const { types } = lo.program;
  const t = type && resolveType(types, type);
  const opt = nullable ? 1 : 0;
  if (!t || !isTyped(types, t)) return scalar(lo, 'any', 1);
  switch (t.kind) {
    case 'option':
      return shapeOf(fn, t.inner, node, true);
    case 'record':
      return structShape(fn, types.records.get(typeText(t))!, opt);
    case 'generic':
      return t.name === 'list'
        ? listShape(fn, elemNode(lo.solver, node), t.args[0], opt)
        : mapShape(fn, node, t.args[1], opt);
    case 'name': {
      const struct = plainStruct(types, t.name);
      if (struct) return structShape(fn, struct, opt);
      switch (t.name) {
        case 'list':
          return listShape(fn, elemNode(lo.solver, node), undefined, opt);
        case 'map':
          return mapShape(fn, node, undefined, opt);
        case 'int64':
          return scalar(lo, 'int', opt);
        default:
          return scalar(lo, t.name as keyof typeof SHAPE, opt);
      }
    }
    case 'fun':
      return scalar(lo, 'any', 1);
  }
}

function scalar(lo: Lowering, kind: keyof typeof SHAPE, opt: number): string {
  return table(lo, `shape:${kind}${opt ? '?' : ''}`, [SHAPE[kind], opt]);
}

function listShape(fn: Fn, elem: Node, type: TypeExpr | undefined, opt: number): string {
  const item = shapeOf(fn, type, elem);
  const { kind } = ELEMENT[reprOf(elem)];
  return table(fn.lo, `shape:list${opt ? '?' : ''}<${item}>${kind}`, [SHAPE.list, opt, kind, item]);
}

function mapShape(fn: Fn, node: Node, type: TypeExpr | undefined, opt: number): string {
  const val = valNode(fn.lo.solver, node);
  const item = shapeOf(fn, type, val);
  const kinds = ELEMENT[reprOf(val)].kind | (intKeyed(node) ? 0x100 : 0);
  return table(fn.lo, `shape:map${opt ? '?' : ''}<${item}>${kinds}`, [SHAPE.map, opt, kinds, item]);
}

function structShape(fn: Fn, struct: StructInfo, opt: number): string {
  const { lo } = fn;
  const layout = layoutOf(lo, struct);
  const name = `shape:struct${opt ? '?' : ''}${layout.typeId}`;
  if (lo.module.data.has(name)) return name;
  // Types can contain themselves: the name is there before the fields.
  table(lo, name, []);
  const head = header(KIND.STRUCT, { typeId: layout.typeId });
  const label = struct.anonymous ? 'record' : struct.name;
  const words: (number | string)[] = [SHAPE.struct, opt, head, layout.size, textName(lo, label), layout.order.length];
  for (const slot of layout.order) {
    const shape = shapeOf(fn, struct.byName.get(slot.name)!.type, slot.node);
    words.push(textName(lo, slot.name), slot.offset, ELEMENT[slot.repr].kind, shape);
  }
  return table(lo, name, words);
}

const address = (name: string): Expr => ({ op: Op.data, type: 'i32', name });

// ---- options

interface Options {
  /** Undefined: known at run time only, `formatText` then. */
  readonly format: Format | undefined;
  readonly formatText: Expr;
  readonly header: Expr;
  /** Undefined: known at run time only. */
  readonly byte: number | undefined;
  readonly delimiterText: Expr;
}

/** The options of `load` and `save`, evaluated in the order in which they are written. */
function lowerOptions(fn: Fn, options: Ast | undefined, headerDefault: boolean): Options {
  const missing = i32(headerDefault ? 1 : 0);
  if (options && options.kind !== 'map') {
    const cell = hold(fn, toCell(value(fn, options)));
    return {
      format: undefined,
      formatText: rt('ref', 'option_text', [cell, stringData(fn.lo, 'format')], options.span),
      header: rt('i32', 'option_flag', [cell, stringData(fn.lo, 'header'), missing], options.span),
      byte: undefined,
      delimiterText: rt('ref', 'option_text', [cell, stringData(fn.lo, 'delimiter')], options.span),
    };
  }
  let format: Format | undefined = 'csv';
  let formatText: Expr = nullRef;
  let head: Expr = missing;
  let byte: number | undefined;
  let delimiterText: Expr = nullRef;
  let constant = true;
  for (const { key, value: option } of options?.entries ?? []) {
    if (key.kind !== 'string') continue;
    if (key.value === 'format') {
      format = option.kind === 'string' ? (option.value as Format) : undefined;
      formatText = hold(fn, toStr(value(fn, option), option.span));
    } else if (key.value === 'header') {
      head = hold(fn, truth(value(fn, option)));
    } else if (key.value === 'delimiter') {
      if (option.kind === 'string') byte = delimiterByte(option.value);
      else constant = false;
      delimiterText = hold(fn, toStr(value(fn, option), option.span));
    }
  }
  if (constant) byte ??= format === 'tsv' ? 9 : 44;
  return { format, formatText, header: head, byte: constant ? byte : undefined, delimiterText };
}

/** The delimiter as a byte, in an operation whose format is known. */
function delimiter(o: Options, span: Ast['span']): Expr {
  return o.byte === undefined ? rt('i32', 'delimiter_byte', [o.delimiterText], span) : i32(o.byte);
}

// ---- load, save, fetch

/** Lowers `load`: a call of the reader of the format, or of one that chooses at run time. */
export function lowerLoad(fn: Fn, e: LoadExpr): Expr {
  const { shape, path } = loadParts(fn, e);
  return seq(fn, () => {
    const o = lowerOptions(fn, e.with, true);
    switch (o.format) {
      case 'json':
      case 'jsonl':
      case 'yaml':
        return rt('ref', `load_${o.format}`, [path, shape], e.span);
      case 'csv':
      case 'tsv':
        return rt('ref', 'load_csv', [path, shape, o.header, delimiter(o, e.span)], e.span);
      case undefined:
        return rt('ref', 'load_format', [path, shape, o.formatText, o.header, o.delimiterText], e.span);
    }
  });
}

/** The type and the path of a `load`. */
function loadParts(fn: Fn, e: LoadExpr): { shape: Expr; path: Expr; kind: number } {
  const node = nodeOf(fn, e);
  const type = rowType(fn.lo.program.types, e.type);
  const elem = elemNode(fn.lo.solver, node);
  const typed = isTyped(fn.lo.program.types, type);
  const item = typed ? shapeOf(fn, type, elem) : mapShape(fn, elem, undefined, 0);
  const { kind } = ELEMENT[reprOf(elem)];
  const shape = address(table(fn.lo, `shape:list<${item}>${kind}`, [SHAPE.list, 0, kind, item]));
  return { shape, path: e.path === undefined ? nullRef : stringData(fn.lo, e.path), kind };
}

/** Whether the rows that a `load` reads can be had one by one (readRows). */
export function readsByRow(e: LoadExpr): boolean {
  const options = e.with;
  if (options && options.kind !== 'map') return false;
  const format = options?.entries.find((o) => o.key.kind === 'string' && o.key.value === 'format')?.value;
  return !format || (format.kind === 'string' && ['csv', 'tsv', 'jsonl'].includes(format.value));
}

/** Begins to read the rows of a `load`; `next` appends one to the list `rows`, and is false at the end. */
export function readRows(fn: Fn, e: LoadExpr): { rows: number; next: Expr } {
  const { shape, path, kind } = loadParts(fn, e);
  const rows = newLocal(fn, 'ref');
  emit(fn, { op: Op.set, local: rows, value: rt('ref', 'list_new', [i32(kind), i32(0)]) });
  const o = lowerOptions(fn, e.with, true);
  if (o.format === 'jsonl') {
    emit(fn, { op: Op.do, value: rt(undefined, 'jsonl_begin', [path], e.span) });
    return { rows, next: rt('i32', 'jsonl_next', [get(fn, rows), shape], e.span) };
  }
  emit(fn, { op: Op.do, value: rt(undefined, 'csv_begin', [path, shape, o.header, delimiter(o, e.span)], e.span) });
  return { rows, next: rt('i32', 'csv_next', [get(fn, rows)], e.span) };
}

/** Lowers `save`: its value is nil. */
export function lowerSave(fn: Fn, e: SaveExpr): Expr {
  return seq(fn, () => {
    const rows = hold(fn, toCell(value(fn, e.value)));
    const path = e.path === undefined ? nullRef : stringData(fn.lo, e.path);
    const o = lowerOptions(fn, e.with, false);
    emit(fn, { op: Op.do, value: saveCall(rows, path, o, e.span) });
    return nullCell;
  });
}

function saveCall(rows: Expr, path: Expr, o: Options, span: Ast['span']): Expr {
  switch (o.format) {
    case 'json':
    case 'jsonl':
    case 'yaml':
      return rt(undefined, `save_${o.format}`, [rows, path], span);
    case 'csv':
    case 'tsv':
      return rt(undefined, 'save_csv', [rows, path, o.header, delimiter(o, span)], span);
    case undefined:
      return rt(undefined, 'save_format', [rows, path, o.formatText, o.header, o.delimiterText], span);
  }
}

/** Lowers `fetch` of a file's URL: the decoded value, of the declared type where there is one. */
export function lowerFetch(fn: Fn, e: FetchExpr): Expr {
  return fetchValue(fn, e, fn.info.inputs.get(e.id), nodeOf(fn, e));
}

function fetchValue(fn: Fn, e: FetchExpr | FetchStmt, type: TypeExpr | undefined, node: Node): Expr {
  const shape = address(shapeOf(fn, type, node));
  const source = fetchSource(e).url;
  const url = value(fn, source);
  const text =
    maskOf(url.node) & ~NULL & ~STR ? toStr({ ir: toCell(url), node: url.node }, source.span) : toStr(url, source.span);
  return unbox(rt('cell', 'fetch_json', [text, shape], e.span), node, e.span);
}

/** Lowers `fetch … into x`. */
export function lowerFetchInto(fn: Fn, s: FetchStmt): void {
  const id = intoId(s.into);
  const sym = fn.info.syms.get(id)!;
  const node = fn.info.nodes.get(id)!;
  bindSym(fn, sym, coerce(fn, fetchValue(fn, s, fn.info.inputs.get(id), node), node, sym.node, s.span), undefined);
}
