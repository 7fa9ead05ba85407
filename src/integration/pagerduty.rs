//! PagerDuty's Events API v2, as a receiver: `POST /v2/enqueue`, and `POST /v2/change/enqueue` for changes, which never page.
//!
//! <https://developer.pagerduty.com/docs/events-api-v2/trigger-events/>,
//! <https://developer.pagerduty.com/docs/events-api-v2/send-change-events/>. Notifiers check the answers literally, so
//! they are PagerDuty's. More forgiving than PagerDuty: a missing `source` or an unknown `severity` is no reason to lose
//! a page. Version 1 is next door.

use super::bounds::generated_key;
use super::monitor::Spoken;
use super::monitor::{Monitor, Sample};
use super::posted::Posted;
use super::reading::{Answer, Reject};
use super::{generic, json, pagerduty_details as details, pagerduty_v1, sender};
use crate::alert::{Action, Event, Link, Severity};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub const MONITOR: Monitor = Monitor {
    repeats: true,
    address: "{base}/v2/enqueue  routing key {secret}",
    setup: r#"The notifier's PagerDuty URL and integration (routing) key; in alertmanager.yml:
  receivers:
    - name: oncall
      pagerduty_configs:
        - url: "{base}/v2/enqueue"
          routing_key: "{secret}"
          severity: '{{ or .CommonLabels.severity "critical" }}'
and name the receiver in `route:`. Each group is one incident; without `severity`, what has no such label is an error.
Version 1 is {base}/generic/2010-04-15/create_event.json with the same key as service_key; deploys go to {base}/v2/change/enqueue and never page."#,
    sample: Sample {
        body: r#"{"routing_key":{secret},"event_action":"{state}","dedup_key":"oncall-send",
  "payload":{"summary":"test alert from oncall send","source":"oncall send","severity":"info"}}"#,
        firing: "trigger",
        resolved: "resolve",
    },
    ..Monitor::protocol("pagerduty", "PagerDuty Events API", read)
};

const ENQUEUE: &str = "/v2/enqueue";
const CHANGE: &str = "/v2/change/enqueue";
const CREATE: &str = "/generic/2010-04-15/create_event.json";
/// Where the routing key is the secret.
pub const PATHS: [&str; 3] = [ENQUEUE, CHANGE, CREATE];

/// What the key is called in a body, of version 2 and of version 1.
pub const KEY_NAMES: [&str; 2] = ["routing_key", "service_key"];

/// What the key is called in a body that is posted there.
pub fn key_name(path: &str) -> &'static str {
    if path == CREATE { "service_key" } else { "routing_key" }
}

/// Version 2, version 1 or a change, by the path; at the webhook's URL by the body, where nothing is refused.
fn read(posted: &Posted<'_>) -> Spoken {
    let body = json::parse(posted.body);
    let is_v1 = |body: &Value| body.get("event_type").is_some() && body.get("event_action").is_none();
    let (read, answer): (_, fn(&str) -> Answer) = match (posted.path, &body) {
        (_, Err(error)) => (Err(vec![error.clone()]), processed),
        (CREATE, Ok(body)) => (pagerduty_v1::read(body, posted), pagerduty_v1::processed),
        (CHANGE, Ok(body)) => (change(body, posted), |_| change_processed()),
        (_, Ok(body)) if is_v1(body) => (pagerduty_v1::read(body, posted), processed),
        (_, Ok(body)) => (event_of(body, posted), processed),
    };
    let unread = if posted.path == CHANGE { Action::Change } else { Action::Trigger };
    let is_api = PATHS.contains(&posted.path);
    match read {
        Ok((event, key)) => Spoken { events: Ok(vec![event]), unread, answer: answer(&key) },
        Err(errors) => {
            let answer = if is_api { invalid(&errors) } else { Answer::accepted(1) };
            Spoken { events: Err(errors.join("; ")), unread, answer }
        }
    }
}

/// The event of a body and the dedup key to answer with; else what is wrong, in PagerDuty's words.
fn event_of(value: &Value, posted: &Posted<'_>) -> Result<(Event, String), Vec<String>> {
    let action = match json::text(value, "event_action").as_deref() {
        Some("trigger") => Action::Trigger,
        Some("acknowledge") => Action::Acknowledge,
        // Not PagerDuty's words, but their meaning is plain.
        Some(word) if generic::is_over(word) => Action::Resolve,
        Some(_) => {
            return Err(vec![
                "'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')".into(),
            ]);
        }
        None => return Err(vec!["'event_action' is missing or blank".into()]),
    };
    let key = json::text(value, "dedup_key").map(|key| key.into_owned());
    if action != Action::Trigger {
        let key = key.ok_or_else(|| vec!["'dedup_key' is missing or blank".to_owned()])?;
        return Ok((event(value, action, &key), key));
    }
    has_summary(value)?;
    let key = key.unwrap_or_else(|| generated_key(posted.body, posted.now));
    let severity = value.get("payload").and_then(|payload| json::text(payload, "severity"));
    let is_over = severity.is_some_and(|severity| generic::is_over(&severity));
    Ok((event(value, if is_over { Action::Resolve } else { action }, &key), key))
}

