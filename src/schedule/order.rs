//! The order of turns: whose turn comes next in a line-up, and where another line-up may take over.
//!
//! Whoever appends a line-up must know both, or somebody loses a turn: `check` warns by it, and `edit` writes by it.
//! Both are answered on the layer's local clock, for shifts of every length and for `turns: active` alike. Who is
//! away has no say in it: time off moves nobody's turn.

use super::turns::{active_shifts_before, active_until};
use super::{Every, Layer, LineUp, Turn, Turns};
use jiff::civil::{Date, DateTime, Time};

impl Layer {
    /// Which member of `line_up`, one of this layer's, takes the first turn at or after the local time `at` if it
    /// goes on; by index. A shift that is cut short then was a turn all the same: one of hours if it has begun, a longer
    /// one if it began on an earlier day. With `turns: active` it must have had some active time, too. `None`: there
    /// is no rotation, or nobody takes turns.
    pub fn next_member(&self, line_up: &LineUp, at: DateTime) -> Option<usize> {
        let Turn::Rotation(rotation) = &self.turn else { return None };
        let begun = line_up.shifts_begun(at);
        let turns = match (rotation.turns, self.during.as_deref()) {
            (Turns::Active, Some(hours)) if begun > 0 => {
                let before_last = active_shifts_before(line_up, begun - 1, &self.time_zone, hours);
                before_last + i64::from(active_until(line_up, begun - 1, at, &self.time_zone, hours))
            }
            _ => begun,
        };
        line_up.member(turns)
    }
}

impl LineUp {
    /// The local times at which its shifts begin, from the first on `day` or later.
    pub fn handoffs(&self, day: Date) -> impl Iterator<Item = DateTime> + '_ {
        let first = self.shift_on_clock(day.to_datetime(Time::midnight()));
        (first..).map_while(|shift| self.start(shift)).skip_while(move |start| start.date() < day)
    }

    /// Whether a line-up of the same `every` that begins at `handoff`, one of this one's, goes on at the same local
    /// times. One of months does not if it begins on a day that the month was too short for.
    pub fn keeps_rhythm(&self, handoff: DateTime) -> bool {
        !matches!(self.every, Every::Months(_)) || handoff.day() == self.from.day()
    }

    /// How many shifts have begun before `at`; those of a day or longer, before its day.
    fn shifts_begun(&self, at: DateTime) -> i64 {
        let until = match self.every {
            Every::Hours(_) => at,
            _ => at.date().to_datetime(Time::midnight()),
        };
        let shift = self.shift_on_clock(until);
        shift + i64::from(self.start(shift).is_some_and(|start| start < until))
    }
}
