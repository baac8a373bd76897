import { describe, expect, it } from 'vitest';
import { emptyModule, type Module } from '../../src/ir/ir.ts';
import { layOut, STACK_BYTES } from '../../src/ir/link.ts';
import { lintModule } from '../../src/ir/lint.ts';
import { STACK_BASE, STACK_POINTER } from '../../src/ir/names.ts';
import * as Op from '../../src/ir/op.ts';
import { addRoots } from '../../src/ir/passes/roots.ts';
import { printFunc } from '../../src/ir/print.ts';
import { reach } from '../../src/ir/reach.ts';
import { emitModule } from '../../src/wasm/emit.ts';
import { moduleOf } from './helpers.ts';

const PRELUDE = `
/// noinline
fun collect() { let x = memory_grow(0) }
/// noinline
fun alloc(size: i32): ref {
  collect()
  return ref(size)
}
/// noinline
fun use(a: ref) { store32(a, 4, 1) }
/// noreturn
fun fail(a: ref) {
  collect()
  use(a)
  unreachable()
}
`;

function rooted(source: string, exports: readonly string[] = ['f'], user: readonly string[] = []): Module {
  const module = addRoots(moduleOf(PRELUDE + source, exports, user));
  expect(lintModule(module)).toEqual([]);
  return module;
}
const text = (source: string, user: readonly string[] = []): string =>
  printFunc(rooted(source, ['f'], user).funcs.get('rt.f')!);

