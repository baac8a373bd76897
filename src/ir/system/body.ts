/** Checks and lowers the bodies of functions in the system dialect (see system.ts). */

import type { Span } from '../../diagnostics/diagnostic.ts';
import type { Block, FunDecl, IfStmt, Expr as SynExpr, Stmt as SynStmt } from '../../syntax/ast.ts';
import { addLocal, as, fallsThrough, get, num, set, stringDatum, zero } from '../build.ts';
import type { Expr, Func, NumericOp, Stmt, Type } from '../ir.ts';
import * as Op from '../op.ts';
import { negate } from '../passes/fold-num.ts';
import { INTRINSICS, kindOf, sizeOf } from './intrinsics.ts';
import {
  constant,
  failAt,
  irType,
  type Library,
  paramType,
  type Signature,
  type Slice,
  SYS_TYPES,
  type SysConst,
  type SysType,
  TYPE_MARK,
  typeMap,
  typeOf,
} from './types.ts';

/** An expression with its type in the dialect. */
export interface Typed {
  readonly e: Expr;
  readonly t: SysType;
}

interface Variable {
  readonly local: number;
  readonly type: SysType;
  readonly mutable: boolean;
}

interface Loop {
  readonly breakLabel: number;
  readonly continueLabel: number;
  /** Whether anything jumps to the labels, so that blocks for them are needed. */
  breaks: boolean;
  continues: boolean;
}

/** What lowering one function keeps. */
export interface Body {
  readonly library: Library;
  readonly slice: Slice;
  readonly types: ReadonlyMap<string, SysType>;
  readonly result: SysType | undefined;
  readonly locals: Type[];
  readonly localNames: (string | undefined)[];
  readonly scopes: Map<string, Variable>[];
  readonly loops: Loop[];
  nextLabel: number;
}

/** Reports an error of the library's source. */
export function bad(body: Body, span: Span | undefined, message: string): never {
  return failAt(body.slice, span, message);
}

const NO_RETURN_NAME = /^(fail|panic)(_|$)/;

/** Lowers one instance of a function. */
export function lowerFunction(
  library: Library,
  slice: Slice,
  decl: FunDecl,
  name: string,
  typeArgs: readonly SysType[],
  signature: Signature,
): Func {
  const body: Body = {
    library,
    slice,
    types: typeMap(slice, decl, typeArgs),
    result: signature.result,
    locals: [],
    localNames: [],
    scopes: [new Map()],
    loops: [],
    nextLabel: 0,
  };
  decl.params.forEach((param, i) => {
    declare(body, param.name.text, signature.params[i]!, true, param.name.span);
  });
  const out = lowerBlock(body, decl.body);
  if (signature.result && fallsThrough(out)) bad(body, decl.name.span, 'can reach its end without returning a value');
  const { attributes } = slice;
  return {
    name,
    params: signature.params.map(irType),
    result: signature.result && irType(signature.result),
    locals: body.locals,
    localNames: body.localNames,
    body: out,
    ...(attributes.has('inline') ? { inline: 'always' } : attributes.has('noinline') ? { inline: 'never' } : {}),
  };
}

/** Evaluates the value of a constant or a global's initial value. */
export function lowerConstant(library: Library, slice: Slice, value: SynExpr, type: SysType | undefined): SysConst {
  const body: Body = {
    library,
    slice,
    types: new Map(),
    result: undefined,
    locals: [],
    localNames: [],
    scopes: [],
    loops: [],
    nextLabel: 0,
  };
  const known = constantOf(body, value);
  if (known !== undefined) return { type, value: type === 'f64' ? Number(known) : known };
  const { e, t } = lowerExpr(body, value, type);
  if (e.op !== Op.const) return bad(body, value.span, 'must be a constant');
  if (type && t !== type) return bad(body, value.span, `is ${t}, not ${type}`);
  return { type: t, value: e.value };
}

