/** The part of the printer that is about expressions and types. */
import { assertNever } from '../diagnostics/assert.ts';
import type { BinaryOp, Expr, FieldInit, MatchArm, Name, Param, Pattern, QueryExpr, TypeExpr } from './ast.ts';
import { RESERVED } from './lexer.ts';
import { printBlock, printPred } from './printer.ts';

// ---- types

export function printType(type: TypeExpr): string {
  switch (type.kind) {
    case 'name':
      return type.name;
    case 'generic':
      return `${type.name}<${type.args.map(printType).join(', ')}>`;
    case 'fun':
      return `fun(${type.params.map(printType).join(', ')})${type.result === undefined ? '' : `: ${printType(type.result)}`}`;
    case 'record':
      return `{${type.fields.map((field) => `${field.name.text}: ${printType(field.type)}`).join(', ')}}`;
    case 'option': {
      const inner = printType(type.inner);
      return inner.endsWith('?') ? `${inner} ?` : `${inner}?`;
    }
    default:
      return assertNever(type, 'type');
  }
}

export function printParams(params: readonly Param[]): string {
  return params
    .map(({ name, type }) => (type === undefined ? name.text : `${name.text}: ${printType(type)}`))
    .join(', ');
}

export function typeParams(names: readonly Name[]): string {
  return names.length === 0 ? '' : `<${names.map((name) => name.text).join(', ')}>`;
}

export function printEffects(names: readonly Name[]): string {
  return names.length === 0 ? '' : ` ! ${names.map((name) => name.text).join(', ')}`;
}

// ---- strings

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  ['\\', '\\\\'],
  ['"', '\\"'],
]);

/** A string literal; with `bytes`, which are not UTF-8 text, their exact bytes. */
export function quote(text: string, bytes?: Uint8Array): string {
  if (bytes !== undefined) {
    return `"${Array.from(bytes, (byte) => (byte < 128 ? escapeChar(String.fromCharCode(byte)) : `\\x${byte.toString(16)}`)).join('')}"`;
  }
  return `"${Array.from(text, escapeChar).join('')}"`;
}

function escapeChar(char: string): string {
  const short = ESCAPES.get(char);
  if (short !== undefined) {
    return short;
  }
  const code = char.codePointAt(0)!;
  if (code < 32 || code === 127) {
    return `\\x${code.toString(16).padStart(2, '0')}`;
  }
  return /\p{Cc}|\p{Cf}|\p{Zl}|\p{Zp}/u.test(char) ? `\\U${code.toString(16).padStart(8, '0')}` : char;
}

