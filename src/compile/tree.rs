//! The files of a commit or directory as bytes, and the entries that could not be read as files.

use super::code;
use super::diagnostic::{Finding, Spot};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most files in a tree.
pub const FILES_MAX: usize = 20_000;
/// The largest file we read, in bytes.
pub const FILE_MAX: usize = 1024 * 1024;
/// The most bytes in all files together.
pub const TREE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// How deep folders may be nested below the root.
pub const FOLDERS_MAX: usize = 32;

/// The files below the root of a config repository, by path with `/`. Readers respect [`FILES_MAX`] and [`FILE_MAX`];
/// `compile` checks both again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    pub files: BTreeMap<String, Vec<u8>>,
    /// Entries that were not read, by path. If the tree exceeds a limit, the path that exceeded it.
    pub unread: BTreeMap<String, Unread>,
}

/// Why something in the tree was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unread {
    Link,
    Submodule,
    /// A Git LFS pointer in place of a file.
    LfsPointer,
    /// Neither a file nor a folder: a socket or a device.
    Special,
    /// Its name is not UTF-8.
    Name,
    /// Its size in bytes, more than [`FILE_MAX`].
    TooLarge(u64),
    /// More than [`FOLDERS_MAX`] folders deep; nothing below it was read.
    TooDeep,
    /// There are more than [`FILES_MAX`] files; nothing after this one was read.
    TooMany,
    /// The files exceed [`TREE_BYTES_MAX`] bytes; nothing after this one was read.
    TooMuch,
}

impl Unread {
    /// Whether the rest of the tree was not read either, so that nothing can be said about it.
    pub fn ends(self) -> bool {
        matches!(self, Unread::TooMany | Unread::TooMuch)
    }

    pub(super) fn finding(self, path: &str) -> Finding {
        let (code, message, help) = self.words();
        let spot = Spot::file(&Arc::from(if self.ends() { "." } else { path }));
        Finding::error(code, spot, message).help(help)
    }

    fn words(self) -> (&'static str, String, &'static str) {
        let no_file = |what: &str| format!("{what} stands where a file of the config should be");
        let narrower =
            "name the folder that holds oncall.yaml (`--path`), or move what is no config out of it";
        match self {
            Unread::Link => (code::NO_FILE, no_file("a symbolic link"), "put the file itself there"),
            Unread::Submodule => (code::NO_FILE, no_file("a submodule"), "put its files there"),
            Unread::LfsPointer => {
                (code::NO_FILE, no_file("a pointer of Git LFS"), "commit the file itself, without LFS")
            }
            Unread::Special => (code::NO_FILE, no_file("neither a file nor a folder"), "remove it"),
            Unread::Name => (code::FILE_NAME, "this name is not UTF-8".to_owned(), "rename it"),
            Unread::TooLarge(bytes) => (
                code::UNREADABLE,
                format!("this file has {bytes} bytes; {FILE_MAX} are the most"),
                "make it smaller, or move it out of the folder",
            ),
            Unread::TooDeep => {
                (code::UNREADABLE, format!("this is more than {FOLDERS_MAX} folders deep"), "move it up")
            }
            Unread::TooMany => (code::UNREADABLE, format!("more than {FILES_MAX} files"), narrower),
            Unread::TooMuch => {
                (code::UNREADABLE, format!("more than {} MiB of files", TREE_BYTES_MAX >> 20), narrower)
            }
        }
    }
}
