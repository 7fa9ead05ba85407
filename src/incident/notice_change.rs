//! What is told about no incident, as entries and the state hold it.

use super::{DeliveryId, IncidentId, Reason};
use crate::actor::{Actor, Via};
use crate::config::{Contact, Id};
use crate::reason::Why;
use crate::schedule::UserId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A contact about no incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub to: NoticeTo,
    pub what: Noticed,
    pub due: Timestamp,
    pub in_flight: Option<DeliveryId>,
    pub failed: u8,
}

/// Whom a notice is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeTo {
    Person {
        user: UserId,
        by: Contact,
    },
    /// The organisation's room.
    Room,
}

/// What a notice says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Noticed {
    /// They are on call from then on.
    ShiftComes {
        schedule: Id,
        from: Timestamp,
        until: Timestamp,
        after: Vec<UserId>,
        before: Vec<UserId>,
    },
    /// They are on call no more.
    ShiftOver {
        schedule: Id,
        next: Vec<UserId>,
    },
    /// An override was made that puts them on call, or relieves them.
    Override(OverrideNotice),
    /// The same, and it begins.
    OverrideBegins(OverrideNotice),
    /// What they made has ended, or lies under what somebody else made.
    MadeEnded {
        id: u64,
        why: Why,
        by: Actor,
    },
    MadeHidden {
        id: u64,
        schedule: Id,
        by: Actor,
    },
    /// Somebody whom an override puts on call says that they cannot.
    Cannot {
        id: u64,
        schedule: Id,
        user: UserId,
        from: Timestamp,
        until: Timestamp,
    },
    /// Whom they had paged too has not answered.
    AlsoUnanswered {
        incident: IncidentId,
        users: Vec<UserId>,
    },
    /// Of a silence that names no service, for the room.
    Broad {
        id: u64,
        what: Broad,
    },
    /// The person tries out this way.
    Test,
    /// A test that has left: the next one waits for its end.
    TestGone,
    /// How a test went; `why`: it failed.
    Tested {
        contact: Contact,
        why: Option<Reason>,
    },
}

/// An override, for those whom it concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverrideNotice {
    pub id: u64,
    pub schedule: Id,
    pub from: Timestamp,
    pub until: Timestamp,
    /// Whether it puts this person on call.
    pub on_call: bool,
    /// The others whom it concerns: who is relieved, or who comes.
    pub others: Vec<UserId>,
    pub by: Actor,
    pub reason: Option<String>,
}

/// About notices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeChange {
    /// It is known by the number of this entry.
    Planned { to: NoticeTo, what: Noticed, due: Timestamp },
    /// It has no point any more.
    Dropped { notice: u64 },
    /// What fell due until then has been told.
    ShiftsTold { until: Timestamp },
    /// Somebody whom an override puts on call says that they cannot.
    Declined { id: u64, user: UserId, by: Actor, via: Via },
}

/// What the room hears of a silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Broad {
    Begins,
    Mutes,
    /// It ends at this instant.
    Over(Timestamp),
}
