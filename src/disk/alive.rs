//! A file that the running server touches: how long no server ran before this one, and how far the journal went.
//!
//! Its age at a start is the gap that the start's entry records. Its text shows a start that the newest entries are gone,
//! which the journal alone cannot tell from a server that had nothing more to say.

use super::directory::StateDir;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::Ordering;
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

/// For how many seconds no server ran before `now`; `None` where no server has run here, or the clock was set back.
pub fn gap_seconds(dir: &StateDir, now: SystemTime) -> Option<u64> {
    let touched = touched(&dir.shared.path)?;
    now.duration_since(touched).ok().map(|gap| gap.as_secs())
}

/// What the last server said, if its text is whole.
pub(super) fn read(state: &Path) -> Option<Watermark> {
    let text = std::fs::read(state.join(FILE)).ok().filter(|text| text.len() <= TEXT_MAX)?;
    let text = String::from_utf8(text).ok()?;
    let (segment, rest) = text.trim_end().strip_prefix("segment ")?.split_once(" entry ")?;
    let seq = rest.strip_suffix(" end")?.trim().parse().ok()?;
    Some(Watermark { segment: segment.trim().parse().ok()?, seq, at: touched(state) })
}

/// Touches the file, and writes how far the journal is. A disk that fails is told of by the journal.
pub(super) fn touch(dir: &StateDir) {
    let shared = &dir.shared;
    let (segment, seq) = (shared.live.load(Ordering::SeqCst), shared.durable.load(Ordering::SeqCst));
    // Before this process has written anything, what the last one said stays: a start that is cut short tells of no loss.
    let text = match (segment, shared.before) {
        (0, None) => "\n".to_owned(),
        (0, Some(before)) => words(before.segment, before.seq),
        _ => words(segment, seq),
    };
    let _ = file(dir).and_then(|file| file.write_all_at(text.as_bytes(), 0));
}

/// The file of a thread that writes the journal.
pub(super) fn file(dir: &StateDir) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(false).open(dir.shared.path.join(FILE))
}

/// Writes how far the journal is, at each batch: whatever is cut off later is noticed. Nothing waits for the disk here.
pub(super) fn wrote(file: &File, segment: u64, seq: u64) {
    let _ = file.write_all_at(words(segment, seq).as_bytes(), 0);
}

/// Of one length, in place: a full disk takes it, and nothing older is left behind it.
fn words(segment: u64, seq: u64) -> String {
    format!("segment {segment:20} entry {seq:20} end\n")
}

fn touched(state: &Path) -> Option<SystemTime> {
    std::fs::metadata(state.join(FILE)).and_then(|about| about.modified()).ok()
}
