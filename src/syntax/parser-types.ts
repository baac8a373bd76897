/** Grammar of types, parameters and fields (LANGUAGE §2). */
import type { FieldDecl, Name, Param, TypeExpr } from './ast.ts';
import { NAME } from './lexer.ts';
import {
  accept,
  at,
  attempt,
  enter,
  expect,
  failExpected,
  here,
  newId,
  type Parser,
  parseName,
  report,
  spanFrom,
  tokenSpan,
} from './parser-state.ts';

/** True if a type can start at the token `ahead` places further on. */
export function atType(p: Parser, ahead = 0): boolean {
  return at(p, NAME, ahead) || (at(p, 'fun', ahead) && at(p, '(', ahead + 1)) || at(p, '{', ahead);
}

/**
 * ```
 * type : ( "fun" "(" [ type { "," type } ] ")" [ ":" type ]
 *        | IDENT "<" type { "," type } ">"
 *        | "{" [ field { [","] field } [","] ] "}"
 *        | IDENT ) [ "?" ]
 * ```
 */
export function parseType(p: Parser): TypeExpr {
  return typeExpr(p, false);
}

/**
 * The type after `as`. In `x as int < y` the `<` is an operator: it opens type arguments only if a whole list of them
 * and a `>` follow.
 */
export function parseCastType(p: Parser): TypeExpr {
  return typeExpr(p, true);
}

function typeExpr(p: Parser, afterAs: boolean): TypeExpr {
  enter(p);
  const start = here(p);
  const type = baseType(p, start, afterAs);
  p.depth--;
  return accept(p, '?') ? { kind: 'option', inner: type, span: spanFrom(p, start) } : type;
}

function baseType(p: Parser, start: number, afterAs: boolean): TypeExpr {
  if (!at(p, NAME)) {
    return unnamedType(p, start, afterAs);
  }
  const name = parseName(p, 'a type');
  if (at(p, '<')) {
    const args = afterAs ? attempt(p, () => typeArgs(p, false)) : typeArgs(p, true);
    if (args !== undefined) {
      return { kind: 'generic', name: name.text, args, span: spanFrom(p, start) };
    }
  }
  return { kind: 'name', name: name.text, span: name.span };
}

function unnamedType(p: Parser, start: number, afterAs: boolean): TypeExpr {
  if (at(p, 'fun') && at(p, '(', 1)) {
    p.pos += 2;
    const params: TypeExpr[] = [];
    if (!at(p, ')')) {
      do {
        params.push(parseType(p));
      } while (accept(p, ','));
    }
    expect(p, ')', 'P052', 'after the parameter types');
    const result = accept(p, ':') ? typeExpr(p, afterAs) : undefined;
    return { kind: 'fun', params, ...(result && { result }), span: spanFrom(p, start) };
  }
  if (at(p, '{') && (at(p, '}', 1) || at(p, ':', 2))) {
    p.pos++;
    const fields = parseFields(p, '}');
    expect(p, '}', 'P001', 'after the fields');
    return { kind: 'record', fields, span: spanFrom(p, start) };
  }
  return failExpected(p, 'P999', 'a type');
}

/** `"<" type { "," type } ">"`; with `split`, `>=` counts as `>` and `=`, as in `let xs: list<int>= []`. */
function typeArgs(p: Parser, split: boolean): TypeExpr[] {
  p.pos++;
  const args: TypeExpr[] = [];
  do {
    args.push(typeExpr(p, !split));
  } while (accept(p, ','));
  if (split && at(p, '>=')) {
    splitToken(p);
  }
  expect(p, '>', 'P999', 'after the type arguments');
  return args;
}

/** Replaces the current two-character mark by its two characters. */
function splitToken(p: Parser): void {
  const t = p.tokens;
  const mark = t.tag[p.pos]!;
  const start = t.start[p.pos]!;
  t.tag.splice(p.pos, 1, mark.charAt(0), mark.charAt(1));
  t.value.splice(p.pos, 1, undefined, undefined);
  for (const list of [t.start, t.end, t.first]) list.copyWithin(p.pos + 1, p.pos, t.tag.length - 1);
  t.start[p.pos + 1] = start + 1;
  t.end[p.pos] = start + 1;
  t.first[p.pos + 1] = 0;
  shiftKeys(t.bytes, p.pos);
  shiftKeys(t.docs, p.pos);
}

/** Renumbers what is attached to the tokens after `pos`, where one token has become two. */
function shiftKeys<T>(map: Map<number, T>, pos: number): void {
  const later = [...map].filter(([index]) => index > pos);
  for (const [index] of later) {
    map.delete(index);
  }
  for (const [index, value] of later) {
    map.set(index + 1, value);
  }
}

/** `field : IDENT ":" type`, any number up to the closing mark, with or without commas. */
export function parseFields(p: Parser, close: string): FieldDecl[] {
  const fields: FieldDecl[] = [];
  while (!at(p, close)) {
    fields.push(parseField(p));
    accept(p, ',');
  }
  return fields;
}

export function parseField(p: Parser): FieldDecl {
  const name = parseName(p, 'a field name');
  expect(p, ':', 'P999', `and a type after the field name \`${name.text}\``);
  return { name, type: parseType(p) };
}

/** `"(" [ IDENT [":" type] { "," IDENT [":" type] } ] ")"` */
export function parseParams(p: Parser): Param[] {
  expect(p, '(', 'P052', 'before the parameters');
  const params: Param[] = [];
  if (!at(p, ')')) {
    do {
      if (at(p, ')')) {
        report(p, 'P051', 'a comma after the last parameter', tokenSpan(p, p.pos - 1), 'remove the comma');
        break;
      }
      const name = parseName(p, 'a parameter name');
      const type = accept(p, ':') ? parseType(p) : undefined;
      params.push(type ? { id: newId(p), name, type } : { id: newId(p), name });
      if (at(p, '=')) {
        failExpected(p, 'P054', '`,` or `)`', 'parameters have no default values');
      }
    } while (accept(p, ','));
  }
  expect(p, ')', 'P052', 'after the parameters', 'parameters are written `name: type`, separated by commas');
  return params;
}

/** `[ "<" IDENT { "," IDENT } ">" ]` */
export function parseTypeParams(p: Parser): Name[] {
  const names: Name[] = [];
  if (accept(p, '<')) {
    do {
      names.push(parseName(p, 'a type parameter'));
    } while (accept(p, ','));
    expect(p, '>', 'P999', 'after the type parameters');
  }
  return names;
}

/** `[ ":" type ]` */
export function parseResult(p: Parser): TypeExpr | undefined {
  return accept(p, ':') ? parseType(p) : undefined;
}

/** `[ "!" IDENT { "," IDENT } ]` */
export function parseEffects(p: Parser): Name[] {
  const names: Name[] = [];
  if (accept(p, '!')) {
    do {
      names.push(parseName(p, 'an effect'));
    } while (accept(p, ','));
  }
  return names;
}
