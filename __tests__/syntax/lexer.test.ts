import { describe, expect, it } from 'vitest';
import { lex } from '../../src/syntax/lexer.ts';
import { expectParseError, expectPrinted, expectTree, parseText } from './helpers.ts';

function tags(text: string): string[] {
  return lex(text, 0).tag;
}

/** The value of the first token, a string. */
function stringOf(text: string): unknown {
  const tokens = lex(text, 0);
  expect(tokens.diagnostics).toEqual([]);
  return tokens.value[0];
}

describe('white space and comments', () => {
  it('takes newlines and semicolons for blanks', () => {
    expect(tags('a;b\r\n\tc')).toEqual(['<name>', '<name>', '<name>', '<end>']);
  });

  it('skips all kinds of comments', () => {
    expect(tags('#!shebang\n1 // one\n/* two\n * lines */ 2 # three')).toEqual(['<int>', '<int>', '<end>']);
  });

  it('does not nest block comments', () => {
    expect(tags('/* /* */ x */')).toEqual(['<name>', '*', '/', '<end>']);
  });

  it('reports a block comment that is never closed, once', () => {
    expectParseError('let x = 1\n/* let', 'P042', 2, 1);
    expect(parseText('/* let y = (').diagnostics).toHaveLength(1);
  });

  it('attaches `///` lines to the token directly below them', () => {
    expect([...lex('/// one\n///  two\nfun', 0).docs]).toEqual([[0, 'one\n two']]);
    expect([...lex('/// far away\n\nfun', 0).docs]).toEqual([]);
    expect([...lex('//// a ruler\nfun', 0).docs]).toEqual([]);
    expectPrinted('/// Adds.\nfun f() { }', '/// Adds.\nfun f() {}');
    expectPrinted('/// Adds.\nexport fun f() { }', '/// Adds.\nexport fun f() {}');
    expectPrinted('let a = 1\n\n  /// A\n  /// b\n var b = 2', 'let a = 1\n/// A\n/// b\nvar b = 2');
  });
});

describe('names', () => {
  it('may contain letters of any script, symbols such as emoji, and digits', () => {
    for (const name of ['x1y', 's3_a', '_', '_x1', 'π', '変数', '🍣', 'a🍣2', 'x²', '_Ⅷ']) {
      expect(tags(name), name).toEqual(['<name>', '<end>']);
    }
  });

  it('tells reserved words from contextual ones', () => {
    expect(tags('let all none')).toEqual(['let', 'all', 'none', '<end>']);
    expect(tags('from where null nil and or not union')).toEqual([...Array<string>(8).fill('<name>'), '<end>']);
  });

  it('reports characters without a meaning', () => {
    expectParseError('let x = 1 @ 2', 'P044', 1, 11);
    expectParseError("let s = 'a b'", 'P044', 1, 9);
    expect(parseText("let s = 'a b'").diagnostics).toHaveLength(1);
    expectParseError('a & b', 'P044', 1, 3);
    expectParseError('let \u0000 = 1', 'P044', 1, 5);
  });
});

describe('numbers', () => {
  it('reads ints in four bases', () => {
    const tokens = lex('0 42 010 0x1F 0Xff 0b101 0O17 9223372036854775807', 0);
    expect(tokens.value.slice(0, -1)).toEqual([0n, 42n, 10n, 31n, 255n, 5n, 15n, 9223372036854775807n]);
    expect(tokens.diagnostics).toEqual([]);
  });

  it('reads floats', () => {
    const tokens = lex('1.5 0.25 1e3 1E+3 2.5e-3 1e21', 0);
    expect(tokens.value.slice(0, -1)).toEqual([1.5, 0.25, 1000, 1000, 0.0025, 1e21]);
    expect(new Set(tokens.tag.slice(0, -1))).toEqual(new Set(['<float>']));
  });

  it('leaves a point alone that no digit follows', () => {
    expect(tags('1..5')).toEqual(['<int>', '..', '<int>', '<end>']);
    expect(tags('1.x')).toEqual(['<int>', '.', '<name>', '<end>']);
    expect(tags('.5')).toEqual(['.', '<int>', '<end>']);
  });

  it('reports what is no number', () => {
    expectParseError('let n = 1e', 'P043', 1, 9);
    expectParseError('let n = 12ab', 'P043', 1, 9);
    expectParseError('let n = 1_000', 'P043', 1, 9);
    expectParseError('let n = 0b12', 'P043', 1, 9);
    expectParseError('let n = 0x', 'P046', 1, 9);
    expectParseError('let n = 0b2', 'P046', 1, 9);
    expectParseError('let n = 9223372036854775808', 'P045', 1, 9);
    expectParseError('let n = 0xFFFFFFFFFFFFFFFF', 'P045', 1, 9);
    expectParseError('let n = 1e999', 'P045', 1, 9);
  });
});

describe('strings', () => {
  it('decodes the escapes', () => {
    expect(stringOf(String.raw`"\a\b\f\n\r\t\v\\\""`)).toBe('\u0007\b\f\n\r\t\v\\"');
    expect(stringOf(String.raw`"\u00e9\U0001F363\x41\101"`)).toBe('é🍣AA');
  });

  it('puts bytes together to text where they are UTF-8', () => {
    expect(stringOf(String.raw`"\xc3\xa9\303\251"`)).toBe('éé');
    expect(lex(String.raw`"\xc3\xa9"`, 0).bytes.size).toBe(0);
    expect(stringOf(String.raw`"\xef\xbb\xbf"`)).toBe('\ufeff');
  });

  it('keeps the bytes of what is not UTF-8', () => {
    const tokens = lex(String.raw`1 "é\xff"`, 0);
    expect(tokens.bytes.get(1)).toEqual(Uint8Array.of(0xc3, 0xa9, 0xff));
    expect(tokens.value[1]).toBe('é\ufffd');
    expectPrinted(String.raw`let s = "é\xff\n"`, String.raw`let s = "\xc3\xa9\xff\n"`);
  });

  it('lets strings span lines', () => {
    expect(stringOf('"one\ntwo"')).toBe('one\ntwo');
  });

  it('never takes a string for punctuation', () => {
    expectTree('let m = {"}": 1, "{": 2}', '(let m (map ("}" 1) ("{" 2)))');
  });

  it('reports escapes that do not exist, at the start of the string', () => {
    for (const sequence of [
      '\\q',
      '\\0',
      '\\08',
      '\\400',
      '\\x4g',
      '\\u{41}',
      '\\ud800',
      '\\U00110000',
      "\\'",
      '\\é',
    ]) {
      expectParseError(`let s = "a${sequence}b"`, 'P041', 1, 9);
    }
  });

  it('reports a string that is never closed, and points at an earlier one that may be the cause', () => {
    expectParseError('let s = "abc', 'P040', 1, 9);
    expectParseError('let s = "abc\\', 'P040', 1, 9);
    const [only, ...rest] = parseText('let s = "abc\nprint("x")\n').diagnostics;
    expect(rest).toEqual([]);
    expect(only?.labels.map((label) => label.span.start)).toEqual([21, 8]);
  });
});
