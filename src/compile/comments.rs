//! The comments of a file, for code that reads something in them.

use granit_parser::{Event, Parser};
use std::ops::Range;

/// Every comment without its `#`, with its byte range, as far as the file is valid YAML. A `#` inside a text is not a
/// comment.
pub fn comments(text: &str) -> Vec<(Range<usize>, String)> {
    let options = granit_parser::options! { emit_comments: true, emit_unresolved_aliases: true };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut found = Vec::new();
    while let Some(Ok((event, span))) = parser.next_event() {
        match event {
            Event::Comment(comment, _) => {
                found.push((span.byte_range().unwrap_or(0..0), comment.into_owned()));
            }
            Event::StreamEnd => break,
            _ => {}
        }
    }
    found
}
