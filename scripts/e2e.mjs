// The workflows of README.md and of .github, run by `act` (github.com/nektos/act), a runner nobody here wrote, with the committed dist/
// against servers on this machine that stand in for GitHub's API and artifact service. Needs Go (or ACT=PATH of act 0.2.89).
// `--keep DIR` leaves the logs, summaries and what was released in DIR.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startArtifacts } from '../__tests__/action/fake-artifacts.ts';
import { startFakeGithub } from '../__tests__/fake-github/server.ts';
import { hostTarget } from '../src/toolchain/targets.ts';
import { firstMissing, quotedBlocks, shownLog } from './quoted.mjs';

const ACT = '0.2.89';
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const keep = process.argv.includes('--keep') ? process.argv[process.argv.indexOf('--keep') + 1] : undefined;
const scratch = mkdtempSync(join(tmpdir(), 'mochi-e2e-'));
let passed = 0;
let failed = 0;

// ---- tools

/** The path of act: ACT, or built from its Go module into the user's cache. */
function findAct() {
  if (process.env.ACT) return process.env.ACT;
  const bin = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'mochi-wasm-e2e', `act-${ACT}`);
  const path = join(bin, process.platform === 'win32' ? 'act.exe' : 'act');
  if (existsSync(path)) return path;
  console.log(`building act ${ACT} with Go`);
  const built = spawnSync('go', ['install', `github.com/nektos/act@v${ACT}`], {
    env: { ...process.env, GOBIN: bin },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (built.error || built.status !== 0) {
    console.error('act cannot be built: Go is missing or fails. Install Go, or name an act in the variable ACT.');
    process.exit(1);
  }
  return path;
}

function git(cwd, ...args) {
  const run = spawnSync('git', ['-c', 'user.name=Newcomer', '-c', 'user.email=newcomer@example.com', ...args], { cwd });
  if (run.status !== 0) throw new Error(`git ${args.join(' ')}: ${run.stderr}`);
  return run.stdout.toString('utf8').trim();
}

function check(what, good, detail = '') {
  if (good) passed++;
  else failed++;
  console.log(
    `  ${good ? 'ok  ' : 'FAIL'} ${what}${good || detail === '' ? '' : `\n       ${String(detail).slice(0, 2000)}`}`,
  );
}

const quotes = quotedBlocks(readFileSync(join(root, 'docs/first-run.md'), 'utf8'));

/** docs/first-run.md quotes this run as it is. */
function checkQuotes(run, { log, summary }) {
  const missing = quotes
    .filter((block) => block.run === run)
    .map(({ lines }) => firstMissing(lines, `${log}\n${summary}`))
    .filter((line) => line !== undefined);
  check('docs/first-run.md quotes it as it is', missing.length === 0, missing.join('\n') + log);
}

// ---- repositories

/** The YAML block of README.md that begins with `name: NAME`. */
function readmeWorkflow(name) {
  const found = new RegExp(`\`\`\`yaml\\n(name: ${name}\\n[\\s\\S]*?)\`\`\``).exec(
    readFileSync(join(root, 'README.md'), 'utf8'),
  );
  if (!found) throw new Error(`README.md has no workflow called ${name}`);
  return found[1];
}

/** A new repository with these files and one commit. */
function repository(name, files) {
  const dir = join(scratch, name);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  git(dir, 'init', '-q', '-b', 'main');
  git(dir, 'remote', 'add', 'origin', 'https://github.com/octo/hello.git');
  commit(dir);
  return dir;
}

function commit(dir) {
  git(dir, 'add', '-A');
  git(dir, 'commit', '-q', '-m', 'State');
}

/** This repository's files as they are now, as a repository of their own: what `uses: ./` and the action itself need. */
function copyOfThis() {
  const dir = join(scratch, 'action');
  const listed = spawnSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, maxBuffer: 1 << 26 });
  for (const path of listed.stdout.toString('utf8').split('\n')) {
    if (
      path === '' ||
      !/^(?:action\.yml|matrix\.json|package\.json|problem-matcher\.json|\.github|dist|examples|launcher\/prebuilt)/.test(
        path,
      )
    )
      continue;
    if (existsSync(join(root, path))) cpSync(join(root, path), join(dir, path));
  }
  chmodSync(join(dir, 'dist', 'cli.js'), 0o755);
  git(dir, 'init', '-q', '-b', 'main');
  git(dir, 'remote', 'add', 'origin', 'https://github.com/octo/hello.git');
  commit(dir);
  return dir;
}

