//! The files of one commit or one directory, as bytes.

use std::collections::BTreeMap;

/// The most files a tree may have.
pub const FILES_MAX: usize = 20_000;
/// The largest file that is read, in bytes.
pub const FILE_MAX: usize = 1024 * 1024;

/// The files below the root of a config repository, by path with `/`. Whoever reads them keeps to [`FILES_MAX`] and
/// [`FILE_MAX`]; `compile` checks both again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    pub files: BTreeMap<String, Vec<u8>>,
}
