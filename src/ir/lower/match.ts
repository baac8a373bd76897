/** Lowering of `match`: dispatch on variants, comparison with values, binding of fields. */

import { LIST, maskOf, reprOf, STRUCT } from '../../check/nodes.ts';
import type { StructInfo } from '../../check/program.ts';
import type { Expr as Ast, Pattern } from '../../syntax/ast.ts';
import type { Expr, Stmt } from '../ir.ts';
import * as Op from '../op.ts';
import {
  collect,
  emit,
  type Fn,
  get,
  hold,
  i32,
  layoutOf,
  load,
  newLabel,
  newLocal,
  nullRef,
  num,
  rt,
  seq,
  structsOf,
  typeOf,
} from './context.ts';
import { coerce, equal, type Value, zero } from './convert.ts';
import { lowerPlaced, nodeOf, typeId, value } from './expr.ts';
import { bindSym } from './lower.ts';
import { lowerStmts, shareValue } from './stmt.ts';

type Match = Extract<Ast, { kind: 'match' }>;
type Arm = Match['arms'][number];

/** Variants from which on a jump table is made: fewer are compared one after the other. */
const TABLE = 4;

/** Lowers a match; nil if no arm matches. */
export function lowerMatch(fn: Fn, e: Match): Expr {
  const node = nodeOf(fn, e);
  const subject = value(fn, e.value);
  return seq(fn, () => {
    const held: Value = { ir: hold(fn, subject.ir), node: subject.node };
    const result = newLocal(fn, typeOf(reprOf(node)));
    emit(fn, { op: Op.set, local: result, value: zero(node) });
    const end = newLabel(fn);
    const armBody = (arm: Arm): void => {
      if (arm.body.kind === 'expr') {
        const v = coerce(fn, lowerPlaced(fn, arm.body.expr), nodeOf(fn, arm.body.expr), node, arm.span);
        emit(fn, { op: Op.set, local: result, value: v });
      } else lowerStmts(fn, arm.body.block.body);
      emit(fn, { op: Op.br, label: end });
    };
    const body = collect(fn, () => {
      const variants = e.arms.map((arm) => variantOf(fn, arm.pattern));
      const tagged = reprOf(held.node) === 'ref' && variants.filter((v) => v !== undefined).length > 1;
      const tag = tagged ? hold(fn, typeId(held.ir)) : undefined;
      if (tag && tableOf(fn, e.arms, variants)) {
        dispatch(fn, e.arms, variants, held, tag, armBody);
        return;
      }
      const open = maskOf(held.node) === STRUCT ? new Set(structsOf(held.node)) : undefined;
      e.arms.forEach((arm, i) => {
        const variant = variants[i];
        const certain = variant !== undefined && open?.size === 1 && open.has(variant);
        if (variant && alwaysBinds(fn, arm.pattern)) open?.delete(variant);
        const next = newLabel(fn);
        const code = collect(fn, () => {
          matchPattern(fn, arm.pattern, held, next, { tag, certain });
          armBody(arm);
        });
        emit(fn, { op: Op.block, label: next, body: code });
      });
    });
    emit(fn, { op: Op.block, label: end, body });
    return get(fn, result);
  });
}

/** The variant (or struct) that a pattern asks for. */
function variantOf(fn: Fn, pattern: Pattern): StructInfo | undefined {
  const plan = fn.info.patterns.get(pattern);
  return plan?.kind === 'variant' ? plan.struct : undefined;
}

/** Whether a pattern matches every object of its variant. */
function alwaysBinds(fn: Fn, pattern: Pattern): boolean {
  return (
    pattern.kind !== 'variant' || pattern.args.every((a) => a.pattern.kind === 'wildcard' || fn.info.syms.has(a.id))
  );
}

