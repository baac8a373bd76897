/** Diagnostics for people (text in the style of rustc), for programs (JSON) and for GitHub (annotations). */
import type { Diagnostic, Label, SourceFile, Span } from './diagnostic.ts';
import { type LineMap, lineMap, lineStart, lineText, position } from './lines.ts';

export interface RenderOptions {
  /** Use ANSI colours. */
  readonly colour: boolean;
}

/** One diagnostic with its places worked out, as `renderJson` prints it. Lines and columns start at 1. */
export interface DiagnosticRecord {
  readonly severity: Diagnostic['severity'];
  readonly code: string;
  readonly title: string;
  /** The first label is the primary one. */
  readonly labels: readonly PlacedLabel[];
  readonly hint?: string;
}

export interface PlacedLabel {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  /** The column after the last character. */
  readonly endColumn: number;
  readonly text?: string;
}

type Maps = Map<number, LineMap>;

// ---- text

/** Columns of a source line shown around the place, when a line is longer. */
const WINDOW = 160;
const TAB = 4;

const STYLES = {
  error: '\u001b[1;31m',
  warning: '\u001b[1;33m',
  title: '\u001b[1m',
  margin: '\u001b[34m',
  help: '\u001b[36m',
} as const;

type Paint = (style: keyof typeof STYLES, text: string) => string;

/**
 * Renders diagnostics in the order given, with a blank line after each:
 *
 *     error[P031]: expected a variable name after `let`, found `:`
 *       --> src/main.mochi:1:5
 *        |
 *      1 | let : int = 5
 *        |     ^
 *       help: ...
 *
 * `sources` are indexed by the file numbers of the spans. Control characters in the source cannot reach the terminal.
 */
export function renderText(
  diagnostics: readonly Diagnostic[],
  sources: readonly SourceFile[],
  options: RenderOptions,
): string {
  const maps: Maps = new Map();
  const paint: Paint = (style, text) => (options.colour ? `${STYLES[style]}${text}\u001b[0m` : text);
  return diagnostics.map((d) => `${textOf(d, sources, maps, paint)}\n`).join('');
}

function textOf(d: Diagnostic, sources: readonly SourceFile[], maps: Maps, paint: Paint): string {
  const head = paint(d.severity, `${d.severity}[${d.code}]`);
  let out = `${head}${paint('title', `: ${plain(d.title)}`)}\n`;
  const labels = d.labels.filter((label) => sources[label.span.file] !== undefined);
  const primary = labels[0];
  if (primary !== undefined) {
    const width = Math.max(...labels.map((label) => String(place(label.span, sources, maps).line).length));
    const margin = ' '.repeat(width + 2);
    const files = [...new Set(labels.map((label) => label.span.file))];
    for (const file of files) {
      const group = labels.filter((label) => label.span.file === file);
      const at = place(group[0]!.span, sources, maps);
      const arrow = file === primary.span.file ? '-->' : ':::';
      out += `${' '.repeat(width + 1)}${paint('margin', arrow)} ${plain(at.file)}:${at.line}:${at.column}\n`;
      out += `${margin}${paint('margin', '|')}\n`;
      out += snippets(group, primary, d.severity, mapOf(file, sources, maps), width, paint);
    }
  }
  if (d.hint !== undefined) {
    out += `  ${paint('help', 'help:')} ${plain(d.hint)}\n`;
  }
  return out;
}

/** The source lines of the labels in one file, in order, each with an underline per label. */
function snippets(
  labels: readonly Label[],
  primary: Label,
  severity: Diagnostic['severity'],
  map: LineMap,
  width: number,
  paint: Paint,
): string {
  const byLine = new Map<number, Label[]>();
  for (const label of labels) {
    const { line } = position(map, label.span.start);
    byLine.set(line, [...(byLine.get(line) ?? []), label]);
  }
  const margin = `${' '.repeat(width + 2)}${paint('margin', '|')}`;
  let out = '';
  let previous: number | undefined;
  for (const [line, group] of [...byLine].sort((a, b) => a[0] - b[0])) {
    if (previous !== undefined && line > previous + 1) {
      out += `${' '.repeat(width + 1)}${paint('margin', '...')}\n`;
    }
    previous = line;
    const start = lineStart(map, line);
    const text = lineText(map, line);
    const shown = layOut(text, group[0]!.span.start - start);
    const number = paint('margin', `${String(line).padStart(width + 1)} |`);
    out += `${`${number} ${shown.text}`.trimEnd()}\n`;
    for (const label of group) {
      const from = shown.column(label.span.start - start);
      const to = shown.column(Math.min(label.span.end - start, text.length));
      const mark = label === primary ? '^' : '-';
      const underline = mark.repeat(Math.max(1, to - from)) + (label.text === undefined ? '' : ` ${plain(label.text)}`);
      out += `${margin} ${' '.repeat(from)}${paint(label === primary ? severity : 'margin', underline)}\n`;
    }
  }
  return out;
}

interface Layout {
  readonly text: string;
  /** The display column (from 0) of an offset in the line. */
  column(offset: number): number;
}

