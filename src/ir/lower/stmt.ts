/** Lowering of statements. */

import { ANY, INT, intKeyed, LIST, MAP, maskOf, type Node, NULL, reprOf, STR } from '../../check/nodes.ts';
import type { Sym } from '../../check/program.ts';
import type { Expr as Ast, Stmt as AstStmt, Block, IfStmt, TypeExpr } from '../../syntax/ast.ts';
import { walkTree } from '../../syntax/walk.ts';
import type { Expr } from '../ir.ts';
import * as Op from '../op.ts';
import { declareNested } from './closure.ts';
import {
  asI32,
  collect,
  ELEMENT,
  elemRepr,
  emit,
  emitDo,
  type Fn,
  f64,
  get,
  globalOf,
  hasEnv,
  i32,
  i64,
  isBoxed,
  isUnit,
  layoutOf,
  load,
  newLabel,
  newLocal,
  nullCell,
  nullRef,
  num,
  rt,
  stringData,
  typeOf,
} from './context.ts';
import { box, coerce, compare, equal, exactlyTrue, toCell, toInt, truth, type Value, zero } from './convert.ts';
import { elementNode, lowerExpr, lowerPlaced, mapValueNode, mayGrowIn, nodeOf, symRead, symWrite } from './expr.ts';
import { lowerFetchInto } from './io.ts';
import { bindSym } from './lower.ts';
import { assignPath, writeFieldOf } from './place.ts';
import { groupOf } from './query-rows.ts';

export function lowerBlock(fn: Fn, block: Block): void {
  lowerStmts(fn, block.body);
}

/** Lowers statements into the current output. */
export function lowerStmts(fn: Fn, body: readonly AstStmt[]): void {
  for (let i = 0; i < body.length; i++) lowerStmt(fn, body[i]!);
}

function lowerStmt(fn: Fn, s: AstStmt): void {
  switch (s.kind) {
    case 'let': {
      const sym = fn.info.syms.get(s.id)!;
      const value = s.value
        ? coerce(fn, lowerPlaced(fn, s.value), nodeOf(fn, s.value), sym.node, s.value.span)
        : zeroOf(fn, s.type!, sym.node);
      bindSym(fn, sym, value, undefined);
      return;
    }
    case 'assign':
      lowerAssign(fn, s);
      return;
    case 'fun': {
      const info = fn.info.funs.get(s.id);
      if (info && hasEnv(info)) declareNested(fn, info);
      return;
    }
    case 'return':
      lowerReturn(fn, s);
      return;
    case 'if':
      lowerIf(fn, s);
      return;
    case 'while':
      lowerWhile(fn, s.cond, s.body);
      return;
    case 'for':
      lowerFor(fn, s);
      return;
    case 'break':
    case 'continue': {
      const loop = fn.loops.at(-1)!;
      emit(fn, { op: Op.br, label: s.kind === 'break' ? loop.breakLabel : loop.continueLabel });
      return;
    }
    case 'expr':
      emitDo(fn, lowerExpr(fn, s.expr));
      return;
    case 'expect':
      lowerExpect(fn, s);
      return;
    case 'test':
      lowerBlock(fn, s.body);
      return;
    case 'bench':
      lowerBench(fn, s);
      return;
    case 'update':
      lowerUpdate(fn, s);
      return;
    case 'fetch':
      lowerFetchInto(fn, s);
      return;
    default:
      // Type declarations have no code; everything else the checker has refused.
      return;
  }
}

/** The value of a variable declared without one. */
function zeroOf(fn: Fn, type: TypeExpr, node: Node): Expr {
  const declared = baseName(fn, type);
  switch (declared) {
    case 'int':
    case 'int64':
    case 'bigint':
    case 'bigrat':
      return coerceScalar(reprOf(node), i64(0n));
    case 'float':
      return reprOf(node) === 'cell' ? box(f64(0), 'f64') : zero(node);
    case 'bool':
      return reprOf(node) === 'cell' ? box(i32(0), 'bool') : zero(node);
    case 'string':
      return reprOf(node) === 'cell' ? box(stringData(fn.lo, ''), 'ref') : stringData(fn.lo, '');
    case 'list': {
      const list = rt('ref', 'list_new', [i32(ELEMENT[elemRepr(fn.lo, node)].kind), i32(0)]);
      return reprOf(node) === 'cell' ? box(list, 'ref') : list;
    }
    case 'map': {
      const map = newMap(fn, node);
      return reprOf(node) === 'cell' ? box(map, 'ref') : map;
    }
    default:
      return reprOf(node) === 'ref' ? nullRef : reprOf(node) === 'cell' ? nullCell : zero(node);
  }
}

