/**
 * The abstract syntax tree of Mochi. Every node has a span; every expression and every declared name has an `id`,
 * unique within one parse session, by which later stages attach what they know in side tables.
 */
import type { Span } from '../diagnostics/diagnostic.ts';

export interface Program {
  readonly file: number;
  readonly packageName?: string;
  readonly body: readonly Stmt[];
}

export interface Name {
  readonly text: string;
  readonly span: Span;
}

export interface Block {
  readonly body: readonly Stmt[];
  readonly span: Span;
}

export interface Param {
  readonly id: number;
  readonly name: Name;
  readonly type?: TypeExpr;
}

export interface FieldDecl {
  readonly name: Name;
  readonly type: TypeExpr;
}

// ---- types

export type TypeExpr =
  | { readonly kind: 'name'; readonly name: string; readonly span: Span }
  | { readonly kind: 'generic'; readonly name: string; readonly args: readonly TypeExpr[]; readonly span: Span }
  | { readonly kind: 'fun'; readonly params: readonly TypeExpr[]; readonly result?: TypeExpr; readonly span: Span }
  | { readonly kind: 'record'; readonly fields: readonly FieldDecl[]; readonly span: Span }
  | { readonly kind: 'option'; readonly inner: TypeExpr; readonly span: Span };

export interface Variant {
  readonly name: Name;
  readonly fields: readonly FieldDecl[];
  /** `none`: `Leaf`; `paren`: `Circle(r: float)`; `brace`: `Node { left: Tree }`. */
  readonly form: 'none' | 'paren' | 'brace';
}

export type TypeBody =
  | { readonly kind: 'struct'; readonly fields: readonly FieldDecl[]; readonly methods: readonly FunDecl[] }
  | { readonly kind: 'union'; readonly variants: readonly Variant[] }
  | { readonly kind: 'alias'; readonly type: TypeExpr };

// ---- statements

export interface FunDecl {
  readonly kind: 'fun';
  readonly id: number;
  readonly name: Name;
  readonly exported: boolean;
  readonly typeParams: readonly Name[];
  readonly params: readonly Param[];
  readonly result?: TypeExpr;
  readonly effects: readonly Name[];
  readonly body: Block;
  readonly doc?: string;
  readonly span: Span;
}

export interface TypeDecl {
  readonly kind: 'type';
  readonly id: number;
  readonly name: Name;
  readonly body: TypeBody;
  readonly doc?: string;
  readonly span: Span;
}

/** One step of an assignment target after its name: `[index]` or `.field`, in any order (LANGUAGE §14.2). */
export type Accessor =
  | { readonly kind: 'index'; readonly index: Expr; readonly span: Span }
  | { readonly kind: 'field'; readonly name: Name; readonly span: Span };

export interface IfStmt {
  readonly kind: 'if';
  readonly cond: Expr;
  readonly then: Block;
  readonly else?: IfStmt | Block;
  readonly span: Span;
}

export type LogicTerm =
  | { readonly kind: 'name'; readonly name: string; readonly span: Span }
  | { readonly kind: 'string'; readonly value: string; readonly span: Span }
  | { readonly kind: 'int'; readonly value: bigint; readonly span: Span };
export interface LogicPred {
  readonly name: Name;
  readonly terms: readonly LogicTerm[];
  readonly span: Span;
}

