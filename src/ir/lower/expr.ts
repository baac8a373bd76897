/** Lowering of expressions. The value of an expression is in the representation of its own node. */

import {
  elemNode,
  FLOAT,
  INT,
  intKeyed,
  LIST,
  MAP,
  maskOf,
  type Node,
  NULL,
  reprOf,
  STR,
  STRUCT,
  valNode,
} from '../../check/nodes.ts';
import type { StructInfo, Sym } from '../../check/program.ts';
import type { Span } from '../../diagnostics/diagnostic.ts';
import type { Expr as Ast } from '../../syntax/ast.ts';
import type { Expr } from '../ir.ts';
import * as Op from '../op.ts';
import { lowerCall } from './call.ts';
import { lowerCast } from './cast.ts';
import { comparedChar, isNextOf } from './char.ts';
import { funValue, makeClosure } from './closure.ts';
import {
  addData,
  alloc,
  asI32,
  ELEMENT,
  emit,
  type FieldSlot,
  type Fn,
  f64,
  get,
  globalOf,
  header,
  hold,
  i32,
  i64,
  isPure,
  KIND,
  layoutOf,
  load,
  newLocal,
  nullCell,
  num,
  rt,
  seq,
  store,
  stringData,
  structsOf,
  typeOf,
} from './context.ts';
import {
  areNilableFloats,
  box,
  coerce,
  compare,
  equal,
  exactlyTrue,
  isNull,
  isNumberOrNil,
  nilableNumber,
  notNull,
  toCell,
  toFloat64,
  toInt,
  toText,
  truth,
  unbox,
  type Value,
  withFloats,
  zero,
} from './convert.ts';
import { lowerFetch, lowerLoad, lowerSave } from './io.ts';
import { growthDuring, mayGrow } from './list-growth.ts';
import { bindSym } from './lower.ts';
import { lowerMatch } from './match.ts';
import { mapKey } from './place.ts';
import { lowerQuery } from './query.ts';
import { fieldOfSources, mergedFieldOf } from './query-group.ts';
import { groupOf } from './query-rows.ts';
import { newMap, shareValue } from './stmt.ts';

/** The node of an expression in the function being lowered. */
export function nodeOf(fn: Fn, e: Ast): Node {
  const node = fn.info.nodes.get(e.id);
  if (!node) throw new Error(`no type for expression ${e.kind} in ${fn.info.name}`);
  return node;
}

export function elementNode(fn: Fn, list: Node): Node {
  return elemNode(fn.lo.solver, list);
}

export function mapValueNode(fn: Fn, map: Node): Node {
  return valNode(fn.lo.solver, map);
}

/** An expression as a value. */
export function value(fn: Fn, e: Ast): Value {
  return { ir: lowerExpr(fn, e), node: nodeOf(fn, e) };
}

/** An expression that gets a second holder: a list that is read from a place is marked as shared. */
export function lowerPlaced(fn: Fn, e: Ast): Expr {
  const v = lowerExpr(fn, e);
  if (v.type !== 'ref' && v.type !== 'cell') return v;
  return maskOf(nodeOf(fn, e)) & LIST && isPlace(fn, e) ? shareValue(v) : v;
}

/** Whether the list that an expression reads from a place may be grown there while others are evaluated. */
export function mayGrowIn(fn: Fn, place: Ast, others: readonly Ast[]): boolean {
  return others.some((o) => mayGrow(fn.info, place, growthDuring(fn.info, o, fn.lo.growth)));
}

/** An operand that is held while others are evaluated: a list that may be grown meanwhile is marked as shared. */
export function lowerBefore(fn: Fn, e: Ast, others: readonly Ast[]): Expr {
  return maskOf(nodeOf(fn, e)) & LIST && mayGrowIn(fn, e, others) ? lowerPlaced(fn, e) : lowerExpr(fn, e);
}

/** Whether the value of an expression stays reachable through another place. */
function isPlace(fn: Fn, e: Ast): boolean {
  switch (e.kind) {
    case 'name':
    case 'index':
    case 'field':
      return true;
    case 'if':
      return isPlace(fn, e.then) || (e.else !== undefined && isPlace(fn, e.else));
    case 'match':
      return e.arms.some((a) => a.body.kind === 'expr' && isPlace(fn, a.body.expr));
    case 'binary':
      return e.op === '??' || e.op === '&&' || e.op === '||';
    case 'cast':
      return isPlace(fn, e.value);
    case 'call': {
      const plan = fn.info.calls.get(e.id);
      return plan?.kind === 'builtin' && ['first', 'min', 'max', 'collect', 'json', 'reduce'].includes(plan.name);
    }
    default:
      return false;
  }
}

