//! Which whole segments may go: those that no start needs any more, once they are old or too many.
//!
//! A start needs everything after the *older* of the two kept snapshots, because the newest may turn out broken.
//! Timelines of open incidents travel in the snapshot, so an old segment is never kept for an old incident.

use std::time::Duration;

/// The most segments kept, whatever their size: each start makes one, and a server may be in a crash loop.
pub const SEGMENTS_MAX: usize = 10_000;

/// How much of the past is kept for people to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct History {
    pub age: Duration,
    /// In bytes, all segments together.
    pub size: u64,
}

impl Default for History {
    fn default() -> Self {
        History { age: Duration::from_secs(90 * 24 * 3600), size: 10 << 30 }
    }
}

/// A segment that is no longer written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    pub number: u64,
    /// The last entry that it can hold.
    pub last_seq: u64,
    /// Since it was last written.
    pub age: Duration,
    /// In bytes.
    pub size: u64,
}

/// The numbers of the segments to delete; `segments` and `snapshots` (the last entry that each contains) ascend, and
/// broken snapshots are not among them. Always the oldest, so that what is left has no hole.
pub fn expired(segments: &[Segment], snapshots: &[u64], history: &History) -> Vec<u64> {
    let [.., covered, _newest] = *snapshots else { return Vec::new() };
    let mut size: u64 = segments.iter().map(|segment| segment.size).sum();
    let mut count = segments.len();
    let mut gone = Vec::new();
    for segment in segments {
        let unwanted = segment.age > history.age || size > history.size || count > SEGMENTS_MAX;
        if segment.last_seq > covered || !unwanted {
            break;
        }
        size -= segment.size;
        count -= 1;
        gone.push(segment.number);
    }
    gone
}
