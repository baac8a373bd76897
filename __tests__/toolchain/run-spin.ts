/** Runs a program that never ends, and prints how it was ended: for the test of signals. */
import { ensureWasmtime } from '../../src/toolchain/install.ts';
import { runModule } from '../../src/toolchain/run.ts';
import { PROGRAMS } from '../launcher/programs.ts';

const result = await runModule(await ensureWasmtime({ use: 'run' }), {
  wasm: Buffer.from(PROGRAMS.spin),
  stdin: 'ignore',
});
console.log(`status ${result.status}, ${result.signal}`);
