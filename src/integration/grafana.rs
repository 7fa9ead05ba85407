//! Grafana: the webhook contact point of unified alerting, and the dashboard alerts of Grafana 10 and before.
//!
//! <https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/>.
//! A group of alerts like Alertmanager's, with an organisation, links and values of its own, and optionally signed.

use super::monitor::{Monitor, Sample};
use super::posted::Posted;
use super::reading::{Read, Stop};
use super::signature::Signature;
use super::{grafana_group, group, json, message, sender};
use crate::alert::{Action, Event, Link, Severity};
use serde_json::Value;
use std::{collections::BTreeMap, time::Duration};

pub const MONITOR: Monitor = Monitor {
    repeats: true,
    says_again: Some(Duration::from_secs(4 * 60 * 60)),
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
Then name it in a notification policy. Each Grafana has a `root_url` of its own: it tells two Grafanas apart."#,
    setup_by_sns: r#"Subscribe it to the topic; it confirms itself:
  aws sns subscribe --topic-arn {topic} \
    --protocol https --notification-endpoint "{url}"
Alerting > Contact points > Amazon SNS, with this topic and the default subject and message; then name it in a notification policy.
Amazon Managed Grafana has no webhook: its topic's name must begin with grafana. It can also use a contact point OpsGenie: see the type opsgenie."#,
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
    match (json::parse(posted.body), posted.sent) {
        (Ok(body), _) if body.get("alerts").is_none() && body.get("ruleName").is_some() => {
            Ok(vec![legacy(&body)])
        }
        (Ok(body), _) => grafana_group::group(posted, &body),
        // As it sends by SNS, unless a template says otherwise.
        (Err(_), Some(sent)) => message::words(posted, &sent),
        (Err(error), None) => Err(Stop::Unparsed(error)),
    }
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
    let sender = json::text(body, "ruleUrl").and_then(|url| sender::host_of(&url));
    Event {
        dedup_key: sender::with(sender, format!("{organisation}/rule/{rule}")),
        severity: labels.get("severity").and_then(|text| Severity::parse(text)),
        summary: json::first(body, &["title", "ruleName"]).unwrap_or_default().into_owned(),
        description: legacy_description(body),
        source: group::source(&labels).unwrap_or_default().to_owned(),
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
