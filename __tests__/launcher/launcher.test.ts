import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COUNTED_FRAMES, launcherConfig, SHOWN_FRAMES } from '../../src/toolchain/flags.ts';
import { encodeLines, type LineSite } from '../../src/wasm/lines.ts';
import { type ProgramName, workshop } from './programs.ts';

let shop: Awaited<ReturnType<typeof workshop>>;
beforeAll(async () => {
  shop = await workshop();
});
afterAll(() => shop?.clean());

interface Extra {
  args?: string[];
  env?: Record<string, string>;
  input?: string | Buffer;
  cwd?: string;
  lines?: Uint8Array;
  dirs?: string[];
  variables?: string[];
}

/** Packages a program and runs it. */
async function run(program: ProgramName, extra: Extra = {}) {
  const capabilities = { dirs: extra.dirs ?? [], env: extra.variables ?? [] };
  const exe = shop.put(program, await shop.make(program, { lines: extra.lines, capabilities }));
  const { args = [], env = {}, input = '', cwd = shop.folder } = extra;
  const done = spawnSync(exe, args, { env, input, cwd, maxBuffer: 1 << 26 });
  return {
    status: done.status,
    signal: done.signal,
    out: done.stdout.toString(),
    err: done.stderr.toString(),
    bytes: done.stdout,
  };
}

test('the source holds the settings of the one flags table', () => {
  const source = readFileSync(new URL('../../launcher/src/main.rs', import.meta.url), 'utf8');
  const manifest = readFileSync(new URL('../../launcher/Cargo.toml', import.meta.url), 'utf8');
  const { without, config } = launcherConfig();
  expect(manifest).toContain(
    'wasmtime = { version = "48.0.8", default-features = false, features = ["runtime", "std"] }',
  );
  expect(without.filter((feature) => ['runtime', 'std'].includes(feature))).toEqual([]);
  const constants = { max_wasm_stack: 'MAX_WASM_STACK', wasm_backtrace_max_frames: 'COUNTED_FRAMES' };
  expect(Object.keys(config).sort()).toEqual([...Object.keys(constants), 'memory_init_cow'].sort());
  expect(source).toContain(`config.memory_init_cow(${config.memory_init_cow});`);
  for (const [method, constant] of Object.entries(constants)) {
    expect(source).toMatch(new RegExp(`config\\.${method}\\(.*${constant}`));
    const [, base, shift] = source.match(new RegExp(`const ${constant}: usize = (\\d+) << (\\d+);`))!;
    expect(Number(base) * 2 ** Number(shift), method).toBe(config[method]);
  }
});

describe('a program', () => {
  test('prints and ends', async () => {
    expect(await run('hello')).toMatchObject({ status: 0, out: 'hello\n', err: '' });
  });
  test('has its own exit status', async () => {
    expect(await run('exit7')).toMatchObject({ status: 7, out: '', err: '' });
  });
  test('gets the whole command line, and only the listed variables', async () => {
    const env = { SHOWN: 'yes', HIDDEN: 'no', EMPTY: '' };
    const done = await run('words', {
      args: ['--help', 'zwei drei', ''],
      env,
      variables: ['SHOWN', 'EMPTY', 'MISSING'],
    });
    const [name, ...rest] = done.out.split('\0');
    expect(name).toContain('words');
    expect(rest).toEqual(['--help', 'zwei drei', '', 'SHOWN=yes', 'EMPTY=', '']);
    expect((await run('words', { env })).out.split('\0').slice(1)).toEqual(['']);
  });
  test('finds every function of WASI preview 1, with its type', async () => {
    expect(await run('everything')).toMatchObject({ status: 42, out: '', err: '' });
  });
  test('copies 3 MB of any bytes from its input to its output', async () => {
    const input = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => (i * 7919) >> 5));
    const done = await run('copy', { input });
    expect(done.status).toBe(0);
    expect(done.bytes.equals(input)).toBe(true);
  });
  test('can call 20,000 deep, with a small `ulimit -s` too', async () => {
    expect(await run('deep')).toMatchObject({ status: 0, err: '' });
    const small = spawnSync('sh', ['-c', `ulimit -s 128; exec ${join(shop.folder, 'deep')}`]);
    expect(small).toMatchObject({ status: 0 });
  });
  test('sees the end of input when standard input is closed', async () => {
    await run('copy');
    const closed = spawnSync('sh', ['-c', `${join(shop.folder, 'copy')} <&-`]);
    expect({ status: closed.status, out: closed.stdout.toString() }).toEqual({ status: 0, out: '' });
  });
  test('dies quietly of a broken pipe', async () => {
    const exe = shop.put('yes', await shop.make('yes'));
    const shell = spawnSync('bash', ['-c', `${exe} | head -n 2; echo "\${PIPESTATUS[0]}"`]);
    expect(shell.stdout.toString()).toBe('y\ny\n141\n');
    expect(shell.stderr.toString()).toBe('');
  });
  test('dies of Ctrl-C, which a shell reports as 130', async () => {
    const exe = shop.put('spin', await shop.make('spin'));
    const child = spawn(exe, { stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = new Promise((done) => child.on('close', (_, signal) => done(signal)));
    child.stdout.once('data', () => child.kill('SIGINT'));
    expect(await ended).toBe('SIGINT');
  });
});

