/** The options that choose a wasmtime, and getting it. */
import { EXIT, userError } from '../diagnostics/user-error.ts';
import { ensureWasmtime, type Wasmtime } from '../toolchain/install.ts';
import { last } from './arguments.ts';
import type { CommonOptions, Output } from './output.ts';

export interface WasmtimeFlags extends CommonOptions {
  readonly wasmtime?: string;
  readonly wasmtimeVersion?: string;
  readonly wasmtimeSource?: string;
  readonly wasmtimeUrl?: string;
  readonly wasmtimeSha256?: string;
}

/**
 * Gets the wasmtime that the options ask for; `version` is what the project asks for. Throws UserErrors as
 * ensureWasmtime() does, and for contradicting options.
 */
export async function getWasmtime(
  flags: WasmtimeFlags,
  out: Output,
  use: 'run' | 'compile',
  version?: string,
): Promise<Wasmtime> {
  const source = last(flags.wasmtimeSource) ?? 'auto';
  if (source !== 'auto' && source !== 'archive' && source !== 'wheel') {
    throw userError('E104', `'${source}' is no source of wasmtime`, 'Write auto, archive or wheel.', EXIT.usage);
  }
  const url = last(flags.wasmtimeUrl);
  const path = last(flags.wasmtime);
  if (path !== undefined && url !== undefined) {
    throw userError('E104', '--wasmtime and --wasmtime-url exclude each other', 'Leave one of them out.', EXIT.usage);
  }
  return ensureWasmtime({
    path: path ?? (url === undefined ? process.env.MOCHI_WASM_WASMTIME || undefined : undefined),
    version: last(flags.wasmtimeVersion) ?? version,
    source,
    url,
    sha256: last(flags.wasmtimeSha256),
    use,
    notice: out.notice,
    progress: out.progress,
  });
}
