import { userError } from '../diagnostics/user-error.ts';
import { buildProgram } from '../project/build.ts';
import { loadInputs } from '../project/project.ts';
import { runModule } from '../toolchain/run.ts';
import { type CapabilityFlags, capabilities } from './capabilities.ts';
import { type Output, printDiagnostics, printJson, recordsOf } from './output.ts';
import { getWasmtime, type WasmtimeFlags } from './wasmtime.ts';

interface RunFlags extends WasmtimeFlags, CapabilityFlags {
  readonly strict?: boolean;
  readonly optimise?: boolean;
  readonly gcStress?: boolean;
  readonly '--'?: readonly string[];
}

/** `run`: compiles and runs the programs one after the other; stops at the first whose status is not 0. */
export async function run(inputs: readonly string[], flags: RunFlags, out: Output): Promise<number> {
  const project = await loadInputs(inputs).catch(explainExtraWord(inputs));
  const wasmtime = getWasmtime(flags, out, 'run', project.wasmtime);
  // Awaited below; an error in the program comes first.
  wasmtime.catch(() => undefined);
  const { dirs, env } = capabilities(flags, project.capabilities.env);
  for (const program of project.programs) {
    const built = await buildProgram(program.path, {
      mode: 'run',
      strict: flags.strict,
      optimise: flags.optimise,
      gcStress: flags.gcStress,
      root: project.root,
    }).catch(explainExtraWord(inputs));
    if (built.wasm === undefined) {
      if (out.json) printJson(out, { ok: false, diagnostics: await recordsOf(built.diagnostics, built.sources) });
      else await printDiagnostics(out, built.diagnostics, built.sources);
      return 1;
    }
    const result = await runModule(await wasmtime, {
      wasm: built.wasm,
      lineTable: built.lineTable,
      args: flags['--'],
      name: built.shown,
      dirs,
      env,
      stdin: program.path === '-' ? 'ignore' : 'inherit',
      notice: out.notice,
    });
    // Ends as the program ended, so that a shell sees the signal too.
    if (result.signal !== undefined) process.kill(process.pid, result.signal);
    if (result.status !== 0) return result.status;
  }
  return 0;
}

/** A second word that is no file was probably meant for the program. */
function explainExtraWord(inputs: readonly string[]): (error: unknown) => never {
  return (error) => {
    const [first, second] = inputs;
    if (second !== undefined && error instanceof Error && error.message === `there is no file ${second}`) {
      throw userError('E201', error.message, `To hand it to the program, write: run ${first} -- ${second}`);
    }
    throw error;
  };
}