/** A source line as a terminal can show it: tabs expanded, control characters replaced, long lines cut around `focus`. */
function layOut(line: string, focus: number): Layout {
  const cells: string[] = [];
  const columns: number[] = [];
  let column = 0;
  for (const char of line) {
    const shown = char === '\t' ? ' '.repeat(TAB - (column % TAB)) : printable(char);
    for (let i = 0; i < char.length; i++) {
      columns.push(column);
    }
    cells.push(shown);
    column += char === '\t' ? shown.length : displayWidth(shown);
  }
  columns.push(column);
  const columnAt = (offset: number): number => columns[Math.max(0, Math.min(offset, columns.length - 1))]!;
  if (column <= WINDOW) {
    return { text: cells.join(''), column: columnAt };
  }
  const first = Math.max(0, Math.min(columnAt(focus) - WINDOW / 2, column - WINDOW));
  let text = first > 0 ? '…' : '';
  let base: number | undefined;
  let at = 0;
  for (const cell of cells) {
    const cellWidth = cell.trim() === '' ? cell.length : displayWidth(cell);
    if (at >= first && at + cellWidth <= first + WINDOW) {
      base ??= at;
      text += cell;
    }
    at += cellWidth;
  }
  const shift = (base ?? first) - (first > 0 ? 1 : 0);
  const limit = first + WINDOW;
  return {
    text: limit < column ? `${text}…` : text,
    column: (offset) => Math.max(0, Math.min(columnAt(offset), limit) - shift),
  };
}

/** Characters that steer a terminal or reorder text: C0, DEL, C1, and the bidirectional controls. */
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** One-line text without control characters. */
function plain(text: string): string {
  return text.replace(UNSAFE, (char) => (char === '\n' ? ' ' : '\ufffd'));
}

function printable(char: string): string {
  return char.replace(UNSAFE, '\ufffd');
}

const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const EMOJI = /^\p{Emoji_Presentation}$/u;

/** Columns a character takes in a terminal: 0 for combining marks, 2 for East Asian wide ones and emoji, else 1. */
function displayWidth(char: string): number {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x300) {
    return 1;
  }
  if (ZERO_WIDTH.test(char)) {
    return 0;
  }
  const wide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x20000 && code <= 0x3fffd) ||
    EMOJI.test(char);
  return wide ? 2 : 1;
}

// ---- places

function mapOf(file: number, sources: readonly SourceFile[], maps: Maps): LineMap {
  let map = maps.get(file);
  if (map === undefined) {
    map = lineMap(sources[file]?.text ?? '');
    maps.set(file, map);
  }
  return map;
}

function place(span: Span, sources: readonly SourceFile[], maps: Maps): PlacedLabel {
  const map = mapOf(span.file, sources, maps);
  const start = position(map, span.start);
  const end = position(map, Math.max(span.start, span.end));
  const file = sources[span.file]?.path ?? '';
  return { file, line: start.line, column: start.col, endLine: end.line, endColumn: end.col };
}

// ---- JSON

/** The diagnostics with file names, lines and columns, ready for JSON. */
export function diagnosticRecords(
  diagnostics: readonly Diagnostic[],
  sources: readonly SourceFile[],
): DiagnosticRecord[] {
  const maps: Maps = new Map();
  return diagnostics.map(({ severity, code, title, labels, hint }) => ({
    severity,
    code,
    title,
    labels: labels.map((label) => ({
      ...place(label.span, sources, maps),
      ...(label.text !== undefined && { text: label.text }),
    })),
    ...(hint !== undefined && { hint }),
  }));
}

/** The diagnostics as one JSON array, indented, with a final newline. */
export function renderJson(diagnostics: readonly Diagnostic[], sources: readonly SourceFile[]): string {
  return `${JSON.stringify(diagnosticRecords(diagnostics, sources), null, 2)}\n`;
}

// ---- GitHub

/**
 * The diagnostics as workflow commands, one a line: the runner turns them into annotations of the changed files.
 * Paths must be relative to the repository. Other labels and the hint become further lines of the message.
 */
export function renderGithub(diagnostics: readonly Diagnostic[], sources: readonly SourceFile[]): string {
  return diagnosticRecords(diagnostics, sources).map(githubCommand).join('');
}

function githubCommand(d: DiagnosticRecord): string {
  const [primary, ...others] = d.labels;
  const properties: [string, string | number][] = [];
  if (primary !== undefined) {
    properties.push(['file', primary.file], ['line', primary.line], ['endLine', primary.endLine]);
    if (primary.line === primary.endLine) {
      properties.push(['col', primary.column], ['endColumn', Math.max(primary.column, primary.endColumn - 1)]);
    }
  }
  properties.push(['title', `${d.severity}[${d.code}]`]);
  const lines = [primary?.text === undefined ? d.title : `${d.title} (${primary.text})`];
  for (const label of others) {
    lines.push(`${label.file}:${label.line}:${label.column}: ${label.text ?? 'see here'}`);
  }
  if (d.hint !== undefined) {
    lines.push(`help: ${d.hint}`);
  }
  const attributes = properties.map(([key, value]) => `${key}=${escapeProperty(String(value))}`).join(',');
  return `::${d.severity} ${attributes}::${escapeData(lines.join('\n'))}\n`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
