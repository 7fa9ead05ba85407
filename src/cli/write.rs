//! Writes config files, all of them or none.
//!
//! Each new text goes to a temporary file next to the old one, then replaces it and keeps its permissions. This
//! happens only if the file on disk is still what was read, so a change by an editor or a `git checkout` in between
//! is not overwritten.

use super::spoken::{caused, told};
use crate::compile::Tree;
use crate::language::failed::{cannot_read, cannot_write, has_changed, is_a_link, not_all_written};
use anyhow::Result;
use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tempfile::{Builder, NamedTempFile};

/// The permissions of a new file, before the umask.
const NEW_FILE: u32 = 0o666;

/// A text on disk that does not have its final name yet.
struct Staged<'a> {
    path: PathBuf,
    temporary: NamedTempFile,
    /// The text that must still be there; `None`: no file.
    was: Option<&'a Vec<u8>>,
}

/// Writes the files below `dir`, where `tree` was read. If a file has changed or cannot be written, nothing is left
/// behind. If a file cannot be renamed after others have been, the error says which ones are written.
pub fn write(dir: &Path, tree: &Tree, files: &BTreeMap<String, String>) -> Result<()> {
    let staged = files.iter().map(|(path, text)| staged(dir, path, text, tree.files.get(path)));
    let staged: Vec<Staged<'_>> = staged.collect::<Result<_>>()?;
    staged.iter().try_for_each(is_as_read)?;
    let mut written: Vec<String> = Vec::new();
    for file in staged {
        let path = file.path.display().to_string();
        take_name(file).map_err(|error| caused(not_all_written(&path, &written.join(", ")), error))?;
        written.push(path);
    }
    Ok(())
}

fn staged<'a>(dir: &Path, path: &str, text: &str, was: Option<&'a Vec<u8>>) -> Result<Staged<'a>> {
    let path = dir.join(path);
    let unwritable = |error: io::Error| caused(cannot_write(&path.display().to_string()), error);
    let folder = path.parent().unwrap_or(dir);
    fs::create_dir_all(folder).map_err(unwritable)?;
    let permissions = match fs::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_symlink() => {
            return Err(told(is_a_link(&path.display().to_string())).into());
        }
        Ok(metadata) => metadata.permissions(),
        Err(_) => Permissions::from_mode(NEW_FILE),
    };
    let mut temporary =
        Builder::new().permissions(permissions.clone()).tempfile_in(folder).map_err(unwritable)?;
    temporary.write_all(text.as_bytes()).map_err(unwritable)?;
    if was.is_some() {
        temporary.as_file().set_permissions(permissions).map_err(unwritable)?;
    }
    temporary.as_file().sync_all().map_err(unwritable)?;
    Ok(Staged { path, temporary, was })
}

fn is_as_read(staged: &Staged<'_>) -> Result<()> {
    let now = match fs::read(&staged.path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(caused(cannot_read(&staged.path.display().to_string()), error)),
    };
    if now.as_ref() == staged.was {
        return Ok(());
    }
    Err(told(has_changed(&staged.path.display().to_string())).into())
}

fn take_name(staged: Staged<'_>) -> Result<()> {
    is_as_read(&staged)?;
    match staged.was {
        Some(_) => staged.temporary.persist(&staged.path)?,
        None => staged.temporary.persist_noclobber(&staged.path)?,
    };
    Ok(())
}
