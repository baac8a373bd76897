/**
 * Lowering: from the checked syntax tree to typed IR.
 *
 * Functions are lowered on demand, from the program's top level, so that what nothing calls costs nothing. Representations
 * come from the inference (check/nodes.ts); everything that may be a cell goes through the run-time library's dynamic
 * operations, everything else is unboxed code.
 */

import { maskOf, NULL, reprOf } from '../../check/nodes.ts';
import type { CallPlan, CheckedProgram, FunInfo, Ref, Sym } from '../../check/program.ts';
import type { Span } from '../../diagnostics/diagnostic.ts';
import type { Stmt as AstStmt, Block } from '../../syntax/ast.ts';
import { walkTree } from '../../syntax/walk.ts';
import type { Expr, Func, Module, Stmt, Type } from '../ir.ts';
import { emptyModule } from '../ir.ts';
import { MAIN } from '../names.ts';
import * as Op from '../op.ts';
import { borrowedParams } from './borrow.ts';
import { envSlots, makeBox } from './closure.ts';
import {
  addData,
  collect,
  emit,
  type Fn,
  finishFunc,
  get,
  globalOf,
  hasEnv,
  i32,
  i64,
  isBoxed,
  type Lowering,
  layoutOf,
  load,
  needFun,
  newLabel,
  newLocal,
  nullCell,
  nullRef,
  num,
  type Place,
  resultType,
  rt,
  typeOf,
} from './context.ts';
import { coerce } from './convert.ts';
import { lowerPlaced } from './expr.ts';
import { listGrowth } from './list-growth.ts';
import { lowerBlock, lowerStmts } from './stmt.ts';

export interface LowerOptions {
  readonly mode: 'run' | 'test';
  /** Source text of a span, for messages of `expect`. */
  readonly text: (span: Span) => string;
}

/** Lowers a checked program to a module whose run-time functions are still missing. */
export function lowerProgram(program: CheckedProgram, options: LowerOptions): Module {
  const funs = allFuns(program);
  const lo: Lowering = {
    program,
    module: emptyModule(),
    solver: program.solver,
    queue: [],
    queued: new Set(),
    layouts: new Map(),
    descriptors: [],
    globals: new Map(),
    borrowed: borrowedParams(funs),
    growth: listGrowth(funs),
    effects: new Map(),
    accumulators: new Map(),
    text: options.text,
    mode: options.mode,
    counter: 0,
  };
  program.globals.forEach((sym, i) => {
    if (!sym.global) return;
    const name = `g.${sym.name}.${i}`;
    const type = typeOf(reprOf(sym.node));
    lo.globals.set(sym, name);
    lo.module.globals.set(name, { name, type, mutable: true, init: type === 'i64' || type === 'cell' ? 0n : 0 });
  });
  needFun(lo, program.main);
  while (lo.queue.length) {
    const info = lo.queue.shift()!;
    addFunc(lo, info === program.main ? lowerMain(lo, info) : lowerFun(lo, info));
  }
  addFunc(lo, entry());
  lo.module.exports.set('_start', '_start');
  // For a host that can still call into the program after the stack is exhausted: what was printed must not be lost.
  lo.module.exports.set('mochi.flush', 'rt.flush');
  addData(lo, {
    name: 'rt.type_table',
    align: 4,
    bytes: new Uint8Array(4 * (lo.descriptors.length + 1)),
    relocs: lo.descriptors.map((data, i) => ({ at: 4 * (i + 1), data })),
  });
  return lo.module;
}

function addFunc(lo: Lowering, func: Func): void {
  lo.module.funcs.set(func.name, func);
}

/** Every function that the walk found, methods and nested ones too. */
function allFuns(program: CheckedProgram): FunInfo[] {
  const found = new Set<FunInfo>();
  const visit = (f: FunInfo): void => {
    if (found.has(f)) return;
    found.add(f);
    f.funs.forEach(visit);
    f.calls.forEach(visitCall);
    f.refs.forEach(visitRef);
  };
  const visitCall = (c: CallPlan): void => {
    if (c.kind === 'direct' || c.kind === 'partial') visit(c.fun);
  };
  const visitRef = (r: Ref): void => {
    if (r.kind === 'fun') visit(r.fun);
  };
  visit(program.main);
  for (const s of program.structs) for (const m of s.methods.values()) visit(m);
  return [...found];
}

/** `_start`: run-time start, the program, and the flush of what it printed. */
function entry(): Func {
  return {
    name: '_start',
    params: [],
    result: undefined,
    locals: [],
    body: [
      { op: Op.do, value: rt(undefined, 'start', []) },
      { op: Op.do, value: { op: Op.call, type: undefined, func: MAIN, args: [] } },
      { op: Op.do, value: rt(undefined, 'flush', []) },
    ],
    inline: 'never',
  };
}

function newFn(lo: Lowering, info: FunInfo): Fn {
  return {
    lo,
    info,
    locals: [],
    localNames: [],
    places: new Map(),
    closures: new Map(),
    out: [],
    labels: 0,
    tail: undefined,
    virtualRows: new Map(),
    solidRows: new Set(),
    accumulated: new Map(),
    loops: [],
  };
}

