/** Small WASI programs in the text format, and their executables for this machine. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findLauncher } from '../../src/package/launchers.ts';
import { type Capabilities, makeExecutable } from '../../src/package/payload.ts';
import { precompile } from '../../src/toolchain/compile.ts';
import { ensureWasmtime, type Wasmtime } from '../../src/toolchain/install.ts';
import { hostTarget } from '../../src/toolchain/targets.ts';

const WASI = {
  fd_write: 'i32 i32 i32 i32',
  fd_read: 'i32 i32 i32 i32',
  args_get: 'i32 i32',
  args_sizes_get: 'i32 i32',
  environ_get: 'i32 i32',
  environ_sizes_get: 'i32 i32',
  path_open: 'i32 i32 i32 i32 i32 i64 i64 i32 i32',
};

/** A module that imports some WASI functions and defines `body`, memory of 2 pages and text at address 1024. */
export function module(imports: (keyof typeof WASI)[], body: string, text = ''): string {
  const escaped = [...Buffer.from(text)].map((b) => `\\${b.toString(16).padStart(2, '0')}`).join('');
  const lines = imports.map(
    (name) => `(import "wasi_snapshot_preview1" "${name}" (func $${name} (param ${WASI[name]}) (result i32)))`,
  );
  return `(module ${lines.join('\n')}
    (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
    (memory (export "memory") 2) (data (i32.const 1024) "${escaped}") ${body})`;
}

/** Instructions that write `length` bytes from `at` to a descriptor, by way of the addresses 0 to 12. */
export const write = (fd: number, at: string, length: string): string => `
  (i32.store (i32.const 0) ${at}) (i32.store (i32.const 4) ${length})
  (if (call $fd_write (i32.const ${fd}) (i32.const 0) (i32.const 1) (i32.const 8)) (then (call $proc_exit (i32.const 9))))`;

/** The parameters of every function of WASI preview 1; all give an error number, except proc_exit. */
const PREVIEW1: Record<string, string> = {
  args_get: '2',
  args_sizes_get: '2',
  environ_get: '2',
  environ_sizes_get: '2',
  clock_res_get: '2',
  clock_time_get: 'i32 i64 i32',
  fd_advise: 'i32 i64 i64 i32',
  fd_allocate: 'i32 i64 i64',
  fd_close: '1',
  fd_datasync: '1',
  fd_fdstat_get: '2',
  fd_fdstat_set_flags: '2',
  fd_fdstat_set_rights: 'i32 i64 i64',
  fd_filestat_get: '2',
  fd_filestat_set_size: 'i32 i64',
  fd_filestat_set_times: 'i32 i64 i64 i32',
  fd_pread: 'i32 i32 i32 i64 i32',
  fd_prestat_get: '2',
  fd_prestat_dir_name: '3',
  fd_pwrite: 'i32 i32 i32 i64 i32',
  fd_read: '4',
  fd_readdir: 'i32 i32 i32 i64 i32',
  fd_renumber: '2',
  fd_seek: 'i32 i64 i32 i32',
  fd_sync: '1',
  fd_tell: '2',
  fd_write: '4',
  path_create_directory: '3',
  path_filestat_get: '5',
  path_filestat_set_times: 'i32 i32 i32 i32 i64 i64 i32',
  path_link: '7',
  path_open: WASI.path_open,
  path_readlink: '6',
  path_remove_directory: '3',
  path_rename: '6',
  path_symlink: '5',
  path_unlink_file: '3',
  poll_oneoff: '4',
  proc_exit: '1',
  proc_raise: '1',
  sched_yield: '0',
  random_get: '2',
  sock_accept: '3',
  sock_recv: '6',
  sock_send: '5',
  sock_shutdown: '2',
};

