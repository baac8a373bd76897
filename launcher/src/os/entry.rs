//! The entry point of a prebuilt launcher on Linux: before anything else runs, the C library's own start included, it checks
//! that the file is as packaging made it. At this moment the memory still holds exactly what is in the file, because these
//! launchers are static and not relocated. A launcher that is linked in the usual way starts at `_start` and does not check.
//!
//! Nothing here may use thread-local storage, call into the C library or panic. What cannot be noticed is damage that
//! keeps the kernel from loading the file, or that is in these few instructions themselves, which stand together in the file,
//! in its first pages: of a truncated file, what is there of them runs and meets the end of the file.

use super::unix::{SLOT, Slot};
use crate::arena;
use crate::payload::SEAL;
use crate::seal::{self, BLOCK, Sums};
use std::arch::{asm, global_asm};

#[cfg(target_arch = "x86_64")]
global_asm!(
    ".pushsection .text.unlikely.mochi_entry,\"ax\",@progbits",
    ".globl mochi_entry",
    "mochi_entry:",
    "mov rbx, rsp",
    "mov rdi, rsp",
    "call {check}",
    "mov rsp, rbx",
    "xor edx, edx", // a function for atexit; there is none
    "jmp _start",
    ".popsection",
    check = sym check,
);
#[cfg(target_arch = "aarch64")]
global_asm!(
    ".pushsection .text.unlikely.mochi_entry,\"ax\",@progbits",
    ".globl mochi_entry",
    "mochi_entry:",
    "mov x19, sp",
    "mov x0, sp",
    "bl {check}",
    "mov sp, x19",
    "mov x0, #0",
    "b _start",
    ".popsection",
    check = sym check,
);
#[cfg(target_arch = "riscv64")]
global_asm!(
    ".pushsection .text.unlikely.mochi_entry,\"ax\",@progbits",
    ".globl mochi_entry",
    "mochi_entry:",
    ".option push",
    ".option norelax",
    "la gp, __global_pointer$",
    ".option pop",
    "mv s0, sp",
    "mv a0, sp",
    "call {check}",
    "mv sp, s0",
    "li a0, 0",
    "tail _start",
    ".popsection",
    check = sym check,
);
#[cfg(target_arch = "s390x")]
global_asm!(
    ".pushsection .text.unlikely.mochi_entry,\"ax\",@progbits",
    ".globl mochi_entry",
    "mochi_entry:",
    "lgr %r12, %r15",
    "lgr %r2, %r15",
    "aghi %r15, -160",
    "brasl %r14, {check}",
    "lgr %r15, %r12",
    "lghi %r14, 0",
    "jg _start",
    ".popsection",
    check = sym check,
);

// The texts stand with the code, which is there when the rest of the file is not.
#[unsafe(link_section = ".text.unlikely.mochi_texts")]
static DAMAGED: [u8; 30] = *b": this executable is damaged (";
#[unsafe(link_section = ".text.unlikely.mochi_texts")]
static TRUNCATED: [u8; 9] = *b"truncated";
#[unsafe(link_section = ".text.unlikely.mochi_texts")]
static CHANGED: [u8; 30] = *b"wrong checksum of the launcher";
#[unsafe(link_section = ".text.unlikely.mochi_texts")]
static AGAIN: [u8; 38] = *b"); copy, download or package it again\n";

/// A program header of a 64-bit ELF file.
#[repr(C)]
struct Segment {
    kind: u32,
    flags: u32,
    offset: usize,
    address: usize,
    physical: usize,
    file_size: usize,
    memory_size: usize,
    alignment: usize,
}

const LOAD: u32 = 1;
/// The least page size: where segments share a page of the file, each of them shows all of it.
const PAGE: usize = 0x1000;

/// Ends the process unless the bytes of the file before the payload have the checksum that stands in the payload. `stack` is
/// what the kernel has put there: the number of arguments and pointers to them.
#[unsafe(link_section = ".text.unlikely.mochi_entry")]
unsafe extern "C" fn check(stack: *const *const u8) {
    // SAFETY: reads what the kernel has mapped, as far as the program headers say.
    unsafe {
        // Written one by one: as a constant it would stand in a part of the file that may be missing.
        let mut action = [0usize; 4];
        (&raw mut action[0]).write_volatile(end_of_file as *const () as usize);
        (&raw mut action[1]).write_volatile(RESTORER);
        if RESTORER != 0 {
            (&raw mut action[2]).write_volatile(end_of_file as *const () as usize);
        }
        system_call(SIGACTION, libc::SIGBUS as usize, &raw const action as usize, 0, 8);
        system_call(SIGACTION, libc::SIGSEGV as usize, &raw const action as usize, 0, 8);
        arena::before_use::<*const u8>().write(*stack.add(1));
        let slot = (&raw const SLOT).read_volatile();
        if slot.length != [0; 8] && !intact(&slot) {
            refuse(&raw const CHANGED, size_of_val(&CHANGED));
        }
    }
}

