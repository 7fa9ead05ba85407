//! The journal as bytes, without I/O: what to write for a batch of entries, what to read back after a crash, and what
//! may be deleted.
//!
//! Payloads are opaque here, one for each sequence number from 1 on. A *batch* is what one `fdatasync` made durable.
//! It is read back whole or not at all, so no decision is half replayed. Every start, and every recovery from a
//! failed write, begins an *epoch*: a new segment, whose number names the epoch and whose header says where its
//! predecessor ended. Files, threads and locks are in [`disk`](crate::disk).

#![deny(clippy::wildcard_enum_match_arm)]

pub mod frame;
pub mod recovery;
pub mod retention;
pub mod snapshot;

/// Where a segment ends, according to its successor's header. Anything after that is never read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// The segment's number.
    pub segment: u64,
    /// In bytes, from the start of the segment.
    pub offset: u64,
    /// The last entry before `offset`; one less than the segment's first if it contains none.
    pub last_seq: u64,
}
