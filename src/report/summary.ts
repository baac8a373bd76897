/** The job summary, in Markdown: what the page of a workflow run shows. */
import type { DiagnosticRecord } from '../diagnostics/render.ts';
import type { Manifest } from '../package/manifest.ts';
import { count, formatSize } from './sizes.ts';

export interface CheckSummary {
  readonly programs: readonly {
    readonly file: string;
    readonly ok: boolean;
    readonly wasmSize: number | undefined;
    /** Its size at the baseline; undefined when it was not there or did not compile. */
    readonly sizeBefore?: number | undefined;
    readonly errors: number;
    readonly warnings: number;
    readonly passed: number;
    readonly failed: number;
  }[];
  readonly diagnostics: readonly DiagnosticRecord[];
  readonly failedTests: readonly {
    readonly name: string;
    readonly file: string;
    readonly output: string;
    /** The line that failed. */
    readonly place?: { readonly file: string; readonly line: number };
  }[];
  readonly tested: boolean;
  /** The address of the repository's files at this commit, for links to lines; ends with a slash. */
  readonly blob?: string | undefined;
  /** The commit that sizes are compared with. */
  readonly baseline?: string | undefined;
}

/** Rows and details that a summary shows at most: GitHub refuses one of more than 1 MiB. */
const MOST_ROWS = 500;
const MOST_DETAILS = 50;
/** Characters that the rows of the table may take. */
const LONGEST_TABLE = 300_000;
/** Failed tests that show what they printed without a click. */
const OPEN_DETAILS = 3;

/** The summary of a check: a sentence, what is wrong, and a table of the programs. */
export function checkSummary(summary: CheckSummary): string {
  const { programs, diagnostics, failedTests } = summary;
  const broken = programs.filter((p) => !p.ok).length;
  const passed = programs.reduce((sum, p) => sum + p.passed, 0);
  const failed = failedTests.length;
  const tests = summary.tested ? `${passed} of ${count(passed + failed, 'test')} passed` : 'tests were not run';
  const sentence =
    broken === 0
      ? `${count(programs.length, 'program')} compiled, ${tests}.`
      : `${broken} of ${count(programs.length, 'program')} did not compile, ${tests}.`;
  const errors = diagnostics.filter((d) => d.severity === 'error');
  const lines = [`## ${broken + failed === 0 ? '✅' : '❌'} Mochi`, '', sentence, ''];
  // What needs attention comes first: a table of many programs would push it out of sight.
  if (errors.length > 0) lines.push(...errorList(errors, summary.blob));
  if (failed > 0) lines.push(...failedList(failedTests, summary.blob));
  if (errors.length + failed > 0 && programs.length > 0) lines.push('### Programs', '');
  if (programs.length > 0) lines.push(...programTable(summary));
  return lines.join('\n');
}

function programTable({ programs, tested, baseline, blob }: CheckSummary): string[] {
  const perRow = (blob?.length ?? 0) + 200;
  let room = LONGEST_TABLE;
  const rows = [...programs]
    .sort((a, b) => rank(a) - rank(b))
    // A link repeats the path, and writes a letter beyond ASCII with nine characters.
    .filter((p) => (room -= perRow + 12 * p.file.length) > 0)
    .slice(0, MOST_ROWS);
  const messages = rows.some((p) => p.errors + p.warnings > 0);
  const columns: [title: string, align: string, cell: (p: (typeof rows)[number]) => string][] = [
    ['', '---', (p) => (rank(p) === 1 ? '✅' : '❌')],
    ['Program', '---', (p) => linked(code(p.file), blob, { file: p.file })],
    ['Size', '--:', (p) => (p.wasmSize === undefined ? '' : unbroken(formatSize(p.wasmSize)))],
  ];
  if (baseline !== undefined) {
    columns.push([`Since ${code(baseline)}`, '--:', (p) => sizeChange(p.wasmSize, p.sizeBefore)]);
  }
  if (tested) columns.push(['Tests', '--:', (p) => (p.passed + p.failed === 0 ? '' : testCell(p))]);
  if (messages) columns.push(['Messages', '---', messageCell]);
  const lines = [columns.map(([title]) => title), ...rows.map((p) => columns.map(([, , cell]) => cell(p)))].map(
    (cells) => `| ${cells.join(' | ')} |`,
  );
  lines.splice(1, 0, `|${columns.map(([, align]) => align).join('|')}|`);
  if (programs.length > rows.length) lines.push('', `… and ${programs.length - rows.length} more.`);
  if (baseline !== undefined) lines.push('', totalChange(programs, baseline));
  return [...lines, ''];
}

