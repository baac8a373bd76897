/** What a check must not wait for: the bundle's chunks that are loaded before work begins. */
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { OPTIONS } from '../../scripts/build.mjs';

/** The sources in the chunks that load with `entry`, without those that are imported later. */
async function loadedWith(entry: string): Promise<{ inputs: string[]; bytes: number; node: string[] }> {
  const { metafile } = await build({
    entryPoints: ['src/action/main.ts'],
    outdir: 'unused',
    ...OPTIONS,
    metafile: true,
    write: false,
    logLevel: 'error',
  });
  const first = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint === entry)?.[0];
  const seen = new Set<string>();
  const node = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { path: next, kind, external } of metafile.outputs[path]?.imports ?? []) {
      if (kind !== 'import-statement') continue;
      if (external) node.add(next);
      else visit(next);
    }
  };
  visit(first ?? '');
  const outputs = [...seen].map((path) => metafile.outputs[path]!);
  return {
    inputs: outputs.flatMap((output) => Object.keys(output.inputs)),
    bytes: outputs.reduce((sum, output) => sum + output.bytes, 0),
    node: [...node],
  };
}

describe('before work begins', () => {
  it('the entry loads next to nothing', async () => {
    const { inputs, bytes } = await loadedWith('src/action/main.ts');
    expect(inputs.filter((path) => path.includes('node_modules'))).toEqual([]);
    expect(bytes).toBeLessThan(40_000);
  });

  it('outputs and the summary load no client of HTTP', async () => {
    const { inputs, bytes, node } = await loadedWith('src/action/core.ts');
    expect(inputs.some((path) => path.includes('@actions/core/lib/core.js'))).toBe(true);
    expect(inputs.filter((path) => /undici|http-client/.test(path))).toEqual([]);
    expect(node.filter((name) => /^(?:node:)?https?$/.test(name))).toEqual([]);
    expect(bytes).toBeLessThan(30_000);
  });

  it('a check loads no package, no compiler and no client of GitHub', async () => {
    const { inputs, bytes, node } = await loadedWith('src/action/run.ts');
    expect(node.filter((name) => /^(?:node:)?https?$/.test(name))).toEqual([]);
    expect(inputs).toContain('src/project/tasks.ts');
    expect(
      inputs.filter((path) => /node_modules|src\/(?:compiler|release\/github|package\/assemble)/.test(path)),
    ).toEqual([]);
    expect(bytes).toBeLessThan(150_000);
  });
});
