//! The descriptor table and the functions on descriptors.

use super::errno::{self, Errno};
use super::{Answer, Call};
use crate::os;
use cap_fs_ext::MetadataExt;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, FileType, Metadata};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub enum Descriptor {
    Stdin,
    Stdout,
    Stderr,
    Directory {
        dir: Dir,
        /// The name under which the program got it; `None` for one that it opened itself.
        preopened: Option<String>,
        readable: bool,
        /// What a reading of the directory found, so that it can go on where it stopped although files come and go.
        listing: Vec<Entry>,
    },
    File {
        file: File,
        position: u64,
        readable: bool,
        writable: bool,
        append: bool,
        nonblocking: bool,
    },
}

pub struct Entry {
    name: String,
    kind: u8,
    inode: u64,
}

pub struct Descriptors(Vec<Option<Descriptor>>);

const UNKNOWN: u8 = 0;
const BLOCK_DEVICE: u8 = 1;
const CHARACTER_DEVICE: u8 = 2;
const DIRECTORY: u8 = 3;
const REGULAR_FILE: u8 = 4;
const SYMBOLIC_LINK: u8 = 7;

const APPEND: u32 = 1;
const NONBLOCK: u32 = 4;
/// DSYNC, RSYNC and SYNC: not supported, as in wasmtime.
pub const SYNCED: u32 = 2 | 8 | 16;

pub const RIGHT_READ: u64 = 1 << 1;
const RIGHT_SEEK: u64 = 1 << 2;
pub const RIGHT_WRITE: u64 = 1 << 6;
const RIGHT_READDIR: u64 = 1 << 14;
const RIGHTS_SET_SIZE: u64 = 1 << 19 | 1 << 22;
const ALL_RIGHTS: u64 = (1 << 30) - 1;
/// All path rights but setting a size, reading a directory, and a file's status and times: what wasmtime says of a
/// directory that the program was given.
const PREOPEN_RIGHTS: u64 = 0x0fbffe00 & !RIGHTS_SET_SIZE;

impl Descriptors {
    /// The standard streams and the listed directories, each `PATH` or `HOST::GUEST`. A directory that is not there is
    /// left out: the program will find, as any other program would, that it cannot open it.
    pub fn new(dirs: &[&str]) -> Descriptors {
        let mut table = vec![Some(Descriptor::Stdin), Some(Descriptor::Stdout), Some(Descriptor::Stderr)];
        for path in dirs {
            let (host, guest) = path.split_once("::").unwrap_or((path, path));
            if let Ok(dir) = Dir::open_ambient_dir(host, ambient_authority()) {
                let preopened = Some(guest.to_string());
                table.push(Some(Descriptor::Directory { dir, preopened, readable: true, listing: Vec::new() }));
            }
        }
        Descriptors(table)
    }

    pub fn get(&mut self, fd: u32) -> Answer<&mut Descriptor> {
        self.0.get_mut(fd as usize).and_then(Option::as_mut).ok_or(errno::BADF)
    }

    /// Puts a descriptor into the lowest free place.
    pub fn add(&mut self, descriptor: Descriptor) -> u32 {
        let free = self.0.iter().position(Option::is_none).unwrap_or(self.0.len());
        if free == self.0.len() {
            self.0.push(None);
        }
        self.0[free] = Some(descriptor);
        free as u32
    }

    pub fn close(&mut self, fd: u32) -> Answer {
        self.get(fd)?;
        self.0[fd as usize] = None;
        Ok(())
    }

    pub fn renumber(&mut self, from: u32, to: u32) -> Answer {
        self.get(from)?;
        self.get(to)?;
        if from != to {
            self.0[to as usize] = self.0[from as usize].take();
        }
        Ok(())
    }

    pub fn dir(&mut self, fd: u32) -> Answer<&Dir> {
        match self.get(fd)? {
            Descriptor::Directory { dir, .. } => Ok(dir),
            _ => Err(errno::BADF),
        }
    }

    fn file(&mut self, fd: u32) -> Answer<&File> {
        match self.get(fd)? {
            Descriptor::File { file, .. } => Ok(file),
            _ => Err(errno::BADF),
        }
    }

    /// Refuses the standard streams.
    pub fn on_disk(&mut self, fd: u32) -> Answer {
        match self.get(fd)? {
            Descriptor::File { .. } | Descriptor::Directory { .. } => Ok(()),
            _ => Err(errno::BADF),
        }
    }
}

