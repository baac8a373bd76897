import { explain } from '../diagnostics/codes.ts';
import { EXIT, userError } from '../diagnostics/user-error.ts';
import { type CommonOptions, type Output, printJson } from './output.ts';

/** `explain`: what a diagnostic code means. */
export async function explainCode(inputs: readonly string[], _flags: CommonOptions, out: Output): Promise<number> {
  const [code, ...others] = inputs;
  if (code === undefined || others.length > 0) {
    throw userError('E100', 'explain takes one code', 'Write: mochi-wasm explain P031', EXIT.usage);
  }
  const text = explain(code.toUpperCase());
  if (text === undefined) {
    throw userError('E100', `there is no diagnostic code ${code}`, 'Codes stand in brackets: error[P031].', EXIT.usage);
  }
  if (out.json) printJson(out, { ok: true, code: code.toUpperCase(), text });
  else out.print(`${code.toUpperCase()}: ${text}\n`);
  return 0;
}
