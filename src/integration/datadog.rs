//! Datadog's webhook: our payload (printed by `oncall urls`), and Datadog's default one, of which only the title says what
//! happened.
//!
//! <https://docs.datadoghq.com/integrations/webhooks/>. A variable that is not set stays as `$NAME`, or is `null`. A monitor
//! that alerts by group posts each group with a cycle key of its own, from its trigger to its recovery.

use super::{Monitor, Posted, Read, Sample, Stop, json, tags, url};
use crate::alert::{Action, Event, Severity};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;

pub const MONITOR: Monitor = Monitor {
    repeats: true,
    setup: r#"Integrations > Webhooks > New: this URL, and as payload:
  {
    "cycle": "$ALERT_CYCLE_KEY", "monitor": "$ALERT_ID",
    "scope": "$ALERT_SCOPE",
    "transition": "$ALERT_TRANSITION", "type": "$ALERT_TYPE",
    "priority": "$ALERT_PRIORITY", "title": "$EVENT_TITLE",
    "text": "$TEXT_ONLY_MSG", "host": "$HOSTNAME", "tags": "$TAGS",
    "date": "$DATE", "id": "$ID", "org": "$ORG_NAME", "url": "$LINK",
    "snapshot": "$SNAPSHOT"
  }
Then name it in the monitor's message: @webhook-oncall"#,
    sample: Sample {
        body: r#"{"cycle":"oncall-send","transition":"{state}","type":"info","priority":"P4","title":"test alert from oncall send"}"#,
        firing: "Triggered",
        resolved: "Recovered",
    },
    ..Monitor::webhook("datadog", "Datadog", read)
};

fn read(posted: &Posted<'_>) -> Read {
    // "Encode as form" wraps it.
    let form = url::form_field(posted.body, "payload");
    let body = json::parse(form.as_deref().unwrap_or(posted.body)).map_err(Stop::Unparsed)?;
    let title = said(&body, &["title"]).ok_or_else(|| Stop::unparsed("there is no `title`"))?;
    let titled = Title::of(&title);
    let transition = said(&body, &["transition", "alert_transition"]);
    let transition = transition.as_deref().or(titled.transition).unwrap_or_default().to_lowercase();
    let action = if transition == "recovered" { Action::Resolve } else { Action::Trigger };
    let changed_at = said(&body, &["date"]).and_then(|text| json::instant(&text));
    let scope = said(&body, &["scope", "scopes"]).unwrap_or(Cow::Borrowed(titled.scope));
    let id = said(&body, &["id"]);
    let image = said(&body, &["snapshot"]).and_then(|_| json::link(&body, "snapshot", ""));
    Ok(vec![Event {
        dedup_key: key(&body, &titled, &scope),
        severity: severity(&body, &titled, &transition),
        summary: titled.name.to_owned(),
        description: said(&body, &["text", "body"]).unwrap_or_default().into_owned(),
        source: said(&body, &["host"]).unwrap_or(Cow::Borrowed(&scope)).into_owned(),
        labels: labels(&body, &scope),
        links: said(&body, &["url"]).and_then(|_| json::link(&body, "url", "Datadog")).into_iter().collect(),
        images: image.into_iter().collect(),
        started_at: changed_at.filter(|_| action == Action::Trigger),
        changed_at: changed_at.filter(|_| !transition.is_empty()),
        message_id: id.map(|id| format!("{id} {transition}")),
        ..Event::blank(action)
    }])
}

/// What a variable became, where it was set.
fn said<'b>(body: &'b Value, keys: &[&str]) -> Option<Cow<'b, str>> {
    let is_set = |text: &Cow<'_, str>| !text.starts_with('$') && !matches!(&**text, "null" | "None");
    keys.iter().find_map(|key| json::text(body, key).filter(is_set))
}

/// `[P1] [Triggered on {host:web-1}] CPU is high`
#[derive(Debug, Default)]
struct Title<'t> {
    priority: Option<&'t str>,
    transition: Option<&'t str>,
    scope: &'t str,
    name: &'t str,
}

const TRANSITIONS: [&str; 9] = [
    "Triggered",
    "Re-Triggered",
    "Recovered",
    "Warn",
    "Re-Warn",
    "No data",
    "Re-No data",
    "Renotify",
    "Monitor failed",
];

impl<'t> Title<'t> {
    fn of(title: &'t str) -> Title<'t> {
        let mut titled = Title { name: title.trim(), ..Title::default() };
        while let Some((mark, rest)) = titled.name.strip_prefix('[').and_then(|text| text.split_once(']')) {
            let (word, scope) = mark.split_once(" on ").unwrap_or((mark, ""));
            if TRANSITIONS.iter().any(|known| known.eq_ignore_ascii_case(word)) {
                titled.transition = Some(word);
                titled.scope = scope.trim_start_matches('{').trim_end_matches('}');
            } else if Severity::parse(word).is_some_and(|_| word.len() == 2) {
                titled.priority = Some(word);
            } else {
                break;
            }
            titled.name = rest.trim();
        }
        titled
    }
}

/// The cycle, else the monitor and its group, else what the title says of them.
fn key(body: &Value, titled: &Title<'_>, scope: &str) -> String {
    if let Some(cycle) = said(body, &["cycle"]) {
        return cycle.into_owned();
    }
    let monitor = said(body, &["monitor", "monitor_id"]).unwrap_or(Cow::Borrowed(titled.name));
    format!("{monitor}/{scope}")
}

/// A warning is one whatever the monitor's priority; then the priority, then the type of the alert.
fn severity(body: &Value, titled: &Title<'_>, transition: &str) -> Option<Severity> {
    if transition.ends_with("warn") {
        return Some(Severity::Warning);
    }
    let priority = said(body, &["priority", "severity"]);
    let priority = priority.as_deref().or(titled.priority).and_then(Severity::parse);
    priority.or_else(|| Severity::parse(&said(body, &["type", "alert_type"])?))
}

fn labels(body: &Value, scope: &str) -> BTreeMap<String, String> {
    let tagged = said(body, &["tags"]).unwrap_or_default();
    let mut labels = tags::labels(tagged.split(',').chain(scope.split(',')));
    let organisation = said(body, &["org"]).or_else(|| json::at(body, "/org/name"));
    labels.extend(organisation.map(|name| ("org".to_owned(), name.into_owned())));
    let monitor = said(body, &["monitor", "monitor_id"]);
    labels.extend(monitor.map(|id| ("monitor".to_owned(), id.into_owned())));
    labels
}
