//! The checksum of the executable's own bytes: Fletcher's (J. Fletcher, "An Arithmetic Checksum for Serial Transmissions",
//! IEEE Transactions on Communications 30, 1982) over 32-bit words in the machine's byte order, in sixteen lanes, all of which are
//! kept. It finds damage, which is random; it is no protection against an attacker. It runs over the whole file at every start,
//! at the speed of memory, so its vectors are spelled out: a launcher is compiled for size. src/package/seal.ts computes the same.

#[cfg(target_arch = "x86_64")]
mod vector {
    use std::arch::x86_64::{__m128i, _mm_add_epi32, _mm_loadu_si128, _mm_setzero_si128, _mm_storeu_si128};

    #[derive(Clone, Copy)]
    pub struct Vector(__m128i);

    /// Four words. SSE2 is part of the architecture.
    impl Vector {
        #[inline(always)]
        pub fn zero() -> Vector {
            // SAFETY: see above.
            Vector(unsafe { _mm_setzero_si128() })
        }
        #[inline(always)]
        pub unsafe fn read(from: *const u8) -> Vector {
            // SAFETY: the caller's.
            Vector(unsafe { _mm_loadu_si128(from.cast()) })
        }
        #[inline(always)]
        pub fn plus(self, other: Vector) -> Vector {
            // SAFETY: see above.
            Vector(unsafe { _mm_add_epi32(self.0, other.0) })
        }
        #[inline(always)]
        pub fn words(self) -> [u32; 4] {
            let mut words = [0; 4];
            // SAFETY: as many bytes as are there.
            unsafe { _mm_storeu_si128(words.as_mut_ptr().cast(), self.0) };
            words
        }
    }
}

#[cfg(target_arch = "aarch64")]
mod vector {
    use std::arch::aarch64::{uint32x4_t, vaddq_u32, vdupq_n_u32, vld1q_u8, vreinterpretq_u32_u8, vst1q_u32};

    #[derive(Clone, Copy)]
    pub struct Vector(uint32x4_t);

    /// Four words. NEON is part of the architecture.
    impl Vector {
        #[inline(always)]
        pub fn zero() -> Vector {
            // SAFETY: see above.
            Vector(unsafe { vdupq_n_u32(0) })
        }
        #[inline(always)]
        pub unsafe fn read(from: *const u8) -> Vector {
            // SAFETY: the caller's.
            Vector(unsafe { vreinterpretq_u32_u8(vld1q_u8(from)) })
        }
        #[inline(always)]
        pub fn plus(self, other: Vector) -> Vector {
            // SAFETY: see above.
            Vector(unsafe { vaddq_u32(self.0, other.0) })
        }
        #[inline(always)]
        pub fn words(self) -> [u32; 4] {
            let mut words = [0; 4];
            // SAFETY: as many bytes as are there.
            unsafe { vst1q_u32(words.as_mut_ptr(), self.0) };
            words
        }
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod vector {
    #[derive(Clone, Copy)]
    pub struct Vector([u32; 4]);

    /// Four words, one by one.
    impl Vector {
        #[inline(always)]
        pub fn zero() -> Vector {
            Vector([0; 4])
        }
        #[inline(always)]
        pub unsafe fn read(from: *const u8) -> Vector {
            // SAFETY: the caller's.
            Vector(unsafe { from.cast::<[u32; 4]>().read_unaligned() })
        }
        #[inline(always)]
        pub fn plus(self, other: Vector) -> Vector {
            let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
            Vector([a.wrapping_add(e), b.wrapping_add(f), c.wrapping_add(g), d.wrapping_add(h)])
        }
        #[inline(always)]
        pub fn words(self) -> [u32; 4] {
            self.0
        }
    }
}

use vector::Vector;

/// Bytes are added in blocks of this size.
pub const BLOCK: usize = 64;
/// Bytes of a recorded checksum.
pub const SIZE: usize = 2 * BLOCK;

/// The sums of the words of each lane, and the sums of these sums. Nothing here calls anything or can panic: on Linux it runs
/// before the C library has been set up.
pub struct Sums([Vector; 4], [Vector; 4]);

impl Sums {
    #[inline(always)]
    pub fn new() -> Sums {
        Sums([Vector::zero(); 4], [Vector::zero(); 4])
    }

    /// Adds as many bytes, a multiple of `BLOCK`.
    ///
    /// # Safety
    /// The bytes must be readable.
    #[inline(always)]
    pub unsafe fn add(&mut self, from: *const u8, length: usize) {
        let Sums([mut a, mut b, mut c, mut d], [mut e, mut f, mut g, mut h]) = *self;
        let mut at = 0;
        while at < length {
            // SAFETY: within the given bytes.
            unsafe {
                let block = from.add(at);
                a = a.plus(Vector::read(block));
                b = b.plus(Vector::read(block.add(16)));
                c = c.plus(Vector::read(block.add(32)));
                d = d.plus(Vector::read(block.add(48)));
            }
            e = e.plus(a);
            f = f.plus(b);
            g = g.plus(c);
            h = h.plus(d);
            at += BLOCK;
        }
        *self = Sums([a, b, c, d], [e, f, g, h]);
    }

    /// Whether the sums are the recorded ones, `SIZE` bytes: every lane's first sum, then every lane's second, in the machine's
    /// byte order.
    ///
    /// # Safety
    /// The bytes must be readable.
    #[inline(always)]
    pub unsafe fn equal(&self, recorded: *const u8) -> bool {
        let Sums([a, b, c, d], [e, f, g, h]) = *self;
        let mut difference = 0;
        let mut at = recorded;
        for sums in [a, b, c, d, e, f, g, h] {
            // SAFETY: within `SIZE` bytes.
            unsafe {
                let [i, j, k, l] = sums.words();
                let [m, n, o, p] = Vector::read(at).words();
                difference |= (i ^ m) | (j ^ n) | (k ^ o) | (l ^ p);
                at = at.add(16);
            }
        }
        difference == 0
    }
}
