// Writes the generated parts of the documentation: tables that repeat what the program itself knows. In a page they stand between
// `<!-- NAME: made by scripts/docs.mjs -->` and `<!-- end of NAME -->`. `--check` tells which pages are out of date (exit 1 if any).
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { INPUT_ROWS } from '../src/action/inputs.ts';
import { CODES } from '../src/diagnostics/codes.ts';
import { EXAMPLES } from '../src/diagnostics/examples.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const read = (name) => readFileSync(join(root, name), 'utf8');

/** What each kind of code is about, and where to read on. */
const GROUPS = [
  ['P', 'How a program is written', 'Syntax errors. The message says what was expected and where.'],
  [
    'T',
    'Names and types',
    'Up to T066 the numbers mean what they mean in Mochi’s own checker, so some never occur here. T024, T025, T053, T072 and T076 only warn, unless `--strict` (input `strict`).',
  ],
  ['N', 'Limits of this compiler', 'See [language.md](language.md) for what is compiled.'],
  ['E1', 'Command line and tools', 'Exit status 2 for usage, 4 for the network, 3 for a wrong digest, else 1.'],
  ['E2', 'Files and projects', ''],
  ['E3', 'Packages and their verification', 'E31x end with exit status 3.'],
  ['E4', 'Releases', 'See [release.md](release.md) and [permissions.md](permissions.md).'],
  ['E5', 'Executables', ''],
  ['E6', 'The action', ''],
];

/** The codes that troubleshooting.md says more about, with the anchor there. */
const troubles = new Map(
  [...read('docs/troubleshooting.md').matchAll(/^<a id="([etn]\d{3})"><\/a>\*\*([^*]+)\*\*/gm)].flatMap(
    ([, id, head]) => {
      const [first, last] = /([EN]\d{3}) … ([EN]\d{3})/.exec(head)?.slice(1) ?? [];
      const inRange = (code) => first !== undefined && code >= first && code <= last;
      return [...CODES.keys()].filter((code) => head.includes(code) || inRange(code)).map((code) => [code, id]);
    },
  ),
);

/** A program in a cell of a table. */
function program(text) {
  const html = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const lines = html
    .replaceAll('|', '&#124;')
    .replace(/[\\`*_[\]~]/g, '\\$&')
    .split('\n');
  return `<pre>${lines.join('<br>')}</pre>`;
}

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function errors() {
  const lines = [];
  let listed = 0;
  for (const [prefix, title, about] of GROUPS) {
    const codes = [...CODES].filter(([code]) => code.startsWith(prefix));
    listed += codes.length;
    lines.push(`## ${title}`, '');
    if (about !== '') lines.push(about, '');
    const examples = codes.some(([code]) => EXAMPLES.has(code));
    lines.push(
      ...(examples
        ? ['| Code | What it says | Wrong | Right |', '|---|---|---|---|']
        : ['| Code | What it says |', '|---|---|']),
    );
    for (const [code, text] of codes) {
      const example = EXAMPLES.get(code);
      const more = troubles.has(code) ? ` [More](troubleshooting.md#${troubles.get(code)}).` : '';
      const shown = !examples ? [] : example ? [program(example.wrong), program(example.right)] : ['', ''];
      lines.push(`| ${[`<a id="${code.toLowerCase()}"></a>${code}`, `${cell(text)}${more}`, ...shown].join(' | ')} |`);
    }
    lines.push('');
  }
  if (listed !== CODES.size) throw new Error('scripts/docs.mjs: a code belongs to no group');
  return lines.join('\n').trimEnd();
}

function targets() {
  const { targets: rows, launchers } = JSON.parse(read('matrix.json'));
  const lines = [
    '| Target | wasmtime’s name | Tier | Executable | Hosted runner | Emulator | Tested by |',
    '|---|---|--:|--:|---|---|---|',
  ];
  for (const t of rows) {
    const launcher = launchers?.[t.name];
    const size = launcher ? `launcher ${Math.round(launcher.size / 1000)} kB` : 'built from source';
    lines.push(
      `| \`${t.name}\` | \`${t.wasmtimeTarget}\` | ${t.tier} | ${size} | ${t.runner ?? '–'} | ${t.emulator ?? '–'} | ${cell(t.testedBy)} |`,
    );
  }
  return lines.join('\n');
}

function inputs() {
  const lines = ['| Input | Default | |', '|---|---|---|'];
  for (const { name, default: value, description } of INPUT_ROWS) {
    lines.push(`| \`${name}\` | ${value === '' ? '' : `\`${value}\``} | ${cell(description)} |`);
  }
  return lines.join('\n');
}

function outputs() {
  const text = read('action.yml');
  const section = text.slice(text.indexOf('\noutputs:\n'), text.indexOf('\nruns:\n'));
  const lines = ['| Output | |', '|---|---|'];
  for (const [, name, description] of section.matchAll(/^ {2}([a-z0-9-]+):\n {4}description: '((?:[^']|'')*)'$/gm)) {
    lines.push(`| \`${name}\` | ${cell(description.replaceAll("''", "'"))} |`);
  }
  return lines.join('\n');
}

