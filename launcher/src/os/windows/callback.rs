//! The launcher's check of its own file on Windows. The loader changes the program in memory (it relocates it and fills in
//! addresses), so the file is read. A thread-local-storage callback, the first of them, does it: those are what the loader
//! calls before the entry point, so neither the C library's start nor Rust's has run by then.
//!
//! Nothing here may call anything but the system, use thread-local storage or panic. The loader ignores faults in
//! callbacks, so it is done again by `start`, which has put a handler for faults in place.
//! The check stands alone in a section, with a page before and behind it, so that damage of a page leaves either it or what is
//! needed without it; it only runs after its own bytes have been added up. Where even the list of what to load from the system
//! is lost, nothing can be said: the entry point returns at once, which ends the process with status 1.

use crate::payload::{RECORDS, SEAL};
use crate::seal::{BLOCK, Sums};
use std::arch::global_asm;
use std::ffi::c_void;
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU8, Ordering};

#[repr(C)]
struct Overlapped {
    internal: [usize; 2],
    offset: [u32; 2],
    event: *const c_void,
}

type Handle = *mut c_void;

type GetModuleFileName = unsafe extern "system" fn(module: *const c_void, name: *mut u16, size: u32) -> u32;
type CreateFile = unsafe extern "system" fn(
    name: *const u16,
    access: u32,
    share: u32,
    security: *const c_void,
    disposition: u32,
    flags: u32,
    template: *const c_void,
) -> Handle;
type ReadFile = unsafe extern "system" fn(Handle, to: *mut u8, size: u32, done: *mut u32, at: *mut Overlapped) -> i32;
type WriteFile =
    unsafe extern "system" fn(Handle, from: *const u8, size: u32, done: *mut u32, at: *mut Overlapped) -> i32;
type CloseHandle = unsafe extern "system" fn(Handle) -> i32;
type GetStdHandle = unsafe extern "system" fn(number: u32) -> Handle;
type TerminateProcess = unsafe extern "system" fn(process: *const c_void, status: u32) -> i32;
type WideCharToMultiByte = unsafe extern "system" fn(
    page: u32,
    flags: u32,
    from: *const u16,
    from_length: i32,
    to: *mut u8,
    to_size: i32,
    default: *const u8,
    used: *mut i32,
) -> i32;

/// Functions of the system, as variables: the address of such a variable is read where the loader has put it, while a function
/// would be called through a piece of code in this file.
mod system {
    use std::ffi::c_void;

    #[link(name = "kernel32")]
    #[allow(non_upper_case_globals)]
    unsafe extern "C" {
        pub static GetModuleFileNameW: c_void;
        pub static CreateFileW: c_void;
        pub static ReadFile: c_void;
        pub static WriteFile: c_void;
        pub static CloseHandle: c_void;
        pub static GetStdHandle: c_void;
        pub static TerminateProcess: c_void;
        pub static WideCharToMultiByte: c_void;
    }
}

/// A function of the system, of a given type.
macro_rules! system {
    ($name:ident, $type:ty) => {
        std::mem::transmute::<*const c_void, $type>(&raw const system::$name)
    };
}

#[cfg(target_arch = "x86_64")]
global_asm!(
    ".globl mochi_entry",
    "mochi_entry:",
    "mov rax, qword ptr [rip + __imp_CreateFileW]",
    "shr rax, 24", // an address in this file that the loader has left as it is
    "jz 1f",
    "sub rsp, 40",
    "call {entered}",
    "add rsp, 40",
    "jmp mainCRTStartup",
    "1:",
    "mov eax, 1",
    "ret",
    entered = sym entered,
);
#[cfg(target_arch = "aarch64")]
global_asm!(
    ".globl mochi_entry",
    ".p2align 2",
    "mochi_entry:",
    "adrp x8, __imp_CreateFileW",
    "ldr x8, [x8, :lo12:__imp_CreateFileW]",
    "lsr x8, x8, #24", // an address in this file that the loader has left as it is
    "cbz x8, 1f",
    "stp x29, x30, [sp, #-16]!",
    "bl {entered}",
    "ldp x29, x30, [sp], #16",
    "b mainCRTStartup",
    "1:",
    "mov w0, #1",
    "ret",
    entered = sym entered,
);

const PROCESS_ATTACH: u32 = 1;
const GENERIC_READ: u32 = 0x8000_0000;
/// Reading, writing and deleting by others.
const SHARE: u32 = 7;
const OPEN_EXISTING: u32 = 3;
const STANDARD_ERROR: u32 = -12i32 as u32;
const UTF8: u32 = 65001;
const OWN_PROCESS: *const c_void = -1isize as *const c_void;

