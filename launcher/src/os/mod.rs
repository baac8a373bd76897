//! What differs between operating systems: where the payload is mapped, standard streams, limits and the way out.

#[cfg(target_os = "linux")]
mod entry;
#[cfg(target_os = "macos")]
pub mod file;
#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub use unix::*;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
pub use windows::*;

/// Ends the process with one line for the user, on standard error.
pub fn die(message: &str) -> ! {
    let name = arguments().first().map_or("program".into(), |a| String::from_utf8_lossy(a).into_owned());
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    report(&format!("{name}: {message}\n"));
    exit(1)
}

/// Writes a report to standard error; nobody can be told when that fails.
pub fn report(text: &str) {
    let _ = write(2, text.as_bytes());
}

/// Runs a function on a thread with a stack of its own, of so many bytes.
#[cfg(not(target_os = "linux"))]
pub fn on_stack(size: usize, run: fn() -> !) -> ! {
    match std::thread::Builder::new().stack_size(size).spawn(move || run()) {
        Ok(thread) => drop(thread.join()),
        Err(e) => die(&format!("cannot get {} MiB for the stack: {e}", size >> 20)),
    }
    exit(1)
}

/// Makes RUST_BACKTRACE and its like unset for this process: they would slow every trap down, and show the user frames
/// of the launcher instead of the program's. The program's own variables have been taken before.
pub fn forget_backtrace_settings() {
    for name in ["RUST_BACKTRACE", "RUST_LIB_BACKTRACE", "WASMTIME_BACKTRACE_DETAILS"] {
        // SAFETY: the main thread only waits, and no other thread exists.
        unsafe { std::env::remove_var(name) };
    }
}
