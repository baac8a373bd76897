/**
 * Random IR programs for differential tests of the passes. A program reports what it computes through imports, allocates
 * references, collects, branches and loops (a supply of coin flips bounds it), and calls helper functions, some of them
 * to be inlined.
 */

import fc from 'fast-check';
import { as, get, i32, i64, num, set } from '../../src/ir/build.ts';
import {
  type Expr,
  emptyModule,
  type Func,
  type Module,
  type NumericOp,
  type Stmt,
  type Type,
} from '../../src/ir/ir.ts';
import { lintModule } from '../../src/ir/lint.ts';
import { STACK_BASE, STACK_POINTER } from '../../src/ir/names.ts';
import * as Op from '../../src/ir/op.ts';
import { emitModule } from '../../src/wasm/emit.ts';
import { encodeModule } from '../../src/wasm/encode.ts';

/** Locals of every generated function: two parameters, then these. */
const LOCALS: readonly Type[] = ['ref', 'i32', 'ref', 'ref', 'cell', 'i32', 'i32', 'i64', 'f64'];
const PARAMS: readonly Type[] = ['ref', 'i32'];
const of = (type: Type): number[] => LOCALS.flatMap((t, i) => (t === type ? [i] : []));

const call = (func: string, type: Type | undefined, ...args: Expr[]): Expr => ({ op: Op.call, type, func, args });
const coin = call('host.coin', 'i32');

/** Statements and expressions before their labels are numbered: `br` counts enclosing blocks. */
interface Parts {
  ref: Expr;
  int: Expr;
  long: Expr;
  float: Expr;
  cell: Expr;
  stmt: Stmt;
  list: Stmt[];
}

