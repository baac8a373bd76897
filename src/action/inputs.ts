/** All inputs of the action, read by one function into a plain object. action.yml repeats this table; a test compares them. */
import { EXIT, userError } from '../diagnostics/user-error.ts';
import { parseTimeout } from '../project/timeout.ts';
import { nearest } from '../toolchain/nearest.ts';

export type Command = 'auto' | 'check' | 'build' | 'package' | 'release' | 'setup' | 'verify';
export type Auto = boolean | 'auto';

export interface Inputs {
  readonly command: Command;
  readonly workingDirectory: string;
  /** Path of a mochi.toml elsewhere than in the working directory. */
  readonly config: string | undefined;
  /** Globs; empty means: by mochi.toml, else by convention. */
  readonly sources: readonly string[];
  /** A target list as parseTargets() takes it; undefined means: as mochi.toml says, else all. */
  readonly targets: string | undefined;
  readonly emit: { readonly wasm: boolean; readonly cwasm: boolean; readonly exe: boolean };
  readonly wasmtimeVersion: string | undefined;
  readonly wasmtimeSha256: string | undefined;
  readonly wasmtimeUrl: string | undefined;
  readonly strict: boolean;
  readonly test: boolean;
  /** Seconds that a test may take; 0 for no limit. */
  readonly testTimeout: number | undefined;
  /** A commit to compare sizes with. */
  readonly baseline: string | undefined;
  readonly tag: string | undefined;
  readonly name: string | undefined;
  readonly draft: boolean;
  readonly prerelease: Auto;
  readonly makeLatest: Auto;
  /** `generate`, `changelog`, `none` or a path. */
  readonly notes: string;
  readonly onExisting: 'reconcile' | 'replace' | 'fail';
  readonly distDir: string;
  /** Folders with packages that other jobs made; empty means: build. */
  readonly from: readonly string[];
  readonly smokeTest: 'host' | 'emulated' | 'none';
  readonly explore: boolean;
  readonly uploadArtifacts: Auto;
  readonly sbom: boolean;
  readonly sourceDateEpoch: string | undefined;
  readonly dryRun: boolean;
  readonly cache: boolean;
  readonly apiUrl: string;
}

/** One row of the table: what an input is called, its default and what it may be. */
export interface InputRow {
  readonly name: string;
  /** As in action.yml; the runner fills it in. */
  readonly default: string;
  readonly description: string;
}

