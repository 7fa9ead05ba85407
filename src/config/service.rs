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
    /// How a call says the name.
    pub reading: Option<String>,
    pub policy: Id,
    /// The path below `runbooks/`.
    pub runbook: Option<String>,
    /// Overrides the organisation's channel.
    pub slack_channel: Option<String>,
    /// `None`: no tickets.
    pub jira: Option<JiraTicket>,
    /// The first that matches; none matching means high. The organisation's default where the service has none.
    pub urgency: Vec<UrgencyRule>,
    pub inform: Vec<Inform>,
    /// Acknowledged for so long without a resolve: triggered again, from step 1.
    pub acknowledgement_timeout: Option<SignedDuration>,
    /// Acknowledged, and no event for so long: resolved.
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
    /// Held as low, and raised to high when these hours next begin.
    pub raise_when: Option<Vec<Hours>>,
    pub place: Place,
}

/// Somebody who is told while the incident is open, and never counted as somebody reached.
#[derive(Clone, Debug)]
pub struct Inform {
    /// Counted from the incident's opening.
    pub after: SignedDuration,
    pub user: Id,
    pub by: Contact,
    pub place: Place,
}

/// Alerts of one service that agree on these fields join the open incident.
#[derive(Clone, Debug)]
pub struct Group {
    /// `labels.<name>`, `source`, `severity`, …; an alert lacking one is not grouped.
    pub by: Vec<String>,
    /// Counted from the incident's opening.
    pub within: SignedDuration,
}
