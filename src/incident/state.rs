//! The state that entries build: incidents, deliveries under way, and what must be remembered of closed ones.
//!
//! Everything here is serialised into snapshots with postcard, which knows neither skipped nor untagged fields. A change
//! of layout renames the variant in [`stored`](super::stored).

use super::errand::{Direct, Dispatch, Errand, Mirror, Paged, Stage};
use super::known::Keys;
use super::labels::Labels;
use super::news::News;
use super::noise_change::Flapping;
use super::notice_change::{GapTold, Notice, RoomPace};
use super::outlet::Outlet;
use super::parts::{AlertKey, AlsoAsked, Awaited, Chosen, Escalation, HeldBack, Status, StepAt, Storm};
use super::planned::Notification;
use super::record::Record;
use super::seldom::{Empty, Seldom};
use super::{DeliveryId, IncidentId, Reason};
use crate::actor::Actor;
use crate::alert::{Event, Link, Severity};
use crate::config::{Contact, Id, MirrorKind, Provider, RunTime, Urgency};
use crate::reason::{OwnTrouble, Rule};
use crate::schedule::UserId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

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
    /// Boxed: a map that grows at its end keeps half of its places empty.
    pub incidents: BTreeMap<IncidentId, Box<Incident>>,
    /// What is known of each key that is open or was heard of within a day.
    pub keys: Keys,
    /// Closed incidents in the order in which they closed.
    pub closed: VecDeque<(Timestamp, IncidentId)>,
    /// Message ids of the last day, so that the same message twice is one event.
    pub messages: BTreeMap<AlertKey, Timestamp>,
    /// When `keys` and `messages` were last swept.
    pub swept_at: Option<Timestamp>,
    pub deliveries: BTreeMap<DeliveryId, Dispatch>,
    /// Pages of the last day, so that an answer that comes late is still understood.
    pub pages: BTreeMap<DeliveryId, Paged>,
    /// Messages to people that follow their incidents, by the delivery that told them; at most `DIRECTS_MAX`.
    pub directs: BTreeMap<DeliveryId, Direct>,
    /// Outlets whose provider asked us to wait, and until when.
    pub paused: BTreeMap<(Provider, Outlet), Timestamp>,
    /// The entry that last sent a page for each service: the longest unserved goes first.
    pub served: BTreeMap<Id, u64>,
    /// The entry that last brought a room, or a ticket, of each service up to date.
    pub shown: BTreeMap<(MirrorKind, Id), u64>,
    /// When new alerts of each service and urgency came, the last `ARRIVALS_MAX` of a day.
    pub arrivals: BTreeMap<(Option<Id>, Urgency), VecDeque<Timestamp>>,
    /// The last changes of each service, of the last day, the newest last.
    pub changes: BTreeMap<Id, Vec<Recent>>,
    /// What must be heard from now and then, by integration.
    pub heartbeats: BTreeMap<String, Heartbeat>,
    /// What people made at run time, on top of git.
    pub run_time: RunTime,
    /// How many incidents each silence of run time that names no service has muted.
    pub muted: BTreeMap<u64, u32>,
    /// How much stands in each room.
    pub rooms: BTreeMap<(Provider, String), RoomPace>,
    /// Gaps to come that were told.
    pub gaps: Vec<GapTold>,
    /// Contacts about no incident: shifts, words to the maker of something, tests.
    pub notices: BTreeMap<u64, Notice>,
    /// Until when the handoffs have been told.
    pub shifts_told_until: Option<Timestamp>,
    /// The person that a step with `round_robin` chose last, by policy and step.
    pub turns: BTreeMap<(Id, u32), UserId>,
    /// Ways by which a person cannot be reached, each with the name of the phone where it has one, and why.
    pub unreachable: BTreeMap<(UserId, Contact, Option<String>), Reason>,
    /// The server's own troubles that last, and since when: a restart does not begin them anew.
    pub troubles: BTreeMap<OwnTrouble, Timestamp>,
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
    pub integration: Box<str>,
    /// At least one; several where the service groups.
    pub alerts: Vec<Alert>,
    /// How many of them flap.
    pub flapping: u32,
    /// The values that alerts must share to join, where the service groups.
    pub group: Option<String>,
    /// It is one for many: what its service can no longer open one by one.
    pub storm: Option<Box<Storm>>,
    /// It is about a body that cannot be read.
    pub unread: bool,
    pub summary: Box<str>,
    /// The summary that it was opened with, cut to `SUBJECT_MAX`.
    pub opened_as: Box<str>,
    /// Cut to `DESCRIPTION_KEPT_MAX`; the whole text is in the journal.
    pub description: Box<str>,
    pub source: Box<str>,
    pub labels: Labels,
    pub links: Box<[Link]>,
    /// Named by the alert; the service's own is looked up in the config.
    pub runbook: Option<Box<str>>,
    /// The highest since it was opened.
    pub severity: Severity,
    pub urgency: Urgency,
    /// The rules that decided on the service and the urgency.
    pub route_rule: Rule,
    pub urgency_rule: Rule,
    pub status: Status,
    pub opened_at: Timestamp,
    pub last_event_at: Timestamp,
    /// Who has it, while it is acknowledged.
    pub acknowledgement: Option<Box<Acknowledgement>>,
    pub resolved_by: Option<Box<Actor>>,
    /// Its first times, and who was paged.
    pub record: Seldom<Record>,
    /// What holds its pages back.
    pub held_back: Option<Box<HeldBack>>,
    pub own_policy: Seldom<OwnPolicy>,
    pub escalation: Option<Box<Escalation>>,
    /// The step that ran when it was acknowledged, or when it was closed while nobody had it.
    pub left_at: Option<Box<StepAt>>,
    /// The step that was told at low urgency.
    pub low: Option<Box<LowTold>>,
    /// What few incidents have, at most those that somebody has had.
    pub rare: Seldom<Rare>,
    /// Somebody wanted people told whatever holds it back: nothing does any more.
    pub let_through: bool,
    /// Somebody decided that it can wait: only what is new raises it.
    pub lowered: bool,
    /// How many seconds without an event close it while acknowledged.
    pub quiet_seconds: Option<u32>,
    /// The same though nobody has it, while it is not of high urgency.
    pub idle_seconds: Option<u32>,
    pub notifications: Vec<Notification>,
    pub next_notification: u16,
    /// Counts what people can see of it, so that a mirror knows whether it is behind.
    pub version: u32,
    /// At most `MIRRORS_MAX`, in the order in which they were made.
    pub mirrors: Vec<Mirror>,
    /// What changed and not every mirror has said, at most `LINES_MAX`.
    pub lines: Vec<News>,
    pub merged: Seldom<Merges>,
    /// The numbers of the entries about it, the newest `TIMELINE_KEPT_MAX`: its timeline, read from the journal.
    pub timeline: Vec<u64>,
    /// How many there are in all.
    pub entries: u32,
}