/** Lowers an expression. */
export function lowerExpr(fn: Fn, e: Ast): Expr {
  switch (e.kind) {
    case 'name':
      return lowerName(fn, e);
    case 'int':
      return i64(e.value);
    case 'binary':
      return lowerBinary(fn, e);
    case 'call':
      return lowerCall(fn, e);
    case 'string':
      return stringData(fn.lo, e.value, e.bytes);
    case 'index':
      return lowerIndex(fn, e);
    case 'field':
      return lowerField(fn, e);
    case 'float':
      return f64(e.value);
    case 'bool':
      return i32(e.value ? 1 : 0);
    case 'none':
    case 'error':
      return nullCell;
    case 'unary':
      return lowerUnary(fn, e);
    case 'slice':
      return lowerSlice(fn, e);
    case 'cast':
      return lowerCast(fn, e);
    case 'struct': {
      const struct = structOfName(fn, e.name.text);
      return newStruct(
        fn,
        struct,
        e.fields.map((f) => ({ name: f.name.text, value: f.value })),
        e.span,
      );
    }
    case 'list':
      return lowerList(fn, e);
    case 'map': {
      const record = fn.info.records.get(e.id);
      if (!record) return lowerMap(fn, e);
      return newStruct(
        fn,
        record,
        e.entries.map((x) => ({ name: (x.key as Extract<Ast, { kind: 'string' }>).value, value: x.value })),
        e.span,
      );
    }
    case 'query':
      return lowerQuery(fn, e);
    case 'load':
      return lowerLoad(fn, e);
    case 'save':
      return lowerSave(fn, e);
    case 'fetch':
      return lowerFetch(fn, e);
    case 'lambda':
      return makeClosure(fn, fn.info.funs.get(e.id)!);
    case 'if':
      return lowerIf(fn, e);
    case 'match':
      return lowerMatch(fn, e);
    default:
      throw new Error(`expression ${e.kind} reached lowering`);
  }
}

function lowerIndex(fn: Fn, e: Extract<Ast, { kind: 'index' }>): Expr {
  const base = value(fn, e.target);
  // A constant text key of a record is a field.
  if (e.index.kind === 'string' && reprOf(base.node) === 'ref' && (maskOf(base.node) & ~NULL) === STRUCT) {
    return fieldOf(fn, base, e.index.value, nodeOf(fn, e), e.span);
  }
  const index = value(fn, e.index);
  if (e.optional) return optional(fn, base, e.id, (b) => indexOf(fn, b, index, nodeOf(fn, e), e.span));
  return indexOf(fn, base, index, nodeOf(fn, e), e.span, fn.info.present.has(e.id));
}

function lowerField(fn: Fn, e: Extract<Ast, { kind: 'field' }>): Expr {
  const virtual = virtualField(fn, e);
  if (virtual) return virtual;
  const base = value(fn, e.target);
  if (e.optional) return optional(fn, base, e.id, (b) => fieldOf(fn, b, e.name.text, nodeOf(fn, e), e.span));
  return fieldOf(fn, base, e.name.text, nodeOf(fn, e), e.span);
}

function lowerIf(fn: Fn, e: Extract<Ast, { kind: 'if' }>): Expr {
  const node = nodeOf(fn, e);
  const cond = exactlyTrue(value(fn, e.cond));
  const then = seq(fn, () => coerce(fn, lowerExpr(fn, e.then), nodeOf(fn, e.then), node));
  const els = e.else ? seq(fn, () => coerce(fn, lowerExpr(fn, e.else!), nodeOf(fn, e.else!), node)) : zero(node);
  return { op: Op.if, type: typeOf(reprOf(node)), cond, then, else: els };
}

function optional(fn: Fn, base: Value, id: number, then: (base: Value) => Expr): Expr {
  const node = fn.info.nodes.get(id)!;
  return seq(fn, () => {
    const held: Value = { ir: hold(fn, base.ir), node: base.node };
    const result = seq(fn, () => then(held));
    return { op: Op.if, type: typeOf(reprOf(node)), cond: isNull(fn, held), then: zero(node), else: result };
  });
}

// ---- names and variables