function declare(body: Body, name: string, type: SysType, mutable: boolean, span: Span): number {
  const scope = body.scopes.at(-1)!;
  if (scope.has(name)) bad(body, span, `${name} is already declared in this block`);
  const local = addLocal(body, irType(type));
  body.localNames[local] = name;
  scope.set(name, { local, type, mutable });
  return local;
}

function findVariable(body: Body, name: string): Variable | undefined {
  for (let i = body.scopes.length - 1; i >= 0; i--) {
    const found = body.scopes[i]!.get(name);
    if (found) return found;
  }
  return undefined;
}

// ---- statements

function lowerBlock(body: Body, block: Block): Stmt[] {
  body.scopes.push(new Map());
  const out: Stmt[] = [];
  for (const s of block.body) lowerStmt(body, s, out);
  body.scopes.pop();
  return out;
}

function lowerStmt(body: Body, s: SynStmt, out: Stmt[]): void {
  switch (s.kind) {
    case 'let': {
      const type = s.type && typeOf(body.slice, s.type, body.types);
      if (s.value) {
        const value = type ? expect(body, s.value, type) : lowerExpr(body, s.value);
        out.push(set(declare(body, s.name.text, type ?? value.t, s.mutable, s.name.span), value.e));
      } else {
        const local = declare(body, s.name.text, type!, s.mutable, s.name.span);
        out.push(set(local, zero(irType(type!))));
      }
      return;
    }
    case 'assign': {
      if (s.path.length > 0) bad(body, s.span, 'only names can be assigned; use store');
      const variable = findVariable(body, s.name.text);
      if (variable) {
        if (!variable.mutable) bad(body, s.name.span, `${s.name.text} is declared with let`);
        out.push(set(variable.local, expect(body, s.value, variable.type).e));
        return;
      }
      const slice = body.library.find(s.name.text);
      if (slice?.kind !== 'var') bad(body, s.name.span, `no variable ${s.name.text}`);
      const global = body.library.globalOf(slice);
      out.push({ op: Op.setGlobal, name: global.name, value: expect(body, s.value, global.type).e });
      return;
    }
    case 'return':
      if (!s.value) {
        if (body.result) bad(body, s.span, `must return a value of type ${body.result}`);
        out.push({ op: Op.return });
      } else {
        if (!body.result) bad(body, s.span, 'returns a value but the function has no result type');
        out.push({ op: Op.return, value: expect(body, s.value, body.result).e });
      }
      return;
    case 'if':
      lowerIf(body, s, out);
      return;
    case 'while': {
      const known = constantOf(body, s.cond);
      if (known === 0n) return;
      const loop = pushLoop(body);
      const cond = known === undefined ? condition(body, s.cond) : undefined;
      const inner = lowerBlock(body, s.body);
      body.loops.pop();
      const round: Stmt[] = [];
      if (cond) {
        loop.breaks = true;
        round.push({ op: Op.brIf, label: loop.breakLabel, cond: negate(cond) });
      }
      round.push(...inner);
      if (fallsThrough(round)) round.push({ op: Op.br, label: loop.continueLabel });
      wrap(out, loop.breaks, loop.breakLabel, { op: Op.loop, label: loop.continueLabel, body: round });
      return;
    }
    case 'for':
      lowerFor(body, s, out);
      return;
    case 'break':
    case 'continue': {
      const loop = body.loops.at(-1);
      if (!loop) bad(body, s.span, `${s.kind} outside a loop`);
      if (s.kind === 'break') loop.breaks = true;
      else loop.continues = true;
      out.push({ op: Op.br, label: s.kind === 'break' ? loop.breakLabel : loop.continueLabel });
      return;
    }
    case 'expr':
      lowerEffect(body, s.expr, out);
      return;
    default:
      bad(body, s.span, `the system dialect has no ${s.kind} statement`);
  }
}

function pushLoop(body: Body): Loop {
  const loop: Loop = {
    breakLabel: body.nextLabel++,
    continueLabel: body.nextLabel++,
    breaks: false,
    continues: false,
  };
  body.loops.push(loop);
  return loop;
}

