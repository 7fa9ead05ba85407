//! Times as people say them, in English and in Japanese, and what to answer where one cannot be understood.
//!
//! What is said means the next time that it is so, in the zone of whoever says it. What is past, or may mean two things, is
//! asked back and never guessed. When a schedule changes hands is known elsewhere.

use super::Language;
use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};

/// The longest text that is looked at, in characters.
const SAID_MAX: usize = 60;
/// The largest number of a length of time.
const NUMBER_MAX: i64 = 99_999;
/// The parts of a length of time: `1d 2h 30m`.
const PARTS_MAX: usize = 4;

const DAYS: [(&str, i64); 9] = [
    ("day after tomorrow", 2),
    ("明後日", 2),
    ("あさって", 2),
    ("tomorrow", 1),
    ("明日", 1),
    ("あした", 1),
    ("today", 0),
    ("今日", 0),
    ("本日", 0),
];

/// Longer spellings first: each is cut off as a whole.
const WEEKDAYS: [(&[&str], Weekday); 7] = [
    (&["monday", "mon", "月曜日", "月曜"], Weekday::Monday),
    (&["tuesday", "tues", "tue", "火曜日", "火曜"], Weekday::Tuesday),
    (&["wednesday", "wed", "水曜日", "水曜"], Weekday::Wednesday),
    (&["thursday", "thurs", "thur", "thu", "木曜日", "木曜"], Weekday::Thursday),
    (&["friday", "fri", "金曜日", "金曜"], Weekday::Friday),
    (&["saturday", "sat", "土曜日", "土曜"], Weekday::Saturday),
    (&["sunday", "sun", "日曜日", "日曜"], Weekday::Sunday),
];

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Longer spellings first. A plain `日` is not here: `2日` may be the 2nd.
const UNITS: [(&str, i64); 19] = [
    ("weeks", 7 * DAY),
    ("week", 7 * DAY),
    ("週間", 7 * DAY),
    ("days", DAY),
    ("day", DAY),
    ("日間", DAY),
    ("hours", HOUR),
    ("hour", HOUR),
    ("hrs", HOUR),
    ("hr", HOUR),
    ("時間", HOUR),
    ("minutes", MINUTE),
    ("minute", MINUTE),
    ("mins", MINUTE),
    ("min", MINUTE),
    ("分間", MINUTE),
    ("分", MINUTE),
    ("h", HOUR),
    ("m", MINUTE),
];
const SHORT_UNITS: [(&str, i64); 2] = [("d", DAY), ("w", 7 * DAY)];

/// What a time that was said means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    At(Timestamp),
    /// When the schedule that it is about changes hands next.
    Handoff,
}

/// Why it has no meaning, or not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAMoment {
    Unreadable,
    /// A day without a time of day.
    NoTime,
    Past,
    /// A number without a unit, `2日`, or `next mon`.
    TwoMeanings,
    /// The clocks go back then: it is that time twice.
    Twice,
    /// There is no such day, or the clocks go forward then.
    NoSuchTime,
}

/// When that is.
pub fn moment(said: &str, now: Timestamp, zone: &TimeZone) -> Result<Moment, NotAMoment> {
    if let Ok(exact) = said.trim().parse::<Timestamp>() {
        return future(exact, now).map(Moment::At);
    }
    let text = plain(said)?;
    let text = ["until ", "from ", "at ", "till ", "in ", "for "]
        .iter()
        .find_map(|it| text.strip_prefix(it))
        .unwrap_or(&text);
    let text = ["まで", "から"].iter().find_map(|it| text.strip_suffix(it)).unwrap_or(text).trim();
    if matches!(text, "now" | "今" | "いま" | "現在" | "今すぐ") {
        return Ok(Moment::At(now));
    }
    if matches!(text, "handoff" | "the handoff" | "the next handoff" | "next handoff" | "交代" | "引き継ぎ")
    {
        return Ok(Moment::Handoff);
    }
    match seconds(text.strip_suffix('後').unwrap_or(text)) {
        Ok(seconds) => after(now, seconds).map(Moment::At),
        Err(NotAMoment::Unreadable) => on_the_clock(text, now, zone).map(Moment::At),
        Err(other) => Err(other),
    }
}

