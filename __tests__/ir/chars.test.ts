/** Characters as numbers: which strings go away, and which stay. */
import { describe, expect, it } from 'vitest';
import { charsModule } from '../../src/ir/passes/chars.ts';
import { printFunc } from '../../src/ir/print.ts';
import { moduleOf } from './helpers.ts';

const LIBRARY = `
/// noinline
fun str_index(s: ref, i: i64): ref { return s }
/// noinline
fun str_key_at(s: ref, i: i64): i32 { return load32(s, 4) }
/// noinline
fun str_key(s: ref): i32 { return load32(s, 4) }
/// noinline
fun str_key_of_char(s: ref): i32 { return load32(s, 4) }
/// noinline
fun str_is_char(s: ref, code: i32): bool { return load32(s, 4) == code }
/// noinline
fun str_order_char(s: ref, code: i32): i32 { return load32(s, 4) - code }
/// noinline
fun str_int(s: ref): i64 { return load64(s, 8) }
/// noinline
fun str_slice(s: ref, a: i64, b: i64): ref { return s }
`;

function textOf(source: string, name: string): string {
  const before = moduleOf(LIBRARY + source, ['f']);
  const user = moduleOf(
    LIBRARY + source,
    ['f'],
    [...before.funcs.keys()].filter((n) => !n.startsWith('rt.str_')).map((n) => n.slice(3)),
  );
  return printFunc(charsModule(user).funcs.get(`rt.${name}`)!);
}

describe('characters as numbers', () => {
  it('holds the key of a character that is only compared', () => {
    expect(
      textOf(
        `fun f(s: ref): bool {
  let c = str_index(s, 3)
  return str_is_char(c, 97) || str_order_char(c, 48) < 0
}`,
        'f',
      ),
    ).toMatchInlineSnapshot(`
      "func rt.f(s.0: ref): i32 as "f" {
        local c.1: i32
        c.1 = (rt.str_key_at s.0 3:i64)
        return (if (i32.eq c.1 194) 1 (i32.lt_s c.1 96))
      }"
    `);
  });

  it('keeps a string that is used otherwise, and computes its key once', () => {
    expect(
      textOf(
        `fun f(s: ref): ref {
  let c = str_index(s, 3)
  if str_is_char(c, 97) { return s }
  if str_is_char(c, 98) { return s }
  return c
}`,
        'f',
      ),
    ).toMatchInlineSnapshot(`
      "func rt.f(s.0: ref): ref as "f" {
        local c.1: ref
        local $2: i32
        c.1 = (rt.str_index s.0 3:i64)
        $2 = (rt.str_key_of_char c.1)
        if (i32.eq $2 194) {
          return s.0
        }
        if (i32.eq $2 196) {
          return s.0
        }
        return c.1
      }"
    `);
  });

  it('leaves a single comparison of such a string as it is', () => {
    const text = textOf(
      `fun f(s: ref): ref {
  let c = str_index(s, 3)
  if str_is_char(c, 97) { return s }
  return c
}`,
      'f',
    );
    expect(text).toContain('(rt.str_is_char c.1 97)');
    expect(text).not.toContain('key');
  });

  it('passes keys to functions that only compare, through others', () => {
    const source = `
/// noinline
fun is_low(c: ref): bool { return str_order_char(c, 97) < 0 }
/// noinline
fun through(c: ref): bool { return is_low(c) }
fun f(s: ref): bool {
  return through(str_index(s, 0)) && is_low(s)
}`;
    expect(textOf(source, 'is_low')).toContain('(c.0: i32)');
    expect(textOf(source, 'through')).toMatchInlineSnapshot(`
      "func rt.through(c.0: i32): i32 inline(never) as "through" {
        return (rt.is_low c.0)
      }"
    `);
    expect(textOf(source, 'f')).toMatchInlineSnapshot(`
      "func rt.f(s.0: ref): i32 as "f" {
        return (if (rt.through (rt.str_key_at s.0 0:i64)) (rt.is_low (rt.str_key s.0)) 0)
      }"
    `);
  });

  it('does not change a parameter that a function stores, returns or assigns', () => {
    for (const body of ['storeref(c, 8, c)', 'c = ref(0)', 'if str_is_char(c, 99) { return keep_it(c) }']) {
      const text = textOf(
        `
/// noinline
fun keep_it(c: ref): bool { return load32(c, 12) == 0 }
/// noinline
fun try(c: ref): bool {
  ${body}
  return str_is_char(c, 98)
}
fun f(s: ref): bool { return try(str_index(s, 0)) }`,
        'try',
      );
      expect(text).toContain('(c.0: ref)');
    }
  });

  it('reads a number in a slice where it is', () => {
    expect(textOf('fun f(s: ref): i64 { return str_int(str_slice(s, 2, 5)) }', 'f')).toContain(
      '(rt.str_slice_int s.0 2:i64 5:i64)',
    );
  });
});
