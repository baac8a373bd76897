/** Which names an expression mentions, and the conjuncts of a condition. */
import type { Expr } from '../../syntax/ast.ts';
import { walkTree } from '../../syntax/walk.ts';

/** The operands of a chain of `&&`. */
export function splitAnd(e: Expr): Expr[] {
  return e.kind === 'binary' && e.op === '&&' ? [...splitAnd(e.left), ...splitAnd(e.right)] : [e];
}

/** Whether a name occurs in an expression (conservative: bindings inside it are not told apart). */
export function mentions(e: Expr, name: string): boolean {
  let found = false;
  walkTree(e, (node) => {
    if (node.kind === 'name' && (node as Extract<Expr, { kind: 'name' }>).name === name) found = true;
    return !found;
  });
  return found;
}
