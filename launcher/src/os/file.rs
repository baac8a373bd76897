//! The launcher's check of its own file on macOS, where the loader changes the program in memory (it relocates it and fills in
//! addresses). Linux and Windows have their own ways (entry.rs, windows/callback.rs).

use crate::seal::{self, BLOCK, Sums};

/// Whether the listed parts of this executable's file have the checksum `seal`. `parts` is a list of u32 offset and u32
/// length, little-endian; what signing tools change later is not among them. A file that cannot be opened (it may be
/// executable without being readable) counts as whole: the payload has been checked by then.
pub fn intact(parts: &[u8], seal: &[u8; seal::SIZE]) -> bool {
    let Some(file) = std::env::current_exe().ok().and_then(|path| std::fs::read(path).ok()) else { return true };
    let mut sums = Sums::new();
    for part in parts.chunks_exact(8) {
        let number = |at: usize| u32::from_le_bytes([part[at], part[at + 1], part[at + 2], part[at + 3]]) as usize;
        let (from, length) = (number(0), number(4));
        let Some(bytes) = from.checked_add(length).and_then(|to| file.get(from..to)) else { return false };
        // Each part is filled up with zeros.
        let whole = length / BLOCK * BLOCK;
        let mut rest = [0; BLOCK];
        rest[..length - whole].copy_from_slice(&bytes[whole..]);
        // SAFETY: both are slices of at least this length.
        unsafe {
            sums.add(bytes.as_ptr(), whole);
            if length > whole {
                sums.add(rest.as_ptr(), BLOCK);
            }
        }
    }
    // SAFETY: the seal is that long.
    unsafe { sums.equal(seal.as_ptr()) }
}