/**
 * Actions in place of those that need more of GitHub than there is here, each with the inputs of the real one: actions/attest looks whether its
 * file is one of checksums, actions/download-artifact gets everything that was uploaded, a folder each.
 */
function standIns(artifacts) {
  const steps = {
    attest: [
      'subject-checksums',
      `grep -cE '^[0-9a-f]{64}  [A-Za-z0-9._-]+$' "$INPUT" | sed 's/$/ subjects to attest/'`,
    ],
    'download-artifact': [
      'path',
      `curl -fsS ${artifacts.url}/artifacts | while read -r name; do
          mkdir -p "$INPUT/$name" && curl -fsS -o "$INPUT/$name.zip" "${artifacts.url}/artifacts/$name"
          python3 -m zipfile -e "$INPUT/$name.zip" "$INPUT/$name" && rm "$INPUT/$name.zip"
        done`,
    ],
  };
  return Object.fromEntries(
    Object.entries(steps).map(([name, [input, script]]) => {
      const dir = join(scratch, name);
      mkdirSync(dir, { recursive: true });
      const text = `name: stand-in
description: Takes the input of the real one
inputs:
  ${input}:
    description: As in the real one
    required: true
runs:
  using: composite
  steps:
    - shell: bash
      env:
        INPUT: \${{ inputs.${input} }}
      run: |
        ${script}
`;
      writeFileSync(join(dir, 'action.yml'), text);
      return [name, dir];
    }),
  );
}

// ---- runs

/** Runs one workflow under act; gives its exit status, the log without act's prefixes, and the summary. */
async function run({ act, action, actions, artifacts }, dir, workflow, event, payload = {}, label = workflow) {
  const eventFile = join(scratch, 'event.json');
  writeFileSync(eventFile, JSON.stringify(payload));
  const used = readFileSync(join(dir, '.github/workflows', workflow), 'utf8').matchAll(
    /uses: (actions\/([\w-]+)@\w+)/g,
  );
  const places = [...used].flatMap(([, action, name]) => (name in actions ? [`${action}=${actions[name]}`] : []));
  const args = [
    event,
    ...['-W', join('.github/workflows', workflow)],
    ...['-e', eventFile],
    ...['ubuntu-latest', 'ubuntu-24.04', 'macos-15', 'windows-2025'].flatMap((name) => ['-P', `${name}=-self-hosted`]),
    ...['--local-repository', `mochilang/mochi-wasm-action@v1=${action}`],
    ...places.flatMap((place) => ['--local-repository', place]),
    ...['--action-cache-path', join(scratch, 'actions')],
    ...['-s', 'GITHUB_TOKEN=a-token-for-tests'],
    ...Object.entries(artifacts.env).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    '--no-cache-server',
  ];
  const env = { ...process.env, NO_COLOR: '1' };
  let text = '';
  let status;
  // On a busy machine act may lose what a step printed, all of it: it stops reading when the process has ended. Then the run is repeated.
  for (let attempt = 1; attempt <= 3; attempt++) {
    text = '';
    const child = spawn(act, args, { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', (chunk) => (text += chunk));
    child.stderr.on('data', (chunk) => (text += chunk));
    status = await new Promise((done) => child.on('close', done));
    if (!text.includes('add-matcher') || /^\[[^\]]*\] +(?:\| |❗ )/mu.test(text)) break;
    console.log(`       act lost the output of ${label}: once more`);
  }
  // What a step wrote to its summary: act puts its prefix before the first line only.
  const summary = [...text.matchAll(/Summary - ([\s\S]*?)(?=^\[[^\]]*\] )/gm)].map((m) => m[1]).join('');
  const log = text.replaceAll(/^\[[^\]]*\] +(?:\| )?/gm, '');
  if (keep) {
    mkdirSync(keep, { recursive: true });
    writeFileSync(join(keep, `${label}.log`), text);
    if (summary !== '') writeFileSync(join(keep, `${label}.summary.md`), summary);
  }
  return { status, log, summary };
}