export type Stmt =
  | {
      readonly kind: 'let';
      readonly id: number;
      /** `let` is false, `var` is true. */
      readonly mutable: boolean;
      readonly name: Name;
      readonly type?: TypeExpr;
      readonly value?: Expr;
      readonly doc?: string;
      readonly span: Span;
    }
  | {
      readonly kind: 'assign';
      readonly id: number;
      readonly name: Name;
      readonly path: readonly Accessor[];
      readonly value: Expr;
      readonly span: Span;
    }
  | FunDecl
  | TypeDecl
  | { readonly kind: 'return'; readonly value?: Expr; readonly span: Span }
  | IfStmt
  | { readonly kind: 'while'; readonly cond: Expr; readonly body: Block; readonly span: Span }
  | {
      readonly kind: 'for';
      readonly id: number;
      readonly name: Name;
      readonly iter: Expr;
      /** Present for `for i in a..b`. */
      readonly end?: Expr;
      readonly body: Block;
      readonly span: Span;
    }
  | { readonly kind: 'break'; readonly span: Span }
  | { readonly kind: 'continue'; readonly span: Span }
  | { readonly kind: 'expr'; readonly expr: Expr; readonly span: Span }
  | { readonly kind: 'expect'; readonly expr: Expr; readonly span: Span }
  | { readonly kind: 'test'; readonly name: string; readonly body: Block; readonly span: Span }
  | { readonly kind: 'bench'; readonly name: string; readonly body: Block; readonly span: Span }
  | {
      readonly kind: 'update';
      readonly name: Name;
      /** The `set` map literal: always a `map` expression. */
      readonly set: Expr;
      readonly where?: Expr;
      readonly span: Span;
    }
  | { readonly kind: 'fetch'; readonly url: Expr; readonly into: Name; readonly with?: Expr; readonly span: Span }
  | {
      readonly kind: 'import';
      readonly lang?: Name;
      readonly path: string;
      readonly alias?: Name;
      readonly auto: boolean;
      readonly span: Span;
    }
  | { readonly kind: 'externType'; readonly name: Name; readonly span: Span }
  | { readonly kind: 'externVar'; readonly name: string; readonly type: TypeExpr; readonly span: Span }
  | {
      readonly kind: 'externFun';
      readonly name: string;
      readonly params: readonly Param[];
      readonly result?: TypeExpr;
      readonly span: Span;
    }
  | { readonly kind: 'externObject'; readonly name: Name; readonly span: Span }
  | { readonly kind: 'fact'; readonly pred: LogicPred; readonly span: Span }
  | {
      readonly kind: 'rule';
      readonly head: LogicPred;
      readonly conditions: readonly (LogicPred | { readonly left: Name; readonly right: Name; readonly span: Span })[];
      readonly span: Span;
    }
  | { readonly kind: 'stream'; readonly name: Name; readonly fields: readonly FieldDecl[]; readonly span: Span }
  | { readonly kind: 'agent'; readonly name: Name; readonly body: readonly AgentItem[]; readonly span: Span }
  | { readonly kind: 'on'; readonly stream: Name; readonly alias: Name; readonly body: Block; readonly span: Span }
  | { readonly kind: 'emit'; readonly stream: Name; readonly fields: readonly FieldInit[]; readonly span: Span }
  | { readonly kind: 'model'; readonly name: Name; readonly fields: readonly FieldInit[]; readonly span: Span };

export type AgentItem =
  | Stmt
  | {
      readonly kind: 'intent';
      readonly name: Name;
      readonly params: readonly Param[];
      readonly result?: TypeExpr;
      readonly body: Block;
      readonly span: Span;
    };

// ---- expressions

export interface FieldInit {
  readonly name: Name;
  readonly value: Expr;
}

export type UnaryOp = '-' | '!';
export type BinaryOp =
  | '*'
  | '/'
  | '%'
  | '+'
  | '-'
  | '<'
  | '<='
  | '>'
  | '>='
  | '=='
  | '!='
  | 'in'
  | '&&'
  | '||'
  | '??'
  | 'union'
  | 'union all'
  | 'except'
  | 'intersect';

export type Pattern =
  | { readonly kind: 'wildcard'; readonly span: Span }
  /** Int, float, string, bool or none literal (`-1` too): compared with `==`. */
  | { readonly kind: 'literal'; readonly value: Expr; readonly span: Span }
  /** `Leaf` or an unknown name; the checker decides. */
  | { readonly kind: 'name'; readonly name: Name; readonly span: Span }
  | { readonly kind: 'variant'; readonly name: Name; readonly args: readonly PatternArg[]; readonly span: Span };
/** An argument of a variant pattern; `id` names the variable it binds (`_` binds nothing). */
export type PatternArg = { readonly id: number; readonly pattern: Pattern };

export interface MatchArm {
  readonly pattern: Pattern;
  readonly body: { readonly kind: 'expr'; readonly expr: Expr } | { readonly kind: 'block'; readonly block: Block };
  readonly span: Span;
}

export interface FromClause {
  readonly id: number;
  readonly name: Name;
  readonly source: Expr;
}
export interface JoinClause extends FromClause {
  readonly side: 'inner' | 'left' | 'right' | 'outer';
  readonly on: Expr;
  readonly span: Span;
}

export interface QueryExpr {
  readonly kind: 'query';
  readonly id: number;
  readonly froms: readonly FromClause[];
  readonly joins: readonly JoinClause[];
  readonly where?: Expr;
  readonly group?: {
    readonly id: number;
    readonly keys: readonly Expr[];
    readonly into: Name;
    readonly having?: Expr;
  };
  readonly sort?: Expr;
  readonly skip?: Expr;
  readonly take?: Expr;
  readonly distinct: boolean;
  readonly select: Expr;
  readonly span: Span;
}

