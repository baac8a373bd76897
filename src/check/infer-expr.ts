/** Inference of expressions: what each one may hold, what each name and call means. */
import type { Block, Expr, Param, TypeExpr } from '../syntax/ast.ts';
import { BUILTINS, type Builtin, MAP_METHODS, mapMethod, VALUE_METHODS } from './builtins.ts';
import { isLargeConstant, powerMayBeLarge } from './constants.ts';
import {
  type Ctx,
  checkDeclared,
  errorAt,
  needsMap,
  noteAnonymous,
  noted,
  noting,
  unsupported,
  useSym,
  warnAt,
} from './context.ts';
import { canFallThrough } from './control.ts';
import { addFacts, conditionFacts, dropFacts, isPresent, NO_FACTS } from './facts.ts';
import { instanceOf, walkLambda } from './infer.ts';
import { inferAs, inferFetch, inferLoad, inferSave } from './infer-io.ts';
import { walkPattern } from './infer-pattern.ts';
import { fieldSym, flowKey, readField, readIndex } from './infer-place.ts';
import { anonymous, inferQuery } from './infer-query.ts';
import { walkStatements } from './infer-stmt.ts';
import {
  BIG,
  BOOL,
  elemNode,
  FLOAT,
  FUN,
  find,
  INT,
  keyNode,
  LIST,
  MAP,
  maskOf,
  type Node,
  NULL,
  NUMERIC,
  RAT,
  STR,
  STRUCT,
  shapeFor,
  valNode,
} from './nodes.ts';
import type { Call, FunInfo, StructInfo } from './program.ts';
import { type Binding, childScope, lookup, nearest, type Scope, visibleNames } from './scope.ts';
import { checkTypeNames } from './type-names.ts';
import { declNode } from './types.ts';

/** Infers an expression and notes its node in the function's table. */
export function inferExpr(ctx: Ctx, e: Expr, scope: Scope): Node {
  const node = infer(ctx, e, scope);
  scope.fun.nodes.set(e.id, node);
  return node;
}

function infer(ctx: Ctx, e: Expr, scope: Scope): Node {
  const { solver } = ctx;
  switch (e.kind) {
    case 'name':
      return inferName(ctx, e, scope);
    case 'int':
      return solver.node(INT);
    case 'binary':
      return inferBinary(ctx, e, scope);
    case 'call':
      return inferCall(ctx, e, scope);
    case 'string':
      return solver.node(STR);
    case 'float':
      return solver.node(FLOAT);
    case 'bool':
      return solver.node(BOOL);
    case 'none':
      return solver.node(NULL);
    case 'error':
      return solver.node();
    case 'unary':
      return inferUnary(ctx, e, scope);
    case 'index': {
      const base = inferExpr(ctx, e.target, scope);
      const index = inferExpr(ctx, e.index, scope);
      ctx.checks.push({
        kind: 'kind',
        node: base,
        mask: LIST | MAP | STR | STRUCT,
        span: e.target.span,
        code: 'T018',
        title: 'only lists, maps and strings can be indexed',
      });
      const present = isPresent(ctx, e.target, e.index, scope);
      const result = readIndex(ctx, base, index, e.index.kind === 'string' ? e.index.value : undefined, present);
      if (present) scope.fun.present = noting(scope.fun.present, e.id);
      if (e.optional) solver.add(result, NULL);
      return result;
    }
    case 'slice':
      return inferSlice(ctx, e, scope);
    case 'field': {
      const base = inferExpr(ctx, e.target, scope);
      const result = readField(ctx, base, e.name.text);
      if (e.optional) solver.add(result, NULL);
      ctx.checks.push({ kind: 'field', node: base, name: e.name.text, span: e.name.span });
      return result;
    }
    case 'cast':
      return inferCast(ctx, e, scope);
    case 'struct':
      return inferStruct(ctx, e, scope);
    case 'list': {
      const result = solver.node(LIST);
      const shapes = new Map<string, StructInfo>();
      for (const item of e.items) {
        const node = item.kind === 'map' ? inferMap(ctx, item, scope, shapes) : inferExpr(ctx, item, scope);
        solver.flow(node, elemNode(solver, result));
      }
      return result;
    }
    case 'map':
      return inferMap(ctx, e, scope, new Map());
    case 'lambda': {
      const lambda = walkLambda(ctx, e, scope);
      const result = solver.node();
      solver.setFun(result, { params: lambda.params.map((p) => p.node), result: lambda.result });
      return result;
    }
    case 'if': {
      inferExpr(ctx, e.cond, scope);
      const result = solver.node(e.else ? 0 : NULL);
      solver.flow(inferExpr(ctx, e.then, scope), result);
      if (e.else) solver.flow(inferExpr(ctx, e.else, scope), result);
      return result;
    }
    case 'match':
      return inferMatch(ctx, e, scope);
    case 'query':
      return inferQuery(ctx, e, scope);
    case 'logicQuery':
      unsupported(ctx, 'logic programming (`query`)', e.span);
      return solver.node();
    case 'generate':
      unsupported(ctx, '`generate`', e.span);
      return solver.node();
    case 'fetch':
      return inferFetch(ctx, e, undefined, scope);
    case 'load':
      return inferLoad(ctx, e, scope);
    case 'save':
      return inferSave(ctx, e, scope);
  }
}

