//! The doctor's results, as text for people and JSON for programs.
//!
//! The text has groups and fits in 80 columns. Checks of one kind with the same result share a line, so two hundred
//! healthy Slack members take one line.

use crate::provider::doctor::Found;
use crate::provider::{COLUMNS, wrap};
use serde_json::json;

/// The most names on one line.
const NAMES_MAX: usize = 6;
/// The indentation before the text of a check.
const INDENT: usize = 9;

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) group: &'static str,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) found: Found,
}

impl Item {
    pub(super) fn well(&self) -> bool {
        !matches!(self.found, Found::Wrong { .. })
    }

    fn says_the_same(&self, other: &Item) -> bool {
        (self.group, &self.kind, &self.found) == (other.group, &other.kind, &other.found)
    }
}

/// Groups, marks, fixes, and a count at the end.
pub(super) fn human(items: &[Item]) -> String {
    let mut out = String::new();
    let mut group = "";
    let mut shown: Vec<&Item> = Vec::new();
    for item in items {
        if shown.iter().any(|other| other.says_the_same(item)) {
            continue;
        }
        shown.push(item);
        if item.group != group {
            group = item.group;
            out.push_str(&format!("{}{group}\n", if out.is_empty() { "" } else { "\n" }));
        }
        let names: Vec<&str> = items
            .iter()
            .filter(|other| other.says_the_same(item) && !other.name.is_empty())
            .map(|other| other.name.as_str())
            .collect();
        out.push_str(&lines(item, &names));
    }
    let wrong = items.iter().filter(|item| !item.well()).count();
    let doubtful = items.iter().filter(|item| matches!(item.found, Found::Doubtful { .. })).count();
    out.push_str(&match wrong {
        0 if doubtful > 0 => format!("\nAll works; {doubtful} to be mended.\n"),
        0 => "\nAll is well.\n".to_owned(),
        1 => "\n1 thing is wrong.\n".to_owned(),
        _ => format!("\n{wrong} things are wrong.\n"),
    });
    out
}

fn lines(item: &Item, names: &[&str]) -> String {
    let more = names.len().saturating_sub(NAMES_MAX);
    let named = names.iter().take(NAMES_MAX).copied().collect::<Vec<_>>().join(", ");
    let named = if more > 0 { format!("{named} and {more} more") } else { named };
    let what = if named.is_empty() { item.kind.clone() } else { format!("{}: {named}", item.kind) };
    match &item.found {
        Found::Well(word) if word.is_empty() => marked("ok", &what),
        Found::Well(word) => marked("ok", &format!("{what} ({word})")),
        Found::Wrong { why, way_out } => {
            marked("WRONG", &what) + &marked("", why) + &marked("", &format!("way out: {way_out}"))
        }
        Found::Doubtful { why, way_out } => {
            marked("warn", &what) + &marked("", why) + &marked("", &format!("way out: {way_out}"))
        }
    }
}

/// The text after its mark, wrapped.
fn marked(mark: &str, text: &str) -> String {
    let lines = wrap(text, COLUMNS - INDENT);
    let line = |(number, line): (usize, &String)| {
        let mark = if number == 0 { mark } else { "" };
        format!("  {mark:<5}  {line}\n")
    };
    lines.iter().enumerate().map(line).collect()
}

/// `{ "well": …, "checks": [{ "group", "kind", "name", "well", "word" | "why" and "way_out" }] }`
pub(super) fn json(items: &[Item]) -> String {
    let check = |item: &Item| {
        let mut check =
            json!({ "group": item.group, "kind": item.kind, "name": item.name, "well": item.well() });
        match &item.found {
            Found::Well(word) => check["word"] = word.as_str().into(),
            Found::Wrong { why, way_out } | Found::Doubtful { why, way_out } => {
                check["why"] = why.as_str().into();
                check["way_out"] = way_out.as_str().into();
            }
        }
        check
    };
    let all = json!({
        "well": items.iter().all(Item::well),
        "checks": items.iter().map(check).collect::<Vec<_>>(),
    });
    serde_json::to_string_pretty(&all).unwrap_or_default() + "\n"
}
