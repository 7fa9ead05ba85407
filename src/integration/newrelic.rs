//! New Relic: a workflow's webhook with our payload (printed by `oncall urls`) or the default one, and the older notification
//! channel.
//!
//! <https://docs.newrelic.com/docs/alerts/get-notified/custom-variables-incident-workflows/>. An issue may hold several incidents,
//! of which one may close while it lives on: only the state of the issue counts. No state says that somebody acknowledged it:
//! `isAcknowledged` does, which the default payload leaves out.

use super::json;
use super::monitor::{Monitor, Sample};
use super::posted::Posted;
use super::reading::{Read, Stop, of_test_button};
use crate::alert::{Action, Event, Severity};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

pub const MONITOR: Monitor = Monitor {
    setup: r#"Alerts > Destinations > Webhook: this URL; then Workflows > Add a workflow > Notify: Webhook. The default payload works; this one also has descriptions, runbooks and acknowledgements:
  {
    "id": {{ json issueId }}, "issueUrl": {{ json issuePageUrl }},
    "title": {{ json annotations.title.[0] }},
    "description": {{ json annotations.description }},
    "priority": {{ json priority }}, "state": {{ json state }},
    "trigger": {{ json triggerEvent }},
    "isAcknowledged": {{ json isAcknowledged }},
    "createdAt": {{ createdAt }}, "updatedAt": {{ updatedAt }},
    "impactedEntities": {{ json entitiesData.names }},
    "alertPolicyNames": {{ json accumulations.policyName }},
    "alertConditionNames": {{ json accumulations.conditionName }},
    "runbookUrl": {{ json accumulations.runbookUrl }},
    "nrAccountId": {{ json nrAccountId }},
    "workflowName": {{ json workflowName }}
  }"#,
    sample: Sample {
        body: r#"{"id":"oncall-send","title":"test alert from oncall send","priority":"LOW","state":"{state}"}"#,
        firing: "ACTIVATED",
        resolved: "CLOSED",
    },
    ..Monitor::webhook("newrelic", "New Relic", read)
};

fn read(posted: &Posted<'_>) -> Read {
    let body = json::parse(posted.body).map_err(Stop::Unparsed)?;
    if let Some(state) = json::text(&body, "current_state") {
        let event = legacy(&body);
        return Ok(vec![if state == "test" { of_test_button(event) } else { event }]);
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
    let runbook =
        json::first(&body, &["runbookUrl", "runbook_url"]).or_else(|| json::at(&body, "/runbookUrl/0"));
    Ok(vec![Event {
        dedup_key: json::first(&body, &["id", "issueId", "issueUrl"]).unwrap_or_default().into_owned(),
        severity: json::text(&body, "priority").and_then(|text| Severity::parse(&text)),
        summary: title.unwrap_or("New Relic issue".into()).into_owned(),
        description: texts(&body, "description").join("\n"),
        source: labels.get("entity").cloned().unwrap_or_default(),
        labels,
        links: json::link(&body, "issueUrl", "New Relic").into_iter().collect(),
        runbook: runbook.map(Into::into),
        started_at: json::time(&body, &["createdAt"]),
        changed_at,
        ..Event::blank(issue_action(&body))
    }])
}

/// Of an acknowledged issue, what is not about that may be news: another incident of it, a higher priority.
fn issue_action(body: &Value) -> Action {
    let text = |key: &str| json::text(body, key).unwrap_or_default();
    match action(&text("state")) {
        Action::Trigger if text("trigger") == "USER_ACTION" && text("isAcknowledged") == "true" => {
            Action::Acknowledge
        }
        action => action,
    }
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
    let labels = keys.iter().map(|(name, key)| ((*name).to_owned(), texts(body, key).join(",")));
    labels.filter(|(_, value)| !value.is_empty()).collect()
}

/// A text, or the texts of a list.
fn texts<'b>(body: &'b Value, key: &str) -> Vec<Cow<'b, str>> {
    json::text(body, key).into_iter().chain(json::list(body, key).iter().filter_map(json::scalar)).collect()
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
        images: json::link(body, "violation_chart_url", "").into_iter().collect(),
        runbook: json::text(body, "runbook_url").map(Into::into),
        started_at: changed_at.filter(|_| json::text(body, "current_state").as_deref() == Some("open")),
        changed_at,
        ..Event::blank(action(&json::text(body, "current_state").unwrap_or_default()))
    }
}
