/** Writes the run-time library as the text that library.ts decodes. Only the build and the tests need it. */

import { assertNever } from '../../diagnostics/assert.ts';
import { mapExpr, mapSame, mapStmt } from '../build.ts';
import { factsOf } from '../facts.ts';
import { type Datum, type Expr, emptyModule, type Func, type Stmt, type Type } from '../ir.ts';
import { isLinkerAddress } from '../names.ts';
import * as Op from '../op.ts';
import { foldLocally } from '../passes/fold.ts';
import { candidateOf, inlineModule, isAlwaysInlined } from '../passes/inline.ts';
import { reach } from '../reach.ts';
import {
  BACKSLASH,
  BASE,
  type DatumText,
  EXPR,
  FIRST,
  LOADS,
  lineNames,
  NUMERIC,
  SHORT,
  STMT,
  STORES,
  switches,
  TYPE_LETTERS,
  TYPES,
} from './library.ts';
import { createRuntime, declarations, type Runtime, type RuntimeOptions, type Signature } from './system.ts';

/** The switches of a module, in every combination that there is; the first has all off. */
export const VARIANTS: readonly RuntimeOptions[] = [false, true].flatMap((gcStress) =>
  [false, true].flatMap((ascii) => [
    { gcStress, ascii },
    { gcStress, ascii, bigInts: true },
    { gcStress, ascii, bigInts: true, bigRats: true },
  ]),
);

const LETTERS = new Map(Object.entries(TYPE_LETTERS).map(([letter, type]) => [type, letter]));
const letters = (types: readonly string[]): string => types.map((type) => LETTERS.get(type as Type)!).join('');

/** All of a library: sources (path → text) to lines of text. Throws what is wrong with the sources. */
export function encodeLibrary(sources: Readonly<Record<string, string>>): string {
  const runtimes = VARIANTS.map((options) => prebuild(sources, options));
  const { runtime } = runtimes[0]!;
  const lines: string[] = [];
  for (const { name, kind } of declarations(sources)) {
    if (kind === 'extern') {
      lines.push(`x ${name} ${signatureText(runtime.signature(name))}`);
    } else if (kind === 'var') {
      const { type, init } = runtime.global(name);
      lines.push(`v ${name} ${letters([type])} ${init}`);
    } else if (kind === 'fun') {
      // A variant that is like the one that stands in for it needs no line. Those with fewer switches come first.
      const texts = new Map<string, string>();
      const variants = [...runtimes].sort((a, b) => a.name.length - b.name.length);
      for (const variant of variants) {
        const text = encodeFunc(name, variant);
        const other = lineNames(name, variant.name).find((line) => texts.has(line));
        if (other !== undefined && texts.get(other) === text) continue;
        const line = lineNames(name, variant.name)[0]!;
        texts.set(line, text);
        lines.push(`f ${line} ${text}`);
      }
    }
  }
  return lines.join('\n');
}

function signatureText({ params, result }: Signature): string {
  return `${letters(params)}:${result ? letters([result]) : ''}`;
}

export interface Prebuilt {
  /** The switches. */
  readonly name: string;
  readonly runtime: Runtime;
  /** Every function as the library holds it. */
  readonly funcs: ReadonlyMap<string, Func>;
}

/** Lowers and optimises the whole library for some switches. */
export function prebuild(sources: Readonly<Record<string, string>>, options: RuntimeOptions): Prebuilt {
  const runtime = createRuntime(sources, options);
  const all = emptyModule();
  for (const { name, kind } of declarations(sources)) if (kind === 'fun') all.exports.set(name, `rt.${name}`);
  const inlined = inlineModule(reach(all, runtime));
  const folded = foldLocally(inlined, (func) => !isAlwaysInlined(candidateOf(func)), 2);
  const funcs = new Map<string, Func>();
  for (const func of folded.funcs.values()) {
    funcs.set(func.name, isAlwaysInlined(candidateOf(inlined.funcs.get(func.name)!)) ? func : compact(func));
  }
  return { name: switches(options), runtime, funcs };
}

