/** What the commands that talk to GitHub have in common: the repository, the token, the release that is meant. */
import http from 'node:http';
import { EXIT, userError } from '../diagnostics/user-error.ts';
import type { Manifest } from '../package/manifest.ts';
import { findSource } from '../project/origin.ts';
import type { ReleaseOptions } from '../project/tasks-release.ts';
import { versionOfTag } from '../release/plan.ts';
import type { ReleasePort } from '../release/port.ts';
import { last } from './arguments.ts';
import type { CommonOptions, Output } from './output.ts';

type Value = string | string[];

export interface GithubFlags extends CommonOptions {
  readonly repository?: Value;
  readonly apiUrl?: Value;
}

export interface ReleaseFlags extends GithubFlags {
  readonly tag?: Value;
  readonly name?: Value;
  readonly draft?: boolean;
  readonly prerelease?: Value;
  readonly makeLatest?: Value;
  readonly notes?: Value;
  readonly onExisting?: Value;
}

function choice<T extends string>(option: string, value: string, choices: readonly T[]): T {
  const found = choices.find((one) => one === value);
  if (found !== undefined) return found;
  throw userError('E100', `--${option} cannot be '${value}'`, `Write ${choices.join(', ')}.`, EXIT.usage);
}

function boolOrAuto(option: string, value: Value | undefined): boolean | 'auto' {
  const text = choice(option, last(value) ?? 'auto', ['auto', 'true', 'false']);
  return text === 'auto' ? text : text === 'true';
}

/** The options of a release of the folder, whose manifest says what the command line does not. */
export function releaseOptions(dir: string, manifest: Manifest, flags: ReleaseFlags): ReleaseOptions {
  const ref = process.env.GITHUB_REF ?? '';
  const pushed = ref.startsWith('refs/tags/') ? ref.slice('refs/tags/'.length) : undefined;
  const fits = pushed !== undefined && versionOfTag(pushed, manifest.name) === manifest.version ? pushed : undefined;
  return {
    dir,
    tag: last(flags.tag)?.replace(/^refs\/tags\//, '') ?? fits ?? manifest.source?.tag ?? `v${manifest.version}`,
    title: last(flags.name),
    commit: process.env.GITHUB_SHA || manifest.source?.commit || null,
    draft: flags.draft === true,
    prerelease: boolOrAuto('prerelease', flags.prerelease),
    makeLatest: boolOrAuto('make-latest', flags.makeLatest),
    notes: last(flags.notes) ?? 'generate',
    onExisting: choice('on-existing', last(flags.onExisting) ?? 'reconcile', ['reconcile', 'replace', 'fail']),
  };
}

/**
 * The releases of the repository that is meant. The token comes from GITHUB_TOKEN or GH_TOKEN, never from the command line, where
 * other users of the machine would see it; only writing needs one.
 */
export async function openGithub(
  flags: GithubFlags,
  out: Output,
  use: 'read' | 'write',
  manifest?: Manifest,
): Promise<{ port: ReleasePort; repository: string }> {
  const token = process.env.GITHUB_TOKEN || process.env.GH_TOKEN || undefined;
  if (use === 'write' && token === undefined) {
    throw userError(
      'E437',
      'there is no token to release with',
      'set GITHUB_TOKEN to a token that may write the contents of the repository; with the GitHub CLI: GITHUB_TOKEN=$(gh auth token)',
    );
  }
  // Never an address out of a manifest: the token is for the API that the user or CI names.
  const apiUrl = last(flags.apiUrl) ?? (process.env.GITHUB_API_URL || 'https://api.github.com');
  if (!URL.canParse(apiUrl) || !/^https?:/.test(apiUrl)) {
    throw userError(
      'E100',
      `'${apiUrl}' is not an address of an API`,
      'Give the whole address, such as https://api.github.com.',
      EXIT.usage,
    );
  }
  const repository = await findRepository(flags, manifest);
  useProxy();
  const { githubPort } = await import('../release/github.ts');
  const { GENERATOR_VERSION } = await import('../package/assemble.ts');
  const port = githubPort({
    token,
    apiUrl,
    repository,
    userAgent: `mochi-wasm/${GENERATOR_VERSION}`,
    onNotice: out.notice,
  });
  return { port, repository };
}

async function findRepository(flags: GithubFlags, manifest: Manifest | undefined): Promise<string> {
  const given = last(flags.repository) ?? (process.env.GITHUB_REPOSITORY || manifest?.source?.repository);
  const source = await findSource('.', process.env, { name: '', version: '', repository: given });
  const path = source && new URL(source.repository).pathname.slice(1);
  if (path !== undefined && /^[^/]+\/[^/]+$/.test(path)) return path;
  throw userError('E309', 'nothing says which repository is meant', 'write --repository OWNER/NAME', EXIT.usage);
}

/** Has fetch honour HTTP_PROXY, HTTPS_PROXY and NO_PROXY, where this Node can. */
function useProxy(): void {
  if (!['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy'].some((name) => process.env[name])) return;
  (http as { setGlobalProxyFromEnv?: () => void }).setGlobalProxyFromEnv?.();
}
