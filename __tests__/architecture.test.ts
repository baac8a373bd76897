/** The rules of docs/architecture.md that a program can check: who imports whom, what stays pure, how long files are. */
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';

/** The parts of src/ in dependency order: each imports only from parts before it. */
const ORDER = [
  'diagnostics',
  'syntax',
  'check',
  'ir',
  'wasm',
  'runtime',
  'compiler.ts',
  'toolchain',
  'package',
  'release',
  'project',
  'report',
  'cli',
  'action',
];
/** The front doors: thin over the same calls, and nothing of each other's. */
const FRONT_DOORS = ['cli', 'action'];
/** Sources in, bytes out: nothing here may touch files, processes, the network or the clock. */
const PURE = /^(?:(?:diagnostics|syntax|check|ir|wasm|runtime)\/|compiler\.ts$|release\/(?:plan|reconcile)\.ts$)/;
const MOST_LINES = 900;

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name, text: readFileSync(`src/${name}`, 'utf8') }));

/** What a file imports, with relative paths resolved to paths below src/. */
function importsOf({ name, text }: { name: string; text: string }): string[] {
  const found = text.matchAll(/^(?:import|export)\b[^;]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm);
  return [...found].map((m) => {
    const path = m[1] ?? m[2] ?? m[3]!;
    return path.startsWith('.') ? posix.join(posix.dirname(name), path) : path;
  });
}

const part = (path: string): string => path.split('/')[0]!;

describe('the folders of src/', () => {
  it('are all in the order, and the order has no others', () => {
    expect([...new Set(files.map((file) => part(file.name)))].sort()).toEqual([...ORDER].sort());
  });

  it('import only from those before them', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter((path) => ORDER.includes(part(path)))
        .filter((path) => {
          const [from, to] = [part(file.name), part(path)];
          return ORDER.indexOf(to) > ORDER.indexOf(from) || (from !== to && FRONT_DOORS.includes(to));
        })
        .map((path) => `${file.name} imports ${path}`),
    );
    expect(wrong).toEqual([]);
  });

  it('leave src/ only for data that has one place', () => {
    const data = ['../matrix.json', '../package.json', '../launcher/prebuilt/launcher.cdx.json'];
    const outside = files.flatMap((file) => importsOf(file).filter((path) => path.startsWith('..')));
    expect(outside.filter((path) => !data.includes(path))).toEqual([]);
    expect(outside).toContain('../matrix.json');
  });

  it('are pure up to the compiler and in the plan of a release: no node: import and no package', () => {
    const pure = files.filter((file) => PURE.test(file.name));
    expect(pure.length).toBeGreaterThan(50);
    const wrong = pure.flatMap((file) =>
      importsOf(file)
        .filter((path) => !ORDER.includes(part(path)) && !path.startsWith('..'))
        .map((path) => `${file.name} imports ${path}`),
    );
    expect(wrong).toEqual([]);
    const clock = pure.filter((file) =>
      /\b(?:process\.|Date\.now|new Date\(\)|Math\.random|fetch\()/.test(code(file.text)),
    );
    expect(clock.map((file) => file.name)).toEqual([]);
  });
});

/** A file's text without comments and strings, as far as these checks need it. */
function code(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*|`[^`]*`|'[^'\n]*'/g, '');
}

describe('every file', () => {
  it(`has at most ${MOST_LINES} lines, unless a program wrote it`, () => {
    const long = files
      .filter((file) => !file.name.endsWith('.generated.ts'))
      .map((file) => `${file.name}: ${file.text.split('\n').length - 1}`)
      .filter((line) => Number(line.split(': ')[1]) > MOST_LINES);
    expect(long).toEqual([]);
  });

  it('is finished: no notes to come back to', () => {
    const notes = files.filter((file) => /\b(?:TODO|FIXME|XXX)\b/.test(file.text));
    expect(notes.map((file) => file.name)).toEqual([]);
  });
});

describe('docs/architecture.md', () => {
  it('lists the folders in this order', () => {
    const text = readFileSync('docs/architecture.md', 'utf8');
    const listed = [...text.matchAll(/^\| `src\/([a-z.]+)\/?` \|/gm)].map((m) => m[1]);
    expect(listed).toEqual(ORDER);
  });
});
