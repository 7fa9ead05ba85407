//! The files of one commit, read from git's objects without a checkout.
//!
//! [`files`](super::files) decides which files are read and the limits, as for a directory.

use super::files::TreeReading;
use crate::compile::{Tree as Config, Unread};
use anyhow::{Context, Result, anyhow};
use git2::{ObjectType, Oid, Repository, Tree, TreeEntry};
use std::path::Path;

const FILE_MODE_LINK: i32 = 0o120_000;
/// How many links a link may lead over.
const LINKS_MAX: u32 = 8;

/// A commit's config folder, from which links may lead elsewhere in it.
struct Root<'r> {
    git: &'r Repository,
    tree: Tree<'r>,
}

/// The files of a commit below `folder`. Fails if the commit does not exist, or `folder` is not in it.
pub(super) fn read(git: &Repository, commit: Oid, folder: Option<&str>) -> Result<Config> {
    let commit = git.find_commit(commit).context("it is not in the clone: fetch the branch that has it")?;
    let root = commit.tree()?;
    let mut reading = TreeReading::default();
    let tree = match folder {
        None => root,
        Some(folder) => find(git, &root, folder)?,
    };
    let root = Root { git, tree };
    read_tree(&root, &mut reading, &root.tree, ("", ""))?;
    Ok(reading.tree)
}

fn find<'r>(git: &'r Repository, root: &Tree<'_>, folder: &str) -> Result<Tree<'r>> {
    let entry =
        root.get_path(Path::new(folder)).with_context(|| format!("there is no folder {folder} in it"))?;
    entry.to_object(git)?.into_tree().map_err(|_| anyhow!("{folder} is not a folder in it"))
}

/// `prefix`: where the files of this tree are, for the config; `real`: where they are in the commit.
fn read_tree(
    root: &Root<'_>,
    reading: &mut TreeReading,
    tree: &Tree<'_>,
    (prefix, real): (&str, &str),
) -> Result<()> {
    for entry in tree {
        let name = String::from_utf8_lossy(entry.name_bytes());
        let Some(path) = reading.join(prefix, &name) else { continue };
        if entry.name().is_err() {
            reading.pass_over(&path, Unread::Name);
            continue;
        }
        if entry.kind() != Some(ObjectType::Blob) || entry.filemode_raw() != FILE_MODE_LINK {
            read_entry(root, reading, &entry, (&path, &below(real, &name)))?;
            continue;
        }
        match root.led_to(real, &entry) {
            Some((entry, real)) => read_entry(root, reading, &entry, (&path, &real))?,
            None => reading.pass_over(&path, Unread::Link),
        }
    }
    Ok(())
}

fn read_entry(
    root: &Root<'_>,
    reading: &mut TreeReading,
    entry: &TreeEntry<'_>,
    (path, real): (&str, &str),
) -> Result<()> {
    match entry.kind() {
        Some(ObjectType::Tree) => read_tree(root, reading, &root.git.find_tree(entry.id())?, (path, real)),
        Some(ObjectType::Blob) => read_blob(root.git, reading, entry.id(), path),
        _ => {
            reading.pass_over(path, Unread::Submodule);
            Ok(())
        }
    }
}

fn read_blob(git: &Repository, reading: &mut TreeReading, id: Oid, path: &str) -> Result<()> {
    let (size, _) = git.odb()?.read_header(id).with_context(|| format!("cannot read {path}"))?;
    reading.add(path, size as u64, || Ok(git.find_blob(id)?.content().to_vec()))
}

impl Root<'_> {
    /// What a link in the folder `real` leads to, and where that is; only those that are followed in a directory, too: into
    /// a folder directly below the root whose name begins with two dots.
    fn led_to(&self, real: &str, link: &TreeEntry<'_>) -> Option<(TreeEntry<'static>, String)> {
        let path = self.follow(real, link, LINKS_MAX)?;
        let entry = self.tree.get_path(Path::new(&path)).ok()?;
        path.starts_with("..").then_some((entry, path))
    }

    /// The path of what a link in `folder` leads to, which is no link.
    fn follow(&self, folder: &str, link: &TreeEntry<'_>, links: u32) -> Option<String> {
        let blob = self.git.find_blob(link.id()).ok()?;
        let target = std::str::from_utf8(blob.content()).ok()?;
        if target.starts_with('/') {
            return None;
        }
        let mut at = folder.to_owned();
        for part in target.split('/').filter(|part| !part.is_empty() && *part != ".") {
            if part == ".." {
                // Above the root is outside.
                (!at.is_empty()).then_some(())?;
                at.truncate(at.rfind('/').unwrap_or(0));
                continue;
            }
            let next = below(&at, part);
            let entry = self.tree.get_path(Path::new(&next)).ok()?;
            at = match entry.filemode_raw() {
                FILE_MODE_LINK => self.follow(&at, &entry, links.checked_sub(1)?)?,
                _ => next,
            };
        }
        Some(at)
    }
}

fn below(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
