/** Type names that nothing declares. */
import type { TypeBody, TypeExpr } from '../syntax/ast.ts';
import { type Ctx, warnAt } from './context.ts';
import { nearest, type Scope } from './scope.ts';
import { typeText } from './types.ts';

const KNOWN_TYPES = new Set([
  'int',
  'int64',
  'float',
  'bigint',
  'bigrat',
  'string',
  'bool',
  'unit',
  'any',
  'list',
  'map',
  'void',
  'number',
  'object',
]);

/** Warns of unknown type names in a type's declaration. */
export function checkFieldTypes(ctx: Ctx, body: TypeBody, scope: Scope): void {
  switch (body.kind) {
    case 'struct':
      for (const f of body.fields) checkTypeNames(ctx, f.type, scope);
      return;
    case 'union':
      for (const v of body.variants) for (const f of v.fields) checkTypeNames(ctx, f.type, scope);
      return;
    case 'alias':
      checkTypeNames(ctx, body.type, scope);
      return;
  }
}

/** Warns of type names that nothing declares: they mean `any`. */
export function checkTypeNames(ctx: Ctx, t: TypeExpr | undefined, scope: Scope): void {
  switch (t?.kind) {
    case undefined:
      return;
    case 'option':
      checkTypeNames(ctx, t.inner, scope);
      return;
    case 'fun':
      for (const p of t.params) checkTypeNames(ctx, p, scope);
      checkTypeNames(ctx, t.result, scope);
      return;
    case 'record':
      for (const f of t.fields) checkTypeNames(ctx, f.type, scope);
      return;
    case 'generic':
      for (const a of t.args) checkTypeNames(ctx, a, scope);
      break;
    case 'name':
      break;
  }
  const { name } = t;
  if (KNOWN_TYPES.has(name) || ctx.types.decls.has(name) || ctx.types.structs.has(name)) return;
  if (scope.typeArgs?.has(name) || /^[A-Z]$/.test(name)) return;
  const near = nearest(name, [...KNOWN_TYPES, ...ctx.types.decls.keys()]);
  warnAt(
    ctx,
    'T025',
    `unknown type: ${typeText(t)}; it is taken as any`,
    t.span,
    near ? `Did you mean \`${near}\`?` : undefined,
  );
}
