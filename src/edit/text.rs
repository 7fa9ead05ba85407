//! Where things stand in a YAML file's text: lines, columns, the dash of a list.
//!
//! Only reads: it answers what the parser's spans leave out. [`splice`](super::splice) decides where new text goes,
//! and [`writing`](super::writing) how it is written; both look here.

use crate::compile::Node;

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

/// How this line ends, or the line above it where the file ends with it.
pub(super) fn newline(text: &str, at: usize) -> &'static str {
    let upto = text.get(..line_end(text, at)).unwrap_or_default();
    let above = upto.rfind('\n').and_then(|at| upto.get(..at));
    if above.is_some_and(|above| above.ends_with('\r')) { "\r\n" } else { "\n" }
}

/// Where the line of this byte begins.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |line| line + 1)
}

/// Where the next line begins, or the end of the text.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |line| at + line + 1)
}

/// How far something is set in; a byte order mark is no column.
pub(super) fn column(text: &str, at: usize) -> usize {
    let line = text.get(line_start(text, at)..at).unwrap_or_default();
    line.trim_start_matches('\u{feff}').chars().count()
}
