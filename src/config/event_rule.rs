//! The rules of an integration, and what their templates see of an event.

use super::routing::{Matcher, field};
use super::template::Template;
use crate::alert::{Event, Severity};
use crate::place::Place;
use minijinja::Value;
use std::collections::BTreeMap;

/// The names that a template of a rule sees.
pub const TEMPLATE_NAMES: [&str; 7] =
    ["summary", "description", "source", "severity", "integration", "labels", "match"];
/// What the labels that are ours begin with: no rule sets them.
pub const OWN_LABELS: &str = "oncall_";

/// One line of an integration's `rules:`.
#[derive(Clone, Debug)]
pub struct EventRule {
    /// What is dropped must be said; without it, all.
    pub when: Option<Matcher>,
    pub effect: RuleEffect,
    pub place: Place,
}

/// What a rule of an integration does to the alerts that it matches.
#[derive(Clone, Debug)]
pub enum RuleEffect {
    /// Gives these fields other words: `summary`, `description`, `source`, `severity` or `labels.<name>`.
    Set(Vec<(String, Template)>),
    /// Nobody hears of those that fire, for this reason.
    Drop(String),
}

impl EventRule {
    /// How many rules an integration may have.
    pub const RULES_MAX: usize = 100;

    /// Why something is dropped, where the rule drops.
    pub fn drops(&self) -> Option<&str> {
        match &self.effect {
            RuleEffect::Drop(reason) => Some(reason),
            RuleEffect::Set(_) => None,
        }
    }
}

/// The severity as the source says it; none is critical.
pub fn said_severity(event: &Event) -> Severity {
    event.severity.unwrap_or(Severity::Critical)
}

/// What the templates of a rule see.
pub fn template_values(event: &Event, when: Option<&Matcher>) -> Value {
    let said = said_severity(event);
    let groups = when.map(|when| when.groups(|key| field(event, said, key))).unwrap_or_default();
    let severity = event.severity.map_or("", Severity::as_str);
    Value::from(BTreeMap::from([
        ("summary", Value::from(event.summary.as_str())),
        ("description", Value::from(event.description.as_str())),
        ("source", Value::from(event.source.as_str())),
        ("severity", Value::from(severity)),
        ("integration", Value::from(event.integration.as_str())),
        ("labels", Value::from(event.labels.clone())),
        ("match", Value::from(groups)),
    ]))
}
