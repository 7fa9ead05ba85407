//! Parses text into values: durations, times, days, dates, instants.

use crate::config::Id;
use crate::language::words::Words;
use crate::schedule::{Every, WindowDay};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;

/// The days of the week as they are written, Monday first.
const DAYS: [(&str, &str); 7] = [
    ("mon", "Monday"),
    ("tue", "Tuesday"),
    ("wed", "Wednesday"),
    ("thu", "Thursday"),
    ("fri", "Friday"),
    ("sat", "Saturday"),
    ("sun", "Sunday"),
];

/// `30s`, `5m`, `1h30m`, `2 weeks`. `None` if it cannot be parsed, or if it overflows.
pub(super) fn duration(text: &str) -> Option<SignedDuration> {
    let mut rest = text.trim();
    let mut seconds: i64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: i64 = rest.get(..digits)?.parse().ok()?;
        let after = rest.get(digits..)?.trim_start();
        let letters = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        seconds = seconds.checked_add(number.checked_mul(seconds_in(after.get(..letters)?)?)?)?;
        rest = after.get(letters..)?.trim_start();
    }
    Some(SignedDuration::from_secs(seconds))
}

fn seconds_in(unit: &str) -> Option<i64> {
    Some(match unit {
        "s" | "sec" | "secs" | "second" | "seconds" => 1,
        "m" | "min" | "mins" | "minute" | "minutes" => 60,
        "h" | "hour" | "hours" => 3600,
        "d" | "day" | "days" => 86_400,
        "w" | "week" | "weeks" => 604_800,
        _ => return None,
    })
}

/// A duration as people write it: `1h30m`.
pub(super) fn duration_text(duration: SignedDuration) -> String {
    let mut seconds = duration.as_secs();
    let mut text = String::new();
    for (unit, length) in [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)] {
        if seconds >= length {
            text.push_str(&format!("{}{unit}", seconds / length));
            seconds %= length;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

/// `12 hours`, `1 day`, `2 weeks`, `1 month`.
pub(super) fn every(text: &str) -> Option<Every> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let number: u32 = text.get(..digits)?.parse().ok().filter(|number| *number > 0)?;
    Some(match text.get(digits..)?.trim() {
        "h" | "hour" | "hours" => Every::Hours(number),
        "d" | "day" | "days" => Every::Days(number),
        "w" | "week" | "weeks" => Every::Weeks(number),
        "month" | "months" => Every::Months(number),
        _ => return None,
    })
}

/// `90 days`, `13 months`, `3 years`: no shorter than on any calendar.
pub(super) fn history(text: &str) -> Option<SignedDuration> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let number: i64 = text.get(..digits)?.parse().ok()?;
    let days = match text.get(digits..)?.trim() {
        "d" | "day" | "days" => 1,
        "w" | "week" | "weeks" => 7,
        "month" | "months" => 31,
        "year" | "years" => 366,
        _ => return None,
    };
    Some(SignedDuration::from_hours(number.checked_mul(days)?.checked_mul(24)?))
}

/// `10:00`; `24:00` is not a time of day.
pub(super) fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

/// `mon 10:00` or `10:00`.
pub(super) fn day_and_time(text: &str) -> Option<(Option<WindowDay>, Time)> {
    match text.trim().split_once(' ') {
        Some((name, clock)) => Some((Some(day(name)?), time(clock.trim())?)),
        None => Some((None, time(text.trim())?)),
    }
}

/// `mon` or `monday`, in any case.
pub(super) fn day(name: &str) -> Option<WindowDay> {
    let name = name.trim().to_ascii_lowercase();
    let index = DAYS.iter().position(|(short, long)| *short == name || long.eq_ignore_ascii_case(&name))?;
    i8::try_from(index).ok().map(WindowDay)
}

/// `Monday`
pub(super) fn day_name(day: WindowDay) -> &'static str {
    usize::try_from(day.0).ok().and_then(|index| DAYS.get(index)).map_or("?", |(_, long)| long)
}

/// `月曜`
pub(super) fn day_in_japanese(day: WindowDay) -> &'static str {
    const DAYS: [&str; 7] = ["月曜", "火曜", "水曜", "木曜", "金曜", "土曜", "日曜"];
    usize::try_from(day.0).ok().and_then(|index| DAYS.get(index)).copied().unwrap_or("?")
}

/// `daily`, `mon`, `mon-fri`, `fri-mon`; the error is the word that cannot be parsed.
pub(super) fn days(text: &str) -> Result<BTreeSet<WindowDay>, String> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("daily") {
        return Ok((0..7).map(WindowDay).collect());
    }
    let Some((first, last)) = text.split_once('-') else {
        return day(text).map(|day| BTreeSet::from([day])).ok_or_else(|| text.to_owned());
    };
    let first = day(first).ok_or_else(|| first.to_owned())?;
    let last = day(last).ok_or_else(|| last.to_owned())?;
    let length = (last.0 - first.0).rem_euclid(7);
    Ok((0..=length).map(|step| WindowDay((first.0 + step) % 7)).collect())
}

