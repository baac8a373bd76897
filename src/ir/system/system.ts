/**
 * The run-time library: sources in Mochi's system dialect, turned into IR on demand.
 *
 * The sources are only indexed (top-level declarations begin in column 1), and a declaration is parsed, checked and
 * lowered when somebody asks for it: tests ask for a few, the build for all of them (library.ts has them as prebuilt IR,
 * which is what programs get). Generic functions are instantiated for each set of types they are asked for. Errors in these sources are bugs of ours, not of
 * the user: they throw, with file, line and column.
 */
import type { Stmt as SynStmt } from '../../syntax/ast.ts';
import { parse } from '../../syntax/parser.ts';
import type { Datum, Func, Global, ImportFunc } from '../ir.ts';
import { lowerConstant, lowerFunction } from './body.ts';
import { INTRINSICS } from './intrinsics.ts';
import {
  ELEMENT_TYPES,
  failAt,
  irType,
  type Library,
  paramType,
  type Signature,
  type Slice,
  type SysConst,
  type SysType,
  TYPE_MARK,
  typeMap,
  typeOf,
} from './types.ts';

export { irType, type Signature, type SysType } from './types.ts';

export interface Runtime {
  /** True if there is such a function; `name` as for `need`. */
  has(name: string): boolean;
  /** A function by name, with or without `rt.`; instances of generic functions as `list_get$i64`. Throws if missing. */
  need(name: string): Func;
  /** Signature of a function or import, by the same names. Throws if missing. */
  signature(name: string): Signature;
  /** The WASI import of that name (`rt.fd_write`), if it is one. */
  importFunc(name: string): ImportFunc | undefined;
  /** A global variable of the library (`rt.NAME`). Throws if missing. */
  global(name: string): Global;
  /** A static datum that a lowered function refers to. Throws if missing. */
  datum(name: string): Datum;
}

export interface RuntimeOptions {
  /** Collect at every allocation (the value of `gc_stress()`). */
  readonly gcStress: boolean;
  /** Ints in cells continue beyond 64 bits (the value of `big_ints()`); without it that is an overflow error. */
  readonly bigInts?: boolean;
  /** Cells may hold rationals (the value of `big_rats()`); needs `bigInts`. */
  readonly bigRats?: boolean;
  /** The program has no text but ASCII: it says none and reads none (the value of `ascii()`). */
  readonly ascii?: boolean;
}