/** A function that is as folded as it can be, without locals that it does not use. */
function compact(func: Func): Func {
  const { gets, sets } = factsOf(func);
  const kept = func.locals.map((_, i) => i).filter((i) => i < func.params.length || gets[i]! + sets[i]! > 0);
  const index = new Map(kept.map((local, i) => [local, i]));
  const expr = (e: Expr): Expr =>
    e.op === Op.get ? { ...e, local: index.get(e.local)! } : mapExpr(e, { expr, body: list });
  const stmt = (s: Stmt): Stmt => {
    const mapped = mapStmt(s, { expr, body: list });
    return mapped.op === Op.set ? { ...mapped, local: index.get(mapped.local)! } : mapped;
  };
  const list = (stmts: readonly Stmt[]): readonly Stmt[] => mapSame(stmts, stmt);
  const body = list(func.body);
  return {
    ...func,
    locals: kept.map((i) => func.locals[i]!),
    localNames: kept.map((i) => func.localNames?.[i]),
    body,
    folded: body,
  };
}

/** The line of a function, without its name. */
function encodeFunc(name: string, { runtime, funcs }: Prebuilt): string {
  const func = funcs.get(`rt.${name}`)!;
  const signature = runtime.signature(name);
  const { code, names, data } = new Encoder(func, (datum) => runtime.datum(datum)).run();
  const attributes = `${func.inline === 'always' ? 'i' : ''}${func.inline === 'never' ? 'n' : ''}${signature.noReturn ? 'r' : ''}${func.folded ? 'f' : ''}`;
  const localNames = (func.localNames ?? []).map((local) => local ?? '').join(',');
  const text = `${signatureText(signature)} ${attributes || '-'} ${letters(func.locals)} ${localNames} ${names.join(',')} ${code}`;
  return data.length === 0 ? text : `${text}\t${ascii(JSON.stringify(data))}`;
}

const ascii = (text: string): string =>
  text.replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

class Encoder {
  code = '';
  readonly names: string[] = [];
  readonly data: DatumText[] = [];
  readonly #func: Func;
  readonly #datum: (name: string) => Datum;
  readonly #datumNames: string[] = [];

  constructor(func: Func, datum: (name: string) => Datum) {
    this.#func = func;
    this.#datum = datum;
  }

  run(): this {
    this.#list(this.#func.body);
    return this;
  }

