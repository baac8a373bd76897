/** Lowering of calls: functions, function values, methods, constructors. Built-ins are in builtin.ts. */

import { intKeyed, LIST, maskOf, type Node, NULL, reprOf, STRUCT, shapeFor } from '../../check/nodes.ts';
import type { FunInfo, StructInfo } from '../../check/program.ts';
import type { Expr as Ast } from '../../syntax/ast.ts';
import type { Expr } from '../ir.ts';
import * as Op from '../op.ts';
import { lowerBuiltin, lowerValueMethod } from './builtin.ts';
import { callClosure, funValue, partial } from './closure.ts';
import {
  emit,
  type Fn,
  get,
  hasEnv,
  hold,
  i32,
  isUnit,
  KIND,
  layoutOf,
  needFun,
  newLocal,
  nullCell,
  num,
  resultType,
  rt,
  seq,
  stringData,
  structsOf,
  typeOf,
} from './context.ts';
import { coerce, notNull, toCell, type Value, zero } from './convert.ts';
import { fieldOf, lowerExpr, lowerPlaced, mapValueNode, mayGrowIn, newStruct, nodeOf, typeId, value } from './expr.ts';
import { mayGrow } from './list-growth.ts';

export type Call = Extract<Ast, { kind: 'call' }>;

/** Lowers a call. The value is in the representation of the call's node. */
export function lowerCall(fn: Fn, e: Call): Expr {
  const plan = fn.info.calls.get(e.id)!;
  const node = nodeOf(fn, e);
  switch (plan.kind) {
    case 'direct':
      return directCall(fn, e, plan.fun, node);
    case 'partial': {
      const { fun } = plan;
      const nodes = fun.params.map((p) => p.node);
      const args = e.args.map((a, i) => coerce(fn, lowerPlaced(fn, a), nodeOf(fn, a), nodes[i]!, a.span));
      if (args.length === 0) return coerce(fn, funValue(fn, fun), node, node);
      return partial(fn, funValue(fn, fun), args, nodes, fun.result);
    }
    case 'construct':
      return newStruct(
        fn,
        plan.struct,
        e.args.map((a, i) => ({ name: plan.struct.fields[i]?.name ?? '', value: a })),
        e.span,
      );
    case 'builtin':
      return lowerBuiltin(fn, e, plan.name);
    case 'method':
      return methodCall(fn, e, plan.name);
    case 'value':
      return callValue(fn, value(fn, e.callee), e.args, e, node);
  }
}

function directCall(fn: Fn, e: Call, fun: FunInfo, node: Node): Expr {
  const args = e.args.slice(0, fun.params.length).map((a, i) => {
    const p = fun.params[i]!;
    const borrows = fn.lo.borrowed.has(p) && !growsDuring(fn, a, fun, e.args.slice(i + 1));
    const arg = borrows ? lowerExpr(fn, a) : lowerPlaced(fn, a);
    return coerce(fn, arg, nodeOf(fn, a), p.node, a.span);
  });
  // A method called by its bare name from another method of the same struct has the same receiver.
  if (fun.self && !fn.info.self) {
    return seq(fn, () => {
      emit(fn, {
        op: Op.do,
        value: rt(undefined, 'fail', [stringData(fn.lo, `method ${fun.display} needs a receiver`)], e.span),
      });
      return zero(node);
    });
  }
  const env = fun.self ? [get(fn, 0)] : hasEnv(fun) ? [funValue(fn, fun)] : [];
  const call: Expr = {
    op: Op.call,
    type: resultType(fun.result),
    func: needFun(fn.lo, fun),
    args: [...env, ...args],
    span: e.span,
  };
  return finishCall(fn, call, fun.result, node);
}

/** Whether the list that an argument reads may be grown where it is while the callee, or a later argument, uses it. */
function growsDuring(fn: Fn, a: Ast, callee: FunInfo, later: readonly Ast[]): boolean {
  if (!(maskOf(nodeOf(fn, a)) & LIST)) return false;
  const growth = fn.lo.growth.get(callee);
  return !growth || mayGrow(fn.info, a, growth) || mayGrowIn(fn, a, later);
}

/** A call without a result is nil. */
function finishCall(fn: Fn, call: Expr, result: Node, node: Node): Expr {
  if (!isUnit(result)) return coerce(fn, call, result, node);
  return { op: Op.seq, type: 'cell', body: [{ op: Op.do, value: call }], value: nullCell };
}

