//! Whose turn it is: line-ups of people and the handoffs between them, in closed form.

use super::UserId;
use jiff::civil::{Date, Time, Weekday};
use std::sync::Arc;

/// Line-ups in the order of their dates; a line-up lasts until the next one's first handoff.
#[derive(Clone, Debug)]
pub struct Rotation {
    pub line_ups: Vec<LineUp>,
    pub turns: Turns,
    pub when_off: WhenOff,
}

/// People who take turns from a date on.
#[derive(Clone, Debug)]
pub struct LineUp {
    pub from: Date,
    pub every: Every,
    /// The local time of the handoff.
    pub handoff: Time,
    /// The weekday written in the handoff, for weeks; `from` falls on it (checked by `compile`).
    pub weekday: Option<Weekday>,
    /// Each member is a set of people; empty is `nobody`.
    pub members: Vec<Arc<[UserId]>>,
    /// The index of the member who holds the first shift.
    pub starts_with: usize,
}

/// The length of a shift, on the clock and the calendar of its zone. At least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    Hours(u32),
    Days(u32),
    Weeks(u32),
    Months(u32),
}

/// Which shifts count as a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turns {
    /// Every one.
    Calendar,
    /// Only those with some active time in the layer's windows.
    Active,
}

/// What happens to a shift whose holder is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenOff {
    /// The next member of the line-up who is not off stands in.
    Next,
    /// The hours are left open.
    Nobody,
}
