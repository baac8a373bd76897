// Everything that must hold: formatting and lint, types, generated files and dist/ up to date, and all tests. Ends with
// the line `N passed, N failed`; exit status 1 unless all passed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const modules = join(root, 'node_modules');
let passed = 0;
let failed = 0;

if (Number.parseInt(process.versions.node, 10) < 22) {
  console.error(
    `Node ${process.versions.node} is too old for the tests; run them with npm test, which uses the project's own.`,
  );
  process.exit(1);
}

/** Runs a script with this Node and shows its output; gives its exit status. */
function node(...args) {
  const { status, signal, error } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (error) console.error(String(error));
  if (signal) console.error(`ended by ${signal}`);
  return status ?? 1;
}

function step(name, ...args) {
  const started = performance.now();
  const ok = node(...args) === 0;
  if (ok) passed++;
  else failed++;
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
}

step('format and lint', join(modules, '@biomejs/biome/bin/biome'), 'check', '.');
step('types', join(modules, 'typescript/bin/tsc'), '--noEmit', '-p', 'tsconfig.json');
step('embedded run-time library is up to date', 'scripts/embed-runtime.mjs', '--check');
step('dist/ is up to date', 'scripts/build.mjs', '--check');

const folder = mkdtempSync(join(tmpdir(), 'mochi-wasm-tests-'));
try {
  const file = join(folder, 'report.json');
  const status = node(
    join(modules, 'vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
    ...process.argv.slice(2),
  );
  const report = JSON.parse(readFileSync(file, 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  // A file that cannot be loaded has no tests that could fail; neither has an error outside all tests.
  const unloaded = report.testResults.filter((r) => r.status === 'failed' && r.assertionResults.length === 0);
  failed += unloaded.length;
  for (const { name } of unloaded) console.log(`FAIL ${name} cannot be loaded`);
  if (status !== 0 && report.numFailedTests + unloaded.length === 0) failed++;
} catch (error) {
  failed++;
  console.error(`vitest left no report: ${error}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
