//! What can happen to incidents: alerts, people, outcomes, time, a new config.

use super::{DeliveryId, IncidentId};
use crate::actor::{Actor, Via};
use crate::alert::{Event, Severity};
use crate::config::{
    Config, Contact, Id, Provider, Right, RunTimeAbsence, RunTimeOffer, RunTimeOverride, RunTimeSilence,
};
use crate::place::Place;
use crate::reason::{Fault, OwnTrouble};
use crate::schedule::UserId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One thing that happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// All the events of one request.
    Alerts(Vec<Event>),
    /// Somebody asks for something.
    Command(Command),
    /// What became of a delivery.
    Outcome { delivery: DeliveryId, outcome: Outcome },
    /// The config in force is now another one. `previous` is what was in force before, as far as known.
    ConfigChanged { previous: Option<Arc<Config>>, commit: String },
    /// The server started: what was in flight may or may not have left. `gap_seconds`: for so long it did not run, as
    /// far as known.
    Started { epoch: u32, gap_seconds: Option<u64> },
    /// Something of the server's own is wrong since then, or is well (again).
    Trouble { trouble: OwnTrouble, since: Option<Timestamp> },
    /// When nobody will be on call, of every step that tells only schedules.
    Gaps(Vec<GapAhead>),
    /// The wall clock jumped by so much: open deadlines move with it.
    ClockJumped { by: SignedDuration },
    /// Time has passed.
    Tick,
}

/// When nobody is on call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GapAhead {
    /// The schedules of a step that then reaches nobody.
    pub step: String,
    pub from: Timestamp,
    pub until: Timestamp,
}

/// A person's wish, by whichever way it came. Rights and bounds are decided where it is handled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// About incidents.
    Respond(Respond),
    /// An incident that a person declares.
    Declare(Box<Declare>),
    /// A temporary change to a schedule. Here and below, `confirmed`: the asker has seen what `Reply::Confirm` warned of.
    Override { made: Box<RunTimeOverride>, confirmed: bool },
    /// A schedule, or somebody's shift on it, until an instant or the next handoff.
    Take {
        schedule: Id,
        to: UserId,
        /// Only this person is relieved.
        relieves: Option<UserId>,
        until: Option<Timestamp>,
        by: Actor,
        via: Via,
        confirmed: bool,
    },
    /// `everything`: an empty scope is meant.
    Silence { made: Box<RunTimeSilence>, everything: bool, confirmed: bool },
    /// Time off, from now on or later.
    Away { made: Box<RunTimeAbsence>, confirmed: bool },
    /// The end of somebody's time off that was made at run time.
    Back { user: UserId, by: Actor, via: Via },
    /// Ends an override or a silence early.
    End { what: Ended, by: Actor, via: Via },
    /// A shift that others may accept.
    Offer(Box<RunTimeOffer>),
    /// Somebody accepts one.
    Accept { id: u64, user: UserId, by: Actor, via: Via, confirmed: bool },
    /// Somebody whom an override puts on call says that they cannot.
    Cannot { what: Ended, user: UserId, by: Actor, via: Via },
    /// Tries out one of a person's own ways.
    Test { user: UserId, contact: Contact, by: Actor, via: Via },
    /// Whoever has this number says STOP to our messages, or takes them again.
    OptOut { phones: Vec<(UserId, Option<String>)>, contact: Contact, out: bool, by: Actor, via: Via },
}

/// A wish about incidents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Respond {
    pub target: Target,
    pub action: Asked,
    pub by: Actor,
    pub via: Via,
}

/// An incident that a person declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declare {
    pub service: Id,
    pub summary: String,
    pub description: String,
    pub severity: Option<Severity>,
    pub by: Actor,
    pub via: Via,
    /// The same key again is the same incident.
    pub idempotency_key: Option<String>,
}

/// What is ended early: the number of one made at run time, or the place of one of git.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    RunTime(u64),
    File(Place),
}

