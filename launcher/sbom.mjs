// Writes launcher/prebuilt/launcher.cdx.json: the crates inside the launchers, with versions, digests and licences (CycloneDX), as
// cargo-cyclonedx (0.5, from crates.io) lists them, less the ones that only take part in building.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const cargo = (...args) => {
  const run = spawnSync('cargo', args, { cwd: here, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`cargo ${args.join(' ')}: ${run.error ?? run.stderr}`);
  return run.stdout;
};
const TRIPLES = [
  'x86_64-unknown-linux-musl',
  'aarch64-unknown-linux-musl',
  's390x-unknown-linux-gnu',
  'riscv64gc-unknown-linux-gnu',
  'x86_64-apple-darwin',
  'aarch64-apple-darwin',
  'x86_64-pc-windows-gnu',
  'aarch64-pc-windows-gnullvm',
];
const inside = new Set();
for (const triple of TRIPLES) {
  const tree = cargo('tree', '--locked', '--target', triple, '--edges', 'normal,no-proc-macro', '--prefix', 'none');
  for (const line of tree.split('\n')) {
    const [name, version] = line.split(' ');
    if (version) inside.add(`${name}@${version.slice(1)}`);
  }
}
cargo('cyclonedx', '--format', 'json', '--spec-version', '1.5', '--target', 'all');
const made = join(here, 'mochi-launcher.cdx.json');
const bom = JSON.parse(readFileSync(made, 'utf8'));
rmSync(made);

// References by package URL rather than by where the sources lay; nothing that changes from run to run.
const purlOf = (component) => `pkg:cargo/${component.name}@${component.version}`;
const root = bom.metadata.component;
const kept = bom.components.filter((c) => inside.has(`${c.name}@${c.version}`));
const refs = new Map([...kept, root].map((c) => [c['bom-ref'], purlOf(c)]));
const slim = (c) => ({
  type: c.type,
  'bom-ref': purlOf(c),
  name: c.name,
  version: c.version,
  hashes: c.hashes ?? [],
  licenses: c.licenses,
  purl: purlOf(c),
  externalReferences: c.externalReferences?.filter((r) => r.type === 'vcs'),
});
const byRef = (a, b) => (a['bom-ref'] ?? a.ref).localeCompare(b['bom-ref'] ?? b.ref, 'en');
const result = {
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  version: 1,
  metadata: { component: slim(root) },
  components: kept.map(slim).sort(byRef),
  dependencies: bom.dependencies
    .filter((d) => refs.has(d.ref))
    .map((d) => ({ ref: refs.get(d.ref), dependsOn: (d.dependsOn ?? []).flatMap((r) => refs.get(r) ?? []).sort() }))
    .sort(byRef),
};
mkdirSync(join(here, 'prebuilt'), { recursive: true });
const out = join(here, 'prebuilt', 'launcher.cdx.json');
writeFileSync(`${out}.tmp`, `${JSON.stringify(result, undefined, 1)}\n`);
renameSync(`${out}.tmp`, out);
console.log(`${out}: ${kept.length} crates`);
