import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostTarget } from '../../src/toolchain/targets.ts';
import { type CliResult, cli, MAIN } from './cli.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'cli-test-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function put(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(join(cwd, path)), { recursive: true });
  writeFileSync(join(cwd, path), content);
}
const run = (args: string[], more: { input?: string; env?: Record<string, string> } = {}): CliResult =>
  cli(args, { cwd, ...more });

describe('run', () => {
  it('compiles and runs a file', () => {
    put('a.mochi', 'print("hi")\n');
    expect(run(['run', 'a.mochi'])).toEqual({ status: 0, out: 'hi\n', err: '' });
  });

  it('reads the program from stdin', () => {
    expect(run(['run', '-'], { input: 'print(1 + 2)\n' })).toEqual({ status: 0, out: '3\n', err: '' });
  });

  it('hands stdin on to the program', () => {
    put('a.mochi', 'print("got " + input())\n');
    expect(run(['run', 'a.mochi'], { input: 'this\n' }).out).toBe('got this\n');
  });

  it('takes an empty file as an empty program', () => {
    put('a.mochi', '');
    expect(run(['run', 'a.mochi'])).toEqual({ status: 0, out: '', err: '' });
  });

  it('reports a run-time error with its stack, and keeps the output before it', () => {
    put('a.mochi', 'fun f(xs: list<int>): int {\n  return xs[7]\n}\nprint("before")\nprint(f([1, 2, 3]))\n');
    const { status, out, err } = run(['run', 'a.mochi']);
    expect([status, out]).toEqual([1, 'before\n']);
    expect(err).toMatch(/^error: list index out of range: 7 \(length 3\)\n {2}at f \(a\.mochi:2:\d+\)\n/);
  });

  it('reports a stack overflow', () => {
    put('a.mochi', 'fun f(n: int): int { return f(n + 1) + 1 }\nprint(f(0))\n');
    const { status, err } = run(['run', 'a.mochi']);
    expect(status).toBe(1);
    expect(err).toMatch(/^error: stack overflow\n {2}at f \(a\.mochi:1:\d+\)\n/);
  });

  it('runs the main program of a folder, and a module that was built before', () => {
    put('p/mochi.toml', '[wasm]\nmain = "m.mochi"\n');
    put('p/m.mochi', 'print("main")\n');
    expect(run(['run', 'p']).out).toBe('main\n');
    expect(run(['build', 'p', '--out', 'x.wasm', '--quiet'])).toEqual({ status: 0, out: '', err: '' });
    expect(run(['run', 'x.wasm']).out).toBe('main\n');
  });

  it('says how to hand a word to the program', () => {
    put('a.mochi', '');
    expect(run(['run', 'a.mochi', 'word'])).toMatchObject({
      status: 1,
      err: expect.stringContaining('run a.mochi -- word'),
    });
  });
});