/// The policy of an incident, where it is not its service's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnPolicy {
    /// What a rule or a person chose.
    pub chosen: Option<Id>,
    /// The one that its urgency rule named last.
    pub by_rule: Option<Id>,
}

impl Empty for OwnPolicy {
    const EMPTY: &'static OwnPolicy = &OwnPolicy { chosen: None, by_rule: None };
}

impl OwnPolicy {
    pub(super) fn of_rule(policy: Option<&Id>) -> Seldom<OwnPolicy> {
        Seldom::new(OwnPolicy { chosen: policy.cloned(), by_rule: policy.cloned() })
    }
}

/// What few incidents have: whom steps chose, who must still answer, when it is told again or raised.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rare {
    /// Whom steps with `round_robin` chose, the last `CHOSEN_MAX`.
    pub chosen: Vec<Chosen>,
    /// Who must still acknowledge, though somebody has it.
    pub awaited: Option<Box<Awaited>>,
    /// Who was paged too and has not answered, at most `ALSO_MAX`.
    pub also: Vec<AlsoAsked>,
    /// When it was last triggered again for alerts that had joined, and when it will be.
    pub newcomers_told_at: Option<Timestamp>,
    pub newcomers_due: Option<Timestamp>,
    /// When it began to page anew after somebody had had it, or it had been over, the last time.
    pub triggered_again_at: Option<Timestamp>,
    /// When it is raised to high by itself.
    pub raise_at: Option<Timestamp>,
}

