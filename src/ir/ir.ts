/**
 * The typed intermediate representation: structured, expression-tree based, close to WebAssembly.
 *
 * User code and the run-time library are both in it, so that one set of passes serves both. What later passes want to
 * recognise as one operation (a checked addition, a list access) is a call of a run-time function by its name until the
 * inliner replaces it.
 */

import type { Span } from '../diagnostics/diagnostic.ts';
import type * as Op from './op.ts';

/**
 * Value types. `ref` is the address of a heap or static object, or 0 (Wasm i32); `cell` is a dynamic value
 * (Wasm i64, see docs/values.md). Locals of these two types are roots of the collector; `i32` and `i64` never are.
 */
export type Type = 'i32' | 'i64' | 'f64' | 'ref' | 'cell';

export type LoadOp =
  | 'i32.load'
  | 'i32.load8_u'
  | 'i32.load8_s'
  | 'i32.load16_u'
  | 'i32.load16_s'
  | 'i64.load'
  | 'i64.load8_u'
  | 'i64.load16_u'
  | 'i64.load32_u'
  | 'i64.load32_s'
  | 'f64.load';
export type StoreOp = 'i32.store' | 'i32.store8' | 'i32.store16' | 'i64.store' | 'i64.store32' | 'f64.store';

/** Names of WebAssembly's own numeric instructions, e.g. `i64.add`, `f64.lt`, `i32.wrap_i64`. */
export type NumericOp = `${'i32' | 'i64' | 'f64'}.${string}`;

/**
 * A position in the source. For code that a call brought in by inlining, `inlined` says whose code it is and where the
 * call was, so that stack traces can show the frame that is no more; one object stands for one inlined call.
 */
export interface Position extends Span {
  readonly inlined?: Inlined;
}

export interface Inlined {
  /** What a stack trace shows of the function. */
  readonly name: string;
  readonly call: Position;
}

export type Expr =
  /** i32/ref: a number; i64/cell: a bigint; f64: a number. */
  | { readonly op: typeof Op.const; readonly type: Type; readonly value: number | bigint }
  | { readonly op: typeof Op.get; readonly type: Type; readonly local: number }
  | { readonly op: typeof Op.global; readonly type: Type; readonly name: string }
  /** A numeric instruction with one or two operands (`select` is its own node). */
  | { readonly op: typeof Op.num; readonly type: Type; readonly code: NumericOp; readonly args: readonly Expr[] }
  /** Re-types a value without code: i32<->ref, i64<->cell. */
  | { readonly op: typeof Op.as; readonly type: Type; readonly value: Expr }
  | {
      readonly op: typeof Op.load;
      readonly type: Type;
      readonly code: LoadOp;
      readonly addr: Expr;
      readonly offset: number;
      /** It is the length of a list. */
      readonly length?: true;
    }
  /** `type` is undefined for a call without a result: it may then only stand in a `do` statement. */
  | {
      readonly op: typeof Op.call;
      readonly type: Type | undefined;
      readonly func: string;
      readonly args: readonly Expr[];
      readonly span?: Position;
    }
  | {
      readonly op: typeof Op.callIndirect;
      readonly type: Type | undefined;
      readonly params: readonly Type[];
      /** The function's index in the module's table (i32). */
      readonly target: Expr;
      readonly args: readonly Expr[];
      readonly span?: Position;
    }
  /** The table index of a function (i32); it puts the function into the table. */
  | { readonly op: typeof Op.funcIndex; readonly type: 'i32'; readonly func: string }
  /** The address of a static datum of the module. */
  | { readonly op: typeof Op.data; readonly type: 'i32' | 'ref'; readonly name: string }
  | { readonly op: typeof Op.if; readonly type: Type; readonly cond: Expr; readonly then: Expr; readonly else: Expr }
  /** Both operands are evaluated. */
  | {
      readonly op: typeof Op.select;
      readonly type: Type;
      readonly cond: Expr;
      readonly then: Expr;
      readonly else: Expr;
    }
  /** Statements, then a value. A `br` in the body may leave the whole expression. */
  | { readonly op: typeof Op.seq; readonly type: Type; readonly body: readonly Stmt[]; readonly value: Expr }
  | { readonly op: typeof Op.memorySize; readonly type: 'i32' }
  | { readonly op: typeof Op.memoryGrow; readonly type: 'i32'; readonly pages: Expr };

