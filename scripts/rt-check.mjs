// Checks the run-time library: `node scripts/rt-check.mjs` lowers every function of src/runtime/*.mochi and prints the
// errors (exit 1); `node scripts/rt-check.mjs --ir NAME...` prints the IR of functions and the size of their module.

import { runtimeSources } from '../__tests__/runtime/harness.ts';
import { emptyModule } from '../src/ir/ir.ts';
import { checkLibrary, createRuntime } from '../src/ir/system/system.ts';
import { compileIr } from '../src/wasm/pipeline.ts';

const [flag, ...names] = process.argv.slice(2);
const sources = runtimeSources();
if (flag === '--ir') {
  const runtime = createRuntime(sources, { gcStress: false });
  const module = emptyModule();
  for (const name of names) module.exports.set(name, `rt.${name}`);
  const lines = { fileNames: [], position: () => ({ file: 0, line: 0, col: 0 }) };
  const { wasm, ir } = compileIr(module, runtime, { optimise: true, verify: true, lines });
  console.log(ir());
  console.log(`${wasm.length} bytes`);
} else {
  const errors = checkLibrary(sources);
  for (const error of errors) console.log(error);
  console.log(`${errors.length} errors`);
  if (errors.length > 0) process.exitCode = 1;
}