/** A field of a merged row that is not made: a source of it, or a field of the first source that has it. */
function virtualField(fn: Fn, e: Extract<Ast, { kind: 'field' }>): Expr | undefined {
  const ref = e.target.kind === 'name' ? fn.info.refs.get(e.target.id) : undefined;
  const rows = ref?.kind === 'var' ? fn.virtualRows.get(ref.sym) : undefined;
  if (!rows) return undefined;
  const sources = rows.map((r) => ({ name: r.name, ir: symRead(fn, r), node: r.node }));
  const node = nodeOf(fn, e);
  const own = sources.find((s) => s.name === e.name.text);
  return own ? coerce(fn, own.ir, own.node, node) : fieldOfSources(fn, sources, e.name.text, node, e.span);
}

function lowerName(fn: Fn, e: Extract<Ast, { kind: 'name' }>): Expr {
  const ref = fn.info.refs.get(e.id);
  switch (ref?.kind) {
    case 'var':
      return symRead(fn, ref.sym);
    case 'fun':
      return funValue(fn, ref.fun);
    case 'variant':
      return newStruct(fn, ref.struct, [], e.span);
    case 'rowField':
      return fieldOf(fn, { ir: symRead(fn, ref.row), node: ref.row.node }, ref.name, nodeOf(fn, e), e.span);
    case 'keyField': {
      const slot = layoutOf(fn.lo, ref.sym.group!).slots.get('key')!;
      const key: Value = { ir: load(slot.repr, symRead(fn, ref.sym), slot.offset), node: slot.node };
      return fieldOf(fn, key, ref.name, nodeOf(fn, e), e.span);
    }
    default:
      return nullCell;
  }
}

/** Reads a variable. */
export function symRead(fn: Fn, sym: Sym): Expr {
  const global = globalOf(fn, sym);
  if (global !== undefined) return { op: Op.global, type: typeOf(reprOf(sym.node)), name: global };
  const place = fn.places.get(sym);
  // A variable read before its declaration ran holds nothing yet.
  if (!place) return zero(sym.node);
  if (place.kind === 'local') return get(fn, place.local);
  const repr = reprOf(sym.node);
  if (place.kind === 'box') return load(repr, get(fn, place.local), 8);
  return { op: Op.global, type: typeOf(repr), name: place.name };
}

/** Assigns a variable. */
export function symWrite(fn: Fn, sym: Sym, v: Expr): void {
  const global = globalOf(fn, sym);
  if (global !== undefined) {
    emit(fn, { op: Op.setGlobal, name: global, value: v });
    return;
  }
  const place = fn.places.get(sym);
  if (place?.kind === 'box') {
    const repr = reprOf(sym.node);
    const held = newLocal(fn, typeOf(repr));
    emit(fn, { op: Op.set, local: held, value: v });
    emit(fn, store(repr, get(fn, place.local), 8, get(fn, held)));
  } else if (place?.kind === 'local') emit(fn, { op: Op.set, local: place.local, value: v });
  else bindSym(fn, sym, v, undefined);
}

// ---- operators

function lowerUnary(fn: Fn, e: Extract<Ast, { kind: 'unary' }>): Expr {
  const operand = value(fn, e.operand);
  if (e.op === '!') return num('i32', 'i32.eqz', truth(operand));
  switch (reprOf(operand.node)) {
    case 'i64':
      if (operand.ir.op === Op.const) return i64(BigInt.asIntN(64, -(operand.ir.value as bigint)));
      return rt('i64', 'int_neg', [operand.ir], e.span);
    case 'f64':
      if (operand.ir.op === Op.const) return f64(-(operand.ir.value as number));
      return num('f64', 'f64.neg', operand.ir);
    default:
      if (maskOf(operand.node) === (FLOAT | NULL) && reprOf(nodeOf(fn, e)) === 'cell') return negatedFloat(fn, operand);
      return unbox(rt('cell', cellOp('neg', operand), [toCell(operand)], e.span), nodeOf(fn, e), e.span);
  }
}

/** `-x` where x is a float or nil. */
function negatedFloat(fn: Fn, operand: Value): Expr {
  return seq(fn, () => {
    const { isNil, number } = nilableNumber({ ir: hold(fn, operand.ir), node: operand.node })!;
    return { op: Op.if, type: 'cell', cond: isNil!, then: nullCell, else: box(num('f64', 'f64.neg', number), 'f64') };
  });
}

const INT_OPS: Readonly<Record<string, string>> = {
  '+': 'int_add',
  '-': 'int_sub',
  '*': 'int_mul',
  '/': 'int_div',
  '%': 'int_rem',
};
const CELL_OPS: Readonly<Record<string, string>> = {
  '+': 'add',
  '-': 'sub',
  '*': 'mul',
  '/': 'div',
  '%': 'rem',
};

