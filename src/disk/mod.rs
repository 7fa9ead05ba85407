//! The state directory: the journal's segments, snapshots, and the threads that write them.
//!
//! Which bytes are valid, what a start replays and which segments may go is decided by [`journal`](crate::journal);
//! this room reads, writes and syncs files and says what failed.

pub mod alive;
pub mod append;
pub mod compaction;
pub mod directory;
pub mod entries;
pub mod recorder;
pub mod recover;
pub mod segment;
