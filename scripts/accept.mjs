// Writes what the language tests do now into their .out and .err files: `npm run accept [-- PART_OF_NAME]`. Read the diff.
import { rmSync, writeFileSync } from 'node:fs';
import { expectationFiles, langTests, runLang } from '../__tests__/lang/harness.ts';

const only = process.argv[2] ?? '';
let changed = 0;
for (const test of langTests()) {
  if (!test.name.includes(only)) continue;
  const got = await runLang(test);
  const files = expectationFiles(test);
  for (const [file, text] of [
    [files.out, got.out],
    [files.err, got.err],
  ]) {
    if (text) writeFileSync(file, text);
    else rmSync(file, { force: true });
  }
  changed++;
}
console.log(`${changed} expectations written`);
