// What the action costs before it works, how big dist/ is, and whether it can be made again: `node bench/action.mjs`.
// `--rebuild` also copies the sources and node_modules into two folders of other names and depths and builds dist/ in both.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const scratch = mkdtempSync(join(tmpdir(), 'mochi-action-'));
const ROUNDS = Number(process.argv.find((arg) => /^--rounds=\d+$/.test(arg))?.slice(9) ?? 12);

/** Writes the process's own CPU time, in microseconds since it began, when it ends. */
const METER = `data:text/javascript,${encodeURIComponent(
  "import{writeFileSync as w}from'node:fs';process.on('exit',()=>{const c=process.cpuUsage();w(process.env.METER,String(c.user+c.system))})",
)}`;

/** CPU milliseconds of one start of dist/index.js in a folder with these files. */
function start({ script = join(dist, 'index.js'), files = {}, inputs = {} }, status) {
  const dir = mkdtempSync(join(scratch, 'run-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  const meter = join(scratch, 'meter');
  const given = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]));
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, METER: meter, ...given };
  const run = spawnSync(process.execPath, ['--import', METER, script], { cwd: dir, env, encoding: 'utf8' });
  if (run.status !== status) throw new Error(`status ${run.status} instead of ${status}: ${run.stdout}${run.stderr}`);
  return Number(readFileSync(meter, 'utf8')) / 1000;
}

/** The least of several runs, which take turns: other work on the machine only ever adds. */
function costs() {
  const empty = join(scratch, 'empty.mjs');
  writeFileSync(empty, '');
  const rows = [
    ['Node with an empty script', { script: empty }, 0],
    ['a misspelt input, to its error', { inputs: { comand: 'check' } }, 2],
    // A zero byte is what is wrong with the first program: it was read, and nothing more.
    ['the check path, until the first program is read', { files: { 'a.mochi': '\0' } }, 1],
    ['one program compiled (the compiler loads, and parses its run-time library)', { files: { 'a.mochi': 'print(1)\n' } }, 0],
  ];
  const least = rows.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, [, options, status]] of rows.entries()) least[i] = Math.min(least[i], start(options, status));
  }
  console.log(`CPU time of the action on Node ${process.versions.node}, the least of ${ROUNDS} runs\n`);
  console.log('| | ms |\n|---|--:|');
  for (const [i, [what]] of rows.entries()) console.log(`| ${what} | ${Math.round(least[i])} |`);
}

function sizes() {
  const files = readdirSync(dist).map((name) => ({ name, bytes: readFileSync(join(dist, name)).length }));
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  console.log(`\ndist/: ${files.length} files, ${total} bytes; those of more than 1 % of it:\n`);
  console.log('| File | Bytes |\n|---|--:|');
  for (const { name, bytes } of files.sort((a, b) => b.bytes - a.bytes)) {
    if (bytes > total / 100) console.log(`| ${name} | ${bytes} |`);
  }
}

/** One digest for a folder: of the names and contents of its files. */
function digest(folder) {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder).sort()) {
    hash.update(`${name}\0`).update(createHash('sha256').update(readFileSync(join(folder, name))).digest());
  }
  return hash.digest('hex');
}

function rebuild() {
  const wanted = digest(dist);
  console.log(`\ndist/ here:  ${wanted}`);
  const tracked = spawnSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).stdout.split('\0');
  for (const place of ['a', 'some where/else, deeper']) {
    const copy = join(scratch, place);
    for (const name of tracked.filter((one) => one !== '' && !one.startsWith('dist/') && !one.startsWith('__tests__/'))) {
      mkdirSync(dirname(join(copy, name)), { recursive: true });
      cpSync(join(root, name), join(copy, name));
    }
    cpSync(join(root, 'node_modules'), join(copy, 'node_modules'), { recursive: true, verbatimSymlinks: true });
    const build = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: copy, stdio: 'inherit' });
    const made = build.status === 0 ? digest(join(copy, 'dist')) : 'the build failed';
    console.log(`in ${JSON.stringify(place)}: ${made}: ${made === wanted ? 'identical' : 'DIFFERENT'}`);
    if (made !== wanted) process.exitCode = 1;
    rmSync(copy, { recursive: true });
  }
}

try {
  costs();
  sizes();
  if (process.argv.includes('--rebuild')) rebuild();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
