//! PagerDuty's Events API v1: `POST /generic/2010-04-15/create_event.json`, still spoken by Healthchecks, Nagios scripts and
//! Google Cloud.
//!
//! <https://developer.pagerduty.com/docs/events-api-v1/overview/>. It has no severity; one that a sender puts into
//! `details` is taken.

use super::posted::Posted;
use super::reading::Answer;
use super::{bounds::generated_key, generic, json, pagerduty_details as details};
use crate::alert::{Action, Event, Link, Severity};
use serde_json::{Value, json};

/// The event of a body and the incident key to answer with; else what is wrong.
pub fn read(value: &Value, posted: &Posted<'_>) -> Result<(Event, String), Vec<String>> {
    let action = match json::text(value, "event_type").as_deref() {
        Some("trigger") => Action::Trigger,
        Some("acknowledge") => Action::Acknowledge,
        Some(word) if generic::is_over(word) => Action::Resolve,
        Some(_) => {
            return Err(vec![
                "Event type is invalid (must be one of the following: trigger, acknowledge or resolve)"
                    .into(),
            ]);
        }
        None => return Err(vec!["Event type is missing or blank".into()]),
    };
    let key = json::text(value, "incident_key").map(|key| key.into_owned());
    let description = json::text(value, "description");
    let key = match (action, key) {
        (Action::Trigger, _) if description.is_none() => {
            return Err(vec!["Description is missing or blank".into()]);
        }
        (Action::Trigger, key) => key.unwrap_or_else(|| generated_key(posted.body, posted.now)),
        (_, key) => key.ok_or_else(|| vec!["Incident key is missing or blank".to_owned()])?,
    };
    let summary = description.map_or_else(|| key.clone(), Into::into);
    Ok((event(value, action, &key, summary), key))
}

/// The answer to an event that was taken.
pub fn processed(key: &str) -> Answer {
    Answer::json(200, &json!({ "status": "success", "message": "Event processed", "incident_key": key }))
}

fn event(value: &Value, action: Action, key: &str, summary: String) -> Event {
    let custom = value.get("details").unwrap_or(&Value::Null);
    let client = json::text(value, "client");
    let mut labels = details::labels(custom);
    labels.extend(client.iter().map(|client| ("client".to_owned(), client.to_string())));
    let context = |kind: &str, href: &str, text: &str| -> Vec<Link> {
        let contexts = json::list(value, "contexts").iter();
        let contexts = contexts.filter(|it| json::text(it, "type").as_deref() == Some(kind));
        contexts.filter_map(|it| link(it, href, text)).collect()
    };
    Event {
        dedup_key: key.to_owned(),
        severity: json::text(custom, "severity").and_then(|text| Severity::parse(&text)),
        summary,
        description: details::description(custom),
        source: client.unwrap_or_default().into_owned(),
        labels,
        links: link(value, "client_url", "client")
            .into_iter()
            .chain(context("link", "href", "text"))
            .collect(),
        images: context("image", "src", "alt"),
        ..Event::blank(action)
    }
}

fn link(object: &Value, href: &str, text: &str) -> Option<Link> {
    let text = json::text(object, text).unwrap_or_default().into_owned();
    json::text(object, href).map(|href| Link { href: href.into_owned(), text })
}