/// How long that is: `2h`, `1h 30m`, `90 minutes`, `2時間`, `1時間半`.
pub fn length(said: &str) -> Result<SignedDuration, NotAMoment> {
    let text = plain(said)?;
    let seconds = seconds(text.strip_prefix("for ").unwrap_or(&text))?;
    if seconds == 0 { Err(NotAMoment::Past) } else { Ok(SignedDuration::from_secs(seconds)) }
}

impl Language {
    /// What is asked back, for a time that was not understood.
    pub fn not_a_moment(self, said: &str, why: NotAMoment) -> String {
        let said: String = said.chars().take(SAID_MAX).collect();
        match self {
            Language::En => match why {
                NotAMoment::Unreadable => format!(
                    "`{said}` is not a time: write 18:00, 2h, 30m, tomorrow 10:00, mon 10:00, 12/24 18:00, handoff, or 2026-12-05T10:00:00+09:00"
                ),
                NotAMoment::NoTime => format!("`{said}` is a day: say a time too, as in mon 10:00"),
                NotAMoment::Past => format!("`{said}` is past"),
                NotAMoment::TwoMeanings => {
                    format!(
                        "`{said}` may mean two things: write 18:00, 18m, 18h, or a date such as 12/18 10:00"
                    )
                }
                NotAMoment::Twice => format!(
                    "`{said}` may mean two things: the clocks go back, and it is that time twice; write it with its offset, as in 2026-12-05T10:00:00+09:00"
                ),
                NotAMoment::NoSuchTime => {
                    format!(
                        "there is no `{said}`: the month comes first, as in 12/24, and clocks that go forward skip an hour"
                    )
                }
            },
            Language::Ja => match why {
                NotAMoment::Unreadable => format!(
                    "「{said}」を時刻として解釈できません。18:00、2時間、30分、明日 10:00、月曜 10時、12/24 18:00、交代まで のように指定してください。"
                ),
                NotAMoment::NoTime => {
                    format!("「{said}」には時刻がありません。月曜 10時 のように指定してください。")
                }
                NotAMoment::Past => format!("「{said}」は過ぎています。"),
                NotAMoment::TwoMeanings => format!(
                    "「{said}」は2通りに解釈できます。18:00、18分、18時間、12/18 10:00 のように指定してください。"
                ),
                NotAMoment::Twice => format!(
                    "「{said}」は時計が戻るため2回あります。2026-12-05T10:00:00+09:00 のように指定してください。"
                ),
                NotAMoment::NoSuchTime => {
                    format!("「{said}」という日時はありません。日付は 12/24 のように月から書いてください。")
                }
            },
        }
    }
}

/// In lower case and half width, with single spaces.
fn plain(said: &str) -> Result<String, NotAMoment> {
    if said.chars().count() > SAID_MAX {
        return Err(NotAMoment::Unreadable);
    }
    let half = |c: char| match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    };
    let text: String = said.chars().map(half).collect();
    Ok(text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" "))
}

fn future(at: Timestamp, now: Timestamp) -> Result<Timestamp, NotAMoment> {
    if at > now { Ok(at) } else { Err(NotAMoment::Past) }
}

fn after(now: Timestamp, seconds: i64) -> Result<Timestamp, NotAMoment> {
    let at = now.checked_add(SignedDuration::from_secs(seconds)).map_err(|_| NotAMoment::NoSuchTime)?;
    future(at, now)
}

/// The number at the beginning, and what follows it.
fn number(text: &str) -> Option<(i64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: i64 = text.get(..end)?.parse().ok()?;
    (number <= NUMBER_MAX).then_some((number, text.get(end..)?.trim_start()))
}

