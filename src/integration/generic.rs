//! Any JSON: the fields that the config points at, and good guesses for those it does not.

use super::bounds::{few, hash};
use super::{Monitor, Posted, Read, Stop, json};
use crate::alert::{Action, Event, Link, Severity};
use crate::config::GenericFields;
use serde_json::Value;
use std::{borrow::Cow, collections::BTreeMap};

/// What `status` says when it is over, unless the config says otherwise.
const RESOLVED: [&str; 5] = ["resolved", "ok", "closed", "recovered", "up"];

pub const MONITOR: Monitor = Monitor {
    repeats: true,
    has_fields: true,
    setup: "POST JSON to it; the secret may be sent as `Authorization: Bearer` instead.",
    ..Monitor::webhook("generic", "generic JSON", read)
};

/// The event of a body, or the events of a list of such bodies.
fn read(posted: &Posted<'_>) -> Read {
    let fields = &posted.endpoint.fields;
    let body = json::parse(posted.body).map_err(Stop::Unparsed)?;
    match &body {
        Value::Array(bodies) => {
            let (bodies, left_out) = few(bodies);
            bodies.iter().map(|body| event(fields, body)).chain(left_out.map(Ok)).collect()
        }
        body => Ok(vec![event(fields, body)?]),
    }
}

/// The event of one object.
pub fn event(fields: &GenericFields, body: &Value) -> Result<Event, Stop> {
    let at = |pointer: &Option<String>, guesses: &[&str]| field(body, pointer.as_deref(), guesses);
    let key = at(&fields.dedup_key, &["dedup_key", "alias", "id"]);
    let source = at(&fields.source, &["source", "host"]).unwrap_or_default();
    let summary = at(&fields.summary, &["summary", "title", "message", "text"]).or_else(|| key.clone());
    let summary =
        summary.ok_or_else(|| Stop::unparsed("no field is a summary (see `fields:` of the integration)"))?;
    let status = at(&fields.status, &["status", "state"]);
    Ok(Event {
        dedup_key: key.map_or_else(|| hash(&[&summary, &source]), Cow::into_owned),
        severity: at(&fields.severity, &["severity", "level", "priority"])
            .and_then(|text| Severity::parse(&text)),
        description: at(&fields.description, &["description", "details"]).unwrap_or_default().into_owned(),
        labels: labels(fields, body),
        links: at(&fields.link, &["link", "url"]).map(link).into_iter().collect(),
        started_at: at(&None, &["started_at", "timestamp", "time"]).and_then(|text| json::instant(&text)),
        summary: summary.into_owned(),
        source: source.into_owned(),
        ..Event::blank(action(fields, status.as_deref()))
    })
}

/// What the pointer leads to, else the first guess that is there.
fn field<'a>(body: &'a Value, pointer: Option<&str>, guesses: &[&str]) -> Option<Cow<'a, str>> {
    pointer.and_then(|pointer| json::scalar(body.pointer(pointer)?)).or_else(|| json::first(body, guesses))
}

fn action(fields: &GenericFields, status: Option<&str>) -> Action {
    let Some(status) = status else { return Action::Trigger };
    let is = |word: &str| word.eq_ignore_ascii_case(status);
    let resolved = if fields.resolved.is_empty() {
        RESOLVED.into_iter().any(is)
    } else {
        fields.resolved.iter().any(|word| is(word))
    };
    if resolved { Action::Resolve } else { Action::Trigger }
}

/// The members of `labels` and `tags`, then what the config names.
fn labels(fields: &GenericFields, body: &Value) -> BTreeMap<String, String> {
    let mut labels = json::scalars(body.get("tags"));
    labels.extend(json::scalars(body.get("labels")));
    let named = fields.labels.iter().filter_map(|(name, pointer)| {
        Some((name.clone(), json::scalar(body.pointer(pointer)?)?.into_owned()))
    });
    labels.extend(named);
    labels
}

fn link(href: Cow<'_, str>) -> Link {
    Link { href: href.into_owned(), text: String::new() }
}