/** Prints what people see of a run: its steps, annotations, outputs, and how its summary begins. */
function show({ log, summary }) {
  const lines = log.split('\n');
  const print = (text) => console.log(`       ${text.length > 150 ? `${text.slice(0, 147)}…` : text}`);
  for (const line of lines) {
    const [, result, step] = /(Success|Failure) - (?:Main|Post) (.*)$/.exec(line) ?? [];
    if (step !== undefined) print(`step ${step}: ${result.toLowerCase()}`);
  }
  for (const line of lines.filter((one) => /::(?:error|warning|notice) /.test(one))) {
    print(`annotation ${shownLog(line).join(' / ')}`);
  }
  const outputs = lines.flatMap((line) => /::set-output:: (.*)$/.exec(line)?.slice(1) ?? []);
  for (const output of outputs.sort()) print(`output ${output}`);
  for (const line of summary
    .split('\n')
    .filter((one) => one.trim() !== '')
    .slice(0, 14))
    print(`summary ${line}`);
}

const PROGRAM = `fun double(n: int): int {
  return n * 2
}

print(double(21))

test "doubles" {
  expect double(4) == 8
}
`;
const CONFIG =
  '[package]\nname = "hello"\nversion = "1.2.3"          # a tag v1.2.3 releases it\n\n[wasm]\nmain = "src/main.mochi"\n';
const TAG = { ref: 'refs/tags/v1.2.3' };

/** An empty repository with one program and the workflow of README.md; then the first mistake; then mended. */
async function newcomerChecks(world) {
  console.log('README.md, check: a repository with one program');
  const dir = repository('hello', {
    'src/main.mochi': PROGRAM,
    '.github/workflows/check.yml': readmeWorkflow('check'),
  });
  const good = await run(world, dir, 'check.yml', 'push', { ref: 'refs/heads/main' }, 'check');
  check('the job succeeds', good.status === 0, good.log);
  check('the test passed', good.log.includes('1 program, 0 of them did not compile; 1 passed, 0 failed'), good.log);
  check(
    'the summary has the table',
    /\| ✅ \| <a href="[^"]+\/src\/main\.mochi"><code>src\/main\.mochi<\/code><\/a> \|/.test(good.summary),
    good.summary,
  );
  check('it talked to no API and was given no token', world.github.requests.length === 0);
  checkQuotes('check', good);
  show(good);

  const tagged = await run(world, dir, 'check.yml', 'push', { ref: 'refs/tags/v1.2.3' }, 'check-tag');
  check('a tag is only checked, too', tagged.status === 0 && world.github.requests.length === 0, tagged.log);

  console.log('README.md, check: a failing test and a mistake, on a pull request');
  writeFileSync(join(dir, 'src/main.mochi'), PROGRAM.replace('== 8', '== 9'));
  writeFileSync(join(dir, 'src/typo.mochi'), 'let total = 1\nprint(totl)\n');
  commit(dir);
  const pull = {
    action: 'opened',
    number: 1,
    pull_request: { number: 1, head: { ref: 'x', repo: { full_name: 'someone/hello' } }, base: { ref: 'main' } },
  };
  const bad = await run(world, dir, 'check.yml', 'pull_request', pull, 'check-mistakes');
  check('the job fails', bad.status === 1, bad.log);
  check(
    'the failed test is annotated on its line',
    /::error file=src\/main\.mochi,line=8,[^\n]*title=test doubles::/.test(bad.log) ||
      /main\.mochi.*line=8/.test(bad.log),
    bad.log,
  );
  check(
    'the wrong name is annotated on its line, with the right one',
    /typo\.mochi,line=2[^\n]*total/.test(bad.log),
    bad.log,
  );
  check(
    'the summary says both',
    bad.summary.includes('### Errors') && bad.summary.includes('### Failed tests'),
    bad.summary,
  );
  checkQuotes('check-mistakes', bad);
  show(bad);
}

