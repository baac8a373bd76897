import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyValue, cellInstance, entries, isList, isMap, isStruct, type Value } from './cell-model.ts';

const NAMES = ['value_str', 'value_show', 'out_cell', 'json_str', 'json_out', 'values_join'];

// ---- the model: LANGUAGE, "Output formatting"

/** Decimal digits of a finite float without an exponent. */
function plain(x: number): string {
  const [mantissa, exponent] = Math.abs(x).toExponential().split('e');
  const digits = mantissa!.replace('.', '');
  const e = Number(exponent);
  if (e < 0) return `0.${'0'.repeat(-e - 1)}${digits}`;
  if (digits.length <= e + 1) return digits + '0'.repeat(e + 1 - digits.length);
  return `${digits.slice(0, e + 1)}.${digits.slice(e + 1)}`;
}

function floatText(x: number, form: 'top' | 'inner' | 'json'): string {
  if (!Number.isFinite(x)) {
    if (form === 'json') return 'null';
    return Number.isNaN(x) ? 'NaN' : x > 0 ? '+Inf' : '-Inf';
  }
  if (form === 'json') return Object.is(x, -0) ? '-0' : String(x);
  const sign = x < 0 || Object.is(x, -0) ? '-' : '';
  if (form === 'inner') return sign + (plain(x).includes('.') ? plain(x) : `${plain(x)}.0`);
  const [mantissa, exponent] = Math.abs(x).toExponential().split('e');
  const e = Number(exponent);
  if (x === 0 || (e >= -4 && e < 6)) return sign + plain(x);
  return `${sign}${mantissa}e${e < 0 ? '-' : '+'}${String(Math.abs(e)).padStart(2, '0')}`;
}

const ESCAPES: Record<string, string> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

/** Go's %q for well-formed text; characters that no Unicode version has assigned print. */
function quoted(s: string): string {
  const out = [...s].map((c) => {
    const cp = c.codePointAt(0)!;
    const hex = (width: number): string => cp.toString(16).padStart(width, '0');
    if (ESCAPES[c]) return ESCAPES[c];
    if (c === ' ' || /[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Cn}]/u.test(c)) return c;
    if (cp < 0x80) return `\\x${hex(2)}`;
    return cp < 0x10000 ? `\\u${hex(4)}` : `\\U${hex(8)}`;
  });
  return `"${out.join('')}"`;
}

function shown(v: Value, depth: number): string {
  if (v === null) return 'nil';
  if (typeof v === 'string') return depth === 0 ? v : quoted(v);
  if (typeof v === 'number') return floatText(v, depth === 0 ? 'top' : 'inner');
  if (typeof v !== 'object') return String(v);
  if (isList(v)) return `[${v.list.map((x) => shown(x, 1)).join(', ')}]`;
  return `{${entries(v)
    .map(([k, x]) => `${quoted(k)}: ${shown(x, 1)}`)
    .join(', ')}}`;
}

function str(v: Value): string {
  if (v === null) return '<nil>';
  if (typeof v === 'number') return floatText(v, 'top');
  if (typeof v !== 'object') return String(v);
  if (isList(v)) return `[${v.list.map(str).join(' ')}]`;
  return `map[${entries(v)
    .map(([k, x]) => `${k}:${str(x)}`)
    .join(' ')}]`;
}

function jsonText(s: string): string {
  const escaped = JSON.stringify(s).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  );
  return escaped;
}

function json(v: Value, indent = ''): string {
  if (v === null) return 'null';
  if (typeof v === 'string') return jsonText(v);
  if (typeof v === 'number') return floatText(v, 'json');
  if (typeof v !== 'object') return String(v);
  const inner = `${indent}  `;
  const parts = isList(v)
    ? v.list.map((x) => json(x, inner))
    : entries(v).map(([k, x]) => `${jsonText(k)}: ${json(x, inner)}`);
  const [open, close] = isList(v) ? '[]' : '{}';
  return parts.length === 0 ? `${open}${close}` : `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${indent}${close}`;
}

