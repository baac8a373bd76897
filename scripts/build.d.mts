import type { BuildOptions } from 'esbuild';

/** What esbuild is told for the action and the command line, but for the entry points and where to write. */
export const OPTIONS: BuildOptions & { bundle: true };
/** Builds into a folder, which is emptied first; gives the file names with their contents. */
export function bundle(outdir: string): Promise<Map<string, Buffer>>;
