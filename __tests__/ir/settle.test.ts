/** The output buffer is written before recursion, by the calls that need it and by no others. */
import { expect, test } from 'vitest';
import { compile } from '../../src/compiler.ts';

/** The final IR of each function of a program, by name. */
function functions(text: string): Map<string, string> {
  const { ir } = compile([{ path: 'p.mochi', text }], { mode: 'run', verify: true, optimise: false });
  const final = ir!().split(';; after all passes\n')[1]!;
  const found = new Map<string, string>();
  for (const part of final.split(/^(?=func )/m)) {
    const name = /^func ([^\s(]+)/.exec(part)?.[1];
    if (name) found.set(name, part);
  }
  return found;
}

test('a program without recursion has nothing of it', () => {
  const names = [...functions('fun f(n: int): int { return n + 1 }\nprint(f(1))').keys()];
  expect(names.filter((n) => n.includes('enter') || n.includes('settle'))).toEqual([]);
});

test('recursion that computes is entered by way of the detour, and pays nothing inside', () => {
  const all = functions(
    'fun f(n: int): int { if n < 2 { return n }  return f(n - 1) + f(n - 2) }\nprint("a")\nprint(f(5))',
  );
  const name = [...all.keys()].find((n) => n.endsWith('.enter'))!;
  const inner = name.slice(0, -'.enter'.length);
  expect(all.get('main')).toContain(name);
  expect(all.get(name)).toContain('out_settle');
  expect(all.get(inner)).toContain(`${inner}(`);
  expect(all.get(inner)).not.toContain(name);
});

test('recursion that prints goes by way of the detour each time', () => {
  const all = functions('fun f(n: int): int { if n == 0 { return 0 }  print(n)  return f(n - 1) + 1 }\nprint(f(5))');
  const name = [...all.keys()].find((n) => n.endsWith('.enter'))!;
  expect(all.get(name.slice(0, -'.enter'.length))).toContain(name);
});

test('self tail calls are loops, not recursion', () => {
  const all = functions(
    'fun f(n: int, s: int): int { if n == 0 { return s }  return f(n - 1, s + n) }\nprint(f(9, 0))',
  );
  expect([...all.keys()].some((n) => n.endsWith('.enter'))).toBe(false);
});
