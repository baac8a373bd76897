import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from '../../src/syntax/parser.ts';
import { printProgram } from '../../src/syntax/printer.ts';
import { program } from './arbitrary.ts';
import { errorsOf, expectPrinted, parseText, withoutPlaces } from './helpers.ts';

describe('the printer', () => {
  it('prints what parses to the same tree', () => {
    fc.assert(
      fc.property(program, (tree) => {
        const text = printProgram(tree);
        const { program: again, diagnostics } = parseText(text);
        expect(diagnostics, text).toEqual([]);
        expect(withoutPlaces(again), text).toEqual(withoutPlaces(tree));
      }),
      { numRuns: 1000 },
    );
  });

  it('adds parentheses where they are needed only', () => {
    expectPrinted('let x = ((a + b)) * (c * d) - (e)', 'let x = (a + b) * (c * d) - e');
    expectPrinted('let x = (-a).b + -(a.b)', 'let x = (-a).b + -a.b');
    expectPrinted('let x = (fun(y) => y)(1)', 'let x = (fun(y) => y)(1)');
    expectPrinted('let x = (x as int) < y', 'let x = x as int < (y)');
    expectPrinted('if (a == Leaf {}) { }', 'if (a == Leaf {}) {}');
    expectPrinted('print((from x in xs select x)[0])', 'print((from x in xs select x)[0])');
  });

  it('indents blocks', () => {
    expectPrinted(
      'fun f(x: int): int { while x > 0 { x = x - 1 } let g = fun() { return x } return match x { 0 => g() _ => { f(1) } } }',
      `fun f(x: int): int {
  while x > 0 {
    x = x - 1
  }
  let g = fun() {
    return x
  }
  return match x {
    0 => g()
    _ => {
      f(1)
    }
  }
}`,
    );
  });

  it('is stable', () => {
    const text = 'type T = A | B(x: int) fun f() { if a then b else {"k": [1.0, 1e100, "\\x01é"]} }';
    const once = printProgram(parseText(text).program);
    expect(printProgram(parseText(once).program)).toBe(once);
    expect(once).toContain('{k: [1.0, 1e+100, "\\x01é"]}');
  });
});

describe('the parser', () => {
  const token = fc.constantFrom(
    ...'let var fun if else then for while in match type return from where select group by into join on test'.split(
      ' ',
    ),
    ...'as union all fetch load save generate x y T _ 1 2.5 "s" true none query update set sort distinct'.split(' '),
    ...'( ) [ ] { } , : . .. = == => < > >= + - * ! ? ?? | || && / ;'.split(' '),
    '\n',
    '"',
    '/*',
    "'",
    '\\',
  );

  it('survives any sequence of tokens, with errors inside the text', () => {
    fc.assert(
      fc.property(fc.array(token, { maxLength: 40 }), (tokens) => {
        const text = tokens.join(' ');
        for (const { code, labels } of parse({ path: 'x', text }, 0, { next: 0 }).diagnostics) {
          expect(code).toMatch(/^P\d{3}$/);
          for (const { span } of labels) {
            expect(span.start).toBeGreaterThanOrEqual(0);
            expect(span.end).toBeGreaterThanOrEqual(span.start);
            expect(span.end).toBeLessThanOrEqual(text.length);
          }
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('survives any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => Array.isArray(errorsOf(text))));
  });

  it('gives nodes spans inside the text, those of children inside those of parents', () => {
    fc.assert(
      fc.property(program, (tree) => {
        const text = printProgram(tree);
        const visit = (value: unknown, from: number, to: number): void => {
          if (Array.isArray(value)) {
            for (const inner of value) {
              visit(inner, from, to);
            }
          } else if (value !== null && typeof value === 'object' && !(value instanceof Uint8Array)) {
            const { span } = value as { span?: { start: number; end: number } };
            const [start, end] = span === undefined ? [from, to] : [span.start, span.end];
            expect(start >= from && end <= to && start <= end, `${start}-${end} in ${from}-${to} of ${text}`).toBe(
              true,
            );
            for (const [key, inner] of Object.entries(value)) {
              if (key !== 'span' && key !== 'opSpan') {
                visit(inner, start, end);
              }
            }
          }
        };
        visit(parseText(text).program.body, 0, text.length);
      }),
      { numRuns: 500 },
    );
  });

  it('numbers expressions and names without repetition, on from the counter it is given', () => {
    const ids = { next: 10 };
    const text = 'fun f(a, b) { let c = a + b return c } for x in xs { x = match x { P(y) => y } }';
    const { program: tree } = parse({ path: 'x', text }, 0, ids);
    const seen: number[] = [];
    JSON.stringify(tree, (key, value) => {
      if (key === 'id') {
        seen.push(value as number);
      }
      return typeof value === 'bigint' ? String(value) : value;
    });
    expect(new Set(seen).size).toBe(seen.length);
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(10);
    expect(Math.max(...seen)).toBeLessThan(ids.next);
  });
});
