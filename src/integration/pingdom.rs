//! Pingdom's webhook: uptime checks, and transaction checks, whose states have other words.
//!
//! <https://www.pingdom.com/resources/webhooks/>. One message for each change of a check's state.

use super::monitor::{Monitor, Sample};
use super::posted::Posted;
use super::reading::{Read, Stop};
use super::{json, tags};
use crate::alert::{Action, Event, Severity};
use std::borrow::Cow;
use std::collections::BTreeMap;

pub const MONITOR: Monitor = Monitor {
    setup: "Settings > Integrations > Add integration > Webhook: this URL; then choose it in the checks.",
    sample: Sample {
        body: r#"{"check_id":"oncall-send","check_name":"test alert from oncall send","current_state":"{state}","importance_level":"LOW"}"#,
        firing: "DOWN",
        resolved: "UP",
    },
    ..Monitor::webhook("pingdom", "Pingdom", read)
};

fn read(posted: &Posted<'_>) -> Read {
    let body = json::parse(posted.body).map_err(Stop::Unparsed)?;
    let text = |key: &str| json::text(&body, key).unwrap_or_default();
    let action = match text("current_state").to_ascii_uppercase().as_str() {
        "UP" | "SUCCESS" => Action::Resolve,
        "" => return Err(Stop::unparsed("there is no `current_state`")),
        _ => Action::Trigger,
    };
    let changed_at = json::time(&body, &["state_changed_timestamp"]);
    let url = json::at(&body, "/check_params/full_url").or_else(|| json::at(&body, "/check_params/url"));
    let host = json::at(&body, "/check_params/hostname");
    let name = text("check_name");
    let tagged: Vec<_> = body
        .get("tags")
        .and_then(|it| it.as_array())
        .into_iter()
        .flatten()
        .filter_map(json::scalar)
        .collect();
    let mut labels: BTreeMap<String, String> = tags::labels(tagged.iter().map(AsRef::as_ref));
    let own =
        [("check", Some(name.clone())), ("type", json::text(&body, "check_type")), ("host", host.clone())];
    labels.extend(own.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?.into_owned()))));
    let check = text("check_id");
    Ok(vec![Event {
        severity: severity(&text("importance_level")),
        summary: said([name.clone(), text("description")]).join(": "),
        description: said([text("long_description"), text("custom_message")]).join("\n"),
        source: url.or(host).unwrap_or_default().into_owned(),
        labels,
        links: vec![crate::alert::Link {
            href: format!("https://my.pingdom.com/app/reports/uptime#check={check}"),
            text: "Pingdom".to_owned(),
        }],
        started_at: changed_at.filter(|_| action == Action::Trigger),
        changed_at,
        dedup_key: check.into_owned(),
        ..Event::blank(action)
    }])
}

fn said(texts: [Cow<'_, str>; 2]) -> Vec<Cow<'_, str>> {
    texts.into_iter().filter(|text| !text.is_empty()).collect()
}

/// Pingdom knows two: HIGH is down in earnest.
fn severity(importance: &str) -> Option<Severity> {
    match importance.to_ascii_uppercase().as_str() {
        "HIGH" => Some(Severity::Critical),
        "LOW" => Some(Severity::Warning),
        _ => None,
    }
}
