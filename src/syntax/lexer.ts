/**
 * From source text to tokens. Newlines and `;` mean nothing in Mochi, so they are white space here; the parser only
 * learns whether a token is the first on its line, which it uses for error recovery and hints, never for meaning
 * (with one exception, see `query` in parser-query.ts).
 *
 * Tokens are kept in parallel arrays (a structure of arrays): the parser walks them by index and backtracking is an
 * assignment. The `tag` of a punctuation mark or reserved word is its text; other tokens have one of the tags in
 * angle brackets, so a string token is never mistaken for punctuation.
 */
import type { Diagnostic, Span } from '../diagnostics/diagnostic.ts';

export const NAME = '<name>';
export const INT = '<int>';
export const FLOAT = '<float>';
export const STRING = '<string>';
export const END = '<end>';

export interface Tokens {
  readonly tag: string[];
  /** Offsets, as the two below with room for as many tokens as there can be. */
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** 1 where the token is the first one on its line. */
  readonly first: Uint8Array;
  /** Name and reserved word: its text. String: its value. Int: a bigint. Float: a number. Else undefined. */
  readonly value: (string | bigint | number | undefined)[];
  /** Bytes of the strings that are not valid UTF-8 text, by token index. */
  readonly bytes: Map<number, Uint8Array>;
  /** Documentation (`///` lines directly above), by index of the token that follows. */
  readonly docs: Map<number, string>;
  readonly diagnostics: Diagnostic[];
}

/** Words that cannot be used as names (LANGUAGE §1). All others that the grammar knows are contextual. */
export const RESERVED: ReadonlyMap<string, string> = new Map(
  (
    'test expect agent intent on stream emit type fun extern import return break continue let var if else then for ' +
    'while in generate match fetch load save package export fact rule all none true false'
  )
    .split(' ')
    .map((word) => [word, word]),
);

const MAX_INT = 0x7fffffffffffffffn;
const NAME_START = /^[\p{L}\p{So}]$/u;
const NAME_PART = /^[\p{L}\p{So}\p{N}]$/u;

type Codes = Uint8Array | Uint16Array;

/** The working state of one lexer run. */
interface Lexer {
  readonly text: string;
  /** The text's UTF-16 units and a 0 behind them: an element costs a quarter of what `charCodeAt` does. */
  readonly codes: Codes;
  readonly file: number;
  readonly out: Tokens;
  at: number;
  /** 1 until the first token of a line, then 0. */
  lineFirst: number;
  /** How many tokens there are. */
  count: number;
}

// What an ASCII character is, for the loop over the text.
const LETTER = 1;
const DIGIT = 2;
const BLANK = 3;
const NEWLINE = 4;
/** A token of its own, whatever follows. */
const MARK = 5;

/** The class of each ASCII character; those beyond have none. */
const CLASSES: Uint8Array = classes();

function classes(): Uint8Array {
  const of = new Uint8Array(128);
  of.fill(DIGIT, 48, 58).fill(LETTER, 65, 91).fill(LETTER, 97, 123).fill(LETTER, 95, 96);
  for (const c of '\t\r ;') of[c.charCodeAt(0)] = BLANK;
  for (const c of '%()*+,-:[]{}') of[c.charCodeAt(0)] = MARK;
  of[10] = NEWLINE;
  return of;
}

/**
 * Splits a text into tokens, the last of which is the end marker. Never fails: what is wrong becomes a diagnostic
 * (P040 to P046) and lexing goes on.
 *
 * Blanks, names and marks are most of a text, so they are dealt with here, without a call for each.
 */