fn file_type(t: FileType) -> u8 {
    if t.is_dir() {
        DIRECTORY
    } else if t.is_file() {
        REGULAR_FILE
    } else if t.is_symlink() {
        SYMBOLIC_LINK
    } else {
        special_file_type(t)
    }
}

#[cfg(unix)]
fn special_file_type(t: FileType) -> u8 {
    use cap_std::fs::FileTypeExt;
    if t.is_block_device() {
        BLOCK_DEVICE
    } else if t.is_char_device() {
        CHARACTER_DEVICE
    } else {
        UNKNOWN
    }
}

#[cfg(windows)]
fn special_file_type(_: FileType) -> u8 {
    let _ = BLOCK_DEVICE;
    UNKNOWN
}

fn stream_type(fd: i32) -> u8 {
    if os::is_terminal(fd) { CHARACTER_DEVICE } else { UNKNOWN }
}

fn nanoseconds(time: io::Result<SystemTime>) -> u64 {
    time.ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok()).map_or(0, |d| d.as_nanos() as u64)
}

/// The times that a call asks to set, by its `fstflags`.
pub fn times(read: u64, written: u64, flags: u32) -> Answer<[Option<SystemTime>; 2]> {
    let one = |set: bool, now: bool, time: u64| match (set, now) {
        (true, true) => Err(errno::INVAL),
        (true, false) => Ok(Some(UNIX_EPOCH + Duration::from_nanos(time))),
        (false, true) => Ok(Some(SystemTime::now())),
        (false, false) => Ok(None),
    };
    Ok([one(flags & 1 != 0, flags & 2 != 0, read)?, one(flags & 4 != 0, flags & 8 != 0, written)?])
}

/// A file that cannot seek, such as a named pipe, is read and written where it stands.
fn cannot_seek(e: &io::Error) -> bool {
    cfg!(unix) && Errno::from(io::Error::from_raw_os_error(e.raw_os_error().unwrap_or(0))) == errno::SPIPE
}

#[cfg(unix)]
fn read_at(mut file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    match std::os::unix::fs::FileExt::read_at(file, buffer, at) {
        Err(e) if cannot_seek(&e) => file.read(buffer),
        other => other,
    }
}

#[cfg(unix)]
fn write_at(mut file: &File, bytes: &[u8], at: u64) -> io::Result<usize> {
    match std::os::unix::fs::FileExt::write_at(file, bytes, at) {
        Err(e) if cannot_seek(&e) => file.write(bytes),
        other => other,
    }
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, at)
}

#[cfg(windows)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_write(file, bytes, at)
}

