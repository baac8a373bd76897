import { readFile } from 'node:fs/promises';
import { EXIT, userError } from '../diagnostics/user-error.ts';
import { lineTableOf } from '../project/build.ts';
import { fileError, sha256 } from '../toolchain/files.ts';
import { bytes, type CommonOptions, type Output, printJson, table } from './output.ts';

/** `inspect`: what is in a module or an executable. */
export async function inspect(inputs: readonly string[], _flags: CommonOptions, out: Output): Promise<number> {
  const [path, ...others] = inputs;
  if (path === undefined || others.length > 0) {
    throw userError('E100', 'inspect takes one file', 'Write: mochi-wasm inspect hello.wasm', EXIT.usage);
  }
  const data = await readFile(path).catch((error) => {
    throw fileError(error, 'read', path);
  });
  const facts = data.subarray(0, 4).toString('latin1') === '\0asm' ? moduleFacts(data) : await executableFacts(data);
  const all = { file: path, size: data.length, sha256: sha256(data), ...facts };
  if (out.json) printJson(out, { ok: true, ...all });
  else {
    const text = (value: unknown) => (Array.isArray(value) ? value.join(', ') || 'none' : String(value));
    out.print(
      table(
        Object.entries(all).map(([key, value]) => [
          key,
          key.endsWith('ize') ? `${value} (${bytes(Number(value))})` : text(value),
        ]),
      ),
    );
  }
  return EXIT.ok;
}

function moduleFacts(wasm: Uint8Array): Record<string, unknown> {
  const lines = lineTableOf(wasm);
  if (lines === undefined) return { kind: 'WebAssembly module, not made by mochi-wasm' };
  const own = lines.funcs.filter((func) => func.file >= 0).length;
  return {
    kind: 'WebAssembly module',
    sources: lines.files,
    functions: own,
    runtimeFunctions: lines.funcs.length - own,
  };
}

async function executableFacts(data: Uint8Array): Promise<Record<string, unknown>> {
  const { readPayload } = await import('../package/payload.ts');
  const { target, engine, capabilities, cwasm, digest, intact } = readPayload(data);
  return {
    kind: 'executable',
    target,
    wasmtime: engine,
    dirs: capabilities.dirs,
    env: capabilities.env,
    codeSize: cwasm.length,
    payloadDigest: digest,
    intact: intact ? 'yes' : 'no: the file is damaged',
  };
}
