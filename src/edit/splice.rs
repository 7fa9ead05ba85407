//! Where new text goes in a file, in the way its neighbours are written.
//!
//! An edit is a few [`Splice`]s: text at bytes that our own parser named. So whatever is not asked for, comments above
//! all, stays byte for byte, whatever the file looks like. What is inserted is a value ([`Entries`]) from
//! [`writing`](super::writing); what it says is decided elsewhere.

use super::writing::{Entries, Style, block, flow};
use crate::compile::{Node, NodeKind};
use std::ops::Range;

/// Text in place of these bytes; an empty range is an insertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Splice {
    pub at: Range<usize>,
    pub text: String,
}

/// The text with all splices, which do not overlap. Those at one place come in their order.
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

/// A further object at the end of a list of objects, written like the one before it.
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

/// A key of the file's own object: its value is exchanged, or it goes below the last one.
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

/// In brackets on one line: after the last item. Over several lines: on a line of its own.
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

/// Whether a list is written `[…]`.
pub(super) fn in_brackets(text: &str, list: &Node) -> bool {
    let begins_with_item = list.items().first().is_some_and(|item| item.span.start == list.span.start);
    text.as_bytes().get(list.span.start) == Some(&b'[') && !begins_with_item
}

/// The dash of a list's first item. For the parser, a list that is not set in from its key begins behind it.
pub(super) fn dash(text: &str, list: &Node) -> usize {
    let is_dash = |rest: &str| rest.strip_prefix('-').is_some_and(|it| it.starts_with(char::is_whitespace));
    let mut end = list.span.start;
    while end > 0 && !text.get(list.span.start..).is_some_and(is_dash) {
        let start = line_start(text, end);
        let content = text.get(start..end).unwrap_or_default().trim_start();
        let behind = content.strip_prefix('-').map(str::trim_start);
        if behind.is_some_and(|behind| behind.is_empty() || behind.starts_with('#')) {
            return end - content.len();
        }
        end = start.saturating_sub(1);
    }
    list.span.start
}

/// Lines below the one on which something ends, and below the comments there that are set in deeper than `column`:
/// they are about it.
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

/// Whether the last two items of a list have an empty line between them.
fn blank_between(text: &str, items: &[Node]) -> bool {
    let [.., first, second] = items else { return false };
    let between = text.get(first.span.end..second.span.start).unwrap_or_default();
    between.lines().skip(1).any(|line| line.trim().is_empty())
}

/// How this line ends, or the line above it where the file ends with it.
fn newline(text: &str, at: usize) -> &'static str {
    let upto = text.get(..line_end(text, at)).unwrap_or_default();
    let above = upto.rfind('\n').and_then(|at| upto.get(..at));
    if above.is_some_and(|above| above.ends_with('\r')) { "\r\n" } else { "\n" }
}

fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |line| line + 1)
}

/// Where the next line begins, or the end of the text.
fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |line| at + line + 1)
}

/// How far something is set in; a byte order mark is no column.
pub(super) fn column(text: &str, at: usize) -> usize {
    let line = text.get(line_start(text, at)..at).unwrap_or_default();
    line.trim_start_matches('\u{feff}').chars().count()
}
