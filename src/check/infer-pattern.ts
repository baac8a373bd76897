/** Patterns of `match`: what they mean and what they bind. */
import type { Expr, Pattern } from '../syntax/ast.ts';
import { type Ctx, errorAt, newSym, noted } from './context.ts';
import { inferExpr } from './infer-expr.ts';
import { type Node, NULL } from './nodes.ts';
import { nearest, type Scope } from './scope.ts';

/** Resolves a pattern and binds what it binds. */
export function walkPattern(ctx: Ctx, pattern: Pattern, scope: Scope): void {
  const fun = scope.fun;
  switch (pattern.kind) {
    case 'wildcard':
      return;
    case 'literal':
      inferExpr(ctx, pattern.value, scope);
      fun.patterns = noted(fun.patterns, pattern, { kind: 'value', expr: pattern.value });
      return;
    case 'name': {
      const struct = ctx.types.structs.get(pattern.name.text);
      if (struct) {
        fun.patterns = noted(fun.patterns, pattern, { kind: 'variant', struct });
        return;
      }
      const expr: Expr = { kind: 'name', id: -1 - pattern.span.start, name: pattern.name.text, span: pattern.span };
      inferExpr(ctx, expr, scope);
      fun.patterns = noted(fun.patterns, pattern, { kind: 'value', expr });
      return;
    }
    case 'variant': {
      const struct = ctx.types.structs.get(pattern.name.text);
      if (!struct) {
        const near = nearest(pattern.name.text, ctx.types.structs.keys());
        errorAt(
          ctx,
          'T074',
          `unknown variant: ${pattern.name.text}`,
          pattern.name.span,
          near ? `Did you mean \`${near}\`?` : undefined,
        );
        for (const a of pattern.args) bindArg(ctx, a.pattern, a.id, ctx.solver.node(NULL), scope);
        return;
      }
      fun.patterns = noted(fun.patterns, pattern, { kind: 'variant', struct });
      if (pattern.args.length > struct.fields.length) {
        errorAt(
          ctx,
          'T075',
          `\`${struct.name}\` has ${struct.fields.length} field(s), the pattern names ${pattern.args.length}`,
          pattern.span,
        );
      }
      pattern.args.forEach((a, i) => {
        const field = struct.fields[i];
        bindArg(ctx, a.pattern, a.id, field ? field.node : ctx.solver.node(NULL), scope);
      });
      return;
    }
  }
}

function bindArg(ctx: Ctx, pattern: Pattern, id: number, field: Node, scope: Scope): void {
  if (pattern.kind === 'name' && !ctx.types.structs.get(pattern.name.text)) {
    const node = ctx.solver.node();
    ctx.solver.flow(field, node);
    scope.fun.syms.set(id, newSym(ctx, scope, pattern.name.text, pattern.name.span, node, true));
  } else walkPattern(ctx, pattern, scope);
}
