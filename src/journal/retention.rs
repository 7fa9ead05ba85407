//! Decides which whole segments may be deleted: those no start needs any more, once they are too old or too many.
//!
//! A start needs everything after the *older* of the two kept snapshots, because the newest may turn out to be
//! broken. A snapshot has only the numbers of timeline entries; what open incidents, and those that closed within the
//! history, have in a segment that goes is copied first (`disk/kept`).

use std::time::Duration;

/// The most segments we keep, of any size. Each start creates one, and a server may be in a crash loop.
pub const SEGMENTS_MAX: usize = 10_000;

/// How much of the past is kept for people to read: 13 months, unless the config says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct History {
    pub age: Duration,
    /// The size of all segments together, in bytes.
    pub size: u64,
}

impl Default for History {
    fn default() -> Self {
        History { age: Duration::from_secs(13 * 31 * 24 * 3600), size: 10 << 30 }
    }
}

/// A segment that is no longer written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    pub number: u64,
    /// The last entry that it may contain.
    pub last_seq: u64,
    /// The time since it was last written.
    pub age: Duration,
    /// In bytes.
    pub size: u64,
}

/// The numbers of the segments to delete. `segments` and `snapshots` (the last entry in each) are in ascending order,
/// and broken snapshots are not included. Always the oldest, so that what remains has no gap.
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
