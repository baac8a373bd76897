// Shows that executables can be signed with the tools of their systems, and run afterwards:
//
//   node launcher/signing.mjs [TARGET…]
//
// Windows: osslsigncode signs with a certificate made for the occasion and verifies; the program inside must still be whole, and runs
// under wine where that is installed. macOS: the ad-hoc signature's page hashes are checked, and rcodesign (crate apple-codesign), where it is
// installed, verifies it, signs anew and verifies that. A tool that is missing is named, and what needs it left out.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '../src/compiler.ts';
import { checkMachoSignature } from '../src/package/codesign.ts';
import { findLauncher } from '../src/package/launchers.ts';
import { makeExecutable, readPayload } from '../src/package/payload.ts';
import { precompile } from '../src/toolchain/compile.ts';
import { ensureWasmtime } from '../src/toolchain/install.ts';
import { hostTarget, parseTargets } from '../src/toolchain/targets.ts';
import { encodeLines } from '../src/wasm/lines.ts';

const names = process.argv.length > 2 ? process.argv.slice(2) : ['x86_64-windows', 'aarch64-windows', 'x86_64-macos', 'aarch64-macos'];
const scratch = mkdtempSync(join(tmpdir(), 'mochi-signing-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
const at = (name) => join(scratch, name);
const installed = (tool, argument = '--version') => spawnSync(tool, [argument]).error === undefined;
const has = { osslsigncode: installed('osslsigncode'), openssl: installed('openssl', 'version'), rcodesign: installed('rcodesign'), wine: installed('wine') };
const run = (command, ...args) => execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });
const wasmtime = await ensureWasmtime();
const { wasm, lineTable } = compile([{ path: 'hello.mochi', text: 'print("Hello")\n' }], { mode: 'run' });

async function executable(target) {
  const launcher = await findLauncher(target);
  const cwasm = await precompile(wasmtime, wasm, target);
  const payload = { cwasm, lines: encodeLines(lineTable), capabilities: { dirs: [], env: [] }, engine: wasmtime.version };
  const path = at(`${target.name}${target.exeSuffix}`);
  writeFileSync(path, makeExecutable(launcher.bytes, target, payload), { mode: 0o755 });
  return path;
}

let failed = false;
function say(target, what, good) {
  if (!good) failed = true;
  console.log(`${target.name}: ${what}: ${good ? 'yes' : 'NO'}`);
}
const intact = (path) => readPayload(readFileSync(path)).intact;

if (has.openssl && has.osslsigncode) {
  run('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', '/CN=Mochi signing test', '-addext',
    'extendedKeyUsage=codeSigning', '-keyout', at('key.pem'), '-out', at('certificate.pem'));
}
for (const name of names) {
  const target = parseTargets(name)[0];
  const exe = await executable(target);
  if (target.os === 'windows') {
    if (!has.openssl || !has.osslsigncode) {
      console.log(`${name}: osslsigncode or openssl is not installed`);
      continue;
    }
    const signed = at(`signed-${name}.exe`);
    run('osslsigncode', 'sign', '-certs', at('certificate.pem'), '-key', at('key.pem'), '-h', 'sha256', '-in', exe, '-out', signed);
    const verified = spawnSync('osslsigncode', ['verify', '-CAfile', at('certificate.pem'), '-in', signed]);
    say(target, 'osslsigncode signs it and verifies that', verified.status === 0 && /Succeeded/.test(verified.stdout.toString()));
    say(target, 'the program inside is whole after that', intact(signed));
    const damaged = readFileSync(signed);
    damaged[damaged.length >> 1] ^= 1;
    writeFileSync(at('damaged.exe'), damaged);
    say(target, 'a changed bit breaks the signature', spawnSync('osslsigncode', ['verify', '-CAfile', at('certificate.pem'), '-in', at('damaged.exe')]).status !== 0);
    if (target.arch === 'x86_64' && (has.wine || hostTarget()?.os === 'windows')) {
      const [command, ...args] = has.wine ? ['wine', signed] : [signed];
      const done = spawnSync(command, args, { env: { ...process.env, WINEDEBUG: '-all' }, encoding: 'utf8' });
      say(target, `the signed one runs${has.wine ? ' under wine' : ''}`, done.status === 0 && done.stdout.trim() === 'Hello');
    }
  } else if (target.os === 'macos') {
    say(target, 'every page has the hash that the signature records', checkMachoSignature(readFileSync(exe)) === undefined);
    if (!has.rcodesign) {
      console.log(`${name}: rcodesign is not installed`);
      continue;
    }
    say(target, 'rcodesign verifies it', spawnSync('rcodesign', ['verify', exe]).status === 0);
    const signed = at(`signed-${name}`);
    run('rcodesign', 'sign', exe, signed);
    say(target, 'rcodesign signs it anew and verifies that', spawnSync('rcodesign', ['verify', signed]).status === 0);
    say(target, 'the program inside is whole after that', intact(signed));
  }
}
process.exitCode = failed ? 1 : 0;
