/** The documentation says what the program does: generated tables are up to date, and links lead somewhere. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pages } from '../../scripts/docs.mjs';
import { INPUT_ROWS } from '../../src/action/inputs.ts';
import { OUTPUTS } from '../../src/action/runner.ts';
import { CODES } from '../../src/diagnostics/codes.ts';
import { parseConfig } from '../../src/project/config.ts';

const read = (path: string): string => readFileSync(path, 'utf8');
const PAGES = [
  'README.md',
  ...readdirSync('docs')
    .filter((n) => n.endsWith('.md'))
    .map((n) => `docs/${n}`),
];

describe('generated parts', () => {
  it.each(pages())('of $path are up to date (node scripts/docs.mjs)', ({ path, text }) => {
    expect(read(path)).toBe(text);
  });

  it('hold every code, input and output', () => {
    const errors = read('docs/errors.md');
    expect([...CODES.keys()].filter((code) => !errors.includes(`</a>${code} |`))).toEqual([]);
    const readme = read('README.md');
    const names = [...INPUT_ROWS.map((row) => row.name), ...OUTPUTS];
    expect(names.filter((name) => !readme.includes(`| \`${name}\` |`))).toEqual([]);
  });
});

/** The anchors of a page, by GitHub's rule for headings, and those set by hand. */
function anchors(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map((m) =>
    m[1]!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
  return new Set([...headings, ...[...text.matchAll(/<a id="([^"]+)">/g)].map((m) => m[1]!)]);
}

describe('README.md', () => {
  const workflows = [...read('README.md').matchAll(/```yaml\n(name: (\w+)\n[\s\S]*?)```/g)];
  const config = /```toml\n([\s\S]*?)```/.exec(read('README.md'))![1]!;

  it('has workflows of the length that it says', () => {
    const lines = Object.fromEntries(workflows.map(([, text, name]) => [name, text!.trimEnd().split('\n').length]));
    expect(lines).toEqual({ check: 12, release: 25 });
    expect(read('README.md')).toContain('Twelve lines');
    expect(read('README.md')).toContain('Twenty-five lines');
    expect(read('docs/first-run.md')).toContain('twelve lines');
  });

  it('has a mochi.toml that is taken', () => {
    expect(parseConfig(config, 'mochi.toml').package?.version).toBe('1.2.3');
  });

  it('shows what the command line prints', () => {
    const [, command, printed] = /```console\n\$ node dist\/cli\.js (.+)\n([\s\S]*?)```/.exec(read('README.md'))!;
    const { stdout } = spawnSync(process.execPath, ['src/cli/main.ts', ...command!.split(' ')], { encoding: 'utf8' });
    expect(stdout).toBe(printed);
  });

  it('lists every command, with what it says of itself', () => {
    const { stdout } = spawnSync(process.execPath, ['src/cli/main.ts', '--help'], { encoding: 'utf8' });
    const commands = [...stdout.matchAll(/^ {2}([a-z]+)(?: \[.*?\])? {2,}\S/gm)].map((m) => m[1]!);
    expect(commands).toContain('merge');
    expect(commands.filter((name) => !read('README.md').includes(`\`mochi-wasm ${name}`))).toEqual([]);
  });
});

describe('links', () => {
  it.each(PAGES)('of %s lead to files and headings that are there', (page) => {
    const text = read(page).replaceAll(/```[\s\S]*?```/g, '');
    const broken = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map((m) => m[1]!)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const [path = '', anchor] = target.split('#');
        const file = path === '' ? page : join(dirname(page), path);
        return !existsSync(file) || (anchor !== undefined && !anchors(read(file)).has(anchor));
      });
    expect(broken).toEqual([]);
  });
});

describe('codes', () => {
  it.each(PAGES.filter((page) => page !== 'docs/errors.md'))('that %s names exist', (page) => {
    const named = [...read(page).matchAll(/\b([PTNE]\d{3})\b/g)].map((m) => m[1]!);
    expect(named.filter((code) => !CODES.has(code))).toEqual([]);
  });
});

describe('docs/language.md', () => {
  it('names folders of tests that are there', () => {
    const rows = [...read('docs/language.md').matchAll(/^\|.*\| ([a-z]+(?:, [a-z]+)*) \|$/gm)].flatMap((m) =>
      m[1]!.split(', '),
    );
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter((name) => !existsSync(`__tests__/lang/${name}`))).toEqual([]);
  });
});

