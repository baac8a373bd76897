/** The IR interpreter against the engine: every numeric instruction, and the nodes whose order of evaluation matters. */

import { describe, expect, it } from 'vitest';
import { as, get, i32, i64, num, set, zero } from '../../src/ir/build.ts';
import {
  type Expr,
  emptyModule,
  type Func,
  type Module,
  type NumericOp,
  type Stmt,
  type Type,
} from '../../src/ir/ir.ts';
import * as Op from '../../src/ir/op.ts';
import { NUMERIC_SIGNATURES } from '../../src/ir/ops.ts';
import { finish } from '../../src/wasm/pipeline.ts';
import { OutOfFuel, Trap, translate } from './ir-interpreter.ts';

type Result = number | bigint | undefined | 'trap';

const I32 = [0, 1, -1, 2, 7, -7, 31, 32, 33, 127, 128, 255, 32767, 32768, 65535, 2 ** 31 - 1, -(2 ** 31), 0x12345678];
const I64 = [...I32.map(BigInt), 63n, 64n, 65n, 2n ** 31n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)];
const F64 = [
  ...[
    0,
    -0,
    1,
    -1,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    0.1,
    4.4999,
    1e-300,
    1e300,
    2 ** 31,
    -(2 ** 31) - 1,
    2 ** 32,
    2 ** 52 + 1,
  ],
  ...[2 ** 63, -(2 ** 63), 2 ** 64, 4294967295.5, 2147483647.9, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  Number.NaN,
];
const VALUES = { i32: I32, i64: I64, f64: F64 };

const func = (name: string, params: Type[], result: Type | undefined, body: Stmt[], locals: Type[] = []): Func => ({
  name,
  params,
  result,
  locals: [...params, ...locals],
  body,
});

function moduleOf(funcs: readonly Func[], more: Partial<Module> = {}): Module {
  const module = { ...emptyModule(), ...more };
  for (const f of funcs) {
    module.funcs.set(f.name, f);
    module.exports.set(f.name, f.name);
  }
  return module;
}

/** Both ways to call an exported function. */
function bothWays(module: Module): { engine: Call; interpreter: Call } {
  const lines = { fileNames: [], position: () => ({ file: 0, line: 0, col: 0 }) };
  const { wasm } = finish(module, { lines });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(wasm));
  const program = translate(module);
  const caught = (run: () => unknown): Result => {
    try {
      return run() as Result;
    } catch (e) {
      if (e instanceof Trap || e instanceof WebAssembly.RuntimeError || e instanceof RangeError) return 'trap';
      throw e;
    }
  };
  return {
    engine: (name, ...args) => caught(() => (exports[name] as (...x: unknown[]) => unknown)(...args)),
    interpreter: (name, ...args) => caught(() => program.run(name, args, {})),
  };
}
type Call = (name: string, ...args: (number | bigint)[]) => Result;

describe('every numeric instruction', () => {
  const all = [...NUMERIC_SIGNATURES];
  const module = moduleOf(
    all.map(([code, { params, result }]) => {
      const args = params.map((t, i) => get(i, t));
      return func(code, [...params], result, [{ op: Op.return, value: num(code as NumericOp, ...args) }]);
    }),
  );
  const { engine, interpreter } = bothWays(module);
  it.each(all)('%s', (code, { params }) => {
    const [first = [], second = [undefined]] = params.map((t) => VALUES[t]);
    for (const a of first) {
      for (const b of second) {
        const args = b === undefined ? [a] : [a, b];
        // The engine may give a NaN of either sign.
        const sign = code === 'f64.copysign' || code.includes('reinterpret');
        if (sign && args.some((x) => Number.isNaN(Number(x)))) continue;
        expect({ args, gives: interpreter(code, ...args) }).toEqual({ args, gives: engine(code, ...args) });
      }
    }
  });
});

const ret = (value: Expr): Stmt => ({ op: Op.return, value });
const call = (name: string, ...args: Expr[]): Expr => ({ op: Op.call, type: 'i32', func: name, args });
/** Sets a local on the way to a value. */
const setting = (local: number, value: number, result: Expr): Expr => ({
  op: Op.seq,
  type: 'i32',
  body: [set(local, i32(value))],
  value: result,
});

/** A function that notes its argument as the next digit of a global and gives it. */
const DIGITS = { name: 'digits', type: 'i32', mutable: true, init: 0 } as const;
const digits: Expr = { op: Op.global, type: 'i32', name: 'digits' };
const note = func('note', ['i32'], 'i32', [
  { op: Op.setGlobal, name: 'digits', value: num('i32.add', num('i32.mul', digits, i32(10)), get(0, 'i32')) },
  ret(get(0, 'i32')),
]);

