//! The doctor's results, as text for people and JSON for programs.
//!
//! The text has groups and fits in 80 columns. Checks of one kind with the same result share a line, so two hundred
//! healthy Slack members take one line.

use crate::language::Language;
use crate::language::doctor::Examination;
use crate::provider::doctor::Found;
use crate::provider::{COLUMNS, wrap};
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr;

/// The most names on one line.
const NAMES_MAX: usize = 6;
/// The indentation before the text of a check.
const INDENT: usize = 9;

/// The columns of a mark.
const MARK: usize = 5;

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) group: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) found: Found,
}

impl Item {
    pub(super) fn well(&self) -> bool {
        !matches!(self.found, Found::Wrong { .. })
    }

    fn says_the_same(&self, other: &Item) -> bool {
        (&self.group, &self.kind, &self.found) == (&other.group, &other.kind, &other.found)
    }
}

/// Groups, marks, fixes, and a count at the end.
pub(super) fn human(items: &[Item], language: Language) -> String {
    let mut out = String::new();
    let mut group = "";
    let mut shown: Vec<&Item> = Vec::new();
    for item in items {
        if shown.iter().any(|other| other.says_the_same(item)) {
            continue;
        }
        shown.push(item);
        if item.group != group {
            group = &item.group;
            out.push_str(&format!("{}{group}\n", if out.is_empty() { "" } else { "\n" }));
        }
        let names: Vec<&str> = items
            .iter()
            .filter(|other| other.says_the_same(item) && !other.name.is_empty())
            .map(|other| other.name.as_str())
            .collect();
        out.push_str(&lines(item, &names, language));
    }
    let wrong = items.iter().filter(|item| !item.well()).count();
    let doubtful = items.iter().filter(|item| matches!(item.found, Found::Doubtful { .. })).count();
    let last = match wrong {
        0 if doubtful > 0 => Examination::AllWorks { doubtful },
        0 => Examination::AllWell,
        wrong => Examination::WrongThings { wrong },
    };
    out.push_str(&format!("\n{}\n", language.examination(last)));
    out
}

fn lines(item: &Item, names: &[&str], language: Language) -> String {
    let more = names.len().saturating_sub(NAMES_MAX);
    let named = names.iter().take(NAMES_MAX).copied().collect::<Vec<_>>().join(", ");
    let named = match more {
        0 => named,
        more => language.examination(Examination::More { names: &named, more }),
    };
    let what = if named.is_empty() { item.kind.clone() } else { format!("{}: {named}", item.kind) };
    let mark = |mark: Examination<'_>, text: &str| marked(&language.examination(mark), text);
    let way = |way_out: &str| marked("", &language.examination(Examination::WayOut { way_out }));
    match &item.found {
        Found::Well(word) if word.of(language).is_empty() => mark(Examination::Well, &what),
        Found::Well(word) => {
            let (open, close) = if language == Language::Ja { ("（", "）") } else { (" (", ")") };
            mark(Examination::Well, &format!("{what}{open}{}{close}", word.of(language)))
        }
        Found::Wrong { why, way_out } => {
            mark(Examination::Wrong, &what) + &marked("", why.of(language)) + &way(way_out.of(language))
        }
        Found::Doubtful { why, way_out } => {
            mark(Examination::Doubtful, &what) + &marked("", why.of(language)) + &way(way_out.of(language))
        }
    }
}

/// The text after its mark, wrapped; a character of double width counts as two.
pub(super) fn marked(mark: &str, text: &str) -> String {
    let lines = wrap(text, COLUMNS - INDENT);
    let line = |(number, line): (usize, &String)| {
        let mark = if number == 0 { mark } else { "" };
        let space = " ".repeat(MARK.saturating_sub(mark.width()));
        format!("  {mark}{space}  {line}\n")
    };
    lines.iter().enumerate().map(line).collect()
}

/// `{ "well": …, "left_to_do": [{ "step", "places" }], "checks": [{ "group", "kind", "name", "well", "word" | "why" and "way_out" }] }`
pub(super) fn json(items: &[Item], left: &Value, language: Language) -> String {
    let check = |item: &Item| {
        let mut check =
            json!({ "group": item.group, "kind": item.kind, "name": item.name, "well": item.well() });
        match &item.found {
            Found::Well(word) => check["word"] = word.of(language).into(),
            Found::Wrong { why, way_out } | Found::Doubtful { why, way_out } => {
                check["why"] = why.of(language).into();
                check["way_out"] = way_out.of(language).into();
            }
        }
        check
    };
    let all = json!({
        "well": items.iter().all(Item::well),
        "left_to_do": left,
        "checks": items.iter().map(check).collect::<Vec<_>>(),
    });
    serde_json::to_string_pretty(&all).unwrap_or_default() + "\n"
}
