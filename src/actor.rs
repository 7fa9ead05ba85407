//! Who did something, by which way, and where a rule of run time comes from: values, as the journal stores them.
//!
//! A person is stored by id, so that the name shown is the one in force when somebody reads. Who may do what is decided
//! elsewhere; how an actor is named in a sentence is in [`language`](crate::language).

use crate::place::Place;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// Somebody in `users/`, by id.
    User(Arc<str>),
    /// Somebody who is not in `users/`, by the name that the way gave.
    Stranger { name: String, way: Via },
    /// An API token by its name, and the user it acted for.
    Token { name: String, acts_for: Option<Arc<str>> },
    /// An integration by its id: the monitor said so.
    Integration(String),
    /// The server itself, by the name of the config key that asked for it: `auto_resolve_after`.
    Rule(String),
}

/// By which way something was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    Slack,
    Call,
    Api,
    /// The monitor that sent the alert.
    Monitor,
    /// The server itself, by a rule of the config.
    Rule,
    Web,
    /// A link in a message.
    Link,
    Sms,
    Mail,
    Push,
    /// A chat other than Slack.
    Chat,
    Ticket,
    /// A reply below the message of an incident, in Slack.
    Thread,
}

/// Where an override or a silence comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The config's repository.
    File(Place),
    /// Somebody at run time; `id` is the number of the entry that made it.
    RunTime { id: u64, by: Actor, via: Via },
}

impl Actor {
    /// The id of the user who did it, or for whom a token did.
    pub fn user(&self) -> Option<&Arc<str>> {
        match self {
            Actor::User(user) => Some(user),
            Actor::Token { acts_for, .. } => acts_for.as_ref(),
            Actor::Stranger { .. } | Actor::Integration(_) | Actor::Rule(_) => None,
        }
    }

    /// The name it is stored by: an id, or the name that a way gave.
    pub fn stored_name(&self) -> &str {
        match self {
            Actor::User(user) => user,
            Actor::Stranger { name, .. } | Actor::Token { name, .. } => name,
            Actor::Integration(name) | Actor::Rule(name) => name,
        }
    }
}

impl Origin {
    /// The place of one that is written in a file.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Origin::File(place) => Some(place),
            Origin::RunTime { .. } => None,
        }
    }
}

/// `overrides/2026.yaml:3`, or the id of one that was made at run time.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::File(place) => place.fmt(f),
            Origin::RunTime { id, by, .. } => write!(f, "run time {id} by {}", by.stored_name()),
        }
    }
}
