//! The engine's task and what it works with: deliveries, secrets, metrics, clocks, and the config that it follows.
//!
//! Nothing here decides about an incident. Each part carries out what the pure modules ask for and reports back.

mod age_keys;
pub mod clock;
pub mod delivery;
pub mod doctor;
pub mod follow;
pub mod former;
pub mod inbox;
pub mod live;
pub mod metrics;
pub mod own_heartbeat;
pub mod run;
pub mod secrets;
mod settling;
pub mod standby;
mod trouble;
pub mod verdict;
