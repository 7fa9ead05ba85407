//! The engine's task and what it works with: deliveries, secrets, the board, metrics, the log, clocks, and the config that
//! it follows.
//!
//! Nothing here decides about an incident. Each part carries out what the pure modules ask for and reports back.

mod acts;
mod age_keys;
pub mod board;
pub mod clock;
pub mod delivery;
pub mod desk;
pub mod doctor;
pub mod feed;
pub mod follow;
pub mod former;
pub mod gaps;
pub mod groups;
pub mod inbox;
pub mod keeping;
pub mod line;
pub mod live;
pub mod log;
pub mod mail;
mod mail_clear;
pub mod metrics;
pub mod muted;
mod news;
mod noise;
pub mod own_heartbeat;
pub mod page;
pub mod parts;
mod refused_entry;
pub mod row;
mod row_beside;
mod row_noise;
mod row_words;
pub mod run;
mod secret_file;
pub mod secrets;
mod settling;
mod shelves;
pub mod sign_in;
pub mod signals;
pub mod sink;
pub mod socket;
pub mod story;
mod story_steps;
mod trouble;
pub mod upkeep;
pub mod verdict;
mod words;
