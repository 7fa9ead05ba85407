//! Matchers over an event, and silences.

use super::Id;
use crate::alert::{Event, Severity};
use crate::place::Place;
use crate::schedule::Hours;
use jiff::Timestamp;
use regex::Regex;
use std::borrow::Cow;

/// A matcher: all fields must match.
#[derive(Clone, Debug, Default)]
pub struct Matcher {
    /// The key as written (`severity`, `labels.team`), and patterns of which one must match.
    pub fields: Vec<(String, Vec<Pattern>)>,
}

/// One pattern; it covers the whole value.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// Written with a leading `!`.
    pub negated: bool,
    pub test: PatternTest,
}

/// What a pattern compares the value with.
#[derive(Clone, Debug)]
pub enum PatternTest {
    Exact(String),
    /// A glob, or the regex after `~`, anchored at both ends.
    Regex(Regex),
}

/// A silence or a maintenance window.
#[derive(Clone, Debug)]
pub struct Silence {
    /// Empty: every service that `when` matches.
    pub services: Vec<Id>,
    pub when: Option<Matcher>,
    pub period: SilencePeriod,
    pub reason: String,
    pub place: Place,
}

/// When a silence is active.
#[derive(Clone, Debug)]
pub enum SilencePeriod {
    Once {
        from: Timestamp,
        until: Timestamp,
    },
    /// Within these hours, from `from` (or since ever) until `until`.
    Every {
        hours: Hours,
        from: Option<Timestamp>,
        until: Timestamp,
    },
}

impl Matcher {
    /// Whether every field matches. `value` returns the text of a key; empty if it is missing.
    pub fn matches<'v>(&self, value: impl Fn(&str) -> Cow<'v, str>) -> bool {
        self.fields.iter().all(|(key, patterns)| {
            let text = value(key);
            patterns.iter().any(|pattern| pattern.matches(key, &text))
        })
    }
}

impl Pattern {
    fn matches(&self, key: &str, value: &str) -> bool {
        let hit = match &self.test {
            PatternTest::Exact(text) if key == "severity" => text.eq_ignore_ascii_case(value),
            PatternTest::Exact(text) => text == value,
            PatternTest::Regex(regex) => regex.is_match(value),
        };
        hit != self.negated
    }
}

/// The value of `summary`, `description`, `severity`, `source` or `labels.<name>` in an event; empty if missing.
/// `severity` is the event's severity after all rules.
pub fn field<'e>(event: &'e Event, severity: Severity, key: &str) -> Cow<'e, str> {
    Cow::Borrowed(match key {
        "summary" => &event.summary,
        "description" => &event.description,
        "source" => &event.source,
        "severity" => severity.as_str(),
        _ => key.strip_prefix("labels.").and_then(|name| event.labels.get(name)).map_or("", |text| text),
    })
}
