/** Lexical scopes. */
import { editDistance } from '../diagnostics/edit-distance.ts';
import type { FunDecl, TypeDecl, TypeExpr } from '../syntax/ast.ts';
import type { Node } from './nodes.ts';
import type { FunInfo, StructInfo, Sym, UnionInfo } from './program.ts';

/** A named function before it is analysed: generic ones are analysed anew for every use. */
export interface NamedFun {
  readonly decl: FunDecl;
  readonly scope: Scope;
  readonly parent: FunInfo;
  /** The one instance of a function without type parameters. */
  instance: FunInfo | undefined;
}

export type Binding =
  | { readonly kind: 'var'; readonly sym: Sym }
  | { readonly kind: 'fun'; readonly named: NamedFun }
  /** A field of the receiver inside a method: becomes a local copy on first use. */
  | { readonly kind: 'field'; readonly struct: StructInfo; readonly name: string; readonly method: FunInfo }
  /** A field of the element that an `update` looks at. */
  | { readonly kind: 'rowField'; readonly row: Sym; readonly name: string }
  /** A field of a query group's key. */
  | { readonly kind: 'keyField'; readonly sym: Sym; readonly key: Node; readonly name: string }
  | { readonly kind: 'method'; readonly struct: StructInfo; readonly name: string };

export interface Scope {
  readonly parent: Scope | undefined;
  readonly fun: FunInfo;
  /** Its own names; to be extended with `bind`. */
  names: ReadonlyMap<string, Binding>;
  /** Type parameters of a generic instance. */
  readonly typeArgs: Map<string, Node> | undefined;
}

export function childScope(parent: Scope | undefined, fun: FunInfo, typeArgs?: Map<string, Node>): Scope {
  return { parent, fun, names: NO_NAMES, typeArgs: typeArgs ?? parent?.typeArgs };
}

/** What all scopes without names share: most blocks declare nothing. */
const NO_NAMES: ReadonlyMap<string, Binding> = new Map();

/** Declares a name in a scope. */
export function bind(scope: Scope, name: string, binding: Binding): void {
  if (scope.names === NO_NAMES) scope.names = new Map();
  (scope.names as Map<string, Binding>).set(name, binding);
}

export function lookup(scope: Scope, name: string): Binding | undefined {
  for (let s: Scope | undefined = scope; s; s = s.parent) {
    const binding = s.names.get(name);
    if (binding) return binding;
  }
  return undefined;
}

/** Every name in reach, for "did you mean". */
export function visibleNames(scope: Scope): string[] {
  const names: string[] = [];
  for (let s: Scope | undefined = scope; s; s = s.parent) names.push(...s.names.keys());
  return names;
}

/** Types by name. */
export interface TypeTable {
  readonly structs: Map<string, StructInfo>;
  readonly unions: Map<string, UnionInfo>;
  readonly aliases: Map<string, TypeExpr>;
  readonly decls: Map<string, TypeDecl>;
  /** Inline record types by their text. */
  readonly records: Map<string, StructInfo>;
}

/** The candidate nearest to a misspelt name, if one is near enough to be meant. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = name.length < 4 ? 2 : 3;
  for (const c of candidates) {
    if (Math.abs(c.length - name.length) >= bestDistance || c === name) continue;
    const d = editDistance(name.toLowerCase(), c.toLowerCase());
    if (d < bestDistance) {
      best = c;
      bestDistance = d;
    }
  }
  return best;
}
