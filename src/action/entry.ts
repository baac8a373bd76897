/** The action from its start to its exit status: everything that takes time to load is loaded by what needs it. */
import { isUserError } from '../diagnostics/user-error.ts';
import { annotate } from '../report/annotations.ts';
import { readContext, resolveCommand } from './context.ts';
import { readInputs } from './inputs.ts';
import type { Runner } from './runner.ts';

/** Exit status for a bug in this program (EX_SOFTWARE of sysexits.h). */
const BUG = 70;

/** Runs the action; gives the exit status. A UserError becomes one annotation; anything else is a bug and says so. */
export async function main(runner: Runner): Promise<number> {
  try {
    const inputs = readInputs(runner.env);
    const context = await readContext(runner.env);
    const command = resolveCommand(inputs.command, context, inputs.from.length > 0 ? 'package' : 'check');
    const { run } = await import('./run.ts');
    return await run({ runner, inputs, context, command });
  } catch (error) {
    if (isUserError(error)) {
      runner.write(annotate('error', error.code, `${error.message}\n${error.fix}`));
      return error.exit;
    }
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    runner.write(annotate('error', 'this is a bug in mochi-wasm-action', `please report it:\n${stack}`));
    return BUG;
  }
}