/** Statement lists of helper `index`, which may call helpers with smaller indexes. */
function bodies(index: number): fc.Arbitrary<Stmt[]> {
  const local = (type: Type): fc.Arbitrary<Expr> => fc.constantFrom(...of(type)).map((l) => get(l, type));
  const helpers = Array.from({ length: index }, (_, i) => `f${i}`);
  const { list } = fc.letrec<Parts>((tie) => {
    const ref = tie('ref') as fc.Arbitrary<Expr>;
    const int = tie('int') as fc.Arbitrary<Expr>;
    const long = tie('long') as fc.Arbitrary<Expr>;
    const float = tie('float') as fc.Arbitrary<Expr>;
    const cell = tie('cell') as fc.Arbitrary<Expr>;
    const stmts = tie('list') as fc.Arbitrary<Stmt[]>;
    const choice = (type: Type, value: fc.Arbitrary<Expr>): fc.Arbitrary<Expr> =>
      fc.oneof(
        fc.record({ op: fc.constant(Op.if), type: fc.constant(type), cond: int, then: value, else: value }),
        fc.record({ op: fc.constant(Op.select), type: fc.constant(type), cond: int, then: value, else: value }),
        fc.record({ op: fc.constant(Op.seq), type: fc.constant(type), body: stmts, value }),
      );
    const binary = (ops: readonly NumericOp[], value: fc.Arbitrary<Expr>): fc.Arbitrary<Expr> =>
      fc.tuple(fc.constantFrom(...ops), value, value).map(([op, a, b]) => num(op, a, b));
    const setLocal = (type: Type, value: fc.Arbitrary<Expr>): fc.Arbitrary<Stmt> =>
      fc.tuple(fc.constantFrom(...of(type)), value).map(([l, v]) => set(l, v));
    const opaque = { depthSize: 'small' as const, withCrossShrink: true };
    return {
      ref: fc.oneof(
        opaque,
        local('ref'),
        fc.constant(call('alloc', 'ref')),
        fc.constant<Expr>({ op: Op.const, type: 'ref', value: 0 }),
        fc.constant<Expr>({ op: Op.global, type: 'ref', name: 'g' }),
        fc.tuple(ref, int).map(([a, b]) => call('second', 'ref', a, b)),
        fc.tuple(ref, ref).map(([a, b]) => call('pick', 'ref', a, b)),
        cell.map((c) => as('ref', num('i32.wrap_i64', as('i64', c)))),
        choice('ref', ref),
        ...(helpers.length > 0
          ? [fc.tuple(fc.constantFrom(...helpers), ref, int).map(([f, a, b]) => call(f, 'ref', a, b))]
          : []),
      ),
      cell: fc.oneof(
        opaque,
        local('cell'),
        ref.map((r) => as('cell', num('i64.extend_i32_u', as('i32', r)))),
        choice('cell', cell),
      ),
      int: fc.oneof(
        opaque,
        local('i32'),
        fc.constantFrom(0, 1, 2, 8, -1, 255, 0x7fffffff).map((n) => i32(n)),
        fc.constant(coin),
        binary(
          ['i32.add', 'i32.sub', 'i32.mul', 'i32.and', 'i32.or', 'i32.xor', 'i32.shl', 'i32.shr_u', 'i32.rotl'],
          int,
        ),
        binary(['i32.eq', 'i32.ne', 'i32.lt_s', 'i32.ge_u'], int),
        binary(['i64.eq', 'i64.ne', 'i64.lt_s', 'i64.ge_u'], long),
        binary(['f64.lt', 'f64.eq', 'f64.ne'], float),
        binary(
          ['i32.eq', 'i32.ne'],
          ref.map((r) => as('i32', r)),
        ).map((e) => num('i32.and', e, i32(0))),
        int.map((e) => num('i32.eqz', e)),
        long.map((e) => num('i32.wrap_i64', e)),
        choice('i32', int),
      ),
      long: fc.oneof(
        opaque,
        local('i64'),
        fc.constantFrom(0n, 1n, -1n, 1n << 63n, 4n).map((n) => i64(BigInt.asIntN(64, n))),
        binary(['i64.add', 'i64.sub', 'i64.mul', 'i64.and', 'i64.shr_s', 'i64.rotr'], long),
        int.map((e) => num('i64.extend_i32_s', e)),
        choice('i64', long),
      ),
      float: fc.oneof(
        opaque,
        local('f64'),
        fc.constantFrom(0, -0, 1.5, 1e300).map((value): Expr => ({ op: Op.const, type: 'f64', value })),
        binary(['f64.add', 'f64.mul', 'f64.sub'], float),
        long.map((e) => num('f64.convert_i64_s', e)),
      ),
      stmt: fc.oneof(
        opaque,
        setLocal('ref', ref),
        setLocal('i32', int),
        setLocal('i64', long),
        setLocal('f64', float),
        setLocal('cell', cell),
        fc.tuple(ref, int).map(([r, n]): Stmt => ({ op: Op.do, value: call('host.use', undefined, r, n) })),
        fc.tuple(ref, ref).map(([a, b]): Stmt => ({ op: Op.do, value: call('pick', 'ref', a, b) })),
        fc.constant<Stmt>({ op: Op.do, value: call('rt.collect', undefined) }),
        ref.map((value): Stmt => ({ op: Op.do, value })),
        int.map((value): Stmt => ({ op: Op.do, value })),
        ref.map((value): Stmt => ({ op: Op.setGlobal, name: 'g', value })),
        ref.map((value): Stmt => ({ op: Op.keep, value })),
        fc.record({ op: fc.constant(Op.if), cond: int, then: stmts, else: stmts }),
        stmts.map((body): Stmt => ({ op: Op.block, label: 0, body })),
        stmts.map(
          (body): Stmt => ({
            op: Op.block,
            label: 0,
            body: [
              {
                op: Op.loop,
                label: 0,
                body: [{ op: Op.brIf, label: 1, cond: coin }, ...body, { op: Op.br, label: 0 }],
              },
            ],
          }),
        ),
        fc.tuple(fc.nat(2), int).map(([label, cond]): Stmt => ({ op: Op.brIf, label, cond })),
        fc.nat(2).map((label): Stmt => ({ op: Op.br, label })),
        fc
          .tuple(fc.array(fc.nat(2), { maxLength: 3 }), fc.nat(2), int)
          .map(([labels, otherwise, value]): Stmt => ({ op: Op.switch, labels, otherwise, value })),
        fc
          .tuple(int, ref)
          .map(([cond, value]): Stmt => ({ op: Op.if, cond, then: [{ op: Op.return, value }], else: [] })),
      ),
      list: fc.array(tie('stmt') as fc.Arbitrary<Stmt>, { maxLength: 5 }),
    };
  });
  return list;
}

