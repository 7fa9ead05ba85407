//! The only input and output at run time.
pub mod append;
pub mod compaction;
pub mod disk;
pub mod segment;
pub mod timeline;