function inferUnary(ctx: Ctx, e: Extract<Expr, { kind: 'unary' }>, scope: Scope): Node {
  const { solver } = ctx;
  const a = inferExpr(ctx, e.operand, scope);
  if (e.op === '!') return solver.node(BOOL);
  const result = solver.node();
  solver.when([a], () => {
    const m = maskOf(a);
    solver.add(result, m & (NUMERIC | NULL));
    if (m & BOOL) solver.add(result, INT);
    if (m & STR) solver.add(result, INT | FLOAT);
  });
  return result;
}

function inferSlice(ctx: Ctx, e: Extract<Expr, { kind: 'slice' }>, scope: Scope): Node {
  const { solver } = ctx;
  const base = inferExpr(ctx, e.target, scope);
  for (const part of [e.start, e.end, e.step]) if (part) inferExpr(ctx, part, scope);
  const result = solver.node();
  solver.when([base], () => {
    const m = maskOf(base);
    if (m & LIST) {
      solver.add(result, LIST);
      solver.unify(elemNode(solver, result), elemNode(solver, base));
    }
    if (m & STR) solver.add(result, STR);
    if (m & NULL) solver.add(result, NULL);
  });
  return result;
}

/**
 * A map literal: a record when its keys are constant, else a map. Literals of equal shape in one list are one record type.
 */
function inferMap(ctx: Ctx, e: Extract<Expr, { kind: 'map' }>, scope: Scope, shapes: Map<string, StructInfo>): Node {
  const { solver } = ctx;
  const result = solver.node();
  scope.fun.nodes.set(e.id, result);
  const names = e.entries.map((x) => (x.key.kind === 'string' && !x.key.bytes ? x.key.value : undefined));
  const distinct = new Set(names);
  if (names.length > 0 && !distinct.has(undefined) && distinct.size === names.length && !ctx.mapSites.has(e.id)) {
    const shape = names.join('\u0000');
    let info = shapes.get(shape);
    if (!info) {
      info = anonymous(
        'record',
        names.map((name) => ({ name: name!, node: solver.node() })),
      );
      shapes.set(shape, info);
      noteAnonymous(ctx, info);
    }
    info.sites.push(e.id);
    for (const [i, { key, value }] of e.entries.entries()) {
      inferExpr(ctx, key, scope);
      solver.flow(inferExpr(ctx, value, scope), info.byName.get(names[i]!)!.node);
    }
    scope.fun.records = noted(scope.fun.records, e.id, info);
    solver.addStruct(result, info);
    return result;
  }
  solver.add(result, MAP);
  for (const { key, value } of e.entries) {
    flowKey(ctx, inferExpr(ctx, key, scope), result);
    solver.flow(inferExpr(ctx, value, scope), valNode(solver, result));
  }
  return result;
}

// ---- names