export const INPUT_ROWS: readonly InputRow[] = [
  row(
    'command',
    'auto',
    'What to do: auto (release on a tag push, else check), check, build, package, release, setup or verify',
  ),
  row('working-directory', '.', 'The folder of the project'),
  row('config', '', 'Path of the mochi.toml, when it is not in the working directory'),
  row(
    'sources',
    '',
    'Globs of the programs to check, separated by spaces or new lines; by default those of mochi.toml, else every .mochi file',
  ),
  row(
    'targets',
    '',
    'What to build for: default (all eight), host, or a list of names; by default what mochi.toml says',
  ),
  row('emit', 'wasm,cwasm,exe', 'What to make: a list of wasm, cwasm and exe'),
  row('wasmtime-version', '', 'The version of wasmtime; by default what mochi.toml says, else the pinned one'),
  row('wasmtime-sha256', '', 'The SHA-256 of the wasmtime archive, for a version or a mirror without a pinned digest'),
  row('wasmtime-url', '', 'A mirror: the address of a wasmtime archive'),
  row('strict', 'false', 'Report as errors what only warns otherwise'),
  row('test', 'true', 'Run the tests'),
  row('test-timeout', '60', 'The seconds that a test may take before it is ended and has failed; 0 for no limit'),
  row(
    'baseline',
    '',
    'A commit to compare sizes with in the summary of a check, such as HEAD^1 in a pull request (with fetch-depth: 2)',
  ),
  row('tag', '', "The release's tag; by default the one that was pushed"),
  row('name', '', "The release's title; by default the package and its version"),
  row('draft', 'false', 'Leave the release a draft'),
  row(
    'prerelease',
    'auto',
    'Mark the release as a pre-release: true, false or auto (when the version has a pre-release part)',
  ),
  row(
    'make-latest',
    'auto',
    'Mark the release as the latest: true, false or auto (GitHub decides, never for a pre-release)',
  ),
  row(
    'notes',
    'generate',
    "The release's notes: generate (by GitHub), changelog (the version's section of CHANGELOG.md), none, or the path of a Markdown file",
  ),
  row(
    'on-existing',
    'reconcile',
    'When a release with the tag exists: reconcile (keep what is right, add what is missing), replace or fail',
  ),
  row('dist-dir', 'dist-release', 'The folder for what is packaged, below the working directory'),
  row(
    'from',
    '',
    'For package and release: merge the packages in these folders (or in the folders in them), which the jobs of a matrix made for a target each, instead of building',
  ),
  row(
    'smoke-test',
    'host',
    "Start what was packaged, and compare with wasmtime: host (this machine's executable), emulated (also those that an installed emulator runs) or none",
  ),
  row(
    'explore',
    'false',
    'Also make NAME.html in the folder explore: the machine code beside the program, by wasmtime explore',
  ),
  row(
    'upload-artifacts',
    'auto',
    'Upload what is packaged as an artifact of the run: true, false or auto (for build and package)',
  ),
  row('sbom', 'true', 'Make a CycloneDX bill of materials'),
  row('source-date-epoch', '', "The date of every packaged file, in seconds since 1970; by default the commit's"),
  row('dry-run', 'false', 'Do everything but talk to GitHub; reads no token'),
  row('cache', 'true', 'Keep wasmtime and compiled code between runs on the same machine'),
  row('github-token', `\${{ github.token }}`, 'The token that creates the release; needs contents: write'),
  row('api-url', `\${{ github.api_url }}`, "GitHub's API"),
];

function row(name: string, value: string, description: string): InputRow {
  return { name, default: value, description };
}

const COMMANDS = ['auto', 'check', 'build', 'package', 'release', 'setup', 'verify'] as const;
const EMITS = ['wasm', 'cwasm', 'exe'] as const;

/**
 * Reads the inputs from the environment (`INPUT_NAME`, as the runner sets them). Throws a UserError (exit 2) that names the right
 * spelling for an unknown input or value. The token is not read: see `readToken`.
 */