/** Calls a function value with arguments given as syntax. */
function callValue(fn: Fn, target: Value, args: readonly Ast[], e: Call, node: Node): Expr {
  const shape = shapeFor(target.node, args.length);
  if (!shape) {
    // Never a function as far as the inference sees: fails when reached.
    return seq(fn, () => {
      emit(fn, { op: Op.do, value: target.ir });
      emit(fn, {
        op: Op.do,
        value: rt(undefined, 'fail', [stringData(fn.lo, 'only functions can be called')], e.span),
      });
      return zero(node);
    });
  }
  const closure =
    reprOf(target.node) === 'ref'
      ? maskOf(target.node) & NULL
        ? notNull(fn, target.ir, 'nil is called', e.span)
        : target.ir
      : notNull(fn, rt('ref', 'cell_ref', [toCell(target), i32(KIND.CLOSURE)], e.span), 'nil is called', e.span);
  return seq(fn, () => {
    const held = newLocal(fn, 'ref');
    emit(fn, { op: Op.set, local: held, value: closure });
    const values = args
      .slice(0, shape.params.length)
      .map((a, i) => coerce(fn, lowerPlaced(fn, a), nodeOf(fn, a), shape.params[i]!, a.span));
    if (values.length < shape.params.length) return partial(fn, get(fn, held), values, shape.params, shape.result);
    const called = callClosure(fn, get(fn, held), values, shape.params, shape.result, e.span);
    return isUnit(shape.result) ? called : coerce(fn, called, shape.result, node);
  });
}

// ---- methods

function methodCall(fn: Fn, e: Call, name: string): Expr {
  const callee = e.callee as Extract<Ast, { kind: 'field' }>;
  const node = nodeOf(fn, e);
  const target = value(fn, callee.target);
  const kinds = maskOf(target.node) & ~NULL;
  if (reprOf(target.node) === 'ref' && kinds === STRUCT) return structMethod(fn, e, callee, name, target, node);
  const builtin = lowerValueMethod(fn, e, name, target, node);
  if (builtin) return builtin;
  if (reprOf(target.node) === 'ref' && !intKeyed(target.node)) {
    const val = mapValueNode(fn, target.node);
    const member: Value = { ir: fieldOf(fn, target, name, val, e.span), node: val };
    return callValue(fn, member, e.args, e, node);
  }
  if (kinds & STRUCT) {
    const object = rt('ref', 'cell_struct', [toCell(target)]);
    return structMethod(fn, e, callee, name, { ir: object, node: target.node }, node);
  }
  return seq(fn, () => {
    emit(fn, { op: Op.do, value: rt(undefined, 'fail', [stringData(fn.lo, `no method ${name} here`)], e.span) });
    return zero(node);
  });
}

function structMethod(
  fn: Fn,
  e: Call,
  callee: Extract<Ast, { kind: 'field' }>,
  name: string,
  target: Value,
  node: Node,
): Expr {
  const structs = structsOf(target.node).filter((s) => s.methods.has(name) || s.byName.has(name));
  return seq(fn, () => {
    const self = hold(fn, notNull(fn, target.ir, `.${name}()`, e.span));
    if (structs.length === 1 && structsOf(target.node).length === 1)
      return callMember(fn, e, callee, name, self, structs[0]!, target, node);
    const id = newLocal(fn, 'i32');
    emit(fn, { op: Op.set, local: id, value: typeId(self) });
    let result: Expr = seq(fn, () => {
      emit(fn, { op: Op.do, value: rt(undefined, 'fail', [stringData(fn.lo, `no method ${name} here`)], e.span) });
      return zero(node);
    });
    for (const s of structs) {
      result = {
        op: Op.if,
        type: typeOf(reprOf(node)),
        cond: num('i32', 'i32.eq', get(fn, id), i32(layoutOf(fn.lo, s).typeId)),
        then: seq(fn, () => callMember(fn, e, callee, name, self, s, target, node)),
        else: result,
      };
    }
    return result;
  });
}

function callMember(
  fn: Fn,
  e: Call,
  callee: Extract<Ast, { kind: 'field' }>,
  name: string,
  self: Expr,
  struct: StructInfo,
  target: Value,
  node: Node,
): Expr {
  const method = struct.methods.get(name);
  if (!method) {
    const field = struct.byName.get(name)!;
    const slot = layoutOf(fn.lo, struct).slots.get(name)!;
    const read = fieldOf(fn, { ir: self, node: target.node }, name, field.node, callee.span);
    void slot;
    return callValue(fn, { ir: read, node: field.node }, e.args, e, node);
  }
  const args = method.params.map((p, i) => {
    const a = e.args[i];
    return a ? coerce(fn, lowerPlaced(fn, a), nodeOf(fn, a), p.node, a.span) : zero(p.node);
  });
  const call: Expr = {
    op: Op.call,
    type: resultType(method.result),
    func: needFun(fn.lo, method),
    args: [self, ...args],
    span: e.span,
  };
  return finishCall(fn, call, method.result, node);
}
