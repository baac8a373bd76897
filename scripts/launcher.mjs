// Builds the launcher for this machine's own target into launcher/target/NAME, where packaging looks for it when there is
// no prebuilt one. Needs Rust (see launcher/README.md); `launcher/build.sh` makes the prebuilt ones for all targets.
import { spawnSync } from 'node:child_process';
import { copyFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = join(dirname(dirname(fileURLToPath(import.meta.url))), 'launcher');
const TRIPLES = {
  'linux-x64': ['x86_64-linux', 'x86_64-unknown-linux-gnu'],
  'linux-arm64': ['aarch64-linux', 'aarch64-unknown-linux-gnu'],
  'linux-riscv64': ['riscv64gc-linux', 'riscv64gc-unknown-linux-gnu'],
  'linux-s390x': ['s390x-linux', 's390x-unknown-linux-gnu'],
  'darwin-x64': ['x86_64-macos', 'x86_64-apple-darwin'],
  'darwin-arm64': ['aarch64-macos', 'aarch64-apple-darwin'],
  'win32-x64': ['x86_64-windows', 'x86_64-pc-windows-msvc'],
  'win32-arm64': ['aarch64-windows', 'aarch64-pc-windows-msvc'],
};
const own = TRIPLES[`${process.platform}-${process.arch}`];
if (!own) {
  console.error(`There is no launcher for ${process.platform}-${process.arch}.`);
  process.exit(1);
}
const [name, triple] = own;
const suffix = process.platform === 'win32' ? '.exe' : '';
// Static: a third of the start-up time, and no libc to match on the user's machine.
const flags = process.platform === 'darwin' ? '' : '-C target-feature=+crt-static';
const args = ['build', '--release', '--locked', '--target', triple, '--target-dir', join(folder, 'target')];
const { status, error } = spawnSync('cargo', args, {
  cwd: folder,
  stdio: 'inherit',
  env: { ...process.env, RUSTFLAGS: flags },
});
if (error) {
  console.error(`cargo cannot be run (${error.message}). Install Rust 1.95 or newer, then try again.`);
  process.exit(1);
}
if (status !== 0) process.exit(1);
const built = join(folder, 'target', triple, 'release', `mochi-launcher${suffix}`);
copyFileSync(built, join(folder, 'target', name + suffix));
console.log(`launcher for ${name}: launcher/target/${name}${suffix}, ${statSync(built).size} bytes`);
