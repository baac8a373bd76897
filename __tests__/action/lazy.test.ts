/** What a check must not wait for: the bundle's chunks that are loaded before work begins. */
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

/** The sources in the chunks that load with `entry`, without those that are imported later. */
async function loadedWith(entry: string): Promise<{ inputs: string[]; bytes: number }> {
  const { metafile } = await build({
    entryPoints: ['src/action/main.ts'],
    outdir: 'unused',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    external: ['ajv', 'ajv-formats', 'ajv-formats-draft2019', 'libxmljs2', 'xmlbuilder2'],
    metafile: true,
    write: false,
    logLevel: 'error',
  });
  const first = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint === entry)?.[0];
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const { path: next, kind, external } of metafile.outputs[path]?.imports ?? []) {
      if (kind === 'import-statement' && !external) visit(next);
    }
  };
  visit(first ?? '');
  const outputs = [...seen].map((path) => metafile.outputs[path]!);
  return {
    inputs: outputs.flatMap((output) => Object.keys(output.inputs)),
    bytes: outputs.reduce((sum, output) => sum + output.bytes, 0),
  };
}

describe('before work begins', () => {
  it('the entry loads next to nothing', async () => {
    const { inputs, bytes } = await loadedWith('src/action/main.ts');
    expect(inputs.filter((path) => path.includes('node_modules'))).toEqual([]);
    expect(bytes).toBeLessThan(40_000);
  });

  it('a check loads no package, no compiler and no client of GitHub', async () => {
    const { inputs, bytes } = await loadedWith('src/action/run.ts');
    expect(inputs).toContain('src/project/tasks.ts');
    expect(
      inputs.filter((path) => /node_modules|src\/(?:compiler|release\/github|package\/assemble)/.test(path)),
    ).toEqual([]);
    expect(bytes).toBeLessThan(150_000);
  });
});
