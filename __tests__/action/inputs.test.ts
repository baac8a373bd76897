import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { INPUT_ROWS, readInputs, readToken, variable } from '../../src/action/inputs.ts';
import { OUTPUTS } from '../../src/action/runner.ts';

/** The inputs as the runner hands them over: the defaults of action.yml, and what a workflow gives. */
function env(given: Record<string, string> = {}): Record<string, string> {
  const defaults = INPUT_ROWS.map((row) => [
    variable(row.name),
    row.default.startsWith('$') ? 'https://evaluated.example' : row.default,
  ]);
  const more = Object.entries(given).map(([name, value]) => [variable(name), value]);
  return Object.fromEntries([...defaults, ...more]);
}

const thrown = (given: Record<string, string>): unknown => {
  try {
    return readInputs(env(given));
  } catch (error) {
    return error;
  }
};

describe('readInputs', () => {
  it('gives the defaults', () => {
    expect(readInputs(env())).toEqual(readInputs({ 'INPUT_API-URL': 'https://evaluated.example' }));
    expect(readInputs(env())).toMatchObject({
      command: 'auto',
      workingDirectory: '.',
      sources: [],
      targets: undefined,
      emit: { wasm: true, cwasm: true, exe: true },
      test: true,
      prerelease: 'auto',
      onExisting: 'reconcile',
      notes: 'generate',
      dryRun: false,
    });
  });

  it('reads lists, flags and versions as people write them', () => {
    const given = {
      sources: 'a/*.mochi\n  b.mochi',
      emit: 'wasm, cwasm',
      test: 'False',
      'wasmtime-version': 'v48.0.0',
      tag: 'refs/tags/v1.0.0',
    };
    expect(readInputs(env(given))).toMatchObject({
      sources: ['a/*.mochi', 'b.mochi'],
      emit: { wasm: true, cwasm: true, exe: false },
      test: false,
      wasmtimeVersion: '48.0.0',
      tag: 'v1.0.0',
    });
  });

  it.each([
    [{ comand: 'check' }, 'unknown input "comand"', 'did you mean command?'],
    [{ 'working-dir': '.' }, 'unknown input "working-dir"', 'did you mean working-directory?'],
    [{ command: 'relase' }, 'the input command is "relase"', 'did you mean release?'],
    [{ emit: 'wasm,exec' }, 'the input emit is "exec"', 'did you mean exe?'],
    [{ draft: 'yes' }, 'the input draft is "yes"', 'true, false'],
    [{ prerelease: 'maybe' }, 'the input prerelease is "maybe"', 'true, false, auto'],
    [{ 'on-existing': 'overwrite' }, 'the input on-existing is "overwrite"', 'reconcile, replace, fail'],
    [{ 'wasmtime-sha256': 'abc' }, 'wasmtime-sha256', '64 hexadecimal digits'],
  ])('refuses %j and names the right one', (given, message, fix) => {
    expect(thrown(given as Record<string, string>)).toMatchObject({
      exit: 2,
      message: expect.stringContaining(message),
      fix: expect.stringContaining(fix),
    });
  });

  it('does not read the token, which is asked for when it is needed', () => {
    expect(JSON.stringify(readInputs(env({ 'github-token': 'hush' })))).not.toContain('hush');
    expect(readToken(env({ 'github-token': 'hush' }))).toBe('hush');
    expect(() => readToken({})).toThrow('no token');
  });
});

describe('action.yml', () => {
  const text = readFileSync('action.yml', 'utf8');

  it('has the inputs of the table, with their defaults and descriptions', () => {
    const section = text.slice(text.indexOf('inputs:\n'), text.indexOf('outputs:\n'));
    const quoted = (value: string) => `'${value.replaceAll("'", "''")}'`;
    const expected = INPUT_ROWS.map(
      (row) =>
        `  ${row.name}:\n    description: ${quoted(row.description)}\n    required: false\n    default: ${quoted(row.default)}\n`,
    );
    expect(section).toBe(`inputs:\n${expected.join('')}`);
  });

  it('has the outputs that are set', () => {
    const section = text.slice(text.indexOf('outputs:\n'), text.indexOf('runs:\n'));
    expect([...section.matchAll(/^ {2}([a-z0-9-]+):$/gm)].map((m) => m[1])).toEqual([...OUTPUTS]);
  });

  it('runs the bundle on Node 24', () => {
    expect(text.slice(text.indexOf('runs:\n'))).toBe('runs:\n  using: node24\n  main: dist/index.js\n');
  });
});
