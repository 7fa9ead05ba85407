//! Whose turn it is: line-ups of people, and which shift an instant falls into.
//!
//! `rhythm.rs` says when shifts begin on the local clock and calendar; only here is that mapped to an instant. The
//! shift at an instant is found by division, so it costs the same in any year. `turns.rs` decides which shifts count
//! as turns, `absence.rs` who stands in for somebody.

use super::absence::Absence;
use super::local::first_instant;
use super::turns::Counted;
use super::{Hours, Rhythm, UserId};
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use std::sync::Arc;

/// How far a clock may be set back: a day (Alaska, 1867) and a margin. Local times further apart than this are in the
/// same order as their instants.
const SET_BACK_MAX: SignedDuration = SignedDuration::from_hours(26);

/// The most handoffs (24 in a day) that a clock set back can put before an instant although their local time is still
/// ahead.
const REPEATED_HANDOFFS_MAX: usize = 2 * 26;

/// Line-ups by date. Each lasts until the next one's first handoff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    pub line_ups: Vec<LineUp>,
    pub turns: Turns,
    pub when_off: WhenOff,
}

/// People who take turns from a date on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineUp {
    /// When its shifts begin.
    pub rhythm: Rhythm,
    /// Each member is a set of people; the empty set is `nobody`.
    pub members: Vec<Arc<[UserId]>>,
    /// The index of the member who holds the first shift.
    pub starts_with: usize,
    /// Where it is written, `file:line`.
    pub place: Arc<str>,
}

/// Which shifts count as a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turns {
    /// All of them.
    Calendar,
    /// Only those with some active time in the layer's windows.
    Active,
}

/// What happens to a shift whose holder is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenOff {
    /// The next member of the line-up who is not off stands in.
    Next,
    /// The hours stay open.
    Nobody,
}

impl Rotation {
    /// Who holds the shift at `at`, or stands in for its holder; empty before the first line-up.
    pub(super) fn people<'a>(
        &'a self,
        zone: &TimeZone,
        during: Option<&[Hours]>,
        absence: &Absence<'_>,
        counted: &mut Counted<'a>,
    ) -> Vec<UserId> {
        let held = self.turn(zone, during, absence.at, counted);
        held.map(|(line_up, turn)| line_up.people(turn, self.when_off, absence)).unwrap_or_default()
    }

    /// Who holds the shift at `at`, absent or not, and the line-up that says so; `None` before the first line-up.
    pub(super) fn holder<'a>(
        &'a self,
        zone: &TimeZone,
        during: Option<&[Hours]>,
        at: Timestamp,
        counted: &mut Counted<'a>,
    ) -> Option<(&'a LineUp, &'a [UserId])> {
        let (line_up, turn) = self.turn(zone, during, at, counted)?;
        Some((line_up, line_up.members.get(line_up.member(turn)?)?))
    }

    /// The line-up in force, and the number of its turns before the shift at `at`.
    fn turn<'a>(
        &'a self,
        zone: &TimeZone,
        during: Option<&[Hours]>,
        at: Timestamp,
        counted: &mut Counted<'a>,
    ) -> Option<(&'a LineUp, i64)> {
        let local = zone.to_datetime(at);
        let line_up = self.line_up(zone, at, local)?;
        let shift = line_up.shift(zone, at, local);
        let turn = match (self.turns, during) {
            (Turns::Active, Some(hours)) => counted.active_shifts_before(line_up, shift, zone, hours),
            _ => shift,
        };
        Some((line_up, turn))
    }

    /// The first handoff after `after`: of the current line-up, or the first of the next one.
    pub(super) fn next_handoff(&self, zone: &TimeZone, after: Timestamp) -> Timestamp {
        let local = zone.to_datetime(after);
        let started = self.started(zone, after, local);
        let next_line_up = self.line_ups.get(started).map(|line_up| line_up.first_handoff(zone));
        let next_shift = self.line_up(zone, after, local).and_then(|line_up| {
            let next = line_up.start(line_up.shift(zone, after, local) + 1)?;
            Some(first_instant(zone, next))
        });
        next_line_up.into_iter().chain(next_shift).min().unwrap_or(Timestamp::MAX)
    }

    fn line_up(&self, zone: &TimeZone, at: Timestamp, local: DateTime) -> Option<&LineUp> {
        self.started(zone, at, local).checked_sub(1).and_then(|last| self.line_ups.get(last))
    }

    /// How many line-ups have had their first handoff.
    fn started(&self, zone: &TimeZone, at: Timestamp, local: DateTime) -> usize {
        self.line_ups.partition_point(|line_up| line_up.has_begun(zone, at, local))
    }
}

impl LineUp {
    /// The local start of shift `shift`, counted from 0; `None` outside jiff's range.
    pub(super) fn start(&self, shift: i64) -> Option<DateTime> {
        self.rhythm.start(shift)
    }

    /// The shift that a local time falls into; 0 before the first.
    pub(super) fn shift_on_clock(&self, local: DateTime) -> i64 {
        self.rhythm.shift_on_clock(local)
    }

    pub(super) fn first_handoff(&self, zone: &TimeZone) -> Timestamp {
        first_instant(zone, self.rhythm.anchor())
    }

    /// Whether the first shift has started. Looks at the zone only near its beginning.
    fn has_begun(&self, zone: &TimeZone, at: Timestamp, local: DateTime) -> bool {
        let since = local.duration_since(self.rhythm.anchor());
        if since.abs() > SET_BACK_MAX { since.is_positive() } else { self.first_handoff(zone) <= at }
    }

    /// The last shift that has started, given that the first has. Looks at the zone only near the next one.
    fn shift(&self, zone: &TimeZone, at: Timestamp, local: DateTime) -> i64 {
        let (mut shift, ahead) = self.rhythm.on_clock(local);
        if ahead > SET_BACK_MAX {
            return shift;
        }
        for _ in 0..REPEATED_HANDOFFS_MAX {
            match self.start(shift + 1) {
                Some(next) if first_instant(zone, next) <= at => shift += 1,
                _ => break,
            }
        }
        shift
    }

    fn people(&self, turn: i64, when_off: WhenOff, absence: &Absence<'_>) -> Vec<UserId> {
        let count = self.members.len();
        let Some(first) = self.member(turn) else { return Vec::new() };
        let member = |after: usize| &self.members[(first + after) % count];
        let people = absence.fill(member(0));
        if !people.is_empty() || member(0).is_empty() || when_off == WhenOff::Nobody {
            return people;
        }
        (1..count).map(|after| absence.free(member(after))).find(|it| !it.is_empty()).unwrap_or_default()
    }

    /// The index of the member who holds turn `turn`, counted from 0; `None` without members.
    pub(super) fn member(&self, turn: i64) -> Option<usize> {
        let count = self.members.len();
        let turn = turn.checked_rem_euclid(i64::try_from(count).ok()?)?;
        Some((usize::try_from(turn).ok()? + self.starts_with % count) % count)
    }
}
