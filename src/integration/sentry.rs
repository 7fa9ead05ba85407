//! Sentry's integration platform: issue alerts, metric alerts and what becomes of issues; and the older "WebHooks" plugin.
//!
//! <https://docs.sentry.io/integrations/integration-platform/webhooks/>. An issue is one problem however many events it has;
//! that it is over comes as the `issue` resource. Sentry waits one second for an answer.

use super::monitor::{Monitor, Sample, Sns};
use super::posted::Posted;
use super::reading::{Read, Stop, of_test_button};
use super::signature::Signature;
use super::{json, sender};
use crate::alert::{Action, Event, Severity};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

pub const MONITOR: Monitor = Monitor {
    // What it is about is in headers, which SNS drops.
    sns: Sns::Never,
    signature: Some(Signature { header: "sentry-hook-signature", prefix: "", time: None }),
    patience: Some(Duration::from_millis(800)),
    address: "{base}/v1/webhooks/{id}",
    setup: "Settings > Custom Integrations > Internal Integration: this Webhook URL, Alert Rule Action on, \
            and Webhooks: issue. Its Client Secret is the integration's `secret`. Then choose it as an \
            action in alert rules.",
    sample: Sample {
        body: r#"{"action":"{state}","data":{"issue":{"id":"oncall-send","title":"test alert from oncall send","level":"info"}}}"#,
        firing: "created",
        resolved: "resolved",
    },
    ..Monitor::webhook("sentry", "Sentry", read)
};

fn read(posted: &Posted<'_>) -> Read {
    let body = json::parse(posted.body).map_err(Stop::Unparsed)?;
    let data = body.get("data").unwrap_or(&Value::Null);
    let resource = posted.header("sentry-hook-resource").unwrap_or_else(|| guessed(data));
    let event = match resource {
        "event_alert" => issue_alert(data, data.get("event")),
        "error" => issue_alert(data, data.get("error")),
        "metric_alert" => metric_alert(&body, data),
        "issue" | "activity_alert" => match issue(&body, data) {
            Some(event) => event,
            None => return Ok(Vec::new()),
        },
        // Somebody installed the integration or wrote a comment; an analysis or a build got on.
        "installation" | "comment" | "seer" | "preprod_artifact" => return Ok(Vec::new()),
        _ if body.get("event").is_some() || body.get("culprit").is_some() => plugin(&body),
        _ => return Err(Stop::unparsed("neither an alert nor an issue of Sentry")),
    };
    let message_id = posted.header("request-id").map(str::to_owned);
    let event = Event { message_id, ..event };
    // "Send Test Notification" has the alert rule fire on an event that it marks.
    let is_sample = event.labels.get("sample_event").is_some_and(|sample| sample == "yes");
    Ok(vec![if is_sample { of_test_button(event) } else { event }])
}

/// By what is there, where no header says it.
fn guessed(data: &Value) -> &'static str {
    let known =
        [("event", "event_alert"), ("metric_alert", "metric_alert"), ("issue", "issue"), ("error", "error")];
    known.iter().find(|(key, _)| data.get(*key).is_some()).map_or("", |(_, resource)| resource)
}

fn issue_alert(data: &Value, event: Option<&Value>) -> Event {
    let event = event.unwrap_or(&Value::Null);
    let rule = json::text(data, "triggered_rule");
    let mut labels = pairs(event.get("tags"));
    labels.extend(named(event, &[("environment", "environment"), ("platform", "platform")]));
    labels.extend(project(event).map(|project| ("project".to_owned(), project)));
    labels.extend(rule.map(|rule| ("rule".to_owned(), rule.into_owned())));
    Event {
        dedup_key: issue_key(event, &json::first(event, &["issue_id", "event_id"]).unwrap_or_default()),
        severity: json::text(event, "level").and_then(|level| Severity::parse(&level)),
        summary: json::first(event, &["title", "message"]).unwrap_or("Sentry issue".into()).into_owned(),
        description: json::first(event, &["message", "culprit"]).unwrap_or_default().into_owned(),
        source: json::text(event, "culprit").unwrap_or_default().into_owned(),
        labels,
        links: json::link(event, "web_url", "Sentry").into_iter().collect(),
        started_at: json::time(event, &["datetime"]),
        ..Event::blank(Action::Trigger)
    }
}

/// The project's slug, which only the event's own URL names (`…/projects/<organisation>/<slug>/events/…`); else its id.
fn project(event: &Value) -> Option<String> {
    let url = json::text(event, "url").unwrap_or_default();
    let slug = url.split_once("/projects/").and_then(|(_, path)| path.split('/').nth(1));
    let slug = slug.filter(|slug| !slug.is_empty()).map(str::to_owned);
    slug.or_else(|| json::text(event, "project").map(Into::into))
}