/** Imports all of preview 1, and calls each function with zeros and a descriptor that is not open. */
function everything(): string {
  const types = (p: string): string[] => (/^\d$/.test(p) ? Array<string>(Number(p)).fill('i32') : p.split(' '));
  const names = Object.entries(PREVIEW1);
  const imports = names.map(([name, p]) => {
    const result = name === 'proc_exit' ? '' : '(result i32)';
    return `(import "wasi_snapshot_preview1" "${name}" (func $${name} (param ${types(p).join(' ')}) ${result}))`;
  });
  const calls = names
    .filter(([name]) => !['proc_exit', 'sched_yield'].includes(name))
    .map(([name, p]) => {
      const values = types(p).map((t, i) => `(${t}.const ${i === 0 && /^(fd|path|sock)/.test(name) ? 99 : 0})`);
      return `(drop (call $${name} ${values.join(' ')}))`;
    });
  return `(module ${imports.join('\n')} (memory (export "memory") 1) (func (export "_start")
    ${calls.join('\n')} (drop (call $sched_yield)) (call $proc_exit (i32.const 42))))`;
}

export const PROGRAMS = {
  hello: module(['fd_write'], `(func (export "_start") ${write(1, '(i32.const 1024)', '(i32.const 6)')})`, 'hello\n'),
  exit7: module([], '(func (export "_start") (call $proc_exit (i32.const 7)))'),
  /** Says what is wrong, as Mochi programs do, and traps three calls deep. */
  trap: module(
    ['fd_write'],
    `(func $inner unreachable) (func $hidden call $inner)
     (func $main ${write(2, '(i32.const 1024)', '(i32.const 18)')} call $hidden)
     (func (export "_start") call $main)`,
    'error: no such key',
  ),
  divide: module([], '(func (export "_start") (drop (i32.div_s (i32.const 1) (i32.load (i32.const 0)))))'),
  /** Recursion 20,000 deep with twelve live locals a frame; the sum of the depths is checked. */
  deep: module(
    [],
    `(func $f (param $n i64) (param $a i64) (param $b i64) (param $c i64) (param $d i64) (result i64)
       (if (result i64) (i64.eqz (local.get $n)) (then (i64.const 0)) (else
         (i64.add (i64.add (local.get $n) (i64.mul (i64.const 0) (i64.xor (local.get $a) (i64.xor (local.get $b) (i64.xor (local.get $c) (local.get $d))))))
           (call $f (i64.sub (local.get $n) (i64.const 1)) (i64.add (local.get $a) (i64.const 1)) (local.get $a) (local.get $b) (local.get $c))))))
     (func (export "_start") (if (i64.ne (call $f (i64.const 20000) (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4)) (i64.const 200010000)) (then unreachable)))`,
  ),
  overflow: module(
    [],
    `(func $f (param i32) (result i32) (i32.add (i32.const 1) (call $f (i32.sub (local.get 0) (i32.const 1)))))
     (func (export "_start") (drop (call $f (i32.const 1))))`,
  ),
  /** Endless recursion with output still in the program's hands: the host asks for it by calling `mochi.flush`. */
  overflow_after_output: module(
    ['fd_write'],
    `(func $f (param i32) (result i32) (i32.add (i32.const 1) (call $f (i32.sub (local.get 0) (i32.const 1)))))
     (func (export "mochi.flush") ${write(1, '(i32.const 1024)', '(i32.const 7)')})
     (func (export "_start") (drop (call $f (i32.const 1))))`,
    'before\n',
  ),
  trap_after_trap: module(
    ['fd_write'],
    `(func (export "mochi.flush") ${write(1, '(i32.const 1024)', '(i32.const 7)')} unreachable)
     (func (export "_start") (drop (i32.div_s (i32.const 1) (i32.load (i32.const 0)))))`,
    'before\n',
  ),
  /** Prints its arguments and then its variables, each ended by a zero byte. */
  words: module(
    ['fd_write', 'args_get', 'args_sizes_get', 'environ_get', 'environ_sizes_get'],
    `(func (export "_start")
       (drop (call $args_sizes_get (i32.const 16) (i32.const 20))) (drop (call $args_get (i32.const 2048) (i32.const 4096)))
       ${write(1, '(i32.const 4096)', '(i32.load (i32.const 20))')}
       (drop (call $environ_sizes_get (i32.const 16) (i32.const 20))) (drop (call $environ_get (i32.const 2048) (i32.const 4096)))
       ${write(1, '(i32.const 4096)', '(i32.load (i32.const 20))')})`,
  ),
  /** Copies standard input to standard output. */
  copy: module(
    ['fd_read', 'fd_write'],
    `(func (export "_start") (loop $more
       (i32.store (i32.const 0) (i32.const 65536)) (i32.store (i32.const 4) (i32.const 65536))
       (if (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)) (then (call $proc_exit (i32.const 8))))
       (if (i32.load (i32.const 8)) (then ${write(1, '(i32.const 65536)', '(i32.load (i32.const 8))')} (br $more)))))`,
  ),
  /** Prints the file that its first argument names below descriptor 3; the exit status is the error number. */
  show: module(
    ['fd_read', 'fd_write', 'args_get', 'args_sizes_get', 'path_open'],
    `(func (export "_start") (local $path i32) (local $n i32) (local $error i32)
       (drop (call $args_sizes_get (i32.const 16) (i32.const 20))) (drop (call $args_get (i32.const 2048) (i32.const 4096)))
       (local.set $path (i32.load (i32.const 2052)))
       (loop $count (if (i32.load8_u (i32.add (local.get $path) (local.get $n)))
         (then (local.set $n (i32.add (local.get $n) (i32.const 1))) (br $count))))
       (local.set $error (call $path_open (i32.const 3) (i32.const 1) (local.get $path) (local.get $n) (i32.const 0) (i64.const 2) (i64.const 2) (i32.const 0) (i32.const 24)))
       (if (local.get $error) (then (call $proc_exit (local.get $error))))
       (i32.store (i32.const 0) (i32.const 65536)) (i32.store (i32.const 4) (i32.const 65536))
       (if (call $fd_read (i32.load (i32.const 24)) (i32.const 0) (i32.const 1) (i32.const 8)) (then (call $proc_exit (i32.const 8))))
       ${write(1, '(i32.const 65536)', '(i32.load (i32.const 8))')})`,
  ),
  yes: module(
    ['fd_write'],
    `(func (export "_start") (loop $l ${write(1, '(i32.const 1024)', '(i32.const 2)')} (br $l)))`,
    'y\n',
  ),
  spin: module(
    ['fd_write'],
    `(func (export "_start") ${write(1, '(i32.const 1024)', '(i32.const 2)')} (loop $l (br $l)))`,
    '!\n',
  ),
  foreign: '(module (import "env" "magic" (func)) (memory (export "memory") 1) (func (export "_start")))',
  everything: everything(),
  library: '(module (memory (export "memory") 1) (func (export "main")))',
};