/** README.md's release: the first mistakes, then the release, then the same again. */
async function newcomerReleases(world) {
  const { github } = world;
  const workflow = readmeWorkflow('release').replace(
    /^( *)command: release\n/m,
    (line, indent) => `${line}${indent}api-url: ${github.url}\n`,
  );
  const dir = repository('hello-release', {
    'src/main.mochi': PROGRAM,
    'mochi.toml': CONFIG,
    'README.md': '# Hello\n',
    LICENSE: 'MIT\n',
    '.github/workflows/release.yml': workflow,
  });

  console.log('README.md, release: the tag and the version differ');
  git(dir, 'tag', 'v1.2.4');
  const differs = await run(world, dir, 'release.yml', 'push', { ref: 'refs/tags/v1.2.4' }, 'release-tag');
  check('the job fails', differs.status === 1, differs.log);
  check('the error says what to do', /E402.*v1\.2\.4.*1\.2\.3/s.test(differs.log), differs.log);
  check('nothing was asked of GitHub', github.requests.length === 0, github.requests);
  checkQuotes('release-tag', differs);

  console.log('README.md, release: a misspelt input');
  const file = join(dir, '.github/workflows/release.yml');
  writeFileSync(file, workflow.replace('command: release', 'comand: release'));
  commit(dir);
  const typo = await run(world, dir, 'release.yml', 'push', TAG, 'release-typo');
  check('the job fails', typo.status === 1, typo.log);
  checkQuotes('release-typo', typo);
  writeFileSync(file, workflow);
  commit(dir);

  console.log('README.md, release: the permissions are missing');
  github.deny = true;
  git(dir, 'tag', 'v1.2.3');
  const denied = await run(world, dir, 'release.yml', 'push', TAG, 'release-permissions');
  check('the job fails', denied.status === 1, denied.log);
  check('the error names the lines to add', /E431/.test(denied.log) && /contents: write/.test(denied.log), denied.log);
  checkQuotes('release-permissions', denied);
  github.deny = false;
  github.requests.length = 0;

  console.log('README.md, release: a tag push');
  const good = await run(world, dir, 'release.yml', 'push', TAG, 'release');
  check('the job succeeds', good.status === 0, good.log);
  checkQuotes('release', good);
  show(good);
  const [release] = github.releases;
  check(
    'one release is published',
    github.releases.length === 1 && release?.draft === false && release.tag_name === 'v1.2.3',
    github.releases,
  );
  const names = (release?.assets ?? []).map((asset) => asset.name).sort();
  const archives = names.filter((name) => /\.(?:tar\.gz|zip)$/.test(name));
  console.log(`       ${names.length} assets, ${archives.length} of them archives with executables`);
  for (const { name, size, digest } of release?.assets ?? []) {
    console.log(`       ${String(size).padStart(9)} ${digest} ${name}`);
  }
  for (const name of ['SHA256SUMS', 'hello-1.2.3-manifest.json', 'hello-1.2.3.cdx.json', 'hello-1.2.3.wasm']) {
    check(`it has ${name}`, names.includes(name), names);
  }
  check(
    'it has a .cwasm for each of eight targets',
    names.filter((name) => name.endsWith('.cwasm')).length === 8,
    names,
  );
  check(
    'it has an archive at least for this machine',
    archives.some((name) => name.includes('x86_64-linux')),
    names,
  );
  check(
    'its files are uploaded with SHA256SUMS last',
    github.requests
      .filter((r) => r.startsWith('POST'))
      .at(-1)
      ?.includes('SHA256SUMS'),
    github.requests.join('\n'),
  );
  checkDigests(github, release);
  runReleased(github, release);
  check('the next step got the address of the release', good.log.includes(`Published ${release?.html_url}`), good.log);
  check('the summary says published', good.summary.includes('is published'), good.summary);
  check(
    'the token went to this server only, as a token',
    [...github.tokens].every((t) => t === '' || t === 'token a-token-for-tests'),
  );
  if (keep) writeFileSync(join(keep, 'release.json'), `${JSON.stringify(release, null, 2)}\n`);

  console.log('README.md, release: the same job again');
  github.requests.length = 0;
  const again = await run(world, dir, 'release.yml', 'push', TAG, 'release-again');
  check(
    'it succeeds without a change',
    again.status === 0 && github.requests.every((r) => r.startsWith('GET')),
    github.requests.join('\n'),
  );
  checkQuotes('release-again', again);
}

