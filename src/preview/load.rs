//! How much each person is on call: hours, and what they take away from a life.
//!
//! Everything is counted in the person's own time zone and whatever little of it is on call counts: a night, a
//! weekend and a holiday are spoilt by an hour, and only a whole day without any is a day off. Being on call on two
//! schedules at once counts once. Shadows are not on call.

use crate::schedule::{Shift, UserId, first_instant};
use jiff::civil::{Date, Weekday, time};
use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};
use std::collections::{BTreeMap, BTreeSet};

/// A night begins at this hour, and belongs to the day on which it begins.
const NIGHT_BEGINS: i8 = 22;
/// And ends at this hour.
const NIGHT_ENDS: i8 = 6;

/// The most nights that are listed: those of three months.
pub const NIGHTS_MAX: usize = 95;

/// How much one person is on call in a range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    pub on_call: SignedDuration,
    /// Nights, from 22:00 to 06:00.
    pub nights: usize,
    /// Saturday and Sunday are one.
    pub weekends: usize,
    pub holidays: usize,
    /// The most days in a row, none of them without any time on call.
    pub longest_run: usize,
}

/// The calendar that a person lives by.
#[derive(Clone, Copy, Debug)]
pub struct Calendar<'c> {
    pub zone: &'c TimeZone,
    pub holidays: &'c BTreeSet<Date>,
}

/// The load of everybody who has one of these shifts.
pub fn loads<'s, 'c>(
    shifts: impl IntoIterator<Item = &'s Shift>,
    calendar: impl Fn(&UserId) -> Calendar<'c>,
) -> BTreeMap<UserId, Load> {
    let mut times: BTreeMap<&UserId, Vec<(Timestamp, Timestamp)>> = BTreeMap::new();
    for shift in shifts {
        for user in &shift.on_call.users {
            times.entry(user).or_default().push((shift.start, shift.end));
        }
    }
    times.into_iter().map(|(user, times)| (user.clone(), load(joined(times), calendar(user)))).collect()
}

/// Sorted, and those that touch or overlap made one.
fn joined(mut times: Vec<(Timestamp, Timestamp)>) -> Vec<(Timestamp, Timestamp)> {
    times.sort_unstable();
    let mut joined: Vec<(Timestamp, Timestamp)> = Vec::new();
    for (start, end) in times {
        match joined.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => joined.push((start, end)),
        }
    }
    joined
}

/// The nights of somebody who lives in this zone, as far as they lie in a range, up to [`NIGHTS_MAX`].
pub fn nights(zone: &TimeZone, from: Timestamp, until: Timestamp) -> Vec<(Timestamp, Timestamp)> {
    let first = zone.to_datetime(from).date();
    let days = first.yesterday().unwrap_or(first).series(1.day()).take(NIGHTS_MAX);
    let night = |date: Date| {
        let ends = date.tomorrow().unwrap_or(date).at(NIGHT_ENDS, 0, 0, 0);
        let begins = first_instant(zone, date.at(NIGHT_BEGINS, 0, 0, 0));
        (begins.max(from), first_instant(zone, ends).min(until))
    };
    days.map(night).take_while(|(begins, _)| *begins < until).filter(|(begins, ends)| begins < ends).collect()
}

fn load(times: Vec<(Timestamp, Timestamp)>, calendar: Calendar<'_>) -> Load {
    let (mut days, mut nights) = (BTreeSet::new(), BTreeSet::new());
    let mut on_call = SignedDuration::ZERO;
    for (start, end) in times {
        on_call += end.duration_since(start);
        let (start, end) = (calendar.zone.to_datetime(start), calendar.zone.to_datetime(end));
        let first = start.date().yesterday().unwrap_or(start.date());
        for date in first.series(1.day()).take_while(|date| *date <= end.date()) {
            let tomorrow = date.tomorrow().unwrap_or(date);
            if start < tomorrow.to_datetime(time(0, 0, 0, 0)) && date.to_datetime(time(0, 0, 0, 0)) < end {
                days.insert(date);
            }
            let night = (date.at(NIGHT_BEGINS, 0, 0, 0), tomorrow.at(NIGHT_ENDS, 0, 0, 0));
            if start < night.1 && night.0 < end {
                nights.insert(date);
            }
        }
    }
    let weekends: BTreeSet<Date> = days.iter().filter_map(|date| saturday(*date)).collect();
    let holidays = days.intersection(calendar.holidays).count();
    Load {
        on_call,
        nights: nights.len(),
        weekends: weekends.len(),
        holidays,
        longest_run: longest_run(&days),
    }
}

/// The Saturday of the weekend that a day is part of.
fn saturday(date: Date) -> Option<Date> {
    match date.weekday() {
        Weekday::Saturday => Some(date),
        Weekday::Sunday => date.yesterday().ok(),
        _ => None,
    }
}

fn longest_run(days: &BTreeSet<Date>) -> usize {
    let (mut longest, mut run, mut before) = (0, 0, None);
    for day in days {
        run = if before == day.yesterday().ok() { run + 1 } else { 1 };
        longest = longest.max(run);
        before = Some(*day);
    }
    longest
}