/** Whether the arms can be one jump table: each for a variant of its own, all of it, but for a last wildcard. */
function tableOf(fn: Fn, arms: readonly Arm[], variants: readonly (StructInfo | undefined)[]): boolean {
  const last = arms.at(-1)!.pattern.kind === 'wildcard' ? variants.slice(0, -1) : variants;
  if (last.length < TABLE || last.includes(undefined) || new Set(last).size < last.length) return false;
  if (!last.every((_, i) => alwaysBinds(fn, arms[i]!.pattern))) return false;
  const ids = last.map((s) => layoutOf(fn.lo, s!).typeId);
  return Math.max(...ids) - Math.min(...ids) < 2 * ids.length;
}

/** A jump table over the type id: `block { block { … switch } first arm } second arm …`. */
function dispatch(
  fn: Fn,
  arms: readonly Arm[],
  variants: readonly (StructInfo | undefined)[],
  held: Value,
  tag: Expr,
  armBody: (arm: Arm) => void,
): void {
  const ids = variants.map((s) => (s ? layoutOf(fn.lo, s).typeId : undefined));
  const first = Math.min(...ids.filter((id) => id !== undefined));
  const labels = arms.map(() => newLabel(fn));
  const none = newLabel(fn);
  const otherwise = ids.at(-1) === undefined ? labels.at(-1)! : none;
  const byId: number[] = [];
  ids.forEach((id, i) => {
    if (id !== undefined) byId[id - first] = labels[i]!;
  });
  let inner: Stmt[] = [
    {
      op: Op.switch,
      value: num('i32', 'i32.sub', tag, i32(first)),
      labels: Array.from(byId, (label) => label ?? otherwise),
      otherwise,
    },
  ];
  arms.forEach((arm, i) => {
    const code = collect(fn, () => {
      matchPattern(fn, arm.pattern, held, none, { tag, certain: true });
      armBody(arm);
    });
    inner = [{ op: Op.block, label: labels[i]!, body: inner }, ...code];
  });
  emit(fn, { op: Op.block, label: none, body: inner });
}

/**
 * Leaves through `fail` when the pattern does not match; else binds what it binds.
 *
 * @param tag the subject's type id, where it has been read; `certain` that it is the pattern's
 */
function matchPattern(
  fn: Fn,
  pattern: Pattern,
  subject: Value,
  fail: number,
  { tag, certain = false }: { readonly tag?: Expr; readonly certain?: boolean } = {},
): void {
  if (pattern.kind === 'wildcard') return;
  const plan = fn.info.patterns.get(pattern);
  if (!plan) {
    emit(fn, { op: Op.br, label: fail });
    return;
  }
  if (plan.kind === 'value') {
    const same = equal(fn, subject, value(fn, plan.expr));
    emit(fn, { op: Op.brIf, label: fail, cond: num('i32', 'i32.eqz', same) });
    return;
  }
  const layout = layoutOf(fn.lo, plan.struct);
  const object = hold(fn, structRef(subject));
  if (!certain && !(maskOf(subject.node) === STRUCT && structsOf(subject.node).every((s) => s === plan.struct))) {
    emit(fn, { op: Op.brIf, label: fail, cond: num('i32', 'i32.ne', tag ?? typeId(object), i32(layout.typeId)) });
  }
  if (pattern.kind !== 'variant') return;
  pattern.args.forEach((a, i) => {
    const slot = layout.order[i];
    if (!slot || a.pattern.kind === 'wildcard') return;
    const read = load(slot.repr, object, slot.offset);
    const sym = fn.info.syms.get(a.id);
    if (sym) {
      const shared = maskOf(slot.node) & LIST ? shareValue(read) : read;
      bindSym(fn, sym, coerce(fn, shared, slot.node, sym.node), undefined);
    } else matchPattern(fn, a.pattern, { ir: hold(fn, read), node: slot.node }, fail);
  });
}

/** The object of a subject that may be something else: nil then. */
function structRef(subject: Value): Expr {
  switch (reprOf(subject.node)) {
    case 'ref':
      return subject.ir;
    case 'cell':
      return rt('ref', 'cell_struct', [subject.ir]);
    default:
      return nullRef;
  }
}
