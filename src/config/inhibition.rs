//! Inhibitions: which alerts explain which, so that those are not paged beside them.

use super::Matcher;
use crate::place::Place;
use jiff::SignedDuration;
use std::borrow::Cow;

/// One line of a file in `inhibitions/`.
#[derive(Clone, Debug)]
pub struct Inhibition {
    /// What explains the others: `while`.
    pub source: Matcher,
    /// What it explains.
    pub mutes: Matcher,
    /// The fields that both have, with one value.
    pub equal: Vec<String>,
    /// How long after the source is over what still fires is told.
    pub grace: SignedDuration,
    /// Also where the two come from different integrations.
    pub across: bool,
    pub reason: String,
    pub place: Place,
}

impl Inhibition {
    /// How many there may be.
    pub const INHIBITIONS_MAX: usize = 200;
    /// The grace, unless something is said.
    pub const GRACE: SignedDuration = SignedDuration::from_mins(5);
    pub const GRACE_MAX: SignedDuration = SignedDuration::from_hours(24);

    /// The values of an alert that the other must share, as one text; `None`: it lacks one, so that it neither mutes nor is
    /// muted.
    pub fn shared<'v>(&self, value: impl Fn(&str) -> Cow<'v, str>) -> Option<String> {
        let mut shared = String::new();
        for key in &self.equal {
            let text = value(key);
            if text.is_empty() {
                return None;
            }
            shared.push_str(&text);
            shared.push('\u{1}');
        }
        Some(shared)
    }
}