function wrap(out: Stmt[], needed: boolean, label: number, inner: Stmt): void {
  out.push(needed ? { op: Op.block, label, body: [inner] } : inner);
}

function lowerIf(body: Body, s: IfStmt, out: Stmt[]): void {
  const known = constantOf(body, s.cond);
  const elseBody = (): Stmt[] => {
    if (!s.else) return [];
    if (!('kind' in s.else)) return lowerBlock(body, s.else);
    const nested: Stmt[] = [];
    lowerIf(body, s.else, nested);
    return nested;
  };
  if (known !== undefined) {
    // Only the branch that is taken is checked: generic functions choose by kindof(T) and sizeof(T).
    out.push(...(known === 0n ? elseBody() : lowerBlock(body, s.then)));
    return;
  }
  const cond = condition(body, s.cond);
  out.push({ op: Op.if, cond, then: lowerBlock(body, s.then), else: elseBody() });
}

function lowerFor(body: Body, s: Extract<SynStmt, { kind: 'for' }>, out: Stmt[]): void {
  if (!s.end) bad(body, s.span, 'for needs a range a..b');
  let from: Typed;
  let to: Typed;
  if (isFlexible(body, s.iter) && !isFlexible(body, s.end)) {
    to = lowerExpr(body, s.end);
    from = expect(body, s.iter, to.t);
  } else {
    from = lowerExpr(body, s.iter);
    to = expect(body, s.end, from.t);
  }
  if (from.t !== 'i32' && from.t !== 'i64') bad(body, s.iter.span, `a range of ${from.t}; it must be i32 or i64`);
  const type = from.t as 'i32' | 'i64';
  body.scopes.push(new Map());
  const local = declare(body, s.name.text, type, true, s.name.span);
  out.push(set(local, from.e));
  let end = to.e;
  if (end.op !== Op.const) {
    const endLocal = addLocal(body, type);
    body.localNames[endLocal] = undefined;
    out.push(set(endLocal, end));
    end = get(endLocal, type);
  }
  const loop = pushLoop(body);
  const again = body.nextLabel++;
  const inner = lowerBlock(body, s.body);
  body.loops.pop();
  body.scopes.pop();
  const round: Stmt[] = [{ op: Op.brIf, label: loop.breakLabel, cond: num(`${type}.ge_s`, get(local, type), end) }];
  if (loop.continues) round.push({ op: Op.block, label: loop.continueLabel, body: inner });
  else round.push(...inner);
  if (fallsThrough(round)) {
    round.push(set(local, num(`${type}.add`, get(local, type), constant(type, 1n))), { op: Op.br, label: again });
  }
  wrap(out, true, loop.breakLabel, { op: Op.loop, label: again, body: round });
}

/** An expression statement: a call. */
function lowerEffect(body: Body, e: SynExpr, out: Stmt[]): void {
  if (e.kind !== 'call' || e.callee.kind !== 'name') bad(body, e.span, 'an expression statement must be a call');
  const { name } = e.callee;
  const intrinsic = INTRINSICS.get(name);
  if (intrinsic) {
    const result = intrinsic(body, e, undefined);
    if ('t' in result) out.push({ op: Op.do, value: result.e });
    else out.push(result);
    return;
  }
  const { value, noReturn } = lowerCall(body, e, name, undefined);
  out.push({ op: Op.do, value });
  if (noReturn) out.push({ op: Op.unreachable });
}

// ---- expressions

/** True for the types that are one machine word with i32 semantics in arithmetic. */
export const isWord = (t: SysType): boolean => t === 'i32' || t === 'bool' || t === 'ref';

/** Lowers an expression that must have a type (i32 and bool are interchangeable). */
export function expect(body: Body, e: SynExpr, type: SysType): Typed {
  const value = lowerExpr(body, e, type);
  if (value.t === type) return value;
  if ((value.t === 'i32' || value.t === 'bool') && (type === 'i32' || type === 'bool')) return { e: value.e, t: type };
  const hint = CONVERSIONS[`${value.t}->${type}`];
  return bad(body, e.span, `is ${value.t}, but ${type} is needed${hint ? `; use ${hint}` : ''}`);
}