export function readInputs(env: Readonly<Record<string, string | undefined>>): Inputs {
  const known = new Map(INPUT_ROWS.map((r) => [variable(r.name), r]));
  for (const key of Object.keys(env)) {
    if (!key.startsWith('INPUT_') || known.has(key)) continue;
    const name = key.slice('INPUT_'.length).toLowerCase();
    throw usage(
      'E601',
      `unknown input ${quote(name)}`,
      nearestOf(
        name,
        [...known.values()].map((r) => r.name),
      ),
    );
  }
  const text = (name: string): string => {
    const given = env[variable(name)]?.trim() ?? '';
    const fallback = known.get(variable(name))?.default ?? '';
    return given === '' && !fallback.startsWith('$') ? fallback : given;
  };
  const optional = (name: string): string | undefined => text(name) || undefined;
  const choice = <T extends string>(name: string, choices: readonly T[]): T => {
    const value = text(name);
    const found = choices.find((c) => c === value);
    if (found === undefined) throw wrongValue(name, value, choices);
    return found;
  };
  const flag = (name: string): boolean => {
    const value = text(name);
    if (/^(true|True|TRUE)$/.test(value)) return true;
    if (/^(false|False|FALSE)$/.test(value)) return false;
    throw wrongValue(name, value, ['true', 'false']);
  };
  const flagOrAuto = (name: string): Auto => {
    const value = text(name);
    if (value === 'auto') return 'auto';
    if (/^(true|false)$/i.test(value)) return flag(name);
    throw wrongValue(name, value, ['true', 'false', 'auto']);
  };

  const emit = words(text('emit'));
  for (const word of emit) {
    if (!EMITS.some((e) => e === word)) throw wrongValue('emit', word, EMITS);
  }
  const sha256 = optional('wasmtime-sha256');
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256)) {
    throw usage('E602', `the input wasmtime-sha256 is ${quote(sha256)}`, 'give 64 hexadecimal digits');
  }
  const command = choice('command', COMMANDS);
  const from = lines(text('from'));
  if (from.length > 0 && !['auto', 'package', 'release'].includes(command)) {
    throw usage('E602', `the input from does not go with the command ${command}`, 'use it with package or release');
  }
  return {
    command,
    workingDirectory: text('working-directory'),
    config: optional('config'),
    sources: words(text('sources')),
    targets: optional('targets'),
    emit: { wasm: emit.includes('wasm'), cwasm: emit.includes('cwasm'), exe: emit.includes('exe') },
    wasmtimeVersion: optional('wasmtime-version')?.replace(/^v(?=\d)/, ''),
    wasmtimeSha256: sha256?.toLowerCase(),
    wasmtimeUrl: optional('wasmtime-url'),
    strict: flag('strict'),
    test: flag('test'),
    testTimeout: parseTimeout(text('test-timeout'), 'the input test-timeout'),
    baseline: optional('baseline'),
    tag: optional('tag')?.replace(/^refs\/tags\//, ''),
    name: optional('name'),
    draft: flag('draft'),
    prerelease: flagOrAuto('prerelease'),
    makeLatest: flagOrAuto('make-latest'),
    notes: text('notes'),
    onExisting: choice('on-existing', ['reconcile', 'replace', 'fail']),
    distDir: text('dist-dir'),
    from,
    smokeTest: choice('smoke-test', ['host', 'emulated', 'none']),
    explore: flag('explore'),
    uploadArtifacts: flagOrAuto('upload-artifacts'),
    sbom: flag('sbom'),
    sourceDateEpoch: optional('source-date-epoch') ?? (env.SOURCE_DATE_EPOCH?.trim() || undefined),
    dryRun: flag('dry-run'),
    cache: flag('cache'),
    apiUrl: apiAddress(optional('api-url') || env.GITHUB_API_URL || 'https://api.github.com'),
  };
}

/** The token; read only by what needs it, and never in a dry run. Throws a UserError when there is none. */
export function readToken(env: Readonly<Record<string, string | undefined>>): string {
  const token = env[variable('github-token')]?.trim();
  if (token) return token;
  throw userError(
    'E603',
    'there is no token to release with: the input github-token is empty',
    `remove the input, or give it \${{ github.token }}`,
  );
}

/** The environment variable of an input, as the runner makes it. */
export function variable(name: string): string {
  return `INPUT_${name.replace(/ /g, '_').toUpperCase()}`;
}

function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

/** A list of paths, which may have spaces in them. */
function lines(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function quote(text: string): string {
  return JSON.stringify(text);
}

function nearestOf(word: string, choices: readonly string[]): string {
  return `did you mean ${nearest(word, choices)}? There are ${choices.join(', ')}`;
}

function wrongValue(name: string, value: string, choices: readonly string[]): Error {
  const meant = choices.includes('true') ? (SYNONYMS.get(value.toLowerCase()) ?? value) : value;
  return usage('E602', `the input ${name} is ${quote(value)}`, nearestOf(meant, choices));
}

/** What people write for true and false elsewhere. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ...['yes', 'y', 'on', '1', 'always'].map((word) => [word, 'true'] as const),
  ...['no', 'n', 'off', '0', 'never', 'none'].map((word) => [word, 'false'] as const),
]);

/** An address of GitHub's API. Throws a UserError (exit 2) for what is none. */
function apiAddress(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw usage('E602', `the input api-url is ${quote(text)}`, 'give the whole address, such as https://api.github.com');
}

function usage(code: string, message: string, fix: string): Error {
  return userError(code, message, fix, EXIT.usage);
}
