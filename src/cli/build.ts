import { join } from 'node:path';
import { EXIT, userError } from '../diagnostics/user-error.ts';
import type { BuildOptions, Built } from '../project/build.ts';
import { buildPrograms } from '../project/build-many.ts';
import { loadInputs, type Program, type Project } from '../project/project.ts';
import { precompile } from '../toolchain/compile.ts';
import { writeAtomic } from '../toolchain/files.ts';
import type { Wasmtime } from '../toolchain/install.ts';
import { hostTarget, parseTargets, type Target } from '../toolchain/targets.ts';
import { last } from './arguments.ts';
import { bytes, type Output, printDiagnostics, printJson, recordsOf, table } from './output.ts';
import { getWasmtime, type WasmtimeFlags } from './wasmtime.ts';

const KINDS = ['wasm', 'cwasm', 'exe', 'ast', 'ir', 'wat'] as const;
type Kind = (typeof KINDS)[number];

interface BuildFlags extends WasmtimeFlags {
  readonly emit?: string | string[];
  readonly targets?: string | string[];
  readonly out?: string | string[];
  readonly outDir?: string | string[];
  readonly strict?: boolean;
  readonly optimise?: boolean;
  readonly gcStress?: boolean;
}

/** One thing to write. */
interface Product {
  readonly file: string;
  readonly kind: Kind;
  readonly target?: string;
  readonly data: Uint8Array;
}

/** `build`: compiles every program first; only when all are well are files written. */
export async function build(inputs: readonly string[], flags: BuildFlags, out: Output): Promise<number> {
  const kinds = parseKinds(last(flags.emit) ?? 'wasm', KINDS);
  const project = await loadInputs(inputs);
  const targets = parseTargets(last(flags.targets) ?? 'host');
  const machine = kinds.includes('cwasm') || kinds.includes('exe');
  const wasmtime = machine ? getWasmtime(flags, out, 'compile', project.wasmtime) : undefined;
  wasmtime?.catch(() => undefined);
  const done: { program: Program; built: Built }[] = [];
  const reports: object[] = [];
  let failed = false;
  const { strict, optimise, gcStress } = flags;
  const paths = project.programs.map((program) => program.path);
  const options: BuildOptions = { mode: 'run', strict, optimise, gcStress, root: project.root };
  // The stages that can be printed stay in the thread that they were made in.
  const most = kinds.some((kind) => kind === 'ast' || kind === 'ir' || kind === 'wat') ? 1 : undefined;
  for await (const built of buildPrograms(paths, options, { most })) {
    const program = project.programs[done.length]!;
    failed ||= built.wasm === undefined && !astOnly(kinds, built);
    if (out.json) reports.push(...(await recordsOf(built.diagnostics, built.sources)));
    else await printDiagnostics(out, built.diagnostics, built.sources);
    done.push({ program, built });
  }
  if (failed) {
    if (out.json) printJson(out, { ok: false, diagnostics: reports });
    return EXIT.failed;
  }
  const products = await inOrder(
    done.flatMap(({ program, built }) =>
      kinds.map((kind) => make(kind, program, built, targets, project, wasmtime, out)),
    ),
  );
  const written = await write(products, flags, out);
  if (out.json) printJson(out, { ok: true, diagnostics: reports, files: written });
  else if (!out.quiet && written.length > 0) {
    out.print(
      table(
        written.map((file) => [file.path, bytes(file.size)]),
        [1],
      ),
    );
  }
  return EXIT.ok;
}

/** Reads a list of kinds; throws a UserError (exit 2) for an unknown one and for none. */
export function parseKinds<K extends string>(text: string, known: readonly K[]): K[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  for (const word of words) {
    if (!known.some((kind) => kind === word)) {
      throw userError('E106', `'${word}' cannot be emitted`, `Write some of: ${known.join(',')}.`, EXIT.usage);
    }
  }
  if (words.length === 0) {
    throw userError('E106', 'the list of what to emit is empty', `Write some of: ${known.join(',')}.`, EXIT.usage);
  }
  return known.filter((kind) => words.includes(kind));
}

/** A program that parses has a syntax tree, even if it does not compile. */
function astOnly(kinds: readonly Kind[], built: Built): boolean {
  return kinds.length === 1 && kinds[0] === 'ast' && built.diagnostics.every((d) => !d.code.startsWith('P'));
}

