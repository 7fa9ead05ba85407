//! One alert's noise, as entries and the state hold it: an incident that opens again, an alert that flaps.

use super::errand::NewMirror;
use crate::alert::{Event, Severity};
use crate::config::{Id, Urgency};
use crate::place::Place;
use crate::reason::{Rule, Why};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What noise does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoiseChange {
    /// An alert fires again soon after its incident was closed: that is open again.
    Reopened(Box<Reopened>),
    /// An alert flaps: from now on, or by another rule than before.
    Flaps { integration: String, dedup_key: String, flapping: Flapping },
    /// It clears while it flaps: until it is calm, it counts as firing.
    Cleared {
        integration: String,
        dedup_key: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        event: Option<Box<Event>>,
        why: Why,
        /// When it is calm, unless it changes.
        until: Timestamp,
    },
    /// It flaps no more.
    Calmed { integration: String, dedup_key: String, why: Why },
}

/// An alert that opens its incident again, and what the config says of it now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reopened {
    pub event: Event,
    pub severity: Severity,
    pub urgency: Urgency,
    pub urgency_rule: Rule,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raise_at: Option<Timestamp>,
    /// The policy that the urgency rule names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale_at: Option<Timestamp>,
    /// Where it is shown from now on, beside where it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mirrors: Vec<NewMirror>,
    /// The line of the config that says so.
    pub rule: Place,
}

/// An alert that fires and clears again and again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flapping {
    /// The line of the config that says so.
    pub rule: Place,
    /// The first of the fires that are counted, and how many there have been.
    pub first_at: Timestamp,
    pub fires: u32,
    pub changed_at: Timestamp,
    pub quiet_seconds: u32,
    /// When it is calm, unless it changes.
    pub until: Timestamp,
    /// When the number was last shown.
    pub shown_at: Timestamp,
}