const CONVERSIONS: Record<string, string> = {
  'ref->i32': 'i32(x)',
  'i32->ref': 'ref(x)',
  'i32->i64': 'i64(x) or i64_u(x)',
  'i64->i32': 'i32(x)',
  'i64->f64': 'f64(x)',
  'i32->f64': 'f64(x)',
  'f64->i64': 'trunc_sat(x) or bits(x)',
  'cell->i64': 'i64(x)',
  'i64->cell': 'cell(x)',
  'ref->cell': 'cell(x)',
  'cell->ref': 'ref(x)',
};

/** Lowers a condition: i32 or bool. */
export function condition(body: Body, e: SynExpr): Expr {
  const value = lowerExpr(body, e, 'bool');
  if (value.t !== 'bool' && value.t !== 'i32') bad(body, e.span, `a condition must be bool or i32, not ${value.t}`);
  return value.e;
}

/** The value of an expression that is constant and takes its type from the context; true is 1. */
export function constantOf(body: Body, e: SynExpr): bigint | undefined {
  switch (e.kind) {
    case 'int':
      return e.value;
    case 'bool':
      return e.value ? 1n : 0n;
    case 'name': {
      if (findVariable(body, e.name)) return undefined;
      const slice = body.library.find(e.name);
      if (slice?.kind !== 'let') return undefined;
      const known = body.library.constant(slice);
      return known.type === undefined && typeof known.value === 'bigint' ? known.value : undefined;
    }
    case 'unary': {
      const value = constantOf(body, e.operand);
      if (value === undefined) return undefined;
      return e.op === '-' ? -value : value === 0n ? 1n : 0n;
    }
    case 'binary': {
      const a = constantOf(body, e.left);
      if (a === undefined) return undefined;
      if (e.op === '&&' && a === 0n) return 0n;
      if (e.op === '||' && a !== 0n) return 1n;
      const b = constantOf(body, e.right);
      return b === undefined ? undefined : foldBinary(e.op, a, b);
    }
    case 'call': {
      if (e.callee.kind !== 'name') return undefined;
      const { name } = e.callee;
      const first = e.args[0];
      const flag = body.library.flags.get(name);
      if (flag !== undefined) return flag;
      if ((name === 'sizeof' || name === 'kindof') && first) {
        const type = namedType(body, first);
        return BigInt(name === 'sizeof' ? sizeOf(type) : kindOf(type));
      }
      if (!(name === 'shl' || name === 'or' || name === 'and' || name === 'xor') || e.args.length !== 2) {
        return undefined;
      }
      const a = constantOf(body, first!);
      const b = a === undefined ? undefined : constantOf(body, e.args[1]!);
      if (a === undefined || b === undefined) return undefined;
      return name === 'shl' ? a << b : name === 'or' ? a | b : name === 'and' ? a & b : a ^ b;
    }
    default:
      return undefined;
  }
}

function foldBinary(op: string, a: bigint, b: bigint): bigint | undefined {
  const bool = (value: boolean): bigint => (value ? 1n : 0n);
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return b === 0n ? undefined : a / b;
    case '%':
      return b === 0n ? undefined : a % b;
    case '==':
      return bool(a === b);
    case '!=':
      return bool(a !== b);
    case '<':
      return bool(a < b);
    case '<=':
      return bool(a <= b);
    case '>':
      return bool(a > b);
    case '>=':
      return bool(a >= b);
    case '&&':
    case '||':
      return bool(b !== 0n);
    default:
      return undefined;
  }
}

/** The type that an argument of sizeof or kindof names. */
export function namedType(body: Body, e: SynExpr): SysType {
  if (e.kind === 'name') {
    const bound = body.types.get(e.name);
    if (bound) return bound;
    if (SYS_TYPES.has(e.name)) return e.name as SysType;
  }
  return bad(body, e.span, 'must name a type');
}

