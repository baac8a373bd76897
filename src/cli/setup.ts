import { type Output, printJson } from './output.ts';
import { getWasmtime, type WasmtimeFlags } from './wasmtime.ts';

/** `setup`: makes wasmtime ready and says where it is. */
export async function setup(_inputs: readonly string[], flags: WasmtimeFlags, out: Output): Promise<number> {
  const { version, path, source, cacheHit } = await getWasmtime(flags, out, 'compile');
  if (out.json) printJson(out, { ok: true, version, path, source, cacheHit });
  else
    out.print(out.quiet ? `${path}\n` : `wasmtime ${version} (${cacheHit ? 'cached, ' : ''}from ${source}): ${path}\n`);
  return 0;
}
