//! Weekly windows: business hours, the active part of a layer, recurring maintenance.
//!
//! If a local time occurs twice, a window begins at the first occurrence and ends at the last: an hour may be covered
//! twice, but never left out. What windows are used for is decided elsewhere.

use super::local::{days, first_instant, last_instant, later};
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use std::collections::BTreeSet;
use std::{slice, sync::Arc};

/// Windows in a zone, with the holidays they observe: the value of `during:` and of a file in `business-hours/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hours {
    pub time_zone: TimeZone,
    pub windows: Vec<Window>,
    pub holidays: Arc<BTreeSet<Date>>,
}

/// One window, half-open, in local wall-clock time. It belongs to the local day on which it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The days on which it starts.
    pub days: BTreeSet<WindowDay>,
    pub from: Time,
    /// How many local days after the starting day `until` falls: 0, 1 if it crosses midnight, up to 7 for `{ from:
    /// fri 18:00, until: mon 10:00 }`.
    pub days_later: u8,
    pub until: Time,
    pub holidays: WindowHolidays,
}

/// An ordered weekday, Monday first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WindowDay(pub i8);

/// What a window does if the day it starts on is a holiday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowHolidays {
    /// It opens as on any other day.
    Ignore,
    /// It does not open.
    Exclude,
    /// It opens on holidays only.
    Only,
}

/// How far ahead we look for an opening or a closing, in days.
pub const LOOK_AHEAD_DAYS_MAX: i64 = 400;

/// If the next edge is further away than this, this distance is reported instead, which keeps the search short.
const EDGE_MAX: SignedDuration = SignedDuration::from_hours(24);

/// A clock may be set back by a day (Alaska, 1867), so a window may begin a day later, or have ended a day earlier,
/// than the local date suggests.
const FOLD_DAYS_MAX: i64 = 1;

impl Hours {
    /// Weekdays from 09:00 to 17:00, but holidays.
    pub fn at_work(time_zone: TimeZone, holidays: Arc<BTreeSet<Date>>) -> Hours {
        let window = Window {
            days: (0..5).map(WindowDay).collect(),
            from: Time::constant(9, 0, 0, 0),
            days_later: 0,
            until: Time::constant(17, 0, 0, 0),
            holidays: WindowHolidays::Exclude,
        };
        Hours { time_zone, windows: vec![window], holidays }
    }

    /// Whether any of the windows is open.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.windows.iter().any(|window| self.spans(window, at).any(|(start, end)| start <= at && at < end))
    }

    /// Whether one window of this length at most is open at `at` and was just before.
    pub(super) fn is_open_around(&self, at: Timestamp, length: SignedDuration) -> bool {
        let short = self.windows.iter().filter(|window| window.length() <= length);
        short.into_iter().any(|window| self.spans(window, at).any(|(start, end)| start < at && at < end))
    }

    /// When the last window closes that opened before `until`, if that is later; `until` otherwise.
    pub fn last_end(&self, until: Timestamp) -> Timestamp {
        let spans = self.windows.iter().flat_map(|window| self.spans(window, until));
        let begun = spans.filter(|(start, _)| *start < until).map(|(_, end)| end);
        begun.max().map_or(until, |end| end.max(until))
    }

    /// The first instant after `after` at which a window opens while none was open; `None` beyond
    /// [`LOOK_AHEAD_DAYS_MAX`].
    pub fn next_start(&self, after: Timestamp) -> Option<Timestamp> {
        any_next_start(slice::from_ref(self), after)
    }

    /// The first instant after `after` at which the last open window closes; `None` beyond [`LOOK_AHEAD_DAYS_MAX`].
    pub fn next_end(&self, after: Timestamp) -> Option<Timestamp> {
        any_next_end(slice::from_ref(self), after)
    }

    /// Whether a window opens on the local day `date`, by its weekday and the holidays.
    pub(super) fn opens(&self, window: &Window, date: Date) -> bool {
        window.days.contains(&date.weekday().into())
            && match window.holidays {
                WindowHolidays::Ignore => true,
                WindowHolidays::Exclude => !self.holidays.contains(&date),
                WindowHolidays::Only => self.holidays.contains(&date),
            }
    }

    /// The first start or end of any window after `after`, or an earlier instant. Between the two, the windows stay
    /// open or closed.
    fn next_edge(&self, after: Timestamp) -> Timestamp {
        let spans = self.windows.iter().flat_map(|window| self.spans(window, after));
        let edges = spans.flat_map(|(start, end)| [start, end]).filter(|edge| *edge > after);
        edges.min().unwrap_or(Timestamp::MAX).min(later(after, EDGE_MAX))
    }

    /// Every span of a window that may overlap `[at, at + EDGE_MAX]`, and possibly more.
    fn spans(&self, window: &Window, at: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let today = self.time_zone.to_datetime(at).date();
        let first = -i64::from(window.days_later) - FOLD_DAYS_MAX;
        (first..=FOLD_DAYS_MAX + 1)
            .filter_map(move |day| today.checked_add(days(day)).ok())
            .filter(|date| self.opens(window, *date))
            .map(|date| window.on(date))
            .map(|(start, end)| (first_instant(&self.time_zone, start), last_instant(&self.time_zone, end)))
    }
}

impl From<Weekday> for WindowDay {
    fn from(day: Weekday) -> WindowDay {
        WindowDay(day.to_monday_zero_offset())
    }
}

impl Window {
    /// How long it is open, on the clock.
    fn length(&self) -> SignedDuration {
        let (start, end) = self.on(Date::ZERO);
        end.duration_since(start)
    }

    /// From when until when it is open if it opens on `date`, in local time.
    pub(super) fn on(&self, date: Date) -> (DateTime, DateTime) {
        let last_day = date.saturating_add(days(self.days_later.into()));
        (date.to_datetime(self.from), last_day.to_datetime(self.until))
    }
}

/// Whether any of these hours are open.
pub fn any_contains(hours: &[Hours], at: Timestamp) -> bool {
    hours.iter().any(|hours| hours.contains(at))
}

/// The first instant after `after` at which one of them opens while none was open; `None` beyond
/// [`LOOK_AHEAD_DAYS_MAX`].
pub fn any_next_start(hours: &[Hours], after: Timestamp) -> Option<Timestamp> {
    next_change(hours, after, true)
}

/// The first instant after `after` at which the last open one closes; `None` beyond [`LOOK_AHEAD_DAYS_MAX`].
pub fn any_next_end(hours: &[Hours], after: Timestamp) -> Option<Timestamp> {
    next_change(hours, after, false)
}

/// An instant after `after` until which nothing opens or closes, at most about a day away.
pub(super) fn any_next_edge(hours: &[Hours], after: Timestamp) -> Timestamp {
    hours.iter().map(|hours| hours.next_edge(after)).min().unwrap_or(Timestamp::MAX)
}

fn next_change(hours: &[Hours], after: Timestamp, to_open: bool) -> Option<Timestamp> {
    let limit = later(after, days(LOOK_AHEAD_DAYS_MAX));
    let mut was_open = any_contains(hours, after);
    let mut at = any_next_edge(hours, after);
    while at < limit {
        let is_open = any_contains(hours, at);
        if is_open == to_open && is_open != was_open {
            return Some(at);
        }
        was_open = is_open;
        at = any_next_edge(hours, at);
    }
    None
}
