/** The action's own folder, and the files of it that other steps of a job use. */
import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { userError } from '../diagnostics/user-error.ts';
import { makeFolder } from '../toolchain/files.ts';

/** The nearest folder above this file, or above the bundle made of it, that holds action.yml. */
function actionRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'action.yml'))) {
    const parent = dirname(folder);
    if (parent === folder) {
      throw userError('E201', 'the action has no action.yml', 'check out the whole repository of the action');
    }
    folder = parent;
  }
  return folder;
}

/** The workflow command that has the runner mark lines for messages in Mochi's formats, in this step and later ones. */
export function addMatcher(): string {
  return `::add-matcher::${join(actionRoot(), 'problem-matcher.json')}\n`;
}

/** Writes commands called `mochi-wasm` into `folder`, which run this version's command line with this Node. */
export async function installCommand(folder: string): Promise<void> {
  const cli = join(actionRoot(), 'dist', 'cli.js');
  const node = process.execPath;
  await makeFolder(folder);
  const script = join(folder, 'mochi-wasm');
  await writeFile(script, `#!/bin/sh\nexec ${shellQuote(node)} ${shellQuote(cli)} "$@"\n`);
  await chmod(script, 0o755);
  await writeFile(`${script}.cmd`, `@"${node}" "${cli}" %*\r\n`);
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
