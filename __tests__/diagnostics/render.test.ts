import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { renderGithub, renderJson, renderText } from '../../src/diagnostics/render.ts';

const PLAIN = { colour: false };

/** An error whose labels cover the given pieces of the text (the first occurrence of each). */
function errorAt(text: string, pieces: readonly [piece: string, note?: string][], file = 0): Diagnostic {
  const labels = pieces.map(([piece, note]) => {
    const start = text.indexOf(piece);
    return { span: { file, start, end: start + piece.length }, ...(note !== undefined && { text: note }) };
  });
  return { severity: 'error', code: 'T008', title: 'the title', labels, hint: 'the hint' };
}

function rendered(text: string, ...pieces: [piece: string, note?: string][]): string {
  return renderText([errorAt(text, pieces)], [{ path: 'src/main.mochi', text }], PLAIN);
}

describe('text', () => {
  it('shows the line, the span and the hint', () => {
    expect(rendered('let a = 1\nlet b: int = "text"\n', ['"text"', 'this is a string'])).toBe(`error[T008]: the title
  --> src/main.mochi:2:14
   |
 2 | let b: int = "text"
   |              ^^^^^^ this is a string
  help: the hint

`);
  });

  it('shows several labels in the order of the lines, with gaps', () => {
    const text = 'let a = 1\nlet b = 2\n\n\n\n\n\n\n\na = b\n';
    expect(rendered(text, ['a = b'], ['let a', 'declared here'], ['b = 2', 'and here'])).toBe(`error[T008]: the title
   --> src/main.mochi:10:1
    |
  1 | let a = 1
    | ----- declared here
  2 | let b = 2
    |     ----- and here
   ...
 10 | a = b
    | ^^^^^
  help: the hint

`);
  });

  it('shows two labels of one line below each other', () => {
    expect(rendered('f(1, 2)', ['2', 'too much'], ['f', 'this function'])).toBe(`error[T008]: the title
  --> src/main.mochi:1:6
   |
 1 | f(1, 2)
   |      ^ too much
   | - this function
  help: the hint

`);
  });

  it('keeps carets below wide characters and tabs', () => {
    expect(rendered('\tlet 名前 = 🍣 + e\u0301x', ['x']).split('\n').slice(3, 5)).toEqual([
      ' 1 |     let 名前 = 🍣 + e\u0301x',
      `   |     ${' '.repeat('let '.length + 4 + ' = '.length + 2 + ' + e'.length)}^`,
    ]);
    expect(rendered('let 名前 = 1', ['名前']).split('\n')[4]).toBe('   |     ^^^^');
  });

  it('underlines the first line of a longer span, and one column at the end of the text', () => {
    expect(rendered('let s = "a\nb"', ['"a\nb"']).split('\n').slice(3, 6)).toEqual([
      ' 1 | let s = "a',
      '   |         ^^',
      '  help: the hint',
    ]);
    const text = 'f(\n';
    const span = { file: 0, start: text.length, end: text.length };
    const atEnd: Diagnostic = { severity: 'warning', code: 'P052', title: 't', labels: [{ span }] };
    expect(renderText([atEnd], [{ path: 'x', text }], PLAIN)).toBe(
      'warning[P052]: t\n  --> x:2:1\n   |\n 2 |\n   | ^\n\n',
    );
  });

  it('shows an empty text', () => {
    const diagnostic: Diagnostic = {
      severity: 'error',
      code: 'P999',
      title: 't',
      labels: [{ span: { file: 0, start: 0, end: 0 } }],
    };
    expect(renderText([diagnostic], [{ path: 'x', text: '' }], PLAIN)).toBe(
      'error[P999]: t\n  --> x:1:1\n   |\n 1 |\n   | ^\n\n',
    );
  });

  it('cuts long lines around the span', () => {
    const text = `let xs = [${'1, '.repeat(2000)}oops, ${'2, '.repeat(2000)}]`;
    const [, , , line, carets] = rendered(text, ['oops']).split('\n');
    expect(line!.length).toBeLessThan(180);
    expect(line!.slice(carets!.indexOf('^'), carets!.lastIndexOf('^') + 1)).toBe('oops');
    expect(line).toMatch(/^ 1 \| ….*…$/);
  });

  it('lets no control character through to the terminal', () => {
    const text = 'let \u001b[31m\u202ex = 1 \u0000\r';
    const bad = { ...errorAt(text, [['x']]), title: 'bad \u001b[2J\nname' };
    const out = renderText([bad], [{ path: 'a\u0007b', text }], PLAIN);
    expect(out).toMatch(/^[^\u0000-\u0009\u000b-\u001f\u202e]*$/);
    expect(out.split('\n')).toHaveLength(8);
  });

  it('shows labels of other files apart, and passes over files it does not have', () => {
    const a = 'use(x)';
    const b = 'let x = 1';
    const diagnostic: Diagnostic = {
      ...errorAt(a, [['x']]),
      labels: [
        { span: { file: 0, start: 4, end: 5 } },
        { span: { file: 1, start: 4, end: 5 }, text: 'declared here' },
        { span: { file: 7, start: 0, end: 1 } },
      ],
    };
    const out = renderText(
      [diagnostic],
      [
        { path: 'a', text: a },
        { path: 'b', text: b },
      ],
      PLAIN,
    );
    expect(out).toContain('  --> a:1:5\n');
    expect(out).toContain('  ::: b:1:5\n   |\n 1 | let x = 1\n   |     - declared here\n');
  });

  it('colours when asked to', () => {
    const text = 'x';
    const out = renderText([errorAt(text, [['x']])], [{ path: 'a', text }], { colour: true });
    expect(out).toContain('\u001b[1;31merror[T008]\u001b[0m');
    expect(out.replace(/\u001b\[[\d;]*m/g, '')).toBe(rendered(text, ['x']).replace('src/main.mochi', 'a'));
  });

  it('shows a diagnostic without a place', () => {
    const none: Diagnostic = { severity: 'error', code: 'N001', title: 'no place', labels: [] };
    expect(renderText([none], [], PLAIN)).toBe('error[N001]: no place\n\n');
    expect(renderText([], [], PLAIN)).toBe('');
  });
});

describe('JSON', () => {
  it('has lines and columns', () => {
    const text = 'let a = 1\nlet 🍣 = a';
    const json = renderJson([errorAt(text, [['🍣 = a'], ['let', 'first']])], [{ path: 'm.mochi', text }]);
    expect(json.endsWith(']\n')).toBe(true);
    expect(JSON.parse(json)).toEqual([
      {
        severity: 'error',
        code: 'T008',
        title: 'the title',
        labels: [
          { file: 'm.mochi', line: 2, column: 5, endLine: 2, endColumn: 10 },
          { file: 'm.mochi', line: 1, column: 1, endLine: 1, endColumn: 4, text: 'first' },
        ],
        hint: 'the hint',
      },
    ]);
    expect(renderJson([], [])).toBe('[]\n');
  });
});

describe('annotations', () => {
  it('are workflow commands', () => {
    const text = 'let a = 1\nlet b = a';
    const diagnostic = errorAt(text, [
      ['b = a', 'here'],
      ['let a', 'first'],
    ]);
    expect(renderGithub([diagnostic, { ...diagnostic, severity: 'warning' }], [{ path: 'm.mochi', text }])).toBe(
      '::error file=m.mochi,line=2,endLine=2,col=5,endColumn=9,title=error[T008]::the title (here)%0Am.mochi:1:1: first%0Ahelp: the hint\n' +
        '::warning file=m.mochi,line=2,endLine=2,col=5,endColumn=9,title=warning[T008]::the title (here)%0Am.mochi:1:1: first%0Ahelp: the hint\n',
    );
  });

  it('escape what would end a property or a command', () => {
    const text = 'a\nb';
    const diagnostic: Diagnostic = {
      severity: 'error',
      code: 'P999',
      title: '50%\r\n::error::x',
      labels: [{ span: { file: 0, start: 0, end: 3 } }],
    };
    expect(renderGithub([diagnostic], [{ path: 'a,b:c%.mochi', text }])).toBe(
      '::error file=a%2Cb%3Ac%25.mochi,line=1,endLine=2,title=error[P999]::50%25%0D%0A::error::x\n',
    );
  });

  it('need no place', () => {
    const none: Diagnostic = { severity: 'error', code: 'N001', title: 'no place', labels: [] };
    expect(renderGithub([none], [])).toBe('::error title=error[N001]::no place\n');
  });
});
