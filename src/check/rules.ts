/** What cannot be right, checked when the solution of the inference is known (LANGUAGE section 14.1). */
import type { Span } from '../diagnostics/diagnostic.ts';
import type { Ctx } from './context.ts';
import { keyField } from './infer-place.ts';
import { find, MAP, maskOf, type Node, NULL, STRUCT, typeName } from './nodes.ts';
import type { StructInfo } from './program.ts';
import { nearest } from './scope.ts';
import { type Allowed, typeText } from './types.ts';

export type Check =
  /** A value where a type is declared. */
  | {
      readonly kind: 'declared';
      readonly node: Node;
      readonly allowed: Allowed;
      readonly span: Span;
      readonly code: string;
      readonly what: string | undefined;
    }
  /** A value that must be able to be one of some kinds. */
  | {
      readonly kind: 'kind';
      readonly node: Node;
      readonly mask: number;
      readonly span: Span;
      readonly code: string;
      readonly title: string;
    }
  /** Access to a field. */
  | { readonly kind: 'field'; readonly node: Node; readonly name: string; readonly span: Span };

export function applyRules(ctx: Ctx): void {
  const { checks } = ctx;
  for (let i = 0; i < checks.length; i++) {
    const c = checks[i]!;
    const mask = maskOf(c.node) & ~NULL;
    if (mask === 0) continue;
    switch (c.kind) {
      case 'declared':
        if (!(mask & c.allowed.mask) || structsDiffer(c.node, mask, c.allowed)) reportMismatch(ctx, c);
        break;
      case 'kind':
        if (!(mask & c.mask)) {
          const title = `${c.title}: this is ${typeName(c.node)}`;
          ctx.report({ severity: 'error', code: c.code, title, labels: [{ span: c.span }] });
        }
        break;
      case 'field':
        if (mask & ~STRUCT) {
          if (!(mask & (STRUCT | MAP))) reportNoFields(ctx, c);
        } else if (!hasField(c)) reportUnknownField(ctx, c);
        break;
    }
  }
}

type CheckOf<K extends Check['kind']> = Extract<Check, { kind: K }>;

/** Whether a struct has a field or method of the name, or may be asked for one: a missing key of a record is nil, as of any map. */
function hasField(c: CheckOf<'field'>): boolean {
  const { name } = c;
  if (name === '__name') return true;
  for (const s of find(c.node).structs ?? []) {
    if (s.byName.has(name) || s.methods.has(name) || s.anonymous || s.mergedOf) return true;
    if (s.isGroup && keyField(s, name)) return true;
  }
  return false;
}

function reportMismatch(ctx: Ctx, c: CheckOf<'declared'>): void {
  const got = typeName(c.node);
  ctx.report({
    severity: 'error',
    code: c.code,
    title: `${c.what ?? 'type mismatch'}: expected ${typeText(c.allowed.type)}, got ${got}`,
    labels: [{ span: c.span, text: `this is ${got}` }],
    hint: 'Change the value or the declared type.',
  });
}

function reportNoFields(ctx: Ctx, c: CheckOf<'field'>): void {
  ctx.report({
    severity: 'error',
    code: 'T027',
    title: `${typeName(c.node)} has no fields`,
    labels: [{ span: c.span }],
    hint: `\`.${c.name}\` works on structs and maps.`,
  });
}

function reportUnknownField(ctx: Ctx, c: CheckOf<'field'>): void {
  const structs = [...(find(c.node).structs ?? [])];
  const near = nearest(
    c.name,
    structs.flatMap((s) => [...s.byName.keys(), ...s.methods.keys()]),
  );
  ctx.report({
    severity: 'error',
    code: 'T026',
    title: `unknown field \`${c.name}\` on ${typeName(c.node)}`,
    labels: [{ span: c.span }],
    hint: near
      ? `Did you mean \`${near}\`?`
      : `Its fields: ${structs.flatMap((s) => [...s.byName.keys()]).join(', ')}.`,
  });
}

function structsDiffer(node: Node, mask: number, allowed: Allowed): boolean {
  if (mask !== STRUCT || !allowed.structs || !(allowed.mask & STRUCT)) return false;
  const have: ReadonlySet<StructInfo> = find(node).structs ?? new Set();
  for (const s of have) if (s.anonymous || allowed.structs.has(s)) return false;
  return have.size > 0;
}