function inferName(ctx: Ctx, e: Extract<Expr, { kind: 'name' }>, scope: Scope): Node {
  const binding = lookup(scope, e.name);
  if (binding?.kind !== 'var') return inferOtherName(ctx, e, binding, scope);
  useSym(scope.fun, binding.sym);
  scope.fun.refs.set(e.id, binding);
  return binding.sym.node;
}

/** A name that is no plain variable. */
function inferOtherName(
  ctx: Ctx,
  e: Extract<Expr, { kind: 'name' }>,
  binding: Exclude<Binding, { kind: 'var' }> | undefined,
  scope: Scope,
): Node {
  const { solver } = ctx;
  const { refs } = scope.fun;
  switch (binding?.kind) {
    case 'fun': {
      const target = instanceOf(ctx, binding.named, scope.fun);
      target.asValue = true;
      useFun(scope.fun, target);
      refs.set(e.id, { kind: 'fun', fun: target });
      return funNode(ctx, target);
    }
    case 'field': {
      const sym = fieldSym(ctx, binding);
      useSym(scope.fun, sym);
      refs.set(e.id, { kind: 'var', sym });
      return sym.node;
    }
    case 'rowField':
      useSym(scope.fun, binding.row);
      refs.set(e.id, { kind: 'rowField', row: binding.row, name: binding.name });
      return readField(ctx, binding.row.node, binding.name);
    case 'keyField':
      useSym(scope.fun, binding.sym);
      refs.set(e.id, { kind: 'keyField', sym: binding.sym, key: binding.key, name: binding.name });
      return readField(ctx, binding.key, binding.name);
    case 'method':
      unsupported(ctx, 'a method as a value', e.span);
      return solver.node();
    case undefined:
      break;
  }
  const struct = ctx.types.structs.get(e.name);
  if (struct?.union && struct.fields.length === 0) {
    refs.set(e.id, { kind: 'variant', struct });
    const n = solver.node();
    solver.addStruct(n, struct);
    return n;
  }
  if (e.name === 'nil' || e.name === 'null') {
    refs.set(e.id, { kind: 'nil' });
    return solver.node(NULL);
  }
  if (BUILTINS.has(e.name)) {
    unsupported(ctx, `the built-in function \`${e.name}\` as a value`, e.span);
    return solver.node();
  }
  const near = nearest(e.name, [...visibleNames(scope), ...ctx.types.structs.keys()]);
  errorAt(
    ctx,
    'T002',
    `undefined variable: ${e.name}`,
    e.span,
    near ? `Did you mean \`${near}\`?` : 'Declare it before this line, with `let` or `var`.',
  );
  refs.set(e.id, { kind: 'nil' });
  return solver.node();
}

/** A node for a named function as a value. */
function funNode(ctx: Ctx, target: FunInfo): Node {
  const n = ctx.solver.node();
  ctx.solver.setFun(n, { params: target.params.map((p) => p.node), result: target.result });
  return n;
}

/** Notes that `fun` refers to a nested function: if that one turns out to capture, its closure is captured too. */
export function useFun(fun: FunInfo, target: FunInfo): void {
  if (!target.parent || target.kind === 'method') return;
  for (let f: FunInfo | undefined = fun; f && f !== target.parent; f = f.parent) {
    if (f !== target) f.capturedFuns = noting(f.capturedFuns, target);
  }
}

// ---- operators

function inferBinary(ctx: Ctx, e: Extract<Expr, { kind: 'binary' }>, scope: Scope): Node {
  const { solver } = ctx;
  const { op } = e;
  const a = inferExpr(ctx, e.left, scope);
  const before = addFacts(ctx, op === '&&' || op === '||' ? conditionFacts(e.left, op === '&&', scope, []) : NO_FACTS);
  const b = inferExpr(ctx, e.right, scope);
  dropFacts(ctx, before);
  switch (op) {
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return inferArithmetic(ctx, e, a, b);
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return solver.node(BOOL);
    case 'in':
      needsMap(ctx, b);
      return solver.node(BOOL);
    case '&&':
    case '||': {
      const result = solver.node();
      solver.flow(a, result);
      solver.flow(b, result);
      return result;
    }
    case '??':
      return inferOtherwise(ctx, a, b);
    case 'union':
    case 'union all':
    case 'except':
    case 'intersect':
      return inferSetOperation(ctx, a, b);
  }
}

