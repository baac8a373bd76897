use std::ffi::{CStr, c_char};
use std::io;
use std::sync::OnceLock;

static ARGUMENTS: OnceLock<Vec<&'static [u8]>> = OnceLock::new();

/// The command line as the program sees it, the executable's own name first.
pub fn arguments() -> &'static [&'static [u8]] {
    ARGUMENTS.get().map_or(&[], |a| a)
}

/// To be called first: keeps the arguments, gives closed standard streams a place, and catches faults. A broken
/// pipe keeps its default action, which ends the process quietly as it does other programs.
pub fn start(argc: i32, argv: *const *const c_char) {
    // SAFETY: the C runtime calls `main` with `argc` terminated strings that live as long as the process.
    let arguments = unsafe { (0..argc as usize).map(|i| CStr::from_ptr(*argv.add(i)).to_bytes()).collect() };
    let _ = ARGUMENTS.set(arguments);
    let mut streams = [0, 1, 2].map(|fd| libc::pollfd { fd, events: 0, revents: 0 });
    // SAFETY: plain system calls on memory of this function.
    unsafe {
        libc::poll(streams.as_mut_ptr(), 3, 0);
        if streams.iter().any(|s| s.revents & libc::POLLNVAL != 0) {
            // A file that the program opens must not take the number of a standard stream.
            while (0..=2).contains(&libc::open(c"/dev/null".as_ptr(), libc::O_RDWR)) {}
        }
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = faulted as *const () as usize;
        action.sa_flags = libc::SA_ONSTACK;
        for signal in [libc::SIGBUS, libc::SIGSEGV, libc::SIGILL, libc::SIGFPE, libc::SIGABRT] {
            libc::sigaction(signal, &action, std::ptr::null_mut());
        }
    }
}

/// A fault outside of WebAssembly: the file ends before the mapping does, or something in it has been changed. The engine
/// takes these signals over for faults of the program, and hands the others on to this.
extern "C" fn faulted(_: libc::c_int) {
    const TEXT: &[u8] =
        b"this executable is damaged (truncated, stripped or changed); copy, download or package it again\n";
    let name = arguments().first().copied().unwrap_or(b"program");
    let name = name.rsplit(|&b| b == b'/').next().unwrap_or_default();
    for part in [name, b": ", TEXT] {
        let _ = write(2, part);
    }
    exit(1)
}

/// Ends the process at once; there is nothing to flush and nothing worth tearing down.
pub fn exit(status: i32) -> ! {
    // SAFETY: always sound.
    unsafe { libc::_exit(status) }
}

/// Runs a function on a stack of so many bytes, whatever `ulimit -s` says. Pages are only taken when they are used. This
/// is the only thread: another one would make up a fifth of the whole start-up.
#[cfg(target_os = "linux")]
pub fn on_stack(size: usize, run: fn() -> !) -> ! {
    /// Signal handlers get a stack too, in the same mapping; with less, the engine would map another one.
    const SIGNAL_STACK: usize = 256 << 10;
    let protection = libc::PROT_READ | libc::PROT_WRITE;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | libc::MAP_STACK;
    // SAFETY: the new mapping is this function's own, and nothing of the old stack is needed any more. The lowest page
    // (of 64 KiB, the largest there is) catches an overflow.
    unsafe {
        let base = libc::mmap(std::ptr::null_mut(), size + SIGNAL_STACK, protection, flags, -1, 0);
        if base == libc::MAP_FAILED || libc::mprotect(base, 1 << 16, libc::PROT_NONE) != 0 {
            super::die(&format!("cannot get {} MiB for the stack: {}", size >> 20, io::Error::last_os_error()));
        }
        libc::madvise(base, size + SIGNAL_STACK, libc::MADV_NOHUGEPAGE);
        let signals = libc::stack_t { ss_sp: base.add(size), ss_flags: 0, ss_size: SIGNAL_STACK };
        libc::sigaltstack(&signals, std::ptr::null_mut());
        psm::replace_stack(base.cast(), size, || run())
    }
}

/// `Some(true)` when a soft limit on the address space was in force and has been raised to the hard one, `Some(false)`
/// when it is the hard one, `None` when there is none.
pub fn raise_address_space_limit() -> Option<bool> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: plain system calls on memory of this function.
    unsafe {
        if libc::getrlimit(libc::RLIMIT_AS, &mut limit) != 0 || limit.rlim_cur == libc::RLIM_INFINITY {
            return None;
        }
        let raise = limit.rlim_cur < limit.rlim_max;
        limit.rlim_cur = limit.rlim_max;
        Some(raise && libc::setrlimit(libc::RLIMIT_AS, &limit) == 0)
    }
}

