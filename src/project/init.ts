/** A new project: mochi.toml, a program with a test, and a workflow that checks and releases it. */
import { stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { EXIT, userError } from '../diagnostics/user-error.ts';
import { fileError, makeFolder, writeAtomic } from '../toolchain/files.ts';
import { CONFIG_FILE } from './project.ts';
import { shownPath } from './source.ts';

const PROGRAM = `// Prints a greeting.
fun greeting(name: string): string {
  if name == "" {
    return "Hello!"
  }
  return "Hello, " + name + "!"
}

print(greeting("world"))

test "a greeting names whom it greets" {
  expect greeting("Ada") == "Hello, Ada!"
  expect greeting("") == "Hello!"
}
`;

const WORKFLOW = `name: mochi
on:
  push:
    branches: [main]
    tags: ['v*']
  pull_request:
permissions:
  contents: read
jobs:
  check:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v7
        with:
          persist-credentials: false
      - uses: mochilang/mochi-wasm-action@v1
        with:
          command: check
  release:
    if: startsWith(github.ref, 'refs/tags/v')
    needs: check
    runs-on: ubuntu-24.04
    permissions:
      contents: write
    steps:
      - uses: actions/checkout@v7
        with:
          persist-credentials: false
      - uses: mochilang/mochi-wasm-action@v1
        with:
          command: release
`;

function config(name: string): string {
  return `[package]
name = "${name}"
version = "0.1.0"

[wasm]
main = "src/main.mochi"
tests = ["**/*_test.mochi"]
`;
}

/**
 * Writes the files of a new project into `folder`, which is made if need be; gives their paths. Throws a UserError, and writes nothing,
 * when one of them is there already or the name cannot be a package's.
 */
export async function initProject(
  folder: string,
  options: { readonly name?: string; readonly workflow: boolean },
): Promise<string[]> {
  const name =
    options.name ??
    basename(resolve(folder))
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '');
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    throw userError(
      'E303',
      `${JSON.stringify(name)} cannot be the name of a package`,
      'use letters, digits, ".", "_" and "-" only: --name hello',
      EXIT.usage,
    );
  }
  const files = new Map([
    [CONFIG_FILE, config(name)],
    ['src/main.mochi', PROGRAM],
    ...(options.workflow ? [['.github/workflows/mochi.yml', WORKFLOW] as const] : []),
  ]);
  for (const path of files.keys()) {
    if (await stat(join(folder, path)).catch(() => undefined)) {
      throw userError('E216', `${shownPath(join(folder, path))} is there already`, 'choose another folder');
    }
  }
  for (const [path, text] of files) {
    const full = join(folder, path);
    try {
      await makeFolder(dirname(full));
    } catch (error) {
      throw fileError(error, 'write', shownPath(dirname(full)));
    }
    await writeAtomic(full, text);
  }
  return [...files.keys()].map((path) => shownPath(join(folder, path)));
}