// The code of the check has a section of its own, with a page before and behind it. Packaging fills in the first word, so that all
// of the first `CHECK` bytes add up to 0.
global_asm!(".section .check,\"xr\"", ".globl mochi_check", "mochi_check:", ".zero 4096", ".text");
#[used]
#[unsafe(link_section = ".check")]
static BEHIND: [u8; 4096] = [0; 4096];
/// Bytes of the section that have the check in them; the same number as in src/package/pe.ts.
const CHECK: usize = 8192;

// The texts stand with the code.
#[unsafe(link_section = ".check")]
static WRONG: [u8; 62] = *b": this executable is damaged (wrong checksum of the launcher);";
#[unsafe(link_section = ".check")]
static AGAIN: [u8; 36] = *b" copy, download or package it again\n";

/// Callbacks are called in the order of their sections' names: the table begins after `.CRT$XLA`, and Rust's own is in `.CRT$XLB`.
#[used]
#[unsafe(link_section = ".CRT$XLAA")]
static CALLBACK: unsafe extern "system" fn(*const c_void, u32, *const c_void) = attached;

#[unsafe(link_section = ".text$zz_attached")]
unsafe extern "system" fn attached(_: *const c_void, reason: u32, _: *const c_void) {
    if reason == PROCESS_ATTACH {
        if cfg!(target_arch = "x86_64") && unbound() {
            // The other callbacks would only fault: the table, which can be written there, ends here.
            // SAFETY: an address or the zero at the end stands there.
            unsafe { (&raw const CALLBACK).cast_mut().cast::<usize>().add(1).write_volatile(0) }
        }
        check_first();
    }
}

/// Called at the entry point, in case that the table of callbacks or the callback, which stands in another page, is lost.
extern "C" fn entered() {
    check_first();
}

/// Checks the file if nothing has tried that before.
#[inline(always)]
fn check_first() {
    if STATE.load(Ordering::Relaxed) == UNKNOWN && !unbound() {
        STATE.store(BEGUN, Ordering::Relaxed);
        if sound() {
            check();
        }
    }
}

/// Checks the file if that has not been done, or could not.
pub fn check_again() -> Result<(), ()> {
    if STATE.load(Ordering::Relaxed) != INTACT {
        if !sound() {
            return Err(());
        }
        check();
    }
    Ok(())
}

/// Whether the code of the check is as packaging found it. In a launcher without a program nothing has been filled in.
#[inline(always)]
fn sound() -> bool {
    unsafe extern "C" {
        // Not a variable: the address of one in another section would be read from memory.
        fn mochi_check();
    }
    let mut sum = 0u64;
    let mut at = 0;
    let words = mochi_check as *const () as *const u64;
    // SAFETY: the section is longer than that. Volatile, because packaging changes it.
    unsafe {
        while at < CHECK / 8 {
            sum = sum.wrapping_add(words.add(at).read_volatile());
            at += 1;
        }
        sum == 0 || words.read_volatile() == 0
    }
}

/// Whether the loader has left what stands in the file where it should have put an address: that is below 16 MiB.
#[inline(always)]
fn unbound() -> bool {
    (&raw const system::CreateFileW as usize) < 1 << 24
}

/// What is known of the file: nothing yet, that its check has begun, or that it is as it was made.
static STATE: AtomicU8 = AtomicU8::new(UNKNOWN);
const UNKNOWN: u8 = 0;
const BEGUN: u8 = 1;
const INTACT: u8 = 2;

#[repr(align(64))]
struct Buffer<const SIZE: usize>([u8; SIZE]);
const CHUNK: usize = 1 << 16;
const HEAD: usize = 1 << 12;
/// What has been read: at first the name of the file, in UTF-16.
static mut CONTENTS: Buffer<CHUNK> = Buffer([0; CHUNK]);
/// The headers of the file, then the head of the payload.
static mut HEADERS: Buffer<HEAD> = Buffer([0; HEAD]);

/// Ends the process unless the parts of its file that the payload lists have the checksum that stands in the payload. A file that
/// cannot be opened (it may be executable without being readable) counts as whole, and one without a payload is left to `main`.
#[unsafe(link_section = ".check")]
#[inline(never)]
fn check() {
    // SAFETY: there is only one thread, and the buffers are only used here.
    unsafe {
        let name = (&raw mut CONTENTS).cast::<u16>();
        system!(GetModuleFileNameW, GetModuleFileName)(null(), name, CHUNK as u32 / 2);
        let file = system!(CreateFileW, CreateFile)(name, GENERIC_READ, SHARE, null(), OPEN_EXISTING, 0, null());
        if file as isize == -1 {
            return;
        }
        match intact(file) {
            Some(true) => STATE.store(INTACT, Ordering::Relaxed),
            Some(false) => refuse(),
            None => {}
        }
        system!(CloseHandle, CloseHandle)(file);
    }
}

