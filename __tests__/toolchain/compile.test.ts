import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../src/compiler.ts';
import { precompile, precompileCached } from '../../src/toolchain/compile.ts';
import { ensureWasmtime, type Wasmtime } from '../../src/toolchain/install.ts';
import { hostTarget, TARGETS } from '../../src/toolchain/targets.ts';
import { PROGRAMS } from '../launcher/programs.ts';

const host = hostTarget()!;
const hello = Buffer.from(PROGRAMS.hello);
let wt: Wasmtime;
let cacheDir: string;

beforeAll(async () => {
  cacheDir = mkdtempSync(join(tmpdir(), 'compile-test-'));
  wt = { ...(await ensureWasmtime()), cacheDir };
});
afterAll(() => rmSync(cacheDir, { recursive: true, force: true }));

describe('precompileCached', () => {
  it('compiles once and finds the result again', async () => {
    const first = await precompileCached(wt, hello, host);
    const second = await precompileCached(wt, hello, host);
    expect([first.cacheHit, second.cacheHit]).toEqual([false, true]);
    expect(second.path).toBe(first.path);
    expect(second.bytes).toEqual(first.bytes);
  });

  it('makes a damaged entry anew, and says so', async () => {
    const first = await precompileCached(wt, hello, host);
    writeFileSync(first.path, 'damaged');
    const notices: string[] = [];
    const second = await precompileCached(wt, hello, host, { notice: (text) => notices.push(text) });
    expect(second.cacheHit).toBe(false);
    expect(second.bytes).toEqual(first.bytes);
    expect(notices).toEqual(['a damaged entry of the cache is compiled again']);
  });

  it('survives several compilations at once and leaves no temporary files', async () => {
    const exit7 = Buffer.from(PROGRAMS.exit7);
    let started = 0;
    const onStart = () => started++;
    const all = await Promise.all([1, 2, 3].map(() => precompileCached(wt, exit7, host, { onStart })));
    expect(new Set(all.map((one) => one.path)).size).toBe(1);
    // Those that want the same get it from one compilation.
    expect(started).toBe(1);
    expect(readdirSync(join(cacheDir, 'cwasm')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('keeps what another wasmtime made apart, of the same version too', async () => {
    const mine = await precompileCached(wt, hello, host);
    const other = await precompileCached({ ...wt, identity: 'another' }, hello, host);
    expect(other.cacheHit).toBe(false);
    expect(dirname(other.path)).not.toBe(dirname(mine.path));
    expect((await precompileCached(wt, hello, host)).cacheHit).toBe(true);
  });

  it('refuses a module that is not valid, and keeps nothing', async () => {
    const before = readdirSync(join(cacheDir, 'cwasm'));
    const broken = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 99);
    await expect(precompile(wt, broken, host)).rejects.toMatchObject({ name: 'UserError', code: 'E121' });
    expect(readdirSync(join(cacheDir, 'cwasm'))).toEqual(before);
  });

  it('drops entries that nobody used for two weeks', async () => {
    const old = await precompileCached(wt, Buffer.from(PROGRAMS.divide), host);
    utimesSync(dirname(old.path), 1, 1);
    utimesSync(join(cacheDir, 'cwasm', '.pruned'), 1, 1);
    await precompileCached(wt, Buffer.from(PROGRAMS.trap), host);
    expect(readdirSync(join(cacheDir, 'cwasm'))).not.toContain(dirname(old.path).split(/[\\/]/).at(-1));
  });
});

it('precompile gives every target its own code, the same bytes each time', async () => {
  const fresh = mkdtempSync(join(tmpdir(), 'compile-again-'));
  try {
    const seen = new Set<string>();
    for (const target of TARGETS) {
      const bytes = Buffer.from(await precompile(wt, hello, target));
      expect(bytes.equals(Buffer.from(await precompile({ ...wt, cacheDir: fresh }, hello, target)))).toBe(true);
      seen.add(bytes.toString('latin1'));
    }
    expect(seen.size).toBeGreaterThanOrEqual(TARGETS.length - 1);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
});

// A copy of so many bytes, if the size is a constant, ends wasmtime 48 for riscv64, which has no vectors to be sure of.
it.each(TARGETS.map((t) => [t.name, t] as const))('%s: a list of constants compiles', async (_, target) => {
  const text = 'print([1, 2, 3, 4, 5, 6, 7, 8])\n';
  const { wasm } = compile([{ path: 'list.mochi', text }], { mode: 'run' });
  expect((await precompile(wt, wasm!, target)).length).toBeGreaterThan(1000);
});
