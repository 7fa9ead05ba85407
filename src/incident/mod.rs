//! What happens next: the state machine of incidents.

mod delivery;
mod input;
pub mod message;
mod script;

pub use delivery::{Delivery, DeliveryId, IncidentId, NotAnId, Task};
pub use input::{Actor, Asked, Command, Input, Outcome, Reply, Target, Via};

use crate::alert::{Link, Severity};
use crate::config::Urgency;
use crate::schedule::UserId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One thing that people respond to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    pub id: IncidentId,
    /// `None`: the server's own trouble, or a service that is gone.
    pub service: Option<Arc<str>>,
    pub integration: Arc<str>,
    pub alerts: Vec<Alert>,
    pub summary: String,
    /// Cut to `DESCRIPTION_KEPT_MAX`; the whole text is in the journal.
    pub description: String,
    pub source: String,
    pub labels: Vec<(String, String)>,
    pub links: Vec<Link>,
    /// Named by the alert; the service's own is looked up in the config.
    pub runbook: Option<String>,
    /// The highest since it was opened.
    pub severity: Severity,
    pub urgency: Urgency,
    pub status: Status,
    pub opened_at: Timestamp,
    pub acknowledged_by: Option<Actor>,
    pub resolved_by: Option<Actor>,
    /// Why nobody is told, if so: the rule, its reason, and when it ends.
    pub silenced: Option<Silenced>,
    pub escalation: Option<Escalation>,
}

/// One alert, by its dedup key; several where a service groups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    pub dedup_key: String,
    pub firing: bool,
}

/// Where an incident stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Triggered,
    Acknowledged,
    Resolved,
}

/// A silence in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silenced {
    /// `silences/maintenance.yaml:2`
    pub rule: String,
    pub reason: String,
    pub until: Timestamp,
}

/// A running escalation policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    pub policy: Arc<str>,
    pub fallback: bool,
    /// Counted from 0.
    pub step: u32,
    /// Counted from 0.
    pub round: u32,
    pub began_at: Timestamp,
    /// When the next step begins.
    pub deadline: Timestamp,
    /// Everybody told in this step.
    pub told: Vec<UserId>,
}
