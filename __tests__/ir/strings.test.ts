/** Static strings become a list of texts whose headers are filled in at the start. */

import { describe, expect, it } from 'vitest';
import { stringDatum } from '../../src/ir/build.ts';
import { type Expr, emptyModule, type Module, type Stmt } from '../../src/ir/ir.ts';
import { layOut } from '../../src/ir/link.ts';
import { lintModule } from '../../src/ir/lint.ts';
import * as Op from '../../src/ir/op.ts';
import { BEGIN, packStrings } from '../../src/ir/passes/strings.ts';
import { printFunc } from '../../src/ir/print.ts';
import { createRuntime } from '../../src/ir/system/system.ts';
import { runtimeSources } from '../runtime/harness.ts';

const runtime = createRuntime(runtimeSources(), { gcStress: false });
const begin = () => runtime.need(BEGIN);

/** A program whose `_start` gives its last text to `g`, with a datum that refers to the first one. */
function programOf(texts: readonly string[]): Module {
  const module = emptyModule();
  for (const text of texts) {
    const datum = stringDatum(text);
    module.data.set(datum.name, datum);
  }
  const name = (text: string) => stringDatum(text).name;
  const relocs = [{ at: 4, data: name(texts[0]!) }];
  module.data.set('table', { name: 'table', align: 4, bytes: new Uint8Array(8), relocs });
  module.globals.set('g', { name: 'g', type: 'ref', mutable: true, init: 0 });
  const value: Expr = { op: Op.data, type: 'ref', name: name(texts.at(-1)!) };
  const body: Stmt[] = [{ op: Op.setGlobal, name: 'g', value }];
  module.funcs.set('_start', { name: '_start', params: [], result: undefined, locals: [], body });
  module.exports.set('_start', '_start');
  return module;
}

/** The data that have bytes of their own. */
const own = (module: Module) => [...module.data.values()].filter((d) => !d.within).map((d) => d.name);

const LETTERS = ['a', 'bc', '', 'd', 'e', 'f', 'g', 'hij'];

describe('packing strings', () => {
  it('puts texts with their lengths in the place of objects, and counts on the headers', () => {
    const packed = packStrings(programOf(LETTERS), begin);
    expect(lintModule(packed)).toEqual([]);
    expect(printFunc(packed.funcs.get('_start')!)).toMatchInlineSnapshot(`
      "func _start() {
        do (rt.strings_begin &"strings:headers" &"strings:texts" 8)
        @g = &"str:hij"
      }"
    `);
    expect(own(packed)).toEqual(['table', 'strings:texts', 'strings:headers']);
    expect(packed.data.get('str:hij')!.within).toEqual({ data: 'strings:headers', at: 7 * 24 });
    expect(Buffer.from(packed.data.get('strings:texts')!.bytes).toString()).toBe(
      '\x01a\x02bc\0\x01d\x01e\x01f\x01g\x03hij',
    );
    expect(packed.data.get('strings:headers')!.bytes).toEqual(new Uint8Array(8 * 24));
  });

  it('gives other data the addresses of the headers', () => {
    const texts = ['z', ...LETTERS];
    const module = programOf(texts);
    const { name } = stringDatum('bc');
    const table = {
      name: 'table',
      align: 4,
      bytes: new Uint8Array([9, 0, 0, 0, 5, 0, 0, 0]),
      relocs: [{ at: 4, data: name }],
    };
    module.data.set('table', table);
    const { address, segments } = layOut(packStrings(module, begin));
    const header = address('strings:headers') + 24 * texts.indexOf('bc');
    expect(address(name)).toBe(header);
    const segment = segments.find((s) => s.address === address('table'))!;
    expect(new DataView(segment.bytes.buffer).getUint32(4, true)).toBe(header + 5);
  });

  it('leaves what its length does not tell, and programs with few strings', () => {
    const long = 'x'.repeat(256);
    const packed = packStrings(programOf(['\u00e9', long, ...LETTERS]), begin);
    expect(own(packed)).toEqual(['str:\u00e9', `str:${long}`, 'table', 'strings:texts', 'strings:headers']);
    const few = programOf(LETTERS.slice(1));
    expect(packStrings(few, begin)).toBe(few);
  });
});
