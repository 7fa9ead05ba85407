//! Any JSON or form: the fields that the config says, and good guesses for those it does not.
//!
//! A field is a pointer or a template ([`Field`]). A template that fails makes its alert an unparsed one, never none at all;
//! where a body has several alerts, the others are read. What a field finds on a sample is for `check` to judge: see
//! [`faults`].

use super::bounds::{few, hash};
use super::monitor::{Monitor, Sample};
use super::posted::Posted;
use super::reading::{Read, Stop, unparsed_key};
use super::request::Request;
use super::{form, json, posted, subject};
use crate::alert::{Action, Event, Link, Severity, UNPARSED};
use crate::config::{Endpoint, FUEL_MAX, Field, GenericFields, Rendered, Template};
use jiff::Timestamp;
use minijinja::value::Serde;
use serde_json::Value;
use std::cell::Cell;
use std::{borrow::Cow, collections::BTreeMap};

/// What `status`, a severity or an action says when it is over, unless the config says otherwise.
const OVER: [&str; 18] = [
    "resolved",
    "resolve",
    "ok",
    "closed",
    "close",
    "recovered",
    "recovery",
    "up",
    "cleared",
    "clear",
    "success",
    "succeeded",
    "successful",
    "passed",
    "healthy",
    "normal",
    "fixed",
    "solved",
];
/// Where an action is, which means what it says.
const ACTIONS: [&str; 2] = ["action", "event_action"];
/// The most work that the templates of one request may take together, in the units of [`FUEL_MAX`].
const REQUEST_FUEL_MAX: u64 = 100 * FUEL_MAX;
/// How many alerts of one request that cannot be read are alerts of their own; of more, the number is said.
const NOT_READ_MAX: usize = 20;
/// So many bytes of text count for one unit more: what alerts have in common must not fill the journal.
const TEXT_PER_FUEL: u64 = 4;

pub const MONITOR: Monitor = Monitor {
    repeats: true,
    has_fields: true,
    gets: true,
    setup: "POST JSON or a form to it, or GET it with a query; the secret may be sent as\n\
            `Authorization: Bearer` instead. `fields` say where the body says what.\n\
            \x20 curl --fail --retry 5 --json @body.json \"{url}\"",
    sample: Sample {
        body: r#"{"dedup_key":"oncall-send","summary":"test alert from oncall send","severity":"info","status":"{state}"}"#,
        firing: "firing",
        resolved: "resolved",
    },
    ..Monitor::webhook("generic", "generic JSON", read)
};

/// The events of a body.
fn read(posted: &Posted<'_>) -> Read {
    let body = form::json_or_form(posted).map_err(Stop::Unparsed)?;
    events(posted, &body)
}

/// The events of a body that is read already.
pub fn events(posted: &Posted<'_>, body: &Value) -> Read {
    let reading = Reading::of(&posted.endpoint.fields, body);
    let (alerts, left_out) = few(reading.alerts()?);
    let mut events = Vec::with_capacity(alerts.len());
    let mut failed: Vec<(&Value, String)> = Vec::new();
    for alert in alerts {
        match reading.event(alert) {
            Ok(event) => events.push(event),
            Err(reason) => failed.push((alert, reason)),
        }
    }
    if let ([(_, reason)], [_]) = (&failed[..], alerts) {
        return Err(Stop::Unparsed(reason.clone()));
    }
    events.extend(not_read(&posted.endpoint.id, &failed));
    Ok(events.into_iter().chain(left_out).collect())
}

/// The event of one object, by guesses alone.
pub fn guessed(body: &Value) -> Result<Event, Stop> {
    Reading::of(&GenericFields::default(), body).event(body).map_err(Stop::Unparsed)
}

/// Whether a word says that a problem is over.
pub fn is_over(word: &str) -> bool {
    OVER.iter().any(|over| over.eq_ignore_ascii_case(word.trim()))
}

/// What is wrong with a field, as samples show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A pointer leads to nothing in any alert.
    Nothing,
    /// The template of a dedup key or a summary gives no text.
    Empty,
    /// A template fails, or does not say `true` or `false` where it has to.
    Fails(Unusable),
}

