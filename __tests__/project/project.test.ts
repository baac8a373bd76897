import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildProgram, customSection, lineTableOf } from '../../src/project/build.ts';
import { findSources, loadInputs } from '../../src/project/project.ts';
import { readProgram, recordedPath, shownPath } from '../../src/project/source.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'project-test-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, content: string | Uint8Array = ''): string {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, content);
  return full;
}

describe('loadInputs', () => {
  it('reads a folder with mochi.toml', async () => {
    put(
      'mochi.toml',
      '[package]\nname = "p"\nversion = "1.0.0"\n[wasm]\nmain = "m.mochi"\n[wasm.launcher]\ndirs = ["."]',
    );
    put('m.mochi');
    put('t/a_test.mochi');
    expect(await loadInputs([root])).toMatchObject({
      root,
      name: 'p',
      version: '1.0.0',
      programs: [{ name: 'p', path: join(root, 'm.mochi') }],
      tests: [join(root, 'm.mochi'), join(root, 't/a_test.mochi')],
      targets: 'default',
      capabilities: { dirs: ['.'], env: [] },
    });
  });

  it('finds src/main.mochi by itself, and names the package like the folder', async () => {
    put('my app/mochi.toml');
    put('my app/src/main.mochi');
    const project = await loadInputs([join(root, 'my app')]);
    expect(project.programs).toEqual([{ name: 'my-app', path: join(root, 'my app/src/main.mochi') }]);
  });

  it('makes a program of every file', async () => {
    const project = await loadInputs(['x/a.mochi', 'b.mochi', '-']);
    expect(project.programs.map((p) => p.name)).toEqual(['a', 'b', 'stdin']);
    expect(project.capabilities).toEqual({ dirs: [], env: [] });
  });

  it.each([
    [['a.mochi', 'd/A.mochi'], 'E214'],
    [['-', '-'], 'E213'],
  ])('refuses %j', async (inputs, code) => {
    await expect(loadInputs(inputs)).rejects.toMatchObject({ code, exit: 2 });
  });

  it('refuses a folder beside other inputs', async () => {
    await expect(loadInputs(['a.mochi', root])).rejects.toMatchObject({ code: 'E213', exit: 2 });
  });

  it('refuses a folder without mochi.toml, and one whose program is missing', async () => {
    await expect(loadInputs([root])).rejects.toMatchObject({ code: 'E210', exit: 1 });
    put('mochi.toml');
    await expect(loadInputs([root])).rejects.toMatchObject({
      code: 'E215',
      message: expect.stringContaining('no src/main'),
    });
    put('mochi.toml', '[wasm]\nmain = "none.mochi"');
    await expect(loadInputs([root])).rejects.toMatchObject({
      code: 'E215',
      message: expect.stringContaining('none.mochi'),
    });
  });
});

describe('findSources', () => {
  it('finds tests and sources of a folder without mochi.toml', async () => {
    put('a.mochi');
    put('d/a_test.mochi');
    expect((await findSources([root], 'tests')).tests).toEqual([join(root, 'd/a_test.mochi')]);
    expect((await findSources([root], 'sources')).tests).toEqual([join(root, 'a.mochi'), join(root, 'd/a_test.mochi')]);
  });

  it('takes files as they are, once each', async () => {
    expect((await findSources(['b.mochi', 'a.mochi', 'b.mochi'], 'tests')).tests).toEqual(['b.mochi', 'a.mochi']);
  });

  it('refuses a folder with nothing in it', async () => {
    await expect(findSources([root], 'sources')).rejects.toMatchObject({ code: 'E210' });
  });
});

describe('readProgram', () => {
  it('drops a byte order mark, and takes an empty file', async () => {
    expect(await readProgram(put('a.mochi', '\ufeffprint(1)'))).toMatchObject({ kind: 'source', text: 'print(1)' });
    expect(await readProgram(put('b.mochi', ''))).toMatchObject({ kind: 'source', text: '' });
  });

  it('knows a module by its first bytes', async () => {
    const bytes = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
    expect((await readProgram(put('m', bytes))).kind).toBe('wasm');
  });

  it.each<[string, string | Uint8Array, object]>([
    [
      'Latin-1 text',
      Buffer.from('print("caf\xe9")', 'latin1'),
      { code: 'E208', message: expect.stringContaining('byte 10 ') },
    ],
    ['a sequence that is cut off', Buffer.from('ab\xe2\x82', 'latin1'), { code: 'E208' }],
    ['a zero byte', 'print(1)\nx\0', { code: 'E208', message: expect.stringContaining('line 2 holds a zero byte') }],
    ['machine code', Buffer.from('\x7fELF....', 'latin1'), { code: 'E207' }],
  ])('refuses %s', async (_what, content, error) => {
    await expect(readProgram(put('x.mochi', content))).rejects.toMatchObject({ name: 'UserError', exit: 1, ...error });
  });

  it('refuses a folder and a missing file', async () => {
    await expect(readProgram(root)).rejects.toMatchObject({ code: 'E206' });
    await expect(readProgram(join(root, 'none.mochi'))).rejects.toMatchObject({ code: 'E201' });
  });
});

describe('paths', () => {
  it('are recorded relative to the root, or by name when they are elsewhere', () => {
    expect(recordedPath('a/b/c.mochi', 'a')).toBe('b/c.mochi');
    expect(recordedPath('../x.mochi', '.')).toBe('x.mochi');
    expect(recordedPath(join(root, 'x.mochi'), '.')).toBe('x.mochi');
  });

  it('are shown without a leading ./', () => {
    expect(shownPath('./a/./b')).toBe('a/./b');
    expect(shownPath('.')).toBe('.');
  });
});

describe('buildProgram', () => {
  it('compiles, and finds the line table in the module again', async () => {
    const built = await buildProgram(put('a.mochi', 'print(1)\n\ntest "t" { expect true }\n'), { mode: 'run', root });
    expect(built.diagnostics).toEqual([]);
    expect(built.tests).toEqual([{ name: 't', line: 3 }]);
    expect(lineTableOf(built.wasm!)).toEqual(built.lineTable);
    expect(built.lineTable?.files).toContain('a.mochi');
    const again = await buildProgram(put('a.wasm', built.wasm!), { mode: 'run' });
    expect(again.lineTable).toEqual(built.lineTable);
  });

  it('gives diagnostics with the path as it is shown', async () => {
    const path = put('bad.mochi', 'let = 3');
    const built = await buildProgram(path, { mode: 'run', root });
    expect(built.wasm).toBeUndefined();
    expect(built.diagnostics.length).toBeGreaterThan(0);
    expect(built.sources[0]?.path).toBe(path);
  });

  it('refuses to test a module', async () => {
    const path = put('a.wasm', Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    await expect(buildProgram(path, { mode: 'test' })).rejects.toMatchObject({ code: 'E209' });
  });

  it('finds no section in malformed modules', () => {
    const head = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
    for (const rest of [[], [0], [0, 200], [0, 3, 9, 1, 1], [1, 0]]) {
      expect(customSection(Uint8Array.from([...head, ...rest]), 'x')).toBeUndefined();
    }
    expect(customSection(Uint8Array.from([...head, 0, 3, 1, 0x78, 7]), 'x')).toEqual(Uint8Array.of(7));
  });
});
