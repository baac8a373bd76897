// Writes the workflows that the documentation shows into a folder, a file each, made whole where a page shows a part: for actionlint.
//     node scripts/doc-workflows.mjs DIR && actionlint DIR/*.yml
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const [dir] = process.argv.slice(2);
if (dir === undefined) throw new Error('usage: node scripts/doc-workflows.mjs DIR');
mkdirSync(dir, { recursive: true });

const indented = (text, by) => text.replace(/^(?=.)/gm, ' '.repeat(by));

/** A block of YAML as a workflow: steps, a job's content and the head of a workflow get what is missing around them. */
function whole(block) {
  let text = block;
  const job = 'jobs:\n  job:\n    runs-on: ubuntu-latest\n';
  if (text.startsWith('- ')) text = `${job}    steps:\n${indented(text, 6)}`;
  else if (/^steps:/m.test(text)) text = `${job}${indented(text, 4)}`;
  else if (!/^jobs:/m.test(text)) text = `${text}${job}    steps:\n      - run: "true"\n`;
  return /^on:/m.test(text) ? text : `on: push\n${text}`;
}

let count = 0;
for (const page of ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].sort()) {
  if (!page.endsWith('.md')) continue;
  const blocks = [...readFileSync(join(root, page), 'utf8').matchAll(/```yaml\n([\s\S]*?)```/g)];
  for (const [i, [, block]] of blocks.entries()) {
    writeFileSync(join(dir, `${page.replaceAll(/[/.]/g, '-')}-${i + 1}.yml`), whole(block));
    count++;
  }
}
console.log(`${count} workflows in ${dir}`);
