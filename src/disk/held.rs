//! The files that a server holds open to keep its state directory: the lock, the folders, and the segment being written.
//!
//! The lock is on the file `lock`, which names the server, and on the directory, so that a deleted file lets nobody in. A
//! path is compared with the file that was opened there.

use super::files::{explain, sync_directory};
use anyhow::{Context, Result, anyhow};
use std::fs::{DirBuilder, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The most files of one name that are set aside.
const SET_ASIDE_MAX: u32 = 10_000;
const SET_ASIDE: &str = "set-aside";
pub(super) const LOCK: &str = "lock";

/// What was opened, to be compared with what is there now. `None`: a full or read-only disk did not let it be made.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub lock: Option<File>,
    pub directory: Option<File>,
    pub journal: Option<File>,
    pub live: Option<(PathBuf, File)>,
}

impl Held {
    /// Makes the directories and takes the lock, as far as the disk allows; fails where a person has to do something.
    pub(super) fn take(path: &Path) -> Result<Held> {
        let journal = path.join("journal");
        if let Err(error) = make_directories(&journal)
            && !is_out_of_space(&error)
        {
            return Err(explain(path, &error));
        }
        sync_ancestors(&journal);
        let directory = File::open(path).ok();
        directory.as_ref().map_or(Ok(()), |directory| lock_directory(path, directory))?;
        Ok(Held { lock: take_lock(path)?, directory, journal: File::open(&journal).ok(), live: None })
    }
}

/// Whether the disk takes nothing new, which does not stop a server from paging.
pub(super) fn is_out_of_space(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::ReadOnlyFilesystem)
}

pub(super) fn make_directories(journal: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(journal)
}

/// Whether this path leads to this open file. A disk that does not answer is not the same as a path that is gone.
pub(super) fn is_at(path: &Path, file: &File) -> bool {
    let identity = |about: Metadata| (about.dev(), about.ino());
    match (std::fs::metadata(path), file.metadata()) {
        (Ok(now), Ok(then)) => identity(now) == identity(then),
        (Err(error), _) => !matches!(
            error.kind(),
            ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::StaleNetworkFileHandle
        ),
        (_, Err(_)) => true,
    }
}

/// Makes the directory itself durable. We did not create the parents we may not open.
pub(super) fn sync_ancestors(path: &Path) {
    for directory in path.canonicalize().iter().flat_map(|path| path.ancestors()) {
        let _ = sync_directory(directory);
    }
}

/// Fails if another server has the directory. Some network disks lock files only.
pub(super) fn lock_directory(path: &Path, directory: &File) -> Result<()> {
    match directory.try_lock() {
        Err(TryLockError::WouldBlock) => {
            Err(in_use(path, &std::fs::read_to_string(path.join(LOCK)).unwrap_or_default()))
        }
        Err(TryLockError::Error(_)) | Ok(()) => Ok(()),
    }
}

fn in_use(path: &Path, pid: &str) -> anyhow::Error {
    let (pid, path) = (pid.trim(), path.display());
    let pid = if pid.is_empty() { String::new() } else { format!(" (pid {pid})") };
    anyhow!("another oncall server{pid} is using {path}: stop it, or give --state another directory")
}

/// The lock file; on a disk that takes nothing new the one that is there. `None`: there is none.
fn take_lock(path: &Path) -> Result<Option<File>> {
    let name = path.join(LOCK);
    match open_lock(&name) {
        Ok(file) => locked(path, file).map(Some),
        Err(error) if is_out_of_space(&error) => match File::open(&name) {
            Ok(file) => locked(path, file).map(Some),
            Err(_) => Ok(None),
        },
        Err(error) => Err(explain(&name, &error)),
    }
}

pub(super) fn lock_file(path: &Path) -> Result<File> {
    let name = path.join(LOCK);
    locked(path, open_lock(&name).map_err(|error| explain(&name, &error))?)
}

fn open_lock(name: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(name)
}

fn locked(path: &Path, mut file: File) -> Result<File> {
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            let _ = file.read_to_string(&mut pid);
            return Err(in_use(path, &pid));
        }
        Err(TryLockError::Error(error)) => return Err(explain(&path.join(LOCK), &error)),
    }
    // The pid is only for people; a full disk must not stop a pager from starting.
    let _ = file.set_len(0).and_then(|()| writeln!(file, "{}", std::process::id()));
    Ok(file)
}

pub(super) fn set_aside(state: &Path, file: &Path) -> Result<PathBuf> {
    let folder = state.join(SET_ASIDE);
    let name = file.file_name().ok_or_else(|| anyhow!("{} has no name", file.display()))?;
    let moved = || -> io::Result<PathBuf> {
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let numbered = |n: u32| folder.join(format!("{}-{n}", name.to_string_lossy()));
        let free = std::iter::once(folder.join(name)).chain((2..=SET_ASIDE_MAX).map(numbered));
        let free = free.into_iter().find(|path| !path.exists());
        let to = free.ok_or_else(|| io::Error::from(ErrorKind::AlreadyExists))?;
        std::fs::rename(file, &to)?;
        file.parent().map_or(Ok(()), sync_directory)?;
        sync_directory(&folder)?;
        Ok(to)
    };
    moved().with_context(|| format!("cannot move {} to {}", file.display(), folder.display()))
}
