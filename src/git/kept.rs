//! The last good config as plain files below the state directory: a start uses it while the directory has errors, or while
//! the clone of the repository is damaged and the remote is away.

use super::files::read_dir;
use crate::compile::Tree;
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// Dot-names are not read as config.
const NAME: &str = ".version";

/// Where the last good config of one directory, or of one remote, branch and folder, is kept.
#[derive(Debug)]
pub struct Kept {
    folder: PathBuf,
}

impl Kept {
    /// Of the config in `directory`, below `state`. Each directory has its own.
    pub fn of(state: &Path, directory: &Path) -> Kept {
        let real = directory.canonicalize().unwrap_or_else(|_| directory.to_owned());
        Kept { folder: state.join(name(real.as_os_str().as_encoded_bytes())) }
    }

    /// Beside the clone in `clone`, of what is followed there.
    pub(super) fn beside(clone: &Path, followed: &str) -> Kept {
        Kept { folder: clone.with_file_name(name(followed.as_bytes())) }
    }

    /// Writes the files beside the old ones and exchanges both, so that a crash leaves one of them whole.
    pub fn write(&self, version: &str, tree: &Tree) -> Result<()> {
        if whole_version(&self.folder).as_deref() == Some(version) {
            return Ok(());
        }
        let new = self.new_folder();
        let write = || {
            match (whole_version(&self.folder), whole_version(&new)) {
                // A crash came between the two steps: the only whole one stays until there is another.
                (None, Some(_)) => {
                    if self.folder.exists() {
                        fs::remove_dir_all(&self.folder)?;
                    }
                    fs::rename(&new, &self.folder)?;
                }
                _ if new.exists() => fs::remove_dir_all(&new)?,
                _ => {}
            }
            fs::create_dir_all(&new)?;
            for (path, bytes) in &tree.files {
                let path = new.join(path);
                path.parent().map_or(Ok(()), fs::create_dir_all)?;
                fs::write(&path, bytes)?;
                fs::File::open(&path)?.sync_all()?;
            }
            fs::write(new.join(NAME), version)?;
            if self.folder.exists() {
                fs::remove_dir_all(&self.folder)?;
            }
            fs::rename(&new, &self.folder)
        };
        write().with_context(|| format!("cannot keep the config in {}", self.folder.display()))
    }

    /// What was kept, and the name of its version; after a crash between the two steps of an exchange, the new one.
    pub fn read(&self) -> Option<(String, Tree)> {
        let whole = [self.folder.clone(), self.new_folder()]
            .into_iter()
            .find_map(|it| Some((whole_version(&it)?, it)));
        let (version, folder) = whole?;
        Some((version, read_dir(&folder).ok()?))
    }

    fn new_folder(&self) -> PathBuf {
        self.folder.with_extension("new")
    }
}

fn name(of: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, of);
    format!("last-good-{}", &data_encoding::HEXLOWER.encode(digest.as_ref())[..16])
}

/// It is written last: a folder that has it is whole.
fn whole_version(folder: &Path) -> Option<String> {
    fs::read_to_string(folder.join(NAME)).ok()
}