describe('the root pass', () => {
  it('gives a slot to what is live across a call that may collect, after the early exits', () => {
    expect(
      text(`
fun f(a: ref, n: i32): ref {
  if n == 0 { return a }
  let b = alloc(n)
  let c = alloc(n)
  store(b, 4, a)
  store(c, 4, b)
  return c
}`),
    ).toMatchInlineSnapshot(`
      "func rt.f(a.0: ref, n.1: i32): ref {
        local b.2: ref
        local c.3: ref
        local $4: i32
        if (i32.eq n.1 0) {
          return a.0
        }
        $4 = (i32.sub @rt.sp 16)
        @rt.sp = $4
        i64.store $4 (i64.extend_i32_u (as i32 a.0))
        i64.store+8 $4 0:i64
        b.2 = (rt.alloc n.1)
        i64.store+8 $4 (i64.extend_i32_u (as i32 b.2))
        c.3 = (rt.alloc n.1)
        i32.store+4 b.2 a.0
        i32.store+4 c.3 b.2
        @rt.sp = (i32.add $4 16)
        return c.3
      }"
    `);
  });

  it('saves a parameter that only unreachable code uses while its object is there', () => {
    const saved = text(`
fun f(a: ref, n: i32): ref {
  use(alloc(n))
  while n != 3 {
    while true {
      if n == 7 { return alloc(n) }
    }
    let c = alloc(n)
    let d = alloc(n)
    store(c, 4, a)
    store(d, 4, c)
  }
  return alloc(n)
}`);
    expect(saved.indexOf('(as i32 a.0)')).toBeGreaterThan(0);
    expect(saved.indexOf('(as i32 a.0)')).toBeLessThan(saved.indexOf('rt.alloc'));
  });

  it('needs no frame where nothing is live across such a call', () => {
    for (const source of [
      'fun f(a: ref): ref {\n  use(a)\n  return alloc(4)\n}',
      'fun f(a: ref): i32 {\n  if load32(a, 4) == 0 { fail(a) }\n  return load32(a, 8)\n}',
      'fun f(): ref {\n  let s = "static"\n  let x = alloc(4)\n  store(x, 4, s)\n  return x\n}',
    ]) {
      expect(text(source)).not.toContain('rt.sp');
    }
  });

  it('makes a frame around a single call in a branch', () => {
    expect(
      text(`
fun f(xs: ref, n: i32) {
  var i = 0
  while i < n {
    if load32(xs, 4) == 0 { store(xs, 8, alloc(8)) }
    i = i + 1
  }
}`),
    ).toMatchInlineSnapshot(`
      "func rt.f(xs.0: ref, n.1: i32) {
        local i.2: i32
        local $3: i32
        local $4: ref
        i.2 = 0
        block L0 {
          loop L1 {
            br L0 if (i32.ge_s i.2 n.1)
            if (i32.eq (i32.load+4 xs.0) 0) {
              i32.store+8 xs.0 {
                $3 = (i32.sub @rt.sp 8)
                @rt.sp = $3
                i64.store $3 (i64.extend_i32_u (as i32 xs.0))
                $4 = (rt.alloc 8)
                @rt.sp = (i32.add @rt.sp 8)
                -> $4
              }
            }
            i.2 = (i32.add i.2 1)
            br L1
          }
        }
      }"
    `);
  });

  it('keeps references alive that lie on the operand stack, and those that keep() names', () => {
    expect(
      text(`
fun pair(a: ref, b: ref): i32 { return load32(a, 0) + load32(b, 0) }
fun f(n: i32): i32 {
  let sum = pair(alloc(n), alloc(n + 1))
  let s = alloc(n)
  let raw = i32(s) + 8
  let t = alloc(sum)
  store32(raw, 0, 1)
  keep(s)
  return sum
}`),
    ).toMatchInlineSnapshot(`
      "func rt.f(n.0: i32): i32 {
        local sum.1: i32
        local s.2: ref
        local raw.3: i32
        local t.4: ref
        local $5: ref
        local $6: i32
        $6 = (i32.sub @rt.sp 16)
        @rt.sp = $6
        i64.store $6 0:i64
        i64.store+8 $6 0:i64
        sum.1 = {
          $5 = (rt.alloc n.0)
          i64.store+8 $6 (i64.extend_i32_u (as i32 $5))
          -> (rt.pair $5 (rt.alloc (i32.add n.0 1)))
        }
        s.2 = (rt.alloc n.0)
        i64.store $6 (i64.extend_i32_u (as i32 s.2))
        raw.3 = (i32.add (as i32 s.2) 8)
        t.4 = (rt.alloc sum.1)
        i32.store raw.3 1
        keep s.2
        @rt.sp = (i32.add $6 16)
        return sum.1
      }"
    `);
  });

  it('takes the frame down before a call in return position', () => {
    const out = text(`
fun g(a: ref, b: ref): ref { return alloc(load32(a, 0)) }
fun f(a: ref): ref {
  let b = alloc(1)
  use(alloc(2))
  return g(a, b)
}`);
    expect(out).toMatch(/@rt\.sp = [^\n]*\n {2}return \(rt\.g a\.0 b\.1\)\n}$/);
  });

  it('puts global references into memory, where the collector sees them', () => {
    const module = rooted(`
var last: ref = 0
var count: i32 = 0
fun f(n: i32): ref {
  last = alloc(n)
  count = count + 1
  return last
}`);
    expect(printFunc(module.funcs.get('rt.f')!)).toMatchInlineSnapshot(`
      "func rt.f(n.0: i32): ref {
        i32.store &"root:rt.last" (rt.alloc n.0)
        @rt.count = (i32.add @rt.count 1)
        return (i32.load:ref &"root:rt.last")
      }"
    `);
    const layout = layOut(module);
    expect(layout.address('root:rt.last')).toBe(layout.stackPointer);
    expect(layout.stackBase - layout.stackPointer).toBe(8);
    const names = emitModule(module).module.globals.map((g) => g.name);
    expect(names).toContain('rt.count');
  });

  it('leaves a module that cannot collect as it is', () => {
    const module = moduleOf('fun f(a: ref): ref { return a }', ['f']);
    expect(addRoots(module)).toBe(module);
    expect(layOut(module).stackBase).toBe(16);
  });

  it('reserves the shadow stack only for modules with frames', () => {
    const source = 'fun f(a: ref): i32 {\n  let b = alloc(1)\n  return load32(a, 0)\n}';
    const module = rooted(source);
    expect(module.globals.has(STACK_POINTER)).toBe(true);
    expect(layOut(module).stackBase).toBe(16 + STACK_BYTES);
    expect(layOut(moduleOf(PRELUDE + source, ['f'])).stackBase).toBe(16);
  });
});

