//! A line-up: people who take turns from a date on, and which of its shifts an instant falls into.
//!
//! `rhythm.rs` says when shifts begin on the local clock and calendar; only here is that mapped to an instant. The
//! shift at an instant is found by division, so it costs the same in any year.

use super::absence::Absence;
use super::local::first_instant;
use super::{Rhythm, UserId};
use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use std::sync::Arc;

/// How far a clock may be set back: a day (Alaska, 1867) and a margin. Local times further apart than this are in the
/// same order as their instants.
const SET_BACK_MAX: SignedDuration = SignedDuration::from_hours(26);

/// The most handoffs (24 in a day) that a clock set back can put before an instant although their local time is still
/// ahead.
const REPEATED_HANDOFFS_MAX: usize = 2 * 26;

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

/// What happens to a shift whose holder is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenOff {
    /// The next member of the line-up who is not off stands in.
    Next,
    /// The hours stay open.
    Nobody,
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
    pub(super) fn has_begun(&self, zone: &TimeZone, at: Timestamp, local: DateTime) -> bool {
        let since = local.duration_since(self.rhythm.anchor());
        if since.abs() > SET_BACK_MAX { since.is_positive() } else { self.first_handoff(zone) <= at }
    }

    /// The last shift that has started, given that the first has. Looks at the zone only near the next one.
    pub(super) fn shift(&self, zone: &TimeZone, at: Timestamp, local: DateTime) -> i64 {
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

    pub(super) fn people(&self, turn: i64, when_off: WhenOff, absence: &Absence<'_>) -> Vec<UserId> {
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
