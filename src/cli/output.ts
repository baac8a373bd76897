/** Where a command's words go: results to stdout, everything else to stderr. */
import type { Diagnostic, SourceFile } from '../diagnostics/diagnostic.ts';
import type { UserError } from '../diagnostics/user-error.ts';

/** The options that every command has. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export interface Output {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Prints to stdout. */
  readonly print: (text: string) => void;
  /** Prints to stderr whatever the options are. */
  readonly complain: (text: string) => void;
  /** Prints one line to stderr unless --quiet. */
  readonly notice: (text: string) => void;
  /** Shows one line on a terminal that the next line of any kind replaces; nothing elsewhere. */
  readonly progress: (text: string) => void;
  /** Text in a colour, where stdout (`out`) or stderr (`err`) is a terminal and NO_COLOR is not set. */
  readonly paint: (stream: 'out' | 'err', style: Style, text: string) => string;
  /** Whether that stream takes colours. */
  readonly colour: (stream: 'out' | 'err') => boolean;
}

export type Style = 'red' | 'green' | 'yellow' | 'blue' | 'bold' | 'dim';

const STYLES: Readonly<Record<Style, string>> = {
  red: '\u001b[31m',
  green: '\u001b[32m',
  yellow: '\u001b[33m',
  blue: '\u001b[94;1m',
  bold: '\u001b[1m',
  dim: '\u001b[2m',
};

/** Makes the output of a command from its options and the process's streams and environment. */
export function makeOutput(options: CommonOptions): Output {
  const json = options.json === true;
  const quiet = options.quiet === true;
  const colour = (stream: 'out' | 'err'): boolean => {
    if (process.env.NO_COLOR || process.env.TERM === 'dumb') return false;
    return (stream === 'out' ? process.stdout : process.stderr).isTTY === true;
  };
  let transient = false;
  const clear = () => {
    if (transient) process.stderr.write('\r\u001b[K');
    transient = false;
  };
  return {
    json,
    quiet,
    colour,
    print: (text) => {
      clear();
      process.stdout.write(text);
    },
    complain: (text) => {
      clear();
      process.stderr.write(text);
    },
    notice: (text) => {
      clear();
      if (!quiet) process.stderr.write(`note: ${text}\n`);
    },
    progress: (text) => {
      if (quiet || json || process.stderr.isTTY !== true || process.env.TERM === 'dumb') return;
      clear();
      process.stderr.write(text);
      transient = true;
    },
    paint: (stream, style, text) => (colour(stream) ? `${STYLES[style]}${text}\u001b[0m` : text),
  };
}

/** One JSON document, indented, with a final line feed. */
export function printJson(out: Output, value: unknown): void {
  out.print(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints diagnostics for people to stderr. */
export async function printDiagnostics(
  out: Output,
  diagnostics: readonly Diagnostic[],
  sources: readonly SourceFile[],
): Promise<void> {
  if (diagnostics.length === 0) return;
  const { renderText } = await import('../diagnostics/render.ts');
  out.complain(renderText(diagnostics, sources, { colour: out.colour('err') }));
}

/** Diagnostics with their places, for --json. */
export async function recordsOf(
  diagnostics: readonly Diagnostic[],
  sources: readonly SourceFile[],
): Promise<readonly object[]> {
  if (diagnostics.length === 0) return [];
  const { diagnosticRecords } = await import('../diagnostics/render.ts');
  return diagnosticRecords(diagnostics, sources);
}

/** Prints a UserError: two lines on stderr, or with --json a document on stdout. */
export function printUserError(out: Output, error: UserError): void {
  if (out.json) {
    printJson(out, { ok: false, error: { code: error.code, message: error.message, fix: error.fix } });
    return;
  }
  const head = out.paint('err', 'red', `error[${error.code}]`);
  const fix = error.fix.charAt(0).toUpperCase() + error.fix.slice(1);
  out.complain(`${head}: ${error.message}\n  ${out.paint('err', 'blue', 'help:')} ${fix}\n`);
}

/** A count of bytes for people: `812 B`, `12.3 KB`, `4.0 MB` (powers of 1,000). */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  if (count < 999_950) return `${(count / 1000).toFixed(1)} KB`;
  return `${(count / 1e6).toFixed(1)} MB`;
}

/** A duration for people: `72.0µs`, `1.2ms`, `3.45s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1) return `${(milliseconds * 1000).toFixed(1)}µs`;
  if (milliseconds < 1000) return `${milliseconds.toFixed(1)}ms`;
  return `${(milliseconds / 1000).toFixed(2)}s`;
}

/** Rows as a table with aligned columns and two spaces between them; `right` lists the columns that align right. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows
    .map((row) =>
      row
        .map((cell, i) => (right.includes(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}
