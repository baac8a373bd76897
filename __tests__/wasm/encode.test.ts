import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emptyModule, type Func, type Module } from '../../src/ir/ir.ts';
import * as Op from '../../src/ir/op.ts';
import { addRoots } from '../../src/ir/passes/roots.ts';
import { reach } from '../../src/ir/reach.ts';
import { ensureWasmtime } from '../../src/toolchain/install.ts';
import { ByteReader } from '../../src/wasm/bytes.ts';
import { emitModule } from '../../src/wasm/emit.ts';
import { encodeModule } from '../../src/wasm/encode.ts';
import { decodeLines, lookup } from '../../src/wasm/lines.ts';
import { finish } from '../../src/wasm/pipeline.ts';
import { printWat } from '../../src/wasm/wat.ts';
import { programs } from '../ir/programs.ts';

let wasmtime = '';
const folder = mkdtempSync(join(tmpdir(), 'mochi-encode-'));
beforeAll(async () => {
  wasmtime = (await ensureWasmtime()).path;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Has wasmtime compile a module (binary or text); throws with its message if it refuses. */
function accept(name: string, content: Uint8Array | string): void {
  const file = join(folder, name);
  writeFileSync(file, content);
  execFileSync(wasmtime, ['compile', '-O', 'opt-level=0', '-o', join(folder, 'out.cwasm'), file], { stdio: 'pipe' });
}

/** Section ids of a module with their sizes; custom sections by name. */
function sections(wasm: Uint8Array): [number | string, number][] {
  const input = new ByteReader(wasm, 8);
  const found: [number | string, number][] = [];
  while (!input.done) {
    const id = input.u8();
    const size = input.u32();
    const content = new ByteReader(wasm, input.position, input.position + size);
    found.push([id === 0 ? content.name() : id, size]);
    input.position += size;
  }
  return found;
}

function moduleOf(...funcs: Func[]): Module {
  const module = emptyModule();
  for (const func of funcs) module.funcs.set(func.name, func);
  module.exports.set('main', 'main');
  return module;
}

describe('the encoder', () => {
  it('makes valid modules of random programs, the same ones each time', () => {
    fc.assert(
      fc.property(programs, (program) => {
        const { module } = emitModule(addRoots(reach(program)));
        const { bytes } = encodeModule(module, { names: true });
        expect(WebAssembly.validate(bytes)).toBe(true);
        expect(encodeModule(emitModule(addRoots(reach(program))).module, { names: true }).bytes).toEqual(bytes);
      }),
      { numRuns: 200 },
    );
  });

  it('makes modules that wasmtime takes, as binary and as text', { timeout: 240_000 }, () => {
    fc.assert(
      fc.property(programs, (program) => {
        const { module } = emitModule(addRoots(reach(program)));
        accept('binary.wasm', encodeModule(module, { names: true }).bytes);
        accept('text.wat', printWat(module));
      }),
      { numRuns: 20 },
    );
  });

  it('writes only the sections that a module needs', () => {
    const { module } = emitModule(
      moduleOf({ name: 'main', params: [], result: undefined, locals: [], body: [{ op: Op.return }] }),
    );
    // Types, functions, memory (always exported), exports, code.
    expect(sections(encodeModule(module).bytes).map(([id]) => id)).toEqual([1, 3, 5, 7, 10]);
    expect(module.funcs[0]!.code).toEqual(Uint8Array.of(0x0b));
  });

  it('puts functions that are referred to into a table from index 1 on', async () => {
    const { module } = emitModule(
      moduleOf(
        {
          name: 'main',
          params: ['i32'],
          result: 'i32',
          locals: ['i32'],
          body: [
            {
              op: Op.return,
              value: {
                op: Op.callIndirect,
                type: 'i32',
                params: [],
                args: [],
                target: {
                  op: Op.num,
                  type: 'i32',
                  code: 'i32.mul',
                  args: [
                    { op: Op.get, type: 'i32', local: 0 },
                    { op: Op.funcIndex, type: 'i32', func: 'seven' },
                  ],
                },
              },
            },
          ],
        },
        {
          name: 'seven',
          params: [],
          result: 'i32',
          locals: [],
          body: [{ op: Op.return, value: { op: Op.const, type: 'i32', value: 7 } }],
        },
      ),
    );
    const { instance } = await WebAssembly.instantiate(encodeModule(module).bytes);
    const main = instance.exports.main as (n: number) => number;
    expect(main(1)).toBe(7);
    expect(() => main(0)).toThrow(WebAssembly.RuntimeError);
    expect(() => main(2)).toThrow(WebAssembly.RuntimeError);
  });
});

describe('line rows', () => {
  const span = (start: number) => ({ file: 0, start, end: start + 1 });
  const position = (s: { file: number; start: number }) => ({ file: s.file, line: s.start, col: s.start * 2 });

  it('name the place of a trap and of the calls around it', async () => {
    const call = (func: string, at: number) =>
      ({ op: Op.do, value: { op: Op.call, type: undefined, func, args: [], span: span(at) } }) as const;
    const module = moduleOf(
      {
        name: 'main',
        display: 'main',
        span: span(1),
        params: [],
        result: undefined,
        locals: [],
        body: [call('quiet', 2), call('hidden', 3), call('quiet', 4)],
      },
      { name: 'quiet', display: 'quiet', span: span(5), params: [], result: undefined, locals: [], body: [] },
      { name: 'hidden', params: [], result: undefined, locals: [], body: [call('outer', 6)] },
      {
        name: 'outer',
        display: 'outer',
        span: span(7),
        params: [],
        result: undefined,
        locals: [],
        body: [call('quiet', 8), { op: Op.unreachable, span: span(9) }],
      },
    );
    const { wasm, lineTable } = finish(module, { lines: { fileNames: ['p.mochi'], position } });
    expect(sections(wasm).at(-1)![0]).toBe('mochi.lines');
    const custom = sections(wasm).at(-1)![1] - 12;
    expect(decodeLines(wasm.subarray(wasm.length - custom))).toEqual(lineTable);
    const { instance } = await WebAssembly.instantiate(wasm);
    let stack = '';
    try {
      (instance.exports.main as () => void)();
    } catch (error) {
      stack = (error as Error).stack ?? '';
    }
    const offsets = [...stack.matchAll(/wasm-function\[\d+\]:0x([0-9a-f]+)/g)].map((m) => Number.parseInt(m[1]!, 16));
    expect(offsets.map((offset) => lookup(lineTable, offset))).toEqual([
      [{ name: 'outer', file: 'p.mochi', line: 9, col: 18 }],
      [],
      [{ name: 'main', file: 'p.mochi', line: 3, col: 6 }],
    ]);
  });
});
