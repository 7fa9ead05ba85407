//! Which files of a commit or a directory are read, and the limits.
//!
//! A commit ([`Repository::tree`](super::repository::Repository::tree)) and a directory ([`read_dir`]) must give the
//! same files, or `oncall validate` would pass what the server refuses; so both decide here. Names that begin with a
//! dot are skipped. Anything that cannot be read as a file (a link, a submodule, a Git LFS pointer, something too
//! large) is noted for a finding where the config lives, and skipped elsewhere: a picture in `docs/` breaks nothing.
//! `compile` decides what the files mean.

use super::work_tree::WorkTree;
use crate::compile::{FILE_MAX, FILES_MAX, FOLDERS_MAX, TREE_BYTES_MAX, Tree, Unread};
use crate::document::Kind;
use anyhow::{Context, Result, bail};
use std::{
    fs::{self, DirEntry, File},
    io::Read,
    path::{Path, PathBuf},
};

/// A folder of the config that belongs to no kind.
const RUNBOOKS: &str = "runbooks";

/// The start of a Git LFS pointer (git-lfs, `docs/spec.md`).
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/v1\n";

/// Reads the config in the directory `root`. Fails if the directory cannot be read.
pub fn read_dir(root: &Path) -> Result<Tree> {
    let real = root
        .canonicalize()
        .with_context(|| format!("cannot read the config directory {}: does it exist?", root.display()))?;
    let mut reading = TreeReading::default();
    let from = Directory { root: &real, work_tree: WorkTree::around(&real) };
    read_folder(&mut reading, &from, &real, "")?;
    Ok(reading.tree)
}

/// A directory that is read as if it were committed.
struct Directory<'d> {
    root: &'d Path,
    work_tree: WorkTree,
}

/// What has been read so far, and how much of the limits it uses.
#[derive(Debug, Default)]
pub(super) struct TreeReading {
    pub tree: Tree,
    entries: usize,
    bytes: u64,
    /// A limit was reached: nothing more is read.
    pub full: bool,
}

impl TreeReading {
    /// Adds the file at `path` with `size` bytes; `read` reads it.
    pub fn add(&mut self, path: &str, size: u64, read: impl FnOnce() -> Result<Vec<u8>>) -> Result<()> {
        if size > FILE_MAX as u64 {
            self.pass_over(path, Unread::TooLarge(size));
            return Ok(());
        }
        if !self.count(path, size) {
            return Ok(());
        }
        let bytes = read().with_context(|| format!("cannot read {path}"))?;
        if bytes.starts_with(LFS_POINTER) {
            self.note(path, Unread::LfsPointer);
        } else {
            self.tree.files.insert(path.to_owned(), bytes);
        }
        Ok(())
    }

    /// Counts an entry at `path` that cannot be read, and notes it where the config lives.
    pub fn pass_over(&mut self, path: &str, why: Unread) {
        if self.count(path, 0) {
            self.note(path, why);
        }
    }

    /// The path of `name` in the folder `prefix`; `None` if it is skipped.
    pub fn join(&mut self, prefix: &str, name: &str) -> Option<String> {
        if name.starts_with('.') || self.full {
            return None;
        }
        let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") };
        if path.split('/').count() > FOLDERS_MAX {
            self.pass_over(&path, Unread::TooDeep);
            return None;
        }
        Some(path)
    }

    fn note(&mut self, path: &str, why: Unread) {
        if is_config(path) {
            self.tree.unread.insert(path.to_owned(), why);
        }
    }

    /// False once a limit is reached.
    fn count(&mut self, path: &str, size: u64) -> bool {
        self.entries += 1;
        self.bytes = self.bytes.saturating_add(size);
        let why = if self.entries > FILES_MAX {
            Unread::TooMany
        } else if self.bytes > TREE_BYTES_MAX {
            Unread::TooMuch
        } else {
            return true;
        };
        self.full = true;
        self.tree.unread.insert(path.to_owned(), why);
        false
    }
}

/// Whether the config lives at `path`: `oncall.yaml`, a config folder, or anything inside one.
fn is_config(path: &str) -> bool {
    let folder = path.split('/').next().unwrap_or(path);
    path == "oncall.yaml" || folder == RUNBOOKS || Kind::ALL.iter().any(|kind| kind.folder() == folder)
}

fn read_folder(reading: &mut TreeReading, from: &Directory<'_>, folder: &Path, prefix: &str) -> Result<()> {
    for entry in entries(folder).with_context(|| format!("cannot read the folder {}", folder.display()))? {
        let name = entry.file_name();
        let Some(path) = reading.join(prefix, &name.to_string_lossy()) else { continue };
        if name.to_str().is_none() {
            reading.pass_over(&path, Unread::Name);
            continue;
        }
        match resolve(from.root, &entry.path()) {
            Some(real) => read_entry(reading, from, &real, &path)?,
            None => reading.pass_over(&path, Unread::Link),
        }
    }
    Ok(())
}

/// In the order in which git keeps them, so that a limit cuts off the same: a folder as if its name ended in a slash.
fn entries(folder: &Path) -> std::io::Result<Vec<DirEntry>> {
    let mut entries = fs::read_dir(folder)?.collect::<std::io::Result<Vec<_>>>()?;
    entries.sort_by_cached_key(|entry| {
        let mut name = entry.file_name().into_encoded_bytes();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            name.push(b'/');
        }
        name
    });
    Ok(entries)
}

fn read_entry(reading: &mut TreeReading, from: &Directory<'_>, real: &Path, path: &str) -> Result<()> {
    let metadata = real.metadata().with_context(|| format!("cannot read {path}"))?;
    if metadata.is_dir() && from.work_tree.is_submodule(path, real) {
        reading.pass_over(path, Unread::Submodule);
        Ok(())
    } else if metadata.is_dir() {
        read_folder(reading, from, real, path)
    } else if !metadata.is_file() {
        reading.pass_over(path, Unread::Special);
        Ok(())
    } else if is_config(path) && from.work_tree.is_in_lfs(path) {
        reading.pass_over(path, Unread::LfsPointer);
        Ok(())
    } else {
        reading.add(path, metadata.len(), || bounded(real))
    }
}

/// The file type at `path`, unless it is a link. Follows only the links with which Kubernetes mounts a ConfigMap:
/// into a folder directly below the root whose name begins with two dots.
fn resolve(root: &Path, path: &Path) -> Option<PathBuf> {
    if !path.is_symlink() {
        return Some(path.to_owned());
    }
    let real = path.canonicalize().ok()?;
    let below = real.strip_prefix(root).ok()?;
    let first = below.components().next()?.as_os_str().to_str()?;
    first.starts_with("..").then_some(real)
}

/// The bytes of a file that may grow while it is read.
fn bounded(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(FILE_MAX as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > FILE_MAX {
        bail!("it grew beyond {FILE_MAX} bytes");
    }
    Ok(bytes)
}
