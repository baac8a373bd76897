import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Manifest } from '../../src/package/manifest.ts';
import { annotate, annotateTests } from '../../src/report/annotations.ts';
import { describeEvent } from '../../src/report/progress.ts';
import { count, formatSize } from '../../src/report/sizes.ts';
import { type CheckSummary, checkSummary, releaseSummary } from '../../src/report/summary.ts';

describe('formatSize', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [9_994, '9.99 kB'],
    [9_996, '10.0 kB'],
    [99_960, '100 kB'],
    [999_499, '999 kB'],
    [999_600, '1.00 MB'],
    [1_745_544, '1.75 MB'],
    [100_000_000, '100 MB'],
    [5e15, '5000 TB'],
  ])('%i', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });

  it('is right to half a unit of its last digit', () => {
    const unit = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9e14 }), (bytes) => {
        const [number, name] = formatSize(bytes).split(' ') as [string, keyof typeof unit];
        const step = unit[name] / 10 ** (number.split('.')[1]?.length ?? 0);
        expect(Math.abs(Number(number) * unit[name] - bytes)).toBeLessThanOrEqual(step / 2 + bytes * 1e-9);
      }),
    );
  });

  it('counts', () => {
    expect([count(0, 'test'), count(1, 'test'), count(2, 'test')]).toEqual(['0 tests', '1 test', '2 tests']);
  });
});

describe('annotations', () => {
  const test = {
    name: 'a, b: 100%',
    output: 'expect failed: 1\n  at main (m.mochi:3:5)\n',
    place: { file: 'src/m.mochi', line: 3, col: 5 },
  };

  it('puts a failed test on its line, escaped', () => {
    expect(annotateTests([test])).toBe(
      '::error file=src/m.mochi,line=3,col=5,title=test a%2C b%3A 100%25::' +
        'expect failed: 1%0A  at main (m.mochi:3:5)\n',
    );
  });

  it('stays one line and one command, whatever a program prints', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, output) => {
        const text = annotateTests([{ ...test, name, output }]) + annotate('notice', name, output);
        expect(text.split('\n').length).toBe(3);
        expect(text).not.toContain('\r');
        expect(text.match(/^::/gm)?.length).toBe(2);
      }),
    );
  });

  it('shows ten at most', () => {
    expect(annotateTests(Array(30).fill(test)).split('\n').length - 1).toBe(10);
  });
});

describe('checkSummary', () => {
  const good = { file: 'a.mochi', ok: true, wasmSize: 1234, errors: 0, warnings: 0, passed: 3, failed: 0 };
  const bad = { file: 'b|c.mochi', ok: false, wasmSize: undefined, errors: 2, warnings: 1, passed: 0, failed: 0 };
  const base: CheckSummary = { programs: [good], diagnostics: [], failedTests: [], tested: true };

  it('of a good run is a sentence and a table', () => {
    expect(checkSummary(base)).toBe(
      [
        '## ✅ Mochi',
        '',
        '1 program compiled, 3 of 3 tests passed.',
        '',
        '|  | Program | Size | Tests |',
        '|---|---|--:|--:|',
        '| ✅ | <code>a.mochi</code> | 1.23&nbsp;kB | 3 |',
        '',
      ].join('\n'),
    );
  });

  it('shows what failed first, with its errors', () => {
    const label = { file: 'b|c.mochi', line: 1, column: 2, endLine: 1, endColumn: 3 };
    const diagnostics = [
      { severity: 'error' as const, code: 'T001', title: 'no <x> here', labels: [label], hint: 'try `y`' },
    ];
    const text = checkSummary({ ...base, programs: [good, bad], diagnostics });
    expect(text).toContain('1 of 2 programs did not compile');
    expect(text.indexOf('b&#124;c.mochi')).toBeLessThan(text.indexOf('a.mochi'));
    expect(text).toContain('2 errors, 1 warning');
    expect(text).toContain('**T001** no &lt;x&gt; here — try <code>y</code>');
  });

  it('fences what a test printed, even fences', () => {
    const failedTests = [{ name: '<b>', file: 'a.mochi', output: 'error\n```\n</details>\n' }];
    const text = checkSummary({ ...base, failedTests });
    expect(text).toContain('````text\nerror\n```\n</details>\n````');
    expect(text).toContain('<summary><b>&lt;b&gt;</b> <code>a.mochi</code></summary>');
    expect(text).toContain('## ❌');
  });

  it('sets the sides of a long comparison below each other', () => {
    const long = `expect failed: ${'x'.repeat(60)} == y (left: [1, 2], right: [3])\n  at main (a.mochi:1:2)`;
    const output = (text: string): string =>
      checkSummary({ ...base, failedTests: [{ name: 't', file: 'a.mochi', output: text }] });
    expect(output(long)).toContain('== y\n  left:  [1, 2]\n  right: [3]\n  at main (a.mochi:1:2)');
    expect(output('expect failed: x == y (left: 1, right: 2)')).toContain('x == y (left: 1, right: 2)');
  });

  it('says so when the tests were not run', () => {
    expect(checkSummary({ ...base, tested: false })).toContain('tests were not run');
  });

  it('stays below what GitHub takes', () => {
    const many = Array.from({ length: 20_000 }, (_, i) => ({ ...bad, file: `${'x'.repeat(100)}${i}` }));
    const failedTests = many.map((p) => ({ name: p.file, file: p.file, output: 'y'.repeat(100_000) }));
    const size = (s: CheckSummary): number => Buffer.byteLength(checkSummary(s));
    expect(size({ ...base, programs: many, failedTests })).toBeLessThan(1024 * 1024);
    const long = many.map((p) => ({ ...p, file: `${'ä'.repeat(2000)}${p.file}` }));
    expect(size({ ...base, programs: long, failedTests, blob: 'https://github.com/o/r/blob/abc/' })).toBeLessThan(
      1024 * 1024,
    );
  });
});

