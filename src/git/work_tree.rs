//! What git makes of a directory when it is committed: submodules, and files that are kept in Git LFS.
//!
//! A checkout shows files where the commit has only a reference or a pointer. The server reads the commit, so a directory is
//! read as if it were one. Outside a repository nothing is known but what the folders show themselves.

use git2::{AttrCheckFlags, Repository};
use std::collections::BTreeSet;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

const MODE_SUBMODULE: u32 = 0o160_000;

/// The repository around a config directory, as far as it matters there.
pub(super) struct WorkTree {
    /// Only where a file says that some others are special.
    attributes: Option<Repository>,
    /// The config directory, below the root of the work tree.
    below: PathBuf,
    /// Below the config directory.
    submodules: BTreeSet<PathBuf>,
}

impl WorkTree {
    /// Around the directory `root`, which has no links in it any more. A repository that cannot be read counts as none.
    pub fn around(root: &Path) -> WorkTree {
        let none = WorkTree { attributes: None, below: PathBuf::new(), submodules: BTreeSet::new() };
        let Ok(git) = Repository::discover(root) else { return none };
        let top = git.workdir().and_then(|top| top.canonicalize().ok());
        let Some(below) = top.as_ref().and_then(|top| root.strip_prefix(top).ok()).map(Path::to_owned) else {
            return none;
        };
        let mut submodules = BTreeSet::new();
        let mut special = git.path().join("info/attributes").exists()
            || root.ancestors().any(|folder| folder.join(".gitattributes").exists());
        for entry in git.index().iter().flat_map(git2::Index::iter) {
            special |= entry.path.ends_with(b".gitattributes");
            let path = Path::new(std::ffi::OsStr::from_bytes(&entry.path));
            if entry.mode == MODE_SUBMODULE
                && let Ok(path) = path.strip_prefix(&below)
            {
                submodules.insert(path.to_owned());
            }
        }
        WorkTree { attributes: Some(git).filter(|_| special), below, submodules }
    }

    /// Whether this folder is a repository of its own, or its place.
    pub fn is_submodule(&self, path: &str, folder: &Path) -> bool {
        self.submodules.contains(Path::new(path)) || folder.join(".git").exists()
    }

    /// Whether the commit has only a pointer to this file.
    pub fn is_in_lfs(&self, path: &str) -> bool {
        let Some(git) = &self.attributes else { return false };
        let filter = git.get_attr(&self.below.join(path), "filter", AttrCheckFlags::FILE_THEN_INDEX);
        filter.ok().flatten() == Some("lfs")
    }
}