export function lex(text: string, file: number): Tokens {
  const { length } = text;
  // Room beforehand, outside of the heap where it can be: a list that grows is copied again and again, also by the collector.
  const tag = new Array<string>(length >> 2);
  const value: Tokens['value'] = new Array(length >> 2);
  const start = new Int32Array(length + 1);
  const end = new Int32Array(length + 1);
  const first = new Uint8Array(length + 1);
  const out: Tokens = { tag, start, end, first, value, bytes: new Map(), docs: new Map(), diagnostics: [] };
  const codes = codesOf(text);
  const l: Lexer = { text, codes, file, out, at: 0, lineFirst: 1, count: 0 };
  const of = CLASSES;
  const names = new Map<string, string>();
  let at = 0;
  let lineFirst = 1;
  let count = 0;
  while (at < length) {
    const c = codes[at]!;
    switch (of[c]) {
      case BLANK:
        at++;
        break;
      case LETTER: {
        const from = at;
        at = nameEnd(l, at + 1);
        const word = text.slice(from, at);
        // One string a name: the others do not outlive this, and tables of names find it by identity.
        let name = names.get(word);
        if (name === undefined) {
          name = RESERVED.get(word);
          if (name === undefined) {
            name = word;
            names.set(name, name);
            tag[count] = NAME;
          } else {
            tag[count] = name;
          }
        } else {
          tag[count] = NAME;
        }
        start[count] = from;
        end[count] = at;
        first[count] = lineFirst;
        value[count++] = name;
        lineFirst = 0;
        break;
      }
      case MARK:
        tag[count] = text.charAt(at);
        start[count] = at++;
        end[count] = at;
        first[count] = lineFirst;
        value[count++] = undefined;
        lineFirst = 0;
        break;
      case NEWLINE:
        lineFirst = 1;
        at++;
        break;
      default:
        l.at = at;
        l.lineFirst = lineFirst;
        l.count = count;
        lexRare(l, c);
        at = l.at;
        lineFirst = l.lineFirst;
        count = l.count;
    }
  }
  tag[count] = END;
  start[count] = length;
  end[count] = length;
  first[count] = lineFirst;
  value[count++] = undefined;
  tag.length = count;
  value.length = count;
  return out;
}

/** The UTF-16 units of a text, and a 0 behind them. */
function codesOf(text: string): Codes {
  const { length } = text;
  const bytes = new Uint8Array(length + 1);
  if (new TextEncoder().encodeInto(text, bytes).read === length && bytes[length] === 0) return bytes;
  // Not ASCII: its UTF-8 takes more bytes than it has units.
  const units = new Uint16Array(length + 1);
  for (let i = 0; i < length; i++) units[i] = text.charCodeAt(i);
  return units;
}

/** What starts with none of the characters that `lex` knows itself: numbers, strings, longer marks, comments and the rest. */
function lexRare(l: Lexer, c: number): void {
  const next = l.codes[l.at + 1]!;
  if (isDigit(c)) {
    lexNumber(l);
  } else if (c === 34) {
    lexString(l);
  } else if (c === 35 || (c === 47 && (next === 47 || next === 42))) {
    skipComments(l);
  } else {
    const tag = punctuation(c, next);
    if (tag === undefined) {
      lexOther(l);
    } else {
      push(l, tag, l.at, l.at + tag.length, undefined);
      l.at += tag.length;
    }
  }
}

function push(l: Lexer, tag: string, start: number, end: number, value: string | bigint | number | undefined): void {
  const o = l.out;
  const { count } = l;
  o.tag[count] = tag;
  o.start[count] = start;
  o.end[count] = end;
  o.first[count] = l.lineFirst;
  o.value[count] = value;
  l.count = count + 1;
  l.lineFirst = 0;
}

function report(l: Lexer, code: string, title: string, start: number, end: number, hint: string): void {
  const span: Span = { file: l.file, start, end };
  l.out.diagnostics.push({ severity: 'error', code, title, labels: [{ span }], hint });
}

// ---- comments

/** Skips a comment and the blanks and comments behind it; collects `///` lines for the token that follows directly below them. */
function skipComments(l: Lexer): void {
  const text = l.text;
  let doc: string[] | undefined;
  let newlines = 0;
  for (;;) {
    const c = text.charCodeAt(l.at);
    if (c === 10) {
      l.lineFirst = 1;
      newlines++;
      if (newlines > 1) {
        doc = undefined;
      }
      l.at++;
    } else if (c === 32 || c === 9 || c === 13 || c === 59) {
      l.at++;
    } else if (c === 35 || (c === 47 && text.charCodeAt(l.at + 1) === 47)) {
      const end = endOfLine(text, l.at);
      if (text.startsWith('///', l.at) && text.charCodeAt(l.at + 3) !== 47) {
        doc ??= [];
        doc.push(
          text
            .slice(l.at + 3, end)
            .replace(/^ /, '')
            .trimEnd(),
        );
        newlines = 0;
      } else {
        doc = undefined;
      }
      l.at = end;
    } else if (c === 47 && text.charCodeAt(l.at + 1) === 42) {
      const close = text.indexOf('*/', l.at + 2);
      if (close < 0) {
        report(
          l,
          'P042',
          'this block comment is never closed',
          l.at,
          l.at + 2,
          'end it with `*/`; block comments do not nest',
        );
      }
      const end = close < 0 ? text.length : close + 2;
      if (text.slice(l.at, end).includes('\n')) {
        l.lineFirst = 1;
      }
      doc = undefined;
      l.at = end;
    } else {
      break;
    }
  }
  if (doc !== undefined) {
    l.out.docs.set(l.count, doc.join('\n'));
  }
}

