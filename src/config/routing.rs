//! Matchers over an event, and silences.

use super::Id;
use crate::actor::Origin;
use crate::alert::{Event, Severity};
use crate::place::Place;
use crate::schedule::Hours;
use jiff::Timestamp;
use regex::{Regex, RegexBuilder};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The longest regular expression, in bytes.
pub const PATTERN_MAX: usize = 1000;
/// The severities that a pattern may name.
const SEVERITIES: [&str; 4] = ["critical", "error", "warning", "info"];
/// The most memory of one compiled expression, in bytes.
const REGEX_SIZE_MAX: usize = 256 * 1024;

/// All fields must match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matcher {
    /// The key as written (`severity`, `labels.team`), and patterns of which one must match.
    pub fields: Vec<(String, Vec<Pattern>)>,
}

/// One pattern; it covers the whole value.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// The same as written.
impl PartialEq for PatternTest {
    fn eq(&self, other: &PatternTest) -> bool {
        match (self, other) {
            (PatternTest::Exact(one), PatternTest::Exact(other)) => one == other,
            (PatternTest::Regex(one), PatternTest::Regex(other)) => one.as_str() == other.as_str(),
            (PatternTest::Exact(_), PatternTest::Regex(_))
            | (PatternTest::Regex(_), PatternTest::Exact(_)) => false,
        }
    }
}

impl Eq for PatternTest {}

/// Why a text is not a [`Pattern`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadPattern {
    /// It has more than [`PATTERN_MAX`] bytes.
    TooLong,
    /// It takes too much memory once compiled.
    TooLarge,
    /// It is no regular expression, and why.
    NotARegex(String),
    /// There is no severity of this name.
    NoSeverity(String),
}

impl fmt::Display for BadPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadPattern::TooLong => write!(f, "more than {PATTERN_MAX} bytes"),
            BadPattern::TooLarge => f.write_str("it takes too much memory"),
            BadPattern::NotARegex(said) => f.write_str(said),
            BadPattern::NoSeverity(word) => write!(f, "`{word}` is not critical, error, warning or info"),
        }
    }
}

/// A silence or a maintenance window.
#[derive(Clone, Debug)]
pub struct Silence {
    /// Empty: every service that `when` matches.
    pub services: Vec<Id>,
    pub when: Option<Matcher>,
    pub period: SilencePeriod,
    pub reason: String,
    pub origin: Origin,
    /// Integrations and dedup keys: with any, only these are muted.
    pub keys: BTreeSet<(String, String)>,
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
    /// Reads keys and patterns as people write them.
    pub fn read(when: &[(String, Vec<String>)]) -> Result<Matcher, BadPattern> {
        let read = |(key, texts): &(String, Vec<String>)| {
            let patterns: Result<Vec<Pattern>, BadPattern> =
                texts.iter().map(|text| Pattern::read(key, text)).collect();
            Ok((key.clone(), patterns?))
        };
        Ok(Matcher { fields: when.iter().map(read).collect::<Result<_, BadPattern>>()? })
    }

    /// Whether every field matches. `value` gives the text of a key; a missing one is empty.
    pub fn matches<'v>(&self, value: impl Fn(&str) -> Cow<'v, str>) -> bool {
        self.fields.iter().all(|(key, patterns)| {
            let text = value(key);
            patterns.iter().any(|pattern| pattern.matches(key, &text))
        })
    }
}

impl Matcher {
    /// Whether every field matches, for what mutes: `!prod` needs a value that is not `prod`, so that a missing label is
    /// never muted by a negation. `["!prod", ""]` means the missing ones too.
    pub fn mutes<'v>(&self, value: impl Fn(&str) -> Cow<'v, str>) -> bool {
        self.fields.iter().all(|(key, patterns)| {
            let text = value(key);
            let hits =
                |pattern: &Pattern| !(pattern.negated && text.is_empty()) && pattern.matches(key, &text);
            patterns.iter().any(hits)
        })
    }

    /// Whether an alert may match both, so far as their texts tell.
    pub fn may_overlap(&self, other: &Matcher) -> bool {
        self.fields.iter().all(|(key, patterns)| {
            let others = other.fields.iter().find(|(known, _)| known == key);
            others.is_none_or(|(_, others)| {
                patterns.iter().any(|one| others.iter().any(|other| one.may_overlap(key, other)))
            })
        })
    }

    /// What the named groups of its regular expressions match: in each field those of the first pattern that does.
    pub fn groups<'v>(&self, value: impl Fn(&str) -> Cow<'v, str>) -> BTreeMap<String, String> {
        let mut groups = BTreeMap::new();
        for (key, patterns) in &self.fields {
            let text = value(key);
            let Some(pattern) = patterns.iter().find(|pattern| pattern.matches(key, &text)) else { continue };
            let PatternTest::Regex(regex) = &pattern.test else { continue };
            let Some(found) = regex.captures(&text) else { continue };
            let names = regex.capture_names().flatten();
            let named =
                names.filter_map(|name| Some((name.to_owned(), found.name(name)?.as_str().to_owned())));
            groups.extend(named);
        }
        groups
    }

    /// The names of the groups of its regular expressions.
    pub fn group_names(&self) -> BTreeSet<&str> {
        let patterns = self.fields.iter().flat_map(|(_, patterns)| patterns).filter(|it| !it.negated);
        let regexes = patterns.filter_map(|pattern| match &pattern.test {
            PatternTest::Regex(regex) => Some(regex),
            PatternTest::Exact(_) => None,
        });
        regexes.flat_map(|regex| regex.capture_names().flatten()).collect()
    }
}

impl Silence {
    /// Where it is written; the empty place where it was made at run time.
    pub fn place(&self) -> Place {
        self.origin.place().cloned().unwrap_or_default()
    }
}

impl Pattern {
    /// Reads the pattern of a key: `!` negates, `~` starts a regular expression, `*` stands for any text.
    pub fn read(key: &str, text: &str) -> Result<Pattern, BadPattern> {
        let (negated, body) = text.strip_prefix('!').map_or((false, text), |body| (true, body));
        let test = if let Some(pattern) = body.strip_prefix('~') {
            regex(key, pattern)?
        } else if body.contains('*') {
            let escaped: Vec<String> = body.split('*').map(regex::escape).collect();
            regex(key, &escaped.join(".*"))?
        } else {
            if key == "severity" && !SEVERITIES.iter().any(|word| word.eq_ignore_ascii_case(body)) {
                return Err(BadPattern::NoSeverity(body.to_owned()));
            }
            PatternTest::Exact(body.to_owned())
        };
        Ok(Pattern { negated, test })
    }

    fn may_overlap(&self, key: &str, other: &Pattern) -> bool {
        match (&self.test, &other.test) {
            (PatternTest::Exact(text), _) if !self.negated => other.matches(key, text),
            (_, PatternTest::Exact(text)) if !other.negated => self.matches(key, text),
            _ => true,
        }
    }

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

fn regex(key: &str, pattern: &str) -> Result<PatternTest, BadPattern> {
    if pattern.len() > PATTERN_MAX {
        return Err(BadPattern::TooLong);
    }
    let built = RegexBuilder::new(&format!("^(?:{pattern})$"))
        .size_limit(REGEX_SIZE_MAX)
        .dot_matches_new_line(true)
        .case_insensitive(key == "severity")
        .build();
    match built {
        Ok(regex) => Ok(PatternTest::Regex(regex)),
        Err(regex::Error::CompiledTooBig(_)) => Err(BadPattern::TooLarge),
        Err(error) => {
            let text = error.to_string();
            let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ");
            Err(BadPattern::NotARegex(reason.to_owned()))
        }
    }
}
