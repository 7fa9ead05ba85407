//! One change to the state: the journal line, the line of the timeline, the transition, the fixture.

use super::state::{Channel, Escalation, HangUp, Purpose, Silenced, What};
use super::{Actor, DeliveryId, IncidentId, Outcome, Via};
use crate::alert::{Event, Severity};
use crate::config::{Contact, Id, Urgency};
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

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// About the server: another config is in force.
    Revision {
        commit: String,
    },
    /// About the server: it started, in a new epoch.
    Started {
        epoch: u32,
    },
    /// About the server: the clock jumped by so many seconds, and open deadlines with it.
    ClockJumped {
        seconds: i64,
    },
    /// About the server: an integration must be heard from, counted from now.
    HeartbeatExpected {
        integration: String,
        patience_seconds: u32,
    },
    /// About the server: it was heard from, `at` a moment that may be past.
    HeartbeatHeard {
        integration: String,
        at: Timestamp,
        patience_seconds: u32,
    },
    /// About the server: it was not heard from in time.
    HeartbeatMissed {
        integration: String,
    },
    /// About the server: it need not be heard from any more.
    HeartbeatForgotten {
        integration: String,
    },
    /// An event that changed nothing, and why.
    Ignored {
        event: Box<Event>,
        why: String,
    },
    /// Words for a timeline: a note about an alert, or a change of a service. Pages nobody.
    Noted {
        event: Box<Event>,
        /// Whose line it is; `None` in the timeline of an incident.
        service: Option<Id>,
    },
    Opened(Box<Opened>),
    /// Another alert joined the incident.
    Joined {
        event: Box<Event>,
        severity: Severity,
        ticket: bool,
        stale_at: Option<Timestamp>,
    },
    /// The alert was said again, with something new.
    Updated {
        event: Box<Event>,
        severity: Severity,
        ticket: bool,
        stale_at: Option<Timestamp>,
    },
    /// The alert was said again.
    Repeated {
        integration: String,
        dedup_key: String,
        stale_at: Option<Timestamp>,
    },
    /// One of the alerts is over, others still fire.
    AlertResolved {
        integration: String,
        dedup_key: String,
        event: Option<Box<Event>>,
        why: String,
    },
    /// It is more urgent than it was, or will be at `raise_at`.
    Raised {
        urgency: Urgency,
        raise_at: Option<Timestamp>,
        rule: String,
    },
    Silenced(Silenced),
    Unsilenced {
        rule: String,
        /// Whether it is shown in a ticket from now on.
        ticket: bool,
    },
    StepBegan(Step),
    StepPassed {
        policy: Id,
        fallback: bool,
        step: u32,
        round: u32,
        rule: String,
        why: String,
    },
    /// People are told beside the policy's steps: at low urgency, by `inform`, or newly in a running step.
    Told {
        people: Vec<Told>,
        purpose: Purpose,
        in_step: bool,
        rule: String,
    },
    /// A config change took people out of the running step.
    Dropped {
        users: Vec<UserId>,
        rule: String,
    },
    /// A config change moved the running step to this policy, with this deadline.
    Moved {
        policy: Id,
        step: u32,
        deadline: Timestamp,
        rule: String,
    },
    Sent {
        delivery: DeliveryId,
        what: What,
        notifications: Vec<u16>,
        repeat: bool,
        expires_at: Timestamp,
    },
    Outcome {
        delivery: DeliveryId,
        channel: Channel,
        outcome: Outcome,
        retry_at: Option<Timestamp>,
        paused_until: Option<Timestamp>,
    },
    /// The next contact of somebody is tried early.
    Hastened {
        user: UserId,
        by: Contact,
        notification: u16,
        why: String,
    },
    /// Somebody cannot be reached in this way.
    GaveUp {
        user: UserId,
        by: Contact,
        why: String,
    },
    /// About a call of ours that nobody needs any more.
    HangUp {
        delivery: DeliveryId,
        state: HangUp,
    },
    Acknowledged {
        by: Actor,
        via: Via,
        until: Option<Timestamp>,
        quiet_seconds: Option<u32>,
        event: Option<Box<Event>>,
    },
    /// Somebody asks for the next step.
    Escalated {
        by: Actor,
        via: Via,
    },
    /// It pages again.
    Retriggered {
        why: String,
        rule: String,
    },
    Reassigned {
        to: Told,
        by: Actor,
        via: Via,
        /// What goes on if nothing comes of it; none at low urgency.
        escalation: Option<Escalation>,
    },
    Resolved {
        by: Actor,
        via: Via,
        why: String,
        event: Option<Box<Event>>,
    },
}

/// What opens an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// As the monitor said it.
    pub event: Event,
    pub service: Option<Id>,
    pub severity: Severity,
    pub urgency: Urgency,
    pub route_rule: String,
    pub urgency_rule: String,
    pub raise_at: Option<Timestamp>,
    pub silenced: Option<Silenced>,
    pub group: Option<String>,
    pub stale_at: Option<Timestamp>,
    /// Whether it is shown in a Slack channel, and in a ticket.
    pub channel: bool,
    pub ticket: bool,
}

/// A step of a policy, with the people in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub policy: Id,
    pub fallback: bool,
    pub step: u32,
    pub round: u32,
    pub people: Vec<Told>,
    pub shadows: Vec<Told>,
    pub deadline: Timestamp,
    pub rule: String,
}

/// A person who is told, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub user: UserId,
    /// Why this person: the schedule and its layer or override, or the rule that names them.
    pub because: String,
    pub contacts: Vec<Planned>,
}

/// One contact of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    pub by: Contact,
    pub due: Timestamp,
    pub rule: String,
}