describe('linking', () => {
  it('places data with relocations added to what is there, zeros last and without bytes', () => {
    const module = emptyModule();
    const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
    module.data.set('zeros', { name: 'zeros', align: 8, bytes: new Uint8Array(100), relocs: [] });
    module.data.set('a', { name: 'a', align: 4, bytes: bytes(1, 2, 3), relocs: [] });
    module.data.set('b', {
      name: 'b',
      align: 4,
      bytes: bytes(5, 0, 0, 0, 0, 0, 0, 0),
      relocs: [
        { at: 0, data: 'a' },
        { at: 4, func: 'f' },
      ],
    });
    const layout = layOut(module);
    const [a, b, zeros] = ['a', 'b', 'zeros'].map((name) => layout.address(name));
    expect([a, b, zeros]).toEqual([16, 20, 32]);
    expect(layout.table).toEqual(['f']);
    expect(layout.heapBase).toBe(144);
    expect(layout.pages).toBe(1);
    expect(layout.segments).toEqual([{ address: 16, bytes: bytes(1, 2, 3, 0, 16 + 5, 0, 0, 0, 1) }]);
    expect(() => layout.address('c')).toThrow(/no datum c/);
  });

  it('leaves long runs of zeros out of the file', () => {
    const module = emptyModule();
    const bytes = new Uint8Array(60);
    bytes[0] = 1;
    bytes[50] = 2;
    module.data.set('a', { name: 'a', align: 4, bytes, relocs: [] });
    expect(layOut(module).segments.map((s) => [s.address, s.bytes.length])).toEqual([
      [16, 1],
      [66, 1],
    ]);
  });
});

describe('reach', () => {
  it('keeps what exports need, and fails on what is missing', () => {
    const module = moduleOf(
      `${PRELUDE}
var used: i32 = 1
var unused: i32 = 2
fun g(): ref { return "text" }
fun f(): i32 {
  used = used + load32(g(), 4)
  return stack_pointer() - stack_base()
}`,
      ['f'],
    );
    expect([...module.funcs.keys()]).toEqual(['rt.f', 'rt.g']);
    expect([...module.globals.keys()]).toEqual(['rt.used']);
    expect([...module.data.keys()]).toEqual(['str:text']);
    module.exports.set('missing', 'nowhere');
    expect(() => reach(module)).toThrow(/no function nowhere/);
  });
});

describe('lint', () => {
  it('reports what is wrong with a function', () => {
    const module = moduleOf('fun f(a: ref, n: i64): i64 { return n }', ['f']);
    const func = module.funcs.get('rt.f')!;
    const problem = (body: typeof func.body): string => {
      module.funcs.set('rt.f', { ...func, body });
      return lintModule(module).join('\n');
    };
    const n = { op: Op.get, type: 'i64', local: 1 } as const;
    const a = { op: Op.get, type: 'ref', local: 0 } as const;
    expect(problem([{ op: Op.return, value: n }])).toBe('');
    expect(problem([])).toContain('can reach its end');
    expect(problem([{ op: Op.return, value: a }])).toContain('returns ref, not i64');
    expect(problem([{ op: Op.br, label: 3 }])).toContain('label 3');
    expect(
      problem([
        { op: Op.set, local: 0, value: n },
        { op: Op.return, value: n },
      ]),
    ).toContain('value for local 0 is i64');
    expect(
      problem([
        { op: Op.set, local: 7, value: n },
        { op: Op.return, value: n },
      ]),
    ).toContain('no local 7');
    const call = (func: string, args: readonly (typeof n | typeof a)[]) =>
      ({ op: Op.call, type: 'i64', func, args }) as const;
    expect(problem([{ op: Op.return, value: call('rt.g', []) }])).toContain('no function rt.g');
    expect(problem([{ op: Op.return, value: call('rt.f', [n, n]) }])).toContain('argument 0 is i64, not ref');
    expect(problem([{ op: Op.return, value: call('rt.f', [a]) }])).toContain('1 arguments, not 2');
    const sum = { op: Op.num, type: 'i64', code: 'i64.add', args: [n, a] } as const;
    expect(problem([{ op: Op.return, value: sum }])).toContain('operand 1 of i64.add is ref');
    const odd = { op: Op.num, type: 'i64', code: 'i64.frob', args: [] } as const;
    expect(problem([{ op: Op.return, value: odd }])).toContain('unknown instruction i64.frob');
    const inner = { op: Op.block, label: 0, body: [] } as const;
    expect(
      problem([
        { op: Op.block, label: 0, body: [inner] },
        { op: Op.return, value: n },
      ]),
    ).toContain('used twice');
    const data = { op: Op.data, type: 'ref', name: 'str:x' } as const;
    expect(
      problem([
        { op: Op.keep, value: data },
        { op: Op.return, value: n },
      ]),
    ).toContain('no datum str:x');
    const base = { op: Op.data, type: 'i32', name: STACK_BASE } as const;
    expect(
      problem([
        { op: Op.do, value: base },
        { op: Op.return, value: n },
      ]),
    ).toBe('');
  });
});
