//! What breaks, and how to disturb people about it.

use super::{Contact, FlappingRule, Id, Matcher, Provider, ReopenRule, Room, TicketFields};
use crate::place::Place;
use crate::reason::Why;
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
    /// The path below `runbooks/`, or a URL.
    pub runbook: Option<String>,
    /// Overrides the organisation's channel.
    pub slack_channel: Option<String>,
    /// Override the organisation's rooms, each those of its vendor.
    pub rooms: Vec<Room>,
    /// `None`: no tickets.
    pub jira: Option<JiraTicket>,
    /// The first match wins; no match means high. If the service has no rules, the organisation's defaults.
    pub urgency: Vec<UrgencyRule>,
    pub inform: Vec<Inform>,
    /// How long after an acknowledgement an unresolved incident triggers again, from step 1.
    pub acknowledgement_timeout: Option<SignedDuration>,
    /// An acknowledged incident without an event for this long is resolved.
    pub auto_resolve_after: Option<SignedDuration>,
    /// One of low urgency, or of none, also where nobody has acknowledged it.
    pub even_unacknowledged: bool,
    pub group: Option<Group>,
    /// When further alerts join one incident; `None`: `never`.
    pub storm: Option<StormRule>,
    /// When one alert flaps; `None`: `never`.
    pub flapping: Option<FlappingRule>,
    /// How soon an alert opens its closed incident again; `None`: `never`.
    pub reopen: Option<ReopenRule>,
    pub place: Place,
}

impl Service {
    /// The rooms of a vendor that it names, each once.
    pub fn rooms_of(&self, provider: Provider) -> Vec<String> {
        let named = self.rooms.iter().filter(|room| room.provider == provider).map(|room| &room.place);
        let short = self.slack_channel.iter().filter(|_| provider == Provider::Slack);
        let mut places: Vec<String> = Vec::new();
        for place in short.chain(named) {
            if !places.contains(place) {
                places.push(place.clone());
            }
        }
        places
    }

    /// Every policy that its alerts may run.
    pub fn policies(&self) -> impl Iterator<Item = &Id> {
        [&self.policy].into_iter().chain(self.urgency.iter().filter_map(|rule| rule.policy.as_ref()))
    }
}

/// Which alerts get a ticket, and where.
#[derive(Clone, Debug)]
pub struct JiraTicket {
    pub project: String,
    pub issue_type: String,
    pub when: Option<Matcher>,
    /// The service's own, and the organisation's where it says nothing.
    pub fields: TicketFields,
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
    /// In place of the service's.
    pub policy: Option<Id>,
    /// Treated as low at first, and raised to high when these hours next begin.
    pub raise_when: Option<Vec<Hours>>,
    /// Nobody is told if it is over within this time.
    pub hold: Option<SignedDuration>,
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

/// More incidents of one urgency than this, within that time, are a storm: further alerts join one incident.
#[derive(Clone, Debug)]
pub struct StormRule {
    pub incidents: u32,
    pub within: SignedDuration,
    /// The service's own line where the rule is the one that holds unless something is said.
    pub place: Place,
}

impl StormRule {
    /// What is a storm unless something is said.
    pub const INCIDENTS: u32 = 50;
    pub const WITHIN: SignedDuration = SignedDuration::from_mins(5);
    /// The largest numbers that can be said.
    pub const INCIDENTS_MAX: u32 = 1_000;
    pub const WITHIN_MAX: SignedDuration = SignedDuration::from_hours(24);

    /// Why what is beyond is a storm.
    pub fn why(&self) -> Why {
        let within_seconds = u32::try_from(self.within.as_secs()).unwrap_or(u32::MAX);
        Why::Storm { incidents: self.incidents, within_seconds }
    }
}

/// Alerts of one service that agree on these fields join the same open incident.
#[derive(Clone, Debug)]
pub struct Group {
    /// `labels.<name>`, `source`, `severity`, …; an alert that lacks one of them is not grouped.
    pub by: Vec<String>,
    /// Counted from the opening of the incident.
    pub within: SignedDuration,
}
