//! The other side of a comparison: a directory's files at another revision of the repository around it.
//!
//! Nothing is checked out or fetched. A revision is anything that `git rev-parse` accepts. If both branches have
//! moved on, the commit where this branch left the other is used, so that other people's changes since then do not
//! show up as undone.

use super::commit;
use crate::compile::Tree;
use anyhow::{Context, Error, Result, anyhow, bail};
use git2::{ErrorCode, Oid, Repository, TreeWalkMode, TreeWalkResult};
use std::path::{Path, PathBuf};

/// Names under which a clone knows the branch that changes are merged into, the best first.
const UPSTREAMS: [&str; 4] = ["origin/HEAD", "origin/main", "origin/master", "HEAD"];
/// How many digits of a commit id people see.
const DIGITS: usize = 10;
/// How many commits are looked at for one that loads.
const BEFORE_MAX: usize = 50;

/// A directory at a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtRevision {
    /// Its name for people: `origin/main at 1a2b3c4d5e`.
    pub name: String,
    /// Its 40 hexadecimal digits.
    pub commit: String,
    /// `None` if the directory does not exist at that revision.
    pub tree: Option<Tree>,
}

/// The files of `dir` at `revision`. Without a revision, at the commit where the checked-out branch left the one it
/// will be merged into, as far as the clone knows. Fails outside a repository, or if the revision is unknown.
pub fn read(dir: &Path, revision: Option<&str>) -> Result<AtRevision> {
    let dir = dir.canonicalize().with_context(|| format!("cannot read {}", dir.display()))?;
    let git = Repository::discover(&dir).map_err(|error| no_repository(&error, &dir))?;
    let folder = folder(&git, &dir)?;
    let (name, tip) = match revision {
        Some(name) => (name, find(&git, name).map_err(|_| anyhow!(unknown(name)))?),
        None => upstream(&git).ok_or_else(|| anyhow!("the repository has no commit yet"))?,
    };
    let left = git.head().ok().and_then(|head| head.target()).and_then(|head| git.merge_base(head, tip).ok());
    if git.is_shallow() && (left.is_none() || revision.is_none() && name == UPSTREAMS[3]) {
        bail!(shallow(name));
    }
    let commit = left.unwrap_or(tip);
    let digits = short(commit);
    let name = match (commit == tip, name == tip.to_string()) {
        (true, true) => digits,
        (true, false) => format!("{name} at {digits}"),
        (false, true) => format!("{digits}, where this branch left {}", short(tip)),
        (false, false) => format!("{digits}, where this branch left {name}"),
    };
    at(&git, folder.as_deref(), commit, name)
}

/// Whether the repository around `dir` knows a revision of this name.
pub fn knows(dir: &Path, name: &str) -> bool {
    Repository::discover(dir).is_ok_and(|git| find(&git, name).is_ok())
}

/// The files of `dir` at the commits before this one, the nearest first, at most 50; only along the branch,
/// not into what was merged.
pub fn before(dir: &Path, commit: &str) -> Result<impl Iterator<Item = AtRevision> + use<>> {
    let dir = dir.canonicalize()?;
    let git = Repository::discover(&dir).map_err(|error| no_repository(&error, &dir))?;
    let folder = folder(&git, &dir)?;
    let mut next = Some(Oid::from_str(commit)?);
    let parents = std::iter::from_fn(move || {
        next = git.find_commit(next?).and_then(|it| it.parent_id(0)).ok();
        at(&git, folder.as_deref(), next?, short(next?)).ok()
    });
    Ok(parents.take(BEFORE_MAX))
}

/// Where the commit has a config that the work tree around `dir` has not at that place any more.
pub fn moved_from(dir: &Path, commit: &str, name: &str) -> Result<Option<String>> {
    let git = Repository::discover(dir.canonicalize()?)?;
    let root = git.workdir().unwrap_or_else(|| git.path()).to_owned();
    let mut gone = None;
    git.find_commit(Oid::from_str(commit)?)?
        .tree()?
        .walk(TreeWalkMode::PreOrder, |folder, entry| {
            let path = format!("{folder}{}", entry.name().unwrap_or_default());
            let is_gone = entry.name() == Ok(name) && !root.join(&path).exists();
            if is_gone {
                gone = Some(path)
            }
            if is_gone { TreeWalkResult::Abort } else { TreeWalkResult::Ok }
        })
        .ok();
    Ok(gone)
}

fn short(commit: Oid) -> String {
    commit.to_string().chars().take(DIGITS).collect()
}

fn at(git: &Repository, folder: Option<&str>, commit: Oid, name: String) -> Result<AtRevision> {
    let tree = match has(git, commit, folder)? {
        true => Some(commit::read(git, commit, folder).with_context(|| format!("cannot read {name}"))?),
        false => None,
    };
    Ok(AtRevision { name, commit: commit.to_string(), tree })
}

/// The directory, as a path below the root of the work tree; `None` for the root itself.
fn folder(git: &Repository, dir: &Path) -> Result<Option<String>> {
    let root: PathBuf = git.workdir().unwrap_or_else(|| git.path()).canonicalize()?;
    let below = dir
        .strip_prefix(&root)
        .map_err(|_| anyhow!("{} is not in the work tree {}", dir.display(), root.display()))?;
    let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    Ok(Some(parts.join("/")).filter(|folder| !folder.is_empty()))
}

fn upstream(git: &Repository) -> Option<(&'static str, Oid)> {
    UPSTREAMS.into_iter().find_map(|name| Some((name, find(git, name).ok()?)))
}

fn find(git: &Repository, revision: &str) -> Result<Oid> {
    Ok(git.revparse_single(revision)?.peel_to_commit()?.id())
}

fn has(git: &Repository, commit: Oid, folder: Option<&str>) -> Result<bool> {
    let tree = git.find_commit(commit)?.tree()?;
    Ok(folder.is_none_or(|folder| tree.get_path(Path::new(folder)).is_ok()))
}

fn unknown(revision: &str) -> String {
    format!(
        "there is no directory and no revision `{revision}`: fetch it first (in CI: a checkout with full history), or name a \
         directory that holds the other side"
    )
}

/// Without its history, a branch would be compared with itself or with what others have done since.
fn shallow(name: &str) -> String {
    format!(
        "this clone is shallow, and the commit where the branch left `{name}` is not in it: `git fetch --unshallow origin \
         '+refs/heads/*:refs/remotes/origin/*'` (in GitHub Actions: `fetch-depth: 0`; in GitLab CI: `GIT_DEPTH: \"0\"`)"
    )
}

fn no_repository(error: &git2::Error, dir: &Path) -> Error {
    match error.code() {
        ErrorCode::Owner => anyhow!(
            "the repository around {0} belongs to another user: `git config --global --add safe.directory {0}`",
            dir.display()
        ),
        _ => anyhow!(
            "{} is in no git repository: give `--base` a directory with the other side",
            dir.display()
        ),
    }
}