async function make(
  kind: Kind,
  program: Program,
  built: Built,
  targets: readonly Target[],
  project: Project,
  wasmtime: Promise<Wasmtime> | undefined,
  out: Output,
): Promise<Product[]> {
  const { name } = program;
  const { wasm, lineTable, result } = built;
  const text = (content: string | undefined, suffix: string): Product[] => {
    if (content !== undefined) return [{ file: `${name}.${suffix}`, kind, data: Buffer.from(content) }];
    if (result !== undefined) throw new Error(`the compiler gives no ${kind}`);
    throw userError('E107', `${built.shown} is a compiled module: it has no ${kind}`, 'Name the Mochi source.');
  };
  switch (kind) {
    case 'ast': {
      const { dumpAst } = await import('../syntax/dump.ts');
      return text(result?.program && dumpAst(result.program), 'ast');
    }
    case 'ir':
      return text(result?.ir?.(), 'ir');
    case 'wat':
      return text(result?.wat?.(), 'wat');
    case 'wasm':
      return [{ file: `${name}.wasm`, kind, data: wasm! }];
    case 'cwasm': {
      const wt = await wasmtime!;
      const major = Number.parseInt(wt.version, 10);
      return inOrder(
        targets.map(async (target) => {
          const data = await precompile(wt, wasm!, target, () => out.progress(`compiling ${name} for ${target.name}`));
          return [{ file: `${name}-wasmtime${major}-${target.name}.cwasm`, kind, target: target.name, data }];
        }),
      );
    }
    case 'exe': {
      const { findLauncher } = await import('../package/launchers.ts');
      const { makeExecutable } = await import('../package/payload.ts');
      const { encodeLines } = await import('../wasm/lines.ts');
      const wt = await wasmtime!;
      return inOrder(
        targets.map(async (target) => {
          const launcher = await findLauncher(target);
          if (launcher === undefined) throw noLauncher(target);
          const cwasm = await precompile(wt, wasm!, target, () => out.progress(`making ${name} for ${target.name}`));
          const data = makeExecutable(launcher.bytes, target, {
            cwasm,
            lines: lineTable === undefined ? undefined : encodeLines(lineTable),
            capabilities: project.capabilities,
            engine: wt.version,
          });
          const only = targets.length === 1 && target === hostTarget();
          const file = `${only ? name : `${name}-${target.name}`}${target.exeSuffix}`;
          return [{ file, kind, target: target.name, data }];
        }),
      );
    }
  }
}

/** What all jobs made, in their order; or the failure of the first that failed, when all have ended. */
async function inOrder(jobs: readonly Promise<Product[]>[]): Promise<Product[]> {
  const products: Product[] = [];
  for (const outcome of await Promise.allSettled(jobs)) {
    if (outcome.status === 'rejected') throw outcome.reason;
    products.push(...outcome.value);
  }
  return products;
}

function noLauncher(target: Target): Error {
  const fix =
    target === hostTarget() ? 'Build it with npm run launcher (needs Rust).' : 'Leave that target out of --targets.';
  return userError('E108', `there is no launcher for ${target.name}, so no executable can be made`, fix);
}

/** Writes the products: text of a single kind without --out or --out-dir goes to stdout. */
async function write(
  products: readonly Product[],
  flags: BuildFlags,
  out: Output,
): Promise<{ path: string; size: number; kind: Kind; target?: string }[]> {
  const file = last(flags.out);
  const folder = last(flags.outDir);
  if (file !== undefined && folder !== undefined) {
    throw userError('E109', '--out and --out-dir exclude each other', 'Leave one of them out.', EXIT.usage);
  }
  if (file !== undefined && products.length !== 1) {
    const names = products.map((product) => product.file).join(', ');
    throw userError(
      'E109',
      `--out takes one product, and these are ${products.length}: ${names}`,
      'Use --out-dir.',
      EXIT.usage,
    );
  }
  if (file === '-' && out.json) {
    throw userError('E109', '--out - and --json both write to stdout', 'Leave one of them out.', EXIT.usage);
  }
  const isText = products.every(({ kind }) => kind === 'ast' || kind === 'ir' || kind === 'wat');
  if (file === '-' || (file === undefined && folder === undefined && isText && !out.json)) {
    for (const { data } of products) process.stdout.write(data);
    return [];
  }
  const written: { path: string; size: number; kind: Kind; target?: string }[] = [];
  for (const product of products) {
    const path = file ?? join(folder ?? '.', product.file);
    await writeAtomic(path, product.data, product.kind === 'exe' ? 0o755 : 0o644);
    written.push({ path, size: product.data.length, kind: product.kind, target: product.target });
  }
  return written;
}
