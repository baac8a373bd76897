/** Casts (`x as T`): conversions at run time (LANGUAGE section 5, last paragraph). */

import { isIdentityCast } from '../../check/infer-expr.ts';
import {
  elemNode,
  intKeyed,
  keyNode,
  LIST,
  MAP,
  maskOf,
  type Node,
  NULL,
  reprOf,
  STR,
  STRUCT,
} from '../../check/nodes.ts';
import type { StructInfo } from '../../check/program.ts';
import { typeText } from '../../check/types.ts';
import type { Expr as Ast, TypeExpr } from '../../syntax/ast.ts';
import { get as read } from '../build.ts';
import type { Expr, Func, Stmt, Type } from '../ir.ts';
import * as Op from '../op.ts';
import {
  alloc,
  ELEMENT,
  type Fn,
  header,
  i32,
  i64,
  KIND,
  layoutOf,
  num,
  rt,
  store,
  stringData,
  typeOf,
} from './context.ts';
import { box, coerce, toCell, toFloat64, toInt, unbox, type Value } from './convert.ts';
import { lowerExpr, mapValueNode, nodeOf } from './expr.ts';
import { newMap } from './stmt.ts';

type Cast = Extract<Ast, { kind: 'cast' }>;

/** Lowers a cast. */
export function lowerCast(fn: Fn, e: Cast): Expr {
  // `fetch` decodes to the type itself.
  if (e.value.kind === 'fetch') return lowerExpr(fn, e.value);
  const node = nodeOf(fn, e);
  const from: Value = { ir: lowerExpr(fn, e.value), node: nodeOf(fn, e.value) };
  const type = resolve(fn, e.type);
  if (isIdentityCast({ types: fn.lo.program.types }, type)) return coerce(fn, from.ir, from.node, node, e.span);
  const emptyLiteral =
    (e.value.kind === 'list' && e.value.items.length === 0) || (e.value.kind === 'map' && e.value.entries.length === 0);
  if (emptyLiteral) return coerce(fn, from.ir, from.node, node, e.span);
  return convert(fn, from, type, node, e);
}

function resolve(fn: Fn, t: TypeExpr, depth = 0): TypeExpr {
  if (t.kind === 'name' && depth < 30) {
    const alias = fn.lo.program.types.aliases.get(t.name);
    if (alias) return resolve(fn, alias, depth + 1);
  }
  return t;
}

function convert(fn: Fn, from: Value, type: TypeExpr, node: Node, e: Cast): Expr {
  const mask = maskOf(from.node);
  const repr = reprOf(from.node);
  if (type.kind === 'name') {
    switch (type.name) {
      case 'int':
      case 'int64':
        if (repr === 'i64') return from.ir;
        if (repr === 'f64') return toInt(from, e.span);
        if (mask === STR) return rt('i64', 'str_int', [from.ir], e.span);
        return rt('i64', 'cell_as_int', [toCell(from)], e.span);
      case 'float':
        if (repr === 'f64' || repr === 'i64') return toFloat64(from);
        return rt('f64', 'cell_as_float', [toCell(from)], e.span);
      case 'bigint':
        return rt('cell', 'cell_as_big', [toCell(from)], e.span);
      case 'bigrat':
        return rt('cell', 'cell_as_rat', [toCell(from)], e.span);
      case 'string':
        return rt('ref', 'cell_as_str', [toCell(from)], e.span);
      case 'bool':
        if (repr === 'bool') return from.ir;
        return rt('i32', 'cell_as_bool', [toCell(from)], e.span);
      default:
        break;
    }
    const struct = fn.lo.program.types.structs.get(type.name);
    if (struct) {
      if (repr === 'ref' && (mask & ~NULL) === STRUCT && structs(from.node).every((s) => s === struct)) {
        return coerce(fn, from.ir, from.node, node, e.span);
      }
    }
  }
  const name = converter(fn, node, type, 0);
  return { op: Op.call, type: typeOf(reprOf(node)), func: name, args: [toCell(from)], span: e.span };
}

const converters = new WeakMap<object, Map<string, string>>();

/**
 * The name of a function `cell -> representation of node` that converts as a cast to the type does: containers are copied
 * as deep as the type names them, what it calls `any` (or does not say: undefined) stays itself.
 */