/** The run-time function of an operator on cells. */
const cellOp = (name: string, ...operands: readonly Value[]): string =>
  `${operands.every((v) => isNumberOrNil(v.node)) ? 'number' : 'cell'}_${name}`;

function lowerBinary(fn: Fn, e: Extract<Ast, { kind: 'binary' }>): Expr {
  const { op } = e;
  switch (op) {
    case '+':
    case '-':
    case '*':
    case '/':
      return arithmetic(fn, op, leftValue(fn, e), value(fn, e.right), nodeOf(fn, e), e.span);
    case '%':
      return reducedProduct(fn, e) ?? arithmetic(fn, op, leftValue(fn, e), value(fn, e.right), nodeOf(fn, e), e.span);
    case '&&':
    case '||':
      return lowerLogic(fn, e, op);
    case '??':
      return lowerOtherwise(fn, e);
    case '==':
      return comparedChar(fn, e) ?? equal(fn, leftValue(fn, e), value(fn, e.right));
    case '!=':
      return comparedChar(fn, e) ?? num('i32', 'i32.eqz', equal(fn, leftValue(fn, e), value(fn, e.right)));
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const char = comparedChar(fn, e);
      if (char) return char;
      return compare(fn, op, leftValue(fn, e), value(fn, e.right));
    }
    case 'in':
      return lowerIn(fn, leftValue(fn, e), value(fn, e.right), e.span);
    case 'union':
    case 'union all':
    case 'except':
    case 'intersect':
      return lowerSetOperation(fn, e, op);
  }
}

function lowerLogic(fn: Fn, e: Extract<Ast, { kind: 'binary' }>, op: '&&' | '||'): Expr {
  const node = nodeOf(fn, e);
  const l = nodeOf(fn, e.left);
  const r = nodeOf(fn, e.right);
  const left = lowerExpr(fn, e.left);
  const right = seq(fn, () => coerce(fn, lowerExpr(fn, e.right), r, node));
  if (reprOf(l) === 'bool' && reprOf(r) === 'bool') {
    return op === '&&'
      ? { op: Op.if, type: 'i32', cond: left, then: right, else: i32(0) }
      : { op: Op.if, type: 'i32', cond: left, then: i32(1), else: right };
  }
  return seq(fn, () => {
    const held = hold(fn, left);
    const kept = coerce(fn, held, l, node);
    const cond = truth({ ir: held, node: l });
    return {
      op: Op.if,
      type: typeOf(reprOf(node)),
      cond,
      then: op === '&&' ? right : kept,
      else: op === '&&' ? kept : right,
    };
  });
}

/** `a ?? b` */
function lowerOtherwise(fn: Fn, e: Extract<Ast, { kind: 'binary' }>): Expr {
  const node = nodeOf(fn, e);
  const l = nodeOf(fn, e.left);
  const left = lowerExpr(fn, e.left);
  const right = seq(fn, () => coerce(fn, lowerExpr(fn, e.right), nodeOf(fn, e.right), node));
  return seq(fn, () => {
    const held = hold(fn, left);
    const cond = isNull(fn, { ir: held, node: l });
    return { op: Op.if, type: typeOf(reprOf(node)), cond, then: right, else: coerce(fn, held, l, node) };
  });
}

function lowerSetOperation(
  fn: Fn,
  e: Extract<Ast, { kind: 'binary' }>,
  op: 'union' | 'union all' | 'except' | 'intersect',
): Expr {
  const node = nodeOf(fn, e);
  const name = {
    union: 'list_union',
    'union all': 'list_union_all',
    except: 'list_except',
    intersect: 'list_intersect',
  }[op];
  const a = coerce(fn, leftValue(fn, e).ir, nodeOf(fn, e.left), node);
  const b = coerce(fn, lowerExpr(fn, e.right), nodeOf(fn, e.right), node);
  return rt('ref', name, [a, b], e.span);
}

/** The left operand, which is held while the right one is evaluated. */
function leftValue(fn: Fn, e: Extract<Ast, { kind: 'binary' }>): Value {
  const { left } = e;
  const node = nodeOf(fn, left);
  return { ir: maskOf(node) & LIST ? lowerBefore(fn, left, [e.right]) : lowerExpr(fn, left), node };
}