const FLEXIBLE_CALLS = new Set([
  'and',
  'or',
  'xor',
  'shl',
  'shr_s',
  'shr_u',
  'rotl',
  'rotr',
  'select',
  'div_u',
  'rem_u',
]);

/** True if the expression's type is up to its context: literals and untyped constants, `load`, and what is made of them. */
function isFlexible(body: Body, e: SynExpr): boolean {
  switch (e.kind) {
    case 'int':
    case 'none':
      return true;
    case 'unary':
      return e.op === '-' && isFlexible(body, e.operand);
    case 'binary':
      return '+-*/%'.includes(e.op) && isFlexible(body, e.left) && isFlexible(body, e.right);
    case 'if':
      return isFlexible(body, e.then) && (!e.else || isFlexible(body, e.else));
    case 'call':
      if (e.callee.kind !== 'name') return false;
      if (e.callee.name === 'Load' || e.callee.name === 'sizeof' || e.callee.name === 'kindof') return true;
      return (
        FLEXIBLE_CALLS.has(e.callee.name) &&
        e.args.slice(e.callee.name === 'select' ? 1 : 0).every((arg) => isFlexible(body, arg))
      );
    case 'name':
      return constantOf(body, e) !== undefined;
    default:
      return false;
  }
}

/** Lowers an expression; `want` is the type that the context expects, a hint only. */
export function lowerExpr(body: Body, e: SynExpr, want?: SysType): Typed {
  const known = constantOf(body, e);
  if (known !== undefined) return literal(body, e, known, want);
  switch (e.kind) {
    case 'float':
      return { e: constant('f64', e.value), t: 'f64' };
    case 'none':
      return want === 'cell' ? { e: constant('cell', 0n), t: 'cell' } : { e: constant('ref', 0n), t: 'ref' };
    case 'string':
      return {
        e: { op: Op.data, type: 'ref', name: body.library.addDatum(stringDatum(e.bytes ?? e.value)) },
        t: 'ref',
      };
    case 'name':
      return lowerName(body, e);
    case 'unary':
      return lowerUnary(body, e, want);
    case 'binary':
      return lowerBinary(body, e, want);
    case 'if': {
      if (!e.else) return bad(body, e.span, 'an if expression needs an else');
      const chosen = constantOf(body, e.cond);
      if (chosen !== undefined) return lowerExpr(body, chosen === 0n ? e.else : e.then, want);
      const cond = condition(body, e.cond);
      const [yes, no] = pair(body, e.then, e.else, want);
      const t = common(body, e.span, yes, no);
      return { e: { op: Op.if, type: irType(t), cond, then: as(irType(t), yes.e), else: as(irType(t), no.e) }, t };
    }
    case 'call': {
      if (e.callee.kind !== 'name') return bad(body, e.span, 'only functions can be called');
      const { name } = e.callee;
      const intrinsic = INTRINSICS.get(name);
      if (intrinsic) {
        const result = intrinsic(body, e, want);
        return 't' in result ? result : bad(body, e.span, `${name} has no value`);
      }
      const { value, result } = lowerCall(body, e, name, want);
      if (!result) return bad(body, e.span, `${name} has no result`);
      return { e: value, t: result };
    }
    default:
      return bad(body, e.span, `the system dialect has no ${e.kind} expression`);
  }
}

function literal(body: Body, e: SynExpr, value: bigint, want: SysType | undefined): Typed {
  const isBool = e.kind === 'bool' || (e.kind === 'unary' && e.op === '!');
  const comparison = e.kind === 'binary' && !'+-*/%'.includes(e.op);
  const type = want ?? (isBool || comparison ? 'bool' : 'i32');
  if ((isBool || comparison) && type !== 'bool' && type !== 'i32') return { e: constant('bool', value), t: 'bool' };
  const [low, high] = type === 'i64' || type === 'cell' || type === 'f64' ? WIDE : NARROW;
  if (value < low || value > high) bad(body, e.span, `${value} does not fit ${type}`);
  return { e: constant(type, value), t: type };
}
const WIDE = [-(1n << 63n), (1n << 64n) - 1n] as const;
const NARROW = [-(1n << 31n), (1n << 32n) - 1n] as const;

