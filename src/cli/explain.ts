import { explain } from '../diagnostics/codes.ts';
import { EXAMPLES } from '../diagnostics/examples.ts';
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
  const name = code.trim().toUpperCase();
  const example = EXAMPLES.get(name);
  const url = `${PAGE}#${name.toLowerCase()}`;
  if (out.json) {
    printJson(out, { ok: true, code: name, text, ...(example === undefined ? {} : { example }), url });
    return EXIT.ok;
  }
  out.print(`${name}: ${text}\n`);
  if (out.quiet) return EXIT.ok;
  if (example !== undefined) {
    out.print(`\nWrong:\n${indented(example.wrong)}\nRight:\n${indented(example.right)}`);
  }
  out.print(`\nMore: ${url}\n`);
  return EXIT.ok;
}

/** The page that lists all codes and says more about those that need it. */
const PAGE = 'https://github.com/mochilang/mochi-wasm-action/blob/main/docs/errors.md';

function indented(program: string): string {
  return program.replace(/^/gm, '    ').concat('\n');
}