fn seconds(text: &str) -> Result<i64, NotAMoment> {
    let (mut rest, mut total) = (text.trim(), 0_i64);
    if rest.is_empty() {
        return Err(NotAMoment::Unreadable);
    }
    for _ in 0..PARTS_MAX {
        let (count, after) = number(rest).ok_or(NotAMoment::Unreadable)?;
        if after.is_empty() || after == "日" {
            return Err(NotAMoment::TwoMeanings);
        }
        let (unit, after) = UNITS
            .iter()
            .chain(&SHORT_UNITS)
            .find_map(|(word, unit)| Some((*unit, after.strip_prefix(word)?)))
            .ok_or(NotAMoment::Unreadable)?;
        total += count * unit;
        if let Some(after) = after.strip_prefix('半').filter(|_| unit == HOUR) {
            return if after.is_empty() { Ok(total + HOUR / 2) } else { Err(NotAMoment::Unreadable) };
        }
        rest = after.trim_start();
        if rest.is_empty() {
            return Ok(total);
        }
    }
    Err(NotAMoment::Unreadable)
}

/// Which days a text may mean.
enum Day {
    Any,
    /// So many days from today.
    Ahead(i64),
    Weekly(Weekday),
    Yearly(i8, i8),
    Once(Date),
}

fn on_the_clock(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, NotAMoment> {
    if text.starts_with("next ") || text.starts_with("last ") {
        return Err(NotAMoment::TwoMeanings);
    }
    let (day, rest) = day(text)?;
    let rest = rest.trim_start_matches([' ', 'の', ',']).trim_start_matches("at ");
    if rest.is_empty() {
        return Err(if text.is_empty() { NotAMoment::Unreadable } else { NotAMoment::NoTime });
    }
    let (time, extra_days) = time(rest)?;
    let today = zone.to_datetime(now).date();
    let at = |date: Date| {
        let date = date.checked_add(extra_days.days()).map_err(|_| NotAMoment::NoSuchTime)?;
        instant(date.to_datetime(time), zone)
    };
    let ahead = |days: i64| today.checked_add(days.days()).map_err(|_| NotAMoment::NoSuchTime);
    match day {
        Day::Any => at(today).and_then(|at| future(at, now)).or_else(|why| again(why, || at(ahead(1)?))),
        Day::Ahead(days) => future(at(ahead(days)?)?, now),
        Day::Weekly(weekday) => {
            let days = i64::from(today.weekday().until(weekday));
            let first = at(ahead(days)?).and_then(|at| future(at, now));
            first.or_else(|why| again(why, || at(ahead(days + 7)?)))
        }
        Day::Yearly(month, day) => {
            let date = |year| Date::new(year, month, day).map_err(|_| NotAMoment::NoSuchTime);
            let first = at(date(today.year())?).and_then(|at| future(at, now));
            first.or_else(|why| again(why, || at(date(today.year().saturating_add(1))?)))
        }
        Day::Once(date) => future(at(date)?, now),
    }
}

/// The next time, where the first is only past.
fn again(
    why: NotAMoment,
    next: impl FnOnce() -> Result<Timestamp, NotAMoment>,
) -> Result<Timestamp, NotAMoment> {
    if why == NotAMoment::Past { next() } else { Err(why) }
}

fn instant(local: DateTime, zone: &TimeZone) -> Result<Timestamp, NotAMoment> {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => ambiguous.compatible().map_err(|_| NotAMoment::NoSuchTime),
        AmbiguousOffset::Gap { .. } => Err(NotAMoment::NoSuchTime),
        AmbiguousOffset::Fold { .. } => Err(NotAMoment::Twice),
    }
}

