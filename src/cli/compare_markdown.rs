//! What a change does to paging and to who is on call, as a comment on a pull request: what matters first, the details folded.
//!
//! A comment has a bound, so the longest lists are cut until all of it fits. Names come from files that anybody may
//! propose to change: they are escaped, and neither mention nor link anything.

use super::compare_text::{alarm, compared_with, gap_line};
use super::compared::{Compared, load_cells, load_columns, summary};
use super::paging::{self, AFTER, BEFORE};
use crate::language::changed::{Changed as Words, Heading, Rows};
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
    let caveat = compared.caveat.as_ref().map(|it| {
        let text = compared.language.parts(std::slice::from_ref(&it.text));
        format!("> **{}**\n\n", escaped(&text))
    });
    let mut out = format!(
        "{MARK}\n{}### {}\n\n",
        caveat.unwrap_or_default(),
        compared.say(Words::Heading(Heading::Title))
    );
    let pages = compared.paging.iter().flat_map(|it| paging::alarms(it, compared.clock()));
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
        let title = compared.say(Words::Heading(Heading::LoadOfAll));
        out.push_str(&format!("\n{}", folded(&title, &load_table(compared, &loads, rows))));
    }
    out.push_str(&format!("\n<sub>{}</sub>\n", escaped(&compared_with(compared))));
    out
}

/// Whom alerts reach, before and after.
fn paged(compared: &Compared<'_>, paging: &PagingDifference, rows: usize) -> String {
    let clock = compared.clock();
    let mut out = header(
        compared,
        &[
            Words::Heading(Heading::Alerts),
            Words::Heading(Heading::When),
            Words::Heading(Heading::Before),
            Words::Heading(Heading::After),
        ],
    );
    for change in paging.changes.iter().take(rows) {
        let side = |side| {
            let lines = paging::cell(change, side, clock);
            lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("<br>")
        };
        let what = escaped(&paging::names(paging, &change.alerts, &change.severities, clock.language));
        let when = escaped(&paging::when(paging, &change.moments, clock));
        out.push_str(&format!("| {what} | {when} | {} | {} |\n", side(BEFORE), side(AFTER)));
    }
    out.push_str(&rest(compared, (paging.changes.len(), rows), Rows::Paging));
    out + &format!("\n<sub>{}</sub>\n", escaped(&paging::meant(paging, clock)))
}

/// One line for each schedule.
fn overview(compared: &Compared<'_>, schedules: usize) -> String {
    let changed = &compared.difference.changed;
    let mut out = header(
        compared,
        &[
            Words::Heading(Heading::Schedule),
            Words::Heading(Heading::What),
            Words::Heading(Heading::From),
            Words::Heading(Heading::Gaps),
        ],
    );
    for one in changed.iter().take(schedules) {
        let what = match (one.presence, one.later) {
            (Presence::New, _) => compared.say(Words::New),
            (Presence::Removed, _) => compared.say(Words::Removed),
            (Presence::Both, Some(_)) => compared.say(Words::NothingYet),
            (Presence::Both, None) => compared.say(Words::Stretches { count: one.moves.len() }),
        };
        let first = one.later.or_else(|| one.moves.first().map(|it| it.start));
        let first = first.map_or_else(String::new, |first| compared.clock().local(first));
        let (opened, closed) = (one.gaps_opened().count(), one.gaps_closed().count());
        let gaps = match (opened, closed) {
            (0, 0) => String::new(),
            (0, count) => compared.say(Words::Closed { count }),
            (count, 0) => format!("⚠ {}", compared.say(Words::Opened { count })),
            (opened, closed) => format!("⚠ {}", compared.say(Words::OpenedAndClosed { opened, closed })),
        };
        let name = escaped(compared.name_of(one));
        out.push_str(&format!("| {name} (`{}`) | {what} | {first} | {gaps} |\n", one.id));
    }
    out + &rest(compared, (changed.len(), schedules), Rows::Schedules)
}

fn details(compared: &Compared<'_>, changed: &Changed, rows: usize) -> String {
    let clock = compared.clock();
    let mut body = String::new();
    for (it, gap) in changed.gaps_opened().take(rows) {
        let gap = compared.say(Words::GapOpens { gap: &gap_line(compared, it, gap) });
        body.push_str(&format!("- ⚠ {}\n", escaped(&gap)));
    }
    body.push_str(&rest(compared, (changed.gaps_opened().count(), rows), Rows::Gaps));
    if !body.is_empty() {
        body.push('\n');
    }
    let header = header(
        compared,
        &[
            Words::Heading(Heading::From),
            Words::Heading(Heading::Until),
            Words::Heading(Heading::Before),
            Words::Heading(Heading::After),
        ],
    );
    let row = |it: &Move| {
        let people = compared.exchanged(&it.exchange, str::to_owned);
        let (old, new) = (escaped(&people.before), escaped(&people.after));
        format!("| {} | {} | {old} | {new} |\n", clock.local(it.start), clock.local(it.end))
    };
    let moves: String = changed.moves.iter().take(rows).map(row).collect();
    if !moves.is_empty() {
        body.push_str(&format!("{header}{moves}"));
    }
    body.push_str(&rest(compared, (changed.moves.len(), rows), Rows::Stretches));
    body.push_str(&format!("\n{}", load_table(compared, &compared.loads_of(changed), rows)));
    folded(&format!("{} ({})", compared.name_of(changed), changed.id), &body)
}

fn load_table(compared: &Compared<'_>, loads: &BTreeMap<UserId, Sides<Load>>, rows: usize) -> String {
    let columns = load_columns(compared).join(" | ");
    let load = compared.say(Words::Heading(Heading::Load));
    let mut out = format!("| {load} | {columns} |\n| --- | --- | --- | --- | --- | --- |\n");
    for (user, load) in loads.iter().take(rows) {
        let cells = load_cells(load, "→").join(" | ");
        out.push_str(&format!("| {} | {cells} |\n", escaped(&compared.person(user))));
    }
    out + &rest(compared, (loads.len(), rows), Rows::People)
}

fn folded(title: &str, body: &str) -> String {
    format!("<details><summary>{}</summary>\n\n{body}\n</details>\n", escaped(title))
}

/// What was left out.
fn rest(compared: &Compared<'_>, (all, shown): (usize, usize), what: Rows) -> String {
    match all.saturating_sub(shown) {
        0 => String::new(),
        more => format!("\n{}\n", compared.say(Words::MoreOf { more, what })),
    }
}

/// The two lines with which a table begins.
fn header(compared: &Compared<'_>, columns: &[Words<'_>]) -> String {
    let names: Vec<String> = columns.iter().map(|it| compared.say(*it)).collect();
    let lines: Vec<&str> = columns.iter().map(|_| "---").collect();
    format!("| {} |\n| {} |\n", names.join(" | "), lines.join(" | "))
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
