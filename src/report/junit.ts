/** Test results as JUnit XML, the form that CI systems read (the schema of Jenkins' xUnit plugin, reduced to what is known). */

export interface JUnitTest {
  readonly name: string;
  readonly line: number;
  readonly ok: boolean;
  readonly message?: string;
  readonly trace?: string;
  readonly output?: string;
  readonly milliseconds: number;
}

export interface JUnitFile {
  readonly file: string;
  readonly tests: readonly JUnitTest[];
  /** Why the file does not compile, if it does not. */
  readonly broken?: string;
}

/** The document: a suite a file, a case a test; a file that does not compile is a case with an error. */
export function junitXml(files: readonly JUnitFile[]): string {
  const all = files.flatMap((f) => f.tests);
  const failures = all.filter((t) => !t.ok).length;
  const errors = files.filter((f) => f.broken !== undefined).length;
  const head = attributes({
    name: 'mochi-wasm test',
    tests: all.length + errors,
    failures,
    errors,
    time: seconds(all),
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${head}>\n${files.map(suite).join('')}</testsuites>\n`;
}

function suite(file: JUnitFile): string {
  const failures = file.tests.filter((t) => !t.ok).length;
  const errors = file.broken === undefined ? 0 : 1;
  const tests = file.tests.length + errors;
  const head = attributes({ name: file.file, tests, failures, errors, time: seconds(file.tests) });
  const broken =
    file.broken === undefined
      ? ''
      : `    <testcase${attributes({ name: 'compiles', classname: file.file })}>\n      <error message="does not compile">${xmlText(file.broken)}</error>\n    </testcase>\n`;
  return `  <testsuite${head}>\n${broken}${file.tests.map((t) => testCase(file.file, t)).join('')}  </testsuite>\n`;
}

function testCase(file: string, t: JUnitTest): string {
  const head = attributes({
    name: t.name,
    classname: file,
    file,
    line: t.line,
    time: (t.milliseconds / 1000).toFixed(6),
  });
  const failure = t.ok
    ? ''
    : `      <failure${attributes({ message: t.message ?? 'failed' })}>${xmlText(t.trace ?? '')}</failure>\n`;
  const output = t.output ? `      <system-out>${xmlText(t.output)}</system-out>\n` : '';
  return failure + output === ''
    ? `    <testcase${head}/>\n`
    : `    <testcase${head}>\n${failure}${output}    </testcase>\n`;
}

function seconds(tests: readonly JUnitTest[]): string {
  return (tests.reduce((sum, t) => sum + t.milliseconds, 0) / 1000).toFixed(6);
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${xmlText(String(value)).replace(/\n/g, '&#10;')}"`)
    .join('');
}

/** XML text: markup escaped, characters that XML 1.0 does not allow replaced. */
function xmlText(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
}
