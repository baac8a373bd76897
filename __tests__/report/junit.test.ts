import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { junitXml } from '../../src/report/junit.ts';

describe('JUnit XML', () => {
  it('has a suite a file and a case a test', () => {
    const xml = junitXml([
      {
        file: 'a_test.mochi',
        tests: [
          { name: 'adds', line: 3, ok: true, milliseconds: 1.5 },
          {
            name: 'says <no>',
            line: 9,
            ok: false,
            message: '1 == 2',
            trace: '  at main (a_test.mochi:10:3)',
            milliseconds: 2,
          },
        ],
      },
      { file: 'b_test.mochi', tests: [], broken: 'error[T002]: undefined variable: x' },
    ]);
    expect(xml).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="mochi-wasm test" tests="3" failures="1" errors="1" time="0.003500">
  <testsuite name="a_test.mochi" tests="2" failures="1" errors="0" time="0.003500">
    <testcase name="adds" classname="a_test.mochi" file="a_test.mochi" line="3" time="0.001500"/>
    <testcase name="says &lt;no&gt;" classname="a_test.mochi" file="a_test.mochi" line="9" time="0.002000">
      <failure message="1 == 2">  at main (a_test.mochi:10:3)</failure>
    </testcase>
  </testsuite>
  <testsuite name="b_test.mochi" tests="1" failures="0" errors="1" time="0.000000">
    <testcase name="compiles" classname="b_test.mochi">
      <error message="does not compile">error[T002]: undefined variable: x</error>
    </testcase>
  </testsuite>
</testsuites>
`);
  });

  it('escapes whatever a program prints', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (output) => {
        const xml = junitXml([{ file: 'f', tests: [{ name: output, line: 1, ok: true, output, milliseconds: 0 }] }]);
        const text = xml.replace(/<\/?[a-z-]+(?: [a-z]+="[^"<>]*")*\/?>|<\?xml[^?]*\?>/g, '');
        expect(text).not.toMatch(/[<>\u0000-\u0008]/);
        expect(text.replace(/&(?:amp|lt|gt|quot|#10);/g, '')).not.toContain('&');
      }),
    );
  });
});