// Functions of their own, so that only what makes closures allocates the variables that these capture.

function inferArithmetic(ctx: Ctx, e: Extract<Expr, { kind: 'binary' }>, a: Node, b: Node): Node {
  const { solver } = ctx;
  const { op } = e;
  const result = solver.node();
  const large = ctx.growing.has(e.id) || isLargeConstant(e);
  solver.when([a, b], () => {
    const l = maskOf(a);
    const r = maskOf(b);
    if (l && r) solver.add(result, arithmetic(op, l, r));
    if (large && l & (INT | BIG) && r & (INT | BIG)) solver.add(result, BIG);
    if (op === '+' && l & LIST && r & LIST) {
      solver.add(result, LIST);
      solver.unify(elemNode(solver, result), elemNode(solver, a));
      solver.unify(elemNode(solver, result), elemNode(solver, b));
    }
  });
  return result;
}

/** `a ?? b` */
function inferOtherwise(ctx: Ctx, a: Node, b: Node): Node {
  const { solver } = ctx;
  const result = solver.node();
  solver.when([a], () => {
    const m = maskOf(a);
    if (m & ~NULL) solver.add(result, m & ~NULL & ~(LIST | MAP | STRUCT | FUN));
  });
  flowNonNull(ctx, a, result);
  solver.flow(b, result);
  return result;
}

function inferSetOperation(ctx: Ctx, a: Node, b: Node): Node {
  const { solver } = ctx;
  const result = solver.node(LIST);
  for (const n of [a, b]) {
    solver.when([n], () => {
      if (maskOf(n) & LIST) solver.unify(elemNode(solver, result), elemNode(solver, n));
    });
  }
  return result;
}

/** Flows what is not nil: a node of its own, since nil stays behind. */
function flowNonNull(ctx: Ctx, from: Node, to: Node): void {
  const { solver } = ctx;
  solver.when([from], () => {
    const root = find(from);
    if (root.mask & LIST) {
      solver.add(to, LIST);
      solver.unify(elemNode(solver, to), elemNode(solver, from));
    }
    if (root.mask & MAP) {
      solver.add(to, MAP);
      solver.unify(keyNode(solver, to), keyNode(solver, from));
      solver.unify(valNode(solver, to), valNode(solver, from));
    }
    for (const s of find(from).structs ?? []) solver.addStruct(to, s);
    for (const shape of find(from).funs?.values() ?? []) solver.setFun(to, shape);
  });
}

/** The kinds of a result of arithmetic on operands of the given kinds (LANGUAGE 4.2). */
function arithmetic(op: string, l: number, r: number): number {
  let m = 0;
  if ((l | r) & NULL) m |= NULL;
  const li = l & (INT | BOOL);
  const ri = r & (INT | BOOL);
  if (li && ri) m |= INT;
  const whole = BIG | INT;
  if ((l & BIG && r & whole) || (r & BIG && l & whole)) m |= BIG;
  if ((l & RAT && r & (RAT | whole)) || (r & RAT && l & (RAT | whole))) m |= RAT;
  if ((l & FLOAT && r & (NUMERIC | BOOL)) || (r & FLOAT && l & (NUMERIC | BOOL))) m |= FLOAT;
  if (l & STR || r & STR) {
    if (op === '+') m |= STR;
    else m |= INT | FLOAT;
  }
  return m;
}

// ---- calls

