//! An edit as a unified diff, readable by people and by `git apply`.

use similar::TextDiff;

/// How many unchanged lines surround a change.
const CONTEXT: usize = 3;

/// The diff of one file; `old` is `None` for a new file.
pub fn unified(path: &str, old: Option<&str>, new: &str) -> String {
    let before = old.map_or_else(|| "/dev/null".to_owned(), |_| format!("a/{path}"));
    let diff = TextDiff::from_lines(old.unwrap_or_default(), new);
    diff.unified_diff().context_radius(CONTEXT).header(&before, &format!("b/{path}")).to_string()
}
