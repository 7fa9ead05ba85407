//! Zabbix, by our media type (`contrib/zabbix/oncall.yaml`), which posts what it knows of an event.
//!
//! The id of the problem's event is the same in its updates and its recovery. An update may do several things at once: what
//! acknowledges is an acknowledgement, a change of the severity is one here, and all else is words for the timeline. Of a
//! problem that is over, an update says the value 0. Zabbix tries again by itself, as often as the media type says, in order.

use super::monitor::{Monitor, Sample};
use super::posted::Posted;
use super::reading::{Read, Stop};
use super::{json, sender};
use crate::alert::{Action, Event, Severity};
use serde_json::Value;
use std::collections::BTreeMap;

pub const MONITOR: Monitor = Monitor {
    repeats: true,
    setup: "Alerts > Media types > Import: contrib/zabbix/oncall.yaml of the repository; set its parameter \
            `url` to this URL. Give it to a user as media (send to: oncall), and name that user in a trigger \
            action with operations, recovery operations and update operations. The user must be one who may read the \
            hosts; only a Super admin sees who acknowledges.",
    sample: Sample {
        body: r#"{"event_id":"oncall-send","name":"test alert from oncall send","severity":"1","value":"{state}"}"#,
        firing: "1",
        resolved: "0",
    },
    ..Monitor::webhook("zabbix", "Zabbix", read)
};

fn read(posted: &Posted<'_>) -> Read {
    let body = json::parse(posted.body).map_err(Stop::Unparsed)?;
    let said = |key: &str| said(&body, key);
    let is_test = json::text(&body, "event_id").is_some_and(|id| is_macro(&id));
    if is_test {
        let summary = "a test of the media type, without a problem".to_owned();
        return Ok(vec![Event { dedup_key: "test".to_owned(), summary, ..Event::blank(Action::Note) }]);
    }
    let id = said("event_id").ok_or_else(|| Stop::unparsed("there is no `event_id`"))?;
    let name =
        said("name").or_else(|| said("subject")).unwrap_or_else(|| "problem without a name".to_owned());
    let host = said("host").unwrap_or_default();
    let problem = if name.contains(&host) { name } else { format!("{host}: {name}") };
    let updated = said("update").is_some_and(|update| update == "1");
    // The message of an update is about the update.
    let text = said(if updated { "description" } else { "message" });
    let words = said("message").filter(|_| updated).unwrap_or_else(|| problem.clone());
    let about = Event {
        // Every Zabbix counts its events from 1.
        dedup_key: sender::with(said("link").and_then(|url| sender::host_of(&url)), id),
        severity: said("severity").and_then(|text| severity(&text)),
        summary: problem,
        description: [said("opdata"), text].into_iter().flatten().collect::<Vec<_>>().join("\n"),
        labels: labels(&body, &host),
        links: said("link").and_then(|_| json::link(&body, "link", "Zabbix")).into_iter().collect(),
        runbook: said("trigger_url"),
        source: host,
        ..Event::blank(Action::Trigger)
    };
    let actions = match said("value").as_deref() {
        Some("0") => vec![Action::Resolve],
        _ if updated => update(&said("update_action").unwrap_or_default()),
        _ => vec![Action::Trigger],
    };
    let event = |action| match action {
        Action::Acknowledge | Action::Note => {
            let summary = words.trim_end_matches([':', ' ']).to_owned();
            Event { action, summary, ..about.clone() }
        }
        action => Event { action, ..about.clone() },
    };
    Ok(actions.into_iter().map(event).collect())
}

/// What an update does: `acknowledged, commented and changed severity from Average to High`.
fn update(done: &str) -> Vec<Action> {
    let changed = done.contains("changed severity");
    let acknowledged = done.contains("acknowledged") && !done.contains("unacknowledged");
    let noted = !acknowledged && (!changed || done.contains("commented"));
    let actions = [(changed, Action::Trigger), (acknowledged, Action::Acknowledge), (noted, Action::Note)];
    actions.into_iter().filter_map(|(is_done, action)| is_done.then_some(action)).collect()
}

/// A macro that Zabbix does not know stays in braces.
fn said(body: &Value, key: &str) -> Option<String> {
    let text = json::text(body, key)?;
    let is_unknown = is_macro(&text) || &*text == "*UNKNOWN*";
    (!is_unknown).then(|| text.into_owned())
}

/// As the Test button of the media type leaves it.
fn is_macro(text: &str) -> bool {
    text.starts_with('{') && text.ends_with('}')
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