/** What the checker reports as N001, from its own source: the calls of `unsupported`. */
function unsupported() {
  const found = readdirSync(join(root, 'src/check'))
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => read(`src/check/${name}`))
    .flatMap((text) => [...text.matchAll(/unsupported\(\s*ctx,\s*([^;]*?),\s*[a-z]+\.span/g)].map((m) => m[1]))
    .flatMap((argument) => [...argument.matchAll(/'([^']*)'|`((?:\\`|[^`])*)`/g)].map((m) => m[1] ?? m[2]));
  const shown = found.map((text) =>
    text
      .replaceAll('\\`', '`')
      .replace(/\$\{stmt\.[^}]*\}/, 'Go, Python, …')
      .replace(/^\$\{what\} /, '`load` or `fetch` as ')
      .replace(/\$\{[^}]*\}/, 'NAME'),
  );
  return [...new Set(shown)]
    .sort()
    .map((text) => `- ${text}`)
    .join('\n');
}

const SECTIONS = {
  'docs/errors.md': { errors },
  'docs/targets.md': { targets },
  'docs/language.md': { unsupported },
  'README.md': { inputs, outputs },
};

/** The pages that name the pinned version of wasmtime in an example. */
const NAMES_VERSION = ['docs/enterprise.md', 'docs/mochi-toml.md'];

function versionPages() {
  const { major, default: version } = JSON.parse(read('matrix.json')).wasmtime;
  const pinned = new RegExp(`\\b${major}\\.\\d+\\.\\d+\\b`, 'g');
  return NAMES_VERSION.map((path) => ({ path, text: read(path).replace(pinned, version) }));
}

/** The pages with their generated parts renewed: path and text. */
export function pages() {
  return [...sectionPages(), ...versionPages()];
}

function sectionPages() {
  return Object.entries(SECTIONS).map(([path, sections]) => {
    let text = read(path);
    for (const [name, make] of Object.entries(sections)) {
      const begin = `<!-- ${name}: made by scripts/docs.mjs -->`;
      const end = `<!-- end of ${name} -->`;
      const [from, to] = [text.indexOf(begin), text.indexOf(end)];
      if (from < 0 || to < from) throw new Error(`${path} has no place for ${name}`);
      text = `${text.slice(0, from)}${begin}\n\n${make()}\n\n${text.slice(to)}`;
    }
    return { path, text };
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const stale = pages().filter(({ path, text }) => text !== read(path));
  if (process.argv.includes('--check')) {
    if (stale.length > 0) {
      console.error(`out of date: ${stale.map((page) => page.path).join(', ')}. Run: node scripts/docs.mjs`);
      process.exitCode = 1;
    }
  } else {
    for (const { path, text } of stale) {
      writeFileSync(join(root, `${path}.new`), text);
      renameSync(join(root, `${path}.new`), join(root, path));
      console.log(`wrote ${path}`);
    }
  }
}