/// What is wrong with the fields of an endpoint, by the keys that lead to each, as these bodies show. Of bodies that cannot
/// be read, or without an alert, it says nothing.
pub fn faults<'e>(endpoint: &'e Endpoint, bodies: &[&[u8]]) -> Vec<(Vec<&'e str>, Fault)> {
    let request = |body| Request { path: "", query: "", headers: &[], body };
    let parsed: Vec<Value> = bodies
        .iter()
        .filter_map(|body| form::json_or_form(&posted(endpoint, &request(body), Timestamp::UNIX_EPOCH)).ok())
        .collect();
    let fields = &endpoint.fields;
    let readings: Vec<Reading<'_>> = parsed.iter().map(|body| Reading::of(fields, body)).collect();
    if readings.iter().any(|reading| reading.alerts().is_err()) {
        return vec![(vec!["each"], Fault::Nothing)];
    }
    let mut found = Vec::new();
    for (keys, field) in fields.all() {
        let name = keys.join(".");
        let mut values = Vec::new();
        for reading in &readings {
            let (alerts, _) = few(reading.alerts().unwrap_or_default());
            values.extend(alerts.iter().map(|alert| reading.value(&reading.source(alert), field, &name)));
        }
        found.extend(fault(&name, field, &values).map(|fault| (keys, fault)));
    }
    found
}

fn fault(name: &str, field: &Field, values: &[Result<Option<String>, Unusable>]) -> Option<Fault> {
    if let Some(Err(reason)) = values.iter().find(|value| value.is_err()) {
        return Some(Fault::Fails(reason.clone()));
    }
    let needed = ["dedup_key", "summary"].contains(&name);
    match field {
        Field::Pointer(_) if !values.is_empty() && values.iter().all(|value| value == &Ok(None)) => {
            Some(Fault::Nothing)
        }
        Field::Template(_) if needed && values.contains(&Ok(None)) => Some(Fault::Empty),
        _ => None,
    }
}

/// Why a field says nothing that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// Its template fails, in the words of the engine.
    Template { name: String, reason: String },
    /// `resolve_when` gives neither true nor false.
    NoTruth { text: String },
}

impl From<Unusable> for String {
    fn from(unusable: Unusable) -> String {
        match unusable {
            Unusable::Template { name, reason } => format!("the template of `{name}` fails: {reason}"),
            Unusable::NoTruth { text } => format!("`resolve_when` gives `{text}`, neither true nor false"),
        }
    }
}

/// A body on its way to events.
struct Reading<'b> {
    fields: &'b GenericFields,
    body: &'b Value,
    /// The body as templates see it, where there are any.
    values: Option<minijinja::Value>,
    /// What is left for the templates.
    fuel: Cell<u64>,
}

/// One alert of a body, in both of its forms.
struct Source<'b> {
    json: &'b Value,
    values: minijinja::Value,
}

