/** What the runner says about the run: the event, the repository, the tag. */
import { readFile } from 'node:fs/promises';
import type { Command, Inputs } from './inputs.ts';

export interface Context {
  readonly eventName: string;
  /** What happened to the event's object, such as `published` for a release. */
  readonly eventAction: string | undefined;
  /** `owner/name`. */
  readonly repository: string;
  readonly sha: string | undefined;
  /** The tag that the run is for, without `refs/tags/`. */
  readonly tag: string | undefined;
  readonly workspace: string;
  /** The address of the repository's files at the commit of the run; ends with a slash. */
  readonly blob: string | undefined;
  /** Why the token is read-only, when the event says so. */
  readonly origin: 'fork' | 'dependabot' | undefined;
  /** GitHub Enterprise Server, which takes no artifacts of the current kind. */
  readonly enterpriseServer: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Reads the run's context from the environment and the event's file; outside of a runner most of it is empty. */
export async function readContext(env: Env): Promise<Context> {
  const ref = env.GITHUB_REF ?? '';
  const event = await readEvent(env);
  return {
    eventName: env.GITHUB_EVENT_NAME ?? '',
    eventAction: event.action,
    repository: env.GITHUB_REPOSITORY ?? '',
    sha: env.GITHUB_SHA || undefined,
    tag: ref.startsWith('refs/tags/') ? ref.slice('refs/tags/'.length) : undefined,
    workspace: env.GITHUB_WORKSPACE || process.cwd(),
    blob:
      env.GITHUB_SERVER_URL && env.GITHUB_REPOSITORY && env.GITHUB_SHA
        ? `${env.GITHUB_SERVER_URL}/${env.GITHUB_REPOSITORY}/blob/${env.GITHUB_SHA}/`
        : undefined,
    origin: originOf(env, event),
    enterpriseServer: isEnterpriseServer(env.GITHUB_SERVER_URL ?? 'https://github.com'),
  };
}

interface Event {
  readonly action?: string;
  readonly pull_request?: { readonly head?: { readonly repo?: { readonly full_name?: string } | null } };
}

/** The event's payload; empty where there is none. */
async function readEvent(env: Env): Promise<Event> {
  if (!env.GITHUB_EVENT_PATH) return {};
  const text = await readFile(env.GITHUB_EVENT_PATH, 'utf8').catch(() => '{}');
  try {
    return (JSON.parse(text) ?? {}) as Event;
  } catch {
    return {};
  }
}

function originOf(env: Env, event: Event): Context['origin'] {
  if (env.GITHUB_ACTOR === 'dependabot[bot]') return 'dependabot';
  const head = env.GITHUB_EVENT_NAME?.startsWith('pull_request') ? event.pull_request?.head : undefined;
  return head && head.repo?.full_name !== env.GITHUB_REPOSITORY ? 'fork' : undefined;
}

/** The same rule as in GitHub's own toolkit: everything but github.com, *.ghe.com and *.localhost. */
function isEnterpriseServer(url: string): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname.toUpperCase() : 'GITHUB.COM';
  return host !== 'GITHUB.COM' && !host.endsWith('.GHE.COM') && !host.endsWith('.LOCALHOST');
}

/** What may have happened to a release that should get its files now; not that it was edited or deleted. */
const MADE = new Set(['created', 'published', 'released', 'prereleased']);

/**
 * What `auto` means in a run: release when a tag that ends in a version was pushed or a release for it was made, else `otherwise`.
 */
export function resolveCommand(
  command: Inputs['command'],
  context: Context,
  otherwise: 'check' | 'package' = 'check',
): Exclude<Command, 'auto'> {
  if (command !== 'auto') return command;
  const forVersion = context.tag !== undefined && /(?:^|[-/@])v?\d+\.\d+\.\d+(?:[-+].*)?$/.test(context.tag);
  const { eventName, eventAction } = context;
  const made = eventName === 'push' || (eventName === 'release' && MADE.has(eventAction ?? ''));
  return forVersion && made ? 'release' : otherwise;
}
