//! What is in force: the config with its secrets, swapped together, and how the server is doing.

use super::verdict::Objections;
use crate::config::{Config, Secrets};
use crate::git::repository::Commit;
use crate::integration::Keys;
use crate::language::{Language, storage::Trouble};
use jiff::Timestamp;
use ring::rand::{SecureRandom, SystemRandom};
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;

/// How much damage `/readyz` lists; a start may find more, which is told all at once.
const DAMAGE_MAX: usize = 100;

/// Where the config comes from, as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    Directory(PathBuf),
    Git { url: String, branch: Option<String>, path: Option<String> },
}

/// The config in force.
#[derive(Clone, Debug)]
pub struct Live {
    pub config: Arc<Config>,
    pub secrets: Secrets,
    /// Whose each secret is.
    pub keys: Arc<Keys>,
    /// The commit, or the digest of a directory.
    pub commit: String,
    /// The commit, and the last change that people made at run time: whatever is made from the config is kept by it.
    pub stamp: String,
    /// What is known of the commit.
    pub about: Option<Commit>,
    /// What speaks against it; it is in force because it was before this start.
    pub objections: Option<Objections>,
}

/// What the journal knows of the servers that ran before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded {
    /// The commit that was in force last.
    pub commit: Option<String>,
    /// The one before it, if anything that was sent under that may still be answered.
    pub before: Option<String>,
    /// Since when commits are refused, or the repository cannot be read, if that lasted until the end.
    pub refused_since: Option<Timestamp>,
    pub unreachable_since: Option<Timestamp>,
}

impl Live {
    pub fn new(config: Arc<Config>, secrets: Secrets, commit: String, about: Option<Commit>) -> Live {
        let mut random = [0; 32];
        if SystemRandom::new().fill(&mut random).is_err() {
            tracing::warn!("the system gives no random numbers; secrets are looked up without");
        }
        let keys = Arc::new(Keys::new(&config, &secrets, &random));
        let stamp = commit.clone();
        Live { config, secrets, keys, commit, stamp, about, objections: None }
    }

    /// The same, with what people made at run time on top.
    pub fn laid_over(&self, config: Arc<Config>, changed_by: u64) -> Live {
        Live { config, stamp: format!("{}+{changed_by}", self.commit), ..self.clone() }
    }
}

/// What `/readyz` tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Why no config is in force, while none is.
    pub waiting: Option<String>,
    /// The commit that is refused, since when, and its first findings.
    pub refused: Option<Refused>,
    /// Why the repository cannot be fetched, while it cannot.
    pub unreachable: Option<Unreachable>,
    /// What the last look at the repository showed that did not fail.
    pub looked: Option<Looked>,
    /// When what is in force came into force.
    pub in_force_since: Option<Timestamp>,
    /// Secrets that do not resolve, and what that closes.
    pub missing: Vec<String>,
    /// Why decisions do not reach the disk, while they do not.
    pub degraded: Option<String>,
    /// What recovery set aside at the start, and what vanished from the state directory since.
    pub damage: Vec<String>,
    /// It was told to end: alerts are told to come again.
    pub stopping: bool,
}

impl Status {
    /// At a start, before a config is in force.
    pub fn waiting(damage: &[Trouble]) -> Status {
        let waiting = Some("reading the config".to_owned());
        let damage = damage.iter().map(|trouble| trouble.words(Language::En)).collect();
        Status { waiting, damage, ..Status::default() }
    }

    /// Adds damage that was not there at the start. The same again is told once.
    pub fn damaged(&mut self, said: String) {
        if !self.damage.contains(&said) && self.damage.len() < DAMAGE_MAX {
            self.damage.push(said);
        }
    }
}

/// A commit that is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub commit: String,
    /// When the first commit was refused of those that wait.
    pub since: Timestamp,
    pub because: Because,
    pub findings: String,
    /// The commits that are not in force for it, in words, newest first.
    pub stuck: Vec<String>,
}

/// What a commit waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// That its mistakes are mended, or that it can be read at all.
    Findings,
    /// That secrets resolve without which something that works would be closed.
    Secrets,
}

/// Why the repository cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unreachable {
    pub since: Timestamp,
    pub error: String,
    /// Whose config is in force meanwhile, if it is that of another remote, branch or folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub borrowed: Option<String>,
}

/// A look at the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    pub at: Timestamp,
    /// The newest commit, or the digest of the directory.
    pub commit: String,
    pub about: Option<Commit>,
}