impl<'b> Reading<'b> {
    fn of(fields: &'b GenericFields, body: &'b Value) -> Reading<'b> {
        let templates = fields.all().any(|(_, field)| matches!(field, Field::Template(_)));
        let values = templates.then(|| minijinja::Value::from(Serde(body)));
        Reading { fields, body, values, fuel: Cell::new(REQUEST_FUEL_MAX) }
    }

    /// The list that `each` leads to, else the body if it is a list, else the body alone.
    fn alerts(&self) -> Result<&'b [Value], Stop> {
        match (&self.fields.each, self.body) {
            (Some(each), body) => {
                body.pointer(each).and_then(Value::as_array).map(Vec::as_slice).ok_or_else(|| {
                    Stop::unparsed(format!(
                        "there is no list at `{each}` (`each` of the integration's `fields`)"
                    ))
                })
            }
            (None, Value::Array(alerts)) => Ok(alerts),
            (None, body) => Ok(std::slice::from_ref(body)),
        }
    }

    /// What templates see: the members of the alert; and where none has that name, `alert` and `body`.
    fn source(&self, alert: &'b Value) -> Source<'b> {
        let Some(body) = &self.values else { return Source { json: alert, values: ().into() } };
        let own =
            if std::ptr::eq(alert, self.body) { body.clone() } else { minijinja::Value::from(Serde(alert)) };
        let whole: BTreeMap<&str, minijinja::Value> =
            BTreeMap::from([("alert", own.clone()), ("body", body.clone())]);
        let whole = minijinja::Value::from(whole);
        let values = if alert.is_object() { minijinja::value::merge_maps([whole, own]) } else { whole };
        Source { json: alert, values }
    }

    /// The event of one alert, or why there is none.
    fn event(&self, alert: &'b Value) -> Result<Event, String> {
        let (source, fields) = (self.source(alert), self.fields);
        let at = |name: &str, field: &Option<Field>, guesses: &[&str]| {
            let said = field.as_ref().map_or(Ok(None), |field| self.value(&source, field, name))?;
            Ok::<_, String>(said.or_else(|| json::first(alert, guesses).map(Cow::into_owned)))
        };
        let key = at("dedup_key", &fields.dedup_key, &["dedup_key"])?;
        let host = at("source", &fields.source, &["source", "host"])?.unwrap_or_default();
        let summary = at("summary", &fields.summary, &["summary", "title", "message", "text"])?;
        let summary = summary
            .or_else(|| key.clone())
            .ok_or("no field is a summary (see `fields:` of the integration)")?;
        let link = at("link", &fields.link, &["link", "url"])?;
        let severity = at("severity", &fields.severity, &["severity", "level", "priority"])?;
        let description = at("description", &fields.description, &["description", "details"])?;
        let started_at = json::first(alert, &["started_at", "timestamp", "time"]);
        Ok(Event {
            // Less the state that is in the words of many: `CPU is DOWN`, `CPU OK -> CRIT`.
            dedup_key: key.unwrap_or_else(|| hash(&[&subject::read(&summary).about, &host])),
            action: self.action(&source, severity.as_deref())?,
            severity: severity.and_then(|text| Severity::parse(&text)),
            description: description.unwrap_or_default(),
            labels: self.labels(&source)?,
            links: link.map(|href| Link { href, text: String::new() }).into_iter().collect(),
            started_at: started_at.and_then(|text| json::instant(&text)),
            summary,
            source: host,
            ..Event::blank(Action::Trigger)
        })
    }

    /// By `resolve_when` or `status`; where neither is there, an action or a severity that says so.
    fn action(&self, source: &Source<'_>, severity: Option<&str>) -> Result<Action, String> {
        let fields = self.fields;
        let action = |is_over| if is_over { Action::Resolve } else { Action::Trigger };
        if let Some(field) = &fields.resolve_when {
            let over = self.value(source, field, "resolve_when")?.as_deref().and_then(truth) == Some(true);
            return Ok(action(over));
        }
        let said = fields.status.as_ref().map_or(Ok(None), |field| self.value(source, field, "status"))?;
        let status = said.or_else(|| json::first(source.json, &["status", "state"]).map(Cow::into_owned));
        let Some(status) = status else {
            let said = json::first(source.json, &ACTIONS);
            return Ok(action(said.as_deref().or(severity).is_some_and(is_over)));
        };
        let is = |word: &String| word.eq_ignore_ascii_case(&status);
        Ok(action(if fields.resolved.is_empty() { is_over(&status) } else { fields.resolved.iter().any(is) }))
    }

    /// The members of `labels` and `tags`, then what the config names.
    fn labels(&self, source: &Source<'_>) -> Result<BTreeMap<String, String>, String> {
        let mut labels = json::scalars(source.json.get("tags"));
        labels.extend(json::scalars(source.json.get("labels")));
        for (name, field) in &self.fields.labels {
            let value = self.value(source, field, &format!("labels.{name}"))?;
            labels.extend(value.map(|value| (name.clone(), value)));
        }
        Ok(labels)
    }

    /// What a field says of an alert; `None` where that is nothing, or an empty text.
    fn value(&self, source: &Source<'_>, field: &Field, name: &str) -> Result<Option<String>, Unusable> {
        let text = match field {
            Field::Pointer(pointer) => json::at(source.json, pointer).map(Cow::into_owned),
            Field::Template(template) => {
                let text = self.rendered(template, source);
                Some(text.map_err(|reason| Unusable::Template { name: name.to_owned(), reason })?)
            }
        };
        let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        match text.as_deref() {
            Some(text) if name == "resolve_when" && truth(text).is_none() => {
                Err(Unusable::NoTruth { text: format!("{text:.100}") })
            }
            _ => Ok(text),
        }
    }

    fn rendered(&self, template: &Template, source: &Source<'_>) -> Result<String, String> {
        if self.fuel.get() == 0 {
            return Err("the templates of one request take too much work".to_owned());
        }
        let Rendered { text, fuel } = template.render(&source.values);
        let length = text.as_ref().map_or(0, String::len).try_into().unwrap_or(u64::MAX);
        self.fuel.set(self.fuel.get().saturating_sub(fuel.saturating_add(length / TEXT_PER_FUEL)));
        text
    }
}

fn truth(text: &str) -> Option<bool> {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    if is("true") { Some(true) } else { is("false").then_some(false) }
}

/// Stand for the alerts of a list that could not be read, one each; the last for all beyond [`NOT_READ_MAX`].
fn not_read(integration: &str, failed: &[(&Value, String)]) -> Vec<Event> {
    let event = |alerts: &str, (alert, reason): &(&Value, String)| {
        let description = alert.to_string();
        Event {
            dedup_key: unparsed_key(description.as_bytes()),
            summary: format!("unparsed payload from integration {integration}: {alerts}: {reason}"),
            description,
            labels: BTreeMap::from([(UNPARSED.to_owned(), "true".to_owned())]),
            ..Event::blank(Action::Trigger)
        }
    };
    let (own, beyond) = failed.split_at(failed.len().min(NOT_READ_MAX));
    let own = own.iter().map(|it| event("an alert of a list", it));
    let beyond = beyond.first().map(|it| event(&format!("{} more alerts of a list", beyond.len()), it));
    own.chain(beyond).collect()
}
