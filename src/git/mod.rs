//! The config's repository: a commit fetched, read as a tree, and compared with another.
//!
//! This room only reads and fetches, and never pushes. [`compile`](crate::compile) and the [`server`](crate::server)
//! decide what a commit means, and whether it goes into force.

mod clone;
mod commit;
pub mod fetch;
pub mod files;
pub mod kept;
pub mod remote;
pub mod repository;
pub mod revision;
mod work_tree;
