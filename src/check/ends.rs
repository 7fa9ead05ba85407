//! Ends that are not what they look like: a date alone, and hours that never come before the end.

use super::{Found, Subject};
use crate::compile::{Node, NodeKind, Spot};
use crate::place::Place;
use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan};

/// Folders whose files have dated ends.
const DATED: [&str; 4] = ["schedules/", "overrides/", "users/", "silences/"];
/// How deep an end may stand in a file.
const DEPTH_MAX: usize = 8;

/// `until: 2026-12-31` ends as that day begins.
pub(super) fn date_alone(subject: &Subject<'_>) -> Vec<Found> {
    let files = subject.compiled.sources.files.iter();
    let mut found = Vec::new();
    for (file, source) in files.filter(|(file, _)| DATED.iter().any(|folder| file.starts_with(folder))) {
        let mut ends = Vec::new();
        if let Some(root) = &source.root {
            collect(root, &Spot::root(file), 0, &mut ends);
        }
        found.extend(
            ends.into_iter().map(|(spot, day, beside)| said(file.starts_with("users/"), spot, day, beside)),
        );
    }
    found
}

fn said(may_have_last_day: bool, spot: Spot, day: Date, every: bool) -> Found {
    let message = format!("{day} itself is not included: it ends as that day begins, at 00:00");
    let next = day.checked_add(1.day()).unwrap_or(day);
    let includes = match may_have_last_day {
        true => format!("write `last_day: {day}`"),
        false => format!("write `{next} 00:00`"),
    };
    let what = if every { "its hours" } else { "it" };
    Found::new(spot, message)
        .help(format!("to include {what} on that day, {includes}; if it is meant so, write `{day} 00:00`"))
}

/// Every `until` that is a date alone, and whether the object comes again and again.
fn collect(node: &Node, spot: &Spot, depth: usize, into: &mut Vec<(Spot, Date, bool)>) {
    if depth > DEPTH_MAX {
        return;
    }
    match &node.kind {
        NodeKind::Mapping(entries) => {
            for entry in entries {
                let at = spot.key(&entry.key);
                let day = entry.value.text().filter(|_| entry.key == "until").and_then(date);
                into.extend(day.map(|day| (at.clone(), day, node.get("every").is_some())));
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
        let message = "these hours never come between the first day and the last";
        let help = "the days of `every` must be among those from `from` to `last_day`";
        found.push(Found::new(Spot::line(&place), message).help(help));
    }
    found
}
