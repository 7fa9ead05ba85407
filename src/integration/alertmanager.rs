//! Prometheus Alertmanager's webhook, version 4, and the alerts that Grafana sends in the same shape.
//!
//! <https://prometheus.io/docs/alerting/latest/configuration/#webhook_config>. One POST is a whole group, firing and
//! resolved mixed. `changed_at` stays empty: Alertmanager merges overlapping alerts and may send an older
//! `startsAt` after a resolve, and dropping that would lose a page.

use super::bounds::{few, followed, hash, is_web};
use super::{Monitor, Posted, Read, Sample, Stop, json, notice, sender, url};
use crate::alert::{Action, Event, Link, Severity};
use serde_json::Value;
use std::{borrow::Cow, collections::BTreeMap, time::Duration};

/// The annotations that name a runbook.
const RUNBOOK: [&str; 3] = ["runbook_url", "runbook_uri", "runbook"];

pub const MONITOR: Monitor = Monitor {
    repeats: true,
    says_again: Some(Duration::from_secs(4 * 60 * 60)),
    setup: r#"In alertmanager.yml, with the secret in a header, because older versions log the URLs that fail:
  receivers:
    - name: oncall
      webhook_configs:
        - url: "{base}/v1/webhooks/{id}"
          send_resolved: true
          http_config:
            authorization: { credentials: "{secret}" }
and name the receiver in `route:`. Alertmanagers of a pair have one `--web.external-url`, or names that differ by a number; those of
other clusters another one. `credentials_file:` takes the secret from a file. Before version 0.22 there is no `authorization`: use the URL above, and no `http_config`."#,
    setup_by_sns: r#"Subscribe it to the topic; it confirms itself:
  aws sns subscribe --topic-arn {topic} \
    --protocol https --notification-endpoint "{url}"
In Amazon Managed Prometheus, the alert manager definition:
  alertmanager_config: |
    route: { receiver: oncall }
    receivers:
      - name: oncall
        sns_configs:
          - topic_arn: {topic}
            sigv4: { region: <the region> }
            send_resolved: true
The default subject and message are understood, and so is its JSON template. The topic's policy must let aps.amazonaws.com publish."#,
    sample: Sample {
        body: r#"{"version":"4","status":"{state}","alerts":[{"status":"{state}","labels":{"alertname":"OncallSend","severity":"info"},
  "annotations":{"summary":"test alert from oncall send"},"fingerprint":"oncall-send"}]}"#,
        firing: "firing",
        resolved: "resolved",
    },
    ..Monitor::webhook("alertmanager", "Prometheus Alertmanager", read)
};

/// The alerts of a group. A body without an `alerts` list (a template of one's own) cannot be read.
fn read(posted: &Posted<'_>) -> Read {
    match (json::parse(posted.body), posted.sent) {
        (Ok(body), _) => group(posted, &body),
        // As it sends by SNS, unless a template says otherwise.
        (Err(_), Some(sent)) => notice::words(posted, &sent),
        (Err(error), None) => Err(Stop::Unparsed(error)),
    }
}

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
