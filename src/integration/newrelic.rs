//! New Relic: the default payload of a workflow's webhook, and the older notification channel.
//!
//! <https://docs.newrelic.com/docs/alerts/get-notified/notification-integrations/#webhook>. An issue may hold several incidents,
//! of which one may close while it lives on: only the state of the issue counts.

use super::{Monitor, Posted, Read, Sample, Stop, json};
use crate::alert::{Action, Event, Severity};
use serde_json::Value;
use std::collections::BTreeMap;

pub const MONITOR: Monitor = Monitor {
    setup: "Alerts > Destinations > Webhook: this URL; then Workflows > Add a workflow > Notify: Webhook, \
            with the default payload.",
    sample: Sample {
        body: r#"{"id":"oncall-send","title":"test alert from oncall send","priority":"LOW","state":"{state}"}"#,
        firing: "ACTIVATED",
        resolved: "CLOSED",
    },
    ..Monitor::webhook("newrelic", "New Relic", read)
};

fn read(posted: &Posted<'_>) -> Read {
    let body = json::parse(posted.body).map_err(Stop::Unparsed)?;
    if body.get("current_state").is_some() {
        return Ok(vec![legacy(&body)]);
    }
    if body.get("state").is_none() && body.get("issueUrl").is_none() {
        return Err(Stop::unparsed("neither `state` nor `issueUrl`: is the payload the default one?"));
    }
    let changed_at = json::time(&body, &["updatedAt"]);
    let lists = [
        ("policy", "alertPolicyNames"),
        ("condition", "alertConditionNames"),
        ("entity", "impactedEntities"),
        ("workflow", "workflowName"),
        ("account", "nrAccountId"),
    ];
    let labels = labels(&body, &lists);
    let title = json::text(&body, "title").or_else(|| json::at(&body, "/title/0"));
    Ok(vec![Event {
        dedup_key: json::first(&body, &["id", "issueId", "issueUrl"]).unwrap_or_default().into_owned(),
        severity: json::text(&body, "priority").and_then(|text| Severity::parse(&text)),
        summary: title.unwrap_or("New Relic issue".into()).into_owned(),
        source: labels.get("entity").cloned().unwrap_or_default(),
        labels,
        links: json::link(&body, "issueUrl", "New Relic").into_iter().collect(),
        runbook: json::first(&body, &["runbookUrl", "runbook_url"]).map(Into::into),
        started_at: json::time(&body, &["createdAt"]),
        changed_at,
        ..Event::blank(action(&json::text(&body, "state").unwrap_or_default()))
    }])
}

fn action(state: &str) -> Action {
    match state.to_ascii_lowercase().as_str() {
        "closed" => Action::Resolve,
        "acknowledged" => Action::Acknowledge,
        _ => Action::Trigger,
    }
}

/// Scalars, and lists as one text.
fn labels(body: &Value, keys: &[(&str, &str)]) -> BTreeMap<String, String> {
    let label = |(name, key): &(&str, &str)| {
        let list: Vec<_> = json::list(body, key).iter().filter_map(json::scalar).collect();
        let value = json::text(body, key).map(|text| text.into_owned());
        let value = value.or_else(|| (!list.is_empty()).then(|| list.join(",")))?;
        Some(((*name).to_owned(), value))
    };
    keys.iter().filter_map(label).collect()
}

fn legacy(body: &Value) -> Event {
    let changed_at = json::time(body, &["timestamp"]);
    let condition = json::text(body, "condition_name").unwrap_or_default();
    let details = json::text(body, "details").unwrap_or_default();
    let summary = [&*condition, &*details].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>();
    let keys = [("policy", "policy_name"), ("condition", "condition_name"), ("account", "account_name")];
    Event {
        dedup_key: json::first(body, &["incident_id", "condition_id"]).unwrap_or_default().into_owned(),
        severity: json::text(body, "severity").and_then(|text| Severity::parse(&text)),
        summary: summary.join(": "),
        source: json::at(body, "/targets/0/name").unwrap_or_default().into_owned(),
        labels: labels(body, &keys),
        links: json::link(body, "incident_url", "New Relic").into_iter().collect(),
        runbook: json::text(body, "runbook_url").map(Into::into),
        changed_at,
        ..Event::blank(action(&json::text(body, "current_state").unwrap_or_default()))
    }
}