/// What a command is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Incidents(Vec<IncidentId>),
    /// All the incidents that a delivery told about.
    Delivery(DeliveryId),
    /// The incident that the ticket with this key shows.
    Ticket(String),
    /// What the message with this code told one of these people.
    Code {
        users: Vec<UserId>,
        code: String,
    },
}

/// What a person asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    Acknowledge,
    /// Gives back what was acknowledged or snoozed: it pages again.
    Unacknowledge,
    /// Acknowledged until then, and triggered again after.
    Snooze {
        until: Timestamp,
        /// The asker has seen what `Reply::Confirm` warned of.
        confirmed: bool,
    },
    Resolve {
        reason: Option<String>,
    },
    /// Open again what was closed within a day.
    Reopen,
    /// The next step, or the one with this number (from 1), now.
    Escalate {
        step: Option<u32>,
    },
    /// Say the words of the call again.
    Repeat,
    /// These instead of whoever is told now.
    Reassign(Vec<Assignee>),
    /// These too; the escalation goes on as it was.
    PageAlso(Vec<Assignee>),
    /// Urgent from now on.
    Raise,
    /// It can wait.
    Lower,
    /// To another service: its rules from now on.
    Move(Id),
    /// Quiet until it is resolved, its own alerts only, for a day at most.
    Silence {
        reason: Option<String>,
    },
    /// A line in the timeline.
    Note(String),
    /// Its alerts go over to another incident, and it closes.
    Merge {
        into: IncidentId,
    },
    /// What came with a merge and still fires is the old incident again.
    Unmerge,
}

/// Whom an incident is given to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Assignee {
    User(UserId),
    /// Whoever is on call now.
    Schedule(Id),
    /// Its first step, and for a reassignment its policy from now on.
    Policy(Id),
}

/// What became of a delivery, as its provider said it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The provider took it and has more to tell (a call is queued or rings). `reference` is its name for it.
    Accepted { reference: String },
    /// It is where it should be (a message is shown, a ticket is made).
    Delivered {
        reference: String,
        /// What was left undone beside it: a ticket that may not leave its status.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        but: Option<Reason>,
    },
    /// Somebody picked up; that proves nothing yet (voicemail).
    Answered,
    /// A call ended without a key (completed, no answer, canceled). Not a failure: people sleep.
    Ended { reason: Reason },
    /// It will never work this way: a bad number, a channel that is not there, credentials refused.
    Rejected { reason: Reason },
    /// It did not leave, or the provider refused for now (5xx, 429, a busy line).
    Unavailable {
        reason: Reason,
        /// The provider's own wish, in seconds.
        retry_after: Option<u32>,
    },
    /// It may or may not have left: a timeout, a broken connection, a crash of ours.
    Unknown { reason: Reason },
    /// A key was pressed, and the call is over: what a provider tells that is asked.
    Pressed { key: String },
    /// A machine picked up: voicemail. Like `Answered`, and said.
    ByMachine,
}

impl Command {
    /// The word for it: `acknowledge`, `page-also`, `override`.
    pub fn name(&self) -> &'static str {
        match self {
            Command::Respond(respond) => respond.action.name(),
            Command::Declare(_) => "declare",
            Command::Override { .. } => "override",
            Command::Take { .. } => "take",
            Command::Silence { .. } => "silence",
            Command::Away { .. } => "away",
            Command::Back { .. } => "back",
            Command::End { .. } => "end",
            Command::Offer(_) => "offer",
            Command::Accept { .. } => "accept",
            Command::Cannot { .. } => "cannot",
            Command::Test { .. } => "test",
            Command::OptOut { .. } => "opt-out",
        }
    }

    /// Who asks, and by which way.
    pub fn asked_by(&self) -> (&Actor, Via) {
        match self {
            Command::Respond(Respond { by, via, .. })
            | Command::Take { by, via, .. }
            | Command::Back { by, via, .. }
            | Command::End { by, via, .. }
            | Command::Accept { by, via, .. }
            | Command::Cannot { by, via, .. }
            | Command::Test { by, via, .. }
            | Command::OptOut { by, via, .. } => (by, *via),
            Command::Declare(declare) => (&declare.by, declare.via),
            Command::Override { made, .. } => (&made.by, made.via),
            Command::Silence { made, .. } => (&made.by, made.via),
            Command::Away { made, .. } => (&made.by, made.via),
            Command::Offer(made) => (&made.by, made.via),
        }
    }
}

