//! Opsgenie's Alert API, as a receiver: create, close, acknowledge, update and note, by id or alias.
//!
//! <https://docs.opsgenie.com/docs/alert-api>. Opsgenie answers with the id of a request, by which a client then asks for the
//! alert's id. Here both are one and are made of the alias, so that an alert is found by either without being looked up. What
//! is read of an alert is answered by [`web::opsgenie`](crate::web::opsgenie).

use super::bounds::generated_key;
use super::bounds::{followed, hash, is_web};
use super::monitor::Spoken;
use super::monitor::{Monitor, Sample};
use super::posted::Posted;
use super::reading::{Answer, Reject};
use super::request::Request;
use super::{json, tags, url};
use crate::alert::{Action, Event, Link, Severity};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub const MONITOR: Monitor = Monitor {
    repeats: true,
    address: "{base}  API key {secret}",
    setup: r#"The notifier's Opsgenie API URL and key; in alertmanager.yml:
  receivers:
    - name: oncall
      opsgenie_configs:
        - api_url: "{base}/"
          api_key: "{secret}"
and name the receiver in `route:`. Each group is one incident.
In Grafana, and in Amazon Managed Grafana, which has no webhook: Contact points > OpsGenie, API key {secret}, Alert API URL
  {base}/v2/alerts"#,
    sample: Sample {
        body: r#"{"alias":"oncall-send","message":"test alert from oncall send","priority":"P5"}"#,
        firing: "",
        resolved: "",
    },
    ..Monitor::protocol("opsgenie", "Opsgenie Alert API", read)
};

const ALERTS: &str = "/v2/alerts";
/// What can be done about an alert, as the end of a path.
const DONE: [&str; 14] = [
    "acknowledge",
    "assign",
    "close",
    "description",
    "details",
    "escalate",
    "message",
    "notes",
    "priority",
    "responders",
    "snooze",
    "tags",
    "teams",
    "unacknowledge",
];

/// Stands for the method of that name.
const DELETE: &str = "DELETE";

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
        ["requests", id] => silent(status(id)),
        // A search that is saved is no alert.
        ["saved-searches", ..] => silent(accepted("")),
        // A `DELETE`; what has a body is an alert at a wrong path.
        [identifier] if posted.body.is_empty() => about(posted, identifier, &[DELETE]),
        // Opsgenie's own SDK for Node.js leaves a `/` in an alias as it is.
        [alias @ .., done] if alias.len() > 1 && DONE.contains(done) => {
            about(posted, &alias.join("/"), &[done])
        }
        [identifier, done @ ..] if !done.is_empty() => about(posted, identifier, done),
        _ => create(posted),
    }
}

fn silent(answer: Answer) -> Spoken {
    Spoken { events: Ok(Vec::new()), unread: Action::Note, answer }
}

fn create(posted: &Posted<'_>) -> Spoken {
    let refused = |status, error: String, answer: Value| Spoken {
        events: Err(error),
        unread: Action::Trigger,
        // At the webhook's URL nothing is refused.
        answer: if is_path(posted.path) { Answer::json(status, &answer) } else { Answer::accepted(1) },
    };
    let id = id_of(posted.body);
    let body = match json::parse(posted.body) {
        Ok(body) => body,
        Err(error) => {
            let message = format!("Request body is not processable: {error}");
            return refused(400, error, json!({ "message": message, "took": 0.0, "requestId": id }));
        }
    };
    let Some(message) = json::text(&body, "message") else {
        let errors = json!({ "message": "Message can not be empty." });
        let message = "Request body is not processable. Please check the errors.";
        let answer = json!({ "message": message, "errors": errors, "took": 0.0, "requestId": id });
        return refused(422, "there is no `message`".to_owned(), answer);
    };
    let alias = json::text(&body, "alias").map(|alias| alias.into_owned());
    // Without an alias each request is an alert of its own.
    let id = match &alias {
        Some(alias) => id_of(alias.as_bytes()),
        None => id_of(generated_key(posted.body, posted.now).as_bytes()),
    };
    let labels = labels(&body, alias);
    let priority = json::text(&body, "priority").and_then(|text| Severity::parse(&text));
    // Alertmanager's source is its own page.
    let source = json::text(&body, "source").filter(|source| !is_web(source));
    let event = Event {
        dedup_key: id.clone(),
        // Without a priority, as Alertmanager sends it, the alerts' own label says how bad it is.
        severity: priority.or_else(|| Severity::parse(labels.get("severity")?)),
        summary: message.into_owned(),
        description: json::text(&body, "description").unwrap_or_default().into_owned(),
        source: json::text(&body, "entity").or(source).unwrap_or_default().into_owned(),
        labels,
        links: links(&body),
        ..Event::blank(Action::Trigger)
    };
    Spoken { events: Ok(vec![event]), unread: Action::Trigger, answer: accepted(&id) }
}

