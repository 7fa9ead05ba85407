//! The files of one commit, read from git's objects without a checkout.
//!
//! [`files`](super::files) decides which files are read and the limits, as for a directory.

use super::files::TreeReading;
use crate::compile::{Tree as Config, Unread};
use anyhow::{Context, Result, anyhow};
use git2::{ObjectType, Oid, Repository, Tree};
use std::path::Path;

const FILE_MODE_LINK: i32 = 0o120_000;

/// The files of a commit below `folder`. Fails if the commit does not exist, or `folder` is not in it.
pub(super) fn read(git: &Repository, commit: Oid, folder: Option<&str>) -> Result<Config> {
    let commit = git.find_commit(commit).context("it is not in the clone: fetch the branch that has it")?;
    let root = commit.tree()?;
    let mut reading = TreeReading::default();
    match folder {
        None => read_tree(git, &mut reading, &root, "")?,
        Some(folder) => read_tree(git, &mut reading, &find(git, &root, folder)?, "")?,
    }
    Ok(reading.tree)
}

fn find<'r>(git: &'r Repository, root: &Tree<'_>, folder: &str) -> Result<Tree<'r>> {
    let entry =
        root.get_path(Path::new(folder)).with_context(|| format!("there is no folder {folder} in it"))?;
    entry.to_object(git)?.into_tree().map_err(|_| anyhow!("{folder} is not a folder in it"))
}

fn read_tree(git: &Repository, reading: &mut TreeReading, tree: &Tree<'_>, prefix: &str) -> Result<()> {
    for entry in tree {
        let Some(path) = reading.join(prefix, &String::from_utf8_lossy(entry.name_bytes())) else { continue };
        if entry.name().is_err() {
            reading.pass_over(&path, Unread::Name);
            continue;
        }
        match entry.kind() {
            Some(ObjectType::Tree) => read_tree(git, reading, &git.find_tree(entry.id())?, &path)?,
            Some(ObjectType::Blob) if entry.filemode_raw() == FILE_MODE_LINK => {
                reading.pass_over(&path, Unread::Link);
            }
            Some(ObjectType::Blob) => read_blob(git, reading, entry.id(), &path)?,
            _ => reading.pass_over(&path, Unread::Submodule),
        }
    }
    Ok(())
}

fn read_blob(git: &Repository, reading: &mut TreeReading, id: Oid, path: &str) -> Result<()> {
    let (size, _) = git.odb()?.read_header(id).with_context(|| format!("cannot read {path}"))?;
    reading.add(path, size as u64, || Ok(git.find_blob(id)?.content().to_vec()))
}