/** Every asset that arrived has the digest of SHA256SUMS, which lists them all. */
function checkDigests(github, release) {
  const contents = new Map((release?.assets ?? []).map((asset) => [asset.name, github.contentOf(asset)]));
  const sums = contents.get('SHA256SUMS')?.toString('utf8').trim().split('\n') ?? [];
  const wrong = sums.filter((line) => {
    const [digest, name] = line.split('  ');
    return (
      createHash('sha256')
        .update(contents.get(name) ?? '')
        .digest('hex') !== digest
    );
  });
  check(
    'all that arrived has the digests of SHA256SUMS',
    sums.length === contents.size - 1 && wrong.length === 0,
    wrong,
  );
}

/** The released executable of this machine, unpacked as a user would, prints what the program prints. */
function runReleased(github, release) {
  const host = hostTarget();
  const asset = release?.assets.find(
    (one) => host && one.name.includes(`-${host.name}.`) && /\.(?:tar\.gz|zip)$/.test(one.name),
  );
  if (!host || !asset) return check('there is an executable for this machine', false);
  const folder = join(scratch, 'unpacked');
  mkdirSync(folder);
  writeFileSync(join(folder, asset.name), github.contentOf(asset));
  spawnSync('tar', ['-xf', asset.name, '--strip-components', '1'], { cwd: folder });
  const { stdout } = spawnSync(join(folder, `hello${host.exeSuffix}`), { encoding: 'utf8' });
  check('the released executable runs', stdout === '42\n', stdout);
}

/** What `mochi-wasm init` makes: its one workflow checks on a push, and releases on a tag. */
async function initialised(world) {
  console.log('mochi-wasm init: a push, then a tag');
  const { action, github } = world;
  const dir = join(scratch, 'fresh');
  const made = spawnSync(process.execPath, [join(action, 'dist/cli.js'), 'init', dir, '--name', 'fresh']);
  check('the project is made', made.status === 0, made.stderr);
  const file = join(dir, '.github/workflows/mochi.yml');
  const workflow = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    workflow.replace(/^( *)command: release\n/m, (line, indent) => `${line}${indent}api-url: ${github.url}\n`),
  );
  git(dir, 'init', '-q', '-b', 'main');
  git(dir, 'remote', 'add', 'origin', 'https://github.com/octo/hello.git');
  commit(dir);
  const pushed = await run(world, dir, 'mochi.yml', 'push', { ref: 'refs/heads/main' }, 'init-push');
  check('a push is checked and not released', pushed.status === 0 && github.requests.length === 0, pushed.log);
  git(dir, 'tag', 'v0.1.0');
  const tagged = await run(world, dir, 'mochi.yml', 'push', { ref: 'refs/tags/v0.1.0' }, 'init-tag');
  check('a tag is checked and released', tagged.status === 0, tagged.log);
  const release = github.releases.find((one) => one.tag_name === 'v0.1.0');
  check('the release is published', release?.draft === false, JSON.stringify(github.releases));
  checkDigests(github, release);
}