/** `(a * b) % m` and `(a * b + c) % m` of ints: exact also where the product does not fit 64 bits. */
function reducedProduct(fn: Fn, e: Extract<Ast, { kind: 'binary' }>): Expr | undefined {
  const isInt = (x: Ast) => maskOf(nodeOf(fn, x)) === INT;
  if (!isInt(e) || !isInt(e.left) || !isInt(e.right)) return undefined;
  const product = (x: Ast): Extract<Ast, { kind: 'binary' }> | undefined =>
    x.kind === 'binary' && x.op === '*' && isInt(x.left) && isInt(x.right) ? x : undefined;
  const whole = product(e.left);
  if (whole) {
    return rt(
      'i64',
      'int_mul_rem',
      [lowerExpr(fn, whole.left), lowerExpr(fn, whole.right), lowerExpr(fn, e.right)],
      e.span,
    );
  }
  if (e.left.kind !== 'binary' || e.left.op !== '+' || !isInt(e.left.left) || !isInt(e.left.right)) return undefined;
  const first = product(e.left.left);
  const second = product(e.left.right);
  const sum = e.left;
  if (first) {
    const args = [first.left, first.right, sum.right, e.right].map((x) => lowerExpr(fn, x));
    return rt('i64', 'int_mul_add_rem', args, e.span);
  }
  if (!second) return undefined;
  return seq(fn, () => {
    const addend = hold(fn, lowerExpr(fn, sum.left));
    const [a, b, m] = [second.left, second.right, e.right].map((x) => lowerExpr(fn, x));
    return rt('i64', 'int_mul_add_rem', [a!, b!, addend, m!], e.span);
  });
}

type Arithmetic = '+' | '-' | '*' | '/' | '%';

function intArithmetic(op: Arithmetic, a: Expr, b: Expr, span: Span): Expr {
  // Dividing by a constant becomes a multiplication in the engine.
  const any = (op === '/' || op === '%') && b.op !== Op.const ? '_any' : '';
  return rt('i64', INT_OPS[op]! + any, [a, b], span);
}

function floatArithmetic(op: Arithmetic, x: Expr, y: Expr, span: Span): Expr {
  switch (op) {
    case '+':
      return num('f64', 'f64.add', x, y);
    case '-':
      return num('f64', 'f64.sub', x, y);
    case '*':
      return num('f64', 'f64.mul', x, y);
    case '/':
      if (y.op === Op.const && y.value !== 0) return num('f64', 'f64.div', x, y);
      return rt('f64', 'float_div', [x, y], span);
    case '%':
      return rt('f64', 'float_rem', [x, y], span);
  }
}

function arithmetic(fn: Fn, op: Arithmetic, a: Value, b: Value, node: Node, span: Span): Expr {
  const l = maskOf(a.node);
  const r = maskOf(b.node);
  if (l === INT && r === INT && maskOf(node) === INT) return intArithmetic(op, a.ir, b.ir, span);
  const scalar = (m: number) => m === INT || m === FLOAT;
  if (scalar(l) && scalar(r) && (l | r) & FLOAT) return floatArithmetic(op, toFloat64(a), toFloat64(b), span);
  if (areNilableFloats(a.node, b.node) && reprOf(node) === 'cell') {
    return withFloats(fn, a, b, nullCell, (x, y) => box(floatArithmetic(op, x, y, span), 'f64'));
  }
  if (op === '+') {
    const isText = (m: number) => (m & ~NULL) === STR;
    if (isText(l) && isText(r)) return rt('ref', 'str_concat', [a.ir, b.ir], span);
    // Text and something that is never text: the other side is rendered.
    if (isText(l) && r && !(r & (STR | NULL))) return rt('ref', 'str_concat', [a.ir, toText(b)], span);
    if (isText(r) && l && !(l & (STR | NULL))) return rt('ref', 'str_concat', [toText(a), b.ir], span);
    if ((l & ~NULL) === LIST && (r & ~NULL) === LIST) return rt('ref', 'list_concat', [a.ir, b.ir], span);
  }
  return unbox(rt('cell', cellOp(CELL_OPS[op]!, a, b), [toCell(a), toCell(b)], span), node, span);
}

