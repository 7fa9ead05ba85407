//! A group of alerts, as Alertmanager's webhook has it and Grafana's begins with it: one event for each alert.

use super::bounds::{few, followed, hash, is_web};
use super::posted::Posted;
use super::reading::{Read, Stop};
use super::{json, sender, url};
use crate::alert::{Action, Event, Link, Severity};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The annotations that name a runbook.
const RUNBOOK: [&str; 3] = ["runbook_url", "runbook_uri", "runbook"];

/// The alerts of a group, as the webhook has them.
pub fn group(posted: &Posted<'_>, group: &Value) -> Read {
    let (alerts, left_out) = few(alerts(group)?);
    let overview = overview(group).and_then(followed);
    let sender = json::text(group, "externalURL").and_then(|url| sender::of_pair(&url));
    let sender = sender.or_else(|| posted.topic().map(str::to_owned));
    let mut events: Vec<Event> = alerts.iter().map(|alert| event(group, alert)).collect();
    events.extend(left_out.or_else(|| truncation(group)));
    for event in &mut events {
        event.links.extend(overview.clone());
        event.dedup_key = sender::with(sender.clone(), std::mem::take(&mut event.dedup_key));
    }
    Ok(events)
}

/// The `alerts` of a group.
pub fn alerts(group: &Value) -> Result<&[Value], Stop> {
    let alerts = group.get("alerts").and_then(Value::as_array);
    alerts.map(Vec::as_slice).ok_or_else(|| Stop::unparsed("there is no list `alerts`"))
}

/// One alert of a group, as Alertmanager and Grafana both send it. Never fails: what is missing stays empty.
pub fn event(group: &Value, alert: &Value) -> Event {
    let labels = json::scalars(alert.get("labels"));
    let annotations = alert.get("annotations").unwrap_or(&Value::Null);
    Event {
        dedup_key: json::text(alert, "fingerprint").map_or_else(|| fingerprint(&labels), Into::into),
        severity: severity(&labels, annotations),
        summary: summary(&labels, annotations),
        description: description(annotations),
        source: source(&labels).unwrap_or_default().to_owned(),
        links: json::link(alert, "generatorURL", "Rule").into_iter().chain(links(annotations)).collect(),
        runbook: json::first(annotations, &RUNBOOK).map(Into::into),
        started_at: json::text(alert, "startsAt").and_then(|text| json::instant(&text)),
        labels,
        ..Event::blank(action(json::text(alert, "status").or_else(|| json::text(group, "status")).as_deref()))
    }
}

/// Alerts that the sender's own bound left out may be pages: an event of its own says so.
pub fn truncation(group: &Value) -> Option<Event> {
    let truncated = group.get("truncatedAlerts").and_then(Value::as_u64).filter(|count| *count > 0)?;
    let key = json::text(group, "groupKey").unwrap_or_default();
    Some(Event {
        dedup_key: format!("truncated/{key}"),
        severity: Some(Severity::Warning),
        summary: format!("{truncated} more alerts of this group were not sent (the receiver's max_alerts)"),
        description: format!("group {key}"),
        labels: json::scalars(group.get("commonLabels")),
        ..Event::blank(action(json::text(group, "status").as_deref()))
    })
}

fn action(status: Option<&str>) -> Action {
    if status.is_some_and(|status| status.eq_ignore_ascii_case("resolved")) {
        Action::Resolve
    } else {
        Action::Trigger
    }
}

/// Alertmanager before 0.19 sends no fingerprint; like it, this one names the set of labels.
fn fingerprint(labels: &BTreeMap<String, String>) -> String {
    let parts: Vec<&str> = labels.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]).collect();
    hash(&parts)
}

fn severity(labels: &BTreeMap<String, String>, annotations: &Value) -> Option<Severity> {
    let label = labels.get("severity").and_then(|text| Severity::parse(text));
    label.or_else(|| Severity::parse(&json::text(annotations, "severity")?))
}

fn summary(labels: &BTreeMap<String, String>, annotations: &Value) -> String {
    if let Some(text) = json::first(annotations, &["summary", "title", "message"]) {
        return text.into_owned();
    }
    match (labels.get("alertname"), source(labels)) {
        (Some(name), Some(source)) => format!("{name} ({source})"),
        (Some(name), None) => name.clone(),
        (None, _) => json::text(annotations, "description").map_or("alert without a name".into(), Into::into),
    }
}

/// The description, and below it what else the rule's author has written: `impact: …`, a line each.
fn description(annotations: &Value) -> String {
    let main = json::first(annotations, &["description", "message"]).map(Cow::into_owned);
    let others = others(annotations).filter(|(_, text)| !is_web(text));
    main.into_iter()
        .chain(others.map(|(name, text)| format!("{name}: {text}")))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Annotations that are addresses: a dashboard, a log.
fn links(annotations: &Value) -> impl Iterator<Item = Link> {
    let links = others(annotations).filter(|(name, text)| is_web(text) && !RUNBOOK.contains(name));
    links.map(|(name, text)| Link { href: text.into_owned(), text: name.to_owned() })
}

/// The annotations that have no place of their own. Those of Grafana that begin with `__` are not for people.
fn others(annotations: &Value) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    const PLACED: [&str; 5] = ["summary", "title", "description", "message", "severity"];
    let all = annotations.as_object().into_iter().flatten();
    let others = all.filter(|(name, _)| !PLACED.contains(&name.as_str()) && !name.starts_with("__"));
    others.filter_map(|(name, value)| Some((name.as_str(), json::scalar(value)?)))
}

/// The host, or what else is in trouble, as labels name it.
pub fn source(labels: &BTreeMap<String, String>) -> Option<&str> {
    let names = ["instance", "host", "hostname", "node", "pod", "job"];
    names.iter().find_map(|name| labels.get(*name)).map(String::as_str)
}

fn overview(group: &Value) -> Option<Link> {
    let base = json::text(group, "externalURL")?;
    let receiver = json::text(group, "receiver").unwrap_or_default();
    let href = format!("{}/#/alerts?receiver={}", base.trim_end_matches('/'), url::encoded(&receiver));
    Some(Link { href, text: "Alertmanager".to_owned() })
}
