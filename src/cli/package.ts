import { join } from 'node:path';
import { EXIT, userError } from '../diagnostics/user-error.ts';
import { INSTALLER_KINDS, type InstallerKind } from '../package/installers.ts';
import { findSource } from '../project/origin.ts';
import { loadInputs } from '../project/project.ts';
import { packageProject, sourceDateEpoch } from '../project/tasks-package.ts';
import { parseTargets } from '../toolchain/targets.ts';
import { last } from './arguments.ts';
import { parseKinds } from './build.ts';
import { bytes, type Output, printDiagnostics, printJson, recordsOf, table } from './output.ts';
import { getWasmtime, type WasmtimeFlags } from './wasmtime.ts';

interface PackageFlags extends WasmtimeFlags {
  readonly emit?: string | string[];
  readonly targets?: string | string[];
  readonly outDir?: string | string[];
  readonly name?: string | string[];
  readonly packageVersion?: string | string[];
  readonly repository?: string | string[];
  readonly tag?: string | string[];
  readonly installers?: string | string[];
  readonly sourceDateEpoch?: string | string[];
  readonly sbom?: boolean;
  readonly strict?: boolean;
}

/** The version of programs whose package says none: single files, mostly. */
const NO_VERSION = '0.0.0';

/** `package`: makes all files of a release in one folder, by the same function as the action. */
export async function makePackage(inputs: readonly string[], flags: PackageFlags, out: Output): Promise<number> {
  const kinds = parseKinds(last(flags.emit) ?? 'wasm,cwasm,exe', ['wasm', 'cwasm', 'exe']);
  const given = last(flags.installers);
  const installers = given === undefined ? undefined : parseInstallers(given);
  const project = await loadInputs(inputs);
  const targets = parseTargets(last(flags.targets) ?? project.targets);
  const name = last(flags.name) ?? project.name;
  const version = last(flags.packageVersion) ?? project.version ?? NO_VERSION;
  const epoch = last(flags.sourceDateEpoch) ?? process.env.SOURCE_DATE_EPOCH;
  const outDir = last(flags.outDir) ?? 'out';
  const source = await findSource(project.root, process.env, {
    name,
    version,
    repository: last(flags.repository),
    tag: last(flags.tag),
  });

  const { programs, manifest } = await packageProject(
    project,
    () => getWasmtime(flags, out, 'compile', project.wasmtime),
    {
      targets,
      emit: { wasm: kinds.includes('wasm'), cwasm: kinds.includes('cwasm'), exe: kinds.includes('exe') },
      sbom: flags.sbom !== false,
      strict: flags.strict,
      outDir,
      name,
      version,
      source,
      installers,
      epoch: await sourceDateEpoch(project.root, epoch),
      onProgress: (done, of, what) => out.progress(`${what} (${done} of ${of})`),
    },
  );
  const reports: object[] = [];
  for (const { diagnostics, sources } of programs) {
    if (out.json) reports.push(...(await recordsOf(diagnostics, sources)));
    else await printDiagnostics(out, diagnostics, sources);
  }
  if (manifest === undefined) {
    if (out.json) printJson(out, { ok: false, diagnostics: reports });
    return EXIT.failed;
  }
  if (out.json) {
    printJson(out, { ok: true, outDir, manifest });
    return EXIT.ok;
  }
  for (const target of manifest.targets) {
    for (const [program, made] of Object.entries(target.executables)) {
      if (made.status === 'none' && kinds.includes('exe'))
        out.notice(`${target.name}: no executable of ${program}: ${made.reason}`);
    }
  }
  if (source === undefined && installers !== undefined && installers.length > 0)
    out.notice('no installers: nothing says where the release is published; use --repository OWNER/NAME');
  if (!out.quiet)
    out.print(
      table(
        manifest.files.map((file) => [join(outDir, file.name), bytes(file.size)]),
        [1],
      ),
    );
  return EXIT.ok;
}

/** A list such as `sh,ps1`, or `none`. */
function parseInstallers(text: string): InstallerKind[] {
  if (text === 'none') return [];
  return text.split(',').map((word) => {
    const kind = INSTALLER_KINDS.find((one) => one === word.trim());
    if (kind !== undefined) return kind;
    throw userError(
      'E106',
      `'${word}' is no kind of installer`,
      `write none, or a list of ${INSTALLER_KINDS.join(', ')}`,
      EXIT.usage,
    );
  });
}