impl Empty for Rare {
    const EMPTY: &'static Rare = &Rare {
        chosen: Vec::new(),
        awaited: None,
        also: Vec::new(),
        newcomers_told_at: None,
        newcomers_due: None,
        triggered_again_at: None,
        raise_at: None,
    };
}

/// One alert of an incident, by its dedup key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    pub integration: String,
    pub dedup_key: String,
    pub firing: bool,
    /// It fired until the incident was closed.
    pub fired_to_the_end: bool,
    /// As it was last said, the integration's rules applied.
    pub severity: Severity,
    /// When it began to fire in this incident, or rose in severity while it did, the last time.
    pub since: Timestamp,
    /// Its words, where they are not those of the incident: the alert that opened it gives it its own.
    pub own: Option<Box<OwnWords>>,
    /// When an event about it was last recorded; where the source repeats, at least the last start of the server.
    pub heard_at: Timestamp,
    /// Where the source repeats while it fires: when silence becomes a resolve.
    pub stale_at: Option<Timestamp>,
    /// It fires and clears again and again: until it is calm it counts as firing, whatever it says at the moment.
    pub flapping: Option<Box<Flapping>>,
}

/// The words of an alert that did not open its incident, for the rules that match on them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnWords {
    pub summary: Box<str>,
    pub source: Box<str>,
    pub labels: Labels,
}

/// Who has an incident, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    /// In the order in which they took it.
    pub by: Vec<Actor>,
    pub at: Timestamp,
    /// When it runs out.
    pub until: Option<Timestamp>,
    /// Taken for a time that a person chose.
    pub snoozed: bool,
}

/// What became of an incident, and of others, by merging.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merges {
    /// Where its alerts went, if it was merged.
    pub into: Option<IncidentId>,
    /// Whose alerts came over to it.
    pub taken_over: Vec<Merged>,
}

impl Empty for Merges {
    const EMPTY: &'static Merges = &Merges { into: None, taken_over: Vec::new() };
}

/// An incident whose alerts came over from another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    pub from: IncidentId,
    pub keys: Vec<AlertKey>,
}

/// A step whose people were told once, at low urgency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LowTold {
    pub at: StepAt,
    /// Whether a page was taken by a provider.
    pub reached: bool,
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
        self.status == Status::Triggered && self.held_back.is_none()
    }

    /// Who took it last.
    pub fn acknowledged_by(&self) -> Option<&Actor> {
        self.acknowledgement.as_ref().and_then(|held| held.by.last())
    }

    /// When its acknowledgement runs out.
    pub fn acknowledged_until(&self) -> Option<Timestamp> {
        self.acknowledgement.as_ref().and_then(|held| held.until)
    }
}

impl Incident {
    /// The value of a matcher's key for one of its alerts; empty where there is none.
    pub fn field_of<'a>(&'a self, alert: &'a Alert, key: &str) -> Cow<'a, str> {
        let own = match (key, &alert.own) {
            ("severity", _) => return Cow::Borrowed(alert.severity.as_str()),
            (_, None) => return self.field(key),
            (_, Some(own)) => own,
        };
        Cow::Borrowed(match key {
            "summary" => &own.summary,
            "source" => &own.source,
            // Kept only for the alert that opened it.
            "description" => "",
            _ => key.strip_prefix("labels.").map_or("", |name| own.labels.get(name)),
        })
    }

