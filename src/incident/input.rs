//! What can happen to incidents: alerts, people, outcomes, time, a new config.

use super::{DeliveryId, IncidentId};
use crate::actor::{Actor, Via};
use crate::alert::{Event, Severity};
use crate::config::{Config, Contact, Id, Provider, RunTimeOverride, RunTimeSilence};
use crate::place::Place;
use crate::reason::{Fault, OwnTrouble};
use crate::schedule::UserId;
use jiff::{SignedDuration, Timestamp};
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
    /// The server started: what was in flight may or may not have left. `gap_seconds`: for so long it did not run, as
    /// far as known.
    Started { epoch: u32, gap_seconds: Option<u64> },
    /// Something of the server's own is wrong since then, or is well (again).
    Trouble { trouble: OwnTrouble, since: Option<Timestamp> },
    /// The wall clock jumped by so much: open deadlines move with it.
    ClockJumped { by: SignedDuration },
    /// Time has passed.
    Tick,
}

/// A person's wish, by whichever way it came. Rights and bounds are decided where it is handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// About incidents.
    Respond(Respond),
    /// An incident that a person declares.
    Declare(Box<Declare>),
    /// A temporary change to a schedule.
    Override(Box<RunTimeOverride>),
    Silence(Box<RunTimeSilence>),
    /// Ends an override or a silence early.
    End {
        what: Ended,
        by: Actor,
        via: Via,
    },
    /// Tries out one of a person's own ways.
    Test {
        user: UserId,
        contact: Contact,
        by: Actor,
        via: Via,
    },
}

/// A wish about incidents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Respond {
    pub target: Target,
    pub action: Asked,
    pub by: Actor,
    pub via: Via,
}

/// An incident that a person declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declare {
    pub service: Id,
    pub summary: String,
    pub description: String,
    pub severity: Option<Severity>,
    pub by: Actor,
    pub via: Via,
    /// The same key again is the same incident.
    pub idempotency_key: Option<String>,
}

/// What is ended early: the number of one made at run time, or the place of one of git.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    RunTime(u64),
    File(Place),
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
    Ended { reason: Reason },
    /// It will never work this way: a bad number, a channel that is not there, credentials refused.
    Rejected { reason: Reason },
    /// It did not leave, or the provider refused for now (5xx, 429, a busy line).
    Unavailable {
        reason: Reason,
        /// The provider's own wish, in seconds.
        retry_after: Option<u32>,
    },
    /// It may or may not have left: a timeout, a broken connection, a crash of ours.
    Unknown { reason: Reason },
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
            Input::Started { epoch, .. } => format!("start {epoch}"),
            Input::Trouble { trouble, since } => format!("{trouble:?} since {since:?}"),
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

    /// Why it failed, or how it ended.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Outcome::Ended { reason }
            | Outcome::Rejected { reason }
            | Outcome::Unavailable { reason, .. }
            | Outcome::Unknown { reason } => Some(reason),
            Outcome::Accepted { .. } | Outcome::Delivered { .. } | Outcome::Answered => None,
        }
    }
}

/// Why a delivery failed, or how it ended: what we make of it, and what the provider said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub provider: Option<Provider>,
    pub fault: Fault,
    /// The provider's own words, or the name of what is missing; may be empty.
    pub said: String,
}

impl Reason {
    /// What a provider said, without words of ours.
    pub fn said(text: impl Into<String>) -> Reason {
        Reason { provider: None, fault: Fault::Said, said: text.into() }
    }

    /// A fault of our own, that nobody else said anything about.
    pub fn ours(fault: Fault) -> Reason {
        Reason { provider: None, fault, said: String::new() }
    }

    /// What a provider means, with what it said.
    pub fn of(provider: Provider, fault: Fault, said: impl Into<String>) -> Reason {
        Reason { provider: Some(provider), fault, said: said.into() }
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
    /// It cannot be done.
    Refused(Refused),
    /// No such incident or delivery, or it is long closed.
    NotFound,
}

/// Why a wish is refused; people by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    HasLeft(String),
    CannotBeTold(String),
}
