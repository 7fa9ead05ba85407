//! Mackerel's webhook: alerts, and what it tells of hosts, which is a change and never pages.
//!
//! <https://mackerel.io/docs/entry/howto/alerts/webhook>. Mackerel signs nothing: the secret is in the URL. An alert that
//! goes from warning to critical keeps its id; one that somebody closed by hand is over.

use super::monitor::{Monitor, Sample};
use super::posted::Posted;
use super::reading::{Read, Stop, of_test_button};
use super::{json, url};
use crate::alert::{Action, Event, Link, Severity};
use serde_json::Value;
use std::collections::BTreeMap;

pub const MONITOR: Monitor = Monitor {
    repeats: true,
    setup: "Channels > Add > Webhook > URL, with the events of alerts; \
            then add the channel to a notification group.",
    sample: Sample {
        body: r#"{"event":"alert","alert":{"id":"oncall-send","monitorName":"test alert from oncall send","status":"{state}"}}"#,
        firing: "warning",
        resolved: "ok",
    },
    ..Monitor::webhook("mackerel", "Mackerel", read)
};

fn read(posted: &Posted<'_>) -> Read {
    let body = json::parse(posted.body).map_err(Stop::Unparsed)?;
    let kind = json::text(&body, "event").unwrap_or_default();
    let alert = body.get("alert").or_else(|| body.get("alertGroup"));
    match (&*kind, alert) {
        (_, Some(alert)) => Ok(vec![event(&body, alert)]),
        ("sample", None) => Ok(vec![sample(&body)]),
        ("hostRegister" | "hostStatus" | "hostRetire", None) => Ok(vec![host_change(&body, &kind)]),
        (kind, None) if kind.starts_with("monitor") => Ok(vec![monitor_change(&body, kind)]),
        _ => Err(Stop::unparsed("there is no `alert`")),
    }
}

fn event(body: &Value, alert: &Value) -> Event {
    let status = json::text(alert, "status").unwrap_or_default().to_lowercase();
    let is_open = alert.get("isOpen").and_then(Value::as_bool).unwrap_or(status != "ok");
    let is_over = !is_open || status == "ok";
    let monitor = json::first(alert, &["monitorName"])
        .or_else(|| json::at(body, "/alertGroupSetting/name"))
        .unwrap_or("alert".into());
    let host = body.get("host").unwrap_or(&Value::Null);
    let source = json::text(host, "name").or_else(|| json::at(body, "/service/name")).unwrap_or_default();
    let message = json::text(body, "message").unwrap_or_default();
    let parts = [&*monitor, &*source, &*message];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let id = json::text(alert, "id").map_or_else(|| format!("{monitor}/{source}"), Into::into);
    Event {
        dedup_key: id,
        severity: severity(&status),
        summary: parts.join(": "),
        description: description(body, alert),
        labels: labels(body, alert, host),
        links: links(body, alert, host),
        images: json::link(body, "imageUrl", "").into_iter().collect(),
        started_at: json::time(alert, &["openedAt", "createdAt"]),
        changed_at: json::time(alert, &["statusChangedAt"]),
        source: source.into_owned(),
        ..Event::blank(if is_over { Action::Resolve } else { Action::Trigger })
    }
}

fn severity(status: &str) -> Option<Severity> {
    match status {
        "unknown" => Some(Severity::Error),
        "ok" => None,
        status => Severity::parse(status),
    }
}

fn description(body: &Value, alert: &Value) -> String {
    let value = json::text(alert, "metricValue").map(|value| {
        let name = json::text(alert, "metricLabel").unwrap_or("value".into());
        let of = |key: &str, word: &str| {
            json::text(alert, key).map_or_else(String::new, |at| format!(", {word} at {at}"))
        };
        format!(
            "{name} = {value}{}{}",
            of("warningThreshold", "warning"),
            of("criticalThreshold", "critical")
        )
    });
    let memo = json::text(body, "memo").map(|memo| memo.into_owned());
    value.into_iter().chain(memo).collect::<Vec<_>>().join("\n")
}

fn labels(body: &Value, alert: &Value, host: &Value) -> BTreeMap<String, String> {
    let role = |key: &str| {
        let roles = json::list(host, "roles").iter().filter_map(|role| json::text(role, key));
        let mut names: Vec<String> = roles.map(|name| name.into_owned()).collect();
        names.dedup();
        (!names.is_empty()).then(|| names.join(","))
    };
    let text = |object: &Value, key: &str| json::text(object, key).map(|text| text.into_owned());
    let service = json::at(body, "/service/name").map(|name| name.into_owned());
    [
        ("org", text(body, "orgName")),
        ("monitor", text(alert, "monitorName")),
        ("type", text(body, "type")),
        ("host", text(host, "name")),
        ("service", service.or_else(|| role("serviceName"))),
        ("role", role("roleName")),
        ("closed_by", text(alert, "trigger").filter(|by| by != "monitor")),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?)))
    .collect()
}

/// People put addresses into the memo of a monitor.
fn links(body: &Value, alert: &Value, host: &Value) -> Vec<Link> {
    let own = json::link(alert, "url", "Mackerel").into_iter().chain(json::link(host, "url", "Host"));
    let memo = json::text(body, "memo").unwrap_or_default();
    own.chain(url::links(&memo)).collect()
}

fn sample(body: &Value) -> Event {
    of_test_button(Event {
        dedup_key: "sample".to_owned(),
        summary: json::text(body, "message").unwrap_or("Mackerel's test".into()).into_owned(),
        ..Event::blank(Action::Trigger)
    })
}

/// Somebody made, changed or deleted a monitor. The alerts of one that is deleted are closed by messages of their own.
fn monitor_change(body: &Value, kind: &str) -> Event {
    let monitor = body.get("monitor").unwrap_or(&Value::Null);
    let name = json::first(monitor, &["name", "id"]).unwrap_or_default();
    let by = json::at(body, "/user/screenName").map(|who| format!(" by {who}")).unwrap_or_default();
    let what = match kind {
        "monitorCreate" => "was made",
        "monitorDelete" => "was deleted",
        _ => "was changed",
    };
    Event {
        dedup_key: format!("{kind}/{}", json::text(monitor, "id").unwrap_or_default()),
        summary: format!("monitor {name} {what}{by}"),
        labels: labels(body, &Value::Null, &Value::Null),
        source: name.into_owned(),
        ..Event::blank(Action::Change)
    }
}

fn host_change(body: &Value, kind: &str) -> Event {
    let host = body.get("host").unwrap_or(&Value::Null);
    let name = json::text(host, "name").unwrap_or_default();
    let what = match kind {
        "hostRegister" => "was registered".to_owned(),
        "hostRetire" => "was retired".to_owned(),
        _ => format!("is now {}", json::text(host, "status").unwrap_or_default()),
    };
    Event {
        dedup_key: format!("{kind}/{}", json::text(host, "id").unwrap_or_default()),
        summary: format!("host {name} {what}"),
        labels: labels(body, &Value::Null, host),
        links: links(&Value::Null, &Value::Null, host),
        source: name.into_owned(),
        ..Event::blank(Action::Change)
    }
}