function inferCall(ctx: Ctx, e: Call, scope: Scope): Node {
  const fun = scope.fun;
  const { callee } = e;
  if (callee.kind === 'name') {
    const binding = lookup(scope, callee.name);
    if (binding?.kind === 'fun') {
      const target = instanceOf(ctx, binding.named, fun);
      return directCall(ctx, e, target, callee.name, scope);
    }
    if (binding?.kind === 'method') {
      const target = binding.struct.methods.get(binding.name)!;
      return directCall(ctx, e, target, callee.name, scope);
    }
    // A variable that holds no function does not hide the built-in of its name in a call.
    const plain = binding?.kind === 'var' && !binding.sym.maybeFun && BUILTINS.has(callee.name);
    if (!binding || plain) {
      const struct = ctx.types.structs.get(callee.name);
      if (struct) return construct(ctx, e, struct, scope);
      const builtin = BUILTINS.get(callee.name);
      return builtin ? builtinCall(ctx, e, callee.name, builtin, scope) : unknownCall(ctx, e, callee, scope);
    }
  }
  return callee.kind === 'field' ? methodCall(ctx, e, callee, scope) : valueCall(ctx, e, scope);
}

function builtinCall(ctx: Ctx, e: Call, name: string, builtin: Builtin, scope: Scope): Node {
  const { solver } = ctx;
  const args = e.args.map((a) => listOfGroup(a, inferExpr(ctx, a, scope), scope));
  if (MAP_BUILTINS.has(name) && args[0]) needsMap(ctx, args[0]);
  scope.fun.calls.set(e.id, { kind: 'builtin', name });
  const result = solver.node();
  if (args.length < builtin.min || args.length > builtin.max) {
    const expected = builtin.min === builtin.max ? `${builtin.min}` : `${builtin.min} to ${builtin.max}`;
    errorAt(ctx, 'T039', `function ${name} expects ${expected} argument(s), got ${args.length}`, e.span);
  } else builtin.infer(solver, args, result);
  if (name === 'int' && ctx.growing.has(e.id)) solver.add(result, BIG);
  if (name === 'pow' && e.args[1] && powerMayBeLarge(e.args[0]!, e.args[1])) {
    solver.when(args, () => {
      if (args.every((a) => maskOf(a) & INT)) solver.add(result, BIG);
    });
  }
  if (name === 'eval') unsupported(ctx, '`eval`', e.span);
  return result;
}

/** A call of a name that nothing declares. */
function unknownCall(ctx: Ctx, e: Call, callee: Extract<Expr, { kind: 'name' }>, scope: Scope): Node {
  for (const a of e.args) inferExpr(ctx, a, scope);
  const near = nearest(callee.name, [...visibleNames(scope), ...BUILTINS.keys(), ...ctx.types.structs.keys()]);
  errorAt(
    ctx,
    'T003',
    `unknown function: ${callee.name}`,
    callee.span,
    near ? `Did you mean \`${near}\`?` : 'No function of this name is declared here, and there is no such built-in.',
  );
  scope.fun.calls.set(e.id, { kind: 'value' });
  return ctx.solver.node();
}

/** A call of a value that an expression gives. */
function valueCall(ctx: Ctx, e: Call, scope: Scope): Node {
  const { callee } = e;
  const target = inferExpr(ctx, callee, scope);
  const args = e.args.map((a) => inferExpr(ctx, a, scope));
  scope.fun.calls.set(e.id, { kind: 'value' });
  ctx.checks.push({
    kind: 'kind',
    node: target,
    mask: FUN,
    span: callee.span,
    code: 'T004',
    title: 'only functions can be called',
  });
  return callValue(ctx, target, args);
}

/** Built-ins that look at a map's keys. */
const MAP_BUILTINS = new Set(['len', 'keys', 'values', 'exists', 'count', 'contains']);

/** Where a list is expected, a query's group stands for its items. */
function listOfGroup(e: Expr, node: Node, scope: Scope): Node {
  if (e.kind !== 'name') return node;
  const ref = scope.fun.refs.get(e.id);
  if (ref?.kind !== 'var' || !ref.sym.group) return node;
  return ref.sym.group.byName.get('items')!.node;
}

/** A call of a function value. */
function callValue(ctx: Ctx, target: Node, args: readonly Node[]): Node {
  const { solver } = ctx;
  const result = solver.node();
  let done: unknown;
  solver.when([target], () => {
    const shape = shapeFor(target, args.length);
    if (!shape || done === shape) return;
    done = shape;
    const count = Math.min(args.length, shape.params.length);
    for (let i = 0; i < count; i++) solver.flow(args[i]!, shape.params[i]!);
    if (args.length < shape.params.length) {
      solver.setFun(result, { params: shape.params.slice(args.length), result: shape.result });
    } else solver.flow(shape.result, result);
  });
  return result;
}

