//! The functions on paths. A path is always resolved by cap-std below the directory that the call names: `..`, absolute
//! paths, symbolic links and the device names of Windows cannot lead out of it.

use super::descriptors::{Descriptor, RIGHT_READ, RIGHT_WRITE, SYNCED, set_append, times};
use super::{Answer, Call, errno};
use cap_fs_ext::{DirExt, FollowSymlinks, OpenOptionsFollowExt, OpenOptionsMaybeDirExt, SystemTimeSpec};
use cap_std::fs::{Dir, Metadata, OpenOptions};
use cap_std::time::SystemTime;
use std::io;
use std::path::Path;

/// Bit of the lookup flags: follow a symbolic link at the end of the path.
const FOLLOW: u32 = 1;
const CREATE: u32 = 1;
const ONLY_DIRECTORY: u32 = 2;
const EXCLUSIVE: u32 = 4;
const TRUNCATE: u32 = 8;

#[cfg(unix)]
pub fn metadata(dir: &Dir, path: &Path, follow: bool) -> io::Result<Metadata> {
    if follow { dir.metadata(path) } else { dir.symlink_metadata(path) }
}

/// On Windows only an open handle tells inode and links, so the file is opened, for that alone.
#[cfg(windows)]
pub fn metadata(dir: &Dir, path: &Path, follow: bool) -> io::Result<Metadata> {
    use cap_std::fs::OpenOptionsExt;
    const BACKUP_SEMANTICS: u32 = 0x0200_0000;
    const OPEN_REPARSE_POINT: u32 = 0x0020_0000;
    let mut options = OpenOptions::new();
    options.access_mode(0).custom_flags(BACKUP_SEMANTICS | if follow { 0 } else { OPEN_REPARSE_POINT });
    dir.open_with(path, &options)?.metadata()
}

#[cfg(unix)]
fn symlink(dir: &Dir, target: &str, link: &str) -> io::Result<()> {
    dir.symlink(target, link)
}

/// Windows tells links to directories from links to files, so the target must be there.
#[cfg(windows)]
fn symlink(dir: &Dir, target: &str, link: &str) -> io::Result<()> {
    let metadata = dir.metadata(target)?;
    match metadata.is_dir() {
        true => dir.symlink_dir(target, link),
        false => dir.symlink_file(target, link),
    }
}

