import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Datum, Module } from '../../src/ir/ir.ts';
import { type RuntimeInstance, runtimeInstance } from './harness.ts';
import { readList } from './values.ts';

// Objects that the tests make hang on one list, the collector's only root besides the shadow stack.
const DRIVER = `
var test_root: ref = 0

fun test_init(slots: i32): ref {
  let xs = list_new(ELEM_REF, slots)
  store32(xs, 4, slots)
  test_root = xs
  return xs
}

fun test_struct(): ref {
  let s = alloc(32, or(KIND_STRUCT, shl(1, 16)))
  storeref(s, 4, ref(0))
  store64(s, 8, 0)
  store64(s, 16, 0)
  store64(s, 24, 0)
  return s
}

fun test_box(): ref {
  let b = alloc(16, or(KIND_BOX, shl(ELEM_REF, 8)))
  storeref(b, 8, ref(0))
  return b
}

fun test_cells(count: i32): ref {
  let xs = list_new(ELEM_CELL, count)
  store32(xs, 4, count)
  return xs
}

fun test_refs(count: i32): ref {
  let xs = list_new(ELEM_REF, count)
  store32(xs, 4, count)
  return xs
}

fun test_raws(count: i32): ref {
  let xs = list_new(ELEM_I64, count)
  store32(xs, 4, count)
  return xs
}

// A string whose bytes are in another object.
fun test_text(bytes: i32, fill: i32): ref {
  let owner = alloc_any(16 + bytes, KIND_BUFFER)
  store32(owner, 4, bytes)
  store32(owner, 8, bytes)
  memory_fill(owner + 16, fill, bytes)
  let s = alloc(24, KIND_STRING)
  store32(s, 4, bytes)
  store32(s, 8, bytes)
  store32(s, 12, owner + 16)
  storeref(s, 16, owner)
  store32(s, 20, 0)
  return s
}

// Keeps objects on the shadow stack only.
fun test_deep(depth: i32): i64 {
  if depth == 0 {
    collect()
    return 0
  }
  let xs = test_raws(2)
  store64(load32(xs, 12), 16, i64(depth))
  let below = test_deep(depth - 1)
  return below + load64(load32(xs, 12), 16)
}

// Lists of lists, of which only the last element has parts.
fun test_chain(length: i32, width: i32): ref {
  var top: ref = ref(0)
  for i in 0..length {
    let xs = list_new(ELEM_REF, width)
    for j in 0..width - 1 {
      let leaf = test_struct()
      store64(leaf, 8, i64(i * 1000 + j))
      list_push<ref>(xs, leaf)
    }
    list_push<ref>(xs, top)
    top = xs
  }
  test_root = top
  return top
}

// Lists that grow one after the other, each up to a length, and stay alive.
fun test_rows(count: i32, length: i32): ref {
  let rows = list_new(ELEM_REF, 0)
  test_root = rows
  for i in 0..count {
    let row = list_new(ELEM_I64, 0)
    list_push<ref>(rows, row)
    for j in 0..length { list_push<i64>(row, i64(i) * 100000 + i64(j)) }
  }
  return rows
}

fun test_garbage(count: i32, size: i32) {
  for i in 0..count {
    let o = alloc_any(size, KIND_RAWS)
    store32(o, 4, size - 8)
    memory_fill(o + 8, 255, size - 8)
  }
}

fun test_mark_max(bytes: i32) {
  mark_max = bytes
}

fun test_collections(): i32 {
  return gc_count
}

fun test_heap(): i32 {
  return heap_top - heap_low
}

fun test_live(): i32 {
  return gc_live
}
`;

const EXPORTS = [
  'test_init',
  'test_struct',
  'test_box',
  'test_cells',
  'test_refs',
  'test_raws',
  'test_text',
  'test_deep',
  'test_chain',
  'test_rows',
  'test_garbage',
  'test_mark_max',
  'test_collections',
  'test_live',
  'test_heap',
  'collect',
  'map_new',
  'map_put_str',
  'map_put_i64',
  'map_find_str',
  'map_find_i64',
  'map_keys',
  'next_limit',
];

