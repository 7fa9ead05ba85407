//! The state that entries build: incidents, deliveries under way, and what must be remembered of closed ones.
//!
//! Everything here is serialised into snapshots with postcard, which knows neither skipped nor untagged fields.

use super::{Actor, DeliveryId, IncidentId};
use crate::alert::{Event, Link, Severity};
use crate::config::{Contact, Id, Urgency};
use crate::schedule::UserId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// An integration and a dedup key: what joins events to the open incident.
pub type AlertKey = (String, String);

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The sequence number of the last entry applied; 0 before the first.
    pub seq: u64,
    /// When it was recorded.
    pub at: Timestamp,
    pub epoch: u32,
    pub revision: Revision,
    /// The commits of the last `REVISIONS_MAX` revisions, by number: a timeline names them.
    pub commits: BTreeMap<u32, String>,
    /// Open ones, and closed ones for a day.
    pub incidents: BTreeMap<IncidentId, Incident>,
    /// The incident that each firing or open key belongs to.
    pub open: BTreeMap<AlertKey, IncidentId>,
    /// Closed incidents in the order in which they closed.
    pub closed: VecDeque<(Timestamp, IncidentId)>,
    /// When each key last changed by its source's clock, and when we heard of it.
    pub changed: BTreeMap<AlertKey, (Timestamp, Timestamp)>,
    /// Message ids of the last day, so that the same message twice is one event.
    pub messages: BTreeMap<AlertKey, Timestamp>,
    /// When `changed` and `messages` were last swept.
    pub swept_at: Option<Timestamp>,
    pub deliveries: BTreeMap<DeliveryId, Dispatch>,
    /// Pages of the last day, so that an answer that comes late is still understood.
    pub pages: BTreeMap<DeliveryId, Paged>,
    /// Channels whose provider asked us to wait, and until when.
    pub paused: BTreeMap<Channel, Timestamp>,
    /// The entry that last sent a page for each service: the longest unserved goes first.
    pub served: BTreeMap<Id, u64>,
    /// The last changes of each service, of the last day, the newest last.
    pub changes: BTreeMap<Id, Vec<Recent>>,
    /// What must be heard from now and then, by integration.
    pub heartbeats: BTreeMap<String, Heartbeat>,
    pub next_incident: u32,
    pub next_delivery: u32,
}

/// A change of a service, as it will be told in incidents to come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    pub at: Timestamp,
    pub integration: String,
    pub dedup_key: String,
    pub summary: String,
    pub links: Vec<Link>,
}

/// An integration that must be heard from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heartbeat {
    /// When the config that expects it came into force.
    pub since: Timestamp,
    /// The last that was recorded.
    pub heard_at: Option<Timestamp>,
    pub patience_seconds: u32,
    /// When it is late; `None` while it is, until it is heard or its incident is closed by hand.
    pub due: Option<Timestamp>,
}

/// The config in force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// Counts from 1.
    pub number: u32,
    pub commit: String,
    pub since: Timestamp,
}

/// One thing that people respond to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    pub id: IncidentId,
    /// `None`: the server's own trouble, or an alert that no service answers for.
    pub service: Option<Id>,
    pub integration: String,
    /// At least one; several where the service groups.
    pub alerts: Vec<Alert>,
    /// The values that alerts must share to join, where the service groups.
    pub group: Option<String>,
    pub summary: String,
    /// Cut to `DESCRIPTION_KEPT_MAX`; the whole text is in the journal.
    pub description: String,
    pub source: String,
    pub labels: Labels,
    pub links: Vec<Link>,
    /// Named by the alert; the service's own is looked up in the config.
    pub runbook: Option<String>,
    /// The highest since it was opened.
    pub severity: Severity,
    pub urgency: Urgency,
    /// The rules that decided on the service and the urgency.
    pub route_rule: String,
    pub urgency_rule: String,
    pub status: Status,
    pub opened_at: Timestamp,
    pub last_event_at: Timestamp,
    pub acknowledged_by: Option<Actor>,
    pub resolved_by: Option<Actor>,
    pub silenced: Option<Silenced>,
    pub escalation: Option<Escalation>,
    /// When it is raised to high by itself.
    pub raise_at: Option<Timestamp>,
    /// When an acknowledgement runs out.
    pub acknowledged_until: Option<Timestamp>,
    /// How many seconds without an event close it while acknowledged.
    pub quiet_seconds: Option<u32>,
    pub notifications: Vec<Notification>,
    pub next_notification: u16,
    /// Counts what people can see of it, so that a mirror knows whether it is behind.
    pub version: u32,
    pub channel: Option<Mirror>,
    pub ticket: Option<Mirror>,
    /// The numbers of the entries about it, the newest `TIMELINE_KEPT_MAX`: its timeline, read from the journal.
    pub timeline: Vec<u64>,
    /// How many there are in all.
    pub entries: u32,
}

/// One alert of an incident, by its dedup key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    pub integration: String,
    pub dedup_key: String,
    pub firing: bool,
    /// When an event about it was last recorded; where the source repeats, at least the last start of the server.
    pub heard_at: Timestamp,
    /// Where the source repeats while it fires: when silence becomes a resolve.
    pub stale_at: Option<Timestamp>,
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
    pub policy: Id,
    pub fallback: bool,
    /// Counted from 0.
    pub step: u32,
    /// Counted from 0; in the fallback, how often its last step was repeated.
    pub round: u32,
    pub began_at: Timestamp,
    /// When the next step begins.
    pub deadline: Timestamp,
    /// Everybody told in this step.
    pub told: Vec<UserId>,
    /// Whether a page of this step was taken by a provider.
    pub reached: bool,
}