/** `x in container`: i32. */
export function lowerIn(fn: Fn, x: Value, container: Value, span: Span): Expr {
  const kinds = maskOf(container.node) & ~NULL;
  if (reprOf(container.node) === 'ref') {
    if (kinds === STR && maskOf(x.node) === STR) {
      return swapped(fn, x.ir, container.ir, (v, c) => rt('i32', 'str_contains', [c, v]));
    }
    if (kinds === LIST) {
      const elem = elementNode(fn, container.node);
      if (reprOf(elem) === reprOf(x.node) && reprOf(elem) !== 'ref') {
        return swapped(fn, x.ir, container.ir, (v, c) =>
          rt('i32', `list_contains$${ELEMENT[reprOf(elem)].suffix}`, [c, v], span),
        );
      }
      if (reprOf(elem) === 'ref' && reprOf(x.node) === 'ref') {
        const texts = [elem, x.node].every((n) => (maskOf(n) & ~NULL) === STR);
        const name = texts ? 'list_contains_str' : 'list_contains$ref';
        return swapped(fn, x.ir, container.ir, (v, c) => rt('i32', name, [c, v], span));
      }
    }
    if (kinds === MAP) {
      const ints = intKeyed(container.node);
      if (ints ? maskOf(x.node) === INT : maskOf(x.node) === STR) {
        const find = ints ? 'map_find_i64' : 'map_find_str';
        return swapped(fn, x.ir, container.ir, (v, c) => num('i32', 'i32.ne', rt('i32', find, [c, v]), i32(0)));
      }
      if (!ints) {
        return swapped(fn, toText(x), container.ir, (v, c) =>
          num('i32', 'i32.ne', rt('i32', 'map_find_str', [c, v]), i32(0)),
        );
      }
    }
  }
  return rt('i32', 'cell_in', [toCell(x), toCell(container)], span);
}

/** Evaluates two operands left to right for a function that takes them the other way round. */
function swapped(fn: Fn, first: Expr, second: Expr, use: (first: Expr, second: Expr) => Expr): Expr {
  if (isPure(first) || first.op === Op.get) {
    if (isPure(second) || second.op === Op.get || isPure(first)) return use(first, second);
  }
  return seq(fn, () => {
    const a = hold(fn, first);
    return use(a, second);
  });
}

// ---- access

/** `base[index]` in the representation of `node`. */
export function indexOf(fn: Fn, base: Value, index: Value, node: Node, span: Span, present = false): Expr {
  const kinds = maskOf(base.node) & ~NULL;
  if (reprOf(base.node) === 'ref') {
    if (kinds === LIST) {
      const elem = elementNode(fn, base.node);
      const repr = reprOf(elem);
      const read = rt(typeOf(repr), `list_get$${ELEMENT[repr].suffix}`, [base.ir, toInt(index, span)], span);
      return coerce(fn, read, elem, node, span);
    }
    const group = groupOf(base.node);
    if (group) {
      const items = layoutOf(fn.lo, group).slots.get('items')!;
      return indexOf(fn, { ir: load('ref', base.ir, items.offset), node: items.node }, index, node, span);
    }
    if (kinds === STR) return rt('ref', 'str_index', [base.ir, toInt(index, span)], span);
    if (kinds === MAP)
      return readEntry(fn, base, (m) => findEntry(m, mapKey(base.node, index, span)), node, span, present);
  }
  return unbox(rt('cell', 'cell_index', [toCell(base), toCell(index)], span), node, span);
}

function findEntry(map: Value, key: Expr): Expr {
  return rt('i32', intKeyed(map.node) ? 'map_find_i64' : 'map_find_str', [map.ir, key]);
}

/** The value of a map's entry, or nil where there is none (an error where one is known to be there). */
function readEntry(fn: Fn, map: Value, findIt: (map: Value) => Expr, node: Node, span: Span, present = false): Expr {
  const val = mapValueNode(fn, map.node);
  return seq(fn, () => {
    const entry = newLocal(fn, 'i32');
    emit(fn, { op: Op.set, local: entry, value: findIt(map) });
    const found = coerce(fn, load(reprOf(val), get(fn, entry), 0), val, node, span);
    const missing = present
      ? seq(fn, () => {
          emit(fn, {
            op: Op.do,
            value: rt(undefined, 'fail', [stringData(fn.lo, 'a map lost a key while it was used')], span),
          });
          return zero(node);
        })
      : zero(node);
    return { op: Op.if, type: typeOf(reprOf(node)), cond: get(fn, entry), then: found, else: missing };
  });
}

