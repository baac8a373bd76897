import { findSources } from '../project/project.ts';
import { type FileResult, type TestResult, testFile } from '../project/testing.ts';
import { parseTimeout } from '../project/timeout.ts';
import { type JUnitFile, junitXml } from '../report/junit.ts';
import { fileError, writeAtomic } from '../toolchain/files.ts';
import type { Wasmtime } from '../toolchain/install.ts';
import { last } from './arguments.ts';
import { type CapabilityFlags, capabilities } from './capabilities.ts';
import { duration, type Output, printDiagnostics, printJson, recordsOf } from './output.ts';
import { getWasmtime, type WasmtimeFlags } from './wasmtime.ts';

interface TestFlags extends WasmtimeFlags, CapabilityFlags {
  readonly filter?: string;
  readonly junit?: string;
  readonly timeout?: string | string[];
  readonly strict?: boolean;
  readonly gcStress?: boolean;
}

/** How many characters of a failed test's output are shown. */
const SHOWN = 4_000;

/** `test`: runs the tests of every file; status 1 if one fails or a file does not compile. */
export async function test(inputs: readonly string[], flags: TestFlags, out: Output): Promise<number> {
  const timeout = parseTimeout(last(flags.timeout), '--timeout');
  const project = await findSources(inputs, 'tests');
  const { dirs, env } = capabilities(flags, project.capabilities.env);
  let wasmtime: Promise<Wasmtime> | undefined;
  let failed = 0;
  let broken = 0;
  let count = 0;
  const report: object[] = [];
  const junit: JUnitFile[] = [];
  const onGithub = process.env.GITHUB_ACTIONS === 'true' && !out.json;
  for (const path of project.tests) {
    out.progress(`compiling ${path}`);
    const result = await testFile(path, () => (wasmtime ??= getWasmtime(flags, out, 'run', project.wasmtime)), {
      strict: flags.strict,
      gcStress: flags.gcStress,
      root: project.root,
      filter: last(flags.filter),
      timeout,
      oneOfMany: project.tests.length > 1,
      dirs,
      env,
      notice: out.notice,
      onFile: (file) => {
        if (!out.json && !out.quiet) out.print(`${out.paint('out', 'blue', file)}\n`);
      },
      onTest: (_file, one) => {
        if (!out.json && !(out.quiet && one.ok)) out.print(line(one, out));
      },
    });
    count += result.tests.length;
    failed += result.tests.filter((one) => !one.ok).length;
    const { diagnostics, sources, wasm } = result.built;
    if (wasm === undefined) {
      broken++;
      if (!out.json) await printDiagnostics(out, diagnostics, sources);
    }
    const records = await recordsOf(diagnostics, sources);
    if (onGithub) out.print(await annotations(result));
    const why =
      wasm === undefined ? diagnostics.map((d) => `${d.severity}[${d.code}]: ${d.title}`).join('\n') : undefined;
    junit.push({ file: result.file, tests: result.tests, ...(why === undefined ? {} : { broken: why }) });
    report.push({ file: result.file, diagnostics: records, tests: result.tests });
  }
  const xml = last(flags.junit);
  if (xml !== undefined) {
    await writeAtomic(xml, junitXml(junit)).catch((error: unknown) => {
      throw fileError(error, 'write', xml);
    });
  }
  if (out.json) printJson(out, { ok: failed + broken === 0, passed: count - failed, failed, broken, files: report });
  else if (failed > 0) out.complain(`${out.paint('err', 'red', '[FAIL]')} ${failed} test(s) failed.\n`);
  else if (broken === 0 && count === 0) out.notice('there are no tests');
  return failed + broken === 0 ? 0 : 1;
}

/** Workflow commands that mark the failing lines, when GitHub runs this. */
async function annotations({ file, tests }: FileResult): Promise<string> {
  const failed = tests.filter((one) => !one.ok);
  if (failed.length === 0) return '';
  const { annotateTests } = await import('../report/annotations.ts');
  const { firstFrame } = await import('../project/tasks.ts');
  return annotateTests(
    failed.map(({ name, line, message = '', trace = '' }) => ({
      name,
      output: `${message}\n${trace}`,
      place: firstFrame(trace) ?? { file, line, col: 1 },
    })),
  );
}

function line(test: TestResult, out: Output): string {
  const status = test.ok ? out.paint('out', 'green', 'ok') : `${out.paint('out', 'red', 'fail')} ${test.message ?? ''}`;
  const head = `   test ${test.name.padEnd(30)} ... ${status} ${out.paint('out', 'dim', `(${duration(test.milliseconds)})`)}\n`;
  if (test.ok) return head;
  const details = [shortened(test.output), test.trace].filter((text) => text !== undefined).join('\n');
  return head + details.replace(/\n$/, '').replace(/^(?=.)/gm, '      ') + (details === '' ? '' : '\n');
}

/** What a failed test printed, as far as a reader wants to see it. */
function shortened(output: string | undefined): string | undefined {
  if (output === undefined || output.length <= SHOWN) return output;
  return `${output.slice(0, SHOWN)}\n… and ${output.length - SHOWN} more characters; --json has them all`;
}