function coerceScalar(repr: ReturnType<typeof reprOf>, value: Expr): Expr {
  if (repr === 'cell') return box(value, 'i64');
  if (repr === 'f64') return f64(0);
  return value;
}

function baseName(fn: Fn, type: TypeExpr, depth = 0): string {
  if (type.kind === 'generic') return type.name;
  if (type.kind === 'record') return 'map';
  if (type.kind === 'name') {
    const alias = fn.lo.program.types.aliases.get(type.name);
    return alias && depth < 30 ? baseName(fn, alias, depth + 1) : type.name;
  }
  return '';
}

/** An empty map of the key and value representations of a node. */
export function newMap(fn: Fn, node: Node): Expr {
  return rt('ref', 'map_new', [i32(intKeyed(node) ? 1 : 0), i32(ELEMENT[reprOf(mapValueNode(fn, node))].kind)]);
}

// ---- assignment

function lowerAssign(fn: Fn, s: Extract<AstStmt, { kind: 'assign' }>): void {
  const sym = fn.info.syms.get(s.id)!;
  if (s.path.length > 0) {
    assignPath(fn, sym, s);
    return;
  }
  const grown = appendInPlace(fn, sym, s.value);
  symWrite(fn, sym, grown ?? coerce(fn, lowerPlaced(fn, s.value), nodeOf(fn, s.value), sym.node, s.value.span));
}

/** `xs = append(xs, v)`: grows the list in place when nobody else holds it. */
function appendInPlace(fn: Fn, sym: Sym, value: Ast): Expr | undefined {
  const item = itemAppended(fn, sym, value);
  if (!item) return undefined;
  const elem = elemRepr(fn.lo, sym.node);
  const itemValue = coerceToElem(fn, item, sym.node);
  return rt('ref', `list_append_owned$${ELEMENT[elem].suffix}`, [symRead(fn, sym), itemValue], value.span);
}

/** What `value`, to be assigned to the variable, appends to the list that is in it. */
function itemAppended(fn: Fn, sym: Sym, value: Ast): Ast | undefined {
  if (value.kind !== 'call' || maskOf(sym.node) & ~(LIST | NULL) || reprOf(sym.node) !== 'ref') return undefined;
  const plan = fn.info.calls.get(value.id);
  if (plan?.kind !== 'builtin' || (plan.name !== 'append' && plan.name !== 'push')) return undefined;
  const [target, item] = value.args as [Ast, Ast];
  if (target.kind !== 'name') return undefined;
  const ref = fn.info.refs.get(target.id);
  if (ref?.kind !== 'var' || ref.sym !== sym) return undefined;
  return mayGrowIn(fn, target, [item]) ? undefined : item;
}

/**
 * Gives the lists that every round of a loop appends to, and that it does nothing else to, room for all its `rounds` (an i64) at
 * once: no copies while they grow, and no room left over.
 */
function reserve(fn: Fn, body: Block, rounds: () => Expr): void {
  let appends: Map<Sym, number> | undefined;
  for (const s of body.body) {
    if (s.kind !== 'assign' || s.value.kind !== 'call' || s.path.length > 0) continue;
    const sym = fn.info.syms.get(s.id);
    if (!sym || !itemAppended(fn, sym, s.value)) continue;
    appends ??= new Map();
    appends.set(sym, (appends.get(sym) ?? 0) + 1);
  }
  if (!appends) return;
  const sets = assignments(fn, body);
  for (const [sym, times] of appends) {
    if (sets?.get(sym) !== times) continue;
    const room = times === 1 ? rounds() : num('i64', 'i64.mul', rounds(), i64(BigInt(times)));
    emit(fn, { op: Op.do, value: rt(undefined, 'list_reserve', [symRead(fn, sym), room]) });
  }
}