function converter(fn: Fn, node: Node, type: TypeExpr | undefined, depth: number): string {
  const { lo } = fn;
  let known = converters.get(lo);
  if (!known) {
    known = new Map();
    converters.set(lo, known);
  }
  const key = `${type ? typeText(type) : ''} ${describe(fn, node, depth)}`;
  const old = known.get(key);
  if (old) return old;
  const name = `cast.${known.size}`;
  known.set(key, name);
  const func = buildConverter(fn, name, node, type && resolve(fn, type), depth);
  lo.module.funcs.set(name, func);
  return name;
}

/** A text that is equal for nodes with the same conversion. */
function describe(fn: Fn, node: Node, depth: number): string {
  const mask = maskOf(node) & ~NULL;
  if (depth > 8) return '…';
  if (mask === LIST) return `list(${describe(fn, elemNode(fn.lo.solver, node), depth + 1)})`;
  if (mask === MAP) return `map(${intKeyed(node)},${describe(fn, mapValueNode(fn, node), depth + 1)})`;
  if (mask === STRUCT) return `struct(${[...structs(node)].map((s) => s.name).join('|')})`;
  return `${reprOf(node)}:${mask}`;
}

function structs(node: Node): StructInfo[] {
  let n = node;
  while (n.forward) n = n.forward;
  return [...(n.structs ?? [])];
}

interface Builder {
  readonly locals: Type[];
  local(type: Type): number;
  get(local: number): Expr;
}

function builder(first: Type): Builder {
  const locals: Type[] = [first];
  return {
    locals,
    local(type) {
      locals.push(type);
      return locals.length - 1;
    },
    get: (local) => read(local, locals[local]!),
  };
}

function buildConverter(fn: Fn, name: string, node: Node, type: TypeExpr | undefined, depth: number): Func {
  const b = builder('cell');
  const body: Stmt[] = [];
  const result = typeOf(reprOf(node));
  const cell = b.get(0);
  const mask = maskOf(node) & ~NULL;
  const ret = (value: Expr): void => {
    body.push({ op: Op.return, value });
  };
  const call = (n: Node, t: TypeExpr | undefined, value: Expr): Expr => ({
    op: Op.call,
    type: typeOf(reprOf(n)),
    func: converter(fn, n, t, depth + 1),
    args: [value],
  });
  const args = type?.kind === 'generic' ? type.args : [];
  if (!type || isIdentityCast({ types: fn.lo.program.types }, type)) {
    ret(unbox(cell, node));
    return { name, params: ['cell'], result, locals: b.locals, body };
  }
  const asResult = (ref: Expr): Expr => (result === 'cell' ? box(ref, 'ref') : ref);
  switch (reprOf(node)) {
    case 'i64':
      ret(rt('i64', 'cell_as_int', [cell]));
      break;
    case 'f64':
      ret(rt('f64', 'cell_as_float', [cell]));
      break;
    case 'bool':
      ret(rt('i32', 'cell_as_bool', [cell]));
      break;
    default:
      if (mask === LIST && depth < 8) {
        const elem = elemNode(fn.lo.solver, node);
        const repr = reprOf(elem);
        const from = b.local('ref');
        const to = b.local('ref');
        const i = b.local('i64');
        const n = b.local('i64');
        body.push(
          {
            op: Op.if,
            cond: num('i32', 'i64.eqz', { op: Op.as, type: 'i64', value: cell }),
            then: [{ op: Op.return, value: nil(result) }],
            else: [],
          },
          { op: Op.set, local: from, value: rt('ref', 'cell_ref', [cell, i32(KIND.LIST)]) },
          { op: Op.set, local: n, value: rt('i64', 'list_len', [b.get(from)]) },
          {
            op: Op.set,
            local: to,
            value: rt('ref', 'list_new', [i32(ELEMENT[repr].kind), num('i32', 'i32.wrap_i64', b.get(n))]),
          },
          ...countLoop(b, i, n, [
            {
              op: Op.do,
              value: rt(undefined, `list_push$${ELEMENT[repr].suffix}`, [
                b.get(to),
                call(elem, args[0], rt('cell', 'list_get_cell', [b.get(from), b.get(i)])),
              ]),
            },
          ]),
        );
        ret(asResult(b.get(to)));
      } else if (mask === MAP && depth < 8) {
        const val = mapValueNode(fn, node);
        const ints = intKeyed(node);
        const keys = b.local('ref');
        const to = b.local('ref');
        const i = b.local('i64');
        const n = b.local('i64');
        const key = b.local('cell');
        const value = b.local(typeOf(reprOf(val)));
        const entry = b.local('i32');
        keyNode(fn.lo.solver, node);
        const mapKey = ints ? rt('i64', 'cell_as_int', [b.get(key)]) : rt('ref', 'value_str', [b.get(key)]);
        body.push(
          {
            op: Op.if,
            cond: num('i32', 'i64.eqz', { op: Op.as, type: 'i64', value: cell }),
            then: [{ op: Op.return, value: nil(result) }],
            else: [],
          },
          { op: Op.set, local: keys, value: rt('ref', 'map_keys', [rt('ref', 'cell_ref', [cell, i32(KIND.MAP)])]) },
          { op: Op.set, local: n, value: rt('i64', 'list_len', [b.get(keys)]) },
          { op: Op.set, local: to, value: newMap(fn, node) },
          ...countLoop(b, i, n, [
            { op: Op.set, local: key, value: rt('cell', 'list_get_cell', [b.get(keys), b.get(i)]) },
            { op: Op.set, local: value, value: call(val, args[1], rt('cell', 'cell_index', [cell, b.get(key)])) },
            { op: Op.set, local: entry, value: rt('i32', ints ? 'map_put_i64' : 'map_put_str', [b.get(to), mapKey]) },
            store(reprOf(val), b.get(entry), 0, b.get(value)),
          ]),
        );
        ret(asResult(b.get(to)));
      } else if (mask === STRUCT && structs(node).length > 0 && depth < 8) {
        buildStruct(fn, b, body, structs(node)[0]!, call, asResult, result);
      } else if (reprOf(node) === 'ref') {
        ret(rt('ref', 'cell_as_str', [cell]));
      } else ret(cell);
  }
  return { name, params: ['cell'], result, locals: b.locals, body };
}

