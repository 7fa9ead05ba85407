//! Undoes what template engines do to values: mustache escapes them for HTML or for JSON, whatever the text around them is.

use std::borrow::Cow;

/// The longest entity, in bytes: `&#x1F4A9;`.
const ENTITY_MAX: usize = 10;

/// A text whose values were escaped for JSON or for HTML, or not at all.
pub fn undone(text: &str) -> String {
    html(&json(text)).into_owned()
}

/// Entities as characters; those that are unknown stay.
pub fn html(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut undone = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        undone.push_str(before);
        let entity =
            from.bytes().take(ENTITY_MAX).position(|byte| byte == b';').and_then(|end| from.get(1..end));
        let known = entity.and_then(|entity| Some((character(entity)?, entity.len() + 2)));
        let (c, length) = known.unwrap_or(('&', 1));
        undone.push(c);
        rest = from.get(length..).unwrap_or_default();
    }
    undone.push_str(rest);
    Cow::Owned(undone)
}

fn character(entity: &str) -> Option<char> {
    let code = match entity {
        "quot" => return Some('"'),
        "amp" => return Some('&'),
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "apos" => return Some('\''),
        numbered => numbered.strip_prefix('#')?,
    };
    let code = match code.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => code.parse(),
    };
    char::from_u32(code.ok()?)
}

/// The escapes of JSON that such an engine writes, as characters.
fn json(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut undone = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        let known = match characters.as_str().chars().next().filter(|_| c == '\\') {
            Some(c @ ('"' | '\\')) => Some(c),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            _ => None,
        };
        undone.push(known.unwrap_or(c));
        if known.is_some() {
            characters.next();
        }
    }
    Cow::Owned(undone)
}