function endOfLine(text: string, from: number): number {
  const at = text.indexOf('\n', from);
  return at < 0 ? text.length : at;
}

// ---- names

function isDigit(c: number): boolean {
  return c >= 48 && c <= 57;
}

/** Length in UTF-16 units of the name character beyond ASCII at an offset, 0 if there is none. Digits only inside a name. */
function wideNameCharLength(text: string, at: number, inside: boolean): number {
  const char = String.fromCodePoint(text.codePointAt(at)!);
  return (inside ? NAME_PART : NAME_START).test(char) ? char.length : 0;
}

/** The end of the run of name characters that starts at an offset. */
function nameEnd(l: Lexer, from: number): number {
  const { codes } = l;
  let at = from;
  for (;;) {
    const c = codes[at]!;
    if (c >= 97 && c <= 122) {
      at++;
    } else if (c < 128) {
      const kind = CLASSES[c];
      if (kind !== LETTER && kind !== DIGIT) {
        return at;
      }
      at++;
    } else {
      const length = wideNameCharLength(l.text, at, true);
      if (length === 0) {
        return at;
      }
      at += length;
    }
  }
}

function lexName(l: Lexer): void {
  const start = l.at;
  l.at = nameEnd(l, start);
  const word = l.text.slice(start, l.at);
  push(l, RESERVED.get(word) ?? NAME, start, l.at, word);
}

// ---- numbers

/** INT | FLOAT: decimal, `0x`, `0b`, `0o`; a float is `d+.d+` with an optional exponent, or `d+e[+-]d+`. */
function lexNumber(l: Lexer): void {
  const { text, codes } = l;
  const start = l.at;
  const second = codes[start + 1]! | 32;
  if (codes[start] === 48 && (second === 120 || second === 98 || second === 111)) {
    lexPrefixed(l, second === 120 ? 16 : second === 98 ? 2 : 8);
    return;
  }
  let at = digits(codes, start);
  let float = false;
  if (codes[at] === 46 && isDigit(codes[at + 1]!)) {
    float = true;
    at = digits(codes, at + 1);
  }
  if ((codes[at]! | 32) === 101) {
    const sign = codes[at + 1];
    const exponent = at + (sign === 43 || sign === 45 ? 2 : 1);
    if (isDigit(codes[exponent]!)) {
      float = true;
      at = digits(codes, exponent);
    }
  }
  l.at = at;
  checkEndOfNumber(l, start);
  const literal = text.slice(start, at);
  if (float) {
    const value = Number(literal);
    if (!Number.isFinite(value)) {
      report(
        l,
        'P045',
        `\`${shorten(literal)}\` is too large for a float`,
        start,
        at,
        'the largest float is about 1.8e308',
      );
    }
    push(l, FLOAT, start, l.at, Number.isFinite(value) ? value : 0);
  } else {
    pushInt(l, start, at, BigInt(literal));
  }
}

function lexPrefixed(l: Lexer, base: number): void {
  const text = l.text;
  const start = l.at;
  let at = start + 2;
  while (digitValue(text.charCodeAt(at)) < base) {
    at++;
  }
  l.at = at;
  if (at === start + 2) {
    l.at = nameEnd(l, at);
    report(
      l,
      'P046',
      `\`${shorten(text.slice(start, Math.max(l.at, at)))}\` lacks its digits`,
      start,
      l.at,
      `write at least one base ${base} digit after \`${text.slice(start, start + 2)}\``,
    );
    push(l, INT, start, l.at, 0n);
    return;
  }
  checkEndOfNumber(l, start);
  pushInt(l, start, at, BigInt(text.slice(start, at).toLowerCase()));
}

