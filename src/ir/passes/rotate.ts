/**
 * Loop rotation: a loop that tests at its top whether it goes on (`loop { br out if c; ...; br loop }`) tests once before and
 * then at its bottom, which is one jump instead of two in each round. The last pass over loops: the others expect the test at
 * the top.
 */
import { copyFunc, listMapper, mapStmt, walkExpr, walkStmts } from '../build.ts';
import { factsOf } from '../facts.ts';
import type { Expr, Func, Module, Stmt } from '../ir.ts';
import { negate } from './fold-num.ts';

/** Nodes of a condition up to which it is there twice. */
const LARGEST = 12;

/** Rotates loops in all functions. */
export function rotateModule(module: Module): Module {
  const funcs = new Map<string, Func>();
  for (const func of module.funcs.values()) {
    const body = factsOf(func).hasLoop ? rotated(func.body) : func.body;
    funcs.set(func.name, body === func.body ? func : copyFunc(func, body));
  }
  return { ...module, funcs };
}

function rotated(stmts: readonly Stmt[], around?: number): readonly Stmt[] {
  let out: Stmt[] | undefined;
  stmts.forEach((s, i) => {
    const mapped = s.op === 'block' ? mapBlock(s) : mapStmt(s, lists);
    const made = mapped.op === 'loop' ? rotate(mapped, i === stmts.length - 1 ? around : undefined) : undefined;
    if (made || mapped !== s) out ??= stmts.slice(0, i);
    out?.push(...(made ?? [mapped]));
  });
  return out ?? stmts;
}
const lists = listMapper((inner) => rotated(inner));

function mapBlock(s: Extract<Stmt, { op: 'block' }>): Stmt {
  const body = rotated(s.body, s.label);
  return body === s.body ? s : { ...s, body };
}

/** The loop rotated; `around` is the label of the block that ends where the loop ends. */
function rotate(s: Extract<Stmt, { op: 'loop' }>, around: number | undefined): Stmt[] | undefined {
  const [head, ...rest] = s.body;
  const last = rest.at(-1);
  if (head?.op !== 'brIf' || head.label === s.label || last?.op !== 'br' || last.label !== s.label) return undefined;
  let again = 0;
  walkStmts(s.body, (inner) => {
    if ((inner.op === 'br' || inner.op === 'brIf') && inner.label === s.label) again++;
    else if (inner.op === 'switch' && [...inner.labels, inner.otherwise].includes(s.label)) again++;
  });
  if (again !== 1 || !isShort(head.cond)) return undefined;
  const loop: Stmt = {
    ...s,
    body: [...rest.slice(0, -1), { op: 'brIf', label: s.label, cond: negate(head.cond) }],
  };
  return head.label === around ? [head, loop] : [head, loop, { op: 'br', label: head.label }];
}

/** Whether a condition is short, and nothing but a value. */
function isShort(cond: Expr): boolean {
  let nodes = 0;
  let plain = true;
  walkExpr(cond, (e) => {
    nodes++;
    if (e.op === 'seq' || e.op === 'call' || e.op === 'callIndirect' || e.op === 'if' || e.op === 'memoryGrow')
      plain = false;
  });
  return plain && nodes <= LARGEST;
}
