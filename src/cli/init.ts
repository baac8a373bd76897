import { EXIT, userError } from '../diagnostics/user-error.ts';
import { initProject } from '../project/init.ts';
import { last } from './arguments.ts';
import { type CommonOptions, type Output, printJson } from './output.ts';

/** `init`: the files of a new project. */
export async function init(
  inputs: readonly string[],
  flags: CommonOptions & { readonly name?: string | string[]; readonly workflow?: boolean },
  out: Output,
): Promise<number> {
  const [folder = '.', ...others] = inputs;
  if (others.length > 0) throw userError('E100', 'init takes one folder', 'Write: mochi-wasm init hello', EXIT.usage);
  const files = await initProject(folder, { name: last(flags.name), workflow: flags.workflow !== false });
  if (out.json) printJson(out, { ok: true, files });
  else if (!out.quiet) {
    out.print(files.map((file) => `made ${file}\n`).join(''));
    const where = folder === '.' ? '' : ` ${folder}`;
    out.print(`Try it: mochi-wasm run${where}, mochi-wasm test${where}\n`);
  }
  return EXIT.ok;
}
