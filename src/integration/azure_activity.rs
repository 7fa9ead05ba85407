//! Entries of Azure's activity log, on which alerts fire: somebody did something, a resource is not well, or Azure itself is not.
//!
//! <https://learn.microsoft.com/en-us/azure/azure-monitor/platform/activity-log-schema>. An entry has a level, by name or by the
//! number that .NET gives it. The entries about one trouble of a resource, or of a service of Azure, follow one another; the
//! last says that it is over.

use super::json;
use super::reading::of_test_button;
use crate::alert::{Action, Event, Severity};
use serde_json::Value;
use std::collections::BTreeMap;

/// The longest property that is a label: what is longer is text for people.
const SHORT_MAX: usize = 256;

/// An alert of `rule` about an entry: `event` is what else is known of it, `target` the id of what it is about.
pub fn event(event: Event, rule: &str, target: &str, entry: &Value) -> Event {
    let of = |key: &str| json::text(entry, key).unwrap_or_default();
    let about = entry.get("properties").unwrap_or(&Value::Null);
    let mut labels = short(Some(about));
    labels.extend(event.labels);
    let own =
        [("operation", "operationName"), ("status", "status"), ("caller", "caller"), ("level", "level")];
    labels.extend(
        own.iter().filter_map(|(name, key)| Some(((*name).to_owned(), json::text(entry, key)?.into_owned()))),
    );
    let source =
        if event.source.is_empty() { target.rsplit('/').next().unwrap_or_default() } else { &event.source };
    let event = Event {
        dedup_key: if event.dedup_key.is_empty() { of("eventDataId").into_owned() } else { event.dedup_key },
        severity: level(&of("level")).or(event.severity),
        started_at: event.started_at.or_else(|| json::time(entry, &["eventTimestamp"])),
        source: source.to_owned(),
        labels,
        ..event
    };
    let operation = of("operationName").to_ascii_lowercase();
    if operation.starts_with("microsoft.servicehealth/") {
        service(event, rule, entry, about)
    } else if operation.starts_with("microsoft.resourcehealth/") {
        resource(event, &format!("{rule}/{}", target.to_ascii_lowercase()), entry, about)
    } else if operation.starts_with("microsoft.security/") {
        security(event, rule, &operation, about)
    } else {
        operation_of_somebody(event, entry)
    }
}

/// An alert of Defender for Cloud: how bad it is is said by its own severity, for the level of all of them is the same.
fn security(event: Event, rule: &str, operation: &str, about: &Value) -> Event {
    let of = |key: &str| json::text(about, key).unwrap_or_default();
    let entity = json::first(about, &["compromisedEntity", "attackedResourceName"])
        .unwrap_or(event.source.as_str().into());
    let what = json::first(about, &["alertDisplayName", "category", "threatName"])
        .unwrap_or("a security alert".into());
    let is_over = ["/dismiss/", "/resolve/"].iter().any(|it| operation.contains(it))
        || ["resolved", "dismissed"].iter().any(|word| of("threatStatus").eq_ignore_ascii_case(word));
    let ids = ["alertId", "systemAlertId", "threatID", "filePath"].map(|key| of(key).into_owned()).join("/");
    Event {
        action: if is_over { Action::Resolve } else { Action::Trigger },
        dedup_key: format!("security/{rule}/{entity}/{what}/{ids}"),
        severity: defender(&of("severity")).or(event.severity),
        summary: format!("{rule}: {what} on {entity}"),
        source: entity.clone().into_owned(),
        ..event
    }
}

/// <https://learn.microsoft.com/en-us/azure/defender-for-cloud/alerts-overview>: High, Medium, Low, Informational.
pub fn defender(text: &str) -> Option<Severity> {
    if text.eq_ignore_ascii_case("high") { Some(Severity::Critical) } else { Severity::parse(text) }
}

