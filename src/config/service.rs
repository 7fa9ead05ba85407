//! What breaks, and how to disturb people about it.

use super::{Contact, Id, Matcher};
use crate::place::Place;
use crate::schedule::Hours;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

/// A service.
#[derive(Clone, Debug)]
pub struct Service {
    pub id: Id,
    pub name: String,
    /// How the name is pronounced on a call.
    pub reading: Option<String>,
    pub policy: Id,
    /// The path below `runbooks/`.
    pub runbook: Option<String>,
    /// Overrides the organisation's channel.
    pub slack_channel: Option<String>,
    /// `None`: no tickets.
    pub jira: Option<JiraTicket>,
    /// The first match wins; no match means high. If the service has no rules, the organisation's defaults.
    pub urgency: Vec<UrgencyRule>,
    pub inform: Vec<Inform>,
    /// How long after an acknowledgement an unresolved incident triggers again, from step 1.
    pub acknowledgement_timeout: Option<SignedDuration>,
    /// An acknowledged incident without an event for this long is resolved.
    pub auto_resolve_after: Option<SignedDuration>,
    pub group: Option<Group>,
    pub place: Place,
}

/// Which alerts get a ticket, and where.
#[derive(Clone, Debug)]
pub struct JiraTicket {
    pub project: String,
    pub issue_type: String,
    pub when: Option<Matcher>,
}

/// How to disturb people: high runs the escalation policy, low tells its first step once, none tells nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    None,
    Low,
    High,
}

/// One line of a service's `urgency:`.
#[derive(Clone, Debug)]
pub struct UrgencyRule {
    pub when: Option<Matcher>,
    /// Matches only within these hours.
    pub during: Option<Vec<Hours>>,
    pub urgency: Urgency,
    /// Treated as low at first, and raised to high when these hours next begin.
    pub raise_when: Option<Vec<Hours>>,
    pub place: Place,
}

/// Somebody who is told while the incident is open, and who never counts as reached.
#[derive(Clone, Debug)]
pub struct Inform {
    /// Counted from the opening of the incident.
    pub after: SignedDuration,
    pub user: Id,
    pub by: Contact,
    pub place: Place,
}

/// Alerts of one service that agree on these fields join the same open incident.
#[derive(Clone, Debug)]
pub struct Group {
    /// `labels.<name>`, `source`, `severity`, …; an alert that lacks one of them is not grouped.
    pub by: Vec<String>,
    /// Counted from the opening of the incident.
    pub within: SignedDuration,
}
