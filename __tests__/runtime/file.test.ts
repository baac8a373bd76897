import { posix } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/compiler.ts';
import { runtimeInstance } from './harness.ts';

const path = fc
  .tuple(fc.boolean(), fc.array(fc.constantFrom('a', 'bc', '.', '..', '', '...', '.x', 'y..'), { maxLength: 7 }))
  .map(([absolute, parts]) => (absolute ? '/' : '') + parts.join('/'));

/** A path as the library has it: no final slash, "" for the current folder. */
function clean(text: string): string {
  const normal = posix.normalize(text).replace(/(?<=.)\/$/, '');
  return normal === '.' ? '' : normal;
}

describe('paths', () => {
  it('are cleaned as node:path does', async () => {
    const r = await runtimeInstance(['path_clean']);
    fc.assert(
      fc.property(path, (text) => {
        fc.pre(text.length < 40);
        expect(r.text(r.call['path_clean']!(r.string(text)) as number)).toBe(clean(text));
      }),
      { numRuns: 400 },
    );
  });

  it('are below the folders that hold them', async () => {
    const r = await runtimeInstance(['path_below']);
    fc.assert(
      fc.property(path, path, (text, folder) => {
        const [p, f] = [clean(text), clean(folder)];
        const at = r.call['path_below']!(r.string(p), r.string(f)) as number;
        const sameKind = posix.isAbsolute(p) === posix.isAbsolute(f);
        const rest = posix.relative(`/base/x/y/z/u/v/w/${f}`, `/base/x/y/z/u/v/w/${p}`);
        const relative = posix.isAbsolute(p) ? posix.relative(f, p) : rest;
        const below =
          sameKind && !/^\.\.(\/|$)/.test(relative) && !(f === '' && /^\.\.(\/|$)/.test(p)) && !/^\.\.(\/|$)/.test(f);
        if (below) expect(p.slice(at)).toBe(relative);
        else if (!/^\.\.(\/|$)/.test(f)) expect(at).toBe(-1);
      }),
      { numRuns: 400 },
    );
  });
});

describe('programs', () => {
  /** The text of a program's module: the names of what it imports and of its functions. */
  function parts(text: string): string {
    const { wasm } = compile([{ path: 'parts.mochi', text }], { mode: 'run', names: true });
    return Buffer.from(wasm!).toString('latin1');
  }

  it('hold nothing of what they do not use', () => {
    const plain = parts('print(input())');
    expect(plain).toContain('fd_read');
    expect(plain).not.toMatch(/path_open|prestat|fd_close|fail_save|file_open|json_value|yaml_block|csv_record/);
    const json = parts('print(load "x" as any with { format: "json" })');
    expect(json).toMatch(/path_open[\s\S]*json_object/);
    expect(json).not.toMatch(/yaml_mapping|csv_record|fail_save/);
    const saved = parts('save [{ a: 1 }] to "x" with { format: "jsonl" }');
    expect(saved).toMatch(/path_open[\s\S]*save_jsonl/);
    expect(saved).not.toMatch(/yaml_mapping|csv_record|json_object|file_fill/);
  });
});
