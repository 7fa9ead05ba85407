//! Windows of the week: business hours, the active part of a layer, recurring maintenance.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Windows in a zone, with the holidays they know: what `during:` and `business-hours/` mean.
#[derive(Clone, Debug)]
pub struct Hours {
    pub time_zone: TimeZone,
    pub windows: Vec<Window>,
    pub holidays: Arc<BTreeSet<Date>>,
}

/// One window, half-open, on local wall-clock time. It belongs to the local day on which it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The days on which it starts.
    pub days: BTreeSet<WindowDay>,
    pub from: Time,
    /// How many local days after the starting day `until` falls: 0, or 1 when it crosses midnight, or up to 7
    /// for `{ from: fri 18:00, until: mon 10:00 }`.
    pub days_later: u8,
    pub until: Time,
    pub holidays: WindowHolidays,
}

/// A weekday that can be ordered, Monday first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WindowDay(pub i8);

/// What a window does on a day that is a holiday where it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowHolidays {
    /// It opens as on any other day.
    Ignore,
    /// It does not open.
    Exclude,
    /// It opens on holidays only.
    Only,
}

impl From<Weekday> for WindowDay {
    fn from(day: Weekday) -> WindowDay {
        WindowDay(day.to_monday_zero_offset())
    }
}
impl Hours {
    pub fn contains(&self, _: jiff::Timestamp) -> bool {
        true
    }
    pub fn next_end(&self, _: jiff::Timestamp) -> Option<jiff::Timestamp> {
        None
    }
}
pub fn any_contains(_: &[Hours], _: jiff::Timestamp) -> bool {
    true
}
pub fn any_next_start(_: &[Hours], _: jiff::Timestamp) -> Option<jiff::Timestamp> {
    None
}
