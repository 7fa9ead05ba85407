//! One layer: who takes turns, in which zone, and in which windows.

use super::absence::Absence;
use super::local::{days, first_instant};
use super::overrides::sorted;
use super::turns::{Counted, idle_members};
use super::window::{any_contains, any_next_edge};
use super::{Hours, Override, Rotation, Turns, UserId};
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
    /// From when until when there is this layer; `None`: always.
    pub from: Option<Timestamp>,
    pub until: Option<Timestamp>,
    /// Adds to whoever the layers below give, instead of replacing them.
    pub adds: bool,
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
    /// Whether the layer has a say at `at`: between its own ends, and in one of its windows.
    pub(super) fn is_open(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= at)
            && self.until.is_none_or(|until| at < until)
            && self.during.as_deref().is_none_or(|hours| any_contains(hours, at))
    }

    /// Who is on call in this layer at the absence's instant, after absences and then the overrides of this layer;
    /// empty while it has no say.
    pub(super) fn people<'a>(
        &'a self,
        absence: &Absence<'_>,
        overrides: &[&Override],
        counted: &mut Counted<'a>,
    ) -> Vec<UserId> {
        if !self.is_open(absence.at) {
            return Vec::new();
        }
        let people = match &self.turn {
            Turn::Rotation(rotation) => {
                rotation.people(&self.time_zone, self.during.as_deref(), absence, counted)
            }
            Turn::Always(people) => absence.fill(people),
        };
        self.changed(people, overrides)
    }

    /// Those of [`people`](Layer::people) who stand in for nobody.
    pub(super) fn by_right<'a>(
        &'a self,
        absence: &Absence<'_>,
        overrides: &[&Override],
        counted: &mut Counted<'a>,
    ) -> Vec<UserId> {
        self.changed(absence.present(self.holder(absence.at, counted).0), overrides)
    }

    fn changed(&self, people: Vec<UserId>, overrides: &[&Override]) -> Vec<UserId> {
        let mut people = sorted(people);
        for change in self.overridden_by(overrides) {
            change.apply(&mut people);
        }
        people
    }

    /// Those of the overrides in force that are of this layer.
    pub(super) fn overridden_by<'o>(&self, overrides: &[&'o Override]) -> impl Iterator<Item = &'o Override> {
        overrides.iter().copied().filter(|change| change.layer.as_ref() == Some(&self.name))
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

    /// A handoff of the newest line-up, in local time, that falls inside an open window no longer than a shift. Only where
    /// all shifts last a day or longer: shorter ones are meant to split a window.
    pub fn handoff_within_window(&self) -> Option<DateTime> {
        let (Turn::Rotation(rotation), Some(hours)) = (&self.turn, self.during.as_deref()) else {
            return None;
        };
        let line_up = rotation.line_ups.last().filter(|it| it.rhythm.shortest() >= days(1))?;
        let handoffs = (0..HANDOFFS_LOOKED_AT).map_while(|shift| line_up.start(shift));
        let longest =
            handoffs.clone().zip(handoffs.clone().skip(1)).map(|(it, next)| next.duration_since(it));
        let longest = longest.max()?;
        handoffs.into_iter().find(|handoff| {
            let at = first_instant(&self.time_zone, *handoff);
            hours.iter().any(|hours| hours.is_open_around(at, longest))
        })
    }

    /// An instant after `after` until which the layer does not change, ignoring absences.
    pub(super) fn next_edge(&self, after: Timestamp) -> Timestamp {
        let window = self.during.as_deref().map_or(Timestamp::MAX, |hours| any_next_edge(hours, after));
        let turn = match &self.turn {
            Turn::Rotation(rotation) => rotation.next_handoff(&self.time_zone, after),
            Turn::Always(_) => Timestamp::MAX,
        };
        let ends = [self.from, self.until].into_iter().flatten().filter(|end| *end > after);
        ends.fold(window.min(turn), Timestamp::min)
    }
}
