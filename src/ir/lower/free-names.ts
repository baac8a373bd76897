/** Which names an expression mentions, and the conjuncts of a condition. */
import type { Expr } from '../../syntax/ast.ts';

/** The operands of a chain of `&&`. */
export function splitAnd(e: Expr): Expr[] {
  return e.kind === 'binary' && e.op === '&&' ? [...splitAnd(e.left), ...splitAnd(e.right)] : [e];
}

/** Whether a name occurs in an expression (conservative: bindings inside it are not told apart). */
export function mentions(e: Expr, name: string): boolean {
  let found = false;
  const visit = (x: unknown): void => {
    if (found || typeof x !== 'object' || x === null) return;
    if (Array.isArray(x)) {
      for (const item of x) visit(item);
      return;
    }
    const node = x as { kind?: string; name?: unknown };
    if (node.kind === 'name' && node.name === name) {
      found = true;
      return;
    }
    for (const value of Object.values(x)) visit(value);
  };
  visit(e);
  return found;
}
