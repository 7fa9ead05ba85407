//! `custom_details` of a PagerDuty event, as notifiers fill it.
//!
//! Alertmanager and Grafana put a whole group there: `firing` and `resolved`, as a list of alerts (new) or as text with
//! `Labels:` and ` - name = value` lines (old). The labels that all alerts agree on become labels of the event, so that
//! the same routes work for both ways in. Other scalars are labels; long texts are the description.

use super::bounds::followed;
use super::{group, json};
use crate::alert::{Link, Severity};
use serde_json::Value;
use std::collections::BTreeMap;

/// The labels of all alerts in `firing` (or, if none fires, `resolved`), and the one-line scalars.
pub fn labels(details: &Value) -> BTreeMap<String, String> {
    let scalars = json::scalars(Some(details)).into_iter().filter(|(name, value)| !is_long(name, value));
    let mut labels: BTreeMap<String, String> = scalars.collect();
    let groups = ["firing", "resolved"].iter().filter_map(|name| details.get(*name));
    let groups = groups.map(alert_labels).find(|alerts| !alerts.is_empty());
    labels.extend(groups.map(agreed).unwrap_or_default());
    labels
}

/// Details that are addresses.
pub fn links(details: &Value) -> Vec<Link> {
    let links = json::scalars(Some(details)).into_iter().map(|(text, href)| Link { href, text });
    links.filter_map(followed).collect()
}

/// How bad the alerts of a group that fires say they are, where all say the same.
pub fn severity(details: &Value) -> Option<Severity> {
    let alerts = alert_labels(details.get("firing")?);
    agreed(alerts).get("severity").and_then(|text| Severity::parse(text))
}

/// Whatever is not a label: texts as they are, alerts by their words, other lists and objects as JSON.
pub fn description(details: &Value) -> String {
    if let Value::Array(list) = details {
        return list.iter().map(line).collect::<Vec<_>>().join("\n");
    }
    let Some(members) = details.as_object() else {
        return json::scalar(details).unwrap_or_default().into_owned();
    };
    let texts = members.iter().filter_map(|(name, value)| match value {
        Value::String(text) if is_long(name, text) && !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Array(alerts) if is_group(name) => (!alerts.is_empty()).then(|| words(name, alerts)),
        Value::Array(list) if !list.is_empty() => Some(format!("{name}: {}", pretty(value))),
        Value::Object(object) if !object.is_empty() => Some(format!("{name}: {}", pretty(value))),
        _ => None,
    });
    texts.collect::<Vec<_>>().join("\n\n")
}

/// An element of a list in one line: `mount: /var, used: 99`.
fn line(element: &Value) -> String {
    let members = json::scalars(Some(element));
    match json::scalar(element) {
        Some(text) => text.into_owned(),
        None if element.as_object().is_some_and(|all| all.len() == members.len()) => {
            members.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join(", ")
        }
        None => element.to_string(),
    }
}

fn is_long(name: &str, value: &str) -> bool {
    value.trim().contains('\n') || is_group(name) || matches!(name, "description" | "details" | "body")
}

fn is_group(name: &str) -> bool {
    matches!(name, "firing" | "resolved")
}

/// `firing:` and the alerts, a line each, as Alertmanager's own webhook would have named them.
fn words(name: &str, alerts: &[Value]) -> String {
    let lines = alerts.iter().map(|alert| {
        let event = group::event(&Value::Null, alert);
        if event.description.is_empty() {
            event.summary
        } else {
            format!("{}: {}", event.summary, event.description)
        }
    });
    std::iter::once(format!("{name}:")).chain(lines).collect::<Vec<_>>().join("\n")
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// The labels of each alert, from the list or from the text.
fn alert_labels(group: &Value) -> Vec<BTreeMap<String, String>> {
    match group {
        Value::Array(alerts) => alerts.iter().map(|alert| json::scalars(alert.get("labels"))).collect(),
        Value::String(text) => text_labels(text),
        _ => Vec::new(),
    }
}

/// ` - name = value` lines below each `Labels:`.
fn text_labels(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut alerts = Vec::new();
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        if line == "Labels:" {
            inside = true;
            alerts.push(BTreeMap::new());
        } else if let Some((name, value)) = line.strip_prefix("- ").and_then(|pair| pair.split_once('=')) {
            if let Some(labels) = alerts.last_mut().filter(|_| inside) {
                labels.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        } else {
            inside = false;
        }
    }
    alerts
}

/// The labels that all have, with the same value.
fn agreed(alerts: Vec<BTreeMap<String, String>>) -> BTreeMap<String, String> {
    let mut alerts = alerts.into_iter();
    let first = alerts.next().unwrap_or_default();
    alerts.fold(first, |mut agreed, labels| {
        agreed.retain(|name, value| labels.get(name) == Some(value));
        agreed
    })
}