/** Type 1: 32 bytes, fields at +4 ref, +8 int, +16 cell, +24 float. */
function addTypes(module: Module): void {
  const words = [32, 0, 4, 0, 0, 4, 3, 0, 8, 1, 0, 16, 4, 0, 24, 2];
  const datum = (name: string, values: number[], relocs: Datum['relocs']): void => {
    module.data.set(name, { name, align: 8, bytes: new Uint8Array(Uint32Array.from(values).buffer), relocs });
  };
  datum('descriptor', words, []);
  datum('rt.type_table', [0, 0], [{ at: 4, data: 'descriptor' }]);
}

const start = (gcStress: boolean): Promise<RuntimeInstance> =>
  runtimeInstance(EXPORTS, { gcStress, sources: { 'driver.mochi': DRIVER }, build: addTypes });

/** What the test believes an object to be. */
interface Node {
  readonly at: number;
  readonly kind: 'struct' | 'box' | 'refs' | 'cells' | 'raws' | 'text' | 'strMap' | 'intMap';
  /** Number that identifies it, checked at each visit: in the payload or as the fill byte. */
  readonly stamp: number;
  readonly slots: (Node | number | undefined)[];
}

const SLOTS = { struct: 2, box: 1, raws: 0, text: 0 } as const;
const INT_CELL = (v: number): bigint => BigInt.asUintN(64, (0x3fffn << 50n) | BigInt.asUintN(50, BigInt(v)));

/** A graph of objects in the heap with the test's own copy of it. */
class Graph {
  readonly r: RuntimeInstance;
  readonly root: Node;
  private stamp = 0;

  constructor(r: RuntimeInstance, slots: number) {
    this.r = r;
    this.root = {
      at: r.call['test_init']!(slots),
      kind: 'refs',
      stamp: 0,
      slots: Array.from({ length: slots }, () => undefined),
    };
  }

  create(kind: Node['kind'], size: number): Node {
    const { call } = this.r;
    const stamp = ++this.stamp;
    const make = (at: number, slots: number): Node => ({
      at,
      kind,
      stamp,
      slots: Array.from({ length: slots }, () => undefined),
    });
    switch (kind) {
      case 'struct': {
        const node = make(call['test_struct']!(), SLOTS.struct);
        this.r.view().setBigInt64(node.at + 8, BigInt(stamp), true);
        this.r.view().setFloat64(node.at + 24, stamp, true);
        return node;
      }
      case 'box':
        return make(call['test_box']!(), SLOTS.box);
      case 'refs':
        return make(call['test_refs']!(size), size);
      case 'cells':
        return make(call['test_cells']!(size), size);
      case 'raws': {
        const node = make(call['test_raws']!(size), SLOTS.raws);
        const data = this.r.view().getUint32(node.at + 12, true) + 8;
        new Uint8Array(this.r.memory.buffer, data, size * 8).fill(stamp);
        return { ...node, slots: [size] };
      }
      case 'text':
        return { ...make(call['test_text']!(size, stamp & 255), SLOTS.text), slots: [size] };
      case 'strMap':
        return make(call['map_new']!(0, 3), 12);
      case 'intMap':
        return make(call['map_new']!(1, 4), 12);
    }
  }

  /** Address of a slot's value; undefined if the map has no such key. May allocate when `write` is set. */
  private slotAt(node: Node, i: number, write: boolean): number {
    const { call } = this.r;
    switch (node.kind) {
      case 'struct':
        return i === 0 ? node.at + 4 : node.at + 16;
      case 'box':
        return node.at + 8;
      case 'refs':
        return this.r.view().getUint32(node.at + 12, true) + 8 + i * 4;
      case 'cells':
        return this.r.view().getUint32(node.at + 12, true) + 8 + i * 8;
      case 'strMap':
        return call[write ? 'map_put_str' : 'map_find_str']!(node.at, key(this.r, i));
      case 'intMap':
        return call[write ? 'map_put_i64' : 'map_find_i64']!(node.at, BigInt(i) * 1_000_003n);
      default:
        throw new Error('no slots');
    }
  }

  private isCell(node: Node, i: number): boolean {
    return node.kind === 'cells' || node.kind === 'intMap' || (node.kind === 'struct' && i === 1);
  }