const WASI_MODULE = 'wasi_snapshot_preview1';
const DECLARATION = /^(fun|extern[ \t]+fun|let|var)[ \t]+([\p{L}_][\p{L}\p{N}_]*)/gmu;
const EXPLICIT = /(?<!\bfun +\w*)\b[a-z_]\w*<\w+(?:, *\w+)*>(?=\()/g;
const ATTRIBUTES = new Set(['inline', 'noinline', 'noreturn']);

const indexes = new WeakMap<Readonly<Record<string, string>>, Map<string, Slice>>();

function index(sources: Readonly<Record<string, string>>): Map<string, Slice> {
  const known = indexes.get(sources);
  if (known) return known;
  const slices = new Map<string, Slice>();
  for (const path of Object.keys(sources).sort()) {
    const source = sources[path]!;
    const found = [...source.matchAll(DECLARATION)];
    found.forEach((match, i) => {
      const start = match.index;
      const kind = match[1]!.startsWith('extern') ? 'extern' : (match[1] as 'fun' | 'let' | 'var');
      const name = match[2]!;
      const slice: Slice = {
        name,
        kind,
        path,
        source,
        start,
        end: found[i + 1]?.index ?? source.length,
        attributes: attributesAbove(source, start),
      };
      const other = slices.get(name);
      if (other) slice.problem = `${name} is already declared in ${other.path}`;
      if (INTRINSICS.has(name)) slice.problem = `${name} is the name of an intrinsic`;
      slices.set(name, slice);
    });
  }
  indexes.set(sources, slices);
  return slices;
}

/** The attributes in the doc comment directly above a declaration: lines that hold nothing but attribute names. */
function attributesAbove(source: string, start: number): Set<string> {
  const attributes = new Set<string>();
  let lineEnd = start - 1;
  while (lineEnd > 0) {
    const lineStart = source.lastIndexOf('\n', lineEnd - 1) + 1;
    const line = source.slice(lineStart, lineEnd);
    if (!line.startsWith('///')) break;
    const words = line.slice(3).trim().split(/\s+/);
    if (words.every((word) => ATTRIBUTES.has(word))) for (const word of words) attributes.add(word);
    lineEnd = lineStart - 1;
  }
  return attributes;
}

/**
 * Makes the library of some sources (path → text). The index of the sources and their syntax trees are shared between
 * libraries made from the same `sources` object.
 */
export function createRuntime(sources: Readonly<Record<string, string>>, options: RuntimeOptions): Runtime {
  const slices = index(sources);
  const funcs = new Map<string, Func>();
  const signatures = new Map<string, Signature>();
  const constants = new Map<string, SysConst>();
  const data = new Map<string, Datum>();
  const busy = new Set<string>();

  const library: Library = {
    flags: new Map([
      ['gc_stress', options.gcStress ? 1n : 0n],
      ['big_ints', options.bigInts ? 1n : 0n],
      ['big_rats', options.bigInts && options.bigRats ? 1n : 0n],
      ['ascii', options.ascii ? 1n : 0n],
    ]),
    find: (name) => slices.get(name),
    declaration,
    constant(slice) {
      let constant = constants.get(slice.name);
      if (!constant) {
        if (busy.has(slice.name)) failAt(slice, undefined, `constant ${slice.name} needs itself`);
        busy.add(slice.name);
        const decl = declaration(slice);
        if (decl.kind !== 'let' || !decl.value) failAt(slice, undefined, `constant ${slice.name} has no value`);
        constant = lowerConstant(library, slice, decl.value, decl.type && typeOf(slice, decl.type, NO_TYPES));
        busy.delete(slice.name);
        constants.set(slice.name, constant);
      }
      return constant;
    },
    globalOf(slice) {
      const decl = declaration(slice);
      if (decl.kind !== 'let') return failAt(slice, undefined, `${slice.name} is not a variable`);
      return { name: `rt.${slice.name}`, type: decl.type ? typeOf(slice, decl.type, NO_TYPES) : 'i32' };
    },
    addDatum(datum) {
      data.set(datum.name, datum);
      return datum.name;
    },
  };

  function find(name: string): { slice: Slice; types: SysType[]; key: string } {
    const key = name.startsWith('rt.') ? name.slice(3) : name;
    const [base, ...types] = key.split('$');
    const slice = slices.get(base!);
    if (!slice) throw new Error(`the run-time library has no ${base} (asked for as ${name})`);
    for (const type of types) {
      if (!ELEMENT_TYPES.has(type)) throw new Error(`${name}: ${type} is no element type`);
    }
    return { slice, types: types as SysType[], key };
  }

  function signature(name: string): Signature {
    const { slice, types, key } = find(name);
    let result = signatures.get(key);
    if (!result) {
      result = signatureOf(slice, declaration(slice), types);
      signatures.set(key, result);
    }
    return result;
  }

  return {
    has(name) {
      const kind = slices.get((name.startsWith('rt.') ? name.slice(3) : name).split('$')[0]!)?.kind;
      return kind === 'fun' || kind === 'extern';
    },
    signature,
    need(name) {
      const { slice, types, key } = find(name);
      let func = funcs.get(key);
      if (!func) {
        const decl = declaration(slice);
        if (decl.kind !== 'fun') throw new Error(`${slice.name} is not a function of the run-time library`);
        func = lowerFunction(library, slice, decl, `rt.${key}`, types, signature(key));
        funcs.set(key, func);
      }
      return func;
    },
    importFunc(name) {
      const key = name.startsWith('rt.') ? name.slice(3) : name;
      const slice = slices.get(key);
      if (slice?.kind !== 'extern') return undefined;
      const { params, result } = signature(key);
      return {
        name: `rt.${key}`,
        module: WASI_MODULE,
        field: key,
        params: params.map(irType),
        result: result && irType(result),
      };
    },
    global(name) {
      const { slice } = find(name);
      const decl = declaration(slice);
      if (decl.kind !== 'let' || slice.kind !== 'var') throw new Error(`${name} is not a variable of the library`);
      const { type } = library.globalOf(slice);
      const value = decl.value ? lowerConstant(library, slice, decl.value, type).value : 0;
      const wide = type === 'i64' || type === 'cell';
      return {
        name: `rt.${slice.name}`,
        type: irType(type),
        mutable: true,
        init: wide ? BigInt(value) : Number(value),
      };
    },
    datum(name) {
      const datum = data.get(name);
      if (!datum) throw new Error(`the run-time library has no datum ${name}`);
      return datum;
    },
  };
}

/**
 * Lowers every function of a library (generic ones for every element type, or for those in `instances`) and gives the
 * errors, one a declaration.
 */
export function checkLibrary(
  sources: Readonly<Record<string, string>>,
  instances: (name: string, typeParams: number) => readonly string[] = allInstances,
): string[] {
  const runtime = createRuntime(sources, { gcStress: false, bigInts: true, bigRats: true });
  const errors: string[] = [];
  for (const slice of index(sources).values()) {
    try {
      const decl = declaration(slice);
      if (slice.kind === 'extern') runtime.importFunc(slice.name);
      else if (slice.kind === 'var') runtime.global(slice.name);
      else if (decl.kind === 'fun') {
        for (const suffix of instances(slice.name, decl.typeParams.length)) runtime.need(slice.name + suffix);
      }
    } catch (error) {
      errors.push((error as Error).message);
    }
  }
  return errors;
}

/** Every declaration of a library that can be asked for, by name; generic functions once for every element type. */
export function declarations(
  sources: Readonly<Record<string, string>>,
): { readonly name: string; readonly kind: Slice['kind'] }[] {
  return [...index(sources).values()].flatMap((slice) => {
    const decl = declaration(slice);
    const suffixes = decl.kind === 'fun' ? allInstances(slice.name, decl.typeParams.length) : [''];
    return suffixes.map((suffix) => ({ name: slice.name + suffix, kind: slice.kind }));
  });
}

function allInstances(_name: string, typeParams: number): string[] {
  if (typeParams === 0) return [''];
  return allInstances(_name, typeParams - 1).flatMap((rest) => [...ELEMENT_TYPES].map((type) => `${rest}$${type}`));
}

const NO_TYPES: ReadonlyMap<string, SysType> = new Map();

/** Parses a slice (once). */
function declaration(slice: Slice): SynStmt {
  if (slice.parsed) return slice.parsed;
  if (slice.problem) failAt(slice, undefined, slice.problem);
  // `load` is a keyword of Mochi; here it is an intrinsic. Nor has Mochi explicit type arguments: `f<T>(x)` becomes a
  // call of a function with a strange name. What replaces them is of the same length, which keeps the columns.
  const text = slice.source
    .slice(slice.start, slice.end)
    .replace(/\bload(?=\()/g, 'Load')
    .replace(EXPLICIT, (call) => call.replace(/[<>, ]/g, TYPE_MARK));
  const { program, diagnostics } = parse({ path: slice.path, text }, 0, { next: 0 });
  const error = diagnostics.find((d) => d.severity === 'error');
  if (error) failAt(slice, error.labels[0]?.span, `${error.code} ${error.title}`);
  const [first, second] = program.body;
  if (!first) failAt(slice, undefined, 'no declaration here');
  if (second) failAt(slice, second.span, 'only declarations at column 1 of a line may follow');
  slice.parsed = first;
  return first;
}

function signatureOf(slice: Slice, decl: SynStmt, types: readonly SysType[]): Signature {
  if (decl.kind !== 'fun' && decl.kind !== 'externFun') {
    return failAt(slice, undefined, `${slice.name} is not a function`);
  }
  const map = decl.kind === 'fun' ? typeMap(slice, decl, types) : NO_TYPES;
  return {
    params: decl.params.map((param) => paramType(slice, param, map)),
    result: decl.result && typeOf(slice, decl.result, map),
    noReturn: slice.attributes.has('noreturn'),
  };
}