for (const gcStress of [false, true]) {
  describe(gcStress ? 'text of values, collecting at every allocation' : 'text of values', async () => {
    const r = await cellInstance(NAMES, { gcStress });
    const { call, make } = r;
    const runs = { numRuns: gcStress ? 100 : 1000 };
    let printed = 0;

    /** What has been printed since the last call. */
    function output(): string {
      call['flush']!();
      const all = r.stdout();
      const text = all.slice(printed);
      printed = all.length;
      return text;
    }

    it('prints, converts and writes JSON like the model', () => {
      fc.assert(
        fc.property(anyValue, (v) => {
          r.reset();
          const c = make(v);
          call['out_cell']!(c);
          expect(output()).toBe(shown(v, 0));
          expect(r.text(call['value_show']!(c))).toBe(shown(v, 1));
          expect(r.text(call['value_str']!(c))).toBe(str(v));
          expect(r.text(call['json_str']!(c))).toBe(json(v));
          call['json_out']!(c);
          expect(output()).toBe(`${json(v)}\n`);
          if (isList(v)) {
            const sep = make('€');
            expect(r.text(call['values_join']!(Number(c), Number(sep)))).toBe(v.list.map(str).join('€'));
          }
        }),
        runs,
      );
    });

    it('writes JSON that the host reads', () => {
      const finite = (v: Value): boolean => {
        if (typeof v === 'number') return Number.isFinite(v);
        if (isList(v)) return v.list.every(finite);
        return isMap(v) || isStruct(v) ? entries(v).every(([, x]) => finite(x)) : true;
      };
      const host = (v: Value): unknown => {
        if (typeof v === 'bigint') return Number(v);
        if (isList(v)) return v.list.map(host);
        if (isMap(v) || isStruct(v)) return Object.fromEntries(entries(v).map(([k, x]) => [k, host(x)]));
        return v;
      };
      fc.assert(
        fc.property(anyValue.filter(finite), (v) => {
          r.reset();
          expect(JSON.parse(r.text(call['json_str']!(make(v)))!)).toEqual(host(v));
        }),
        runs,
      );
    });

    it('quotes every code point', () => {
      for (let from = 0; from < 0x110000; from += gcStress ? 0x10000 : 0x200) {
        const points: string[] = [];
        for (let cp = from; cp < from + 0x200; cp++)
          if (cp < 0xd800 || cp > 0xdfff) points.push(String.fromCodePoint(cp));
        r.reset();
        const s = points.join('');
        const actual = r.text(call['value_show']!(make(s)));
        if (actual !== quoted(s)) expect(actual).toBe(quoted(s));
      }
    });

    it('writes long texts', () => {
      r.reset();
      const words = Array.from({ length: 2000 }, (_, i) => `word ${i}\n`);
      const v: Value = { list: words, kind: 'ref' };
      const c = make(v);
      call['out_cell']!(c);
      expect(output()).toBe(shown(v, 0));
      expect(r.text(call['value_str']!(c))).toBe(str(v));
      expect(r.text(call['json_str']!(c))).toBe(json(v));
    });
  });
}