function testCell(p: { passed: number; failed: number }): string {
  return p.failed === 0 ? `${p.passed}` : `**${p.failed}&nbsp;failed**, ${p.passed}&nbsp;passed`;
}

function messageCell(p: { errors: number; warnings: number }): string {
  const parts = [p.errors > 0 ? count(p.errors, 'error') : '', p.warnings > 0 ? count(p.warnings, 'warning') : ''];
  return parts.filter((part) => part !== '').join(', ');
}

function errorList(errors: readonly DiagnosticRecord[], blob: string | undefined): string[] {
  const lines = ['### Errors', ''];
  for (const d of errors.slice(0, MOST_DETAILS)) {
    const at = d.labels[0];
    const place = at ? `${linked(code(`${at.file}:${at.line}:${at.column}`), blob, at)} ` : '';
    lines.push(`- ${place}**${d.code}** ${prose(d.title)}${d.hint === undefined ? '' : ` — ${prose(d.hint)}`}`);
  }
  if (errors.length > MOST_DETAILS) lines.push(`- … and ${errors.length - MOST_DETAILS} more`);
  return [...lines, ''];
}

function failedList(failed: CheckSummary['failedTests'], blob: string | undefined): string[] {
  const lines = ['### Failed tests', ''];
  for (const [i, { name, file, output, place }] of failed.slice(0, MOST_DETAILS).entries()) {
    const shown = place ? `${place.file}:${place.line}` : file;
    lines.push(
      `<details${i < OPEN_DETAILS ? ' open' : ''}><summary><b>${html(oneLine(name))}</b> ${linked(code(shown), blob, place ?? { file })}</summary>`,
      '',
      fence(sidesApart(output.slice(0, 4000))),
      '',
      '</details>',
      '',
    );
  }
  if (failed.length > MOST_DETAILS) lines.push(`… and ${failed.length - MOST_DETAILS} more.`, '');
  return lines;
}

/** How a size changed, for a table cell. */
function sizeChange(now: number | undefined, before: number | undefined): string {
  if (now === undefined) return '';
  if (before === undefined) return 'new';
  if (now === before) return '=';
  const share = percent(now, before);
  return unbroken(/[1-9]/.test(share) ? `${signed(now - before)} (${share})` : signed(now - before));
}

/** The change of all programs that have a size on both sides. */
function totalChange(programs: CheckSummary['programs'], baseline: string): string {
  const both = programs.filter((p) => p.wasmSize !== undefined && p.sizeBefore !== undefined);
  const now = both.reduce((sum, p) => sum + p.wasmSize!, 0);
  const before = both.reduce((sum, p) => sum + p.sizeBefore!, 0);
  if (both.length === 0) return `No program compiled at ${code(baseline)}.`;
  const change = now === before ? 'as much as at' : `${signed(now - before)} (${percent(now, before)}) since`;
  return `${count(both.length, 'program')} that ${both.length === 1 ? 'was' : 'were'} there before: ${formatSize(now)}, ${change} ${code(baseline)}.`;
}

/** Text that a narrow table does not break. */
function unbroken(value: string): string {
  return value.replaceAll(' ', '&nbsp;');
}

function signed(bytes: number): string {
  return `${bytes < 0 ? '−' : '+'}${formatSize(Math.abs(bytes))}`;
}

function percent(now: number, before: number): string {
  const change = ((now - before) / before) * 100;
  return `${change < 0 ? '−' : '+'}${Math.abs(change).toFixed(1)} %`;
}

function rank(program: { ok: boolean; failed: number }): number {
  return program.ok && program.failed === 0 ? 1 : 0;
}

