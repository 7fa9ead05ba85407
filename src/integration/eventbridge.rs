//! CloudWatch alarms as EventBridge tells them, bare or inside an SNS message, and other AWS events.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html>. EventBridge also
//! tells of alarms whose actions are suppressed or muted; those do not page.

use super::cloudwatch::{Metric, action, console_link, own_labels, summary};
use super::posted::Sent;
use super::{Read, json};
use crate::alert::{Action, Event};
use serde_json::Value;
use std::collections::BTreeMap;

/// An event with a `detail-type`.
pub fn read(body: &Value, sent: &Sent<'_>) -> Read {
    let detail = body.get("detail").unwrap_or(&Value::Null);
    match detail.pointer("/state/value").and_then(json::scalar) {
        Some(state) if detail.get("alarmName").is_some() => alarm(body, detail, &state, sent),
        _ => Ok(vec![other(body, sent)]),
    }
}

fn alarm(body: &Value, detail: &Value, state: &str, sent: &Sent<'_>) -> Read {
    let Some(action) = action(state)? else { return Ok(Vec::new()) };
    if action == Action::Trigger && is_muted(detail) {
        return Ok(Vec::new());
    }
    let name = json::text(detail, "alarmName").unwrap_or_default();
    let arn = json::list(body, "resources").iter().find_map(json::scalar).unwrap_or_default();
    let contributor = detail.pointer("/alarmContributor/id").and_then(json::scalar);
    let metric = metric(detail);
    let changed_at =
        detail.pointer("/state/timestamp").and_then(json::scalar).and_then(|text| json::instant(&text));
    let mut labels: BTreeMap<String, String> = metric.dimensions.iter().cloned().collect();
    labels.extend(own_labels(&arn, &name, sent));
    labels.extend(metric.namespace.as_ref().map(|text| ("namespace".to_owned(), text.clone())));
    labels.extend(metric.name.as_ref().map(|text| ("metric".to_owned(), text.clone())));
    let reason = detail.pointer("/state/reason").and_then(json::scalar);
    let description = detail.pointer("/configuration/description").and_then(json::scalar);
    Ok(vec![Event {
        dedup_key: contributor.map_or_else(|| arn.clone().into_owned(), |id| format!("{arn}/{id}")),
        summary: summary(&name, reason.as_deref()),
        description: description.unwrap_or_default().into_owned(),
        source: metric.source(),
        labels,
        links: vec![console_link(&arn, &name)],
        started_at: changed_at.filter(|_| action == Action::Trigger),
        changed_at,
        message_id: message_id(body, sent),
        ..Event::blank(action)
    }])
}

fn is_muted(detail: &Value) -> bool {
    let is_said = |value: Option<&Value>| value.is_some_and(|value| !value.is_null());
    is_said(detail.pointer("/state/actionsSuppressedBy")) || is_said(detail.get("muteDetail"))
}

fn metric(detail: &Value) -> Metric {
    let metrics = detail.pointer("/configuration/metrics").and_then(Value::as_array).into_iter().flatten();
    let Some(metric) = metrics.filter_map(|metric| metric.pointer("/metricStat/metric")).next() else {
        return Metric::default();
    };
    Metric {
        namespace: json::text(metric, "namespace").map(Into::into),
        name: json::text(metric, "name").map(Into::into),
        dimensions: json::scalars(metric.get("dimensions")).into_iter().collect(),
    }
}

/// AWS Health and the like: named by their type, a problem each.
fn other(body: &Value, sent: &Sent<'_>) -> Event {
    let kind = json::text(body, "detail-type").unwrap_or_default();
    let source = json::text(body, "source").unwrap_or_default();
    let labels =
        json::scalars(Some(body)).into_iter().filter(|(name, _)| name == "account" || name == "region");
    Event {
        dedup_key: message_id(body, sent).unwrap_or_else(|| super::bounds::hash(&[&body.to_string()])),
        summary: sent.subject.map_or_else(|| format!("{kind} ({source})"), str::to_owned),
        description: serde_json::to_string_pretty(body.get("detail").unwrap_or(body)).unwrap_or_default(),
        source: source.into_owned(),
        labels: labels.chain([("detail_type".to_owned(), kind.into_owned())]).collect(),
        message_id: message_id(body, sent),
        ..Event::blank(Action::Trigger)
    }
}

/// Redelivered by SNS, a message keeps SNS's id; delivered bare, EventBridge's.
fn message_id(body: &Value, sent: &Sent<'_>) -> Option<String> {
    sent.message_id.map(str::to_owned).or_else(|| json::text(body, "id").map(Into::into))
}
