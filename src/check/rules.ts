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
  for (const c of ctx.checks) {
    const mask = maskOf(c.node) & ~NULL;
    if (mask === 0) continue;
    switch (c.kind) {
      case 'declared': {
        if (!(mask & c.allowed.mask) || structsDiffer(c.node, mask, c.allowed)) {
          const got = typeName(c.node);
          ctx.report({
            severity: 'error',
            code: c.code,
            title: `${c.what ?? 'type mismatch'}: expected ${typeText(c.allowed.type)}, got ${got}`,
            labels: [{ span: c.span, text: `this is ${got}` }],
            hint: 'Change the value or the declared type.',
          });
        }
        break;
      }
      case 'kind':
        if (!(mask & c.mask)) {
          ctx.report({
            severity: 'error',
            code: c.code,
            title: `${c.title}: this is ${typeName(c.node)}`,
            labels: [{ span: c.span }],
          });
        }
        break;
      case 'field': {
        if (mask & ~STRUCT) {
          if (!(mask & (STRUCT | MAP))) {
            ctx.report({
              severity: 'error',
              code: 'T027',
              title: `${typeName(c.node)} has no fields`,
              labels: [{ span: c.span }],
              hint: `\`.${c.name}\` works on structs and maps.`,
            });
          }
          break;
        }
        const structs = [...(find(c.node).structs ?? [])];
        if (
          structs.some(
            (s) => s.byName.has(c.name) || s.methods.has(c.name) || s.mergedOf || (s.isGroup && keyField(s, c.name)),
          ) ||
          c.name === '__name'
        )
          break;
        // A missing key of a record is nil, as of any map.
        if (structs.some((s) => s.anonymous)) break;
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
        break;
      }
    }
  }
}

function structsDiffer(node: Node, mask: number, allowed: Allowed): boolean {
  if (mask !== STRUCT || !allowed.structs || !(allowed.mask & STRUCT)) return false;
  const have: ReadonlySet<StructInfo> = find(node).structs ?? new Set();
  for (const s of have) if (s.anonymous || allowed.structs.has(s)) return false;
  return have.size > 0;
}