/// The day at the beginning, and what follows it.
fn day(text: &str) -> Result<(Day, &str), NotAMoment> {
    if let Some((days, rest)) = DAYS.iter().find_map(|(word, days)| Some((*days, text.strip_prefix(word)?))) {
        return Ok((Day::Ahead(days), rest));
    }
    let weekday = |(words, day): &(&[&str], Weekday)| {
        words.iter().find_map(|word| text.strip_prefix(word)).map(|rest| (Day::Weekly(*day), rest))
    };
    if let Some(found) = WEEKDAYS.iter().find_map(weekday) {
        return Ok(found);
    }
    let small = |number: i64| i8::try_from(number).map_err(|_| NotAMoment::NoSuchTime);
    let Some((first, rest)) = number(text) else { return Ok((Day::Any, text)) };
    let (year, month, rest) = match rest.chars().next() {
        Some(sign @ ('-' | '/' | '年')) if first > 31 => match number(rest.trim_start_matches(sign)) {
            Some((month, rest)) => (Some(first), month, rest),
            None => return Err(NotAMoment::Unreadable),
        },
        Some('/' | '月') => (None, first, rest),
        _ => return Ok((Day::Any, text)),
    };
    let Some(after) = rest.strip_prefix(['/', '-', '月']) else { return Err(NotAMoment::Unreadable) };
    // `number` skips spaces, and a time follows.
    let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
    let (digits, rest) = after.split_at_checked(end).ok_or(NotAMoment::Unreadable)?;
    let day = small(digits.parse().map_err(|_| NotAMoment::Unreadable)?)?;
    let rest = rest.strip_prefix(['日', 't']).unwrap_or(rest);
    let month = small(month)?;
    match year {
        None => Ok((Day::Yearly(month, day), rest)),
        Some(year) => {
            let year = i16::try_from(year).map_err(|_| NotAMoment::NoSuchTime)?;
            let date = Date::new(year, month, day).map_err(|_| NotAMoment::NoSuchTime)?;
            Ok((Day::Once(date), rest))
        }
    }
}

/// A time of day, and how many days later it is: `25:00` is 1:00 of the next day.
fn time(text: &str) -> Result<(Time, i64), NotAMoment> {
    if matches!(text, "noon" | "正午") {
        return Ok((Time::constant(12, 0, 0, 0), 0));
    }
    let (text, half) = match (text.strip_prefix("午前"), text.strip_prefix("午後")) {
        (Some(rest), _) => (rest, Some(0)),
        (_, Some(rest)) => (rest, Some(12)),
        _ => match (text.strip_suffix("am"), text.strip_suffix("pm")) {
            (Some(rest), _) => (rest.trim_end(), Some(0)),
            (_, Some(rest)) => (rest.trim_end(), Some(12)),
            _ => (text, None),
        },
    };
    let (hour, rest) = number(text).ok_or(NotAMoment::Unreadable)?;
    let minute = match rest {
        "" if half.is_some() => 0,
        "" => return Err(NotAMoment::TwoMeanings),
        "時" => 0,
        "時半" => 30,
        _ => {
            let rest = rest.strip_prefix([':', '時']).ok_or(NotAMoment::Unreadable)?;
            let rest = rest.strip_suffix('分').unwrap_or(rest);
            match number(rest) {
                Some((minute, "")) if rest.len() == 2 || text.contains('時') => minute,
                _ => return Err(NotAMoment::Unreadable),
            }
        }
    };
    let (hour, days) = match half {
        Some(_) if hour > 12 => return Err(NotAMoment::NoSuchTime),
        Some(noon) => (hour % 12 + noon, 0),
        None if (24..30).contains(&hour) => (hour - 24, 1),
        None => (hour, 0),
    };
    let small = |number: i64| i8::try_from(number).map_err(|_| NotAMoment::NoSuchTime);
    let time = Time::new(small(hour)?, small(minute)?, 0, 0).map_err(|_| NotAMoment::NoSuchTime)?;
    Ok((time, days))
}