/** Gives labels their numbers: in the generated tree `br n` means the n-th enclosing block (or the outermost). */
function numberLabels(body: readonly Stmt[]): Stmt[] {
  let next = 0;
  // A jump to a loop's head must pass the coin at its top, which the block around each loop provides.
  const expr = (e: Expr, open: readonly number[]): Expr => {
    switch (e.op) {
      case Op.num:
      case Op.call:
        return { ...e, args: e.args.map((a) => expr(a, open)) };
      case Op.as:
        return { ...e, value: expr(e.value, open) };
      case Op.if:
      case Op.select:
        return { ...e, cond: expr(e.cond, open), then: expr(e.then, open), else: expr(e.else, open) };
      case Op.seq:
        return { ...e, body: list(e.body, open), value: expr(e.value, open) };
      default:
        return e;
    }
  };
  const list = (stmts: readonly Stmt[], open: readonly number[]): Stmt[] =>
    stmts.flatMap((s): Stmt[] => {
      const label = (n: number): number => open[Math.min(n, open.length - 1)]!;
      switch (s.op) {
        case Op.block:
        case Op.loop: {
          const mine = next++;
          return [{ ...s, label: mine, body: list(s.body, [mine, ...open]) }];
        }
        case Op.br:
          return open.length === 0 ? [] : [{ ...s, label: label(s.label) }];
        case Op.brIf:
          return open.length === 0 ? [] : [{ ...s, label: label(s.label), cond: expr(s.cond, open) }];
        case Op.switch:
          if (open.length === 0) return [];
          return [{ ...s, value: expr(s.value, open), labels: s.labels.map(label), otherwise: label(s.otherwise) }];
        case Op.if:
          return [{ ...s, cond: expr(s.cond, open), then: list(s.then, open), else: list(s.else, open) }];
        case Op.set:
        case Op.setGlobal:
        case Op.do:
        case Op.keep:
          return [{ ...s, value: expr(s.value, open) }];
        case Op.return:
          return [s.value ? { ...s, value: expr(s.value, open) } : s];
        default:
          return [s];
      }
    });
  return list(body, []);
}

/** A local that a function's copy in a loop may see from the round before must be set first: inlining relies on it. */
const RESET: Stmt[] = LOCALS.slice(PARAMS.length).map((type, i) =>
  set(i + PARAMS.length, { op: Op.const, type, value: type === 'i64' || type === 'cell' ? 0n : 0 }),
);

function helper(name: string, body: readonly Stmt[], result: Expr, inline: Func['inline']): Func {
  return {
    name,
    params: PARAMS,
    result: 'ref',
    locals: [...LOCALS],
    body: [...RESET, ...numberLabels([...body, { op: Op.return, value: result }])],
    inline,
  };
}

