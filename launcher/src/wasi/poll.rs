//! `poll_oneoff`: waiting for clocks and for standard input. Files and the output streams are always ready.

use super::descriptors::Descriptor;
use super::{Answer, Call, errno};
use std::time::Duration;

const CLOCK: u8 = 0;
const READ: u8 = 1;
const WRITE: u8 = 2;
const ABSOLUTE: u8 = 1;
const HANGUP: u8 = 1;

struct Event {
    userdata: u64,
    kind: u8,
    flags: u8,
}

impl Call<'_> {
    pub fn poll_oneoff(&mut self, subscriptions: u32, events: u32, n: u32, count: u32) -> Answer {
        if n == 0 {
            return Err(errno::INVAL);
        }
        self.bytes(subscriptions, n.checked_mul(48).ok_or(errno::INVAL)?)?;
        self.bytes(events, n.checked_mul(32).ok_or(errno::INVAL)?)?;
        let mut clocks: Vec<(u64, Event)> = Vec::new();
        let mut ready = Vec::new();
        let mut input = Vec::new();
        for at in (0..n).map(|i| subscriptions + 48 * i) {
            let (userdata, kind) = (self.get_u64(at)?, self.get_u8(at + 8)?);
            let event = Event { userdata, kind, flags: 0 };
            if kind == CLOCK {
                let (clock, mut wait, flags) = (self.get_u32(at + 16)?, self.get_u64(at + 24)?, self.get_u8(at + 40)?);
                let now = self.context.now(clock).map_err(|_| errno::INVAL)?;
                if flags & ABSOLUTE != 0 {
                    wait = wait.saturating_sub(now);
                }
                clocks.push((wait, event));
                continue;
            }
            let fd = self.get_u32(at + 16)?;
            match (kind, self.context.descriptors.get(fd)?) {
                (READ, Descriptor::Stdin) => input.push(event),
                (READ, Descriptor::File { file, position, .. }) => {
                    let over = file.metadata()?.len() <= *position;
                    ready.push(Event { flags: if over { HANGUP } else { 0 }, ..event });
                }
                (WRITE, Descriptor::Stdout | Descriptor::Stderr | Descriptor::File { .. }) => ready.push(event),
                (READ | WRITE, _) => return Err(errno::BADF),
                _ => return Err(errno::INVAL),
            }
        }
        let first = clocks.iter().map(|c| c.0).min();
        let wait = if ready.is_empty() { first } else { Some(0) };
        if !input.is_empty() {
            if let Some(hung_up) = stdin_ready(wait)? {
                ready.extend(input.into_iter().map(|e| Event { flags: hung_up, ..e }));
            }
        } else if let Some(wait) = wait.filter(|&w| w > 0) {
            std::thread::sleep(Duration::from_nanos(wait));
        }
        // With nothing else ready the wait has lasted as long as the shortest clock; a clock of 0 is always over.
        let over = if ready.is_empty() { first.unwrap_or(0) } else { 0 };
        ready.extend(clocks.into_iter().filter(|c| c.0 <= over).map(|c| c.1));
        for (event, at) in ready.iter().zip((events..).step_by(32)) {
            let mut bytes = [0u8; 32];
            bytes[..8].copy_from_slice(&event.userdata.to_le_bytes());
            bytes[10] = event.kind;
            bytes[16] = u8::from(event.kind != CLOCK);
            bytes[24] = event.flags;
            self.put(at, &bytes)?;
        }
        self.put_u32(count, ready.len() as u32)
    }
}

/// Waits for input, at most so many nanoseconds; answers whether there is some (with the hang-up flag when its other end
/// is gone), or `None` when the time was over.
#[cfg(unix)]
fn stdin_ready(nanoseconds: Option<u64>) -> Answer<Option<u8>> {
    use std::time::Instant;
    let end = nanoseconds.map(|n| Instant::now() + Duration::from_nanos(n));
    loop {
        let left = end.map_or(-1, |e| {
            let left = e.saturating_duration_since(Instant::now());
            left.as_nanos().div_ceil(1_000_000).min(i32::MAX as u128) as i32
        });
        let mut file = [libc::pollfd { fd: 0, events: libc::POLLIN, revents: 0 }];
        match crate::os::wait(&mut file, left) {
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
            other => other?,
        }
        if file[0].revents != 0 {
            let gone = file[0].revents & (libc::POLLHUP | libc::POLLERR) != 0 && file[0].revents & libc::POLLIN == 0;
            return Ok(Some(if gone { HANGUP } else { 0 }));
        }
        if end.is_some_and(|e| e <= Instant::now()) {
            return Ok(None);
        }
    }
}

/// Windows cannot wait for a pipe: input counts as ready, and reading it waits.
#[cfg(windows)]
fn stdin_ready(_: Option<u64>) -> Answer<Option<u8>> {
    Ok(Some(0))
}
