/** Moving the pins of wasmtime, with a `gh` and a `pip` that are scripts of this test. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import matrix from '../../matrix.json' with { type: 'json' };
import { archiveName, newestPatch } from '../../scripts/update-pins.mjs';
import { TARGETS } from '../../src/toolchain/targets.ts';

describe('newestPatch', () => {
  it.each([
    ['48.0.0', ['v48.0.1', 'v48.0.10', 'v48.0.9', 'v49.0.0'], '48.0.10'],
    ['48.0.2', ['v48.0.0', 'v48.0.2', 'v48.1.0', 'dev', 'v48.0.3-rc.1', ''], undefined],
    ['48.0.2', [], undefined],
  ])('of %s among %j is %s', (current, tags, expected) => {
    expect(newestPatch(current, tags)).toBe(expected);
  });
});

it('knows the names of the official archives', () => {
  const address = (target: (typeof TARGETS)[number]) => archiveName('48.0.0', target);
  expect(TARGETS.map(address)).toContain('wasmtime-v48.0.0-riscv64gc-linux.tar.xz');
  expect(TARGETS.map(address)).toContain('wasmtime-v48.0.0-aarch64-windows.zip');
});

// The stand-ins are shell scripts.
describe.runIf(process.platform !== 'win32')('the script', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pins-'));
    for (const folder of ['scripts', 'bin']) mkdirSync(join(dir, folder));
    cpSync('scripts/update-pins.mjs', join(dir, 'scripts/update-pins.mjs'));
    cpSync('matrix.json', join(dir, 'matrix.json'));
    put('pip', 'exit 1');
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  function put(name: string, script: string): void {
    writeFileSync(join(dir, 'bin', name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(dir, 'bin', name), 0o755);
  }

  /** `gh` with one newer release; what it downloads holds the file's name. */
  function gh(verify: string): void {
    const next = matrix.wasmtime.default.replace(/\d+$/, '99');
    put('gh', `case "$1" in api) echo v${next} ;; release) printf %s "$7" >"$9/$7" ;; attestation) ${verify} ;; esac`);
  }

  function update() {
    const env = {
      ...process.env,
      PATH: `${join(dir, 'bin')}${delimiter}${process.env.PATH}`,
      GITHUB_OUTPUT: join(dir, 'output'),
    };
    const { status, stderr } = spawnSync(process.execPath, [join(dir, 'scripts/update-pins.mjs')], {
      env,
      encoding: 'utf8',
    });
    return { status, stderr, matrix: JSON.parse(readFileSync(join(dir, 'matrix.json'), 'utf8')) as typeof matrix };
  }

  it('pins the digest of every archive and keeps the last version', () => {
    gh('exit 0');
    const ran = update();
    const next = matrix.wasmtime.default.replace(/\d+$/, '99');
    expect(ran).toMatchObject({ status: 0, matrix: { targets: matrix.targets, wasmtime: { default: next } } });
    const { versions } = ran.matrix.wasmtime as { versions: Record<string, { archives: Record<string, string> }> };
    expect(Object.keys(versions)).toEqual([matrix.wasmtime.default, next]);
    const name = `wasmtime-v${next}-s390x-linux.tar.xz`;
    expect(versions[next]?.archives['s390x-linux']).toBe(createHash('sha256').update(name).digest('hex'));
    expect(Object.keys(versions[next]!.archives)).toEqual(TARGETS.map((target) => target.name));
    expect(readFileSync(join(dir, 'output'), 'utf8')).toBe(`version=${next}\n`);
  });

  it('changes nothing when an attestation is not valid', () => {
    gh('echo no attestation >&2; exit 1');
    const ran = update();
    expect(ran).toMatchObject({ status: 1, matrix });
    expect(ran.stderr).toContain('no attestation');
  });

  it('changes nothing when there is no newer one', () => {
    put('gh', `echo v${matrix.wasmtime.default}`);
    expect(update()).toMatchObject({ status: 0, matrix });
  });
});