    /// The worst of the alerts that fire, the oldest among equals.
    pub fn worst(&self) -> Option<&Alert> {
        // Of several equal ones `max_by_key` gives the last: here the one that came first.
        let firing = self.alerts.iter().rev().filter(|alert| alert.lasts());
        firing.max_by_key(|alert| (alert.severity, std::cmp::Reverse(alert.since)))
    }

    /// How many of its alerts fire; one where none does any more, which is the one that people are told of.
    pub fn firing(&self) -> usize {
        self.alerts.iter().filter(|alert| alert.lasts()).count().max(1)
    }

    /// The summary of its worst alert.
    pub fn worst_summary(&self) -> &str {
        match self.worst().and_then(|alert| alert.own.as_ref()) {
            Some(own) => &own.summary,
            None => &self.summary,
        }
    }
}

impl Escalation {
    /// Whether somebody who is in the step now has been reached.
    pub fn is_reached(&self) -> bool {
        self.told.iter().any(|user| self.reached.contains(user))
    }
}

impl State {
    /// The open incident that a key belongs to.
    pub fn open(&self, key: &AlertKey) -> Option<IncidentId> {
        self.keys.get(key).and_then(|known| known.open)
    }

    /// The incident that the message of this name shows: in a room, or alone to a person.
    pub fn shown_by(&self, reference: &str) -> Option<IncidentId> {
        let shows = |incident: &Incident| {
            incident.mirrors.iter().any(|mirror| mirror.reference.as_deref() == Some(reference))
        };
        let alone = |direct: &Direct| match direct.about[..] {
            [(id, _)] if direct.reference == reference => Some(id),
            _ => None,
        };
        let in_room =
            self.incidents.values().rev().find(|incident| shows(incident)).map(|incident| incident.id);
        in_room.or_else(|| self.directs.values().find_map(alone))
    }

    /// How many deliveries of a provider's outlet are on their way.
    pub fn in_flight(&self, provider: Provider, outlet: Outlet) -> usize {
        let leaving = |dispatch: &&Dispatch| {
            dispatch.stage == Stage::Leaving
                && dispatch.provider == provider
                && dispatch.errand.outlet() == outlet
        };
        self.deliveries.values().filter(leaving).count()
    }

    /// Whether something may leave by a provider's outlet now.
    pub fn is_free(&self, provider: Provider, outlet: Outlet, now: Timestamp) -> bool {
        let paused = self.paused.get(&(provider, outlet)).is_some_and(|until| *until > now);
        let in_flight = self.in_flight(provider, outlet);
        match outlet {
            // Pages still leave a provider that asked us to wait, one at a time until it takes one.
            Outlet::Page(_) if paused => in_flight == 0,
            Outlet::Page(_) => in_flight < outlet.slots_max(),
            Outlet::HangUp | Outlet::Ask | Outlet::Mirror(_) | Outlet::Edit(_) | Outlet::Notice(_) => {
                !paused && in_flight < outlet.slots_max()
            }
        }
    }

    /// Everybody who is being told by a method right now: what else is due for them waits, to become one. Where the method
    /// is not used one at a time, only what is on its way to the provider counts.
    pub fn busy(&self, by: Contact) -> BTreeSet<&UserId> {
        let counts = |stage: Stage| match stage {
            Stage::Leaving => true,
            Stage::InDoubt => false,
            Stage::Taken | Stage::UnderWay | Stage::Answered => by.method().one_at_a_time,
        };
        let told = self.deliveries.values().filter_map(|dispatch| match &dispatch.errand {
            Errand::Page { user, by: method } if *method == by && counts(dispatch.stage) => Some(user),
            Errand::Page { .. }
            | Errand::Mirror { .. }
            | Errand::HangUp(_)
            | Errand::Ask(_)
            | Errand::Notice { .. }
            | Errand::Edit { .. } => None,
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

    pub fn key(&self) -> AlertKey {
        (self.integration.clone(), self.dedup_key.clone())
    }
}
