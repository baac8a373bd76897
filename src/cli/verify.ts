import { EXIT, userError } from '../diagnostics/user-error.ts';
import { verifyDir } from '../package/verify.ts';
import { bytes, type CommonOptions, type Output, printJson } from './output.ts';

/** `verify`: checks a folder that `package` made. */
export async function verify(inputs: readonly string[], _flags: CommonOptions, out: Output): Promise<number> {
  const [folder, ...others] = inputs;
  if (folder === undefined || others.length > 0) {
    throw userError('E100', 'verify takes one folder', 'Write: mochi-wasm verify out', EXIT.usage);
  }
  const { manifest, files } = await verifyDir(folder);
  if (out.json) printJson(out, { ok: true, name: manifest.name, version: manifest.version, files });
  else if (!out.quiet) {
    const size = files.reduce((sum, file) => sum + file.size, 0);
    out.print(`${manifest.name} ${manifest.version}: ${files.length} files, ${bytes(size)}, all digests as listed\n`);
  }
  return 0;
}
