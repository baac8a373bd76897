/**
 * Loops over lists, with and without the optimiser: random programs with counters, indexes near both ends of lists, lists that
 * grow in the loop, arithmetic near the ends of 64 bits, and failures in the middle, after which nothing may have been printed
 * that should not have been, and nothing be missing.
 */
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { build, type Outcome, Rejected, runWasm } from '../fuzz/run.ts';

const RUNS = Number(process.env.MOCHI_LOOP_RUNS ?? 150);

const pick = <T>(...items: T[]): fc.Arbitrary<T> => fc.constantFrom(...items);

/** Expressions over counters i, j and k, numbers a, b and c, and lists xs, ys, flags and rows. */
const { int, bool } = fc.letrec<{ int: string; bool: string; index: string }>((tie) => {
  const int = tie('int') as fc.Arbitrary<string>;
  const bool = tie('bool') as fc.Arbitrary<string>;
  const index = tie('index') as fc.Arbitrary<string>;
  const small = { depthSize: 'small' as const };
  return {
    int: fc.oneof(
      small,
      pick('i', 'j', 'k', 'a', 'b', 'c', 'n'),
      pick('0', '1', '2', '3', '-1', '7', '4294967296', '9223372036854775807', '(-9223372036854775807 - 1)'),
      fc.tuple(int, pick('+', '-', '*', '+', '-'), int).map(([x, op, y]) => `(${x} ${op} ${y})`),
      fc.tuple(int, pick('/', '%'), pick('2', '3', '7', '8', 'a', 'n', '-1', '0', '16')).map((p) => `(${p.join(' ')})`),
      index.map((at) => `xs[${at}]`),
      index.map((at) => `ys[${at}]`),
      fc.tuple(index, index).map(([r, at]) => `rows[${r}][${at}]`),
      pick('len(xs)', 'len(ys)', 'len(rows)'),
      int.map((x) => `(-${x})`),
      fc.tuple(bool, int, int).map(([p, x, y]) => `(if ${p} then ${x} else ${y})`),
    ),
    index: fc.oneof(
      small,
      pick('i', 'j', 'k', 'i', 'j', '0', '1', '-1'),
      fc.tuple(pick('i', 'j', 'k'), pick('+ 1', '- 1', '+ 2', '- 2')).map(([v, by]) => `${v} ${by}`),
      int,
    ),
    bool: fc.oneof(
      small,
      fc.tuple(int, pick('<', '<=', '>', '>=', '==', '!='), int).map(([x, op, y]) => `${x} ${op} ${y}`),
      index.map((at) => `flags[${at}]`),
      fc.tuple(bool, pick('&&', '||'), bool).map(([x, op, y]) => `(${x}) ${op} (${y})`),
    ),
  };
});

const index = fc.oneof(
  pick('i', 'j', 'k', '0', '-1'),
  fc.tuple(pick('i', 'j', 'k'), pick('+ 1', '- 1', '+ 2')).map(([v, by]) => `${v} ${by}`),
);

const simple: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(pick('a', 'b', 'c'), int).map(([v, x]) => `${v} = ${x}`),
  fc.tuple(index, int).map(([at, x]) => `xs[${at}] = ${x}`),
  fc.tuple(index, int).map(([at, x]) => `ys[${at}] = ${x}`),
  fc.tuple(index, bool).map(([at, x]) => `flags[${at}] = ${x}`),
  fc.tuple(index, index, int).map(([r, at, x]) => `rows[${r}][${at}] = ${x}`),
  int.map((x) => `if len(ys) < 12 { ys = append(ys, ${x}) }`),
  pick('xs = ys', 'rows[0] = ys', 'ys = [1, 2]', 'xs = copied(xs)', 'shrink(ys)'),
  fc.tuple(bool, pick('a', 'b', 'c'), int).map(([p, v, x]) => `if ${p} { ${v} = ${x} }`),
  fc.tuple(bool, pick('a', 'b'), int, int).map(([p, v, x, y]) => `if ${p} { ${v} = ${x} } else { ${v} = ${y} }`),
  fc.tuple(bool, pick('break', 'continue', 'return a')).map(([p, s]) => `if ${p} { ${s} }`),
  pick('print(a, b, c)', 'print(i, j, k)', 'a = a + 1', 'b = b + a', 'c = c - 1'),
);