const CASES: readonly [string, readonly Stmt[]][] = [
  [
    'an operand is read before a later one changes its local',
    [ret(num('i32.sub', get(0, 'i32'), setting(0, 5, get(0, 'i32'))))],
  ],
  [
    'operands with statements keep their order',
    [
      { op: Op.do, value: num('i32.add', call('note', i32(1)), setting(1, 0, call('note', i32(2)))) },
      { op: Op.do, value: num('i32.add', setting(1, 0, call('note', i32(3))), call('note', i32(4))) },
      ret(digits),
    ],
  ],
  [
    'select evaluates both sides and then the condition',
    [
      {
        op: Op.do,
        value: {
          op: Op.select,
          type: 'i32',
          cond: call('note', i32(3)),
          then: call('note', i32(1)),
          else: call('note', i32(2)),
        },
      },
      ret(digits),
    ],
  ],
  [
    'if evaluates one side',
    [
      ret({
        op: Op.if,
        type: 'i32',
        cond: get(0, 'i32'),
        then: setting(1, 3, get(1, 'i32')),
        else: num('i32.div_s', i32(1), i32(0)),
      }),
    ],
  ],
  [
    'loops, blocks and br_table',
    [
      {
        op: Op.loop,
        label: 1,
        body: [
          {
            op: Op.block,
            label: 2,
            body: [
              {
                op: Op.block,
                label: 3,
                body: [{ op: Op.switch, value: num('i32.and', get(1, 'i32'), i32(3)), labels: [2, 3], otherwise: 2 }],
              },
              set(2, num('i32.add', get(2, 'i32'), i32(10))),
            ],
          },
          set(1, num('i32.add', get(1, 'i32'), i32(1))),
          { op: Op.brIf, label: 1, cond: num('i32.lt_s', get(1, 'i32'), i32(20)) },
        ],
      },
      ret(num('i32.add', get(1, 'i32'), get(2, 'i32'))),
    ],
  ],
  [
    'memory: stores of all sizes, copy, fill, growth',
    [
      { op: Op.store, code: 'i64.store', addr: i32(8), offset: 8, value: i64(-2) },
      { op: Op.store, code: 'i32.store8', addr: i32(17), offset: 0, value: i32(0x1ff) },
      { op: Op.store, code: 'i32.store16', addr: i32(18), offset: 0, value: i32(-3) },
      { op: Op.store, code: 'i64.store32', addr: i32(20), offset: 0, value: i64(2n ** 40n + 9n) },
      { op: Op.memoryCopy, to: i32(19), from: i32(16), bytes: i32(8) },
      { op: Op.memoryFill, to: i32(33), byte: i32(0x181), bytes: i32(2) },
      { op: Op.do, value: { op: Op.memoryGrow, type: 'i32', pages: i32(1) } },
      ret(
        num(
          'i32.xor',
          num('i32.wrap_i64', { op: Op.load, type: 'i64', code: 'i64.load', addr: i32(17), offset: 0 }),
          num(
            'i32.add',
            { op: Op.load, type: 'i32', code: 'i32.load', addr: i32(32), offset: 0 },
            { op: Op.memorySize, type: 'i32' },
          ),
        ),
      ),
    ],
  ],
  ['an address is unsigned', [ret({ op: Op.load, type: 'i32', code: 'i32.load', addr: i32(-4), offset: 8 })]],
  ['a load beyond memory traps', [ret({ op: Op.load, type: 'i32', code: 'i32.load', addr: i32(65_534), offset: 0 })]],
  ['a copy beyond memory traps', [{ op: Op.memoryCopy, to: i32(65_530), from: i32(0), bytes: i32(7) }, ret(i32(0))]],
  ['unreachable traps', [{ op: Op.unreachable }]],
  [
    'calls through the table',
    [
      ret({
        op: Op.callIndirect,
        type: 'i32',
        params: ['i32'],
        target: { op: Op.funcIndex, type: 'i32', func: 'note' },
        args: [i32(7)],
      }),
    ],
  ],
  [
    'a call through the table with another signature traps',
    [
      ret({
        op: Op.callIndirect,
        type: 'i32',
        params: [],
        target: { op: Op.funcIndex, type: 'i32', func: 'note' },
        args: [],
      }),
    ],
  ],
  ['a call of no function traps', [ret({ op: Op.callIndirect, type: 'i32', params: [], target: i32(0), args: [] })]],
  ['a deep recursion traps', [ret(num('i32.add', call('main', get(0, 'i32')), i32(1)))]],
  ['constants keep their bits', [ret(num('i32.wrap_i64', num('i64.shr_u', i64(0xfedc_ba98_7654_3210n), i64(36))))]],
  ['a reference is its address', [ret(num('i32.add', as('i32', zero('ref')), i32(1)))]],
];

describe('the IR interpreter agrees with the engine', () => {
  it.each(CASES)('%s', (_, body) => {
    const main = func('main', ['i32'], 'i32', [...body], ['i32', 'i32']);
    const module = moduleOf([main, note], { globals: new Map([['digits', DIGITS]]) });
    const { engine, interpreter } = bothWays(module);
    const got = interpreter('main', 12);
    expect(got).toBe(engine('main', 12));
    expect(got).not.toBe(undefined);
  });
});

it('a program that never ends is stopped', () => {
  const forever = func('main', [], undefined, [{ op: Op.loop, label: 1, body: [{ op: Op.br, label: 1 }] }]);
  expect(() => translate(moduleOf([forever])).run('main', [], {})).toThrow(OutOfFuel);
});