function pushInt(l: Lexer, start: number, end: number, value: bigint): void {
  if (value > MAX_INT) {
    report(
      l,
      'P045',
      `the number \`${shorten(l.text.slice(start, end))}\` does not fit in 64 bits`,
      start,
      end,
      `ints go up to ${MAX_INT}; for larger ones convert text, as in \`"${shorten(value.toString())}" as bigint\``,
    );
  }
  push(l, INT, start, l.at, value > MAX_INT ? 0n : value);
}

/** P043: a name character directly after a number; the rest of the word is skipped. */
function checkEndOfNumber(l: Lexer, start: number): void {
  const end = nameEnd(l, l.at);
  if (end > l.at) {
    const rest = l.text.slice(l.at, end);
    report(
      l,
      'P043',
      `\`${shorten(l.text.slice(start, end))}\` is not a number`,
      start,
      end,
      `\`${shorten(rest)}\` follows the number directly: put a space or an operator between them`,
    );
    l.at = end;
  }
}

function digits(codes: Codes, from: number): number {
  let at = from;
  for (let c = codes[at]!; c >= 48 && c <= 57; c = codes[at]!) {
    at++;
  }
  return at;
}

/** The value of a digit in bases up to 16; 99 for any other character. */
function digitValue(c: number): number {
  if (isDigit(c)) {
    return c - 48;
  }
  const lower = c | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : 99;
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}...` : text;
}

// ---- strings

/** STRING: in double quotes, may span lines, with Go's escapes. */
function lexString(l: Lexer): void {
  const { text, codes } = l;
  const start = l.at;
  let at = start + 1;
  let escaped = false;
  for (; at < text.length; at++) {
    const c = codes[at];
    if (c === 34) {
      break;
    }
    if (c === 92) {
      escaped = true;
      at++;
    }
  }
  if (at >= text.length) {
    reportUnterminated(l, start);
    l.at = text.length;
    push(l, STRING, start, text.length, '');
    return;
  }
  l.at = at + 1;
  const value = escaped ? decodeEscapes(l, start, at) : text.slice(start + 1, at);
  push(l, STRING, start, l.at, value);
}

function reportUnterminated(l: Lexer, start: number): void {
  // The quote that is missing may belong to an earlier string, one that swallowed a line end.
  const o = l.out;
  const suspect = o.tag.findIndex(
    (tag, i) => i < l.count && tag === STRING && l.text.slice(o.start[i], o.end[i]).includes('\n'),
  );
  const labels = [
    { span: { file: l.file, start, end: endOfLine(l.text, start) } as Span, text: undefined as string | undefined },
  ];
  if (suspect >= 0) {
    const from = o.start[suspect]!;
    labels.push({
      span: { file: l.file, start: from, end: endOfLine(l.text, from) },
      text: 'this string goes on over the end of its line: is its `"` missing?',
    });
  }
  o.diagnostics.push({
    severity: 'error',
    code: 'P040',
    title: 'this string is never closed',
    labels,
    hint: 'end it with `"`; inside a string write `\\"` for a quote',
  });
}

const SIMPLE_ESCAPES: ReadonlyMap<number, number> = new Map([
  [97, 7],
  [98, 8],
  [102, 12],
  [110, 10],
  [114, 13],
  [116, 9],
  [118, 11],
  [92, 92],
  [34, 34],
]);

/** Decodes the body of a string literal between its quotes. Bytes given by `\x` and `\ooo` make up UTF-8 text. */
function decodeEscapes(l: Lexer, start: number, end: number): string {
  const text = l.text;
  let value = '';
  /** Set once an escape gave a byte beyond ASCII: everything so far, as UTF-8. */
  let bytes: number[] | undefined;
  const add = (piece: string): void => {
    if (bytes === undefined) {
      value += piece;
    } else {
      for (const byte of new TextEncoder().encode(piece)) {
        bytes.push(byte);
      }
    }
  };
  let at = start + 1;
  while (at < end) {
    const next = text.indexOf('\\', at);
    if (next < 0 || next >= end) {
      add(text.slice(at, end));
      break;
    }
    add(text.slice(at, next));
    const sequence = readEscape(text, next, end);
    at = sequence.end;
    if (sequence.kind === 'char') {
      add(String.fromCodePoint(sequence.code));
    } else if (sequence.kind === 'byte') {
      bytes ??= [...new TextEncoder().encode(value)];
      bytes.push(sequence.code);
    } else {
      report(
        l,
        'P041',
        `\`${text.slice(next, at)}\` is not an escape sequence`,
        start,
        at,
        'escapes are \\n \\t \\r \\a \\b \\f \\v \\\\ \\" \\ooo \\xHH \\uHHHH \\UHHHHHHHH; write `\\\\` for a backslash',
      );
    }
  }
  if (bytes === undefined) {
    return value;
  }
  const raw = Uint8Array.from(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    l.out.bytes.set(l.count, raw);
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(raw);
  }
}

