// Queries: `node bench/queries.mjs [--rounds N] [--rows N] [--json]`. First join + group + sort against the same work in C, Go and
// DuckDB (one thread; installed from PyPI into a virtual environment when Python can); then how each kind of clause grows.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildC, buildEmpty, buildGo, buildWasm, compileMochi, fixed, HERE, interleave, plain, tools } from './lib.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    rows: { type: 'string', default: '1000000' },
    json: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
const folder = join(HERE, 'queries');

/** A Python that has DuckDB, or undefined. */
function duckdb() {
  const venv = join(tmpdir(), 'mochi-wasm-bench-duckdb');
  const python = join(venv, 'bin', 'python');
  try {
    if (!existsSync(python)) execFileSync('python3', ['-m', 'venv', venv], { stdio: 'ignore' });
    try {
      execFileSync(python, ['-c', 'import duckdb'], { stdio: 'ignore' });
    } catch {
      execFileSync(python, ['-m', 'pip', 'install', '--quiet', 'duckdb'], { stdio: 'ignore' });
    }
    return python;
  } catch {
    return undefined;
  }
}

/** A query program for a number of rows, compiled. */
function mochi(installed, file, rows, name) {
  const text = readFileSync(file, 'utf8').replace(/^(\s*let (?:rows|n) = )1000000$/m, `$1${rows}`);
  return buildWasm(installed, compileMochi(file, text).wasm, `${name}-${rows}`);
}

const installed = await tools();
const python = duckdb();
const report = join(folder, 'report');
const start = interleave(buildEmpty(installed), 5).best;
if (python) start.duckdb = interleave({ duckdb: [python, `${report}.py`] }, 3).best.duckdb;
const ms = (used, name) => Math.max(1, used.us - start[name].us) / 1000;

const commands = { c: [...buildC(`${report}.c`, 'report'), options.rows] };
commands.mochi = mochi(installed, `${report}.mochi`, Number(options.rows), 'report');
if (installed.go) commands.go = [...buildGo(`${report}.go`, 'report'), options.rows];
if (python) commands.duckdb = [python, `${report}.py`, options.rows];
const { best } = interleave(commands, rounds);
const compared = Object.entries(best).map(([name, used]) => ({
  name,
  ms: ms(used, name),
  mb: used.kb / 1024,
  time: ms(best.mochi, 'mochi') / ms(used, name),
  memory: best.mochi.kb / used.kb,
}));

const sizes = [10_000, 100_000, 1_000_000];
const growth = readdirSync(join(folder, 'growth'))
  .filter((f) => f.endsWith('.mochi'))
  .map((f) => {
    const name = f.slice(0, -'.mochi'.length);
    const times = sizes.map((rows) => {
      const command = mochi(installed, join(folder, 'growth', f), rows, name);
      try {
        return ms(interleave({ [name]: command }, rounds, { limit: 20 }).best[name], 'mochi');
      } catch {
        // It took more than 20 seconds: it does not grow as it should.
        return Number.NaN;
      }
    });
    return { name, times };
  });

if (options.json) console.log(JSON.stringify({ rows: Number(options.rows), compared, growth, sizes }, null, 2));
else {
  console.log(
    `join + group + sort, ${options.rows} rows: CPU time (start subtracted) and peak memory; ratios are Mochi to the other`,
  );
  console.log(
    plain(
      ['', 'ms', 'MB', 'time', 'memory'],
      compared.map((c) => [c.name, fixed(c.ms, 0), fixed(c.mb, 0), fixed(c.time), fixed(c.memory)]),
    ),
  );
  console.log('\nCPU ms by number of rows; the last column is the growth of the last tenfold step (10 is linear)');
  console.log(
    plain(
      ['', ...sizes.map(String), 'growth'],
      growth.map((g) => [g.name, ...g.times.map((t) => fixed(t, 1)), fixed(g.times[2] / g.times[1], 1)]),
    ),
  );
}
