/** Where control can go, from the syntax alone. */
import type { IfStmt, Stmt } from '../syntax/ast.ts';

/** Whether control can reach the end of a list of statements (conservative: true when unsure). */
export function canFallThrough(body: readonly Stmt[]): boolean {
  for (const s of body) {
    switch (s.kind) {
      case 'return':
      case 'break':
      case 'continue':
        return false;
      case 'if':
        if (s.else && !ifFalls(s)) return false;
        break;
      case 'while':
        if (s.cond.kind === 'bool' && s.cond.value && !hasBreak(s.body.body)) return false;
        break;
      case 'expr':
        if (s.expr.kind === 'call' && s.expr.callee.kind === 'name' && s.expr.callee.name === 'panic') return false;
        break;
      default:
        break;
    }
  }
  return true;
}

function ifFalls(s: IfStmt): boolean {
  if (canFallThrough(s.then.body)) return true;
  if (!s.else) return true;
  return 'kind' in s.else ? ifFalls(s.else) : canFallThrough(s.else.body);
}

function hasBreak(body: readonly Stmt[]): boolean {
  return body.some((s) => {
    if (s.kind === 'break') return true;
    if (s.kind === 'if') return ifHasBreak(s);
    return false;
  });
}

function ifHasBreak(s: IfStmt): boolean {
  if (hasBreak(s.then.body)) return true;
  if (!s.else) return false;
  return 'kind' in s.else ? ifHasBreak(s.else) : hasBreak(s.else.body);
}
