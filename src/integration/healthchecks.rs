//! Healthchecks (healthchecks.io and self-hosted): a webhook with our body, for down and for up.
//!
//! The code of a check joins its two messages. Healthchecks names no severity.

use super::monitor::{Monitor, Sample};
use super::posted::Posted;
use super::reading::{Read, Stop, of_test_button};
use super::{json, tags};
use crate::alert::{Action, Event, Link};
use serde_json::Value;

pub const MONITOR: Monitor = Monitor {
    sends_severity: false,
    setup: r#"Integrations > Webhook: for down and for up alike, POST to this URL with the body
  { "code": "$CODE", "status": "$STATUS", "name": $NAME_JSON,
    "tags": "$TAGS", "now": "$NOW", "check": $JSON }"#,
    sample: Sample {
        body: r#"{"code":"oncall-send","name":"test alert from oncall send","status":"{state}"}"#,
        firing: "down",
        resolved: "up",
    },
    ..Monitor::webhook("healthchecks", "Healthchecks", read)
};

/// The test button makes up a check of this name with 42 pings, and a code that is new each time.
const TEST_CHECK: &str = "TEST";

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
    let is_test = name == TEST_CHECK && json::text(check, "n_pings").as_deref() == Some("42");
    let event = Event {
        summary: format!("{name} is {status}"),
        description: about.into_iter().chain(last).collect::<Vec<_>>().join("\n"),
        labels,
        links: details(check, &key).into_iter().collect(),
        started_at: changed_at.filter(|_| action == Action::Trigger),
        changed_at,
        source: name.into_owned(),
        dedup_key: key.into_owned(),
        ..Event::blank(action)
    };
    Ok(vec![if is_test {
        of_test_button(Event { dedup_key: TEST_CHECK.to_owned(), ..event })
    } else {
        event
    }])
}

/// The page of a check, at the site whose API the check names.
fn details(check: &Value, code: &str) -> Option<Link> {
    let update = json::text(check, "update_url")?;
    let (site, _) = update.split_once("/api/")?;
    Some(Link { href: format!("{site}/checks/{code}/details/"), text: "Healthchecks".to_owned() })
}