function lowerName(body: Body, e: Extract<SynExpr, { kind: 'name' }>): Typed {
  const variable = findVariable(body, e.name);
  if (variable) return { e: get(variable.local, irType(variable.type)), t: variable.type };
  const slice = body.library.find(e.name);
  if (slice?.kind === 'let') {
    const known = body.library.constant(slice);
    const t = known.type ?? 'i32';
    return { e: constant(t, known.value), t };
  }
  if (slice?.kind === 'var') {
    const global = body.library.globalOf(slice);
    return { e: { op: Op.global, type: irType(global.type), name: global.name }, t: global.type };
  }
  return bad(body, e.span, `unknown name ${e.name}`);
}

function lowerUnary(body: Body, e: Extract<SynExpr, { kind: 'unary' }>, want: SysType | undefined): Typed {
  if (e.op === '!') return { e: negate(condition(body, e.operand)), t: 'bool' };
  const value = lowerExpr(body, e.operand, want);
  if (value.t === 'f64') {
    if (value.e.op === Op.const) return { e: constant('f64', -Number(value.e.value)), t: 'f64' };
    return { e: num('f64.neg', value.e), t: 'f64' };
  }
  if (value.t === 'i32' || value.t === 'i64') {
    return { e: num(`${value.t}.sub`, constant(value.t, 0n), value.e), t: value.t };
  }
  return bad(body, e.span, `cannot negate ${value.t}`);
}

/** Lowers two operands that must have one type, letting the one with a type of its own decide. */
export function pair(body: Body, left: SynExpr, right: SynExpr, want: SysType | undefined): [Typed, Typed] {
  const word = (t: SysType): SysType => (t === 'bool' ? 'i32' : t);
  if (isFlexible(body, left)) {
    if (isFlexible(body, right)) return [lowerExpr(body, left, want), lowerExpr(body, right, want)];
    const b = lowerExpr(body, right, want);
    return [lowerExpr(body, left, word(b.t)), b];
  }
  const a = lowerExpr(body, left, want);
  return [a, lowerExpr(body, right, word(a.t))];
}

/** The type of two values that meet; i32, bool and (if one of them is not ref) ref mix as i32. */
export function common(body: Body, span: Span, a: Typed, b: Typed): SysType {
  if (a.t === b.t) return a.t;
  if (isWord(a.t) && isWord(b.t)) return 'i32';
  return bad(body, span, `operands of different types: ${a.t} and ${b.t}`);
}

const ARITHMETIC: Record<string, string> = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div', '%': 'rem' };
const COMPARISON: Record<string, string> = { '==': 'eq', '!=': 'ne', '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge' };

function lowerBinary(body: Body, e: Extract<SynExpr, { kind: 'binary' }>, want: SysType | undefined): Typed {
  if (e.op === '&&' || e.op === '||') {
    const cond = condition(body, e.left);
    const known = constantOf(body, e.left);
    // A constant that decides has been folded already; what remains is the right operand.
    if (known !== undefined) return { e: condition(body, e.right), t: 'bool' };
    const right = condition(body, e.right);
    const yes = e.op === '&&' ? right : constant('bool', 1n);
    const no = e.op === '&&' ? constant('bool', 0n) : right;
    return { e: { op: Op.if, type: 'i32', cond, then: yes, else: no }, t: 'bool' };
  }
  const arithmetic = ARITHMETIC[e.op];
  const comparison = COMPARISON[e.op];
  if (!arithmetic && !comparison) return bad(body, e.opSpan, `the system dialect has no ${e.op}`);
  const hint = arithmetic
    ? want === 'ref' || want === 'bool'
      ? 'i32'
      : want === 'cell'
        ? undefined
        : want
    : undefined;
  const [a, b] = pair(body, e.left, e.right, hint);
  const t = common(body, e.opSpan, a, b);
  if (comparison) {
    const equality = e.op === '==' || e.op === '!=';
    if (!equality && (t === 'cell' || a.t === 'ref' || b.t === 'ref')) {
      bad(body, e.opSpan, `${t} has only == and !=; use lt_u and so on for addresses`);
    }
    const word = isWord(t) ? 'i32' : t === 'cell' ? 'i64' : t;
    const sign = word === 'f64' || equality ? '' : '_s';
    return {
      e: num(`${word}.${comparison}${sign}` as NumericOp, as(word as Type, a.e), as(word as Type, b.e)),
      t: 'bool',
    };
  }
  if (t === 'cell') return bad(body, e.opSpan, 'cells have no arithmetic; use i64(x)');
  const word = isWord(t) ? 'i32' : (t as 'i64' | 'f64');
  if (word === 'f64' && e.op === '%') return bad(body, e.opSpan, 'f64 has no %');
  const sign = word !== 'f64' && (e.op === '/' || e.op === '%') ? '_s' : '';
  return { e: num(`${word}.${arithmetic}${sign}` as NumericOp, as(word, a.e), as(word, b.e)), t: word };
}

