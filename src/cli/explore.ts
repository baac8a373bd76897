import { EXIT } from '../diagnostics/user-error.ts';
import { buildProgram } from '../project/build.ts';
import { loadInputs } from '../project/project.ts';
import { exploreProgram } from '../project/tasks-try.ts';
import { last } from './arguments.ts';
import { type Output, printDiagnostics, printJson, recordsOf } from './output.ts';
import { getWasmtime, type WasmtimeFlags } from './wasmtime.ts';

/** `explore`: pages that show each program's WebAssembly beside the machine code that wasmtime makes of it. */
export async function explore(
  inputs: readonly string[],
  flags: WasmtimeFlags & { readonly outDir?: string | string[] },
  out: Output,
): Promise<number> {
  const project = await loadInputs(inputs);
  const wasmtime = getWasmtime(flags, out, 'compile', project.wasmtime);
  wasmtime.catch(() => undefined);
  const pages: string[] = [];
  for (const { name, path } of project.programs) {
    const built = await buildProgram(path, { mode: 'run', root: project.root });
    if (built.wasm === undefined) {
      if (out.json) printJson(out, { ok: false, diagnostics: await recordsOf(built.diagnostics, built.sources) });
      else await printDiagnostics(out, built.diagnostics, built.sources);
      return EXIT.failed;
    }
    pages.push(await exploreProgram(await wasmtime, name, built.wasm, last(flags.outDir) ?? 'explore'));
  }
  if (out.json) printJson(out, { ok: true, pages });
  else for (const page of pages) out.print(`${page}\n`);
  return EXIT.ok;
}
