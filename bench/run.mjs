// The benchmark: `npm run bench [-- --rounds N --only NAME,NAME --json --reference PATH --variant NAME=FLAGS]`.
// Each kernel exists as Mochi, C and Go; all do the same work and print the same. A full run writes docs/performance.md.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  buildC,
  buildEmpty,
  buildGo,
  buildWasm,
  compileMochi,
  fixed,
  geometricMean,
  HERE,
  interleave,
  plain,
  run,
  tools,
} from './lib.mjs';
import { chart, page } from './report.mjs';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    // The reference CLI, which is run once per kernel, for at most LIMIT seconds.
    reference: { type: 'string' },
    limit: { type: 'string', default: '60' },
    // Other settings of the engine to compare with: NAME=ARGUMENTS of `wasmtime compile`, for example 'inlining=-C inlining=y'.
    variant: { type: 'string', multiple: true, default: [] },
    docs: { type: 'boolean', default: false },
  },
});
const rounds = Number(options.rounds);
const only = options.only?.split(',');
const kernels = readdirSync(join(HERE, 'kernels'))
  .filter((f) => f.endsWith('.mochi'))
  .map((f) => f.slice(0, -'.mochi'.length))
  .filter((name) => only === undefined || only.includes(name))
  .sort();
if (kernels.length === 0) throw new Error(`no kernel is called ${options.only}`);

const log = (text) => {
  if (!options.json) console.log(text);
};

const installed = await tools();
const variants = options.variant.map((text) => {
  const at = text.indexOf('=');
  return { name: text.slice(0, at), args: text.slice(at + 1).split(' ') };
});
const start = interleave(buildEmpty(installed, variants), Math.max(10, rounds)).best;
log(
  `start, CPU ms: ${Object.entries(start)
    .map(([name, { us }]) => `${name} ${fixed(us / 1000)}`)
    .join(', ')}`,
);

/** CPU time without the start of the process, in microseconds. */
const net = (used, name) => Math.max(1, used.us - start[name].us);
/** Peak memory without what an empty program needs, in KB. */
const grown = (used, name) => Math.max(0, used.kb - start[name].kb);

const results = [];
for (const name of kernels) {
  const file = (ext) => join(HERE, 'kernels', `${name}.${ext}`);
  try {
    const { wasm } = compileMochi(file('mochi'));
    const commands = { c: buildC(file('c'), name), mochi: buildWasm(installed, wasm, name) };
    if (installed.go) commands.go = buildGo(file('go'), name);
    for (const v of variants) commands[v.name] = buildWasm(installed, wasm, `${name}-${v.name}`, v.args);
    const { best, output } = interleave(commands, rounds);
    const c = net(best.c, 'c');
    const mochi = net(best.mochi, 'mochi');
    const result = {
      name,
      c: c / 1000,
      mochi: mochi / 1000,
      go: best.go && net(best.go, 'go') / 1000,
      toC: mochi / c,
      toGo: best.go && mochi / net(best.go, 'go'),
      memory: { c: best.c.kb, mochi: best.mochi.kb, go: best.go?.kb },
      // Only where the program's own memory counts for something.
      memoryToC: grown(best.c, 'c') > 4096 ? grown(best.mochi, 'mochi') / grown(best.c, 'c') : undefined,
      memoryToGo:
        best.go && grown(best.go, 'go') > 4096 ? grown(best.mochi, 'mochi') / grown(best.go, 'go') : undefined,
      wasm: wasm.length,
      variants: Object.fromEntries(variants.map((v) => [v.name, net(best[v.name], v.name) / mochi])),
    };
    if (options.reference) result.reference = reference(file('mochi'), output, mochi);
    results.push(result);
    log(
      `${name.padEnd(12)} C ${fixed(result.c, 0).padStart(5)} ms  to C ${fixed(result.toC)}  to Go ${fixed(result.toGo)}` +
        `  memory to C ${fixed(result.memoryToC)}  .wasm ${wasm.length}` +
        variants.map((v) => `  ${v.name} ${fixed(result.variants[v.name])}`).join('') +
        (result.reference ? `  reference ${result.reference.text}` : ''),
    );
  } catch (error) {
    process.exitCode = 1;
    console.error(`${name}: ${error.message}`);
  }
}

/** How much longer the reference CLI takes: { ratio, text }; its CPU time with start and compilation. */
function reference(file, output, us) {
  const got = run([options.reference, 'run', file], { limit: Number(options.limit) });
  if (got.status === 128 + 14) return { ratio: got.us / us, text: `> ${fixed(got.us / us, 0)}`, cut: true };
  if (got.status !== 0) return { text: 'fails' };
  if (got.output !== output) return { text: 'wrong' };
  return { ratio: got.us / us, text: fixed(got.us / us, 0) };
}

const defined = (list) => list.filter((v) => v !== undefined && Number.isFinite(v) && v > 0);
const summary = {
  toC: geometricMean(results.map((r) => r.toC)),
  toGo: geometricMean(defined(results.map((r) => r.toGo))),
  memoryToC: geometricMean(defined(results.map((r) => r.memoryToC))),
  memoryToGo: geometricMean(defined(results.map((r) => r.memoryToGo))),
  reference: geometricMean(defined(results.map((r) => r.reference?.ratio))),
  variants: Object.fromEntries(variants.map((v) => [v.name, geometricMean(results.map((r) => r.variants[v.name]))])),
};
const report = {
  machine: cpus()[0]?.model.trim() ?? 'unknown',
  gcc: installed.gcc,
  go: installed.go,
  wasmtime: installed.wasmtime.version,
  rounds,
  start: Object.fromEntries(
    Object.entries(start).map(([name, { us, kb }]) => [name, { ms: us / 1000, mb: kb / 1024 }]),
  ),
  results,
  summary,
};
if (options.json) console.log(JSON.stringify(report, null, 2));
else {
  log(
    plain(
      ['geometric mean', 'to C', 'to Go', 'memory to C', 'memory to Go', ...variants.map((v) => v.name)],
      [
        [
          `${results.length} kernels`,
          ...[summary.toC, summary.toGo, summary.memoryToC, summary.memoryToGo].map((v) => fixed(v)),
          ...variants.map((v) => fixed(summary.variants[v.name], 3)),
        ],
      ],
    ),
  );
}
if ((only === undefined || options.docs) && results.length > 0) {
  const docs = join(HERE, '..', 'docs');
  const target = join(docs, 'performance.md');
  let before = '';
  try {
    before = readFileSync(target, 'utf8');
  } catch {
    // The first run writes the page.
  }
  writeFileSync(target, page(report, before));
  writeFileSync(join(docs, 'performance.svg'), chart(report));
  log('written: docs/performance.md, docs/performance.svg');
}
