//! Uptime Kuma's webhook notification, as JSON, as form data, or as a `GET` with a query.
//!
//! Its source says what it sends (`server/notification-providers/webhook.js`): a heartbeat and the monitor it is of, or, for
//! tests and certificates that expire, only words. Form data has all of it in one field, `data`, and a query its parts in
//! three. It names no severity. `monitor` holds settings and is not kept whole.

use super::monitor::{Monitor, Sample};
use super::posted::Posted;
use super::reading::{Read, Stop, of_test_button};
use super::{bounds::hash, form, json};
use crate::alert::{Action, Event, Link};
use serde_json::Value;
use std::collections::BTreeMap;

pub const MONITOR: Monitor = Monitor {
    sends_severity: false,
    repeats: true,
    gets: true,
    setup: "Settings > Notifications > Webhook: this URL, content type application/json.",
    sample: Sample {
        body: r#"{"heartbeat":{"monitorID":"oncall-send","status":{state}},"monitor":{"id":"oncall-send","name":"test alert from oncall send"}}"#,
        firing: "0",
        resolved: "1",
    },
    ..Monitor::webhook("uptime_kuma", "Uptime Kuma", read)
};

/// What the test button says: the notification's name, and this (`server/server.js`).
const TESTING: &str = " Testing";

fn read(posted: &Posted<'_>) -> Read {
    let form = form::json_or_form(posted).map_err(Stop::Unparsed)?;
    let body = match form.get("data") {
        Some(Value::String(data)) => json::parse(data.as_bytes()).map_err(Stop::Unparsed)?,
        _ => form,
    };
    let heartbeat = part(&body, "heartbeat").filter(|it| it.is_object());
    let words = json::text(&body, "msg");
    match (heartbeat, words) {
        (Some(heartbeat), _) => {
            let monitor = part(&body, "monitor").unwrap_or_default();
            Ok(event(&monitor, &heartbeat).into_iter().collect())
        }
        (None, Some(words)) => {
            let event = Event {
                dedup_key: hash(&[&words]),
                summary: words.clone().into_owned(),
                ..Event::blank(Action::Trigger)
            };
            Ok(vec![if words.ends_with(TESTING) { of_test_button(event) } else { event }])
        }
        (None, None) => Err(Stop::unparsed("neither `heartbeat` nor `msg`")),
    }
}

/// A member, or in a query the JSON that it is the text of.
fn part(body: &Value, name: &str) -> Option<Value> {
    match body.get(name)? {
        Value::String(text) => json::parse(text.as_bytes()).ok(),
        other => Some(other.clone()),
    }
}

/// Pending is not down yet, and maintenance is meant.
fn event(monitor: &Value, heartbeat: &Value) -> Option<Event> {
    let action = match json::text(heartbeat, "status").as_deref() {
        Some("1") => Action::Resolve,
        Some("2" | "3") => return None,
        _ => Action::Trigger,
    };
    let id = json::first(heartbeat, &["monitorID", "monitor_id"]).or_else(|| json::text(monitor, "id"));
    let name = json::text(monitor, "name").unwrap_or_default();
    let said = json::text(heartbeat, "msg").unwrap_or_default();
    let source = json::first(monitor, &["url", "hostname"]).filter(|url| &**url != "https://");
    Some(Event {
        // Every Kuma counts its monitors from 1.
        dedup_key: id
            .map_or_else(|| hash(&[&name]), |id| format!("{id}/{name}").trim_end_matches('/').to_owned()),
        summary: [&*name, &*said].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(": "),
        description: json::first(monitor, &["description", "path"]).unwrap_or_default().into_owned(),
        labels: labels(monitor, &name),
        links: source
            .iter()
            .map(|href| Link { href: href.to_string(), text: name.clone().into_owned() })
            .collect(),
        started_at: time(heartbeat).filter(|_| action == Action::Trigger),
        changed_at: time(heartbeat),
        source: source.unwrap_or_default().into_owned(),
        ..Event::blank(action)
    })
}

/// `2026-11-22 10:40:00.000` is UTC.
fn time(heartbeat: &Value) -> Option<jiff::Timestamp> {
    json::instant(&format!("{}Z", json::text(heartbeat, "time")?.trim_end_matches('Z')))
}

fn labels(monitor: &Value, name: &str) -> BTreeMap<String, String> {
    let tags = json::list(monitor, "tags").iter();
    let mut labels: BTreeMap<String, String> = tags
        .filter_map(|tag| {
            let value = json::text(tag, "value").unwrap_or("true".into()).into_owned();
            Some((json::text(tag, "name")?.into_owned(), value))
        })
        .collect();
    labels.insert("monitor".to_owned(), name.to_owned());
    labels.extend(json::text(monitor, "type").map(|kind| ("type".to_owned(), kind.into_owned())));
    labels.retain(|_, value| !value.is_empty());
    labels
}