/// Makes the system append, in one step with each write.
#[cfg(unix)]
pub fn set_append(file: &File, append: bool) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    // SAFETY: plain system calls on an open file.
    unsafe {
        let flags = libc::fcntl(file.as_raw_fd(), libc::F_GETFL);
        let wanted = if append { flags | libc::O_APPEND } else { flags & !libc::O_APPEND };
        if flags < 0 || wanted != flags && libc::fcntl(file.as_raw_fd(), libc::F_SETFL, wanted) < 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

/// Windows has no such mode of an open file: appending writes go to its length.
#[cfg(windows)]
pub fn set_append(_: &File, _: bool) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn write_appending(mut file: &File, bytes: &[u8]) -> io::Result<usize> {
    file.write(bytes)
}

#[cfg(windows)]
fn write_appending(file: &File, bytes: &[u8]) -> io::Result<usize> {
    write_at(file, bytes, file.metadata()?.len())
}

impl Call<'_> {
    /// The list of (address, length) pairs of a scattered read or write.
    fn buffers(&mut self, iovs: u32, n: u32) -> Answer<Vec<(u32, u32)>> {
        let list = self.bytes(iovs, n.checked_mul(8).ok_or(errno::INVAL)?)?;
        let word = |b: &[u8]| u32::from_le_bytes([b[0], b[1], b[2], b[3]]);
        let pairs = list.chunks_exact(8).map(|c| (word(c), word(&c[4..])));
        Ok(pairs.filter(|&(_, length)| length > 0).collect())
    }

    /// Reads into one buffer after another until one is not filled: more might not come for long.
    pub fn fd_read(&mut self, fd: u32, iovs: u32, n: u32, at: Option<u64>, done: u32) -> Answer {
        let buffers = self.buffers(iovs, n)?;
        let descriptor = self.context.descriptors.get(fd)?;
        let mut total = 0u32;
        for (pointer, length) in buffers {
            let range = pointer as usize..pointer as usize + length as usize;
            let buffer = self.memory.get_mut(range).ok_or(errno::FAULT)?;
            let got = match descriptor {
                Descriptor::Stdin if at.is_some() => return Err(errno::SPIPE),
                Descriptor::Stdin => os::read_stdin(buffer),
                Descriptor::File { file, position, readable: true, .. } => {
                    let got = read_at(file, buffer, at.map_or(*position, |at| at + u64::from(total)));
                    if let (Ok(n), None) = (&got, at) {
                        *position += *n as u64;
                    }
                    got
                }
                _ => return Err(errno::BADF),
            };
            match got {
                Ok(n) => total += n as u32,
                Err(_) if total > 0 => break,
                Err(e) => return Err(e.into()),
            }
            if total < length || matches!(descriptor, Descriptor::Stdin) {
                break;
            }
        }
        self.put_u32(done, total)
    }

    /// Writes one buffer after another until one is not written whole.
    pub fn fd_write(&mut self, fd: u32, iovs: u32, n: u32, at: Option<u64>, done: u32) -> Answer {
        let buffers = self.buffers(iovs, n)?;
        let descriptor = self.context.descriptors.get(fd)?;
        let mut total = 0u32;
        for (pointer, length) in buffers {
            let range = pointer as usize..pointer as usize + length as usize;
            let bytes = self.memory.get(range).ok_or(errno::FAULT)?;
            let put = match descriptor {
                Descriptor::Stdout | Descriptor::Stderr if at.is_some() => return Err(errno::SPIPE),
                Descriptor::Stdout => os::write(1, bytes).map(|()| bytes.len()),
                Descriptor::Stderr => os::write(2, bytes).map(|()| bytes.len()),
                Descriptor::File { file, position, writable: true, append, .. } => {
                    let put = match (*append, at) {
                        (true, _) => write_appending(file, bytes),
                        (false, Some(at)) => write_at(file, bytes, at + u64::from(total)),
                        (false, None) => write_at(file, bytes, *position),
                    };
                    if let (Ok(n), None) = (&put, at) {
                        *position = if *append { file.metadata()?.len() } else { *position + *n as u64 };
                    }
                    put
                }
                _ => return Err(errno::BADF),
            };
            let put = match put {
                Ok(n) => n as u32,
                Err(_) if total > 0 => break,
                Err(e) => return Err(e.into()),
            };
            total += put;
            if put < length {
                break;
            }
        }
        self.put_u32(done, total)
    }

    pub fn fd_seek(&mut self, fd: u32, by: i64, whence: u32, at: u32) -> Answer {
        let to = match self.context.descriptors.get(fd)? {
            Descriptor::File { file, position, .. } => {
                let from = match whence {
                    0 => 0,
                    1 => *position,
                    2 => file.metadata()?.len(),
                    _ => return Err(errno::INVAL),
                };
                *position = from.checked_add_signed(by).ok_or(errno::INVAL)?;
                *position
            }
            Descriptor::Directory { .. } => return Err(errno::BADF),
            _ => return Err(errno::SPIPE),
        };
        self.put_u64(at, to)
    }

    pub fn fd_sync(&mut self, fd: u32, all: bool) -> Answer {
        let file = self.context.descriptors.file(fd)?;
        let synced = if all { file.sync_all() } else { file.sync_data() };
        match synced {
            // Windows refuses to flush what was opened for reading only.
            Err(e) if cfg!(windows) && e.kind() == io::ErrorKind::PermissionDenied => Ok(()),
            other => Ok(other?),
        }
    }

    pub fn fd_advise(&mut self, fd: u32, at: u64, length: u64, advice: u32) -> Answer {
        let file = self.context.descriptors.file(fd)?;
        if advice > 5 || at > i64::MAX as u64 || length > i64::MAX as u64 {
            return Err(errno::INVAL);
        }
        #[cfg(target_os = "linux")]
        {
            use std::os::fd::AsRawFd;
            let system = [
                libc::POSIX_FADV_NORMAL,
                libc::POSIX_FADV_SEQUENTIAL,
                libc::POSIX_FADV_RANDOM,
                libc::POSIX_FADV_WILLNEED,
                libc::POSIX_FADV_DONTNEED,
                libc::POSIX_FADV_NOREUSE,
            ];
            // SAFETY: a plain system call on an open file.
            unsafe { libc::posix_fadvise(file.as_raw_fd(), at as _, length as _, system[advice as usize]) };
        }
        let _ = file;
        Ok(())
    }

    pub fn fd_allocate(&mut self, fd: u32, at: u64, length: u64) -> Answer {
        let file = self.context.descriptors.file(fd)?;
        #[cfg(target_os = "linux")]
        {
            use std::os::fd::AsRawFd;
            let (at, length) = (i64::try_from(at), i64::try_from(length));
            let (Ok(at), Ok(length)) = (at, length) else { return Err(errno::INVAL) };
            // SAFETY: a plain system call on an open file.
            match unsafe { libc::posix_fallocate(file.as_raw_fd(), at as _, length as _) } {
                0 => Ok(()),
                code => Err(io::Error::from_raw_os_error(code).into()),
            }
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = (file, at, length);
            Err(errno::NOTSUP)
        }
    }

    pub fn fd_fdstat_get(&mut self, fd: u32, at: u32) -> Answer {
        let (kind, flags, base, inheriting) = match self.context.descriptors.get(fd)? {
            Descriptor::Stdin => (stream_type(0), 0, RIGHT_READ, RIGHT_READ),
            Descriptor::Stdout => (stream_type(1), 0, RIGHT_WRITE, RIGHT_WRITE),
            Descriptor::Stderr => (stream_type(2), 0, RIGHT_WRITE, RIGHT_WRITE),
            Descriptor::Directory { preopened: Some(_), .. } => {
                (DIRECTORY, 0, PREOPEN_RIGHTS, ALL_RIGHTS & !(1 << 19 | 1 << 28 | 1 << 29))
            }
            Descriptor::Directory { readable, .. } => {
                let without = RIGHT_SEEK | RIGHTS_SET_SIZE | RIGHT_WRITE;
                let unreadable = if *readable { 0 } else { RIGHT_READ | RIGHT_READDIR };
                let rights = ALL_RIGHTS & !without & !unreadable;
                (DIRECTORY, 0, rights, rights)
            }
            Descriptor::File { file, readable, writable, append, nonblocking, .. } => {
                let unreadable = if *readable { 0 } else { RIGHT_READ | RIGHT_READDIR };
                let unwritable = if *writable { 0 } else { RIGHT_WRITE };
                let rights = ALL_RIGHTS & !unreadable & !unwritable;
                let flags = if *append { APPEND } else { 0 } | if *nonblocking { NONBLOCK } else { 0 };
                (file_type(Metadata::from_file(file)?.file_type()), flags, rights, rights)
            }
        };
        let mut stat = [0u8; 24];
        stat[0] = kind;
        stat[2..4].copy_from_slice(&(flags as u16).to_le_bytes());
        stat[8..16].copy_from_slice(&base.to_le_bytes());
        stat[16..].copy_from_slice(&inheriting.to_le_bytes());
        self.put(at, &stat)
    }

    pub fn fd_fdstat_set_flags(&mut self, fd: u32, flags: u32) -> Answer {
        let Descriptor::File { file, append, nonblocking, .. } = self.context.descriptors.get(fd)? else {
            return Err(errno::BADF);
        };
        if flags & SYNCED != 0 {
            return Err(errno::INVAL);
        }
        set_append(file, flags & APPEND != 0)?;
        *append = flags & APPEND != 0;
        *nonblocking = flags & NONBLOCK != 0;
        Ok(())
    }

    /// Writes a `filestat`: device, inode, type, links, size and the times of reading, writing and creation.
    pub fn put_filestat(&mut self, at: u32, kind: u8, metadata: Option<&Metadata>) -> Answer {
        let mut stat = [0u64; 8];
        stat[2] = u64::from(kind);
        if let Some(m) = metadata {
            stat[0] = m.dev();
            stat[1] = m.ino();
            stat[3] = m.nlink();
            stat[4] = m.len();
            let times = [m.accessed(), m.modified(), m.created()].map(|t| nanoseconds(t.map(|t| t.into_std())));
            stat[5..].copy_from_slice(&times);
        }
        self.put(at, stat.map(u64::to_le_bytes).as_flattened())
    }

    pub fn put_file_metadata(&mut self, at: u32, metadata: &Metadata) -> Answer {
        self.put_filestat(at, file_type(metadata.file_type()), Some(metadata))
    }

    pub fn fd_filestat_get(&mut self, fd: u32, at: u32) -> Answer {
        let metadata = match self.context.descriptors.get(fd)? {
            Descriptor::Directory { dir, .. } => dir.dir_metadata()?,
            Descriptor::File { file, .. } => Metadata::from_file(file)?,
            _ => return self.put_filestat(at, stream_type(fd as i32), None),
        };
        self.put_file_metadata(at, &metadata)
    }

    pub fn fd_filestat_set_size(&mut self, fd: u32, size: u64) -> Answer {
        if size > i64::MAX as u64 {
            return Err(errno::INVAL);
        }
        Ok(self.context.descriptors.file(fd)?.set_len(size)?)
    }

    pub fn fd_filestat_set_times(&mut self, fd: u32, read: u64, written: u64, flags: u32) -> Answer {
        let [read, written] = times(read, written, flags)?;
        let mut times = std::fs::FileTimes::new();
        if let Some(time) = read {
            times = times.set_accessed(time);
        }
        if let Some(time) = written {
            times = times.set_modified(time);
        }
        match self.context.descriptors.get(fd)? {
            Descriptor::File { file, .. } => Ok(file.set_times(times)?),
            Descriptor::Directory { dir, .. } => Ok(dir.try_clone()?.into_std_file().set_times(times)?),
            _ => Err(errno::BADF),
        }
    }

    pub fn fd_prestat_get(&mut self, fd: u32, at: u32) -> Answer {
        match self.context.descriptors.get(fd)? {
            Descriptor::Directory { preopened: Some(name), .. } => {
                let length = name.len() as u32;
                self.put_u32(at, 0)?;
                self.put_u32(at.wrapping_add(4), length)
            }
            _ => Err(errno::BADF),
        }
    }

    pub fn fd_prestat_dir_name(&mut self, fd: u32, at: u32, length: u32) -> Answer {
        match self.context.descriptors.get(fd)? {
            Descriptor::Directory { preopened: Some(name), .. } if name.len() > length as usize => {
                Err(errno::NAMETOOLONG)
            }
            Descriptor::Directory { preopened: Some(name), .. } => {
                let name = name.clone();
                self.put(at, name.as_bytes())
            }
            _ => Err(errno::NOTDIR),
        }
    }

    /// Writes directory entries from a cookie on, the last one cut where the buffer ends.
    pub fn fd_readdir(&mut self, fd: u32, at: u32, length: u32, cookie: u64, used: u32) -> Answer {
        let Descriptor::Directory { dir, readable: true, listing, .. } = self.context.descriptors.get(fd)? else {
            return Err(errno::BADF);
        };
        if cookie == 0 || listing.is_empty() {
            *listing = list(dir)?;
        }
        let start = usize::try_from(cookie).map_err(|_| errno::OVERFLOW)?;
        let mut out = Vec::new();
        for (next, entry) in (1u64..).zip(listing.iter()).skip(start) {
            if out.len() >= length as usize {
                break;
            }
            out.extend(next.to_le_bytes());
            out.extend(entry.inode.to_le_bytes());
            out.extend((entry.name.len() as u32).to_le_bytes());
            out.extend([entry.kind, 0, 0, 0]);
            out.extend(entry.name.as_bytes());
        }
        out.truncate(length as usize);
        self.put(at, &out)?;
        self.put_u32(used, out.len() as u32)
    }

    pub fn not_a_socket(&mut self, fd: u32) -> Answer {
        self.context.descriptors.get(fd)?;
        Err(errno::NOTSOCK)
    }
}

/// The entries of a directory; names that are not UTF-8 are left out, as a program could not open them.
fn list(dir: &Dir) -> Answer<Vec<Entry>> {
    let own = dir.dir_metadata()?.ino();
    let dots = [".", ".."].map(|name| Entry { name: name.into(), kind: DIRECTORY, inode: own });
    let mut entries = Vec::from(dots);
    for entry in dir.entries()? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let kind = entry.file_type().map_or(UNKNOWN, file_type);
        let inode = super::paths::metadata(dir, Path::new(&name), false).map_or(0, |m| m.ino());
        entries.push(Entry { name, kind, inode });
    }
    Ok(entries)
}
