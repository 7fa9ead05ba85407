//! Writes config files, all of them or none.
//!
//! Each new text goes to a temporary file next to the old one, then replaces it and keeps its permissions. This
//! happens only if the file on disk is still what was read, so a change by an editor or a `git checkout` in between
//! is not overwritten.

use crate::compile::Tree;
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io::{ErrorKind, Write};
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
        let done = if written.is_empty() { "nothing".to_owned() } else { written.join(", ") };
        take_name(file).with_context(|| format!("{path} was not written; written before it: {done}"))?;
        written.push(path);
    }
    Ok(())
}

fn staged<'a>(dir: &Path, path: &str, text: &str, was: Option<&'a Vec<u8>>) -> Result<Staged<'a>> {
    let path = dir.join(path);
    let unwritable = || format!("cannot write {}", path.display());
    let folder = path.parent().unwrap_or(dir);
    fs::create_dir_all(folder).with_context(unwritable)?;
    let permissions = match fs::symlink_metadata(&path) {
        Ok(metadata) if metadata.is_symlink() => {
            bail!("{} is a link: run this in the directory where the file itself is", path.display())
        }
        Ok(metadata) => metadata.permissions(),
        Err(_) => Permissions::from_mode(NEW_FILE),
    };
    let mut temporary =
        Builder::new().permissions(permissions.clone()).tempfile_in(folder).with_context(unwritable)?;
    temporary.write_all(text.as_bytes()).with_context(unwritable)?;
    if was.is_some() {
        temporary.as_file().set_permissions(permissions).with_context(unwritable)?;
    }
    temporary.as_file().sync_all().with_context(unwritable)?;
    Ok(Staged { path, temporary, was })
}

fn is_as_read(staged: &Staged<'_>) -> Result<()> {
    let now = match fs::read(&staged.path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", staged.path.display())),
    };
    if now.as_ref() == staged.was {
        return Ok(());
    }
    bail!("{} has changed since it was read: run the command again", staged.path.display())
}

fn take_name(staged: Staged<'_>) -> Result<()> {
    is_as_read(&staged)?;
    match staged.was {
        Some(_) => staged.temporary.persist(&staged.path)?,
        None => staged.temporary.persist_noclobber(&staged.path)?,
    };
    Ok(())
}