  /** Makes a slot refer to what `make` gives; the slot is found first, as finding it may allocate. */
  link(node: Node, i: number, make: () => Node | number | undefined): void {
    if (node.kind === 'strMap' || node.kind === 'intMap') this.slotAt(node, i, true);
    const value = make();
    const at = this.slotAt(node, i, false);
    node.slots[i] = typeof value === 'number' && !this.isCell(node, i) ? undefined : value;
    const stored = node.slots[i];
    if (this.isCell(node, i)) {
      const cell = stored === undefined ? 0n : typeof stored === 'number' ? INT_CELL(stored) : BigInt(stored.at);
      this.r.view().setBigUint64(at, cell, true);
    } else {
      this.r.view().setUint32(at, stored === undefined ? 0 : (stored as Node).at, true);
    }
  }

  /** All nodes that are reachable, the root first. */
  reachable(): Node[] {
    const seen = new Set<Node>([this.root]);
    for (const node of seen) {
      for (const slot of node.slots) if (typeof slot === 'object') seen.add(slot);
    }
    return [...seen];
  }

  /** Compares every reachable object with its copy. */
  check(): void {
    const view = this.r.view();
    const damaged: string[] = [];
    const compare = (node: Node, what: string, stored: bigint | number, expected: bigint | number): void => {
      if (stored !== expected) damaged.push(`${node.kind} ${node.stamp}: ${what} is ${stored}, not ${expected}`);
    };
    for (const node of this.reachable()) {
      if (node.kind === 'raws' || node.kind === 'text') {
        const list = node.kind === 'raws';
        const size = node.slots[0] as number;
        const data = view.getUint32(node.at + 12, true) + (list ? 8 : 0);
        const bytes = new Uint8Array(view.buffer, data, list ? size * 8 : size);
        compare(node, 'kind', view.getUint8(node.at), list ? 5 : 1);
        const wrong = bytes.findIndex((b) => b !== (node.stamp & 255));
        compare(node, 'first wrong byte', wrong, -1);
        continue;
      }
      if (node.kind === 'struct') {
        compare(node, 'header', view.getUint32(node.at, true), 7 | (1 << 16));
        compare(node, 'int', view.getBigInt64(node.at + 8, true), BigInt(node.stamp));
        compare(node, 'float', view.getFloat64(node.at + 24, true), node.stamp);
      }
      node.slots.forEach((slot, i) => {
        const at = this.slotAt(node, i, false);
        // A map has no entry for a slot that was never linked.
        const cell = this.isCell(node, i);
        const stored = at === 0 ? 0n : cell ? view.getBigUint64(at, true) : BigInt(view.getUint32(at, true));
        const expected = slot === undefined ? 0n : typeof slot === 'number' ? INT_CELL(slot) : BigInt(slot.at);
        compare(node, `slot ${i}`, stored, expected);
      });
    }
    expect(damaged).toEqual([]);
  }
}

const keys = new WeakMap<RuntimeInstance, number[]>();

/** Static strings of various lengths. */
function key(r: RuntimeInstance, i: number): number {
  let known = keys.get(r);
  if (!known) {
    known = Array.from({ length: 12 }, (_, n) => r.string('key'.repeat(n + 1)));
    keys.set(r, known);
  }
  return known[i]!;
}

const step = fc.record({
  kind: fc.constantFrom<Node['kind']>('struct', 'struct', 'box', 'refs', 'cells', 'raws', 'text', 'strMap', 'intMap'),
  size: fc.oneof(fc.nat(40), fc.nat(400), fc.nat(5000)),
  node: fc.nat(),
  slot: fc.nat(),
  action: fc.constantFrom('new', 'new', 'new', 'new', 'share', 'cut', 'number', 'collect'),
});

function run(graph: Graph, steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]): void {
  for (const { kind, size, node, slot, action } of steps) {
    if (action === 'collect') {
      graph.r.call['collect']!();
      graph.check();
      continue;
    }
    const nodes = graph.reachable();
    const holders = nodes.filter((n) => n.kind !== 'raws' && n.kind !== 'text' && n.slots.length > 0);
    const target = holders[node % holders.length]!;
    const at = slot % target.slots.length;
    const other = nodes[(node * 31 + slot) % nodes.length]!;
    graph.link(target, at, () =>
      action === 'new' ? graph.create(kind, size) : action === 'share' ? other : action === 'number' ? slot : undefined,
    );
  }
  graph.r.call['collect']!();
  graph.check();
}

