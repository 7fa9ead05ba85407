//! Zabbix, by our media type (`contrib/zabbix/oncall.yaml`), which posts what it knows of an event.
//!
//! The id of the problem's event is the same in its updates and its recovery. An update that acknowledges is an
//! acknowledgement; the severity of an update is the one it changes to. Zabbix tries again by itself, ten times as the media type has it.

use super::{Monitor, Posted, Read, Stop, json};
use crate::alert::{Action, Event, Severity};
use serde_json::Value;
use std::collections::BTreeMap;

pub const MONITOR: Monitor = Monitor {
    repeats: true,
    setup: "Alerts > Media types > Import: contrib/zabbix/oncall.yaml of the repository; set its parameter \
            `url` to this URL. Give it to a user as media (send to: oncall), and name that user in a trigger \
            action with operations, recovery operations and update operations.",
    ..Monitor::webhook("zabbix", "Zabbix", read)
};

fn read(posted: &Posted<'_>) -> Read {
    let body = json::parse(posted.body).map_err(Stop::Unparsed)?;
    let said = |key: &str| said(&body, key);
    let id = said("event_id").ok_or_else(|| Stop::unparsed("there is no `event_id`"))?;
    let name =
        said("name").or_else(|| said("subject")).unwrap_or_else(|| "problem without a name".to_owned());
    let host = said("host").unwrap_or_default();
    let over = said("value").is_some_and(|value| value == "0");
    let acknowledged = said("update").is_some_and(|update| update == "1")
        && said("update_action").is_some_and(|action| action.contains("acknowledged"))
        && !said("update_action").is_some_and(|action| action.contains("unacknowledged"));
    let action = match (over, acknowledged) {
        (true, _) => Action::Resolve,
        (false, true) => Action::Acknowledge,
        (false, false) => Action::Trigger,
    };
    Ok(vec![Event {
        dedup_key: id,
        severity: said("severity").and_then(|text| severity(&text)),
        summary: if host.is_empty() { name } else { format!("{host}: {name}") },
        description: [said("opdata"), said("message")].into_iter().flatten().collect::<Vec<_>>().join("\n"),
        labels: labels(&body, &host),
        links: said("link").and_then(|_| json::link(&body, "link", "Zabbix")).into_iter().collect(),
        runbook: said("trigger_url"),
        source: host,
        ..Event::blank(action)
    }])
}

/// A macro that Zabbix does not know stays in braces.
fn said(body: &Value, key: &str) -> Option<String> {
    let text = json::text(body, key)?;
    let is_macro = text.starts_with('{') && text.ends_with('}') || &*text == "*UNKNOWN*";
    (!is_macro).then(|| text.into_owned())
}

/// Not classified, information, warning, average, high, disaster.
fn severity(text: &str) -> Option<Severity> {
    match text {
        "0" | "1" => Some(Severity::Info),
        "2" | "3" => Some(Severity::Warning),
        "4" => Some(Severity::Error),
        "5" => Some(Severity::Critical),
        _ => None,
    }
}

/// The event's tags (`[{"tag": "scope", "value": "availability"}]`, as a list or as text), host and host groups.
fn labels(body: &Value, host: &str) -> BTreeMap<String, String> {
    let text = json::text(body, "tags").and_then(|text| json::parse(text.as_bytes()).ok());
    let tags = text.as_ref().or_else(|| body.get("tags")).and_then(Value::as_array);
    let pair = |tag: &Value| {
        Some((
            json::text(tag, "tag")?.into_owned(),
            json::text(tag, "value").unwrap_or_default().into_owned(),
        ))
    };
    let mut labels: BTreeMap<String, String> = tags.into_iter().flatten().filter_map(pair).collect();
    let own = [("host", Some(host.to_owned())), ("host_groups", said(body, "host_groups"))];
    labels.extend(own.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    labels.extend(said(body, "trigger_id").map(|id| ("trigger".to_owned(), id)));
    labels.retain(|_, value| !value.is_empty());
    labels
}
