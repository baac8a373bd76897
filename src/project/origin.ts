/** Where a project comes from and is published: its repository, the tag of its release, and its commit. */
import { userError } from '../diagnostics/user-error.ts';
import type { ReleaseSource } from '../package/installers.ts';
import { versionOfTag } from '../release/plan.ts';
import { capture } from '../toolchain/process.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface SourceOptions {
  readonly name: string;
  readonly version: string;
  /** `OWNER/NAME` or an address, instead of what the environment or git says. */
  readonly repository?: string;
  /** The release's tag, instead of the one that was pushed or `v` and the version. */
  readonly tag?: string;
}

/**
 * What the installers and the manifest of a release say about its origin: the repository (`options`, else GITHUB_SERVER_URL and
 * GITHUB_REPOSITORY, else git's remote `origin`), the tag (`options`, else the one that the workflow runs for, else `v` and the
 * version), and the commit when no tracked file differs from it. Undefined when nothing says a repository. Throws a UserError for
 * a repository that cannot be one.
 */
export async function findSource(root: string, env: Env, options: SourceOptions): Promise<ReleaseSource | undefined> {
  const repository =
    options.repository === undefined
      ? ((env.GITHUB_REPOSITORY ? repositoryUrl(env.GITHUB_REPOSITORY, env) : undefined) ?? (await remoteUrl(root)))
      : repositoryUrl(options.repository, env);
  if (repository === undefined) {
    if (options.repository === undefined) return undefined;
    throw userError(
      'E309',
      `${JSON.stringify(options.repository)} is not the address of a repository`,
      'give OWNER/NAME, or an address such as https://github.com/OWNER/NAME',
    );
  }
  const tag = options.tag ?? tagOf(env, options) ?? `v${options.version}`;
  const commit = await commitOf(root);
  return { repository, tag, ...(commit === undefined ? {} : { commit }) };
}

/** `OWNER/NAME`, an https address or what git calls a remote, as the address of the repository's page. */
export function repositoryUrl(text: string, env: Env = {}): string | undefined {
  const server = (env.GITHUB_SERVER_URL || 'https://github.com').replace(/\/+$/, '');
  const name = '(?!\\.{1,2}(?:/|$))[A-Za-z0-9._-]+';
  if (new RegExp(`^${name}/${name}$`).test(text)) return `${server}/${text}`;
  const [, host, path] =
    /^(?:https?:\/\/|ssh:\/\/|git:\/\/)(?:[^@/]*@)?([^/]+)\/(.+)$/.exec(text) ??
    /^[^@/:]+@([^:/]+):(.+)$/.exec(text) ??
    [];
  if (host === undefined || path === undefined) return undefined;
  const clean = path.replace(/\/+$/, '').replace(/\.git$/, '');
  if (!new RegExp(`^${name}(?:/${name})+$`).test(clean)) return undefined;
  const secure = text.startsWith('http://') ? 'http' : 'https';
  // The port of ssh is not the page's.
  return `${secure}://${text.startsWith('http') ? host : host.replace(/:\d+$/, '')}/${clean}`;
}

async function remoteUrl(root: string): Promise<string | undefined> {
  const git = await capture('git', ['config', '--get', 'remote.origin.url'], { cwd: root, timeoutMs: 10_000 });
  return git.status === 0 ? repositoryUrl(git.stdout.toString('utf8').trim()) : undefined;
}

/** The tag that the workflow runs for, when it names this package's version. */
function tagOf(env: Env, { name, version }: SourceOptions): string | undefined {
  const ref = env.GITHUB_REF ?? '';
  const tag = ref.startsWith('refs/tags/') ? ref.slice('refs/tags/'.length) : undefined;
  return tag !== undefined && versionOfTag(tag, name) === version ? tag : undefined;
}

/** The commit that the folder is at, unless a tracked file below it differs. */
export async function commitOf(root: string): Promise<string | undefined> {
  const options = { cwd: root, timeoutMs: 10_000 };
  const head = await capture('git', ['rev-parse', 'HEAD'], options);
  const commit = head.stdout.toString('utf8').trim();
  if (head.status !== 0 || !/^[0-9a-f]{40,64}$/.test(commit)) return undefined;
  // Not diff-index: it takes a file that was only touched for a changed one.
  const clean = await capture('git', ['diff', '--quiet', 'HEAD', '--', '.'], options);
  return clean.status === 0 ? commit : undefined;
}
