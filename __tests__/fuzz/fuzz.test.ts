/** Random programs in every way there is, and the tools that say what went wrong. */

import { describe, expect, it } from 'vitest';
import { type Mapper, mapExpr, mapStmt } from '../../src/ir/build.ts';
import type { Expr, Module, Stmt } from '../../src/ir/ir.ts';
import * as Op from '../../src/ir/op.ts';
import { campaign } from './campaign.ts';
import { blame, check, type Difference, minimise, type Variant } from './differential.ts';
import { generate } from './generator.ts';
import { build } from './run.ts';

const PROGRAMS = 200;

describe('random programs', () => {
  it(`of ${PROGRAMS} seeds mean the same in every way`, async () => {
    const totals = await campaign(1, PROGRAMS, 2, () => undefined);
    expect(totals.differences).toEqual([]);
    expect(totals.agreed + totals.discarded).toBe(PROGRAMS);
    // The generator would be of no use if most of its programs had to be thrown away, or if none or all failed.
    expect(totals.discarded).toBeLessThan(PROGRAMS / 5);
    expect(totals.failing).toBeGreaterThan(PROGRAMS / 50);
    expect(totals.failing).toBeLessThan(PROGRAMS / 2);
  }, 600_000);

  it('are the same for the same seed', () => {
    expect(generate(7)).toBe(generate(7));
    expect(generate(7)).not.toBe(generate(8));
  });
});

// ---- what finds and blames is tried on a compiler that is broken on purpose

/** Breaks the compiler after a pass: the constant 4242 of the user's functions becomes another. */
function broken(pass: string): Variant {
  const m: Mapper = {
    expr(e: Expr): Expr {
      const wrong = e.op === Op.const && (e.value === 4242n || e.value === 4242);
      return wrong ? { ...e, value: typeof e.value === 'bigint' ? 4243n : 4243 } : mapExpr(e, m);
    },
    body: (body) => body.map((s): Stmt => mapStmt(s, m)),
  };
  const observe = (now: string, module: Module): void => {
    if (now !== pass) return;
    for (const f of module.funcs.values()) if (f.display !== undefined) f.body = m.body(f.body);
  };
  return ['optimised', { observe }];
}

const PROGRAM = `fun innocent(n: int): int {
  var i = 0
  while i < n {
    i = i + 1
  }
  return i
}
fun victim(xs: list<int>): int {
  var sum = 0
  for x in xs {
    sum = sum + x * 4242
  }
  return sum
}
print(innocent(3))
print(victim([1, 2, 3]), "done")
`;

const PASSES = build(PROGRAM).stages.map(({ pass }) => pass);

describe('a wrong pass', () => {
  it.each(PASSES)('%s is found and blamed', (pass) => {
    const variants = [broken(pass)];
    const verdict = check(PROGRAM, variants);
    expect(verdict.kind).toBe('differ');
    const { guilty, functions } = blame(PROGRAM, 'optimised', variants);
    // What is wrong from the beginning is the fault of what came before all passes.
    expect(guilty).toBe(pass === PASSES[0] ? 'lowering' : pass);
    expect(functions).toHaveLength(pass === PASSES[0] ? 0 : 1);
  });

  it('leaves little of the program', () => {
    const variants = [broken('fold')];
    const small = minimise(PROGRAM, check(PROGRAM, variants) as Difference, 300, variants);
    expect(small.length).toBeLessThan(PROGRAM.length / 2);
    expect(small).toContain('4242');
    expect(blame(small, 'optimised', variants).guilty).toBe('fold');
  });
});

it('an error at the wrong place counts, too', () => {
  const text = 'fun at(xs: list<int>, i: int): int {\n  return xs[i]\n}\nprint(at([1], 0))\nprint(at([1], 1))\n';
  expect(check(text)).toEqual({ kind: 'agree', what: 'list index out of range: 1 (length 1)' });
});