impl Asked {
    /// The word for it, as the API and the command line spell it.
    pub fn name(&self) -> &'static str {
        match self {
            Asked::Acknowledge => "acknowledge",
            Asked::Unacknowledge => "unacknowledge",
            Asked::Snooze { .. } => "snooze",
            Asked::Resolve { .. } => "resolve",
            Asked::Reopen => "reopen",
            Asked::Escalate { .. } => "escalate",
            Asked::Repeat => "repeat",
            Asked::Reassign(_) => "reassign",
            Asked::PageAlso(_) => "page-also",
            Asked::Raise => "raise",
            Asked::Lower => "lower",
            Asked::Move(_) => "move",
            Asked::Silence { .. } => "silence",
            Asked::Note(_) => "note",
            Asked::Merge { .. } => "merge",
            Asked::Unmerge => "unmerge",
        }
    }
}

impl Input {
    /// In words, for the case that it cannot be handled.
    pub fn words(&self) -> String {
        match self {
            Input::Alerts(events) => {
                let of =
                    |event: &Event| format!("{} {:?} {}", event.integration, event.action, event.summary);
                events.iter().take(20).map(of).collect::<Vec<_>>().join("; ")
            }
            Input::Command(command) => format!("{command:?}"),
            Input::Outcome { delivery, outcome } => format!("the outcome of {delivery}: {outcome:?}"),
            Input::ConfigChanged { commit, .. } => format!("config {commit}"),
            Input::Started { epoch, .. } => format!("start {epoch}"),
            Input::Trouble { trouble, since } => format!("{trouble:?} since {since:?}"),
            Input::Gaps(found) => format!("{} gaps", found.len()),
            Input::ClockJumped { by } => format!("a clock jump of {by:?}"),
            Input::Tick => "a tick".to_owned(),
        }
    }
}

impl Outcome {
    /// It is where it should be, and nothing is left undone.
    pub fn delivered(reference: impl Into<String>) -> Outcome {
        Outcome::Delivered { reference: reference.into(), but: None }
    }

    /// Whether the provider took it: the person is being told.
    pub fn is_taken(&self) -> bool {
        match self {
            Outcome::Accepted { .. }
            | Outcome::Delivered { .. }
            | Outcome::Answered
            | Outcome::ByMachine
            | Outcome::Pressed { .. }
            | Outcome::Ended { .. } => true,
            Outcome::Rejected { .. } | Outcome::Unavailable { .. } | Outcome::Unknown { .. } => false,
        }
    }

    /// Why it failed, how it ended, or what was left undone.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Outcome::Ended { reason }
            | Outcome::Rejected { reason }
            | Outcome::Unavailable { reason, .. }
            | Outcome::Unknown { reason } => Some(reason),
            Outcome::Delivered { but, .. } => but.as_ref(),
            Outcome::Accepted { .. } | Outcome::Answered | Outcome::ByMachine | Outcome::Pressed { .. } => {
                None
            }
        }
    }
}

/// Why a delivery failed, or how it ended: what we make of it, and what the provider said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub provider: Option<Provider>,
    pub fault: Fault,
    /// The provider's own words, or the name of what is missing; may be empty.
    pub said: String,
}

impl Reason {
    /// What a provider said, without words of ours.
    pub fn said(text: impl Into<String>) -> Reason {
        Reason { provider: None, fault: Fault::Said, said: text.into() }
    }

    /// A fault of our own, that nobody else said anything about.
    pub fn ours(fault: Fault) -> Reason {
        Reason { provider: None, fault, said: String::new() }
    }