/// The properties of one short line; others are for people to read, in JSON or HTML.
pub fn short(properties: Option<&Value>) -> BTreeMap<String, String> {
    let is_short =
        |text: &str| text.len() <= SHORT_MAX && !text.contains('\n') && !text.starts_with(['<', '[', '{']);
    json::scalars(properties).into_iter().filter(|(_, value)| is_short(value)).collect()
}

fn level(text: &str) -> Option<Severity> {
    match text {
        "1" => Some(Severity::Critical),
        "2" => Some(Severity::Error),
        "3" => Some(Severity::Warning),
        "4" | "5" => Some(Severity::Info),
        name => Severity::parse(name),
    }
}

/// An outage, a maintenance or an advice of Azure's, by its tracking id.
fn service(event: Event, rule: &str, entry: &Value, about: &Value) -> Event {
    let of = |key: &str| json::text(about, key).unwrap_or_default();
    // What caused it is told days after it is over.
    let ended = ["resolved", "complete", "completed", "canceled", "cancelled", "rca"];
    let stage = json::text(about, "stage").or_else(|| json::text(entry, "status")).unwrap_or_default();
    let is_over = ended.iter().any(|word| stage.eq_ignore_ascii_case(word));
    let place: Vec<_> = [of("service"), of("region")].into_iter().filter(|text| !text.is_empty()).collect();
    let title = format!("{} ({})", of("title"), place.join(", "));
    let told = plain(&json::first(about, &["communication", "defaultLanguageContent"]).unwrap_or_default());
    let event = Event {
        dedup_key: format!("service-health/{rule}/{}", of("trackingId")),
        action: if is_over { Action::Resolve } else { Action::Trigger },
        summary: format!("Azure: {}", title.trim_end_matches(" ()")),
        description: [event.description, told]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join("\n"),
        source: of("service").into_owned(),
        started_at: json::time(about, &["impactStartTime"]).or(event.started_at),
        ..event
    };
    // The test of an action group is said to be over already.
    if of("IsSynthetic").eq_ignore_ascii_case("true") {
        return of_test_button(Event { action: Action::Trigger, ..event });
    }
    event
}

/// A resource that is unavailable or degraded, until it is available again.
fn resource(event: Event, key: &str, entry: &Value, about: &Value) -> Event {
    let of = |object: &Value, key: &str| json::text(object, key).unwrap_or_default().into_owned();
    let state = of(about, "currentHealthStatus");
    let is_over =
        state.eq_ignore_ascii_case("available") || of(entry, "status").eq_ignore_ascii_case("resolved");
    let title = of(about, "title");
    Event {
        dedup_key: format!("resource-health/{key}"),
        action: if is_over { Action::Resolve } else { Action::Trigger },
        summary: format!("{} is {}: {title}", event.source, state.to_lowercase()),
        description: [event.description, of(about, "details"), of(about, "cause")]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join("\n"),
        ..event
    }
}

/// Who did what, and how it went.
fn operation_of_somebody(event: Event, entry: &Value) -> Event {
    let of = |key: &str| json::text(entry, key).unwrap_or_default();
    let did = format!("{} {} by {}", of("operationName"), of("status"), of("caller"));
    let did = did.trim_end_matches(" by ").trim().to_owned();
    let summary = if event.summary.is_empty() { format!("{}: {did}", event.source) } else { event.summary };
    let description = [event.description, did].into_iter().filter(|text| !text.is_empty());
    Event { summary, description: description.collect::<Vec<_>>().join("\n"), ..event }
}

/// HTML as lines of words.
fn plain(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    for part in html.split('<') {
        let (tag, words) = part.split_once('>').unwrap_or(("", part));
        if ["br", "/p", "/li", "/tr", "/h"].iter().any(|it| tag.to_ascii_lowercase().starts_with(it)) {
            text.push('\n');
        }
        text.push_str(words);
    }
    let entities =
        [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    let text = entities.iter().fold(text, |text, (entity, c)| text.replace(entity, c));
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}
