//! The names of the journal's files, and what is said when one cannot be read or written.

use anyhow::anyhow;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The files of the journal, each kind in ascending order.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub segments: Vec<u64>,
    /// The last entry in each, and the newest segment's number when it was made.
    pub snapshots: Vec<(u64, u64)>,
    pub temporaries: Vec<String>,
}

impl Names {
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty() && self.snapshots.is_empty() && self.temporaries.is_empty()
    }

    /// The highest number in use.
    pub fn newest_number(&self) -> u64 {
        let unfinished = self.temporaries.iter().filter_map(|name| name.strip_suffix(".tmp")?.parse().ok());
        let snapshots = self.snapshots.iter().map(|(_, number)| *number);
        self.segments.iter().copied().chain(unfinished).chain(snapshots).max().unwrap_or_default()
    }
}

/// What went wrong with `path`, and how to fix it.
pub(super) fn explain(path: &Path, error: &io::Error) -> anyhow::Error {
    let advice = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "free 200 MiB there, or give --state a larger disk"
        }
        ErrorKind::PermissionDenied => {
            "make the user that runs oncall its owner, or give --state another directory"
        }
        ErrorKind::ReadOnlyFilesystem => "mount it writable, or give --state another directory",
        ErrorKind::FileTooLarge => "raise the limit on the size of files (ulimit -f)",
        ErrorKind::NotADirectory => "a part of it is a file: give --state another directory",
        _ => return anyhow!("{}: {error}", path.display()),
    };
    anyhow!("{}: {error}: {advice}", path.display())
}

pub(super) fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)
}

/// Makes the names in the directory durable.
pub(super) fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// The files of the journal; none where there is no directory.
pub(super) fn names(journal: &Path) -> io::Result<Names> {
    let mut names = Names::default();
    let files = match std::fs::read_dir(journal) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(names),
        files => files?,
    };
    for file in files {
        let Ok(name) = file?.file_name().into_string() else { continue };
        match name.rsplit_once('.') {
            Some((stem, "journal")) => names.segments.extend(segment_name(stem)),
            Some((stem, "snapshot")) => names.snapshots.extend(snapshot_name(stem)),
            Some((_, "tmp")) => names.temporaries.push(name),
            _ => {}
        }
    }
    names.segments.sort_unstable();
    names.snapshots.sort_unstable();
    Ok(names)
}

/// A copy of a segment whose number is spelled differently does not count.
fn segment_name(stem: &str) -> Option<u64> {
    let number = stem.parse().ok()?;
    (stem == format!("{number:08}")).then_some(number)
}

fn snapshot_name(stem: &str) -> Option<(u64, u64)> {
    let (number, covered) = stem.split_once('-')?;
    Some((covered.parse().ok()?, number.parse().ok()?))
}

/// The segments that have a file of closed incidents in this folder, ascending.
pub(super) fn archived(folder: &Path) -> io::Result<Vec<u64>> {
    let files = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        files => files?,
    };
    let mut numbers = Vec::new();
    for file in files {
        let name = file?.file_name().into_string().unwrap_or_default();
        numbers.extend(name.strip_suffix(".closed").and_then(segment_name));
    }
    numbers.sort_unstable();
    Ok(numbers)
}
