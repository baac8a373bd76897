//! WASI's error numbers, and how the errors of operating systems map to them.

use std::io;

/// An error number of WASI preview 1 (`errno` in its witx files).
#[derive(Clone, Copy, PartialEq)]
pub struct Errno(pub u16);

macro_rules! errnos {
    // Not every system has all of them.
    ($($name:ident = $number:literal)*) => { $(#[allow(dead_code)] pub const $name: Errno = Errno($number);)* };
}

#[rustfmt::skip]
errnos! {
    ACCES = 2 AGAIN = 6 BADF = 8 BUSY = 10 EXIST = 20 FAULT = 21 FBIG = 22 ILSEQ = 25 INVAL = 28 IO = 29 ISDIR = 31
    LOOP = 32 MLINK = 34 NAMETOOLONG = 37 NOENT = 44 NOMEM = 48 NOSPC = 51 NOTDIR = 54 NOTEMPTY = 55
    NOTSOCK = 57 NOTSUP = 58 OVERFLOW = 61 PERM = 63 PIPE = 64 ROFS = 69 SPIPE = 70 TXTBSY = 74 XDEV = 75
}
#[cfg(unix)]
pub const INTR: Errno = Errno(27);
#[cfg(unix)]
pub const DQUOT: Errno = Errno(19);

#[cfg(unix)]
fn of_system(code: i32) -> Option<Errno> {
    Some(match code {
        libc::EACCES => ACCES,
        libc::EAGAIN => AGAIN,
        libc::EBADF => BADF,
        libc::EBUSY => BUSY,
        libc::EDQUOT => DQUOT,
        libc::EEXIST => EXIST,
        libc::EFBIG => FBIG,
        libc::EILSEQ => ILSEQ,
        libc::EINTR => INTR,
        libc::EINVAL => INVAL,
        libc::EIO => IO,
        libc::EISDIR => ISDIR,
        libc::ELOOP => LOOP,
        libc::EMLINK => MLINK,
        libc::ENAMETOOLONG => NAMETOOLONG,
        libc::ENOENT => NOENT,
        libc::ENOMEM => NOMEM,
        libc::ENOSPC => NOSPC,
        libc::ENOTDIR => NOTDIR,
        libc::ENOTEMPTY => NOTEMPTY,
        libc::ENOTSUP => NOTSUP,
        libc::EOVERFLOW => OVERFLOW,
        libc::EPERM => PERM,
        libc::EPIPE => PIPE,
        libc::EROFS => ROFS,
        libc::ESPIPE => SPIPE,
        libc::ETXTBSY => TXTBSY,
        libc::EXDEV => XDEV,
        _ => return None,
    })
}

/// By the numbers of `GetLastError`; the choices are those of wasmtime-wasi.
#[cfg(windows)]
fn of_system(code: i32) -> Option<Errno> {
    Some(match code {
        2 | 3 | 123 => NOENT,     // FILE_NOT_FOUND, PATH_NOT_FOUND, INVALID_NAME
        5 | 32 => ACCES,          // ACCESS_DENIED, SHARING_VIOLATION
        6 => BADF,                // INVALID_HANDLE
        8 | 14 => NOMEM,          // NOT_ENOUGH_MEMORY, OUTOFMEMORY
        17 => XDEV,               // NOT_SAME_DEVICE
        19 => ROFS,               // WRITE_PROTECT
        21 | 170 => BUSY,         // NOT_READY, BUSY
        39 | 112 => NOSPC,        // HANDLE_DISK_FULL, DISK_FULL
        50 => NOTSUP,             // NOT_SUPPORTED
        80 | 183 => EXIST,        // FILE_EXISTS, ALREADY_EXISTS
        109 | 232 => PIPE,        // BROKEN_PIPE, NO_DATA
        111 | 206 => NAMETOOLONG, // BUFFER_OVERFLOW, FILENAME_EXCED_RANGE
        131 | 4390 => INVAL,      // NEGATIVE_SEEK, NOT_A_REPARSE_POINT
        145 => NOTEMPTY,          // DIR_NOT_EMPTY
        223 => FBIG,              // FILE_TOO_LARGE
        267 => NOTDIR,            // DIRECTORY
        336 => ISDIR,             // DIRECTORY_NOT_SUPPORTED
        681 | 1921 => LOOP,       // STOPPED_ON_SYMLINK, CANT_RESOLVE_FILENAME
        1142 => MLINK,            // TOO_MANY_LINKS
        1314 => PERM,             // PRIVILEGE_NOT_HELD
        1359 => IO,               // INTERNAL_ERROR
        _ => return None,
    })
}

impl From<io::Error> for Errno {
    fn from(e: io::Error) -> Errno {
        // Errors without a system's number come from cap-primitives: an escape from the directory is PermissionDenied.
        e.raw_os_error().and_then(of_system).unwrap_or(match e.kind() {
            io::ErrorKind::NotFound => NOENT,
            io::ErrorKind::PermissionDenied => PERM,
            io::ErrorKind::AlreadyExists => EXIST,
            io::ErrorKind::InvalidInput => INVAL,
            io::ErrorKind::NotADirectory => NOTDIR,
            io::ErrorKind::IsADirectory => ISDIR,
            io::ErrorKind::BrokenPipe => PIPE,
            io::ErrorKind::WouldBlock => AGAIN,
            _ => IO,
        })
    }
}
