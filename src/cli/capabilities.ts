/** What a program may open and read when it runs here. */
import { list } from './arguments.ts';

export interface CapabilityFlags {
  readonly dir?: string | string[];
  readonly env?: string | string[];
}

/** Variables that programs may always read: the seed of now(), and where load and save look for files. */
const ALWAYS = ['MOCHI_NOW_SEED', 'MOCHI_ROOT'];

/**
 * The folders and variables for a run: those of the options (`.` unless given), MOCHI_ROOT's folder, and the variables
 * that the project's executables may read. A variable that is not set is left out. PWD is this process's folder, so that
 * load and save find paths that lead out of it and into another of the folders.
 */
export function capabilities(
  flags: CapabilityFlags,
  projectEnv: readonly string[],
): { dirs: string[]; env: Record<string, string> } {
  const env: Record<string, string> = {};
  for (const item of [...ALWAYS, ...projectEnv, ...list(flags.env)]) {
    const at = item.indexOf('=');
    const name = at < 0 ? item : item.slice(0, at);
    const value = at < 0 ? process.env[name] : item.slice(at + 1);
    if (name !== '' && value !== undefined) env[name] = value;
  }
  if (process.platform !== 'win32') env.PWD ??= process.cwd();
  const dirs = flags.dir === undefined ? ['.'] : list(flags.dir);
  if (env.MOCHI_ROOT && !dirs.includes(env.MOCHI_ROOT)) dirs.push(env.MOCHI_ROOT);
  return { dirs, env };
}