/** How often a loop's body assigns or declares each variable; undefined if a round may end early. */
function assignments(fn: Fn, body: Block): ReadonlyMap<Sym, number> | undefined {
  const found = new Map<Sym, number>();
  let early = false;
  walkTree(body, ({ kind, id }) => {
    if (kind === 'break' || kind === 'continue' || kind === 'return') early = true;
    const sym = kind === 'assign' || kind === 'let' ? fn.info.syms.get(id!) : undefined;
    if (sym) found.set(sym, (found.get(sym) ?? 0) + 1);
    return !early && kind !== 'fun' && kind !== 'lambda';
  });
  return early ? undefined : found;
}

/** An expression as an element of a list of the node's kind. */
export function coerceToElem(fn: Fn, item: Ast, list: Node): Expr {
  return coerce(fn, lowerPlaced(fn, item), nodeOf(fn, item), elementNode(fn, list), item.span);
}

// ---- control

function lowerReturn(fn: Fn, s: Extract<AstStmt, { kind: 'return' }>): void {
  const { result } = fn.info;
  if (!s.value) {
    if (isUnit(result)) emit(fn, { op: Op.return });
    else emit(fn, { op: Op.return, value: reprOf(result) === 'ref' ? nullRef : nullCell });
    return;
  }
  if (jumpToSelf(fn, s.value)) return;
  if (isUnit(result)) {
    emitDo(fn, lowerExpr(fn, s.value));
    emit(fn, { op: Op.return });
    return;
  }
  // A local that dies here moves out; anything else gets a second holder.
  const moved = s.value.kind === 'name' && movesOut(fn, s.value);
  const value = moved ? lowerExpr(fn, s.value) : lowerPlaced(fn, s.value);
  emit(fn, { op: Op.return, value: coerce(fn, value, nodeOf(fn, s.value), result, s.value.span) });
}

/** `return f(…)` in f itself: new values for the parameters, then back to the start. */
function jumpToSelf(fn: Fn, e: Ast): boolean {
  const { tail, info } = fn;
  if (!tail || e.kind !== 'call') return false;
  const plan = info.calls.get(e.id);
  if (plan?.kind !== 'direct' || plan.fun !== info || e.args.length !== info.params.length) return false;
  const values = e.args.map((a, i) => {
    const { node } = info.params[i]!;
    const local = newLocal(fn, typeOf(reprOf(node)));
    emit(fn, { op: Op.set, local, value: coerce(fn, lowerPlaced(fn, a), nodeOf(fn, a), node, a.span) });
    return get(fn, local);
  });
  values.forEach((value, i) => {
    emit(fn, { op: Op.set, local: tail.params[i]!, value });
  });
  emit(fn, { op: Op.br, label: tail.label });
  return true;
}

function movesOut(fn: Fn, e: Extract<Ast, { kind: 'name' }>): boolean {
  const ref = fn.info.refs.get(e.id);
  return ref?.kind === 'var' && ref.sym.owner === fn.info && !ref.sym.captured && !ref.sym.topLevel;
}

/** A condition as i32. */
export function condition(fn: Fn, e: Ast): Expr {
  return truth({ ir: lowerExpr(fn, e), node: nodeOf(fn, e) });
}

function lowerIf(fn: Fn, s: IfStmt): void {
  const cond = condition(fn, s.cond);
  const then = collect(fn, () => lowerBlock(fn, s.then));
  const otherwise = s.else;
  const els = otherwise
    ? collect(fn, () => ('kind' in otherwise ? lowerIf(fn, otherwise) : lowerBlock(fn, otherwise)))
    : [];
  emit(fn, { op: Op.if, cond, then, else: els });
}

function lowerWhile(fn: Fn, cond: Ast, body: Block): void {
  loop(fn, (breakLabel) => {
    if (cond.kind === 'bool' && cond.value) return () => lowerBlock(fn, body);
    const c = condition(fn, cond);
    emit(fn, { op: Op.brIf, label: breakLabel, cond: num('i32', 'i32.eqz', c) });
    return () => lowerBlock(fn, body);
  });
}

/**
 * A loop: `head` emits what comes before the body and returns the body; `step` what comes after it, also on `continue`.
 */
