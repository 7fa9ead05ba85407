//! Who is on call at an instant, and nothing else.
//!
//! [`Schedules`] holds every schedule with the people's time off, because both can refer to each other
//! (`apart_from`). It is asked for an instant ([`Schedules::on_call`]), for a range ([`Schedules::shifts`]), for who
//! is next ([`Schedules::next_handover`]) and why ([`Schedules::reason`]), and for whose turn a line-up comes to
//! ([`Layer::next_member`]). All arithmetic is on civil (wall-clock) time first; only then is a local
//! time mapped to an instant.

mod absence;
mod expansion;
mod instant;
mod layer;
mod local;
mod order;
mod overrides;
mod rotation;
mod turns;
mod window;

pub use layer::{Layer, Turn};
pub use local::{first_instant, last_instant};
pub use overrides::{Override, OverrideAction, Overrides};
pub use rotation::{Every, LineUp, Rotation, Turns, WhenOff};
pub use window::{
    Hours, LOOK_AHEAD_DAYS_MAX, Window, WindowDay, WindowHolidays, any_contains, any_next_end, any_next_start,
};

use crate::actor::Origin;
use expansion::Pieces;
use instant::Instant;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use std::{collections::BTreeMap, sync::Arc};

/// The id of a user: the path of the file below `users/`.
pub type UserId = Arc<str>;
/// The id of a schedule: the path of the file below `schedules/`.
pub type ScheduleId = Arc<str>;

/// Every schedule and everybody's time off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedules {
    pub schedules: BTreeMap<ScheduleId, Schedule>,
    pub time_off: BTreeMap<UserId, Vec<TimeOff>>,
}

/// One schedule: layers, a later one winning wherever it has somebody, and overrides on top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The zone of its overrides and, unless they have their own, its layers.
    pub time_zone: TimeZone,
    pub layers: Vec<Layer>,
    /// In the order in which they apply.
    pub overrides: Overrides,
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
    /// Where it is written, `file:line`.
    pub place: Arc<str>,
}

/// Who is on call, and from where that follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnCall {
    /// Sorted by id, each once; empty is a gap.
    pub users: Vec<UserId>,
    /// Sorted by id, none of them in `users`: told by Slack, never called, never counted as cover.
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
    /// The last override that applied.
    Override(Origin),
}

/// Why it is these people: every rule that had a say. Empty where nobody is on call.
#[derive(Clone, Debug, Default)]
pub struct Reason<'a> {
    /// The layer that has somebody; `None` where an override does not ask who it was.
    pub layer: Option<Rule<'a>>,
    /// Those whose turn it is and who are away: off, or on call on a schedule that this one is kept apart from.
    pub away: Vec<UserId>,
    /// The overrides that changed something, in the order in which they apply.
    pub overrides: Vec<&'a Override>,
    /// Each shadow, with the layer that says so.
    pub shadows: BTreeMap<UserId, Rule<'a>>,
}

/// A layer, and where it says whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule<'a> {
    pub layer: &'a str,
    /// The line-up in force, or the layer where it has no rotation, as `file:line`.
    pub place: &'a str,
}

/// A stretch of time with the same people and the same source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    pub start: Timestamp,
    pub end: Timestamp,
    pub on_call: OnCall,
}

/// Who is on call, until when, and who is then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handover {
    pub on_call: OnCall,
    /// When other people are on call than now, or the end of what was looked at.
    pub until: Timestamp,
    /// Who is on call then, perhaps nobody; `None` if nothing changes in what was looked at.
    pub next: Option<OnCall>,
}

impl Schedules {
    /// Who is on call at an instant; nobody on an unknown schedule.
    pub fn on_call(&self, schedule: &str, at: Timestamp) -> OnCall {
        Instant::new(self, at).on_call(schedule)
    }

    /// The shifts that tile `[from, until)` without holes, clipped to it, equal neighbours merged. Empty if `until`
    /// is not after `from`; one shift of nobody for an unknown schedule.
    pub fn shifts(&self, schedule: &str, from: Timestamp, until: Timestamp) -> Vec<Shift> {
        let merged = Pieces::new(self, schedule, from, until).merged(|_| ());
        merged.into_iter().map(|(shift, ())| shift).collect()
    }

    /// The same, each with the reason at its start.
    pub fn shifts_with_reasons<'a>(
        &'a self,
        schedule: &'a str,
        from: Timestamp,
        until: Timestamp,
    ) -> Vec<(Shift, Reason<'a>)> {
        Pieces::new(self, schedule, from, until).merged(Pieces::reason)
    }

    /// Why it is the people of [`on_call`](Schedules::on_call).
    pub fn reason(&self, schedule: &str, at: Timestamp) -> Reason<'_> {
        Instant::new(self, at).reason(schedule)
    }

    /// Who is on call at `at`, until when it is the same people (whatever they owe it to), and who is next, looking
    /// ahead by `horizon`.
    pub fn next_handover(&self, schedule: &str, at: Timestamp, horizon: SignedDuration) -> Handover {
        let on_call = self.on_call(schedule, at);
        let end = local::later(at, horizon);
        let next = Pieces::new(self, schedule, at, end).find(|it| it.on_call.users != on_call.users);
        let until = next.as_ref().map_or(end, |it| it.start);
        Handover { on_call, until, next: next.map(|it| it.on_call) }
    }

    /// Whom the time off of a person names as cover at `at`: of several, the one that begins last, so that an hour
    /// within a holiday can have a stand-in of its own.
    pub fn cover(&self, user: &str, at: Timestamp) -> Option<&UserId> {
        let time_off = self.time_off.get(user)?.iter().filter(|off| off.cover.is_some() && off.contains(at));
        time_off.max_by_key(|off| off.from).and_then(|off| off.cover.as_ref())
    }

    /// The first time off of a person that contains `at`.
    pub fn is_off(&self, user: &str, at: Timestamp) -> Option<&TimeOff> {
        let time_off = self.time_off.get(user)?;
        time_off.iter().find(|off| off.contains(at))
    }
}

impl TimeOff {
    /// Whether the person is away by it at `at`.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && self.until.is_none_or(|until| at < until)
    }
}

impl OnCall {
    fn nobody() -> OnCall {
        OnCall { users: Vec::new(), shadows: Vec::new(), source: Source::Nobody }
    }
}
