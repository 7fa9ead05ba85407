//! Whose turn it is: which line-up an instant falls into, and how many of its turns came before.
//!
//! `line_up.rs` finds the shift, `turns.rs` decides which shifts count as turns, `absence.rs` who stands in for somebody.

use super::absence::Absence;
use super::local::first_instant;
use super::turns::Counted;
use super::{Hours, LineUp, UserId, WhenOff};
use jiff::civil::DateTime;
use jiff::{Timestamp, tz::TimeZone};

/// Line-ups by date. Each lasts until the next one's first handoff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    pub line_ups: Vec<LineUp>,
    pub turns: Turns,
    pub when_off: WhenOff,
}

/// Which shifts count as a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turns {
    /// All of them.
    Calendar,
    /// Only those with some active time in the layer's windows.
    Active,
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