function loop(fn: Fn, head: (breakLabel: number) => () => void, step?: () => void): void {
  const breakLabel = newLabel(fn);
  const loopLabel = newLabel(fn);
  const continueLabel = newLabel(fn);
  const inner = collect(fn, () => {
    const body = head(breakLabel);
    fn.loops.push({ breakLabel, continueLabel: step ? continueLabel : loopLabel });
    const statements = collect(fn, body);
    fn.loops.pop();
    if (step) {
      emit(fn, { op: Op.block, label: continueLabel, body: statements });
      step();
    } else fn.out.push(...statements);
    emit(fn, { op: Op.br, label: loopLabel });
  });
  emit(fn, { op: Op.block, label: breakLabel, body: [{ op: Op.loop, label: loopLabel, body: inner }] });
}

function lowerFor(fn: Fn, s: Extract<AstStmt, { kind: 'for' }>): void {
  const sym = fn.info.syms.get(s.id)!;
  if (s.end) {
    lowerRange(fn, sym, s.iter, s.end, s.body);
    return;
  }
  const source: Value = { ir: lowerExpr(fn, s.iter), node: nodeOf(fn, s.iter) };
  const kinds = maskOf(source.node) & ~NULL;
  const group = groupOf(source.node);
  if (group) {
    const items = layoutOf(fn.lo, group).slots.get('items')!;
    iterate(fn, sym, load('ref', source.ir, items.offset), elementNode(fn, items.node), s.body, true);
  } else if (reprOf(source.node) === 'ref' && kinds === LIST) {
    iterate(fn, sym, source.ir, elementNode(fn, source.node), s.body, true);
  } else if (reprOf(source.node) === 'ref' && kinds === MAP) {
    const repr = intKeyed(source.node) ? INT : STR;
    iterate(fn, sym, rt('ref', 'map_keys', [source.ir]), fn.lo.solver.node(repr), s.body, false);
  } else if (reprOf(source.node) === 'ref' && kinds === STR) {
    walkText(fn, sym, source.ir, s.body);
  } else iterateCell(fn, sym, rt('ref', 'cell_keys', [toCell(source)], s.iter.span), s.body);
}

/** `for i in a..b`: a counter in a local; the variable is the counter, or a fresh box per round when captured and assigned. */
function lowerRange(fn: Fn, sym: Sym, from: Ast, to: Ast, body: Block): void {
  const start = toInt({ ir: lowerExpr(fn, from), node: nodeOf(fn, from) }, from.span);
  const direct = reprOf(sym.node) === 'i64' && !isBoxed(sym) && globalOf(fn, sym) === undefined;
  const counter = newLocal(fn, 'i64', direct ? sym.name : undefined);
  emit(fn, { op: Op.set, local: counter, value: start });
  const readEnd = () => toInt({ ir: lowerExpr(fn, to), node: nodeOf(fn, to) }, to.span);
  // An end that is a bare variable is read again on every round (LANGUAGE 4.9).
  let end: Expr;
  let again = false;
  if (to.kind === 'int') end = readEnd();
  else if (to.kind === 'name' && isAssigned(fn, to)) {
    again = true;
    end = i64(0n);
  } else {
    const local = newLocal(fn, 'i64');
    emit(fn, { op: Op.set, local, value: readEnd() });
    end = get(fn, local);
  }
  if (direct) fn.places.set(sym, { kind: 'local', local: counter, repr: 'i64' });
  if (!again) reserve(fn, body, () => num('i64', 'i64.sub', end, get(fn, counter)));
  loop(
    fn,
    (breakLabel) => {
      emit(fn, {
        op: Op.brIf,
        label: breakLabel,
        cond: num('i32', 'i64.ge_s', get(fn, counter), again ? readEnd() : end),
      });
      return () => {
        if (!direct) bindSym(fn, sym, coerce(fn, get(fn, counter), intNode(fn), sym.node), undefined);
        lowerBlock(fn, body);
      };
    },
    () => {
      if (!direct && sym.assignments > 0) {
        emit(fn, { op: Op.set, local: counter, value: toInt({ ir: symRead(fn, sym), node: sym.node }) });
      }
      emit(fn, { op: Op.set, local: counter, value: num('i64', 'i64.add', get(fn, counter), i64(1n)) });
    },
  );
}

function intNode(fn: Fn): Node {
  return fn.lo.solver.node(INT);
}

function isAssigned(fn: Fn, e: Extract<Ast, { kind: 'name' }>): boolean {
  const ref = fn.info.refs.get(e.id);
  return ref?.kind === 'var' && ref.sym.assignments > 0;
}

