import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EXIT, userError } from '../diagnostics/user-error.ts';
import { assemble, type ProgramInput } from '../package/assemble.ts';
import { buildProgram } from '../project/build.ts';
import { loadInputs, type Project } from '../project/project.ts';
import { precompile } from '../toolchain/compile.ts';
import { capture } from '../toolchain/process.ts';
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
  readonly sourceDateEpoch?: string | string[];
  readonly sbom?: boolean;
  readonly strict?: boolean;
}

/** 1980-01-01, the first date that every archive format can hold. */
const FIRST_DATE = 315_532_800;

/** Files of a project that every archive holds. */
const EXTRA_FILES = ['README.md', 'README', 'LICENSE', 'LICENSE.md', 'LICENSE.txt'];

/** `package`: makes all files of a release in one folder. */
export async function makePackage(inputs: readonly string[], flags: PackageFlags, out: Output): Promise<number> {
  const kinds = parseKinds(last(flags.emit) ?? 'wasm,cwasm,exe', ['wasm', 'cwasm', 'exe']);
  const project = await loadInputs(inputs);
  const targets = parseTargets(last(flags.targets) ?? project.targets);
  const epoch = await sourceDate(last(flags.sourceDateEpoch), project.root);
  const wasmtime = getWasmtime(flags, out, 'compile', project.wasmtime);
  wasmtime.catch(() => undefined);
  const programs: ProgramInput[] = [];
  const reports: object[] = [];
  for (const { name, path } of project.programs) {
    const built = await buildProgram(path, { mode: 'run', strict: flags.strict, root: project.root });
    if (out.json) reports.push(...(await recordsOf(built.diagnostics, built.sources)));
    else await printDiagnostics(out, built.diagnostics, built.sources);
    if (built.wasm === undefined) continue;
    programs.push({ name, wasm: built.wasm, lineTable: built.lineTable, capabilities: project.capabilities });
  }
  if (programs.length < project.programs.length) {
    if (out.json) printJson(out, { ok: false, diagnostics: reports });
    return EXIT.failed;
  }
  const wt = await wasmtime;
  const outDir = last(flags.outDir) ?? 'out';
  const manifest = await assemble({
    name: last(flags.name) ?? project.name,
    version: last(flags.packageVersion) ?? project.version ?? '0.0.0',
    programs,
    targets,
    wasmtimeVersion: wt.version,
    precompile: (wasm, target) => precompile(wt, wasm, target),
    epoch,
    extraFiles: await extraFiles(project),
    emit: { wasm: kinds.includes('wasm'), cwasm: kinds.includes('cwasm'), exe: kinds.includes('exe') },
    sbom: flags.sbom !== false,
    license: project.license,
    onProgress: (done, of, what) => out.progress(`${what} (${done} of ${of})`),
    outDir,
  });
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
  if (!out.quiet)
    out.print(
      table(
        manifest.files.map((file) => [join(outDir, file.name), bytes(file.size)]),
        [1],
      ),
    );
  return EXIT.ok;
}

/**
 * The date of files in archives, in seconds since 1970: the option, SOURCE_DATE_EPOCH, the last commit of the project, or
 * the first date archives can hold. Never the clock, so that the same sources give the same bytes.
 */
export async function sourceDate(option: string | undefined, root: string): Promise<number> {
  const given = option ?? process.env.SOURCE_DATE_EPOCH;
  if (given !== undefined && given !== '') {
    if (!/^\d{1,11}$/.test(given)) {
      throw userError(
        'E110',
        `'${given}' is not a number of seconds since 1970`,
        'Write one like 1767225600.',
        EXIT.usage,
      );
    }
    return Math.max(Number(given), FIRST_DATE);
  }
  const git = await capture('git', ['-C', root, 'log', '-1', '--format=%ct'], { timeoutMs: 10_000 });
  const seconds = Number.parseInt(git.stdout.toString('utf8'), 10);
  return git.status === 0 && seconds > FIRST_DATE ? seconds : FIRST_DATE;
}

async function extraFiles(project: Project): Promise<{ path: string; data: Uint8Array; executable: boolean }[]> {
  if (project.configFile === undefined) return [];
  const found: { path: string; data: Uint8Array; executable: boolean }[] = [];
  for (const path of EXTRA_FILES) {
    const data = await readFile(join(project.root, path)).catch(() => undefined);
    if (data !== undefined) found.push({ path, data, executable: false });
  }
  return found;
}