type Escape = { readonly kind: 'char' | 'byte' | 'bad'; readonly code: number; readonly end: number };

/** Reads the escape sequence whose backslash is at `at`. */
function readEscape(text: string, at: number, limit: number): Escape {
  const c = text.charCodeAt(at + 1);
  const simple = SIMPLE_ESCAPES.get(c);
  if (simple !== undefined) {
    return { kind: 'char', code: simple, end: at + 2 };
  }
  if (c >= 48 && c <= 55) {
    return numericEscape(text, at + 1, 3, 8, limit);
  }
  switch (c) {
    case 120:
      return numericEscape(text, at + 2, 2, 16, limit);
    case 117:
      return numericEscape(text, at + 2, 4, 16, limit);
    case 85:
      return numericEscape(text, at + 2, 8, 16, limit);
    default:
      return { kind: 'bad', code: 0, end: Math.min(limit, at + 1 + (text.codePointAt(at + 1)! > 0xffff ? 2 : 1)) };
  }
}

/** Exactly `count` digits; 2 or 3 of them name a byte, 4 or 8 a code point. */
function numericEscape(text: string, from: number, count: number, base: number, limit: number): Escape {
  let code = 0;
  let at = from;
  while (at < from + count && at < limit && digitValue(text.charCodeAt(at)) < base) {
    code = code * base + digitValue(text.charCodeAt(at));
    at++;
  }
  if (at < from + count) {
    return { kind: 'bad', code: 0, end: at };
  }
  if (count <= 3) {
    return { kind: code > 255 ? 'bad' : code < 128 ? 'char' : 'byte', code, end: at };
  }
  const valid = code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return { kind: valid ? 'char' : 'bad', code, end: at };
}

// ---- punctuation

/** Marks that may be longer, and those that are part of others. `:-` is two marks here: only a rule joins them, so that `xs[:-1]` works. */
function punctuation(c: number, next: number): string | undefined {
  switch (c) {
    case 33:
      return next === 61 ? '!=' : '!';
    case 38:
      return next === 38 ? '&&' : undefined;
    case 46:
      return next === 46 ? '..' : '.';
    case 47:
      return '/';
    case 60:
      return next === 61 ? '<=' : '<';
    case 61:
      return next === 61 ? '==' : next === 62 ? '=>' : '=';
    case 62:
      return next === 61 ? '>=' : '>';
    case 63:
      return next === 63 ? '??' : '?';
    case 124:
      return next === 124 ? '||' : '|';
    default:
      return undefined;
  }
}

/** Names that start with a letter beyond ASCII, and characters that Mochi has no use for (P044). */
function lexOther(l: Lexer): void {
  const code = l.text.codePointAt(l.at)!;
  if (code >= 128 && wideNameCharLength(l.text, l.at, false) > 0) {
    lexName(l);
    return;
  }
  const char = String.fromCodePoint(code);
  const shown = code < 32 || code === 0xfeff ? `U+${code.toString(16).toUpperCase().padStart(4, '0')}` : `\`${char}\``;
  let end = l.at + char.length;
  if (code === 39) {
    // Skip the whole 'text' on this line, so that one mistake is one message.
    const close = l.text.indexOf("'", end);
    if (close >= 0 && close < endOfLine(l.text, end)) {
      end = close + 1;
    }
  }
  report(l, 'P044', `${shown} has no meaning in Mochi`, l.at, end, characterHint(code));
  if (code === 39) {
    push(l, STRING, l.at, end, l.text.slice(l.at + 1, Math.max(l.at + 1, end - 1)));
  }
  l.at = end;
}

function characterHint(code: number): string {
  switch (code) {
    case 39:
      return 'strings are written in double quotes: "text"';
    case 38:
      return 'the logical "and" is `&&`; there are no bit operators';
    case 0x201c:
    case 0x201d:
      return 'use the plain double quote `"`';
    default:
      return 'remove it';
  }
}
