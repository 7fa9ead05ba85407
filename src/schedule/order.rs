//! The order of turns: whose turn is next in a line-up, and where another line-up may take over.
//!
//! Appending a line-up without knowing both would cost somebody a turn: `check` warns with these functions, and
//! `edit` writes with them. They work on the layer's local clock, for shifts of every length and for `turns: active`.
//! Absences do not matter here: time off moves nobody's turn.

use super::local::days;
use super::turns::{active_shifts_before, active_until};
use super::{Every, HandoffDay, Layer, LineUp, Turn, Turns};
use jiff::civil::{Date, DateTime, Time};

impl Layer {
    /// The index of the member of `line_up` (one of this layer's) who takes the first turn at or after the local time
    /// `at` if the line-up goes on. A shift that is cut short at `at` still counts as a turn: a short one if it has
    /// begun, one of a day or longer if it began on an earlier day. With `turns: active` it must also have had some active
    /// time. `None` if there is no rotation, or nobody takes turns.
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
    /// The local times at which its shifts begin, from the first on or after `day`.
    pub fn handoffs(&self, day: Date) -> impl Iterator<Item = DateTime> + '_ {
        let first = self.shift_on_clock(day.to_datetime(Time::midnight()));
        (first..).map_while(|shift| self.start(shift)).skip_while(move |start| start.date() < day)
    }

    /// Whether a line-up with the same words that begins at `handoff`, one of this line-up's, keeps the same day of the
    /// month. A monthly one does not if it begins in a month that is too short for its day.
    pub fn keeps_day(&self, handoff: DateTime) -> bool {
        let named = self.rhythm.handoffs().iter().any(|it| it.day != HandoffDay::OfFrom);
        named || !matches!(self.rhythm.every, Every::Months(_)) || handoff.day() == self.rhythm.from.day()
    }

    /// How many shifts have begun before `at`; where all last a day or longer, before the day of `at`.
    fn shifts_begun(&self, at: DateTime) -> i64 {
        let until =
            if self.rhythm.shortest() < days(1) { at } else { at.date().to_datetime(Time::midnight()) };
        let shift = self.shift_on_clock(until);
        shift + i64::from(self.start(shift).is_some_and(|start| start < until))
    }
}
