// The whole way on a real program: builds dist/, compiles examples/inventory, runs it and its tests under wasmtime, makes
// a release for all targets under out/, verifies it, runs this machine's executable, and prints what was made.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const cli = join(root, 'dist', 'cli.js');
const project = 'examples/inventory';
const csv = readFileSync(join(root, project, 'movements.csv'));

function fail(message) {
  console.error(`demo: ${message}`);
  process.exit(1);
}

/** Runs a program to its end, fails the demo unless its status is 0, and gives its stdout. */
function run(title, command, args, input) {
  console.log(`\n== ${title}`);
  const started = performance.now();
  const done = spawnSync(command, args, { cwd: root, input, stdio: ['pipe', 'pipe', 'inherit'], maxBuffer: 2 ** 28 });
  if (done.error) fail(`${command} cannot be run: ${done.error.message}`);
  if (done.status !== 0) {
    process.stdout.write(done.stdout);
    fail(`${title}: exit status ${done.status ?? done.signal}`);
  }
  return { text: done.stdout.toString('utf8'), seconds: (performance.now() - started) / 1000 };
}

const mochi = (title, args, input) => run(title, process.execPath, [cli, ...args], input);
const show = ({ text, seconds }) => console.log(`${text.trimEnd()}\n(${seconds.toFixed(2)} s)`);

show(run('Build dist/', process.execPath, ['scripts/build.mjs']));
show(mochi('Make wasmtime ready', ['setup']));
const ran = mochi(`Run ${project} with its CSV on stdin`, ['run', project], csv);
show(ran);
show(mochi(`Run the tests of ${project}`, ['test', project]));
const made = mochi('Package it for all targets into out/', [
  'package',
  project,
  '--out-dir',
  'out',
  '--json',
  '--quiet',
]);
const { manifest } = JSON.parse(made.text);
console.log(`${manifest.files.length} files and SHA256SUMS (${made.seconds.toFixed(2)} s)`);
show(mochi('Verify out/', ['verify', 'out']));

const { targets } = JSON.parse(mochi('Look for the executable of this machine', ['targets', '--json']).text);
const host = targets.find((target) => target.host);
const entry = manifest.targets.find((target) => target.name === host?.name);
if (entry?.archive) {
  const folder = mkdtempSync(join(tmpdir(), 'mochi-wasm-demo-'));
  try {
    const unpacked = spawnSync('tar', ['-xf', join(root, 'out', entry.archive), '-C', folder, '--strip-components=1']);
    if (unpacked.status !== 0) fail(`cannot unpack ${entry.archive}: ${unpacked.stderr}`);
    const exe = join(folder, `${manifest.name}${host.exeSuffix}`);
    const direct = run(`Run ${manifest.name} from ${entry.archive}, without Node or wasmtime`, exe, [], csv);
    if (direct.text !== ran.text) fail('the executable printed something else than the program under wasmtime');
    console.log(`prints the same as under wasmtime (${direct.seconds.toFixed(3)} s)`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
} else
  console.log('There is no launcher for this machine, so there is no executable to run (npm run launcher makes one).');

console.log('\n== What is in out/');
const rows = manifest.files.map((file) => [file.name, file.role, String(file.size)]);
for (const target of manifest.targets) {
  for (const executable of Object.values(target.executables)) {
    if (executable.status === 'made')
      rows.push([`  ${executable.path} in ${target.archive}`, 'executable', String(executable.size)]);
    else rows.push([`  ${target.name}: ${executable.reason}`, '', '']);
  }
}
const all = [['file', 'role', 'bytes'], ...rows];
const width = (column) => Math.max(...all.map((row) => row[column].length));
for (const [file, role, size] of all) {
  console.log(`${file.padEnd(width(0))}  ${role.padEnd(width(1))}  ${size.padStart(width(2))}`.trimEnd());
}
