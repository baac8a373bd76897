// Bundles the command line and the action into dist/, which runs with Node alone. The same sources give the same bytes.
// `--check` builds beside dist/ and tells whether the committed folder is up to date (exit 1 if not).
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { embed } from './embed-runtime.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * Loading @actions/core takes three times as long as loading the compiler, for a client of HTTP that it has only for tokens of OpenID. Neither it nor
 * what it imports does anything but define things when it is loaded, so what is not used of it can be left out.
 */
const onlyDefines = {
  name: 'only-defines',
  setup(build) {
    const inside = /[\\/]node_modules[\\/]@actions[\\/](?:core|exec|io|http-client)[\\/]/;
    build.onResolve({ filter: /^\.|^@actions\/(?:core|exec|io|http-client)$|^undici$|^tunnel$/ }, async (args) => {
      const { path, resolveDir, importer, kind } = args;
      if (args.pluginData === onlyDefines || (path.startsWith('.') && !inside.test(importer))) return undefined;
      const found = await build.resolve(path, { resolveDir, importer, kind, pluginData: onlyDefines });
      return found.errors.length > 0 ? { errors: found.errors } : { path: found.path, sideEffects: false };
    });
  },
};

/** What esbuild is told for the action and the command line, but for the entry points and where to write. */
export const OPTIONS = {
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  // Optional plug-ins of the SBOM library, for formats and checks that are not used: it does without them.
  external: ['ajv', 'ajv-formats', 'ajv-formats-draft2019', 'libxmljs2', 'xmlbuilder2'],
  plugins: [onlyDefines],
};

/** Bundles the compiler as a CommonJS file: V8's code of such files can be kept after they have run (src/project/code-cache.ts). */
export async function bundleCompiler(outfile) {
  await build({
    absWorkingDir: root,
    entryPoints: ['src/compiler.ts'],
    outfile,
    ...OPTIONS,
    splitting: false,
    format: 'cjs',
    charset: 'ascii',
    logLevel: 'warning',
  });
}

/** Builds into `outdir` (emptied first); returns the file names with their sizes. */
export async function bundle(outdir) {
  const entryPoints = {};
  for (const [name, path] of [
    ['cli', 'src/cli/main.ts'],
    ['index', 'src/action/main.ts'],
    ['compile-worker', 'src/project/compile-worker.ts'],
  ]) {
    if (existsSync(join(root, path))) entryPoints[name] = path;
  }
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true, mode: 0o755 });
  await bundleCompiler(join(outdir, 'compiler.cjs'));
  await build({
    absWorkingDir: root,
    entryPoints,
    outdir,
    ...OPTIONS,
    // See src/project/compiler.ts.
    define: { BUNDLED: 'true' },
    logLevel: 'warning',
    // What CommonJS dependencies take for granted.
    banner: {
      js: [
        "import{createRequire as __cr}from'node:module';import{fileURLToPath as __fp}from'node:url';",
        "const require=__cr(import.meta.url),__filename=__fp(import.meta.url),__dirname=__fp(new URL('.',import.meta.url));",
      ].join(''),
    },
  });
  writeFileSync(join(outdir, 'package.json'), '{"type":"module"}\n');
  const cli = join(outdir, 'cli.js');
  writeFileSync(cli, `#!/usr/bin/env node\n${readFileSync(cli, 'utf8')}`);
  chmodSync(cli, 0o755);
  return listing(outdir);
}

function listing(folder) {
  return new Map(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name))]),
  );
}

async function check(dist) {
  const scratch = mkdtempSync(join(root, '.dist-check-'));
  try {
    const want = await bundle(scratch);
    const have = existsSync(dist) ? listing(dist) : new Map();
    const names = new Set([...want.keys(), ...have.keys()]);
    return [...names].filter((name) => !have.get(name)?.equals(want.get(name) ?? Buffer.alloc(0)));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const dist = join(root, 'dist');
  if (process.argv.includes('--check')) {
    const differing = await check(dist);
    if (differing.length > 0) {
      console.error(`dist/ is not what the sources give: ${differing.join(', ')}. Run: npm run build`);
      process.exitCode = 1;
    }
  } else {
    embed();
    // Made beside it first: a build that fails leaves the old folder alone.
    const fresh = mkdtempSync(join(root, '.dist-new-'));
    let files;
    try {
      files = await bundle(fresh);
      rmSync(dist, { recursive: true, force: true });
      renameSync(fresh, dist);
    } finally {
      rmSync(fresh, { recursive: true, force: true });
    }
    const bytes = [...files.values()].reduce((sum, data) => sum + data.length, 0);
    console.log(`dist/: ${files.size} files, ${bytes} bytes`);
  }
}