/// Assigning is often done by a rule, not by a person: it is no acknowledgement.
fn issue(body: &Value, data: &Value) -> Option<Event> {
    let issue = data.get("issue").unwrap_or(&Value::Null);
    // One that comes back was first seen long ago.
    let (action, began) = match json::text(body, "action").unwrap_or_default().as_ref() {
        "created" | "triggered" => (Action::Trigger, "firstSeen"),
        "unresolved" => (Action::Trigger, "lastSeen"),
        "resolved" | "archived" | "ignored" => (Action::Resolve, "firstSeen"),
        _ => return None,
    };
    let project = issue.get("project").unwrap_or(&Value::Null);
    let mut labels = named(project, &[("slug", "project")]);
    let own = [("substatus", "substatus"), ("issueCategory", "category"), ("shortId", "issue")];
    labels.extend(named(issue, &own));
    Some(Event {
        dedup_key: issue_key(issue, &json::text(issue, "id").unwrap_or_default()),
        severity: json::text(issue, "level").and_then(|level| Severity::parse(&level)),
        summary: json::text(issue, "title").unwrap_or("Sentry issue".into()).into_owned(),
        description: json::at(issue, "/metadata/value").unwrap_or_default().into_owned(),
        source: json::text(issue, "culprit").unwrap_or_default().into_owned(),
        labels,
        links: json::link(issue, "web_url", "Sentry")
            .or_else(|| json::link(issue, "permalink", "Sentry"))
            .into_iter()
            .collect(),
        started_at: json::time(issue, &[began]),
        ..Event::blank(action)
    })
}

fn metric_alert(body: &Value, data: &Value) -> Event {
    let alert = data.get("metric_alert").unwrap_or(&Value::Null);
    let rule = alert.get("alert_rule").unwrap_or(&Value::Null);
    let action = json::text(body, "action").unwrap_or_default();
    let organisation = json::text(alert, "organization_id").unwrap_or_default();
    let identifier = json::first(alert, &["identifier", "id"]).unwrap_or_default();
    let projects = json::list(alert, "projects").iter().filter_map(json::scalar);
    let mut labels = named(rule, &[("name", "rule"), ("environment", "environment")]);
    let projects = projects.collect::<Vec<_>>().join(",");
    labels.extend((!projects.is_empty()).then(|| ("project".to_owned(), projects)));
    Event {
        dedup_key: sender::with(home(data), format!("metric/{organisation}/{identifier}")),
        severity: Severity::parse(&action),
        summary: json::text(data, "description_title")
            .or_else(|| json::text(alert, "title"))
            .unwrap_or("Sentry metric alert".into())
            .into_owned(),
        description: json::text(data, "description_text").unwrap_or_default().into_owned(),
        source: json::text(rule, "name").unwrap_or_default().into_owned(),
        labels,
        links: json::link(data, "web_url", "Sentry").into_iter().collect(),
        started_at: json::time(alert, &["date_started", "date_detected"]),
        ..Event::blank(if action == "resolved" { Action::Resolve } else { Action::Trigger })
    }
}

/// The older plugin posts one flat object, unsigned.
fn plugin(body: &Value) -> Event {
    let event = body.get("event").unwrap_or(&Value::Null);
    let mut labels = pairs(event.get("tags"));
    labels.extend(named(body, &[("project", "project"), ("triggering_rules", "rule")]));
    Event {
        dedup_key: issue_key(body, &json::text(body, "id").unwrap_or_default()),
        severity: json::text(body, "level").and_then(|level| Severity::parse(&level)),
        summary: json::text(event, "title")
            .or_else(|| json::text(body, "message"))
            .or_else(|| json::text(body, "culprit"))
            .unwrap_or("Sentry issue".into())
            .into_owned(),
        source: json::text(body, "culprit").unwrap_or_default().into_owned(),
        labels,
        links: json::link(body, "url", "Sentry").into_iter().collect(),
        ..Event::blank(Action::Trigger)
    }
}

fn issue_key(about: &Value, id: &str) -> String {
    sender::with(home(about), format!("issue/{id}"))
}

/// The host of a Sentry of one's own, which counts its issues from 1.
fn home(about: &Value) -> Option<String> {
    let url = json::first(about, &["web_url", "permalink", "issue_url", "url"])?;
    sender::host_of(&url).filter(|host| host != "sentry.io" && !host.ends_with(".sentry.io"))
}

/// `[["environment", "production"], …]`
fn pairs(tags: Option<&Value>) -> BTreeMap<String, String> {
    let tags = tags.and_then(Value::as_array).into_iter().flatten();
    let pair = |tag: &Value| {
        let text = |at: usize| Some(json::scalar(tag.get(at)?)?.into_owned());
        Some((text(0)?, text(1)?))
    };
    tags.filter_map(pair).collect()
}

fn named(object: &Value, keys: &[(&str, &str)]) -> BTreeMap<String, String> {
    let label =
        |(key, name): &(&str, &str)| Some(((*name).to_owned(), json::text(object, key)?.into_owned()));
    keys.iter().filter_map(label).collect()
}