const block = (depth: number): fc.Arbitrary<string> => {
  const body = fc.array(
    depth > 0 ? fc.oneof({ weight: 3, arbitrary: simple }, { weight: 1, arbitrary: loop(depth) }) : simple,
    {
      minLength: 1,
      maxLength: 5,
    },
  );
  return body.map((stmts) => stmts.join('\n'));
};

const bound = fc.oneof(
  pick('n', 'n', 'n - 1', 'n + 1', 'len(xs)', 'len(ys)', 'len(xs) - 1', 'len(xs) + 1', '4', '0'),
  int,
);
function loop(depth: number): fc.Arbitrary<string> {
  const inner = block(depth - 1);
  const v = pick('i', 'j', 'k');
  const from = pick('0', '1', '2', '-1', '-2', 'i', 'a');
  return fc.oneof(
    fc.tuple(v, from, bound, inner).map(([x, lo, hi, body]) => `for ${x} in ${lo}..${hi} {\nspend()\n${body}\n}`),
    fc
      .tuple(v, from, pick('<', '<=', '!='), bound, inner, pick('1', '1', '2', '3'))
      .map(
        ([x, lo, op, hi, body, by]) =>
          `${x} = ${lo}\nwhile ${x} ${op} ${hi} {\nspend()\n${body}\n${x} = ${x} + ${by}\n}`,
      ),
    fc
      .tuple(v, bound, pick('>', '>='), pick('0', '1', '-1', 'a'), inner)
      .map(([x, hi, op, lo, body]) => `${x} = ${hi}\nwhile ${x} ${op} ${lo} {\nspend()\n${x} = ${x} - 1\n${body}\n}`),
    fc
      .tuple(pick('i < j', 'i <= j', 'i < n && a < 5', 'i < len(xs) && xs[i] != 3'), inner)
      .map(([cond, body]) => `i = 0\nj = n\nwhile ${cond} {\nspend()\n${body}\ni = i + 1\nj = j - 1\n}`),
  );
}

const PRELUDE = `
var fuel = 60
fun spend() {
  fuel = fuel - 1
  if fuel < 0 { print(fuel / (fuel + 1 - fuel - 1)) }
}
fun copied(xs: list<int>): list<int> {
  var out: list<int> = []
  for x in xs { out = append(out, x) }
  return out
}
fun shrink(xs: list<int>) { if len(xs) > 0 { xs[0] = 5 } }
`;

const program = fc
  .record({
    n: fc.integer({ min: -1, max: 6 }),
    size: fc.integer({ min: 0, max: 6 }),
    body: fc.array(loop(2), { minLength: 1, maxLength: 3 }),
  })
  .map(({ n, size, body }) => {
    const list = (f: (i: number) => unknown): string => `[${Array.from({ length: size }, (_, i) => f(i)).join(', ')}]`;
    return `${PRELUDE}
fun f(n: int, xs0: list<int>): int {
  var xs: list<int> = xs0
  var ys: list<int> = ${size > 0 ? list((i) => i * 3 - 2) : '[1]'}
  var flags: list<bool> = ${size > 0 ? list((i) => i % 2 === 0) : '[true]'}
  var rows: list<list<int>> = [[1, 2, 3], [4, 5, 6], ys]
  var i = 0
  var j = 0
  var k = 0
  var a = 1
  var b = 2
  var c = 9223372036854775800
  ${body.join('\n')}
  print(xs, ys, flags, rows)
  print(a, b, c, i, j, k)
  return a
}
print(f(${n}, ${size > 0 ? list((i) => i + 1) : '[0]'}))
`;
  });

/** What a program prints, how it ends and where. */
function outcome(text: string, optimise: boolean): string {
  try {
    const { out, err, status, trace }: Outcome = runWasm(build(text, { optimise, verify: true }));
    return [out, err, status, ...(trace ?? [])].join('\n');
  } catch (e) {
    if (e instanceof Rejected) return 'rejected';
    throw e;
  }
}

describe('loops over lists', () => {
  it('do the same with and without the optimiser', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(program, (text) => {
        const plain = outcome(text, false);
        const fast = outcome(text, true);
        if (plain !== fast) throw new Error(`${text}\n--- plain\n${plain}\n--- optimised\n${fast}`);
      }),
      { numRuns: RUNS },
    );
  });
});
