//! Grafana: the webhook contact point of unified alerting, and the dashboard alerts of Grafana 10 and before.
//!
//! <https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/>.
//! A group of alerts like Alertmanager's, with an organisation, links and values of its own, and optionally signed.

use super::{Monitor, Posted, Read, Sample, Signature, Stop, alertmanager, bounds::few, json};
use crate::alert::{Action, Event, Link, Severity, cut};
use serde_json::Value;

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

/// The alerts of a group, or the one of a dashboard panel.
fn read(posted: &Posted<'_>) -> Read {
    let body = json::parse(posted.body).map_err(Stop::Unparsed)?;
    if body.get("alerts").is_none() && body.get("ruleName").is_some() {
        return Ok(legacy(&body).into_iter().collect());
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

/// The values the rule saw, a line each: the text form where there is no object.
fn values(alert: &Value) -> String {
    let values = json::scalars(alert.get("values"));
    if values.is_empty() {
        return json::text(alert, "valueString").unwrap_or_default().into_owned();
    }
    values.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join("\n")
}

/// A dashboard alert has one state for the whole rule; `paused` and `pending` say nothing to page about.
fn legacy(body: &Value) -> Option<Event> {
    let action = match json::text(body, "state").as_deref() {
        Some("ok") => Action::Resolve,
        Some("paused" | "pending") => return None,
        _ => Action::Trigger,
    };
    let rule = json::first(body, &["ruleId", "ruleName"]).unwrap_or_default();
    let organisation = json::text(body, "orgId").unwrap_or_default();
    let labels = json::scalars(body.get("tags"));
    Some(Event {
        dedup_key: format!("{organisation}/rule/{rule}"),
        severity: labels.get("severity").and_then(|text| Severity::parse(text)),
        summary: json::first(body, &["title", "ruleName"]).unwrap_or_default().into_owned(),
        description: legacy_description(body),
        labels,
        links: json::link(body, "ruleUrl", "Rule").into_iter().collect::<Vec<Link>>(),
        images: json::link(body, "imageUrl", "").into_iter().collect(),
        ..Event::blank(action)
    })
}

fn legacy_description(body: &Value) -> String {
    let matches = json::list(body, "evalMatches").iter().filter_map(|found| {
        Some(format!("{} = {}", json::text(found, "metric")?, json::text(found, "value")?))
    });
    json::text(body, "message").map(Into::into).into_iter().chain(matches).collect::<Vec<String>>().join("\n")
}
