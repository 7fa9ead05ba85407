//! What people make and choose at run time, as entries hold it: overrides, silences, absences, another service.

use super::Ended;
use super::entry::{Change, NewMirror};
use crate::actor::{Actor, Via};
use crate::config::{Id, RunTimeAbsence, RunTimeOverride, RunTimeSilence, Urgency};
use crate::reason::{Rule, Why};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What people change for now, beside git.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunTimeChange {
    Override(Box<RunTimeOverride>),
    Silence(Box<RunTimeSilence>),
    Absence(Box<RunTimeAbsence>),
    /// It ends now, before its time.
    Ended {
        what: Ended,
        why: Why,
        by: Actor,
        via: Via,
    },
}

/// A service that somebody chose for an incident, and what its rules say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovedTo {
    pub service: Id,
    pub urgency: Urgency,
    pub urgency_rule: Rule,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raise_at: Option<Timestamp>,
    /// The policy that the urgency rule names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_seconds: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mirrors: Vec<NewMirror>,
    pub by: Actor,
    pub via: Via,
}

impl From<RunTimeChange> for Change {
    fn from(change: RunTimeChange) -> Change {
        Change::RunTime(change)
    }
}