function nil(type: Type): Expr {
  return type === 'cell' ? { op: Op.const, type, value: 0n } : { op: Op.const, type: 'ref', value: 0 };
}

function countLoop(b: Builder, i: number, n: number, body: Stmt[]): Stmt[] {
  return [
    { op: Op.set, local: i, value: i64(0n) },
    {
      op: Op.block,
      label: 0,
      body: [
        {
          op: Op.loop,
          label: 1,
          body: [
            { op: Op.brIf, label: 0, cond: num('i32', 'i64.ge_s', b.get(i), b.get(n)) },
            ...body,
            { op: Op.set, local: i, value: num('i64', 'i64.add', b.get(i), i64(1n)) },
            { op: Op.br, label: 1 },
          ],
        },
      ],
    },
  ];
}

/** A struct stays itself; a map becomes the struct, every field present. */
function buildStruct(
  fn: Fn,
  b: Builder,
  body: Stmt[],
  struct: StructInfo,
  call: (n: Node, t: TypeExpr | undefined, value: Expr) => Expr,
  asResult: (ref: Expr) => Expr,
  result: Type,
): void {
  const cell = b.get(0);
  const layout = layoutOf(fn.lo, struct);
  const same = b.local('ref');
  const object = b.local('ref');
  body.push(
    { op: Op.set, local: same, value: rt('ref', 'cell_struct', [cell]) },
    {
      op: Op.if,
      cond: num(
        'i32',
        'i32.eq',
        { op: Op.load, type: 'i32', code: 'i32.load16_u', addr: b.get(same), offset: 2 },
        i32(layout.typeId),
      ),
      then: [{ op: Op.return, value: asResult(b.get(same)) }],
      else: [],
    },
    {
      op: Op.if,
      cond: num('i32', 'i64.eqz', { op: Op.as, type: 'i64', value: cell }),
      then: [{ op: Op.return, value: nil(result) }],
      else: [],
    },
  );
  const values = layout.order.map((slot) => {
    const local = b.local(typeOf(slot.repr));
    const read = rt('cell', 'cell_need_field', [cell, stringData(fn.lo, slot.name), stringData(fn.lo, struct.name)]);
    body.push({ op: Op.set, local, value: call(slot.node, struct.byName.get(slot.name)!.type, read) });
    return local;
  });
  body.push({ op: Op.set, local: object, value: alloc(layout.size, header(KIND.STRUCT, { typeId: layout.typeId })) });
  layout.order.forEach((slot, i) => {
    body.push(store(slot.repr, b.get(object), slot.offset, b.get(values[i]!)));
  });
  body.push({ op: Op.return, value: asResult(b.get(object)) });
}
