// How much memory a large release takes: 60 assets of up to 100 MB (sparse files), uploaded to the tests' fake GitHub in another
// process. Prints the peak of this process's resident memory, and with one small asset for comparison. Run with the project's Node:
//   npm exec -- node bench/release-memory.mjs [ASSETS] [LARGEST MB]
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  ftruncateSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MB = 1_000_000;
const self = fileURLToPath(import.meta.url);
const [mode, ...rest] = process.argv.slice(2);

if (mode === 'serve') await serve();
else if (mode === 'upload') await upload(rest[0], Number(rest[1]), Number(rest[2]));
else await main(Number(mode ?? 60), Number(rest[0] ?? 100));

async function serve() {
  const { startFakeGithub } = await import('../__tests__/fake-github/server.ts');
  const fake = await startFakeGithub({ keep: 0 });
  process.stdout.write(`${fake.url}\n`);
}

async function main(count, largest) {
  const server = spawn(process.execPath, [self, 'serve'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise((ready) => server.stdout.once('data', (data) => ready(String(data).trim())));
  try {
    const run = (n, size) => {
      const { stdout, status, stderr } = spawnSync(process.execPath, [self, 'upload', url, String(n), String(size)]);
      if (status !== 0) throw new Error(String(stderr));
      return JSON.parse(String(stdout));
    };
    for (const report of [run(1, 1), run(count, largest)]) {
      console.log(
        `${report.assets} assets, ${(report.bytes / MB).toFixed(0)} MB: peak ${(report.peak / MB).toFixed(0)} MB resident, ` +
          `${report.seconds.toFixed(1)} s`,
      );
    }
  } finally {
    server.kill();
  }
}

/** `count` files whose sizes go evenly up to `largest` MB: sparse, with a few bytes that tell them apart. */
async function upload(url, count, largest) {
  const { githubPort } = await import('../src/release/github.ts');
  const { applyRelease } = await import('../src/release/apply.ts');
  const dir = mkdtempSync(join(tmpdir(), 'release-memory-'));
  try {
    const assets = [];
    for (let i = 0; i < count; i++) {
      const name = `big-1.0.0-${i}.bin`;
      const size = Math.ceil(((i + 1) / count) * largest * MB);
      const file = openSync(join(dir, name), 'w');
      ftruncateSync(file, size);
      writeSync(file, `file ${i}`);
      closeSync(file);
      assets.push(await planned(dir, name, size));
    }
    const sums = assets.map(({ name, digest }) => `${digest.slice(7)}  ${name}\n`).join('');
    writeFileSync(join(dir, 'SHA256SUMS'), sums);
    assets.push(await planned(dir, 'SHA256SUMS', sums.length));
    const tag = `v1.0.0-${count}.${process.pid}`;
    const plan = {
      tag,
      packageName: 'big',
      version: '1.0.0',
      title: tag,
      commit: null,
      draft: false,
      prerelease: false,
      makeLatest: 'legacy',
      notes: { kind: 'text', body: '' },
      onExisting: 'fail',
      assets,
    };
    const port = githubPort({ token: 'none', apiUrl: url, repository: 'octo/hello', userAgent: 'bench', secondMs: 1 });
    let peak = 0;
    const timer = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss());
    }, 20);
    const started = performance.now();
    const result = await applyRelease(plan, port, { dir });
    clearInterval(timer);
    if (!result.published) throw new Error('it was not published');
    const bytes = assets.reduce((sum, asset) => sum + asset.size, 0);
    peak = Math.max(peak, process.resourceUsage().maxRSS * 1024);
    console.log(JSON.stringify({ assets: assets.length, bytes, peak, seconds: (performance.now() - started) / 1000 }));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function planned(dir, name, size) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(join(dir, name))) hash.update(chunk);
  return { name, size, digest: `sha256:${hash.digest('hex')}` };
}
