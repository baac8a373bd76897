//! The allocator on Linux: small blocks come from a fixed arena first, so that a start needs neither a system call nor the
//! scattered pages of a general allocator. When the arena is full, the system's allocator takes over.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// A start takes about half of it; pages that are not used are not taken.
const SIZE: usize = 128 << 10;
/// Larger blocks are the system's, so that one of them does not take up what many small ones need.
const LARGEST: usize = SIZE / 8;

#[repr(align(64))]
struct Arena {
    space: UnsafeCell<[u8; SIZE]>,
    used: AtomicUsize,
}

// SAFETY: a byte of the space belongs to whoever moved `used` past it.
unsafe impl Sync for Arena {}

#[global_allocator]
static ARENA: Arena = Arena { space: UnsafeCell::new([0; SIZE]), used: AtomicUsize::new(0) };

/// A place for one value before anything is allocated. It is not in the first page, which may be one of the file's.
#[inline(always)]
pub fn before_use<T>() -> *mut T {
    ARENA.start().wrapping_add(4096).cast()
}

impl Arena {
    fn start(&self) -> *mut u8 {
        self.space.get().cast()
    }
    /// Where a block of ours begins, counted from the start of the arena.
    fn offset(&self, block: *mut u8) -> Option<usize> {
        let offset = (block as usize).wrapping_sub(self.start() as usize);
        (offset < SIZE).then_some(offset)
    }
    /// Moves the end of the block that lies last; false if another one does.
    fn move_end(&self, from: usize, to: usize) -> bool {
        to <= SIZE && self.used.compare_exchange(from, to, Relaxed, Relaxed).is_ok()
    }
}

// SAFETY: blocks from the arena do not overlap, are aligned (offsets to an arena that is aligned to 64 bytes) and lie in
// it; all others are the system allocator's, which also gets back exactly those.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() <= LARGEST && layout.align() <= 64 {
            let mut used = self.used.load(Relaxed);
            loop {
                let at = used.next_multiple_of(layout.align());
                if at + layout.size() > SIZE {
                    break;
                }
                match self.used.compare_exchange_weak(used, at + layout.size(), Relaxed, Relaxed) {
                    Ok(_) => return unsafe { self.start().add(at) },
                    Err(now) => used = now,
                }
            }
        }
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.size() > LARGEST {
            return unsafe { System.alloc_zeroed(layout) };
        }
        let block = unsafe { self.alloc(layout) };
        if !block.is_null() {
            unsafe { block.write_bytes(0, layout.size()) };
        }
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        match self.offset(block) {
            Some(at) => drop(self.move_end(at + layout.size(), at)),
            None => unsafe { System.dealloc(block, layout) },
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let Some(at) = self.offset(block) else {
            return unsafe { System.realloc(block, layout, size) };
        };
        if size <= layout.size() || self.move_end(at + layout.size(), at + size) {
            return block;
        }
        let grown = unsafe { self.alloc(Layout::from_size_align_unchecked(size, layout.align())) };
        if !grown.is_null() {
            unsafe { grown.copy_from_nonoverlapping(block, layout.size()) };
        }
        grown
    }
}
