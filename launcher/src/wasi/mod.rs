//! WASI preview 1, complete, as thin as it can be: arguments, variables, clocks and random numbers here, descriptors in
//! `descriptors.rs`, paths in `paths.rs`, waiting in `poll.rs`. Every file is reached through cap-std, which keeps a
//! program inside the directories that it was given. Where the specification leaves room, the choice is wasmtime's.

mod descriptors;
mod errno;
mod paths;
mod poll;

use crate::os;
use descriptors::Descriptors;
use errno::Errno;
use std::cell::OnceCell;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use wasmtime::{Caller, Extern, Func, Memory, Module, Store};

/// What the store keeps for the program.
pub struct Context {
    /// The program's exported memory, once it has been instantiated.
    pub memory: Option<Memory>,
    arguments: Vec<Vec<u8>>,
    environment: Vec<Vec<u8>>,
    descriptors: Descriptors,
    /// When the program first asked for the time since some start.
    started: OnceCell<Instant>,
}

type Answer<T = ()> = Result<T, Errno>;

impl Context {
    /// `dirs` and `env` are the payload's capabilities.
    pub fn new(dirs: &[&str], env: &[&str]) -> Context {
        let terminated = |parts: &[&[u8]]| [parts.concat(), vec![0]].concat();
        let variable = |name: &&str| {
            let value = std::env::var_os(name)?;
            Some(terminated(&[name.as_bytes(), b"=", value.to_string_lossy().as_bytes()]))
        };
        Context {
            memory: None,
            arguments: os::arguments().iter().map(|a| terminated(&[a])).collect(),
            environment: env.iter().filter_map(variable).collect(),
            descriptors: Descriptors::new(dirs),
            started: OnceCell::new(),
        }
    }

    /// Nanoseconds on a clock: 0 is the time of day since 1970, 1 counts from some start.
    fn now(&self, clock: u32) -> Answer<u64> {
        match clock {
            0 => Ok(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos() as u64)),
            1 => Ok(self.started.get_or_init(Instant::now).elapsed().as_nanos() as u64 + 1),
            _ => Err(errno::BADF),
        }
    }
}

/// The program's memory and the context, for the time of one call.
struct Call<'a> {
    memory: &'a mut [u8],
    context: &'a mut Context,
}

impl Call<'_> {
    fn bytes(&mut self, at: u32, length: u32) -> Answer<&mut [u8]> {
        self.memory.get_mut(at as usize..at as usize + length as usize).ok_or(errno::FAULT)
    }
    fn array<const N: usize>(&mut self, at: u32) -> Answer<[u8; N]> {
        Ok(*self.bytes(at, N as u32)?.first_chunk().ok_or(errno::FAULT)?)
    }
    fn get_u8(&mut self, at: u32) -> Answer<u8> {
        Ok(self.array::<1>(at)?[0])
    }
    fn get_u32(&mut self, at: u32) -> Answer<u32> {
        Ok(u32::from_le_bytes(self.array(at)?))
    }
    fn get_u64(&mut self, at: u32) -> Answer<u64> {
        Ok(u64::from_le_bytes(self.array(at)?))
    }
    fn put(&mut self, at: u32, bytes: &[u8]) -> Answer {
        let length = u32::try_from(bytes.len()).map_err(|_| errno::OVERFLOW)?;
        self.bytes(at, length)?.copy_from_slice(bytes);
        Ok(())
    }
    fn put_u32(&mut self, at: u32, value: u32) -> Answer {
        self.put(at, &value.to_le_bytes())
    }
    fn put_u64(&mut self, at: u32, value: u64) -> Answer {
        self.put(at, &value.to_le_bytes())
    }
    fn text(&mut self, at: u32, length: u32) -> Answer<String> {
        std::str::from_utf8(self.bytes(at, length)?).map(str::to_owned).map_err(|_| errno::ILSEQ)
    }

    /// Writes the count and the total size of a list of strings.
    fn list_sizes(&mut self, list: fn(&Context) -> &Vec<Vec<u8>>, count: u32, size: u32) -> Answer {
        let strings = list(self.context);
        let (n, total) = (strings.len(), strings.iter().map(Vec::len).sum::<usize>());
        self.put_u32(count, n as u32)?;
        self.put_u32(size, total as u32)
    }
    /// Writes the strings one after another, and a pointer to each.
    fn list(&mut self, list: fn(&Context) -> &Vec<Vec<u8>>, mut pointers: u32, mut buffer: u32) -> Answer {
        for i in 0..list(self.context).len() {
            let string = list(self.context)[i].clone();
            self.put_u32(pointers, buffer)?;
            self.put(buffer, &string)?;
            pointers = pointers.wrapping_add(4);
            buffer = buffer.wrapping_add(string.len() as u32);
        }
        Ok(())
    }
}

