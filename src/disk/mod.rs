//! The state directory: the journal's segments, snapshots, and the threads that write them.
//!
//! [`journal`](crate::journal) decides which bytes are valid, what a start replays and which segments may go; this
//! room reads, writes and syncs files, and reports failures.

pub mod alive;
pub mod append;
pub mod archive;
pub mod compaction;
pub mod directory;
pub mod entries;
mod files;
mod held;
pub mod keeping;
mod kept;
mod presence;
pub mod recorder;
pub mod recover;
pub mod replay;
pub mod segment;
pub mod web_key;
