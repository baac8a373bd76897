import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureWasmtime, type Wasmtime } from '../../src/toolchain/install.ts';
import { type RunOptions, runModule } from '../../src/toolchain/run.ts';
import { PROGRAMS, type ProgramName } from '../launcher/programs.ts';

let wt: Wasmtime;
let folder: string;
beforeAll(async () => {
  wt = await ensureWasmtime({ use: 'run' });
  folder = mkdtempSync(join(tmpdir(), 'run-test-'));
  writeFileSync(join(folder, 'data.txt'), 'some data');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(program: ProgramName, options: Partial<RunOptions> = {}) {
  const wasm = Buffer.from(PROGRAMS[program]);
  const result = await runModule(wt, { wasm, stdin: 'ignore', stdout: 'capture', stderr: 'capture', ...options });
  return { status: result.status, out: result.stdout.toString(), err: result.stderr.toString() };
}

it('gives what a program prints', async () => {
  expect(await run('hello')).toEqual({ status: 0, out: 'hello\n', err: '' });
});

it("passes a program's own exit status through", async () => {
  expect(await run('exit7')).toEqual({ status: 7, out: '', err: '' });
});

it('hands over name, arguments and only the variables that are given', async () => {
  const { out } = await run('words', { name: 'prog', args: ['--dir', '', 'ä b', '--'], env: { A: '1=2' } });
  expect(out).toBe('prog\0--dir\0\0ä b\0--\0A=1=2\0');
});

it('pipes bytes to stdin', async () => {
  const data = Buffer.alloc(200_000, 'x');
  expect((await run('copy', { stdin: data })).out.length).toBe(data.length);
});

it('does not mind a program that leaves its stdin unread', async () => {
  expect((await run('hello', { stdin: Buffer.alloc(2_000_000) })).status).toBe(0);
});

it('opens the folders that are given and no other', async () => {
  expect(await run('show', { name: 'p', args: ['data.txt'], dirs: [`${folder}::.`] })).toMatchObject({
    status: 0,
    out: 'some data',
  });
  expect((await run('show', { name: 'p', args: ['data.txt'] })).status).not.toBe(0);
});

it('runs 20,000 frames deep', async () => {
  expect((await run('deep')).status).toBe(0);
});

it("tells a trap of another's module in the engine's words", async () => {
  const { status, err } = await run('trap');
  expect(status).toBe(134);
  expect(err).toMatch(/^error: no such keyerror: wasm trap: wasm `unreachable` instruction executed\n {2}0: 0x/);
});

it('tells a trap by the line table, and leaves out hidden functions', async () => {
  const lineTable = {
    files: ['a.mochi'],
    funcs: [{ name: 'f', file: 0, start: 0, sites: [], rows: [{ offset: 0, line: 4, col: 2, site: 0 }] }],
  };
  expect(await run('divide', { lineTable })).toEqual({
    status: 1,
    out: '',
    err: 'error: wasm trap: integer divide by zero\n  at f (a.mochi:4:2)\n',
  });
  const hidden = { files: [], funcs: [{ name: 'f', file: -1, start: 0, sites: [], rows: [] }] };
  expect((await run('divide', { lineTable: hidden })).err).toBe('error: wasm trap: integer divide by zero\n');
});

it('names a stack overflow', async () => {
  const lineTable = {
    files: ['a.mochi'],
    funcs: [{ name: 'f', file: 0, start: 0, sites: [], rows: [{ offset: 0, line: 4, col: 2, site: 0 }] }],
  };
  const { status, err } = await run('overflow', { lineTable });
  expect(status).toBe(1);
  expect(err).toMatch(/^error: stack overflow\n( {2}at f \(a\.mochi:4:2\)\n){20} {2}\.\.\. \d+ more\n$/);
});

it('says what a module lacks', async () => {
  expect(await run('foreign')).toMatchObject({
    status: 1,
    err: expect.stringContaining('unknown import: `env::magic`'),
  });
});

it('hands signals on and ends with the program', async () => {
  const script = fileURLToPath(new URL('run-spin.ts', import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: string[] = [];
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  for await (const chunk of child.stdout) {
    // The program has begun: it prints before it spins.
    if (chunks.length === 0) child.kill('SIGTERM');
    chunks.push(String(chunk));
  }
  expect(await ended).toBe(0);
  expect(chunks.join('')).toBe('!\nstatus 143, SIGTERM\n');
});

it('ends a program that takes too long, or prints too much, and says so', async () => {
  const options = { stdin: 'ignore', stdout: 'capture', stderr: 'capture' } as const;
  const spins = await runModule(wt, { wasm: Buffer.from(PROGRAMS.spin), ...options, timeoutMs: 200 });
  expect(spins).toMatchObject({ stopped: 'timeout', signal: 'SIGKILL' });
  const copies = { wasm: Buffer.from(PROGRAMS.copy), ...options, stdin: Buffer.alloc(200_000, 'x'), maxOutput: 1000 };
  const talks = await runModule(wt, copies);
  expect([talks.stopped, talks.stdout.length]).toEqual(['output', 1000]);
  const enough = await runModule(wt, { ...copies, maxOutput: 200_000, timeoutMs: 60_000 });
  expect([enough.stopped, enough.status, enough.stdout.length]).toEqual([undefined, 0, 200_000]);
});
