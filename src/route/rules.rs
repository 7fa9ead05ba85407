//! The rules of an integration: what they make of an event before `severity` and `routes` see it.
//!
//! Every rule that matches is applied, in order; each sees what those before it made. A rule changes an event in all the
//! fields that it sets, or, where a template fails, in none. What it changed, and which failed, stays with the event. Only
//! what fires is dropped; and nothing is done to what nobody could read or to what the server says itself.

use super::OWN_INTEGRATION;
use crate::alert::{
    Action, DESCRIPTION_MAX, Event, HEARTBEAT_KEY, LABEL_MAX, LABELS_MAX, SUMMARY_MAX, Severity, TEST,
    UNPARSED, cut,
};
use crate::config::{
    Config, EventRule, FUEL_MAX, Rendered, RuleEffect, Template, field, said_severity, template_values,
};
use crate::reason::{FailedRule, Why};
use minijinja::Value;
use std::collections::BTreeMap;

/// What became of an event.
#[derive(Clone, Debug)]
pub struct Ruled {
    pub event: Event,
    /// Why it is dropped, if it is.
    pub dropped: Option<Why>,
}

/// Applies the rules of its integration to an event.
pub fn rules(config: &Config, event: Event) -> Ruled {
    let endpoint = config.endpoints.get(event.integration.as_str()).filter(|_| !is_beyond_rules(&event));
    let mut ruled = Ruled { event, dropped: None };
    let mut fuel = FUEL_MAX;
    for rule in endpoint.iter().flat_map(|endpoint| &endpoint.rules) {
        let event = &mut ruled.event;
        match &rule.effect {
            RuleEffect::Drop(_) if event.action == Action::Trigger && is_dropped_by(rule, event) => {
                ruled.dropped = why_dropped(rule);
                break;
            }
            RuleEffect::Set(fields) if gets_words(event.action) && is_set_by(rule, event) => {
                set(event, rule, fields, &mut fuel);
            }
            RuleEffect::Drop(_) | RuleEffect::Set(_) => {}
        }
    }
    ruled
}

/// Why what a rule drops is dropped; `None`: it drops nothing.
pub fn why_dropped(rule: &EventRule) -> Option<Why> {
    let reason = rule.drops()?.to_owned();
    Some(Why::Dropped { rule: rule.place.clone(), reason })
}

/// What nobody could read, and what the server says itself: that an integration has fallen silent, its own troubles.
fn is_beyond_rules(event: &Event) -> bool {
    event.labels.contains_key(UNPARSED)
        || event.dedup_key == HEARTBEAT_KEY
        || event.integration == OWN_INTEGRATION
}

/// Notes, acknowledgements and resolves are about what was opened, whatever their words.
fn gets_words(action: Action) -> bool {
    match action {
        Action::Trigger | Action::Update | Action::Change => true,
        Action::Acknowledge | Action::Resolve | Action::Note | Action::Beat => false,
    }
}

/// A label that is missing is not dropped by a negation.
fn is_dropped_by(rule: &EventRule, event: &Event) -> bool {
    rule.when.as_ref().is_some_and(|when| when.mutes(|key| field(event, said_severity(event), key)))
}

fn is_set_by(rule: &EventRule, event: &Event) -> bool {
    rule.when.as_ref().is_none_or(|when| when.matches(|key| field(event, said_severity(event), key)))
}

/// All of the fields, or none.
fn set(event: &mut Event, rule: &EventRule, fields: &[(String, Template)], fuel: &mut u64) {
    let values = template_values(event, rule.when.as_ref());
    let mut changed = event.clone();
    let mut was: BTreeMap<String, String> = BTreeMap::new();
    for (name, template) in fields {
        let said = written(event, name);
        let outcome = rendered(template, &values, fuel).and_then(|text| put(&mut changed, name, &text));
        if let Err(why) = outcome {
            let failed = FailedRule { rule: rule.place.clone(), field: name.clone(), why };
            event.by_rules.get_or_insert_default().failed.push(failed);
            return;
        }
        if written(&changed, name) != said {
            was.insert(name.clone(), said);
        }
    }
    if was.is_empty() {
        return;
    }
    let done = changed.by_rules.get_or_insert_default();
    done.set.push(rule.place.clone());
    // What the monitor itself had said stays, whatever later rules make of it.
    was.into_iter().for_each(|(name, said)| _ = done.was.entry(name).or_insert(said));
    *event = changed;
}

fn rendered(template: &Template, values: &Value, fuel: &mut u64) -> Result<String, String> {
    if *fuel == 0 {
        return Err("the templates of one alert take too much work".to_owned());
    }
    let Rendered { text, fuel: used } = template.render(values);
    *fuel = fuel.saturating_sub(used.max(1));
    text
}

/// A field as the event has it, of the severity the word that was said.
fn written(event: &Event, name: &str) -> String {
    match name {
        "severity" => event.severity.map_or("", Severity::as_str).to_owned(),
        _ => field(event, said_severity(event), name).into_owned(),
    }
}

/// Gives a field its text, within the bounds of an event.
fn put(event: &mut Event, name: &str, text: &str) -> Result<(), String> {
    let text = text.trim();
    match name {
        "summary" => {
            let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if line.is_empty() {
                return Err("it gives no text".to_owned());
            }
            event.summary = cut(&line, SUMMARY_MAX);
        }
        "description" => event.description = cut(text, DESCRIPTION_MAX),
        "source" => event.source = cut(text, LABEL_MAX),
        // A test button stays one: no rule makes a page of it.
        "severity" if event.labels.contains_key(TEST) => {}
        "severity" => match Severity::parse(text) {
            Some(severity) => event.severity = Some(severity),
            None => return Err(format!("`{}` is not a severity", cut(text, 40))),
        },
        _ => {
            let label = name.strip_prefix("labels.").unwrap_or(name);
            if text.is_empty() {
                event.labels.remove(label);
                return Ok(());
            }
            if event.labels.len() >= LABELS_MAX && !event.labels.contains_key(label) {
                return Err(format!("an alert has at most {LABELS_MAX} labels"));
            }
            event.labels.insert(label.to_owned(), cut(text, LABEL_MAX));
        }
    }
    Ok(())
}
