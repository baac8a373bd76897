import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodePayload, type Payload, readPayload, sealExecutable } from '../../src/package/payload.ts';
import { precompile } from '../../src/toolchain/compile.ts';
import { parseTargets } from '../../src/toolchain/targets.ts';
import { PROGRAMS, workshop } from './programs.ts';

let shop: Awaited<ReturnType<typeof workshop>>;
let whole: Uint8Array;
beforeAll(async () => {
  shop = await workshop();
  whole = await shop.make('hello', { lines: new Uint8Array(100), capabilities: { dirs: ['.'], env: ['HOME'] } });
});
afterAll(() => shop?.clean());

let number = 0;

/** Runs an executable's bytes; expects status 1, no output and one line that `message` matches. */
function expectRefused(bytes: Uint8Array, message: RegExp, what = ''): void {
  // A new file each time: one that was just run may still be busy.
  const done = spawnSync(shop.put(`damaged-${number++ % 50}`, bytes), { input: '' });
  if (shop.target.os !== 'linux') {
    // There the system itself may refuse the file, or end the process when it reads a page that its signature does not fit.
    expect(String(done.stdout ?? ''), what).toBe('');
    expect(done.status, what).not.toBe(0);
    if (done.status !== 1) return;
  }
  expect({ status: done.status, signal: done.signal, out: done.stdout.toString() }, what).toEqual({
    status: 1,
    signal: null,
    out: '',
  });
  expect(done.stderr.toString(), what).toMatch(/^damaged-\d+: [^\n]*\n$/);
  expect(done.stderr.toString(), what).toMatch(message);
}

/** Where the payload begins and ends in the file. */
function payloadRange(exe: Uint8Array): [start: number, end: number] {
  const { cwasm } = readPayload(exe);
  const program = cwasm.byteOffset - exe.byteOffset;
  let start = program - 64;
  while (Buffer.from(exe.subarray(start, start + 8)).toString('latin1') !== '\x7fMOCHI\r\x1a') start -= 64;
  return [start, program + cwasm.length + 8];
}

test('no payload', () => {
  expectRefused(shop.launcher, /there is no program in this launcher/);
});

test('300 random changes to the payload: none runs, none crashes', () => {
  const [start, end] = payloadRange(whole);
  expect(start).toBeGreaterThan(0);
  const change = fc.oneof(
    fc.record({ at: fc.integer({ min: start, max: end - 1 }), bit: fc.nat(7), count: fc.constant(1) }),
    fc.record({
      at: fc.integer({ min: start, max: end - 1 }),
      bit: fc.nat(7),
      count: fc.integer({ min: 2, max: 5000 }),
    }),
    fc.record({ at: fc.integer({ min: start, max: start + 300 }), bit: fc.nat(7), count: fc.constant(1) }),
  );
  fc.assert(
    fc.property(change, ({ at, bit, count }) => {
      const bytes = whole.slice();
      for (let i = at; i < Math.min(at + count, end); i++) bytes[i] = bytes[i]! ^ (1 << bit);
      expectRefused(bytes, /this executable is damaged \(/, `${count} from ${at}`);
    }),
    { numRuns: 300 },
  );
});

/** What has to work before the launcher can check anything: the headers, for the system, and the check itself. */
function beforeTheCheck(exe: Uint8Array): (at: number) => boolean {
  if (shop.target.os !== 'linux') return () => false;
  const view = new DataView(exe.buffer, exe.byteOffset);
  const headers = 64 + 56 * view.getUint16(56, true);
  const entry = Number(view.getBigUint64(24, true));
  for (let at = 64; at < headers; at += 56) {
    const [offset, address, , size] = [8, 16, 24, 32].map((i) => Number(view.getBigUint64(at + i, true)));
    if (view.getUint32(at, true) !== 1 || entry < address! || entry >= address! + size!) continue;
    const code = entry - address! + offset!;
    return (at) => at < headers || (at >= code && at < code + 2048);
  }
  throw new Error('no segment has the entry point');
}

test('1,000 random changes anywhere in the file: none runs, none crashes', () => {
  const unprotected = beforeTheCheck(whole);
  const change = fc.record({
    at: fc.nat(whole.length - 1).filter((at) => !unprotected(at)),
    bit: fc.nat(7),
    count: fc.oneof(fc.constant(1), fc.integer({ min: 2, max: 5000 })),
  });
  fc.assert(
    fc.property(change, ({ at, bit, count }) => {
      const bytes = whole.slice();
      for (let i = at; i < Math.min(at + count, bytes.length); i++) {
        if (!unprotected(i)) bytes[i] = bytes[i]! ^ (1 << bit);
      }
      expectRefused(bytes, /this executable is damaged \(/, `${count} from ${at}`);
    }),
    { numRuns: 1000 },
  );
});

test('a file cut anywhere behind the check', () => {
  const [start, end] = payloadRange(whole);
  // On Linux the check stands in the first page.
  const first = shop.target.os === 'linux' ? 4096 : start;
  const length = fc.oneof(fc.integer({ min: first, max: end - 1 }), fc.integer({ min: start, max: end - 1 }));
  fc.assert(
    fc.property(length, (length) => {
      expectRefused(whole.slice(0, length), /this executable is damaged \(/, `cut at ${length}`);
    }),
    { numRuns: 200, examples: [[first], [end - 1], [start]] },
  );
});

test('another target’s payload', async () => {
  const other = parseTargets(shop.target.name === 'aarch64-linux' ? 'x86_64-linux' : 'aarch64-linux')[0]!;
  const cwasm = await precompile(shop.wasmtime, Buffer.from(PROGRAMS.hello), other);
  const payload = { cwasm, capabilities: { dirs: [], env: [] }, engine: shop.wasmtime.version };
  expectRefused(replacePayload(encode(payload, other.name)), new RegExp(`is for ${other.name}, this launcher for`));
  // The same when the header lies about it: the engine looks too.
  expectRefused(replacePayload(encode(payload)), /cannot load the program: .*/);
});

test('another engine’s payload', () => {
  const { cwasm } = readPayload(whole);
  const payload = { cwasm, capabilities: { dirs: [], env: [] }, engine: '49.0.1' };
  expectRefused(replacePayload(encode(payload)), /needs wasmtime 49\.0\.1, this launcher has 48/);
});

test('a newer payload format, and an unknown record', () => {
  const { cwasm, engine } = readPayload(whole);
  const bytes = encode({ cwasm, engine, capabilities: { dirs: [], env: [] } });
  const version = bytes.slice();
  version[8] = 3;
  expectRefused(replacePayload(version), /payload format 3 is not known/);
  const record = bytes.slice();
  // The first record is the list of sealed parts, the next one the engine.
  const second = 184 + 8 + 8 * readPayload(whole).sealed.length;
  expect(record[second]).toBe(1);
  record[second] = 77;
  expectRefused(replacePayload(record), /record 77 is not known/);
});

/** The executable with other bytes for its payload, which must not be longer than the file's last segment, sealed again. */
function replacePayload(payload: Uint8Array): Uint8Array {
  const room = shop.roomFor(payload.length);
  const [start] = payloadRange(room);
  const { sealed } = readPayload(room);
  const out = room.slice();
  out.set(payload, start);
  sealExecutable(out, start, sealed);
  return out;
}

/** A payload as for this target, with room for the places of the parts that are sealed. */
function encode(payload: Payload, name = shop.target.name): Uint8Array {
  return encodePayload(name, payload, readPayload(whole).sealed.length);
}
