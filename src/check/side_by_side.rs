//! An expectation that does not hold, beside what happens instead: two columns in the order of time.
//!
//! On the left what is expected, on the right every contact with the `file:line` of the rule that decided it. Whether
//! an expectation holds is decided in [`expectations`](super::expectations).

use crate::config::{Config, Contact, Notify, Urgency};
use crate::incident::{AlertChange, Change};
use crate::language::Language;
use crate::language::words::Words;
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
) -> Words {
    let of = |language| columns(config, at, rows, (told, simulated), language);
    Words::new(of(Language::En), of(Language::Ja))
}

fn columns(
    config: &Config,
    at: Timestamp,
    rows: &[Row<'_>],
    (told, simulated): (&[Told], &Simulated),
    language: Language,
) -> String {
    let says = |en: &'static str, ja: &'static str| if language == Language::Ja { ja } else { en };
    let mut lines = vec![pair("", says("expected", "期待"), says("simulated", "実際"))];
    lines.extend(decided(config, simulated, language));
    let mut events: Vec<(SignedDuration, Vec<String>)> = Vec::new();
    for row in rows.iter().filter(|row| row.after.is_some() && row.told.is_none()) {
        events.push((row.after.unwrap_or_default(), vec![expected(row, language)]));
    }
    let shown = shown(at, rows, told);
    let mut rule: Option<&Place> = None;
    for (index, one) in told.iter().enumerate().take(shown) {
        let after = one.at.duration_since(at);
        let about: Vec<&Row<'_>> = rows.iter().filter(|row| row.told == Some(index)).collect();
        let other_rule = one.rule.as_ref().filter(|it| Some(*it) != rule);
        rule = other_rule.or(rule);
        let lines = contact(&about, after, (one, other_rule), language);
        events.push((after, lines));
    }
    events.sort_by_key(|(after, _)| *after);
    lines.extend(events.into_iter().flat_map(|(_, lines)| lines));
    if told.len() > shown {
        let more = told.len() - shown;
        let more =
            if language == Language::Ja { format!("ほか {more} 件") } else { format!("and {more} more") };
        lines.push(pair("", "", &more));
    }
    lines.extend(
        rows.iter()
            .filter(|row| row.after.is_none() && row.told.is_none())
            .map(|row| expected(row, language)),
    );
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
fn expected(row: &Row<'_>, language: Language) -> String {
    let says = |en: &'static str, ja: &'static str| if language == Language::Ja { ja } else { en };
    let (mark, right) = match (row.after, row.holds) {
        (None, true) => ("", says("not told", "連絡なし")),
        (_, true) => ("", ""),
        (_, false) => (WRONG, says("nothing", "なし")),
    };
    pair(mark, &left(row, language), right)
}

/// A contact and below it its rule, beside the lines that it is about.
fn contact(
    about: &[&Row<'_>],
    after: SignedDuration,
    (told, rule): (&Told, Option<&Place>),
    language: Language,
) -> Vec<String> {
    let mut right =
        vec![format!("{} {}, {}", padded(&short(after, language)), told.user, method(told.by, language))];
    right.extend(rule.map(|rule| format!("{:2}{rule}", "")));
    let line = |index: usize| {
        let right = right.get(index).map_or("", String::as_str);
        let mark = |row: &Row<'_>| if row.holds { "" } else { WRONG };
        about
            .get(index)
            .map_or_else(|| pair("", "", right), |row| pair(mark(row), &left(row, language), right))
    };
    (0..right.len().max(about.len())).map(line).collect()
}

/// `5m      web-primary, call`, `never   tanaka`
fn left(row: &Row<'_>, language: Language) -> String {
    let (Notify::User(id) | Notify::Schedule(id)) = row.who;
    let never = if language == Language::Ja { "なし" } else { "never" };
    let when = row.after.map_or_else(|| never.to_owned(), |after| short(after, language));
    let by = row.by.map_or_else(String::new, |by| format!(", {}", method(by, language)));
    format!("{} {id}{by}", padded(&when))
}

/// Where the alert went, on the right: the service and the urgency, or why nothing came of it.
fn decided(config: &Config, simulated: &Simulated, language: Language) -> Vec<String> {
    let first = simulated.entries.iter().find_map(|entry| match &entry.change {
        Change::Alert(AlertChange::Opened(opened)) => {
            let service = opened.service.as_deref().unwrap_or(if language == Language::Ja {
                "サービスなし"
            } else {
                "no service"
            });
            let zone = &config.organisation.time_zone;
            let line = Reader { config, language, zone }.line(entry);
            let text =
                format!("{service}, {}, {}", opened.severity.as_str(), urgency(opened.urgency, language));
            Some([text, line.rule])
        }
        Change::Alert(AlertChange::Ignored { why: why @ Why::Dropped { .. }, .. }) => {
            Some([language.why(why), String::new()])
        }
        Change::Alert(AlertChange::Ignored { why, .. }) => {
            let ignored = if language == Language::Ja { "無視" } else { "ignored" };
            Some([format!("{ignored}: {}", language.why(why)), String::new()])
        }
        _ => None,
    });
    let texts = first.into_iter().flatten().filter(|text| !text.is_empty());
    texts.flat_map(|text| wrap(&text, COLUMNS - LEFT)).map(|line| pair("", "", &line)).collect()
}

fn urgency(urgency: Urgency, language: Language) -> &'static str {
    match (urgency, language) {
        (Urgency::None, Language::En) => "no urgency",
        (Urgency::Low, Language::En) => "low urgency",
        (Urgency::High, Language::En) => "high urgency",
        (Urgency::None, Language::Ja) => "緊急度なし",
        (Urgency::Low, Language::Ja) => "緊急度 低",
        (Urgency::High, Language::Ja) => "緊急度 高",
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
pub(super) fn short(after: SignedDuration, language: Language) -> String {
    match (after.is_zero(), language) {
        (true, Language::En) => "at once".to_owned(),
        (true, Language::Ja) => "すぐに".to_owned(),
        (false, _) => format!("{after:#}").replace(' ', ""),
    }
}

/// In a column of seven, whatever the width of its letters.
fn padded(text: &str) -> String {
    format!("{text}{}", " ".repeat(7_usize.saturating_sub(text.width())))
}

pub(super) fn method(by: Contact, language: Language) -> &'static str {
    language.contact(by.method().way)
}
