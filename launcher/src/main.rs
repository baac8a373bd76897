//! Runs the precompiled program that `mochi-wasm package` put into this very executable.
//!
//! The program is a `.cwasm` (machine code made ahead of time by `wasmtime compile`), mapped by the operating system as a
//! part of the executable. The launcher checks it, gives it WASI preview 1, runs `_start` and turns traps into Mochi's
//! own error report. The command line belongs wholly to the program: the launcher has no options of its own.
#![no_main]

#[cfg(target_os = "linux")]
mod arena;
mod lines;
mod os;
mod payload;
mod seal;
mod wasi;

use payload::Payload;
use std::ffi::c_char;
use std::ptr::NonNull;
use std::sync::Arc;
use wasmtime::{Config, CustomCodeMemory, Engine, Error, FrameInfo, Instance, Module, Store, Trap, WasmBacktrace};

/// Most stack that WebAssembly frames may take, in bytes; the same number as in src/toolchain/flags.ts. Ordinary frames
/// take 50 to 500 bytes, so this is enough for more than 100,000 of them.
const MAX_WASM_STACK: usize = 64 << 20;
/// Stack beyond that for the launcher itself: a WASI call may happen at the very end of the WebAssembly stack.
const HOST_STACK: usize = 1 << 20;
/// How many frames of a stack trace are printed.
const SHOWN_FRAMES: usize = 20;
/// How many frames are looked at, so that the rest can be counted; the same number as in src/toolchain/flags.ts.
const COUNTED_FRAMES: usize = 4 << 10;

/// The payload is mapped readable and executable with the executable itself, so there is nothing left to do.
struct Mapped;

impl CustomCodeMemory for Mapped {
    fn required_alignment(&self) -> usize {
        1
    }
    fn publish_executable(&self, _: *const u8, _: usize) -> wasmtime::Result<()> {
        Ok(())
    }
    fn unpublish_executable(&self, _: *const u8, _: usize) -> wasmtime::Result<()> {
        Ok(())
    }
}

/// The C entry point: Rust's own start-up would install handlers that a quiet, fast start does not want.
#[unsafe(no_mangle)]
pub extern "C" fn main(argc: i32, argv: *const *const c_char) -> i32 {
    os::start(argc, argv);
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or(String::new(), |l| format!(" at {}:{}", l.file(), l.line()));
        os::die(&format!("internal error{place}; please report it as a bug"))
    }));
    os::on_stack(MAX_WASM_STACK + HOST_STACK, run)
}

/// Checks, loads and runs the payload; never returns.
fn run() -> ! {
    let payload = Payload::find().unwrap_or_else(|e| os::die(&e));
    let context = wasi::Context::new(&payload.dirs, &payload.env);
    os::forget_backtrace_settings();

    let mut config = Config::new();
    config.async_stack_size(MAX_WASM_STACK + HOST_STACK); // never used, but must not be the smaller of the two
    config.max_wasm_stack(MAX_WASM_STACK);
    config.wasm_backtrace_max_frames(std::num::NonZeroUsize::new(COUNTED_FRAMES));
    config.with_custom_code_memory(Some(Arc::new(Mapped)));
    // Initial memory is copied from the program: mapping it would need a file of its own, or a page-aligned program.
    config.memory_init_cow(false);
    let engine = Engine::new(&config).unwrap_or_else(|e| cannot_load(&e));
    // SAFETY: the bytes are what `wasmtime compile` wrote (their digest has just been checked), and they are mapped,
    // never written, for as long as the process lives.
    let module = unsafe { Module::deserialize_raw(&engine, NonNull::from(payload.program)) };
    let module = module.unwrap_or_else(|e| cannot_load(&e));

    let mut store = Store::new(&engine, context);
    let imports = wasi::link(&mut store, &module).unwrap_or_else(|e| os::die(&e));
    let instance = match Instance::new(&mut store, &module, &imports) {
        Ok(instance) => instance,
        Err(e) if e.is::<Trap>() => report(&e, &payload),
        // The usual reserve of 4 GiB of address space did not fit under `ulimit -v`: code that relies on it must not
        // run without it. A soft limit may be raised; a hard one only named.
        Err(e) => match os::raise_address_space_limit() {
            Some(true) => Instance::new(&mut store, &module, &imports).unwrap_or_else(|e| no_memory(&e)),
            Some(false) => os::die("needs 4 GiB of address space, more than `ulimit -v` allows; raise that limit"),
            None => no_memory(&e),
        },
    };
    let memory = instance.get_memory(&mut store, "memory");
    store.data_mut().memory = memory;
    let start = instance.get_typed_func::<(), ()>(&mut store, "_start");
    let start = start.unwrap_or_else(|_| os::die("the program has no function `_start`: it is not a WASI command"));
    match start.call(&mut store, ()) {
        Ok(()) => os::exit(0),
        Err(e) => {
            // What a Mochi program has printed before must not be lost with its buffer, and stands before the report. A
            // trap in here changes nothing: the report is of the first one.
            if let Ok(flush) = instance.get_typed_func::<(), ()>(&mut store, "mochi.flush") {
                let _ = flush.call(&mut store, ());
            }
            report(&e, &payload)
        }
    }
}

fn cannot_load(e: &Error) -> ! {
    os::die(&format!("cannot load the program: {}", format!("{e:#}").replace('\n', " ")))
}

fn no_memory(e: &Error) -> ! {
    os::die(&format!("cannot get memory for the program: {}", format!("{e:#}").replace('\n', " ")))
}

/// Reports a trap and ends the process. A Mochi program has said itself what went wrong before it executed `unreachable`,
/// so only its frames are added, and the status is 1; any other program gets the engine's text and status 134.
fn report(e: &Error, payload: &Payload) -> ! {
    let trap = e.downcast_ref::<Trap>();
    let trace = e.downcast_ref::<WasmBacktrace>();
    let frames = trace.map_or(&[][..], |t| t.frames());
    let text = trap.map_or_else(|| format!("{e:#}"), |t| t.to_string());
    let line_table = payload.lines.and_then(lines::Table::decode);
    let (title, status, shown, count) = match &line_table {
        Some(table) => {
            let title = match trap {
                Some(Trap::UnreachableCodeReached) => String::new(),
                Some(Trap::StackOverflow) => "error: stack overflow\n".into(),
                _ => format!("error: {text}\n"),
            };
            let places = || frames.iter().filter_map(|f| f.module_offset()).flat_map(|offset| table.lookup(offset));
            let line = |p: lines::Place| format!("  at {} ({}:{}:{})\n", p.name, p.file, p.line, p.col);
            (title, 1, places().take(SHOWN_FRAMES).map(line).collect::<String>(), places().count())
        }
        None => {
            let line = |(i, frame): (usize, &FrameInfo)| {
                let name =
                    frame.func_name().map_or_else(|| format!("<wasm function {}>", frame.func_index()), str::to_string);
                format!("  {i}: {:#x} - {name}\n", frame.module_offset().unwrap_or(0))
            };
            let shown = frames.iter().enumerate().take(SHOWN_FRAMES).map(line).collect();
            (format!("error: {text}\n"), 134, shown, frames.len())
        }
    };
    let more = match count.saturating_sub(SHOWN_FRAMES) {
        0 => String::new(),
        more => format!("  ... {more} more\n"),
    };
    os::report(&[title, shown, more].concat());
    os::exit(status)
}
