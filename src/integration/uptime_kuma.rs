//! Uptime Kuma's webhook notification, as JSON or as form data.
//!
//! Its source says what it sends (`server/notification-providers/webhook.js`): a heartbeat and the monitor it is of, or, for
//! tests and certificates that expire, only words. It names no severity. `monitor` holds settings and is not kept whole.

use super::{Monitor, Posted, Read, Sample, Stop, bounds::hash, json, url};
use crate::alert::{Action, Event, Link};
use serde_json::Value;
use std::collections::BTreeMap;

pub const MONITOR: Monitor = Monitor {
    sends_severity: false,
    repeats: true,
    setup: "Settings > Notifications > Webhook: this URL, content type application/json.",
    sample: Sample {
        body: r#"{"heartbeat":{"monitorID":"oncall-send","status":{state}},"monitor":{"id":"oncall-send","name":"test alert from oncall send"}}"#,
        firing: "0",
        resolved: "1",
    },
    ..Monitor::webhook("uptime_kuma", "Uptime Kuma", read)
};

fn read(posted: &Posted<'_>) -> Read {
    let form = url::form_field(posted.body, "data");
    let body = json::parse(form.as_deref().unwrap_or(posted.body)).map_err(Stop::Unparsed)?;
    let heartbeat = body.get("heartbeat").filter(|it| it.is_object());
    let words = json::text(&body, "msg");
    match (heartbeat, words) {
        (Some(heartbeat), _) => Ok(event(&body, heartbeat).into_iter().collect()),
        (None, Some(words)) => Ok(vec![Event {
            dedup_key: hash(&[&words]),
            summary: words.into_owned(),
            ..Event::blank(Action::Trigger)
        }]),
        (None, None) => Err(Stop::unparsed("neither `heartbeat` nor `msg`")),
    }
}

/// Pending is not down yet, and maintenance is meant.
fn event(body: &Value, heartbeat: &Value) -> Option<Event> {
    let action = match json::text(heartbeat, "status").as_deref() {
        Some("1") => Action::Resolve,
        Some("2" | "3") => return None,
        _ => Action::Trigger,
    };
    let monitor = body.get("monitor").unwrap_or(&Value::Null);
    let id = json::first(heartbeat, &["monitorID", "monitor_id"]).or_else(|| json::text(monitor, "id"));
    let name = json::text(monitor, "name").unwrap_or_default();
    let said = json::text(heartbeat, "msg").unwrap_or_default();
    let source = json::first(monitor, &["url", "hostname"]).filter(|url| &**url != "https://");
    Some(Event {
        dedup_key: id.map_or_else(|| hash(&[&name]), Into::into),
        summary: format!("{name}: {said}"),
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