describe('collector', () => {
  it('keeps what is reachable, in random graphs', async () => {
    const r = await start(false);
    fc.assert(
      fc.property(fc.array(step, { minLength: 50, maxLength: 150, size: 'max' }), (steps) =>
        run(new Graph(r, 8), steps),
      ),
      { numRuns: 60 },
    );
  });

  it('keeps what is reachable when it collects at every allocation', async () => {
    const r = await start(true);
    fc.assert(
      fc.property(fc.array(step, { minLength: 30, maxLength: 100, size: 'max' }), (steps) =>
        run(new Graph(r, 8), steps),
      ),
      { numRuns: 40 },
    );
  });

  it('frees what is not reachable', async () => {
    const r = await start(false);
    const graph = new Graph(r, 4);
    r.call['collect']!();
    const empty = r.call['test_live']!();
    graph.link(graph.root, 0, () => graph.create('refs', 3000));
    const big = graph.root.slots[0] as Node;
    for (let i = 0; i < 3000; i++) graph.link(big, i, () => graph.create('struct', 0));
    // A cycle is no reason to stay.
    graph.link(big, 0, () => big);
    r.call['collect']!();
    expect(r.call['test_live']!()).toBeGreaterThanOrEqual(empty + 2999 * 32 + 12_000);
    graph.check();
    graph.link(graph.root, 0, () => undefined);
    r.call['collect']!();
    expect(r.call['test_live']!()).toBe(empty);
  });

  it('keeps the sorted keys that a map has', async () => {
    const r = await start(false);
    const graph = new Graph(r, 1);
    graph.link(graph.root, 0, () => graph.create('intMap', 0));
    const map = graph.root.slots[0] as Node;
    for (let i = 0; i < 12; i++) graph.link(map, i, () => i);
    const keysAt: number = r.call['map_keys']!(map.at);
    const before = readList(r, keysAt);
    r.call['collect']!();
    for (const size of [16, 64, 80, 96, 104, 112, 128]) r.call['test_garbage']!(2000, size);
    expect(r.call['map_keys']!(map.at)).toBe(keysAt);
    expect(readList(r, keysAt)).toEqual(before);
  });

  it('finds roots on the shadow stack', async () => {
    const r = await start(false);
    expect(r.call['test_deep']!(2000)).toBe(BigInt((2000 * 2001) / 2));
    const stress = await start(true);
    expect(stress.call['test_deep']!(60)).toBe(BigInt((60 * 61) / 2));
  });

  it('survives the overflow of its mark stack', async () => {
    const r = await start(false);
    r.call['test_mark_max']!(0);
    let xs: number = r.call['test_chain']!(30, 256);
    r.call['collect']!();
    r.call['test_garbage']!(20_000, 32);
    for (let i = 29; i >= 0; i--) {
      const view = r.view();
      const data = view.getUint32(xs + 12, true) + 8;
      for (let j = 0; j < 255; j++) {
        const leaf = view.getUint32(data + j * 4, true);
        expect(view.getBigInt64(leaf + 8, true)).toBe(BigInt(i * 1000 + j));
      }
      xs = view.getUint32(data + 255 * 4, true);
    }
    expect(xs).toBe(0);
  });

  it('grows its mark stack for wide structures', async () => {
    const r = await start(false);
    const top: number = r.call['test_chain']!(100, 256);
    r.call['collect']!();
    const heap: number = r.call['test_heap']!();
    for (let i = 0; i < 5; i++) r.call['collect']!();
    expect(r.call['test_live']!()).toBeGreaterThan(100 * 255 * 32);
    expect(r.call['test_heap']!()).toBe(heap);
    expect(r.view().getUint32(top + 4, true)).toBe(256);
  });
});

