//! What is told about no incident, as entries and the state hold it.

use super::{DeliveryId, IncidentId, Reason};
use crate::actor::{Actor, Via};
use crate::config::{Contact, Id, Provider};
use crate::place::Place;
use crate::reason::Why;
use crate::schedule::UserId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

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
    /// A room of a vendor.
    Place {
        provider: Provider,
        place: String,
    },
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
    /// A commit has an override for hours over which theirs lies.
    CommitBelow {
        id: u64,
        schedule: Id,
        place: Place,
    },
    /// Somebody whom an override puts on call says that they cannot.
    Cannot {
        id: u64,
        #[serde(default)]
        place: Option<Place>,
        schedule: Id,
        user: UserId,
        from: Timestamp,
        until: Timestamp,
    },
    /// A shift is offered to them.
    Offered {
        id: u64,
    },
    /// Nobody has accepted their offer, and the shift begins.
    OfferOver {
        id: u64,
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
    /// What waits for its turn in a room.
    RoomFull(Crowd),
    /// The person tries out this way.
    Test,
    /// A test that has left: the next one waits for its end.
    TestGone,
    /// They said STOP to our messages by this way.
    OptedOut {
        contact: Contact,
        /// The name of the phone, where it has one.
        #[serde(default)]
        to: Option<String>,
    },
    /// How a test went; `why`: it failed.
    Tested {
        contact: Contact,
        why: Option<Reason>,
    },
}

/// An override, for those whom it concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverrideNotice {
    /// The number of one that was made at run time.
    pub id: u64,
    /// The place of one of git.
    #[serde(default)]
    pub place: Option<Place>,
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
    Declined {
        id: u64,
        /// The place of one of git.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        place: Option<Place>,
        user: UserId,
        by: Actor,
        via: Via,
    },
    /// A room is full: the message of an incident waits for its turn, and a summary tells of it.
    RoomFull {
        provider: Provider,
        place: String,
        until: Timestamp,
        sum_up_at: Timestamp,
        /// The incident is not shown there yet.
        new: bool,
    },
    /// Gaps to come were told, and others are filled or over.
    GapsTold { told: Vec<GapTold>, over: Vec<GapTold> },
    /// Somebody said STOP to our messages by this way, or takes them again.
    OptedOut {
        user: UserId,
        by: Contact,
        /// The name of the phone, where it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
        out: bool,
    },
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

/// How many messages stand in a room within a minute.
pub const POSTS_MAX: usize = 10;

/// When the last messages of a room stand in it, and when it was last summed up.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomPace {
    /// In order; those that are promised are to come.
    pub posts: VecDeque<Timestamp>,
    pub summed_up: Option<Timestamp>,
}

/// What waits for its turn in a room.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crowd {
    /// Incidents that are not there yet.
    pub new: Vec<IncidentId>,
    pub more: u32,
    /// How many others have something to say.
    pub news: u32,
}

/// A gap that was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapTold {
    /// The schedules of the step that reaches nobody.
    pub step: String,
    pub from: Timestamp,
    pub until: Timestamp,
    /// The dedup key of the incident that tells it.
    pub key: String,
}
