/** IR modules from sources in the system dialect, for tests of single passes. */
import { emptyModule, type Module } from '../../src/ir/ir.ts';
import { lintModule } from '../../src/ir/lint.ts';
import { printFunc } from '../../src/ir/print.ts';
import { reach } from '../../src/ir/reach.ts';
import { createRuntime } from '../../src/ir/system/system.ts';

/** Marks functions as the user's: they keep their frames, so nothing inlines them. */
export type UserFuncs = readonly string[];

/** The module that `names` (the exports) reach in a source. */
export function moduleOf(source: string, names: readonly string[], user: UserFuncs = []): Module {
  const runtime = createRuntime({ 'test.mochi': source }, { gcStress: false });
  const module = emptyModule();
  for (const name of names) module.exports.set(name, `rt.${name}`);
  const reached = reach(module, runtime);
  for (const name of user) {
    const func = reached.funcs.get(`rt.${name}`)!;
    reached.funcs.set(func.name, { ...func, display: name });
  }
  return reached;
}

/** The text of one function after some passes, which must leave the module well formed. */
export function textAfter(
  source: string,
  name: string,
  passes: readonly ((module: Module) => Module)[],
  options: { readonly exports?: readonly string[]; readonly user?: UserFuncs } = {},
): string {
  let module = moduleOf(source, options.exports ?? [name], options.user ?? []);
  for (const pass of passes) {
    module = pass(module);
    const problems = lintModule(module);
    if (problems.length > 0) throw new Error(problems.join('\n'));
  }
  return printFunc(module.funcs.get(`rt.${name}`)!);
}