/// Writes everything to a standard stream, waiting where that stream does not block.
pub fn write(fd: i32, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        // SAFETY: the buffer is valid for its length.
        let n = unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) };
        if n >= 0 {
            bytes = &bytes[n as usize..];
            continue;
        }
        let e = io::Error::last_os_error();
        match e.kind() {
            io::ErrorKind::Interrupted => {}
            io::ErrorKind::WouldBlock => wait(&mut [libc::pollfd { fd, events: libc::POLLOUT, revents: 0 }], -1)?,
            _ => return Err(e),
        }
    }
    Ok(())
}

/// Reads once from standard input, waiting for something to be there; 0 at the end.
pub fn read_stdin(buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        // SAFETY: the buffer is valid for its length.
        let n = unsafe { libc::read(0, buffer.as_mut_ptr().cast(), buffer.len()) };
        if n >= 0 {
            return Ok(n as usize);
        }
        let e = io::Error::last_os_error();
        match e.kind() {
            io::ErrorKind::Interrupted => {}
            io::ErrorKind::WouldBlock => wait(&mut [libc::pollfd { fd: 0, events: libc::POLLIN, revents: 0 }], -1)?,
            _ => return Err(e),
        }
    }
}

/// Waits until one of the files is ready or the milliseconds are over (-1: without end).
pub fn wait(files: &mut [libc::pollfd], milliseconds: i32) -> io::Result<()> {
    // SAFETY: the slice is valid for its length.
    match unsafe { libc::poll(files.as_mut_ptr(), files.len() as libc::nfds_t, milliseconds) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

pub fn is_terminal(fd: i32) -> bool {
    // SAFETY: always sound.
    unsafe { libc::isatty(fd) == 1 }
}

/// An ELF note that packaging fills in: where the payload lies, counted from the note, and its length. The note's own program
/// header becomes that of the payload's segment, so nothing in the file has to move.
#[cfg(target_os = "linux")]
#[repr(C, align(4))]
pub struct Slot {
    name_size: u32,
    descriptor_size: u32,
    kind: u32,
    name: [u8; 8],
    pub distance: [u8; 8],
    pub length: [u8; 8],
}

#[cfg(target_os = "linux")]
#[used]
#[unsafe(link_section = ".note.mochi")]
pub static SLOT: Slot =
    Slot { name_size: 6, descriptor_size: 16, kind: 1, name: *b"Mochi\0\0\0", distance: [0; 8], length: [0; 8] };

/// The payload as the operating system has mapped it; `None` in a launcher without one.
#[cfg(target_os = "linux")]
pub fn payload() -> Option<&'static [u8]> {
    // SAFETY: packaging writes the distance and length of a payload that the kernel has mapped; volatile, because the
    // compiler only knows the zeros.
    unsafe {
        let slot = std::ptr::read_volatile(&raw const SLOT);
        let length = u64::from_le_bytes(slot.length) as usize;
        let start = (&raw const SLOT).cast::<u8>().wrapping_offset(i64::from_le_bytes(slot.distance) as isize);
        (length > 0).then(|| std::slice::from_raw_parts(start, length))
    }
}

#[cfg(target_os = "macos")]
pub fn payload() -> Option<&'static [u8]> {
    unsafe extern "C" {
        fn getsectiondata(
            header: *const libc::c_void,
            segment: *const c_char,
            section: *const c_char,
            size: *mut libc::c_ulong,
        ) -> *const u8;
        fn _dyld_get_image_header(index: u32) -> *const libc::c_void;
    }
    // SAFETY: image 0 is the executable itself; its segments stay mapped.
    unsafe {
        let mut size = 0;
        let header = _dyld_get_image_header(0);
        let start = getsectiondata(header, c"__MOCHI".as_ptr(), c"__payload".as_ptr(), &mut size);
        (!start.is_null()).then(|| std::slice::from_raw_parts(start, size as usize))
    }
}

/// Rust registers destructors of thread-local values with this; without it, musl takes a more expensive way. The only
/// thread never ends before the process does, so none of them would ever be called.
#[cfg(target_env = "musl")]
#[unsafe(no_mangle)]
extern "C" fn __cxa_thread_atexit_impl(_: *const libc::c_void, _: *const libc::c_void, _: *const libc::c_void) -> i32 {
    0
}
