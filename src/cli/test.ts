import { findSources } from '../project/project.ts';
import { type TestResult, testFile } from '../project/testing.ts';
import type { Wasmtime } from '../toolchain/install.ts';
import { last } from './arguments.ts';
import { type CapabilityFlags, capabilities } from './capabilities.ts';
import { duration, type Output, printDiagnostics, printJson, recordsOf } from './output.ts';
import { getWasmtime, type WasmtimeFlags } from './wasmtime.ts';

interface TestFlags extends WasmtimeFlags, CapabilityFlags {
  readonly filter?: string;
  readonly strict?: boolean;
  readonly gcStress?: boolean;
}

/** `test`: runs the tests of every file; status 1 if one fails or a file does not compile. */
export async function test(inputs: readonly string[], flags: TestFlags, out: Output): Promise<number> {
  const project = await findSources(inputs, 'tests');
  const { dirs, env } = capabilities(flags, project.capabilities.env);
  let wasmtime: Promise<Wasmtime> | undefined;
  let failed = 0;
  let broken = 0;
  let count = 0;
  const report: object[] = [];
  for (const path of project.tests) {
    out.progress(`compiling ${path}`);
    const result = await testFile(path, () => (wasmtime ??= getWasmtime(flags, out, 'run', project.wasmtime)), {
      strict: flags.strict,
      gcStress: flags.gcStress,
      root: project.root,
      filter: last(flags.filter),
      dirs,
      env,
      notice: out.notice,
      onFile: (file) => {
        if (!out.json) out.print(`${out.paint('out', 'blue', file)}\n`);
      },
      onTest: (_file, one) => {
        if (!out.json) out.print(line(one, out));
      },
    });
    count += result.tests.length;
    failed += result.tests.filter((one) => !one.ok).length;
    const { diagnostics, sources, wasm } = result.built;
    if (wasm === undefined) {
      broken++;
      if (!out.json) await printDiagnostics(out, diagnostics, sources);
    }
    report.push({ file: result.file, diagnostics: await recordsOf(diagnostics, sources), tests: result.tests });
  }
  if (out.json) printJson(out, { ok: failed + broken === 0, passed: count - failed, failed, broken, files: report });
  else if (failed > 0) out.complain(`${out.paint('err', 'red', '[FAIL]')} ${failed} test(s) failed.\n`);
  else if (broken === 0 && count === 0) out.notice('there are no tests');
  return failed + broken === 0 ? 0 : 1;
}

function line(test: TestResult, out: Output): string {
  const status = test.ok ? out.paint('out', 'green', 'ok') : `${out.paint('out', 'red', 'fail')} ${test.message ?? ''}`;
  const head = `   test ${test.name.padEnd(30)} ... ${status} ${out.paint('out', 'dim', `(${duration(test.milliseconds)})`)}\n`;
  if (test.ok) return head;
  const details = [test.output, test.trace].filter((text) => text !== undefined).join('\n');
  return head + details.replace(/\n$/, '').replace(/^(?=.)/gm, '      ') + (details === '' ? '' : '\n');
}