type Guest<'a> = Caller<'a, Context>;

/// Runs the body of a WASI function on the caller's memory and turns its answer into an error number.
fn call(from: &mut Guest, body: impl FnOnce(&mut Call) -> Answer) -> u32 {
    // Only a start function can call before the memory is known.
    let memory = from.data().memory.or_else(|| from.get_export("memory")?.into_memory());
    let Some(memory) = memory else { return u32::from(errno::FAULT.0) };
    let (memory, context) = memory.data_and_store_mut(from);
    match body(&mut Call { memory, context }) {
        Ok(()) => 0,
        Err(e) => u32::from(e.0),
    }
}

/// Makes the functions that a module imports, in the module's order.
pub fn link(store: &mut Store<Context>, module: &Module) -> Result<Vec<Extern>, String> {
    let mut imports = Vec::new();
    for import in module.imports() {
        let function = match import.module() {
            "wasi_snapshot_preview1" => function(store, import.name()),
            _ => None,
        };
        let (module, name) = (import.module(), import.name());
        let function =
            function.ok_or_else(|| format!("the program needs `{module}.{name}`, which is not in WASI preview 1"))?;
        imports.push(function.into());
    }
    Ok(imports)
}

fn function(store: &mut Store<Context>, name: &str) -> Option<Func> {
    /// One WASI function: its parameters, and the body that gets them and the call.
    macro_rules! wasi {
        (|$c:ident $(, $p:ident: $t:ty)*| $body:expr) => {
            Func::wrap(store, |mut from: Guest $(, $p: $t)*| call(&mut from, |$c| $body))
        };
    }
    fn exit(_: Guest, status: u32) {
        os::exit(status as i32)
    }
    Some(match name {
        "args_get" => wasi!(|c, pointers: u32, buffer: u32| c.list(|x| &x.arguments, pointers, buffer)),
        "args_sizes_get" => wasi!(|c, count: u32, size: u32| c.list_sizes(|x| &x.arguments, count, size)),
        "environ_get" => wasi!(|c, pointers: u32, buffer: u32| c.list(|x| &x.environment, pointers, buffer)),
        "environ_sizes_get" => wasi!(|c, count: u32, size: u32| c.list_sizes(|x| &x.environment, count, size)),
        "clock_res_get" => wasi!(|c, clock: u32, at: u32| {
            let resolution = match clock {
                0 => 1000,
                1 => 1,
                _ => return Err(errno::BADF),
            };
            c.put_u64(at, resolution)
        }),
        "clock_time_get" => wasi!(|c, clock: u32, _precision: u64, at: u32| {
            let now = c.context.now(clock)?;
            c.put_u64(at, now)
        }),
        "random_get" => wasi!(|c, at: u32, length: u32| getrandom::fill(c.bytes(at, length)?).map_err(|_| errno::IO)),
        "proc_exit" => Func::wrap(store, exit),
        "proc_raise" => wasi!(|_c, _signal: u32| Err(errno::NOTSUP)),
        "sched_yield" => wasi!(|_c| {
            std::thread::yield_now();
            Ok(())
        }),
        "poll_oneoff" => wasi!(|c, subs: u32, events: u32, n: u32, count: u32| c.poll_oneoff(subs, events, n, count)),

        "fd_advise" => wasi!(|c, fd: u32, at: u64, length: u64, advice: u32| c.fd_advise(fd, at, length, advice)),
        "fd_allocate" => wasi!(|c, fd: u32, at: u64, length: u64| c.fd_allocate(fd, at, length)),
        "fd_close" => wasi!(|c, fd: u32| c.context.descriptors.close(fd)),
        "fd_datasync" => wasi!(|c, fd: u32| c.fd_sync(fd, false)),
        "fd_fdstat_get" => wasi!(|c, fd: u32, at: u32| c.fd_fdstat_get(fd, at)),
        "fd_fdstat_set_flags" => wasi!(|c, fd: u32, flags: u32| c.fd_fdstat_set_flags(fd, flags)),
        "fd_fdstat_set_rights" => wasi!(|c, fd: u32, _base: u64, _inheriting: u64| {
            c.context.descriptors.on_disk(fd)?;
            Err(errno::NOTSUP)
        }),
        "fd_filestat_get" => wasi!(|c, fd: u32, at: u32| c.fd_filestat_get(fd, at)),
        "fd_filestat_set_size" => wasi!(|c, fd: u32, size: u64| c.fd_filestat_set_size(fd, size)),
        "fd_filestat_set_times" => {
            wasi!(|c, fd: u32, read: u64, written: u64, flags: u32| c.fd_filestat_set_times(fd, read, written, flags))
        }
        "fd_pread" => wasi!(|c, fd: u32, iovs: u32, n: u32, at: u64, done: u32| c.fd_read(fd, iovs, n, Some(at), done)),
        "fd_prestat_dir_name" => wasi!(|c, fd: u32, at: u32, length: u32| c.fd_prestat_dir_name(fd, at, length)),
        "fd_prestat_get" => wasi!(|c, fd: u32, at: u32| c.fd_prestat_get(fd, at)),
        "fd_pwrite" => {
            wasi!(|c, fd: u32, iovs: u32, n: u32, at: u64, done: u32| c.fd_write(fd, iovs, n, Some(at), done))
        }
        "fd_read" => wasi!(|c, fd: u32, iovs: u32, n: u32, done: u32| c.fd_read(fd, iovs, n, None, done)),
        "fd_readdir" => {
            wasi!(|c, fd: u32, at: u32, length: u32, cookie: u64, used: u32| c.fd_readdir(fd, at, length, cookie, used))
        }
        "fd_renumber" => wasi!(|c, from: u32, to: u32| c.context.descriptors.renumber(from, to)),
        "fd_seek" => wasi!(|c, fd: u32, by: i64, whence: u32, at: u32| c.fd_seek(fd, by, whence, at)),
        "fd_sync" => wasi!(|c, fd: u32| c.fd_sync(fd, true)),
        "fd_tell" => wasi!(|c, fd: u32, at: u32| c.fd_seek(fd, 0, 1, at)),
        "fd_write" => wasi!(|c, fd: u32, iovs: u32, n: u32, done: u32| c.fd_write(fd, iovs, n, None, done)),

        "path_create_directory" => wasi!(|c, fd: u32, p: u32, n: u32| c.path_create_directory(fd, p, n)),
        "path_filestat_get" => {
            wasi!(|c, fd: u32, flags: u32, p: u32, n: u32, at: u32| c.path_filestat_get(fd, flags, p, n, at))
        }
        "path_filestat_set_times" => {
            wasi!(|c, fd: u32, lookup: u32, p: u32, n: u32, read: u64, written: u64, flags: u32| {
                c.path_filestat_set_times(fd, lookup, p, n, read, written, flags)
            })
        }
        "path_link" => wasi!(|c, fd: u32, lookup: u32, p: u32, n: u32, fd2: u32, p2: u32, n2: u32| {
            c.path_link(fd, lookup, p, n, fd2, p2, n2)
        }),
        "path_open" => {
            wasi!(|c, fd: u32, lookup: u32, p: u32, n: u32, how: u32, base: u64, _rest: u64, flags: u32, at: u32| {
                c.path_open(fd, lookup, p, n, how, base, flags, at)
            })
        }
        "path_readlink" => {
            wasi!(|c, fd: u32, p: u32, n: u32, at: u32, length: u32, used: u32| c
                .path_readlink(fd, p, n, at, length, used))
        }
        "path_remove_directory" => wasi!(|c, fd: u32, p: u32, n: u32| c.path_remove_directory(fd, p, n)),
        "path_rename" => {
            wasi!(|c, fd: u32, p: u32, n: u32, fd2: u32, p2: u32, n2: u32| c.path_rename(fd, p, n, fd2, p2, n2))
        }
        "path_symlink" => wasi!(|c, p: u32, n: u32, fd: u32, p2: u32, n2: u32| c.path_symlink(p, n, fd, p2, n2)),
        "path_unlink_file" => wasi!(|c, fd: u32, p: u32, n: u32| c.path_unlink_file(fd, p, n)),

        // There is no way to get a socket, so none of these has one to work on.
        "sock_accept" => wasi!(|c, fd: u32, _flags: u32, _at: u32| c.not_a_socket(fd)),
        "sock_recv" => wasi!(|c, fd: u32, _i: u32, _n: u32, _f: u32, _d: u32, _o: u32| c.not_a_socket(fd)),
        "sock_send" => wasi!(|c, fd: u32, _i: u32, _n: u32, _f: u32, _d: u32| c.not_a_socket(fd)),
        "sock_shutdown" => wasi!(|c, fd: u32, _how: u32| c.not_a_socket(fd)),
        _ => return None,
    })
}
