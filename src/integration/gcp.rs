//! Google Cloud Monitoring: the webhook notification channel, and the same JSON pushed by Pub/Sub.
//!
//! <https://cloud.google.com/monitoring/support/notification-options#schema-pubsub>. Times are seconds; an open incident's end is
//! null or 0. Google closes an incident by itself after seven days without data, unless the policy says otherwise.

use super::json;
use super::monitor::{Monitor, Sample};
use super::posted::Posted;
use super::reading::{Read, Stop, of_test_button};
use crate::alert::{Action, Event, Severity};
use data_encoding::BASE64;
use serde_json::Value;
use std::collections::BTreeMap;

pub const MONITOR: Monitor = Monitor {
    setup: "Alerting > Edit notification channels > Webhooks > Add new: this URL. Its severity is the policy's; \
            set one in each policy.",
    sample: Sample {
        body: r#"{"incident":{"incident_id":"oncall-send","summary":"test alert from oncall send","severity":"Warning","state":"{state}"}}"#,
        firing: "open",
        resolved: "closed",
    },
    ..Monitor::webhook("gcp", "Google Cloud Monitoring", read)
};

fn read(posted: &Posted<'_>) -> Read {
    let body = json::parse(posted.body).map_err(Stop::Unparsed)?;
    let Some(data) = json::at(&body, "/message/data") else { return event(&body, None) };
    let data = BASE64.decode(data.as_bytes()).map_err(|_| Stop::unparsed("`message.data` is not base64"))?;
    let id = json::at(&body, "/message/messageId").map(|id| id.into_owned());
    event(&json::parse(&data).map_err(Stop::Unparsed)?, id)
}

fn event(body: &Value, message_id: Option<String>) -> Read {
    let incident = body.get("incident").filter(|incident| incident.is_object());
    let incident = incident.ok_or_else(|| Stop::unparsed("there is no `incident`"))?;
    let text = |key: &str| json::text(incident, key).unwrap_or_default();
    let is_over = text("state").eq_ignore_ascii_case("closed");
    let policy = text("policy_name");
    let name = json::first(incident, &["summary", "condition_name"]).unwrap_or_default();
    let started_at = json::time(incident, &["started_at"]);
    let summary = if policy.is_empty() { name.into_owned() } else { format!("{policy}: {name}") };
    let event = Event {
        dedup_key: json::first(incident, &["incident_id", "url"]).unwrap_or_default().into_owned(),
        severity: severity(incident),
        summary: if summary.is_empty() { "incident without a name".to_owned() } else { summary },
        description: documentation(incident),
        source: json::first(incident, &["resource_display_name", "resource_name", "resource_id"])
            .unwrap_or_default()
            .into_owned(),
        labels: labels(incident),
        links: json::link(incident, "url", "Google Cloud")
            .into_iter()
            .chain(
                incident
                    .pointer("/documentation/links")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                    .filter_map(|it| {
                        json::link(it, "url", &json::first(it, &["displayName", "display_name"])?)
                    }),
            )
            .collect(),
        started_at,
        changed_at: json::time(incident, &["ended_at"]).filter(|_| is_over).or(started_at),
        message_id,
        ..Event::blank(if is_over { Action::Resolve } else { Action::Trigger })
    };
    let is_test = json::text(body, "version").as_deref() == Some("test");
    Ok(vec![if is_test { of_test_button(event) } else { event }])
}

/// The policy's own severity, else its label of that name.
fn severity(incident: &Value) -> Option<Severity> {
    let of = |pointer: &str| Severity::parse(&json::at(incident, pointer)?);
    of("/severity").or_else(|| of("/policy_user_labels/severity"))
}

/// Markdown, in an object or (older) as it is.
fn documentation(incident: &Value) -> String {
    let content = json::at(incident, "/documentation/content");
    let content = content.or_else(|| json::text(incident, "documentation")).map(|text| text.into_owned());
    let observed = json::text(incident, "observed_value").map(|value| {
        let threshold = json::text(incident, "threshold_value").unwrap_or_default();
        format!("observed {value}, threshold {threshold}")
    });
    observed.into_iter().chain(content).collect::<Vec<_>>().join("\n")
}

/// Labels of the metric, the resource and the policy; of the same name, the policy's.
fn labels(incident: &Value) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    let objects = ["/metric/labels", "/metadata/user_labels", "/resource/labels", "/policy_user_labels"];
    for pointer in objects {
        labels.extend(json::scalars(incident.pointer(pointer)));
    }
    let own = [
        ("policy", "/policy_name"),
        ("condition", "/condition_name"),
        ("project", "/scoping_project_id"),
        ("metric", "/metric/type"),
        ("resource_type", "/resource/type"),
    ];
    labels.extend(
        own.iter().filter_map(|(name, pointer)| {
            Some(((*name).to_owned(), json::at(incident, pointer)?.into_owned()))
        }),
    );
    labels
}