describe('the place of an error', () => {
  const at = { file: 'src/a "b".mochi', line: 3, column: 7, endLine: 3, endColumn: 9 };
  const diagnostics = [{ severity: 'error' as const, code: 'T002', title: 'undefined variable: x', labels: [at] }];
  const text = (blob?: string): string =>
    checkSummary({ programs: [], diagnostics, failedTests: [], tested: true, blob });

  it('is a link to its line where the repository is known', () => {
    expect(text('https://github.com/o/r/blob/abc/')).toContain(
      '- <a href="https://github.com/o/r/blob/abc/src/a%20%22b%22.mochi#L3"><code>src/a "b".mochi:3:7</code></a> **T002**',
    );
    expect(text()).toContain('- <code>src/a "b".mochi:3:7</code> **T002**');
  });
});

describe('size changes', () => {
  const program = (file: string, wasmSize: number | undefined, sizeBefore: number | undefined) => ({
    file,
    ok: wasmSize !== undefined,
    wasmSize,
    sizeBefore,
    errors: 0,
    warnings: 0,
    passed: 0,
    failed: 0,
  });
  const rows = (programs: ReturnType<typeof program>[]): string =>
    checkSummary({ programs, diagnostics: [], failedTests: [], tested: true, baseline: 'HEAD^1' });

  it.each([
    [1200, 1000, '+200&nbsp;B&nbsp;(+20.0&nbsp;%)'],
    [800, 1000, '−200&nbsp;B&nbsp;(−20.0&nbsp;%)'],
    [100_003, 100_000, '+3&nbsp;B'],
    [1000, 1000, '='],
    [1000, undefined, 'new'],
    [undefined, 1000, ''],
  ])('from %s, before %s: %s', (now, before, shown) => {
    const cells = rows([program('a.mochi', now, before)])
      .split('\n')
      .find((line) => line.includes('a.mochi'))
      ?.split(' | ');
    expect(cells?.[3]).toBe(shown);
  });

  it('are summed up over what there was before', () => {
    const text = rows([program('a', 1200, 1000), program('b', 1000, 1000), program('c', 5000, undefined)]);
    expect(text).toContain('2 programs that were there before: 2.20 kB, +200 B (+10.0 %) since <code>HEAD^1</code>.');
    expect(rows([program('a', 1000, 1000)])).toContain('1.00 kB, as much as at <code>HEAD^1</code>.');
    expect(rows([program('a', 1000, undefined)])).toContain('No program compiled at <code>HEAD^1</code>.');
  });
});

describe('releaseSummary', () => {
  const manifest = {
    name: 'hello',
    version: '1.2.3',
    wasmtime: { version: '48.0.0', major: 48 },
    targets: [
      { name: 'x86_64-linux', tier: 1, testedBy: 'run natively', archive: 'h.tar.gz', executables: {} },
      {
        name: 's390x-linux',
        tier: 2,
        testedBy: 'x',
        archive: null,
        executables: { hello: { status: 'none', reason: 'no launcher' } },
      },
    ],
    files: [{ name: 'h.tar.gz', role: 'archive', size: 2000, sha256: 'f'.repeat(64) }],
  } as unknown as Manifest;

  it('has a row for every target and says why one has no archive', () => {
    const text = releaseSummary({ manifest, tag: 'v1.2.3', url: 'https://example.com/r', state: 'published' });
    expect(text).toContain('[hello 1.2.3](https://example.com/r) is published');
    expect(text).toContain('| x86_64-linux | <code>h.tar.gz</code> | 2.00&nbsp;kB | 1 | run natively |');
    expect(text).toContain('| s390x-linux | no launcher |  | 2 | x |');
    expect(text).toContain('f'.repeat(64));
  });
});

describe('describeEvent', () => {
  it.each([
    [{ kind: 'uploaded', name: 'a', size: 1500, done: 2, of: 9 } as const, 'uploaded a, 1.50 kB (2 of 9)'],
    [{ kind: 'deleted', name: 'a', why: 'leftover' } as const, 'deleted a (a broken upload)'],
    [
      { kind: 'retry', name: 'a', attempt: 1, reason: 'reset', seconds: 1.25 } as const,
      'a: reset; trying again in 1.3 s',
    ],
    [{ kind: 'kept', names: ['a'] } as const, 'kept 1 file with the right digest'],
    [{ kind: 'verified', count: 2 } as const, "GitHub's digests of all 2 files are right"],
  ])('%j', (event, text) => {
    expect(describeEvent(event)).toBe(text);
  });
});
