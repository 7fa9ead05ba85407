//! An edit as a unified diff, which people read and `git apply` takes.

use similar::TextDiff;

/// How many unchanged lines are shown around a change.
const CONTEXT: usize = 3;

/// The difference of a file; `old` is `None` for a file that is new.
pub fn unified(path: &str, old: Option<&str>, new: &str) -> String {
    let before = old.map_or_else(|| "/dev/null".to_owned(), |_| format!("a/{path}"));
    let diff = TextDiff::from_lines(old.unwrap_or_default(), new);
    diff.unified_diff().context_radius(CONTEXT).header(&before, &format!("b/{path}")).to_string()
}
