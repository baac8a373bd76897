mod callback;

use std::ffi::{c_char, c_void};
use std::io::{self, IsTerminal, Read, Write};
use std::sync::OnceLock;

static ARGUMENTS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
static VIEW: OnceLock<Vec<&'static [u8]>> = OnceLock::new();

unsafe extern "C" {
    /// The first byte of the executable as it is mapped; linkers define it.
    static __ImageBase: u8;
}

#[link(name = "kernel32")]
unsafe extern "system" {
    fn SetConsoleCtrlHandler(handler: extern "system" fn(u32) -> i32, add: i32) -> i32;
    fn SetErrorMode(mode: u32) -> u32;
    fn SetUnhandledExceptionFilter(filter: extern "system" fn(*const c_void) -> i32) -> *const c_void;
}

/// The command line as the program sees it, the executable's own name first; WASI wants UTF-8.
pub fn arguments() -> &'static [&'static [u8]] {
    let own = ARGUMENTS.get_or_init(|| std::env::args_os().map(|a| a.to_string_lossy().into_owned().into()).collect());
    VIEW.get_or_init(|| own.iter().map(Vec::as_slice).collect())
}

/// To be called first: Ctrl-C and Ctrl-Break end the process with status 130, no dialogue box opens on a failure, and a
/// fault outside of WebAssembly says that something in the file has been changed (the engine sees its own faults first); then
/// the file is checked unless it has been.
pub fn start(_: i32, _: *const *const c_char) {
    extern "system" fn interrupted(event: u32) -> i32 {
        if event > 1 { 0 } else { exit(130) }
    }
    fn refuse() -> ! {
        super::die("this executable is damaged (truncated, stripped or changed); copy, download or package it again")
    }
    extern "system" fn faulted(_: *const c_void) -> i32 {
        refuse()
    }
    // SAFETY: the handlers are functions that live as long as the process; 3 is SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX.
    unsafe {
        SetErrorMode(3);
        SetConsoleCtrlHandler(interrupted, 1);
        SetUnhandledExceptionFilter(faulted);
    }
    if callback::check_again().is_err() {
        refuse()
    }
}

/// Ends the process; every write has been flushed.
pub fn exit(status: i32) -> ! {
    std::process::exit(status)
}

/// Windows has no such limit for a process.
pub fn raise_address_space_limit() -> Option<bool> {
    None
}

/// Writes everything to a standard stream; a console gets it as UTF-16, so it shows all of Unicode.
pub fn write(fd: i32, bytes: &[u8]) -> io::Result<()> {
    fn all(mut stream: impl Write, bytes: &[u8]) -> io::Result<()> {
        stream.write_all(bytes)?;
        stream.flush()
    }
    if fd == 1 { all(io::stdout().lock(), bytes) } else { all(io::stderr().lock(), bytes) }
}

/// Reads once from standard input; 0 at the end.
pub fn read_stdin(buffer: &mut [u8]) -> io::Result<usize> {
    io::stdin().lock().read(buffer)
}

pub fn is_terminal(fd: i32) -> bool {
    match fd {
        0 => io::stdin().is_terminal(),
        1 => io::stdout().is_terminal(),
        _ => io::stderr().is_terminal(),
    }
}

/// The payload, which is the executable's section `.mochi`; `None` in a launcher without one.
pub fn payload() -> Option<&'static [u8]> {
    let base = &raw const __ImageBase;
    // SAFETY: the loader has mapped the headers and all sections, and checked them first.
    unsafe {
        let u16_at = |at: usize| base.add(at).cast::<u16>().read_unaligned() as usize;
        let u32_at = |at: usize| base.add(at).cast::<u32>().read_unaligned() as usize;
        let header = u32_at(0x3c);
        let first = header + 24 + u16_at(header + 20);
        let section = (0..u16_at(header + 6)).map(|i| first + 40 * i);
        let found = section.into_iter().find(|&s| base.add(s).cast::<[u8; 8]>().read() == *b".mochi\0\0")?;
        Some(std::slice::from_raw_parts(base.add(u32_at(found + 12)), u32_at(found + 8)))
    }
}
