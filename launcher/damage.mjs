// Damages an executable in random places, one at a time, and tells what it does then:
//
//   node launcher/damage.mjs [TARGET [EMULATOR…]] [--count 1000] [--seed 1]
//
// Half of the changes are one bit, the others a byte, a few bytes, a page of zeros or a cut. Prints how many were refused by the
// launcher (one line, status 1), refused by the system that loads it, ended with status 1 and no line, crashed, hung (30 s), or ran, with
// the places of all but the first; on targets that cannot run here (macOS), what the signature and the seal say instead. Exits with 1 if
// any ran.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { compile } from '../src/compiler.ts';
import { checkMachoSignature } from '../src/package/codesign.ts';
import { findLauncher } from '../src/package/launchers.ts';
import { makeExecutable, readPayload } from '../src/package/payload.ts';
import { precompile } from '../src/toolchain/compile.ts';
import { ensureWasmtime } from '../src/toolchain/install.ts';
import { hostTarget, parseTargets } from '../src/toolchain/targets.ts';
import { encodeLines } from '../src/wasm/lines.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
const [name, ...given] = positionals;
const host = hostTarget();
const target = name ? parseTargets(name)[0] : host;
const emulator = given.length > 0 ? given : target.name !== host?.name && target.emulator ? [target.emulator] : [];
const runnable = target.name === host?.name || emulator.length > 0;
const launcher = await findLauncher(target);
if (!launcher) throw new Error(`there is no launcher for ${target.name}`);
const wasmtime = await ensureWasmtime();
const { wasm, lineTable } = compile([{ path: 'hello.mochi', text: 'print("Hello")\n' }], { mode: 'run' });
const cwasm = await precompile(wasmtime, wasm, target);
const payload = { cwasm, lines: encodeLines(lineTable), capabilities: { dirs: [], env: [] }, engine: wasmtime.version };
const whole = makeExecutable(launcher.bytes, target, payload);
const scratch = mkdtempSync(join(tmpdir(), 'mochi-damage-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));

/** Numbers that look random, the same for the same seed (xorshift, Marsaglia 2003). */
let state = Number(values.seed) || 1;
function below(limit) {
  for (const shift of [13, -17, 5]) state ^= shift > 0 ? state << shift : state >>> -shift;
  return (state >>> 0) % limit;
}

function damage() {
  const at = below(whole.length);
  const kind = below(10);
  const bytes = whole.slice();
  if (kind < 5) bytes[at] ^= 1 << below(8);
  else if (kind < 7) bytes[at] ^= 1 + below(255);
  else if (kind < 8) for (let i = at; i < Math.min(at + 1 + below(16), bytes.length); i++) bytes[i] ^= 1 + below(255);
  else if (kind < 9) bytes.fill(0, at, at + 4096);
  else return { at, what: 'cut', bytes: bytes.subarray(0, at) };
  return { at, what: ['bit', 'bit', 'bit', 'bit', 'bit', 'byte', 'byte', 'bytes', 'zeros'][kind], bytes };
}

/** What became of it. */
function outcome(bytes, i) {
  if (!runnable) {
    if (checkMachoSignature(bytes) !== undefined) return 'refused by the signature';
    try {
      return readPayload(bytes).intact ? 'ran' : 'refused by the launcher';
    } catch {
      return 'refused by the launcher';
    }
  }
  const exe = join(scratch, `damaged-${i}${target.exeSuffix}`);
  writeFileSync(exe, bytes, { mode: 0o755 });
  const [command, ...args] = [...emulator, exe];
  const run = spawnSync(command, args, { input: '', timeout: 30_000, env: { ...process.env, WINEDEBUG: '-all,err+seh,err+module' } });
  rmSync(exe);
  const [out, err] = [String(run.stdout ?? ''), String(run.stderr ?? '')];
  if (out.includes('Hello')) return 'ran';
  if (run.status === 1 && /^damaged-\d+(\.exe)?: [^\n]*\r?\n$/.test(err)) return 'refused by the launcher';
  if (run.error?.code === 'ENOEXEC' || run.error?.code === 'EACCES' || run.error?.code === 'EINVAL') return 'refused by the system';
  if (out.includes('could not be started')) return 'refused by the system';
  // Emulators load the file themselves; wine puts a function that raises an exception where there is none of that name.
  if (/Exec format error|Bad EXE format|Invalid argument|Unable to|not found|failed|unimplemented function/i.test(err)) return 'refused by the system';
  if (/NtRaiseException Unhandled/.test(err)) return `refused by the system (a fault in wine's loader: ${err.trim().replace(/.*code/, 'code')})`;
  if (run.error?.code === 'ETIMEDOUT') return `hung (${err.trim().split('\n')[0].slice(0, 100)})`;
  if (run.status === 1 && err === '') return 'ended with status 1 alone';
  const how = run.signal ?? run.error?.code ?? `status ${run.status}`;
  return `crashed (${how}${err ? `: ${err.trim().split('\n')[0].slice(0, 100)}` : ''})`;
}

const counts = new Map();
const places = [];
for (let i = 0; i < Number(values.count); i++) {
  const { at, what, bytes } = damage();
  if (Buffer.compare(bytes, whole) === 0) {
    i--; // zeros over zeros
    continue;
  }
  const result = outcome(bytes, i);
  const kind = result.replace(/ \(.*/s, '');
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
  if (kind !== 'refused by the launcher' && kind !== 'refused by the signature') places.push(`  ${what} at ${at}: ${result}`);
}
console.log(places.slice(0, 100).join('\n'));
const how = emulator.length > 0 ? ` under ${basename(emulator[0])}` : runnable ? '' : ' (not run)';
const all = [...counts].map(([kind, n]) => `${n} ${kind}`).join(', ');
console.log(`${target.name}${how}, ${whole.length} bytes, ${values.count} damages: ${all}`);
process.exitCode = counts.has('ran') ? 1 : 0;
