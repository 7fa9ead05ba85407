//! What can happen to incidents: alerts, people, outcomes, time, a new config.

use super::{DeliveryId, IncidentId};
use crate::{alert::Event, config::Config, schedule::UserId};
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// All the events of one request.
    Alerts(Vec<Event>),
    /// Somebody asks for something.
    Command(Command),
    /// What became of a delivery.
    Outcome { delivery: DeliveryId, outcome: Outcome },
    /// The config in force is now another one. `previous` is what was in force before, as far as known.
    ConfigChanged { previous: Option<Arc<Config>>, commit: String },
    /// The server started: what was in flight may or may not have left.
    Started { epoch: u32 },
    /// The wall clock jumped by so much: open deadlines move with it.
    ClockJumped { by: SignedDuration },
    /// Time has passed.
    Tick,
}

/// A person's wish, from a button, a key on the phone, or the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    pub target: Target,
    pub action: Asked,
    pub by: Actor,
    pub via: Via,
}

/// What a command is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Incidents(Vec<IncidentId>),
    /// All the incidents that a delivery told about.
    Delivery(DeliveryId),
}

/// What a person asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    Acknowledge,
    Resolve,
    /// The next step, now.
    Escalate,
    /// Say the words of the call again.
    Repeat,
    Reassign(UserId),
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Set where the person is in `users/`.
    pub user: Option<UserId>,
    /// The name to show: the user's, a Slack user's, an API token's, or an integration's.
    pub name: String,
}

/// By which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    Slack,
    Call,
    Api,
    Monitor,
    /// The server itself: a timeout of the config.
    Rule,
}

/// What became of a delivery, as its provider said it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The provider took it and has more to tell (a call is queued or rings). `reference` is its name for it.
    Accepted { reference: String },
    /// It is where it should be (a message is shown, a ticket is made).
    Delivered { reference: String },
    /// Somebody picked up; that proves nothing yet (voicemail).
    Answered,
    /// A call ended without a key (completed, no answer, canceled). Not a failure: people sleep.
    Ended { reason: String },
    /// It will never work this way: a bad number, a channel that is not there, credentials refused.
    Rejected { reason: String },
    /// It did not leave, or the provider refused for now (5xx, 429, a busy line).
    Unavailable {
        reason: String,
        /// The provider's own wish, in seconds.
        retry_after: Option<u32>,
    },
    /// It may or may not have left: a timeout, a broken connection, a crash of ours.
    Unknown { reason: String },
}

impl Input {
    /// In words, for the case that it cannot be handled.
    pub fn words(&self) -> String {
        match self {
            Input::Alerts(events) => {
                let of =
                    |event: &Event| format!("{} {:?} {}", event.integration, event.action, event.summary);
                events.iter().take(20).map(of).collect::<Vec<_>>().join("; ")
            }
            Input::Command(command) => format!("{command:?}"),
            Input::Outcome { delivery, outcome } => format!("the outcome of {delivery}: {outcome:?}"),
            Input::ConfigChanged { commit, .. } => format!("config {commit}"),
            Input::Started { epoch } => format!("start {epoch}"),
            Input::ClockJumped { by } => format!("a clock jump of {by:?}"),
            Input::Tick => "a tick".to_owned(),
        }
    }
}

impl Outcome {
    /// Whether the provider took it: the person is being told.
    pub fn is_taken(&self) -> bool {
        match self {
            Outcome::Accepted { .. }
            | Outcome::Delivered { .. }
            | Outcome::Answered
            | Outcome::Ended { .. } => true,
            Outcome::Rejected { .. } | Outcome::Unavailable { .. } | Outcome::Unknown { .. } => false,
        }
    }

    /// Why it failed, in the provider's words; empty where it did not.
    pub fn reason(&self) -> &str {
        match self {
            Outcome::Ended { reason }
            | Outcome::Rejected { reason }
            | Outcome::Unavailable { reason, .. }
            | Outcome::Unknown { reason } => reason,
            Outcome::Accepted { .. } | Outcome::Delivered { .. } | Outcome::Answered => "",
        }
    }
}

/// The answer to a command, for whoever asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The alerts are taken: so many incidents were opened.
    Taken { opened: Vec<IncidentId> },
    /// It is done, for these.
    Done { action: Asked, incidents: Vec<IncidentId> },
    /// It had been done before, by this person.
    Already { action: Asked, by: String, incidents: Vec<IncidentId> },
    /// The words of the call, to be said again.
    Say(super::message::CallScript),
    /// No such incident or delivery, or it is long closed.
    NotFound,
}
