//! PagerDuty's Events API v2, as a receiver: `POST /v2/enqueue`.
//!
//! <https://developer.pagerduty.com/docs/events-api-v2/trigger-events/>. Notifiers check the answers literally, so they
//! are PagerDuty's. More forgiving than PagerDuty: a missing `source` or an unknown `severity` is no reason to lose
//! a page.

use super::{Answer, Reject, json, pagerduty_details as details};
use crate::alert::{Action, Event, Link, Severity};
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use ring::digest::{Context, SHA256};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The event of a body and the dedup key to answer with; else what is wrong, in PagerDuty's words.
pub fn read(body: &[u8], now: Timestamp) -> Result<(Event, String), Vec<String>> {
    let value = json::parse(body).map_err(|error| vec![error])?;
    let action = match json::text(&value, "event_action").as_deref() {
        Some("trigger") => Action::Trigger,
        Some("acknowledge") => Action::Acknowledge,
        Some("resolve") => Action::Resolve,
        Some(_) => {
            return Err(vec![
                "'event_action' is invalid (must be one of the following: 'trigger', 'acknowledge' or 'resolve')".into(),
            ]);
        }
        None => return Err(vec!["'event_action' is missing or blank".into()]),
    };
    let key = json::text(&value, "dedup_key").map(|key| key.into_owned());
    if action != Action::Trigger {
        let key = key.ok_or_else(|| vec!["'dedup_key' is missing or blank".to_owned()])?;
        return Ok((event(&value, action, &key), key));
    }
    if value.pointer("/payload/summary").and_then(json::scalar).is_none() {
        return Err(vec!["'payload.summary' is missing or blank".into()]);
    }
    let key = key.unwrap_or_else(|| generated_key(body, now));
    Ok((event(&value, action, &key), key))
}

/// The answer to an event that was taken.
pub fn processed(dedup_key: &str) -> Answer {
    let body = json!({ "status": "success", "message": "Event processed", "dedup_key": dedup_key });
    Answer::json(202, &body)
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

/// A trigger without a key is a problem of its own: the same body at another moment is another key.
fn generated_key(body: &[u8], now: Timestamp) -> String {
    let mut context = Context::new(&SHA256);
    context.update(now.as_nanosecond().to_string().as_bytes());
    context.update(body);
    HEXLOWER.encode(context.finish().as_ref().get(..16).unwrap_or_default())
}

fn event(value: &Value, action: Action, key: &str) -> Event {
    let payload = value.get("payload").unwrap_or(&Value::Null);
    let text = |name: &str| json::text(payload, name);
    let custom = payload.get("custom_details").unwrap_or(&Value::Null);
    Event {
        dedup_key: key.to_owned(),
        severity: text("severity").and_then(|severity| Severity::parse(&severity)),
        // A resolve or an acknowledgement may come without words.
        summary: text("summary").map_or_else(|| key.to_owned(), Into::into),
        description: details::description(custom),
        source: text("source").unwrap_or_default().into_owned(),
        labels: labels(value, payload, custom),
        links: links(value),
        images: json::list(value, "images").iter().filter_map(|image| web(image, "src", "alt")).collect(),
        started_at: text("timestamp").and_then(|text| json::instant(&text)),
        ..Event::blank(action)
    }
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
