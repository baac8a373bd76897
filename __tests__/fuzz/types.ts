/** Types of generated programs, and what the generator knows at a place of a program. */
import type { Random } from './random.ts';

export type Type =
  | { readonly k: 'int' | 'float' | 'bool' | 'string' | 'bigint' }
  /** `was` is what the value is known to be. */
  | { readonly k: 'any'; readonly was?: Type }
  | { readonly k: 'list'; readonly of: Type }
  | { readonly k: 'map'; readonly key: Type; readonly of: Type }
  | { readonly k: 'struct' | 'union'; readonly name: string }
  | { readonly k: 'fun'; readonly params: readonly Type[]; readonly result: Type };

export const INT: Type = { k: 'int' };
export const FLOAT: Type = { k: 'float' };
export const BOOL: Type = { k: 'bool' };
export const STRING: Type = { k: 'string' };
export const BIG: Type = { k: 'bigint' };
export const ANY: Type = { k: 'any' };
export const listOf = (of: Type): Type => ({ k: 'list', of });
export const mapOf = (key: Type, of: Type): Type => ({ k: 'map', key, of });

/** The type as Mochi writes it. */
export function typeText(t: Type): string {
  switch (t.k) {
    case 'list':
      return `list<${typeText(t.of)}>`;
    case 'map':
      return `map<${typeText(t.key)}, ${typeText(t.of)}>`;
    case 'struct':
    case 'union':
      return t.name;
    case 'fun':
      return `fun(${t.params.map(typeText).join(', ')}): ${typeText(t.result)}`;
    default:
      return t.k;
  }
}

export const same = (a: Type, b: Type): boolean => typeText(a) === typeText(b);

export interface Local {
  readonly name: string;
  readonly type: Type;
  /** Declared by `var`, and no counter. */
  readonly assignable: boolean;
  /** Declared with its type. */
  readonly typed?: boolean;
}

export interface Callable {
  readonly name: string;
  readonly params: readonly Type[];
  readonly result: Type;
  /** The first parameter is fuel: how much of it a call from outside may give. */
  readonly fuel?: number;
}

export interface Field {
  readonly name: string;
  readonly type: Type;
}

export interface StructType {
  readonly name: string;
  readonly fields: readonly Field[];
  readonly methods: readonly { readonly name: string; readonly param: Type; readonly result: Type }[];
}

export interface UnionType {
  readonly name: string;
  readonly variants: readonly { readonly name: string; readonly fields: readonly Field[] }[];
}

/** The generator's state. */
export interface Gen {
  readonly random: Random;
  readonly lines: string[];
  indent: number;
  next: number;
  /** Innermost last. */
  locals: Local[];
  callables: Callable[];
  readonly structs: StructType[];
  readonly unions: UnionType[];
  /** In a query: nothing may fail, and nothing may have an effect. */
  pure: boolean;
  /** The type that `return` gives; undefined at the top level. */
  result: Type | undefined;
  loops: number;
  /** Whether the program has the generic functions `same` and `choose`. */
  generic: boolean;
  /** How many blocks are around. */
  blocks: number;
  functions: number;
}

/** The variables that a name means here, without those that an inner one hides. */
export function visible(g: Gen): Local[] {
  const seen = new Set<string>();
  const out: Local[] = [];
  for (const l of [...g.locals].reverse()) {
    // An element may be out of range.
    if (g.pure && l.name.includes('[')) continue;
    if (!seen.has(l.name)) out.push(l);
    seen.add(l.name);
  }
  return out;
}

export function structOf(g: Gen, name: string): StructType {
  return g.structs.find((s) => s.name === name)!;
}

/** Whether values of the type hold no functions: they can be shown and compared. */
export function isPlain(g: Gen, t: Type): boolean {
  switch (t.k) {
    case 'fun':
      return false;
    case 'list':
    case 'map':
      return isPlain(g, t.of);
    case 'struct': {
      const s = structOf(g, t.name);
      return s.methods.length === 0 && s.fields.every((f) => isPlain(g, f.type));
    }
    default:
      return true;
  }
}

export const isScalar = (t: Type): boolean => t.k === 'int' || t.k === 'float' || t.k === 'bool' || t.k === 'string';

/** A type for a variable, parameter or field. */
export function anyType(g: Gen, depth = 2): Type {
  const r = g.random;
  const kind = r.weighted<string>([
    [7, 'int'],
    [4, 'float'],
    [2, 'bool'],
    [5, 'string'],
    [1, 'bigint'],
    [depth > 0 ? 7 : 0, 'list'],
    [depth > 0 ? 4 : 0, 'map'],
    [g.structs.length > 0 ? 3 : 0, 'struct'],
    [g.unions.length > 0 ? 3 : 0, 'union'],
    [depth > 0 ? 2 : 0, 'fun'],
    [depth > 1 ? 1 : 0, 'any'],
  ]);
  switch (kind) {
    case 'list':
      return listOf(r.one(8) ? ANY : anyType(g, depth - 1));
    case 'map':
      return mapOf(r.one(3) ? INT : STRING, r.one(10) ? ANY : anyType(g, depth - 1));
    case 'struct':
      return { k: 'struct', name: r.pick(g.structs).name };
    case 'union':
      return { k: 'union', name: r.pick(g.unions).name };
    case 'fun':
      return { k: 'fun', params: r.shuffled([INT, STRING, FLOAT]).slice(0, 1 + r.below(2)), result: scalarType(g) };
    default:
      return { k: kind as 'int' };
  }
}

/** A type whose values can be shown, compared and kept in `any`, with no `any` in it. */
export function plainType(g: Gen, depth = 1): Type {
  for (;;) {
    const t = anyType(g, depth);
    if (isPlain(g, t) && !hasAny(g, t)) return t;
  }
}

function hasAny(g: Gen, t: Type): boolean {
  if (t.k === 'struct') return structOf(g, t.name).fields.some((f) => hasAny(g, f.type));
  return t.k === 'any' || ((t.k === 'list' || t.k === 'map') && hasAny(g, t.of));
}

export function scalarType(g: Gen): Type {
  return g.random.weighted([
    [4, INT],
    [2, FLOAT],
    [1, BOOL],
    [3, STRING],
  ]);
}

/** Adds lines to the program, indented by their brackets; empty ones are left out. */
export function emit(g: Gen, text: string): void {
  for (const line of text.split('\n').map((l) => l.trim().replace(/ {2,}/g, ' '))) {
    if (line === '') continue;
    if (line.startsWith('}')) g.indent--;
    g.lines.push('  '.repeat(g.indent) + line);
    if (line.endsWith('{')) g.indent++;
  }
}
