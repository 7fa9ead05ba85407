//! What a change does to paging and to who is on call, as a comment on a pull request: what matters first, the details folded.
//!
//! A comment has a bound, so the longest lists are cut until all of it fits. Names come from files that anybody may
//! propose to change: they are escaped, and neither mention nor link anything.

use super::compare_text::{alarm, compared_with, gap_line};
use super::compared::{Compared, LOAD_COLUMNS, load_cells, summary};
use super::instant::local;
use super::paging::{self, AFTER, BEFORE, count};
use crate::preview::difference::{Changed, Move, Presence, Sides};
use crate::preview::load::Load;
use crate::preview::paging::PagingDifference;
use crate::schedule::UserId;
use std::collections::BTreeMap;

/// The longest comment, in bytes: GitHub takes 65,536 characters.
const BYTES_MAX: usize = 60_000;
/// How many rows a table, and how many schedules the comment may have, until it is short enough.
const FITS: [(usize, usize); 6] = [(200, 50), (50, 50), (20, 40), (10, 20), (3, 20), (0, 10)];
/// By this the next comment of the same kind is found, and takes the place of this one.
const MARK: &str = "<!-- oncall dry-run -->";

pub(super) fn markdown(compared: &Compared<'_>) -> String {
    let texts = FITS.into_iter().map(|(rows, schedules)| comment(compared, rows, schedules));
    let (mut shortest, mut found) = (String::new(), None);
    for text in texts {
        if text.len() <= BYTES_MAX {
            found = Some(text);
            break;
        }
        shortest = text;
    }
    found.unwrap_or_else(|| {
        let end = (0..=BYTES_MAX).rev().find(|end| shortest.is_char_boundary(*end)).unwrap_or(0);
        shortest.truncate(end);
        shortest
    })
}

fn comment(compared: &Compared<'_>, rows: usize, schedules: usize) -> String {
    let changed = &compared.difference.changed;
    let caveat = compared.caveat.as_ref().map(|it| format!("> **{}.**\n\n", escaped(&it.text)));
    let mut out = format!("{MARK}\n{}### Who is on call\n\n", caveat.unwrap_or_default());
    let zone = &compared.after.organisation.time_zone;
    let pages = compared.paging.iter().flat_map(|it| paging::alarms(it, zone));
    let shifts = changed.iter().filter_map(|it| Some(alarm(compared, it, it.urgent()?))).take(schedules);
    let alarms: Vec<String> = pages
        .chain(shifts)
        .map(|alarm| format!("> **{}**\n", escaped(&alarm.replace(" -> ", " → "))))
        .collect();
    if !alarms.is_empty() {
        out.push_str(&format!("> [!CAUTION]\n{}\n", alarms.join(">\n")));
    }
    out.push_str(&format!("{}\n", summary(compared)));
    if let Some(paging) = compared.paging.as_ref().filter(|it| !it.changes.is_empty()) {
        out.push_str(&format!("\n{}", paged(compared, paging, rows)));
    }
    if !changed.is_empty() {
        out.push_str(&format!("\n{}", overview(compared, schedules)));
    }
    for one in changed.iter().filter(|it| it.later.is_none()).take(schedules) {
        out.push_str(&format!("\n{}", details(compared, one, rows)));
    }
    let loads = compared.loads();
    if !loads.is_empty() {
        let title = "Load of all schedules together (time on several counts once), where it changes";
        out.push_str(&format!("\n{}", folded(title, &load_table(compared, &loads, rows))));
    }
    out.push_str(&format!("\n<sub>{}</sub>\n", escaped(&compared_with(compared))));
    out
}

/// Whom alerts reach, before and after.
fn paged(compared: &Compared<'_>, paging: &PagingDifference, rows: usize) -> String {
    let zone = &compared.after.organisation.time_zone;
    let mut out = "| Alerts | When | Before | After |\n| --- | --- | --- | --- |\n".to_owned();
    for change in paging.changes.iter().take(rows) {
        let side = |side| {
            let lines = paging::cell(change, side, zone);
            lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("<br>")
        };
        let what = escaped(&paging::names(paging, &change.alerts, &change.severities));
        let when = escaped(&paging::when(paging, &change.moments, zone));
        out.push_str(&format!("| {what} | {when} | {} | {} |\n", side(BEFORE), side(AFTER)));
    }
    out.push_str(&rest(paging.changes.len(), rows, "row of paging"));
    out + &format!("\n<sub>{}</sub>\n", escaped(&paging::meant(paging, zone)))
}

