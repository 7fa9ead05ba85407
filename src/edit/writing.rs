//! Writes values as YAML text, in the style of their neighbours.
//!
//! An object and its lists are written in braces or over several lines, like the object beside it. Ids, dates and
//! times need no quotes; [`text`] quotes anything a person typed that YAML would read differently.

use super::text::{column, dash, in_brackets};
use crate::compile::{Node, NodeKind, is_not_text};

/// The keys of an object, in order, with their values.
pub(super) type Entries = Vec<(&'static str, Value)>;

/// A value to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Word(String),
    List(Vec<Value>),
    /// Written in braces.
    Map(Vec<(String, Value)>),
}

/// The style of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Style {
    /// `{ … }` instead of one line for each key.
    pub braces: bool,
    /// Spaces inside the braces.
    pub spaced: bool,
    /// The indentation of lists from their key, if they are written over several lines.
    pub lists: Option<usize>,
}

impl Default for Style {
    fn default() -> Style {
        Style { braces: true, spaced: true, lists: None }
    }
}

impl Style {
    /// The style of this object.
    pub fn of(text: &str, object: &Node) -> Style {
        let begins =
            |node: &Node, with: &str| text.get(node.span.start..).is_some_and(|it| it.starts_with(with));
        let NodeKind::Mapping(entries) = &object.kind else { return Style::default() };
        let over_lines = entries.iter().find(|entry| {
            matches!(entry.value.kind, NodeKind::Sequence(_)) && !in_brackets(text, &entry.value)
        });
        let set_in =
            |key: usize, list: &Node| column(text, dash(text, list)).saturating_sub(column(text, key));
        Style {
            braces: begins(object, "{"),
            spaced: !begins(object, "{") || begins(object, "{ ") || begins(object, "{\n"),
            lists: over_lines.map(|entry| set_in(entry.key_span.start, &entry.value)),
        }
    }
}

/// `{ from: 2026-12-14, members: [tanaka, suzuki] }`
pub(super) fn flow(entries: &Entries, style: &Style) -> String {
    braces(entries.iter().map(|(key, value)| (*key, value)), style.spaced)
}

fn braces<'v>(entries: impl Iterator<Item = (&'v str, &'v Value)>, spaced: bool) -> String {
    let entries: Vec<String> = entries.map(|(key, value)| format!("{key}: {}", inline(value))).collect();
    let space = if spaced { " " } else { "" };
    format!("{{{space}{}{space}}}", entries.join(", "))
}

/// One line for each key, and for each list item if the style says so.
pub(super) fn block(entries: &Entries, style: &Style) -> Vec<String> {
    let mut lines = Vec::new();
    for (key, value) in entries {
        match (value, style.lists) {
            (Value::List(items), Some(set_in)) => {
                lines.push(format!("{key}:"));
                let indent = " ".repeat(set_in);
                lines.extend(items.iter().map(|item| format!("{indent}- {}", inline(item))));
            }
            _ => lines.push(format!("{key}: {}", inline(value))),
        }
    }
    lines
}

/// On one line: `[tanaka, suzuki]`.
pub(super) fn inline(value: &Value) -> String {
    match value {
        Value::Word(word) => word.clone(),
        Value::List(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Value::Map(entries) => braces(entries.iter().map(|(key, value)| (&**key, value)), true),
    }
}

/// Text typed by a person: unchanged if every YAML parser reads it as that text, even within braces; otherwise in
/// double quotes (YAML 1.2, 5.7 and 7.3).
pub(super) fn text(typed: &str) -> String {
    if is_plain(typed) {
        return typed.to_owned();
    }
    quoted(typed)
}

/// In double quotes, whatever it is.
pub(super) fn quoted(typed: &str) -> String {
    let mut quoted = String::from("\"");
    for c in typed.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if is_printed(c) => quoted.push(c),
            c => quoted.push_str(&format!("\\U{:08x}", u32::from(c))),
        }
    }
    quoted + "\""
}

/// Words that begin with a letter and contain no character that could end them or change their meaning.
fn is_plain(typed: &str) -> bool {
    const SIGNS: &str = ",[]{}\"'`#:&*!|>%@\\";
    let is_fine = |c: char| {
        (is_printed(c) && !c.is_whitespace() && !SIGNS.contains(c)) || matches!(c, ' ' | '\u{3000}')
    };
    typed.starts_with(char::is_alphabetic)
        && typed.chars().all(is_fine)
        && !typed.ends_with(char::is_whitespace)
        && !is_not_text(typed)
}

/// Neither a control character, nor one that YAML or a terminal treats as a line ending, a byte order mark, or a
/// change of direction.
fn is_printed(c: char) -> bool {
    let directs = matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !c.is_control() && !directs && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}
