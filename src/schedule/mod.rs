//! Who is on call at an instant, and nothing else.
//!
//! [`Schedules`] holds every schedule together with everybody's time off, because schedules can refer to each other
//! (`apart_from`). Ask it about an instant ([`Schedules::on_call`]), a range ([`Schedules::shifts`]), the next change
//! ([`Schedules::next_handover`]), the reason ([`Schedules::reason`]), the layers one by one ([`Schedules::layer_rows`]), or
//! the next member in a line-up ([`Layer::next_member`]). All arithmetic is on civil (wall-clock) time; only the result is mapped to an instant.

mod absence;
mod answers;
mod expansion;
mod instant;
mod layer;
mod line_up;
mod local;
mod order;
mod overrides;
mod rhythm;
mod rotation;
mod rows;
mod turns;
mod window;

pub use layer::{Layer, Turn};
pub use line_up::{LineUp, WhenOff};
pub use local::{first_instant, last_instant};
pub use overrides::{Override, OverrideAction, Overrides};
pub use rhythm::{Every, HANDOFFS_MAX, Handoff, HandoffDay, Rhythm};
pub use rotation::{Rotation, Turns};
pub use rows::{LayerRow, LayerShift};
pub use window::{
    Hours, LOOK_AHEAD_DAYS_MAX, Window, WindowDay, WindowHolidays, any_contains, any_next_end, any_next_start,
};

use crate::actor::Origin;
use jiff::{Timestamp, tz::TimeZone};
use std::{collections::BTreeMap, sync::Arc};

/// The id of a user: the file's path below `users/`.
pub type UserId = Arc<str>;
/// The id of a schedule: the file's path below `schedules/`.
pub type ScheduleId = Arc<str>;

/// The most windows of recurring time off that are listed: three years of every day.
pub const SPANS_MAX: usize = 1_100;

/// How many days ahead gaps are looked for, at least and at most.
pub const WRITTEN_DAYS_MIN: i64 = 100;
pub const WRITTEN_DAYS_MAX: i64 = 800;

/// Every schedule, and everybody's time off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedules {
    pub schedules: BTreeMap<ScheduleId, Schedule>,
    pub time_off: BTreeMap<UserId, Vec<TimeOff>>,
}

/// One schedule: layers, and overrides on top. The last layer that has somebody wins, with those above it that add.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// The zone of its overrides, and of layers that do not set their own.
    pub time_zone: TimeZone,
    pub layers: Vec<Layer>,
    /// In the order in which they apply.
    pub overrides: Overrides,
    /// Anybody on call on one of these counts as off here.
    pub apart_from: Vec<ScheduleId>,
}

/// Somebody is away for `[from, until)`, or in some hours of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeOff {
    pub from: Timestamp,
    /// `None`: for good (`left:`).
    pub until: Option<Timestamp>,
    /// Only in these hours.
    pub every: Option<Hours>,
    /// Stands in instead of the next member of the line-up.
    pub cover: Option<UserId>,
    /// Where it is written, `file:line`.
    pub place: Arc<str>,
}

/// Who is on call, and what decided it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnCall {
    /// Sorted by id, each once; empty means a gap.
    pub users: Vec<UserId>,
    /// Sorted by id, and none of them in `users`. Told on Slack, never called, never counted as cover.
    pub shadows: Vec<UserId>,
    pub source: Source,
}

/// What decided who is on call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// No layer and no override has anybody.
    Nobody,
    /// The name of the winning layer; where others add to it, of the last that added somebody.
    Layer(Arc<str>),
    /// The last override that applied.
    Override(Origin),
}

