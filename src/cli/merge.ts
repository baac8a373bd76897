import { join } from 'node:path';
import { EXIT, userError } from '../diagnostics/user-error.ts';
import { findParts, mergePackages } from '../package/merge.ts';
import { last } from './arguments.ts';
import { bytes, type CommonOptions, type Output, printJson, table } from './output.ts';

/** `merge`: one package out of several, which jobs made for targets of their own. */
export async function merge(
  inputs: readonly string[],
  flags: CommonOptions & { readonly outDir?: string | string[]; readonly tag?: string | string[] },
  out: Output,
): Promise<number> {
  if (inputs.length === 0) {
    throw userError('E100', 'merge takes folders that package made', 'Write: mochi-wasm merge parts', EXIT.usage);
  }
  const outDir = last(flags.outDir) ?? 'out';
  const parts = await findParts(inputs);
  const manifest = await mergePackages(parts, { outDir, tag: last(flags.tag)?.replace(/^refs\/tags\//, '') });
  if (out.json) printJson(out, { ok: true, outDir, parts, manifest });
  else if (!out.quiet) {
    const rows = manifest.files.map((file) => [join(outDir, file.name), bytes(file.size)]);
    out.print(table(rows, [1]));
  }
  return EXIT.ok;
}