/** Walks the characters of a text. */
function walkText(fn: Fn, sym: Sym, text: Expr, body: Block): void {
  const held = newLocal(fn, 'ref');
  emit(fn, { op: Op.set, local: held, value: text });
  const end = newLocal(fn, 'i32');
  const bytes: Expr = { op: Op.load, type: 'i32', code: 'i32.load', addr: get(fn, held), offset: 4 };
  emit(fn, { op: Op.set, local: end, value: bytes });
  const at = newLocal(fn, 'i32');
  emit(fn, { op: Op.set, local: at, value: i32(0) });
  loop(
    fn,
    (breakLabel) => {
      emit(fn, { op: Op.brIf, label: breakLabel, cond: num('i32', 'i32.ge_u', get(fn, at), get(fn, end)) });
      return () => {
        const char: Value = { ir: rt('ref', 'str_at', [get(fn, held), get(fn, at)]), node: fn.lo.solver.node(STR) };
        bindSym(fn, sym, coerce(fn, char.ir, char.node, sym.node), undefined);
        lowerBlock(fn, body);
      };
    },
    () => {
      emit(fn, { op: Op.set, local: at, value: rt('i32', 'str_next', [get(fn, held), get(fn, at)]) });
    },
  );
}

/** Walks the elements that a list had at loop entry; `elem` is the node of its elements. */
function iterate(fn: Fn, sym: Sym, list: Expr, elem: Node, body: Block, share: boolean): void {
  const prepare = (length: Expr) => reserve(fn, body, () => num('i64', 'i64.extend_i32_u', length));
  walkList(fn, sym, list, elem, () => lowerBlock(fn, body), share, prepare);
}

function walkList(
  fn: Fn,
  sym: Sym,
  list: Expr,
  elem: Node,
  body: () => void,
  share: boolean,
  prepare?: (length: Expr) => void,
): void {
  const repr = reprOf(elem);
  const { size } = ELEMENT[repr];
  const held = newLocal(fn, 'ref');
  emit(fn, { op: Op.set, local: held, value: list });
  const length = newLocal(fn, 'i32');
  emit(fn, {
    op: Op.set,
    local: length,
    value: { op: Op.load, type: 'i32', code: 'i32.load', addr: get(fn, held), offset: 4 },
  });
  prepare?.(get(fn, length));
  const index = newLocal(fn, 'i32');
  emit(fn, { op: Op.set, local: index, value: i32(0) });
  loop(
    fn,
    (breakLabel) => {
      emit(fn, { op: Op.brIf, label: breakLabel, cond: num('i32', 'i32.ge_u', get(fn, index), get(fn, length)) });
      return () => {
        const buffer = asI32(load('ref', get(fn, held), 12));
        const scaled = size === 1 ? get(fn, index) : num('i32', 'i32.shl', get(fn, index), i32(Math.log2(size)));
        const at = num('i32', 'i32.add', buffer, scaled);
        const value = load(repr, at, 8);
        const shared = share && maskOf(elem) & LIST ? shareValue(value) : value;
        bindSym(fn, sym, coerce(fn, shared, elem, sym.node), undefined);
        body();
      };
    },
    () => {
      emit(fn, { op: Op.set, local: index, value: num('i32', 'i32.add', get(fn, index), i32(1)) });
    },
  );
  emit(fn, { op: Op.keep, value: get(fn, held) });
}

/** `update`: all new values of an element are computed before any is assigned. */
function lowerUpdate(fn: Fn, s: Extract<AstStmt, { kind: 'update' }>): void {
  const plan = fn.info.updates.get(s)!;
  const { list, row } = plan;
  if (s.set.kind !== 'map') return;
  const { entries } = s.set;
  const apply = (): void => {
    const values = entries.map(({ value }) => {
      const node = nodeOf(fn, value);
      const local = newLocal(fn, typeOf(reprOf(node)));
      emit(fn, { op: Op.set, local, value: lowerPlaced(fn, value) });
      return { ir: get(fn, local), node, span: value.span };
    });
    entries.forEach(({ key }, i) => {
      if (key.kind !== 'string') return;
      writeFieldOf(fn, { ir: symRead(fn, row), node: row.node }, key.value, values[i]!, key.span);
    });
  };
  const body = (): void => {
    if (!s.where) {
      apply();
      return;
    }
    const then = collect(fn, apply);
    emit(fn, { op: Op.if, cond: condition(fn, s.where), then, else: [] });
  };
  const elem = elementNode(fn, list.node);
  if (reprOf(list.node) === 'ref' && (maskOf(list.node) & ~NULL) === LIST)
    walkList(fn, row, symRead(fn, list), elem, body, true);
  else walkCells(fn, row, rt('ref', 'cell_keys', [toCell({ ir: symRead(fn, list), node: list.node })], s.span), body);
}

