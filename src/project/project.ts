/** What to build: the programs and tests of a project folder, of single files, or of stdin. */
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { EXIT, userError } from '../diagnostics/user-error.ts';
import type { InstallerKind } from '../package/installers.ts';
import { errorCode, fileError } from '../toolchain/files.ts';
import { findFiles } from './glob.ts';
import { shownPath } from './source.ts';

/** One program to build. */
export interface Program {
  /** The name of its products. */
  readonly name: string;
  /** The file to read, as seen from the current folder, or `-`. */
  readonly path: string;
}

export interface Project {
  /** The folder that paths in line tables are relative to, as seen from the current folder. */
  readonly root: string;
  /** The mochi.toml, if there is one. */
  readonly configFile?: string;
  /** The package's name: from mochi.toml, else the folder's or the first program's. */
  readonly name: string;
  /** The package's version, if mochi.toml says one. */
  readonly version?: string;
  readonly license?: string;
  /** What the package is, in a sentence. */
  readonly description?: string;
  /** The installers that mochi.toml asks for. */
  readonly installers?: readonly InstallerKind[];
  readonly programs: readonly Program[];
  /** Files to look for tests in, as seen from the current folder. */
  readonly tests: readonly string[];
  /** The target list as parseTargets() takes it. */
  readonly targets: string;
  /** The version of wasmtime that mochi.toml asks for. */
  readonly wasmtime?: string;
  /** What executables may open and read: nothing unless mochi.toml lists it. */
  readonly capabilities: { readonly dirs: readonly string[]; readonly env: readonly string[] };
}

export const CONFIG_FILE = 'mochi.toml';

const DEFAULT_TESTS = ['**/*_test.mochi'];
const NO_CAPABILITIES = { dirs: [], env: [] };

/** `inputs` as they stand on the command line: files, `-`, one folder; none means the current folder. */
export async function loadInputs(inputs: readonly string[], configFile?: string): Promise<Project> {
  const [first, ...others] = inputs.length === 0 ? ['.'] : inputs;
  if (first !== undefined && first !== '-' && others.length === 0 && (await isFolder(first))) {
    return loadFolder(first, configFile);
  }
  for (const input of inputs) {
    if (input !== '-' && (await isFolder(input))) {
      throw userError(
        'E213',
        `${input} is a folder, given together with other inputs`,
        'Give one folder, or files.',
        EXIT.usage,
      );
    }
  }
  if (inputs.filter((input) => input === '-').length > 1) {
    throw userError('E213', "stdin ('-') is given twice", 'Give it once.', EXIT.usage);
  }
  return loadFiles(inputs);
}

/** A project of single files: each is a program of its own, named like the file. */
export function loadFiles(paths: readonly string[]): Project {
  const programs = paths.map((path) => ({ name: programName(path), path }));
  const seen = new Map<string, string>();
  for (const { name, path } of programs) {
    const other = seen.get(name.toLowerCase());
    if (other !== undefined && other !== path) {
      throw userError(
        'E214',
        `${other} and ${path} would both make '${name}'`,
        'Build them one after the other.',
        EXIT.usage,
      );
    }
    seen.set(name.toLowerCase(), path);
  }
  return {
    root: '.',
    name: programs[0]?.name ?? 'program',
    programs,
    tests: paths,
    targets: 'default',
    capabilities: NO_CAPABILITIES,
  };
}

/**
 * The project in a folder. Throws a UserError when it has no mochi.toml, when that is wrong, or when a file that it
 * names is missing.
 */