function directCall(ctx: Ctx, e: Call, target: FunInfo, name: string, scope: Scope): Node {
  const { solver } = ctx;
  const fun = scope.fun;
  useFun(fun, target);
  const args = e.args.map((a) => inferExpr(ctx, a, scope));
  const count = target.params.length;
  const decls = paramDecls(target);
  args.forEach((a, i) => {
    if (i >= count) return;
    solver.flow(a, target.params[i]!.node);
    checkDeclared(ctx, a, decls[i]?.type, e.args[i]!.span, 'T007', scope, `argument ${i + 1} of ${name}`);
  });
  if (args.length > count) {
    ctx.report({
      severity: 'error',
      code: 'T006',
      title: `too many arguments: ${name} takes ${count}, got ${args.length}`,
      labels: [{ span: e.args[count]!.span }, { span: target.decl?.name.span ?? target.span, text: 'declared here' }],
      hint: 'Remove the extra arguments.',
    });
  }
  if (args.length < count) {
    if (args.length === 0 && count > 0) {
      warnAt(ctx, 'T076', `${name} takes ${count} argument(s); without them this is the function itself`, e.span);
    }
    target.asValue = true;
    fun.calls.set(e.id, { kind: 'partial', fun: target });
    const result = solver.node();
    solver.setFun(result, { params: target.params.slice(args.length).map((p) => p.node), result: target.result });
    return result;
  }
  fun.calls.set(e.id, { kind: 'direct', fun: target });
  if (target === fun) fun.callsItself = true;
  return target.result;
}

function paramDecls(target: FunInfo): readonly Param[] {
  return target.decl?.params ?? target.lambda?.params ?? [];
}

function construct(ctx: Ctx, e: Call, struct: StructInfo, scope: Scope): Node {
  const { solver } = ctx;
  e.args.forEach((a, i) => {
    const value = inferExpr(ctx, a, scope);
    const field = struct.fields[i];
    if (field) {
      solver.flow(value, field.node);
      checkDeclared(ctx, value, field.type, a.span, 'T007', scope, `field ${field.name} of ${struct.name}`);
    }
  });
  if (e.args.length > struct.fields.length) {
    errorAt(
      ctx,
      'T006',
      `too many arguments: ${struct.name} has ${struct.fields.length} field(s), got ${e.args.length}`,
      e.span,
    );
  }
  for (let i = e.args.length; i < struct.fields.length; i++) solver.add(struct.fields[i]!.node, NULL);
  scope.fun.calls.set(e.id, { kind: 'construct', struct });
  const result = solver.node();
  solver.addStruct(result, struct);
  return result;
}

function methodCall(ctx: Ctx, e: Call, callee: Extract<Expr, { kind: 'field' }>, scope: Scope): Node {
  const { solver } = ctx;
  const name = callee.name.text;
  const target = inferExpr(ctx, callee.target, scope);
  const args = e.args.map((a) => inferExpr(ctx, a, scope));
  scope.fun.calls.set(e.id, { kind: 'method', name });
  const result = solver.node();
  const builtin = VALUE_METHODS.get(name);
  const limits = MAP_METHODS.get(name);
  const ofMap = limits !== undefined && args.length >= limits.min && args.length <= limits.max;
  const done = new Set<StructInfo>();
  let called = false;
  solver.when([target], () => {
    const root = find(target);
    for (const s of root.structs ?? []) {
      if (done.has(s)) continue;
      done.add(s);
      const m = s.methods.get(name);
      const f = s.byName.get(name);
      if (m) {
        args.forEach((a, i) => {
          const p = m.params[i];
          if (p) solver.flow(a, p.node);
        });
        if (args.length !== m.params.length) {
          errorAt(ctx, 'T039', `method ${name} expects ${m.params.length} argument(s), got ${args.length}`, e.span);
        }
        solver.flow(m.result, result);
      } else if (f) solver.flow(callValue(ctx, f.node, args), result);
      else if (ofMap && s.anonymous) needsMap(ctx, target);
    }
    if (builtin && root.mask & builtin.kinds) {
      solver.add(result, builtin.result);
      if (args.length !== builtin.args) {
        errorAt(ctx, 'T039', `method ${name} expects ${builtin.args} argument(s), got ${args.length}`, e.span);
      }
    } else if (root.mask & MAP && !called) {
      called = true;
      if (!ofMap) solver.add(keyNode(solver, target), STR);
      else {
        mapMethod(solver, name, target, args, result);
        if (args[0]) flowKey(ctx, args[0], target);
      }
      solver.flow(callValue(ctx, valNode(solver, target), args), result);
    }
  });
  if (!builtin) ctx.checks.push({ kind: 'field', node: target, name, span: callee.name.span });
  else {
    ctx.checks.push({
      kind: 'kind',
      node: target,
      mask: builtin.kinds | STRUCT,
      span: callee.target.span,
      code: 'T027',
      title: `no method \`${name}\` here`,
    });
  }
  return result;
}