export type Stmt =
  | { readonly op: typeof Op.set; readonly local: number; readonly value: Expr }
  | { readonly op: typeof Op.setGlobal; readonly name: string; readonly value: Expr }
  | {
      readonly op: typeof Op.store;
      readonly code: StoreOp;
      readonly addr: Expr;
      readonly offset: number;
      readonly value: Expr;
    }
  /** Evaluates for effect; a value is dropped. */
  | { readonly op: typeof Op.do; readonly value: Expr }
  | { readonly op: typeof Op.if; readonly cond: Expr; readonly then: readonly Stmt[]; readonly else: readonly Stmt[] }
  /** `br` to the label of a block leaves it; `br` to the label of a loop starts its next round. Falling off a loop leaves it. */
  | { readonly op: typeof Op.block; readonly label: number; readonly body: readonly Stmt[] }
  | { readonly op: typeof Op.loop; readonly label: number; readonly body: readonly Stmt[] }
  | { readonly op: typeof Op.br; readonly label: number }
  | { readonly op: typeof Op.brIf; readonly label: number; readonly cond: Expr }
  /** `br_table`: to `labels[value]`, or `otherwise` when out of range (unsigned). */
  | {
      readonly op: typeof Op.switch;
      readonly value: Expr;
      readonly labels: readonly number[];
      readonly otherwise: number;
    }
  | { readonly op: typeof Op.return; readonly value?: Expr }
  | { readonly op: typeof Op.unreachable; readonly span?: Position }
  | { readonly op: typeof Op.memoryCopy; readonly to: Expr; readonly from: Expr; readonly bytes: Expr }
  | { readonly op: typeof Op.memoryFill; readonly to: Expr; readonly byte: Expr; readonly bytes: Expr }
  /** Keeps a reference alive up to here (no code): for code that holds raw addresses into the object. */
  | { readonly op: typeof Op.keep; readonly value: Expr };

export interface Func {
  /** Unique in the module; run-time functions are `rt.NAME` or `rt.NAME$T$U` when generic. */
  readonly name: string;
  /** What a stack trace shows; undefined hides the function (run-time library). */
  readonly display?: string;
  readonly span?: Span;
  readonly params: readonly Type[];
  readonly result: Type | undefined;
  /** All locals, parameters first. Passes that add locals push here. */
  readonly locals: Type[];
  readonly localNames?: (string | undefined)[];
  body: readonly Stmt[];
  /** The body that the library came with, inlined and folded: as long as it is the function's, that need not be done again. */
  readonly folded?: readonly Stmt[];
  readonly inline?: 'always' | 'never';
}

export interface ImportFunc {
  readonly name: string;
  readonly module: string;
  readonly field: string;
  readonly params: readonly Type[];
  readonly result: Type | undefined;
}

export interface Global {
  readonly name: string;
  readonly type: Type;
  readonly mutable: boolean;
  readonly init: number | bigint;
}

/** A static datum: bytes placed in memory once; `relocs` are 32-bit little-endian addresses of other data, or table indexes of functions, patched into it. */
export interface Datum {
  readonly name: string;
  readonly align: number;
  readonly bytes: Uint8Array;
  readonly relocs: readonly (
    | { readonly at: number; readonly data: string }
    | { readonly at: number; readonly func: string }
  )[];
  /** The datum that this one is part of, from byte `at` on; it has no bytes of its own then. */
  readonly within?: { readonly data: string; readonly at: number };
}

export interface Module {
  readonly funcs: Map<string, Func>;
  readonly imports: Map<string, ImportFunc>;
  readonly globals: Map<string, Global>;
  readonly data: Map<string, Datum>;
  /** Exported functions: export name → function name. */
  readonly exports: Map<string, string>;
}

export function emptyModule(): Module {
  return { funcs: new Map(), imports: new Map(), globals: new Map(), data: new Map(), exports: new Map() };
}