/** Modules whose export `main` runs the program. */
export const programs: fc.Arbitrary<Module> = fc
  .tuple(
    ...[0, 1, 2].map((i) =>
      fc.record({
        body: bodies(i),
        result: fc.constantFrom(...of('ref')),
        inline: fc.constantFrom<Func['inline']>('always', 'never', undefined),
      }),
    ),
  )
  .map((parts) => {
    const module = emptyModule();
    const host = (name: string, params: Type[], result?: Type): void => {
      module.imports.set(`host.${name}`, { name: `host.${name}`, module: 'host', field: name, params, result });
    };
    host('coin', [], 'i32');
    host('new', [], 'ref');
    host('use', ['ref', 'i32']);
    host('collect', ['i32', 'i32']);
    module.globals.set('g', { name: 'g', type: 'ref', mutable: true, init: 0 });
    const add = (func: Func): void => {
      module.funcs.set(func.name, func);
    };
    const collect: Stmt = { op: Op.do, value: call('rt.collect', undefined) };
    const use = (local: number): Stmt => ({
      op: Op.do,
      value: call('host.use', undefined, get(local, 'ref'), i32(-7)),
    });
    add({
      name: 'rt.collect',
      params: [],
      result: undefined,
      locals: [],
      inline: 'never',
      body: [
        {
          op: Op.do,
          value: call(
            'host.collect',
            undefined,
            { op: Op.global, type: 'i32', name: STACK_POINTER },
            { op: Op.data, type: 'i32', name: STACK_BASE },
          ),
        },
      ],
    });
    add({
      name: 'alloc',
      params: [],
      result: 'ref',
      locals: [],
      body: [collect, { op: Op.return, value: call('host.new', 'ref') }],
    });
    add({
      name: 'second',
      params: ['ref', 'i32'],
      result: 'ref',
      locals: ['ref', 'i32'],
      inline: 'always',
      body: [
        {
          op: Op.if,
          cond: get(1, 'i32'),
          then: [{ op: Op.return, value: call('alloc', 'ref') }],
          else: [],
        },
        { op: Op.return, value: get(0, 'ref') },
      ],
    });
    add({
      name: 'pick',
      params: ['ref', 'ref'],
      result: 'ref',
      locals: ['ref', 'ref'],
      body: [collect, use(0), { op: Op.return, value: get(1, 'ref') }],
    });
    parts.forEach((part, i) => {
      add(helper(i === 2 ? 'run' : `f${i}`, part.body, get(part.result, 'ref'), part.inline));
    });
    add({
      name: 'main',
      params: [],
      result: 'i32',
      locals: ['i32'],
      body: [
        { op: Op.do, value: call('host.use', undefined, call('run', 'ref', call('alloc', 'ref'), i32(3)), i32(0)) },
        { op: Op.return, value: { op: Op.global, type: 'i32', name: STACK_POINTER } },
      ],
    });
    module.exports.set('main', 'main');
    return module;
  });

/** What a run has shown: the references used (numbered by allocation) with the numbers beside them. */
export interface Trace {
  readonly events: string[];
  /** References that were used after a collection that did not see them. */
  readonly lost: string[];
  /** The stack pointer at the end, and where it began. */
  readonly stack: { readonly end: number; readonly begin: number };
}

/** Encodes and runs a program; `collects`: whether collections take what the shadow stack does not hold. */
export async function run(module: Module, collects: boolean): Promise<Trace> {
  const problems = lintModule(module);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const { module: wasmModule, layout } = emitModule(module);
  const { bytes } = encodeModule(wasmModule);
  const events: string[] = [];
  const lost: string[] = [];
  let alive = new Set<number>();
  let next = 0x100000;
  let fuel = 60;
  let seed = 12345;
  let memory: WebAssembly.Memory;
  const { instance } = await WebAssembly.instantiate(bytes, {
    host: {
      coin: (): number => {
        if (fuel-- <= 0) return 1;
        seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
        return (seed >> 16) & 1;
      },
      new: (): number => {
        next += 16;
        alive.add(next);
        return next;
      },
      use: (ref: number, n: number): void => {
        events.push(`${ref} ${n}`);
        if (ref !== 0 && !alive.has(ref)) lost.push(`${ref} at event ${events.length}`);
      },
      collect: (pointer: number, base: number): void => {
        if (!collects) return;
        const view = new DataView(memory.buffer);
        const kept = new Set<number>();
        for (let at = pointer; at < base; at += 8) {
          const value = view.getBigUint64(at, true);
          if (value !== 0n && (value > 0xffffffffn || !alive.has(Number(value)))) lost.push(`slot holds ${value}`);
          kept.add(Number(value));
        }
        alive = new Set([...alive].filter((ref) => kept.has(ref)));
      },
    },
  });
  memory = instance.exports.memory as WebAssembly.Memory;
  const end = (instance.exports.main as () => number)();
  return { events, lost, stack: { end, begin: layout.stackPointer } };
}