describe('bad input', () => {
  it.each<[string, string[], number, RegExp]>([
    ['an unknown file', ['run', 'none.mochi'], 1, /^error\[E201\]: there is no file none\.mochi\n {2}help: /],
    ['a folder without mochi.toml', ['run', 'empty'], 1, /^error\[E210\]: there is no mochi\.toml in empty\n/],
    [
      'the current folder without mochi.toml',
      ['build'],
      1,
      /^error\[E210\]: there is no mochi\.toml in the current folder\n/,
    ],
    [
      'a binary file',
      ['run', 'bin.mochi'],
      1,
      /^error\[E208\]: bin\.mochi is not a text file: byte 1 is not valid UTF-8\n/,
    ],
    ['an unknown command', ['biuld'], 2, /there is no command 'biuld'\n.*Did you mean 'build'/],
    ['a command without a name', [''], 2, /there is no command ''\n/],
    ['a file instead of a command', ['a.mochi'], 2, /Did you mean 'mochi-wasm run a\.mochi'/],
    ['an unknown option', ['run', 'a.mochi', '--bogus'], 2, /unknown option `--bogus`/],
    ['an option without its value', ['build', 'a.mochi', '--out'], 2, /value is missing/],
    ['an unknown target', ['build', 'a.mochi', '--targets', 'x86'], 2, /unknown target 'x86'/],
    ['an unknown kind', ['build', 'a.mochi', '--emit', 'elf'], 2, /'elf' cannot be emitted/],
    ['a word too many', ['setup', 'now'], 2, /setup takes no 'now'/],
    ['two places to write to', ['build', 'a.mochi', '--out', 'x', '--out-dir', 'y'], 2, /exclude each other/],
    [
      'one name for two products',
      ['build', 'a.mochi', '--emit', 'wasm,cwasm', '--out', 'x'],
      2,
      /--out takes one product/,
    ],
    ['an unknown version of wasmtime', ['setup', '--wasmtime-version', '48.7.1'], 2, /no digest is known/],
    ['an unknown source of wasmtime', ['setup', '--wasmtime-source', 'x'], 2, /'x' is no source/],
    [
      'a wasmtime that is not there',
      ['setup', '--wasmtime', 'none/wasmtime'],
      2,
      /there is no wasmtime at none\/wasmtime/,
    ],
    [
      'a date that is none',
      ['package', 'a.mochi', '--source-date-epoch', 'now'],
      2,
      /"now", which is not a date in seconds/,
    ],
  ])('%s: a clear message and nothing written', (_what, args, status, message) => {
    put('a.mochi', 'print(1)\n');
    put('bin.mochi', Buffer.from([0x61, 0xff, 0xfe]));
    mkdirSync(join(cwd, 'empty'));
    const before = readdirSync(cwd).sort();
    const result = run(args);
    expect(result.status).toBe(status);
    expect(result.out).toBe('');
    expect(result.err).toMatch(message);
    expect(result.err).not.toMatch(/internal error/);
    expect(readdirSync(cwd).sort()).toEqual(before);
  });

  it('gives the same as JSON on request', () => {
    const { status, out, err } = run(['run', 'none.mochi', '--json']);
    expect([status, err]).toEqual([1, '']);
    expect(JSON.parse(out)).toMatchObject({ ok: false, error: { code: 'E201' } });
  });

  it('shows every error of a program with its place', () => {
    put('a.mochi', 'let x = \nlet y = )\nprint(x)\n');
    const { status, out, err } = run(['run', 'a.mochi']);
    expect([status, out]).toEqual([1, '']);
    expect(err).toMatch(/error\[P\d+\]: [^\n]*\n *--> a\.mochi:\d+:\d+\n/);
  });

  it('keeps an old product when the program is wrong', () => {
    put('a.mochi', 'let = \n');
    put('a.wasm', 'old');
    expect(run(['build', 'a.mochi']).status).toBe(1);
    expect(readFileSync(join(cwd, 'a.wasm'), 'utf8')).toBe('old');
  });

  it('mends a damaged cache by itself', () => {
    put('a.mochi', 'print("well")\n');
    const env = { MOCHI_WASM_CACHE: join(cwd, 'cache') };
    expect(run(['run', 'a.mochi'], { env }).out).toBe('well\n');
    const damage = (folder: string) => {
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        if (entry.isFile()) writeFileSync(join(entry.parentPath, entry.name), 'damaged');
      }
    };
    damage(join(cwd, 'cache', 'cwasm'));
    expect(run(['run', 'a.mochi'], { env })).toMatchObject({ status: 0, out: 'well\n' });
    damage(join(cwd, 'cache', 'wasmtime'));
    expect(run(['run', 'a.mochi'], { env })).toMatchObject({ status: 0, out: 'well\n' });
  });

  it('says that the output folder cannot be written', () => {
    put('a.mochi', '');
    put('file', '');
    const { status, err } = run(['build', 'a.mochi', '--out-dir', 'file/x']);
    expect(status).toBe(1);
    expect(err).toMatch(/^error\[E204\]: cannot write file\/x\/a\.wasm: /);
  });

  it('says that the cache cannot be written', () => {
    put('a.mochi', '');
    put('file', '');
    const { status, err } = run(['run', 'a.mochi'], { env: { MOCHI_WASM_CACHE: join(cwd, 'file', 'x') } });
    expect(status).toBe(1);
    expect(err).toMatch(/error\[E204\]: cannot (?:read|write) /);
  });
});

