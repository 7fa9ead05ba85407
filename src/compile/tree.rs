//! The files of a commit or directory as bytes, and the entries that could not be read as files.

use super::code;
use super::diagnostic::{Finding, Spot};
use crate::language::words::Words;
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

    fn words(self) -> (&'static str, Words, Words) {
        let narrower = Words::new(
            "name the folder that holds oncall.yaml (`--path`), or move what is no config out of it",
            "oncall.yaml のあるフォルダを指定するか（`--path`）、設定でないものを外に移してください",
        );
        match self {
            Unread::Link | Unread::Submodule | Unread::LfsPointer | Unread::Special => self.no_file(),
            Unread::Name => (
                code::FILE_NAME,
                Words::new("this name is not UTF-8", "ファイル名が UTF-8 ではありません"),
                Words::new("rename it", "名前を変えてください"),
            ),
            Unread::TooLarge(bytes) => (
                code::UNREADABLE,
                Words::new(
                    format!("this file has {bytes} bytes; {FILE_MAX} are the most"),
                    format!("ファイルが {bytes} バイトあります。上限は {FILE_MAX} バイトです"),
                ),
                Words::new(
                    "make it smaller, or move it out of the folder",
                    "小さくするか、フォルダの外に移してください",
                ),
            ),
            Unread::TooDeep => (
                code::UNREADABLE,
                Words::new(
                    format!("this is more than {FOLDERS_MAX} folders deep"),
                    format!("フォルダが {FOLDERS_MAX} 段より深くなっています"),
                ),
                Words::new("move it up", "浅い場所に移してください"),
            ),
            Unread::TooMany => (
                code::UNREADABLE,
                Words::new(
                    format!("more than {FILES_MAX} files"),
                    format!("ファイルが {FILES_MAX} 個を超えています"),
                ),
                narrower,
            ),
            Unread::TooMuch => {
                let size = TREE_BYTES_MAX >> 20;
                let message = Words::new(
                    format!("more than {size} MiB of files"),
                    format!("ファイルの合計が {size} MiB を超えています"),
                );
                (code::UNREADABLE, message, narrower)
            }
        }
    }

    /// What stands in place of a file.
    fn no_file(self) -> (&'static str, Words, Words) {
        let (what, help) = match self {
            Unread::Link => (
                ("a symbolic link", "シンボリックリンク"),
                ("put the file itself there", "ファイルそのものを置いてください"),
            ),
            Unread::Submodule => {
                (("a submodule", "サブモジュール"), ("put its files there", "中のファイルを置いてください"))
            }
            Unread::LfsPointer => (
                ("a pointer of Git LFS", " Git LFS のポインタ"),
                (
                    "commit the file itself, without LFS",
                    "LFS を使わず、ファイルそのものをコミットしてください",
                ),
            ),
            _ => (
                ("neither a file nor a folder", "ファイルでもフォルダでもないもの"),
                ("remove it", "削除してください"),
            ),
        };
        let message = Words::new(
            format!("{} stands where a file of the config should be", what.0),
            format!("設定のファイルがあるべき場所に{}があります", what.1),
        );
        (code::NO_FILE, message, Words::new(help.0, help.1))
    }
}
