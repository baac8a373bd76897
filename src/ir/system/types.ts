/** Types and declarations of the system dialect (see system.ts), which its checker and its intrinsics share. */

import type { Span } from '../../diagnostics/diagnostic.ts';
import type { FunDecl, Param, Stmt as SynStmt, TypeExpr } from '../../syntax/ast.ts';
import type { Datum, Expr, Type } from '../ir.ts';
import * as Op from '../op.ts';

/** Types of the system dialect. `bool` is an i32 in locals and one byte in memory. */
export type SysType = Type | 'bool';

export const SYS_TYPES: ReadonlySet<string> = new Set<SysType>(['i32', 'i64', 'f64', 'bool', 'ref', 'cell']);
/** What a type parameter may stand for. */
export const ELEMENT_TYPES: ReadonlySet<string> = new Set<SysType>(['bool', 'i64', 'f64', 'ref', 'cell']);

export const irType = (type: SysType): Type => (type === 'bool' ? 'i32' : type);

/** A run-time function's parameters and result, telling `bool` from `i32`. */
export interface Signature {
  readonly params: readonly SysType[];
  readonly result: SysType | undefined;
  /** Calls of it never come back. */
  readonly noReturn: boolean;
}

/** One top-level declaration. */
export interface Slice {
  readonly name: string;
  readonly kind: 'fun' | 'extern' | 'let' | 'var';
  readonly path: string;
  readonly source: string;
  readonly start: number;
  readonly end: number;
  readonly attributes: ReadonlySet<string>;
  parsed?: SynStmt;
  /** Why it cannot be used. */
  problem?: string;
}

/** A constant: with `type` undefined it takes the type its context expects, like a literal. */
export interface SysConst {
  readonly type: SysType | undefined;
  readonly value: bigint | number;
}

/** What lowering a body needs from the library. */
export interface Library {
  /** Intrinsics that are constants of the module: name → value. */
  readonly flags: ReadonlyMap<string, bigint>;
  find(name: string): Slice | undefined;
  declaration(slice: Slice): SynStmt;
  constant(slice: Slice): SysConst;
  globalOf(slice: Slice): { readonly name: string; readonly type: SysType };
  /** Registers a static string; gives the datum's name. */
  addDatum(datum: Datum): string;
}

/** Stands for `<`, `,` and `>` in the names of calls with explicit type arguments: a letter that no name uses. */
export const TYPE_MARK = '\u02d0';
/** Throws an error that names a place in the library's sources. */
export function failAt(slice: Slice, span: Span | undefined, message: string): never {
  const offset = slice.start + (span?.start ?? 0);
  const before = slice.source.slice(0, offset);
  const line = before.split('\n').length;
  const col = offset - before.lastIndexOf('\n');
  throw new Error(`${slice.path}:${line}:${col}: ${message} (in ${slice.name})`);
}

/** The type that a type expression names; `types` maps type parameters. */
export function typeOf(slice: Slice, type: TypeExpr, types: ReadonlyMap<string, SysType>): SysType {
  if (type.kind === 'name') {
    const bound = types.get(type.name);
    if (bound) return bound;
    if (SYS_TYPES.has(type.name)) return type.name as SysType;
  }
  const name = type.kind === 'name' ? type.name : type.kind;
  return failAt(slice, type.span, `unknown type ${name}; the types are i32, i64, f64, bool, ref and cell`);
}

/** The map of a generic function's type parameters. */
export function typeMap(slice: Slice, decl: FunDecl, types: readonly SysType[]): ReadonlyMap<string, SysType> {
  if (decl.typeParams.length !== types.length) {
    failAt(slice, undefined, `${slice.name} takes ${decl.typeParams.length} types, not ${types.length}`);
  }
  return new Map(decl.typeParams.map((param, i) => [param.text, types[i]!]));
}

export function paramType(slice: Slice, param: Param, types: ReadonlyMap<string, SysType>): SysType {
  if (!param.type) return failAt(slice, param.name.span, `parameter ${param.name.text} has no type`);
  return typeOf(slice, param.type, types);
}

/** A constant of a type. */
export function constant(type: SysType, value: bigint | number): Expr {
  switch (type) {
    case 'i64':
    case 'cell':
      return { op: Op.const, type, value: BigInt(value) };
    case 'f64':
      return { op: Op.const, type, value: Number(value) };
    default:
      return { op: Op.const, type: irType(type), value: Number(BigInt.asIntN(32, BigInt(value))) };
  }
}
