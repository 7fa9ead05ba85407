//! Grafana: the webhook contact point of unified alerting, and the dashboard alerts of Grafana 10 and before.
//!
//! <https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/>.
//! A group of alerts like Alertmanager's, with an organisation, links and values of its own, and optionally signed.

use super::{Monitor, Posted, Read, Sample, Signature, Stop, alertmanager, bounds::few, json};
use crate::alert::{Action, Event, Link, Severity, cut};
use serde_json::Value;
use std::collections::BTreeMap;

pub const MONITOR: Monitor = Monitor {
    repeats: true,
    signature: Some(Signature {
        header: "x-grafana-alerting-signature",
        prefix: "",
        time: Some("x-grafana-alerting-timestamp"),
    }),
    setup: r#"Alerting > Contact points > Webhook > URL; or provision it, in provisioning/alerting/oncall.yaml:
  apiVersion: 1
  contactPoints:
    - name: oncall
      receivers:
        - { uid: oncall, type: webhook, settings: { url: "{url}" } }
Then name it in a notification policy."#,
    sample: Sample {
        body: r#"{"version":"4","status":"{state}","alerts":[{"status":"{state}","labels":{"alertname":"OncallSend","severity":"info"},
  "annotations":{"summary":"test alert from oncall send"},"fingerprint":"oncall-send"}]}"#,
        firing: "firing",
        resolved: "resolved",
    },
    ..Monitor::webhook("grafana", "Grafana", read)
};

/// <https://grafana.com/docs/grafana/latest/alerting/fundamentals/alert-rule-evaluation/stale-alert-instances/>
const UNEVALUATED: [&str; 2] = ["DatasourceNoData", "DatasourceError"];

/// The alerts of a group, or the one of a dashboard panel.
fn read(posted: &Posted<'_>) -> Read {
    let body = json::parse(posted.body).map_err(Stop::Unparsed)?;
    if body.get("alerts").is_none() && body.get("ruleName").is_some() {
        return Ok(vec![legacy(&body)]);
    }
    let (alerts, left_out) = few(alertmanager::alerts(&body)?);
    let events = alerts.iter().map(|alert| event(&body, alert));
    Ok(events.chain(left_out.or_else(|| alertmanager::truncation(&body))).collect())
}

fn event(group: &Value, alert: &Value) -> Event {
    let mut event = alertmanager::event(group, alert);
    let organisation = json::text(group, "orgId").or_else(|| json::text(alert, "orgId"));
    if let Some(organisation) = organisation {
        // A number; it is in each alert's key, so it must not be long.
        event.dedup_key = format!("{}/{}", cut(&organisation, 64), event.dedup_key);
    }
    if let Some(summary) = unevaluated(&event.labels) {
        event.summary = summary;
    }
    let values = values(alert);
    event.description = [event.description, values]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join("\n\n");
    let links = [("dashboardURL", "Dashboard"), ("panelURL", "Panel"), ("silenceURL", "Silence")];
    event.links.extend(links.iter().filter_map(|(key, text)| json::link(alert, key, text)));
    event.images.extend(json::link(alert, "imageURL", ""));
    event
}

/// The summary of an alert that says that its rule could not be evaluated: it has the annotations of the rule, which would
/// read as if the rule had fired.
fn unevaluated(labels: &BTreeMap<String, String>) -> Option<String> {
    let name = labels.get("alertname").filter(|name| UNEVALUATED.contains(&name.as_str()))?;
    Some(format!("{name}: {}", labels.get("rulename")?))
}

/// The values the rule saw, a line each: the text form where there is no object.
fn values(alert: &Value) -> String {
    let values = json::scalars(alert.get("values"));
    if values.is_empty() {
        return json::text(alert, "valueString").unwrap_or_default().into_owned();
    }
    values.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join("\n")
}

/// A dashboard alert has one state for the whole rule; `paused` and `pending` neither fire nor are over.
fn legacy(body: &Value) -> Event {
    let action = match json::text(body, "state").as_deref() {
        Some("ok") => Action::Resolve,
        Some("paused" | "pending") => Action::Note,
        _ => Action::Trigger,
    };
    let rule = json::first(body, &["ruleId", "ruleName"]).unwrap_or_default();
    let organisation = json::text(body, "orgId").unwrap_or_default();
    let mut labels = shared_tags(json::list(body, "evalMatches"));
    labels.extend(json::scalars(body.get("tags")));
    Event {
        dedup_key: format!("{organisation}/rule/{rule}"),
        severity: labels.get("severity").and_then(|text| Severity::parse(text)),
        summary: json::first(body, &["title", "ruleName"]).unwrap_or_default().into_owned(),
        description: legacy_description(body),
        source: alertmanager::source(&labels).unwrap_or_default().to_owned(),
        labels,
        links: json::link(body, "ruleUrl", "Rule").into_iter().collect::<Vec<Link>>(),
        images: json::link(body, "imageUrl", "").into_iter().collect(),
        ..Event::blank(action)
    }
}

/// What all the series that match have in common.
fn shared_tags(matches: &[Value]) -> BTreeMap<String, String> {
    let mut tags = matches.iter().map(|found| json::scalars(found.get("tags")));
    let first = tags.next().unwrap_or_default();
    tags.fold(first, |mut shared, tags| {
        shared.retain(|name, value| tags.get(name) == Some(value));
        shared
    })
}

fn legacy_description(body: &Value) -> String {
    let matches = json::list(body, "evalMatches").iter().filter_map(|found| {
        Some(format!("{} = {}", json::text(found, "metric")?, json::text(found, "value")?))
    });
    json::text(body, "message").map(Into::into).into_iter().chain(matches).collect::<Vec<String>>().join("\n")
}
