//! The comments of a file, for those who read something in them.

use granit_parser::{Event, Parser};
use std::ops::Range;

/// Every comment without its `#`, and its bytes, as far as the file is YAML. What only looks like a comment, in a text
/// for instance, is none.
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
