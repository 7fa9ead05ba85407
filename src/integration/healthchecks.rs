//! Healthchecks (healthchecks.io and self-hosted): a webhook with our body, for down and for up.
//!
//! The code of a check joins its two messages. Healthchecks names no severity.

use super::{Monitor, Posted, Read, Stop, json, tags};
use crate::alert::{Action, Event};
use serde_json::Value;

pub const MONITOR: Monitor = Monitor {
    sends_severity: false,
    setup: r#"Integrations > Webhook: for down and for up alike, POST to this URL with the body
  { "code": "$CODE", "status": "$STATUS", "name": $NAME_JSON,
    "tags": "$TAGS", "now": "$NOW", "check": $JSON }"#,
    ..Monitor::webhook("healthchecks", "Healthchecks", read)
};

fn read(posted: &Posted<'_>) -> Read {
    let body = json::parse(posted.body).map_err(Stop::Unparsed)?;
    let check = body.get("check").unwrap_or(&Value::Null);
    let key = json::text(&body, "code").or_else(|| json::first(check, &["unique_key", "slug", "ping_url"]));
    let key = key.ok_or_else(|| Stop::unparsed("there is no `code`"))?;
    let status = json::text(&body, "status").or_else(|| json::text(check, "status")).unwrap_or_default();
    let action = if status.eq_ignore_ascii_case("up") { Action::Resolve } else { Action::Trigger };
    let name = json::text(&body, "name").or_else(|| json::text(check, "name")).unwrap_or_default();
    let tagged = json::text(&body, "tags").or_else(|| json::text(check, "tags")).unwrap_or_default();
    let changed_at = json::time(&body, &["now"]);
    let mut labels = tags::labels(tagged.split_whitespace());
    labels.insert("check".to_owned(), name.clone().into_owned());
    let last = json::text(check, "last_ping").map(|at| format!("last ping {at}"));
    let about = json::text(check, "desc").map(|text| text.into_owned());
    let name = if name.is_empty() { "a check without a name".into() } else { name };
    Ok(vec![Event {
        dedup_key: key.into_owned(),
        summary: format!("{name} is {status}"),
        description: about.into_iter().chain(last).collect::<Vec<_>>().join("\n"),
        labels,
        started_at: changed_at.filter(|_| action == Action::Trigger),
        changed_at,
        source: name.into_owned(),
        ..Event::blank(action)
    }])
}
