import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodePayload, readPayload } from '../../src/package/payload.ts';
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

test('1,000 random changes to the payload: none runs, none crashes', () => {
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
    { numRuns: 1000 },
  );
});

test('a file cut anywhere in the payload', () => {
  const [start, end] = payloadRange(whole);
  fc.assert(
    fc.property(fc.integer({ min: start, max: end - 1 }), (length) => {
      expectRefused(whole.slice(0, length), /this executable is damaged \(/, `cut at ${length}`);
    }),
    { numRuns: 100 },
  );
});

test('another target’s payload', async () => {
  const other = parseTargets(shop.target.name === 'aarch64-linux' ? 'x86_64-linux' : 'aarch64-linux')[0]!;
  const cwasm = await precompile(shop.wasmtime, Buffer.from(PROGRAMS.hello), other);
  const payload = { cwasm, capabilities: { dirs: [], env: [] }, engine: shop.wasmtime.version };
  expectRefused(
    replacePayload(encodePayload(other.name, payload)),
    new RegExp(`is for ${other.name}, this launcher for`),
  );
  // The same when the header lies about it: the engine looks too.
  expectRefused(replacePayload(encodePayload(shop.target.name, payload)), /cannot load the program: .*/);
});

test('another engine’s payload', () => {
  const { cwasm } = readPayload(whole);
  const payload = { cwasm, capabilities: { dirs: [], env: [] }, engine: '49.0.1' };
  expectRefused(
    replacePayload(encodePayload(shop.target.name, payload)),
    /needs wasmtime 49\.0\.1, this launcher has 48/,
  );
});

test('a newer payload format, and an unknown record', () => {
  const { cwasm, engine } = readPayload(whole);
  const bytes = encodePayload(shop.target.name, { cwasm, engine, capabilities: { dirs: [], env: [] } });
  const version = bytes.slice();
  version[8] = 2;
  expectRefused(replacePayload(redigest(version)), /payload format 2 is not known/);
  const record = bytes.slice();
  record[56] = 77;
  expectRefused(replacePayload(redigest(record)), /record 77 is not known/);
});

/** The executable with other bytes for its payload, which must not be longer than the file's last segment. */
function replacePayload(payload: Uint8Array): Uint8Array {
  const room = shop.roomFor(payload.length);
  const [start] = payloadRange(room);
  const out = room.slice();
  out.set(payload, start);
  return out;
}

/** Writes the right digest into an encoded payload. */
function redigest(payload: Uint8Array): Uint8Array {
  payload.set(shop.digest(payload), 24);
  return payload;
}