/** A call of a function or import of the library. */
function lowerCall(
  body: Body,
  e: Extract<SynExpr, { kind: 'call' }>,
  callee: string,
  want: SysType | undefined,
): { value: Expr; result: SysType | undefined; noReturn: boolean } {
  const [name = callee, ...explicit] = callee.split(TYPE_MARK).filter((part) => part !== '');
  const slice = body.library.find(name);
  const decl = slice && (slice.kind === 'fun' || slice.kind === 'extern') ? body.library.declaration(slice) : undefined;
  if (!slice || !decl || (decl.kind !== 'fun' && decl.kind !== 'externFun')) {
    return bad(body, e.callee.span, `unknown function ${name}`);
  }
  if (e.args.length !== decl.params.length) {
    bad(body, e.span, `${name} takes ${decl.params.length} arguments, not ${e.args.length}`);
  }
  const bound = new Map<string, SysType>();
  const lowered: (Typed | undefined)[] = [];
  if (decl.kind === 'fun' && decl.typeParams.length > 0) {
    const generic = new Set(decl.typeParams.map((p) => p.text));
    explicit.forEach((type, i) => {
      const param = decl.typeParams[i];
      if (!param) bad(body, e.span, `${name} takes ${decl.typeParams.length} types`);
      else bound.set(param.text, namedType(body, { kind: 'name', id: 0, name: type, span: e.callee.span }));
    });
    decl.params.forEach((param, i) => {
      const arg = e.args[i]!;
      const type = param.type;
      if (type?.kind !== 'name' || !generic.has(type.name) || bound.has(type.name) || isFlexible(body, arg)) return;
      lowered[i] = lowerExpr(body, arg);
      bound.set(type.name, lowered[i].t);
    });
    const result = decl.result;
    if (result?.kind === 'name' && generic.has(result.name) && !bound.has(result.name) && want) {
      bound.set(result.name, want);
    }
    for (const param of generic) {
      const type = bound.get(param);
      if (!type) return bad(body, e.span, `cannot tell ${param} of ${name} from its arguments or context`);
      if (type === 'i32') bad(body, e.span, `${param} of ${name} would be i32, which is no element type`);
    }
  }
  const args = e.args.map((arg, i) => {
    const type = paramType(slice, decl.params[i]!, bound);
    const done = lowered[i];
    return done && done.t === type ? done.e : expect(body, arg, type).e;
  });
  const suffix = decl.kind === 'fun' ? decl.typeParams.map((p) => `$${bound.get(p.text)}`).join('') : '';
  const result = decl.result && typeOf(slice, decl.result, bound);
  return {
    value: { op: Op.call, type: result && irType(result), func: `rt.${name}${suffix}`, args },
    result,
    noReturn: slice.attributes.has('noreturn') || (!result && NO_RETURN_NAME.test(name)),
  };
}
