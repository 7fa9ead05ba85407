//! An expectation that does not hold, beside what happens instead: two columns in the order of time.
//!
//! On the left what is expected, on the right every contact with the `file:line` of the rule that decided it. Whether
//! an expectation holds is decided in [`expectations`](super::expectations).

use crate::config::{Config, Contact, Notify};
use crate::incident::{AlertChange, Change};
use crate::language::Language;
use crate::place::Place;
use crate::preview::timeline::Reader;
use crate::preview::{Simulated, Told};
use crate::provider::wrap;
use crate::reason::Why;
use jiff::{SignedDuration, Timestamp};
use unicode_width::UnicodeWidthStr;

/// How wide a line may be: beside it, a finding has its margin.
const COLUMNS: usize = 66;
/// Where the right side begins.
const LEFT: usize = 33;
/// How many contacts are shown after the last that a line is about, and the most of all.
const CONTACTS_AFTER: usize = 2;
const CONTACTS_MAX: usize = 40;
/// In front of what does not hold.
const WRONG: &str = "!!";

/// One line of an expectation.
pub(super) struct Row<'e> {
    /// `None`: it is about somebody who is not to be told.
    pub after: Option<SignedDuration>,
    pub who: &'e Notify,
    pub by: Option<Contact>,
    /// The index of the contact that it is about.
    pub told: Option<usize>,
    pub holds: bool,
}

/// The two columns, without a line end after the last line.
pub(super) fn side_by_side(
    config: &Config,
    at: Timestamp,
    rows: &[Row<'_>],
    told: &[Told],
    simulated: &Simulated,
) -> String {
    let mut lines = vec![pair("", "expected", "simulated")];
    lines.extend(decided(config, simulated));
    let mut events: Vec<(SignedDuration, Vec<String>)> = Vec::new();
    for row in rows.iter().filter(|row| row.after.is_some() && row.told.is_none()) {
        events.push((row.after.unwrap_or_default(), vec![expected(row)]));
    }
    let shown = shown(at, rows, told);
    let mut rule: Option<&Place> = None;
    for (index, one) in told.iter().enumerate().take(shown) {
        let after = one.at.duration_since(at);
        let about: Vec<&Row<'_>> = rows.iter().filter(|row| row.told == Some(index)).collect();
        let other_rule = one.rule.as_ref().filter(|it| Some(*it) != rule);
        rule = other_rule.or(rule);
        let lines = contact(&about, after, one, other_rule);
        events.push((after, lines));
    }
    events.sort_by_key(|(after, _)| *after);
    lines.extend(events.into_iter().flat_map(|(_, lines)| lines));
    if told.len() > shown {
        lines.push(pair("", "", &format!("and {} more", told.len() - shown)));
    }
    lines.extend(rows.iter().filter(|row| row.after.is_none() && row.told.is_none()).map(expected));
    lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
}

/// How many of the contacts are shown: those that the lines are about, or come before, and a few more.
fn shown(at: Timestamp, rows: &[Row<'_>], told: &[Told]) -> usize {
    let last = rows.iter().filter_map(|row| row.after).max().unwrap_or_default();
    let until_last = told.iter().take_while(|one| one.at.duration_since(at) <= last).count();
    let about = rows.iter().filter_map(|row| row.told).max().map_or(0, |index| index + 1);
    (until_last.max(about) + CONTACTS_AFTER).min(told.len()).min(CONTACTS_MAX)
}

/// What is expected and does not happen; or is not to happen and does not.
fn expected(row: &Row<'_>) -> String {
    let (mark, right) = match (row.after, row.holds) {
        (None, true) => ("", "not told"),
        (_, true) => ("", ""),
        (_, false) => (WRONG, "nothing"),
    };
    pair(mark, &left(row), right)
}

/// A contact and below it its rule, beside the lines that it is about.
fn contact(about: &[&Row<'_>], after: SignedDuration, told: &Told, rule: Option<&Place>) -> Vec<String> {
    let mut right = vec![format!("{:<7} {}, {}", short(after), told.user, method(told.by))];
    right.extend(rule.map(|rule| format!("{:2}{rule}", "")));
    let line = |index: usize| {
        let right = right.get(index).map_or("", String::as_str);
        let mark = |row: &Row<'_>| if row.holds { "" } else { WRONG };
        about.get(index).map_or_else(|| pair("", "", right), |row| pair(mark(row), &left(row), right))
    };
    (0..right.len().max(about.len())).map(line).collect()
}

/// `5m      web-primary, call`, `never   tanaka`
fn left(row: &Row<'_>) -> String {
    let (Notify::User(id) | Notify::Schedule(id)) = row.who;
    let when = row.after.map_or_else(|| "never".to_owned(), short);
    let by = row.by.map_or_else(String::new, |by| format!(", {}", method(by)));
    format!("{when:<7} {id}{by}")
}

/// Where the alert went, on the right: the service and the urgency, or why nothing came of it.
fn decided(config: &Config, simulated: &Simulated) -> Vec<String> {
    let first = simulated.entries.iter().find_map(|entry| match &entry.change {
        Change::Alert(AlertChange::Opened(opened)) => {
            let service = opened.service.as_deref().unwrap_or("no service");
            let line = Reader::english(config).line(entry);
            let text = format!("{service}, {}, {}", opened.severity.as_str(), urgency(opened.urgency));
            Some([text, line.rule])
        }
        Change::Alert(AlertChange::Ignored { why: why @ Why::Dropped { .. }, .. }) => {
            Some([Language::En.why(why), String::new()])
        }
        Change::Alert(AlertChange::Ignored { why, .. }) => {
            Some([format!("ignored: {}", Language::En.why(why)), String::new()])
        }
        _ => None,
    });
    let texts = first.into_iter().flatten().filter(|text| !text.is_empty());
    texts.flat_map(|text| wrap(&text, COLUMNS - LEFT)).map(|line| pair("", "", &line)).collect()
}

fn urgency(urgency: crate::config::Urgency) -> &'static str {
    match urgency {
        crate::config::Urgency::None => "no urgency",
        crate::config::Urgency::Low => "low urgency",
        crate::config::Urgency::High => "high urgency",
    }
}

/// A mark and two columns; a left side that is too long has a line of its own.
fn pair(mark: &str, left: &str, right: &str) -> String {
    let left = format!("{mark:<2} {left}");
    let width = left.width();
    if width >= LEFT && !right.is_empty() {
        return format!("{left}\n{}{right}", " ".repeat(LEFT));
    }
    format!("{left}{}{right}", " ".repeat(LEFT.saturating_sub(width)))
}

/// `at once`, `5m`, `1h30m`.
pub(super) fn short(after: SignedDuration) -> String {
    if after.is_zero() { "at once".to_owned() } else { format!("{after:#}").replace(' ', "") }
}

pub(super) fn method(by: Contact) -> &'static str {
    Language::En.contact(by.method().way)
}