impl Call<'_> {
    /// A directory and a path below it.
    fn below(&mut self, fd: u32, at: u32, length: u32) -> Answer<(&Dir, String)> {
        let path = self.text(at, length)?;
        Ok((self.context.descriptors.dir(fd)?, path))
    }

    pub fn path_create_directory(&mut self, fd: u32, at: u32, length: u32) -> Answer {
        let (dir, path) = self.below(fd, at, length)?;
        Ok(dir.create_dir(path)?)
    }

    pub fn path_filestat_get(&mut self, fd: u32, flags: u32, p: u32, n: u32, at: u32) -> Answer {
        let (dir, path) = self.below(fd, p, n)?;
        let metadata = metadata(dir, Path::new(&path), flags & FOLLOW != 0)?;
        self.put_file_metadata(at, &metadata)
    }

    #[allow(clippy::too_many_arguments)] // as many as WASI's function has
    pub fn path_filestat_set_times(
        &mut self,
        fd: u32,
        lookup: u32,
        p: u32,
        n: u32,
        read: u64,
        written: u64,
        flags: u32,
    ) -> Answer {
        let [read, written] =
            times(read, written, flags)?.map(|t| t.map(|t| SystemTimeSpec::Absolute(SystemTime::from_std(t))));
        let (dir, path) = self.below(fd, p, n)?;
        Ok(if lookup & FOLLOW != 0 {
            dir.set_times(path, read, written)
        } else {
            dir.set_symlink_times(path, read, written)
        }?)
    }

    #[allow(clippy::too_many_arguments)] // as many as WASI's function has
    pub fn path_link(&mut self, fd: u32, lookup: u32, p: u32, n: u32, fd2: u32, p2: u32, n2: u32) -> Answer {
        let new_path = self.text(p2, n2)?;
        let new_dir = self.context.descriptors.dir(fd2)?.try_clone()?;
        let (dir, path) = self.below(fd, p, n)?;
        if lookup & FOLLOW != 0 {
            return Err(errno::INVAL);
        }
        Ok(dir.hard_link(path, &new_dir, new_path)?)
    }

    #[allow(clippy::too_many_arguments)] // as many as WASI's function has
    pub fn path_open(
        &mut self,
        fd: u32,
        lookup: u32,
        p: u32,
        n: u32,
        how: u32,
        rights: u64,
        flags: u32,
        at: u32,
    ) -> Answer {
        let path = self.text(p, n)?;
        let dir = match self.context.descriptors.get(fd)? {
            Descriptor::Directory { dir, .. } => dir,
            Descriptor::File { .. } => return Err(errno::NOTDIR),
            _ => return Err(errno::BADF),
        };
        if flags & SYNCED != 0 {
            return Err(errno::NOTSUP);
        }
        if how & ONLY_DIRECTORY != 0 && how & (CREATE | EXCLUSIVE | TRUNCATE) != 0 {
            return Err(errno::INVAL);
        }
        let wants_write = rights & RIGHT_WRITE != 0;
        let writable = wants_write || how & (CREATE | TRUNCATE) != 0;
        let readable = rights & RIGHT_READ != 0 || !wants_write;
        let mut options = OpenOptions::new();
        options.read(readable).write(writable).truncate(how & TRUNCATE != 0).maybe_dir(true);
        match (how & CREATE != 0, how & EXCLUSIVE != 0) {
            (true, true) => options.create_new(true),
            (create, _) => options.create(create),
        };
        options.follow(if lookup & FOLLOW != 0 { FollowSymlinks::Yes } else { FollowSymlinks::No });

        let file = dir.open_with(path, &options)?.into_std();
        let opened = if file.metadata()?.is_dir() {
            if wants_write {
                return Err(errno::ISDIR);
            }
            Descriptor::Directory { dir: Dir::from_std_file(file), preopened: None, readable, listing: Vec::new() }
        } else if how & ONLY_DIRECTORY != 0 {
            return Err(errno::NOTDIR);
        } else {
            let (append, nonblocking) = (flags & 1 != 0, flags & 4 != 0);
            if append {
                set_append(&file, true)?;
            }
            Descriptor::File { file, position: 0, readable, writable, append, nonblocking }
        };
        let number = self.context.descriptors.add(opened);
        self.put_u32(at, number)
    }

    pub fn path_readlink(&mut self, fd: u32, p: u32, n: u32, at: u32, length: u32, used: u32) -> Answer {
        let (dir, path) = self.below(fd, p, n)?;
        let target = dir.read_link(path)?.into_os_string().into_string().map_err(|_| errno::ILSEQ)?;
        let cut = &target.as_bytes()[..target.len().min(length as usize)];
        self.put(at, cut)?;
        self.put_u32(used, cut.len() as u32)
    }

    pub fn path_remove_directory(&mut self, fd: u32, at: u32, length: u32) -> Answer {
        let (dir, path) = self.below(fd, at, length)?;
        Ok(dir.remove_dir(path)?)
    }

    pub fn path_rename(&mut self, fd: u32, p: u32, n: u32, fd2: u32, p2: u32, n2: u32) -> Answer {
        let new_path = self.text(p2, n2)?;
        let new_dir = self.context.descriptors.dir(fd2)?.try_clone()?;
        let (dir, path) = self.below(fd, p, n)?;
        Ok(dir.rename(path, &new_dir, new_path)?)
    }

    pub fn path_symlink(&mut self, p: u32, n: u32, fd: u32, p2: u32, n2: u32) -> Answer {
        let target = self.text(p, n)?;
        let (dir, link) = self.below(fd, p2, n2)?;
        Ok(symlink(dir, &target, &link)?)
    }

    pub fn path_unlink_file(&mut self, fd: u32, at: u32, length: u32) -> Answer {
        let (dir, path) = self.below(fd, at, length)?;
        Ok(dir.remove_file_or_symlink(path)?)
    }
}
