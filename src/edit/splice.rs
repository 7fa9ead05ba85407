//! Inserts new text into a file in the style of its neighbours.
//!
//! An edit is a few [`Splice`]s: texts at byte positions from our own parser. Everything else stays byte for byte,
//! above all comments. The inserted value ([`Entries`]) comes from [`writing`](super::writing); its content is
//! decided elsewhere.

use super::text::{column, dash, in_brackets, line_end, line_start, newline};
use super::writing::{Entries, Style, block, flow};
use crate::compile::{Node, NodeKind};
use std::ops::Range;

/// Text that replaces these bytes; an empty range is an insertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Splice {
    pub at: Range<usize>,
    pub text: String,
}

/// Applies all splices, which must not overlap. Splices at the same place keep their order.
pub(super) fn spliced(text: &str, splices: &[Splice]) -> String {
    let mut sorted: Vec<&Splice> = splices.iter().collect();
    sorted.sort_by_key(|splice| splice.at.start);
    let mut new = String::with_capacity(text.len());
    let mut copied = 0;
    for splice in sorted {
        new.push_str(text.get(copied..splice.at.start).unwrap_or_default());
        new.push_str(&splice.text);
        copied = splice.at.end.max(copied);
    }
    new.push_str(text.get(copied..).unwrap_or_default());
    new
}

/// Appends an object to a list of objects, written like the one before it.
pub(super) fn append(text: &str, list: &Node, entries: &Entries) -> Vec<Splice> {
    let style = list.items().last().map_or_else(Style::default, |last| Style::of(text, last));
    if in_brackets(text, list) {
        return append_to_brackets(text, list, &flow(entries, &style));
    }
    let column = column(text, dash(text, list));
    let indent = " ".repeat(column);
    let lines = if style.braces { vec![flow(entries, &style)] } else { block(entries, &style) };
    let mut item: Vec<String> = Vec::new();
    if blank_between(text, list.items()) {
        item.push(String::new());
    }
    let leads = std::iter::once("- ").chain(std::iter::repeat("  "));
    item.extend(lines.iter().zip(leads).map(|(line, lead)| format!("{indent}{lead}{line}")));
    vec![below(text, list.span.end, column, &item)]
}

/// Sets a key of the file's top-level object: replaces its value, or adds it below the last key.
pub(super) fn set(text: &str, object: &Node, key: &str, value: &str) -> Vec<Splice> {
    if let Some(old) = object.get(key) {
        return vec![Splice { at: old.span.clone(), text: value.to_owned() }];
    }
    let line = format!("{key}: {value}");
    let NodeKind::Mapping(entries) = &object.kind else { return Vec::new() };
    let Some(last) = entries.last() else { return Vec::new() };
    if text.as_bytes().get(object.span.start) == Some(&b'{') {
        let end = last.value.span.end;
        return vec![Splice { at: end..end, text: format!(", {line}") }];
    }
    vec![below(text, last.value.span.end, column(text, object.span.start), &[line])]
}

/// Appends an item to a list in brackets: after the last item, or on a new line if the list spans several.
fn append_to_brackets(text: &str, list: &Node, item: &str) -> Vec<Splice> {
    let insert = |at: usize, text: String| Splice { at: at..at, text };
    let Some(last) = list.items().last() else { return vec![insert(list.span.start + 1, item.to_owned())] };
    let end = last.span.end;
    let start = line_start(text, last.span.start);
    let before = text.get(start..last.span.start).unwrap_or_default();
    let after = text.get(end..list.span.end).unwrap_or_default();
    if !before.trim().is_empty() || !after.contains('\n') {
        return vec![insert(end, format!(", {item}"))];
    }
    let line = format!("{before}{item}");
    if after.trim_start().starts_with(',') {
        return vec![below(text, end, before.len(), &[format!("{line},")])];
    }
    vec![insert(end, ",".to_owned()), below(text, end, before.len(), &[line])]
}

/// Inserts lines below the line that contains `end`, and below following comments indented deeper than `column`,
/// which belong to it.
fn below(text: &str, end: usize, column: usize, lines: &[String]) -> Splice {
    let newline = newline(text, end);
    let mut at = line_end(text, end);
    let mut looked = at;
    for line in text.get(at..).unwrap_or_default().split_inclusive('\n') {
        looked += line.len();
        let content = line.trim_start_matches(' ');
        if content.starts_with('#') && line.len() - content.len() > column {
            at = looked;
        } else if !line.trim().is_empty() {
            break;
        }
    }
    let lines = lines.join(newline);
    let ended = text.get(..at).is_some_and(|before| before.ends_with('\n'));
    Splice { at: at..at, text: if ended { format!("{lines}{newline}") } else { format!("{newline}{lines}") } }
}

/// Whether there is an empty line between the last two items of a list.
fn blank_between(text: &str, items: &[Node]) -> bool {
    let [.., first, second] = items else { return false };
    let between = text.get(first.span.end..second.span.start).unwrap_or_default();
    between.lines().skip(1).any(|line| line.trim().is_empty())
}
