// Packs what launcher/build.sh made (launcher/target/prebuilt/NAME) into launcher/prebuilt/NAME.br and writes the digests into
// matrix.json under `launchers`:
//
//   node launcher/prebuilt.mjs [--check] [--from DIR] [NAME…]
//
// With --check nothing is written; it fails when a digest is not the recorded one.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean', default: false }, from: { type: 'string', default: join(here, 'target', 'prebuilt') } },
});
const matrixFile = join(here, '..', 'matrix.json');
const text = readFileSync(matrixFile, 'utf8');
const matrix = JSON.parse(text);
const order = matrix.targets.map((target) => target.name);
const names = positionals.length > 0 ? positionals : readdirSync(values.from);
const launchers = { ...matrix.launchers };

/** Nothing half-written: a temporary name in the same folder, then a rename. */
function write(path, bytes) {
  writeFileSync(`${path}.tmp`, bytes);
  renameSync(`${path}.tmp`, path);
}

let wrong = 0;
for (const name of names) {
  const bytes = readFileSync(join(values.from, name));
  const found = { sha256: createHash('sha256').update(bytes).digest('hex'), size: bytes.length };
  if (values.check) {
    const right = launchers[name]?.sha256 === found.sha256;
    if (!right) wrong++;
    console.log(`${name}: ${found.sha256} ${right ? 'as recorded' : `DIFFERS from ${launchers[name]?.sha256 ?? 'nothing'}`}`);
    continue;
  }
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  const packed = brotliCompressSync(bytes, { params });
  mkdirSync(join(here, 'prebuilt'), { recursive: true });
  write(join(here, 'prebuilt', `${name}.br`), packed);
  launchers[name] = found;
  console.log(`${name}: ${bytes.length} bytes, packed ${packed.length}`);
}
if (!values.check) {
  // Only this key is rewritten; the rest of the file stays as its owner formatted it.
  const rows = order.filter((name) => launchers[name]);
  const own = Object.fromEntries(rows.map((n) => [n, { sha256: launchers[n].sha256, size: launchers[n].size }]));
  const block = `"launchers": ${JSON.stringify(own, undefined, 2).replaceAll('\n', '\n  ')}`;
  const present = /"launchers": (?:\{\}|\{[\s\S]*?\n {2}\})/;
  const next = present.test(text) ? text.replace(present, block) : text.replace(/\n\}\s*$/, `,\n  ${block}\n}\n`);
  JSON.parse(next);
  write(matrixFile, next);
}
process.exit(wrong > 0 ? 1 : 0);
