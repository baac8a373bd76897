//! Stands in for the crate memchr, of which the launcher has use for one function (the crate object finds the ends of the
//! section names in a .cwasm with it). The original asks the processor for its features first, with nine CPUID instructions; in a
//! virtual machine each of them takes as long as a system call or ten, a quarter of the whole start-up.
#![no_std]

/// The place of the first `needle`.
pub fn memchr(needle: u8, haystack: &[u8]) -> Option<usize> {
    haystack.iter().position(|&byte| byte == needle)
}

/// The place of the first of two needles.
pub fn memchr2(one: u8, other: u8, haystack: &[u8]) -> Option<usize> {
    haystack.iter().position(|&byte| byte == one || byte == other)
}
