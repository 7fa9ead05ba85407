//! What somebody means who writes a length of time, a day or a time as it is said: `weekly`, `mon 10am`, `月 10:00`, `30分`.
//!
//! Each guess is tried against the pattern that refused the text, so that what is offered is always taken.

use crate::language::words::Words;
use regex::Regex;

/// Said in one word.
const WORDS: [(&str, &str); 14] = [
    ("hourly", "1 hour"),
    ("daily", "1 day"),
    ("weekly", "1 week"),
    ("biweekly", "2 weeks"),
    ("bi-weekly", "2 weeks"),
    ("fortnightly", "2 weeks"),
    ("monthly", "1 month"),
    ("毎日", "1 day"),
    ("毎週", "1 week"),
    ("隔週", "2 weeks"),
    ("毎月", "1 month"),
    ("noon", "12:00"),
    ("正午", "12:00"),
    ("midnight", "00:00"),
];

/// What a unit begins with, as it is said; a longer one before a shorter one.
const UNITS: [(&str, &str); 14] = [
    ("か月", "month"),
    ("カ月", "month"),
    ("ヶ月", "month"),
    ("週", "week"),
    ("日", "day"),
    ("時間", "hour"),
    ("分", "minute"),
    ("秒", "second"),
    ("mo", "month"),
    ("w", "week"),
    ("d", "day"),
    ("h", "hour"),
    ("m", "minute"),
    ("s", "second"),
];

const DAYS: [(&str, &str); 7] =
    [("月", "mon"), ("火", "tue"), ("水", "wed"), ("木", "thu"), ("金", "fri"), ("土", "sat"), ("日", "sun")];

/// The way out, if what is meant can be guessed.
pub(super) fn help(text: &str, pattern: &str) -> Option<Words> {
    let text = text.trim().to_lowercase();
    let taken = Regex::new(pattern).ok()?;
    let said = WORDS.iter().find(|(word, _)| *word == text).map(|(_, meant)| (*meant).to_owned());
    let guesses = [said, length(&text), moment(&text)];
    let meant = guesses.into_iter().flatten().find(|guess| taken.is_match(guess))?;
    Some(Words::new(format!("write `{meant}`"), format!("`{meant}` と書いてください")))
}

/// `1週間` is `1 week`, `90min.` is `90 minutes`.
fn length(text: &str) -> Option<String> {
    let text = text.strip_prefix("every ").unwrap_or(text);
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let number: u32 = number.parse().ok()?;
    let unit = unit.trim_start();
    let (_, unit) = UNITS.iter().find(|(said, _)| unit.starts_with(said))?;
    Some(format!("{number} {unit}{}", if number == 1 { "" } else { "s" }))
}

/// `月曜 10時` is `mon 10:00`, `fri 6pm` is `fri 18:00`.
fn moment(text: &str) -> Option<String> {
    let japanese = DAYS.iter().find_map(|(said, day)| {
        let rest = text.strip_prefix(said)?;
        let rest = rest.strip_prefix("曜日").or_else(|| rest.strip_prefix('曜')).unwrap_or(rest);
        Some((*day, rest))
    });
    let (day, clock) = japanese.unwrap_or_else(|| {
        let at = text.find(|c: char| c.is_ascii_digit() || c == '午').unwrap_or(text.len());
        let (day, clock) = text.split_at(at);
        (day.trim(), clock)
    });
    let day = day.strip_suffix(" at").unwrap_or(day);
    let clock = clock.trim();
    let afternoon = clock.starts_with("午後") || clock.ends_with("pm") || clock.ends_with("p.m.");
    let numbers: Vec<&str> = clock.split(|c: char| !c.is_ascii_digit()).filter(|it| !it.is_empty()).collect();
    let (hour, minute): (u8, u8) = match numbers.as_slice() {
        [hour] if hour.len() == 4 => (hour[..2].parse().ok()?, hour[2..].parse().ok()?),
        [hour] => (hour.parse().ok()?, if clock.contains('半') { 30 } else { 0 }),
        [hour, minute] => (hour.parse().ok()?, minute.parse().ok()?),
        _ => return None,
    };
    let half_day = afternoon || clock.starts_with("午前") || clock.ends_with("am") || clock.ends_with("a.m.");
    let hour = match (hour, half_day) {
        (13.., true) => return None,
        (12, true) => u8::from(afternoon) * 12,
        (hour, _) => hour + u8::from(afternoon) * 12,
    };
    let day = if day.is_empty() { String::new() } else { format!("{day} ") };
    (hour < 24 && minute < 60).then(|| format!("{day}{hour:02}:{minute:02}"))
}
