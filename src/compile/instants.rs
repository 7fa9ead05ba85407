//! What somebody means who writes a date or an instant as it is said: `now`, `11:30`, `12/5`, `2026年12月5日`.

use super::value;
use crate::language::words::Words;
use jiff::civil::{Date, Time};

/// Words for days that depend on when a file is read.
const RELATIVE: [&str; 12] = [
    "now",
    "today",
    "tonight",
    "tomorrow",
    "yesterday",
    "next",
    "今",
    "今日",
    "本日",
    "明日",
    "明後日",
    "昨日",
];

/// The way out, if what is meant can be guessed.
pub(super) fn help(text: &str, only_date: bool) -> Option<Words> {
    let text = text.trim();
    let lower = text.to_lowercase();
    if RELATIVE
        .iter()
        .any(|word| lower.split_whitespace().next().is_some_and(|first| first.starts_with(word)))
    {
        let like = if only_date { "2026-12-05" } else { "2026-12-05 10:00" };
        return Some(Words::new(
            format!("the file is read on other days, too: write the date, as in `{like}`"),
            format!("ファイルは別の日にも読まれます。`{like}` のように日付で書いてください"),
        ));
    }
    if let Some(time) = value::time(text).filter(|_| !only_date) {
        let like = format!("2026-12-05 {}", clock(time));
        return Some(Words::new(
            format!("a time needs its date: write it like `{like}`"),
            format!("時刻には日付が要ります。`{like}` のように書いてください"),
        ));
    }
    if value::duration(text).is_some_and(|length| length.is_positive()) {
        return Some(Words::new(
            "this is a length of time: write the date at which it ends, as in `2026-12-05 10:00`",
            "これは時間の長さです。終わりの日時を `2026-12-05 10:00` のように書いてください",
        ));
    }
    meant(text, only_date)
        .map(|meant| Words::new(format!("write `{meant}`"), format!("`{meant}` と書いてください")))
}

/// The same date in the one spelling that is read; without a year, that of the examples.
fn meant(text: &str, only_date: bool) -> Option<String> {
    let numbers: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|it| !it.is_empty()).collect();
    let (date, rest) = match numbers.as_slice() {
        [year, month, day, rest @ ..] if year.len() == 4 => (date(year, month, day)?, rest),
        [month, day, rest @ ..] if month.len() <= 2 && text.contains(['/', '月']) => {
            (date("2026", month, day)?, rest)
        }
        _ => return None,
    };
    let hour = rest.first().and_then(|hour| hour.parse::<i8>().ok());
    let minute = rest.get(1).and_then(|minute| minute.parse::<i8>().ok()).unwrap_or(0);
    let time = hour.and_then(|hour| Time::new(hour, minute, 0, 0).ok()).filter(|_| !only_date);
    Some(time.map_or_else(|| date.to_string(), |time| format!("{date} {}", clock(time))))
}

fn date(year: &str, month: &str, day: &str) -> Option<Date> {
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn clock(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}