export async function loadFolder(folder: string, configFile = join(folder, CONFIG_FILE)): Promise<Project> {
  const shown = shownPath(configFile);
  const text = await readFile(configFile, 'utf8').catch((error) => {
    if (errorCode(error) !== 'ENOENT') throw fileError(error, 'read', shown);
    if (basename(configFile) !== CONFIG_FILE) {
      throw userError('E201', `there is no file ${shown}`, 'Check what is given as the configuration.');
    }
    throw userError(
      'E210',
      `there is no ${CONFIG_FILE} in ${folder === '.' ? 'the current folder' : shownPath(folder)}`,
      `Name a program (a .mochi file), or write a ${CONFIG_FILE}: two lines are enough, [wasm] and main = "src/main.mochi".`,
    );
  });
  // Loaded only here: projects without mochi.toml start faster.
  const { parseConfig } = await import('./config.ts');
  const config = parseConfig(text, shown);
  const root = dirname(configFile);
  const at = (path: string) => shownPath(join(root, path));
  const name = config.package?.name ?? packageName(root);
  const programs = config.wasm?.bin?.map((bin) => ({ name: bin.name, path: at(bin.main) })) ?? [
    { name, path: config.wasm?.main === undefined ? await defaultMain(root, shown) : at(config.wasm.main) },
  ];
  requireNames(programs, shown);
  for (const { path } of programs) await requireFile(path, shown);
  const globs = config.wasm?.tests ?? DEFAULT_TESTS;
  const tests = (await findFiles(root, globs)).map(at);
  const mains = programs.map((program) => program.path).filter((path) => !tests.includes(path));
  return {
    root,
    configFile: shown,
    name,
    version: config.package?.version,
    license: config.package?.license,
    description: config.package?.description,
    installers: config.wasm?.installers,
    programs,
    tests: [...mains, ...tests],
    targets: config.wasm?.targets?.join(',') ?? 'default',
    wasmtime: config.wasm?.wasmtime,
    capabilities: { dirs: config.wasm?.launcher?.dirs ?? [], env: config.wasm?.launcher?.env ?? [] },
  };
}

/**
 * The files to test or check: those named, a project's (with its programs), or in a folder without mochi.toml those
 * called *_test.mochi (`tests`) or all *.mochi (`sources`). Throws a UserError when there are none.
 */
export async function findSources(inputs: readonly string[], what: 'tests' | 'sources'): Promise<Project> {
  const wanted = inputs.length === 0 ? ['.'] : inputs;
  const files: string[] = [];
  for (const input of wanted) {
    if (input === '-' || !(await isFolder(input))) {
      files.push(input);
      continue;
    }
    const hasConfig = await stat(join(input, CONFIG_FILE)).then(
      () => true,
      () => false,
    );
    if (hasConfig && wanted.length === 1) {
      const project = await loadFolder(input);
      if (what === 'tests') return project;
      const all = (await findFiles(project.root, ['**/*.mochi'])).map((path) => shownPath(join(project.root, path)));
      return { ...project, tests: all };
    }
    const found = await findFiles(input, what === 'tests' ? DEFAULT_TESTS : ['**/*.mochi']);
    if (found.length === 0) {
      const pattern = what === 'tests' ? '*_test.mochi' : '*.mochi';
      throw userError(
        'E210',
        `${input === '.' ? 'the current folder' : shownPath(input)} has no ${CONFIG_FILE} and no file called ${pattern}`,
        `Name a .mochi file, or write a ${CONFIG_FILE}.`,
      );
    }
    files.push(...found.map((path) => shownPath(join(input, path))));
  }
  const unique = [...new Set(files)];
  return { ...loadFiles(unique.slice(0, 1)), tests: unique };
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );
}

/** Windows and macOS do not tell capitals from small letters. */
function requireNames(programs: readonly Program[], config: string): void {
  for (const [i, { name }] of programs.entries()) {
    const other = programs.slice(0, i).find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (other === undefined) continue;
    const how =
      other.name === name
        ? `two programs are called ${name}`
        : `the programs ${other.name} and ${name} differ only in capitals`;
    throw userError('E304', `${config}: ${how}`, 'Give each [[wasm.bin]] its own name.');
  }
}

async function requireFile(path: string, config: string): Promise<void> {
  const info = await stat(path).catch(() => undefined);
  if (info?.isFile()) return;
  throw userError(
    'E215',
    `${config} names the program ${path}, but there is no such file`,
    'Correct wasm.main or wasm.bin.',
  );
}

async function defaultMain(root: string, config: string): Promise<string> {
  for (const path of ['src/main.mochi', 'main.mochi']) {
    const full = join(root, path);
    if ((await stat(full).catch(() => undefined))?.isFile()) return shownPath(full);
  }
  throw userError('E215', `${config} names no program, and there is no src/main.mochi`, 'Add main = "…" to [wasm].');
}

function programName(path: string): string {
  if (path === '-') return 'stdin';
  const name = basename(path).replace(/\.(?:mochi|wasm)$/, '');
  return name === '' ? 'program' : name;
}

function packageName(root: string): string {
  const name = basename(resolve(root))
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '');
  return name === '' ? 'program' : name;
}
