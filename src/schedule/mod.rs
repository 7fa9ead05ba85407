//! Who is on call at an instant, and nothing else.
//!
//! [`Schedules`] holds every schedule with the people's time off, because both can refer to each other
//! (`apart_from`). Two questions are asked of it: [`Schedules::on_call`] for an instant, and
//! [`Schedules::shifts`] for a range. All arithmetic is on civil (wall-clock) time first; only then is a local
//! time mapped to an instant.

mod layer;
mod overrides;
mod rotation;
mod window;

pub use layer::{Layer, Turn};
pub use overrides::{Override, OverrideAction};
pub use rotation::{Every, LineUp, Rotation, Turns, WhenOff};
pub use window::{Hours, Window, WindowDay, WindowHolidays};

use jiff::{Timestamp, tz::TimeZone};
use std::{collections::BTreeMap, sync::Arc};

/// The id of a user: the path of the file below `users/`.
pub type UserId = Arc<str>;
/// The id of a schedule: the path of the file below `schedules/`.
pub type ScheduleId = Arc<str>;

/// Every schedule and everybody's time off.
#[derive(Clone, Debug, Default)]
pub struct Schedules {
    pub schedules: BTreeMap<ScheduleId, Schedule>,
    pub time_off: BTreeMap<UserId, Vec<TimeOff>>,
}

/// One schedule: layers, a later one winning wherever it has somebody, and overrides on top.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// The zone of its overrides and, unless they have their own, its layers.
    pub time_zone: TimeZone,
    pub layers: Vec<Layer>,
    /// In the order in which they apply.
    pub overrides: Vec<Override>,
    /// Whoever is on call on one of these counts as off here.
    pub apart_from: Vec<ScheduleId>,
}

/// Somebody is away for `[from, until)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeOff {
    pub from: Timestamp,
    /// `None`: for good (`left:`).
    pub until: Option<Timestamp>,
    /// Stands in, instead of the next member of the line-up.
    pub cover: Option<UserId>,
}

/// Who is on call, and from where that follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnCall {
    /// Sorted by id, each once; empty is a gap.
    pub users: Vec<UserId>,
    /// Sorted by id: told by Slack, never called, never counted as cover.
    pub shadows: Vec<UserId>,
    pub source: Source,
}

/// What decided who is on call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// No layer and no override has anybody.
    Nobody,
    /// The name of the winning layer.
    Layer(Arc<str>),
    /// The last override that applied, as `file:line`.
    Override(Arc<str>),
}

/// A stretch of time with the same people and the same source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    pub start: Timestamp,
    pub end: Timestamp,
    pub on_call: OnCall,
}
pub use window::{any_contains, any_next_start};
impl Schedules {
    pub fn on_call(&self, _: &str, _: Timestamp) -> OnCall {
        OnCall { users: vec![], shadows: vec![], source: Source::Nobody }
    }
    pub fn is_off(&self, _: &str, _: Timestamp) -> Option<&TimeOff> {
        None
    }
}
