//! A file that the running server touches: how long no server ran before this one, and how far the journal went.
//!
//! Its age at a start is the gap that the start's entry records. Its text shows a start that the newest entries are gone,
//! which the journal alone cannot tell from a server that had nothing more to say.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// How often the file is touched.
pub const ALIVE_EVERY: Duration = Duration::from_secs(5);
const FILE: &str = "alive";
/// The longest text that is read, in bytes.
const TEXT_MAX: usize = 256;

/// How far the journal went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watermark {
    /// The segment that was being written.
    pub segment: u64,
    /// The last entry on disk.
    pub seq: u64,
    /// When it was so.
    pub at: Option<SystemTime>,
}

/// What the last server said, if its text is whole.
pub(super) fn read(state: &Path) -> Option<Watermark> {
    let text = std::fs::read(state.join(FILE)).ok().filter(|text| text.len() <= TEXT_MAX)?;
    let text = String::from_utf8(text).ok()?;
    let (segment, rest) = text.trim_end().strip_prefix("segment ")?.split_once(" entry ")?;
    let seq = rest.strip_suffix(" end")?.trim().parse().ok()?;
    Some(Watermark { segment: segment.trim().parse().ok()?, seq, at: touched(state) })
}

/// The file of a thread that writes the journal.
pub(super) fn file(state: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(false).open(state.join(FILE))
}

/// Writes how far the journal is, at each batch: whatever is cut off later is noticed. Nothing waits for the disk here.
pub(super) fn wrote(file: &File, segment: u64, seq: u64) {
    let _ = file.write_all_at(words(segment, seq).as_bytes(), 0);
}

/// Of one length, in place: a full disk takes it, and nothing older is left behind it.
pub(super) fn words(segment: u64, seq: u64) -> String {
    format!("segment {segment:20} entry {seq:20} end\n")
}

/// When it was touched.
pub(super) fn touched(state: &Path) -> Option<SystemTime> {
    std::fs::metadata(state.join(FILE)).and_then(|about| about.modified()).ok()
}
