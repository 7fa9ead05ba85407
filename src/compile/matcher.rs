//! Matchers: globs, regular expressions and negation, each compiled once.

use super::code;
use super::diagnostic::{Finding, Spot};
use super::resolve::{Resolver, spots};
use super::suggest::nearest;
use crate::config::{Matcher, Pattern, PatternTest};
use crate::document::Match;
use regex::RegexBuilder;

/// The longest regular expression, in bytes.
const PATTERN_MAX: usize = 1000;
/// The most memory for one compiled expression, in bytes.
const REGEX_SIZE_MAX: usize = 256 * 1024;
const SEVERITIES: [&str; 4] = ["critical", "error", "warning", "info"];

impl Resolver<'_> {
    pub(super) fn maybe_matcher(&mut self, when: Option<&Match>, at: &Spot) -> Option<Matcher> {
        when.map(|when| self.matcher(when, at))
    }

    pub(super) fn matcher(&mut self, when: &Match, at: &Spot) -> Matcher {
        let mut fields = Vec::new();
        for (key, values) in &when.0 {
            let mut patterns = Vec::new();
            for (text, at) in spots(values, &at.key(key)) {
                patterns.extend(self.pattern(key, text, &at));
            }
            fields.push((key.clone(), patterns));
        }
        Matcher { fields }
    }

    fn pattern(&mut self, key: &str, text: &str, at: &Spot) -> Option<Pattern> {
        let (negated, body) = text.strip_prefix('!').map_or((false, text), |body| (true, body));
        let test = if let Some(regex) = body.strip_prefix('~') {
            self.regex(key, regex, at)?
        } else if body.contains('*') {
            let escaped: Vec<String> = body.split('*').map(regex::escape).collect();
            self.regex(key, &escaped.join(".*"), at)?
        } else {
            if key == "severity" {
                self.severity_exists(body, at)?;
            }
            PatternTest::Exact(body.to_owned())
        };
        Some(Pattern { negated, test })
    }

    fn regex(&mut self, key: &str, pattern: &str, at: &Spot) -> Option<PatternTest> {
        if pattern.len() > PATTERN_MAX {
            self.error(code::BOUND, at.clone(), format!("a pattern of more than {PATTERN_MAX} bytes"));
            return None;
        }
        let whole = format!("^(?:{pattern})$");
        let built = RegexBuilder::new(&whole)
            .size_limit(REGEX_SIZE_MAX)
            .dot_matches_new_line(true)
            .case_insensitive(key == "severity")
            .build();
        match built {
            Ok(regex) => Some(PatternTest::Regex(regex)),
            Err(regex::Error::CompiledTooBig(_)) => {
                self.error(code::BOUND, at.clone(), "this pattern is too large once compiled");
                None
            }
            Err(error) => {
                let text = error.to_string();
                let reason = text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                self.error(code::MATCH, at.clone(), format!("this is not a regular expression: {reason}"));
                None
            }
        }
    }

    fn severity_exists(&mut self, word: &str, at: &Spot) -> Option<()> {
        if SEVERITIES.iter().any(|severity| severity.eq_ignore_ascii_case(word)) {
            return Some(());
        }
        let near = nearest(word, SEVERITIES.into_iter());
        let help = near.map_or_else(
            || "the severities are critical, error, warning and info".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        let finding = Finding::error(code::MATCH, at.clone(), format!("there is no severity `{word}`"));
        self.findings.push(finding.help(help));
        None
    }

    /// A field of an event: `severity`, `summary`, `description`, `source` or `labels.<name>`.
    pub(super) fn field_name(&mut self, name: &str, at: &Spot) -> Option<String> {
        const FIELDS: [&str; 4] = ["severity", "summary", "description", "source"];
        let label = name.strip_prefix("labels.").is_some_and(|label| !label.is_empty());
        if label || FIELDS.contains(&name) {
            return Some(name.to_owned());
        }
        let help = match nearest(name, FIELDS.into_iter()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("a label is written `labels.{name}`"),
        };
        self.error_help(code::MATCH, at.clone(), format!("an alert has no field `{name}`"), help);
        None
    }
}
