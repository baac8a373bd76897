//! The payload: the program and what the launcher must know about it, mapped with the executable. The format is written
//! by src/package/payload.ts; all numbers are little-endian:
//!
//! ```text
//!  0  magic    8 bytes  7f "MOCHI" 0d 1a
//!  8  version  u32      2
//! 12  header   u32      bytes up to the program (a multiple of 64)
//! 16  length   u64      bytes of the whole payload
//! 24  digest   32 bytes SHA-256 of bytes 0 to 24 and 56 to the end
//! 56  seal    128 bytes the checksum of the file around the payload (os/entry.rs, os/windows/callback.rs, os/file.rs), in the machine's byte order
//! 184 records: tag u32, length u32, that many bytes, zeros up to a multiple of 4; tag 0 ends them
//!     tag 1 engine version, 2 target, 3 a directory (again for each), 4 a variable (likewise), 5 line table,
//!     6 where the sealed bytes lie in the file (u32 offset and u32 length, again for each part); not on Linux
//! header: the .cwasm; then the magic again, so that even a lost zero byte at the end is noticed
//! ```

use crate::os;
use sha2::{Digest, Sha256};

const MAGIC: &[u8; 8] = b"\x7fMOCHI\r\x1a";
const VERSION: u32 = 2;
const DIGESTED: usize = 56;
/// Where the seal stands, and the records after it.
pub const SEAL: usize = 56;
pub const RECORDS: usize = SEAL + crate::seal::SIZE;
/// The engine inside: programs made by another major version of wasmtime are not compatible.
const ENGINE_MAJOR: &str = "48";

const ARCH: &str = if cfg!(target_arch = "riscv64") { "riscv64gc" } else { std::env::consts::ARCH };
const DAMAGED: &str = "this executable is damaged";
const AGAIN: &str = "copy, download or package it again";

pub struct Payload {
    /// The line table, if the program has one.
    pub lines: Option<&'static [u8]>,
    /// Directories that the program may open: `PATH`, or `HOST::GUEST` when the program knows it by another name.
    pub dirs: Vec<&'static str>,
    /// Environment variables that it may read.
    pub env: Vec<&'static str>,
    /// The .cwasm.
    pub program: &'static [u8],
}

fn u32_at(b: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*b.get(at..)?.first_chunk()?))
}

fn u64_at(b: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*b.get(at..)?.first_chunk()?))
}

impl Payload {
    /// Finds the payload of this process and checks its digest, target and engine; the error is a sentence for the user.
    pub fn find() -> Result<Payload, String> {
        let Some(bytes) = os::payload() else {
            return Err("there is no program in this launcher; `mochi-wasm package` puts one in".into());
        };
        Payload::parse(bytes)
    }

    fn parse(mapped: &'static [u8]) -> Result<Payload, String> {
        let damaged = |what: &str| format!("{DAMAGED} ({what}); {AGAIN}");
        let short = || damaged("truncated");
        if !mapped.starts_with(MAGIC) {
            return Err(damaged("no program where it should be"));
        }
        let version = u32_at(mapped, 8).ok_or_else(short)?;
        let header = u32_at(mapped, 12).ok_or_else(short)? as usize;
        let length = u64_at(mapped, 16).and_then(|n| usize::try_from(n).ok()).ok_or_else(short)?;
        let bytes = mapped.get(..length).ok_or_else(short)?;
        let end = length.saturating_sub(MAGIC.len());
        if header < RECORDS || header > end {
            return Err(damaged("impossible header"));
        }
        let digest = Sha256::new().chain_update(&bytes[..24]).chain_update(&bytes[DIGESTED..]).finalize();
        if digest[..] != bytes[24..DIGESTED] {
            return Err(damaged("wrong checksum"));
        }
        if version != VERSION {
            return Err(format!(
                "payload format {version} is not known to this launcher (it knows {VERSION}); package it again"
            ));
        }
        let mut payload = Payload { lines: None, dirs: Vec::new(), env: Vec::new(), program: &bytes[header..end] };
        let (mut engine, mut target) = ("", "");
        let mut at = RECORDS;
        while let Some(tag) = u32_at(&bytes[..header], at) {
            let size = u32_at(&bytes[..header], at + 4).unwrap_or(0) as usize;
            let value = bytes[..header].get(at + 8..at + 8 + size).ok_or_else(|| damaged("impossible record"))?;
            let text = || std::str::from_utf8(value).map_err(|_| damaged("impossible text"));
            match tag {
                0 => break,
                1 => engine = text()?,
                2 => target = text()?,
                3 => payload.dirs.push(text()?),
                4 => payload.env.push(text()?),
                5 => payload.lines = Some(value),
                #[cfg(target_os = "macos")]
                6 if !bytes[SEAL..].first_chunk().is_some_and(|seal| os::file::intact(value, seal)) => {
                    return Err(damaged("wrong checksum of the launcher"));
                }
                6 => {}
                _ => return Err(format!("record {tag} is not known to this launcher; package it again")),
            }
            at += 8 + size.next_multiple_of(4);
        }
        if target != format!("{ARCH}-{}", std::env::consts::OS) {
            let own = std::env::consts::OS;
            return Err(format!(
                "the program inside is for {target}, this launcher for {ARCH}-{own}; package it again"
            ));
        }
        if engine.split('.').next() != Some(ENGINE_MAJOR) {
            return Err(format!(
                "the program inside needs wasmtime {engine}, this launcher has {ENGINE_MAJOR}; package it again"
            ));
        }
        Ok(payload)
    }
}
