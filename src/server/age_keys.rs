//! The age keys of this machine, where `sops` looks for them too.
//!
//! `SOPS_AGE_KEY` holds keys, `SOPS_AGE_KEY_FILE` names a file of them, and `sops/age/keys.txt` in the user's config folder
//! is read if it is there; all that are found are used. No command is run (`SOPS_AGE_KEY_CMD`) and no passphrase asked for.

use super::secret_file::bounded;
use crate::sops::Keys;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What to do where there is no key.
pub(super) const WAY_OUT: &str =
    ": set SOPS_AGE_KEY_FILE to the file of one, or put it into ~/.config/sops/age/keys.txt";

/// The keys there are, and what could not be used.
pub(super) fn read() -> (Keys, Vec<String>) {
    let mut found = Found::default();
    if let Ok(text) = std::env::var("SOPS_AGE_KEY").map(Zeroizing::new) {
        found.add("SOPS_AGE_KEY", &text);
    }
    if let Some(path) = std::env::var_os("SOPS_AGE_KEY_FILE").filter(|path| !path.is_empty()) {
        found.file(Path::new(&path), true);
    }
    if let Some(path) = default_file() {
        found.file(&path, false);
    }
    (found.keys, found.troubles)
}

fn default_file() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let below_home = if cfg!(target_os = "macos") { "Library/Application Support" } else { ".config" };
    let folder = set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(below_home)))?;
    Some(folder.join("sops/age/keys.txt"))
}

#[derive(Default)]
struct Found {
    keys: Keys,
    troubles: Vec<String>,
}

impl Found {
    fn file(&mut self, path: &Path, wanted: bool) {
        match bounded(path) {
            Ok(text) => self.add(&path.display().to_string(), &text),
            Err(error) if error.kind() == ErrorKind::NotFound && !wanted => {}
            Err(error) => self.troubles.push(format!("{}: {error}", path.display())),
        }
    }

    fn add(&mut self, name: &str, text: &str) {
        let unused = self.keys.add(text);
        if let Some(line) = unused.first() {
            self.troubles.push(format!("line {line} of {name} is not a key of the form AGE-SECRET-KEY-1…"));
        }
    }
}
