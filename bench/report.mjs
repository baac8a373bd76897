// Text and picture of a run of the benchmark.
import { fixed, table } from './lib.mjs';

/** What each kernel does, for the reader of the table. */
const WHAT = {
  bigint: 'factorials, Fibonacci numbers, a quotient and decimal text of big integers',
  bintrees: 'binary trees as a sum type: allocation and matching',
  closures: 'map, filter and fold over lists, written by the user, with capturing closures',
  collatz: 'integer division and branches',
  dp: 'a table of edit distances: lists of lists of integers',
  evaluator: 'an expression tree as a sum type, evaluated',
  fannkuch: 'short integer lists in tight loops',
  fib: 'recursion',
  intmap: 'a map with integer keys',
  mandelbrot: 'float arithmetic',
  matmul: 'product of matrices: lists of lists of floats',
  nbody: 'a list of structs with float fields',
  query: 'a query: join, group, having, sort over 1e6 rows',
  quicksort: 'sorting a list in place',
  sieve: 'a long list of bools',
  spectral: 'float lists, conversions, division',
  strbuild: 'texts made by appending',
  strscan: 'a text read character by character',
  structs: 'structs changed in place and replaced',
  vectors: 'small structs that functions take and give',
  wordcount: 'words counted in a map with string keys',
};

const mb = (kb) => (kb === undefined ? '–' : fixed(kb / 1024, 1));

/**
 * docs/performance.md. What people wrote between the two marker lines of the page as it was is kept.
 */
export function page(report, before) {
  const { results, summary, start } = report;
  const hasReference = results.some((r) => r.reference);
  const head = ['kernel', 'what it does', 'C ms', 'to C', 'to Go', 'memory MB', 'C MB', 'memory to C', '.wasm bytes'];
  if (hasReference) head.push('reference to this');
  const rows = results.map((r) => [
    r.name,
    WHAT[r.name] ?? '',
    fixed(r.c, 0),
    fixed(r.toC),
    fixed(r.toGo),
    mb(r.memory.mochi),
    mb(r.memory.c),
    fixed(r.memoryToC),
    String(r.wasm),
    ...(hasReference ? [r.reference?.text ?? '–'] : []),
  ]);
  rows.push([
    '**geometric mean**',
    '',
    '',
    `**${fixed(summary.toC)}**`,
    `**${fixed(summary.toGo)}**`,
    '',
    '',
    `**${fixed(summary.memoryToC)}**`,
    '',
    ...(hasReference ? [`**${fixed(summary.reference, 0)}**`] : []),
  ]);
  const kept = /<!-- notes -->\n([\s\S]*?)<!-- end of notes -->/.exec(before)?.[1] ?? '';
  return `# Performance

Written by \`npm run bench\`. Every kernel in \`bench/kernels\` exists as Mochi, C and Go; the three do the same work and
must print the same. Ratios are CPU time (user and system, all threads) to that of \`gcc -O2\` and of Go: below 1 means
faster. The least of ${report.rounds} interleaved rounds counts, without the start of the process. Memory is the peak
resident size; its ratio is what the kernel adds to an empty program, and is given where C adds more than 4 MB.

![Time to C and Go](performance.svg)

${table(head, rows, 2)}

Start of a process, CPU ms: ${Object.entries(start)
    .map(([name, s]) => `${name === 'c' ? 'C' : name === 'go' ? 'Go' : 'Mochi under wasmtime'} ${fixed(s.ms)}`)
    .join(', ')}.

Measured on: ${report.machine}; ${report.gcc}; ${report.go ?? 'no Go'}; wasmtime ${report.wasmtime}. Go runs with
GOMAXPROCS=1, which makes its CPU time smallest.

<!-- notes -->
${kept}<!-- end of notes -->
`;
}

/** A bar for the time to C of each kernel, a tick for the time of Go, on a logarithmic axis. */
export function chart(report) {
  const rows = [...report.results].sort((a, b) => a.toC - b.toC);
  const left = 110;
  const width = 560;
  const rowHeight = 20;
  const top = 46;
  const height = top + rows.length * rowHeight + 34;
  const low = Math.log2(0.25);
  const high = Math.max(Math.log2(4), ...rows.map((r) => Math.ceil(Math.log2(Math.max(r.toC, r.go ? r.go / r.c : 1)))));
  const x = (ratio) => left + ((Math.min(high, Math.max(low, Math.log2(ratio))) - low) / (high - low)) * width;
  const ticks = [];
  for (let t = low; t <= high; t++) ticks.push(2 ** t);
  const number = (v) => v.toFixed(1);
  const parts = ticks.map(
    (t) =>
      `<line x1="${number(x(t))}" y1="${top - 6}" x2="${number(x(t))}" y2="${height - 28}" class="${t === 1 ? 'one' : 'grid'}"/>` +
      `<text x="${number(x(t))}" y="${height - 12}" text-anchor="middle">${t}</text>`,
  );
  rows.forEach((r, i) => {
    const y = top + i * rowHeight;
    const from = x(Math.min(1, r.toC));
    const to = x(Math.max(1, r.toC));
    parts.push(
      `<text x="${left - 8}" y="${y + 12}" text-anchor="end">${r.name}</text>`,
      `<rect x="${number(from)}" y="${y + 3}" width="${number(Math.max(1, to - from))}" height="11" class="${r.toC <= 1 ? 'fast' : 'slow'}"/>`,
    );
    if (r.go) {
      const at = number(x(r.go / r.c));
      parts.push(`<line x1="${at}" y1="${y}" x2="${at}" y2="${y + 17}" class="go"/>`);
    }
    parts.push(`<text x="${left + width + 8}" y="${y + 12}">${r.toC.toFixed(2)}</text>`);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width + 60} ${height}" role="img" aria-label="CPU time to C">
<style>text{font:12px sans-serif;fill:#555}.title{font-size:14px;fill:#333}.grid{stroke:#ddd}.one{stroke:#555}.fast{fill:#3b8f5a}.slow{fill:#c98a2b}.go{stroke:#00708a;stroke-width:2}rect.back{fill:#fff}</style>
<rect class="back" width="100%" height="100%"/>
<text class="title" x="${left}" y="18">CPU time to C (gcc -O2 = 1; log scale); the upright marks are Go</text>
${parts.join('\n')}
</svg>
`;
}