// ---- structs, casts, matches

function inferStruct(ctx: Ctx, e: Extract<Expr, { kind: 'struct' }>, scope: Scope): Node {
  const { solver } = ctx;
  const result = solver.node();
  let info = ctx.types.structs.get(e.name.text);
  const alias = ctx.types.aliases.get(e.name.text);
  if (!info && alias?.kind === 'name') info = ctx.types.structs.get(alias.name);
  if (!info) {
    const near = nearest(e.name.text, ctx.types.structs.keys());
    errorAt(
      ctx,
      'T025',
      `unknown type: ${e.name.text}`,
      e.name.span,
      near ? `Did you mean \`${near}\`?` : 'Declare it with `type`.',
    );
    for (const f of e.fields) inferExpr(ctx, f.value, scope);
    return result;
  }
  const given = new Set<string>();
  for (const f of e.fields) {
    const value = inferExpr(ctx, f.value, scope);
    const field = info.byName.get(f.name.text);
    if (!field) {
      const near = nearest(f.name.text, info.byName.keys());
      errorAt(
        ctx,
        'T026',
        `unknown field \`${f.name.text}\` on ${info.name}`,
        f.name.span,
        near ? `Did you mean \`${near}\`?` : `Its fields: ${[...info.byName.keys()].join(', ')}.`,
      );
      continue;
    }
    if (given.has(field.name)) errorAt(ctx, 'T077', `field \`${field.name}\` is given twice`, f.name.span);
    given.add(field.name);
    solver.flow(value, field.node);
    checkDeclared(ctx, value, field.type, f.value.span, 'T008', scope, `field ${field.name} of ${info.name}`);
  }
  const missing = info.fields.filter((f) => !given.has(f.name));
  if (missing.length) {
    for (const f of missing) solver.add(f.node, NULL);
    warnAt(
      ctx,
      'T053',
      `${info.name} is made without ${missing.map((f) => `\`${f.name}\``).join(', ')}; missing fields are nil`,
      e.span,
    );
  }
  solver.addStruct(result, info);
  return result;
}

function inferCast(ctx: Ctx, e: Extract<Expr, { kind: 'cast' }>, scope: Scope): Node {
  const { solver } = ctx;
  const value = inferAs(ctx, e.value, e.type, scope);
  checkTypeNames(ctx, e.type, scope);
  if (e.value.kind === 'fetch') return value;
  const result = declNode(ctx.typeCtx, e.type, scope.typeArgs);
  if (!isIdentityCast(ctx, e.type)) needsMap(ctx, value);
  castFlow(ctx, e.type, value, result);
  // An empty literal takes the type it is cast to.
  if (
    (e.value.kind === 'list' && e.value.items.length === 0) ||
    (e.value.kind === 'map' && e.value.entries.length === 0)
  ) {
    solver.flow(value, result);
  }
  if (e.type.kind === 'option') solver.add(result, NULL);
  return result;
}

/** What a cast hands on: everything where the type is `any`, else what containers hold where theirs is. */
function castFlow(ctx: Ctx, t: TypeExpr | undefined, from: Node, to: Node, depth = 0): void {
  const { solver } = ctx;
  if (!t || depth > 20 || isIdentityCast(ctx, t)) {
    solver.flow(from, to);
    return;
  }
  const alias = t.kind === 'name' ? ctx.types.aliases.get(t.name) : undefined;
  if (alias) {
    castFlow(ctx, alias, from, to, depth + 1);
    return;
  }
  const into = (type: TypeExpr | undefined, source: Node, target: Node) =>
    castFlow(ctx, type, source, target, depth + 1);
  const done = new Set<unknown>();
  const once = (key: unknown, fn: () => void): void => {
    if (done.has(key)) return;
    done.add(key);
    fn();
  };
  solver.when([from], () => {
    const root = find(from);
    if (t.kind === 'generic' && t.name === 'list' && root.mask & LIST) {
      once('list', () => into(t.args[0], elemNode(solver, from), elemNode(solver, to)));
    }
    if (t.kind === 'generic' && t.name === 'map') {
      if (root.mask & MAP) once('map', () => into(t.args[1], valNode(solver, from), valNode(solver, to)));
      for (const s of root.structs ?? []) {
        once(s, () => {
          for (const f of s.fields) into(t.args[1], f.node, valNode(solver, to));
        });
      }
    }
    if (t.kind === 'name') {
      for (const target of find(to).structs ?? []) {
        if (root.mask & MAP) {
          once(target, () => {
            for (const f of target.fields) into(f.type, valNode(solver, from), f.node);
          });
        }
      }
      if ((t.name === 'list' && root.mask & LIST) || (t.name === 'map' && root.mask & MAP))
        once('plain', () => solver.flow(from, to));
    }
  });
}

/** Casts to unions, `any`, function types and unknown names change nothing. */
export function isIdentityCast(ctx: { types: Ctx['types'] }, t: TypeExpr): boolean {
  switch (t.kind) {
    case 'name': {
      if (ctx.types.structs.has(t.name) && !ctx.types.structs.get(t.name)!.union) return false;
      const alias = ctx.types.aliases.get(t.name);
      if (alias) return isIdentityCast(ctx, alias);
      return !['int', 'int64', 'float', 'bigint', 'bigrat', 'string', 'bool', 'list', 'map'].includes(t.name);
    }
    case 'generic':
      return t.name !== 'list' && t.name !== 'map';
    case 'fun':
    case 'record':
      return true;
    case 'option':
      return isIdentityCast(ctx, t.inner);
  }
}

function inferMatch(ctx: Ctx, e: Extract<Expr, { kind: 'match' }>, scope: Scope): Node {
  const { solver } = ctx;
  const value = inferExpr(ctx, e.value, scope);
  const result = solver.node();
  const covered = new Set<StructInfo>();
  let total = false;
  let bools = 0;
  for (const arm of e.arms) {
    const inner = childScope(scope, scope.fun);
    walkPattern(ctx, arm.pattern, inner);
    const plan = scope.fun.patterns.get(arm.pattern);
    if (arm.pattern.kind === 'wildcard') total = true;
    if (plan?.kind === 'variant') covered.add(plan.struct);
    if (arm.pattern.kind === 'literal' && arm.pattern.value.kind === 'bool') bools |= arm.pattern.value.value ? 1 : 2;
    if (arm.body.kind === 'expr') solver.flow(inferExpr(ctx, arm.body.expr, inner), result);
    else {
      walkArmBlock(ctx, arm.body.block, inner);
      if (canFallThrough(arm.body.block.body)) solver.add(result, NULL);
    }
  }
  if (!total) {
    solver.when([value], () => {
      const root = find(value);
      const open = root.mask & ~(STRUCT | (bools === 3 ? BOOL : 0));
      if (open || [...(root.structs ?? [])].some((s) => !covered.has(s))) solver.add(result, NULL);
    });
  }
  return result;
}

function walkArmBlock(ctx: Ctx, block: Block, scope: Scope): void {
  walkStatements(ctx, block.body, childScope(scope, scope.fun));
}