export function shareValue(value: Expr): Expr {
  return value.type === 'cell' ? rt('cell', 'share_cell', [value]) : rt('ref', 'share', [value]);
}

/** Walks a list whose element kind is known only at run time. */
function iterateCell(fn: Fn, sym: Sym, list: Expr, body: Block): void {
  walkCells(fn, sym, list, () => lowerBlock(fn, body));
}

function walkCells(fn: Fn, sym: Sym, list: Expr, body: () => void): void {
  const held = newLocal(fn, 'ref');
  emit(fn, { op: Op.set, local: held, value: list });
  const length = newLocal(fn, 'i64');
  emit(fn, { op: Op.set, local: length, value: rt('i64', 'list_len', [get(fn, held)]) });
  const index = newLocal(fn, 'i64');
  emit(fn, { op: Op.set, local: index, value: i64(0n) });
  const cellNode = fn.lo.solver.node(ANY);
  loop(
    fn,
    (breakLabel) => {
      emit(fn, { op: Op.brIf, label: breakLabel, cond: num('i32', 'i64.ge_s', get(fn, index), get(fn, length)) });
      return () => {
        const value = rt('cell', 'share_cell', [rt('cell', 'list_get_cell', [get(fn, held), get(fn, index)])]);
        bindSym(fn, sym, coerce(fn, value, cellNode, sym.node), undefined);
        body();
      };
    },
    () => {
      emit(fn, { op: Op.set, local: index, value: num('i64', 'i64.add', get(fn, index), i64(1n)) });
    },
  );
}

// ---- tests

const COMPARISONS = new Set(['==', '!=', '<', '<=', '>', '>=']);

function lowerExpect(fn: Fn, s: Extract<AstStmt, { kind: 'expect' }>): void {
  const { expr } = s;
  const source = fn.lo.text(expr.span).replace(/\s+/g, ' ');
  if (expr.kind === 'binary' && COMPARISONS.has(expr.op)) {
    const left = holdValue(fn, expr.left);
    const right = holdValue(fn, expr.right);
    const op = expr.op as '==' | '!=' | '<' | '<=' | '>' | '>=';
    const same = op === '==' || op === '!=' ? equal(fn, left, right) : compare(fn, op, left, right);
    const passed = op === '!=' ? num('i32', 'i32.eqz', same) : same;
    emit(fn, {
      op: Op.if,
      cond: num('i32', 'i32.eqz', passed),
      then: [
        {
          op: Op.do,
          value: rt(undefined, 'fail_expect', [stringData(fn.lo, source), toCell(left), toCell(right)], s.span),
        },
      ],
      else: [],
    });
    return;
  }
  const passed = exactlyTrue({ ir: lowerExpr(fn, expr), node: nodeOf(fn, expr) });
  emit(fn, {
    op: Op.if,
    cond: num('i32', 'i32.eqz', passed),
    then: [{ op: Op.do, value: rt(undefined, 'fail', [stringData(fn.lo, `expect failed: ${source}`)], s.span) }],
    else: [],
  });
}

function holdValue(fn: Fn, e: Ast): Value {
  const value = lowerExpr(fn, e);
  const node = nodeOf(fn, e);
  if (value.op === Op.const || value.op === Op.data) return { ir: value, node };
  const local = newLocal(fn, typeOf(reprOf(node)));
  emit(fn, { op: Op.set, local, value });
  return { ir: get(fn, local), node };
}

/** `bench`: runs the body once and prints how long it took, as the reference does. */
function lowerBench(fn: Fn, s: Extract<AstStmt, { kind: 'bench' }>): void {
  const start = newLocal(fn, 'i64');
  emit(fn, { op: Op.set, local: start, value: rt('i64', 'clock', []) });
  lowerBlock(fn, s.body);
  emit(fn, { op: Op.do, value: rt(undefined, 'bench_report', [stringData(fn.lo, s.name), get(fn, start)]) });
}