/// The words that [`days`] accepts.
pub(super) fn day_words() -> impl Iterator<Item = &'static str> {
    DAYS.iter().map(|(short, _)| *short).chain(["daily"])
}

/// `2026-12-05`
pub(super) fn date(text: &str) -> Option<Date> {
    text.parse().ok().filter(|date: &Date| (1970..=9000).contains(&date.year()))
}

/// What is wrong with a text that looks like a date: the month, the day, the year or the time of day.
pub fn why_no_date(text: &str) -> Option<Words> {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let mut parts = text.get(..10)?.split('-');
    let (year, month, day): (i16, i8, i8) =
        (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let Ok(first) = Date::new(year, month, 1) else {
        return Some(Words::new(
            "a month is 01 to 12, after the year",
            "月は 01 から 12 で、年の次に書きます",
        ));
    };
    let name = usize::try_from(month - 1).ok().and_then(|index| MONTHS.get(index))?;
    if day < 1 || day > first.days_in_month() {
        let days = first.days_in_month();
        return Some(Words::new(
            format!("{name} has only {days} days in {year}"),
            format!("{year} 年 {month} 月は {days} 日までです"),
        ));
    }
    match date(text.get(..10)?) {
        None => Some(Words::new("a year is 1970 to 9000", "年は 1970 から 9000 です")),
        Some(_) => Some(Words::new(
            "a time of day is 00:00 to 23:59; an offset is written like `+09:00`",
            "時刻は 00:00 から 23:59 です。時差は `+09:00` のように書きます",
        )),
    }
}

/// An instant as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Instant {
    pub(super) at: Timestamp,
    /// Whether it has its own offset.
    pub(super) exact: bool,
}

/// `2026-12-05 10:00` in the zone, `2026-12-05T10:00+09:00`, or a date, which means its first instant.
pub(super) fn instant(text: &str, zone: &TimeZone) -> Option<Instant> {
    let (day, rest) = text.split_at_checked(10)?;
    let day = date(day)?;
    if rest.is_empty() {
        return Some(Instant { at: first_instant(day.at(0, 0, 0, 0), zone)?, exact: false });
    }
    let rest = rest.get(1..)?;
    let clock_end = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
    let (clock, offset) = rest.split_at_checked(clock_end)?;
    let local = day.to_datetime(clock_with_seconds(clock)?);
    if offset.is_empty() {
        return Some(Instant { at: first_instant(local, zone)?, exact: false });
    }
    Some(Instant { at: offset_of(offset)?.to_timestamp(local).ok()?, exact: true })
}

/// The instant of a local time: the first if it occurs twice, the end of the gap if it does not exist.
pub(super) fn first_instant(local: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    match zone.to_ambiguous_timestamp(local).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(local).ok(),
        AmbiguousOffset::Fold { before, .. } => before.to_timestamp(local).ok(),
        AmbiguousOffset::Gap { before, .. } => {
            let beyond = before.to_timestamp(local).ok()?;
            let next = beyond.checked_add(SignedDuration::from_nanos(1)).ok()?;
            zone.preceding(next).next().map(|transition| transition.timestamp())
        }
    }
}

fn clock_with_seconds(text: &str) -> Option<Time> {
    match text.splitn(3, ':').collect::<Vec<_>>().as_slice() {
        [hour, minute] => Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok(),
        [hour, minute, second] => {
            Time::new(hour.parse().ok()?, minute.parse().ok()?, second.parse().ok()?, 0).ok()
        }
        _ => None,
    }
}

fn offset_of(text: &str) -> Option<Offset> {
    if text == "Z" {
        return Some(Offset::UTC);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = digits.split_at_checked(2)?;
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok().filter(|_| minutes < 60)
}

/// `+81 90-1234-5678` as `+819012345678`, if it is a phone number.
pub(super) fn phone_number(text: &str) -> Option<String> {
    let digits = text.strip_prefix('+')?.replace([' ', '-', '(', ')'], "");
    let fine = (7..=15).contains(&digits.len())
        && !digits.starts_with('0')
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    fine.then(|| format!("+{digits}"))
}

/// Whether carriers take it as the sender of a text message: at most 11 of letters, digits and spaces, and a letter.
pub(super) fn is_sender_name(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ');
    let spaced = text.starts_with(' ') || text.ends_with(' ');
    plain && !spaced && text.len() <= 11 && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// The word for nobody, where a person could be named.
pub(super) const NOBODY: &str = "nobody";

/// Ids as people read them: `sato and tanaka`.
pub(super) fn names(ids: &[Id]) -> String {
    match ids {
        [] => NOBODY.to_owned(),
        [only] => only.to_string(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
