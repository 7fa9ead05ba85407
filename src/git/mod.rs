//! The config's repository: a commit fetched, read as a tree, and compared with another.
//!
//! It reads and fetches; what a commit means, and whether it goes into force, is decided by
//! [`compile`](crate::compile) and the [`server`](crate::server). It never pushes.

mod commit;
pub mod fetch;
pub mod files;
pub mod remote;
pub mod repository;
pub mod revision;
