//! What touches the world at run time: disk, network, clock, git.
//!
//! Nothing here decides about an incident. Each part carries out what the pure modules ask for and reports back.

mod age_keys;
pub mod api;
pub mod append;
pub mod body;
pub mod calendars;
pub mod callbacks;
pub mod clock;
mod commit;
pub mod compaction;
pub mod delivery;
pub mod disk;
pub mod doctor;
pub mod fetch;
pub mod files;
pub mod follow;
pub mod http;
pub mod in_force;
pub mod inbox;
pub mod limit;
pub mod listen;
pub mod live;
pub mod metrics;
pub mod opsgenie;
pub mod own_heartbeat;
pub mod recorder;
pub mod recover;
pub mod refusal;
pub mod remote;
pub mod repository;
pub mod revision;
pub mod run;
pub mod secrets;
pub mod segment;
pub mod serve;
pub mod slow;
pub mod standby;
pub mod stray;
pub mod tally;
pub mod timeline;
