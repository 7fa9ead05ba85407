//! What a ticket has beside its words: priority, assignee, components, and the tracker's own fields, by templates.
//!
//! A template that fails, or gives nothing, leaves its field out: the ticket is made all the same, and says which.

use super::template::{FUEL_MAX, Template};
use minijinja::Value;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The most components, and fields of the tracker's own, of one ticket.
pub const COMPONENTS_MAX: usize = 20;
pub const TICKET_FIELDS_MAX: usize = 30;
/// The longest text of a field, in characters.
pub const FIELD_TEXT_MAX: usize = 2_000;
/// How deep a field may be nested.
pub const FIELD_DEPTH_MAX: usize = 4;
/// What the templates see.
pub const TICKET_NAMES: [&str; 9] = [
    "summary",
    "description",
    "source",
    "severity",
    "urgency",
    "service",
    "integration",
    "incident",
    "labels",
];

/// Where a Jira runs: they differ in addresses, in how one signs in, and in the form of texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deployment {
    #[default]
    Cloud,
    DataCenter,
}

/// The templates of a ticket's fields.
#[derive(Clone, Debug, Default)]
pub struct TicketFields {
    pub priority: Option<Template>,
    pub assignee: Option<Template>,
    pub components: Vec<Template>,
    /// By Jira's names: `customfield_10042`.
    pub own: Vec<(String, FieldValue)>,
}

/// The value of a field, with templates for its texts.
#[derive(Clone, Debug)]
pub enum FieldValue {
    Text(Template),
    /// A number or a truth value.
    Plain(Json),
    List(Vec<FieldValue>),
    Object(Vec<(String, FieldValue)>),
}

/// What the templates of a ticket see.
#[derive(Clone, Debug, Default)]
pub struct TicketValues<'a> {
    pub summary: &'a str,
    pub description: &'a str,
    pub source: &'a str,
    pub severity: &'a str,
    pub urgency: &'a str,
    /// The service's id; empty where there is none.
    pub service: &'a str,
    pub integration: &'a str,
    pub incident: String,
    pub labels: BTreeMap<String, String>,
}

/// The fields of one ticket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilledFields {
    pub priority: Option<String>,
    pub assignee: Option<String>,
    pub components: Vec<String>,
    pub own: Vec<(String, Json)>,
    /// What was left out, and why: `priority: undefined value`.
    pub failed: Vec<String>,
}

impl TicketFields {
    /// The values of another, where this says nothing.
    pub fn or(self, other: &TicketFields) -> TicketFields {
        let named = |name: &String| self.own.iter().any(|(own, _)| own == name);
        let others = other.own.iter().filter(|(name, _)| !named(name)).cloned();
        let own = self.own.iter().cloned().chain(others).collect();
        let components = if self.components.is_empty() { other.components.clone() } else { self.components };
        TicketFields {
            priority: self.priority.or_else(|| other.priority.clone()),
            assignee: self.assignee.or_else(|| other.assignee.clone()),
            components,
            own,
        }
    }

    /// Every field of one ticket.
    pub fn fill(&self, values: &TicketValues<'_>) -> FilledFields {
        let mut filling = Filling { values: values.engine(), fuel: FUEL_MAX, failed: Vec::new() };
        let priority = self.priority.as_ref().and_then(|it| filling.text("priority", it));
        let assignee = self.assignee.as_ref().and_then(|it| filling.text("assignee", it));
        let components = self.components.iter().take(COMPONENTS_MAX);
        let components = components.filter_map(|it| filling.text("components", it)).collect();
        let own = self.own.iter().take(TICKET_FIELDS_MAX);
        let own = own.filter_map(|(name, value)| Some((name.clone(), filling.value(name, value)?))).collect();
        FilledFields { priority, assignee, components, own, failed: filling.failed }
    }
}

impl TicketValues<'_> {
    /// As the template engine takes them.
    pub fn engine(&self) -> Value {
        Value::from(BTreeMap::from([
            ("summary", Value::from(self.summary)),
            ("description", Value::from(self.description)),
            ("source", Value::from(self.source)),
            ("severity", Value::from(self.severity)),
            ("urgency", Value::from(self.urgency)),
            ("service", Value::from(self.service)),
            ("integration", Value::from(self.integration)),
            ("incident", Value::from(self.incident.as_str())),
            ("labels", Value::from(self.labels.clone())),
        ]))
    }
}

struct Filling {
    values: Value,
    fuel: u64,
    failed: Vec<String>,
}

impl Filling {
    /// One line of text; nothing where the template gives nothing, or fails.
    fn text(&mut self, name: &str, template: &Template) -> Option<String> {
        if self.fuel == 0 {
            self.failed.push(format!("{name}: too much work"));
            return None;
        }
        let rendered = template.render(&self.values);
        self.fuel = self.fuel.saturating_sub(rendered.fuel);
        match rendered.text {
            Ok(text) => {
                let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
                let kept: String = words.chars().filter(|c| !c.is_control()).take(FIELD_TEXT_MAX).collect();
                Some(kept).filter(|text| !text.is_empty())
            }
            Err(why) => {
                self.failed.push(format!("{name}: {why}"));
                None
            }
        }
    }

    /// A list leaves out what has no value; an object without one of its values has none.
    fn value(&mut self, name: &str, value: &FieldValue) -> Option<Json> {
        match value {
            FieldValue::Text(template) => self.text(name, template).map(Json::from),
            FieldValue::Plain(plain) => Some(plain.clone()),
            FieldValue::List(values) => {
                let values: Vec<Json> = values.iter().filter_map(|it| self.value(name, it)).collect();
                (!values.is_empty()).then(|| values.into())
            }
            FieldValue::Object(members) => {
                let mut object = serde_json::Map::new();
                for (key, value) in members {
                    object.insert(key.clone(), self.value(name, value)?);
                }
                Some(object.into())
            }
        }
    }
}
