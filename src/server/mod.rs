//! What touches the world at run time: disk, network, clock, git.
//!
//! Nothing here decides about an incident. Each part carries out what the pure modules ask for and reports back.

pub mod clock;
// pub mod delivery;
pub mod files;
pub mod inbox;
pub mod live;
pub mod metrics;
pub mod remote;
pub mod repository;
pub mod secrets;
