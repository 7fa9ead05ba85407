//! Opsgenie's Alert API, as a receiver: create, close, acknowledge and note, by id or alias.
//!
//! <https://docs.opsgenie.com/docs/alert-api>. Opsgenie answers with the id of a request, by which a client then asks for the
//! alert's id. Here both are one and are made of the alias, so that an alert is found by either without being looked up.

use super::bounds::{followed, hash};
use super::monitor::Spoken;
use super::pagerduty::generated_key;
use super::{Answer, Monitor, Posted, Reject, Request, Sample, json, tags, url};
use crate::alert::{Action, Event, Severity};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub const MONITOR: Monitor = Monitor {
    repeats: true,
    address: "{base}  API key {secret}",
    setup: r#"The notifier's Opsgenie API URL and key; in alertmanager.yml:
  receivers:
    - name: oncall
      opsgenie_configs:
        - { api_url: "{base}/", api_key: "{secret}" }
and name the receiver in `route:`. Each group is one incident."#,
    sample: Sample {
        body: r#"{"alias":"oncall-send","message":"test alert from oncall send","priority":"P5"}"#,
        firing: "",
        resolved: "",
    },
    ..Monitor::protocol("opsgenie", "Opsgenie Alert API", read)
};

const ALERTS: &str = "/v2/alerts";

/// Whether a path is one of the API.
pub fn is_path(path: &str) -> bool {
    path.strip_prefix(ALERTS).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Refuses a request whose key is unknown, in Opsgenie's words.
pub fn unauthorized(request: &Request<'_>) -> Reject {
    let message = "the API key is unknown: it is the secret of an integration of type opsgenie";
    let body = json!({
        "message": "Could not authenticate", "took": 0.0, "requestId": id_of(request.path.as_bytes()),
    });
    Reject { code: "unauthorized", message: message.to_owned(), answer: Answer::json(401, &body) }
}

fn read(posted: &Posted<'_>) -> Spoken {
    let rest = posted.path.strip_prefix(ALERTS).unwrap_or_default();
    let segments: Vec<String> = rest.split('/').filter(|part| !part.is_empty()).map(decoded).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match segments.as_slice() {
        ["requests", id] => Spoken { events: Ok(Vec::new()), unread: Action::Note, answer: status(id) },
        [identifier, action] => about(posted, identifier, action),
        _ => create(posted),
    }
}

fn create(posted: &Posted<'_>) -> Spoken {
    let body = match json::parse(posted.body) {
        Ok(body) => body,
        Err(error) => {
            return Spoken {
                events: Err(error),
                unread: Action::Trigger,
                answer: accepted(&id_of(posted.body)),
            };
        }
    };
    let Some(message) = json::text(&body, "message") else {
        let error = "there is no `message`".to_owned();
        return Spoken { events: Err(error), unread: Action::Trigger, answer: accepted(&id_of(posted.body)) };
    };
    let alias = json::text(&body, "alias").map(|alias| alias.into_owned());
    // Without an alias each request is an alert of its own.
    let id = match &alias {
        Some(alias) => id_of(alias.as_bytes()),
        None => id_of(generated_key(posted.body, posted.now).as_bytes()),
    };
    let labels = labels(&body, alias);
    // Alertmanager's source is its own page.
    let page = json::link(&body, "source", "Source").and_then(followed);
    let source = json::text(&body, "source").filter(|_| page.is_none());
    let priority = json::text(&body, "priority").and_then(|text| Severity::parse(&text));
    let event = Event {
        dedup_key: id.clone(),
        severity: priority.or_else(|| Severity::parse(labels.get("severity")?)),
        summary: message.into_owned(),
        description: json::text(&body, "description").unwrap_or_default().into_owned(),
        source: json::text(&body, "entity").or(source).unwrap_or_default().into_owned(),
        labels,
        links: page.into_iter().collect(),
        ..Event::blank(Action::Trigger)
    };
    Spoken { events: Ok(vec![event]), unread: Action::Trigger, answer: accepted(&id) }
}

/// What is done about an alert that is there.
fn about(posted: &Posted<'_>, identifier: &str, action: &str) -> Spoken {
    let is_alias = url::form_field(posted.query.as_bytes(), "identifierType").as_deref() == Some(b"alias");
    let id = if is_alias { id_of(identifier.as_bytes()) } else { identifier.to_lowercase() };
    let body = json::parse(posted.body).unwrap_or(Value::Null);
    // Those of an update stand beside its word, which is the last of the path.
    let words = json::first(&body, &["note", action]).map(|words| words.into_owned());
    let who = json::first(&body, &["user", "source"]).map(|who| who.into_owned());
    let (kind, unsaid) = match action {
        "close" => (Action::Resolve, identifier),
        "acknowledge" => (Action::Acknowledge, identifier),
        // Another message or priority, assigning, snoozing, tags and details change nothing here, but are seen.
        _ => (Action::Note, action),
    };
    let event = Event {
        dedup_key: id.clone(),
        description: words.clone().filter(|_| action == "description").unwrap_or_default(),
        summary: words.unwrap_or_else(|| unsaid.to_owned()),
        source: who.unwrap_or_default(),
        ..Event::blank(kind)
    };
    Spoken { events: Ok(vec![event]), unread: Action::Trigger, answer: accepted(&id) }
}

/// `details`, `tags`, and whatever else routes may ask for.
fn labels(body: &Value, alias: Option<String>) -> BTreeMap<String, String> {
    let tagged: Vec<_> = json::list(body, "tags").iter().filter_map(json::scalar).collect();
    let mut labels = tags::labels(tagged.iter().map(AsRef::as_ref));
    labels.extend(json::scalars(body.get("details")));
    let responders = json::list(body, "responders").iter();
    let responders: Vec<_> =
        responders.filter_map(|it| json::first(it, &["name", "username", "id"])).collect();
    labels.extend(alias.map(|alias| ("alias".to_owned(), alias)));
    labels.insert("responders".to_owned(), responders.join(","));
    labels.extend(json::text(body, "entity").map(|entity| ("entity".to_owned(), entity.into_owned())));
    labels.retain(|_, value| !value.is_empty());
    labels
}

fn accepted(id: &str) -> Answer {
    Answer::json(202, &json!({ "result": "Request will be processed", "took": 0.001, "requestId": id }))
}

/// What became of a request: whatever was answered 202 was processed.
fn status(id: &str) -> Answer {
    let data = json!({ "success": true, "isSuccess": true, "action": "Create", "status": "Created alert", "alertId": id });
    Answer::json(200, &json!({ "data": data, "took": 0.001, "requestId": id }))
}

/// An id in the form of a UUID, made of a text.
fn id_of(text: &[u8]) -> String {
    let digest = hash(&[&String::from_utf8_lossy(text)]);
    let part = |from: usize, to: usize| digest.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

fn decoded(segment: &str) -> String {
    String::from_utf8_lossy(&url::decoded(segment)).into_owned()
}
