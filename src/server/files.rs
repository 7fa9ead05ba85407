//! Which files of a commit or of a directory are read, and within which bounds.
//!
//! A commit ([`Repository::tree`](super::repository::Repository::tree)) and a directory ([`read_dir`]) must give the
//! same files, or `oncall validate` would pass what the server refuses; so both decide here. Names that begin with a
//! dot are left out. Whatever cannot be read as a file (a link, a submodule, a Git LFS pointer, something too large)
//! is an error where the config lives and is passed over elsewhere: a picture in `docs/` breaks nothing. What the
//! files mean is left to `compile`.

use crate::compile::{FILE_MAX, FILES_MAX};
use crate::document::Kind;
use anyhow::{Context, Result, bail};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

/// The files of a config, by path with `/` below its root.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The most bytes all files may have together.
pub const TREE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// The deepest folder below the root.
pub const DEPTH_MAX: usize = 32;

/// A folder of the config that is no kind's.
const RUNBOOKS: &str = "runbooks";

/// The first bytes of a pointer that Git LFS leaves in place of a file (git-lfs, `docs/spec.md`).
const LFS_POINTER: &[u8] = b"version https://git-lfs.github.com/spec/v1\n";

/// Reads the config in the directory `root`. Fails on what the module page names, with the path and a way out.
pub fn read_dir(root: &Path) -> Result<Files> {
    let real = root
        .canonicalize()
        .with_context(|| format!("cannot read the config directory {}: does it exist?", root.display()))?;
    let mut reading = Reading::default();
    read_folder(&mut reading, &real, &real, "")?;
    Ok(reading.files)
}

/// The files read so far, and what they count for.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub files: Files,
    entries: usize,
    bytes: u64,
}

impl Reading {
    /// Adds the file at `path`, of `size` bytes, which `read` reads.
    pub fn add(&mut self, path: &str, size: u64, read: impl FnOnce() -> Result<Vec<u8>>) -> Result<()> {
        if size > FILE_MAX as u64 {
            let found = format!("has {size} bytes; {FILE_MAX} are the most");
            return self.pass_over(path, &found, "make it smaller, or move it out of the folder");
        }
        self.count(size)?;
        let bytes = read().with_context(|| format!("cannot read {path}"))?;
        if bytes.starts_with(LFS_POINTER) {
            return self.pass_over(path, "is a Git LFS pointer", "commit the file itself, without LFS");
        }
        self.files.insert(path.to_owned(), bytes);
        Ok(())
    }

    /// Refuses what is at `path` where the config lives, and counts it elsewhere.
    pub fn pass_over(&mut self, path: &str, found: &str, way_out: &str) -> Result<()> {
        if is_config(path) {
            bail!("{path} {found}: {way_out}");
        }
        self.count(0)
    }

    fn count(&mut self, size: u64) -> Result<()> {
        self.entries += 1;
        self.bytes = self.bytes.saturating_add(size);
        if self.entries > FILES_MAX {
            bail!("more than {FILES_MAX} files: name the folder that holds oncall.yaml (`--path`)");
        }
        if self.bytes > TREE_BYTES_MAX {
            bail!(
                "more than {TREE_BYTES_MAX} bytes of files: name the folder that holds oncall.yaml (`--path`)"
            );
        }
        Ok(())
    }
}

/// The path of `name` in the folder `prefix`, or `None` for a hidden name. `depth` is checked too.
pub(super) fn join(prefix: &str, name: &str) -> Result<Option<String>> {
    if name.starts_with('.') {
        return Ok(None);
    }
    let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") };
    if path.split('/').count() > DEPTH_MAX {
        bail!("{path} is more than {DEPTH_MAX} folders deep: move it up");
    }
    Ok(Some(path))
}

/// Whether the config lives at `path`: `oncall.yaml`, or anything in a folder of the config.
fn is_config(path: &str) -> bool {
    let Some((folder, _)) = path.split_once('/') else { return path == "oncall.yaml" };
    folder == RUNBOOKS || Kind::ALL.iter().any(|kind| kind.folder() == folder)
}

fn read_folder(reading: &mut Reading, root: &Path, folder: &Path, prefix: &str) -> Result<()> {
    let unreadable = || format!("cannot read the folder {}", folder.display());
    for entry in fs::read_dir(folder).with_context(unreadable)? {
        let entry = entry.with_context(unreadable)?;
        let name = entry.file_name();
        let Some(path) = join(prefix, &name.to_string_lossy())? else { continue };
        if name.to_str().is_none() {
            reading.pass_over(&path, "is not UTF-8", "rename it")?;
            continue;
        }
        match resolve(root, &entry.path()) {
            Some(real) => read_entry(reading, root, &real, &path)?,
            None => reading.pass_over(&path, "is a symbolic link", "put the file itself there")?,
        }
    }
    Ok(())
}

fn read_entry(reading: &mut Reading, root: &Path, real: &Path, path: &str) -> Result<()> {
    let metadata = real.metadata().with_context(|| format!("cannot read {path}"))?;
    if metadata.is_dir() {
        read_folder(reading, root, real, path)
    } else if metadata.is_file() {
        reading.add(path, metadata.len(), || bounded(real))
    } else {
        reading.pass_over(path, "is neither a file nor a folder", "remove it")
    }
}

/// What is at `path`, if it is no link, or one of the links by which Kubernetes mounts a ConfigMap: into a folder
/// directly below the root whose name begins with two dots.
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