describe('build', () => {
  it('writes the same module every time, wherever it is made', () => {
    put('a.mochi', 'print("x")\n');
    mkdirSync(join(cwd, 'd'));
    run(['build', 'a.mochi', '--out', 'one.wasm']);
    cli(['build', join(cwd, 'a.mochi')], { cwd: join(cwd, 'd') });
    expect(readFileSync(join(cwd, 'd', 'a.wasm'))).toEqual(readFileSync(join(cwd, 'one.wasm')));
  });

  it('makes machine code and an executable', () => {
    put('a.mochi', 'print("from an executable")\n');
    const made = run(['build', 'a.mochi', '--emit', 'cwasm,exe', '--out-dir', 'o', '--json']);
    expect(made.status).toBe(0);
    const host = hostTarget()!;
    const files: { path: string; size: number; kind: string }[] = JSON.parse(made.out).files;
    const exe = join(cwd, 'o', `a${host.exeSuffix}`);
    expect(files.map((f) => f.path)).toEqual([
      join('o', `a-wasmtime48-${host.name}.cwasm`),
      join('o', `a${host.exeSuffix}`),
    ]);
    expect(statSync(exe).mode & 0o100).toBe(0o100);
    const direct = spawnSync(exe);
    expect([direct.status, direct.stdout.toString(), direct.stderr.toString()]).toEqual([
      0,
      'from an executable\n',
      '',
    ]);
    expect(run(['inspect', exe, '--json']).out).toMatch(/"wasmtime": "48\./);
    expect(run(['run', join('o', `a-wasmtime48-${host.name}.cwasm`)])).toMatchObject({
      status: 1,
      err: expect.stringContaining('E207'),
    });
  });

  it('prints the syntax tree and the IR', () => {
    put('a.mochi', 'print("x")\n');
    expect(run(['build', 'a.mochi', '--emit', 'ast']).out).toContain('print');
    expect(run(['build', 'a.mochi', '--emit', 'ir']).out).toContain('func');
    expect(readdirSync(cwd)).toEqual(['a.mochi']);
  });
});

describe('test', () => {
  const source = [
    'fun double(n: int): int { return n * 2 }',
    'print("not shown")',
    'test "doubles" { expect double(2) == 4 }',
    'test "fails" {',
    '  expect double(2) == 5',
    '}',
    '',
  ].join('\n');

  it('prints every result, and the number of failures on stderr', () => {
    put('a.mochi', source);
    const { status, out, err } = run(['test', 'a.mochi']);
    expect(status).toBe(1);
    expect(out).toMatch(
      /^a\.mochi\n {3}test doubles {24}\.\.\. ok \([\d.]+(?:µs|ms|s)\)\n {3}test fails {26}\.\.\. fail expect/,
    );
    expect(out).toMatch(/at [^\n]*\(a\.mochi:5:\d+\)/);
    expect(err).toBe('[FAIL] 1 test(s) failed.\n');
  });

  it('runs only the tests that are asked for', () => {
    put('a.mochi', source);
    const { status, out } = run(['test', 'a.mochi', '--filter', 'doub', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      passed: 1,
      failed: 0,
      files: [{ tests: [{ name: 'doubles' }] }],
    });
  });

  it('prints only what failed when quiet', () => {
    put('a.mochi', 'test "good" { expect true }\ntest "bad" { expect false }\n');
    const { status, out } = run(['test', 'a.mochi', '--quiet']);
    expect([status, out.includes('good'), out.includes('bad')]).toEqual([1, false, true]);
  });

  it('ends a test that never ends', () => {
    put('a.mochi', 'test "spins" { while true { } }\ntest "ends" { expect true }\n');
    const { status, out, err } = run(['test', 'a.mochi', '--timeout', '0.5']);
    expect([status, err]).toEqual([1, '[FAIL] 1 test(s) failed.\n']);
    expect(out).toMatch(/spins .* fail did not end within 0\.5 s and was stopped/);
    expect(out).toMatch(/ends .* ok/);
    expect(run(['test', 'a.mochi', '--timeout', 'soon'])).toMatchObject({
      status: 2,
      err: expect.stringContaining('error[E217]: --timeout is "soon"'),
    });
  });

  it('finds the tests of a folder', () => {
    put('d/a_test.mochi', 'test "one" { expect true }\n');
    put('d/b.mochi', 'test "two" { expect false }\n');
    const { status, out } = run(['test', 'd']);
    expect(status).toBe(0);
    expect(out).toContain('test one');
    expect(out).not.toContain('test two');
  });

  it('reports a file that does not compile', () => {
    put('a_test.mochi', 'test "one" { expect }\n');
    expect(run(['test'])).toMatchObject({ status: 1, err: expect.stringMatching(/a_test\.mochi:1:/) });
  });
});

describe('usage', () => {
  it('names the option that was meant', () => {
    expect(run(['build', '--target', 'host'])).toMatchObject({
      status: 2,
      err: expect.stringContaining('Did you mean --targets?'),
    });
    expect(run(['run', '--hlep']).err).toContain('Did you mean --help?');
  });

  it('has help as a word, too', () => {
    expect(run(['help', 'merge'])).toEqual(run(['merge', '--help']));
    expect(run(['help'])).toMatchObject({ status: 0, out: expect.stringContaining('Usage:') });
  });
});

describe('check', () => {
  it('goes on after a file that is no program', () => {
    put('a.mochi', 'print(1)\n');
    put('b.mochi', Uint8Array.of(0xff, 0xfe));
    put('c.mochi', 'print(y)\n');
    const all = run(['check']);
    expect([all.status, all.out]).toEqual([1, '3 files: 2 errors, 0 warnings\n']);
    expect(all.err).toMatch(/^error\[E208\]: b\.mochi is not a text file[\s\S]*^error\[T002\]/m);
    expect(run(['check', 'b.mochi']).err).toMatch(/^error\[E208\].*\n {2}help: /);
  });

  it.runIf(process.platform !== 'win32')('says so when a link leads nowhere', () => {
    symlinkSync('nowhere', join(cwd, 'a.mochi'));
    expect(run(['check', 'a.mochi']).err).toContain('a.mochi is a symbolic link to nowhere, which does not exist');
  });

  it('reports all files', () => {
    put('a.mochi', 'print(1)\n');
    put('b.mochi', 'let = 1\n');
    expect(run(['check', 'a.mochi'])).toEqual({ status: 0, out: '1 file: 0 errors, 0 warnings\n', err: '' });
    const both = run(['check', '.', '--json']);
    expect(both.status).toBe(1);
    const report: { ok: boolean; files: { file: string; diagnostics: unknown[] }[] } = JSON.parse(both.out);
    expect(report.ok).toBe(false);
    expect(report.files.map((file) => [file.file, file.diagnostics.length > 0])).toEqual([
      ['a.mochi', false],
      ['b.mochi', true],
    ]);
  });
});

describe('package and verify', () => {
  it('make a release folder that verifies until it is changed', () => {
    put('p/mochi.toml', '[package]\nname = "tool"\nversion = "1.2.3"\n[wasm]\nmain = "m.mochi"\n');
    put('p/m.mochi', 'print("packaged")\n');
    put('p/LICENSE', 'text');
    const args = ['package', 'p', '--targets', 'host', '--source-date-epoch', '1767225600'];
    expect(run([...args, '--out-dir', 'out'])).toMatchObject({ status: 0 });
    expect(run([...args, '--out-dir', 'again', '--quiet'])).toMatchObject({ status: 0, out: '' });
    expect(readFileSync(join(cwd, 'again', 'SHA256SUMS'))).toEqual(readFileSync(join(cwd, 'out', 'SHA256SUMS')));
    expect(run(['verify', 'out'])).toMatchObject({ status: 0, out: expect.stringContaining('tool 1.2.3') });
    writeFileSync(join(cwd, 'out', 'tool-1.2.3.wasm'), 'other');
    expect(run(['verify', 'out'])).toMatchObject({ status: 3, err: expect.stringContaining('tool-1.2.3.wasm') });
  });
});

describe('the rest', () => {
  it('lists the targets', () => {
    const { out } = run(['targets', '--json']);
    expect(JSON.parse(out).targets.length).toBe(8);
    expect(run(['targets']).out).toMatch(/riscv64gc-linux +3 /);
  });

  it('says where wasmtime is', () => {
    const path = run(['setup', '--quiet']).out.trim();
    expect(existsSync(path)).toBe(true);
    expect(JSON.parse(run(['setup', '--json']).out)).toMatchObject({
      ok: true,
      version: '48.0.0',
      path,
      cacheHit: true,
    });
    expect(run(['setup', '--wasmtime', path]).out).toContain('from path');
  });

  it('helps, with an example for every command', () => {
    const help = run(['--help']);
    expect(help.status).toBe(0);
    const commands = [...help.out.matchAll(/^ {2}(\w+) /gm)].map((match) => match[1]!);
    expect(commands).toEqual(expect.arrayContaining(['build', 'run', 'test', 'check', 'package', 'targets', 'setup']));
    for (const command of commands) {
      expect(run([command, '--help']).out).toMatch(new RegExp(`Examples:\\n *\\$ mochi-wasm ${command}`));
    }
    expect(run(['--version'])).toMatchObject({ status: 0, out: expect.stringMatching(/^mochi-wasm\/\d/) });
    expect(run([]).status).toBe(2);
  });

  it('explains codes', () => {
    expect(run(['explain', 'p031']).out).toMatch(/^P031: /);
    expect(run(['explain', 'X1']).status).toBe(2);
  });

  it('uses colours only where they are wanted', () => {
    expect(run(['run', 'none.mochi']).err).not.toContain('\u001b');
  });
});

it('leaves nothing half-written when the disk takes no more', () => {
  put('a.mochi', `print("${'x'.repeat(60_000)}")\n`);
  // A limit of 8 blocks for every file stands for a full disk.
  const script = `ulimit -f 8; exec "$0" ${['"$1"', 'build', 'a.mochi', '--out-dir', 'out'].join(' ')}`;
  const done = spawnSync('sh', ['-c', script, process.execPath, MAIN], { cwd });
  expect(done.status).toBe(1);
  expect(done.stderr.toString()).toMatch(/^error\[E203\]: cannot write out\/a\.wasm: /);
  expect(readdirSync(join(cwd, 'out'))).toEqual([]);
});