/// Compares the sums of the file's sealed parts; `None` when it has no payload.
#[inline(always)]
unsafe fn intact(file: Handle) -> Option<bool> {
    const PARTS: usize = 4;
    // SAFETY: what is read is within the buffers.
    unsafe {
        let head = (&raw mut HEADERS).cast::<u8>();
        if !read(file, 0, head, HEAD) {
            return Some(false);
        }
        let header = (u32_at(head, 0x3c) as usize).min(HEAD - 24);
        let count = u32_at(head, header + 4) as usize >> 16;
        let first = header + 24 + (u32_at(head, header + 20) as usize & 0xffff);
        let mut section = first;
        let payload = loop {
            if section >= first + 40 * count || section > HEAD - 40 {
                return None;
            }
            if u32_at(head, section) == u32::from_le_bytes(*b".moc")
                && u32_at(head, section + 4) == u32::from_le_bytes(*b"hi\0\0")
            {
                break u32_at(head, section + 20);
            }
            section += 40;
        };
        // The list of the parts is the first record.
        if !read(file, payload, head, RECORDS + 8 + 8 * PARTS)
            || u32_at(head, RECORDS) != 6
            || u32_at(head, RECORDS + 4) as usize != 8 * PARTS
        {
            return Some(false);
        }
        let contents = (&raw mut CONTENTS).cast::<u8>();
        let mut sums = Sums::new();
        let mut part = RECORDS + 8;
        while part < RECORDS + 8 + 8 * PARTS {
            let mut from = u32_at(head, part);
            let mut left = u32_at(head, part + 4) as usize;
            while left > 0 {
                let now = left.min(CHUNK);
                if !read(file, from, contents, now) {
                    return Some(false);
                }
                // Each part is filled up with zeros.
                let mut end = now;
                while end % BLOCK > 0 {
                    contents.add(end).write_volatile(0);
                    end += 1;
                }
                sums.add(contents, end);
                from = from.wrapping_add(now as u32);
                left -= now;
            }
            part += 8;
        }
        Some(sums.equal(head.add(SEAL)))
    }
}

#[inline(always)]
unsafe fn u32_at(bytes: *const u8, at: usize) -> u32 {
    // SAFETY: the caller's.
    unsafe { bytes.add(at).cast::<u32>().read_unaligned() }
}

/// Reads so many bytes at a place of the file; false where it ends before them.
#[unsafe(link_section = ".check")]
#[inline(never)]
unsafe fn read(file: Handle, from: u32, to: *mut u8, size: usize) -> bool {
    let mut at = Overlapped { internal: [0; 2], offset: [from, 0], event: null() };
    let mut done = 0;
    // SAFETY: the caller's.
    unsafe { system!(ReadFile, ReadFile)(file, to, size as u32, &mut done, &mut at) != 0 && done as usize == size }
}

/// Says that the file is damaged, and ends the process with status 1.
#[unsafe(link_section = ".check")]
#[inline(never)]
unsafe fn refuse() -> ! {
    // SAFETY: as for `check`; a name that has been cut still ends within the buffer.
    unsafe {
        let name = (&raw mut CONTENTS).cast::<u16>();
        let end = name.add(system!(GetModuleFileNameW, GetModuleFileName)(null(), name, CHUNK as u32 / 2) as usize);
        let mut base = end;
        while base > name && *base.sub(1) != b'\\' as u16 {
            base = base.sub(1);
        }
        let text = (&raw mut HEADERS).cast::<u8>();
        let length = system!(WideCharToMultiByte, WideCharToMultiByte)(
            UTF8,
            0,
            base,
            end.offset_from(base) as i32,
            text,
            HEAD as i32,
            null(),
            null_mut(),
        );
        let error = system!(GetStdHandle, GetStdHandle)(STANDARD_ERROR);
        let mut done = 0;
        system!(WriteFile, WriteFile)(error, text, length as u32, &mut done, null_mut());
        system!(WriteFile, WriteFile)(
            error,
            (&raw const WRONG).cast(),
            size_of_val(&WRONG) as u32,
            &mut done,
            null_mut(),
        );
        system!(WriteFile, WriteFile)(
            error,
            (&raw const AGAIN).cast(),
            size_of_val(&AGAIN) as u32,
            &mut done,
            null_mut(),
        );
        loop {
            system!(TerminateProcess, TerminateProcess)(OWN_PROCESS, 1);
        }
    }
}
