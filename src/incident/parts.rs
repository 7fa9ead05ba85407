//! Parts of an incident that entries and the state share: where it stands, what holds it back, the step that runs.

use super::IncidentId;
use crate::actor::{Actor, Origin};
use crate::config::Id;
use crate::place::Place;
use crate::reason::Why;
use crate::schedule::UserId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An integration and a dedup key: what joins events to the open incident.
pub type AlertKey = (String, String);

/// Where an incident stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Triggered,
    Acknowledged,
    Resolved,
}

/// What holds back the pages of an incident, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldBack {
    pub by: Hold,
    /// The rule, or who made it.
    pub origin: Origin,
    pub reason: String,
    pub until: Timestamp,
    /// The incident of the alert that inhibits it; none any more where that is over. Always serialized: snapshots cannot
    /// skip a field.
    #[serde(default)]
    pub source: Option<IncidentId>,
}

/// A kind of rule that holds back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    Silence,
    Inhibition,
    /// `hold:` of an urgency rule.
    Wait,
}

/// A position in an escalation policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepAt {
    pub policy: Id,
    pub fallback: bool,
    /// Counted from 0.
    pub step: u32,
    /// Counted from 0; in the fallback, how often its last step was repeated.
    pub round: u32,
}

/// A running escalation policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    pub at: StepAt,
    pub began_at: Timestamp,
    /// When the next step begins.
    pub deadline: Timestamp,
    /// Everybody told in this step.
    pub told: Vec<UserId>,
    /// Those of them whose page was taken by a provider.
    pub reached: Vec<UserId>,
    /// Who is told on until somebody new was reached. Always serialized: snapshots cannot skip a field.
    #[serde(default)]
    pub leaving: Option<Box<Leaving>>,
}

/// Who leaves a running step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaving {
    pub users: Vec<UserId>,
    /// Who was told in their place; nobody: whoever is left.
    pub newcomers: Vec<UserId>,
    /// The step that they are not in any more.
    pub rule: Place,
}

/// Who must still acknowledge what somebody has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaited {
    pub users: Vec<UserId>,
    /// When those who have not are told once more, or named.
    pub due: Timestamp,
    pub wait_seconds: u32,
    pub told_again: bool,
    pub rule: Place,
}

/// People who were paged too, by whom, and when that person hears that none of them has answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlsoAsked {
    pub by: Actor,
    pub users: Vec<UserId>,
    pub due: Timestamp,
}

/// Whom a step chose for an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    pub at: StepAt,
    pub user: UserId,
}

/// What makes an incident a storm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Storm {
    /// Why it began, and the line of the config that says so.
    pub why: Why,
    pub rule: Option<Place>,
    /// Until when it takes more, unless the rate holds.
    pub takes_until: Timestamp,
    /// How many came that it has no keys of, how many of them were critical, and when the last one came.
    pub beyond: u32,
    pub beyond_critical: u32,
    pub counted_at: Option<Timestamp>,
    /// How many of them had come when somebody took it.
    pub taken: u32,
    /// Whether silence may end an alert of it: else there is nothing to look for among thousands.
    pub falls_silent: bool,
}
