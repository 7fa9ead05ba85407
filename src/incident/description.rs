//! How much of an alert's description an incident keeps.

/// How much of a description is kept in memory, in characters; the whole text is in the journal.
pub const DESCRIPTION_KEPT_MAX: usize = 600;

/// As much of a description as is kept.
pub(super) fn kept_of(description: &str) -> &str {
    // No character is less than a byte.
    let is_long = description.len() > DESCRIPTION_KEPT_MAX;
    let cut = || description.char_indices().nth(DESCRIPTION_KEPT_MAX).map(|(end, _)| end);
    let end = if is_long { cut() } else { None };
    end.and_then(|end| description.get(..end)).unwrap_or(description)
}