    /// What a provider means, with what it said.
    pub fn of(provider: Provider, fault: Fault, said: impl Into<String>) -> Reason {
        Reason { provider: Some(provider), fault, said: said.into() }
    }
}

/// The answer to a command, for whoever asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The alerts are taken: so many incidents were opened.
    Taken { opened: Vec<IncidentId> },
    /// It is done, for these.
    Done { action: Asked, incidents: Vec<IncidentId> },
    /// An override, a silence or an absence is in force, or will be; its number ends it.
    Made { id: u64, kind: Made, until: Timestamp },
    /// It has ended.
    Ended,
    /// Whoever made it and the room are told.
    Passed,
    /// A test by this way is about to leave.
    Testing { contact: Contact },
    /// It would break something: nothing is done until it is asked for again, confirmed.
    Confirm(Vec<Warning>),
    /// It had been done before, by this person.
    Already { action: Asked, by: String, incidents: Vec<IncidentId> },
    /// Who asked may not respond: it is a remark in the timeline and the thread, and nothing else changes.
    Noted { incidents: Vec<IncidentId> },
    /// The words of the call, to be said again.
    Say(super::words::CallScript),
    /// It cannot be done.
    Refused(Refused),
    /// No such incident or delivery, or it is long closed.
    NotFound,
}

/// Why a wish is refused; people by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    HasLeft(String),
    /// They are off until then, or without an end that is known.
    IsOff {
        name: String,
        until: Option<Timestamp>,
    },
    CannotBeTold(String),
    /// Nobody is on call there.
    NobodyOnCall(Id),
    /// No user, schedule, policy or service has this id.
    Unknown(String),
    /// The policy has so many steps.
    NoSuchStep {
        steps: u32,
    },
    NotAcknowledged,
    NotResolved,
    /// It closed more than a day ago, or was merged.
    CannotBeReopened,
    /// One of its alerts is in this incident now.
    OpenElsewhere(IncidentId),
    /// The instant is past.
    Past,
    /// It lasts longer than so many hours.
    TooLong {
        hours: u32,
    },
    /// The text is empty.
    Nothing,
    IsClosed(IncidentId),
    IntoItself,
    /// The other incident would hold more alerts than one may.
    TooManyAlerts,
    NotMerged,
    /// Whoever asks is not among those who respond.
    MayNot,
    /// The token that asks has not this right.
    Lacks(Right),
    /// Nothing of what came with the merge still fires.
    NothingFires,
    EndsBeforeItBegins,
    /// A silence that names nothing, and does not say that everything is meant.
    EmptyScope,
    ReasonMissing,
    BadPattern(String),
    /// There are as many as there may be.
    TooMany,
    OwnCover,
    /// They have no shift there in that time.
    NotOnCall {
        name: String,
        schedule: Id,
    },
    /// Nobody else takes turns on the schedule.
    NobodyElse(Id),
    /// Somebody has accepted it before.
    OfferTaken(String),
    /// It was not offered to them.
    NotOffered(String),
    EmptiesTheFallback,
    NotInForce,
    /// The last test of the same way is less than a minute ago.
    TestedJustNow,
    /// The link was sent when it began to page before: since then somebody has had it, and it pages anew.
    OlderTrigger,
    /// The link was sent to somebody who was only informed.
    OnlyShows,
}

/// What somebody made at run time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    Override,
    Silence,
    Absence,
    Offer,
}

/// What a wish would break.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Warning {
    /// Something critical would be quiet for longer than a day.
    CriticalForLong { until: Timestamp },
    /// Nothing at all would page until then.
    Everything { until: Timestamp },
    /// Nobody would be on call, where somebody was.
    Gap { schedule: Id, from: Timestamp, until: Timestamp },
    /// Fewer would be on call than before.
    Fewer { schedule: Id, from: Timestamp, until: Timestamp },
    /// Nothing rings this person.
    NothingRings { name: String },
}
