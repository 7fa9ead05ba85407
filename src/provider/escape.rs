//! Text from outside as a vendor's markup takes it: what would be markup becomes an entity, and nothing is cut within one.

/// XML's five characters as entities; a character that XML 1.0 cannot carry becomes a space. Cut before `max` characters of
/// the escaped text, never within an entity.
pub(super) fn xml(text: &str, max: usize) -> String {
    let entity = |c: char| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\'' => Some("&apos;"),
        c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => Some(" "),
        _ => None,
    };
    escaped(text, max, entity, |piece| piece.chars().count())
}

/// What `entity` names is written as that. Of a text longer than `max`, as `size` counts, an ellipsis is the end.
pub(super) fn escaped(
    text: &str,
    max: usize,
    entity: impl Fn(char) -> Option<&'static str>,
    size: impl Fn(&str) -> usize,
) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut length = 0;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let mut buffer = [0; 4];
        let piece = match entity(c) {
            Some(entity) => entity,
            None => c.encode_utf8(&mut buffer),
        };
        let reserved = usize::from(chars.peek().is_some());
        let size = size(piece);
        if size + reserved > max.saturating_sub(length) {
            if length < max {
                escaped.push('…');
            }
            break;
        }
        length += size;
        escaped.push_str(piece);
    }
    escaped
}
