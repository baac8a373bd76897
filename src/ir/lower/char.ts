/** Lowering of comparisons with a character. */

import { INT, maskOf, NULL, STR } from '../../check/nodes.ts';
import type { Expr as Ast } from '../../syntax/ast.ts';
import type { Expr } from '../ir.ts';
import type * as Op from '../op.ts';
import { type Fn, i32, num, rt } from './context.ts';
import { lowerExpr, nodeOf } from './expr.ts';

const CHAR_COMPARISONS: Readonly<Record<string, Extract<Expr, { op: typeof Op.num }>['code']>> = {
  '==': 'i32.eq',
  '!=': 'i32.ne',
  '<': 'i32.lt_s',
  '<=': 'i32.le_s',
  '>': 'i32.gt_s',
  '>=': 'i32.ge_s',
};

/**
 * A comparison of a string with a literal of one ASCII character: by its code. For `s[i]` and `s[i:i + 1]` no string is
 * made; any character that is not ASCII counts as 128, which orders it behind every ASCII one.
 */
export function comparedChar(fn: Fn, e: Extract<Ast, { kind: 'binary' }>): Expr | undefined {
  const { left, right } = e;
  if (right.kind !== 'string' || right.bytes || right.value.length !== 1 || right.value.charCodeAt(0) > 127)
    return undefined;
  if ((maskOf(nodeOf(fn, left)) & ~NULL) !== STR) return undefined;
  const code = i32(right.value.charCodeAt(0));
  const op = CHAR_COMPARISONS[e.op]!;
  const isText = (x: Ast) => maskOf(nodeOf(fn, x)) === STR;
  if (left.kind === 'index' && !left.optional && isText(left.target) && maskOf(nodeOf(fn, left.index)) === INT) {
    return num(
      'i32',
      op,
      rt('i32', 'str_code_at', [lowerExpr(fn, left.target), lowerExpr(fn, left.index)], left.span),
      code,
    );
  }
  if (
    left.kind === 'slice' &&
    isText(left.target) &&
    isNextOf(left.start, left.end) &&
    maskOf(nodeOf(fn, left.start!)) === INT
  ) {
    return num(
      'i32',
      op,
      rt('i32', 'str_code_slice', [lowerExpr(fn, left.target), lowerExpr(fn, left.start!)], left.span),
      code,
    );
  }
  const text = lowerExpr(fn, left);
  if (e.op === '==') return rt('i32', 'str_is_char', [text, code]);
  if (e.op === '!=') return num('i32', 'i32.eqz', rt('i32', 'str_is_char', [text, code]));
  if (maskOf(nodeOf(fn, left)) & NULL) return undefined;
  return num('i32', op, rt('i32', 'str_order_char', [text, code]), i32(0));
}

/** `i` and `i + 1`. */
export function isNextOf(start: Ast | undefined, end: Ast | undefined): boolean {
  if (start?.kind !== 'name' || end?.kind !== 'binary' || end.op !== '+') return false;
  return end.left.kind === 'name' && end.left.name === start.name && end.right.kind === 'int' && end.right.value === 1n;
}