export type ProgramName = keyof typeof PROGRAMS;

/** The machine's own target, its launcher and wasmtime. */
export async function workshop() {
  const target = hostTarget();
  if (!target) throw new Error('this machine is none of the targets');
  const launcher = await findLauncher(target);
  if (!launcher) throw new Error('there is no launcher for this machine; build one with `npm run launcher`');
  const wasmtime: Wasmtime = await ensureWasmtime();
  const folder = mkdtempSync(join(tmpdir(), 'launcher-test-'));
  return {
    target,
    launcher: launcher.bytes,
    wasmtime,
    folder,
    /** The executable's bytes. */
    async make(program: ProgramName, extra: { lines?: Uint8Array; capabilities?: Partial<Capabilities> } = {}) {
      const cwasm = await precompile(wasmtime, Buffer.from(PROGRAMS[program]), target);
      const capabilities = { dirs: [], env: [], ...extra.capabilities };
      return makeExecutable(launcher.bytes, target, {
        cwasm,
        lines: extra.lines,
        capabilities,
        engine: wasmtime.version,
      });
    },
    /** Writes an executable and gives its path. */
    put(name: string, bytes: Uint8Array): string {
      const path = join(folder, name + target.exeSuffix);
      writeFileSync(path, bytes, { mode: 0o755 });
      return path;
    },
    /** An executable whose payload, zeros for a program, has room for so many bytes. */
    roomFor(length: number): Uint8Array {
      const payload = { cwasm: new Uint8Array(length), capabilities: { dirs: [], env: [] }, engine: '' };
      return makeExecutable(launcher.bytes, target, payload);
    },
    clean(): void {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
