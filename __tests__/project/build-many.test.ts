/** Programs that several threads compile come out as those of one, in order. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Built, buildProgram } from '../../src/project/build.ts';
import { buildPrograms } from '../../src/project/build-many.ts';

let root: string;
const put = (name: string, text: string): string => {
  const path = join(root, name);
  writeFileSync(path, text);
  return path;
};
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'build-many-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function all(paths: readonly string[], most: number): Promise<Built[]> {
  const built: Built[] = [];
  for await (const one of buildPrograms(paths, { mode: 'run', root }, { most })) built.push(one);
  return built;
}

describe('buildPrograms', () => {
  it('gives on threads what buildProgram gives, in order', async () => {
    const paths = Array.from({ length: 9 }, (_, i) => put(`p${i}.mochi`, `let x = ${i}\nprint(x * 2)\n`));
    paths.push(put('tests.mochi', 'test "one" { expect 1 + 1 == 2 }\n\ntest "two" { expect true }\n'));
    paths.push(put('wrong.mochi', 'print(missing)\nlet y: int = "text"\n'));
    const expected: Built[] = [];
    for (const path of paths) {
      const { result: _result, ...rest } = await buildProgram(path, { mode: 'run', root });
      expected.push(rest);
    }
    const built = await all(paths, 2);
    expect(built).toEqual(expected);
    expect(built.every((one) => one.result === undefined)).toBe(true);
  });

  it('takes few programs itself, and ready-made modules anywhere', async () => {
    const source = put('few.mochi', 'print(1)\n');
    const [own] = await all([source], 4);
    expect(own!.result).toBeDefined();
    const module = put('ready.wasm', '');
    writeFileSync(module, own!.wasm!);
    const mixed = await all([...Array.from({ length: 8 }, () => source), module], 2);
    expect(mixed.map((one) => one.wasm!.length)).toEqual(mixed.map(() => own!.wasm!.length));
  });

  it('fails at the program that cannot be read, after giving those before it', async () => {
    const good = put('good.mochi', 'print(1)\n');
    const paths = [good, good, good, join(root, 'absent.mochi'), good, good, good, good];
    const built: Built[] = [];
    const run = async () => {
      for await (const one of buildPrograms(paths, { mode: 'run', root }, { most: 2 })) built.push(one);
    };
    await expect(run()).rejects.toMatchObject({ name: 'UserError' });
    expect(built.length).toBe(3);
    const codes: string[][] = [];
    for await (const one of buildPrograms(paths, { mode: 'run', root }, { most: 2, tolerant: true })) {
      codes.push(one.diagnostics.map((d) => d.code));
    }
    expect(codes.map((list) => list.length)).toEqual([0, 0, 0, 1, 0, 0, 0, 0]);
  });
});