describe('files', () => {
  const setUp = (): string => {
    const cwd = join(shop.folder, `files-${Math.random().toString(36).slice(2)}`);
    mkdirSync(join(cwd, 'data', 'sub'), { recursive: true });
    writeFileSync(join(cwd, 'data', 'in.txt'), 'inside');
    writeFileSync(join(cwd, 'secret.txt'), 'secret');
    symlinkSync('../secret.txt', join(cwd, 'data', 'link'));
    symlinkSync(join(cwd, 'secret.txt'), join(cwd, 'data', 'absolute'));
    symlinkSync('in.txt', join(cwd, 'data', 'good'));
    return cwd;
  };
  test('below a listed directory can be read, by any name of the directory', async () => {
    const cwd = setUp();
    for (const dirs of [['data'], ['./data'], ['data::/'], [join(cwd, 'data')]]) {
      for (const path of ['in.txt', 'sub/../in.txt', 'good']) {
        expect(await run('show', { cwd, dirs, args: [path] }), `${dirs} ${path}`).toMatchObject({
          status: 0,
          out: 'inside',
        });
      }
    }
  });
  test('elsewhere cannot, whatever the path', async () => {
    const cwd = setUp();
    const paths = ['../secret.txt', 'sub/../../secret.txt', join(cwd, 'secret.txt'), '/etc/passwd', 'link', 'absolute'];
    for (const path of paths) {
      const done = await run('show', { cwd, dirs: ['data'], args: [path] });
      expect(done.out, path).toBe('');
      expect([63, 76], path).toContain(done.status); // EPERM, ENOTCAPABLE
    }
    expect(await run('show', { cwd, dirs: ['data'], args: ['none'] })).toMatchObject({ status: 44 }); // ENOENT
  });
  test('do not exist for a program without directories, or with one that is missing', async () => {
    const cwd = setUp();
    for (const dirs of [[], ['missing']]) {
      expect(await run('show', { cwd, dirs, args: ['data/in.txt'] })).toMatchObject({ status: 8, out: '' }); // EBADF
    }
  });
});

/** A line table for a program, from the offsets in its report without one: `files` gives each function's place. */
async function tableFor(
  program: ProgramName,
  files: Record<string, [file: number, line: number, col: number]>,
  inlined: readonly LineSite[] = [],
) {
  const plain = await run(program);
  const frames = [...plain.err.matchAll(/^ {2}\d+: 0x([0-9a-f]+) - (.*)$/gm)].map((m) => ({
    offset: Number.parseInt(m[1]!, 16),
    name: m[2]!,
  }));
  const unique = [...new Map(frames.map((f) => [f.name, f])).values()].sort((a, b) => a.offset - b.offset);
  const funcs = unique.map(({ offset, name }) => {
    const [file, line, col] = files[name] ?? [-1, 0, 0];
    const rows = [
      { offset, line, col, site: inlined.length },
      { offset: offset + 1000, line: line + 1, col, site: 0 },
    ];
    return { name, file, start: offset - 1, sites: file < 0 ? [] : inlined, rows: file < 0 ? [] : rows };
  });
  return { plain, lines: encodeLines({ files: ['src/main.mochi', 'src/ä.mochi'], funcs }) };
}

