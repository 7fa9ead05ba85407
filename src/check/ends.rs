//! Ends that are not what they look like: a date alone, and hours that never come before the end.

use super::{Found, Subject};
use crate::compile::{Node, NodeKind, Spot};
use crate::config::SilencePeriod;
use crate::language::words::Words;
use crate::place::Place;
use crate::schedule::first_instant;
use jiff::civil::{Date, Time};
use jiff::{SignedDuration, ToSpan};

/// Folders whose files have dated ends.
const DATED: [&str; 4] = ["schedules/", "overrides/", "users/", "silences/"];
/// How deep an end may stand in a file.
const DEPTH_MAX: usize = 8;

/// `until: 2026-12-31` ends as that day begins. What comes again and again is asked whether it would have come then.
pub(super) fn date_alone(subject: &Subject<'_>) -> Vec<Found> {
    let files = subject.compiled.sources.files.iter();
    let mut found = Vec::new();
    for (file, source) in files.filter(|(file, _)| DATED.iter().any(|folder| file.starts_with(folder))) {
        let mut ends = Vec::new();
        if let Some(root) = &source.root {
            collect(root, &Spot::root(file), 0, &mut ends);
        }
        let ends =
            ends.into_iter().filter(|end| end.every.as_ref().is_none_or(|at| comes_on(subject, at, end.day)));
        found.extend(ends.map(|end| said(file.starts_with("users/"), end)));
    }
    found
}

/// An `until` that is a date alone.
struct End {
    spot: Spot,
    day: Date,
    /// The object, if it comes again and again.
    every: Option<Spot>,
}

fn said(may_have_last_day: bool, End { spot, day, .. }: End) -> Found {
    let next = day.checked_add(1.day()).unwrap_or(day);
    let includes =
        if may_have_last_day { format!("last_day: {day}") } else { format!("until: {next} 00:00") };
    Found::new(
        spot,
        Words::new(
            format!("{day} itself is not included: this ends as that day begins"),
            format!("{day} 自体は含まれません。その日の始まりに終わります"),
        ),
    )
    .help(Words::new(
        format!("`{includes}` includes it; `until: {day} 00:00` says that it is meant so"),
        format!("`{includes}` と書くと含まれます。この通りでよければ `until: {day} 00:00` と書いてください"),
    ))
}

/// Whether a silence or time off that comes again would begin once more on that day.
fn comes_on(subject: &Subject<'_>, item: &Spot, day: Date) -> bool {
    let place = subject.compiled.sources.place(item);
    let silences = subject.config.silences.iter().filter(|silence| silence.place() == place);
    let mut hours = silences.filter_map(|silence| match &silence.period {
        SilencePeriod::Every { hours, .. } => Some(hours),
        SilencePeriod::Once { .. } => None,
    });
    let all_off = subject.config.schedules.time_off.values().flatten();
    let mut off = all_off.filter(|off| *off.place == *place.to_string()).filter_map(|off| off.every.as_ref());
    let Some(hours) = hours.next().or_else(|| off.next()) else { return true };
    let begins = first_instant(&hours.time_zone, day.to_datetime(Time::midnight()));
    let just_before = begins.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(begins);
    let first = hours.next_start(just_before);
    first.is_some_and(|first| hours.time_zone.to_datetime(first).date() == day)
}

/// Every `until` that is a date alone.
fn collect(node: &Node, spot: &Spot, depth: usize, into: &mut Vec<End>) {
    if depth > DEPTH_MAX {
        return;
    }
    match &node.kind {
        NodeKind::Mapping(entries) => {
            for entry in entries {
                let at = spot.key(&entry.key);
                let day = entry.value.text().filter(|_| entry.key == "until").and_then(date);
                let every = node.get("every").map(|_| spot.clone());
                into.extend(day.map(|day| End { spot: at.clone(), day, every }));
                collect(&entry.value, &at, depth + 1, into);
            }
        }
        NodeKind::Sequence(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &spot.index(index), depth + 1, into);
            }
        }
        NodeKind::Scalar { .. } => {}
    }
}

fn date(text: &str) -> Option<Date> {
    if text.len() == 10 { text.parse().ok() } else { None }
}

/// Time off that comes again, but not once between its first and its last day.
pub(super) fn hours_never_off(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for off in subject.config.schedules.time_off.values().flatten() {
        let (Some(hours), Some(until)) = (&off.every, off.until) else { continue };
        let just_before = off.from.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(off.from);
        let first = hours.next_start(just_before);
        if hours.contains(off.from) || first.is_some_and(|first| first < until) {
            continue;
        }
        let Some(place) = Place::read(&off.place) else { continue };
        let message = Words::new(
            "these hours never come between the first day and the last",
            "この時間は、最初の日から最後の日までの間に一度も来ません",
        );
        let help = Words::new(
            "the days of `every` must be among those from `from` to `last_day`",
            "`every` の曜日は、`from` から `last_day` までの間になければなりません",
        );
        found.push(Found::new(Spot::line(&place), message).help(help));
    }
    found
}