function lowerMain(lo: Lowering, info: FunInfo): Func {
  const fn = newFn(lo, info);
  const { body } = lo.program;
  if (lo.mode === 'run') {
    lowerStmts(fn, body);
    return finishFunc(fn, info.name, [], undefined, fn.out);
  }
  // Test mode: everything but the tests, silently, then the test whose number is the first argument.
  emit(fn, { op: Op.do, value: rt(undefined, 'quiet', [i32(1)]) });
  lowerStmts(
    fn,
    body.filter((s) => s.kind !== 'test'),
  );
  emit(fn, { op: Op.do, value: rt(undefined, 'quiet', [i32(0)]) });
  const chosen = newLocal(fn, 'i64', 'test');
  emit(fn, { op: Op.set, local: chosen, value: rt('i64', 'arg_i64', [i32(1)]) });
  lo.program.tests.forEach((test, i) => {
    const then = collect(fn, () => lowerBlock(fn, test.stmt.body));
    emit(fn, { op: Op.if, cond: num('i32', 'i64.eq', get(fn, chosen), i64(BigInt(i))), then, else: [] });
  });
  return finishFunc(fn, info.name, [], undefined, fn.out);
}

function lowerFun(lo: Lowering, info: FunInfo): Func {
  const fn = newFn(lo, info);
  const params: Type[] = [];
  const param = (type: Type, name: string): number => {
    params.push(type);
    return newLocal(fn, type, name);
  };
  const env = hasEnv(info) ? param('ref', 'env') : undefined;
  const self = info.self ? param('ref', 'self') : undefined;
  const locals = info.params.map((p) => param(typeOf(reprOf(p.node)), p.name));
  if (env !== undefined) openEnv(fn, env);
  if (self !== undefined) copyFields(fn, self);
  info.params.forEach((p, i) => {
    bindSym(fn, p, get(fn, locals[i]!), locals[i]!);
  });
  const result = resultType(info.result);
  if (info.lambda?.expr) {
    const value = lowerPlaced(fn, info.lambda.expr);
    const node = info.nodes.get(info.lambda.expr.id)!;
    if (result) emit(fn, { op: Op.return, value: coerce(fn, value, node, info.result, info.lambda.expr.span) });
    else if (value.op !== Op.const) emit(fn, { op: Op.do, value });
  } else {
    const body = info.decl?.body ?? info.lambda?.block;
    const loops =
      info.kind === 'named' && info.funs.size === 0 && !info.params.some(isBoxed) && endsInItself(info, body);
    if (loops) fn.tail = { label: newLabel(fn), params: locals };
    lowerStmts(fn, body?.body ?? []);
    if (result) {
      // Control gets here only where the inference knows that the result may be nil.
      if (info.fallsThrough && maskOf(info.result) & NULL) {
        emit(fn, { op: Op.return, value: result === 'ref' ? nullRef : nullCell });
      } else emit(fn, { op: Op.unreachable, span: info.span });
    }
  }
  const body: Stmt[] = fn.tail ? [{ op: Op.loop, label: fn.tail.label, body: fn.out }] : fn.out;
  return finishFunc(fn, needFun(lo, info), params, result, body);
}

/** Whether a function returns the result of calling itself: that call becomes a jump, so that it takes no stack. */
function endsInItself(info: FunInfo, body: Block | undefined): boolean {
  if (!info.callsItself) return false;
  let found = false;
  walkTree(body, (node) => {
    if (node.kind === 'return') {
      const { value } = node as Extract<AstStmt, { kind: 'return' }>;
      const call = value?.kind === 'call' ? value : undefined;
      const plan = call && info.calls.get(call.id);
      if (plan?.kind === 'direct' && plan.fun === info && call?.args.length === info.params.length) found = true;
    }
    return !found;
  });
  return found;
}

/** Makes what a closure captured available: values in locals, boxes by reference. */
function openEnv(fn: Fn, env: number): void {
  for (const slot of envSlots(fn.info)) {
    const repr = slot.repr;
    const local = newLocal(fn, typeOf(repr), slot.name);
    emit(fn, { op: Op.set, local, value: load(repr, get(fn, env), slot.offset) });
    if (slot.fun) fn.closures.set(slot.fun, local);
    else if (slot.sym) {
      const place: Place = isBoxed(slot.sym)
        ? { kind: 'box', local, repr: reprOf(slot.sym.node) }
        : { kind: 'local', local, repr };
      fn.places.set(slot.sym, place);
    }
  }
  // A nested function calls itself through the environment that it was given.
  if (fn.info.kind === 'named') fn.closures.set(fn.info, env);
}

/** A method's view of its receiver: the fields that it uses, as local variables. */
function copyFields(fn: Fn, self: number): void {
  const layout = layoutOf(fn.lo, fn.info.self!);
  for (const [name, sym] of fn.info.fieldSyms) {
    const slot = layout.slots.get(name)!;
    bindSym(fn, sym, coerce(fn, load(slot.repr, get(fn, self), slot.offset), slot.node, sym.node), undefined);
  }
}

/** Gives a variable its place and first value. */
export function bindSym(fn: Fn, sym: Sym, value: Expr, paramLocal: number | undefined): void {
  const repr = reprOf(sym.node);
  const global = globalOf(fn, sym);
  if (global !== undefined) {
    emit(fn, { op: Op.setGlobal, name: global, value });
    return;
  }
  if (isBoxed(sym)) {
    makeBox(fn, sym, value);
    return;
  }
  const known = fn.places.get(sym);
  const local = paramLocal ?? (known?.kind === 'local' ? known.local : newLocal(fn, typeOf(repr), sym.name));
  if (paramLocal === undefined) emit(fn, { op: Op.set, local, value });
  fn.places.set(sym, { kind: 'local', local, repr });
}