describe('a trap', () => {
  test('in a Mochi program adds its frames, without those of the run-time library, and ends with 1', async () => {
    const { lines } = await tableFor('trap', { inner: [1, 12, 7], main: [0, 30, 1] });
    const done = await run('trap', { lines });
    expect(done.status).toBe(1);
    expect(done.err).toBe('error: no such key' + '  at inner (src/ä.mochi:12:7)\n  at main (src/main.mochi:30:1)\n');
  });
  test('of another kind is named', async () => {
    const { lines } = await tableFor('divide', { '<wasm function 1>': [0, 3, 5] });
    const done = await run('divide', { lines });
    expect(done).toMatchObject({ status: 1 });
    expect(done.err).toBe('error: wasm trap: integer divide by zero\n  at <wasm function 1> (src/main.mochi:3:5)\n');
  });
  test('in functions that were inlined shows their frames', async () => {
    const inlined = [
      { name: 'first', file: 0, line: 7, col: 9, site: 0 },
      { name: 'second', file: 1, line: 5, col: 2, site: 1 },
    ];
    const { lines } = await tableFor('divide', { '<wasm function 1>': [1, 3, 5] }, inlined);
    const done = await run('divide', { lines });
    expect(done.err).toBe(
      'error: wasm trap: integer divide by zero\n' +
        '  at second (src/ä.mochi:3:5)\n  at first (src/main.mochi:5:2)\n  at <wasm function 1> (src/ä.mochi:7:9)\n',
    );
  });
  test('by endless recursion shows 20 frames and counts the rest of those that are kept', async () => {
    const { lines } = await tableFor('overflow', { f: [0, 2, 3] });
    const done = await run('overflow', { lines });
    expect(done.status).toBe(1);
    const rows = done.err.trimEnd().split('\n');
    expect(rows[0]).toBe('error: stack overflow');
    expect(rows.slice(1, 21)).toEqual(Array(20).fill('  at f (src/main.mochi:2:3)'));
    // The innermost frame is at the very start of f, which this table does not cover.
    expect(rows[21]).toBe(`  ... ${COUNTED_FRAMES - 1 - SHOWN_FRAMES} more`);
    expect(rows.length).toBe(22);
  });
  test('does not lose what was printed: it comes before the report, whatever happens in printing it', async () => {
    const { lines } = await tableFor('overflow_after_output', { f: [0, 2, 3] });
    const exe = shop.put('flushed', await shop.make('overflow_after_output', { lines }));
    const both = spawnSync('sh', ['-c', `exec ${exe} 2>&1`]);
    expect(both.status).toBe(1);
    expect(both.stdout.toString()).toMatch(/^before\nerror: stack overflow\n {2}at f \(src\/main.mochi:2:3\)\n/);
    expect(both.stdout.toString().split('error').length).toBe(2);
    // A trap in there is not reported: the program's own is.
    expect(await run('trap_after_trap')).toMatchObject({ status: 134, out: 'before\n' });
    expect((await run('trap_after_trap')).err).toMatch(/^error: wasm trap: integer divide by zero\n {2}0: .*\n$/);
  });
  test('in any other program gives the engine’s text and 134', async () => {
    const done = await run('divide');
    expect(done.status).toBe(134);
    expect(done.err).toMatch(/^error: wasm trap: integer divide by zero\n {2}0: 0x[0-9a-f]+ - <wasm function 1>\n$/);
  });
  test('with a damaged line table is reported as without one', async () => {
    expect((await run('divide', { lines: Uint8Array.of(1, 200) })).status).toBe(134);
  });
  test('is the same with RUST_BACKTRACE and WASMTIME_BACKTRACE_DETAILS', async () => {
    const plain = await run('divide');
    const env = { RUST_BACKTRACE: 'full', RUST_LIB_BACKTRACE: '1', WASMTIME_BACKTRACE_DETAILS: '1' };
    expect((await run('divide', { env })).err).toBe(plain.err);
    const seen = await run('words', { env, variables: ['RUST_BACKTRACE'] });
    expect(seen.out.split('\0').slice(1)).toEqual(['RUST_BACKTRACE=full', '']);
  });
});

describe('a module that cannot run', () => {
  test('is refused with the reason', async () => {
    expect(await run('foreign')).toMatchObject({ status: 1, out: '' });
    expect((await run('foreign')).err).toBe('foreign: the program needs `env.magic`, which is not in WASI preview 1\n');
    expect((await run('library')).err).toMatch(/^library: the program has no function `_start`.*\n$/);
  });
  test('for want of address space says so', async () => {
    await run('hello');
    const exe = join(shop.folder, 'hello');
    const small = spawnSync('sh', ['-c', `ulimit -v 2000000; exec ${exe}`]);
    expect(small.stderr.toString()).toBe(
      'hello: needs 4 GiB of address space, more than `ulimit -v` allows; raise that limit\n',
    );
    expect(small.status).toBe(1);
    // A soft limit is raised.
    expect(spawnSync('sh', ['-c', `ulimit -S -v 2000000; exec ${exe}`]).stdout.toString()).toBe('hello\n');
    const tiny = spawnSync('sh', ['-c', `ulimit -v 40000; exec ${exe}`]);
    expect(tiny).toMatchObject({ status: 1 });
    expect(tiny.stderr.toString()).toMatch(/^hello: cannot get 65 MiB for the stack: .*\n$/);
  });
});
