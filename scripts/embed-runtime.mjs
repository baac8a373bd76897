// Writes src/runtime/sources.generated.ts: the run-time library's Mochi sources as prebuilt IR (src/ir/system/library.ts), so that
// the compiler core needs no file system and programs wait for no parser. `--check` only tells whether the file is up to date (exit 1 if not).
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeLibrary } from '../src/ir/system/library-encode.ts';

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'src', 'runtime');
export const GENERATED = join(folder, 'sources.generated.ts');

/** The text that sources.generated.ts should have now. */
export function generate() {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.mochi'))
    .sort();
  const sources = Object.fromEntries(
    names.map((name) => [name, readFileSync(join(folder, name), 'utf8').replace(/\r\n/g, '\n')]),
  );
  const text = encodeLibrary(sources).replace(/[\\`]|\$\{/g, '\\$&');
  return [
    '// Made by scripts/embed-runtime.mjs from the .mochi files beside it; `npm run build` renews it.\n',
    '/** The run-time library, for loadLibrary(). */\n',
    '// biome-ignore format: generated\n',
    `export const LIBRARY = \`${text}\`;\n`,
  ].join('');
}

/** Renews the file; returns whether it changed. */
export function embed() {
  let before = '';
  try {
    before = readFileSync(GENERATED, 'utf8');
  } catch {
    // Not there yet.
  }
  const now = generate();
  if (now === before) return false;
  writeFileSync(GENERATED, now);
  return true;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--check')) {
    const current = readFileSync(GENERATED, 'utf8') === generate();
    if (!current) console.error('src/runtime/sources.generated.ts is out of date: run node scripts/embed-runtime.mjs');
    process.exitCode = current ? 0 : 1;
  } else {
    console.log(
      embed() ? 'src/runtime/sources.generated.ts renewed' : 'src/runtime/sources.generated.ts is up to date',
    );
  }
}