/** The example workflows of .github, in a copy of this repository. */
async function examples(world) {
  const { action, artifacts, github } = world;
  console.log('.github/workflows/example-check.yml');
  const checked = await run(world, action, 'example-check.yml', 'push', { ref: 'refs/heads/main' }, 'example-check');
  check('the job succeeds', checked.status === 0, checked.log);
  console.log('.github/workflows/example-package.yml, its first job');
  const packaged = await run(world, action, 'example-package.yml', 'workflow_dispatch', {}, 'example-package');
  check('the job succeeds', packaged.status === 0, packaged.log);
  const names = [...artifacts.artifacts.keys()].sort();
  check(
    'the package is an artifact of the run',
    names.some((name) => name.startsWith('inventory-')),
    names,
  );
  const digests = [...artifacts.artifacts].map(
    ([name, zip]) =>
      `${name}: ${zip.length} bytes, sha256 ${createHash('sha256').update(zip).digest('hex').slice(0, 16)}…`,
  );
  for (const line of digests) console.log(`       ${line}`);
  check(
    'no release was touched',
    github.requests.every((r) => !r.startsWith('POST')),
  );

  console.log('.github/workflows/example-matrix.yml');
  artifacts.artifacts.clear();
  const merged = await run(world, action, 'example-matrix.yml', 'workflow_dispatch', {}, 'example-matrix');
  check('the jobs succeed', merged.status === 0, merged.log);
  check(
    'each job made an artifact of its target, and the last one of all three',
    [...artifacts.artifacts.keys()]
      .sort()
      .join(' ')
      .replaceAll(/inventory-[\d.]+/g, 'P') ===
      'P-aarch64-macos P-x86_64-linux P-x86_64-linux-aarch64-macos-x86_64-windows P-x86_64-windows',
    [...artifacts.artifacts.keys()],
  );
  check(
    'the merged package has one SHA256SUMS and one manifest, and verifies',
    /^inventory-[\d.]+-manifest\.json: OK$/m.test(merged.log) && !merged.log.includes('FAILED'),
    merged.log,
  );

  console.log('.github/workflows/example-release.yml');
  const file = join(action, '.github/workflows/example-release.yml');
  const workflow = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    workflow.replace(/^( *)command: release\n/m, (line, indent) => `${line}${indent}api-url: ${github.url}\n`),
  );
  const version = /^version = "([^"]+)"/m.exec(readFileSync(join(action, 'examples/inventory/mochi.toml'), 'utf8'))[1];
  const tag = `inventory-v${version}`;
  git(action, 'tag', tag);
  const released = await run(
    world,
    action,
    'example-release.yml',
    'push',
    { ref: `refs/tags/${tag}` },
    'example-release',
  );
  check('the job succeeds', released.status === 0, released.log);
  check('the checksums are handed to actions/attest', /^\d\d subjects to attest$/m.test(released.log), released.log);
  const release = github.releases.find((one) => one.tag_name === tag);
  check('the release is published', release?.draft === false, JSON.stringify(github.releases));
  checkDigests(github, release);
}

const artifacts = await startArtifacts();
const world = {
  act: findAct(),
  action: copyOfThis(),
  actions: standIns(artifacts),
  github: await startFakeGithub({ repository: 'octo/hello' }),
  artifacts,
};
try {
  await newcomerChecks(world);
  await newcomerReleases(world);
  world.github.requests.length = 0;
  await initialised(world);
  world.github.requests.length = 0;
  await examples(world);
} finally {
  await world.github.close();
  await world.artifacts.close();
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
