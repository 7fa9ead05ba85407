//! What is in force: the config with its secrets, swapped together, and how the server is doing.

use crate::config::{Config, Secrets};
use jiff::Timestamp;
use std::sync::Arc;

/// The config in force.
#[derive(Debug)]
pub struct Live {
    pub config: Arc<Config>,
    pub secrets: Secrets,
    /// The commit, or the digest of a directory.
    pub commit: String,
}

/// What `/readyz` tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Why no config is in force, while none is.
    pub waiting: Option<String>,
    /// The commit that is refused, since when, and its first findings.
    pub refused: Option<Refused>,
    /// Why the repository cannot be fetched, while it cannot.
    pub unreachable: Option<String>,
    /// Secrets that do not resolve, and what that closes.
    pub missing: Vec<String>,
    /// Why decisions do not reach the disk, while they do not.
    pub degraded: Option<String>,
    /// What recovery set aside at the start.
    pub damage: Vec<String>,
}

impl Status {
    /// At a start, before a config is in force.
    pub fn waiting(damage: &[String]) -> Status {
        let waiting = Some("reading the config".to_owned());
        Status { waiting, damage: damage.to_vec(), ..Status::default() }
    }
}

/// A commit that is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub commit: String,
    pub since: Timestamp,
    pub findings: String,
}