/// A change: somebody deployed something.
fn change(value: &Value, posted: &Posted<'_>) -> Result<(Event, String), Vec<String>> {
    has_summary(value)?;
    let key = generated_key(posted.body, posted.now);
    Ok((event(value, Action::Change, &key), key))
}

fn has_summary(value: &Value) -> Result<(), Vec<String>> {
    let summary = value.get("payload").and_then(|payload| json::text(payload, "summary"));
    summary.map(|_| ()).ok_or_else(|| vec!["'payload.summary' is missing or blank".to_owned()])
}

/// The answer to an event that was taken.
pub fn processed(dedup_key: &str) -> Answer {
    let key = Value::from(dedup_key);
    let body = format!(r#"{{"status":"success","message":"Event processed","dedup_key":{key}}}"#);
    Answer { status: 202, content_type: "application/json", body }
}

fn change_processed() -> Answer {
    Answer::json(202, &json!({ "status": "success", "message": "Change event processed" }))
}

/// The answer to one that PagerDuty would not take.
pub fn invalid(errors: &[String]) -> Answer {
    let body = json!({ "status": "invalid event", "message": "Event object is invalid", "errors": errors });
    Answer::json(400, &body)
}

/// Refuses a request in PagerDuty's words.
pub fn reject(code: &'static str, error: String) -> Reject {
    Reject { code, answer: invalid(std::slice::from_ref(&error)), message: error }
}

fn event(value: &Value, action: Action, key: &str) -> Event {
    let payload = value.get("payload").unwrap_or(&Value::Null);
    let text = |name: &str| json::text(payload, name);
    let custom = payload.get("custom_details").unwrap_or(&Value::Null);
    Event {
        dedup_key: sender::with(group_sender(value, key), key.to_owned()),
        // Alertmanager says `error` of every group, unless its config says otherwise.
        severity: text("severity").and_then(|text| Severity::parse(&text)).max(details::severity(custom)),
        // A resolve or an acknowledgement may come without words.
        summary: text("summary").map_or_else(|| key.to_owned(), Into::into),
        description: details::description(custom),
        source: text("source").unwrap_or_default().into_owned(),
        labels: labels(value, payload, custom),
        links: links(value).into_iter().chain(details::links(custom)).collect(),
        images: json::list(value, "images").iter().filter_map(|image| web(image, "src", "alt")).collect(),
        started_at: text("timestamp").and_then(|text| json::instant(&text)),
        ..Event::blank(action)
    }
}

/// Alertmanager and Grafana make a key of the group's name alone, by which two of them with the same routes would meet.
fn group_sender(value: &Value, key: &str) -> Option<String> {
    let client = json::text(value, "client")?.to_ascii_lowercase();
    let is_known = ["alertmanager", "grafana"].iter().any(|name| client.contains(name));
    let is_digest = key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_known && is_digest).then(|| json::text(value, "client_url"))?.and_then(|url| sender::of_pair(&url))
}

/// What the details say, and the payload's own `component`, `group` and `class`.
fn labels(value: &Value, payload: &Value, custom: &Value) -> BTreeMap<String, String> {
    let own = ["component", "group", "class"].map(|name| (name, json::text(payload, name)));
    let own = own.into_iter().chain([("client", json::text(value, "client"))]);
    let mut labels = details::labels(custom);
    labels.extend(own.filter_map(|(name, value)| Some((name.to_owned(), value?.into_owned()))));
    labels
}

fn links(value: &Value) -> Vec<Link> {
    let client = json::text(value, "client").unwrap_or_default();
    let client_url = json::text(value, "client_url");
    let client = client_url.map(|href| Link { href: href.into_owned(), text: client.into_owned() });
    client
        .into_iter()
        .chain(json::list(value, "links").iter().filter_map(|link| web(link, "href", "text")))
        .collect()
}

fn web(object: &Value, href: &str, text: &str) -> Option<Link> {
    let text = json::text(object, text).unwrap_or_default().into_owned();
    json::text(object, href).map(|href| Link { href: href.into_owned(), text })
}
