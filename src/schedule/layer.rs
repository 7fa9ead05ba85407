//! One layer: who takes turns, in which zone, limited to which windows.

use super::absence::Absence;
use super::local::first_instant;
use super::turns::{Counted, idle_members};
use super::window::{any_contains, any_next_edge};
use super::{Every, Hours, Rotation, Turns, UserId};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use std::sync::Arc;

/// Two weeks of daily handoffs fall on every day of the week, before and after a change of the clock.
const HANDOFFS_LOOKED_AT: i64 = 14;

/// One layer of a schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    pub name: Arc<str>,
    pub time_zone: TimeZone,
    pub turn: Turn,
    /// Limits the layer to windows; `None`: always. Several: any of them.
    pub during: Option<Vec<Hours>>,
    /// Shown and told by Slack, never called and never counted as cover.
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
    /// Whom the layer has at the absence's instant, absences considered; empty outside its windows.
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

    /// Whose turn it is at `at`, away or not and inside the windows or not, and the `file:line` that says so.
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

    /// The members of the newest line-up whose shifts all fall outside of the windows: their turns never come. Nobody
    /// where only active shifts are turns.
    pub fn idle_members(&self) -> Vec<Arc<[UserId]>> {
        let (Turn::Rotation(rotation), Some(hours)) = (&self.turn, self.during.as_deref()) else {
            return Vec::new();
        };
        let line_up = rotation.line_ups.last().filter(|_| rotation.turns == Turns::Calendar);
        line_up.map_or(Vec::new(), |line_up| idle_members(line_up, &self.time_zone, hours))
    }

    /// A handoff of the newest line-up at which a window is open and was before, in local time; of windows no longer
    /// than a shift, and shifts of days or longer, since the others are meant to be parted.
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

    /// An instant after `after` until which the layer stays as it is, absences left aside.
    pub(super) fn next_edge(&self, after: Timestamp) -> Timestamp {
        let window = self.during.as_deref().map_or(Timestamp::MAX, |hours| any_next_edge(hours, after));
        match &self.turn {
            Turn::Rotation(rotation) => window.min(rotation.next_handoff(&self.time_zone, after)),
            Turn::Always(_) => window,
        }
    }
}