describe('allocator', () => {
  const bytes = (r: RuntimeInstance): number => r.memory.buffer.byteLength;

  it('reuses dead memory of every size', async () => {
    const r = await start(false);
    new Graph(r, 1);
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: 8, max: 9000 }), fc.integer({ min: 8, max: 300_000 })), {
          minLength: 1,
          maxLength: 20,
        }),
        (sizes) => {
          const before = bytes(r);
          // 40 MB of garbage: memory holds 4 MB between collections, and what the largest objects need.
          for (const size of sizes) r.call['test_garbage']!(Math.ceil(40_000_000 / sizes.length / size), size);
          expect(bytes(r)).toBeLessThan(Math.max(before + 1, 17 * 1024 * 1024 + 14 * 1024 * 1024));
        },
      ),
      { numRuns: 20 },
    );
  });

  it('fills the holes between live objects', async () => {
    for (const [kind, size, live] of [
      ['struct', 0, 20_000],
      ['text', 12_000, 300],
    ] as const) {
      const r = await start(false);
      const graph = new Graph(r, live);
      for (let i = 0; i < live; i++) graph.link(graph.root, i, () => graph.create(kind, size));
      r.call['collect']!();
      const full: number = r.call['test_heap']!();
      for (let round = 0; round < 6; round++) {
        const dead = Array.from({ length: live }, (_, i) => i).filter((i) => (i * 7919 + round * 31) % 97 < 30);
        for (const i of dead) graph.link(graph.root, i, () => undefined);
        r.call['collect']!();
        for (const i of dead) graph.link(graph.root, i, () => graph.create(kind, size));
      }
      graph.check();
      expect(r.call['test_heap']!()).toBeLessThanOrEqual(full + 3 * 65_536);
    }
  });

  it('collects as often as the live data demands, not more', async () => {
    const r = await start(false);
    r.call['test_chain']!(1000, 256);
    r.call['collect']!();
    const live: number = r.call['test_live']!();
    expect(live).toBeGreaterThan(8_000_000);
    const before: number = r.call['test_collections']!();
    r.call['test_garbage']!(2_000_000, 32);
    const collections = r.call['test_collections']!() - before;
    expect(collections).toBeGreaterThanOrEqual(Math.floor(64_000_000 / (live + 1_000_000)) - 1);
    expect(collections).toBeLessThanOrEqual(Math.ceil(64_000_000 / live) + 1);
  });

  it('keeps objects apart', async () => {
    const r = await start(false);
    const sizes = [4, 8, 12, 16, 24, 33, 64, 65, 100, 1000, 8191, 8192, 8193, 9216, 70_000];
    const graph = new Graph(r, 400);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...sizes), { minLength: 50, maxLength: 400 }), (picked) => {
        picked.forEach((size, i) => {
          graph.link(graph.root, i, () => graph.create('text', size));
        });
        graph.check();
        r.call['collect']!();
        graph.check();
      }),
      { numRuns: 20 },
    );
  });

  it('takes the buffers that growing lists leave behind for other lists', async () => {
    for (const length of [100, 500, 1500]) {
      const r = await start(false);
      const rows: number = r.call['test_rows']!(200, length);
      expect(r.call['test_collections']!()).toBe(0);
      // Elements, at most half as much again for room, and what a block of each class wastes.
      expect(r.call['test_heap']!()).toBeLessThan(200 * length * 8 * 1.6 + 40 * 65_536);
      for (const after of ['growing', 'a collection'] as const) {
        if (after === 'a collection') {
          r.call['collect']!();
          r.call['test_garbage']!(5000, 64);
          r.call['test_garbage']!(500, 4000);
        }
        const first = r.view().getUint32(rows + 12, true) + 8;
        for (let i = 0; i < 200; i++) {
          const row = r.view().getUint32(first + i * 4, true);
          const expected = Array.from({ length }, (_, j) => BigInt(i * 100_000 + j));
          expect(readList(r, row)).toEqual(expected);
        }
      }
    }
  });

  it('collects sooner when marking is cheap', async () => {
    const r = await start(false);
    const limit = (live: number, effort: bigint): number => r.call['next_limit']!(live, effort);
    const MB = 1 << 20;
    expect(limit(0, 0n)).toBe(4 * MB);
    expect(limit(3 * MB, BigInt(100 * MB))).toBe(4 * MB);
    expect(limit(64 * MB, 0n)).toBe(8 * MB);
    expect(limit(64 * MB, BigInt(20 * MB))).toBe(20 * MB);
    expect(limit(64 * MB, BigInt(64 * MB))).toBe(64 * MB);
    expect(limit(64 * MB, 1n << 40n)).toBe(64 * MB);
  });

  it('reports that memory is exhausted', async () => {
    const r = await start(false);
    new Graph(r, 1);
    expect(() => r.call['test_refs']!(0x7fff0000)).toThrow(WebAssembly.RuntimeError);
    expect(r.stderr()).toBe('error: out of memory\n');
  });
});
