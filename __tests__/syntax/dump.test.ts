import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dumpAst } from '../../src/syntax/dump.ts';
import { program } from './arbitrary.ts';
import { parseText } from './helpers.ts';

describe('dumped trees', () => {
  it('are indented where a line is too short', () => {
    const { program: tree } = parseText(`package p
fun area(shape: Shape, precision: int): float {
  return match shape { Circle(r) => 3.0 * r * r Square(side) => side * side _ => error("unknown shape") }
}`);
    expect(dumpAst(tree)).toBe(`(program
  (package p)
  (fun area
    (params (shape Shape) (precision int))
    (result float)
    (body
      (return
        (match shape
          (=> (Circle r) (* (* 3.0 r) r))
          (=> (Square side) (* side side))
          (=> _ (call error "unknown shape")))))))
`);
  });

  it('have balanced parentheses', () => {
    fc.assert(
      fc.property(program, (tree) => {
        const bare = dumpAst(tree).replace(/"(\\.|[^"\\])*"/g, '');
        expect(bare.split('(').length).toBe(bare.split(')').length);
      }),
    );
  });
});