/// A planned contact. It is kept while it waits or is in flight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Its number within the incident.
    pub n: u16,
    pub user: UserId,
    pub by: Contact,
    pub due: Timestamp,
    pub purpose: Purpose,
    /// The rule that planned it.
    pub rule: String,
    pub in_flight: Option<DeliveryId>,
    /// How many attempts failed.
    pub failed: u8,
    /// Earlier attempts that may have gone out.
    pub doubted: Vec<DeliveryId>,
}

/// Why somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To get somebody to work on it.
    Page,
    /// A trainee who watches.
    Shadow,
    /// `inform:`, acknowledged or not.
    Inform,
}

/// What a channel or a ticket shows, against what it should.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mirror {
    /// The version it shows.
    pub shown: u32,
    /// The delivery under way and the version it carries.
    pub in_flight: Option<(DeliveryId, u32)>,
    /// The provider's name for it, once it is there.
    pub reference: Option<String>,
    pub not_before: Option<Timestamp>,
    pub failed: u8,
    pub doubtful: bool,
}

/// A delivery under way, or a call that has not ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispatch {
    pub what: What,
    pub incidents: Vec<IncidentId>,
    /// The provider's name for it, once it took it.
    pub reference: Option<String>,
    /// When we stop waiting for more.
    pub expires_at: Timestamp,
    /// A call that nobody needs any more.
    pub hang_up: HangUp,
    pub stage: Stage,
}

/// How far a delivery has come, as far as we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// On its way to the provider.
    Leaving,
    /// A call that may or may not have left. It holds no slot, but whoever answers it is heard.
    InDoubt,
    /// A call that was taken: the person is being called.
    Taken,
}

/// Whom a page told about what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paged {
    pub at: Timestamp,
    pub user: UserId,
    pub incidents: Vec<IncidentId>,
}

/// What a delivery does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Page {
        user: UserId,
        by: Contact,
    },
    Channel,
    Ticket,
    /// Ends the call of that delivery.
    HangUp(DeliveryId),
}

/// Whether a call is to be ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum HangUp {
    #[default]
    No,
    /// Not before this instant.
    Wanted(Timestamp),
    InFlight,
}

/// A way out of the house, with slots of its own, so that one that is slow delays no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Call,
    Direct,
    HangUp,
    Channel,
    Ticket,
}

/// The labels of an incident in one block of memory, ordered by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labels(Box<str>);

const LABEL_END: char = '\u{1}';
const NAME_END: char = '\u{2}';

impl Labels {
    pub fn new<'l>(labels: impl IntoIterator<Item = (&'l String, &'l String)>) -> Labels {
        let clean = |text: &str| text.replace([LABEL_END, NAME_END], " ");
        let mut block = String::new();
        for (name, value) in labels {
            block.push_str(&clean(name));
            block.push(NAME_END);
            block.push_str(&clean(value));
            block.push(LABEL_END);
        }
        Labels(block.into())
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.split_terminator(LABEL_END).filter_map(|label| label.split_once(NAME_END))
    }

    /// The value of a label; empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }
}

impl Incident {
    /// The value of a matcher's key; empty where there is none.
    pub fn field(&self, key: &str) -> Cow<'_, str> {
        Cow::Borrowed(match key {
            "summary" => &self.summary,
            "description" => &self.description,
            "source" => &self.source,
            "severity" => self.severity.as_str(),
            _ => key.strip_prefix("labels.").map_or("", |name| self.labels.get(name)),
        })
    }

    /// Whether somebody must still be got to work on it.
    pub fn pages(&self) -> bool {
        self.status == Status::Triggered && self.silenced.is_none()
    }
}

impl State {
    /// How many deliveries of a channel are on their way to its provider.
    pub fn in_flight(&self, channel: Channel) -> usize {
        let leaving =
            |dispatch: &&Dispatch| dispatch.stage == Stage::Leaving && dispatch.channel() == channel;
        self.deliveries.values().filter(leaving).count()
    }

    /// Everybody who is being told by a method right now: what else is due for them waits, to become one.
    pub fn busy(&self, by: Contact) -> BTreeSet<&UserId> {
        let told = self.deliveries.values().filter_map(|dispatch| match &dispatch.what {
            What::Page { user, by: method } if *method == by && dispatch.stage != Stage::InDoubt => {
                Some(user)
            }
            _ => None,
        });
        told.collect()
    }
}

impl Alert {
    /// Whether the event is about it.
    pub fn is_of(&self, event: &Event) -> bool {
        self.is(&event.integration, &event.dedup_key)
    }

    pub fn is(&self, integration: &str, dedup_key: &str) -> bool {
        self.dedup_key == dedup_key && self.integration == integration
    }
}

impl Dispatch {
    /// Whose slots it takes while it is in flight.
    pub fn channel(&self) -> Channel {
        match self.what {
            What::Page { by: Contact::Call, .. } => Channel::Call,
            What::Page { by: Contact::Slack, .. } => Channel::Direct,
            What::Channel => Channel::Channel,
            What::Ticket => Channel::Ticket,
            What::HangUp(_) => Channel::HangUp,
        }
    }
}
