import { EXIT, isUserError } from '../diagnostics/user-error.ts';
import { findLauncher } from '../package/launchers.ts';
import { buildProgram } from '../project/build.ts';
import { compileSources } from '../project/compiler.ts';
import { loadInputs } from '../project/project.ts';
import { cacheRoot } from '../toolchain/files.ts';
import { capture } from '../toolchain/process.ts';
import { runModule } from '../toolchain/run.ts';
import { hostTarget, TARGETS } from '../toolchain/targets.ts';
import { plural } from './check.ts';
import { type Output, printJson } from './output.ts';
import { getWasmtime, type WasmtimeFlags } from './wasmtime.ts';

/** One thing that was looked at. Only `bad` makes the command fail: without `missing` ones some things cannot be done. */
interface Finding {
  readonly name: string;
  readonly status: 'ok' | 'missing' | 'bad';
  readonly detail: string;
  readonly fix?: string;
}

/** `doctor`: whether everything that the other commands need is here, and what to do about what is not. */
export async function doctor(_inputs: readonly string[], flags: WasmtimeFlags, out: Output): Promise<number> {
  const findings: Finding[] = [];
  const look = async (name: string, finding: Promise<Omit<Finding, 'name'>>): Promise<void> => {
    out.progress(`looking at ${name}`);
    const found = await finding.catch((error: unknown) => {
      if (!isUserError(error)) throw error;
      return { status: 'bad', detail: error.message, fix: error.fix } as const;
    });
    findings.push({ name, ...found });
  };
  await look('node', node());
  await look('machine', machine());
  await look('wasmtime', wasmtime(flags, out));
  if (findings.at(-1)?.status === 'ok') await look('a program', program(flags, out));
  await look('launchers', launchers());
  await look('emulators', emulators());
  await look('git', git());
  await look('project', project());
  await look('token', token());
  const ok = findings.every((finding) => finding.status !== 'bad');
  if (out.json) printJson(out, { ok, findings });
  else {
    const width = Math.max(...findings.map((finding) => finding.name.length));
    const style = { ok: 'green', missing: 'yellow', bad: 'red' } as const;
    for (const { name, status, detail, fix } of findings) {
      if (out.quiet && status === 'ok') continue;
      out.print(`${out.paint('out', style[status], status.padEnd(7))}  ${name.padEnd(width)}  ${detail}\n`);
      if (fix !== undefined) out.print(`${' '.repeat(width + 11)}${fix}\n`);
    }
  }
  return ok ? EXIT.ok : EXIT.failed;
}

type Found = Promise<Omit<Finding, 'name'>>;

async function node(): Found {
  const major = Number.parseInt(process.versions.node, 10);
  const detail = `${process.versions.node}, ${process.platform} ${process.arch}`;
  return major >= 20 ? { status: 'ok', detail } : { status: 'bad', detail, fix: 'Install Node 20 or later.' };
}

async function machine(): Found {
  const host = hostTarget();
  if (host !== undefined) return { status: 'ok', detail: `${host.name}, tier ${host.tier} of wasmtime` };
  const detail = 'this machine is not one of the targets';
  return { status: 'missing', detail, fix: 'Programs can be compiled here, but executables of its own not be made.' };
}

async function wasmtime(flags: WasmtimeFlags, out: Output): Found {
  const { version, path, source, cacheHit } = await getWasmtime(flags, out, 'compile');
  return {
    status: 'ok',
    detail: `${version} from ${source}${cacheHit ? ', cached' : ''}: ${path} (cache: ${cacheRoot()})`,
  };
}

/** The whole way once: compile a ready-made module's worth of Mochi, and run it. */
async function program(flags: WasmtimeFlags, out: Output): Found {
  const { wasm, lineTable } = await compileSources([{ path: 'doctor.mochi', text: 'print(6 * 7)\n' }], { mode: 'run' });
  if (wasm === undefined)
    return { status: 'bad', detail: 'a program of one line does not compile', fix: 'Report this.' };
  const run = { wasm, lineTable, name: 'doctor.mochi', stdin: 'ignore', stdout: 'capture', stderr: 'capture' } as const;
  const { status, stdout, stderr } = await runModule(await getWasmtime(flags, out, 'run'), run);
  if (status === 0 && stdout.toString('utf8') === '42\n') return { status: 'ok', detail: 'compiles and runs' };
  const said = stderr.toString('utf8').split('\n')[0];
  return { status: 'bad', detail: `a program of one line ended with ${status}: ${said}`, fix: 'Report this.' };
}

async function launchers(): Found {
  const without: string[] = [];
  for (const target of TARGETS) if ((await findLauncher(target)) === undefined) without.push(target.name);
  if (without.length === 0) return { status: 'ok', detail: `for all ${TARGETS.length} targets` };
  const detail = `none for ${without.join(', ')}`;
  return { status: 'missing', detail, fix: 'No executables can be made for these; .wasm and .cwasm can.' };
}

async function emulators(): Found {
  const wanted = new Set(TARGETS.flatMap(({ emulator }) => (emulator === null ? [] : [emulator])));
  const missing: string[] = [];
  for (const name of wanted) if ((await capture(name, ['--version'], { timeoutMs: 10_000 })).error) missing.push(name);
  if (missing.length === 0) return { status: 'ok', detail: [...wanted].join(', ') };
  const fix = 'Only to try other targets here (smoke-test: emulated); on Debian: apt-get install qemu-user.';
  return { status: 'missing', detail: missing.join(', '), fix };
}

async function git(): Found {
  const { error, stdout } = await capture('git', ['--version'], { timeoutMs: 10_000 });
  if (!error) return { status: 'ok', detail: stdout.toString('utf8').trim() };
  return {
    status: 'missing',
    detail: 'git',
    fix: 'Without it, packages are dated 2000-01-01 unless SOURCE_DATE_EPOCH is set.',
  };
}

async function project(): Found {
  try {
    const { name, version, programs, configFile, root } = await loadInputs([]);
    const broken: string[] = [];
    for (const { path } of programs) {
      const { wasm } = await buildProgram(path, { mode: 'run', root });
      if (wasm === undefined) broken.push(path);
    }
    if (broken.length > 0)
      return { status: 'bad', detail: `${broken.join(', ')} does not compile`, fix: 'See mochi-wasm check.' };
    return {
      status: 'ok',
      detail: `${name} ${version ?? 'without a version'} (${configFile}), ${plural(programs.length, 'program')}`,
    };
  } catch (error) {
    if (!isUserError(error) || error.code !== 'E210') throw error;
    return { status: 'missing', detail: 'no mochi.toml here', fix: 'To begin a project: mochi-wasm init.' };
  }
}

async function token(): Found {
  const name = ['GITHUB_TOKEN', 'GH_TOKEN'].find((one) => process.env[one]);
  if (name !== undefined) return { status: 'ok', detail: `${name} is set` };
  return {
    status: 'missing',
    detail: 'neither GITHUB_TOKEN nor GH_TOKEN is set',
    fix: 'Only mochi-wasm release needs one.',
  };
}