  #digit(value: number): void {
    const c = value + FIRST;
    this.code += String.fromCharCode(c >= BACKSLASH ? c + 1 : c);
  }

  #number(value: number): void {
    if (value < SHORT) {
      this.#digit(value);
      return;
    }
    const digits: number[] = [];
    for (let rest = value; rest > 0; rest = Math.floor(rest / BASE)) digits.unshift(rest % BASE);
    while (digits.length < 2) digits.unshift(0);
    this.#digit(SHORT + digits.length - 2);
    for (const each of digits) this.#digit(each);
  }

  #type(type: Type): void {
    this.#number(TYPES.indexOf(type));
  }

  #name(name: string): void {
    let at = this.names.indexOf(name);
    if (at < 0) at = this.names.push(name) - 1;
    this.#number(at);
  }

  /** A name of the library, kept without its prefix. */
  #symbol(name: string): void {
    if (!name.startsWith('rt.')) throw new Error(`${this.#func.name} names ${name}, which is not of the library`);
    this.#name(name.slice(3));
  }

  #constant(type: Type, value: number | bigint): void {
    const small = typeof value === 'bigint' ? BigInt.asIntN(50, value) === value : Number.isInteger(value);
    if (small && type !== 'f64') {
      const n = Number(value);
      this.#digit(EXPR[type]);
      this.#number(n < 0 ? -n * 2 - 1 : n * 2);
      return;
    }
    this.#digit(EXPR.wide);
    this.#type(type);
    this.#name(Object.is(value, -0) ? '-0' : String(value));
  }

  #expr(e: Expr): void {
    switch (e.op) {
      case Op.const:
        this.#constant(e.type, e.value);
        return;
      case Op.get:
        this.#digit(EXPR.get);
        this.#number(e.local);
        return;
      case Op.global:
        this.#digit(EXPR.global);
        this.#type(e.type);
        this.#symbol(e.name);
        return;
      case Op.num:
        this.#digit(EXPR.num);
        this.#number(NUMERIC.indexOf(e.code));
        for (const arg of e.args) this.#expr(arg);
        return;
      case Op.as:
        this.#digit(EXPR.as);
        this.#type(e.type);
        this.#expr(e.value);
        return;
      case Op.load:
        if (e.length) {
          this.#digit(EXPR.length);
          this.#number(e.offset);
          this.#expr(e.addr);
          return;
        }
        this.#digit(EXPR.load);
        this.#type(e.type);
        this.#number(LOADS.indexOf(e.code));
        this.#number(e.offset);
        this.#expr(e.addr);
        return;
      case Op.call:
        this.#digit(EXPR.call);
        this.#number(e.type ? TYPES.indexOf(e.type) + 1 : 0);
        this.#symbol(e.func);
        this.#number(e.args.length);
        for (const arg of e.args) this.#expr(arg);
        return;
      case Op.funcIndex:
        this.#digit(EXPR.funcIndex);
        this.#symbol(e.func);
        return;
      case Op.data:
        this.#digit(EXPR.data);
        this.#type(e.type);
        if (isLinkerAddress(e.name)) {
          let at = this.names.indexOf(e.name.slice(3));
          if (at < 0) at = this.names.push(e.name.slice(3)) - 1;
          this.#number(at * 2 + 1);
        } else this.#number(this.#datumIndex(e.name) * 2);
        return;
      case Op.if:
      case Op.select:
        this.#digit(e.op === Op.if ? EXPR.if : EXPR.select);
        this.#type(e.type);
        this.#expr(e.cond);
        this.#expr(e.then);
        this.#expr(e.else);
        return;
      case Op.memorySize:
        this.#digit(EXPR.memorySize);
        return;
      case Op.memoryGrow:
        this.#digit(EXPR.memoryGrow);
        this.#expr(e.pages);
        return;
      case Op.seq:
        this.#digit(EXPR.seq);
        this.#type(e.type);
        this.#list(e.body);
        this.#expr(e.value);
        return;
      case Op.callIndirect:
        this.#digit(EXPR.callIndirect);
        this.#number(e.type ? TYPES.indexOf(e.type) + 1 : 0);
        this.#number(e.args.length);
        for (const param of e.params) this.#type(param);
        this.#expr(e.target);
        for (const arg of e.args) this.#expr(arg);
        return;
      default:
        assertNever(e);
    }
  }

  #datumIndex(name: string): number {
    let at = this.#datumNames.indexOf(name);
    if (at < 0) {
      at = this.#datumNames.push(name) - 1;
      this.data.push(datumText(this.#datum(name)));
    }
    return at;
  }

  #list(body: readonly Stmt[]): void {
    this.#number(body.length);
    for (const s of body) this.#stmt(s);
  }

  #stmt(s: Stmt): void {
    switch (s.op) {
      case Op.set:
        this.#digit(STMT.set);
        this.#number(s.local);
        this.#expr(s.value);
        return;
      case Op.setGlobal:
        this.#digit(STMT.setGlobal);
        this.#symbol(s.name);
        this.#expr(s.value);
        return;
      case Op.store:
        this.#digit(STMT.store);
        this.#number(STORES.indexOf(s.code));
        this.#number(s.offset);
        this.#expr(s.addr);
        this.#expr(s.value);
        return;
      case Op.do:
      case Op.keep:
        this.#digit(s.op === Op.do ? STMT.do : STMT.keep);
        this.#expr(s.value);
        return;
      case Op.if:
        this.#digit(STMT.if);
        this.#expr(s.cond);
        this.#list(s.then);
        this.#list(s.else);
        return;
      case Op.block:
      case Op.loop:
        this.#digit(s.op === Op.block ? STMT.block : STMT.loop);
        this.#number(s.label);
        this.#list(s.body);
        return;
      case Op.br:
        this.#digit(STMT.br);
        this.#number(s.label);
        return;
      case Op.brIf:
        this.#digit(STMT.brIf);
        this.#number(s.label);
        this.#expr(s.cond);
        return;
      case Op.return:
        this.#digit(s.value ? STMT.return : STMT.returnNothing);
        if (s.value) this.#expr(s.value);
        return;
      case Op.unreachable:
        this.#digit(STMT.unreachable);
        return;
      case Op.memoryCopy:
        this.#digit(STMT.memoryCopy);
        this.#expr(s.to);
        this.#expr(s.from);
        this.#expr(s.bytes);
        return;
      case Op.memoryFill:
        this.#digit(STMT.memoryFill);
        this.#expr(s.to);
        this.#expr(s.byte);
        this.#expr(s.bytes);
        return;
      case Op.switch:
        this.#digit(STMT.switch);
        this.#number(s.otherwise);
        this.#number(s.labels.length);
        for (const label of s.labels) this.#number(label);
        this.#expr(s.value);
        return;
      default:
        assertNever(s);
    }
  }
}

function datumText({ name, align, bytes }: Datum): DatumText {
  if (name.startsWith('str:')) return name.slice(4);
  if (name.startsWith('strb:')) return { hex: name.slice(5) };
  if (bytes.some((byte) => byte !== 0)) throw new Error(`${name} is neither a string nor zero`);
  return { name, align, size: bytes.length };
}
