import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

interface Component {
  name: string;
  version: string;
  purl: string;
  licenses: { expression: string }[];
}

const read = (path: string): string => readFileSync(new URL(`../../launcher/${path}`, import.meta.url), 'utf8');
const { components } = JSON.parse(read('prebuilt/launcher.cdx.json')) as { components: Component[] };

/** Licences under which a crate may be inside an executable that users hand on: none asks for the program's source. */
const ALLOWED = new Set([
  'MIT',
  'Apache-2.0',
  'Apache-2.0 WITH LLVM-exception',
  'BSD-2-Clause',
  'Unicode-3.0',
  'Zlib',
  'Unlicense',
]);

/** Whether an SPDX expression can be met with allowed licences alone. AND binds more tightly than OR. */
function allowed(expression: string): boolean {
  const group = /\(([^()]*)\)/;
  if (group.test(expression)) {
    return allowed(expression.replace(group, (_, inner: string) => (allowed(inner) ? 'MIT' : 'none')));
  }
  return expression.split(' OR ').some((choice) => choice.split(' AND ').every((one) => ALLOWED.has(one.trim())));
}

test('expressions are understood', () => {
  expect(allowed('GPL-3.0-only OR MIT')).toBe(true);
  expect(allowed('GPL-3.0-only AND MIT')).toBe(false);
  expect(allowed('(MIT OR GPL-3.0-only) AND Unicode-3.0')).toBe(true);
  expect(allowed('(LGPL-2.1-or-later)')).toBe(false);
});

test('every crate inside the launchers has a licence that lets executables be handed on', () => {
  expect(components.length).toBeGreaterThan(20);
  expect(components.filter((c) => !c.licenses?.every((l) => allowed(l.expression)))).toEqual([]);
});

test('the bill of materials agrees with Cargo.lock', () => {
  const lock = read('Cargo.lock');
  for (const { name, version } of components) expect(lock).toContain(`name = "${name}"\nversion = "${version}"`);
  const names = components.map((c) => c.name);
  for (const needed of ['wasmtime', 'cap-std', 'sha2', 'getrandom', 'psm', 'windows-sys'])
    expect(names).toContain(needed);
  for (const unwanted of ['wasmtime-internal-cranelift', 'cranelift-codegen', 'wasmtime-wasi', 'tokio', 'addr2line']) {
    expect(names).not.toContain(unwanted);
  }
});