/// One line for each schedule.
fn overview(compared: &Compared<'_>, schedules: usize) -> String {
    let changed = &compared.difference.changed;
    let zone = &compared.after.organisation.time_zone;
    let mut out = "| Schedule | What changes | From | Gaps |\n| --- | --- | --- | --- |\n".to_owned();
    for one in changed.iter().take(schedules) {
        let what = match (one.presence, one.later) {
            (Presence::New, _) => "a new schedule".to_owned(),
            (Presence::Removed, _) => "removed".to_owned(),
            (Presence::Both, Some(_)) => "nothing yet, later shifts".to_owned(),
            (Presence::Both, None) => {
                format!("{} of time", count(one.moves.len(), "stretch"))
            }
        };
        let first = one.later.or_else(|| one.moves.first().map(|it| it.start));
        let first = first.map_or_else(String::new, |first| local(first, zone));
        let (opened, closed) = (one.gaps_opened().count(), one.gaps_closed().count());
        let gaps = match (opened, closed) {
            (0, 0) => String::new(),
            (0, closed) => format!("{closed} closed"),
            (opened, 0) => format!("⚠ {opened} opened"),
            (opened, closed) => format!("⚠ {opened} opened, {closed} closed"),
        };
        let name = escaped(compared.name_of(one));
        out.push_str(&format!("| {name} (`{}`) | {what} | {first} | {gaps} |\n", one.id));
    }
    out + &rest(changed.len(), schedules, "schedule")
}

fn details(compared: &Compared<'_>, changed: &Changed, rows: usize) -> String {
    let zone = &compared.after.organisation.time_zone;
    let mut body = String::new();
    for (it, gap) in changed.gaps_opened().take(rows) {
        body.push_str(&format!("- ⚠ a gap opens: {}\n", escaped(&gap_line(compared, it, gap))));
    }
    body.push_str(&rest(changed.gaps_opened().count(), rows, "gap"));
    if !body.is_empty() {
        body.push('\n');
    }
    let header = "| From | Until | Before | After |\n| --- | --- | --- | --- |\n";
    let row = |it: &Move| {
        let people = compared.exchanged(&it.exchange, str::to_owned);
        let (old, new) = (escaped(&people.before), escaped(&people.after));
        format!("| {} | {} | {old} | {new} |\n", local(it.start, zone), local(it.end, zone))
    };
    let moves: String = changed.moves.iter().take(rows).map(row).collect();
    if !moves.is_empty() {
        body.push_str(&format!("{header}{moves}"));
    }
    body.push_str(&rest(changed.moves.len(), rows, "stretch of time"));
    body.push_str(&format!("\n{}", load_table(compared, &compared.loads_of(changed), rows)));
    folded(&format!("{} ({})", compared.name_of(changed), changed.id), &body)
}

fn load_table(compared: &Compared<'_>, loads: &BTreeMap<UserId, Sides<Load>>, rows: usize) -> String {
    let mut out = format!("| Load | {} |\n| --- | --- | --- | --- | --- | --- |\n", LOAD_COLUMNS.join(" | "));
    for (user, load) in loads.iter().take(rows) {
        let cells = load_cells(load, "→").join(" | ");
        out.push_str(&format!("| {} | {cells} |\n", escaped(&compared.person(user))));
    }
    out + &rest(loads.len(), rows, "person")
}

fn folded(title: &str, body: &str) -> String {
    format!("<details><summary>{}</summary>\n\n{body}\n</details>\n", escaped(title))
}

/// What was left out.
fn rest(all: usize, shown: usize, noun: &str) -> String {
    match all.saturating_sub(shown) {
        0 => String::new(),
        more => format!("\n… and {more} more ({noun}): `oncall dry-run --format json` has them all\n"),
    }
}

/// Text that Markdown and HTML show as it is, in a table as well, and in which GitHub finds nobody and nothing.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' | '<' | '>' | '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '~' | '!' => {
                escaped.push_str(&format!("&#{};", u32::from(c)));
            }
            '@' | '#' => escaped.extend([c, '\u{200b}']),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