interface Schema {
  readonly type?: string;
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly required?: string[];
  readonly additionalProperties?: boolean;
  readonly pattern?: string;
  readonly $ref?: string;
  readonly $defs?: Record<string, Schema>;
}

describe('docs/mochi.schema.json', () => {
  const schema = JSON.parse(read('docs/mochi.schema.json')) as Schema;
  const resolve = (s: Schema): Schema => (s.$ref ? schema.$defs![s.$ref.split('/').at(-1)!]! : s);
  const GOOD: Record<string, string> = { version: '"1.2.3"', main: '"src/a.mochi"', installers: '["scoop"]' };

  /** Every key of the schema with a table header and a line that sets it. */
  function keys(s: Schema, path: string[]): { table: string; key: string; schema: Schema }[] {
    return Object.entries(s.properties ?? {}).flatMap(([key, value]) => {
      const inner = resolve(value);
      if (inner.type === 'object') return keys(inner, [...path, key]);
      if (inner.items && resolve(inner.items).type === 'object') return [];
      return [{ table: path.join('.'), key, schema: inner }];
    });
  }
  const all = keys(schema, []);
  const parse = (text: string) => () => parseConfig(text, 'mochi.toml');

  it('has the keys that mochi.toml may have', () => {
    expect(all.map(({ table, key }) => `${table}.${key}`)).toEqual([
      'package.name',
      'package.version',
      'package.license',
      'package.description',
      'wasm.main',
      'wasm.tests',
      'wasm.targets',
      'wasm.wasmtime',
      'wasm.installers',
      'wasm.launcher.dirs',
      'wasm.launcher.env',
    ]);
  });

  it.each(all)('$table.$key is taken, and refused with another type', ({ table, key, schema: s }) => {
    const good = GOOD[key] ?? (s.type === 'array' ? '["a"]' : '"a"');
    expect(parse(`[${table}]\n${key} = ${good}\n`)).not.toThrow();
    expect(parse(`[${table}]\n${key} = 5\n`)).toThrow(key);
  });

  it('allows no other keys where the program allows none', () => {
    const wasm = schema.properties!.wasm!;
    expect([wasm.additionalProperties, wasm.properties!.launcher!.additionalProperties]).toEqual([false, false]);
    expect(parse('[wasm]\nmian = "a"\n')).toThrow('mian');
    expect(parse('[wasm.launcher]\ndir = []\n')).toThrow('dir');
    expect(schema.properties!.package!.additionalProperties).toBeUndefined();
    expect(parse('[package]\nauthors = ["a"]\n[other]\nx = 1\n')).not.toThrow();
  });

  it('agrees on names, versions and paths', () => {
    const name = new RegExp(schema.$defs!.name!.pattern!);
    const path = new RegExp(schema.$defs!.path!.pattern!);
    const version = new RegExp(schema.properties!.package!.properties!.version!.pattern!);
    const agrees = (pattern: RegExp, text: string, line: string): void => {
      if (pattern.test(text)) expect(parse(line), text).not.toThrow();
      else expect(parse(line), text).toThrow();
    };
    for (const text of ['a', 'A-1.x_2', '-a', '', 'a b', 'é']) {
      agrees(name, text, `[package]\nname = ${JSON.stringify(text)}\n`);
    }
    for (const text of ['1.2.3', '1.2', '1.2.3-rc.1', '1.2.3+b', 'v1.2.3', '']) {
      agrees(version, text, `[package]\nversion = ${JSON.stringify(text)}\n`);
    }
    for (const text of ['a.mochi', 'src/a', '/a', 'C:/a', '\\a', '']) {
      agrees(path, text, `[wasm]\nmain = ${JSON.stringify(text)}\n`);
    }
  });
});