/// Compares the sums of the file's bytes up to the payload. Each byte is read once, in the order of the file; a segment's last
/// incomplete block is read where the next segment's first page shows it. src/package/elf.ts does the same cuts.
#[inline(always)]
unsafe fn intact(slot: &Slot) -> bool {
    unsafe extern "C" {
        static __ehdr_start: u8;
    }
    // SAFETY: as for `check`.
    unsafe {
        let header = &raw const __ehdr_start;
        let table = header.add(header.add(32).cast::<usize>().read()).cast::<Segment>();
        let count = header.add(56).cast::<u16>().read() as usize;
        let payload = ((&raw const SLOT) as usize).wrapping_add(i64::from_le_bytes(slot.distance) as usize);
        let mut sums = Sums::new();
        // The segment before the one in hand, and the file offset up to which all is added.
        let mut last: *const Segment = std::ptr::null();
        let mut done = 0;
        for i in 0..count {
            let next = table.add(i);
            if (*next).kind != LOAD {
                continue;
            }
            if !last.is_null() {
                let end = (*last).offset.wrapping_add((*last).file_size);
                let cut = (end & !(BLOCK - 1)).max((*next).offset & !(PAGE - 1));
                let shown = end.wrapping_add(PAGE - 1) & !(PAGE - 1);
                if cut < done || cut > shown || (*next).offset < end & !(BLOCK - 1) {
                    return false;
                }
                sums.add(((*last).address.wrapping_add(done).wrapping_sub((*last).offset)) as *const u8, cut - done);
                done = cut;
            }
            last = next;
        }
        if last.is_null() {
            return false;
        }
        // The last segment is the payload's; a part of the launcher's file may stand before the payload.
        let start = payload.wrapping_sub((*last).address);
        if start >= (*last).file_size || (*last).file_size - start < SEAL + seal::SIZE {
            return false;
        }
        let end = (*last).offset.wrapping_add(start);
        if end < done || end % BLOCK != 0 {
            return false;
        }
        sums.add(((*last).address.wrapping_add(done).wrapping_sub((*last).offset)) as *const u8, end - done);
        sums.equal((payload as *const u8).add(SEAL))
    }
}

/// The file ends before its segments do.
#[unsafe(link_section = ".text.unlikely.mochi_entry")]
extern "C" fn end_of_file(_: i32) {
    // SAFETY: what comes before `check` has put it there cannot fail.
    unsafe { refuse(&raw const TRUNCATED, size_of_val(&TRUNCATED)) }
}

/// Says that the file is damaged and how, and ends the process with status 1.
#[inline(always)]
unsafe fn refuse<T>(how: *const T, length: usize) -> ! {
    // SAFETY: `check` has put the first argument there, null or a terminated string.
    unsafe {
        let name = arena::before_use::<*const u8>().read();
        let (mut base, mut end) = (name, name);
        while !end.is_null() && *end != 0 {
            end = end.add(1);
            if *end.sub(1) == b'/' {
                base = end;
            }
        }
        system_call(WRITE, 2, base as usize, end as usize - base as usize, 0);
        system_call(WRITE, 2, &raw const DAMAGED as usize, size_of_val(&DAMAGED), 0);
        system_call(WRITE, 2, how as usize, length, 0);
        system_call(WRITE, 2, &raw const AGAIN as usize, size_of_val(&AGAIN), 0);
        loop {
            system_call(EXIT_GROUP, 1, 0, 0, 0);
        }
    }
}

/// Where a handler returns to is the program's business on x86_64; this one does not return, but the kernel insists.
const RESTORER: usize = if cfg!(target_arch = "x86_64") { 0x0400_0000 } else { 0 };
const SIGACTION: usize = libc::SYS_rt_sigaction as usize;
const WRITE: usize = libc::SYS_write as usize;
const EXIT_GROUP: usize = libc::SYS_exit_group as usize;

#[inline(always)]
unsafe fn system_call(number: usize, a: usize, b: usize, c: usize, d: usize) {
    // SAFETY: the system calls that are made here write to a file, set a signal handler or do not return.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        asm!("syscall", inlateout("rax") number => _, in("rdi") a, in("rsi") b, in("rdx") c, in("r10") d, out("rcx") _, out("r11") _);
        #[cfg(target_arch = "aarch64")]
        asm!("svc 0", in("x8") number, inlateout("x0") a => _, in("x1") b, in("x2") c, in("x3") d);
        #[cfg(target_arch = "riscv64")]
        asm!("ecall", in("a7") number, inlateout("a0") a => _, in("a1") b, in("a2") c, in("a3") d);
        #[cfg(target_arch = "s390x")]
        asm!("svc 0", in("r1") number, inlateout("r2") a => _, in("r3") b, in("r4") c, in("r5") d);
    }
}
