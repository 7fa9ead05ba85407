//! One layer: who takes turns, in which zone, and in which windows.

use super::absence::Absence;
use super::local::first_instant;
use super::turns::{Counted, idle_members};
use super::window::{any_contains, any_next_edge};
use super::{Every, Hours, Rotation, Turns, UserId};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use std::sync::Arc;

/// Two weeks of daily handoffs cover every day of the week, before and after a clock change.
const HANDOFFS_LOOKED_AT: i64 = 14;

/// One layer of a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    pub name: Arc<str>,
    pub time_zone: TimeZone,
    pub turn: Turn,
    /// Limits the layer to these windows; with several, any of them counts. `None`: always.
    pub during: Option<Vec<Hours>>,
    /// Shadows: shown, and told on Slack, but never called and never counted as cover.
    pub shadow: bool,
    /// Where it is written, `file:line`.
    pub place: Arc<str>,
}

/// Who fills a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    Rotation(Rotation),
    /// One set of people, always.
    Always(Arc<[UserId]>),
}

impl Layer {
    /// Who is on call in this layer at the absence's instant, after absences; empty outside its windows.
    pub(super) fn people<'a>(&'a self, absence: &Absence<'_>, counted: &mut Counted<'a>) -> Vec<UserId> {
        let during = self.during.as_deref();
        if during.is_some_and(|hours| !any_contains(hours, absence.at)) {
            return Vec::new();
        }
        match &self.turn {
            Turn::Rotation(rotation) => rotation.people(&self.time_zone, during, absence, counted),
            Turn::Always(people) => absence.fill(people),
        }
    }

    /// Whose turn it is at `at`, and the `file:line` that says so. Ignores absences and windows.
    pub(super) fn holder<'a>(
        &'a self,
        at: Timestamp,
        counted: &mut Counted<'a>,
    ) -> (&'a [UserId], &'a Arc<str>) {
        match &self.turn {
            Turn::Rotation(rotation) => {
                let held = rotation.holder(&self.time_zone, self.during.as_deref(), at, counted);
                held.map_or((&[], &self.place), |(line_up, people)| (people, &line_up.place))
            }
            Turn::Always(people) => (people, &self.place),
        }
    }

    /// The members of the newest line-up whose turn never comes because all their shifts fall outside the windows.
    /// Empty with `turns: active`.
    pub fn idle_members(&self) -> Vec<Arc<[UserId]>> {
        let (Turn::Rotation(rotation), Some(hours)) = (&self.turn, self.during.as_deref()) else {
            return Vec::new();
        };
        let line_up = rotation.line_ups.last().filter(|_| rotation.turns == Turns::Calendar);
        line_up.map_or(Vec::new(), |line_up| idle_members(line_up, &self.time_zone, hours))
    }

    /// A handoff of the newest line-up, in local time, that falls inside an open window no longer than a shift. Only for
    /// shifts of a day or longer: shorter shifts are meant to split a window.
    pub fn handoff_within_window(&self) -> Option<DateTime> {
        let (Turn::Rotation(rotation), Some(hours)) = (&self.turn, self.during.as_deref()) else {
            return None;
        };
        let line_up = rotation.line_ups.last().filter(|it| !matches!(it.every, Every::Hours(_)))?;
        let handoffs = (0..HANDOFFS_LOOKED_AT).map_while(|shift| line_up.start(shift));
        let shift = line_up.start(1)?.duration_since(line_up.start(0)?);
        handoffs.into_iter().find(|handoff| {
            let at = first_instant(&self.time_zone, *handoff);
            hours.iter().any(|hours| hours.is_open_around(at, shift))
        })
    }

    /// An instant after `after` until which the layer does not change, ignoring absences.
    pub(super) fn next_edge(&self, after: Timestamp) -> Timestamp {
        let window = self.during.as_deref().map_or(Timestamp::MAX, |hours| any_next_edge(hours, after));
        match &self.turn {
            Turn::Rotation(rotation) => window.min(rotation.next_handoff(&self.time_zone, after)),
            Turn::Always(_) => window,
        }
    }
}
