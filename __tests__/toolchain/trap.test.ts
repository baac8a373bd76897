import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reportMarker, splitAtMarker, wordReport } from '../../src/toolchain/trap.ts';
import type { LineTable } from '../../src/wasm/lines.ts';

const table: LineTable = {
  files: ['a.mochi'],
  funcs: [
    { name: 'inner', file: 0, start: 0x50, sites: [], rows: [{ offset: 0x50, line: 3, col: 5, site: 0 }] },
    { name: 'alloc', file: -1, start: 0x70, sites: [], rows: [] },
    { name: 'main', file: 0, start: 0x90, sites: [], rows: [{ offset: 0x90, line: 9, col: 1, site: 0 }] },
  ],
};

const report = (frames: string[], ...causes: string[]) =>
  [
    'Error: failed to run main module `x`',
    '',
    'Caused by:',
    '    0: failed to invoke command default',
    '    1: error while executing at wasm backtrace:',
    ...frames.map((frame, i) => `   ${String(i).padStart(2)}: ${frame}`),
    ...causes.map((cause, i) => `    ${i + 2}: ${cause}`),
    '',
  ].join('\n');

describe('wordReport', () => {
  it('adds only the Mochi frames to what the program has said itself', () => {
    const text = report(
      ['    0x58 - <unknown>!inner', '    0x7a - <unknown>!alloc', '    0x99 - <unknown>!<wasm function 3>'],
      'wasm trap: wasm `unreachable` instruction executed',
    );
    expect(wordReport(text, table)).toEqual({ text: '  at inner (a.mochi:3:5)\n  at main (a.mochi:9:1)\n', status: 1 });
  });

  it('names a stack overflow, whose first frame has no offset', () => {
    const text = report(['<unknown>!inner', '    0x99 - m!main'], 'wasm trap: call stack exhausted');
    expect(wordReport(text, table)).toEqual({ text: 'error: stack overflow\n  at main (a.mochi:9:1)\n', status: 1 });
  });

  it('names any other trap', () => {
    const text = report(
      ['    0x99 - m!main'],
      'memory fault at wasm address 0xfffffffc in linear memory of size 0x10000',
      'wasm trap: out of bounds memory access',
    );
    expect(wordReport(text, table).text).toBe(
      'error: wasm trap: out of bounds memory access\n  at main (a.mochi:9:1)\n',
    );
  });

  it('shows twenty frames and counts the rest', () => {
    const frames = Array.from({ length: 50 }, () => '    0x58 - m!inner');
    const { text } = wordReport(report(frames, 'wasm trap: wasm `unreachable` instruction executed'), table);
    expect(text.match(/ {2}at inner/g)?.length).toBe(20);
    expect(text.endsWith('\n  ... 30 more\n')).toBe(true);
  });

  it("gives others' modules the engine's words and status 134", () => {
    const text = report(['    0x58 - m!f', '    0x7a - m!g'], 'wasm trap: integer divide by zero');
    expect(wordReport(text, undefined)).toEqual({
      text: 'error: wasm trap: integer divide by zero\n  0: 0x58 - f\n  1: 0x7a - g\n',
      status: 134,
    });
  });

  it('says why a module cannot be started', () => {
    const text =
      'Error: failed to run main module `x`\n\nCaused by:\n    0: failed to instantiate "x"\n    1: unknown import: `a::b` has not been defined\n';
    expect(wordReport(text, undefined)).toEqual({
      text: 'error: failed to instantiate "x": unknown import: `a::b` has not been defined\n',
      status: 1,
    });
  });
});

describe('splitAtMarker', () => {
  const marker = reportMarker('p');
  const split = (chunks: Buffer[]) => {
    const passed: Buffer[] = [];
    const splitter = splitAtMarker(marker, (chunk) => passed.push(chunk));
    for (const chunk of chunks) splitter.push(chunk);
    const rest = splitter.end();
    return { passed: Buffer.concat(passed).toString('latin1'), rest };
  };
  const cut = (data: Buffer, at: number[]) => {
    const places = [0, ...at.map((n) => n % (data.length + 1)).sort((a, b) => a - b), data.length];
    return places.slice(1).map((end, i) => data.subarray(places[i], end));
  };
  const nearMarker = fc.oneof(
    fc.string(),
    fc.nat(marker.length).map((n) => marker.slice(0, n)),
  );

  it('passes everything before the marker and keeps the rest, however it is cut', () => {
    fc.assert(
      fc.property(fc.array(nearMarker), fc.string(), fc.array(fc.nat()), (before, after, at) => {
        const text = before.filter((part) => part !== marker).join('');
        fc.pre(!`${text}${marker}`.slice(0, -1).includes(marker));
        const data = Buffer.from(text + marker + after, 'utf8');
        const { passed, rest } = split(cut(data, at));
        expect(passed).toBe(Buffer.from(text, 'utf8').toString('latin1'));
        expect(rest).toBe(Buffer.from(marker + after, 'utf8').toString('utf8'));
      }),
    );
  });

  it('passes everything when the marker never comes', () => {
    fc.assert(
      fc.property(fc.array(nearMarker), fc.array(fc.nat()), (parts, at) => {
        const data = Buffer.from(parts.join(''), 'utf8');
        fc.pre(!data.includes(marker));
        expect(split(cut(data, at))).toEqual({ passed: data.toString('latin1'), rest: undefined });
      }),
    );
  });

  it('holds nothing back that cannot be the beginning of the marker', () => {
    const passed: string[] = [];
    const splitter = splitAtMarker(marker, (chunk) => passed.push(chunk.toString()));
    splitter.push(Buffer.from('What is your name? '));
    expect(passed).toEqual(['What is your name? ']);
  });
});
