/** What the checker knows about a program: symbols, functions, structs, and what each expression means. */
import type { Span } from '../diagnostics/diagnostic.ts';
import type { Accessor, Expr, FunDecl, Stmt, TypeExpr } from '../syntax/ast.ts';
import type { Node, Solver } from './nodes.ts';
import type { TypeTable } from './scope.ts';
import type { Allowed } from './types.ts';

/** A variable: a top-level one, a local, a parameter, a loop variable, or a pattern's binding. */
export interface Sym {
  readonly name: string;
  readonly node: Node;
  readonly span: Span;
  /** `let` with a value is immutable; everything else may be assigned. */
  mutable: boolean;
  /** False when its declaration shows that it never holds a function. */
  readonly maybeFun: boolean;
  /** What its declared type allows. */
  readonly declared: Allowed | undefined;
  /** The function whose frame holds it. */
  readonly owner: FunInfo;
  /** Declared at the top level of the program (not inside a block of it). */
  readonly topLevel: boolean;
  /** A top-level variable that a function uses: lives in a module global. */
  global: boolean;
  /** A nested function uses it. */
  captured: boolean;
  /** It is a query's group: lists are expected where it stands. */
  group: StructInfo | undefined;
  /** How often it is assigned after its declaration. */
  assignments: number;
  /** A nested function captures it before it has its value, so that the capture must be by reference. */
  capturedEarly: boolean;
}

export interface FieldInfo {
  readonly name: string;
  readonly node: Node;
  readonly type: TypeExpr | undefined;
}

export interface UnionInfo {
  readonly name: string;
  readonly variants: StructInfo[];
}

/** A struct type or one variant of a union. */
export interface StructInfo {
  readonly name: string;
  readonly fields: FieldInfo[];
  readonly byName: Map<string, FieldInfo>;
  readonly methods: Map<string, FunInfo>;
  readonly union: UnionInfo | undefined;
  readonly span: Span;
  /** A map literal with constant keys, a group or a merged row: prints and compares as a map, without `__name`. */
  readonly anonymous: boolean;
  /** The ids of the map literals that make it. */
  readonly sites: number[];
  /** The value of a query's `group … into`. */
  isGroup: boolean;
  /** The row variables that a merged row of a joined group holds, in order: fields of theirs are fields of it. */
  mergedOf: readonly string[] | undefined;
}

/** What the checker knows of a query. */
export interface QueryPlan {
  /** The row variables of `from` and `join`, in order. */
  readonly rows: readonly Sym[];
  group: StructInfo | undefined;
  merged: StructInfo | undefined;
  keyRecord: StructInfo | undefined;
  groupSym: Sym | undefined;
  /** The aggregate built-in that is the whole `select`. */
  aggregate: string | undefined;
  /** The list that the aggregate is taken of. */
  aggregateList?: Node;
}

export type Lambda = Extract<Expr, { kind: 'lambda' }>;
export type Call = Extract<Expr, { kind: 'call' }>;

/** What a name in an expression refers to. */
export type Ref =
  | { readonly kind: 'var'; readonly sym: Sym }
  | { readonly kind: 'fun'; readonly fun: FunInfo }
  | { readonly kind: 'variant'; readonly struct: StructInfo }
  /** A field of the element that an `update` looks at. */
  | { readonly kind: 'rowField'; readonly row: Sym; readonly name: string }
  /** A field of the key of a query's group. */
  | { readonly kind: 'keyField'; readonly sym: Sym; readonly key: Node; readonly name: string }
  | { readonly kind: 'nil' };

/** How a call is carried out. */
export type CallPlan =
  | { readonly kind: 'direct'; readonly fun: FunInfo }
  /** Fewer arguments than parameters: the value is a function of the rest. */
  | { readonly kind: 'partial'; readonly fun: FunInfo }
  | { readonly kind: 'value' }
  | { readonly kind: 'builtin'; readonly name: string }
  | { readonly kind: 'construct'; readonly struct: StructInfo }
  /** A method or function-valued field; which one depends on the target's type. */
  | { readonly kind: 'method'; readonly name: string };

/** What a pattern's name means. */
export type PatternPlan =
  | { readonly kind: 'variant'; readonly struct: StructInfo }
  | { readonly kind: 'value'; readonly expr: Expr };

/**
 * One function as analysed: the program's top level, a named function (one instance a use if generic), a lambda, a method.
 *
 * The tables that most functions have nothing in are the empty one that all share until `noted` or `noting` makes one.
 */
export interface FunInfo {
  readonly kind: 'main' | 'named' | 'lambda' | 'method';
  /** Unique name in the IR. */
  readonly name: string;
  /** Name in stack traces. */
  readonly display: string;
  readonly span: Span;
  readonly decl: FunDecl | undefined;
  readonly lambda: Lambda | undefined;
  readonly parent: FunInfo | undefined;
  readonly params: Sym[];
  readonly result: Node;
  /** The end of the body can be reached without a `return`. */
  fallsThrough: boolean;
  /** Variables of enclosing functions that it (or a function inside it) uses. */
  captures: ReadonlySet<Sym>;
  /** Nested functions with captures that it uses: their closures are captured too. */
  capturedFuns: ReadonlySet<FunInfo>;
  /** Used other than by a direct call. */
  asValue: boolean;
  /** It is called in its own body (not counting functions inside it). */
  callsItself: boolean;
  /** How many loops are in its own body. */
  loops: number;
  /** The struct whose method it is, and the fields its body uses as variables. */
  readonly self: StructInfo | undefined;
  fieldSyms: ReadonlyMap<string, Sym>;
  readonly nodes: Map<number, Node>;
  readonly refs: Map<number, Ref>;
  readonly calls: Map<number, CallPlan>;
  /** Symbols by the id of their declaration (let, param, for, pattern argument, assign target). */
  readonly syms: Map<number, Sym>;
  /** Functions by the id of their declaration or lambda. */
  funs: ReadonlyMap<number, FunInfo>;
  patterns: ReadonlyMap<object, PatternPlan>;
  /** Reads of map entries that are known to be there. */
  present: ReadonlySet<number>;
  queries: ReadonlyMap<number, QueryPlan>;
  /** The list that an `update` changes, and the variable that stands for its element. */
  updates: ReadonlyMap<Stmt, { readonly list: Sym; readonly row: Sym }>;
  /** Map literals that are records: their shapes. */
  records: ReadonlyMap<number, StructInfo>;
  /** The types that `fetch` expressions are decoded to. */
  inputs: ReadonlyMap<number, TypeExpr>;
  /** What the steps of an assignment target but the last may hold. */
  steps: ReadonlyMap<Accessor, Node>;
}

export interface TestInfo {
  readonly name: string;
  readonly span: Span;
  readonly stmt: Extract<Stmt, { kind: 'test' }>;
}

export interface CheckedProgram {
  readonly main: FunInfo;
  readonly body: readonly Stmt[];
  readonly structs: readonly StructInfo[];
  readonly globals: readonly Sym[];
  readonly tests: readonly TestInfo[];
  readonly types: TypeTable;
  readonly solver: Solver;
}