/** A float literal: with a point or an exponent, so that it is none of an int. */
function printFloat(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

// ---- expressions

/**
 * How strongly an expression holds together: 0 for what swallows everything to its right (`if`, queries, `=>`
 * functions), 1 to 8 for the binary operators (LANGUAGE §2.1, weakest first), then unary, postfix and primary.
 */
const OPEN = 0;
const UNARY = 9;
const POSTFIX = 10;
const PRIMARY = 11;

const LEVELS: Readonly<Record<BinaryOp, number>> = {
  union: 1,
  'union all': 1,
  except: 1,
  intersect: 1,
  '??': 2,
  '||': 3,
  '&&': 4,
  '==': 5,
  '!=': 5,
  in: 5,
  '<': 6,
  '<=': 6,
  '>': 6,
  '>=': 6,
  '+': 7,
  '-': 7,
  '*': 8,
  '/': 8,
  '%': 8,
};

function strength(e: Expr): number {
  switch (e.kind) {
    case 'binary':
      return LEVELS[e.op];
    case 'unary':
      return UNARY;
    case 'call':
    case 'index':
    case 'slice':
    case 'field':
    case 'cast':
      return POSTFIX;
    case 'lambda':
      return e.block === undefined ? OPEN : PRIMARY;
    case 'if':
    case 'query':
    case 'fetch':
    case 'load':
    case 'save':
    case 'error':
      return OPEN;
    case 'name':
    case 'int':
    case 'float':
    case 'bool':
    case 'string':
    case 'none':
    case 'struct':
    case 'list':
    case 'map':
    case 'match':
    case 'logicQuery':
    case 'generate':
      return PRIMARY;
    default:
      return assertNever(e, 'expression');
  }
}

/**
 * Prints an expression.
 *
 * @param indent the indentation of the line it is in, for blocks inside it
 * @param place `head` in front of the body of a statement, where `x {}` needs parentheses
 */
export function printExpr(e: Expr, indent: string, place: 'any' | 'head' = 'any'): string {
  const text = bare(e, indent);
  return place === 'head' && endsInBraces(e) ? `(${text})` : text;
}

/** True if the expression may end in, or contain outside of brackets, an empty struct literal. */
function endsInBraces(e: Expr): boolean {
  switch (e.kind) {
    case 'name':
    case 'int':
    case 'float':
    case 'bool':
    case 'string':
    case 'none':
    case 'list':
      return false;
    case 'unary':
      return endsInBraces(e.operand);
    case 'binary':
      return endsInBraces(e.left) || endsInBraces(e.right);
    case 'call':
      return endsInBraces(e.callee);
    case 'index':
    case 'slice':
    case 'field':
      return endsInBraces(e.target);
    default:
      return true;
  }
}

/** An operand that has to hold together at least as strongly as `minimum`. */
function operand(e: Expr, minimum: number, indent: string): string {
  const text = bare(e, indent);
  return strength(e) < minimum ? `(${text})` : text;
}

function bare(e: Expr, indent: string): string {
  switch (e.kind) {
    case 'int':
      return String(e.value);
    case 'float':
      return printFloat(e.value);
    case 'bool':
      return String(e.value);
    case 'string':
      return quote(e.value, e.bytes);
    case 'none':
      return 'none';
    case 'name':
      return e.name;
    case 'unary':
      return `${e.op}${operand(e.operand, UNARY, indent)}`;
    case 'binary': {
      const level = LEVELS[e.op];
      // After `x as T` a `<` opens type arguments if types can follow: parentheses say they cannot.
      const right = e.op === '<' && typeAtEnd(e.left)?.kind === 'name' ? PRIMARY + 1 : level + 1;
      return `${operand(e.left, level, indent)} ${e.op} ${operand(e.right, right, indent)}`;
    }
    case 'call':
      return `${target(e.callee, indent)}(${printList(e.args, indent)})`;
    case 'index':
      return `${target(e.target, indent, e.optional)}[${printExpr(e.index, indent)}]`;
    case 'slice': {
      const step = e.step === undefined ? '' : `:${printExpr(e.step, indent)}`;
      const start = e.start === undefined ? '' : beforeColon(e.start, indent);
      const end = e.end === undefined ? '' : beforeColon(e.end, indent);
      return `${target(e.target, indent)}[${start}:${end}${step}]`;
    }
    case 'field':
      return `${target(e.target, indent, e.optional)}.${e.name.text}`;
    case 'cast':
      return `${target(e.value, indent)} as ${printType(e.type)}`;
    case 'struct':
      return `${e.name.text} ${printInits(e.fields, indent)}`;
    case 'list':
      return `[${printList(e.items, indent)}]`;
    case 'map':
      return `{${e.entries.map(({ key, value }) => `${printKey(key, indent)}: ${printExpr(value, indent)}`).join(', ')}}`;
    case 'lambda': {
      const result = e.result === undefined ? '' : `: ${printType(e.result)}`;
      const head = `fun${typeParams(e.typeParams)}(${printParams(e.params)})${result}${printEffects(e.effects)}`;
      if (e.block !== undefined) {
        return `${head} ${printBlock(e.block, indent)}`;
      }
      return e.expr === undefined ? head : `${head} => ${printExpr(e.expr, indent)}`;
    }
    case 'if': {
      const otherwise = e.else === undefined ? '' : ` else ${printExpr(e.else, indent)}`;
      // An inner `if` without `else` would take the `else` that belongs to this one.
      const then = otherwise === '' ? printExpr(e.then, indent) : operand(e.then, 1, indent);
      return `if ${printExpr(e.cond, indent, 'head')} then ${then}${otherwise}`;
    }
    case 'match':
      return printMatch(e.value, e.arms, indent);
    case 'query':
      return printQuery(e, indent);
    case 'logicQuery':
      return `query ${printPred(e.pred)}`;
    case 'generate':
      return `generate ${e.what.text} ${printInits(e.fields, indent)}`;
    case 'fetch':
      return `fetch ${operand(e.url, 1, indent)}${printWith(e.with, indent)}`;
    case 'load': {
      const path = e.path === undefined ? '' : `${quote(e.path)} `;
      return `load ${path}as ${printType(e.type)}${printWith(e.with, indent)}`;
    }
    case 'save': {
      const path = e.path === undefined ? '' : ` to ${quote(e.path)}`;
      return `save ${operand(e.value, 1, indent)}${path}${printWith(e.with, indent)}`;
    }
    case 'error':
      return '/* error */';
    default:
      return assertNever(e, 'expression');
  }
}

/** What a call, index, field or cast is applied to; with `optional`, the `?` of `?.` and `?[` too. */
function target(e: Expr, indent: string, optional = false): string {
  const text = operand(e, POSTFIX, indent);
  if (!optional) {
    return text;
  }
  if (e.kind !== 'cast') {
    return `${text}?`;
  }
  return e.type.kind === 'option' ? `${text} ?` : `(${text})?`;
}

/** An expression in front of a `:`, which must not be taken for the one of a function type. */
function beforeColon(e: Expr, indent: string): string {
  const type = typeAtEnd(e);
  return operand(e, type?.kind === 'fun' && type.result === undefined ? PRIMARY + 1 : 1, indent);
}

/** The type that the expression ends in, if it ends in a cast. */
function typeAtEnd(e: Expr): TypeExpr | undefined {
  switch (e.kind) {
    case 'cast': {
      let { type } = e;
      while (type.kind === 'fun' && type.result !== undefined) {
        type = type.result;
      }
      return type;
    }
    case 'unary':
      return typeAtEnd(e.operand);
    case 'binary':
      return typeAtEnd(e.right);
    default:
      return undefined;
  }
}

function printWith(options: Expr | undefined, indent: string): string {
  return options === undefined ? '' : ` with ${printExpr(options, indent)}`;
}

function printList(items: readonly Expr[], indent: string): string {
  return items.map((item) => printExpr(item, indent)).join(', ');
}

export function printInits(fields: readonly FieldInit[], indent: string): string {
  if (fields.length === 0) {
    return '{}';
  }
  return `{ ${fields.map(({ name, value }) => `${name.text}: ${printExpr(value, indent)}`).join(', ')} }`;
}

const NAME = /^[\p{L}\p{So}_][\p{L}\p{So}\p{N}_]*$/u;

/** A map key: a string that is a name goes without quotes, a name needs parentheses. */
function printKey(key: Expr, indent: string): string {
  if (key.kind === 'string' && key.bytes === undefined && NAME.test(key.value) && !RESERVED.has(key.value)) {
    return key.value;
  }
  return key.kind === 'name' ? `(${key.name})` : beforeColon(key, indent);
}

function printMatch(value: Expr, arms: readonly MatchArm[], indent: string): string {
  const inner = `${indent}  `;
  const lines = arms.map(({ pattern, body }) => {
    const result = body.kind === 'block' ? printBlock(body.block, inner) : printExpr(body.expr, inner);
    return `${inner}${printPattern(pattern)} => ${result}\n`;
  });
  const head = `match ${printExpr(value, indent, 'head')} `;
  return lines.length === 0 ? `${head}{}` : `${head}{\n${lines.join('')}${indent}}`;
}

function printPattern(pattern: Pattern): string {
  switch (pattern.kind) {
    case 'wildcard':
      return '_';
    case 'literal':
      return bare(pattern.value, '');
    case 'name':
      return pattern.name.text;
    case 'variant':
      return `${pattern.name.text}(${pattern.args.map((arg) => printPattern(arg.pattern)).join(', ')})`;
    default:
      return assertNever(pattern, 'pattern');
  }
}

function printQuery(q: QueryExpr, indent: string): string {
  const clause = (e: Expr): string => operand(e, 1, indent);
  let out = q.froms.map(({ name, source }) => `from ${name.text} in ${clause(source)}`).join(' ');
  for (const { side, name, source, on } of q.joins) {
    out += ` ${side === 'inner' ? '' : `${side} `}join ${name.text} in ${clause(source)} on ${clause(on)}`;
  }
  out += q.where === undefined ? '' : ` where ${clause(q.where)}`;
  if (q.group !== undefined) {
    out += ` group by ${q.group.keys.map(clause).join(', ')} into ${q.group.into.text}`;
    out += q.group.having === undefined ? '' : ` having ${clause(q.group.having)}`;
  }
  out += q.sort === undefined ? '' : ` sort by ${clause(q.sort)}`;
  out += q.skip === undefined ? '' : ` skip ${clause(q.skip)}`;
  out += q.take === undefined ? '' : ` take ${clause(q.take)}`;
  const select = printExpr(q.select, indent);
  if (q.distinct) {
    return `${out} select distinct ${select}`;
  }
  // A variable or function called distinct, first in the expression, would be taken for the keyword.
  return /^distinct\b/.test(select) ? `${out} select (${select})` : `${out} select ${select}`;
}