describe('texts by example', async () => {
  const r = await cellInstance(NAMES);
  const int = (...list: bigint[]): Value => ({ list, kind: 'i64' });
  it.each<[string, Value, string, string, string]>([
    ['nil', null, 'nil', '<nil>', 'null'],
    ['a bool', true, 'true', 'true', 'true'],
    ['a whole float', 3, '3', '3', '3'],
    ['a million', 1e6, '1e+06', '1e+06', '1000000'],
    ['a string', 'ab', 'ab', 'ab', '"ab"'],
    [
      'floats in a list',
      { list: [3, 1e6, -0], kind: 'f64' },
      '[3.0, 1000000.0, -0.0]',
      '[3 1e+06 -0]',
      '[\n  3,\n  1000000,\n  -0\n]',
    ],
    [
      'a mixed list',
      { list: [1n, 'a', int(2n)], kind: 'cell' },
      '[1, "a", [2]]',
      '[1 a [2]]',
      '[\n  1,\n  "a",\n  [\n    2\n  ]\n]',
    ],
    [
      'a map',
      {
        map: [
          ['b', 2n],
          ['a', 1n],
        ],
        kind: 'i64',
      },
      '{"a": 1, "b": 2}',
      'map[a:1 b:2]',
      '{\n  "a": 1,\n  "b": 2\n}',
    ],
    [
      'int keys',
      {
        map: [
          [10n, 'x'],
          [3n, 'y'],
          [1n, 'z'],
        ],
        kind: 'ref',
      },
      '{"1": "z", "10": "x", "3": "y"}',
      'map[1:z 10:x 3:y]',
      '{\n  "1": "z",\n  "10": "x",\n  "3": "y"\n}',
    ],
    [
      'a struct',
      { struct: 1, values: [2, true, null, 'x', 1n] },
      '{"Age": 2.0, "_": true, "__name": "P", "any": nil, "name": "x", "zeta": 1}',
      'map[Age:2 _:true __name:P any:<nil> name:x zeta:1]',
      '{\n  "Age": 2,\n  "_": true,\n  "__name": "P",\n  "any": null,\n  "name": "x",\n  "zeta": 1\n}',
    ],
    [
      'empty ones',
      { list: [int(), { map: [], kind: 'cell' }, { struct: 0, values: [] }], kind: 'ref' },
      '[[], {}, {"__name": "Empty"}]',
      '[[] map[] map[__name:Empty]]',
      '[\n  [],\n  {},\n  {\n    "__name": "Empty"\n  }\n]',
    ],
    ['HTML in strings', { list: ['<a&b>'], kind: 'ref' }, '["<a&b>"]', '[<a&b>]', '[\n  "\\u003ca\\u0026b\\u003e"\n]'],
    [
      'odd characters',
      { list: ['\x00\x1f\x7f\u00a0\u200b\u{e0001}é😀'], kind: 'ref' },
      '["\\x00\\x1f\\x7f\\u00a0\\u200b\\U000e0001é😀"]',
      '[\x00\x1f\x7f\u00a0\u200b\u{e0001}é😀]',
      '[\n  "\\u0000\\u001f\x7f\u00a0\u200b\u{e0001}é😀"\n]',
    ],
  ])('%s', (_, v, print, text, jsonForm) => {
    r.reset();
    const c = r.make(v);
    const before = r.stdout().length;
    r.call['out_cell']!(c);
    r.call['flush']!();
    expect(r.stdout().slice(before)).toBe(print);
    expect(r.text(r.call['value_str']!(c))).toBe(text);
    expect(r.text(r.call['json_str']!(c))).toBe(jsonForm);
  });

  it('shows bytes that are no text', () => {
    r.reset();
    const c = r.make('abcd');
    const at = Number(c);
    new Uint8Array(r.memory.buffer).set([0xff, 0x61, 0xc3, 0x7f], r.view().getUint32(at + 12, true));
    expect(r.text(r.call['value_show']!(c))).toBe('"\\xffa\\xc3\\x7f"');
    expect(r.text(r.call['json_str']!(c))).toBe('"\\ufffda\\ufffd\x7f"');
  });
});

describe('values that contain themselves', () => {
  const SOURCES = {
    'test-cycle.mochi': `
fun test_store(list: ref, i: i32, c: cell) {
  storecell(list_at(list, i, 8), 8, c)
}
`,
  };

  it.each(['out_cell', 'value_str', 'json_str'])('%s fails on a cycle at any depth', async (name) => {
    for (const depth of [1, 2, 3, 7, 8, 40]) {
      for (const lead of [0, 1, 5]) {
        const r = await cellInstance([name, 'test_store'], { sources: SOURCES });
        const make = (): bigint => r.make({ list: [1n, null], kind: 'cell' });
        const chain = Array.from({ length: lead + depth }, make);
        chain.forEach((list, i) => {
          r.call['test_store']!(Number(list), 1, chain[i + 1] ?? chain[lead]!);
        });
        expect(() => r.call[name]!(chain[0]!)).toThrow(WebAssembly.RuntimeError);
        expect(r.stderr()).toBe('error: cannot show a value that contains itself\n');
      }
    }
  });

  it('shows deep values and values that occur twice', async () => {
    const r = await cellInstance([...NAMES, 'test_store'], { sources: SOURCES });
    let c = r.make({ list: [null], kind: 'cell' });
    for (let i = 1; i < 300; i++) {
      const outer = r.make({ list: [null], kind: 'cell' });
      r.call['test_store']!(Number(outer), 0, c);
      c = outer;
    }
    expect(r.text(r.call['value_str']!(c))).toBe(`${'['.repeat(300)}<nil>${']'.repeat(300)}`);
    const row = r.make({ list: [1n], kind: 'i64' });
    const twice = r.make({ list: [null, null], kind: 'cell' });
    r.call['test_store']!(Number(twice), 0, row);
    r.call['test_store']!(Number(twice), 1, row);
    expect(r.text(r.call['value_show']!(twice))).toBe('[[1], [1]]');
  });
});