export type Expr =
  | { readonly kind: 'int'; readonly id: number; readonly value: bigint; readonly span: Span }
  | { readonly kind: 'float'; readonly id: number; readonly value: number; readonly span: Span }
  | { readonly kind: 'bool'; readonly id: number; readonly value: boolean; readonly span: Span }
  /** A string literal; `bytes` is set only when escapes made it something other than valid UTF-8 text. */
  | {
      readonly kind: 'string';
      readonly id: number;
      readonly value: string;
      readonly bytes?: Uint8Array;
      readonly span: Span;
    }
  | { readonly kind: 'none'; readonly id: number; readonly span: Span }
  | { readonly kind: 'name'; readonly id: number; readonly name: string; readonly span: Span }
  | {
      readonly kind: 'unary';
      readonly id: number;
      readonly op: UnaryOp;
      readonly operand: Expr;
      readonly span: Span;
    }
  | {
      readonly kind: 'binary';
      readonly id: number;
      readonly op: BinaryOp;
      readonly left: Expr;
      readonly right: Expr;
      readonly opSpan: Span;
      readonly span: Span;
    }
  | {
      readonly kind: 'call';
      readonly id: number;
      readonly callee: Expr;
      readonly args: readonly Expr[];
      readonly span: Span;
    }
  | {
      readonly kind: 'index';
      readonly id: number;
      readonly target: Expr;
      readonly index: Expr;
      readonly optional: boolean;
      readonly span: Span;
    }
  | {
      readonly kind: 'slice';
      readonly id: number;
      readonly target: Expr;
      readonly start?: Expr;
      readonly end?: Expr;
      readonly step?: Expr;
      readonly span: Span;
    }
  | {
      readonly kind: 'field';
      readonly id: number;
      readonly target: Expr;
      readonly name: Name;
      readonly optional: boolean;
      readonly span: Span;
    }
  | { readonly kind: 'cast'; readonly id: number; readonly value: Expr; readonly type: TypeExpr; readonly span: Span }
  | {
      readonly kind: 'struct';
      readonly id: number;
      readonly name: Name;
      readonly fields: readonly FieldInit[];
      readonly span: Span;
    }
  | { readonly kind: 'list'; readonly id: number; readonly items: readonly Expr[]; readonly span: Span }
  /** A key that is a bare identifier in the source arrives as a `string` expression of its name. */
  | {
      readonly kind: 'map';
      readonly id: number;
      readonly entries: readonly { readonly key: Expr; readonly value: Expr }[];
      readonly span: Span;
    }
  | {
      readonly kind: 'lambda';
      readonly id: number;
      readonly typeParams: readonly Name[];
      readonly params: readonly Param[];
      readonly result?: TypeExpr;
      readonly effects: readonly Name[];
      /** Exactly one of the two, unless both are missing in the source (an empty function). */
      readonly block?: Block;
      readonly expr?: Expr;
      readonly span: Span;
    }
  | {
      readonly kind: 'if';
      readonly id: number;
      readonly cond: Expr;
      readonly then: Expr;
      readonly else?: Expr;
      readonly span: Span;
    }
  | {
      readonly kind: 'match';
      readonly id: number;
      readonly value: Expr;
      readonly arms: readonly MatchArm[];
      readonly span: Span;
    }
  | QueryExpr
  | { readonly kind: 'logicQuery'; readonly id: number; readonly pred: LogicPred; readonly span: Span }
  | {
      readonly kind: 'generate';
      readonly id: number;
      readonly what: Name;
      readonly fields: readonly FieldInit[];
      readonly span: Span;
    }
  | {
      readonly kind: 'fetch';
      readonly id: number;
      readonly url: Expr;
      readonly with?: Expr;
      readonly span: Span;
    }
  | {
      readonly kind: 'load';
      readonly id: number;
      readonly path?: string;
      readonly type: TypeExpr;
      readonly with?: Expr;
      readonly span: Span;
    }
  | {
      readonly kind: 'save';
      readonly id: number;
      readonly value: Expr;
      readonly path?: string;
      readonly with?: Expr;
      readonly span: Span;
    }
  /** What recovery puts where an expression could not be parsed; a diagnostic has been reported. */
  | { readonly kind: 'error'; readonly id: number; readonly span: Span };
