import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isUserError } from '../../src/diagnostics/user-error.ts';
import { decodePayload, encodePayload, makeExecutable, type Payload, readPayload } from '../../src/package/payload.ts';
import { elfLauncher, machoLauncher, peLauncher, target } from './executable-fixtures.ts';

const strings = fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }), { maxLength: 4 });
const payloads: fc.Arbitrary<Payload> = fc.record({
  cwasm: fc.uint8Array({ maxLength: 9000 }),
  lines: fc.option(fc.uint8Array({ maxLength: 300 }), { nil: undefined }),
  capabilities: fc.record({ dirs: strings, env: strings }),
  engine: fc.string({ maxLength: 10 }),
});

describe('payload', () => {
  test('decoding gives back what was encoded', () => {
    fc.assert(
      fc.property(payloads, fc.string(), fc.uint8Array({ maxLength: 80 }), (payload, name, rest) => {
        const bytes = encodePayload(name, payload);
        const { digest, intact, target: read, sealed, seal, ...decoded } = decodePayload(Buffer.concat([bytes, rest]));
        expect(intact).toBe(true);
        expect(digest).toMatch(/^[0-9a-f]{64}$/);
        expect(read).toBe(name);
        expect([sealed, seal.length]).toEqual([[], 128]);
        expect({ ...decoded, cwasm: [...decoded.cwasm], lines: decoded.lines && [...decoded.lines] }).toEqual({
          ...payload,
          cwasm: [...payload.cwasm],
          lines: payload.lines && [...payload.lines],
        });
      }),
    );
  });

  test('the program begins at a multiple of 64', () => {
    fc.assert(
      fc.property(payloads, (payload) => {
        const bytes = encodePayload('x86_64-linux', payload);
        expect((bytes.length - 8 - payload.cwasm.length) % 64).toBe(0);
      }),
    );
  });

  test('no changed bit passes as intact', () => {
    fc.assert(
      fc.property(payloads, fc.nat(), fc.nat(7), (payload, where, bit) => {
        const bytes = encodePayload('x86_64-linux', payload);
        const at = where % bytes.length;
        bytes[at] = bytes[at]! ^ (1 << bit);
        expect(() => expect(decodePayload(bytes).intact).toBe(true)).toThrow();
      }),
    );
  });

  test('truncation is an error that says so', () => {
    const bytes = encodePayload('x86_64-linux', {
      cwasm: new Uint8Array(100),
      capabilities: { dirs: [], env: [] },
      engine: '48.0.0',
    });
    for (let length = 0; length < bytes.length; length++) {
      const read = (): unknown => decodePayload(bytes.subarray(0, length));
      expect(read).toThrow(length < 56 ? /no program/ : /truncated/);
    }
  });
});

const LAUNCHERS: [name: string, bytes: Uint8Array][] = [
  ['x86_64-linux', elfLauncher(62)],
  ['aarch64-linux', elfLauncher(183)],
  ['riscv64gc-linux', elfLauncher(243)],
  ['s390x-linux', elfLauncher(22, false)],
  ['x86_64-windows', peLauncher(0x8664)],
  ['aarch64-windows', peLauncher(0xaa64)],
  ['x86_64-macos', machoLauncher(0x01000007, false)],
  ['aarch64-macos', machoLauncher(0x0100000c, true)],
];

describe('makeExecutable', () => {
  const simple: Payload = { cwasm: new Uint8Array(64), capabilities: { dirs: [], env: [] }, engine: '48.0.0' };

  test.each(LAUNCHERS)('%s: what went in can be read, and the same input gives the same bytes', (name, launcher) => {
    fc.assert(
      fc.property(payloads, (payload) => {
        // A Buffer's slice() is no copy: what is given must be left alone all the same.
        const given = Buffer.from(launcher);
        const exe = makeExecutable(given, target(name), payload);
        expect(Buffer.compare(launcher, given)).toBe(0);
        const info = readPayload(exe);
        expect(info.intact).toBe(true);
        expect(info.target).toBe(name);
        expect(Buffer.compare(info.cwasm, payload.cwasm)).toBe(0);
        expect(Buffer.compare(exe, makeExecutable(launcher, target(name), payload))).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  test.each(LAUNCHERS)('%s: a change anywhere is noticed, but for what signing may change', (name, launcher) => {
    const exe = makeExecutable(launcher, target(name), { ...simple, capabilities: { dirs: ['.'], env: [] } });
    const loose = readPayload(exe);
    const payloadAt = Buffer.from(exe).indexOf('\x7fMOCHI\r\x1a', 0, 'latin1');
    const sealed = new Uint8Array(exe.length);
    for (const { offset, length } of loose.sealed) sealed.fill(1, offset, offset + length);
    sealed.fill(1, payloadAt, loose.cwasm.byteOffset - exe.byteOffset + loose.cwasm.length + 8);
    fc.assert(
      fc.property(fc.nat(exe.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        if (!sealed[at]) return;
        const changed = exe.slice();
        changed[at] = changed[at]! ^ change;
        expect(() => expect(readPayload(changed).intact).toBe(true)).toThrow();
      }),
      { numRuns: 500 },
    );
    // Little is left out, of these tiny files too.
    const free = sealed.filter((byte) => byte === 0).length;
    if (!name.endsWith('macos')) expect(free).toBeLessThanOrEqual(name.endsWith('linux') ? 0 : 12);
  });

  test.each(LAUNCHERS)('%s: refuses every other target’s launcher, and one that has a program', (name, launcher) => {
    for (const [other, bytes] of LAUNCHERS) {
      if (other === name) continue;
      expect(() => makeExecutable(bytes, target(name), simple)).toThrow(/launcher cannot be used/);
    }
    const exe = makeExecutable(launcher, target(name), simple);
    expect(() => makeExecutable(exe, target(name), simple)).toThrow(/launcher cannot be used/);
    expect(() => readPayload(launcher)).toThrow(/no program inside/);
  });

  test('files that are no executables of ours are refused with a UserError', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom('', '\x7fELF\x02\x01', 'MZ', '\xcf\xfa\xed\xfe'),
        (bytes, head) => {
          try {
            readPayload(Buffer.concat([Buffer.from(head, 'latin1'), bytes]));
            expect.unreachable('random bytes have no payload');
          } catch (error) {
            expect(isUserError(error), String(error)).toBe(true);
          }
        },
      ),
    );
  });

  test('a cut executable is refused with a UserError, wherever it is cut', () => {
    for (const [name, launcher] of LAUNCHERS) {
      const exe = makeExecutable(launcher, target(name), simple);
      const { cwasm } = readPayload(exe);
      const end = cwasm.byteOffset - exe.byteOffset + cwasm.length + 8;
      for (let length = 0; length < end; length += 61) {
        try {
          readPayload(exe.subarray(0, length));
          expect.unreachable(`${name} cut at ${length}`);
        } catch (error) {
          expect(isUserError(error), `${name} cut at ${length}: ${error}`).toBe(true);
        }
      }
    }
  });
});
