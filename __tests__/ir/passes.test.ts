/** All passes on random programs: they keep what a program does, and no collection takes what is still used. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Module } from '../../src/ir/ir.ts';
import { cseModule } from '../../src/ir/passes/cse.ts';
import { foldModule } from '../../src/ir/passes/fold.ts';
import { inlineModule, inlineSingle } from '../../src/ir/passes/inline.ts';
import { rangesModule } from '../../src/ir/passes/ranges.ts';
import { addRoots } from '../../src/ir/passes/roots.ts';
import { rotateModule } from '../../src/ir/passes/rotate.ts';
import { selectModule } from '../../src/ir/passes/select.ts';
import { splitModule } from '../../src/ir/passes/split.ts';
import { printModule } from '../../src/ir/print.ts';
import { reach } from '../../src/ir/reach.ts';
import { programs, run } from './programs.ts';

const RUNS = Number(process.env.MOCHI_PASS_RUNS ?? 120);

const ways: Record<string, (m: Module) => Module> = {
  fold: foldModule,
  inline: inlineModule,
  'inline, single, fold': (m: Module) => foldModule(inlineSingle(reach(inlineModule(m)))),
  'inline, fold': (m) => foldModule(inlineModule(m)),
  'fold, inline, fold, fold': (m) => foldModule(foldModule(inlineModule(foldModule(m)))),
  ranges: (m) => rangesModule(users(m)),
  'inline, fold, ranges, fold': (m) => foldModule(rangesModule(users(foldModule(inlineModule(m))))),
  'all loop passes': (m) => {
    const inlined = foldModule(inlineModule(m));
    const narrow = foldModule(cseModule(foldModule(rangesModule(users(inlined)))));
    return rotateModule(foldModule(rangesModule(splitModule(selectModule(narrow)))));
  },
  reach,
};

/** The module with all functions taken for those of the user. */
function users(module: Module): Module {
  const funcs = new Map([...module.funcs].map(([name, func]) => [name, { ...func, display: name }]));
  return { ...module, funcs };
}

describe('passes on random programs', () => {
  for (const [name, pass] of Object.entries(ways)) {
    it(`${name} keeps what a program does`, { timeout: 600_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(programs, async (module) => {
          const before = await run(reach(module), false);
          const after = await run(reach(pass(reach(module))), false);
          if (after.events.join() !== before.events.join())
            throw new Error(`${printModule(reach(module))}=== AFTER\n${printModule(reach(pass(reach(module))))}`);
        }),
        { numRuns: RUNS },
      );
    });
  }

  for (const [name, pass] of Object.entries({ 'as they are': (m: Module) => m, ...ways })) {
    it(`roots: no reference in use is collected (${name})`, { timeout: 600_000 }, async () => {
      await fc.assert(
        fc.asyncProperty(programs, async (module) => {
          const plain = await run(reach(module), false);
          const rooted = reach(addRoots(reach(pass(reach(module)))));
          const trace = await run(rooted, true);
          if (trace.lost.length > 0) throw new Error(`${trace.lost.join('; ')}\n${printModule(rooted)}`);
          if (trace.events.join() !== plain.events.join())
            throw new Error(`${printModule(reach(module))}=== AFTER\n${printModule(rooted)}`);
          expect(trace.stack.end).toBe(trace.stack.begin);
        }),
        { numRuns: RUNS },
      );
    });
  }
});