/// What is done about an alert that is there: `close`, `notes`, `actions Restart`.
fn about(posted: &Posted<'_>, identifier: &str, done: &[&str]) -> Spoken {
    let ids = ids_by(identifier, posted.query);
    let id = ids.first().cloned().unwrap_or_default();
    let body = json::parse(posted.body).unwrap_or(Value::Null);
    let text = |key: &str| json::text(&body, key).unwrap_or_default().into_owned();
    let said = |action: Action, words: &str| Event {
        dedup_key: id.clone(),
        summary: Some(text("note")).filter(|note| !note.is_empty()).unwrap_or_else(|| words.to_owned()),
        source: json::first(&body, &["user", "source"]).unwrap_or_default().into_owned(),
        ..Event::blank(action)
    };
    // What cannot be read of an update leaves all as it was.
    let update = Event { dedup_key: id.clone(), ..Event::blank(Action::Update) };
    let labels = labels(&body, None);
    let event = match done {
        ["close"] => said(Action::Resolve, identifier),
        [DELETE] => said(Action::Resolve, "deleted"),
        ["acknowledge"] => said(Action::Acknowledge, identifier),
        ["message"] => Event { summary: text("message"), ..update },
        ["description"] => Event { description: text("description"), ..update },
        ["priority"] => Event { severity: Severity::parse(&text("priority")), ..update },
        ["tags" | "details"] if !labels.is_empty() => Event { labels, ..update },
        // Assigning, snoozing and attachments change nothing here, but are seen.
        _ => said(Action::Note, &done.join(" ")),
    };
    let events = ids.iter().map(|id| Event { dedup_key: id.clone(), ..event.clone() });
    Spoken { events: Ok(events.collect()), unread: Action::Note, answer: accepted(&id) }
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

/// Opsgenie has no field for links: senders put them into the source (Alertmanager) and the details (Zabbix).
fn links(body: &Value) -> Vec<Link> {
    let details = json::scalars(body.get("details"));
    let source = json::text(body, "source").map(|href| ("Source".to_owned(), href.into_owned()));
    let links = details.into_iter().chain(source).map(|(text, href)| Link { href, text });
    links.filter_map(followed).collect()
}

fn accepted(id: &str) -> Answer {
    Answer::json(202, &json!({ "result": "Request will be processed", "took": 0.001, "requestId": id }))
}

/// What became of a request: whatever was answered 202 was processed.
fn status(id: &str) -> Answer {
    let data = json!({ "success": true, "isSuccess": true, "action": "Create", "status": "Created alert", "alertId": id });
    Answer::json(200, &json!({ "data": data, "took": 0.001, "requestId": id }))
}

/// The dedup keys that an alert that a path names may have, if it names nothing beside it.
pub fn alert(request: &Request<'_>) -> Option<Vec<String>> {
    let identifier = request.path.strip_prefix(ALERTS)?.trim_matches('/');
    let alone = !identifier.is_empty() && !identifier.contains('/');
    alone.then(|| ids_by(&decoded(identifier), request.query))
}

/// The ids that an alert may have that is named by its id, its tiny id (which is its id) or its alias. Many clients leave out by
/// which: what looks like an id may be an alias as well, and naming an alert that is not there does nothing.
fn ids_by(identifier: &str, query: &str) -> Vec<String> {
    let by = url::form_field(query.as_bytes(), "identifierType").unwrap_or_default();
    let (alias, id) = (id_of(identifier.as_bytes()), identifier.to_lowercase());
    match by.to_ascii_lowercase().as_slice() {
        b"alias" => vec![alias],
        b"id" | b"tiny" => vec![id],
        _ if is_id(&id) => vec![id, alias],
        _ => vec![alias],
    }
}

/// Whether a text has the form of the ids that [`id_of`] makes.
fn is_id(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let is_hex = |part: &&str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12]) && parts.iter().all(is_hex)
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
