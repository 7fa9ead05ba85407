//! One change to the state: the journal line, the line of the timeline, the transition, the fixture.
//!
//! An entry holds facts, never sentences: reasons and rules are values, and [`language`](crate::language) words them when
//! somebody reads. Changes are grouped by what they change and matched without `_`, so that a new one cannot be forgotten.

use super::errand::{Errand, HangUp, NewMirror};
use super::made::RunTimeChange;
use super::noise_change::NoiseChange;
use super::notice_change::NoticeChange;
use super::outlet::Outlet;
use super::parts::{HeldBack, StepAt};
use super::planned::{Purpose, Recipient};
use super::response::ResponseChange;
use super::step_change::StepsChange;
use super::{DeliveryId, IncidentId, Outcome, Reason};
use crate::actor::{Actor, Via};
use crate::alert::{Event, Severity};
use crate::config::{Contact, Id, Provider, Urgency};
use crate::place::Place;
use crate::reason::{OwnTrouble, Rule, Why};
use crate::schedule::UserId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A numbered change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Counts from 1, without holes.
    pub seq: u64,
    pub at: Timestamp,
    /// The number of the config revision in force.
    pub revision: u32,
    /// `None`: about the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
    pub change: Change,
}

/// What changed, by what it changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Server(ServerChange),
    Heartbeat(HeartbeatChange),
    Alert(AlertChange),
    Escalation(EscalationChange),
    Delivery(DeliveryChange),
    Response(ResponseChange),
    RunTime(RunTimeChange),
    Noise(NoiseChange),
    Steps(StepsChange),
    Notice(NoticeChange),
}

/// About the server itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServerChange {
    /// Another config is in force.
    Revision {
        commit: String,
    },
    /// It started, in a new epoch; `gap_seconds`: for so long it did not run, as far as known.
    Started {
        epoch: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gap_seconds: Option<u64>,
    },
    /// The clock jumped by so many seconds, and open deadlines with it.
    ClockJumped {
        seconds: i64,
    },
    /// Something of the server's own has been wrong since then.
    TroubleBegan {
        trouble: OwnTrouble,
        since: Timestamp,
    },
    TroubleOver {
        trouble: OwnTrouble,
    },
    /// An integration has another id from now on: what is known of its alerts is known by that.
    IntegrationRenamed {
        from: String,
        to: String,
    },
}

/// About an integration that must be heard from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeartbeatChange {
    /// It must be heard from, counted from now.
    Expected { integration: String, patience_seconds: u32 },
    /// It was heard from, `at` a moment that may be past.
    Heard { integration: String, at: Timestamp, patience_seconds: u32 },
    /// It was not heard from in time.
    Missed { integration: String },
    /// It need not be heard from any more.
    Forgotten { integration: String },
}

/// What a monitor said, and what it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertChange {
    /// An event that changed nothing, and why.
    Ignored {
        event: Box<Event>,
        why: Why,
    },
    /// Words for a timeline: a note about an alert, or a change of a service. Pages nobody.
    Noted {
        event: Box<Event>,
        /// Whose line it is; `None` in the timeline of an incident.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        service: Option<Id>,
    },
    Opened(Box<Opened>),
    /// Another alert joined the incident.
    Joined {
        event: Box<Event>,
        severity: Severity,
        /// Where it is shown from now on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mirrors: Vec<NewMirror>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stale_at: Option<Timestamp>,
        /// The incident is a storm, and the alert would have opened one of its own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        folded: Option<Folded>,
    },
    /// One more alert of a storm that keeps no more keys.
    Counted {
        event: Box<Event>,
        severity: Severity,
        folded: Folded,
    },
    /// The alert was said again, with something new.
    Updated {
        event: Box<Event>,
        severity: Severity,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mirrors: Vec<NewMirror>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stale_at: Option<Timestamp>,
    },
    /// The alert was said again.
    Repeated {
        integration: String,
        dedup_key: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stale_at: Option<Timestamp>,
    },
    /// Its routes now lead elsewhere, and that is more urgent: the incident belongs to that service from now on.
    Moved(Box<Moved>),
    /// The alert leaves this incident, others still fire; what it says opens one of its own.
    Left {
        integration: String,
        dedup_key: String,
        why: Why,
    },
    /// One of the alerts is over, others still fire.
    Over {
        integration: String,
        dedup_key: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        event: Option<Box<Event>>,
        why: Why,
    },
}

/// How urgent it is, what holds it back, and who is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EscalationChange {
    /// It is more urgent than it was, or will be at `raise_at`.
    Raised {
        urgency: Urgency,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        raise_at: Option<Timestamp>,
        rule: Rule,
    },
    /// Its alerts run another policy from now on, by its urgency rule.
    PolicyChosen {
        policy: Id,
        rule: Rule,
    },
    HeldBack(HeldBack),
    /// Nothing holds it back any more.
    Released {
        held: HeldBack,
        /// Where it is shown from now on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        mirrors: Vec<NewMirror>,
    },
    StepBegan(StepStart),
    StepPassed {
        at: StepAt,
        rule: Option<Place>,
        why: Why,
    },
    /// People are told beside the policy's steps: at low urgency, by `inform`, or newly in a running step.
    Told {
        people: Vec<Recipient>,
        purpose: Purpose,
        in_step: bool,
        rule: Place,
        /// The step that is told at low urgency.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        low: Option<StepAt>,
    },
    /// Alerts have joined an acknowledged incident; it is triggered again at this instant.
    NewcomersWait {
        until: Timestamp,
    },
    /// A config change took people out of the running step.
    Dropped {
        users: Vec<UserId>,
        rule: Place,
    },
    /// A config change moved the running step to this policy, with this deadline.
    Moved {
        policy: Id,
        step: u32,
        deadline: Timestamp,
        rule: Place,
    },
}