/// Why these people are on call: every rule that had a say. Empty if nobody is on call.
#[derive(Clone, Debug, Default)]
pub struct Reason<'a> {
    /// The layer that has somebody; `None` if an override ignores the layers.
    pub layer: Option<Rule<'a>>,
    /// The layers that add somebody to those of `layer`, in order.
    pub beside: Vec<Rule<'a>>,
    /// People whose turn it is but who are away: off, or on call on a schedule this one is kept apart from.
    pub away: Vec<UserId>,
    /// The overrides that changed something, in the order in which they apply.
    pub overrides: Vec<&'a Override>,
    /// Each shadow, with the layer that names them.
    pub shadows: BTreeMap<UserId, Rule<'a>>,
}

/// A layer, and where it says whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule<'a> {
    pub layer: &'a str,
    /// The line-up in force, or the layer itself if it has no rotation, as `file:line`.
    pub place: &'a str,
}

/// Why a layer that has somebody has no say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HiddenBy {
    /// The name of the highest layer that has somebody and adds to none.
    Layer(Arc<str>),
    /// An override of the whole schedule, which asks no layer.
    Override(Origin),
}

/// A stretch of time with the same people and the same source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    pub start: Timestamp,
    pub end: Timestamp,
    pub on_call: OnCall,
}

/// Who is on call, until when, and who follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handover {
    pub on_call: OnCall,
    /// When the people on call change, or the end of the range that was searched.
    pub until: Timestamp,
    /// Who is on call then, possibly nobody; `None` if nothing changes in the range that was searched.
    pub next: Option<OnCall>,
}

impl Schedules {
    /// As far as overrides, time off and the ends of layers are written, and a little further: at least
    /// [`WRITTEN_DAYS_MIN`] ahead, and at most [`WRITTEN_DAYS_MAX`].
    pub fn written_until(&self, now: Timestamp) -> Timestamp {
        let schedules = self.schedules.values();
        let overrides = schedules.clone().flat_map(|it| &it.overrides).map(|it| it.until);
        let layers = schedules.flat_map(|it| &it.layers).flat_map(|it| [it.from, it.until]).flatten();
        let time_off = self.time_off.values().flatten().map(|off| off.until.unwrap_or(off.from));
        let last = overrides.chain(layers).chain(time_off).max().unwrap_or(now);
        let (least, most) = (local::days(WRITTEN_DAYS_MIN), local::days(WRITTEN_DAYS_MAX));
        local::later(last, local::days(1)).clamp(local::later(now, least), local::later(now, most))
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

impl Schedule {
    /// Whether there is a layer of this name.
    pub fn has_layer(&self, name: &str) -> bool {
        self.layers.iter().any(|layer| *layer.name == *name)
    }
}

impl TimeOff {
    /// Until when somebody who is away by it at `at` stays away; `None`: for good.
    pub fn back(&self, at: Timestamp) -> Option<Timestamp> {
        let closes = self.every.as_ref().and_then(|hours| hours.next_end(at));
        self.until.into_iter().chain(closes).min()
    }

    /// When the person is away by it in a range: once, or in each window of its hours, up to [`SPANS_MAX`].
    pub fn spans_within(&self, from: Timestamp, until: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let (from, until) = (from.max(self.from), self.until.map_or(until, |end| end.min(until)));
        if from >= until {
            return Vec::new();
        }
        let Some(hours) = &self.every else { return vec![(from, until)] };
        let mut spans = Vec::new();
        let mut start = if hours.contains(from) { Some(from) } else { hours.next_start(from) };
        while let Some(begins) = start.filter(|start| *start < until && spans.len() < SPANS_MAX) {
            let ends = hours.next_end(begins).map_or(until, |end| end.min(until));
            spans.push((begins, ends));
            start = hours.next_start(ends);
        }
        spans
    }

    /// Whether the person is away by it at `at`.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at
            && self.until.is_none_or(|until| at < until)
            && self.every.as_ref().is_none_or(|hours| hours.contains(at))
    }
}

impl OnCall {
    fn nobody() -> OnCall {
        OnCall { users: Vec::new(), shadows: Vec::new(), source: Source::Nobody }
    }
}