/** `base.name` in the representation of `node`. */
export function fieldOf(fn: Fn, base: Value, name: string, node: Node, span: Span): Expr {
  const mask = maskOf(base.node);
  const kinds = mask & ~NULL;
  if (reprOf(base.node) === 'ref' && kinds === STRUCT && name !== '__name') {
    const structs = structsOf(base.node);
    const slots = structs.map((s) => layoutOf(fn.lo, s).slots.get(name));
    const only = structs.length === 1 && !slots[0] ? structs[0] : undefined;
    if (only?.mergedOf) return seq(fn, () => mergedFieldOf(fn, hold(fn, base.ir), only, name, node, span));
    if (only?.isGroup) {
      const key = layoutOf(fn.lo, only).slots.get('key')!;
      return fieldOf(fn, { ir: load(key.repr, base.ir, key.offset), node: key.node }, name, node, span);
    }
    if (slots.every((s) => s !== undefined)) {
      const first = slots[0]!;
      const object = mask & NULL ? notNull(fn, base.ir, `nil has no field \`${name}\``, span) : base.ir;
      if (slots.every((s) => s!.offset === first.offset && s!.repr === first.repr)) {
        return coerce(fn, load(first.repr, object, first.offset), first.node, node, span);
      }
    }
    if (slots.some((s) => s !== undefined) && !structs.some((s) => s.methods.has(name))) {
      return fieldByType(fn, base, name, structs, slots, node, span);
    }
  }
  if (reprOf(base.node) === 'ref' && kinds === MAP && !intKeyed(base.node)) {
    return readEntry(fn, base, (m) => findEntry(m, stringData(fn.lo, name)), node, span);
  }
  return unbox(rt('cell', 'cell_field', [toCell(base), stringData(fn.lo, name)], span), node, span);
}

/** A field that lies at different places in several struct types: chosen by the type id. */
function fieldByType(
  fn: Fn,
  base: Value,
  name: string,
  structs: readonly StructInfo[],
  slots: readonly (FieldSlot | undefined)[],
  node: Node,
  span: Span,
): Expr {
  return seq(fn, () => {
    const object = hold(
      fn,
      maskOf(base.node) & NULL ? notNull(fn, base.ir, `nil has no field \`${name}\``, span) : base.ir,
    );
    const id = newLocal(fn, 'i32');
    emit(fn, { op: Op.set, local: id, value: typeId(object) });
    let result: Expr = zero(node);
    structs.forEach((s, i) => {
      const slot = slots[i];
      if (!slot) return;
      result = {
        op: Op.if,
        type: typeOf(reprOf(node)),
        cond: num('i32', 'i32.eq', get(fn, id), i32(layoutOf(fn.lo, s).typeId)),
        then: coerce(fn, load(slot.repr, object, slot.offset), slot.node, node, span),
        else: result,
      };
    });
    return result;
  });
}

/** The type id of an object (0 for nil and for objects that are not structs or closures). */
export function typeId(object: Expr): Expr {
  return { op: Op.load, type: 'i32', code: 'i32.load16_u', addr: object, offset: 2 };
}

function lowerSlice(fn: Fn, e: Extract<Ast, { kind: 'slice' }>): Expr {
  if (!e.step && isNextOf(e.start, e.end) && maskOf(nodeOf(fn, e.start!)) === INT) {
    if ((maskOf(nodeOf(fn, e.target)) & ~NULL) === STR)
      return rt('ref', 'str_char_slice', [lowerExpr(fn, e.target), lowerExpr(fn, e.start!)], e.span);
  }
  const base = value(fn, e.target);
  const bound = (part: Ast | undefined, missing: bigint) => (part ? toInt(value(fn, part), part.span) : i64(missing));
  const start = bound(e.start, 0n);
  const end = bound(e.end, 0x7fff_ffff_ffff_ffffn);
  const kinds = maskOf(base.node) & ~NULL;
  if (e.step) {
    const step = bound(e.step, 1n);
    return unbox(rt('cell', 'cell_slice_step', [toCell(base), start, end, step], e.span), nodeOf(fn, e), e.span);
  }
  if (reprOf(base.node) === 'ref' && kinds === STR) return rt('ref', 'str_slice', [base.ir, start, end], e.span);
  if (reprOf(base.node) === 'ref' && kinds === LIST) return rt('ref', 'list_slice', [base.ir, start, end], e.span);
  return unbox(rt('cell', 'cell_slice', [toCell(base), start, end], e.span), nodeOf(fn, e), e.span);
}

// ---- literals

/** A list literal: its elements evaluated in order into a list of the right size. */
function lowerList(fn: Fn, e: Extract<Ast, { kind: 'list' }>): Expr {
  const node = nodeOf(fn, e);
  const elem = elementNode(fn, node);
  const repr = reprOf(elem);
  const { kind, size } = ELEMENT[repr];
  const make = rt('ref', 'list_new', [i32(kind), i32(e.items.length)], e.span);
  if (e.items.length === 0) return make;
  return seq(fn, () => {
    const list = newLocal(fn, 'ref');
    emit(fn, { op: Op.set, local: list, value: make });
    const buffer = (): Expr => asI32(load('ref', get(fn, list), 12));
    const constant = constantBytes(fn, e.items, elem);
    if (constant) {
      const name = `list:${fn.lo.counter++}`;
      addData(fn.lo, { name, align: 8, bytes: constant, relocs: [] });
      emit(fn, {
        op: Op.memoryCopy,
        to: num('i32', 'i32.add', buffer(), i32(8)),
        from: { op: Op.data, type: 'i32', name },
        bytes: i32(constant.length),
      });
    } else {
      e.items.forEach((item, i) => {
        const v = coerce(fn, lowerPlaced(fn, item), nodeOf(fn, item), elem, item.span);
        const held = hold(fn, v);
        emit(fn, store(repr, buffer(), 8 + i * size, held));
      });
    }
    emit(fn, { op: Op.store, code: 'i32.store', addr: get(fn, list), offset: 4, value: i32(e.items.length) });
    return get(fn, list);
  });
}

