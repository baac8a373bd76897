/** The problem matcher, tried on what the command line really prints, by the runner's rules. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Pattern {
  readonly regexp: string;
  readonly [property: string]: string | number;
}
const { problemMatcher } = JSON.parse(readFileSync('problem-matcher.json', 'utf8')) as {
  problemMatcher: { owner: string; severity?: string; pattern: Pattern[] }[];
};

/** What a runner finds in a text: the patterns of a matcher match lines that follow each other. */
function problems(text: string): Record<string, string>[] {
  const lines = text.split('\n');
  return problemMatcher.flatMap(({ owner, severity, pattern }) =>
    lines.flatMap((_, i) => {
      const matches = pattern.map(({ regexp }, n) => new RegExp(regexp).exec(lines[i + n] ?? ''));
      if (!matches.every((m) => m !== null)) return [];
      const found: Record<string, string> = { owner, ...(severity ? { severity } : {}) };
      pattern.forEach((p, n) => {
        for (const [property, group] of Object.entries(p)) {
          if (typeof group === 'number') found[property] = matches[n]![group]!;
        }
      });
      return [found];
    }),
  );
}

let dir: string;
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), 'matcher-'))));
afterAll(() => rmSync(dir, { recursive: true }));

const cli = resolve('src/cli/main.ts');
function stderr(program: string, command: string): string {
  writeFileSync(join(dir, 'p.mochi'), program);
  return spawnSync(process.execPath, [cli, command, 'p.mochi'], { cwd: dir, encoding: 'utf8' }).stderr;
}

describe('the problem matcher', () => {
  it('marks an error of the compiler', () => {
    expect(problems(stderr('let x = 1\nlet y: int = "text"\n', 'check'))).toEqual([
      {
        owner: 'mochi-compile',
        severity: 'error',
        code: 'T008',
        message: expect.any(String),
        file: 'p.mochi',
        line: '2',
        column: expect.any(String),
      },
    ]);
  });

  it('marks a warning as one', () => {
    const found = problems(stderr('let x = 1\nx = 2\nprint(x)\n', 'check'));
    expect(found).toMatchObject([{ severity: 'warning', code: 'T024', line: '2' }]);
  });

  it('marks the line where a program failed', () => {
    const program = 'let xs = [1, 2, 3]\nfun at(i: int): int {\n  return xs[i]\n}\nprint(at(7))\n';
    expect(problems(stderr(program, 'run'))).toEqual([
      {
        owner: 'mochi-run',
        severity: 'error',
        message: expect.stringContaining('list index out of range'),
        file: 'p.mochi',
        line: '3',
        column: expect.any(String),
      },
    ]);
  });
});
