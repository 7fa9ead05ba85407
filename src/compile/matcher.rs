//! Matchers: globs, regular expressions and negation, each compiled once.

use super::code;
use super::diagnostic::{Finding, Spot};
use super::resolve::{Resolver, spots};
use super::suggest::nearest;
use super::unfit::{label_is_written, label_of};
use crate::config::{BadPattern, Matcher, PATTERN_MAX, Pattern};
use crate::document::Match;
use crate::language::words::{Words, did_you_mean};

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
        match Pattern::read(key, text) {
            Ok(pattern) => return Some(pattern),
            Err(BadPattern::TooLong) => {
                let message = Words::new(
                    format!("a pattern of more than {PATTERN_MAX} bytes"),
                    format!("パターンが {PATTERN_MAX} バイトを超えています"),
                );
                self.error(code::BOUND, at.clone(), message);
            }
            Err(BadPattern::TooLarge) => {
                let message = Words::new(
                    "this pattern is too large once compiled",
                    "コンパイルするとパターンが大きくなりすぎます",
                );
                self.error(code::BOUND, at.clone(), message);
            }
            Err(BadPattern::NotARegex(reason)) => {
                let message = Words::new(
                    format!("this is not a regular expression: {reason}"),
                    format!("正規表現として読めません: {reason}"),
                );
                self.error(code::MATCH, at.clone(), message);
            }
            Err(BadPattern::NoSeverity(word)) => self.no_severity(&word, at),
        }
        None
    }

    fn no_severity(&mut self, word: &str, at: &Spot) {
        let near = nearest(word, SEVERITIES.into_iter());
        let help = near.map_or_else(
            || {
                Words::new(
                    "the severities are critical, error, warning and info",
                    "深刻度は critical、error、warning、info です",
                )
            },
            did_you_mean,
        );
        let message = Words::new(
            format!("there is no severity `{word}`"),
            format!("`{word}` という深刻度はありません"),
        );
        let finding = Finding::error(code::MATCH, at.clone(), message);
        self.findings.push(finding.help(help));
    }

    /// A field of an event: `severity`, `summary`, `description`, `source` or `labels.<name>`.
    pub(super) fn field_name(&mut self, name: &str, at: &Spot) -> Option<String> {
        const FIELDS: [&str; 4] = ["severity", "summary", "description", "source"];
        let label = name.strip_prefix("labels.").is_some_and(|label| !label.is_empty());
        if label || FIELDS.contains(&name) {
            return Some(name.to_owned());
        }
        let help = match (nearest(name, FIELDS.into_iter()), label_of(name)) {
            (_, Some(label)) => did_you_mean(&format!("labels.{label}")),
            (Some(near), None) => did_you_mean(near),
            (None, None) => label_is_written(name),
        };
        let message = Words::new(
            format!("an alert has no field `{name}`"),
            format!("アラートに `{name}` というフィールドはありません"),
        );
        self.error_help(code::MATCH, at.clone(), message, help);
        None
    }
}
