import { describe, expect, it } from 'vitest';
import { editDistance } from '../../src/diagnostics/edit-distance.ts';
import { nearest } from '../../src/toolchain/nearest.ts';
import { hostTarget, parseTargets, TARGETS } from '../../src/toolchain/targets.ts';

describe('the target table', () => {
  it('has the eight targets in their order', () => {
    expect(TARGETS.map((t) => t.name)).toEqual([
      'x86_64-linux',
      'aarch64-linux',
      'riscv64gc-linux',
      's390x-linux',
      'x86_64-macos',
      'aarch64-macos',
      'x86_64-windows',
      'aarch64-windows',
    ]);
  });

  it('names every target by its architecture and system, and gives Windows its suffix', () => {
    for (const target of TARGETS) {
      expect(target.name).toBe(`${target.arch}-${target.os}`);
      expect(target.wasmtimeTarget.startsWith(target.arch)).toBe(true);
      expect(target.exeSuffix).toBe(target.os === 'windows' ? '.exe' : '');
      expect([1, 2, 3]).toContain(target.tier);
    }
  });
});

describe('parseTargets', () => {
  it('gives all for default', () => {
    expect(parseTargets('default')).toEqual(TARGETS);
  });

  it("gives this machine's for host", () => {
    expect(parseTargets('host')).toEqual([hostTarget()]);
  });

  it('keeps the order of the table and drops duplicates', () => {
    const names = parseTargets('aarch64-macos, x86_64-linux aarch64-macos').map((t) => t.name);
    expect(names).toEqual(['x86_64-linux', 'aarch64-macos']);
  });

  it('names the nearest target for an unknown one', () => {
    expect(() => parseTargets('x86-64-linux')).toThrow(
      expect.objectContaining({ code: 'E101', exit: 2, fix: expect.stringContaining("did you mean 'x86_64-linux'") }),
    );
  });

  it('refuses an empty list', () => {
    expect(() => parseTargets(' , ')).toThrow(expect.objectContaining({ code: 'E101', exit: 2 }));
  });
});

describe('hostTarget', () => {
  it.each([
    ['linux', 'x64', 'x86_64-linux'],
    ['linux', 'riscv64', 'riscv64gc-linux'],
    ['darwin', 'arm64', 'aarch64-macos'],
    ['win32', 'arm64', 'aarch64-windows'],
    ['freebsd', 'x64', undefined],
    ['linux', 'mips', undefined],
  ])('%s %s is %s', (platform, cpu, name) => {
    expect(hostTarget(platform, cpu)?.name).toBe(name);
  });
});

describe('nearest', () => {
  it('counts single edits', () => {
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('', 'abc')).toBe(3);
    expect(editDistance('same', 'same')).toBe(0);
  });

  it('finds the closest word', () => {
    expect(nearest('tset', ['build', 'test', 'targets'])).toBe('test');
  });
});