/** The bytes of a list of number literals, when there are enough of them to copy rather than store one by one. */
function constantBytes(fn: Fn, items: readonly Ast[], elem: Node): Uint8Array | undefined {
  const repr = reprOf(elem);
  if (items.length < 6 || (repr !== 'i64' && repr !== 'f64')) return undefined;
  const bytes = new Uint8Array(items.length * 8);
  const view = new DataView(bytes.buffer);
  for (const [i, item] of items.entries()) {
    const v = lowerLiteral(fn, item);
    if (v === undefined) return undefined;
    if (repr === 'i64') {
      if (typeof v !== 'bigint') return undefined;
      view.setBigInt64(i * 8, v, true);
    } else view.setFloat64(i * 8, Number(v), true);
  }
  return bytes;
}

function lowerLiteral(fn: Fn, e: Ast): bigint | number | undefined {
  if (e.kind === 'int' || e.kind === 'float') return e.value;
  if (e.kind === 'unary' && e.op === '-') {
    const v = lowerLiteral(fn, e.operand);
    if (typeof v === 'bigint') return -v;
    return v === undefined ? undefined : -v;
  }
  return undefined;
}

function lowerMap(fn: Fn, e: Extract<Ast, { kind: 'map' }>): Expr {
  const node = nodeOf(fn, e);
  const make = newMap(fn, node);
  if (e.entries.length === 0) return make;
  const val = mapValueNode(fn, node);
  return seq(fn, () => {
    const map = newLocal(fn, 'ref');
    emit(fn, { op: Op.set, local: map, value: make });
    for (const { key, value: item } of e.entries) {
      const k = hold(fn, mapKey(node, value(fn, key), key.span));
      const v = hold(fn, coerce(fn, lowerPlaced(fn, item), nodeOf(fn, item), val, item.span));
      const entry = newLocal(fn, 'i32');
      const put = intKeyed(node) ? 'map_put_i64' : 'map_put_str';
      emit(fn, { op: Op.set, local: entry, value: rt('i32', put, [get(fn, map), k], e.span) });
      emit(fn, store(reprOf(val), get(fn, entry), 0, v));
    }
    return get(fn, map);
  });
}

/** The struct that a literal names, through aliases. */
function structOfName(fn: Fn, name: string): StructInfo {
  const { types } = fn.lo.program;
  const alias = types.aliases.get(name);
  return types.structs.get(name) ?? types.structs.get(alias?.kind === 'name' ? alias.name : '')!;
}

/** A new object of a struct type; fields without a value are nil. */
export function newStruct(
  fn: Fn,
  struct: StructInfo,
  fields: readonly { name: string; value: Ast }[],
  span: Span,
): Expr {
  const layout = layoutOf(fn.lo, struct);
  const head = header(KIND.STRUCT, { typeId: layout.typeId });
  if (layout.order.length === 0) {
    const name = `variant:${layout.typeId}`;
    if (!fn.lo.module.data.has(name)) {
      const bytes = new Uint8Array(8);
      new DataView(bytes.buffer).setUint32(0, head >>> 0, true);
      addData(fn.lo, { name, align: 4, bytes, relocs: [] });
    }
    return { op: Op.data, type: 'ref', name };
  }
  return seq(fn, () => {
    const values = new Map<string, Expr>();
    for (const f of fields) {
      const slot = layout.slots.get(f.name);
      if (!slot) continue;
      const v = coerce(fn, lowerPlaced(fn, f.value), nodeOf(fn, f.value), slot.node, f.value.span);
      values.set(f.name, hold(fn, v));
    }
    const object = newLocal(fn, 'ref');
    emit(fn, { op: Op.set, local: object, value: alloc(layout.size, head, span) });
    for (const slot of layout.order) {
      emit(fn, store(slot.repr, get(fn, object), slot.offset, values.get(slot.name) ?? zero(slot.node)));
    }
    return get(fn, object);
  });
}
