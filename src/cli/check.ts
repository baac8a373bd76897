import { buildPrograms } from '../project/build-many.ts';
import { findSources } from '../project/project.ts';
import { type CommonOptions, type Output, printDiagnostics, printJson, recordsOf } from './output.ts';

/** `check`: compiles every file and reports what is wrong; status 1 if anything is an error. */
export async function check(
  inputs: readonly string[],
  flags: CommonOptions & { strict?: boolean },
  out: Output,
): Promise<number> {
  const project = await findSources(inputs, 'sources');
  const files: { file: string; diagnostics: readonly object[] }[] = [];
  let errors = 0;
  let warnings = 0;
  const { tests: paths } = project;
  let done = 0;
  const progress = (): void => {
    if (done < paths.length) out.progress(`checking ${paths[done]} (${done + 1} of ${paths.length})`);
  };
  progress();
  const options = { mode: 'run', strict: flags.strict, root: project.root } as const;
  for await (const built of buildPrograms(paths, options, { tolerant: paths.length > 1 })) {
    done++;
    progress();
    errors += built.diagnostics.filter((d) => d.severity === 'error').length;
    warnings += built.diagnostics.filter((d) => d.severity === 'warning').length;
    if (out.json) files.push({ file: built.shown, diagnostics: await recordsOf(built.diagnostics, built.sources) });
    else await printDiagnostics(out, built.diagnostics, built.sources);
  }
  if (out.json) printJson(out, { ok: errors === 0, errors, warnings, files });
  else if (!out.quiet) {
    out.print(`${plural(paths.length, 'file')}: ${plural(errors, 'error')}, ${plural(warnings, 'warning')}\n`);
  }
  return errors === 0 ? 0 : 1;
}

/** `1 file`, `2 files`. */
export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
