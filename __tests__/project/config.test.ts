import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/project/config.ts';

describe('parseConfig', () => {
  it('reads every key', () => {
    const text = `
[package]
name = "hello"
version = "1.2.3-rc.1"
license = "MIT"
authors = ["other tools' keys are left alone"]
[wasm]
main = "src/main.mochi"
tests = ["**/*_test.mochi"]
targets = ["host"]
wasmtime = "48.0.0"
[wasm.launcher]
dirs = ["."]
env = ["HOME"]
`;
    expect(parseConfig(text, 'mochi.toml')).toMatchObject({
      package: { name: 'hello', version: '1.2.3-rc.1', license: 'MIT' },
      wasm: { main: 'src/main.mochi', targets: ['host'], launcher: { dirs: ['.'], env: ['HOME'] } },
    });
  });

  it('reads several programs', () => {
    const text = '[[wasm.bin]]\nname = "a"\nmain = "a.mochi"\n[[wasm.bin]]\nname = "b"\nmain = "b.mochi"\n';
    expect(parseConfig(text, 'x').wasm?.bin?.map((bin) => bin.name)).toEqual(['a', 'b']);
  });

  it('takes an empty file', () => {
    expect(parseConfig('', 'x')).toEqual({});
  });

  it.each([
    ['[wasm', 'E211', /^x:1:\d+: /],
    ['a = 1\na = 2\n', 'E211', /^x:2:/],
    ['[wasm]\nmian = "x"', 'E212', 'x: unknown key wasm.mian'],
    ['[wasm.launcher]\ndir = []', 'E212', 'x: unknown key wasm.launcher.dir'],
    ['[wasm]\nmain = 3', 'E212', 'x: wasm.main must be a string'],
    ['[wasm]\ntests = "a"', 'E212', 'x: wasm.tests must be a list'],
    ['[wasm]\nmain = "/etc/x.mochi"', 'E212', 'x: wasm.main must be a path below the project'],
    ['[package]\nversion = "1.2"', 'E212', /package\.version must be a version/],
    ['[package]\nname = "a b"', 'E212', /package\.name must begin with/],
    ['[[wasm.bin]]\nname = "a"', 'E212', 'x: wasm.bin.0.main must be a string'],
    ['[wasm]\nmain = "a"\n[[wasm.bin]]\nname = "a"\nmain = "a"', 'E212', /exclude each other/],
  ])('refuses %j', (text, code, message) => {
    expect(() => parseConfig(text, 'x')).toThrow(
      expect.objectContaining({
        name: 'UserError',
        code,
        message: typeof message === 'string' ? message : expect.stringMatching(message),
      }),
    );
  });

  it('suggests the key that was meant', () => {
    expect(() => parseConfig('[wasm]\nmian = "x"', 'x')).toThrow(
      expect.objectContaining({ fix: "Did you mean 'main'?" }),
    );
  });
});