export interface ReleaseSummary {
  readonly manifest: Manifest;
  readonly tag?: string;
  readonly url?: string;
  readonly state: 'packaged' | 'dry run' | 'draft' | 'published' | 'unchanged';
}

/** The summary of packaging or releasing: a sentence, the targets and what each got, the files with their digests. */
export function releaseSummary({ manifest, tag, url, state }: ReleaseSummary): string {
  const { name, version } = manifest;
  const what = `${name} ${version}`;
  const linked = url === undefined ? text(what) : `[${text(what)}](${url})`;
  const sentences: Record<ReleaseSummary['state'], string> = {
    packaged: `${linked} is packaged.`,
    'dry run': `${linked} would be released as ${code(tag ?? version)}.`,
    draft: `${linked} is uploaded and verified; the release is a draft.`,
    published: `${linked} is published: every digest was verified before.`,
    unchanged: `${linked} was released already, with the same digests.`,
  };
  const sizes = new Map(manifest.files.map((file) => [file.name, file.size]));
  const lines = [`## 📦 ${text(what)}`, '', sentences[state], ''];
  lines.push('| Target | Archive | Size | Tier | Tested by |', '|---|---|--:|--:|---|');
  for (const target of manifest.targets) {
    const reasons = new Set(Object.values(target.executables).flatMap((e) => (e.status === 'none' ? [e.reason] : [])));
    const archive = target.archive === null ? text([...reasons].join('; ') || 'none') : code(target.archive);
    const size = target.archive === null ? '' : unbroken(formatSize(sizes.get(target.archive) ?? 0));
    lines.push(`| ${target.name} | ${archive} | ${size} | ${target.tier} | ${text(target.testedBy)} |`);
  }
  lines.push('', `<details><summary>SHA-256 of ${count(manifest.files.length, 'file')}</summary>`, '');
  lines.push('| File | Size | SHA-256 |', '|---|--:|---|');
  for (const file of manifest.files)
    lines.push(`| ${code(file.name)} | ${unbroken(formatSize(file.size))} | ${code(file.sha256)} |`);
  lines.push('', '</details>', '', `Compiled with wasmtime ${manifest.wasmtime.version}.`, '');
  return lines.join('\n');
}

/** A failed comparison with its sides below each other, when one line would be too long to be read. */
function sidesApart(output: string): string {
  return output.replace(/^(.+) \(left: (.*), right: (.*)\)$/m, (line, head: string, left: string, right: string) =>
    line.length <= 90 || left.includes(', right: ') ? line : `${head}\n  left:  ${left}\n  right: ${right}`,
  );
}

/** Text with `code` in it. */
function prose(value: string): string {
  return value
    .split(/`([^`]+)`/)
    .map((part, i) => (i % 2 === 0 ? text(part) : code(part)))
    .join('');
}

/** Text in a table cell or a list item, without what Markdown or HTML would make of it. */
function text(value: string): string {
  return html(oneLine(value)).replace(/[\\`*_[\]|#~]/g, '\\$&');
}

function oneLine(value: string): string {
  return value.replace(/\s+/g, ' ');
}

function html(value: string): string {
  return value.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c]!);
}

/** Text as inline code that may stand in a table. */
function code(value: string): string {
  return `<code>${html(oneLine(value))
    .replaceAll('|', '&#124;')
    .replace(/[\\`*_[\]~]/g, '\\$&')}</code>`;
}

/** A file or a line of it as a link, when the repository's address is known. */
function linked(shown: string, blob: string | undefined, at: { file: string; line?: number }): string {
  if (blob === undefined) return shown;
  const path = at.file.split('/').map(encodeURIComponent).join('/');
  return `<a href="${html(blob + path)}${at.line === undefined ? '' : `#L${at.line}`}">${shown}</a>`;
}

/** A fenced block whose fence is longer than any in the text. */
function fence(value: string): string {
  const longest = Math.max(2, ...[...value.matchAll(/`+/g)].map((m) => m[0].length));
  const marks = '`'.repeat(longest + 1);
  return `${marks}text\n${value.trimEnd()}\n${marks}`;
}
