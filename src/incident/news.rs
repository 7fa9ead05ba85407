//! What changed, for the threads of mirrors, as the state holds it.

use super::IncidentId;
use super::parts::{AlertKey, HeldBack, Hold, StepAt};
use super::response::Remark;
use crate::actor::{Actor, Via};
use crate::alert::Severity;
use crate::config::{Id, Urgency};
use crate::reason::Why;
use crate::schedule::UserId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Something that changed, for the threads of mirrors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// The entry that it is.
    pub seq: u64,
    pub what: Happened,
}

/// What it is. An alert is named by its key: its words are those in force when the line is said, if it is still here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happened {
    Joined(AlertKey),
    FiresAgain(AlertKey),
    /// It is over, and so many others still fire.
    Over {
        alert: AlertKey,
        firing: u32,
    },
    /// It is here no more: its words are kept.
    Left {
        alert: AlertKey,
        words: String,
        why: Why,
    },
    /// It is worse than any alert was before.
    Worse {
        alert: AlertKey,
        severity: Severity,
    },
    /// It says something else, and not only another number.
    Renamed(AlertKey),
    Raised(Urgency),
    HeldBack(HeldBack),
    Released(Hold),
    /// It belongs to this service from now on.
    Moved(Option<Id>),
    /// It fires again soon after the end, and the incident is open again.
    Reopened(AlertKey),
    /// It has begun to fire so often, within so many seconds, and must be quiet for so many.
    Flaps {
        alert: AlertKey,
        fires: u32,
        within: u32,
        quiet: u32,
    },
    /// It flaps no more: it fires, or is over.
    Calmed {
        alert: AlertKey,
        fires: bool,
    },
    Step {
        at: StepAt,
        told: Vec<UserId>,
        next: Timestamp,
        /// The step before was waited for in vain.
        waited: bool,
    },
    Acknowledged(Actor),
    AlsoAcknowledged(Actor),
    Escalated(Actor),
    Reassigned {
        to: Vec<UserId>,
        by: Actor,
    },
    Retriggered(Why),
    Remarked {
        by: Actor,
        remark: Remark,
    },
    Resolved(Actor),
    /// What somebody did beside taking and closing it.
    Did {
        deed: Deed,
        by: Actor,
        via: Via,
    },
    /// The alerts of a merged incident are its own again.
    GaveBack(IncidentId),
    /// Each had to acknowledge, and these have not.
    Unanswered(Vec<UserId>),
}

/// What somebody did to an incident, as its threads say it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Deed {
    GivenBack,
    Reopened,
    PagedAlso(Vec<UserId>),
    UrgencyChosen(Urgency),
    LetThrough(Hold),
    MovedTo(Id, Urgency),
    Noted(String),
    TookOver(IncidentId),
    Merged(IncidentId),
    Unmerged(IncidentId),
    Snoozed(Timestamp),
}

impl Deed {
    /// Whether where the incident stands has changed by it.
    pub(super) fn is_urgent(&self) -> bool {
        match self {
            Deed::GivenBack
            | Deed::Reopened
            | Deed::UrgencyChosen(_)
            | Deed::MovedTo(..)
            | Deed::Merged(_)
            | Deed::Unmerged(_)
            | Deed::Snoozed(_) => true,
            Deed::PagedAlso(_) | Deed::LetThrough(_) | Deed::Noted(_) | Deed::TookOver(_) => false,
        }
    }
}

impl Happened {
    /// Whether it leaves at once and takes along what waits: where the incident stands has changed.
    pub(super) fn is_urgent(&self) -> bool {
        match self {
            Happened::Acknowledged(_)
            | Happened::Reassigned { .. }
            | Happened::Retriggered(_)
            | Happened::Moved(_)
            | Happened::Reopened(_)
            | Happened::Resolved(_) => true,
            Happened::Did { deed, .. } => deed.is_urgent(),
            Happened::Joined(_)
            | Happened::FiresAgain(_)
            | Happened::Over { .. }
            | Happened::Left { .. }
            | Happened::Worse { .. }
            | Happened::Renamed(_)
            | Happened::Raised(_)
            | Happened::HeldBack(_)
            | Happened::Released(_)
            | Happened::Flaps { .. }
            | Happened::Calmed { .. }
            | Happened::Step { .. }
            | Happened::AlsoAcknowledged(_)
            | Happened::Escalated(_)
            | Happened::GaveBack(_)
            | Happened::Unanswered(_)
            | Happened::Remarked { .. } => false,
        }
    }

    /// The alert that it is about.
    pub fn alert(&self) -> Option<&AlertKey> {
        match self {
            Happened::Joined(alert)
            | Happened::FiresAgain(alert)
            | Happened::Over { alert, .. }
            | Happened::Left { alert, .. }
            | Happened::Worse { alert, .. }
            | Happened::Renamed(alert) => Some(alert),
            Happened::Raised(_)
            | Happened::HeldBack(_)
            | Happened::Released(_)
            | Happened::Moved(_)
            | Happened::Reopened(_)
            | Happened::Flaps { .. }
            | Happened::Calmed { .. }
            | Happened::Step { .. }
            | Happened::Acknowledged(_)
            | Happened::AlsoAcknowledged(_)
            | Happened::Escalated(_)
            | Happened::Reassigned { .. }
            | Happened::Retriggered(_)
            | Happened::Remarked { .. }
            | Happened::Did { .. }
            | Happened::GaveBack(_)
            | Happened::Unanswered(_)
            | Happened::Resolved(_) => None,
        }
    }
}