/// What leaves, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryChange {
    Sent {
        delivery: DeliveryId,
        provider: Provider,
        errand: Errand,
        /// Which of the person's addresses, by name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        notifications: Vec<u16>,
        /// An earlier attempt may have gone out.
        #[serde(default, skip_serializing_if = "is_false")]
        repeat: bool,
        expires_at: Timestamp,
    },
    Outcome {
        delivery: DeliveryId,
        provider: Provider,
        outlet: Outlet,
        outcome: Outcome,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_at: Option<Timestamp>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        paused_until: Option<Timestamp>,
    },
    /// The next contact of somebody is tried early.
    Hastened { user: UserId, by: Contact, notification: u16, why: Reason },
    /// Somebody cannot be reached in this way.
    GaveUp {
        user: UserId,
        by: Contact,
        /// Which of the person's addresses, by name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
        why: Reason,
    },
    /// Somebody is due to be told, and that waits.
    Waits {
        user: UserId,
        by: Contact,
        why: WaitsFor,
        /// As far as is known now.
        until: Timestamp,
    },
    /// About a call of ours that nobody needs any more.
    HangUp { delivery: DeliveryId, state: HangUp },
}

/// What a page that is due waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitsFor {
    /// The end of the person's call about these, of which the first `NAMED_MAX` are named.
    Call {
        about: Vec<IncidentId>,
        count: u32,
        #[serde(default, skip_serializing_if = "is_false")]
        answered: bool,
    },
    /// The provider, which asked us to slow down: until it takes a page, they leave one at a time.
    Provider(Provider),
    /// More of a service that opens many at once, to be told as one with their number.
    Number { service: Id },
}

/// What opens an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// As the monitor said it.
    pub event: Event,
    pub service: Option<Id>,
    pub severity: Severity,
    pub urgency: Urgency,
    pub route_rule: Rule,
    pub urgency_rule: Rule,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raise_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_back: Option<HeldBack>,
    /// The policy that the urgency rule names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale_at: Option<Timestamp>,
    /// Where it is shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mirrors: Vec<NewMirror>,
    /// Who declared it, and by which way, where no monitor did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<(Actor, Via)>,
    /// How many seconds without an event close it though nobody has it, while it is not of high urgency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_seconds: Option<u32>,
    /// It begins a storm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folded: Option<Folded>,
}

/// Why an alert is told as one of many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folded {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<Id>,
    pub why: Why,
    /// The line of the config that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Place>,
    /// Until when the storm takes more, as far as known now.
    pub takes_until: Timestamp,
}

/// An alert that has become more urgent, and where it belongs now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    pub event: Event,
    pub service: Option<Id>,
    pub severity: Severity,
    pub urgency: Urgency,
    pub route_rule: Rule,
    pub urgency_rule: Rule,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raise_at: Option<Timestamp>,
    /// The policy that the urgency rule names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Id>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_seconds: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mirrors: Vec<NewMirror>,
}

/// A step of a policy that begins, with the people in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepStart {
    pub at: StepAt,
    pub people: Vec<Recipient>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shadows: Vec<Recipient>,
    pub deadline: Timestamp,
    pub rule: Place,
}

impl From<ServerChange> for Change {
    fn from(change: ServerChange) -> Change {
        Change::Server(change)
    }
}

impl From<HeartbeatChange> for Change {
    fn from(change: HeartbeatChange) -> Change {
        Change::Heartbeat(change)
    }
}

impl From<AlertChange> for Change {
    fn from(change: AlertChange) -> Change {
        Change::Alert(change)
    }
}

impl From<EscalationChange> for Change {
    fn from(change: EscalationChange) -> Change {
        Change::Escalation(change)
    }
}

impl From<DeliveryChange> for Change {
    fn from(change: DeliveryChange) -> Change {
        Change::Delivery(change)
    }
}

impl From<RunTimeChange> for Change {
    fn from(change: RunTimeChange) -> Change {
        Change::RunTime(change)
    }
}

impl From<ResponseChange> for Change {
    fn from(change: ResponseChange) -> Change {
        Change::Response(change)
    }
}

impl From<StepsChange> for Change {
    fn from(change: StepsChange) -> Change {
        Change::Steps(change)
    }
}

impl From<NoiseChange> for Change {
    fn from(change: NoiseChange) -> Change {
        Change::Noise(change)
    }
}

impl From<NoticeChange> for Change {
    fn from(change: NoticeChange) -> Change {
        Change::Notice(change)
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}
